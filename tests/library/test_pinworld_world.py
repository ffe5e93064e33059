"""PinWorld's generator: the same seed gives the same world, and every world is valid."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import DAY, DAYS, snapshot
from graphrec_utils.pinworld.entities import topic_weights
from graphrec_utils.pinworld.sessions import STEP


@pytest.fixture(scope="module")
def small():
    return pinworld.load("small")


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


def faults(world) -> list[str]:
    """Return which rules of a valid world are broken; [] for a valid one."""
    s, i, p, b = world.sessions, world.impressions, world.pins, world.boards
    kind = p["kind"].astype(str).to_numpy()
    shown, acted = kind[i["pin"]], i["action"].notna().to_numpy()
    action = i["action"].astype(object).where(acted, "").to_numpy()
    of = s.loc[i["session"]]
    saves = i[action == "save"]
    start, end, user = (s[c].to_numpy() for c in ("start", "end", "user"))
    neighbors = user[1:] == user[:-1]
    search = s["surface"].to_numpy() == "search"
    sizes = world.sizes
    rules = {
        "users of impressions exist": i["user"].between(0, sizes["users"] - 1).all(),
        "pins of impressions exist": i["pin"].between(0, sizes["pins"] - 1).all(),
        "queries exist": i["query"].between(-1, sizes["queries"] - 1).all(),
        "contexts exist": i["context"].between(-1, sizes["pins"] - 1).all(),
        "boards exist": i["board"].between(-1, sizes["boards"] - 1).all(),
        "creators exist": p["creator"].between(-1, sizes["creators"] - 1).all(),
        "advertisers exist": p["advertiser"].between(-1, sizes["advertisers"] - 1).all(),
        "followed creators exist": world.follows["creator"].between(0, sizes["creators"] - 1).all(),
        "followers exist": world.follows["user"].between(0, sizes["users"] - 1).all(),
        "every pin has exactly one author": ((p["creator"] >= 0) != (p["advertiser"] >= 0)).all(),
        "ads and only ads have advertisers": ((p["advertiser"] >= 0) == (kind == "ad")).all(),
        "ad clicks are on ads": (shown[action == "ad_click"] == "ad").all(),
        "an ad is never clicked, closed up or bought like an organic pin": set(
            action[(shown == "ad") & acted]
        )
        <= {"ad_click", "save", "hide"},
        "carts and checkouts are products": (
            shown[np.isin(action, ["add_to_cart", "checkout"])] == "product"
        ).all(),
        "no pin is shown before it is born": (
            i["time"].to_numpy() >= p["born"].to_numpy()[i["pin"]]
        ).all(),
        "sessions lie inside the 56 days": (start >= 0).all() and (end <= DAYS * DAY).all(),
        "sessions of a user do not overlap": (start[1:] >= end[:-1])[neighbors].all(),
        "sessions are sorted by user": (np.diff(user) >= 0).all(),
        "impressions lie inside their session": i["time"]
        .between(of["start"].to_numpy(), of["end"].to_numpy() - STEP)
        .all(),
        "impressions have the user of their session": (
            i["user"].to_numpy() == of["user"].to_numpy()
        ).all(),
        "every session shows something": np.isin(s.index, i["session"]).all(),
        "searches and only searches have a query": ((s["query"] >= 0) == search).all(),
        "saves and only saves have a board": ((i["board"] >= 0) == (action == "save")).all(),
        "users save to their own boards": (
            b["user"].to_numpy()[saves["board"]] == saves["user"].to_numpy()
        ).all(),
        "no user has two boards of one topic": not b[["user", "topic"]]
        .astype(object)
        .fillna("catch-all")
        .duplicated()
        .any(),
        "no board is empty": (b["saves"] >= 1).all(),
        "nobody follows a creator twice": not world.follows.duplicated().any(),
        "drifts happen between day 14 and day 49": world.users["drift_day"]
        .dropna()
        .between(14, 49)
        .all(),
    }
    return [rule for rule, holds in rules.items() if not holds]


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_the_snapshots_are_valid_worlds(name, request):
    assert faults(request.getfixturevalue(name)) == []


def test_fifty_random_worlds_are_valid():
    rng = np.random.default_rng(2024)
    for _ in range(50):
        seed, scale = int(rng.integers(1 << 40)), float(10 ** rng.uniform(-4, -1))
        assert faults(pinworld.make(seed, scale)) == [], f"make({seed}, {scale})"


def test_the_rules_notice_a_broken_world(tiny):
    def broken(name, change):
        arrays = dict(tiny.arrays)
        arrays[name] = change(arrays[name].copy())
        return faults(pinworld.World(0, 0.12, arrays))

    assert "ads and only ads have advertisers" in broken("pin_kind", lambda k: (k + 1) % 4)
    assert "sessions of a user do not overlap" in broken("session_start", lambda t: t // 100)
    assert "no pin is shown before it is born" in broken("pin_birth", lambda t: t + 40 * DAY)
    assert "nobody follows a creator twice" in broken("follow_creator", lambda c: c * 0)
    assert "searches and only searches have a query" in broken("session_query", lambda q: q * 0)


def test_the_same_seed_gives_the_same_world(tiny):
    assert pinworld.make(5, 0.05).digest() == pinworld.make(5, 0.05).digest()


def test_another_seed_gives_another_world():
    assert pinworld.make(5, 0.05).digest() != pinworld.make(6, 0.05).digest()


def test_a_preset_is_a_number():
    assert pinworld.make(3, "tiny").digest() == pinworld.make(3, pinworld.PRESETS["tiny"]).digest()


@pytest.mark.parametrize("name", snapshot.NAMES)
def test_the_generator_makes_the_snapshot(name):
    registry = snapshot.read_registry()
    if np.__version__ != registry["numpy"]:
        pytest.skip(
            f"the snapshot was made with numpy {registry['numpy']}, here is {np.__version__}: "
            "another numpy may draw other numbers; see the tests of the statistics"
        )
    assert pinworld.load(name, regenerate=True).digest() == registry[name]["arrays_sha256"]


def test_presets_have_at_most_40_000_nodes():
    assert pinworld.make(0, "medium").num_nodes <= 40_000


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="peak memory: Linux only")
@pytest.mark.parametrize("scale, seconds, megabytes", [("small", 3, 400), ("medium", 10, 1000)])
def test_a_world_is_made_within_its_budget_and_is_the_same_in_two_processes(
    scale, seconds, megabytes
):
    program = (
        "import re, sys, time; from graphrec_utils import pinworld\n"
        "begin = time.process_time(); world = pinworld.make(0, sys.argv[1])\n"
        "spent = time.process_time() - begin\n"
        # not getrusage: there a child begins with the peak of its parent
        "peak = int(re.search(r'VmHWM:\\s*(\\d+) kB', open('/proc/self/status').read())[1]) / 1e3\n"
        "print(spent, peak, world.digest())\n"
    )
    digests = set()
    for hash_seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program, scale],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        spent, peak, digest = run.stdout.split()
        # seconds of the processor: a busy machine makes no world slower
        assert float(spent) < seconds and float(peak) < megabytes, run.stdout
        digests.add(digest)
    assert len(digests) == 1


# the statistics the generator was designed for: of the snapshot, and of what it makes here
@pytest.fixture(scope="module", params=["snapshot", 1])
def world(request, small):
    return small if request.param == "snapshot" else pinworld.make(request.param, "small")


def share(mask) -> float:
    return float(np.mean(mask))


def test_sizes_are_those_of_the_scale(world):
    fixed = {name: count for name, count in world.sizes.items() if name != "boards"}
    assert fixed == {
        "users": 2500,
        "pins": 7000,
        "queries": 800,
        "creators": 300,
        "advertisers": 40,
    }


def test_seventy_percent_of_pins_are_organic_and_five_percent_ads(world):
    assert share(world.pins["kind"] == "organic") == pytest.approx(0.70, abs=0.02)
    assert share(world.pins["kind"] == "ad") == pytest.approx(0.05, abs=0.01)


def test_four_of_five_pins_exist_on_day_0(world):
    assert share(world.pins["born"] == 0) == pytest.approx(0.80, abs=0.02)


def test_two_users_of_five_drift(world):
    assert share(world.users["drift_day"].notna()) == pytest.approx(0.40, abs=0.04)


def test_a_user_has_eleven_sessions_of_nine_impressions(world):
    assert len(world.sessions) / world.num_users == pytest.approx(11, rel=0.03)
    assert len(world.impressions) / len(world.sessions) == pytest.approx(9, rel=0.03)


def test_users_follow_ten_creators(world):
    assert len(world.follows) / world.num_users == pytest.approx(10, rel=0.03)


def test_surfaces_are_shared_60_25_15(world):
    shares = world.sessions["surface"].value_counts(normalize=True)
    assert shares[["home", "search", "shop"]].tolist() == pytest.approx([0.6, 0.25, 0.15], abs=0.01)


def test_a_fifth_of_the_pins_has_no_text_and_the_others_3_to_8_words(world):
    words = world.pins["words"]
    assert share(words == 0) == pytest.approx(0.2, abs=0.02)
    assert set(words) == {0, 3, 4, 5, 6, 7, 8}


def test_one_save_of_eight_goes_to_the_catch_all(world):
    saved = world.events(("save",))["board"]
    assert share(world.boards["topic"].isna()[saved]) == pytest.approx(0.12, abs=0.01)


def test_every_action_and_doing_nothing_happen(world):
    count = world.impressions["action"].value_counts()
    assert (count[list(pinworld.ACTIONS)] > 1000).all()
    assert 0.1 < share(world.impressions["action"].isna()) < 0.2


def test_pins_of_one_board_have_a_more_similar_style_than_pins_of_one_topic(world):
    topic, style = world.arrays["pin_topic"], world.arrays["pin_style"] / 128
    saved = world.events(("save",)).sample(frac=1, random_state=0)
    boards = saved.groupby("board")["pin"].agg(["first", "last"]).to_numpy()
    a, b = np.random.default_rng(0).integers(0, world.num_pins, (2, 40_000))
    on_board, of_topic = (
        (style[x] * style[y]).sum(1)[(topic[x] == topic[y]) & (x != y)].mean()
        for x, y in (boards.T, (a, b))
    )
    assert on_board > of_topic + 0.03


def test_weights_of_topics_sum_to_1_before_and_after_the_drift():
    # user 0: topics 3 and 5, weights 1 : 3, drifts to 7; user 1: topic 2 only, no drift
    topics = np.array([[3, 5, 7, -1, -1, -1], [2, -1, -1, -1, -1, -1]])
    weights = np.array([[1, 3, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0]])
    before = topic_weights(topics, weights, drifted=False)
    after = topic_weights(topics, weights, drifted=True)
    assert before[0, [3, 5, 7]].tolist() == [0.25, 0.75, 0]
    assert after[0, [3, 5, 7]].tolist() == pytest.approx([0.15, 0.45, 0.4])  # 0.6 / 4, 1.8 / 4
    assert before[1, 2] == after[1, 2] == 1


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), 9, 2500])
def test_a_scale_out_of_range_is_named(scale):
    with pytest.raises(ValueError, match="above 0 and at most 8"):
        pinworld.make(0, scale)


def test_an_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown preset 'huge'; choose 'tiny', 'small', 'medium'"):
        pinworld.make(0, "huge")


@pytest.mark.parametrize("scale", [None, [1], ()])
def test_a_scale_that_is_no_number_is_a_type_error(scale):
    with pytest.raises(TypeError, match="scale must be a number or a preset's name"):
        pinworld.make(0, scale)


def test_a_negative_seed_is_named():
    with pytest.raises(ValueError, match="seed must be 0 or more; got -1"):
        pinworld.make(-1, "tiny")


@pytest.mark.parametrize("seed", [0.5, "0", None])
def test_a_seed_that_is_no_integer_is_a_type_error(seed):
    with pytest.raises(TypeError, match="seed must be an integer"):
        pinworld.make(seed, "tiny")


def test_a_world_with_missing_arrays_names_them(tiny):
    arrays = {name: array for name, array in tiny.arrays.items() if name != "word"}
    with pytest.raises(ValueError, match=r"differing: \['word'\]"):
        pinworld.World(0, 0.12, arrays)


def test_the_arrays_of_a_world_cannot_be_changed(tiny):
    with pytest.raises(ValueError, match="read-only"):
        tiny.arrays["shown_pin"][0] = 1
