"""Only well-formed outcomes are judged; points come from secret questions, words from public ones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from graphrec_utils import exercises
from graphrec_utils.exercises import codec, core, runner
from graphrec_utils.grading import behavior, verdict
from graphrec_utils.grading.verdict import Malformed

EXERCISE = exercises.get("00.1")
ASKED = core.questions(EXERCISE, [7])


def text(value, **changes) -> str:
    """Return a probe's message in which every answer is `value`, already encoded."""
    return json.dumps([{"value": value, "changed": [], **changes} for _ in ASKED])


def answered(function, seeds):
    asked = core.questions(EXERCISE, seeds)
    return asked, runner.answers(function, asked)


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
                  sparse.eye(3, format="csc"), sparse.eye(50_000, format="csr"), frame, frame["b"]):  # fmt: skip
        assert isinstance(verdict.outcomes(text(codec.encode(value)), ASKED), list)


HUGE = {"numpy": "<f8", "shape": [10**9, 10**9], "data": ""}


@pytest.mark.parametrize("value", [
    HUGE, {"torch": HUGE}, {"torch": 3}, {"tuple": 3}, {"dict": [[1]]}, {"dict": [[[1], 2]]},
    {"int": "9" * 10**6}, {"int": 5}, {"float": "0x1p3"}, {"set": [[1]]}, {}, {"unknown": 1}, 2**60,
    {"numpy": "O", "shape": [1], "data": "AAAAAAAAAAA="}, {"numpy": "<f8", "shape": [2], "data": "AA=="},
    {"numpy": "(10000,10000)f8", "shape": [1], "data": ""}, {"numpy": "<f8", "shape": [-1], "data": ""},
    {"numpy": "<f8", "shape": 1, "data": ""}, {"numpy": "<f8,<f8", "shape": [0], "data": ""},
    {"torch_sparse": "coo", "shape": [10**6, 10**6], "parts": []}, {"scipy": "evil", "shape": [1, 1], "parts": []},
    {"scipy": "coo", "shape": [10**5, 10**5], "parts": []}, {"torch_sparse": "coo", "shape": [50_000, 50_000], "parts": []},
    {"frame": [[1]], "index": 3}, {"series": 3, "index": 3}, {"rng": 1, "library": "numpy"},
    {"strings": ["a"], "shape": [2]},
])  # fmt: skip
def test_what_our_encoder_never_writes_is_refused_before_it_is_decoded(value):
    with pytest.raises(Malformed):
        verdict.outcomes(text(value), ASKED)


