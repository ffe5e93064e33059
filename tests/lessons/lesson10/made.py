"""One of each visual of lesson 10, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import E

MADE = {
    "batch_matrix": lambda: visuals.batch_matrix(E[:3], E[3:6], [4, 7, 4], "abc", "xyx"),
    "towers": lambda: visuals.towers(["a", "b", "c"], [0, 90, 200]),
}  # fmt: skip
