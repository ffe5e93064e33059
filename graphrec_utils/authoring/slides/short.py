"""The short deck of a lesson: what an hour of fifty minutes has room for.

The speaker's opening note says which sections make a lecture: the numbers before its first full stop, as in
"As a lecture of fifty minutes: 4.1 to 4.3 with the walk explorer, the walker of 4.5, then 4.6 and the table of
4.8." They are kept, with the title and what is taken away. If more slides are left than `MOST`, those that
only go on with text or code leave, the last ones first; what opens a section, asks the room or shows
something stays. A note that names no section keeps all.
"""

from __future__ import annotations

import re

from graphrec_utils.authoring.slides.deck import Slide

MOST = 30  # slides, at a minute and a half each
SECTION = re.compile(r"\b(\d+)\.(\d+)\b(?: to \d+\.(\d+))?")
HEADING = re.compile(r"<h2[^>]*>(?:(\d+)\.(\d+)\s|(Take away))")


def sections(note: str) -> set[int]:
    """Return the numbers after the point of the sections that a note calls a lecture."""
    # a full stop ends a sentence, the point of a number does not
    first = re.split(r"\.(?=\s)", note.strip(), maxsplit=1)[0]
    if "lecture" not in first:
        return set()
    found = set()
    for _, start, end in SECTION.findall(first):
        found |= set(range(int(start), int(end or start) + 1))
    return found


def shorten(columns: list[list[Slide]], note: str) -> tuple[list[list[Slide]], str]:
    """Return the columns of the short deck, and a sentence that says how they were chosen."""
    wanted = sections(note)
    before = sum(map(len, columns))
    if wanted:
        columns = [column for column, at in places(columns) if at in wanted | {"title", "end"}]
    columns, dropped = _fewer(columns)
    which = f"sections {', '.join(map(str, sorted(wanted)))}, which the opening note names"
    said = f"{sum(map(len, columns))} of {before} slides: "
    said += which if wanted else "all sections, since the opening note names none"
    return columns, said + (f"; {dropped} that only go on with text left out" if dropped else "")


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
        if slide.again and not any(u.picture or u.visual or u.asked for u in slide.units)
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
