"""Lesson 05: layers side by side, and what a model costs (05.3, 05.6)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.models import ngcf

# ---------------------------------------------------------------- 05.3


def ngcf_forward(A_hat, E0, weights):
    return torch.cat(_layers(A_hat, E0, weights), dim=1)


def _layers(A_hat, E0, weights):
    E = [E0]
    for W_self, W_inter in weights:
        E.append(ngcf.layer(A_hat, E[-1], W_self, W_inter))
    return E


def _forward(rng, dims, edges: bool = True) -> dict:
    A = graphs.normalize(graphs.adjacency(toy.likes()))
    draw = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype(np.float32))  # noqa: E731
    return {
        "A_hat": A if edges else torch.zeros_like(A),
        "E0": draw(7, dims[0]),
        "weights": [(0.5 * draw(b, a), 0.5 * draw(b, a)) for a, b in pairwise(dims)],
    }


def _by_hand(rng) -> dict:
    return {
        "A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]),
        "E0": torch.tensor([[2.0], [3.0]]),
        "weights": [(torch.tensor([[1.0]]), torch.tensor([[10.0]]))],
    }


def _from_the_start(A_hat, E0, weights):
    return torch.cat([E0, *(ngcf.layer(A_hat, E0, *W) for W in weights)], dim=1)


def _everything_again(A_hat, E0, weights):
    E = E0
    for W in weights:
        E = torch.cat([E, ngcf.layer(A_hat, E, *W)], dim=1)
    return E


def _one_behind(A_hat, E0, weights):
    """Appends before it computes: layer 0 twice, the last layer never."""
    return torch.cat([E0, *_layers(A_hat, E0, weights)[:-1]], dim=1)


def _swapped(A_hat, E0, weights):
    return ngcf_forward(A_hat, E0, [(inter, own) for own, inter in weights])


def _leaky_again(A_hat, E0, weights):
    E = [E0]
    for W in weights:
        E.append(F.leaky_relu(ngcf.layer(A_hat, E[-1], *W), 0.2))
    return torch.cat(E, dim=1)


def _unit_layers(A_hat, E0, weights):
    first, *others = _layers(A_hat, E0, weights)
    return torch.cat([first, *(F.normalize(E, dim=1) for E in others)], dim=1)


EX_3 = Exercise(
    id="05.3",
    function="ngcf_forward",
    points=4,
    reference=ngcf_forward,
    library="graphrec_utils.models.ngcf.stack",
    claims=(
        Claim("one edge, one layer: (2, 65) and (3, 65)", _by_hand),
        Claim("two layers of equal width: d (K + 1) columns", lambda rng: _forward(rng, (3, 3, 3))),
        Claim("layers of different width stand side by side", lambda rng: _forward(rng, (3, 4, 2))),
        Claim(
            "in a graph without edges layer 0 is still there",
            lambda rng: _forward(rng, (2, 3), edges=False),
        ),
        Claim("without layers, layer 0 alone", lambda rng: _forward(rng, (3,))),
    ),
    mistakes=(
        Mistake(
            "layer 0 dropped",
            lambda A, E0, W: torch.cat(_layers(A, E0, W)[1:], dim=1),
            "layer 0 is missing: what no neighbor has touched belongs to the final embedding, too",
        ),
        Mistake(
            "last layer only",
            lambda A, E0, W: _layers(A, E0, W)[-1],
            "you return the last layer only; NGCF puts all of them side by side",
        ),
        Mistake(
            "sum of the layers",
            lambda A, E0, W: sum(_layers(A, E0, W)),
            "you add the layers up: NGCF concatenates, so the width is d0 + d1 + … + dK",
        ),
        Mistake(
            "mean of the layers",
            lambda A, E0, W: torch.stack(_layers(A, E0, W)).mean(dim=0),
            "you average the layers, which LightGCN will do: NGCF puts them side by side",
        ),
        Mistake(
            "every layer from layer 0",
            _from_the_start,
            "all your layers start from E0, so nobody hears further than one step: start from the "
            "layer before",
        ),
        Mistake(
            "one layer's weights for all",
            lambda A, E0, W: ngcf_forward(A, E0, [W[0]] * len(W) if W else []),
            "all your layers share the first pair of matrices; layer k has its own",
        ),
        Mistake(
            "everything goes in again",
            _everything_again,
            "all layers so far go into your next one; only the layer before does, and the "
            "concatenation comes at the end",
        ),
        Mistake(
            "one layer behind",
            _one_behind,
            "layer 0 is in your result twice and the last layer never: append a layer after it is "
            "computed",
        ),
        Mistake(
            "matrices swapped",
            _swapped,
            "W_self and W_inter are swapped: a pair holds W_self first",
        ),
        Mistake(
            "LeakyReLU twice",
            _leaky_again,
            "you apply LeakyReLU to a layer that has had it: `ngcf.layer` ends with it",
        ),
        Mistake(
            "last layer first",
            lambda A, E0, W: torch.cat(_layers(A, E0, W)[::-1], dim=1),
            "your columns run from the last layer to the first; put layer 0 first",
        ),
        Mistake(
            "on top of each other",
            lambda A, E0, W: torch.cat(_layers(A, E0, W), dim=0),
            "you put layers on top of each other, as if there were more nodes: rows are nodes, so "
            "concatenate columns, dim=1",
        ),
        Mistake(
            "layers of length 1",
            _unit_layers,
            "you divide rows by their length, as the released code does; the paper does not",
        ),
    ),
    hints=(
        "Which tensor goes into layer 2, and which tensors must you remember until the end?",
        "Keep a list that starts with E0; append `ngcf.layer(A_hat, E[-1], W_self, W_inter)`.",
        "After the loop: `torch.cat(E, dim=1)`.",
    ),
)

# ---------------------------------------------------------------- 05.6


def count_parameters(num_users, num_items, dims, biases):
    layers = sum(2 * d * to + 2 * to * biases for d, to in pairwise(dims))
    return (num_users + num_items) * dims[0], layers


def _sizes(rng, dims, biases: bool = False) -> dict:
    m, n = rng.choice(np.arange(100, 1000), 2, replace=False)
    return {"num_users": int(m), "num_items": int(n), "dims": list(dims), "biases": biases}


def _different(rng, biases: bool = False) -> dict:
    return _sizes(rng, rng.choice(np.arange(8, 70), 4, replace=False).tolist(), biases)


def _first_layer_only(num_users, num_items, dims, biases):
    return count_parameters(num_users, num_items, dims[:2], biases)


EX_6 = Exercise(
    id="05.6",
    function="count_parameters",
    points=3,
    reference=count_parameters,
    library="graphrec_utils.models.ngcf.num_parameters",
    claims=(
        Claim("one layer of width 64: 8,192 numbers", lambda rng: _sizes(rng, (64, 64))),
        Claim("three layers have three times as many", lambda rng: _sizes(rng, (32, 32, 32, 32))),
        Claim("layers of different widths", _different),
        Claim("with biases, one per branch", lambda rng: _different(rng, biases=True)),
        Claim("without layers, the embeddings alone", lambda rng: _sizes(rng, (16,))),
    ),
    mistakes=(
        Mistake(
            "one matrix per layer",
            lambda m, n, dims, biases: (
                (m + n) * dims[0],
                sum(a * b + 2 * b * biases for a, b in pairwise(dims)),
            ),
            "a layer has two matrices, W_self and W_inter; you count one",
        ),
        Mistake(
            "one bias per layer",
            lambda m, n, dims, biases: (
                (m + n) * dims[0],
                sum(2 * a * b + b * biases for a, b in pairwise(dims)),
            ),
            "both branches of a layer have a bias of their own; you count one",
        ),
        Mistake(
            "biases as wide as the input",
            lambda m, n, dims, biases: (
                (m + n) * dims[0],
                sum(2 * a * b + 2 * a * biases for a, b in pairwise(dims)),
            ),
            "a bias is added to the layer's output, so it has d' numbers, not d",
        ),
        Mistake(
            "biases never",
            lambda m, n, dims, biases: count_parameters(m, n, dims, False),
            "you never count biases; with `biases` each of the two terms has one",
        ),
        Mistake(
            "biases always",
            lambda m, n, dims, biases: count_parameters(m, n, dims, True),
            "you count biases even where there are none",
        ),
        Mistake(
            "shared matrices",
            _first_layer_only,
            "you count the matrices of one layer; every layer has its own",
        ),
        Mistake(
            "square matrices",
            lambda m, n, dims, biases: (
                (m + n) * dims[0],
                sum(2 * a * a + 2 * b * biases for a, b in pairwise(dims)),
            ),
            "your matrices are square, d by d; a layer that maps d numbers to d' has d' by d",
        ),
        Mistake(
            "biases of the last layer only",
            lambda m, n, dims, biases: (
                (m + n) * dims[0],
                sum(2 * a * b for a, b in pairwise(dims)) + 2 * dims[-1] * biases * (len(dims) > 1),
            ),
            "you count the biases of the last layer only; every layer has two",
        ),
        Mistake(
            "one total",
            lambda m, n, dims, biases: sum(count_parameters(m, n, dims, biases)),
            "you return one total; asked are two numbers, layer 0 and the rest",
        ),
        Mistake(
            "width of the last layer",
            lambda m, n, dims, biases: (
                (m + n) * dims[-1],
                count_parameters(m, n, dims, biases)[1],
            ),
            "your layer 0 is as wide as the last layer; what is learned has the width d0",
        ),
        Mistake(
            "users only",
            lambda m, n, dims, biases: (m * dims[0], count_parameters(m, n, dims, biases)[1]),
            "items have embeddings, too: layer 0 has a row for every node",
        ),
        Mistake(
            "all layers of embeddings",
            lambda m, n, dims, biases: (
                (m + n) * sum(dims),
                count_parameters(m, n, dims, biases)[1],
            ),
            "only layer 0 is learned; the embeddings of later layers are computed from it",
        ),
    ),
    hints=(
        "What does the optimizer hold: which embeddings, and which matrices of which shape?",
        "Layer k maps dims[k-1] numbers to dims[k] with two matrices, and two biases if there are "
        "any.",
        "`sum(2 * a * b + 2 * b * biases for a, b in zip(dims[:-1], dims[1:]))`.",
    ),
)

EXERCISES = (EX_3, EX_6)
