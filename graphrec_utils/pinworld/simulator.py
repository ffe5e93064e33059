r"""People who see lists, act, and come back: what a site is, for a policy that chooses the lists.

A policy is a function `recommend(histories, k)`: who is here and what they did, (B, k) pins to show.

    site = Simulator.of_world(pinworld.load("small"))
    log = site.run(site.control, seed=1)               # 1,000 users, up to six visits each

A user looks at a list from its top. Each pin is liked or not, with the probability that the world
knows (`feed.liking`), and the same pin is liked by the same user whenever it is shown. Of what is
liked 45 % are saved, once; of what is not, 8 % are hidden. After a pin that is not liked one user of eight leaves
the list. Who saved something is more likely to come back, who hid something is less.

Chance is a function of seed, user and pin, not a stream: two policies that show the same pin to the
same user get the same answer. So every user can live twice, once with each policy ("twins").
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from graphrec_utils.pinworld import feed
from graphrec_utils.pinworld.entities import NUM_TOPICS, make_authors, make_pins, make_users, zipf

SAVED_IF_LIKED, HIDDEN_IF_NOT = 0.45, 0.08
STAYS = (0.88, 0.97)  # after a pin that is not liked, that is
LATEST = 20  # saves that a history keeps in their order


@dataclass(frozen=True)
class Histories:
    """What a policy knows of the B users who are here.

    Attributes:
        users: (B,) ids.
        saved: (B, n) sparse ones: all that a user has saved, before and now.
        shown: (B, n) sparse counts: how often a pin was in a list of these visits.
        hidden: (B, n) sparse ones: what a user has hidden in these visits.
        latest: (B, 20) the latest saves, the last one at the end; -1 in front where there are fewer.
    """

    users: np.ndarray
    saved: sp.csr_array
    shown: sp.csr_array
    hidden: sp.csr_array
    latest: np.ndarray

    def __len__(self) -> int:
        """Return B."""
        return len(self.users)


Policy = Callable[[Histories, int], np.ndarray]


class Caught(Exception):
    """A policy did what no policy may; the text is a sentence about it."""


class Simulator:
    """A site: what was saved until now is known, what people like is not.

    Args:
        liking: (m, n) probabilities that a user likes a pin: the truth, hidden from policies.
        past: (m, n) sparse, what was saved before; its times decide the order in `latest`.
        creators: (n,) who made each pin, -1 for nobody.
        seed: of the world; hidden from policies.

    Attributes:
        past: the saves that a policy may learn from, ones.
        runs: what `experiments` remember of the control.
        control: the policy that every other is compared with, item2item: cosines of the columns of `past`.
    """

    def __init__(self, liking: np.ndarray, past: sp.csr_array, creators: np.ndarray, seed: int = 0):
        if liking.shape != past.shape or creators.shape != (past.shape[1],):
            raise ValueError(f"liking and past must be (m, n), creators (n,); got {liking.shape}, "
                             f"{past.shape}, {creators.shape}")  # fmt: skip
        self._blind, self.runs = False, {}
        self.__liking, self.__seed = liking, seed
        self._latest = _latest(past)
        self.past = sp.csr_array(
            (np.ones(past.nnz, np.float32), past.indices, past.indptr), past.shape
        )
        self.creators = creators
        together = cosines(self.past)
        self.control: Policy = lambda seen, k: top((seen.saved @ together).toarray(), seen, k)

    @classmethod
    def of_world(cls, world) -> Simulator:
        """Return the site of a world's users and pins after day 56.

        Raises:
            ValueError: the world was made with the knob `popularity`.
        """
        feed.needs_own_liking(world)
        a, (m, n) = world.arrays, (world.num_users, world.num_pins)
        weights, pins = feed.tastes(a), np.arange(n)
        rows = [feed.liking(a, weights, u[:, None], pins) for u in np.array_split(np.arange(m), 20)]
        saves = world.interactions(("save",))
        first = np.lexsort((saves.times, saves.items, saves.users))
        pair = saves.users[first].astype(np.int64) * n + saves.items[first]
        first = first[np.r_[True, pair[1:] != pair[:-1]]]
        times = (saves.times[first] + 1.0, (saves.users[first], saves.items[first]))
        past = sp.csr_array(times, shape=(m, n))
        return cls(np.concatenate(rows).astype(np.float32), past,
                   world.pins["creator"].to_numpy(), world.seed)  # fmt: skip

    @classmethod
    def small(cls, seed: int, users: int = 300, pins: int = 840, saves: int = 15) -> Simulator:
        """Return a site of its own, made in a hundredth of a second: no world, no sessions, no content."""
        rng = np.random.default_rng(seed)
        popularity = zipf(rng, NUM_TOPICS, 0.5)
        arrays = make_authors(rng, pins / 7000, popularity)
        arrays |= make_pins(rng, pins / 7000, popularity, arrays)
        arrays |= make_users(rng, users / 2500, popularity)
        m, n = len(arrays["user_style"]), len(arrays["pin_style"])
        taste = feed.tastes(arrays)
        liking = feed.liking(arrays, taste, np.arange(m)[:, None], np.arange(n))
        seen = (0.9 * taste + 0.1 / NUM_TOPICS)[:, arrays["pin_topic"]]  # what they came across
        seen = np.log(seen) + 0.5 * np.log(arrays["pin_popularity"])
        keys = 1.5 * np.log(liking) + seen + rng.gumbel(size=(m, n))
        count = np.clip(rng.poisson(saves * arrays["user_activity"]), 3, n // 4)
        order = np.argsort(-keys, axis=1, kind="stable")[:, : count.max()]
        row, place = np.nonzero(np.arange(count.max()) < count[:, None])
        when = rng.permutation(len(row)) + 1.0
        past = sp.csr_array((when, (row, order[row, place])), shape=(m, n))
        return cls(liking.astype(np.float32), past, arrays["pin_creator"], seed)

    @property
    def liking(self) -> np.ndarray:
        """The truth, (m, n): to judge with. A policy that reads it is caught."""
        self._watch("it reads hidden columns: what users like is for them to know")
        return self.__liking

    @property
    def seed(self) -> int:
        """The seed of the world. A policy that reads it is caught."""
        self._watch("it reads the seed: whoever knows it can compute what users will do")
        return self.__seed

    def _watch(self, sentence: str) -> None:
        if self._blind:
            self._blind = sentence  # stays, should the policy swallow the exception
            raise Caught(sentence)

    @contextlib.contextmanager
    def blind(self) -> Iterator[None]:
        """Catch whoever reads the truth or the seed, or runs the site, in the `with` block."""
        self._blind = True
        try:
            yield
            if self._blind is not True:
                raise Caught(self._blind)
        finally:
            self._blind = False

    def run(
        self, ask: Policy, seed: int, users: np.ndarray | int = 1000, k: int = 10, visits: int = 5
    ) -> Log:
        """Let users live with a policy.

        Args:
            ask: the policy; what it returns is not checked here, see `experiments`.
            seed: of everything that happens.
            users: ids, or how many, drawn by the seed.
            k: length of the lists.
            visits: each user comes at most so often.
        """
        self._watch("it runs the site itself, to see what users will do")
        m, n = self.past.shape
        if not isinstance(users, np.ndarray):
            users = np.sort(np.random.default_rng(seed).choice(m, min(users, m), replace=False))
        U, rows = len(users), np.arange(len(users))
        log = Log(np.zeros((3, U), int), np.zeros(U), np.zeros(n, int))
        old, zero = self.past[users], sp.csr_array((U, n), dtype=np.float32)
        new, shown, hidden, latest = zero, zero, zero, self._latest[users]
        known = zero  # what was looked at: whether it is liked is decided from then on
        here, chance = np.ones(U, bool), np.ones(U)
        for visit in range(visits):  # those who do not come back are asked for as well: see Log
            saved = old + new
            lists = ask(Histories(users, saved, shown, hidden, latest), k)
            looked, saves, hides, expected = self._react(users, lists, saved, known, seed, visit)
            new, hidden, known, shown = (
                x + _marks(rows, lists, y, x.shape)
                for x, y in ((new, saves), (hidden, hides), (known, looked), (shown, np.ones_like(saves)))
            )  # fmt: skip
            latest = _append(latest, lists, saves)
            log.counts[:] += here * [saves.sum(1), hides.sum(1), np.ones(U, int)]
            log.expected[:] += chance * expected
            log.shown[:] += np.bincount(lists[here].ravel(), minlength=n)
            back = 0.6 + 0.3 * (1 - 0.5 ** saves.sum(1)) - 0.2 * hides.any(1)
            here = here & (_uniform(seed, 4 + 8 * visit, users, np.zeros(1)) < back)
            chance = chance * back
        return log

    def _react(
        self, users: np.ndarray, lists: np.ndarray, saved: sp.csr_array, known: sp.csr_array,
        seed: int, visit: int,
    ):  # fmt: skip
        """Return what is looked at, saved and hidden, (B, k), and how many saves were to be expected, (B,).

        Args:
            users: (B,) who is here.
            lists: (B, k) what they are shown.
            saved: (B, n) what they have saved; nobody saves a pin twice.
            known: (B, n) what they have looked at before: no chance is left in whether they like it.
            seed, visit: of chance.
        """
        who = users[:, None]
        p, decided, free = self.__liking[who, lists], _holds(known, lists), ~_holds(saved, lists)
        liked = _uniform(seed, 0, who, lists) < p
        stays = _uniform(seed, 1 + 8 * visit, who, np.arange(lists.shape[1]))
        on = np.cumprod(stays < np.where(liked, STAYS[1], STAYS[0]), axis=1, dtype=bool)
        looked = np.concatenate([np.ones((len(users), 1), bool), on[:, :-1]], axis=1)
        acts = _uniform(seed, 2, who, lists)
        likely = np.where(decided, liked, p)
        reach = np.cumprod(STAYS[0] + (STAYS[1] - STAYS[0]) * likely, axis=1)
        reach = np.concatenate([np.ones((len(users), 1)), reach[:, :-1]], axis=1)
        return (
            looked,
            looked & liked & free & (acts < SAVED_IF_LIKED),
            looked & ~liked & (acts < HIDDEN_IF_NOT),
            (reach * p * (free & ~decided)).sum(axis=1) * SAVED_IF_LIKED,
        )


@dataclass(frozen=True)
class Log:
    """What happened.

    Attributes:
        counts: (3, U) saves, hides and visits of each user.
        expected: (U,) saves that a user's lists let expect, given what she did with earlier lists: the chance
            to be looked at, liked and saved, times the chance that she is still there. A pin that she looked
            at before brings nothing: had she wanted it, she would have saved it then. The same mean as of saves, whatever
            is shown, and much less noise.
        shown: (n,) how often each pin was shown.
    """

    counts: np.ndarray
    expected: np.ndarray
    shown: np.ndarray


def top(scores: np.ndarray, histories: Histories, k: int, again: bool = False) -> np.ndarray:
    """Return the (B, k) pins of the highest scores that each user has not saved.

    Args:
        scores: (B, n), no NaN.
        histories: whose saves are left out.
        again: False: what was shown in an earlier visit, and not saved, comes after everything else.
            Who did not like a pin will not like it tomorrow.

    Raises:
        ValueError: scores of another shape, NaN among them, or fewer than k pins left for a user.
    """
    scores = np.array(scores, dtype=np.float32)
    if scores.shape != histories.saved.shape:
        raise ValueError(f"scores must be {histories.saved.shape}; got {scores.shape}")
    if np.isnan(scores).any():
        raise ValueError("the scores hold NaN: no order follows from them")
    if not again:
        row, pin = histories.shown.nonzero()
        span = float(np.ptp(scores[np.isfinite(scores)])) + 1 if np.isfinite(scores).any() else 1
        scores[row, pin] -= span
    row, pin = histories.saved.nonzero()
    scores[row, pin] = -np.inf
    if (left := np.isfinite(scores).sum(axis=1).min(initial=k)) < k:
        raise ValueError(f"a user has {left} pins left to be shown, fewer than {k}")
    best = (
        np.argpartition(-scores, k - 1, axis=1)[:, :k]
        if k < scores.shape[1]
        else np.argsort(-scores)
    )
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def _uniform(seed: int, stream: int, users: np.ndarray, pins: np.ndarray) -> np.ndarray:
    """Return numbers in [0, 1) that depend on these four and on nothing else (splitmix64)."""
    with np.errstate(over="ignore"):
        x = np.uint64((int(seed) * 1_000_003 + stream) % 2**64)
        for part in (users, pins):
            x = x * np.uint64(0x9E3779B97F4A7C15) + np.asarray(part).astype(np.uint64)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(11)) * 2.0**-53


def _marks(rows: np.ndarray, lists: np.ndarray, mark: np.ndarray, shape: tuple) -> sp.csr_array:
    row, place = np.nonzero(mark)
    ones = np.ones(len(row), np.float32)
    return sp.csr_array((ones, (rows[row], lists[row, place])), shape=shape)


def _holds(marks: sp.csr_array, lists: np.ndarray) -> np.ndarray:
    """Return (B, k): whether row b marks the pins of list b."""
    row = np.repeat(np.arange(len(lists)), lists.shape[1])
    return np.asarray(sp.csr_matrix(marks)[row, lists.ravel()]).reshape(lists.shape) > 0


def _append(latest: np.ndarray, lists: np.ndarray, saves: np.ndarray) -> np.ndarray:
    """Return the latest saves after those of this visit, the entries of -1 in front."""
    both = np.concatenate([latest, np.where(saves, lists, -1)], axis=1)
    return np.take_along_axis(both, np.argsort(both >= 0, axis=1, kind="stable"), 1)[:, -LATEST:]


def cosines(past: sp.csr_array) -> sp.csr_array:
    """Return (n, n) cosines of the columns of a matrix of ones, the diagonal 0."""
    length = np.sqrt(np.maximum(np.asarray(past.sum(axis=0)).ravel(), 1))
    X = past @ sp.diags_array(1 / length)
    S = sp.csr_array(X.T @ X)
    S.setdiag(0)
    return S.astype(np.float32)


def _latest(past: sp.csr_array) -> np.ndarray:
    """Return (m, LATEST): the pins of each row in the order of their values, -1 in front."""
    out = np.full((past.shape[0], LATEST), -1)
    for u, (start, stop) in enumerate(zip(past.indptr[:-1], past.indptr[1:], strict=True)):
        own = past.indices[start:stop][np.argsort(past.data[start:stop], kind="stable")][-LATEST:]
        out[u, LATEST - len(own) :] = own
    return out
