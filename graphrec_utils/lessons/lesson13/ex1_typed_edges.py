"""Exercise 13.1: tables of edges between nodes of many types become facts with one id space."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.1",
    "typed_edges",
    points=4,
    library="graphrec_utils.models.twhin.typed_edges",
    hints=(
        "User 3 and ad 3 are two nodes. What has to be added to each id so that no two nodes share one? And when is an "
        "edge there twice?",
        "The nodes of a type begin after all nodes of the types before it. A fact is (first[source] + a, relation, "
        "first[target] + b); equal rows are one fact.",
        "`first = dict(zip(sizes, np.cumsum([0, *sizes.values()])))`; one array of three columns for each table; "
        "`np.unique(np.concatenate(parts), axis=0)`.",
    ),
)


@ex.solution
def typed_edges(tables, sizes):
    first = dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist(), strict=False))
    parts = []
    for k, (source, target, pairs) in enumerate(tables):
        head, tail = pairs[:, 0] + first[source], pairs[:, 1] + first[target]
        parts.append(np.stack([head, np.full(len(pairs), k), tail], axis=1))
    return np.unique(np.concatenate(parts), axis=0)


def _rows(got, expected, inputs) -> str | None:
    """Compare the rows in any order."""
    if got.ndim != 2 or got.shape[1] != 3:
        return f"facts have three columns; yours have shape {got.shape}"
    if len(got) != len(expected):
        return f"yours are {len(got)} facts"
    both = (x[np.lexsort(x.T[::-1])] for x in (got, expected))
    return close(*both)


NAMES = ("user", "pin", "ad", "maker")


def _tables(rng, sizes: dict, joins, count: int = 12, twice: bool = False) -> dict:
    tables = []
    for source, target in joins:
        pairs = np.stack(
            [rng.integers(sizes[source], size=count), rng.integers(sizes[target], size=count)],
            axis=1,
        )
        pairs = np.unique(pairs, axis=0)
        rng.shuffle(pairs)
        tables.append((source, target, np.concatenate([pairs, pairs[:4]]) if twice else pairs))
    return {"tables": tables, "sizes": sizes}


def _sizes(rng, names) -> dict:
    return {
        name: int(x)
        for name, x in zip(names, rng.permutation(np.arange(5, 9))[: len(names)], strict=True)
    }


def _same_pairs(rng) -> dict:
    """The same pairs in two relations: two facts each."""
    given = _tables(rng, _sizes(rng, ("user", "pin")), [("user", "pin")])
    return given | {"tables": [given["tables"][0], given["tables"][0]]}


def _by_hand(rng) -> dict:
    """Three users, four pins, two ads; one edge stands twice in its table, and in another table as well."""
    click = np.array([[2, 1]])
    tables = [("user", "ad", np.concatenate([click, click])), ("ad", "pin", np.array([[1, 0]])), ("user", "ad", click)]  # fmt: skip
    return {"tables": tables, "sizes": {"user": 3, "pin": 4, "ad": 2}}


ex.claim("by hand: (2, 0, 8), (8, 1, 3) and (2, 2, 8)", _by_hand, judge=_rows)
ex.claim(
    "one table: pins are numbered after the users",
    lambda rng: _tables(rng, _sizes(rng, ("user", "pin")), [("user", "pin")]),
    judge=_rows,
)
ex.claim(
    "three tables, four types, not in the order of the types",
    lambda rng: _tables(
        rng, _sizes(rng, NAMES), [("user", "ad"), ("maker", "pin"), ("user", "maker")]
    ),
    2,
    judge=_rows,
)
ex.claim(
    "an edge that is in a table twice is one fact",
    lambda rng: _tables(rng, _sizes(rng, NAMES), [("user", "ad"), ("user", "pin")], twice=True),
    judge=_rows,
)
ex.claim("the same pair in two relations is two facts", _same_pairs, judge=_rows)

FIRST = "first = dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist(), strict=False))"
ENDS = "pairs[:, 0] + first[source], pairs[:, 1] + first[target]"

# fmt: off
ex.slip("user 3 and pin 3 are one entity in yours: every type needs an offset of its own",
        ENDS, "pairs[:, 0], pairs[:, 1]", hint=True)
ex.slip("only your targets are shifted: sources have an offset of their own, too",
        " + first[source]", "")
ex.slip("you shift the targets by the offset of the source type", "first[target]", "first[source]")
ex.slip("your offsets are the sizes themselves; the nodes of a type begin after all nodes of the "
        "types before it",
        FIRST, "first = sizes")
ex.slip("your offsets count up to the end of the type, so every type begins where it should end",
        "[0, *sizes.values()]", "[*sizes.values()]")
ex.slip("targets begin after the sources of their own table in yours: then a pin has another id "
        "in every table",
        ENDS, "pairs[:, 0], pairs[:, 1] + sizes[source]")
ex.slip("edges that are in a table twice are two facts in yours; a fact is true once",
        "np.unique(np.concatenate(parts), axis=0)", "np.concatenate(parts)", hint=True)
ex.slip("all your edges have relation 0: then a click on an ad and a follow are one kind of edge",
        "(len(pairs), k)", "(len(pairs), 0)", hint=True)
ex.slip("your relations count from 1; the first table is relation 0",
        "(len(pairs), k)", "(len(pairs), k + 1)")
ex.slip("your columns are head, tail, relation; a fact is head, relation, tail",
        "np.full(len(pairs), k), tail", "tail, np.full(len(pairs), k)")
ex.slip("your edges lead from target to source", "[head,", "[tail,", "k), tail]", "k), head]")
ex.slip("you numbered the types by the alphabet; their order is that of `sizes`",
        "first =", "sizes = dict(sorted(sizes.items()))\nfirst =")
ex.slip("a pair that two relations share is one fact in yours: it is true in both, so it is two",
        "return np.unique(np.concatenate(parts), axis=0)", "facts = np.unique(np.concatenate(parts), axis=0)\n"
        "once = np.unique(facts[:, [0, 2]], axis=0, return_index=True)[1]\n"
        "return facts[np.sort(once)]")
