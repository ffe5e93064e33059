"""Which of several notebooks of one student and lesson counts."""

from __future__ import annotations

from collections import defaultdict

POLICIES = ("last", "best")
EMPTY = ("not-implemented", "missing")  # exercises that nobody has written anything for


def choose(entries: list[dict], policy: str = "last") -> tuple[list[dict], list[dict]]:
    """Return the submissions that count, and those that another one of the same student replaces.

    A file that cannot be read never replaces one that can, nor one in which nothing was written one with
    answers: a lesson downloaded once more is no attempt. Both are named in the notes of the one
    that counts.

    Args:
        entries: submissions of result.json; "turn" tells their order where it is known.
        policy: "last" attempt, or the "best" one; of equally good ones the last.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        if entry["lesson"]:
            groups[entry["student"], entry["lesson"]].append(number)
    replaced: set[int] = set()
    notes: dict[int, str] = {}
    for numbers in groups.values():
        if len(numbers) > 1:
            best = max(numbers, key=lambda k: (*_rank(entries[k], policy), k))
            others = [k for k in numbers if k != best]
            replaced.update(others)
            named = ", ".join(f"{entries[k]['file']} ({entries[k]['points']:g})" for k in others)
            notes[best] = f"the {policy} of {len(numbers)} attempts; not counted: {named}"
    kept = [
        entry | {"notes": [*entry.get("notes", []), notes[k]]} if k in notes else entry
        for k, entry in enumerate(entries)
        if k not in replaced
    ]
    return kept, [entries[k] for k in sorted(replaced)]


def _rank(entry: dict, policy: str) -> tuple:
    readable = entry["status"] != "unreadable"
    written = any(x["status"] not in EMPTY for x in entry["exercises"])
    points = entry["points"] if policy == "best" else 0
    return readable, written, points, tuple(entry.get("turn", ()))
