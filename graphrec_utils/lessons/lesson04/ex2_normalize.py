"""Exercise 04.2: its normalizations."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise

EXPONENTS = {"symmetric": (-0.5, -0.5), "row": (-1.0, 0.0), "column": (0.0, -1.0)}


def _scaled(A, degree, left, right):
    return _power(degree, left)[:, None] * A * _power(degree, right)[None, :]


def _power(degree, exponent):
    out = np.zeros(len(degree))
    np.power(degree, exponent, out=out, where=degree > 0)
    return out


def _only_symmetric(left, right):
    """Return the reference with other exponents in the symmetric case."""

    def function(A, how):
        exponents = (left, right) if how == "symmetric" else EXPONENTS[how]
        return _scaled(A, A.sum(axis=1), *exponents)

    return function


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
    return _scaled(A, A.sum(axis=1), *EXPONENTS[how])


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


@ex.mistake(
    "your numbers match D⁻¹A: for the symmetric form, divide by the square roots of both degrees"
)
def row_instead_of_symmetric(*inputs):
    return _only_symmetric(-1, 0)(*inputs)


@ex.mistake("your numbers match D^(-1/2) A: you scaled the rows, the columns are still to be done")
def one_side_only(*inputs):
    return _only_symmetric(-0.5, 0)(*inputs)


@ex.mistake("you divided by deg(v) · deg(w); the symmetric form divides by the square root of that")
def no_square_root(*inputs):
    return _only_symmetric(-1, -1)(*inputs)


SWAPPED = {"symmetric": "symmetric", "row": "column", "column": "row"}


@ex.mistake("row and column are mixed up in yours: dividing row v by deg(v) makes ROWS sum to 1")
def row_and_column_swapped(A, how):
    return normalize(A, SWAPPED[how])


@ex.mistake("yours is the symmetric form, whatever `how` says")
def always_symmetric(A, how):
    return normalize(A, "symmetric")


@ex.mistake(
    "you took the mean of the row and the column form; the symmetric one divides by the root "
    "of deg(v) · deg(w)"
)
def mean_of_row_and_column(A, how):
    return (
        (normalize(A, "row") + normalize(A, "column")) / 2
        if how == "symmetric"
        else normalize(A, how)
    )


@ex.mistake(
    "you raised small degrees to 1: with weights on the edges a degree may be 0.3, and only "
    "a degree of 0 needs care"
)
def degrees_of_at_least_1(A, how):
    return _scaled(A, np.maximum(A.sum(axis=1), 1), *EXPONENTS[how])


@ex.mistake(
    "a node without edges has degree 0, and 0 to a negative power is infinite: infinity "
    "times 0 is NaN"
)
def naN_for_nodes_without_edges(A, how):
    degree, (left, right) = A.sum(axis=1), EXPONENTS[how]
    with np.errstate(divide="ignore", invalid="ignore"):
        return degree[:, None] ** left * A * degree[None, :] ** right


@ex.mistake("you added a self-loop to every node; here nobody is their own neighbor")
def self_loops(A, how):
    return normalize(A + np.eye(len(A)), how)


@ex.mistake("your degree counts neighbors; with weights on the edges it is their sum")
def neighbors_counted(A, how):
    return _scaled(A, (A > 0).sum(axis=1), *EXPONENTS[how])


def _of_degree(A, how, *other):
    """The reference, with other exponents where `how` is the first word of a pair."""
    return _scaled(A, A.sum(axis=1), *dict(zip(other[::2], other[1::2], strict=True))[how])


@ex.mistake(
    "`A / degree` divides column w by deg(w), which is the column form; for rows the degrees stand "
    "in a column, `degree[:, None]`"
)
def rows_divided_by_columns(A, how):
    return normalize(A, "column" if how == "row" else how)


@ex.mistake("you take the root in all three forms; for rows and columns the degree itself divides")
def roots_everywhere(A, how):
    return _of_degree(A, how, "symmetric", (-0.5, -0.5), "row", (-0.5, 0.0), "column", (0.0, -0.5))


@ex.mistake("you divided by the row sums, then by new column sums; both degrees are those of A")
def sums_of_what_is_left(A, how):
    if how != "symmetric":
        return normalize(A, how)
    rows = _scaled(A, A.sum(axis=1), -0.5, 0.0)
    return rows * _power(rows.sum(axis=0), -0.5)[None, :]


@ex.mistake("a node without edges has a 1 on the diagonal in yours; its row and column stay 0")
def itself_if_alone(A, how):
    return normalize(A, how) + np.diag((A.sum(axis=1) == 0).astype(float))


@ex.mistake("you added a small number to the degrees: ask where a degree is 0 instead")
def a_little_more(A, how):
    return _scaled(A, A.sum(axis=1) + 0.01, *EXPONENTS[how])


@ex.mistake("you multiplied by the degrees; the busier a node, the less its edges should weigh")
def multiplies(A, how):
    left, right = EXPONENTS[how]
    return _scaled(A, A.sum(axis=1), -left, -right)


@ex.mistake(
    "you divided by the larger of both degrees; the symmetric form divides by the root of their product"
)
def larger_degree(A, how):
    degree = np.maximum.outer(A.sum(axis=1), A.sum(axis=1))
    return A / np.where(degree > 0, degree, 1) if how == "symmetric" else normalize(A, how)


@ex.mistake(
    "a softmax over the neighbors: it agrees where all weights are equal, and not where they differ"
)
def softmax(A, how):
    if how != "row":
        return normalize(A, how)
    return normalize(np.where(A > 0, np.exp(A), 0), "row")
