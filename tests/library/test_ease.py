"""EASE: its condition, its optimum, and both sides of the matrix."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.models.ease import ease

SHAPES = [(30, 12), (12, 30), (15, 15)]


def random_R(m, n, seed=0):
    R = (np.random.default_rng(seed).random((m, n)) < 0.3).astype(float)
    R[2], R[:, 5] = 0, 0  # a user without likes and an item without fans
    return R


def weights(R, reg):
    """B column by column: least squares on all items but the own one."""
    n = R.shape[1]
    B = np.zeros((n, n))
    for i in range(n):
        others = np.delete(np.arange(n), i)
        X = R[:, others]
        B[others, i] = np.linalg.solve(X.T @ X + reg * np.eye(n - 1), X.T @ R[:, i])
    return B


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reg", [0.1, 3.0, 500.0])
def test_each_item_is_predicted_from_the_others_by_least_squares(shape, reg):
    R = random_R(*shape)
    scores = ease(sp.csr_array(R), reg).scores(np.arange(shape[0]))
    assert scores == pytest.approx(R @ weights(R, reg), abs=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_nobody_is_recommended_anything_by_likes_of_that_item_alone(shape):
    R = np.eye(*shape)  # no two users share an item, so nothing can be predicted
    assert ease(sp.csr_array(R), 1.0).scores(np.arange(shape[0])) == pytest.approx(0, abs=1e-12)


def test_both_sides_give_the_same_scores_in_single_precision_too():
    R = random_R(40, 39)
    wide = np.hstack([R, np.zeros((40, 5))])  # items without fans turn it to the users' side
    tall = ease(sp.csr_array(R, dtype=np.float32), 2.0).scores(np.arange(40))
    other = ease(sp.csr_array(wide, dtype=np.float32), 2.0).scores(np.arange(40))
    assert tall.dtype == other.dtype == np.float32
    assert other[:, :39] == pytest.approx(tall, abs=1e-5)
    assert other[:, 39:] == pytest.approx(0, abs=1e-6)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="reg must be a positive number"):
        ease(sp.csr_array(random_R(8, 6)), 0)
    with pytest.raises(TypeError, match="a scipy"):
        ease(random_R(8, 6), 1.0)
