r"""What a user's vector has to find: the next like, or all likes of a window that lies ahead.

A log holds everything that users did, in order of time: items, what was done, and whether it is a
**like**, something worth finding. At a moment `now` all events up to it may be read, and targets lie in
(now, now + window], its end included:

| objective | who predicts | what |
|---|---|---|
| "next" | the last event | the likes of the first moment after now |
| "every next" | every event | the likes of the first moment after itself (SASRec) |
| "all" | the last event | all likes of the window |
| "dense" | every event | all likes of the window (dense all action, strict) |

Pancha et al. 2022, https://arxiv.org/abs/2205.04507. Texts about it differ on whether the window of
"dense" begins after now or after each event; strict means after now. Built in lesson 15, exercise
15.4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphrec_utils import arguments

OBJECTIVES = ("next", "every next", "all", "dense")
_SPAN = 2**33  # seconds a user has in a key: 272 years


def target_matrix(
    times: np.ndarray, liked: np.ndarray, now: float, window: float, objective: str
) -> np.ndarray:
    """Return which event is a target of which, (E, E) bool: row s, column e if s has to find e.

    Args:
        times: (E,) of one user's events, not decreasing.
        liked: (E,) bool, which events are worth finding.
        now: what happened until then, now included, may be read.
        window: how long after now targets are sought.
        objective: see the head of the module.

    Raises:
        ValueError: the shapes do not fit, times decrease, the window is not positive, or the objective
            is unknown.

    Built in lesson 15, exercise 15.4.
    """
    times, liked = np.asarray(times), np.asarray(liked)
    if objective not in OBJECTIVES:
        raise ValueError(f"objective must be one of {OBJECTIVES}; got {objective!r}")
    if times.ndim != 1 or times.shape != liked.shape or liked.dtype != bool:
        raise ValueError(
            f"times and liked must be (E,), liked bool; got {times.shape}, {liked.dtype} {liked.shape}"
        )
    if (np.diff(times) < 0).any():
        raise ValueError("times must not decrease: sort the events first")
    arguments.positive(window=window)
    readable = times <= now
    out = np.zeros((len(times), len(times)), dtype=bool)
    if objective == "every next":
        for s in np.flatnonzero(readable):
            ahead = liked & (times > times[s]) & (times <= now + window)
            out[s] = ahead & np.isin(times, times[ahead][:1])
        return out
    ahead = liked & (times > now) & (times <= now + window)
    if objective == "next":
        ahead &= np.isin(times, times[ahead][:1])
    if readable.any():
        rows = readable if objective == "dense" else np.flatnonzero(readable)[-1:]
        out[rows] = ahead
    return out


class Pairs(NamedTuple):
    """Drawn examples: `row` (P,) of the batch, `place` (P,) how many events were read, `target` (P,)."""

    row: np.ndarray
    place: np.ndarray
    target: np.ndarray


class Log:
    """The events of all users, by user and time.

    Args:
        users, items, actions, times: (E,) integers, in any order; equal times keep their order.
        liked: (E,) bool, which events are worth finding.
        num_users: m.

    Raises:
        ValueError: the lengths differ, or an id or a time is negative.

    Built in lesson 15, exercise 15.6.
    """

    def __init__(self, users, items, actions, times, liked, num_users: int):
        users = arguments.ids("users", users, num_users)
        items, actions = arguments.ids("items", items), arguments.ids("actions", actions)
        times, liked = arguments.ids("times", times), np.asarray(liked, dtype=bool)
        if not len(users) == len(items) == len(actions) == len(times) == len(liked):
            raise ValueError("users, items, actions, times and liked must be of one length")
        order = np.lexsort((times, users))
        self.users, self.items, self.actions = users[order], items[order], actions[order]
        self.times, self.liked, self.num_users = times[order], liked[order], num_users
        self._keys = self.users * _SPAN + self.times
        self._likes = np.flatnonzero(self.liked)
        self._begin = np.searchsorted(self.users, np.arange(num_users))

    def __len__(self) -> int:
        return len(self.users)

    def until(self, now: float) -> Log:
        """Return the events up to now."""
        at = self.times <= now
        parts = (self.users, self.items, self.actions, self.times, self.liked)
        return Log(*(x[at] for x in parts), self.num_users)

    def before(self, users: np.ndarray, now: np.ndarray | int, length: int) -> np.ndarray:
        """Return which events can be read, (B, length): the latest up to now, oldest first, then -1."""
        users = np.asarray(users)
        end = np.searchsorted(self._keys, users * _SPAN + now, side="right")
        place = np.maximum(self._begin[users], end - length)[:, None] + np.arange(length)
        return np.where(place < end[:, None], place, -1)

    def read(self, events: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return items, actions and times of (B, L) events, -1 where there is none."""
        there = events >= 0
        return tuple(np.where(there, x[events], -1) for x in (self.items, self.actions, self.times))

    def ahead(self, users, now, window: int) -> tuple[np.ndarray, np.ndarray]:
        """Return where the likes of (now, now + window] begin and end in `self.likes`, (B,) each."""
        base = np.asarray(users) * _SPAN + now
        keys = self._keys[self._likes]
        return tuple(np.searchsorted(keys, x, side="right") for x in (base, base + window))

    @property
    def likes(self) -> np.ndarray:
        """Return the events that are likes, by user and time."""
        return self._likes

    def draw(
        self,
        users: np.ndarray,
        now: np.ndarray,
        window: int,
        objective: str,
        length: int,
        each: int,
        rng: np.random.Generator,
    ) -> Pairs:
        """Draw `each` examples for each of B users at their own moments, (B,); some may have none.

        A user who has done nothing is asked for at place 0, the start. Of a target's moment every like
        is as probable.
        """
        if objective not in OBJECTIVES:
            raise ValueError(f"objective must be one of {OBJECTIVES}; got {objective!r}")
        count = (self.before(users, now, length) >= 0).sum(axis=1)
        low, high = self.ahead(users, now, window)
        row = np.repeat(np.arange(len(users)), each)
        place, low, high = count[row], low[row], high[row]
        if objective in ("every next", "dense"):
            place = np.where(place > 0, 1 + rng.integers(0, np.maximum(place, 1)), 0)
        keys = self._keys[self._likes]
        if objective == "every next":
            event = np.maximum(self.before(users, now, length)[row, np.maximum(place - 1, 0)], 0)
            own = np.searchsorted(keys, self._keys[event], side="right") if len(self) else low
            low = np.where(place > 0, own, low)
        if objective in ("next", "every next"):
            first = keys[np.minimum(low, len(keys) - 1)] if len(keys) else low
            high = np.minimum(high, np.searchsorted(keys, first, side="right"))
        some = high > low
        row, place, low, high = (x[some] for x in (row, place, low, high))
        return Pairs(row, place, self._likes[rng.integers(low, high)] if len(row) else row)
