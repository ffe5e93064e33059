"""One NGCF layer for one node: the messages it hears, drawn head to tail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.models.ngcf import SLOPE
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph

LARGEST = 6  # nodes of a side whose arrows can be told apart


def messages(
    R,
    E,
    W_self,
    W_inter,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    receiver: int = 0,
    function: Callable | None = None,
) -> Visual:
    """Return a visual that adds up what one node hears in an NGCF layer, message by message.

    The reader chooses the node, steps through self-message, neighbors and activation, and can
    switch off each of the three parts. `.live().receiver` and `.live().step` are what is shown.

    Args:
        R: (m, n) zeros and ones, at most 6 by 6: tensor, array or nested lists.
        E: (m + n, 2) embeddings; two coordinates, so that they can be drawn.
        W_self, W_inter: (2, 2).
        users, items: names; by default u0, u1, … and i0, i1, …
        receiver: the node shown first.
        function: a student's `ngcf_layer_loop(neighbors, E, W_self, W_inter)`, exercise 05.1: where each
            node ends is what it says, beside the arrows of the formula. With `.live()` it is asked again
            at every move.

    Raises:
        ValueError: a shape or a name does not fit, or the receiver is no node.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    R, (m, n) = R.astype(float), R.shape
    E, W_self, W_inter = (np.asarray(x, dtype=float).round(4) for x in (E, W_self, W_inter))
    if E.shape != (m + n, 2) or W_self.shape != (2, 2) or W_inter.shape != (2, 2):
        raise ValueError(
            f"E must be ({m + n}, 2) and both matrices (2, 2); "
            f"got {E.shape}, {W_self.shape} and {W_inter.shape}"
        )
    if not 0 <= receiver < m + n:
        raise ValueError(f"receiver must be one of the {m + n} nodes; got {receiver}")
    parts = contributions(R, E, W_self, W_inter, receiver)
    total = sum(vector for *_, vector in parts)
    names = [*users, *items]
    layer = (function, R, E, W_self, W_inter)
    answers, note = asked(function, lambda: answered(*layer))
    heard = [names[w] for w in np.flatnonzero(neighbors(R, receiver))]
    return Visual(
        Path(__file__).with_name("messages.js"),
        state={
            "users": users, "items": items, "R": R.astype(int).tolist(), "E": E.tolist(),
            "W_self": W_self.tolist(), "W_inter": W_inter.tolist(), "slope": SLOPE,
            "receiver": receiver, "step": 2, "answers": answers,
        },
        text=f"messages of one NGCF layer: {m} users, {n} items, {names[receiver]} listens",
        alt=(
            f"What {names[receiver]} hears in one layer: the self-message and two terms each from "
            f"{', '.join(heard) or 'nobody'}, added head to tail up to "
            f"({total[0]:.2f}, {total[1]:.2f})."
        ),
        draw=lambda: draw(R, parts, names, receiver),
        note=note,
        moved=function and (lambda _: {"answers": asked(function, lambda: answered(*layer))[0]}),
    )  # fmt: skip


def answered(function: Callable, R: np.ndarray, E, W_self, W_inter) -> list[list[float]]:
    """Return a student's next layer, two numbers for each node.

    Raises:
        ValueError: it does not return two finite numbers for each node.
    """
    heard = [np.flatnonzero(neighbors(R, v)).tolist() for v in range(len(E))]
    said = function(heard, *(torch.from_numpy(x).float() for x in (E, W_self, W_inter)))
    said = torch.as_tensor(said).detach().double().numpy()
    if said.shape != E.shape or not np.isfinite(said).all():
        raise ValueError(f"{E.shape} finite numbers are asked for; it returned {said.shape}")
    return (said.round(4) + 0).tolist()


def neighbors(R: np.ndarray, v: int) -> np.ndarray:
    """Return which of the N nodes are neighbors of v, (N,) zeros and ones."""
    m, n = R.shape
    return np.concatenate([np.zeros(m), R[v]] if v < m else [R[:, v - m], np.zeros(n)])


def contributions(R, E, W_self, W_inter, v: int) -> list[tuple[int, str, np.ndarray]]:
    """Return (sender, "self", "W1" or "W2", its vector) in the order in which they are added."""
    senders = np.flatnonzero(neighbors(R, v))
    parts = [(v, "self", W_self @ E[v])]
    for w in senders:
        weight = (len(senders) * neighbors(R, w).sum()) ** -0.5
        parts.append((int(w), "W1", weight * (W_self @ E[w])))
        parts.append((int(w), "W2", weight * (W_inter @ (E[w] * E[v]))))
    return parts


def draw(R: np.ndarray, parts, names: list[str], v: int) -> tuple[Axes, ...]:
    """Draw the senders around the receiver, and their contributions head to tail."""
    m, n = R.shape
    figure = plt.figure(figsize=(7.4, 3.2))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    place = {u: (0.0, -u * max(1, n - 1) / max(1, m - 1)) for u in range(m)}
    place |= {m + i: (1.0, -float(i)) for i in range(n)}
    for u, i in zip(*np.nonzero(R), strict=True):
        ends = [place[u], place[m + i]]
        left.plot(*zip(*ends, strict=True), color=style.CONTEXT, linewidth=1, zorder=1)
    for w in {w for w, kind, _ in parts if kind == "W1"}:
        left.annotate(
            "", place[v], place[w],
            arrowprops={"arrowstyle": "-|>", "lw": 2, "shrinkA": 9, "shrinkB": 9, "color": style.INK},
        )  # fmt: skip
    for w, name in enumerate(names):
        color, marker = (style.USER, "o") if w < m else (style.ITEM, "s")
        edge = style.INK if w == v else color
        left.plot(*place[w], marker, color=color, markersize=11, markeredgecolor=edge, mew=2.5)
        side = {"ha": "right", "xytext": (-12, -4)} if w < m else {"xytext": (12, -4)}
        left.annotate(name, place[w], textcoords="offset points", **side)
    left.set_xlim(-0.55, 1.6)
    left.set_title(f"{names[v]} listens", loc="left")
    left.axis("off")
    at = np.zeros(2)
    for w, kind, vector in parts:
        color = style.CONTEXT if kind == "self" else style.USER if w < m else style.ITEM
        look = {"arrowstyle": "-|>", "color": color, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        look |= {"linestyle": "dashed" if kind == "W2" else "solid"}
        right.annotate("", at + vector, at, arrowprops=look)
        label = "itself" if kind == "self" else f"{names[w]}, W{'₁' if kind == 'W1' else '₂'}"
        x, y = vector / (np.hypot(*vector) or 1)
        aside = -1 if y > 0 else 1  # to the right of an arrow, whichever way it runs
        right.annotate(
            label, at + vector / 2, fontsize=8, textcoords="offset points",
            xytext=(-9 * aside * y, 9 * aside * x), va="center",
            ha="center" if abs(y) < 0.35 else "left",
        )  # fmt: skip
        at = at + vector
        right.plot(*at, ".", color=color, markersize=3)
    right.plot(0, 0, ".", color=style.INK)
    right.plot(*at, "o", color=style.INK)
    active = np.where(at > 0, at, SLOPE * at)
    right.plot(*active, "*", color=style.POSITIVE, markersize=12)
    right.annotate("after σ", active, textcoords="offset points", xytext=(8, -4), fontsize=8)
    right.axhline(0, color=style.CONTEXT, linewidth=0.6)
    right.axvline(0, color=style.CONTEXT, linewidth=0.6)
    right.margins(0.18)
    right.set_aspect("equal")
    right.set_title(f"the sum: ({at[0]:.2f}, {at[1]:.2f})", loc="left")
    return left, right
