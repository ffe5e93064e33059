"""One of each visual of lesson 12, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals

MADE = {
    "translation": lambda: visuals.translation(),
}  # fmt: skip
