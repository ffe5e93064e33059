"""Exercise 14.1: lists of neighbors as one array, empty places marked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from graphrec_utils.exercises.core import Exercise


def _padded(
    alpha, top, order=lambda ids, w: np.lexsort((ids, -w)), fill=-1, front=False, width=None
):
    width = top if width is None else width
    out = np.full((alpha.shape[0], width), fill, dtype=np.int64)
    for u in range(alpha.shape[0]):
        part = slice(alpha.indptr[u], alpha.indptr[u + 1])
        ids, w = alpha.indices[part], alpha.data[part]
        ids = ids[order(ids, w)][:width]
        if front:
            out[u, width - len(ids) :] = ids
        else:
            out[u, : len(ids)] = ids
    return out


def _variant(**options) -> Callable:
    return lambda *inputs: _padded(*inputs, **options)


def _graph(rng, n: int = 6, N: int = 12, top: int = 3, most: int = 6, alone: int = 1) -> dict:
    """Rows of 0 to `most` neighbors, their columns in any order, some weights equal; pin 0 is in many."""
    rows, columns, weights = [], [], []
    lonely = rng.permutation(n)[:alone]
    for u in range(n):
        if u in lonely:
            continue
        count = most if u == (lonely[0] + 1) % n else int(rng.integers(1, most + 1))
        found = rng.permutation(N)[:count]
        if count > 2 and 0 not in found:
            found[0] = 0
        w = rng.choice([0.1, 0.2, 0.3, 0.4], count)
        if count == most:  # the two heaviest are equal
            w[0] = w[1] = 0.5
            w[2:] = rng.choice([0.1, 0.2], count - 2)
        rows += [u] * count
        columns += found.tolist()
        weights += w.tolist()
    indptr = np.concatenate([[0], np.bincount(rows, minlength=n).cumsum()])
    alpha = sp.csr_array(
        (np.array(weights), np.array(columns, dtype=np.int64), indptr), shape=(n, N)
    )
    return {"alpha": alpha, "top": top}


ex = Exercise(
    "14.1",
    "pad_neighbors",
    points=5,
    library=("graphrec_utils.walks.padded.pad", "graphrec_utils.walks.padded.neighborhoods"),
    hints=(
        "Which number can stand in an empty place so that nobody takes it for a pin?",
        "Begin with an array full of −1. For each row: sort its ids by weight, the largest first and equal "
        "ones by the smaller id, cut at `top`, and write them to the front.",
        "`ids = alpha.indices[a:b]`, `w = alpha.data[a:b]` with `a, b = alpha.indptr[u], alpha.indptr[u + 1]`; "
        "`ids = ids[np.lexsort((ids, -w))][:top]`; `out[u, :len(ids)] = ids`.",
    ),
)  # fmt: skip


@ex.solution
def pad_neighbors(alpha, top):
    return _padded(alpha, top)


def _by_hand(rng) -> dict:
    alpha = sp.csr_array(
        (np.array([0.25, 0.5, 0.25, 1.0]), np.array([4, 2, 0, 3]), [0, 3, 3, 4]), shape=(3, 5)
    )
    return {"alpha": alpha, "top": 2}


ex.claim("three pins by hand: (2, 0), nobody, and (3)", _by_hand)
ex.claim("six pins, three places", _graph)
ex.claim(
    "nobody has so many neighbors: all rows end with empty places",
    lambda rng: _graph(rng, 5, 9, 8, 5),
)


def _unsorted(rng) -> dict:
    """Equal weights whose columns are not stored in order, as products of sparse matrices are not."""
    weights, columns = np.array([0.2, 0.5, 0.5, 0.5, 0.2]), np.array([1, 4, 2, 3, 0])
    return {"alpha": sp.csr_array((weights, columns, [0, 4, 5]), shape=(2, 6)), "top": 3}


ex.claim("equal weights that are stored in another order: the smaller id first", _unsorted)
ex.claim("one place each", lambda rng: _graph(rng, 7, 10, 1, 4, 2))


@ex.mistake("your empty places hold 0, and 0 is a pin: it becomes everybody's neighbor")
def filled_with_zero(*inputs):
    return _variant(fill=0)(*inputs)


@ex.mistake(
    "behind the neighbors stand pins of weight 0: who has no edge to the pin is no neighbor of it"
)
def weights_of_zero(alpha, top):
    return np.argsort(-alpha.toarray(), axis=1, kind="stable")[:, :top]


@ex.mistake("your neighbors stand as they are stored, by their ids; the heaviest come first")
def by_id(*inputs):
    return _variant(order=lambda ids, w: np.argsort(ids))(*inputs)


@ex.mistake("you keep the lightest neighbors: sort by −weight")
def lightest_first(*inputs):
    return _variant(order=lambda ids, w: np.lexsort((ids, w)))(*inputs)


@ex.mistake("among equal weights the smaller id comes first; a reversed argsort turns that round")
def ties_the_other_way(*inputs):
    return _variant(order=lambda ids, w: np.lexsort((-ids, -w)))(*inputs)


@ex.mistake("your empty places stand in front of the neighbors")
def empty_in_front(*inputs):
    return _variant(front=True)(*inputs)


@ex.mistake("your empty places repeat a neighbor, which is then heard several times")
def repeated(alpha, top):
    out = _padded(alpha, top)
    return np.where((out < 0) & (out[:, :1] >= 0), out[:, :1], out)


@ex.mistake("you wrote positions in the sorted row, not ids: index the ids with the order")
def positions(alpha, top):
    out = np.full((alpha.shape[0], top), -1)
    for u in range(alpha.shape[0]):
        part = slice(alpha.indptr[u], alpha.indptr[u + 1])
        order = np.lexsort((alpha.indices[part], -alpha.data[part]))[:top]
        out[u, : len(order)] = order
    return out
