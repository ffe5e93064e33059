"""Exercise 07.4: one layer: the mean of what the drawn neighbors say, beside a node's own vector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import normal, table


def _mean(h, there):
    return (h * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)


def _layer(H, nodes, neighbors, W, pool=_mean, swap=False, act=F.relu, mask=True,
           length=lambda z: F.normalize(z, dim=1)):  # fmt: skip
    """Options are what can go wrong."""
    there = (neighbors >= 0)[:, :, None].to(H.dtype)
    heard = pool(H[neighbors], there if mask else torch.ones_like(there))
    own = H[nodes]
    z = torch.cat([heard, own] if swap else [own, heard], dim=1) @ W.T
    return length(act(z))


def _variant(**options) -> Callable:
    return lambda *inputs: _layer(*inputs, **options)


def _inputs(
    rng, B: int = 5, S: int = 3, d: int = 3, out: int = 4, n: int = 11, counts=None
) -> dict:
    """B of n nodes; the last node says most, so that whoever reads place -1 hears it."""
    counts = rng.permutation([S, S - 1, 1, *[S] * (B - 3)]) if counts is None else counts
    H = normal(rng, n, d)
    H[-1] = 3 + H[-1].abs()
    neighbors = table(rng, n - 1, S, counts)
    if not (neighbors == 0).any():  # node 0 is heard: who takes it for an empty place is seen
        neighbors[np.argmax(counts), 0] = 0
    nodes, neighbors = torch.from_numpy(rng.permutation(n)[:B]), torch.from_numpy(neighbors)
    while (
        True
    ):  # the ReLU leaves each node two coordinates or more, so that a length says something
        W = normal(rng, out, 2 * d)
        left = _layer(H, nodes, neighbors, W, length=lambda z: z)
        if ((left > 0).sum(dim=1) >= 2).all():
            return {"H": H, "nodes": nodes, "neighbors": neighbors, "W": W}


ex = Exercise(
    "07.4",
    "sage_layer",
    points=5,
    library=("graphrec_utils.models.sage.layer", "graphrec_utils.models.sage.mean"),
    hints=(
        "What does `H[-1]` return, and how many entries of a row are neighbors?",
        "there = neighbors ≥ 0; heard = the sum of the vectors that are there, divided by how many there are (by 1, "
        "where there is none); then ReLU(W [own; heard]), then the length.",
        "`there = (neighbors >= 0).float()[:, :, None]`; `heard = (H[neighbors] * there).sum(1) / "
        "there.sum(1).clamp(min=1)`; `z = torch.relu(torch.cat([H[nodes], heard], 1) @ W.T)`; `F.normalize(z, dim=1)`.",
    ),
)


@ex.solution
def sage_layer(H, nodes, neighbors, W):
    return _layer(H, nodes, neighbors, W)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"H": f([[1.0, 0], [0, 2.0], [2.0, 2.0], [9.0, -9.0]]), "nodes": f([0, 3]), "neighbors": f([[1, 2, -1], [-1, -1, -1]]),
            "W": f([[2.0, 0, 1, 0], [0, 1.0, 0, 2.0]])}  # fmt: skip


ex.claim(
    "neighbors (0, 2) and (2, 2) are heard as (1, 2): the result is (0.6, 0.8); nobody is heard as (0, 0)",
    _by_hand,
)
ex.claim("five nodes with one to three neighbors", _inputs)
ex.claim("other sizes: 5 coordinates become 6", lambda rng: _inputs(rng, 6, 4, 5, 6, 15))
ex.claim("a node without neighbors hears 0", lambda rng: _inputs(rng, counts=[0, 3, 0, 2, 1]))


def _nothing_left(rng) -> dict:
    """W such that the ReLU leaves nothing of the first node."""
    inputs = _inputs(rng)
    z = _layer(*inputs.values(), act=lambda z: z, length=lambda z: z)[0]
    inputs["W"] = -torch.sign(z)[:, None] * inputs["W"]
    return inputs


ex.claim("a vector of zeros stays zeros: 0 has no length to divide by", _nothing_left)


@ex.mistake("you take the sum of the neighbors: a node that many are near becomes loud")
def sum_instead_of_mean(*inputs):
    return _variant(pool=lambda h, t: (h * t).sum(dim=1))(*inputs)


@ex.mistake("you divide by S also where there are fewer neighbors: divide by how many there are")
def divided_by_s(*inputs):
    return _variant(pool=lambda h, t: (h * t).sum(dim=1) / t.shape[1])(*inputs)


@ex.mistake("place −1 is the last node of H in yours: an empty place says nothing")
def empty_places_speak(*inputs):
    return _variant(mask=False)(*inputs)


@ex.mistake("your vectors are not divided by their length")
def no_l2_normalization(*inputs):
    return _variant(length=lambda z: z)(*inputs)


@ex.mistake("you mix a node's own vector into the mean, as GCN does, with one matrix for both: here own and heard "
            "stand side by side and each has half of W")  # fmt: skip
def gcn_mean_instead_of_concat(H, nodes, neighbors, W):
    there = (neighbors >= 0)[:, :, None].to(H.dtype)
    both = ((H[neighbors] * there).sum(dim=1) + H[nodes]) / (there.sum(dim=1) + 1)
    return F.normalize(F.relu(both @ W[:, : H.shape[1]].T), dim=1)


@ex.mistake(
    "own and heard are added before W, so that both have the same weights: concatenate them"
)
def added_before_w(H, nodes, neighbors, W):
    there = (neighbors >= 0)[:, :, None].to(H.dtype)
    both = _mean(H[neighbors], there) + H[nodes]
    return F.normalize(F.relu(both @ W[:, : H.shape[1]].T), dim=1)


@ex.mistake("what was heard stands before the node's own vector: the columns of W are [own; heard]")
def heard_first(*inputs):
    return _variant(swap=True)(*inputs)


@ex.mistake("the ReLU is missing")
def no_relu(*inputs):
    return _variant(act=lambda z: z)(*inputs)


@ex.mistake(
    "you divide each coordinate by its length over the batch: dim=1, one length for each node"
)
def length_over_the_batch(*inputs):
    return _variant(length=lambda z: F.normalize(z, dim=0))(*inputs)


@ex.mistake(
    "you take the length before the ReLU: what it cuts off is missing, and vectors get shorter than 1"
)
def length_before_relu(*inputs):
    return _variant(act=lambda z: F.normalize(z, dim=1), length=F.relu)(*inputs)


@ex.mistake("the node's own vector is in the mean, too: it stands beside it, and counts once")
def own_vector_in_the_mean(H, nodes, neighbors, W):
    there = (neighbors >= 0)[:, :, None].to(H.dtype)
    heard = ((H[neighbors] * there).sum(dim=1) + H[nodes]) / (there.sum(dim=1) + 1)
    return F.normalize(F.relu(torch.cat([H[nodes], heard], dim=1) @ W.T), dim=1)


@ex.mistake(
    "node 0 is never heard in yours: it is a node like the others, and an empty place is −1"
)
def node_zero_is_empty(H, nodes, neighbors, W):
    return _layer(H, nodes, torch.where(neighbors == 0, -1, neighbors), W)


@ex.mistake("a node without neighbors became NaN: 0 / 0; it hears 0")
def mean_of_nobody(*inputs):
    return _variant(pool=lambda h, t: (h * t).sum(dim=1) / t.sum(dim=1))(*inputs)


@ex.mistake("a vector of zeros became NaN: 0 / 0; torch.nn.functional.normalize leaves it at 0")
def zero_by_zero(*inputs):
    return _variant(length=lambda z: z / z.norm(dim=1, keepdim=True))(*inputs)


@ex.mistake(
    "you take the largest of each coordinate: that is GraphSAGE's pooling aggregator; here it is the mean"
)
def largest(*inputs):
    return _variant(pool=lambda h, t: (h * t).max(dim=1).values)(*inputs)


@ex.mistake("the first rows of H are the own vectors in yours; they are those of `nodes`")
def first_rows(H, nodes, neighbors, W):
    return _layer(H, torch.arange(len(nodes)), neighbors, W)
