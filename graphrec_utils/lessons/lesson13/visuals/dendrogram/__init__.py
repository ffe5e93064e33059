"""Ward's tree of what somebody saved: move the cut, and see interests and their medoids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.cluster import hierarchy

from graphrec_utils import arguments, style
from graphrec_utils.models import pinnersage
from graphrec_utils.plots.visuals.base import Visual, asked

FEWEST, MOST = 3, 24  # events
COLORS = (style.USER, style.ITEM, style.POSITIVE, style.NEGATIVE)


def dendrogram(
    points: np.ndarray,
    names: Sequence[str],
    ages: np.ndarray,
    decay: float = 0.01,
    num_clusters: int = 3,
    function: Callable | None = None,
) -> Visual:
    """Return a visual of a user's events as Ward's tree, with a cut that the reader moves.

    `.live().step` is how many clusters there are, less one.

    Args:
        points: (n, d) vectors of 3 to 24 events.
        names: (n,) short ones.
        ages: (n,) days ago.
        decay: of an event's weight by its age.
        num_clusters: at the start.
        function: a student's `interests(points, ages, labels, decay)`, exercise 13.5: medoids and shares are its.

    Raises:
        ValueError: there are too few or too many events, or shapes do not fit.
    """
    points, ages = np.asarray(points, dtype=float), np.asarray(ages, dtype=float)
    n = len(points)
    if not FEWEST <= n <= MOST or points.ndim != 2 or len(names) != n or ages.shape != (n,):
        raise ValueError(
            f"this visual shows {FEWEST} to {MOST} events with a name and an age each; got {n}, {len(names)}, {len(ages)}"
        )
    if not 1 <= arguments.integer("num_clusters", num_clusters) <= n:
        raise ValueError(f"num_clusters must be 1 to {n}; got {num_clusters}")
    tree = pinnersage.tree(points)
    labels = [cut_at(tree, k) for k in range(1, n + 1)]
    mine, note = asked(function, lambda: answers(function, points, ages, labels, decay))
    found = mine or answers(ours, points, ages, labels, decay)
    order = hierarchy.leaves_list(tree).tolist()
    heaviest = [names[v] for v in found[num_clusters - 1]["ids"]]
    return Visual(
        Path(__file__).with_name("dendrogram.js"),
        state={
            "names": [str(x) for x in names], "ages": ages.round(1).tolist(), "order": order,
            "merges": [[int(a), int(b), round(float(d), 3)] for a, b, d, _ in tree],
            "labels": [x.tolist() for x in labels], "found": found, "step": num_clusters - 1, "yours": mine is not None,
        },
        text=f"Ward's tree of {n} events, cut into {num_clusters}",
        alt=(
            f"A tree over {n} saved pins: the lower two branches meet, the more alike they are. A dashed line cuts it into "
            f"{num_clusters} interests; each has a pin in a frame that stands for it: {', '.join(heaviest)}."
        ),
        draw=lambda: draw(tree, names, labels[num_clusters - 1], found[num_clusters - 1]),
        note=note,
    )  # fmt: skip


def cut_at(tree: np.ndarray, k: int) -> np.ndarray:
    """Return the cluster of each event when k clusters are left, numbered from 0 in order of the tree."""
    n = len(tree) + 1
    own = {v: [v] for v in range(n)}
    for step, (a, b, _, _) in enumerate(tree[: n - k]):
        own[n + step] = own.pop(int(a)) + own.pop(int(b))
    place = {int(v): p for p, v in enumerate(hierarchy.leaves_list(tree))}
    labels = np.empty(n, np.int64)
    for c, members in enumerate(sorted(own.values(), key=lambda x: min(place[v] for v in x))):
        labels[members] = c
    return labels


def ours(points, ages, labels, decay):
    return pinnersage.interests(points, ages, labels, decay, len(points))


def answers(function: Callable, points, ages, labels, decay) -> list[dict]:
    """Return what a function says of every cut: who stands for a cluster, and its share.

    Raises:
        ValueError: it does not return an event and a share for each cluster.
    """
    out = []
    for label in labels:
        ids, shares = function(points.copy(), ages.copy(), label.copy(), decay)
        ids, shares = np.asarray(ids), np.asarray(shares, dtype=float)
        count = label.max() + 1
        if (
            ids.shape != (count,)
            or shares.shape != (count,)
            or not np.isin(ids, np.arange(len(points))).all()
        ):
            raise ValueError(
                f"{count} events and {count} shares are asked for; it returned {ids.tolist()!r:.40}"
            )
        out.append({"ids": [int(v) for v in ids], "shares": shares.round(3).tolist()})
    return out


def draw(tree, names, labels, found) -> tuple[Axes, ...]:
    """Draw the tree with its cut, and the shares of the interests."""
    n, k = len(names), labels.max() + 1
    figure = plt.figure(figsize=(8.2, 3.4))
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [2.4, 1]})
    drawn = hierarchy.dendrogram(tree, no_plot=True)
    for x, y in zip(drawn["icoord"], drawn["dcoord"], strict=True):
        left.plot(x, y, color=style.CONTEXT, linewidth=1.4)
    low = tree[n - k - 1, 2] if k < n else 0.0
    high = tree[n - k, 2] if k > 1 else 1.1 * tree[-1, 2]
    left.axhline((low + high) / 2, color=style.INK, linestyle="--", linewidth=1.4)
    order = hierarchy.leaves_list(tree)
    left.set_xticks(
        5 + 10 * np.arange(n), [names[v] for v in order], rotation=60, ha="right", fontsize=8
    )
    for tick, v in zip(left.get_xticklabels(), order, strict=True):
        tick.set_color(COLORS[labels[v] % len(COLORS)])
        if v in found["ids"]:
            tick.set_bbox({"facecolor": "none", "edgecolor": style.INK, "pad": 1.5})
    left.set(ylabel="distance of the merge", ylim=(0, None))
    some = found["ids"][:6][::-1]
    shares = found["shares"][:6][::-1]
    right.barh(range(len(some)), shares, color=[COLORS[labels[v] % len(COLORS)] for v in some])
    right.set_yticks(range(len(some)), [names[v] for v in some], fontsize=8)
    right.set(xlabel="share", title=f"{k} interests")
    return left, right
