"""What a hall reads of a lesson's slides: a title that says something, and at most 40 words of prose on a slide.

A paragraph stays as long as the room of its slide lasts, sentence by sentence; of a long list or box each point says
its first sentence; whole they are among the speaker's notes. A slide that goes on says in its title what is learned
there: the bold sentence that follows its figure or table, or the first sentence of its prose. What is left of two
slides stands on one where both fit, what is said of a figure with it. Pictures, formulas, tables, claims and questions
stay as they are. A slide of which nothing is left goes. What an author tells the speaker stands on the slide that it is
about (`mentions`), and is repeated where a speaker would have nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides import hour, mentions, recall, titles
from graphrec_utils.authoring.slides.beside import DRAWN, apart, later, pictured
from graphrec_utils.authoring.slides.deck import SAY, TITLE, Slide, Unit, fitted
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import (
    ALONE,
    BLOCK,
    MOST,
    QUIZ,
    SENTENCE,
    closed,
    cut,
    moral,
    parts,
    text_of,
    thin,
    told,
)
from graphrec_utils.authoring.slides.prose import ROOM

SHARED = 400  # one below the words that lead to it
# what an author puts before the reading of a figure, for readers
READING = re.compile(
    r"<p>(?:<(?:strong|em)>)?(?:How to read (?:it|them|this)|Read it(?: [\w ]{2,20})?)[.:](?:</(?:strong|em)>)?\s*(<\w+>)?(\w)"
)
GOES_ON = re.compile(r"<p>(?:[a-z]+(?=[\s,.])|[,;] )")  # the sentence of what stands above
COMMA = re.compile(r"[,;]\s*(\$\$\s*(?:</p>)?\s*)$")
LISTS = ("<ul>", "<ol>", "<blockquote>")
POINT = re.compile(r"(<(?:li|p)>)((?:(?!</?(?:li|p)>).)*)(</(?:li|p)>)", re.DOTALL)
USUAL = (  # what to do with slides of which the author says nothing
    (">Branches<", "The hour ends here. Name one branch that fits who sits there; nothing on it has to be shown."),
    (">Slide, paper, code<", "Not for the hour. Show a row when somebody asks where the slide and the code differ."),
    (">Quiz<", "A vote by hand on each question, half a minute; the answers stand here, whoever voted for them says why."),
)  # fmt: skip
BRANCH = re.compile(
    r"<p>(A branch of about .*?[.:])(?=\s|</p>)\s*", re.DOTALL
)  # what a reader chooses by


def for_a_hall(columns: list[list[Slide]]) -> list[list[Slide]]:
    """Return the slides of a deck with little to read, and notes on each of them."""
    again = recall.slide(columns)
    cut_, answer = recall.answer(columns)
    closing = [slide for slide in (again, answer) if slide]
    by_hand = [hour.slides([*column, *closing]) for column in columns]
    short = [[part for slide in column for part in parts(_short(slide))] for column in cut_]
    done = [
        pictured(_filled(_left(titles.titled(list(apart(_joined(_begun(column))))))))
        for column in short
    ]
    done = [[_ended(slide) for slide in recall.put(column, again, answer)] for column in done]
    made = [_noted(mentions.shared(column)) for column in done]
    return [written or other for written, other in zip(by_hand, made, strict=True)]


# ---------------------------------------------------------------- little to read


def _short(slide: Slide) -> Slide:
    """Return a slide with at most MOST words of prose; what is cut is spoken."""
    units, said = [], []
    room = MOST - sum(
        words(x[1]) for u in slide.units for x in BLOCK.finditer(u.html) if _stays(x[1])
    )
    for unit in slide.units:
        output = unit.picture or unit.asked or unit.lines or unit.html.startswith(("<div", "<pre"))
        if output or QUIZ.search(unit.html):
            units.append(unit)
            continue
        kept = []
        for block in (found[1] for found in BLOCK.finditer(unit.html)):
            shown = cut(block, room) if block.startswith("<p>") else _points(block, room)
            if found := BRANCH.match(shown):  # said on each slide of the branch
                said.append(f"{SAY}<p>{found[1]}</p></div>")
                shown = f"<p>{shown[found.end() :]}".removeprefix("<p></p>").strip()
            said += [block] if shown != block else []
            kept += [shown] if shown else []
            room -= 0 if _stays(block) else words(shown)
        if kept:
            share = sum(map(len, kept)) / len(unit.html)
            units.append(replace(unit, html="\n".join(kept), height=unit.height * share))
    return replace(slide, units=units, notes=[*slide.notes, *said])


def _stays(block: str) -> bool:
    """Report whether a block is on its slide whole, whatever else has to go: a claim, a moral."""
    claim = block.startswith("<blockquote") and "<strong>Claim" in block
    return claim or bool(block.startswith("<p>") and moral(block))


def _joined(column: list[Slide]) -> list[Slide]:
    """Put prose that goes on below a table or other prose, a key later, where there is room for both."""
    kept = column[:1]
    for slide in column[1:]:
        above = kept[-1]
        fits = above.height + slide.height < ROOM - 2 * TITLE and told(above) + told(slide) <= MOST
        stands = any(u.picture or u.asked for u in above.units)
        if slide.again and _prose(slide) and fits and not stands:
            later = [replace(unit, fragment=True) for unit in slide.units]
            notes = [*above.notes, *slide.notes]
            kept[-1] = replace(above, units=[*above.units, *later], notes=notes)
        else:
            kept.append(slide)
    return kept


def _prose(slide: Slide) -> bool:
    return all(
        u.html.startswith("<p>") and not (u.picture or u.asked or QUIZ.match(u.html))
        for u in slide.units
    )


def _points(block: str, room: int) -> str:
    """Return a list or a box that is too long with what each of its points says first."""
    if words(block) <= room or "<strong>Claim" in block or not block.startswith(LISTS):
        return block
    return POINT.sub(lambda found: f"{found[1]}{_said_first(found[2])}{found[3]}", block)


def _said_first(point: str) -> str:
    for found in SENTENCE.finditer(f"{point}</p>"):
        begun = point[: found.end(1)]
        if closed(begun) and not begun.endswith("</strong>"):
            return begun
    return point


def _begun(column: list[Slide]) -> list[Slide]:
    """Take away the labels with which a reading begins, and put words that go on in a sentence to those above."""
    kept: list[Slide] = []
    for slide in column:
        units = [replace(u, html=READING.sub(_capital, u.html)) for u in slide.units]
        slide = replace(slide, units=[u for u in units if u.html.strip() != "<p></p>"])
        if kept and slide.again and slide.units and GOES_ON.match(slide.units[0].html):
            first, *rest = slide.units
            above = kept[-1]
            if above.height + first.height < ROOM and told(above) + words(first.html) <= MOST:
                above = replace(above, units=[*above.units, first], notes=[*above.notes])
            else:
                above = replace(above, notes=[*above.notes, first.html])
            kept[-1] = above if rest else replace(above, notes=[*above.notes, *slide.notes])
            if not rest:
                continue
            slide = replace(slide, units=rest)
        kept.append(slide)
    return kept


def _capital(found: re.Match) -> str:
    return f"<p>{found[1] or ''}{found[2].upper()}"


def _ended(slide: Slide) -> Slide:
    """Return a slide on which no formula ends in a comma after which nothing comes."""
    units = []
    for k, unit in enumerate(slide.units):
        after = slide.units[k + 1].html if k + 1 < len(slide.units) else ""
        if "$$" in unit.html and not GOES_ON.match(after):
            unit = replace(unit, html=COMMA.sub(r"\1", unit.html))
        units.append(unit)
    return replace(slide, units=units)


# ---------------------------------------------------------------- the speaker


def _left(column: list[Slide]) -> list[Slide]:
    """Drop slides with nothing on them, or a line that is no title: it is said on the one before."""
    kept = column[:1]
    for slide in column[1:]:
        if slide.again and _prose(slide) and told(slide) < ALONE:
            said = [*slide.notes, *(unit.html for unit in slide.units)]
            kept[-1] = replace(kept[-1], notes=[*kept[-1].notes, *said])
        else:
            kept.append(slide)
    return kept


def _filled(column: list[Slide]) -> list[Slide]:
    """Put a slide with little on it together with the one below, where both have room and words enough."""
    kept = column[:1]
    for slide in column[1:]:
        above = kept[-1]
        goes_on = slide.again and "<strong>" not in slide.again
        if goes_on and thin(above) and "$$" in text_of(slide):  # words lead to a formula
            slide = _trimmed(slide, MOST - _read(above))
        few = _read(above) + _read(slide) <= MOST
        # what a vote is about stands with it; what follows a vote would tell its outcome
        voted = any(u.asked for u in above.units) or "<h1" in above.units[0].html
        if goes_on and few and not voted and (later := _fits(above, slide)):
            notes = [*above.notes, *slide.notes]
            kept[-1] = replace(above, units=[*above.units, *later], notes=notes)
        else:
            kept.append(slide)
    return kept


def _trimmed(slide: Slide, room: int) -> Slide:
    """Return a slide with a formula without the words below it that are too many, if it then has few enough."""
    *kept, last = slide.units
    formula = [unit for unit in kept if "$$" in unit.html]
    if not formula or told(slide) <= room or not last.html.startswith("<p>") or "$$" in last.html:
        return slide
    shown = cut(last.html, room - told(replace(slide, units=kept)))
    units = [*kept, replace(last, html=shown)] if shown else kept
    few = replace(slide, units=units, notes=[*slide.notes, last.html])
    return few if told(few) <= room else slide


def _fits(above: Slide, slide: Slide) -> list[Unit]:
    """Return what a slide shows on the one above when a key is pressed, [] where the two do not go together."""
    pictures = [u for u in slide.units if u.picture]
    room = ROOM + TITLE - above.height - slide.height  # the line above the second goes
    room -= 2 * TITLE * ("<table" in text_of(above) + text_of(slide))  # of these one knows less
    if any(u.picture for u in above.units) or len(pictures) > 1:
        return []
    if pictures:
        (figure,) = pictures
        least = min(SHARED, figure.height)
        if not thin(above) or figure.visual or room + figure.height < least:
            return []
        small = fitted(figure, min(figure.height, room + figure.height))
        units = [small if u is figure else u for u in slide.units]
        return [replace(unit, fragment=_read(above) > 0) for unit in units]
    together = thin(above) or slide.units[0].asked
    together |= thin(slide) and DRAWN not in text_of(above)  # it goes on about a figure
    return later(slide) if together and room > 0 else []


def _read(slide: Slide) -> int:
    """Return the words of a slide below the heading of its section."""
    heading = re.match(r"\s*<h[12].*?</h[12]>", slide.units[0].html, re.DOTALL)
    return told(slide) - (words(heading[0]) if heading else 0)


def _noted(column: list[Slide]) -> list[Slide]:
    """Give slides of which the author says nothing what is said of the one above, or of all such slides."""
    first = [note for slide in column for note in slide.notes if note.startswith(SAY)]
    heading = "".join(u.html for u in column[0].units[:1]) if column else ""
    usual = [f"{SAY}<p>{said}</p></div>" for name, said in USUAL if name in heading]
    last, done = ([*first, *usual, ""])[0], []
    for slide in column:
        own = [note for note in slide.notes if note.startswith(SAY)]
        # what is told to the speaker comes first, what is there if somebody asks last
        notes = sorted(slide.notes or [last] * bool(last), key=_turn)
        done.append(replace(slide, notes=list(dict.fromkeys(notes))))
        last = own[-1] if own else last
    return done


def _turn(note: str) -> int:
    return 0 if note.startswith(SAY) else 2 if note.lstrip().startswith("<details") else 1
