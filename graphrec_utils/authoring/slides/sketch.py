"""A sheet to draw on, in pixels of a slide."""

from __future__ import annotations

import html

from graphrec_utils import style

WIDE = 1160
TEXT = 26
QUIET = "#5b6169"  # of what is said beside
LETTER = 0.52  # width of a letter, of its height
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


def width(text: str, size: int = TEXT) -> float:
    """Return about how wide a text is."""
    return LETTER * size * len(text)
