"""The BPR loss over the score difference, and its twin with the sign turned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import arguments, style
from graphrec_utils.plots.visuals.base import Visual, asked

REACH = 6.0  # differences shown, to both sides of 0
GRID = np.linspace(-REACH, REACH, 121)  # where a student's function is asked


def bpr_loss(
    difference: float = -1.0, rate: float = 1.0, function: Callable | None = None
) -> Visual:
    r"""Return a visual of $-\log\sigma(x)$ and its gradient over $x = s^+ - s^-$.

    Move x, take steps of gradient descent, and turn the sign: then each step makes the negative
    win by more. `.live().difference` is the x shown, `.live().turned` tells the sign.

    Args:
        difference: where x starts, between -6 and 6.
        rate: how far a step moves x, as a multiple of the gradient, above 0.
        function: a student's `bpr_loss(pos, neg)`, exercise 03.4: both curves and what autograd makes of
            them. With `.live()` it is asked again at every move.

    Raises:
        ValueError: an argument is out of range.
    """
    if not -REACH <= difference <= REACH:
        raise ValueError(f"difference must lie between -6 and 6; got {difference}")
    arguments.positive(rate=rate)
    answers, note = asked(function, lambda: answered(function))
    return Visual(
        Path(__file__).with_name("bpr_loss.js"),
        state={
            "difference": float(difference),
            "rate": float(rate),
            "turned": False,
            "answers": answers,
        },
        text=f"BPR loss with both signs, from a difference of {difference:g}",
        alt=(
            "Two curves over the score difference x from -6 to 6. The BPR loss falls from 6 to 0 "
            "and is 0.69 at x = 0; its twin with the sign turned rises from 0 to 6. Below, their "
            "gradients: from -1 to 0, and from 0 to 1."
        ),
        draw=draw,
        note=note,
        moved=function and (lambda _: {"answers": asked(function, lambda: answered(function))[0]}),
    )


def answered(function: Callable) -> dict[str, list[list[float]]]:
    """Return {loss, slope}: of a student's function over GRID, and with both scores swapped.

    Raises:
        ValueError: a loss or a gradient is no finite number.
    """
    losses, slopes = [], []
    for swapped in (False, True):
        x = torch.tensor(GRID, dtype=torch.float32, requires_grad=True)
        pairs = [(v[None], torch.zeros(1)) for v in x]
        said = [function(*(p[::-1] if swapped else p)) for p in pairs]
        if not all(torch.is_tensor(x) and x.numel() == 1 for x in said):
            raise ValueError(f"a tensor of one number is asked for; got {type(said[0]).__name__}")
        each = torch.stack([x.reshape(()) for x in said])
        (slope,) = torch.autograd.grad(each.sum(), x)
        if not (each.isfinite().all() and slope.isfinite().all()):
            raise ValueError("not every loss between -6 and 6 and its gradient is a finite number")
        losses.append((each.detach().numpy().round(4).astype(float) + 0).round(4).tolist())
        slopes.append((slope.numpy().round(4).astype(float) + 0).round(4).tolist())
    return {"loss": losses, "slope": slopes}


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
