"""Read a lesson's source and derive both notebooks from it, not executed.

source   solutions/NN_slug.py       jupytext py:percent, the only file people edit
solved   solutions/NN_slug.ipynb    the source
student  notebooks/NN_slug.ipynb    the source with stubs in place of answers

Inside an answer cell, `### SOLUTION` becomes the stub, or the body of the exercise's solution between
`### BEGIN SOLUTION` and `### END SOLUTION`. Commented lines after an optional `### GIVEN` line become the
student's starting code instead.
In prose, {{points}}, {{minutes}}, {{points:06.1}}, {{hints:06.1}}, {{quiz}} and {{symbols}} are filled in.
{{quiz:06.q1}}, at the end of the branch that teaches it, shows a question with branch=True; {{quiz}} those of the core.
"""

from __future__ import annotations

import copy
import hashlib
import re
import textwrap
import tomllib
from pathlib import Path

import jupytext
import nbformat

import graphrec_utils
from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.lesson import around, predictions, symbols
from graphrec_utils.exercises import core, questions

SOLUTION = re.compile(
    r"^(?P<indent> *)### BEGIN SOLUTION\n(?P<answer>.*?)"
    r"(?:^ *### GIVEN\n(?P<given>.*?))?^ *### END SOLUTION$",
    re.MULTILINE | re.DOTALL,
)
MARKER = re.compile(
    r"^(?P<indent> *)### SOLUTION$(?:\n *### GIVEN$(?P<given>(?:\n *#.*)+))?", re.MULTILINE
)
FIELD = re.compile(r"\{\{([a-z]+)(?::(\d\d\.q?\d+))?\}\}")
ROLES = ("exercise", "check")
KNOWN_TAGS = {"setup", "experiment", "timing", "widget", "notes", "long", "told"}
FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"


class SourceError(Exception):
    """A lesson's source that cannot be built: file, cell and reason in one sentence."""

    def __init__(self, source: Path, cell: int | str, reason: str):
        super().__init__(f"{source.name}, cell {cell}: {reason}")


def repository(pyproject: Path | None = None) -> str | None:
    """Return "owner/name" from `[tool.graphrec] repository`, or None where it is not set."""
    pyproject = pyproject or paths.root() / "pyproject.toml"
    settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    return settings.get("tool", {}).get("graphrec", {}).get("repository")


def sources(numbers: list[str] | None = None) -> list[Path]:
    """Return the sources of the given lessons, or of all.

    Raises:
        FileNotFoundError: a lesson has no source.
    """
    folder = paths.root() / "solutions"
    if not numbers:
        return sorted(folder.glob("[0-9][0-9]_*.py"))
    found = []
    for number in numbers:
        files = sorted(folder.glob(f"{number:0>2}_*.py"))
        if not files:
            raise FileNotFoundError(f"there is no solutions/{number:0>2}_*.py")
        found += files
    return found


def built() -> list[Path]:
    """Return the sources of all lessons whose notebooks have been built."""
    return [s for s in sources() if all(target(s, x).exists() for x in ("solved", "student"))]


def notebooks(source: Path, repo: str | None = None) -> dict[str, nbformat.NotebookNode]:
    """Return {"solved": notebook, "student": notebook} of a source, without outputs.

    Raises:
        SourceError: the source breaks a rule of the course.
    """
    try:
        exercises.of_lesson(source.name[:2])
    except ValueError as error:
        raise SourceError(source, "-", str(error)) from None
    nb = jupytext.read(source)
    nb.metadata = nbformat.from_dict({
        **around.AS_JUPYTER_WRITES,
        "graphrec": {"lesson": source.name[:2], "course": graphrec_utils.__version__},
    })  # fmt: skip
    nb.nbformat, nb.nbformat_minor = 4, 5
    prose = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    fields = {match.group() for match in FIELD.finditer(prose)}
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata.pop("lines_to_next_cell", None)
        cell.source = cell.source.strip("\n")
        if cell.cell_type == "markdown":
            cell.source = _fill(source, number, cell)
        _mark(source, number, cell)
    _check_pairs(source, nb)
    _check_words(source, nb, fields)
    _check_quiz(source, fields)
    try:
        predictions.check(source, nb)
    except predictions.Spoiled as error:
        raise SourceError(source, *error.args) from None
    nb.cells[1:1] = around.openers(source.stem, repo)
    nb.cells.append(around.closing(source.name[:2]))
    return {"solved": _solved(source, nb), "student": _student(nb)}


def answer_cells(source: Path) -> dict[str, str]:
    """Return {"06.1": its cell with the published solution} of a source."""
    roles = [(role(cell), cell.source) for cell in jupytext.read(source).cells]
    return {r[1]: _with_solution(code, r[1]) for r, code in roles if r and r[0] == "exercise"}


