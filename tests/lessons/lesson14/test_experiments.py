"""The measurements of several graphs, on tiny inputs, and what they have stored."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, paths, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import multibisage
from solutions.experiments.lesson14 import multibisage_study as study


@pytest.fixture
def tiny(monkeypatch, tmp_path) -> study.Stage:
    """Forty pins of four topics, which pictures show; boards and pairs stay within a topic."""
    for name, value in (
        ("EPOCHS", 1),
        ("STEPS", 3),
        ("SEEDS", (0,)),
        ("SIZE", 32),
        ("TOP", 3),
        ("LONG", 1),
    ):
        monkeypatch.setattr(study, name, value)
    monkeypatch.setattr(study.before, "EPOCHS", 1)
    monkeypatch.setattr(study.before, "STEPS", 2)
    rng = np.random.default_rng(0)
    topic = np.arange(40) % 4

    def boards():
        R = (topic == (np.arange(20) % 4)[:, None]) & (rng.random((20, 40)) < 0.5)
        R[:, 39] = False
        return sp.csr_array(R.astype(float))

    content = study.before.unit(np.eye(4)[topic] + 0.3 * rng.normal(size=(40, 4)))
    mornings = [
        study.Morning({"a": boards(), "b": boards(), "c": boards()}, content) for _ in "xyz"
    ]
    pairs = np.stack([rng.integers(40, size=400), rng.integers(10, size=400) * 4], axis=1)
    pairs[:, 1] += topic[pairs[:, 0]]
    days = [(mornings[0], pairs[:150]), (mornings[1], pairs[150:300])]
    part = study.before.interactions(pairs[300:], 40)
    kinds = {"even": topic % 2 == 0, "odd": topic % 2 == 1}
    monkeypatch.setattr(paths, "root", lambda: tmp_path)  # where parts are kept
    return study.Stage(mornings[2], days, pairs[:300], part, kinds)


def test_a_morning_has_each_graph_and_all_in_one(tiny):
    near = tiny.today.near
    assert near.names == ("a", "b", "c", study.UNION) and near.ids.shape == (40, 4, 9)
    assert tiny.today.of(["b"]).ids.shape[2] == 3  # as many places as are needed
    assert (near.ids[39] == -1).all()


@pytest.mark.parametrize("answers", ["in time", "left in", "hidden"])
@pytest.mark.parametrize("names", [None, (), ("a",), (study.UNION,)])
def test_models_are_trained_on_some_graphs(tiny, answers, names):
    model = study.fit(tiny, "mean", names, answers=answers)
    assert 0 <= tiny.score(model) <= 1


def test_only_pins_of_a_kind_are_found(tiny):
    model = study.fit(tiny, "mean")
    only = study.Only(model, tiny.kinds["odd"])
    best = only.scores(np.arange(40)).argmax(axis=1)
    assert tiny.kinds["odd"][best].all()
    assert tiny.found(model, kind="odd").recall.between(0, 1).all()


def test_every_rival_is_tuned_and_compared(tiny, monkeypatch):
    few = {name: {k: v[:1] for k, v in grid.items()} for name, grid in study.GRIDS.items()}
    monkeypatch.setattr(study, "GRIDS", few)
    ladders = {name: {"lr": [0.001, 0.003, 0.01]} for name in study.LEARNED}
    small = {"dim": [32], "alpha0": [0.1], "reg": [0.001]}
    factors = {"iALS": small, study.STACKED: small}
    monkeypatch.setattr(study, "LADDERS", factors | ladders)
    scale = lambda model: {"scale": 0.1} if model.startswith("PinSage") else {}  # noqa: E731
    real = study.makers
    monkeypatch.setattr(
        study, "makers", lambda stage: {k: partial(f, **scale(k)) for k, f in real(stage).items()}
    )
    values = study.rivals("tiny", tiny, tiny, budget=1)
    assert [row["model"] for row in values["models"]] == [*study.GRIDS, *study.LADDERS]
    assert all(row["trials"] == 3 for row in values["models"][-5:])
    assert {"all@10", "even@50"} <= set(values["models"][0]["recall"])
    assert values["leads"]["transformer over RP3β, all@10"]["users"] == values["queries"]["all@10"]


def test_the_climb_has_every_arm_and_says_where_pins_look(tiny, monkeypatch):
    knobs = {how: {"lr": 0.01} for how in multibisage.HOW}
    values = study.climb("tiny", tiny, knobs)
    rows = {row["arm"]: row for row in values["arms"]}
    assert list(rows) == list(study.arms(tiny)) and "without b, transformer" in rows
    looks = rows["each its own, transformer"]["looks"]
    assert set(looks) == {"all", "even", "odd"} and 0 < sum(looks["all"].values()) < 3
    monkeypatch.setattr(study, "fit", None)  # what is kept is not computed again
    assert values == study.climb("tiny", tiny, knobs)


def test_three_ways_with_the_answers(tiny):
    knobs = {how: {"lr": 0.01} for how in ("mean", "transformer", "PinSage, one graph")}
    knobs["RP3β"] = {"alpha": 1.0, "beta": 0.0}
    knobs["iALS"] = knobs[study.STACKED] = {"dim": 4, "alpha0": 0.1, "reg": 0.01}
    values = study.answers(tiny, tiny, knobs)
    assert len(values["ways"]) == 8 and all(len(row["seeds"]) == 1 for row in values["ways"])
    assert "mean, hidden over PinSage, one graph, left in, odd@50" in values["leads"]
    assert 0 < values["in a list"]["in time"] < 1


def test_sizes_are_equal_and_known_pairs_leave_where_they_do_not_repeat(tiny):
    tiny.repeat = False
    tiny.pairs = np.unique(np.concatenate([tiny.pairs, [[0, 4]]]), axis=0)
    knobs = {how: {"lr": 0.01, "temperature": 0.3} for how in ("mean", "transformer")}
    knobs |= {study.PINSAGE: {"scale": 0.1, "lr": 0.001}, "RP3β": {"alpha": 1.0, "beta": 0.0}}
    knobs["iALS"] = {"dim": 4, "alpha0": 0.1, "reg": 0.01}
    models = (study.SMALL, "all graphs, mean", "one graph, mean")
    values = study.sizes("tiny", tiny, tiny, knobs, models)
    rows = {row["model"]: row for row in values["models"]}
    assert list(rows) == [*models, "RP3β", "iALS, d = 4", f"iALS, d = {study.DIM}"]
    assert rows[study.SMALL]["trials here"] == 0 and rows["all graphs, mean"]["trials here"] == 0
    assert "all graphs, mean over PinSage, all" in values["leads"]
    known = set(zip(tiny.hidden.users.tolist(), tiny.hidden.items.tolist(), strict=True))
    assert (0, 4) in known and (3, 3) in known


def test_a_pin_off_the_boards_is_known_elsewhere(tiny):
    tiny.today.matrices["a"] = sp.csr_array(
        tiny.today.matrices["a"] @ sp.diags_array((np.arange(40) > 3).astype(float))
    )
    elsewhere = tiny.today.matrices["b"].sum(axis=0) + tiny.today.matrices["c"].sum(axis=0) > 0
    assert (tiny.off_board[:4] == elsewhere[:4]).all() and not tiny.off_board[39]


def test_friendships_that_are_asked_for_stand_in_no_graph():
    rng = np.random.default_rng(0)
    sizes = {"user": 200, "business": 90, "city": 4, "category": 9, "compliment": 3}
    ends = ("user_business", "user_compliment", "business_city", "business_category")
    sides = {name: name.split("_") for name in ends}
    parts = {
        name: Interactions(*(rng.integers(sizes[x], size=500) for x in (a, b)), sizes[a], sizes[b])
        for name, (a, b) in sides.items()
    }
    one, other = rng.integers(200, size=(2, 1500))
    parts["user_user"] = Interactions(np.append(one, other), np.append(other, one), 200, 200)

    def pairs(A):
        return set(zip(*(x.tolist() for x in sp.csr_array(A).nonzero()), strict=True))

    everybody = {(a, b) for a, b in pairs(parts["user_user"].csr()) if a != b}
    early, late = study.friends(parts)
    asked = []
    for stage, share in ((early, 0.7), (late, 0.8)):
        known = pairs(stage.today.matrices["friend"])
        assert known <= everybody and known == {(b, a) for a, b in known}
        assert len(known) == pytest.approx(share * len(everybody), abs=2)
        assert known == set(map(tuple, stage.pairs.tolist()))
        for morning, quarter in stage.days:
            mine = set(map(tuple, quarter.tolist()))
            assert pairs(morning.matrices["friend"]) == known - mine
            assert len(mine) == pytest.approx(len(known) / 4, abs=2)
        assert len({pair for _, x in stage.days for pair in map(tuple, x.tolist())}) == len(known)
        asked.append(set(zip(stage.part.users.tolist(), stage.part.items.tolist(), strict=True)))
        assert asked[-1] <= everybody - known
    assert not asked[0] & asked[1]
    city = parts["business_city"].csr().T @ parts["user_business"].csr().T
    assert pairs(early.today.matrices["city"]) == pairs(city)
    degree = np.bincount(early.pairs[:, 0], minlength=200)
    assert (early.kinds["two friends at most"] == (degree <= 2)).all()


def test_users_with_a_word_of_their_own_are_trained(tiny):
    for morning in (tiny.today, *(m for m, _ in tiny.days)):
        morning.ids, morning.content = True, np.zeros((40, 0), np.float32)
    model = study.fit(tiny, "mean")
    assert model.content.words.weight.shape == (40, study.DIM)
    assert 0 <= tiny.score(model) <= 1 and 0 <= tiny.score(study.pin_sage(tiny, 1)) <= 1


def test_a_pair_is_heard_when_its_second_pin_is_in_a_list_of_the_first(tiny):
    near = tiny.today.near.only(["a"])
    one = int((near.ids[:, 0, 0] >= 0).nonzero()[0])
    other = int(near.ids[one, 0, 0])
    tiny.days = [(tiny.today, np.array([[one, other], [39, 0], [one, 39]]))]
    assert study.heard(tiny)["in time"] == pytest.approx(1 / 3)


def test_the_stored_results_are_of_this_command():
    for part in study.CLAIMS:
        if (paths.data() / "results" / f"14_{part}.json").exists():
            stored = results.load(f"14_{part}")
            assert stored.command == f"{study.COMMAND} {part}"
            assert stored.claim == study.CLAIMS[part]


def test_borrowed_rates_are_tried_on_both_sides(tiny, monkeypatch):
    monkeypatch.setattr(study, "BORROWING", {"each its own, concat": "in time"})
    monkeypatch.setattr(study, "RATES", [0.003, 0.01, 0.03])
    (row,) = study.own_knobs("tiny", tiny, {"concat": {"lr": 0.01, "temperature": 0.3}})["own"]
    assert list(row["trials"]) == ["0.003", "0.01", "0.03"] and len(row["seeds"]) == len(
        study.SEEDS
    )
    assert row["trials"][str(row["best"])] == max(row["trials"].values())


def test_what_the_lesson_says_of_borrowed_rates():
    climb = results.load("14_climb").values["PinWorld"]
    arms = {row["arm"]: np.array(row["seeds"]) for row in climb["arms"]}
    concat, boards = climb["own"]
    for how in ("mean", "attention", "transformer"):
        lead = metrics.compare(np.array(concat["seeds"]), arms[f"each its own, {how}"])
        assert lead.outcome == "cannot tell"
    assert (concat["best"], boards["best"]) == (0.01, 0.01) and boards["borrowed"] == 0.003
    ways = results.load("14_answers").values["PinWorld"]["ways"]
    six = {(row["how"], row["answers"]): row["seeds"][0] for row in ways}
    assert max(boards["trials"].values()) < six["transformer", boards["answers"]]
