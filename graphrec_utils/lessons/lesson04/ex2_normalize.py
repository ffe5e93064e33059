"""Exercise 04.2: its normalizations."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _adjacency(R) -> np.ndarray:
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def connected(rng, m: int = 4, n: int = 6, likes: int = 8) -> np.ndarray:
    """Return R, (m, n): everybody has a like, every item a fan, and degrees differ."""
    R = np.zeros((m, n))
    R[np.arange(n) % m, np.arange(n)] = 1
    R[0, :3] = 1
    R.flat[rng.permutation(m * n)[:likes]] = 1
    return R[rng.permutation(m)][:, rng.permutation(n)]


def _random(rng, how: str, lonely: bool = False, weighted: bool = False) -> dict:
    R = connected(rng)
    if weighted:
        R = R * rng.integers(1, 6, size=R.shape) / 10  # most degrees are below 1
    if lonely:
        R[1] = R[:, 2] = 0
        R[0, 0] = R[2, 1] = 1  # the others keep an edge
    return {"A": _adjacency(R), "how": how}


ex = Exercise(
    "04.2",
    "normalize",
    points=5,
    library="graphrec_utils.graphs.normalize",
    hints=(
        "What do you multiply row v by, and what column w, in each of the three forms?",
        "With `degree = A.sum(axis=1)`, entry (v, w) is divided by deg(v), by deg(w), or by the "
        "root of both. Where a degree is 0, use the factor 0.",
        "`left = np.zeros(N); left[degree > 0] = degree[degree > 0] ** p`, the same for `right` "
        "with q, then `left[:, None] * A * right[None, :]`; (p, q) is (-½, -½), (-1, 0) or (0, -1).",
    ),
)


@ex.solution
def normalize(A, how):
    left, right = {"row": (-1, 0), "column": (0, -1), "symmetric": (-0.5, -0.5)}[how]
    degree = A.sum(axis=1)  # (N,)
    scale = np.where(degree > 0, degree, np.inf)  # inf to a negative power is 0
    return scale[:, None] ** left * A * scale[None, :] ** right


def _path(how):
    R = np.pad(toy.path().double().numpy(), ((0, 0), (0, 1)))  # and an item that nobody likes
    return lambda rng: {"A": _adjacency(R), "how": how}


ex.claim("two users, four items, symmetric: the numbers by hand", _path("symmetric"))


ex.claim("symmetric, on a random graph", lambda g: _random(g, "symmetric"))
ex.claim("row: every row sums to 1", lambda g: _random(g, "row"))
ex.claim("column: every column sums to 1", lambda g: _random(g, "column"))
ex.claim(
    "a node without edges keeps a row and a column of zeros",
    lambda g: _random(g, "symmetric", lonely=True),
)
ex.claim(
    "edges with weights: the degree is the sum of the weights",
    lambda g: _random(g, "symmetric", weighted=True),
)
ex.claim("with weights, too, every row sums to 1", lambda g: _random(g, "row", weighted=True))
ex.claim("two users, four items, row: the numbers by hand", _path("row"))

SYMMETRIC = "(-0.5, -0.5)"
OTHERS = '"row": (-1, 0), "column": (0, -1)'
DEGREE = "A.sum(axis=1)"
SCALE = "np.where(degree > 0, degree, np.inf)"

# fmt: off
ex.slip("your numbers match D⁻¹A: for the symmetric form, divide by the square roots of both "
        "degrees",
        SYMMETRIC, "(-1, 0)")
ex.slip("your numbers match D^(-1/2) A: you scaled the rows, the columns are still to be done",
        SYMMETRIC, "(-0.5, 0)")
ex.slip("you divided by deg(v) · deg(w); the symmetric form divides by the square root of that",
        SYMMETRIC, "(-1, -1)")
ex.slip("row and column are mixed up in yours: dividing row v by deg(v) makes ROWS sum to 1",
        OTHERS, '"row": (0, -1), "column": (-1, 0)')
ex.slip("yours is the symmetric form, whatever `how` says", "[how]", '["symmetric"]')
ex.slip("you took the mean of the row and the column form; the symmetric one divides by the root "
        "of deg(v) · deg(w)",
        "return", 'if how == "symmetric":\n'
        "    return (A / scale[:, None] + A / scale[None, :]) / 2\n"
        "return")
ex.slip("you raised small degrees to 1: with weights on the edges a degree may be 0.3, and only a "
        "degree of 0 needs care",
        SCALE, "np.maximum(degree, 1)", hint=True)
ex.slip("a node without edges has degree 0, and 0 to a negative power is infinite: infinity times "
        "0 is NaN",
        SCALE, "degree", hint=True)
ex.slip("you added a self-loop to every node; here nobody is their own neighbor",
        "left, right =", "A = A + np.eye(len(A))\nleft, right =")
ex.slip("your degree counts neighbors; with weights on the edges it is their sum",
        DEGREE, "(A > 0).sum(axis=1)", hint=True)
ex.slip("`A / degree` divides column w by deg(w), which is the column form; for rows the degrees "
        "stand in a column, `degree[:, None]`",
        '"row": (-1, 0)', '"row": (0, -1)')
ex.slip("you take the root in all three forms; for rows and columns the degree itself divides",
        OTHERS, '"row": (-0.5, 0), "column": (0, -0.5)')
ex.slip("you divided by the row sums, then by new column sums; both degrees are those of A",
        "return", 'if how == "symmetric":\n'
        "    rows = A / np.sqrt(scale)[:, None]\n"
        "    sums = rows.sum(axis=0)\n"
        "    return rows / np.sqrt(np.where(sums > 0, sums, np.inf))\n"
        "return")
ex.slip("a node without edges has a 1 on the diagonal in yours; its row and column stay 0",
        "** right", "** right + np.diag(degree == 0)")
ex.slip("you added a small number to the degrees: ask where a degree is 0 instead",
        DEGREE, "A.sum(axis=1) + 0.01")
ex.slip("you multiplied by the degrees; the busier a node, the less its edges should weigh",
        SCALE, "degree", "** left", "** -left", "** right", "** -right")
ex.slip("you divided by the larger of both degrees; the symmetric form divides by the root of "
        "their product",
        "return", 'if how == "symmetric":\n    return A / np.maximum.outer(scale, scale)\nreturn')
ex.slip("a softmax over the neighbors: it agrees where all weights are equal, and not where they "
        "differ",
        "left, right =", 'if how == "row":\n    A = np.where(A > 0, np.exp(A), 0)\nleft, right =')
