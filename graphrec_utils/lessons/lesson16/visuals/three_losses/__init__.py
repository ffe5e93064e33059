"""OmniSage's three losses as switches: who asks, what is found, and which parts get a gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked

# name: (x, y, words, losses whose gradient reaches it); a grid of 640 by 300
BOXES = {
    "pin": (8, 10, "a pin and its neighbors", ""),
    "features": (8, 110, "a neighbor's raw features", ""),
    "history": (8, 210, "z of what a user liked", "u"),
    "encoder": (228, 10, "encoder", "efu"),
    "network": (228, 110, "feature network", "f"),
    "reader": (228, 210, "user transformer", "u"),
    "found": (448, 110, "z of the pins to be found", "efu"),
}
EDGES = (
    ("pin", "encoder", ""), ("features", "network", ""), ("history", "reader", ""),
    ("encoder", "found", "e"), ("network", "found", "f"), ("reader", "found", "u"),
)  # fmt: skip
SAME = "each z is made\nby this encoder"  # so a gradient that comes to a z goes on to it
LOSSES = {"e": "pairs", "f": "features", "u": "users"}  # as the lesson calls them
NAMES = {"e": "entity-entity", "f": "entity-feature", "u": "user-entity"}  # as the library does
BATCH = {"e": 256, "f": 256, "u": 4000}  # questions of a batch, as 16.4 tells
LOOKS = {"e": (style.USER, "-"), "f": (style.ITEM, "--"), "u": (style.POSITIVE, ":")}
WIDTH, HEIGHT = 180, 68


def three_losses(
    measured: Mapping[str, Mapping[str, float]] | None = None,
    on: str = "ef",
    function: Callable | None = None,
) -> Visual:
    """Return a visual of the three losses; `.live().on` holds the letters of those that are switched on.

    Args:
        measured: what was found with a choice of losses, {"entity-entity + user-entity": {"all": 0.2}} with names
            joined by " + " in the order of `NAMES`; choices that are not there show none.
        on: of "e", "f" and "u", those that are on at first.
        function: a student's `joint_loss(losses, weights)`, exercise 16.4: each loss that is on says its share in
            the number trained on, all weights 1 and the questions of a batch as in `BATCH`.

    Raises:
        ValueError: a letter or a name is unknown.
    """
    if set(on) - set(LOSSES):
        raise ValueError(f"on must be letters of {''.join(LOSSES)}; got {on!r}")
    names = {
        "".join(x): " + ".join(NAMES[k] for k in x)
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
    said, note = asked(function, lambda: (shares(function), weighed(function)))
    part, heeds = said or (None, function is not None)
    if function is not None and part is None:
        part = {on: {k: 1 / len(on) for k in on} for on in names if on}  # a mean each, weights 1
        mine = "a mean for each, then their sum"
    else:
        mine = f"your {getattr(function, '__name__', 'function')}"
    bars = (("one mean over all", crowd(on)), (mine, part[on])) if part and on else ()
    return Visual(
        Path(__file__).with_name("three_losses.js"),
        state={
            "boxes": BOXES,
            "edges": EDGES,
            "losses": LOSSES,
            "measured": told,
            "on": on,
            "shares": part,
            "weighed": heeds,
            "batch": BATCH,
            "size": [WIDTH, HEIGHT],
            "same": SAME.split("\n"),
        },
        text="OmniSage's three losses as switches",
        alt=in_words(bars)
        if bars
        else (
            "Seven boxes in three columns. A pin and its neighbors go into the encoder, a neighbor's raw features into "
            "the feature network, vectors z of what a user liked into the user transformer. All three ask for "
            "vectors z of pins. Each z is made by the encoder. A box carries a stripe for each chosen loss that gives it a gradient."
        ),
        draw=lambda: draw_shares(on, bars) if bars else draw(on),
        note=note,
    )


def shares(function: Callable, first: float = 1.0) -> dict[str, dict[str, float]]:
    """Return {letters of the losses that are on: {letter: its share in the number that `function` returns}}.

    A loss's share is how fast the number changes when all its examples grow alike, over the sum of all. Every
    example is 1 and every weight is 1 (that of pairs: `first`), so the shares tell what the numbers of
    examples do.

    Raises:
        ValueError: the number has no gradient, or none of the losses changes it.
    """
    found = {}
    for bits in product((0, 1), repeat=3):
        on = [k for k, yes in zip(LOSSES, bits, strict=True) if yes]
        if not on:
            continue
        losses = {k: torch.ones(BATCH[k], requires_grad=True) for k in on}
        weights = {NAMES[k]: first if k == "e" else 1.0 for k in on}
        total = function({NAMES[k]: x for k, x in losses.items()}, weights)
        if not (isinstance(total, torch.Tensor) and total.requires_grad):
            raise ValueError("its number has no gradient")
        slopes = torch.autograd.grad(total.sum(), list(losses.values()), allow_unused=True)
        pull = [0.0 if x is None else float(x.sum()) for x in slopes]
        if not sum(pull):
            raise ValueError("no loss changes its number")
        found["".join(on)] = {k: round(x / sum(pull), 3) for k, x in zip(on, pull, strict=True)}
    return found


def weighed(function: Callable) -> bool:
    """Report whether twice the weight gives a loss twice the pull, as a sum with weights does."""
    one, two = shares(function)["efu"], shares(function, 2.0)["efu"]
    return abs(two["e"] - 2 * one["e"] / (1 + one["e"])) < 0.005


def crowd(on: str) -> dict[str, float]:
    """Return {letter: its share} if all questions of a batch go into one mean."""
    return {k: BATCH[k] / sum(BATCH[x] for x in on) for k in on}


def in_words(bars: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """Return what `draw_shares` shows, for readers who do not see it."""
    rows = (
        f"{title}: {', '.join(f'{LOSSES[k]} {100 * x:.0f} %' for k, x in part.items())}."
        for title, part in bars
    )
    return f"Two bars of one length, cut into the shares of the losses. {' '.join(rows)}"


def draw_shares(on: str, bars: Sequence[tuple[str, Mapping[str, float]]]) -> Axes:
    """Draw a bar for each (title, {letter: share}), cut into shares; they tell what the boxes cannot."""
    _, ax = plt.subplots(figsize=(7.6, 2.3))
    for row, (title, part) in enumerate(bars):
        left = 0.0
        ax.text(0, -row - 0.36, title, va="bottom", fontsize=11)
        for k, share in part.items():
            ax.barh(-row - 0.62, share, 0.4, left=left, color=LOOKS[k][0], edgecolor=style.PAPER, linewidth=1.5)  # fmt: skip
            ax.text(left + share / 2, -row - 0.88, f"{100 * share:.0f} %", ha="center", va="top", fontsize=9)  # fmt: skip
            left += share
    keys = [plt.Rectangle((0, 0), 1, 1, color=LOOKS[k][0], label=f"{LOSSES[k]}: {BATCH[k]:,}") for k in on]  # fmt: skip
    ax.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(1.01, 0.92),
        title="questions in the batch",
        alignment="left",
        fontsize=10,
    )
    ax.set(
        xlim=(0, 1),
        ylim=(-len(bars) - 0.15, 0),
        title="share of each loss in the number trained on",
    )
    ax.axis("off")
    return ax


def draw(on: str) -> Axes:
    """Draw the boxes; a stripe for each loss in `on` whose gradient reaches them."""
    _, ax = plt.subplots(figsize=(7.6, 3.4))
    for one, other, loss in EDGES:
        (x, y), (a, b) = BOXES[one][:2], BOXES[other][:2]
        begin, end = (x + WIDTH, -y - HEIGHT / 2), (a, -b - HEIGHT / 2)
        lit = loss and loss in on
        color, line = LOOKS[loss] if lit else (style.CONTEXT, "-")
        ax.add_patch(FancyArrowPatch(
            begin, end, arrowstyle="-|>", mutation_scale=12, color=color, linestyle=line, linewidth=3 if lit else 1.2,
        ))  # fmt: skip
    x, y = BOXES["encoder"][:2]
    ax.text(x + WIDTH + 14, -y - 4, SAME, va="top", fontsize=10)
    for x, y, words, losses in BOXES.values():
        mine = [k for k in losses if k in on]
        ax.add_patch(FancyBboxPatch(
            (x, -y - HEIGHT), WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=8", facecolor=style.PAPER,
            edgecolor=style.INK if mine else style.CONTEXT, linewidth=1.8 if mine else 1.2, zorder=2,
        ))  # fmt: skip
        for k, loss in enumerate(mine):
            wide = (WIDTH - 16) / len(mine)
            ax.add_patch(plt.Rectangle((x + 8 + k * wide, -y - HEIGHT + 4), wide - 2, 8, color=LOOKS[loss][0], zorder=3))  # fmt: skip
        ax.text(x + WIDTH / 2, -y - HEIGHT / 2 + 4, words.replace(" and ", "\nand ").replace(" raw", "\nraw").replace(" to be", "\nto be").replace(" a user", "\na user"),
                ha="center", va="center", fontsize=10, zorder=3)  # fmt: skip
    keys = [plt.Line2D([], [], color=LOOKS[k][0], linestyle=LOOKS[k][1], linewidth=3,
                       label=LOSSES[k]) for k in on]  # fmt: skip
    if keys:
        ax.legend(handles=keys, loc="lower right", bbox_to_anchor=(1.0, 0.0), fontsize=9)
    ax.set(
        xlim=(0, 640),
        ylim=(-290, 0),
        title="gradients of " + (" + ".join(LOSSES[k] for k in on) or "nothing"),
    )
    ax.axis("off")
    return ax
