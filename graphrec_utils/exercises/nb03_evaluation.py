"""Claims and mistakes of lesson 03: a metric on sampled negatives (03.6) and how it errs (03.7)."""

from __future__ import annotations

import numpy as np
from scipy import stats

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb03_sampling import repeats

# ---------------------------------------------------------------- 03.6

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
            "you make a generator with a fixed seed: then three seeds of your experiment measure "
            "the same thing. Use `rng`",
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

# ---------------------------------------------------------------- 03.7

MARGIN = 0.05


def reversal(num_users, num_items, num_negatives, top):
    half = (num_users + 1) // 2
    ranks_b = np.where(np.arange(num_users) < half, 1, num_items)
    return np.full(num_users, top + 1), ranks_b


def _world(num_items, num_negatives, top, num_users=100):
    """The numbers of a world; `rng` shifts the catalog a little."""

    def inputs(rng) -> dict:
        return {
            "num_users": num_users,
            "num_items": num_items + int(rng.integers(50)),
            "num_negatives": num_negatives,
            "top": top,
        }

    return inputs


def _rates(ranks, inputs) -> tuple[float, float]:
    """Return (hit rate of full ranking, expected hit rate on sampled negatives)."""
    n, S, top = inputs["num_items"], inputs["num_negatives"], inputs["top"]
    ranks = np.clip(ranks, 1, n)  # `_in_range` judges ranks outside
    sampled = stats.hypergeom.cdf(top - 1, n - 1, ranks - 1, S)
    return float((ranks <= top).mean()), float(sampled.mean())


def _winner(a: float, b: float) -> str:
    return "A" if a > b + MARGIN else "B" if b > a + MARGIN else "nobody"


def _reversed(got, expected, inputs) -> str | None:
    """Both metrics must name the same winners as in the other answer: B in full, A sampled."""
    if problem := _in_range(got, expected, inputs):
        return problem

    def winners(ranks):
        (full_a, sampled_a), (full_b, sampled_b) = (_rates(r, inputs) for r in ranks)
        return _winner(full_a, full_b), _winner(sampled_a, sampled_b)

    if winners(got) == winners(expected):
        return None
    (full_a, sampled_a), (full_b, sampled_b) = (_rates(r, inputs) for r in got)
    return (
        f"in yours full ranking gives A {full_a:.2f} and B {full_b:.2f}, sampled negatives give "
        f"A {sampled_a:.2f} and B {sampled_b:.2f}"
    )


def _in_range(got, expected, inputs) -> str | None:
    def outside(ranks):
        return [bool((r < 1).any() or (r > inputs["num_items"]).any()) for r in ranks]

    if outside(got) == outside(expected):
        return None
    low, high = min(r.min() for r in got), max(r.max() for r in got)
    return f"ranks run from 1 to {inputs['num_items']:,}; yours run from {low} to {high}"


def _ranks_of(a, b):
    """Return an answer whose ranks of A are all a(n, top), and B's alternate between two."""

    def answer(num_users, num_items, num_negatives, top):
        first, second = b(num_items, top)
        ranks_b = np.where(np.arange(num_users) % 2 == 0, first, second)
        return np.full(num_users, a(num_items, top)), ranks_b

    return answer


EX_7 = Exercise(
    id="03.7",
    function="reversal",
    points=2,
    reference=reversal,
    claims=(
        Claim("2,000 items, 99 negatives, top 10", _world(2000, 99, 10), judge=_reversed),
        Claim("500 items, 50 negatives, top 5", _world(500, 50, 5), judge=_reversed),
        Claim("20,000 items, 99 negatives, top 20", _world(20_000, 99, 20), judge=_reversed),
    ),
    mistakes=(
        Mistake(
            "A and B swapped",
            lambda *a: reversal(*a)[::-1],
            "you have them the wrong way round: full ranking shall prefer B, sampled negatives A",
        ),
        Mistake(
            "A is in the top itself",
            _ranks_of(lambda n, top: top, lambda n, top: (1, n)),
            "your A is within the top of full ranking, too, so both metrics prefer it: move its "
            "item out of there",
        ),
        Mistake(
            "A is too deep",
            _ranks_of(lambda n, top: n // 2, lambda n, top: (1, n)),
            "your A is so deep that a handful of drawn negatives beats it, too: a rank just "
            "outside the top is enough",
        ),
        Mistake(
            "B is perfect",
            _ranks_of(lambda n, top: top + 1, lambda n, top: (1, 1)),
            "your B leaves nothing for A to win: the sampled metric gives both the full rate. B "
            "must also lose, and badly, for some users",
        ),
        Mistake(
            "B always just misses",
            _ranks_of(lambda n, top: top + 1, lambda n, top: (top + 1, n)),
            "too few test items of your B are in the top, so full ranking sees no winner",
        ),
        Mistake(
            "ranks from 0",
            _ranks_of(lambda n, top: top, lambda n, top: (0, n - 1)),
            "your ranks count from 0; rank 1 is the first place",
        ),
        Mistake(
            "for one catalog only",
            lambda num_users, *_: (
                np.full(num_users, 11),
                np.where(np.arange(num_users) % 2, 1, 2000),
            ),
            "your ranks are written for a top of 10 in 2,000 items: let them follow the arguments",
        ),
    ),
    hints=(
        "At which ranks do the two curves of the figure above differ most?",
        "Sampled negatives hardly notice whether an item has rank 2 or 50 of 2,000, full ranking "
        "sees nothing else. So let A be always a little outside the top.",
        "A: rank `top + 1` for everybody. B: rank 1 for half of the users, `num_items` for the rest.",
    ),
)

EXERCISES = (EX_6, EX_7)
