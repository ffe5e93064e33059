"""Numba kernels of personalized PageRank: mass that is pushed, or spread over all edges at once.

A graph is one CSR matrix as in `kernels.walks`; where edges are not all alike `weight` (E,) is not empty.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True)
def push(indptr, indices, weight, degree, start, restart, tolerance):
    """Return settled and waiting mass, (N,) each: forward push from `start`.

    `degree` (N,) holds the row sums; a row with degree 0 sends its mass back to the start. Stops
    as soon as no node v has more than `tolerance * degree[v]` waiting (without edges: more than
    `tolerance`). What is waiting then is exactly what is missing.
    """
    N = degree.size
    settled, waiting = np.zeros(N), np.zeros(N)
    ring, queued = np.empty(N, np.int64), np.zeros(N, np.bool_)  # each node is in line at most once
    waiting[start] = 1.0
    ring[0], queued[start], first, length = start, True, 0, 1
    while length > 0:
        v = ring[first]
        first, length, queued[v] = (first + 1) % N, length - 1, False
        mass, waiting[v] = waiting[v], 0.0
        settled[v] += restart * mass
        mass *= 1.0 - restart
        num_edges = indptr[v + 1] - indptr[v]
        for k in range(max(num_edges, 1)):
            w, share = start, mass
            if num_edges > 0:
                e = indptr[v] + k
                w = indices[e]
                share = mass * (weight[e] if weight.size > 0 else 1.0) / degree[v]
            waiting[w] += share
            limit = tolerance * degree[w] if degree[w] > 0.0 else tolerance
            if waiting[w] > limit and not queued[w]:
                ring[(first + length) % N], queued[w], length = w, True, length + 1
    return settled, waiting


@njit(parallel=True, cache=True)
def spread(indptr, indices, share, X, factor, out):
    """Write factor times the product of a CSR matrix with entries `share` and X, (N, B), to out."""
    for v in prange(indptr.size - 1):
        row = out[v]
        row[:] = 0.0
        for e in range(indptr[v], indptr[v + 1]):
            other, weight = X[indices[e]], share[e]
            for b in range(row.size):
                row[b] += weight * other[b]
        for b in range(row.size):
            row[b] *= factor
