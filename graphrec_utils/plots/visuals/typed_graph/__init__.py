"""A graph with kinds of nodes and of edges: what can be reached from one node, by which relations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from graphrec_utils import style
from graphrec_utils.data import Triples
from graphrec_utils.plots.visuals.base import Visual

MOST, KINDS, HOPS = 30, 5, 3  # nodes, kinds of nodes, rings
COLORS = (style.USER, style.ITEM, style.POSITIVE, style.NEGATIVE, style.CONTEXT)
REACH, SHELF = (
    4.1,
    3.75,
)  # half of the width, and how far below the middle the row of the others lies
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
        on: names of the relations that are switched on at the start; None: the first alone, and the reader
            adds others (the printed picture has all of them beside it).
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
            "facts": rows.tolist(), "on": [name == relations[0] for name in relations] if on is None else switched, "center": center, "goal": goal, "hops": HOPS,
        },
        text=f"graph of {len(names)} nodes, {len(kinds)} types and {len(relations)} relations",
        alt=(
            f"{names[center]} in the middle, other nodes on rings by their distance over "
            f"{', '.join(chosen) or 'no relation'}. Within {HOPS} edges: {', '.join(reached) or 'nothing'}; that "
            f"is {len(reached)} of {len(wanted)} {goal or 'node'}s."
        ),
        draw=lambda: draw(rows, names, relations, types, kinds, center, switched, goal),
    )  # fmt: skip


def rings(
    facts: np.ndarray, num_nodes: int, on: Sequence[bool], center: int, most: int = HOPS
) -> np.ndarray:
    """Return the distance of each node from the center over the switched relations, -1 beyond `most` edges."""
    kept = facts[np.array(on, dtype=bool)[facts[:, 1]]] if len(facts) else facts
    ring = np.full(num_nodes, -1)
    ring[center], front = 0, {center}
    for hop in range(1, most + 1):
        ends = [(h, t) for h, _, t in kept.tolist()] + [(t, h) for h, _, t in kept.tolist()]
        front = {b for a, b in ends if a in front and ring[b] < 0}
        ring[list(front)] = hop
    return ring


def beyond(facts: np.ndarray, on: Sequence[bool], center: int, ring: np.ndarray) -> str:
    """Say of the nodes that stand on no ring what keeps them off: too many edges, or no way at all."""
    cut = int((rings(facts, len(ring), on, center, len(ring)) < 0).sum())
    far = f"farther than {HOPS} edges"
    return far if not cut else f"{far}, or no way" if cut < (ring < 0).sum() else "no way"


def places(ring: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return a place for every node: on rings, behind the one it is reached through; the others in a row below.

    Of some ways to turn the rings the one with the fewest edges that cross or pass a node by.
    """
    ends = np.concatenate([edges, edges[:, ::-1]])
    behind: dict[int, list[int]] = {v: [] for v in range(len(ring))}
    for v in np.flatnonzero(ring > 0):
        near = [a for a, b in ends.tolist() if b == v and ring[a] == ring[v] - 1]
        behind[near[0]].append(int(v))
    angle = np.zeros(len(ring))

    def leaves(v: int) -> int:
        return sum(map(leaves, behind[v])) or 1

    def share(v: int, low: float, high: float) -> None:
        wide = min(high - low, 2.4 if ring[v] else 9)
        at = (low + high - wide) / 2
        for w in behind[v]:
            own = wide * leaves(w) / leaves(v)
            angle[w] = at + own / 2
            share(w, at, at + own)
            at += own

    share(int(np.flatnonzero(ring == 0)[0]), -np.pi, np.pi)
    away = np.flatnonzero(ring < 0)
    below = (np.arange(len(away)) + 0.5) / max(1, len(away)) * 2 * REACH - REACH
    found = []
    for turn in sorted(np.arange(-10, 11) * 0.08, key=abs):
        turned = angle + 0.2 + turn * (ring - 1)
        place = np.maximum(ring, 0)[:, None] * np.stack([np.cos(turned), -np.sin(turned)], axis=1)
        place[away, 0] = below
        place[away, 1] = -SHELF - 0.75 * (np.arange(len(away)) % 2) * (len(away) > 6)
        found.append(
            (_tangled(place[ring >= 0], np.cumsum(ring >= 0)[edges] - 1), len(found), place)
        )
    return min(found, key=lambda x: x[:2])[2]


