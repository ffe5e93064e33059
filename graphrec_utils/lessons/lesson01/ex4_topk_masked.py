"""Exercise 01.4: the best unseen items of every user."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _best(S, top, order):
    """The `top` largest entries of each row, equal ones by `order`; -1 for -inf."""
    ranked = np.lexsort((np.broadcast_to(order, S.shape), -S), axis=1)[:, :top]
    return np.where(np.take_along_axis(S, ranked, axis=1) == -np.inf, -1, ranked)


def _score_table(rng, m: int = 4, n: int = 9) -> dict:
    """Different positive scores; each user has seen the two items with the highest."""
    scores = np.stack([rng.permutation(n) + 1.0 for _ in range(m)])
    top = int(rng.integers(3, 6))
    return {"scores": scores, "seen": scores > n - 2, "top": top, "order": rng.permutation(n)}


ex = Exercise(
    "01.4",
    "topk_masked",
    points=4,
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
    return _best(np.where(seen, -np.inf, scores), top, order)


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


@ex.mistake("you recommend items the user has already seen: mask them before you rank")
def shows_what_was_seen(scores, seen, top, order):
    return _best(scores, top, order)


@ex.mistake("seen items get score 0 in yours, which beats every negative score; use -inf")
def seen_scores_zero(scores, seen, top, order):
    return _best(np.where(seen, 0.0, scores), top, order)


@ex.mistake("your mask is the wrong way round: it keeps the seen items and hides the new ones")
def mask_turned_around(scores, seen, top, order):
    return topk_masked(scores, ~seen, top, order)


@ex.mistake("your order is turned around: the lowest score comes first")
def lowest_first(scores, seen, top, order):
    return _best(np.where(seen, -np.inf, -scores), top, order)


@ex.mistake(
    "equal scores follow the item number in yours; if good items have small numbers, a "
    "model without any opinion looks good"
)
def equal_scores_by_item_number(scores, seen, top, order):
    return topk_masked(scores, seen, top, np.arange(scores.shape[1]))


@ex.mistake("you sort by order first and by score second: the last key of np.lexsort counts most")
def keys_swapped(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores)
    ranked = np.lexsort((-S, np.broadcast_to(order, S.shape)), axis=1)[:, :top]
    return np.where(np.take_along_axis(S, ranked, axis=1) == -np.inf, -1, ranked)


@ex.mistake("you read order as a list of items; order[i] is the place of item i among equal scores")
def order_read_as_items(scores, seen, top, order):
    return topk_masked(scores, seen, top, np.argsort(order))


@ex.mistake("when nothing unseen is left you fill the list with seen items; put -1 there")
def fills_up_with_seen_items(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores)
    return np.lexsort((np.broadcast_to(order, S.shape), -S), axis=1)[:, :top]


@ex.mistake("you wrote -inf into the caller's scores: use np.where or work on a copy")
def masks_in_place(scores, seen, top, order):
    scores[seen] = -np.inf
    return _best(scores, top, order)


@ex.mistake(
    "you mask with a fixed number, and scores can be lower still: only -np.inf is behind them all"
)
def masked_with_a_number(scores, seen, top, order):
    best = _best(np.where(seen, -1e9, scores), top, order)
    return np.where(np.take_along_axis(seen, best, axis=1), -1, best)


@ex.mistake("of two items with equal scores yours shows the one with the larger order first")
def larger_order_first(scores, seen, top, order):
    return topk_masked(scores, seen, top, -order)


@ex.mistake(
    "you take a little of `order` off the scores, which turns around scores that differ by less"
)
def a_little_of_the_order(scores, seen, top, order):
    return topk_masked(scores - 1e-6 * order, seen, top, order)


@ex.mistake(
    "you sorted the columns by `order` and returned places in the sorted table, not item numbers"
)
def places_in_order(scores, seen, top, order):
    by_order = np.argsort(order)
    return topk_masked(scores[:, by_order], seen[:, by_order], top, np.arange(len(order)))


@ex.mistake(
    "you cut to `top` before you removed what was seen: the list has holes where unseen items are left"
)
def cuts_before_it_hides(scores, seen, top, order):
    rows = np.array([np.lexsort((order, -row))[:top] for row in scores])
    return np.where(np.take_along_axis(seen, rows, axis=1), -1, rows)


@ex.mistake("your list is turned around: the best item comes last")
def best_last(*inputs):
    return topk_masked(*inputs)[:, ::-1].copy()


@ex.mistake(
    "you hide what the first user has seen from everybody: every row of `seen` belongs to one user"
)
def first_row_for_all(scores, seen, top, order):
    return topk_masked(scores, np.broadcast_to(seen[0], seen.shape).copy(), top, order)
