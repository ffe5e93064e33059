"""From the file of a table to its columns: what separates them, how it is packed and encoded."""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from graphrec_utils.datasets import columns
from graphrec_utils.datasets.columns import Unreadable

SEPARATORS = ("\t", ";", ",", "|")
SAMPLE = 200  # lines by which a file is judged
AGAIN = "the names of the columns stand there again in a later line; remove it"


def table(
    path: Path, given: dict, numbers: tuple = (), every: bool = False
) -> tuple[pd.DataFrame, dict]:
    """Return the columns that are needed, ids and words as text, and which is which."""
    try:
        if path.is_dir():
            raise Unreadable(f"{path.name} is a folder; name the file in it")
        with path.open("rb") as file:
            start = file.read(4)
        if start == b"PAR1":
            return _parquet(path, given, every)
        if not start:
            raise Unreadable(f"{path.name}: the file is empty")
        if start == b"PK\x03\x04":
            raise Unreadable(
                f"{path.name}: this is a zip file or a workbook; unpack it, or save it as CSV"
            )
        if path.suffix == ".gz" and start[:2] != b"\x1f\x8b":
            raise Unreadable(f"{path.name}: this is no gzip file, whatever its name says")
        return _text(path, start, given, numbers, every)
    except FileNotFoundError:
        raise Unreadable(f"there is no file {path}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Unreadable(f"{path.name}: the gzip file is damaged or cut off") from None
    except OSError as problem:
        raise Unreadable(f"{path.name}: {problem.strerror or problem}") from None


def _parquet(path: Path, given: dict, every: bool) -> tuple[pd.DataFrame, dict]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise Unreadable(f"{path.name}: Parquet needs pyarrow; run: pip install pyarrow") from None
    names = [str(name) for name in parquet.read_schema(path).names]
    found = {} if every else columns.find(names, given, path.name)
    return parquet.read_table(
        path, columns=None if every else list(found.values())
    ).to_pandas(), found


def _text(
    path: Path, start: bytes, given: dict, numbers: tuple, every: bool
) -> tuple[pd.DataFrame, dict]:
    """Read a text: what separates its columns and how it is encoded is told by its first lines."""
    unpack = gzip.open if start[:2] == b"\x1f\x8b" else open
    with unpack(path, "rb") as file:
        head = b"".join(file.readline(1 << 20) for _ in range(SAMPLE))
    if not head.strip(b"\xef\xbb\xbf \r\n"):
        raise Unreadable(f"{path.name}: the file is empty")
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in head:
        raise Unreadable(f"{path.name}: this is no text; save it as CSV")
    for name in (encoding, "latin-1"):
        try:
            with unpack(path, "rt", encoding=name, newline="") as file:
                return _parsed(path, file, given, numbers, every)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{path.name}: its letters cannot be read; save it as UTF-8")


def _parsed(path: Path, file: io.TextIOBase, given: dict, numbers: tuple, every: bool):
    # the first line may be long; a file that cannot go back is opened by name below
    first = next((line for line in file if line.strip()), "")
    separator, names, named, found = heading(path, first, given, every)
    file.seek(0)
    _wider(path, file, separator, names)
    file.seek(0)
    # all columns are read, wanted or not: else the parser does not complain of lines with too many
    dtype = {c: "str" for c in names if c not in [found.get(what) for what in numbers]}
    if "time" in found and _numeric(file, separator, names.index(found["time"]), named):
        dtype[found["time"]] = "float64"
    file.seek(0)
    try:
        with warnings.catch_warnings():  # of nothing behind a last separator
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            frame = pd.read_csv(
                file, sep=separator, header=0 if named else None, names=names, dtype=dtype,
                keep_default_na=False, na_values=columns.MISSING, skipinitialspace=True,
                decimal="," if separator == ";" else ".", low_memory=False, index_col=False,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as problem:
        if isinstance(problem, UnicodeDecodeError):
            raise
        raise Unreadable(f"{path.name}: {_said(problem, names)}") from None
    if "time" in found and (frame[found["time"]] == found["time"]).any():
        raise Unreadable(f"{path.name}: {AGAIN}")
    if not len(frame):
        raise Unreadable(f"{path.name}: there is no row below the names of the columns")
    return frame if every else frame[list(found.values())], found


def heading(
    path: Path, first: str, given: dict, every: bool = False
) -> tuple[str, list[str], bool, dict[str, str]]:
    """Return what separates columns, their names, whether the first line holds them, and which is which."""
    if first.lstrip()[:1] in ("{", "[", "<"):
        raise Unreadable(
            f"{path.name}: its first line, {first.strip()[:60]!r}, is that of another format; save it as CSV"
        )
    count = {s: first.count(s) for s in SEPARATORS}
    separator = max(SEPARATORS, key=count.get) if any(count.values()) else r"\s+"
    cells = (
        first.split() if separator == r"\s+" else next(csv.reader([first], delimiter=separator), [])
    )
    cells = [cell.strip() for cell in cells]
    if len(cells) < 2 and not every:
        raise Unreadable(
            f"{path.name}: its first line, {first.strip()[:60]!r}, has one column; users and items are two"
        )
    named = columns.are_names(cells)
    places = [v for v in given.values() if v is not None and v.isdigit()]
    if not named and not places:
        raise Unreadable(
            f"{path.name} has no names of columns in its first line, {first.strip()[:60]!r}; add such a line, or "
            "say which column is which by its number: --user 1 --item 2"
        )
    names = _unique(cells) if named else [str(k + 1) for k in range(len(cells))]
    found = {} if every else columns.find(names, given, path.name)
    if twice := [name for name in found.values() if cells.count(name) > 1]:
        raise Unreadable(f"{path.name}: two columns are called {twice[0]!r}; give one another name")
    return separator, names, named, found


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Yield the cells of lines, as far as the reader of the standard library goes: a cell may have 131,072 letters."""
    try:
        yield from map(str.split, lines) if separator == r"\s+" else csv.reader(lines, delimiter=separator)  # fmt: skip
    except csv.Error:
        return


def _wider(path: Path, file: io.TextIOBase, separator: str, names: list[str]) -> None:
    """Refuse first rows with more than names have: the parser takes the first of them for the width of all, and drops the rest.

    Raises:
        Unreadable: a row has cells without a name, and something in them.
    """
    lines = [line for _, line in zip(range(SAMPLE), file, strict=False)]
    for k, row in enumerate(_rows(lines, separator)):
        if any(cell.strip() for cell in row[len(names) :]):
            raise Unreadable(f"{path.name}: {_wide(k + 1, len(row), len(names))}")


def _wide(line: int | str, cells: int | str, names: int | str) -> str:
    return f"line {line} has {cells} columns instead of {names}; is there a text, or a decimal comma, without quotes around it?"


def _unique(cells: list[str]) -> list[str]:
    """Return names of columns; one that comes twice gets a number."""
    seen: Counter = Counter()
    out = []
    for cell in cells:
        seen[cell] += 1
        out.append(cell if seen[cell] == 1 else f"{cell} {seen[cell]}")
    return out


def _numeric(file: io.TextIOBase, separator: str, place: int, named: bool) -> bool:
    """Return whether a column holds numbers in the first rows."""
    lines = [line for _, line in zip(range(SAMPLE), file, strict=False) if line.strip()]
    lines = lines[int(named) :]
    rows = _rows(lines, separator)
    cells = [row[place].strip() for row in rows if len(row) > place]
    cells = [cell for cell in cells if cell not in columns.MISSING]
    return bool(cells) and all(map(columns.NUMBER.fullmatch, cells))


def _said(problem: Exception, names: list[str]) -> str:
    """Return what pandas' parser complains about, in words of ours."""
    text = str(problem)
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text):
        return _wide(found[2], found[3], found[1])
    if "EOF inside string" in text:
        return "a quote is opened and never closed"
    if found := re.search(r"could not convert string to float: ?'?([^']*)'?", text):
        return (
            AGAIN
            if found[1] in names
            else f"{found[1]!r} stands where numbers do; {columns.ADVICE}"
        )
    return f"this is no table ({text.splitlines()[0][:80]})"
