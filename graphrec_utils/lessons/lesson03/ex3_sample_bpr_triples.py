"""Exercise 03.3: triples for BPR, judged by how often things come."""

from __future__ import annotations

import numpy as np
from scipy import stats

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise

SIZE = 1500
CHANCE = 1e-7


def _likes(rng, by: str = "edge") -> dict:
    """Five users with 1, 2, 3, 6 and no likes among eight items; nobody likes item 7."""
    R = np.zeros((5, 8), dtype=bool)
    for u, degree in enumerate((1, 2, 3, 6)):
        # u does not like item u, so that no constant is a triple
        free = np.setdiff1d(np.arange(7), [u])
        R[u, rng.permutation(free)[:degree]] = True
    if not R[2, 3]:  # somebody shall like what user 3 does not: popularity has a choice for all
        R[2, rng.choice(np.flatnonzero(R[2]))], R[2, 3] = False, True
    size = SIZE + int(rng.integers(100))
    return {"R": R, "size": size, "by": by, "rng": Rng(int(rng.integers(2**31)))}


def _problem(triples, R) -> str | None:
    """Say whether ids are out of range."""
    for name, ids, bound in zip("uij", triples, (*R.shape, R.shape[1]), strict=True):
        if len(ids) and not 0 <= ids.min() <= ids.max() < bound:
            return f"your {name} run from {ids.min()} to {ids.max()}"
    return None


def _as_often(column: int, words: str, of_user: bool = False):
    """Return a judge: user and item in this column come as often as in the other sample.

    `of_user`: among the triples of that user; how often the user comes is not judged.
    """

    def judge_counts(got, expected, inputs) -> str | None:
        R = inputs["R"]
        if problem := _problem(got, R):
            return problem
        mine, theirs = (_counts(triples, column, R) for triples in (got, expected))
        even, other = (_too_even(x, of_user, inputs) for x in (mine, theirs))
        if even != other:
            always = "come" if even else "do not come"
            return f"your {words}s {always} in turn, without chance: draw each anew"
        a, b = (table.sum(axis=1, keepdims=of_user) for table in (mine, theirs))
        if not of_user:
            a, b = a.sum(), b.sum()
        # two samples of different sizes (Press et al., Numerical Recipes, 14.3)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = mine * (b / a) ** 0.5 - theirs * (a / b) ** 0.5
        known = np.isfinite(gap) & (mine + theirs > 0)
        if not known.any():
            return "no triple of a user with likes"
        parts = np.where(known, np.square(gap) / np.maximum(mine + theirs, 1), 0)
        bound = known.any(axis=1).sum() if of_user else 1
        if parts.sum() <= stats.chi2.isf(CHANCE, max(1, known.sum() - bound)):
            return None
        u, i = np.unravel_index(parts.argmax(), R.shape)
        return (
            f"user {u} with item {i} as {words} comes too {'often' if gap[u, i] > 0 else 'rarely'} "
            f"in yours, {mine[u, i]:.0f} times in {inputs['size']:,} triples"
        )

    return judge_counts


def _too_even(counts, of_user: bool, inputs) -> bool:
    """Whether counts keep closer to their expectation than chance lets them: going round does."""
    R = inputs["R"]
    if of_user:  # items that u does not like, as often as u comes
        share = ~R / (~R).sum(axis=1, keepdims=True) * counts.sum(axis=1, keepdims=True)
    elif inputs["by"] == "edge":
        share = R / R.sum() * counts.sum()
    else:
        share = R / np.maximum(R.sum(axis=1, keepdims=True), 1) / R.any(axis=1).sum() * counts.sum()
    cells = share > 0
    free = cells.sum() - (cells.any(axis=1).sum() if of_user else 1)
    distance = (np.square(counts - share)[cells] / share[cells]).sum()
    return bool(distance < stats.chi2.ppf(CHANCE, free))


def _counts(triples, column: int, R) -> np.ndarray:
    """Return how often each user comes with each item of this column, (m, n)."""
    flat = triples[0] * R.shape[1] + triples[column]
    return np.bincount(flat, minlength=R.size).reshape(R.shape).astype(float)


ex = Exercise(
    "03.3",
    "sample_bpr_triples",
    points=5,
    branch=True,
    library="graphrec_utils.sampling.bpr_triples",
    hints=(
        "Draw u and i first. Which list do you pick from with one random number if every like shall "
        "be equally likely?",
        '"edge": a random row of `np.argwhere(R)`. "user": a random user among those with likes, '
        "then one of that user's items. For both: j from `np.flatnonzero(~R[u])`.",
        "A loop over `size` triples is fine: `u, i = likes[rng.integers(len(likes))]` or "
        "`u = rng.choice(active)`, `i = rng.choice(np.flatnonzero(R[u]))`; then "
        "`j = rng.choice(np.flatnonzero(~R[u]))`. Collect and turn into int64 arrays.",
    ),
)


