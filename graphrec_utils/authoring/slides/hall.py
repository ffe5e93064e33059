"""What a hall reads of a lesson's slides: a title that says something, and at most 40 words of prose on a slide.

A paragraph stays as long as the room of its slide lasts, sentence by sentence; of a long list or box each point says
its first sentence; whole they are among the speaker's notes. A slide that goes on says in its title what is learned
there: the bold sentence that follows its figure or table, or the first sentence of its prose. What is left of two
slides stands on one where both fit, what is said of a figure with it. Pictures, formulas, tables, claims and questions stay as they are. A slide of
which nothing is left goes, and what an author tells the speaker is repeated on each slide that has no words of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides import recall
from graphrec_utils.authoring.slides.beside import DRAWN, apart, later, pictured
from graphrec_utils.authoring.slides.deck import PICTURE, SAY, TITLE, Slide, Unit, fitted
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import (
    ALONE,
    BLOCK,
    LONGEST,
    MOST,
    QUIZ,
    SENTENCE,
    bold,
    closed,
    cut,
    moral,
    parts,
    text_of,
    thin,
    told,
)
from graphrec_utils.authoring.slides.prose import ROOM

QUESTION = 28  # words of a title that is all a question says
SHARED = 400  # one below the words that lead to it
LABEL = 3  # words in bold that name what a paragraph is about
LISTS = ("<ul>", "<ol>", "<blockquote>")
POINT = re.compile(r"(<(?:li|p)>)((?:(?!</?(?:li|p)>).)*)(</(?:li|p)>)", re.DOTALL)
ASKS = re.compile(
    r'(<blockquote class="asked">\s*)<p>((?:(?!</p>).)*?[.:;!?]\s|)((?:(?!</p>)[^.:;!?])*\?)\s*</p>',
    re.DOTALL,
)
OF_BEFORE = re.compile(
    r"\b(?:it|its|they|them|their|that|this|these|those|he|she|both|the (?:two|three|four))\b"
)  # what stands above
USUAL = (  # what to do with slides of which the author says nothing
    (">Branches<", "The hour ends here. Name one branch that fits who sits there; nothing on it has to be shown."),
    (">Slide, paper, code<", "Not for the hour. Show a row when somebody asks where the slide and the code differ."),
    (">Quiz<", "A vote by hand on each question, half a minute; the answers stand here, whoever voted for them says why."),
)  # fmt: skip
BRANCH = re.compile(
    r"<p>(A branch of about .*?[.:])(?=\s|</p>)\s*", re.DOTALL
)  # what a reader chooses by


def for_a_hall(columns: list[list[Slide]]) -> list[list[Slide]]:
    """Return the slides with little to read, and notes on each of them."""
    again = recall.slide(columns)
    short = [[part for slide in column for part in parts(_short(slide))] for column in columns]
    done = [pictured(_filled(_left(_titled(list(apart(_joined(column))))))) for column in short]
    return [_noted(recall.put(column, again)) for column in done]


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


# ---------------------------------------------------------------- titles


def _titled(column: list[Slide]) -> list[Slide]:
    """Give each slide that goes on a title of what it says."""
    for k, slide in enumerate(column):
        if not slide.again or not slide.units or slide.units[0].html.count("<h3") == 1:
            continue
        claims = any("<strong>Claim" in unit.html for unit in slide.units)
        first = slide.units[0]
        if first.html.startswith("<p>"):
            begun = _labelled(first.html)
            if len(slide.units) == 1 and begun + "</p>" == first.html.strip():
                begun = _sentence(first.html)  # or nothing would be left below it
            line = len(slide.units) == 1 and begun + "</p>" == first.html.strip()
            kept = (line or claims) and not moral(first.html)  # a claim is what its slide says
            title = "" if kept else _taken(slide, 0, begun)
        elif any(unit.asked for unit in slide.units):
            if first.asked:
                _asks(slide)
            continue  # the answer is not the title of its question
        else:
            title = "" if first.html.startswith(LISTS) else _learned(column[k:])
        if title:
            column[k] = _under(slide, title)
    return column


def _asks(slide: Slide) -> None:
    """Make the question with which a prediction ends the title of its slide, where it is short."""
    unit = slide.units[0]
    found = ASKS.match(unit.html)
    if not found or not closed(found[2]) or not closed(found[3]):
        return
    context, question = found[2].strip(), found[3].strip()
    if words(f"{context} {question}") <= QUESTION:
        context, question = "", f"{context} {question}".strip()
    if context and (words(question) > LONGEST or OF_BEFORE.search(question)):
        return
    if words(question) > QUESTION:
        return
    before = f"<p>{context}</p>" if context else ""
    question = question[0].upper() + question[1:]
    shown = f"<h3>{question}</h3>\n{found[1]}{before}{unit.html[found.end() :]}"
    slide.units[0] = replace(unit, html=shown, height=unit.height + TITLE)


def _under(slide: Slide, title: str) -> Slide:
    """Return a slide below a title; where it has no room for one, its line says it instead of the section."""
    room = PICTURE - 2 * TITLE
    units = [fitted(u, room) if u.picture and u.height > room else u for u in slide.units]
    room = (
        ROOM - 3 * TITLE - TITLE * any("<table" in u.html for u in units)
    )  # of these one knows less
    full = sum(u.height for u in units) > room
    if full or any(u.visual for u in units):
        return replace(slide, again=f"<strong>{title}</strong>")
    return replace(slide, units=[Unit(f"<h3>{title}</h3>", 2 * TITLE), *units])


def _learned(following: list[Slide]) -> str:
    """Return what is said below a figure or a table and take it from there: a moral, bold words, or the first sentence."""
    below = []
    for n, slide in enumerate(following):
        if n and (not slide.again or any(u.picture or u.asked for u in slide.units)):
            break
        below += [(slide, k) for k, u in enumerate(slide.units) if u.html.startswith("<p>")]
    for says in (moral, bold, _sentence):
        for slide, k in below if says is not _sentence else below[:1]:
            if title := _taken(slide, k, says(slide.units[k].html)):
                return title
    return ""


# Each returns what a paragraph begins with that may be a title, "" for nothing.


def _sentence(html: str) -> str:
    end = SENTENCE.search(html)
    return html[: end.end(1)] if end and not QUIZ.match(html) else ""


def _labelled(html: str) -> str:
    """Return the first sentence of a paragraph, and the second where the first is a label in bold."""
    begun = _sentence(html)
    second = SENTENCE.search(html, len(begun) + 1)
    if not begun or begun != bold(html) or words(begun) > LABEL or not second:
        return begun
    both = html[: second.end(1)]
    return both if words(both) <= LONGEST and both[-1] == "." else begun


def _taken(slide: Slide, k: int, begun: str) -> str:
    """Return what a paragraph begins with as a title and take it from there; "" if it cannot be one."""
    title = re.sub("</?(?:p|strong|em)>", "", begun).strip()
    if (
        not re.match(r"[A-Z0-9].*\.$", title, re.DOTALL)
        or words(title) > LONGEST
        or not closed(begun)
    ):
        return ""
    unit = slide.units[k]
    rest = f"<p>{unit.html[len(begun) :].lstrip()}".removeprefix("<p></p>").strip()
    slide.units[k : k + 1] = [replace(unit, html=rest)] if rest else []
    return title.removesuffix(".")


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
    """Repeat what the author tells the speaker on the slides below that have no such words."""
    first = [note for slide in column for note in slide.notes if note.startswith(SAY)]
    heading = "".join(u.html for u in column[0].units[:1]) if column else ""
    usual = [f"{SAY}<p>{said}</p></div>" for name, said in USUAL if name in heading]
    last, done = ([*first, *usual, ""])[0], []
    for slide in column:
        own = [note for note in slide.notes if note.startswith(SAY)]
        done.append(slide if own or not last else replace(slide, notes=[last, *slide.notes]))
        last = own[-1] if own else last
    return done
