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

LOSS = "F.softplus(neg - pos).mean()"

# fmt: off
ex.slip("your loss falls when the negative wins: training with it turns every list upside down. "
        "It is σ(pos − neg)",
        "neg - pos", "pos - neg")
ex.slip("before your logarithm was taken a number had left the range of float32, a sigmoid of 0 "
        "or an exponential of infinity: use one function for both, F.logsigmoid or F.softplus",
        LOSS, "-torch.log(torch.sigmoid(pos - neg)).mean()")
ex.slip("a small number inside the logarithm hides the infinity and stops the gradient: hopeless "
        "pairs cost about 18 in yours and no longer learn",
        LOSS, "-torch.log(torch.sigmoid(pos - neg) + 1e-8).mean()")
ex.slip("a small number inside the logarithm hides the infinity and stops the gradient: hopeless "
        "pairs cost about 23 in yours and no longer learn",
        LOSS, "-torch.log(torch.sigmoid(pos - neg) + 1e-10).mean()")
ex.slip("a small number inside the logarithm hides the infinity and stops the gradient: hopeless "
        "pairs cost about 28 in yours and no longer learn",
        LOSS, "-torch.log(torch.sigmoid(pos - neg) + 1e-12).mean()")
ex.slip("your value is right and nothing can be learned from it: stay in torch, without `item`, "
        "`detach` or NumPy, and the gradient comes by itself",
        ".mean()", ".mean().detach()")
ex.slip("you compared every positive with every negative: pos[b] belongs to neg[b] only, of the "
        "same user",
        "neg - pos", "neg[None, :] - pos[:, None]")
ex.slip("you squeezed the scores through a sigmoid before taking their difference: the difference "
        "then stays below 1 and the loss never gets small",
        "neg - pos", "torch.sigmoid(neg) - torch.sigmoid(pos)")
ex.slip("your loss is the sum over the pairs: return their mean, or the step grows with the batch",
        "mean", "sum")
ex.slip("your value is negative: the loss is minus the logarithm",
        LOSS, "F.logsigmoid(pos - neg).mean()")
ex.slip("you averaged the scores before the loss: every pair has a loss of its own",
        LOSS, "F.softplus(neg.mean() - pos.mean())")
ex.slip("you judge each score by itself (cross-entropy); BPR sees only the difference",
        LOSS, "(F.softplus(-pos) + F.softplus(neg)).mean()")
ex.slip("yours is a hinge with margin 1: a pair that is right by 1 teaches it nothing",
        LOSS, "F.relu(1 - (pos - neg)).mean()")
ex.slip("you took the logarithm of the mean: every pair has a logarithm, then they are averaged",
        LOSS, "-torch.log(torch.sigmoid(pos - neg).mean())")
ex.slip("you cut the difference off: where it is −1000, the loss is 1000",
        "neg - pos", "(neg - pos).clamp(max=50)")
ex.slip("1 − σ(x) in place of −log σ(x): a hopeless pair costs 1 in yours, and hardly teaches",
        LOSS, "(1 - torch.sigmoid(pos - neg)).mean()")
ex.slip("a logarithm to base 2; the loss has the natural one",
        ".mean()", ".mean() / 0.6931471805599453")
ex.slip("the gradient reaches one of the two scores only: both are learned",
        "neg -", "neg.detach() -")
ex.slip("e^−x without the 1 and the logarithm: pairs that are right cost nearly the same as in "
        "log(1 + e^−x), wrong ones far too much",
        LOSS, "torch.exp((neg - pos).clamp(max=80)).mean()")
