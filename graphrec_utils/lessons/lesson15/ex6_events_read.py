"""Exercise 15.6: how many events had a served vector read?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise

DAY = 86_400


def _read(events, asked, rule, launch, side="left", midnight=lambda t: t // DAY * DAY):
    """Return (R,) counts; the options are what can go wrong.

    Args:
        side: of the search: "right" counts events of that very second.
        midnight: asked to the moment of the daily run.
    """
    moment = {"once": np.full_like(asked, launch), "daily": midnight(asked), "real time": asked}[
        rule
    ]
    return np.searchsorted(events, moment, side=side)


def _variant(**options) -> Callable:
    return lambda *inputs: _read(*inputs, **options)


def _user(rng, rule: str, R: int = 8) -> dict:
    """Return events of six days, some at midnight, and requests, some in the second of an event."""
    events = np.sort(rng.integers(0, 6 * DAY, 14))
    events[5], events[7], events[9] = 2 * DAY, 3 * DAY - 30, 4 * DAY
    events = np.sort(events)
    events[1], events[11] = events[0], events[10]  # two in one second, early and late
    asked = np.sort(
        np.concatenate([rng.integers(2 * DAY, 6 * DAY, R - 3), events[[8, 11]], [3 * DAY + 60]])
    )
    return {"events": events, "asked": asked, "rule": rule, "launch": int(events[4]) + 1}


ex = Exercise(
    "15.6",
    "events_read",
    points=4,
    library="graphrec_utils.sampling.Log",
    hints=(
        "At what moment was the vector made that is served at second t, under each of the three rules?",
        "once: launch; daily: the last midnight, t // 86400 * 86400; real time: t. Count the events strictly before "
        "that moment.",
        '`moment = {"once": np.full_like(asked, launch), "daily": asked // 86_400 * 86_400, "real time": asked}'
        '[rule]`; `np.searchsorted(events, moment, side="left")`.',
    ),
)  # fmt: skip


@ex.solution
def events_read(events, asked, rule, launch):
    return _read(events, asked, rule, launch)


def _by_hand(rule: str):
    """Return the user of the text, asked under a rule."""
    h = 3600
    events = np.array([h, 17 * h, DAY + h, DAY + 8 * h, DAY + 15 * h])
    return lambda rng: {
        "events": events.copy(), "asked": np.array([DAY + 15 * h]), "rule": rule, "launch": 2 * h,
    }  # fmt: skip


for _rule in ("once", "daily", "real time"):
    ex.claim(f"the example of the text, {_rule}", _by_hand(_rule), 0.5)
ex.claim(
    "real time: everything before the request, not the event of that second",
    lambda rng: _user(rng, "real time"),
    2,
)
ex.claim("daily: everything before the last midnight", lambda rng: _user(rng, "daily"), 2)
ex.claim("once: everything before the launch", lambda rng: _user(rng, "once"))


def _nobody(rng) -> dict:
    return _user(rng, "daily") | {"events": np.array([], dtype=np.int64)}


ex.claim("a user who has done nothing: zeros", _nobody)


@ex.mistake('your vector has read the event it is asked to find: strictly before, so side="left"')
def the_event_itself_is_read(*inputs):
    return _variant(side="right")(*inputs)


@ex.mistake(
    "your daily vector knows the rest of the day: it was made at the midnight before, not at the next one"
)
def the_next_midnight(*inputs):
    return _variant(midnight=lambda t: (t // DAY + 1) * DAY)(*inputs)


@ex.mistake("your daily vector is a day old wherever it is asked: it was made at the last midnight")
def a_day_before_the_request(*inputs):
    return _variant(midnight=lambda t: t - DAY)(*inputs)


@ex.mistake("your vectors are always fresh: `rule` says when they were made")
def always_real_time(events, asked, rule, launch):
    return _read(events, asked, "real time", launch)


@ex.mistake("you count the events after that moment, not before")
def the_other_side(events, asked, rule, launch):
    return len(events) - _read(events, asked, rule, launch)


@ex.mistake("all vectors are made at the launch in yours")
def never_again(events, asked, rule, launch):
    return _read(events, asked, "once", launch)


@ex.mistake(
    "you return the place of the last event that was read: the number of events is one more"
)
def a_place_and_no_count(*inputs):
    return _read(*inputs) - 1


@ex.mistake(
    '`launch` is not used in yours: under "once" the vector knows what came before the launch'
)
def launched_at_zero(events, asked, rule, launch):
    return _read(events, asked, rule, 0)


@ex.mistake("your midnights are counted from the launch: they are the multiples of 86,400")
def midnights_of_the_launch(events, asked, rule, launch):
    return _variant(midnight=lambda t: (t - launch) // DAY * DAY + launch)(
        events, asked, rule, launch
    )


@ex.mistake("your midnight is the number of the day: multiply by 86,400 again")
def the_number_of_the_day(*inputs):
    return _variant(midnight=lambda t: t // DAY)(*inputs)


@ex.mistake("events of one second count once in yours: they are several events")
def a_second_counts_once(events, asked, rule, launch):
    return _read(np.unique(events), asked, rule, launch)


@ex.mistake("in real time your vector has read the event it is asked to find: strictly before")
def real_time_reads_itself(events, asked, rule, launch):
    return (
        _read(events, asked + 1, rule, launch)
        if rule == "real time"
        else _read(events, asked, rule, launch)
    )
