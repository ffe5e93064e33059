"""Exercise 09.2: one convolution, algorithm 1 of the paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _pooled(alpha, told):
    return (alpha[:, :, None] * told).sum(dim=1)


def _convolve(H, nodes, neighbors, alpha, Q, q, W, w, before=F.relu, after=lambda n: n, pool=_pooled,
              me=lambda z, Q, q: z, swap=False, last=F.relu,
              length=lambda z: F.normalize(z, dim=1), bias=(1, 1)):  # fmt: skip
    told = before(H[neighbors] @ Q.T + bias[0] * q)  # (B, T, d')
    heard = after(pool(alpha, told))
    own = me(H[nodes], Q, q)
    z = torch.cat([heard, own] if swap else [own, heard], dim=1)
    return length(last(z @ W.T + bias[1] * w))


def _variant(**options) -> Callable:
    return lambda *inputs: _convolve(*inputs, **options)


def _layer(
    rng, B: int = 4, T: int = 3, d: int = 3, n: int = 9, alone: int = 0, out: int = 3
) -> dict:
    """B of n pins; the first `alone` of them have no neighbor, weight 0 at pin 0."""

    def normal(*shape):
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    alpha = rng.dirichlet([0.6] * T, B)
    neighbors = np.stack([rng.choice(n, T, replace=False) for _ in range(B)])
    alpha[B - 1, T - 1], alpha[B - 1, 0] = 0, alpha[B - 1, 0] + alpha[B - 1, T - 1]
    alpha[:alone], neighbors[:alone], neighbors[B - 1, T - 1] = 0, 0, 0
    inputs = {
        "H": normal(n, d), "nodes": torch.from_numpy(rng.permutation(n)[:B]),
        "neighbors": torch.from_numpy(neighbors),
        "alpha": torch.from_numpy(alpha.astype(np.float32)),
        "Q": normal(out, d), "q": normal(out), "W": normal(out, d + out), "w": normal(out) + 0.3,
    }  # fmt: skip
    second = _before_last_relu(**inputs).topk(2).values[:, 1].min()
    inputs["w"] += (0.2 - second).clamp(min=0)  # each pin keeps two numbers above 0
    return inputs


def _before_last_relu(H, nodes, neighbors, alpha, Q, q, W, w):
    heard = _pooled(alpha, F.relu(H[neighbors] @ Q.T + q))
    return torch.cat([H[nodes], heard], dim=1) @ W.T + w


ex = Exercise(
    "09.2",
    "convolve",
    points=6,
    library="graphrec_utils.models.pinsage.convolve",
    hints=(
        "Which of the two ReLUs stands inside the sum over neighbors, and what does that change?",
        "told = ReLU(Q h_v + q) for every neighbor, heard = the sum of α · told, then ReLU(W [own; heard] + "
        "w), then the length.",
        "`told = torch.relu(H[neighbors] @ Q.T + q)`; `heard = (alpha[:, :, None] * told).sum(1)`; "
        "`z = torch.relu(torch.cat([H[nodes], heard], 1) @ W.T + w)`; `F.normalize(z, dim=1)`.",
    ),
)


@ex.solution
def convolve(H, nodes, neighbors, alpha, Q, q, W, w):
    return _convolve(H, nodes, neighbors, alpha, Q, q, W, w)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {
        "H": f([[1.0], [2.0], [-4.0]]), "nodes": f([0, 2]), "neighbors": f([[1, 2], [0, 0]]),
        "alpha": f([[0.75, 0.25], [0.0, 0.0]]), "Q": f([[1.0], [0.0]]), "q": f([0.0, 1.0]),
        "W": f([[2.0, 2.0, -2.0], [3.0, 0.0, 0.0]]), "w": f([0.0, 1.0]),
    }  # fmt: skip


ex.claim("by hand: (0.6, 0.8), and zeros for a pin that hears nobody", _by_hand)
ex.claim("four pins with three neighbors each", _layer)
ex.claim("other sizes: 5 coordinates become 2", lambda rng: _layer(rng, 6, 4, 5, 15, out=2))
ex.claim("a pin without neighbors hears 0", lambda rng: _layer(rng, 5, 3, 3, 11, alone=2))


def _nothing_left(rng) -> dict:
    """w so low that the first pin's last ReLU leaves nothing."""
    inputs = _layer(rng, 4, 3, 4, 9)
    z = _before_last_relu(**inputs) - inputs["w"]
    low = z.min(dim=1).values.argmin()
    inputs["w"] = -z[low] - 0.1
    return inputs


