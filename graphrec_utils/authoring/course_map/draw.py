"""The map as SVG: wide for a page, a slide and the README, tall for a telephone; and in a line for a notebook.

Colors are variables, so that one drawing serves light and dark. In a page each method whose lesson is there
is a link; as a file (`alone`) the drawing follows the reader's system.
"""

from __future__ import annotations

import base64
import html
import textwrap
from collections.abc import Callable
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.authoring.course_map import layout
from graphrec_utils.methods import ON_THE_MAP, Method, taught
from graphrec_utils.syllabus import LESSONS, PARTS

STYLE = Path(__file__).with_name("course_map.css")
PAGE_STYLE = Path(__file__).with_name("course_map_page.css")  # which of the two a page shows
FILES = {"course-map.svg": False, "course-map-tall.svg": True}  # below .github: is it tall?
PITCH, WIDTH, HEIGHT = 168, 144, 54  # of columns; of a box
ROW, LANE, TALL = 34, 15, 340  # of the tall one: height, width of a lane, its width
MARGIN, KEY = 8, 24  # around everything; of a line of the legend
ALT = (
    "Map of the course: 25 methods, an arrow from each to those that build on it. From MF lead arrows to "
    "iALS, BPR, NCF, NGCF with LightGCN, and two towers; from item2item by graph walks to Pixie, "
    "GraphSAGE and PinSage; from there by MultiBiSage and PinnerFormer to OmniSage; from SASRec to TIGER and HSTU."
)
Here = str | tuple[str, ...]  # the lesson that is marked, "06", or several; "" for none
Link = Callable[[str], str | None]  # the address of a lesson, "06", or None
LINE = "*On the course map:* "  # how the line in a notebook begins


def sentence(method: Method) -> str:
    """Return what the map says about a method, in words."""
    year = f" ({method.year})" if method.year else ""
    takes = [f"{name}: {what}" for name, what in method.after.items()]
    built = f". From {'; from '.join(takes)}" if takes else ""
    return f"{method.name}{year}, lesson {method.lesson}{built}"


def part(lesson: str) -> int:
    """Return which part of the lecture a lesson belongs to, from 1 on; 0: to none."""
    return next((k for k, (_, lessons) in enumerate(PARTS, 1) if lesson in lessons), 0)


def image(lessons: tuple[str, ...], width: float = 1160, height: float = 540) -> str:
    """Return a figure for a slide, at most this large: what some lessons build on, their methods, and what builds on these."""
    drawn, high, alt = _around(lessons, width, height)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"
    shown = f'width="{width:.0f}" height="{high:.0f}"'
    return f'<figure><img alt="{html.escape(alt)}" {shown} src="{source}"></figure>'


def _around(lessons: tuple[str, ...], width: float, height: float) -> tuple[str, float, str]:
    """Return a part of the map as SVG, its height, and what it shows in words; letters can be read from the last row."""
    own = [m for m in ON_THE_MAP if m.lesson in lessons]
    names = {m.name for m in own}
    before = [m for m in ON_THE_MAP if m not in own and any(m.name in x.after for x in own)]
    after = [m for m in ON_THE_MAP if m not in own and names & set(m.after)]
    at = {m.name: k for k, m in enumerate(own)}
    mean = lambda found: sum(found) / len(found)  # noqa: E731
    before.sort(key=lambda m: mean([at[x.name] for x in own if m.name in x.after]))
    after.sort(key=lambda m: mean([at[name] for name in m.after if name in at]))
    columns = [x for x in (before, own, after) if x]
    wide, most = 340, max(map(len, columns))
    step = min(150, height / most)
    tall, high = min(118, step - 14), step * most
    gap = (width - wide * len(columns)) / max(1, len(columns) - 1)
    x = {m.name: (wide + gap) * k for k, column in enumerate(columns) for m in column}
    y = {m.name: high * (k + 0.5) / len(column) for column in columns for k, m in enumerate(column)}
    inside = []
    for m in (m for column in columns for m in column):
        for name in m.after.keys() & x.keys():
            if m not in own and name not in names:
                continue
            if x[name] == x[m.name]:  # from a box to one below it
                middle, (top, end) = x[name] + wide / 2, sorted((y[name], y[m.name]))
                d = f"M{middle:g} {top + tall / 2:g}V{end - tall / 2:g}"
            else:
                start, end = x[name] + wide, x[m.name]
                bend = (start + end) / 2
                d = f"M{start:g} {y[name]:g}C{bend:g} {y[name]:g} {bend:g} {y[m.name]:g} {end:g} {y[m.name]:g}"
            inside.append(f'<path class="cm-arrow cm-near" d="{d}"/>\n')
    for m in (m for column in columns for m in column):
        taken = {what for x in own for name, what in x.after.items() if name == m.name}
        if m in after:
            taken = {next(what for name, what in m.after.items() if name in names)}
        below = f"lesson {m.lesson}" + (f" · {m.year}" if m.year else "")
        if m not in own and len(taken) == 1:
            (below,) = taken
        lines = textwrap.wrap(below, 24)
        left, top = x[m.name] + 16, y[m.name] - 14 * len(lines)
        kind = f"cm-node cm-{part(m.lesson)}" + " cm-here" * (m in own)
        told = "".join(
            f'<text class="cm-small" style="font-size:24px" x="{left:g}" y="{top + 40 + 28 * k:g}">{html.escape(line)}</text>'
            for k, line in enumerate(lines)
        )
        inside.append(
            f'<g class="{kind}"><rect x="{left - 14:g}" y="{y[m.name] - tall / 2 + 2:g}" width="{wide - 4}" height="{tall - 4:g}" rx="8"/>'
            f'<text class="cm-name" style="font-size:28px" x="{left:g}" y="{top + 10:g}">{html.escape(m.name)}</text>{told}</g>\n'
        )
    alt = f"Map of the course around {', '.join(m.name for m in own)}. " + ". ".join(sentence(m) for m in [*own, *after]) + "."  # fmt: skip
    look = STYLE.read_text("utf-8")
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cm cm-wide" viewBox="0 0 {width:g} {high:g}" '
        f'width="{width:g}" height="{high:g}" role="img">\n<style>\n{look}</style>\n{"".join(inside)}</svg>\n'
    )
    return drawn, high, alt


