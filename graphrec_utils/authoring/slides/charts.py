"""Small results as charts: a short table or a line of text as bars, intervals about one line, "8 of 10" as squares."""

from __future__ import annotations

import html
import re

from graphrec_utils import style
from graphrec_utils.authoring.slides.sketch import WIDE, Sheet
from graphrec_utils.authoring.slides.sketch import width as text_width

ROWS, COLUMNS = range(2, 10), range(1, 4)
LABELS = 440  # px that the names of the rows may take
LEAD, MOST_LEAD, HIGH = 100, 160, 400  # of an interval below its words, of all
ALIKE = 2.5  # columns whose largest values differ by less have one scale
PAIR = re.compile(r"\s*(\*?)(.*?)\s*=\s*(.*?)\s*$")
CELL = re.compile(r"<(t[hd])[^>]*>(.*?)</\1>", re.DOTALL)
VALUES = re.compile(r"([+\-\u2212]?\d[\d,]*\.?\d*)\s?%?")
NO_SIZE = re.compile(
    r"^(?:d|k|K|n|id|seed|year|day|step|layers?|epochs?|λ|λ_u|α|lr|T)$"
)  # settings, not results
EMPTY = ("", "–", "-", "NaN")
MOST = 40  # squares in a row


def of_table(page: str) -> Sheet | None:
    """Return a table of one to three columns of numbers as bars, None where it is another one."""
    found = re.findall(r'<table[^>]*class="dataframe">.*?</table>', page, re.DOTALL)
    if len(found) != 1 or page.count("<table") != 1:
        return None
    head, _, body = found[0].partition("<tbody")
    heads = [[_plain(x) for _, x in CELL.findall(row)] for row in _rows(head)]
    rows = [CELL.findall(row) for row in _rows(body)]
    width = len(rows[0]) - 1 if rows else 0
    shaped = all([x for x, _ in row] == ["th", *["td"] * width] for row in rows)
    if not heads or not shaped or len(rows) not in ROWS or width not in COLUMNS:
        return None
    named = heads[0][-width:]
    names = [_plain(row[0][1]) for row in rows]
    texts = [[_plain(x) for _, x in row[1:]] for row in rows]
    columns = [[_value(row[k]) for row in texts] for k in range(width)]
    numbers = all(
        text in EMPTY or value is not None
        for column, shown in zip(columns, zip(*texts, strict=True), strict=True)
        for value, text in zip(column, shown, strict=True)
    )
    several = all(sum(x is not None for x in column) > 1 for column in columns)
    if not numbers or not several or any(NO_SIZE.match(x) for x in named):
        return None
    left = _left(names)
    if left > LABELS or max(map(len, named)) * 15 > (WIDE - left) / width:
        return None
    return _bars(named, names, texts, columns)


def bars(said: str) -> Sheet:
    """Return bars of "head, head: label = 12 %, 3; *label = 34 %, 5"; heads where there are columns, a star marks a row.

    Raises:
        ValueError: it does not read so, or is too wide.
    """
    head, colon, rest = said.partition(": ")
    if not colon:
        head, rest = "", said
    rows = pairs(rest)
    names, texts = [name for _, name, _ in rows], [value.split(", ") for *_, value in rows]
    width = len(texts[0])
    named = head.split(", ") if width > 1 else [head]
    if len(named) != width or any(len(row) != width for row in texts) or _left(names) > WIDE * 0.6:
        raise ValueError(f"no chart can be made of {said!r}")
    columns = [[number(row[k]) for row in texts] for k in range(width)]
    return _bars(named, names, texts, columns, [marked for marked, *_ in rows])


def leads(said: str) -> Sheet:
    """Return intervals of "label = +0.012, +0.007, +0.017; …" (middle, low, high) about one line: no difference."""
    rows = [(label, *value.split(", ")) for _, label, value in pairs(said)]
    ends = [number(x) for row in rows for x in row[2:]] + [0.0]
    low, high = min(ends), max(ends)
    told = "; ".join(f"{label}: {mid}, from {a} to {b}" for label, mid, a, b in rows)
    step = min(MOST_LEAD, max(LEAD, HIGH / len(rows)))
    bottom = step * len(rows)
    sheet = Sheet(bottom + 36, f"Differences: {told}")

    def at(text: str) -> float:
        return 60 + (number(text) - low) * (WIDE - 120) / (high - low)

    zero = at("0")
    half = text_width("no difference") / 2
    sheet.text(min(max(zero, half), WIDE - half), bottom + 28, "no difference", at="middle")
    sheet.line(zero, 40, zero, bottom - 4)
    for k, (label, mid, a, b) in enumerate(rows):
        y = step * k
        color = style.CONTEXT
        if number(a) > 0 or number(b) < 0:
            color = style.POSITIVE if number(a) > 0 else style.NEGATIVE
        said = f"{label}: {mid}, from {a} to {b}"
        if k:  # the line of no difference does not run through words
            sheet.bar(0, y + 2, text_width(said), 34, style.PAPER)
        sheet.text(0, y + 26, said)
        middle = y + (step + 24) / 2
        sheet.line(at(a), middle, at(b), middle, color=color, wide=9)
        sheet.dot(at(mid), middle, 14, color)
    return sheet


