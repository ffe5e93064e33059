"""The last part of a deck: what each system is for, some rows of the generated table a slide."""

from __future__ import annotations

import html

from graphrec_utils.authoring.slides.deck import PICTURE, Slide, Unit
from graphrec_utils.results import regimes

TITLE = "What each system is for"
LESSON = "18"  # whose deck ends with it, as that of the whole lecture does
ROWS = 3  # on a slide
HEADS = ("", "take it when", "leave it when", "where it was first")


def slides() -> list[Slide]:
    """Return the slides, the first with a heading; what a system is, is spoken."""
    table = regimes.uses().table
    found = []
    for begin in range(0, len(table), ROWS):
        part = table.iloc[begin : begin + ROWS]
        unit = Unit(_table(part), PICTURE, picture=True)
        said = [
            f"<p>{html.escape(name)}: {html.escape(what)}.</p>" for name, what in part.what.items()
        ]
        found.append(Slide([unit], said, again=TITLE))
    return found


def _table(part) -> str:
    head = "".join(f"<th>{x}</th>" for x in HEADS)
    rows = [
        f"<tr><th>{html.escape(name)}<br><small>lesson {row['lesson']}</small></th>"
        + "".join(f"<td>{html.escape(row[x])}</td>" for x in HEADS[1:])
        + "</tr>"
        for name, row in part.iterrows()
    ]
    return (
        f'<table class="uses"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
