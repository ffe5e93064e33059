"""Semantic IDs of a few points: the groups of a prefix, level by level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.models import semantic_ids
from graphrec_utils.plots.visuals.base import Visual, asked

LARGEST = 16


def semantic_tree(
    X: Sequence,
    words: Sequence[Sequence],
    names: Sequence[str],
    chosen: int = 0,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of points and their codes; choose a point, and how many of its codes must agree.

    `.live().chosen` and `.live().level` are what is shown.

    Args:
        X: (n, 2) points, 2 to LARGEST.
        words: centers of each level, (K, 2) each; at most 4 levels.
        names: n words.
        chosen: the point at first.
        function: your residual_codes(X, words).

    Raises:
        ValueError: shapes do not fit, or there are too few or too many points.
    """
    X, words = np.asarray(X, float), [np.asarray(b, float) for b in words]
    n = len(X)
    if X.ndim != 2 or X.shape[1] != 2 or not 2 <= n <= LARGEST or not 1 <= len(words) <= 4:
        raise ValueError(
            f"give 2 to {LARGEST} points (n, 2) and 1 to 4 levels; got {X.shape}, {len(words)}"
        )
    names = list(names)
    if len(names) != n or not 0 <= chosen < n:
        raise ValueError(f"names must have {n} entries, and chosen be one of the points")

    def own():
        codes = np.asarray(function(X.copy(), [b.copy() for b in words]))
        if codes.shape != (n, len(words)) or not np.issubdtype(codes.dtype, np.integer):
            raise ValueError(f"no {n} by {len(words)} codes")
        if any(
            (codes[:, k] < 0).any() or (codes[:, k] >= len(b)).any() for k, b in enumerate(words)
        ):
            raise ValueError("a code is no center")
        return codes

    codes, note = asked(function, own)
    codes = semantic_ids.residual_codes(X, words) if codes is None else codes
    sums = np.cumsum([b[codes[:, k]] for k, b in enumerate(words)], axis=0)  # (L, n, 2)
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = np.minimum(low, sums.min(axis=(0, 1))), np.maximum(high, sums.max(axis=(0, 1)))
    scaled = lambda p: ((p - low) / np.where(high > low, high - low, 1)).round(3).tolist()  # noqa: E731
    return Visual(
        Path(__file__).with_name("semantic_tree.js"),
        state={"points": scaled(X), "sums": scaled(sums), "codes": codes.tolist(), "names": names,
               "chosen": chosen, "level": 1},
        text=f"semantic IDs of {n} points, {len(words)} levels",
        alt=(
            f"{n} points in a plane, each with a word of {len(words)} codes. Points whose first code is that of "
            f"{names[chosen]} are filled; a line leads from the center that the codes stand for to each of them: what "
            "the next code has to say."
        ),
        draw=lambda: draw(X, sums, codes, names, chosen),
        note=note,
    )  # fmt: skip


def draw(X, sums, codes, names, chosen) -> tuple[Axes, ...]:
    """Draw the group of the chosen point after one code, and after all of them."""
    L = codes.shape[1]
    levels = sorted({1, L})
    figure = plt.figure(figsize=(8, 3.3))
    axes = np.atleast_1d(figure.subplots(1, len(levels), sharex=True, sharey=True))
    for ax, level in zip(axes, levels, strict=True):
        same = (codes[:, :level] == codes[chosen, :level]).all(axis=1)
        for k, (x, y) in enumerate(X):
            a, b = sums[level - 1, k]
            ax.plot([a, x], [b, y], color=style.CONTEXT, linewidth=1, zorder=1)
            ax.plot(a, b, "+", color=style.INK, markersize=8, zorder=2)
            ax.plot(
                x,
                y,
                "s" if same[k] else "o",
                color=style.POSITIVE if same[k] else style.CONTEXT,
                zorder=3,
            )
            ax.annotate(f"{names[k]} {'·'.join(map(str, codes[k, :level]))}", (x, y), xytext=(5, 4),
                        textcoords="offset points", fontsize=9)  # fmt: skip
        ax.set_title(f"first {level} codes" if level > 1 else "first code", loc="left")
        ax.margins(0.2)
        ax.set(xticks=[], yticks=[])
    return tuple(axes)
