"""Lesson 01: NDCG, and the best unseen items of every user."""

from __future__ import annotations

from math import log2

import numpy as np

from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 01.3


def ndcg_at_k(ranked, relevant, top):
    return _ndcg(ranked, relevant, top, min(top, len(relevant)))


def _ndcg(ranked, relevant, top, ideal_hits, gain=lambda rank: 1 / log2(rank + 1)):
    found = [rank for rank, item in enumerate(ranked[:top], 1) if item in relevant]
    ideal = sum(gain(rank) for rank in range(1, ideal_hits + 1))
    return sum(map(gain, found)) / ideal if ideal else 0.0


def _ideal_from_hits(ranked, relevant, top):
    return _ndcg(ranked, relevant, top, len(set(ranked[:top]) & relevant))


def _ideal_too_short(ranked, relevant, top):
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(top, len(relevant))))
    return _unnormalized(ranked, relevant, top) / ideal


def _ideal_too_long(ranked, relevant, top):
    return _ndcg(ranked, relevant, top, min(top, len(relevant)) + 1)


def _ideal_as_long_as_the_list(ranked, relevant, top):
    return _ndcg(ranked, relevant, top, min(top, len(relevant), len(ranked)))


def _with_gain(gain):
    return lambda ranked, relevant, top: _ndcg(ranked, relevant, top, min(top, len(relevant)), gain)


def _unnormalized(ranked, relevant, top):
    return sum(1 / log2(k + 1) for k, item in enumerate(ranked[:top], 1) if item in relevant)


def _ranking(hits, missed: int, length: int, top: int):
    """Return inputs: relevant items at the ranks `hits`, and `missed` more outside the list."""

    def inputs(rng) -> dict:
        items = [int(i) for i in rng.permutation(90)[: length + missed] + 10]
        relevant = {items[rank - 1] for rank in hits} | set(items[length:])
        return {"ranked": items[:length], "relevant": relevant, "top": top}

    return inputs


def _any_ranking(rng) -> dict:
    hits = rng.choice(np.arange(1, 9), size=3, replace=False)
    return _ranking(hits, int(rng.integers(2, 4)), 8, 8)(rng)


EX_3 = Exercise(
    id="01.3",
    function="ndcg_at_k",
    points=4,
    reference=ndcg_at_k,
    library="graphrec_utils.metrics.ndcg_at_k",
    claims=(
        Claim("one relevant item, at rank 3 of 5: 1/2", _ranking((3,), 0, 5, 5)),
        Claim("hits at ranks 2 and 5, one relevant item missed: 0.4776", _ranking((2, 5), 1, 5, 5)),
        Claim("a list of 2 can hold no more than 2 of 3 relevant items", _ranking((2,), 2, 2, 2)),
        Claim("only the first top places count", _ranking((1, 4, 6), 1, 8, 4)),
        Claim("hits anywhere, several relevant items missed", _any_ranking),
        Claim("a list shorter than top is compared with a full one", _ranking((1, 3), 2, 3, 5)),
    ),
    mistakes=(
        Mistake(
            "ideal from hits",
            _ideal_from_hits,
            "your ideal list holds only the items you found, as in the first code of NGCF; missed "
            "items then cost nothing",
        ),
        Mistake(
            "ideal longer than top",
            lambda ranked, relevant, top: _ndcg(ranked, relevant, top, len(relevant)),
            "your ideal list is longer than top places; even the best list cannot be",
        ),
        Mistake(
            "ideal always full",
            lambda ranked, relevant, top: _ndcg(ranked, relevant, top, top),
            "your ideal list has hits in all top places, even with fewer relevant items",
        ),
        Mistake(
            "ideal one too short",
            _ideal_too_short,
            "your ideal list lacks its last hit: range(1, n) ends at n - 1, so write n + 1",
        ),
        Mistake(
            "ideal one too long",
            _ideal_too_long,
            "your ideal list has one hit too many; it has min(top, number of relevant items)",
        ),
        Mistake(
            "ideal as long as the list",
            _ideal_as_long_as_the_list,
            "your ideal list is as short as the given list; a better list would fill all top places",
        ),
        Mistake(
            "not normalized",
            _unnormalized,
            "this is DCG; divide it by the DCG of the ideal list",
        ),
        Mistake(
            "ranks one too large",
            _with_gain(lambda rank: 1 / log2(rank + 2)),
            "your ranks are one too large: the first place has rank 1 and gain 1 / log2(2) = 1",
        ),
        Mistake(
            "ranks from 0",
            _with_gain(lambda rank: 1 / log2(rank)),
            "your ranks count from 0, and log2(0 + 1) is 0: enumerate(ranked[:top], 1) counts from 1",
        ),
        Mistake(
            "gain 1 / rank",
            _with_gain(lambda rank: 1 / rank),
            "your gain is 1 / rank; NDCG discounts more gently, by 1 / log2(rank + 1)",
        ),
        Mistake(
            "ignores top",
            lambda ranked, relevant, top: _ndcg(
                ranked, relevant, len(ranked), min(top, len(relevant))
            ),
            "hits after place top count in your DCG; cut the list first",
        ),
    ),
    hints=(
        "Write the gains of the first places: 1, 0.63, 0.5, … Which of them does your list earn?",
        "The ideal list has its hits at ranks 1, 2, …, min(top, number of relevant items).",
        "`dcg = sum(1 / log2(rank + 1) for rank, item in enumerate(ranked[:top], 1) if item in "
        "relevant)`; the ideal is the same sum over `range(1, min(top, len(relevant)) + 1)`.",
    ),
)

# ---------------------------------------------------------------- 01.4


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
    return inputs | {"scores": inputs["scores"] - 20}


def _equal_scores(rng) -> dict:
    inputs = _score_table(rng)
    return inputs | {"scores": np.floor(inputs["scores"] / 3)}


def _little_left(rng) -> dict:
    """Two unseen items for a list of three."""
    inputs = _score_table(rng)
    return inputs | {"seen": inputs["scores"] > 2}


EX_4 = Exercise(
    id="01.4",
    function="topk_masked",
    points=4,
    reference=topk_masked,
    library="graphrec_utils.metrics.rank_with",
    claims=(
        Claim("the unseen items with the highest scores come first", _score_table),
        Claim("seen items stay away when all scores are negative, too", _below_zero),
        Claim("items with equal scores follow the given order", _equal_scores),
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
    ),
    hints=(
        "Which score puts an item behind all others, whatever they are? `np.where(seen, …, scores)` "
        "makes a new array.",
        "`np.lexsort((order, -row))` sorts one row by score, and equal scores by `order`.",
        "For each user: `best = np.lexsort((order, -row))[:top]`, then put -1 where `row[best]` is "
        "`-np.inf`; stack the rows.",
    ),
)

EXERCISES = (EX_3, EX_4)
