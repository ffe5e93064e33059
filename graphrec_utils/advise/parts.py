"""A table beyond ten million rows: counted whole by parts, and of its users as many drawn as can be compared.

To read, to count and to draw splits: each part of a file is a task of `scale.map_partitions`, of the
processes of this machine or of a cluster. To cut in time, to fit and to ask does not split in this way: a factorization
and a training go through all events again and again, and popularity of all users beside iALS of some would be no comparison.
So everything else sees all events of users who are drawn by chance, the same ones in every run.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from graphrec_utils import datasets, scale
from graphrec_utils.data import Interactions
from graphrec_utils.datasets import tables
from graphrec_utils.datasets.columns import Unreadable

MOST = 10_000_000  # rows that are compared
BYTES = 64_000_000  # of a part
BUCKETS = 4_096  # of users, by a hash of their names


def read(
    table: str | Path, engine: str, *, say: Callable[[str], None] = print, most: int = MOST, size: int = BYTES, **columns: Any
) -> Interactions:  # fmt: skip
    """Return what `datasets.read` does, of all rows of as many users as have `most` rows together.

    Args:
        table: CSV or TSV, not packed. A row is a line: no text in quotes may go over its end.
        engine: as of `scale.map_partitions`.
        say: called with each sentence about how the table was understood.
        most: rows, at most.
        size: bytes of a part.
        columns: options as of `datasets.read`.

    Raises:
        Unreadable: the table cannot be used, or not by parts.
        ImportError: the engine is not installed.
    """
    path = Path(table)
    given = {what: columns.get(what) for what in ("user", "item", "time", "weight", "kind")}
    separator, names, named, found, begin = _heading(path, given)
    users, items = (names.index(found[what]) for what in ("user", "item"))
    tasks = list(_parts(path, begin, size))
    counted = scale.map_partitions(partial(_count, path, separator, users, items), tasks, engine)
    rows = sum(per_bucket for per_bucket, *_ in counted)
    people, things = (len(np.unique(np.concatenate([x[k] for x in counted]))) for k in (1, 2))
    buckets = max(1, int(np.searchsorted(np.cumsum(rows), most, side="right")))
    say(
        f"{path.name}: {rows.sum():,} rows of {people:,} users and {things:,} items, counted in {len(tasks)} parts by {engine}"
    )
    if buckets == BUCKETS:
        return datasets.read(path, say=say, **columns)
    say(
        f"{rows[:buckets].sum():,} of these rows are compared, all of {buckets / BUCKETS:.1%} of the users, drawn by chance: "
        "to cut in time, to fit and to ask does not split by parts. An item is new where none of them had it"
    )
    draw = partial(_drawn, path, separator, users, buckets)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / path.name
        with path.open("rb") as whole, small.open("wb") as file:
            file.write(whole.read(begin) if named else b"")
            for lines in scale.map_partitions(draw, tasks, engine):
                file.write(lines)
        return datasets.read(small, say=say, **columns)


def _heading(path: Path, given: dict) -> tuple[str, list[str], bool, dict[str, str], int]:
    """Return what `tables.heading` does, and where the rows begin.

    Raises:
        Unreadable: there is no such file, or it is packed or not by lines.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(1 << 20)
    except OSError as problem:
        raise Unreadable(f"{path.name}: {problem.strerror or problem}") from None
    if first[:4] == b"PAR1" or first[:2] in (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(
            f"{path.name} cannot be read by parts; unpack it, and save it as CSV in UTF-8"
        )
    text = first.decode("utf-8-sig", errors="replace")
    separator, names, named, found = tables.heading(path, text, given)
    return separator, names, named, found, len(first) if named else 0


def _parts(path: Path, begin: int, size: int):
    """Yield where parts begin and end: at the ends of lines."""
    last = path.stat().st_size
    with path.open("rb") as file:
        while begin < last:
            file.seek(min(begin + size, last))
            file.readline()
            end = file.tell()
            yield begin, end
            begin = end


def _lines(path: Path, part: tuple[int, int]) -> bytes:
    with path.open("rb") as file:
        file.seek(part[0])
        return file.read(part[1] - part[0])


def _hashes(path: Path, text: bytes, separator: str, columns: list[int]) -> list[np.ndarray]:
    """Return for each of these columns (rows,) numbers that stand for what is written there.

    Raises:
        Unreadable: a row goes over the end of its line.
    """
    try:
        frame = pd.read_csv(
            io.BytesIO(text), sep=separator, header=None, usecols=columns, dtype=str, keep_default_na=False,
            skip_blank_lines=False, skipinitialspace=True, encoding="latin-1", low_memory=False, index_col=False,
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError, csv.Error) as problem:
        raise Unreadable(f"{path.name}: {str(problem).splitlines()[0][:80]}") from None
    if len(frame) != text.count(b"\n") + (not text.endswith(b"\n")):
        raise Unreadable(
            f"{path.name} cannot be read by parts: a text in quotes goes over the end of a line"
        )
    return [pd.util.hash_array(frame[k].to_numpy(dtype=object), categorize=True) for k in columns]


def _count(
    path: Path, separator: str, user: int, item: int, part: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of each bucket of users, and the different users and items of a part."""
    users, items = _hashes(path, _lines(path, part), separator, [user, item])
    rows = np.bincount((users % BUCKETS).astype(np.int64), minlength=BUCKETS)
    return rows, np.unique(users), np.unique(items)


def _drawn(path: Path, separator: str, user: int, buckets: int, part: tuple[int, int]) -> bytes:
    """Return the lines of the users in the first buckets."""
    text = _lines(path, part)
    (users,) = _hashes(path, text, separator, [user])
    lines = text.splitlines(keepends=True)
    return b"".join([lines[k] for k in np.flatnonzero(users % BUCKETS < buckets)])
