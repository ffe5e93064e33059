"""Exercise 18.5: the policy. It is graded by what people save on sites that nobody has seen before.

Every question is a site of its own, small, made from the question's seed: everybody's saves, and 350 users in their
second visit. It has as many saves a pin as the site of the lesson's experiments, about five: policies come in the
same order there. The truth stays here: an answer gets plain values, in grading in a process that has neither
truth nor seed, and its lists are judged outside.
"""

from __future__ import annotations

import functools
import hashlib

import numpy as np

from graphrec_utils.exercises.core import Exercise, Measured
from graphrec_utils.pinworld import Histories, Simulator, experiments, top
from graphrec_utils.pinworld.simulator import SAVED_IF_LIKED, STAYS, cosines

USERS, PINS, K = 350, 1120, 8
# saves per user, as a share of what item2item makes them save, on 24 sites: shown again 0.40 to 0.54, most saved
# 0.33 to 0.47, users alike 0.97 to 1.05, item2item 1, stored 1.04 to 1.11, divided by a root of saves, too, 0.97 to 1.02
BARS = {
    "more is saved than of what everybody saves": (0.7, 2),
    "as much is saved as with item2item, or nearly": (0.93, 3),
    "more is saved than with item2item": (1.02, 5),
}
FEW = (200, 300)  # users and pins where only the form of an answer is looked at
Where = tuple[int, int, int]  # a site: its seed, users and pins
_asked: dict[bytes, Where] = {}  # the sites of the questions that this process has asked


@functools.lru_cache(maxsize=64)
def _site(seed: int, users: int, pins: int) -> tuple[Simulator, Histories]:
    """Return a site, and its users when they come for the second time."""
    site, seen = Simulator.small(seed, users, pins), []

    def control(histories, k):
        seen.append(histories)
        return site.control(histories, k)

    site.run(control, seed, users, K, visits=2)
    return site, seen[1]


def _inputs(rng, users: int = USERS, pins: int = PINS) -> dict:
    where = int(rng.integers(2**62)), users, pins
    site, now = _site(*where)
    inputs = {
        "past": site.past,
        "saved": now.saved,
        "shown": now.shown,
        "k": int(rng.integers(6, 11)),
    }
    _asked[_mark(inputs)] = where
    return inputs


def _mark(inputs: dict) -> bytes:
    """Return what tells one question's inputs from another's."""
    sha = hashlib.sha256()
    for name in ("past", "saved", "shown"):
        matrix = inputs[name].tocsr()
        sha.update(np.asarray(matrix.indices, "<i8").tobytes())
        sha.update(np.asarray(matrix.indptr, "<i8").tobytes())
    return sha.digest()


def saves(where: Where, lists: np.ndarray) -> np.ndarray:
    """Return how many saves the lists let expect, for each user; what was shown and not saved brings none."""
    site, now = _site(*where)
    rows = np.arange(len(now))[:, None]
    p = site.liking[now.users[:, None], lists]
    p = np.where(now.shown.toarray()[rows, lists] > 0, 0, p)
    reach = np.cumprod(STAYS[0] + (STAYS[1] - STAYS[0]) * p, axis=1)
    reach = np.concatenate([np.ones((len(p), 1)), reach[:, :-1]], axis=1)
    return (reach * p).sum(axis=1) * SAVED_IF_LIKED


@functools.lru_cache(maxsize=256)
def _control(where: Where, k: int) -> np.ndarray:
    site, now = _site(*where)
    return saves(where, top((now.saved @ cosines(site.past)).toarray(), now, k))


def measured(lists: np.ndarray, inputs: dict) -> tuple[float, float]:
    """Return saves as a share of those with item2item, and the standard error of this ratio over users."""
    where = _asked[_mark(inputs)]
    r, error = experiments.ratio(saves(where, lists), _control(where, inputs["k"]), paired=True)
    return r + 1, error


def together(answers: list) -> Measured:
    """Return what lists for several sites are worth: the mean over sites, two standard errors around it."""
    found = np.array([measured(lists, inputs) for lists, inputs in answers])
    lift, error = found[:, 0].mean() - 1, np.sqrt((found[:, 1] ** 2).sum()) / len(found)
    low, high = float(lift - 2 * error), float(lift + 2 * error)
    said = f"{lift:+.1%}, from {low:+.1%} to {high:+.1%}, on {len(found)} sites"
    return Measured("saves against item2item", float(lift), low, high, said)


def _wrong(lists, inputs: dict) -> str:
    _, now = _site(*_asked[_mark(inputs)])
    return experiments.wrong(lists, now, inputs["k"])


def _allowed(got, expected, inputs) -> str | None:
    mine, other = _wrong(got, inputs), _wrong(expected, inputs)
    return None if mine == other else mine or "that is allowed"


