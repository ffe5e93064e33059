"""The command `grade`: from a folder of submissions to points with reasons."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from graphrec_utils.grading import batch, report, report_formats
from graphrec_utils.grading.batch import CannotGrade, Settings

EPILOG = """\
example: python3 -m graphrec_utils grade submissions/ --out graded/ --jobs 2

PATH is a notebook, a folder of notebooks, a folder with a folder per student, or a zip file.
The output folder gets result.json, reports made from it, and what a second run needs to go on
where the first one stopped. Exit codes: 0 graded, whatever the points; 1 somebody is below
--require; 2 something could not be graded for a reason that is not the student's.
"""


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils grade`; return the exit code."""
    options = _parser().parse_args(argv)
    settings = Settings(
        seconds=options.timeout,
        memory=options.memory * 2**20,
        lesson=f"{options.lesson:0>2}" if options.lesson else "",
        only=options.only,
        jobs=options.jobs,
    )
    bar = tqdm(unit="notebook", file=sys.stderr, disable=None, dynamic_ncols=True)

    def tick(done: int, total: int) -> None:
        bar.total = total
        if bar.n == 0 and done:
            bar.initial = done  # what an earlier run has finished says nothing about speed
        bar.n = done
        bar.refresh()

    try:
        roster = report_formats.read_roster(options.students) if options.students else {}
        result = batch.grade(options.paths, options.out, settings, options.secret_file, tick)
        report.write(result | {"roster": roster}, options.out)
    except ValueError as error:
        print(f"grade: {error}", file=sys.stderr)
        return 2
    except CannotGrade as error:
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
    add("--only", default="", metavar="02.3", help="regrade one exercise, keep the others")
    return parser


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
    for entry in failures:
        print(f"not graded: {entry['student']}, {entry['file']}: {entry['reason']}")
    if failures:
        return 2
    if require is not None and any(e["points"] < require for e in entries):
        return 1
    return 0
