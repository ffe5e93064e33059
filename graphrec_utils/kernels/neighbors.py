"""Numba kernels of neighbor sampling: choose edges of each node, then number the nodes anew.

A graph is one CSR matrix: row v holds the nodes that v hears, `indptr` (N + 1,) int64 and `indices`
(E,) int32. Each node has its own stream of random numbers, so threads do not matter.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from graphrec_utils.kernels.walks import below, next_bits, stream

TOGETHER = 64  # nodes whose rows are looked up at once: their cache misses overlap


@njit(cache=True)
def counts(indptr, nodes, fanout, replace):
    """Return where each node's edges will begin, (B + 1,); fanout < 0: all of them."""
    begin = np.zeros(nodes.size + 1, np.int64)
    for b in range(nodes.size):
        size = indptr[nodes[b] + 1] - indptr[nodes[b]]
        if fanout >= 0 and (size > fanout or (replace and size > 0)):
            size = fanout
        begin[b + 1] = begin[b] + size
    return begin


@njit(parallel=True, cache=True)
def choose(indptr, nodes, fanout, replace, seed, layer, begin, out):
    """Write the chosen edges, positions in `indices`, of every node to `out` (begin[-1],)."""
    for part in prange((nodes.size + TOGETHER - 1) // TOGETHER):
        here = nodes[part * TOGETHER : (part + 1) * TOGETHER]
        start, sizes = np.empty(here.size, np.int64), np.empty(here.size, np.int64)
        for i in range(here.size):  # what is far away in memory is asked for at once
            start[i], sizes[i] = indptr[here[i]], indptr[here[i] + 1] - indptr[here[i]]
        state = np.empty(1, np.uint64)
        for i in range(here.size):
            first, size = start[i], sizes[i]
            left, right = begin[part * TOGETHER + i], begin[part * TOGETHER + i + 1]
            if fanout < 0 or (size <= fanout and not replace):
                for k in range(size):
                    out[left + k] = first + k
                continue
            state[0] = stream(seed, here[i], layer)
            if replace:
                for e in range(left, right):
                    out[e] = first + below(next_bits(state, 0), size)
            elif 4 * fanout > size:  # Knuth's algorithm S: pass over all, keep with the right odds
                e, k = left, 0
                while e < right:  # without a branch: whether an edge is kept cannot be guessed
                    out[e] = first + k
                    e += below(next_bits(state, 0), size - k) < right - e
                    k += 1
            else:  # Floyd's algorithm: no edge is drawn twice, none is drawn in vain
                for e in range(left, right):
                    last = size - (right - e)
                    pick = first + below(next_bits(state, 0), last + 1)
                    for earlier in range(left, e):
                        if out[earlier] == pick:
                            pick = first + last
                            break
                    out[e] = pick


@njit(cache=True)
def look_up(indices, edges):
    """Overwrite edges, positions in `indices`, with the nodes that stand there, (E,)."""
    for e in range(
        edges.size
    ):  # alone, so that the processor need not wait for one after the other
        edges[e] = indices[edges[e]]


@njit(cache=True)
def relabel(targets, heard, place):
    """Return the sources of a block; `heard` is overwritten by each edge's position in them.

    Args:
        targets: (T,) different nodes; they are the first sources.
        heard: (E,) the node at the far end of each edge, changed in place.
        place: (N,) int32 zeros; scratch, of no use afterwards.

    Returns:
        (S,) int64 nodes in the order of their first appearance.
    """
    # one place more than there can be sources: what may be new is written before it is known to be
    sources = np.empty(targets.size + heard.size + 1, np.int64)
    for t in range(targets.size):
        sources[t] = targets[t]
        place[targets[t]] = t + 1
    count = targets.size
    for e in range(heard.size):  # without a branch: whether a node is new cannot be guessed
        v = heard[e]
        known = np.int64(place[v])
        sources[count] = v
        count += known == 0
        known = count if known == 0 else known
        place[v] = known
        heard[e] = known - 1
    return sources[:count].copy()


@njit(cache=True)
def repeat(begin, out):
    """Write b to out[begin[b] : begin[b + 1]] for every b: the target of every edge."""
    for b in range(begin.size - 1):
        out[begin[b] : begin[b + 1]] = b
