"""The command `grade`: from a folder of submissions to points with reasons."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from tqdm import tqdm

from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.grading import batch
from graphrec_utils.grading.batch import Settings
from graphrec_utils.grading.reports import marks, report, roster
from graphrec_utils.grading.reports.result import people
from graphrec_utils.grading.submissions import attempts

EXERCISE = re.compile(r"\d\d\.\d+")
EPILOG = """\
example: python3 -m graphrec_utils grade submissions/ --out graded/ --jobs 2

PATH is a notebook, a folder of notebooks, a folder with a folder per student, or a zip file.
The output folder gets result.json, reports made from it, and what a second run needs to go on
where the first one stopped. Exit codes: 0 graded, whatever the points; 1 somebody is below
--require; 2 something could not be graded for a reason that is not the student's, or
--strict and this system leaves something open.
"""


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils grade`; return the exit code."""
    options = _parser().parse_args(argv)
    settings = Settings(
        seconds=options.timeout,
        memory=options.memory * 2**20,
        lesson=f"{options.lesson:0>2}" if options.lesson else "",
        only=options.only if EXERCISE.fullmatch(options.only) else "",
        student="" if EXERCISE.fullmatch(options.only) else options.only,
        attempt=options.attempt,
        jobs=options.jobs,
        strict=options.strict,
    )
    bar = tqdm(unit="notebook", file=sys.stderr, disable=None, dynamic_ncols=True)

    def tick(done: int, total: int) -> None:
        bar.total = total
        if bar.n == 0 and done:
            bar.initial = done  # what an earlier run has finished says nothing about speed
        bar.n = done
        bar.refresh()

    try:
        if absent := [path for path in options.paths if not path.exists()]:
            raise CannotRun(f"there is no {absent[0]}")
        rows = roster.read(options.students) if options.students else []
        for row in rows:
            if row.get("extension"):
                marks.moment(row["extension"])
        marking = {"deadline": options.deadline, "late": options.late, "weights": options.weights}
        marks.adjustments(options.out / "adjust.csv")  # a mistake in it is found before the work

        def more(entries: list[dict]) -> dict:
            return {
                "roster": roster.match(rows, entries),
                "marking": marking,
                "anonymous": options.anonymous,
                "site": options.site,
                "adjustments": marks.adjustments(options.out / "adjust.csv"),
            }

        result = batch.grade(
            options.paths, options.out, settings, options.secret_file, tick,
            lambda result: report.write(result, options.out),
            lambda sentence: bar.write(sentence, file=sys.stderr), more,
        )  # fmt: skip
    except (ValueError, CannotRun) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"grade: {options.out} cannot be written: {error}", file=sys.stderr)
        return 2
    finally:
        bar.close()
    return _summary(result, options.require, options.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils grade",
        description="Grade submitted notebooks, whatever is in them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("paths", nargs="+", type=Path, metavar="PATH", help="what was handed in")
    add("--out", required=True, type=Path, metavar="DIR", help="folder for results and reports")
    add("--secret-file", type=Path, metavar="F", help="seeds the inputs; default: one made in DIR")
    add("--jobs", type=_positive(int), default=min(os.cpu_count() or 1, 8), metavar="N",
        help="submissions graded at a time (default: one per core)")  # fmt: skip
    add("--timeout", type=_positive(float), default=10.0, metavar="S",
        help="seconds per exercise (default 10)")  # fmt: skip
    add("--memory", type=_positive(int), default=2048, metavar="MB",
        help="what an answer may allocate (default 2048)")  # fmt: skip
    add("--require", type=float, metavar="POINTS", help="exit 1 if a submission has fewer")
    add("--lesson", default="", metavar="NN", help="do not ask the notebooks which lesson they are")
    add("--students", type=Path, metavar="CSV", help="the class list, for the gradebook")
    add(
        "--strict",
        action="store_true",
        help="grade nothing where students' code could reach more than its own folder",
    )
    add("--attempt", choices=attempts.POLICIES, default="last",
        help="which of several notebooks of one student and lesson counts (default last)")  # fmt: skip
    add("--deadline", type=_moment, metavar="TIME", help='"2026-10-01 23:59"; '
        "a column extension of the class list gives somebody another one")  # fmt: skip
    add("--late", type=float, default=0.0, metavar="PERCENT",
        help="what each day after the deadline costs (default 0: it is only noted)")  # fmt: skip
    add("--weights", type=_weights, default={}, metavar="00=0.5,03=2",
        help="how much the points of a lesson count (default 1)")  # fmt: skip
    add(
        "--anonymous",
        action="store_true",
        help="also write anonymous.csv: no names, no code; no names on the leaderboard",
    )
    add("--site", type=_address, default="", metavar="URL",
        help="where the pages of the course are, for links on students' pages")  # fmt: skip
    add(
        "--only",
        default="",
        metavar="WHAT",
        help="02.3: regrade this exercise, keep the others; a name: grade this student again",
    )
    return parser


def _moment(text: str) -> float:
    try:
        return marks.moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s\"<>]+", text):
        raise argparse.ArgumentTypeError(f"must begin with https:// or http://, not {text}")
    return text


def _weights(text: str) -> dict[str, float]:
    found = dict(re.findall(r"(\d\d)=(\d+(?:\.\d+)?)(?:,|\Z)", text))
    if ",".join(f"{k}={v}" for k, v in found.items()) != text:
        raise argparse.ArgumentTypeError(f"must look like 00=0.5,03=2, not {text}")
    return {lesson: float(weight) for lesson, weight in found.items()}


def _positive(kind):
    def number(text: str):
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"must be above 0, not {text}")
        return value

    number.__name__ = "number"
    return number


def _summary(result: dict, require: float | None, out: Path) -> int:
    """Print two lines and return the exit code."""
    entries = result["submissions"]
    failures = [e for e in entries if e["status"] == "grader-error"]
    count = "1 submission" if len(entries) == 1 else f"{len(entries)} submissions"
    open_ = [name for name, state in result["isolation"].items() if state == "open"]
    print(f"{count} graded; results in {out}")
    for name in open_:
        print(f"{name}: open (this system does not let the grader close it to students' code)")
    for remark in result.get("remarks", ()):
        print(f"tidying up: {remark}")
    if result["roster"]:
        for name in roster.unmatched(result["roster"], entries):
            print(f"not on the class list: {name}")
    crowd = people(result)
    known = {name for x in crowd for name in (x.name, x.id)} | {e["student"] for e in entries}
    for entry in result["adjustments"]:
        if entry["student"] not in known:
            print(f"adjust.csv names nobody: {entry['student']}")
    for entry in result.get("superseded", []):
        print(f"not counted, another attempt is: {entry['student']}, {entry['file']}")
    if ignored := result.get("ignored", []):
        print(f"{len(ignored)} files were not looked at: they are listed in {out / 'index.html'}")
    for entry in failures:
        print(f"not graded: {entry['student']}, {entry['file']}: {entry['reason']}")
    if failures:
        return 2
    if require is not None and any(e["points"] < require for e in entries):
        return 1
    return 0
