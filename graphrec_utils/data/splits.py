"""Ways to split interactions into train, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np

Events = TypeVar("Events")  # Interactions, or Triples in a split of a knowledge graph


class Split(NamedTuple, Generic[Events]):
    """Train, validation and test parts with the same ids; a part may be empty."""

    train: Events
    val: Events
    test: Events

    def with_validation(
        self, fraction: float | None = None, seed: int | None = None, *, last: float | None = None
    ) -> Split[Events]:
        """Return a split whose validation part is taken from train, see `hold_out`.

        Validation has to resemble test, or it chooses for another question: `last=0.1` where test
        is what came later, `(0.1, seed)` where test was drawn at random.
        """
        if len(self.val):
            raise ValueError(f"the split already has {len(self.val):,} validation events")
        train, val = self.train.hold_out(fraction, seed, last=last)
        return Split(train, val, self.test)

    def past(self) -> Events:
        """Return train and validation as one, train first: all that is known before test.

        What validation has chosen is trained on this, and none of it is recommended.

        Raises:
            TypeError: the parts are no interactions.
        """
        if not hasattr(self.train, "users"):
            raise TypeError(
                f"past joins interactions, and these parts are {type(self.train).__name__}; join their "
                "arrays: np.append(split.train.heads, split.val.heads) and so on"
            )
        arrays = {}
        for name in ("users", "items", "times", "weights"):
            first, second = getattr(self.train, name), getattr(self.val, name)
            arrays[name] = None if first is None else np.append(first, second)
        return replace(self.train, **arrays)

    def sample_users(self, count: int, seed: int) -> Split[Events]:
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
    events: Events,
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    unseen: Literal["drop", "keep"] = "drop",
    repeats: Literal["drop", "keep"] = "drop",
) -> Split[Events]:
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


def hold_out(
    events: Events,
    fraction: float | None = None,
    seed: int | None = None,
    *,
    last: float | None = None,
) -> tuple[Events, Events]:
    """Return (rest, held): a share of every user's items is held out, random ones or the last.

    `hold_out(0.2, seed=0)` draws: a user with degree g gives floor(0.2 g) or one more, at random so
    that the share is right on average. It ignores time, and so answers a question that nobody
    asks a recommender: it fills gaps in the past with the help of what came after.

    `hold_out(last=0.2)` takes the end of every user's list: 0.2 g items, rounded, halves up. The
    order is that of `times`, and without times that of the events. A pair that occurs twice counts
    from its first event. Users differ in when their list ends, so what one of them did after
    another's end is in `rest`; two moments for all users at once is `temporal_split`.

    Either way a user keeps one item, and all events of a pair stay together.

    Args:
        fraction: share to draw, between 0 and 1, exclusive.
        seed: the same seed holds out the same pairs, in whatever order the events are.
        last: share to take from the end, instead of `fraction` and `seed`.

    Raises:
        ValueError: neither or both kinds are asked for, or the share is not between 0 and 1.
    """
    if (fraction is None) == (last is None) or (fraction is None) != (seed is None):
        raise ValueError(
            "say hold_out(0.2, seed=0) for random items, hold_out(last=0.2) for the last"
        )
    share = fraction if last is None else last
    if not 0 < share < 1:
        raise ValueError(f"the share must lie between 0 and 1; got {share}")
    # sorted by user; `first` is each pair's first event in time
    by_time = slice(None) if events.times is None else np.argsort(events.times, kind="stable")
    ordered = events.pairs()[by_time]
    pairs, first, event = np.unique(ordered, return_index=True, return_inverse=True)
    users = pairs // events.num_items
    degree = np.bincount(users, minlength=events.num_users)
    if last is None:
        rng = np.random.default_rng(seed)
        held = np.floor(share * degree + rng.random(events.num_users)).astype(np.int64)
        order = rng.random(len(pairs))
    else:
        held = np.floor(np.round(share * degree, 6) + 0.5).astype(np.int64)
        order = -first
    held = np.minimum(held, degree - 1)
    sequence = np.lexsort((order, users))
    place = np.empty(len(pairs), dtype=np.int64)  # of each pair among its user's pairs
    place[sequence] = np.arange(len(pairs)) - np.repeat(np.cumsum(degree) - degree, degree)
    out = np.empty(len(events), dtype=bool)
    out[by_time] = (place < held[users])[event]
    return events.select(~out), events.select(out)
