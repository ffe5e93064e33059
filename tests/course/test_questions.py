"""Guesses are judged at once and remembered once; what was wrong comes again; quizzes give nothing away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graphrec_utils import metrics, syllabus
from graphrec_utils.exercises import memory, predict, questions, remember
from graphrec_utils.exercises.questions import Question

ASKED = Question(
    "98.p1",
    "How many?",
    (("none", "Right."), ("one", "One too many."), ("two", "Two too many.")),
)
SIZE = Question("98.p2", "How much?", answer=0.2, within=1.5, said=("About.", "More.", "Less."))
QUIZ = tuple(
    Question(f"98.q{k}", f"Question {k}?", (("yes", "It is."), ("no", "It is."))) for k in range(6)
)
ALL = [q for lesson in syllabus.LESSONS for q in questions.of_lesson(lesson.number)]


@pytest.fixture(autouse=True)
def a_course(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    known = {"98": (ASKED, SIZE, *QUIZ)}
    monkeypatch.setattr(questions, "of_lesson", lambda number: known.get(number, ()))
    lessons = [syllabus.Lesson(n, "slug", "Title", 10) for n in ("98", "99")]
    monkeypatch.setattr(syllabus, "LESSONS", lessons)


def letter(question: Question, option: str) -> str:
    return next(x for x, shown in question.shown() if shown == option)


def test_a_question_without_an_answer_is_shown_and_nothing_is_recorded():
    for shown in (predict("98.p1"), predict("98.p1", ...)):
        assert "How many?" in repr(shown) and 'predict("98.p1", "a")' in repr(shown)
        assert "Right." not in repr(shown) + shown._repr_html_()
    assert memory.read()["guesses"] == {}


def test_each_answer_has_its_own_sentence():
    for option, sentence in ASKED.options:
        for given in (letter(ASKED, option), letter(ASKED, option).upper(), option, f"{option}."):
            guess = predict("98.p1", given)
            assert sentence in repr(guess) and sentence in guess._repr_html_()
            assert guess.reply.right == (option == "none")


@pytest.mark.parametrize(
    "value, sentence, right",
    [(0.2, "About.", True), (0.29, "About.", True), (0.14, "About.", True), ("0.2", "About.", True),
     (0.13, "More.", False), (0.31, "Less.", False), (-1, "More.", False)],
)  # fmt: skip
def test_a_number_may_be_off_by_a_factor(value, sentence, right):
    reply = predict("98.p2", value).reply
    assert (reply.sentence, reply.right) == (sentence, right)


def test_a_wrong_answer_hears_which_option_is_right():
    right = letter(ASKED, "none")
    wrong, good, number = predict("98.p1", "one"), predict("98.p1", "none"), predict("98.p2", 9)
    assert f"right is {right}" in repr(wrong)
    assert f"Right is <strong>{right}</strong>" in wrong._repr_html_()
    assert "right is" not in (repr(good) + repr(number) + repr(predict("98.p1"))).lower()


def measuring(monkeypatch, found, **given):
    asked = Question("97.p1", "Who?", (("a wins", "Yes."), ("b wins", "No.")), measured=found)
    monkeypatch.setattr(questions, "get", lambda name: replace(asked, **given))


def test_a_key_is_what_was_measured(monkeypatch):
    measuring(monkeypatch, lambda at: "a" if at["lead"] > 0 else "b wins")
    assert questions.measure("97.p1", {"lead": 1}) == "a"
    with pytest.raises(ValueError, match="marks 'a wins', and 'b wins' was measured"):
        questions.measure("97.p1", {"lead": -1})
    with pytest.raises(ValueError, match=r"97\.p1: KeyError: 'lead'"):
        questions.measure("97.p1", {})


def test_options_that_change_places_are_noticed(monkeypatch):
    measuring(monkeypatch, lambda at: "a wins", options=(("b wins", "No."), ("a wins", "Yes.")))
    with pytest.raises(ValueError, match="marks 'b wins'"):
        questions.measure("97.p1", {})


@pytest.mark.parametrize("found, said", [("c", "begins 0"), ("", "begins 2")])
def test_what_is_measured_is_one_of_the_options(monkeypatch, found, said):
    measuring(monkeypatch, lambda at: found)
    with pytest.raises(ValueError, match=said):
        questions.measure("97.p1", {})


def test_where_one_cannot_tell_no_option_wins():
    lead = metrics.compare([0.0, 1.0, 0.5], [0.5, 0.0, 0.5])
    assert questions.by(lead, "a", "b", "neither") == "neither"
    with pytest.raises(ValueError, match="cannot tell"):
        questions.by(lead, "a", "b")
    ahead = metrics.compare([1.0, 1.1, 1.2], [0.0, 0.0, 0.1])
    assert questions.by(ahead, "a", "b") == "a"


def test_a_measured_number_lies_within_its_own_bounds(monkeypatch):
    measuring(monkeypatch, lambda at: 0.31, options=(), answer=0.2, within=1.5)
    with pytest.raises(
        ValueError, match=r"0\.31 was measured, and the key takes 0\.1333.* to 0\.3"
    ):
        questions.measure("97.p1", {})


def test_a_negative_answer_has_its_bounds_in_order():
    negative = Question("98.p3", "?", answer=-2.0, within=2.0, said=("About.", "More.", "Less."))
    assert [questions.judge(negative, x).sentence for x in (-5, -3, -0.5)] == [
        "More.",
        "About.",
        "Less.",
    ]


@pytest.mark.parametrize("wrong", ["z", "", None.__class__, [1], "a b"])
def test_what_is_no_option_is_told_and_not_recorded(wrong):
    said = repr(predict("98.p1", wrong))
    assert said.startswith('answer "a", "b" or "c"; you gave ')
    assert repr(predict("98.p2", "many")).startswith("answer a number")
    assert memory.read()["guesses"] == {}
    assert "no question '98.p9'" in repr(predict("98.p9", "a"))


def test_the_first_guess_is_the_one_that_is_remembered():
    predict("98.p1", "one")
    predict("98.p1", "none")
    assert memory.read()["guesses"]["98.p1"]["right"] is False


def test_nothing_is_recorded_while_a_notebook_is_built(monkeypatch):
    monkeypatch.setenv("GRAPHREC_RECORD", "0")
    assert predict("98.p1", "none").reply.right
    remember("99", *["a"] * 3)
    monkeypatch.delenv("GRAPHREC_RECORD")
    assert memory.read()["guesses"] == memory.read()["asked"] == memory.read()["boxes"] == {}


def test_what_was_wrong_comes_again_and_what_was_right_moves_on():
    first = [guess.question for guess in remember("99").guesses]
    assert len(first) == 3 and repr(remember("99")) == repr(remember("99"))
    remember("99", *(letter(q, "yes" if k else "no") for k, q in enumerate(first)))
    boxes = memory.read()["boxes"]
    assert [boxes[q.id] for q in first] == [1, 2, 2]
    again = [guess.question for guess in remember("991").guesses]
    assert not {q.id for q in again} & {q.id for q in first[1:]}, "known ones wait in their boxes"


def test_answers_written_under_printed_questions_are_judged_against_these():
    """Who answers before the cell was run has read what the notebook was handed out with."""
    printed = [guess.question for guess in remember("99").guesses]
    with memory.changing() as content:
        content["asked"].clear()
        content["boxes"] = {q.id: 5 for q in printed}
    assert [guess.question for guess in remember("99", "a", "a", "a").guesses] == printed
    with memory.changing() as content:
        content["asked"].clear()
        content["boxes"] = {q.id: 5 for q in printed}
    assert not {g.question.id for g in remember("99").guesses} & {q.id for q in printed}


def test_a_box_has_an_end_and_a_slip_leads_back_to_the_first():
    drawn = [guess.question for guess in remember("99").guesses]
    for _ in range(9):
        remember("99", *(letter(q, "yes") for q in drawn))
    assert set(memory.read()["boxes"].values()) == {recall_boxes()}
    remember("99", *(letter(q, "no") for q in drawn))
    assert set(memory.read()["boxes"].values()) == {1}


def test_a_lesson_does_not_open_with_what_answers_its_predictions(monkeypatch):
    telling = tuple(q.id for q in QUIZ[:3])
    told = Question("99.p1", "How many?", ASKED.options, answered_by=telling)
    known = {"98": QUIZ, "99": (told,)}
    monkeypatch.setattr(questions, "of_lesson", lambda number: known.get(number, ()))
    with memory.changing() as content:  # drawn by a version that did not know
        content["asked"]["99"] = [q.id for q in QUIZ[1:4]]
    assert {guess.question.id for guess in remember("99").guesses} == {q.id for q in QUIZ[3:]}


def test_a_lesson_recalls_cores_alone(monkeypatch):
    """Nobody has to take a branch: what only a branch teaches is not asked in the core of a later lesson."""
    branches = tuple(replace(q, branch=k < 3) for k, q in enumerate(QUIZ))
    monkeypatch.setattr(
        questions, "of_lesson", lambda number: {"98": (ASKED, *branches)}.get(number, ())
    )
    with memory.changing() as content:  # drawn, and answered, in a version that did not know
        content["asked"]["99"] = [q.id for q in QUIZ[:3]]
        content["boxes"] = {q.id: 5 for q in QUIZ[3:]}
    assert {guess.question.id for guess in remember("99").guesses} == {q.id for q in QUIZ[3:]}


def test_what_answers_a_prediction_is_a_quiz_question_of_an_earlier_lesson():
    quiz = {q.id for q in ALL if q.kind == "q"}
    named = [(q, name) for q in ALL for name in q.answered_by]
    assert ("06.p3", "04.q5") in {(q.id, name) for q, name in named}
    for asked, name in named:
        assert asked.kind == "p" and name in quiz and name < asked.lesson, (asked.id, name)


def recall_boxes() -> int:
    import importlib

    return importlib.import_module("graphrec_utils.exercises.remember").LAST_BOX


def test_answers_are_counted():
    assert repr(remember("99", "a")) == "there are 3 questions; you answered 1"
    assert "answer" in repr(remember("99", "a", "z", "a"))
    assert "nothing to recall" in repr(remember("98"))
    assert "nothing to recall" in remember("98")._repr_html_()


def test_a_progress_file_moves_with_its_guesses(tmp_path):
    predict("98.p1", "one")
    theirs = memory.read() | {"boxes": {"98.q1": 3}}
    theirs["guesses"] = {
        "98.p1": {"answer": "a", "right": True},
        "98.p2": {"answer": "1", "right": False},
    }
    memory.merge(theirs)
    kept = memory.read()
    assert kept["guesses"]["98.p1"]["right"] is False and "98.p2" in kept["guesses"]
    assert kept["boxes"] == {"98.q1": 3}


# What all lessons ask.


def test_every_id_is_used_once_and_belongs_to_its_lesson():
    ids = [q.id for q in ALL]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.id)
def test_a_question_can_be_answered_and_every_answer_is_answered(question):
    assert question.kind in "pq"
    assert question.options or question.kind == "p", "a quiz shows options"
    if question.options:
        assert 2 <= len(question.options) <= len(questions.LETTERS)
        said = [sentence for _, sentence in question.options]
        assert all(said) and len(set(said)) == len(said), "a sentence of its own for every option"
        assert len({option for option, _ in question.options}) == len(question.options)
    else:
        assert question.within > 1 and question.answer and all(question.said)
        low, high = questions.bounds(question)
        assert not low <= 0.25 <= high, "0.25, the example on its card, would be right"


@pytest.mark.parametrize("question", [q for q in ALL if q.kind == "p"], ids=lambda q: q.id)
def test_a_prediction_s_key_is_what_was_measured(question):
    """What the last build found; and again, where stored results alone decide."""
    found = questions.measurements(question.lesson)
    assert question.measured, f"{question.id} has no `measured`"
    assert question.id in found, f"build {question.lesson}: {question.id} was not measured yet"
    assert not questions.disagrees(question, found[question.id])
    try:
        again = question.measured({})
    except KeyError:
        return  # it needs values of the notebook
    assert again == found[question.id] or again == pytest.approx(found[question.id])


def test_the_place_of_the_right_option_tells_nothing():
    """Chi-square over the places, each question weighed by how many options it has."""
    asked = [q for q in ALL if q.options]
    if len(asked) < 20:
        pytest.skip("too few questions for a statistic")
    places = [[x for x, _ in q.shown()].index(letter(q, q.options[0][0])) for q in asked]
    chi2 = 0.0
    for place in range(max(len(q.options) for q in asked)):
        expected = sum(1 / len(q.options) for q in asked if place < len(q.options))
        chi2 += (places.count(place) - expected) ** 2 / expected
    assert chi2 < 11.3, "1 % of a chi-square with 3 degrees of freedom"


def test_the_right_option_is_not_the_longest_one():
    """Among n options the longest is right by chance one time in n."""
    asked = [q for q in ALL if q.options]
    if len(asked) < 20:
        pytest.skip("too few questions for a statistic")
    longest = sum(len(q.options[0][0]) == max(len(o) for o, _ in q.options) for q in asked)
    expected = sum(1 / len(q.options) for q in asked)
    assert longest <= expected + 2 * expected**0.5
