"""The circle and the batch of lesson 10: their numbers are the formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import sampling
from graphrec_utils.lessons.lesson10.ex4_in_batch_logits import hits_stay_in, in_batch_logits
from graphrec_utils.lessons.lesson10.visuals.batch_matrix import TEMPERATURES
from graphrec_utils.lessons.lesson10.visuals.towers import softmax
from graphrec_utils.plots import visuals

U, V = np.array([[1, 0.5], [0, 1.0], [0.5, 0.5]]), np.array([[1.0, 0], [0.5, -1], [1, 0]])
BATCH = (U, V, [4, 1, 4], ["Ann", "Bob", "Cem"], ["Alien", "Brazil", "Alien"])


def matrix(rows) -> np.ndarray:
    return np.array([[-np.inf if x is None else x for x in row] for row in rows])


def test_the_batch_holds_products_over_temperatures_and_leaves_hits_out():
    state = visuals.batch_matrix(*BATCH).state
    hits = sampling.accidental_hits(torch.tensor([4, 1, 4])).numpy()
    for k, t in enumerate(TEMPERATURES):
        np.testing.assert_allclose(matrix(state["plain"][k]), U @ V.T / t, atol=6e-4)
        S = np.where(hits, -np.inf, U @ V.T / t)
        np.testing.assert_allclose(matrix(state["logits"][k]), S, atol=6e-4)


def test_a_student_s_function_drives_it():
    made = visuals.batch_matrix(*BATCH, function=in_batch_logits)
    assert made.state["logits"] == visuals.batch_matrix(*BATCH).state["logits"]
    assert "in_batch_logits" in made.note
    wrong = visuals.batch_matrix(*BATCH, function=hits_stay_in).state
    assert wrong["logits"] == wrong["plain"]  # its mistake is seen


@pytest.mark.parametrize(
    "function", [lambda *x: 1 / 0, lambda *x: torch.zeros(2, 2), lambda *x: None]
)
def test_a_function_that_fails_is_said_to(function):
    made = visuals.batch_matrix(*BATCH, function=function)
    assert "the numbers are the library's" in made.note
    assert made.state["logits"] == visuals.batch_matrix(*BATCH).state["logits"]


def test_the_circle_is_a_softmax_of_cosines():
    angles = np.array([70.0, 40, 310])
    p = softmax(angles, 95.0, 0.2)
    e = np.exp(np.cos(np.radians(angles - 95)) / 0.2)
    np.testing.assert_allclose(p, e / e.sum())
    _, bars = visuals.towers(["a", "b", "c"], angles, user=95).static()
    np.testing.assert_allclose([x.get_height() for x in bars.patches[:3]], softmax(angles, 95, 1.0))


BAD = {
    "names": (lambda: visuals.towers(["a", "b"], [1]), "an angle each"),
    "one": (lambda: visuals.towers(["a"], [1]), "two to nine items"),
    "positive": (lambda: visuals.towers(["a", "b"], [1, 2], positive=2), "one of the 2 items"),
    "temperature": (lambda: visuals.towers(["a", "b"], [1, 2], temperature=3), "must be one of"),
    "angle": (lambda: visuals.towers(["a", "b"], [1, 2], user=999), "between -360 and 360"),
    "shapes": (lambda: visuals.batch_matrix(U, V[:2], *BATCH[2:]), r"both be \(B, d\)"),
    "ids": (lambda: visuals.batch_matrix(U, V, [1], *BATCH[3:]), "3 entries each"),
    "cold": (lambda: visuals.batch_matrix(*BATCH, temperature=0.3), "must be one of"),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
