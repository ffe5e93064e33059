"""Graphs small enough to compute by hand, shared by every lesson.

The lessons tell their story with Ann, Bob and Eve. The others carry closed-form values that checks
and tests quote.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from graphrec_utils.data.triples import Triples

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


def tastes() -> Triples:
    """Return the likes above as facts among others: genres, makers, and a film that nobody has liked yet."""
    made_by = {"Alien": "Ito", "Brazil": "Kahn", "Cube": "Ito", "Drive": "Kahn", "Exit": "Ito"}
    genres = {
        "Alien": "horror",
        "Brazil": "satire",
        "Cube": "horror",
        "Drive": "crime",
        "Exit": "horror",
    }
    types = {
        "user": USERS,
        "film": (*ITEMS, "Exit"),
        "genre": tuple(dict.fromkeys(genres.values())),
        "maker": tuple(dict.fromkeys(made_by.values())),
    }
    names = [name for group in types.values() for name in group]
    facts = [(USERS[u], 0, ITEMS[i]) for u, i in likes().nonzero().tolist()]
    facts += [(film, 1, genre) for film, genre in genres.items()]
    facts += [(film, 2, maker) for film, maker in made_by.items()]
    h, r, t = zip(*((names.index(a), k, names.index(b)) for a, k, b in facts), strict=True)
    return Triples(
        np.array(h),
        np.array(r),
        np.array(t),
        len(names),
        3,
        entity_labels=np.array(names, dtype=object),
        relation_labels=np.array(["likes", "has genre", "made by"], dtype=object),
        entity_types=np.array([kind for kind, group in types.items() for _ in group], dtype=object),
    )


def path() -> Tensor:
    """Return R, (2, 3), the path i0 – u0 – i1 – u1 – i2: two users (or boards), three items (or pins)."""
    return torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])


def bestseller() -> Tensor:
    """Return R, (4, 3): all four users have the middle item, two of them each of the others."""
    return torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 0.0]])


def random_graph() -> tuple[Tensor, Tensor]:
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


def logits() -> tuple[Tensor, Tensor, int]:
    """Return logits, (4,), sampling probabilities Q, (4,), and the positive item's index.

    The softmax of the logits is (.4551, .2760, .1674, .1015), the gradient of the full loss
    (-.5449, .2760, .1674, .1015). Both are float64, since checks compare four decimals.
    """
    scores = torch.tensor([1.0, 0.5, 0.0, -0.5], dtype=torch.float64)
    Q = torch.tensor([0.1, 0.6, 0.2, 0.1], dtype=torch.float64)
    return scores, Q, 0
