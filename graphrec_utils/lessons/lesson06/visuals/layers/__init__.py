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
            f"Two tables of scores of {m} users and {len(items)} items: with the mean of layers 0 to {num_layers} "
            "all those that an odd walk can reach are above 0, with the last layer alone all of them are 0."
        ),
        draw=lambda: draw(A_hat, m, users, items, num_layers),
    )


def draw(A_hat, m, users, items, K) -> tuple[Axes, ...]:
    """Draw the score of each pair as a bar, under the mean and under the last layer alone; outlines are the mean's."""
    pairs = [(u, i) for u in range(m) for i in range(len(items))]
    figure = plt.figure(figsize=(7.6, 1.0 + 0.27 * len(pairs)))
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    weights = {
        f"mean of layers 0 to {K}": [1 / (K + 1)] * (K + 1),
        f"layer {K} alone": [0.0] * K + [1.0],
    }
    before, widest = None, []
    for (name, alpha), ax in zip(weights.items(), axes, strict=True):
        P = propagation.propagate(A_hat, torch.eye(len(A_hat), dtype=A_hat.dtype), K, alpha)
        scores = [float((P @ P.T)[u, m + i]) for u, i in pairs]
        if before is not None:
            ax.barh(
                range(len(pairs)), before, color="none", edgecolor=style.CONTEXT, linestyle="--"
            )
        before = scores
        widest += scores
        ax.barh(range(len(pairs)), scores, color=style.USER)
        for k, score in enumerate(scores):
            told = f"{score:.3f}" if score > 1e-9 else "0"
            bold = None if score > 1e-9 else "bold"
            ax.annotate(
                told,
                (max(score, 0), k),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontweight=bold,
            )
        ax.set_title(f"scores, {name}", fontsize=11, loc="left")
        ax.set_yticks(range(len(pairs)), [f"{users[u]} – {items[i]}" for u, i in pairs])
        ax.set(xticks=[0], ylim=(len(pairs) - 0.4, -0.6))
        ax.tick_params(length=0)
    axes[0].set_xlim(0, 1.25 * max(widest))
    return tuple(axes)
