"""Exercise 15.6: how many events had a served vector read?"""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

DAY = 86_400


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
    branch=True,
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
    made = {
        "once": np.full_like(asked, launch),
        "daily": asked // 86_400 * 86_400,
        "real time": asked,
    }
    return np.searchsorted(events, made[rule], side="left")


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

DAILY = "asked // 86_400 * 86_400"

# fmt: off
ex.slip('your vector has read the event it is asked to find: strictly before, so side="left"',
        "left", "right", hint=True)
ex.slip("your daily vector knows the rest of the day: it was made at the midnight before, not at "
        "the next one",
        DAILY, "(asked // 86_400 + 1) * 86_400")
ex.slip("your daily vector is a day old wherever it is asked: it was made at the last midnight",
        DAILY, "asked - 86_400")
ex.slip("your vectors are always fresh: `rule` says when they were made",
        "made[rule]", "asked", hint=True)
ex.slip("you count the events after that moment, not before", "return ", "return len(events) - ")
ex.slip("all vectors are made at the launch in yours", "[rule]", '["once"]')
ex.slip("you return the place of the last event that was read: the number of events is one more",
        '"left")', '"left") - 1')
ex.slip('`launch` is not used in yours: under "once" the vector knows what came before the launch',
        "launch", "0")
ex.slip("your midnights are counted from the launch: they are the multiples of 86,400",
        DAILY, "(asked - launch) // 86_400 * 86_400 + launch")
ex.slip("your midnight is the number of the day: multiply by 86,400 again", " * 86_400", "")
ex.slip("events of one second count once in yours: they are several events",
        "events", "np.unique(events)")
ex.slip("in real time your vector has read the event it is asked to find: strictly before",
        '"real time": asked', '"real time": asked + 1')
