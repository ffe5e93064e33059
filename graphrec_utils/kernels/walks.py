"""Numba kernels of random walks: walkers that return to their start, and mass that is pushed.

A graph is one CSR matrix, row v holds the edges that leave v: `indptr` (N + 1,) int64 and
`indices` (E,) int32. Where edges are not all alike `weight` (E,) is not empty, and walkers read
the alias tables `keep` (E,) uint32 and `other` (E,) int32 that `alias` makes from it.

Every walker has its own stream of random numbers, made from the seed, its start and its number,
so that no result depends on threads or on how the starts were split into calls.
"""

from __future__ import annotations

import numpy as np
from numba import get_num_threads, njit, prange

WALKERS = 64  # in flight at once: while one waits for memory, the others go on
BITS = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
NO_STOP = (np.int64(-1), np.int64(0))


@njit(inline="always")
def _mix(x):
    """Scramble 64 bits (the finalizer of SplitMix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(inline="always")
def stream(seed, start, walker):
    """Return the first state of one walker's stream."""
    state = _mix(np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15))
    state = _mix(state ^ np.uint64(start))
    return _mix(state + np.uint64(walker) * np.uint64(0xD1B54A32D192ED03))


@njit(inline="always")
def next_bits(state, k):
    """Advance stream k and return 64 random bits."""
    state[k] += np.uint64(0x9E3779B97F4A7C15)
    return _mix(state[k])


@njit(inline="always")
def below(random, limit):
    """Return an integer below limit from the upper 32 bits; uneven by limit / 2^32 only."""
    return np.int64(((random >> BITS) * np.uint64(limit)) >> BITS)


@njit(cache=True)
def alias(indptr, indices, weight):
    """Return Walker's alias tables: edge e is kept if 32 random bits lie below `keep[e]`.

    Otherwise the walker goes to `other[e]`. An edge drawn at random from a row and then kept or
    replaced has the probability that its weight asks for.
    """
    keep = np.empty(indices.size, np.uint32)
    other = indices.copy()
    small, large = np.empty(0, np.int64), np.empty(0, np.int64)
    for v in range(indptr.size - 1):
        begin, size = indptr[v], indptr[v + 1] - indptr[v]
        if size > small.size:
            small, large = np.empty(2 * size, np.int64), np.empty(2 * size, np.int64)
        if size == 0:
            continue
        part = weight[begin : begin + size] * (size / weight[begin : begin + size].sum())
        num_small, num_large = 0, 0
        for k in range(size):
            if part[k] < 1.0:
                small[num_small], num_small = k, num_small + 1
            else:
                large[num_large], num_large = k, num_large + 1
        while num_small > 0 and num_large > 0:
            k, donor = small[num_small - 1], large[num_large - 1]
            num_small -= 1
            keep[begin + k] = np.uint32(part[k] * 4294967295.0)
            other[begin + k] = indices[begin + donor]
            part[donor] -= 1.0 - part[k]
            if part[donor] < 1.0:
                small[num_small], num_small = donor, num_small + 1
                num_large -= 1
        # what is left is 1 up to rounding: keep it, or go to itself
        for k in range(num_small):
            keep[begin + small[k]] = np.uint32(0xFFFFFFFF)
        for k in range(num_large):
            keep[begin + large[k]] = np.uint32(0xFFFFFFFF)
    return keep, other


