"""What a hall reads of a lesson's slides: a title that says something, and at most 40 words of prose on a slide.

A paragraph stays as long as the room of its slide lasts, sentence by sentence; of a long list or box each point says
its first sentence; whole they are among the speaker's notes. A slide that goes on says in its title what is learned
there: the bold sentence that follows its figure or table, or the first sentence of its prose. What is left of two
slides stands on one where both fit. Pictures, formulas, tables, claims and questions stay as they are. A slide of
which nothing is left goes, and what an author tells the speaker is repeated on each slide that has no words of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import PICTURE, SAY, TITLE, Slide, Unit, fitted
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import LONGEST, MOST, parts, told
from graphrec_utils.authoring.slides.prose import ROOM

QUESTION = 28  # words of a title that is all a question says
ALONE = 26  # with fewer words prose has no slide of its own
BLOCK = re.compile(r"(<(h\d|p|ul|ol|blockquote|table|div|pre|figure)\b.*?</\2>)", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.?!])((?:</(?:strong|em)>)?)(?:\s+|(?=</p>))")
BOLD = re.compile(r"<p><strong>(?:(?!</?strong>).)*\.</strong>", re.DOTALL)
OF_A_READER = re.compile(r"<p><strong>(?:Time|In an hour|You will)\b")  # not of a hall
LISTS = ("<ul>", "<ol>", "<blockquote>")
POINT = re.compile(r"(<(?:li|p)>)((?:(?!</?(?:li|p)>).)*)(</(?:li|p)>)", re.DOTALL)
QUIZ = re.compile(r"<p><strong>\d\d\.q\d")
ASKS = re.compile(
    r'(<blockquote class="asked">\s*)<p>((?:(?!</p>).)*?[.:;!?]\s|)((?:(?!</p>)[^.:;!?])*\?)\s*</p>',
    re.DOTALL,
)
OF_BEFORE = re.compile(
    r"\b(?:it|its|they|them|their|that|this|these|those|he|she)\b"
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
    short = [[part for slide in column for part in parts(_short(slide))] for column in columns]
    return [_noted(_filled(_left(_titled(_joined(column))))) for column in short]


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
            shown = _cut(block, room) if block.startswith("<p>") else _points(block, room)
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
    return claim or bool(block.startswith("<p>") and _moral(block))


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


def _cut(paragraph: str, room: int) -> str:
    """Return the sentences of a paragraph for which there is room; a formula, a moral and a quiz always stay."""
    if OF_A_READER.match(paragraph):
        return ""
    stays = "$$" in paragraph or _moral(paragraph) or QUIZ.match(paragraph)
    if stays or words(paragraph) <= room:
        return paragraph
    begun = [paragraph[: found.end(1)] for found in SENTENCE.finditer(paragraph)]
    ends = ("?", "?</strong>", ".</strong>")  # what asks or promises is not the end
    fits = [x for x in begun if _closed(x) and words(x) <= room and not x.endswith(ends)]
    return f"{fits[-1]}</p>" if fits else ""


def _points(block: str, room: int) -> str:
    """Return a list or a box that is too long with what each of its points says first."""
    if words(block) <= room or "<strong>Claim" in block or not block.startswith(LISTS):
        return block
    return POINT.sub(lambda found: f"{found[1]}{_said_first(found[2])}{found[3]}", block)


def _said_first(point: str) -> str:
    for found in SENTENCE.finditer(f"{point}</p>"):
        begun = point[: found.end(1)]
        if _closed(begun) and not begun.endswith("</strong>"):
            return begun
    return point


def _closed(text: str) -> bool:
    """Report whether what a text begins, it ends: tags, formulas, brackets."""
    tags = all(text.count(f"<{x}>") == text.count(f"</{x}>") for x in ("strong", "em", "code"))
    return tags and text.count("$") % 2 == 0 and text.count("(") == text.count(")")


# ---------------------------------------------------------------- titles


def _titled(column: list[Slide]) -> list[Slide]:
    """Give each slide that goes on a title of what it says."""
    for k, slide in enumerate(column):
        if not slide.again or not slide.units or slide.units[0].html.count("<h3") == 1:
            continue
        first = slide.units[0]
        if first.html.startswith("<p>"):
            begun = _sentence(first.html)
            line = len(slide.units) == 1 and begun + "</p>" == first.html.strip()
            title = "" if line and not _moral(first.html) else _taken(slide, 0, begun)
        elif any(unit.asked for unit in slide.units):
            if first.asked:
                _asks(slide)
            continue  # the answer is not the title of its question
        else:
            title = _learned(column[k:])
        if title:
            column[k] = _under(slide, title)
    return column


def _asks(slide: Slide) -> None:
    """Make the question with which a prediction ends the title of its slide, where it is short."""
    unit = slide.units[0]
    found = ASKS.match(unit.html)
    if not found or not _closed(found[2]) or not _closed(found[3]):
        return
    context, question = found[2].strip(), found[3].strip()
    if words(f"{context} {question}") <= QUESTION:
        context, question = "", f"{context} {question}".strip()
    if context and (words(question) > LONGEST or OF_BEFORE.search(question)):
        return
    if words(question) > QUESTION:
        return
    before = f"<p>{context}</p>" if context else ""
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
    for says in (_moral, _bold, _sentence):
        for slide, k in below if says is not _sentence else below[:1]:
            if title := _taken(slide, k, says(slide.units[k].html)):
                return title
    return ""


# Each returns what a paragraph begins with that may be a title, "" for nothing.


def _moral(html: str) -> str:
    begun = _bold(html)
    return begun if begun + "</p>" == html.strip() else ""


def _bold(html: str) -> str:
    found = BOLD.match(html)
    return found[0] if found else ""


def _sentence(html: str) -> str:
    end = SENTENCE.search(html)
    return html[: end.end(1)] if end and not QUIZ.match(html) else ""


def _taken(slide: Slide, k: int, begun: str) -> str:
    """Return what a paragraph begins with as a title and take it from there; "" if it cannot be one."""
    title = re.sub("</?(?:p|strong|em)>", "", begun).strip()
    if (
        not re.match(r"[A-Z0-9].*\.$", title, re.DOTALL)
        or words(title) > LONGEST
        or not _closed(begun)
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
        pictures = any(u.picture for u in [*above.units, *slide.units])
        # what a vote is about stands with it; what follows a vote would tell its outcome
        voted = any(u.asked for u in above.units) or "<h1" in above.units[0].html
        room = above.height + slide.height < ROOM - 2 * TITLE
        few = told(above) + told(slide) <= MOST and (
            _prose(above) or _prose(slide) or slide.units[0].asked
        )
        if slide.again and not pictures and not voted and room and few:
            later = [replace(unit, fragment=True) for unit in slide.units]
            kept[-1] = replace(
                above, units=[*above.units, *later], notes=[*above.notes, *slide.notes]
            )
        else:
            kept.append(slide)
    return kept


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
