"""Graphs small enough to compute by hand, shared by every lesson.

The lessons tell their story with Ann, Bob and Eve. T1 to T5 carry the closed-form values that
checks and tests quote.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

USERS = ("Ann", "Bob", "Eve")
ITEMS = ("Alien", "Brazil", "Cube", "Drive")


def likes() -> Tensor:
    """Return R, (3, 4): three people, four films, six likes; a path from Alien to Drive."""
    return torch.tensor(
        [
            [1.0, 1.0, 0.0, 0.0],  # Ann: Alien, Brazil
            [0.0, 1.0, 1.0, 0.0],  # Bob: Brazil, Cube
            [0.0, 0.0, 1.0, 1.0],  # Eve: Cube, Drive
        ]
    )


def t1() -> Tensor:
    """Return R, (2, 3), two users and three items: u0 likes i0 and i1, u1 likes i1 and i2."""
    return torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])


def t2() -> Tensor:
    """Return R, (2, 3), two boards and three pins: the graph of T1, named as Pinterest would."""
    return t1()


def t3() -> Tensor:
    """Return R, (4, 3): the item counts are 2, 4, 2 and three users share the middle item."""
    return torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 0.0]])


def t4() -> tuple[Tensor, Tensor]:
    """Return R, (60, 40), and X, (100, 16): a random graph and features for smoothing curves.

    About 12 of 100 pairs are likes. R and X are drawn in this order from
    `numpy.random.default_rng(1)`, both as float32; the rows of X are users first, then items. The
    mean cosine between users after 1, 2, 3, 4, 8 and 16 steps of A_hat is .106, .249, .564, .689,
    .970 and 1.000. Other seeds differ by several hundredths at 2 steps.
    """
    rng = np.random.default_rng(1)
    R = rng.random((60, 40)) < 0.12
    X = rng.normal(size=(100, 16))
    return torch.tensor(R, dtype=torch.float32), torch.tensor(X, dtype=torch.float32)


def t5() -> tuple[Tensor, Tensor, int]:
    """Return logits, (4,), sampling probabilities Q, (4,), and the positive item's index.

    The softmax of the logits is (.4551, .2760, .1674, .1015), the gradient of the full loss
    (-.5449, .2760, .1674, .1015). Both are float64, since checks compare four decimals.
    """
    logits = torch.tensor([1.0, 0.5, 0.0, -0.5], dtype=torch.float64)
    Q = torch.tensor([0.1, 0.6, 0.2, 0.1], dtype=torch.float64)
    return logits, Q, 0
