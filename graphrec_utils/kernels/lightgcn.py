"""Numba kernels of one LightGCN training step: sparse products that end where the step needs them.

A is one symmetric CSR matrix, (N, N): `indptr` (N + 1,) int64, `indices` (nnz,) int32, `data`
(nnz,) float32; `bounds` cuts its rows into parts of about equal cost, see `parts`. E (N, d) is
layer 0, X and `out` are (N, d). A batch touches few nodes: `rows` (R,) lists them, F and G (R, d)
hold their outputs and their gradients, and `place` (N,) is a node's position in `rows`, or -1.

Each row is one thread's work from its first to its last neighbor, so the result does not depend on
the number of threads. In a graph of Gowalla's size a row of X waits in the third cache: four
neighbors at a time keep four of those waits in flight, and the rows of later ones are asked for early.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from graphrec_utils.kernels.prefetch import prefetch

# sums may be reordered, hence vectorized; NaN and infinity keep their meaning
FAST = {
    "fastmath": {"reassoc", "contract", "arcp", "nsz"},
    "error_model": "numpy",
    "cache": True,
}
PARTS = 64
AHEAD = 16  # neighbors between asking for a row and using it: 8 to 24 gain about the same
LINE = 16  # floats that come at once
HITS = 64  # neighbors that are looked through at a time


def parts(indptr: NDArray[np.integer], number: int = PARTS) -> NDArray[np.int64]:
    """Return (number + 1,) ascending bounds of rows between which the work is about the same.

    A row costs as much as its neighbors and a few more for reading and writing itself.
    """
    work = indptr + 4 * np.arange(len(indptr))
    bounds = np.searchsorted(work, np.linspace(0, work[-1], number + 1))
    bounds[0], bounds[-1] = 0, len(indptr) - 1
    return bounds.astype(np.int64)


@njit(**FAST)
def _add_neighbors(indices, data, start, stop, last, X, total):
    """Add sum_p data[p] X[indices[p]] to `total` (d,); what comes up to `last` is wanted next."""
    dim = total.size
    whole = stop - (stop - start) % 4
    for p in range(start, whole, 4):
        if p + AHEAD + 4 <= last:
            for q in range(p + AHEAD, p + AHEAD + 4):
                for f in range(0, dim, LINE):
                    prefetch(X, indices[q], f)
        a, b, c, d = data[p], data[p + 1], data[p + 2], data[p + 3]
        x, y = X[indices[p]], X[indices[p + 1]]
        z, w = X[indices[p + 2]], X[indices[p + 3]]
        for f in range(dim):
            total[f] += (a * x[f] + b * y[f]) + (c * z[f] + d * w[f])
    for p in range(whole, stop):
        a, x = data[p], X[indices[p]]
        for f in range(dim):
            total[f] += a * x[f]


@njit(**FAST)
def _add_touched(indices, data, start, stop, place, G, hits, total):
    """Do the same for an X that is zero outside of the touched rows G; `hits` is work space.

    Few neighbors are touched and no processor can guess which: they are listed without a branch.
    """
    for first in range(start, stop, hits.size):
        count = 0
        for p in range(first, min(first + hits.size, stop)):
            hits[count] = p
            count += place[indices[p]] >= 0
        for k in range(count):
            p = hits[k]
            a, x = data[p], G[place[indices[p]]]
            for f in range(total.size):
                total[f] += a * x[f]


@njit(parallel=True, **FAST)
def product(indptr, indices, data, bounds, X, scale, E, alpha, out):
    """Set out = alpha E + scale A X."""
    for part in prange(bounds.size - 1):
        total = np.empty(X.shape[1], X.dtype)
        for v in range(bounds[part], bounds[part + 1]):
            total[:] = 0
            _add_neighbors(indices, data, indptr[v], indptr[v + 1], indices.size, X, total)
            for f in range(total.size):
                out[v, f] = alpha * E[v, f] + scale * total[f]


@njit(parallel=True, **FAST)
def product_of_rows(indptr, indices, data, rows, X, scale, E, alpha, F):
    """Set F = alpha E + scale A X in the given rows only."""
    num_parts = min(PARTS, rows.size)
    for part in prange(num_parts):
        total = np.empty(X.shape[1], X.dtype)
        for r in range(part * rows.size // num_parts, (part + 1) * rows.size // num_parts):
            v = rows[r]
            total[:] = 0
            _add_neighbors(indices, data, indptr[v], indptr[v + 1], indptr[v + 1], X, total)
            for f in range(total.size):
                F[r, f] = alpha * E[v, f] + scale * total[f]


@njit(parallel=True, **FAST)
def product_from_rows(indptr, indices, data, bounds, place, G, scale, alpha, out):
    """Set out = alpha G' + scale A G', where G' (N, d) is G in its rows and 0 elsewhere."""
    for part in prange(bounds.size - 1):
        total, hits = np.empty(G.shape[1], G.dtype), np.empty(HITS, np.int64)
        for v in range(bounds[part], bounds[part + 1]):
            total[:] = 0
            _add_touched(indices, data, indptr[v], indptr[v + 1], place, G, hits, total)
            r = place[v]
            for f in range(total.size):
                out[v, f] = scale * total[f]
            if r >= 0:
                for f in range(total.size):
                    out[v, f] += alpha * G[r, f]


