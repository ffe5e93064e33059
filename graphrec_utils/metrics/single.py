"""The metrics of one ranked list, each as its formula reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2, nan

from graphrec_utils import arguments


def recall_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return |L ∩ Rel| / |Rel|: which share of the relevant items is found.

    Args:
        ranked: distinct item ids, best first; only the first `top` count.
        relevant: the user's test items.
        top: the cut-off, at least 1.

    Returns:
        A number in [0, 1], here and in the functions below; NaN without relevant items. With more
        than `top` relevant items 1 is out of reach, see `capped_recall_at_k`.

    Raises:
        TypeError: top is no integer.
        ValueError: top < 1, or an item occurs twice in the list.

    Built in lesson 01, exercise 01.2.
    """
    hits, count = _hits(ranked, relevant, top)
    return sum(hits) / count if count else nan


def capped_recall_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return |L ∩ Rel| / min(top, |Rel|), so that a perfect list always has 1."""
    hits, count = _hits(ranked, relevant, top)
    return sum(hits) / min(top, count) if count else nan


def precision_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return |L ∩ Rel| / top: which share of the places is used well."""
    hits, count = _hits(ranked, relevant, top)
    return sum(hits) / top if count else nan


def hit_rate_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return 1 if any of the first `top` items is relevant, else 0.

    Built in lesson 01, exercise 01.2.
    """
    hits, count = _hits(ranked, relevant, top)
    return float(any(hits)) if count else nan


def mrr(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return 1 / rank of the first relevant item among the first `top`; 0 if there is none.

    Built in lesson 01, exercise 01.2.
    """
    hits, count = _hits(ranked, relevant, top)
    return next((1 / rank for rank, hit in enumerate(hits, 1) if hit), 0.0) if count else nan


def average_precision_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return the sum over hits of the precision at their ranks, divided by min(top, |Rel|)."""
    hits, count = _hits(ranked, relevant, top)
    total = sum(sum(hits[:rank]) / rank for rank, hit in enumerate(hits, 1) if hit)
    return total / min(top, count) if count else nan


def dcg_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return the sum over hits of 1 / log2(rank + 1); not normalized, so it may exceed 1."""
    hits, count = _hits(ranked, relevant, top)
    return sum(1 / log2(rank + 1) for rank, hit in enumerate(hits, 1) if hit) if count else nan


def ndcg_at_k(ranked: Sequence[int], relevant: Collection[int], top: int) -> float:
    """Return DCG / IDCG, where the ideal list has all min(top, |Rel|) hits in front.

    The first code of NGCF took the retrieved hits only into the ideal; that rates a list by the
    order of its hits and forgives the missing ones.

    Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418. Built in lesson 01,
    exercise 01.3.
    """
    _, count = _hits(ranked, relevant, top)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(top, count) + 1))
    return dcg_at_k(ranked, relevant, top) / ideal if count else nan


def _hits(ranked: Sequence, relevant: Collection, top: int) -> tuple[list[bool], int]:
    """Return for each of the first `top` items whether it is relevant, and |Rel|."""
    arguments.integer("top", top)
    # tolist: two tensors of the number 3 are two different members of a set
    ranked, relevant = (x.tolist() if hasattr(x, "tolist") else x for x in (ranked, relevant))
    first, wanted = list(ranked)[:top], set(relevant)
    if len(set(first)) < len(first):
        raise ValueError(f"a ranked list names an item once; got {first}")
    return [item in wanted for item in first], len(wanted)
