"""One of each visual of lesson 11, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.plots import visuals

MADE = {
    "estimator": lambda: visuals.estimator(),
    "shift": lambda: visuals.shift("abc", [0.2, 0.1, -0.3], np.log([0.6, 0.3, 0.1])),
    "stream": lambda: visuals.stream([0, 1, 0, 2], [[0, 1, 0], [0, 1, 1]], list("abc")),
}  # fmt: skip
