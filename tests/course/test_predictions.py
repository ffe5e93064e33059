"""A prediction is asked before its answer, which starts folded; a lesson that spoils one is refused."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from graphrec_utils.authoring.lesson import predictions
from graphrec_utils.exercises import questions
from graphrec_utils.exercises.predict import Guess
from graphrec_utils.exercises.questions import Question

SOURCE = Path("98_lesson.py")


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    known = (Question("98.p1", "?", (("a", "Yes."), ("b", "No."))),)
    monkeypatch.setattr(questions, "of_lesson", lambda number: known if number == "98" else ())


def cell(source: str, *tags: str, kind=new_code_cell):
    made = kind(source)
    made.metadata.tags = list(tags)
    return made


ASK = cell('predict("98.p1")', "predict:98.p1")
BETWEEN = cell("plot()", "experiment")
CHECK = cell('check("98.1", f)', "check:98.1")
ANSWER = cell("verdict()", "answers:98.p1")
FOLDED = cell("<details>b</details>", "answers:98.p1", kind=new_markdown_cell)


@pytest.mark.parametrize("cells", [
    [ASK, ANSWER], [ASK, BETWEEN, CHECK, ANSWER], [ASK, FOLDED],
    [cell('predict("98.p1")', "predict:98.p1", "told")],
])  # fmt: skip
def test_a_question_before_its_answer_is_fine(cells):
    predictions.check(SOURCE, new_notebook(cells=cells))


@pytest.mark.parametrize("cells, place, reason", [
    ([ANSWER, ASK], 1, "stands above its prediction"),
    ([ASK], 1, "no cell is tagged answers:98.p1"),
    ([ANSWER], "-", "asked 0 times"),
    ([ASK, ASK, ANSWER], "-", "asked 2 times"),
    ([], "-", "asked 0 times"),
    ([cell("print()", "predict:98.p1"), ANSWER], 1, "does not call"),
    ([ASK, cell("It is b.", "answers:98.p1", kind=new_markdown_cell)], 2, "not folded"),
    ([ASK, ANSWER, cell("", "answers:98.p7")], 3, "no prediction 98.p7"),
])  # fmt: skip
def test_what_spoils_a_prediction_is_named_with_its_cell(cells, place, reason):
    with pytest.raises(predictions.Spoiled) as caught:
        predictions.check(SOURCE, new_notebook(cells=cells))
    assert caught.value.args[0] == place
    assert reason in caught.value.args[1]


def test_what_comes_before_the_answer_is_folded_with_it_and_nothing_else():
    before, after = cell("before()"), cell("after()")
    other = cell('predict("98.p2")', "predict:98.p2", "told")
    nb = new_notebook(cells=[before, ASK, other, BETWEEN, CHECK, ANSWER, after])
    predictions.fold(nb)
    folded = [c.metadata.get("jupyter", {}).get("outputs_hidden", False) for c in nb.cells]
    assert folded == [False, False, False, True, False, True, False]


def test_the_line_that_a_fold_shows_is_empty_in_both_notebooks():
    """JupyterLab shows the first line that is not "", of HTML, printed text or plain text, in that order."""
    table = {"text/html": "<b>it holds</b>", "text/plain": "holds: it"}
    data = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
    outputs = [
        nbformat.from_dict(data | {"data": table}),
        nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": "87%"}),
        nbformat.from_dict(data | {"data": {"text/plain": "87%"}}),
    ]
    student = new_notebook(cells=[new_code_cell(outputs=[x]) for x in copy.deepcopy(outputs)])
    student.cells.append(new_code_cell(outputs=[copy.deepcopy(outputs[0])]))
    for folded in student.cells[:3]:
        folded.metadata["collapsed"] = True
    solved = copy.deepcopy(student)
    for made in solved.cells:
        made.metadata.pop("collapsed", None)
    predictions.veil(student, solved)
    predictions.veil(student, solved)  # what is stored is veiled again
    assert [c.outputs for c in student.cells] == [c.outputs for c in solved.cells]
    first, printed, plain, open_ = (c.outputs[0] for c in student.cells)
    assert first.data == {"text/html": " \n<b>it holds</b>", "text/plain": "holds: it"}
    assert printed.text == " \n87%"
    assert plain.data == {"text/plain": " \n87%"}
    assert open_.data == table


def test_a_stored_card_that_asks_in_other_words_is_found(monkeypatch):
    made = cell('predict("98.p1")', "predict:98.p1")
    assert predictions.outdated(made) == ""  # was never run
    asked = repr(Guess(questions.get("98.p1")))
    made.outputs = [new_output("execute_result", {"text/plain": asked})]
    assert predictions.outdated(made) == ""
    now = (Question("98.p1", "Really?", (("a", "Yes."), ("b", "No."))),)
    monkeypatch.setattr(questions, "of_lesson", lambda number: now)
    assert predictions.outdated(made) == "98.p1"


def test_a_key_is_measured_once_after_the_last_cell_that_answers_and_kept(monkeypatch, tmp_path):
    known = Question("98.p1", "?", (("a", "Yes."), ("b", "No.")), measured=lambda at: "a")
    monkeypatch.setattr(questions, "of_lesson", lambda number: (known,))
    monkeypatch.setattr(questions, "measured_file", lambda number: tmp_path / "measured.json")
    cells = [copy.deepcopy(each) for each in (ASK, ANSWER, BETWEEN, ANSWER, CHECK)]
    for number, each in enumerate(cells):
        each.id = f"id-{number}"
    assert predictions.measuring(cells[3:], cells) == cells[3:]  # half of what answers does not run
    run = predictions.measuring(cells, cells)
    assert [each.id for each in run[:5]] == ["id-0", "id-1", "id-2", "id-3", "measures-98_p1-id-3"]
    assert [predictions.measured_at(each.id) for each in run] == ["", "", "", "", "id-3", ""]
    assert '_measure("98.p1", globals())' in run[4].source
    run[4].outputs = [new_output("stream", text='"a"\n')]
    predictions.keep("98", run)
    assert questions.measurements("98") == {"98.p1": "a"}
    predictions.keep("98", cells)  # a build that did not come by it keeps what was found
    assert questions.measurements("98") == {"98.p1": "a"}


def test_a_prediction_that_is_told_is_measured_only_after_all_that_stands_above_it(monkeypatch):
    known = Question("98.p1", "?", (("a", "Yes."), ("b", "No.")), measured=lambda at: "a")
    monkeypatch.setattr(questions, "of_lesson", lambda number: (known,))
    cells = [copy.deepcopy(each) for each in (BETWEEN, ASK, CHECK)]
    cells[1].metadata.tags = ["predict:98.p1", "told"]
    for number, each in enumerate(cells):
        each.id = f"id-{number}"
    assert predictions.measuring(cells[1:], cells) == cells[1:]
    assert [x.id for x in predictions.measuring(cells, cells)][2] == "measures-98_p1-id-1"


@pytest.mark.parametrize("text, example", [("How many percent?", "10"), ("Which share?", "0.25")])
def test_an_example_has_the_unit_that_is_asked_for(text, example):
    asked = Question("98.p2", text, answer=29, within=1.5, said=("so", "less", "more"))
    assert Guess(asked).how().endswith(f", {example})")
