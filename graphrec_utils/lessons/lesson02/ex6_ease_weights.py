"""Exercise 02.6: EASE, every item by a ridge regression on all the others, in six lines."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _likes(rng, m: int, n: int, reg: float) -> dict:
    """Some items with many fans, some with few; items 0 and 1 share none, and both share some with 2."""
    R = (rng.random((m, n)) < rng.uniform(0.1, 0.8, n)).astype(float)
    R[:2, :3] = [[1, 0, 1], [0, 1, 1]]
    R[2:, 1] *= 1 - R[2:, 0]  # so there is a weight below 0
    return {"R": R, "reg": reg}


ex = Exercise(
    "02.6",
    "ease_weights",
    points=4,
    branch=True,
    library="graphrec_utils.models.ease.ease",
    hints=(
        "What is counted in entry (i, j) of RᵀR, and where do you add λ?",
        "With P = (RᵀR + λI)⁻¹, column j of B is column j of P over −P[j, j], but B[j, j] is 0.",
        "`P = np.linalg.inv(R.T @ R + reg * np.eye(n))`, `B = -P / np.diag(P)`, then "
        "`np.fill_diagonal(B, 0)`.",
    ),
)


@ex.solution
def ease_weights(R, reg):
    gramian = R.T @ R
    P = np.linalg.inv(gramian + reg * np.eye(R.shape[1]))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def _by_hand(rng) -> dict:
    return {"R": np.array([[1.0, 1.0], [0.0, 1.0]]), "reg": 1.0}


ex.claim("two items, by hand: ½ and ⅓", _by_hand)


def _no_diagonal(got, expected, inputs) -> str | None:
    own = np.flatnonzero(np.diag(got))
    return (
        f"item {own[0]} has the weight {got[own[0], own[0]]:.4g} for itself" if len(own) else None
    )


def _column(got, expected, inputs) -> str | None:
    """Column j solves the ridge regression of item j on the others."""
    R, reg = inputs["R"], inputs["reg"]
    for j in range(R.shape[1]):
        others = np.arange(R.shape[1]) != j
        X = R[:, others]
        slope = X.T @ (R[:, j] - X @ got[others, j]) - reg * got[others, j]
        if not np.abs(slope).max() < 1e-6:
            return f"other weights in column {j} would have a lower loss"
    return None


ex.claim("no item speaks for itself", lambda g: _likes(g, 30, 6, 2.0), judge=_no_diagonal)
ex.claim(
    "column j guesses item j from the others as well as a ridge regression can",
    lambda g: _likes(g, 40, 7, 3.0),
    weight=2,
    judge=_column,
)
ex.claim("a strong ridge makes all weights small", lambda g: _likes(g, 20, 5, 200.0))
ex.claim("more items than users", lambda g: _likes(g, 5, 9, 0.5))


def _without_fans(rng) -> dict:
    inputs = _likes(rng, 15, 6, 1.0)
    inputs["R"][:, 5] = 0
    return inputs


ex.claim("an item without fans has no weights, and no say", _without_fans)

DIVIDED, RIDGE = "-P / np.diag(P)", "reg * np.eye(R.shape[1])"

# fmt: off
ex.slip("you divided rows: an item's own P[j, j] belongs to its column, `-P / np.diag(P)`",
        "np.diag(P)", "np.diag(P)[:, None]", hint=True)
ex.slip("the diagonal is not 0 in yours: every item explains itself best, and nothing is learned",
        "np.fill_diagonal(B, 0)\n", "")
ex.slip("a plain ridge regression on all items, P RᵀR, with its diagonal set to 0 afterwards: it "
        "was fitted with the item's own help",
        DIVIDED, "P @ gramian")
ex.slip("that is a plain ridge regression, P RᵀR: each item may use itself",
        DIVIDED, "P @ gramian", "np.fill_diagonal(B, 0)\n", "")
ex.slip("your weights have the wrong sign: films with the same fans should speak for each other",
        "-P", "P")
ex.slip("you left out λ; without it RᵀR often cannot be inverted", f" + {RIDGE}", "")
ex.slip("you added λ to every cell of RᵀR; the ridge is λ times the identity",
        RIDGE, "reg", hint=True)
ex.slip("you did not divide by P[j, j]: column j is column j of P over −P[j, j]",
        DIVIDED, "-P", hint=True)
ex.slip("you divided by √(P[i, i] P[j, j]), as a cosine would; a regression divides by P[j, j] "
        "alone",
        "np.diag(P)", "np.sqrt(np.outer(np.diag(P), np.diag(P)))")
ex.slip("you set the diagonal of RᵀR to 0 before inverting: an item's number of fans is needed "
        "there",
        "P = np", "np.fill_diagonal(gramian, 0)\nP = np")
ex.slip("you cut off negative weights; they say who likes the one and not the other, and belong "
        "to it",
        "return B", "return np.maximum(B, 0)")
ex.slip("λ squared: `reg` is λ itself, the factor of the squared weights", "reg *", "reg**2 *")
ex.slip("these are the cosines of items; a regression also knows what items share with one another",
        f"B = {DIVIDED}", "length = np.sqrt(np.maximum(np.diag(gramian), 1))\n"
        "B = gramian / np.outer(length, length)")
ex.slip("you regressed every item on one other item at a time; all the others explain it together",
        DIVIDED, "gramian / (np.diag(gramian) + reg)[:, None]")
ex.slip("users and items are exchanged: `R.T @ R` counts the common fans of two items",
        "gramian = R", "R = R.T\ngramian = R")
