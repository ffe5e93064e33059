"""A checked graph to walk on: what every function of this package reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Walkable:
    """Edges by the node they leave. `walkable` makes it; pass it on to walk the same graph again.

    Attributes:
        indptr: (N + 1,) int64.
        indices: (E,) int32, the node at the other end.
        weight: (E,) float64, > 0.
    """

    indptr: np.ndarray
    indices: np.ndarray
    weight: np.ndarray

    @property
    def num_nodes(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def degree(self) -> np.ndarray:
        """(N,) the sum of the weights that leave each node."""
        return np.asarray(self.matrix.sum(axis=1)).ravel()

    @cached_property
    def matrix(self) -> sp.csr_array:
        """(N, N) the weights."""
        N = self.num_nodes
        return sp.csr_array((self.weight, self.indices, self.indptr), shape=(N, N))


def walkable(A: Tensor | sp.spmatrix | sp.sparray | Walkable) -> Walkable:
    """Return the graph with adjacency matrix A, (N, N): entry (v, w) weighs the step v -> w.

    Raises:
        TypeError: A is neither a dense torch tensor nor a scipy.sparse matrix.
        ValueError: A is not square, or has entries that are negative, NaN or infinite, or has no
            positive entry at all.
    """
    if isinstance(A, Walkable):
        return A
    if not (sp.issparse(A) or isinstance(A, Tensor)):
        kind = type(A).__name__
        raise TypeError(f"A must be a dense torch tensor or a scipy.sparse matrix; got {kind}")
    if len(A.shape) != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A must be square, (nodes, nodes); got shape {tuple(A.shape)}")
    csr = sp.csr_array(A.numpy(force=True) if isinstance(A, Tensor) else A, copy=True)
    csr.sum_duplicates()
    weight = csr.data.astype(np.float64)
    if not np.isfinite(weight).all() or (weight < 0).any():
        bad = weight[~(np.isfinite(weight) & (weight >= 0))][0]
        raise ValueError(f"a walk needs weights >= 0; A holds {bad:g}")
    csr.eliminate_zeros()
    if csr.nnz == 0:
        raise ValueError("A has no positive weight: there is no edge to walk along")
    return Walkable(
        csr.indptr.astype(np.int64), csr.indices.astype(np.int32), csr.data.astype(np.float64)
    )


def checked_restart(restart: float) -> float:
    """Return `restart` if it is a probability above 0, else raise a ValueError."""
    if not 0 < restart <= 1:  # NaN ends here, too
        raise ValueError(f"restart must be above 0 and at most 1; got {restart}")
    return float(restart)


def checked_nodes(name: str, nodes, num_nodes: int) -> np.ndarray:
    """Return node ids as (B,) int64, or raise a ValueError that names the first bad one."""
    nodes = nodes.numpy(force=True) if isinstance(nodes, Tensor) else np.asarray(nodes)
    if nodes.ndim != 1 or (nodes.size and not np.issubdtype(nodes.dtype, np.integer)):
        raise ValueError(f"{name} must be a list of node ids; got {nodes.dtype}, {nodes.shape}")
    bad = nodes[(nodes < 0) | (nodes >= num_nodes)]
    if len(bad):
        raise ValueError(f"{name} holds {bad[0]}, but the nodes are 0 to {num_nodes - 1}")
    return nodes.astype(np.int64)


def checked_tolerance(tolerance: float) -> float:
    """Return `tolerance` if it is a positive number, else raise a ValueError."""
    if not 0 < tolerance < math.inf:
        raise ValueError(f"tolerance must be a positive number; got {tolerance}")
    return float(tolerance)
