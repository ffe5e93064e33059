"""A prediction can be pressed where a kernel is; everywhere else it is the plain card."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from graphrec_utils.exercises import buttons, memory, predict, questions, remember


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A kernel that somebody works in; returns what was displayed."""
    pytest.importorskip("ipywidgets")
    import IPython.display

    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: SimpleNamespace(kernel=1))
    shown = []

    def display(what, display_id=False):
        shown.append(what)
        return SimpleNamespace(update=shown.append) if display_id else None

    monkeypatch.setattr(IPython.display, "display", display)
    return shown


def test_pressing_a_button_is_the_call_with_that_letter(notebook):
    question = questions.get("00.p1")
    asked = predict("00.p1")
    asked._ipython_display_()
    box = notebook[0]
    card, row = box.children
    assert "00.p1" in card.value and "<li>" not in card.value  # the options are the buttons
    assert [x.description for x in row.children] == [f"{a}  {b}" for a, b in question.shown()]
    row.children[1].click()
    reply = questions.judge(question, "b")
    assert memory.read()["guesses"]["00.p1"] == {"answer": "b", "right": reply.right}
    assert reply.sentence in repr(notebook[1])  # the plain card took their place
    assert len(box.children) == 1
    row.children[0].click()
    assert memory.read()["guesses"]["00.p1"]["answer"] == "b"  # the first one counts


def test_an_answer_of_before_stands_there_at_once(notebook):
    predict("00.p1", "a")
    asked = predict("00.p1")
    asked._ipython_display_()
    assert "you said a" in repr(notebook[0])


def test_a_number_is_typed_and_sent(notebook):
    name = next(q.id for n in ("00", "01", "02", "03", "04", "05", "06")
                for q in questions.of_lesson(n) if q.kind == "p" and not q.options)  # fmt: skip
    asked = predict(name)
    asked._ipython_display_()
    number, send = notebook[0].children[1].children
    number.value = 0.25
    send.click()
    assert memory.read()["guesses"][name]["answer"] == "0.25"


@pytest.mark.parametrize("why", ["a build", "a terminal", "no ipywidgets"])
def test_without_a_student_in_a_notebook_the_card_is_plain(notebook, monkeypatch, why):
    if why == "a build":
        monkeypatch.setenv("GRAPHREC_RECORD", "0")
    elif why == "a terminal":
        monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: None)
    else:
        monkeypatch.setattr(buttons.importlib.util, "find_spec", lambda name: None)
    asked = predict("00.p1")
    assert not hasattr(asked, "_ipython_display_")
    assert "Your guess first" in repr(asked)


def test_as_text_a_question_with_buttons_is_the_plain_card(notebook):
    assert 'Your guess first: predict("00.p1"' in repr(predict("00.p1"))


def test_what_is_recalled_is_pressed_question_by_question(notebook):
    opened = remember("07")
    opened._ipython_display_()
    first, second, third = notebook[0].children
    names = [one.question.id for one in opened.each]
    for k in (2, 0):
        opened.each[k].press(opened.each[k].question.right)
    assert memory.read()["boxes"] == {names[2]: 2, names[0]: 2}  # each counts at once
    assert len(first.children) == len(third.children) == 1 and len(second.children) == 2
    assert len(notebook) == 1
    asked = opened.each[1].question
    second.children[1].children["abcdef".index(asked.right) - 1].click()
    assert memory.read()["boxes"][names[1]] == 1
    told = repr(notebook[1])  # the plain card took their place, in the order of the questions
    assert "2 of 3 recalled" in told
    assert sorted(names, key=told.index) == names


def test_nothing_is_asked_before_the_first_lesson(notebook):
    assert "nothing to recall yet" in repr(remember("00"))
