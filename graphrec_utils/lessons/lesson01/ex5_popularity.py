"""Exercise 01.5: popularity with decay."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _decayed(items, times, num_items, now, weight):
    past = times <= now
    value = weight(now - times[past])
    return np.bincount(items[past], weights=value * np.ones(past.sum()), minlength=num_items)


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
    library="graphrec_utils.models.baselines.popularity",
    hints=(
        "How much is an event of age `now - times` worth? Halve 1 once per half-life.",
        "Keep the past with `past = times <= now`; the worth is `0.5 ** (age / half_life)`.",
        "`np.bincount(items[past], weights=worth, minlength=num_items)` adds the worth per item.",
    ),
)


@ex.solution
def popularity(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 0.5 ** (age / half_life))


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


@ex.mistake("you count events; an old event should weigh less than a new one")
def no_decay(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 1.0)


@ex.mistake("you count events after now: that is popularity measured on the test period")
def knows_the_future(items, times, num_items, half_life, now):
    return np.bincount(items, 0.5 ** ((now - times) / half_life), minlength=num_items)


@ex.mistake(
    "score[items] += … adds only one event of each item, as NumPy does not repeat an index; "
    "use np.bincount or np.add.at"
)
def repeats_count_once(items, times, num_items, half_life, now):
    past, score = times <= now, np.zeros(num_items)
    score[items[past]] += 0.5 ** ((now - times[past]) / half_life)
    return score


@ex.mistake("you drop the events at the time now; they have happened: use times <= now")
def drops_the_events_of_now(items, times, num_items, half_life, now):
    before = times < now
    return popularity(items[before], times[before], num_items, half_life, now)


@ex.mistake("you decay by exp(-age / half_life), which leaves 37 % after one half-life, not half")
def decays_by_e(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: np.exp(-age / half_life))


@ex.mistake("old events weigh more than new ones in yours; turn the sign")
def grows(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 2.0 ** (age / half_life))


@ex.mistake("you measure age from the last event; measure it from now")
def age_from_the_last_event(items, times, num_items, half_life, now):
    return popularity(items, times, num_items, half_life, times[times <= now].max())


@ex.mistake("the items without events at the end are missing; np.bincount takes minlength")
def forgets_items(items, times, num_items, half_life, now):
    return popularity(items, times, int(items[times <= now].max()) + 1, half_life, now)


@ex.mistake(
    "// counts whole half-lives only, so your events lose nothing for days and then half: use /"
)
def whole_half_lives(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 0.5 ** (age // half_life))


@ex.mistake("events after now count fully in yours: leave them out")
def later_events_count_fully(items, times, num_items, half_life, now):
    return popularity(items, np.minimum(times, now), num_items, half_life, now)


@ex.mistake("tomorrow counts like yesterday in yours: leave later events out instead of taking abs")
def mirrors_the_future(items, times, num_items, half_life, now):
    return popularity(items, now - abs(now - times), num_items, half_life, now)


@ex.mistake(
    "yours falls along a line; halving once per half-life is a power, 0.5 ** (age / half_life)"
)
def falls_along_a_line(items, times, num_items, half_life, now):
    return _decayed(
        items, times, num_items, now, lambda age: np.maximum(1 - age / half_life / 2, 0)
    )


@ex.mistake(
    "you multiplied age and half-life: with a longer half-life events should age more slowly"
)
def age_times_half_life(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 0.5 ** (age * half_life))


@ex.mistake(
    "yours counts the events of the last half-life and forgets the others; each should fade"
)
def window(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 1.0 * (age < half_life))


@ex.mistake(
    "you scaled all scores to the sum 1; a popularity is the sum of what its events are worth"
)
def shares(*inputs):
    score = popularity(*inputs)
    return score / max(score.sum(), 1e-12)


@ex.mistake("you took the mean over an item's events: ten fans are worth more than one")
def mean_per_event(items, times, num_items, half_life, now):
    count = np.bincount(items[times <= now], minlength=num_items)
    return popularity(items, times, num_items, half_life, now) / np.maximum(count, 1)
