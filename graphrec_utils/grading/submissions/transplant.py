"""Move an answer, and what it needs, out of a submission and into our own lesson.

For every exercise a small notebook is made: the lesson's setup cells, what the answer needs of the
student's other cells (`needed`), the answer, and our probe.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

import nbformat

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import origin
from graphrec_utils.grading.submissions import locate, syntax
from graphrec_utils.grading.submissions.intake import Notebook
from graphrec_utils.grading.submissions.needed import Needed, Pool


@dataclass(frozen=True)
class Lesson:
    """What grading takes from the course: sources by exercise id, never from a submission."""

    number: str
    setup: tuple[str, ...]
    references: dict[str, str]
    stubs: dict[str, str]
    given: frozenset[str]  # sources of all code cells, without layout
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
    given = frozenset(syntax.plain(c.source) for c in solved if not _answers(c))
    return Lesson(number, setup, references, stubs, given, exercises.of_lesson(number))


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


def pool(submitted: Notebook, known: Lesson) -> Pool:
    """Return the statements of a submission, from which an answer's helpers are taken."""
    stubs = {e.function: known.stubs.get(e.id, "") for e in known.exercises}
    return Pool(submitted, known.setup, known.given, stubs)


def others(sources: list[str], exercise: str, known: Lesson, own: dict[str, str]) -> list[str]:
    """Return the ids of the other exercises whose functions are called, directly or through others.

    Args:
        sources: the answer and its helpers.
        own: {exercise id: the student's answer to it with its helpers}.
    """
    found: set[str] = set()
    waiting = list(sources)
    while waiting:
        needed = syntax.needs(waiting.pop())
        for other in known.exercises:
            if other.function in needed and other.id not in (exercise, *found):
                found.add(other.id)
                waiting += [known.references[other.id], own.get(other.id, "")]
    return sorted(found)


def uses(sources: list[str], known: Lesson) -> set[str]:
    """Return the names of the course's package that sources import, or have from the setup cells."""
    given = [
        one for text in known.setup for node in syntax.statements(text) for one in _single(node)
    ]
    texts = list(sources)
    wanted = set().union(*map(syntax.needs, texts))
    while chosen := [node for node in given if syntax.bound(node) & {*wanted, "*"}]:
        given = [node for node in given if node not in chosen]
        texts += map(syntax.text, chosen)
        wanted |= set().union(*(syntax.needs(syntax.text(node)) for node in chosen))
    return set().union(*map(origin.imported, texts))


def _single(node: ast.stmt) -> list[ast.stmt]:
    """Return an import of several names as imports of one name each, anything else as it is."""
    match node:
        case ast.Import(names=names):
            return [ast.Import([alias]) for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            return [ast.ImportFrom(module, [alias], level) for alias in names]
    return [node]


def notebook(known: Lesson, exercise: Exercise, answer: locate.Answer, own: Needed):
    """Return the small notebook of one exercise; the plugin fills in the other roles' sources."""
    parts = [("boot", "")]
    parts += [("setup", source) for source in known.setup]
    parts += [("others", "")]
    parts += [("helper", source) for source in own.before]
    parts += [("exercise", answer.source)]
    parts += [("helper", source) for source in own.after]
    parts += [("public", ""), ("check", "")]
    made = nbformat.v4.new_notebook()
    for number, (role, source) in enumerate(parts):
        meta = {"graphrec": {"exercise": exercise.id, "role": role}}
        cell = nbformat.v4.new_code_cell(source, metadata=meta, id=f"{role}-{number}")
        made.cells.append(cell)
    return made
