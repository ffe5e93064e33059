"""A user's events on a line of time: what may be read, the window ahead, and who has to find what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from graphrec_utils import sampling, style
from graphrec_utils.plots.visuals.base import Visual, asked
from graphrec_utils.sampling.windows import OBJECTIVES


def timeline(
    days: Sequence[int],
    liked: Sequence[bool],
    names: Sequence[str],
    now: int,
    windows: Sequence[int] = (3, 7, 14),
    objective: str = "dense",
    function: Callable | None = None,
) -> Visual:
    """Return a visual of the targets of each event, for every moment, window and objective.

    `.live().now` and `.live().window` are places in the events and in `windows`, `.live().event` is the
    chosen event, and `.live().objective` one of the four words of `sampling.windows.OBJECTIVES`.

    Args:
        days: (E,) day of each event, not decreasing, 3 to 12 events.
        liked: (E,) whether it is worth finding.
        names: (E,) what was done.
        now: place of the last event that may be read, at the start.
        windows: lengths in days to choose from; the middle one comes first.
        objective: to begin with.
        function: your target_matrix(times, liked, now, window, objective); its targets are shown.

    Raises:
        ValueError: the lengths differ, there are too few or too many events, the days decrease, or now,
            windows or objective are none.
    """
    t, y, words = np.asarray(days), np.asarray(liked, dtype=bool), list(names)
    E = len(t)
    if not (3 <= E <= 12 and len(y) == len(words) == E) or (np.diff(t) < 0).any():
        raise ValueError("days, liked and names must be of one length, 3 to 12, in order of days")
    if not 0 <= now < E:
        raise ValueError(f"now must be the place of an event, 0 to {E - 1}; got {now}")
    if objective not in OBJECTIVES:
        raise ValueError(f"objective must be one of {OBJECTIVES}; got {objective!r}")
    spans = [int(w) for w in windows]
    if not spans or min(spans) < 1:
        raise ValueError(f"windows must be days, at least 1; got {list(windows)}")

    def tables(make: Callable) -> dict[str, list]:
        out = {}
        for word in OBJECTIVES:
            out[word] = []
            for span in spans:
                row = []
                for k in range(E):
                    M = np.asarray(make(t.copy(), y.copy(), int(t[k]), span, word))
                    if M.shape != (E, E) or M.dtype != bool:
                        raise ValueError(f"no {E} by {E} matrix of True and False")
                    row.append([int(sum(1 << int(e) for e in np.flatnonzero(r))) for r in M])
                out[word].append(row)
        return out

    given, note = asked(function, lambda: tables(function))
    targets = given or tables(sampling.target_matrix)
    middle = len(spans) // 2
    return Visual(
        Path(__file__).with_name("timeline.js"),
        state={
            "days": t.tolist(), "liked": y.tolist(), "names": words, "windows": spans, "window": middle,
            "now": now, "event": now, "objective": objective, "targets": targets,
        },
        text=f"timeline of {E} events, {objective}, now on day {int(t[now])}",
        alt=(
            f"{E} events on a line from day {t[0]} to day {t[-1]}. Those up to day {t[now]} may be read. The "
            f"window of {spans[middle]} days ahead is shaded, and arrows lead from events to what they have to "
            f"find under the objective {objective}."
        ),
        draw=lambda: draw(t, y, words, now, spans[middle], objective, targets[objective][middle][now]),
        note=note,
    )  # fmt: skip


def draw(days, liked, names, now, window, objective, rows) -> Axes:
    """Draw the line of time with an arrow from every event to each of its targets."""
    E = len(days)
    _, ax = plt.subplots(figsize=(8.2, 2.9))
    x = np.arange(E)
    read = np.searchsorted(days, days[now], side="right") - 0.5
    end = np.searchsorted(days, days[now] + window, side="right") - 0.5
    ax.axvspan(-0.5, read, color=style.CONTEXT, alpha=0.18, linewidth=0)
    ax.axvspan(read, end, color=style.ITEM, alpha=0.22, linewidth=0)
    for s, mask in enumerate(rows):
        for e in range(E):
            if mask >> e & 1:
                arrow = FancyArrowPatch(
                    (s, 0.08), (e, 0.08), connectionstyle="arc3,rad=-0.32", arrowstyle="-|>",
                    mutation_scale=9, color=style.USER, linewidth=1, shrinkA=3, shrinkB=3,
                )  # fmt: skip
                ax.add_patch(arrow)
    for k in range(E):
        color = style.POSITIVE if liked[k] else style.NEGATIVE
        ax.plot(x[k], 0, "o" if liked[k] else "X", color=color, markersize=9)
        ax.text(x[k], -0.32, f"day {days[k]}\n{names[k]}", ha="center", va="top", fontsize=8.5)
    ax.text(-0.45, 1.5, "may be read", fontsize=9)
    ax.text(read + 0.05, 1.5, f"{window} days ahead", fontsize=9)
    ax.set(xlim=(-0.5, E - 0.5), ylim=(-1.25, 1.75))
    ax.axis("off")
    return ax
