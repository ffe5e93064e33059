"""Exercise 03.2: the forward pass of NeuMF."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson03.shared import floats, near, normal


def _neumf(
    users, items, gmf_emb, mlp_emb, hidden, h,
    relu=F.relu, last=F.relu, bias=1, swap=False, product=torch.mul,
):  # fmt: skip
    z = _beside(mlp_emb[0][users], mlp_emb[1][items], swap)
    for number, (W, b) in enumerate(hidden, start=1):
        z = (last if number == len(hidden) else relu)(z @ W.T + bias * b)
    return torch.cat([product(gmf_emb[0][users], gmf_emb[1][items]), z], dim=1) @ h


def _beside(p, q, swap):
    return torch.cat([q, p] if swap else [p, q], dim=1)


def _identity(x):
    return x


def _net(rng, layers=(4, 3), gmf: float = 1, mlp: float = 1) -> dict:
    d, widths = 3, (6, *layers)
    hidden = [
        (normal(rng, b, a) / a**0.5 * 1.5, normal(rng, b))
        for a, b in zip(widths, layers, strict=False)
    ]
    return {
        "users": torch.from_numpy(rng.integers(0, 6, size=9)),
        "items": torch.from_numpy(rng.integers(0, 7, size=9)),
        "gmf_emb": (normal(rng, 6, d), normal(rng, 7, d)),
        "mlp_emb": (normal(rng, 6, d), normal(rng, 7, d)),
        "hidden": hidden,
        "h": torch.cat([gmf * (normal(rng, d) + 1), mlp * (normal(rng, layers[-1]) - 1)]),
    }


ex = Exercise(
    "03.2",
    "neumf_forward",
    points=5,
    library="graphrec_utils.models.ncf.NeuMF",
    hints=(
        "Write the two halves one after the other. What shape does each have for B pairs?",
        "Tower: start with [p; q] of the tower's own tables, then z = ReLU(W z + b) for every layer; "
        "with B pairs as rows, W z is `z @ W.T`. Then h · [p ⊙ q; z].",
        "`z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)`; `for W, b in hidden: z = "
        "torch.relu(z @ W.T + b)`; at last `torch.cat([gmf, z], dim=1) @ h`.",
    ),
)


@ex.solution
def neumf_forward(users, items, gmf_emb, mlp_emb, hidden, h):
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, h)


def _net_by_hand(rng) -> dict:
    one = torch.tensor([0])
    return {
        "users": one,
        "items": one.clone(),
        "gmf_emb": (floats([2]), floats([-3])),
        "mlp_emb": (floats([1]), floats([-2])),
        "hidden": [(floats([1, 1], [2, -1]), floats(-1, 1))],
        "h": floats(2, 5, 3),
    }


ex.claim("one pair, one layer: the number computed by hand", _net_by_hand, judge=near)


ex.claim("with 0 in h for the tower it is GMF", lambda g: _net(g, mlp=0), judge=near)
ex.claim(
    "with 0 in h for the product it is the tower, one layer",
    lambda g: _net(g, layers=(5,), gmf=0),
    judge=near,
)
ex.claim(
    "a tower of three layers, ReLU after each of them",
    lambda g: _net(g, layers=(6, 5, 4), gmf=0),
    judge=near,
)
ex.claim("both halves together", _net, judge=near)


@ex.mistake("your tower reads the embeddings of the GMF half: each half has a table of its own")
def shared_embeddings_those_of_GMF(u, i, gmf, mlp, hidden, h):
    return _neumf(u, i, gmf, gmf, hidden, h)


@ex.mistake("your GMF half reads the embeddings of the tower: each half has a table of its own")
def shared_embeddings_those_of_the_tower(u, i, gmf, mlp, hidden, h):
    return _neumf(u, i, mlp, mlp, hidden, h)


@ex.mistake("there is no ReLU in your tower: without it all layers together are one linear map")
def no_ReLU(*a):
    return _neumf(*a, relu=_identity, last=_identity)


@ex.mistake("ReLU is missing after the last hidden layer: it comes after every one")
def no_ReLU_after_the_last_layer(*a):
    return _neumf(*a, last=_identity)


@ex.mistake("ReLU belongs to the tower: the product p ⊙ q goes to the last layer as it is")
def reLU_of_the_product_too(u, i, gmf, mlp, hidden, h):
    return _neumf(u, i, gmf, mlp, hidden, h, product=lambda p, q: F.relu(p * q))


@ex.mistake("the biases are missing: a layer is ReLU(W z + b)")
def no_bias(*a):
    return _neumf(*a, bias=0)


@ex.mistake(
    "your W stands the wrong way round: its shape is (out, in), so with pairs as rows it is "
    "`z @ W.T`"
)
def w_is_not_transposed(users, items, gmf_emb, mlp_emb, hidden, h):
    turned = [(W.T, b) for W, b in hidden]
    return _neumf(users, items, gmf_emb, mlp_emb, turned, h)


@ex.mistake("you add the bias after ReLU: it is ReLU(W z + b), the bias inside")
def bias_after_ReLU(users, items, gmf_emb, mlp_emb, hidden, h):
    z = _beside(mlp_emb[0][users], mlp_emb[1][items], False)
    for W, b in hidden:
        z = F.relu(z @ W.T) + b
    return torch.cat([gmf_emb[0][users] * gmf_emb[1][items], z], dim=1) @ h


@ex.mistake(
    "you added the plain dot product of the GMF half: h has a weight for each of its "
    "coordinates, too"
)
def no_weights_for_the_product(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    ones = torch.cat([torch.ones_like(h[:d]), h[d:]])
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, ones)


@ex.mistake("your tower reads [q; p], the item first: the weights expect [p; q]")
def item_first(*a):
    return _neumf(*a, swap=True)


@ex.mistake("your last layer reads [tower; GMF]: h expects the GMF half first")
def tower_first(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    swapped = torch.cat([h[-d:], h[:-d]])
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, swapped)


@ex.mistake("you returned probabilities: leave the sigmoid to the loss")
def sigmoid(*a):
    return torch.sigmoid(_neumf(*a))


@ex.mistake("the GMF half is missing: your score is that of the tower alone")
def tower_only(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    return _neumf(users, items, [torch.zeros_like(x) for x in gmf_emb], mlp_emb, hidden, h) + (
        0 * h[:d].sum()
    )


@ex.mistake("you apply ReLU before the layer: it is ReLU(W z + b), and [p; q] goes in as it is")
def reLU_before_the_layer(u, i, gmf_emb, mlp_emb, hidden, h):
    z = _beside(mlp_emb[0][u], mlp_emb[1][i], False)
    for W, b in hidden:
        z = F.relu(z) @ W.T + b
    return torch.cat([gmf_emb[0][u] * gmf_emb[1][i], z], dim=1) @ h


@ex.mistake("the tower bends by ReLU, which is 0 below 0; yours lets a little through")
def leaky_ReLU(*a):
    return _neumf(*a, relu=F.leaky_relu, last=F.leaky_relu)


@ex.mistake("the tower bends by ReLU; yours by tanh")
def tanh(*a):
    return _neumf(*a, relu=torch.tanh, last=torch.tanh)


@ex.mistake("the GMF half keeps d products side by side; you added the two vectors")
def sum_of_the_vectors(*a):
    return _neumf(*a, product=torch.add)


@ex.mistake("the GMF half keeps d products side by side; you added them up to one dot product")
def dot_product(*a):
    return _neumf(*a, product=lambda p, q: (p * q).sum(dim=1, keepdim=True).expand_as(p))
