"""One of each visual of lesson 02, by its name."""

from __future__ import annotations

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.library.small import LIKES, E

MADE = {
    "als": lambda: visuals.als(*LIKES),
    "scatter": lambda: visuals.scatter(E, [*toy.USERS, *toy.ITEMS]),
}  # fmt: skip
