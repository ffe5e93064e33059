"""Exercise 06.5: where many steps end."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _degrees_of(R):
    R = torch.as_tensor(R)
    return torch.cat([R.sum(dim=1), R.sum(dim=0)])


def _of_path(rng) -> dict:
    return {"degree": _degrees_of(toy.path()), "num_users": 2}


def _connected(rng) -> dict:
    """A connected graph: item 0 is everybody's; degrees differ on both sides."""
    m, n = int(rng.integers(4, 7)), 5
    R = (rng.random((m, n)) < 0.4).astype(np.float32)
    R[:, 0], R[0] = 1, 1
    return {"degree": _degrees_of(R), "num_users": m}


ex = Exercise(
    "06.5",
    "smoothing_limits",
    points=4,
    branch=True,
    library="graphrec_utils.graphs.limits",
    hints=(
        "Take one entry of s sᵀ and the same of s' s'ᵀ: for which two nodes are they equal, for which "
        "opposite?",
        "With s = √deg and S = Σ deg, the two projections are s sᵀ / S and its copy with the signs "
        "of the two sides. Add them for even steps, subtract them for odd ones.",
        "`weight = 2 * torch.outer(degree.sqrt(), degree.sqrt()) / degree.sum()`; `side = "
        "torch.arange(N) < num_users`; keep the entries with `side[:, None] == side`, or the others.",
    ),
)


@ex.solution
def smoothing_limits(degree, num_users):
    root = degree.sqrt()
    weight = 2 * torch.outer(root, root) / degree.sum()  # (N, N)
    side = torch.arange(len(degree)) < num_users
    same = side[:, None] == side  # (N, N) True within a side
    return weight * same, weight * ~same


ex.claim("the path, even: what u0 ends with on its own side", _of_path, judge=part(0))
ex.claim("the path, odd: what u0 ends with on the other side", _of_path, judge=part(1))
ex.claim("another graph, even", _connected, judge=part(0))
ex.claim("another graph, odd", _connected, judge=part(1))

LIMITS = "weight * same, weight * ~same"
SUM = "degree.sum()"

# fmt: off
ex.slip("your limits are half as large: two eigenvalues, 1 and −1, contribute",
        "2 * torch", "torch", hint=True)
ex.slip("you return one limit for even and odd steps; on a bipartite graph a message changes "
        "sides with every step",
        "2 * torch", "torch", LIMITS, "weight, weight.clone()")
ex.slip("your two limits are exchanged: after an even number of steps a message is back on its "
        "own side",
        LIMITS, "weight * ~same, weight * same", hint=True)
ex.slip("you used the degrees themselves; the eigenvector for 1 holds their square roots",
        "degree.sqrt()", "degree", hint=True)
ex.slip("you divided by √S once; each of the two vectors has the length √S, so it is S",
        SUM, "degree.sum().sqrt()")
ex.slip("your rows are all alike: these are the limits of D⁻¹A, the random walk",
        "torch.outer(root, root)", "torch.outer(torch.ones_like(degree), degree)")
ex.slip("your limits do not depend on the degrees; an active node ends with more",
        "torch.outer(root, root) / degree.sum()", "torch.ones(len(degree), len(degree)) / len(degree)")
ex.slip("you divided by the users' degrees only, which is half of all: the sum runs over all nodes",
        SUM, "degree[:num_users].sum()")
ex.slip("you divided by the number of nodes; the squared length of s is S, the sum of the degrees",
        SUM, "len(degree)")
ex.slip("your odd limit is negative: s' s'ᵀ has a minus between the sides, and (−1)ᵏ turns it "
        "round",
        "weight * ~same", "-weight * ~same")
ex.slip("your odd limit is zero, but odd steps do not fade: they end on the other side",
        LIMITS, "weight, torch.zeros_like(weight)")
ex.slip("the first num_users nodes are users: you counted items first",
        "num_users", "len(degree) - num_users")
ex.slip("you divided by the roots of the degrees; a busy node keeps a longer vector",
        "sqrt", "rsqrt")
ex.slip("S adds up the degrees, not their roots", SUM, "root.sum()")
ex.slip("these are the two projections s sᵀ / S and s' s'ᵀ / S; the limits are their sum and "
        "their difference",
        "2 * torch", "torch", LIMITS, "weight, torch.where(same, weight, -weight)")
ex.slip("you have s sᵀ / S alone and turned its sign; the eigenvalue −1 has a vector of its own, "
        "s', with a minus at every item",
        "2 * torch", "torch", LIMITS, "weight, -weight")
ex.slip("items are alike, too: the even limit has a block for users and one for items",
        "weight * same", "weight * same * side")
ex.slip("the odd limit is symmetric: what a user hears of an item, the item hears of the user",
        "weight * ~same", "weight * ~same * side[:, None]")
