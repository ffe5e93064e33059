"""Claims and mistakes of lesson 01, Recommender basics: the split and the first metrics.

An exercise takes about 120 lines, so the others are in `nb01_ranking` (01.3 and 01.4), `nb01_items`
(01.5 and 01.6) and `nb01_users` (01.7 and 01.8).
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises import nb01_items, nb01_ranking, nb01_users
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 01.1


def temporal_split(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times >= first).astype(np.int64) + (times >= second)


def _sorted_times(rng) -> dict:
    times = np.cumsum(rng.integers(1, 9, size=20)).astype(np.int64)
    return {"times": times, "train_share": 0.6, "val_share": 0.2}


def _shuffled_times(rng) -> dict:
    inputs = _sorted_times(rng)
    return inputs | {"times": rng.permutation(inputs["times"])}


def _busy_days(rng) -> dict:
    """Nearly all events fall into the last tenth of the calendar."""
    gaps = np.where(np.arange(20) < 3, 1000, rng.integers(1, 9, size=20))
    return _sorted_times(rng) | {"times": rng.permutation(np.cumsum(gaps)).astype(np.int64)}


def _same_seconds(rng) -> dict:
    """Four moments of five events each; both cuts fall inside one of them."""
    moments = np.cumsum(rng.integers(1, 9, size=4))
    return _sorted_times(rng) | {"times": rng.permutation(np.repeat(moments, 5)).astype(np.int64)}


def _seven_tenths(rng) -> dict:
    return _shuffled_times(rng) | {"train_share": 0.7, "val_share": 0.1}


def _cut_rows(times, train_share, val_share):
    rows = np.arange(len(times))
    return temporal_split(rows, train_share, val_share)


def _cut_calendar(times, train_share, val_share):
    start, span = times.min(), times.max() - times.min()
    cuts = [start + share * span for share in (train_share, train_share + val_share)]
    return (times >= cuts[0]).astype(np.int64) + (times >= cuts[1])


def _cut_positions(times, train_share, val_share):
    place = np.argsort(np.argsort(times, kind="stable"), kind="stable")
    return temporal_split(place, train_share, val_share)


def _cut_exclusive(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times > first).astype(np.int64) + (times > second)


def _cut_with_int(times, train_share, val_share):
    ordered = np.sort(times)
    first = ordered[int(train_share * len(times))]
    second = ordered[int((train_share + val_share) * len(times))]
    return (times >= first).astype(np.int64) + (times >= second)


EX_1 = Exercise(
    id="01.1",
    function="temporal_split",
    points=4,
    reference=temporal_split,
    library="graphrec_utils.data.temporal_split",
    claims=(
        Claim("a table in order of time is cut after 60 % and 80 % of its rows", _sorted_times),
        Claim("the order of the rows does not matter, only the times do", _shuffled_times),
        Claim("shares are shares of the events, not of the calendar", _busy_days),
        Claim("events of one second stay together, in the later part", _same_seconds),
        Claim("with shares 0.7 and 0.1, 16 of 20 events lie before the test part", _seven_tenths),
    ),
    mistakes=(
        Mistake(
            "cuts the table",
            _cut_rows,
            "you cut the table by the order of its rows, not by time: its last rows may be its oldest",
        ),
        Mistake(
            "newest first",
            lambda times, *shares: temporal_split(-times, *shares),
            "your time runs backwards: the newest events are in train, the oldest in test",
        ),
        Mistake(
            "cuts the calendar",
            _cut_calendar,
            "you cut the calendar at 60 % of the days; cut so that 60 % of the events come before",
        ),
        Mistake(
            "separates equal times",
            _cut_positions,
            "you cut by position, so events of one second fall into two parts; compare times with "
            "the time at the cut",
        ),
        Mistake(
            "cut belongs to the earlier part",
            _cut_exclusive,
            "the event at the cut is in your earlier part; it is the first of the later one: use >=",
        ),
        Mistake(
            "int instead of round",
            _cut_with_int,
            "for a computer 0.7 + 0.1 is a little less than 0.8, and int() cuts that off: use round",
        ),
    ),
    hints=(
        "Sort the times once. At which position does the test part begin, and what time is it there?",
        "`first = ordered[round(train_share * len(times))]`; every event with `times >= first` is "
        "at least in val.",
        "Add two comparisons: `(times >= first).astype(int) + (times >= second)`.",
    ),
)

# ---------------------------------------------------------------- 01.2


def recall_hit_mrr(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / wanted)


def _averages(lists, relevant, top, recall, hit=any, rank=None, silent=False):
    """Return the three means; `recall`, `hit` and `rank` say how one user's value is made."""
    rows = []
    for ranked, wanted in zip(lists, relevant, strict=True):
        hits = [item in wanted for item in ranked[:top]]
        if wanted:
            value = (rank or _first_rank)(hits)
            rows.append((recall(hits, len(wanted), top), float(hit(hits)), value))
        elif silent:
            rows.append((0.0, 0.0, 0.0))
    return tuple(float(np.mean(column)) for column in zip(*rows, strict=True))


def _first_rank(hits):
    return next((1 / rank for rank, hit in enumerate(hits, 1) if hit), 0.0)


def _share(hits, wanted, top):
    return sum(hits) / wanted


def _over_top(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / top)


def _capped(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / min(top, wanted))


