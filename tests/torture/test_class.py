"""A class is graded whole: over a kill -9 in the middle, and a hundred submissions in good time."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from answers import RIGHT, released, solved

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.grading import batch

KINDS = {  # name: (notebook, points)
    "right": (solved(), 10.0),
    "stub": (released(), 0.0),
    "percent": (solved(ex1=RIGHT["00.1"].replace("likes / (m", "100 * likes / (m")), 9.6),
    "exits": (solved(ex2="# exercise 00.2\ndef build_index(names):\n    import os\n    os._exit(1)\n"), 7.0),
    "syntax": (solved(ex3="# exercise 00.3\ndef recommend(R, u, top)\n"), 5.0),
}  # fmt: skip
HANGS = 900  # seconds after which something hangs, however busy the machine is
COMMAND = (
    "import sys; from graphrec_utils.grading.command import main; sys.exit(main(sys.argv[1:]))"
)


def grade(folder: Path, out: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(paths.root())}
    arguments = [str(folder), "--out", str(out), "--jobs", "2", "--timeout", "5"]
    return subprocess.Popen([sys.executable, "-c", COMMAND, *arguments], env=environment)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """Grade 20 students, kill the grader after six of them, grade again."""
    top = tmp_path_factory.mktemp("class")
    for number in range(20):
        kind = list(KINDS)[number % len(KINDS)]
        folder = top / "in" / f"{kind}-{number:02}"
        folder.mkdir(parents=True)
        (folder / "00_start_here.ipynb").write_text(json.dumps(KINDS[kind][0]), encoding="utf-8")
    out = top / "out"
    first = grade(top / "in", out)
    deadline = time.monotonic() + HANGS
    while len(finished(out)) < 6 and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.02)
    workers = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    _, alive = psutil.wait_procs(workers, timeout=HANGS)
    before = finished(out)
    second = grade(top / "in", out)
    return {"out": out, "before": before, "code": second.wait(HANGS), "alive": alive}


def finished(out: Path) -> dict[str, str]:
    """Return {file name: content} of the submissions whose grading has ended."""
    files = (out / "graded").glob("?" * 24 + ".json")
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def test_the_kill_came_in_the_middle(interrupted):
    assert 6 <= len(interrupted["before"]) < 20


def test_no_worker_outlives_the_killed_grader(interrupted):
    assert interrupted["alive"] == []


def test_finished_submissions_are_not_graded_again(interrupted):
    after = finished(interrupted["out"])
    assert {name: after[name] for name in interrupted["before"]} == interrupted["before"]


def test_everybody_has_exactly_the_points_of_an_undisturbed_run(interrupted):
    result = json.loads((interrupted["out"] / "result.json").read_text(encoding="utf-8"))
    got = {s["student"]: s["points"] for s in result["submissions"]}
    assert len(got) == 20
    assert got == {name: KINDS[name[:-3]][1] for name in got}


def test_the_second_run_ends_well_and_writes_the_reports(interrupted):
    assert interrupted["code"] == 0
    assert (interrupted["out"] / "index.html").stat().st_size > 0
    assert not (interrupted["out"] / "graded" / "scratch.txt").exists()


# ---------------------------------------------------------------- a hundred

BAD = {
    "loop": "while True:\n        pass",
    "exit": "import os\n    os._exit(3)",
    "none": "return None",
    "raise": "raise KeyError(3)",
    "memory": "return bytearray(10 * 2**30)",
}


def spoiled(nb: dict, number: int, kind: str) -> None:
    """Replace the answer to one exercise by a bad function of the same name."""
    cells = [c for c in nb["cells"] if c["metadata"].get("graphrec", {}).get("role") == "exercise"]
    cell = cells[number % len(cells)]
    name = exercises.get(cell["metadata"]["graphrec"]["exercise"])
    cell["source"] = f"# exercise {name.id}\ndef {name.function}(*a, **k):\n    {BAD[kind]}\n"


@pytest.mark.full
def test_a_hundred_submissions_in_good_time(tmp_path, capsys):
    built = [
        x for x in syllabus.LESSONS if (paths.root() / "solutions" / f"{x.stem}.ipynb").exists()
    ]
    lessons = [x for x in built if x.number in ("01", "02")] or built[:1]
    for number in range(100):
        lesson = lessons[number % len(lessons)]
        nb = json.loads((paths.root() / "solutions" / f"{lesson.stem}.ipynb").read_text("utf-8"))
        kind = list(BAD)[number // 10 % 5] if number % 10 < 4 else "good"
        if kind != "good":
            spoiled(nb, number, kind)
        folder = tmp_path / "in" / f"{kind}-{number:03}"
        folder.mkdir(parents=True)
        (folder / f"{lesson.stem}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    peak, loads, stop = [0], [], threading.Event()
    watcher = threading.Thread(target=_watch, args=(peak, loads, stop), daemon=True)
    watcher.start()
    start = time.perf_counter()
    result = batch.grade([tmp_path / "in"], tmp_path / "out", batch.Settings(jobs=2))
    total = time.perf_counter() - start
    stop.set()
    watcher.join()
    entries = result["submissions"]
    good = [s["seconds"] for s in entries if s["student"].startswith("good")]
    with capsys.disabled():
        print(
            f"\n100 submissions, --jobs 2: {total:.0f} s; a good one {statistics.median(good):.1f} s "
            f"(median), {max(good):.1f} s (slowest); peak memory {peak[0] / 2**30:.1f} GiB; "
            f"load {statistics.mean(loads):.1f} on {os.cpu_count()} cores"
        )
    assert all(s["points"] == s["max_points"] for s in entries if s["student"][:4] == "good")
    assert all(s["points"] < s["max_points"] for s in entries if s["student"][:4] != "good")
    others = max(1.0, statistics.mean(loads) / os.cpu_count())  # who else is using the machine
    assert statistics.median(good) <= 5 * others


def _watch(peak: list[int], loads: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        loads.append(os.getloadavg()[0])
        total = 0
        for process in psutil.Process().children(recursive=True):
            try:
                total += process.memory_full_info().pss
            except (psutil.Error, OSError):
                continue
        peak[0] = max(peak[0], total)
