"""What the columns of somebody's table mean: by their names, and times in whatever way they are written."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd

# What a column may be called, the likeliest first, without case, blanks, and what is no letter.
NAMES = {
    "user": "user userid uid users customer customerid member memberid reviewer reviewerid visitor visitorid "
            "account accountid client clientid person personid listener profile profileid sessionid session",
    "item": "item itemid iid items product productid movie movieid film filmid asin parentasin book bookid isbn "
            "article articleid song songid track trackid artist artistid album albumid game gameid anime animeid "
            "business businessid pin pinid venue venueid poi place placeid news newsid doc docid document documentid "
            "video videoid recipe recipeid content contentid sku url page",
    "time": "time timestamp unixtime unixreviewtime datetime date ts when createdat eventtime reviewtime day t",
    "weight": "weight rating ratings score stars overall value count plays playcount",
    "kind": "kind event eventtype action actiontype behavior behaviortype type",
}  # fmt: skip
MISSING = ["", "nan", "NaN", "NULL", "null", "None"]
NUMBER = re.compile(r"-?\d+([.,]\d+)?([eE][+-]?\d+)?")
# How dates are written, but for ISO 8601, and what may follow one.
DATES = (
    "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y",
    "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%m %d, %Y",
)  # fmt: skip
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S")  # fmt: skip
WHOLE = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")
UNITS = {1e3: "milli", 1e6: "micro", 1e9: "nano"}
SMALLEST = 1e8  # seconds of a date; a smaller one among milliseconds is of another unit
LISTED = 12  # names of columns in a message
LOOKED_AT = 50  # values by which a way of writing is told
ADVICE = "write times as 2014-03-31 18:05, or as unix seconds"


class Unreadable(ValueError):
    """A table that cannot be used; the message is one sentence that says why, and what to do."""


def plain(name: str) -> str:
    """Return a column's name as NAMES has it; `user_id:token` of RecBole's files is userid."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r":[a-z_]+$", "", str(name).strip().lower()))


def are_names(cells: Sequence[str]) -> bool:
    """Return whether a table's first line holds names of columns, and no first row."""
    known = {word for words in NAMES.values() for word in words.split()}
    if any(plain(cell) in known for cell in cells):
        return True
    return not any(
        not cell.strip() or NUMBER.fullmatch(cell.strip()) or re.match(r"\d{4}-\d\d", cell)
        for cell in cells
    )


def find(columns: Sequence[str], given: dict[str, str | None], table: str) -> dict[str, str]:
    """Return which column is which: {"user": its name, "item": …}, and those of the others that are there.

    Args:
        columns: of the table.
        given: "user" and so on -> a column that was named by hand, or None; "none" means that there is none.
        table: its name, for messages.

    Raises:
        Unreadable: there is no such column, or users or items cannot be told.
    """
    found = {}
    for what, words in NAMES.items():
        name = given.get(what)
        if name == "none" and what not in ("user", "item"):
            continue
        if name is not None:
            exact = [c for c in columns if c == name] or [
                c for c in columns if plain(c) == plain(name)
            ]
            if not exact:
                raise Unreadable(f"{table} has no column {name!r}; it has {_listed(columns)}")
            found[what] = exact[0]
            continue
        order = {word: k for k, word in enumerate(words.split())}
        taken = [plain(other) for other in given.values() if other]
        fits = [c for c in columns if plain(c) in order and plain(c) not in taken]
        if what == "time" and not fits:  # rating_timestamp and its like
            fits = [c for c in columns if plain(c).endswith("timestamp") and plain(c) not in taken]
        if fits:
            found[what] = min(fits, key=lambda c: order.get(plain(c), len(order)))
    absent = [what for what in ("user", "item") if what not in found]
    if absent:
        ask = " and ".join(f"--{what} COLUMN" for what in absent)
        raise Unreadable(
            f"{table}: which column holds {' and which '.join(what + 's' for what in absent)}? It has "
            f"{_listed(columns)}; say {ask}"
        )  # fmt: skip
    if found["user"] == found["item"]:
        raise Unreadable(
            f"{table}: users and items are one column, {found['user']!r}; say which is which"
        )
    return found


def _listed(columns: Sequence[str]) -> str:
    """Return names of columns, the first dozen of many."""
    more = f" and {len(columns) - LISTED} more" if len(columns) > LISTED else ""
    return ", ".join(name[:30] for name in columns[:LISTED]) + more


