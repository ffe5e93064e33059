"""One of each visual of lesson 04, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import LIKES

MADE = {
    "adjacency": lambda: visuals.adjacency(*LIKES, forms=("A", "symmetric"), longest=4),
    "khop": lambda: visuals.khop(*LIKES),
    "spectrum": lambda: visuals.spectrum(*LIKES),
    "walk": lambda: visuals.walk(*LIKES),
}  # fmt: skip
