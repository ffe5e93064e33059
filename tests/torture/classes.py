"""Classes of submissions for the command `grade`, which is ended with SIGKILL and taken up again."""

from __future__ import annotations

import functools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from graphrec_utils import exercises, paths, syllabus

HANGS = 900  # seconds after which something hangs, however busy the machine is
COMMAND = (
    "import sys; from graphrec_utils.grading.command import main; sys.exit(main(sys.argv[1:]))"
)
BUILT = [x for x in syllabus.LESSONS if (paths.root() / "solutions" / f"{x.stem}.ipynb").exists()]
BAD = {
    "loop": "while True:\n        pass",
    "exit": "import os\n    os._exit(3)",
    "none": "return None",
    "raise": "raise KeyError(3)",
    "memory": "return bytearray(10 * 2**30)",
}
KINDS = ("one", "stub", "none", "one", "stub", "exit", "one", "stub", "raise", "one", "memory")


def spoiled(nb: dict, number: int, kind: str) -> None:
    """Replace the answer to one exercise by a bad function of the same name."""
    cell = _answer(nb, number)
    name = exercises.get(cell["metadata"]["graphrec"]["exercise"])
    cell["source"] = f"# exercise {name.id}\ndef {name.function}(*a, **k):\n    {BAD[kind]}\n"


def _answer(nb: dict, number: int) -> dict:
    cells = [c for c in nb["cells"] if c["metadata"].get("graphrec", {}).get("role") == "exercise"]
    return cells[number % len(cells)]


def classroom(folder: Path, wanted: Sequence[tuple[str, str]]) -> None:
    """Write a submission for every (kind, number of a lesson); a student is called KIND-PLACE.

    Kinds: good, all answers are right; stub, there is none; one, there is one; or one of BAD.
    """
    stems = {x.number: x.stem for x in BUILT}
    for place, (kind, number) in enumerate(wanted):
        stem = stems[number]
        right = json.loads(source(stem, "solutions"))
        nb = right if kind == "good" else json.loads(source(stem, "notebooks"))
        if kind == "one":
            _answer(nb, place)["source"] = _answer(right, place)["source"]
        elif kind in BAD:
            spoiled(nb, place, kind)
        own = folder / f"{kind}-{place:03}"
        own.mkdir(parents=True)
        (own / f"{stem}.ipynb").write_text(json.dumps(nb), encoding="utf-8")


def surprises(entries: list[dict]) -> list[tuple[str, float]]:
    """Return (student, points) where right answers lost some, or bad ones earned some."""
    return [
        (e["student"], e["points"])
        for e in entries
        if (kind := e["student"].partition("-")[0]) != "one"
        and e["points"] != (e["max_points"] if kind == "good" else 0)
    ]


@functools.cache
def source(stem: str, folder: str) -> str:
    """Return the text of a lesson's notebook, solved or as it is handed out."""
    return (paths.root() / folder / f"{stem}.ipynb").read_text("utf-8")


def grade(folder: Path, out: Path) -> subprocess.Popen:
    """Start the command `grade`."""
    environment = os.environ | {"PYTHONPATH": str(paths.root())}
    arguments = [str(folder), "--out", str(out), "--jobs", "2", "--timeout", "4"]
    return subprocess.Popen([sys.executable, "-c", COMMAND, *arguments], env=environment)


def finished(out: Path) -> dict[str, str]:
    """Return {file name: content} of the submissions whose grading has ended."""
    files = (out / "graded").glob("?" * 24 + ".json")
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def kill_and_go_on(folder: Path, out: Path, number: int, kills: int, rng: random.Random) -> int:
    """Grade, end the grader with SIGKILL at random moments, and return the last run's exit code."""
    graded = out / "graded"
    for share in sorted(rng.random() for _ in range(kills)):
        run = grade(folder, out)
        last, since = -1, time.monotonic()
        while run.poll() is None and last < share * number:
            now = len(os.listdir(graded)) if graded.exists() else 0
            last, since = max(now, last), time.monotonic() if now > last else since
            assert time.monotonic() - since < HANGS
            time.sleep(0.1)
        time.sleep(rng.uniform(0, 5))
        run.kill()  # SIGKILL; its workers end with it
        run.wait()
    return grade(folder, out).wait()


def results(out: Path) -> list[dict]:
    """Return what result.json says of every submission, less how long it took."""
    entries = json.loads((out / "result.json").read_text("utf-8"))["submissions"]
    for entry in entries:
        for part in (entry, *entry["exercises"]):
            part.pop("seconds")
        entry.pop("time", None), entry.pop("turn", None)
    return entries


class Watch:
    """The largest memory that this process's descendants hold together, and the machine's load."""

    def __enter__(self):
        self.peak, self.loads, self._stop = 0, [], threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            self.loads.append(os.getloadavg()[0])
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, OSError):
                    continue
            self.peak = max(self.peak, total)
