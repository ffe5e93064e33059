"""What docstrings promise about exercises is true: "Built in lesson 06, exercise 06.1"."""

from __future__ import annotations

import ast
import importlib
import inspect
import re

import pytest

from graphrec_utils import exercises, paths, syllabus

EXISTING = {x.number for x in syllabus.LESSONS if exercises.of_lesson(x.number)}
COMING = {x.number for x in syllabus.LESSONS} - EXISTING
PROMISE = re.compile(r"(Will be built|Built) in (.*?)\.(?=\s|$)")
LIBRARY = {
    exercise.id: exercise.library
    for number in sorted(EXISTING)
    for exercise in exercises.of_lesson(number)
    if exercise.library
}


def promises(docstring: str) -> list[tuple[bool, set[str], set[str]]]:
    """Return (whether it exists, lessons, exercises) of each promise in a docstring."""
    text = " ".join(docstring.split())
    return [
        (
            kind == "Built",
            set(re.findall(r"\b(\d\d)\b(?!\.\d)", words)),
            set(re.findall(r"\b\d\d\.\d+\b", words)),
        )
        for kind, words in PROMISE.findall(text)
    ]


def false(docstring: str) -> list[str]:
    """Return a sentence for every promise that is not true."""
    problems = []
    for exists, lessons, ids in promises(docstring):
        known = {e.id for lesson in lessons for e in exercises.of_lesson(lesson)}
        if exists and not lessons <= EXISTING:
            problems.append(f"lesson {lessons - EXISTING} is not there: Will be built in lesson NN")
        if not exists and not lessons <= COMING:
            problems.append(f"lesson {lessons - COMING} is there or in no syllabus")
        if not lessons or ids - known:
            problems.append(f"no such exercise in lesson {lessons}: {ids - known}")
    return problems


def all_docstrings() -> list[tuple[str, str]]:
    found = []
    for path in sorted(paths.PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            if isinstance(node, kinds) and (text := ast.get_docstring(node)):
                name = getattr(node, "name", "")
                found.append((f"{path.relative_to(paths.PACKAGE)} {name}".strip(), text))
    return found


def test_no_docstring_promises_an_exercise_that_is_not_there():
    told = [(name, text) for name, text in all_docstrings() if promises(text)]
    assert len(told) > 50, "the promises are not found at all"
    assert {name: problems for name, text in told if (problems := false(text))} == {}


@pytest.mark.parametrize(("exercise", "library"), LIBRARY.items(), ids=LIBRARY)
def test_what_an_exercise_builds_says_so(exercise, library):
    module, _, name = library.rpartition(".")
    docstring = inspect.getdoc(getattr(importlib.import_module(module), name))
    assert exercise in {x for _, _, ids in promises(docstring) for x in ids}, (
        f"the docstring of {library} does not say that {exercise} builds it"
    )


@pytest.mark.parametrize("number", sorted(EXISTING))
def test_what_an_exercise_closes_exists(number):
    """The grader closes functions by these names."""
    for exercise in exercises.of_lesson(number):
        for path in exercise.closed:
            module, _, name = path.rpartition(".")
            assert callable(getattr(importlib.import_module(module), name)), path


@pytest.mark.parametrize(
    "docstring",
    [
        "Built in lesson 06, exercise 06.99.",
        "Built in lesson 06, exercise 05.1.",
        "Built in lesson 99.",
        "Will be built in lesson 06.",
        "Built in a lesson.",
    ],
)
def test_a_false_promise_is_found(docstring):
    assert false(docstring)


def test_a_true_promise_is_read_over_the_end_of_a_line():
    assert false("Built in lesson 06,\n    exercises 06.1 and 06.3.") == []
    assert promises("X. Built in lesson 06,\n    exercise 06.1.") == [(True, {"06"}, {"06.1"})]
