"""Over-smoothing, one layer after the other: each layer alone beside the mean of all layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from scipy.sparse.csgraph import connected_components

from graphrec_utils import arguments, graphs, style
from graphrec_utils.graphs import smoothing as metrics
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph, with_others

LARGEST = 16  # rows or columns that stay apart in a small picture
SHOWN = (0, 1, 2, 3, 15, 16)  # steps in the static twin
KINDS = ("single", "mean")


def smoothing(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    steps: int = 16,
    seed: int = 1,
    function: Callable | None = None,
    also: Mapping[str, Sequence] | None = None,
) -> Visual:
    """Return a visual that steps through the layers of A_hat with embeddings in the plane.

    On the left stands layer k alone, on the right the mean of layers 0 … k; gauges show the mean
    cosine between users and between items. Two rays mark the limits of even and odd layers.
    `.live().step` is the layer shown.

    Args:
        R: (m, n) zeros and ones, at most 16 by 16, connected: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        steps: K, at least 2.
        seed: of the start, normal in the plane.
        function: a student's `lightgcn_propagate(A, E0, num_layers)`, exercise 06.1: the means of layers
            are what it says, and the layers alone what follows. With `.live()` it is asked at every move.
        also: other graphs to choose, {title: (R, users, items)}: `plots.around(likes)`.

    Raises:
        ValueError: R is empty, too large, not a matrix or not connected, or names do not fit.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    if min(R.shape) < 2:
        raise ValueError(f"R must have two users and two items at least; got {R.shape}")
    steps = arguments.integer("steps", steps, least=2)
    A = graphs.adjacency(torch.from_numpy(R.astype(float)))
    if connected_components(A.numpy())[0] != 1:
        raise ValueError("R must be connected: each component has limits of its own")
    E0 = torch.from_numpy(np.random.default_rng(seed).normal(size=(len(A), 2)))
    layers = each_layer(A, len(users), E0, steps)
    answers, note = asked(function, lambda: answered(function, A, len(users), E0, steps))
    even, odd = (L[0] @ E0 for L in metrics.limits(A, len(users)))
    rays = [(ray / ray.norm()).numpy().round(4).tolist() for ray in (even, odd)]
    last, half = layers[-1], steps // 2
    visual = Visual(
        Path(__file__).with_name("smoothing.js"),
        state={
            "users": users,
            "items": items,
            "layers": answers or layers,
            "rays": rays,
            "step": 0,
        },
        text=f"smoothing: {len(users)} users, {len(items)} items, layers 0 to {steps}",
        alt=(
            f"Embeddings of {len(users)} users (circles) and {len(items)} items (squares) in the "
            f"plane. Each layer alone gathers a side on one ray, and the sides exchange rays with "
            f"each step; after {steps} layers the mean cosine between users is "
            f"{last['single']['users']:.2f}. The mean of the layers gathers more slowly: after "
            f"{half} layers {layers[half]['mean']['users']:.2f} instead of "
            f"{layers[half]['single']['users']:.2f}."
        ),
        draw=lambda: draw(layers, rays, len(users), [*users, *items]),
        note=note,
        moved=function
        and (
            lambda _: {
                "layers": asked(function, lambda: answered(function, A, len(users), E0, steps))[0]
                or layers
            }
        ),
    )
    return with_others(visual, also or {}, lambda *graph: smoothing(*graph, steps, seed, function))


def each_layer(A: torch.Tensor, num_users: int, E0: torch.Tensor, steps: int) -> list[dict]:
    """Return {single, mean} for each layer, with positions and mean cosines of both sides."""
    A_hat = graphs.normalize(A)
    E, total, layers = E0, torch.zeros_like(E0), []
    for k in range(steps + 1):
        E = A_hat @ E if k else E0
        total = total + E
        layers.append(_layer(num_users, E, total / (k + 1)))
    return layers


def answered(
    function: Callable, A: torch.Tensor, num_users: int, E0: torch.Tensor, steps: int
) -> list[dict]:
    """Return the same, made of the means that a student's function gives.

    Raises:
        ValueError: it does not return a vector for each node.
    """
    layers, before = [], torch.zeros_like(E0)
    for k in range(steps + 1):
        mean = torch.as_tensor(function(A.float(), E0.float(), k)).double()
        if mean.shape != E0.shape:
            raise ValueError(f"{tuple(E0.shape)} is asked for; it returned {tuple(mean.shape)}")
        total = mean * (k + 1)
        layers.append(_layer(num_users, total - before, mean))
        before = total
    return layers


def _layer(num_users: int, single: torch.Tensor, mean: torch.Tensor) -> dict:
    return {
        kind: {
            "at": (X.numpy().round(4) + 0).tolist(),
            "users": round(metrics.mean_cosine(X[:num_users]), 4),
            "items": round(metrics.mean_cosine(X[num_users:]), 4),
        }
        for kind, X in zip(KINDS, (single, mean), strict=True)
    }


def draw(
    layers: list[dict], rays: list[list[float]], num_users: int, names: list[str]
) -> tuple[Axes, ...]:
    """Draw some layers alone (upper row) and their means (lower row), scaled to the longest."""
    shown = [k for k in SHOWN if k < len(layers)]
    axes = plt.figure(figsize=(1.5 * len(shown), 3.6)).subplots(2, len(shown))
    for row, kind in zip(axes, KINDS, strict=True):
        for ax, k in zip(row, shown, strict=True):
            X = np.array(layers[k][kind]["at"])
            X = X / np.linalg.norm(X, axis=1).max()
            for (x, y), dash in zip(rays, ("dashed", "dotted"), strict=True):
                if kind == "single":
                    ax.plot([0, 1.2 * x], [0, 1.2 * y], color=style.CONTEXT, linestyle=dash)
            ax.plot(*X[num_users:].T, "s", color=style.ITEM, markersize=6)
            ax.plot(*X[:num_users].T, "o", color=style.USER, markersize=7)
            ax.plot(0, 0, "+", color=style.INK)
            for (x, y), name in zip(X, names if len(names) <= 16 else [], strict=False):
                side = (
                    {"ha": "left", "xytext": (5, 0)}
                    if x >= 0
                    else {"ha": "right", "xytext": (-5, 0)}
                )
                ax.annotate(
                    name[0], (x, y), textcoords="offset points", va="center", fontsize=8, **side
                )
            name = f"layer {k}" if kind == "single" else f"mean 0…{k}"
            cosine = f"{layers[k][kind]['users']:.2f}".replace("-", "−")
            ax.set_title(f"{name}\ncosine {cosine}", fontsize="small", loc="left")
            ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), xticks=[], yticks=[], aspect="equal")
    return tuple(axes.ravel())
