"""A sheet to draw on, in pixels of a slide."""

from __future__ import annotations

import html
import re

from graphrec_utils import style

WIDE = 1160
TEXT = 26
QUIET = "#5b6169"  # of what is said beside
LETTER = 0.52  # width of a letter, of its height
TINT = {style.USER: "#dcebf6", style.ITEM: "#fbe3d3", style.POSITIVE: "#d9efe6", style.NEGATIVE: "#f1dce6", style.CONTEXT: "#e9ebee"}  # fmt: skip

TALLEST = 1.4  # times as high as it was drawn
SIZE = re.compile(r'class="sketch" viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"')
ELEMENT = re.compile(r"<(text|rect|circle|line|polygon|polyline) ([^>]*?)(/?>)")
OTHER = re.compile(
    "<(?:path|g|image|ellipse)[ >]|transform="
)  # what is not moved by its numbers alone
MIDDLE = 0.35  # of a letter, above its line, of its height


class Sheet:
    """A drawing that grows shape by shape; `alt` says in words what it shows."""

    def __init__(self, high: float, alt: str, wide: float = WIDE) -> None:
        self.wide, self.high, self.alt = wide, high, alt
        self.inside: list[str] = []

    def text(self, x: float, y: float, said: str, *, at: str = "start", size: int = TEXT, color: str = style.INK, bold: bool = False) -> None:  # fmt: skip
        weight = ' font-weight="700"' if bold else ""
        for k, line in enumerate(said.split("\n")):
            self.inside.append(
                f'<text x="{x:g}" y="{y + 1.2 * size * k:g}" font-size="{size}" text-anchor="{at}" fill="{color}"{weight}>{html.escape(line)}</text>'
            )

    def box(self, x: float, y: float, wide: float, high: float, *, fill: str = style.PAPER, edge: str = style.CONTEXT, dashed: bool = False, round: float = 8) -> None:  # fmt: skip
        dash = ' stroke-dasharray="9 7"' if dashed else ""
        self.inside.append(
            f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{round:g}" fill="{fill}" stroke="{edge}" stroke-width="3"{dash}/>'
        )

    def bar(self, x: float, y: float, wide: float, high: float, color: str) -> None:
        self.inside.append(
            f'<rect x="{x:g}" y="{y:g}" width="{max(wide, 2):g}" height="{high:g}" fill="{color}"/>'
        )

    def dot(self, x: float, y: float, size: float, color: str, edge: str = "") -> None:
        line = f' stroke="{edge}" stroke-width="3"' if edge else ""
        self.inside.append(f'<circle cx="{x:g}" cy="{y:g}" r="{size:g}" fill="{color}"{line}/>')

    def line(self, x: float, y: float, to: float, down: float, *, color: str = style.CONTEXT, wide: float = 3, dashed: bool = False, head: bool = False) -> None:  # fmt: skip
        dash = ' stroke-dasharray="9 7"' if dashed else ""
        self.inside.append(
            f'<line x1="{x:g}" y1="{y:g}" x2="{to:g}" y2="{down:g}" stroke="{color}" stroke-width="{wide:g}"{dash}/>'
        )
        if head:
            shown = _head(x, y, to, down, wide)
            self.inside.append(f'<polygon points="{shown}" fill="{color}"/>')

    def waits(self, begin: int) -> None:
        """Let all that was drawn after the first `begin` shapes wait for the first key."""
        key = r' class="fragment" data-fragment-index="0"\1'
        self.inside[begin:] = [re.sub(r"(/?>)", key, x, count=1) for x in self.inside[begin:]]

    def named(self, rows: tuple[tuple[str, str, str], ...], high: float) -> None:
        """Draw rows of (name, what is said of it, color), each name in a box of a height."""
        for k, (name, said, color) in enumerate(rows):
            y = 10 + (high + 20) * k
            self.box(2, y, 228, high, fill=TINT[color], edge=color)
            self.text(115, y + high / 2 + 9, name, at="middle", bold=True)
            self.text(256, y + high / 2 + 9, said)

    def svg(self) -> str:
        size = f'viewBox="0 0 {self.wide:g} {self.high:g}" width="{self.wide:g}" height="{self.high:g}"'
        return f'<svg class="sketch" {size} role="img" aria-label="{html.escape(self.alt)}">{"".join(self.inside)}</svg>'


