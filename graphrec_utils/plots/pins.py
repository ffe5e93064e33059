"""PinWorld's pins with faces, so that a list can be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from graphrec_utils import pinworld, style

# A drawing for each topic in a square of 10: outlines with the letters of SVG's paths, from the lower
# left corner, and O x y r, a circle. What is closed is filled with paper. Of two topics that look alike
# in PinWorld's pictures each has its own.
DRAWINGS = {
    "cakes": "M2 1 L2 4.4 L8 4.4 L8 1 Z M3 4.4 L3 6.8 L7 6.8 L7 4.4 Z M5 6.8 L5 8.2 O5 8.9 .6",
    "candles": "M3.7 1.5 L3.7 6 L6.3 6 L6.3 1.5 Z M5 6 L5 7 M5 9.8 Q6.8 7.8 5 7 Q3.2 7.8 5 9.8 Z M2 1.5 L8 1.5",
    "surfing": "M4 9.6 Q7 5.5 4 .8 Q1 5.5 4 9.6 Z M4 9.6 L4 .8 M6 2 Q7 3.4 7.8 2 Q8.6 .8 9.6 2 M6.6 4 Q7.4 5.2 8.2 4 Q8.9 3 9.6 4",
    "sailing": "M5 2.7 L5 9.6 M5.4 9.3 L9 3.6 L5.4 3.6 Z M4.6 8.4 L1.6 3.6 L4.6 3.6 Z M1 2.7 L9 2.7 L7.6 .8 L2.4 .8 Z",
    "macrame": "M1 9 L9 9 M2 9 L5 6.4 L8 9 M5 6.4 L6.8 4.6 L5 2.9 L3.2 4.6 Z M3.2 4.6 L2.6 .8 M5 2.9 L5 .6 M6.8 4.6 L7.4 .8 M5 9 L5 6.4",
    "knitting": "M1.4 9.6 L8 .8 M8.6 9.6 L2 .8 O5 4.4 2.9 M2.4 5.6 Q5 7.6 7.6 5.6 M2.2 4 Q5 6 7.8 4 M3 2.4 Q5 4 7 2.4",
    "tattoos": "M.6 3.2 L9.4 7.4 M5 1.4 Q0 5.2 1.9 7.8 Q3.8 9.6 5 7.2 Q6.2 9.6 8.1 7.8 Q10 5.2 5 1.4 Z M9.4 7.4 L8.2 7.6 M9.4 7.4 L8.8 6.3",
    "calligraphy": "M5 .6 L7.6 5.2 L6.5 9.4 L3.5 9.4 L2.4 5.2 Z M5 .6 L5 5 O5 5.6 .7",
    "makeup": "M3.4 .8 L3.4 4.2 L6.6 4.2 L6.6 .8 Z M4 4.2 L4 6 L6 6 L6 4.2 Z M4.3 6 L4.3 9.4 L5.7 8.2 L5.7 6 Z",
    "skincare": "M2.8 .8 L2.8 5.6 L7.2 5.6 L7.2 .8 Z M4.4 5.6 L4.4 7 L5.6 7 L5.6 5.6 Z M5 7 L5 9 L2.4 9 L2.4 8 O5 3.1 1",
    "pottery": "M3.4 7 Q0 7.4 2 4.4 M6.6 7 Q10 7.4 8 4.4 M3 8.8 L7 8.8 L6.4 7.3 Q9 4.4 6.4 1 L3.6 1 Q1 4.4 3.6 7.3 Z",
    "tableware": "O5 5 2.7 O5 5 1.5 M1.2 1 L1.2 9 M.5 9 L.5 7 L1.9 7 L1.9 9 M8.8 1 L8.8 9 Q10 7 8.8 5",
    "weights": "M2.6 5 L7.4 5 M2 2.4 L2 7.6 L3.2 7.6 L3.2 2.4 Z M6.8 2.4 L6.8 7.6 L8 7.6 L8 2.4 Z M.8 3.6 L.8 6.4 L2 6.4 L2 3.6 Z M8 3.6 L8 6.4 L9.2 6.4 L9.2 3.6 Z",
    "gymnastics": "M3 9.8 L3 4.8 M7 9.8 L7 4.8 O3 3.2 1.7 O7 3.2 1.7",
    "cabins": "M2 .8 L2 4.8 L8 4.8 L8 .8 Z M.8 4.8 L5 9.2 L9.2 4.8 Z M4.2 .8 L4.2 3.4 L5.8 3.4 L5.8 .8 Z",
    "treehouses": "O1.9 5.6 1.5 O8.1 5.6 1.5 M4.3 .6 L4.3 3.6 L5.7 3.6 L5.7 .6 Z M2.6 3.6 L2.6 6.4 L7.4 6.4 L7.4 3.6 Z M1.8 6.4 L5 9.4 L8.2 6.4 Z",
    "bonsai": "M2.4 .6 L1.8 2.6 L8.2 2.6 L7.6 .6 Z M5.4 2.6 Q3.2 4.4 5 6 M4.2 4.4 L7.4 5.4 O3.6 6.8 1.7 O6.6 8 1.6 O7.8 5.6 1.1",
    "houseplants": "M3.2 .6 L2.6 3.6 L7.4 3.6 L6.8 .6 Z M5 3.6 L5 9.6 M5 3.8 Q.4 5 1.2 8.6 Q4.8 7.8 5 3.8 Z M5 3.8 Q9.6 5 8.8 8.6 Q5.2 7.8 5 3.8 Z",
    "coffee": "M1.8 6.2 L2.5 1.8 L6.5 1.8 L7.2 6.2 Z M7 5.4 Q9.8 5 6.7 3 M3.5 7.2 Q4.4 8.2 3.5 9.4 M5.5 7.2 Q6.4 8.2 5.5 9.4 M1 .8 L8 .8",
    "chocolate": "M2 .8 L2 9.2 L8 9.2 L8 .8 Z M5 .8 L5 9.2 M2 3.6 L8 3.6 M2 6.4 L8 6.4",
    "cocktails": "M1.2 9 L8.8 9 L5 4.8 Z M5 4.8 L5 1 M2.6 1 L7.4 1 M3 7 L7 7 O8.2 9 .8",
    "smoothies": "M5 7.6 L6.6 9.8 M2.6 6.6 L3.4 .8 L6.6 .8 L7.4 6.6 Z M2.2 6.6 Q5 9.4 7.8 6.6 Z M3 4.2 L7 4.2",
    "perfumes": "M2.4 .8 L2.4 5.2 L7.6 5.2 L7.6 .8 Z M4.2 5.2 L4.2 6.4 L5.8 6.4 L5.8 5.2 Z M4 6.4 L4 8.4 L6 8.4 L6 6.4 Z M3.2 7.4 L1.4 7.4 M3.2 8 L1.6 8.8 M3.2 6.8 L1.6 6 M6 7.4 L7 7.4 O8 7.4 1",
    "vases": "M5 8 L5 9 M5 8 L3.6 9.6 M5 8 L6.4 9.6 M4 8 L6 8 L5.6 6.6 Q8.6 3.8 6.2 .8 L3.8 .8 Q1.4 3.8 4.4 6.6 Z M2.9 3.6 L7.1 3.6",
}  # fmt: skip
# How a kind is framed: (width of the line, of a second one inside, dashes).
FRAMES = {
    "organic": (1.2, 0, "solid"),
    "idea": (1.2, 1.2, "solid"),
    "product": (1.8, 0, (0, (3, 2))),
    "ad": (4.5, 0, "solid"),
}
WIDE, HIGH = 1.0, 1.5  # of the place of a pin
NEAR = mpl.colormaps[style.MAGNITUDE]


def faces(
    world,
    query: int,
    lists: Mapping[str, Sequence[int]],
    names: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a query pin and lists of others, one row for each list, the best at the left.

    A topic is a drawing with its name, a kind is a frame. How near a pin's style is to the query's, the cosine, is told
    twice: by the color, blue-gray to yellow, and by the length of the bar below the pin, none below 0.

    Args:
        world: a `pinworld.World`.
        query: a pin.
        lists: what is written above a row → pins.
        names: write topics below the pins.
        ax: where to draw.

    Raises:
        ValueError: there is no list.
        IndexError: an id is not a pin.
    """
    if not lists:
        raise ValueError("lists is empty; give at least one name and its pins")
    rows = {"the query": [query], **{name: list(map(int, pins)) for name, pins in lists.items()}}
    for pin in (pin for row in rows.values() for pin in row):
        if not 0 <= pin < world.num_pins:
            raise IndexError(f"pins are 0 to {world.num_pins - 1}; got {pin}")
    across = max(map(len, rows.values()))
    if ax is None:
        across = max(across, 5)
        size = (0.2 + 0.72 * across * WIDE, 0.4 + 0.67 * len(rows) * HIGH)
        ax = plt.figure(figsize=size).add_subplot()
    looks = world.arrays["pin_style"].astype(float)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    for r, (name, row) in enumerate(rows.items()):
        ax.text(0.04, -r * HIGH + 0.02, name, weight="bold", fontsize=9, va="bottom")
        for k, pin in enumerate(row):
            topic = pinworld.TOPICS[world.arrays["pin_topic"][pin]]
            kind = pinworld.KINDS[world.arrays["pin_kind"][pin]]
            near = float(looks[query] @ looks[pin])
            _pin(ax, k * WIDE, -r * HIGH, topic, kind, near, topic if names else "")
    for k, kind in enumerate(FRAMES):
        _card(ax, 1.05 + 0.98 * k, -0.32, 0.22, kind, style.PAPER)
        ax.text(1.35 + 0.98 * k, -0.21, kind, va="center", fontsize=8)
    ax.text(1.05, -0.62, "color and bar: how near the query's style", fontsize=8)
    ax.set(xlim=(-0.05, across * WIDE), ylim=(0.3 - HIGH * len(rows), 0.3), aspect="equal")
    ax.axis("off")
    return ax


