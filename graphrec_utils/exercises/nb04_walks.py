"""Lesson 04: walks counted by their length (04.3), and three hops weighed by degrees (04.4)."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 04.3


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

# ---------------------------------------------------------------- 04.4


def l3_scores(R):
    return _three_hops(R, R.sum(axis=0), R.sum(axis=1))


def _three_hops(R, item_degree, user_degree, exponent=-0.5):
    return (R * _power(item_degree, exponent)) @ (R.T * _power(user_degree, exponent)) @ R


def _power(degree, exponent):
    out = np.zeros(len(degree))
    np.power(degree, exponent, out=out, where=degree > 0)
    return out


def _ends(R):
    ends = _power(R.sum(axis=1), -0.5)[:, None] * _power(R.sum(axis=0), -0.5)[None, :]
    return ends * (R @ R.T @ R)


def _edge(R):
    """Return R_hat: each like divided by the root of the degrees of its two ends."""
    return _power(R.sum(axis=1), -0.5)[:, None] * R * _power(R.sum(axis=0), -0.5)[None, :]


def _nan_for_isolated(R):
    with np.errstate(invalid="ignore"):
        return (R / np.sqrt(R.sum(axis=0))) @ (R.T / np.sqrt(R.sum(axis=1))) @ R


def _paths_only(R):
    """Walks u, i', u', i with i' ≠ i and u' ≠ u, four different nodes."""
    weight = _power(R.sum(axis=0), -0.5)[None, :] * _power(R.sum(axis=1), -0.5)[:, None]
    scores = np.zeros(R.shape)
    for u, i in np.ndindex(R.shape):
        inner = R * weight * R[:, [i]] * R[[u]]  # [u', i']
        inner[u], inner[:, i] = 0, 0
        scores[u, i] = inner.sum()
    return scores


def _toy(rng) -> dict:
    return {"R": toy.likes().double().numpy()}


def _likes(rng, m: int = 6, n: int = 8, lonely: bool = False) -> dict:
    R = (rng.random((m, n)) < 0.35).astype(float)
    R[:, 0], R[0, :5] = 1, 1
    R[np.arange(n) % m, np.arange(n)] = 1
    if lonely:
        R[2], R[:, 3] = 0, 0
    return {"R": R}


EX_4 = Exercise(
    id="04.4",
    function="l3_scores",
    points=4,
    reference=l3_scores,
    claims=(
        Claim("Ann, Bob and Eve: from Ann to Cube there is one path, worth ½", _toy),
        Claim("the formula, on a random graph", _likes),
        Claim("more users than items", lambda g: {"R": _likes(g, 5, 9)["R"].T.copy()}),
        Claim("without a like there is no path: zeros, not NaN", lambda g: _likes(g, lonely=True)),
    ),
    mistakes=(
        Mistake(
            "plain counts",
            lambda R: R @ R.T @ R,
            "you counted the walks, as A³ does; each one is divided by the root of the degrees of "
            "its two inner nodes",
        ),
        Mistake(
            "the outer nodes",
            _ends,
            "you divided by the degrees of u and i, where the walk begins and ends; the inner "
            "nodes are the ones that may be hubs",
        ),
        Mistake(
            "the first edge",
            lambda R: _edge(R) @ R.T @ R,
            "you divided by the degrees of u and i', the ends of the first edge: it is the middle edge, "
            "i' to u', that is weighed",
        ),
        Mistake(
            "the last edge",
            lambda R: R @ R.T @ _edge(R),
            "you divided by the degrees of u' and i, the ends of the last edge: it is the middle edge, "
            "i' to u', that is weighed",
        ),
        Mistake(
            "all three edges",
            lambda R: _edge(R) @ _edge(R).T @ _edge(R),
            "you took three steps of Â, which weighs all three edges; L3 weighs the middle one only, "
            "i' to u'",
        ),
        Mistake(
            "no square root",
            lambda R: _three_hops(R, R.sum(axis=0), R.sum(axis=1), -1.0),
            "you divided by the degrees themselves; it is the root of their product",
        ),
        Mistake(
            "items only",
            lambda R: _three_hops(R, R.sum(axis=0), np.ones(len(R))),
            "the degree of the inner user u' is missing",
        ),
        Mistake(
            "users only",
            lambda R: _three_hops(R, np.ones(R.shape[1]), R.sum(axis=1)),
            "the degree of the inner item i' is missing",
        ),
        Mistake(
            "NaN for nodes without edges",
            _nan_for_isolated,
            "a node without edges has degree 0 and you divide by it: give it the weight 0",
        ),
        Mistake(
            "seen items hidden",
            lambda R: l3_scores(R) * (R == 0),
            "you set the scores of seen items to 0; hiding them is the ranking's business, the "
            "formula is for all pairs",
        ),
        Mistake(
            "paths only",
            _paths_only,
            "you left out walks that visit a node twice; the sum runs over all i' and u'",
        ),
    ),
    hints=(
        "Without the degrees it is a product of three matrices: from users to items, back, and to "
        "items again. Which?",
        "R Rᵀ R, where the first R has its column i' divided by √deg(i') and the Rᵀ its column u' "
        "by √deg(u').",
        "`a = R / √item_degree`, `b = R.T / √user_degree` (0 where a degree is 0), then `a @ b @ R`.",
    ),
)

EXERCISES = (EX_3, EX_4)
