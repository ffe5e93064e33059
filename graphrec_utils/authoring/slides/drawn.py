"""Results as a hall can read them: a verdict with its interval drawn, a table whose numbers have bars.

Both are made from what a notebook has stored, by its words and cells: a lead reads "+0.012, from +0.007 to +0.017",
two values "0.157 against 0.133", a count "8 of 10 policies". A short table of numbers is a chart. What reads otherwise
stays as it is.
"""

from __future__ import annotations

import html
import re

from graphrec_utils import style
from graphrec_utils.authoring.slides import charts
from graphrec_utils.authoring.slides.prose import ROW

WIDE, HIGH = 1100, 150  # of a drawing, in pixels of the slide
NONE = f'<text x="{WIDE / 2}" y="145" text-anchor="middle" fill="{style.INK}">no difference</text>'
NUMBER = r"[+\-\u2212]?\d[\d,]*\.?\d*"
LEAD = re.compile(rf"([+\-\u2212]\d[\d.,]*\d|[+\-\u2212]\d)%?, from ({NUMBER}) to ({NUMBER})")
AGAINST = re.compile(rf"({NUMBER})(%?) against ({NUMBER})")
CHANCE = re.compile(r"(\d+)% of [^;,]*, by chance (\d+)%")
SHARE = re.compile(r"(\d+)% of \d")
COUNT = re.compile(r"(?<![%\d.,])\b(\d+) of (\d+) (?=[a-z])")
OF_THESE = re.compile(r"\b(\d+) of these\b")
HEIGHT = re.compile(r'class="drawn"[^>]* height="(\d+)"')
CARD = re.compile(
    r'<div style="border-left:4px solid (#\w{6});[^>]*>\s*<b>([^<]*)</b> · (.*?)\s*(?=<div style="opacity|</div>)',
    re.DOTALL,
)
CELL = re.compile(r"<td([^>]*)>\s*([^<]*?)\s*</td>")
PLAIN = re.compile(r"(\d[\d,]*(?:\.(\d+))?)\s?%?")
BAR = "#d4e6f4"
TOGETHER = 30  # columns whose largest values differ by less have one scale
ROWS = 18  # of a table of numbers
DRAWN = 2  # verdicts with a drawing on a slide
WALL = 240  # characters under a verdict that nobody reads from there
SEMICOLON = re.compile(r"(?<!&#39)(?<!&#34)(?<!&lt)(?<!&gt)(?<!&amp); ")  # not that of an entity
# the numbers of a verdict, alone and in a table: the first comparison is shown, the rest is spoken
DETAIL = re.compile(
    r'(<small>|<div style="opacity:.75;font-size:.9em">)(.*?)(</small>|</div>)', re.DOTALL
)
# of a table of results a hall sees the short form, and the speaker has the rest
REST = re.compile('<details class="graphrec-rest">.*?</details>', re.DOTALL)
BELOW_IT = re.compile('<span class="graphrec-rest">.*?</span>')


