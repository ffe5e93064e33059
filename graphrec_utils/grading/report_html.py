"""One page per student and one for the class: self-contained HTML without scripts.

Every text that comes from a submission is escaped here, at the place where it enters a page.
"""

from __future__ import annotations

import html
import re
from collections import Counter

from graphrec_utils.grading import feedback, similarity
from graphrec_utils.grading.report_style import CSS
from graphrec_utils.grading.result import Person, clean

SHOWN = 10  # mistakes and slow notebooks on the class page
PAIRS_SHOWN = 40
GROUPS = (  # how the answers to one exercise are counted: label, class of the bar, statuses
    ("solved", "full", ("passed",)),
    ("partly", "part", ("partial",)),
    ("tried", "none", ("wrong", "syntax", "error", "timeout", "died", "output-limit")),
    ("not started", "open", ("not-implemented", "missing")),
)


# ---------------------------------------------------------------- a student


def student_page(person: Person, result: dict) -> str:
    """Return the page for one student: what was right, which mistake, the hint to read next."""
    out_of = sum(s["max_points"] for s in person.submissions)
    body = [f"<h1>{_name(person.name)}</h1>"]
    if person.submissions:
        body.append(f'<p class="lead">{feedback.points(person.points, out_of)}</p>')
    else:
        body.append('<p class="lead">Nothing was handed in.</p>')
    for submission in person.submissions:
        body += _submission(submission)
    body.append(
        "<footer><p>Your functions were called with fresh inputs of the same kind as those of the "
        "checks in your notebook, so a right answer passes both. Hints and checks are in the "
        f"notebook. Graded with version {_e(result['course'])} of the course.</p></footer>"
    )
    return _page(f"{person.name}: points and feedback", body)


def _submission(submission: dict) -> list[str]:
    status, parts = submission["status"], ['<section class="lesson">']
    parts.append(f"<h2>{_e(feedback.lesson_title(submission['lesson']))}</h2>")
    parts.append(f'<p class="file">{_name(submission["file"])}</p>')
    if status == "graded":
        got, out_of = submission["points"], submission["max_points"]
        text = feedback.points(got, out_of)
        parts.append(f"<p><strong>{text}</strong></p>{_meter(got, out_of, f'Lesson: {text}')}")
    else:
        parts.append(f'<p class="bad">{feedback.NOT_GRADED[status]}</p>')
        if status == "unreadable" and submission.get("reason"):
            parts.append(f"<p>{_e(submission['reason'])}</p>")
    parts += [f"<p>{_e(note)}</p>" for note in feedback.notes(submission)]
    if status == "graded":
        parts += [_exercise(entry) for entry in submission["exercises"]]
    return [*parts, "</section>"]


def _exercise(entry: dict) -> str:
    status = entry["status"]
    kind = "good" if status == "passed" else "muted" if status == "not-implemented" else "bad"
    mark = {"good": "✓", "muted": "○", "bad": "◐" if status == "partial" else "✗"}[kind]
    parts = [
        f'<article class="{kind}"><h3>{_e(feedback.title(entry))}</h3>'
        f'<p class="{kind}"><span aria-hidden="true">{mark}</span> {feedback.HEADLINES[status]} · '
        f"{feedback.points(entry['points'], entry['max_points'])}</p>"
    ]
    if claims := feedback.claims(entry):
        parts.append("<ul>")
        for sentence, ok in claims:
            sign, word = ("✓", "holds") if ok else ("✗", "does not hold")
            parts.append(
                f'<li><span class="{"good" if ok else "bad"}" aria-hidden="true">{sign}</span> '
                f'<span class="unseen">{word}: </span>{_e(sentence)}</li>'
            )
        parts.append("</ul>")
    parts += [f"<p>{_code(sentence)}</p>" for sentence in feedback.sentences(entry)]
    if found := feedback.hint(entry):
        tier, text = found
        parts.append(f'<p class="hint"><strong>Hint {tier}.</strong> {_code(text)}</p>')
    return "".join(parts) + "</article>"


# ---------------------------------------------------------------- the class


