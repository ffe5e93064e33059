"""Two towers on a circle: a user among items, and the softmax at a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import arguments, style
from graphrec_utils.plots.visuals.base import Visual

TEMPERATURES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def towers(
    items: Sequence[str],
    angles: Sequence[float],
    positive: int = 0,
    user: float = 60.0,
    temperature: float = 1.0,
) -> Visual:
    """Return a visual of vectors of length 1: turn the user, cool the softmax.

    Sliders set the user's direction and the temperature; a button turns the user the way the gradient
    of the loss points. `.live().user` (degrees) and `.live().at` (a place in TEMPERATURES) are what
    is shown.

    Args:
        items: two to nine names.
        angles: of the items, in degrees.
        positive: the item that the user liked.
        user: direction of the user, in degrees.
        temperature: to begin with, one of TEMPERATURES.

    Raises:
        ValueError: names and angles do not fit, or an argument is out of range.
    """
    angles = np.asarray(angles, dtype=np.float64)
    if not 2 <= len(items) <= 9 or angles.shape != (len(items),) or not np.isfinite(angles).all():
        raise ValueError(
            f"two to nine items need an angle each; got {len(items)} and {angles.shape}"
        )
    positive = arguments.integer("positive", positive, least=0)
    if positive >= len(items):
        raise ValueError(f"positive must be one of the {len(items)} items; got {positive}")
    if temperature not in TEMPERATURES:
        raise ValueError(f"temperature must be one of {TEMPERATURES}; got {temperature}")
    if not -360 <= user <= 360:
        raise ValueError(f"user must be an angle between -360 and 360 degrees; got {user}")
    return Visual(
        Path(__file__).with_name("towers.js"),
        state={
            "items": list(items), "angles": [round(float(a), 1) for a in angles], "positive": positive,
            "user": float(user % 360), "temperatures": list(TEMPERATURES),
            "at": TEMPERATURES.index(temperature),
        },
        text=f"a user among {len(items)} items on a circle, temperature {temperature:g}",
        alt=(
            f"A circle with {len(items)} items as orange squares and a user as a blue point at {user:g} degrees, who "
            f"liked {items[positive]}. Beside it the softmax over the items at three temperatures: nearly flat at 1, "
            "sharp at 0.1."
        ),
        draw=lambda: draw(list(items), angles, positive, user),
    )  # fmt: skip


def softmax(angles: np.ndarray, user: float, temperature: float) -> np.ndarray:
    """Return the probabilities of items at these angles for a user at that one."""
    s = np.cos(np.radians(angles - user)) / temperature
    p = np.exp(s - s.max())
    return p / p.sum()


def draw(items: list[str], angles: np.ndarray, positive: int, user: float) -> tuple[Axes, Axes]:
    """Draw the circle, and the softmax at three temperatures."""
    figure = plt.figure(figsize=(8.0, 3.2))
    circle, bars = figure.subplots(1, 2, width_ratios=(1, 1.3))
    turn = np.radians(np.linspace(0, 360, 181))
    circle.plot(np.cos(turn), np.sin(turn), color=style.CONTEXT, linewidth=1)
    x, y = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    circle.scatter(x, y, marker="s", color=style.ITEM, s=50, zorder=3)
    circle.scatter(x[positive], y[positive], marker="s", s=140, facecolors="none",
                   edgecolors=style.POSITIVE, linewidths=2, zorder=3)  # fmt: skip
    circle.annotate("", (np.cos(np.radians(user)), np.sin(np.radians(user))), (0, 0),
                    arrowprops={"arrowstyle": "->", "color": style.USER, "linewidth": 2})  # fmt: skip
    for name, a, b in zip(items, x, y, strict=True):
        circle.annotate(
            name, (1.12 * a, 1.12 * b), ha="left" if a > 0 else "right", va="center", fontsize=9
        )
    circle.set(xlim=(-1.9, 1.9), ylim=(-1.3, 1.3), aspect="equal")
    circle.axis("off")
    place, wide = np.arange(len(items)), 0.26
    for k, (t, shade) in enumerate(zip((1.0, 0.5, 0.1), (0.35, 0.65, 1.0), strict=True)):
        bars.bar(place + (k - 1) * wide, softmax(angles, user, t), wide, color=style.ITEM, alpha=shade,
                 label=f"τ = {t:g}")  # fmt: skip
    bars.set_xticks(place, items, rotation=20, ha="right")
    bars.set_ylabel("probability")
    bars.legend()
    return circle, bars
