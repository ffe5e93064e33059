"""Exercise 08.5: one list from the visits of several queries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _boosted(V):
    return np.sqrt(V).sum(axis=0) ** 2


def _best(V, queries, seen, top, score=_boosted, drop=True, hide=True, cut_first=False,
          visited=True, floor=False, order=lambda s: np.lexsort((np.arange(len(s)), -s))):  # fmt: skip
    s = score(V).astype(np.float64)
    away = np.concatenate([queries if drop else [], seen if hide else []]).astype(np.int64)
    ranked = order(s)
    if cut_first:
        ranked = ranked[:top]
    ranked = ranked[~np.isin(ranked, away)]
    if visited:
        ranked = ranked[V.sum(axis=0)[ranked] > 0]
    if floor:
        ranked = ranked[s[ranked] > 0]
    return ranked[:top].astype(np.int64), s[ranked[:top]]


def _variant(**options) -> Callable:
    return lambda *inputs: _best(*inputs, **options)


def _visits(rng, Q: int = 3, n: int = 14, top: int = 5, seen: int = 2) -> dict:
    """Queries and seen pins are among the most visited; two pins tie, three were not visited."""
    V = rng.integers(0, 30, (Q, n))
    order = rng.permutation(n)
    queries, hidden, ties = order[:Q], order[Q : Q + seen], np.sort(order[Q + seen : Q + seen + 2])
    V[:, queries], V[:, hidden] = rng.integers(60, 90, (Q, Q)), rng.integers(40, 60, (Q, seen))
    V[:, ties] = 29
    V[:, order[-3:]] = 0
    alone = order[Q + seen + 2]
    V[:, alone] = 0
    V[0, alone] = 100  # one query alone
    return {"V": V, "queries": queries, "seen": hidden, "top": top}


ex = Exercise(
    "08.5",
    "best_pins",
    points=4,
    library=("graphrec_utils.walks.boost", "graphrec_utils.walks.recommend"),
    hints=(
        "Which pins must never be in the list? Drop them before you take the best ones.",
        "score = (sum over queries of √V)², one number per pin. Rank by score, equal ones by the "
        "smaller id, without queries, seen pins and pins that nobody visited.",
        "`score = np.sqrt(V).sum(axis=0) ** 2`, copy it, set it to 0 at queries and seen, "
        "`order = np.argsort(-score, kind='stable')[:top]`, keep those with a score above 0.",
    ),
)  # fmt: skip


@ex.solution
def best_pins(V, queries, seen, top):
    return _best(V, queries, seen, top)


def _by_hand(rng) -> dict:
    return {
        "V": np.array([[9, 2, 5, 0, 0, 6, 1], [4, 2, 0, 1, 0, 6, 0]]),
        "queries": np.array([0, 3]), "seen": np.array([5]), "top": 4,
    }  # fmt: skip


ex.claim(
    "two and two visits beat five and none, 8 against 5; one visit is enough to be there", _by_hand
)
ex.claim("three queries, two seen pins", _visits)
ex.claim("one query alone: the scores are its visits", lambda rng: _visits(rng, Q=1))
ex.claim("nothing was seen before", lambda rng: _visits(rng, seen=0, top=4))
ex.claim("fewer pins were visited than asked for", lambda rng: _visits(rng, n=12, top=12))


def _many_ties(rng) -> dict:
    inputs = _visits(rng, Q=2, n=60, top=25)
    V = np.minimum(inputs["V"], 2)
    V[:, [*inputs["queries"], *inputs["seen"]]] = 9
    return inputs | {"V": V}


ex.claim("sixty pins of a few visits each: of many equal ones the smallest ids", _many_ties)


@ex.mistake("your score is the sum of the visits: the booster adds their roots and squares the sum")
def plain_sum(*inputs):
    return _variant(score=lambda V: V.sum(axis=0))(*inputs)


@ex.mistake("you squared the sum of the visits: take the root of each number first")
def square_of_the_sum(*inputs):
    return _variant(score=lambda V: V.sum(axis=0) ** 2)(*inputs)


@ex.mistake("you took the root of the sum; the booster takes the sum of the roots, and its square")
def root_of_the_sum(*inputs):
    return _variant(score=lambda V: np.sqrt(V.sum(axis=0)))(*inputs)


@ex.mistake("the square at the end is missing: the order is right, the scores are not")
def no_square(*inputs):
    return _variant(score=lambda V: np.sqrt(V).sum(axis=0))(*inputs)


@ex.mistake("your score is the largest number of visits; here all queries count")
def the_largest(*inputs):
    return _variant(score=lambda V: V.max(axis=0))(*inputs)


@ex.mistake("the queries are in your list: nobody wants to be shown what they asked with")
def queries_are_recommended(*inputs):
    return _variant(drop=False)(*inputs)


@ex.mistake("seen pins are in your list: drop them as well as the queries")
def seen_pins_are_recommended(*inputs):
    return _variant(hide=False)(*inputs)


@ex.mistake(
    "you take the best ones first and drop queries and seen pins afterwards: the list gets short"
)
def cut_before_dropping(*inputs):
    return _variant(cut_first=True)(*inputs)


@ex.mistake("pins that no walker visited fill your list; a shorter list is right")
def unvisited_pins(*inputs):
    return _variant(visited=False)(*inputs)


@ex.mistake("your list begins with the lowest score")
def lowest_first(*inputs):
    return _variant(order=lambda s: np.lexsort((np.arange(len(s)), s)))(*inputs)


@ex.mistake("among equal scores the smaller id comes first; a reversed argsort turns that round")
def ties_the_other_way(*inputs):
    return _variant(order=lambda s: np.argsort(s, kind="stable")[::-1])(*inputs)


@ex.mistake(
    "your booster is turned inside out: you took the root of a sum of squares, not the square of a sum of roots"
)
def inside_out(*inputs):
    return _variant(score=lambda V: np.sqrt((V.astype(float) ** 2).sum(axis=0)))(*inputs)


@ex.mistake("you took the mean of the roots; the booster takes their sum")
def mean_of_the_roots(*inputs):
    return _variant(score=lambda V: np.sqrt(V).mean(axis=0) ** 2)(*inputs)


@ex.mistake("your scores are cut to whole numbers: a sum of roots is rarely whole")
def whole_numbers(*inputs):
    return _variant(score=lambda V: np.floor(_boosted(V)))(*inputs)


@ex.mistake("only pins that every query visits are in your list: one visit of one query is enough")
def visited_by_all(*inputs):
    return _variant(score=lambda V: _boosted(V) * (V > 0).all(axis=0), visited=False, floor=True)(
        *inputs
    )


@ex.mistake("you return the scores of all pins: the second array has one for each pin of the list")
def scores_of_all(V, queries, seen, top):
    score = _boosted(V)
    score[np.concatenate([queries, seen]).astype(np.int64)] = 0
    return best_pins(V, queries, seen, top)[0], score


@ex.mistake("your list is in the order of the ids: the best pin comes first")
def in_order_of_ids(*inputs):
    pins, score = best_pins(*inputs)
    order = np.argsort(pins)
    return pins[order], score[order]


@ex.mistake(
    "your ids count the pins that are left: after dropping columns, place k is no longer pin k"
)
def numbered_anew(V, queries, seen, top):
    away = np.concatenate([queries, seen]).astype(np.int64)
    none = np.array([], dtype=np.int64)
    return best_pins(np.delete(V, away, axis=1), none, none, top)


@ex.mistake("you sum over the pins: that is a score for each query; sum over the queries, axis 0")
def a_score_for_each_query(V, queries, seen, top):
    score = np.sqrt(V).sum(axis=1) ** 2
    order = np.argsort(-score, kind="stable")[:top]
    return order, score[order]