def class_page(crowd: list[Person], result: dict) -> str:
    """Return the instructor's page: distribution, mistakes, time, similar answers, everybody."""
    handed_in = result["submissions"]
    graded = [s for s in handed_in if s["status"] == "graded"]
    facts = [
        f"{len(crowd)} students, {len(handed_in)} notebooks, {len(graded)} of them graded with "
        f"version {result['course']} of the course.",
        *(str(result[key]) for key in ("network", "sandbox") if result.get(key)),
        "This page is for the instructor: it names students and shows similar answers.",
    ]
    body = ["<h1>Class report</h1>", *(f"<p>{_e(fact)}</p>" for fact in facts)]
    body += _distribution(graded) + _mistakes(graded) + _slowest(handed_in)
    body += _similar(result.get("similarity")) + _trouble(handed_in) + _everybody(crowd)
    return _page("Class report", body)


def _distribution(graded: list[dict]) -> list[str]:
    entries: dict[str, list[dict]] = {}
    for submission in graded:
        for entry in submission["exercises"]:
            entries.setdefault(entry["id"], []).append(entry)
    if not entries:
        return []
    rows = []
    for _, answers in sorted(entries.items()):
        counts = Counter(label for e in answers for label, _, states in GROUPS if e["status"] in states)  # fmt: skip
        mean = sum(e["points"] for e in answers) / len(answers)
        said = ", ".join(f"{counts[label]} {label}" for label, _, _ in GROUPS)
        segments = "".join(
            f'<span class="{style}" style="width:{100 * counts[label] / len(answers):.2f}%"></span>'
            for label, style, _ in GROUPS
        )
        rows.append([
            f'<th scope="row">{_e(feedback.title(answers[0]))}</th>',
            f'<td><div class="bar" role="img" aria-label="{said}">{segments}</div></td>',
            *(f"<td>{counts[label]}</td>" for label, _, _ in GROUPS),
            f"<td>{mean:.2f} / {answers[0]['max_points']:g}</td>",
        ])  # fmt: skip
    heads = ["Exercise", "Share", *(label.capitalize() for label, _, _ in GROUPS), "Mean points"]
    keys = "".join(f'<span class="key {style}"></span>{label} ' for label, style, _ in GROUPS)
    return [
        "<h2>Exercises</h2>",
        _table("Answers per exercise", heads, rows),
        f'<p class="legend" aria-hidden="true">{keys}</p>',
        *_totals(graded),
    ]


def _totals(graded: list[dict]) -> list[str]:
    """How many notebooks of each lesson lie in which fifth of the points."""
    heads = ["Lesson", "0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %", "Mean points"]
    rows = []
    for lesson in sorted({s["lesson"] for s in graded}):
        own = [s for s in graded if s["lesson"] == lesson]
        fifths = Counter(min(4, int(5 * s["points"] / (s["max_points"] or 1))) for s in own)
        mean = sum(s["points"] for s in own) / len(own)
        rows.append([
            f'<th scope="row">{_e(feedback.lesson_title(lesson))}</th>',
            *(f"<td>{fifths[k]}</td>" for k in range(5)),
            f"<td>{mean:.2f} / {own[0]['max_points']:g}</td>",
        ])  # fmt: skip
    return ["<h2>Points</h2>", _table("Notebooks per share of the points", heads, rows)]


def _mistakes(graded: list[dict]) -> list[str]:
    named = Counter(
        (feedback.title(e), e["mistake"]) for s in graded for e in s["exercises"] if e["mistake"]
    )
    if not named:
        return ["<h2>Named mistakes</h2><p>No answer matched a known mistake.</p>"]
    rows = [
        [
            f'<th scope="row">{_e(name)}</th>',
            f'<td class="wide">{_e(sentence)}</td>',
            f"<td>{count}</td>",
        ]
        for (name, sentence), count in named.most_common(SHOWN)
    ]
    heads = ["Exercise", "What the student was told", "Answers"]
    return ["<h2>Named mistakes</h2>", _table("Most frequent named mistakes", heads, rows)]


