"""How a lesson ends: the moral of each section, and the answer to the lesson's question.

Both stand among what is taken away, the answer last and whole. Points of the author's list that go on below, and answer
no question, are then spoken.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides import deck, short
from graphrec_utils.authoring.slides.deck import Slide, Unit
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import BLOCK, moral
from graphrec_utils.authoring.slides.prose import ROOM, ROW

TITLE, HEADING = "<strong>What was shown</strong>", "Take away"
FEWEST, MOST = 2, 5  # rows of a slide
ROW_HIGH = 96  # px of a moral of two lines, and what is below it
BRANCH = "\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}"
TAKEN = re.compile(r"\s*<h2[^>]*>Take away")
ANSWERS = ("?</strong>", "<blockquote", "<h2")
ASKED = re.compile(r"<blockquote>\s*<p><strong>((?:(?!</strong>).)*\?)</strong>", re.DOTALL)
ANSWER = re.compile(
    r"<li>\s*(?:<p>)?<strong>((?:(?!</strong>).)*\?)</strong>\s*(.*?)(?:</p>)?\s*</li>", re.DOTALL
)
LONGEST = 64  # words of an answer
SAID = f"{deck.SAY}<p>Ask for the sentence of each section before its row comes.</p></div>"
LAST = f"{deck.SAY}<p>The question of the first slide once more. Let the room answer, then show what stands here.</p></div>"


def slide(columns: list[list[Slide]]) -> Slide | None:
    """Return the slide of a deck that is not yet cut for a hall, None where fewer than FEWEST sections end in a moral."""
    rows: dict[int, str] = {}
    branches = set()
    for column, at in short.places(columns):
        if not isinstance(at, int):
            continue
        for unit in (unit for each in column for unit in each.units):
            if BRANCH in unit.html and "<h2" in unit.html:
                branches.add(at)
            for block in (found[1] for found in BLOCK.finditer(unit.html)):
                if moral(block):
                    rows[at] = moral(block)
    core = [(at, text) for at, text in rows.items() if at not in branches][-MOST:]
    if len(core) < FEWEST:
        return None
    found = short.HEADING.match(
        next(c[0].units[0].html.lstrip() for c, at in short.places(columns) if at == core[0][0])
    )
    inside = "".join(_row(f"{found[1]}.{at}", text) for at, text in core)
    grid = Unit(f'<div class="recall">{inside}</div>', ROW_HIGH * len(core), picture=True)
    return Slide([grid], [], TITLE)


def answer(columns: list[list[Slide]]) -> tuple[list[list[Slide]], Slide | None]:
    """Return the slide with the question of the first slide and what the author's list answers, and the columns without it.

    It is None where the list answers no question.
    """
    title = "".join(u.html for slide in columns[0] for u in slide.units) if columns else ""
    first = ASKED.search(title)
    if not first:
        return columns, None
    for c, column in enumerate(columns):
        if not column or not column[0].units or not TAKEN.match(column[0].units[0].html):
            continue
        for s, slide in enumerate(column):
            for k, unit in enumerate(slide.units):
                found = ANSWER.search(unit.html)
                if found and words(found[2]) <= LONGEST:
                    left = replace(slide, units=_without(slide.units, k, found[0]))
                    rest = [*column[:s], *([left] if left.units else []), *column[s + 1 :]]
                    return [*columns[:c], rest, *columns[c + 1 :]], _answered(first[1], found)
    return columns, None


def _without(units: list[Unit], k: int, part: str) -> list[Unit]:
    left = units[k].html.replace(part, "", 1)
    share = len(left) / len(units[k].html)
    kept = replace(units[k], html=left, height=units[k].height * share)
    return [*units[:k], *([kept] if re.sub("<[^>]*>", "", left).strip() else []), *units[k + 1 :]]


def _answered(question: str, found: re.Match) -> Slide:
    asked = "" if _alike(found[1], question) else f"<strong>{found[1]}</strong> "
    html = f'<div class="answer"><h3>{question}</h3><p>{asked}{found[2]}</p></div>'
    return Slide([Unit(html, 40 * (2 + -(-len(found[0]) // ROW)) + 30)], [LAST], HEADING)


def _alike(one: str, other: str) -> bool:
    """Report whether a question is asked in nearly the words of another."""
    a, b = (set(re.findall(r"[a-z]{3,}", re.sub("<[^>]*>", "", x).lower())) for x in (one, other))
    return len(a & b) > 0.6 * min(len(a), len(b))


def put(column: list[Slide], again: Slide | None, last: Slide | None = None) -> list[Slide]:
    """Return the slides of what is taken away with that of what was shown and the answer, other columns as they are."""
    if not (again or last) or not column or not TAKEN.match(column[0].units[0].html):
        return column
    kept, said = column[:1], []
    for each in column[1:]:
        html = each.again + "".join(unit.html for unit in each.units)
        if any(mark in html for mark in ANSWERS) or any(unit.picture for unit in each.units):
            kept.append(each)
        else:
            said += [*each.notes, html]
    if last and not _shows(kept[0]):  # nothing but points that are spoken
        head = re.match(r"\s*<h2.*?</h2>", kept[0].units[0].html, re.DOTALL)[0]
        said = ["".join(u.html for u in kept[0].units).replace(head, "", 1), *kept[0].notes, *said]
        kept = [Slide([Unit(head, 66)], []), *kept[1:]]
    said = [note for note in dict.fromkeys(said) if re.sub("<[^>]*>", "", note).strip()]
    for shown, note in ((again, SAID), (last, LAST)):
        if not shown:
            continue
        notes = [note, *(x for x in said if not any(x in slide.notes for slide in kept))]
        said, above = [], kept[-1]
        alone = any(u.picture or "<blockquote" in u.html for u in above.units)
        if not alone and above.height + shown.height < ROOM + deck.TITLE:
            units = [
                *above.units,
                *(replace(u, fragment=len(above.units) > 1) for u in shown.units),
            ]
            kept[-1] = replace(above, units=units, notes=[*above.notes, *notes])
        elif len(kept) == 1 and _bare(above):  # a heading alone is no slide
            kept = [
                replace(shown, again=f"<strong>{HEADING}</strong>", notes=[*above.notes, *notes])
            ]
        else:
            kept.append(replace(shown, notes=notes))
    return kept


def _bare(slide: Slide) -> bool:
    return not re.sub(
        "<h2.*?</h2>", "", "".join(u.html for u in slide.units), flags=re.DOTALL
    ).strip()


def _shows(slide: Slide) -> bool:
    html = "".join(u.html for u in slide.units)
    return (
        any(u.picture for u in slide.units)
        or "<blockquote" in html
        or "<table" in html
        or "?</strong>" in html
    )


def _row(number: str, text: str) -> str:
    text = re.sub("</?(?:p|strong)>", "", text)
    return f"<span>{number}</span><p>{text}</p>"
