"""The two levels of MultiBiSage on real pins: whom a pin looks at in a graph, and at which graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

ITSELF = "the pin itself"


def levels(pins: Sequence[Mapping]) -> Visual:
    """Return a visual to go from pin to pin and from graph to graph: neighbors flow into graphs, graphs into the pin.

    Args:
        pins: 1 to 6 of {"name": its name, "itself": how much it looks at itself, "graphs": [{"name",
            "looks": how much it looks at the graph, "near": [(name of a neighbor, weight), …]}, …]}. All
            have the same graphs, 1 to 7; `near` is empty, and `looks` 0, where a pin has nobody.

    Raises:
        ValueError: too many or too few pins or graphs, graphs that differ, or weights that are no shares.
    """
    made = [_pin(pin) for pin in pins]
    names = {tuple(g["name"] for g in pin["graphs"]) for pin in made}
    if not 1 <= len(made) <= 6 or len(names) != 1 or not 1 <= len(next(iter(names))) <= 7:
        raise ValueError("this visual shows 1 to 6 pins with the same 1 to 7 graphs")
    first = made[0]
    most = max(first["graphs"], key=lambda g: g["looks"])
    alone = [g["name"] for g in first["graphs"] if not g["near"]]
    return Visual(
        Path(__file__).with_name("levels.js"),
        state={"pins": made, "pin": 0, "graph": first["graphs"].index(most)},
        text=f"two levels of attention for {len(made)} pins",
        alt=(
            f"Neighbors flow into graphs and these into a pin, lines as wide as weights: {first['name']} looks at itself ({first['itself']:.2f}) and at "
            f"{len(first['graphs'])} graphs, most at {most['name']} ({most['looks']:.2f})"
            + (f"; it has nobody in {', '.join(alone)}" if alone else "")
            + f". Beside them its neighbors in {most['name']} and how much it looks at each."
        ),
        draw=lambda: draw(first),
    )


def _pin(pin: Mapping) -> dict:
    graphs = [
        {"name": str(g["name"]), "looks": _share(g["looks"]),
         "near": [[str(name), _share(w)] for name, w in g["near"]][:8]}
        for g in pin["graphs"]
    ]  # fmt: skip
    return {"name": str(pin["name"]), "itself": _share(pin["itself"]), "graphs": graphs}


def _share(x) -> float:
    x = float(x)
    if not -1e-6 <= x <= 1 + 1e-6:
        raise ValueError(f"a weight is a share between 0 and 1; got {x}")
    return round(x, 3)


def draw(pin: dict) -> tuple[Axes, Axes]:
    """Draw both levels of a pin, and the graph that it looks at most."""
    graphs = pin["graphs"]
    most = max(graphs, key=lambda g: g["looks"])
    figure = plt.figure(figsize=(8.0, 0.9 + 0.42 * max(6, len(graphs) + 1)))
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    middle = len(graphs) / 2
    for k, (name, looks, near, color) in enumerate(
        [(ITSELF, pin["itself"], [None], style.USER)]
        + [(g["name"], g["looks"], g["near"], style.ITEM if g is most else style.CONTEXT) for g in graphs]
    ):  # fmt: skip
        if near:
            left.plot([1, 3], [k, middle], color=color, linewidth=1 + 14 * looks, zorder=1)
        left.plot(
            1, k, "o", color=color, markersize=8, fillstyle="full" if near else "none", zorder=2
        )
        value = f"{looks:.2f}" if near else "(nobody)"
        left.annotate(f"{name} {value}", (1.12, k - 0.22), fontsize=9, va="bottom", zorder=3,
                      path_effects=[withStroke(linewidth=3, foreground=style.PAPER)])  # fmt: skip
        for j, neighbor in enumerate(near):
            if neighbor is not None:
                height = k + 0.11 * (j - (len(near) - 1) / 2)
                left.plot(
                    [0, 1], [height, k], color=color, linewidth=0.7 + 5 * neighbor[1], zorder=1
                )
    left.plot(3, middle, "o", color=style.USER, markersize=13, zorder=2)
    left.set(xlim=(-0.1, 3.2), ylim=(len(graphs) + 0.6, -0.9))
    left.axis("off")
    values = [w for _, w in most["near"]]
    bars = right.barh(range(len(values)), values, color=style.ITEM, height=0.62)
    right.bar_label(bars, [f"{v:.2f}" for v in values], padding=3, fontsize=9)
    right.set_yticks(range(len(values)), [name for name, _ in most["near"]], fontsize=9)
    right.invert_yaxis()
    right.set_xlim(0, 1.25 * max([*values, 0.01]))
    left.set_title(f"{pin['name']} looks at")
    right.set_title(f"in {most['name']}")
    return left, right
