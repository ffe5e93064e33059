r"""A user as several points: which clusters of items somebody likes, and how to ask with all of them.

    centers, cell = kmeans(items, centers)
    some, weights = mixture(np.bincount(cell[liked], minlength=len(centers)), top=3)
    ids = retrieve(centers[some], weights, items, seen=liked, top=20)

The mean of two interests lies between them, where nothing of either may be. A list from several points has a
**budget** instead: each point fills a share of its places.

El-Kishky et al. 2022, https://arxiv.org/abs/2202.05387, section 4. Built in lesson 13.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphrec_utils import arguments

Floats = NDArray[np.floating]


def kmeans(points: Floats, centers: Floats, sweeps: int = 10) -> tuple[Floats, NDArray[np.int64]]:
    """Return (k, d) centers after some sweeps from the given ones, and (n,) the nearest center of each point.

    A sweep gives every point to its nearest center, then moves each center to the mean of its points; one
    without points stays. `retrieval.cells` chooses its first centers itself.

    Raises:
        ValueError: shapes do not fit, or there are fewer points than centers.

    Built in lesson 13, exercise 13.3.
    """
    points, centers = np.asarray(points), np.array(centers, dtype=np.float64)
    if points.ndim != 2 or centers.ndim != 2 or points.shape[1] != centers.shape[1]:
        raise ValueError(
            f"points and centers must be (n, d) and (k, d); got {points.shape}, {centers.shape}"
        )
    if len(points) < len(centers):
        raise ValueError(f"{len(points)} points cannot make {len(centers)} clusters")
    for _ in range(arguments.integer("sweeps", sweeps, least=0)):
        cell = _nearest(points, centers)
        for c in np.unique(cell):
            centers[c] = points[cell == c].mean(axis=0)
    return centers, _nearest(points, centers)


def mixture(counts: NDArray[np.integer], top: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the clusters that somebody liked most, at most `top`, and their shares, which sum to 1.

    Args:
        counts: (k,) how many liked items lie in each cluster. Of equal ones the smaller id is first.
        top: most clusters to keep. Clusters without a liked item are never kept.

    Raises:
        ValueError: nothing is liked.
    """
    counts = np.asarray(counts)
    if counts.ndim != 1 or (counts < 0).any() or not counts.sum():
        raise ValueError("counts must hold at least one liked item, and none below 0")
    some = np.argsort(-counts, kind="stable")[: arguments.integer("top", top)]
    some = some[counts[some] > 0]
    return some, counts[some] / counts[some].sum()


def retrieve(
    queries: Floats, weights: Floats, items: Floats, seen: Sequence[int], top: int
) -> NDArray[np.int64]:
    """Return at most `top` items: each query, the heaviest first, takes its share of the places.

    A query takes its ⌈weight · top⌉ best items by product, of those that are neither seen nor taken; the last one
    takes what is left.

    Args:
        queries: (q, d).
        weights: (q,) shares of the places, not negative, that sum to 1.
        items: (n, d).
        seen: items that are never returned.

    Raises:
        ValueError: shapes do not fit, or the weights are no shares.

    Built in lesson 13, exercise 13.4.
    """
    weights, top = np.asarray(weights, dtype=np.float64), arguments.integer("top", top)
    if len(queries) != len(weights) or queries.ndim != 2 or queries.shape[1] != items.shape[1]:
        raise ValueError(
            f"queries and items must be (q, d) and (n, d); got {queries.shape}, {items.shape}"
        )
    if (weights < 0).any() or not np.isclose(weights.sum(), 1):
        raise ValueError(f"weights must be shares that sum to 1; got {weights.tolist()}")
    free = np.ones(len(items), bool)
    free[np.asarray(seen, dtype=np.int64)] = False
    taken: list[int] = []
    for q in np.argsort(-weights, kind="stable"):
        # 0.1 * 30 is a little more than 3
        quota = min(int(np.ceil(round(weights[q] * top, 9))), top - len(taken), int(free.sum()))
        if quota <= 0:
            continue
        scores = np.where(free, items @ queries[q], -np.inf)
        best = np.argpartition(-scores, quota - 1)[:quota]
        best = best[np.argsort(-scores[best], kind="stable")]
        free[best] = False
        taken += best.tolist()
    return np.array(taken, dtype=np.int64)


def _nearest(points: Floats, centers: Floats) -> NDArray[np.int64]:
    """Return (n,) the nearest center of each point, of equal ones the first."""
    squares = (
        np.square(centers).sum(axis=1) - 2 * points @ centers.T
    )  # (n, k), up to the point's own
    return squares.argmin(axis=1)
