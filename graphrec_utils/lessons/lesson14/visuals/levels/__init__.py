"""The two levels of MultiBiSage on real pins: whom a pin looks at in a graph, and at which graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

ITSELF = "the pin itself"


def levels(pins: Sequence[Mapping]) -> Visual:
    """Return a visual to go from pin to pin and from graph to graph.

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
            f"Bars of how much {first['name']} looks at itself ({first['itself']:.2f}) and at "
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
    """Draw both levels of a pin, the graph that it looks at most."""
    graphs = pin["graphs"]
    most = max(graphs, key=lambda g: g["looks"])
    figure = plt.figure(figsize=(8.4, 0.9 + 0.34 * max(8, len(graphs) + 1)))
    left, right = figure.subplots(1, 2)
    names = [ITSELF, *(g["name"] + ("" if g["near"] else " (nobody)") for g in graphs)]
    looks = [pin["itself"], *(g["looks"] for g in graphs)]
    colors = [style.USER, *(style.ITEM if g is most else style.CONTEXT for g in graphs)]
    for axes, ticks, values, color in (
        (left, names, looks, colors),
        (right, [n for n, _ in most["near"]], [w for _, w in most["near"]], style.ITEM),
    ):
        bars = axes.barh(range(len(values)), values, color=color, height=0.62)
        axes.bar_label(bars, [f"{v:.2f}" for v in values], padding=3, fontsize=9)
        axes.set_yticks(range(len(values)), ticks, fontsize=9)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.15 * max([*values, 0.01]))
    left.set_title(f"{pin['name']} looks at")
    right.set_title(f"in {most['name']}")
    return left, right
