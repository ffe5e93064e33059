"""What the element-wise product adds: one sender, two receivers, two messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

LARGEST = 8  # coordinates whose bars and numbers fit beside each other


def product(
    sender: Sequence[float],
    receivers: dict[str, Sequence[float]],
    name: str = "item",
    strength: float = 1.0,
) -> Visual:
    """Return a visual of the messages e_i + c (e_i ⊙ e_u) to several users, with c on a slider.

    At c = 0 all users hear the same. `.live().strength` is c.

    Args:
        sender: (d,) the item's vector, d at most 8.
        receivers: user name -> (d,) the user's vector; two or three of them.
        name: of the item.
        strength: c at the start, from -2 to 2.

    Raises:
        ValueError: the vectors do not have the same length d in 1 … 8, there are not two or three
            receivers, or c is out of range.
    """
    rows = {who: [round(float(x), 4) for x in vector] for who, vector in receivers.items()}
    item = [round(float(x), 4) for x in sender]
    if not 1 <= len(item) <= LARGEST or any(len(row) != len(item) for row in rows.values()):
        raise ValueError(
            f"all vectors need the same length, 1 to {LARGEST}; "
            f"got {[len(item), *map(len, rows.values())]}"
        )
    if len(rows) not in (2, 3):
        raise ValueError(f"there must be two or three receivers; got {len(rows)}")
    if not -2 <= strength <= 2:
        raise ValueError(f"strength must lie in [-2, 2]; got {strength}")
    return Visual(
        Path(__file__).with_name("product.js"),
        state={"item": item, "users": rows, "name": name, "strength": strength},
        text=f"messages of {name} to {len(rows)} users, d = {len(item)}, product term on a slider",
        alt=(
            f"Bars of the message that {name} sends to {' and '.join(rows)}, without the product "
            f"term the same for all, with strength {strength:g} different for each."
        ),
        draw=lambda: draw(np.array(item), rows, name, strength),
    )


def draw(item: np.ndarray, rows: dict, name: str, strength: float) -> tuple[Axes, ...]:
    """Draw the users' vectors above, the messages they hear below; outlines: without product."""
    figure = plt.figure(figsize=(3.3 * len(rows), 4.4))
    axes = figure.subplots(2, len(rows), sharey="row")
    at = np.arange(len(item))
    for (who, row), (above, below) in zip(rows.items(), axes.T, strict=True):
        heard = item * (1 + strength * np.array(row))
        above.bar(at, row, color=style.USER, width=0.6)
        above.set_title(f"vector of {who}", fontsize="small", loc="left")
        below.bar(at, heard, color=style.ITEM, width=0.6)
        below.bar(at, item, fill=False, edgecolor=style.INK, linestyle="dashed", width=0.6)
        below.set_title(f"{name} tells {who}", fontsize="small", loc="left")
        for ax, values in (
            (above, np.array(row)),
            (below, np.where(abs(heard) > abs(item), heard, item)),
        ):
            told = row if ax is above else [f"×{1 + strength * x:.1f}" for x in row]
            for k, value in enumerate(values):
                ax.annotate(told[k], (k, value), (0, 3 if value >= 0 else -3), textcoords="offset points",
                            ha="center", va="bottom" if value >= 0 else "top", fontsize=10)  # fmt: skip
            ax.axhline(0, color=style.CONTEXT, linewidth=0.8)
            ax.set_xticks(at, [f"f{k + 1}" for k in at])
            ax.tick_params(bottom=False)
    for row in axes:
        top = max(np.abs(ax.dataLim.intervaly).max() for ax in row)
        row[0].set_ylim(-1.3 * top, 1.3 * top)
    return tuple(axes.ravel())
