"""Claims and mistakes of lesson 03, Learned similarity and ranking losses: GMF (03.1).

The others are in `nb03_neumf` (03.2), `nb03_sampling` (03.3), `nb03_bpr` (03.4 and 03.5),
`nb03_evaluation` (03.6) and `nb03_reversal` (03.7).
"""

from __future__ import annotations

import torch

from graphrec_utils.exercises import (
    nb03_bpr,
    nb03_evaluation,
    nb03_neumf,
    nb03_reversal,
    nb03_sampling,
)
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb03_neumf import floats, near, normal


def gmf_forward(user_emb, item_emb, h, users, items):
    return (user_emb[users] * item_emb[items]) @ h


def _one_pair(rng) -> dict:
    return {
        "user_emb": floats([1, 2]),
        "item_emb": floats([3, -1]),
        "h": floats(2, 1),
        "users": torch.tensor([0]),
        "items": torch.tensor([0]),
    }


def _pairs(rng, ones: bool = False) -> dict:
    return {
        "user_emb": normal(rng, 8, 3),
        "item_emb": normal(rng, 8, 3),
        "h": torch.ones(3) if ones else normal(rng, 3) + floats(1.5, -1.5, 0.5),
        "users": torch.from_numpy(rng.permutation(8)[:5]),
        "items": torch.from_numpy(rng.permutation(8)[:5]),
    }


def _repeats(rng) -> dict:
    inputs = _pairs(rng)
    users, items = rng.permutation(7)[:2], rng.permutation(8)[:3]
    inputs["users"] = torch.from_numpy(users[[1, 0, 1, 1, 0, 1]])
    inputs["items"] = torch.from_numpy(items[[0, 2, 1, 0, 0, 2]])
    return inputs


EX_1 = Exercise(
    id="03.1",
    function="gmf_forward",
    points=3,
    reference=gmf_forward,
    library="graphrec_utils.models.ncf.GMF",
    claims=(
        Claim("one user, one item, d = 2: the number computed by hand", _one_pair, judge=near),
        Claim("with h = 1 it is the dot product", lambda g: _pairs(g, ones=True), judge=near),
        Claim("every coordinate counts with its own weight", _pairs, judge=near),
        Claim("users and items may repeat, the order stays", _repeats, judge=near),
    ),
    mistakes=(
        Mistake(
            "h ignored",
            lambda P, Q, h, u, i: (P[u] * Q[i]).sum(dim=1),
            "h is missing: your numbers are plain dot products",
        ),
        Mistake(
            "h after the sum",
            lambda P, Q, h, u, i: (P[u] * Q[i]).sum(dim=1) * h.sum(),
            "you multiplied the finished dot product by the sum of h; each coordinate of the "
            "product has a weight of its own, before the sum",
        ),
        Mistake(
            "sigmoid",
            lambda P, Q, h, u, i: torch.sigmoid(gmf_forward(P, Q, h, u, i)),
            "you returned probabilities: leave the sigmoid to the loss and return h · (p ⊙ q)",
        ),
        Mistake(
            "sum instead of product",
            lambda P, Q, h, u, i: (P[u] + Q[i]) @ h,
            "you added the two vectors; ⊙ multiplies them coordinate by coordinate",
        ),
        Mistake(
            "rows in the order of the table",
            lambda P, Q, h, u, i: (
                (P[: len(u)] * Q[: len(i)]) @ h
                if len(u) <= min(len(P), len(Q))
                else gmf_forward(P, Q, h, u, i)
            ),
            "you took the first rows of the tables: look up the rows `users` and `items`",
        ),
        Mistake(
            "h on both vectors",
            lambda P, Q, h, u, i: ((h * P[u]) * (h * Q[i])).sum(dim=1),
            "h is in your score twice: weigh the product, or one of the two vectors",
        ),
        Mistake(
            "all pairs",
            lambda P, Q, h, u, i: (P[u] * h) @ Q[i].T,
            "you scored every user with every item, (B, B): pair b is row b of both selections",
        ),
        Mistake(
            "users and items swapped",
            lambda P, Q, h, u, i: (P[i] * Q[u]) @ h,
            "you looked up the users' rows with `items` and the items' rows with `users`",
        ),
        Mistake(
            "mean instead of sum",
            lambda P, Q, h, u, i: gmf_forward(P, Q, h, u, i) / len(h),
            "your score is divided by d: the coordinates are summed, not averaged",
        ),
    ),
    hints=(
        "Which rows of the two tables belong to the pairs? Both selections have the shape (B, d).",
        "h · (p ⊙ q) is the sum over the d coordinates of h times p times q.",
        "`(user_emb[users] * item_emb[items]) @ h`.",
    ),
)

EXERCISES = (
    EX_1,
    nb03_neumf.EX_2,
    nb03_sampling.EX_3,
    *nb03_bpr.EXERCISES,
    nb03_evaluation.EX_6,
    nb03_reversal.EX_7,
)
