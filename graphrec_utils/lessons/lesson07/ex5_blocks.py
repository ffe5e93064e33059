"""Exercise 07.5: who is needed: the blocks of several layers, from the outside in."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07 import shared


def _drawn(rng, n: int = 16, B: int = 3, fanouts=(3, 2), lonely: int = 3) -> dict:
    """Tables of n nodes; some have fewer neighbors than a row has room, some none."""
    tables = []
    for S in fanouts:
        counts = rng.integers(1, S + 1, n)
        counts[rng.choice(n, lonely, replace=False)] = 0
        t = shared.table(rng, n, S, counts)
        t[t == np.arange(n)[:, None]] = -1
        tables.append(np.take_along_axis(t, np.argsort(t < 0, axis=1, kind="stable"), axis=1))
    targets = rng.permutation(n)[:B]
    first = tables[0][targets[0]]
    first[:2] = [targets[1], (set(range(n)) - set(targets.tolist())).pop()]
    tables[0][targets[0]] = first
    return {"tables": tables, "targets": targets}


ex = Exercise(
    "07.5",
    "sage_blocks",
    points=4,
    branch=True,
    library="graphrec_utils.graphs.batches.sample",
    hints=(
        "To compute layer 2 of the targets you need layer 1 of whom? And for that, layer 0 of whom?",
        "Begin at the targets: source = targets, then the new nodes among their neighbors, sorted. These are the targets "
        "of the next block outwards. An edge says places in `source`, not ids. At the end turn the list round.",
        "For each table: `rows = table[targets]`, `heard = rows[rows >= 0]`, `source = np.concatenate([targets, "
        "np.setdiff1d(heard, targets)])`, a dictionary from id to place, `owner = np.repeat(np.arange(len(targets)), "
        "(rows >= 0).sum(1))`; then `targets = source`. Return `blocks[::-1]`.",
    ),
)


@ex.solution
def sage_blocks(tables, targets):
    blocks = []
    for table in tables:
        rows = table[targets]
        heard = rows[rows >= 0]
        source = np.concatenate([targets, np.setdiff1d(heard, targets)])
        place = {v: p for p, v in enumerate(source.tolist())}
        speaks = np.array([place[v] for v in heard.tolist()], dtype=np.int64)
        hears = np.repeat(np.arange(len(targets)), (rows >= 0).sum(axis=1))
        blocks.append((source, np.stack([speaks, hears])))
        targets = source
    return blocks[::-1]


def _by_hand(rng) -> dict:
    first = np.array([[1, 4], [0, -1], [3, -1], [2, 4], [0, 3]])
    second = np.array([[1], [0], [3], [4], [3]])
    return {"tables": [first, second], "targets": np.array([0])}


ex.claim(
    "node 0 hears 1 and 4, and 4 hears 3: sources [0, 1, 4, 3] outside, [0, 1, 4] inside", _by_hand
)
ex.claim("three targets of sixteen, two layers", _drawn, 2)
ex.claim("one layer", lambda rng: _drawn(rng, fanouts=(4,)))
ex.claim("three layers, five targets", lambda rng: _drawn(rng, 30, 5, (3, 2, 2), 6), 2)

SOURCE = "np.concatenate([targets, np.setdiff1d(heard, targets)])"
PLACES = "[place[v] for v in heard.tolist()]"

# fmt: off
ex.slip("your blocks go from the inside out: the outermost is computed first, so it stands first",
        "blocks[::-1]", "blocks", hint=True)
ex.slip("the targets themselves are missing among the sources: their own vector stands beside "
        "what they hear",
        SOURCE, "np.unique(heard)")
ex.slip("your edges hold ids: inside a block they are places in `source`, so that no other node "
        "is touched",
        PLACES, "heard", hint=True)
ex.slip("the first table belongs to the targets: yours are the wrong way round",
        "in tables", "in tables[::-1]")
ex.slip("your edges are turned: the first row is who speaks, the second who hears",
        "[speaks, hears]", "[hears, speaks]", hint=True)
ex.slip("a node comes several times in your sources: it is computed once, however many hear it",
        "np.setdiff1d(heard, targets)", "heard",
        "enumerate(source.tolist())", "[*enumerate(source.tolist())][::-1]")
ex.slip("the outer block has the batch as its targets again: it must compute everyone whom the "
        "inner one needs",
        "targets = source", "")
ex.slip("only the new nodes are the targets of the next block in yours: the old ones need its "
        "layer, too",
        "targets = source", "targets = source[len(targets) :]")
ex.slip("all your sources are sorted together: the targets come first, in their order",
        SOURCE, "np.union1d(targets, heard)",
        "np.arange(len(targets))", "np.searchsorted(source, targets)")
ex.slip("your new nodes stand in the order in which they are met: by id, please, so that blocks "
        "can be compared",
        SOURCE, "np.array(list(dict.fromkeys([*targets.tolist(), *heard.tolist()])))")
ex.slip("your edges hold ids, of who hears and of who speaks: inside a block they are places in "
        "`source`",
        PLACES, "heard", "np.arange(len(targets))", "targets")
ex.slip("all your blocks draw from the first table: each layer has its own",
        "in tables", "in [tables[0]] * len(tables)")
