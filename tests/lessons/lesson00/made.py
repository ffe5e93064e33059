"""One of each visual of lesson 00, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import LIKES

MADE = {
    "bipartite": lambda: visuals.bipartite(*LIKES),
}  # fmt: skip
