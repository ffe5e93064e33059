"""Find the answers in a submission, whatever happened to its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field

from graphrec_utils.grading import syntax
from graphrec_utils.grading.intake import Cell, Notebook

MARKER = re.compile(r"\A\s*#\s*exercise\s+(\d\d\.\d+)\b", re.IGNORECASE)
ANSWER_ID = re.compile(r"\A(?:ex|check)-(\d\d)-\d+\Z")


@dataclass
class Answer:
    """What a submission says to one exercise.

    `status` is "" for an answer that can be run, or "missing", "not-implemented", "syntax".
    """

    exercise: str
    source: str = ""
    status: str = ""
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    cell: Cell | None = None


def lesson(
    notebook: Notebook,
    name: str,
    numbers: Container[str],
    functions: Callable[[], dict[str, set[str]]],
) -> str | None:
    """Return the number of the lesson that a notebook belongs to, or None.

    Its own metadata decide, then those of its cells, their markers and ids, the file name, and
    last the functions it defines.

    Args:
        name: the file's name without folder and suffix.
        numbers: of all lessons.
        functions: returns {"06": names of the functions its exercises ask for} of all lessons;
            asked only when nothing else helps, as all lessons must be loaded for it.
    """
    if notebook.lesson in numbers:
        return notebook.lesson
    votes: Counter[str] = Counter()
    for cell in notebook.cells:
        votes.update(n for n in _lessons_of(cell) if n in numbers)
    if votes:
        return votes.most_common(1)[0][0]
    for found in re.findall(r"(?<!\d)(\d\d)_", name):
        if found in numbers:
            return found
    wanted_of = functions() if any(cell.kind == "code" for cell in notebook.cells) else {}
    for cell in notebook.cells:
        if cell.kind == "code" and (tree := syntax.parse(syntax.python(cell.source))):
            votes.update(
                number
                for number, names in wanted_of.items()
                for wanted in names
                if syntax.defines(tree, wanted)
            )
    return votes.most_common(1)[0][0] if votes else None


def _lessons_of(cell: Cell) -> set[str]:
    found = {cell.lesson, cell.exercise[:2]}
    for name in (cell.id, cell.grade_id):
        if match := ANSWER_ID.match(name):
            found.add(match[1])
    if match := MARKER.match(cell.source):
        found.add(match[1][:2])
    return found


def answer(notebook: Notebook, exercise: str, function: str, stub: str) -> Answer:
    """Return the answer to one exercise.

    Marked cells (nbgrader's grade_id, cell id, our metadata, the comment in line 1) come before
    any other cell that defines the function. Among several the last one counts that parses and
    is not the stub.

    Args:
        stub: fingerprint of the cell as it was handed out.
    """
    key = f"ex-{exercise.replace('.', '-')}"
    marked = [c for c in notebook.cells if _is_marked(c, exercise, key)]
    others = [
        c
        for c in notebook.cells
        if c.kind == "code"
        and c not in marked
        and re.search(rf"\b{re.escape(function)}\b", c.source)
    ]
    sources = {id(c): _source(c) for c in [*marked, *others]}
    stubs, broken, without, valid = [], [], [], []
    for group in (marked, others):
        found = []
        for cell in group:
            source = sources[id(cell)]
            tree = syntax.parse(source)
            if tree is None:
                broken.append(cell)
            elif syntax.is_stub(tree, function, stub):
                stubs.append(cell)
            elif syntax.defines(tree, function):
                found.append(cell)
            elif tree.body and group is marked:
                without.append(cell)
        valid.append(found)
    if chosen := valid[0] or valid[1]:
        last = chosen[-1]
        return Answer(exercise, sources[id(last)], notes=_notes(chosen, valid[0]), cell=last)
    if marked_broken := [c for c in broken if c in marked or _defines_by_eye(c, function)]:
        cell = marked_broken[-1]
        return Answer(exercise, status="syntax", reason=syntax.syntax_error(sources[id(cell)]))
    if without:  # perhaps it defines the function in a way that only running it shows
        last = without[-1]
        return Answer(exercise, sources[id(last)], cell=last)
    if stubs:
        return Answer(exercise, status="not-implemented", reason="not implemented yet")
    return Answer(exercise, status="missing", reason=f"no cell defines {function}")


def _is_marked(cell: Cell, exercise: str, key: str) -> bool:
    if match := MARKER.match(syntax.from_markdown(cell.source)):
        return match[1] == exercise  # the student sees this line, so it wins over hidden names
    if cell.role == "check":
        return False
    return key in (cell.grade_id, cell.id) or cell.exercise == exercise


def _source(cell: Cell) -> str:
    text = cell.source if cell.kind == "code" else syntax.from_markdown(cell.source)
    return syntax.python(text)


def _defines_by_eye(cell: Cell, function: str) -> bool:
    return re.search(rf"^\s*def\s+{re.escape(function)}\b", cell.source, re.MULTILINE) is not None


def _notes(chosen: list[Cell], marked: list[Cell]) -> list[str]:
    notes = []
    if not marked:
        notes.append("found by the name of its function: the cell has lost its marks")
    if len({cell.source.strip() for cell in chosen}) > 1:
        notes.append(f"{len(chosen)} different answers; the last one counts")
    if chosen[-1].kind != "code":
        notes.append("the answer stands in a text cell")
    return notes
