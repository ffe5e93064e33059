"""Exercise 03.5: the gradient of the BPR loss by hand."""

from __future__ import annotations

import numpy as np
from scipy.special import expit  # noqa: F401 (slips use it)

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "03.5",
    "bpr_gradient",
    points=3,
    branch=True,
    hints=(
        "The chain rule: the derivative of −log σ(x) by x, times the derivative of x by each vector.",
        "d(−log σ(x))/dx = −σ(−x). And x = ⟨p, q_i − q_j⟩, so its derivatives are q_i − q_j, p, −p.",
        "`x = (user * (pos_item - neg_item)).sum(axis=1, keepdims=True)`, `g = -1 / (1 + np.exp(x))`, "
        "then `g * (pos_item - neg_item), g * user, -g * user`.",
    ),
)


@ex.solution
def bpr_gradient(user, pos_item, neg_item):
    x = (user * (pos_item - neg_item)).sum(axis=1, keepdims=True)  # (B, 1)
    with np.errstate(over="ignore"):  # exp of a large x is inf, and 1 / inf is the right 0
        g = -1 / (1 + np.exp(x))
    return g * (pos_item - neg_item), g * user, -g * user


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

WEIGHT, BOTH = "-1 / (1 + np.exp(x))", "g * user, -g * user"

# fmt: off
ex.slip("your weight is σ(x): pairs that are right would learn most. It is σ(−x)",
        "exp(x)", "exp(-x)", hint=True)
ex.slip("your weight is the slope of σ(x): a hopeless pair would learn nothing. The loss is −log "
        "σ(x), whose slope is −σ(−x)",
        WEIGHT, "-expit(x) * expit(-x)")
ex.slip("your x is one number for all rows: sum over the coordinates only, `axis=1`",
        WEIGHT, "np.full_like(x, -expit(-x.sum()))")
ex.slip("your vectors point downhill: they are the step, and the gradient is minus that",
        "return g", "return -g", BOTH, "-g * user, g * user")
ex.slip("the weight σ(−x) is missing: in yours every pair learns alike, right or wrong",
        WEIGHT, "-np.ones_like(x)")
ex.slip("your negative item moves the same way as the positive one: its sign is the opposite",
        "-g * user", "g * user", hint=True)
ex.slip("in your user's gradient the negative item is missing: x depends on p through q_i − q_j",
        "g * (pos_item - neg_item)", "g * pos_item", hint=True)
ex.slip("your user's gradient has its sign turned: it is g (q_i − q_j), with a g below 0",
        "return g", "return -g")
ex.slip("your x is the score of the positive; it is the difference of both scores",
        "(pos_item - neg_item)).sum", "pos_item).sum")
ex.slip("your item gradients hold the items' own vectors: x = ⟨p, q_i − q_j⟩ depends on q_i "
        "through p",
        BOTH, "g * pos_item, -g * neg_item")
ex.slip("your second and third value are swapped: the order is user, positive, negative",
        BOTH, "-g * user, g * user")
ex.slip("you divided by the number of rows: each row is the gradient of its own loss",
        WEIGHT, f"{WEIGHT} / len(user)")
ex.slip("your exponential overflows for a hopeless pair and infinity / infinity is NaN: write "
        "σ(−x) as 1 / (1 + exp(x)) or use scipy.special.expit",
        "over=", "all=", WEIGHT, "-np.exp(-x) / (1 + np.exp(-x))")
ex.slip("a pair weighs 0 or 1 in yours, as in a hinge; the weight is σ(−x)",
        WEIGHT, "-1.0 * (x < 1)")
ex.slip("the order is user, positive, negative",
        "return g * (pos_item - neg_item), g * user", "return g * user, g * (pos_item - neg_item)")
ex.slip("x is one number per triple: add up over the coordinates",
        ".sum(axis=1, keepdims=True)", "")
ex.slip("every triple has a weight of its own; you used their mean for all",
        WEIGHT, "-expit(-x).mean() * np.ones_like(x)")
ex.slip("you cut x off: a pair far on the right side has a weight near 0, not a fixed one",
        "exp(x)", "exp(np.clip(x, -5, 5))")