def _pin(ax: Axes, x: float, y: float, topic: str, kind: str, near: float, name: str) -> None:
    """Draw a pin with its upper left corner at (x, y)."""
    side, edge = 0.78, 0.04
    color = NEAR(0.5 + 0.5 * max(near, 0))
    _card(ax, x + edge, y - side - edge, side, kind, color)
    _drawing(ax, x + edge + 0.11, y - side - edge + 0.11, side - 0.22, topic)
    bar = {"height": 0.07, "linewidth": 0.8, "edgecolor": style.INK}
    ax.add_patch(Rectangle((x + edge, y - 1.0), side, facecolor=style.PAPER, **bar))
    ax.add_patch(Rectangle((x + edge, y - 1.0), side * max(near, 0), facecolor=style.INK, **bar))
    ax.text(x + edge + side / 2, y - 1.04, name, ha="center", va="top", fontsize=8)


def _card(ax: Axes, x: float, y: float, side: float, kind: str, color) -> None:
    width, inside, dashes = FRAMES[kind]
    box = {"boxstyle": f"round,pad=0,rounding_size={0.12 * side}", "edgecolor": style.INK}
    ax.add_patch(FancyBboxPatch((x, y), side, side, facecolor=color, linewidth=width, linestyle=dashes, **box))  # fmt: skip
    if inside:
        d = 0.09 * side
        ax.add_patch(FancyBboxPatch((x + d, y + d), side - 2 * d, side - 2 * d, facecolor="none", linewidth=inside, **box))  # fmt: skip


