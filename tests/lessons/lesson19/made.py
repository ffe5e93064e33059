"""One of each visual of lesson 19, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals

MADE = {
    "codebooks": lambda: visuals.codebooks(),
    "beam_trie": lambda: visuals.beam_trie(),
}  # fmt: skip
