"""Numba kernel of negative sampling: the r-th item that a user has no interaction with."""

from __future__ import annotations

from numba import njit, prange


@njit(parallel=True, cache=True, error_model="numpy")
def free_items(users, x, indptr, gaps, guide, num_items, out):
    """Write to `out` (B, S) the items that stand at the shares `x` of what each user has not.

    Of the f = n - deg(u) free items of user u the one with rank floor(x f) is computed: nothing is
    tried and rejected. How many positives stand below it is looked up where the guide says; from
    there it is one step on average, whatever the user likes (indexed search, Chen and Asau 1974).
    Every entry is computed from its own number alone: the number of threads changes nothing.

    Args:
        users: (B,) ids.
        x: (B, S) in [0, 1).
        indptr, gaps, guide: those of `sampling.Positives`.
        num_items: n.
    """
    for b in prange(users.size):
        start = indptr[users[b]]
        degree = indptr[users[b] + 1] - start
        for s in range(x.shape[1]):
            rank, below = int(x[b, s] * (num_items - degree)), 0
            if degree:
                below = int(guide[start + int(x[b, s] * degree)])
            while below < degree and gaps[start + below] <= rank:
                below += 1
            out[b, s] = rank + below
