"""Exercise 16.2: the nodes that walks visited most, so many of each type."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling


def _sequence(visits, types, start, quotas, quota=True, itself=False, unvisited=False, by_type=False,
              ties=1, fill=False, rarest=False, empty=-1, visits_as=lambda v: v):  # fmt: skip
    """Return (T,) nodes; the options are what can go wrong.

    Args:
        quota: False: the best of all types.
        itself, unvisited: who is kept though it should not be.
        by_type: one type after the other.
        ties: -1: of equally visited nodes the larger id is first.
        fill: places that a type leaves free go to others.
        rarest: least visited first.
        empty: what stands in free places.
    """
    T, order = (
        sum(quotas),
        np.lexsort((ties * np.arange(len(visits)), (1 if rarest else -1) * visits_as(visits))),
    )
    free = [n for n in order.tolist() if (itself or n != start) and (unvisited or visits[n] > 0)]
    if not quota:
        kept = free[:T]
    else:
        left, kept = list(quotas), []
        for n in free:
            if left[types[n]] > 0:
                left[types[n]] -= 1
                kept.append(n)
        if fill:
            kept += [n for n in free if n not in kept][: T - len(kept)]
            kept.sort(key=free.index)
    if by_type:
        kept = sorted(kept, key=lambda n: (types[n], free.index(n)))
    return np.array(kept + [empty] * (T - len(kept)), dtype=np.int64)


def _variant(**options) -> Callable:
    return lambda *inputs: _sequence(*inputs, **options)


def _walk(rng, counts=(6, 9), quotas=(3, 4), share=0.8, most=20) -> dict:
    types = np.repeat(np.arange(len(counts)), counts)
    rng.shuffle(types)
    N = len(types)
    visits = rng.integers(1, most, N) * (rng.random(N) < share)
    start = int(np.flatnonzero(types == 0)[0])
    visits[start] = most + 5  # a walker that returns is at home most often
    return {"visits": visits, "types": types, "start": start, "quotas": list(quotas)}


ex = Exercise(
    "16.2",
    "typed_sequence",
    points=5,
    library=("graphrec_utils.walks.typed_neighbors", "graphrec_utils.models.omnisage.sequences"),
    hints=(
        "Boards are fewer and busier than pins. Who is in the list if only visits decide? And who has most visits of all?",
        "For each type: the visited nodes without the start, most visited first, at most its quota. Then all of "
        "them in one order of visits; -1 fills up at the end.",
        "`order = np.lexsort((np.arange(N), -visits))`; walk along it with a list of the quotas that are left; "
        "`ids + [-1] * (sum(quotas) - len(ids))`.",
    ),
)  # fmt: skip


@ex.solution
def typed_sequence(visits, types, start, quotas):
    return _sequence(visits, types, start, quotas)


def _by_hand(rng) -> dict:
    """Three pins, of which node 2 is the start, and five boards; quotas of one pin and five boards."""
    return {"visits": np.array([6, 9, 20, 30, 9, 0, 5, 7]), "types": np.array([0, 1, 0, 1, 1, 1, 1, 0]),
            "start": 2, "quotas": [1, 5]}  # fmt: skip


def _busy_boards(rng) -> dict:
    """The second type is visited ten times as often."""
    out = _walk(rng, (8, 8), (3, 3), share=1.0)
    out["visits"] = out["visits"] * np.where(out["types"] == 1, 10, 1)
    return out


TIES, APART, ANYBODY = "the larger id first", "one type after the other", "unvisited nodes fill up"
BY_ID, STOPS = "listed by id", "it stops at a full type"
FULL = (
    ANYBODY,
    "free places go to others",
    "node 0 fills up",
)  # nobody errs where no place is free
ex.claim("the example of the text", _by_hand)
ex.claim(
    "a rare type gets its places beside a busy one", telling(ex, _busy_boards, wrong=(TIES,)), 2
)
ex.claim(
    "all in one order of visits",
    telling(
        ex,
        lambda rng: _walk(rng, (9, 9, 9), (2, 3, 2), share=1.0),
        wrong=("no quotas", APART, TIES),
    ),
    2,
)
ex.claim(
    "a quota larger than the neighborhood leaves places empty: -1, at the end",
    telling(
        ex,
        lambda rng: _walk(rng, (4, 8), (6, 2), 0.7),
        right=(TIES,),
        wrong=(
            APART,
            ANYBODY,
            BY_ID,
            STOPS,
            "no quotas",
            "free places go to others",
            "the same quota for all",
            "the first ids",
        ),
    ),
    2,
)
ex.claim(
    "who was never visited is no neighbor",
    telling(
        ex,
        lambda rng: _walk(rng, (7, 7), (6, 6), share=0.4),
        right=(TIES,),
        wrong=(APART, BY_ID, "the first ids"),
    ),
)
ex.claim(
    "of equally visited nodes the smaller id comes first",
    telling(
        ex,
        lambda rng: _walk(rng, (8, 8), (3, 4), most=3),
        wrong=("no quotas", APART, BY_ID),
        right=FULL,
    ),
)
ex.claim(
    "a quota of 0: this type is only passed",
    telling(
        ex,
        lambda rng: _walk(rng, (7, 7), (4, 0)),
        right=(TIES, *FULL),
        wrong=("no quotas", BY_ID, STOPS),
    ),
)


@ex.mistake(
    "you take the most visited of all types together: the busy type fills the places of the rare one. Quotas are per type"
)
def no_quotas(*inputs):
    return _variant(quota=False)(*inputs)


@ex.mistake(
    "the start is in your list: a walker that returns is at home most often, and nobody is its own neighbor"
)
def the_start_is_its_own_neighbor(*inputs):
    return _variant(itself=True)(*inputs)


@ex.mistake("nodes that no walk reached fill your free places: nothing says that they are near")
def unvisited_nodes_fill_up(*inputs):
    return _variant(unvisited=True)(*inputs)


@ex.mistake("one type fills the places that another leaves free in yours: its quota is its own")
def free_places_go_to_others(*inputs):
    return _variant(fill=True)(*inputs)


@ex.mistake("your types stand one behind the other: the sequence is in one order of visits")
def one_type_after_the_other(*inputs):
    return _variant(by_type=True)(*inputs)


@ex.mistake("of equally visited nodes the larger id comes first in yours")
def the_larger_id_first(*inputs):
    return _variant(ties=-1)(*inputs)


@ex.mistake("the least visited nodes come first in yours: you sort upwards")
def the_rarest_first(*inputs):
    return _variant(rarest=True)(*inputs)


@ex.mistake("your empty places hold 0, and 0 is a node: -1 says that nobody is there")
def node_0_fills_up(*inputs):
    return _variant(empty=0)(*inputs)


@ex.mistake("you give every type the same number of places: each has its own quota")
def the_same_quota_for_all(visits, types, start, quotas):
    T = sum(quotas)
    same = [T // len(quotas)] * len(quotas)
    out = _sequence(visits, types, start, same)
    return np.append(out, np.full(T - len(out), -1))


@ex.mistake(
    "the start is gone from your list, but its place stays empty: take it out before you count"
)
def the_start_takes_a_place(visits, types, start, quotas):
    kept = _sequence(visits, types, start, quotas, itself=True)
    return np.append(kept[kept != start], np.full((kept == start).sum(), -1))


@ex.mistake("every type has empty places of its own in yours: they all stand at the end")
def empty_places_in_between(visits, types, start, quotas):
    one = [[q if k == j else 0 for k in range(len(quotas))] for j, q in enumerate(quotas)]
    return np.concatenate([_sequence(visits, types, start, q) for q in one])


@ex.mistake("your empty places come first: they stand at the end")
def empty_places_first(*inputs):
    kept = _sequence(*inputs)
    return np.append(kept[kept < 0], kept[kept >= 0])


@ex.mistake("your neighbors are the right ones, but sorted by id: the most visited comes first")
def listed_by_id(*inputs):
    kept = _sequence(*inputs)
    return np.append(np.sort(kept[kept >= 0]), kept[kept < 0])


@ex.mistake("you take the nodes with the smallest ids: the most visited of a type fill its quota")
def the_first_ids(*inputs):
    return _variant(visits_as=np.sign)(*inputs)


@ex.mistake("you leave out the most visited node: the start is a number that you are given")
def the_most_visited_is_left_out(visits, types, start, quotas):
    return _sequence(visits, types, int(np.argmax(visits)), quotas)


@ex.mistake("you return how often nodes were visited, not who they are")
def visits_instead_of_ids(visits, types, start, quotas):
    kept = _sequence(visits, types, start, quotas)
    return np.where(kept < 0, -1, visits[kept])


@ex.mistake("you stop at the first node whose type is full: pass it by, others follow")
def it_stops_at_a_full_type(visits, types, start, quotas):
    left, kept = list(quotas), []
    for n in _sequence(visits, types, start, [len(visits)] * len(quotas)):
        if n < 0 or left[types[n]] == 0:
            break
        left[types[n]] -= 1
        kept.append(n)
    return np.array(kept + [-1] * (sum(quotas) - len(kept)), dtype=np.int64)
