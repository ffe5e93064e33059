"""The notebooks run unmodified in real nbgrader, which gives the points that we give."""

from __future__ import annotations

import json
from pathlib import Path

import environments
import nbformat
import pytest
from submissions import IDS, LESSON, STUDENTS, expected, hand_in

from graphrec_utils import paths
from graphrec_utils.authoring import export

pytestmark = pytest.mark.full
POINTS = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    grades = {
        s.student.id: {g.cell.name: [g.auto_score, g.max_score] for n in s.notebooks for g in n.grades}
        for s in book.assignment_submissions(%r)
    }
print(json.dumps(grades))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course of nbgrader's: exported, generated, handed in, graded, with feedback."""
    python = environments.python_with("nbgrader==0.9.*")
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("course")
    assert export.main(["nbgrader", "00", "--out", str(folder)]) == 0

    def nbgrader(*arguments: str) -> str:
        return environments.run(python, "-m", "nbgrader", *arguments, cwd=folder, home=home)

    nbgrader("generate_assignment", LESSON)
    hand_in(folder / "submitted")
    nbgrader("autograde", LESSON)
    nbgrader("generate_feedback", LESSON)
    said = environments.run(python, "-c", POINTS % LESSON, cwd=folder, home=home)
    (folder / "points.json").write_text(said.strip().splitlines()[-1])
    return folder


def test_the_released_notebook_is_the_students_notebook(course):
    released = nbformat.read(course / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
    ours = nbformat.read(paths.root() / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    assert [(c.id, c.source) for c in released.cells] == [(c.id, c.source) for c in ours.cells]
    assert sum("checksum" in c.metadata.get("nbgrader", {}) for c in released.cells) == 2 * len(IDS)


@pytest.mark.parametrize("student", STUDENTS)
def test_nbgrader_reads_our_partial_credit_from_the_card(course, student):
    grades = json.loads((course / "points.json").read_text())[student]
    got = [grades[f"check-{name.replace('.', '-')}"] for name in IDS]
    assert got == [
        [points, full] for points, full in zip(expected()[student], [2, 3, 5], strict=True)
    ]


def test_nbgrader_writes_feedback_with_the_card(course):
    page = (course / "feedback" / "partly" / LESSON / f"{LESSON}.html").read_text("utf-8")
    assert "Looks familiar" in page
    assert "Score: 6.6 / 10.0" in page  # 1.6 + 1 + 4
