"""One of each visual of lesson 06, by its name."""

from __future__ import annotations

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.library.small import LIKES

MADE = {
    "layers": lambda: visuals.layers(toy.path()),
    "one_way": lambda: visuals.one_way(*LIKES),
    "smoothing": lambda: visuals.smoothing(*LIKES),
}  # fmt: skip
