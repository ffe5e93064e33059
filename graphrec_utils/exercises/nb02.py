"""Claims and mistakes of lesson 02, Matrix factorization: one side solved for ratings and counts.

An exercise takes about 100 lines, so the others are in `nb02_ials` (02.3 and 02.4), `nb02_blocks`
(02.5 and 02.6) and `nb02_svd` (02.7).
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises import nb02_blocks, nb02_ials, nb02_svd
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 02.1


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
        "R": np.array([[2.0, 1.0], [4.0, 0.0]]),
        "observed": np.array([[True, True], [True, False]]),
        "item_emb": np.array([[2.0], [1.0]]),
        "reg": 1.0,
    }


def _ratings(rng, low: int = 1, dim: int = 3, reg: float = 0.5) -> dict:
    """Users with two to seven of eight ratings; unknown cells hold a number that means nothing."""
    m, n = 6, 8
    observed = np.argsort(rng.random((m, n)), axis=1) < np.arange(2, 2 + m)[:, None]
    R = np.where(observed, rng.integers(low, 6, size=(m, n)), 9).astype(float)
    if low == 0:
        R[np.arange(m), observed.argmax(axis=1)] = 0  # everybody gave a 0
    return {"R": R, "observed": observed, "item_emb": rng.normal(size=(n, dim)), "reg": reg}


def _newcomer(rng) -> dict:
    inputs = _ratings(rng)
    inputs["observed"][2] = False
    return inputs


def _no_slope(got, expected, inputs) -> str | None:
    """Judge by the loss itself: at a minimum its gradient is 0 for every user."""
    H, errors = inputs["item_emb"], got @ inputs["item_emb"].T - inputs["R"]
    slope = (errors * inputs["observed"]) @ H + inputs["reg"] * got
    worst = np.abs(slope).max(axis=1)
    if worst.max() < 1e-4 * (1 + np.abs(inputs["R"]).max()):
        return None
    return f"half the gradient of user {worst.argmax()} is {worst.max():.3g} in your answer"


def _unknown_is_zero(R, observed, item_emb, reg):
    A = item_emb.T @ item_emb + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, item_emb.T @ (R * observed).T).T


def _reads_unknown_cells(R, observed, item_emb, reg):
    user_emb = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        H = item_emb[observed[u]]
        A = H.T @ H + reg * np.eye(H.shape[1])
        user_emb[u] = np.linalg.solve(A, item_emb.T @ R[u])
    return user_emb


def _no_ridge(R, observed, item_emb, reg):
    solved = [
        np.linalg.lstsq(item_emb[o], r[o], rcond=None)[0] for r, o in zip(R, observed, strict=True)
    ]
    return np.stack(solved)


def _ridge_per_rating(R, observed, item_emb, reg):
    rows = zip(R, observed, strict=True)
    return np.vstack([als_step(r[None], o[None], item_emb, reg * o.sum()) for r, o in rows])


def _gramian_transposed(R, observed, item_emb, reg):
    user_emb = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        H = item_emb[observed[u]]
        A = H @ H.T + reg * np.eye(len(H))
        user_emb[u] = np.linalg.solve(A, H.T @ R[u, observed[u]])
    return user_emb


def _no_eye(R, observed, item_emb, reg):
    rows = []
    for r, known in zip(R, observed, strict=True):
        H = item_emb[known]
        rows.append(np.linalg.solve(H.T @ H + reg, H.T @ r[known]))
    return np.stack(rows)


EX_1 = Exercise(
    id="02.1",
    function="als_step",
    points=5,
    reference=als_step,
    library="graphrec_utils.models.mf.als_step",
    claims=(
        Claim("two users, two items, d = 1: the two numbers computed by hand", _two_by_two),
        Claim("only known ratings count: an unknown cell is not a 0", _ratings),
        Claim("a known rating of 0 counts like any other", lambda rng: _ratings(rng, low=0)),
        Claim("no other user vector has a smaller loss", _ratings, judge=_no_slope),
        Claim("a user without ratings gets zeros, and the others their vectors", _newcomer),
    ),
    mistakes=(
        Mistake(
            "unknown cells count as 0",
            _unknown_is_zero,
            "you fit unknown cells as if they were ratings of 0: keep only the item vectors of the "
            "cells that are observed",
        ),
        Mistake(
            "reads unknown cells",
            _reads_unknown_cells,
            "your right-hand side reads all cells of R; what stands in an unknown cell means nothing",
        ),
        Mistake(
            "ratings of 0 are dropped",
            lambda R, observed, *rest: als_step(R, observed & (R > 0), *rest),
            "you drop ratings of 0: `observed` says what is known, the sign of R does not",
        ),
        Mistake(
            "no ridge",
            _no_ridge,
            "λ is missing: your numbers are those of least squares without a ridge",
        ),
        Mistake(
            "ridge per rating",
            _ridge_per_rating,
            "your ridge grows with the number of ratings; here it is λ for every user",
        ),
        Mistake(
            "Gramian transposed",
            _gramian_transposed,
            "you built H Hᵀ, one row per item; the system has d unknowns, so it needs HᵀH, (d, d)",
        ),
        Mistake(
            "nothing solved",
            lambda R, observed, item_emb, reg: (R * observed) @ item_emb,
            "you stopped at the right-hand side Hᵀr: a system of d equations must still be solved",
        ),
        Mistake(
            "λ in every cell",
            _no_eye,
            "`H.T @ H + reg` adds λ to every cell of the matrix; it stands on the diagonal: reg * np.eye(d)",
        ),
        Mistake(
            "twice λ",
            lambda R, observed, item_emb, reg: als_step(R, observed, item_emb, 2 * reg),
            "your λ has a factor 2: the derivatives of the squares all have it, so it cancels",
        ),
    ),
    hints=(
        "Take one user. Which rows of `item_emb` does he have a rating for?",
        "With `H = item_emb[observed[u]]`, the vector solves `(H.T @ H + reg * I) w = H.T @ r`.",
        "Loop over users: `np.linalg.solve(H.T @ H + reg * np.eye(d), H.T @ R[u, observed[u]])`.",
    ),
)

# ---------------------------------------------------------------- 02.2


def hu_koren_user_vector(r, item_emb, alpha, reg):
    return _weighted(1 + alpha * r, r > 0, item_emb, reg)


def _weighted(confidence, target, item_emb, reg):
    weighted = item_emb * np.asarray(confidence, float)[:, None]
    A = weighted.T @ item_emb + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, weighted.T @ np.asarray(target, float))


def _one_item_of_two(rng) -> dict:
    return {
        "r": np.array([1.0, 0.0]),
        "item_emb": np.array([[1.0], [2.0]]),
        "alpha": 4.0,
        "reg": 0.5,
    }


def _counts(rng, values=(1,), dim: int = 3) -> dict:
    r = np.zeros(9)
    r[rng.permutation(9)[:4]] = rng.permutation(np.resize(values, 4))
    return {"r": r, "item_emb": rng.normal(size=(9, dim)), "alpha": 3.0, "reg": 0.7}


def _system(A, b, reg):
    return np.linalg.solve(A + reg, b)


EX_2 = Exercise(
    id="02.2",
    function="hu_koren_user_vector",
    points=5,
    reference=hu_koren_user_vector,
    library="graphrec_utils.models.mf.hu_koren_step",
    claims=(
        Claim("items 1 and 2, the first seen once: the number computed by hand", _one_item_of_two),
        Claim("every item counts, the unseen ones with confidence 1", _counts),
        Claim(
            "more views give more confidence, the target stays 1", lambda g: _counts(g, (1, 2, 5))
        ),
        Claim("half a view is a view with less confidence", lambda g: _counts(g, (0.5, 0.2, 1, 2))),
    ),
    mistakes=(
        Mistake(
            "confidence αr",
            lambda r, H, alpha, reg: _weighted(alpha * r, r > 0, H, reg),
            "your confidence is αr, so unseen items have none: it is 1 + αr",
        ),
        Mistake(
            "confidence αr, unseen 1",
            lambda r, H, alpha, reg: _weighted(np.where(r > 0, alpha * r, 1), r > 0, H, reg),
            "your unseen items have confidence 1, but a seen one only αr: the 1 is for all items",
        ),
        Mistake(
            "only seen items",
            lambda r, H, alpha, reg: hu_koren_user_vector(r[r > 0], H[r > 0], alpha, reg),
            "you fit the seen items only; the unseen ones ask for a 0 with confidence 1",
        ),
        Mistake(
            "the count is the target",
            lambda r, H, alpha, reg: _weighted(1 + alpha * r, r, H, reg),
            "your target is r itself; views change the confidence, the target of a seen item is 1",
        ),
        Mistake(
            "one confidence for all seen",
            lambda r, H, alpha, reg: hu_koren_user_vector((r > 0).astype(float), H, alpha, reg),
            "all seen items have the same confidence in yours: five views count more than one",
        ),
        Mistake(
            "right side without confidence",
            lambda r, H, alpha, reg: np.linalg.solve(
                (H * (1 + alpha * r)[:, None]).T @ H + reg * np.eye(H.shape[1]), H.T @ (r > 0)
            ),
            "your right-hand side is Hᵀp without the confidences: it is Hᵀ C p",
        ),
        Mistake(
            "no ridge",
            lambda r, H, alpha, reg: _weighted(1 + alpha * r, r > 0, H, 0),
            "λ is missing on the diagonal",
        ),
        Mistake(
            "target 1 for all",
            lambda r, H, alpha, reg: _weighted(1 + alpha * r, np.ones(len(r)), H, reg),
            "your unseen items have the target 1, too: p is 1 where r > 0 and 0 elsewhere",
        ),
        Mistake(
            "the target grows to 1",
            lambda r, H, alpha, reg: _weighted(1 + alpha * r, np.minimum(r, 1), H, reg),
            "half a view has the target 1/2 in yours; what was seen has 1, r changes the confidence",
        ),
        Mistake(
            "confidence twice",
            lambda r, H, alpha, reg: np.linalg.solve(
                (H.T * (1 + alpha * r) ** 2) @ H + reg * np.eye(H.shape[1]),
                (H.T * (1 + alpha * r)) @ (r > 0),
            ),
            "C stands twice on your left-hand side: it is (C H)ᵀ H, not (C H)ᵀ (C H)",
        ),
        Mistake(
            "λ in every cell",
            lambda r, H, alpha, reg: _system(
                (H.T * (1 + alpha * r)) @ H, (H.T * (1 + alpha * r)) @ (r > 0), reg
            ),
            "you add λ to every cell of the matrix; it stands on the diagonal: reg * np.eye(d)",
        ),
    ),
    hints=(
        "Two vectors of length n, the confidence c and the target p. How do they follow from r?",
        "`c = 1 + alpha * r` and `p = r > 0`. The vector solves (HᵀCH + λI) w = HᵀCp.",
        "No n × n matrix is needed: with `CH = c[:, None] * item_emb` the two sides are "
        "`CH.T @ item_emb + reg * np.eye(d)` and `CH.T @ p`.",
    ),
)

EXERCISES = (EX_1, EX_2, *nb02_ials.EXERCISES, *nb02_blocks.EXERCISES, nb02_svd.EX_7)
