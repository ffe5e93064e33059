"""What is said of a figure stands with it: the figure once more below the words, or the words beside a tall one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import BELOW, PICTURE, TITLE, WIDE, Slide, Unit, fitted
from graphrec_utils.authoring.slides.points import ALONE, MOST, cut, moral, text_of, thin, told
from graphrec_utils.authoring.slides.prose import ROOM

SMALLEST = 270  # a figure that is shown again
SHORT = 16  # words between its title and it
LINES = 230  # px of a verdict of two lines and squares
AGAIN, TALL = '<figure class="repeated">', '<figure class="tall">'
CAPTION = re.compile(r"<em>Figure \d+\.\d+\. ((?:(?!</em></p>).)*)</em>", re.DOTALL)
DRAWN = 'class="drawn"'  # a verdict's interval
COUNTED = re.compile(r'class="drawn"[^>]* height="76"')  # of a count: its figure says which


def apart(column: list[Slide]) -> Iterator[Slide]:
    """Give what is said below a verdict a slide of its own, if it goes on about a figure above."""
    figure = False
    for slide in column:
        figure |= "<figure>" in text_of(slide)
        drawn = [k for k, u in enumerate(slide.units) if DRAWN in u.html]
        below = slide.units[drawn[-1] + 1 :] if drawn else []
        text = Slide(below, slide.notes, slide.again or _heading(slide))
        if figure and below and thin(text) and told(text) >= ALONE / 2:
            yield replace(slide, units=slide.units[: drawn[-1] + 1])
            yield text
        else:
            yield slide


def pictured(column: list[Slide]) -> list[Slide]:
    """Show a figure once more, smaller, where a slide of text goes on about it; beside a tall one the text stands at once."""
    figure, done = None, []
    for slide in column:
        own = [u for u in slide.units if u.html.startswith("<figure>") or "data-bars" in u.html]
        if own:
            figure = own[0] if len(own) == 1 else None
        elif not slide.again or not (thin(slide) or DRAWN in text_of(slide)):
            figure = None  # there is something else to look at
        elif done and thin(slide) and any(u.visual for u in done[-1].units) and _about(done, slide):
            continue
        elif figure and thin(slide):
            if _tall(figure) and figure in done[-1].units:
                at = done[-1].units.index(figure)
                units = [*done[-1].units, *later(slide)]
                units[at] = replace(figure, html=figure.html.replace("<figure>", TALL))
                done[-1] = replace(done[-1], units=units, notes=[*done[-1].notes, *slide.notes])
                continue
            slide = _with(figure, slide)
        elif figure and COUNTED.search(text_of(slide)):
            low = [replace(u, height=min(u.height, LINES)) for u in slide.units]
            slide = _with(figure, replace(slide, units=low))
        done.append(slide)
    return [_captioned(slide) for slide in done]


def _captioned(slide: Slide) -> Slide:
    """Return a slide of a tall figure, beside which there is room, with what its caption says."""
    tall = [k for k, u in enumerate(slide.units) if u.html.startswith("<figure>") and _tall(u)]
    captions = [found[1] for note in slide.notes if (found := CAPTION.search(note))]
    if not tall or len(captions) != 1 or tall[0] != len(slide.units) - 1:
        return slide
    figure = slide.units[tall[0]]
    beside = Unit(cut(f"<p>{captions[0].strip()}</p>", MOST), 0)
    shown = replace(figure, html=figure.html.replace("<figure>", TALL))
    return replace(slide, units=[*slide.units[:-1], shown, beside])


def later(slide: Slide) -> list[Unit]:
    """Return what a slide has for a key; text comes with its title, at once."""
    if not thin(slide):
        return [replace(unit, fragment=True) for unit in slide.units]
    text = "\n".join(unit.html for unit in slide.units)
    return [Unit(text, sum(unit.height for unit in slide.units), fragment=True)]


def _heading(slide: Slide) -> str:
    found = re.match(r"\s*<h[1-3][^>]*>(.*?)</h", slide.units[0].html, re.DOTALL)
    return found[1] if found else ""


def _about(done: list[Slide], slide: Slide) -> bool:
    """Report whether the words below a visual are now its title, or the speaker's."""
    visual, first = done[-1], re.match(r"<h3>(.*?)</h3>", slide.units[0].html, re.DOTALL)
    free = "<strong>" not in visual.again
    if not slide.again or (told(slide) >= ALONE and not (first and free)):
        return False
    notes = [*visual.notes, *slide.notes, text_of(slide)]
    again = f"<strong>{first[1]}</strong>" if first and free else visual.again
    done[-1] = replace(visual, again=again, notes=notes)
    return True


def _tall(figure: Unit) -> bool:
    """Report whether a figure leaves room beside it."""
    size = re.search(r'width="(\d+)" height="(\d+)"', figure.html)
    return figure.picture and bool(size) and int(size[1]) < WIDE / 2


def _with(figure: Unit, slide: Slide) -> Slide:
    """Return a slide of text with a figure, as its title where it has one, or a table, where there is room."""
    if not figure.picture:
        fits = slide.height + figure.height < ROOM - 2 * TITLE  # of tables one knows less
        return (
            replace(slide, units=[*slide.units, replace(figure, fragment=False)]) if fits else slide
        )
    if _tall(figure):
        html = re.sub(r' alt="[^"]*"', ' alt=""', fitted(figure, PICTURE).html)
        shown = replace(fitted(figure, PICTURE), html=html.replace("<figure>", TALL))
        return replace(slide, units=[shown, *slide.units])
    slide = _said(slide) if thin(slide) else slide
    small = fitted(figure, ROOM - 2 * BELOW - slide.height)
    if small.height < SMALLEST:
        return slide
    html = re.sub(r' alt="[^"]*"', ' alt=""', small.html)
    shown = replace(small, html=html.replace("<figure>", AGAIN), fragment=False)
    return replace(slide, units=[*slide.units, shown])


def _said(slide: Slide) -> Slide:
    """Return a slide of text with its title and a sentence or two; the rest is spoken, the figure says it."""
    titles = [u for u in slide.units if re.match(r"\s*<h[1-3]", u.html)]
    rest = [u for u in slide.units if u not in titles]
    claim = next((moral(u.html) for u in rest if moral(u.html)), "")
    if claim and not any("<h3" in u.html for u in titles):
        titles.append(
            Unit(
                f"<h3>{re.sub('</?(?:p|strong)>|[.]</strong>$', '', claim).rstrip('.')}</h3>",
                2 * TITLE,
            )
        )
        rest = [u for u in rest if not moral(u.html)]
    room = SHORT if any("<h3" in u.html for u in titles) else MOST
    shown = [(u, cut(u.html, room) if u.html.startswith("<p>") else "") for u in rest[:1]]
    kept = [
        replace(u, html=html, height=u.height * len(html) / len(u.html))
        for u, html in shown
        if html
    ]
    said = [u.html for u in rest if u not in kept]
    return replace(slide, units=[*titles, *kept], notes=[*slide.notes, *said])
