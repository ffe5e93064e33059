"""What `result.json` must hold, from which every report is made, and who is who in it.

The format is result.schema.json beside this file (JSON Schema). The reasons of an exercise and its
rows may repeat parts of a secret input; they are for the instructor, and `feedback` says what a
student may read.
"""

from __future__ import annotations

import functools
import hmac
import json
import math
import re
import reprlib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from graphrec_utils.grading import totals
from graphrec_utils.grading.reports import marks

SCHEMA = Path(__file__).with_name("result.schema.json")
JOINERS = "\u200c\u200d"  # parts of letters and of emoji


def problems(result) -> list[str]:
    """Return a sentence for everything that breaks the format; an empty list if nothing does."""
    if found := [_sentence(error) for error in _validator().iter_errors(result)]:
        return found
    for number, submission in enumerate(result["submissions"]):
        where = f"submissions[{number}]"
        for k, entry in enumerate(submission["exercises"]):
            found += [f"{where}.exercises[{k}] {wrong}" for wrong in _points(entry)]
        total = sum(entry["points"] for entry in submission["exercises"])
        if not math.isclose(total, submission["points"], abs_tol=0.01):
            found.append(f"{where}.points {submission['points']} are not the sum of its exercises")
    return found


@functools.cache
def _validator():
    from jsonschema import Draft202012Validator, validators

    def number(_, value) -> bool:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return plain and math.isfinite(value)  # NaN passes every minimum

    types = Draft202012Validator.TYPE_CHECKER.redefine("number", number)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return validators.extend(Draft202012Validator, type_checker=types)(schema)


def _sentence(error) -> str:
    """Return the place and what is wrong there; a value is cut, it may be a whole class."""
    place = error.json_path.removeprefix("$").removeprefix(".") or "the result"
    said = error.message.replace(repr(error.instance), reprlib.repr(error.instance))
    return f"{place}: {said}"


def _points(entry: dict) -> list[str]:
    """Return what no schema can say: status and points of an exercise must agree."""
    found, points, out_of = [], entry["points"], entry["max_points"]
    if points > out_of:
        found.append(f"({entry['id']}) has more points than there are")
    if (entry["status"] == "passed") != (points == out_of):
        found.append(f"({entry['id']}) is {entry['status']!r} with {points} of {out_of} points")
    return found


# ---------------------------------------------------------------- people


@dataclass
class Person:
    """One student and what this student handed in; `slug` is safe as a file name and unique."""

    name: str
    slug: str
    id: str = ""
    unlisted: bool = False  # there is a class list, and it does not know this name
    submissions: list[dict] = field(default_factory=list)
    row: dict[str, str] = field(default_factory=dict)  # of the class list
    weights: dict[str, float] = field(default_factory=dict)  # of lessons; 1 where none is given
    changes: list[tuple[str, float, str]] = field(default_factory=list)  # of what, points, reason

    @property
    def points(self) -> float:
        """All points of this person, with what late work cost and what the instructor changed."""
        earned = sum(self._weight(s) * s["points"] for s in self.submissions)
        return max(0.0, round(earned + sum(points for _, points, _ in self.changes), 2))

    @property
    def max_points(self) -> float:
        """What this person's notebooks could have earned."""
        return round(sum(self._weight(s) * s["max_points"] for s in self.submissions), 2)

    @property
    def extra(self) -> float:
        """How many of the points branches have paid; late work and changes are not in it."""
        paid = sum(self._weight(s) * totals.extra(s["exercises"]) for s in self.submissions)
        return round(paid, 2)

    def of(self, lesson: str) -> float:
        """The points of one lesson, with what was changed in it."""
        earned = sum(
            self._weight(s) * s["points"] for s in self.submissions if s["lesson"] == lesson
        )
        changed = sum(by for what, by, _ in self.changes if what[:2] == lesson)
        return max(0.0, round(earned + changed, 2))

    def _weight(self, submission: dict) -> float:
        return self.weights.get(submission["lesson"], 1.0)

    def judge(self, marking: dict, extension: str, adjustments: list[dict]) -> None:
        """Note what changes the points: days late after the deadline, and adjustments."""
        self.weights = marking.get("weights", {})
        deadline = marking.get("deadline")
        if extension and deadline:
            deadline = marks.moment(extension)
        for s in self.submissions if deadline else ():
            days, share = marks.lateness(s, deadline, marking.get("late", 0.0))
            if days and s["status"] == "graded":
                said = f"{days} day{'s' * (days > 1)} late: {100 * share:g} % of the points count"
                cost = round(self._weight(s) * s["points"] * (share - 1), 2)
                self.changes.append((s["lesson"], cost, said))
        for entry in adjustments:
            by = round(marks.change(entry, self.submissions), 2)
            self.changes.append((entry["what"], by, entry["reason"]))

    @property
    def judged(self) -> bool:
        """Whether the grader has judged all of it; else `points` are not what the work is worth."""
        return all(s["status"] != "grader-error" for s in self.submissions)

    @property
    def total(self) -> str:
        """The points as text: empty where something could not be judged."""
        return f"{self.points:g}" if self.judged else ""


