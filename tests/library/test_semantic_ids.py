"""Semantic IDs against loops and scipy's k-means."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from graphrec_utils.models import semantic_ids


def space(n=200, d=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 3 * rng.integers(0, 4, (n, 1))


def test_codes_are_the_nearest_centers_of_what_is_left():
    X, words = space(), semantic_ids.residual_kmeans(space(), (6, 5, 4))
    codes = semantic_ids.residual_codes(X, words)
    assert codes.shape == (200, 3)
    for x, row in zip(X, codes, strict=True):
        for b, c in zip(words, row, strict=True):
            assert cdist(x[None], b)[0].argmin() == c
            x = x - b[c]


def test_a_level_is_scipy_s_kmeans_from_the_same_start():
    X = space()
    (ours,) = semantic_ids.residual_kmeans(X, (7,), sweeps=12, seed=3)
    start = X[
        np.random.default_rng(3).choice(
            np.arange(len(X))[np.sort(np.unique(X, axis=0, return_index=True)[1])], 7, replace=False
        )
    ]
    theirs, _ = kmeans2(X, start, iter=12, minit="matrix")
    np.testing.assert_allclose(np.sort(ours, axis=0), np.sort(theirs, axis=0), atol=1e-9)


def test_each_level_leaves_less():
    X, words = space(), semantic_ids.residual_kmeans(space(), (6, 6, 6), seed=1)
    codes = semantic_ids.residual_codes(X, words)
    left = [
        np.square(X - sum(b[codes[:, k]] for k, b in enumerate(words[:level]))).sum()
        for level in range(4)
    ]
    assert all(a > b for a, b in itertools.pairwise(left))


def test_the_same_seed_gives_the_same_words():
    one, two = (semantic_ids.residual_kmeans(space(), (5, 4), seed=2) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_code_words_than_items_are_refused():
    with pytest.raises(ValueError, match="level 1: 9 code words for 8 different items"):
        semantic_ids.residual_kmeans(space(8), (9,))
    X = np.repeat(space(4), 10, axis=0)  # many rows, four different
    with pytest.raises(ValueError, match="for 4 different"):
        semantic_ids.residual_kmeans(X, (5,))
    with pytest.raises(ValueError, match="level 2"):
        semantic_ids.residual_kmeans(space(8), (8, 2))  # nothing is left over


@pytest.mark.parametrize(
    ("call", "words"),
    [(lambda: semantic_ids.residual_codes(space(), []), "one level"),
     (lambda: semantic_ids.residual_codes(space(), [np.ones((3, 2))]), "must have 5 columns"),
     (lambda: semantic_ids.residual_codes(space() * np.nan, [np.ones((3, 5))]), "finite"),
     (lambda: semantic_ids.residual_kmeans(space(), ()), "one level"),
     (lambda: semantic_ids.prefixes(np.zeros((4, 2), int), 3), "number of codes")],
    ids=["levels", "columns", "nan", "sizes", "prefix"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_prefixes_are_groups_within_groups():
    codes = semantic_ids.residual_codes(space(), semantic_ids.residual_kmeans(space(), (5, 4, 3)))
    for level in range(4):
        group = semantic_ids.prefixes(codes, level)
        for a in range(0, 200, 17):
            same = (codes[:, :level] == codes[a, :level]).all(axis=1)
            np.testing.assert_array_equal(same, group == group[a])


def test_scores_are_counted_transitions_of_prefixes():
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 0], [1, 1]])
    pairs = np.array([[0, 2], [0, 2], [1, 4], [0, 1]])
    one = semantic_ids.Transitions(codes, pairs, level=1, backoff=0.0).scores([0, 1])
    # of four pairs from prefix 0 three went to prefix 1, which has three items
    np.testing.assert_allclose(one[0], [1 / 8, 1 / 8, 1 / 4, 1 / 4, 1 / 4])
    np.testing.assert_allclose(one[0], one[1])
    two = semantic_ids.Transitions(codes, pairs, level=2, backoff=0.0).scores([0, 3])
    np.testing.assert_allclose(two[0], [0, 1 / 3, 1 / 3, 1 / 3, 0])
    assert not two[1].any()  # nobody was seen to go anywhere from 1·0 …
    backed = semantic_ids.Transitions(codes, pairs, level=2, backoff=0.1).scores([1])
    assert backed[0, 4] > backed[0, 2] > 0  # … and a new item of a known prefix is found


def test_pairs_of_unknown_items_are_refused():
    with pytest.raises(ValueError):
        semantic_ids.Transitions(np.zeros((3, 1), int), np.array([[0, 7]]), 1)
