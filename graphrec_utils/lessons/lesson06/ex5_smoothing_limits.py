"""Exercise 06.5: where many steps end."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _limits(degree, m, left, factor, right=None):
    """Return the two matrices factor · left_v · right_w, split by sides."""
    weight = factor * torch.outer(left, left if right is None else right)
    side = torch.arange(len(degree)) < m
    same = side[:, None] == side
    return weight * same, weight * ~same


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
    return _limits(degree, num_users, degree.sqrt(), 2 / degree.sum())


ex.claim("the path, even: what u0 ends with on its own side", _of_path, judge=part(0))
ex.claim("the path, odd: what u0 ends with on the other side", _of_path, judge=part(1))
ex.claim("another graph, even", _connected, judge=part(0))
ex.claim("another graph, odd", _connected, judge=part(1))


@ex.mistake("your limits are half as large: two eigenvalues, 1 and −1, contribute")
def factor_2_missing(degree, m):
    return _limits(degree, m, degree.sqrt(), 1 / degree.sum())


@ex.mistake(
    "you return one limit for even and odd steps; on a bipartite graph a message changes "
    "sides with every step"
)
def one_limit_for_all(degree, m):
    weight = torch.outer(degree.sqrt(), degree.sqrt()) / degree.sum()
    return weight, weight.clone()


@ex.mistake(
    "your two limits are exchanged: after an even number of steps a message is back on its own side"
)
def sides_exchanged(degree, m):
    return smoothing_limits(degree, m)[::-1]


@ex.mistake("you used the degrees themselves; the eigenvector for 1 holds their square roots")
def degrees_without_roots(degree, m):
    return _limits(degree, m, degree, 2 / degree.sum())


@ex.mistake("you divided by √S once; each of the two vectors has the length √S, so it is S")
def divided_by_rootS(degree, m):
    return _limits(degree, m, degree.sqrt(), 2 / degree.sum().sqrt())


@ex.mistake("your rows are all alike: these are the limits of D⁻¹A, the random walk")
def limits_of_the_random_walk(degree, m):
    return _limits(degree, m, torch.ones_like(degree), 2 / degree.sum(), right=degree)


@ex.mistake("your limits do not depend on the degrees; an active node ends with more")
def all_nodes_alike(degree, m):
    return _limits(degree, m, torch.ones_like(degree), 2 / len(degree))


@ex.mistake(
    "you divided by the users' degrees only, which is half of all: the sum runs over all nodes"
)
def divided_by_the_users_degrees_twice(degree, m):
    return _limits(degree, m, degree.sqrt(), 2 / degree[:m].sum())


@ex.mistake(
    "you divided by the number of nodes; the squared length of s is S, the sum of the degrees"
)
def divided_by_the_number_of_nodes(degree, m):
    return _limits(degree, m, degree.sqrt(), 2 / len(degree))


@ex.mistake(
    "your odd limit is negative: s' s'ᵀ has a minus between the sides, and (−1)ᵏ turns it round"
)
def odd_limit_negative(degree, m):
    return (
        smoothing_limits(degree, m)[0],
        -smoothing_limits(degree, m)[1],
    )


@ex.mistake("your odd limit is zero, but odd steps do not fade: they end on the other side")
def everything_in_the_even_limit(degree, m):
    even, odd = smoothing_limits(degree, m)
    return even + odd, torch.zeros_like(odd)


@ex.mistake("the first num_users nodes are users: you counted items first")
def items_first(degree, m):
    return smoothing_limits(degree, len(degree) - m)


@ex.mistake("you divided by the roots of the degrees; a busy node keeps a longer vector")
def divided_by_roots(degree, m):
    return _limits(degree, m, degree.rsqrt(), 2 / degree.sum())


@ex.mistake("S adds up the degrees, not their roots")
def sum_of_roots(degree, m):
    return _limits(degree, m, degree.sqrt(), 2 / degree.sqrt().sum())


@ex.mistake(
    "these are the two projections s sᵀ / S and s' s'ᵀ / S; the limits are their sum and their difference"
)
def projections_alone(degree, m):
    s = degree.sqrt()
    t = torch.where(torch.arange(len(s)) < m, s, -s)
    return torch.outer(s, s) / degree.sum(), torch.outer(t, t) / degree.sum()


@ex.mistake(
    "you have s sᵀ / S alone and turned its sign; the eigenvalue −1 has a vector of its own, s', with a "
    "minus at every item"
)
def one_vector_for_both_eigenvalues(degree, m):
    even = torch.outer(degree.sqrt(), degree.sqrt()) / degree.sum()
    return even, -even


@ex.mistake("items are alike, too: the even limit has a block for users and one for items")
def users_only(degree, m):
    even, odd = smoothing_limits(degree, m)
    even[m:, m:] = 0
    return even, odd


@ex.mistake("the odd limit is symmetric: what a user hears of an item, the item hears of the user")
def one_direction(degree, m):
    even, odd = smoothing_limits(degree, m)
    odd[m:, :m] = 0
    return even, odd
