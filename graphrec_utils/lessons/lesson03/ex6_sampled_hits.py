"""Exercise 03.6: a metric on sampled negatives."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import close, repeats
from graphrec_utils.exercises.core import Exercise

TOLERANCE = 0.08  # between two runs: with 800 users five standard errors and more


def _hits_of_all(scores, targets, seen, top) -> np.ndarray:
    """Return the hits where all other items that are not seen are negatives."""
    own = scores[np.arange(len(targets)), targets][:, None]
    ahead = (scores >= own) & ~seen & (np.arange(scores.shape[1]) != targets[:, None])
    return (ahead.sum(axis=1) < top) * 1.0


def _users(rng, n, num_seen, num_negatives, top, users=800, lift=0.0) -> dict:
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


def _about(got, expected, inputs) -> str | None:
    """Compare what values there are, and their means."""
    odd, other = (np.setdiff1d(x, [0, 1]) for x in (got, expected))
    if min(len(odd), 2) != min(len(other), 2):  # none, one value for all, many
        return f"a hit is 1 and a miss 0; yours holds {odd[0]:.3g}" if len(odd) else "0 and 1 only"
    if abs(got.mean() - expected.mean()) <= TOLERANCE * max(1, abs(expected.mean())):
        return None
    many = "many" if got.mean() > expected.mean() else "few"
    return f"too {many} of the users hit in yours, {got.mean():.3f} of them"


ex = Exercise(
    "03.6",
    "sampled_hits",
    points=3,
    branch=True,
    hints=(
        "For one user: which items may be drawn? Two groups of items may not.",
        "Draw with `rng.choice(candidates, num_negatives, replace=False)`; count the drawn items whose "
        "score is at least the target's. Fewer than `top` of them means a hit.",
        "For each user: `free = ~seen[u]`, `free[targets[u]] = False` (on a copy), draw from "
        "`np.flatnonzero(free)`, `ahead = (scores[u, drawn] >= scores[u, targets[u]]).sum()`. "
        "Collect 1.0 or 0.0.",
    ),
)


@ex.solution
def sampled_hits(scores, targets, seen, num_negatives, top, rng):
    hits = np.zeros(len(targets))
    for row, target in enumerate(targets):
        free = ~seen[row]
        free[target] = False
        drawn = rng.choice(np.flatnonzero(free), num_negatives, replace=False)
        hits[row] = (scores[row, drawn] >= scores[row, target]).sum() < top
    return hits


def _all_negatives(rng) -> dict:
    return _users(rng, 16, 3, 12, 3)


def _exact(got, expected, inputs) -> str | None:
    """Where all others are negatives nothing is left to chance, unless the answer is wrong."""
    full = _hits_of_all(*(inputs[name] for name in ("scores", "targets", "seen", "top")))
    return close(got, expected) if close(expected, full) is None else _about(got, expected, inputs)


ex.claim("with all other items as negatives it is full ranking", _all_negatives, judge=_exact)


ex.claim("with 10 negatives of 54", lambda g: _users(g, 60, 5, 10, 2), judge=_about)
ex.claim("a single negative, top 1", lambda g: _users(g, 60, 5, 1, 1), judge=_about)
ex.claim(
    "items seen in train are no negatives, however high they score",
    lambda g: _users(g, 200, 100, 10, 2, lift=5),
    judge=_about,
)
ex.claim(
    "the test item is not one of its own negatives",
    lambda g: _users(g, 6, 2, 1, 1),
    judge=_about,
)


def _twins(rng) -> dict:
    """All users are alike, and about half of their draws are lucky."""
    inputs = _users(rng, 40, 5, 10, 3)
    for name in ("scores", "targets", "seen"):
        inputs[name] = np.repeat(inputs[name][:1], 800, axis=0)
    place = inputs["scores"][0].argsort()[-int(rng.integers(10, 13))]
    inputs["seen"][:, place], inputs["targets"][:] = False, place
    return inputs


def _own_draws(got, expected, inputs) -> str | None:
    """Twins that all hit or all miss were served by one draw."""
    mine, other = (0.02 < x.mean() < 0.98 for x in (got, expected))
    if mine == other:
        return None
    return "users who are alike all have the same luck in yours" if other else "they do not here"


ex.claim("every user has draws of their own", _twins, judge=_own_draws)


def _no_opinion(rng) -> dict:
    """Some users get the same score for everything, the others a perfect one."""
    inputs = _users(rng, 14, 2, 5, 3, users=40)  # half of 5 ties would be a hit
    perfect = np.flatnonzero(rng.random(40) < 0.5)
    inputs["scores"][:] = 0.5
    inputs["scores"][perfect] = 0.0
    inputs["scores"][perfect, inputs["targets"][perfect]] = 1.0
    return inputs


def _who_hits(got, expected, inputs) -> str | None:
    """Users with a perfect score all hit, those with equal scores never; some is neither."""
    perfect = inputs["scores"].max(axis=1) == 1

    def kinds(hits) -> list[str]:
        shares = [hits[group].mean() for group in (perfect, ~perfect)]
        return ["all" if x == 1 else "none" if x == 0 else "some" for x in shares]

    mine, other = kinds(got), kinds(expected)
    if mine == other:
        return None
    return (
        f"of users with equal scores {mine[1]} hit in yours, of those with a perfect one {mine[0]}"
    )


ex.claim(
    "equal scores count against the test item: no opinion, no hit",
    _no_opinion,
    judge=_who_hits,
)


ex.claim(
    "all chance comes from the given generator",
    lambda g: _users(g, 60, 5, 10, 2),
    0,
    "call with seeds",
    judge=repeats,
)

DRAWN = "rng.choice(np.flatnonzero(free), num_negatives, replace=False)"
START = "hits = np.zeros(len(targets))"
AHEAD = "(scores[row, drawn] >= scores[row, target]).sum()"

# fmt: off
ex.slip("you ranked against all items: this metric ranks against num_negatives drawn ones, and "
        "the two must never share a name",
        DRAWN, "np.flatnonzero(free)")
ex.slip("the test item can be drawn as its own negative in yours: leave it out before you draw",
        "free[target] = False", "free[target] = True", hint=True)
ex.slip("items seen in train are among your negatives: a good model scores them high, and is "
        "punished for it",
        "~seen[row]", "np.ones(scores.shape[1], dtype=bool)", hint=True)
ex.slip("some of your negatives are drawn twice: draw without replacement",
        ", replace=False", "", hint=True)
ex.slip("you drew from all items and dropped the forbidden ones: fewer than num_negatives are "
        "left. Exclude them before you draw",
        DRAWN, "rng.permutation(scores.shape[1])[:num_negatives]\ndrawn = drawn[free[drawn]]")
ex.slip("you draw one negative less: the test item comes in addition to them",
        "num_negatives, replace", "num_negatives - 1, replace")
ex.slip("a model that gives every item the same score hits each time in yours: count a negative "
        "with an equal score as ahead",
        ">=", ">")
ex.slip("you count a hit with `top` negatives ahead: the test item is then at place top + 1",
        "< top", "<= top")
ex.slip("you divided by top: that is a precision. A hit counts 1",
        "return hits", "return hits / top")
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your number",
        START, "rng = np.random.default_rng()\n" + START)
ex.slip("your negatives do not depend on `rng`, by a fixed seed or a fixed choice: then three "
        "seeds of your experiment measure the same thing",
        START, "rng = np.random.default_rng(0)\n" + START)
ex.slip("all users get the same draws in yours: draw anew for each of them",
        START, f"{START}\nseed = int(rng.integers(2**31))",
        "free = ~", "rng = np.random.default_rng(seed)\nfree = ~")
ex.slip("you count places up to top − 1 only; place top is a hit, too", "< top", "< top - 1")
ex.slip("your order is turned: low scores are ahead of the test item in yours", ">=", "<=")
ex.slip("your negatives are the first that are free, always the same: draw them with `rng`",
        DRAWN, "np.flatnonzero(free)[:num_negatives]")
ex.slip("all users get the mean of the hits: return 1 or 0 for each",
        "return hits", "return np.full(len(hits), hits.mean())")
ex.slip("you return ranks; a hit is 1.0 if fewer than `top` negatives are ahead, else 0.0",
        AHEAD + " < top", f"1 + {AHEAD}")
ex.slip("you toss a coin for equal scores; a negative with an equal score is ahead",
        START, f"scores = scores + 1e-9 * rng.random(scores.shape)\n{START}")
ex.slip("you return 1 / rank; a hit is 1.0 at any place in the top, and a miss 0.0",
        AHEAD + " < top", f"1 / (1 + {AHEAD})")
ex.slip("your hits and misses are swapped: fewer than `top` negatives ahead is a hit",
        "return hits", "return 1 - hits")
ex.slip("you draw one negative too many: num_negatives of them, the test item comes in addition",
        "num_negatives, replace", "min(num_negatives + 1, free.sum()), replace")
ex.slip("you mark the test item in `seen`, which belongs to the caller: work on a copy of the row",
        "free[target] = False", "free[target] = False\nseen[row, target] = True")
ex.slip("the first user's negatives serve all users: draw inside the loop, among what u may see",
        START, f"{START}\nfree = ~seen[0]\nfree[targets[0]] = False\ndrawn = {DRAWN}",
        "free = ~seen[row]\nfree[target] = False\ndrawn = " + DRAWN + "\n", "")
