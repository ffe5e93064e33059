"""Exercise 07.3: at most S neighbors of each node, drawn without replacement."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import lists


def _graph(rng, degrees=(9, 0, 3, 7, 1, 12, 5, 8, 9, 12, 6, 10, 4, 9), S: int = 3) -> dict:
    degrees = rng.permutation(degrees)
    indptr, indices = lists(rng, degrees)
    nodes = rng.permutation(len(degrees))[: len(degrees) - 2]
    return {"indptr": indptr, "indices": indices, "nodes": nodes, "S": S,
            "rng": Rng(int(rng.integers(2**31)))}  # fmt: skip


ex = Exercise(
    "07.3",
    "sample_neighbors",
    points=4,
    branch=True,
    library="graphrec_utils.graphs.batches.sample",
    hints=(
        "Where in `indices` do the neighbors of node v stand? How many are left to draw when there are fewer than S?",
        "near = indices[indptr[v] : indptr[v + 1]]; S different ones of it, all of it where there are at most S; the "
        "rest of the row is −1.",
        "`table = np.full((len(nodes), S), -1)`; for each row: `near = indices[indptr[v]:indptr[v + 1]]`, `drawn = "
        "rng.choice(near, min(S, len(near)), replace=False)`, `table[row, :len(drawn)] = drawn`.",
    ),
)


@ex.solution
def sample_neighbors(indptr, indices, nodes, S, rng):
    table = np.full((len(nodes), S), -1, dtype=np.int64)
    for row, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        drawn = rng.choice(near, min(S, len(near)), replace=False)
        table[row, : len(drawn)] = drawn
    return table


def _kind(tables, inputs) -> list[tuple]:
    """What can be seen of several draws, for each node: how many, from where, whether they repeat."""
    indptr, indices, nodes = (inputs[k] for k in ("indptr", "indices", "nodes"))
    seen = []
    for row, v in enumerate(nodes):
        near = set(indices[indptr[v] : indptr[v + 1]].tolist())
        drawn = [[x for x in t[row].tolist() if x != -1] for t in tables]
        ends = [t[row].tolist() for t in tables]
        seen.append((
            len(drawn[0]),
            any(len(set(x)) < len(x) for x in drawn),
            bool({y for x in drawn for y in x} - near),
            all(sorted(x) == sorted(drawn[0]) for x in drawn) if len(near) > inputs["S"] + 1 else None,
            any(-1 in x[: len(d)] for x, d in zip(ends, drawn, strict=True)),
        ))  # fmt: skip
    return seen


def _together(tables, inputs) -> bool:
    """Whether nodes of equal degree always get the same places of their lists."""
    indptr, indices, nodes = (inputs[k] for k in ("indptr", "indices", "nodes"))
    degree, S = np.diff(indptr)[nodes], inputs["S"]

    def places(t, row):
        v = nodes[row]
        near = indices[indptr[v] : indptr[v + 1]].tolist()
        return sorted(near.index(x) if x in near else -2 for x in t[row].tolist() if x != -1)

    twins = [(a, b) for a in range(len(nodes)) for b in range(a) if degree[a] == degree[b] > S + 1]
    return bool(twins) and all(places(t, a) == places(t, b) for t in tables for a, b in twins)


def _drawn_alike(got, expected, inputs) -> str | None:
    S = inputs["S"]
    if any(t.shape != (len(inputs["nodes"]), S) for t in got):
        return f"yours is {tuple(got[0].shape)}; a row for each node, S columns"
    said = (
        "{} neighbors are in yours",
        "a neighbor comes twice in yours",
        "a node that is no neighbor is in yours",
        "yours are the same eight times",
        "−1 stands before a neighbor",
    )
    for v, mine, other in zip(
        inputs["nodes"], _kind(got, inputs), _kind(expected, inputs), strict=True
    ):
        for text, a, b in zip(said, mine, other, strict=True):
            if a != b:
                return f"node {v}: {text.format(a)}"
    if _together(got, inputs) != _together(expected, inputs):
        return "nodes with equally many neighbors get the same places of their lists"
    return None


def _even(got, expected, inputs) -> str | None:
    """Over many rows of one node's neighbors: each is drawn as often as the others, and so is each pair."""
    for alike, says in (
        (_frozen, "yours are the same eight times"),
        (_lockstep, "all rows of a call are the same"),
    ):
        if alike(got) or alike(expected):  # the few sets that are drawn say nothing of chance
            return None if alike(got) and alike(expected) else says
    shares, pairs, near = [], [], np.unique(inputs["indices"])
    for tables in (got, expected):
        rows = np.concatenate(tables)
        shares.append(np.array([(rows == v).mean() for v in near]))
        low, high = np.clip(np.sort(rows, axis=1), 0, near[-1]).T
        pairs.append(np.bincount(low * len(near) + high, minlength=len(near) ** 2) / len(rows))
    mine, other = shares
    worst = abs(mine - other).argmax()
    if abs(mine - other)[worst] > 0.06:
        return f"neighbor {int(worst)} is {mine[worst]:.0%} of what you draw"
    mine, other = pairs
    worst = abs(mine - other).argmax()
    if abs(mine - other)[worst] > 0.06:
        a, b = divmod(int(worst), len(near))
        return f"neighbors {a} and {b} are drawn together in {mine[worst]:.0%} of your rows; there are 21 pairs"
    return None


