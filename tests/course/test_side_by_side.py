"""Yours beside the right value: from the second failed try, where no mistake has a name, never from secrets."""

from __future__ import annotations

import json

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import exercises, syllabus
from graphrec_utils.exercises import check, codec, core, runner, side_by_side
from graphrec_utils.grading import verdict

ALL = [e for lesson in syllabus.LESSONS for e in exercises.of_lesson(lesson.number)]


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHREC_STATE", str(tmp_path))
    monkeypatch.delenv("GRAPHREC_RECORD", raising=False)
    monkeypatch.delenv("GRAPHREC_CHECK", raising=False)


def nonsense(R, u, top):
    return torch.zeros(top, dtype=torch.int64)


def test_the_second_failed_try_shows_yours_and_the_right_value_on_the_toy_graph():
    assert check("00.3", nonsense).beside.gap is None
    score = check("00.3", nonsense)
    found = score.beside.gap
    assert found.claim == "Ann gets Cube, then Drive"
    assert found.yours == "torch.tensor([0, 0])"
    assert found.expected == "torch.tensor([2, 3])"
    assert found.expected in str(score)
    assert found.expected in score._repr_mimebundle_()["text/html"]


def test_the_call_can_be_pasted():
    for _ in range(2):
        found = check("00.3", nonsense).beside.gap
    names = {"torch": torch, "recommend": exercises.get("00.3").reference}
    assert repr(eval(found.call, names)) == f"tensor({found.expected.removeprefix('torch.tensor(')}"


def test_tries_that_were_not_written_do_not_count():
    def untouched(R, u, top):
        raise NotImplementedError

    for _ in range(3):
        check("00.3", untouched)
    assert check("00.3", nonsense).beside.gap is None


def test_a_mistake_with_a_name_needs_no_gap():
    mistake = exercises.get("00.3").mistakes[0].function
    for _ in range(3):
        score = check("00.3", mistake)
        assert score.result.mistake
        assert score.beside.gap is None


def test_success_shows_no_gap():
    for _ in range(2):
        check("00.3", nonsense)
    assert check("00.3", exercises.get("00.3").reference).beside.gap is None


def test_other_questions_than_those_of_the_card_are_refused():
    """Whoever passes the questions of a grader gets an error instead of a leak."""
    exercise = exercises.get("00.1")
    secret = core.questions(exercise, verdict.seeds(b"secret", "ann", "00.1"))
    outcomes = runner.answers(lambda R: (0, 0, 0, 0.0), secret)
    result = core.judge(exercise, secret, outcomes)
    with pytest.raises(ValueError, match="only the questions of the card"):
        side_by_side.of(exercise, result, secret, outcomes)


def test_a_verdict_of_the_grader_holds_no_right_value():
    """Neither on the fresh inputs nor on the card's, however often the student has failed."""
    for _ in range(3):
        check("00.3", nonsense)
    exercise = exercises.get("00.3")
    seeds = verdict.seeds(b"secret", "ann", "00.3")
    asked = [(q := core.questions(exercise, s), runner.answers(nonsense, q))
             for s in (seeds, core.PUBLIC_SEEDS)]  # fmt: skip
    entry = verdict.decide(exercise, *asked)
    assert entry["points"] == 0
    told = json.dumps(entry)
    for questions, _ in asked:
        for outcome in runner.answers(exercise.reference, questions):
            assert side_by_side.written(codec.decode(outcome["value"])) not in told
    assert "gap" not in told
    assert "expected" not in told


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_every_exercise_shows_public_small_inputs_or_nothing(exercise):
    """For each of its known mistakes, as if it had no name."""
    asked = core.questions(exercise)
    public = {json.dumps(q["inputs"]): codec.decode(q["inputs"]) for q in asked}
    small_first = [public[x] for x in sorted(public, key=len)]  # to write a large one takes long
    for mistake in exercise.mistakes[:4]:
        outcomes = runner.answers(mistake.function, asked)
        result = core.judge(exercise, asked, outcomes, name=False)
        found = side_by_side.of(exercise, result, asked, outcomes)
        if found is None:
            continue
        shown = next(x for x in small_first if side_by_side.called(exercise, x) == found.call)
        assert found.yours != found.expected, mistake.sentence
        assert len(found.call) < 4_000
        assert not any(isinstance(x, codec.Rng) for x in shown.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ({1, 3, 2}, "{1, 2, 3}"),
        (set(), "set()"),
        ((1,), "(1,)"),
        ({"a": [1.0, 2]}, "{'a': [1, 2]}"),
        (np.eye(2), "np.array([[1., 0.],\n          [0., 1.]])"),
        (torch.tensor(3), "torch.tensor(3)"),
        (sp.csr_array(np.eye(1)), "sparse([[1.]])"),
        (torch.eye(1).to_sparse(), "sparse([[1.]])"),
        ([torch.zeros(1), torch.ones(1)], "[torch.tensor([0.]), torch.tensor([1.])]"),
    ],
)
def test_values_read_like_python(value, text):
    assert side_by_side.written(value) == text


def test_a_value_that_nobody_could_look_through_is_described():
    assert side_by_side.shown(torch.zeros(40, 40)) == "a torch tensor of float32, shape (40, 40)"
