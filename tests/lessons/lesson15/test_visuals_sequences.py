"""The line of time and the masks of lesson 15: their numbers are the library's, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import sampling
from graphrec_utils.lessons.lesson15 import ex1_attend, ex4_target_matrix
from graphrec_utils.models import transformer
from graphrec_utils.plots import visuals

DAYS = np.array([0, 1, 2, 3, 4, 10, 12, 40])
LIKED = np.array([1, 1, 0, 1, 1, 1, 0, 1], dtype=bool)
Q, K = np.random.default_rng(0).normal(size=(2, 5, 3))
HOLES = [False, False, False, True, True]


def line(**options):
    return visuals.timeline(DAYS, LIKED, list("abcdefgh"), 3, **options)


def masks(**options):
    return visuals.causal(Q, K, list("abcde"), HOLES, **options)


def test_the_targets_are_the_library_s_for_every_moment_window_and_objective():
    state = line().state
    for objective, spans in state["targets"].items():
        for window, moments in zip(state["windows"], spans, strict=True):
            for now, rows in enumerate(moments):
                M = sampling.target_matrix(DAYS, LIKED, DAYS[now], window, objective)
                mine = [[bool(row >> e & 1) for e in range(8)] for row in rows]
                np.testing.assert_array_equal(mine, M)


def test_the_weights_are_the_library_s_under_each_mask():
    tables, q, k = masks().state["tables"], torch.tensor(Q).float(), torch.tensor(K).float()
    for ahead in (0, 1):
        for holes in (0, 1):
            allow = torch.ones(5, 5).bool() if ahead else torch.ones(5, 5).tril().bool()
            allow = allow if holes else allow & ~torch.tensor(HOLES)
            W = transformer.attention_weights(q, k, allow)
            np.testing.assert_allclose(tables[ahead][holes], W, atol=6e-4)


def test_a_student_s_functions_drive_them():
    made = line(function=ex4_target_matrix.target_matrix)
    assert made.state["targets"] == line().state["targets"] and "target_matrix" in made.note
    wrong = line(function=ex4_target_matrix.hides_are_targets).state
    assert wrong["targets"] != line().state["targets"]  # its mistake is seen
    own = masks(function=ex1_attend.attend)
    assert own.state["tables"] == masks().state["tables"] and "attend" in own.note
    seen = masks(function=ex1_attend.no_causal_mask).state
    assert seen["tables"][0][0] == seen["tables"][1][0]


@pytest.mark.parametrize("make", [line, masks], ids=["line", "masks"])
@pytest.mark.parametrize("function", [lambda *x: 1 / 0, lambda *x: None], ids=["raises", "nothing"])
def test_a_function_that_fails_is_said_to(make, function):
    made = make(function=function)
    assert "the numbers are the library's" in made.note
    assert made.state == make().state


def test_the_picture_has_an_arrow_for_each_target():
    ax = line(windows=(28,)).static()
    arrows = [p for p in ax.patches if type(p).__name__ == "FancyArrowPatch"]
    assert len(arrows) == 8


BAD = {
    "few": (lambda: visuals.timeline([0, 1], [True, True], "ab", 0), "3 to 12"),
    "order": (lambda: visuals.timeline([2, 1, 3], [True] * 3, "abc", 0), "in order of days"),
    "now": (lambda: visuals.timeline([0, 1, 3], [True] * 3, "abc", 3), "0 to 2"),
    "objective": (lambda: line(objective="sasrec"), "objective must be one of"),
    "window": (lambda: line(windows=()), "windows must be days"),
    "shapes": (lambda: visuals.causal(Q, K[:4], "abcde"), r"both be \(L, d\)"),
    "names": (lambda: visuals.causal(Q, K, "abc"), "5 entries each"),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
