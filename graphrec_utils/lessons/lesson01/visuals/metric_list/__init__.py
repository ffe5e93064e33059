"""A ranked list whose hits can be switched, and what every metric says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import metrics, style
from graphrec_utils.plots.visuals.base import Visual, asked

LONGEST = 12  # places that fit side by side on one screen
MOST_MISSED = 10


def metric_list(
    relevant: Sequence[int],
    missed: int = 0,
    top: int | None = None,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of one ranked list: switch a place between hit and miss, read the metrics.

    Besides the metrics of the course it shows the careless NDCG of early code, whose ideal list is
    made of the retrieved hits only, so that both can be compared while items are switched.

    Args:
        relevant: 1 for a relevant item, 0 for another one, by rank; at most 12 places.
        missed: number of relevant items that are not in the list, at most 10.
        top: the cut-off; None means the whole list.
        function: a student's `recall_hit_mrr(lists, relevant, top)`, exercise 01.2: the three numbers are
            what it says wherever the sliders stand. With `.live()` it is asked for every other list, too.

    Raises:
        ValueError: the list is empty or too long, `missed` or `top` is out of range.
    """
    hits = [int(bool(x)) for x in relevant]
    if not 1 <= len(hits) <= LONGEST:
        raise ValueError(f"this visual shows 1 to {LONGEST} places; got {len(hits)}")
    if not 0 <= missed <= MOST_MISSED:
        raise ValueError(f"missed must lie in 0...{MOST_MISSED}; got {missed}")
    top = len(hits) if top is None else top
    if not 1 <= top <= len(hits):
        raise ValueError(f"top must lie in 1...{len(hits)}, the length of the list; got {top}")
    places = [str(rank) for rank, hit in enumerate(hits, 1) if hit]
    where = f"relevant at ranks {', '.join(places)}" if places else "nothing relevant in the list"
    values = measured(hits, missed, top)
    told = ", ".join(
        f"{name} {'undefined' if x != x else f'{x:.3f}'}" for name, x in values.items()
    )
    grid = [(hits, m, k) for m in range(MOST_MISSED + 1) for k in range(1, len(hits) + 1)]
    answers, note = asked(function, lambda: answered(function, grid))
    return Visual(
        Path(__file__).with_name("metric_list.js"),
        state={"relevant": hits, "missed": missed, "top": top, "answers": answers},
        text=f"ranked list: {where}, {missed} missed, top {top}",
        alt=f"A ranked list of {len(hits)} places, {where}, {missed} relevant items missed. "
        f"With top {top}: {told}.",
        draw=lambda: _draw(hits, missed, top),
        note=note,
        moved=function
        and (
            lambda state: {
                "answers": asked(
                    function,
                    lambda: answered(function, [[state[x] for x in ("relevant", "missed", "top")]]),
                )[0]
            }
        ),
    )


def answered(function: Callable, states: Sequence[tuple]) -> dict[str, list[float]]:
    """Return what a student's function says of each (hits, missed, top) where something is relevant.

    Raises:
        ValueError: it does not return three numbers.
    """
    said = {}
    for hits, missed, top in states:
        ranked, relevant = _items(hits, missed)
        if not relevant:
            continue
        values = [float(x) for x in function([ranked], [relevant], top)]
        if len(values) != 3 or not np.isfinite(values).all():
            raise ValueError(f"three numbers are asked for; it returned {values}")
        said[f"{''.join(map(str, hits))} {missed} {top}"] = [round(x, 4) for x in values]
    return said


def _items(hits: Sequence[int], missed: int) -> tuple[list[int], set[int]]:
    """Return the ranked list, items 0, 1, …, and the relevant items; those missed are 100, 101, …"""
    ranked = list(range(len(hits)))
    return ranked, {rank for rank in ranked if hits[rank]} | set(range(100, 100 + missed))


def measured(hits: Sequence[int], missed: int, top: int) -> dict[str, float]:
    """Return every metric of the list by name, NaN where nothing is relevant.

    The last one is the careless NDCG: its ideal list holds the retrieved hits only.
    """
    ranked, relevant = _items(hits, missed)
    found = relevant & set(ranked[:top])
    careless = (
        metrics.ndcg_at_k(ranked, found, top) if found else (0.0 if relevant else float("nan"))
    )
    functions = {
        "precision": metrics.precision_at_k,
        "recall": metrics.recall_at_k,
        "hit rate": metrics.hit_rate_at_k,
        "MRR": metrics.mrr,
        "NDCG": metrics.ndcg_at_k,
    }
    values = {name: function(ranked, relevant, top) for name, function in functions.items()}
    return values | {"careless NDCG": careless}


def _draw(hits: Sequence[int], missed: int, top: int) -> tuple[Axes, Axes]:
    """Draw the list on the left, the metrics as bars on the right."""
    figure = plt.figure(figsize=(7.4, 3.0))
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    for rank, hit in enumerate(hits, 1):
        inside = rank <= top
        left.bar(
            rank,
            1,
            width=0.9,
            color=style.POSITIVE if hit else style.PAPER,
            edgecolor=style.INK if inside else style.CONTEXT,
            linestyle="solid" if inside else "dashed",
            alpha=1 if inside else 0.45,
        )
        left.text(rank, 0.5, "✓" if hit else "·", ha="center", va="center", color=style.INK)
    left.axvline(top + 0.5, color=style.INK, linewidth=2)
    left.text(top + 0.4, 1.06, f"top {top}", ha="right", va="bottom")
    left.set(xlim=(0.4, len(hits) + 0.6), ylim=(0, 1.3), yticks=[], xticks=range(1, len(hits) + 1))
    more = f"; not in the list: {missed} more relevant" if missed else ""
    left.set(xlabel=f"rank{more}")
    left.set_title(f"{sum(hits[:top])} of {sum(hits) + missed} relevant items found", loc="left")
    left.spines["left"].set_visible(False)
    values = measured(hits, missed, top)
    names = list(values)[::-1]
    known = [0.0 if values[name] != values[name] else values[name] for name in names]
    colors = [style.NEGATIVE if name == "careless NDCG" else style.CONTEXT for name in names]
    bars = right.barh(names, known, color=colors)
    bars[0].set(hatch="///", edgecolor=style.PAPER)
    for name, value in zip(names, known, strict=True):
        label = "–" if values[name] != values[name] else f"{value:.3f}"
        right.text(value + 0.02, name, label, va="center", fontsize="small")
    right.set(xlim=(0, 1.2), xticks=(0, 0.5, 1))
    return left, right
