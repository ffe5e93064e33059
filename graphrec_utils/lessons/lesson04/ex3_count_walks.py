"""Exercise 04.3: walks counted by their length."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


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


def _walkers(rng, longest: int, m: int = 5, n: int = 6) -> dict:
    """A connected graph; the pair has an edge, so that short walks exist."""
    R = (rng.random((m, n)) < 0.4).astype(np.int64)
    R[:, 0], R[0, :] = 1, 1
    u, i = int(rng.integers(1, m)), int(rng.integers(1, n))
    R[u, i] = 1
    return {"R": R, "u": u, "i": i, "longest": longest}


ex = Exercise(
    "04.3",
    "count_walks",
    points=4,
    hints=(
        "Start with a vector that is 1 at user u and 0 elsewhere. What does one product with A do "
        "to it?",
        "After k products, entry v of the vector is the number of walks of length k from u to v. "
        "Item i is entry m + i.",
        "`x = np.zeros(m + n, dtype=np.int64); x[u] = 1`, then `longest + 1` times: append "
        "`x[m + i]` to a list, and `x = A @ x`.",
    ),
)


@ex.solution
def count_walks(R, u, i, longest):
    return _walks(R, u, len(R) + i, longest)


def _ann_to_drive(rng) -> dict:
    return {"R": toy.likes().long().numpy(), "u": 0, "i": 3, "longest": 7}


ex.claim(
    "from Ann to Drive: no walk before length 5, one of length 5, six of length 7",
    _ann_to_drive,
)


ex.claim("a pair with an edge, up to length 5", lambda g: _walkers(g, 5))


def _no_edge(rng) -> dict:
    inputs = _walkers(rng, 6)
    inputs["R"][inputs["u"], inputs["i"]] = 0
    return inputs


ex.claim("a pair without an edge: the first walk has length 3", _no_edge)


ex.claim("up to length 12", lambda g: _walkers(g, 12))


def _crowded(rng) -> dict:
    """Nearly everybody likes nearly everything: more walks than a float has digits for."""
    R = np.ones((12, 14), dtype=np.int64)
    R.flat[rng.permutation(R.size)[:9]] = 0
    return {"R": R, "u": int(rng.integers(12)), "i": int(rng.integers(14)), "longest": 17}


def _to_the_last_digit(got, expected, inputs) -> str | None:
    problem = close(got, expected)
    if problem and np.allclose(got, expected, rtol=1e-5, atol=0):
        return f"{problem}, off in its last digits: a float has 16 of them, a float32 has 7"
    return problem


ex.claim(
    "10¹⁷ walks, exact to the last digit: count in int64, not in floats",
    _crowded,
    judge=_to_the_last_digit,
)


@ex.mistake(
    "you read the entry of node i, which is not item i: in A the items come after the "
    "users, at m + i"
)
def item_not_moved(R, u, i, longest):
    return _walks(R, u, i, longest)


@ex.mistake(
    "your numbers are one step ahead: entry k must count walks of length k, and entry 0 is "
    "the walk that stays"
)
def one_step_too_far(R, u, i, longest):
    return count_walks(R, u, i, longest + 1)[1:]


@ex.mistake("your first entry is for length 1; entry 0 is for the walk of no step")
def from_length_1(*inputs):
    return count_walks(*inputs)[1:]


@ex.mistake(
    "you raised every entry to the power k; A ** k does that in numpy, a matrix power is A @ A @ …"
)
def powers_entry_by_entry(R, u, i, longest):
    entry = int(R[u, i])
    return np.array([entry**k for k in range(longest + 1)], dtype=np.int64)


@ex.mistake("you say whether there is a walk; the question is how many")
def reachable_or_not(*inputs):
    return np.minimum(count_walks(*inputs), 1)


@ex.mistake(
    "your even lengths are not 0: each step changes sides, so after an even number of "
    "steps a user is at a user (A² has no user–item entry)"
)
def even_lengths_too(R, u, i, longest):
    counts, X = [0], R.astype(np.int64)
    for k in range(1, longest + 1):
        counts.append(X[u, i])
        X = R @ (R.T @ X) if k % 2 == 0 else X
    return np.array(counts, dtype=np.int64)


@ex.mistake("your entry k counts walks of length 2k + 1: R RᵀR is three steps, not two")
def two_hops_counted_as_one(R, u, i, longest):
    counts, X = [], R.astype(np.int64)
    for _ in range(longest + 1):
        counts.append(X[u, i])
        X = R @ (R.T @ X)
    return np.array(counts, dtype=np.int64)


@ex.mistake("you leave out walks that return along the edge they came on; walks may do that")
def never_back(R, u, i, longest):
    """Walks that do not use an edge and then the same edge backwards."""
    A = _adjacency(R)
    degree, one = np.diag(A.sum(axis=1)), np.eye(len(A), dtype=np.int64)
    layers = [one, A, A @ A - degree]
    while len(layers) <= longest:
        layers.append(layers[-1] @ A - layers[-2] @ (degree - one))
    return np.array([layers[k][u, R.shape[0] + i] for k in range(longest + 1)], dtype=np.int64)


@ex.mistake("you count paths, which visit no node twice; a walk may come back to any node")
def paths_instead_of_walks(R, u, i, longest):
    """Simple paths, found by following every one of them."""
    if R.sum() > 100:
        raise TimeoutError("too many paths to follow")
    A, counts = _adjacency(R), np.zeros(longest + 1, dtype=np.int64)
    paths = [(u,)]
    for k in range(longest + 1):
        counts[k] = sum(path[-1] == len(R) + i for path in paths)
        paths = [(*p, w) for p in paths for w in A[p[-1]].nonzero()[0] if w not in p]
    return counts


@ex.mistake("your numbers add up the shorter walks; entry k is for walks of length k exactly")
def up_to_this_length(*inputs):
    return np.cumsum(count_walks(*inputs))


@ex.mistake(
    "your counts were floats on the way, which have 16 digits at most (7 in float32): keep int64"
)
def counted_in_floats(R, u, i, longest):
    A, x = _adjacency(R).astype(float), np.zeros(sum(R.shape))
    x[u], counts = 1, []
    for _ in range(longest + 1):
        counts.append(x[len(R) + i])
        x = A @ x
    return np.array(counts).astype(np.int64)


@ex.mistake("only the shortest walks are counted in yours: longer ones, there and back, count too")
def shortest_only(*inputs):
    walks = count_walks(*inputs)
    return np.where(np.cumsum(walks > 0) <= 1, walks, 0)


@ex.mistake("you let the walker stay where he is: A has no self-loops")
def self_loops(R, u, i, longest):
    A = _adjacency(R) + np.eye(sum(R.shape), dtype=np.int64)
    x = np.eye(len(A), dtype=np.int64)[u]
    found = []
    for _ in range(longest + 1):
        found.append(x[len(R) + i])
        x = A @ x
    return np.array(found)


@ex.mistake("your walk starts at an item: user u is node u, and item i is node m + i")
def from_item_to_item(R, u, i, longest):
    return _walks(R, len(R) + i, len(R) + i, longest)


@ex.mistake(
    "all your counts are 0: two products with A for one length lead back to users, and shares "
    "of 1/deg become 0 as integers. One product is one step, and A holds ones"
)
def two_steps_each(R, u, i, longest):
    return count_walks(R, u, i, 2 * longest)[::2]


@ex.mistake("the last length is missing: from 0 to `longest` there are longest + 1 numbers")
def one_length_too_few(*inputs):
    return count_walks(*inputs)[:-1]


@ex.mistake("you return the last length alone; every length from 0 on has an entry")
def last_length_only(*inputs):
    return count_walks(*inputs)[-1]


@ex.mistake("you return odd lengths only; the even ones have their entries, too, which are 0")
def odd_lengths_only(*inputs):
    return count_walks(*inputs)[1::2]


@ex.mistake("you count the walks from u to anybody; entry m + i has those that end at the item")
def to_anybody(R, u, i, longest):
    A, x = _adjacency(R), np.eye(sum(R.shape), dtype=np.int64)[u]
    counts = []
    for _ in range(longest + 1):
        counts.append(x.sum())
        x = A @ x
    return np.array(counts)


@ex.mistake("a walk of length 0 stays at u, which is no item: entry 0 is 0")
def one_walk_of_length_0(*inputs):
    counts = count_walks(*inputs)
    counts[0] = 1
    return counts


@ex.mistake("you moved the item by n; as many nodes come before it as there are users, m")
def moved_by_the_items(R, u, i, longest):
    return _walks(R, u, R.shape[1] + i, longest)


@ex.mistake("your walks end when they reach the item; a walk may pass through it and come back")
def first_arrivals(R, u, i, longest):
    A, x, counts = _adjacency(R), np.eye(sum(R.shape), dtype=np.int64)[u], []
    for _ in range(longest + 1):
        counts.append(x[len(R) + i])
        x[len(R) + i] = 0
        x = A @ x
    return np.array(counts, dtype=np.int64)


@ex.mistake("your A has edges from users to items only, so nobody walks back: R and Rᵀ are in it")
def one_way(R, u, i, longest):
    return np.array([0, R[u, i], *[0] * (longest - 1)], dtype=np.int64)[: longest + 1]


@ex.mistake("your counts are floats: the answer holds whole numbers, int64")
def floats(*inputs):
    return count_walks(*inputs).astype(float)


@ex.mistake("you return a list; the answer is an array, `np.array(counts)`")
def a_list(*inputs):
    return count_walks(*inputs).tolist()


@ex.mistake("your numbers went over the end of int32: 17 steps need int64")
def over_the_end_of_int32(R, u, i, longest):
    A, x, counts = _adjacency(R).astype(np.int32), np.eye(sum(R.shape), dtype=np.int32)[u], []
    for _ in range(longest + 1):
        counts.append(x[len(R) + i])
        x = A @ x
    return np.array(counts).astype(np.int64)