@njit(cache=True)
def _walk(indptr, indices, keep, other, start, hops, num_steps, coin, seed, stop, counts, seen):
    """Count where walkers from `start` are after every step; return steps made and nodes seen.

    Args:
        hops: edges per step; only the last node of a step is counted.
        coin: a walker returns after a step if 32 random bits lie below it (2^32: always).
        stop: (n_p, n_v): end with the first walk after which more than n_p nodes have n_v visits;
            n_p < 0: never.
        counts: (N,) zeros, changed in place.
        seen: (min(N, num_steps),) gets the nodes with counts > 0.
    """
    # few steps, few walkers: each should return often, else the first step weighs too much
    walkers = max(1, min(WALKERS, num_steps * np.int64(coin) // np.int64(1 << 38)))
    state = np.empty(walkers, np.uint64)
    for k in range(walkers):
        state[k] = stream(seed, start, k)
    cur, at = np.full(walkers, start), np.empty(walkers, np.int64)
    edge, random = np.empty(walkers, np.int64), np.empty(walkers, np.uint64)
    weighted, limit, often = keep.size > 0, stop[0], stop[1]
    steps, num_seen, high = 0, 0, 0
    while steps < num_steps:
        active = min(walkers, num_steps - steps)
        at[:active] = cur[:active]
        # one stage for all walkers, then the next: their cache misses overlap
        for _ in range(hops):
            for k in range(active):
                random[k] = next_bits(state, k)
            for k in range(active):
                v = at[k]
                if v < 0:
                    edge[k] = -1
                else:
                    size = indptr[v + 1] - indptr[v]
                    edge[k] = indptr[v] + below(random[k], size) if size > 0 else -1
            for k in range(active):
                e = edge[k]
                if e < 0:
                    at[k] = -1
                elif weighted and (random[k] & LOW) >= np.uint64(keep[e]):
                    at[k] = other[e]
                else:
                    at[k] = indices[e]
        ended = False
        for k in range(active):
            v = at[k]
            if v >= 0:
                if counts[v] == 0:
                    seen[num_seen] = v
                    num_seen += 1
                counts[v] += 1
                high += counts[v] == often
            bits = next_bits(state, k) if weighted else random[k]
            if v < 0 or (bits & LOW) < coin:  # a dead end leads back to the start
                cur[k], ended = start, True
            else:
                cur[k] = v
        steps += active
        if ended and limit >= 0 and high > limit:
            break
    return steps, num_seen


@njit(cache=True)
def visits(indptr, indices, keep, other, start, hops, num_steps, coin, seed, stop):
    """Return (N,) int32 visits of one start; arguments as in `_walk`."""
    N = indptr.size - 1
    counts, seen = np.zeros(N, np.int32), np.empty(min(N, num_steps), np.int32)
    _walk(indptr, indices, keep, other, start, hops, num_steps, coin, seed, stop, counts, seen)
    return counts


@njit(cache=True)
def roots(indptr, indices, keep, other, starts, steps, hops, coin, seed, stop):
    """Return nodes and the sums over all starts of the square roots of their visits."""
    N = indptr.size - 1
    counts, seen = np.zeros(N, np.int32), np.empty(min(N, steps.max()), np.int32)
    score, found, num_found = np.zeros(N), np.empty(min(N, steps.sum()), np.int32), 0
    for q in range(starts.size):
        _, num_seen = _walk(
            indptr, indices, keep, other, starts[q], hops, steps[q], coin, seed, stop, counts, seen
        )
        for k in range(num_seen):
            v = seen[k]
            if score[v] == 0.0:
                found[num_found] = v
                num_found += 1
            score[v] += np.sqrt(counts[v])
            counts[v] = 0
    found = found[:num_found]
    return found, score[found]


@njit(parallel=True, cache=True)
def _top_visited(
    indptr, indices, keep, other, starts, hops, num_steps, coin, seed, types, quotas, out, num_parts
):
    N, top = indptr.size - 1, out.shape[1]
    counted = np.zeros(out.shape, np.int32)
    for part in prange(num_parts):
        counts, seen = np.zeros(N, np.int32), np.empty(min(N, num_steps), np.int32)
        keys, left = np.empty(seen.size, np.int64), np.empty(quotas.size, np.int64)
        stop = (np.int64(-1), np.int64(0))
        for b in range(part, starts.size, num_parts):
            start = starts[b]
            _, num_seen = _walk(
                indptr, indices, keep, other, start, hops, num_steps, coin, seed, stop, counts, seen
            )
            for k in range(num_seen):  # most visits first, then the smaller id
                keys[k] = (np.int64(N - counts[seen[k]]) << 32) + seen[k]
            best = num_seen
            if quotas.size == 1 and num_seen > top + 1:  # the start may be among the best
                best = top + 1
                keys[:num_seen] = np.partition(keys[:num_seen], best - 1)
            keys[:best].sort()
            left[:] = quotas
            kept = 0
            for k in range(best):
                v = keys[k] & 0xFFFFFFFF
                if kept < top and v != start and left[types[v]] > 0:
                    out[b, kept], counted[b, kept] = v, counts[v]
                    left[types[v]] -= 1
                    kept += 1
            for k in range(num_seen):
                counts[seen[k]] = 0
    return counted


def top_visited(
    indptr, indices, keep, other, starts, hops, num_steps, coin, seed, types, quotas
) -> tuple[np.ndarray, np.ndarray]:
    """Return the most visited nodes of every start and their visits, (B, T) int32 each.

    T is the sum of `quotas`: of type t at most quotas[t] nodes are kept, the start never. Rows
    are sorted by visits, equal ones by id; what is missing is -1 with 0 visits.
    """
    out = np.full((len(starts), int(quotas.sum())), -1, np.int32)
    parts = max(1, min(len(starts), 4 * get_num_threads()))
    counted = _top_visited(
        indptr, indices, keep, other, starts, hops, num_steps, coin, seed, types, quotas, out, parts
    )
    return out, counted


@njit(parallel=True, cache=True)
def paths(indptr, indices, keep, other, starts, first_walk, length, seed, out):
    """Write walks without return to `out` (B, length + 1); from a dead end on it holds -1.

    `first_walk` (B,) tells apart the walks of one start.
    """
    weighted = keep.size > 0
    for part in prange((starts.size + WALKERS - 1) // WALKERS):
        begin = part * WALKERS
        walkers = min(WALKERS, starts.size - begin)
        state, random = np.empty(walkers, np.uint64), np.empty(walkers, np.uint64)
        at, edge = np.empty(walkers, np.int64), np.empty(walkers, np.int64)
        for w in range(walkers):
            at[w] = out[begin + w, 0] = starts[begin + w]
            state[w] = stream(seed, at[w], first_walk[begin + w])
        # one stage for all walkers, then the next: their cache misses overlap
        for k in range(1, length + 1):
            for w in range(walkers):
                v, edge[w] = at[w], -1
                size = indptr[v + 1] - indptr[v] if v >= 0 else 0
                if size > 0:
                    random[w] = next_bits(state, w)
                    edge[w] = indptr[v] + below(random[w], size)
            for w in range(walkers):
                e = edge[w]
                if e < 0:
                    at[w] = -1
                elif weighted and (random[w] & LOW) >= np.uint64(keep[e]):
                    at[w] = other[e]
                else:
                    at[w] = indices[e]
                out[begin + w, k] = at[w]


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
