"""Blocks of a mini-batch: which pins two layers need, each once, and the places that stand for their ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.graphs import batches
from graphrec_utils.graphs.walkable import walkable
from graphrec_utils.plots.visuals.base import Visual

LARGEST = 24  # boxes above each other
LAYERS = ("contents", "layer 1", "batch")  # from the outside in, as they are computed
WIDE, HIGH = 0.62, 0.74  # of a box, where columns and rows are 1 apart


def blocks(alpha, batch: Sequence[int], also: Sequence[int] = ()) -> Visual:
    """Return a visual of the two blocks of a batch; put pins into it or take them out, and pick a place.

    Each box is a place in a block and the pin that stands there. The place picked shows what it is computed
    from. A counter says how many contents are read and how many a tree would read, pin by pin; below it a table,
    folded, has the edges of the picked place's block, by places and by ids. `.live().batch` is the batch.

    Args:
        alpha: (n, n) weights, row v for what pin v hears; as in `batches.sample`.
        batch: different pins, those in the batch at first.
        also: other pins that can be put into it.

    Raises:
        TypeError, ValueError: as `batches.sample`, or the batch is empty, or all of them together need more
            than 24 contents.
    """
    graph = walkable(alpha)
    if not len(batch):
        raise ValueError("the batch is empty: give at least one pin")
    largest, _ = _sample(graph, [*batch, *also])
    rows = len(largest.source)
    if rows > LARGEST:
        raise ValueError(
            f"this visual shows at most {LARGEST} contents; these pins need {rows}: take fewer of them, or "
            "fewer neighbors for each"
        )
    near = {  # of everybody whose neighbors are asked for in any batch
        int(v): graph.indices[graph.indptr[v] : graph.indptr[v + 1]].tolist()
        for v in largest.targets
    }
    outer, inner = _sample(graph, batch)
    first = len(batch) if outer.num_targets > len(batch) else 0
    return Visual(
        Path(__file__).with_name("blocks.js"),
        state={
            "pins": [int(v) for v in (*batch, *also)], "batch": [int(v) for v in batch], "near": near,
            "rows": rows, "layers": list(LAYERS), "picked": [1, first],
        },
        text=f"blocks of a batch of {len(batch)} pins, two layers",
        alt=(
            f"Three columns of boxes joined by lines: {len(outer.source)} contents, {outer.num_targets} pins in layer 1 "
            f"and the batch, pins {', '.join(str(int(v)) for v in batch)}. Each box has its place, counted from 0, and its "
            "pin's id; in each column the pins of the next one come first. A pin that several others hear is there once: "
            f"as a tree, {_tree(near, batch)} contents would be read."
        ),
        draw=lambda: draw(outer, inner, _tree(near, batch), first),
    )  # fmt: skip


def _sample(graph, pins: Sequence[int]) -> list[batches.Block]:
    return batches.sample(graph, np.array(pins, dtype=np.int64), [None, None])


def _tree(near: dict[int, list[int]], batch: Sequence[int]) -> int:
    """Return how many contents are read where every vector is computed for each that hears it."""
    return sum(1 + len(near[w]) for v in batch for w in (int(v), *near[int(v)]))


def draw(outer: batches.Block, inner: batches.Block, tree: int, picked: int = 0) -> Axes:
    """Draw both blocks, contents at the left and the batch at the right; dark is what a place of layer 1 takes part in."""
    columns = [outer.source.tolist(), inner.source.tolist(), inner.targets.tolist()]
    rows = len(columns[0])
    ax = plt.figure(figsize=(5.6, 0.27 * rows + 0.5)).subplots()
    lit = {(1, picked)}
    for x, block in enumerate((outer, inner)):
        own = [(k, k) for k in range(block.num_targets)]
        for kind, edges in (("--", own), ("-", block.edge_index.T.tolist())):
            for source, target in edges:
                ends = [x + WIDE / 2, x + 1 - WIDE / 2]
                mine = picked == (source if x else target)
                if mine:
                    lit |= {(x, source), (x + 1, target)}
                look = {"color": style.INK, "linewidth": 1.8} if mine else {"color": style.CONTEXT, "linewidth": 0.6, "alpha": 0.6}  # fmt: skip
                ax.plot(ends, [source, target], kind, zorder=0, **look)
    for x, pins in enumerate(columns):
        for place, pin in enumerate(pins):
            corner = (x - WIDE / 2, place - HIGH / 2)
            color = (style.CONTEXT, style.ITEM, style.POSITIVE)[x]
            bold = (x, place) in lit
            ax.add_patch(plt.Rectangle(corner, WIDE, HIGH, facecolor=style.PAPER, edgecolor=color,
                                       linewidth=2.2 if bold else 0.8))  # fmt: skip
            ax.text(
                corner[0] + 0.05,
                place,
                str(place),
                va="center",
                fontsize=9,
                weight="bold" if bold else "normal",
            )
            ax.text(x + WIDE / 2 - 0.05, place, f"pin {pin}", va="center", ha="right", fontsize=9)
    ax.set(xlim=(-0.5, 2.5), ylim=(rows - 0.4, -0.6), xticks=range(3), yticks=[])
    ax.set_xticklabels([f"{name}: {len(p)}" for name, p in zip(LAYERS, columns, strict=True)])
    ax.set_title(f"contents to read: tree {tree}, block {rows}", loc="left")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax
