"""PinSage's convolution on a small graph: walks, the most visited pins, their weights, and one new vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph

LARGEST = 8  # boards or pins that fit on a screen
MOST = 4  # neighbors
STEPS, RESTART = 600, 0.5  # of the walks from each pin
WIDEST = 9  # points of the line of a neighbor that has all the weight
EYE = np.eye(2, dtype=np.float32)
LAYER = {"Q": EYE, "q": np.zeros(2, np.float32), "W": np.hstack([EYE, EYE]), "w": np.zeros(2, np.float32)}  # fmt: skip


def convolution(
    R,
    boards: Sequence[str] | None = None,
    pins: Sequence[str] | None = None,
    vectors=None,
    features: tuple[str, str] = ("first", "second"),
    query: int = 0,
    top: int = 3,
    seed: int = 0,
    neighbors: Callable | None = None,
    convolve: Callable | None = None,
) -> Visual:
    r"""Return a visual that goes from walks to a pin's new vector, step by step.

    The layer hears $\sum \alpha_v \mathrm{ReLU}(\mathbf h_v)$ and speaks $\mathrm{ReLU}(\mathbf h_u + \mathbf n_u)$, divided by
    its length: Q is the identity, W two of them, the biases are 0. The reader steps, asks for another pin and for
    more or fewer neighbors. `.live().query`, `.top` and `.step` are what is shown.

    Args:
        R: (m, n) zeros and ones, boards by pins, at most 8 by 8; a pin may be on no board.
        boards, pins: names; by default u0, u1, … and i0, i1, …
        vectors: (n, 2) content of the pins, between -1 and 1; by default points of a circle.
        features: what the two numbers are called.
        query: the pin that is asked for at first.
        top: T, 1 to 4.
        seed: of the walks.
        neighbors: your importance_neighbors(visits, query, top), exercise 09.1: who is heard, and how much.
        convolve: your convolve(H, nodes, neighbors, alpha, Q, q, W, w), exercise 09.2: what is heard, and said.

    Raises:
        ValueError: R is empty, too large or not a matrix, names or vectors do not fit, or query or top is out of range.
    """
    R, boards, pins = small_graph(R, boards, pins, LARGEST)
    n = len(pins)
    if vectors is None:
        turn = np.linspace(0, np.pi, n)
        vectors = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    H = np.asarray(vectors, dtype=np.float32)
    if H.shape != (n, 2) or not (np.abs(H) <= 1).all():
        raise ValueError(f"vectors must be {n} pairs of numbers between -1 and 1")
    if not 0 <= query < n or not 1 <= top <= MOST:
        raise ValueError(
            f"query must be one of {n} pins and top 1 to {MOST}; got {query} and {top}"
        )
    walks = [_walk(R, pin, seed) for pin in range(n)]
    visits = np.array([counts for _, counts in walks])
    chosen, first = asked(neighbors, lambda: _chosen(visits, neighbors))
    chosen = chosen or _chosen(visits, most_visited)
    spoken, second = asked(convolve, lambda: _spoken(H, chosen, _with_tensors(convolve)))
    spoken = spoken or _spoken(H, chosen, layer)
    said = [
        [(ids, weights, heard, new) for (ids, weights), (heard, new) in zip(*rows, strict=True)]
        for rows in zip(chosen, spoken, strict=True)
    ]  # fmt: skip
    shown = dict(zip(("ids", "weights", "heard", "new"), said[query][top - 1], strict=True))
    listed = ", ".join(
        f"{pins[v]} {w:.2f}" for v, w in zip(shown["ids"], shown["weights"], strict=True)
    )
    return Visual(
        Path(__file__).with_name("convolution.js"),
        state={
            "users": boards, "items": pins, "likes": R.tolist(), "vectors": H.astype(float).round(3).tolist(),
            "features": list(features), "paths": [path for path, _ in walks], "visits": visits.tolist(),
            "said": said, "steps": STEPS, "query": int(query), "top": int(top), "step": 0,
        },
        text=f"PinSage's convolution of {pins[query]}: {len(boards)} boards, {n} pins, top {top}",
        alt=(
            f"Boards and pins joined by lines; beside each pin two bars, its content. The {top} pins that walks from "
            f"{pins[query]} visit most send their content, as lines that are as wide as their weights: {listed or 'nobody'}. What is "
            f"heard is {_pair(shown['heard'])}, and with the pin's own content it becomes {_pair(shown['new'])}."
        ),
        draw=lambda: draw(R, boards, pins, H, visits[query], query, shown),
        note=" ".join(dict.fromkeys(x for x in (first, second) if x)),
    )  # fmt: skip


def _pair(x) -> str:
    return f"({x[0]:.2f}, {x[1]:.2f})"


def _walk(R: np.ndarray, start: int, seed: int) -> tuple[list[int], list[int]]:
    """Return the nodes of the longest of the first walks, boards first, and how often each pin is visited."""
    m, n = R.shape
    counts, rng = [0] * n, np.random.default_rng(seed)
    if not R[:, start].any():
        return [m + start], counts
    walks, path, at = [], [m + start], start
    for _ in range(STEPS):
        board = int(rng.choice(np.flatnonzero(R[:, at])))
        at = int(rng.choice(np.flatnonzero(R[board])))
        counts[at] += 1
        path += [board, m + at]
        if rng.random() < RESTART:
            walks.append(path)
            path, at = [m + start], start
    return max(walks[:5] or [path], key=lambda x: len(set(x))), counts


def most_visited(visits: np.ndarray, query: int, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `top` most visited other pins, and their shares of the visits."""
    counts = np.where(np.arange(len(visits)) == query, 0, visits)
    ids = np.argsort(-counts, kind="stable")[:top]
    ids = ids[counts[ids] > 0]
    return ids, counts[ids] / max(1, counts[ids].sum())


