"""Exercise 03.4: the BPR loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _scores(pos, neg) -> dict:
    return {name: torch.tensor(x, dtype=torch.float32) for name, x in (("pos", pos), ("neg", neg))}


ex = Exercise(
    "03.4",
    "bpr_loss",
    points=4,
    library=("graphrec_utils.losses.bpr", "graphrec_utils.losses.softmax.sampled_softmax"),
    hints=(
        "What is −log σ(x) at x = 0, at a large x, at a very negative x?",
        "−log σ(x) = log(1 + e^−x), and torch has a function that computes it without overflow.",
        "`-F.logsigmoid(pos - neg).mean()` or `F.softplus(neg - pos).mean()`.",
    ),
)


@ex.solution
def bpr_loss(pos, neg):
    return F.softplus(neg - pos).mean()


def _by_hand(rng) -> dict:
    return _scores([2.0, 3.0, -200.0], [0.0, 2.0, 0.0])


ex.claim("differences 2, 1 and −200: the number computed by hand", _by_hand)


def _equal(rng) -> dict:
    same = rng.normal(size=4)
    return _scores(same, same)


ex.claim("equal scores cost log 2, whatever they are", _equal)


def _random(rng) -> dict:
    return _scores(rng.normal(size=6) * 2 + 1, rng.normal(size=6) * 2)


ex.claim("the mean over random pairs", _random)


def _hopeless(rng) -> dict:
    return _scores([-float(rng.integers(900, 2000))], [0.0])


ex.claim("a hopeless pair costs its whole difference, about 1000, not infinity", _hopeless)


def _extremes(rng) -> dict:
    near = rng.normal(size=2)
    return _scores([-300.0, 40.0, *near, 200.0], [500.0, 0.0, *near[::-1], -200.0])


ex.claim(
    "the gradient pulls positives up and negatives down, and is finite at the extremes",
    _extremes,
    run="call and compare gradient",
)


@ex.mistake(
    "your loss falls when the negative wins: training with it turns every list upside "
    "down. It is σ(pos − neg)"
)
def the_sign_is_turned(pos, neg):
    return F.softplus(pos - neg).mean()


@ex.mistake(
    "before your logarithm was taken a number had left the range of float32, a sigmoid of 0 or "
    "an exponential of infinity: use one function for both, F.logsigmoid or F.softplus"
)
def the_logarithm_of_a_sigmoid(pos, neg):
    return -torch.log(torch.sigmoid(pos - neg)).mean()


@ex.mistake(
    "a small number inside the logarithm hides the infinity and stops the gradient: "
    "hopeless pairs cost about 18 in yours and no longer learn"
)
def a_small_number_inside_the_logarithm(pos, neg):
    return -torch.log(torch.sigmoid(pos - neg) + 1e-8).mean()


@ex.mistake(
    "a small number inside the logarithm hides the infinity and stops the gradient: "
    "hopeless pairs cost about 23 in yours and no longer learn"
)
def a_smaller_number_inside_the_logarithm(pos, neg):
    return -torch.log(torch.sigmoid(pos - neg) + 1e-10).mean()


@ex.mistake(
    "a small number inside the logarithm hides the infinity and stops the gradient: "
    "hopeless pairs cost about 28 in yours and no longer learn"
)
def the_smallest_number_inside_the_logarithm(pos, neg):
    return -torch.log(torch.sigmoid(pos - neg) + 1e-12).mean()


@ex.mistake(
    "your value is right and nothing can be learned from it: stay in torch, without "
    "`item`, `detach` or NumPy, and the gradient comes by itself"
)
def without_a_gradient(pos, neg):
    return F.softplus(neg - pos).mean().detach()


@ex.mistake(
    "you compared every positive with every negative: pos[b] belongs to neg[b] only, of "
    "the same user"
)
def every_positive_with_every_negative(pos, neg):
    return F.softplus(neg[None, :] - pos[:, None]).mean()


@ex.mistake(
    "you squeezed the scores through a sigmoid before taking their difference: the "
    "difference then stays below 1 and the loss never gets small"
)
def two_sigmoids(pos, neg):
    return F.softplus(torch.sigmoid(neg) - torch.sigmoid(pos)).mean()


@ex.mistake(
    "your loss is the sum over the pairs: return their mean, or the step grows with the batch"
)
def sum_answer(pos, neg):
    return F.softplus(neg - pos).sum()


@ex.mistake("your value is negative: the loss is minus the logarithm")
def no_minus(pos, neg):
    return F.logsigmoid(pos - neg).mean()


@ex.mistake("you averaged the scores before the loss: every pair has a loss of its own")
def the_mean_is_taken_first(pos, neg):
    return F.softplus(neg.mean() - pos.mean())


@ex.mistake("you judge each score by itself (cross-entropy); BPR sees only the difference")
def cross_entropy_of_each_score(pos, neg):
    return (F.softplus(-pos) + F.softplus(neg)).mean()


@ex.mistake("yours is a hinge with margin 1: a pair that is right by 1 teaches it nothing")
def hinge(pos, neg):
    return F.relu(1 - (pos - neg)).mean()


@ex.mistake(
    "you took the logarithm of the mean: every pair has a logarithm, then they are averaged"
)
def the_logarithm_of_the_mean(pos, neg):
    return -torch.log(torch.sigmoid(pos - neg).mean())


@ex.mistake("you cut the difference off: where it is −1000, the loss is 1000")
def cut_off(pos, neg):
    return F.softplus((neg - pos).clamp(max=50)).mean()


@ex.mistake("1 − σ(x) in place of −log σ(x): a hopeless pair costs 1 in yours, and hardly teaches")
def without_the_logarithm(pos, neg):
    return (1 - torch.sigmoid(pos - neg)).mean()


@ex.mistake("a logarithm to base 2; the loss has the natural one")
def base_2(pos, neg):
    return F.softplus(neg - pos).mean() / 0.6931471805599453


@ex.mistake("the gradient reaches one of the two scores only: both are learned")
def one_side_learns(pos, neg):
    return F.softplus(neg.detach() - pos).mean()


@ex.mistake(
    "e^−x without the 1 and the logarithm: pairs that are right cost nearly the same as in log(1 + e^−x), wrong ones far too much"
)
def exponential(pos, neg):
    return torch.exp((neg - pos).clamp(max=80)).mean()
