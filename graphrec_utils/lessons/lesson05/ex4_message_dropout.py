"""Exercise 05.4: messages that get lost in training."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson05 import dropout


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


ex.claim("in training some messages arrive and some do not", _messages, 0, judge=dropout.some_lost)


ex.claim("the share that is lost is the rate", _messages, judge=dropout.share_lost)


ex.claim(
    "what arrives is scaled so that the average stays",
    lambda rng: _messages(rng, rate=0.4),
    judge=dropout.scaled,
)


ex.claim(
    "each message is lost or kept on its own, there and back as well",
    _messages,
    judge=dropout.one_by_one,
)


ex.claim(
    "how many messages get lost differs from call to call",
    _messages,
    run="call eight times",
    judge=dropout.numbers_lost,
)


ex.claim(
    "outside training nothing is lost and nothing is scaled",
    lambda rng: _messages(rng, training=False),
    judge=dropout.at_rest,
)


ex.claim(
    "all chance comes from the generator",
    _messages,
    run="call with seeds",
    judge=repeats,
)


def _last_node_idle(rng) -> dict:
    inputs = _messages(rng)
    A = inputs["A_hat"].to_dense()
    A[-1] = A[:, -1] = 0
    return inputs | {"A_hat": A.to_sparse_coo().coalesce()}


ex.claim(
    "a node that hears and says nothing keeps its row and column",
    _last_node_idle,
    judge=dropout.whole,
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


@ex.mistake(
    "without `A_hat.shape` the last nodes vanish where they have no message: give the shape"
)
def shape_forgotten(A, rate, training, generator):
    if not training:
        return A
    return torch.sparse_coo_tensor(
        A.indices(), A.values() * (_uniform(A, generator) >= rate) / (1 - rate)
    )


@ex.mistake("nothing gets lost in yours: every message is multiplied by the same number")
def nothing_lost(A, rate, training, generator):
    return _drop(A, rate, training, generator, keeps=torch.ones(len(A.values())))


@ex.mistake("in training your matrix comes back as it was: messages get lost there")
def returned_as_it_was(A, rate, training, generator):
    return A


@ex.mistake(
    "`randn` draws from the bell curve; a share of `rate` needs `rand`, uniform from 0 to 1"
)
def bell_curve(A, rate, training, generator):
    draws = torch.randn(A.values().shape, generator=generator)
    return _drop(A, rate, training, generator, keeps=draws >= rate)


@ex.mistake("one number decides for all messages: draw one for each")
def one_number_for_all(A, rate, training, generator):
    keeps = (torch.rand(1, generator=generator) >= rate).expand(len(A.values()))
    return _drop(A, rate, training, generator, keeps=keeps)


@ex.mistake("a lost message arrives unscaled in yours: it must be 0")
def lost_ones_arrive(A, rate, training, generator):
    if not training:
        return A
    kept = _uniform(A, generator) >= rate
    return _with(A, torch.where(kept, A.values() / (1 - rate), A.values()))


@ex.mistake("you divide by √(1 − rate); the average stays if you divide by 1 − rate")
def divides_by_the_root(A, rate, *rest):
    return _drop(A, rate, *rest, scale=(1 - rate) ** 0.5)


@ex.mistake(
    "you write into the values of A_hat; make a new matrix, the next step needs the old one"
)
def into_a_hat(A, rate, training, generator):
    if training:
        A.values().mul_((_uniform(A, generator) >= rate) / (1 - rate))
    return A


@ex.mistake("you return the mask; the weights of the messages, A_hat.values(), are lost")
def mask_only(A, rate, training, generator):
    if not training:
        return A
    return _with(A, (_uniform(A, generator) >= rate).float() / (1 - rate))


@ex.mistake("you draw for one half of the matrix only; messages of the other half never get lost")
def one_half_only(A, rate, training, generator):
    v, w = A.indices()
    return _drop(A, rate, training, generator, keeps=(_uniform(A, generator) >= rate) | (v > w))


@ex.mistake("you divide a node's messages by the share it kept; divide all by 1 − rate")
def by_the_share_of_each_node(A, rate, training, generator):
    if not training:
        return A
    kept, rows = (_uniform(A, generator) >= rate).float(), A.indices()[0]
    sent = torch.zeros(len(A)).index_add(0, rows, torch.ones_like(kept))
    came = torch.zeros(len(A)).index_add(0, rows, kept).clamp(min=1)
    return _with(A, A.values() * kept * (sent / came)[rows])


@ex.mistake("you return a dense matrix; it stays sparse: new values at `A_hat.indices()`")
def dense(A, rate, training, generator):
    return _drop(A, rate, training, generator).to_dense()


@ex.mistake("you scale to the sum that was there before; divide by 1 − rate, whatever got lost")
def scaled_to_the_old_sum(A, rate, training, generator):
    if not training:
        return A
    left = A.values() * (_uniform(A, generator) >= rate)
    return _with(A, left * A.values().sum() / left.sum())
