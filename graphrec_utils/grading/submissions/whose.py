"""Whose a file is, told by its path: folders, and how Moodle, Canvas and browsers name files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from graphrec_utils import syllabus

STEMS = sorted((x.stem for x in syllabus.LESSONS), key=len, reverse=True)
LONGEST = 200  # characters of a name
LONGEST_FILE = (
    255  # bytes that file systems let a name have; the members of a zip file may have longer ones
)
# Every pattern takes time in proportion to a name's length, whatever the name is: a run of what one part takes
# ends in what the next part cannot begin with. What stands around a mark is stripped beforehand.
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[^\W_]+(?:_+(?P<rest>.*))?", re.DOTALL
)
CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d{3,})_(?P<turn>\d{3,})_(?P<rest>.*)", re.DOTALL
)
SECOND = r"(?:\((?P<a>\d{1,3})\)|\b(?:copy|kopie|копия)[\s_-]*\(?(?P<b>\d{0,9})\)?"
COPY = re.compile(
    rf"{SECOND})\Z", re.IGNORECASE
)  # as browsers, Jupyter and systems name a second file
TURN = re.compile(  # and people, behind the name of a lesson
    rf"{SECOND}|[_-](?P<c>\d{{1,2}})|[_\s-]v(?P<d>\d{{1,9}})"
    r"|[_\s-](?:final|solved|done|finished|submission|new|edited|completed))\Z",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"\.(?:ipynb(?:\.txt|\.json)?|zip)\Z", re.IGNORECASE)
AROUND = " \t_.-"  # stands between a name and a mark
COURSE = ("notebooks", "solutions")


@dataclass(frozen=True)
class Owner:
    """Whose a file is: `name` as it was written; `known` are other names for the same person.

    `turn` is the number that Canvas gave this attempt.
    """

    name: str
    known: tuple[str, ...] = ()
    turn: int = 0
    late: bool = False


def owner(folders: tuple[str, ...], file: str, fallback: str) -> Owner:
    """Return who handed in a file: its first folder, else its name without the lesson's.

    Args:
        fallback: the name where neither says anything.
    """
    stem = unicodedata.normalize("NFC", SUFFIX.sub("", file)[:LONGEST_FILE])
    rest, _ = _turn(_pattern(stem)[1])
    if folders:
        found, _ = _pattern(unicodedata.normalize("NFC", folders[0][:LONGEST_FILE]))
    else:
        found, _ = _pattern(stem)
        if not found.known:
            found = Owner(clean(_without_lesson(rest)))
    name = found.name or clean(fallback) or "unnamed"
    return replace(found, name=name)


def attempt(file: str) -> int:
    """Return the number that a browser or a person gave to a file: 1 for "00_start_here (1).ipynb"."""
    stem = file[: file.lower().find(".ipynb") % (len(file) + 1)]
    return _turn(stem[:LONGEST_FILE])[1]


def clean(name: str) -> str:
    """Return a name in one form (NFC) and on one line; all its letters and marks stay."""
    name = unicodedata.normalize("NFC", name)
    visible = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in name
    )
    return " ".join(visible.split())[:LONGEST].strip()


def of_course(folders: tuple[str, ...], file: str) -> int | None:
    """Return where in a path the course's own folder begins: "ann/graphrec/notebooks" → 2."""
    if any(stem in file for stem in STEMS):
        for place in range(len(folders) - 1, -1, -1):
            if folders[place].lower() in COURSE:
                return place
    return None


def _pattern(text: str) -> tuple[Owner, str]:
    """Return what Moodle or Canvas says in a name, and the rest: the student's own file name."""
    if match := MOODLE.fullmatch(text):
        found = Owner(clean(match["name"]), (f"Participant {match['number']}",))
        return found, match["rest"] or ""
    if match := CANVAS.fullmatch(text):
        turn, late = int(match["turn"]), bool(match["late"])
        return Owner(clean(match["name"]), (match["user"],), turn, late), match["rest"]
    return Owner(clean(text)), text


def _turn(stem: str) -> tuple[str, int]:
    """Return a file's name without marks of a second attempt, and the attempt's number."""
    number = 0
    marks = TURN if any(known in stem for known in STEMS) else COPY
    while (match := marks.search(stem)) and not any(stem.endswith(known) for known in STEMS):
        digits = next(filter(None, match.groups()), "")
        number = max(number, int(digits or 1))
        stem = stem[: match.start()].rstrip(AROUND)
    return stem, number


def _without_lesson(stem: str) -> str:
    for known in STEMS:
        stem = stem.replace(known, "")
    return stem.strip("_- .()")
