"""Exercise 08.6: fewer edges, the ones that fit."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

FLOATS = "call as floats"  # zeros and ones may be of any type


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
    branch=True,
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
    kept = np.zeros_like(R)
    for pin in range(R.shape[1]):
        on = np.flatnonzero(R[:, pin])
        order = np.argsort(-similarity[on, pin], kind="stable")
        kept[on[order[: int(np.ceil(len(on) ** delta))]], pin] = 1
    return kept


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

KEPT = "on[order[: int(np.ceil(len(on) ** delta))]]"

# fmt: off
ex.slip("you keep δ times as many boards; the rule is the degree to the power δ",
        "** delta", "* delta", hint=True)
ex.slip("you round down: d^δ is rounded up, so that less is lost",
        "np.ceil(len(on) ** delta)", "len(on) ** delta", hint=True)
ex.slip("you round to the nearest number: d^δ is rounded up", "np.ceil", "np.round")
ex.slip("you keep the boards that fit least: argsort is ascending",
        "-similarity", "similarity", hint=True)
ex.slip("you prune boards: it is the pins that keep ⌈d^δ⌉ boards each",
        "kept =", "R, similarity = R.T, similarity.T\nkept =", "return kept", "return kept.T")
ex.slip("your new edges are not among the old ones: look for the most similar boards only among "
        "those that the pin is on",
        "[on, pin]", "[:, pin]", KEPT, KEPT[len("on[") : -1])
ex.slip("every pin keeps as many boards in yours; a pin on more boards keeps more",
        "len(on)", "R.sum(axis=0).mean()")
ex.slip("among equally similar boards you keep the larger id; take a stable sort of −similarity",
        "np.flatnonzero(R[:, pin])", "np.flatnonzero(R[:, pin])[::-1]")
ex.slip("you keep the first boards of each pin: the similarity says which ones",
        'np.argsort(-similarity[on, pin], kind="stable")', "np.arange(len(on))")
