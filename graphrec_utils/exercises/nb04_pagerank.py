"""Lesson 04: personalized PageRank by pushing mass, node by node (04.5)."""

from __future__ import annotations

from collections import deque

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def ppr_push(A, start, restart, tolerance):
    return _push(A, start, restart, tolerance, restart)


def _push(
    A, start, restart, tolerance, kept, overwrite=False, receivers=False, pushes=10**6, scaled=True
):
    """Push until every residual is small; the options are what can go wrong."""
    degree = A.sum(axis=1)
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    queue = deque([start])
    while queue and pushes:
        v = queue.popleft()
        if residual[v] < tolerance * (degree[v] if scaled else 1):
            continue
        pushes -= 1
        amount, residual[v] = residual[v], 0.0
        mass[v] += kept * amount
        neighbors = A[v].nonzero()[0]
        share = (1 - restart) * amount / (degree[neighbors] if receivers else degree[v])
        residual[neighbors] = share if overwrite else residual[neighbors] + share
        queue.extend(neighbors)
    return mass


def _in_rounds(A, start, restart, tolerance, all_of_them=False, overwrite=False, once=False):
    """Push all nodes that are due at the same time, round after round, as the options say."""
    degree = A.sum(axis=1)
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    done = np.zeros(len(A), dtype=bool)
    while (due := (residual >= tolerance * degree) & ~(once & done)).any():
        pushed = np.where(due | all_of_them, residual, 0)
        residual -= pushed
        done |= due
        mass = np.where(overwrite & (pushed > 0), 0, mass) + restart * pushed
        residual += (1 - restart) * (A @ (pushed / np.maximum(degree, 1)))
    return mass


def _with_residual(A, start, restart, tolerance):
    """Return mass and residual together."""
    degree = A.sum(axis=1)
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    while (due := residual >= tolerance * degree).any():
        pushed = np.where(due, residual, 0)
        mass, residual = mass + restart * pushed, residual - pushed
        residual += (1 - restart) * (A @ (pushed / np.maximum(degree, 1)))
    return mass + residual


def _exact(A, start, restart, tolerance):
    degree = A.sum(axis=1)
    P = A / np.where(degree > 0, degree, 1)[:, None]
    return np.linalg.solve(np.eye(len(A)) - (1 - restart) * P.T, restart * np.eye(len(A))[start])


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


def same_nodes(got, expected, inputs) -> str | None:
    """Due only, and mass at the same nodes, where there is no choice which ones are pushed."""
    if problem := due_only(got, expected, inputs):
        return problem
    wrong = np.flatnonzero((got != 0) != (expected != 0))
    if not len(wrong):
        return None
    return f"entry [{wrong[0]}] is {got[wrong[0]]:.4g} in yours: was this node due?"


def _one_edge(rng) -> dict:
    A = np.array([[0.0, 1.0], [1.0, 0.0]])
    return {"A": A, "start": 0, "restart": 0.2, "tolerance": 1e-8}


def _bipartite(R) -> np.ndarray:
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    return A


def _toy(rng) -> dict:
    return {
        "A": _bipartite(toy.likes().double().numpy()),
        "start": 0, "restart": 0.25, "tolerance": 1e-8,
    }  # fmt: skip


def _graph(rng, restart: float, tolerance: float, m: int = 6, n: int = 9) -> dict:
    """A connected graph with one user who likes everything; the walk starts at an item."""
    R = (rng.random((m, n)) < 0.25).astype(float)
    R[0] = 1
    R[np.arange(1, m), rng.integers(0, n, m - 1)] = 1
    return {
        "A": _bipartite(R), "start": m + int(rng.integers(n)),
        "restart": restart, "tolerance": tolerance,
    }  # fmt: skip


def _ring(rng, nodes: int = 140) -> dict:
    """Users and items in turn on a long ring, renamed so that neighbors have distant numbers."""
    A = np.zeros((nodes, nodes))
    A[np.arange(nodes), (np.arange(nodes) + 1) % nodes] = 1
    order = rng.permutation(nodes)
    A = (A + A.T)[order][:, order]
    return {"A": A, "start": int(rng.integers(nodes)), "restart": 0.3, "tolerance": 0.02}


