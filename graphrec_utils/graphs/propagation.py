r"""Messages along the edges, layer after layer: $\sum_k \alpha_k \hat{\mathbf A}^k \mathbf E$.

Layers are linear, so nothing forces us to compute one after the other and add them up. Horner's
rule for polynomials does the same sum from the inside out and never stores a second layer:

    a0 E + a1 A E + a2 A A E  =  a0 E + A (a1 E + A (a2 E))
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments


def to_torch(A_hat: sp.spmatrix | sp.sparray, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return a scipy.sparse matrix as a torch CSR tensor of the same shape.

    Convert once and keep the result: the copy costs about as much as one propagation.

    Args:
        A_hat: (N, M) in any scipy.sparse format; duplicate entries are summed.
        dtype: of the entries.

    Raises:
        TypeError: A_hat is not a scipy.sparse matrix.
        ValueError: A_hat does not have two dimensions.
    """
    arguments.sparse("A_hat", A_hat)
    if len(A_hat.shape) != 2:
        raise ValueError(f"A_hat must be a matrix; got shape {A_hat.shape}")
    csr = sp.csr_array(A_hat, copy=True)
    csr.sum_duplicates()  # in place, hence the copy
    with warnings.catch_warnings():
        # torch calls its CSR layout "beta"; the products used here are tested in tests/library
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(
            torch.from_numpy(csr.indptr).long(),
            torch.from_numpy(csr.indices).long(),
            torch.from_numpy(csr.data).to(dtype),
            size=csr.shape,
            check_invariants=True,  # once; a broken index would read foreign memory later
        )


def is_symmetric(A_hat: sp.spmatrix | sp.sparray) -> bool:
    """Return whether a square matrix equals its transpose, up to rounding.

    Raises:
        ValueError: some edge goes in one direction only. Then one of its nodes never hears of the
            other; such a graph was built by half.
    """
    A = sp.csr_array(A_hat, copy=True)
    A.sum_duplicates()  # sorts as well: equal matrices are equal arrays now
    A.eliminate_zeros()
    back = sp.csr_array(A.T)
    if np.array_equal(A.indptr, back.indptr) and np.array_equal(A.indices, back.indices):
        return np.allclose(A.data, back.data, rtol=1e-5, atol=0)
    one_way = ((A != 0) > (back != 0)).tocoo()
    v, w = int(one_way.row[0]), int(one_way.col[0])
    raise ValueError(
        f"{one_way.nnz} edges go in one direction only, the first one in row {v} and column {w}: "
        f"node {v} hears node {w}, but not the other way round; build A with graphs.adjacency"
    )


class _Symmetric(torch.autograd.Function):
    r"""The same sum, with a gradient that is the same sum again: $p(\hat A)^\top = p(\hat A)$."""

    @staticmethod
    def forward(ctx, E: Tensor, A_hat: Tensor, alpha: list[float]) -> Tensor:
        ctx.A_hat, ctx.alpha = A_hat, alpha
        return _in_buffers(A_hat, E, alpha)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        return _in_buffers(ctx.A_hat, grad.contiguous(), ctx.alpha), None, None


def propagate(
    A_hat: Tensor | sp.spmatrix | sp.sparray,
    E: Tensor,
    num_layers: int,
    weights: Sequence[float] | Tensor | None = None,
    symmetric: bool = False,
) -> Tensor:
    r"""Return the weighted sum of all layers, $\sum_{k=0}^{K} \alpha_k \hat{\mathbf A}^k \mathbf E$.

    Gradients flow to `E`, and to `weights` if they are a tensor. Where none are needed (under
    `torch.no_grad()`, or nothing requires them) two buffers of the size of E are all it allocates.

    Args:
        A_hat: (N, N) as `graphs.normalize` returns it, or a torch CSR tensor from `to_torch`: a
            scipy.sparse matrix is converted in every call. Row v holds what v hears.
        E: (N, d) floating point, layer 0: users first, then items.
        num_layers: K >= 0.
        weights: (K + 1,) the $\alpha_k$ of layers 0 … K; by default all 1 / (K + 1), LightGCN's mean.
        symmetric: A_hat equals its transpose (ask `is_symmetric` once; it is not checked here).
            Then the gradient of E is the same sum of the outer gradient, which saves torch from
            transposing A_hat in every backward pass. Gradients of A_hat and weights need False.

    Returns:
        (N, d), a new tensor; with K = 0 and the default weights a copy of E. A node without
        neighbors keeps $\alpha_0$ times its own row.

    Raises:
        TypeError: A_hat is no matrix, E is no floating-point tensor, num_layers is no integer.
        ValueError: shapes or dtypes do not fit, num_layers is negative, or there are not K + 1
            weights.

    He et al. 2020, https://arxiv.org/abs/2002.02126, equations 3, 4 and 8.
    Built in lesson 06, exercise 06.1.
    """
    A_hat = _checked(A_hat, E)
    alpha = layer_weights(num_layers, weights)
    K = len(alpha) - 1
    trained = [x for x in (A_hat, E, alpha) if isinstance(x, Tensor) and x.requires_grad]
    if not (trained and torch.is_grad_enabled()):
        alpha = alpha.tolist() if isinstance(alpha, Tensor) else alpha
        return _in_buffers(A_hat, E.detach(), [float(a) for a in alpha])
    if symmetric and len(trained) == 1 and trained[0] is E:
        return _Symmetric.apply(E, A_hat, [float(a) for a in alpha])
    X = alpha[K] * E  # (N, d)
    for k in reversed(range(K)):
        X = alpha[k] * E + A_hat @ X
    return X


def layer_weights(
    num_layers: int, weights: Sequence[float] | Tensor | None
) -> Sequence[float] | Tensor:
    r"""Return the K + 1 weights $\alpha_k$ of layers 0 … K: the given ones, or all 1 / (K + 1).

    Raises TypeError and ValueError as `propagate` does.
    """
    K = arguments.integer("num_layers", num_layers, least=0)
    alpha = [1 / (K + 1)] * (K + 1) if weights is None else weights
    if len(alpha) != K + 1:
        raise ValueError(f"{K} layers need {K + 1} weights, layer 0 included; got {len(alpha)}")
    return alpha


def _in_buffers(A_hat: Tensor, E: Tensor, alpha: list[float]) -> Tensor:
    """Do the same as the loop in `propagate`, each layer in one call and without temporaries."""
    K = len(alpha) - 1
    if K == 0:
        return alpha[0] * E
    out = torch.empty_like(E, memory_format=torch.contiguous_format)
    # the innermost factor is E itself: its weight is the product's
    torch.addmm(E, A_hat, E, beta=alpha[K - 1], alpha=alpha[K], out=out)
    spare = torch.empty_like(out) if K > 1 else out
    for k in reversed(range(K - 1)):
        torch.addmm(E, A_hat, out, beta=alpha[k], out=spare)
        out, spare = spare, out
    return out


def _checked(A_hat: Tensor | sp.spmatrix | sp.sparray, E: Tensor) -> Tensor:
    """Return A_hat as a tensor; raise a sentence if the two do not fit."""
    arguments.tensor("E", E)
    if sp.issparse(A_hat):
        A_hat = to_torch(A_hat, E.dtype).to(E.device)
    if not isinstance(A_hat, Tensor):
        kind = arguments.kind(A_hat)
        raise TypeError(f"A_hat must be a torch tensor or a scipy.sparse matrix; got {kind}")
    N = arguments.square("A_hat", A_hat)
    if E.ndim != 2 or len(E) != N:
        raise ValueError(
            f"E must have one row for each of the {N} nodes of A_hat; got shape {tuple(E.shape)}"
        )
    if A_hat.dtype != E.dtype:
        raise ValueError(
            f"A_hat and E must have the same dtype; got {A_hat.dtype} and {E.dtype}: "
            "convert one of them with .to(dtype)"
        )
    return A_hat


def others_mean(R: sp.sparray | sp.spmatrix, X: np.ndarray) -> np.ndarray:
    r"""Return for each stored entry (g, i) of R the mean vector of group g **without** member i.

    $$ \bar{\mathbf x}_{g \setminus i} = \frac{\sum_{j \in g} R_{gj}\, \mathbf x_j - R_{gi}\, \mathbf x_i}
       {\sum_{j \in g} R_{gj} - R_{gi}} $$

    Whoever compares i with the mean of its own group (a pin with its board, a film with a history) compares i with
    itself, too: in a group of one the cosine is 1 whatever i is, and the smaller a group the better all fit.

    Args:
        R: (m, n) groups by members; entries above 0 are weights, mostly 1. Entries that are not stored are no members.
        X: (n, d) a vector for each member.

    Returns:
        (E, d) float64, in the order of `R.tocoo()`. In a group of one there are no others: NaN.

    Raises:
        ValueError: an entry is not above 0, or X has not one row for each column of R.
    """
    edges = sp.csr_array(R).tocoo()
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or len(X) != R.shape[1]:
        raise ValueError(f"X must have a row for each of {R.shape[1]} columns; got {X.shape}")
    if not (edges.data > 0).all():
        raise ValueError(f"entries must be above 0; the smallest is {edges.data.min():g}")
    weight = edges.data.astype(np.float64)
    group, member = edges.coords
    R = sp.csr_array((weight, (group, member)), shape=R.shape)
    others = np.bincount(group, minlength=R.shape[0])[group] > 1
    total, own = np.asarray(R.sum(axis=1)).ravel(), weight[:, None] * X[member]
    left = np.where(others, total[group] - weight, np.nan)
    return ((R @ X)[group] - own) / left[:, None]
