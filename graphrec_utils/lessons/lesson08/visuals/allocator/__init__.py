"""How many steps each query pin gets, over its boards: four rules, and the student's own beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

ALONG = np.unique(np.geomspace(1, 300, 25).round(1))  # degrees at which the curves are drawn
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

    A curve for each rule over the boards of a pin, both logarithmic, says what a pin of weight 1 would get beside these.
    Buttons choose the rule, a slider the largest degree in the graph. `.live().rule` and `.live().largest` are what is
    shown.

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
    curves = {name: [_curve(rule, degree, weights, num_steps, top) for top in LARGEST]
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
            "along": ALONG.tolist(), "curves": curves,
        },
        text=f"steps of {len(pins)} query pins by {len(steps)} rules",
        alt=(
            f"Steps over boards, both logarithmic, a curve for each rule: what {', '.join(f'{x} (on {d:.0f} boards)' for x, d in pins.items())} "
            f"get of {num_steps:,}, where the largest degree is {largest:,}. {told}."
        ),
        draw=lambda: draw(list(pins), degree, steps, curves, at),
        note=note,
    )  # fmt: skip


def _steps(rule, degree, weights, num_steps, top) -> list[float]:
    share = weights * rule(degree, top)
    return [round(float(x), 1) for x in num_steps * share / share.sum()]


def _curve(rule, degree, weights, num_steps, top) -> list[float]:
    """Return the steps that a pin of each degree of ALONG would get, with weight 1, beside these."""
    whole = (weights * rule(degree, top)).sum()
    return [float(f"{x:.4g}") for x in num_steps * rule(ALONG, top) / whole]


def _own(function, degree, weights, num_steps, top) -> list[float] | None:
    """Return the numbers of a function that may be unfinished, or None."""
    try:
        given = np.asarray(function(degree.copy(), weights.copy(), num_steps, top), np.float64)
    except Exception:
        return None
    fits = given.shape == degree.shape and np.isfinite(given).all() and (given >= 0).all()
    return [round(float(x), 1) for x in given] if fits else None


LOOKS = {
    "equal": (style.CONTEXT, "--"),
    "degree": (style.USER, "-"),
    "Pixie": (style.ITEM, "-"),
    "C = max": (style.NEGATIVE, ":"),
}


def draw(names: list[str], degree, steps: dict, curves: dict, at: int) -> Axes:
    """Draw the curve of every rule, a mark at each pin, and what the pin on fewest boards gets."""
    ax = plt.figure(figsize=(7.4, 3.6)).subplots()
    rarest, told = int(np.argmin(degree)), []
    for name, rows in steps.items():
        color, line = LOOKS.get(name, (style.POSITIVE, ""))
        if name in curves:
            # by degree is wide and pale: what lies on it is seen, too
            wide = (
                {"linewidth": 8, "alpha": 0.35, "zorder": 1}
                if name == "degree"
                else {"linewidth": 2}
            )
            ax.plot(ALONG, curves[name][at], line, color=color, label=name, **wide)
        known = np.maximum(rows[at], 1)  # a logarithmic axis has no 0
        ax.plot(degree, known, "D" if name == MINE else "o", color=color,
                markersize=9 if name == MINE else 6, fillstyle="none" if name == MINE else "full",
                label=name if name == MINE else None)  # fmt: skip
        if all(abs(np.log(known[rarest] / x)) > 0.1 for x in told):  # or it would lie on another
            told.append(known[rarest])
            ax.annotate(f"{rows[at][rarest]:,.0f}", (degree[rarest], known[rarest]), (-8, 0),
                        textcoords="offset points", va="center", ha="right", color=color, fontsize=9)  # fmt: skip
    for name, d in zip(names, degree, strict=True):
        ax.axvline(d, color=style.CONTEXT, linewidth=0.5, zorder=0)
        ax.annotate(name, (d, 1.01), xycoords=("data", "axes fraction"), ha="center", fontsize=9)
    ax.set(xscale="log", yscale="log", xlabel="boards of the pin", ylabel="steps", xlim=(0.6, 400))
    ax.legend(loc="lower right")
    return ax
