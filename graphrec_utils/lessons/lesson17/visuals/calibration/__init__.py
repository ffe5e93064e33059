"""A reliability diagram whose logits can be stretched and shifted, with RCE and AUC beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import metrics, style
from graphrec_utils.plots.visuals.base import Visual, asked

STRETCH = tuple(round(2 ** (k / 3), 2) for k in range(-6, 7))  # fine enough to follow a hand
SHIFT = tuple(k / 4 for k in range(-8, 9))
BINS = 8
LARGEST = 5000  # rows: so many states of them are computed


def calibration(
    logits: Sequence[float],
    labels: Sequence[float],
    stretch: float = 1.0,
    shift: float = 0.0,
    function: Callable | None = None,
) -> Visual:
    r"""Return a visual of what is said and what happens, for $\\sigma(a z + b)$.

    The sliders set a and b. RCE moves with both, AUC with neither. `.live().stretch` and `.live().shift`
    are places in STRETCH and SHIFT.

    Args:
        logits: (B,) what a model says, 20 to 5,000 rows.
        labels: (B,) zeros and ones, both of them.
        stretch, shift: where the sliders stand, from STRETCH and SHIFT.
        function: your rce(labels, probabilities), whose numbers are shown; while it fails, the library's are.

    Raises:
        ValueError: too few or too many rows, one class only, or a slider that is nowhere.
    """
    z, y = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if z.ndim != 1 or not 20 <= len(z) <= LARGEST:
        raise ValueError(f"logits must be 20 to {LARGEST} numbers; got shape {z.shape}")
    order = metrics.auc(y, z)
    if np.isnan(order):
        raise ValueError("labels must hold zeros and ones")
    if stretch not in STRETCH or shift not in SHIFT:
        raise ValueError(f"stretch is one of {STRETCH}, shift one of {SHIFT}")
    grid = [[_sigmoid(a * z + b) for b in SHIFT] for a in STRETCH]

    def numbers(rce) -> list[list[float]]:
        return [[round(float(rce(y.copy(), p.copy())), 1) + 0.0 for p in row] for row in grid]

    own, note = asked(function, lambda: numbers(function))
    if own is not None and not np.isfinite(own).all():
        own, note = None, "Your function gives no finite number: the numbers are the library's."
    rce = own or numbers(metrics.rce)
    curves = [[_curve(y, p) for p in row] for row in grid]
    at = STRETCH.index(stretch), SHIFT.index(shift)
    told = "; ".join(f"{s:.2f} said, {h:.2f} happened" for s, h in curves[at[0]][at[1]])
    return Visual(
        Path(__file__).with_name("calibration.js"),
        state={
            # what happened is the same in all: the groups are
            "said": [[[s for s, _ in c] for c in row] for row in curves], "happened": [h for _, h in curves[at[0]][at[1]]], "rce": rce, "auc": round(order, 3), "share": round(float(y.mean()), 3),
            "stretches": list(STRETCH), "shifts": list(SHIFT), "stretch": at[0], "shift": at[1],
        },
        text=f"reliability of {len(z)} predictions under {len(STRETCH) * len(SHIFT)} stretches and shifts",
        alt=(
            f"What {len(z)} predictions say against what happens, in groups of equal size: {told}. "
            f"RCE {rce[at[0]][at[1]]:.1f}, AUC {order:.3f}. On the diagonal both are equal."
        ),
        draw=lambda: draw(curves, rce, order),
        note=note,
    )  # fmt: skip


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * z))


def _curve(y: np.ndarray, p: np.ndarray) -> list[list[float]]:
    table = metrics.reliability(y, p, BINS)
    return table[["said", "happened"]].round(3).to_numpy().tolist()


def draw(curves, rce, order: float) -> tuple[Axes, ...]:
    """Draw the diagram as it is, stretched, and shifted."""
    middle = len(SHIFT) // 2
    still = STRETCH.index(1.0)
    shown = [(still, middle), (len(STRETCH) - 1, middle), (still, len(SHIFT) - 1)]
    figure = plt.figure(figsize=(8.4, 3.0))
    axes = figure.subplots(1, len(shown), sharey=True)
    for ax, (i, j) in zip(axes, shown, strict=True):
        said, happened = np.array(curves[i][j]).T
        ax.plot([0, 1], [0, 1], color=style.CONTEXT, linewidth=1)
        ax.plot(said, happened, color=style.ITEM, marker="s", markersize=5)
        ax.set_title(f"a = {STRETCH[i]:g}, b = {SHIFT[j]:g}: RCE {rce[i][j]:.1f}, AUC {order:.3f}",
                     loc="left", fontsize="small")  # fmt: skip
        ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="said")
    axes[0].set_ylabel("happened")
    return tuple(axes)
