"""Lesson 01: popularity with decay, and which items are alike."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 01.5


def popularity(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 0.5 ** (age / half_life))


def _decayed(items, times, num_items, now, weight):
    past = times <= now
    value = weight(now - times[past])
    return np.bincount(items[past], weights=value * np.ones(past.sum()), minlength=num_items)


def _counts(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 1.0)


def _by_e(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: np.exp(-age / half_life))


def _growing(items, times, num_items, half_life, now):
    return _decayed(items, times, num_items, now, lambda age: 2.0 ** (age / half_life))


def _knows_the_future(items, times, num_items, half_life, now):
    return np.bincount(items, 0.5 ** ((now - times) / half_life), minlength=num_items)


def _repeats_count_once(items, times, num_items, half_life, now):
    past, score = times <= now, np.zeros(num_items)
    score[items[past]] += 0.5 ** ((now - times[past]) / half_life)
    return score


def _not_now(items, times, num_items, half_life, now):
    before = times < now
    return popularity(items[before], times[before], num_items, half_life, now)


def _only_seen_items(items, times, num_items, half_life, now):
    return popularity(items, times, int(items.max()) + 1, half_life, now)


def _from_last_event(items, times, num_items, half_life, now):
    return popularity(items, times, num_items, half_life, times[times <= now].max())


def _three_events(rng) -> dict:
    """Item 1 now and one half-life ago, item 0 two half-lives ago: 0.25, 1.5."""
    days = int(rng.integers(2, 9))
    times = 100 - np.array([0, days, 2 * days], dtype=np.int64)
    items = np.array([1, 1, 0], dtype=np.int64)
    return {"items": items, "times": times, "num_items": 2, "half_life": days, "now": 100}


def _month(rng) -> dict:
    items = np.concatenate([np.arange(6), rng.integers(0, 6, size=18)]).astype(np.int64)
    times = rng.integers(60, 90, size=24).astype(np.int64)
    times[0] = 89
    return {"items": items, "times": times, "num_items": 6, "half_life": 7, "now": 89}


def _unknown_items(rng) -> dict:
    return _month(rng) | {"num_items": 9}


def _with_future(rng) -> dict:
    return _month(rng) | {"now": 78}


def _quiet_days(rng) -> dict:
    return _month(rng) | {"now": 100}


EX_5 = Exercise(
    id="01.5",
    function="popularity",
    points=3,
    reference=popularity,
    library="graphrec_utils.models.baselines.popularity",
    claims=(
        Claim("an event counts 1 now and 1/2 one half-life ago", _three_events),
        Claim("all events of an item add up", _month),
        Claim("age is measured from now, also if the last event is days ago", _quiet_days),
        Claim("an item without events has popularity 0", _unknown_items),
        Claim("what happens after now is not known yet", _with_future),
    ),
    mistakes=(
        Mistake(
            "no decay", _counts, "you count events; an old event should weigh less than a new one"
        ),
        Mistake(
            "knows the future",
            _knows_the_future,
            "you count events after now: that is popularity measured on the test period",
        ),
        Mistake(
            "repeats count once",
            _repeats_count_once,
            "score[items] += … adds only one event of each item, as NumPy does not repeat an index; "
            "use np.bincount or np.add.at",
        ),
        Mistake(
            "drops the events of now",
            _not_now,
            "you drop the events at the time now; they have happened: use times <= now",
        ),
        Mistake(
            "decays by e",
            _by_e,
            "you decay by exp(-age / half_life), which leaves 37 % after one half-life, not half",
        ),
        Mistake("grows", _growing, "old events weigh more than new ones in yours; turn the sign"),
        Mistake(
            "age from the last event",
            _from_last_event,
            "you measure age from the last event; measure it from now",
        ),
        Mistake(
            "forgets items",
            _only_seen_items,
            "the items without events at the end are missing; np.bincount takes minlength",
        ),
        Mistake(
            "whole half-lives",
            lambda items, times, num_items, half_life, now: _decayed(
                items, times, num_items, now, lambda age: 0.5 ** (age // half_life)
            ),
            "// counts whole half-lives only, so your events lose nothing for days and then half: use /",
        ),
        Mistake(
            "later events count fully",
            lambda items, times, num_items, half_life, now: popularity(
                items, np.minimum(times, now), num_items, half_life, now
            ),
            "events after now count fully in yours: leave them out",
        ),
        Mistake(
            "mirrors the future",
            lambda items, times, num_items, half_life, now: popularity(
                items, now - abs(now - times), num_items, half_life, now
            ),
            "tomorrow counts like yesterday in yours: leave later events out instead of taking abs",
        ),
    ),
    hints=(
        "How much is an event of age `now - times` worth? Halve 1 once per half-life.",
        "Keep the past with `past = times <= now`; the worth is `0.5 ** (age / half_life)`.",
        "`np.bincount(items[past], weights=worth, minlength=num_items)` adds the worth per item.",
    ),
)

# ---------------------------------------------------------------- 01.6


def item2item_cosine(R):
    S = cosine(R.T)
    S.fill_diagonal_(0)
    return S


def cosine(X):
    """Cosines of the rows of a matrix of zeros and ones; 0 for an empty row."""
    C = X @ X.T
    c = C.diagonal()
    return C / torch.outer(c, c).sqrt().clamp(min=1)


def _similar(formula):
    """Return item2item with another formula of the common likes C and the counts."""

    def function(R):
        C = R.T @ R
        c = C.diagonal().clone()
        S = formula(C, c[:, None], c[None, :])
        S.fill_diagonal_(0)
        return S

    return function


def _emptied_view(R):
    C = R.T @ R
    c = C.diagonal()  # a view
    C.fill_diagonal_(0)
    return C / torch.outer(c, c).sqrt()


def _normalized_rows(R):
    unit = torch.nn.functional.normalize(R, dim=1)
    S = unit.T @ unit
    S.fill_diagonal_(0)
    return S


def _likes(rng, m: int, n: int, density: float = 0.45) -> torch.Tensor:
    """Zeros and ones; nobody and nothing without a like, popularities that differ."""
    R = torch.from_numpy((rng.random((m, n)) < density).astype("float32"))
    R[:, 0] = 1
    R[0, :] = 1
    return R


def _table_of_likes(rng) -> dict:
    return {"R": _likes(rng, int(rng.integers(7, 10)), int(rng.integers(4, 7)))}


def _unloved_item(rng) -> dict:
    inputs = _table_of_likes(rng)
    inputs["R"][:, 2] = 0
    return inputs


def _off_diagonal(got, expected, inputs):
    """Compare everything but the diagonal, which has a claim of its own."""
    off = ~torch.eye(len(expected), dtype=torch.bool)
    return close(torch.where(off, got, expected), expected)


EX_6 = Exercise(
    id="01.6",
    function="item2item_cosine",
    points=5,
    reference=item2item_cosine,
    library="graphrec_utils.models.baselines.item2item",
    claims=(
        Claim(
            "counts 2, 4, 2: cosines .7071, .5, .7071",
            lambda rng: {"R": toy.t3()},
            judge=_off_diagonal,
        ),
        Claim(
            "fans of both over the root of fans times fans", _table_of_likes, judge=_off_diagonal
        ),
        Claim(
            "an item nobody likes is similar to nothing: 0, not NaN",
            _unloved_item,
            judge=_off_diagonal,
        ),
        Claim("the diagonal is 0, so that no item recommends itself", _table_of_likes),
    ),
    mistakes=(
        Mistake(
            "keeps the diagonal",
            lambda R: cosine(R.T),
            "every item is most similar to itself in yours: set the diagonal to 0",
        ),
        Mistake(
            "counts common fans",
            _similar(lambda C, a, b: C.clone()),
            "you count common fans and divide by nothing, or by 1: c = C.diagonal() is a view, which "
            "C.fill_diagonal_(0) empties, too",
        ),
        Mistake(
            "emptied view",
            _emptied_view,
            "you divide by 0: c = C.diagonal() is a view, and C.fill_diagonal_(0) empties it; fill "
            "the diagonal last",
        ),
        Mistake(
            "normalizes rows",
            _normalized_rows,
            "you normalized the rows of R, the users; the cosine of two items normalizes columns",
        ),
        Mistake(
            "compares users",
            lambda R: item2item_cosine(R.T),
            "you compared the rows of R, which are users; items are its columns",
        ),
        Mistake(
            "Jaccard",
            _similar(lambda C, a, b: C / (a + b - C).clamp(min=1)),
            "this is Jaccard: common fans over fans of either; cosine divides by sqrt(c_i c_j)",
        ),
        Mistake(
            "forgets the root",
            _similar(lambda C, a, b: C / (a * b).clamp(min=1)),
            "you divide by c_i c_j without the square root; that favors items with hardly any fan",
        ),
        Mistake(
            "one side only",
            _similar(lambda C, a, b: C / a.clamp(min=1)),
            "you divide by the fans of one item only: a hit is then the best neighbor of everything",
        ),
        Mistake(
            "NaN",
            _similar(lambda C, a, b: C / (a * b).sqrt()),
            "an item without fans gives 0 / 0, which is NaN; make the divisor at least 1",
        ),
        Mistake(
            "Dice",
            _similar(lambda C, a, b: 2 * C / (a + b).clamp(min=1)),
            "you divide by the mean of c_i and c_j, which is Dice; cosine divides by sqrt(c_i c_j)",
        ),
    ),
    hints=(
        "What is entry (i, j) of `R.T @ R`? And what is on its diagonal?",
        "With `C = R.T @ R` and `c = C.diagonal().clone()` (without `clone` it is a view, and changes "
        "with C): cosine is `C[i, j] / sqrt(c[i] * c[j])`.",
        "`S = C / torch.outer(c, c).sqrt().clamp(min=1)`, then `S.fill_diagonal_(0)`.",
    ),
)

EXERCISES = (EX_5, EX_6)
