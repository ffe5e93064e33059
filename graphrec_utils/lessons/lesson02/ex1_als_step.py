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
    library="graphrec_utils.models.mf.als_step",
    hints=(
        "Take one user. Which rows of `item_emb` does he have a rating for?",
        "With `H = item_emb[observed[u]]`, the vector solves `(H.T @ H + reg * I) w = H.T @ r`.",
        "Loop over users: `np.linalg.solve(H.T @ H + reg * np.eye(d), H.T @ R[u, observed[u]])`.",
    ),
)


@ex.solution
def als_step(R, observed, item_emb, reg):
    m, d = len(R), item_emb.shape[1]
    user_emb = np.zeros((m, d))
    for u in range(m):
        H = item_emb[observed[u]]
        A = H.T @ H + reg * np.eye(d)
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


@ex.mistake(
    "you fit unknown cells as if they were ratings of 0: keep only the item vectors of the "
    "cells that are observed"
)
def unknown_cells_count_as_0(R, observed, item_emb, reg):
    A = item_emb.T @ item_emb + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, item_emb.T @ (R * observed).T).T


@ex.mistake(
    "your right-hand side reads all cells of R; what stands in an unknown cell means nothing"
)
def reads_unknown_cells(R, observed, item_emb, reg):
    user_emb = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        H = item_emb[observed[u]]
        A = H.T @ H + reg * np.eye(H.shape[1])
        user_emb[u] = np.linalg.solve(A, item_emb.T @ R[u])
    return user_emb


@ex.mistake("you drop ratings of 0: `observed` says what is known, the sign of R does not")
def ratings_of_0_are_dropped(R, observed, *rest):
    return als_step(R, observed & (R > 0), *rest)


@ex.mistake("λ is missing: your numbers are those of least squares without a ridge")
def no_ridge(R, observed, item_emb, reg):
    solved = [
        np.linalg.lstsq(item_emb[o], r[o], rcond=None)[0] for r, o in zip(R, observed, strict=True)
    ]
    return np.stack(solved)


@ex.mistake("your ridge grows with the number of ratings; here it is λ for every user")
def ridge_per_rating(R, observed, item_emb, reg):
    rows = zip(R, observed, strict=True)
    ridges = reg * np.maximum(observed.sum(axis=1), 1)
    return np.vstack(
        [als_step(r[None], o[None], item_emb, x) for (r, o), x in zip(rows, ridges, strict=True)]
    )


@ex.mistake("you built H Hᵀ, one row per item; the system has d unknowns, so it needs HᵀH, (d, d)")
def gramian_transposed(R, observed, item_emb, reg):
    user_emb = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        H = item_emb[observed[u]]
        A = H @ H.T + reg * np.eye(len(H))
        user_emb[u] = np.linalg.solve(A, H.T @ R[u, observed[u]])
    return user_emb


@ex.mistake("you stopped at the right-hand side Hᵀr: a system of d equations must still be solved")
def nothing_solved(R, observed, item_emb, reg):
    return (R * observed) @ item_emb


@ex.mistake(
    "`H.T @ H + reg` adds λ to every cell of the matrix; it stands on the diagonal: reg * np.eye(d)"
)
def lambda_in_every_cell(R, observed, item_emb, reg):
    rows = []
    for r, known in zip(R, observed, strict=True):
        H = item_emb[known]
        A = H.T @ H + reg if known.any() else np.eye(H.shape[1])
        rows.append(np.linalg.solve(A, H.T @ r[known]))
    return np.stack(rows)


@ex.mistake("your λ has a factor 2: the derivatives of the squares all have it, so it cancels")
def twice_lambda(R, observed, item_emb, reg):
    return als_step(R, observed, item_emb, 2 * reg)


@ex.mistake(
    "a 1 stands where the rating should: the right side is the sum of rating times item vector"
)
def likes_instead_of_ratings(R, observed, item_emb, reg):
    return als_step(np.ones_like(R), observed, item_emb, reg)


@ex.mistake("you took each user's mean out of the ratings; the formula has the ratings themselves")
def without_the_users_mean(R, observed, item_emb, reg):
    known = np.where(observed, R, 0)
    mean = known.sum(axis=1) / np.maximum(observed.sum(axis=1), 1)
    return als_step(R - mean[:, None], observed, item_emb, reg)


@ex.mistake("you subtracted the ridge: it is added to the diagonal")
def ridge_subtracted(R, observed, item_emb, reg):
    return als_step(R, observed, item_emb, -reg)


@ex.mistake("half the ridge: here the loss has λ without ½, so λ stands in the system as it is")
def half_lambda(R, observed, item_emb, reg):
    return als_step(R, observed, item_emb, reg / 2)


@ex.mistake("λ squared: `reg` is λ itself, the factor of the squared lengths")
def lambda_squared(R, observed, item_emb, reg):
    return als_step(R, observed, item_emb, reg**2)
