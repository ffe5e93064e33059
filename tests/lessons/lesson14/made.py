"""One of each visual of lesson 14, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.plots import visuals
from tests.library.small import E

MADE = {
    "attention_map": lambda: visuals.attention_map("abc", E[:3], np.stack([E[:4]] * 3), E[:3, [0, 0, 0, 1]] < 0.5),
    "levels": lambda: visuals.levels([{"name": "pin 7", "itself": 0.4, "graphs": [
        {"name": "board-pin", "looks": 0.6, "near": [("pin 3", 0.7), ("pin 5", 0.3)]},
        {"name": "user-ad", "looks": 0.0, "near": []}]}]),
}  # fmt: skip