def _tangled(place: np.ndarray, edges: np.ndarray) -> int:
    """Count the pairs of edges that cross, and three for each node that an edge passes by."""
    a, b = place[edges[:, 0]], place[edges[:, 1]]
    side = _cross(
        (b - a)[:, None], place[None] - a[:, None]
    )  # (edges, nodes), its sign says left or right
    one, other = (np.take_along_axis(side, edges[:, [k]].T, axis=1) for k in (0, 1))
    apart = one * other < -1e-9
    length = np.linalg.norm(b - a, axis=1, keepdims=True)
    along = ((place[None] - a[:, None]) * (b - a)[:, None]).sum(2) / length
    passes = (np.abs(side) / length < 0.37) & (along > 1e-6) & (along < length - 1e-6)
    return int((apart & apart.T).sum()) // 2 + 3 * int(passes.sum())


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _labels(place: np.ndarray, names: list[str], edges: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Return where each name stands: beside its node, where it covers the least of nodes, lines and names."""
    steps = np.linspace(0, 1, 17)[:, None, None]
    dots = (place[edges[:, 0]] * (1 - steps) + place[edges[:, 1]] * steps).reshape(-1, 2)
    taken = [(x - 0.2, y - 0.2, x + 0.2, y + 0.2) for x, y in place]
    found = np.zeros_like(place)
    for v, name in enumerate(names):
        best = (np.inf,)
        out = place[v] / max(1e-9, np.linalg.norm(place[v]))
        size = 0.17 * len(name) + 0.1
        for dx, dy in [
            (1, 0),
            (-1, 0),
            (0, 1),
            (0, -1),
            (0.6, 0.9),
            (-0.6, 0.9),
            (0.6, -0.9),
            (-0.6, -0.9),
        ]:
            x, y = place[v] + (dx * (0.28 + 0.14 * (ring[v] == 0) + size / 2), dy * 0.42)
            box = (x - size / 2, y - 0.16, x + size / 2, y + 0.16)
            cost = (
                1.5 * (1 - (dx, dy) @ out) if ring[v] > 0 else 0 if ring[v] == 0 or dy > -1 else -99
            )
            cost += 60 * (abs(x) + size / 2 > REACH + 0.3 or (ring[v] >= 0 and y < 0.74 - SHELF))
            cost += 20 * sum(w != v and box[0] < z[2] and z[0] < box[2] and box[1] < z[3] and z[1] < box[3]
                             for w, z in enumerate(taken))  # fmt: skip
            inside = (dots > box[:2]).all(axis=1) & (dots < box[2:]).all(axis=1)
            cost += 2 * inside.sum()
            if cost < best[0]:
                best = (cost, (x, y), box)
        found[v] = best[1]
        taken.append(best[2])
    return found


def draw(facts, names, relations, types, kinds, center, on, goal) -> tuple[Axes, ...]:
    """Draw what the first relation alone reaches, and what the switched ones do."""
    figure = plt.figure(figsize=(7.2, 3.9))
    axes = figure.subplots(1, 2)
    first = [k == 0 for k in range(len(relations))]
    every = ", ".join(name for name, x in zip(relations, on, strict=True) if x)
    looks = [("solid", 2.0), ("dashed", 1.4), ("dotted", 1.6), ("dashdot", 1.4)]
    wanted = [v for v, kind in enumerate(types) if v != center and kind == (goal or kind)]
    for ax, switched, by in ((axes[0], first, f"{relations[0]} alone"), (axes[1], on, every)):
        ring = rings(facts, len(names), switched, center)
        shown = [
            (h, r, t) for h, r, t in facts.tolist() if switched[r] and min(ring[h], ring[t]) >= 0
        ]
        edges = np.array([(h, t) for h, _, t in shown], dtype=int).reshape(-1, 2)
        place = places(ring, edges)
        for k in range(1, HOPS + 1):
            ax.add_patch(
                plt.Circle((0, 0), k, fill=False, color=style.CONTEXT, alpha=0.3, lw=0.5, aa=False)
            )
        for h, r, t in shown:
            line, width = looks[r % 4]
            ax.plot(*place[[h, t]].T, color=style.CONTEXT, linestyle=line, lw=width, zorder=1)
        for kind, color, marker in zip(kinds, COLORS, MARKERS, strict=False):
            own = np.array([t == kind for t in types])
            for reached, alpha in ((True, 1.0), (False, 0.4)):
                v = own & ((ring >= 0) == reached)
                ax.scatter(*place[v].T, s=70, marker=marker, color=color, alpha=alpha, zorder=2)
        ax.scatter(
            *place[center], s=190, facecolors="none", edgecolors=style.INK, linewidths=2, zorder=3
        )
        for v, (x, y) in enumerate(_labels(place, names, edges, ring)):
            ax.text(x, y, names[v], ha="center", va="center", fontsize=9, zorder=4,
                    fontweight="bold" if v == center else None)  # fmt: skip
        got = sum(ring[v] >= 0 for v in wanted)
        ax.set_title(f"{by}: {got} of {len(wanted)} {goal or 'node'}s", fontsize=10, loc="left")
        if not shown:
            ax.text(
                0,
                1.5,
                f"no edge “{relations[0]}”\nis at {names[center]}",
                ha="center",
                va="center",
                fontsize=9,
            )
        if (ring < 0).any():
            box = (-REACH, -SHELF - 1.35), 2 * REACH, 1.95
            ax.add_patch(
                plt.Rectangle(*box, facecolor=style.CONTEXT, alpha=0.12, edgecolor="none", zorder=0)
            )
            told = beyond(facts, switched, center, ring)
            ax.text(-REACH + 0.1, -SHELF + 0.36, told, fontsize=8, va="center")
        ax.set(xlim=(-REACH - 0.3, REACH + 0.3), ylim=(-SHELF - 1.45, HOPS + 0.55), aspect="equal")
        ax.axis("off")
    marks = [
        Line2D([], [], color=color, marker=marker, linestyle="none", label=kind)
        for kind, color, marker in zip(kinds, COLORS, MARKERS, strict=False)
    ]
    lines = [
        Line2D(
            [], [], color=style.CONTEXT, linestyle=looks[r % 4][0], lw=looks[r % 4][1], label=name
        )
        for r, name in enumerate(relations)
    ]
    figure.legend(
        handles=[*marks, *lines], loc="outside lower center", ncols=9, fontsize=9, frameon=False
    )
    return tuple(axes)
