"""GraphSAGE's sampler: the tree of drawn neighbors of one node, what it touches, and how it trembles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from graphrec_utils import graphs, style
from graphrec_utils.plots.visuals.base import Visual, asked

SIZES = (1, 2, 3, 5)
DRAWS, TRIES, LARGEST = 4, 300, 40
TARGETS, FIRST, SECOND = 0.0, 1.0, 2.0  # where a layer stands


def sampler_tree(
    R, target: int = 0, values: Sequence[float] | None = None, function: Callable | None = None
) -> Visual:
    """Return a visual of a user's drawn neighbors and the neighbors of those.

    Sliders set how many are drawn in each layer, a button draws anew. Bars show how far the mean of the
    drawn items' values lies from the mean of all, measured and by the formula.

    Args:
        R: (m, n) likes, at most 40 users and 40 items.
        target: a user with a like.
        values: (n,) a number for each item, to be averaged; by default from 0 to 1.
        function: your sample_neighbors(indptr, indices, nodes, S, rng); the tree is then yours.

    Raises:
        ValueError: the graph is too large or the target has no likes, or values do not fit.
    """
    R = np.asarray(R) != 0
    if R.ndim != 2 or 0 in R.shape or max(R.shape) > LARGEST:
        raise ValueError(f"this visual shows at most {LARGEST} users and items; got {R.shape}")
    m, n = R.shape
    if not 0 <= target < m or not R[target].any():
        raise ValueError(f"the target must be a user with a like; got {target}")
    values = np.linspace(0, 1, n) if values is None else np.asarray(values, dtype=float)
    if values.shape != (n,) or not np.isfinite(values).all():
        raise ValueError(f"values must be {n} finite numbers, one for each item")
    A = sp.csr_array(graphs.adjacency(sp.csr_array(R.astype(np.float32))))
    own, note = asked(function, lambda: _drawn(A, target, values, m, function))
    tables, spread = own or _drawn(A, target, values, m, _library)
    likes = values[R[target]]
    formula = [_variance(likes, S) for S in SIZES]
    shown = [2, 1]  # places in SIZES
    seen = touched(tables, target, 0, shown)
    return Visual(
        Path(__file__).with_name("sampler_tree.js"),
        state={
            "tables": tables, "users": m, "target": int(target), "sizes": list(SIZES), "draw": 0,
            "first": shown[0], "second": shown[1], "spread": spread, "formula": formula,
            "nodes": m + n, "degree": len(likes),
        },
        text=f"sampler tree of user {target} with {len(likes)} likes",
        alt=(
            f"A tree: user {target}, {SIZES[shown[0]]} of the {len(likes)} items this user likes, and for each up to "
            f"{SIZES[shown[1]]} of its users. {seen} of {m + n} nodes are touched. Beside it the variance of the mean for "
            f"S = {', '.join(map(str, SIZES))}: {', '.join(f'{x:.2f}' for x in spread)}; by the formula "
            f"{', '.join(f'{x:.2f}' for x in formula)}."
        ),
        draw=lambda: draw(tables, target, m, shown, spread, formula),
        note=note,
    )  # fmt: skip


def _library(indptr, indices, nodes, S, rng) -> np.ndarray:
    """Return at most S different neighbors of each node, -1 where there are fewer."""
    table = np.full((len(nodes), S), -1, dtype=np.int64)
    for row, v in enumerate(nodes):
        near = rng.permutation(indices[indptr[v] : indptr[v + 1]])[:S]
        table[row, : len(near)] = near
    return table


def _drawn(A, target: int, values, m: int, sample: Callable) -> tuple[dict, list[float]]:
    """Return tables [size][draw][node] without empty places, and the variance of the mean by size."""
    indptr, indices = A.indptr.astype(np.int64), A.indices.astype(np.int64)
    rng, everyone = np.random.default_rng(0), np.arange(A.shape[0])
    tables, spread = [], []
    for S in SIZES:
        drawn = [np.asarray(sample(indptr, indices, everyone, S, rng)) for _ in range(DRAWS)]
        if any(t.shape != (len(everyone), S) for t in drawn):
            raise ValueError(f"a table of {len(everyone)} rows and {S} columns is wanted")
        if any(t.min() < -1 or t.max() >= len(everyone) for t in drawn):
            raise ValueError("a table of ids of nodes is wanted, -1 in empty places")
        tables.append([[[int(v) for v in row if v >= 0] for row in t] for t in drawn])
        many = np.asarray(sample(indptr, indices, np.full(TRIES, target), S, rng))
        means = [values[row[row >= m] - m].mean() for row in many if (row >= m).any()]
        if not means:
            raise ValueError(f"no neighbor of node {target} is in its table")
        spread.append(round(float(np.var(means)), 3))
    return tables, spread


def _variance(x: np.ndarray, S: int) -> float:
    """Return σ²/S (1 − (S − 1)/(d − 1)), 0 where all are drawn."""
    d = len(x)
    return round(float(x.var() / S * (1 - (S - 1) / (d - 1))), 3) if d > S else 0.0


def tree(
    tables, target: int, place: int, sizes: Sequence[int]
) -> tuple[list[int], list[list[int]]]:
    """Return the drawn neighbors of the target, and for each of them its own."""
    first = tables[sizes[0]][place][target]
    return first, [tables[sizes[1]][place][v] for v in first]


def touched(tables, target: int, place: int, sizes: Sequence[int]) -> int:
    """Return how many different nodes the tree has."""
    first, second = tree(tables, target, place, sizes)
    return len({target, *first, *(v for row in second for v in row)})


def draw(tables, target, m, sizes, spread, formula) -> tuple[Axes, Axes]:
    """Draw the tree of the first draw, and both variances."""
    figure = plt.figure(figsize=(7.6, 3.2))
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1))
    first, second = tree(tables, target, 0, sizes)
    y = 0.0
    heights = []
    for v, row in zip(first, second, strict=True):
        places = [y + k for k in range(max(1, len(row)))]
        y = places[-1] + 1.6
        heights.append(sum(places) / len(places))
        for place, w in zip(places, row, strict=False):
            left.plot([FIRST, SECOND], [heights[-1], place], color=style.CONTEXT, linewidth=1)
            _mark(left, SECOND, place, w, m)
        _mark(left, FIRST, heights[-1], v, m)
    middle = sum(heights) / len(heights)
    for height in heights:
        left.plot([TARGETS, FIRST], [middle, height], color=style.CONTEXT, linewidth=1, zorder=0)
    _mark(left, TARGETS, middle, target, m)
    left.set(xlim=(-0.2, 2.4), title=f"{touched(tables, target, 0, sizes)} nodes touched")
    left.axis("off")
    x = np.arange(len(SIZES))
    right.bar(x, spread, color=style.USER, width=0.5, label="measured")
    right.plot(x, formula, "D--", color=style.NEGATIVE, label="formula")
    right.set(xticks=x, xticklabels=SIZES, xlabel="S", title="variance of the mean")
    right.legend()
    return left, right


def _mark(ax: Axes, x: float, y: float, node: int, m: int) -> None:
    user = node < m
    ax.plot([x], [y], "o" if user else "s", color=style.USER if user else style.ITEM, markersize=9)
    name = f"u{node}" if user else f"i{node - m}"
    ax.annotate(name, (x, y), (0, 8), textcoords="offset points", ha="center", fontsize=9)
