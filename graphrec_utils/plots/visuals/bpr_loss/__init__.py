"""The BPR loss over the score difference, and its twin with the sign turned."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import arguments, style
from graphrec_utils.plots.visuals.base import Visual

REACH = 6.0  # differences shown, to both sides of 0


def bpr_loss(difference: float = -1.0, rate: float = 1.0) -> Visual:
    r"""Return a visual of $-\log\sigma(x)$ and its gradient over $x = s^+ - s^-$.

    Move x, take steps of gradient descent, and turn the sign: then each step makes the negative
    win by more. `.live().difference` is the x shown, `.live().turned` tells the sign.

    Args:
        difference: where x starts, between -6 and 6.
        rate: how far a step moves x, as a multiple of the gradient, above 0.

    Raises:
        ValueError: an argument is out of range.
    """
    if not -REACH <= difference <= REACH:
        raise ValueError(f"difference must lie between -6 and 6; got {difference}")
    arguments.positive(rate=rate)
    return Visual(
        Path(__file__).with_name("bpr_loss.js"),
        state={"difference": float(difference), "rate": float(rate), "turned": False},
        text=f"BPR loss with both signs, from a difference of {difference:g}",
        alt=(
            "Two curves over the score difference x from -6 to 6. The BPR loss falls from 6 to 0 "
            "and is 0.69 at x = 0; its twin with the sign turned rises from 0 to 6. Below, their "
            "gradients: from -1 to 0, and from 0 to 1."
        ),
        draw=draw,
    )


def draw() -> tuple[Axes, Axes]:
    """Draw loss and gradient of both signs side by side."""
    x = np.linspace(-REACH, REACH, 241)
    figure = plt.figure(figsize=(7.0, 2.8))
    loss, gradient = figure.subplots(1, 2)
    for sign, color, line, name in (
        (1, style.POSITIVE, "solid", "−log σ(x)"),
        (-1, style.NEGATIVE, "dashed", "sign turned: −log σ(−x)"),
    ):
        loss.plot(x, np.logaddexp(0, -sign * x), color=color, linestyle=line, label=name)
        gradient.plot(x, -sign / (1 + np.exp(sign * x)), color=color, linestyle=line, label=name)
    loss.set(xlabel="difference x = pos − neg", ylabel="loss")
    gradient.set(xlabel="difference x = pos − neg", ylabel="gradient by x")
    gradient.axhline(0, color=style.CONTEXT, linewidth=1)
    loss.legend(fontsize="small")
    return loss, gradient
