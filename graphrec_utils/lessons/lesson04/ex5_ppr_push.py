"""Exercise 04.5: personalized PageRank by pushing mass, node by node."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _solved(A, start, walk, restart):
    """The mass that waits for no push: x = restart · 1_start + walk @ x."""
    return np.linalg.solve(np.eye(len(A)) - walk, restart * np.eye(len(A))[start])


def accurate(got, expected, inputs) -> str | None:
    """Judge by the guarantee: two answers differ by less than tolerance · degree, node by node.

    The order of the pushes is free, so right answers are not equal. All of them lie between the
    exact mass and tolerance · degree below it.
    """
    allowed = inputs["tolerance"] * inputs["A"].sum(axis=1) + 1e-9
    wrong = np.flatnonzero(~(np.abs(got - expected) <= allowed))
    if not len(wrong):
        return None
    return f"entry [{wrong[0]}] is {got[wrong[0]]:.4g} in yours, off by more than the tolerance"


def _pushed_early(mass, inputs) -> str:
    """Say which nodes hold mass that had no reason to be pushed; "" if there are none.

    A push at v takes a residual of tolerance · degree or more and leaves the share restart of it,
    in whatever order nodes are pushed.
    """
    least = inputs["restart"] * inputs["tolerance"] * inputs["A"].sum(axis=1)
    if not ((mass != 0) & (mass < 0.999 * least)).any():
        return ""
    return "all nodes" if (mass != 0).all() else "nodes with a residual below tolerance · degree"


def due_only(got, expected, inputs) -> str | None:
    """Accurate, and pushed only where the residual was large enough."""
    if problem := accurate(got, expected, inputs):
        return problem
    mine = _pushed_early(got, inputs)
    if mine == _pushed_early(expected, inputs):
        return None
    return f"yours pushed {mine or 'no node too early'}"


def _bipartite(R) -> np.ndarray:
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def _graph(rng, restart: float, tolerance: float, m: int = 6, n: int = 9) -> dict:
    """A connected graph with one user who likes everything; the walk starts at an item."""
    R = (rng.random((m, n)) < 0.25).astype(float)
    R[0] = 1
    R[np.arange(1, m), rng.integers(0, n, m - 1)] = 1
    return {
        "A": _bipartite(R), "start": m + int(rng.integers(n)),
        "restart": restart, "tolerance": tolerance,
    }  # fmt: skip


ex = Exercise(
    "04.5",
    "ppr_push",
    points=6,
    branch=True,
    library="graphrec_utils.walks.ppr_push",
    hints=(
        "Keep two vectors, mass and residual, and a list of nodes that may have too much residual. "
        "What happens to the residual of one node?",
        "At v with residual r: mass[v] gets restart · r, each neighbor's residual gets "
        "(1 − restart) · r / deg(v), and residual[v] becomes 0.",
        "Loop while the queue is not empty: pop v; continue if `residual[v] < tolerance * "
        "degree[v]`; push as in hint 2 with `residual[neighbors] += …`; append the neighbors.",
    ),
)


@ex.solution
def ppr_push(A, start, restart, tolerance):
    degree = A.sum(axis=1)  # (N,)
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    due = [start]
    while due:
        v = due.pop()
        if residual[v] < tolerance * degree[v]:
            continue
        r, residual[v] = residual[v], 0.0
        mass[v] += restart * r
        neighbors = A[v].nonzero()[0]
        residual[neighbors] += (1 - restart) * r / degree[v]
        due.extend(neighbors)
    return mass


def _one_edge(rng) -> dict:
    A = np.array([[0.0, 1.0], [1.0, 0.0]])
    return {"A": A, "start": 0, "restart": 0.2, "tolerance": 1e-8}


ex.claim("two nodes and one edge: the numbers of the docstring", _one_edge, judge=accurate)


def _toy(rng) -> dict:
    return {
        "A": _bipartite(toy.likes().double().numpy()),
        "start": 0, "restart": 0.25, "tolerance": 1e-8,
    }  # fmt: skip


ex.claim("from Ann through the likes of Ann, Bob and Eve", _toy, judge=accurate)


ex.claim("a random graph, from an item", lambda g: _graph(g, 0.15, 1e-8), judge=accurate)
ex.claim(
    "a large tolerance: every entry within tolerance · degree of the truth",
    lambda g: _graph(g, 0.3, 0.004),
    judge=accurate,
)


def _ring(rng, nodes: int = 140) -> dict:
    """Users and items in turn on a long ring, renamed so that neighbors have distant numbers."""
    A = np.zeros((nodes, nodes))
    A[np.arange(nodes), (np.arange(nodes) + 1) % nodes] = 1
    order = rng.permutation(nodes)
    A = (A + A.T)[order][:, order]
    return {"A": A, "start": int(rng.integers(nodes)), "restart": 0.3, "tolerance": 0.02}


ex.claim("on a ring of 140 nodes, those far away are not touched", _ring, judge=due_only)


def same_nodes(got, expected, inputs) -> str | None:
    """Due only, and mass at the same nodes, where there is no choice which ones are pushed."""
    if problem := due_only(got, expected, inputs):
        return problem
    wrong = np.flatnonzero((got != 0) != (expected != 0))
    if not len(wrong):
        return None
    return f"entry [{wrong[0]}] is {got[wrong[0]]:.4g} in yours: was this node due?"


def _hubs(rng, hubs: int = 3, fans: int = 30) -> dict:
    """The start likes three blockbusters: a residual that is large for a fan is small for them."""
    R = np.zeros((1 + hubs * fans, hubs))
    R[0], R[np.arange(1, len(R)), np.arange(hubs * fans) % hubs] = 1, 1
    return {"A": _bipartite(R), "start": 0, "restart": 0.3, "tolerance": 0.01}


ex.claim(
    "blockbusters with 31 fans are pushed only at 31 times the tolerance",
    _hubs,
    judge=same_nodes,
)

DUE = "if residual[v] < tolerance * degree[v]:"
LOOP = ex.published[ex.published.index("while due") : ex.published.index("\nreturn")]
ROUNDS = """while (now := residual >= tolerance * degree).any():  # whoever is due, at the same time
    pushed = np.where(now, residual, 0)
    residual -= pushed
    mass += restart * pushed
    residual += (1 - restart) * (A @ (pushed / np.maximum(degree, 1)))"""
ONCE = ["due = [start]", "due, done = [start], set()", DUE, DUE[:-1] + " or v in done:",
        "r, residual[v] =", "done.add(v)\nr, residual[v] ="]  # fmt: skip
FIRST_IN_FIRST_OUT = ["due.pop()", "due.pop(0)"]

# fmt: off
ex.slip("you swapped the two: the share restart of a residual becomes mass, the share 1 − restart "
        "moves on",
        "degree =", "restart = 1 - restart\ndegree =")
ex.slip("your mass adds up to more than 1: only the share restart of a residual stays, the rest "
        "moves on",
        "restart * r", "r", hint=True)
ex.slip("you divided by the degrees of the nodes that receive; a walker at v chooses among the "
        "deg(v) edges of v",
        "/ degree[v]", "/ degree[neighbors]", hint=True)
ex.slip("mass gets lost: a node that waits with a residual receives more ON TOP of it, so it is "
        "+= and not =",
        "+= (1", "= (1", *FIRST_IN_FIRST_OUT)
ex.slip("a node that is pushed again loses what has dried there before: it is += for the mass, too",
        LOOP, ROUNDS.replace("mass +=", "mass = np.where(now, 0, mass) +"))
ex.slip("you push each node once at most; what comes back to a node may make it due again",
        *ONCE, *FIRST_IN_FIRST_OUT)
ex.slip("while one node is due you push all of them: push only those with a residual of tolerance "
        "· deg(v) or more",
        LOOP, ROUNDS.replace("np.where(now, residual, 0)", "residual.copy()"))
ex.slip("you added what still waits as residual; the answer is the mass alone, and a node that "
        "was never pushed has 0",
        "return mass", "return mass + residual")
ex.slip("you added what still waits as residual; the answer is the mass alone, and a node that "
        "was never pushed has 0",
        *FIRST_IN_FIRST_OUT, "return mass", "return mass + residual")
ex.slip("you pushed once, from the start; what arrives at the neighbors must be pushed on",
        "due.extend(neighbors)", "break")
ex.slip("you push a node as soon as its residual reaches the tolerance: a node with many "
        "neighbors waits for more, until tolerance · deg(v)",
        "tolerance * degree[v]", "tolerance", hint=True)
ex.slip("mass gets lost: a node that waits with a residual receives more ON TOP of it, so it is "
        "+= and not =",
        "+= (1", "= (1")
ex.slip("you push each node once at most; what comes back to a node may make it due again", *ONCE)
ex.slip("you stop at the first node that is not due (`break`); others in the queue are: `continue`",
        "continue", "break")
ex.slip("you scaled the mass to sum 1; what is missing is the residual, which the tolerance leaves",
        "return mass", "return mass / mass.sum()")
ex.slip("the whole walker stays at the start in yours; only the share restart of a push dries",
        "return mass", "mass[start] = 1.0\nreturn mass")
ex.slip("you return the residual, what still waits; the answer is the mass, what has dried",
        LOOP, ROUNDS, "return mass", "return residual")
ex.slip("the start has a mass of 1 before anything is pushed in yours: its residual is 1, its "
        "mass 0",
        "residual[start] = 1.0", "residual[start] = mass[start] = 1.0")
ex.slip("you share by 1/√(deg v · deg w); a walker at v takes each of deg(v) edges equally often",
        "/ degree[v]", "/ np.sqrt(degree[v] * degree[neighbors])")
ex.slip("a node waits for tolerance · N in yours; it is tolerance · deg(v), its own degree",
        "tolerance * degree[v]", "tolerance * len(A)")
# fmt: on


@ex.mistake(
    "your numbers are right, but you computed all nodes: push only where the residual is "
    "large, and leave the rest of the graph alone"
)
def every_node(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    return _solved(A, start, (1 - restart) * P.T, restart)


@ex.mistake(
    "you walk ten steps with the whole vector; push one node at a time, until nothing is due"
)
def ten_steps(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    x = e = np.eye(len(A))[start]
    for _ in range(10):
        x = restart * e + (1 - restart) * (P.T @ x)
    return x


@ex.mistake(
    "your matrix is turned: D⁻¹A averages over neighbors, the walker moves by its transpose"
)
def walk_turned(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    return _solved(A, start, (1 - restart) * P, restart)
