"""Exercise 08.1: walks that keep returning to their query, and what they visit."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import toy
from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson08.shared import shares_differ

STEPS, MANY = 3000, 12_000


def _edges(R, query: int, restart: float, num_steps: int, rng) -> dict:
    """The graph of boards (rows) and pins, both directions; `query` is a pin's column."""
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    A[:m, m:], A[m:, :m] = R, R.T
    A = sp.csr_array(A)
    return {
        "indptr": A.indptr.astype(np.int64), "indices": A.indices.astype(np.int64),
        "query": m + query, "restart": restart, "num_steps": num_steps,
        "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


def _chain(rng, restart: float, steps: int = STEPS) -> dict:
    """Six boards in a row, each shares a pin with the next one."""
    R = np.eye(6, 7) + np.eye(6, 7, 1)
    return _edges(R, 0, restart, steps, rng)


def _mixed(rng) -> dict:
    """A query on four boards: two of it alone, a small one and a large one."""
    R = np.zeros((4, 9))
    R[:, 0] = 1
    R[2, 1:3] = R[3, 3:] = 1
    return _edges(R, 0, 0.5, STEPS, rng)


def _tree(rng) -> dict:
    """A query on a board of four more pins; from there on every pin has three boards of three more each."""
    boards, pins, level = [[0, 1, 2, 3, 4]], 5, [1, 2, 3, 4]
    for _ in range(2):
        boards += [[p, *range(pins + 9 * k + 3 * b, pins + 9 * k + 3 * b + 3)]
                   for k, p in enumerate(level) for b in range(3)]  # fmt: skip
        level = list(range(pins, pins := pins + 9 * len(level)))
    R = np.zeros((len(boards), pins))
    for row, on in zip(R, boards, strict=True):
        row[on] = 1
    return _edges(R, 0, 0.5, STEPS, rng)


ex = Exercise(
    "08.1",
    "pixie_walk",
    points=6,
    library=("graphrec_utils.walks.visits", "graphrec_utils.walks.importance_neighbors",
             "graphrec_utils.walks.typed_neighbors"),
    hints=(
        "The neighbors of v are indices[indptr[v] : indptr[v + 1]]. How do you take one of them "
        "without building a list?",
        "One step: a board from the pin where you are, a pin from that board, count the pin, then the "
        "coin. The walk begins at the query, and so does every return.",
        "`at = indices[rng.integers(indptr[at], indptr[at + 1])]` twice; `counts[at] += 1`; "
        "`if rng.random() < restart: at = query`. All of it `num_steps` times.",
    ),
)  # fmt: skip


@ex.solution
def pixie_walk(indptr, indices, query, restart, num_steps, rng):
    counts = np.zeros(len(indptr) - 1, dtype=np.int64)
    at = query
    for _ in range(num_steps):
        for _ in range(2):  # pin -> board -> pin
            at = indices[rng.integers(indptr[at], indptr[at + 1])]
        counts[at] += 1
        if rng.random() < restart:
            at = query
    return counts


def _counted(counts, inputs) -> tuple[int, bool]:
    """How many visits there are, in hundredths of the steps, and whether boards have some."""
    boards = inputs["indices"][inputs["indptr"][inputs["query"]]] + 1  # at least these are boards
    return round(100 * counts.sum() / inputs["num_steps"]), bool(counts[:boards].any())


def _every_step_once(got, expected, inputs) -> str | None:
    (mine, boards), other = _counted(got, inputs), _counted(expected, inputs)
    if abs(mine - other[0]) <= 3 and boards == other[1] and (got >= 0).all():
        exact = other[0] != 100 or got.sum() == inputs["num_steps"]
        return None if exact else f"your counts sum to {got.sum()}"
    if boards != other[1]:
        return "boards have counts in yours" if boards else "no board has a count in yours"
    return f"your counts sum to {got.sum()} after {inputs['num_steps']} steps"


def _by_hand(rng) -> dict:
    return _edges(toy.path().numpy(), 0, 0.2, int(rng.integers(2700, 3300)), rng)


ex.claim("every step counts one pin, and boards count nothing", _by_hand, 0, judge=_every_step_once)
ex.claim(
    "two boards, three pins, restart 0.2: about a third, a half and a sixth",
    _by_hand,
    judge=shares_differ(0.08),
)
ex.claim(
    "a chain of boards, restart 0.8: most visits are near home",
    lambda rng: _chain(rng, 0.8),
    judge=shares_differ(0.06),
)
ex.claim(
    "a chain of boards, restart 0.25: the walker gets further",
    lambda rng: _chain(rng, 0.25, MANY),
    judge=shares_differ(0.055, cumulative=True),
)
ex.claim(
    "all boards of a pin are alike, the small ones and those that hold nothing else",
    _mixed,
    judge=shares_differ(0.07),
)
ex.claim("all chance comes from the given generator", _mixed, run="call with seeds", judge=repeats)


def _some_go_far(got, expected, inputs) -> str | None:
    far = slice(-324, None)  # three steps from the query
    if bool(got[far].any()) == bool(expected[far].any()):
        return None
    return "nobody gets three steps away" if expected[far].any() else "some get three steps away"


ex.claim("restart 0.5: some walks get three steps away", _tree, judge=_some_go_far)

NEXT = "indices[rng.integers(indptr[at], indptr[at + 1])]"
STEP = f"for _ in range(2):  # pin -> board -> pin\n    at = {NEXT}"
NEVER_BACK = f"""board, here = {NEXT}, at
pins = indices[indptr[board] : indptr[board + 1]]
at = rng.choice(pins[pins != here] if len(pins) > 1 else pins)"""
RETURN = "< restart:\n    at = query"

# fmt: off
ex.slip("you count boards, too: they are the way, and only pins can be recommended",
        "counts[at] += 1", "    counts[at] += 1")
ex.slip("your walker never goes home: a long walk without returns ends up where the edges are, "
        "whatever the query was",
        "< restart", "< 0", hint=True)
ex.slip("your `restart` is the probability of going on; here it is the one of returning",
        "< restart", "> restart", hint=True)
ex.slip("you count every edge as a step: a step is two edges, pin to board and board to pin",
        "range(num_steps)", "range(num_steps // 2)")
ex.slip("you throw the coin at boards as well: once per step, when the pin is counted",
        STEP, f"at = {NEXT}\nwhile rng.random() < restart:\n    at = query\n    at = {NEXT}\nat = {NEXT}")
ex.slip("your walker goes home after 1 / restart steps, always: throw a coin, so that a walk can "
        "be short or long",
        "for _ in range(num_steps)", "for step in range(1, num_steps + 1)",
        "rng.random() < restart", "step % max(1, round(1 / restart)) == 0")
ex.slip("you leave out the visits of the query: a walk may come back to it, and the counts have "
        "to sum to the steps; it is dropped later",
        "return", "counts[query] = 0\nreturn")
ex.slip("you count the query at every return: going home is no step; only the pin at the end of "
        "two edges counts",
        RETURN, f"{RETURN}\n    counts[query] += 1")
# in all graphs of the claims the first pin is on the first board: it is indices[0]
ex.slip("your walker returns to any pin; it has one home, the query",
        RETURN, "< restart:\n    at = rng.integers(indices[0], len(counts))")
ex.slip("the last neighbor of a node is never taken: rng.integers(a, b) ends before b, so b is "
        "indptr[v + 1] itself",
        ", indptr[at + 1])", ", max(indptr[at] + 1, indptr[at + 1] - 1))")
ex.slip("your walker never goes back to the pin it came from; a board may send it there",
        STEP, NEVER_BACK)
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your walk",
        "counts =", "rng = np.random.default_rng()\ncounts =")
ex.slip("your walk does not depend on `rng`: with a fixed seed every query makes one walk",
        "counts =", "rng = np.random.default_rng(0)\ncounts =")
