"""Wrong answers that no known mistake explains, put together by what they do: whom to name next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from graphrec_utils import exercises, paths
from graphrec_utils.grading.reports import feedback

SHOWN = 12  # on the class page
LINES = 30  # of the code that is shown
TELLING = ("wrong", "partial", "error")


@dataclass(frozen=True)
class Cluster:
    """Answers to one exercise that do the same on the first question they get wrong."""

    title: str
    count: int
    claim: str
    reason: str
    code: str  # of the shortest of them
    file: str  # the module that names the exercise's mistakes


def clusters(graded: list[dict]) -> list[Cluster]:
    """Return what at least two answers do wrong alike, and nobody has named, most frequent first."""
    alike = defaultdict(list)
    for submission in graded:
        for entry in submission["exercises"]:
            known = entry["mistake"] or entry["status"] not in TELLING
            if not known and entry.get("behavior") and entry.get("shown"):
                alike[entry["id"], entry["behavior"]].append(entry)
    found = [_cluster(entries) for entries in alike.values() if len(entries) > 1]
    return sorted(found, key=lambda c: (-c.count, c.title, c.claim))


def _cluster(entries: list[dict]) -> Cluster:
    first = min(entries, key=lambda e: (len(e.get("code", "")) or 10**9, e.get("code", "")))
    lines = first.get("code", "").splitlines()
    more = [f"… {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    claim, reason = first["shown"]
    return Cluster(
        feedback.title(first), len(entries), claim, reason,
        "\n".join(lines[:LINES] + more), _module(first["id"]),
    )  # fmt: skip


def _module(exercise: str) -> str:
    """Return the path of the module in which the exercise's mistakes stand, or ""."""
    try:
        name = exercises.get(exercise).reference.__module__
    except KeyError:  # graded with another version of the course
        return ""
    return "/".join([paths.PACKAGE.name, *name.split(".")[1:]]) + ".py"