@pytest.mark.parametrize(("size", "fits"), [(verdict.MAX_NUMBERS, True), (verdict.MAX_NUMBERS + 1, False)])  # fmt: skip
def test_an_array_may_be_as_large_as_the_limit_and_no_larger(size, fits):
    value = codec.encode(np.zeros(size, dtype=np.int8))
    if fits:
        assert len(verdict.outcomes(text(value), ASKED)) == len(ASKED)
    else:
        with pytest.raises(Malformed, match="an array of absurd size"):
            verdict.outcomes(text(value), ASKED)
    half = {"torch_sparse": "coo", "shape": [2, -(-size // 2)], "parts": []}
    with pytest.raises(Malformed, match="cannot be decoded" if fits else "absurd size"):
        verdict.outcomes(text(half), ASKED)


def test_two_large_sparse_answers_are_told_apart_without_a_dense_one():
    import scipy.sparse as sparse

    one, other = sparse.eye(60_000, format="csr"), 2 * sparse.eye(60_000, format="csr")
    assert behavior._told(one, one) == behavior._told(one.tocsc(), one)
    assert behavior._told(one, one) != behavior._told(other, one)


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


def test_of_all_that_a_kernel_says_only_what_bears_our_nonce_is_heard():
    said = [{"nonce": "ours", "outcomes": "[1]"}, {"nonce": "theirs", "outcomes": "[2]"}, {"outcomes": "[3]"},
            {"nonce": "ours", "outcomes": 4}, {"nonce": ["ours"], "outcomes": "[5]"}, "ours"]  # fmt: skip
    outputs = [{"data": {"a/b": each}} for each in said]
    outputs += [{"data": {"c/d": said[0]}}, {"data": "a/b"}, {"text": "[6]"}]
    assert verdict.texts(outputs, "a/b", "ours") == ["[1]", ""]


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


def test_every_claim_is_asked_with_several_secret_seeds():
    """One draw may miss what a wrong answer gets wrong, or be the one that a guess fits."""
    found = verdict.seeds(b"secret", "ann", "00.1")
    assert len(set(found)) == len(found) >= 3
    assert not set(found) & set(core.PUBLIC_SEEDS)
    asked = core.questions(EXERCISE, found)
    assert len(asked) == len(EXERCISE.claims) * len(found)
    assert len({repr(question) for question in asked}) > len(EXERCISE.claims)


def test_an_answer_that_is_right_on_the_first_secret_seed_only_is_not_paid():
    seeds = verdict.seeds(b"secret", "ann", "00.1")
    first = {repr(q["inputs"]) for q in core.questions(EXERCISE, seeds[:1])}

    def lucky(R):
        known = repr(codec.encode({"R": R})) in first
        return EXERCISE.reference(R) if known else (0, 0, 0, 0.0)

    assert verdict.decide(EXERCISE, answered(lucky, seeds[:1]), None)["status"] == "passed"
    assert verdict.decide(EXERCISE, answered(lucky, seeds), None)["points"] < EXERCISE.points


def test_what_was_right_until_its_time_was_up_took_too_long():
    asked, outcomes = answered(EXERCISE.reference, [5, 6, 7])
    late = {"error": "OutOfTime", "message": "took longer than 10 s"}
    outcomes[-2:] = [late, late]
    public = core.questions(EXERCISE), runner.answers(EXERCISE.reference, core.questions(EXERCISE))
    entry = verdict.decide(EXERCISE, (asked, outcomes), public)
    assert (entry["status"], entry["reason"]) == ("timeout", "the function took too long")
    assert 0 < entry["points"] < EXERCISE.points


# ---------------------------------------------------------------- what a student and a class are shown


def decided(function, public=None):
    secret, shown = answered(function, [7, 8, 9]), answered(public or function, [0, 1])
    return verdict.decide(EXERCISE, secret, shown)


def wrong(R, more=0.0):
    return *R.shape, int(R.sum()) + 1, 17.0 + more


def test_the_first_wrong_place_is_one_on_the_cards_inputs():
    entry = decided(wrong)
    card = core.judge(EXERCISE, *answered(wrong, [0, 1]))
    first = next(row for row in card.rows if not row.ok)
    assert entry["shown"] == [first.sentence, first.reason]


def test_nothing_is_shown_of_what_only_the_secret_inputs_bring_to_light():
    entry = decided(wrong, public=EXERCISE.reference)
    assert entry["status"] == "partial"
    assert "shown" not in entry and "behavior" not in entry


def test_answers_that_do_the_same_share_a_behavior():
    def raises(R):
        return {}[len(R)]

    def raises_elsewhere(R):
        return {}[len(R) + 1]

    one, same = decided(wrong), decided(lambda R: wrong(R, 1e-9))
    assert one["behavior"] == same["behavior"]
    assert one["behavior"] != decided(lambda R: wrong(R, 1.0))["behavior"]
    assert decided(raises)["behavior"] == decided(raises_elsewhere)["behavior"] != one["behavior"]


@pytest.mark.parametrize("value", [
    10**399, float("nan"), {"a": [1, (2, {3})]}, np.array(["a", None], dtype=object), "\ud800", (None,) * 4,
    np.zeros((2, 0)),
], ids=repr)  # fmt: skip
def test_every_value_has_a_behavior(value):
    assert len(decided(lambda R: value)["behavior"]) == 16


# ---------------------------------------------------------------- open tasks


def test_an_open_task_says_what_it_is_worth_on_secret_inputs():
    exercise = exercises.get("18.5")

    def decided(function) -> dict:
        both = [core.questions(exercise, seeds) for seeds in ((7, 8), core.PUBLIC_SEEDS)]
        asked, shown = ((asked, runner.answers(function, asked)) for asked in both)
        return verdict.decide(exercise, asked, shown)

    def wrong(words: str):
        return next(m.function for m in exercise.mistakes if words in m.sentence)

    entry = decided(exercise.reference)
    found = entry["measured"]
    assert found["low"] < found["value"] < found["high"] and found["value"] > 0.02
    assert entry["points"] == 10 and f"{found['value']:+.1%}" in found["said"]
    weak = decided(wrong("everybody gets what most"))["measured"]  # earns nothing, and is measured
    assert weak["high"] < -0.3
    assert "measured" not in decided(wrong("one pin k times"))  # not allowed: nothing to measure


def test_a_choice_is_made_once_however_often_it_is_asked_for():
    exercise = exercises.get("06.7")
    asked = core.questions(exercise, [7, 8])
    right = exercise.reference()
    poor = exercise.mistakes[0].function()
    for first, later, points in ((poor, right, 0), (right, poor, exercise.points)):
        said = iter([first, *[later] * len(asked)])
        outcomes = runner.answers(lambda said=said: next(said), asked)
        assert core.judge(exercise, asked, outcomes).points == points


def test_without_a_measure_and_after_an_error_nothing_is_measured():
    assert "measured" not in verdict.decide(EXERCISE, answered(EXERCISE.reference, [7]), None)
    exercise = exercises.get("06.7")
    asked = core.questions(exercise, [7])

    def measured(function):
        return core.judge(exercise, asked, runner.answers(function, asked)).measured

    assert measured(exercise.reference).said == f"{measured(exercise.reference).value:.4f}"
    assert measured(lambda: 1 / 0) is None
