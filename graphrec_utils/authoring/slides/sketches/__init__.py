"""Drawings for slides that an author wrote by hand: {name: what draws it}."""

from __future__ import annotations

from collections.abc import Callable

from graphrec_utils.authoring.slides.sketch import Sheet
from graphrec_utils.authoring.slides.sketches import (
    lesson11,
    lesson11_lists,
    lesson14,
    lesson14_rivals,
    lesson16,
    lesson16_losses,
    lesson16_rivals,
    lesson17,
    lesson18,
    lesson18_people,
    lesson19,
    lesson19_rivals,
    openings,
    votes,
)

ROOMS = (
    lesson11,
    lesson11_lists,
    lesson14,
    lesson14_rivals,
    lesson16,
    lesson16_losses,
    lesson16_rivals,
    lesson17,
    lesson18,
    lesson18_people,
    lesson19,
    lesson19_rivals,
    openings,
    votes,
)
DRAWINGS: dict[str, Callable[[], Sheet]] = {
    name: draws for room in ROOMS for name, draws in room.DRAWINGS.items()
}
