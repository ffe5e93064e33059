"""Filters on the eigenvalues of a small bipartite graph, and the scores that come out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import graphs, style
from graphrec_utils.plots.visuals.base import Visual, small_graph

LARGEST = 8  # users or items whose scores stay readable beside the picture


def spectrum(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    cutoff: float = 0.7,
    layers: int = 3,
) -> Visual:
    """Return a visual of three filters on the spectrum of A_hat: cut-off, mean of layers, last layer.

    The reader moves the cut-off or the number of layers, and sees which eigenvalues still reach
    a score of a user and an item: only the odd part of a filter does. `.live().filter` ("cut",
    "mean" or "last"), `.cutoff` and `.layers` are what is shown.

    Args:
        R: (m, n) zeros and ones, at most 8 by 8: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        cutoff: patterns with a smaller |λ| are dropped, 0 to 1.
        layers: K, 1 to 8.

    Raises:
        ValueError: R is empty, too large or not a matrix, the names do not fit, or cutoff or layers
            is out of range.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    if not 0 <= cutoff <= 1:
        raise ValueError(f"cutoff must lie in 0...1; got {cutoff}")
    if not 1 <= layers <= 8:
        raise ValueError(f"layers must lie in 1...8; got {layers}")
    U, sigma, V = patterns(R)
    pairs = ", ".join(f"±{value:.2f}" for value in sigma)
    return Visual(
        Path(__file__).with_name("spectrum.js"),
        state={
            "users": users, "items": items, "likes": R.tolist(),
            # six decimals: the same text on every processor
            "U": (U.round(6) + 0).tolist(), "sigma": (sigma.round(6) + 0).tolist(),
            "V": (V.round(6) + 0).tolist(),
            "filter": "cut", "cutoff": cutoff, "layers": layers,
        },
        text=f"filters on {len(sigma)} pairs of eigenvalues: {len(users)} users, {len(items)} items",
        alt=(
            f"Responses of three filters at the eigenvalues {pairs}: a cut-off at {cutoff:g} keeps "
            f"{(sigma >= cutoff - 1e-9).sum()} of {len(sigma)} pairs, the mean of {layers} layers "
            f"shrinks small ones, the last layer alone is even, so that it gives no score."
        ),
        draw=lambda: draw(sigma, cutoff, layers, R, U, V, users, items),
    )  # fmt: skip


def patterns(R: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return U (m, r), sigma (r,), V (n, r) of R_hat without its zeros; each u's largest entry > 0."""
    m = len(R)
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R).double()))
    U, sigma, Vt = np.linalg.svd(graphs.biadjacency(A_hat, m).numpy(), full_matrices=False)
    kept = sigma > 1e-9
    U, sigma, V = U[:, kept], sigma[kept], Vt[kept].T
    sign = np.sign(U[np.abs(U.round(9)).argmax(axis=0), np.arange(len(sigma))])
    return U * sign, sigma, V * sign


def responses(x: np.ndarray, cutoff: float, layers: int) -> dict[str, np.ndarray]:
    """Return what each filter makes of the eigenvalues x when two embeddings meet in a score."""
    mean = sum(x**k for k in range(layers + 1)) / (layers + 1)
    return {
        f"cut-off at {cutoff:g} (SVD)": np.where(np.abs(x) >= cutoff - 1e-9, x, 0),
        f"mean of layers 0 to {layers} (LightGCN)": mean**2,
        f"layer {layers} only": x ** (2 * layers),
    }


def draw(sigma, cutoff, layers, R, U, V, users, items) -> tuple[Axes, ...]:
    """Draw each filter over the eigenvalue axis, its odd part with stems; below, patterns on the graph."""
    figure = plt.figure(figsize=(7.8, 3.2 + 0.42 * max(R.shape)))
    grid = figure.add_gridspec(2, 3, height_ratios=(2.6, 0.6 + 0.42 * max(R.shape)))
    axes = [figure.add_subplot(grid[0, 0])]
    axes += [figure.add_subplot(grid[0, k], sharey=axes[0]) for k in (1, 2)]
    x, at = np.linspace(-1, 1, 401), np.concatenate([-sigma, sigma])
    curves, mirrored = responses(x, cutoff, layers), responses(-x, cutoff, layers)
    here, there = responses(at, cutoff, layers), responses(-at, cutoff, layers)
    for ax, name in zip(axes, curves, strict=True):
        ax.axhline(0, color=style.CONTEXT, linewidth=0.8)
        ax.plot(x, curves[name], color=style.CONTEXT, linestyle="dashed")
        ax.plot(x, (curves[name] - mirrored[name]) / 2, color=style.USER, linewidth=2)
        odd = (here[name] - there[name]) / 2
        ax.vlines(at, 0, odd, color=style.USER, linewidth=1)
        ax.scatter(at, odd, color=style.USER, s=22, zorder=3)
        ax.set_title(name, fontsize="small", loc="left")
        ax.set(xlabel="eigenvalue λ", xticks=(-1, 0, 1))
    axes[0].set(ylabel="factor", yticks=(-1, 0, 1))
    for ax in axes[1:]:
        ax.tick_params(labelleft=False)
    patterns_ = [figure.add_subplot(grid[1, j]) for j in range(min(3, len(sigma)))]
    for j, ax in enumerate(patterns_):
        _pattern(ax, R, U[:, j], V[:, j], users, items)
        ax.set_title(f"pattern of λ = {sigma[j]:.2f}", fontsize="small", loc="left")
    return (*axes, *patterns_)


def _pattern(ax: Axes, R, u, v, users, items) -> None:
    """Draw an eigenvector on the graph: areas are its entries, hollow where they are negative."""
    tall = max(R.shape)
    left, right = ((np.arange(n) + 0.5) / n * tall for n in R.shape)
    for a, b in np.argwhere(R):
        ax.plot((0, 1), (left[a], right[b]), color=style.CONTEXT, linewidth=1, zorder=1)
    for at, y, part, names, color, marker in (
        (0, left, u, users, style.USER, "o"), (1, right, v, items, style.ITEM, "s")
    ):  # fmt: skip
        for k, z in enumerate(part):
            face = color if z > -5e-3 else style.PAPER
            ax.scatter(
                at,
                y[k],
                s=12 + 260 * abs(z),
                marker=marker,
                color=face,
                edgecolors=color,
                linewidths=2,
                zorder=2,
            )
            side = -1 if at == 0 else 1
            told = f"{names[k]} {abs(z):.2f}" if z > -5e-3 else f"{names[k]} -{abs(z):.2f}"
            ax.annotate(told, (at, y[k]), (14 * side, 0), textcoords="offset points", fontsize=9,
                        ha="right" if side < 0 else "left", va="center")  # fmt: skip
    ax.set(xlim=(-1.1, 2.1), ylim=(tall, 0))
    ax.axis("off")
