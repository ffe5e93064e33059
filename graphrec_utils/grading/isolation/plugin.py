"""The pytest plugin that grades: one small notebook per exercise, run on nbval.

A file is one exercise of one submission and has a kernel of its own, so that nothing an answer
does reaches another exercise. Cells run as nbval runs them; the verdict is made here.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from graphrec_utils.exercises import core
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import verdict
from graphrec_utils.grading.isolation import patience, probe
from graphrec_utils.grading.isolation.kernel import (
    START_SECONDS,
    KernelDied,
    Limits,
    OutOfTime,
    TooMuchOutput,
)
from graphrec_utils.grading.isolation.server import Nursery
from graphrec_utils.grading.submissions import syntax

PATIENCE = 3.0  # what takes n seconds of computing may take so many times as long
GRACE = 1.0  # seconds for a probe to notice by itself that its time is up
TROUBLE = {KernelDied: "died", TooMuchOutput: "output-limit", OutOfTime: "timeout"}


ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class OursFails(Exception):
    """A setup cell or the probe fails without the student's doing."""


@dataclass
class Task:
    """One exercise of one submission, and what became of it."""

    exercise: Exercise
    seeds: list[int]
    others: list[str] = field(default_factory=list)  # ids of exercises whose functions it calls
    result: dict | None = None
    seconds: float = 0.0


class Grading:
    """The plugin object of one pytest run: one submission.

    Args:
        tasks: {path of a small notebook: task}, in the order of the lesson.
        sources: {exercise id: source of an answer that other answers may call}: the student's own,
            or ours once theirs has earned a part of the points; changed here.
        references: {exercise id: our answer}.
        own: {exercise id: the student's helpers and answer}.
        at: called with an exercise's id before anything of it runs, and with "" when it is done.
    """

    def __init__(
        self,
        nursery: Nursery,
        limits: Limits,
        tasks: dict[Path, Task],
        sources: dict[str, str],
        references: dict[str, str],
        own: dict[str, str],
        at: Callable[[str], None] = lambda exercise: None,
    ):
        self.at = at
        self.nursery, self.limits, self.tasks = nursery, limits, tasks
        self.sources, self.references, self.own = sources, references, own

    def pytest_collect_file(self, file_path: Path, parent):
        """Turn our small notebooks into test files; there are no others."""
        if file_path in self.tasks:
            made = ExerciseFile.from_parent(parent, path=file_path)
            made.grading, made.task = self, self.tasks[file_path]
            return made
        return None


class ExerciseFile(IPyNbFile):
    """One exercise: its cells share one kernel."""

    grading: Grading
    task: Task

    def collect(self):
        """Yield one item per cell, named by exercise and role."""
        self.compare_outputs = False
        self.nb = nbformat.read(self.path, as_version=4)
        for number, cell in enumerate(self.nb.cells):
            name = f"{self.task.exercise.id}[{cell.metadata.graphrec.role}]"
            yield ExerciseCell.from_parent(
                self, name=name, cell_num=number, cell=cell, options=defaultdict(bool)
            )

    def setup(self) -> None:
        """Start this exercise's kernel."""
        self.start = time.perf_counter()
        self.grading.at(self.task.exercise.id)
        self.left = PATIENCE * self.grading.limits.seconds  # for all cells of the student's
        self.trouble: tuple[str, str] | None = None
        self.cell_error = ""
        self.foreign = False  # has anything of the student's run in this kernel?
        self.public: tuple[list[dict], list[dict]] | None = None
        self.budget = patience.Budget()
        closed = self.task.exercise.closed
        self.kernel = None
        self.kernel = self.grading.nursery.kernel(self.grading.limits, closed=closed)

    def fails(self) -> bool:
        """Report whether our own cells failed; then there is no verdict."""
        return self.trouble is not None and not self.trouble[0]

    def teardown(self) -> None:
        """End the kernel and everything it has started."""
        if self.kernel is not None:
            self.kernel.stop()
        self.grading.at("")
        self.task.seconds = round(time.perf_counter() - self.start, 2)


