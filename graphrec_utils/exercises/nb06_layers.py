"""Lesson 06: layers with weights of your own (06.6), recall by popularity (06.7)."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 06.6


def combine_layers(A_hat, E0, alpha):
    return _weighted(A_hat, E0, alpha)


def _weighted(A_hat, E0, alpha):
    total, E = alpha[0] * E0, E0
    for a in alpha[1:]:
        E = A_hat @ E
        total = total + a * E
    return total


def _inside(A_hat, E0, alpha):
    """Multiply the running layer, so that layer k has the weight α_0 α_1 … α_k."""
    E = total = alpha[0] * E0
    for a in alpha[1:]:
        E = a * (A_hat @ E)
        total = total + E
    return total


def _no_layer_zero(A_hat, E0, alpha):
    return A_hat @ _weighted(A_hat, E0, alpha)


def _graph(rng, alpha) -> dict:
    m, n = int(rng.integers(4, 6)), 5
    R = (rng.random((m, n)) < 0.5).astype(np.float32)
    R[0], R[:, 0] = 1, 1
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R)))
    E0 = torch.from_numpy(rng.normal(size=(m + n, 3)).astype(np.float32))
    return {"A_hat": A_hat, "E0": E0, "alpha": torch.tensor(alpha, dtype=torch.float32)}


EX_6 = Exercise(
    id="06.6",
    function="combine_layers",
    points=2,
    reference=combine_layers,
    library="graphrec_utils.propagation.propagate",
    claims=(
        Claim("α = (0, 0, 0, 1): the last layer alone", lambda g: _graph(g, [0, 0, 0, 1])),
        Claim("any weights, layer 0 included", lambda g: _graph(g, [0.5, 0.3, 0.1, 0.3])),
        Claim(
            "weights that do not add up to 1, one of them negative", lambda g: _graph(g, [2, -1, 3])
        ),
    ),
    mistakes=(
        Mistake(
            "the mean, whatever α is",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, torch.ones_like(alpha) / len(alpha)),
            "you took the mean of the layers; α is not used",
        ),
        Mistake(
            "α from the last layer to the first",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha.flip(0)),
            "your weights run from the last layer to the first; α[0] belongs to layer 0",
        ),
        Mistake(
            "α scaled to 1",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha / alpha.sum()),
            "you scaled α to sum 1; use the weights as they are",
        ),
        Mistake(
            "softmax of α",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha.softmax(0)),
            "you took a softmax of α; use the weights as they are",
        ),
        Mistake(
            "weights multiply along the way",
            _inside,
            "each of your weights also multiplies all later layers: weigh a copy, propagate the "
            "layer itself",
        ),
        Mistake(
            "E0 without its weight",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha) + (1 - alpha[0]) * E0,
            "your sum starts with E0 itself, as in 06.1; here layer 0 has a weight, too, α[0]",
        ),
        Mistake(
            "α[0] on layer 1",
            _no_layer_zero,
            "your α[0] meets layer 1; it belongs to E0",
        ),
        Mistake(
            "averaged on top",
            lambda A_hat, E0, alpha: _weighted(A_hat, E0, alpha) / len(alpha),
            "you divided by the number of layers on top of the weights",
        ),
    ),
    hints=(
        "What changes in exercise 06.1 if the mean becomes a weighted sum?",
        "Start with `alpha[0] * E0`. Then K times: propagate, and add the layer times its weight.",
        "`for a in alpha[1:]: E = A_hat @ E; total = total + a * E`.",
    ),
)

# ---------------------------------------------------------------- 06.7


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
        "1)`; where the lower number is 0 the result must be NaN.",
    ),
)

EXERCISES = (EX_6, EX_7)