ex.claim("a vector of zeros stays zeros: 0 has no length to divide by", _nothing_left)


@ex.mistake(
    "the ReLU inside the sum is missing: what a neighbor says goes through Q, q and ReLU first"
)
def messages_without_relu(*inputs):
    return _variant(before=lambda x: x)(*inputs)


@ex.mistake(
    "your ReLU comes after the weighted sum: each neighbor's message has its own, before pooling"
)
def relu_after_pooling(*inputs):
    return _variant(before=lambda x: x, after=F.relu)(*inputs)


@ex.mistake("you take the plain mean of the messages: the weights alpha are not used")
def plain_mean(*inputs):
    return _variant(pool=lambda alpha, told: told.mean(dim=1))(*inputs)


@ex.mistake("you take the sum of the messages: the weights alpha are not used")
def plain_sum(*inputs):
    return _variant(pool=lambda alpha, told: told.sum(dim=1))(*inputs)


@ex.mistake("you take the maximum of the messages: that is the paper's rival max-pool")
def max_pooling(*inputs):
    return _variant(pool=lambda alpha, told: told.max(dim=1).values)(*inputs)


@ex.mistake("what was heard stands before the pin's own vector: the columns of W are [own; heard]")
def heard_first(*inputs):
    return _convolve(*inputs, swap=True)


@ex.mistake("the ReLU around W is missing")
def no_last_relu(*inputs):
    return _variant(last=lambda x: x)(*inputs)


@ex.mistake("your vectors are not divided by their length")
def no_length(*inputs):
    return _variant(length=lambda z: z)(*inputs)


@ex.mistake(
    "you divide each coordinate by its length over the batch: dim=1, one length for each pin"
)
def length_over_the_batch(*inputs):
    return _variant(length=lambda z: F.normalize(z, dim=0))(*inputs)


@ex.mistake("a vector of zeros became NaN: 0 / 0; torch.nn.functional.normalize leaves it at 0")
def zero_by_zero(*inputs):
    return _variant(length=lambda z: z / z.norm(dim=1, keepdim=True))(*inputs)


@ex.mistake("the bias q is missing")
def no_q(*inputs):
    return _variant(bias=(0, 1))(*inputs)


@ex.mistake("the bias w is missing")
def no_w(*inputs):
    return _variant(bias=(1, 0))(*inputs)


@ex.mistake("you divide by the sum of alpha again: a pin without neighbors becomes 0 / 0")
def divided_by_alpha(*inputs):
    return _variant(pool=lambda a, told: _pooled(a, told) / a.sum(dim=1, keepdim=True))(*inputs)


@ex.mistake(
    "what was heard is divided by its length before it is pooled with the rest: only the result is"
)
def heard_of_length_one(*inputs):
    return _variant(after=lambda n: F.normalize(n, dim=1))(*inputs)


@ex.mistake("you take a softmax of alpha: the weights sum to 1 already, and 0 must stay 0")
def softmax_of_alpha(*inputs):
    return _variant(pool=lambda a, told: _pooled(a.softmax(dim=1), told))(*inputs)


@ex.mistake(
    "you divide by the length first and take the ReLU afterwards: the vectors are shorter than 1"
)
def length_before_relu(*inputs):
    return _variant(last=lambda z: z, length=lambda z: F.relu(F.normalize(z, dim=1)))(*inputs)


@ex.mistake(
    "you divide by the sum of the coordinates: the length is the root of the sum of squares"
)
def sum_for_length(*inputs):
    return _variant(length=lambda z: F.normalize(z, p=1, dim=1))(*inputs)
