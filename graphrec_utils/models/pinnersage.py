r"""PinnerSage: a user is a few of the pins that he or she liked, one for each interest.

Three steps, all of them per user and without training: cluster the vectors of the liked pins by Ward's
method until clusters would no longer be alike; represent each cluster by its **medoid**, a pin that exists;
and weigh it by how much and how lately it was liked, $\sum e^{-\lambda \cdot \text{age}}$.
`mixture.retrieve` asks with the heaviest ones.

Pal et al. 2020, https://arxiv.org/abs/2007.03634. Built in lesson 13.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import hierarchy

from graphrec_utils import arguments

Floats = NDArray[np.floating]


def tree(points: Floats) -> Floats:
    """Return Ward's merges as scipy's (n - 1, 4) linkage: the two clusters, their distance, the new size.

    Raises:
        ValueError: points are no finite (n, d), or there is only one.
    """
    points = np.asarray(points)
    if points.ndim != 2 or len(points) < 2 or not np.isfinite(points).all():
        raise ValueError(f"a tree needs at least two points, (n, d) and finite; got {points.shape}")
    return hierarchy.linkage(points, method="ward")


def ward(
    points: Floats, cut: float | None = None, num_clusters: int | None = None
) -> NDArray[np.int64]:
    """Return (n,) the cluster of each point, 0, 1, … in order of first appearance.

    Args:
        points: (n, d) vectors of what one user liked.
        cut: stop where the next merge would be farther than this; or
        num_clusters: stop at so many clusters. One of the two is given.

    Raises:
        ValueError: there are no points, more clusters than points are asked for, or both or neither are given.
    """
    points = np.asarray(points)
    if (cut is None) == (num_clusters is None):
        raise ValueError("give either a cut or a number of clusters")
    if len(points) == 0:
        raise ValueError("somebody without a past has no interests to cluster")
    if num_clusters is not None and arguments.integer("num_clusters", num_clusters) > len(points):
        raise ValueError(f"{len(points)} events cannot have {num_clusters} medoids")
    if len(points) == 1:
        return np.zeros(1, np.int64)
    how = (cut, "distance") if num_clusters is None else (num_clusters, "maxclust")
    found = hierarchy.fcluster(tree(points), how[0], criterion=how[1])
    _, first, label = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[label].astype(np.int64)


def medoids(points: Floats, labels: NDArray[np.integer]) -> NDArray[np.int64]:
    r"""Return (k,) for each cluster the member with the least sum of squared distances to the others.

    That is also the member nearest to the centroid: $\sum_j \lVert x_i - x_j \rVert^2$ is the squared distance to the
    centroid, times the size, plus a number that is the same for all members. Of equal ones the first.

    Raises:
        ValueError: shapes do not fit, or a cluster is empty.

    Built in lesson 13, exercise 13.5.
    """
    points, labels = np.asarray(points, dtype=np.float64), np.asarray(labels)
    if points.ndim != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            f"points and labels must be (n, d), (n,); got {points.shape}, {labels.shape}"
        )
    out = np.empty(labels.max() + 1, np.int64)
    for c in range(len(out)):
        members = np.flatnonzero(labels == c)
        if not len(members):
            raise ValueError(f"cluster {c} is empty")
        gaps = points[members] - points[members].mean(axis=0)
        out[c] = members[np.square(gaps).sum(axis=1).argmin()]
    return out


def importance(ages: Floats, labels: NDArray[np.integer], decay: float) -> Floats:
    r"""Return (k,) $\sum e^{-\lambda \cdot \text{age}}$ over the events of each cluster; ages in days, 0 is now."""
    if not 0 <= decay < np.inf:
        raise ValueError(f"decay must be a number of at least 0; got {decay}")
    return np.bincount(labels, np.exp(-decay * np.asarray(ages, dtype=np.float64)))


def interests(
    points: Floats, ages: Floats, labels: NDArray[np.integer], decay: float, top: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return the events that stand for the heaviest clusters, at most `top`, and their shares, which sum to 1.

    Args:
        points: (n, d), what one user liked.
        ages: (n,) days ago.
        labels: (n,) clusters, as `ward` returns them.
        decay: λ; 0 counts events.
        top: medoids to ask with; fewer where there are fewer clusters.
    """
    weight = importance(ages, labels, decay)
    heaviest = np.argsort(-weight, kind="stable")[: arguments.integer("top", top)]
    return medoids(points, labels)[heaviest], weight[heaviest] / weight[heaviest].sum()
