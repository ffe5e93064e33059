"""What several commands need: the clone, a lesson by its number, arguments before and after `--`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from graphrec_utils.cli.setup.environment import CannotRun, clone


def notebook(lesson: str) -> Path:
    """Return the path of a lesson's student notebook.

    Raises:
        CannotRun: there is no such lesson; the text lists those that there are.
    """
    folder = clone() / "notebooks"
    return folder / pick(lesson, [path.name for path in folder.glob("*.ipynb")])


def pick(lesson: str, names: list[str]) -> str:
    """Return the one of several file names that has a lesson's number."""
    lessons = {x[:2]: x for x in sorted(names) if re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", x)}
    number = lesson.zfill(2)
    if number in lessons:
        return lessons[number]
    there_are = f"the lessons are {', '.join(lessons)}" if lessons else "no lesson is here yet"
    raise CannotRun(f"there is no lesson {lesson!r}; {there_are}")


def split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Split at the first `--`: what is for us, and what is for the program that we start."""
    if "--" not in argv:
        return argv, []
    place = argv.index("--")
    return argv[:place], argv[place + 1 :]


def parser(usage: str, description: str, example: str) -> argparse.ArgumentParser:
    program = "python3 -m graphrec_utils"
    return argparse.ArgumentParser(
        usage=f"{program} {usage}",
        description=description,
        epilog=f"example: {program} {example}",
        allow_abbrev=False,
    )
