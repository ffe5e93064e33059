"""The metrics of all users at once, and what their means hide: the tail and the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from graphrec_utils import arguments
from graphrec_utils.data import Interactions
from graphrec_utils.kernels import ranking as kernels
from graphrec_utils.metrics.ranking import Matrix, csr, rank, rank_with


def evaluate(
    recommended: np.ndarray, test: Matrix, users: np.ndarray | None = None
) -> pd.DataFrame:
    """Return the metrics above for every user with test items; `.mean()` is what papers print.

    Args:
        recommended: (B, top) item ids, best first; -1 is an empty place.
        test: the relevant items, (m, n).
        users: (B,) whose lists these are; None when row u belongs to user u, for all m users.

    Returns:
        One row per user with test items, indexed by user id. Columns: recall, capped_recall,
        precision, hit_rate, mrr, average_precision, ndcg.

    Raises:
        ValueError: shapes or ids do not fit, a list names an item twice, or no user has test items.
    """
    lists, R, users, hits = _lists(recommended, test, users)
    count = np.diff(R.indptr)
    if not count.any():
        raise ValueError("nothing to evaluate: none of these users has a test item")
    rows = count > 0
    hits, count = hits[rows].astype(np.float64), count[rows]
    top = lists.shape[1]
    ranks = np.arange(1, top + 1)
    found, best, gain = hits.sum(axis=1), np.minimum(top, count), 1 / np.log2(ranks + 1)
    columns = {
        "recall": found / count,
        "capped_recall": found / best,
        "precision": found / top,
        "hit_rate": (found > 0).astype(np.float64),
        "mrr": (hits / ranks).max(axis=1),  # the first hit has the largest 1 / rank
        "average_precision": (hits * hits.cumsum(axis=1) / ranks).sum(axis=1) / best,
        "ndcg": hits @ gain / gain.cumsum()[best - 1],
    }
    return pd.DataFrame(columns, index=pd.Index(users[rows], name="user"))


def evaluate_model(
    model: Any, past: Matrix | None, part: Interactions, top: int = 20, seed: int = 0
) -> pd.DataFrame:
    """Return the metrics of a model for the users of `part`, one row per user, as `evaluate` does.

    Args:
        model: see `rank`; a function of users, or a matrix of scores, will do.
        past: what its users have seen, which is not recommended.
        part: what is to be found: validation or test.
        top: length of the lists.
        seed: of the order among equal scores.

    Raises:
        ValueError: as `rank` and `evaluate`.
    """
    users = np.unique(part.users)
    return evaluate(rank(model, past, top, users, seed), part, users)


def coverage(recommended: np.ndarray, num_items: int) -> float:
    """Return the share of the catalog that is in at least one list."""
    return float((exposure(recommended, num_items) > 0).mean())


def exposure(recommended: np.ndarray, num_items: int) -> np.ndarray:
    """Return (n,) how many lists each item is in."""
    lists = np.asarray(recommended)
    return np.bincount(lists[lists >= 0], minlength=num_items)


def gini(counts: np.ndarray) -> float:
    """Return the Gini index of (n,) counts: 0 if all are equal, (n - 1) / n if one has all.

    Raises:
        ValueError: a count is negative or all are 0.
    """
    counts = np.sort(np.asarray(counts, dtype=np.float64))
    if not len(counts) or counts[0] < 0 or counts[-1] == 0:
        raise ValueError("gini needs counts that are not negative and not all 0")
    n = len(counts)
    return float((2 * np.arange(1, n + 1) - n - 1) @ counts / (n * counts.sum()))


def popularity_overlap(recommended: np.ndarray, train: Matrix, seed: int = 0) -> float:
    """Return the share of recommended places that the `top` most popular items of train fill.

    Bestsellers that a user has seen are not replaced by the next ones, so the popularity ranking
    itself stays below 1.
    """
    lists = np.asarray(recommended)
    counts = csr(train).sum(axis=0)
    S = np.array(counts, dtype=np.float64).reshape(1, -1)
    nobody = np.zeros(1, dtype=np.int64)  # has seen nothing
    bestsellers = rank_with(lambda _: S, None, lists.shape[1], nobody, seed)
    return float(np.isin(lists[lists >= 0], bestsellers).mean())


def recall_by_popularity(
    recommended: np.ndarray,
    test: Matrix,
    train: Matrix,
    bounds: Sequence[int] | None = None,
    users: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return which share of the test events is found, by the popularity of their items in train.

    Args:
        bounds: the largest degree of each bucket but the last; (0, 5) makes 0, 1-5, 6 and more.
            None makes up to ten buckets of about equally many items; equal degrees stay together.

    Returns:
        One row per bucket: items, events (in test), recall (NaN without events).
    """
    lists, R, _, hits = _lists(recommended, test, users)
    n = R.shape[1]
    bucket = _buckets(np.bincount(csr(train).indices, minlength=n), bounds)
    found = lists[hits]
    table = pd.DataFrame({"items": bucket.value_counts(sort=False)})
    per_item = pd.DataFrame({"events": np.bincount(R.indices, minlength=n)})
    per_item["recall"] = np.bincount(found, minlength=n)
    table = table.join(per_item.groupby(bucket, observed=False).sum())
    table["recall"] /= table["events"].where(table["events"] > 0)
    return table.rename_axis("popularity")


