"""Your functions of earlier lessons, where they pass their checks; else the library's.

    near = from_earlier("01.6", otherwise=library_version)       # a function either way
    near.whose                                          # "yours", or why not

Looked for is the lesson's notebook in the clone, without a clone beside the one that is open. Of its cells only imports,
`def`s and constants run (`EPS = 1e-9`: a value that calls nothing), no experiment and no training; then the answer is
checked as its card would, and nothing is recorded.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphrec_utils import paths, syllabus
from graphrec_utils.exercises import core, find, runner

SECONDS, PATIENCE = 10.0, 3.0  # of computing, for all calls of one check; times on a busy machine
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
NAMES = (ast.Name, ast.Tuple, ast.List)  # what a constant is given to; nothing of another module's


@dataclass(frozen=True)
class Own:
    """A function, or None, and whose it is: "yours", or "the library's: " and a reason."""

    function: Callable | None
    whose: str

    def __call__(self, *arguments):
        """Call it.

        Raises:
            TypeError: there is no function.
        """
        if self.function is None:
            raise TypeError(f"there is no function of yours to call: {self.whose}")
        return self.function(*arguments)


def from_earlier(
    exercise_id: str, otherwise: Callable | None, folder: Path | str | None = None
) -> Own:
    """Return your answer of an exercise if its check accepts it, else `otherwise`; never raises for yours.

    Args:
        exercise_id: "01.6".
        otherwise: does the same; None for whoever only asks whose it would be.
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
    result = core.judge(
        exercise, asked, runner.answers(answer, asked, SECONDS, PATIENCE), name=False
    )
    if result.status == "passed":
        return Own(answer, "yours")
    # also of starting code that was given and not touched: nobody is told that it is wrong
    state = "not written yet" if result.status == "missing" else "yours does not pass yet"
    return Own(otherwise, f"the library's: {state}")


def _notebook(exercise_id: str, folder: Path | str | None) -> Path | None:
    stem = next(x.stem for x in syllabus.LESSONS if x.number == exercise_id[:2])
    clone = paths.root()
    places = [Path(folder)] if folder else [clone / "notebooks" if clone else Path.cwd()]
    return next((p / f"{stem}.ipynb" for p in places if (p / f"{stem}.ipynb").exists()), None)


def _answer(exercise: core.Exercise, file: Path | None) -> Callable | None:
    """Return the function of this name after all imports, definitions and constants of a notebook."""
    if file is None:
        return None
    space, unfinished = _space(file.resolve(), file.stat().st_mtime_ns)
    if any(f"def {exercise.function}(" in source for source in unfinished):
        raise LookupError("its cell is no Python yet")
    if not callable(space.get(exercise.function)):
        raise LookupError("no such function in your notebook")
    return space[exercise.function]


@functools.lru_cache(maxsize=len(syllabus.LESSONS))
def _space(file: Path, changed: int) -> tuple[dict, list[str]]:
    """Return what a notebook's cells define, and the cells that are no Python: once for each state of the file."""
    space, unfinished = {"__name__": "own"}, []
    for cell in json.loads(file.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            source = "".join(source) if isinstance(source, list) else source
            try:
                _define(ast.parse(source).body, space)
            except SyntaxError:  # a magic, or a cell that is not finished
                unfinished.append(source)
    return space, unfinished


def _define(body: list[ast.stmt], space: dict) -> None:
    for node in body:
        if isinstance(node, KEPT) or _is_constant(node):
            quiet = io.StringIO()
            with contextlib.suppress(Exception), contextlib.redirect_stdout(quiet):
                exec(compile(ast.Module([node], []), "<your notebook>", "exec"), space)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(isinstance(x, NAMES) for x in targets) and not _calls(node)


def _calls(node: ast.AST) -> bool:
    """Whether something is called now; what stands in a lambda is called later."""
    if isinstance(node, ast.Call | ast.Lambda):
        return isinstance(node, ast.Call)
    return any(_calls(x) for x in ast.iter_child_nodes(node))
