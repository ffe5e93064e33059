"""Exercise 08.5: one list from the visits of several queries."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    scores = np.sqrt(V).sum(axis=0) ** 2
    allowed = scores.copy()
    allowed[queries] = allowed[seen] = 0
    order = np.argsort(-allowed, kind="stable")[:top]
    order = order[allowed[order] > 0]
    return order, scores[order]


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

SCORE = "np.sqrt(V).sum(axis=0) ** 2"
DROP = "allowed[queries] = allowed[seen] = 0"

# fmt: off
ex.slip("your score is the sum of the visits: the booster adds their roots and squares the sum",
        SCORE, "V.sum(axis=0, dtype=float)")
ex.slip("you squared the sum of the visits: take the root of each number first",
        SCORE, "V.sum(axis=0, dtype=float) ** 2")
ex.slip("you took the root of the sum; the booster takes the sum of the roots, and its square",
        SCORE, "np.sqrt(V.sum(axis=0))")
ex.slip("the square at the end is missing: the order is right, the scores are not",
        " ** 2", "", hint=True)
ex.slip("your score is the largest number of visits; here all queries count",
        SCORE, "V.max(axis=0).astype(float)")
ex.slip("the queries are in your list: nobody wants to be shown what they asked with",
        "allowed[queries] = ", "", hint=True)
ex.slip("seen pins are in your list: drop them as well as the queries",
        "allowed[seen] = ", "", hint=True)
ex.slip("you take the best ones first and drop queries and seen pins afterwards: the list gets "
        "short",
        "-allowed", "-scores")
ex.slip("pins that no walker visited fill your list; a shorter list is right",
        "seen] = 0", "seen] = -1", "> 0", ">= 0")
ex.slip("your list begins with the lowest score",
        "-allowed", "allowed", "[:top]", "", "> 0]", "> 0][:top]")
ex.slip("among equal scores the smaller id comes first; a reversed argsort turns that round",
        "-allowed", "allowed", "[:top]", "[::-1][:top]")
ex.slip("your booster is turned inside out: you took the root of a sum of squares, not the square "
        "of a sum of roots",
        SCORE, "np.sqrt((V**2).sum(axis=0))")
ex.slip("you took the mean of the roots; the booster takes their sum", "sum", "mean")
ex.slip("your scores are cut to whole numbers: a sum of roots is rarely whole",
        SCORE, f"np.floor({SCORE})")
ex.slip("only pins that every query visits are in your list: one visit of one query is enough",
        SCORE, f"{SCORE} * (V > 0).all(axis=0)")
ex.slip("you return the scores of all pins: the second array has one for each pin of the list",
        "scores[order]", "allowed")
ex.slip("your list is in the order of the ids: the best pin comes first",
        "return", "order = np.sort(order)\nreturn")
ex.slip("your ids count the pins that are left: after dropping columns, place k is no longer pin k",
        "scores =", "V = np.delete(V, [*queries, *seen], axis=1)\nscores =", DROP, "")
ex.slip("you sum over the pins: that is a score for each query; sum over the queries, axis 0",
        "axis=0", "axis=1", DROP, "")
