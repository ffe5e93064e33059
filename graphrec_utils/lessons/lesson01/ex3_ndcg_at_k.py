"""Exercise 01.3: NDCG of one list."""

from __future__ import annotations

from math import log2  # noqa: F401 (slips use it)

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _ranking(hits, missed: int, length: int, top: int):
    """Return inputs: relevant items at the ranks `hits`, and `missed` more outside the list."""

    def inputs(rng) -> dict:
        items = [int(i) for i in rng.permutation(90)[: length + missed] + 10]
        relevant = {items[rank - 1] for rank in hits} | set(items[length:])
        return {"ranked": items[:length], "relevant": relevant, "top": top}

    return inputs


ex = Exercise(
    "01.3",
    "ndcg_at_k",
    points=4,
    branch=True,
    library=(
        "graphrec_utils.metrics.ndcg_at_k",
        "graphrec_utils.metrics.single.dcg_at_k",
        "graphrec_utils.metrics.evaluate",
    ),
    hints=(
        "Write the gains of the first places: 1, 0.63, 0.5, … Which of them does your list earn?",
        "The ideal list has its hits at ranks 1, 2, …, min(top, number of relevant items).",
        "`dcg = sum(1 / log2(rank + 1) for rank, item in enumerate(ranked[:top], 1) if item in "
        "relevant)`; the ideal is the same sum over `range(1, min(top, len(relevant)) + 1)`.",
    ),
)


@ex.solution
def ndcg_at_k(ranked, relevant, top):
    gain = 1 / np.log2(np.arange(1, top + 1) + 1)  # (top,) 1, 0.63, 0.5, ...
    dcg = sum(g for g, item in zip(gain, ranked, strict=False) if item in relevant)
    return float(dcg / gain[: len(relevant)].sum())


ex.claim("one relevant item, at rank 3 of 5: 1/2", _ranking((3,), 0, 5, 5))
ex.claim("hits at ranks 2 and 5, one relevant item missed: 0.4776", _ranking((2, 5), 1, 5, 5))


def _short_list(rng) -> dict:
    """Three to five places, two hits, and more relevant items than places."""
    top = int(rng.integers(3, 6))
    hits = rng.choice(np.arange(1, top + 1), size=2, replace=False)
    return _ranking(hits, int(rng.integers(4, 7)), top, top)(rng)


ex.claim("a short list can hold no more than top of many relevant items", _short_list)


def _long_list(rng) -> dict:
    """A hit or two among the first four or five places of eight, two behind them.

    The list holds fewer relevant items than `top`, all together are more.
    """
    top = int(rng.integers(4, 6))
    size = int(rng.integers(1, top - 2))
    hits = rng.choice(np.arange(1, top + 1), size=size, replace=False)
    return _ranking((*hits, 6, 8), top - 1 - size + int(rng.integers(2)), 8, top)(rng)


ex.claim("only the first top places count", _long_list)


def _any_ranking(rng) -> dict:
    hits = rng.choice(np.arange(1, 9), size=3, replace=False)
    return _ranking(hits, int(rng.integers(2, 4)), 8, 8)(rng)


ex.claim("hits anywhere, several relevant items missed", _any_ranking)


def _too_short(rng) -> dict:
    """Three places are given, four to six are asked for, and as many items are relevant."""
    hits, top = rng.choice((1, 2, 3), size=2, replace=False), int(rng.integers(4, 7))
    return _ranking(hits, top - 2, 3, top)(rng)


ex.claim("a list shorter than top is compared with a full one", _too_short)

DISCOUNT, IDEAL = "np.log2(np.arange(1, top + 1) + 1)", "gain[: len(relevant)].sum()"

# fmt: off
ex.slip("your ideal list holds only the items you found, as in the first code of NGCF; missed "
        "items then cost nothing",
        IDEAL, "(gain[: len(set(ranked[:top]) & relevant)].sum() or 1)")
ex.slip("your ideal list is longer than top places; even the best list cannot be",
        IDEAL, "sum(1 / np.log2(k + 2) for k in range(len(relevant)))")
ex.slip("your ideal list has hits in all top places, even with fewer relevant items",
        "[: len(relevant)]", "", hint=True)
ex.slip("your ideal list lacks its last hit: range(1, n) ends at n - 1, so write n + 1",
        f"float(dcg / {IDEAL})", "float(dcg) / sum(gain[: min(top, len(relevant)) - 1].tolist())")
ex.slip("your ideal list has one hit too many; it has min(top, number of relevant items)",
        IDEAL, "sum(1 / np.log2(k + 2) for k in range(min(top, len(relevant)) + 1))")
ex.slip("your ideal list is as short as the given list; a better list would fill all top places",
        "[: len(relevant)]", "[: min(len(ranked), len(relevant))]")
ex.slip("this is DCG; divide it by the DCG of the ideal list", f"dcg / {IDEAL}", "dcg", hint=True)
ex.slip("your ranks are one too large: the first place has rank 1 and gain 1 / log2(2) = 1",
        "top + 1) + 1", "top + 1) + 2", hint=True)
ex.slip("your ranks count from 0, and log2(0 + 1) is 0: enumerate(ranked[:top], 1) counts from 1",
        f"1 / {DISCOUNT}", "np.array([1 / log2(rank) for rank in range(1, top + 1)])")
ex.slip("your gain is 1 / rank; NDCG discounts more gently, by 1 / log2(rank + 1)",
        DISCOUNT, "np.arange(1, top + 1)")
ex.slip("hits after place top count in your DCG; cut the list first",
        "g for g, item in zip(gain, ranked, strict=False)", "1 / np.log2(k + 2) for k, item in enumerate(ranked)")
ex.slip("your ideal list holds relevant items of the given list only; the missed ones belong to it",
        IDEAL, "(gain[: len(set(ranked) & relevant)].sum() or 1)")
ex.slip("you divide by the number of relevant items; the hits of the ideal list are discounted, "
        "too",
        IDEAL, "len(relevant)")
ex.slip("your first two places have the same gain, as in the paper of 2002; here it is 1 / "
        "log2(rank + 1)",
        DISCOUNT, "np.maximum(1, np.log2(np.arange(1, top + 1)))")
