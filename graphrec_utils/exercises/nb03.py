"""Claims and mistakes of lesson 03, Learned similarity and ranking losses: GMF and NeuMF.

The others are in `nb03_sampling` (03.3), `nb03_bpr` (03.4 and 03.5), `nb03_evaluation` (03.6) and
`nb03_reversal` (03.7).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises import nb03_bpr, nb03_evaluation, nb03_reversal, nb03_sampling
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def _near(got, expected, inputs) -> str | None:
    """Like `close`, but float32 sums in another order may differ by a little more near 0."""
    difference = close(got, expected)
    if difference and np.allclose(got.detach(), expected.detach(), rtol=1e-4, atol=1e-4):
        return None
    return difference


def _float(*rows) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)


def _normal(rng, *shape) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


# ---------------------------------------------------------------- 03.1


def gmf_forward(user_emb, item_emb, h, users, items):
    return (user_emb[users] * item_emb[items]) @ h


def _one_pair(rng) -> dict:
    return {
        "user_emb": _float([1, 2]),
        "item_emb": _float([3, -1]),
        "h": _float(2, 1),
        "users": torch.tensor([0]),
        "items": torch.tensor([0]),
    }


def _pairs(rng, ones: bool = False) -> dict:
    return {
        "user_emb": _normal(rng, 7, 3),
        "item_emb": _normal(rng, 8, 3),
        "h": torch.ones(3) if ones else _normal(rng, 3) + _float(1.5, -1.5, 0.5),
        "users": torch.from_numpy(rng.permutation(7)[:5]),
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
        Claim("one user, one item, d = 2: the number computed by hand", _one_pair, judge=_near),
        Claim("with h = 1 it is the dot product", lambda g: _pairs(g, ones=True), judge=_near),
        Claim("every coordinate counts with its own weight", _pairs, judge=_near),
        Claim("users and items may repeat, the order stays", _repeats, judge=_near),
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

# ---------------------------------------------------------------- 03.2


def neumf_forward(users, items, gmf_emb, mlp_emb, hidden, h):
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, h)


def _neumf(
    users, items, gmf_emb, mlp_emb, hidden, h,
    relu=F.relu, last=F.relu, bias=1, swap=False, product=torch.mul,
):  # fmt: skip
    z = _beside(mlp_emb[0][users], mlp_emb[1][items], swap)
    for number, (W, b) in enumerate(hidden, start=1):
        z = (last if number == len(hidden) else relu)(z @ W.T + bias * b)
    return torch.cat([product(gmf_emb[0][users], gmf_emb[1][items]), z], dim=1) @ h


def _beside(p, q, swap):
    return torch.cat([q, p] if swap else [p, q], dim=1)


def _identity(x):
    return x


def _ends_swapped(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    swapped = torch.cat([h[-d:], h[:-d]])
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, swapped)


def _without_gmf(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    return _neumf(users, items, [torch.zeros_like(x) for x in gmf_emb], mlp_emb, hidden, h) + (
        0 * h[:d].sum()
    )


def _net_by_hand(rng) -> dict:
    one = torch.tensor([0])
    return {
        "users": one,
        "items": one.clone(),
        "gmf_emb": (_float([2]), _float([3])),
        "mlp_emb": (_float([1]), _float([-2])),
        "hidden": [(_float([1, 1], [1, -1]), _float(0, 1))],
        "h": _float(1, 5, 2),
    }


def _net(rng, layers=(4, 3), gmf: float = 1, mlp: float = 1) -> dict:
    d, widths = 3, (6, *layers)
    hidden = [
        (_normal(rng, b, a) / a**0.5 * 1.5, _normal(rng, b))
        for a, b in zip(widths, layers, strict=False)
    ]
    return {
        "users": torch.from_numpy(rng.integers(0, 6, size=9)),
        "items": torch.from_numpy(rng.integers(0, 7, size=9)),
        "gmf_emb": (_normal(rng, 6, d), _normal(rng, 7, d)),
        "mlp_emb": (_normal(rng, 6, d), _normal(rng, 7, d)),
        "hidden": hidden,
        "h": torch.cat([gmf * (_normal(rng, d) + 1), mlp * (_normal(rng, layers[-1]) - 1)]),
    }


EX_2 = Exercise(
    id="03.2",
    function="neumf_forward",
    points=5,
    reference=neumf_forward,
    library="graphrec_utils.models.ncf.NeuMF",
    claims=(
        Claim("one pair, one layer: the number computed by hand", _net_by_hand, judge=_near),
        Claim("with 0 in h for the tower it is GMF", lambda g: _net(g, mlp=0), judge=_near),
        Claim(
            "with 0 in h for the product it is the tower, one layer",
            lambda g: _net(g, layers=(5,), gmf=0),
            judge=_near,
        ),
        Claim(
            "a tower of three layers, ReLU after each of them",
            lambda g: _net(g, layers=(6, 5, 4), gmf=0),
            judge=_near,
        ),
        Claim("both halves together", _net, judge=_near),
    ),
    mistakes=(
        Mistake(
            "shared embeddings, those of GMF",
            lambda u, i, gmf, mlp, hidden, h: _neumf(u, i, gmf, gmf, hidden, h),
            "your tower reads the embeddings of the GMF half: each half has a table of its own",
        ),
        Mistake(
            "shared embeddings, those of the tower",
            lambda u, i, gmf, mlp, hidden, h: _neumf(u, i, mlp, mlp, hidden, h),
            "your GMF half reads the embeddings of the tower: each half has a table of its own",
        ),
        Mistake(
            "no ReLU",
            lambda *a: _neumf(*a, relu=_identity, last=_identity),
            "there is no ReLU in your tower: without it all layers together are one linear map",
        ),
        Mistake(
            "no ReLU after the last layer",
            lambda *a: _neumf(*a, last=_identity),
            "ReLU is missing after the last hidden layer: it comes after every one",
        ),
        Mistake(
            "ReLU of the product, too",
            lambda u, i, gmf, mlp, hidden, h: _neumf(
                u, i, gmf, mlp, hidden, h, product=lambda p, q: F.relu(p * q)
            ),
            "ReLU belongs to the tower: the product p ⊙ q goes to the last layer as it is",
        ),
        Mistake(
            "no bias",
            lambda *a: _neumf(*a, bias=0),
            "the biases are missing: a layer is ReLU(W z + b)",
        ),
        Mistake(
            "item first",
            lambda *a: _neumf(*a, swap=True),
            "your tower reads [q; p], the item first: the weights expect [p; q]",
        ),
        Mistake(
            "tower first",
            _ends_swapped,
            "your last layer reads [tower; GMF]: h expects the GMF half first",
        ),
        Mistake(
            "sigmoid",
            lambda *a: torch.sigmoid(_neumf(*a)),
            "you returned probabilities: leave the sigmoid to the loss",
        ),
        Mistake(
            "tower only",
            _without_gmf,
            "the GMF half is missing: your score is that of the tower alone",
        ),
    ),
    hints=(
        "Write the two halves one after the other. What shape does each have for B pairs?",
        "Tower: start with [p; q] of the tower's own tables, then z = ReLU(W z + b) for every layer; "
        "with B pairs as rows, W z is `z @ W.T`. Then h · [p ⊙ q; z].",
        "`z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)`; `for W, b in hidden: z = "
        "torch.relu(z @ W.T + b)`; at last `torch.cat([gmf, z], dim=1) @ h`.",
    ),
)

EXERCISES = (
    EX_1,
    EX_2,
    nb03_sampling.EX_3,
    *nb03_bpr.EXERCISES,
    nb03_evaluation.EX_6,
    nb03_reversal.EX_7,
)
