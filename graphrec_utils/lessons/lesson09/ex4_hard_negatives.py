"""Exercise 09.4: hard negatives, from a range of ranks, and more of them in every epoch."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise


def _ranking(rng, epoch: int, first: int = 11, last: int = 30, n: int = 60, near: int = 3,
             place: int = 0) -> dict:  # fmt: skip
    """60 pins by rank, the query itself on top or below; positives in and before the range."""
    ranked = rng.permutation(n)
    query = int(ranked[place])
    others = ranked[ranked != query]
    inside = rng.choice(np.arange(first + 1, last - 2), near, replace=False)
    before = rng.choice(np.arange(0, first - 3), 2, replace=False) if first > 5 else []
    places = np.concatenate([inside, before]).astype(int)
    return {
        "ranked": ranked, "query": query, "positives": np.sort(others[places]),
        "first": first, "last": last, "epoch": epoch, "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


ex = Exercise(
    "09.4",
    "hard_negatives",
    points=5,
    branch=True,
    library=("graphrec_utils.models.pinsage.hard_pools", "graphrec_utils.models.pinsage.draw_hard"),
    hints=(
        "Which pins of the ranking may never become negatives? How many are needed in epoch 1?",
        "Without the query; ranks `first` to `last`, both included, counted from 1; without the positives; "
        "epoch − 1 different ones at random, all of them where there are fewer.",
        "`others = ranked[ranked != query]`, `pool = others[first - 1 : last]`, `pool = "
        "pool[~np.isin(pool, positives)]`, `rng.choice(pool, min(epoch - 1, len(pool)), replace=False)`.",
    ),
)


@ex.solution
def hard_negatives(ranked, query, positives, first, last, epoch, rng):
    pool = ranked[ranked != query][first - 1 : last]
    pool = pool[~np.isin(pool, positives)]
    return rng.choice(pool, min(epoch - 1, len(pool)), replace=False)


def _same_pins(got, expected, inputs) -> str | None:
    mine, other = sorted(got.tolist()), sorted(expected.tolist())
    if mine == other:
        return None
    positives = set(inputs["positives"].tolist()) & set(mine)
    if positives:
        return f"pin {min(positives)}, a positive, is among yours"
    if inputs["query"] in mine:
        return "the query is among yours"
    return f"yours are {len(mine)} pins, {len(set(mine))} of them different"


def _kind(draws, inputs) -> tuple:
    """What can be seen of several draws: how many, whence, whether they repeat and move."""
    pool = hard_negatives(*list(inputs.values())[:5], 10**6, np.random.default_rng(0))
    place = {int(pin): k for k, pin in enumerate(inputs["ranked"].tolist())}
    inside, known = set(pool.tolist()), set(inputs["positives"].tolist())
    drawn = [[int(pin) for pin in x] for x in draws]
    whole = [pin for x in drawn for pin in x]
    if any(pin not in place for pin in whole):
        return ("not a pin of the ranking",)
    return (
        len(drawn[0]),
        any(len(set(x)) < len(x) for x in drawn),
        bool(known & set(whole)),
        bool(set(whole) - inside - known),
        len({tuple(sorted(x)) for x in drawn}) == 1,
    )


def _drawn_alike(got, expected, inputs) -> str | None:
    mine, other = _kind(got, inputs), _kind(expected, inputs)
    if mine == other:
        return None
    if len(mine) == 1:
        return "there is an id in yours that is not in the ranking"
    said = (
        f"yours are {mine[0]} pins",
        "a pin comes twice in yours",
        "a positive is among yours",
        "a pin outside the ranks is among yours",
        "yours are the same eight times",
    )
    return next(text for text, a, b in zip(said, mine, other, strict=True) if a != b)


ex.claim("the first epoch has none", lambda rng: _ranking(rng, 1), judge=_same_pins)
ex.claim(
    "a late epoch, more than there are: all pins of the ranks, but no positive",
    lambda rng: _ranking(rng, int(rng.integers(25, 40))),
    2,
    judge=_same_pins,
)
ex.claim("ranks from 1 on: the query itself has none", lambda rng: _ranking(rng, 50, 1, 12),
         judge=_same_pins)  # fmt: skip
ex.claim("the query is not on top of its walk: it has no rank there either",
         lambda rng: _ranking(rng, 60, 5, 25, place=10), judge=_same_pins)  # fmt: skip
ex.claim("epoch 4, eight times: three different ones, others each time", lambda rng: _ranking(rng, 4),
         run="call eight times", judge=_drawn_alike)  # fmt: skip
ex.claim("epoch 7 has six", lambda rng: _ranking(rng, 7, 6, 40), run="call eight times",
         judge=_drawn_alike)  # fmt: skip
ex.claim("all chance comes from the given generator", lambda rng: _ranking(rng, 4),
         run="call with seeds", judge=repeats)  # fmt: skip

OTHERS = "ranked[ranked != query]"
RANGE = "[first - 1 : last]"
DRAWN = "rng.choice(pool, min(epoch - 1, len(pool)), replace=False)"

# fmt: off
ex.slip("your curriculum is one ahead: epoch n adds n − 1 hard negatives, the first none",
        "epoch - 1", "epoch", hint=True)
ex.slip("positives are among your hard negatives: what somebody engaged with is no mistake",
        "pool = pool[~np.isin(pool, positives)]", "")
ex.slip("you drop the positives before you count the ranks: the range slips to less related pins",
        OTHERS, "ranked[(ranked != query) & ~np.isin(ranked, positives)]")
ex.slip("your ranks begin at the query itself: it is on top of its own walk, and has no rank",
        OTHERS, "ranked")
ex.slip("rank 1 is at place 0 of the array: your range begins one pin too late",
        RANGE, "[first:last]", hint=True)
ex.slip("the pin of rank `last` belongs to the range: yours ends one too early",
        RANGE, "[first - 1 : last - 1]")
ex.slip("you take the first pins of the range, always the same ones: draw them",
        DRAWN, "pool[: epoch - 1]", hint=True)
ex.slip("a pin can come twice among your negatives: draw without replacement",
        DRAWN, "rng.choice(pool, epoch - 1)")
ex.slip("yours come from all ranks; only `first` to `last` are related without being relevant",
        RANGE, "")
ex.slip("you count on the query being the first of the ranking: look for it", OTHERS, "ranked[1:]")
