"""Exercise 09.6: all pins, layer after layer, a part at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _step(own, heard, W, relu=torch.relu, length=True):
    z = relu(torch.cat([own, heard], dim=1) @ W.T)
    return F.normalize(z, dim=1) if length else z


def _layers(x, alpha, weights, size, inside=False, local=False, drop=False, heard_from=None,
            one=None, relu=torch.relu, length=True, chosen=None):  # fmt: skip
    """Options are what can go wrong; `inside` overwrites the layer that is still being read."""
    h = x.clone()
    for W in weights if chosen is None else chosen(weights):
        new = h if inside and W.shape[0] == h.shape[1] else torch.zeros(len(x), W.shape[0])
        told = x if heard_from == "input" and W.shape[1] == 2 * x.shape[1] else h
        for a in range(0, len(x), size):
            b = min(len(x), a + size)
            if drop and b - a < size:
                continue
            heard = alpha[a:b, a:b] @ told[a:b] if local else alpha[a:b] @ told
            new[a:b] = _step(h[a:b], heard, W if one is None else weights[one], relu, length)
        h = new
    return h


def _variant(**options) -> Callable:
    return lambda *inputs: _layers(*inputs, **options)


def _graph(rng, n: int = 9, size: int = 4, K: int = 2, d: int = 3, lonely: int = 1) -> dict:
    alpha = rng.random((n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(alpha, 0)
    alpha[: n - 1, n - 1] = 0.4  # the last part is heard by the first, and hears it
    alpha[n - 1, 0] = 0.4
    if lonely:
        alpha[2] = 0
    total = alpha.sum(axis=1, keepdims=True)
    alpha = np.divide(alpha, total, where=total > 0, out=np.zeros_like(alpha))

    def floats(values):
        return torch.from_numpy(np.asarray(values, dtype=np.float32))

    weights = [floats(rng.normal(size=(d, 2 * d)) + 0.5 * np.tile(np.eye(d), 2)) for _ in range(K)]
    return {"x": floats(np.abs(rng.normal(size=(n, d)))), "alpha": floats(alpha),
            "weights": weights, "size": size}  # fmt: skip


ex = Exercise(
    "09.6",
    "layerwise",
    points=5,
    library="graphrec_utils.graphs.batches.layerwise",
    hints=(
        "Whose vectors does a part of layer k read: those of layer k − 1, or some of both?",
        "For each W: an empty new layer; for each part: heard = α[part] h, new[part] = the layer of h[part] "
        "and heard; only then h = new.",
        "`new = []`; `for part in torch.arange(len(x)).split(size): z = torch.relu(torch.cat([h[part], "
        "alpha[part] @ h], 1) @ W.T); new.append(F.normalize(z, dim=1))`; `h = torch.cat(new)`.",
    ),
)


@ex.solution
def layerwise(x, alpha, weights, size):
    return _layers(x, alpha, weights, size)


ex.claim("one layer, three parts", lambda rng: _graph(rng, 9, 3, 1))
ex.claim("two layers", _graph)
ex.claim("eleven pins in parts of four: the last part is shorter", lambda rng: _graph(rng, 11, 4))
ex.claim("three layers, parts of one pin", lambda rng: _graph(rng, 8, 1, 3, 4))
ex.claim("no layer: what the pins say", lambda rng: _graph(rng, 7, 4, 0))


@ex.mistake(
    "you write into the layer that you still read: later parts hear vectors of the new layer, so the result "
    "depends on the order of the pins"
)
def two_layers_in_one(*inputs):
    return _variant(inside=True)(*inputs)


@ex.mistake("a part hears only pins of the same part: the neighbors are anywhere")
def neighbors_of_the_part(*inputs):
    return _variant(local=True)(*inputs)


@ex.mistake("the last part, which is shorter, is missing")
def last_part_dropped(*inputs):
    return _variant(drop=True)(*inputs)


@ex.mistake("every layer hears the input x; layer k hears layer k − 1")
def hears_the_input(*inputs):
    return _variant(heard_from="input")(*inputs)


@ex.mistake("all your layers use the first W: each has its own")
def first_weights_only(*inputs):
    return _variant(one=0)(*inputs)


@ex.mistake("your layers come in reverse: the first W belongs to the layer next to the content")
def layers_reversed(*inputs):
    return _variant(chosen=lambda weights: weights[::-1])(*inputs)


@ex.mistake("your last layer is missing")
def last_layer_missing(*inputs):
    return _variant(chosen=lambda weights: weights[:-1])(*inputs)


@ex.mistake("the ReLU is missing")
def no_relu(*inputs):
    return _variant(relu=lambda z: z)(*inputs)


@ex.mistake("the vectors are not divided by their length after each layer")
def no_length(*inputs):
    return _variant(length=False)(*inputs)


@ex.mistake("the pins of the last, shorter part have no row at all in yours")
def last_rows_missing(*inputs):
    full = _layers(*inputs)
    return full[: len(full) // inputs[3] * inputs[3]]


@ex.mistake("what was heard stands before the pin's own vector: the columns of W are [own; heard]")
def heard_first(x, alpha, weights, size):
    d = x.shape[1]
    return _layers(x, alpha, [torch.cat([W[:, d:], W[:, :d]], dim=1) for W in weights], size)


@ex.mistake("the vectors are divided by their length at the end only: each layer does so")
def length_at_the_end(*inputs):
    return F.normalize(_layers(*inputs, length=False), dim=1)
