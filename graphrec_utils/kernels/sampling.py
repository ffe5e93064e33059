"""Numba kernel of negative sampling: the r-th item that a user has no interaction with."""

from __future__ import annotations

from numba import njit, prange


@njit(parallel=True, cache=True, error_model="numpy")
def free_items(users, x, indptr, gaps, num_items, out):
    """Write to `out` (B, S) the items that stand at the shares `x` of what each user has not.

    Of the f = n - deg(u) free items of user u the one with rank floor(x f) is found by bisection
    among the user's positives, so nothing is tried and rejected. Every entry is computed from its
    own number alone: the number of threads changes nothing.

    Args:
        users: (B,) ids.
        x: (B, S) in [0, 1).
        indptr, gaps: those of `sampling.Positives`.
        num_items: n.
    """
    for b in prange(users.size):
        u = users[b]
        start, stop = indptr[u], indptr[u + 1]
        free = num_items - (stop - start)
        base = u * (num_items + 1)  # what index() has added to the row's gaps
        for s in range(x.shape[1]):
            rank = int(x[b, s] * free)
            key = base + rank
            low, high = start, stop
            while low < high:  # the first positive with more than `rank` free items below it
                middle = (low + high) >> 1
                if gaps[middle] <= key:
                    low = middle + 1
                else:
                    high = middle
            out[b, s] = rank + low - start
