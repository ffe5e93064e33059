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
    figure = plt.figure(figsize=(2.7 * len(rows), 3.6))
    axes = figure.subplots(2, len(rows), sharex=True, sharey="row")
    at = np.arange(len(item))
    for (who, row), (above, below) in zip(rows.items(), axes.T, strict=True):
        above.bar(at, row, color=style.USER)
        above.set_title(f"{who}", fontsize="small", loc="left")
        below.bar(at, item * (1 + strength * np.array(row)), color=style.ITEM)
        below.bar(at, item, fill=False, edgecolor=style.INK, linestyle="dashed")
        below.set_title(f"{name} tells {who}", fontsize="small", loc="left")
        below.set_xlabel("coordinate")
        for ax in (above, below):
            ax.axhline(0, color=style.CONTEXT, linewidth=0.8)
            ax.set_xticks(at, at + 1)
    return tuple(axes.ravel())