def _silent_as_zero(lists, relevant, top):
    return _averages(lists, relevant, top, _share, silent=True)


def _pooled(lists, relevant, top):
    found = sum(len(set(ranked[:top]) & wanted) for ranked, wanted in zip(lists, relevant))  # noqa: B905
    _, hit, mrr = recall_hit_mrr(lists, relevant, top)
    return found / sum(map(len, relevant)), hit, mrr


def _counts_hits(lists, relevant, top):
    return _averages(lists, relevant, top, _share, hit=sum)


def _all_ranks(hits):
    ranks = [1 / rank for rank, hit in enumerate(hits, 1) if hit]
    return float(np.mean(ranks)) if ranks else 0.0


def _with_rank(rank):
    """Return the three means with another value of one user's hits in place of `_first_rank`."""
    return lambda lists, relevant, top: _averages(lists, relevant, top, _share, rank=rank)


def _ignores_top(lists, relevant, top):
    return recall_hit_mrr(lists, relevant, max(map(len, lists)))


def _two_of_three(rng) -> dict:
    items = [int(i) for i in rng.permutation(90)[:6] + 10]
    return {"lists": [items[:5]], "relevant": [{items[1], items[4], items[5]}], "top": 5}


def _people(rng, length: int, top: int) -> dict:
    """Five users: some find much, some little, one finds nothing among the first `top`."""
    lists, relevant = [], []
    for found in ((1, 3), (0, 2, 4), (2,), (3, 4), ()):
        items = [int(i) for i in rng.permutation(90)[: length + 6] + 10]
        late = items[top:length][:1]  # relevant, but listed after `top`
        missed = items[length : length + int(rng.integers(1, 6))]
        lists.append(items[:length])
        relevant.append({items[k] for k in found} | set(late) | set(missed))
    return {"lists": lists, "relevant": relevant, "top": top}


def _five_places(rng) -> dict:
    return _people(rng, 5, 5)


def _long_lists(rng) -> dict:
    return _people(rng, 9, 5)


def _silent_users(rng) -> dict:
    inputs = _people(rng, 5, 5)
    for u in (1, 4):
        inputs["relevant"][u] = set()
    return inputs


EX_2 = Exercise(
    id="01.2",
    function="recall_hit_mrr",
    points=4,
    reference=recall_hit_mrr,
    library="graphrec_utils.metrics.recall_at_k",
    claims=(
        Claim("hits at ranks 2 and 5 of three relevant items: 2/3, 1 and 1/2", _two_of_three),
        Claim("recall is the mean share of relevant items found", _five_places, judge=part(0)),
        Claim("hit rate is the share of users with a hit", _five_places, judge=part(1)),
        Claim("MRR: the mean of 1 / rank of the first hit, 0 if none", _five_places, judge=part(2)),
        Claim("only the first top places of a longer list count", _long_lists),
        Claim("users without test items are left out of all means", _silent_users),
    ),
    mistakes=(
        Mistake(
            "recall over top",
            _over_top,
            "your recall divides by top: that is precision; divide by the number of relevant items",
        ),
        Mistake(
            "capped recall",
            _capped,
            "your recall divides by min(top, relevant): a fair number with another name, capped recall",
        ),
        Mistake(
            "silent users as zero",
            _silent_as_zero,
            "users without test items count as 0 in your means; nobody could have served them better",
        ),
        Mistake(
            "pooled",
            _pooled,
            "you pooled all users into one recall, so busy users weigh more; average the users' values",
        ),
        Mistake(
            "counts hits",
            _counts_hits,
            "your hit rate counts every hit; it asks whether there is at least one",
        ),
        Mistake(
            "all hits in MRR",
            _with_rank(_all_ranks),
            "your MRR averages over all hits of a user; only the first hit counts",
        ),
        Mistake(
            "sum of all hits in MRR",
            _with_rank(lambda hits: sum(hit / rank for rank, hit in enumerate(hits, 1))),
            "your MRR adds up 1 / rank over all hits of a user; only the first hit counts",
        ),
        Mistake(
            "a miss counts a little",
            _with_rank(lambda hits: _first_rank(hits) or 1 / (len(hits) + 1)),
            "users without a hit get 1 / (top + 1) in your MRR; without a hit it is 0",
        ),
        Mistake(
            "needs a hit",
            _with_rank(lambda hits: 1 / (hits.index(True) + 1)),
            "hits.index(True) stops the program for a user without a hit; their MRR is 0",
        ),
        Mistake(
            "ignores top",
            _ignores_top,
            "you look at the whole list; nobody sees the places after top",
        ),
    ),
    hints=(
        "Work on one user first: which of the first `top` items are in `wanted`? Make a list of "
        "True and False.",
        "With `hits` as that list: recall is `sum(hits) / len(wanted)`, the hit rate `any(hits)`, "
        "MRR `1 / (hits.index(True) + 1)` if there is a hit, else 0.",
        "`for ranked, wanted in zip(lists, relevant):` with `if not wanted: continue`, append "
        "`sum(hits) / len(wanted)`, `any(hits)` and `1 / (hits.index(True) + 1) if any(hits) else 0` "
        "to three lists; return `float(np.mean(…))` of each.",
    ),
)

EXERCISES = (
    EX_1,
    EX_2,
    *nb01_ranking.EXERCISES,
    *nb01_items.EXERCISES,
    *nb01_users.EXERCISES,
)
