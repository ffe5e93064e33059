"""Worker processes: start them, give them jobs, replace those that fail or take too long."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable

from graphrec_utils import paths
from graphrec_utils.cli.setup.environment import ONE_THREAD

START_SECONDS = 180  # a worker loads the course's libraries; on a busy machine that takes time
JOB_SECONDS = 300  # a backstop: each exercise has its own limit; here for all of a lesson
LIMITS = 200  # ... and so many of these
LONGEST_LINE = (
    64 * 2**20
)  # characters that a worker says of one submission: its code and our sentences
STARTS = 5  # tries to start a worker: somebody may have killed one
DEATHS = 3  # of workers at one exercise that cost nothing: somebody else may have ended them
LOST = "the grader's own process ended while judging it, four times: its values take more than there is"


class NoWorker(Exception):
    """No worker could be started; the text is what the last one said."""


class Crew:
    """Runs jobs on several workers; a worker that fails is replaced.

    An exercise at which more than DEATHS workers have ended is not run again: it has no points, and the
    rest of its submission is graded. Whoever kills workers from outside rarely hits one so often.
    """

    def __init__(self, settings: dict, started: Callable[[dict], None] = lambda isolation: None):
        self.settings = settings  # what `worker.Worker` takes
        self.started = started  # called with `isolation`, before any submission is graded
        self.isolation: dict = {}
        self.problem = ""

    @property
    def longest(self) -> float:
        """How many seconds one submission may take, by the clock."""
        return JOB_SECONDS + LIMITS * self.settings["seconds"]

    def run(self, jobs: dict[int, dict], count: int, finished: Callable[[int, dict], None]) -> dict:
        """Run all jobs and report each through `finished`, in this thread.

        Returns:
            What of the machine is closed to the students' code: see `worker.Worker.isolation`.

        Raises:
            NoWorker: jobs are left and no worker can be started.
        """
        waiting: queue.Queue[int] = queue.Queue()
        results: queue.Queue[tuple[int, dict] | None] = queue.Queue()
        for number in jobs:
            waiting.put(number)
        first = self._start()
        if first is None:
            raise NoWorker(self.problem)
        try:
            self.started(self.isolation)
        except BaseException:
            first.close()
            raise
        threads = [
            threading.Thread(target=self._serve, args=(jobs, waiting, results, worker), daemon=True)
            for worker in (first, *[None] * (count - 1))
        ]
        for thread in threads:
            thread.start()
        left, running = len(jobs), count
        while left and running:
            item = results.get()
            if item is None:
                running -= 1
            else:
                finished(*item)
                left -= 1
        for thread in threads:
            thread.join(10)
        if left:
            raise NoWorker(self.problem)
        return self.isolation

    def _serve(self, jobs: dict, waiting: queue.Queue, results: queue.Queue, worker) -> None:
        """Be one worker's other end, until no job is left; without a worker, start one."""
        try:
            while True:
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                ended: Counter[str] = Counter()  # at which exercise workers have ended
                end = time.monotonic() + self.longest
                entry = None
                while entry is None:
                    worker = worker or self._start()
                    if worker is None:
                        waiting.put(number)
                        return
                    lost = {name: LOST for name, times in ended.items() if name and times > DEATHS}
                    left = end - time.monotonic()
                    entry = worker.ask(jobs[number] | {"lost": lost}, max(left, 1.0))
                    if entry is not None:
                        break
                    ended[worker.at] += 1
                    late = worker.late
                    worker.kill()
                    worker = None
                    if late or ended[""] > DEATHS:
                        entry = _gave_up(jobs[number], self.longest if late else 0.0)
                results.put((number, entry))
        finally:
            if worker:
                worker.close()
            results.put(None)

    def _start(self):
        for _ in range(STARTS):
            worker = _WorkerProcess()
            answer = worker.ask(self.settings, START_SECONDS)
            if answer is not None:
                self.isolation = answer
                return worker
            self.problem = worker.last_words()
            worker.kill()
            if worker.late:
                break
        return None


def _gave_up(job: dict, late: float) -> dict:
    """Return a worker's answer for a job that ended workers, or took them longer than `late` seconds."""
    reason = "the grader's own process ended four times while grading this file"
    if late:  # the file's doing, and the same at every other run
        reason = f"to grade it takes more than {late:g} s"
    entry = {
        "student": job["student"], "lesson": "", "file": job["file"],
        "status": "unreadable" if late else "grader-error",
        "reason": reason, "points": 0.0, "max_points": 0, "seconds": 0.0, "course": "",
        "notes": [], "warnings": [], "exercises": [],
    }  # fmt: skip
    return {"entry": entry, "answers": {}, "uses": []}


class _WorkerProcess:
    """One worker behind two pipes."""

    def __init__(self):
        kept = ("PATH", "LANG", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
        self.errors = tempfile.TemporaryFile(  # noqa: SIM115
            "w+", encoding="utf-8", errors="replace"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "graphrec_utils.grading.isolation.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            encoding="utf-8",
            cwd=paths.root(),
            env={k: os.environ[k] for k in kept if k in os.environ}
            | ONE_THREAD
            | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
            | {"PYTHONPATH": str(paths.PACKAGE.parent)},
            start_new_session=True,
        )
        self.late = False
        self.at = ""  # the exercise that it runs
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while (line := self.process.stdout.readline(LONGEST_LINE)).endswith("\n"):
            self.answers.put(line)
        self.answers.put("")

    def ask(self, content: dict, seconds: float) -> dict | None:
        """Send one line and return the answer, or None if none comes; `late` says why."""
        try:
            self.at = ""
            self.process.stdin.write(json.dumps(content) + "\n")
            self.process.stdin.flush()
            end = time.monotonic() + seconds
            while True:
                answer = json.loads(self.answers.get(timeout=max(end - time.monotonic(), 0)))
                if set(answer) != {"at"}:
                    return answer
                self.at = answer["at"]
        except (OSError, ValueError):
            return None
        except queue.Empty:
            self.late = True
            return None

    def last_words(self) -> str:
        """Return the last line that the worker wrote to stderr."""
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1][:300] if lines else "it says nothing"

    def close(self) -> None:
        """Let the worker tidy up and end."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the worker and what it has started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, 9)
            self.process.kill()
        self.process.wait()
