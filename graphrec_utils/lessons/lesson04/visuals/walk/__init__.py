"""One walker that keeps returning to its start, and personalized PageRank, its limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes

from graphrec_utils import graphs, style, walks
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph, with_others

LARGEST = 16  # users or items whose bars fit on a screen
SHOWN = (10, 100, 1000)  # steps in the static twin
RESTARTS = tuple(k / 20 for k in range(1, 20))  # what the slider can be set to
TOLERANCE = 1e-5  # of pushing: no error that could be seen


def walk(
    R,
    users: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    start: int = 0,
    restart: float = 0.25,
    seed: int = 0,
    function: Callable | None = None,
    also: Mapping[str, Sequence] | None = None,
) -> Visual:
    """Return a visual of a random walk with restart: shares of visits beside their exact limit.

    The reader steps the walker, plays it, adds 100 or 1,000 steps, picks the start and the restart
    probability. `.live().step`, `.start` and `.restart` are what is shown.

    Args:
        R: (m, n) zeros and ones, at most 16 by 16: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        start: a node, users first, then items.
        restart: probability of returning to the start, between 0 and 1.
        seed: of the walk.
        function: a student's `ppr_push(A, start, restart, tolerance)`, exercise 04.5: the ticks are what it
            says. With `.live()` it is asked again at every move.
        also: other graphs to choose, {title: (R, users, items)}: `plots.around(likes)`.

    Raises:
        ValueError: R is empty, too large or not a matrix, the names do not fit, start is not a
            node, or restart does not lie between 0 and 1.
    """
    R, users, items = small_graph(R, users, items, LARGEST)
    names = [*users, *items]
    if not 0 <= start < len(names):
        raise ValueError(f"start must be a node, 0 to {len(names) - 1}; got {start}")
    if not 0 < restart < 1:
        raise ValueError(f"restart must lie between 0 and 1; got {restart}")
    A = graphs.adjacency(torch.from_numpy(R).double())
    exact = walks.ppr(A, [start], restart)[0].numpy()
    few = RESTARTS if len(A) <= LARGEST else [restart]  # what is stored of a large graph
    answers, note = asked(function, lambda: answered(function, A.numpy(), few))

    def moved(state: dict) -> dict:
        """Ask the student's function about the start and the restart that the reader has chosen."""
        fresh = asked(function, lambda: answered(function, A.numpy(), [state["restart"]]))[0]
        return {"answers": (state["answers"] or {}) | fresh if fresh else None}

    told = ", ".join(f"{name} {share:.2f}" for name, share in zip(names, exact, strict=True))
    visual = Visual(
        Path(__file__).with_name("walk.js"),
        state={
            "users": users, "items": items, "likes": R.tolist(),
            "start": start, "restart": restart, "seed": seed, "step": 0, "answers": answers,
        },
        text=f"random walk from {names[start]}, restart {restart:g}: {len(names)} nodes",
        alt=(
            f"Shares of visits of a walker that starts at {names[start]} and returns there with "
            f"probability {restart:g}, after {SHOWN[0]}, {SHOWN[1]} and {SHOWN[2]:,} steps, beside "
            f"the exact shares: {told}."
        ),
        draw=lambda: draw(A.numpy(), names, len(users), start, restart, exact, seed),
        note=note,
        moved=function and moved,
    )  # fmt: skip
    return with_others(visual, also or {}, lambda *graph: walk(*graph, 0, restart, seed, function))


def answered(
    function: Callable, A: np.ndarray, restarts: Sequence[float]
) -> dict[str, list[float]]:
    """Return {"start restart": shares} as a student's function gives them, for every start.

    Raises:
        ValueError: it does not return a share for each node.
    """
    found = {}
    for start in np.flatnonzero(A.sum(axis=1)):
        for restart in restarts:
            said = np.asarray(function(A.copy(), int(start), restart, TOLERANCE), dtype=float)
            if said.shape != (len(A),):
                raise ValueError(f"{len(A)} shares are asked for; it returned {said.shape}")
            found[f"{start} {restart:.2f}"] = said.round(4).tolist()
    return found


def visits(A: np.ndarray, start: int, restart: float, steps: int, seed: int) -> np.ndarray:
    """Return (steps + 1, N) how often each node was visited up to every step, the start included."""
    rng = np.random.default_rng(seed)
    neighbors = [row.nonzero()[0] for row in A]
    at, counts = start, np.zeros((steps + 1, len(A)), dtype=np.int64)
    counts[0, start] = 1
    for step in range(1, steps + 1):
        home = rng.random() < restart or not len(neighbors[at])
        at = start if home else rng.choice(neighbors[at])
        counts[step] = counts[step - 1]
        counts[step, at] += 1
    return counts


def draw(
    A: np.ndarray,
    names: list[str],
    num_users: int,
    start: int,
    restart: float,
    exact: np.ndarray,
    seed: int,
) -> tuple[Axes, ...]:
    """Draw the shares of visits after 10, 100 and 1,000 steps, with the exact ones as lines."""
    counts = visits(A, start, restart, SHOWN[-1], seed)
    figure = plt.figure(figsize=(7.4, 0.9 + 0.27 * len(names)))
    axes = figure.subplots(1, len(SHOWN), sharey=True, sharex=True)
    place = np.arange(len(names))
    colors = [style.USER] * num_users + [style.ITEM] * (len(names) - num_users)
    for ax, steps in zip(axes, SHOWN, strict=True):
        share = counts[steps] / (steps + 1)
        ax.barh(place, share, color=colors, height=0.6)
        ax.vlines(exact, place - 0.42, place + 0.42, color=style.INK, linewidth=2.5)
        ax.set_title(f"{steps:,} steps", loc="left")
    axes[0].set_yticks(place, [name if len(name) <= 14 else name[:13] + "…" for name in names])
    axes[0].invert_yaxis()
    axes[1].set_xlabel(f"share of visits, restart {restart:g}")
    return tuple(axes)