def labels(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return (E,) numbers from 0 and what they stand for, in order; a missing value is -1.

    What is written as whole numbers is one, 12.0 and 12 alike, and sorted as such; but 007 is a name. Blanks around a name
    are none of it.
    """
    codes, found = pd.factorize(values)
    found, place = np.unique(_whole(np.asarray(found)), return_inverse=True)
    if len(found) and found.dtype == object and found[0] == "":  # of blanks alone
        found, place = found[1:], place - 1
    return np.append(place, -1)[codes], found  # codes of missing values are -1, the last


def _whole(found: np.ndarray) -> np.ndarray:
    """Return different labels as int64, if all of them are whole numbers, else as they are."""
    if found.dtype.kind in "iu":
        return found.astype(np.int64)
    if found.dtype.kind == "f":
        return found.astype(np.int64) if (found == np.round(found)).all() else found
    names = np.array([str(word).strip() for word in found], dtype=object)
    if not len(names) or max(map(len, names)) > 20:
        return names
    # whole numbers beside missing ones are written as 12.0
    words = np.array([name.removesuffix(".0") for name in names])
    try:
        numbers = words.astype(np.int64)
    except (ValueError, OverflowError):
        return names
    return numbers if (numbers.astype(words.dtype) == words).all() else names


def times(
    values: pd.Series, column: str, say: Callable[[str], None]
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return (E,) int64 seconds, (E,) whether there is a time, and whether they are dates.

    Numbers are seconds, milli-, micro- or nanoseconds since 1970, or days as 20140331, by their size; small ones
    are seconds of no calendar. Words are dates in one of the usual ways, the same in all rows.

    Raises:
        Unreadable: they are none of these, or the day cannot be told from the month.
    """
    if values.dtype.kind == "M":
        whole = pd.to_datetime(values, utc=True)
        return whole.dt.as_unit("s").astype("int64").to_numpy(), values.notna().to_numpy(), True
    if values.dtype.kind not in "iuf":
        codes, words = pd.factorize(values)
        words = [str(word).strip() for word in words]
        numbers = [bool(NUMBER.fullmatch(word)) for word in words]
        if not all(numbers):
            if 2 * sum(numbers) > len(numbers):
                odd = words[numbers.index(False)]
                raise Unreadable(f"{column}: {odd!r} stands where numbers do; {ADVICE}")
            each = np.append(_dates(words, column, say), 0)
            return each[codes], codes >= 0, True
        each = np.append([float(word.replace(",", ".")) for word in words], np.nan)
        values = pd.Series(each[codes])
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    there = np.isfinite(numbers)
    if not there.any():
        return np.zeros(len(numbers), np.int64), there, False
    low, high = numbers[there].min(), numbers[there].max()
    if low >= 18000101 and high <= 22001231 and (numbers[there] == np.round(numbers[there])).all():
        days = pd.to_datetime(
            pd.Series(numbers[there].astype(np.int64).astype(str)), format="%Y%m%d", errors="coerce"
        )
        if days.notna().all():
            out = np.zeros(len(numbers), np.int64)
            out[there] = days.dt.as_unit("s").astype("int64")
            return out, there, True
    if high >= 1e8:  # dates: who has none is often given the first second, or the one before
        there &= ~np.isin(numbers, (0, -1))
        low = numbers[there].min()
    unit = next((u for limit, u in ((1e11, 1), (1e14, 1e3), (1e17, 1e6)) if high < limit), 1e9)
    if unit > 1 and low > 0 and low < SMALLEST * unit:
        raise Unreadable(
            f"{column}: from {low:.0f} to {high:.0f}; some of these are seconds and others {UNITS[unit]}seconds: write all alike"
        )
    if unit > 1:
        say(f"{column}: taken as {UNITS[unit]}seconds since 1970")
    calendar = bool(high >= 1e8)
    if not calendar:
        say(f"{column}: these numbers are no dates; taken as seconds, or as an order")
    return np.where(there, numbers / unit, 0).astype(np.int64), there, calendar


def _dates(words: list[str], column: str, say: Callable[[str], None]) -> np.ndarray:
    """Return the seconds of dates that are all written in one way."""
    some = words[:: max(1, len(words) // LOOKED_AT)]

    def read(texts, way):
        found = pd.to_datetime(pd.Series(texts), format=way, utc=True, errors="coerce")
        return None if found.isna().any() else found.dt.as_unit("s").astype("int64").to_numpy()

    every = ["ISO8601", *(date + clock for date, clock in product(DATES, CLOCKS)), *WHOLE]
    ways = [way for way in every if read(some, way) is not None]
    found = {way: each for way in ways if (each := read(words, way)) is not None}
    if not found:
        first, other = words[0], words[-1]
        fits = [way for way in every if read([first], way) is not None]
        if fits:
            other = next(w for w in words if all(read([w], way) is None for way in fits))
            raise Unreadable(
                f"{column}: {other!r} is no time, or not written like {first!r}; {ADVICE}"
            )
        raise Unreadable(f"{column}: {first!r} is no time that is known; {ADVICE}")
    first, *others = found.items()
    if any((each != first[1]).any() for _, each in others):
        raise Unreadable(
            f"{column}: in {words[0]!r} the day cannot be told from the month; write it as 2014-03-31"
        )
    if first[0] != "ISO8601":
        say(
            f"{column}: dates such as {words[0]!r}, read as {time.strftime('%Y-%m-%d', time.gmtime(first[1][0]))}"
        )
    return first[1]
