"""Lesson 05: layers side by side, and messages that get lost in training (05.3, 05.4)."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.codec import Rng
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

# ---------------------------------------------------------------- 05.4


def message_dropout(A_hat, rate, training, generator):
    return _drop(A_hat, rate, training, generator)


def _uniform(A_hat, generator):
    return torch.rand(A_hat.values().shape, generator=generator)


def _with(A_hat, values):
    return torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape, check_invariants=True)


def _drop(A_hat, rate, training, generator, scale=None, keeps=None, eval_scale=1.0):
    if not training:
        return A_hat if eval_scale == 1 else A_hat * eval_scale
    kept = _uniform(A_hat, generator) >= rate if keeps is None else keeps
    return _with(A_hat, A_hat.values() * kept / (1 - rate if scale is None else scale))


def _whole_nodes(A_hat, rate, training, generator):
    sends = torch.rand(A_hat.shape[1], generator=generator) >= rate
    return _drop(A_hat, rate, training, generator, keeps=sends[A_hat.indices()[1]])


def _keeps_rate(A_hat, rate, training, generator):
    return _drop(
        A_hat, rate, training, generator, scale=rate, keeps=_uniform(A_hat, generator) < rate
    )


def _scales_in_evaluation(A_hat, rate, training, generator):
    return _drop(A_hat, rate, training, generator, scale=1.0, eval_scale=1 - rate)


def _messages(rng, rate: float = 0.2, training: bool = True) -> dict:
    """A graph whose nodes hear 20 messages and more; weights are not symmetric."""
    _quiet()
    A = rng.uniform(0.5, 1.5, (60, 60)) * (rng.random((60, 60)) < 0.6)
    return {
        "A_hat": torch.from_numpy(A.astype(np.float32)).to_sparse_coo().coalesce(),
        "rate": rate,
        "training": training,
        "generator": Rng(int(rng.integers(10**6)), "torch"),
    }


def _quiet() -> None:
    """Let torch say now, to nobody, what it says once about sparse matrices, not on a card."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.sparse_coo_tensor(torch.zeros(2, 1, dtype=torch.int64), torch.ones(1), (1, 1))


def _kept(value, inputs) -> np.ndarray:
    """Where a message arrives, over the messages sent."""
    sent = inputs["A_hat"].to_dense() != 0
    return (value.to_dense() != 0)[sent].numpy()


def _silent(value) -> list[int]:
    """Return how many senders and how many receivers have lost every message."""
    return [int((value.to_dense() == 0).all(dim=axis).sum()) for axis in (0, 1)]


def _share_lost(got, expected, inputs) -> str | None:
    lost, wanted = 1 - _kept(got, inputs).mean(), 1 - _kept(expected, inputs).mean()
    # a known mistake that draws nodes has few draws, so its share varies
    if abs(lost - wanted) < (0.25 if any(_silent(expected)) else 0.06):
        return None
    return f"{lost:.0%} of the messages are lost in yours"


def _some_lost(got, expected, inputs) -> str | None:
    lost, wanted = (0 < _kept(value, inputs).mean() < 1 for value in (got, expected))
    if lost == wanted:
        return None
    return "in yours all messages arrive" if _kept(got, inputs).all() else "in yours none arrives"


def _ratio(value, inputs) -> np.ndarray:
    """What became of the messages that arrive: extreme factors, compared with the sent ones."""
    sent, arrives = inputs["A_hat"].to_dense().numpy(), value.to_dense().numpy()
    factors = arrives[arrives != 0] / np.where(sent == 0, np.nan, sent)[arrives != 0]
    return np.array([factors.min(), factors.max()]) if len(factors) else np.zeros(2)


def _scaled(got, expected, inputs) -> str | None:
    mine, wanted = _ratio(got, inputs), _ratio(expected, inputs)
    if np.allclose(mine, wanted, rtol=1e-4):
        return None
    return f"messages that arrive are multiplied by {mine[0]:.4g} to {mine[1]:.4g} in yours"


def _one_by_one(got, expected, inputs) -> str | None:
    """No sender and no receiver is silenced as a whole."""
    senders, receivers = _silent(got)
    if any((senders, receivers)) == any(_silent(expected)):
        return None
    return f"{senders} senders and {receivers} receivers have lost every message in yours"


