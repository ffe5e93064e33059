"""Read any file that claims to be a notebook; refuse the others with one sentence.

The content is taken as it comes: no schema is required, cells that are none are left out, and
outputs, attachments and metadata of no use are dropped at once.
"""

from __future__ import annotations

import ast
import codecs
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from graphrec_utils.grading.submissions import files, lean

MAX_BYTES = 300 * 2**20  # a notebook with 200 MB of stored outputs is read, and its outputs dropped
MAX_CELLS = 10_000  # code cells; cells with the marks of an answer are counted first
MAX_CODE = 2**20  # characters of all of them
MAX_SOURCE = 2**17  # characters of one cell
MAX_SPLIT = 8  # cells that one cell was split into,
MAX_JOINED = 2**15  # characters of these together: each try to join costs a compilation
MARKED = re.compile(r"\s*#\s*exercise\s+\d", re.IGNORECASE)


class Unreadable(Exception):
    """The file is not a notebook that can be graded; the text says why."""


@dataclass
class Cell:
    """One cell: `kind` is "code", "markdown" or "raw"; names as the file gives them, or ""."""

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    lesson: str = ""
    exercise: str = ""
    role: str = ""


@dataclass
class Notebook:
    """What grading needs of a submission."""

    cells: list[Cell]
    lesson: str = ""
    course: str = ""
    notes: list[str] = field(default_factory=list)


def read(path: Path) -> Notebook:
    """Read a submitted notebook.

    Raises:
        Unreadable: it is too large, not JSON, not a notebook, or cannot be opened.
    """
    return parse(whole(path))


def whole(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        Unreadable: it is too large, or cannot be opened.
    """
    try:
        with files.opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except OSError as error:
        raise Unreadable(f"the file cannot be opened ({error.strerror})") from None
    if (size := max(size, len(raw))) > MAX_BYTES:
        raise Unreadable(f"more than {MAX_BYTES / 2**20:.0f} MB, which is the most that is read")
    return raw


def parse(raw: bytes) -> Notebook:
    """Read the bytes of a notebook file of any version.

    Raises:
        Unreadable: they are not a notebook.
    """
    text, notes = shortened(raw)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not a notebook: the JSON is broken in line {error.lineno}") from None
    except RecursionError:
        raise Unreadable("not a notebook: its lists lie too deep in each other") from None
    except ValueError:  # Python reads no number of so many digits
        raise Unreadable("not a notebook: a number in it has thousands of digits") from None
    except MemoryError:
        raise Unreadable("too large to read") from None
    if not isinstance(data, dict):
        raise Unreadable("not a notebook: there is no dictionary of cells in it")
    found = _cells(data)
    if found is None:
        raise Unreadable("not a notebook: it has no list of cells")
    cells = [cell for cell in map(_cell, found) if cell]
    if lost := len(found) - len(cells):
        notes.append(f"{lost} of {len(found)} cells are damaged and were left out")
    cells, lost = _within_limits(cells)
    if lost:
        notes.append(
            f"{lost} code cells were left out: at most {MAX_CELLS:,} cells of "
            f"{MAX_SOURCE / 2**10:.0f} KB, {MAX_CODE / 2**10:,.0f} KB together, are read"
        )
    meta = _dict(_dict(data.get("metadata")).get("graphrec"))
    course = _text(meta.get("course"), 40) or next((c for c in map(_course, found) if c), "")
    return Notebook(_join_split(cells), _text(meta.get("lesson"), 8), course, notes)


def shortened(raw: bytes) -> tuple[str, list[str]]:
    """Return a notebook's text, without its outputs if it is long, and notes on its encoding.

    Raises:
        Unreadable: nothing is left, or more than a notebook may hold.
    """
    if not raw.strip():
        raise Unreadable("the file is empty")
    try:
        text, notes = _decode(raw)
        return lean.text(text), notes
    except lean.TooLong as error:
        raise Unreadable(str(error)) from None
    except MemoryError:
        raise Unreadable("too large to read") from None


def _decode(raw: bytes) -> tuple[str, list[str]]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(name, "replace"), []
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as error:
        name = _of_one_byte(raw[error.start : error.start + 2**20])
    note = f"the file is not UTF-8; it was read as {name}: letters beyond ASCII may have changed"
    return raw.decode(name, "replace"), [note]


def _of_one_byte(part: bytes) -> str:
    """Return the likely encoding: Cyrillic letters stand beside each other, Latin ones with accents alone."""
    runs = re.findall(rb"[\x80-\xff]+", part)
    return "cp1251" if sum(map(len, runs)) >= 2 * len(runs) else "latin-1"


def _cells(data: dict) -> list | None:
    """Return the raw cells of nbformat 4, or of all worksheets of nbformat 2 and 3."""
    if isinstance(data.get("cells"), list):
        return data["cells"]
    sheets = data.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [c for s in sheets if isinstance(_dict(s).get("cells"), list) for c in s["cells"]]


def _cell(raw) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    kind = raw.get("cell_type")
    kind = kind if kind in ("code", "raw") else "markdown"
    meta = _dict(raw.get("metadata"))
    ours, nbgrader = _dict(meta.get("graphrec")), _dict(meta.get("nbgrader"))
    source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return Cell(
        kind,
        source.encode("utf-8", "replace").decode("utf-8"),  # lone surrogates are no text
        _text(raw.get("id") or meta.get("id"), 80),
        _text(nbgrader.get("grade_id"), 80),
        _text(ours.get("lesson"), 8),
        _text(ours.get("exercise"), 16),
        _text(ours.get("role"), 16),
    )


def _within_limits(cells: list[Cell]) -> tuple[list[Cell], int]:
    """Return the cells that are read, and how many code cells are not.

    Marked cells come first, so that no amount of other code hides an answer. Text that is too long
    is only cut.
    """
    kept: set[int] = set()
    room = MAX_CODE
    marked = [bool(c.exercise or c.grade_id or MARKED.match(c.source)) for c in cells]
    for first in (True, False):
        for place, cell in enumerate(cells):
            if cell.kind != "code":
                cell.source = cell.source[:MAX_SOURCE]
                continue
            fits = len(cell.source) <= min(room, MAX_SOURCE) and len(kept) < MAX_CELLS
            if marked[place] == first and fits:
                kept.add(place)
                room -= len(cell.source)
    left = [cell for place, cell in enumerate(cells) if cell.kind != "code" or place in kept]
    return left, len(cells) - len(left)


def _course(raw) -> str:
    meta = _dict(_dict(raw).get("metadata"))
    return _text(_dict(meta.get("graphrec")).get("course"), 40)


def _join_split(cells: list[Cell]) -> list[Cell]:
    """Join a code cell that begins indented to the one before: somebody split it in a block."""
    joined: list[Cell] = []
    pieces = 1
    for cell in cells:
        lines = [line for line in cell.source.split("\n") if line.strip()]
        before = joined[-1] if joined else None
        indented = cell.kind == "code" and lines and lines[0][0] in " \t"
        code_before = before is not None and before.kind == "code"
        both = f"{before.source}\n{cell.source}" if indented and code_before else ""
        if both and pieces < MAX_SPLIT and len(both) <= MAX_JOINED and _parses(both):
            before.source = both
            pieces += 1
        else:
            joined.append(cell)
            pieces = 1
    return joined


def _parses(source: str) -> bool:
    try:
        compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _dict(value) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value, length: int) -> str:
    return value[:length] if isinstance(value, str) else ""