def _again(got, expected, inputs) -> str | None:
    mine, other = (len({np.asarray(x).tobytes() for x in answers}) for answers in (got, expected))
    if (mine == 1) == (other == 1):
        return None
    return "the same histories got other lists: it remembers, or draws from a generator that outlives the call"


def _shown_again(lists: np.ndarray, inputs: dict) -> str:
    """Return which share of the places is lost for sure, if it is a tenth or more."""
    shown = inputs["shown"].toarray()[np.arange(len(lists))[:, None], lists] > 0
    if shown.mean() < 0.1:
        return ""
    return f"; {shown.mean():.0%} of your places hold pins that were shown the first time"


def _at_least(bar: float):
    def judge(got, expected, inputs) -> str | None:
        bad = _wrong(got, inputs), _wrong(expected, inputs)
        if any(bad):
            return None if bad[0] == bad[1] else bad[0] or "that is allowed"
        (mine, error), (other, _) = measured(got, inputs), measured(expected, inputs)
        if mine >= bar and other >= bar:
            return None
        if (mine >= bar) == (other >= bar) and (got == expected).mean() > 0.97:
            return None
        return (
            f"saves against item2item {mine - 1:+.1%}, from {mine - 1 - 2 * error:+.1%} to "
            f"{mine - 1 + 2 * error:+.1%}; needed {bar - 1:+.0%}{_shown_again(got, inputs)}"
        )

    return judge


ex = Exercise(
    "18.5",
    "recommend",
    points=10,
    branch=True,
    hints=(
        "What do users who come back not want to see again? Try the simplest generator first, and look which "
        "claims of the check it meets.",
        "Item2item with saved and shown pins at -inf is nearly enough. Of what it trusts some rests on two saves: "
        "shrink the cosines of few. And measure each change alone: not every step away from what is popular pays.",
        "From `G = past.T @ past`, dense: cosines times `G / (G + 10)`, 0 on the diagonal, "
        "`saved @` that, `-inf` where saved or shown, the k largest.",
    ),
)


@ex.solution
def recommend(past, saved, shown, k):
    G = (past.T @ past).toarray().astype(float)
    degree = np.maximum(G.diagonal(), 1)
    near = G / np.sqrt(np.outer(degree, degree)) * G / (G + 10)
    np.fill_diagonal(near, 0)
    scores = saved @ near
    scores[(saved.toarray() > 0) | (shown.toarray() > 0)] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


ex.measures(together)
ex.claim("k pins for each user, none twice, none saved before", lambda rng: _inputs(rng, *FEW), 0,
         judge=_allowed)  # fmt: skip
ex.claim(
    "the same histories always get the same lists", lambda rng: _inputs(rng, *FEW) | {"k": K}, 0,
    run="call eight times", judge=_again,
)  # fmt: skip
for _sentence, (_bar, _weight) in BARS.items():
    ex.claim(_sentence, _inputs, _weight, judge=_at_least(_bar))


SHRUNK = " * G / (G + 10)"
SCORES = "scores = saved @ near"
OUT = "scores[(saved.toarray() > 0) | (shown.toarray() > 0)] = -np.inf"
BEST = 'np.argsort(-scores, axis=1, kind="stable")[:, :k]'
COUNTS = "scores = np.tile(np.asarray(past.sum(axis=0), float).ravel(), (saved.shape[0], 1))"

# fmt: off
ex.slip("you show again what was shown and not saved: who did not like it yesterday does not like "
        "it today",
        OUT, "scores[saved.toarray() > 0] = -np.inf", hint=True)
ex.slip("plain cosines: a cosine that rests on two saves counts as much as one that rests on fifty",
        SHRUNK, "")
ex.slip("your scores are divided by how often a pin was saved once more: a cosine does that "
        "already, and what everybody likes is also liked by those who are here",
        SHRUNK, SHRUNK + " / np.sqrt(degree)")
ex.slip("what a user has saved stands in her lists again: those saves were won long ago, nobody "
        "can win them twice",
        "-scores", "scores", hint=True)
ex.slip("everybody gets what most people saved: taste has no part in it", SCORES, COUNTS)
ex.slip("a list holds one pin k times: the second time it brings nothing",
        SCORES, COUNTS,
        BEST, 'np.repeat(np.argsort(-scores, axis=1, kind="stable")[:, :1], k, axis=1)')
ex.slip("your scores are sorted upwards: these are the pins that fit least",
        SHRUNK, "", SCORES, "scores = -(saved @ near)")
ex.slip("you look for users like this one in `past` by row: rows of `saved` are users who are "
        "here, and they are not in its order",
        SHRUNK, "", SCORES, "scores = np.roll(saved.toarray(), 1, axis=0) @ near")
ex.slip("a list holds an id that is no pin: they are 0 to n - 1", BEST, BEST + " + past.shape[1]")
ex.slip("plain cosines, and pins that were shown and not saved are shown again: who did not like "
        "them yesterday does not like them today",
        SHRUNK, "", OUT, "scores[saved.toarray() > 0] = -np.inf")
