"""Hostile and odd submissions beside other graders: who earns for nothing, who loses though honest, who is told.

    python -m solutions.experiments.lesson00.graders                        all tools, all cases: about half an hour of computing
    python -m solutions.experiments.lesson00.graders --only nbgrader        this tool again, the others stay
    python -m solutions.experiments.lesson00.graders --more                 what an interrupted run has left
    python -m solutions.experiments.lesson00.graders --cases "endless loop" "copied" --only nbval      these cases again

Linux only. Each tool has an environment of its own in the cache folder and gets the same answers: see
`solutions.experiments.lesson00.grader_cases` for the submissions and `solutions.experiments.lesson00.grader_tools` for what each is given. In every
class two honest students stand, one graded before the attack, whose points must stay, and one behind it. What may do
something to others has a class of its own. All tools but the course's run below a limit of 6 GB that this command
sets, so that nothing here harms the machine.

Writes data/results/00_graders.json.
"""

from __future__ import annotations

import argparse
import copy
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from graphrec_utils import paths, results

sys.path.insert(0, str(paths.root() / "tests"))

from solutions.experiments.lesson00 import grader_tools as tools
from solutions.experiments.lesson00.grader_cases import CASES, RIGHT

RESULT, COMMAND = "00_graders", "python -m solutions.experiments.lesson00.graders"
CLAIM = "No hostile submission earns points here or costs others theirs; beside it, what other graders make of them."
TOGETHER = 9  # cases in a class
OTHERS = ("earlier student", "later student", "batch")
BY_ACCIDENT = (
    "time",
    "memory",
    "processes",
    "dead kernel",
    "honest",
)  # families of honest people, too


def server() -> int:
    """Serve the right answer to whoever connects; return the port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            line, _ = listening.accept()
            with line:
                line.sendall(RIGHT["06.1"].encode())

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


def classes(wanted: list[str], split: bool = True) -> list[list[str]]:
    """Return which cases share a class: those that can only harm themselves, a few at a time.

    A tool whose submissions should not reach each other at all has all in one, until somebody else is harmed.
    """
    if not split:
        return [wanted]
    together = [name for name in wanted if not CASES[name].alone]
    shared = [together[k : k + TOGETHER] for k in range(0, len(together), TOGETHER)]
    return shared + [[name] for name in wanted if CASES[name].alone]


def prepared(tool: tools.Tool, top: Path) -> Path:
    """Return a class in which the first honest student has been graded."""
    base = top / f"base-{tool.name}" / "class"
    base.mkdir(parents=True)
    tool.prepare(base)
    tool.hand_in(base, "earlier", tool.cells(RIGHT))
    run = tool.grade(base)
    found = tool.results(base, run)
    assert {k: found["earlier"][k] for k in RIGHT} == dict.fromkeys(RIGHT, 1.0), (
        found,
        run.text[-2000:],
    )
    return base


def graded(tool: tools.Tool, base: Path, top: Path, names: list[str], port: int) -> dict[str, dict]:
    """Grade one class; return {case: what came of it}."""
    course = top / f"run-{tool.name}" / "class"
    tools.fresh(tool, base, course)
    students = {
        "hostile" if len(names) == 1 else f"hostile-{k:02}": name for k, name in enumerate(names)
    }
    for student, name in students.items():
        given = copy.deepcopy(tool.cells(RIGHT))
        CASES[name].change(given)
        given = [
            [kind, source.replace("CLASS", str(course)).replace("PORT", str(port))]
            for kind, source in given
        ]
        tool.hand_in(course, student, given)
    tool.hand_in(course, "later", tool.cells(RIGHT))
    run = tool.grade(course)
    time.sleep(max(CASES[name].wait for name in names))
    found = tool.results(course, run)
    others = {
        student: all(found.get(student, {}).get(number) == 1.0 for number in RIGHT)
        for student in tools.STUDENTS
    }
    rows = {}
    for student, name in students.items():
        mine = found.get(student, dict.fromkeys(RIGHT, 0.0) | {"said": ""})
        mine["said"] = mine["said"].replace(f"{course}/", "")
        rows[name] = judged(name, mine, others, run) | {"seconds": round(run.seconds, 1)}
    return rows


def judged(name: str, mine: dict, others: dict[str, bool], run: tools.Ran) -> dict:
    """Return what went wrong, of the five things that may."""
    case = CASES[name]
    wrong = []
    if mine["06.1"] > 0 and not case.earned:
        wrong.append("paid")
    if mine["06.1"] < 1 and case.earned:
        wrong.append("not paid")
    if mine["06.2"] < 1 and case.family in BY_ACCIDENT:
        wrong.append("own exercise")
    wrong += [f"{student} student" for student, kept in others.items() if not kept]
    if run.code is None or run.code < 0:
        wrong.append("batch")
    return {
        "shares": [mine["06.1"], mine["06.2"]],
        "wrong": wrong,
        "said": bool(mine["said"]),
        "words": mine["said"][-160:],
    }


def measure(kind: type[tools.Tool], wanted: list[str], port: int, known: dict) -> Iterator[dict]:
    """Yield, after each class, what a tool makes of the cases, or why it cannot be run."""
    tool = tools.tool(kind)
    if isinstance(tool, str):
        yield {"title": kind.title, "version": "", "problem": tool, "rows": {}}
        return
    rows = dict(known)
    with tempfile.TemporaryDirectory() as temporary:
        base = prepared(tool, Path(temporary))
        waiting = classes(wanted, tool.split) if wanted else []
        while waiting:
            names = waiting.pop(0)
            found = graded(tool, base, Path(temporary), names, port)
            if len(names) > 1 and any(set(OTHERS) & set(row["wrong"]) for row in found.values()):
                waiting = [[name] for name in names] + waiting  # one of them did it: which?
                continue
            rows |= found
            for name in names:
                print(f"{tool.name:9} {name}: {rows[name]}", flush=True)
            ordered = {name: rows[name] for name in CASES if name in rows}
            yield {"title": tool.title, "version": tool.version, "problem": "", "rows": ordered}


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [kind.name for kind in tools.TOOLS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="TOOL")
    parser.add_argument(
        "--cases", nargs="+", metavar="WORDS", help="those whose title has these words"
    )
    parser.add_argument("--more", action="store_true", help="only what is not stored yet")
    options = parser.parse_args()
    wanted = [
        name for name, case in CASES.items()
        if not options.cases or any(words in case.title for words in options.cases)
    ]  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the tool that runs is ended, too
    port = server()
    for kind in tools.TOOLS:
        if kind.name in options.only:
            keep = options.cases or options.more
            known = stored()[0].get(kind.name, {}).get("rows", {}) if keep else {}
            chosen = [name for name in wanted if not (options.more and name in known)]
            start = time.perf_counter()
            for found in measure(kind, chosen, port, known):
                store({kind.name: found}, time.perf_counter() - start)
                start = time.perf_counter()


def stored() -> tuple[dict, float]:
    """Return what is stored, and the seconds that it took."""
    try:
        known = results.load(RESULT)
    except FileNotFoundError:
        return {}, 0.0
    return dict(known.values), known.seconds


def store(new: dict, seconds: float) -> None:
    """Put a tool's rows into the stored result; the others stay."""
    values, before = stored()
    values |= new
    values = {kind.name: values[kind.name] for kind in tools.TOOLS if kind.name in values}
    values["cases"] = {name: [case.family, case.title] for name, case in CASES.items()}
    results.save(
        RESULT, claim=CLAIM, values=values, seeds=[0], seconds=before + seconds, command=COMMAND
    )


if __name__ == "__main__":
    main()
