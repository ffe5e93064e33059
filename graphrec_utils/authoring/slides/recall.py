"""One slide for what a lesson has shown: the moral of each section, beside the figure that it comes from.

It stands among what is taken away. Points of the author's list that go on below, and answer no question, are then spoken.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides import deck, short
from graphrec_utils.authoring.slides.deck import Slide, Unit
from graphrec_utils.authoring.slides.points import BLOCK, moral
from graphrec_utils.authoring.slides.prose import ROOM

TITLE = "<strong>What was shown</strong>"
FEWEST, MOST = 2, 5  # rows of a slide
WIDE, HIGH, GAP = 300, 110, 14  # of a figure in a row, and between two
BRANCH = "\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}"
TAKEN = re.compile(r"\s*<h2[^>]*>Take away")
SIZE = re.compile(r'width="(\d+)" height="(\d+)"')
ANSWERS = ("?</strong>", "<blockquote", "<h2")


def slide(columns: list[list[Slide]]) -> Slide | None:
    """Return the slide of a deck that is not yet cut for a hall, None where fewer than FEWEST sections end in a moral."""
    rows: dict[int, tuple[str, str]] = {}
    figures: dict[int, str] = {}
    branches = set()
    for column, at in short.places(columns):
        if not isinstance(at, int):
            continue
        for unit in (unit for each in column for unit in each.units):
            if BRANCH in unit.html and "<h2" in unit.html:
                branches.add(at)
            if unit.picture and unit.html.startswith("<figure>"):
                figures[at] = unit.html
            for block in (found[1] for found in BLOCK.finditer(unit.html)):
                if moral(block):
                    rows[at] = moral(block), figures.get(at, "")
    core = [(at, *row) for at, row in rows.items() if at not in branches][-MOST:]
    if len(core) < FEWEST:
        return None
    found = short.HEADING.match(
        next(c[0].units[0].html.lstrip() for c, at in short.places(columns) if at == core[0][0])
    )
    inside = "".join(_row(f"{found[1]}.{at}", *row) for at, *row in core)
    grid = Unit(f'<div class="recall">{inside}</div>', (HIGH + GAP) * len(core), picture=True)
    return Slide([grid], [], TITLE)


def put(column: list[Slide], again: Slide | None) -> list[Slide]:
    """Return the slides of what is taken away with that of what was shown, other columns as they are."""
    if not again or not column or not TAKEN.match(column[0].units[0].html):
        return column
    kept, said = column[:1], []
    for each in column[1:]:
        html = each.again + "".join(unit.html for unit in each.units)
        if any(mark in html for mark in ANSWERS) or any(unit.picture for unit in each.units):
            kept.append(each)
        else:
            said += [*each.notes, html]
    notes = [note for note in dict.fromkeys(said) if note not in kept[-1].notes]
    (grid,), last = again.units, kept[-1]
    alone = any(u.picture or "<blockquote" in u.html for u in last.units)
    if not alone and last.height + grid.height < ROOM + deck.TITLE:
        units = [*last.units, replace(grid, fragment=True)]
        return [*kept[:-1], replace(last, units=units, notes=[*last.notes, *notes])]
    return [*kept, replace(again, notes=notes)]


def _row(number: str, text: str, figure: str) -> str:
    text = re.sub("</?(?:p|strong)>", "", text)
    shown = f"{_small(figure)}<span>{number}</span>"
    return f"<div>{shown}</div><p>{text}</p>"


def _small(figure: str) -> str:
    image, size = re.search("<img[^>]*>", figure), SIZE.search(figure)
    if not image or not size:
        return ""
    width, high = map(int, size.groups())
    scale = min(WIDE / width, HIGH / high)
    new = f'width="{width * scale:.0f}" height="{high * scale:.0f}"'
    return re.sub(r'alt="[^"]*"', 'alt=""', image[0]).replace(size[0], new)
