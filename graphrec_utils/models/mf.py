r"""Matrix factorization, R ≈ user_emb @ item_emb.T: ALS, Hu–Koren–Volinsky, iALS and the SVD.

The three ALS models differ only in what they ask of a cell. Each minimizes

$$ a \sum_{u,i} \hat y_{ui}^2 + \sum_{(u,i) \in S} (c_{ui} \hat y_{ui}^2 - 2 t_{ui} \hat y_{ui})
   + \sum_u r_u \lVert w_u \rVert^2 + \sum_i r_i \lVert h_i \rVert^2 $$

up to a constant, where S are the cells stored in R:

| model | $a$ | $c_{ui}$ | $t_{ui}$ | $r_u$ |
|---|---|---|---|---|
| `als`, ratings on observed cells | 0 | 1 | $R_{ui}$ | $\lambda$ |
| `hu_koren`, confidence $1 + \alpha R_{ui}$ | 1 | $\alpha R_{ui}$ | $1 + \alpha R_{ui}$ | $\lambda$ |
| `ials`, Rendle et al. 2022 | $\alpha_0$ | 1 | 1 | $\lambda (\lvert S_u\rvert + \alpha_0 n)^\nu$ |

With one side fixed every row of the other side is a small least-squares problem. The sum over all
cells enters through the d x d Gramian $H^\top H$ alone, so nothing ever has the size m x n.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec_utils import arguments
from graphrec_utils.kernels import ials as kernels
from graphrec_utils.models.least_squares import Rows, alternate, solve, updater
from graphrec_utils.models.scoring import Factors

Floats = NDArray[np.floating]
Callback = Callable[[int, Floats, Floats], None]


def als(
    R: sp.csr_array,
    dim: int,
    reg: float,
    sweeps: int = 16,
    seed: int = 0,
    callback: Callback | None = None,
) -> Factors:
    """Factorize explicit ratings by alternating least squares on the observed cells.

    Args:
        R: (m, n) sparse ratings; a stored zero is a rating of 0, a cell not stored is unknown.
        dim: number of columns d of the embeddings.
        reg: ridge λ > 0 of every user and every item.
        sweeps: how often both sides are solved.
        seed: of the start.
        callback: called as `callback(sweep, user_emb, item_emb)` after each sweep, from 1.

    Returns:
        The factors (m, d) and (n, d), float64 if R is float64, else float32.

    Raises:
        ValueError: R is empty or not finite, `dim` or `sweeps` < 1, or `reg` <= 0.

    Koren, Bell, Volinsky 2009. Built in lesson 02, exercise 02.1.
    """
    R = _ratings(R)
    arguments.positive(reg=reg)
    users, items = _als_rows(R, reg), _als_rows(sp.csr_array(R.T), reg)
    return Factors(*alternate(users, items, dim, sweeps, seed, callback, solve))


def als_step(R: sp.csr_array, item_emb: Floats, reg: float) -> Floats:
    """Return the (m, d) user vectors that minimize `als_loss` for fixed (n, d) item vectors.

    For the other side pass `R.T` and the user vectors. Raises ValueError as `als` does, and when
    the shapes of R and `item_emb` do not fit. Built in lesson 02, exercise 02.1.
    """
    R = _ratings(R)
    arguments.positive(reg=reg)
    return solve(_als_rows(R, reg), _fitting(R, item_emb))


def als_loss(R: sp.csr_array, user_emb: Floats, item_emb: Floats, reg: float) -> float:
    r"""Return $\sum_S (R_{ui} - \hat y_{ui})^2 + \lambda (\lVert W\rVert^2 + \lVert H\rVert^2)$."""
    R = _ratings(R)
    errors = R.data - _observed_scores(R, user_emb, item_emb)
    return _sum_squares(errors) + reg * (_sum_squares(user_emb) + _sum_squares(item_emb))


def hu_koren(
    R: sp.csr_array,
    dim: int,
    alpha: float,
    reg: float,
    sweeps: int = 16,
    seed: int = 0,
    callback: Callback | None = None,
) -> Factors:
    """Factorize implicit feedback with confidences $1 + α R$ (Hu, Koren, Volinsky 2008).

    R holds non-negative counts; every observed cell has the target 1, every other cell the target
    0 with confidence 1. The package implicit takes α R itself as the confidence. Arguments, returns and errors otherwise as in `als`; `alpha` > 0.
    """
    R = _counts(R)
    arguments.positive(alpha=alpha, reg=reg)
    users, items = _hu_koren_rows(R, alpha, reg), _hu_koren_rows(sp.csr_array(R.T), alpha, reg)
    return Factors(*alternate(users, items, dim, sweeps, seed, callback, solve))


def hu_koren_step(R: sp.csr_array, item_emb: Floats, alpha: float, reg: float) -> Floats:
    """Return the (m, d) user vectors that minimize, for fixed item vectors, the loss of `hu_koren`.

    Built in lesson 02, exercise 02.2.
    """
    R = _counts(R)
    arguments.positive(alpha=alpha, reg=reg)
    return solve(_hu_koren_rows(R, alpha, reg), _fitting(R, item_emb))


def ials(
    R: sp.csr_array,
    dim: int,
    alpha0: float,
    reg: float,
    nu: float = 1.0,
    sweeps: int = 16,
    solver: str = "cholesky",
    block: int | None = None,
    cg_steps: int = 3,
    seed: int = 0,
    callback: Callback | None = None,
) -> Factors:
    r"""Factorize implicit feedback by iALS; a stored non-zero is an observed pair.

    Args:
        R: (m, n) sparse, non-negative.
        dim: number of columns d of the embeddings.
        alpha0: weight α₀ >= 0 of the square of every score, those of observed pairs included.
        reg: λ > 0; a user's ridge is $\lambda (|S_u| + \alpha_0 n)^\nu$, an item's
            $\lambda (|S_i| + \alpha_0 m)^\nu$.
        nu: ν >= 0, how much stronger the ridge of frequent users and items is.
        sweeps: how often both sides are updated.
        solver: "cholesky" solves every row exactly; "cg" makes `cg_steps` steps of conjugate
            gradients from the previous vectors.
        block: update this many coordinates at a time (iALS++); d equals the exact solver, 1 is
            coordinate descent. None: all at once.
        seed: of the start.
        callback: called as `callback(sweep, user_emb, item_emb)` after each sweep, from 1.

    Returns:
        The factors (m, d) and (n, d), float64 if R is float64, else float32.

    Raises:
        ValueError: R is empty, negative or not finite, or a parameter is out of its range.

    Rendle, Krichene, Zhang, Koren 2022, arXiv 2110.14037, and iALS++, arXiv 2110.14044.
    Built in lesson 02, exercise 02.3.
    """
    R = _counts(R)
    update = updater(solver, block, cg_steps, dim)
    m, n = R.shape
    users = _ials_rows(R, n, alpha0, reg, nu)
    items = _ials_rows(sp.csr_array(R.T), m, alpha0, reg, nu)
    return Factors(*alternate(users, items, dim, sweeps, seed, callback, update))


def fold_in(
    R: sp.csr_array, item_emb: Floats, alpha0: float, reg: float, nu: float = 1.0
) -> Floats:
    """Return the (m, d) vectors of the users in R, new or known, for fixed (n, d) item vectors.

    This is the update that `ials` itself makes, so a user that was never trained gets the vector
    that training would give; without items it is zero. For new items pass (n, m) rows of `R.T`
    and the user vectors. Raises ValueError as `ials` does. Built in lesson 02, exercises 02.3
    and 02.5.
    """
    R = _counts(R)
    item_emb = _fitting(R, item_emb)
    return solve(_ials_rows(R, len(item_emb), alpha0, reg, nu), item_emb)


def ials_loss(
    R: sp.csr_array,
    user_emb: Floats,
    item_emb: Floats,
    alpha0: float,
    reg: float,
    nu: float = 1.0,
) -> tuple[float, float, float]:
    r"""Return the three parts of the iALS objective; their sum never grows during training.

    They are $\sum_S (\hat y_{ui} - 1)^2$, $\alpha_0 \sum_{u,i} \hat y_{ui}^2$ and the ridge.
    Costs O(nnz d + (m + n) d²), since $\sum_{u,i} \hat y_{ui}^2 = \langle W^\top W, H^\top H
    \rangle$. Built in lesson 02, exercise 02.4.
    """
    R = _counts(R)
    m, n = R.shape
    observed = _sum_squares(_observed_scores(R, user_emb, item_emb) - 1)
    ridge = 0.0
    for rows, emb in (
        (_ials_rows(R, n, alpha0, reg, nu), user_emb),
        (_ials_rows(sp.csr_array(R.T), m, alpha0, reg, nu), item_emb),
    ):
        ridge += float(rows.reg @ np.square(emb, dtype=np.float64).sum(axis=1))
    return observed, alpha0 * _sum_all_scores_squared(user_emb, item_emb), ridge


def svd(R: sp.csr_array, dim: int, seed: int = 0) -> Factors:
    r"""Return $U\sqrt\Sigma$ (m, d) and $V\sqrt\Sigma$ (n, d) of the d largest singular values.

    Their product is the best approximation of rank d when every cell counts the same
    (Eckart–Young). Columns beyond the rank of R are zero; in each column the item with the
    largest absolute value is positive. Raises ValueError as `als` does.
    Built in lesson 04, exercise 04.6.
    """
    R = _ratings(R)
    dim = arguments.integer("dim", dim)
    if dim < min(R.shape) // 2 and min(R.shape) > 200:
        start = np.random.default_rng(seed).normal(size=min(R.shape))
        U, sigma, Vt = sp.linalg.svds(R, dim, v0=start.astype(R.dtype))
    else:  # ARPACK wants few of many singular values; a small R costs nothing as a dense matrix
        U, sigma, Vt = np.linalg.svd(R.toarray(), full_matrices=False)
    order = np.argsort(-sigma)[:dim]
    U, sigma, V = U[:, order], sigma[order], Vt[order].T
    largest = np.abs(V).argmax(axis=0)
    root = np.sqrt(sigma) * np.where(V[largest, np.arange(len(order))] < 0, -1, 1)
    pad = ((0, 0), (0, dim - len(order)))
    return Factors(np.pad(U * root, pad).astype(R.dtype), np.pad(V * root, pad).astype(R.dtype))


def _als_rows(R: sp.csr_array, reg: float) -> Rows:
    return Rows.of(R, np.ones_like(R.data), R.data, np.full(R.shape[0], reg), base=0)


def _hu_koren_rows(R: sp.csr_array, alpha: float, reg: float) -> Rows:
    extra = alpha * R.data  # the 1 of 1 + αR is in the Gramian of all items
    return Rows.of(R, extra, 1 + extra, np.full(R.shape[0], reg), base=1)


def _ials_rows(R: sp.csr_array, num_others: int, alpha0: float, reg: float, nu: float) -> Rows:
    arguments.positive(reg=reg)
    if not (0 <= alpha0 < np.inf and 0 <= nu < np.inf):
        raise ValueError(f"alpha0 and nu must be numbers >= 0; got {alpha0} and {nu}")
    ones = np.ones_like(R.data)
    frequency = np.diff(R.indptr) + alpha0 * num_others
    return Rows.of(R, ones, ones, reg * frequency**nu, base=alpha0)


def _ratings(R: sp.csr_array) -> sp.csr_array:
    """Return R as a checked CSR matrix of float32 or float64; stored zeros stay."""
    R = sp.csr_array(R)
    if R.ndim != 2:
        raise ValueError(f"R must be (users, items); got {R.shape}")
    if R.dtype not in (np.float32, np.float64):
        R = R.astype(np.float32)
    if not np.isfinite(R.data).all():
        bad = int((~np.isfinite(R.data)).sum())
        raise ValueError(f"{bad} entries of R are NaN or infinite; leave unknown cells out of R")
    return R


def _counts(R: sp.csr_array) -> sp.csr_array:
    """Return R checked as implicit feedback: stored zeros go, negative entries are refused."""
    R = _ratings(R)
    if (R.data < 0).any():
        raise ValueError(
            f"implicit feedback cannot be negative; the smallest entry of R is {R.data.min()}"
        )
    R = R.copy()
    R.eliminate_zeros()
    return R


def _fitting(R: sp.csr_array, item_emb: Floats) -> Floats:
    """Return `item_emb` in R's precision if it has one row per column of R."""
    item_emb = np.asarray(item_emb)
    if item_emb.ndim != 2 or len(item_emb) != R.shape[1]:
        raise ValueError(f"R {R.shape} needs item vectors ({R.shape[1]}, d); got {item_emb.shape}")
    return np.ascontiguousarray(item_emb, R.dtype)


def _observed_scores(R: sp.csr_array, user_emb: Floats, item_emb: Floats) -> Floats:
    """Return the (nnz,) scores of the stored cells, in the order of `R.data`."""
    if user_emb.shape != (R.shape[0], item_emb.shape[1]) or len(item_emb) != R.shape[1]:
        raise ValueError(
            f"R {R.shape} needs user vectors ({R.shape[0]}, d) and item vectors "
            f"({R.shape[1]}, d); got {user_emb.shape} and {item_emb.shape}"
        )
    W, H = (np.ascontiguousarray(emb, np.float64) for emb in (user_emb, item_emb))
    scores = np.empty(R.nnz)
    kernels.observed_scores(R.indptr.astype(np.int64), R.indices.astype(np.int32), W, H, scores)
    return scores


def _sum_squares(values: Floats) -> float:
    return float(np.square(values, dtype=np.float64).sum())


def _sum_all_scores_squared(user_emb: Floats, item_emb: Floats) -> float:
    """Return the sum of the squares of all m n scores from two d x d Gramians."""
    W, H = user_emb.astype(np.float64), item_emb.astype(np.float64)
    return float(((W.T @ W) * (H.T @ H)).sum())
