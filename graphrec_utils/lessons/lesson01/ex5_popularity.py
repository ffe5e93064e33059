"""Exercise 01.5: popularity with decay."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _month(rng) -> dict:
    items = np.concatenate([np.arange(6), rng.integers(0, 6, size=18)]).astype(np.int64)
    times = rng.integers(60, 90, size=24).astype(np.int64)
    times[0] = 89
    days = int(rng.integers(5, 10))
    return {"items": items, "times": times, "num_items": 6, "half_life": days, "now": 89}


ex = Exercise(
    "01.5",
    "popularity",
    points=3,
    branch=True,
    library="graphrec_utils.models.baselines.popularity",
    hints=(
        "How much is an event of age `now - times` worth? Halve 1 once per half-life.",
        "Keep the past with `past = times <= now`; the worth is `0.5 ** (age / half_life)`.",
        "`np.bincount(items[past], weights=worth, minlength=num_items)` adds the worth per item.",
    ),
)


@ex.solution
def popularity(items, times, num_items, half_life, now):
    past = times <= now
    worth = 0.5 ** ((now - times[past]) / half_life)
    return np.bincount(items[past], weights=worth, minlength=num_items)


def _three_events(rng) -> dict:
    """Item 1 now and one half-life ago, item 0 two half-lives ago: 0.25, 1.5."""
    days = int(rng.integers(2, 9))
    times = 100 - np.array([0, days, 2 * days], dtype=np.int64)
    items = np.array([1, 1, 0], dtype=np.int64)
    return {"items": items, "times": times, "num_items": 2, "half_life": days, "now": 100}


ex.claim("an event counts 1 now and 1/2 one half-life ago", _three_events)


ex.claim("all events of an item add up", _month)


def _quiet_days(rng) -> dict:
    return _month(rng) | {"now": 100}


ex.claim("age is measured from now, also if the last event is days ago", _quiet_days)


def _unknown_items(rng) -> dict:
    return _month(rng) | {"num_items": 9}


ex.claim("an item without events has popularity 0", _unknown_items)


def _with_future(rng) -> dict:
    return _month(rng) | {"now": 78}


ex.claim("what happens after now is not known yet", _with_future)

WORTH = "0.5 ** ((now - times[past]) / half_life)"

# fmt: off
ex.slip("you count events; an old event should weigh less than a new one",
        WORTH, "np.ones(past.sum())")
ex.slip("you count events after now: that is popularity measured on the test period",
        "times <= now", "np.ones(len(times), bool)")
ex.slip("score[items] += … adds only one event of each item, as NumPy does not repeat an index; "
        "use np.bincount or np.add.at",
        "return np.bincount(items[past], weights=worth, minlength=num_items)", "score = np.zeros(num_items)\nscore[items[past]] += worth\nreturn score")
ex.slip("you drop the events at the time now; they have happened: use times <= now",
        "<=", "<", hint=True)
ex.slip("you decay by exp(-age / half_life), which leaves 37 % after one half-life, not half",
        WORTH, "np.exp(-(now - times[past]) / half_life)", hint=True)
ex.slip("old events weigh more than new ones in yours; turn the sign", "0.5 **", "2.0 **")
ex.slip("you measure age from the last event; measure it from now",
        "(now - times", "(times[past].max() - times")
ex.slip("the items without events at the end are missing; np.bincount takes minlength",
        ", minlength=num_items", "", hint=True)
ex.slip("// counts whole half-lives only, so your events lose nothing for days and then half: use "
        "/",
        "/ half_life", "// half_life")
ex.slip("events after now count fully in yours: leave them out",
        "past =", "times = np.minimum(times, now)\npast =")
ex.slip("tomorrow counts like yesterday in yours: leave later events out instead of taking abs",
        "past =", "times = now - abs(now - times)\npast =")
ex.slip("yours falls along a line; halving once per half-life is a power, 0.5 ** (age / half_life)",
        WORTH, "np.maximum(1 - (now - times[past]) / half_life / 2, 0)")
ex.slip("you multiplied age and half-life: with a longer half-life events should age more slowly",
        "/ half_life", "* half_life")
ex.slip("yours counts the events of the last half-life and forgets the others; each should fade",
        WORTH, "1.0 * (now - times[past] < half_life)")
ex.slip("you scaled all scores to the sum 1; a popularity is the sum of what its events are worth",
        "return", "score =", "num_items)", "num_items)\nreturn score / max(score.sum(), 1e-12)")
ex.slip("you took the mean over an item's events: ten fans are worth more than one",
        "num_items)", "num_items) / np.maximum(np.bincount(items[past], minlength=num_items), 1)")