def people(result: dict) -> list[Person]:
    """Return everybody who handed something in or is on the roster, sorted by name.

    Two notebooks of one lesson under one name are two people: points of different people must
    never be added up, and a second person with the same name must not overwrite the first.
    """
    rows, key = result.get("roster", []), result.get("pages", "")
    roster = {row["as"]: row for row in rows if row["as"]}
    found: dict[tuple[str, int], Person] = {}
    turns: dict[tuple[str, str], int] = {}
    for submission in result["submissions"]:
        student, lesson = submission["student"], submission["lesson"]
        turn = 0
        if lesson:
            turn = turns[student, lesson] = turns.get((student, lesson), -1) + 1
        if (student, turn) not in found:
            known = roster.get(student, {}) if not turn else {}
            name = clean(known.get("student", student)) + (f" ({turn + 1})" if turn else "")
            unlisted = bool(rows) and not known
            found[student, turn] = Person(
                name, slug(student, turn, key), known.get("id", ""), unlisted
            )
        found[student, turn].submissions.append(submission)
    for number, row in enumerate(rows):
        if not row["as"]:
            name = clean(row["student"])
            page = slug(f"{row['student']}/{row['id']}", 0, key)
            found[f"{number}\0", 0] = Person(name, page, row["id"], row=row)
    extensions = {row["as"]: row.get("extension", "") for row in rows if row["as"]}
    for (student, turn), person in found.items():
        person.submissions.sort(key=lambda s: s["lesson"])
        person.row = person.row or (roster.get(student, {}) if not turn else {})
        known = {student, person.name, person.id} - {""}
        adjusted = [x for x in result.get("adjustments", []) if x["student"] in known and not turn]
        person.judge(result.get("marking", {}), extensions.get(student, ""), adjusted)
    return sorted(found.values(), key=lambda p: (p.name.casefold(), p.slug))


def clean(name: str) -> str:
    """Return a name on one line, without control and direction characters, at most 80 long."""
    visible = "".join(
        c if unicodedata.category(c)[0] != "C" or c in JOINERS else " " for c in str(name)
    )
    text = " ".join(visible.split()) or "(no name)"
    return text if len(text) <= 80 else f"{text[:79]}…"


def slug(name: str, turn: int = 0, key: str = "") -> str:
    """Return a file name for a student: letters and digits, then a mark that makes it unique.

    Without the key nobody can guess it. The mark keeps apart what a file system may not (case, forms of accents), and makes names
    that mean something to an operating system, such as `con`, harmless.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", str(name)).casefold())
    readable = "-".join(words).encode()[:40].decode(errors="ignore").strip("-_") or "student"
    exact = str(name).encode("utf-8", "surrogatepass")
    mark = hmac.digest(key.encode(), exact + b"/%d" % turn, "sha256").hex()[:16]
    return f"{readable}-{mark}"
