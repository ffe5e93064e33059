"""One of each visual of lesson 15, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import E

MADE = {
    "causal": lambda: visuals.causal(E[:4], E[3:7], "abcd", [False, False, True, True]),
    "timeline": lambda: visuals.timeline([0, 1, 1, 5], [True, False, True, True], "abcd", 1),
}  # fmt: skip
