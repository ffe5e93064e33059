"""The page "What held": every claim that a lesson puts to the test, whose it is, and the verdict.

What was believed before stands in `lessons/lessonNN/believed.toml`, a table of `[[claim]]` for each claim of lesson NN that
turned, changed its words or is made no more: `claim` as the lesson says it now, or as it said it last; `before`,
what was said of it; `now`, what is known, in a sentence. A claim that stands in the lesson needs no `now`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat

from graphrec_utils import paths, syllabus
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.results import LOOK

PAGE = """# What held

Every lesson says claims before it measures: of the lecture, of papers, of common belief, our own. As many trials for
both sides, and more where the best stood at an end of its grid, a margin fixed before, intervals of 95 % over users, and over
seeds where training is involved: a claim holds where the whole interval is on its side. Of {total} claims, **{holds}** hold, **{fails}** do not, and of
**{open}** the numbers cannot tell. Whose a claim is stands in brackets where the lesson says so.

What this course believed before, and what turned it round, stands behind *Before* and under *No longer claimed*.

These verdicts are about the data sets, sizes and budgets of this course, which run on two cores. A claim that fails here
may hold elsewhere; each lesson says what was tried, and what would turn its verdict round.

{lessons}
"""
ONE = re.compile(rf"^({'|'.join(LOOK)}): (.*)$", re.MULTILINE)
BOX = re.compile(
    r"^> \*\*Claims?(?: \d)?\.?\*\*\s*(?:\(([^)]*)\)\.?)?\s*((?:.|\n> )*)", re.MULTILINE
)
ALIKE = 0.6  # of the words of a verdict stand in the box that it belongs to


@dataclass(frozen=True)
class Judged:
    """A verdict as a lesson shows it; `whose` is "" where the lesson does not say."""

    outcome: str
    claim: str
    detail: str
    whose: str


def page() -> str:
    """Return the page in Markdown."""
    lessons, count = [], Counter()
    titles = {lesson.number: lesson.title for lesson in syllabus.LESSONS}
    for source in built():
        notebook = nbformat.read(target(source, "solved"), 4)
        before = believed(source.stem[:2])
        if found := list(judged(notebook)):
            count.update(each.outcome for each in found)
            made = {each.claim for each in found}
            gone = [_gone(claim, said) for claim, said in before.items() if claim not in made]
            lines = [
                f"## [{source.stem[:2]} · {titles[source.stem[:2]]}](notebooks/{source.stem}.ipynb)",
                "",
                *(_item(each, before.get(each.claim, {})) for each in found),
                "",
                *(["**No longer claimed**", "", *gone, ""] if gone else []),
            ]
            lessons.append("\n".join(lines))
    holds, fails, unclear = (count[outcome] for outcome in LOOK)
    return PAGE.format(
        total=count.total(), holds=holds, fails=fails, open=unclear, lessons="\n".join(lessons)
    )


def believed(number: str) -> dict[str, dict]:
    """Return claim -> {"before": …, "now": …} of lesson "06"."""
    file = paths.PACKAGE / "lessons" / f"lesson{number}" / "believed.toml"
    rows = tomllib.loads(file.read_text("utf-8"))["claim"] if file.exists() else []
    return {row["claim"]: row for row in rows}


def judged(notebook) -> Iterator[Judged]:
    """Yield the verdicts that a notebook's stored outputs show, in their order."""
    boxes: list[tuple[str, str]] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if cell.source.startswith("## "):
                boxes = []  # a claim and its verdict stand in one section
            boxes += [(whose or "", _words(text)) for whose, text in BOX.findall(cell.source)]
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            starts = list(ONE.finditer(text))
            ends = [start.start() for start in starts[1:]] + [len(text)] * bool(starts)
            for start, end in zip(starts, ends, strict=True):
                detail = " ".join(text[start.end() : end].split())
                yield Judged(start[1], start[2], detail, _whose(start[2], boxes))


def _whose(claim: str, boxes: list[tuple[str, str]]) -> str:
    """Return who said it, from the box that has most of the words of a verdict's sentence."""
    words = set(_words(claim).split())
    near = [(len(words & set(text.split())) / len(words), whose) for whose, text in boxes]
    share, whose = max(near, default=(0, ""), key=lambda found: found[0])
    return whose if share >= ALIKE else ""


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.replace("\n> ", " ").lower()))


def _item(each: Judged, said: dict) -> str:
    whose = f" ({each.whose})" if each.whose else ""
    detail = f" *{_plain(each.detail)}*" if each.detail else ""
    before = f" **Before:** {_said(said)}" if said else ""
    return f"* {LOOK[each.outcome][1]} **{each.outcome}** · {_plain(each.claim)}{whose}{detail}{before}"


def _gone(claim: str, said: dict) -> str:
    return f"* {_plain(claim)} **Before:** {_said(said)}"


def _said(said: dict) -> str:
    return " ".join(filter(None, [_plain(said["before"]), _plain(said.get("now", ""))]))


def _plain(text: str) -> str:
    return re.sub(r"([*_`\\<>\[\]|$])", r"\\\1", text)
