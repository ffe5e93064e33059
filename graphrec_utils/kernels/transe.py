"""Numba kernels of TransE: one pass of training, and ranks of the truth among all entities.

Corrupting a tail asks which t lies closest to q = h + r, corrupting a head which h lies closest to
q = t - r. Both are one question: the distances of candidates to a query.
"""

from __future__ import annotations

import numpy as np
from numba import get_num_threads, njit, prange

from graphrec_utils.kernels.walks import below, next_bits, stream

FAST = {"fastmath": {"reassoc", "contract", "arcp", "nsz"}, "error_model": "numpy", "cache": True}


@njit(**FAST)
def distance(a, b, p):
    """Return the L1 or L2 norm of a - b."""
    total = a.dtype.type(0)
    if p == 1:
        for f in range(a.size):
            total += abs(a[f] - b[f])
        return total
    for f in range(a.size):
        total += (a[f] - b[f]) * (a[f] - b[f])
    return np.sqrt(total)


@njit(**FAST)
def _add_gradient(candidate, q, dist, scale, p, grad_candidate, grad_q):
    """Add scale times the gradient of the distance to both gradients."""
    if p == 1:
        for f in range(q.size):
            step = scale * np.sign(candidate[f] - q[f])
            grad_candidate[f] += step
            grad_q[f] -= step
    elif dist > 0:
        scale /= dist
        for f in range(q.size):
            step = scale * (candidate[f] - q[f])
            grad_candidate[f] += step
            grad_q[f] -= step


@njit(**FAST)
def _update(row, grad, sign, squares, rate, unit):
    """Make one Adagrad step with one accumulator per row; return the new accumulator."""
    total = row.dtype.type(0)
    for f in range(row.size):
        total += grad[f] * grad[f]
    if total == 0:
        return squares
    squares += total / row.size
    step = sign * rate / np.sqrt(squares)
    norm = row.dtype.type(0)
    for f in range(row.size):
        row[f] -= step * grad[f]
        norm += row[f] * row[f]
    if unit and norm > 0:
        norm = 1 / np.sqrt(norm)
        for f in range(row.size):
            row[f] *= norm
    return squares


@njit(**FAST)
def _slopes(dist, others, softmax, sharpness, slope):
    """Return the loss of one triple; `slope` gets its derivative by every distance.

    Candidate 0 is the truth. `others` candidates follow. Margin: `sharpness` is the margin, the
    loss is the mean hinge. Softmax: cross-entropy of the scores -sharpness * distance.
    """
    slope[: others + 1] = 0
    loss = dist.dtype.type(0)
    if softmax:
        nearest, total = dist[: others + 1].min(), dist.dtype.type(0)
        for j in range(others + 1):
            slope[j] = np.exp(sharpness * (nearest - dist[j]))
            total += slope[j]
        for j in range(others + 1):
            slope[j] *= -sharpness / total
        slope[0] += sharpness
        return sharpness * (dist[0] - nearest) + np.log(total)
    for j in range(1, others + 1):
        lack = sharpness + dist[0] - dist[j]
        if lack > 0:
            loss += lack / others
            slope[0] += dist.dtype.type(1) / others
            slope[j] = -dist.dtype.type(1) / others
    return loss


@njit(**FAST)
def one_pass(
    facts, order, entity, rel, squares, rel_squares, draws, p, softmax, sharpness, rate, unit, seed
):
    """Visit every fact once, in the given order; return the mean loss.

    Args:
        facts: (F, 3) int64 head, relation, tail.
        entity, rel: (num_entities, d), (num_relations, d); changed in place, as are the
            accumulators `squares` and `rel_squares`.
        draws: corrupted facts per fact, all of the head or all of the tail: a fair coin. One that
            equals the fact itself is left out.
        unit: keep the rows of `entity` on the unit sphere.
    """
    dim, state = entity.shape[1], np.empty(1, np.uint64)
    # rows of one array: how far apart they lie decides which of two loops the compiler takes, and
    # these add up in different orders
    # Parts of one array, with gaps: where two arrays are close, the compiled loops take a slow path
    # that adds in another order. Left to malloc, the last bits would differ from call to call.
    size = draws + 1
    work = np.empty(6 * dim + 3 * size, entity.dtype)
    q, grad_q, grad = work[:dim], work[2 * dim : 3 * dim], work[4 * dim : 5 * dim]
    dist, slope = work[6 * dim : 6 * dim + size], work[6 * dim + 2 * size :]
    ids = np.empty(draws + 1, np.int64)
    loss = 0.0
    for k in order:
        h, r, t = facts[k]
        state[0] = stream(seed, k, 0)
        corrupt_tail = below(next_bits(state, 0), 2) == 1
        ids[0], sign = (t, 1) if corrupt_tail else (h, -1)
        fixed = entity[h] if corrupt_tail else entity[t]
        for f in range(dim):
            q[f] = fixed[f] + sign * rel[r, f]
        others = 0
        for _ in range(draws):
            ids[others + 1] = below(next_bits(state, 0), entity.shape[0])
            others += ids[others + 1] != ids[0]
        if others == 0:
            continue
        for j in range(others + 1):
            dist[j] = distance(entity[ids[j]], q, p)
        loss += _slopes(dist, others, softmax, sharpness, slope)
        grad_q[:] = 0
        for j in range(others + 1):
            if slope[j] != 0:
                v = ids[j]
                grad[:] = 0
                _add_gradient(entity[v], q, dist[j], slope[j], p, grad, grad_q)
                squares[v] = _update(entity[v], grad, 1, squares[v], rate, unit)
        v = h if corrupt_tail else t
        squares[v] = _update(entity[v], grad_q, 1, squares[v], rate, unit)
        rel_squares[r] = _update(rel[r], grad_q, sign, rel_squares[r], rate, False)
    return loss / max(1, order.size)


@njit(parallel=True, **FAST)
def _ranks(queries, truth, known_from, known, entity, p, ties, out, num_parts):
    for part in prange(num_parts):
        for b in range(part, truth.size, num_parts):
            q, limit = queries[b], distance(entity[truth[b]], queries[b], p)
            closer, equal = 0, 0
            for v in range(entity.shape[0]):
                d = distance(entity[v], q, p)
                closer += d < limit
                equal += d == limit
            for e in range(known_from[b], known_from[b + 1]):
                if known[e] != truth[b]:
                    d = distance(entity[known[e]], q, p)
                    closer -= d < limit
                    equal -= d == limit
            out[b] = 1 + closer + ties * (equal - 1)  # the truth equals itself


def ranks(queries, truth, known_from, known, entity, p, ties) -> np.ndarray:
    """Return the rank of the truth, (B,) float64, among all entities but the known others.

    Args:
        queries: (B, d) points; the closest entity is ranked first.
        truth: (B,) entity ids.
        known_from, known: (B + 1,), (K,): entities that also are right for query b, each once,
            the truth among them or not.
        ties: how much an equally close entity counts.
    """
    out = np.empty(len(truth))
    parts = max(1, min(len(truth), 4 * get_num_threads()))
    _ranks(queries, truth, known_from, known, entity, p, ties, out, parts)
    return out
