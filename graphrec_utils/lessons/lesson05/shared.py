"""Inputs and answers that several exercises of lesson 05 share."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs

SLOPE = 0.2


def likes(rng, lonely: bool = False) -> torch.Tensor:
    """R, (4, 5): everybody has an edge; with `lonely` the last user and the last item have none."""
    R = rng.random((4, 5)) < 0.4
    R[np.arange(5) % 4, np.arange(5)] = True
    R[0, :] = True  # degrees differ
    if lonely:
        R[3, :] = R[:, 4] = False
    return torch.from_numpy(R.astype(np.float32))


def normal(rng, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


def matrices(rng, R=None, d: int = 3, to: int = 4, **zero) -> dict:
    R = likes(rng) if R is None else R
    inputs = {
        "A_hat": graphs.normalize(graphs.adjacency(R)),
        "E": normal(rng, sum(R.shape), d),
        "W_self": normal(rng, to, d),
        "W_inter": normal(rng, to, d),
    }
    return inputs | {name: torch.zeros(to, d) for name in zero}


def one_edge(rng) -> dict:
    E, W = torch.tensor([[2.0], [3.0]]), torch.ones(1, 1)
    return {"A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]), "E": E, "W_self": W, "W_inter": 10 * W}


def star(rng) -> dict:
    """A user with four items, each with no other user: all weights are a half."""
    R, E = torch.ones(1, 4), torch.tensor([[2.0], [3.0], [-2.0], [1.0], [-1.0]])
    W = torch.ones(1, 1)
    A_hat = graphs.normalize(graphs.adjacency(R))
    return {"A_hat": A_hat, "E": E, "W_self": 2 * W, "W_inter": 10 * W}


def alone(rng) -> dict:
    """A node without neighbors, and a matrix that is not its own transpose."""
    W = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    return {"A_hat": torch.zeros(1, 1), "E": torch.tensor([[1.0, 2.0]]), "W_self": W, "W_inter": W}


def leaky(x):
    return F.leaky_relu(x, SLOPE)
