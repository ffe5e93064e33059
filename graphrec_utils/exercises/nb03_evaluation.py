"""Claims and mistakes of exercise 03.6: a metric on sampled negatives."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import close, repeats
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

TOLERANCE = 0.08  # between two runs; 500 users, some of whom hit or miss by chance


def sampled_hits(scores, targets, seen, num_negatives, top, rng):
    return _hits(scores, targets, seen, num_negatives, top, rng)


def _hits(scores, targets, seen, num_negatives, top, rng, **other):
    """Return the hits; `other` turns them into those of one of the mistakes."""
    rows = np.arange(len(targets))
    num_negatives -= bool(other.get("fewer"))
    free = np.ones_like(seen) if other.get("with seen") else ~seen
    if not other.get("target"):
        free = free & (np.arange(scores.shape[1]) != targets[:, None])
    drawn = free
    if other.get("repeats"):
        cdf = free.cumsum(axis=1) / free.sum(axis=1, keepdims=True)
        r = rng.random((len(rows), num_negatives))
        picked = (r[:, :, None] >= cdf[:, None, :]).sum(axis=2)
        drawn = np.zeros(free.shape, dtype=int)
        np.add.at(drawn, (rows[:, None], picked), 1)
    elif other.get("dropped"):
        keys = rng.random(free.shape)
        limit = np.partition(keys, num_negatives, axis=1)[:, num_negatives, None]
        drawn = free & (keys < limit)
    elif not other.get("all"):
        keys = np.where(free, rng.random(free.shape), 2.0)
        limit = np.partition(keys, num_negatives, axis=1)[:, num_negatives, None]
        drawn = free & (keys < limit)
    own = scores[rows, targets][:, None]
    better = scores > own if other.get("ties") else scores >= own
    ahead = (drawn * better).sum(axis=1)
    hits = ahead <= top if other.get("late") else ahead < top
    return hits / (top if other.get("per place") else 1.0)


def _users(rng, n, num_seen, num_negatives, top, users=500, lift=0.0) -> dict:
    """Scores in which the targets stand higher than chance; seen items are lifted."""
    scores = rng.normal(size=(users, n))
    order = np.argsort(rng.random((users, n)), axis=1)
    targets = order[:, -1]
    seen = np.zeros((users, n), dtype=bool)
    seen[np.arange(users)[:, None], order[:, :num_seen]] = True
    scores[np.arange(users), targets] += 1
    return {
        "scores": scores + lift * seen,
        "targets": targets,
        "seen": seen,
        "num_negatives": num_negatives,
        "top": top,
        "rng": Rng(int(rng.integers(2**31))),
    }


def _all_negatives(rng) -> dict:
    return _users(rng, 16, 3, 12, 3)


def _no_opinion(rng) -> dict:
    """Half of the users get the same score for everything, the other half a perfect one."""
    inputs = _users(rng, 14, 2, 6, 3, users=40)
    inputs["scores"][::2] = 0.5
    inputs["scores"][1::2] = 0.0
    inputs["scores"][np.arange(1, 40, 2), inputs["targets"][1::2]] = 1.0
    return inputs


def _about(got, expected, inputs) -> str | None:
    """Compare what values there are, and their means."""
    odd = np.setdiff1d(got, [0, 1])
    if not np.array_equal(odd, np.setdiff1d(expected, [0, 1])):
        return f"a hit is 1 and a miss 0; yours holds {odd[0]:.3g}" if len(odd) else "0 and 1 only"
    if abs(got.mean() - expected.mean()) <= TOLERANCE:
        return None
    many = "many" if got.mean() > expected.mean() else "few"
    return f"too {many} of the users hit in yours, {got.mean():.3f} of them"


def _exact(got, expected, inputs) -> str | None:
    """Where all others are negatives nothing is left to chance, unless the answer is wrong."""
    full = _hits(*list(inputs.values())[:5], None, all=True)
    return close(got, expected) if close(expected, full) is None else _about(got, expected, inputs)


def _mistake(name: str, kind: str, sentence: str) -> Mistake:
    return Mistake(name, lambda *a: _hits(*a, **{kind: True}), sentence)


EX_6 = Exercise(
    id="03.6",
    function="sampled_hits",
    points=3,
    reference=sampled_hits,
    claims=(
        Claim("with all other items as negatives it is full ranking", _all_negatives, judge=_exact),
        Claim("with 10 negatives of 54", lambda g: _users(g, 60, 5, 10, 2), judge=_about),
        Claim("a single negative, top 1", lambda g: _users(g, 60, 5, 1, 1), judge=_about),
        Claim(
            "items seen in train are no negatives, however high they score",
            lambda g: _users(g, 40, 20, 10, 2, lift=5),
            judge=_about,
        ),
        Claim(
            "the test item is not one of its own negatives",
            lambda g: _users(g, 10, 4, 4, 1),
            judge=_about,
        ),
        Claim("equal scores count against the test item: no opinion, no hit", _no_opinion),
        Claim(
            "all chance comes from the given generator",
            lambda g: _users(g, 60, 5, 10, 2),
            0,
            "call with seeds",
            judge=repeats,
        ),
    ),
    mistakes=(
        _mistake(
            "full ranking",
            "all",
            "you ranked against all items: this metric ranks against num_negatives drawn ones, and "
            "the two must never share a name",
        ),
        _mistake(
            "the test item among its negatives",
            "target",
            "the test item can be drawn as its own negative in yours: leave it out before you draw",
        ),
        _mistake(
            "seen items among the negatives",
            "with seen",
            "items seen in train are among your negatives: a good model scores them high, and is "
            "punished for it",
        ),
        _mistake(
            "drawn with replacement",
            "repeats",
            "some of your negatives are drawn twice: draw without replacement",
        ),
        _mistake(
            "dropped after drawing",
            "dropped",
            "you drew from all items and dropped the forbidden ones: fewer than num_negatives are "
            "left. Exclude them before you draw",
        ),
        _mistake(
            "one negative less",
            "fewer",
            "you draw one negative less: the test item comes in addition to them",
        ),
        _mistake(
            "ties count as won",
            "ties",
            "a model that gives every item the same score hits each time in yours: count a "
            "negative with an equal score as ahead",
        ),
        _mistake(
            "one place too many",
            "late",
            "you count a hit with `top` negatives ahead: the test item is then at place top + 1",
        ),
        _mistake(
            "divided by top",
            "per place",
            "you divided by top: that is a precision. A hit counts 1",
        ),
        Mistake(
            "a generator of its own",
            lambda s, t, seen, k, top, rng: _hits(s, t, seen, k, top, np.random.default_rng()),
            "you draw from a generator of your own: use `rng`, or nobody can repeat your number",
        ),
        Mistake(
            "a fixed seed",
            lambda s, t, seen, k, top, rng: _hits(s, t, seen, k, top, np.random.default_rng(0)),
            "your negatives do not depend on `rng`, by a fixed seed or a fixed choice: then three "
            "seeds of your experiment measure the same thing",
        ),
    ),
    hints=(
        "For one user: which items may be drawn? Two groups of items may not.",
        "Draw with `rng.choice(candidates, num_negatives, replace=False)`; count the drawn items whose "
        "score is at least the target's. Fewer than `top` of them means a hit.",
        "For each user: `free = ~seen[u]`, `free[targets[u]] = False` (on a copy), draw from "
        "`np.flatnonzero(free)`, `ahead = (scores[u, drawn] >= scores[u, targets[u]]).sum()`. "
        "Collect 1.0 or 0.0.",
    ),
)
