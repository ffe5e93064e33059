"""One of each visual of lesson 03, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals
from tests.library.small import E

MADE = {
    "bpr_loss": lambda: visuals.bpr_loss(),
    "sampled_metric": lambda: visuals.sampled_metric(),
    "surface": lambda: visuals.surface([[E[:4], E[:4, 0], E[:4, 1:].T, E[0, :1]]]),
}  # fmt: skip
