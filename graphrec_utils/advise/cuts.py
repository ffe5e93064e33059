"""Train, validation and test of somebody's table.

Times cut it at 80 and 90 %; without them the end of each user's rows is cut off, or, where not even their order is
known, random rows.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.advise.profile import REPEATS, Profile, in_order
from graphrec_utils.data import Interactions, Split

PARTS = (0.8, 0.1, 0.1)
ENOUGH = 20  # users of the test who have a past; with fewer a cut in time says nothing


def cut(events: Interactions, seen: Profile) -> tuple[Split, str]:
    """Return train, validation and test, and in words how they were cut."""
    again = seen.repeats > REPEATS
    repeats = "keep" if again else "drop"
    why = "there are no times"
    if events.times is not None:
        try:
            split = events.temporal_split(PARTS, unseen="keep", repeats=repeats)
        except ValueError:  # nearly all events share a moment
            split = None
        if split is not None and all(
            known_users(past, part) >= ENOUGH
            for past, part in ((split.train, split.val), (split.past(), split.test))
        ):
            if not again:
                split = Split(split.train, split.val, split.test.without(split.val))
            return (
                split,
                "the table is cut in time: the first 80 % of the events train, the next 10 % choose, the last 10 % are the test",
            )
        why = f"times cut off fewer than {ENOUGH} users who had been there before"
    if seen.order:
        past, test = _ends(events)
        fit, val = _ends(past)
        how = "the last tenth of each user's rows is the test, the tenth before it chooses"
    else:
        past, test = events.hold_out(0.1, 0)
        fit, val = past.hold_out(0.1, 1)
        how = "a random tenth of each user's rows is the test, another one chooses; it is not known what came first"
    if not again:
        val, test = val.without(fit), test.without(past)
    return Split(fit, val, test), f"{why}, so {how}"


def known_users(past: Interactions, part: Interactions) -> int:
    return int(np.count_nonzero(_there(past) & _there(part)))


def _there(part: Interactions) -> np.ndarray:
    """Return (m,) whether a user has an event."""
    return np.bincount(part.users, minlength=part.num_users) > 0


def _ends(events: Interactions) -> tuple[Interactions, Interactions]:
    """Return all but the last tenth of each user's events, and that: halves are rounded up, and one stays."""
    place = in_order(events)
    count = np.bincount(events.users, minlength=events.num_users)
    out = np.minimum(np.floor(0.1 * count + 0.5), count - 1)
    users = events.users[place]
    from_end = np.searchsorted(users, users, side="right") - np.arange(len(users)) - 1
    last = np.empty(len(users), dtype=bool)
    last[place] = from_end < out[users]
    return events.select(~last), events.select(last)


def some(part: Interactions, among: np.ndarray, most: int) -> Interactions:
    """Return the events of at most so many of these users, always the same ones."""
    who = np.unique(part.users[np.isin(part.users, among)])
    if len(who) > most:
        who = np.random.default_rng(0).choice(who, most, replace=False)
    return part.select(np.isin(part.users, who))
