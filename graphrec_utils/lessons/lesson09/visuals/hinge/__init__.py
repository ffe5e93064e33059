"""The hinge of PinSage: a query, its positive and a negative, pulled and pushed by three rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked

X = np.round(np.linspace(-2, 2, 41), 2)  # negative minus positive, all that unit vectors can have
RULES = {"paper": 1, "slide": -1}  # the sign of negative - positive
MINE = "yours"


def hinge(
    positive: int = 60,
    negative: int = 40,
    margins: Sequence[float] = (0.0, 0.1, 0.3, 0.6),
    margin: float = 0.3,
    function: Callable | None = None,
    rule: str = "slide",
) -> Visual:
    r"""Return a visual of $\max(0, s^- - s^+ + \Delta)$, of the slide's sign, and of your own loss.

    Sliders turn positive and negative around the query and set the margin, a button takes a step of
    training. `.live().positive` and `.live().negative` are the angles.

    Args:
        positive, negative: degrees between the query and each of them, 0 to 180.
        margins: what the margin can be, in increasing order.
        margin: one of them.
        function: your pinsage_loss(z_q, z_i, z_shared, z_hard, margin); its curve is a third rule.
        rule: the one to begin with, "paper" or "slide".

    Raises:
        ValueError: an angle is out of range, the margins do not fit, or the rule is unknown.
    """
    for name, angle in (("positive", positive), ("negative", negative)):
        if not 0 <= angle <= 180:
            raise ValueError(f"{name} must lie between 0 and 180 degrees; got {angle}")
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}; got {rule!r}")
    margins = [float(x) for x in margins]
    if not margins or margins != sorted(set(margins)) or margins[0] < 0 or margin not in margins:
        raise ValueError(
            f"margins must increase from 0 on and hold margin; got {margins}, {margin}"
        )
    curves = {
        name: [[round(max(0.0, float(sign * x + d)), 3) for x in X] for d in margins]
        for name, sign in RULES.items()
    }
    own, note = asked(function, lambda: [_own(function, d) for d in margins])
    if own is not None:
        curves[MINE] = own
    at = margins.index(margin)
    s = {n: float(np.cos(np.radians(a))) for n, a in (("p", positive), ("n", negative))}
    told = ", ".join(
        f"{name} {np.interp(s['n'] - s['p'], X, rows[at]):.2f}" for name, rows in curves.items()
    )
    return Visual(
        Path(__file__).with_name("hinge.js"),
        state={
            "positive": int(positive), "negative": int(negative), "margins": margins, "margin": at,
            "mine": own, "rules": list(curves), "rule": rule,
        },
        text=f"hinge with {len(curves)} rules, positive at {positive} and negative at {negative} degrees",
        alt=(
            f"Left: a query vector to the right, its positive at {positive} and a negative at {negative} "
            f"degrees from it. Right: the loss over negative minus positive with margin {margin:g}: the paper's "
            "is 0 on the left and rises, the slide's falls and is 0 on the right. "
            f"Here they are: {told}."
        ),
        draw=lambda: draw(positive, negative, curves, at),
        note=note,
    )  # fmt: skip


def _own(function: Callable, margin: float) -> list[float]:
    """Return the loss of one query at every difference of X."""
    import torch

    def z(x):
        return torch.tensor([[float(x), 0.0]])

    losses = [float(function(z(1), z(-x / 2), z(x / 2), torch.zeros(1, 0, 2), margin)) for x in X]
    if not np.isfinite(losses).all():
        raise ValueError("the loss is not finite")
    return [round(x, 3) for x in losses]


def draw(positive, negative, curves: dict, at: int) -> tuple[Axes, Axes]:
    """Draw the three vectors, and the curves of all rules."""
    figure = plt.figure(figsize=(7.6, 3.0))
    circle, loss = figure.subplots(1, 2, width_ratios=(1, 1.5))
    turn = np.linspace(0, np.pi, 60)
    circle.plot(np.cos(turn), np.sin(turn), color=style.CONTEXT, linewidth=1)
    ends = (("q", 0, style.INK, "-"), ("positive", positive, style.POSITIVE, "-"),
            ("negative", negative, style.NEGATIVE, "--"))  # fmt: skip
    for name, angle, color, line in ends:
        x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        circle.plot([0, x], [0, y], line, color=color, linewidth=2)
        circle.annotate(name, (1.08 * x, 1.08 * y), color=color, ha="center")
    circle.set(aspect="equal", xlim=(-1.35, 1.35), ylim=(-0.15, 1.35))
    circle.axis("off")
    gap = np.cos(np.radians(negative)) - np.cos(np.radians(positive))
    looks = {
        "paper": (style.POSITIVE, "-"),
        "slide": (style.NEGATIVE, "--"),
        MINE: (style.USER, ":"),
    }
    for name, rows in curves.items():
        color, line = looks[name]
        loss.plot(X, rows[at], line, color=color, linewidth=2, label=name)
        loss.plot([gap], [np.interp(gap, X, rows[at])], "o", color=color)
    loss.set(xlabel="negative − positive", ylabel="loss")
    loss.legend()
    return circle, loss
