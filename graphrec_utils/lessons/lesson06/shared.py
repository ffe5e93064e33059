"""Inputs that several exercises of lesson 06 share."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs


def graph(rng, K: int, lonely: bool = False) -> dict:
    """Five to seven users, six items, nobody isolated unless asked for."""
    m, n = int(rng.integers(5, 8)), 6
    R = (rng.random((m, n)) < 0.35).astype(np.float32)
    R[np.arange(m), rng.integers(0, n, m)] = 1
    R[rng.integers(0, m, n), np.arange(n)] = 1
    R[0, :4] = 1  # degrees differ
    if lonely:
        R[2], R[:, 4] = 0, 0
        R[1, 5] = R[0, 0] = R[3, 1] = R[4, 2] = 1
    A = graphs.adjacency(torch.from_numpy(R))
    E0 = torch.from_numpy(rng.normal(size=(m + n, 3)).astype(np.float32))
    return {"A": A, "E0": E0, "num_layers": K}