def taller(svg: str, room: float) -> tuple[str, float]:
    """Return the SVG of a sheet drawn higher, by at most `room` pixels, and by how much; letters, dots and widths stay."""
    found = SIZE.search(svg)
    if not found or room <= 0 or OTHER.search(svg):
        return svg, 0
    wide, high = found[1], float(found[2])
    more = min(room, (TALLEST - 1) * high)
    times = 1 + more / high
    elements = ELEMENT.findall(svg)
    moved = _moved([(name, body) for name, body, _ in elements], times)
    made = iter(
        f"<{name} {body}{end}" for (name, _, end), body in zip(elements, moved, strict=True)
    )
    size = f'viewBox="0 0 {wide} {high + more:g}" width="{wide}" height="{high + more:g}"'
    svg = svg.replace(found[0], f'class="sketch" {size}', 1)
    return ELEMENT.sub(lambda _: next(made), svg), more


def _moved(elements: list[tuple[str, str]], times: float) -> list[str]:
    """Return the attributes of elements whose places are so many times as far down."""
    made, line = [], (0.0, 0.0, 0.0, 0.0, 0.0)
    for k, (name, body) in enumerate(elements):
        if name == "text":
            size = _number(body, "font-size")
            first, last = _lines(elements, k)
            y = _number(body, "y")
            middle = (first + last) / 2 - MIDDLE * size
            body = _set(body, "y", middle * times + y - middle)
        elif name == "polygon" and k and elements[k - 1][0] == "line":
            body = re.sub('points="[^"]*"', f'points="{_head(*line)}"', body)
        elif name in ("polygon", "polyline"):
            points = re.search('points="([^"]*)"', body)[1]
            down = re.sub(r",(-?[\d.]+)", lambda x: f",{float(x[1]) * times:.1f}", points)
            body = body.replace(points, down)
        else:
            for key in ("y", "height", "cy", "y1", "y2"):
                if (value := _number(body, key)) is not None:
                    body = _set(body, key, value * times)
        if name == "line":
            line = tuple(_number(body, key) for key in ("x1", "y1", "x2", "y2", "stroke-width"))
        made.append(body)
    return made


def _lines(elements: list[tuple[str, str]], k: int) -> tuple[float, float]:
    """Return where the first and the last line stand of the text to which an element belongs."""
    ends = []
    for step in (-1, 1):
        j = k
        while 0 <= j + step < len(elements) and _follows(elements[j], elements[j + step], step):
            j += step
        ends.append(_number(elements[j][1], "y"))
    return ends[0], ends[1]


def _follows(one: tuple[str, str], other: tuple[str, str], step: int) -> bool:
    if one[0] != "text" or other[0] != "text":
        return False
    same = all(_number(one[1], key) == _number(other[1], key) for key in ("x", "font-size"))
    apart = step * (_number(other[1], "y") - _number(one[1], "y"))
    return same and abs(apart - 1.2 * _number(one[1], "font-size")) < 0.5


def _number(body: str, key: str) -> float | None:
    found = re.search(rf'(?<![\w-]){key}="(-?[\d.]+)"', body)
    return float(found[1]) if found else None


def _set(body: str, key: str, value: float) -> str:
    return re.sub(rf'(?<![\w-]){key}="[^"]*"', f'{key}="{value:g}"', body)


def _head(x: float, y: float, to: float, down: float, wide: float) -> str:
    """Return the points of the head of an arrow."""
    length = ((to - x) ** 2 + (down - y) ** 2) ** 0.5 or 1
    a, b, size = (to - x) / length, (down - y) / length, 9 + 2 * wide
    points = [(to, down)]
    points += [
        (to - size * a + s * size * b / 2, down - size * b - s * size * a / 2) for s in (1, -1)
    ]
    return " ".join(f"{p:.1f},{q:.1f}" for p, q in points)


def width(text: str, size: int = TEXT) -> float:
    """Return about how wide a text is."""
    return LETTER * size * len(text)
