"""One user's list between what is liked more than usual and what is likely, by λ log Q on a slider."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

ENDS = (-0.5, 1.5)
LARGEST = 8  # items whose rows fit below each other


def shift(
    names: Sequence[str], learned: Sequence[float], log_q: Sequence[float], amount: float = 0.0
) -> Visual:
    r"""Return a visual of the softmax over $s_i + \lambda \log Q_i$, best item first.

    Bars are the items' probabilities, outlines how often they are drawn. `.live().amount` is λ.

    Args:
        names: 2 to 8 items.
        learned: a user's logits, as trained without a correction.
        log_q: the log of each item's Q, below 0.
        amount: λ at the start, from -0.5 to 1.5.

    Raises:
        ValueError: the three are not of one length in 2 … 8, a number is not finite, Q is no probability, or λ
            is out of range.
    """
    s, q = (np.asarray(x, dtype=np.float64).round(4) for x in (learned, log_q))
    if not 2 <= len(names) <= LARGEST or s.shape != (len(names),) or q.shape != s.shape:
        raise ValueError(
            f"names, learned and log_q need one length, 2 to {LARGEST}; got {len(names)}, {s.shape}, {q.shape}"
        )
    if not (np.isfinite(s).all() and np.isfinite(q).all() and (q < 0).all()):
        raise ValueError("learned and log_q must be finite, and the log of a probability below 0")
    if not ENDS[0] <= amount <= ENDS[1]:
        raise ValueError(f"amount must lie between {ENDS[0]} and {ENDS[1]}; got {amount}")
    first = [names[int(np.argmax(s + x * q))] for x in (0, 1)]
    return Visual(
        Path(__file__).with_name("shift.js"),
        state={"names": list(names), "learned": s.tolist(), "log_q": q.tolist(), "amount": amount},
        text=f"list of {len(names)} items, λ log Q on a slider",
        alt=(
            f"Bars of the probabilities of {', '.join(names)} for one user, the best first, beside outlines "
            f"of how often each is drawn. Without a shift {first[0]} comes first, at λ = 1 {first[1]}."
        ),
        draw=lambda: draw(names, s, q),
    )


def draw(names: Sequence[str], s: np.ndarray, q: np.ndarray) -> tuple[Axes, ...]:
    """Draw the list at λ = 0, 0.5 and 1."""
    figure = plt.figure(figsize=(8.4, 0.6 + 0.34 * len(names)))
    axes = figure.subplots(1, 3, sharex=True)
    for ax, amount in zip(axes, (0, 0.5, 1), strict=True):
        z = np.exp(s + amount * q - (s + amount * q).max())
        order, p = np.argsort(-z, kind="stable"), z / z.sum()
        at = np.arange(len(s))
        ax.barh(at, p[order], color=style.ITEM)
        ax.barh(at, np.exp(q[order]), fill=False, edgecolor=style.INK, linestyle="dashed")
        ax.set_yticks(at, [names[k] for k in order])
        ax.invert_yaxis()
        ax.set_title(f"λ = {amount:g}", loc="left", fontsize="small")
        ax.set_xlabel("probability")
    return tuple(axes)
