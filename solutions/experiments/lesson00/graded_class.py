"""A class of 500 is graded, killed five times and taken up again: the results, memory and seconds.

    python -m solutions.experiments.lesson00.graded_class [--number 500] [--kills 5] [--seed 0] [--folder PLACE]
    python -m solutions.experiments.lesson00.graded_class --number 0 [--lessons 01 06]       only what one costs

Linux only. Every lesson is handed in with all answers, with none, with one, and with one that is
wrong or hostile. The class is graded twice with one secret, both times with `--jobs 2`: in peace,
and with SIGKILL at random moments. Results are compared word by word, without the seconds.

What a right submission costs is measured lesson by lesson, each beside the same notebook run by
itself: a kernel is started, the set-up cell, the answers and their cards run; nothing of the lecture.
Seconds of computing are those that the processors worked, whoever else used the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from graphrec_utils import paths
from graphrec_utils.grading.isolation.crew import Crew

sys.path.insert(0, str(paths.root() / "tests" / "torture"))

import classes

TARGET = 3.0  # seconds that grading may take longer than the notebook itself


def wanted(number: int, rng: random.Random) -> list[tuple[str, str]]:
    """Return (kind, lesson) of every submission: each lesson right once, then all kinds in turn."""
    lessons = [x.number for x in classes.BUILT]
    made = [("good", lesson) for lesson in lessons] + [("loop", lessons[0])] * 2
    while len(made) < number:
        k = len(made)
        made.append((classes.KINDS[k % len(classes.KINDS)], lessons[k % len(lessons)]))
    rng.shuffle(made)
    return made


class Computing:
    """The seconds of computing of a process and of all below it, which no busy machine makes more."""

    def __init__(self, pid: int):
        self.process = psutil.Process(pid)

    def __enter__(self):
        self._before, self._now, self._stop = self._look(), {}, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self.seconds = sum(t - self._before.get(key, 0.0) for key, t in self._now.items())

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self._now |= self._look()
        self._now |= self._look()

    def _look(self) -> dict:
        found = {}
        with contextlib.suppress(psutil.Error):
            for x in (self.process, *self.process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    times = x.cpu_times()
                    found[x.pid, x.create_time()] = times.user + times.system
        return found


def own_seconds(stem: str) -> tuple[float, float]:
    """Run a solved notebook's set-up, answers and cards in a new kernel: seconds, and of computing."""
    nb = nbformat.reads(classes.source(stem, "solutions"), 4)
    nb.cells = [c for c in nb.cells if "setup" in c.metadata.get("tags", ()) or _counts(c)]
    with tempfile.TemporaryDirectory() as nobody:
        environment = os.environ | {"GRAPHREC_STATE": nobody, "MPLBACKEND": "agg"}
        start = time.perf_counter()
        client = NotebookClient(nb, timeout=600, resources={"metadata": {"path": nobody}})
        with client.setup_kernel(env=environment):
            for index, cell in enumerate(nb.cells):
                client.execute_cell(cell, index)
            times = psutil.Process(client.km.provisioner.pid).cpu_times()
            return time.perf_counter() - start, times.user + times.system


def _counts(cell) -> bool:
    return cell.metadata.get("graphrec", {}).get("role") in ("exercise", "check")


def side_by_side(rounds: int, lessons: list[str]) -> list[float]:
    """Grade right submissions beside their own notebooks; return how much more computing it is."""
    over = []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"secret": "00" * 32, "seconds": 10.0, "memory": 2048 * 2**20, "lesson": "",
                    "only": "", "folder": folder, "private": []}  # fmt: skip
        worker = Crew(settings)._start()
        try:
            for lesson in classes.BUILT:
                if lesson.number not in lessons:
                    continue
                path = paths.root() / "solutions" / f"{lesson.stem}.ipynb"
                job = {"student": "right", "file": path.name, "path": str(path), "problem": ""}
                turns = []
                worker.ask(job, classes.HANGS)  # a worker loads each lesson once: not counted
                for _ in range(rounds):
                    with Computing(worker.process.pid) as computing:
                        entry = worker.ask(job, classes.HANGS)["entry"]
                    assert entry["points"] == entry["max_points"], entry
                    own = own_seconds(lesson.stem)
                    turns.append((entry["seconds"], computing.seconds, *own))
                wall, mine, own_wall, own = (statistics.median(x) for x in zip(*turns, strict=True))
                over.append(mine - own)
                print(
                    f"{lesson.stem}: {mine:.1f} s of computing, by itself {own:.1f} s: "
                    f"{mine - own:+.1f} s; by the clock {wall:.1f} and {own_wall:.1f} s, "
                    f"ratio {wall / own_wall:.2f}",
                    flush=True,
                )
        finally:
            worker.close()
    return over


def graded_twice(top: Path, number: int, kills: int, seed: int) -> bool:
    """Grade a class in peace and with kills; print what came of it, and return if it is the same."""
    rng = random.Random(seed)
    made = wanted(number, rng)
    classes.classroom(top / "in", made)
    for name in ("calm", "killed"):
        (top / name).mkdir()
        (top / name / "secret").write_text("0" * 64, encoding="ascii")
    start = time.perf_counter()
    with classes.Watch() as watch:
        assert classes.grade(top / "in", top / "calm").wait() == 0
    calm = classes.results(top / "calm")
    print(
        f"{len(calm)} submissions, {len({e['lesson'] for e in calm})} lessons, --jobs 2: "
        f"{time.perf_counter() - start:.0f} s; peak memory {watch.peak / 2**30:.2f} GiB; "
        f"load {statistics.mean(watch.loads):.1f} on {os.cpu_count()} cores",
        flush=True,
    )
    code = classes.kill_and_go_on(top / "in", top / "killed", len(made), kills, rng)
    killed = classes.results(top / "killed")
    differ = [a["student"] for a, b in zip(calm, killed, strict=False) if a != b]
    same = code == 0 and calm == killed
    unfair = classes.surprises(calm)
    print(
        f"seed {seed}: after {kills} kills {'identical results' if same else 'OTHER RESULTS'}: "
        f"exit {code}, {len(killed)} of {len(calm)} submissions, differing {differ[:9]}; "
        f"unexpected points {unfair}",
        flush=True,
    )
    return same and not unfair


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--lessons", nargs="*")
    options = parser.parse_args()
    same = True
    with tempfile.TemporaryDirectory() as temporary:
        top = options.folder or Path(temporary)
        if options.number:
            same = graded_twice(top, options.number, options.kills, options.seed)
    over = side_by_side(options.rounds, options.lessons or [x.number for x in classes.BUILT])
    print(
        f"a right submission takes {statistics.median(over):+.1f} s of computing (median lesson), "
        f"{max(over):+.1f} s (most) over the notebook's own; target {TARGET:g} s"
    )
    sys.exit(0 if same and max(over) <= TARGET else 1)


if __name__ == "__main__":
    main()
