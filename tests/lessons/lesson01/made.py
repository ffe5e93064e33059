"""One of each visual of lesson 01, by its name."""

from __future__ import annotations

from graphrec_utils.plots import visuals

MADE = {
    "metric_list": lambda: visuals.metric_list([0, 1, 0, 0, 1], missed=1),
}  # fmt: skip
