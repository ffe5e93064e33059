"""Where the methods of the map stand: in columns from left to right, or in rows with lanes, as a log of git.

Both come from `methods.ON_THE_MAP` alone. Nothing here knows how a box is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from graphrec_utils.methods import ON_THE_MAP, Method

SWEEPS = 12  # of ordering, and of pulling what belongs together to one height
BOX, VIA = 68.0, 22.0  # height that a box, or a line that passes between boxes, needs


@dataclass(frozen=True)
class Arrow:
    """From an earlier method to a later one; `points` are (column or lane, height or row)."""

    start: str
    end: str
    points: tuple[tuple[float, float], ...]


def edges(methods: tuple[Method, ...] = ON_THE_MAP) -> list[tuple[str, str]]:
    """Return (earlier, later) for everything that a method takes from another."""
    return [(parent, method.name) for method in methods for parent in method.after]


def columns(methods: tuple[Method, ...] = ON_THE_MAP) -> tuple[dict[str, float], list[Arrow]]:
    """Return the height of each method's middle in its column, from 0 on, and the arrows.

    An arrow that passes a column has a place of its own in it, between the boxes.
    """
    at = {method.name: method.column for method in methods}
    last = max(at.values())
    rows: list[list[object]] = [
        [m.name for m in methods if m.column == column] for column in range(last + 1)
    ]
    paths = {}
    for start, end in edges(methods):
        stops: list[object] = [start]
        for column in range(at[start] + 1, at[end]):
            stops.append((start, end, column))
            rows[column].append(stops[-1])
        paths[start, end] = [*stops, end]
    beside: dict[object, list[object]] = {item: [] for row in rows for item in row}
    for stops in paths.values():
        for a, b in pairwise(stops):
            beside[a].append(b)
            beside[b].append(a)
    height = {item: float(k) for row in rows for k, item in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            row.sort(key=lambda item: _mean(item, beside, height))
            height |= {item: float(k) for k, item in enumerate(row)}
    height = {item: BOX * k for row in rows for k, item in enumerate(row)}
    for _ in range(SWEEPS):
        for row in rows:
            height |= _apart(row, {item: _mean(item, beside, height) for item in row})
    top = min(height[item] for row in rows for item in row)
    height = {item: round(y - top, 1) for item, y in height.items()}
    column_of = {item: column for column, row in enumerate(rows) for item in row}
    arrows = [
        Arrow(*pair, tuple((column_of[stop], height[stop]) for stop in stops))
        for pair, stops in paths.items()
    ]
    return {name: height[name] for name in at}, arrows


def _mean(item: object, beside: dict, height: dict) -> float:
    near = [height[other] for other in beside[item]]
    return sum(near) / len(near) if near else height[item]


def _apart(row: list, wanted: dict) -> dict:
    """Return heights near those wanted, in the row's order and far enough from each other."""
    placed: list[float] = []
    for item, before in zip(row, [None, *row], strict=False):
        need = (_size(item) + _size(before)) / 2 if before is not None else 0.0
        placed.append(max(wanted[item], placed[-1] + need) if placed else wanted[item])
    shift = sum(wanted[item] - y for item, y in zip(row, placed, strict=True)) / len(row)
    return {item: y + shift for item, y in zip(row, placed, strict=True)}


def _size(item: object) -> float:
    return BOX if isinstance(item, str) else VIA


def lanes(methods: tuple[Method, ...] = ON_THE_MAP) -> tuple[dict[str, int], list[Arrow]]:
    """Return the lane of each method, one method a row in the syllabus's order, and the arrows.

    A method keeps its lane until the last one that takes something from it stands; that one may have it.
    """
    row = {method.name: k for k, method in enumerate(methods)}
    last = {name: k for name, k in row.items()}
    for start, end in edges(methods):
        last[start] = max(last[start], row[end])
    lane: dict[str, int] = {}
    for method in methods:
        k = row[method.name]
        taken = {lane[other] for other in lane if last[other] > k}
        lane[method.name] = next(free for free in range(len(methods)) if free not in taken)
    arrows = [
        Arrow(a, b, ((lane[a], row[a]), (lane[a], row[b] - 1), (lane[b], row[b])))
        for a, b in edges(methods)
    ]
    return lane, arrows
