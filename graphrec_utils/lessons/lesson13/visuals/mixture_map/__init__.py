"""A plane of items in clusters: where one mean vector lands, and what several queries find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.models import mixture
from graphrec_utils.plots.visuals.base import Visual, asked

TOPICS = ("gardens", "cakes", "boats", "maps")
CENTERS = np.array([[-3.2, 2.0], [3.0, 2.4], [2.6, -2.4], [-2.8, -2.2]])
EACH, STRAY, PLACES = 12, 16, 8
PEOPLE = {
    "Ann": {"gardens": 5},
    "Bob": {"gardens": 3, "boats": 2},
    "Eve": {"gardens": 2, "cakes": 4, "boats": 2},
}
COLORS = (style.USER, style.ITEM, style.POSITIVE, style.NEGATIVE, style.CONTEXT)
MARKERS = ("o", "s", "^", "D", "x")


def world() -> tuple[np.ndarray, np.ndarray]:
    """Return the places (n, 2) of items, topic by topic, and their topics (n,); -1 is none, in the middle."""
    rng = np.random.default_rng(7)
    around = [c + 0.62 * rng.normal(size=(EACH, 2)) for c in CENTERS]
    middle = rng.uniform([-1.5, -1.3], [1.5, 1.3], size=(STRAY, 2))
    topic = np.repeat([*range(len(TOPICS)), -1], [EACH] * len(TOPICS) + [STRAY])
    return np.round(np.clip(np.concatenate([*around, middle]), [-4.8, -3.9], [4.8, 3.9]), 2), topic


def lifted(points: np.ndarray, query: bool = False) -> np.ndarray:
    """Return (n, 3) vectors whose products order as nearness does: c · x - |x|² / 2."""
    last = np.ones(len(points)) if query else -np.square(points).sum(axis=1) / 2
    return np.column_stack([points, last])


def liked(person: str) -> np.ndarray:
    """Return the items that somebody likes: the first ones of each of the topics."""
    return np.concatenate([
        TOPICS.index(name) * EACH + np.arange(count) for name, count in PEOPLE[person].items()
    ])  # fmt: skip


def mixture_map(person: str = "Bob", queries: int = 2, function: Callable | None = None) -> Visual:
    """Return a visual of a user's list from the mean of all that was liked, and from several centers.

    The reader chooses a person, the number of queries, and whether to ask with the mean. `.live().person`,
    `.live().queries` and `.live().mean` are what is shown.

    Args:
        person: one of PEOPLE, with one, two or three interests.
        queries: 1 to 3, with how many clusters at most.
        function: a student's `recommend(counts, centers, items, seen, most, places)`, exercise 13.4. What it returns
            is what is shown, and hits are counted in it.

    Raises:
        ValueError: nobody has this name, or the number of queries is not 1 to 3.
    """
    if person not in PEOPLE:
        raise ValueError(f"person must be one of {', '.join(PEOPLE)}; got {person!r}")
    if queries not in (1, 2, 3):
        raise ValueError(f"queries must be 1, 2 or 3; got {queries}")
    mine, note = asked(function, lambda: answers(function))
    items, topic = world()
    shown = mine or answers(ours)
    means = {name: mean_list(name) for name in PEOPLE}
    hits = {
        how: len(inside(person, ids))
        for how, ids in (("mean", means[person]), ("several", shown[person][queries - 1]))
    }
    return Visual(
        Path(__file__).with_name("mixture_map.js"),
        state={
            "items": items.tolist(), "topic": topic.tolist(), "topics": list(TOPICS), "centers": centers().tolist(),
            "counts": {name: counts(name).tolist() for name in PEOPLE}, "liked": {name: liked(name).tolist() for name in PEOPLE},
            "middle": {name: items[liked(name)].mean(axis=0).round(2).tolist() for name in PEOPLE},
            "lists": shown, "means": means, "places": PLACES, "person": person, "queries": queries, "mean": True,
            "yours": mine is not None,
        },
        text=f"map of {len(items)} items, {len(TOPICS)} topics, {person} asks with {queries}",
        alt=(
            f"A plane with four clouds of items, {', '.join(TOPICS)}, and others between them. {person} likes some of "
            f"{' and '.join(PEOPLE[person])}. Left: the mean of what {person} likes is asked, and {hits['mean']} of "
            f"{PLACES} recommended items are of these topics. Right: {queries} centers are asked, and {hits['several']} are."
        ),
        draw=lambda: draw(person, queries, shown, means),
        note=note,
    )  # fmt: skip


def centers() -> np.ndarray:
    """Return the middle of each topic's items, and of those between."""
    items, topic = world()
    return np.array([items[topic == c].mean(axis=0) for c in (*range(len(TOPICS)), -1)]).round(2)


