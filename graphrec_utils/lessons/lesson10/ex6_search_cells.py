"""Exercise 10.6: look into a few cells instead of at all items."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _cells(
    rng, n: int = 60, num_cells: int = 6, top: int = 5, probes: int = 2, dim: int = 3
) -> dict:
    centers = rng.normal(size=(num_cells, dim)) * rng.uniform(0.5, 3, (num_cells, 1))
    cell = rng.integers(0, num_cells, n)
    items = centers[cell] + rng.normal(size=(n, dim)) * 0.7
    return {
        "query": rng.normal(size=dim), "centers": centers, "cell": cell, "items": items,
        "top": top, "probes": probes,
    }  # fmt: skip


ex = Exercise(
    "10.6",
    "search_cells",
    points=3,
    branch=True,
    library=("graphrec_utils.models.retrieval.IVF", "graphrec_utils.models.retrieval.cells"),
    hints=(
        "Which cells are worth a look? Which items are in them? Which of these are best? Three lines.",
        "The best cells are those whose centers have the largest product with the query; np.isin tells which "
        "items are in one of them.",
        "`chosen = np.argsort(-(centers @ query))[:probes]`; "
        "`inside = np.flatnonzero(np.isin(cell, chosen))`; "
        "`inside[np.argsort(-(items[inside] @ query))[:top]]`.",
    ),
)


@ex.solution
def search_cells(query, centers, cell, items, top, probes):
    chosen = np.argsort(-(centers @ query))[:probes]
    inside = np.flatnonzero(np.isin(cell, chosen))
    return inside[np.argsort(-(items[inside] @ query))[:top]]


def _by_hand(rng) -> dict:
    """A cell is not opened, though it holds one of the best items: the other pulls its center back."""
    items = np.array([[4.0, -4], [-2, -4], [2, 5], [4, 3], [1, -1], [3, 1]])
    return {
        "query": np.array([1.0, 0.0]), "centers": np.array([[1.0, -4.0], [3.0, 4.0], [2.0, 0.0]]),
        "cell": np.repeat(np.arange(3), 2), "items": items, "top": 3, "probes": 2,
    }  # fmt: skip


def _few(rng) -> dict:
    """The best cell holds fewer items than are wanted."""
    inputs = _cells(rng, n=14, num_cells=7, top=9, probes=1)
    best = int(np.argmax(inputs["centers"] @ inputs["query"]))
    cell = np.where(inputs["cell"] == best, (best + 1) % 7, inputs["cell"])
    cell[rng.permutation(14)[:3]] = best
    return inputs | {"cell": cell}


def _empty(rng) -> dict:
    inputs = _few(rng)
    best = int(np.argmax(inputs["centers"] @ inputs["query"]))
    return inputs | {"cell": np.where(inputs["cell"] == best, (best + 1) % 7, inputs["cell"])}


def _long(rng) -> dict:
    """A short center straight ahead, a long one off to the side: the long one has the larger product."""
    angles = np.radians([0.0, 50.0, 160.0]) + rng.uniform(0, 6)
    centers = np.array([[0.6], [3.0], [2.0]]) * np.column_stack([np.cos(angles), np.sin(angles)])
    cell = rng.permutation(np.repeat(np.arange(3), 6))
    return {
        "query": np.array([np.cos(angles[0]), np.sin(angles[0])]), "centers": centers, "cell": cell,
        "items": centers[cell] + rng.normal(size=(18, 2)) * 0.1, "top": 4, "probes": 1,
    }  # fmt: skip


ex.claim("three cells of two items, two are looked into", _by_hand)
ex.claim("two of six cells", _cells)
ex.claim("one cell", lambda rng: _cells(rng, probes=1))
ex.claim("a long center off to the side has the larger product", _long)
ex.claim("all cells: the exact answer", lambda rng: _cells(rng, probes=6, top=8))
ex.claim("fewer items than are wanted", _few)
ex.claim("the best cell is empty: an empty answer", _empty)

CENTERS, ITEMS = "-(centers @ query)", "-(items[inside] @ query)"

# fmt: off
ex.slip("you look at all items: right, and as slow as before; only `probes` cells are opened",
        "[:probes]", "")
ex.slip("you open one cell, however many `probes` there are", "probes", "1")
ex.slip("you open the cells that are nearest by distance: the scores are products, so cells are "
        "chosen by products",
        CENTERS, "((centers - query) ** 2).sum(axis=1)")
ex.slip("you open the worst cells: argsort ascends", CENTERS, "centers @ query")
ex.slip("your numbers count within the opened cells: translate them back to the items' own ids, "
        "inside[…]",
        f"inside[np.argsort({ITEMS})[:top]]", f"np.argsort({ITEMS})[:top]")
ex.slip("you rank items by their cell's center: inside a cell the items themselves decide",
        ITEMS, '-(centers[cell[inside]] @ query), kind="stable"')
ex.slip("you choose cells by the angle alone: the length of a center counts in a product",
        CENTERS, f"{CENTERS} / np.linalg.norm(centers, axis=1)")
ex.slip("your items are the nearest ones: the best ones have the largest product",
        ITEMS, "((items[inside] - query) ** 2).sum(axis=1)")
