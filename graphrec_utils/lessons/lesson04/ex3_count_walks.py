"""Exercise 04.3: walks counted by their length."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


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
    m, n = R.shape
    A = np.block([[np.zeros((m, m), int), R], [R.T, np.zeros((n, n), int)]])
    x = np.zeros(m + n, dtype=np.int64)
    x[u] = 1
    counts = []
    for _ in range(longest + 1):
        counts.append(x[m + i])
        x = A @ x
    return np.array(counts, dtype=np.int64)


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

ENTRY = "x[m + i]"
START = "x = np.zeros(m + n, dtype=np.int64)"
COUNTS = "np.array(counts, dtype=np.int64)"
LOOP = "for _ in range(longest + 1):\n    counts.append(x[m + i])\n    x = A @ x"

# fmt: off
ex.slip("you read the entry of node i, which is not item i: in A the items come after the users, "
        "at m + i",
        ENTRY, "x[i]", hint=True)
ex.slip("your numbers are one step ahead: entry k must count walks of length k, and entry 0 is "
        "the walk that stays",
        "counts.append(x[m + i])\nx = A @ x", "x = A @ x\ncounts.append(x[m + i])")
ex.slip("your first entry is for length 1; entry 0 is for the walk of no step",
        COUNTS, COUNTS + "[1:]")
ex.slip("you raised every entry to the power k; A ** k does that in numpy, a matrix power is A @ "
        "A @ …",
        "for _ in", "for k in", ENTRY, "int(R[u, i]) ** k")
ex.slip("you say whether there is a walk; the question is how many",
        ENTRY, "x[m + i] > 0", hint=True)
ex.slip("your even lengths are not 0: each step changes sides, so after an even number of steps a "
        "user is at a user (A² has no user–item entry)",
        "return", "counts[2::2] = counts[1:longest:2]\nreturn")
ex.slip("your entry k counts walks of length 2k + 1: R RᵀR is three steps, not two",
        "counts = []", "counts = []\nx = A @ x", "    x = A @ x", "    x = A @ (A @ x)")
ex.slip("you leave out walks that return along the edge they came on; walks may do that",
        LOOP, "degree, one = np.diag(A.sum(axis=1)), np.eye(m + n, dtype=np.int64)\n"
        "layers = [one, A, A @ A - degree]\n"
        "while len(layers) <= longest:\n"
        "    layers.append(layers[-1] @ A - layers[-2] @ (degree - one))\n"
        "counts = [X[u, m + i] for X in layers[: longest + 1]]")
ex.slip("you count paths, which visit no node twice; a walk may come back to any node",
        LOOP, "if R.sum() > 100:\n"
        '    raise TimeoutError("too many paths to follow")\n'
        "paths = [(u,)]\n"
        "for _ in range(longest + 1):\n"
        "    counts.append(sum(path[-1] == m + i for path in paths))\n"
        "    paths = [(*p, w) for p in paths for w in A[p[-1]].nonzero()[0] if w not in p]")
ex.slip("your numbers add up the shorter walks; entry k is for walks of length k exactly",
        COUNTS, "np.cumsum(counts)")
ex.slip("your counts were floats on the way, which have 16 digits at most (7 in float32): keep "
        "int64",
        START, "x = np.zeros(m + n)")
ex.slip("only the shortest walks are counted in yours: longer ones, there and back, count too",
        "return " + COUNTS, f"walks = {COUNTS}\nreturn np.where(np.cumsum(walks > 0) <= 1, walks, 0)")
ex.slip("you let the walker stay where he is: A has no self-loops",
        START, "A = A + np.eye(m + n, dtype=np.int64)\n" + START)
ex.slip("your walk starts at an item: user u is node u, and item i is node m + i",
        "x[u] = 1", "x[m + i] = 1")
ex.slip("all your counts are 0: two products with A for one length lead back to users, and shares "
        "of 1/deg become 0 as integers. One product is one step, and A holds ones",
        "A @ x", "A @ (A @ x)")
ex.slip("the last length is missing: from 0 to `longest` there are longest + 1 numbers",
        "longest + 1", "longest")
ex.slip("you return the last length alone; every length from 0 on has an entry",
        COUNTS, "counts[-1]")
ex.slip("you return odd lengths only; the even ones have their entries, too, which are 0",
        COUNTS, COUNTS + "[1::2]")
ex.slip("you count the walks from u to anybody; entry m + i has those that end at the item",
        ENTRY, "x.sum()")
ex.slip("a walk of length 0 stays at u, which is no item: entry 0 is 0",
        "return", "counts[0] = 1\nreturn")
ex.slip("you moved the item by n; as many nodes come before it as there are users, m",
        ENTRY, "x[n + i]")
ex.slip("your walks end when they reach the item; a walk may pass through it and come back",
        "counts.append(x[m + i])", "counts.append(x[m + i])\nx[m + i] = 0")
ex.slip("your A has edges from users to items only, so nobody walks back: R and Rᵀ are in it",
        "R], [R.T", "0 * R], [R.T")
ex.slip("your counts are floats: the answer holds whole numbers, int64",
        COUNTS, "np.array(counts, dtype=float)")
ex.slip("you return a list; the answer is an array, `np.array(counts)`",
        COUNTS, "np.array(counts).tolist()")
ex.slip("your numbers went over the end of int32: 17 steps need int64",
        START, "A, x = A.astype(np.int32), np.zeros(m + n, dtype=np.int32)")