def page(page: str) -> tuple[str, float, str]:
    """Return a table or a card, its height and what the speaker says of it; of a long table the first rows, of a verdict what comes first."""
    details = [found[2] for found in DETAIL.finditer(page)]
    said = "".join([*(f"<p>{x}</p>" for x in details if _first(x) != x), *REST.findall(page)])
    page = BELOW_IT.sub("", REST.sub("", page))
    color = CARD.search(page)
    drawings: list[str] = []

    def detail(found: re.Match) -> str:
        few = len(details) <= DRAWN
        drawings.append(
            (few and drawing(html.unescape(found[2]), *([color[1]] if color else []))) or ""
        )
        return f"{found[1]}{_first(found[2])}{found[3]}{drawings[-1]}"

    if not details and not said and (chart := charts.of_table(page)):
        return f'<div class="output" data-bars="">{chart.svg()}</div>', chart.high + 26, ""
    page = said_large(DETAIL.sub(detail, page))
    page = page.replace(NONE, "", page.count(NONE) - 1)  # once for all drawings of a slide
    page = bars(page.replace("<td>NaN</td>", "<td>\N{EN DASH}</td>"))
    captions = page.count('class="graphrec-table"')
    rows = page.count("<tr") + page.count("<li") + captions
    dense = rows > 12
    if "<tbody" in page and rows > ROWS:
        starts = [found.start() for found in re.finditer("<tr", page)]
        end = page.rindex("</tbody>")
        more = f"<p>… and {rows - ROWS} more rows in the notebook.</p>"
        tail = page[end:].replace("</table>", f"</table>{more}", 1)
        page, rows = page[: starts[ROWS]] + tail, ROWS + 1
    words = len(re.sub(r"<style.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))
    height = (31 if dense else 42) * rows + 30 if rows else 38 * -(-words // ROW) + 60
    height += sum(int(HEIGHT.search(x)[1]) for x in drawings if x) + 42 * bool(color)
    look = "output dense" if dense else "output"
    return f'<div class="{look} tex2jax_ignore">{page}</div>', height, said


def _first(detail: str) -> str:
    """Return the detail of a verdict up to its first comparison in numbers; of a wall without one its beginning."""
    parts = SEMICOLON.split(detail)
    begun = ["; ".join(parts[:k]) for k in range(1, len(parts))]
    ends = [
        k for k, part in enumerate(parts[:-1]) if " against " in part and re.search(r"\d", part)
    ]
    if not ends and len(detail) > WALL:
        ends = [k for k, text in enumerate(begun) if len(text) > WALL / 2]
    return begun[ends[0]] + " …" if ends else detail


def number(text: str) -> float:
    """Return the number that a text is."""
    return float(text.replace(",", "").replace("\u2212", "-"))


def said_large(page: str) -> str:
    """Return the card of a verdict with its claim as the title of a slide."""
    return CARD.sub(
        lambda x: (
            f'<h3 style="border-left:8px solid {x[1]};padding-left:.5em">{x[2].split()[0]} {x[3]}</h3><div>'
        ),
        page,
    )


def drawing(detail: str, color: str = style.CONTEXT) -> str:
    """Return the comparison with which the words under a verdict begin as an SVG, "" where they have none."""
    leads = [found for found in LEAD.finditer(detail) if _inside(found)]
    named = [_named(detail, one) for one in leads]
    if len(leads) == 2 and all(named):
        return _two_leads(leads, named, color)
    if leads and leads[0].start() == LEAD.search(detail).start():
        numbers = (number(x.rstrip(",")) for x in leads[0].groups())
        return _lead(*numbers, color, leads[0].groups())
    if found := AGAINST.search(detail):
        ours, theirs = number(found[1]), number(found[3])
        if min(ours, theirs) >= 0 and max(ours, theirs) > 0:
            return _two(ours, theirs, color, found[1] + found[2], found[3] + found[2])
    if found := CHANCE.search(detail):
        return _two(
            number(found[1]), number(found[2]), color, f"{found[1]}%", f"{found[2]}%, by chance"
        )
    if found := SHARE.search(detail):
        return _two(number(found[1]), 100, color, f"{found[1]}%", "all")
    if (found := COUNT.search(detail)) and int(found[1]) <= int(found[2]) <= charts.MOST:
        these = OF_THESE.search(detail)
        others = int(these[1]) if these else 0
        return charts.squares(int(found[1]), int(found[2]), min(others, int(found[1])))
    return ""


def _inside(found: re.Match) -> bool:
    middle, low, high = (number(x.rstrip(",")) for x in found.groups())
    return low <= middle <= high


def _named(detail: str, lead: re.Match) -> str:
    """Return what a lead is of, the words before it, "" where these are many."""
    begun = re.split(r"[:;] ", detail[: lead.start()])[-1].strip(" ,:")
    return begun if re.fullmatch(r"[a-z][\w ]{3,24}", begun) else ""


def _two_leads(leads: list[re.Match], named: list[str], color: str) -> str:
    """Return two leads below each other, on one scale."""
    values = [[number(x.rstrip(",")) for x in found.groups()] for found in leads]
    left, room = 14.0 * max(map(len, named)) + 20, 130
    low, high = min(0, *(x[1] for x in values)), max(0, *(x[2] for x in values))
    scale = (WIDE - left - 2 * room) / (high - low)
    at = lambda x: left + room + (x - low) * scale  # noqa: E731
    inside = f'<line x1="{at(0):.0f}" x2="{at(0):.0f}" y1="8" y2="205" stroke="{style.CONTEXT}" stroke-width="3"/>'
    for k, ((middle, low_, high_), found) in enumerate(zip(values, leads, strict=True)):
        y = 64 + 100 * k
        inside += (
            f'<text x="0" y="{y + 9}" fill="{style.INK}">{html.escape(named[k])}</text>'
            f'<line x1="{at(low_):.1f}" x2="{at(high_):.1f}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="8"/>'
            f'<circle cx="{at(middle):.1f}" cy="{y}" r="13" fill="{color}"/>'
            f'<text x="{at(middle):.0f}" y="{y - 24}" text-anchor="middle" fill="{style.INK}">{found[1]}</text>'
        )
    inside += f'<text x="{at(0):.0f}" y="234" text-anchor="middle" fill="{style.INK}">no difference</text>'
    said = "; ".join(f"{name}: {x[0]}" for name, x in zip(named, leads, strict=True))
    return (
        f'<svg class="drawn" viewBox="0 0 {WIDE} 240" width="{WIDE}" height="240" role="img" '
        f'aria-label="{html.escape(said)}" font-size="26">{inside}</svg>'
    )


def _svg(said: str, inside: str) -> str:
    head = f'<svg class="drawn" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" aria-label="{said}" font-size="26">'
    return f"{head}{inside}</svg>"


def _lead(middle: float, low: float, high: float, color: str, words: tuple[str, ...]) -> str:
    reach = 1.25 * max(abs(low), abs(high)) or 1
    at = [WIDE / 2 + x / reach * WIDE / 2 for x in (low, middle, high)]
    ends = [f'<text x="{x:.0f}" y="{y}" text-anchor="middle" fill="{style.INK}">{word}</text>'
            for x, y, word in ((at[1], 34, words[0]),)]  # fmt: skip
    far = at[2] - at[0] > 240
    ends += [f'<text x="{x:.0f}" y="104" text-anchor="{a}" fill="{style.INK}">{word}</text>'
             for x, a, word in ((at[0], "middle" if far else "end", words[1]), (at[2], "middle" if far else "start", words[2]))]  # fmt: skip
    inside = (
        f'<line x1="{WIDE / 2}" x2="{WIDE / 2}" y1="8" y2="118" stroke="{style.CONTEXT}" stroke-width="3"/>'
        f'<line x1="{at[0]:.1f}" x2="{at[2]:.1f}" y1="62" y2="62" stroke="{color}" stroke-width="8"/>'
        f'<circle cx="{at[1]:.1f}" cy="62" r="13" fill="{color}"/>{"".join(ends)}'
        f"{NONE}"
    )
    return _svg(f"{words[0]}, from {words[1]} to {words[2]}", inside)


def _two(ours: float, theirs: float, color: str, *words: str) -> str:
    inside = ""
    for k, (value, fill) in enumerate(((ours, color), (theirs, style.CONTEXT))):
        wide = value / max(ours, theirs) * (WIDE - 240)
        inside += (
            f'<rect x="0" y="{12 + 66 * k}" width="{wide:.0f}" height="46" fill="{fill}"/>'
            f'<text x="{wide + 12:.0f}" y="{44 + 66 * k}" fill="{style.INK}">{words[k]}</text>'
        )
    return _svg(f"{words[0]} against {words[1]}", inside)


def bars(page: str) -> str:
    """Return a table of numbers with a bar behind each value; columns of one kind have one scale."""
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    cells = [CELL.findall(row) for row in rows]
    width = max(map(len, cells), default=0)
    cells = [row if len(row) == width else [] for row in cells]
    heads = (
        [
            re.sub(r"<[^>]*>", "", x).strip()
            for x in re.findall(r"<th[^>]*>.*?</th>", rows[0], re.DOTALL)
        ][-width:]
        if rows
        else []
    )
    scales = {}
    for k in range(width):
        column = [row[k][1] for row in cells if row]
        read = [PLAIN.fullmatch(text) for text in column]
        values = [number(found[1]) for found in read if found]
        named = heads[k] if k < len(heads) else ""
        odd = any(
            text and not found and text not in "–-"
            for text, found in zip(column, read, strict=True)
        )
        if (
            odd
            or len(values) < 2
            or max(values) <= 0
            or max(values) == min(values)
            or charts.NO_SIZE.match(named)
        ):
            continue
        places = max(len(found[2] or "") for found in read if found)
        scales[k] = (places, max(values))
    for k, (places, most) in list(scales.items()):
        alike = [
            m for p, m in scales.values() if p == places and max(m, most) < TOGETHER * min(m, most)
        ]
        scales[k] = (places, max(alike))
    if not scales:
        return page
    for row, found in zip(rows, cells, strict=True):
        if found:
            page = page.replace(row, _barred(row, scales), 1)
    return page.replace("<table", '<table data-bars=""', 1)


def _barred(row: str, scales: dict[int, tuple[int, float]]) -> str:
    place = iter(range(99))

    def cell(found: re.Match) -> str:
        k = next(place)
        read = PLAIN.fullmatch(found[2])
        if k not in scales or not read:
            return found[0]
        share = 100 * number(read[1]) / scales[k][1]
        look = f"background:linear-gradient(to right,{BAR} {share:.0f}%,transparent {share:.0f}%)"
        old = re.sub(r'\s*style="([^"]*)"', "", found[1])
        kept = re.search(r'style="([^"]*)"', found[1])
        return f'<td{old} style="{kept[1] + ";" if kept else ""}{look}">{found[2]}</td>'

    return CELL.sub(cell, row)
