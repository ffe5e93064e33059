"""Exercise 03.2: the forward pass of NeuMF."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson03.shared import floats, near, normal


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
    branch=True,
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
    product = gmf_emb[0][users] * gmf_emb[1][items]  # (B, d)
    z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)  # (B, 2 d')
    for W, b in hidden:
        z = torch.relu(z @ W.T + b)
    return torch.cat([product, z], dim=1) @ h


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

LAYER, LAST = "torch.relu(z @ W.T + b)", "[product, z]"

# fmt: off
ex.slip("your tower reads the embeddings of the GMF half: each half has a table of its own",
        "product =", "mlp_emb = gmf_emb\nproduct =")
ex.slip("your GMF half reads the embeddings of the tower: each half has a table of its own",
        "product =", "gmf_emb = mlp_emb\nproduct =")
ex.slip("there is no ReLU in your tower: without it all layers together are one linear map",
        LAYER, "z @ W.T + b", hint=True)
ex.slip("ReLU is missing after the last hidden layer: it comes after every one",
        "for W, b in hidden:", "for k, (W, b) in enumerate(hidden, 1):",
        LAYER, "torch.relu(z @ W.T + b) if k < len(hidden) else z @ W.T + b")
ex.slip("ReLU belongs to the tower: the product p ⊙ q goes to the last layer as it is",
        LAST, "[torch.relu(product), z]")
ex.slip("the biases are missing: a layer is ReLU(W z + b)", " + b", "", hint=True)
ex.slip("your W stands the wrong way round: its shape is (out, in), so with pairs as rows it is "
        "`z @ W.T`",
        "W.T", "W")
ex.slip("you add the bias after ReLU: it is ReLU(W z + b), the bias inside",
        LAYER, "torch.relu(z @ W.T) + b", hint=True)
ex.slip("you added the plain dot product of the GMF half: h has a weight for each of its "
        "coordinates, too",
        "return", "h = torch.cat([torch.ones_like(h[: product.shape[1]]), h[product.shape[1] :]])\nreturn")
ex.slip("your tower reads [q; p], the item first: the weights expect [p; q]",
        "mlp_emb[0][users], mlp_emb[1][items]", "mlp_emb[1][items], mlp_emb[0][users]")
ex.slip("your last layer reads [tower; GMF]: h expects the GMF half first", LAST, "[z, product]")
ex.slip("you returned probabilities: leave the sigmoid to the loss",
        "torch.cat([product, z], dim=1) @ h", "torch.sigmoid(torch.cat([product, z], dim=1) @ h)")
ex.slip("the GMF half is missing: your score is that of the tower alone", LAST, "[0 * product, z]")
ex.slip("you apply ReLU before the layer: it is ReLU(W z + b), and [p; q] goes in as it is",
        LAYER, "torch.relu(z) @ W.T + b")
ex.slip("the tower bends by ReLU, which is 0 below 0; yours lets a little through",
        "torch.relu", "torch.nn.functional.leaky_relu")
ex.slip("the tower bends by ReLU; yours by tanh", "torch.relu", "torch.tanh")
ex.slip("the GMF half keeps d products side by side; you added the two vectors", " * gmf", " + gmf")
ex.slip("the GMF half keeps d products side by side; you added them up to one dot product",
        LAST, "[product.sum(dim=1, keepdim=True).expand_as(product), z]")
