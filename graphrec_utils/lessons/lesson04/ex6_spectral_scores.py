"""Exercise 04.6: the scores of an SVD are an odd filter of the adjacency matrix."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _adjacency(R):
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def _filtered(R, response, A=None):
    """Return the user–item block of the filtered A; `response` maps all eigenvalues."""
    values, X = np.linalg.eigh(_adjacency(R) if A is None else A)  # ascending
    m = len(R)
    return (X[:m] * response(values)) @ X[m:].T


def _mirrored(values, dim):
    """Keep the dim largest eigenvalues and the dim smallest ones, their mirror images."""
    kept = np.zeros_like(values)
    kept[:dim], kept[-dim:] = values[:dim], values[-dim:]
    return kept


def _largest(values, dim):
    return np.where(np.arange(len(values)) >= len(values) - dim, values, 0)


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
    return _filtered(R, lambda values: _mirrored(values, dim))


def _path(rng) -> dict:
    return {"R": toy.path().double().numpy(), "dim": 1}


ex.claim("two users, three items, one pair of eigenvalues: (½, 1, ½) for both", _path)


ex.claim("two pairs, more items than users", lambda g: _likes(g, 4, 7, 2))
ex.claim("two pairs, more users than items", lambda g: _likes(g, 7, 5, 2))
ex.claim("three pairs, as many users as items", lambda g: _likes(g, 5, 5, 3))


@ex.mistake(
    "your scores are exactly half of the right ones: +σ and −σ both belong to the pair, and "
    "each of them gives a half"
)
def positive_eigenvalues_only(R, dim):
    return _filtered(R, lambda values: _largest(values, dim))


def _by_magnitude(values, dim):
    """Keep `dim` eigenvalues: half as many pairs, and for odd `dim` one without its twin."""
    return np.where(np.isin(np.arange(len(values)), np.argsort(-np.abs(values))[:dim]), values, 0)


@ex.mistake("you kept the `dim` eigenvalues of largest |λ|; it is `dim` pairs, so 2 · dim of them")
def eigenvalues_instead_of_pairs(R, dim):
    return _filtered(R, lambda values: _by_magnitude(values, dim))


@ex.mistake(
    "you kept the 2 · dim largest eigenvalues: the twin of +σ is −σ, at the other end of the list"
)
def twice_as_many_of_one_sign(R, dim):
    return _filtered(R, lambda values: _largest(values, 2 * dim))


@ex.mistake("you kept 2 · dim pairs; it is `dim` pairs, which are 2 · dim eigenvalues")
def twice_as_many_pairs(R, dim):
    return _filtered(R, lambda values: _mirrored(values, 2 * dim))


@ex.mistake("you set the largest pairs to 0 and kept the others; it is the other way round")
def pairs_from_the_middle(R, dim):
    return _filtered(R, lambda values: values - _mirrored(values, dim))


@ex.mistake(
    "your filter treats +σ and −σ alike, as 1, |λ| and λ² do: that is even, and the "
    "user–item block of an even filter is 0"
)
def eigenvalues_left_out(R, dim):
    return _filtered(R, lambda values: np.sign(np.abs(_mirrored(values, dim))))


@ex.mistake("U times Vᵀ lacks the singular values between them")
def singular_values_left_out(R, dim):
    U, _, Vt = np.linalg.svd(R, full_matrices=False)
    return U[:, :dim] @ Vt[:dim]


@ex.mistake(
    "np.linalg.eig returns eigenvalues in no order: use np.linalg.eigh, which sorts them and "
    "is made for symmetric matrices"
)
def eigenvalues_without_order(R, dim):
    """np.linalg.eig returns the eigenvalues in no order."""
    values, X = np.linalg.eig(_adjacency(R))
    m = len(R)
    return ((X[:m] * _mirrored(values, dim)) @ X[m:].T).real


@ex.mistake("you kept the smallest pairs; the smooth ones have the largest |λ|")
def the_smallest(R, dim):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, -dim:] * sigma[-dim:]) @ Vt[-dim:]


@ex.mistake("you filtered the normalized matrix; here it is A itself")
def normalized_first(R, dim):
    A = _adjacency(R)
    scale = A.sum(axis=1) ** -0.5
    return _filtered(R, lambda values: _mirrored(values, dim), scale[:, None] * A * scale)


@ex.mistake("you kept one pair too many: `dim` pairs, the slice ends before position dim")
def one_pair_too_many(R, dim):
    return _filtered(R, lambda values: _mirrored(values, dim + 1))


@ex.mistake("you kept one pair too few: it is `dim` pairs")
def one_pair_too_few(R, dim):
    kept = dim - 1
    return _filtered(R, lambda values: _mirrored(values, kept) if kept else 0 * values)


@ex.mistake("you used the squares σ² between the vectors; the score has σ itself")
def singular_values_squared(R, dim):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, :dim] * sigma[:dim] ** 2) @ Vt[:dim]


@ex.mistake("you kept the eigenvalues above a bound of your own; `dim` says how many pairs stay")
def above_one(R, dim):
    return _filtered(R, lambda values: np.where(np.abs(values) > 1, values, 0))


@ex.mistake("eigenvectors are the columns of X: users are its first m rows, `X[:m]`, not `X.T[:m]`")
def rows_as_eigenvectors(R, dim):
    values, X = np.linalg.eigh(_adjacency(R))
    return (X.T[: len(R)] * _mirrored(values, dim)) @ X[:, len(R) :]


@ex.mistake("your eigenvalues are replaced by their roots; the kept ones stay as they are")
def roots_of_eigenvalues(R, dim):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, :dim] * np.sqrt(sigma[:dim])) @ Vt[:dim]


@ex.mistake("you removed the items a user has already; the scores hold all pairs")
def without_the_likes(R, dim):
    return np.where(R > 0, 0, spectral_scores(R, dim))


@ex.mistake("you set no eigenvalue to 0, so R itself comes back: keep `dim` pairs")
def everything_kept(R, dim):
    return R.copy()


@ex.mistake("you return the block of users and users; items are the columns from m on")
def users_with_users(R, dim):
    values, X = np.linalg.eigh(_adjacency(R))
    return (X[: len(R)] * _mirrored(values, dim)) @ X[: len(R)].T


@ex.mistake("you return items by users; users are the rows")
def items_by_users(R, dim):
    return spectral_scores(R, dim).T


@ex.mistake("you return the whole matrix of m + n nodes; cut out users by items, [:m, m:]")
def all_nodes(R, dim):
    values, X = np.linalg.eigh(_adjacency(R))
    return (X * _mirrored(values, dim)) @ X.T


@ex.mistake("your scores are cut to 0 and 1; the numbers between order the list")
def zeros_and_ones(R, dim):
    return (spectral_scores(R, dim) >= 0.5).astype(float)


@ex.mistake("you kept `dim` eigenvectors of R Rᵀ with their eigenvalues σ²; A's are ±σ")
def graph_of_users(R, dim):
    values, U = np.linalg.eigh(R @ R.T)
    return (U[:, -dim:] * values[-dim:]) @ U[:, -dim:].T @ R


@ex.mistake("you counted in float32; the answer is float64, as numpy makes it by itself")
def single_precision(R, dim):
    return spectral_scores(R.astype(np.float32), dim).astype(np.float32)
