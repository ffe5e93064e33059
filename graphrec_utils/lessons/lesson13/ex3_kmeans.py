"""Exercise 13.3: k-means by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.3",
    "kmeans",
    points=4,
    library=("graphrec_utils.models.mixture.kmeans", "graphrec_utils.models.retrieval.cells"),
    hints=(
        "Two things in turn: who belongs to whom, and where is the middle of those? What does a mean of nobody give?",
        "Distance of every point to every center, (n, k); the nearest one; then each center becomes the mean of its "
        "points, and one without points stays. At the end, ask once more who is nearest.",
        "`gap = points[:, None] - centers[None]`; `cell = (gap ** 2).sum(2).argmin(1)`; in a loop over c: "
        "`if (cell == c).any(): centers[c] = points[cell == c].mean(0)`.",
    ),
)


def _squares(points, centers):
    return np.square(points[:, None] - centers[None]).sum(axis=2)


def _lloyd(
    points, centers, sweeps, far=_squares, mean=np.mean, empty="stays", last=True, in_place=False
):
    """Run the sweeps; the options are what can go wrong.

    Args:
        far: (n, k), the smaller the nearer.
        empty: what becomes of a center without points.
        last: whether the cells are those of the centers that are returned.
    """
    centers = centers if in_place else np.array(centers, dtype=float)
    cell = far(points, centers).argmin(axis=1)
    for _ in range(sweeps):
        cell = far(points, centers).argmin(axis=1)
        for c in range(len(centers)):
            members = points[cell == c]
            if len(members):
                centers[c] = mean(members, axis=0)
            elif empty == "zero":
                centers[c] = 0
            elif empty == "nan":
                centers[c] = np.nan
    return centers, far(points, centers).argmin(axis=1) if last else cell


@ex.solution
def kmeans(points, centers, sweeps):
    return _lloyd(points, centers, sweeps)


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


@ex.mistake(
    "a center without points becomes NaN in yours: the mean of nobody. Leave it where it is"
)
def mean_of_nobody(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, empty="nan")


@ex.mistake("a center without points goes to 0 in yours; leave it where it is")
def nobody_is_zero(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, empty="zero")


@ex.mistake(
    "your cells are those of the centers before the last move: ask once more who is nearest"
)
def cells_of_before(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, last=False)


@ex.mistake(
    "your cells are those of the last sweep, and zeros without a sweep: at the end ask once more who is nearest"
)
def cells_of_the_last_sweep(points, centers, sweeps):
    moved, cell = _lloyd(points, centers, sweeps, last=False)
    return moved, cell if sweeps else np.zeros(len(points), dtype=np.int64)


@ex.mistake("you take the largest product, also at the end: nearest is the smallest distance")
def product_throughout(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, far=lambda x, c: -x @ c.T)


@ex.mistake(
    "you take the center with the largest product; k-means takes the nearest one, and a long center is not near"
)
def by_product(points, centers, sweeps):
    moved, _ = _lloyd(points, centers, sweeps, far=lambda x, c: -x @ c.T)
    return moved, _squares(points, moved).argmin(axis=1)


@ex.mistake("you take L1 distances; the mean is the middle for squared L2 distances")
def by_l1(points, centers, sweeps):
    return _lloyd(
        points, centers, sweeps, far=lambda x, c: np.abs(x[:, None] - c[None]).sum(axis=2)
    )


@ex.mistake("you take medians; k-means takes means")
def medians(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, mean=np.median)


@ex.mistake("your centers are sums of their points; divide by how many there are")
def sums(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, mean=np.sum)


@ex.mistake("every point goes to the farthest center in yours: argmin, not argmax")
def farthest(points, centers, sweeps):
    return _lloyd(points, centers, sweeps, far=lambda x, c: -_squares(x, c))


@ex.mistake("you make one sweep whatever is asked: repeat `sweeps` times")
def one_sweep(points, centers, sweeps):
    return _lloyd(points, centers, 1)


@ex.mistake("you make one sweep too many: range(sweeps) has that many already")
def one_sweep_more(points, centers, sweeps):
    return _lloyd(points, centers, sweeps + 1)


@ex.mistake("your centers never move: after each assignment they become the means of their points")
def centers_stay(points, centers, sweeps):
    return _lloyd(points, centers, 0)


@ex.mistake("you look at the first coordinate only; distances are over all of them")
def first_coordinate(points, centers, sweeps):
    return _lloyd(
        points, centers, sweeps, far=lambda x, c: np.square(x[:, None, 0] - c[None, :, 0])
    )


@ex.mistake("of two equally near centers you take the last; take the first")
def of_two_the_last(points, centers, sweeps):
    def far(x, c):
        near = _squares(x, c)
        return near - 1e-9 * np.arange(near.shape[1])

    return _lloyd(points, centers, sweeps, far=far)


@ex.mistake("your centers stay whole numbers if they came as such: their means are cut off")
def whole_numbers(points, centers, sweeps):
    moved, cell = _lloyd(points, centers.copy(), sweeps, in_place=True)
    return moved.astype(float), cell


@ex.mistake("you return the cells first; the order is centers, cells")
def the_other_order(points, centers, sweeps):
    return _lloyd(points, centers, sweeps)[::-1]
