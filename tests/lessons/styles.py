"""What each `test_answers_NN.py` asks of its lesson: right answers in two other styles an exercise.

A check must not mistake another style for a wrong answer; the reference alone cannot show that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graphrec_utils import exercises


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