@njit(parallel=True, **FAST)
def product_plus_rows(indptr, indices, data, bounds, X, place, G, alpha, out):
    """Set out = alpha G' + A X."""
    for part in prange(bounds.size - 1):
        total = np.empty(X.shape[1], X.dtype)
        for v in range(bounds[part], bounds[part + 1]):
            total[:] = 0
            r = place[v]
            if r >= 0:
                for f in range(total.size):
                    total[f] = alpha * G[r, f]
            _add_neighbors(indices, data, indptr[v], indptr[v + 1], indices.size, X, total)
            out[v] = total


@njit(**FAST)
def _adam_row(grad, e, m, v, rate, beta1, beta2, root2, eps):
    """Move one row: `rate` holds 1 / (1 - beta1^t), `root2` is sqrt(1 - beta2^t)."""
    for f in range(grad.size):
        g = grad[f]
        m[f] = beta1 * m[f] + (1 - beta1) * g
        v[f] = beta2 * v[f] + (1 - beta2) * g * g
        e[f] -= rate * m[f] / (np.sqrt(v[f]) / root2 + eps)


@njit(parallel=True, **FAST)
def adam_of_product(
    indptr, indices, data, bounds, X, scale, place, G, alpha, decay, E, M, V, hyper
):
    """Do one Adam step on E with the gradient alpha G' + scale A X + decay E, decay (R,) by row.

    With scale 0 the product is left out. `hyper` (5,) is what `_adam_row` takes, M and V (N, d)
    are the moments.
    """
    rate, beta1, beta2, root2, eps = hyper
    for part in prange(bounds.size - 1):
        grad = np.empty(E.shape[1], E.dtype)
        for v in range(bounds[part], bounds[part + 1]):
            grad[:] = 0
            if scale != 0:
                _add_neighbors(indices, data, indptr[v], indptr[v + 1], indices.size, X, grad)
                if scale != 1:
                    for f in range(grad.size):
                        grad[f] *= scale
            r = place[v]
            if r >= 0:
                for f in range(grad.size):
                    grad[f] += alpha * G[r, f] + decay[r] * E[v, f]
            _adam_row(grad, E[v], M[v], V[v], rate, beta1, beta2, root2, eps)


@njit(**FAST)
def bpr_gradient(F, users, items, negatives, G):
    """Add the gradient of the mean BPR loss to G (R, d); return the loss.

    users, items and negatives (B,) are positions in F (R, d).
    """
    size, dim = users.size, F.shape[1]
    loss = 0.0
    for b in range(size):
        e_u, e_i, e_j = F[users[b]], F[items[b]], F[negatives[b]]
        g_u, g_i, g_j = G[users[b]], G[items[b]], G[negatives[b]]
        x = F.dtype.type(0)
        for f in range(dim):
            x += e_u[f] * (e_i[f] - e_j[f])
        e = np.exp(-abs(x))  # log(1 + e^-x) without overflow
        loss += np.log1p(e) + max(-x, 0)
        slope = F.dtype.type((e if x > 0 else 1) / (1 + e) / size)  # sigmoid(-x) / B
        for f in range(dim):
            g_u[f] -= slope * (e_i[f] - e_j[f])
            g_i[f] -= slope * e_u[f]
            g_j[f] += slope * e_u[f]
    return loss / size
