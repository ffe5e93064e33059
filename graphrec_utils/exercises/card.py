"""The card under an exercise: a `Score` that is a number, a picture and a record at once."""

from __future__ import annotations

import html
import os
import re

import graphrec_utils
from graphrec_utils import exercises
from graphrec_utils.exercises import compare, core, dashboard, runs
from graphrec_utils.style import NEGATIVE, POSITIVE

MIME = "application/vnd.graphrec.result+json"
SECONDS = 10.0  # for all calls of one card together
MARKS = {True: "✓", False: "✗"}
HEADLINES = {
    "passed": "solved",
    "partial": "partly solved",
    "failed": "not yet",
    "missing": "not implemented yet",
}


class Score(float):
    """The points of one answer.

    A notebook shows the card, a terminal and nbgrader read the number, and other programs
    read the result under the MIME type `application/vnd.graphrec.result+json`.
    """

    def __new__(cls, result: core.Result):
        score = super().__new__(cls, result.points)
        score.result = result
        return score

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": float.__repr__(self),
            "text/html": as_html(self.result),
            MIME: as_data(self.result),
        }


def check(exercise_id: str, function) -> Score:
    """Run the claims of an exercise on `function` and return its score.

    Never raises and never writes to stderr, whatever the function does; with the environment
    variable GRAPHREC_CHECK=raise, anything below full points raises an AssertionError.
    """
    try:
        result = _result(exercise_id, function)
    except KeyboardInterrupt:
        raise
    except Exception as error:
        text = f"the check itself failed ({type(error).__name__}: {error}); please report this"
        result = core.Result(str(exercise_id), "?", 0.0, 0, "failed", [core.Row(text, False)])
    else:
        if result.max_points:
            dashboard.record(result)
    if os.environ.get("GRAPHREC_CHECK") == "raise" and result.status != "passed":
        raise AssertionError(as_text(result))
    return Score(result)


def _result(exercise_id: str, function) -> core.Result:
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        row = core.Row(error.args[0], False)
        return core.Result(str(exercise_id), "?", 0.0, 0, "failed", [row])
    if not callable(function):
        name = exercise.function
        say = f'pass the function itself, without calling it: check("{exercise.id}", {name})'
        row = core.Row(say, False, f"you passed {compare.kind(function)}")
        return core.Result(exercise.id, name, 0.0, exercise.points, "failed", [row])
    asked = core.questions(exercise)
    return core.judge(exercise, asked, runs.answers(function, asked, SECONDS))


# ---------------------------------------------------------------- the same result, three ways


def as_text(result: core.Result) -> str:
    """Return the card in plain text, one line per claim."""
    lines = [f"{_mark(result)} {result.exercise} {_points(result)}: {HEADLINES[result.status]}"]
    lines += [f"  {MARKS[row.ok]} {row.sentence}{_colon(row.reason)}" for row in result.rows]
    return "\n".join(lines + ([f"  ! {result.mistake}"] if result.mistake else []))


def as_data(result: core.Result) -> dict:
    """Return the card as JSON data."""
    return {
        "exercise": result.exercise,
        "points": result.points,
        "max_points": result.max_points,
        "status": result.status,
        "rows": [[row.sentence, row.ok, row.reason] for row in result.rows],
        "mistake": result.mistake,
        "course": graphrec_utils.__version__,
    }


def as_html(result: core.Result) -> str:
    """Return the card as HTML: readable in light and dark, by eye and by screen reader."""
    passed = result.status == "passed"
    color = POSITIVE if passed else NEGATIVE
    title = f"Exercise {result.exercise} · {_points(result)} · {HEADLINES[result.status]}"
    parts = [
        f'<div role="group" aria-label="{html.escape(title)}" class="graphrec-card" '
        f'style="border-left:5px solid {color};padding:4px 12px;line-height:1.5">',
        f"<strong>{_mark(result)} {html.escape(title)}</strong>",
    ]
    if result.status == "missing":
        parts.append(f"<div>Write <code>{html.escape(result.function)}</code> in the cell above, ")
        parts.append("run it, then run this cell again. These claims will be checked:</div>")
    parts.append('<ul style="list-style:none;margin:2px 0;padding-left:0.4em">')
    for row in result.rows:
        mark = "○" if result.status == "missing" else MARKS[row.ok]
        reason = "" if row.ok or result.status == "missing" else html.escape(_colon(row.reason))
        parts.append(f"<li>{mark} {html.escape(row.sentence)}<em>{reason}</em></li>")
    parts.append("</ul>")
    if result.mistake:
        sentence = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(result.mistake))
        parts.append(f"<div><strong>Looks familiar:</strong> {sentence}</div>")
    if result.printed and result.status != "missing":
        parts.append(
            "<details><summary>What your function printed</summary>"
            f'<pre style="margin:0">{html.escape(result.printed)}</pre></details>'
        )
    if passed:
        parts.append(
            "<div><small>Public inputs; grading uses fresh ones of the same kind.</small></div>"
        )
    return "".join(parts) + "</div>"


def _mark(result: core.Result) -> str:
    return MARKS[result.status == "passed"]


def _points(result: core.Result) -> str:
    return f"{result.points:g}/{result.max_points} points"


def _colon(reason: str) -> str:
    return f": {reason}" if reason else ""
