"""From points to marks: the instructor's adjustments, late work, and weights of lessons.

`adjust.csv` in the output folder is the instructor's own file. No run writes to it, every run reads
it: student,what,points,reason with an exercise ("00.2"), a lesson ("00") or nothing as `what`, and a
new value ("4") or a change ("+1", "-0.5") as `points`.
"""

from __future__ import annotations

import math
import re
import time
from pathlib import Path

from graphrec_utils.grading.reports import tables

COLUMNS = ("student", "what", "points", "reason")
WHAT = re.compile(r"(\d\d(\.\d+)?)?")
DAY = 86_400.0


def adjustments(path: Path) -> list[dict]:
    """Read the adjustments; an absent file holds none.

    Raises:
        ValueError: a line cannot be understood; the sentence names it.
    """
    if not path.exists():
        return []
    names, table = tables.read(path)
    if not set(COLUMNS) <= set(names):
        raise ValueError(f"{path} needs the columns {', '.join(COLUMNS)}")
    found = []
    for line, row in table:
        entry = {name: (row[name] or "").strip() for name in COLUMNS}
        where = f"{path}, line {line}"
        try:
            value = float(entry["points"].replace("−", "-"))
        except ValueError:
            value = math.nan
        if not entry["student"] or not entry["reason"]:
            raise ValueError(f"{where}: an adjustment needs a student and a reason")
        if not math.isfinite(value):
            raise ValueError(f"{where}: {entry['points']!r} is no number of points")
        if not WHAT.fullmatch(entry["what"]):
            raise ValueError(f"{where}: {entry['what']!r} is no exercise (00.2) and no lesson (00)")
        is_change = entry["points"][0] in "+-−"
        found.append(entry | {"points": value, "change": is_change})
    return found


def change(adjustment: dict, submissions: list[dict]) -> float:
    """Return by how much an adjustment changes the points of a student."""
    if adjustment["change"]:
        return adjustment["points"]
    what = adjustment["what"]
    now = sum(
        part["points"]
        for s in submissions
        for part in (s["exercises"] if "." in what else [s])
        if what in ("", part.get("id"), s["lesson"])
    )
    return adjustment["points"] - now


def moment(text: str) -> float:
    """Return the time of "2026-10-01 23:59" or "2026-10-01" (its end), in this machine's zone.

    Raises:
        ValueError: it is neither.
    """
    for form, more in (("%Y-%m-%d %H:%M", 59), ("%Y-%m-%d", DAY - 1), ("%Y-%m-%dT%H:%M", 59)):
        try:
            return time.mktime(time.strptime(text.strip(), form)) + more
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no date: write 2026-10-01 23:59")


def lateness(submission: dict, deadline: float, percent: float) -> tuple[int, float]:
    """Return (days late, share of the points that is left) of a submission.

    Each day that has begun costs `percent` of the points. The time is that of the file.
    """
    late = (submission.get("time") or 0) - deadline
    days = max(0, math.ceil(late / DAY))
    return days, max(0.0, 1 - percent / 100 * days)
