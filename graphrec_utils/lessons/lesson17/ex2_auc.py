"""Exercise 17.2: how often somebody who liked it is above somebody who did not."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from graphrec_utils.exercises.core import Exercise


def _rows(rng, ties: bool = False, flip: float = 1.0) -> dict:
    count = int(rng.integers(30, 60))
    labels = (rng.random(count) < 0.35).astype(int)
    labels[:2] = 0, 1
    scores = flip * labels + rng.normal(size=count)
    if ties:
        scores = np.round(scores)
    return {"labels": labels, "scores": scores}


def _large(rng) -> dict:
    """120,000 rows, equal scores among them: all pairs are three billion numbers."""
    count = 120_000
    labels = (rng.random(count) < 0.3).astype(int)
    scores = np.round(labels + rng.normal(size=count), 2)
    return {"labels": labels, "scores": scores, "pilot": {
        "inputs": {"labels": labels[:4000], "scores": scores[:4000]}, "dense": 4_000_000,
    }}  # fmt: skip


ex = Exercise(
    "17.2",
    "auc",
    points=4,
    branch=True,
    library=("graphrec_utils.metrics.auc", "graphrec_utils.metrics.probabilities.auc"),
    hints=(
        "Take one row that was liked and one that was not. How often is the first one above?",
        "Sort all rows by score, the lowest has rank 1. The sum of the ranks of the ones is the number of "
        "pairs they win, plus the ranks they have among themselves, n₁(n₁ + 1)/2.",
        "`r = scipy.stats.rankdata(scores)` gives ties their mean rank; "
        "`(r[labels == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)`.",
    ),
)


@ex.solution
def auc(labels, scores):
    ones = int((labels == 1).sum())
    zeros = len(labels) - ones
    ranks = rankdata(scores)  # ties get their mean rank
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _by_hand(rng) -> dict:
    return {"labels": np.array([1, 0, 1, 0, 0]), "scores": np.array([3.0, 2, 2, 1, 4])}


ex.claim("two ones and three zeros, with a tie", _by_hand)
ex.claim("no two scores are equal", _rows)
ex.claim("scores from a grid: ties count as half", lambda rng: _rows(rng, ties=True))
ex.claim(
    "a model that is wrong more often than right is below a half", lambda rng: _rows(rng, flip=-1)
)
ex.claim("120,000 rows, without a matrix of all pairs", _large, run="call within memory")

RANKS = "rankdata(scores)"
PAIRS = "(ones * zeros)"
AUC = "(ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros)"
BELOW = "np.searchsorted(np.sort(scores[labels == 0]), scores[labels == 1], side={}).mean() / zeros"

# fmt: off
ex.slip("a tie counts as a win in yours: then saying the same of everybody would be perfect",
        AUC, BELOW.format("'right'"))
ex.slip("a tie counts as a loss in yours; it counts as half", AUC, BELOW.format("'left'"))
ex.slip("ties have whatever order the sort left them in: rows first in the table lose to later "
        "ones",
        RANKS, 'rankdata(scores, method="ordinal")')
ex.slip("your order is turned: 1 − AUC; the lowest score has rank 1",
        RANKS, "rankdata(-scores)", hint=True)
ex.slip("you divide by all pairs of rows: pairs of two ones or two zeros cannot be won, and the "
        "share of ones decides the number",
        PAIRS, "(len(labels) * (len(labels) - 1) / 2)")
ex.slip("the ranks that ones have among themselves are not taken off: subtract n₁(n₁ + 1)/2",
        AUC, "ranks[labels == 1].sum() / (ones * zeros)", hint=True)
ex.slip("your ranks begin at 0: either start at 1 or subtract n₁(n₁ − 1)/2",
        RANKS, "rankdata(scores) - 1")
ex.slip("that is the share of right answers at one threshold; AUC asks about order only",
        AUC, "((scores > np.median(scores)) == (labels == 1)).mean()")
ex.slip('ties have their smallest rank in yours (method "min"): equal scores share their mean rank',
        RANKS, 'rankdata(scores, method="min")')
ex.slip('ties have their largest rank in yours (method "max"): equal scores share their mean rank',
        RANKS, 'rankdata(scores, method="max")')
ex.slip('your ranks count different scores, not rows (method "dense")',
        RANKS, 'rankdata(scores, method="dense")')
ex.slip("you divide by all rows squared: the pairs are ones times zeros", PAIRS, "len(labels) ** 2")
ex.slip("yours is 2 · AUC − 1 (Gini): a guess has 0 there, and one half here",
        AUC, f"2 * {AUC} - 1")
ex.slip("with ranks from 1 the ones have n₁(n₁ + 1)/2 among themselves; you subtract n₁(n₁ − 1)/2",
        "(ones + 1)", "(ones - 1)")
ex.slip("a model below one half is turned round in yours: that it is wrong has to be seen",
        AUC, f"0.5 + abs({AUC} - 0.5)")
ex.slip("yours is the mean rank of the ones, as a share: it depends on how many ones there are",
        AUC, "ranks[labels == 1].mean() / len(labels)")
ex.slip("yours is in percent; a share is meant", AUC, f"100 * {AUC}")
ex.slip("that is the share of right answers at one threshold; AUC asks about order only",
        AUC, "((scores > 0.5) == (labels == 1)).mean()")


@ex.mistake("you look at some pairs, drawn by chance: with ranks all of them are counted, and no error is left")
def some_pairs(labels, scores):
    rng = np.random.default_rng(0)
    one, zero = (rng.choice(scores[labels == y], 1000) for y in (1, 0))
    return float(((one > zero) + 0.5 * (one == zero)).mean())
@ex.mistake("your curve goes through tied rows one by one: rows of one score are one step of it, or a tie depends on the table")
def step_by_step(labels, scores):
    y = labels[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(y) * (1 - y)).sum() / (y.sum() * (1 - y).sum()))
