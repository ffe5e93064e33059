"""MultiBiSage as a machine: lists of neighbors become a vector for each graph, these become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.metrics import Comparison
from graphrec_utils.plots.visuals.base import Visual

ITSELF = "the pin itself"
WIDEST = 16  # points of a line that carries all attention
LISTED = 10  # neighbors drawn for each graph


def machine(pins: Sequence[Mapping], missed: Mapping[str, Comparison] | None = None) -> Visual:
    """Return a visual of the two levels, in which a graph can be taken away.

    Lines are as wide as the attention they carry. Pressing a graph takes it away, and shows what a model finds
    that was trained without it. `.live().out` is the graph that is away, its place or -1.

    Args:
        pins: 1 to 6 of {"name", "itself": how much it looks at itself, "graphs": [{"name", "looks": how much it
            looks at the graph, "near": [(name of a neighbor, weight), …]}, …]}: pins, or the mean of a kind of
            them. All have the same graphs, 1 to 7; `looks` is 0, and `near` empty, where a pin has nobody. `itself` and `near` can
            be left out where they are not known.
        missed: of each graph, the recall of the whole over that of a model trained without it.

    Raises:
        ValueError: too many or too few pins or graphs, graphs that differ, or weights that are no shares.
    """
    made = [_pin(pin) for pin in pins]
    names = {tuple(g["name"] for g in pin["graphs"]) for pin in made}
    if not 1 <= len(made) <= 6 or len(names) != 1 or not 1 <= len(next(iter(names))) <= 7:
        raise ValueError("this visual shows 1 to 6 pins with the same 1 to 7 graphs")
    if unknown := set(missed or {}) - set(*names):
        raise ValueError(f"no graph has the name {', '.join(sorted(unknown))}")
    first = made[0]
    told = {
        name: {key: round(getattr(x, key), 6) for key in ("one", "other", "gap", "low", "high")}
        for name, x in (missed or {}).items()
    }
    looks = ", ".join(f"{g['name']} {g['looks']:.2f}" for g in first["graphs"])
    without = ", ".join(f"{name} {x['other']:.3f}" for name, x in told.items())
    whole = next((x["one"] for x in told.values()), 0)
    return Visual(
        Path(__file__).with_name("machine.js"),
        state={"pins": made, "missed": told, "pin": 0, "out": -1, "seen": []},
        text=f"MultiBiSage with {len(first['graphs'])} graphs, {len(made)} to look at",
        alt=(
            f"Graphs at the left, a vector for each of them in the middle, one vector at the right. Lines are as wide "
            f"as the attention of {first['name']} to a graph: {looks}."
            + (
                f" Beside them recall@10 of models trained without one graph: {without}; with all {whole:.3f}."
                if told
                else ""
            )
        ),
        draw=lambda: draw(first, told),
    )


def _pin(pin: Mapping) -> dict:
    graphs = [
        {"name": str(g["name"]), "looks": _share(g["looks"]),
         "near": [[str(name), _share(w)] for name, w in g.get("near", ())][:LISTED]}
        for g in pin["graphs"]
    ]  # fmt: skip
    itself = pin.get("itself")
    own = None if itself is None else _share(itself)
    return {"name": str(pin["name"]), "itself": own, "graphs": graphs}


def _share(x) -> float:
    x = float(x)
    if not -1e-6 <= x <= 1 + 1e-6:
        raise ValueError(f"a weight is a share between 0 and 1; got {x}")
    return round(x, 3)


def draw(pin: dict, told: dict) -> Axes | tuple[Axes, Axes]:
    """Draw the machine for a pin, and beside it what was found without each graph."""
    graphs = pin["graphs"]
    figure = plt.figure(figsize=(8.4 if told else 5.2, 1.0 + 0.4 * (1 + len(graphs))))
    left, *right = figure.subplots(1, 1 + bool(told), width_ratios=[1.5, 1][: 1 + bool(told)], squeeze=False)[0]  # fmt: skip
    middle = len(graphs) / 2
    rows = [(ITSELF, pin["itself"], []), *((g["name"], g["looks"], g["near"]) for g in graphs)]
    for y, (name, looks, near) in enumerate(rows):
        nobody, color = looks == 0 and not near, style.USER if y == 0 else style.ITEM
        left.text(0, y, name + " (nobody)" * nobody, va="center", fontsize=9)
        for k, (_, weight) in enumerate(near):
            at = y + 0.07 * (k - (len(near) - 1) / 2)
            left.plot([1.25, 1.7], [at, y], color=style.CONTEXT, linewidth=0.5 + 4 * weight)
            left.plot(1.25, at, "s", color=style.ITEM, markersize=3)
        face = style.PAPER if nobody else color
        left.scatter([1.74, 1.82, 1.9, 1.98], [y] * 4, s=26, marker="s", facecolor=face, edgecolor=color)  # fmt: skip
        if nobody:
            continue
        if y and not near:
            left.plot([0.95, 1.7], [y, y], color=style.CONTEXT, linewidth=1)
        wide = 1 if looks is None else WIDEST * looks
        line = ":" if looks is None else "-"
        left.plot([2.06, 3.0], [y, middle], line, color=color, linewidth=wide, alpha=0.5, solid_capstyle="butt")  # fmt: skip
        if looks is not None:
            left.text(1.86, y - 0.22, f"{looks:.2f}", ha="center", fontsize=9)
    cells = [middle + 0.24 * k for k in (-1.5, -0.5, 0.5, 1.5)]
    left.scatter([3.06] * 4, cells, s=60, marker="s", color=style.ITEM)
    left.set(xlim=(-0.05, 3.2), ylim=(len(graphs) + 0.6, -0.8))
    left.set_title(f"{pin['name']}: graphs, a vector for each, one vector")
    left.axis("off")
    if not told:
        return left
    (ax,) = right
    whole = next(iter(told.values()))["one"]
    ax.axvline(whole, color=style.INK, linestyle="--", linewidth=1)
    for y, g in enumerate(graphs, start=1):
        if x := told.get(g["name"]):
            ax.plot([x["one"] - x["high"], x["one"] - x["low"]], [y, y], color=style.CONTEXT)
            ax.plot(x["other"], y, "o", color=style.ITEM)
    ax.set(ylim=(len(graphs) + 0.6, -0.8), xlabel="recall@10")
    ax.locator_params(axis="x", nbins=4)
    ax.set_yticks(range(1, 1 + len(graphs)), [g["name"] for g in graphs], fontsize=9)
    ax.set_title(f"trained without it (all: {whole:.3f})")
    return left, ax
