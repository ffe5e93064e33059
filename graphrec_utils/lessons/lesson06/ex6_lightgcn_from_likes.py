"""Exercise 06.6: find the bug of a LightGCN whose graph has one-way edges."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _propagate(source, target, E0, K, count=None):
    """Send messages from source to target; degrees count the edges that arrive, or `count`."""
    count = target if count is None else count
    degree = torch.zeros(len(E0)).index_add(0, count, torch.ones(len(count)))
    scale = degree.rsqrt().masked_fill(degree == 0, 0)
    weight = (scale[source] * scale[target])[:, None]
    E = total = E0
    for _ in range(K):
        E = torch.zeros_like(E0).index_add(0, target, weight * E[source])
        total = total + E
    return total / (K + 1)


def _both(users, items, m):
    """Return both directions of every edge, item numbers shifted by m."""
    u, i = users, m + items
    return torch.cat([u, i]), torch.cat([i, u])


def _one_way_with_degrees(source, target, E0, K):
    return _propagate(source, target, E0, K, count=torch.cat([source, target]))


def _of_matrix(R, E0, K) -> dict:
    users, items = R.nonzero(as_tuple=True)
    return {"users": users, "items": items, "num_users": len(R), "E0": E0, "num_layers": K}


def _likes(rng, K: int) -> dict:
    m, n = 5, 6
    R = torch.from_numpy((rng.random((m, n)) < 0.4).astype(np.float32))
    R[torch.arange(m), torch.arange(m)] = 1
    R[0, :4] = 1
    R[m - 1], R[:, n - 1] = 0, 0  # the last user and the last item exist, too
    E0 = torch.from_numpy(rng.normal(size=(m + n, 2)).astype(np.float32))
    return _of_matrix(R, E0, K)


def _hears(side: slice):
    """Return a judge that compares one side's rows."""

    def judge(got, expected, inputs) -> str | None:
        m = inputs["num_users"]
        part = slice(0, m) if side == "users" else slice(m, None)
        wrong = ~torch.isclose(got[part], expected[part], rtol=1e-4, atol=1e-5).all(dim=1)
        if not wrong.any():
            return None
        v = int(wrong.nonzero()[0, 0])
        return f"{side[:-1]} {v} has {[round(x, 3) for x in got[part][v].tolist()]} in yours"

    return judge


ex = Exercise(
    "06.6",
    "lightgcn_from_likes",
    points=3,
    hints=(
        "For which nodes is `degree` 0? Print it for `toy.path()`.",
        "A message goes from `source[e]` to `target[e]`, and never back. Each like must be in the "
        "list twice.",
        "`source = torch.cat([users, num_users + items])` and `target` with the two parts "
        "exchanged.",
    ),
)


@ex.solution
def lightgcn_from_likes(users, items, num_users, E0, num_layers):
    source = torch.cat([users, num_users + items])
    target = torch.cat([num_users + items, users])
    return _propagate(source, target, E0, num_layers)


ex.claim("users hear their items", lambda g: _likes(g, 1), judge=_hears("users"))
ex.claim("items hear their users", lambda g: _likes(g, 1), judge=_hears("items"))


def _path(rng) -> dict:
    return _of_matrix(toy.path(), torch.eye(5), 1)


ex.claim("the path, one layer: the numbers of exercise 06.1", _path)


ex.claim("three layers: what a user said comes back from the items", lambda g: _likes(g, 3))


@ex.mistake(
    "no message arrives anywhere: E0 / (K + 1) comes back, whatever the likes are. Print "
    "`degree` for the path and follow one weight by hand"
)
def as_it_was(users, items, m, E0, K):
    return _propagate(users, m + items, E0, K)


@ex.mistake("you repaired the degrees, but users still hear nobody: no edge ends in a user")
def degrees_repaired_items_hear_only(users, items, m, E0, K):
    return _one_way_with_degrees(users, m + items, E0, K)