def counts(person: str) -> np.ndarray:
    """Return how many liked items each cluster has; the last one is the middle."""
    return np.array([PEOPLE[person].get(name, 0) for name in (*TOPICS, "")])


def ours(counts, centers, items, seen, most, places):
    some, weights = mixture.mixture(counts, most)
    return mixture.retrieve(centers[some], weights, items, seen, places)


def answers(function: Callable) -> dict[str, list[list[int]]]:
    """Return the lists of a function for every person and 1 to 3 queries.

    Raises:
        ValueError: a list holds no ids of items, or is longer than asked for.
    """
    items, _ = world()
    out = {}
    for name in PEOPLE:
        out[name] = []
        for most in (1, 2, 3):
            given = (
                counts(name),
                lifted(centers(), query=True),
                lifted(items),
                liked(name),
                most,
                PLACES,
            )
            ids = np.asarray(
                function(*(x.copy() if isinstance(x, np.ndarray) else x for x in given))
            )
            if (
                ids.ndim != 1
                or len(ids) > 3 * PLACES
                or not np.isin(ids, np.arange(len(items))).all()
            ):
                raise ValueError(
                    f"a list of {PLACES} ids is asked for; it returned {ids.tolist()!r:.60}"
                )
            out[name].append([int(i) for i in ids])
    return out


def mean_list(person: str) -> list[int]:
    """Return the items nearest to the mean of what somebody likes."""
    items, _ = world()
    mean = items[liked(person)].mean(axis=0, keepdims=True)
    return mixture.retrieve(
        lifted(mean, query=True), np.ones(1), lifted(items), liked(person), PLACES
    ).tolist()


def inside(person: str, ids: list[int]) -> list[int]:
    """Return those of a list that are of somebody's topics, each once."""
    _, topic = world()
    own = [TOPICS.index(name) for name in PEOPLE[person]]
    return [i for i in dict.fromkeys(ids) if topic[i] in own and i not in liked(person)]


def draw(person: str, queries: int, lists: dict, means: dict) -> tuple[Axes, ...]:
    """Draw the list of the mean and the list of several centers, side by side."""
    items, topic = world()
    figure = plt.figure(figsize=(7.2, 3.0))
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    kept = np.argsort(-counts(person), kind="stable")[:queries]
    kept = kept[counts(person)[kept] > 0]
    asks = {"asked with the mean": (items[liked(person)].mean(axis=0)[None], means[person]),
            f"asked with {len(kept)}": (centers()[kept], lists[person][queries - 1])}  # fmt: skip
    for ax, (title, (points, ids)) in zip(axes, asks.items(), strict=True):
        for c, (color, marker) in enumerate(zip(COLORS, MARKERS, strict=True)):
            own = topic == (c if c < len(TOPICS) else -1)
            ax.scatter(
                *items[own].T,
                s=22,
                marker=marker,
                color=color,
                alpha=1,
                label=(*TOPICS, "others")[c],
            )
        ax.scatter(
            *items[liked(person)].T, s=46, color=style.INK, marker=".", label=f"{person} likes"
        )
        ax.scatter(
            *items[ids].T,
            s=130,
            facecolors="none",
            edgecolors=style.INK,
            linewidths=1.4,
            label="recommended",
        )
        ax.scatter(*points.T, s=190, marker="*", color=style.INK, label="asked with", zorder=4)
        ax.set_title(f"{title}: {len(inside(person, ids))} of {PLACES} fit", fontsize=9)
        ax.set(xticks=[], yticks=[], aspect="equal", xlim=(-5, 5), ylim=(-4.1, 4.1))
    axes[1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return tuple(axes)
