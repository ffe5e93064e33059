"""A comparison as a table: what was measured, at which size, tuned how often, on lists without what.

    results.table(
        {
            "PinSage": {"NDCG@20": 0.213, "d": 64, "parameters": 91_000, "trials": 17},
            "iALS, d = 64": {"NDCG@20": 0.209, "d": 64, "parameters": 640_000, "trials": 17},
            "popularity": {"NDCG@20": 0.044, "d": None, "trials": 0},
        },
        known="past saves leave every list",
        headline=("PinSage", "iALS, d = 64"),
    )

Two methods are compared at one size, and tuned as hard; a number without both says little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from graphrec_utils import markup, style

PAGE = Path(__file__).with_name("table.html")
IN_THE_OPEN = 7  # rows that can be read at once
NOTHING = "\N{EN DASH}"


class Table:
    """Rows of a comparison; `results.table` makes one.

    Attributes:
        rows: name -> {column: value}, as they were given, those of the headline first.
        known: what left the lists.
        headline: names of the rows that are compared at equal size.
    """

    def __init__(self, rows, known: str, headline: tuple[str, ...], digits: int):
        self.rows, self.known, self.headline, self.digits = rows, known, headline, digits
        before, after = {}, {}
        for row in rows.values():
            columns = list(row)
            before |= dict.fromkeys(columns[: columns.index("d")])
            after |= dict.fromkeys(columns[columns.index("d") + 1 :])
        self._measured = [*before, "d"]
        self._rest = [name for name in after if name not in before]

    def __repr__(self) -> str:
        short = _lines(self._cells(self._shown(), self._measured), self._measured)
        rest = _lines(self._cells(self.rows, ["d", *self._rest]), ["d", *self._rest])
        return "\n".join([*short, self._caption() + self._more(), "", *rest])

    def _repr_html_(self) -> str:
        shown, every = self._shown(), [*self._measured, *self._rest]
        return markup.render(
            PAGE,
            columns=self._measured,
            rows=self._cells(shown, self._measured),
            marks={name: style.mark(name) for name in shown},
            headline=self.headline,
            caption=self._caption(),
            more=self._more(),
            rest=f"{len(self.rows)} rows, {', '.join(self._rest)}",
            every=every,
            full=self._cells(self.rows, every),
        )

    def _shown(self) -> list[str]:
        return list(self.rows)[:IN_THE_OPEN]

    def _caption(self) -> str:
        left = self.known[:1].upper() + self.known[1:].rstrip(".")
        return f"{left}. d: numbers per thing."

    def _more(self) -> str:
        more = len(self.rows) - len(self._shown())
        return f" {more} more below." if more else ""

    def _cells(self, names, columns) -> list[tuple[str, list[str]]]:
        digits = {
            column: f".{self.digits}f" if column in self._measured else ".4g" for column in columns
        }
        return [
            (name, [_text(self.rows[name].get(column), digits[column]) for column in columns])
            for name in names
        ]


def table(
    rows: Mapping[str, Mapping[str, Any]],
    *,
    known: str,
    headline: Sequence[str] = (),
    digits: int = 3,
) -> Table:
    """Return a comparison as a table; as the last line of a cell it shows at most seven rows.

    In the open stand the columns up to `d`; all others and all rows are in the fold below.

    Args:
        rows: name -> {column: value}: first what was measured (numbers, texts, or intervals of
            `metrics`), then "d", the numbers that are kept per thing (None: no vectors), then
            "trials", how many settings were tried (0: there is nothing to choose), "parameters"
            and whatever else belongs to the row.
        known: which known pairs left the lists, for example "past saves leave every list".
        headline: names of the rows that are compared with each other, which must have equal d;
            None, no vectors, is equal to all. They come first, in bold.
        digits: decimals of what was measured.

    Raises:
        ValueError: a row lacks d or trials, or has nothing measured before d; `known` is empty; a
            name of the headline is not there, or two rows of it differ in d.
    """
    if not rows:
        raise ValueError("rows is empty; give at least one method")
    if not (isinstance(known, str) and known.strip()):
        raise ValueError("known must say which known pairs left the lists, or that none did")
    for name, row in rows.items():
        _check(name, row)
    headline = (headline,) if isinstance(headline, str) else tuple(headline)
    if missing := [name for name in headline if name not in rows]:
        raise ValueError(f"the headline names {missing[0]!r}, and there is no such row")
    sized = [(name, rows[name]["d"]) for name in headline if rows[name]["d"] is not None]
    for name, d in sized[1:]:
        if d != sized[0][1]:
            raise ValueError(
                f"the headline compares {sized[0][0]!r} with d = {sized[0][1]} and {name!r} with "
                f"d = {d}: give both one size, and each one's best in a row of its own"
            )
    ordered = {name: dict(rows[name]) for name in [*headline, *rows]}
    return Table(ordered, known.strip(), headline, digits)


def _check(name: str, row: Mapping[str, Any]) -> None:
    if "d" not in row:
        raise ValueError(
            f"row {name!r} lacks d: say how many numbers per thing, None for no vectors"
        )
    if row["d"] is not None and not _count(row["d"], 1):
        raise ValueError(
            f"d of row {name!r} must be a whole number from 1 on, or None; got {row['d']!r}"
        )
    if not _count(row.get("trials"), 0):
        raise ValueError(
            f"row {name!r} lacks trials: say how many settings were tried, 0 if there is no choice"
        )
    if next(iter(row)) == "d":
        raise ValueError(f"row {name!r} must begin with what was measured; d comes after it")


def _count(value: Any, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= least


def _text(value: Any, spec: str) -> str:
    """Return a value as it stands in a cell: counts with commas, what was measured by `spec`."""
    if value is None or (isinstance(value, Real) and math.isnan(value)):
        return NOTHING
    if isinstance(value, str | bool):
        return str(value)
    return f"{value:,}" if isinstance(value, Integral) else format(value, spec)


def _lines(cells: list[tuple[str, list[str]]], columns: list[str]) -> list[str]:
    """Return names at the left and columns at the right, as wide as what stands in them."""
    grid = [["", *columns], *([name, *texts] for name, texts in cells)]
    widths = [max(len(line[k]) for line in grid) for k in range(len(grid[0]))]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]
        ).rstrip()
        for line in grid
    ]  # fmt: skip
