"""Exercise 14.1: lists of neighbors as one array, empty places marked."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    out = np.full((alpha.shape[0], top), -1)
    for u in range(alpha.shape[0]):
        a, b = alpha.indptr[u], alpha.indptr[u + 1]
        ids, w = alpha.indices[a:b], alpha.data[a:b]
        ids = ids[np.lexsort((ids, -w))][:top]
        out[u, : len(ids)] = ids
    return out


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


# fmt: off
ex.slip("your empty places hold 0, and 0 is a pin: it becomes everybody's neighbor",
        "np.full((alpha.shape[0], top), -1)", "np.zeros((alpha.shape[0], top), dtype=np.int64)",
        hint=True)
ex.slip("behind the neighbors stand pins of weight 0: who has no edge to the pin is no neighbor "
        "of it",
        "return out", 'return np.argsort(-alpha.toarray(), axis=1, kind="stable")[:, :top]')
ex.slip("your neighbors stand as they are stored, by their ids; the heaviest come first",
        "np.lexsort((ids, -w))", "np.argsort(ids)")
ex.slip("you keep the lightest neighbors: sort by −weight", "-w", "w", hint=True)
ex.slip("among equal weights the smaller id comes first; a reversed argsort turns that round",
        "(ids, -w)", "(-ids, -w)")
ex.slip("your empty places stand in front of the neighbors",
        "out[u, : len(ids)]", "out[u, top - len(ids) :]")
ex.slip("your empty places repeat a neighbor, which is then heard several times",
        "return out", "return np.where((out < 0) & (out[:, :1] >= 0), out[:, :1], out)")
ex.slip("you wrote positions in the sorted row, not ids: index the ids with the order",
        "ids[np.lexsort((ids, -w))][:top]", "np.lexsort((ids, -w))[:top]")
