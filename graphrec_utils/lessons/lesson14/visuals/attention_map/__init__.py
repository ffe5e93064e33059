"""Who looks at whom, pin by pin, and what happens when empty places are heard."""

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


def attention_map(
    pins: Sequence[str],
    queries,
    keys,
    padding,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of attention weights, a row for each pin and a column for each place of its list.

    Choose a pin, let the empty places be heard, and carry its query away: weights are those of the function for the
    query as it is, each times e to what the shift adds to its logit, with the sum that they had.

    Args:
        pins: B names, 2 to 7.
        queries: (B, d).
        keys: (B, T, d), T from 2 to 8; zeros stand where nobody is.
        padding: (B, T) bool, True for empty places.
        function: your attend(q, K, V, padding). Its weights are read off with one-hot values.

    Raises:
        ValueError: shapes do not fit, or there are too many or too few.
    """
    q, K = (torch.as_tensor(np.asarray(x), dtype=torch.float32) for x in (queries, keys))
    mask = torch.as_tensor(np.asarray(padding), dtype=torch.bool)
    B, T = mask.shape if mask.ndim == 2 else (0, 0)
    if K.ndim != 3 or K.shape[:2] != (B, T) or q.shape != (B, K.shape[2]) or len(pins) != B:
        raise ValueError(
            f"give B names, queries (B, d), keys (B, T, d) and padding (B, T); got {len(pins)}, "
            f"{tuple(q.shape)}, {tuple(K.shape)} and {tuple(mask.shape)}"
        )
    if not (2 <= B <= 7 and 2 <= T <= 8):
        raise ValueError(f"this visual shows 2 to 7 pins with 2 to 8 places; got {B} and {T}")
    one_hot = torch.eye(T).expand(B, T, T)

    def own():
        tables = []
        for empty in (mask, torch.zeros_like(mask)):
            out = function(q.clone(), K.clone(), one_hot.clone(), empty.clone())
            if not isinstance(out, torch.Tensor) or tuple(out.shape) != (B, T):
                raise ValueError(f"no {B} by {T} weights")
            tables.append(_table(out))
        return tables

    def librarys():
        return [
            _table(transformer.attend(q[:, None], K, one_hot, allow)[:, 0])
            for allow in (~mask[:, None], None)
        ]

    given, note = asked(function, own)
    masked, heard = given or librarys()
    names = list(map(str, pins))
    keys_ = [_plane(query, key) for query, key in zip(q, K, strict=True)]
    lengths = [round(float(query.norm()), 3) for query in q]
    row = int((~mask).sum(dim=1).argmax())  # the longest list has most to show
    lonely = [names[b] for b in range(B) if mask[b].all()]
    return Visual(
        Path(__file__).with_name("attention_map.js"),
        state={
            "pins": names, "empty": mask.tolist(), "weights": masked, "heard": heard, "row": row,
            "masked": True, "keys": keys_, "lengths": lengths, "root": round(q.shape[1] ** 0.5, 4),
            "moved": [[0, 0]] * B,
        },
        text=f"attention of {B} pins over {T} places",
        alt=(
            f"A table of {B} pins by {T} places of their lists. Darker cells are looked at more; cells of empty "
            f"places are hatched and have weight 0. {int(mask.sum())} of {B * T} places are empty"
            + (f"; {', '.join(lonely)} has no neighbor at all. " if lonely else ". ")
            + f"Beside it the weights of {names[row]} as bars, and its keys as arrows in a plane with its query."
        ),
        draw=lambda: draw(names, mask.tolist(), masked, keys_[row], row),
        note=note,
    )  # fmt: skip


def _table(weights: torch.Tensor) -> list[list[float | None]]:
    """Return rounded weights, None for NaN and infinity."""
    return [[round(x, 6) if np.isfinite(x) else None for x in row] for row in weights.tolist()]


def _plane(query: torch.Tensor, keys: torch.Tensor) -> list[list[float]]:
    """Return the keys along the query, and across it in the direction in which they differ most."""
    along = keys @ (query / query.norm().clamp(min=1e-12))
    rest = keys - along[:, None] * query / query.norm().clamp(min=1e-12)
    across = rest @ torch.linalg.svd(rest.double()).Vh[0].float()
    if across[across.abs().argmax()] < 0:  # a direction has no sign
        across = -across
    return [
        [round(x, 3) + 0.0 for x in point] for point in torch.stack([along, across], 1).tolist()
    ]


def draw(
    pins: list[str], empty: list[list[bool]], weights: list, keys: list[list[float]], row: int
) -> tuple[Axes, Axes, Axes]:
    """Draw the table, the bars of one row, and that pin's keys as arrows."""
    W = np.array([[np.nan if x is None else x for x in row] for row in weights])
    B, T = W.shape
    figure = plt.figure(figsize=(8.0, 0.9 + 0.44 * B))
    table, bars, plane = figure.subplots(1, 3, width_ratios=(1.9, 0.7, 1))
    table.imshow(W, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for b in range(B):
        for t in range(T):
            if empty[b][t]:
                table.add_patch(plt.Rectangle((t - 0.5, b - 0.5), 1, 1, fill=False, hatch="//",
                                              edgecolor=style.CONTEXT, linewidth=0))  # fmt: skip
            value = "NaN" if np.isnan(W[b, t]) else f"{W[b, t]:.2f}"
            if not empty[b][t] or W[b, t] != 0:
                color = style.PAPER if W[b, t] > 0.6 else style.INK
                table.text(t, b, value, ha="center", va="center", fontsize=9, color=color)
    table.set_xticks(range(T), range(1, T + 1))
    table.set_yticks(range(B), pins)
    table.set_xlabel("place in the list; hatched: nobody")
    table.grid(False)
    bars.barh(range(T), np.nan_to_num(W[row]), color=style.ITEM, height=0.6)
    bars.set_yticks(range(T), range(1, T + 1))
    bars.invert_yaxis()
    bars.set_xlim(0, 1)
    bars.set_title(pins[row], loc="left")
    reach = max(0.01, *(abs(x) for point in keys for x in point))
    angles = [np.arctan2(y, x) for x, y in keys]
    for t, (x, y) in enumerate(keys):
        if not empty[row][t]:
            width = 1 + 6 * float(np.nan_to_num(W[row, t]))
            plane.plot([0, x], [0, y], color=style.ITEM, linewidth=width)
            twins = [
                k for k, z in enumerate(angles) if not empty[row][k] and abs(z - angles[t]) < 0.2
            ]
            # numbers of keys that point the same way stand on either side of them
            side = 1 if len(twins) > 1 and twins.index(t) % 2 else -1
            at = (
                (10 * side * np.sin(angles[t]), -10 * side * np.cos(angles[t]))
                if len(twins) > 1
                else (7, 2)
            )
            plane.annotate(
                str(t + 1),
                (x, y),
                at,
                textcoords="offset points",
                fontsize=9,
                ha="center",
                va="center",
            )
    plane.plot([0, 1.1 * reach], [0, 0], "--o", color=style.INK, markevery=[1])
    plane.set(
        xlim=(-0.4 * reach, 1.3 * reach), ylim=(-1.3 * reach, 1.3 * reach), xticks=[], yticks=[]
    )
    plane.set_title("keys; dashed: query", loc="left")
    return table, bars, plane
