"""A curriculum, epoch by epoch: how near the query are positives, shared and hard negatives?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

BINS = np.linspace(-1, 1, 21)
KINDS = ("positive", "shared", "hard")


def curriculum(epochs: Sequence[Mapping[str, np.ndarray]], num_shared: int = 500) -> Visual:
    """Return a visual that goes through the epochs of a training.

    Args:
        epochs: for each, from the first on, the cosines with their queries of what was drawn: "positive",
            "shared" and "hard", any number of each; epoch n has n - 1 hard negatives for each query.
        num_shared: negatives that all queries of a batch share.

    Raises:
        ValueError: there are no epochs or more than twelve, a kind is missing, or a value is no cosine.
    """
    if not 1 <= len(epochs) <= 12:
        raise ValueError(f"this visual shows 1 to 12 epochs; got {len(epochs)}")
    steps = [_counts(k, drawn) for k, drawn in enumerate(epochs, start=1)]
    last = steps[-1]
    return Visual(
        Path(__file__).with_name("curriculum.js"),
        state={
            "step": 0, "steps": steps, "edges": [round(float(x), 2) for x in BINS],
            "shared": int(num_shared),
        },
        text=f"curriculum of {len(steps)} epochs",
        alt=(
            f"Histograms of cosines with the query in epochs 1 and {len(steps)}: positives on the right, shared "
            "negatives to the left of them, and hard ones, which are added from epoch 2 on, partly with either. In the last "
            f"epoch the means are {last['mean']['positive']:.2f}, {last['mean']['shared']:.2f} and "
            + (f"{last['mean']['hard']:.2f}." if last["hard"] else "there are no hard ones.")
        ),
        draw=lambda: draw(steps),
    )  # fmt: skip


def _counts(epoch: int, drawn: Mapping[str, np.ndarray]) -> dict:
    """Return the shares of each kind in the bins, and their means."""
    if set(KINDS) - set(drawn):
        raise ValueError(f"epoch {epoch} needs {', '.join(KINDS)}; got {', '.join(drawn)}")
    shares, means = {}, {}
    for kind in KINDS:
        x = np.asarray(drawn[kind], dtype=np.float64).ravel()
        if len(x) and not (np.abs(x) <= 1 + 1e-4).all():
            raise ValueError(f"epoch {epoch}, {kind}: cosines lie between -1 and 1")
        count = np.histogram(np.clip(x, -1, 1), BINS)[0]
        shares[kind] = [round(float(c) / max(1, len(x)), 3) for c in count]
        means[kind] = round(float(x.mean()), 2) if len(x) else None
    return {"hard": epoch - 1, "share": shares, "mean": means}


LOOKS = {
    "positive": (style.POSITIVE, "-"),
    "shared": (style.CONTEXT, "-"),
    "hard": (style.NEGATIVE, "--"),
}


def draw(steps: list[dict]) -> tuple[Axes, ...]:
    """Draw the first and the last epoch."""
    chosen = sorted({0, len(steps) - 1})
    figure = plt.figure(figsize=(3.6 * len(chosen) + 0.4, 2.8))
    axes = figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0]
    for ax, k in zip(axes, chosen, strict=True):
        for kind, (color, line) in LOOKS.items():
            if steps[k]["mean"][kind] is not None:
                ax.stairs(
                    steps[k]["share"][kind],
                    BINS,
                    color=color,
                    linestyle=line,
                    linewidth=2,
                    label=kind,
                )
        ax.set(xlabel="cosine with the query", title=f"epoch {k + 1}, {steps[k]['hard']} hard each")
    axes[0].set_ylabel("share")
    axes[-1].legend()
    return tuple(axes)
