"""The logits of a batch: positives on the diagonal, accidental hits off it, softmax row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import sampling, style
from graphrec_utils.plots.visuals.base import Visual, asked

TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0)


def batch_matrix(
    users: Sequence,
    items: Sequence,
    ids: Sequence[int],
    user_names: Sequence[str],
    item_names: Sequence[str],
    temperature: float = 0.5,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of a batch's logits and of what a softmax makes of each row.

    Choose a row, move the temperature, and let accidental hits back in. `.live().row`, `.live().masked`
    and `.live().at` (a place in TEMPERATURES) are what is shown.

    Args:
        users, items: (B, d) vectors of each row's user and item, 2 to 7 rows.
        ids: (B,) which item it is; equal ones are accidental hits for each other.
        user_names, item_names: B names each.
        temperature: to begin with, one of TEMPERATURES.
        function: your in_batch_logits(users, items, ids, temperature); its logits are shown.

    Raises:
        ValueError: shapes do not fit, there are too few or too many rows, or the temperature is none of
            TEMPERATURES.
    """
    U, V = (torch.as_tensor(np.asarray(x), dtype=torch.float32) for x in (users, items))
    B, names = len(U), [list(user_names), list(item_names)]
    if U.ndim != 2 or U.shape != V.shape or not 2 <= B <= 7:
        raise ValueError(
            f"users and items must both be (B, d), B from 2 to 7; got {tuple(U.shape)} and {tuple(V.shape)}"
        )
    if {len(ids), *map(len, names)} != {B}:
        raise ValueError(f"ids and names must have {B} entries each")
    if temperature not in TEMPERATURES:
        raise ValueError(f"temperature must be one of {TEMPERATURES}; got {temperature}")
    which = torch.as_tensor(list(ids), dtype=torch.int64)
    hits = sampling.accidental_hits(which)

    def own():
        tables = []
        for t in TEMPERATURES:
            S = function(U.clone(), V.clone(), which.clone(), t)
            if not isinstance(S, torch.Tensor) or tuple(S.shape) != (B, B) or S.isnan().any():
                raise ValueError(f"no {B} by {B} logits")
            tables.append(_table(S))
        return tables

    given, note = asked(function, own)
    plain = [_table(U @ V.T / t) for t in TEMPERATURES]
    masked = given or [_table((U @ V.T / t).masked_fill(hits, -torch.inf)) for t in TEMPERATURES]
    at = TEMPERATURES.index(temperature)
    return Visual(
        Path(__file__).with_name("batch_matrix.js"),
        state={
            "users": names[0], "items": names[1], "temperatures": list(TEMPERATURES), "at": at, "row": 0,
            "logits": masked, "plain": plain, "masked": True,
        },
        text=f"logits of a batch of {B} at temperature {temperature:g}",
        alt=(
            f"A table of {B} users by {B} items: {', '.join(f'{u} with {i}' for u, i in zip(*names, strict=True))}. "
            f"The diagonal holds the positives. {int(hits.sum())} places off it hold the row's own item and are "
            "left out. Beside it the softmax of the first row."
        ),
        draw=lambda: draw(masked[at], names),
        note=note,
    )  # fmt: skip


def _table(S: torch.Tensor) -> list[list[float | None]]:
    """Return rounded logits, None for what is left out."""
    return [[round(x, 3) if np.isfinite(x) else None for x in row] for row in S.tolist()]


def draw(logits: list[list[float | None]], names: list[list[str]]) -> tuple[Axes, Axes]:
    """Draw the table and the softmax of its first row."""
    S = np.array([[-np.inf if x is None else x for x in row] for row in logits])
    B = len(S)
    figure = plt.figure(figsize=(8.4, 0.9 + 0.44 * B))
    table, bars = figure.subplots(1, 2, width_ratios=(1.5, 1))
    shown = np.where(np.isfinite(S), S, np.nan)
    table.imshow(shown, cmap="cividis", aspect="auto")
    middle = (np.nanmin(shown) + np.nanmax(shown)) / 2
    for a in range(B):
        for b in range(B):
            there = np.isfinite(S[a, b])
            color = style.INK if not there or shown[a, b] > middle else style.PAPER
            text = f"{S[a, b]:.1f}" if there else "same\nfilm"
            table.text(b, a, text, ha="center", va="center", color=color, fontsize=9,
                       weight="bold" if a == b else None)  # fmt: skip
    table.set_xticks(range(B), names[1], rotation=20, ha="right", fontsize=9)
    table.set_yticks(range(B), names[0])
    table.grid(False)
    p = np.exp(S[0] - S[0].max())
    p /= p.sum()
    bars.barh(range(B), p, color=[style.POSITIVE, *[style.ITEM] * (B - 1)], height=0.6)
    bars.set_yticks(range(B), names[1], fontsize=9)
    bars.invert_yaxis()
    bars.set_xlim(0, 1)
    bars.set_title(f"softmax of {names[0][0]}'s row", loc="left")
    return table, bars
