"""What you have solved: one small file, the dashboard, and moving it to another machine."""

from __future__ import annotations

import argparse
import contextlib
import html
import json
import os
import sys
from pathlib import Path

import graphrec_utils
from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.exercises.core import Result


def file() -> Path:
    """Return the path of the progress file; it need not exist."""
    return paths.state() / "progress.json"


def recording() -> bool:
    """Report whether a student is at work: not a build, a grader, or a look at solutions/."""
    if os.environ.get("GRAPHREC_RECORD") == "0" or "NBGRADER_EXECUTION" in os.environ:
        return False
    clone = paths.root()
    return not (clone and Path.cwd() == clone / "solutions")


def read(path: Path | None = None) -> dict[str, dict]:
    """Return {exercise: {"points", "max_points", "tries"}}; a damaged file counts as empty.

    A damaged file of your own is kept beside the new one as `progress.damaged.json`.
    """
    path = path or file()
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["exercises"]
        return {str(k): {"points": float(v["points"]), "max_points": int(v["max_points"]),
                         "tries": int(v["tries"])} for k, v in entries.items()}  # fmt: skip
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        if path == file():
            with contextlib.suppress(OSError):
                os.replace(path, path.with_name("progress.damaged.json"))
        return {}


def write(entries: dict[str, dict], path: Path | None = None) -> None:
    """Write the progress file whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    path = path or file()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"course": graphrec_utils.__version__, "exercises": entries}, indent=1)
    with paths.replacing(path) as part:
        part.write_text(text, "utf-8")


def record(result: Result) -> None:
    """Add one try; the best result wins. Where nothing can be written, nothing is recorded."""
    if not recording():
        return
    with contextlib.suppress(OSError):
        entries = read()
        entry = entries.setdefault(result.exercise, {"points": 0.0, "max_points": 0, "tries": 0})
        entry["points"] = max(entry["points"], float(result.points))
        entry["max_points"] = result.max_points
        entry["tries"] += 1
        write(entries)


def merge(theirs: dict[str, dict]) -> None:
    """Take over another file's results where they are better than yours."""
    entries = read()
    for name, entry in theirs.items():
        mine = entries.get(name)
        entries[name] = entry if mine is None or entry["points"] > mine["points"] else mine
    write(entries)


class Dashboard:
    """Your points per lesson; shows as a table in a notebook and as text elsewhere."""

    def __init__(self):
        done = read()
        self.lessons = [
            (lesson, [(e, done.get(e.id, {})) for e in exercises.of_lesson(lesson.number)])
            for lesson in syllabus.LESSONS
        ]
        self.lessons = [(lesson, entries) for lesson, entries in self.lessons if entries]

    def __repr__(self) -> str:
        lines = []
        for lesson, entries in self.lessons:
            got, out_of = _sums(entries)
            marks = "  ".join(f"{_mark(e, entry)} {e.id}" for e, entry in entries)
            lines.append(f"{lesson.number} {lesson.title}: {got:g}/{out_of} points   {marks}")
        return "\n".join([*lines, self.next()])

    def next(self) -> str:
        """Say which exercise comes next."""
        for _, entries in self.lessons:
            for exercise, entry in entries:
                if entry.get("points", 0) < exercise.points:
                    return f"Next: exercise {exercise.id}, {exercise.function}."
        return "Everything is solved."

    def _repr_html_(self) -> str:
        rows = []
        for lesson, entries in self.lessons:
            got, out_of = _sums(entries)
            label = html.escape(f"{lesson.number} · {lesson.title}")
            marks = " &nbsp; ".join(f"{_mark(e, entry)}&nbsp;{e.id}" for e, entry in entries)
            rows.append(
                f'<tr><th scope="row" style="text-align:left">{label}</th>'
                f'<td><progress max="{out_of}" value="{got:g}" '
                f'aria-label="{label}: {got:g} of {out_of} points"></progress></td>'
                f'<td>{got:g}/{out_of}</td><td style="text-align:left">{marks}</td></tr>'
            )
        legend = "✓ solved &nbsp; ◐ partly &nbsp; ○ open"
        return f"<table>{''.join(rows)}</table><p>{legend}. {html.escape(self.next())}</p>"


def _sums(entries) -> tuple[float, int]:
    return sum(e.get("points", 0) for _, e in entries), sum(x.points for x, _ in entries)


def _mark(exercise, entry: dict) -> str:
    points = entry.get("points", 0)
    return "✓" if points >= exercise.points else "◐" if points else "○"


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils progress`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils progress",
        description="Show what you have solved, or move it to another machine.",
        epilog="example: python3 -m graphrec_utils progress --export my-progress.json",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--export", metavar="FILE", help="write your results to one file")
    group.add_argument(
        "--import", metavar="FILE", dest="source", help="merge such a file into yours"
    )
    options = parser.parse_args(argv)
    try:
        if options.export:
            write(read(), Path(options.export))
            print(f"wrote {options.export}")
            return 0
        if options.source:
            theirs = read(Path(options.source))
            if not theirs:
                print(f"{options.source} holds no results of this course", file=sys.stderr)
                return 2
            merge(theirs)
    except OSError as error:
        print(f"could not write: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    print(Dashboard())
    return 0
