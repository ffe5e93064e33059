"""Walks of length k in a bipartite graph: where they end, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph, with_others

LARGEST = 16  # users or items whose names and numbers stay readable
LONGEST = 8


def khop(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    start: int = 0,
    longest: int = 5,
    function: Callable | None = None,
    also: Mapping[str, Sequence] | None = None,
) -> Visual:
    """Return a visual of all walks of length k from one node: radius, parity, counts of A^k.

    The reader picks the start and moves k. Full marks are nodes where a walk of length k ends,
    outlined ones were reached by a shorter walk, dashed ones not yet; the table beside the graph is
    the start's row of the powers of A up to k. `.live().start` and `.live().k` are what is shown.

    Args:
        R: (m, n) zeros and ones, at most 16 by 16: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        start: a node, users first, then items.
        longest: the largest k, 1 to 8.
        function: a student's `count_walks(R, u, i, longest)`, exercise 04.3: what it says is shown. With
            `.live()` it is asked again at every move.
        also: other graphs to choose, {title: (R, users, items)}: `plots.around(likes)`.

    Raises:
        ValueError: R is empty, too large or not a matrix, the names do not fit, or start or longest
            is out of range.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    nodes = len(users) + len(items)
    if not 0 <= start < nodes:
        raise ValueError(f"start must be a node, 0 to {nodes - 1}; got {start}")
    if not 1 <= longest <= LONGEST:
        raise ValueError(f"longest must lie in 1...{LONGEST}; got {longest}")
    rows = counts(R, start, longest)
    names = [*users, *items]
    answers, note = asked(function, lambda: answered(function, R, longest))
    sentences = []
    for k, row in enumerate(rows):
        ends = ", ".join(f"{names[v]} {row[v]}" for v in row.nonzero()[0])
        sentences.append(f"k = {k}: {ends or 'none'}")
    visual = Visual(
        Path(__file__).with_name("khop.js"),
        state={
            "users": users, "items": items, "likes": R.tolist(),
            "longest": longest, "start": start, "k": 0, "answers": answers,
        },
        text=f"walks of length 0 to {longest} from {names[start]}: {len(users)} users, {len(items)} items",
        alt=f"Walks of length k from {names[start]}, and where they end. {'; '.join(sentences)}.",
        draw=lambda: draw(R, rows, users, items, start),
        note=note,
        moved=function and (lambda _: {"answers": asked(function, lambda: answered(function, R, longest))[0]}),
    )  # fmt: skip
    return with_others(visual, also or {}, lambda *graph: khop(*graph, 0, longest, function))


def answered(function: Callable, R: np.ndarray, longest: int) -> list[list[list[int]]]:
    """Return [start][k][node], the counts of walks as a student's function gives them.

    It counts from a user to an item; walks that end on the start's own side are those one edge longer.

    Raises:
        ValueError: it does not return longest + 1 numbers.
    """
    m, n = R.shape
    counts = np.zeros((m + n, longest + 1, m + n))
    counts[np.arange(m + n), 0, np.arange(m + n)] = 1
    for u in range(m):
        for i in range(n):
            said = np.asarray(function(R.copy(), u, i, longest))
            if said.shape != (longest + 1,):
                raise ValueError(f"{longest + 1} numbers are asked for; it returned {said.shape}")
            counts[u, :, m + i] = counts[m + i, :, u] = said
    counts[:m, 1:, :m] = counts[:m, :-1, m:] @ R.T
    counts[m:, 1:, m:] = counts[m:, :-1, :m] @ R
    return counts.astype(int).tolist()


def counts(R: np.ndarray, start: int, longest: int) -> np.ndarray:
    """Return (longest + 1, N) int64: the start's row of A^k for every k."""
    m, n = R.shape
    A = np.zeros((m + n, m + n), dtype=np.int64)
    A[:m, m:], A[m:, :m] = R, R.T
    rows = [np.eye(m + n, dtype=np.int64)[start]]
    for _ in range(longest):
        rows.append(A @ rows[-1])
    return np.stack(rows)


def draw(
    R: np.ndarray, rows: np.ndarray, users: list[str], items: list[str], start: int
) -> tuple[Axes, ...]:
    """Draw one small graph per k, the number of walks at each node."""
    m, n = R.shape
    figure = plt.figure(figsize=(1.45 * len(rows) + 0.6, 0.7 + 0.42 * max(m, n)))
    axes = figure.subplots(1, len(rows), sharey=True)
    place = [(0.0, y) for y in heights(m)] + [(1.0, y) for y in heights(n)]
    for k, ax in enumerate(axes):
        for u, i in np.argwhere(R):
            used = k > 0 and (rows[k - 1][u] > 0 or rows[k - 1][m + i] > 0)
            line = style.EDGE["positive" if used else "context"]
            ends = zip(place[u], place[m + i], strict=True)
            ax.plot(*ends, color=line["edge_color"], linewidth=line["width"], zorder=1)
        for v, (x, y) in enumerate(place):
            color, shape = (style.USER, "o") if v < m else (style.ITEM, "s")
            face = color if rows[k][v] else style.PAPER
            edge = style.INK if v == start else color
            ax.scatter(x, y, s=110, marker=shape, facecolor=face, edgecolor=edge, linewidth=1.8)
            if rows[k][v]:
                side = {"xytext": (-11 if v < m else 11, 0), "textcoords": "offset points"}
                across = "right" if v < m else "left"
                ax.annotate(f"{rows[k][v]}", (x, y), **side, ha=across, va="center", fontsize=9)
        ax.set_title(f"k = {k}", loc="center")
        ax.set(xlim=(-0.55, 1.55), ylim=(-0.15, 1.15))
        ax.axis("off")
    for v, (x, y) in enumerate(place):
        side = (axes[0], -26, "right") if v < m else (axes[-1], 24, "left")
        ax, shift, across = side
        name = ([*users, *items])[v]
        name = name if len(name) <= 12 else name[:11] + "…"
        ax.annotate(name, (x, y), (shift, 0), textcoords="offset points", ha=across, va="center")
    return tuple(axes)


def heights(count: int) -> np.ndarray:
    """Return heights from 1 down to 0; a single node sits in the middle."""
    return np.linspace(1, 0, count) if count > 1 else np.full(count, 0.5)
