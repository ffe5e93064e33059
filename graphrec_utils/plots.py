"""Static figures: data in, Axes out. Nothing here trains, downloads or shows.

A function draws on `ax` where one is given, else on a new figure; colors and shapes are those of
`graphrec_utils.style`. Users are always on the left or in rows, items on the right or in columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import NullLocator

from graphrec_utils import graphs, style

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


def funnel(stages: Mapping[str, int], ax: Axes | None = None) -> Axes:
    """Draw the funnel of a recommender: how many items are left after each stage.

    The width of a bar is the logarithm of its count, so equal steps in width are equal factors;
    the bar at the bottom shows how wide a factor of ten is.

    Args:
        stages: name → number of items, from the catalogue to what is shown.
        ax: where to draw.

    Raises:
        ValueError: there is no stage, a count is below 1, or a count exceeds the one before it.
    """
    names, counts = list(stages), list(stages.values())
    if not stages:
        raise ValueError("stages is empty; give at least one name and its number of items")
    if min(counts) < 1:
        raise ValueError(f"every stage needs at least 1 item; got {dict(stages)}")
    for name, before, now in zip(names[1:], counts, counts[1:], strict=False):
        if now > before:
            raise ValueError(f"a funnel only narrows, but {name!r} has {now:,} after {before:,}")
    if ax is None:
        ax = plt.figure(figsize=(6.0, 0.9 + 0.65 * len(stages))).add_subplot()
    decades = [math.log10(count) for count in counts]
    widest = max(decades[0], 1)
    rows = range(len(stages))
    ax.barh(
        rows,
        decades,
        left=[-d / 2 for d in decades],
        height=0.62,
        color=style.ITEM,
        edgecolor=style.ITEM,  # a single item has width 0; its outline remains
    )
    for row, name, count in zip(rows, names, counts, strict=True):
        ax.text(-0.55 * widest, row, name, ha="right", va="center", weight="bold")
        label = f"{count:,} item" + "s" * (count != 1)
        ax.text(0.55 * widest, row, label, ha="left", va="center")
    for row, before, now in zip(rows, counts, counts[1:], strict=False):
        factor = round(before / now, 1 if before < 10 * now else None)
        kept = f"keeps 1 in {factor:,}".removesuffix(".0")
        ax.text(0, row + 0.5, kept, ha="center", va="center", fontsize="small", color=style.INK)
    foot = len(stages) - 0.15
    ax.plot([-0.5, 0.5], [foot, foot], color=style.INK, marker="|", markersize=7, linewidth=1)
    ax.text(0, foot + 0.16, "a factor of 10", ha="center", va="top", fontsize="small")
    ax.set(xlim=(-0.6 * widest, 0.6 * widest), ylim=(foot + 0.5, -0.4))
    ax.axis("off")
    return ax


def long_tail(counts, head: float = 0.01, ax: Axes | None = None) -> Axes:
    """Draw how often each item was chosen, from the most to the least popular.

    Both axes are logarithmic; the share of all events that the head gets stands in the title.

    Args:
        counts: (n,) events per item; items without events are left out of the picture, but
            count among the n items.
        head: share of the n items that is drawn as the head, at least one item.
        ax: where to draw.

    Raises:
        ValueError: a count is negative, all are 0, or `head` is not between 0 and 1.
    """
    counts = np.sort(np.asarray(counts))[::-1]
    if counts.ndim != 1 or not len(counts) or counts[-1] < 0 or counts[0] == 0:
        raise ValueError("counts must be (n,) numbers >= 0, and not all of them 0")
    if not 0 < head < 1:
        raise ValueError(f"head must lie between 0 and 1; got {head}")
    ax = plt.figure().add_subplot() if ax is None else ax
    front = max(1, round(head * len(counts)))
    seen = counts[counts > 0]
    rank = np.arange(1, len(seen) + 1)
    ax.loglog(rank, seen, color=style.ITEM, linewidth=2)
    ax.fill_between(rank[:front], seen[:front], seen[-1] / 2, color=style.ITEM, alpha=0.3)
    ax.set(xlabel="item, from most to least popular", ylabel="events", ylim=(seen[-1] / 2, None))
    share = seen[:front].sum() / seen.sum()
    ax.set_title(
        f"{front:,} of {len(counts):,} items (shaded) get {share:.0%} of all events", loc="left"
    )
    return ax


def exponent(size, cost) -> float:
    """Return p of the law cost = c · size^p that fits best: the slope between logarithms.

    Args:
        size, cost: (points,) positive numbers, two or more.

    Raises:
        ValueError: they differ in length, are fewer than two, or one is not above 0.
    """
    size, cost = np.asarray(size, dtype=float), np.asarray(cost, dtype=float)
    if size.shape != cost.shape or size.ndim != 1 or len(size) < 2:
        raise ValueError(
            f"give two or more sizes and as many costs; got {size.shape}, {cost.shape}"
        )
    if min(size.min(), cost.min()) <= 0:
        raise ValueError("sizes and costs must be above 0: they are drawn as logarithms")
    return float(np.polyfit(np.log(size), np.log(cost), 1)[0])


def growth(size, costs: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw how costs grow with the size of a problem; both axes are logarithmic.

    A straight line is a power law, and the number in the legend is the exponent: 1 is proportional,
    2 is the square.

    Args:
        size: (points,) positive numbers, increasing.
        costs: name → (points,) positive numbers; a DataFrame's columns will do.
        ax: where to draw.

    Raises:
        ValueError: as `exponent`, or there is no cost.
    """
    if not len(costs.keys()):
        raise ValueError("costs is empty; give at least one name and its numbers")
    laws = {name: exponent(size, costs[name]) for name in costs}
    ax = plt.figure(figsize=(6.4, 3.4)).add_subplot() if ax is None else ax
    for number, (name, law) in enumerate(laws.items()):
        color, marker = (look[number % len(look)] for look in (style.CYCLE, style.MARKERS))
        ax.loglog(size, costs[name], color=color, marker=marker, label=f"{name}: {law:.1f}")
    ax.legend(title="exponent", fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


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
