"""Exercise 13.3: k-means by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.3",
    "kmeans",
    points=4,
    branch=True,
    library=("graphrec_utils.models.mixture.kmeans", "graphrec_utils.models.retrieval.cells"),
    hints=(
        "Two things in turn: who belongs to whom, and where is the middle of those? What does a mean of nobody give?",
        "Distance of every point to every center, (n, k); the nearest one; then each center becomes the mean of its "
        "points, and one without points stays. At the end, ask once more who is nearest.",
        "`gap = points[:, None] - centers[None]`; `cell = (gap ** 2).sum(2).argmin(1)`; in a loop over c: "
        "`if (cell == c).any(): centers[c] = points[cell == c].mean(0)`.",
    ),
)


@ex.solution
def kmeans(points, centers, sweeps):
    centers = np.array(centers, dtype=float)
    for _ in range(sweeps):
        cell = np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1)
        for c in np.unique(cell):
            centers[c] = points[cell == c].mean(axis=0)
    return centers, np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1)


def _drawn(rng, n: int, k: int, sweeps: int, dim: int = 2) -> dict:
    """Points around k places that are not of one length, and k of the points to begin with."""
    places = 1.5 * rng.normal(size=(k, dim))
    points = places[rng.integers(k, size=n)] + rng.normal(size=(n, dim))
    first = points[rng.choice(n, k, replace=False)].copy()
    return {"points": points, "centers": first, "sweeps": sweeps}


def _same(one, other) -> bool:
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(one, other, strict=True))


def _telling(rng, draw: Callable) -> dict:
    """Draw until each of these mistakes gives another answer."""
    others = [by_l1, first_coordinate]
    while True:
        given = draw(rng)
        more = [by_product, cells_of_before, one_sweep_more, medians] if given["sweeps"] else []
        right = kmeans(**given)
        if not any(_same(right, other(**given)) for other in others + more):
            return given


def _cloud(rng, *given) -> dict:
    return _telling(rng, lambda rng: _drawn(rng, *given))


def _empty(rng) -> dict:
    """One center is so far away that nobody is near."""

    def draw(rng):
        given = _drawn(rng, 30, 4, 2)
        given["centers"][int(rng.integers(4))] = 100 * (1 + rng.random(2))
        return given

    return _telling(rng, draw)


def _hand(rng) -> dict:
    """On a line: 2 is as near to 0 as to 4, and nobody is near 100; after the move 3 is nearer to the first."""
    points, centers = ([0.0, 1, 2, 3, 8, 9], [0, 4, 100])
    return {"points": np.array(points)[:, None], "centers": np.array(centers)[:, None], "sweeps": 1}


ex.claim(
    "one sweep on a line, by hand: centers 1, 6⅔ and 100, and then 3 is the first one's", _hand
)
ex.claim("three sweeps, forty points, four centers", lambda rng: _cloud(rng, 40, 4, 3), 2)
ex.claim("in five dimensions", lambda rng: _cloud(rng, 40, 4, 2, 5))
ex.claim("a center without points stays where it is", _empty)
ex.claim("no sweep: the first centers, and who is nearest", lambda rng: _cloud(rng, 15, 3, 0))

NEAR = "cell = np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1)"
LAST = "return centers, np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1)"
PRODUCT = "(points @ centers.T).argmax(axis=1)"
GAPS = "np.abs(points[:, None] - centers).sum(axis=2).argmin(axis=1)"
FIRST = "np.square(points[:, None, 0] - centers[:, 0]).argmin(axis=1)"
BACK = "np.square(points[:, None] - centers[::-1]).sum(axis=2).argmin(axis=1)"

# fmt: off
ex.slip("a center without points becomes NaN in yours: the mean of nobody. Leave it where it is",
        "np.unique(cell)", "range(len(centers))")
ex.slip("a center without points goes to 0 in yours; leave it where it is",
        "np.unique(cell)", "range(len(centers))",
        "points[cell == c].mean(axis=0)", "points[cell == c].mean(axis=0) if (cell == c).any() else 0")
cells_of_before = ex.slip("your cells are those of the centers before the last move: ask once "
        "more who is nearest",
        "for _ in", f"{NEAR}\nfor _ in", LAST, "return centers, cell")
ex.slip("your cells are those of the last sweep, and zeros without a sweep: at the end ask once "
        "more who is nearest",
        "for _ in", "cell = np.zeros(len(points), dtype=np.int64)\nfor _ in",
        LAST, "return centers, cell")
ex.slip("you take the largest product, also at the end: nearest is the smallest distance",
        NEAR, f"cell = {PRODUCT}", LAST, f"return centers, {PRODUCT}")
by_product = ex.slip("you take the center with the largest product; k-means takes the nearest "
        "one, and a long center is not near",
        NEAR, f"cell = {PRODUCT}", hint=True)
by_l1 = ex.slip("you take L1 distances; the mean is the middle for squared L2 distances",
        NEAR, f"cell = {GAPS}", LAST, f"return centers, {GAPS}")
medians = ex.slip("you take medians; k-means takes means",
        "points[cell == c].mean(axis=0)", "np.median(points[cell == c], axis=0)", hint=True)
ex.slip("your centers are sums of their points; divide by how many there are",
        ".mean(", ".sum(", hint=True)
ex.slip("every point goes to the farthest center in yours: argmin, not argmax",
        NEAR, NEAR.replace("min", "max"), LAST, LAST.replace("min", "max"))
ex.slip("you make one sweep whatever is asked: repeat `sweeps` times", "range(sweeps)", "range(1)")
one_sweep_more = ex.slip("you make one sweep too many: range(sweeps) has that many already",
        "range(sweeps)", "range(sweeps + 1)")
ex.slip("your centers never move: after each assignment they become the means of their points",
        "range(sweeps)", "range(0)")
first_coordinate = ex.slip("you look at the first coordinate only; distances are over all of them",
        NEAR, f"cell = {FIRST}", LAST, f"return centers, {FIRST}")
ex.slip("of two equally near centers you take the last; take the first",
        NEAR, f"cell = len(centers) - 1 - {BACK}",
        LAST, f"return centers, len(centers) - 1 - {BACK}")
ex.slip("your centers stay whole numbers if they came as such: their means are cut off",
        "np.array(centers, dtype=float)", "centers.copy()",
        "return centers,", "return centers.astype(float),")
ex.slip("you return the cells first; the order is centers, cells",
        LAST, "return np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1), centers")
