"""Exercise 10.3: a softmax over sampled items that stands for the one over all."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise


def _scores(pos, neg, num_others: int) -> dict:
    return {
        "pos": torch.tensor(pos, dtype=torch.float32),
        "neg": torch.tensor(neg, dtype=torch.float32),
        "num_others": num_others,
    }


ex = Exercise(
    "10.3",
    "softmax_loss",
    points=5,
    library=("graphrec_utils.losses.sampled_softmax", "graphrec_utils.losses.full_softmax",
             "graphrec_utils.losses.corrected_softmax", "graphrec_utils.losses.in_batch_softmax"),
    hints=(
        "100 of 10,000 other items were drawn, and their exponentials add up to 7. What would you guess for "
        "all 10,000?",
        "Z is estimated by e^pos + (num_others / S) Σ e^neg. A factor c in front of an exponential is "
        "log c inside it.",
        "`c = math.log(num_others / neg.shape[1])`; "
        "`torch.cat([pos[:, None], neg + c], dim=1).logsumexp(dim=1) - pos`, and its mean.",
    ),
)  # fmt: skip


@ex.solution
def softmax_loss(pos, neg, num_others):
    c = math.log(num_others / neg.shape[1])
    return (torch.cat([pos[:, None], neg + c], dim=1).logsumexp(dim=1) - pos).mean()


def _by_hand(rng) -> dict:
    return _scores([0.0, 2.0], [[0.0, 0.0], [2.0, 2.0]], 10)  # equal scores: log(1 + 10)


def _all(rng) -> dict:
    return _scores(rng.normal(size=3), rng.normal(size=(3, 7)), 7)


def _few(rng, num_others: int = 500) -> dict:
    return _scores(rng.normal(size=5) * 2, rng.normal(size=(5, 4)) * 2, num_others)


def _extreme(rng) -> dict:
    far = float(rng.integers(300, 900))
    return _scores([far, -far, 2.0], [[0.0, 1.0], [far, 0.0], [-far, 3.0]], 60)


ex.claim("two of ten others, equal scores: log 11", _by_hand)
ex.claim("all others are there: the softmax over the whole catalog", _all)
ex.claim("four of 500 others stand for all of them", _few)
ex.claim("four of 30 others", lambda rng: _few(rng, 30))
ex.claim("scores of hundreds stay finite", _extreme)
ex.claim(
    "its gradient: the positive is pulled, each negative pushed by its estimated share",
    lambda rng: _few(rng, 200),
    run="call and compare gradient",
)

RATIO = "num_others / neg.shape[1]"
ALL = "torch.cat([pos[:, None], neg + c], dim=1).logsumexp(dim=1)"

# fmt: off
ex.slip("your negatives count once each: the S drawn have to stand for num_others, so multiply "
        "their sum",
        RATIO, "1")
ex.slip("your factor is upside down: few drawn ones stand for many, num_others / S",
        RATIO, "neg.shape[1] / num_others")
ex.slip("you multiply the positive as well: it is in the sum once and for certain, only negatives "
        "are drawn",
        "pos[:, None]", "pos[:, None] + c")
ex.slip("the positive is missing in your sum: without it this is no probability, and below 0",
        "torch.cat([pos[:, None], neg + c], dim=1)", "(neg + c)")
ex.slip("your negatives are averaged, not added up: num_others of them belong into the sum",
        "num_others", "1")
ex.slip("the S drawn ones count num_others times each: divide by how many were drawn",
        RATIO, "num_others")
ex.slip("you multiply by one item too many: the positive is no other, num_others counts without it",
        "num_others", "(num_others + 1)")
ex.slip("before your logarithm a number has left the range of float32: keep exponentials inside "
        "logsumexp",
        f"math.log({RATIO})", RATIO,
        f"({ALL} - pos)", "-(pos.exp() / (pos.exp() + c * neg.exp().sum(dim=1))).log()")
ex.slip("you add the rows up; the loss is their mean", "mean", "sum")
ex.slip("your sign is turned: this falls when the negatives win", "return ", "return -")
ex.slip("you add the factor to the scores: in front of an exponential it is a factor, inside it "
        "its logarithm",
        f"math.log({RATIO})", RATIO)
ex.slip("you multiply a logarithm by the factor: the sum of the exponentials is what it belongs "
        "to, so add log(factor)",
        f"math.log({RATIO})", RATIO, ALL, "torch.logaddexp(pos, c * neg.logsumexp(dim=1))")
ex.slip("your factor multiplies the scores: it belongs in front of the exponentials, so its "
        "logarithm is added",
        f"math.log({RATIO})", RATIO, "neg + c", "neg * c")
ex.slip("you take the mean of the probabilities and then the logarithm: each row has a loss, and "
        "the mean comes last",
        f"({ALL} - pos).mean()", f"-(pos - {ALL}).exp().mean().log()")
ex.slip("your logarithm has the base 10: inside e^ stands the natural one",
        "math.log", "math.log10")
ex.slip("your softmax runs down the rows: each row is a question, its columns compete, dim 1",
        "(torch.cat", "-torch.cat", "logsumexp(dim=1) - pos)", "log_softmax(dim=0)[:, 0]")
ex.slip("you divide by the number of rows: S is how many negatives a row has",
        "neg.shape[1]", "len(neg)")
ex.slip("no gradient reaches your negatives: they were detached, and nothing pushes them away",
        "neg + c", "neg.detach() + c")
ex.slip("you compare pair by pair: here the positive and all negatives stand in one softmax",
        f"({ALL} - pos)", "torch.nn.functional.softplus(neg - pos[:, None])")
