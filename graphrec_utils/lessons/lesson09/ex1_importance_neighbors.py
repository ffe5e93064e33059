"""Exercise 09.1: the pins that walks visit most, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _kept(visits, query, top, away=True, late=False, weigh=lambda v, all_: v / v.sum(), visited=True,
          order=lambda v: np.lexsort((np.arange(len(v)), -v))):  # fmt: skip
    """Options are what can go wrong: `late` drops the query after the top is cut."""
    counts = visits.astype(np.float64)
    if away and not late:
        counts[query] = 0
    ranked = order(counts)
    if visited:
        ranked = ranked[counts[ranked] > 0]
    ranked = ranked[:top]
    if late:
        ranked = ranked[ranked != query]
    v = counts[ranked]
    with np.errstate(invalid="ignore", over="ignore"):
        weight = weigh(v, visits) if len(v) else v
    return ranked.astype(np.int64), np.asarray(weight, dtype=np.float64)


def _variant(**options) -> Callable:
    return lambda *inputs: _kept(*inputs, **options)


def _walked(rng, n: int = 12, top: int = 5, unvisited: int = 2) -> dict:
    """The query is visited most, two pins tie inside the top, some were never visited."""
    visits = rng.integers(1, 20, n)
    order = rng.permutation(n)
    visits[order[0]] = rng.integers(60, 90)
    visits[order[1:3]] = int(rng.integers(30, 40))
    visits[order[3]] = int(rng.integers(41, 50))
    visits[order[n - unvisited :]] = 0
    return {"visits": visits, "query": int(order[0]), "top": top}


ex = Exercise(
    "09.1",
    "importance_neighbors",
    points=5,
    library=("graphrec_utils.walks.importance_neighbors", "graphrec_utils.models.pinsage.neighborhoods",
             "graphrec_utils.walks.typed_neighbors"),
    hints=(
        "Which pin does the walk visit most of all? Should a pin be its own neighbor?",
        "Set the query's count to 0, take the `top` largest counts, and divide by the sum of **these**, so "
        "that the weights sum to 1.",
        "`counts = visits.copy(); counts[query] = 0`, `ids = np.argsort(-counts, kind='stable')[:top]`, "
        "`ids = ids[counts[ids] > 0]`, `counts[ids] / counts[ids].sum()`.",
    ),
)  # fmt: skip


@ex.solution
def importance_neighbors(visits, query, top):
    return _kept(visits, query, top)


def _by_hand(rng) -> dict:
    return {"visits": np.array([5, 2, 1, 1, 0]), "query": 0, "top": 3}


ex.claim("visits 2, 1 and 1 weigh a half and two quarters", _by_hand)
ex.claim("twelve pins, the five most visited ones", _walked)
ex.claim("thirty pins, ten neighbors", lambda rng: _walked(rng, 30, 10))
ex.claim(
    "fewer pins were visited than asked for: a shorter list", lambda rng: _walked(rng, 9, 9, 4)
)


def _alone(rng) -> dict:
    n = int(rng.integers(4, 9))
    visits, query = np.zeros(n, dtype=np.int64), int(rng.integers(n))
    visits[query] = 50
    return {"visits": visits, "query": query, "top": 3}


ex.claim("a pin alone on its boards has no neighbors and no weights", _alone)


def _one_visit(rng) -> dict:
    n = int(rng.integers(4, 9))
    query = int(rng.integers(n - 1))
    visits = np.zeros(n, dtype=np.int64)
    visits[query], visits[rng.integers(query + 1, n)] = 50, 1
    return {"visits": visits, "query": query, "top": 3}


ex.claim("one neighbor, visited once, weighs 1", _one_visit)


@ex.mistake("the query is among its own neighbors, with the largest weight: drop it first")
def self_in_the_neighborhood(*inputs):
    return _variant(away=False)(*inputs)


@ex.mistake("you take the top first and drop the query afterwards: one neighbor too few")
def dropped_too_late(*inputs):
    return _variant(late=True)(*inputs)


@ex.mistake("your weights are the counts themselves: divide them by their sum")
def counts_as_weights(*inputs):
    return _variant(weigh=lambda v, all_: v)(*inputs)


@ex.mistake("your weights are a softmax of the counts: the most visited pin takes everything")
def softmax_of_counts(*inputs):
    return _variant(weigh=lambda v, all_: np.exp(v - v.max()) / np.exp(v - v.max()).sum())(*inputs)


@ex.mistake("you divide by all visits, those of the query and of dropped pins included: the weights "
            "of the neighbors no longer sum to 1")  # fmt: skip
def divided_by_all_visits(*inputs):
    return _variant(weigh=lambda v, all_: v / all_.sum())(*inputs)


@ex.mistake("you divide by the largest count, not by the sum")
def divided_by_the_largest(*inputs):
    return _variant(weigh=lambda v, all_: v / v.max())(*inputs)


@ex.mistake("you divide by the Euclidean length; the paper normalizes by L1, the sum")
def divided_by_the_length(*inputs):
    return _variant(weigh=lambda v, all_: v / np.sqrt((v**2).sum()))(*inputs)


@ex.mistake("all your neighbors weigh the same: that is a mean, and the counts were for nothing")
def all_weigh_the_same(*inputs):
    return _variant(weigh=lambda v, all_: np.full(len(v), 1 / len(v)))(*inputs)


@ex.mistake("pins that no walker visited are among the neighbors; a shorter list is right")
def unvisited_neighbors(*inputs):
    return _variant(visited=False)(*inputs)


@ex.mistake("your neighbors begin with the least visited one")
def least_visited_first(*inputs):
    return _variant(order=lambda v: np.lexsort((np.arange(len(v)), v)))(*inputs)


@ex.mistake("your weights are counts, whole numbers: divide them by their sum")
def counts_untouched(visits, query, top):
    ids, _ = _kept(visits, query, top)
    return ids, visits[ids]


@ex.mistake(
    "you sort upwards, so the pins that nobody visited come first, and nothing is left of them"
)
def sorted_upwards(visits, query, top):
    counts = visits.copy()
    counts[query] = 0
    ids = np.argsort(counts, kind="stable")[:top]
    ids = ids[counts[ids] > 0]
    return ids, counts[ids] / max(1, counts[ids].sum())


@ex.mistake("among equal counts the smaller id comes first; a reversed argsort turns that round")
def ties_the_other_way(*inputs):
    return _variant(order=lambda v: np.argsort(v, kind="stable")[::-1])(*inputs)


@ex.mistake(
    "you removed the query from the array, so every id after it is one too small: set its count to 0"
)
def ids_slipped(visits, query, top):
    ids, weights = _kept(visits, query, top)
    return ids - (ids > query), weights
