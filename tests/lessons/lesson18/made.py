"""One of each visual of lesson 18, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.plots import visuals

MADE = {
    "arrivals": lambda: visuals.arrivals({"A/A": (np.arange(60) % 3, np.arange(60) % 4)}),
    "fusion": lambda: visuals.fusion({"cosine": [7, 3, 2], "walk": [3, 5]}, saved=[5, 3]),
}  # fmt: skip