def pairs(said: str) -> list[tuple[bool, str, str]]:
    """Return (is it marked by a star?, label, value) for each "label = value" between semicolons."""
    return [(bool(x[1]), x[2], x[3]) for part in said.split(";") if (x := PAIR.match(part))]


def number(text: str) -> float:
    """Return the number with which a text begins: 1048 of "1,048 pins", -0.5 of "−0.5"."""
    found = re.match(r"[+\-\u2212]?[\d,]*\.?\d+", text)
    if not found:
        raise ValueError(f"no number: {text!r}")
    return float(found[0].replace(",", "").replace("\u2212", "-"))


def _rows(part: str) -> list[str]:
    return re.findall(r"<tr.*?</tr>", part, re.DOTALL)


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", cell)).strip()


def _value(text: str) -> float | None:
    found = VALUES.fullmatch(text)
    return float(found[1].replace(",", "").replace("\u2212", "-")) if found else None


def _left(names: list[str]) -> float:
    return 1.12 * max(map(text_width, names)) + 24  # some letters are wider


def _bars(named, names, texts, columns, marked=()) -> Sheet:
    left = _left(names)
    share = (WIDE - left) / len(named)
    value_room = max(text_width(text) for row in texts for text in row) + 38
    step = min(80, 400 / len(names))
    top = 46 if any(named) else 0
    told = "; ".join(f"{name}: {', '.join(row)}" for name, row in zip(names, texts, strict=True))
    sheet = Sheet(top + step * len(names), f"{', '.join(named)}. {told}" if top else told)
    ends = [max(abs(x) for x in column if x is not None) for column in columns]
    for k, column in enumerate(columns):
        end = max(e for e in ends if max(e, ends[k]) < ALIKE * min(e, ends[k]) or e == ends[k]) or 1
        values = [x for x in column if x is not None]
        low, high = min(0, *values), end if max(values) > 0 else 0
        room = share - value_room * (1 + (low < 0)) - 16
        scale = room / ((high - low) or 1)
        zero = left + k * share + value_room * (low < 0) - low * scale
        if top:
            sheet.text(left + k * share, 26, named[k], bold=True)
        for j, value in enumerate(column):
            y = top + j * step
            if value is None:
                sheet.text(zero + 8, y + step / 2 + 9, "–")
                continue
            size, negative = abs(value) * scale, value < 0
            color = style.ITEM if marked and marked[j] else style.USER
            sheet.bar(zero - size * negative, y + 0.16 * step, size, 0.68 * step, color)
            at = zero + (-size - 8 if negative else size + 8)
            sheet.text(at, y + step / 2 + 9, texts[j][k], at="end" if negative else "start")
        sheet.line(zero, max(0, top - 4), zero, sheet.high, wide=2)
    for j, name in enumerate(names):
        sheet.text(left - 14, top + (j + 0.5) * step + 9, name, at="end")
    return sheet


def squares(many: int, of: int, others: int = 0) -> str:
    """Return "8 of 10" as squares, the first `many` filled, of these the first `others` in another color."""
    side = min(64, (WIDE - 20) / of - 10)
    fills = [style.NEGATIVE] * others + [style.USER] * (many - others) + ["none"] * (of - many)
    inside = "".join(
        f'<rect x="{4 + k * (side + 10):.0f}" y="6" width="{side:.0f}" height="{side:.0f}" fill="{fill}" stroke="{style.CONTEXT}" stroke-width="2"/>'
        for k, fill in enumerate(fills)
    )
    said = f"{many} of {of}" + (f", {others} of these marked" if others else "")
    return (
        f'<svg class="drawn" viewBox="0 0 {WIDE} 76" width="{WIDE}" height="76" role="img" aria-label="{said}">'
        f"{inside}</svg>"
    )