class ExerciseCell(IPyNbCell):
    """One cell. The options of nbval that a student could write into a cell are not looked at."""

    def setup(self) -> None:
        """Do nothing: nbval would expect every cell after a time-out to fail."""

    def reportinfo(self):
        return self.path, 0, self.name

    def runtest(self) -> None:
        """Run the cell, if the exercise still has a kernel; at its check, make the verdict."""
        role = self.cell.metadata.graphrec.role
        if role == "check":
            self._judge()
        elif role == "public":
            self._ask_publicly()
        elif not self.parent.trouble:
            self._run_cell(role)

    def _run_cell(self, role: str) -> None:
        file, grading = self.parent, self.parent.grading
        ours = role in ("boot", "setup")
        if role == "boot":
            self.cell.source = (
                "from graphrec_utils.grading.isolation import probe as _p; _p.prepare(); del _p"
            )
        elif role == "others":
            self.cell.source = syntax.joined(grading.sources[x] for x in file.task.others)
        file.foreign |= not ours
        try:
            self._execute(START_SECONDS if ours else file.left, counts=not ours)
        except NbCellError as error:
            lines = ANSI.sub("", str(error.inner_traceback or error)).strip().splitlines()
            if not ours:
                file.cell_error = lines[-1][:300].removesuffix(": ").removesuffix(":")
                raise
            file.trouble = ("", lines[-1])
        if ours and file.trouble:
            file.trouble = ("", file.trouble[1])
            raise OursFails(f"a {role} cell of the lesson fails: {file.trouble[1]}")

    def _execute(self, seconds: float, counts: bool) -> None:
        """Run the source on nbval within `seconds`; trouble ends the exercise's kernel."""
        file = self.parent
        if seconds <= 0:
            file.trouble = ("timeout", self._too_long())
            return
        file.kernel.limit = seconds
        start = time.perf_counter()
        try:
            super().runtest()
            if file.kernel.status == "error":
                raise NbCellError(self.cell_num, "the cell failed", self.cell.source)
        except tuple(TROUBLE) as error:
            file.trouble = (TROUBLE[type(error)], str(error) or self._too_long())
            file.kernel.stop()
        except NbCellError:
            raise
        except Exception as error:
            file.kernel.stop()
            if isinstance(error, RuntimeError):  # nbval's word for one that died between two cells
                file.trouble = ("died", str(error))
            elif file.foreign:
                file.trouble = ("error", "the answer broke what talks to the notebook's kernel")
            else:
                raise
        finally:
            if counts:
                file.left -= time.perf_counter() - start

    def _too_long(self) -> str:
        return f"took longer than {self.parent.grading.limits.seconds:g} s"

    def _ask(self, questions: list[dict], seconds: float) -> list[dict] | str:
        """Send questions through the probe; return the outcomes, or a word for their absence.

        Raises:
            verdict.Malformed: not exactly one well-formed message of this very probe came back.
        """
        nonce = secrets.token_hex(16)
        function = self.parent.task.exercise.function
        # a file: IPython reads the source of a cell several times, and ten megabytes take seconds
        file = Path(os.path.realpath(self.parent.kernel.own), f"{nonce}.json")
        try:
            file.write_text(json.dumps(questions), encoding="utf-8")
            file.chmod(0o644)
        except OSError:  # where a system has no walls, an answer can take the folder away
            raise verdict.Malformed("the answer broke what asks it") from None
        told = f"({nonce!r}, {function!r}, {str(file)!r}, {seconds!r}, {PATIENCE!r})"
        # names of this cell are the notebook's: a student's helper may be called `_s`
        self.cell.source = f"from {probe.__name__} import send as _{nonce}; _{nonce}{told}"
        self.test_outputs = None
        try:
            self._execute(PATIENCE * seconds + GRACE, counts=False)
        except NbCellError:
            raise verdict.Malformed("the answer broke what asks it") from None
        if self.parent.trouble:
            return self.parent.trouble[0]
        texts = verdict.texts(self.test_outputs or (), probe.MIME, nonce)
        if len(texts) != 1:
            raise verdict.Malformed(
                "no result came back" if not texts else "more than one result came back"
            )
        try:
            return self.parent.budget.spend(lambda: verdict.outcomes(texts[0], questions))
        except verdict.Malformed as error:
            raise verdict.Malformed(f"what came back cannot be judged: {error}") from None
        except patience.TooMuchToJudge as error:
            self.parent.trouble = error.args
            return ""

    def _ask_publicly(self) -> None:
        """Ask the card's own questions: their outcomes may be shown, and pay nothing."""
        file = self.parent
        if file.trouble:
            return
        questions, _ = verdict.public(file.task.exercise)
        try:
            outcomes = self._ask(questions, file.grading.limits.seconds)
        except verdict.Malformed:
            return
        if isinstance(outcomes, list):
            file.public = (questions, outcomes)
            if all(o.get("error") == "OutOfTime" for o in outcomes):  # fresh inputs take as long
                file.trouble = ("timeout", self._too_long())

    def _judge(self) -> None:
        file, task = self.parent, self.parent.task
        questions = core.questions(task.exercise, task.seeds)
        outcomes: list[dict] | str = ""
        problem = ""
        if not file.trouble:
            try:
                share = len(questions) / len(verdict.public(task.exercise)[0])
                outcomes = self._ask(questions, share * file.grading.limits.seconds)
            except verdict.Malformed as error:
                problem = str(error)
        if file.fails():
            return
        if file.trouble:
            task.result = verdict.nothing(*file.trouble)
        elif isinstance(outcomes, list):
            task.result = file.budget.verdict(
                lambda: verdict.decide(task.exercise, (questions, outcomes), file.public)
            )
        elif outcomes == "too large":
            task.result = verdict.nothing("output-limit", "the values are too large to be sent")
        elif outcomes == "undefined":
            missing = f"the cell does not define {task.exercise.function}"
            task.result = verdict.nothing("error", file.cell_error or missing)
        else:
            task.result = verdict.nothing("error", problem)
        better = {"passed": file.grading.own, "partial": file.grading.references}
        if found := better.get(task.result["status"], {}).get(task.exercise.id):
            file.grading.sources[task.exercise.id] = found
        assert task.result["status"] == "passed", task.result["reason"]

    def repr_failure(self, excinfo) -> str:
        return str(excinfo.value)


