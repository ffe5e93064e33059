"""A grading worker: takes jobs from standard input, one line of JSON each, and grades them.

The first line holds the settings and the secret, which so appears neither in an environment nor
on a command line. A worker outlives no parent: when its input ends, it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

import graphrec_utils
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.grading import totals, verdict
from graphrec_utils.grading.isolation import closing, patience, plugin, sandbox, tidy, trial
from graphrec_utils.grading.isolation.kernel import Limits
from graphrec_utils.grading.isolation.server import Nursery
from graphrec_utils.grading.submissions import intake, lint, locate, transplant

MOST_CODE = 6_000  # characters of an answer that the reports show
LONGEST = 2 * verdict.LONGEST_REASON  # characters of a reason, with the claim that it belongs to
MOST_REMARKS = 50  # notes and warnings on one submission, or one exercise
# What loads them, besides open tasks, in which an answer may train
RARE = re.compile(r"torch_geometric|\boptim\b|deterministic_algorithms|torch\.(compile|func)\b")
OPEN = """\
def {e.function}(*arguments, **more):
    raise RuntimeError("{e.function} is exercise {e.id}, which has no answer here")
"""


class Worker:
    """Grades one submission after the other with one nursery of kernels."""

    def __init__(self, settings: dict, at: Callable[[str], None] = lambda exercise: None):
        self.at = at  # told which exercise is run, "" between two
        self.secret = bytes.fromhex(settings["secret"])
        self.limits = Limits(settings["seconds"], settings["memory"])
        self.lesson, self.only = settings["lesson"], settings["only"]
        self.folder = Path(tempfile.mkdtemp(prefix="w", dir=settings["folder"]))
        self.folder.chmod(0o711)  # should a kernel be another user's
        self.private = [*settings["private"], settings["folder"]]
        self.nursery = Nursery(self.folder, closing.course_copy(self.folder), self.private,
                               settings.get("groups", ""))  # fmt: skip

    def isolation(self) -> dict:
        """Return what a kernel is kept from: see `trial.of`."""
        return trial.of(self.nursery, self.limits, self.private[:-1])

    def grade(self, job: dict) -> dict:
        """Grade one submission.

        Args:
            job: what `batch` says of a file; "lost" are exercises that have ended workers, each
                with the sentence that says so: they are not run again.

        Returns:
            {"entry": the submission's in result.json, "answers": {exercise: source}, "uses": names
            of the package that the answers import}.
        """
        start = time.perf_counter()
        entry = {
            "student": job["student"], "lesson": "", "file": job["file"], "status": "graded",
            "reason": "", "points": 0.0, "max_points": 0, "seconds": 0.0, "course": "",
            "notes": [], "warnings": [], "exercises": [],
        }  # fmt: skip
        answers: dict[str, str] = {}
        uses: set[str] = set()
        try:
            try:
                self._grade(job, entry, answers, uses)
            except plugin.OursFails:  # once more, with nothing that an answer may have broken
                self.nursery.start()
                entry["exercises"], entry["warnings"] = [], []
                self._grade(job, entry, answers, uses)
        except intake.Unreadable as error:
            entry |= {"status": "unreadable", "reason": str(error)}
            self._zeros(job, entry)
        except Exception as error:  # ours: the batch goes on, and the report says so
            reason = f"{type(error).__name__}: {error}"[:300]
            entry |= {"status": "grader-error", "reason": reason, "exercises": []}
            with contextlib.suppress(Exception):  # a lesson that cannot be loaded, perhaps
                self._zeros(job, entry)
        for name in ("notes", "warnings"):
            entry[name] = _few(entry[name])
        entry |= totals.of(entry["exercises"])
        entry["seconds"] = round(time.perf_counter() - start, 2)
        return {"entry": entry, "answers": answers, "uses": sorted(uses)}

    def _grade(self, job: dict, entry: dict, sources: dict[str, str], uses: set[str]) -> None:
        if job["problem"]:
            raise intake.Unreadable(job["problem"])
        try:
            with patience.limited():
                notebook = intake.read(Path(job["path"]))
        except MemoryError:
            raise intake.Unreadable("to read it takes more memory than there is") from None
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
        with patience.limited():
            answers = {
                e.id: locate.answer(notebook, e.id, e.function, known.stubs.get(e.id, ""))
                for e in known.exercises
            }
        sources |= {name: answer.source for name, answer in answers.items() if answer.source}
        lost = job.get("lost", {})
        results = self._run(job["student"], known, notebook, answers, uses, lost)
        for exercise in self._chosen(known.exercises):
            answer = answers[exercise.id]
            result, seconds = results.get(exercise.id, (None, 0.0))
            if result is None and exercise.id in lost:
                result = verdict.nothing("died", lost[exercise.id])
            elif result is None:
                result = verdict.nothing(answer.status, answer.reason)
            entry["exercises"].append(_row(exercise, result, seconds, answer.notes, answer.source))
            found = lint.remarks(answer.source, exercise.library)
            entry["warnings"] += [f"{exercise.id}: {remark}" for remark in found]

    def _chosen(self, exercises: tuple[Exercise, ...]) -> list[Exercise]:
        return [e for e in exercises if self.only in ("", e.id)]

    def _run(
        self, student: str, known, notebook, answers: dict, uses: set[str], lost: dict
    ) -> dict[str, tuple[dict, float]]:
        """Run every answer that can be run; return {exercise: (result, seconds)}.

        What fails with what it names of other cells is tried again after all of the student's own
        cells above it; the better result counts.
        """
        with patience.limited():
            pool = transplant.pool(notebook, known)
            names = [e.id for e in known.exercises if e.id not in lost]
            can = [name for name in names if not answers[name].status]
            parts = {name: pool.needed(answers[name]) for name in can}
        sources = {e.id: OPEN.format(e=e) for e in known.exercises}
        sources |= {name: part.around(answers[name].source) for name, part in parts.items()}
        results = self._ask(student, known, answers, parts, sources, uses)
        chosen = {e.id for e in self._chosen(known.exercises)}
        again = {
            name: whole
            for name, (result, _) in results.items()
            if name in chosen and result["status"] in ("error", "wrong", "partial")
            and (whole := pool.in_order(answers[name])) != parts[name]
        }  # fmt: skip
        asked = self._ask(student, known, answers, again, sources, uses)
        for name, (result, seconds) in asked.items():
            before, spent = results[name]
            better = result["points"] > before["points"]
            results[name] = (result if better else before, round(spent + seconds, 2))
        return results

    def _ask(
        self, student: str, known, answers: dict, parts: dict, sources: dict, uses: set[str]
    ) -> dict[str, tuple[dict, float]]:
        """Run those of `parts` that are wanted, and before each the answers that it calls.

        `sources` holds what answers that call others get of them; it changes with the verdicts.
        """
        folder = Path(tempfile.mkdtemp(prefix="n", dir=self.folder))
        own = {name: part.around(answers[name].source) for name, part in parts.items()}
        tasks: dict[Path, plugin.Task] = {}
        by_id = {e.id: e for e in known.exercises}

        def add(name: str) -> None:
            path = folder / f"{name}.ipynb"
            if name not in parts or name in started:
                return
            started.add(name)
            others = transplant.others([own[name]], name, known, sources)
            for other in others:
                add(other)
            called = [known.references[x] for x in others]
            uses.update(transplant.uses([own[name], *called], known))
            small = transplant.notebook(known, by_id[name], answers[name], parts[name])
            nbformat.write(small, path)
            seeds = verdict.seeds(self.secret, student, name)
            tasks[path] = plugin.Task(by_id[name], seeds, others)

        started: set[str] = set()
        try:
            with patience.limited():
                for exercise in self._chosen(known.exercises):
                    add(exercise.id)
            if tasks:
                texts = [*known.setup, *own.values()]
                if any(by_id[name].measure for name in own) or any(map(RARE.search, texts)):
                    self.nursery.load_rare()
                made = plugin.Grading(
                    self.nursery, self.limits, tasks, sources, known.references, own, self.at
                )
                plugin.run(made)
        finally:
            tidy.remove(folder)
        return {t.exercise.id: (t.result, t.seconds) for t in tasks.values()}

    def _zeros(self, job: dict, entry: dict) -> None:
        """List the exercises of a lesson that could not be graded, with no points."""
        number = entry["lesson"] or self.lesson or _lesson(intake.Notebook([]), job)
        if number in transplant.built():
            entry["lesson"] = number
            entry["exercises"] = [
                _row(e, verdict.nothing("missing", entry["reason"]), 0.0, [])
                for e in self._chosen(transplant.lesson(number).exercises)
            ]

    def close(self) -> None:
        """End the nursery and remove every file."""
        self.nursery.close()
        tidy.remove(self.folder)


def _lesson(notebook: intake.Notebook, job: dict) -> str | None:
    name = Path(job["file"]).stem
    return locate.lesson(notebook, name, transplant.built(), transplant.functions)


def _row(
    exercise: Exercise, result: dict, seconds: float, notes: list[str], source: str = ""
) -> dict:
    cut = f"{source[:MOST_CODE]}\n… {len(source) - MOST_CODE:,} more characters"
    return {
        "id": exercise.id,
        "function": exercise.function,
        "max_points": exercise.points,
        **({"extra": True} if exercise.branch else {}),
        **result,
        "reason": result["reason"][:LONGEST],
        "seconds": seconds,
        "notes": _few(notes),
        "code": source if len(source) <= MOST_CODE else cut,
    }


def _few(remarks: list[str]) -> list[str]:
    """Return remarks, no more and no longer than anybody reads."""
    more = len(remarks) - MOST_REMARKS
    kept = [text[:LONGEST] for text in remarks[:MOST_REMARKS]]
    return [*kept, f"and {more} more remarks"] if more > 0 else kept


def main() -> None:
    """Serve until standard input ends."""
    sandbox.first_in_line(sandbox.WORKER)
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
    worker = Worker(json.loads(first), lambda exercise: say({"at": exercise}))
    try:
        import torch  # noqa: F401  (judges need it; now, while the nursery loads its libraries)

        say(worker.isolation())
        patience.limit_memory()
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
