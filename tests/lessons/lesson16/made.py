"""One of each visual of lesson 16, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import E, W

MADE = {
    "semantic_tree": lambda: visuals.semantic_tree(E, [E[:2], W], "abcdefg"),
    "three_losses": lambda: visuals.three_losses({"entity-entity": {"all": 0.2}}),
}  # fmt: skip
