"""Semantic IDs of a few points: the groups of a prefix, level by level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from graphrec_utils import style
from graphrec_utils.models import semantic_ids
from graphrec_utils.plots.visuals.base import Visual, asked

LARGEST = 16
GRID = (36, 28)  # columns and rows of the plane, of which two on every side lie beyond the points
FINER = 5  # as many to a side of a cell has the printed figure, odd: the middle one is the cell's


def semantic_tree(
    X: Sequence,
    words: Sequence[Sequence],
    names: Sequence[str],
    chosen: int = 0,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of points and their codes; choose a point, and how many of its codes must agree.

    The plane is shaded where a point would begin with the same codes, and a new pin that is carried over it gets
    its spelling. `.live().chosen` and `.live().level` are what is shown.

    Args:
        X: (n, 2) points, 2 to LARGEST.
        words: centers of each level, (K, 2) each; at most 4 levels.
        names: n words.
        chosen: the point at first.
        function: your residual_codes(X, words); it is asked for the points and for a grid of the plane.

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

    asked_for = np.concatenate([X, _grid(X, words)])

    def own():
        codes = np.asarray(function(asked_for.copy(), [b.copy() for b in words]))
        if codes.shape != (len(asked_for), len(words)) or not np.issubdtype(
            codes.dtype, np.integer
        ):
            raise ValueError(f"no {len(asked_for)} by {len(words)} codes")
        if any(
            (codes[:, k] < 0).any() or (codes[:, k] >= len(b)).any() for k, b in enumerate(words)
        ):
            raise ValueError("a code is no center")
        return codes

    found, note = asked(function, own)
    found = semantic_ids.residual_codes(asked_for, words) if found is None else found
    codes, plane = found[:n], found[n:].reshape(FINER * GRID[1], FINER * GRID[0], len(words))
    cells = plane[FINER // 2 :: FINER, FINER // 2 :: FINER].reshape(-1, len(words))
    sums = _sums(codes, words)
    low, high = _bounds(X, words)
    scaled = lambda p: ((p - low) / (high - low)).round(3).tolist()  # noqa: E731
    return Visual(
        Path(__file__).with_name("semantic_tree.js"),
        state={"points": scaled(X), "sums": scaled(sums), "codes": codes.tolist(), "names": names,
               "cells": cells.tolist(), "columns": GRID[0], "fresh": [GRID[0] // 2, GRID[1] // 2],
               "chosen": chosen, "level": 1},
        text=f"semantic IDs of {n} points, {len(words)} levels",
        alt=(
            f"{n} points in a plane, each with a spelling of {len(words)} codes. Points whose first code is that of "
            f"{names[chosen]} are filled, and so is the part of the plane where a new point would begin like it; a line leads "
            "from the center that the codes stand for to each of them: what the next code has to say."
        ),
        draw=lambda: draw(X, words, codes, plane, names, chosen),
        note=note,
    )  # fmt: skip


def _sums(codes, words) -> np.ndarray:
    """Return (L, n, 2), what the first codes of each point stand for."""
    return np.cumsum([b[codes[:, k]] for k, b in enumerate(words)], axis=0)


def _bounds(X, words) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of what holds the points and the centers that the library gives them."""
    all_of = np.concatenate([X, *_sums(semantic_ids.residual_codes(X, words), words)])
    low, high = all_of.min(axis=0), all_of.max(axis=0)
    return low, np.where(high > low, high, low + 1)


def _grid(X, words) -> np.ndarray:
    """Return the middles of the parts of all cells, row by row from the bottom; the bounds lie two cells inside."""
    low, high = _bounds(X, words)
    x, y = (((np.arange(FINER * k) + 0.5) / FINER - 2) / (k - 4) for k in GRID)
    return low + np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) * (high - low)


def draw(X, words, codes, plane, names, chosen) -> tuple[Axes, ...]:
    """Draw the group of the chosen point after one code, and after all of them."""
    L, sums = codes.shape[1], _sums(codes, words)
    low, high = _bounds(X, words)
    margin = 2 * (high - low) / (np.array(GRID) - 4)
    corners = np.stack([low - margin, high + margin], axis=1).ravel()  # left, right, bottom, top
    levels = sorted({1, L})
    figure = plt.figure(figsize=(8, 3.3))
    axes = np.atleast_1d(figure.subplots(1, len(levels), sharex=True, sharey=True))
    for ax, level in zip(axes, levels, strict=True):
        same = (codes[:, :level] == codes[chosen, :level]).all(axis=1)
        inside = (plane[..., :level] == codes[chosen, :level]).all(axis=-1)
        shade = np.array([*to_rgb(style.POSITIVE), 0.18]) * inside[..., None]
        ax.imshow(shade, origin="lower", extent=corners, aspect="auto", zorder=0)
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
            below = a > x and b > y  # where the line leaves to the upper right
            ax.annotate(f"{names[k]} {'·'.join(map(str, codes[k, :level]))}", (x, y), xytext=(5, -4 if below else 4),
                        va="top" if below else "bottom", textcoords="offset points", fontsize=9)  # fmt: skip
        ax.set_title(f"first {level} codes" if level > 1 else "first code", loc="left")
        ax.set(xticks=[], yticks=[])
    return tuple(axes)
