"""The measurements of lesson 08, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import results
from graphrec_utils.data import Interactions, Split
from solutions.experiments.lesson08 import pixie_booster, pixie_parts, pixie_rivals, walk_or_push
from tests.lessons import listed


def test_the_lines_cross_where_gain_and_loss_are_equal():
    found = {"sum": {"bridge": 0.2, "ordinary": 0.12}, "booster": {"bridge": 0.4, "ordinary": 0.1}}
    p = pixie_booster.crossing(found)
    ours, theirs = (p * x["bridge"] + (1 - p) * x["ordinary"] for x in found.values())
    assert ours == pytest.approx(theirs) and p == pytest.approx(0.02 / 0.22)
    assert pixie_booster.crossing({"sum": found["booster"], "booster": found["booster"]}) == 0.0
    worse = {"bridge": 0.1, "ordinary": 0.1}
    assert pixie_booster.crossing({"sum": found["sum"], "booster": worse}) == 1.0


def test_bridges_lie_on_boards_of_two_topics():
    R, first, second = pixie_booster.planted(np.random.default_rng(0))
    topic = np.repeat(np.arange(12), 40)
    for pin in np.flatnonzero((second >= 0) & (R.sum(axis=0) > 8))[:5]:
        assert set(topic[R[:, pin] > 0]) <= {first[pin], second[pin]}
    assert set(pixie_booster.measure(0, users=5)) == {"sum", "booster"}


def test_walk_and_push_are_asked_for_the_same(monkeypatch):
    monkeypatch.setattr(walk_or_push, "WALKS", (200, 50_000))
    monkeypatch.setattr(walk_or_push, "PUSHES", (1e-2, 1e-7))
    monkeypatch.setattr(walk_or_push, "DEGREES", {"some": (2, 10**9)})
    R = sp.csr_array((np.random.default_rng(0).random((60, 80)) < 0.1).astype(float))
    rows = walk_or_push.overlap(R, count=4)
    found = {(r["way"], r["setting"]): r["found"] for r in rows}
    assert found["push", 1e-7] > 0.97 and found["walk", 50_000] > 0.85
    assert found["walk", 200] < found["walk", 50_000] and found["push", 1e-2] < 0.9


def _events(rng, count):
    return Interactions(rng.integers(40, size=count), rng.integers(30, size=count), 40, 30)


def test_every_rival_is_tuned_and_compared(monkeypatch):
    rng = np.random.default_rng(0)
    split = Split(_events(rng, 400), _events(rng, 80), _events(rng, 80))
    monkeypatch.setattr(pixie_rivals, "STEPS", 400)
    small = {k: {name: x[:3] for name, x in grid.items()} for k, grid in pixie_rivals.GRIDS.items()}
    monkeypatch.setattr(pixie_rivals, "GRIDS", small)
    fitted, makers = [], pixie_rivals.makers
    monkeypatch.setattr(
        pixie_rivals, "makers", lambda events, *b: fitted.append(len(events)) or makers(events, *b)
    )
    with listed.without_the_past(split):
        values = pixie_rivals.measure(split, lambda e: sp.csr_array(e.csr().astype(float)), 2, 20)
    assert fitted == [400, 480]  # the winners know what validation holds
    names = [row["model"] for row in values["models"]]
    assert names == ["popularity", *small, "Pixie, settings of the paper"]
    assert all(0 <= row["ndcg"] <= 1 for row in values["models"])
    assert values["leads"]["Pixie over EASE"]["users"] == values["users"]


def test_a_restart_alone_is_asked_with_all_else_as_it_was(monkeypatch):
    monkeypatch.setattr(pixie_rivals, "STEPS", 400)
    rng = np.random.default_rng(0)
    split = Split(_events(rng, 400), _events(rng, 80), _events(rng, 80))
    knobs = {"restart": 0.3, "queries": 8, "booster": False, "equation": False}
    with listed.without_the_past(split):
        values = pixie_rivals.restarts(split, lambda e: sp.csr_array(e.csr().astype(float)), knobs)
    assert list(values["ndcg"]) == ["0.3", *map(str, pixie_rivals.RESTARTS)]
    assert set(values["leads"]) == {f"0.3 over {x}" for x in pixie_rivals.RESTARTS}


def test_the_restarts_of_8_5_begin_with_pixie_of_the_table():
    """The stored row is Pixie as it was tuned; what stays near home finds surely less."""
    values = results.load("08_rivals").values["PinWorld"]
    (pixie,) = (m for m in values["models"] if m["model"] == "Pixie")
    alone = values["restart alone"]
    assert alone["knobs"] == pixie["knobs"]
    assert alone["ndcg"][str(pixie["knobs"]["restart"])] == pytest.approx(pixie["ndcg"], abs=1e-9)
    assert list(alone["ndcg"].values()) == sorted(alone["ndcg"].values(), reverse=True)


def test_own_pins_come_latest_first_and_once():
    events = Interactions(
        np.array([0, 0, 0, 1]), np.array([5, 6, 5, 2]), 2, 7, times=np.array([1, 2, 3, 4])
    )
    assert pixie_rivals.latest(events) == {0: [5, 6], 1: [2]}


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("08_booster", pixie_booster),
        ("08_parts", pixie_parts),
        ("08_rivals", pixie_rivals),
        ("08_walk_or_push", walk_or_push),
    ],
)
def test_what_is_stored_has_the_claim_of_its_benchmark(name, module):
    stored = results.load(name)
    assert (stored.claim, stored.command) == (module.CLAIM, module.COMMAND)


def test_no_stored_winner_but_ials_stands_at_an_end_of_its_grid():
    values = results.load("08_rivals").values
    for name in ("citeulike-t", "PinWorld"):
        ends = {row["model"] for row in values[name]["models"] if row["at the edge"]}
        assert ends <= {"iALS"}  # 512 columns, which the lesson names
    assert f"RP3β{pixie_rivals.WITH}" in {row["model"] for row in values["PinWorld"]["models"]}


# ------------------------------------------------------------- the parts of Pixie
def test_a_pin_is_not_in_the_mean_that_it_is_compared_with():
    """Two alike pins on one board, a third pin alone, and a strange one beside the first."""
    looks = np.eye(3)[[0, 0, 1, 2]]
    R = sp.csr_array(np.array([[1.0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]))
    fit = pixie_parts.fits(R, looks, randoms=1)
    assert fit["with the pin"][2] == pytest.approx(1)  # a board of one pin is the pin
    np.testing.assert_allclose(fit["without the pin"], [1, 1, -1, 0, 0], atol=1e-12)
    assert fit["largest boards"].tolist() == [2, 2, 1, 2, 2]


def test_rp3beta_is_asked_with_the_first_pins_alone():
    R = sp.csr_array((np.random.default_rng(0).random((6, 8)) < 0.5).astype(float))
    own = {u: R[[u]].indices.tolist() for u in range(6)}
    model = pixie_parts.filters.rp3beta(R, 0.5, 0.1)
    everything = pixie_parts.asked_with(model, own, 99).scores(np.arange(6))
    np.testing.assert_allclose(everything, model.scores(np.arange(6)))
    few = pixie_parts.asked_with(model, own, 1)
    assert few.signals.nnz == sum(len(pins) > 0 for pins in own.values())


def test_hops_over_boards_are_rp3beta_where_the_boards_are_the_saves():
    R = sp.csr_array((np.random.default_rng(0).random((6, 8)) < 0.5).astype(float))
    ours = pixie_parts.hops_on_boards(R, R, 0.5, 0.1).scores(np.arange(6))
    np.testing.assert_allclose(ours, pixie_parts.filters.rp3beta(R, 0.5, 0.1).scores(np.arange(6)))
    one = sp.csr_array(np.eye(8)[[0]])  # a user of pin 0: only what shares a board with it
    found = pixie_parts.hops_on_boards(one, R, 1.0, 0.0).scores(np.array([0]))[0]
    by_hand = ((R[:, [0]].toarray() * R.toarray()) / R.toarray().sum(1, keepdims=True)).sum(0)
    np.testing.assert_allclose(found, by_hand / R.sum(axis=0)[0])


def test_the_hops_meet_the_models_of_the_table():
    stored = results.load("08_parts").values
    ndcg, tuned = stored["hops"]["ndcg"], results.load("08_rivals").values["PinWorld"]["models"]
    for name, model in (("RP3β", "RP3β"), ("RP3β on both", f"RP3β{pixie_rivals.WITH}"), ("Pixie on boards", "Pixie")):  # fmt: skip
        (row,) = (row for row in tuned if row["model"] == model)
        assert ndcg[name] == pytest.approx(row["ndcg"], abs=1e-9)
    assert ndcg["Pixie on both"] == pytest.approx(stored["boards"]["ndcg"]["both"], abs=1e-9)
    assert stored["hops"]["trials"] == pixie_rivals.BUDGET and not stored["hops"]["at the edge"]


def test_an_old_pin_gets_fewer_steps(monkeypatch):
    monkeypatch.setattr(pixie_rivals, "STEPS", 3000)
    day = pixie_parts.pinworld.DAY
    events = Interactions(np.zeros(2, int), np.array([0, 1]), 1, 4, times=np.array([0, 5 * day]))
    R = sp.csr_array(np.array([[1.0, 0, 1, 0], [0, 1, 0, 1]]))  # two worlds
    V = pixie_parts.weighted(events, R, 0.5, 8, half_life=5.0).of(0)
    assert V[[1, 3]].sum() == pytest.approx(2 * V[[0, 2]].sum(), abs=2)


def test_the_leak_of_8_6_is_what_is_stored():
    edges = results.load("08_parts").values["edges"]
    lead = {k: pixie_parts.metrics.Comparison.of(*(x[f] for f in ("one", "other", "gap", "error", "users")))
            for k, x in edges["leads"].items()}  # fmt: skip
    for delta in pixie_parts.DELTAS:
        assert lead[f"{delta}, without the pin over random"].outcome == "holds"
        assert lead[f"{delta}, with the pin over random"].gap < 0
    assert edges["correlation with log size"]["with the pin"] < -0.5
    assert sum(r["rule"].startswith("random") for r in edges["rows"]) == 3 * pixie_parts.RANDOM


def test_the_boards_are_why_pixie_is_ahead():
    lead = results.load("08_parts").values["boards"]["leads"]
    assert lead["boards over saves"]["gap"] > 0.01 and lead["saves over RP3β"]["gap"] < 0
    assert abs(lead["RP3β, latest 32 over RP3β"]["gap"]) < 0.001


def test_with_many_pins_the_booster_is_behind():
    for part in results.load("08_parts").values["decisions"].values():
        lead = {k: pixie_parts.metrics.Comparison.stored(x) for k, x in part["leads"].items()}
        assert lead["booster over sum"].outcome == "cannot tell"
        assert lead["booster over sum"].high <= 0.00105
        assert all(lead[f"booster over sum, {n} pins"].high < 0 for n in (16, 32))
