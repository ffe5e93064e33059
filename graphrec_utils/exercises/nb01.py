"""Claims and mistakes of lesson 01, Recommender basics: the split by time (01.1).

An exercise takes about 150 lines, so the others are in `nb01_averages` (01.2), `nb01_ranking`
(01.3), `nb01_topk` (01.4), `nb01_items` (01.5, 01.6), `nb01_users` (01.7), `nb01_union` (01.8).
"""

from __future__ import annotations

from math import ceil

import numpy as np

from graphrec_utils.exercises import (
    nb01_averages,
    nb01_items,
    nb01_ranking,
    nb01_topk,
    nb01_union,
    nb01_users,
)
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def temporal_split(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times >= first).astype(np.int64) + (times >= second)


def _sorted_times(rng, events: int = 20) -> dict:
    times = np.cumsum(rng.integers(1, 9, size=events)).astype(np.int64)
    return {"times": times, "train_share": 0.6, "val_share": 0.2}


def _shuffled_times(rng, events: int = 20) -> dict:
    inputs = _sorted_times(rng, events)
    return inputs | {"times": rng.permutation(inputs["times"])}


def _busy_days(rng) -> dict:
    """Nearly all events fall into the last tenth of the calendar."""
    gaps = np.where(np.arange(20) < 3, 1000, rng.integers(1, 9, size=20))
    return _sorted_times(rng) | {"times": rng.permutation(np.cumsum(gaps)).astype(np.int64)}


def _same_seconds(rng) -> dict:
    """Four moments of five events each; both cuts fall inside one of them."""
    moments = np.cumsum(rng.integers(1, 9, size=4))
    return _sorted_times(rng) | {"times": rng.permutation(np.repeat(moments, 5)).astype(np.int64)}


def _seconds_stay_whole(got, expected, inputs):
    for second in np.unique(inputs["times"]):
        parts = sorted(set(got[inputs["times"] == second].tolist()))
        if len(parts) > 1:
            return f"events of second {second} are in the parts {parts} in yours"
    return close(got, expected)


def _seven_tenths(rng) -> dict:
    return _shuffled_times(rng) | {"train_share": 0.7, "val_share": 0.1}


def _cut_rows(times, train_share, val_share):
    rows = np.arange(len(times))
    return temporal_split(rows, train_share, val_share)


def _cut_calendar(times, train_share, val_share):
    start, span = times.min(), times.max() - times.min()
    cuts = [start + share * span for share in (train_share, train_share + val_share)]
    return (times >= cuts[0]).astype(np.int64) + (times >= cuts[1])


def _cut_positions(times, train_share, val_share):
    place = np.argsort(np.argsort(times, kind="stable"), kind="stable")
    return temporal_split(place, train_share, val_share)


def _cut_exclusive(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times > first).astype(np.int64) + (times > second)


def _cut_at(positions):
    """Return the split with other positions of the cuts: a function of E and the two shares."""

    def function(times, train_share, val_share):
        first, second = np.sort(times)[list(positions(len(times), train_share, val_share))]
        return (times >= first).astype(np.int64) + (times >= second)

    return function


def _cut_quantiles(times, train_share, val_share):
    cuts = np.quantile(times, (train_share, train_share + val_share))
    return np.digitize(times, cuts).astype(np.int64)


def _parts_in_order(times, *shares):
    return temporal_split(np.sort(times), *shares)


EX_1 = Exercise(
    id="01.1",
    function="temporal_split",
    points=4,
    reference=temporal_split,
    library="graphrec_utils.data.temporal_split",
    claims=(
        Claim("a table in order of time is cut after 60 % and 80 % of its rows", _sorted_times),
        Claim("the order of the rows does not matter, only the times do", _shuffled_times),
        Claim("shares are shares of the events, not of the calendar", _busy_days),
        Claim(
            "events of one second stay together, in the later part",
            _same_seconds,
            judge=_seconds_stay_whole,
        ),
        Claim("with shares 0.7 and 0.1, 16 of 20 events lie before the test part", _seven_tenths),
        Claim(
            "22 events are cut at positions 13 and 18: 13.2 and 17.6, rounded",
            lambda rng: _shuffled_times(rng, 22),
        ),
        Claim(
            "23 events are cut at positions 14 and 18: 13.8 and 18.4, rounded",
            lambda rng: _shuffled_times(rng, 23),
        ),
    ),
    mistakes=(
        Mistake(
            "cuts the table",
            _cut_rows,
            "you cut the table by the order of its rows, not by time: its last rows may be its oldest",
        ),
        Mistake(
            "newest first",
            lambda times, *shares: temporal_split(-times, *shares),
            "your time runs backwards: the newest events are in train, the oldest in test",
        ),
        Mistake(
            "cuts the calendar",
            _cut_calendar,
            "you cut the calendar at 60 % of the days; cut so that 60 % of the events come before",
        ),
        Mistake(
            "separates equal times",
            _cut_positions,
            "you cut by position, so events of one second fall into two parts; compare times with "
            "the time at the cut",
        ),
        Mistake(
            "cut belongs to the earlier part",
            _cut_exclusive,
            "the event at the cut is in your earlier part; it is the first of the later one: use >=",
        ),
        Mistake(
            "int instead of round",
            _cut_at(lambda E, a, b: (int(a * E), int((a + b) * E))),
            "int() cuts off what stands behind the point, and 0.7 + 0.1 is a little less than 0.8 for a "
            "computer: use round",
        ),
        Mistake(
            "val_share is no end",
            _cut_at(lambda E, a, b: (round(a * E), round(b * E))),
            "your second cut is at val_share; validation begins at train_share and ends at the sum",
        ),
        Mistake(
            "rounds up",
            _cut_at(lambda E, a, b: (ceil(a * E), ceil((a + b) * E))),
            "you round the positions of the cuts up; round(…) goes to the nearest position",
        ),
        Mistake(
            "rounds each share",
            _cut_at(lambda E, a, b: (round(a * E), round(a * E) + round(b * E))),
            "you round the two shares one by one and add; add the shares and round once",
        ),
        Mistake(
            "quantiles",
            _cut_quantiles,
            "np.quantile counts positions from 0 to E - 1, so its cut may be one event too early",
        ),
        Mistake(
            "parts of the sorted times",
            _parts_in_order,
            "your parts belong to the sorted times; return them for the rows in the given order",
        ),
    ),
    hints=(
        "Sort the times once. At which position does the test part begin, and what time is it there?",
        "`first = ordered[round(train_share * len(times))]`; every event with `times >= first` is "
        "at least in val.",
        "Add two comparisons: `(times >= first).astype(int) + (times >= second)`.",
    ),
)

EXERCISES = (
    EX_1,
    nb01_averages.EX_2,
    nb01_ranking.EX_3,
    nb01_topk.EX_4,
    *nb01_items.EXERCISES,
    nb01_users.EX_7,
    nb01_union.EX_8,
)
