"""What the contracts expect of nbgrader and Otter is what our own grader gives."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from submissions import LESSON, expected, hand_in

from graphrec_utils import exercises
from graphrec_utils.exercises import codec, core
from graphrec_utils.grading import command

TELLTALE = """# exercise 00.2
def build_index(names):
    print("film", names)
    raise type("film_" + names[0], (Exception,), {})(f"film {names}")
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """The five submissions and a sixth that repeats its inputs wherever it can, graded."""
    folder = tmp_path_factory.mktemp("graded")
    hand_in(folder / "submitted")
    nb = nbformat.read(folder / "submitted" / "untouched" / LESSON / f"{LESSON}.ipynb", 4)
    next(c for c in nb.cells if c.id == "ex-00-2").source = TELLTALE
    nbformat.write(nb, folder / "submitted" / "telltale.ipynb")
    arguments = [str(folder / "submitted"), "--out", str(folder / "out"), "--jobs", "1"]
    assert command.main(arguments) == 0
    return folder / "out"


def test_our_grader_gives_the_expected_points(graded):
    result = json.loads((graded / "result.json").read_text("utf-8"))
    got = {s["student"]: [e["points"] for e in s["exercises"]] for s in result["submissions"]}
    assert got == expected() | {"telltale": [0, 0, 0]}


def test_an_answer_that_repeats_its_inputs_tells_only_those_of_the_card(graded):
    """What a student's page shows was said about the card's inputs, which the student has."""
    assert re.search(r"film\d", (graded / "result.json").read_text("utf-8"))
    asked = [codec.decode(q["inputs"])["names"] for q in core.questions(exercises.get("00.2"))]
    files = [*graded.glob("students/*"), *graded.glob("gradescope/*/*")]
    assert len(files) == 12
    shown = set()
    for path in [*files, graded / "junit.xml", graded / "summary.md"]:
        text = html.unescape(path.read_text("utf-8"))
        found = re.findall(r"(?:film_(film\d+): )?film (\[[^\]<]*)", text, flags=re.IGNORECASE)
        assert text.lower().count("film [") == len(found)
        for name, beginning in found:
            assert any(str(x).startswith(beginning) and name in ("", x[0]) for x in asked), path
            text = text.replace(f"film {beginning}", "")
        shown.update(re.findall(r"film\d+", text))
    assert shown <= {names[0] for names in asked}
