"""What a student may be told: never an answer, a hidden input or an expected value.

Everything that leaves for students (their page, the summary, JUnit, Gradescope) takes its
sentences from here. They are made of fixed sentences of the course, of numbers of the grader,
of the student's own code as it was handed in, and of what it gave on the card's inputs before it had
met others, but not of anything a submitted function said later: it could repeat its inputs in the
words of an exception.
"""

from __future__ import annotations

import builtins

from graphrec_utils import exercises, syllabus
from graphrec_utils.grading.verdict import FRESH, RAISES

HEADLINES = {
    "passed": "solved",
    "partial": "partly right",
    "wrong": "not right yet",
    "not-implemented": "not started",
    "missing": "no answer found",
    "syntax": "not valid Python",
    "error": "stopped with an error",
    "timeout": "took too long",
    "died": "ended the kernel",
    "output-limit": "sent too much",
}
NOT_GRADED = {
    "unreadable": "This file could not be read as a notebook.",
    "unknown-lesson": "This notebook belongs to no lesson of the course.",
    "grader-error": "The grader itself failed here. This is not your fault; nothing was judged.",
}
ADVICE = {
    "not-implemented": "Replace the line that raises NotImplementedError, then run the check.",
    "missing": "The answer cell is not in the notebook. Its first line is `# exercise {id}`; "
    "a fresh copy of the lesson has it.",
    "syntax": "Run the cell: Jupyter marks the place.",
    "error": "Run the check in your notebook: its card shows the message on public inputs.",
    "timeout": "Look for a loop that does not end, or that walks over all pairs.",
    "died": "Look for endless recursion, for something far too big, or for a call that ends Python.",
    "output-limit": "Return what the exercise asks for, no larger; and print nothing in a loop.",
}
# Where the answer could not even be asked; then the reason is in the grader's words, or those of
# the cell itself, which had not met any inputs when it said them.
UNASKED = (
    "Run the answer cell and its check in a fresh kernel. Where both work, the cell changes something "
    "that Python or the notebook needs, or the function returns what cannot be sent."
)
SEE_CARD = "Run the check in your notebook: its card shows where a result first differs."
ONLY_FRESH = (
    "The card in your notebook is right about its own inputs; on fresh ones of the same kind your "
    "function fails. Does it use anything but its arguments, or numbers that only fit those inputs?"
)
# Where the reason is in the grader's own words, and so may be shown.
OWN_WORDS = ("missing", "syntax", "timeout", "died", "output-limit")
HINTED = ("not-implemented", "partial", "wrong", "error")


def lesson_title(number: str) -> str:
    """Return "00 · Start here", or the number alone for a lesson that does not exist."""
    for lesson in syllabus.LESSONS:
        if lesson.number == number:
            return f"{number} · {lesson.title}"
    return number or "Unknown lesson"


def title(entry: dict) -> str:
    """Return "00.1 summarize" for an exercise of a result, with "(extra)" for one of a branch."""
    known = _known(entry)
    extra = " (extra)" if entry.get("extra") else ""
    return f"{entry['id']} {known.function}{extra}" if known else f"{entry['id']}{extra}"


def claims(entry: dict) -> list[tuple[str, bool]]:
    """Return the sentences that were tested and whether they hold, without the reasons.

    An answer of which nothing ran has nothing to tell: its claims are left out.
    """
    if entry["status"] not in ("passed", "partial", "wrong", "error"):
        return []
    return [(str(row[0]), bool(row[1])) for row in entry.get("rows", [])]


def first_wrong(entry: dict) -> tuple[str, str] | None:
    """Return (claim, what the student's function gave) of the first wrong place, or None.

    On the card's own inputs, which the student has; in a kernel that had seen no others yet.
    """
    shown = entry.get("shown")
    if not shown or entry["status"] not in ("partial", "wrong", "error"):
        return None
    return shown[0], _sentence(shown[1])


def sentences(entry: dict) -> list[str]:
    """Return what went wrong and what to do about it, most specific first."""
    status = entry["status"]
    said = []
    if status in OWN_WORDS and entry["reason"]:
        said.append(_sentence(entry["reason"]))
    unasked = status == "error" and not entry.get("rows")
    if unasked:
        said.append(_sentence(entry["reason"]))
    elif status == "error":
        said.append(f"Your function raised {_exception(entry['reason'])}.")
    if entry["mistake"]:
        said.append(_sentence(entry["mistake"]))
    elif status in ("partial", "wrong"):
        said.append(ONLY_FRESH if _only_fresh(entry) else SEE_CARD)
    if unasked:
        said.append(UNASKED)
    elif status in ADVICE:
        said.append(ADVICE[status].format(id=entry["id"]))
    return said + notes(entry)


def notes(entry: dict) -> list[str]:
    """Return the notes of an exercise or a submission as sentences."""
    return [_sentence(note) for note in entry.get("notes", [])]


def hint(entry: dict) -> tuple[int, str] | None:
    """Return (tier, text) of the hint to read next, or None.

    The first for whoever has not begun or whose mistake was named (the sentence is help enough),
    the second for a wrong answer without a name. The last tier is nearly the answer and is left
    to the student to open, in the notebook.
    """
    known = _known(entry)
    if known is None or entry["status"] not in HINTED:
        return None
    tried = entry["status"] != "not-implemented" and not entry["mistake"]
    tier = min(1 + tried, len(known.hints) - 1)
    return (tier, known.hints[tier - 1]) if tier > 0 else None


def points(got: float, out_of: float, extra: float = 0.0) -> str:
    """Return "1.5 of 2 points", or "24 of 14 points, 15 of them extra"."""
    paid = f", {extra:g} of them extra" if extra else ""
    return f"{got:g} of {out_of:g} point{'' if out_of == 1 else 's'}{paid}"


def _known(entry: dict):
    try:
        return exercises.get(entry["id"])
    except KeyError:  # graded with another version of the course
        return None


def _only_fresh(entry: dict) -> bool:
    """Report whether every claim that fails held on the card's inputs."""
    reasons = [row[2] for row in entry.get("rows", []) if not row[1]]
    return bool(reasons) and all(reason == FRESH for reason in reasons)


def _exception(reason: str) -> str:
    """Return the name of a builtin exception; a class of the student's own may be named anything."""
    name = str(reason).removeprefix(RAISES).partition(":")[0].strip()
    kind = getattr(builtins, name, None)
    return name if isinstance(kind, type) and issubclass(kind, BaseException) else "an exception"


def _sentence(text: str) -> str:
    text = " ".join(str(text).split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
