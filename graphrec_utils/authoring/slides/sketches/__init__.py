"""Drawings for slides that an author wrote by hand: {name: what draws it}."""

from __future__ import annotations

from collections.abc import Callable

from graphrec_utils.authoring.slides.sketch import Sheet
from graphrec_utils.authoring.slides.sketches import (
    lesson11,
    lesson11_lists,
    lesson14,
    lesson14_rivals,
    openings,
    votes,
)

DRAWINGS: dict[str, Callable[[], Sheet]] = (
    lesson11.DRAWINGS
    | lesson11_lists.DRAWINGS
    | lesson14.DRAWINGS
    | lesson14_rivals.DRAWINGS
    | openings.DRAWINGS
    | votes.DRAWINGS
)