def _with_solution(code: str, name: str) -> str:
    """Return an answer cell with the body of the exercise's solution for its `### SOLUTION`."""

    def block(match: re.Match) -> str:
        pad, given = match["indent"], match["given"]
        rows = [f"{pad}### BEGIN SOLUTION", textwrap.indent(exercises.get(name).published, pad)]
        rows += [f"{pad}### GIVEN{given}"] if given else []
        return "\n".join([*rows, f"{pad}### END SOLUTION"])

    return MARKER.sub(block, code)


def target(source: Path, name: str) -> Path:
    """Return where the notebook called "solved" or "student" is written."""
    folder = source.parent if name == "solved" else paths.root() / "notebooks"
    return folder / f"{source.stem}.ipynb"


# ---------------------------------------------------------------- cells


def role(cell) -> tuple[str, str] | None:
    """Return ("exercise", "06.1") or ("check", "06.1") for a cell tagged so."""
    for tag in cell.metadata.get("tags", []):
        kind, _, name = tag.partition(":")
        if kind in ROLES:
            return kind, name
    return None


def _mark(source: Path, number: int, cell) -> None:
    """Write the metadata of an answer or check cell, and the tags nbval reads."""
    tags = cell.metadata.get("tags", [])
    for tag in tags:
        if tag.partition(":")[0] not in (*ROLES, *predictions.TAGS) and tag not in KNOWN_TAGS:
            raise SourceError(source, number, f"unknown tag {tag!r}")
    if {"widget", "timing"} & set(tags):
        cell.metadata.tags = [*tags, "nbval-ignore-output"]
    if (found := role(cell)) is None:
        return
    kind, name = found
    try:
        exercise = exercises.get(name)
    except KeyError as error:
        raise SourceError(source, number, _unknown(name, error)) from None
    if name[:2] != source.name[:2]:
        raise SourceError(source, number, f"exercise {name} belongs to another lesson")
    key = name.replace(".", "-")
    grader = {"schema_version": 3, "cell_type": "code", "task": False}
    if kind == "exercise":
        if not MARKER.search(cell.source):
            reason = f"exercise {name} has no ### SOLUTION, the line for what its module says"
            raise SourceError(source, number, reason)
        cell.id = f"ex-{key}"
        cell.source = f"# exercise {name}\n{_with_solution(cell.source, name)}"
        grader |= {"grade_id": cell.id, "grade": False, "solution": True, "locked": False}
    else:
        cell.id = f"check-{key}"
        cell.metadata.tags = [*cell.metadata.tags, "nbval-check-output"]
        grader |= {"grade_id": cell.id, "grade": True, "solution": False, "locked": True}
        grader["points"] = exercise.points
    cell.metadata.nbgrader = nbformat.from_dict(grader)
    cell.metadata.graphrec = nbformat.from_dict(
        {"lesson": name[:2], "exercise": name, "role": kind, "course": graphrec_utils.__version__}
    )


def _unknown(name: str, error: KeyError) -> str:
    """Return what an author reads about an exercise or question that is not found: where it is looked for."""
    module = "questions" if "q" in name else f"ex{name[3:]}_name"
    file = f"graphrec_utils/lessons/lesson{name[:2]}/{module}.py"
    return f"{error.args[0]}; its file would be {file}"


def _check_pairs(source: Path, nb) -> None:
    """Each exercise of the lesson stands once in the source, with its check after it."""
    seen: dict[tuple[str, str], int] = {}
    for number, cell in enumerate(nb.cells, start=1):
        if (found := role(cell)) is None:
            continue
        if found in seen:
            raise SourceError(source, number, f"{found[0]} {found[1]} repeats cell {seen[found]}")
        seen[found] = number
    for exercise in exercises.of_lesson(source.name[:2]):
        at, check = (seen.get((kind, exercise.id)) for kind in ROLES)
        if at is None:
            raise SourceError(source, "-", f"exercise {exercise.id} is not in the lesson")
        if check is None or check < at:
            raise SourceError(source, at, f"exercise {exercise.id} has no check after it")


def _check_words(source: Path, nb, fields: set[str]) -> None:
    """The cells of an exercise name its function; the prose says its points and holds its hints."""
    cells = {role(cell): (number, cell.source) for number, cell in enumerate(nb.cells, start=1)}
    for exercise in exercises.of_lesson(source.name[:2]):
        number, code = cells["exercise", exercise.id]
        for field in (f"{{{{points:{exercise.id}}}}}", f"{{{{hints:{exercise.id}}}}}"):
            if field not in fields:
                raise SourceError(source, number, f"the prose above lacks {field}")
        if exercise.branch != (at := _in_branch(nb, number)):
            where = "in a branch, its module lacks" if at else "in the core, its module has"
            raise SourceError(source, number, f"exercise {exercise.id} is {where} branch=True")
        name = exercise.function
        if not re.search(rf"^(?:(?:def|class) {name}\b|{name} =)", code, re.MULTILINE):
            raise SourceError(source, number, f"exercise {exercise.id} does not define {name}")
        number, code = cells["check", exercise.id]
        call = f'check("{exercise.id}", {name})'
        if call not in code:
            raise SourceError(source, number, f"the cell does not call {call}")


