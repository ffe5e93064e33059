"""Fewer edges: of each pin the boards that fit it best."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp


def prune(R: sp.sparray | sp.spmatrix, fit: np.ndarray, delta: float) -> sp.csr_array:
    r"""Return R with only $\lceil \deg^\delta \rceil$ edges of each pin, those that fit best.

    Args:
        R: (m, n) boards by pins, an entry is an edge; a pin may be on no board.
        fit: (E,) how well the ends of each stored entry fit, in the order of `R.tocoo()`.
        delta: 1 keeps everything, 0 a board of each pin.

    Returns:
        (m, n) the edges that stay, with their entries; among equal ones the smaller board stays.

    Raises:
        ValueError: fit has not one finite number per edge, or delta is not between 0 and 1.

    Eksombatchai et al. 2018, https://arxiv.org/abs/1711.07601, section 3.2.
    Built in lesson 08, exercise 08.6.
    """
    edges = sp.csr_array(R).tocoo()
    fit = np.asarray(fit, dtype=np.float64)
    if fit.shape != edges.data.shape or not np.isfinite(fit).all():
        raise ValueError(f"fit must hold {edges.nnz} finite numbers, one per edge; got {fit.shape}")
    if not 0 <= delta <= 1:
        raise ValueError(f"delta must lie between 0 and 1; got {delta}")
    board, pin = edges.coords
    order = np.lexsort((board, -fit, pin))
    degree = np.bincount(pin, minlength=R.shape[1])
    begins = np.cumsum(degree) - degree  # where the edges of each pin begin
    place = np.arange(len(order)) - begins[pin[order]]
    keep = order[place < np.ceil(degree[pin[order]] ** delta)]
    return sp.csr_array((edges.data[keep], (board[keep], pin[keep])), shape=R.shape)