def run(grading: Grading) -> None:
    """Run pytest on the tasks of one submission; results are in the tasks afterwards.

    Raises:
        OursFails: an exercise ended without a verdict, which is never the student's fault.
    """
    problems = _Problems()
    options = ["-q", "--no-header", "--no-summary", "--color=no", "-p", "no:cacheprovider"]
    options += ["-p", "no:unraisableexception"]  # it collects garbage after every submission
    folder = next(iter(grading.tasks)).parent
    settings = folder / "pytest.ini"
    settings.write_text("[pytest]\n", encoding="utf-8")
    pytest.main(
        [*options, "-c", str(settings), "-p", "nbval.plugin", "--nbval-current-env",
         *map(str, grading.tasks)],
        plugins=[grading, problems],
    )  # fmt: skip
    for task in grading.tasks.values():
        if task.result is None:
            raise OursFails(problems.texts[0] if problems.texts else "pytest made no verdict")


class _Problems:
    """Keeps what went wrong outside of the student's cells."""

    def __init__(self):
        self.texts: list[str] = []

    def pytest_exception_interact(self, call, report):
        if not isinstance(call.excinfo.value, NbCellError | AssertionError):
            self.texts.append(f"{type(call.excinfo.value).__name__}: {call.excinfo.value}"[:300])
