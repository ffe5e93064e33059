"""The title of a slide that goes on: what is learned there, or what is asked."""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import PICTURE, TITLE, Slide, Unit, fitted
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import LONGEST, QUIZ, SENTENCE, bold, closed, moral
from graphrec_utils.authoring.slides.prose import ROOM

QUESTION = 28  # words of a title that is all a question says
LABEL = 3  # words in bold that name what a paragraph is about
LISTS = ("<ul>", "<ol>", "<blockquote>")
ASKS = re.compile(
    r'(<blockquote class="asked">\s*)<p>((?:(?!</p>).)*?[.:;!?]\s|)((?:(?!</p>)[^.:;!?])*\?)\s*</p>',
    re.DOTALL,
)
OF_BEFORE = re.compile(
    r"\b(?:it|its|they|them|their|that|this|these|those|he|she|both|the (?:two|three|four))\b"
)  # what stands above


def titled(column: list[Slide]) -> list[Slide]:
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
    for says in (moral, _in_bold, _sentence):
        for slide, k in below if says is not _sentence else below[:1]:
            if title := _taken(slide, k, says(slide.units[k].html)):
                return title
    return ""


# Each returns what a paragraph begins with that may be a title, "" for nothing.


def _sentence(html: str) -> str:
    end = SENTENCE.search(html)
    return html[: end.end(1)] if end and not QUIZ.match(html) else ""


def _in_bold(html: str) -> str:
    begun = bold(html)
    if words(begun) > LABEL:
        return begun
    both = _labelled(html)
    return both if both != begun else ""


def _labelled(html: str) -> str:
    """Return the first sentence of a paragraph, and the second where the first is a label in bold; "" for a label alone."""
    begun = _sentence(html)
    second = SENTENCE.search(html, len(begun) + 1)
    if not begun or begun != bold(html) or words(begun) > LABEL or not second:
        return begun
    both = html[: second.end(1)]
    if words(both) <= LONGEST and both[-1] == ".":
        return both
    return begun if words(begun) > 1 else ""


def _taken(slide: Slide, k: int, begun: str) -> str:
    """Return what a paragraph begins with as a title and take it from there; "" if it cannot be one."""
    title = re.sub("</?(?:p|strong|em)>", "", begun).strip()
    if (
        not re.match(r"[A-Z0-9].*\.$", title, re.DOTALL)
        or words(title) > LONGEST
        or not closed(begun)
        or len(title.split()) < 2
    ):
        return ""
    unit = slide.units[k]
    rest = f"<p>{unit.html[len(begun) :].lstrip()}".removeprefix("<p></p>").strip()
    slide.units[k : k + 1] = [replace(unit, html=rest)] if rest else []
    return title.removesuffix(".")