def _at_rest(got, expected, inputs) -> str | None:
    """Messages are neither lost nor scaled; a mistake is told by its kind, not by its draws."""
    mine, other = (_disturbance(value, inputs) for value in (got, expected))
    return None if mine == other else mine or "in yours nothing changes"


def _disturbance(value, inputs) -> str:
    if not _kept(value, inputs).all():
        return "messages are lost in yours"
    factors = _ratio(value, inputs)
    if np.allclose(factors, 1, rtol=1e-4):
        return ""
    return f"messages are multiplied by {factors[0]:.4g} to {factors[1]:.4g} in yours"


def _repeats(got, expected, inputs) -> str | None:
    same = [torch.equal(a.to_dense(), b.to_dense()) for a, b in (got, expected)]
    if same[0] == same[1]:
        return None
    return "two calls with equally seeded generators lost different messages"


EX_4 = Exercise(
    id="05.4",
    function="message_dropout",
    points=4,
    reference=message_dropout,
    library="graphrec_utils.models.ngcf.message_dropout",
    claims=(
        Claim("in training some messages arrive and some do not", _messages, 0, judge=_some_lost),
        Claim("the share that is lost is the rate", _messages, judge=_share_lost),
        Claim(
            "what arrives is scaled so that the average stays",
            lambda rng: _messages(rng, rate=0.4),
            judge=_scaled,
        ),
        Claim("each message is lost or kept on its own", _messages, judge=_one_by_one),
        Claim(
            "outside training nothing is lost and nothing is scaled",
            lambda rng: _messages(rng, training=False),
            judge=_at_rest,
        ),
        Claim(
            "all chance comes from the generator",
            _messages,
            run="call twice",
            judge=_repeats,
        ),
    ),
    mistakes=(
        Mistake(
            "dropout in evaluation",
            lambda A, rate, training, generator: _drop(A, rate, True, generator),
            "you drop messages in evaluation, too: two evaluations of one model would differ",
        ),
        Mistake(
            "no rescaling",
            lambda *a: _drop(*a, scale=1.0),
            "the messages that arrive are not rescaled: on average a node hears too little in "
            "training; divide by 1 - rate",
        ),
        Mistake(
            "divides by the rate",
            lambda A, rate, *rest: _drop(A, rate, *rest, scale=rate),
            "you divide by the rate; what remains has probability 1 - rate, so divide by that",
        ),
        Mistake(
            "multiplies",
            lambda A, rate, *rest: _drop(A, rate, *rest, scale=1 / (1 - rate)),
            "you multiply by 1 - rate, which weakens what is already fewer: divide by it",
        ),
        Mistake(
            "keeps the rate",
            _keeps_rate,
            "your rate is the share that stays; `rate` is the share that gets lost",
        ),
        Mistake(
            "whole nodes",
            _whole_nodes,
            "you silence whole nodes: that is node dropout; here every message is drawn by itself",
        ),
        Mistake(
            "scales in evaluation",
            _scales_in_evaluation,
            "you scale in evaluation; here the scaling happens in training, and evaluation returns "
            "the matrix as it is",
        ),
        Mistake(
            "rescales in evaluation",
            lambda A, rate, *rest: _drop(A, rate, *rest, eval_scale=1 / (1 - rate)),
            "you divide by 1 - rate in evaluation, too: there nothing was lost, so nothing has to be "
            "made up for",
        ),
        Mistake(
            "global generator",
            lambda A, rate, training, generator: _drop(A, rate, training, None),
            "you draw from the global generator: pass `generator=generator`, or nobody can repeat it",
        ),
    ),
    hints=(
        "A message is a stored entry of the matrix. How many are there, and how do you draw one "
        "number for each?",
        "`kept = torch.rand(A_hat.values().shape, generator=generator) >= rate`. The mean of "
        "kept / (1 - rate) is 1.",
        "Return `torch.sparse_coo_tensor(A_hat.indices(), A_hat.values() * kept / (1 - rate), "
        "A_hat.shape)` in training, A_hat otherwise.",
    ),
)

EXERCISES = (EX_3, EX_4)
