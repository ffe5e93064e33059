"""OmniSage's three losses as switches: who asks, what is found, and which parts get a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

# name: (x, y, words, losses whose gradient reaches it); a grid of 640 by 300
BOXES = {
    "pin": (8, 10, "a pin and its neighbors", ""),
    "features": (8, 110, "a neighbor's raw features", ""),
    "history": (8, 210, "what a user liked", ""),
    "encoder": (228, 10, "encoder", "efu"),
    "network": (228, 110, "feature network", "f"),
    "reader": (228, 210, "user transformer", "u"),
    "found": (448, 110, "vectors of the pins to be found", "efu"),
}
EDGES = (
    ("pin", "encoder", ""), ("features", "network", ""), ("history", "reader", ""),
    ("encoder", "found", "e"), ("network", "found", "f"), ("reader", "found", "u"),
    ("encoder", "reader", "u"),
)  # fmt: skip
LOSSES = {"e": "entity-entity", "f": "entity-feature", "u": "user-entity"}
LOOKS = {"e": (style.USER, "-"), "f": (style.ITEM, "--"), "u": (style.POSITIVE, ":")}
WIDTH, HEIGHT = 180, 68


def three_losses(
    measured: Mapping[str, Mapping[str, float]] | None = None, on: str = "ef"
) -> Visual:
    """Return a visual of the three losses; `.live().on` holds the letters of those that are switched on.

    Args:
        measured: what was found with a choice of losses, {"entity-entity + user-entity": {"all": 0.2}} with names
            joined by " + " in the order of `LOSSES`; choices that are not there show none.
        on: of "e", "f" and "u", those that are on at first.

    Raises:
        ValueError: a letter or a name is unknown.
    """
    if set(on) - set(LOSSES):
        raise ValueError(f"on must be letters of {''.join(LOSSES)}; got {on!r}")
    names = {
        "".join(x): " + ".join(LOSSES[k] for k in x)
        for x in (
            tuple(k for k, yes in zip(LOSSES, bits, strict=True) if yes)
            for bits in product((0, 1), repeat=3)
        )
    }
    if unknown := set(measured or {}) - set(names.values()):
        raise ValueError(f"measured knows no {min(unknown)!r}; names are joined by ' + '")
    told = {
        key: {k: round(float(v), 4) for k, v in measured[name].items()}
        for key, name in names.items() if measured and name in measured
    }  # fmt: skip
    on = "".join(k for k in LOSSES if k in on)
    return Visual(
        Path(__file__).with_name("three_losses.js"),
        state={
            "boxes": BOXES,
            "edges": EDGES,
            "losses": LOSSES,
            "measured": told,
            "on": on,
            "size": [WIDTH, HEIGHT],
        },
        text="OmniSage's three losses as switches",
        alt=(
            "Seven boxes in three columns. A pin and its neighbors go into the encoder, a neighbor's raw features into "
            "the feature network, what a user liked through the encoder into the user transformer. All three ask for "
            "vectors of pins, which the encoder makes. A box carries a stripe for each chosen loss that gives it a gradient."
        ),
        draw=lambda: draw(on),
    )


def draw(on: str) -> Axes:
    """Draw the boxes; a stripe for each loss in `on` whose gradient reaches them."""
    _, ax = plt.subplots(figsize=(7.6, 3.4))
    for one, other, loss in EDGES:
        (x, y), (a, b) = BOXES[one][:2], BOXES[other][:2]
        if x == a:
            begin, end = (x + 20, -y - HEIGHT), (a + 20, -b)
            bend = "arc3,rad=0.6"  # past the left edge of the box between them
        else:
            begin, end, bend = (x + WIDTH, -y - HEIGHT / 2), (a, -b - HEIGHT / 2), "arc3"
        lit = loss and loss in on
        color, line = LOOKS[loss] if lit else (style.CONTEXT, "-")
        ax.add_patch(FancyArrowPatch(
            begin, end, arrowstyle="-|>", mutation_scale=12, connectionstyle=bend,
            color=color, linestyle=line, linewidth=3 if lit else 1.2,
        ))  # fmt: skip
    for x, y, words, losses in BOXES.values():
        mine = [k for k in losses if k in on]
        ax.add_patch(FancyBboxPatch(
            (x, -y - HEIGHT), WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=8", facecolor=style.PAPER,
            edgecolor=style.INK if mine else style.CONTEXT, linewidth=1.8 if mine else 1.2, zorder=2,
        ))  # fmt: skip
        for k, loss in enumerate(mine):
            wide = (WIDTH - 16) / len(mine)
            ax.add_patch(plt.Rectangle((x + 8 + k * wide, -y - HEIGHT + 4), wide - 2, 8, color=LOOKS[loss][0], zorder=3))  # fmt: skip
        ax.text(x + WIDTH / 2, -y - HEIGHT / 2 + 4, words.replace(" and ", "\nand ").replace(" raw", "\nraw").replace(" of the", "\nof the"),
                ha="center", va="center", fontsize=10, zorder=3)  # fmt: skip
    keys = [plt.Line2D([], [], color=LOOKS[k][0], linestyle=LOOKS[k][1], linewidth=3, label=LOSSES[k]) for k in on]  # fmt: skip
    if keys:
        ax.legend(handles=keys, loc="upper right", bbox_to_anchor=(1.0, 1.0), fontsize=9)
    ax.set(
        xlim=(0, 640),
        ylim=(-290, 0),
        title="gradients of " + (" + ".join(LOSSES[k] for k in on) or "nothing"),
    )
    ax.axis("off")
    return ax
