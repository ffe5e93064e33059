"""One of each visual of lesson 07, by its name."""

from __future__ import annotations

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.library.small import E, W

MADE = {
    "collapse": lambda: visuals.collapse(
        {"a": [E, E[::-1]], "b": [E, W[[0] * 7]]}, [0, 1, 2, 3, 0, 0, 1]
    ),
    "sampler_tree": lambda: visuals.sampler_tree(toy.likes()),
}  # fmt: skip
