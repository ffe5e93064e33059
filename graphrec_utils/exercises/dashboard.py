"""What you have solved: the dashboard, what comes next, and moving it to another machine."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from graphrec_utils import markup, syllabus
from graphrec_utils.exercises import find, memory, page
from graphrec_utils.exercises.core import Exercise, full

TABLE = Path(__file__).with_name("dashboard.html")


def progress(lesson: str | None = None) -> Dashboard:
    """Return the dashboard of what you have solved: in all lessons, or in lesson "06" alone."""
    return Dashboard(lesson)


@dataclass(frozen=True)
class Next:
    """What to do next, and a link to it as a notebook of the course understands it."""

    said: str
    place: str = ""
    link: str = ""

    def __str__(self) -> str:
        return f"{self.said} {self.place}.".lstrip() if self.place else self.said


def after(exercise: Exercise) -> Next:
    """Return what follows an exercise that is solved: the next open one of its page, or a lesson."""
    number = exercise.id[:2]
    entries = _on_the_page(_entries(number), number)
    opened = [e for e, entry in entries if _mark(e, entry) != "✓" and e.branch <= exercise.branch]
    places = [e.id for e, _ in entries]
    later = [e for e in opened if places.index(e.id) > places.index(exercise.id)]
    said = f"{_sum(entries)} points in lesson {number}."
    if not opened:
        return _onward(said, number)
    following = (later or opened)[0]
    section = page.sections(number).get(following.id)
    found = _exercise(said, following)  # its number is not that of its section
    return replace(found, place=f"{found.place}, in section {section}") if section else found


def _exercise(said: str, exercise: Exercise) -> Next:
    place = f"exercise {exercise.id}, {exercise.function}"
    return Next(f"{said} Next:".lstrip(), place, f"#cell-id=ex-{exercise.id.replace('.', '-')}")


def _onward(said: str, number: str) -> Next:
    """Return the lesson after this one, if it is written."""
    later = [lesson for lesson in syllabus.LESSONS if lesson.number > number]
    if later and find.of_lesson(later[0].number):
        place = f"lesson {later[0].number}, {later[0].title}"
        return Next(f"{said} Next:".lstrip(), place, f"{later[0].stem}.ipynb")
    return Next(said or "This is the last lesson so far.")


def _entries(number: str) -> list[tuple[Exercise, dict]]:
    done = memory.read()["exercises"]
    return [(e, done.get(e.id, {})) for e in find.of_lesson(number)]


def _on_the_page(entries: list[tuple[Exercise, dict]], number: str) -> list[tuple[Exercise, dict]]:
    """Return entries in the order of the lesson's page, which is not that of their numbers."""
    places = page.places(number)
    return sorted(entries, key=lambda one: places.get(one[0].id, len(places)))


class Dashboard:
    """Your points per lesson; shows as a table in a notebook and as text elsewhere."""

    def __init__(self, number: str | None = None):
        self.number = number
        shown = [x for x in syllabus.LESSONS if number is None or x.number == number]
        self.lessons = [(lesson, _entries(lesson.number)) for lesson in shown]
        self.lessons = [(lesson, entries) for lesson, entries in self.lessons if entries]

    def __repr__(self) -> str:
        lines = []
        for lesson, entries in self.lessons:
            marks = "  ".join(f"{_mark(e, entry)} {_named(e)}" for e, entry in entries)
            said = _sum(entries)
            lines.append(f"{lesson.number} {lesson.title}: {said} points   {marks}")
        return "\n".join([*lines, str(self.next())])

    def next(self) -> Next:
        """Return the exercise that comes next; after a lesson, the next one as well."""
        for lesson, entries in self.lessons:
            for exercise, entry in _on_the_page(entries, lesson.number):
                open_ = _mark(exercise, entry) != "✓" and not exercise.branch
                if self.number is None and open_:
                    return _exercise("", exercise)
        return _onward("", self.number) if self.number else Next("Everything is solved.")

    def _repr_html_(self) -> str:
        lessons = []
        for lesson, entries in self.lessons:
            marks = [
                (_mark(e, entry), _named(e), _exercise("", e).link if self.number else "")
                for e, entry in entries
            ]
            got, title = _got(entries, branch=False), f"{lesson.number} · {lesson.title}"
            lessons.append((title, f"{got:g}", full(e for e, _ in entries), _sum(entries), marks))
        return markup.render(TABLE, lessons=lessons, next=self.next(), linked=bool(self.number))


def _got(entries, branch: bool) -> float:
    return sum(entry.get("points", 0) for e, entry in entries if e.branch is branch)


def _sum(entries) -> str:
    """Return "18 of 24", and what branches have added."""
    extra = _got(entries, branch=True)
    said = f"{_got(entries, branch=False):g} of {full(e for e, _ in entries)}"
    return f"{said} (and {extra:g} extra)" if extra else said


def _named(exercise: Exercise) -> str:
    return f"{exercise.id}{' ↳' * exercise.branch}"


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
            memory.write(memory.read(), Path(options.export))
            print(f"wrote {options.export}")
            return 0
        if options.source:
            theirs = memory.read(Path(options.source))
            if not any(theirs.values()):
                print(f"{options.source} holds no results of this course", file=sys.stderr)
                return 2
            memory.merge(theirs)
    except OSError as error:
        print(f"could not write: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    print(Dashboard())
    return 0
