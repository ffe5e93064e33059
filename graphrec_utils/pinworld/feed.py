r"""Lists shown to the people of a world: what they look at, like, click and hide.

The sessions of a world show one pin at a time. A feed shows ten, one below the other, and people look
at the p-th with probability $p^{-\eta}$. What they then like has the same probability as in the
world's own sessions after all drifts, but without the theme of a project: style and topic decide.

    feed = Feed(world)
    asked = feed.requests(1000, rng)                        # users, and 40 candidates for each
    log = feed.show(asked, scores, rng, temperature=1.0)    # a table; a row is an entry of a list

The columns `looked` and `liked` are the truth behind a log: to judge with, never to train on. The
exponent and everything about the users stand in `impressions` and `entities`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from graphrec_utils.pinworld.entities import DAY, NUM_TOPICS, STYLE_GRID, Arrays, topic_weights
from graphrec_utils.pinworld.tables import TRAIN_END

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World

HIDDEN = ("looked", "liked")  # columns of a log that a real one has not
_EXPLORE = 0.3  # share of the candidates that are from anywhere
_IF_NOT_LIKED = 0.35  # of what was looked at and not liked is hidden
_IF_LIKED = 0.45  # of what was liked is saved; the rest is only clicked


def needs_own_liking(world: World) -> None:
    """Raise ValueError for a world whose users like by popularity: `liking` does not know it."""
    if "popularity" in world.knobs:
        raise ValueError(f"lists are judged by topic and style alone; {world!r} likes otherwise")


def tastes(arrays: Arrays) -> np.ndarray:
    """Return each user's distribution over topics after all drifts, (users, topics)."""
    topics, weights = arrays["user_topics"], arrays["user_weights"]
    after, before = (topic_weights(topics, weights, drifted=when) for when in (True, False))
    return np.where((arrays["user_drift"] >= 0)[:, None], after, before)


def liking(arrays: Arrays, weights: np.ndarray, users: np.ndarray, pins: np.ndarray) -> np.ndarray:
    """Return how likely each user likes each pin once it is looked at; `weights` are `tastes`."""
    left, right = arrays["user_style"][users] / STYLE_GRID, arrays["pin_style"][pins] / STYLE_GRID
    weight = weights[users, arrays["pin_topic"][pins]]
    like = 2.2 * (left * right).sum(-1) + 1.6 * np.minimum(1.0, 4.0 * weight) - 1.0
    return 1 / (1 + np.exp(-2.0 * like))


@dataclass(frozen=True)
class Requests:
    """Who asks, and what could be shown: users (B,) and candidates (B, C), distinct in each row."""

    users: np.ndarray
    candidates: np.ndarray