def _slowest(handed_in: list[dict]) -> list[str]:
    rows = []
    for submission in sorted(handed_in, key=lambda s: -s["seconds"])[:SHOWN]:
        entry = max(submission["exercises"], key=lambda e: e["seconds"], default=None)
        longest = f"{feedback.title(entry)}, {entry['seconds']:.1f} s" if entry else ""
        rows.append([
            f'<th scope="row">{_name(submission["file"])}</th>',
            f"<td>{submission['seconds']:.1f} s</td>",
            f"<td>{_e(longest)}</td>",
        ])  # fmt: skip
    heads = ["Notebook", "Time", "Longest exercise"]
    return ["<h2>Slowest</h2>", _table("Slowest notebooks", heads, rows)] if rows else []


def _similar(found: dict | None) -> list[str]:
    parts = ["<h2>Similar answers</h2>", f"<p>{_e(similarity.STATEMENT)}</p>"]
    if found is None:
        return [*parts, "<p>Answers were not compared.</p>"]
    parts += [f"<p>{_e(note)}</p>" for note in found["notes"]]
    for pair in found["pairs"][:PAIRS_SHOWN]:
        names = " and ".join(_name(name) for name in pair["students"])
        parts.append(f"<h3>{names}</h3><ul>")
        for entry in pair["exercises"]:
            evidence = "; ".join(entry["evidence"])
            share = f"{entry['similarity']:.0%}"
            parts.append(f"<li>{_e(feedback.title(entry))}: {share} alike: {_e(evidence)}.</li>")
        parts.append("</ul>")
    if (more := len(found["pairs"]) - PAIRS_SHOWN) > 0:
        parts.append(f"<p>{more} more pairs are in result.json.</p>")
    return parts


def _trouble(handed_in: list[dict]) -> list[str]:
    rows = []
    for s in handed_in:
        said = [] if s["status"] == "graded" else [s["status"], s.get("reason", "")]
        said += [*s.get("warnings", []), *s.get("notes", [])]
        if said:
            lines = "<br>".join(_e(line) for line in said if line)
            rows.append([
                f'<th scope="row">{_name(s["file"])}</th>', f'<td class="wide">{lines}</td>'
            ])  # fmt: skip
    heads = ["Notebook", "What the grader noticed"]
    return ["<h2>To look at</h2>", _table("Notebooks to look at", heads, rows)] if rows else []


def _everybody(crowd: list[Person]) -> list[str]:
    rows = []
    for person in crowd:
        lessons = ", ".join(
            f"{s['lesson'] or '?'}: "
            + (f"{s['points']:g}/{s['max_points']:g}" if s["status"] == "graded" else s["status"])
            for s in person.submissions
        )
        link = f'<a href="students/{_e(person.slug)}.html">{_name(person.name)}</a>'
        rows.append([
            f'<th scope="row">{link}</th>',
            f"<td>{_e(person.id)}</td>",
            f"<td>{person.points:g}</td>",
            f"<td>{_e(lessons) or 'nothing handed in'}</td>",
        ])  # fmt: skip
    heads = ["Student", "Id", "Points", "Lessons"]
    return ["<h2>Students</h2>", _table("All students", heads, rows)]


# ---------------------------------------------------------------- pieces


def _page(title: str, body: list[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{_e(title)}</title><style>{CSS}</style></head>\n"
        f"<body><main>\n{chr(10).join(body)}\n</main></body></html>\n"
    )


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """A table that scrolls sideways on a phone; cells are HTML, heads and caption are not."""
    head = "".join(f'<th scope="col">{_e(text)}</th>' for text in heads)
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{_e(caption)}"><table>'
        f'<caption class="unseen">{_e(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _meter(got: float, out_of: float, label: str) -> str:
    width = 100 * got / out_of if out_of else 0
    return (
        f'<div class="bar" role="img" aria-label="{_e(label)}">'
        f'<span class="full" style="width:{width:.2f}%"></span></div>'
    )


def _e(text) -> str:
    return html.escape(str(text))


def _name(text) -> str:
    """A name in isolation, so that right-to-left names do not turn their surroundings around."""
    return f"<bdi>{_e(clean(text))}</bdi>"


def _code(text: str) -> str:
    """Escape a sentence and set what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _e(text))
