"""Exercise 06.4: how alike embeddings are."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    means = []
    for rows in (X[:num_users], X[num_users:]):
        U = F.normalize(rows, dim=1)
        pairs = (U @ U.T).sum() - U.square().sum()  # without each row's product with itself
        means.append((pairs / (len(U) * (len(U) - 1))).item())
    energy = 1 - (X * (A_hat @ X)).sum() / X.square().sum()
    return means[0], means[1], energy.item()


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


UNITS = "F.normalize(rows, dim=1)"
PAIRS = "(U @ U.T).sum() - U.square().sum()"
ENERGY = "1 - (X * (A_hat @ X)).sum() / X.square().sum()"

# fmt: off
ex.slip("your mean contains every node's cosine with itself, which is always 1",
        " - U.square().sum()", "", "(len(U) * (len(U) - 1))", "len(U) ** 2")
ex.slip("you averaged products; divide every row by its length first", UNITS, "rows", hint=True)
ex.slip("you added each pair once, but divided by n (n − 1), which counts it twice",
        PAIRS, "torch.triu(U @ U.T, diagonal=1).sum()")
ex.slip("a row of zeros has length 0, and 0 / 0 is NaN: leave such a row at zero",
        UNITS, "rows / rows.norm(dim=1, keepdim=True)", "U.square().sum()", "len(U)")
ex.slip("you subtract n for the diagonal, but a row of zeros has no 1 there: its cosine with "
        "itself is 0",
        "U.square().sum()", "len(U)")
ex.slip("you leave rows of zeros out; their pairs count, with cosine 0",
        UNITS, "F.normalize(rows[rows.norm(dim=1) > 0], dim=1)")
ex.slip("your cosines have lost their signs: rows that point apart count as alike",
        "(U @ U.T).sum()", "(U @ U.T).abs().sum()")
ex.slip("your energy is twice as large: each edge counts once, and A_hat holds it twice",
        "energy.item()", "2 * energy.item()")
ex.slip("you compare the two ends of an edge as they are; each is divided by the root of its "
        "degree first, or take the trace",
        "energy = " + ENERGY, "v, w = torch.triu(A_hat).nonzero(as_tuple=True)\n"
        "energy = (X[v] - X[w]).square().sum() / X.square().sum()")
ex.slip("you gave rows length 1 before you computed the energy; that is for the cosines only",
        "energy =", "X = F.normalize(X, dim=1)\nenergy =")
ex.slip("you mixed users and items; each side has a mean of its own",
        "(X[:num_users], X[num_users:])", "(X, X)")
ex.slip("your first two numbers are exchanged: users are the first num_users rows",
        "means[0], means[1]", "means[1], means[0]")
ex.slip("you summed all entries of Xᵀ(I − A_hat)X; a trace is the sum of its diagonal",
        ENERGY, "(X.T @ (X - A_hat @ X)).sum() / X.square().sum()")
ex.slip("your third number is large where neighbors agree: the I in I − A_hat is missing",
        "1 - (X", "(X", hint=True)
ex.slip("your energy grows with the length of the embeddings: divide by the squared norm of X",
        ENERGY, "X.square().sum() - (X * (A_hat @ X)).sum()")
ex.slip("you divided the energy by the number of nodes; divide by the squared norm of X",
        ENERGY, "(X.square().sum() - (X * (A_hat @ X)).sum()) / len(X)")
ex.slip("you divided the energy by the norm of X; it is the squared norm",
        ENERGY, "(X.square().sum() - (X * (A_hat @ X)).sum()) / X.norm()")
ex.slip("you gave columns the length 1; a node's vector is a row, `dim=1`", "dim=1", "dim=0")
ex.slip("you compared every node with the mean of its side; the formula compares pairs",
        "(pairs / (len(U) * (len(U) - 1)))", "F.cosine_similarity(rows, rows.mean(dim=0, keepdim=True)).mean()")
ex.slip("you took the mean out of X before the energy; the formula has X as it is",
        "energy =", "X = X - X.mean(dim=0)\nenergy =")
