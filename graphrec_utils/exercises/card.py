"""The card under an exercise: a `Score` that is a number, a picture and a record at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import graphrec_utils
from graphrec_utils import markup
from graphrec_utils.exercises import (
    closed_library,
    compare,
    core,
    dashboard,
    find,
    memory,
    parsons,
    runner,
    side_by_side,
    stale,
)
from graphrec_utils.exercises.codec import decode
from graphrec_utils.style import CONTEXT, NEGATIVE, POSITIVE

CARD = Path(__file__).with_name("card.html")
MIME = "application/vnd.graphrec.result+json"
SECONDS, PATIENCE = (
    10.0,
    3.0,
)  # of computing, for all calls of one card together; times on a busy machine
TRIES = 2  # failed ones, after which yours stands beside the right value
HOLDS = {True: "✓", False: "✗"}
MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "missing": "○"}
COLORS = {"passed": POSITIVE, "partial": "#B07A00", "failed": NEGATIVE, "missing": CONTEXT}
HEADLINES = {
    "passed": "solved",
    "partial": "partly solved",
    "failed": "not yet",
    "missing": "not implemented yet",
}


@dataclass(frozen=True)
class Beside:
    """What a card says beside the verdict, to a student at work.

    Attributes:
        version: that an older function was judged than the cell holds.
        gap: yours beside the right value.
        next: what comes next after success.
        raised: where an exception came from and what the function was given, by the row's reason.
        lines: those of the solution, shuffled: the last hint.
    """

    version: str = ""
    gap: gap.Gap | None = None
    next: dashboard.Next | None = None
    raised: dict[str, str] = field(default_factory=dict)
    lines: parsons.Arrangement | None = None


NOTHING = Beside()


class Score(float):
    """The points of one answer.

    A notebook shows the card, `print` writes it as text, a terminal and nbgrader read the number,
    and other programs read the result under the MIME type `application/vnd.graphrec.result+json`.
    """

    def __new__(cls, result: core.Result, beside: Beside = NOTHING):
        score = super().__new__(cls, result.points)
        score.result, score.beside = result, beside
        return score

    def __str__(self) -> str:
        return as_text(self.result, self.beside)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": float.__repr__(self),
            "text/html": as_html(self.result, self.beside),
            MIME: as_data(self.result),
        }


def check(exercise_id: str, function) -> Score:
    """Run the claims of an exercise on `function` and return its score.

    Never raises and never writes to stderr, whatever the function does; with the environment
    variable GRAPHREC_CHECK=raise, anything below full points raises an AssertionError.
    """
    beside = NOTHING
    try:
        result, beside = _judged(exercise_id, function)
    except KeyboardInterrupt:
        raise
    except Exception as error:
        text = f"the check itself failed ({type(error).__name__}: {error}); please report this"
        result = core.Result(str(exercise_id), "?", 0.0, 0, "failed", [core.Row(text, False)])
    if os.environ.get("GRAPHREC_CHECK") == "raise" and result.status != "passed":
        raise AssertionError(as_text(result, beside))
    return Score(result, beside)


def _judged(exercise_id: str, function) -> tuple[core.Result, Beside]:
    try:
        exercise = find.get(exercise_id)
    except KeyError as error:
        row = core.Row(error.args[0], False)
        return core.Result(str(exercise_id), "?", 0.0, 0, "failed", [row]), NOTHING
    if not callable(function):
        name = exercise.function
        say = f'pass the function itself, without calling it: check("{exercise.id}", {name})'
        row = core.Row(say, False, f"you passed {compare.kind(function)}")
        result = core.Result(exercise.id, name, 0.0, exercise.points, "failed", [row])
        memory.record(result)
        return result, NOTHING
    asked = core.questions(exercise)
    with closed_library.closed(*exercise.closed):
        outcomes = runner.answers(function, asked, SECONDS, PATIENCE)
    result = core.judge(exercise, asked, outcomes)
    failed = memory.record(result)
    passed = result.status == "passed"
    unnamed = result.status in ("partial", "failed") and not result.mistake
    return result, Beside(
        version=stale.note(exercise.id, function),
        gap=side_by_side.of(exercise, result, asked, outcomes)
        if unnamed and failed >= TRIES
        else None,
        next=dashboard.after(exercise) if passed and memory.recording() else None,
        raised=_raised(result, asked, outcomes),
        lines=None if passed else parsons.of(exercise.id),
    )


def _raised(result: core.Result, asked: list[dict], outcomes: list[dict]) -> dict[str, str]:
    """Return where each exception came from and what the function was given, by its message."""
    found = {}
    for row in result.rows:
        if row.question is None or "error" not in (outcome := outcomes[row.question]):
            continue
        line = "line {} of your cell, `{}`".format(*outcome["at"]) if "at" in outcome else ""
        given = decode(asked[row.question]["inputs"])
        sizes = ", ".join(f"{name} {compare.size(value)}" for name, value in given.items())
        found.setdefault(row.reason, "; ".join(filter(None, [line, f"called with {sizes}"])))
    return found


# ---------------------------------------------------------------- the same result, three ways


def as_text(result: core.Result, beside: Beside = NOTHING) -> str:
    """Return the card in plain text, one line per claim."""
    lines = [
        f"{MARKS[result.status]} {result.exercise} {_points(result)}: {HEADLINES[result.status]}"
    ]
    lines += [f"  ! {beside.version}"] if beside.version else []
    for sign, sentence, reason, where in _rows(result, beside):
        lines.append(f"  {sign} {sentence}{_colon(reason)}")
        lines += [f"      {where}"] if where else []
    lines += [f"  {result.measured.what}: {result.measured.said}"] if result.measured else []
    lines += [f"  ! {result.mistake}"] if result.mistake else []
    if beside.gap:
        for name, text in ((beside.gap.claim, beside.gap.call), ("yours", beside.gap.yours),
                           ("expected", beside.gap.expected)):  # fmt: skip
            lines += [f"  {name}:", *(f"    {line}" for line in text.splitlines())]
    lines += [f"  {beside.next}"] if beside.next else []
    return "\n".join(lines)


def as_data(result: core.Result) -> dict:
    """Return the card as JSON data."""
    whole = result.points == int(result.points)  # JavaScript writes 2 where Python writes 2.0
    return {
        "exercise": result.exercise,
        "points": int(result.points) if whole else result.points,
        "max_points": result.max_points,
        "status": result.status,
        "rows": [[row.sentence, row.ok, row.reason] for row in result.rows],
        "mistake": result.mistake,
        "course": graphrec_utils.__version__,
    }


def as_html(result: core.Result, beside: Beside = NOTHING) -> str:
    """Return the card as HTML: readable in light and dark, by eye and by screen reader."""
    return markup.render(
        CARD,
        result=result,
        beside=beside,
        color=COLORS[result.status],
        mark=MARKS[result.status],
        title=f"Exercise {result.exercise} · {_points(result)} · {HEADLINES[result.status]}",
        rows=[(sign, sentence, _colon(reason), where)
              for sign, sentence, reason, where in _rows(result, beside)],
    )  # fmt: skip


def _rows(result: core.Result, beside: Beside) -> list[tuple[str, str, str, str]]:
    """Return (sign, sentence, reason, where) for the lines of a card; a reason stands in one of them."""
    if result.status == "missing":
        return [("○", row.sentence, "", "") for row in result.rows]
    claims = [row for row in result.rows if row.ok or row.question is not None]
    alike: dict[str, list[core.Row]] = {}
    for row in result.rows:
        if not row.ok:
            alike.setdefault(row.reason, []).append(row)
    lines = []
    for row in result.rows:
        group = [] if row.ok else alike[row.reason]
        everything = len(claims) > 1 and all(claim in group for claim in claims)
        where = beside.raised.get(row.reason, "")
        if everything and row is claims[0]:
            again = row is not group[0]
            reason = "for the same reason" if again else row.reason
            lines.append(("✗", f"all {len(claims)} claims", reason, "" if again else where))
        elif row.ok or row is group[0]:
            lines.append((HOLDS[row.ok], row.sentence, row.reason, where))
        elif row is group[1] and not everything:
            others = "; ".join(other.sentence for other in group[1:])
            lines.append(("✗", others, "for the same reason", ""))
    return lines


def _points(result: core.Result) -> str:
    return f"{result.points:g}/{result.max_points} points"


def _colon(reason: str) -> str:
    return f": {reason}" if reason else ""
