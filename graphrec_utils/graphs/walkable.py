"""A checked graph to walk on: what every function of this package reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.kernels import walks as kernels


@dataclass(frozen=True, eq=False)
class Walkable:
    """Edges by the node they leave. `walkable` makes it; pass it on to walk the same graph again.

    Attributes:
        indptr: (N + 1,) int64.
        indices: (E,) int32, the node at the other end.
        weight: (E,) float64, > 0; (0,) if every edge weighs 1.
    """

    indptr: np.ndarray
    indices: np.ndarray
    weight: np.ndarray

    @property
    def num_nodes(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def degree(self) -> np.ndarray:
        """(N,) float64, the sum of the weights that leave each node."""
        if not len(self.weight):
            return np.diff(self.indptr).astype(np.float64)
        return np.asarray(self.matrix.sum(axis=1)).ravel()

    @property
    def matrix(self) -> sp.csr_array:
        """(N, N) the weights."""
        weight = self.weight if len(self.weight) else np.ones(len(self.indices))
        return sp.csr_array((weight, self.indices, self.indptr), shape=(self.num_nodes,) * 2)

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(indptr, indices, keep, other): what the kernels need to choose an edge in O(1)."""
        if len(self.weight):
            tables = kernels.alias(self.indptr, self.indices, self.weight)
        else:
            tables = np.empty(0, np.uint32), np.empty(0, np.int32)
        return self.indptr, self.indices, *tables


Graph = Tensor | sp.spmatrix | sp.sparray | Walkable


def walkable(A: Graph) -> Walkable:
    """Return the graph with adjacency matrix A, (N, N): entry (v, w) weighs the step v -> w.

    Raises:
        TypeError: A is neither a dense torch tensor nor a scipy.sparse matrix.
        ValueError: A is not square, or has entries that are negative, NaN or infinite, or has no
            positive entry at all.
    """
    if isinstance(A, Walkable):
        return A
    arguments.graph("A", A)
    csr = sp.csr_array(A.numpy(force=True) if isinstance(A, Tensor) else A)
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    bad = csr.data[~(np.isfinite(csr.data) & (csr.data >= 0))]
    if len(bad):
        raise ValueError(f"a walk needs weights >= 0; A holds {bad[0]:g}")
    if not csr.data.all():
        csr = csr.copy()
        csr.eliminate_zeros()
    if csr.nnz == 0:
        raise ValueError("A has no positive weight: there is no edge to walk along")
    alike = (csr.data == 1).all()
    return Walkable(
        csr.indptr.astype(np.int64),
        csr.indices.astype(np.int32),
        np.empty(0) if alike else csr.data.astype(np.float64),
    )


def biased(A: Graph, preference: np.ndarray | Tensor) -> Walkable:
    r"""Return the graph whose walkers choose w from v in proportion to $A_{vw}$ preference_w.

    Pixie's personalized neighbors: boards and pins in the user's language get a larger preference,
    and both choices of a step follow it, pin -> board and board -> pin.

    Args:
        A: (N, N), as for `walkable`.
        preference: (N,) >= 0; a node with 0 is never entered.

    Raises:
        TypeError: as `walkable`.
        ValueError: as `walkable`; also if preference is not (N,), has negative, NaN or infinite
            entries, or leaves no edge.

    Eksombatchai et al. 2018, https://arxiv.org/abs/1711.07601, section 3.1.
    Built in lesson 08, exercise 08.3.
    """
    graph = walkable(A)
    preference = np.asarray(preference, dtype=np.float64)
    if preference.shape != (graph.num_nodes,):
        raise ValueError(f"preference must be ({graph.num_nodes},); got {preference.shape}")
    if not (np.isfinite(preference) & (preference >= 0)).all():
        raise ValueError("preference must be finite and not negative")
    return walkable(sp.csr_array(graph.matrix @ sp.diags_array(preference)))
