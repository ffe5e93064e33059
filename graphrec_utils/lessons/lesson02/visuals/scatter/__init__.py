"""A map of embeddings: point at a node, walk to the next one, search by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

MOST = 3000  # points; the page stays below 200 kB and a hover below a frame
COLORS = (style.USER, style.ITEM, style.POSITIVE, style.NEGATIVE, style.CONTEXT)
MARKERS = ("o", "s", "^", "D", "X")  # a color never stands alone


def scatter(
    points,
    labels: Sequence[str],
    groups: Sequence[str] | None = None,
    neighbors=None,
    axes: tuple[str, str] = ("first coordinate", "second coordinate"),
) -> Visual:
    """Return a map of nodes in the plane, with hover, arrow keys, search, questions and a pin to drop in.

    A map of two coordinates loses most of an embedding. With `neighbors`, a chosen node is joined
    to its nearest ones in the full space: lines across the map show where it lies.

    Args:
        points: (n, 2) coordinates, such as the first two principal components; n at most 3,000.
        labels: n names, shown and searched.
        groups: the name of each node's group, at most 5 different ones; by default one group.
        neighbors: (n, k) indices of the k nearest nodes of each, or None; k at most 20.
        axes: what the coordinates are.

    Raises:
        ValueError: shapes do not fit, too many points or groups, a coordinate is not finite, or an
            index is not that of a point.
    """
    points = np.asarray(points, dtype=float)
    n = len(points)
    if points.ndim != 2 or points.shape[1] != 2 or not 1 <= n <= MOST:
        raise ValueError(f"points must be (n, 2) with n from 1 to {MOST}; got {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("a coordinate is NaN or infinite: leave such nodes out")
    groups = ["nodes"] * n if groups is None else list(map(str, groups))
    names = list(dict.fromkeys(groups))
    if len(labels) != n or len(groups) != n:
        raise ValueError(f"{n} points need {n} labels and groups; got {len(labels)}, {len(groups)}")
    if len(names) > len(COLORS):
        raise ValueError(f"at most {len(COLORS)} groups can be told apart; got {len(names)}")
    near = np.zeros((n, 0), int) if neighbors is None else np.asarray(neighbors)
    if near.ndim != 2 or len(near) != n or near.shape[1] > 20 or near.dtype.kind not in "iu":
        raise ValueError(f"neighbors must be (n, k) whole numbers, k at most 20; got {near.shape}")
    if near.size and not 0 <= near.min() <= near.max() < n:
        raise ValueError(f"a neighbor must be an index from 0 to {n - 1}")
    low, size = points.min(0), np.ptp(points, 0)
    # thousandths of the width: the same text on every processor
    unit = ((points - low) / np.where(size > 0, size, 1) * 1000).round().astype(int)
    number = {name: k for k, name in enumerate(names)}
    return Visual(
        Path(__file__).with_name("scatter.js"),
        state={
            "x": unit[:, 0].tolist(),
            "y": unit[:, 1].tolist(),
            "labels": list(map(str, labels)),
            "group": [number[name] for name in groups],
            "groups": names,
            "neighbors": near.tolist(),
            "axes": list(axes),
            "selected": -1,
        },
        text=f"map of {n} nodes in {len(names)} group{'s' * (len(names) > 1)}",
        alt=(
            f"Map of {n} nodes, {axes[0]} to the right and {axes[1]} upwards. Groups: "
            + ", ".join(f"{name} ({groups.count(name)})" for name in names)
            + "."
        ),
        draw=lambda: draw(unit, groups, names, axes, near, list(labels)),
    )


def draw(
    points: np.ndarray,
    groups: list[str],
    names: list[str],
    axes: tuple[str, str],
    near: np.ndarray,
    labels: list[str],
) -> Axes:
    """Draw the map, one color and marker per group; of the node halfway in the list, also the nearest in the full space."""
    _, ax = plt.subplots(figsize=(7.2, 4.4))
    member = np.array(groups)
    for name, color, marker in zip(names, COLORS, MARKERS, strict=False):
        x, y = points[member == name].T
        ax.scatter(x, y, s=16, marker=marker, color=color, alpha=0.7, linewidth=0, label=name)
    one = len(points) // 2
    if near.shape[1]:
        for other in near[one]:
            ax.plot(*points[[one, other]].T, color=style.INK, linewidth=1.1)
        rest = np.delete(np.arange(len(points)), one)
        away = np.linalg.norm((points[rest] - points[one]) * (1.6, 1), axis=1)
        for k, other in enumerate(rest[away.argsort()[: near.shape[1]]]):
            ax.scatter(*points[other], s=90, facecolors="none", edgecolors=style.INK, linewidths=1,
                       linestyle=":", label="" if k else "nearest on the map")  # fmt: skip
        ax.plot([], [], color=style.INK, linewidth=1.1, label="nearest in the full space")
        ax.scatter(
            *points[one],
            s=160,
            facecolors="none",
            edgecolors=style.INK,
            linewidths=2.2,
            label=labels[one],
        )
        ax.set_title(f"What is nearest to {labels[one]}?", loc="left", fontsize=10)
    ax.set(xlabel=axes[0], ylabel=axes[1], xticks=[], yticks=[])
    if len(names) > 1 or near.shape[1]:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax
