"""A class of a hundred with three submissions that once stopped everybody else: points, memory, seconds.

    python -m solutions.experiments.lesson00.graded_crowd                    the class, three times
    python -m solutions.experiments.lesson00.graded_crowd --beside CLONE     seconds beside an older version's grader

Linux only. Each of 97 honest students hands in lesson 00, and one exercise of it is graded: right, untouched, wrong,
with an exception or a slip of syntax. Three more stand among them: a zip whose member has a name of 60,000
underscores, a function that sends its kernel's answer in 400 frames of 30 MB, and one that returns 3,000 sparse
tensors of two million numbers. The class is graded by the command `grade` with `--jobs 2` and one secret: without the
three, with them, and with them while three times a worker is ended by SIGKILL. What is said of the 97 is compared
word by word, less the seconds.

With --beside five honest submissions of lesson 01 are graded by both versions in turns, by workers that have loaded
the lesson. Computing is what worker and kernels took of the processors, whoever else used the machine.

Writes data/results/00_crowd.json; each part keeps the other one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from graphrec_utils import paths, results

sys.path.insert(0, str(paths.root() / "tests" / "torture"))

import answers
import classes

RESULT, COMMAND = "00_crowd", "python -m solutions.experiments.lesson00.graded_crowd"
CLAIM = "Three submissions that stop graders cost nobody else a point, nor do three killed workers."
STEM, EXERCISE = "00_start_here", "00.3"
HEAD = "# exercise 00.3\ndef recommend(R, u, top):\n"
HONEST = {  # kind: (answer to 00.3, points)
    "right": (answers.RIGHT[EXERCISE], 5.0),
    "untouched": (None, 0.0),
    "backwards": (answers.RIGHT[EXERCISE].replace("descending=True, ", ""), None),
    "raises": (HEAD + "    return R.argsort()[99_999]\n", 0.0),
    "syntax": ("# exercise 00.3\ndef recommend(R, u, top)\n", 0.0),
}
SHARES = {"right": 50, "untouched": 17, "backwards": 10, "raises": 10, "syntax": 10}
FRAMES = HEAD + (
    "    from ipykernel.kernelapp import IPKernelApp\n"
    "    socket = IPKernelApp.instance().iopub_thread.socket\n"
    "    socket.send_multipart([b'x'] + [b'x' * (30 * 2**20)] * 400, copy=False)\n"
    "    import time\n    time.sleep(3)\n"
)
TENSORS = HEAD + (
    "    one = torch.sparse_coo_tensor(torch.tensor([[0]]), torch.tensor([1.0]), (2_000_000,))\n"
    "    return [one] * 3000\n"
)
THREE = {"underscores": "a name of 60,000 underscores in a zip", "frames": "a message of 400 frames of 30 MB",
         "tensors": "3,000 sparse tensors of two million numbers"}  # fmt: skip
KILLS = (0.2, 0.5, 0.8)  # after these shares of the class a worker is ended
DRIVER = """
import json, sys, tempfile, psutil
from graphrec_utils.grading.isolation.crew import Crew

def computing(pid):
    tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(sum(x.cpu_times()[:4]) for x in tree)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        crew = Crew({"secret": "00" * 32, "seconds": 10.0, "memory": 2048 * 2**20, "lesson": "", "only": "",
                     "folder": folder, "private": []})
        worker = crew._start()
        for line in sys.stdin:
            before = computing(worker.process.pid)
            job = {"student": "s", "file": "01.ipynb", "path": line.strip(), "problem": ""}
            entry = worker.ask(job, 900)["entry"]
            spent = computing(worker.process.pid) - before
            print(json.dumps([entry["points"], entry["seconds"], spent]), flush=True)
        worker.close()
"""


def handed_in(source: str | None) -> str:
    """Return lesson 00 with an answer to 00.3, or as it is handed out."""
    nb = answers.released()
    if source:
        answers.cell(nb, EXERCISE)["source"] = source
    return json.dumps(nb)


def classroom(folder: Path, honest: int, three: bool, rng: random.Random) -> dict[str, str]:
    """Write the class and return {student: kind}; the three stand at places of the same seed."""
    shutil.rmtree(folder, ignore_errors=True)
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * honest / 97))]
    rng.shuffle(kinds)
    crowd = {f"s{place:03}-{kind}": kind for place, kind in enumerate(kinds)}
    places = rng.sample(range(len(kinds)), 3)
    for name, kind in crowd.items():
        _write(folder / name, HONEST[kind][0])
    if three:
        for place, kind in zip(places, THREE, strict=True):
            crowd[f"s{place:03}-z-{kind}"] = kind
        _write(folder / f"s{places[1]:03}-z-frames", FRAMES)
        _write(folder / f"s{places[2]:03}-z-tensors", TENSORS)
        own = folder / f"s{places[0]:03}-z-underscores"
        own.mkdir()
        with zipfile.ZipFile(own / f"{STEM}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{STEM}{'_' * 60_000}.ipynb", handed_in(answers.RIGHT[EXERCISE]))
    return crowd


def _write(own: Path, source: str | None) -> None:
    own.mkdir(parents=True)
    (own / f"{STEM}.ipynb").write_text(handed_in(source), encoding="utf-8")


def graded(folder: Path, out: Path, number: int, kills: tuple[float, ...] = ()) -> dict:
    """Grade a class; return its results and what it took."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    (out / "secret").write_text("0" * 64, encoding="ascii")
    start = time.perf_counter()
    with classes.Watch() as watch:
        run = _start(folder, out)
        killer = threading.Thread(target=_kill, args=(run, out, [k * number for k in kills]))
        killer.start()
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        killer.join()
    return {
        "entries": {entry["student"]: entry for entry in classes.results(out)},
        "about": {
            "submissions": number,
            "killed": len(kills),
            "exit": run.returncode,
            "seconds": round(time.perf_counter() - start),
            "computing": round(used.ru_utime + used.ru_stime),
            "GB": round(watch.peak / 1e9, 2),
            "load": round(statistics.mean(watch.loads), 1),
        },
    }


def _start(folder: Path, out: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(paths.root())}
    given = [str(folder), "--out", str(out), "--jobs", "2", "--only", EXERCISE]
    return subprocess.Popen([sys.executable, "-c", classes.COMMAND, *given], env=environment)


def _kill(run: subprocess.Popen, out: Path, moments: list[float]) -> None:
    """End a worker, the busiest, each time that so many submissions are finished."""
    for moment in moments:
        while len(classes.finished(out)) < moment:
            if not psutil.pid_exists(run.pid) or run.returncode is not None:
                return
            time.sleep(0.1)
        workers = [
            x
            for x in psutil.Process(run.pid).children()
            if "isolation.worker" in " ".join(x.cmdline())
        ]
        os.kill(random.Random(moment).choice(workers).pid, signal.SIGKILL)


def crowd(top: Path, honest: int, seed: int) -> Iterator[dict]:
    """Grade the class three times; yield, after each, what it took and who got something else.

    What was graded in the folder by an earlier command, and ended, is not graded again.
    """
    found, three = {}, {}
    for name, hostile, kills in (
        ("without the three", False, ()),
        ("with the three, and three workers killed", True, KILLS),
        ("with the three", True, ()),
    ):
        place = top / name.replace(" ", "-")
        kinds = classroom(place / "in", honest, hostile, random.Random(seed))
        done = place / "run.json"
        if not done.exists():
            run = graded(place / "in", place / "out", len(kinds), kills)
            done.write_text(json.dumps(run), encoding="utf-8")
        run = json.loads(done.read_text("utf-8"))
        entries, about = run["entries"], run["about"]
        calm = found["without the three"]["entries"] if hostile else entries
        about["others"] = len(calm)
        about["with other points"] = sum(
            entries.get(student, {}).get("points") != entry["points"]
            for student, entry in calm.items()
        )
        about["with another report"] = sum(
            entries.get(student) != entry for student, entry in calm.items()
        )
        about["unfair"] = sum(
            kind in HONEST and HONEST[kind][1] not in (None, entries[student]["points"])
            for student, kind in kinds.items()
        )
        print(name, about, flush=True)
        found[name] = run
        for student, kind in kinds.items():
            if kind in THREE:
                points, said = entries[student]["points"], _said(entries[student])
                three.setdefault(name, {})[kind] = {
                    "what": THREE[kind],
                    "points": points,
                    "said": said,
                }
        yield {"runs": {name: run["about"] for name, run in found.items()}, "three": three}


def _said(entry: dict) -> str:
    exercise = next((e for e in entry["exercises"] if e["id"] == EXERCISE), {})
    return exercise.get("reason") or entry["reason"] or exercise.get("status") or entry["status"]


def five(folder: Path) -> list[Path]:
    """Write five honest submissions of lesson 01: two whole ones, two halves and one with exceptions."""
    stem = next(x.stem for x in classes.BUILT if x.number == "01")
    made = []
    for number in range(5):
        nb = json.loads(classes.source(stem, "solutions"))
        stubs = json.loads(classes.source(stem, "notebooks"))
        given = [
            c for c in nb["cells"] if c["metadata"].get("graphrec", {}).get("role") == "exercise"
        ]
        empty = [
            c for c in stubs["cells"] if c["metadata"].get("graphrec", {}).get("role") == "exercise"
        ]
        for place, (mine, stub) in enumerate(zip(given, empty, strict=True)):
            if number in (2, 3) and place % 2 == number % 2:
                mine["source"] = stub["source"]
        if number == 4:
            classes.spoiled(nb, 1, "raise")
            classes.spoiled(nb, 3, "raise")
        made.append(folder / f"{number}.ipynb")
        made[-1].write_text(json.dumps(nb), encoding="utf-8")
    return made


def beside(old: Path, rounds: int) -> dict:
    """Grade the same five with an older version and with this one, in turns."""
    with tempfile.TemporaryDirectory() as temporary:
        driver = Path(temporary) / "driver.py"
        driver.write_text(DRIVER, encoding="utf-8")
        files = five(Path(temporary))
        run = {}
        for name, root in (("before", old), ("now", paths.root())):
            environment = os.environ | {"PYTHONPATH": str(root)}
            run[name] = subprocess.Popen(
                [sys.executable, driver], env=environment, cwd=root, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip

        def ask(name: str, file: Path) -> list[float]:
            run[name].stdin.write(f"{file}\n")
            run[name].stdin.flush()
            return json.loads(run[name].stdout.readline())

        for name in run:
            ask(name, files[0])  # a worker loads each lesson once: not counted
        rows = []
        for turn in range(rounds):
            for file in files:
                names = sorted(run, reverse=bool(turn % 2))
                rows.append({name: ask(name, file) for name in names})
                print(turn, file.name, rows[-1], flush=True)
        for process in run.values():
            process.stdin.close()
            process.wait()
    same = all(row["before"][0] == row["now"][0] for row in rows)
    told = {"lesson": "01", "submissions": 5, "rounds": rounds, "same points": same}
    for place, name in ((2, "computing"), (1, "clock")):
        ratios = [row["now"][place] / row["before"][place] for row in rows]
        told[name] = {x: round(statistics.median(r[x][place] for r in rows), 2) for x in run}
        told[name]["ratio"] = [round(f(ratios), 3) for f in (statistics.median, min, max)]
    return told


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--honest", type=int, default=97, help="fewer for a try, which is not stored"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--beside", type=Path, metavar="CLONE", help="an older version of the course"
    )
    parser.add_argument("--folder", type=Path, help="to go on where an earlier command has stopped")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    start = time.perf_counter()
    if options.beside:
        store("beside", beside(options.beside.resolve(), options.rounds), options.seed, start)
        return
    with tempfile.TemporaryDirectory() as temporary:
        top = options.folder or Path(temporary)
        for part in crowd(top, options.honest, options.seed):
            print(json.dumps(part["three"], indent=1))
            if options.honest == 97 and len(part["runs"]) > 1:
                store("class", part, options.seed, start)
                start = time.perf_counter()


def store(name: str, part: dict, seed: int, start: float) -> None:
    """Put one part into the stored result; the other stays."""
    try:
        known = results.load(RESULT)
        values, seconds = dict(known.values), known.seconds
    except FileNotFoundError:
        values, seconds = {}, 0.0
    values[name] = part
    seconds += time.perf_counter() - start
    results.save(
        RESULT, claim=CLAIM, values=values, seeds=[seed], seconds=seconds, command=COMMAND
    )  # fmt: skip


if __name__ == "__main__":
    main()