def _drawing(ax: Axes, x: float, y: float, side: float, topic: str) -> None:
    ink = {"edgecolor": style.INK, "linewidth": 1.2, "capstyle": "round", "joinstyle": "round"}
    for part in _parts(DRAWINGS[topic]):
        if isinstance(part, Path):
            shape = part.transformed(mpl.transforms.Affine2D().scale(side / 10).translate(x, y))
            closed = part.codes[-1] == Path.CLOSEPOLY
            ax.add_patch(PathPatch(shape, facecolor=style.PAPER if closed else "none", **ink))
        else:
            cx, cy, r = (side / 10 * v for v in part)
            ax.add_patch(Circle((x + cx, y + cy), r, facecolor=style.PAPER, **ink))


def _parts(drawing: str) -> list[Path | tuple[float, ...]]:
    """Return the paths and circles (x, y, r) of a drawing, in their order."""
    words = drawing.replace("M", " M").replace("O", " O").split()
    starts = [k for k, word in enumerate(words) if word[0] in "MO"] + [len(words)]
    parts = []
    for first, last in pairwise(starts):
        codes, points, numbers, letter = [], [], [], ""
        for word in words[first:last]:
            letter = word[0] if word[0].isalpha() else letter
            numbers += [float(x) for x in [word.lstrip("MLQZO")] if x]
            if letter == "Z":
                codes, points = [*codes, Path.CLOSEPOLY], [*points, points[0]]
            elif len(numbers) == {"M": 2, "L": 2, "Q": 4, "O": 3}[letter]:
                if letter == "O":
                    parts.append(tuple(numbers))
                else:
                    code = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3}[letter]
                    codes += [code] * (len(numbers) // 2)
                    points += zip(numbers[::2], numbers[1::2], strict=True)
                numbers = []
        if codes:
            parts.append(Path(points, codes))
    return parts
