"""The table of points that lesson 00 shows is that of today's lessons."""

from __future__ import annotations

import re

import pytest

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.exercises import core


@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_the_stored_table_has_the_points_of_every_lesson(folder):
    text = (paths.root() / folder / "00_start_here.ipynb").read_text("utf-8")
    shown = dict(re.findall(r'aria-label=\\"(\d\d) · [^"]*?: \d+ of (\d+) points', text))
    full = {x.number: str(core.full(exercises.of_lesson(x.number))) for x in syllabus.LESSONS}
    assert shown == full, "lesson 00 shows an old table: build 00"


@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_the_stored_table_has_the_title_of_every_lesson(folder):
    text = (paths.root() / folder / "00_start_here.ipynb").read_text("utf-8")
    for lesson in syllabus.LESSONS:
        assert f"{lesson.number} · {lesson.title}</th>" in text, "build 00"
