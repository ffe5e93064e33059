"""A graph with kinds of nodes and of edges: what can be reached from one node, by which relations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.data import Triples
from graphrec_utils.plots.visuals.base import Visual

MOST, KINDS, HOPS = 30, 5, 3  # nodes, kinds of nodes, rings
COLORS = (style.USER, style.ITEM, style.POSITIVE, style.NEGATIVE, style.CONTEXT)
MARKERS = ("o", "s", "^", "D", "X")


def typed_graph(
    facts: Triples, center: int = 0, on: Sequence[str] | None = None, goal: str = ""
) -> Visual:
    """Return a visual of the nodes around one node, ring by ring, over the relations that are switched on.

    Edges are walked in both directions. The reader switches relations and chooses another center.
    `.live().on` and `.live().center` are what is shown.

    Args:
        facts: with labels and types of all entities and labels of the relations; at most 30 entities.
        center: the entity in the middle.
        on: names of the relations that are switched on at the start; None: all of them.
        goal: the type of node that is counted, "" for all.

    Raises:
        ValueError: labels or types are missing, there are too many nodes or types, or center, a relation or
            the goal is unknown.
    """
    parts = (facts.entity_labels, facts.relation_labels, facts.entity_types)
    if any(part is None for part in parts):
        raise ValueError("entities and relations need labels, and entities need types")
    names, relations, types = ([str(x) for x in part] for part in parts)
    kinds = list(dict.fromkeys(types))
    if len(names) > MOST or len(kinds) > KINDS:
        raise ValueError(
            f"at most {MOST} nodes of {KINDS} types can be told apart; got {len(names)} of {len(kinds)}"
        )
    if not 0 <= center < len(names):
        raise ValueError(f"center must be an entity, 0 to {len(names) - 1}; got {center}")
    chosen = relations if on is None else list(on)
    if unknown := [name for name in chosen if name not in relations]:
        raise ValueError(f"there is no relation {unknown[0]!r}; known are {', '.join(relations)}")
    if goal and goal not in kinds:
        raise ValueError(f"there is no type {goal!r}; known are {', '.join(kinds)}")
    switched = [name in chosen for name in relations]
    rows = facts.array()
    ring = rings(rows, len(names), switched, center)
    wanted = [v for v, kind in enumerate(types) if v != center and kind == (goal or kind)]
    reached = [names[v] for v in wanted if ring[v] >= 0]
    return Visual(
        Path(__file__).with_name("typed_graph.js"),
        state={
            "names": names, "relations": relations, "kinds": kinds, "kind": [kinds.index(x) for x in types],
            "facts": rows.tolist(), "on": switched, "center": center, "goal": goal, "hops": HOPS,
        },
        text=f"graph of {len(names)} nodes, {len(kinds)} types and {len(relations)} relations",
        alt=(
            f"{names[center]} in the middle, other nodes on rings by their distance over "
            f"{', '.join(chosen) or 'no relation'}. Within {HOPS} edges: {', '.join(reached) or 'nothing'}; that "
            f"is {len(reached)} of {len(wanted)} {goal or 'node'}s."
        ),
        draw=lambda: draw(rows, names, relations, types, kinds, center, switched),
    )  # fmt: skip


def rings(facts: np.ndarray, num_nodes: int, on: Sequence[bool], center: int) -> np.ndarray:
    """Return the distance of each node from the center over the switched relations, -1 beyond HOPS edges."""
    kept = facts[np.array(on, dtype=bool)[facts[:, 1]]] if len(facts) else facts
    ring = np.full(num_nodes, -1)
    ring[center], front = 0, {center}
    for hop in range(1, HOPS + 1):
        ends = [(h, t) for h, _, t in kept.tolist()] + [(t, h) for h, _, t in kept.tolist()]
        front = {b for a, b in ends if a in front and ring[b] < 0}
        ring[list(front)] = hop
    return ring


def places(ring: np.ndarray) -> np.ndarray:
    """Return a place for every node: those of a ring around the middle, those that are not reached in a row below."""
    place = np.zeros((len(ring), 2))
    for hop in range(1, HOPS + 1):
        own = np.flatnonzero(ring == hop)
        angle = (
            2 * np.pi * (np.arange(len(own)) + 0.5 * (hop % 2)) / max(1, len(own))
            + np.pi / 2
            + 0.3 * hop
        )
        place[own] = hop * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    away = np.flatnonzero(ring < 0)
    place[away, 0] = np.linspace(-HOPS, HOPS, len(away) + 2)[1:-1]
    place[away, 1] = -HOPS - 0.9 - 0.8 * (np.arange(len(away)) % 2)
    return place


def draw(facts, names, relations, types, kinds, center, on) -> tuple[Axes, ...]:
    """Draw what the first relation alone reaches, and what the switched ones do."""
    figure = plt.figure(figsize=(8.2, 4.3))
    axes = figure.subplots(1, 2)
    first = [k == 0 for k in range(len(relations))]
    for ax, switched, title in ((axes[0], first, relations[0]), (axes[1], on, None)):
        ring = rings(facts, len(names), switched, center)
        place = places(ring)
        for h, r, t in facts.tolist():
            if switched[r] and ring[h] >= 0 and ring[t] >= 0:
                look = (("solid", 2.0), ("dashed", 1.4), ("dotted", 1.6), ("dashdot", 1.4))[r % 4]
                ax.plot(
                    *place[[h, t]].T, color=style.CONTEXT, linestyle=look[0], lw=look[1], zorder=1
                )
        for kind, color, marker in zip(kinds, COLORS, MARKERS, strict=False):
            own = np.array([t == kind for t in types])
            for reached, alpha in ((True, 1.0), (False, 0.35)):
                v = own & ((ring >= 0) == reached)
                ax.scatter(*place[v].T, s=70, marker=marker, color=color, alpha=alpha, zorder=2,
                           label=kind if reached else None)  # fmt: skip
        ax.scatter(
            *place[center], s=190, facecolors="none", edgecolors=style.INK, linewidths=2, zorder=3
        )
        for v, name in enumerate(names):
            ax.annotate(name, place[v], (0, 8), textcoords="offset points", ha="center", fontsize=8)
        shown = title or ", ".join(name for name, x in zip(relations, on, strict=True) if x)
        ax.set_title(shown, fontsize=9)
        ax.set(xlim=(-HOPS - 1, HOPS + 1), ylim=(-HOPS - 2.2, HOPS + 0.7), aspect="equal")
        ax.axis("off")
    axes[0].legend(fontsize=8, loc="upper left", bbox_to_anchor=(-0.1, 1))
    return tuple(axes)
