r"""Recommendation without training: what the graph lets through of a user's likes.

The singular vectors of the normalized interactions

$$\hat{\mathbf R} = \mathbf D_U^{-1/2} \mathbf R \mathbf D_I^{-1/2} = \sum_j \sigma_j u_j v_j^\top$$

are patterns, from smooth ones ($\sigma_j$ near 1: neighbors agree) to rough ones ($\sigma_j$ near
0). A filter multiplies each pattern by a number of its own. With P = R_hatᵀ R_hat (n, n):

| function | row of scores of user u | factor of pattern j |
|---|---|---|
| `svd_low_pass` | row u of $U_d \Sigma_d V_d^\top$ | $\sigma_j$ for the d largest, else 0 |
| `linear_filter` | $r_u P$ | $\sigma_j^2$ |
| `gf_cf` | $r_u P$ + weight · ideal low-pass | $\sigma_j^2$, + weight for the d largest |
| `closed_form` | $\hat r_u (c_0 + c_1 P + c_2 P^2 + \dots)$ | an odd polynomial of $\sigma_j$ |

where $r_u$ and $\hat r_u$ are the user's rows of R and R_hat. Each function returns a `Filter`
that is ranked like any other scorer:

    top20 = metrics.rank_with(gf_cf(train.csr(), 256, weight=0.3).scores, train)

Scores are computed for one block of users at a time: nothing of the size users x items, users x
users or items x items is ever made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphrec_utils import graphs
from graphrec_utils.models import mf
from graphrec_utils.propagation import to_torch

Sparse = sp.spmatrix | sp.sparray
Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Filter:
    """Scores x_u (c_0 + c_1 P + … + c_K P^K) + left_u @ right, see `scores`.

    Attributes:
        R_hat: (m, n) sparse, what P = R_hatᵀ R_hat is made of.
        signals: (m, n) sparse; row x_u is what is filtered for user u.
        coefficients: c_0 … c_K; none means that the polynomial is 0.
        left, right: (m, d) and (d, n), the part of low rank; d may be 0.
    """

    R_hat: sp.csr_array
    signals: sp.csr_array
    coefficients: tuple[float, ...]
    left: Floats
    right: Floats

    def scores(self, users: NDArray[np.integer]) -> Floats:
        """Return the (B, n) scores of the given (B,) users; seen items are not hidden.

        Raises:
            IndexError: a user id is not in R.
        """
        users = np.asarray(users)
        low_rank = torch.from_numpy(self.left[users]), torch.from_numpy(self.right)
        if not self.coefficients:
            return (low_rank[0] @ low_rank[1]).numpy()
        S = self._polynomial(self.signals[users]).T  # (B, n), a view
        S = torch.addmm(S, *low_rank) if len(self.right) else S.contiguous()
        return S.numpy()

    def _polynomial(self, X: sp.csr_array) -> Tensor:
        """Return the filtered signals of the users as columns, (n, B), by Horner's rule."""
        *lower, highest = self.coefficients
        signal = torch.from_numpy(X.T.toarray(order="C"))  # (n, B)
        Z = highest * signal
        to_users, to_items = self._torch
        for step, c in enumerate(reversed(lower)):
            if step == 0:  # still sparse: about a tenth of the work
                Y = torch.from_numpy((self.R_hat @ (highest * X.T)).toarray(order="C"))
            else:
                Y = to_users @ Z  # (m, B)
            Z = (to_items @ Y).add_(signal, alpha=c)
        return Z

    @cached_property
    def _torch(self) -> tuple[Tensor, Tensor]:
        dtype = torch.from_numpy(self.R_hat.data).dtype
        return to_torch(self.R_hat, dtype), to_torch(self.R_hat.T, dtype)


