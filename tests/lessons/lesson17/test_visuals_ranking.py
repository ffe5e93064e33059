"""The reliability diagram and the list sorted by its own clicks: states are formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import metrics
from graphrec_utils.lessons.lesson17.visuals.calibration import SHIFT, STRETCH
from graphrec_utils.lessons.lesson17.visuals.exposure import history
from graphrec_utils.plots import visuals

Z = np.random.default_rng(0).normal(size=200)
Y = (np.random.default_rng(1).random(200) < 1 / (1 + np.exp(-Z))).astype(float)
PINS = {"old": 0.2, "new": 0.7, "best": 0.9}

BAD = {
    "few": (lambda: visuals.calibration([0.1] * 5, [0, 1, 0, 1, 1]), "20 to 5000"),
    "one class": (lambda: visuals.calibration(Z, np.ones(200)), "zeros and ones"),
    "nowhere": (lambda: visuals.calibration(Z, Y, stretch=3), "stretch is one of"),
    "nobody": (lambda: visuals.exposure({"a": 0.1}), "two to ten pins"),
    "no probability": (lambda: visuals.exposure({"a": 0.1, "b": 2}), "between 0 and 1"),
    "eta": (lambda: visuals.exposure(PINS, eta=9), "eta lies between"),
    "rounds": (lambda: visuals.exposure(PINS, rounds=0), "rounds between"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()


# ---------------------------------------------------------------- calibration
def test_every_state_has_its_rce_and_its_curve():
    state = visuals.calibration(Z, Y).state
    for i, a in enumerate(STRETCH):
        for j, b in enumerate(SHIFT):
            p = 1 / (1 + np.exp(-(a * Z + b)))
            assert state["rce"][i][j] == pytest.approx(metrics.rce(Y, p), abs=0.051)
            table = metrics.reliability(Y, p, 8)
            said = np.array(state["said"][i][j])
            np.testing.assert_allclose(said, table["said"], atol=6e-4)
            np.testing.assert_allclose(state["happened"], table["happened"], atol=6e-4)
            assert (np.diff(said) >= 0).all() and 0 <= said[0] <= said[-1] <= 1
    assert state["auc"] == pytest.approx(metrics.auc(Y, Z), abs=6e-4)
    corners = [state["rce"][i][j] for i in (0, -1) for j in (0, -1)]
    assert state["rce"][6][8] > max(corners)  # these labels come from these logits


def test_the_student_s_numbers_are_shown():
    visual = visuals.calibration(Z, Y, function=lambda y, p: 7.0)
    assert {x for row in visual.state["rce"] for x in row} == {7.0} and "your" in visual.note


def raises(*_):
    raise NotImplementedError


@pytest.mark.parametrize("function", [raises, lambda y, p: None, lambda y, p: np.nan])
def test_an_unfinished_function_leaves_the_library_s(function):
    visual = visuals.calibration(Z, Y, function=function)
    assert visual.state["rce"] == visuals.calibration(Z, Y).state["rce"]
    assert "library" in visual.note


def test_a_function_that_changes_its_inputs_spoils_nothing():
    def greedy(y, p):
        p[:] = 0.5
        return 1.0

    said = visuals.calibration(Z, Y, function=greedy).state["said"]
    assert said == visuals.calibration(Z, Y).state["said"]


# ---------------------------------------------------------------- exposure
def test_clicks_freeze_the_first_order_and_examination_thaws_it():
    liking = np.array([0.3, 0.4, 0.5])
    frozen, thawed = (history(liking, 1.0, 4, rule) for rule in ("clicks", "clicks / e"))
    assert frozen[-1]["order"] == [0, 1, 2]
    assert (
        thawed[0]["order"] == [0, 1, 2] and thawed[1]["order"] == [2, 1, 0] == thawed[-1]["order"]
    )


def test_looks_and_clicks_by_hand():
    state = history(np.array([0.3, 0.4]), 1.0, 1, "clicks / e")
    assert state[0]["looked"] == [1.0, 0.5] and state[0]["clicked"] == [0.3, 0.2]
    assert state[1]["looked"] == [0.5, 1.0] and state[1]["clicked"] == [0.15, 0.4]


def test_where_all_is_looked_at_clicks_are_enough():
    assert history(np.array([0.1, 0.9]), 0.0, 1, "clicks")[1]["order"] == [1, 0]