def svg(here: Here = "", link: Link | None = None, tall: bool = False, alone: bool = False) -> str:
    """Return the map as one SVG element without blank lines; `here` is marked."""
    width, height, inside = (_tall if tall else _wide)(here, link)
    look = STYLE.read_text("utf-8")
    extra = ""
    if alone:
        dark = look.partition("/* dark */")[2].partition("{")[2].partition("}")[0]
        look += f"@media (prefers-color-scheme: dark) {{ .cm {{{dark}}} }}\n"
        extra = f'<rect class="cm-paper" width="{width}" height="{height}" rx="6"/>\n'
    role = "group" if link else "img"
    kind = "cm cm-tall" if tall else "cm cm-wide"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="{role}" aria-label="{html.escape(ALT)}">\n'
        f"<style>\n{look}</style>\n{extra}{inside}</svg>\n"
    )


def marked(lesson: str, here: Here) -> bool:
    """Report whether a lesson is the one, or one of those, to be marked."""
    return lesson == here if isinstance(here, str) else lesson in here


def _node(method: Method, here: Here, link: Link | None, drawn: str) -> str:
    classes = f"cm-node cm-{part(method.lesson)}" + " cm-here" * marked(method.lesson, here)
    title = f"<title>{html.escape(sentence(method))}</title>"
    address = link(method.lesson) if link else None
    name = f'class="{classes}" data-cm="{html.escape(method.name)}"'
    if address:
        now = ' aria-current="true"' if marked(method.lesson, here) else ""
        label = html.escape(sentence(method))
        return f'<a {name} href="{address}" aria-label="{label}"{now}>{title}{drawn}</a>\n'
    return f"<g {name}>{title}{drawn}</g>\n"


def _arrow(arrow: layout.Arrow, here: Here, d: str) -> str:
    lesson = {method.name: method.lesson for method in ON_THE_MAP}
    kind = "cm-arrow" + " cm-near" * (
        marked(lesson[arrow.start], here) or marked(lesson[arrow.end], here)
    )
    start, end = html.escape(arrow.start), html.escape(arrow.end)
    return f'<path class="{kind}" data-from="{start}" data-to="{end}" d="{d}"/>\n'


def _wide(here: Here, link: Link | None) -> tuple[int, int, str]:
    heights, arrows = layout.columns()
    x = lambda column: MARGIN + PITCH * column  # noqa: E731
    y = lambda height: MARGIN + HEIGHT / 2 + height  # noqa: E731
    parts = []
    for arrow in arrows:
        (column, height), *others = arrow.points
        at = (x(column) + WIDTH, y(height))
        d = f"M{at[0]:g} {at[1]:g}"
        for column, height in others:
            to, bend = (x(column), y(height)), (PITCH - WIDTH) / 2
            d += f"C{at[0] + bend:g} {at[1]:g} {to[0] - bend:g} {to[1]:g} {to[0]:g} {to[1]:g}"
            at = (to[0] + WIDTH, to[1])
            if (column, height) != arrow.points[-1]:
                d += f"H{at[0]:g}"
        parts.append(_arrow(arrow, here, d))
    for method in ON_THE_MAP:
        left, top = x(method.column), y(heights[method.name]) - HEIGHT / 2
        below = f"lesson {method.lesson}" + (f" · {method.year}" if method.year else "")
        drawn = (
            f'<rect x="{left}" y="{top:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
            f'<text class="cm-name" x="{left + 9}" y="{top + 24:g}">{method.name}</text>'
            f'<text class="cm-small" x="{left + 9}" y="{top + 44:g}">{below}</text>'
        )
        parts.append(_node(method, here, link, drawn))
    width = 2 * MARGIN + PITCH * max(m.column for m in ON_THE_MAP) + WIDTH
    # the lecture's parts, where the first two columns leave room
    free = y(max(heights[m.name] for m in ON_THE_MAP if m.column < 2)) + HEIGHT / 2 + 44
    for k, (title, _) in enumerate(PARTS, 1):
        top = free + KEY * (k - 1)
        parts.append(
            f'<g class="cm-key cm-{k}"><rect x="{MARGIN}" y="{top:g}" width="14" height="14"/>'
            f'<text class="cm-small" x="{MARGIN + 24}" y="{top + 13:g}">Part {k}: {title}</text></g>\n'
        )
    height = max(2 * MARGIN + HEIGHT + max(heights.values()), free + KEY * len(PARTS))
    return width, round(height), "".join(parts)


