"""A number of steps, shared among query pins: four rules, and the student's own beside them."""

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

    A strip is cut by the rule that a button chooses, and a pale one below it in proportion to the boards. Each pin can be
    pulled to other boards, a slider sets the largest degree in the graph. `.live().rule`, `.degree` and `.largest` are
    what is shown.

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
            "names": list(pins), "degree": degree.astype(int).tolist(), "weights": weights.tolist(), "total": num_steps,
            "largest": at, "sizes": list(LARGEST), "steps": steps, "rules": list(steps), "rule": "Pixie",
        },
        text=f"steps of {len(pins)} query pins by {len(steps)} rules",
        alt=(
            f"A strip for each rule, {num_steps:,} steps cut among {', '.join(f'{x} (boards: {d:.0f})' for x, d in pins.items())}, "
            f"where the largest degree is {largest:,}. {told}."
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


def draw(names: list[str], degree, steps: dict, at: int) -> Axes:
    """Draw a strip for each rule, cut among the pins; the pin on fewest boards has its number at the end."""
    ax = plt.figure(figsize=(7.4, 0.9 + 0.46 * len(steps))).subplots()
    colors = [style.USER, style.CONTEXT, style.POSITIVE, style.ITEM]
    rarest = int(np.argmin(degree))
    for row, rows in enumerate(steps.values()):
        given = np.asarray(rows[at])
        ends = given.cumsum() / max(given.sum(), 1)
        for k, (end, part) in enumerate(zip(ends, given / max(given.sum(), 1), strict=True)):
            last = k % len(colors) == len(colors) - 1
            ax.barh(row, part, left=end - part, height=0.72, color=colors[k % len(colors)],
                    alpha=1 if last else 0.6, edgecolor="white", linewidth=0.8)  # fmt: skip
            if part > 0.12:
                ax.annotate(
                    f"{given[k]:,.0f}", (end - part / 2, row), ha="center", va="center", fontsize=9
                )
        ax.annotate(f"{names[rarest]}: {given[rarest]:,.0f}", (1.012, row), va="center", fontsize=9)
    first = np.asarray(steps[next(iter(steps))][at])
    for k, x in enumerate(first.cumsum() - first / 2):
        ax.annotate(
            f"{names[k]}, {degree[k]:.0f}",
            (x / max(first.sum(), 1), -0.62),
            ha="center",
            fontsize=9,
        )
    ax.set_yticks(range(len(steps)), list(steps))
    ax.set(xlim=(0, 1.3), ylim=(len(steps) - 0.5, -1), xticks=[])
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    return ax
