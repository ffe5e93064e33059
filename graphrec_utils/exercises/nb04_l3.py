"""Lesson 04: three hops weighed by the degrees of the inner nodes (04.4)."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def l3_scores(R):
    return _three_hops(R, R.sum(axis=0), R.sum(axis=1))


def _three_hops(R, item_degree, user_degree, exponent=-0.5):
    return (R * _power(item_degree, exponent)) @ (R.T * _power(user_degree, exponent)) @ R


def _power(degree, exponent):
    out = np.zeros(len(degree))
    np.power(degree, exponent, out=out, where=degree > 0)
    return out


def _ends(R):
    ends = _power(R.sum(axis=1), -0.5)[:, None] * _power(R.sum(axis=0), -0.5)[None, :]
    return ends * (R @ R.T @ R)


def _edge(R):
    """Return R_hat: each like divided by the root of the degrees of its two ends."""
    return _power(R.sum(axis=1), -0.5)[:, None] * R * _power(R.sum(axis=0), -0.5)[None, :]


def _nan_for_isolated(R):
    with np.errstate(invalid="ignore"):
        return (R / np.sqrt(R.sum(axis=0))) @ (R.T / np.sqrt(R.sum(axis=1))) @ R


def _paths_only(R):
    """Walks u, i', u', i with i' ≠ i and u' ≠ u, four different nodes."""
    weight = _power(R.sum(axis=0), -0.5)[None, :] * _power(R.sum(axis=1), -0.5)[:, None]
    scores = np.zeros(R.shape)
    for u, i in np.ndindex(R.shape):
        inner = R * weight * R[:, [i]] * R[[u]]  # [u', i']
        inner[u], inner[:, i] = 0, 0
        scores[u, i] = inner.sum()
    return scores


def _others_only(R):
    """Leave out u' = u."""
    there = (R * _power(R.sum(axis=0), -0.5)) @ (R.T * _power(R.sum(axis=1), -0.5))
    return (there - np.diag(np.diag(there))) @ R


def _toy(rng) -> dict:
    return {"R": toy.likes().double().numpy()}


def _likes(rng, m: int = 6, n: int = 8, lonely: bool = False) -> dict:
    R = (rng.random((m, n)) < 0.35).astype(float)
    R[:, 0], R[0, :5] = 1, 1
    R[np.arange(n) % m, np.arange(n)] = 1
    if lonely:
        R[2], R[:, 3] = 0, 0
    return {"R": R}


EX_4 = Exercise(
    id="04.4",
    function="l3_scores",
    points=4,
    reference=l3_scores,
    claims=(
        Claim("Ann, Bob and Eve: from Ann to Cube there is one walk, worth ½", _toy),
        Claim("the formula, on a random graph", _likes),
        Claim("more users than items", lambda g: {"R": _likes(g, 5, 9)["R"].T.copy()}),
        Claim("without a like there is no walk: zeros, not NaN", lambda g: _likes(g, lonely=True)),
    ),
    mistakes=(
        Mistake(
            "plain counts",
            lambda R: R @ R.T @ R,
            "you counted the walks, as A³ does; each one is divided by the root of the degrees of "
            "its two inner nodes",
        ),
        Mistake(
            "the outer nodes",
            _ends,
            "you divided by the degrees of u and i, where the walk begins and ends; the inner "
            "nodes are the ones that may be hubs",
        ),
        Mistake(
            "the first edge",
            lambda R: _edge(R) @ R.T @ R,
            "you divided by the degrees of u and i', the ends of the first edge: it is the middle edge, "
            "i' to u', that is weighed",
        ),
        Mistake(
            "the last edge",
            lambda R: R @ R.T @ _edge(R),
            "you divided by the degrees of u' and i, the ends of the last edge: it is the middle edge, "
            "i' to u', that is weighed",
        ),
        Mistake(
            "all three edges",
            lambda R: _edge(R) @ _edge(R).T @ _edge(R),
            "you took three steps of Â, which weighs all three edges; L3 weighs the middle one only, "
            "i' to u'",
        ),
        Mistake(
            "no square root",
            lambda R: _three_hops(R, R.sum(axis=0), R.sum(axis=1), -1.0),
            "you divided by the degrees themselves; it is the root of their product",
        ),
        Mistake(
            "items only",
            lambda R: _three_hops(R, R.sum(axis=0), np.ones(len(R))),
            "the degree of the inner user u' is missing",
        ),
        Mistake(
            "users only",
            lambda R: _three_hops(R, np.ones(R.shape[1]), R.sum(axis=1)),
            "the degree of the inner item i' is missing",
        ),
        Mistake(
            "NaN for nodes without edges",
            _nan_for_isolated,
            "a node without edges has degree 0 and you divide by it: give it the weight 0",
        ),
        Mistake(
            "seen items hidden",
            lambda R: l3_scores(R) * (R == 0),
            "you set the scores of seen items to 0; hiding them is the ranking's business, the "
            "formula is for all pairs",
        ),
        Mistake(
            "others only",
            _others_only,
            "you left out u' = u; the sum runs over all users, u among them",
        ),
        Mistake(
            "paths only",
            _paths_only,
            "you left out walks that visit a node twice; the sum runs over all i' and u'",
        ),
    ),
    hints=(
        "Without the degrees it is a product of three matrices: from users to items, back, and to "
        "items again. Which?",
        "R Rᵀ R, where the first R has its column i' divided by √deg(i') and the Rᵀ its column u' "
        "by √deg(u').",
        "`a = R / √item_degree`, `b = R.T / √user_degree` (0 where a degree is 0), then `a @ b @ R`.",
    ),
)
