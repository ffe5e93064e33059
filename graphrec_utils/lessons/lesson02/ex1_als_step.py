"""Exercise 02.1: one side of a factorization, solved for ratings."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _ratings(rng, low: int = 1, dim: int = 3, reg: float = 0.5) -> dict:
    """Users with two to seven of eight ratings; unknown cells hold a number that means nothing."""
    m, n = 6, 8
    observed = np.argsort(rng.random((m, n)), axis=1) < np.arange(2, 2 + m)[:, None]
    R = np.where(observed, rng.integers(low, 6, size=(m, n)), 9).astype(float)
    if low == 0:
        R[np.arange(m), observed.argmax(axis=1)] = 0  # everybody gave a 0
    return {"R": R, "observed": observed, "item_emb": rng.normal(size=(n, dim)), "reg": reg}


ex = Exercise(
    "02.1",
    "als_step",
    points=5,
    branch=True,
    library="graphrec_utils.models.mf.als_step",
    hints=(
        "Take one user. Which rows of `item_emb` does he have a rating for?",
        "With `H = item_emb[observed[u]]`, the vector solves `(H.T @ H + reg * I) w = H.T @ r`.",
        "Loop over users: `np.linalg.solve(H.T @ H + reg * np.eye(d), H.T @ R[u, observed[u]])`.",
    ),
)


@ex.solution
def als_step(R, observed, item_emb, reg):
    user_emb = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        H = item_emb[observed[u]]  # (ratings of u, d)
        A = H.T @ H + reg * np.eye(item_emb.shape[1])  # (d, d)
        user_emb[u] = np.linalg.solve(A, H.T @ R[u, observed[u]])
    return user_emb


def _two_by_two(rng) -> dict:
    return {
        "R": np.array([[2.0, 1.0], [4.0, 9.0]]),
        "observed": np.array([[True, True], [True, False]]),
        "item_emb": np.array([[2.0], [1.0]]),
        "reg": 2.0,
    }


ex.claim("two users, two items, d = 1: the two numbers computed by hand", _two_by_two)


ex.claim("only known ratings count: an unknown cell is not a 0", _ratings)
ex.claim("a known rating of 0 counts like any other", lambda rng: _ratings(rng, low=0))


def _no_slope(got, expected, inputs) -> str | None:
    """Judge by the loss itself: at a minimum its gradient is 0 for every user."""
    H, errors = inputs["item_emb"], got @ inputs["item_emb"].T - inputs["R"]
    slope = (errors * inputs["observed"]) @ H + inputs["reg"] * got
    worst = np.abs(slope).max(axis=1)
    if worst.max() < 1e-4 * (1 + np.abs(inputs["R"]).max()):
        return None
    return f"the loss still falls: its slope at user {worst.argmax()} is {worst.max():.3g}, not 0"


ex.claim("no other user vector has a smaller loss", _ratings, judge=_no_slope)


def _newcomer(rng) -> dict:
    inputs = _ratings(rng)
    inputs["observed"][2] = False
    return inputs


ex.claim("a user without ratings gets zeros, and the others their vectors", _newcomer)

RIDGE, RATINGS = "reg * np.eye(item_emb.shape[1])", "R[u, observed[u]]"
SOLVED = f"np.linalg.solve(A, H.T @ {RATINGS})"

# fmt: off
ex.slip("you fit unknown cells as if they were ratings of 0: keep only the item vectors of the "
        "cells that are observed",
        "item_emb[observed[u]]", "item_emb", RATINGS, "(R[u] * observed[u])")
ex.slip("your right-hand side reads all cells of R; what stands in an unknown cell means nothing",
        f"H.T @ {RATINGS}", "item_emb.T @ R[u]")
ex.slip("you drop ratings of 0: `observed` says what is known, the sign of R does not",
        "user_emb = np", "observed = observed & (R > 0)\nuser_emb = np")
ex.slip("λ is missing: your numbers are those of least squares without a ridge",
        SOLVED, f"np.linalg.lstsq(H, {RATINGS}, rcond=None)[0]")
ex.slip("your ridge grows with the number of ratings; here it is λ for every user",
        "reg * np", "reg * max(1, len(H)) * np")
ex.slip("you built H Hᵀ, one row per item; the system has d unknowns, so it needs HᵀH, (d, d)",
        f"H.T @ H + {RIDGE}", "H @ H.T + reg * np.eye(len(H))")
ex.slip("you stopped at the right-hand side Hᵀr: a system of d equations must still be solved",
        SOLVED, f"H.T @ {RATINGS}", hint=True)
ex.slip("`H.T @ H + reg` adds λ to every cell of the matrix; it stands on the diagonal: reg * "
        "np.eye(d)",
        RIDGE, "reg if len(H) else np.eye(item_emb.shape[1])")
ex.slip("your λ has a factor 2: the derivatives of the squares all have it, so it cancels",
        "reg * np", "2 * reg * np", hint=True)
ex.slip("a 1 stands where the rating should: the right side is the sum of rating times item vector",
        RATINGS, "np.ones(len(H))")
ex.slip("you took each user's mean out of the ratings; the formula has the ratings themselves",
        RATINGS, f"({RATINGS} - {RATINGS}.sum() / max(1, len(H)))")
ex.slip("you subtracted the ridge: it is added to the diagonal", "+ reg", "- reg")
ex.slip("half the ridge: here the loss has λ without ½, so λ stands in the system as it is",
        "reg * np", "reg / 2 * np")
ex.slip("λ squared: `reg` is λ itself, the factor of the squared lengths",
        "reg * np", "reg**2 * np")
