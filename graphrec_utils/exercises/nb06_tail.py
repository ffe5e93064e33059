"""Lesson 06: recall by popularity (06.7)."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def tail_report(recommended, test_users, test_items, degree, bounds):
    return _report(recommended, test_users, test_items, degree[test_items], bounds)


def _found(recommended, users, items):
    return (recommended[users] == items[:, None]).any(axis=1)  # (E,)


def _ratio(hits, events):
    return np.divide(hits, events, out=np.full(len(hits), np.nan), where=events > 0)


def _report(recommended, users, items, key, bounds, side="left"):
    """Return the share of found events, by buckets of the events' keys."""
    bucket = np.searchsorted(bounds, key, side=side)
    hits = np.bincount(bucket, _found(recommended, users, items), len(bounds) + 1)
    return _ratio(hits, np.bincount(bucket, minlength=len(bounds) + 1))


def _mean_over_users(recommended, users, items, degree, bounds):
    bucket, found = np.searchsorted(bounds, degree[items]), _found(recommended, users, items)
    rows = []
    for b in range(len(bounds) + 1):
        per_user = [found[(users == u) & (bucket == b)] for u in np.unique(users)]
        shares = [x.mean() for x in per_user if len(x)]
        rows.append(np.mean(shares) if shares else np.nan)
    return np.array(rows)


def _share_of_hits(recommended, users, items, degree, bounds):
    found = _found(recommended, users, items)
    bucket = np.searchsorted(bounds, degree[items[found]])
    return np.bincount(bucket, minlength=len(bounds) + 1) / max(1, found.sum())


def _per_item(recommended, users, items, degree, bounds):
    n, found = len(degree), _found(recommended, users, items)
    events = np.bincount(items, minlength=n)
    recall = _ratio(np.bincount(items, found, n), events)
    bucket = np.searchsorted(bounds, degree)
    rows = [recall[(bucket == b) & (events > 0)] for b in range(len(bounds) + 1)]
    return np.array([x.mean() if len(x) else np.nan for x in rows])


def _share_of_all(recommended, users, items, degree, bounds):
    bucket = np.searchsorted(bounds, degree[items])
    hits = np.bincount(bucket, _found(recommended, users, items), len(bounds) + 1)
    return hits / len(items)


def _in_any_list(recommended, users, items, degree, bounds):
    bucket, size = np.searchsorted(bounds, degree[items]), len(bounds) + 1
    hits = np.bincount(bucket, np.isin(items, recommended), size)
    return _ratio(hits, np.bincount(bucket, minlength=size))


def _up_to_the_last_event(recommended, users, items, degree, bounds):
    """np.bincount without minlength: as many entries as the largest bucket asks for."""
    bucket = np.searchsorted(bounds, degree[items])
    hits = np.bincount(bucket, _found(recommended, users, items))
    return _ratio(hits, np.bincount(bucket))


def _buckets_with_events(recommended, users, items, degree, bounds):
    """What groupby returns, or a loop over np.unique."""
    report = tail_report(recommended, users, items, degree, bounds)
    return report[~np.isnan(report)]


def _per_item_of_the_bucket(recommended, users, items, degree, bounds):
    hits, size = _hits(recommended, users, items, degree, bounds), len(bounds) + 1
    return _ratio(hits, np.bincount(np.searchsorted(bounds, degree), minlength=size))


def _hits(recommended, users, items, degree, bounds):
    bucket = np.searchsorted(bounds, degree[items])
    return np.bincount(bucket, _found(recommended, users, items), len(bounds) + 1)


def _up_to_each_bound(recommended, users, items, degree, bounds):
    found, d = _found(recommended, users, items), degree[items]
    shares = [found[d <= bound] for bound in (*bounds, np.inf)]
    return np.array([x.mean() if len(x) else np.nan for x in shares])


def _recommended_places(recommended, users, items, degree, bounds):
    bucket = np.searchsorted(bounds, degree[items])
    places = np.bincount(np.searchsorted(bounds, degree[recommended.ravel()]), minlength=9)
    hits = np.bincount(bucket, _found(recommended, users, items), len(bounds) + 1)
    return _ratio(hits, places[: len(bounds) + 1])


def _by_hand(rng, bounds) -> dict:
    """Two users, four items of degree 1, 2, 3, 9; of six test events three are found."""
    return {
        "recommended": np.array([[0, 3], [3, 1]]),
        "test_users": np.array([0, 0, 0, 1, 1, 1]),
        "test_items": np.array([0, 1, 3, 0, 2, 3]),
        "degree": np.array([1, 2, 3, 9]),
        "bounds": bounds,
    }