def _check_quiz(source: Path, fields: set[str]) -> None:
    """What a branch asks is marked so, for later lessons recall questions of cores alone."""
    for question in questions.of_lesson(source.name[:2]):
        placed = f"{{{{quiz:{question.id}}}}}" in fields
        if question.branch != placed:
            where = "stands alone, and lacks" if placed else "stands in no branch, and has"
            raise SourceError(source, "-", f"question {question.id} {where} branch=True")


def _in_branch(nb, number: int) -> bool:
    """Report whether the last section that begins above a cell is a branch: ↳ stands in its heading."""
    prose = [cell.source for cell in nb.cells[:number] if cell.cell_type == "markdown"]
    headings = re.findall(r"^## .*", "\n".join(prose), re.MULTILINE)
    return bool(headings) and "↳" in headings[-1]


def _fill(source: Path, number: int, cell) -> str:
    """Fill in the {{fields}} of one prose cell."""
    lesson = next(x for x in syllabus.LESSONS if x.number == source.name[:2])

    def value(match: re.Match) -> str:
        field, name = match.groups()
        try:
            match field, name:
                case "minutes", None:
                    return str(lesson.minutes)
                case "points", None:
                    return _points(lesson.number)
                case "points", _:
                    found = exercises.get(name)
                    return f"{found.points} {'extra ' * found.branch}points"
                case "quiz", _:
                    return "\n".join(map(_folded_question, _quiz(source, name)))
                case "symbols", None:
                    return symbols.table()
                case "hints", str():
                    hints = enumerate(exercises.get(name).hints, start=1)
                    return "\n".join(FOLDED.format(f"Hint {k}", text) for k, text in hints)
        except KeyError as error:
            raise SourceError(source, number, _unknown(name, error)) from None
        raise SourceError(source, number, f"unknown field {match.group()}")

    return FIELD.sub(value, cell.source)


def _points(number: str) -> str:
    """Return "24 (and 16 extra in branches)": full marks, and what is above them."""
    found = exercises.of_lesson(number)
    extra = sum(e.points for e in found if e.branch)
    return f"{core.full(found)}{f' (and {extra} extra in branches)' if extra else ''}"


def _quiz(source: Path, name: str | None) -> list[questions.Question]:
    """Return the question of this name, or all of the core."""
    if name is not None:
        return [questions.get(name)]
    return [q for q in questions.of_lesson(source.name[:2]) if q.kind == "q" and not q.branch]


def _folded_question(question: questions.Question) -> str:
    """Return a question of the quiz with its options, and what is said to each folded below."""
    shown = question.shown()
    options = "\n".join(f"* {letter}) {option}" for letter, option in shown)
    said = dict(question.options)
    answers = "\n".join(
        f"* {letter}) {'✓ ' * (letter == question.right)}{said[option]}" for letter, option in shown
    )
    return (
        f"**{question.id}** {question.text}\n\n{options}\n\n{FOLDED.format('Answers', answers)}\n"
    )


# ---------------------------------------------------------------- the two notebooks


def _solved(source: Path, nb):
    nb = copy.deepcopy(nb)

    def answer(match: re.Match) -> str:
        pad = match["indent"]
        return f"{pad}### BEGIN SOLUTION\n{match['answer']}{pad}### END SOLUTION"

    for number, cell in enumerate(nb.cells, start=1):
        if role(cell) and role(cell)[0] == "exercise":
            cell.metadata.graphrec["given"] = _given(cell)  # the grader's: the other may be edited
            cell.source = SOLUTION.sub(answer, cell.source)
        if "### GIVEN" in cell.source:
            raise SourceError(source, number, "### GIVEN stands below ### SOLUTION or nowhere")
    return _with_ids(nb)


def _student(nb):
    nb = copy.deepcopy(nb)
    # what a speaker says is for slides and the solved notebook
    nb.cells = [c for c in nb.cells if "notes" not in c.metadata.get("tags", [])]
    for cell in nb.cells:
        if role(cell) and role(cell)[0] == "exercise":
            cell.source = _given(cell)
    predictions.fold(nb)
    return _with_ids(nb)


def _given(cell) -> str:
    """Return an answer cell as students get it."""

    def stub(match: re.Match) -> str:
        if match["given"] is None:
            return f'{match["indent"]}raise NotImplementedError("Exercise {role(cell)[1]}")'
        lines = (re.sub(r"^( *)# ?", r"\1", line).rstrip() for line in match["given"].splitlines())
        return "\n".join(lines)

    return SOLUTION.sub(stub, cell.source)


def _with_ids(nb):
    """Give every other cell an id made from its text, so that inserting a cell moves no id."""
    used: dict[str, int] = {}
    for cell in nb.cells:
        if role(cell):
            continue
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        used[digest] = used.get(digest, 0) + 1
        cell.id = digest if used[digest] == 1 else f"{digest}-{used[digest]}"
    return nb
