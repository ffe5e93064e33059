"""Exercise 09.1: the pins that walks visit most, and how much each of them counts."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
        "Where does every short walk begin, and what does that do to its count? Should a pin be its own neighbor?",
        "Set the query's count to 0, take the `top` largest counts, and divide by the sum of **these**, so "
        "that the weights sum to 1.",
        "`counts = visits.copy(); counts[query] = 0`, `ids = np.argsort(-counts, kind='stable')[:top]`, "
        "`ids = ids[counts[ids] > 0]`, `counts[ids] / counts[ids].sum()`.",
    ),
)  # fmt: skip


@ex.solution
def importance_neighbors(visits, query, top):
    counts = visits.copy()
    counts[query] = 0
    ids = np.argsort(-counts, kind="stable")[:top]
    ids = ids[counts[ids] > 0]
    return ids, counts[ids] / max(1, counts[ids].sum())


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

WEIGHTS = "counts[ids] / max(1, counts[ids].sum())"

# fmt: off
ex.slip("the query is among its own neighbors, with the largest weight: drop it first",
        "counts[query] = 0", "")
ex.slip("you take the top first and drop the query afterwards: one neighbor too few",
        "counts[query] = 0", "", "counts[ids] > 0", "(ids != query) & (counts[ids] > 0)")
ex.slip("your weights are the counts themselves: divide them by their sum",
        WEIGHTS, "counts[ids].astype(float)")
ex.slip("your weights are a softmax of the counts: the most visited pin takes everything",
        f"return ids, {WEIGHTS}", "e = np.exp(counts[ids] - counts.max())\nreturn ids, e / e.sum()")
ex.slip("you divide by all visits, those of the query and of dropped pins included: the weights "
        "of the neighbors no longer sum to 1",
        "max(1, counts[ids].sum())", "visits.sum()", hint=True)
ex.slip("you divide by the largest count, not by the sum", "counts[ids].sum()", "counts.max()")
ex.slip("you divide by the Euclidean length; the paper normalizes by L1, the sum",
        "counts[ids].sum()", "np.sqrt((counts[ids] ** 2).sum())")
ex.slip("all your neighbors weigh the same: that is a mean, and the counts were for nothing",
        WEIGHTS, "np.full(len(ids), 1 / max(1, len(ids)))")
ex.slip("pins that no walker visited are among the neighbors; a shorter list is right",
        "ids = ids[counts[ids] > 0]", "")
ex.slip("your neighbors begin with the least visited one",
        "-counts", "counts", "[:top]", "", "> 0]", "> 0][:top]")
ex.slip("your weights are counts, whole numbers: divide them by their sum",
        WEIGHTS, "counts[ids]", hint=True)
ex.slip("you sort upwards, so the pins that nobody visited come first, and nothing is left of them",
        "-counts", "counts", hint=True)
ex.slip("among equal counts the smaller id comes first; a reversed argsort turns that round",
        "-counts", "counts", "[:top]", "[::-1][:top]")
ex.slip("you removed the query from the array, so every id after it is one too small: set its "
        "count to 0",
        "return ids", "return ids - (ids > query)")
