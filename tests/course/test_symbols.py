"""The letters of lesson 00: all rows of the lessons' own tables, and a word on each letter of several lessons."""

from __future__ import annotations

import re
from collections import defaultdict

from graphrec_utils import paths
from graphrec_utils.authoring.lesson import symbols

SHARED = (paths.root() / "solutions" / "00_start_here.py").read_text("utf-8")


def letters(sign: str) -> set[str]:
    """Return the letters of a sign: {"c", "alpha", "r"} of the first column's $c = 1 + \\alpha r$."""
    plain = symbols.ORNAMENT.sub(" ", " ".join(re.findall(r"\$(.*?)\$", sign)))
    return {x.lstrip("\\").casefold() for x in re.findall(r"\\[a-z]+|[A-Za-z]", plain)}


def test_every_row_of_a_lesson_is_in_the_table_once():
    found = symbols.rows()
    lessons = {lesson for _, lesson, _, _ in found}
    assert lessons > {"01", "08", "17"} and "00" not in lessons
    assert symbols.table().count("\n") == len(found) + 1
    assert "| $q$ | 08 | `query` | the pin where every walk begins |" in symbols.table()


def test_signs_stand_by_their_letter_and_ornaments_do_not_count():
    first = [symbols._letter(sign) for sign, *_ in symbols.rows()]
    assert first == sorted(first)
    assert symbols._letter(r"$\hat{\mathbf A}$") == "a"


def test_a_letter_of_several_lessons_is_explained_in_lesson_00():
    told = set()
    for row in re.findall(r"^# \| (\$.*?) \|", SHARED, re.MULTILINE):
        told |= letters(row)
    where = defaultdict(set)
    for sign, lesson, _, _ in symbols.rows():
        for letter in letters(sign):
            where[letter].add(lesson)
    assert {x for x, lessons in where.items() if len(lessons) > 1} <= told
