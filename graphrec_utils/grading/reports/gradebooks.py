"""The gradebook as Moodle and Canvas import it, from the class list that they exported."""

from __future__ import annotations

import csv
import io

from graphrec_utils.grading.reports.formats import cell
from graphrec_utils.grading.reports.result import Person

CANVAS = ("student", "id", "sis user id", "sis login id", "section")
CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = (
    "identifier",
    "full name",
    "first name",
    "surname",
    "last name",
    "id number",
    "email address",
)


def canvas(crowd: list[Person], result: dict) -> str:
    """Return a gradebook for Canvas (Grades, Import), or "" for a class list of another kind.

    Only people of the class list are in it; a cell is empty where nothing was judged.
    """
    listed = [person for person in crowd if {"student", "id", "section"} <= person.row.keys()]
    return _table(CANVAS_HEAD, CANVAS, listed, result)


def moodle(crowd: list[Person], result: dict) -> str:
    """Return a gradebook for Moodle (Grades, Import, CSV file), or "" for another class list."""
    known = [name for name in MOODLE if any(name in person.row for person in crowd)]
    if not {"identifier", "id number", "email address"} & set(known):
        return ""
    listed = [person for person in crowd if person.row]
    return _table([name.capitalize() for name in known], known, listed, result)


def _table(head, columns, listed: list[Person], result: dict) -> str:
    if not listed:
        return ""
    lessons = sorted({s["lesson"] for s in result["submissions"] if s["lesson"]})
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([*head, *(f"GraphRec lesson {lesson}" for lesson in lessons), "GraphRec points"])
    for person in listed:
        judged = {s["lesson"]: s for s in person.submissions if s["status"] != "grader-error"}
        points = [f"{person.of(k):g}" if k in judged else "" for k in lessons]
        whole = person.submissions and len(judged) == len({s["lesson"] for s in person.submissions})
        total = f"{person.points:g}" if whole else ""
        table.writerow([*(cell(person.row.get(name, "")) for name in columns), *points, total])
    return out.getvalue()
