"""Exercise 04.4: three hops weighed by the degrees of the inner nodes."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _three_hops(R, item_degree, user_degree, exponent=-0.5):
    return (R * _power(item_degree, exponent)) @ (R.T * _power(user_degree, exponent)) @ R


def _power(degree, exponent):
    out = np.zeros(len(degree))
    np.power(degree, exponent, out=out, where=degree > 0)
    return out


def _edge(R):
    """Return R_hat: each like divided by the root of the degrees of its two ends."""
    return _power(R.sum(axis=1), -0.5)[:, None] * R * _power(R.sum(axis=0), -0.5)[None, :]


def _likes(rng, m: int = 6, n: int = 8, lonely: bool = False) -> dict:
    R = (rng.random((m, n)) < 0.35).astype(float)
    R[:, 0], R[0, :5] = 1, 1
    R[np.arange(n) % m, np.arange(n)] = 1
    if lonely:
        R[2], R[:, 3] = 0, 0
    return {"R": R}


ex = Exercise(
    "04.4",
    "l3_scores",
    points=4,
    hints=(
        "Without the degrees it is a product of three matrices: from users to items, back, and to "
        "items again. Which?",
        "R Rᵀ R, where the first R has its column i' divided by √deg(i') and the Rᵀ its column u' "
        "by √deg(u').",
        "`a = R / √item_degree`, `b = R.T / √user_degree` (0 where a degree is 0), then `a @ b @ R`.",
    ),
)


@ex.solution
def l3_scores(R):
    return _three_hops(R, R.sum(axis=0), R.sum(axis=1))


def _toy(rng) -> dict:
    return {"R": toy.likes().double().numpy()}


ex.claim("Ann, Bob and Eve: from Ann to Cube there is one walk, worth ½", _toy)


ex.claim("the formula, on a random graph", _likes)
ex.claim("more users than items", lambda g: {"R": _likes(g, 5, 9)["R"].T.copy()})
ex.claim("without a like there is no walk: zeros, not NaN", lambda g: _likes(g, lonely=True))


@ex.mistake(
    "you counted the walks, as A³ does; each one is divided by the root of the degrees of "
    "its two inner nodes"
)
def plain_counts(R):
    return R @ R.T @ R


@ex.mistake(
    "you divided by the degrees of u and i, where the walk begins and ends; the inner "
    "nodes are the ones that may be hubs"
)
def the_outer_nodes(R):
    ends = _power(R.sum(axis=1), -0.5)[:, None] * _power(R.sum(axis=0), -0.5)[None, :]
    return ends * (R @ R.T @ R)


@ex.mistake(
    "you divided by the degrees of u and i', the ends of the first edge: it is the middle edge, "
    "i' to u', that is weighed"
)
def the_first_edge(R):
    return _edge(R) @ R.T @ R


@ex.mistake(
    "you divided by the degrees of u' and i, the ends of the last edge: it is the middle edge, "
    "i' to u', that is weighed"
)
def the_last_edge(R):
    return R @ R.T @ _edge(R)


@ex.mistake(
    "you took three steps of Â, which weighs all three edges; L3 weighs the middle one only, "
    "i' to u'"
)
def all_three_edges(R):
    return _edge(R) @ _edge(R).T @ _edge(R)


@ex.mistake("you divided by the degrees themselves; it is the root of their product")
def no_square_root(R):
    return _three_hops(R, R.sum(axis=0), R.sum(axis=1), -1.0)


@ex.mistake("the degree of the inner user u' is missing")
def items_only(R):
    return _three_hops(R, R.sum(axis=0), np.ones(len(R)))


@ex.mistake("the degree of the inner item i' is missing")
def users_only(R):
    return _three_hops(R, np.ones(R.shape[1]), R.sum(axis=1))


@ex.mistake("a node without edges has degree 0 and you divide by it: give it the weight 0")
def naN_for_nodes_without_edges(R):
    with np.errstate(invalid="ignore"):
        return (R / np.sqrt(R.sum(axis=0))) @ (R.T / np.sqrt(R.sum(axis=1))) @ R


@ex.mistake(
    "you set the scores of seen items to 0; hiding them is the ranking's business, the "
    "formula is for all pairs"
)
def seen_items_hidden(R):
    return l3_scores(R) * (R == 0)


@ex.mistake("you left out u' = u; the sum runs over all users, u among them")
def others_only(R):
    """Leave out u' = u."""
    there = (R * _power(R.sum(axis=0), -0.5)) @ (R.T * _power(R.sum(axis=1), -0.5))
    return (there - np.diag(np.diag(there))) @ R


@ex.mistake("you left out walks that visit a node twice; the sum runs over all i' and u'")
def paths_only(R):
    """Walks u, i', u', i with i' ≠ i and u' ≠ u, four different nodes."""
    weight = _power(R.sum(axis=0), -0.5)[None, :] * _power(R.sum(axis=1), -0.5)[:, None]
    scores = np.zeros(R.shape)
    for u, i in np.ndindex(R.shape):
        inner = R * weight * R[:, [i]] * R[[u]]  # [u', i']
        inner[u], inner[:, i] = 0, 0
        scores[u, i] = inner.sum()
    return scores


@ex.mistake(
    "you divided by the degrees of both inner nodes without the root: these are the chances of a "
    "walker, who picks each step at random"
)
def chances_of_a_walker(R):
    rows, columns = _power(R.sum(axis=1), -1.0), _power(R.sum(axis=0), -1.0)
    return (R * rows[:, None]) @ (R * columns).T @ (R * rows[:, None])


@ex.mistake("your degrees are one too large: divide by the root of the degrees as they are")
def degrees_plus_one(R):
    return _three_hops(R, R.sum(axis=0) + 1, R.sum(axis=1) + 1)


@ex.mistake("you divided by the degrees of all four nodes; only the inner two, i' and u', count")
def all_four_nodes(R):
    ends = _power(R.sum(axis=1), -0.5)[:, None] * _power(R.sum(axis=0), -0.5)[None, :]
    return ends * l3_scores(R)


@ex.mistake("you multiplied by the roots: a node with many edges should weigh less")
def multiplies(R):
    return _three_hops(R, R.sum(axis=0), R.sum(axis=1), 0.5)


@ex.mistake("yours takes five steps: L3 has three, R Rᵀ R")
def five_steps(R):
    return l3_scores(R) @ R.T @ R


@ex.mistake("you left the walker's own edge out of the degrees; L3 counts all edges of a node")
def degrees_minus_one(R):
    return _three_hops(R, np.maximum(R.sum(axis=0) - 1, 0), np.maximum(R.sum(axis=1) - 1, 0))