@ex.solution
def sample_bpr_triples(R, size, by, rng):
    likes, active = np.argwhere(R), np.flatnonzero(R.any(axis=1))
    triples = []
    for _ in range(size):
        if by == "edge":
            u, i = likes[rng.integers(len(likes))]
        else:
            u = rng.choice(active)
            i = rng.choice(np.flatnonzero(R[u]))
        triples.append((u, i, rng.choice(np.flatnonzero(~R[u]))))
    users, items, negatives = np.array(triples).T
    return users, items, negatives


def _wrong(triples, R) -> tuple[int, int, int]:
    """Count positives without a like, negatives that u likes, and negatives that are i itself."""
    u, i, j = triples
    return int((~R[u, i]).sum()), int(R[u, j].sum()), int((i == j).sum())


def _valid(got, expected, inputs) -> str | None:
    R = inputs["R"]
    if problem := _problem(got, R):
        return problem
    mine, theirs = _wrong(got, R), _wrong(expected, R)
    names = ("an i that u does not like", "a j that u likes", "the same item as i and as j")
    for name, a, b in zip(names, mine, theirs, strict=True):
        # equal counts up to chance; of what never happens in theirs, nothing
        if (b == 0 and a) or abs(a - b) > 5 * (a + b) ** 0.5:
            return f"{a} of {inputs['size']:,} triples have {name}"
    return None


ex.claim("u likes i and does not like j, in every triple", _likes, judge=_valid)


ex.claim('by "edge": every like comes equally often', _likes, judge=_as_often(1, "positive"))
ex.claim(
    'by "user": everybody with a like comes equally often, then each like of theirs',
    lambda rng: _likes(rng, by="user"),
    judge=_as_often(1, "positive"),
)


def _likes_in_a_row(rng) -> dict:
    """Likes that stand side by side: whoever moves on from a like always stops behind them."""
    R = np.zeros((5, 8), dtype=bool)
    for u, degree in enumerate((1, 2, 3, 5)):
        R[u, (u + 1 + np.arange(degree)) % 7] = True
    size = SIZE + int(rng.integers(100))
    return {"R": R, "size": size, "by": "edge", "rng": Rng(int(rng.integers(2**31)))}


ex.claim(
    "every item that u does not like comes equally often as negative",
    _likes_in_a_row,
    judge=_as_often(2, "negative", of_user=True),
)


ex.claim("all chance comes from the given generator", _likes, 0, "call with seeds", judge=repeats)

NEGATIVE = "rng.choice(np.flatnonzero(~R[u]))"

# fmt: off
ex.slip("some of your negatives are likes of the same user: draw j from the items u has no "
        "interaction with in train",
        NEGATIVE, "rng.integers(R.shape[1])", hint=True)
ex.slip("your j differs from i, but it may be another like of u: exclude all of them",
        NEGATIVE, "rng.choice(np.delete(np.arange(R.shape[1]), i))")
ex.slip('with by="user" active users still come more often in yours: draw the user first, then '
        "one of the user's likes",
        'by == "edge"', "True")
ex.slip('with by="edge" all your users come equally often: draw a like out of all likes',
        'by == "edge"', "False")
ex.slip('"edge" and "user" are swapped in yours', '"edge"', '"user"', hint=True)
ex.slip("popular items come more often as your negatives, and an item that nobody likes never "
        "comes: draw j uniformly",
        "triples.append", "fans = R.sum(axis=0) * ~R[u]\ntriples.append",
        NEGATIVE, "rng.choice(len(fans), p=fans / fans.sum())")
ex.slip("an item that stands behind likes of u in the list comes more often in yours: where j is "
        "a like, draw again instead of moving on",
        "triples.append", "j = rng.integers(R.shape[1])\n"
        "while R[u, j]:\n"
        "    j = (j + 1) % R.shape[1]\n"
        "triples.append",
        NEGATIVE, "j")
ex.slip("where j was a like you drew once more, and that one may be a like, too: draw until it is "
        "not, or only from the items without a like",
        "triples.append", "j, again = rng.integers(R.shape[1], size=2)\ntriples.append",
        NEGATIVE, "again if R[u, j] else j")
ex.slip('with by="user" yours also draws users who like nothing: there is no i for them',
        "rng.choice(active)", "rng.integers(len(R))",
        "np.flatnonzero(R[u])", "np.flatnonzero(R[u] | ~R[u].any())")
ex.slip("your second value holds items that u does not like: the order is u, i (liked), j",
        "return users, items, negatives", "return users, negatives, items")
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your run",
        "triples = []", "triples, rng = [], np.random.default_rng()")
ex.slip("your triples do not depend on `rng`: with a fixed seed every batch would hold the same "
        "ones",
        "triples = []", "triples, rng = [], np.random.default_rng(0)")
ex.slip("your positives go round and round, so that each comes equally often to one: a draw "
        "forgets the draws before it",
        "np.argwhere(R)", "rng.permutation(np.argwhere(R))",
        "rng.integers(len(likes))", "len(triples) % len(likes)")
ex.slip("you always take a user's first like: each like of the user should be equally likely",
        "rng.choice(np.flatnonzero(R[u]))", "R[u].argmax()")
ex.slip("j is always the first item without a like: each of them should be equally likely",
        NEGATIVE, "(~R[u]).argmax()")
