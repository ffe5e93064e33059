"""Claims and mistakes of lesson 04, The graph view: the adjacency matrix and its normalizations.

Walks are in `nb04_walks` (04.3) and `nb04_l3` (04.4), PageRank in `nb04_pagerank` (04.5), the
spectrum and the split in `nb04_spectrum` (04.6) and `nb04_split` (04.7).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import toy
from graphrec_utils.exercises import nb04_l3, nb04_pagerank, nb04_spectrum, nb04_split, nb04_walks
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 04.1


def build_adjacency(users, items, num_users, num_items):
    return _graph(users, items + num_users, num_users + num_items)


def _graph(sources, targets, size, both: bool = True, once: bool = True):
    rows = np.concatenate([sources, targets]) if both else sources
    columns = np.concatenate([targets, sources]) if both else targets
    A = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    A.sum_duplicates()
    if once:
        A.data[:] = 1
    return A


def _dense(users, items, num_users, num_items):
    A = np.zeros((num_users + num_items, num_users + num_items), dtype=np.int8)
    A[users, items + num_users] = A[items + num_users, users] = 1
    return sp.csr_array(A).astype(float)


def _toy_events(rng) -> dict:
    users, items = toy.likes().nonzero(as_tuple=True)
    return {"users": users.numpy(), "items": items.numpy(), "num_users": 3, "num_items": 4}


def _events(rng, m: int = 5, n: int = 8, count: int = 14, idle: int = 0, twice: int = 0) -> dict:
    """Distinct pairs, some of them repeated; the last `idle` users and items have no event."""
    pairs = rng.permutation(m * n)[:count]
    pairs = rng.permutation(np.concatenate([pairs, pairs[:twice]]))
    return {
        "users": pairs // n, "items": pairs % n, "num_users": m + idle, "num_items": n + idle,
    }  # fmt: skip


def _large(rng) -> dict:
    return _events(rng, m=500, n=600, count=1200)


DENSE = 1100 * 1100  # bytes: even with one byte per cell a dense matrix does not fit below this


def _small_memory(got, expected, inputs) -> str | None:
    """Entries are right and no dense matrix was in memory; (value, bytes) on both sides."""
    if problem := close(got[0], expected[0]):
        return problem
    if got[1] >= DENSE > expected[1]:
        return f"your function held {got[1] / 1e6:.1f} MB at once, as much as a dense matrix"
    return None


EX_1 = Exercise(
    id="04.1",
    function="build_adjacency",
    points=4,
    reference=build_adjacency,
    library="graphrec_utils.graphs.adjacency",
    claims=(
        Claim("Ann, Bob and Eve: seven nodes, six edges in both directions", _toy_events),
        Claim("users and items without events keep their rows", lambda g: _events(g, idle=2)),
        Claim("an event that occurs twice is one edge", lambda g: _events(g, twice=5)),
        Claim(
            "1,100 nodes without a dense matrix of their size",
            _large,
            run="call and measure memory",
            judge=_small_memory,
        ),
    ),
    mistakes=(
        Mistake(
            "items are not moved",
            lambda users, items, m, n: _graph(users, items, m + n),
            "your user 0 and your item 0 are the same node: items come after all users, so item i "
            "is node m + i",
        ),
        Mistake(
            "items first",
            lambda users, items, m, n: _graph(users + n, items, m + n),
            "you put the items first; nodes are numbered users 0…m−1, then items m…m+n−1",
        ),
        Mistake(
            "moved by the number of items",
            lambda users, items, m, n: _graph(users, items + n, max(2 * n, m + n)),
            "you moved the items by n; as many nodes come before them as there are users, m",
        ),
        Mistake(
            "one direction only",
            lambda users, items, m, n: _graph(users, items + m, m + n, both=False),
            "your edges go from users to items only: A is symmetric, each like is in it twice",
        ),
        Mistake(
            "repeated events add up",
            lambda users, items, m, n: _graph(users, items + m, m + n, once=False),
            "an event that occurs twice has a 2 in your matrix; scipy adds up repeated entries",
        ),
        Mistake(
            "size of the largest id",
            lambda users, items, m, n: _graph(
                users, items + users.max() + 1, users.max() + items.max() + 2
            ),
            "you counted the users and items that have events; nodes without edges exist, too",
        ),
        Mistake(
            "a dense matrix",
            _dense,
            "your entries are right, but a dense matrix was in memory on the way: build the "
            "sparse one from the lists of rows and columns",
        ),
    ),
    hints=(
        "Which row of A belongs to user u, and which to item i? Where do the two entries of one "
        "like stand?",
        "Rows `users` and `items + m` in one list, columns the other way round; "
        "`scipy.sparse.csr_array((ones, (rows, columns)), shape=(N, N))` adds up repeated entries.",
        "`rows = np.concatenate([users, items + num_users])`, `columns` with the halves swapped; "
        "build the csr_array, call `sum_duplicates()`, and set `A.data[:] = 1`.",
    ),
)

# ---------------------------------------------------------------- 04.2

EXPONENTS = {"symmetric": (-0.5, -0.5), "row": (-1.0, 0.0), "column": (0.0, -1.0)}


def normalize(A, how):
    return _scaled(A, A.sum(axis=1), *EXPONENTS[how])


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


def _nan_for_isolated(A, how):
    degree, (left, right) = A.sum(axis=1), EXPONENTS[how]
    with np.errstate(divide="ignore", invalid="ignore"):
        return degree[:, None] ** left * A * degree[None, :] ** right


SWAPPED = {"symmetric": "symmetric", "row": "column", "column": "row"}


def _adjacency(R) -> np.ndarray:
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def _t1(how):
    return lambda rng: {"A": _adjacency(toy.t1().double().numpy()), "how": how}


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


EX_2 = Exercise(
    id="04.2",
    function="normalize",
    points=5,
    reference=normalize,
    library="graphrec_utils.graphs.normalize",
    claims=(
        Claim("two users, three items, symmetric: the numbers by hand", _t1("symmetric")),
        Claim("symmetric, on a random graph", lambda g: _random(g, "symmetric")),
        Claim("row: every row sums to 1", lambda g: _random(g, "row")),
        Claim("column: every column sums to 1", lambda g: _random(g, "column")),
        Claim(
            "a node without edges keeps a row and a column of zeros",
            lambda g: _random(g, "symmetric", lonely=True),
        ),
        Claim(
            "edges with weights: the degree is the sum of the weights",
            lambda g: _random(g, "symmetric", weighted=True),
        ),
    ),
    mistakes=(
        Mistake(
            "row instead of symmetric",
            _only_symmetric(-1, 0),
            "your numbers match D⁻¹A: for the symmetric form, divide by the square roots of both "
            "degrees",
        ),
        Mistake(
            "one side only",
            _only_symmetric(-0.5, 0),
            "your numbers match D^(-1/2) A: you scaled the rows, the columns are still to be done",
        ),
        Mistake(
            "no square root",
            _only_symmetric(-1, -1),
            "you divided by deg(v) · deg(w); the symmetric form divides by the square root of that",
        ),
        Mistake(
            "row and column swapped",
            lambda A, how: normalize(A, SWAPPED[how]),
            "row and column are mixed up in yours: dividing row v by deg(v) makes ROWS sum to 1",
        ),
        Mistake(
            "always symmetric",
            lambda A, how: normalize(A, "symmetric"),
            "yours is the symmetric form, whatever `how` says",
        ),
        Mistake(
            "mean of row and column",
            lambda A, how: (
                (normalize(A, "row") + normalize(A, "column")) / 2
                if how == "symmetric"
                else normalize(A, how)
            ),
            "you took the mean of the row and the column form; the symmetric one divides by the root "
            "of deg(v) · deg(w)",
        ),
        Mistake(
            "degrees of at least 1",
            lambda A, how: _scaled(A, np.maximum(A.sum(axis=1), 1), *EXPONENTS[how]),
            "you raised small degrees to 1: with weights on the edges a degree may be 0.3, and only "
            "a degree of 0 needs care",
        ),
        Mistake(
            "NaN for nodes without edges",
            _nan_for_isolated,
            "a node without edges has degree 0, and 0 to a negative power is infinite: infinity "
            "times 0 is NaN",
        ),
        Mistake(
            "self-loops",
            lambda A, how: normalize(A + np.eye(len(A)), how),
            "you added a self-loop to every node; here nobody is their own neighbor",
        ),
        Mistake(
            "neighbors counted",
            lambda A, how: _scaled(A, (A > 0).sum(axis=1), *EXPONENTS[how]),
            "your degree counts neighbors; with weights on the edges it is their sum",
        ),
    ),
    hints=(
        "What do you multiply row v by, and what column w, in each of the three forms?",
        "With `degree = A.sum(axis=1)`, entry (v, w) is divided by deg(v), by deg(w), or by the "
        "root of both. Where a degree is 0, use the factor 0.",
        "`left = np.zeros(N); left[degree > 0] = degree[degree > 0] ** p`, the same for `right` "
        "with q, then `left[:, None] * A * right[None, :]`; (p, q) is (-½, -½), (-1, 0) or (0, -1).",
    ),
)

EXERCISES = (
    EX_1,
    EX_2,
    nb04_walks.EX_3,
    nb04_l3.EX_4,
    nb04_pagerank.EX_5,
    nb04_spectrum.EX_6,
    nb04_split.EX_7,
)
