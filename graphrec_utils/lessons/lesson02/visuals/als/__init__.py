"""Alternating least squares on a small matrix, one half-step after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from graphrec_utils import arguments, style
from graphrec_utils.models import mf
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph

LARGEST = 8  # rows or columns whose numbers stay readable in three tables side by side


def als(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    dim: int = 2,
    alpha0: float = 0.3,
    reg: float = 0.1,
    sweeps: int = 4,
    seed: int = 0,
    function: Callable | None = None,
) -> Visual:
    """Return a visual that steps through iALS: both factors as bars, what their product leaves of R, the loss.

    State 0 is a random start; then users and items are solved in turn; the side that comes next can be pulled by
    hand before. `.live().step` is the state shown.

    Args:
        R: (m, n) zeros and ones, at most 8 by 8: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        dim: number of columns of the factors, 1 to 4.
        alpha0, reg: of `mf.ials`, with nu = 1.
        sweeps: how often both sides are solved, at least once.
        seed: of the random start.
        function: a student's `ials_user_vector(seen, gramian, num_items, alpha0, reg, nu)`, exercise 02.3:
            it solves both sides. With `.live()` it is asked again at every step.

    Raises:
        ValueError: R is empty, too large or not a matrix, dim or sweeps are out of range, names do
            not fit, or what `mf.fold_in` raises.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    m, n = R.shape
    if not 1 <= dim <= 4:
        raise ValueError(f"dim must lie in 1...4; got {dim}")
    sweeps = arguments.integer("sweeps", sweeps)
    R = R.astype(float)
    knobs = (R, dim, alpha0, reg, sweeps, seed)
    plain = half_steps(*knobs)
    answers, note = asked(function, lambda: half_steps(*knobs, solver(function)))
    steps = answers or plain
    first, last = steps[0]["loss"], steps[-1]["loss"]
    return Visual(
        Path(__file__).with_name("als.js"),
        state={
            "users": users,
            "items": items,
            "R": R.tolist(),
            "steps": steps,
            "step": 0,
            "alpha0": alpha0,
            "reg": reg,
        },
        text=f"ALS step by step: {m} users, {n} items, d = {dim}, {2 * sweeps} half-steps",
        alt=(
            f"What is left of R, {m} users by {n} items, after each of {2 * sweeps} half-steps of "
            f"alternating least squares with d = {dim}. The loss falls from {first:.2f} to "
            f"{last:.2f}."
        ),
        draw=lambda: draw(R, steps, users, items),
        note=note,
        moved=function
        and (
            lambda _: {
                "steps": asked(function, lambda: half_steps(*knobs, solver(function)))[0] or plain
            }
        ),
    )


def solver(function: Callable) -> Callable:
    """Return what `mf.fold_in` does, with a student's function for each row.

    Raises:
        ValueError: it does not return a vector of d finite numbers.
    """

    def solve(rows: sp.csr_array, H: np.ndarray, alpha0: float, reg: float) -> np.ndarray:
        gramian = H.T @ H
        W = [function(H[row > 0], gramian, len(H), alpha0, reg, 1.0) for row in rows.toarray()]
        W = np.stack([np.asarray(w, dtype=float) for w in W])
        if W.shape != (rows.shape[0], H.shape[1]) or not np.isfinite(W).all():
            raise ValueError(f"{H.shape[1]} finite numbers are asked for; it returned {W[0]}")
        return W

    return solve


def half_steps(
    R: np.ndarray, dim: int, alpha0: float, reg: float, sweeps: int, seed: int, solve=mf.fold_in
) -> list[dict]:
    """Return {solved, user_emb, item_emb, loss} at the start and after each half-step."""
    rng = np.random.default_rng(seed)
    W, H = rng.normal(size=(len(R), dim)) * 0.5, rng.normal(size=(R.shape[1], dim)) * 0.5
    rows = sp.csr_array(R)
    steps = []
    for half in range(2 * sweeps + 1):
        solved = "" if half == 0 else "users" if half % 2 else "items"
        if solved == "users":
            W = solve(rows, H, alpha0, reg)
        elif solved == "items":
            H = solve(sp.csr_array(R.T), W, alpha0, reg)
        loss = sum(mf.ials_loss(rows, W, H, alpha0, reg))
        # four decimals: the same text on every processor
        steps.append({
            "solved": solved, "loss": round(loss, 4),
            "user_emb": (W.round(4) + 0).tolist(), "item_emb": (H.round(4) + 0).tolist(),
        })  # fmt: skip
    return steps


def draw(R: np.ndarray, steps: list[dict], users: list[str], items: list[str]) -> tuple[Axes, ...]:
    """Draw R − ŷ at the start, after the first half-step and at the end, and below them the loss of every state."""
    last = len(steps) - 1
    chosen = sorted({0, 1, last})
    figure = plt.figure(figsize=(8, 2.6 + 0.42 * len(users)))
    grid = figure.add_gridspec(2, len(chosen), height_ratios=[0.42 * len(users) + 0.3, 1.2])
    axes = [figure.add_subplot(grid[0, k]) for k in range(len(chosen))]
    for ax, k in zip(axes, chosen, strict=True):
        left = R - np.array(steps[k]["user_emb"]) @ np.array(steps[k]["item_emb"]).T
        ax.imshow(left, cmap=style.SIGNED, vmin=-1.5, vmax=1.5, aspect="auto")
        for u, i in np.ndindex(left.shape):
            dark = abs(left[u, i]) > 0.9
            color = style.PAPER if dark else style.INK
            told = f"{left[u, i].round(1) + 0:.1f}"  # 0.0, not -0.0
            ax.text(i, u, told, ha="center", va="center", color=color, fontsize=12)
        solved = steps[k]["solved"]
        ax.set_title(f"{k}: {solved + ' solved' if solved else 'start'}", fontsize=11, loc="left")
        ax.set_xticks(range(len(items)), items, fontsize=9)
        ax.set_yticks(range(len(users)), users if ax is axes[0] else [])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    line = figure.add_subplot(grid[1, :])
    losses = [step["loss"] for step in steps]
    line.plot(losses, color=style.CONTEXT, linewidth=2, marker="o", markersize=5)
    line.plot(chosen, [losses[k] for k in chosen], "o", color=style.NEGATIVE, markersize=9)
    for k in chosen:
        line.annotate(f"{losses[k]:.2f}", (k, losses[k]), (9, 6), textcoords="offset points")
    line.set_xticks(range(len(steps)), [step["solved"] or "start" for step in steps])
    line.set(ylabel="loss", ylim=(0, 1.15 * max(losses)), xlim=(-0.3, last + 0.6))
    return (*axes, line)
