"""Cells: k-means against a loop, searches against all products, lifting keeps every product."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.models import retrieval


def vectors(n=200, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) * rng.uniform(0.2, 3, (n, 1)), rng.normal(size=(30, d))


def exact(items, queries, top):
    return np.argsort(-(queries @ items.T), axis=1, kind="stable")[:, :top]


def test_every_item_is_in_the_cell_of_its_nearest_center():
    items, _ = vectors()
    centers, cell = retrieval.cells(items, 9)
    far = ((items[:, None] - centers[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(cell, far.argmin(axis=1))


def test_more_sweeps_never_make_the_cells_wider():
    items, _ = vectors()

    def width(sweeps):
        centers, cell = retrieval.cells(items, 12, sweeps)
        return ((items - centers[cell]) ** 2).sum()

    widths = [width(s) for s in (1, 3, 10)]
    assert widths == sorted(widths, reverse=True)


def test_equal_items_still_fill_all_cells_they_can():
    centers, cell = retrieval.cells(np.repeat([[1.0, 0], [0, 1]], 5, axis=0), 4)
    assert np.isfinite(centers).all() and len(cell) == 10


@pytest.mark.parametrize("seed", range(5))
def test_an_empty_cell_takes_the_item_that_is_farthest_away(seed):
    """Some first centers are one place: without that, as many cells would stay empty."""
    places = [[0.0, 0.0], [0.0, 5.0], [1.0, 0.0], [9.0, 9.0]]
    centers, _ = retrieval.cells(np.repeat(places, 6, axis=0), 4, seed=seed)
    assert sorted(centers.round(9).tolist()) == places


def test_with_all_cells_open_a_search_is_exact():
    items, queries = vectors()
    for lift in (False, True):
        ids, looked_at = retrieval.IVF(items, 10, lift=lift).search(queries, 7, 10)
        np.testing.assert_array_equal(ids, exact(items, queries, 7))
        assert (looked_at == len(items)).all()


def test_a_search_is_what_the_exercise_says():
    items, queries = vectors()
    index = retrieval.IVF(items, 10)
    centers, cell = retrieval.cells(items, 10)
    ids, looked_at = index.search(queries, 5, 3)
    for query, row, looked in zip(queries, ids, looked_at, strict=True):
        chosen = np.argsort(-(centers @ query))[:3]
        inside = np.flatnonzero(np.isin(cell, chosen))
        expected = inside[np.argsort(-(items[inside] @ query))[:5]]
        assert looked == len(inside) and row[: len(expected)].tolist() == expected.tolist()


def test_fewer_items_than_wanted_leave_empty_places():
    items, queries = vectors(n=12)
    ids, _ = retrieval.IVF(items, 6).search(queries, 10, 1)
    assert (ids[:, -1] == -1).all() and (ids[:, 0] >= 0).all()


def test_lifted_vectors_have_one_length_and_the_same_products():
    items, queries = vectors()
    high = retrieval.lifted(items)
    np.testing.assert_allclose(np.linalg.norm(high, axis=1), np.linalg.norm(items, axis=1).max())
    zero = np.column_stack([queries, np.zeros(len(queries))])
    np.testing.assert_allclose(zero @ high.T, queries @ items.T)
    far = ((zero[:, None] - high[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(far.argmin(axis=1), exact(items, queries, 1)[:, 0])


BAD = {
    "more cells": (lambda: retrieval.IVF(np.ones((3, 2)), 4), "3 items cannot fill 4 cells"),
    "no items": (lambda: retrieval.cells(np.ones((0, 2)), 1), "not empty"),
    "nan": (lambda: retrieval.lifted(np.array([[np.nan]])), "finite vectors"),
    "probes": (
        lambda: retrieval.IVF(np.eye(3), 2).search(np.eye(3), 1, 3),
        "2 cells; got probes 3",
    ),
    "no probe": (lambda: retrieval.IVF(np.eye(3), 2).search(np.eye(3), 1, 0), "probes"),
    "dim": (lambda: retrieval.IVF(np.eye(3), 2).search(np.ones((1, 2)), 1, 1), r"\(B, 3\)"),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
