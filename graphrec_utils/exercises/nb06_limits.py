"""Lesson 06: where many steps end (06.5)."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def smoothing_limits(degree, num_users):
    return _limits(degree, num_users, degree.sqrt(), 2 / degree.sum())


def _limits(degree, m, left, factor, right=None):
    """Return the two matrices factor · left_v · right_w, split by sides."""
    weight = factor * torch.outer(left, left if right is None else right)
    side = torch.arange(len(degree)) < m
    same = side[:, None] == side
    return weight * same, weight * ~same


def _one_limit(degree, m):
    weight = torch.outer(degree.sqrt(), degree.sqrt()) / degree.sum()
    return weight, weight.clone()


def _projection(degree, m):
    even, odd = smoothing_limits(degree, m)
    return even + odd, torch.zeros_like(odd)


def _degrees_of(R):
    R = torch.as_tensor(R)
    return torch.cat([R.sum(dim=1), R.sum(dim=0)])


def _of_t1(rng) -> dict:
    return {"degree": _degrees_of(toy.t1()), "num_users": 2}


def _connected(rng) -> dict:
    """A connected graph: item 0 is everybody's; degrees differ on both sides."""
    m, n = int(rng.integers(4, 7)), 5
    R = (rng.random((m, n)) < 0.4).astype(np.float32)
    R[:, 0], R[0] = 1, 1
    return {"degree": _degrees_of(R), "num_users": m}


EX_5 = Exercise(
    id="06.5",
    function="smoothing_limits",
    points=4,
    reference=smoothing_limits,
    library="graphrec_utils.smoothing.limits",
    claims=(
        Claim("T1, even: what u0 ends with on its own side", _of_t1, judge=part(0)),
        Claim("T1, odd: what u0 ends with on the other side", _of_t1, judge=part(1)),
        Claim("another graph, even", _connected, judge=part(0)),
        Claim("another graph, odd", _connected, judge=part(1)),
    ),
    mistakes=(
        Mistake(
            "factor 2 missing",
            lambda degree, m: _limits(degree, m, degree.sqrt(), 1 / degree.sum()),
            "your limits are half as large: two eigenvalues, 1 and −1, contribute",
        ),
        Mistake(
            "one limit for all",
            _one_limit,
            "you return one limit for even and odd steps; on a bipartite graph a message changes "
            "sides with every step",
        ),
        Mistake(
            "sides exchanged",
            lambda degree, m: smoothing_limits(degree, m)[::-1],
            "your two limits are exchanged: after an even number of steps a message is back on its "
            "own side",
        ),
        Mistake(
            "degrees without roots",
            lambda degree, m: _limits(degree, m, degree, 2 / degree.sum()),
            "you used the degrees themselves; the eigenvector for 1 holds their square roots",
        ),
        Mistake(
            "divided by √S",
            lambda degree, m: _limits(degree, m, degree.sqrt(), 2 / degree.sum().sqrt()),
            "you divided by √S once; each of the two vectors has the length √S, so it is S",
        ),
        Mistake(
            "limits of the random walk",
            lambda degree, m: _limits(
                degree, m, torch.ones_like(degree), 2 / degree.sum(), right=degree
            ),
            "your rows are all alike: these are the limits of D⁻¹A, the random walk",
        ),
        Mistake(
            "all nodes alike",
            lambda degree, m: _limits(degree, m, torch.ones_like(degree), 2 / len(degree)),
            "your limits do not depend on the degrees; an active node ends with more",
        ),
        Mistake(
            "divided by the users' degrees twice",
            lambda degree, m: _limits(degree, m, degree.sqrt(), 2 / degree[:m].sum()),
            "you divided by the users' degrees only, which is half of all: the sum runs over all "
            "nodes",
        ),
        Mistake(
            "divided by the number of nodes",
            lambda degree, m: _limits(degree, m, degree.sqrt(), 2 / len(degree)),
            "you divided by the number of nodes; the squared length of s is S, the sum of the degrees",
        ),
        Mistake(
            "odd limit negative",
            lambda degree, m: (
                smoothing_limits(degree, m)[0],
                -smoothing_limits(degree, m)[1],
            ),
            "your odd limit is negative: s' s'ᵀ has a minus between the sides, and (−1)ᵏ turns it "
            "round",
        ),
        Mistake(
            "everything in the even limit",
            _projection,
            "your odd limit is zero, but odd steps do not fade: they end on the other side",
        ),
    ),
    hints=(
        "Take one entry of s sᵀ and the same of s' s'ᵀ: for which two nodes are they equal, for which "
        "opposite?",
        "With s = √deg and S = Σ deg, the two projections are s sᵀ / S and its copy with the signs "
        "of the two sides. Add them for even steps, subtract them for odd ones.",
        "`weight = 2 * torch.outer(degree.sqrt(), degree.sqrt()) / degree.sum()`; `side = "
        "torch.arange(N) < num_users`; keep the entries with `side[:, None] == side`, or the others.",
    ),
)
