"""Three ways to update one side of a factorization: exactly, by conjugate gradients, in blocks.

Used by `mf`, whose table says which least-squares problem each model hands over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec_utils import arguments
from graphrec_utils.kernels import ials as kernels

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Rows:
    """The least-squares problems of one side, one CSR row each.

    Row u minimizes $a \\sum_i \\hat y_i^2 + \\sum_{i \\in S_u} (c_i \\hat y_i^2 - 2 t_i \\hat y_i)
    + r_u \\lVert w_u \\rVert^2$ with $\\hat y_i = \\langle w_u, h_i \\rangle$.
    """

    indptr: NDArray[np.int64]  # (m + 1,)
    indices: NDArray[np.int32]  # (nnz,)
    weight: Floats  # (nnz,) c > 0
    target: Floats  # (nnz,) t
    reg: Floats  # (m,) r
    base: float  # a

    @classmethod
    def of(cls, R: sp.csr_array, weight: Floats, target: Floats, reg: Floats, base: float) -> Rows:
        """Return the problems of the rows of R, in R's precision."""
        indptr, indices = R.indptr.astype(np.int64), R.indices.astype(np.int32)
        weight, target, reg = (
            np.ascontiguousarray(x, dtype=R.dtype) for x in (weight, target, reg)
        )
        return cls(indptr, indices, weight, target, reg, float(base))

    def gramian(self, H: Floats) -> Floats:
        """Return a HᵀH (d, d), what all rows share."""
        return self.base * (H.T @ H)


Update = Callable[[Rows, Floats, Floats], Floats]


def alternate(
    users: Rows,
    items: Rows,
    dim: int,
    sweeps: int,
    seed: int,
    callback: Callable[[int, Floats, Floats], None] | None,
    update: Update,
) -> tuple[Floats, Floats]:
    """Update users, then items, `sweeps` times, from small random vectors."""
    dim, sweeps = arguments.integer("dim", dim), arguments.integer("sweeps", sweeps)
    m, n, dtype = len(users.reg), len(items.reg), users.weight.dtype
    if len(users.indices) == 0:
        raise ValueError(f"R ({m}, {n}) has no entries, so there is nothing to factorize")
    rng = np.random.default_rng(seed)
    # 0.1 / sqrt(d): scores near 0 at every d. Items first: exact updates never read the users'.
    item_emb = (rng.normal(size=(n, dim)) * (0.1 / np.sqrt(dim))).astype(dtype)
    user_emb = (rng.normal(size=(m, dim)) * (0.1 / np.sqrt(dim))).astype(dtype)
    for sweep in range(1, sweeps + 1):
        user_emb = update(users, item_emb, user_emb)
        item_emb = update(items, user_emb, item_emb)  # sees the NEW user vectors and Gramian
        if callback is not None:
            callback(sweep, user_emb, item_emb)
    return user_emb, item_emb


def updater(solver: str, block: int | None, cg_steps: int, dim: int) -> Update:
    """Return the update that the arguments of `mf.ials` name."""
    if solver not in ("cholesky", "cg"):
        raise ValueError(f'solver must be "cholesky" or "cg"; got {solver!r}')
    if block is None and solver == "cholesky":
        return solve
    if block is None:
        cg_steps = arguments.integer("cg_steps", cg_steps)
        return lambda rows, H, W: conjugate_gradients(rows, H, W, cg_steps)
    if solver == "cg":
        raise ValueError('blocks are solved by Cholesky; leave out solver="cg" or block')
    if not 1 <= block <= dim:
        raise ValueError(f"block must lie between 1 and dim = {dim}; got {block}")
    return lambda rows, H, W: update_blocks(rows, H, W, block)


def solve(rows: Rows, H: Floats, W: Floats | None = None) -> Floats:
    """Return the exact minimizer of every row (m, d); the previous vectors W do not matter."""
    W, failed = kernels.solve_rows(
        rows.indptr, rows.indices, rows.weight, rows.target, H, rows.gramian(H), rows.reg
    )
    _check_solved(failed)
    return W


def conjugate_gradients(rows: Rows, H: Floats, W: Floats, steps: int) -> Floats:
    """Return W (m, d) after `steps` steps of conjugate gradients, all rows side by side."""
    G = rows.gramian(H)

    def system(P: Floats) -> Floats:  # (m, d) -> (m, d), row by row A_u p_u
        out = P @ G + rows.reg[:, None] * P
        kernels.add_observed(rows.indptr, rows.indices, rows.weight, H, P, out)
        return out

    targets = sp.csr_array((rows.target, rows.indices, rows.indptr), (len(W), len(H)))
    residual = targets @ H - system(W)
    direction = residual
    power = np.einsum("uf,uf->u", residual, residual)
    for _ in range(steps):
        image = system(direction)
        curvature = np.einsum("uf,uf->u", direction, image)
        step = _divide(power, curvature)[:, None]
        W = W + step * direction
        residual = residual - step * image
        previous, power = power, np.einsum("uf,uf->u", residual, residual)
        direction = residual + _divide(power, previous)[:, None] * direction
    return W


def update_blocks(rows: Rows, H: Floats, W: Floats, block: int) -> Floats:
    """Return W (m, d) after one Newton step in each block of coordinates (iALS++).

    Shown in lesson 02, section 2.10.
    """
    G, W = rows.gramian(H), W.copy()
    scores = np.empty_like(rows.weight)  # (nnz,) every step keeps them up to date
    kernels.observed_scores(rows.indptr, rows.indices, W, H, scores)
    for start in range(0, H.shape[1], block):
        columns = slice(start, start + block)
        part = np.ascontiguousarray(W[:, columns])
        failed = kernels.step_rows(
            rows.indptr,
            rows.indices,
            rows.weight,
            rows.target,
            np.ascontiguousarray(H[:, columns]),
            np.ascontiguousarray(G[columns, columns]),
            rows.reg,
            scores,
            W @ G[:, columns] + rows.reg[:, None] * part,
            part,
        )
        _check_solved(failed)
        W[:, columns] = part
    return W


def _divide(a: Floats, b: Floats) -> Floats:
    """Return a / b, and 0 where b is 0: a row that is solved already stays where it is."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _check_solved(failed: int) -> None:
    if failed:
        raise ValueError(
            f"the normal equations of {failed} rows are singular in this precision; "
            "give a larger reg, or R as float64"
        )
