"""Your functions of earlier lessons, where they pass their checks; else the library's.

    near = own("01.6", otherwise=library_version)       # a function either way
    near.whose                                          # "yours", or why not

Looked for is the lesson's notebook in the clone, without a clone beside the one that is open. Of its cells only imports and
`def`s run, no experiment and no training; then the answer is checked as its card would, and nothing is
recorded.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphrec_utils import paths, syllabus
from graphrec_utils.exercises import core, find, runs

SECONDS = 10.0  # for all calls of one check
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Own:
    """A function, and whose it is: "yours", or "the library's: " and a reason."""

    function: Callable
    whose: str

    def __call__(self, *arguments):
        """Call it."""
        return self.function(*arguments)


def own(exercise_id: str, otherwise: Callable, folder: Path | str | None = None) -> Own:
    """Return your answer of an exercise if its check accepts it, else `otherwise`; never raises for yours.

    Args:
        exercise_id: "01.6".
        otherwise: does the same.
        folder: where your notebooks are; None: the clone's `notebooks`, without a clone the folder that you work in.

    Raises:
        KeyError: there is no such exercise.
    """
    exercise = find.get(exercise_id)
    try:
        answer, why = _answer(exercise, _notebook(exercise_id, folder)), ""
    except Exception as error:  # whatever stands in a notebook
        answer, why = None, str(error) if isinstance(error, LookupError) else type(error).__name__
    if answer is None:
        return Own(otherwise, f"the library's: {why or 'no notebook of this lesson'}")
    asked = core.questions(exercise)
    result = core.judge(exercise, asked, runs.answers(answer, asked, SECONDS), name=False)
    if result.status == "passed":
        return Own(answer, "yours")
    state = {"missing": "not written yet", "partial": "yours is partly right"}
    return Own(otherwise, f"the library's: {state.get(result.status, 'yours is wrong')}")


def _notebook(exercise_id: str, folder: Path | str | None) -> Path | None:
    stem = next(x.stem for x in syllabus.LESSONS if x.number == exercise_id[:2])
    clone = paths.root()
    places = [Path(folder)] if folder else [clone / "notebooks" if clone else Path.cwd()]
    return next((p / f"{stem}.ipynb" for p in places if (p / f"{stem}.ipynb").exists()), None)


def _answer(exercise: core.Exercise, file: Path | None) -> Callable | None:
    """Return the function of this name after all imports and definitions of a notebook."""
    if file is None:
        return None
    space: dict = {"__name__": "own"}
    for cell in json.loads(file.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            _define(
                "".join(source) if isinstance(source, list) else source, space, exercise.function
            )
    if exercise.function not in space:
        raise LookupError("no such function in your notebook")
    return space[exercise.function]


def _define(source: str, space: dict, wanted: str) -> None:
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic, or a cell that is not finished
        if f"def {wanted}(" in source:
            raise LookupError("its cell is no Python yet") from None
        return
    for node in body:
        if isinstance(node, KEPT):
            quiet = io.StringIO()
            with contextlib.suppress(Exception), contextlib.redirect_stdout(quiet):
                exec(compile(ast.Module([node], []), "<your notebook>", "exec"), space)
