"""Values are compared in words a student can use; points follow gates, weights and claims."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils.exercises import codec, core, runner
from graphrec_utils.exercises.compare import close, kind_problem
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

T = torch.tensor


@pytest.mark.parametrize(
    ("got", "expected", "sentence"),
    [
        (1.0, 1.00001, None),
        (1.0, 1.00009, None),  # rounding of float32 adds up to this
        (1.0, 1.0005, "yours is 1"),
        (T([1.0, 2.0]), T([1.0, 2.001]), "entry [1] is 2 in yours"),
        (2, 2.0, None),
        (1.0, 1.1, "yours is 1"),
        (float("nan"), 1.0, "yours is nan"),
        (None, 1.0, "returned None; expected a number"),
        (True, 1, "returned True or False; expected a number"),
        ([1, 2], [1, 2, 3], "yours has 2 entries, too few"),
        ([1, 5], [1, 2], "[1]: yours is 5"),
        ({"a": 1}, {"a": 1, "b": 2}, "yours has no key 'b'"),
        ({"a": 1, "b": 2}, {"a": 1}, "yours has a key 'b' too many"),
        ({"a": 3}, {"a": 1}, "['a']: yours is 3"),
        ({1, 2}, {1}, "yours contains 2"),
        (np.zeros(3), T([0.0, 0, 0]), "returned a numpy array of float64, shape (3,); expected a torch tensor of float32, shape (3,)"),
        (T([1.0, 2.0]), T([1.0, 2.0]).double(), "returned a torch tensor of float32, shape (2,); expected a torch tensor of float64, shape (2,)"),
        (T([[1.0, 2.0]]), T([1.0, 2.0]), "returned a torch tensor of float32, shape (1, 2); expected a torch tensor of float32, shape (2,)"),
        (T([[1.0, 0.5], [0, 0]]), T([[1.0, 0.7], [0, 0]]), "entry [0, 1] is 0.5 in yours"),
        (T([1.0, float("nan")]), T([1.0, 0.0]), "entry [1] is nan in yours"),
        ((1, 2), (1, 2, 3), "returned a tuple of 2; expected a tuple of 3"),
        ((1, "x"), (1, 2), "the second value: returned a string; expected a number"),
        (torch.eye(2).to_sparse_csr(), torch.eye(2), "returned a sparse torch tensor of float32, shape (2, 2); expected a torch tensor of float32, shape (2, 2)"),
    ],
)  # fmt: skip
def test_the_first_difference_is_said_with_the_students_value(got, expected, sentence):
    assert close(got, expected) == sentence


def test_the_expected_value_is_never_shown():
    assert "0.123" not in close(T([0.5]), T([0.1234]))


def make(points=4, claims=None, mistakes=(), reference=lambda x: x * 2) -> Exercise:
    claims = claims or (
        Claim("doubles", lambda rng: {"x": torch.from_numpy(rng.random(3) + 1)}, weight=3),
        Claim("doubles zero", lambda rng: {"x": torch.zeros(3)}, weight=1),
    )
    made = Exercise("99.1", "double", points, (), reference=reference)
    made.claims, made.mistakes = list(claims), list(mistakes)
    return made


def judged(exercise: Exercise, function, **options) -> core.Result:
    asked = core.questions(exercise)
    return core.judge(exercise, asked, runner.answers(function, asked), **options)


def test_points_follow_the_weights():
    assert judged(make(), lambda x: x * 2).points == 4
    assert judged(make(), lambda x: x * 2 if x.sum() else x - 1).points == 3
    assert judged(make(), lambda x: x + x).status == "passed"


@pytest.mark.parametrize("answer", [lambda x: x * 0, lambda x: x])
def test_what_could_be_known_without_the_inputs_pays_nothing_alone(answer):
    """Of zeros the double is zero, and the input itself: only the first claim pays alone."""
    result = judged(make(), answer)
    assert (result.points, result.status) == (0, "failed")
    assert [(row.sentence, row.ok) for row in result.rows] == [
        ("doubles", False), ("doubles zero", True), ("the claims that hold pay alone", False),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [lambda x, y: x, lambda x, y: y])
def test_one_of_several_inputs_pays_nothing_alone(answer):
    def numbers(rng):
        return {"x": int(rng.integers(1, 99)), "y": int(rng.integers(1, 99))}

    exercise = make(reference=lambda x, y: x + y, claims=(
        Claim("adds", numbers, weight=2),
        Claim("adds nothing", lambda rng: numbers(rng) | {"y": 0}),
        Claim("adds to nothing", lambda rng: numbers(rng) | {"x": 0}),
    ))  # fmt: skip
    result = judged(exercise, answer)
    assert sum(row.ok for row in result.rows[:3]) == 1 and result.points == 0


def test_a_choice_has_no_inputs_to_follow_and_is_paid_by_its_bars():
    def at_least(bar):
        return lambda got, expected, inputs: None if got >= bar else f"{got} with yours"

    exercise = Exercise("00.1", "choose", 4, ("a", "b", "c"), reference=lambda: 9)
    exercise.claim("it finds half as much", lambda rng: {}, 1, judge=at_least(4))
    exercise.claim("it finds as much", lambda rng: {}, 3, judge=at_least(8))
    result = judged(exercise, lambda: 5)
    assert (result.points, result.status) == (1, "partial")
    assert [row.ok for row in result.rows] == [True, False]


def test_of_a_single_seed_nobody_can_tell_what_could_be_known():
    exercise = make()
    asked = core.questions(exercise, (5,))
    result = core.judge(exercise, asked, runner.answers(lambda x: x * 0, asked))
    assert result.points == 1


def test_the_wrong_type_costs_everything():
    result = judged(make(), lambda x: (x * 2).numpy())
    assert result.points == 0
    assert result.rows[0].sentence == "the answer has the right type and shape"
    assert "numpy" in result.rows[0].reason


def test_a_wrong_shape_in_one_case_costs_everything():
    result = judged(make(), lambda x: x * 2 if x.sum() else torch.zeros(4))
    assert result.points == 0
    assert [row.ok for row in result.rows] == [False, True, False, False]
    assert result.rows[-1].sentence == "the claims that hold pay alone"
    assert result.rows[-1].reason.endswith("holds: the answer has the right type and shape")


def test_a_changed_input_costs_everything():
    def in_place(x):
        y = x * 2
        x += 1
        return y

    result = judged(make(), in_place)
    assert result.points == 0
    assert "changed x" in result.rows[0].reason


def test_an_unknown_type_is_said():
    result = judged(make(), lambda x: iter([x]))
    assert result.points == 0
    assert "returned a list_iterator" in result.rows[0].reason
    assert "expected a torch tensor" in result.rows[0].reason


def test_a_gate_of_weight_zero_pays_nothing_and_costs_all():
    claims = (
        Claim("has no NaN", lambda rng: {"x": torch.zeros(2)}, weight=0),
        Claim("doubles", lambda rng: {"x": torch.ones(2)}),
    )
    exercise = make(claims=claims)
    assert judged(exercise, lambda x: x * 2).points == 4
    assert judged(exercise, lambda x: x * 3).points == 0
    result = judged(exercise, lambda x: x * 2 + (x.sum() == 0))
    assert result.points == 0
    assert result.rows[-1].reason == "they count as soon as this holds: has no NaN"


def test_whoever_gets_nothing_for_claims_that_hold_reads_why():
    """Changed inputs, a wrong shape, a shut gate, a guess: the last line says what has to hold first."""

    def in_place(x):
        x *= 2
        return x.clone()

    def shorter(x):
        return x * 2 if x.sum() else x[:1]

    for function in (in_place, shorter, lambda x: x * 0):
        result = judged(make(), function)
        assert result.points == 0 and any(row.ok for row in result.rows)
        last = result.rows[-1]
        assert (last.sentence, last.ok) == (core.ALONE, False)
        assert "as soon as" in last.reason and last.question is None
    assert core.ALONE not in [row.sentence for row in judged(make(), lambda x: x * 3).rows[:-1]]


def test_an_error_in_one_claim_costs_that_claim():
    result = judged(make(), lambda x: x * 2 if x.sum() else 1 / 0)
    assert result.points == 3
    assert result.rows[1].reason == "ZeroDivisionError: division by zero"


def test_a_stub_is_missing_and_gets_nothing():
    def stub(x):
        raise NotImplementedError("Exercise 99.1")

    result = judged(make(), stub)
    assert (result.status, result.points) == ("missing", 0)


def test_a_known_mistake_is_named_and_a_new_one_is_not():
    triple = Mistake("you tripled", lambda x: x * 3)
    square = Mistake("you squared", lambda x: x * x)
    exercise = make(mistakes=(triple, square))
    assert judged(exercise, lambda x: x**2).mistake == "you squared"
    assert judged(exercise, lambda x: 3 * x).mistake == "you tripled"
    assert judged(exercise, lambda x: 4 * x).mistake == ""


def test_a_mistake_that_is_right_where_the_answer_is_wrong_explains_nothing():
    """What the judge cannot tell from the answer may still be right: it allows .1 on both sides."""

    def nearly(got, expected, inputs):
        return None if abs(got - expected) <= 0.1 else f"yours is {got}"

    claims = [Claim("doubles", lambda rng: {"x": 1.0}, judge=nearly)]
    claims += [Claim("doubles more", lambda rng: {"x": 2.0}, judge=nearly)]
    shifted = Mistake("you shifted", lambda x: 2 * x + (0.05 if x == 1 else 1))
    exercise = make(claims=claims, mistakes=(shifted,))
    assert judged(exercise, lambda x: 2 * x + (0.06 if x == 1 else 1)).mistake == "you shifted"
    assert judged(exercise, lambda x: 2 * x + (0.12 if x == 1 else 1)).mistake == ""


def test_a_mistake_must_be_right_where_the_answer_is_right():
    """It explains the wrong value, and two of five right ones it does not have."""
    claims = [Claim(f"doubles {k}", lambda rng, k=k: {"x": 1.0 + k}) for k in range(6)]
    tens = Mistake("you say ten", lambda x: {1.0: 10.0, 5.0: 3.0, 6.0: 4.0}.get(x, 2 * x))
    exercise = make(claims=claims, mistakes=(tens,))
    assert judged(exercise, lambda x: 10.0 if x == 1 else 2 * x).mistake == ""
    assert judged(exercise, tens.function).mistake == "you say ten"


def test_beside_values_that_agree_the_kind_of_error_is_enough():
    def raises(words):
        return lambda x: x * 3 if x.sum() else {}[words]

    exercise = make(mistakes=(Mistake("you tripled", raises("one")),))
    assert judged(exercise, raises("two")).mistake == "you tripled"
    assert judged(exercise, lambda x: x * 3 if x.sum() else 1 / 0).mistake == ""


def test_what_takes_too_long_is_not_asked_again_for_its_name():
    def slow(x):
        while not x.sum():
            pass
        return x * 3

    exercise = make(mistakes=(Mistake("you tripled", lambda x: x * 3),))
    asked = core.questions(exercise)
    result = core.judge(exercise, asked, runner.answers(slow, asked, 0.2))
    assert result.mistake == "you tripled"


def test_different_errors_are_different_mistakes():
    broken = Mistake("you divide by zero", lambda x: x / 0 if False else 1 // 0)
    exercise = make(mistakes=(broken,))
    assert judged(exercise, lambda x: 1 // 0).mistake == "you divide by zero"
    assert judged(exercise, lambda x: [][0]).mistake == ""


def test_an_error_without_a_name_is_an_error():
    def nameless(x):
        raise type("", (Exception,), {})()

    result = judged(make(), nameless)
    assert (result.points, result.status) == (0, "failed")
    assert result.rows[0].reason == "raises an error"


def test_a_mistake_is_not_looked_for_where_nobody_asks():
    asked = []
    square = Mistake("you squared", lambda x: asked.append(x) or x**2)
    result = judged(make(mistakes=[square]), lambda x: x**2, name=False)
    assert (result.points, result.mistake, asked) == (0, "", [])
    assert judged(make(mistakes=[square]), lambda x: x**2).mistake == "you squared"


def test_every_value_is_decoded_once(monkeypatch):
    """However many claims, gates and mistakes look at it."""
    seen = []
    monkeypatch.setattr(core, "decode", lambda data: seen.append(data) or codec.decode(data))
    mistakes = [Mistake(f"you added {k}", lambda x, k=k: x + k) for k in range(5)]
    assert judged(make(mistakes=mistakes), lambda x: x + 4).mistake == "you added 4"
    assert len(seen) == len(set(map(id, seen)))


def test_a_random_answer_is_judged_by_its_statistics():
    def shares(got, expected, inputs):
        difference = np.abs(np.bincount(got, minlength=2) - np.bincount(expected, minlength=2))
        return "frequencies differ" if difference.max() > 0.05 * len(got) else None

    claims = (
        Claim("a fair coin", lambda rng: {"rng": codec.Rng(int(rng.integers(99)))}, judge=shares),
    )
    biased = Mistake("your coin is biased", lambda rng: (rng.random(4000) < 0.7).astype(int))
    exercise = make(
        claims=claims, mistakes=(biased,), reference=lambda rng: rng.integers(0, 2, 4000)
    )
    assert judged(exercise, lambda rng: (rng.random(4000) < 0.5).astype(int)).status == "passed"
    result = judged(exercise, lambda rng: 1 - (rng.random(4000) < 0.3).astype(int))
    assert (result.points, result.mistake) == (0, "your coin is biased")


def test_seeds_change_the_inputs_and_repeat_exactly():
    exercise = make()
    assert core.questions(exercise, (5,)) == core.questions(exercise, (5,))
    assert core.questions(exercise, (5,)) != core.questions(exercise, (6,))


def test_a_judge_that_meets_a_strange_value_does_not_break():
    claims = (Claim("c", lambda rng: {"x": 1}, judge=lambda got, expected, inputs: got["a"].foo),)
    result = judged(make(claims=claims, reference=lambda x: {"a": 1}), lambda x: {"b": 1})
    assert result.rows[0].reason == "this value cannot be judged"


def test_kinds_inside_a_tuple_are_compared():
    assert kind_problem((T([1.0]), 2), (T([1.0]), 2.5)) is None
    assert "third" in kind_problem((1, 2, None), (1, 2, 3))
