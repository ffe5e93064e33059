"""Exercise 05.4: messages that get lost in training."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson05 import dropout


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
    branch=True,
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
    if not training:
        return A_hat
    kept = torch.rand(A_hat.values().shape, generator=generator) >= rate
    values = A_hat.values() * kept / (1 - rate)
    return torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape)


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

DRAWN = "torch.rand(A_hat.values().shape, generator=generator)"
KEPT = "kept = " + DRAWN + " >= rate"
SCALED = "A_hat.values() * kept / (1 - rate)"

# fmt: off
ex.slip("you drop messages in evaluation, too: two evaluations of one model would differ",
        "if not training:\n    return A_hat\n", "")
ex.slip("the messages that arrive are not rescaled: on average a node hears too little in "
        "training; divide by 1 - rate",
        " / (1 - rate)", "", hint=True)
ex.slip("you divide by the rate; what remains has probability 1 - rate, so divide by that",
        "(1 - rate)", "rate", hint=True)
ex.slip("you multiply by 1 - rate, which weakens what is already fewer: divide by it",
        "/ (1", "* (1")
ex.slip("your rate is the share that stays; `rate` is the share that gets lost",
        ">= rate", "< rate", "(1 - rate)", "rate", hint=True)
ex.slip("you silence whole nodes: that is node dropout; here every message is drawn by itself",
        KEPT, "kept = (torch.rand(A_hat.shape[1], generator=generator) >= rate)[A_hat.indices()[1]]")
ex.slip("you lose a message and the one back together; each entry of A_hat is a message of its "
        "own and gets a number of its own",
        KEPT, "v, w = A_hat.indices()\n"
        "kept = torch.rand(A_hat.shape, generator=generator)[v.min(w), v.max(w)] >= rate")
ex.slip("you lose messages in evaluation and none in training: it is the other way round",
        "not training", "training")
ex.slip("you multiply by the random numbers themselves; compare them with `rate`, so that a "
        "message is kept or lost",
        " >= rate", "")
ex.slip("you divide by the share of messages that happened to arrive; the formula has 1 - rate",
        "(1 - rate)", "kept.float().mean()")
ex.slip("you scale in evaluation; here the scaling happens in training, and evaluation returns "
        "the matrix as it is",
        "return A_hat\n", "return A_hat * (1 - rate)\n", " / (1 - rate)", "")
ex.slip("you divide by 1 - rate in evaluation, too: there nothing was lost, so nothing has to be "
        "made up for",
        "return A_hat\n", "return A_hat / (1 - rate)\n")
ex.slip("you seed a generator of your own: the same messages get lost in every step",
        "generator=generator", "generator=torch.Generator().manual_seed(0)")
ex.slip("you draw from the global generator: pass `generator=generator`, or nobody can repeat it",
        ", generator=generator", "")
ex.slip("you choose a fixed number of messages and lose those; each message has its own luck, so "
        "their number varies",
        KEPT, "kept = torch.ones(len(A_hat.values()))\n"
        "kept[torch.randperm(len(kept), generator=generator)[: int(rate * len(kept))]] = 0")
ex.slip("without `A_hat.shape` the last nodes vanish where they have no message: give the shape",
        ", values, A_hat.shape", ", values")
ex.slip("nothing gets lost in yours: every message is multiplied by the same number",
        KEPT, "kept = 1")
ex.slip("in training your matrix comes back as it was: messages get lost there",
        "if not training:\n    return A_hat", "return A_hat")
ex.slip("`randn` draws from the bell curve; a share of `rate` needs `rand`, uniform from 0 to 1",
        "torch.rand(", "torch.randn(")
ex.slip("one number decides for all messages: draw one for each", "A_hat.values().shape", "1")
ex.slip("a lost message arrives unscaled in yours: it must be 0",
        SCALED, "torch.where(kept, A_hat.values() / (1 - rate), A_hat.values())")
ex.slip("you divide by √(1 − rate); the average stays if you divide by 1 − rate",
        "(1 - rate)", "(1 - rate) ** 0.5")
ex.slip("you write into the values of A_hat; make a new matrix, the next step needs the old one",
        "values = " + SCALED, "A_hat.values().mul_(kept / (1 - rate))",
        "torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape)", "A_hat")
ex.slip("you return the mask; the weights of the messages, A_hat.values(), are lost",
        "A_hat.values() * kept", "kept.float()")
ex.slip("you draw for one half of the matrix only; messages of the other half never get lost",
        "kept = torch.rand", "v, w = A_hat.indices()\nkept = (v > w) | (torch.rand",
        ">= rate", ">= rate)")
ex.slip("you divide a node's messages by the share it kept; divide all by 1 − rate",
        "values = " + SCALED, "rows = A_hat.indices()[0]\n"
        "sent = torch.zeros(len(A_hat)).index_add(0, rows, torch.ones(len(rows)))\n"
        "came = torch.zeros(len(A_hat)).index_add(0, rows, kept.float()).clamp(min=1)\n"
        "values = A_hat.values() * kept * (sent / came)[rows]")
ex.slip("you return a dense matrix; it stays sparse: new values at `A_hat.indices()`",
        "return A_hat\n", "return A_hat.to_dense()\n",
        ", values, A_hat.shape)", ", values, A_hat.shape).to_dense()")
ex.slip("you scale to the sum that was there before; divide by 1 − rate, whatever got lost",
        "values = " + SCALED, "left = A_hat.values() * kept\nvalues = left * A_hat.values().sum() / left.sum()")
