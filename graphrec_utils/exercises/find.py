"""Exercises by their numbers: `lessonNN/exK_name.py` holds exercise NN.K, and no list says so again."""

from __future__ import annotations

import functools
import importlib
import re
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.exercises.core import Exercise


def get(exercise_id: str) -> Exercise:
    """Return the exercise "06.1".

    Raises:
        KeyError: no lesson of the course has this exercise.
    """
    for exercise in of_lesson(str(exercise_id)[:2]):
        if exercise.id == exercise_id:
            return exercise
    raise KeyError(f"there is no exercise {exercise_id!r} in this version of the course")


@functools.cache
def of_lesson(number: str) -> tuple[Exercise, ...]:
    """Return the exercises of lesson "06" in their order; none where the lesson does not exist."""
    return tuple(_of_module(name) for name in modules(number))


def _of_module(name: str) -> Exercise:
    """Return a module's exercise, whose number is that of the file.

    Raises:
        ValueError: there is none, it has another number, or it lacks a solution or a claim.
    """
    lesson, file = name.split(".")[-2:]
    number = lesson.removeprefix("lesson") + "." + re.match(r"ex(\d+)_", file)[1]
    found = getattr(importlib.import_module(name), "ex", None)
    if getattr(found, "id", None) != number:
        raise ValueError(f'{name} must hold ex = Exercise("{number}", …); its ex is {found!r:.40}')
    if found.reference is None:
        raise ValueError(f"{name} lacks a solution: write @ex.solution above the right function")
    if not found.claims:
        raise ValueError(f"{name} lacks claims: write ex.claim(sentence, inputs) for each")
    return found


def module(exercise_id: str) -> str:
    """Return the dotted name of the module that holds the exercise "06.1".

    Raises:
        KeyError: there is none.
    """
    for name in modules(exercise_id[:2]):
        if re.search(rf"\.ex{exercise_id[3:]}_\w+$", name):
            return name
    raise KeyError(f"there is no exercise {exercise_id!r} in this version of the course")


def folder(number: str) -> Path:
    """Return the folder of a lesson's exercises."""
    return paths.PACKAGE / "lessons" / f"lesson{number}"


def modules(number: str) -> list[str]:
    """Return the dotted names of a lesson's exercise modules, ordered by their numbers."""
    names = [path.stem for path in folder(number).glob("ex*_*.py")] if number.isdigit() else []
    place = {name: int(re.match(r"ex(\d+)_", name)[1]) for name in names}
    return [f"graphrec_utils.lessons.lesson{number}.{x}" for x in sorted(names, key=place.get)]