def _hubs(rng, hubs: int = 3, fans: int = 30) -> dict:
    """The start likes three blockbusters: a residual that is large for a fan is small for them."""
    R = np.zeros((1 + hubs * fans, hubs))
    R[0], R[np.arange(1, len(R)), np.arange(hubs * fans) % hubs] = 1, 1
    return {"A": _bipartite(R), "start": 0, "restart": 0.3, "tolerance": 0.01}


EX_5 = Exercise(
    id="04.5",
    function="ppr_push",
    points=6,
    reference=ppr_push,
    library="graphrec_utils.walks.ppr_push",
    claims=(
        Claim("two nodes and one edge: the numbers of the docstring", _one_edge, judge=accurate),
        Claim("from Ann through the likes of Ann, Bob and Eve", _toy, judge=accurate),
        Claim("a random graph, from an item", lambda g: _graph(g, 0.15, 1e-8), judge=accurate),
        Claim(
            "a large tolerance: every entry within tolerance · degree of the truth",
            lambda g: _graph(g, 0.3, 0.004),
            judge=accurate,
        ),
        Claim("on a ring of 140 nodes, those far away are not touched", _ring, judge=due_only),
        Claim(
            "blockbusters with 31 fans are pushed only at 31 times the tolerance",
            _hubs,
            judge=same_nodes,
        ),
    ),
    mistakes=(
        Mistake(
            "restart and continuation swapped",
            lambda A, start, restart, tolerance: ppr_push(A, start, 1 - restart, tolerance),
            "you swapped the two: the share restart of a residual becomes mass, the share 1 − restart "
            "moves on",
        ),
        Mistake(
            "all residual becomes mass",
            lambda *inputs: _push(*inputs, kept=1.0),
            "your mass adds up to more than 1: only the share restart of a residual stays, the "
            "rest moves on",
        ),
        Mistake(
            "divided by the receiver's degree",
            lambda *inputs: _push(*inputs, kept=inputs[2], receivers=True),
            "you divided by the degrees of the nodes that receive; a walker at v chooses among the "
            "deg(v) edges of v",
        ),
        Mistake(
            "residual overwritten",
            lambda *inputs: _push(*inputs, kept=inputs[2], overwrite=True),
            "mass gets lost: a node that waits with a residual receives more ON TOP of it, so it "
            "is += and not =",
        ),
        Mistake(
            "mass overwritten",
            lambda *inputs: _in_rounds(*inputs, overwrite=True),
            "a node that is pushed again loses what has dried there before: it is += for the mass, "
            "too",
        ),
        Mistake(
            "each node once",
            lambda *inputs: _in_rounds(*inputs, once=True),
            "you push each node once at most; what comes back to a node may make it due again",
        ),
        Mistake(
            "all nodes in every round",
            lambda *inputs: _in_rounds(*inputs, all_of_them=True),
            "while one node is due you push all of them: push only those with a residual of "
            "tolerance · deg(v) or more",
        ),
        Mistake(
            "the residual is added",
            _with_residual,
            "you added what still waits as residual; the answer is the mass alone, and a node that "
            "was never pushed has 0",
        ),
        Mistake(
            "one push",
            lambda *inputs: _push(*inputs, kept=inputs[2], pushes=1),
            "you pushed once, from the start; what arrives at the neighbors must be pushed on",
        ),
        Mistake(
            "tolerance without the degree",
            lambda *inputs: _push(*inputs, kept=inputs[2], scaled=False),
            "you push a node as soon as its residual reaches the tolerance: a node with many neighbors "
            "waits for more, until tolerance · deg(v)",
        ),
        Mistake(
            "every node",
            _exact,
            "your numbers are right, but you computed all nodes: push only where the residual is "
            "large, and leave the rest of the graph alone",
        ),
    ),
    hints=(
        "Keep two vectors, mass and residual, and a list of nodes that may have too much residual. "
        "What happens to the residual of one node?",
        "At v with residual r: mass[v] gets restart · r, each neighbor's residual gets "
        "(1 − restart) · r / deg(v), and residual[v] becomes 0.",
        "Loop while the queue is not empty: pop v; continue if `residual[v] < tolerance * "
        "degree[v]`; push as in hint 2 with `residual[neighbors] += …`; append the neighbors.",
    ),
)
