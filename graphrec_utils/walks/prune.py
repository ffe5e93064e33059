"""Fewer edges: of each pin the boards that fit it best, or of busy nodes as many as chance leaves."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import arguments


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


def prune_degree(
    A: sp.sparray | sp.spmatrix,
    alpha: float = 0.86,
    least: int = 10,
    most: int = 10_000,
    seed: int = 0,
) -> sp.csr_array:
    r"""Return A in which each row keeps $\max(\min(\lceil d^\alpha \rceil, \text{most}), \text{least})$ random edges.

    A row with no more edges than that, so every one with at most `least`, stays as it is.

    Args:
        A: (N, M) an entry is an edge of its row; a row may have none.
        alpha: 1 leaves only the cap, 0 leaves `least` edges.
        least, most: of a row, 0 < least <= most.
        seed: >= 0.

    Raises:
        ValueError: alpha is not between 0 and 1, or least is above most.

    Badrinath et al. 2025, https://arxiv.org/abs/2504.17811. Built in lesson 16, exercise 16.1.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie between 0 and 1; got {alpha}")
    most = arguments.integer("most", most, least=arguments.integer("least", least))
    A = sp.csr_array(A)
    degree = np.diff(A.indptr)
    row = np.repeat(np.arange(A.shape[0]), degree)
    chance = np.random.default_rng(arguments.seed(seed)).random(A.nnz)
    order = np.lexsort((chance, row))
    place = np.arange(A.nnz) - A.indptr[row]
    limit = np.clip(np.ceil(degree.astype(float) ** alpha), least, most)
    keep = np.sort(order[place < limit[row]])
    return sp.csr_array((A.data[keep], (row[keep], A.indices[keep])), shape=A.shape)
