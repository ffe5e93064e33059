"""The tree of semantic IDs: what it holds, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.lessons.lesson19 import ex1_residual_codes
from graphrec_utils.models import semantic_ids
from graphrec_utils.plots import visuals

X = np.array([[0, 0], [0.4, 0.2], [3, 1], [3.4, 1.3], [2.8, 0.6]])
WORDS = [np.array([[0.0, 0], [3, 1]]), np.array([[0.3, 0.2], [-0.2, -0.3]])]


def test_codes_are_the_library_s_or_the_student_s():
    assert tree().state["codes"] == semantic_ids.residual_codes(X, WORDS).tolist()
    yours = tree(function=ex1_residual_codes.residual_codes)
    assert yours.state == tree().state and "residual_codes" in yours.note
    wrong = tree(function=lambda X, words: np.zeros((len(X), 2), int))
    assert wrong.state["codes"] == [[0, 0]] * 5
    assert {tuple(x) for x in wrong.state["cells"]} == {(0, 0)}


def test_the_cells_hold_the_points_where_they_are_drawn():
    state = tree().state
    columns, rows = state["columns"], len(state["cells"]) // state["columns"]
    for (x, y), codes in zip(state["points"], state["codes"], strict=True):
        c, r = int(2 + x * (columns - 4)), int(2 + y * (rows - 4))
        near = [state["cells"][a * columns + b] for a in (r - 1, r) for b in (c - 1, c)]
        assert codes in near
    assert state["cells"][state["fresh"][1] * columns + state["fresh"][0]] == [1, 1]


@pytest.mark.parametrize(
    "function",
    [lambda X, words: np.zeros((2, 2), int), lambda X, words: np.full((5, 2), 7), lambda X, words: 1 / 0],
    ids=["shape", "center", "error"],
)  # fmt: skip
def test_a_function_that_gives_no_codes_gives_no_picture(function):
    shown = tree(function=function)
    assert shown.state == tree().state and "the library's" in shown.note


def tree(**options):
    return visuals.semantic_tree(X, WORDS, "abcde", **options)


@pytest.mark.parametrize(
    ("make", "words"),
    [(lambda: visuals.semantic_tree(np.zeros((1, 2)), WORDS, "a"), "2 to 16 points"),
     (lambda: visuals.semantic_tree(X, WORDS, "ab"), "5 entries"), (lambda: tree(chosen=9), "one of the points")],
    ids=["points", "words", "chosen"],
)  # fmt: skip
def test_a_tree_that_does_not_fit_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
