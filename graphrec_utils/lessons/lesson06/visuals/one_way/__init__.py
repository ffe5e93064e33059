"""Which messages flow: edges in both directions, or in one, and a value that travels along them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import arguments, style
from graphrec_utils.plots.visuals.base import Visual, small_graph

LARGEST = 8
WAYS = ("both", "to items", "to users")
TITLES = ("both directions", "user → item only", "item → user only")


def one_way(
    R, users: Sequence[str] | None = None, items: Sequence[str] | None = None, layers: int = 6
) -> Visual:
    """Return a visual of the stored edges as arrows, with the weight that each message gets.

    Choose which directions are stored and a node that holds the value 1; step through the layers
    and see who hears of it. Degrees count arriving edges, and a weight is 1 / sqrt(deg deg), as
    PyG's LGConv computes it. `.live().way` is "both", "to items" or "to users".

    Args:
        R: (m, n) zeros and ones, at most 8 by 8: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        layers: how far one can step, at least 1.

    Raises:
        ValueError: R is empty, too large or not a matrix, or the names do not fit it.
    """
    likes, users, items = small_graph(R, users, items, LARGEST)
    layers = arguments.integer("layers", layers)
    state = {"users": users, "items": items, "likes": likes.tolist(), "layers": layers}
    heard = {way: np.count_nonzero(weights(likes, way)) for way in WAYS}
    return Visual(
        Path(__file__).with_name("one_way.js"),
        state=state | {"way": "both", "source": len(users), "step": 0},
        text=f"one-way edges: {len(users)} users, {len(items)} items, {likes.sum()} likes",
        alt=(
            f"Three drawings of one graph with {likes.sum()} likes. With edges in both directions "
            f"{heard['both']} messages have a weight above 0; with edges from users to items only, "
            f"or from items to users only, {heard['to items']}: all weights are 0."
        ),
        draw=lambda: draw(likes, users, items),
    )


def weights(likes: np.ndarray, way: str) -> np.ndarray:
    """Return (N, N): the weight of the message from column w to row v, degrees by arrival."""
    m, n = likes.shape
    A = np.zeros((m + n, m + n))
    if way != "to users":
        A[m:, :m] = likes.T
    if way != "to items":
        A[:m, m:] = likes
    degree = A.sum(axis=1)
    scale = np.divide(1, np.sqrt(degree), out=np.zeros(m + n), where=degree > 0)
    return scale[:, None] * A * scale


def draw(likes: np.ndarray, users: list[str], items: list[str]) -> tuple[Axes, ...]:
    """Draw the arrows of the three ways: green and solid with weight, plum and dashed without."""
    m, n = likes.shape
    figure = plt.figure(figsize=(8.4, 0.9 + 0.5 * max(m, n)))
    axes = figure.subplots(1, 3)
    rows = np.append(np.linspace(1, 0, m) if m > 1 else [0.5], np.linspace(1, 0, n))
    columns = np.append(np.zeros(m), np.ones(n))
    for ax, way, title in zip(axes, WAYS, TITLES, strict=True):
        W = weights(likes, way)
        stored = [("both", "to items"), ("both", "to users")]
        for u, i in np.argwhere(likes):
            for allowed, (a, b) in zip(stored, ((u, m + i), (m + i, u)), strict=True):
                if way not in allowed:
                    continue
                alive = W[b, a] > 0
                ax.annotate(
                    "", (columns[b], rows[b]), (columns[a], rows[a]),
                    arrowprops={
                        "arrowstyle": "->", "shrinkA": 8, "shrinkB": 9,
                        "connectionstyle": "arc3,rad=0.1", "linewidth": 1.4,
                        "color": style.POSITIVE if alive else style.NEGATIVE,
                        "linestyle": "solid" if alive else "dashed",
                    },
                )  # fmt: skip
        ax.plot(columns[:m], rows[:m], "o", color=style.USER, markersize=11)
        ax.plot(columns[m:], rows[m:], "s", color=style.ITEM, markersize=10)
        for name, x, y in zip([*users, *items], columns, rows, strict=True):
            ax.annotate(
                name, (x, y), (-11 if x == 0 else 11, 0), textcoords="offset points",
                ha="right" if x == 0 else "left", va="center", fontsize=8,
            )  # fmt: skip
        ax.set_title(
            f"{title}\n{np.count_nonzero(W)} messages arrive", fontsize="small", loc="left"
        )
        ax.set(xlim=(-0.55, 1.6), ylim=(-0.15, 1.15))
        ax.axis("off")
    return tuple(axes)