def recall_by_group(
    recommended: np.ndarray,
    users: np.ndarray,
    items: np.ndarray,
    group: np.ndarray,
    num_groups: int,
) -> np.ndarray:
    """Return (T,) which share of each group of items is found; NaN where it has no pair.

    Args:
        recommended: (m, top) lists, row u for user u.
        users, items: (E,) the pairs to be found.
        group: (n,) the group of each item, below `num_groups`.
        num_groups: T.

    Raises:
        ValueError: an item of a list or a pair, or a group, is out of range.

    Built in lesson 18, exercise 18.3.
    """
    lists, items, group = np.asarray(recommended), np.asarray(items), np.asarray(group)
    arguments.ids("users", users, len(lists), "the rows of recommended")
    arguments.ids("items", items, len(group), "the entries of group")
    arguments.ids("group", group, num_groups, "num_groups")
    hit = (lists[users] == items[:, None]).any(axis=1)
    count = np.bincount(group[items], minlength=num_groups).astype(np.float64)
    count[count == 0] = np.nan
    return np.bincount(group[items], hit, minlength=num_groups) / count


def by_activity(
    per_user: pd.DataFrame, train: Matrix, bounds: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return the means of what `evaluate` returned, by the users' numbers of items in train.

    Args:
        bounds: as in `recall_by_popularity`; the buckets are those of the evaluated users.
    """
    bucket = _buckets(np.diff(csr(train).indptr)[per_user.index], bounds)
    bucket.index = per_user.index
    table = pd.DataFrame({"users": bucket.value_counts(sort=False)})
    means = per_user.groupby(bucket, observed=False).mean()
    return table.join(means).rename_axis("activity")


def _buckets(degree: np.ndarray, bounds: Sequence[int] | None) -> pd.Series:
    """Return the bucket "1-5" of each degree as a categorical series."""
    if bounds is None:
        bounds = np.unique(np.quantile(degree, np.arange(0.1, 1, 0.1), method="lower"))
        bounds = bounds[bounds < degree.max()]
    bounds = [int(bound) for bound in bounds]
    if bounds != sorted(set(bounds)):
        raise ValueError(f"bounds must increase; got {bounds}")
    lows = [0, *(bound + 1 for bound in bounds)]
    names = [f"{a}-{b}" if a < b else f"{b}" for a, b in zip(lows, bounds, strict=False)]
    which = np.searchsorted(bounds, degree)
    return pd.Series(pd.Categorical.from_codes(which, [*names, f"{lows[-1]}+"]))


def hit_chance(rank, num_items: int, num_negatives: int, top: int):
    """Return the chance that an item is among the first `top` of itself and sampled negatives.

    Args:
        rank: its rank among all items, from 1; one or many.
        num_items: all items.
        num_negatives: how many of the others are drawn, each at most once.
        top: the cut-off: fewer than `top` of the rank - 1 better items may be drawn.
    """
    return stats.hypergeom.cdf(top - 1, num_items - 1, np.asarray(rank) - 1, num_negatives)


def _lists(recommended: np.ndarray, test: Matrix, users: np.ndarray | None):
    """Return ((B, top) lists, (B, n) their users' test rows, (B,) users, (B, top) bool hits)."""
    lists, R = np.asarray(recommended), csr(test)
    if lists.ndim != 2 or not np.issubdtype(lists.dtype, np.integer):
        raise ValueError(f"recommended must be (B, top) item ids; got {lists.dtype} {lists.shape}")
    rows = np.arange(R.shape[0]) if users is None else np.asarray(users)
    if len(rows) != len(lists):
        raise ValueError(f"{len(lists)} lists for {len(rows)} users; say whose they are: users=")
    arguments.ids("users", rows, R.shape[0], "the users of test")
    if lists.size and not -1 <= lists.min() <= lists.max() < R.shape[1]:
        raise ValueError(f"item ids must lie in 0...{R.shape[1] - 1}, or be -1")
    R = R if users is None else R[rows]
    hits = np.empty(lists.shape, dtype=bool)
    indptr, indices = R.indptr.astype(np.int64), R.indices.astype(np.int32)
    if kernels.found(np.ascontiguousarray(lists, np.int64), indptr, indices, hits):
        raise ValueError("a ranked list names an item once; one of these names an item twice")
    return lists, R, rows, hits
