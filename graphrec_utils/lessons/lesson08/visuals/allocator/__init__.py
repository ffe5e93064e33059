"""How many steps each query pin gets: four rules, and the student's own beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

LARGEST = (300, 1_000, 3_000, 10_000, 30_000)  # degrees of the most saved pin in the graph
RULES: dict[str, Callable] = {
    "equal": lambda d, top: np.ones(len(d)),
    "degree": lambda d, top: d,
    "Pixie": lambda d, top: d * (1 + np.log(top) - np.log(d)),
    "C = max": lambda d, top: d * (top - np.log(d)),
}
MINE = "yours"


def allocator(
    pins: Mapping[str, int],
    num_steps: int = 10_000,
    weights: Sequence[float] | None = None,
    largest: int = 3_000,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of the steps that query pins get by four rules, and by a fifth of your own.

    Buttons choose the rule, a slider the largest degree in the graph. `.live().rule` and
    `.live().largest` are what is shown.

    Args:
        pins: name -> degree of each query pin, one to eight of them.
        num_steps: in total.
        weights: how much each pin matters, by default all alike.
        largest: the largest degree in the graph, one of LARGEST.
        function: your allocate_steps(degree, weights, num_steps, max_degree). Its numbers stand
            beside the rules; while it raises an error or returns something else, they do not.

    Raises:
        ValueError: there are no pins or too many, a degree is below 1 or above the smallest of
            LARGEST, or weights or largest do not fit.
    """
    degree = np.array(list(pins.values()), dtype=np.float64)
    if not 1 <= len(pins) <= 8 or degree.min() < 1 or degree.max() > LARGEST[0]:
        raise ValueError(f"one to eight pins of degrees 1 to {LARGEST[0]}; got {dict(pins)}")
    weights = np.ones(len(pins)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weights.shape != degree.shape or not (weights > 0).all():
        raise ValueError(f"weights must be {len(pins)} numbers above 0; got {weights}")
    if largest not in LARGEST:
        raise ValueError(f"largest must be one of {', '.join(map(str, LARGEST))}; got {largest}")
    steps = {name: [_steps(rule, degree, weights, num_steps, top) for top in LARGEST]
             for name, rule in RULES.items()}  # fmt: skip
    note = ""
    if function is not None:
        own = [_own(function, degree, weights, num_steps, top) for top in LARGEST]
        if all(x is not None for x in own):
            steps[MINE] = own
        else:
            note = "Your own rule joins the buttons when your function returns a number per pin."
    at = LARGEST.index(largest)
    told = "; ".join(
        f"{name}: " + ", ".join(f"{x:,.0f}" for x in rows[at]) for name, rows in steps.items()
    )
    return Visual(
        Path(__file__).with_name("allocator.js"),
        state={
            "names": list(pins), "degree": degree.astype(int).tolist(), "total": num_steps,
            "largest": at, "sizes": list(LARGEST), "steps": steps, "rules": list(steps), "rule": "Pixie",
        },
        text=f"steps of {len(pins)} query pins by {len(steps)} rules",
        alt=(
            f"Bars of the steps that {', '.join(f'{x} (on {d:.0f} boards)' for x, d in pins.items())} "
            f"get of {num_steps:,}, where the largest degree is {largest:,}. {told}."
        ),
        draw=lambda: draw(list(pins), degree, steps, at),
        note=note,
    )  # fmt: skip


def _steps(rule, degree, weights, num_steps, top) -> list[float]:
    share = weights * rule(degree, top)
    return [round(float(x), 1) for x in num_steps * share / share.sum()]


def _own(function, degree, weights, num_steps, top) -> list[float] | None:
    """Return the numbers of a function that may be unfinished, or None."""
    try:
        given = np.asarray(function(degree.copy(), weights.copy(), num_steps, top), np.float64)
    except Exception:
        return None
    fits = given.shape == degree.shape and np.isfinite(given).all() and (given >= 0).all()
    return [round(float(x), 1) for x in given] if fits else None


def draw(names: list[str], degree, steps: dict, at: int) -> tuple[Axes, ...]:
    """Draw the bars of every rule."""
    wide = min(2.3 * len(steps), 8.2) + 0.6  # wider, the lettering shrinks below 9 px in a notebook
    figure = plt.figure(figsize=(wide, 0.9 + 0.36 * len(names)))
    axes = figure.subplots(1, len(steps), sharey=True, sharex=True, squeeze=False)[0]
    place = np.arange(len(names))
    for ax, (name, rows) in zip(axes, steps.items(), strict=True):
        ax.barh(place, rows[at], color=style.POSITIVE if name == MINE else style.ITEM, height=0.6)
        for y, x in zip(place, rows[at], strict=True):
            ax.annotate(f"{x:,.0f}", (x, y), (3, 0), textcoords="offset points", va="center",
                        fontsize=8)  # fmt: skip
        ax.set_title(name, loc="left")
        ax.set_xlim(0, 1.35 * max(max(r[at]) for r in steps.values()))
    axes[0].set_yticks(place, [f"{x}, on {d:.0f}" for x, d in zip(names, degree, strict=True)])
    axes[0].invert_yaxis()
    axes[len(axes) // 2].set_xlabel("steps")
    return tuple(axes)
