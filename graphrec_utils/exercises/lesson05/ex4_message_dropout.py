"""Exercise 05.4: messages that get lost in training."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise


def _uniform(A_hat, generator):
    return torch.rand(A_hat.values().shape, generator=generator)


def _with(A_hat, values):
    return torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape, check_invariants=True)


def _drop(A_hat, rate, training, generator, scale=None, keeps=None, eval_scale=1.0):
    if not training:
        return A_hat if eval_scale == 1 else A_hat * eval_scale
    kept = _uniform(A_hat, generator) >= rate if keeps is None else keeps
    return _with(A_hat, A_hat.values() * kept / (1 - rate if scale is None else scale))


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


def _ratio(value, inputs) -> np.ndarray:
    """What became of the messages that arrive: extreme factors, compared with the sent ones."""
    sent, arrives = inputs["A_hat"].to_dense().numpy(), value.to_dense().numpy()
    factors = arrives[arrives != 0] / np.where(sent == 0, np.nan, sent)[arrives != 0]
    return np.array([factors.min(), factors.max()]) if len(factors) else np.zeros(2)


ex = Exercise(
    "05.4",
    "message_dropout",
    points=4,
    library=("graphrec_utils.models.ngcf.message_dropout", "graphrec_utils.models.ngcf._drop"),
    hints=(
        "A message is a stored entry of the matrix. How many are there, and how do you draw one "
        "number for each?",
        "`kept = torch.rand(A_hat.values().shape, generator=generator) >= rate`. The mean of "
        "kept / (1 - rate) is 1.",
        "Return `torch.sparse_coo_tensor(A_hat.indices(), A_hat.values() * kept / (1 - rate), "
        "A_hat.shape)` in training, A_hat otherwise.",
    ),
)


@ex.solution
def message_dropout(A_hat, rate, training, generator):
    return _drop(A_hat, rate, training, generator)


def _some_lost(got, expected, inputs) -> str | None:
    lost, wanted = (0 < _kept(value, inputs).mean() < 1 for value in (got, expected))
    if lost == wanted:
        return None
    return "in yours all messages arrive" if _kept(got, inputs).all() else "in yours none arrives"


ex.claim("in training some messages arrive and some do not", _messages, 0, judge=_some_lost)


def _share_lost(got, expected, inputs) -> str | None:
    lost, wanted = 1 - _kept(got, inputs).mean(), 1 - _kept(expected, inputs).mean()
    # a known mistake that draws nodes has few draws, so its share varies
    if abs(lost - wanted) < (0.25 if any(_silent(expected)) else 0.06):
        return None
    return f"{lost:.0%} of the messages are lost in yours"


ex.claim("the share that is lost is the rate", _messages, judge=_share_lost)


def _scaled(got, expected, inputs) -> str | None:
    mine, wanted = _ratio(got, inputs), _ratio(expected, inputs)
    if np.allclose(mine, wanted, rtol=1e-4):
        return None
    return f"messages that arrive are multiplied by {mine[0]:.4g} to {mine[1]:.4g} in yours"


ex.claim(
    "what arrives is scaled so that the average stays",
    lambda rng: _messages(rng, rate=0.4),
    judge=_scaled,
)


def _in_pairs(value, inputs) -> bool:
    """Return whether the two messages of an edge, there and back, always share their fate."""
    sent, kept = (x.to_dense().numpy() != 0 for x in (inputs["A_hat"], value))
    both = np.triu(sent & sent.T, 1)
    return bool((kept == kept.T)[both].all() and not kept[both].all())


def _one_by_one(got, expected, inputs) -> str | None:
    """No sender and no receiver is silenced as a whole, and no edge in both directions."""
    mine, other = ((any(_silent(x)), _in_pairs(x, inputs)) for x in (got, expected))
    if mine == other:
        return None
    if mine[1] != other[1]:
        always = "always" if mine[1] else "not always"
        return f"in yours a message and the one back are {always} lost together"
    senders, receivers = _silent(got)
    return f"{senders} senders and {receivers} receivers have lost every message in yours"


ex.claim(
    "each message is lost or kept on its own, there and back as well",
    _messages,
    judge=_one_by_one,
)


def _numbers_lost(got, expected, inputs) -> str | None:
    """Of many messages, each with its own luck, not the same number is lost eight times."""

    def fixed(values) -> bool:
        lost = [int((~_kept(value, inputs)).sum()) for value in values]
        return max(lost) - min(lost) <= 1

    mine, other = fixed(got), fixed(expected)
    if mine == other:
        return None
    return f"in eight calls yours loses {'the same number' if mine else 'different numbers'}"


ex.claim(
    "how many messages get lost differs from call to call",
    _messages,
    run="call eight times",
    judge=_numbers_lost,
)


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


ex.claim(
    "outside training nothing is lost and nothing is scaled",
    lambda rng: _messages(rng, training=False),
    judge=_at_rest,
)


ex.claim(
    "all chance comes from the generator",
    _messages,
    run="call with seeds",
    judge=repeats,
)


@ex.mistake("you drop messages in evaluation, too: two evaluations of one model would differ")
def dropout_in_evaluation(A, rate, training, generator):
    return _drop(A, rate, True, generator)


@ex.mistake(
    "the messages that arrive are not rescaled: on average a node hears too little in "
    "training; divide by 1 - rate"
)
def no_rescaling(*a):
    return _drop(*a, scale=1.0)


@ex.mistake("you divide by the rate; what remains has probability 1 - rate, so divide by that")
def divides_by_the_rate(A, rate, *rest):
    return _drop(A, rate, *rest, scale=rate)


@ex.mistake("you multiply by 1 - rate, which weakens what is already fewer: divide by it")
def multiplies(A, rate, *rest):
    return _drop(A, rate, *rest, scale=1 / (1 - rate))


@ex.mistake("your rate is the share that stays; `rate` is the share that gets lost")
def keeps_the_rate(A_hat, rate, training, generator):
    return _drop(
        A_hat, rate, training, generator, scale=rate, keeps=_uniform(A_hat, generator) < rate
    )


@ex.mistake("you silence whole nodes: that is node dropout; here every message is drawn by itself")
def whole_nodes(A_hat, rate, training, generator):
    sends = torch.rand(A_hat.shape[1], generator=generator) >= rate
    return _drop(A_hat, rate, training, generator, keeps=sends[A_hat.indices()[1]])


@ex.mistake(
    "you lose a message and the one back together; each entry of A_hat is a message of its "
    "own and gets a number of its own"
)
def both_directions_together(A_hat, rate, training, generator):
    """One number for an edge: both directions get lost together."""
    draws = torch.rand(A_hat.shape, generator=generator)
    v, w = A_hat.indices()
    return _drop(A_hat, rate, training, generator, keeps=draws[v.min(w), v.max(w)] >= rate)


@ex.mistake("you lose messages in evaluation and none in training: it is the other way round")
def training_turned_round(A, rate, training, generator):
    return _drop(A, rate, not training, generator)


@ex.mistake(
    "you multiply by the random numbers themselves; compare them with `rate`, so that a "
    "message is kept or lost"
)
def the_random_numbers_as_factors(A, rate, training, generator):
    return _drop(A, rate, training, generator, keeps=_uniform(A, generator))


@ex.mistake("you divide by the share of messages that happened to arrive; the formula has 1 - rate")
def by_the_share_that_came(A_hat, rate, training, generator):
    if not training:
        return A_hat
    kept = (_uniform(A_hat, generator) >= rate).float()
    return _with(A_hat, A_hat.values() * kept / kept.mean())


@ex.mistake(
    "you scale in evaluation; here the scaling happens in training, and evaluation returns "
    "the matrix as it is"
)
def scales_in_evaluation(A_hat, rate, training, generator):
    return _drop(A_hat, rate, training, generator, scale=1.0, eval_scale=1 - rate)


@ex.mistake(
    "you divide by 1 - rate in evaluation, too: there nothing was lost, so nothing has to be "
    "made up for"
)
def rescales_in_evaluation(A, rate, *rest):
    return _drop(A, rate, *rest, eval_scale=1 / (1 - rate))


@ex.mistake("you seed a generator of your own: the same messages get lost in every step")
def seed_of_its_own(A, rate, training, generator):
    return _drop(A, rate, training, torch.Generator().manual_seed(0))


@ex.mistake(
    "you draw from the global generator: pass `generator=generator`, or nobody can repeat it"
)
def global_generator(A, rate, training, generator):
    return _drop(A, rate, training, None)


@ex.mistake(
    "you choose a fixed number of messages and lose those; each message has its own luck, so their "
    "number varies"
)
def a_fixed_number(A_hat, rate, training, generator):
    size = len(A_hat.values())
    keeps = torch.ones(size)
    keeps[torch.randperm(size, generator=generator)[: int(rate * size)]] = 0
    return _drop(A_hat, rate, training, generator, keeps=keeps)
