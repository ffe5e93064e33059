"""What several exercises of lesson 07 need: graphs as lists of neighbors, and tables drawn from them."""

from __future__ import annotations

import numpy as np
import torch


def lists(rng, degrees) -> tuple[np.ndarray, np.ndarray]:
    """Return indptr and indices of a graph with these degrees; a node's neighbors differ."""
    n = len(degrees)
    indices = [np.sort(rng.choice(n, d, replace=False)) for d in degrees]
    indptr = np.concatenate([[0], np.cumsum(degrees)])
    return indptr.astype(np.int64), np.concatenate([*indices, np.empty(0)]).astype(np.int64)


def table(rng, n: int, S: int, counts) -> np.ndarray:
    """Return (len(counts), S) different nodes of n in each row, filled up with -1."""
    rows = np.full((len(counts), S), -1, dtype=np.int64)
    for row, count in zip(rows, counts, strict=True):
        row[:count] = rng.choice(n, count, replace=False)
    return rows


def normal(rng, *shape) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))