class Feed:
    """A stream of requests, and people who react to lists.

    Args:
        world: its users and pins; pins born after day 42 are not shown.
        eta: how fast attention falls with the position p: $p^{-\\eta}$; 0: all is looked at.
        candidates: C, how many are to be ranked for a request.
        length: k, how many are shown.

    Raises:
        ValueError: eta is negative, not 1 <= length <= candidates <= pins, or the world was made
            with the knob `popularity`.
    """

    def __init__(self, world: World, eta: float = 1.0, candidates: int = 40, length: int = 10):
        needs_own_liking(world)
        self.alive = np.flatnonzero(world.arrays["pin_birth"] < TRAIN_END * DAY)
        if not 0 <= eta < np.inf or not 1 <= length <= candidates <= len(self.alive):
            raise ValueError(
                f"eta must be at least 0 and 1 <= length <= candidates <= {len(self.alive)}; got "
                f"{eta}, {length}, {candidates}"
            )
        self.world, self.size, self.length = world, candidates, length
        self.examination = np.arange(1, length + 1) ** -float(eta)  # (k,)
        a = world.arrays
        self._weights = tastes(a)
        # inside a topic the k-th most shown pin of the past is a candidate k^-.6 times as often
        seen = world.impressions
        past = seen["pin"].to_numpy()[seen["time"].to_numpy() < TRAIN_END * DAY]
        shown = np.bincount(past, minlength=world.num_pins)[self.alive]
        topic = a["pin_topic"][self.alive]
        self._log_share = np.empty(len(self.alive))
        for t in range(NUM_TOPICS):
            at = np.flatnonzero(topic == t)
            order = np.argsort(-shown[at], kind="stable")
            share = np.empty(len(at))
            share[order] = np.arange(1, len(at) + 1) ** -0.6
            self._log_share[at] = np.log(share / share.sum())
        self._topic = topic

    def liking(self, users: np.ndarray, pins: np.ndarray) -> np.ndarray:
        """Return the truth: how likely each user likes each pin once it is looked at; they broadcast."""
        return liking(self.world.arrays, self._weights, users, pins)

    def requests(self, count: int, rng: np.random.Generator) -> Requests:
        """Draw `count` users, all alike, and for each distinct candidates of their topics or any."""
        users = rng.integers(self.world.num_users, size=count)
        parts = []
        for part in np.array_split(users, max(1, count // 500)):
            share = (1 - _EXPLORE) * self._weights[part] + _EXPLORE / NUM_TOPICS
            keys = np.log(share)[:, self._topic] + self._log_share + rng.gumbel(
                size=(len(part), len(self.alive))
            )  # fmt: skip
            parts.append(self.alive[np.argpartition(-keys, self.size - 1, axis=1)[:, : self.size]])
        return Requests(users, np.concatenate(parts))

    def show(
        self,
        asked: Requests,
        scores: np.ndarray,
        rng: np.random.Generator,
        temperature: float = 0.0,
        shuffled: float = 0.0,
    ) -> pd.DataFrame:
        r"""Show the k candidates of the highest scores and return what happened.

        With a temperature τ, k are drawn without replacement from $\mathrm{softmax}(s / \tau)$: the
        k largest of s/τ + Gumbel noise. Then `shown_with` is $1 - \exp(-\exp(s/\tau - \kappa))$, where
        κ is the (k + 1)-th largest: weights 1/shown_with make sums over shown rows, on average, the
        sums over all candidates (Kool, van Hoof, Welling 2019, https://arxiv.org/abs/1903.06059, 4.1).

        Args:
            asked: from `requests`.
            scores: (B, C) finite numbers.
            rng: draws the list, what is looked at, and what is done.
            temperature: 0: the highest scores, `shown_with` is 1 then.
            shuffled: share of the lists whose entries are put into random order before they are shown.

        Returns:
            One row per entry: request, user, pin, position (from 1), shown_with, shuffled, clicked,
            action ("save", "click", "hide" or ""); and the truth, looked and liked.

        Raises:
            ValueError: scores of another shape, or not finite; temperature or shuffled out of range.
        """
        scores = np.asarray(scores, dtype=np.float64)
        if scores.shape != asked.candidates.shape or not np.isfinite(scores).all():
            raise ValueError(f"scores must be finite, {asked.candidates.shape}; got {scores.shape}")
        if not (0 <= temperature < np.inf and 0 <= shuffled <= 1):
            raise ValueError("temperature must be at least 0 and shuffled between 0 and 1")
        B, k = len(scores), self.length
        if temperature:
            scores = scores / temperature
        keys = scores + rng.gumbel(size=scores.shape) if temperature else scores
        order = np.argsort(-keys, axis=1, kind="stable")
        place, row = order[:, :k], np.arange(B)[:, None]
        shown_with = np.ones((B, k))
        if temperature and self.size > k:
            kappa = keys[row, order[:, k : k + 1]]
            shown_with = -np.expm1(-np.exp(np.minimum(scores[row, place] - kappa, 50)))
        mixed = rng.random(B) < shuffled
        turn = np.where(mixed[:, None], rng.random((B, k)).argsort(axis=1), np.arange(k))
        place, shown_with = place[row, turn], shown_with[row, turn]
        users = np.repeat(asked.users, k)
        pins = asked.candidates[row, place].ravel()
        looked = (rng.random((B, k)) < self.examination).ravel()
        liked = rng.random(B * k) < self.liking(users, pins)
        chance = rng.random(B * k)
        action = np.where(liked, np.where(chance < _IF_LIKED, "save", "click"),
                          np.where(chance < _IF_NOT_LIKED, "hide", ""))  # fmt: skip
        return pd.DataFrame({
            "request": np.repeat(np.arange(B), k), "user": users, "pin": pins,
            "position": np.tile(np.arange(1, k + 1), B), "shown_with": shown_with.ravel(),
            "shuffled": np.repeat(mixed, k), "clicked": looked & liked,
            "action": np.where(looked, action, ""), "looked": looked, "liked": liked,
        })  # fmt: skip
