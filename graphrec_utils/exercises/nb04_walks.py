"""Lesson 04: walks counted by their length (04.3)."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def count_walks(R, u, i, longest):
    return _walks(R, u, len(R) + i, longest)


def _adjacency(R):
    m, n = R.shape
    A = np.zeros((m + n, m + n), dtype=np.int64)
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def _walks(R, v, w, longest):
    A, counts = _adjacency(R), []
    x = np.zeros(len(A), dtype=np.int64)
    x[v] = 1
    for _ in range(longest + 1):
        counts.append(x[w])
        x = A @ x
    return np.array(counts, dtype=np.int64)


def _entry_by_entry(R, u, i, longest):
    entry = int(R[u, i])
    return np.array([entry**k for k in range(longest + 1)], dtype=np.int64)


def _even_lengths_too(R, u, i, longest):
    counts, X = [0], R.astype(np.int64)
    for k in range(1, longest + 1):
        counts.append(X[u, i])
        X = R @ (R.T @ X) if k % 2 == 0 else X
    return np.array(counts, dtype=np.int64)


def _two_hops_as_one(R, u, i, longest):
    counts, X = [], R.astype(np.int64)
    for _ in range(longest + 1):
        counts.append(X[u, i])
        X = R @ (R.T @ X)
    return np.array(counts, dtype=np.int64)


def _never_back(R, u, i, longest):
    """Walks that do not use an edge and then the same edge backwards."""
    A = _adjacency(R)
    degree, one = np.diag(A.sum(axis=1)), np.eye(len(A), dtype=np.int64)
    layers = [one, A, A @ A - degree]
    while len(layers) <= longest:
        layers.append(layers[-1] @ A - layers[-2] @ (degree - one))
    return np.array([layers[k][u, R.shape[0] + i] for k in range(longest + 1)], dtype=np.int64)


def _no_node_twice(R, u, i, longest):
    """Simple paths, found by following every one of them."""
    A, counts = _adjacency(R), np.zeros(longest + 1, dtype=np.int64)
    paths = [(u,)]
    for k in range(longest + 1):
        counts[k] = sum(path[-1] == len(R) + i for path in paths)
        paths = [(*p, w) for p in paths for w in A[p[-1]].nonzero()[0] if w not in p]
    return counts


def _ann_to_drive(rng) -> dict:
    return {"R": toy.likes().long().numpy(), "u": 0, "i": 3, "longest": 7}


def _walkers(rng, longest: int, m: int = 5, n: int = 6) -> dict:
    """A connected graph; the pair has an edge, so that short walks exist."""
    R = (rng.random((m, n)) < 0.4).astype(np.int64)
    R[:, 0], R[0, :] = 1, 1
    u, i = int(rng.integers(1, m)), int(rng.integers(1, n))
    R[u, i] = 1
    return {"R": R, "u": u, "i": i, "longest": longest}


def _no_edge(rng) -> dict:
    inputs = _walkers(rng, 6)
    inputs["R"][inputs["u"], inputs["i"]] = 0
    return inputs


EX_3 = Exercise(
    id="04.3",
    function="count_walks",
    points=4,
    reference=count_walks,
    claims=(
        Claim(
            "from Ann to Drive: no walk before length 5, one of length 5, six of length 7",
            _ann_to_drive,
        ),
        Claim("a pair with an edge, up to length 5", lambda g: _walkers(g, 5)),
        Claim("a pair without an edge: the first walk has length 3", _no_edge),
        Claim("up to length 12, exact to the last digit", lambda g: _walkers(g, 12)),
    ),
    mistakes=(
        Mistake(
            "item not moved",
            lambda R, u, i, longest: _walks(R, u, i, longest),
            "you read the entry of node i, which is not item i: in A the items come after the "
            "users, at m + i",
        ),
        Mistake(
            "one step too far",
            lambda R, u, i, longest: count_walks(R, u, i, longest + 1)[1:],
            "your numbers are one step ahead: entry k must count walks of length k, and entry 0 is "
            "the walk that stays",
        ),
        Mistake(
            "from length 1",
            lambda *inputs: count_walks(*inputs)[1:],
            "your first entry is for length 1; entry 0 is for the walk of no step",
        ),
        Mistake(
            "powers entry by entry",
            _entry_by_entry,
            "you raised every entry to the power k; A ** k does that in numpy, a matrix power is "
            "A @ A @ …",
        ),
        Mistake(
            "reachable or not",
            lambda *inputs: np.minimum(count_walks(*inputs), 1),
            "you say whether there is a walk; the question is how many",
        ),
        Mistake(
            "even lengths too",
            _even_lengths_too,
            "your even lengths are not 0: each step changes sides, so after an even number of "
            "steps a user is at a user (A² has no user–item entry)",
        ),
        Mistake(
            "two hops counted as one",
            _two_hops_as_one,
            "your entry k counts walks of length 2k + 1: R RᵀR is three steps, not two",
        ),
        Mistake(
            "never back",
            _never_back,
            "you leave out walks that return along the edge they came on; walks may do that",
        ),
        Mistake(
            "paths instead of walks",
            _no_node_twice,
            "you count paths, which visit no node twice; a walk may come back to any node",
        ),
        Mistake(
            "up to this length",
            lambda *inputs: np.cumsum(count_walks(*inputs)),
            "your numbers add up the shorter walks; entry k is for walks of length k exactly",
        ),
    ),
    hints=(
        "Start with a vector that is 1 at user u and 0 elsewhere. What does one product with A do "
        "to it?",
        "After k products, entry v of the vector is the number of walks of length k from u to v. "
        "Item i is entry m + i.",
        "`x = np.zeros(m + n, dtype=np.int64); x[u] = 1`, then `longest + 1` times: append "
        "`x[m + i]` to a list, and `x = A @ x`.",
    ),
)
