"""Exercise 01.1: a split by time."""

from __future__ import annotations

from math import ceil  # noqa: F401 (slips use it)

import numpy as np

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _sorted_times(rng, events: int = 20) -> dict:
    """Times that come closer from the middle on: no cut of the calendar is one of the events."""
    late = np.arange(events) >= events // 2
    gaps = np.where(late, rng.integers(1, 4, size=events), rng.integers(6, 10, size=events))
    times = np.cumsum(gaps).astype(np.int64)
    return {"times": times, "train_share": 0.6, "val_share": 0.2}


def _shuffled_times(rng, events: int = 20) -> dict:
    inputs = _sorted_times(rng, events)
    return inputs | {"times": rng.permutation(inputs["times"])}


ex = Exercise(
    "01.1",
    "temporal_split",
    points=4,
    library="graphrec_utils.data.temporal_split",
    hints=(
        "Sort the times once. At which position does the test part begin, and what time is it there?",
        "`first = ordered[round(train_share * len(times))]`; every event with `times >= first` is "
        "at least in val.",
        "Add two comparisons: `(times >= first).astype(int) + (times >= second)`.",
    ),
)


@ex.solution
def temporal_split(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times >= first).astype(np.int64) + (times >= second)


ex.claim("a table in order of time is cut after 60 % and 80 % of its rows", _sorted_times)
ex.claim("the order of the rows does not matter, only the times do", _shuffled_times)


def _busy_days(rng) -> dict:
    """Nearly all events fall into the last tenth of the calendar."""
    gaps = np.where(np.arange(20) < 3, 1000, rng.integers(1, 9, size=20))
    return _sorted_times(rng) | {"times": rng.permutation(np.cumsum(gaps)).astype(np.int64)}


ex.claim("shares are shares of the events, not of the calendar", _busy_days)


def _same_seconds(rng) -> dict:
    """Four moments of four, ten, one and five events; both cuts fall inside one of them."""
    moments = np.repeat(np.cumsum(rng.integers(1, 9, size=4)), (4, 10, 1, 5))
    return _sorted_times(rng) | {"times": rng.permutation(moments).astype(np.int64)}


def _seconds_stay_whole(got, expected, inputs):
    for second in np.unique(inputs["times"]):
        parts = sorted(set(got[inputs["times"] == second].tolist()))
        if len(parts) > 1:
            return f"events of second {second} are in the parts {parts} in yours"
    return close(got, expected)


ex.claim(
    "events of one second stay together, in the later part",
    _same_seconds,
    judge=_seconds_stay_whole,
)


def _seven_tenths(rng) -> dict:
    return _shuffled_times(rng) | {"train_share": 0.7, "val_share": 0.1}


ex.claim("with shares 0.7 and 0.1, 16 of 20 events lie before the test part", _seven_tenths)


ex.claim(
    "22 events are cut at positions 13 and 18: 13.2 and 17.6, rounded",
    lambda rng: _shuffled_times(rng, 22),
)
ex.claim(
    "23 events are cut at positions 14 and 18: 13.8 and 18.4, rounded",
    lambda rng: _shuffled_times(rng, 23),
)

FIRST, SECOND = "round(train_share * len(times))", "round((train_share + val_share) * len(times))"

# fmt: off
ex.slip("you cut the table by the order of its rows, not by time: its last rows may be its oldest",
        "ordered =", "times = np.arange(len(times))\nordered =")
ex.slip("your time runs backwards: the newest events are in train, the oldest in test",
        "ordered =", "times = -times\nordered =")
ex.slip("you cut the calendar at 60 % of the days; cut so that 60 % of the events come before",
        f"ordered[{FIRST}]", "times.min() + train_share * (times.max() - times.min())",
        f"ordered[{SECOND}]", "times.min() + (train_share + val_share) * (times.max() - times.min())")
ex.slip("you cut by position, so events of one second fall into two parts; compare times with the "
        "time at the cut",
        "ordered =", "times = np.argsort(np.argsort(times, kind='stable'), kind='stable')\nordered =")
ex.slip("the event at the cut is in your earlier part; it is the first of the later one: use >=",
        "return (times >= first).astype(np.int64) + (times >= second)", "return (times > first).astype(np.int64) + (times > second)",
        hint=True)
ex.slip("int() cuts off what stands behind the point, and 0.7 + 0.1 is a little less than 0.8 for "
        "a computer: use round",
        "round(train", "int(train", "round((", "int((")
ex.slip("your second cut is at val_share; validation begins at train_share and ends at the sum",
        "(train_share + val_share)", "val_share", hint=True)
ex.slip("you round the positions of the cuts up; round(…) goes to the nearest position",
        "round(train", "ceil(train", "round((", "ceil((")
ex.slip("you round the two shares one by one and add; add the shares and round once",
        SECOND, f"{FIRST} + round(val_share * len(times))")
ex.slip("np.quantile counts positions from 0 to E - 1, so its cut may be one event too early",
        f"ordered[{FIRST}]", "np.quantile(times, train_share)",
        f"ordered[{SECOND}]", "np.quantile(times, train_share + val_share)")
ex.slip("your parts belong to the sorted times; return them for the rows in the given order",
        "ordered =", "times = ordered =")
ex.slip("your shares are shares of the different seconds; they are shares of the events",
        "np.sort", "np.unique", "(train_share * len(times)", "(train_share * len(ordered)",
        "val_share) * len(times)", "val_share) * len(ordered)")
ex.slip("you read the time of the cut from the table as it is; sort the times first",
        "np.sort(times)", "times", hint=True)
ex.slip("your cuts stand one event too early: position round(share * E) is the first event of the "
        "later part, and positions count from 0",
        FIRST, f"{FIRST} - 1", SECOND, f"{SECOND} - 1")
ex.slip("you give equal times the mean of their places; they all belong to the later part",
        "return (times >= first).astype(np.int64) + (times >= second)", "older, same = (times[:, None] > times).sum(axis=1), (times[:, None] == times).sum(axis=1)\n"
        "share = (older + (same + 1) / 2) / len(times)\n"
        "return (share > train_share).astype(np.int64) + (share > train_share + val_share)")
ex.slip("your parts run backwards: the oldest events are train, part 0, the newest are test, part "
        "2",
        "return (", "return 2 - (", "+ (times", "- (times")