def _frozen(tables) -> bool:
    return all((t == tables[0]).all() for t in tables)


def _lockstep(tables) -> bool:
    return all((np.sort(t, axis=1) == np.sort(t[:1], axis=1)).all() for t in tables)


def _star(rng) -> dict:
    """A hundred and fifty nodes that all have the same seven neighbors, two of them drawn: 21 pairs."""
    n, d = 150, 7
    return {"indptr": np.arange(0, (n + 1) * d, d), "indices": np.tile(np.arange(d), n),
            "nodes": np.arange(n), "S": 2, "rng": Rng(int(rng.integers(2**31)))}  # fmt: skip


def _few(rng) -> dict:
    return _graph(rng, (2, 0, 3, 1, 4, 2, 5, 3), 6)


def _seen(row: list) -> list:
    """What a row holds in any order; of one with repeats, which come by chance, only that."""
    held = sorted(x for x in row if x != -1)
    return held if len(set(held)) == len(held) else ["repeats"]


def _sorted_rows(got, expected, inputs) -> str | None:
    if got.shape != expected.shape:
        return f"yours is {tuple(got.shape)}; a row for each node, S columns"
    for v, a, b in zip(inputs["nodes"], got.tolist(), expected.tolist(), strict=True):
        if [x == -1 for x in a] != [x == -1 for x in b] or _seen(a) != _seen(b):
            return f"node {v}: yours is {a}"
    return None


ex.claim("fewer neighbors than S: all of them, then −1", _few, judge=_sorted_rows)
ex.claim("three of up to twelve, eight times: different ones, others each time", _graph, 2,
         run="call eight times", judge=_drawn_alike)  # fmt: skip
ex.claim("five of up to twelve", lambda rng: _graph(rng, S=5), run="call eight times", judge=_drawn_alike)  # fmt: skip
ex.claim(
    "each neighbor, and each pair of neighbors, as often as the others",
    _star,
    run="call eight times",
    judge=_even,
)
ex.claim("all chance comes from the given generator", _graph, run="call with seeds", judge=repeats)

EMPTY = "np.full((len(nodes), S), -1, dtype=np.int64)"
DRAWN = "rng.choice(near, min(S, len(near)), replace=False)"

# fmt: off
ex.slip("your neighbors are drawn with replacement: one can come twice, and the mean counts it "
        "twice",
        DRAWN, "rng.choice(near, min(S, len(near))) if len(near) else near", hint=True)
ex.slip("one permutation serves all nodes in yours: their errors go the same way and do not cancel",
        "for row", "keys = rng.random(int(np.diff(indptr).max()))\nfor row",
        DRAWN, "near[np.argsort(keys[: len(near)])][:S]")
ex.slip("you begin at a random place and take those that stand side by side: not every set of S "
        "can be drawn",
        DRAWN, "np.roll(near, -rng.integers(max(len(near), 1)))[:S]")
ex.slip("you take the first S of the list: always the same ones, and the others never count",
        DRAWN, "near[:S]", hint=True)
ex.slip("a node with fewer than S neighbors gets some of them twice: a shorter row is right, "
        "filled up with −1",
        DRAWN, f"{DRAWN}\nif 0 < len(near) < S:\n    drawn = np.resize(drawn, S)")
ex.slip("empty places hold 0 in yours, and 0 is a node: fill them with −1",
        EMPTY, "np.zeros((len(nodes), S), dtype=np.int64)", hint=True)
ex.slip("you draw from all nodes, not from the neighbors of each",
        "choice(near,", "choice(len(indptr) - 1,")
ex.slip("your lists end one too early: the neighbors of v go up to indptr[v + 1], which is no "
        "longer one of them",
        "indptr[v + 1]", "indptr[v + 1] - 1")
ex.slip("your row v belongs to node v, not to the v-th of `nodes`",
        "enumerate(nodes)", "enumerate(range(len(nodes)))")
ex.slip("you return places in `indices`: the neighbors are what stands there",
        "indices[indptr[v] : indptr[v + 1]]", "np.arange(indptr[v], indptr[v + 1])")
ex.slip("empty places hold the node itself in yours: nobody hears themselves here, fill them with "
        "−1",
        EMPTY, "np.repeat(nodes[:, None], S, axis=1)")
ex.slip("your empty places stand before the neighbors: −1 fills the end of a row",
        ": len(drawn)]", "S - len(drawn) :]")
ex.slip("a node with fewer than S neighbors has none in yours: it gets all that it has",
        "min(S, len(near))", "S if len(near) >= S else 0")
ex.slip("a node with fewer than S neighbors gets some of its own twice and others never: all of "
        "them, each once",
        "replace=False", "replace=0 < len(near) < S")
ex.slip("you take neighbors that stand side by side: those at the ends of the list come seldom, "
        "and not every set of S",
        f"drawn = {DRAWN}", "begin = rng.integers(max(len(near) - S, 0) + 1)\ndrawn = near[begin : begin + S]")
ex.slip("your function does not depend on `rng`: every batch would hear the same neighbors",
        "table =", "rng = np.random.default_rng(0)\ntable =")
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your training",
        "table =", "rng = np.random.default_rng()\ntable =")
