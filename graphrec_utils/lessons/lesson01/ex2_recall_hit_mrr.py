"""Exercise 01.2: recall, hit rate and MRR, averaged over users."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


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
    recall, hit, mrr = [], [], []
    for ranked, wanted in zip(lists, relevant, strict=True):
        if not wanted:
            continue
        hits = [item in wanted for item in ranked[:top]]
        recall.append(sum(hits) / len(wanted))
        hit.append(any(hits))
        mrr.append(1 / (hits.index(True) + 1) if any(hits) else 0)
    return float(np.mean(recall)), float(np.mean(hit)), float(np.mean(mrr))


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

FIRST = "1 / (hits.index(True) + 1) if any(hits) else 0"
RECALL = "sum(hits) / len(wanted)"

# fmt: off
ex.slip("your recall divides by top: that is precision; divide by the number of relevant items",
        "len(wanted)", "top", hint=True)
ex.slip("your recall divides by min(top, relevant): a fair number with another name, capped recall",
        "len(wanted)", "min(top, len(wanted))")
ex.slip("users without test items count as 0 in your means; nobody could have served them better",
        "if not wanted:\n    continue\nhits =", "hits =", "len(wanted)", "max(1, len(wanted))")
ex.slip("you pooled all users into one recall, so busy users weigh more; average the users' values",
        RECALL, "sum(hits)", "float(np.mean(recall))", "sum(recall) / sum(map(len, relevant))")
ex.slip("your hit rate counts every hit; it asks whether there is at least one",
        "hit.append(any", "hit.append(sum", hint=True)
ex.slip("your MRR averages over all hits of a user; only the first hit counts",
        FIRST, "np.mean([1 / rank for rank, h in enumerate(hits, 1) if h]) if any(hits) else 0")
ex.slip("your MRR adds up 1 / rank over all hits of a user; only the first hit counts",
        FIRST, "sum(h / rank for rank, h in enumerate(hits, 1))")
ex.slip("users without a hit get 1 / (top + 1) in your MRR; without a hit it is 0",
        "else 0", "else 1 / (len(hits) + 1)")
ex.slip("hits.index(True) stops the program for a user without a hit; their MRR is 0",
        " if any(hits) else 0", "")
ex.slip("you look at the whole list; nobody sees the places after top",
        "ranked[:top]", "ranked", hint=True)
ex.slip("your recall divides by the length of the list; divide by the number of relevant items",
        RECALL, "sum(hits) / len(ranked)")
ex.slip("your MRR takes the last hit: a loop over the hits must stop at the first",
        "hits.index(True) + 1", "max(rank * h for rank, h in enumerate(hits, 1))")
ex.slip("your MRR leaves out users without a hit; they have test items, so they count with 0",
        f"mrr.append({FIRST})", "mrr += [1 / (hits.index(True) + 1)] if any(hits) else []")
ex.slip("you average the ranks and invert the mean; invert each user's rank, then average",
        f"mrr.append({FIRST})", "mrr += [hits.index(True) + 1] if any(hits) else []",
        "np.mean(mrr)", "1 / np.mean(mrr)")
ex.slip("your MRR looks at the whole list; a first hit behind the first top places counts 0",
        f"mrr.append({FIRST})", "hits = [item in wanted for item in ranked]\n" + f"mrr.append({FIRST})")
