"""Exercise 05.3: layers side by side."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.models import ngcf


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


ex = Exercise(
    "05.3",
    "ngcf_forward",
    points=4,
    library="graphrec_utils.models.ngcf.stack",
    hints=(
        "Which tensor goes into layer 2, and which tensors must you remember until the end?",
        "Keep a list that starts with E0; append `ngcf.layer(A_hat, E[-1], W_self, W_inter)`.",
        "After the loop: `torch.cat(E, dim=1)`.",
    ),
)


@ex.solution
def ngcf_forward(A_hat, E0, weights):
    return torch.cat(_layers(A_hat, E0, weights), dim=1)


def _by_hand(rng) -> dict:
    return {
        "A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]),
        "E0": torch.tensor([[2.0], [-3.0]]),
        "weights": [
            (torch.tensor([[1.0]]), torch.tensor([[10.0]])),
            (torch.tensor([[-1.0]]), torch.tensor([[0.0]])),
        ],
    }


ex.claim("one edge, two layers: (2, −12.2, 24.4) and (−3, −12.2, 24.4), by hand", _by_hand)


ex.claim("two layers of equal width: d (K + 1) columns", lambda rng: _forward(rng, (3, 3, 3)))
ex.claim("layers of different width stand side by side", lambda rng: _forward(rng, (3, 4, 2)))
ex.claim(
    "in a graph without edges layer 0 is still there",
    lambda rng: _forward(rng, (2, 3), edges=False),
)
ex.claim("without layers, layer 0 alone", lambda rng: _forward(rng, (3,)))


def _learned(got, expected, inputs) -> str | None:
    """Judge the values and the gradients of what is learned, which A_hat is not."""
    if problem := close(got[0], expected[0]):
        return problem
    names = ["E0", *(f"{W} of layer {k}" for k in (1, 2) for W in ("W_self", "W_inter"))]
    for name, mine, right in zip(names, got[1][1:], expected[1][1:], strict=True):
        if problem := close(mine, right):
            nothing = "; no gradient reaches it" * (not mine.any())
            return f"the gradient of {name}: {problem}{nothing}"
    return None


ex.claim(
    "gradients flow back to E0 and to all matrices",
    lambda rng: _forward(rng, (3, 4, 2)),
    run="call and compare gradient",
    judge=_learned,
)


@ex.mistake("E0 is cut off from the gradient (detach): the embeddings themselves are never learned")
def embeddings_cut_off(A, E0, W):
    return ngcf_forward(A, E0.detach(), W)


@ex.mistake(
    "your answer is cut off from its inputs (detach, numpy or no_grad): nothing can be trained"
)
def cut_off(A, E0, W):
    return ngcf_forward(A, E0, W).detach()


@ex.mistake("layer 0 is missing: what no neighbor has touched belongs to the final embedding, too")
def layer_0_dropped(A, E0, W):
    return torch.cat(_layers(A, E0, W)[1:], dim=1)


@ex.mistake("you return the last layer only; NGCF puts all of them side by side")
def last_layer_only(A, E0, W):
    return _layers(A, E0, W)[-1]


@ex.mistake("you add the layers up: NGCF concatenates, so the width is d0 + d1 + … + dK")
def sum_of_the_layers(A, E0, W):
    return sum(_layers(A, E0, W))


@ex.mistake("you average the layers, which LightGCN will do: NGCF puts them side by side")
def mean_of_the_layers(A, E0, W):
    return torch.stack(_layers(A, E0, W)).mean(dim=0)


@ex.mistake(
    "all your layers start from E0, so nobody hears further than one step: start from the "
    "layer before"
)
def every_layer_from_layer_0(A_hat, E0, weights):
    return torch.cat([E0, *(ngcf.layer(A_hat, E0, *W) for W in weights)], dim=1)


@ex.mistake("all your layers share the first pair of matrices; layer k has its own")
def one_layer_s_weights_for_all(A, E0, W):
    return ngcf_forward(A, E0, [W[0]] * len(W) if W else [])


@ex.mistake(
    "all layers so far go into your next one; only the layer before does, and the "
    "concatenation comes at the end"
)
def everything_goes_in_again(A_hat, E0, weights):
    E = E0
    for W in weights:
        E = torch.cat([E, ngcf.layer(A_hat, E, *W)], dim=1)
    return E


@ex.mistake(
    "layer 0 is in your result twice and the last layer never: append a layer after it is computed"
)
def one_layer_behind(A_hat, E0, weights):
    """Appends before it computes: layer 0 twice, the last layer never."""
    return torch.cat([E0, *_layers(A_hat, E0, weights)[:-1]], dim=1)


@ex.mistake("W_self and W_inter are swapped: a pair holds W_self first")
def matrices_swapped(A_hat, E0, weights):
    return ngcf_forward(A_hat, E0, [(inter, own) for own, inter in weights])


@ex.mistake("you apply LeakyReLU to a layer that has had it: `ngcf.layer` ends with it")
def leakyReLU_twice(A_hat, E0, weights):
    E = [E0]
    for W in weights:
        E.append(F.leaky_relu(ngcf.layer(A_hat, E[-1], *W), 0.2))
    return torch.cat(E, dim=1)


@ex.mistake("your columns run from the last layer to the first; put layer 0 first")
def last_layer_first(A, E0, W):
    return torch.cat(_layers(A, E0, W)[::-1], dim=1)


@ex.mistake(
    "you put layers on top of each other, as if there were more nodes: rows are nodes, so "
    "concatenate columns, dim=1"
)
def on_top_of_each_other(A, E0, W):
    return torch.cat(_layers(A, E0, W), dim=0)


@ex.mistake("you divide rows by their length, as the released code does; the paper does not")
def layers_of_length_1(A_hat, E0, weights):
    first, *others = _layers(A_hat, E0, weights)
    return torch.cat([first, *(F.normalize(E, dim=1) for E in others)], dim=1)


@ex.mistake("the last pair of matrices is not used in yours: K pairs make K layers")
def last_pair_unused(A, E0, W):
    return ngcf_forward(A, E0, W[:-1])


@ex.mistake("you stack the layers along a new axis: rows stay nodes, columns follow each other")
def stacked(A, E0, W):
    return torch.stack(_layers(A, E0, W), dim=1)


@ex.mistake("you return the layers as a list; put them side by side, `torch.cat(…, dim=1)`")
def a_list(A, E0, W):
    return _layers(A, E0, W)


@ex.mistake("your layers use the matrices from the last pair to the first")
def matrices_in_reverse(A, E0, W):
    return ngcf_forward(A, E0, W[::-1])


@ex.mistake("you cut the gradient between the layers; it must flow through all of them to E0")
def cut_between_the_layers(A, E0, W):
    E = [E0]
    for pair in W:
        E.append(ngcf.layer(A, E[-1].detach(), *pair))
    return torch.cat(E, dim=1)


@ex.mistake("you divide the rows of layer 0 by their length; it stays as it was learned")
def layer_0_of_length_1(A, E0, W):
    return torch.cat([F.normalize(E0, dim=1), *_layers(A, E0, W)[1:]], dim=1)


@ex.mistake("your LeakyReLU reaches layer 0, too: it belongs to the layers, which have had it")
def activates_everything(A, E0, W):
    return F.leaky_relu(ngcf_forward(A, E0, W), 0.2)


@ex.mistake("you add a layer to the one before; the self-message is in `ngcf.layer` already")
def residual(A, E0, W):
    E = [E0]
    for pair in W:
        E.append(E[-1] + ngcf.layer(A, E[-1], *pair))
    return torch.cat(E, dim=1)


@ex.mistake("LeakyReLU is missing in your layers: take `ngcf.layer`, which ends with it")
def no_activation(A, E0, W):
    E = [E0]
    for own, inter in W:
        heard = A @ E[-1]
        E.append((heard + E[-1]) @ own.T + (heard * E[-1]) @ inter.T)
    return torch.cat(E, dim=1)


@ex.mistake("only the first and the last layer are in your result; those between belong to it")
def ends_only(A, E0, W):
    E = _layers(A, E0, W)
    return torch.cat([E[0], E[-1]] if W else E, dim=1)


@ex.mistake("you compute the first layer before you ask whether there is one: K may be 0")
def needs_a_layer(A, E0, W):
    return torch.cat([E0, ngcf.layer(A, E0, *W[0]), *_layers(A, E0, W)[2:]], dim=1)


@ex.mistake("your last layer stands there twice: K pairs of matrices make K layers")
def last_layer_twice(A, E0, W):
    E = _layers(A, E0, W)
    return torch.cat([*E, E[-1]], dim=1)


@ex.mistake("layer 0 stands there twice: the list has it already when the loop begins")
def layer_0_twice(A, E0, W):
    return torch.cat([E0, *_layers(A, E0, W)], dim=1)


@ex.mistake(
    "layer 0 stands there without its gradient (detach); its own scores would never train it"
)
def layer_0_detached(A, E0, W):
    return torch.cat([E0.detach(), *_layers(A, E0, W)[1:]], dim=1)


@ex.mistake("you scale what goes into a layer to length 1; it goes in as the layer before made it")
def inputs_of_length_1(A, E0, W):
    E = [E0]
    for pair in W:
        E.append(ngcf.layer(A, F.normalize(E[-1], dim=1), *pair))
    return torch.cat(E, dim=1)
