"""Ways to split interactions into train, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from graphrec_utils.data.interactions import Interactions


class Split(NamedTuple):
    """Train, validation and test parts with the same ids; a part may be empty."""

    train: Interactions
    val: Interactions
    test: Interactions

    def with_validation(self, fraction: float, seed: int) -> Split:
        """Return a split whose validation part is drawn from train, see `hold_out`."""
        if len(self.val):
            raise ValueError(f"the split already has {len(self.val):,} validation events")
        train, val = self.train.hold_out(fraction, seed)
        return Split(train, val, self.test)

    def sample_users(self, count: int, seed: int) -> Split:
        """Return the part of `count` random users, with new ids on both sides.

        Items without a train event of these users go, and their val and test events with them.
        """
        active = np.unique(self.train.users)
        if not len(active):
            raise ValueError("no user has a train event, so there is nobody to draw")
        if not 0 < count <= len(active):
            raise ValueError(f"count must lie in 1...{len(active)} active users; got {count}")
        chosen = np.random.default_rng(seed).choice(active, count, replace=False)
        train = self.train.select(np.isin(self.train.users, chosen))
        known, small = np.unique(train.items), train.compact()
        kept = np.sort(chosen)
        parts = []
        for part in (self.val, self.test):
            part = part.select(np.isin(part.users, chosen) & np.isin(part.items, known))
            parts.append(
                replace(
                    small,
                    users=np.searchsorted(kept, part.users),
                    items=np.searchsorted(known, part.items),
                    times=part.times,
                    weights=part.weights,
                )
            )
        return Split(small, *parts)


def temporal_split(
    events: Interactions,
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    unseen: Literal["drop", "keep"] = "drop",
    repeats: Literal["drop", "keep"] = "drop",
) -> Split:
    """Return the past as train, what follows as val, the latest events as test.

    Two moments cut the time line for all users at once; events of the same second stay
    together, so the parts may miss the fractions by a few events.

    Args:
        fractions: shares of train, val and test; they add up to 1.
        unseen: what to do with val and test events whose user or item has no train event.
            A model of ids knows nothing about them, hence "drop"; "keep" measures cold start.
        repeats: what to do with val and test pairs that are in train already. A ranking that
            hides seen items can never return them, hence "drop"; "keep" for consumption that
            repeats itself.

    Raises:
        ValueError: there are no events or no times, the fractions are not three shares of 1, or too many
            events share one second.

    Built in lesson 01, exercise 01.1.
    """
    if events.times is None:
        raise ValueError("temporal_split needs times; these interactions have none")
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be three shares that add up to 1; got {fractions}")
    for name, value in (("unseen", unseen), ("repeats", repeats)):
        if value not in ("drop", "keep"):
            raise ValueError(f'{name} must be "drop" or "keep"; got {value!r}')
    if not len(events):
        raise ValueError("there are no events to split")
    ordered = np.append(np.sort(events.times), np.iinfo(np.int64).max)
    # rounding first: 0.7 + 0.1 is 0.7999..., one event too few
    cuts = np.floor(np.round(np.cumsum(fractions)[:2] * len(events), 6)).astype(int)
    first, second = ordered[cuts]
    train = events.select(events.times < first)
    if not len(train):
        raise ValueError(
            "train would be empty: its share is 0, or too many events share the first second"
        )
    users, items = train.degrees()
    rest = events.select(events.times >= first)
    if unseen == "drop":
        rest = rest.select((users[rest.users] > 0) & (items[rest.items] > 0))
    if repeats == "drop":
        rest = rest.without(train)
    return Split(train, rest.select(rest.times < second), rest.select(rest.times >= second))


def hold_out(events: Interactions, fraction: float, seed: int) -> tuple[Interactions, Interactions]:
    """Return (rest, held): of every user a random share of the items is held out.

    A user with degree g gives floor(fraction * g) or one more, at random so that the share is
    right on average, but never the last item: each user keeps one. This is the protocol of
    NGCF and LightGCN (20 % test; 10 % of the rest for validation); it ignores time.

    Args:
        fraction: between 0 and 1, exclusive.
        seed: the same seed holds out the same pairs, in whatever order the events are.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie between 0 and 1; got {fraction}")
    rng = np.random.default_rng(seed)
    pairs, event = np.unique(events.pairs(), return_inverse=True)  # sorted by user
    users = pairs // events.num_items
    degree = np.bincount(users, minlength=events.num_users)
    held = np.floor(fraction * degree + rng.random(events.num_users)).astype(np.int64)
    held = np.minimum(held, degree - 1)
    shuffled = np.lexsort((rng.random(len(pairs)), users))
    place = np.empty(len(pairs), dtype=np.int64)  # of each pair among its user's pairs
    place[shuffled] = np.arange(len(pairs)) - np.repeat(np.cumsum(degree) - degree, degree)
    out = (place < held[users])[event]
    return events.select(~out), events.select(out)
