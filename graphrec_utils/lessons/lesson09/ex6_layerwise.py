"""Exercise 09.6: all pins, layer after layer, a part at a time."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _graph(rng, n: int = 9, size: int = 4, K: int = 2, d: int = 3, lonely: int = 1) -> dict:
    alpha = rng.random((n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(alpha, 0)
    alpha[: n - 1, n - 1] = 0.4  # the last part is heard by the first, and hears it
    alpha[n - 1, 0] = 0.4
    if lonely:
        alpha[2] = 0
    total = alpha.sum(axis=1, keepdims=True)
    alpha = np.divide(alpha, total, where=total > 0, out=np.zeros_like(alpha))
    alpha *= rng.uniform(0.4, 1.6, (n, 1))  # rows of weights need not sum to 1

    def floats(values):
        return torch.from_numpy(np.asarray(values, dtype=np.float32))

    weights = [floats(rng.normal(size=(d, 2 * d)) + 0.5 * np.tile(np.eye(d), 2)) for _ in range(K)]
    return {"x": floats(np.abs(rng.normal(size=(n, d)))), "alpha": floats(alpha),
            "weights": weights, "size": size}  # fmt: skip


ex = Exercise(
    "09.6",
    "layerwise",
    points=5,
    branch=True,
    library="graphrec_utils.graphs.batches.layerwise",
    hints=(
        "Whose vectors does a part of layer k read: those of layer k − 1, or some of both?",
        "For each W: an empty new layer; for each part: heard = α[part] h, new[part] = the layer of h[part] "
        "and heard; only then h = new.",
        "`new = []`; `for part in torch.arange(len(x)).split(size): z = torch.relu(torch.cat([h[part], "
        "alpha[part] @ h], 1) @ W.T); new.append(F.normalize(z, dim=1))`; `h = torch.cat(new)`.",
    ),
)


@ex.solution
def layerwise(x, alpha, weights, size):
    h = x
    for W in weights:
        parts = []
        for part in torch.arange(len(x)).split(size):
            z = torch.relu(torch.cat([h[part], alpha[part] @ h], dim=1) @ W.T)
            parts.append(F.normalize(z, dim=1))
        h = torch.cat(parts)
    return h


ex.claim("one layer, three parts", lambda rng: _graph(rng, 9, 3, 1))
ex.claim("two layers", _graph)
ex.claim("eleven pins in parts of four: the last part is shorter", lambda rng: _graph(rng, 11, 4))
ex.claim("three layers, parts of one pin", lambda rng: _graph(rng, 8, 1, 3, 4))
ex.claim("no layer: what the pins say", lambda rng: _graph(rng, 7, 4, 0))

PRODUCT = "torch.cat([h[part], alpha[part] @ h], dim=1) @ W.T"
LENGTH = "F.normalize(z, dim=1)"

# fmt: off
ex.slip("you write into the layer that you still read: later parts hear vectors of the new layer, "
        "so the result depends on the order of the pins",
        "h = x", "h = x.clone()", f"parts.append({LENGTH})", f"h[part] = {LENGTH}",
        "h = torch.cat(parts)", "")
ex.slip("a part hears only pins of the same part: the neighbors are anywhere",
        "alpha[part] @ h", "alpha[part][:, part] @ h[part]")
ex.slip("the last part, which is shorter, is missing", LENGTH, f"{LENGTH} * (len(part) == size)")
ex.slip("every layer hears the input x; layer k hears layer k − 1", "@ h", "@ x", hint=True)
ex.slip("all your layers use the first W: each has its own", "@ W.T", "@ weights[0].T")
ex.slip("your layers come in reverse: the first W belongs to the layer next to the content",
        "in weights", "in weights[::-1]")
ex.slip("your last layer is missing", "in weights", "in weights[:-1]")
ex.slip("the ReLU is missing", f"torch.relu({PRODUCT})", PRODUCT)
ex.slip("the vectors are not divided by their length after each layer", LENGTH, "z", hint=True)
ex.slip("the pins of the last, shorter part have no row at all in yours",
        "return h", "return h[: len(h) // size * size]")
ex.slip("what was heard stands before the pin's own vector: the columns of W are [own; heard]",
        "[h[part], alpha[part] @ h]", "[alpha[part] @ h, h[part]]")
ex.slip("the vectors are divided by their length at the end only: each layer does so",
        LENGTH, "z", "return h", "return F.normalize(h, dim=1)")
ex.slip("your rows of α sum to 1: the weights are taken as they are",
        "alpha[part] @ h", "alpha[part] / alpha[part].sum(dim=1, keepdim=True).clamp(min=1e-9) @ h")
ex.slip("α is read by column in yours: row u has the weights of the neighbors of u", "alpha[part] @ h", "alpha.T[part] @ h")
ex.slip("without a layer you divide by the length all the same: then the answer is what the pins say",
        "return h", "return F.normalize(h, dim=1)")
ex.slip("the vectors are divided by their length at the end only: each layer does so",
        LENGTH, "z", "return h", "return F.normalize(h, dim=1) if weights else h")
