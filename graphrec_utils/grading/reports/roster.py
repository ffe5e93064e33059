"""The class list of `--students`: who is who, by whatever column a folder or file was named."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

from graphrec_utils.grading.reports import tables

NAMES = ("student", "name", "full name", "student name")
PARTS = ("first name", "last name"), ("first name", "surname"), ("given name", "family name")
IDS = ("id", "sis user id", "id number", "student id", "sid", "username", "email address", "email")


def read(path: Path) -> list[dict[str, str]]:
    """Read a class list: CSV with commas, semicolons or tabs and a name in it.

    A name is a column `student`, `name` or `full name`, or two for first and last name. The id is
    the first there is of `id`, `sis user id`, `id number`, ..., `email`. Lists that Moodle and
    Canvas export are such files. Returns a row per student: all columns, with "student" and "id".

    Raises:
        ValueError: the file cannot be read as such a table; one sentence says why.
    """
    names, table = tables.read(path)
    known = set(names)
    parts = next(([*two] for two in PARTS if known.issuperset(two)), [])
    columns = next(([name] for name in NAMES if name in known), parts)
    if not columns:
        has = ", ".join(names) or "nothing"
        raise ValueError(f"{path} needs a column student or name; it has the columns {has}")
    identity = next((name for name in IDS if name in known), "")
    rows: list[dict[str, str]] = []
    for line, row in table:
        entry = {k: (v or "").strip() for k, v in row.items() if k and isinstance(v, str | None)}
        name = " ".join(entry[column] for column in columns).strip()
        if not name or name.lower() in ("points possible", "student, test"):  # lines of Canvas
            continue
        entry |= {"student": unicodedata.normalize("NFC", name), "id": entry.get(identity, "")}
        if any((x["student"], x["id"]) == (entry["student"], entry["id"]) for x in rows):
            raise ValueError(f"{path}, line {line}: {entry['student']!r} appears twice")
        rows.append(entry)
    return rows


def match(rows: list[dict], submissions: list[dict]) -> list[dict]:
    """Return the rows, each with "as": the name under which this student handed in, or "".

    Any column may be what a folder or file was called; exact spelling comes first, then other
    letter cases, then other orders of first and last name. What fits two rows fits none.
    """
    names = {s["student"]: (s["student"], *s.get("known", ())) for s in submissions}
    left = dict.fromkeys(names)
    found: dict[int, str] = {}
    for form in (_exact, _folded, _letters):
        keys = defaultdict(set)
        for number, row in enumerate(rows):
            if number not in found:
                for value in row.values():
                    for key in form(value):
                        keys[key].add(number)
        claims = defaultdict(list)
        for name in left:
            fitting = set().union(*(keys[key] for x in names[name] for key in form(x)))
            if len(fitting) == 1:
                claims[fitting.pop()].append(name)
        for number, claiming in claims.items():
            if len(claiming) == 1:
                found[number] = claiming[0]
                del left[claiming[0]]
    return [row | {"as": found.get(number, "")} for number, row in enumerate(rows)]


def unmatched(rows: list[dict], submissions: list[dict]) -> list[str]:
    """Return the names under which something was handed in that no row of a matched list knows."""
    there = {row["as"] for row in rows}
    return sorted({s["student"] for s in submissions} - there)


def _exact(text: str) -> set[str]:
    text = unicodedata.normalize("NFC", text).strip()
    return {text} if text else set()


def _folded(text: str) -> set[str]:
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return {text} if text else set()


def _letters(text: str) -> set[str]:
    """Return a name's letters in both orders: Canvas writes "doejane" for Jane Doe."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(
        r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ")
    )
    whole = "".join(words)
    return (
        {whole, "".join(words[-1:] + words[:-1]), "".join(words[1:] + words[:1])}
        if len(whole) > 2
        else set()
    )
