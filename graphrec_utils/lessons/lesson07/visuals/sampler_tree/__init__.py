"""GraphSAGE's sampler: of one node's whole neighborhood the drawn part, what it touches, and how it trembles."""

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
DRAWS, TRIES, LARGEST = 4, 3000, 40


def sampler_tree(
    R, target: int = 0, values: Sequence[float] | None = None, function: Callable | None = None
) -> Visual:
    """Return a visual of a user's neighbors and the neighbors of those, all in gray and the drawn ones lit.

    Sliders set how many are drawn in each layer, a button draws anew. Bars show how far the mean of the
    drawn items' values lies from the mean of all, measured and by the formula, and how often each is drawn.
    A line to somebody who is no neighbor is dashed.

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
    tables, spread, often = own or _drawn(A, target, values, m, _library)
    near = _near(A, target)
    columns = _columns(tables, target, near)
    likes = values[R[target]]
    formula = [_variance(likes, S) for S in SIZES]
    shown = [2, 1]  # places in SIZES
    seen = touched(tables, target, 0, shown)
    return Visual(
        Path(__file__).with_name("sampler_tree.js"),
        state={
            "tables": tables, "columns": columns, "near": near, "often": often, "users": m, "target": int(target), "sizes": list(SIZES), "draw": 0,
            "first": shown[0], "second": shown[1], "spread": spread, "formula": formula,
            "nodes": m + n, "degree": len(likes), "yours": own is not None,
        },
        text=f"sampler tree of user {target} with {len(likes)} likes",
        alt=(
            f"User {target}, the {len(likes)} items this user likes and all {len(columns[2])} users who like one of "
            f"these, in gray; lit are {SIZES[shown[0]]} of the items and for each up to {SIZES[shown[1]]} of its users. "
            f"{seen} of {m + n} nodes are touched. Beside it the variance of the mean for "
            f"S = {', '.join(map(str, SIZES))}: {', '.join(f'{x:.2f}' for x in spread)}; by the formula "
            f"{', '.join(f'{x:.2f}' for x in formula)}."
        ),
        draw=lambda: draw(tables, columns, near, m, shown, spread, formula),
        note=note,
    )  # fmt: skip


def _library(indptr, indices, nodes, S, rng) -> np.ndarray:
    """Return at most S different neighbors of each node, -1 where there are fewer."""
    table = np.full((len(nodes), S), -1, dtype=np.int64)
    for row, v in enumerate(nodes):
        near = rng.permutation(indices[indptr[v] : indptr[v + 1]])[:S]
        table[row, : len(near)] = near
    return table


def _drawn(A, target: int, values, m: int, sample: Callable) -> tuple[list, list, list]:
    """Return tables [size][draw][node] without empty places, the variance of the mean by size, and the share
    of tries in which each item of the target was drawn.
    """
    indptr, indices = A.indptr.astype(np.int64), A.indices.astype(np.int64)
    rng, everyone = np.random.default_rng(0), np.arange(A.shape[0])
    tables, spread, often = [], [], []
    likes = indices[indptr[target] : indptr[target + 1]]
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
        often.append([round(float((many == v).any(axis=1).mean()), 2) for v in np.sort(likes)])
    return tables, spread, often


def _near(A, target: int) -> dict[int, list[int]]:
    """Return all neighbors of the target, and of each of those."""

    def heard(v):
        return sorted(A.indices[A.indptr[v] : A.indptr[v + 1]].tolist())

    return {int(v): heard(v) for v in (target, *heard(target))}


def _columns(tables, target: int, near: dict[int, list[int]]) -> list[list[int]]:
    """Return who stands at distance 0, 1 and 2: all neighbors, and whom a wrong sampler drew."""
    drawn = [table for draws in tables for table in draws]
    first = {*near[target], *(v for table in drawn for v in table[target])}
    second = {w for v in first for w in near.get(v, [])}
    second |= {w for table in drawn for v in first for w in table[v]}
    return [[target], sorted(first), sorted(second)]


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


def draw(tables, columns, near, m, sizes, spread, formula) -> tuple[Axes, Axes]:
    """Draw the whole neighborhood with the first draw in it, and both variances."""
    tallest = max(map(len, columns))
    figure = plt.figure(figsize=(7.6, max(3.2, 0.14 * tallest + 0.4)))
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1))
    (target,) = columns[0]
    height = [{v: (tallest - 1) * (k + 0.5) / len(c) for k, v in enumerate(c)} for c in columns]
    first, second = tree(tables, target, 0, sizes)
    lit = [(0, target, v) for v in first]
    lit += [(1, v, w) for v, row in zip(first, second, strict=True) for w in row]
    for layer, column in enumerate(columns[:2]):
        for v in column:
            for w in near.get(v, []):
                ends = [height[layer][v], height[layer + 1][w]]
                # one flat color: so many crossing lines make a file of twice the size else
                if layer == 0 or v in first:  # of those not drawn, nobody is heard
                    left.plot([layer, layer + 1], ends, color="0.75", lw=0.5, aa=False, zorder=0)
    for layer, v, w in lit:
        wrong = w not in near.get(v, [])
        left.plot([layer, layer + 1], [height[layer][v], height[layer + 1][w]],
                  "--" if wrong else "-", color=style.NEGATIVE if wrong else style.INK, linewidth=1.4)  # fmt: skip
    shown = [{target}, set(first), {w for row in second for w in row}]
    for layer, column in enumerate(columns):
        for v in column:
            _mark(left, layer, height[layer][v], v, m, v in shown[layer])
    left.set(xlim=(-0.2, 2.4), title=f"{touched(tables, target, 0, sizes)} nodes touched")
    left.invert_yaxis()
    left.axis("off")
    x = np.arange(len(SIZES))
    right.bar(x, spread, color=style.USER, width=0.5, label="measured")
    right.plot(x, formula, "D--", color=style.NEGATIVE, label="formula")
    right.set(xticks=x, xticklabels=SIZES, xlabel="S", title="variance of the mean")
    right.legend()
    return left, right


def _mark(ax: Axes, x: float, y: float, node: int, m: int, lit: bool) -> None:
    user = node < m
    color = (style.USER if user else style.ITEM) if lit else style.CONTEXT
    ax.plot([x], [y], "o" if user else "s", color=color, markersize=7 if lit else 4)
    if lit:
        name = f"u{node}" if user else f"i{node - m}"
        beside = (
            {"xytext": (7, 0), "va": "center"} if x == 2 else {"xytext": (0, 7), "ha": "center"}
        )
        ax.annotate(name, (x, y), textcoords="offset points", fontsize=9, **beside)