def _tall(here: Here, link: Link | None) -> tuple[int, int, str]:
    lane, arrows = layout.lanes()
    x = lambda k: MARGIN + 8 + LANE * k  # noqa: E731
    y = lambda row: MARGIN + ROW / 2 + ROW * row  # noqa: E731
    parts = []
    for arrow in arrows:
        (a, start), (_, before), (b, end) = arrow.points
        bend = y(before) + ROW / 2
        d = f"M{x(a):g} {y(start):g}V{y(before):g}"
        d += f"C{x(a):g} {bend:g} {x(b):g} {bend:g} {x(b):g} {y(end):g}"
        parts.append(_arrow(arrow, here, d))
    left = x(max(lane.values()) + 1)
    for row, method in enumerate(ON_THE_MAP):
        at, middle = x(lane[method.name]), y(row)
        drawn = (
            f'<rect class="cm-row" x="2" y="{middle - ROW / 2 + 1:g}" width="{TALL - 4}" height="{ROW - 2}" rx="6"/>'
            f'<circle cx="{at:g}" cy="{middle:g}" r="6"/>'
            f'<text class="cm-name" x="{left:g}" y="{middle + 5:g}">{method.name}</text>'
            f'<text class="cm-small" x="{TALL - 10}" y="{middle + 5:g}" text-anchor="end">lesson {method.lesson}</text>'
        )
        parts.append(_node(method, here, link, drawn))
    return TALL, round(2 * MARGIN + ROW * len(ON_THE_MAP)), "".join(parts)


def both(here: str = "", link: Link | None = None) -> str:
    """Return both drawings for a page, which shows the one that fits, and a line for what is pointed at."""
    return (
        f'<div class="cm-both">\n{svg(here, link)}{svg(here, link, tall=True)}'
        '<p class="cm-say" role="status">An arrow leads from a method to those that build on it.</p>\n</div>\n'
    )


def folded(here: str, link: Link | None = None) -> str:
    """Return what stands at the top of a lesson: its place in words, and the map behind it."""
    own = taught(here)
    before = list(dict.fromkeys(name for method in own for name in method.after))
    after = [m.name for m in ON_THE_MAP if any(method.name in m.after for method in own)]
    names = {method.name for method in own}
    told = [f"<strong>{html.escape(', '.join(m.name for m in own))}</strong>"]
    if others := [name for name in before if name not in names]:
        told.append(f"builds on {html.escape(', '.join(others))}")
    if others := [name for name in after if name not in names]:
        told.append(f"leads to {html.escape(', '.join(others))}")
    summary = f"<summary>On the course map: {'; '.join(told)}</summary>"
    return f'<details class="cm-fold">{summary}\n{both(here, link)}</details>\n'


def line(here: str) -> str:
    """Return a lesson's place in one line of Markdown, with links to what stands before and after it.

    A lesson without a method stands between those of its neighbors.
    """
    k = next(k for k, lesson in enumerate(LESSONS) if lesson.number == here)
    own = [(method.name, list(method.after), _from(method)) for method in taught(here)]
    if not own:
        beside = [[m.name for m in taught(f"{k + step:02}")] for step in (-1, 1)]
        own = [(LESSONS[k].title, *beside)]
    places = [
        " → ".join([*_linked(before, here), f"**{name}**", *_linked(after, here)])
        for name, before, after in own
    ]
    return f"{LINE}{'; '.join(places)} · [the whole map](../README.md#syllabus)"


def _from(method: Method) -> list[str]:
    """Return who takes something from a method."""
    return [m.name for m in ON_THE_MAP if method.name in m.after]


def _linked(names: list[str], here: str) -> list[str]:
    """Return names as one text, each a link unless its lesson is this one; nothing for none."""
    stem = {lesson.number: lesson.stem for lesson in LESSONS}
    lesson = {method.name: method.lesson for method in ON_THE_MAP}
    texts = [n if lesson[n] == here else f"[{n}]({stem[lesson[n]]}.ipynb)" for n in names]
    return [", ".join(texts)] if texts else []


def files() -> dict[Path, str]:
    """Return {path: text} of the drawings that the README shows."""
    folder = paths.root() / ".github"
    return {folder / name: svg(tall=tall, alone=True) for name, tall in FILES.items()}
