"""A sheet to draw on, in pixels of a slide, and the two charts that a line of text makes: bars and leads."""

from __future__ import annotations

import html
import re

from graphrec_utils import style

WIDE = 1160
TEXT = 26
ROW, GAP = 54, 22  # of a bar, and between two
QUIET = "#5b6169"  # of what is said beside
LEAD = 100  # of an interval below its words
LETTER = 0.52  # width of a letter, of its height
PAIR = re.compile(r"\s*(\*?)(.*?)\s*=\s*(.*?)\s*$")
TINT = {style.USER: "#dcebf6", style.ITEM: "#fbe3d3", style.POSITIVE: "#d9efe6", style.NEGATIVE: "#f1dce6", style.CONTEXT: "#e9ebee"}  # fmt: skip


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
            length = ((to - x) ** 2 + (down - y) ** 2) ** 0.5 or 1
            a, b, size = (to - x) / length, (down - y) / length, 9 + 2 * wide
            points = [(to, down)]
            points += [
                (to - size * a + s * size * b / 2, down - size * b - s * size * a / 2)
                for s in (1, -1)
            ]
            shown = " ".join(f"{p:.1f},{q:.1f}" for p, q in points)
            self.inside.append(f'<polygon points="{shown}" fill="{color}"/>')

    def svg(self) -> str:
        size = f'viewBox="0 0 {self.wide:g} {self.high:g}" width="{self.wide:g}" height="{self.high:g}"'
        return f'<svg class="sketch" {size} role="img" aria-label="{html.escape(self.alt)}">{"".join(self.inside)}</svg>'


def width(text: str, size: int = TEXT) -> float:
    """Return about how wide a text is."""
    return LETTER * size * len(text)


def pairs(said: str) -> list[tuple[bool, str, str]]:
    """Return (is it marked by a star?, label, value) for each "label = value" between semicolons."""
    return [(bool(x[1]), x[2], x[3]) for part in said.split(";") if (x := PAIR.match(part))]


def number(text: str) -> float:
    """Return the number with which a text begins: 1048 of "1,048 pins", -0.5 of "−0.5"."""
    found = re.match(r"[+\-\u2212]?[\d,]*\.?\d+", text)
    if not found:
        raise ValueError(f"no number: {text!r}")
    return float(found[0].replace(",", "").replace("\u2212", "-"))


def bars(said: str) -> Sheet:
    """Return horizontal bars of "label = 12 %; *label = 34 %"; a star marks the one that is talked about."""
    rows = pairs(said)
    left = 1.12 * max(width(label) for _, label, _ in rows) + 24  # some letters are wider
    room = WIDE - left - max(width(value) for *_, value in rows) - 30
    most = max(number(value) for *_, value in rows) or 1
    told = "; ".join(f"{label} {value}" for _, label, value in rows)
    sheet = Sheet((ROW + GAP) * len(rows), f"Bars: {told}")
    for k, (marked, label, value) in enumerate(rows):
        y = k * (ROW + GAP)
        sheet.text(left - 24, y + 37, label, at="end")
        wide = number(value) / most * room
        sheet.bar(left, y, wide, ROW, style.ITEM if marked else style.USER)
        sheet.text(left + max(wide, 2) + 14, y + 37, value)
    return sheet


def leads(said: str) -> Sheet:
    """Return intervals of "label = +0.012, +0.007, +0.017; …" (middle, low, high) about one line: no difference."""
    rows = [(label, *value.split(", ")) for _, label, value in pairs(said)]
    ends = [number(x) for row in rows for x in row[2:]] + [0.0]
    low, high = min(ends), max(ends)
    told = "; ".join(f"{label}: {mid}, from {a} to {b}" for label, mid, a, b in rows)
    bottom = LEAD * len(rows)
    sheet = Sheet(bottom + 36, f"Differences: {told}")

    def at(text: str) -> float:
        return 60 + (number(text) - low) * (WIDE - 120) / (high - low)

    zero = at("0")
    sheet.text(zero, bottom + 28, "no difference", at="middle")
    for k, (label, mid, a, b) in enumerate(rows):
        y = LEAD * k
        color = style.CONTEXT
        if number(a) > 0 or number(b) < 0:
            color = style.POSITIVE if number(a) > 0 else style.NEGATIVE
        sheet.text(0, y + 26, f"{label}: {mid}, from {a} to {b}")
        sheet.line(zero, y + 40, zero, y + 84)
        sheet.line(at(a), y + 62, at(b), y + 62, color=color, wide=9)
        sheet.dot(at(mid), y + 62, 14, color)
    return sheet
