"""Four graders behind one interface: what each is given, how it is run, and what it says of whom.

A class is a folder with `submitted/STUDENT/`. Each tool gets the assignment as its own documentation asks for it, with
the same printed example and, where it knows such a thing, the same hidden tests.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
import zipfile
from dataclasses import dataclass
from pathlib import Path

import environments
import nbformat
import numpy as np
import pytest
import torch

from graphrec_utils import graphs, paths, toy
from solutions.experiments.lesson00.grader_cases import RIGHT, STUB

MEMORY, FILE = 6 * 2**30, 200 * 2**20  # bytes that a command of any tool, and a file, may take
LIMIT = 150.0  # seconds for a submission, where a tool knows no limit of its own
CELL = 30  # seconds for a cell, where a tool knows such a limit
POINTS = {"06.1": 5, "06.2": 4}
STUDENTS = ("earlier", "later")  # honest, before and after the others in every tool's order


@dataclass
class Ran:
    """How a command ended and what it said; without a code it was stopped for its time."""

    code: int | None
    seconds: float
    text: str


def ran(command: list, cwd: Path, python: Path) -> Ran:
    """Run a command below limits of memory, file size and time, as a user without settings."""
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]), "HOME": str(home),
        "LANG": "C.UTF-8", "IPYTHONDIR": str(home / "ipython"), "MPLBACKEND": "agg",
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PLATFORM_DIRS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    }  # fmt: skip
    if python == Path(sys.executable):
        environment["PYTHONPATH"] = str(paths.root())

    def limits() -> None:
        if python != Path(sys.executable):  # the course's own grader has limits of its own
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))

    limit = LIMIT * max(1, len(list((cwd / "submitted").glob("*"))))
    start = time.perf_counter()
    log = cwd.parent / "said.txt"
    with open(log, "w+", encoding="utf-8", errors="replace") as said:
        run = subprocess.Popen(
            [str(x) for x in command], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=said,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=limits,
        )  # fmt: skip
        try:
            code = run.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, 9)
        run.wait()
    with open(log, encoding="utf-8", errors="replace") as said:
        text = said.read(2_000_000)
    return Ran(code, time.perf_counter() - start, text)


# ---------------------------------------------------------------- the assignment


def _literal(x: np.ndarray) -> str:
    return f"np.array({[[round(v, 5) for v in row] for row in x.tolist()]}, dtype=np.float32)"


def _questions() -> dict[str, list[str]]:
    """Return {exercise: assertions}: the first is printed in the notebook, the others are hidden."""
    names: dict = {"np": np}
    for text in RIGHT.values():
        exec(text, names)
    path = graphs.adjacency(toy.path()).float().numpy()
    rng = np.random.default_rng(0)
    other = graphs.adjacency(torch.from_numpy(rng.integers(2, size=(3, 4))).float()).numpy()
    E0 = rng.random((7, 2), dtype=np.float32)
    rows: dict[str, list[str]] = {"06.1": [], "06.2": []}
    for A, E, K in ((path, np.eye(5), 1), (path, np.eye(5), 3), (other, E0, 4)):
        expected = names["lightgcn_propagate"](A, E, K)
        call = f"lightgcn_propagate({_literal(A)}, {_literal(E)}, {K})"
        rows["06.1"].append(f"assert np.allclose({call}, {_literal(expected)}, atol=1e-3)")
    for A, m, K in ((path, 2, 1), (path, 2, 2), (other, 3, 3)):
        A_hat = graphs.normalize(torch.from_numpy(A)).numpy()
        expected = names["one_hot_scores"](A_hat, m, K)
        call = f"one_hot_scores({_literal(A_hat)}, {m}, {K})"
        rows["06.2"].append(f"assert np.allclose({call}, {_literal(expected)}, atol=1e-3)")
    return rows


QUESTIONS = _questions()


def cells(answers: dict[str, str], check=lambda number: QUESTIONS[number][0], setup="") -> list:
    """Return a notebook as a list of [kind, source]."""
    made = [["setup", "import numpy as np\n" + setup]]
    for number in POINTS:
        made += [[number, answers[number]], [f"check {number}", check(number)]]
    return made


def notebook(given: list, metadata: dict[str, dict] | None = None) -> str:
    """Return the text of a notebook; some kinds of cells stand for something done to the whole."""
    nb = nbformat.v4.new_notebook()
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    kinds = {kind: source for kind, source in given}
    for kind, source in given:
        if kind not in ("metadata", "cut", "no metadata"):
            cell = nbformat.v4.new_code_cell(source)
            if "no metadata" not in kinds:
                cell.metadata.update(copy.deepcopy((metadata or {}).get(kind, {})))
            nb.cells.append(cell)
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{number}"
    if "metadata" in kinds:
        nb.metadata["more"] = "BRACKETS"
    text = nbformat.writes(nb).replace('"BRACKETS"', kinds.get("metadata", ""))
    return text[: len(text) // 2] if "cut" in kinds else text


def put(folder: Path, name: str, text: str, zipped: bool) -> None:
    """Write a submission, as a zip where a tool takes one."""
    folder.mkdir(parents=True, exist_ok=True)
    if zipped:
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}.ipynb", text)
    else:
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


class Tool:
    """What all have in common; `course` is the folder of a class."""

    name = title = version = ""
    zips = False  # whether it takes a zip as it is
    split = True  # whether submissions that may harm others are kept apart

    def __init__(self, python: Path):
        self.python = python

    def prepare(self, course: Path) -> None:
        """Write what the instructor has."""
        (course / "solution").mkdir(parents=True)
        (course / "solution" / "ps.ipynb").write_text(notebook(cells(RIGHT)), encoding="utf-8")

    def cells(self, answers: dict[str, str]) -> list:
        return cells(answers)

    def hand_in(self, course: Path, student: str, given: list) -> None:
        zipped = self.zips and any(kind == "metadata" for kind, _ in given)
        put(course / "submitted" / student, "ps", notebook(given), zipped)

    def grade(self, course: Path) -> Ran:
        """Grade everybody who was not graded yet, in one command."""
        raise NotImplementedError

    def results(self, course: Path, run: Ran) -> dict[str, dict]:
        """Return {student: {"06.1": share, "06.2": share, "said": text}} of who was graded."""
        raise NotImplementedError


class Nbgrader(Tool):
    """`nbgrader autograde ps`, with hidden tests and a limit of time for a cell."""

    name, title = "nbgrader", "nbgrader"
    requirement = "nbgrader==0.9.*"
    CONFIG = (
        "c = get_config()\nc.CourseDirectory.course_id = 'c'\n"
        f"c.ExecutePreprocessor.timeout = {CELL}\nc.ExecutePreprocessor.interrupt_on_timeout = True\n"
    )
    BOOK = (
        "import json\nfrom nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        "    print(json.dumps({s.student.id: {g.cell.name: [g.auto_score, g.max_score] for n in s.notebooks "
        "for g in n.grades} for s in book.assignment_submissions('ps')}))\n"
    )

    def prepare(self, course: Path) -> None:
        source = course / "source" / "ps"
        source.mkdir(parents=True)
        (course / "nbgrader_config.py").write_text(self.CONFIG, encoding="utf-8")
        given, metadata = [["setup", "import numpy as np\n"]], {}
        for number, points in POINTS.items():
            key = number.replace(".", "-")
            head, _, body = RIGHT[number].partition("\n")
            given.append([number, f"{head}\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"])
            printed, *hidden = QUESTIONS[number]
            tests = "\n".join([printed, "### BEGIN HIDDEN TESTS", *hidden, "### END HIDDEN TESTS"])
            given.append([f"check {number}", tests])
            about = {"schema_version": 3, "task": False}
            metadata[number] = {"nbgrader": about | {
                "grade": False, "grade_id": f"answer-{key}", "locked": False, "solution": True}}  # fmt: skip
            metadata[f"check {number}"] = {"nbgrader": about | {
                "grade": True, "grade_id": f"check-{key}", "locked": True, "solution": False, "points": points}}  # fmt: skip
        (source / "ps.ipynb").write_text(notebook(given, metadata), encoding="utf-8")
        made = ran(
            [self.python, "-m", "nbgrader", "generate_assignment", "ps"], course, self.python
        )
        assert made.code == 0, made.text
        self.released = nbformat.read(course / "release" / "ps" / "ps.ipynb", 4)

    def cells(self, answers: dict[str, str]) -> list:
        kinds = [kind for kind, _ in cells(answers)]
        return [
            [kind, answers.get(kind, cell.source)]
            for kind, cell in zip(kinds, self.released.cells, strict=True)
        ]

    def hand_in(self, course: Path, student: str, given: list) -> None:
        kinds = [kind for kind, _ in cells(RIGHT)]
        metadata = {
            kind: dict(cell.metadata) for kind, cell in zip(kinds, self.released.cells, strict=True)
        }
        put(course / "submitted" / student / "ps", "ps", notebook(given, metadata), False)

    def grade(self, course: Path) -> Ran:
        return ran([self.python, "-m", "nbgrader", "autograde", "ps"], course, self.python)

    def results(self, course: Path, run: Ran) -> dict[str, dict]:
        book = ran([self.python, "-c", self.BOOK], course, self.python)
        printed = [line for line in book.text.splitlines() if line.startswith("{")]
        rows = json.loads(printed[-1]) if printed else {}
        found = {}
        for student, grades in rows.items():
            said = [
                line
                for line in run.text.splitlines()
                if student in line and ("ERROR" in line or "WARNING" in line)
            ]
            found[student] = {
                number: _share(grades.get(f"check-{number.replace('.', '-')}")) for number in POINTS
            } | {"said": " ".join(said)[-300:]}
        return found


def _share(grade: list | None) -> float:
    return round((grade[0] or 0.0) / grade[1], 3) if grade else 0.0


class Otter(Tool):
    """`otter run` for each student in turn, in a loop of the shell, and a minute for each."""

    name, title = "otter", "Otter-Grader"
    requirement = "otter-grader==7.0.*"
    zips = True
    TEST = "import numpy as np\nfrom otter.test_files import test_case\n\nOK_FORMAT = False\nname = {key!r}\npoints = {points}\n\n"
    LOOP = (
        "for folder in submitted/*/; do student=$(basename $folder); [ -e out/$student ] && continue; "
        'mkdir -p out/$student; echo "student $student"; '
        "timeout -k 5 60 {python} -m otter run -a autograder.zip -o out/$student $folder/ps.* "
        "> out/$student/said.txt 2>&1; done; true"
    )

    def prepare(self, course: Path) -> None:
        super().prepare(course)
        tests = course / "tests"
        tests.mkdir()
        for number, points in POINTS.items():
            key = f"q{number[-1]}"
            function = RIGHT[number].partition("(")[0].removeprefix("def ")
            text = self.TEST.format(key=key, points=points)
            for place, assertion in enumerate(QUESTIONS[number]):
                text += f"@test_case(hidden={place > 0})\ndef test_{place}({function}):\n    {assertion}\n\n"
            (tests / f"{key}.py").write_text(text.rstrip() + "\n", encoding="utf-8")
        (course / "requirements.txt").write_text("numpy\n", encoding="utf-8")
        made = ran(
            [self.python, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip"],
            course,
            self.python,
        )
        assert made.code == 0, made.text

    def cells(self, answers: dict[str, str]) -> list:
        setup = "import otter\ngrader = otter.Notebook(tests_dir='tests')\n"
        return cells(answers, lambda number: f'grader.check("q{number[-1]}")', setup)

    def grade(self, course: Path) -> Ran:
        return ran(["bash", "-c", self.LOOP.format(python=self.python)], course, self.python)

    def results(self, course: Path, run: Ran) -> dict[str, dict]:
        found = {}
        for folder in sorted((course / "out").glob("*")):
            said = (
                (folder / "said.txt").read_text("utf-8", "replace")
                if (folder / "said.txt").exists()
                else ""
            )
            shares = dict.fromkeys(POINTS, 0.0)
            try:
                tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
            except (OSError, ValueError, KeyError):
                tests = []
                said = (
                    said.strip().splitlines()[-1:] and "no result: " + said.strip().splitlines()[-1]
                )
            else:
                said = " ".join(
                    str(t.get("output", ""))
                    for t in tests
                    if t.get("score", 1) < t.get("max_score", 0)
                )
            for test in tests:
                for number, points in POINTS.items():
                    if test["name"].startswith(f"q{number[-1]}"):
                        shares[number] += test.get("score", 0.0) / points
            found[folder.name] = {k: round(v, 3) for k, v in shares.items()} | {
                "said": (said or "")[-300:]
            }
        return found


class Nbval(Tool):
    """`pytest --nbval-lax submitted`: an exercise is solved if its check cell runs without an error."""

    name, title = "nbval", "`pytest --nbval-lax`"
    requirement = "nbval==0.11.*"

    def grade(self, course: Path) -> Ran:
        given = [
            "--nbval-lax",
            "--nbval-current-env",
            "--nbval-cell-timeout",
            CELL,
            "-p",
            "no:cacheprovider",
        ]
        (course / "junit.xml").unlink(missing_ok=True)
        return ran(
            [self.python, "-m", "pytest", "-q", *given, "--junitxml=junit.xml", "submitted"],
            course,
            self.python,
        )

    def results(self, course: Path, run: Ran) -> dict[str, dict]:
        try:
            suites = list(xml.parse(course / "junit.xml").getroot())
        except (OSError, xml.ParseError):
            return {}
        found = {}
        for student in sorted(x.name for x in (course / "submitted").glob("*")):
            try:
                nb = json.loads((course / "submitted" / student / "ps.ipynb").read_text("utf-8"))
            except (OSError, ValueError):
                found[student] = dict.fromkeys(POINTS, 0.0) | {
                    "said": "not a notebook" if student in run.text else ""
                }
                continue
            mine = [
                test for suite in suites for test in suite
                if f"submitted.{student}." in test.get("classname", "") or f"submitted/{student}/" in test.get("classname", "")
            ]  # fmt: skip
            sources = ["".join(c["source"]) for c in nb["cells"] if c["cell_type"] == "code"]
            shares, said = dict.fromkeys(POINTS, 0.0), ""
            for number in POINTS:
                function = RIGHT[number].partition("(")[0].removeprefix("def ")
                place = [
                    k for k, text in enumerate(sources) if f"assert np.allclose({function}" in text
                ]
                if (
                    not place and len(sources) == 5
                ):  # the check cell was edited: it stands where it stood
                    place = [2 if number == "06.1" else 4]
                if place and place[0] < len(mine):
                    bad = [x for x in mine[place[0]] if x.tag in ("failure", "error", "skipped")]
                    shares[number] = 0.0 if bad else 1.0
                    said += " ".join(x.get("message") or x.text or "" for x in bad)
            found[student] = shares | {"said": said[-300:]}
        return found


class Course(Tool):
    """This course's command, with the same answers in the notebook of lesson 06."""

    name, title = "course", "`grade` of this course"
    requirement = ""
    zips, split = True, False

    def prepare(self, course: Path) -> None:
        super().prepare(course)
        self.given = json.loads(
            (paths.root() / "notebooks" / "06_lightgcn.ipynb").read_text("utf-8")
        )

    def hand_in(self, course: Path, student: str, given: list) -> None:
        nb = copy.deepcopy(self.given)
        kinds = {kind: source for kind, source in given}
        made = []
        for cell in nb["cells"]:
            about = cell["metadata"].get("graphrec", {})
            number = about.get("exercise")
            if number in POINTS and about["role"] == "exercise":
                for kind, source in given:
                    if kind == number:
                        made.append(cell | {"source": f"# exercise {number}\n{source}"})
            elif number in POINTS and about["role"] == "check":
                if f"check {number}" in kinds:
                    edited = kinds[f"check {number}"] != QUESTIONS[number][0]
                    made.append(cell | ({"source": kinds[f"check {number}"]} if edited else {}))
            else:
                made.append(cell)
        nb["cells"] = made
        if "no metadata" in kinds:
            nb["metadata"].pop("graphrec", None)
            for cell in nb["cells"]:
                cell["metadata"] = {}
        if "metadata" in kinds:
            nb["metadata"]["more"] = "BRACKETS"
        text = json.dumps(nb).replace('"BRACKETS"', kinds.get("metadata", ""))
        text = text[: len(text) // 2] if "cut" in kinds else text
        put(course / "submitted" / student, "06_lightgcn", text, "metadata" in kinds)

    def grade(self, course: Path) -> Ran:
        command = "import sys; from graphrec_utils.grading.command import main; sys.exit(main(sys.argv[1:]))"
        return ran(
            [self.python, "-c", command, "submitted", "--out", "out", "--jobs", 1],
            course,
            self.python,
        )

    def results(self, course: Path, run: Ran) -> dict[str, dict]:
        try:
            entries = json.loads((course / "out" / "result.json").read_text("utf-8"))["submissions"]
        except (OSError, ValueError):
            return {}
        found = {}
        for entry in entries:
            mine = {e["id"]: e for e in entry["exercises"]}
            shares = {
                number: round(mine[number]["points"] / mine[number]["max_points"], 3)
                if number in mine
                else 0.0
                for number in POINTS
            }
            said = " ".join(
                e["reason"] or e["status"] for e in mine.values()
                if e["id"] in POINTS and e["points"] < e["max_points"]
            )  # fmt: skip
            found[entry["student"]] = shares | {"said": (entry["reason"] or said)[-300:]}
        return found


TOOLS = (Course, Nbgrader, Otter, Nbval)


def tool(kind: type[Tool]) -> Tool | str:
    """Return a tool that can be run, or why it cannot."""
    if not kind.requirement:
        return kind(Path(sys.executable))
    try:
        python = environments.python_with(kind.requirement)
    except pytest.skip.Exception as problem:
        return str(problem)
    made = kind(python)
    package = kind.requirement.partition("=")[0]
    done = subprocess.run(
        [python, "-c", f"from importlib.metadata import version; print(version({package!r}))"],
        capture_output=True, text=True,
    )  # fmt: skip
    made.version = done.stdout.strip()
    return made


def fresh(made: Tool, base: Path, course: Path) -> None:
    """Copy a class in which one honest student has been graded."""
    if course.parent.exists():
        shutil.rmtree(course.parent)
    shutil.copytree(base, course)


def untouched() -> dict[str, str]:
    """Return the answers of a notebook as it is handed out."""
    return dict(STUB)
