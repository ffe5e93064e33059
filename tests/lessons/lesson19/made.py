"""One of each visual of lesson 19, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import E, W

MADE = {
    "codebooks": lambda: visuals.codebooks(),
    "beam_trie": lambda: visuals.beam_trie(),
    "semantic_tree": lambda: visuals.semantic_tree(E, [E[:2], W], "abcdefg"),
}  # fmt: skip
