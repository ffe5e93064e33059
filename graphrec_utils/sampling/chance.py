"""Random numbers from whichever generator is given, of numpy or of torch."""

from __future__ import annotations

import numpy as np
import torch

Rng = np.random.Generator | torch.Generator


def uniform(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return float64 in [0, 1)."""
    if isinstance(rng, torch.Generator):
        return torch.rand(shape, generator=rng, dtype=torch.float64).numpy()
    return rng.random(shape)


def integers(rng: Rng, below: int | np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return int64 from 0 to below - 1; 53 random bits make the choice uneven by n / 2^53 only."""
    return (uniform(rng, shape) * below).astype(np.int64)
