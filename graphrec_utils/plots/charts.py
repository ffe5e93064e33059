"""How many: stages that narrow, a few popular items and many others, costs that grow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style


def funnel(stages: Mapping[str, int], ax: Axes | None = None) -> Axes:
    """Draw the funnel of a recommender: how many items are left after each stage.

    The width of a bar is the logarithm of its count, so equal steps in width are equal factors;
    the bar at the bottom shows how wide a factor of ten is.

    Args:
        stages: name → number of items, from the catalog to what is shown.
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
