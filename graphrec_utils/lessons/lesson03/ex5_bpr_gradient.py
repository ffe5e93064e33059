"""Exercise 03.5: the gradient of the BPR loss by hand."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from graphrec_utils.exercises.core import Exercise


def _gradient(p, q_i, q_j, slope):
    x = ((q_i - q_j) * p).sum(axis=1, keepdims=True)
    g = slope(x)
    return g * (q_i - q_j), g * p, -g * p


ex = Exercise(
    "03.5",
    "bpr_gradient",
    points=3,
    hints=(
        "The chain rule: the derivative of −log σ(x) by x, times the derivative of x by each vector.",
        "d(−log σ(x))/dx = −σ(−x). And x = ⟨p, q_i − q_j⟩, so its derivatives are q_i − q_j, p, −p.",
        "`x = (user * (pos_item - neg_item)).sum(axis=1, keepdims=True)`, `g = -1 / (1 + np.exp(x))`, "
        "then `g * (pos_item - neg_item), g * user, -g * user`.",
    ),
)


@ex.solution
def bpr_gradient(user, pos_item, neg_item):
    return _gradient(user, pos_item, neg_item, lambda x: -expit(-x))


def _triples_by_hand(rng) -> dict:
    return {
        "user": np.array([[1.0, 0.0], [np.log(3), 0.0]]),
        "pos_item": np.array([[1.0, 1.0], [1.0, 1.0]]),
        "neg_item": np.array([[1.0, -1.0], [0.0, 0.0]]),
    }


ex.claim("triples with the differences 0 and log 3: the vectors computed by hand", _triples_by_hand)


def _triples(rng, scale: float = 1) -> dict:
    names = ("user", "pos_item", "neg_item")
    return {name: rng.normal(size=(4, 3)) * scale for name in names}


ex.claim("every row is the gradient of its own triple", _triples)


def _settled(rng) -> dict:
    """Pairs that are right, wrong and hopeless, by differences up to 1000."""
    x = np.array([1000.0, 12.0, -12.0, -1000.0])
    p, q_j = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    q_i = q_j + p * (x / (p * p).sum(axis=1))[:, None]
    return {"user": p, "pos_item": q_i, "neg_item": q_j}


ex.claim("a pair that is right learns little, a hopeless one fully, and none is NaN", _settled)


@ex.mistake("your weight is σ(x): pairs that are right would learn most. It is σ(−x)")
def sigma_x(*a):
    return _gradient(*a, lambda x: -expit(x))


@ex.mistake(
    "your weight is the slope of σ(x): a hopeless pair would learn nothing. The loss is "
    "−log σ(x), whose slope is −σ(−x)"
)
def derivative_of_sigma(*a):
    return _gradient(*a, lambda x: -expit(x) * expit(-x))


@ex.mistake("your x is one number for all rows: sum over the coordinates only, `axis=1`")
def one_x_for_the_batch(*a):
    return _gradient(*a, lambda x: np.full_like(x, -expit(-x.sum())))


@ex.mistake("your vectors point downhill: they are the step, and the gradient is minus that")
def uphill(*tables):
    return tuple(-part for part in bpr_gradient(*tables))


@ex.mistake("the weight σ(−x) is missing: in yours every pair learns alike, right or wrong")
def no_weight(*a):
    return _gradient(*a, lambda x: -np.ones_like(x))


@ex.mistake("your negative item moves the same way as the positive one: its sign is the opposite")
def the_negative_moves_like_the_positive(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return d_p, d_i, -d_j


@ex.mistake(
    "in your user's gradient the negative item is missing: x depends on p through q_i − q_j"
)
def the_user_sees_the_positive_only(p, q_i, q_j):
    _, d_i, d_j = bpr_gradient(p, q_i, q_j)
    g = -expit(-((q_i - q_j) * p).sum(axis=1, keepdims=True))
    return g * q_i, d_i, d_j


@ex.mistake("your user's gradient has its sign turned: it is g (q_i − q_j), with a g below 0")
def the_user_moves_away(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return -d_p, d_i, d_j


@ex.mistake("your x is the score of the positive; it is the difference of both scores")
def x_of_the_positive_alone(p, q_i, q_j):
    g = -expit(-(q_i * p).sum(axis=1, keepdims=True))
    return g * (q_i - q_j), g * p, -g * p


@ex.mistake(
    "your item gradients hold the items' own vectors: x = ⟨p, q_i − q_j⟩ depends on q_i through p"
)
def items_weigh_their_own_vectors(p, q_i, q_j):
    g = -expit(-((q_i - q_j) * p).sum(axis=1, keepdims=True))
    return g * (q_i - q_j), g * q_i, -g * q_j


@ex.mistake("your second and third value are swapped: the order is user, positive, negative")
def items_swapped(*tables):
    d_p, d_i, d_j = bpr_gradient(*tables)
    return d_p, d_j, d_i


@ex.mistake("you divided by the number of rows: each row is the gradient of its own loss")
def divided_by_B(*tables):
    return tuple(part / len(part) for part in bpr_gradient(*tables))


def _overflow(x):
    with np.errstate(all="ignore"):
        return -np.exp(-x) / (1 + np.exp(-x))


@ex.mistake(
    "your exponential overflows for a hopeless pair and infinity / infinity is NaN: write "
    "σ(−x) as 1 / (1 + exp(x)) or use scipy.special.expit"
)
def overflow(*a):
    return _gradient(*a, _overflow)


@ex.mistake("a pair weighs 0 or 1 in yours, as in a hinge; the weight is σ(−x)")
def hinge(*a):
    return _gradient(*a, lambda x: -1.0 * (x < 1))


@ex.mistake("the order is user, positive, negative")
def positive_first(*tables):
    user, positive, negative = bpr_gradient(*tables)
    return positive, user, negative


@ex.mistake("x is one number per triple: add up over the coordinates")
def x_per_coordinate(p, q_i, q_j):
    g = -expit(-p * (q_i - q_j))
    return g * (q_i - q_j), g * p, -g * p


@ex.mistake("every triple has a weight of its own; you used their mean for all")
def mean_weight(*a):
    return _gradient(*a, lambda x: -expit(-x).mean() * np.ones_like(x))


@ex.mistake("you cut x off: a pair far on the right side has a weight near 0, not a fixed one")
def cut_off(*a):
    return _gradient(*a, lambda x: -expit(-np.clip(x, -5, 5)))