def svd_low_pass(R: Sparse, dim: int, seed: int = 0) -> Filter:
    r"""Return the scores $U_d \Sigma_d V_d^\top$: R_hat without its rough patterns.

    Args:
        R: (m, n) interactions, entries >= 0, for example `train.csr()`; float64 is computed in
            float64, everything else in float32. Nodes without interactions get scores of 0.
        dim: d, how many of the largest singular values stay; more than there are keeps all.
        seed: of the start vector of the iteration that finds them.

    Raises:
        TypeError: R is not a scipy.sparse matrix.
        ValueError: R is no matrix or has negative, NaN or infinite entries, or dim < 1.

    In the graph this is a filter of the symmetric A_hat that keeps the d largest eigenvalues and
    their negative twins. Built in lesson 04.
    """
    R, R_hat = _normalized(R)
    user_emb, item_emb = _svd(R_hat, dim, seed)
    return Filter(R_hat, R_hat, (), user_emb, np.ascontiguousarray(item_emb.T))


def linear_filter(R: Sparse) -> Filter:
    r"""Return the scores $\mathbf r_u \hat{\mathbf R}^\top \hat{\mathbf R}$: walks of length 3.

    Item i gets from every like j of the user and from everybody v who likes both the amount
    $1 / (d_v \sqrt{d_i d_j})$: item-to-item similarity that discounts active users.

    Args and errors as in `svd_low_pass`.

    Shen et al. 2021, https://arxiv.org/abs/2108.07567, section 4.3, there with the name LinearFilter.
    """
    R, R_hat = _normalized(R)
    nothing = np.zeros((len(R_hat.indptr) - 1, 0), R.dtype), np.zeros((0, R.shape[1]), R.dtype)
    return Filter(R_hat, R, (0.0, 1.0), *nothing)


def gf_cf(R: Sparse, dim: int, weight: float, seed: int = 0, passes: int | None = None) -> Filter:
    r"""Return the scores of GF-CF: the linear filter plus `weight` times an ideal low-pass.

    $$\mathbf r_u \big(\hat{\mathbf R}^\top \hat{\mathbf R} + w\, \mathbf D_I^{-1/2} \mathbf V_d
      \mathbf V_d^\top \mathbf D_I^{1/2}\big)$$

    Args:
        R, seed: as in `svd_low_pass`.
        dim: d >= 1, the patterns that the ideal low-pass lets through; the authors take 256.
        weight: w >= 0, chosen on validation; 0 is the linear filter.
        passes: None takes the exact singular vectors. A number p >= 1 takes those of p rounds of
            subspace iteration (Halko et al. 2011, https://arxiv.org/abs/0909.4061, algorithm 4.4):
            faster, and a soft cut instead of an ideal one, since the last of the d patterns are
            mixed with their neighbors beyond d.

    Errors as in `svd_low_pass`; ValueError also if the weight is negative, NaN or infinite, or
    passes < 1.

    Shen et al. 2021, https://arxiv.org/abs/2108.07567, equation 9.
    """
    if not 0 <= weight < np.inf:
        raise ValueError(f"weight must be a number >= 0; got {weight}")
    if passes is not None and passes < 1:
        raise ValueError(f"passes must be at least 1, or None for exact vectors; got {passes}")
    R, R_hat = _normalized(R)
    V = _patterns(R_hat, dim, seed, passes)  # (n, d) orthonormal
    root = np.sqrt(np.asarray(R.sum(axis=0)).ravel()).astype(R.dtype)  # (n,) of D_I^(1/2)
    inverse = np.divide(1, root, out=np.zeros_like(root), where=root > 0)
    left = R @ (weight * inverse[:, None] * V)
    return Filter(R_hat, R, (0.0, 1.0), left, np.ascontiguousarray(V.T * root))


