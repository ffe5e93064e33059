"""Ranks, top lists and row scaling, as the probes need them.

The course's own metrics and walks stand above PinWorld, which may not import them.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp


def ranks(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return how many columns score above the target of each row, ties counting half; (B,)."""
    own = np.take_along_axis(scores, targets[:, None], 1)
    return (scores > own).sum(1) + ((scores == own).sum(1) - 1) // 2


def hit_rate(rank: np.ndarray, top: int) -> float:
    """Return the share of ranks below `top` (rank 0 is best); NaN without ranks."""
    return float((rank < top).mean()) if len(rank) else float("nan")


def top_columns(scores: np.ndarray, top: int) -> np.ndarray:
    """Return the `top` best columns of every row, in no order; (B, top)."""
    top = min(top, scores.shape[1])
    return np.argpartition(-scores, top - 1, 1)[:, :top]


def top_mask(scores: np.ndarray, top: int) -> np.ndarray:
    """Return True at the `top` best columns of every row; (B, n)."""
    mask = np.zeros(scores.shape, bool)
    np.put_along_axis(mask, top_columns(scores, top), True, 1)
    return mask


def scale_rows(matrix: sp.csr_array, factors: np.ndarray) -> sp.csr_array:
    """Return the matrix with row r multiplied by factors[r]."""
    return sp.csr_array(sp.diags_array(factors.astype(np.float32)) @ matrix)


def unit_rows(x: np.ndarray) -> np.ndarray:
    """Return x with rows of length 1, float32; zero rows stay zero."""
    length = np.sqrt((x * x).sum(1, keepdims=True))
    return (x / np.where(length > 0, length, 1)).astype(np.float32)


def at_least_1(degree: np.ndarray) -> np.ndarray:
    """Return the degrees with 0 replaced by 1: an isolated node divides nothing."""
    return np.maximum(degree, 1)
