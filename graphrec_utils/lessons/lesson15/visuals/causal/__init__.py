"""Who looks at whom in attention, with the causal mask and the mask of empty places on or off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.models import transformer
from graphrec_utils.plots.visuals.base import Visual, asked


def causal(
    queries: Sequence,
    keys: Sequence,
    names: Sequence[str],
    empty: Sequence[bool] | None = None,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of the weights of attention; choose a row, and lift each of the two masks.

    `.live().row`, `.live().ahead` and `.live().holes` are what is shown: the place that looks, whether it
    looks ahead, and whether it looks at empty places.

    Args:
        queries, keys: (L, d), 2 to 8 places.
        names: L words.
        empty: (L,) where nothing happened; by default nowhere.
        function: your attend(queries, keys, values, empty); its weights are shown while both masks are on:
            values are the L unit vectors, so that its output is its weights.

    Raises:
        ValueError: shapes do not fit, or there are too few or too many places.
    """
    q, k = (torch.as_tensor(np.asarray(x), dtype=torch.float32) for x in (queries, keys))
    L = len(q)
    hollow = torch.as_tensor([False] * L if empty is None else list(empty), dtype=torch.bool)
    if q.ndim != 2 or q.shape != k.shape or not 2 <= L <= 8:
        raise ValueError(
            f"queries and keys must both be (L, d), L from 2 to 8; got {tuple(q.shape)} and {tuple(k.shape)}"
        )
    words = list(names)
    if not len(words) == len(hollow) == L:
        raise ValueError(f"names and empty must have {L} entries each")

    def weights(ahead: bool, holes: bool) -> list:
        allow = torch.ones(L, L, dtype=torch.bool)
        if not ahead:
            allow = allow.tril()
        if not holes:
            allow = allow & ~hollow
        return _table(transformer.attention_weights(q, k, allow))

    def own() -> list:
        W = function(q[None].clone(), k[None].clone(), torch.eye(L)[None], hollow[None].clone())
        if not isinstance(W, torch.Tensor) or tuple(W.shape) != (1, L, L) or W.isnan().any():
            raise ValueError(f"no {L} by {L} weights")
        return _table(W[0])

    given, note = asked(function, own)
    tables = [
        [given or weights(False, False), weights(False, True)],
        [weights(True, False), weights(True, True)],
    ]
    return Visual(
        Path(__file__).with_name("causal.js"),
        state={"names": words, "empty": hollow.tolist(), "tables": tables, "row": _teller(tables[1][0], hollow.tolist()),
               "ahead": False, "holes": False},
        text=f"attention of {L} places, causal mask and mask of empty places",
        alt=(
            f"A table of {L} by {L} weights: row t shows how much place t looks at each place. With the causal "
            "mask everything above the diagonal is empty, and so are the columns of empty places."
        ),
        draw=lambda: draw(np.array(tables[0][0]), np.array(tables[1][1]), words),
        note=note,
    )  # fmt: skip


def _teller(ahead: list[list[float]], empty: list[bool]) -> int:
    """Return the place, not the first and not empty, that looks ahead most once it may."""
    real = [t for t, hole in enumerate(empty) if t and not hole]
    return max(real, key=lambda t: sum(ahead[t][t + 1 :]), default=0)


def _table(W: torch.Tensor) -> list[list[float]]:
    return [[round(x, 3) for x in row] for row in W.tolist()]


def draw(masked: np.ndarray, free: np.ndarray, names: list[str]) -> tuple[Axes, Axes]:
    """Draw the weights with both masks, and with none."""
    L = len(names)
    figure = plt.figure(figsize=(8.2, 1.2 + 0.4 * L))
    axes = figure.subplots(1, 2, sharey=True)
    for ax, W, title in zip(axes, (masked, free), ("both masks", "no mask"), strict=True):
        ax.imshow(W, cmap="cividis", vmin=0, vmax=1)
        for a in range(L):
            for b in range(L):
                if W[a, b] > 0 or W is free or (b <= a and masked[:, b].any()):  # blank: masked
                    color = style.PAPER if W[a, b] < 0.5 else style.INK
                    ax.text(
                        b,
                        a,
                        f"{W[a, b]:.2f}".lstrip("0"),
                        ha="center",
                        va="center",
                        color=color,
                        fontsize=8.5,
                    )
        ax.set_xticks(range(L), names, rotation=30, ha="right", fontsize=9)
        ax.set_yticks(range(L), names, fontsize=9)
        ax.grid(False)
        ax.set_title(title, loc="left")
    axes[0].set_ylabel("this place …")
    for ax in axes:
        ax.set_xlabel("… hears this one")
    return tuple(axes)
