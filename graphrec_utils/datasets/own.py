"""Somebody's own table: who did what, perhaps when, and what the items say of themselves.

    likes = datasets.read("likes.csv")
    likes = datasets.read("ratings.csv.gz", items="movies.csv", at_least=4)

A table has names of columns in its first line and a row for each event: CSV, with commas, semicolons, tabs or
blanks between, gzip or not; RecBole's `.inter`; Parquet where pyarrow is installed. Columns are found by
their names (`columns.NAMES`) or told: `user="who"`. What is wrong with a table is said in one sentence.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from graphrec_utils.data import Interactions
from graphrec_utils.datasets import columns, content, tables
from graphrec_utils.datasets.columns import Unreadable


def read(
    path: str | Path,
    *,
    items: str | Path | None = None,
    user: str | None = None,
    item: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    kind: str | None = None,
    only: str | None = None,
    at_least: float | None = None,
    say: Callable[[str], None] = print,
) -> Interactions:
    """Return a table of your own as interactions; every row is a like, whatever its weight, unless told.

    Args:
        path: CSV, TSV, `.inter`, any of them as `.gz`, or Parquet.
        items: a second table about the items: a row each, or several; words of its columns become `item_features`.
        user, item, time, weight, kind: names of columns, where they are not found by themselves; "none" leaves
            a time, weight or kind out. In a file without a line of names: their numbers, from 1.
        only: keep events of this kind, or kinds, "save,click".
        at_least: keep events of this weight, such as a rating of 4.
        say: called with each sentence about how the table was understood.

    Raises:
        Unreadable: the table cannot be used; the message says why in one sentence.
    """
    path = Path(path)
    given = {"user": user, "item": item, "time": time, "weight": weight, "kind": kind}
    frame, found = tables.table(path, given, numbers=("weight",))
    say(f"{path.name}: " + ", ".join(f"{what} from {c!r}" for what, c in found.items()))
    users, user_labels = columns.labels(frame[found["user"]])
    things, item_labels = columns.labels(frame[found["item"]])
    keep, calendar, times, weights = (users >= 0) & (things >= 0), True, None, None
    if "time" in found:
        times, there, calendar = columns.times(
            frame[found["time"]], f"{path.name}, {found['time']}", say
        )
        keep &= there
    _some(path, keep, say)
    if "kind" in found:
        keep &= _of_kind(path, frame[found["kind"]], found["kind"], only, say)
    elif only is not None:
        raise Unreadable(f"{path.name}: which column tells the kind of an event? Say --kind COLUMN")
    if "weight" in found:
        weights = _weights(path, frame[found["weight"]], found["weight"], at_least, keep, say)
        keep &= np.isfinite(weights) if at_least is None else weights >= at_least
    elif at_least is not None:
        raise Unreadable(
            f"{path.name}: which column holds what --at-least asks for? Say --weight COLUMN"
        )
    del frame
    if not keep.any():
        raise Unreadable(f"{path.name}: no row is left of {len(keep):,}")
    events = Interactions(
        users[keep], things[keep], len(user_labels), len(item_labels),
        times=None if times is None else times[keep], weights=None if weights is None else weights[keep],
        user_labels=user_labels, item_labels=item_labels, calendar=calendar,
    )  # fmt: skip
    events = _usable(path, events, say)
    if items is None:
        return events
    features = content.features(Path(items), events.item_labels, item, found["item"], say)
    return replace(events, item_features=features)


def _some(path: Path, keep: np.ndarray, say: Callable[[str], None]) -> None:
    """Say how many rows have nobody, nothing or no time, and refuse a table of them."""
    gone = int((~keep).sum())
    if 2 * gone > len(keep):
        raise Unreadable(
            f"{path.name}: {gone:,} of {len(keep):,} rows lack a user, an item or a time; the first is row "
            f"{int(np.argmin(keep)) + 1}"
        )  # fmt: skip
    if gone:
        say(f"{gone:,} of {len(keep):,} rows lack a user, an item or a time and are left out")


def _of_kind(
    path: Path, values: pd.Series, column: str, only: str | None, say: Callable[[str], None]
) -> np.ndarray:
    """Return (E,) whether a row is of the kinds that are wanted; of all, if nobody said which."""
    count = values.astype(str).str.strip().value_counts()
    there = ", ".join(f"{kind} ({n:,})" for kind, n in count.head(8).items())
    if only is None:
        say(f"{column}: all kinds are likes: {there}; --only KIND takes some of them")
        return np.ones(len(values), dtype=bool)
    wanted = [word.strip() for word in only.split(",")]
    if absent := [word for word in wanted if word not in count.index]:
        raise Unreadable(f"{path.name}: {column} is never {absent[0]!r}; it is {there}")
    return values.astype(str).str.strip().isin(wanted).to_numpy()


def _weights(
    path: Path, values: pd.Series, column: str, at_least: float | None, keep: np.ndarray, say: Callable[[str], None]
) -> np.ndarray:  # fmt: skip
    """Return (E,) numbers, NaN where there is none.

    Raises:
        Unreadable: they are words, or some are negative and nobody said what is a like.
    """
    if values.dtype.kind not in "biuf":  # 3,5 here and 4.5 there
        values = values.astype("object").map(lambda x: x.strip() if isinstance(x, str) else x)
        thousands = values[values.astype(str).str.fullmatch(r"-?\d{1,3}(,\d{3})+")]
        if len(thousands):
            raise Unreadable(
                f"{path.name}: is {column} {thousands.iloc[0]!r} thousands, or a decimal comma? Write it with a point, or without a comma"
            )
        values = values.map(lambda x: x.replace(",", ".") if isinstance(x, str) else x)
    try:
        weights = values.astype(np.float32).to_numpy()
    except (ValueError, TypeError):
        word = next(
            w for w in map(str, values) if not columns.NUMBER.fullmatch(w.strip()) and w != "nan"
        )
        raise Unreadable(
            f"{path.name}: {column} is {word!r}, not a number, in some row; leave it out by --weight none"
        ) from None
    if at_least is None:
        bad = int((weights[keep] < 0).sum())
        if bad:
            raise Unreadable(
                f"{path.name}: {column} is negative in {bad:,} rows, which cannot all be likes; say from where on one is: --at-least 1"
            )
        weights = np.where(np.isfinite(weights), weights, 1).astype(np.float32)
        none = int((weights[keep] == 0).sum())
        if none:
            say(
                f"{column} is 0 in {none:,} rows, which count as likes as all others; --at-least 1 leaves them out"
            )
    return weights


def _usable(path: Path, events: Interactions, say: Callable[[str], None]) -> Interactions:
    """Return compact events without rows that came twice; refuse what nothing can be learned from."""
    if events.times is not None:
        late = events.times > clock.time() + 86_400
        if events.calendar and late.any():
            last = np.datetime64(int(events.times.max()), "s").astype("datetime64[D]")
            raise Unreadable(
                f"{path.name}: {int(late.sum()):,} of {len(events):,} times lie in the future, the last on {last}; "
                "correct or remove these rows, or leave times out by --time none"
            )
        twice = _twice(events)
        if twice.any():
            say(f"{int(twice.sum()):,} rows stand there twice, with the same time, and count once")
            events = events.select(~twice)
        if events.times.min() == events.times.max():
            say("all times are equal, so they are left out")
            events = replace(events, times=None)
    events = events.compact()
    for what, count, labels in (
        ("user", events.num_users, events.user_labels),
        ("item", events.num_items, events.item_labels),
    ):
        if count == 1:
            raise Unreadable(
                f"{path.name}: there is one {what}, {str(labels[0])[:40]!r}, and nothing to choose from"
            )
    users, _ = events.degrees()
    if events.num_users == events.num_items == len(users) and (
        np.array_equal(
            events.user_labels[events.users].astype(str),
            events.item_labels[events.items].astype(str),
        )
    ):
        raise Unreadable(
            f"{path.name}: user and item are the same in every row; is one column named twice?"
        )
    if users.max() < 2:
        raise Unreadable(
            f"{path.name}: nobody has two items, so nothing can be learned from what people have in common"
        )
    return events


def _twice(events: Interactions) -> np.ndarray:
    """Return (E,) whether the same row stands before; rows are looked at whose numbers meet another's."""
    mixed = events.pairs().astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + events.times.astype(np.uint64)  # fmt: skip
    ordered = np.sort(mixed)
    met = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    twice = np.zeros(len(events), dtype=bool)
    if len(met):
        some = np.flatnonzero(np.isin(mixed, met))
        rows = pd.DataFrame({"pair": events.pairs()[some], "t": events.times[some]})
        twice[some] = rows.duplicated().to_numpy()
    return twice
