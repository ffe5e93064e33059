"""One page per student and one for the class: self-contained HTML without scripts.

What the pages say is counted here and laid out in the templates beside this file, which escape all
of it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from graphrec_utils import markup
from graphrec_utils.grading import totals
from graphrec_utils.grading.reports import anonymous, feedback, sections, unnamed
from graphrec_utils.grading.reports.result import Person, clean
from graphrec_utils.grading.submissions import similarity

HERE = Path(__file__).parent
SHOWN = 10  # mistakes and slow notebooks on the class page
PAIRS_SHOWN = 40
IGNORED_SHOWN = 300
NAMED = 20  # students of a group of similar answers
GROUPS = (  # how the answers to one exercise are counted: label, class of the bar, statuses
    ("solved", "full", ("passed",)),
    ("partly", "part", ("partial",)),
    ("tried", "none", ("wrong", "syntax", "error", "timeout", "died", "output-limit")),
    ("not started", "open", ("not-implemented", "missing")),
)
KINDS = {
    "passed": "good",
    "partial": "half",
    "not-implemented": "muted",
}  # all else is bad, with a ✗
MARKS = {"passed": "✓", "not-implemented": "○", "partial": "◐"}


def student_page(person: Person, result: dict) -> str:
    """Return the page for one student: what was right, which mistake, the hint to read next."""
    title = f"{person.name}: points and feedback"
    return _page(
        "student.html",
        title=title,
        person=person,
        course=result["course"],
        alias=anonymous.pseudonym(person, result) if result.get("anonymous") else "",
        section=lambda entry: sections.of(entry["id"], result.get("site", "")),
    )


def class_page(crowd: list[Person], result: dict) -> str:
    """Return the instructor's page: distribution, mistakes, time, similar answers, everybody."""
    handed_in = result["submissions"]
    graded = [s for s in handed_in if s["status"] == "graded"]
    facts = [
        f"{len(crowd)} students, {len(handed_in)} notebooks, {len(graded)} of them graded with "
        f"version {result['course']} of the course.",
        *(result[key] for key in ("progress", "network", "sandbox") if result.get(key)),
        "This page is for the instructor: it names students and shows similar answers.",
    ]
    return _page(
        "class.html",
        title="Class report",
        facts=facts,
        distribution=_distribution(graded),
        totals=_totals(graded),
        mistakes=_mistakes(graded),
        clusters=unnamed.clusters(graded)[: unnamed.SHOWN],
        slowest=_slowest(handed_in),
        statement=similarity.STATEMENT,
        similarity=result.get("similarity"),
        noticed=_noticed(handed_in),
        crowd=crowd,
        ignored=result.get("ignored", [])[:IGNORED_SHOWN],
        superseded=result.get("superseded", []),
    )


def leaderboard(crowd: list[Person], result: dict) -> str:
    """Return the class's page of open tasks, best first, or "" where nothing was measured."""
    tables: dict[str, list[tuple[str, dict]]] = {}
    for person in crowd:
        alias = anonymous.pseudonym(person, result) if result.get("anonymous") else person.name
        for submission in person.submissions:
            for entry in submission["exercises"]:
                if "measured" in entry:
                    tables.setdefault(entry["id"], []).append((alias, entry))
    if not tables:
        return ""
    return _page("leaderboard.html", title="Leaderboard",
                 tables=[_ranked(tables[name]) for name in sorted(tables)])  # fmt: skip


def _ranked(entries: list[tuple[str, dict]]) -> tuple[str, str, list[tuple[int, str, str, bool]]]:
    """Return title, what was measured, and (place, who, measured, whether it may be the best) of all."""
    entries = sorted(entries, key=lambda e: (-e[1]["measured"]["value"], e[0]))
    values = [entry["measured"]["value"] for _, entry in entries]
    first = entries[0][1]
    rows = [
        (1 + values.index(value), who, entry["measured"]["said"],
         entry["measured"]["high"] >= first["measured"]["low"])
        for value, (who, entry) in zip(values, entries, strict=True)
    ]  # fmt: skip
    return feedback.title(first), first["measured"]["what"], rows


def _page(name: str, **values) -> str:
    return markup.render(
        HERE / name,
        feedback=feedback,
        extra=totals.extra,
        clean=clean,
        GROUPS=GROUPS,
        PAIRS_SHOWN=PAIRS_SHOWN,
        NAMED=NAMED,
        KINDS=KINDS,
        MARKS=MARKS,
        **values,
    )


def _distribution(graded: list[dict]) -> list[dict]:
    """Return a row per exercise: its title, how many answers are in which group, the mean."""
    entries: dict[str, list[dict]] = {}
    for submission in graded:
        for entry in submission["exercises"]:
            entries.setdefault(entry["id"], []).append(entry)
    rows = []
    for _, answers in sorted(entries.items()):
        counts = Counter(
            label for e in answers for label, _, states in GROUPS if e["status"] in states
        )
        mean = sum(e["points"] for e in answers) / len(answers)
        rows.append({
            "title": feedback.title(answers[0]),
            "counts": counts,
            "answers": len(answers),
            "mean": f"{mean:.2f} / {answers[0]['max_points']:g}",
        })  # fmt: skip
    return rows


def _totals(graded: list[dict]) -> list[tuple[str, Counter, str]]:
    """Return for each lesson how many notebooks lie in which fifth of the points, and the mean."""
    rows = []
    for lesson in sorted({s["lesson"] for s in graded}):
        own = [s for s in graded if s["lesson"] == lesson]
        fifths = Counter(min(4, int(5 * s["points"] / (s["max_points"] or 1))) for s in own)
        mean = sum(s["points"] for s in own) / len(own)
        said = f"{mean:.2f} / {own[0]['max_points']:g}"
        rows.append((feedback.lesson_title(lesson), fifths, said))
    return rows


def _mistakes(graded: list[dict]) -> list[tuple[tuple[str, str], int]]:
    """Return ((title, sentence), how often) of the most frequent named mistakes."""
    return Counter(
        (feedback.title(e), e["mistake"]) for s in graded for e in s["exercises"] if e["mistake"]
    ).most_common(SHOWN)


def _slowest(handed_in: list[dict]) -> list[tuple[str, float, str]]:
    """Return (file, seconds, its longest exercise) of the slowest notebooks."""
    rows = []
    for submission in sorted(handed_in, key=lambda s: -s["seconds"])[:SHOWN]:
        entry = max(submission["exercises"], key=lambda e: e["seconds"], default=None)
        longest = f"{feedback.title(entry)}, {entry['seconds']:.1f} s" if entry else ""
        rows.append((submission["file"], submission["seconds"], longest))
    return rows


def _noticed(handed_in: list[dict]) -> list[tuple[str, list[str]]]:
    """Return (file, lines) of the notebooks about which the grader has something to say."""
    rows = []
    for s in handed_in:
        said = [] if s["status"] == "graded" else [s["status"], s.get("reason", "")]
        said += [*s.get("warnings", []), *s.get("notes", [])]
        if said := list(filter(None, said)):
            rows.append((s["file"], said))
    return rows
