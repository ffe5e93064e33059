"""The notebooks run unmodified in real Otter, which gives the points that we give."""

from __future__ import annotations

import json

import environments
import pytest
from submissions import IDS, LESSON, STUDENTS, expected, hand_in

from graphrec_utils.authoring import export

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def otter(tmp_path_factory):
    """A function that grades a student with `otter run` and returns {test file: points}."""
    python = environments.python_with("otter-grader==7.0.*")
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("otter")
    assert export.main(["otter", "00", "--out", str(folder)]) == 0
    lesson = folder / LESSON
    made = ["generate", "-t", "tests", "-o", "autograder.zip"]
    environments.run(python, "-m", "otter", *made, cwd=lesson, home=home)
    hand_in(folder / "submitted")

    def grade(student: str) -> dict[str, float]:
        notebook = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        out = tmp_path_factory.mktemp(student)
        run = ["run", "-a", "autograder.zip", "-o", out, notebook]
        environments.run(python, "-m", "otter", *run, cwd=lesson, home=home)
        points: dict[str, float] = {}
        for test in json.loads((out / "results.json").read_text("utf-8"))["tests"]:
            name = test["name"].split(" ")[0]
            points[name] = points.get(name, 0) + test.get("score", 0)
        return points

    return grade


@pytest.mark.parametrize("student", STUDENTS)
def test_otter_gives_our_points(otter, student):
    points = otter(student)
    got = [points[f"ex-{name.replace('.', '-')}"] for name in IDS]
    assert got == pytest.approx(expected()[student], abs=0.01)
