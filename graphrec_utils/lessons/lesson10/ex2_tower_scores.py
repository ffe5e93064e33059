"""Exercise 10.2: two towers, length 1, temperature."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _towers(rng, users: int = 5, length: int = 4, temperature: float = 0.2, full=False) -> dict:
    n, d = 9, 3
    counts = rng.integers(1, length, users) if not full else np.full(users, length)
    history = np.full((users, length), -1)
    for u, c in enumerate(counts):
        history[u, :c] = rng.permutation(n)[:c]
    past, start, items = rng.normal(size=(n, d)), rng.normal(size=d), rng.normal(size=(n, d))
    items *= rng.uniform(0.3, 3, (n, 1))  # of all lengths
    values = {"past": past, "start": start, "items": items}
    values = {k: torch.tensor(v, dtype=torch.float32) for k, v in values.items()}
    return values | {"history": torch.from_numpy(history), "temperature": temperature}


ex = Exercise(
    "10.2",
    "tower_scores",
    points=5,
    library=("graphrec_utils.models.two_tower.TwoTower", "graphrec_utils.models.two_tower.Mean",
             "graphrec_utils.models.two_tower.Items", "graphrec_utils.sampling.examples"),
    hints=(
        "What is the mean of the two items of a history of four places, if you sum over all four places?",
        "Read with history.clamp(min=0), multiply by the mask (history >= 0), sum, and divide by the number "
        "of events, at least 1. Then the start vector, length 1 for both sides, the product, 1/τ.",
        "`there = (history >= 0).float()`; `mean = (past[history.clamp(min=0)] * there[..., None]).sum(1) / "
        "there.sum(1, keepdim=True).clamp(min=1)`; "
        "`F.normalize(start + mean, dim=1) @ F.normalize(items, dim=1).T / temperature`.",
    ),
)  # fmt: skip


@ex.solution
def tower_scores(past, start, items, history, temperature):
    there = (history >= 0).float()  # (B, L)
    read = past[history.clamp(min=0)] * there[..., None]  # (B, L, d)
    mean = read.sum(dim=1) / there.sum(dim=1, keepdim=True).clamp(min=1)
    return F.normalize(start + mean, dim=1) @ F.normalize(items, dim=1).T / temperature


def _by_hand(rng) -> dict:
    """One user of items 0 and 1: (4, 0) + (0, 6) halved, plus the start, is (3, 4)."""
    past, items = [[4.0, 0], [0, 6.0], [4, -2]], [[2.0, 0], [1, 1], [-1, -1]]
    return {
        "past": torch.tensor(past), "start": torch.tensor([1.0, 1.0]), "items": torch.tensor(items),
        "history": torch.tensor([[0, 1, -1]]), "temperature": 0.5,
    }  # fmt: skip


ex.claim("the example by hand: 1.2 against the item (2, 0)", _by_hand)
ex.claim("full histories", lambda rng: _towers(rng, full=True))
ex.claim("histories with empty places", lambda rng: _towers(rng, length=6))
ex.claim("another temperature", lambda rng: _towers(rng, temperature=float(rng.uniform(1.5, 3))))


def _new_user(rng) -> dict:
    inputs = _towers(rng, users=3)
    inputs["history"][1] = -1
    return inputs


ex.claim("a new user has the start vector, and no NaN", _new_user)
ex.claim(
    "the gradient reaches both tables and the start",
    lambda rng: _towers(rng, users=3),
    run="call and compare gradient",
)

NUMBER = "there.sum(dim=1, keepdim=True).clamp(min=1)"
USERS, ITEMS = "F.normalize(start + mean, dim=1)", "F.normalize(items, dim=1)"

# fmt: off
ex.slip("your scores do not follow the temperature: a cosine lies between -1 and 1; divide it by τ",
        " / temperature", "")
ex.slip("you multiply by the temperature: a small one has to make the scores large",
        "/ temperature", "* temperature")
ex.slip("you divide the sum of a history by all its places, empty ones included: short histories "
        "become faint",
        NUMBER, "history.shape[1]")
ex.slip("your empty places read an item: index -1 is the last row of the table, clamp and mask it",
        "past[history.clamp(min=0)] * there[..., None]", "past[history]",
        NUMBER, "history.shape[1]")
ex.slip("you add up the history without dividing: a long one drowns the start vector",
        f" / {NUMBER}", "")
ex.slip("the start vector is missing: a new user has nothing else", "start + ", "")
ex.slip("your empty histories become NaN: the mean of nothing is 0 / 0; divide by at least 1",
        ".clamp(min=1)", "")
ex.slip("your items keep their lengths: a long vector would win whatever its direction",
        ITEMS, "items")
ex.slip("your users keep their lengths: then everybody has a temperature of their own",
        USERS, "(start + mean)")
ex.slip("you give the items of a history the length 1 before the mean: only the two vectors that "
        "meet have it",
        "past[", "F.normalize(past, dim=1)[")
ex.slip("you read the history through `items`: it has a table of its own, `past`",
        "past[", "items[")
ex.slip("only the latest event of each history counts in yours; take the mean of all",
        f"read.sum(dim=1) / {NUMBER}", "read[torch.arange(len(read)), there.sum(dim=1).long() - 1]")
ex.slip("you give length 1 to the columns: a vector is a row, so normalize with dim=1",
        USERS, "F.normalize(start + mean, dim=0)", ITEMS, "F.normalize(items, dim=0)")
