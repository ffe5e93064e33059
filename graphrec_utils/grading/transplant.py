"""Move an answer, and what it needs, out of a submission and into our own lesson.

For every exercise a small notebook is made: the lesson's setup cells, the definitions of the
student's other cells that the answer refers to, the answer, and our probe. Nothing else of the
submission ever runs.
"""

from __future__ import annotations

import ast
import builtins
import functools
from dataclasses import dataclass
from pathlib import Path

import nbformat

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import locate, syntax
from graphrec_utils.grading.intake import Notebook


@dataclass(frozen=True)
class Lesson:
    """What grading takes from the course: sources by exercise id, never from a submission."""

    number: str
    setup: tuple[str, ...]
    references: dict[str, str]
    stubs: dict[str, str]
    exercises: tuple[Exercise, ...]


@functools.cache
def lesson(number: str) -> Lesson:
    """Load a lesson from the solved notebook of this clone; the other one may hold answers.

    Raises:
        FileNotFoundError: the lesson has not been built.
    """
    stem = next(x.stem for x in syllabus.LESSONS if x.number == number)
    solved = _cells(paths.root() / "solutions" / f"{stem}.ipynb")
    setup = tuple(c.source for c in solved if "setup" in c.metadata.get("tags", ()))
    references = {c.metadata.graphrec.exercise: c.source for c in solved if _answers(c)}
    stubs = {
        c.metadata.graphrec.exercise: syntax.fingerprint(ast.parse(c.metadata.graphrec.given))
        for c in solved
        if _answers(c)
    }
    return Lesson(number, setup, references, stubs, exercises.of_lesson(number))


@functools.cache
def built() -> frozenset[str]:
    """Return the numbers of the lessons that have been built, without loading any."""
    folder = paths.root() / "solutions"
    return frozenset(x.number for x in syllabus.LESSONS if (folder / f"{x.stem}.ipynb").exists())


def functions() -> dict[str, set[str]]:
    """Return {number: names of the functions asked for} of every lesson that has been built."""
    return {n: {e.function for e in exercises.of_lesson(n)} for n in sorted(built())}


def _cells(path: Path) -> list:
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]


def _answers(cell) -> bool:
    return cell.metadata.get("graphrec", {}).get("role") == "exercise"


# ---------------------------------------------------------------- one exercise


def helpers(notebook: Notebook, answer: locate.Answer, known: Lesson) -> list[str]:
    """Return the definitions of other cells that an answer needs, in notebook order.

    Functions, classes, imports and constants are followed from name to name. The functions of
    other exercises are left out: see `others`.
    """
    asked = {e.function for e in known.exercises}
    ours = {_text(node) for source in known.setup for node in _statements(source)}
    given = {name for source in known.setup for node in _statements(source) for name in
             syntax.bound(node)}  # fmt: skip
    available = [
        (number, node, syntax.bound(node))
        for number, cell in enumerate(notebook.cells)
        if cell.kind == "code" and cell is not answer.cell
        for node in _statements(cell.source)
    ]
    available = [x for x in available if x[2] and not x[2] & asked and _text(x[1]) not in ours]
    chosen: dict[int, str] = {}
    wanted, done = syntax.needs(answer.source), set()
    while wanted:
        name = wanted.pop()
        done.add(name)
        for position, (_, node, names) in enumerate(available):
            if name in names and position not in chosen:
                chosen[position] = _text(node)
                wanted |= syntax.needs(chosen[position]) - done
    if done - given - asked - set().union(*(available[k][2] for k in chosen), dir(builtins)):
        for position, (_, node, names) in enumerate(available):
            if "*" in names:
                chosen[position] = _text(node)
    cells: dict[int, list[str]] = {}
    for position in sorted(chosen):
        cells.setdefault(available[position][0], []).append(chosen[position])
    return ["\n".join(lines) for lines in cells.values()]


def _statements(source: str) -> list[ast.stmt]:
    tree = syntax.parse(syntax.python(source))
    return tree.body if tree else []


def _text(node: ast.stmt) -> str:
    try:
        return ast.unparse(node)
    except syntax.TOO_DEEP:
        return "pass"


def others(sources: list[str], exercise: str, known: Lesson) -> list[str]:
    """Return the ids of the other exercises whose functions an answer and its helpers call."""
    needed = set().union(*map(syntax.needs, sources))
    return [e.id for e in known.exercises if e.id != exercise and e.function in needed]


def notebook(known: Lesson, exercise: Exercise, answer: locate.Answer, own: list[str]):
    """Return the small notebook of one exercise; the plugin fills in the other roles' sources."""
    parts = [("boot", "")]
    parts += [("setup", source) for source in known.setup]
    parts += [("others", "")]
    parts += [("guard", "")]
    parts += [("helper", source) for source in own]
    parts += [("exercise", answer.source), ("public", ""), ("check", "")]
    made = nbformat.v4.new_notebook()
    for number, (role, source) in enumerate(parts):
        meta = {"graphrec": {"exercise": exercise.id, "role": role}}
        cell = nbformat.v4.new_code_cell(source, metadata=meta, id=f"{role}-{number}")
        made.cells.append(cell)
    return made
