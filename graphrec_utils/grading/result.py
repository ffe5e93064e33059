"""The format of `result.json`, from which every report is made, and who is who in it.

    result     {"version": 1, "course", "submissions": [submission, ...]}
    submission {"student", "lesson", "file", "status", "points", "max_points", "seconds",
                "exercises": [exercise, ...]}
    exercise   {"id", "points", "max_points", "status", "reason", "mistake", "seconds"}

`status` is one of SUBMISSION_STATUSES and EXERCISE_STATUSES, `course` the version that graded,
`file` a path relative to what was graded. A notebook that could not be graded has its exercises
all the same, with 0 points each, as soon as its lesson is known.

More keys may follow. The reports use these where they exist:

    result     "network" and "sandbox": sentences on what was closed; "seconds"; "roster": what
               `read_roster` returned; "similarity": what `similarity.compare` returned
    submission "reason": why it is not graded; "notes": for everybody; "warnings": for the
               instructor
    exercise   "rows": [[sentence, ok, reason], ...] of the card; "notes": for everybody

The reasons of an exercise and its rows may repeat parts of a secret input (in the words of an
exception, for example). They are for the instructor; `feedback` says what a student may read.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass, field

VERSION = 1
SUBMISSION_STATUSES = ("graded", "unreadable", "unknown-lesson", "grader-error")
EXERCISE_STATUSES = (
    "passed", "partial", "wrong", "not-implemented", "missing", "syntax", "error", "timeout",
    "died", "output-limit",
)  # fmt: skip
SUBMISSION = {"student": str, "lesson": str, "file": str, "status": str, "points": float,
              "max_points": float, "seconds": float, "exercises": list}  # fmt: skip
EXERCISE = {"id": str, "points": float, "max_points": float, "status": str, "reason": str,
            "mistake": str, "seconds": float}  # fmt: skip


def problems(result) -> list[str]:
    """Return a sentence for everything that breaks the format; an empty list if nothing does."""
    if not isinstance(result, dict):
        return [f"the result is a {type(result).__name__}, not a dict"]
    found = []
    if result.get("version") != VERSION:
        found.append(f"version is {result.get('version')!r}, not {VERSION}")
    if not isinstance(result.get("course"), str):
        found.append("course is not a string")
    if not isinstance(result.get("submissions"), list):
        return [*found, "submissions is not a list"]
    for number, submission in enumerate(result["submissions"]):
        where = f"submission {number}"
        if wrong := _fields(submission, SUBMISSION, where):
            found += wrong
            continue
        if submission["status"] not in SUBMISSION_STATUSES:
            found.append(f"{where}: unknown status {submission['status']!r}")
        for entry in submission["exercises"]:
            found += _fields(entry, EXERCISE, where) or _exercise(entry, where)
        parts = [e.get("points", 0) for e in submission["exercises"] if isinstance(e, dict)]
        if not found and not math.isclose(sum(parts), submission["points"], abs_tol=0.01):
            found.append(f"{where}: points {submission['points']} are not the sum of its exercises")
    return found


def _fields(entry, wanted: dict[str, type], where: str) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{where}: an entry is a {type(entry).__name__}, not a dict"]
    found = []
    for name, kind in wanted.items():
        accepted = (int, float) if kind is float else kind
        value = entry.get(name)
        if not isinstance(value, accepted) or isinstance(value, bool):
            found.append(f"{where}: {name} is {value!r}, not a {kind.__name__}")
        elif kind is float and not (math.isfinite(value) and value >= 0):
            found.append(f"{where}: {name} is {value!r}, not a number from 0 on")
    return found


def _exercise(entry: dict, where: str) -> list[str]:
    found = []
    if entry["status"] not in EXERCISE_STATUSES:
        found.append(f"{where}, {entry['id']}: unknown status {entry['status']!r}")
    if entry["points"] > entry["max_points"]:
        found.append(f"{where}, {entry['id']}: more points than there are")
    if (entry["status"] == "passed") != (entry["points"] == entry["max_points"]):
        found.append(f"{where}, {entry['id']}: {entry['status']} with {entry['points']} points")
    return found


# ---------------------------------------------------------------- people


@dataclass
class Person:
    """One student and what this student handed in; `slug` is safe as a file name and unique."""

    name: str
    slug: str
    id: str = ""
    submissions: list[dict] = field(default_factory=list)

    @property
    def points(self) -> float:
        """All points of this person."""
        return round(sum(s["points"] for s in self.submissions), 2)


def people(result: dict) -> list[Person]:
    """Return everybody who handed something in or is on the roster, sorted by name.

    Two notebooks of one lesson under one name are two people: points of different people must
    never be added up, and a second person with the same name must not overwrite the first.
    """
    roster = {_folded(k): v for k, v in result.get("roster", {}).items()}
    found: dict[tuple[str, int], Person] = {}
    turns: dict[tuple[str, str], int] = {}
    for submission in result["submissions"]:
        student, lesson = submission["student"], submission["lesson"]
        turn = 0
        if lesson:
            turn = turns[student, lesson] = turns.get((student, lesson), -1) + 1
        if (student, turn) not in found:
            name = clean(student) + (f" ({turn + 1})" if turn else "")
            known = roster.get(_folded(student), {}) if not turn else {}
            found[student, turn] = Person(name, slug(student, turn), known.get("id", ""))
        found[student, turn].submissions.append(submission)
    there = {_folded(student) for student, _ in found}
    for student, entry in result.get("roster", {}).items():
        if _folded(student) not in there:
            found[student, 0] = Person(clean(student), slug(student), entry.get("id", ""))
    for person in found.values():
        person.submissions.sort(key=lambda s: s["lesson"])
    return sorted(found.values(), key=lambda p: (p.name.casefold(), p.slug))


def clean(name: str) -> str:
    """Return a name on one line, without control and direction characters, at most 80 long."""
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in str(name))
    text = " ".join(visible.split()) or "(no name)"
    return text if len(text) <= 80 else f"{text[:79]}…"


def slug(name: str, turn: int = 0) -> str:
    """Return a file name for a student: letters and digits, then a mark that makes it unique.

    The mark keeps apart what a file system may not (case, forms of accents), and makes names
    that mean something to an operating system, such as `con`, harmless.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", str(name)).casefold())
    readable = "-".join(words).encode()[:48].decode(errors="ignore").strip("-_") or "student"
    exact = str(name).encode("utf-8", "surrogatepass")
    return f"{readable}-{hashlib.sha256(exact + b'/%d' % turn).hexdigest()[:8]}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", str(name)).casefold().strip()
