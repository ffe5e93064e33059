"""The page "What held": every claim that a lesson puts to the test, whose it is, and the verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat

from graphrec_utils import syllabus
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.results import LOOK

PAGE = """# What held

Every lesson says claims before it measures: of the lecture, of papers, of common belief, our own. Equal trials for
both sides, a margin fixed before, intervals over users. Of {total} claims, **{holds}** hold, **{fails}** do not, and of
**{open}** the numbers cannot tell. Whose a claim is stands in brackets where the lesson says so.

These verdicts are about the data sets, sizes and budgets of this course, which run on two cores. A claim that fails here
may hold elsewhere; each lesson says what was tried, and what would turn its verdict round.

{lessons}
"""
ONE = re.compile(rf"^({'|'.join(LOOK)}): (.*)$", re.MULTILINE)
BOX = re.compile(r"^> \*\*Claim(?: \d)?\.?\*\*\s*(?:\(([^)]*)\)\.?)?\s*((?:.|\n> )*)", re.MULTILINE)
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
        if found := list(judged(notebook)):
            count.update(each.outcome for each in found)
            lines = [
                f"## [{source.stem[:2]} · {titles[source.stem[:2]]}](notebooks/{source.stem}.ipynb)",
                "",
                *map(_item, found),
                "",
            ]
            lessons.append("\n".join(lines))
    holds, fails, unclear = (count[outcome] for outcome in LOOK)
    return PAGE.format(
        total=count.total(), holds=holds, fails=fails, open=unclear, lessons="\n".join(lessons)
    )


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


def _item(each: Judged) -> str:
    whose = f" ({each.whose})" if each.whose else ""
    detail = f" *{_plain(each.detail)}*" if each.detail else ""
    return f"* {LOOK[each.outcome][1]} **{each.outcome}** · {_plain(each.claim)}{whose}{detail}"


def _plain(text: str) -> str:
    return re.sub(r"([*_`\\<>\[\]|$])", r"\\\1", text)
