"""What other graders are given, how their words are judged, and what is stored of it."""

from __future__ import annotations

import ast
import json

import pytest

from graphrec_utils import results
from graphrec_utils.authoring.site import graders_page
from solutions.experiments.lesson00 import graded_crowd, graders
from solutions.experiments.lesson00.grader_cases import CASES, RIGHT
from solutions.experiments.lesson00.grader_tools import (
    CELL,
    QUESTIONS,
    Course,
    Ran,
    cells,
    notebook,
)

FINE = Ran(0, 1.0, "")


def outcome(name, first=0.0, second=1.0, others=(True, True), run=FINE):
    mine = {"06.1": first, "06.2": second, "said": ""}
    return graders.judged(name, mine, dict(zip(("earlier", "later"), others, strict=True)), run)[
        "wrong"
    ]


def test_the_answers_pass_the_tests_that_all_tools_are_given():
    names: dict = {}
    exec("import numpy as np\n" + "\n".join(RIGHT.values()), names)
    for assertions in QUESTIONS.values():
        for assertion in assertions:
            exec(assertion, names)


@pytest.mark.parametrize("name", CASES)
def test_a_case_makes_a_notebook_of_python(name):
    given = cells(dict(RIGHT))
    CASES[name].change(given)
    text = notebook(given)
    if "cut" in dict(given) or "syntax" in name:
        return
    for cell in json.loads(text)["cells"]:
        ast.parse("".join(cell["source"]))


def test_what_went_wrong_is_judged_by_what_was_deserved():
    assert outcome("assertions_patched") == outcome("endless_loop") == []
    assert outcome("assertions_patched", first=0.2) == ["paid"]
    assert outcome("assertions_patched", second=0) == [], "a cheat's own points are nobody's loss"
    assert outcome("endless_loop", second=0) == ["own exercise"]
    assert outcome("the_answer_cell_copied") == ["not paid"]
    assert outcome("the_answer_cell_copied", first=1.0) == []
    assert outcome("ten_gigabytes", others=(True, False)) == ["later student"]
    for ended in (Ran(None, 1.0, ""), Ran(-9, 1.0, "")):
        assert outcome("ten_gigabytes", run=ended) == ["batch"]


def test_who_may_harm_others_has_a_class_of_its_own():
    made = graders.classes(list(CASES))
    assert sorted(name for names in made for name in names) == sorted(CASES)
    assert all(len(names) == 1 for names in made if any(CASES[name].alone for name in names))


def test_the_course_grades_the_same_cells(tmp_path):
    tool = Course(python=None)
    tool.prepare(tmp_path)
    given = tool.cells(dict(RIGHT))
    CASES["the_answer_cell_copied"].change(given)
    tool.hand_in(tmp_path, "ann", given)
    nb = json.loads((tmp_path / "submitted" / "ann" / "06_lightgcn.ipynb").read_text("utf-8"))
    sources = ["".join(cell["source"]) for cell in nb["cells"]]
    assert sources.count(f"# exercise 06.1\n{RIGHT['06.1']}") == 2
    assert sources.count(f"# exercise 06.2\n{RIGHT['06.2']}") == 1


# ---------------------------------------------------------------- what is stored

stored = pytest.mark.skipif(not graders_page.there(), reason="not measured yet")
crowded = pytest.mark.skipif(not graders_page.there(graders_page.CROWD), reason="not measured yet")


@stored
def test_the_course_pays_nobody_for_nothing_and_costs_nobody_else():
    values = results.load(graders.RESULT).values
    assert list(values["cases"]) == list(CASES)
    rows = values["course"]["rows"]
    assert list(rows) == list(CASES)
    assert {name: row["wrong"] for name, row in rows.items() if row["wrong"]} == {}


@stored
def test_the_page_has_a_row_for_every_submission():
    text = graders_page.page()
    assert all(
        f"| {title} |" in text for _, title in results.load(graders.RESULT).values["cases"].values()
    )
    assert f"a limit of {CELL} seconds for a cell" in " ".join(text.split())
    assert "{" not in text


@crowded
def test_a_class_of_a_hundred_loses_nothing_by_three_that_stop_graders():
    runs = results.load(graded_crowd.RESULT).values["class"]["runs"]
    assert [(run["killed"], run["submissions"]) for run in runs.values()][:2] == [(0, 97), (3, 100)]
    for run in runs.values():
        assert (run["others"], run["with other points"], run["unfair"], run["exit"]) == (
            97,
            0,
            0,
            0,
        )
    assert "of 97" in graders_page.crowd() and "{" not in graders_page.crowd()


def test_a_page_of_what_was_not_measured_is_not_linked(monkeypatch):
    monkeypatch.setattr(graders_page, "there", lambda name="": False)
    assert graders_page.instructor() == ""
