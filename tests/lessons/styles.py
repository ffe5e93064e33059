"""What each `lessonNN/test_answers.py` asks of its lesson: right answers in two other styles an exercise.

A check must not mistake another style for a wrong answer; the reference alone cannot show that. At the top
level of a file, which pytest then collects as its own:

    test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
        "06", ANSWERS, points=29
    )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from graphrec_utils import exercises
from graphrec_utils.exercises import core, runner

HANGS = 600.0  # seconds


def judged(name: str, function: Callable, seeds=core.PUBLIC_SEEDS, named=True) -> core.Result:
    """Return the verdict of exercise `name`, such as "06.2", on an answer."""
    exercise = exercises.get(name)
    asked = core.questions(exercise, seeds)
    return core.judge(exercise, asked, runner.answers(function, asked, HANGS), named)


def wrong_styles(answers: Mapping[str, Sequence[Callable]]) -> Callable:
    """Return a test: every wrong answer is refused, and four in five are told what is wrong."""

    def refused():
        results = {f: judged(name, f) for name, functions in answers.items() for f in functions}
        passed = [f.__name__ for f, result in results.items() if result.status == "passed"]
        silent = [f.__name__ for f, result in results.items() if not result.mistake]
        assert passed == []
        assert len(silent) <= 0.2 * len(results), silent

    return refused


def other_styles(
    number: str,
    answers: Mapping[str, Sequence[Callable]],
    points: int,
    seeds: Sequence[int] = (11, 12, 13, 14),
) -> tuple[Callable, Callable]:
    """Return two tests: each right answer passes on the card's seeds and on others; there are enough."""
    pairs = [(name, function) for name, functions in answers.items() for function in functions]
    ids = [f"{name}-{function.__name__}" for name, function in pairs]

    @pytest.mark.parametrize(("name", "function"), pairs, ids=ids)
    def passes(name, function):
        for chosen in filter(None, (core.PUBLIC_SEEDS, seeds)):
            result = judged(name, function, chosen, named=False)
            assert result.status == "passed", [row for row in result.rows if not row.ok]

    def enough():
        complete(number, answers, points)

    return passes, enough


def complete(number: str, answers: Mapping[str, Sequence[Callable]], points: int) -> None:
    """Fail with a sentence for whatever a lesson's file of answers does not say, or says wrongly.

    Args:
        number: of the lesson, "06".
        answers: exercise -> right functions that differ from the reference in style.
        points: of the whole lesson, as its file of answers says.
    """
    found = exercises.of_lesson(number)
    ids, total = [e.id for e in found], sum(e.points for e in found)
    few = [name for name in ids if len(answers.get(name, ())) < 2]
    told = [f"{name} needs two right functions in other styles, in this file" for name in few]
    told += [f"there is no exercise {name}" for name in answers if name not in ids]
    if total != points:
        told += [f"the exercises have {total} points, not {points}: say here which is meant"]
    assert not told, "; ".join(told)
