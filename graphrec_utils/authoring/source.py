"""Read a lesson's source and derive both notebooks from it, not executed.

source   solutions/NN_slug.py       jupytext py:percent, the only file people edit
solved   solutions/NN_slug.ipynb    the source
student  notebooks/NN_slug.ipynb    the source with stubs in place of answers

Inside an answer cell, `### BEGIN SOLUTION ... ### END SOLUTION` becomes the stub. Commented
lines after an optional `### GIVEN` line become the student's starting code instead.
In prose, {{points}}, {{minutes}}, {{points:06.1}} and {{hints:06.1}} are filled in; in a cell
tagged `quiz`, a line "? question" followed by "! answer" lines becomes a folded answer.
"""

from __future__ import annotations

import copy
import hashlib
import html
import re
import tomllib
from pathlib import Path

import jupytext
import nbformat

import graphrec_utils
from graphrec_utils import exercises, paths, syllabus

SOLUTION = re.compile(
    r"^(?P<indent> *)### BEGIN SOLUTION\n(?P<answer>.*?)"
    r"(?:^ *### GIVEN\n(?P<given>.*?))?^ *### END SOLUTION$",
    re.MULTILINE | re.DOTALL,
)
FIELD = re.compile(r"\{\{([a-z]+)(?::(\d\d\.\d+))?\}\}")
ROLES = ("exercise", "check")
KNOWN_TAGS = {"setup", "experiment", "timing", "widget", "notes", "long", "quiz"}
FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"

BOOTSTRAP = """\
# Finds the course's package: nothing is installed in a clone; Colab needs one pip line.
import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("graphrec_utils") is None:
    clone = next((p for p in Path.cwd().parents if (p / "graphrec_utils").is_dir()), None)
    if clone is None:
        {otherwise}
    sys.path.insert(0, str(clone))\
"""
NOT_FOUND = (
    'sys.exit("graphrec_utils was not found: open this notebook inside a clone of the course")'
)
ON_COLAB = """\
if "google.colab" not in sys.modules:
            {not_found}
        !{{sys.executable}} -m pip install -q torch-geometric
        !{{sys.executable}} -m pip install -q --no-deps "git+{url}@v{version}"
        clone = Path.cwd()\
"""
KEEP = (
    "*On Binder and on Colab everything you write is gone when the session ends, on Binder after "
    "about ten idle minutes: save a copy in Drive first, or download this notebook before you "
    "leave. The end of lesson 00 says how to keep your points.*"
)


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
    nb = jupytext.read(source)
    nb.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "graphrec": {"lesson": source.name[:2], "course": graphrec_utils.__version__},
    })  # fmt: skip
    nb.nbformat, nb.nbformat_minor = 4, 5
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata.pop("lines_to_next_cell", None)
        cell.source = cell.source.strip("\n")
        if cell.cell_type == "markdown":
            cell.source = _fill(source, number, cell)
        _mark(source, number, cell)
    _check_pairs(source, nb)
    nb.cells[1:1] = _openers(source, repo)
    return {"solved": _solved(source, nb), "student": _student(nb)}


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
        if tag.partition(":")[0] not in ROLES and tag not in KNOWN_TAGS:
            raise SourceError(source, number, f"unknown tag {tag!r}")
    if {"widget", "timing"} & set(tags):
        cell.metadata.tags = [*tags, "nbval-ignore-output"]
    if (found := role(cell)) is None:
        return
    kind, name = found
    try:
        exercise = exercises.get(name)
    except KeyError as error:
        raise SourceError(source, number, error.args[0]) from None
    if name[:2] != source.name[:2]:
        raise SourceError(source, number, f"exercise {name} belongs to another lesson")
    key = name.replace(".", "-")
    grader = {"schema_version": 3, "cell_type": "code", "task": False}
    if kind == "exercise":
        cell.id = f"ex-{key}"
        cell.source = f"# exercise {name}\n{cell.source}"
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


