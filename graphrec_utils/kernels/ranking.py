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
def _offer_row(scores, first, seen, order, values, items, size):
    """Offer a row of scores to a heap; return the heap's new size, or -1 if a score is NaN."""
    top = values.size
    worst = scores.dtype.type(values[0] if size == top else -np.inf)  # what the next must reach
    for start in range(0, scores.size, CHUNK):
        stop = min(start + CHUNK, scores.size)
        if stop - start == CHUNK:
            part, candidate = scores[start:stop], np.int32(0)
            for k in range(CHUNK):  # of known length and without a branch, hence vectorized
                candidate |= np.int32(not (part[k] < worst))  # NaN is one
            if not candidate:
                continue
        for k in range(start, stop):
            s, i = scores[k], first + k
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
                worst = scores.dtype.type(values[0])
    return size


@njit(parallel=True, **FAST)
def offer(scores, first, users, indptr, indices, order, values, items, sizes):
    """Offer a tile of scores to the heaps of its users; return how many users have a NaN.

    Args:
        scores: (B, c) float32 or float64, of the items first ... first + c - 1; -inf means "never".
        users: (B,) whose rows these are.
        indptr, indices: CSR of the seen items.
        order: (n,) the place of every item among items with equal scores.
        values, items, sizes: (B, top), (B, top) and (B,), the heaps: the worst is in front.
    """
    broken = 0
    for b in prange(len(users)):
        seen = indices[indptr[users[b]] : indptr[users[b] + 1]]
        size = _offer_row(scores[b], first, seen, order, values[b], items[b], sizes[b])
        if size < 0:
            broken += 1
        sizes[b] = max(0, size)
    return broken


@njit(parallel=True, **FAST)
def sort(values, items, sizes, order):
    """Turn heaps into lists of `items`, best first; -1 where nothing is left."""
    for b in prange(len(sizes)):
        items[b, sizes[b] :] = -1
        for last in range(sizes[b] - 1, 0, -1):  # the worst of those left goes behind them
            s, i = values[b, last], items[b, last]
            values[b, last], items[b, last] = values[b, 0], items[b, 0]
            values[b, 0], items[b, 0] = s, i
            _sink(values[b], items[b], order, last)


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
