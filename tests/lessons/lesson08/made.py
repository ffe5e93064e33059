"""One of each visual of lesson 08, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import LIKES

MADE = {
    "everybody": lambda: visuals.everybody(),
    "allocator": lambda: visuals.allocator({"cakes": 3, "trees": 250}),
    "pixie": lambda: visuals.pixie(*LIKES, preferred=["Cube"], stop=(1, 4)),
}  # fmt: skip
