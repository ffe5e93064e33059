"""Pixie's walker and the step allocator: their states are the formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import toy
from graphrec_utils.exercises.lesson08.ex4_allocate_steps import allocate_steps
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.allocator import LARGEST
from graphrec_utils.plots.visuals.pixie import visits

NAMES = (toy.likes(), ("b0", "b1", "b2"), ("p0", "p1", "p2", "p3"))
ASKED = {"cakes": 240, "trees": 3}

BAD = {
    "pixie, a vector": (visuals.pixie, {"R": [1, 0]}, "not empty"),
    "pixie, too large": (visuals.pixie, {"R": np.ones((9, 2))}, "at most 8"),
    "pixie, no pin": (visuals.pixie, {"R": [[1, 0]], "start": 2}, "0 to 1"),
    "pixie, a pin on no board": (visuals.pixie, {"R": [[1, 0]], "start": 1}, "a pin on a board"),
    "pixie, always home": (visuals.pixie, {"R": [[1, 1]], "restart": 1}, "between 0 and 1"),
    "pixie, too fond": (visuals.pixie, {"R": [[1, 1]], "favor": 11}, "1 and 10"),
    "pixie, nobody": (visuals.pixie, {"R": [[1, 1]], "preferred": ["x"]}, "'x' is neither"),
    "pixie, never": (visuals.pixie, {"R": [[1, 1]], "stop": (2, 1)}, "n_p below 2"),
    "allocator, nobody": (visuals.allocator, {"pins": {}}, "one to eight pins"),
    "allocator, no board": (visuals.allocator, {"pins": {"a": 0}}, "degrees 1 to"),
    "allocator, weights": (visuals.allocator, {"pins": ASKED, "weights": [1]}, "2 numbers above 0"),
    "allocator, largest": (visuals.allocator, {"pins": ASKED, "largest": 7}, "one of 300"),
}


@pytest.mark.parametrize(("make", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, given, words):
    if "pins" in given and not given["pins"]:
        with pytest.raises(ValueError):
            make(**given)
        return
    with pytest.raises(ValueError, match=words):
        make(**given)


# ---------------------------------------------------------------- the walker
def test_the_static_walk_approaches_the_exact_shares():
    counts = visits(np.array([[1, 1, 0], [0, 1, 1]]), 0, 0.2, np.zeros(5, bool), 1, 20_000, 0)
    np.testing.assert_allclose(counts / 20_000, (1 / 3, 0.5, 1 / 6), atol=0.03)


def test_a_preference_moves_the_visits():
    R = toy.likes().numpy().astype(int)
    liked = [False] * 3 + [False, False, True, False]
    plain, bent = (visits(R, 1, 0.5, liked, favor, 4000, 0) for favor in (1, 8))
    assert bent[2] > 1.3 * plain[2]


def test_without_a_preference_there_is_one_picture_of_visits():
    assert len(visuals.pixie(*NAMES).static()) == 2
    assert len(visuals.pixie(*NAMES, preferred=["p2"]).static()) == 3


# ---------------------------------------------------------------- the allocator
def test_the_rule_of_the_lesson_is_the_exercise():
    state = visuals.allocator(ASKED, num_steps=1000, weights=[1, 2]).state
    for top, given in zip(LARGEST, state["steps"]["Pixie"], strict=True):
        expected = allocate_steps(np.array([240.0, 3]), np.array([1.0, 2]), 1000, top)
        np.testing.assert_allclose(given, expected, atol=0.05)
    assert all(sum(x) == pytest.approx(1000, abs=0.2) for r in state["steps"].values() for x in r)


def test_a_function_of_the_student_s_joins_the_rules():
    state = visuals.allocator(ASKED, function=lambda d, w, n, top: n * d / d.sum()).state
    assert state["steps"]["yours"] == state["steps"]["degree"]


def raises(*_):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function", [raises, lambda *a: None, lambda *a: [1.0], lambda *a: [np.nan, 1.0]]
)
def test_an_unfinished_function_is_left_out_with_a_note(function):
    visual = visuals.allocator(ASKED, function=function)
    assert "yours" not in visual.state["steps"] and "joins the buttons" in visual.note
