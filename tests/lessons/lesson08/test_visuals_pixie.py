"""Pixie's walker and the step allocator: their states are the formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import exercises, toy
from graphrec_utils.lessons.lesson08.ex4_allocate_steps import allocate_steps
from graphrec_utils.lessons.lesson08.visuals.allocator import LARGEST
from graphrec_utils.lessons.lesson08.visuals.pixie import ASKED as STEPS
from graphrec_utils.lessons.lesson08.visuals.pixie import visits
from graphrec_utils.plots import visuals

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


# ---------------------------------------------------------------- driven by a student's function


def test_the_walker_goes_where_a_students_function_says():
    visual = visuals.pixie(*NAMES, restart=0.5, function=exercises.get("08.1").reference)
    assert visual.note.startswith("The numbers are those of your pixie_walk;")
    R, answers = np.asarray(NAMES[0], dtype=int), visual.state["answers"]
    on_boards = np.flatnonzero(R.any(axis=0))
    assert set(answers) == {f"{start} 0.50" for start in on_boards}
    for start in on_boards:
        pins = answers[f"{start} 0.50"]
        assert len(pins) == STEPS
        near = np.flatnonzero(R.T @ R[:, start])  # on a board with the start
        assert pins[0] in near

    def always_the_query(indptr, indices, query, restart, num_steps, rng):
        return num_steps * (np.arange(len(indptr) - 1) == query)

    stuck = visuals.pixie(*NAMES, function=always_the_query).state["answers"]
    assert {key: set(pins) for key, pins in stuck.items()} == {
        f"{start} 0.50": {start} for start in on_boards
    }


def chance_first(indptr, indices, query, restart, num_steps, rng):
    """Another number of steps is another walk."""
    counts = np.zeros(len(indptr) - 1, dtype=int)
    counts[-1 - num_steps % 2] = num_steps
    return counts


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda *_: [1.0, 2.0], "counts are asked for"),
        (chance_first, "step 2 should add one visit of one pin"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_walk_that_cannot_be_shown_leaves_the_librarys_and_says_so(function, why):
    visual = visuals.pixie(*NAMES, function=function)
    assert why in visual.note and "the numbers are the library's" in visual.note
    assert visual.state == visuals.pixie(*NAMES).state


def test_the_live_walker_asks_again_for_another_restart():
    pytest.importorskip("anywidget")
    widget = visuals.pixie(*NAMES, function=exercises.get("08.1").reference).live()
    widget.restart = 0.2
    assert {key.split()[1] for key in widget.answers} == {"0.50", "0.20"}
