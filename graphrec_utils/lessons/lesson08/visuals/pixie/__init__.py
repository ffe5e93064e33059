"""Pixie's walker on a graph of boards and pins: visits, restarts, a preference and the early stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual, asked, small_graph

LARGEST = 8  # boards or pins that fit on a screen
STEPS = 600  # of the static twin
FAVORS = (1, 5)  # the two preferences of the static twin
ASKED = 100  # steps of a student's walk


def pixie(
    R,
    boards: Sequence[str] | None = None,
    pins: Sequence[str] | None = None,
    start: int = 0,
    restart: float = 0.5,
    preferred: Sequence[str] = (),
    language: str = "preferred",
    favor: float = 1,
    stop: tuple[int, int] = (2, 8),
    seed: int = 0,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of a walker pin - board - pin that goes home, with bars of its visits.

    The reader steps the walker or plays it, begins at another pin, sets the restart probability and
    how much more often preferred boards and pins are taken, and sees when the rule of early stopping
    ends the search. `.live().step`, `.start`, `.restart` and `.favor` are what is shown.

    Args:
        R: (m, n) zeros and ones, boards by pins, at most 8 by 8.
        boards, pins: names; by default u0, u1, … and i0, i1, …
        start: the pin where every walk begins, 0…n−1; it is on a board.
        restart: probability of returning after a step, between 0 and 1.
        preferred: names of the boards and pins that a preference is for.
        language: what these have in common, one word.
        favor: how many times as often they are taken, 1 to 10.
        stop: (n_p, n_v): the search ends with the first walk after which more than n_p pins have
            n_v visits.
        seed: of the walk.
        function: a student's `pixie_walk(indptr, indices, query, restart, num_steps, rng)`, exercise 08.1:
            the walker goes where it says, wherever there is no preference. With `.live()` it is asked
            again at every move.

    Raises:
        ValueError: R is empty, too large or not a matrix, names do not fit, start is no pin on a
            board, or restart, favor or stop is out of its range.
    """
    R, boards, pins = small_graph(R, boards, pins, LARGEST)
    names = [*boards, *pins]
    if not 0 <= start < len(pins) or not R[:, start].any():
        raise ValueError(f"start must be a pin on a board, 0 to {len(pins) - 1}; got {start}")
    if not 0 < restart < 1:
        raise ValueError(f"restart must lie between 0 and 1; got {restart}")
    if not 1 <= favor <= 10:
        raise ValueError(f"favor must lie between 1 and 10; got {favor}")
    if unknown := [name for name in preferred if name not in names]:
        raise ValueError(f"{unknown[0]!r} is neither a board nor a pin")
    if not 0 <= stop[0] < len(pins) or stop[1] < 1:
        raise ValueError(f"stop must be (n_p, n_v) with n_p below {len(pins)}; got {stop}")
    liked = [name in set(preferred) for name in names]
    answers, note = asked(function, lambda: answered(function, R, restart, seed))

    def moved(state: dict) -> dict:
        """Ask the student's function about the restart that the reader has chosen."""
        fresh = asked(function, lambda: answered(function, R, state["restart"], seed))[0]
        return {"answers": (state["answers"] or {}) | fresh if fresh else None}

    told = ", ".join(
        f"with factor {x}: "
        + " ".join(map(str, visits(R, start, restart, liked, x, STEPS, seed).tolist()))
        for x in FAVORS[: 2 if any(liked) else 1]
    )
    return Visual(
        Path(__file__).with_name("pixie.js"),
        state={
            "users": boards, "items": pins, "likes": R.tolist(), "start": start,
            "restart": restart, "liked": liked, "language": language, "favor": favor,
            "stop": list(stop), "seed": seed, "step": 0, "answers": answers,
        },
        text=f"Pixie from {pins[start]}: {len(boards)} boards, {len(pins)} pins",
        alt=(
            f"Boards and pins joined by lines, and how often a walker that begins at {pins[start]} "
            f"and returns with probability {restart:g} has visited each pin after {STEPS} steps; "
            f"pins in the order {', '.join(pins)}; {told}."
        ),
        draw=lambda: draw(R, boards, pins, start, restart, liked, language, seed),
        note=note,
        moved=function and moved,
    )  # fmt: skip


