"""A class is graded whole: over a kill -9 in the middle, and a hundred submissions in good time."""

from __future__ import annotations

import json
import os
import signal
import statistics
import time

import psutil
import pytest
from answers import RIGHT, released, solved
from classes import BAD, BUILT, HANGS, Watch, finished, grade, source, spoiled

from graphrec_utils.grading import batch

KINDS = {  # name: (notebook, points)
    "right": (solved(), 10.0),
    "stub": (released(), 0.0),
    "percent": (solved(ex1=RIGHT["00.1"].replace("likes / (m", "100 * likes / (m")), 9.6),
    "exits": (solved(ex2="# exercise 00.2\ndef build_index(names):\n    import os\n    os._exit(1)\n"), 7.0),
    "syntax": (solved(ex3="# exercise 00.3\ndef recommend(R, u, top)\n"), 5.0),
}  # fmt: skip


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


@pytest.mark.full
def test_a_hundred_submissions_in_good_time(tmp_path, capsys):
    lessons = [x for x in BUILT if x.number in ("01", "02")] or BUILT[:1]
    for number in range(100):
        lesson = lessons[number % len(lessons)]
        nb = json.loads(source(lesson.stem, "solutions"))
        kind = list(BAD)[number // 10 % 5] if number % 10 < 4 else "good"
        if kind != "good":
            spoiled(nb, number, kind)
        folder = tmp_path / "in" / f"{kind}-{number:03}"
        folder.mkdir(parents=True)
        (folder / f"{lesson.stem}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    start = time.perf_counter()
    with Watch() as watch:
        result = batch.grade([tmp_path / "in"], tmp_path / "out", batch.Settings(jobs=2))
    total = time.perf_counter() - start
    entries = result["submissions"]
    good = [s["seconds"] for s in entries if s["student"].startswith("good")]
    with capsys.disabled():
        print(
            f"\n100 submissions, --jobs 2: {total:.0f} s; a good one {statistics.median(good):.1f} s "
            f"(median), {max(good):.1f} s (slowest); peak memory {watch.peak / 2**30:.1f} GiB; "
            f"load {statistics.mean(watch.loads):.1f} on {os.cpu_count()} cores"
        )
    assert all(s["points"] == s["max_points"] for s in entries if s["student"][:4] == "good")
    assert all(s["points"] < s["max_points"] for s in entries if s["student"][:4] != "good")
    others = max(
        1.0, statistics.mean(watch.loads) / os.cpu_count()
    )  # who else is using the machine
    assert statistics.median(good) <= 5 * others
