"""Small drawings for slides about systems: what kind of graph each has, and a matrix of several."""

from __future__ import annotations

import base64
import html
import io
import math

import matplotlib.pyplot as plt

from graphrec_utils import style
from graphrec_utils.plots.visuals.atlas import draw

SIDE = 380
Point = tuple[float, float]


def drawing(kind: str) -> str:
    """Return an SVG that shows a kind of graph: nodes by shape and color, edges between them."""
    nodes, edges = LAYOUTS[kind]()
    lines = [
        f'<line x1="{nodes[a][1][0]:g}" y1="{nodes[a][1][1]:g}" x2="{nodes[b][1][0]:g}" y2="{nodes[b][1][1]:g}" '
        f'stroke="{style.CONTEXT}" stroke-width="3"{dash}/>'
        for a, b, dash in edges
    ]
    shapes = [SHAPES[shape](x, y) for shape, (x, y) in nodes]
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}" role="img" '
        f'aria-label="A graph: {html.escape(kind)}">{"".join(lines)}{"".join(shapes)}</svg>'
    )


SHAPES = {
    "user": lambda x, y: f'<circle cx="{x:g}" cy="{y:g}" r="19" fill="{style.USER}"/>',
    "item": lambda x, y: f'<rect x="{x - 17:g}" y="{y - 17:g}" width="34" height="34" fill="{style.ITEM}"/>',
    "third": lambda x, y: f'<path d="M{x:g} {y - 22:g}l21 38h-42z" fill="{style.POSITIVE}"/>',
    "fourth": lambda x, y: f'<path d="M{x:g} {y - 23:g}l23 23l-23 23l-23 -23z" fill="{style.NEGATIVE}"/>',
}  # fmt: skip
DASHED = ' stroke-dasharray="10 8"'


def _two_sides():
    left = [("user", (70, 70 + 120 * k)) for k in range(3)]
    right = [("item", (310, 50 + 93 * k)) for k in range(4)]
    pairs = [(0, 3), (0, 4), (1, 4), (1, 5), (2, 5), (2, 6), (0, 6)]
    return [*left, *right], [(a, b, "") for a, b in pairs]


def _many_types():
    kinds = ["user", "item", "third", "item", "fourth", "item", "user"]
    nodes = [(kind, _on_a_circle(k, len(kinds))) for k, kind in enumerate(kinds)]
    edges = [(0, 1, ""), (0, 3, ""), (6, 5, ""), (0, 6, DASHED), (2, 1, DASHED), (2, 3, ""), (4, 3, ""), (4, 5, DASHED), (6, 3, "")]  # fmt: skip
    return nodes, edges


def _item_to_item():
    nodes = [("item", _on_a_circle(k, 7)) for k in range(7)]
    pairs = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5), (5, 6), (6, 0)]
    return nodes, [(a, b, "") for a, b in pairs]


def _concepts():
    nodes = [("third", (190, 50)), ("fourth", (90, 160)), ("fourth", (290, 160))]
    nodes += [("item", (50 + 93 * k, 310)) for k in range(4)]
    pairs = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 4), (2, 5), (2, 6)]
    return nodes, [(a, b, "") for a, b in pairs]


def _sequence():
    nodes = [("user", (190, 60))] + [("item", (50 + 70 * k, 250)) for k in range(5)]
    return nodes, [
        *((k, k + 1, "") for k in range(1, 5)),
        *((0, k, DASHED) for k in range(1, 6)),
    ]


def _no_graph():
    return [("item", (80 + 110 * (k % 3), 80 + 110 * (k // 3))) for k in range(9)], []


def _on_a_circle(k: int, n: int) -> Point:
    turn = 2 * math.pi * k / n - math.pi / 2
    middle, radius = SIDE / 2, SIDE / 2 - 45
    return round(middle + radius * math.cos(turn), 1), round(middle + radius * math.sin(turn), 1)


LAYOUTS = {
    "two sides": _two_sides,
    "many types": _many_types,
    "item to item": _item_to_item,
    "concepts": _concepts,
    "sequence": _sequence,
    "no graph": _no_graph,
}


def matrix(rows: list[dict]) -> str:
    """Return a figure with the atlas's matrix of some systems."""
    with plt.style.context(["default", style.RC, {"font.size": 13}]):
        figure = draw(rows).figure
        figure.set_size_inches(8.6, 1.5 + 0.3 * len(rows))
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
        plt.close(figure)
    picture = base64.b64encode(style.lean(file.getvalue(), colors=64)).decode()
    told = "; ".join(f"{row['name']}, {row['company']} {row['year']}" for row in rows)
    return f'<figure><img alt="{html.escape(told)}" height="540" src="data:image/png;base64,{picture}"></figure>'