def _check_pairs(source: Path, nb) -> None:
    """Each exercise of the lesson stands once in the source, with its check after it."""
    seen: dict[tuple[str, str], int] = {}
    for number, cell in enumerate(nb.cells, start=1):
        if (found := role(cell)) is None:
            continue
        if found in seen:
            raise SourceError(source, number, f"{found[0]} {found[1]} repeats cell {seen[found]}")
        seen[found] = number
        if found[0] == "exercise" and not SOLUTION.search(cell.source):
            raise SourceError(source, number, f"exercise {found[1]} has no ### BEGIN/END SOLUTION")
    for exercise in exercises.of_lesson(source.name[:2]):
        at, check = (seen.get((kind, exercise.id)) for kind in ROLES)
        if at is None:
            raise SourceError(source, "-", f"exercise {exercise.id} is not in the lesson")
        if check is None or check < at:
            raise SourceError(source, at, f"exercise {exercise.id} has no check after it")


def _fill(source: Path, number: int, cell) -> str:
    """Fill in the {{fields}} and fold the quiz of one prose cell."""
    lesson = next(x for x in syllabus.LESSONS if x.number == source.name[:2])

    def value(match: re.Match) -> str:
        field, name = match.groups()
        try:
            match field, name:
                case "minutes", None:
                    return str(lesson.minutes)
                case "points", None:
                    return str(sum(e.points for e in exercises.of_lesson(lesson.number)))
                case "points", _:
                    return f"{exercises.get(name).points} points"
                case "hints", str():
                    hints = enumerate(exercises.get(name).hints, start=1)
                    return "\n".join(FOLDED.format(f"Hint {k}", text) for k, text in hints)
        except KeyError as error:
            raise SourceError(source, number, error.args[0]) from None
        raise SourceError(source, number, f"unknown field {match.group()}")

    text = FIELD.sub(value, cell.source)
    return _fold_quiz(text) if "quiz" in cell.metadata.get("tags", []) else text


def _fold_quiz(text: str) -> str:
    """Turn "? question" and the "! answer" lines after it into a folded block."""
    lines, question, answer = [], None, []

    def flush() -> None:
        if question is not None:
            lines.append(FOLDED.format(question, "\n".join(answer)))

    for line in text.splitlines():
        if line.startswith("? "):
            flush()
            question, answer = html.escape(line[2:], quote=False), []
        elif line.startswith("! ") and question is not None:
            answer.append(line[2:])
        elif question is None:
            lines.append(line)
    flush()
    return "\n".join(lines)


def _openers(source: Path, repo: str | None) -> list:
    """Return the cells every notebook begins with after its title: buttons and bootstrap."""
    otherwise = NOT_FOUND
    cells = []
    if repo:
        url = f"https://github.com/{repo}"
        version = graphrec_utils.__version__
        otherwise = ON_COLAB.format(not_found=NOT_FOUND, url=url, version=version)
        cells.append(nbformat.v4.new_markdown_cell(f"{buttons(repo, source.stem)}\n\n{KEEP}"))
        cells[0].metadata.slideshow = {"slide_type": "skip"}
    code = nbformat.v4.new_code_cell(BOOTSTRAP.format(otherwise=otherwise))
    code.metadata.update(
        tags=["setup"], jupyter={"source_hidden": True}, slideshow={"slide_type": "skip"}
    )
    return [*cells, code]


def buttons(repo: str, stem: str) -> str:
    """Return the launch links of one lesson as Markdown."""
    colab = f"https://colab.research.google.com/github/{repo}/blob/main/notebooks/{stem}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{repo}/main?urlpath=lab/tree/notebooks/{stem}.ipynb"
    return f"[Open in Colab]({colab}) · [Open in Binder]({binder})"


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
            raise SourceError(source, number, "### GIVEN stands outside BEGIN/END SOLUTION")
    return _with_ids(nb)


def _student(nb):
    nb = copy.deepcopy(nb)
    # what a speaker says is for slides and the solved notebook
    nb.cells = [c for c in nb.cells if "notes" not in c.metadata.get("tags", [])]
    for cell in nb.cells:
        if role(cell) and role(cell)[0] == "exercise":
            cell.source = _given(cell)
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
