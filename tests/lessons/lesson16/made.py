"""One of each visual of lesson 16, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals

MADE = {
    "three_losses": lambda: visuals.three_losses({"entity-entity": {"all": 0.2}}),
}  # fmt: skip
