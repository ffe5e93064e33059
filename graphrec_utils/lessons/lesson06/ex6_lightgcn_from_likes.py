"""Exercise 06.6: find the bug of a LightGCN whose graph has one-way edges."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


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
    degree = torch.zeros(len(E0)).index_add(0, target, torch.ones(len(target)))
    scale = torch.where(degree > 0, degree.rsqrt(), 0.0)
    weight = scale[source] * scale[target]  # one weight for each message

    E = total = E0
    for _ in range(num_layers):
        E = torch.zeros_like(E0).index_add(0, target, weight[:, None] * E[source])
        total = total + E
    return total / (num_layers + 1)


ex.claim("users hear their items", lambda g: _likes(g, 1), judge=_hears("users"))
ex.claim("items hear their users", lambda g: _likes(g, 1), judge=_hears("items"))


def _path(rng) -> dict:
    return _of_matrix(toy.path(), torch.eye(5), 1)


ex.claim("the path, one layer: the numbers of exercise 06.1", _path)


ex.claim("three layers: what a user said comes back from the items", lambda g: _likes(g, 3))

SOURCE = "torch.cat([users, num_users + items])"
TARGET = "torch.cat([num_users + items, users])"
BOTH = f"source = {SOURCE}\ntarget = {TARGET}"
COUNTED = "index_add(0, target, torch.ones(len(target)))"
ALL_ENDS = "index_add(0, torch.cat([source, target]), torch.ones(2 * len(target)))"
LAYER = "E = torch.zeros_like(E0).index_add(0, target, weight[:, None] * E[source])"

# fmt: off
ex.slip("no message arrives anywhere: E0 / (K + 1) comes back, whatever the likes are. Print "
        "`degree` for the path and follow one weight by hand",
        BOTH, "source, target = users, num_users + items", hint=True)
ex.slip("you repaired the degrees, but users still hear nobody: no edge ends in a user",
        BOTH, "source, target = users, num_users + items", COUNTED, ALL_ENDS)
ex.slip("you repaired the degrees, but items still hear nobody: no edge ends in an item",
        BOTH, "source, target = num_users + items, users", COUNTED, ALL_ENDS)
ex.slip("on the way back your messages come from node i; item i is node num_users + i",
        SOURCE, "torch.cat([users, items])", hint=True)
ex.slip("your edges join user nodes only: item i is node num_users + i, in both directions",
        SOURCE, "torch.cat([users, items])", TARGET, "torch.cat([items, users])")
ex.slip("your source and target are the same list, so every node speaks to itself; exchange the "
        "two parts in one of them",
        TARGET, "source")
ex.slip("a degree of 0 taken for 1 lets the messages through, but users still hear nobody and "
        "their degree is not counted: the edges back are missing",
        BOTH, "source, target = users, num_users + items", COUNTED, COUNTED + ".clamp(min=1)")
ex.slip("your users hear what the items have just heard; both sides of layer k + 1 are made of "
        "layer k",
        LAYER, "half = len(users)\n"
        "new = torch.zeros_like(E0).index_add(0, target[:half], weight[:half, None] * E[users])\n"
        "E = new.index_add(0, users, weight[:half, None] * new[target[:half]])")
ex.slip("your degrees are twice as large: with both directions in the list, count `target` alone",
        COUNTED, ALL_ENDS)
ex.slip("you divide by the receiver's degree only; the weight has the roots of both",
        "scale[source] * scale[target]", "scale[target] ** 2", hint=True)
ex.slip("your items start at the number of likes; item i is node num_users + i",
        SOURCE, "torch.cat([users, len(users) + items])",
        TARGET, "torch.cat([len(users) + items, users])")
ex.slip("you added self-loops: nodes hear themselves now, which LightGCN leaves to layer 0",
        "degree = torch", "nodes = torch.arange(len(E0))\n"
        "source, target = torch.cat([source, nodes]), torch.cat([target, nodes])\n"
        "degree = torch")
ex.slip("you count users up to the last one with a like; item i is node num_users + i",
        "source = torch", "num_users = int(users.max()) + 1\nsource = torch")
ex.slip("the mean has K + 1 layers: layer 0 counts, and you divided by K",
        "/ (num_layers + 1)", "/ max(num_layers, 1)")
