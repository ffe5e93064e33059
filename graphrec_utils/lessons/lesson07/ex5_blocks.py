"""Exercise 07.5: who is needed: the blocks of several layers, from the outside in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import table


def _blocks(tables, targets, order=lambda found: found[::-1], keep=True, local=True, which=lambda k, K: k,
            turn=False, unique=True, grow=True):  # fmt: skip
    """Options are what can go wrong."""
    found, K = [], len(tables)
    for k in range(K):
        rows = tables[which(k, K)][targets]
        heard = rows[rows >= 0]
        new = np.setdiff1d(heard, targets) if unique else heard
        source = np.concatenate([targets, new]) if keep else np.unique(heard)
        owner = np.repeat(np.arange(len(targets)), (rows >= 0).sum(axis=1))
        if local:
            place = {int(v): p for p, v in reversed(list(enumerate(source.tolist())))}
            heard = np.array([place[v] for v in heard.tolist()], dtype=np.int64)
        pair = [owner, heard] if turn else [heard, owner]
        found.append((source.astype(np.int64), np.stack(pair).astype(np.int64)))
        targets = source if grow else targets
    return order(found)


def _variant(**options) -> Callable:
    return lambda *inputs: _blocks(*inputs, **options)


def _drawn(rng, n: int = 16, B: int = 3, fanouts=(3, 2), lonely: int = 3) -> dict:
    """Tables of n nodes; some have fewer neighbors than a row has room, some none."""
    tables = []
    for S in fanouts:
        counts = rng.integers(1, S + 1, n)
        counts[rng.choice(n, lonely, replace=False)] = 0
        t = table(rng, n, S, counts)
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
    return _blocks(tables, targets)


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


@ex.mistake(
    "your blocks go from the inside out: the outermost is computed first, so it stands first"
)
def inner_first(*inputs):
    return _variant(order=lambda found: found)(*inputs)


@ex.mistake(
    "the targets themselves are missing among the sources: their own vector stands beside what they hear"
)
def targets_missing(*inputs):
    def same(source):
        return source

    found = []
    tables, targets = inputs
    for t in tables:
        rows = t[targets]
        heard = rows[rows >= 0]
        source = same(np.unique(heard))
        owner = np.repeat(np.arange(len(targets)), (rows >= 0).sum(axis=1))
        found.append((source.astype(np.int64), np.stack([np.searchsorted(source, heard), owner]).astype(np.int64)))  # fmt: skip
        targets = source
    return found[::-1]


@ex.mistake(
    "your edges hold ids: inside a block they are places in `source`, so that no other node is touched"
)
def ids_in_the_edges(*inputs):
    return _variant(local=False)(*inputs)


@ex.mistake("the first table belongs to the targets: yours are the wrong way round")
def tables_the_wrong_way_round(*inputs):
    return _variant(which=lambda k, K: K - 1 - k)(*inputs)


@ex.mistake("your edges are turned: the first row is who speaks, the second who hears")
def edges_turned(*inputs):
    return _variant(turn=True)(*inputs)


@ex.mistake("a node comes several times in your sources: it is computed once, however many hear it")
def sources_repeated(*inputs):
    return _variant(unique=False)(*inputs)


@ex.mistake(
    "the outer block has the batch as its targets again: it must compute everyone whom the inner one needs"
)
def outer_for_the_batch_only(*inputs):
    return _variant(grow=False)(*inputs)


@ex.mistake(
    "only the new nodes are the targets of the next block in yours: the old ones need its layer, too"
)
def new_nodes_only(tables, targets):
    found = []
    for t in tables:
        (block,) = _blocks([t], targets)
        found.append(block)
        targets = block[0][len(targets) :]
    return found[::-1]


def _reordered(tables, targets, order):
    """Blocks whose sources stand in another order, the places with them."""
    found = []
    for t in tables:
        ((source, edges),) = _blocks([t], targets)
        new = order(source, t[targets], len(targets))
        place = {int(v): p for p, v in enumerate(new.tolist())}
        ids = source[edges]
        moved = [[place[v] for v in row] for row in ids.tolist()]
        found.append((new, np.array(moved, dtype=np.int64).reshape(2, -1)))
        targets = new
    return found[::-1]


@ex.mistake("all your sources are sorted together: the targets come first, in their order")
def targets_sorted_in(*inputs):
    return _reordered(*inputs, lambda source, rows, B: np.sort(source))


@ex.mistake(
    "your new nodes stand in the order in which they are met: by id, please, so that blocks can be compared"
)
def in_the_order_of_meeting(*inputs):
    def order(source, rows, B):
        return np.array(list(dict.fromkeys([*source[:B].tolist(), *rows[rows >= 0].tolist()])))

    return _reordered(*inputs, order)


@ex.mistake(
    "your edges hold ids, of who hears and of who speaks: inside a block they are places in `source`"
)
def ids_on_both_sides(tables, targets):
    return [(source, source[edges]) for source, edges in _blocks(tables, targets)]


@ex.mistake("all your blocks draw from the first table: each layer has its own")
def one_table_for_all(*inputs):
    return _variant(which=lambda k, K: 0)(*inputs)
