"""The minutes of each slide: what a note gives a section, shared among its slides; those by hand have their own."""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import SAY, Slide
from graphrec_utils.authoring.slides.points import text_of

MINUTES = re.compile(r"\bMinutes (\d+) to (\d+)\b(, and never left out|, with [^.:]*)?[.:]\s*")
BRANCH = "\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}"
APART = re.compile(r"\s*<h2[^>]*>(?:Quiz|Branches|Slide, paper, code|Check yourself)")
OWN = '<div class="say minutes">'


def timed(columns: list[list[Slide]]) -> list[list[Slide]]:
    """Return slides with the minutes of each; what a note gives a section is shared among its slides."""
    groups: list[tuple[int, int, list[tuple[int, int]]]] = []
    before: list[tuple[int, int]] = []
    for k, column in enumerate(columns):
        heading = text_of(column[0]) if column else ""
        if APART.match(heading) or (BRANCH in heading and "<h2" in heading):
            continue
        if column and column[0].written:  # by hand, and so are its minutes
            continue
        place = [(k, j) for j in range(len(column))]
        said = "".join(note for slide in column for note in slide.notes if note.startswith(SAY))
        if found := MINUTES.search(said):
            groups.append((int(found[1]), int(found[2]), [*before, *place]))
            before = []
        elif groups:
            groups[-1][2].extend(place)
        else:
            before += place
    columns = [list(column) for column in columns]
    for begin, end, place in groups:
        weights = [_weight(columns[k][j]) for k, j in place]
        so_far = 0.0
        for (k, j), weight in zip(place, weights, strict=True):
            first = begin + (end - begin) * so_far / sum(weights)
            so_far += weight
            last = begin + (end - begin) * so_far / sum(weights)
            columns[k][j] = _with_minutes(columns[k][j], round(first), round(last), begin, end)
    return columns


def _weight(slide: Slide) -> float:
    """Return how long a slide takes beside others: a vote or something to press is the longest."""
    if any(u.asked or u.visual for u in slide.units):
        return 2.0
    if "<h1" in text_of(slide) or slide.again == "Where this stands":
        return 0.5
    return 1.4 if any(u.picture for u in slide.units) or "$$" in text_of(slide) else 1.0


def _with_minutes(slide: Slide, first: int, last: int, begin: int, end: int) -> Slide:
    said = f"Minute {first}" if last <= first else f"Minutes {first} to {last}"
    notes = []
    for note in slide.notes:
        if note.startswith(SAY) and (found := MINUTES.search(note)):
            said = f"{said} (all of this: {begin} to {end}{found[3] or ''})"
            rest = note[found.end() :]
            note = note[: found.start()] + rest[:1].upper() + rest[1:]
        notes += [note] if re.sub("<[^>]*>", "", note).strip() else []
    return replace(slide, notes=[f"{OWN}<p>{said}.</p></div>", *notes])