def answered(function: Callable, R: np.ndarray, restart: float, seed: int) -> dict[str, list[int]]:
    """Return {"start restart": pins in the order of their visits} of a student's function.

    It returns counts. One step more, with the same chance, shows which pin is visited next.

    Raises:
        ValueError: the counts have the wrong size, or do not grow by one pin a step.
    """
    m, n = R.shape
    A = sp.csr_array(sp.block_array([[None, R], [R.T, None]]))
    A.sort_indices()
    edges = A.indptr.astype(np.int64), A.indices.astype(np.int64)
    found = {}
    for start in np.flatnonzero(R.any(axis=0)):
        before, pins = np.zeros(m + n, dtype=np.int64), []
        for steps in range(1, ASKED + 1):
            chance = np.random.default_rng(seed)
            said = np.asarray(
                function(*(x.copy() for x in edges), int(m + start), restart, steps, chance)
            )
            if said.shape != (m + n,):
                raise ValueError(f"{m + n} counts are asked for; it returned {said.shape}")
            visited = np.flatnonzero(said != before)
            if len(visited) != 1 or visited[0] < m or said[visited[0]] != before[visited[0]] + 1:
                raise ValueError(f"step {steps} should add one visit of one pin to those before")
            pins.append(int(visited[0] - m))
            before = said
        found[f"{start} {restart:.2f}"] = pins
    return found


def visits(R: np.ndarray, start: int, restart: float, liked, favor: float, steps: int, seed: int):
    """Return (n,) how often each pin was visited."""
    rng = np.random.default_rng(seed)
    weight = np.where(liked, favor, 1.0)
    to_board = R.T * weight[: len(R)]
    to_pin = R * weight[len(R) :]
    counts, at = np.zeros(R.shape[1], dtype=np.int64), start
    for _ in range(steps):
        board = rng.choice(len(R), p=to_board[at] / to_board[at].sum())
        at = rng.choice(R.shape[1], p=to_pin[board] / to_pin[board].sum())
        counts[at] += 1
        if rng.random() < restart:
            at = start
    return counts


def draw(R, boards, pins, start, restart, liked, language, seed) -> tuple[Axes, ...]:
    """Draw the graph, and the visits of a walker without and with a preference."""
    m, n = R.shape
    favors = FAVORS[: 2 if any(liked) else 1]
    figure = plt.figure(figsize=(4.0 + 2.1 * len(favors), 0.9 + 0.36 * max(m, n)))
    shape = {"width_ratios": [1.5, *[1] * len(favors)]}
    axes = figure.subplots(1, 1 + len(favors), gridspec_kw=shape)
    rows = [np.linspace(n - 1, 0, k) if k > 1 else np.array([(n - 1) / 2]) for k in (m, n)]
    graph = axes[0]
    for board, pin in np.argwhere(R):
        graph.plot([0, 1], [rows[0][board], rows[1][pin]], color=style.CONTEXT, zorder=1)
    colors = [style.POSITIVE if x else own for x, own in zip(
        liked, [style.USER] * m + [style.ITEM] * n, strict=True)]  # fmt: skip
    graph.scatter([0] * m, rows[0], s=90, c=colors[:m], zorder=2)
    graph.scatter([1] * n, rows[1], s=90, c=colors[m:], marker="s", zorder=2)
    for name, x, y in zip([*boards, *pins], [0] * m + [1] * n, [*rows[0], *rows[1]], strict=True):
        graph.annotate(
            name, (x, y), (-9 if x == 0 else 9, 0), textcoords="offset points",
            ha="right" if x == 0 else "left", va="center", fontsize=8,
            fontweight="bold" if x == 1 and name == pins[start] else "normal",
        )  # fmt: skip
    graph.set(xlim=(-0.9, 1.9), ylim=(-0.6, n - 0.4))
    graph.axis("off")
    for ax, favor in zip(axes[1:], favors, strict=True):
        counts = visits(R, start, restart, liked, favor, STEPS, seed)
        ax.barh(rows[1], counts, color=colors[m:], height=0.6)
        ax.set_yticks([])
        ax.set(ylim=(-0.6, n - 0.4), xlabel=f"visits of {STEPS}")
        plain = "no preference" if len(favors) > 1 else f"from {pins[start]}"
        ax.set_title(plain if favor == 1 else f"{language} × {favor}", loc="left")
    return tuple(axes)
