"""One of each visual of lesson 09, by its name."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils.plots import visuals
from tests.library.small import E

COSINES = {"positive": E[:, 0], "shared": E[:, 1], "hard": []}
BOARDS = (
    np.array([[1, 1, 1, 0], [1, 0, 1, 0]]),
    ["cakes", "baking"],
    ["sponge", "muffin", "icing", "new pin"],
)
CONTENT = [[0.9, -0.1], [0.8, -0.5], [0.5, 0.5], [0.5, 0.6]]
MADE = {
    "blocks": lambda: visuals.blocks(torch.eye(6).roll(1, 1), [0, 1], also=[3]),
    "convolution": lambda: visuals.convolution(*BOARDS, CONTENT, ("sweet", "green"), top=2),
    "curriculum": lambda: visuals.curriculum(
        [COSINES, COSINES | {"hard": E[:, 1] / 2}], false=np.arange(40)[None] < 20
    ),
    "hinge": lambda: visuals.hinge(),
}  # fmt: skip
