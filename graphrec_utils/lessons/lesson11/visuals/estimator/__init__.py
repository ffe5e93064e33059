"""What a sampled softmax pulls at on average, and what it learns: four items, every draw counted."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import style, toy
from graphrec_utils.losses import exact
from graphrec_utils.plots.visuals.base import Visual, asked

SIZES = (1, 2, 4, 8)  # negatives
ITEMS = ("positive", "bestseller", "item 2", "item 3")
MINE = "yours"
TOLD = ("none", "negatives only", "nQ, hits out", "Yi", MINE)  # what 11.3 compares
Column = dict[str, list]


def estimator(
    variant: str = "negatives only", num_negatives: int = 4, function: Callable | None = None
) -> Visual:
    """Return a visual of the mean gradient of each variant of the correction, and of its optimum.

    The loss is composed in its formula, piece by piece: log Q off the negatives, log n with it, off the positive, too,
    hits out. A button shows the loss of 2025, a slider chooses how many negatives are drawn. Bars on the left are the mean
    gradient over all draws, their outlines that of the full softmax; on the right the probabilities that
    are learned in the end and, as outlines, the true ones. `.live().variant` and `.live().size` are
    what is shown.

    Args:
        variant: the one to begin with, a key of `losses.exact.VARIANTS`.
        num_negatives: 1, 2, 4 or 8.
        function: your correct_negatives(pos, neg, log_q_neg, hits) or corrected_loss(pos, neg,
            log_q_neg, log_q_pos, hits); the second gets draws without the positive. Its numbers join
            the variants as "yours", one press away.

    Raises:
        ValueError: the variant or the number of negatives is none of those above.
    """
    if variant not in exact.VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(exact.VARIANTS)}; got {variant!r}")
    if num_negatives not in SIZES:
        raise ValueError(f"num_negatives must be one of {SIZES}; got {num_negatives}")
    columns = {name: [_known(name, size) for size in SIZES] for name in exact.VARIANTS}
    own, note = asked(function, lambda: [_column(*_loss(function), size) for size in SIZES])
    if own is not None:
        columns = columns | {MINE: own}
    logits, Q, _ = toy.logits()
    p = logits.softmax(dim=0)
    full = p.clone()
    full[0] -= 1
    at = SIZES.index(num_negatives)
    told = "; ".join(
        f"{name}: {sum(abs(a - b) for a, b in zip(c[at]['gradient'], full.tolist(), strict=True)):.3f}"
        for name, c in columns.items()
    )
    return Visual(
        Path(__file__).with_name("estimator.js"),
        state={
            "items": list(ITEMS), "q": Q.tolist(), "p": _round(p), "full": _round(full),
            "sizes": list(SIZES), "columns": columns,
            "variants": list(columns), "variant": variant, "size": at,
        },
        text=f"mean gradients and optima of {len(columns)} softmax variants",
        alt=(
            f"For four items with logits 1, 0.5, 0 and -0.5, drawn with probabilities "
            f"{', '.join(f'{x:g}' for x in Q.tolist())}, the mean gradient with {num_negatives} negatives. "
            f"Sum of distances to the full softmax's gradient: {told}."
        ),
        draw=lambda: draw(columns, _round(full), at),
        note=note,
    )  # fmt: skip


def _loss(function: Callable) -> tuple[exact.Loss, bool]:
    """Return a student's function as a loss of five arguments, and whether it wants draws from Q'."""
    if len(inspect.signature(function).parameters) == 4:
        return lambda pos, neg, q, q_pos, hits: function(pos, neg, q, hits), False
    return function, True


@functools.cache
def _known(name: str, size: int) -> Column:
    return _column(*exact.VARIANTS[name], size)


def _column(loss: exact.Loss, without: bool, size: int) -> Column:
    """Return the mean gradient and the learned probabilities, None where nothing finite is learned."""
    logits, Q, positive = toy.logits()
    found = exact.gradient(loss, logits, Q, positive, size, without)
    learned = exact.optimum(loss, logits.softmax(dim=0), Q, size, without)
    return {
        "gradient": _round(found),
        "learned": None if learned is None else _round(learned.softmax(dim=0)),
    }


def _round(values: torch.Tensor) -> list[float]:
    if not bool(torch.isfinite(values).all()):
        raise ValueError("its gradient is not finite")
    return [round(x, 4) for x in values.tolist()]


def draw(columns: dict[str, list[Column]], full: list[float], at: int) -> tuple[Axes, ...]:
    """Draw the mean gradient of the variants of 11.3, and of yours, beside the full one."""
    columns = {name: columns[name] for name in TOLD if name in columns}
    wide = 2 if MINE not in columns else 3
    rows = -(-len(columns) // wide)
    figure = plt.figure(figsize=(2.9 * wide, 2.2 * rows + 0.6))
    axes = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    place = np.arange(len(full))
    off = {
        name: float(np.abs(np.array(column[at]["gradient"]) - full).sum())
        for name, column in columns.items()
    }
    for ax, (name, column) in zip(axes, columns.items(), strict=False):
        found = np.array(column[at]["gradient"])
        color = style.POSITIVE if name == MINE else style.ITEM
        ax.bar(place, found, color=color, width=0.6)
        ax.bar(place, full, facecolor="none", edgecolor=style.INK, width=0.8, linewidth=1)
        ax.axhline(0, color=style.INK, linewidth=1)
        best = off[name] < min(off.values()) + 5e-3  # as two decimals tell
        title = f"{name}: off by {off[name]:.2f}" + ", least" * best
        ax.set_title(title, loc="left", fontsize=10, fontweight="bold" if best else None)
        ax.set_xticks(place, ["positive", "best-\nseller", "item 2", "item 3"], fontsize=9)
        ax.set_yticks([-0.5, 0], ["-0.5", "0"])
        ax.tick_params(labelbottom=True, labelleft=True, bottom=False)
        ax.spines[:].set_visible(best)
        if best:
            ax.spines[:].set(color=style.POSITIVE, linewidth=3)
    for ax in axes[len(columns) :]:
        ax.axis("off")
        bars = [
            plt.Rectangle((0, 0), 1, 1, facecolor=style.ITEM),
            plt.Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=style.INK),
        ]
        ax.legend(bars, ["mean over all draws", "full softmax"], loc="center", fontsize=10)
    for ax in axes[::wide]:
        ax.set_ylabel("mean gradient")

    return tuple(axes[: len(columns)])
