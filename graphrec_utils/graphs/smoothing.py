r"""What many steps of $\hat{\mathbf A}$ leave of embeddings: how alike they are, and their limits.

A bipartite graph has **two** limits. Its eigenvalues come in pairs, so beside 1 there is always -1,
and even and odd numbers of steps end at different matrices. Both follow from the degrees:

    even steps   (v, w) on the same side:     2 sqrt(deg(v) deg(w)) / sum of all degrees, else 0
    odd steps    (v, w) on opposite sides:    the same number, else 0
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from graphrec_utils import arguments

Matrix = Tensor | sp.spmatrix | sp.sparray


def mean_cosine(X: Tensor | np.ndarray) -> float:
    """Return the mean cosine over all pairs of two different rows; 1 if all point the same way.

    Args:
        X: (N, d) with two rows at least. A row of zeros has cosine 0 with every other.

    Raises:
        ValueError: X is not a matrix with at least two rows.

    Built in lesson 06, exercise 06.4.
    """
    X = _embeddings(X)
    if len(X) < 2:
        raise ValueError(f"a mean over pairs needs at least two rows; got {len(X)}")
    size = X.norm(dim=1, keepdim=True)
    units = X / torch.where(size > 0, size, 1.0)  # (N, d)
    # |sum|² holds each pair twice and each row once with itself: no (N, N) matrix is needed
    pairs = units.sum(dim=0).square().sum() - units.square().sum()
    return float(pairs / (len(X) * (len(X) - 1)))


def dirichlet_energy(A_hat: Matrix, X: Tensor | np.ndarray) -> float:
    r"""Return $\mathrm{tr}(\mathbf X^\top (\mathbf I - \hat{\mathbf A}) \mathbf X) / \lVert\mathbf X\rVert^2$.

    0 if every node agrees with its neighbors, up to the square root of the degrees; 2 if neighbors
    have opposite signs, the roughest signal that a bipartite graph knows. A node without edges agrees
    with nobody: it adds its own square.

    Args:
        A_hat: (N, N) symmetric, as `graphs.normalize` returns it.
        X: (N, d), not all zeros.

    Raises:
        ValueError: the shapes do not fit, or X is zero everywhere.

    Built in lesson 06, exercise 06.4.
    """
    X = _embeddings(X)
    if tuple(A_hat.shape) != (len(X), len(X)):
        raise ValueError(f"A_hat must be ({len(X)}, {len(X)}) for this X; got {tuple(A_hat.shape)}")
    total = float(X.square().sum())
    if total == 0:
        raise ValueError("X is zero everywhere: its energy is 0 / 0")
    if sp.issparse(A_hat):
        heard = torch.from_numpy(np.asarray(A_hat @ X.numpy()))
    else:
        heard = A_hat.double() @ X
    return 1 - float((X * heard).sum()) / total


def limits(A: Matrix, num_users: int) -> tuple[Tensor, Tensor]:
    r"""Return the limits of $\hat{\mathbf A}^{2k}$ and of $\hat{\mathbf A}^{2k+1}$, both (N, N).

    Args:
        A: (N, N) adjacency matrix of a bipartite graph, users first. Every connected component has
            limits of its own; an isolated node has zeros.
        num_users: m.

    Returns:
        (even, odd), dense float64: for graphs small enough to print.

    Raises:
        TypeError: A is neither a dense tensor nor a scipy.sparse matrix.
        ValueError: A is not square, num_users does not fit it, or an edge joins two nodes of one
            side.

    Built in lesson 06, exercise 06.5.
    """
    N = arguments.graph("A", A)
    if not 0 <= num_users <= N:
        raise ValueError(f"num_users must be between 0 and {N} nodes; got {num_users}")
    A = sp.csr_array(A if sp.issparse(A) else A.numpy(force=True))
    if A[:num_users, :num_users].nnz or A[num_users:, num_users:].nnz:
        raise ValueError("an edge joins two users or two items; this is not a bipartite graph")
    degree = np.asarray(A.sum(axis=1), dtype=float).ravel()
    _, component = connected_components(A, directed=False)
    total = np.bincount(component, weights=degree)[component]  # (N,) of the node's component
    root = np.sqrt(degree / np.where(total > 0, total, 1))
    weight = 2 * np.outer(root, root) * (component[:, None] == component)
    side = np.arange(N) < num_users
    same = side[:, None] == side
    return torch.from_numpy(weight * same), torch.from_numpy(weight * ~same)


def _embeddings(X: Tensor | np.ndarray) -> Tensor:
    X = torch.as_tensor(X).detach().double()
    if X.ndim != 2:
        raise ValueError(f"X must be (nodes, dim); got shape {tuple(X.shape)}")
    return X
