"""One of each visual of lesson 13, by its name."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.library.small import E

MADE = {
    "dendrogram": lambda: visuals.dendrogram(E, [*toy.USERS, *toy.ITEMS], np.arange(7.0)),
    "drift": lambda: visuals.drift(),
    "mixture_map": lambda: visuals.mixture_map(),
}  # fmt: skip
