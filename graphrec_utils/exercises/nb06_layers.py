"""Lesson 06: layers with weights of your own (06.6)."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def combine_layers(A_hat, E0, alpha):
    return _weighted(A_hat, E0, alpha)


def _weighted(A_hat, E0, alpha):
    total, E = alpha[0] * E0, E0
    for a in alpha[1:]:
        E = A_hat @ E
        total = total + a * E
    return total


def _inside(A_hat, E0, alpha):
    """Multiply the running layer, so that layer k has the weight α_0 α_1 … α_k."""
    E = total = alpha[0] * E0
    for a in alpha[1:]:
        E = a * (A_hat @ E)
        total = total + E
    return total


def _no_layer_zero(A_hat, E0, alpha):
    return A_hat @ _weighted(A_hat, E0, alpha)


def _graph(rng, alpha) -> dict:
    m, n = int(rng.integers(4, 6)), 5
    R = (rng.random((m, n)) < 0.5).astype(np.float32)
    R[0], R[:, 0] = 1, 1
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R)))
    E0 = torch.from_numpy(rng.normal(size=(m + n, 3)).astype(np.float32))
    return {"A_hat": A_hat, "E0": E0, "alpha": torch.tensor(alpha, dtype=torch.float32)}


EX_6 = Exercise(
    id="06.6",
    function="combine_layers",
    points=2,
    reference=combine_layers,
    library="graphrec_utils.propagation.propagate",
    claims=(
        Claim("α = (0, 0, 0, 1): the last layer alone", lambda g: _graph(g, [0, 0, 0, 1])),
        Claim("any weights, layer 0 included", lambda g: _graph(g, [0.5, 0.3, 0.1, 0.3])),
        Claim(
            "weights that do not add up to 1, one of them negative", lambda g: _graph(g, [2, -1, 3])
        ),
    ),
    mistakes=(
        Mistake(
            "the mean, whatever α is",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, torch.ones_like(alpha) / len(alpha)),
            "you took the mean of the layers; α is not used",
        ),
        Mistake(
            "α from the last layer to the first",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha.flip(0)),
            "your weights run from the last layer to the first; α[0] belongs to layer 0",
        ),
        Mistake(
            "α scaled to 1",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha / alpha.sum()),
            "you scaled α to sum 1; use the weights as they are",
        ),
        Mistake(
            "softmax of α",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha.softmax(0)),
            "you took a softmax of α; use the weights as they are",
        ),
        Mistake(
            "weights multiply along the way",
            _inside,
            "each of your weights also multiplies all later layers: weigh a copy, propagate the "
            "layer itself",
        ),
        Mistake(
            "E0 without its weight",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha) + (1 - alpha[0]) * E0,
            "your sum starts with E0 itself, as in 06.1; here layer 0 has a weight, too, α[0]",
        ),
        Mistake(
            "α[0] on layer 1",
            _no_layer_zero,
            "your α[0] meets layer 1; it belongs to E0",
        ),
        Mistake(
            "last weight unused",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha[:-1]),
            "your last layer is missing: K is len(alpha) − 1, so there are K steps",
        ),
        Mistake(
            "every step starts from E0",
            lambda A_hat, E0, alpha: alpha[0] * E0 + alpha[1:].sum() * (A_hat @ E0),
            "each of your steps starts from E0 again; layer k + 1 is made of layer k",
        ),
        Mistake(
            "side by side",
            lambda A_hat, E0, alpha: torch.cat(
                [_weighted(A_hat, E0, a) for a in torch.diag(alpha)], dim=1
            ),
            "you put the weighted layers side by side; add them up",
        ),
        Mistake(
            "averaged on top",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha) / len(alpha),
            "you divided by the number of layers on top of the weights",
        ),
    ),
    hints=(
        "What changes in exercise 06.1 if the mean becomes a weighted sum?",
        "Start with `alpha[0] * E0`. Then K times: propagate, and add the layer times its weight.",
        "`for a in alpha[1:]: E = A_hat @ E; total = total + a * E`.",
    ),
)
