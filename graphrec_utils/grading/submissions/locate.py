"""Find the answers in a submission, whatever happened to its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field

from graphrec_utils.grading.submissions import syntax
from graphrec_utils.grading.submissions.intake import Cell, Notebook

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
    place: int = -1  # of its cell
    until: int = 0  # the last cell before the verdict: the exercise's check


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
    any other cell that defines the function, unless that one stands between them and the check:
    then it is what the check has seen. Among several the last one counts that parses and is not
    the stub.

    Args:
        stub: fingerprint of the cell as it was handed out.
    """
    key = f"ex-{exercise.replace('.', '-')}"
    named = re.compile(rf"\b{re.escape(function)}\b")
    until = _until(notebook, exercise)
    stubs, broken, without = [], [], []
    marked: list[_Found] = []
    free: list[_Found] = []
    for place, cell in enumerate(notebook.cells):
        is_marked = _is_marked(cell, exercise, key)
        if not (is_marked or (cell.kind == "code" and named.search(cell.source))):
            continue
        found = _Found(place, cell, _source(cell))
        tree = syntax.parse(found.source)
        if tree is None:
            if is_marked or _defines_by_eye(cell, function):
                broken.append(found)
        elif syntax.is_stub(tree, function, stub):
            stubs.append(found)
        elif syntax.defines(tree, function):
            if is_marked:
                marked.append(found)
            elif syntax.replaces(tree, function):
                free.append(found)
        elif tree.body and is_marked:
            without.append(found)
    until = max([until, *(x.place for x in marked)])
    if marked:
        between = [x for x in free if marked[-1].place < x.place <= until]
        chosen = sorted([*marked, *between], key=lambda x: x.place)
    else:
        chosen = [x for x in free if x.place <= until] or free
    if chosen:
        return _answer(exercise, chosen[-1], until, _notes(chosen, marked))
    if broken:
        reason = syntax.syntax_error(broken[-1].source)
        return Answer(exercise, status="syntax", reason=reason)
    if without:  # perhaps it defines the function in a way that only running it shows
        return _answer(exercise, without[-1], until, [])
    if stubs:
        return Answer(exercise, status="not-implemented", reason="not implemented yet")
    return Answer(exercise, status="missing", reason=f"no cell defines {function}")


@dataclass
class _Found:
    place: int
    cell: Cell
    source: str


def _answer(exercise: str, found: _Found, until: int, notes: list[str]) -> Answer:
    last = max(until, found.place)
    return Answer(exercise, found.source, notes=notes, place=found.place, until=last)


def _until(notebook: Notebook, exercise: str) -> int:
    """Return the place of the last check of an exercise, or that of the last cell."""
    call = re.compile(rf"^[^#\n]*\bcheck\(\s*[\"']{re.escape(exercise)}[\"']", re.M)
    checks = [
        place
        for place, cell in enumerate(notebook.cells)
        if cell.kind == "code"
        and (call.search(cell.source) or (cell.role == "check" and cell.exercise == exercise))
    ]
    return checks[-1] if checks else len(notebook.cells) - 1


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


def _notes(chosen: list[_Found], marked: list[_Found]) -> list[str]:
    notes = []
    if not marked:
        notes.append("found by the name of its function: the cell has lost its marks")
    if len({x.cell.source.strip() for x in chosen}) > 1:
        notes.append(f"{len(chosen)} different answers; the last one counts")
    if chosen[-1].cell.kind != "code":
        notes.append("the answer stands in a text cell")
    return notes
