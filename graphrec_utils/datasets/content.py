"""What items say of themselves, from a second table: its words, counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils.data import Features
from graphrec_utils.datasets import columns, tables
from graphrec_utils.datasets.columns import Unreadable

WORDS = 20_000  # the most frequent
LEVELS = 50  # a column of numbers with so many different ones says something, such as a year


def features(
    path: Path, labels: np.ndarray, item: str | None, same: str, say: Callable[[str], None]
) -> Features:
    """Return the words of a second table for the items of the first.

    Raises:
        Unreadable: there is no column of items, or none of its items is in the log.
    """
    frame, _ = tables.table(path, {}, every=True)
    names = [str(name) for name in frame.columns]
    exact = [c for c in names if columns.plain(c) == columns.plain(item or same)]
    key = exact[0] if exact else columns.find([*names, "user"], {"item": None}, path.name)["item"]
    codes, theirs = columns.labels(frame[key])
    if labels.dtype.kind != theirs.dtype.kind:
        labels, theirs = labels.astype(str), theirs.astype(str)
    row_of = (
        pd.Series(np.arange(len(labels)), index=labels)
        .reindex(theirs)
        .fillna(-1)
        .to_numpy(dtype=np.int64)
    )
    rows = np.where(codes >= 0, np.append(row_of, -1)[codes], -1)
    known = len(np.unique(rows[rows >= 0]))
    if not known:
        raise Unreadable(
            f"{path.name}: none of its items, such as {str(theirs[0])[:40]!r}, is in the table of events"
        )
    at, what = [], []
    others = [c for c in names if c != key]
    used = []
    for column in others:
        cells = frame[column].astype("object")
        numeric = cells.dropna().astype(str).str.fullmatch(columns.NUMBER.pattern)
        if len(numeric) and numeric.all() and cells.nunique() > LEVELS:
            say(f"{path.name}: {column!r} holds numbers, and is not read as content")
            continue
        used.append(column)
        mark = f"{column}: " if len(others) > 1 else ""
        for row, cell in zip(rows.tolist(), cells.tolist(), strict=True):
            if row < 0 or not isinstance(cell, str | int | float) or cell != cell:
                continue
            text = str(cell).lower()
            words = text.split("|") if "|" in text else re.findall(r"\w+", text)
            at += [row] * len(words)
            what += [mark + word for word in words]
    codes, words = pd.factorize(np.array(what, dtype=object))
    if not len(words):
        raise Unreadable(f"{path.name}: beside {key!r} it has no column with words")
    M = sp.csr_matrix((np.ones(len(at), np.float32), (at, codes)), shape=(len(labels), len(words)))
    spread = np.bincount(M.indices, minlength=len(words))
    best = np.argsort(-spread, kind="stable")[:WORDS]
    best = np.sort(best[spread[best] >= 2])  # a word of one item tells of nothing else
    if not len(best):
        raise Unreadable(
            f"{path.name}: no word stands at two items, so nothing says which are alike"
        )
    say(
        f"{path.name}: {len(best):,} words from {', '.join(used)}, for {known:,} of {len(labels):,} items"
    )
    return Features(M[:, best], np.asarray(words)[best])
