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
from pathlib import Path

import nbformat

from graphrec_utils import markup, paths, syllabus
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.results import LOOK

HERE = Path(__file__).parent
PAGE = """# What held

**{holds} hold, {fails} do not, of {open} the numbers cannot tell.** Every tile is a claim that a lesson says before it
measures. Guess, then press it: whose claim it is, the numbers, and what this course believed before.

```{{raw}} html
{wall}
```

## How a claim is judged

As many trials for both sides, and more where the best stood at an end of its grid, a margin fixed before, intervals of
95 % over users, and over seeds where training is involved: a claim holds where the whole interval is on its side. These
verdicts are about the data sets, sizes and budgets of this course, which run on two cores. A claim that fails here may
hold elsewhere; each lesson says what was tried, and what would turn its verdict round.

## No longer claimed

What this course said once and says no more, and what turned it round.

```{{raw}} html
{gone}
```
"""
# Whose a claim is, from the words in its brackets: the first that fits; who is named otherwise wrote a paper.
WHOSE = {
    "lecture": ("the lecture", r"\b(?:lecture|slide|funnel)\b"),
    "ours": ("ours", r"^ours\b"),
    "belief": ("common belief", r"^(?:common|everybody|what (?!the paper))"),
    "papers": ("papers", r"."),
    "nobody": ("not said", r""),
}
KEYS = dict(zip(LOOK, ("holds", "fails", "open"), strict=True))  # in the names of classes
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
    """Return the page in Markdown; the walls of tiles in it are HTML."""
    lessons, every = [], []
    titles = {lesson.number: lesson.title for lesson in syllabus.LESSONS}
    for source in built():
        found = list(judged(nbformat.read(target(source, "solved"), 4)))
        before = believed(source.stem[:2])
        made = {each.claim for each in found}
        every += found
        lessons.append({
            "number": source.stem[:2], "title": titles[source.stem[:2]], "stem": source.stem,
            "tiles": [_tile(each, before.get(each.claim)) for each in found],
            "gone": [{"claim": c, "before": _said(x)} for c, x in before.items() if c not in made],
        })  # fmt: skip
    count = Counter(each.outcome for each in every)
    signs = {
        name: {"sign": LOOK[name][1], "key": KEYS[name], "count": count[name]} for name in LOOK
    }
    wall = markup.render(
        HERE / "verdicts.html", lessons=[x for x in lessons if x["tiles"]], signs=signs,
        total=len(every), groups=list(_groups(every)),
    )  # fmt: skip
    gone = markup.render(HERE / "claims_gone.html", lessons=lessons)
    holds, fails, unclear = (count[outcome] for outcome in LOOK)
    return PAGE.format(holds=holds, fails=fails, open=unclear, wall=wall, gone=gone)


def group(whose: str) -> str:
    """Return the group, a key of WHOSE, of the words that say whose a claim is."""
    return next(key for key, (_, words) in WHOSE.items() if re.search(words, whose))


def _groups(every: list[Judged]) -> Iterator[dict]:
    for key, (name, _) in WHOSE.items():
        outcomes = [each.outcome for each in every if group(each.whose) == key]
        outcomes.sort(key=list(LOOK).index)
        said = f"{outcomes.count(next(iter(LOOK)))} of {len(outcomes)} hold"
        if outcomes:
            yield {"key": key, "name": name, "outcomes": outcomes, "said": said}


def _tile(each: Judged, said: dict | None) -> dict:
    return {
        "outcome": each.outcome,
        "claim": each.claim,
        "detail": each.detail,
        "whose": each.whose.replace("*", ""),
        "key": group(each.whose),
        "before": _said(said) if said else "",
    }


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


def _said(said: dict) -> str:
    return " ".join(filter(None, [said["before"], said.get("now", "")]))
