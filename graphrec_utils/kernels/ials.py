"""Numba kernels of matrix factorization: one small least-squares problem per row of R.

Every kernel works on the rows of one CSR matrix: `indptr` (m + 1,) int64, `indices` (nnz,)
int32. A row u has the observed items $S_u$ with weights `weight` and targets `target` (nnz,), the
item vectors $h_i$ are the rows of `H` (n, d), and the row's objective is

$$ \\sum_{i \\in S_u} (c_i \\langle w, h_i\\rangle^2 - 2 t_i \\langle w, h_i\\rangle)
   + w^\\top G w + r_u \\lVert w\\rVert^2 $$

with `weight` c, `target` t, `reg` r (m,) and a matrix $G$ that all rows share. Rows are
independent, so the result does not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

# sums may be reordered, hence vectorized; NaN and infinity keep their meaning, so that a singular
# system is noticed; "numpy": x / 0 is inf rather than an exception from inside a parallel loop
FAST = {
    "fastmath": {"reassoc", "contract", "arcp", "nsz"},
    "error_model": "numpy",
    "cache": True,
}


@njit(**FAST)
def _dot(a, b, size):
    """Return the inner product of the first `size` entries."""
    total = a.dtype.type(0)
    for f in range(size):
        total += a[f] * b[f]
    return total


@njit(**FAST)
def _axpy(scale, x, y, size):
    """Add `scale * x` to `y` in place."""
    for f in range(size):
        y[f] += scale * x[f]


@njit(**FAST)
def _add_outer(H, items, weight, A, size):
    """Add $\\sum_s c_s h_s h_s^\\top$ to the lower triangle of A, four items per pass over A."""
    whole = items.size - items.size % 4
    for s in range(0, whole, 4):
        h0, h1, h2, h3 = H[items[s]], H[items[s + 1]], H[items[s + 2]], H[items[s + 3]]
        for f in range(size):
            c0, c1 = weight[s] * h0[f], weight[s + 1] * h1[f]
            c2, c3 = weight[s + 2] * h2[f], weight[s + 3] * h3[f]
            row = A[f]
            for g in range(f + 1):
                row[g] += c0 * h0[g] + c1 * h1[g] + c2 * h2[g] + c3 * h3[g]
    for s in range(whole, items.size):
        h0 = H[items[s]]
        for f in range(size):
            _axpy(weight[s] * h0[f], h0, A[f], f + 1)


@njit(**FAST)
def _solve(A, b, size):
    """Solve A x = b in place by Cholesky; only the lower triangle of A is read, A is destroyed.

    Returns False, and x = 0, when A is not positive definite to working precision.
    """
    for i in range(size):
        for j in range(i):
            A[i, j] = (A[i, j] - _dot(A[i], A[j], j)) / A[j, j]
        pivot = A[i, i] - _dot(A[i], A[i], i)
        if not pivot > 4 * np.finfo(A.dtype).eps * A[i, i]:  # NaN ends here, too
            b[:size] = 0
            return False
        A[i, i] = np.sqrt(pivot)
    for i in range(size):
        b[i] = (b[i] - _dot(A[i], b, i)) / A[i, i]
    for i in range(size - 1, -1, -1):
        b[i] /= A[i, i]
        _axpy(-b[i], A[i], b, i)
    return True


@njit(**FAST)
def _primal(H, items, weight, target, diagonal, A, w, dim):
    """Solve (diag + sum c h h') w = sum t h: the d x d normal equations."""
    for f in range(dim):
        A[f, :f] = 0
        A[f, f] = diagonal[f]
        w[f] = 0
    _add_outer(H, items, weight, A, dim)
    for s in range(items.size):
        _axpy(target[s], H[items[s]], w, dim)
    return _solve(A, w, dim)


@njit(**FAST)
def _dual(H, items, weight, target, diagonal, A, B, w, z, dim):
    """Solve the same system through its |S| x |S| twin (push-through identity).

    With D = diag and B the observed rows: (D + B'CB)^-1 B't = D^-1 B' (C^-1 + B D^-1 B')^-1 C^-1 t.
    """
    size = items.size
    for s in range(size):
        h = H[items[s]]
        for f in range(dim):
            B[s, f] = h[f] / np.sqrt(diagonal[f])
        for r in range(s + 1):
            A[s, r] = _dot(B[s], B[r], dim)
        A[s, s] += 1 / weight[s]
        z[s] = target[s] / weight[s]
    solved = _solve(A, z, size)
    w[:dim] = 0
    for s in range(size):
        _axpy(z[s], B[s], w, dim)
    for f in range(dim):
        w[f] /= np.sqrt(diagonal[f])
    return solved


@njit(parallel=True, **FAST)
def _solve_rows(indptr, indices, weight, target, H, spectrum, reg, W, num_parts):
    m, dim = W.shape
    failed = np.zeros(num_parts, np.int64)
    for part in prange(num_parts):
        A = np.empty((dim, dim), H.dtype)
        B = np.empty((dim, dim), H.dtype)
        diagonal = np.empty(dim, H.dtype)
        z = np.empty(dim, H.dtype)
        for u in range(part, m, num_parts):  # strided: neighbors in R have similar degrees
            start, stop = indptr[u], indptr[u + 1]
            if start == stop:
                W[u] = 0
                continue
            diagonal[:] = spectrum + reg[u]
            row = slice(start, stop)
            if stop - start < dim:
                ok = _dual(H, indices[row], weight[row], target[row], diagonal, A, B, W[u], z, dim)
            else:
                ok = _primal(H, indices[row], weight[row], target[row], diagonal, A, W[u], dim)
            if not ok:
                W[u] = 0  # the dual path has divided by zero on its way
                failed[part] += 1
    return failed.sum()


@njit(parallel=True, **FAST)
def observed_scores(indptr, indices, W, H, out):
    """Write the score of every observed pair, $\\langle w_u, h_i\\rangle$, to `out` (nnz,)."""
    for u in prange(W.shape[0]):
        for s in range(indptr[u], indptr[u + 1]):
            out[s] = _dot(W[u], H[indices[s]], W.shape[1])


@njit(parallel=True, **FAST)
def add_observed(indptr, indices, weight, H, P, out):
    """Add $\\sum_{i \\in S_u} c_i \\langle p_u, h_i\\rangle h_i$ to the rows of `out` (m, d)."""
    for u in prange(P.shape[0]):
        for s in range(indptr[u], indptr[u + 1]):
            h = H[indices[s]]
            _axpy(weight[s] * _dot(P[u], h, h.size), h, out[u], h.size)


@njit(parallel=True, **FAST)
def _step_rows(indptr, indices, weight, target, H, gram, reg, scores, gradient, W, num_parts):
    m, size = W.shape
    failed = np.zeros(num_parts, np.int64)
    for part in prange(num_parts):
        A = np.empty((size, size), H.dtype)
        for u in range(part, m, num_parts):
            g = gradient[u]
            for f in range(size):
                A[f, : f + 1] = gram[f, : f + 1]
                A[f, f] += reg[u]
            row = slice(indptr[u], indptr[u + 1])
            _add_outer(H, indices[row], weight[row], A, size)
            for s in range(indptr[u], indptr[u + 1]):
                h = H[indices[s]]
                _axpy(weight[s] * scores[s] - target[s], h, g, size)
            failed[part] += not _solve(A, g, size)
            for s in range(indptr[u], indptr[u + 1]):
                scores[s] -= _dot(g, H[indices[s]], size)
            for f in range(size):
                W[u, f] -= g[f]
    return failed.sum()


def solve_rows(
    indptr: Ints, indices: Ints, weight: Floats, target: Floats, H: Floats, G: Floats, reg: Floats
) -> tuple[Floats, int]:
    """Return every row's exact minimizer W (m, d) and the number of rows without one.

    In the eigenbasis of G the shared part of the normal equations is diagonal. Rows with fewer
    than d items are then solved through a system of the size of their own history, O(|S|² d)
    instead of O(|S| d² + d³): most users and items of a sparse R have far fewer than d.

    Args:
        indptr, indices, weight, target: one CSR row per problem; `weight` > 0.
        H: (n, d) vectors of the other side.
        G: (d, d) symmetric, positive semi-definite.
        reg: (m,) ridge of each row, > 0 where the row has items.
    """
    eigenvalues, Q = np.linalg.eigh(np.asarray(G, np.float64))
    spectrum = np.maximum(eigenvalues, 0).astype(H.dtype)  # rounding may leave -1e-12
    Q = Q.astype(H.dtype)
    W = np.empty((len(indptr) - 1, H.shape[1]), H.dtype)
    rotated = np.ascontiguousarray(H @ Q)
    failed = _solve_rows(indptr, indices, weight, target, rotated, spectrum, reg, W, _parts())
    return W @ Q.T, failed


def step_rows(
    indptr: Ints,
    indices: Ints,
    weight: Floats,
    target: Floats,
    H: Floats,
    G: Floats,
    reg: Floats,
    scores: Floats,
    gradient: Floats,
    W: Floats,
) -> int:
    """Make one Newton step in a block of b coordinates, in place; return the number of failures.

    Args:
        indptr, indices, weight, target: one CSR row per problem.
        H: (n, b) the block's columns of the other side.
        G: (b, b) the block's part of the shared matrix.
        reg: (m,) ridge of each row.
        scores: (nnz,) scores of the observed pairs under ALL coordinates; kept up to date.
        gradient: (m, b) half the gradient of the shared part and the ridge; used as scratch.
        W: (m, b) the block's columns; changed in place.
    """
    return _step_rows(indptr, indices, weight, target, H, G, reg, scores, gradient, W, _parts())


def _parts() -> int:
    """Return how many pieces of work the rows are dealt into: enough to balance the threads."""
    return 4 * get_num_threads()
