"""Exercise 01.2: recall, hit rate and MRR, averaged over users."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


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


def _with_rank(rank):
    """Return the three means with another value of one user's hits in place of `_first_rank`."""
    return lambda lists, relevant, top: _averages(lists, relevant, top, _share, rank=rank)


def _people(rng, length: int, top: int) -> dict:
    """Five users: some find much, some little, one finds nothing among the first `top`."""
    lists, relevant = [], []
    for found in ((1, 3), (0, 2, 4), (2,), (3, 4), ()):
        items = [int(i) for i in rng.permutation(90)[: length + 6] + 10]
        late = items[top:length][-2:][:1]  # relevant, but listed after `top`, not directly
        missed = items[length : length + int(rng.integers(1, 6))]
        lists.append(items[:length])
        relevant.append({items[k] for k in found} | set(late) | set(missed))
    return {"lists": lists, "relevant": relevant, "top": top}


def _five_places(rng) -> dict:
    return _people(rng, 5, 5)


ex = Exercise(
    "01.2",
    "recall_hit_mrr",
    points=4,
    library=(
        "graphrec_utils.metrics.recall_at_k",
        "graphrec_utils.metrics.single.capped_recall_at_k",
        "graphrec_utils.metrics.single.precision_at_k",
        "graphrec_utils.metrics.single.hit_rate_at_k",
        "graphrec_utils.metrics.single.mrr",
        "graphrec_utils.metrics.single.average_precision_at_k",
        "graphrec_utils.metrics.evaluate",
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


@ex.solution
def recall_hit_mrr(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / wanted)


def _two_of_three(rng) -> dict:
    items = [int(i) for i in rng.permutation(90)[:6] + 10]
    return {"lists": [items[:5]], "relevant": [{items[1], items[4], items[5]}], "top": 5}


ex.claim("hits at ranks 2 and 5 of three relevant items: 2/3, 1 and 1/2", _two_of_three)


ex.claim("recall is the mean share of relevant items found", _five_places, judge=part(0))
ex.claim("hit rate is the share of users with a hit", _five_places, judge=part(1))
ex.claim("MRR: the mean of 1 / rank of the first hit, 0 if none", _five_places, judge=part(2))


def _long_lists(rng) -> dict:
    return _people(rng, 9, int(rng.choice([3, 4, 6])))


ex.claim("only the first top places of a longer list count", _long_lists)


def _silent_users(rng) -> dict:
    inputs = _people(rng, 5, 5)
    for u in (1, 4):
        inputs["relevant"][u] = set()
    return inputs


ex.claim("users without test items are left out of all means", _silent_users)


@ex.mistake("your recall divides by top: that is precision; divide by the number of relevant items")
def recall_over_top(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / top)


@ex.mistake(
    "your recall divides by min(top, relevant): a fair number with another name, capped recall"
)
def capped_recall(lists, relevant, top):
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / min(top, wanted))


@ex.mistake(
    "users without test items count as 0 in your means; nobody could have served them better"
)
def silent_users_as_zero(lists, relevant, top):
    return _averages(lists, relevant, top, _share, silent=True)


@ex.mistake(
    "you pooled all users into one recall, so busy users weigh more; average the users' values"
)
def pooled(lists, relevant, top):
    found = sum(len(set(ranked[:top]) & wanted) for ranked, wanted in zip(lists, relevant))  # noqa: B905
    _, hit, mrr = recall_hit_mrr(lists, relevant, top)
    return found / sum(map(len, relevant)), hit, mrr


@ex.mistake("your hit rate counts every hit; it asks whether there is at least one")
def counts_hits(lists, relevant, top):
    return _averages(lists, relevant, top, _share, hit=sum)


def _all_ranks(hits):
    ranks = [1 / rank for rank, hit in enumerate(hits, 1) if hit]
    return float(np.mean(ranks)) if ranks else 0.0


@ex.mistake("your MRR averages over all hits of a user; only the first hit counts")
def all_hits_in_MRR(*inputs):
    return _with_rank(_all_ranks)(*inputs)


@ex.mistake("your MRR adds up 1 / rank over all hits of a user; only the first hit counts")
def sum_of_all_hits_in_MRR(*inputs):
    return _with_rank(lambda hits: sum(hit / rank for rank, hit in enumerate(hits, 1)))(*inputs)


@ex.mistake("users without a hit get 1 / (top + 1) in your MRR; without a hit it is 0")
def a_miss_counts_a_little(*inputs):
    return _with_rank(lambda hits: _first_rank(hits) or 1 / (len(hits) + 1))(*inputs)


@ex.mistake("hits.index(True) stops the program for a user without a hit; their MRR is 0")
def needs_a_hit(*inputs):
    return _with_rank(lambda hits: 1 / (hits.index(True) + 1))(*inputs)


@ex.mistake("you look at the whole list; nobody sees the places after top")
def ignores_top(lists, relevant, top):
    return recall_hit_mrr(lists, relevant, max(map(len, lists)))


@ex.mistake("your recall divides by the length of the list; divide by the number of relevant items")
def recall_over_the_length(lists, relevant, top):
    length = len(lists[0])
    return _averages(lists, relevant, top, lambda hits, wanted, top: sum(hits) / length)


def _last_rank(hits):
    return max((rank * hit for rank, hit in enumerate(hits, 1)), default=0)


@ex.mistake("your MRR takes the last hit: a loop over the hits must stop at the first")
def last_hit_in_MRR(*inputs):
    return _with_rank(lambda hits: 1 / _last_rank(hits) if any(hits) else 0.0)(*inputs)


@ex.mistake("your MRR leaves out users without a hit; they have test items, so they count with 0")
def mRR_of_users_with_hits(lists, relevant, top):
    recall, hit, mrr = recall_hit_mrr(lists, relevant, top)
    return recall, hit, mrr / hit if hit else 0.0


@ex.mistake("you average the ranks and invert the mean; invert each user's rank, then average")
def inverted_mean_rank(lists, relevant, top):
    recall, hit, rank = _with_rank(lambda hits: [*hits, True].index(True) + 1)(lists, relevant, top)
    _, _, missing = _with_rank(lambda hits: 0 if any(hits) else len(hits) + 1)(lists, relevant, top)
    return recall, hit, hit / (rank - missing) if hit else 0.0


@ex.mistake("your MRR looks at the whole list; a first hit behind the first top places counts 0")
def mRR_of_the_whole_list(lists, relevant, top):
    recall, hit, _ = recall_hit_mrr(lists, relevant, top)
    return recall, hit, recall_hit_mrr(lists, relevant, max(map(len, lists)))[2]
