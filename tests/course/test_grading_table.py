"""The table of limits on the page for instructors: complete, tested row by row, and said to students."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphrec_utils.authoring.site import site_pages
from graphrec_utils.grading import limits
from graphrec_utils.grading.reports import feedback, pages
from graphrec_utils.grading.reports.result import people

TESTS = Path(__file__).parents[1]
ROWS = limits.limits()
RESOURCES = (
    "time",
    "memory",
    "files",
    "bytes written",
    "processes",
    "descriptors",
    "bytes sent and shown",
)


def test_every_resource_and_every_process_has_its_rows():
    assert tuple(x.what for x in ROWS if x.what) == RESOURCES
    by_resource, what = {}, ""
    for row in ROWS:
        what = row.what or what
        by_resource.setdefault(what, set()).add(row.who)
    for what, who in by_resource.items():
        assert limits.KERNEL in who, what
    for what in ("time", "memory"):
        assert {limits.UNPACKING, limits.MAIN, limits.WORKER} <= by_resource[what]
    for what in ("files", "bytes written", "processes"):
        assert {limits.UNPACKING, limits.WORKER} <= by_resource[what]


def test_every_limit_has_a_test():
    folders = (TESTS / "course", TESTS / "torture")
    sources = [path.read_text("utf-8") for folder in folders for path in folder.glob("test_*.py")]
    known = {name for text in sources for name in re.findall(r"^def test_(\w+)", text, re.M)}
    assert {row.test for row in ROWS} - known == set()


def entry(**more) -> dict:
    return {"id": "00.1", "function": "summarize", "points": 0.0, "max_points": 2, "status": "died", "reason": "",
            "mistake": "", "rows": [], "seconds": 0.0, "notes": [], **more}  # fmt: skip


@pytest.mark.parametrize("said", [x.reads for x in ROWS if x.reads])
@pytest.mark.parametrize("place", ["exercise", "file", "note"])
def test_what_the_table_says_a_student_reads_stands_on_the_student_s_page(said, place):
    """Wherever the grader puts it: as the reason of an exercise or a file, or as a note."""
    exercises = [
        entry(status=status, reason=said if place == "exercise" else "")
        for status in ("died", "timeout", "output-limit")
    ]
    made = {
        "student": "ann", "lesson": "00", "file": "a.ipynb", "points": 0.0, "max_points": 10,
        "status": "unreadable" if place == "file" else "graded", "seconds": 1.0, "course": "1",
        "reason": said if place == "file" else "", "notes": [said] if place == "note" else [],
        "warnings": [], "exercises": exercises,
    }  # fmt: skip
    (person,) = people({"submissions": [made]})
    page = pages.student_page(person, {"course": "1"})
    words = " ".join(re.sub(r"<[^>]+>|&#\d+;", " ", page).casefold().split())
    assert " ".join(said.replace("'", " ").casefold().split()) in words


def test_a_limit_is_not_called_a_print_where_nothing_was_printed():
    for name in ("output-limit", "died", "timeout"):
        assert "print" not in feedback.HEADLINES[name]


def test_the_page_for_instructors_has_the_table():
    text = (site_pages.PAGES / "instructor.md").read_text("utf-8")
    assert "<!-- limits -->" in text
    table = limits.table()
    assert table.count("\n") == len(ROWS) + 1
    assert "20 s of computing" in table and "4,096 together" in table
