"""One of each visual of lesson 14, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils.metrics import Comparison
from graphrec_utils.plots import visuals
from tests.library.small import E

PINS = [{"name": name, "itself": 0.4, "graphs": [
    {"name": "board-pin", "looks": 0.6, "near": [("pin 3", 0.7), ("pin 5", 0.3)]},
    {"name": "user-ad", "looks": looks, "near": []}]} for name, looks in (("pin 7", 0.0), ("ads", 0.2))]  # fmt: skip
MISSED = {  # a loss that is shown, and one that is not
    "board-pin": Comparison.of(0.235, 0.225, 0.01, 0.002, 900),
    "user-ad": Comparison.of(0.235, 0.2352, -0.0002, 0.002, 900),
}
MADE = {
    "attention_map": lambda: visuals.attention_map("abc", E[:3], np.stack([E[:4]] * 3), E[:3, [0, 0, 0, 1]] < 0.5),
    "machine": lambda: visuals.machine(PINS, MISSED),
}  # fmt: skip
