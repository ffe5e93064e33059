"""A grading worker: takes jobs from standard input, one line of JSON each, and grades them.

The first line holds the settings and the secret, which so appears neither in an environment nor
on a command line. A worker outlives no parent: when its input ends, it ends.
"""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import intake, lint, locate, plugin, sandbox, transplant, verdict
from graphrec_utils.grading.kernel import Kernel, Limits, Nursery

LEFT_OUT = ("__pycache__", "grading", "authoring", "exercises")
EXERCISES = '''"""In a grading kernel nothing is checked: the grader asks the questions itself."""


def check(exercise_id, function):
    return None


def progress():
    return None
'''
ATTEMPT = """
import os, socket
found = [name for _, name in socket.if_nameindex() if name != "lo"]
print("open" if found else "closed", "open" if any(map(os.path.exists, {paths!r})) else "hidden")
"""


def course_copy(folder: Path) -> Path:
    """Copy the package as a student's code may see it: no references, claims or grader."""
    package = folder / "course" / "graphrec_utils"
    shutil.copytree(paths.PACKAGE, package, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name, text in (("exercises", EXERCISES), ("grading", "")):
        (package / name).mkdir()
        (package / name / "__init__.py").write_text(text, encoding="utf-8")
    for name in ("codec.py", "runs.py"):
        shutil.copy2(paths.PACKAGE / "exercises" / name, package / "exercises")
    shutil.copy2(paths.PACKAGE / "grading" / "probe.py", package / "grading")
    compileall.compile_dir(str(package), quiet=2)
    return folder / "course"


class Worker:
    """Grades one submission after the other with one nursery of kernels."""

    def __init__(self, settings: dict):
        self.secret = bytes.fromhex(settings["secret"])
        self.limits = Limits(settings["seconds"], settings["memory"])
        self.lesson, self.only = settings["lesson"], settings["only"]
        self.folder = Path(tempfile.mkdtemp(prefix="w", dir=settings["folder"]))
        self.hidden = [*settings["hidden"], settings["folder"]]  # the second: other submissions
        self.nursery = Nursery(self.folder, course_copy(self.folder), self.hidden)

    def isolation(self) -> dict[str, str]:
        """Return {"network": "closed" | "open", "files": "hidden" | "open"}, as just tried out."""
        inside = [os.path.join(p, n) for p in self.hidden[:-1] if os.path.isdir(p)
                  for n in os.listdir(p)[:3]]  # fmt: skip
        kernel = Kernel(self.nursery, self.limits)
        try:
            request = kernel.execute_cell_input(ATTEMPT.format(paths=inside), allow_stdin=False)
            kernel.await_reply(request)
            while True:
                message = kernel.get_message("iopub", 10)
                if message["msg_type"] == "stream":
                    network, files = message["content"]["text"].split()
                    return {"network": network, "files": files}
        finally:
            kernel.stop()

    def grade(self, job: dict) -> dict:
        """Return {"entry": the submission's in result.json, "answers": {exercise: source}}."""
        start = time.perf_counter()
        entry = {
            "student": job["student"], "lesson": "", "file": job["file"], "status": "graded",
            "reason": "", "points": 0.0, "max_points": 0, "seconds": 0.0, "course": "",
            "notes": [], "warnings": [], "exercises": [],
        }  # fmt: skip
        answers: dict[str, str] = {}
        try:
            self._grade(job, entry, answers)
        except intake.Unreadable as error:
            entry |= {"status": "unreadable", "reason": str(error)}
            self._zeros(job, entry)
        except Exception as error:  # ours: the batch goes on, and the report says so
            reason = f"{type(error).__name__}: {error}"[:300]
            entry |= {"status": "grader-error", "reason": reason, "exercises": []}
            with contextlib.suppress(Exception):  # a lesson that cannot be loaded, perhaps
                self._zeros(job, entry)
        entry["points"] = round(sum(e["points"] for e in entry["exercises"]), 2)
        entry["max_points"] = sum(e["max_points"] for e in entry["exercises"])
        entry["seconds"] = round(time.perf_counter() - start, 2)
        return {"entry": entry, "answers": answers}

    def _grade(self, job: dict, entry: dict, sources: dict[str, str]) -> None:
        if job["problem"]:
            raise intake.Unreadable(job["problem"])
        notebook = intake.read(Path(job["path"]))
        entry["course"], entry["notes"] = notebook.course, notebook.notes
        number = self.lesson or _lesson(notebook, job)
        if number not in transplant.built():
            entry |= {"status": "unknown-lesson", "reason": "which lesson is this? use --lesson NN"}
            return
        entry["lesson"] = number
        if notebook.course and notebook.course != graphrec_utils.__version__:
            entry["notes"].append(
                f"made with version {notebook.course} of the course, graded with "
                f"{graphrec_utils.__version__}"
            )
        known = transplant.lesson(number)
        answers = {
            e.id: locate.answer(notebook, e.id, e.function, known.stubs.get(e.id, ""))
            for e in known.exercises
        }
        sources |= {name: answer.source for name, answer in answers.items() if answer.source}
        results = self._run(job["student"], known, notebook, answers)
        for exercise in self._chosen(known.exercises):
            answer = answers[exercise.id]
            result, seconds = results.get(exercise.id, (None, 0.0))
            if result is None:
                result = _zero(answer.status, answer.reason)
            entry["exercises"].append(_row(exercise, result, seconds, answer.notes))
            found = lint.remarks(answer.source, exercise.library)
            entry["warnings"] += [f"{exercise.id}: {remark}" for remark in found]

    def _chosen(self, exercises: tuple[Exercise, ...]) -> list[Exercise]:
        return [e for e in exercises if self.only in ("", e.id)]

    def _run(self, student: str, known, notebook, answers: dict) -> dict[str, tuple[dict, float]]:
        """Run every answer that can be run; return {exercise: (result, seconds)}."""
        folder = Path(tempfile.mkdtemp(prefix="n", dir=self.folder))
        tasks: dict[Path, plugin.Task] = {}
        own: dict[str, str] = {}
        for exercise in self._chosen(known.exercises):
            answer = answers[exercise.id]
            if answer.status:
                continue
            helpers = transplant.helpers(notebook, answer, known)
            others = transplant.others([answer.source, *helpers], exercise.id, known)
            own[exercise.id] = "\n\n".join([*helpers, answer.source])
            path = folder / f"{exercise.id}.ipynb"
            nbformat.write(transplant.notebook(known, exercise, answer, helpers), path)
            seeds = verdict.seeds(self.secret, student, exercise.id)
            tasks[path] = plugin.Task(exercise, seeds, others)
        try:
            if tasks:
                plugin.run(plugin.Grading(self.nursery, self.limits, tasks, known.references, own))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return {t.exercise.id: (t.result, t.seconds) for t in tasks.values()}

    def _zeros(self, job: dict, entry: dict) -> None:
        """List the exercises of a lesson that could not be graded, with no points."""
        number = entry["lesson"] or self.lesson or _lesson(intake.Notebook([]), job)
        if number in transplant.built():
            entry["lesson"] = number
            entry["exercises"] = [
                _row(e, _zero("missing", entry["reason"]), 0.0, [])
                for e in self._chosen(transplant.lesson(number).exercises)
            ]

    def close(self) -> None:
        """End the nursery and remove every file."""
        self.nursery.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _lesson(notebook: intake.Notebook, job: dict) -> str | None:
    name = Path(job["file"]).stem
    return locate.lesson(notebook, name, transplant.built(), transplant.functions)


def _zero(status: str, reason: str) -> dict:
    return {"points": 0.0, "status": status, "reason": reason, "mistake": "", "rows": []}


def _row(exercise: Exercise, result: dict, seconds: float, notes: list[str]) -> dict:
    return {
        "id": exercise.id,
        "function": exercise.function,
        "max_points": exercise.points,
        **result,
        "seconds": seconds,
        "notes": notes,
    }


def main() -> None:
    """Serve until standard input ends."""
    sandbox.hide_this_process()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever pytest prints is no answer
    lines: queue.Queue[str | None] = queue.Queue()
    busy = threading.Event()
    first = sys.stdin.readline()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        if busy.is_set():  # the parent is gone
            os._exit(1)
        lines.put(None)

    def say(content: dict) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    threading.Thread(target=listen, daemon=True).start()
    worker = Worker(json.loads(first))
    try:
        say(worker.isolation())
        while (line := lines.get()) is not None:
            busy.set()
            with contextlib.redirect_stdout(sys.stderr):
                answer = worker.grade(json.loads(line))
            busy.clear()
            say(answer)
    finally:
        worker.close()


if __name__ == "__main__":
    main()
