"""Exercise 01.4: the best unseen items of every user."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _score_table(rng, m: int = 4, n: int = 9) -> dict:
    """Different positive scores; each user has seen the two items with the highest."""
    scores = np.stack([rng.permutation(n) + 1.0 for _ in range(m)])
    top = int(rng.integers(3, 6))
    return {"scores": scores, "seen": scores > n - 2, "top": top, "order": rng.permutation(n)}


ex = Exercise(
    "01.4",
    "topk_masked",
    points=4,
    branch=True,
    library="graphrec_utils.metrics.rank_with",
    hints=(
        "Which score puts an item behind all others, whatever they are? `np.where(seen, …, scores)` "
        "makes a new array.",
        "`np.lexsort((order, -row))` sorts one row by score, and equal scores by `order`.",
        "For each user: `best = np.lexsort((order, -row))[:top]`, then put -1 where `row[best]` is "
        "`-np.inf`; stack the rows.",
    ),
)


@ex.solution
def topk_masked(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores)  # a new array; the caller keeps the scores
    lists = np.full((len(S), top), -1)
    for u, row in enumerate(S):
        best = np.lexsort((order, -row))[:top]
        lists[u] = np.where(row[best] == -np.inf, -1, best)
    return lists


ex.claim("the unseen items with the highest scores come first", _score_table)


def _below_zero(rng) -> dict:
    inputs = _score_table(rng)
    return inputs | {"scores": inputs["scores"] - 1e12}


ex.claim("seen items stay away when all scores are negative, too", _below_zero)


def _equal_scores(rng) -> dict:
    inputs = _score_table(rng)
    return inputs | {"scores": np.floor(inputs["scores"] / 3)}


def _order_decides(got, expected, inputs):
    problem = close(got, expected)
    for u, row in enumerate(got if problem else ()):
        for before, after in pairwise(row.tolist()):
            equal = inputs["scores"][u, before] == inputs["scores"][u, after]
            if (
                equal
                and min(before, after) >= 0
                and inputs["order"][before] > inputs["order"][after]
            ):
                return f"user {u}: item {before} stands before item {after}, against the order"
    return problem


ex.claim("items with equal scores follow the given order", _equal_scores, judge=_order_decides)


def _nearly_equal(rng) -> dict:
    """Scores that differ in the 13th digit, which is a difference, too."""
    inputs = _score_table(rng)
    return inputs | {"scores": 1 + 1e-13 * inputs["scores"]}


ex.claim("scores that differ in the 13th digit are not equal", _nearly_equal)


def _little_left(rng) -> dict:
    """Two unseen items for a list of three or more."""
    inputs = _score_table(rng)
    return inputs | {"seen": inputs["scores"] > 2}


ex.claim("where nothing unseen is left, the place holds -1", _little_left)

MASKED = "np.where(seen, -np.inf, scores)"

# fmt: off
ex.slip("you recommend items the user has already seen: mask them before you rank",
        MASKED, "scores")
ex.slip("seen items get score 0 in yours, which beats every negative score; use -inf",
        MASKED, "np.where(seen, 0, scores)", hint=True)
ex.slip("your mask is the wrong way round: it keeps the seen items and hides the new ones",
        MASKED, "np.where(seen, scores, -np.inf)", hint=True)
ex.slip("your order is turned around: the lowest score comes first",
        "-np.inf, scores", "-np.inf, -scores")
ex.slip("equal scores follow the item number in yours; if good items have small numbers, a model "
        "without any opinion looks good",
        "(order, -row)", "(-row,)")
ex.slip("you sort by order first and by score second: the last key of np.lexsort counts most",
        "(order, -row)", "(-row, order)", hint=True)
ex.slip("you read order as a list of items; order[i] is the place of item i among equal scores",
        "(order, -row)", "(np.argsort(order), -row)")
ex.slip("when nothing unseen is left you fill the list with seen items; put -1 there",
        "np.where(row[best] == -np.inf, -1, best)", "best")
ex.slip("you wrote -inf into the caller's scores: use np.where or work on a copy",
        f"S = {MASKED}", "scores[seen] = -np.inf\nS = scores")
ex.slip("you mask with a fixed number, and scores can be lower still: only -np.inf is behind them "
        "all",
        "-np.inf, scores", "-1e9, scores", "row[best] == -np.inf", "seen[u, best]")
ex.slip("of two items with equal scores yours shows the one with the larger order first",
        "(order, -row)", "(-order, -row)")
ex.slip("you take a little of `order` off the scores, which turns around scores that differ by "
        "less",
        MASKED, "np.where(seen, -np.inf, scores - 1e-6 * order)")
ex.slip("you sorted the columns by `order` and returned places in the sorted table, not item "
        "numbers",
        MASKED, f"{MASKED}[:, np.argsort(order)]", "(order, -row)", "(-row,)")
ex.slip("you cut to `top` before you removed what was seen: the list has holes where unseen items "
        "are left",
        MASKED, "scores", "row[best] == -np.inf", "seen[u, best]")
ex.slip("your list is turned around: the best item comes last",
        "return lists", "return lists[:, ::-1].copy()")
ex.slip("you hide what the first user has seen from everybody: every row of `seen` belongs to one "
        "user",
        "where(seen,", "where(seen[0],")
