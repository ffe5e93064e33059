r"""Recommendation without training: what the graph lets through of a user's likes.

The singular vectors of the normalized interactions

$$\hat{\mathbf R} = \mathbf D_U^{-1/2} \mathbf R \mathbf D_I^{-1/2} = \sum_j \sigma_j u_j v_j^\top$$

are patterns, from smooth ones ($\sigma_j$ near 1: neighbors agree) to rough ones ($\sigma_j$ near
0). A filter multiplies each pattern by a number of its own. With P = R_hatᵀ R_hat (n, n):

| function | row of scores of user u | factor of pattern j |
|---|---|---|
| `svd_low_pass` | row u of $U_d \Sigma_d V_d^\top$ | $\sigma_j$ for the d largest, else 0 |
| `linear_filter` | $r_u P$ | $\sigma_j^2$ |
| `rp3beta` | $r_u P$ with exponents of its own | none: it is another $\hat{\mathbf R}$ |
| `gf_cf` | $r_u P$ + weight · ideal low-pass | $\sigma_j^2$, + weight for the d largest |
| `closed_form` | $\hat r_u (c_0 + c_1 P + c_2 P^2 + \dots)$ | an odd polynomial of $\sigma_j$ |

where $r_u$ and $\hat r_u$ are the user's rows of R and R_hat. `svd_low_pass` returns its
vectors, the others a `Filter`, ranked like any other model:

    top20 = metrics.rank(gf_cf(train.csr(), 256, weight=0.3), train)

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

from graphrec_utils import arguments, graphs
from graphrec_utils.graphs.propagation import layer_weights, to_torch
from graphrec_utils.models import mf
from graphrec_utils.models.scoring import Factors

Sparse = sp.spmatrix | sp.sparray
Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Filter:
    """Scores x_u (c_0 + c_1 P + … + c_K P^K) + left_u @ right, see `scores`.

    Attributes:
        R_hat: (m, n) sparse, what P = R_hatᵀ R_hat is made of.
        signals: (m, n) sparse; row x_u is what is filtered for user u.
        coefficients: c_0 … c_K.
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


def svd_low_pass(R: Sparse, dim: int, seed: int = 0) -> Factors:
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
    their negative twins. Built in lesson 04, exercise 04.6.
    """
    return _svd(_normalized(R)[1], dim, seed)


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


def rp3beta(R: Sparse, alpha: float = 1.0, beta: float = 0.5) -> Filter:
    r"""Return the scores of RP3β: walks of length 3 that end the less often at a popular item.

    $$s_{ui} = \frac{1}{d_i^{\beta}} \sum_{j \in N(u)} \sum_{v \in N(j) \cap N(i)}
      \frac{1}{(d_j d_v)^{\alpha}}$$

    With $\alpha = 1$ and $\beta = 0$ that is the probability that a random walk from u is at i after
    three steps, times $d_u$; exponents of (1/2, 0) are the L3 of lesson 04. The paper has alpha = 1;
    the other exponent is that of its reference, P3α, and comparisons since tune both.

    Args:
        R: as in `svd_low_pass`.
        alpha: exponent of the inner nodes, >= 0.
        beta: exponent of the last item, >= 0: how much popular items are held back. Chosen on
            validation.

    Errors as in `svd_low_pass`; ValueError also if an exponent is negative, NaN or infinite.

    Paudel, Christoffel, Newell, Bernstein 2017, https://doi.org/10.1145/2955101, section 4.
    """
    for name, value in (("alpha", alpha), ("beta", beta)):
        if not 0 <= value < np.inf:
            raise ValueError(f"{name} must be a number >= 0; got {value}")
    R = _checked(R)

    def power(axis: int, exponent: float) -> sp.dia_array:
        degree = np.asarray(R.sum(axis=axis)).ravel()
        root = np.power(degree, exponent, out=np.zeros_like(degree), where=degree > 0)
        return sp.diags_array(root)

    # P is symmetric in its two items, so what is too much at the first is taken from the signal
    half = sp.csr_array(power(1, -alpha / 2) @ R @ power(0, -beta))
    signal = sp.csr_array(R @ power(0, beta - alpha))
    nothing = np.zeros((R.shape[0], 0), R.dtype), np.zeros((0, R.shape[1]), R.dtype)
    return Filter(half.astype(R.dtype), signal.astype(R.dtype), (0.0, 1.0), *nothing)


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
    if passes is not None:
        passes = arguments.integer("passes", passes)
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
    alpha = layer_weights(num_layers, weights)
    R, R_hat = _normalized(R)
    odd = np.convolve(alpha, alpha)[1::2] if num_layers else [0]
    left, right = np.zeros((R.shape[0], 0), R.dtype), np.zeros((0, R.shape[1]), R.dtype)
    return Filter(R_hat, R_hat, tuple(float(c) for c in odd), left, right)


def _svd(R_hat: sp.csr_array, dim: int, seed: int) -> Factors:
    """Return U sqrt(Sigma) (m, d) and V sqrt(Sigma) (n, d); ARPACK refuses a matrix of zeros."""
    if dim >= 1 and R_hat.nnz == 0:
        m, n = R_hat.shape
        return Factors(np.zeros((m, 1), R_hat.dtype), np.zeros((n, 1), R_hat.dtype))
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
    R = _checked(R)
    return R, graphs.biadjacency(graphs.normalize(graphs.adjacency(R)), R.shape[0])


def _checked(R: Sparse) -> sp.csr_array:
    """Return R as a CSR array of finite numbers >= 0."""
    arguments.sparse("R", R)
    arguments.matrix("R", R)
    R = sp.csr_array(R, dtype=R.dtype if R.dtype == np.float64 else np.float32)
    if not (np.isfinite(R.data).all() and (R.data >= 0).all()):
        raise ValueError("the entries of R must be numbers >= 0; one is negative, NaN or infinite")
    return R
