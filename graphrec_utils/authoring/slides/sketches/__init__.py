"""Drawings for slides that an author wrote by hand: {name: what draws it}."""

from __future__ import annotations

from collections.abc import Callable

from graphrec_utils.authoring.slides.sketch import Sheet
from graphrec_utils.authoring.slides.sketches import (
    lesson11,
    lesson11_lists,
    lesson14,
    lesson14_off_board,
    lesson14_rivals,
    lesson16,
    lesson16_losses,
    lesson16_rivals,
    lesson17,
    lesson17_loop,
    lesson18,
    lesson18_log,
    lesson18_people,
    lesson19,
    lesson19_rivals,
    openings,
    votes,
)

DRAWINGS: dict[str, Callable[[], Sheet]] = {
    **lesson11.DRAWINGS,
    **lesson11_lists.DRAWINGS,
    **lesson14.DRAWINGS,
    **lesson14_off_board.DRAWINGS,
    **lesson14_rivals.DRAWINGS,
    **lesson16.DRAWINGS,
    **lesson16_losses.DRAWINGS,
    **lesson16_rivals.DRAWINGS,
    **lesson17.DRAWINGS,
    **lesson17_loop.DRAWINGS,
    **lesson18.DRAWINGS,
    **lesson18_log.DRAWINGS,
    **lesson18_people.DRAWINGS,
    **lesson19.DRAWINGS,
    **lesson19_rivals.DRAWINGS,
    **openings.DRAWINGS,
    **votes.DRAWINGS,
}
