"""Exercise 10.2: two towers, length 1, temperature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _scores(
    past, start, items, history, temperature, read=None, user=None, item=None,
    scale=lambda s, t: s / t,
):  # fmt: skip
    """Return cosines over a temperature; the options are what can go wrong.

    Args:
        read: what a history (L,) says, by default the mean of its items.
        user, item: what is done to the vectors, by default length 1.
        scale: cosines and temperature to scores.
    """
    rows = []
    for row in history:
        own = row[row >= 0]
        if read is not None:
            rows.append(read(past, start, items, row, own))
        else:
            rows.append(start + past[own].mean(dim=0) if len(own) else start)
    unit = lambda x: F.normalize(x, dim=1)  # noqa: E731
    return scale((user or unit)(torch.stack(rows)) @ (item or unit)(items).T, temperature)


def _variant(**options) -> Callable:
    return lambda *inputs: _scores(*inputs, **options)


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
    return _scores(past, start, items, history, temperature)


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


@ex.mistake(
    "your scores do not follow the temperature: a cosine lies between -1 and 1; divide it by τ"
)
def no_temperature(*inputs):
    return _variant(scale=lambda s, t: s)(*inputs)


@ex.mistake("you multiply by the temperature: a small one has to make the scores large")
def times_the_temperature(*inputs):
    return _variant(scale=lambda s, t: s * t)(*inputs)


@ex.mistake(
    "you divide the sum of a history by all its places, empty ones included: short histories become faint"
)
def empty_places_are_counted(*inputs):
    def read(past, start, items, row, own):
        return start + past[own].sum(dim=0) / len(row)

    return _variant(read=read)(*inputs)


@ex.mistake(
    "your empty places read an item: index -1 is the last row of the table, clamp and mask it"
)
def minus_one_is_read(*inputs):
    return _variant(read=lambda past, start, items, row, own: start + past[row].mean(dim=0))(
        *inputs
    )


@ex.mistake("you add up the history without dividing: a long one drowns the start vector")
def a_sum(*inputs):
    def read(past, start, items, row, own):
        return start + past[own].sum(dim=0)

    return _variant(read=read)(*inputs)


@ex.mistake("the start vector is missing: a new user has nothing else")
def no_start(*inputs):
    def read(past, start, items, row, own):
        return past[own].mean(dim=0) if len(own) else 0 * start

    return _variant(read=read)(*inputs)


@ex.mistake("your empty histories become NaN: the mean of nothing is 0 / 0; divide by at least 1")
def the_mean_of_nothing(*inputs):
    return _variant(read=lambda past, start, items, row, own: start + past[own].mean(dim=0))(
        *inputs
    )


@ex.mistake("your items keep their lengths: a long vector would win whatever its direction")
def items_keep_their_length(*inputs):
    return _variant(item=lambda x: x)(*inputs)


@ex.mistake("your users keep their lengths: then everybody has a temperature of their own")
def users_keep_their_length(*inputs):
    return _variant(user=lambda x: x)(*inputs)


@ex.mistake(
    "you give the items of a history the length 1 before the mean: only the two vectors that meet have it"
)
def length_one_before_the_mean(*inputs):
    def read(past, start, items, row, own):
        return start + (F.normalize(past[own], dim=1).mean(dim=0) if len(own) else 0)

    return _variant(read=read)(*inputs)


@ex.mistake("you read the history through `items`: it has a table of its own, `past`")
def the_wrong_table(*inputs):
    def read(past, start, items, row, own):
        return start + (items[own].mean(dim=0) if len(own) else 0)

    return _variant(read=read)(*inputs)


@ex.mistake("only the latest event of each history counts in yours; take the mean of all")
def the_latest_event_alone(*inputs):
    def read(past, start, items, row, own):
        return start + (past[own[-1]] if len(own) else 0)

    return _variant(read=read)(*inputs)


@ex.mistake("you give length 1 to the columns: a vector is a row, so normalize with dim=1")
def columns_of_length_one(*inputs):
    return _variant(user=lambda x: F.normalize(x, dim=0), item=lambda x: F.normalize(x, dim=0))(
        *inputs
    )
