"""Every lesson that exists: solved notebooks get all points, unsolved ones none, without a crash."""

from __future__ import annotations

import pytest

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.grading import batch

BUILT = [x for x in syllabus.LESSONS if (paths.root() / "solutions" / f"{x.stem}.ipynb").exists()]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> dict[tuple[str, str], dict]:
    """Grade both notebooks of every lesson in one batch; return {(kind, lesson): entry}."""
    top = tmp_path_factory.mktemp("lessons")
    for kind, source in (("solved", "solutions"), ("unsolved", "notebooks")):
        (top / kind).mkdir()
        for lesson in BUILT:
            name = f"{lesson.stem}.ipynb"
            (top / kind / name).write_bytes((paths.root() / source / name).read_bytes())
    given = [top / "solved", top / "unsolved"]
    for folder in given:  # as a class hands in: a folder per student
        inner = folder / folder.name
        inner.mkdir()
        for path in list(folder.glob("*.ipynb")):
            path.rename(inner / path.name)
    result = batch.grade(given, top / "out", batch.Settings())
    return {(e["student"], e["lesson"]): e for e in result["submissions"]}


@pytest.mark.parametrize("number", [x.number for x in BUILT])
def test_the_solved_notebook_gets_every_point(graded, number):
    entry = graded["solved", number]
    wrong = [
        (e["id"], e["status"], e["reason"]) for e in entry["exercises"] if e["status"] != "passed"
    ]
    assert (entry["status"], wrong) == ("graded", [])
    found = exercises.of_lesson(number)
    assert entry["points"] == sum(e.points for e in found)
    assert entry["max_points"] == sum(e.points for e in found if not e.branch)


@pytest.mark.parametrize("number", [x.number for x in BUILT])
def test_the_unsolved_notebook_gets_nothing_and_no_crash(graded, number):
    entry = graded["unsolved", number]
    assert entry["status"] == "graded"
    assert {e["status"] for e in entry["exercises"]} == {"not-implemented"}
    assert entry["points"] == 0
