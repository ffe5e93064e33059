"""The short deck of a lesson: what an hour of fifty minutes has room for.

The speaker's opening note says which sections make a lecture: the numbers before its first full stop, as in
"As a lecture of fifty minutes: 4.1 to 4.3 with the walk explorer, the walker of 4.5, then 4.6 and the table of
4.8." They are kept, with the title and what is taken away. If more slides are left than `MOST`, those that
only go on with text or code leave, the last ones first; what opens a section, asks the room or shows
something stays. What the title's slide says of the time and the branches of the notebook goes. A figure that the sentence names, "and figure 9.10", is shown last before what is taken away, with
the line below it. A note that names no section keeps all. Where the sentence ends "without the map" there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import Slide, Unit

MOST = 30  # slides, at a minute and a half each
SECTION = re.compile(r"\b(\d+)\.(\d+)\b(?: to \d+\.(\d+))?")
FIGURE = re.compile(r"\bfigure (\d+\.\d+)\b")
DRAWN = re.compile('class="(?:drawn|sketch|answer)"')
OF_A_READER = re.compile(r"<p><strong>(?:Time|In an hour)\b")  # what a notebook takes
HEADING = re.compile(r"<h2[^>]*>(?:(\d+)\.(\d+)\s|(Take away|What [^<]* for<))")


def sections(note: str) -> set[int]:
    """Return the numbers after the point of the sections that a note calls a lecture."""
    found = set()
    for _, start, end in SECTION.findall(FIGURE.sub("", _first(note))):
        found |= set(range(int(start), int(end or start) + 1))
    return found


def without_map(note: str) -> bool:
    """Say whether the sentence ends ", without the map"."""
    return _first(note).endswith("without the map")


def _first(note: str) -> str:
    """Return the sentence that says what a lecture is made of, "" where there is none."""
    # a full stop ends a sentence, the point of a number does not
    first = re.split(r"\.(?=\s)", note.strip(), maxsplit=1)[0]
    return first if "lecture" in first else ""


def shorten(
    columns: list[list[Slide]], note: str, cut: Callable[[list[list[Slide]]], list[list[Slide]]]
) -> tuple[list[list[Slide]], str]:
    """Return the columns of the short deck, and a sentence that says how they were chosen.

    Args:
        columns: of the whole deck.
        note: the speaker's opening note.
        cut: makes slides of columns fit for a hall.
    """
    wanted = sections(note)
    before = sum(map(len, cut(columns)))
    if wanted:
        kept = [(c, at) for c, at in places(columns) if at in wanted | {"title", "end"}]
        there = {id(slide) for column, _ in kept for slide in column}
        shown = [_shown(columns, number) for number in FIGURE.findall(_first(note))]
        more = [slides for slides in shown if slides and id(slides[0]) not in there]
        columns = [column for column, _ in kept]
        if more:
            last, heading = _end(kept)
            last.extend(replace(x, again=heading) for slides in more for x in slides)
    made = [[x for x in c if not any(text.long for text in x.written)] for c in cut(columns)]
    columns, dropped = _fewer([column for column in made if column])
    for title in columns[0][:1] if columns else ():
        columns[0][0] = replace(title, notes=[x for x in title.notes if not OF_A_READER.match(x)])
    which = f"sections {', '.join(map(str, sorted(wanted)))}, which the opening note names"
    said = f"{sum(map(len, columns))} of {before} slides: "
    said += which if wanted else "all sections, since the opening note names none"
    return columns, said + (f"; {dropped} that only go on with text left out" if dropped else "")


def _shown(columns: list[list[Slide]], number: str) -> list[Slide]:
    """Return the slide with a figure, and the one below that says what is seen there."""
    for column in columns:
        for k, slide in enumerate(column):
            if any(f"Figure {number}." in note for note in slide.notes):
                after = column[k + 1 : k + 2]
                prose = bool(after) and all(u.html.startswith("<p>") for u in after[0].units)
                own = len(slide.units) > 1 or not after or not after[0].again or not prose
                return [slide] if own else [slide, after[0]]
    return []


def _end(kept: list[tuple[list[Slide], int | str]]) -> tuple[list[Slide], str]:
    """Return the last column of the last section, to which a figure from elsewhere goes, and its heading."""
    found = [column for column, at in kept if isinstance(at, int)]
    heads = [re.match(r"\s*<h2[^>]*>(.*?)</h2>", c[0].units[0].html, re.DOTALL) for c in found]
    return found[-1], [head[1] for head in heads if head][-1]


def places(columns: list[list[Slide]]) -> list[tuple[list[Slide], int | str]]:
    """Return each column with its section: a number, "title", "end" or "other"."""
    places, at = [], "title"
    for k, column in enumerate(columns):
        html = column[0].units[0].html if column[0].units else ""
        if found := HEADING.match(html.lstrip()):
            at = "end" if found[3] else int(found[2])
        elif k and html.lstrip().startswith("<h2"):
            at = "other"
        places.append((column, at))
    return places


def _fewer(columns: list[list[Slide]]) -> tuple[list[list[Slide]], int]:
    """Return at most `MOST` slides where that is possible, and how many left."""
    extra = sum(map(len, columns)) - MOST
    plain = [
        (k, j)
        for k, column in enumerate(columns)
        for j, slide in enumerate(column)
        if slide.again and not any(_shows(unit) for unit in slide.units)
    ]
    leave = set(plain[::-1][: max(0, extra)])
    kept = []
    for k, column in enumerate(columns):
        for j, slide in enumerate(column):
            if (k, j) in leave and j:
                column[j - 1].notes += slide.notes
        if left := [slide for j, slide in enumerate(column) if (k, j) not in leave]:
            kept.append(left)
    return kept, len(leave)


def _shows(unit: Unit) -> bool:
    return unit.picture or unit.visual or unit.asked or bool(DRAWN.search(unit.html))
