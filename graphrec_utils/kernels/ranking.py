"""Numba kernels of full ranking: the best unseen items of a row of scores, and who was found.

`indptr` (m + 1,) and `indices` (nnz,) are one CSR matrix of the users' items, every row ascending.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

CHUNK = 64  # scores that are compared with the worst of the best before any is looked at

FAST = {"error_model": "numpy", "cache": True}


@njit(**FAST)
def _contains(row, item):
    """Report whether an ascending row has an item."""
    low, high = 0, row.size
    while low < high:
        middle = (low + high) >> 1
        if row[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low < row.size and row[low] == item


@njit(**FAST)
def _worse(s, i, t, j, order):
    """Report whether item i with score s stands behind item j with score t."""
    return s < t or (s == t and order[i] > order[j])


@njit(**FAST)
def _sink(values, items, order, size):
    """Move the root of a heap, whose root is the worst, down to its place."""
    s, i, place = values[0], items[0], 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        other = child + 1
        if other < size and _worse(values[other], items[other], values[child], items[child], order):
            child = other
        if not _worse(values[child], items[child], s, i, order):
            break
        values[place], items[place] = values[child], items[child]
        place = child
    values[place], items[place] = s, i


@njit(**FAST)
def _rise(values, items, order, place):
    """Move the last entry of a heap up to its place."""
    s, i = values[place], items[place]
    while place > 0:
        parent = (place - 1) >> 1
        if not _worse(s, i, values[parent], items[parent], order):
            break
        values[place], items[place] = values[parent], items[parent]
        place = parent
    values[place], items[place] = s, i


@njit(**FAST)
def _best_of_row(scores, seen, order, values, items):
    """Fill a heap with the best unseen items; return its size, or -1 if a score is NaN."""
    top, size = values.size, 0
    worst = scores.dtype.type(-np.inf)  # what the next item must reach
    for start in range(0, scores.size, CHUNK):
        stop = min(start + CHUNK, scores.size)
        if stop - start == CHUNK:
            part, candidate = scores[start:stop], np.int32(0)
            for k in range(CHUNK):  # of known length and without a branch, hence vectorized
                candidate |= np.int32(not (part[k] < worst))  # NaN is one
            if not candidate:
                continue
        for i in range(start, stop):
            s = scores[i]
            if s < worst or s == -np.inf or _contains(seen, i):
                continue
            if np.isnan(s):
                return -1
            if size < top:
                values[size], items[size] = s, i
                _rise(values, items, order, size)
                size += 1
            elif _worse(values[0], items[0], s, i, order):
                values[0], items[0] = s, i
                _sink(values, items, order, size)
            if size == top:
                worst = values[0]
    return size


@njit(parallel=True, **FAST)
def best_unseen(scores, users, indptr, indices, order, out):
    """Write the best unseen items of every row of scores to `out`; return how many rows have NaN.

    Args:
        scores: (B, n) float32 or float64; -inf means "never". Not changed.
        users: (B,) whose rows these are.
        indptr, indices: CSR of the seen items.
        order: (n,) the place of every item among items with equal scores.
        out: (B, top) int64, best first; -1 where nothing is left.
    """
    B, top = out.shape
    broken = 0
    for b in prange(B):
        values = np.empty(top, scores.dtype)
        items = np.empty(top, np.int64)
        u = users[b]
        size = _best_of_row(scores[b], indices[indptr[u] : indptr[u + 1]], order, values, items)
        if size < 0:
            broken += 1
            size = 0
        out[b, size:] = -1
        for last in range(size - 1, -1, -1):  # the root is the worst of those left
            out[b, last] = items[0]
            values[0], items[0] = values[last], items[last]
            _sink(values, items, order, last)
    return broken


@njit(parallel=True, **FAST)
def found(lists, indptr, indices, out):
    """Write to `out` (B, top) bool which places of list b hold an item of row b.

    Returns how many lists name an item twice.
    """
    B, top = lists.shape
    repeated = 0
    for b in prange(B):
        row = indices[indptr[b] : indptr[b + 1]]
        for k in range(top):
            out[b, k] = lists[b, k] >= 0 and _contains(row, lists[b, k])
        ordered = np.sort(lists[b])
        for k in range(1, top):
            if ordered[k] == ordered[k - 1] and ordered[k] >= 0:
                repeated += 1
                break
    return repeated
