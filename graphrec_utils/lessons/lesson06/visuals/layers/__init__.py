"""Weights of the layers: scores of one-hot embeddings to predict, and the response of the filter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import graphs, style
from graphrec_utils.graphs import propagation
from graphrec_utils.plots.visuals.base import Visual, small_graph

LARGEST = 6


def layers(
    R, users: Sequence[str] | None = None, items: Sequence[str] | None = None, num_layers: int = 3
) -> Visual:
    r"""Return a visual of LightGCN's scores for one-hot embeddings, under layer weights of choice.

    The scores are hidden until the reader has said which of them are 0. Sliders and presets set
    the weights; beside the table stands the response g, the sum of $\alpha_k \lambda^k$, with the
    graph's eigenvalues. `.live().alpha` holds the weights.

    Args:
        R: (m, n) zeros and ones, at most 6 by 6: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        num_layers: K, 1 to 4.

    Raises:
        ValueError: R is empty, too large or not a matrix, names do not fit, or K is out of range.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    if not 1 <= num_layers <= 4:
        raise ValueError(f"num_layers must lie in 1...4; got {num_layers}")
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R.astype(float))))
    m = len(users)
    powers = [torch.matrix_power(A_hat, p)[:m, m:] for p in range(2 * num_layers + 1)]
    blocks = [(block.numpy().round(6) + 0).tolist() for block in powers]
    values = np.unique(np.linalg.eigvalsh(A_hat.numpy()).round(4) + 0.0)
    mean = [round(1 / (num_layers + 1), 4)] * (num_layers + 1)
    state = {"users": users, "items": items, "blocks": blocks, "eigenvalues": values.tolist()}
    return Visual(
        Path(__file__).with_name("layers.js"),
        state=state | {"alpha": mean, "guesses": {}, "shown": False},
        text=f"layer weights: {m} users, {len(items)} items, {num_layers} layers",
        alt=(
            f"Two curves over the eigenvalues from -1 to 1: the mean of layers 0 to {num_layers} "
            f"lets 1 pass and damps the negative ones; the last layer alone, λ to the power "
            f"{num_layers}, is as strong at -1 as at 1. Ticks mark the {len(values)} different "
            "eigenvalues of the graph."
        ),
        draw=lambda: draw(A_hat, m, users, items, values, num_layers),
    )


def draw(A_hat, m, users, items, values, K) -> tuple[Axes, ...]:
    """Draw the response of the mean and of the last layer, and the scores under each."""
    figure = plt.figure(figsize=(8.4, 2.5))
    axes = figure.subplots(1, 3, gridspec_kw={"width_ratios": [1.4, 1, 1]})
    grid = np.linspace(-1, 1, 201)
    weights = {"mean": [1 / (K + 1)] * (K + 1), "last layer": [0.0] * K + [1.0]}
    for (name, alpha), color, dash, ax in zip(
        weights.items(), (style.USER, style.NEGATIVE), ("solid", "dashed"), axes[1:], strict=True
    ):
        curve = np.polynomial.Polynomial(alpha)(grid)
        axes[0].plot(grid, curve, color=color, linestyle=dash, label=name)
        P = propagation.propagate(A_hat, torch.eye(len(A_hat), dtype=A_hat.dtype), K, alpha)
        scores = (P @ P.T)[:m, m:].numpy()
        ax.imshow(scores, cmap=style.MAGNITUDE, vmin=0, vmax=1, aspect="auto")
        for u, i in np.ndindex(scores.shape):
            ax.text(i, u, f"{scores[u, i]:.3f}", ha="center", va="center", color=style.PAPER)
        ax.set_title(f"scores, {name}", fontsize="small", loc="left")
        ax.set_xticks(range(len(items)), items, fontsize=8)
        ax.set_yticks(range(m), users, fontsize=8)
        ax.tick_params(length=0)
    axes[0].plot(values, np.zeros(len(values)), "|", color=style.INK, markersize=12)
    axes[0].axhline(0, color=style.CONTEXT, linewidth=0.8)
    axes[0].legend(loc="upper left")
    axes[0].set(xlabel="eigenvalue λ", ylabel="response g(λ)", ylim=(-1.15, 1.15))
    return tuple(axes)