def closed_form(R: Sparse, num_layers: int, weights: Sequence[float] | None = None) -> Filter:
    r"""Return LightGCN's scores before any training, if every node starts as its own direction.

    With $\mathbf E^{(0)} = \mathbf I$ the scores are the block of users by items of
    $(\sum_k \alpha_k \hat{\mathbf A}^k)^2$. Only odd powers lead from a user to an item:
    $\hat r_u \sum_s c_s P^s$, where $c_s = \sum_{j + k = 2s + 1} \alpha_j \alpha_k$. Three layers
    with LightGCN's weights have (2, 4, 2) / 16.

    Args:
        R: as in `svd_low_pass`.
        num_layers: K >= 0; without layers nobody hears of an item and all scores are 0.
        weights: (K + 1,) the $\alpha_k$; by default all 1 / (K + 1).

    Errors as in `svd_low_pass`; ValueError also if num_layers is negative or there are not K + 1
    weights.

    Derived from He et al. 2020, https://arxiv.org/abs/2002.02126, equations 3, 4 and 8. Built in
    lesson 06, exercise 06.2.
    """
    if num_layers < 0:
        raise ValueError(f"num_layers must be at least 0; got {num_layers}")
    alpha = [1 / (num_layers + 1)] * (num_layers + 1) if weights is None else list(weights)
    if len(alpha) != num_layers + 1:
        raise ValueError(f"{num_layers} layers need {num_layers + 1} weights; got {len(alpha)}")
    R, R_hat = _normalized(R)
    odd = np.convolve(alpha, alpha)[1::2]
    left, right = np.zeros((R.shape[0], 0), R.dtype), np.zeros((0, R.shape[1]), R.dtype)
    return Filter(R_hat, R_hat, tuple(float(c) for c in odd), left, right)


def _svd(R_hat: sp.csr_array, dim: int, seed: int) -> tuple[Floats, Floats]:
    """Return U sqrt(Sigma) (m, d) and V sqrt(Sigma) (n, d); ARPACK refuses a matrix of zeros."""
    if dim >= 1 and R_hat.nnz == 0:
        m, n = R_hat.shape
        return np.zeros((m, 1), R_hat.dtype), np.zeros((n, 1), R_hat.dtype)
    return mf.svd(R_hat, dim, seed)


def _patterns(R_hat: sp.csr_array, dim: int, seed: int, passes: int | None) -> Floats:
    """Return the first right singular vectors as columns, (n, d) or fewer if the rank is."""
    size = dim + 10  # a few more than wanted: the last ones are the least exact
    if passes is None or dim < 1 or size >= min(R_hat.shape):
        _, item_emb = _svd(R_hat, dim, seed)  # V sqrt(sigma)
        sigma = np.square(item_emb).sum(axis=0)
        # a pattern outside of R_hat's rank meets no user: R_hat v = 0
        kept = sigma > max(R_hat.shape) * np.finfo(R_hat.dtype).eps
        return item_emb[:, kept] / np.sqrt(sigma[kept])
    start = np.random.default_rng(seed).normal(size=(R_hat.shape[1], size)).astype(R_hat.dtype)
    dtype = torch.from_numpy(start).dtype
    to_users, to_items = to_torch(R_hat, dtype), to_torch(R_hat.T, dtype)
    Q = torch.linalg.qr(to_users @ torch.from_numpy(start))[0]  # (m, size)
    for _ in range(passes):
        Q = torch.linalg.qr(to_items @ Q)[0]
        Q = torch.linalg.qr(to_users @ Q)[0]
    V, _, _ = torch.linalg.svd(to_items @ Q, full_matrices=False)
    return V[:, :dim].numpy()


def _normalized(R: Sparse) -> tuple[sp.csr_array, sp.csr_array]:
    """Return R as a checked floating-point CSR array, and R_hat of the same type."""
    if not sp.issparse(R):
        raise TypeError(
            f"R must be a scipy.sparse matrix, such as train.csr(); got {type(R).__name__}"
        )
    if R.ndim != 2:
        raise ValueError(f"R must be (users, items); got shape {R.shape}")
    R = sp.csr_array(R, dtype=R.dtype if R.dtype == np.float64 else np.float32)
    if not (np.isfinite(R.data).all() and (R.data >= 0).all()):
        raise ValueError("the entries of R must be numbers >= 0; one is negative, NaN or infinite")
    R_hat = graphs.biadjacency(graphs.normalize(graphs.adjacency(R)), R.shape[0])
    return R, R_hat
