"""The results without anybody's name: a row per exercise, for whoever studies the course.

What a student wrote is not in it, nor what it said or how long it took: names hide there. A
pseudonym stays the same over runs with one secret, and says nothing to who does not have it.
"""

from __future__ import annotations

import csv
import hmac
import io

from graphrec_utils.grading.reports.result import Person

HEAD = ("student", "lesson", "exercise", "points", "max_points", "status", "mistake", "behavior")


def anonymous(crowd: list[Person], result: dict) -> str:
    """Return the CSV, or "" where nobody asked for it; rows stand in the order of pseudonyms."""
    if not result.get("anonymous"):
        return ""
    rows = []
    for person in crowd:
        for submission in person.submissions:
            name = pseudonym(person, result)
            rows += [
                [name, submission["lesson"], *_row(entry)]
                for entry in submission["exercises"] if submission["status"] == "graded"
            ]  # fmt: skip
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEAD)
    table.writerows(sorted(rows))
    return out.getvalue()


def pseudonym(person: Person, result: dict) -> str:
    """Return what stands for a student where no name may."""
    key = result.get("pages", "")
    mark = hmac.digest(key.encode(), f"anonymous/{person.slug}".encode(), "sha256")
    return mark.hex()[:12]


def _row(entry: dict) -> list[str]:
    numbers = [f"{entry[name]:g}" for name in ("points", "max_points")]
    return [entry["id"], *numbers, entry["status"], entry["mistake"], entry.get("behavior", "")]
