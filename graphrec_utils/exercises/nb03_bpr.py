"""Claims and mistakes of lesson 03: the BPR loss (03.4) and its gradient by hand (03.5)."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import expit

from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 03.4


def bpr_loss(pos, neg):
    return F.softplus(neg - pos).mean()


def _scores(pos, neg) -> dict:
    return {name: torch.tensor(x, dtype=torch.float32) for name, x in (("pos", pos), ("neg", neg))}


def _by_hand(rng) -> dict:
    return _scores([2.0, 1.0], [0.0, 0.0])


def _equal(rng) -> dict:
    same = rng.normal(size=4)
    return _scores(same, same)


def _random(rng) -> dict:
    return _scores(rng.normal(size=6) * 2 + 1, rng.normal(size=6) * 2)


def _hopeless(rng) -> dict:
    return _scores([-1000.0], [0.0])


def _extremes(rng) -> dict:
    return _scores([-300.0, 40.0, 0.5, 200.0], [500.0, 0.0, 1.0, -200.0])


EX_4 = Exercise(
    id="03.4",
    function="bpr_loss",
    points=4,
    reference=bpr_loss,
    library="graphrec_utils.losses.bpr",
    claims=(
        Claim("differences 2 and 1: the number computed by hand", _by_hand),
        Claim("equal scores cost log 2, whatever they are", _equal),
        Claim("the mean over random pairs", _random),
        Claim("a difference of −1000 costs 1000, not infinity", _hopeless),
        Claim(
            "the gradient pulls positives up and negatives down, and is finite at the extremes",
            _extremes,
            run="call and compare gradient",
        ),
    ),
    mistakes=(
        Mistake(
            "the sign is turned",
            lambda pos, neg: F.softplus(pos - neg).mean(),
            "your loss falls when the negative wins: training with it turns every list upside "
            "down. It is σ(pos − neg)",
        ),
        Mistake(
            "the logarithm of a sigmoid",
            lambda pos, neg: -torch.log(torch.sigmoid(pos - neg)).mean(),
            "before your logarithm was taken a number had left the range of float32, a sigmoid of 0 or "
            "an exponential of infinity: use one function for both, F.logsigmoid or F.softplus",
        ),
        Mistake(
            "a small number inside the logarithm",
            lambda pos, neg: -torch.log(torch.sigmoid(pos - neg) + 1e-8).mean(),
            "a small number inside the logarithm hides the infinity and stops the gradient: "
            "hopeless pairs cost about 18 in yours and no longer learn",
        ),
        Mistake(
            "a smaller number inside the logarithm",
            lambda pos, neg: -torch.log(torch.sigmoid(pos - neg) + 1e-10).mean(),
            "a small number inside the logarithm hides the infinity and stops the gradient: "
            "hopeless pairs cost about 23 in yours and no longer learn",
        ),
        Mistake(
            "the smallest number inside the logarithm",
            lambda pos, neg: -torch.log(torch.sigmoid(pos - neg) + 1e-12).mean(),
            "a small number inside the logarithm hides the infinity and stops the gradient: "
            "hopeless pairs cost about 28 in yours and no longer learn",
        ),
        Mistake(
            "without a gradient",
            lambda pos, neg: F.softplus(neg - pos).mean().detach(),
            "your value is right and nothing can be learned from it: stay in torch, without "
            "`item`, `detach` or NumPy, and the gradient comes by itself",
        ),
        Mistake(
            "every positive with every negative",
            lambda pos, neg: F.softplus(neg[None, :] - pos[:, None]).mean(),
            "you compared every positive with every negative: pos[b] belongs to neg[b] only, of "
            "the same user",
        ),
        Mistake(
            "two sigmoids",
            lambda pos, neg: F.softplus(torch.sigmoid(neg) - torch.sigmoid(pos)).mean(),
            "you squeezed the scores through a sigmoid before taking their difference: the "
            "difference then stays below 1 and the loss never gets small",
        ),
        Mistake(
            "sum",
            lambda pos, neg: F.softplus(neg - pos).sum(),
            "your loss is the sum over the pairs: return their mean, or the step grows with the "
            "batch",
        ),
        Mistake(
            "no minus",
            lambda pos, neg: F.logsigmoid(pos - neg).mean(),
            "your value is negative: the loss is minus the logarithm",
        ),
        Mistake(
            "the mean is taken first",
            lambda pos, neg: F.softplus(neg.mean() - pos.mean()),
            "you averaged the scores before the loss: every pair has a loss of its own",
        ),
        Mistake(
            "cross-entropy of each score",
            lambda pos, neg: (F.softplus(-pos) + F.softplus(neg)).mean(),
            "you judge each score by itself (cross-entropy); BPR sees only the difference",
        ),
        Mistake(
            "hinge",
            lambda pos, neg: F.relu(1 - (pos - neg)).mean(),
            "yours is a hinge with margin 1: a pair that is right by 1 teaches it nothing",
        ),
    ),
    hints=(
        "What is −log σ(x) at x = 0, at a large x, at a very negative x?",
        "−log σ(x) = log(1 + e^−x), and torch has a function that computes it without overflow.",
        "`-F.logsigmoid(pos - neg).mean()` or `F.softplus(neg - pos).mean()`.",
    ),
)

# ---------------------------------------------------------------- 03.5


def bpr_gradient(user, pos_item, neg_item):
    return _gradient(user, pos_item, neg_item, lambda x: -expit(-x))


def _gradient(p, q_i, q_j, slope):
    x = ((q_i - q_j) * p).sum(axis=1, keepdims=True)
    g = slope(x)
    return g * (q_i - q_j), g * p, -g * p


def _other_way(*tables):
    return tuple(-part for part in bpr_gradient(*tables))


def _negative_like_positive(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return d_p, d_i, -d_j


def _user_away(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return -d_p, d_i, d_j


def _user_sees_positive_only(p, q_i, q_j):
    _, d_i, d_j = bpr_gradient(p, q_i, q_j)
    g = -expit(-((q_i - q_j) * p).sum(axis=1, keepdims=True))
    return g * q_i, d_i, d_j


def _score_of_the_positive(p, q_i, q_j):
    g = -expit(-(q_i * p).sum(axis=1, keepdims=True))
    return g * (q_i - q_j), g * p, -g * p


def _own_vectors(p, q_i, q_j):
    g = -expit(-((q_i - q_j) * p).sum(axis=1, keepdims=True))
    return g * (q_i - q_j), g * q_i, -g * q_j


def _items_swapped(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return d_p, d_j, d_i


def _overflow(x):
    with np.errstate(all="ignore"):
        return -np.exp(-x) / (1 + np.exp(-x))


def _mean(*tables):
    return tuple(part / len(part) for part in bpr_gradient(*tables))


def _triple_by_hand(rng) -> dict:
    return {
        "user": np.array([[1.0, 0.0]]),
        "pos_item": np.array([[1.0, 1.0]]),
        "neg_item": np.array([[1.0, -1.0]]),
    }


def _triples(rng, scale: float = 1) -> dict:
    names = ("user", "pos_item", "neg_item")
    return {name: rng.normal(size=(4, 3)) * scale for name in names}


def _settled(rng) -> dict:
    """Pairs that are right, wrong and hopeless, by differences up to 1000."""
    x = np.array([1000.0, 12.0, -12.0, -1000.0])
    p, q_j = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    q_i = q_j + p * (x / (p * p).sum(axis=1))[:, None]
    return {"user": p, "pos_item": q_i, "neg_item": q_j}


EX_5 = Exercise(
    id="03.5",
    function="bpr_gradient",
    points=3,
    reference=bpr_gradient,
    claims=(
        Claim("one triple with difference 0: the vectors computed by hand", _triple_by_hand),
        Claim("every row is the gradient of its own triple", _triples),
        Claim(
            "a pair that is right learns little, a hopeless one fully, and none is NaN", _settled
        ),
    ),
    mistakes=(
        Mistake(
            "σ(x)",
            lambda *a: _gradient(*a, lambda x: -expit(x)),
            "your weight is σ(x): pairs that are right would learn most. It is σ(−x)",
        ),
        Mistake(
            "derivative of σ",
            lambda *a: _gradient(*a, lambda x: -expit(x) * expit(-x)),
            "your weight is the slope of σ(x): a hopeless pair would learn nothing. The loss is "
            "−log σ(x), whose slope is −σ(−x)",
        ),
        Mistake(
            "one x for the batch",
            lambda *a: _gradient(*a, lambda x: np.full_like(x, -expit(-x.sum()))),
            "your x is one number for all rows: sum over the coordinates only, `axis=1`",
        ),
        Mistake(
            "uphill",
            _other_way,
            "your vectors point downhill: they are the step, and the gradient is minus that",
        ),
        Mistake(
            "no weight",
            lambda *a: _gradient(*a, lambda x: -np.ones_like(x)),
            "the weight σ(−x) is missing: in yours every pair learns alike, right or wrong",
        ),
        Mistake(
            "the negative moves like the positive",
            _negative_like_positive,
            "your negative item moves the same way as the positive one: its sign is the opposite",
        ),
        Mistake(
            "the user sees the positive only",
            _user_sees_positive_only,
            "in your user's gradient the negative item is missing: x depends on p through q_i − q_j",
        ),
        Mistake(
            "the user moves away",
            _user_away,
            "your user's gradient has its sign turned: it is g (q_i − q_j), with a g below 0",
        ),
        Mistake(
            "x of the positive alone",
            _score_of_the_positive,
            "your x is the score of the positive; it is the difference of both scores",
        ),
        Mistake(
            "items weigh their own vectors",
            _own_vectors,
            "your item gradients hold the items' own vectors: x = ⟨p, q_i − q_j⟩ depends on q_i "
            "through p",
        ),
        Mistake(
            "items swapped",
            _items_swapped,
            "your second and third value are swapped: the order is user, positive, negative",
        ),
        Mistake(
            "divided by B",
            _mean,
            "you divided by the number of rows: each row is the gradient of its own loss",
        ),
        Mistake(
            "overflow",
            lambda *a: _gradient(*a, _overflow),
            "your exponential overflows for a hopeless pair and infinity / infinity is NaN: write "
            "σ(−x) as 1 / (1 + exp(x)) or use scipy.special.expit",
        ),
    ),
    hints=(
        "The chain rule: the derivative of −log σ(x) by x, times the derivative of x by each vector.",
        "d(−log σ(x))/dx = −σ(−x). And x = ⟨p, q_i − q_j⟩, so its derivatives are q_i − q_j, p, −p.",
        "`x = (user * (pos_item - neg_item)).sum(axis=1, keepdims=True)`, `g = -1 / (1 + np.exp(x))`, "
        "then `g * (pos_item - neg_item), g * user, -g * user`.",
    ),
)

EXERCISES = (EX_4, EX_5)
