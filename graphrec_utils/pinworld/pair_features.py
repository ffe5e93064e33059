"""What a ranker may know of a user, a pin, and the two of them: counted before a day, for any pairs.

    features = PairFeatures(world, until_day=28)
    x = features(users, pins)               # (B, F) float32, columns in features.names

Nothing from that day on is read, so labels of later impressions cannot leak into them. Totals over
all 56 days and the columns in `HIDDEN` are not touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from graphrec_utils.pinworld.entities import DAY, DAYS, KINDS
from graphrec_utils.pinworld.impressions import ACTIONS, POSITIVE_ACTIONS

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World

USER = ("user: shown", "user: liked", "user: hidden")
ITEM = ("pin: shown", "pin: liked", "pin: hidden", "pin: age", "pin: words",
        *(f"pin: {kind}" for kind in KINDS[1:]))  # fmt: skip
CROSS = ("cross: image", "cross: words", "cross: creator", "cross: follows", "cross: kind")
_PRIOR = 5.0  # impressions that every rate is given of the general one: nobody is judged by two


class PairFeatures:
    """Features of users, of pins and of pairs.

    Args:
        world: whose impressions are counted.
        until_day: the first day that is not read.

    Attributes:
        names: (F,) what each column is; "user: …", "pin: …", "cross: …".

    Raises:
        ValueError: no day between 0 and 56, or nothing was shown before it.
    """

    def __init__(self, world: World, until_day: float):
        self.names = (*USER, *ITEM, *CROSS)
        self.until = until_day
        seen = world.impressions
        if not 0 < until_day <= DAYS or not (seen["time"] < until_day * DAY).any():
            raise ValueError(f"something must have been shown before day {until_day}")
        seen = seen[seen["time"] < until_day * DAY]
        user, pin = seen["user"].to_numpy(), seen["pin"].to_numpy()
        liked = np.isin(seen["action"].cat.codes, [ACTIONS.index(a) for a in POSITIVE_ACTIONS])
        hidden = (seen["action"] == "hide").to_numpy()
        m, n = world.num_users, world.num_pins
        self.pins = world.pins
        self._user = _rates(user, m, liked, hidden)  # (m, 3)
        self._pin = _rates(pin, n, liked, hidden)
        self._image = _unit(world.images)
        words = sp.csr_array(world.texts > 0).astype(np.float64)
        self._words = sp.csr_array(
            sp.diags_array(1 / np.sqrt(np.maximum(words.sum(axis=1), 1))) @ words
        )
        likes = sp.csr_array((np.ones(liked.sum()), (user[liked], pin[liked])), shape=(m, n))
        self._looks = _unit(likes @ self._image)  # the mean picture of what a user liked
        told = likes @ self._words
        length = np.sqrt(np.asarray(told.power(2).sum(axis=1)).ravel())
        self._says = sp.csr_array(sp.diags_array(1 / np.maximum(length, 1e-12)) @ told)
        creator, kind = self.pins["creator"].to_numpy(), self.pins["kind"].cat.codes.to_numpy()
        made = np.flatnonzero(creator >= 0)
        self._creator = creator
        by = sp.csr_array((np.ones(len(made)), (made, creator[made])), (n, len(world.creators)))
        self._of_creator = sp.csr_array(likes @ by)
        follows = world.follows
        self._follows = sp.csr_array(
            (np.ones(len(follows)), (follows["user"], follows["creator"])), self._of_creator.shape
        )
        self._kind = kind
        cell = user * len(KINDS) + kind[pin]
        shown, yes = (np.bincount(cell, x, minlength=m * len(KINDS)) for x in (None, liked))
        of_kind = yes.reshape(m, -1).sum(axis=0) / np.maximum(shown.reshape(m, -1).sum(axis=0), 1)
        prior = np.tile(of_kind, m)
        self._likes_kind = ((yes + _PRIOR * prior) / (shown + _PRIOR)).reshape(m, len(KINDS))

    def __call__(self, users: np.ndarray, pins: np.ndarray, now: float | None = None) -> np.ndarray:
        """Return (B, F) float32 for the pairs (users[b], pins[b]).

        Args:
            users, pins: (B,) ids.
            now: the day on which the pins are shown, for their age; None: `until_day`.
        """
        users, pins = np.asarray(users), np.asarray(pins)
        kind = self._kind[pins]
        age = (self.until if now is None else now) - self.pins["born"].to_numpy()[pins] / DAY
        creator = self._creator[pins]
        known = creator >= 0
        columns = [
            *self._user[users].T,
            *self._pin[pins].T,
            np.log1p(np.maximum(age, 0)),
            np.log1p(self.pins["words"].to_numpy()[pins]),
            *(kind == k for k in range(1, len(KINDS))),
            (self._looks[users] * self._image[pins]).sum(axis=1),
            _products(self._says, self._words, users, pins),
            np.where(known, np.log1p(_entries(self._of_creator, users, creator)), 0),
            np.where(known, _entries(self._follows, users, creator), 0),
            self._likes_kind[users, kind],
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def columns(self, *groups: str) -> np.ndarray:
        """Return the places of the columns whose names begin with one of "user", "pin", "cross"."""
        return np.flatnonzero([name.split(":")[0] in groups for name in self.names])


def _rates(ids: np.ndarray, count: int, liked: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return (count, 3): log of how often shown, and shares liked and hidden, pulled to the mean."""
    shown = np.bincount(ids, minlength=count)
    rates = [
        (np.bincount(ids, x, minlength=count) + _PRIOR * x.mean()) / (shown + _PRIOR)
        for x in (liked, hidden)
    ]
    return np.stack([np.log1p(shown), *rates], axis=1)


def _unit(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(length, 1e-12)


def _products(left: sp.csr_array, right: sp.csr_array, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return (B,) products of rows, a block at a time: gathered rows are copies."""
    parts = [
        np.asarray(left[i[k : k + 20_000]].multiply(right[j[k : k + 20_000]]).sum(axis=1)).ravel()
        for k in range(0, len(i), 20_000)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _entries(matrix: sp.csr_array, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return (B,) entries; j is -1 where nothing is meant."""
    return np.asarray(matrix[i, np.maximum(j, 0)]).ravel()
