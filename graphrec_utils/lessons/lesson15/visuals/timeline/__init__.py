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
    begin, end = days[0] - 0.8, days[-1] + 0.12 * max(1, days[-1] - days[0])
    until = min(days[now] + window + 0.5, end)
    ax.axvspan(begin, days[now] + 0.5, color=style.CONTEXT, alpha=0.18, linewidth=0)
    ax.axvspan(days[now] + 0.5, until, color=style.ITEM, alpha=0.22, linewidth=0)
    for s, mask in enumerate(rows):
        for e in range(E):
            if mask >> e & 1:
                arrow = FancyArrowPatch(
                    (days[s], 0.1), (days[e], 0.1), connectionstyle="arc3,rad=-0.4", arrowstyle="-|>",
                    mutation_scale=9, color=style.USER, linewidth=1, shrinkA=3, shrinkB=3,
                )  # fmt: skip
                ax.add_patch(arrow)
    lane, letter, ends = (
        0,
        0.011 * (end - begin),
        [],
    )  # names without room beside each other go down
    for k in reversed(range(E)):
        told = f"day {days[k]}: {names[k]}"
        reach = days[k] + letter * (len(told) + 1)
        lane = next((j for j, x in enumerate(ends) if reach < x), len(ends))
        ends = [days[k]] * (lane + 1) + ends[lane + 1 :]
        ax.plot([days[k]] * 2, [-0.1, -0.5 - 0.27 * lane], color=style.CONTEXT, linewidth=0.8)
        ax.text(days[k] + 0.2, -0.5 - 0.27 * lane, told, va="center", fontsize=8.5)
        ax.plot(days[k], 0, "o" if liked[k] else "X", color=style.POSITIVE if liked[k] else style.NEGATIVE,
                markersize=9)  # fmt: skip
    ax.text(begin + 0.2, 1.55, "may be read", fontsize=9)
    ax.text(days[now] + 0.8 + 0.1 * (end - begin), 1.55, f"{window} days ahead", fontsize=9)
    ax.set(xlim=(begin, end), ylim=(-0.65 - 0.27 * len(ends), 1.75))
    ax.axis("off")
    return ax
