"""Lists of several generators for one user, and the list that reciprocal ranks make of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.models.fusion import reciprocal_ranks
from graphrec_utils.plots.visuals.base import Visual, asked

CONSTANTS = (1, 10, 60, 1000)  # c, where the slider can stand
LONGEST, MOST = 10, 5  # places of a list and generators that fit side by side on a phone


def fusion(
    lists: Mapping[str, Sequence[int]],
    saved: Collection[int] = (),
    c: int = 60,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of lists side by side, which can be given a vote or none, and their fused list.

    A press on an item lets its votes flow into the fused list; it can be pulled up and down in each list, then the
    formula says what comes of it. `.live().votes` is a list of 0 and 1, `.live().c` a place in CONSTANTS.

    Args:
        lists: name of a generator -> its items, best first, none twice; 2 to 5 generators, 1 to 10 places.
        saved: items that the user saved later; they carry a star.
        c: where the slider stands, from CONSTANTS.
        function: your fuse(lists, num_items, c), whose list is shown; while it fails, the library's is.

    Raises:
        ValueError: too few or too many generators or places, an item twice, or a c that is nowhere.
    """
    names, items = list(lists), [[int(i) for i in x] for x in lists.values()]
    if not 2 <= len(names) <= MOST or not all(1 <= len(x) <= LONGEST for x in items):
        raise ValueError(f"this visual shows 2 to {MOST} lists of 1 to {LONGEST} items")
    if any(len(set(x)) < len(x) or min(x) < 0 for x in items):
        raise ValueError("a list holds ids of items, 0 or more, none of them twice")
    if c not in CONSTANTS:
        raise ValueError(f"c is one of {CONSTANTS}; got {c}")
    width = max(map(len, items))
    ids = np.unique(np.concatenate(items))  # columns of what is scored: few, whatever the items are
    padded = np.full((len(names), 1, width), -1)
    for mine, x in zip(padded, items, strict=True):
        mine[0, : len(x)] = np.searchsorted(ids, x)

    def every(fuse: Callable) -> list[list[dict]]:
        return [
            [_order(fuse, padded, ids, votes, k, width) for k in CONSTANTS]
            for votes in _votes(len(names))
        ]

    own, note = asked(function, lambda: every(function))
    known = every(reciprocal_ranks)
    fused = own or known
    first = fused[-1][CONSTANTS.index(c)]["items"]
    star = sorted(int(i) for i in saved)
    found = {
        name: len({*x} & {*star})
        for name, x in zip([*names, "fused"], [*items, first], strict=True)
    }
    return Visual(
        Path(__file__).with_name("fusion.js"),
        state={
            "names": names, "lists": items, "saved": star, "fused": None if fused == known else fused, "constants": list(CONSTANTS),
            "votes": [1] * len(names), "c": CONSTANTS.index(c), "item": first[0],
        },
        text=f"{len(names)} lists fused: {', '.join(names)}",
        alt=(
            f"Lists of {', '.join(names)} for one user and their fused list, c = {c}: it begins with "
            f"{', '.join(map(str, first[:3]))}. Saved later, of the items in each: "
            + ", ".join(f"{name} {count}" for name, count in found.items()) + "."
        ),
        draw=lambda: draw({**dict(zip(names, items, strict=True)), "fused": first}, {*star}),
        note=note,
    )  # fmt: skip


def _votes(count: int) -> list[tuple[int, ...]]:
    """Return who has a vote in each state; the place of one is its votes read as a binary number."""
    return list(product((0, 1), repeat=count))


def _order(fuse: Callable, padded, ids, votes: tuple[int, ...], c: float, width: int) -> dict:
    voters = padded[np.array(votes, dtype=bool)]
    if not len(voters):
        return {"items": [], "scores": []}
    scores = np.asarray(fuse(voters.copy(), len(ids), float(c)), dtype=float)
    if scores.shape != (1, len(ids)) or not np.isfinite(scores).all():
        raise ValueError(f"expected finite scores of shape (1, {len(ids)})")
    listed = np.unique(voters[voters >= 0])
    best = listed[np.argsort(-scores[0, listed], kind="stable")][:width]
    return {"items": ids[best].tolist(), "scores": scores[0, best].round(5).tolist()}


def draw(lists: Mapping[str, Sequence[int]], saved: set[int]) -> Axes:
    """Draw the lists as columns; what was saved later is filled and has a star."""
    figure = plt.figure(
        figsize=(1.3 * len(lists) + 0.8, 0.34 * max(map(len, lists.values())) + 0.6)
    )
    ax = figure.subplots()
    for x, items in enumerate(lists.values()):
        for rank, item in enumerate(items, 1):
            hit = item in saved
            color = style.POSITIVE if hit else style.PAPER
            ax.text(x, rank, f"{item} ★" if hit else str(item), ha="center", va="center", color=style.INK,
                    fontsize="small", bbox={"boxstyle": "square,pad=0.25", "facecolor": color, "edgecolor": style.CONTEXT})  # fmt: skip
    longest = max(map(len, lists.values()))
    ax.set(xlim=(-0.6, len(lists) - 0.4), ylim=(longest + 0.6, 0.4), ylabel="rank")
    ax.set(xticks=range(len(lists)), yticks=range(1, longest + 1))
    ax.set_xticklabels(list(lists))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.axvline(len(lists) - 1.5, color=style.CONTEXT, linewidth=1)
    return ax
