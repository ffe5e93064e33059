"""What a comparison says: what held, who cannot be told apart, who serves new items, and what to read about it."""

from __future__ import annotations

import numpy as np

from graphrec_utils import methods, metrics, syllabus
from graphrec_utils.advise.budget import GAINING, TRIALS
from graphrec_utils.grading.reports import sections
from graphrec_utils.metrics.compare import OPEN

FEW = 20  # events of a group; from fewer nothing is concluded
READS_ORDER, READS_CONTENT = ("SASRec",), ("content", "encoder of content")
# Where a method of the report is taught, if its row in `methods.TABLE` has no exercise.
EXERCISE = {"recent": "01.5", "RP3β": "04.4", "content": "07.6", "encoder of content": "10.2"}


def verdicts(comparison: dict) -> dict:
    """Return {"first", "equal", "claims", "new items", "read"} of what `compare.Race` found."""
    rows = {row["name"]: row for row in comparison["rows"]}
    if not rows:
        return {"first": None, "others": {}, "claims": [], "new items": None, "read": []}
    first = _best(rows, lambda row: True)
    others = {
        name: _said(compared(rows, first, name)) for name in rows if name != first
    }  # of each: is the first ahead?
    new = _new(rows, comparison["groups"])
    equal = [name for name, lead in others.items() if lead["outcome"] == OPEN]
    names = list(
        dict.fromkeys([first, *equal[:2], *([new["most"]] if new and new["most"] else [])])
    )
    return {
        "first": first, "others": others, "equal": equal,
        "ahead": [name for name, lead in others.items() if lead["high"] < 0],
        "claims": claims(rows), "new items": new, "read": [to_read(name) for name in names],
    }  # fmt: skip


def compared(rows: dict[str, dict], one: str, other: str) -> metrics.Comparison:
    return metrics.compare(*(np.array(rows[name]["ndcg"]) for name in (one, other)))


def claims(rows: dict[str, dict]) -> list[dict]:
    """Return the claims of the course that this comparison can judge, each with its outcome.

    Where one speaks of the best of several, validation has chosen it. "thin" says why an outcome is not the last word:
    who found less had few trials, or few epochs.
    """
    anybody = _best(rows, lambda row: not row["personal"])
    knows = _best(rows, lambda row: row["personal"])
    still = _best(rows, lambda row: row["personal"] and row["name"] not in READS_ORDER)
    reads = _best(rows, lambda row: row["name"] in READS_CONTENT)
    ids = _best(rows, lambda row: row["personal"] and row["name"] not in READS_CONTENT)
    asked = (
        ("Recent bestsellers find more than those of all time.", "recent", "popularity", "01"),
        (f"Who knows the user ({knows}) finds more than a list for everybody ({anybody}).", knows, anybody, "01"),
        ("Walks of three steps (RP3β) find more than cosines of items.", "RP3β", "item2item", "04"),
        ("A graph between them helps vectors: LightGCN finds more than iALS, both of 64 numbers.", "LightGCN", "iALS", "06"),
        (f"Content finds more ({reads}) than what knows ids alone ({ids}).", reads, ids, "07"),
        (f"Order pays: SASRec finds more than the best that does not read it ({still}).", "SASRec", still, "15"),
    )  # fmt: skip
    out = []
    for sentence, one, other, lesson in asked:
        if one in rows and other in rows:
            lead = compared(rows, one, other)
            thin = _thin(rows[one if lead.gap < 0 else other])
            notes = [
                f"More may be in {n}: {rows[n]['edge']}"
                for n in (one, other)
                if rows[n].get("edge") and not thin.startswith(f"{n} ")
            ]
            out.append(
                {"claim": sentence, "one": one, "other": other, "lesson": lesson, "notes": notes}
                | {"thin": thin}
                | _said(lead)
            )
    return out


def _thin(row: dict) -> str:
    """Return why a method might find more than it did: few trials, or epochs that ended while it gained."""
    edge, why = row.get("edge", ""), []
    if 0 < row.get("trials", 0) <= TRIALS[-1]:
        why.append(f"had {row['trials']} trials")
    if GAINING in edge:
        why.append(f"was {edge[edge.index(GAINING) :]}")
    return f"{row['name']} {' and '.join(why)}" if why else ""


def to_read(name: str) -> dict[str, str]:
    """Return where the course teaches a method: {"method", "lesson", "title", "section", "notebook"}."""
    rows = {m.name: m for m in methods.TABLE}
    exercise = EXERCISE.get(name) or rows[name].exercises[0]
    lesson = next(x for x in syllabus.LESSONS if x.number == exercise[:2])
    section = sections.of(exercise)
    return {
        "method": name, "lesson": lesson.number, "title": lesson.title,
        "section": section[0] if section else "", "exercise": exercise, "notebook": f"notebooks/{lesson.stem}.ipynb",
    }  # fmt: skip


def _best(rows: dict[str, dict], fits) -> str | None:
    """Return the name with the best validation among those that fit."""
    some = [row for row in rows.values() if fits(row)]
    return max(some, key=lambda row: row["validation"])["name"] if some else None


def _new(rows: dict[str, dict], groups: dict[str, int]) -> dict | None:
    """Return who finds items without an event before the test, None where the test has few of them."""
    if groups["new"] < FEW:
        return None
    found = {name: row["groups"][0] or 0.0 for name, row in rows.items()}
    most = max(found, key=found.get)
    return {"events": groups["new"], "found": found, "most": most if found[most] > 0 else None}


def _said(lead: metrics.Comparison) -> dict:
    return {
        "outcome": lead.outcome,
        "gap": lead.gap,
        "low": lead.low,
        "high": lead.high,
        "users": lead.users,
    }
