"""Relations as arrows in the plane: move entities, and see what a translation cannot say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked

FIRST = "one to one"  # drawn alone: the others answer an exercise that comes later
REACH = 2.0  # coordinates shown, to all sides of 0
SCENES: dict[str, dict] = {
    "one to one": {
        "entities": ["Paris", "France", "Berlin", "Germany", "Rome", "Italy"],
        "points": [[-1.4, 0.5], [0.1, 1.1], [-0.4, -0.2], [1.2, 0.3], [-1.1, -1.3], [0.3, -1.0]],
        "relations": ["capital of"],
        "vectors": [[1.2, 0.3]],
        "facts": [[0, 0, 1], [2, 0, 3], [4, 0, 5]],
    },
    "both directions": {
        "entities": ["France", "Germany"],
        "points": [[-0.8, -0.3], [0.9, 0.4]],
        "relations": ["borders"],
        "vectors": [[0.6, 1.3]],
        "facts": [[0, 0, 1], [1, 0, 0]],
    },
    "one to many": {
        "entities": ["Europe", "France", "Germany", "Italy"],
        "points": [[-1.5, 0.0], [0.4, 1.1], [1.3, 0.1], [0.5, -1.2]],
        "relations": ["contains"],
        "vectors": [[1.5, 0.6]],
        "facts": [[0, 0, 1], [0, 0, 2], [0, 0, 3]],
    },
    "one after another": {
        "entities": ["Paris", "France", "Europe"],
        "points": [[-1.3, -0.9], [0.0, -0.6], [0.8, 0.9]],
        "relations": ["capital of", "lies in", "capital in"],
        "vectors": [[1.1, 0.6], [0.9, 1.2], [1.6, 1.9]],
        "facts": [[0, 0, 1], [1, 1, 2], [0, 2, 2]],
    },
}


def translation(
    scene: str = "one to one", norm: int = 2, function: Callable | None = None
) -> Visual:
    r"""Return a visual of facts as translations: where $\mathbf e_h + \boldsymbol\theta_r$ is, and where $\mathbf e_t$.

    The reader moves entities and arrows, lets every relation take its best arrow, or pulls all points towards
    what the facts ask for. `.live().points` and `.live().vectors` are what is shown.

    Args:
        scene: the facts to begin with, one of SCENES.
        norm: 1 or 2, of the distances.
        function: a student's `distance(head, rel, tail, norm)`, exercise 12.1: a column of the table is what
            it says. With `.live()` it is asked again at every move.

    Raises:
        ValueError: there is no such scene, or another norm.
    """
    if scene not in SCENES:
        raise ValueError(f"scene must be one of {', '.join(SCENES)}; got {scene!r}")
    if norm not in (1, 2):
        raise ValueError(f"norm must be 1 or 2; got {norm}")
    shown = SCENES[scene]
    state = {
        "scenes": SCENES, "order": list(SCENES), "scene": scene, "points": shown["points"], "vectors": shown["vectors"],
        "norm": norm, "move": 0, "mine": None,
    }  # fmt: skip
    mine, note = asked(function, lambda: answered(function, state))

    def moved(state: dict) -> dict:
        """Ask the student's function about what the reader has moved."""
        return {"mine": asked(function, lambda: answered(function, state))[0]}

    drawn = [scene] if scene == FIRST else [name for name in SCENES if name != FIRST]
    told = ", ".join(f"{name} {_left(name).max():.2f}" for name in drawn)
    return Visual(
        Path(__file__).with_name("translation.js"),
        state=state | {"mine": mine},
        text=f"facts as translations: {scene}",
        alt=(
            f"Entities as points of the plane, each relation as one arrow that begins at the head of every "
            f"fact, and a dashed gap from its tip to the tail. The largest gap that the best arrows leave: {told}."
        ),
        draw=lambda: draw(drawn),
        note=note,
        moved=function and moved,
    )


def _left(name: str) -> np.ndarray:
    """Return the gaps that the best arrows of a scene leave."""
    scene = SCENES[name]
    return gaps({"scene": name, "points": scene["points"], "vectors": best(scene), "norm": 2})


def _vectors(state: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    h, r, t = np.array(SCENES[state["scene"]]["facts"]).T
    points, vectors = (np.array(state[name], dtype=float) for name in ("points", "vectors"))
    return points[h], vectors[r], points[t]


def gaps(state: dict) -> np.ndarray:
    """Return the distance of every fact."""
    head, rel, tail = _vectors(state)
    return np.linalg.norm(head + rel - tail, ord=state["norm"], axis=1)


def answered(function: Callable, state: dict) -> dict:
    """Return what a student's function says of every fact, and of which move.

    Raises:
        ValueError: it does not return a distance for each fact.
    """
    vectors = [torch.tensor(x) for x in _vectors(state)]
    said = np.asarray(torch.as_tensor(function(*vectors, state["norm"])).detach(), dtype=float)
    if said.shape != (len(vectors[0]),) or not np.isfinite(said).all():
        raise ValueError(f"{len(vectors[0])} distances are asked for; it returned {said.shape}")
    return {"move": state["move"], "values": said.round(3).tolist()}


def best(scene: dict) -> np.ndarray:
    """Return the arrow of each relation that leaves the least squared gaps: the mean of tail - head."""
    h, r, t = np.array(scene["facts"]).T
    points = np.array(scene["points"])
    return np.array([(points[t] - points[h])[r == k].mean(axis=0) for k in range(r.max() + 1)])


def draw(names: Sequence[str]) -> tuple[Axes, ...]:
    """Draw some scenes with the best arrow of each relation."""
    figure = plt.figure(figsize=(2.1 * len(names) + 0.8 * (len(names) == 1), 2.5))
    axes = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
    for ax, name in zip(axes, names, strict=True):
        scene = SCENES[name]
        points, vectors = np.array(scene["points"]), best(scene)
        colors = (style.USER, style.ITEM, style.POSITIVE)
        for h, r, t in scene["facts"]:
            tip = points[h] + vectors[r]
            if np.linalg.norm(vectors[r]) > 0.02:
                look = {
                    "arrowstyle": "-|>",
                    "color": colors[r],
                    "lw": 2,
                    "shrinkA": 0,
                    "shrinkB": 0,
                }
                ax.annotate("", tip, points[h], arrowprops=look)
            ax.plot(*zip(tip, points[t], strict=True), "--", color=style.NEGATIVE, linewidth=1.5)
        ax.plot(*points.T, "o", color=style.INK, markersize=5)
        for label, point in zip(scene["entities"], points, strict=True):
            ax.annotate(label, point, (0, 6), textcoords="offset points", ha="center", fontsize=8)
        ax.set(xlim=(-2.2, 2.2), ylim=(-1.9, 1.9), xticks=[], yticks=[], aspect="equal")
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(f"gaps {', '.join(f'{x:.1f}' for x in _left(name))}", fontsize=8)
    return tuple(axes)
