"""Lesson 01: the best unseen items of every user (01.4)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def topk_masked(scores, seen, top, order):
    return _best(np.where(seen, -np.inf, scores), top, order)


def _best(S, top, order):
    """The `top` largest entries of each row, equal ones by `order`; -1 for -inf."""
    ranked = np.lexsort((np.broadcast_to(order, S.shape), -S), axis=1)[:, :top]
    return np.where(np.take_along_axis(S, ranked, axis=1) == -np.inf, -1, ranked)


def _lowest_first(scores, seen, top, order):
    return _best(np.where(seen, -np.inf, -scores), top, order)


def _by_item_number(scores, seen, top, order):
    return topk_masked(scores, seen, top, np.arange(scores.shape[1]))


def _keys_swapped(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores)
    ranked = np.lexsort((-S, np.broadcast_to(order, S.shape)), axis=1)[:, :top]
    return np.where(np.take_along_axis(S, ranked, axis=1) == -np.inf, -1, ranked)


def _order_lists_items(scores, seen, top, order):
    return topk_masked(scores, seen, top, np.argsort(order))


def _fills_with_seen(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores)
    return np.lexsort((np.broadcast_to(order, S.shape), -S), axis=1)[:, :top]


def _masks_in_place(scores, seen, top, order):
    scores[seen] = -np.inf
    return _best(scores, top, order)


def _score_table(rng, m: int = 4, n: int = 9) -> dict:
    """Different positive scores; each user has seen the two items with the highest."""
    scores = np.stack([rng.permutation(n) + 1.0 for _ in range(m)])
    return {"scores": scores, "seen": scores > n - 2, "top": 3, "order": rng.permutation(n)}


def _below_zero(rng) -> dict:
    inputs = _score_table(rng)
    return inputs | {"scores": inputs["scores"] - 1e12}


def _equal_scores(rng) -> dict:
    inputs = _score_table(rng)
    return inputs | {"scores": np.floor(inputs["scores"] / 3)}


def _nearly_equal(rng) -> dict:
    """Scores that differ in the tenth digit, which is a difference, too."""
    inputs = _score_table(rng)
    return inputs | {"scores": 1 + 1e-10 * inputs["scores"]}


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


def _little_left(rng) -> dict:
    """Two unseen items for a list of three."""
    inputs = _score_table(rng)
    return inputs | {"seen": inputs["scores"] > 2}


def _fixed_mask(scores, seen, top, order):
    best = _best(np.where(seen, -1e9, scores), top, order)
    return np.where(np.take_along_axis(seen, best, axis=1), -1, best)


def _places_in_order(scores, seen, top, order):
    by_order = np.argsort(order)
    return topk_masked(scores[:, by_order], seen[:, by_order], top, np.arange(len(order)))


EX_4 = Exercise(
    id="01.4",
    function="topk_masked",
    points=4,
    reference=topk_masked,
    library="graphrec_utils.metrics.rank_with",
    claims=(
        Claim("the unseen items with the highest scores come first", _score_table),
        Claim("seen items stay away when all scores are negative, too", _below_zero),
        Claim(
            "items with equal scores follow the given order", _equal_scores, judge=_order_decides
        ),
        Claim("scores that differ in the tenth digit are not equal", _nearly_equal),
        Claim("where nothing unseen is left, the place holds -1", _little_left),
    ),
    mistakes=(
        Mistake(
            "shows what was seen",
            lambda scores, seen, top, order: _best(scores, top, order),
            "you recommend items the user has already seen: mask them before you rank",
        ),
        Mistake(
            "seen scores zero",
            lambda scores, seen, top, order: _best(np.where(seen, 0.0, scores), top, order),
            "seen items get score 0 in yours, which beats every negative score; use -inf",
        ),
        Mistake(
            "mask turned around",
            lambda scores, seen, top, order: topk_masked(scores, ~seen, top, order),
            "your mask is the wrong way round: it keeps the seen items and hides the new ones",
        ),
        Mistake(
            "lowest first",
            _lowest_first,
            "your order is turned around: the lowest score comes first",
        ),
        Mistake(
            "equal scores by item number",
            _by_item_number,
            "equal scores follow the item number in yours; if good items have small numbers, a "
            "model without any opinion looks good",
        ),
        Mistake(
            "keys swapped",
            _keys_swapped,
            "you sort by order first and by score second: the last key of np.lexsort counts most",
        ),
        Mistake(
            "order read as items",
            _order_lists_items,
            "you read order as a list of items; order[i] is the place of item i among equal scores",
        ),
        Mistake(
            "fills up with seen items",
            _fills_with_seen,
            "when nothing unseen is left you fill the list with seen items; put -1 there",
        ),
        Mistake(
            "masks in place",
            _masks_in_place,
            "you wrote -inf into the caller's scores: use np.where or work on a copy",
        ),
        Mistake(
            "masked with a number",
            _fixed_mask,
            "you mask with a fixed number, and scores can be lower still: only -np.inf is behind them all",
        ),
        Mistake(
            "larger order first",
            lambda scores, seen, top, order: topk_masked(scores, seen, top, -order),
            "of two items with equal scores yours shows the one with the larger order first",
        ),
        Mistake(
            "a little of the order",
            lambda scores, seen, top, order: topk_masked(scores - 1e-6 * order, seen, top, order),
            "you take a little of `order` off the scores, which turns around scores that differ by less",
        ),
        Mistake(
            "places in order",
            _places_in_order,
            "you sorted the columns by `order` and returned places in the sorted table, not item numbers",
        ),
    ),
    hints=(
        "Which score puts an item behind all others, whatever they are? `np.where(seen, …, scores)` "
        "makes a new array.",
        "`np.lexsort((order, -row))` sorts one row by score, and equal scores by `order`.",
        "For each user: `best = np.lexsort((order, -row))[:top]`, then put -1 where `row[best]` is "
        "`-np.inf`; stack the rows.",
    ),
)