@ex.mistake("you repaired the degrees, but items still hear nobody: no edge ends in an item")
def degrees_repaired_users_hear_only(users, items, m, E0, K):
    return _one_way_with_degrees(m + items, users, E0, K)


@ex.mistake("on the way back your messages come from node i; item i is node num_users + i")
def items_without_offset_on_the_way_back(users, items, m, E0, K):
    return _propagate(torch.cat([users, items]), torch.cat([m + items, users]), E0, K)


@ex.mistake("your edges join user nodes only: item i is node num_users + i, in both directions")
def items_never_shifted(users, items, m, E0, K):
    return _propagate(torch.cat([users, items]), torch.cat([items, users]), E0, K)


@ex.mistake(
    "your source and target are the same list, so every node speaks to itself; exchange the "
    "two parts in one of them"
)
def the_same_list_twice(users, items, m, E0, K):
    return _propagate(*[_both(users, items, m)[0]] * 2, E0, K)


@ex.mistake(
    "a degree of 0 taken for 1 lets the messages through, but users still hear nobody and "
    "their degree is not counted: the edges back are missing"
)
def degree_0_taken_for_1(users, items, m, E0, K):
    """The repair of the symptom: nodes without arriving edges get the factor 1."""
    source, target = users, m + items
    degree = torch.zeros(len(E0)).index_add(0, target, torch.ones(len(target))).clamp(min=1)
    weight = (degree[source] * degree[target]).rsqrt()[:, None]
    E = total = E0
    for _ in range(K):
        E = torch.zeros_like(E0).index_add(0, target, weight * E[source])
        total = total + E
    return total / (K + 1)


@ex.mistake(
    "your users hear what the items have just heard; both sides of layer k + 1 are made of layer k"
)
def one_side_after_the_other(users, items, m, E0, K):
    """Items hear users first, then users hear the items of the same new layer."""
    _, target = _both(users, items, m)
    degree = torch.bincount(target, minlength=len(E0)).float().clamp(min=1)
    weight = (degree[users] * degree[m + items]).rsqrt()[:, None]
    E = total = E0
    for _ in range(K):
        new = torch.zeros_like(E0).index_add(0, m + items, weight * E[users])
        E = new.index_add(0, users, weight * new[m + items])
        total = total + E
    return total / (K + 1)


@ex.mistake(
    "your degrees are twice as large: with both directions in the list, count `target` alone"
)
def degrees_counted_twice(users, items, m, E0, K):
    return _propagate(*_both(users, items, m), E0, K, count=torch.cat(_both(users, items, m)))


@ex.mistake("you divide by the receiver's degree only; the weight has the roots of both")
def receiver_s_degree_only(users, items, m, E0, K):
    """The mean of the neighbors: each message divided by the receiver's degree."""
    source, target = _both(users, items, m)
    weight = 1 / torch.bincount(target, minlength=len(E0))[target][:, None]
    E = total = E0
    for _ in range(K):
        E = torch.zeros_like(E0).index_add(0, target, weight * E[source])
        total = total + E
    return total / (K + 1)


@ex.mistake("your items start at the number of likes; item i is node num_users + i")
def offset_by_the_number_of_likes(users, items, m, E0, K):
    return _propagate(*_both(users, items, len(users)), E0, K)


@ex.mistake("you added self-loops: nodes hear themselves now, which LightGCN leaves to layer 0")
def self_loops_added(users, items, m, E0, K):
    source, target = _both(users, items, m)
    nodes = torch.arange(len(E0))
    return _propagate(torch.cat([source, nodes]), torch.cat([target, nodes]), E0, K)


@ex.mistake("you count users up to the last one with a like; item i is node num_users + i")
def users_up_to_the_last_like(users, items, m, E0, K):
    return _propagate(*_both(users, items, int(users.max()) + 1), E0, K)


@ex.mistake("the mean has K + 1 layers: layer 0 counts, and you divided by K")
def divided_by_K(users, items, m, E0, K):
    return lightgcn_from_likes(users, items, m, E0, K) * (K + 1) / max(K, 1)
