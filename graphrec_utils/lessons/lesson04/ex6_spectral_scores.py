"""Exercise 04.6: the scores of an SVD are an odd filter of the adjacency matrix."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _likes(rng, m: int, n: int, dim: int) -> dict:
    """Singular values that differ: a tie at the cut would leave two right answers."""
    while True:
        R = (rng.random((m, n)) < 0.45).astype(float)
        R[0], R[:, 0] = 1, 1
        sigma = np.linalg.svd(R, compute_uv=False)
        if (sigma[:-1] - sigma[1:]).min() > 0.05 and sigma[-1] > 0.05:
            return {"R": R, "dim": dim}


ex = Exercise(
    "04.6",
    "spectral_scores",
    points=4,
    branch=True,
    library="graphrec_utils.models.mf.svd",
    hints=(
        "The eigenvalues of A come in pairs ±σ. Which of them are the `dim` largest pairs, if "
        "`np.linalg.eigh` returns them in ascending order?",
        "X g(Λ) Xᵀ with g(λ) = λ for the kept ones and 0 for all others; then the rows of users "
        "and the columns of items.",
        "`values, X = np.linalg.eigh(A)`; `values[dim:-dim] = 0`; `(X[:m] * values) @ X[m:].T`.",
    ),
)


@ex.solution
def spectral_scores(R, dim):
    m, n = R.shape
    A = np.block([[np.zeros((m, m)), R], [R.T, np.zeros((n, n))]])
    values, X = np.linalg.eigh(A)  # ascending: −σ first, +σ last
    values[dim:-dim] = 0
    return (X[:m] * values) @ X[m:].T


def _path(rng) -> dict:
    return {"R": toy.path().double().numpy(), "dim": 1}


ex.claim("two users, three items, one pair of eigenvalues: (½, 1, ½) for both", _path)


ex.claim("two pairs, more items than users", lambda g: _likes(g, 4, 7, 2))
ex.claim("two pairs, more users than items", lambda g: _likes(g, 7, 5, 2))
ex.claim("three pairs, as many users as items", lambda g: _likes(g, 5, 5, 3))

KEPT = "values[dim:-dim] = 0"
SCORES = "(X[:m] * values) @ X[m:].T"
FILTERED = f"{KEPT}\nreturn {SCORES}"

# fmt: off
ex.slip("your scores are exactly half of the right ones: +σ and −σ both belong to the pair, and "
        "each of them gives a half",
        KEPT, "values[:-dim] = 0", hint=True)
ex.slip("you kept the `dim` eigenvalues of largest |λ|; it is `dim` pairs, so 2 · dim of them",
        KEPT, "values[np.argsort(-np.abs(values))[dim:]] = 0")
ex.slip("you kept the 2 · dim largest eigenvalues: the twin of +σ is −σ, at the other end of the "
        "list",
        KEPT, "values[: -2 * dim] = 0")
ex.slip("you kept 2 · dim pairs; it is `dim` pairs, which are 2 · dim eigenvalues",
        KEPT, "values[2 * dim : -2 * dim] = 0")
ex.slip("you set the largest pairs to 0 and kept the others; it is the other way round",
        KEPT, "values[:dim] = values[-dim:] = 0")
ex.slip("your filter treats +σ and −σ alike, as 1, |λ| and λ² do: that is even, and the user–item "
        "block of an even filter is 0",
        "(X[:m] * values)", "X[:m]", hint=True)
ex.slip("U times Vᵀ lacks the singular values between them", "* values", "* np.sign(values)")
ex.slip("np.linalg.eig returns eigenvalues in no order: use np.linalg.eigh, which sorts them and "
        "is made for symmetric matrices",
        "np.linalg.eigh", "np.linalg.eig", SCORES, f"({SCORES}).real")
ex.slip("you kept the smallest pairs; the smooth ones have the largest |λ|",
        FILTERED, "U, sigma, Vt = np.linalg.svd(R, full_matrices=False)\n"
        "return (U[:, -dim:] * sigma[-dim:]) @ Vt[-dim:]")
ex.slip("you filtered the normalized matrix; here it is A itself",
        "values, X = np.linalg.eigh(A)", "scale = A.sum(axis=1) ** -0.5\nvalues, X = np.linalg.eigh(scale[:, None] * A * scale)")
ex.slip("you kept one pair too many: `dim` pairs, the slice ends before position dim",
        KEPT, "values[dim + 1 : -dim - 1] = 0")
ex.slip("you kept one pair too few: it is `dim` pairs",
        KEPT, "values[dim - 1 : len(values) - dim + 1] = 0")
ex.slip("you used the squares σ² between the vectors; the score has σ itself",
        "* values", "* values * np.abs(values)")
ex.slip("you kept the eigenvalues above a bound of your own; `dim` says how many pairs stay",
        KEPT, "values[np.abs(values) <= 1] = 0")
ex.slip("eigenvectors are the columns of X: users are its first m rows, `X[:m]`, not `X.T[:m]`",
        SCORES, "(X.T[:m] * values) @ X[:, m:]")
ex.slip("your eigenvalues are replaced by their roots; the kept ones stay as they are",
        "* values", "* np.sign(values) * np.sqrt(np.abs(values))")
ex.slip("you removed the items a user has already; the scores hold all pairs",
        SCORES, f"np.where(R > 0, 0, {SCORES})")
ex.slip("you set no eigenvalue to 0, so R itself comes back: keep `dim` pairs", KEPT, "")
ex.slip("you return the block of users and users; items are the columns from m on",
        "X[m:].T", "X[:m].T")
ex.slip("you return items by users; users are the rows", SCORES, f"({SCORES}).T")
ex.slip("you return the whole matrix of m + n nodes; cut out users by items, [:m, m:]",
        SCORES, "(X * values) @ X.T")
ex.slip("your scores are cut to 0 and 1; the numbers between order the list",
        SCORES, f"({SCORES} >= 0.5).astype(float)")
ex.slip("you kept `dim` eigenvectors of R Rᵀ with their eigenvalues σ²; A's are ±σ",
        FILTERED, "values, U = np.linalg.eigh(R @ R.T)\n"
        "return (U[:, -dim:] * values[-dim:]) @ U[:, -dim:].T @ R")
ex.slip("you counted in float32; the answer is float64, as numpy makes it by itself",
        SCORES, f"({SCORES}).astype(np.float32)")
