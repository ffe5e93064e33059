"""A training, step by step, of vectors on a circle: do they spread, or become one point?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

MOST = 2_500  # angles in all, so that a page stays small
SHAPES = ("s", "o", "^", "D")


def collapse(
    runs: Mapping[str, Sequence[np.ndarray]],
    groups: Sequence[int] | np.ndarray,
    every: int = 1,
) -> Visual:
    """Return a visual that goes through the steps of one or more trainings.

    Args:
        runs: by name, for each shown step the vectors (n, 2) of the same n nodes; only their
            directions count. All runs have equally many steps.
        groups: (n,) which of at most four groups a node belongs to, its shape.
        every: training steps between two that are shown.

    Raises:
        ValueError: there are no runs or more than three, sizes differ, there is too much to show, or a
            vector is not finite.
    """
    groups = np.asarray(groups)
    sizes = {(len(frames), *np.shape(frames[0])) for frames in runs.values() if len(frames)}
    if not 1 <= len(runs) <= 3 or len(sizes) != 1:
        raise ValueError("give one to three runs with equally many steps, each (n, 2)")
    T, *shape = next(iter(sizes))
    if shape != [len(groups), 2] or groups.min() < 0 or groups.max() >= len(SHAPES):
        raise ValueError(
            f"each step needs (n, 2) vectors and each node a group below {len(SHAPES)}; "
            f"got {tuple(shape)} and {groups.shape}"
        )
    if len(runs) * T * len(groups) > MOST:
        raise ValueError(
            f"{len(runs)} runs of {T} steps and {len(groups)} nodes are too many to show: pass fewer steps"
        )
    steps = {name: [_frame(z) for z in frames] for name, frames in runs.items()}
    first = next(iter(steps))
    told = ", ".join(f"{name} {frames[-1]['cosine']:.2f}" for name, frames in steps.items())
    return Visual(
        Path(__file__).with_name("collapse.js"),
        state={
            "step": 0, "steps": steps, "names": list(steps), "name": first,
            "groups": groups.tolist(), "every": int(every),
        },
        text=f"collapse: {len(steps)} trainings of {len(groups)} vectors, {T} steps shown",
        alt=(
            f"Vectors of {len(groups)} nodes on a circle before and after training, for each of {len(steps)} losses. "
            f"Mean cosine of two nodes at the end: {told}."
        ),
        draw=lambda: draw(steps, groups),
    )  # fmt: skip


def _frame(z) -> dict:
    """Return the angles in degrees, and the mean cosine of two different nodes."""
    z = np.asarray(z, dtype=np.float64)
    if not np.isfinite(z).all():
        raise ValueError("a vector is not finite")
    degrees = np.degrees(np.arctan2(z[:, 1], z[:, 0]))
    unit = np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    n = len(z)
    mean = (np.square(unit.sum(axis=1)).sum() - n) / max(1, n * (n - 1))
    return {"angle": [round(x) for x in degrees.tolist()], "cosine": round(float(mean), 2)}


def draw(steps: dict[str, list[dict]], groups: np.ndarray) -> tuple[Axes, ...]:
    """Draw the start, and the end of each run."""
    shown = [("at the start", next(iter(steps.values()))[0])]
    shown += [(f"{name}, at the end", frames[-1]) for name, frames in steps.items()]
    figure = plt.figure(figsize=(2.5 * len(shown), 3.1), layout="constrained")
    axes = figure.subplots(1, len(shown), squeeze=False)[0]
    turn = np.linspace(0, 2 * np.pi, 90)
    for ax, (title, frame) in zip(axes, shown, strict=True):
        ax.plot(np.cos(turn), np.sin(turn), color=style.CONTEXT, linewidth=1)
        for k in np.unique(groups):
            mine = np.radians(np.array(frame["angle"])[groups == k])
            ax.plot(np.cos(mine), np.sin(mine), SHAPES[k], color=style.ITEM, alpha=0.6)
        ax.set(aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
        ax.set_title(f"{title}\nmean cosine {frame['cosine']:.2f}".replace("-", "−"))
        ax.axis("off")
    return tuple(axes)
