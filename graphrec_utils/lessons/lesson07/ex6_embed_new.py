"""Exercise 07.6: vectors for items that came after the training, from what is there today."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import normal


def _likes(
    rng, q: int = 5, m: int = 8, E: int = 14, d: int = 3, out: int = 4, silent: int = 1
) -> dict:
    """q new items; the last `silent` ones are liked from today on only, one like comes today."""
    today = int(rng.integers(43, 50))
    pairs = rng.choice(m * (q - silent), E, replace=False)
    users, items = pairs % m, pairs // m
    days = rng.integers(42, today + 5, E)
    days[:4], days[4:7] = today, today - 1
    late = rng.choice(m, silent)
    users, items = np.append(users, late), np.append(items, np.arange(q - silent, q))
    days = np.append(days, np.full(silent, today + 1))
    return {"x": normal(rng, q, d), "users": users.astype(np.int64), "items": items.astype(np.int64),
            "days": days.astype(np.int64), "today": today, "H_users": normal(rng, m, d), "W": normal(rng, out, 2 * d)}  # fmt: skip


ex = Exercise(
    "07.6",
    "embed_new",
    points=4,
    library=("graphrec_utils.models.sage.layer", "graphrec_utils.models.lightgcn.fold_in"),
    hints=(
        "Which saves exist today? What is there for an item that has none?",
        "For each item the mean of `H_users` over its saves before today, 0 where there is none; then W [own; heard] "
        "and the length. Nothing is trained.",
        "`old = days < today`; `M = torch.zeros(len(x), len(H_users)); M[items[old], users[old]] = 1`; `heard = M @ "
        "H_users / M.sum(1, keepdim=True).clamp(min=1)`; `F.normalize(torch.cat([x, heard], 1) @ W.T, dim=1)`.",
    ),
)


@ex.solution
def embed_new(x, users, items, days, today, H_users, W):
    old = days < today
    M = torch.zeros(len(x), len(H_users))  # who saved what
    M[items[old], users[old]] = 1
    heard = M @ H_users / M.sum(dim=1, keepdim=True).clamp(min=1)  # (q, d)
    return F.normalize(torch.cat([x, heard], dim=1) @ W.T, dim=1)


def _by_hand(rng) -> dict:
    f = torch.tensor
    a = np.array
    return {"x": f([[1.0, 0], [3.0, 4.0]]), "users": a([0, 1, 2, 2]), "items": a([0, 0, 0, 1]), "days": a([42, 43, 45, 46]),
            "today": 45, "H_users": f([[0, 2.0], [0, 4.0], [9.0, 9.0]]), "W": f([[3.0, 0, 0, 1], [0, 0, 0, 2.0]])
            + f([[0, 0, 0, -1.0], [0, 1, 0, -0.6666667]])}  # fmt: skip


ex.claim("two saves before day 45 are heard as (0, 3), the one on day 45 is not", _by_hand)
ex.claim("five new items, one that nobody has saved yet", _likes)
ex.claim(
    "nine new items, three that nobody has saved yet", lambda rng: _likes(rng, 9, 6, 25, 4, 2, 3)
)


def _one(rng) -> dict:
    inputs = _likes(rng, 2, 9, 8)
    return inputs


ex.claim("two items, many saves", _one)

SAVED = "M[items[old], users[old]] = 1"
LAST = "for u, i in zip(users[old], items[old], strict=True):\n    M[i], M[i, u] = 0, 1"
NUMBER = "M.sum(dim=1, keepdim=True)"
PRODUCT = "torch.cat([x, heard], dim=1) @ W.T"

# fmt: off
ex.slip("saves from today on are heard in yours: they are what is to be predicted, and they are "
        "not there yet",
        "days < today", "days >= 0")
ex.slip("a save of day `today` is heard in yours: today's saves are asked for",
        "days < today", "days <= today", hint=True)
ex.slip("you sum over the users who saved an item: the layer was trained with their mean",
        f" / {NUMBER}.clamp(min=1)", "", hint=True)
ex.slip("you divide by all saves, those of the future included: whoever counts them knows too much",
        NUMBER, "torch.from_numpy(np.bincount(items, minlength=len(x)))[:, None]")
ex.slip("an item without saves became NaN: 0 / 0; it hears 0, and has its own content",
        ".clamp(min=1)", "", hint=True)
ex.slip("own content is not used: that is a fold-in, and an item without saves gets nothing from "
        "it",
        "[x, heard]", "[0 * x, heard]")
ex.slip("the users who saved an item are not heard: that is content alone",
        "[x, heard]", "[x, 0 * heard]")
ex.slip("what was heard stands before the item's own vector: the columns of W are [own; heard]",
        "[x, heard]", "[heard, x]")
ex.slip("the last layer has no ReLU: yours cuts off what is negative",
        PRODUCT, f"F.relu({PRODUCT})")
ex.slip("an item without saves hears the mean of all users in yours: it hears 0",
        "return", "heard[M.sum(dim=1) == 0] = H_users.mean(dim=0)\nreturn")
ex.slip("one user is heard for each item: writing to the same row twice keeps the last, it does "
        "not add",
        SAVED, LAST)
ex.slip("repeated rows are added once: `heard[items] += …` keeps the last user of an item; "
        "index_add adds all",
        SAVED, LAST, NUMBER, "torch.from_numpy(np.bincount(items[old], minlength=len(x)))[:, None]")
ex.slip("your vectors are not divided by their length", f"F.normalize({PRODUCT}, dim=1)", PRODUCT)
ex.slip("an item that nobody has saved yet gets zeros in yours: its own content is there",
        "return", f"return ({NUMBER} > 0) *")
