"""One of each visual of lesson 17, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.plots import visuals

MADE = {
    "calibration": lambda: visuals.calibration(np.arange(-12, 13) / 4, np.arange(25) % 3 > 0),
    "exposure": lambda: visuals.exposure({"old": 0.2, "new": 0.7, "best": 0.9}),
}  # fmt: skip
