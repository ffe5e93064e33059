"""The measurements of lesson 16, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import omnisage
from solutions.experiments.lesson09 import pinsage_study as before
from solutions.experiments.lesson16 import omnisage_study as study


@pytest.fixture
def tiny(monkeypatch) -> study.Stage:
    """Forty pins of four topics, which pictures show; a board and a pair stay within a topic; pin 39 is cold."""
    for name, value in (("STEPS", 30), ("SIZE", 32), ("SHARED", 32), ("DIM", 8), ("LENGTH", 5)):
        monkeypatch.setattr(study, name, value)
    rng = np.random.default_rng(0)
    topic = np.arange(40) % 4
    R = (topic == (np.arange(20) % 4)[:, None]) & (rng.random((20, 40)) < 0.5)
    pairs = np.stack([rng.integers(39, size=500), 4 * rng.integers(9, size=500)], axis=1)
    pairs[:, 1] += topic[pairs[:, 0]]
    R[:, 39], pairs[pairs == 39] = False, 35
    C = sp.csr_array((np.ones(300), tuple(pairs[:300].T)), shape=(40, 40))
    content = before.unit(np.eye(4)[topic] + 0.3 * rng.normal(size=(40, 4))).astype(np.float32)
    today = study.Morning(sp.csr_array(R.astype(float)), C, content)
    asked = np.concatenate([pairs[400:], [[3, 39], [39, 3]]])
    part = before.interactions(asked, 40)
    read = omnisage.Histories(pairs[:50, 1].reshape(10, 5), np.ones((10, 5), bool))
    return study.Stage(today, [(today, pairs[300:400], read)], pairs[:400], part, part, read.pins)


@pytest.mark.parametrize("parts", study.LOSSES.values(), ids=study.LOSSES)
def test_every_choice_of_losses_trains_and_is_asked(tiny, parts):
    fitted = study.fit(tiny, dict.fromkeys(parts, 1.0), steps=4)
    groups = tiny.groups(fitted.vectors())
    assert set(groups) == {"all", "warm", "cold queries", "cold targets", "cold among cold"}
    assert groups["cold among cold"] == {3: 1.0}  # one cold pin, and one query for it
    for trained in (True, False):
        U, V = fitted.users(tiny.histories, trained)
        assert U.shape == (10, 9) and V.shape == (40, 9)


@pytest.mark.parametrize("name", study.GRAPHS)
def test_every_arm_of_the_graphs_trains(tiny, name):
    model = study.fit(tiny, **study.GRAPHS[name], steps=2).vectors()
    assert 0 <= tiny.score(model) <= 1


def test_it_learns_the_topics(tiny):
    untrained = study.fit(tiny, lr=1e-9, popular=False)
    assert tiny.score(study.fit(tiny, popular=False).vectors()) > tiny.score(untrained.vectors())


def test_other_graphs_are_walked_and_content_stays(tiny):
    few, many = study.pruned(tiny.today, 0.3, 1), study.densified(tiny.today)
    assert few.R.nnz < tiny.today.R.nnz and few.C.nnz < tiny.today.C.nnz
    assert many.C.nnz > tiny.today.C.nnz and many.content is tiny.today.content


def test_the_offset_shuts_the_door_to_cold_pins(tiny):
    assert tiny.cold.tolist() == [False] * 39 + [True] and tiny.offset[39] == 0


def test_the_weight_of_popularity_is_chosen_on_what_chooses(monkeypatch):
    likes = Interactions(np.arange(9), np.arange(9), 9, 9, times=np.arange(9), calendar=False)
    monkeypatch.setattr(study, "FEW", 2)
    monkeypatch.setattr(study.sequences, "new_likes", lambda begin, end: likes)
    chosen, asked = ([{str(u): 0.1 * k for u in range(9)} for k in x] for x in ((1, 2, 5, 2, 1), (6, 5, 4, 3, 2)))  # fmt: skip
    monkeypatch.setattr(
        study.sequences, "weighed", lambda arm, day, *_: {"7 days": chosen if day == 42 else asked}
    )
    users = [{"users": {str(u): 0.2 for u in range(9)}, "seconds": 1.0}]
    monkeypatch.setattr(study, "world", lambda: (None, None))
    monkeypatch.setattr(study, "measured", lambda *_, **__: users)
    values = study.readers()
    one, without, _ = values["readers"]
    assert (
        one["knobs"] == {"weight": study.sequences.OFFSETS[2]} and without["knobs"]["weight"] == 0
    )
    assert one["seeds"]["users"] == [0.4] * len(study.SEEDS)
    assert without["recall"]["users"] == pytest.approx(0.6)
    assert f"{study.READER} over RP3β, users" in values["reader leads"]


def test_a_grid_grows_where_its_winner_stands():
    grid = {"temperature": [0.03, 0.1, 0.3], "beta": [0.0, 0.3], "dim": [64]}
    small = study.grown(grid, {"temperature": 0.03, "beta": 0.0, "dim": 64})
    assert small == grid | {"temperature": [0.009, 0.03, 0.1, 0.3]}  # nothing lies below beta 0
    large = study.grown(grid, {"temperature": 0.3, "beta": 0.3, "dim": 64})
    assert large == {"temperature": [0.03, 0.1, 0.3, 1.0], "beta": [0.0, 0.3, 1.0], "dim": [64]}
    assert study.grown(grid, {"temperature": 0.1, "beta": 0.0, "dim": 64}) == grid


@pytest.mark.parametrize("where", [3e-3, 0.1, 9.0])
@pytest.mark.parametrize("budget", [4, 8])
def test_no_winner_is_at_an_end_of_what_was_tried(tmp_path, monkeypatch, where, budget):
    """The best of this score may lie outside of what is tried at first, and the grid be smaller than the budget."""
    monkeypatch.setattr(study.paths, "root", lambda: tmp_path)
    grid = {"temperature": [0.03, 0.1, 0.3, 1.0], "dim": [64]}
    score = lambda t: -abs(np.log(t / where))  # noqa: E731
    best = study.tuned("tiny", "one", lambda temperature, dim: temperature, grid, score, budget)
    tried = [trial["temperature"] for trial in best["trials"]]
    assert min(tried) < best["knobs"]["temperature"] < max(tried)
    assert abs(np.log(best["knobs"]["temperature"] / where)) < 0.2


def test_nothing_is_concluded_from_a_few_queries():
    few, many = ({f"{k}": 0.5 for k in range(n)} for n in (study.FEW - 1, study.FEW))
    runs = {name: [{"all": many, "cold": few, "seconds": 1.0}] for name in ("one", "other")}
    assert list(study.leads(runs, [("one", "other")])) == ["one over other, all"]


# ------------------------------------------------------------- what is stored
@pytest.mark.parametrize("part", study.CLAIMS)
def test_the_stored_results_are_of_this_command(part):
    stored = results.load(f"16_{part}")
    assert stored.command == f"{study.COMMAND} {part}" and stored.claim == study.CLAIMS[part]


def lead(part: str, key: str) -> metrics.Comparison:
    row = results.load(f"16_{part}").values["leads"][key]
    return metrics.Comparison.of(*(row[k] for k in ("one", "other", "gap", "error", "users")))


def test_what_the_lesson_says_of_the_graphs():
    assert lead("graphs", "pin-board over nobody, all").outcome == "holds"
    assert lead("graphs", "both over pin-board, all").outcome == "cannot tell"
    assert lead("graphs", "both over PinSage, offset, all").outcome == "cannot tell"
    assert lead("graphs", "both over PinSage, all").outcome == "holds"
    values = results.load("16_graphs").values
    assert {row["d"] for row in values["equal size"]} == {study.DIM}
    equal = {k: metrics.Comparison.stored(x).outcome for k, x in values["equal leads"].items()}
    assert equal["both over PinSage, offset, d = 32, all"] == "cannot tell"
    assert equal["both over iALS, d = 32, all"] == "holds"
    short, long = values["longer"]
    assert (short["steps"], long["steps"]) == study.LONGER and short["as it is"] < long["as it is"]
    for rival in ("RP3β", "iALS", "EASE"):
        assert lead("graphs", f"both over {rival}, all").outcome == "holds"
    assert lead("graphs", "both, no offset, free length over both, no offset, all").gap > 0.15
    table = {row["model"]: row["recall"] for row in results.load("16_graphs").values["models"]}
    assert table["both"]["cold targets"] == 0 < table["both"]["cold among cold"]
    assert lead("graphs", "both over both, pruned, cold queries").outcome == "does not hold"
    assert lead("graphs", "both over both, positions, all").outcome == "cannot tell"


def test_who_counts_reads_a_pair_in_both_directions_as_an_encoder_does():
    values = results.load("16_graphs").values
    one = {r["model"]: r["recall"]["all"] for r in [*values["models"], *values["equal size"]]}
    both = {r["model"]: r["recall"]["all"] for r in values["both ways"]}
    assert set(both) == {f"{name}, both ways" for name in ("RP3β", "iALS", "iALS, d = 32")}
    for name, found in both.items():
        assert found > one[name.removesuffix(", both ways")]
    # so the number for popularity brings PinSage from behind counting to where it stands
    assert one["PinSage"] < both["RP3β, both ways"] - 0.02
    assert abs(one["PinSage, offset"] - both["RP3β, both ways"]) < 0.005
    for row in values["both ways"]:
        for knob in set(row["knobs"]) - {"dim"}:
            tried = [trial[knob] for trial in row["trials"]]
            assert min(tried) < row["knobs"][knob] < max(tried) and len(tried) >= study.BUDGET


def test_what_the_lesson_says_of_citeulike():
    assert lead("real", "libraries over nobody, all").outcome == "holds"
    assert lead("real", "both over libraries, all").outcome == "holds"
    assert lead("real", "both over RP3β, all").outcome == "cannot tell"
    assert lead("real", "both over iALS, all").outcome == "does not hold"
    assert results.load("16_real").values["counts"]["cold queries"] == 7


@pytest.mark.parametrize("part", ["graphs", "real"])
def test_all_have_eight_trials_and_no_winner_is_at_an_end(part):
    """But who has fewer settings, and the variants that share the knobs of `both`."""
    rows = results.load(f"16_{part}").values["models"]
    tuned = [row for row in rows if len(row["trials"]) > 1]
    shared = {row["model"] for row in rows} - {row["model"] for row in tuned}
    assert shared <= {*study.SAME_KNOBS, "content"}
    for row in tuned:
        tried = row["trials"]
        assert len(tried) >= (5 if row["model"] == "recent popularity" else study.BUDGET)
        assert max(t["score"] for t in tried) == round(row["validation"], 4)
        for knob, value in row["knobs"].items():
            assert study.settled(knob, value, [t[knob] for t in tried])


def test_what_the_lesson_says_of_the_losses():
    alone = {k: lead("losses", f"all three over {k}, all") for k in omnisage.LOSSES}
    assert (
        alone["entity-entity"].outcome == "cannot tell" and alone["user-entity"].outcome == "holds"
    )
    for other in ("user-entity", "entity-entity", "RP3β", "iALS"):
        assert lead("losses", f"all three over {other}, users").outcome == "holds"
    longest = lead("losses", "all three over PinnerFormer, every next, users")
    assert longest.outcome == "cannot tell"
    key = "entity-entity + entity-feature over entity-entity"
    assert lead("losses", f"{key}, cold queries").outcome == "cannot tell"


def test_what_the_lesson_says_of_popularity_for_readers():
    values = results.load("16_losses").values
    rows = {row["model"]: row for row in values["readers"]}
    leads = {k: metrics.Comparison.stored(x) for k, x in values["reader leads"].items()}
    late = leads[f"{study.READER} over {study.READER}, without, users"]
    assert late.outcome == "cannot tell" and abs(late.gap) < 0.002
    assert all(
        leads[f"{study.READER} over {x}, users"].outcome == "holds" for x in ("RP3β", "iALS")
    )
    omni = {row["model"]: row for row in values["models"]}["all three"]
    seeds = rows[study.READER]["seeds"]["users"]
    assert min(seeds) > max(omni["seeds"]["users"]) and len(seeds) == len(study.SEEDS)
    assert 0 < rows[study.READER]["knobs"]["weight"] < max(study.sequences.OFFSETS)


def test_what_the_lesson_says_when_pins_show_something_else():
    noise = results.load("18_regimes_content").values["sets"]["PinWorld"]
    assert noise["levels"] == [0, 0.5, 1]
    mine, other = (noise["methods"][x] for x in ("OmniSage", "PinSage"))
    assert mine[0]["low"] < other[0]["high"]  # level while contents are true
    assert all(mine[k]["low"] > other[k]["high"] for k in (1, 2))
    level = [("OmniSage" in row["level with"], "PinSage" in row["level with"]) for row in noise["first"]]  # fmt: skip
    assert level == [(True, True), (True, False), (False, False)]
