"""Results of a small class with everything that can happen in it, for the tests of the reports."""

from __future__ import annotations

import graphrec_utils
from graphrec_utils import exercises

SECRET = "film017"  # stands for a part of a hidden input, in every place that may hold one
HOSTILE = "<script>alert('x')</script>\u202e&\"|`[x](http://e.vil)\x00\x1b[31m"
CODE = "# exercise\ndef answer(x):\n    return 3 * x  # as Bob said"
MAXIMUM = {e.id: e.points for e in exercises.of_lesson("00")}


def entry(exercise_id: str, status: str, points: float | None = None, **more) -> dict:
    """Return one exercise of a result; `points` may be left out where the status says it."""
    out_of = MAXIMUM[exercise_id]
    got = points if points is not None else out_of if status == "passed" else 0.0
    known = exercises.get(exercise_id)
    ran = status in ("passed", "partial", "wrong", "error")
    rows = [[c.sentence, status == "passed", "" if status == "passed" else f"yours is {SECRET!r}"]
            for c in known.claims] if ran else []  # fmt: skip
    if status == "partial":
        rows[0][1:] = [True, ""]
    reason = {
        "error": f"ValueError: I was called with {SECRET}",
        "wrong": f"{SECRET!r} has the number 3",
        "partial": f"{SECRET!r} has the number 3",
        "syntax": "line 4: '(' was never closed",
        "timeout": "took longer than 10 s",
        "died": "the kernel died",
        "output-limit": "wrote more than 1 MB",
        "missing": "no cell defines summarize",
        "not-implemented": "not implemented yet",
    }.get(status, "")
    base = {"id": exercise_id, "points": got, "max_points": out_of, "status": status,
            "reason": reason, "mistake": "", "seconds": 0.2, "rows": rows, "notes": [],
            "code": CODE}  # fmt: skip
    if status in ("partial", "wrong", "error"):
        base |= {"shown": [known.claims[0].sentence, "yours is 3"], "behavior": "0123abcd"}
    return base | more


def submission(student: str, *entries: dict, status: str = "graded", **more) -> dict:
    """Return one submission of lesson 00."""
    entries = entries or tuple(entry(k, "not-implemented") for k in MAXIMUM)
    base = {
        "student": student,
        "lesson": "00",
        "file": f"{student}/00_start_here.ipynb",
        "status": status,
        "points": round(sum(e["points"] for e in entries), 2),
        "max_points": sum(MAXIMUM.values()),
        "seconds": 2.4,
        "exercises": list(entries),
        "notes": [],
        "warnings": [],
        "course": graphrec_utils.__version__,
    }
    return base | more


def result(*submissions: dict, **more) -> dict:
    """Return a result."""
    return {"version": 1, "course": graphrec_utils.__version__,
            "submissions": list(submissions), "network": "network: closed", "seconds": 60.0} | more  # fmt: skip


def classroom() -> dict:
    """Return a class: good, half, every way to fail, unreadable, hostile and equal names."""
    swapped = exercises.get("00.1").mistakes[0].sentence
    seen = exercises.get("00.3").mistakes[0].sentence
    half = [
        entry("00.1", "partial", 1.2, mistake=swapped),
        entry("00.2", "passed"),
        entry("00.3", "wrong", mistake=seen),
    ]
    good = [entry(k, "passed") for k in MAXIMUM]
    failing = [
        submission(f"fails by {status}", entry("00.1", status), *good[1:])
        for status in ("wrong", "missing", "syntax", "error", "timeout", "died", "output-limit")
    ]
    return result(
        submission("Ann Smith", *good),
        submission("Bob", *half, notes=["the answer cell of 00.1 is there twice",
                                         "made with version 0.0.9, graded with 0.1.0"]),
        submission("Bob", *good, file="elsewhere/Bob/00_start_here.ipynb"),
        submission("李明"),
        submission(HOSTILE, *half, warnings=["00.1 imports the course's solutions"]),
        submission("../../etc/passwd", *half),
        *failing,
        submission("Cut", status="unreadable", lesson="", exercises=[], max_points=0,
                   reason="line 3 is not JSON"),
        submission("Other", status="unknown-lesson", lesson="", exercises=[], max_points=0),
        submission("Unlucky", status="grader-error", reason="the sandbox could not start"),
        roster=[
            {"student": "Ann Smith", "id": "a-17", "as": "Ann Smith"},
            {"student": "Zoe", "id": "z-26", "as": ""},
            {"student": "Bob", "id": "b-18", "as": "Bob"},
        ],
        superseded=[submission("Ann Smith", file="Ann Smith/old.ipynb")],
        ignored=[{"file": "README.md", "why": "a .md file, not a notebook (*.ipynb)"}],
        similarity={
            "pairs": [{"students": ["Bob", HOSTILE], "strength": 2.0, "exercises": [
                {"id": "00.1", "similarity": 1.0, "evidence": ["the same tree after renaming"]}]}],
            "groups": [{"id": "00.2", "students": ["Ann Smith", "Bob", HOSTILE], "evidence": [
                "the same text, letter by letter, 2 lines of their own", "with the comment “as Bob said”"]}],
            "notes": ["36 answers were compared."],
        },
    )  # fmt: skip


def measured(value: float, error: float) -> dict:
    """Return what an answer to an open task is worth."""
    return {"what": "saves against item2item", "value": value, "low": value - error,
            "high": value + error, "said": f"{value:+.1%}"}  # fmt: skip


def open_task() -> dict:
    """Return a class in which three answers were measured."""
    values = {"Ann": (0.05, 0.02), "Bob": (0.08, 0.02), HOSTILE: (-0.2, 0.01)}
    return result(
        *(submission(who, entry("00.1", "passed", measured=measured(*x))) for who, x in values.items()),
        submission("Zoe"), pages="key",
    )  # fmt: skip
