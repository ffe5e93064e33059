"""Exercise 07.2: who is near whom: pairs that occur together on a walk."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _walks(rng, W: int = 5, length: int = 5, n: int = 12, dead: int = 0) -> dict:
    """Walks that come home, that meet a node twice, and `dead` of them with an end."""
    walks = rng.integers(n, size=(W, length))
    walks[:, 2:] = np.where(rng.random((W, length - 2)) < 0.2, walks[:, :1], walks[:, 2:])
    walks[0, 2], walks[1, 1] = walks[0, 0], (walks[1, 0] + 1) % n
    walks[1, 3] = walks[1, 1]
    walks[2:, 1] = (walks[2:, 0] + 1 + rng.integers(n - 1, size=W - 2)) % n
    for row in range(2, 2 + dead):
        walks[row, int(rng.integers(1, length)) :] = -1
    return {"walks": walks.astype(np.int64)}


ex = Exercise(
    "07.2",
    "cooccurrence_pairs",
    points=2,
    branch=True,
    library="graphrec_utils.walks.pairs",
    hints=(
        "A walk has gone 3, 7, 3, 5. Which of these nodes should be pulled towards 3?",
        "The start of each walk with every later node of it; not with itself, and not with −1.",
        "`u = np.repeat(walks[:, :1], walks.shape[1] - 1, axis=1)`, `v = walks[:, 1:]`, `keep = (u != v) & "
        "(v >= 0)`, `np.stack([u[keep], v[keep]], axis=1)`.",
    ),
)


@ex.solution
def cooccurrence_pairs(walks):
    u = np.repeat(walks[:, :1], walks.shape[1] - 1, axis=1)
    v = walks[:, 1:]
    keep = (u != v) & (v >= 0)
    return np.stack([u[keep], v[keep]], axis=1)


def _same(got, expected, inputs) -> str | None:
    """The order of the pairs is free."""
    if got.ndim != 2 or got.shape[1:] != (2,):
        return f"yours is {tuple(got.shape)}; a row for each pair is wanted, (P, 2)"
    mine, other = (sorted(map(tuple, x.tolist())) for x in (got, expected))
    if mine == other:
        return None
    if extra := [pair for pair in mine if pair not in set(other)]:
        return f"{extra[0]} is among yours"
    return f"yours are {len(mine)} pairs, too {'few' if len(mine) < len(other) else 'many'}"


def _by_hand(rng) -> dict:
    return {"walks": np.array([[3, 7, 3, 5], [2, 4, -1, -1]])}


SHAPES = "the walks 3, 7, 3, 5 and 2, 4, end: pairs (3, 7), (3, 5), (2, 4)"
ex.claim(SHAPES, _by_hand, judge=_same)
ex.claim("five walks of five nodes", _walks, judge=_same)
ex.claim("twelve walks of seven nodes, some with a dead end", lambda rng: _walks(rng, 12, 7, 20, 6), 2, judge=_same)  # fmt: skip
ex.claim("a pair that two walks meet comes twice: it counts twice", lambda rng: _walks(rng, 30, 5, 4), judge=_same)  # fmt: skip

REPEATED = "np.repeat(walks[:, :1], walks.shape[1] - 1, axis=1)"
KEPT = "(u != v) & (v >= 0)"
PAIRS = "np.stack([u[keep], v[keep]], axis=1)"

# fmt: off
ex.slip("a node is its own context in yours: walks come home, and such a pair teaches nothing",
        KEPT, "v >= 0", hint=True)
ex.slip("−1 stands for the end of a walk; it is no node and no context", KEPT, "u != v", hint=True)
ex.slip("only the first step counts in yours: every later node of the walk is a context of its "
        "start",
        "walks.shape[1] - 1", "1", "walks[:, 1:]", "walks[:, 1:2]")
ex.slip("your pairs come in both orders: only the start is a center here",
        "return", "u, v, keep = np.append(u, v), np.append(v, u), np.append(keep, keep)\nreturn")
ex.slip("every node of the walk is a center in yours, as in DeepWalk: GraphSAGE takes the start "
        "alone",
        f"u = {REPEATED}", "a, b = np.triu_indices(walks.shape[1], 1)\nu = walks[:, a]",
        "walks[:, 1:]", "walks[:, b]")
ex.slip("you drop repeated pairs: who is met often counts often",
        PAIRS, f"np.unique({PAIRS}, axis=0)")
ex.slip("node 0 is left out in yours: it is a node like the others, and −1 is the end",
        "v >= 0", "v > 0")
ex.slip("context and center are swapped: the start of the walk comes first",
        "[u[keep], v[keep]]", "[v[keep], u[keep]]")
ex.slip("you pair each node with the next one, along the walk: the start is the center of all",
        REPEATED, "walks[:, :-1]", hint=True)
ex.slip("your contexts begin two steps away: the first node after the start belongs to them",
        "walks.shape[1] - 1", "walks.shape[1] - 2", "walks[:, 1:]", "walks[:, 2:]")