def layer(H, nodes, neighbors, alpha, Q, q, W, w) -> np.ndarray:
    """Return the new vectors of some pins, algorithm 1 of the paper."""
    told = np.maximum(H[neighbors] @ Q.T + q, 0)
    heard = (alpha[:, :, None] * told).sum(axis=1)
    z = np.maximum(np.concatenate([H[nodes], heard], axis=1) @ W.T + w, 0)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    return z / np.where(length > 0, length, 1)


def _with_tensors(function: Callable) -> Callable:
    import torch

    return lambda *x: function(*map(torch.tensor, x)).numpy()


def _chosen(visits: np.ndarray, function: Callable) -> list[list[tuple[list, list]]]:
    """Return (ids, weights) for each pin and each T."""
    table = []
    for query, counts in enumerate(visits):
        table.append([])
        for top in range(1, MOST + 1):
            ids, weights = (np.asarray(x) for x in function(counts.copy(), query, top))
            if ids.ndim != 1 or ids.shape != weights.shape or not np.isfinite(weights).all():
                raise ValueError("ids and as many finite weights are wanted")
            if len(ids) and not (ids.min() >= 0 and ids.max() < len(visits)):
                raise ValueError(f"ids of pins are wanted, 0 to {len(visits) - 1}")
            kept = ids[: len(visits)].astype(int).tolist()
            table[-1].append((kept, [round(float(x), 3) for x in weights[: len(kept)]]))
    return table


