"""More edges: nodes that have few hear busy ones that say something similar."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import arguments


def densify(
    degree: np.ndarray, content: np.ndarray, top: int = 50, low: float = 0.3, high: float = 0.9
) -> sp.csr_array:
    """Return new edges of the nodes with few, (n, n): row u holds the busy nodes whose content is nearest.

    Args:
        degree: (n,) edges of each node today.
        content: (n, f) known today; lengths do not matter.
        top: edges for each of them.
        low, high: quantiles of the degree: up to the first is few, from the second is busy.

    Returns:
        Entries are cosines above 0; no edge leads to the node itself.

    Raises:
        ValueError: shapes do not fit, content is not finite, or the quantiles are out of order.

    Borisyuk et al. 2024, https://arxiv.org/abs/2402.11139.
    """
    degree, content = np.asarray(degree, float), np.asarray(content, float)
    top = arguments.integer("top", top)
    if degree.ndim != 1 or content.ndim != 2 or len(content) != len(degree):
        raise ValueError(
            f"degree must be (n,), content (n, f); got {degree.shape}, {content.shape}"
        )
    if not np.isfinite(content).all():
        raise ValueError("content must be finite")
    if not 0 <= low < high <= 1:
        raise ValueError(f"quantiles must be 0 <= low < high <= 1; got {low} and {high}")
    n, length = len(degree), np.linalg.norm(content, axis=1, keepdims=True)
    x = content / np.where(length > 0, length, 1)
    few = np.flatnonzero(degree <= np.quantile(degree, low))
    busy = np.flatnonzero(degree >= np.quantile(degree, high))
    S = x[few] @ x[busy].T
    S[few[:, None] == busy] = 0  # all degrees alike: a node may be both
    best = np.argsort(-S, axis=1, kind="stable")[:, :top]
    value = np.take_along_axis(S, best, axis=1)
    row, keep = np.broadcast_to(few[:, None], best.shape), value > 0
    return sp.csr_array((value[keep], (row[keep], busy[best][keep])), shape=(n, n))
