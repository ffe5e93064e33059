"""Small results as charts: a short table of numbers as bars, "8 of 10" as squares."""

from __future__ import annotations

import html
import re

from graphrec_utils import style

WIDE = 1160  # px of the slide
TEXT = 24  # the smallest that is read from the last row
LETTER = 16.6  # px of a letter in bold at that size
ROWS, COLUMNS = range(2, 10), range(1, 4)
LABELS = 470  # px that the names of the rows may take
VALUE = 118  # px for a number at the end of its bar
BAR = "#9cc4e4"
ALIKE = 2.5  # columns whose largest values differ by less have one scale
CELL = re.compile(r"<(t[hd])[^>]*>(.*?)</\1>", re.DOTALL)
VALUES = re.compile(r"([+\-\u2212]?\d[\d,]*\.?\d*)\s?%?")
NO_SIZE = re.compile(
    r"^(?:d|k|K|n|id|seed|year|day|step|layers?|epochs?|λ|λ_u|α|lr|T)$"
)  # settings, not results
EMPTY = ("", "–", "-", "NaN")
MOST = 40  # squares in a row


def of_table(page: str) -> tuple[str, float] | None:
    """Return a table of one to three columns of numbers as bars and its height, None where it is another one."""
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
    left = max(map(len, names)) * LETTER + 18
    share = (WIDE - left) / width
    if left > LABELS or max(map(len, named)) * 15 > share:
        return None
    return _bars(named, names, texts, columns, left, share)


def of_text(text: str) -> tuple[str, float]:
    """Return "heads: row = 1, 2; row = 3, 4" as bars and their height.

    Raises:
        ValueError: it does not read so, or is too wide.
    """
    head, _, rest = text.strip().rstrip(".").partition(": ")
    rows = [row.rpartition(" = ") for row in rest.split("; ")]
    names, texts = [x[0].strip() for x in rows], [x[2].split(", ") for x in rows]
    width = len(texts[0])
    named = head.split(", ") if width > 1 else [head]
    left = max(map(len, names)) * LETTER + 18
    if len(named) != width or any(len(row) != width for row in texts) or left > WIDE / 2:
        raise ValueError(f"no chart can be made of {text!r}")
    columns = [[_value(row[k].strip()) for row in texts] for k in range(width)]
    if any(x is None for column in columns for x in column):
        raise ValueError(f"not all values are numbers in {text!r}")
    return _bars(named, names, texts, columns, left, (WIDE - left) / width)


def _rows(part: str) -> list[str]:
    return re.findall(r"<tr.*?</tr>", part, re.DOTALL)


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", cell)).strip()


def _value(text: str) -> float | None:
    found = VALUES.fullmatch(text)
    return float(found[1].replace(",", "").replace("\u2212", "-")) if found else None


def _bars(named, names, texts, columns, left, share) -> tuple[str, float]:
    step = min(80, 400 / len(names))
    high = 46 + step * len(names)
    ends = [max(abs(x) for x in column if x is not None) for column in columns]
    inside = []
    for k, column in enumerate(columns):
        end = max(e for e in ends if max(e, ends[k]) < ALIKE * min(e, ends[k]) or e == ends[k]) or 1
        low = min(0, *(x for x in column if x is not None))
        top = end if max(x for x in column if x is not None) > 0 else 0
        begin = left + k * share
        room = share - VALUE - (VALUE if low < 0 else 0) - 16
        scale = room / ((top - low) or 1)
        zero = begin + (VALUE if low < 0 else 0) - low * scale
        inside.append(
            f'<text x="{begin:.0f}" y="26" font-weight="700">{html.escape(named[k])}</text>'
        )
        for j, value in enumerate(column):
            y = 46 + j * step
            if value is None:
                inside.append(f'<text x="{zero + 8:.0f}" y="{y + step / 2 + 9:.0f}">–</text>')
                continue
            size, negative = abs(value) * scale, value < 0
            inside.append(
                f'<rect x="{zero - size * negative:.0f}" y="{y + 0.16 * step:.0f}" width="{max(size, 1):.0f}" height="{0.68 * step:.0f}" '
                f'fill="{BAR}"/>'
                f'<text x="{zero + (-size - 8 if negative else size + 8):.0f}" y="{y + step / 2 + 9:.0f}" '
                f'text-anchor="{"end" if negative else "start"}">{html.escape(texts[j][k])}</text>'
            )
        inside.append(
            f'<line x1="{zero:.0f}" x2="{zero:.0f}" y1="42" y2="{high:.0f}" stroke="{style.CONTEXT}" stroke-width="2"/>'
        )
    inside += [
        f'<text x="{left - 14:.0f}" y="{46 + j * step + step / 2 + 9:.0f}" text-anchor="end" font-weight="700">{html.escape(name)}</text>'
        for j, name in enumerate(names)
    ]
    told = "; ".join(f"{name}: {', '.join(row)}" for name, row in zip(names, texts, strict=True))
    said = html.escape(f"{', '.join(named)}. {told}")
    return (
        f'<svg class="chart" data-bars="" viewBox="0 0 {WIDE} {high:.0f}" width="{WIDE}" height="{high:.0f}" role="img" '
        f'aria-label="{said}" font-size="{TEXT}" fill="{style.INK}">{"".join(inside)}</svg>',
        high + 10,
    )


def squares(many: int, of: int, others: int = 0) -> str:
    """Return "8 of 10" as squares, the first `many` filled, of these the first `others` in another color."""
    side = min(64, (WIDE - 20) / of - 10)
    fills = [style.NEGATIVE] * others + [BAR] * (many - others) + ["none"] * (of - many)
    inside = "".join(
        f'<rect x="{4 + k * (side + 10):.0f}" y="6" width="{side:.0f}" height="{side:.0f}" fill="{fill}" stroke="{style.CONTEXT}" stroke-width="2"/>'
        for k, fill in enumerate(fills)
    )
    said = f"{many} of {of}" + (f", {others} of these marked" if others else "")
    return (
        f'<svg class="drawn" viewBox="0 0 {WIDE} 76" width="{WIDE}" height="76" role="img" aria-label="{said}">'
        f"{inside}</svg>"
    )
