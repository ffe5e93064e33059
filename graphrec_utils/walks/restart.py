"""The probability of returning to the start, which every walk here has."""

from __future__ import annotations

import numpy as np


def probability(restart: float) -> float:
    """Return `restart` if it is a probability above 0, else raise a ValueError."""
    if not 0 < restart <= 1:  # NaN ends here, too
        raise ValueError(f"restart must be above 0 and at most 1; got {restart}")
    return float(restart)


def coin(restart: float) -> np.uint64:
    """Return `restart` as the kernels compare it: with 32 random bits."""
    return np.uint64(max(1, round(probability(restart) * 2**32)))
