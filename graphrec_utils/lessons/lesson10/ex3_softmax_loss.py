"""Exercise 10.3: a softmax over sampled items that stands for the one over all."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from graphrec_utils.exercises.core import Exercise


def _loss(pos, neg, num_others, factor=lambda n, S: n / S, on_positive=False, inside=True,
          reduce=torch.mean):  # fmt: skip
    """Return the sampled softmax; the options are what can go wrong.

    Args:
        factor: by what the sum over the negatives is multiplied.
        on_positive: multiply the positive by it, too.
        inside: whether the positive is in the sum.
        reduce: the rows to one number.
    """
    c = math.log(factor(num_others, neg.shape[1]))
    own = pos[:, None] + (c if on_positive else 0)
    columns = torch.cat([own, neg + c], dim=1) if inside else neg + c
    return reduce(columns.logsumexp(dim=1) - pos)


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


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
    return _loss(pos, neg, num_others)


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


@ex.mistake(
    "your negatives count once each: the S drawn have to stand for num_others, so multiply their sum"
)
def no_constant(*inputs):
    return _variant(factor=lambda n, S: 1)(*inputs)


@ex.mistake("your factor is upside down: few drawn ones stand for many, num_others / S")
def the_constant_is_upside_down(*inputs):
    return _variant(factor=lambda n, S: S / n)(*inputs)


@ex.mistake(
    "you multiply the positive as well: it is in the sum once and for certain, only negatives are drawn"
)
def the_positive_is_multiplied(*inputs):
    return _variant(on_positive=True)(*inputs)


@ex.mistake("the positive is missing in your sum: without it this is no probability, and below 0")
def the_positive_is_left_out(*inputs):
    return _variant(inside=False)(*inputs)


@ex.mistake("your negatives are averaged, not added up: num_others of them belong into the sum")
def the_mean_of_the_negatives(*inputs):
    return _variant(factor=lambda n, S: 1 / S)(*inputs)


@ex.mistake("the S drawn ones count num_others times each: divide by how many were drawn")
def never_divided(*inputs):
    return _variant(factor=lambda n, S: n)(*inputs)


@ex.mistake(
    "you multiply by one item too many: the positive is no other, num_others counts without it"
)
def one_item_too_many(*inputs):
    return _variant(factor=lambda n, S: (n + 1) / S)(*inputs)


@ex.mistake(
    "before your logarithm a number has left the range of float32: keep exponentials inside logsumexp"
)
def exponentials_overflow(pos, neg, num_others):
    c = num_others / neg.shape[1]
    return -(pos.exp() / (pos.exp() + c * neg.exp().sum(dim=1))).log().mean()


@ex.mistake("you add the rows up; the loss is their mean")
def the_sum_of_the_rows(*inputs):
    return _variant(reduce=torch.sum)(*inputs)


@ex.mistake("your sign is turned: this falls when the negatives win")
def the_sign_is_turned(*inputs):
    return -_loss(*inputs)


@ex.mistake(
    "you add the factor to the scores: in front of an exponential it is a factor, inside it its logarithm"
)
def the_constant_without_a_logarithm(pos, neg, num_others):
    c = num_others / neg.shape[1]
    return (torch.cat([pos[:, None], neg + c], dim=1).logsumexp(dim=1) - pos).mean()


@ex.mistake(
    "you multiply a logarithm by the factor: the sum of the exponentials is what it belongs to, so add log(factor)"
)
def the_logarithm_is_multiplied(pos, neg, num_others):
    c = num_others / neg.shape[1]
    return (torch.logaddexp(pos, c * neg.logsumexp(dim=1)) - pos).mean()


@ex.mistake(
    "your factor multiplies the scores: it belongs in front of the exponentials, so its logarithm is added"
)
def the_scores_are_multiplied(pos, neg, num_others):
    columns = torch.cat([pos[:, None], neg * (num_others / neg.shape[1])], dim=1)
    return (columns.logsumexp(dim=1) - pos).mean()


@ex.mistake(
    "you take the mean of the probabilities and then the logarithm: each row has a loss, and the mean comes last"
)
def the_logarithm_of_the_mean(pos, neg, num_others):
    c = math.log(num_others / neg.shape[1])
    rows = torch.cat([pos[:, None], neg + c], dim=1).logsumexp(dim=1) - pos
    return -(-rows).exp().mean().log()


@ex.mistake("your logarithm has the base 10: inside e^ stands the natural one")
def base_ten(pos, neg, num_others):
    S = neg.shape[1]
    return _loss(pos, neg - math.log(num_others / S) + math.log10(num_others / S), num_others)


@ex.mistake("your softmax runs down the rows: each row is a question, its columns compete, dim 1")
def down_the_rows(pos, neg, num_others):
    c = math.log(num_others / neg.shape[1])
    return -torch.cat([pos[:, None], neg + c], dim=1).log_softmax(dim=0)[:, 0].mean()


@ex.mistake("you divide by the number of rows: S is how many negatives a row has")
def the_number_of_rows(pos, neg, num_others):
    return _loss(pos, neg, num_others * neg.shape[1] / len(neg))


@ex.mistake("no gradient reaches your negatives: they were detached, and nothing pushes them away")
def negatives_are_detached(pos, neg, num_others):
    return _loss(pos, neg.detach(), num_others)


@ex.mistake("you compare pair by pair: here the positive and all negatives stand in one softmax")
def pair_by_pair(pos, neg, num_others):
    return torch.nn.functional.softplus(neg - pos[:, None]).mean()
