"""Claims and mistakes of exercise 03.2: the forward pass of NeuMF."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def near(got, expected, inputs) -> str | None:
    """Like `close`, but float32 sums in another order may differ by a little more near 0."""
    difference = close(got, expected)
    if difference and np.allclose(got.detach(), expected.detach(), rtol=1e-4, atol=1e-4):
        return None
    return difference


def floats(*rows) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)


def normal(rng, *shape) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


def neumf_forward(users, items, gmf_emb, mlp_emb, hidden, h):
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, h)


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


def _not_transposed(users, items, gmf_emb, mlp_emb, hidden, h):
    turned = [(W.T, b) for W, b in hidden]
    return _neumf(users, items, gmf_emb, mlp_emb, turned, h)


def _bias_after_relu(users, items, gmf_emb, mlp_emb, hidden, h):
    z = _beside(mlp_emb[0][users], mlp_emb[1][items], False)
    for W, b in hidden:
        z = F.relu(z @ W.T) + b
    return torch.cat([gmf_emb[0][users] * gmf_emb[1][items], z], dim=1) @ h


def _gmf_without_h(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    ones = torch.cat([torch.ones_like(h[:d]), h[d:]])
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, ones)


def _ends_swapped(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    swapped = torch.cat([h[-d:], h[:-d]])
    return _neumf(users, items, gmf_emb, mlp_emb, hidden, swapped)


def _without_gmf(users, items, gmf_emb, mlp_emb, hidden, h):
    d = gmf_emb[0].shape[1]
    return _neumf(users, items, [torch.zeros_like(x) for x in gmf_emb], mlp_emb, hidden, h) + (
        0 * h[:d].sum()
    )


def _net_by_hand(rng) -> dict:
    one = torch.tensor([0])
    return {
        "users": one,
        "items": one.clone(),
        "gmf_emb": (floats([2]), floats([3])),
        "mlp_emb": (floats([1]), floats([-2])),
        "hidden": [(floats([1, 1], [1, -1]), floats(0, 1))],
        "h": floats(1, 5, 2),
    }


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


EX_2 = Exercise(
    id="03.2",
    function="neumf_forward",
    points=5,
    reference=neumf_forward,
    library="graphrec_utils.models.ncf.NeuMF",
    claims=(
        Claim("one pair, one layer: the number computed by hand", _net_by_hand, judge=near),
        Claim("with 0 in h for the tower it is GMF", lambda g: _net(g, mlp=0), judge=near),
        Claim(
            "with 0 in h for the product it is the tower, one layer",
            lambda g: _net(g, layers=(5,), gmf=0),
            judge=near,
        ),
        Claim(
            "a tower of three layers, ReLU after each of them",
            lambda g: _net(g, layers=(6, 5, 4), gmf=0),
            judge=near,
        ),
        Claim("both halves together", _net, judge=near),
    ),
    mistakes=(
        Mistake(
            "shared embeddings, those of GMF",
            lambda u, i, gmf, mlp, hidden, h: _neumf(u, i, gmf, gmf, hidden, h),
            "your tower reads the embeddings of the GMF half: each half has a table of its own",
        ),
        Mistake(
            "shared embeddings, those of the tower",
            lambda u, i, gmf, mlp, hidden, h: _neumf(u, i, mlp, mlp, hidden, h),
            "your GMF half reads the embeddings of the tower: each half has a table of its own",
        ),
        Mistake(
            "no ReLU",
            lambda *a: _neumf(*a, relu=_identity, last=_identity),
            "there is no ReLU in your tower: without it all layers together are one linear map",
        ),
        Mistake(
            "no ReLU after the last layer",
            lambda *a: _neumf(*a, last=_identity),
            "ReLU is missing after the last hidden layer: it comes after every one",
        ),
        Mistake(
            "ReLU of the product, too",
            lambda u, i, gmf, mlp, hidden, h: _neumf(
                u, i, gmf, mlp, hidden, h, product=lambda p, q: F.relu(p * q)
            ),
            "ReLU belongs to the tower: the product p ⊙ q goes to the last layer as it is",
        ),
        Mistake(
            "no bias",
            lambda *a: _neumf(*a, bias=0),
            "the biases are missing: a layer is ReLU(W z + b)",
        ),
        Mistake(
            "W is not transposed",
            _not_transposed,
            "your W stands the wrong way round: its shape is (out, in), so with pairs as rows it is "
            "`z @ W.T`",
        ),
        Mistake(
            "bias after ReLU",
            _bias_after_relu,
            "you add the bias after ReLU: it is ReLU(W z + b), the bias inside",
        ),
        Mistake(
            "no weights for the product",
            _gmf_without_h,
            "you added the plain dot product of the GMF half: h has a weight for each of its "
            "coordinates, too",
        ),
        Mistake(
            "item first",
            lambda *a: _neumf(*a, swap=True),
            "your tower reads [q; p], the item first: the weights expect [p; q]",
        ),
        Mistake(
            "tower first",
            _ends_swapped,
            "your last layer reads [tower; GMF]: h expects the GMF half first",
        ),
        Mistake(
            "sigmoid",
            lambda *a: torch.sigmoid(_neumf(*a)),
            "you returned probabilities: leave the sigmoid to the loss",
        ),
        Mistake(
            "tower only",
            _without_gmf,
            "the GMF half is missing: your score is that of the tower alone",
        ),
    ),
    hints=(
        "Write the two halves one after the other. What shape does each have for B pairs?",
        "Tower: start with [p; q] of the tower's own tables, then z = ReLU(W z + b) for every layer; "
        "with B pairs as rows, W z is `z @ W.T`. Then h · [p ⊙ q; z].",
        "`z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)`; `for W, b in hidden: z = "
        "torch.relu(z @ W.T + b)`; at last `torch.cat([gmf, z], dim=1) @ h`.",
    ),
)
