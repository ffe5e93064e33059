"""Lesson 01: NDCG of one list (01.3)."""

from __future__ import annotations

from math import log2

import numpy as np

from graphrec_utils.exercises.core import Claim, Exercise, Mistake


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


def _ideal_from_the_list(ranked, relevant, top):
    return _ndcg(ranked, relevant, top, min(top, len(set(ranked) & relevant)))


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
        Mistake(
            "ideal from the whole list",
            _ideal_from_the_list,
            "your ideal list holds relevant items of the given list only; the missed ones belong to it",
        ),
        Mistake(
            "over the number of relevant",
            lambda ranked, relevant, top: _unnormalized(ranked, relevant, top) / len(relevant),
            "you divide by the number of relevant items; the hits of the ideal list are discounted, too",
        ),
        Mistake(
            "gain of 2002",
            _with_gain(lambda rank: 1 / max(1, log2(rank))),
            "your first two places have the same gain, as in the paper of 2002; here it is 1 / log2(rank + 1)",
        ),
    ),
    hints=(
        "Write the gains of the first places: 1, 0.63, 0.5, … Which of them does your list earn?",
        "The ideal list has its hits at ranks 1, 2, …, min(top, number of relevant items).",
        "`dcg = sum(1 / log2(rank + 1) for rank, item in enumerate(ranked[:top], 1) if item in "
        "relevant)`; the ideal is the same sum over `range(1, min(top, len(relevant)) + 1)`.",
    ),
)