def _lists(rng, empty: str = "") -> dict:
    """Users with one to eight test items; popular items are found more often.

    `empty` says which bucket has no items: the first, the last or neither.
    """
    m, n, top = 30, 24, 5
    degree = rng.permutation(np.arange(1, n + 1))
    if empty:
        degree = degree.clip(7, None) if empty == "first" else degree.clip(None, 18)
    score = rng.random((m, n)) + 0.04 * degree
    recommended = np.argsort(-score, axis=1)[:, :top]
    test = rng.random((m, n)).argsort(axis=1) < rng.integers(1, 9, m)[:, None]
    users, items = test.nonzero()
    return {
        "recommended": recommended, "test_users": users, "test_items": items,
        "degree": degree, "bounds": [6, 12, 18],
    }  # fmt: skip


EX_7 = Exercise(
    id="06.7",
    function="tail_report",
    points=4,
    reference=tail_report,
    library="graphrec_utils.metrics.recall_by_popularity",
    claims=(
        Claim("six test events in two buckets, counted by hand", lambda g: _by_hand(g, [4])),
        Claim("many users and items", _lists),
        Claim(
            "an item whose degree is a bound belongs to the bucket below",
            lambda g: _by_hand(g, [2, 3]),
        ),
        Claim("a bucket without test events is NaN, not 0", lambda g: _lists(g, empty="first")),
        Claim(
            "the last bucket has an entry even if nothing is in it",
            lambda g: _lists(g, empty="last"),
        ),
    ),
    mistakes=(
        Mistake(
            "degree below the bound",
            lambda r, u, i, degree, bounds: _report(r, u, i, degree[i], bounds, "right"),
            "you moved items whose degree equals a bound up by one bucket; a bound is the largest "
            "degree of its bucket",
        ),
        Mistake(
            "mean over users",
            _mean_over_users,
            "you averaged over users; here every test event counts the same",
        ),
        Mistake(
            "mean over items",
            _per_item,
            "you averaged over items; here every test event counts the same",
        ),
        Mistake(
            "share of the hits",
            _share_of_hits,
            "your numbers add up to 1: this is how the hits divide among the buckets. Recall divides "
            "by the test events of the same bucket",
        ),
        Mistake(
            "share of all events",
            _share_of_all,
            "you divided by all test events; each bucket divides by its own",
        ),
        Mistake(
            "in anybody's list",
            _in_any_list,
            "an event counts as found in yours if the item is in anybody's list; it must be in the "
            "list of the event's user, `recommended[test_users]`",
        ),
        Mistake(
            "0 for an empty bucket",
            lambda *given: np.nan_to_num(tail_report(*given)),
            "a bucket without test events has no recall: 0 / 0 is NaN, a 0 would read like a failure",
        ),
        Mistake(
            "as long as there are events",
            _up_to_the_last_event,
            "your array ends at the last bucket that has an event, so its length depends on the data: "
            "give `np.bincount` a minlength of len(bounds) + 1",
        ),
        Mistake(
            "empty buckets left out",
            _buckets_with_events,
            "you return only the buckets that have events: there are always len(bounds) + 1, and an "
            "empty one is NaN",
        ),
        Mistake(
            "no bucket above the last bound",
            lambda *given: tail_report(*given)[:-1],
            "the items above the last bound are missing: there are len(bounds) + 1 buckets",
        ),
        Mistake(
            "numbers of hits",
            lambda *given: _hits(*given).astype(float),
            "you return how many events were found; divide by the number of events of the bucket",
        ),
        Mistake(
            "hits per item",
            _per_item_of_the_bucket,
            "you divided by the number of items in the bucket; divide by its test events",
        ),
        Mistake(
            "up to each bound",
            _up_to_each_bound,
            "your buckets contain the ones before: a bucket starts above the bound before it",
        ),
        Mistake(
            "precision",
            _recommended_places,
            "you divided by the recommended places of the bucket, which is precision",
        ),
        Mistake(
            "buckets of users",
            lambda r, u, i, degree, bounds: _report(
                r, u, i, np.bincount(u, minlength=len(r))[u], bounds
            ),
            "your buckets are made of users; here the degree of the event's item decides",
        ),
        Mistake(
            "whole recall everywhere",
            lambda r, u, i, degree, bounds: np.full(len(bounds) + 1, _found(r, u, i).mean()),
            "every bucket has the same number in yours, the recall of all events together",
        ),
    ),
    hints=(
        "A test event is a pair (user, item). In which bucket is it, and was it found?",
        "`found = (recommended[test_users] == test_items[:, None]).any(axis=1)`; the bucket of a "
        "degree is `np.searchsorted(bounds, degree)`, because a bound belongs to the bucket below.",
        "`np.bincount(bucket, found, len(bounds) + 1) / np.bincount(bucket, minlength=len(bounds) + "
        "1)`; where the lower number is 0 this gives NaN, as it should, and a warning that does no "
        "harm.",
    ),
)
