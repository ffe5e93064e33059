"""Exercise 17.2: how often somebody who liked it is above somebody who did not."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from graphrec_utils.exercises.core import Exercise


def _pairs(labels, scores, win, tie=0.5) -> float:
    gap = scores[labels == 1][:, None] - scores[labels == 0][None]
    return float((win(gap) + tie * (gap == 0)).mean())


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
    ranks = rankdata(scores)
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


@ex.mistake("a tie counts as a win in yours: then saying the same of everybody would be perfect")
def ties_win(labels, scores):
    return _pairs_by_rank(labels, scores, "max")


@ex.mistake("a tie counts as a loss in yours; it counts as half")
def ties_lose(labels, scores):
    return _pairs_by_rank(labels, scores, "min")


def _pairs_by_rank(labels, scores, method: str) -> float:
    """Return the share of won pairs if ties between a one and a zero are won (max) or lost (min)."""
    zeros = np.sort(scores[labels == 0])
    side = "right" if method == "max" else "left"
    return float(np.searchsorted(zeros, scores[labels == 1], side=side).mean() / len(zeros))


@ex.mistake(
    "ties have whatever order the sort left them in: rows first in the table lose to later ones"
)
def ties_by_place(labels, scores):
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    ones = int((labels == 1).sum())
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones)))


@ex.mistake("your order is turned: 1 − AUC; the lowest score has rank 1")
def turned(labels, scores):
    return auc(labels, -scores)


@ex.mistake(
    "you divide by all pairs of rows: pairs of two ones or two zeros cannot be won, and the share of "
    "ones decides the number"
)
def all_pairs(labels, scores):
    ones = int((labels == 1).sum())
    n = len(labels)
    return auc(labels, scores) * ones * (n - ones) / (n * (n - 1) / 2)


@ex.mistake("the ranks that ones have among themselves are not taken off: subtract n₁(n₁ + 1)/2")
def not_subtracted(labels, scores):
    ones = int((labels == 1).sum())
    return float(rankdata(scores)[labels == 1].sum() / (ones * (len(labels) - ones)))


@ex.mistake("your ranks begin at 0: either start at 1 or subtract n₁(n₁ − 1)/2")
def from_zero(labels, scores):
    ones = int((labels == 1).sum())
    ranks = rankdata(scores) - 1
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones)))


@ex.mistake("that is the share of right answers at one threshold; AUC asks about order only")
def accuracy(labels, scores):
    return float(((scores > np.median(scores)) == (labels == 1)).mean())


def _of_ranks(labels, ranks) -> float:
    ones = int((labels == 1).sum())
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones)))


@ex.mistake(
    'ties have their smallest rank in yours (method "min"): equal scores share their mean rank'
)
def smallest_ranks(labels, scores):
    return _of_ranks(labels, rankdata(scores, method="min"))


@ex.mistake(
    'ties have their largest rank in yours (method "max"): equal scores share their mean rank'
)
def largest_ranks(labels, scores):
    return _of_ranks(labels, rankdata(scores, method="max"))


@ex.mistake('your ranks count different scores, not rows (method "dense")')
def dense_ranks(labels, scores):
    return _of_ranks(labels, rankdata(scores, method="dense"))


@ex.mistake("you divide by all rows squared: the pairs are ones times zeros")
def rows_squared(labels, scores):
    ones = int((labels == 1).sum())
    return auc(labels, scores) * ones * (len(labels) - ones) / len(labels) ** 2


@ex.mistake("yours is 2 · AUC − 1 (Gini): a guess has 0 there, and one half here")
def gini(labels, scores):
    return 2 * auc(labels, scores) - 1


@ex.mistake(
    "with ranks from 1 the ones have n₁(n₁ + 1)/2 among themselves; you subtract n₁(n₁ − 1)/2"
)
def one_too_few_for_each(labels, scores):
    return auc(labels, scores) + 1 / int((labels == 0).sum())


@ex.mistake("a model below one half is turned round in yours: that it is wrong has to be seen")
def never_below_a_half(labels, scores):
    return max(auc(labels, scores), 1 - auc(labels, scores))


@ex.mistake("yours is the mean rank of the ones, as a share: it depends on how many ones there are")
def the_mean_rank(labels, scores):
    return float(rankdata(scores)[labels == 1].mean() / len(labels))


@ex.mistake("yours is in percent; a share is meant")
def percent(labels, scores):
    return 100 * auc(labels, scores)
