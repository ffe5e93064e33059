"""Only well-formed outcomes are judged; points come from secret questions, words from public ones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from graphrec_utils import exercises
from graphrec_utils.exercises import codec, core, runs
from graphrec_utils.grading import verdict
from graphrec_utils.grading.verdict import Malformed

EXERCISE = exercises.get("00.1")
ASKED = core.questions(EXERCISE, [7])


def text(value, **changes) -> str:
    """Return a probe's message in which every answer is `value`, already encoded."""
    return json.dumps([{"value": value, "changed": [], **changes} for _ in ASKED])


def answered(function, seeds):
    asked = core.questions(EXERCISE, seeds)
    return asked, runs.answers(function, asked)


@pytest.mark.parametrize("value", [
    None, True, 3, 0.5, float("nan"), "text", [1, [2]], (1, "a"), {"a": 1}, {1, 2}, 2**70,
    float("inf"), np.arange(3), np.array(["a", None], dtype=object), np.zeros((2, 0)),
])  # fmt: skip
def test_what_our_encoder_writes_is_accepted(value):
    assert isinstance(verdict.outcomes(text(codec.encode(value)), ASKED), list)


def test_tensors_sparse_matrices_and_frames_are_accepted():
    import pandas as pd
    import scipy.sparse as sparse
    import torch

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    for value in (torch.ones(2, 3), torch.eye(2).to_sparse(), torch.eye(2).to_sparse_csr(),
                  sparse.eye(3, format="csc"), frame, frame["b"]):  # fmt: skip
        assert isinstance(verdict.outcomes(text(codec.encode(value)), ASKED), list)


HUGE = {"numpy": "<f8", "shape": [10**9, 10**9], "data": ""}


@pytest.mark.parametrize("value", [
    HUGE, {"torch": HUGE}, {"torch": 3}, {"tuple": 3}, {"dict": [[1]]}, {"dict": [[[1], 2]]},
    {"int": "9" * 10**6}, {"int": 5}, {"float": "0x1p3"}, {"set": [[1]]}, {}, {"unknown": 1}, 2**60,
    {"numpy": "O", "shape": [1], "data": "AAAAAAAAAAA="}, {"numpy": "<f8", "shape": [2], "data": "AA=="},
    {"numpy": "(10000,10000)f8", "shape": [1], "data": ""}, {"numpy": "<f8", "shape": [-1], "data": ""},
    {"numpy": "<f8", "shape": 1, "data": ""}, {"numpy": "<f8,<f8", "shape": [0], "data": ""},
    {"torch_sparse": "coo", "shape": [10**6, 10**6], "parts": []}, {"scipy": "evil", "shape": [1, 1], "parts": []},
    {"frame": [[1]], "index": 3}, {"series": 3, "index": 3}, {"rng": 1, "library": "numpy"},
    {"strings": ["a"], "shape": [2]},
])  # fmt: skip
def test_what_our_encoder_never_writes_is_refused_before_it_is_decoded(value):
    with pytest.raises(Malformed):
        verdict.outcomes(text(value), ASKED)


def test_nesting_without_end_is_refused():
    with pytest.raises(Malformed, match="deeply"):
        verdict.outcomes("[" + ",".join(
            ['{"value": %s, "changed": []}' % ("[" * 500 + "]" * 500)] * len(ASKED)) + "]", ASKED)  # fmt: skip
    with pytest.raises(Malformed, match="JSON"):
        verdict.outcomes("[" * 1_000_000, ASKED)


@pytest.mark.parametrize("raw", [
    "", "nonsense", "{}", "[]", "null", '"passed"', '{"points": 2}', '{"problem": "none"}',
    json.dumps([{"value": 1, "changed": []}] * (len(ASKED) + 1)), json.dumps([3] * len(ASKED)),
    text(1, points=2), text(1, changed=["no such input"]), text(1, changed=3), text(1, error=4),
    json.dumps([{"error": "E"}] * len(ASKED)), json.dumps([{"value": 1}] * len(ASKED)),
])  # fmt: skip
def test_messages_of_the_wrong_form_are_refused(raw):
    with pytest.raises(Malformed):
        verdict.outcomes(raw, ASKED)


def test_seeds_differ_between_students_exercises_and_secrets():
    made = [
        tuple(verdict.seeds(secret, student, exercise))
        for secret in (b"a", b"b") for student in ("ann", "bob") for exercise in ("00.1", "00.2")
    ]  # fmt: skip
    assert len(set(made)) == 8
    assert verdict.seeds(b"a", "ann", "00.1") == list(made[0])


def test_the_reference_gets_full_points():
    made = verdict.decide(EXERCISE, answered(EXERCISE.reference, [7]), None)
    assert (made["status"], made["points"]) == ("passed", 2.0)


def test_an_answer_that_is_right_on_public_inputs_only_gets_nothing_for_them():
    known = {json.dumps(q["inputs"]): EXERCISE.reference for q in core.questions(EXERCISE)}

    def fooled(R):
        right = json.dumps(codec.encode({"R": R})) in known
        return EXERCISE.reference(R) if right else (0, 0, 0, 0.0)

    made = verdict.decide(EXERCISE, answered(fooled, [7]), answered(fooled, core.PUBLIC_SEEDS))
    assert made["points"] == 0
    assert {reason for _, ok, reason in made["rows"] if not ok} == {verdict.FRESH}


def test_words_about_an_exception_come_from_the_public_inputs():
    def chatty(R):
        raise ValueError(str(R.tolist()))

    secret = answered(chatty, [7])
    made = verdict.decide(EXERCISE, secret, answered(chatty, core.PUBLIC_SEEDS))
    assert made["status"] == "error"
    shown = json.dumps(made)
    assert not any(o["message"] in shown for o in secret[1])


def test_a_known_mistake_is_named():
    mistake = EXERCISE.mistakes[0]
    made = verdict.decide(EXERCISE, answered(mistake.function, [7]), None)
    assert made["mistake"] == mistake.sentence
    assert made["points"] < 2
