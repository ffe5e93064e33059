"""Exercise 03.6: a metric on sampled negatives."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import close, repeats
from graphrec_utils.exercises.core import Exercise

TOLERANCE = 0.08  # between two runs: with 800 users five standard errors and more


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
    return _hits(scores, targets, seen, num_negatives, top, rng)


def _all_negatives(rng) -> dict:
    return _users(rng, 16, 3, 12, 3)


def _exact(got, expected, inputs) -> str | None:
    """Where all others are negatives nothing is left to chance, unless the answer is wrong."""
    full = _hits(*list(inputs.values())[:5], None, all=True)
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


@ex.mistake(
    "you ranked against all items: this metric ranks against num_negatives drawn ones, and "
    "the two must never share a name"
)
def full_ranking(*a):
    return _hits(*a, **{"all": True})


@ex.mistake("the test item can be drawn as its own negative in yours: leave it out before you draw")
def the_test_item_among_its_negatives(*a):
    return _hits(*a, **{"target": True})


@ex.mistake(
    "items seen in train are among your negatives: a good model scores them high, and is "
    "punished for it"
)
def seen_items_among_the_negatives(*a):
    return _hits(*a, **{"with seen": True})


@ex.mistake("some of your negatives are drawn twice: draw without replacement")
def drawn_with_replacement(*a):
    return _hits(*a, **{"repeats": True})


@ex.mistake(
    "you drew from all items and dropped the forbidden ones: fewer than num_negatives are "
    "left. Exclude them before you draw"
)
def dropped_after_drawing(*a):
    return _hits(*a, **{"dropped": True})


@ex.mistake("you draw one negative less: the test item comes in addition to them")
def one_negative_less(*a):
    return _hits(*a, **{"fewer": True})


@ex.mistake(
    "a model that gives every item the same score hits each time in yours: count a "
    "negative with an equal score as ahead"
)
def ties_count_as_won(*a):
    return _hits(*a, **{"ties": True})


@ex.mistake("you count a hit with `top` negatives ahead: the test item is then at place top + 1")
def one_place_too_many(*a):
    return _hits(*a, **{"late": True})


@ex.mistake("you divided by top: that is a precision. A hit counts 1")
def divided_by_top(*a):
    return _hits(*a, **{"per place": True})


@ex.mistake("you draw from a generator of your own: use `rng`, or nobody can repeat your number")
def a_generator_of_its_own(s, t, seen, k, top, rng):
    return _hits(s, t, seen, k, top, np.random.default_rng())


@ex.mistake(
    "your negatives do not depend on `rng`, by a fixed seed or a fixed choice: then three "
    "seeds of your experiment measure the same thing"
)
def a_fixed_seed(s, t, seen, k, top, rng):
    return _hits(s, t, seen, k, top, np.random.default_rng(0))


@ex.mistake("all users get the same draws in yours: draw anew for each of them")
def one_draw_for_all(scores, targets, seen, num_negatives, top, rng):
    seed = int(rng.integers(2**31))
    rows = [
        _hits(scores[[u]], targets[[u]], seen[[u]], num_negatives, top, np.random.default_rng(seed))
        for u in range(len(scores))
    ]
    return np.concatenate(rows)


@ex.mistake("you count places up to top − 1 only; place top is a hit, too")
def one_place_too_few(scores, targets, seen, num_negatives, top, rng):
    return _hits(scores, targets, seen, num_negatives, top - 1, rng)


@ex.mistake("your order is turned: low scores are ahead of the test item in yours")
def lowest_first(scores, *rest):
    return _hits(-scores, *rest)


@ex.mistake("your negatives are the first that are free, always the same: draw them with `rng`")
def the_first_free_ones(scores, targets, seen, num_negatives, top, rng):
    free = ~seen & (np.arange(scores.shape[1]) != targets[:, None])
    drawn = free & (free.cumsum(axis=1) <= num_negatives)
    own = scores[np.arange(len(targets)), targets][:, None]
    return ((drawn & (scores >= own)).sum(axis=1) < top) * 1.0


@ex.mistake("all users get the mean of the hits: return 1 or 0 for each")
def mean_for_all(*a):
    hits = sampled_hits(*a)
    return np.full(len(hits), hits.mean())


@ex.mistake("you return ranks; a hit is 1.0 if fewer than `top` negatives are ahead, else 0.0")
def ranks(*a):
    return _user_by_user(lambda s, own, top: 1 + (s >= own).sum())(*a)


def _user_by_user(answer):
    """An answer from what it makes of one user: free items, score of the target, scores, rng."""

    def hits(scores, targets, seen, num_negatives, top, rng):
        out = np.zeros(len(targets))
        for u, target in enumerate(targets):
            free = ~seen[u]
            free[target] = False
            drawn = rng.choice(np.flatnonzero(free), num_negatives, replace=False)
            out[u] = answer(scores[u, drawn], scores[u, target], top)
        return out

    return hits


@ex.mistake("you toss a coin for equal scores; a negative with an equal score is ahead")
def coin_for_ties(scores, targets, seen, num_negatives, top, rng):
    noise = 1e-9 * rng.random(scores.shape)
    return _hits(scores + noise, targets, seen, num_negatives, top, rng)


@ex.mistake("you return 1 / rank; a hit is 1.0 at any place in the top, and a miss 0.0")
def one_over_rank(*a):
    return _user_by_user(lambda s, own, top: 1 / (1 + (s >= own).sum()))(*a)


@ex.mistake("your hits and misses are swapped: fewer than `top` negatives ahead is a hit")
def misses_counted(*a):
    return 1 - sampled_hits(*a)


@ex.mistake(
    "you draw one negative too many: num_negatives of them, the test item comes in addition"
)
def one_negative_more(scores, targets, seen, num_negatives, top, rng):
    free = (~seen).sum(axis=1).min() - 1
    return _hits(scores, targets, seen, min(num_negatives + 1, free), top, rng)


@ex.mistake(
    "you mark the test item in `seen`, which belongs to the caller: work on a copy of the row"
)
def into_seen(scores, targets, seen, *rest):
    hits = _hits(scores, targets, seen, *rest)
    seen[np.arange(len(targets)), targets] = True
    return hits


@ex.mistake(
    "the first user's negatives serve all users: draw inside the loop, among what u may see"
)
def negatives_of_the_first(scores, targets, seen, num_negatives, top, rng):
    free = ~seen[0]
    free[targets[0]] = False
    drawn = rng.choice(np.flatnonzero(free), num_negatives, replace=False)
    own = scores[np.arange(len(targets)), targets][:, None]
    return ((scores[:, drawn] >= own).sum(axis=1) < top) * 1.0
