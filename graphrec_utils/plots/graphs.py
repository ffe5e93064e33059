"""One data set, two pictures: users are on the left or in rows, items on the right or in columns."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import NullLocator

from graphrec_utils import graphs, style
from graphrec_utils.data import Interactions

Names = Sequence[str] | None

READABLE = 30  # beyond this many rows or columns names and numbers would overlap


def bipartite(R, users: Names = None, items: Names = None, ax: Axes | None = None) -> Axes:
    """Draw the graph of R: users are circles on the left, items squares on the right.

    Args:
        R: (m, n) zeros and ones: tensor, array or nested lists.
        users: m names, from top to bottom; by default u0, u1, …
        items: n names; by default i0, i1, …
        ax: where to draw.

    Raises:
        ValueError: R does not have two dimensions, or the names do not fit it or are not unique.
    """
    import networkx as nx

    R = _matrix(R)
    G = graphs.to_networkx(torch.from_numpy(R), users, items)
    m, nodes = R.shape[0], list(G)
    tall = max(R.shape)
    if ax is None:
        letters = sum(
            max(map(len, map(_short, side)), default=0) for side in (nodes[:m], nodes[m:])
        )
        size = 3.2 + 0.09 * letters, 0.8 + 0.5 * min(tall, READABLE // 2)
        ax = plt.figure(figsize=size).add_subplot()
    position = {v: (0, y) for v, y in zip(nodes[:m], _spread(m), strict=True)}
    position |= {v: (1, y) for v, y in zip(nodes[m:], _spread(R.shape[1]), strict=True)}
    shrink = min(1, 12 / tall)
    drawn = nx.draw_networkx_edges(G, position, ax=ax, **style.EDGE["positive"])
    if shrink < 1:
        drawn.set(linewidth=0.8, alpha=0.6)
    for kind, side in (("user", nodes[:m]), ("item", nodes[m:])):
        marks = style.NODE[kind] | {"node_size": style.NODE[kind]["node_size"] * shrink}
        dots = nx.draw_networkx_nodes(
            G, position, nodelist=side, ax=ax, edgecolors=style.PAPER, **marks
        )
        dots.set_clip_on(False)  # long names narrow the Axes; a half circle would be no user
        if tall > READABLE:
            continue
        offset = -14 if kind == "user" else 14
        for v in side:
            ax.annotate(
                _short(v),
                position[v],
                (offset, 0),
                textcoords="offset points",
                ha="right" if kind == "user" else "left",
                va="center",
            )
    ax.set(xlim=(-0.15, 1.15), ylim=(-0.12, 1.12))
    ax.axis("off")
    return ax


def matrix(R, users: Names = None, items: Names = None, ax: Axes | None = None) -> Axes:
    """Draw R as a matrix: one row per user, one column per item, a green cell per like.

    Args:
        R: (m, n) zeros and ones: tensor, array or nested lists.
        users: m names of the rows; by default u0, u1, …
        items: n names of the columns; by default i0, i1, …
        ax: where to draw.

    Raises:
        ValueError: R does not have two dimensions, or the names do not fit it or are not unique.
    """
    R = _matrix(R)
    m, n = R.shape
    names = [_short(v) for v in graphs.to_networkx(torch.from_numpy(R), users, items)]
    if ax is None:
        width, height = (0.8 + 0.55 * min(side, READABLE // 2) for side in (n, m))
        ax = plt.figure(figsize=(width, height)).add_subplot()
    # edges of cells fall on half numbers, so that user u and item i are at (i, u)
    corners = np.arange(n + 1) - 0.5, np.arange(m + 1) - 0.5
    colors = ListedColormap([style.PAPER, style.POSITIVE])
    small = max(m, n) <= READABLE
    lines = {"edgecolors": style.CONTEXT, "linewidth": 0.8} if small else {}
    ax.pcolormesh(*corners, R != 0, cmap=colors, vmin=0, vmax=1, **lines)
    if small:
        for u, i in np.ndindex(m, n):
            ax.text(i, u, f"{R[u, i]:g}", ha="center", va="center", color=style.INK)
        ax.set_xticks(range(n), names[m:], rotation=0 if _fits(names[m:]) else 90)
        ax.set_yticks(range(m), names[:m])
    else:
        ax.set(xlabel=f"{n} items", ylabel=f"{m} users")
        ax.xaxis.set_label_position("top")
        ax.xaxis.set_major_locator(NullLocator())
        ax.yaxis.set_major_locator(NullLocator())
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.set_aspect("equal")
    ax.spines[:].set_visible(not small)
    return ax


def matrix_and_graph(
    R, users: Names = None, items: Names = None, axes: Sequence[Axes] | None = None
) -> tuple[Axes, Axes]:
    """Draw the two views of one data set side by side: the matrix R and its graph.

    Args:
        R: (m, n) zeros and ones: tensor, array or nested lists.
        users: m names; by default u0, u1, …
        items: n names; by default i0, i1, …
        axes: the two Axes to draw on.

    Returns:
        The Axes of the matrix and of the graph.

    Raises:
        ValueError: as `matrix` and `bipartite`, or `axes` are not two.
    """
    R = _matrix(R)
    if axes is None:
        height = 1.0 + 0.5 * min(max(R.shape), READABLE // 3)
        axes = plt.figure(figsize=(7.2, height)).subplots(1, 2)
    if len(axes) != 2:
        raise ValueError(f"axes must be two, for the matrix and for the graph; got {len(axes)}")
    left = matrix(R, users, items, ax=axes[0])
    right = bipartite(R, users, items, ax=axes[1])
    m, n, edges = *R.shape, int((R != 0).sum())
    left.set_title(f"R: {m} × {n}, {edges} ones", loc="left")
    right.set_title(f"graph: {m} + {n} nodes, {edges} edges", loc="left")
    return left, right


def around(
    likes: Interactions, item: int | None = None, users: int = 14, items: int = 16
) -> dict[str, tuple[np.ndarray, list[str], list[str]]]:
    """Return {"around Gravity (2013)": (R, users, items)}, a piece of real data that fits on a screen.

    It holds an item, some of its fans (those with likes of a middling number), and what most of
    them like; every visual of a graph takes it, `also=plots.around(likes)` beside a toy.

    Args:
        likes: with titles as labels, if it has some.
        item: its number; by default the item with the most likes.
        users, items: how many of each, at most.
    """
    R = likes.csr().astype(bool).astype(int)
    item = int(R.sum(axis=0).argmax()) if item is None else item
    fans = np.unique(R[:, [item]].tocoo().row)
    degree = np.asarray(R.sum(axis=1)).ravel()
    fans = fans[np.argsort(degree[fans], kind="stable")]
    middle = max(0, (len(fans) - users) // 2)
    fans = np.sort(fans[middle : middle + users])
    liked = np.asarray(R[fans].sum(axis=0)).ravel()
    liked[item] = len(fans) + 1  # comes first
    columns = np.argsort(-liked, kind="stable")[:items]
    columns = columns[liked[columns] > 0]
    labels = likes.item_labels
    names = [f"i{i}" if labels is None else str(labels[i]) for i in columns]
    part = R[fans][:, columns].toarray()
    return {f"around {names[0]}": (part, [f"user {u}" for u in fans], names)}


def _matrix(R) -> np.ndarray:
    """Return a two-dimensional array of whatever was given as R."""
    array = np.asarray(R, dtype=float)
    if array.ndim != 2:
        raise ValueError(f"R must be a matrix, (users, items); got shape {array.shape}")
    return array


def _spread(count: int) -> np.ndarray:
    """Return heights from 1 down to 0; a single node sits in the middle."""
    return np.linspace(1, 0, count) if count > 1 else np.full(count, 0.5)


def _short(name: str, longest: int = 24) -> str:
    """Return a name that leaves room for the picture."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _fits(names: Sequence[str]) -> bool:
    """Say whether column names can stand side by side without touching."""
    return max(map(len, names), default=0) <= 6
