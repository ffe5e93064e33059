"""The schema of a world as a picture: inline SVG for `World._repr_html_`.

Text and lines take the color of the page (currentColor), so the picture is readable on a light
and on a dark one; users are a blue circle and pins an orange square, as everywhere.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils import style
from graphrec_utils.pinworld.entities import KINDS
from graphrec_utils.pinworld.impressions import ACTIONS, NEGATIVE_ACTIONS

_USER, _PIN, _MIDDLE = (70, 190), (610, 190), 335  # centers, and the middle between them
# nodes between user and pin: name, y, relation from the user (leaves him at x), and to the pin
_BETWEEN = (
    ("boards", 34, "owns", 70, "contains", 610),
    ("creators", 318, "follows", 86, "made", 572),
    ("queries", 380, "searched", 54, "led to", 600),
)


def svg(world) -> str:
    """Return the picture with its sizes; all it shows is in its label for screen readers."""
    counts = _counts(world)
    parts = _actions(counts)
    for node, y, first, x1, second, x2 in _BETWEEN:
        path = f"M{x1} {_USER[1]}V{y}H{_MIDDLE - 62}M{_MIDDLE + 62} {y}H{x2}V{_PIN[1]}"
        parts.append(_path(path, style.CONTEXT))
        parts += _lines((x1 + 4 + _MIDDLE - 62) / 2, y - 6, (f"{first} {counts[first]:,}",))
        parts += _lines((_MIDDLE + 62 + x2 - 4) / 2, y - 6, (f"{second} {counts[second]:,}",))
        parts += _box(_MIDDLE, y, node, world.sizes[node])
    parts.append(_path(f"M640 358V{_PIN[1]}", style.CONTEXT))
    parts += _lines(692, 318, (f"promotes {counts['promotes']:,}",))
    parts += _box(690, 380, "advertisers", world.sizes["advertisers"])
    parts += _pins(world, counts)
    parts += [
        f'<circle cx="{_USER[0]}" cy="{_USER[1]}" r="50" fill="{style.USER}"/>',
        *_lines(*_USER, ("users", f"{world.num_users:,}"), "#fff"),
    ]
    return (
        f'<svg role="img" aria-label="{_label(world, counts)}" viewBox="0 0 760 410" '
        'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13" '
        'fill="currentColor" style="width:100%;max-width:760px;height:auto">'
        + "".join(parts)
        + "</svg>"
    )


def _counts(world) -> dict[str, int]:
    """Return the number of edges of every relation."""
    code = world.arrays["shown_action"]
    done = dict(zip(ACTIONS, np.bincount(code[code >= 0], minlength=len(ACTIONS)), strict=True))
    acted = code >= 0
    return {name: int(count) for name, count in done.items()} | {
        "owns": len(world.boards),
        "contains": int(done["save"]),
        "follows": len(world.follows),
        "made": int((world.arrays["pin_creator"] >= 0).sum()),
        "searched": int((world.arrays["session_query"] >= 0).sum()),
        "led to": int((world.impressions["query"].to_numpy()[acted] >= 0).sum()),
        "promotes": int((world.arrays["pin_advertiser"] >= 0).sum()),
        "next": world.pin_pin().nnz // 2,
    }


def _label(world, counts: dict[str, int]) -> str:
    """Return the picture in words."""
    nodes = ", ".join(f"{count:,} {name}" for name, count in world.sizes.items())
    edges = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
    return f"Schema of PinWorld. Nodes: {nodes}. Edges: {edges}."


def _actions(counts: dict[str, int]) -> list[str]:
    """Return the eight kinds of edges between user and pin, negatives dashed, as one bundle."""
    parts = []
    for row, action in enumerate(ACTIONS):
        y = 92 + 26 * row
        negative = action in NEGATIVE_ACTIONS
        bend = f"M{_USER[0]} {_USER[1]}Q140 {y} 240 {y}H430Q540 {y} {_PIN[0]} {_PIN[1]}"
        parts.append(_path(bend, style.NEGATIVE if negative else style.POSITIVE, dashed=negative))
        parts += _lines(_MIDDLE, y - 5, (f"{action.replace('_', ' ')} {counts[action]:,}",))
    return parts


def _pins(world, counts: dict[str, int]) -> list[str]:
    """Return the square of pins with its four kinds, and the loop of pin-pin edges."""
    x, y = _PIN
    kinds = np.bincount(world.arrays["pin_kind"], minlength=len(KINDS))
    kinds = (f"{kind} {count:,}" for kind, count in zip(KINDS, kinds, strict=True))
    loop = f"M{x} {y - 30}H{x + 90}A20 20 0 0 1 {x + 90} {y + 10}H{x}"
    return [
        _path(loop, style.CONTEXT),
        *_lines(x + 104, y - 38, (f"next {counts['next']:,}",)),
        f'<rect x="{x - 58}" y="{y - 60}" width="116" height="120" rx="4" fill="{style.ITEM}"/>',
        *_lines(x, y - 40, ("pins", f"{world.num_pins:,}", *kinds), "#000"),
    ]


def _box(x: int, y: int, name: str, count: int) -> list[str]:
    """Return a node type that is neither user nor pin: a gray frame."""
    return [
        f'<rect x="{x - 62}" y="{y - 22}" width="124" height="44" rx="4" '
        f'fill="none" stroke="{style.CONTEXT}" stroke-width="2"/>',
        *_lines(x, y - 3, (name, f"{count:,}")),
    ]


def _path(points: str, color: str, *, dashed: bool = False) -> str:
    """Return a line."""
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{points}" fill="none" stroke="{color}" stroke-width="2"{dash}/>'


def _lines(x: float, y: float, rows: tuple[str, ...], color: str = "currentColor") -> list[str]:
    """Return lines of text centered at x, the first on the baseline y."""
    return [
        f'<text x="{x:g}" y="{y + 17 * i:g}" text-anchor="middle" fill="{color}">{row}</text>'
        for i, row in enumerate(rows)
    ]
