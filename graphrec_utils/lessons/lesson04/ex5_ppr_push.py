"""Exercise 04.5: personalized PageRank by pushing mass, node by node."""

from __future__ import annotations

from collections import deque

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _push(
    A, start, restart, tolerance, kept, overwrite=False, receivers=False, pushes=10**6,
    wait=np.copy, last=False, once=False, stops=False,
):  # fmt: skip
    """Push until every residual is small, the node that waits longest first; options can go wrong."""
    degree, done = A.sum(axis=1), set()
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    queue, limit = deque([start]), tolerance * wait(degree)
    while queue and pushes:
        v = queue.pop() if last else queue.popleft()
        if residual[v] < limit[v] or (once and v in done):
            if stops:
                break
            continue
        pushes -= 1
        done.add(v)
        amount, residual[v] = residual[v], 0.0
        mass[v] += kept * amount
        neighbors = A[v].nonzero()[0]
        share = (1 - restart) * amount / (degree[neighbors] if receivers else degree[v])
        residual[neighbors] = share if overwrite else residual[neighbors] + share
        queue.extend(neighbors)
    return mass


def _in_rounds(
    A, start, restart, tolerance, all_of_them=False, overwrite=False, once=False, share=None
):
    """Push all nodes that are due at the same time, round after round; return mass and residual."""
    degree = A.sum(axis=1)
    mass, residual = np.zeros(len(A)), np.zeros(len(A))
    residual[start] = 1.0
    done = np.zeros(len(A), dtype=bool)
    share = (lambda pushed: A @ (pushed / np.maximum(degree, 1))) if share is None else share
    while (due := (residual >= tolerance * degree) & ~(once & done)).any():
        pushed = np.where(due | all_of_them, residual, 0)
        residual -= pushed
        done |= due
        mass = np.where(overwrite & (pushed > 0), 0, mass) + restart * pushed
        residual += (1 - restart) * share(pushed)
    return mass, residual


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
    return _push(A, start, restart, tolerance, restart)


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


@ex.mistake(
    "you swapped the two: the share restart of a residual becomes mass, the share 1 − restart "
    "moves on"
)
def restart_and_continuation_swapped(A, start, restart, tolerance):
    return ppr_push(A, start, 1 - restart, tolerance)


@ex.mistake(
    "your mass adds up to more than 1: only the share restart of a residual stays, the "
    "rest moves on"
)
def all_residual_becomes_mass(*inputs):
    return _push(*inputs, kept=1.0)


@ex.mistake(
    "you divided by the degrees of the nodes that receive; a walker at v chooses among the "
    "deg(v) edges of v"
)
def divided_by_the_receiver_s_degree(*inputs):
    return _push(*inputs, kept=inputs[2], receivers=True)


@ex.mistake(
    "mass gets lost: a node that waits with a residual receives more ON TOP of it, so it "
    "is += and not ="
)
def residual_overwritten(*inputs):
    return _push(*inputs, kept=inputs[2], overwrite=True)


@ex.mistake(
    "a node that is pushed again loses what has dried there before: it is += for the mass, too"
)
def mass_overwritten(*inputs):
    return _in_rounds(*inputs, overwrite=True)[0]


@ex.mistake("you push each node once at most; what comes back to a node may make it due again")
def each_node_once(*inputs):
    return _in_rounds(*inputs, once=True)[0]


@ex.mistake(
    "while one node is due you push all of them: push only those with a residual of "
    "tolerance · deg(v) or more"
)
def all_nodes_in_every_round(*inputs):
    return _in_rounds(*inputs, all_of_them=True)[0]


@ex.mistake(
    "you added what still waits as residual; the answer is the mass alone, and a node that "
    "was never pushed has 0"
)
def the_residual_is_added(*inputs):
    return sum(_in_rounds(*inputs))


@ex.mistake("you pushed once, from the start; what arrives at the neighbors must be pushed on")
def one_push(*inputs):
    return _push(*inputs, kept=inputs[2], pushes=1)


@ex.mistake(
    "you push a node as soon as its residual reaches the tolerance: a node with many neighbors "
    "waits for more, until tolerance · deg(v)"
)
def tolerance_without_the_degree(*inputs):
    return _push(*inputs, kept=inputs[2], wait=np.ones_like)


@ex.mistake(
    "your numbers are right, but you computed all nodes: push only where the residual is "
    "large, and leave the rest of the graph alone"
)
def every_node(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    return _solved(A, start, (1 - restart) * P.T, restart)


@ex.mistake(
    "mass gets lost: a neighbor that waits with a residual receives more on top of it, so it "
    "is += and not ="
)
def residual_overwritten_last_first(*inputs):
    return _push(*inputs, kept=inputs[2], last=True, overwrite=True)


@ex.mistake("you push every node at most once; what comes back to it may make it due again")
def each_node_once_last_first(*inputs):
    return _push(*inputs, kept=inputs[2], last=True, once=True)


@ex.mistake(
    "you stop at the first node that is not due (`break`); others in the queue are: `continue`"
)
def stops_at_the_first_that_is_not_due(*inputs):
    return _push(*inputs, kept=inputs[2], last=True, stops=True)


@ex.mistake(
    "you scaled the mass to sum 1; what is missing is the residual, which the tolerance leaves"
)
def scaled_to_one(*inputs):
    mass = ppr_push(*inputs)
    return mass / mass.sum()


@ex.mistake("the whole walker stays at the start in yours; only the share restart of a push dries")
def all_mass_at_the_start(A, start, restart, tolerance):
    mass = ppr_push(A, start, restart, tolerance)
    mass[start] = 1.0
    return mass


@ex.mistake(
    "you walk ten steps with the whole vector; push one node at a time, until nothing is due"
)
def ten_steps(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    x = e = np.eye(len(A))[start]
    for _ in range(10):
        x = restart * e + (1 - restart) * (P.T @ x)
    return x


@ex.mistake("you return the residual, what still waits; the answer is the mass, what has dried")
def residual_returned(*inputs):
    return _in_rounds(*inputs)[1]


@ex.mistake(
    "the start has a mass of 1 before anything is pushed in yours: its residual is 1, its mass 0"
)
def mass_of_one_at_the_start(A, start, restart, tolerance):
    return ppr_push(A, start, restart, tolerance) + np.eye(len(A))[start]


@ex.mistake(
    "you share by 1/√(deg v · deg w); a walker at v takes each of deg(v) edges equally often"
)
def shared_by_both_degrees(*inputs):
    A, scale = inputs[0], np.sqrt(np.maximum(inputs[0].sum(axis=1), 1))
    return _in_rounds(*inputs, share=lambda pushed: (A @ (pushed / scale)) / scale)[0]


@ex.mistake(
    "your matrix is turned: D⁻¹A averages over neighbors, the walker moves by its transpose"
)
def walk_turned(A, start, restart, tolerance):
    P = A / np.maximum(A.sum(axis=1), 1)[:, None]
    return _solved(A, start, (1 - restart) * P, restart)


@ex.mistake("a node waits for tolerance · N in yours; it is tolerance · deg(v), its own degree")
def tolerance_times_nodes(*inputs):
    return _push(*inputs, kept=inputs[2], wait=lambda degree: np.full(len(degree), len(degree)))
