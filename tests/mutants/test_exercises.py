"""The checks are checked: every known mistake by its own sentence, no points for guessing."""

from __future__ import annotations

import time

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import exercises, syllabus
from graphrec_utils.exercises import codec, core, runs

EXERCISES = [e for lesson in syllabus.LESSONS for e in exercises.of_lesson(lesson.number)]
MISTAKES = [(e, m) for e in EXERCISES for m in e.mistakes]
HIDDEN_SEEDS = tuple(range(100, 120))


def judged(exercise, function, seeds=core.PUBLIC_SEEDS) -> core.Result:
    asked = core.questions(exercise, seeds)
    return core.judge(exercise, asked, runs.answers(function, asked))


def per_exercise(test):
    return pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)(test)


@per_exercise
def test_the_reference_passes_on_twenty_seeds(exercise):
    result = judged(exercise, exercise.reference, HIDDEN_SEEDS)
    assert result.status == "passed", result.rows


@per_exercise
def test_there_are_at_least_four_mistakes_and_three_hints(exercise):
    assert len(exercise.mistakes) >= 4
    assert len({m.sentence for m in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.hints) == 3


@pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES, ids=[f"{e.id}-{m.name}" for e, m in MISTAKES]
)
def test_a_mistake_loses_points_and_is_named(exercise, mistake):
    result = judged(exercise, mistake.function)
    assert result.points < exercise.points
    assert result.mistake == mistake.sentence


@pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES, ids=[f"{e.id}-{m.name}" for e, m in MISTAKES]
)
def test_a_mistake_loses_points_on_fresh_seeds_too(exercise, mistake):
    for seed in HIDDEN_SEEDS[:5]:
        assert judged(exercise, mistake.function, (seed,)).points < exercise.points


def fill(value, how, rng):
    """Replace every number inside a value, keeping type, dtype and shape."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return type(value)(how(rng, ()))
    if isinstance(value, list | tuple):
        return type(value)(fill(v, how, rng) for v in value)
    if isinstance(value, dict):
        return {fill(k, how, rng): fill(v, how, rng) for k, v in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        return np.asarray(how(rng, value.shape)).astype(value.dtype)
    if sp.issparse(value):
        return sp.csr_array(how(rng, value.shape))
    if torch.is_tensor(value) and value.dtype != torch.bool:
        dense = torch.as_tensor(np.asarray(how(rng, tuple(value.shape)))).to(value.dtype)
        return dense if value.layout == torch.strided else dense.to_sparse_coo()
    return value


GUESSES = {
    "zeros": lambda rng, shape: np.zeros(shape),
    "ones": lambda rng, shape: np.ones(shape),
    "random": lambda rng, shape: rng.normal(size=shape) * 3,
}


@per_exercise
@pytest.mark.parametrize("guess", GUESSES.values(), ids=GUESSES)
def test_guessing_earns_nothing(exercise, guess):
    rng = np.random.default_rng(0)
    result = judged(exercise, lambda *a: fill(exercise.reference(*a), guess, rng))
    assert result.points == 0, result.rows


@per_exercise
def test_returning_an_input_earns_nothing(exercise):
    inputs = codec.decode(core.questions(exercise)[0]["inputs"])
    for position in range(len(inputs)):
        result = judged(exercise, lambda *a, position=position: a[position])
        assert result.points == 0, (position, result.rows)


@per_exercise
def test_returning_nothing_earns_nothing(exercise):
    assert judged(exercise, lambda *a: None).points == 0


@per_exercise
def test_a_stub_is_missing(exercise):
    def stub(*_):
        raise NotImplementedError

    assert judged(exercise, stub).status == "missing"


def test_a_check_answers_in_under_a_second(record_property):
    """A printed report; the limit leaves room for a busy machine."""
    slowest = 0.0
    for exercise in EXERCISES:
        for function in (exercise.reference, exercise.mistakes[0].function):
            start = time.perf_counter()
            judged(exercise, function)
            seconds = time.perf_counter() - start
            record_property(f"{exercise.id} seconds", round(seconds, 3))
            slowest = max(slowest, seconds)
    print(f"slowest check: {slowest:.2f} s")
    assert slowest < 2
