"""Numba kernels of random walks: walkers that return to their start.

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
WALKS = 64  # that each of them makes at least, on average
MANY = 32  # visits: nodes with as many are counted together
COUNTS = 2**24  # visits that a thread counts at most, in numbers of 4 bytes
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


@njit(inline="always")
def num_walkers(num_steps, coin):
    """Return how many walkers leave a start together: few steps, few walkers, else the first step weighs too much."""
    # num_steps * coin / 2^32 walks are expected to end, coin being a chance in 2^32: WALKS for each walker
    return max(1, min(WALKERS, num_steps * np.int64(coin) // np.int64(WALKS << 32)))


@njit(cache=True)
def _walk(indptr, indices, keep, other, starts, hops, num_steps, coin, seed, stop, counts, seen):
    """Count where walkers from each of G starts are after every step; return steps made and nodes seen, (G,).

    Args:
        hops: edges per step; only the last node of a step is counted.
        coin: a walker returns after a step if 32 random bits lie below it (2^32: always).
        stop: (n_p, n_v): end with the first walk after which more than n_p nodes have n_v visits;
            n_p < 0: never. One start only.
        counts: (G, N) zeros, changed in place.
        seen: (G, min(N, num_steps)) gets the nodes with counts > 0.
    """
    G, walkers = starts.size, num_walkers(num_steps, coin)
    state = np.empty(G * walkers, np.uint64)
    cur, at = np.empty(state.size, np.int64), np.empty(state.size, np.int64)
    edge, random = np.empty(state.size, np.int64), np.empty(state.size, np.uint64)
    for k in range(state.size):
        start, walker = starts[k // walkers], k % walkers
        state[k], cur[k] = stream(seed, start, walker), start
    weighted, limit, often = keep.size > 0, stop[0], stop[1]
    steps, num_seen, high = 0, np.zeros(G, np.int64), 0
    while steps < num_steps:
        active = min(walkers, num_steps - steps)
        at[:] = cur
        # one stage for all walkers, then the next: their cache misses overlap
        for _ in range(hops):
            for k in range(state.size):
                random[k] = next_bits(state, k)
            for k in range(state.size):
                v = at[k]
                if v < 0:
                    edge[k] = -1
                else:
                    size = indptr[v + 1] - indptr[v]
                    edge[k] = indptr[v] + below(random[k], size) if size > 0 else -1
            for k in range(state.size):
                e = edge[k]
                if e < 0:
                    at[k] = -1
                elif weighted and (random[k] & LOW) >= np.uint64(keep[e]):
                    at[k] = other[e]
                else:
                    at[k] = indices[e]
        ended = False
        for g in range(G):
            start, count, found, num = starts[g], counts[g], seen[g], num_seen[g]
            for k in range(g * walkers, g * walkers + active):
                v = at[k]
                if v >= 0:
                    if count[v] == 0:
                        found[num] = v
                        num += 1
                    count[v] += 1
                    high += count[v] == often
                bits = next_bits(state, k) if weighted else random[k]
                if v < 0 or (bits & LOW) < coin:  # a dead end leads back to the start
                    cur[k], ended = start, True
                else:
                    cur[k] = v
            num_seen[g] = num
        steps += active
        if ended and limit >= 0 and high > limit:
            break
    return steps, num_seen


@njit(cache=True)
def visits(indptr, indices, keep, other, start, hops, num_steps, coin, seed, stop):
    """Return (N,) int32 visits of one start; arguments as in `_walk`."""
    N = indptr.size - 1
    starts = np.full(1, start, np.int64)
    counts, seen = np.zeros((1, N), np.int32), np.empty((1, min(N, num_steps)), np.int32)
    _walk(indptr, indices, keep, other, starts, hops, num_steps, coin, seed, stop, counts, seen)
    return counts[0]


@njit(cache=True)
def roots(indptr, indices, keep, other, starts, steps, hops, coin, seed, stop):
    """Return nodes and the sums over all starts of the square roots of their visits."""
    N = indptr.size - 1
    counts, seen = np.zeros((1, N), np.int32), np.empty((1, min(N, steps.max())), np.int32)
    score, found, num_found = np.zeros(N), np.empty(min(N, steps.sum()), np.int32), 0
    for q in range(starts.size):
        one = starts[q : q + 1]
        _, num_seen = _walk(
            indptr, indices, keep, other, one, hops, steps[q], coin, seed, stop, counts, seen
        )
        for k in range(num_seen[0]):
            v = seen[0, k]
            if score[v] == 0.0:
                found[num_found] = v
                num_found += 1
            score[v] += np.sqrt(counts[0, v])
            counts[0, v] = 0
    found = found[:num_found]
    return found, score[found]


@njit(parallel=True, cache=True)
def _top_visited(
    indptr, indices, keep, other, starts, hops, num_steps, coin, seed, types, quotas, out, together, num_parts
):  # fmt: skip
    N = indptr.size - 1
    counted = np.zeros(out.shape, np.int32)
    for part in prange(num_parts):
        counts = np.zeros((together, N), np.int32)
        seen = np.empty((together, min(N, num_steps)), np.int32)
        keys, left = np.empty(seen.shape[1], np.int64), np.empty(quotas.size, np.int64)
        stop = (np.int64(-1), np.int64(0))
        for first in range(part * together, starts.size, num_parts * together):
            group = starts[first : first + together]
            _, num_seen = _walk(
                indptr, indices, keep, other, group, hops, num_steps, coin, seed, stop, counts, seen
            )
            for g in range(group.size):
                there = seen[g, : num_seen[g]]
                b = first + g
                _best(group[g], there, counts[g], types, quotas, keys, left, out[b], counted[b])
                for v in there:
                    counts[g, v] = 0
    return counted


@njit(cache=True)
def _best(start, seen, counts, types, quotas, keys, left, out, counted):
    """Write the most visited nodes of one start, and their visits, to the first places of its row."""
    N, top, least, best = counts.size, out.size, 0, 0
    if quotas.size == 1:  # fewer visits than `least` are too few; the start may be among the best
        have = np.zeros(MANY + 1, np.int64)
        for v in seen:
            have[min(counts[v], MANY)] += 1
        least, enough = MANY, have[MANY]
        while least > 0 and enough <= top:
            least -= 1
            enough += have[least]
    for v in seen:
        if counts[v] >= least:  # most visits first, then the smaller id
            keys[best] = (np.int64(N - counts[v]) << 32) + v
            best += 1
    keys[:best].sort()
    left[:] = quotas
    kept = 0
    for k in range(best):
        v = keys[k] & 0xFFFFFFFF
        if kept < top and v != start and left[types[v]] > 0:
            out[kept], counted[kept] = v, counts[v]
            left[types[v]] -= 1
            kept += 1


def top_visited(
    indptr, indices, keep, other, starts, hops, num_steps, coin, seed, types, quotas
) -> tuple[np.ndarray, np.ndarray]:
    """Return the most visited nodes of every start and their visits, (B, T) int32 each.

    T is the sum of `quotas`: of type t at most quotas[t] nodes are kept, the start never. Rows
    are sorted by visits, equal ones by id; what is missing is -1 with 0 visits.
    """
    out = np.full((len(starts), int(quotas.sum())), -1, np.int32)
    # several starts walk at once where each has few walkers, unless the counts would take much memory
    together = max(1, min(WALKERS // num_walkers(num_steps, coin), COUNTS // len(indptr)))
    parts = max(1, min(-(-len(starts) // together), 4 * get_num_threads()))
    walk = indptr, indices, keep, other, starts, hops, num_steps, coin, seed
    counted = _top_visited(*walk, types, quotas, out, together, parts)
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