def _spoken(H: np.ndarray, chosen: list, function: Callable) -> list[list[tuple[list, list]]]:
    """Return (what is heard, the new vector) for each pin and each T.

    A layer gives the second alone. It gives the first where W forgets the pin itself, and a third
    number, to which each neighbor says 1, keeps the length that would be lost.
    """
    Q, q = np.vstack([EYE, [[0, 0]]]), np.array([0, 0, 1])
    W = np.hstack([np.zeros((3, 2)), np.eye(3)])
    aside = [x.astype(np.float32) for x in (Q, q, W, np.zeros(3))]
    table = []
    for query, rows in enumerate(chosen):
        table.append([])
        for top, (ids, weights) in enumerate(rows, start=1):
            places = list(zip_longest(ids, weights, range(top), fillvalue=0))
            given = (
                H.copy(),
                np.array([query]),
                np.array([[v for v, *_ in places]]),
                np.array([[w for _, w, _ in places]], np.float32),
            )
            ratio = np.asarray(function(*given, *(x.copy() for x in aside)))
            new = np.asarray(function(*given, *(x.copy() for x in LAYER.values())))
            if ratio.shape != (1, 3) or new.shape != (1, 2):
                raise ValueError("a vector of d' numbers is wanted for each pin")
            if not (np.isfinite(ratio).all() and np.isfinite(new).all()):
                raise ValueError("a number is not finite")
            heard = ratio[0, :2] / ratio[0, 2] if ratio[0, 2] > 0 else np.zeros(2)
            table[-1].append(tuple([round(float(x), 3) for x in y] for y in (heard, new[0])))
    return table


def draw(R, boards, pins, H, visits, query: int, shown: dict) -> Axes:
    """Draw the last step: graph, content, lines as wide as weights, what is heard, the new vector."""
    m, n = R.shape
    ax = plt.figure(figsize=(7.6, 0.7 + 0.46 * max(m, n))).subplots()
    rows = [np.linspace(n - 1, 0, k) if k > 1 else np.array([(n - 1) / 2]) for k in (m, n)]
    for board, pin in np.argwhere(R):
        ax.plot([0, 1], [rows[0][board], rows[1][pin]], color=style.CONTEXT, zorder=1)
    ax.scatter([0] * m, rows[0], s=90, c=style.USER, zorder=2)
    face = [style.ITEM if v == query or v in shown["ids"] else style.PAPER for v in range(n)]
    ax.scatter([1] * n, rows[1], s=90, c=face, marker="s", edgecolor=style.ITEM, zorder=2)
    for name, y in zip(boards, rows[0], strict=True):
        ax.text(-0.08, y, name, ha="right", va="center", fontsize=9)
    for v, y in enumerate(rows[1]):
        share = dict(zip(shown["ids"], shown["weights"], strict=True)).get(v)
        ax.text(
            1.08,
            y + 0.12,
            pins[v],
            va="center",
            fontsize=9,
            fontweight="bold" if v == query else "normal",
        )
        note = f"{visits[v]} visits" + (f", {share:.2f}" if share is not None else "")
        ax.text(1.08, y - 0.24, note, va="center", fontsize=8)
        _bars(ax, 1.75, y, H[v])
    heard, new = (2.75, (n - 1) * 0.76), (2.75, (n - 1) * 0.22)
    for v, weight in zip(shown["ids"], shown["weights"], strict=True):
        ax.plot([1.86, heard[0] - 0.14], [rows[1][v], heard[1]], color=style.ITEM,
                linewidth=1 + WIDEST * min(1, max(0, weight)), alpha=0.6, zorder=1)  # fmt: skip
    dashes = {"color": style.INK, "linewidth": 1.2, "linestyle": "--"}
    ax.plot([1.86, new[0] - 0.14], [rows[1][query], new[1]], **dashes)
    ax.plot([new[0]] * 2, [heard[1] - 1.25, new[1] + 0.5], **dashes)
    for (x, y), values, name in (
        (heard, shown["heard"], "what is heard"),
        (new, shown["new"], "the new vector"),
    ):
        _bars(ax, x, y, values)
        ax.text(x, y - 0.4, f"{name}\n{_pair(values)}", ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.75, 3.2), ylim=(-0.7, n - 0.3))
    ax.axis("off")
    return ax


def _bars(ax: Axes, x: float, y: float, values) -> None:
    """Draw two numbers as bars up and down."""
    ax.plot([x - 0.09, x + 0.09], [y, y], color=style.CONTEXT, linewidth=1)
    for k, value in enumerate(values):
        ax.bar(x - 0.04 + 0.08 * k, 0.42 * value, 0.07, y, color=style.ITEM if value > 0 else style.CONTEXT)  # fmt: skip
