"""Exercise 06.4: how alike embeddings are."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.graphs import smoothing


def _energy(X, A_hat):
    return smoothing.dirichlet_energy(A_hat, X)


def _three(X, A_hat, m, cosine=smoothing.mean_cosine, energy=_energy):
    return float(cosine(X[:m])), float(cosine(X[m:])), float(energy(X, A_hat))


def _units(X):
    return F.normalize(X, dim=1)


def _not_divided(X, A_hat):
    return X.square().sum() - (X * (A_hat @ X)).sum()


def _cloud(rng, lonely: bool = False) -> dict:
    m, n = int(rng.integers(4, 7)), 7
    R = (rng.random((m, n)) < 0.5).astype(np.float32)
    R[0], R[:, 0] = 1, 1
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R)))
    X = torch.from_numpy((rng.normal(size=(m + n, 3)) + 0.7).astype(np.float32))
    if lonely:
        X[1] = X[m + 2] = 0
    return {"X": X, "A_hat": A_hat, "num_users": m}


ex = Exercise(
    "06.4",
    "smoothness",
    points=3,
    library="graphrec_utils.graphs.mean_cosine",
    hints=(
        "If all rows have length 1, which matrix holds all cosines, and what stands on its diagonal?",
        "`U = F.normalize(X, dim=1)` keeps rows of zeros. The sum over all pairs is `(U @ U.T).sum()` "
        "minus the diagonal's sum `U.square().sum()`; divide by n (n − 1).",
        "The trace needs no (d, d) matrix: `1 - (X * (A_hat @ X)).sum() / X.square().sum()`.",
    ),
)


@ex.solution
def smoothness(X, A_hat, num_users):
    return _three(X, A_hat, num_users, smoothing.mean_cosine)


def _by_hand(rng) -> dict:
    """the path in one dimension: users 1 and 2, items 1, 1 and -1."""
    A_hat = graphs.normalize(graphs.adjacency(toy.path()))
    X = torch.tensor([[1.0], [2.0], [1.0], [1.0], [-1.0]])
    return {"X": X, "A_hat": A_hat, "num_users": 2}


ex.claim("the path in one dimension, by hand: 1, −⅓ and 0.8018", _by_hand)


ex.claim("pairs of different users, by angle and not by length", _cloud, judge=part(0))
ex.claim("pairs of different items", _cloud, judge=part(1))
ex.claim("the Dirichlet energy", _cloud, judge=part(2))
ex.claim(
    "a row of zeros has cosine 0 with everybody",
    lambda g: _cloud(g, lonely=True),
    judge=part(0, 1),
)


def _with_itself(X):
    units = _units(X)
    return (units @ units.T).mean()


@ex.mistake("your mean contains every node's cosine with itself, which is always 1")
def pairs_with_itself(X, A_hat, m):
    return _three(X, A_hat, m, _with_itself)


def _products(X):
    n = len(X)
    return ((X @ X.T).sum() - X.square().sum()) / (n * (n - 1))


@ex.mistake("you averaged products; divide every row by its length first")
def products_instead_of_cosines(X, A_hat, m):
    return _three(X, A_hat, m, _products)


def _pairs_once_over_all(X):
    units, n = _units(X), len(X)
    return torch.triu(units @ units.T, diagonal=1).sum() / (n * (n - 1))


@ex.mistake("you added each pair once, but divided by n (n − 1), which counts it twice")
def half_of_the_pairs_over_all_of_them(X, A_hat, m):
    return _three(X, A_hat, m, _pairs_once_over_all)


def _nan_for_zero_rows(X):
    units, n = X / X.norm(dim=1, keepdim=True), len(X)
    return ((units @ units.T).sum() - n) / (n * (n - 1))


@ex.mistake("a row of zeros has length 0, and 0 / 0 is NaN: leave such a row at zero")
def naN_for_zero_rows(X, A_hat, m):
    return _three(X, A_hat, m, _nan_for_zero_rows)


def _one_for_zero_rows(X):
    """Subtracts n for the diagonal although a zero row has no cosine of 1 with itself."""
    units, n = _units(X), len(X)
    return ((units @ units.T).sum() - n) / (n * (n - 1))


@ex.mistake(
    "you subtract n for the diagonal, but a row of zeros has no 1 there: its cosine with "
    "itself is 0"
)
def zero_rows_subtracted(X, A_hat, m):
    return _three(X, A_hat, m, _one_for_zero_rows)


def _drops_zero_rows(X):
    return smoothing.mean_cosine(X[X.norm(dim=1) > 0])


@ex.mistake("you leave rows of zeros out; their pairs count, with cosine 0")
def zero_rows_left_out(X, A_hat, m):
    return _three(X, A_hat, m, _drops_zero_rows)


def _sizes_of_cosines(X):
    """Adds up |cos|."""
    C = (_units(X) @ _units(X).T).abs()
    return (C.sum() - C.trace()) / (len(X) * (len(X) - 1))


@ex.mistake("your cosines have lost their signs: rows that point apart count as alike")
def without_signs(X, A_hat, m):
    return _three(X, A_hat, m, _sizes_of_cosines)


@ex.mistake("your energy is twice as large: each edge counts once, and A_hat holds it twice")
def edges_counted_twice(X, A_hat, m):
    return _three(X, A_hat, m, energy=lambda X, A: 2 * _energy(X, A))


def _without_degrees(X, A_hat):
    v, w = torch.triu(A_hat).nonzero(as_tuple=True)
    return (X[v] - X[w]).square().sum() / X.square().sum()


@ex.mistake(
    "you compare the two ends of an edge as they are; each is divided by the root of its "
    "degree first, or take the trace"
)
def degrees_left_out(X, A_hat, m):
    return _three(X, A_hat, m, energy=_without_degrees)


def _of_unit_rows(X, A_hat):
    return _energy(_units(X), A_hat)


@ex.mistake("you gave rows length 1 before you computed the energy; that is for the cosines only")
def energy_of_rows_of_length_1(X, A_hat, m):
    return _three(X, A_hat, m, energy=_of_unit_rows)


@ex.mistake("you mixed users and items; each side has a mean of its own")
def all_nodes_together(X, A_hat, m):
    return (
        smoothing.mean_cosine(X),
        smoothing.mean_cosine(X),
        _energy(X, A_hat),
    )


@ex.mistake("your first two numbers are exchanged: users are the first num_users rows")
def sides_exchanged(X, A_hat, m):
    return (
        smoothing.mean_cosine(X[m:]),
        smoothing.mean_cosine(X[:m]),
        _energy(X, A_hat),
    )


def _all_entries(X, A_hat):
    return (X.T @ (X - A_hat @ X)).sum() / X.square().sum()


@ex.mistake("you summed all entries of Xᵀ(I − A_hat)X; a trace is the sum of its diagonal")
def all_entries_instead_of_the_trace(X, A_hat, m):
    return _three(X, A_hat, m, energy=_all_entries)


def _without_layers(X, A_hat):
    return (X * (A_hat @ X)).sum() / X.square().sum()


@ex.mistake("your third number is large where neighbors agree: the I in I − A_hat is missing")
def energy_of_agreement(X, A_hat, m):
    return _three(X, A_hat, m, energy=_without_layers)


@ex.mistake("your energy grows with the length of the embeddings: divide by the squared norm of X")
def energy_not_divided(X, A_hat, m):
    return _three(X, A_hat, m, energy=_not_divided)


def _by_nodes(X, A_hat):
    return _not_divided(X, A_hat) / len(X)


@ex.mistake("you divided the energy by the number of nodes; divide by the squared norm of X")
def energy_per_node(X, A_hat, m):
    return _three(X, A_hat, m, energy=_by_nodes)


def _norm_not_squared(X, A_hat):
    return _not_divided(X, A_hat) / X.norm()


@ex.mistake("you divided the energy by the norm of X; it is the squared norm")
def norm_not_squared(X, A_hat, m):
    return _three(X, A_hat, m, energy=_norm_not_squared)


def _unit_columns(X):
    units, n = F.normalize(X, dim=0), len(X)
    return ((units @ units.T).sum() - units.square().sum()) / (n * (n - 1))


@ex.mistake("you gave columns the length 1; a node's vector is a row, `dim=1`")
def columns_of_length_1(X, A_hat, m):
    return _three(X, A_hat, m, _unit_columns)


@ex.mistake("you compared every node with the mean of its side; the formula compares pairs")
def with_the_mean_vector(X, A_hat, m):
    return _three(X, A_hat, m, lambda Y: F.cosine_similarity(Y, Y.mean(dim=0, keepdim=True)).mean())


@ex.mistake("you took the mean out of X before the energy; the formula has X as it is")
def centered_energy(X, A_hat, m):
    return _three(X, A_hat, m, energy=lambda X, A: _energy(X - X.mean(dim=0), A))
