"""Exercise 08.6: fewer edges, the ones that fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise

FLOATS = "call as floats"  # zeros and ones may be of any type


def _prune(R, similarity, delta, count=lambda d, delta: np.ceil(d**delta), best=-1):
    """Keep of each pin so many boards; best = 1 keeps those that fit least."""
    kept = np.zeros_like(R)
    for pin in range(R.shape[1]):
        boards = np.flatnonzero(R[:, pin])
        if not len(boards):
            continue
        order = np.argsort(best * similarity[boards, pin], kind="stable")
        keep = boards[order[: int(count(len(boards), delta))]]
        kept[keep, pin] = R[keep, pin]
    return kept


def _variant(**options) -> Callable:
    return lambda *inputs: _prune(*inputs, **options)


def _boards(rng, delta: float, m: int = 40, n: int = 7, grid: bool = False) -> dict:
    """Pins on 0, 1, 2, 4, 9, 16 and 30 boards, in any order; `grid`: many similarities are equal."""
    R = np.zeros((m, n))
    for pin, degree in enumerate(rng.permutation([0, 1, 2, 4, 9, 16, 30])):
        R[rng.choice(m, degree, replace=False), pin] = 1
    similarity = rng.uniform(-1, 1, (m, n))
    if grid:
        similarity = np.round(2 * similarity) / 2
    return {"R": R, "similarity": similarity, "delta": delta}


ex = Exercise(
    "08.6",
    "prune_graph",
    points=3,
    library="graphrec_utils.walks.prune",
    hints=(
        "Work pin by pin, that is column by column. How many boards may a pin on d boards keep?",
        "⌈d^δ⌉ of them: `np.ceil(len(boards) ** delta)`, the most similar ones among those it is on.",
        "For each pin: `boards = np.flatnonzero(R[:, pin])`, `order = np.argsort(-similarity[boards, "
        "pin], kind='stable')`, keep `boards[order[:k]]`.",
    ),
)


@ex.solution
def prune_graph(R, similarity, delta):
    return _prune(R, similarity, delta)


def _by_hand(rng) -> dict:
    return {
        "R": np.array([[1.0, 0, 0, 0], [1.0, 1.0, 0, 0], [0, 0, 0, 0], [1.0, 0, 0, 0]]),
        "similarity": np.array(
            [
                [0.2, 0.9, 0.1, 0.4],
                [0.7, -0.4, 0.3, 0.2],
                [0.9, 0.8, 0.7, 0.6],
                [0.5, 0.3, 0.2, 0.1],
            ]
        ),
        "delta": 0.3,
    }


ex.claim(
    "δ = 0.3: a pin on three boards keeps two, a pin on one keeps it, a pin on none has none",
    _by_hand,
    run=FLOATS,
)
ex.claim("δ = 0.5 on pins of many degrees", lambda rng: _boards(rng, 0.5), run=FLOATS)
ex.claim("δ = 0.91, the paper's choice", lambda rng: _boards(rng, 0.91), run=FLOATS)
ex.claim(
    "among equally similar boards the smaller id stays",
    lambda rng: _boards(rng, 0.6, grid=True),
    run=FLOATS,
)


@ex.mistake("you keep δ times as many boards; the rule is the degree to the power δ")
def a_fraction(*inputs):
    return _variant(count=lambda d, delta: np.ceil(d * delta))(*inputs)


@ex.mistake("you round down: d^δ is rounded up, so that less is lost")
def rounded_down(*inputs):
    return _variant(count=lambda d, delta: np.floor(d**delta))(*inputs)


@ex.mistake("you round to the nearest number: d^δ is rounded up")
def rounded_to_the_nearest(*inputs):
    return _variant(count=lambda d, delta: np.round(d**delta))(*inputs)


@ex.mistake("you keep the boards that fit least: argsort is ascending")
def the_least_similar(*inputs):
    return _variant(best=1)(*inputs)


@ex.mistake("you prune boards: it is the pins that keep ⌈d^δ⌉ boards each")
def boards_are_pruned(R, similarity, delta):
    return _prune(R.T, similarity.T, delta).T


@ex.mistake(
    "your new edges are not among the old ones: look for the most similar boards only among those "
    "that the pin is on"
)
def edges_that_were_not_there(R, similarity, delta):
    kept = np.zeros_like(R)
    for pin in range(R.shape[1]):
        degree = int(R[:, pin].sum())
        if degree:
            best = np.argsort(-similarity[:, pin], kind="stable")[: int(np.ceil(degree**delta))]
            kept[best, pin] = 1
    return kept


@ex.mistake("every pin keeps as many boards in yours; a pin on more boards keeps more")
def the_same_number(R, similarity, delta):
    keep = np.ceil(R.sum(axis=0).mean() ** delta)
    return _prune(R, similarity, delta, count=lambda d, delta: keep)


@ex.mistake(
    "among equally similar boards you keep the larger id; take a stable sort of −similarity"
)
def ties_the_other_way(R, similarity, delta):
    return _prune(R[::-1], similarity[::-1], delta)[::-1].copy()


@ex.mistake("you keep the first boards of each pin: the similarity says which ones")
def the_first_ones(R, similarity, delta):
    return _prune(R, np.zeros_like(similarity), delta)
