"""Exercise 09.2: one convolution, algorithm 1 of the paper."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _layer(
    rng, B: int = 4, T: int = 3, d: int = 3, n: int = 9, alone: int = 0, out: int = 3
) -> dict:
    """B of n pins; the first `alone` of them have no neighbor, weight 0 at pin 0."""

    def normal(*shape):
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    alpha = rng.dirichlet([0.6] * T, B)
    neighbors = np.stack([rng.choice(n, T, replace=False) for _ in range(B)])
    alpha[B - 1, T - 1], alpha[B - 1, 0] = 0, alpha[B - 1, 0] + alpha[B - 1, T - 1]
    alpha[:alone], neighbors[:alone], neighbors[B - 1, T - 1] = 0, 0, 0
    inputs = {
        "H": normal(n, d), "nodes": torch.from_numpy(rng.permutation(n)[:B]),
        "neighbors": torch.from_numpy(neighbors),
        "alpha": torch.from_numpy(alpha.astype(np.float32)),
        "Q": normal(out, d), "q": normal(out), "W": normal(out, d + out), "w": normal(out) + 0.3,
    }  # fmt: skip
    second = _before_last_relu(**inputs).topk(2).values[:, 1].min()
    inputs["w"] += (0.2 - second).clamp(min=0)  # each pin keeps two numbers above 0
    return inputs


def _before_last_relu(H, nodes, neighbors, alpha, Q, q, W, w):
    heard = (alpha[:, :, None] * F.relu(H[neighbors] @ Q.T + q)).sum(dim=1)
    return torch.cat([H[nodes], heard], dim=1) @ W.T + w


ex = Exercise(
    "09.2",
    "convolve",
    points=6,
    library="graphrec_utils.models.pinsage.convolve",
    hints=(
        "Which of the two ReLUs stands inside the sum over neighbors, and what does that change?",
        "told = ReLU(Q h_v + q) for every neighbor, heard = the sum of α · told, then ReLU(W [own; heard] + "
        "w), then the length.",
        "`told = torch.relu(H[neighbors] @ Q.T + q)`; `heard = (alpha[:, :, None] * told).sum(1)`; "
        "`z = torch.relu(torch.cat([H[nodes], heard], 1) @ W.T + w)`; `F.normalize(z, dim=1)`.",
    ),
)


@ex.solution
def convolve(H, nodes, neighbors, alpha, Q, q, W, w):
    told = torch.relu(H[neighbors] @ Q.T + q)  # (B, T, d')
    heard = (alpha[:, :, None] * told).sum(dim=1)  # (B, d')
    z = torch.relu(torch.cat([H[nodes], heard], dim=1) @ W.T + w)
    return F.normalize(z, dim=1)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {
        "H": f([[1.0], [2.0], [-4.0]]), "nodes": f([0, 2]), "neighbors": f([[1, 2], [0, 0]]),
        "alpha": f([[0.75, 0.25], [0.0, 0.0]]), "Q": f([[1.0], [0.0]]), "q": f([0.0, 1.0]),
        "W": f([[2.0, 2.0, -2.0], [3.0, 0.0, 0.0]]), "w": f([0.0, 1.0]),
    }  # fmt: skip


ex.claim("by hand: (0.6, 0.8), and zeros for a pin that hears nobody", _by_hand)
ex.claim("four pins with three neighbors each", _layer)
ex.claim("other sizes: 5 coordinates become 2", lambda rng: _layer(rng, 6, 4, 5, 15, out=2))
ex.claim("a pin without neighbors hears 0", lambda rng: _layer(rng, 5, 3, 3, 11, alone=2))


def _nothing_left(rng) -> dict:
    """w so low that the first pin's last ReLU leaves nothing."""
    inputs = _layer(rng, 4, 3, 4, 9)
    z = _before_last_relu(**inputs) - inputs["w"]
    low = z.min(dim=1).values.argmin()
    inputs["w"] = -z[low] - 0.1
    return inputs


ex.claim("a vector of zeros stays zeros: 0 has no length to divide by", _nothing_left)

TOLD = "H[neighbors] @ Q.T + q"
HEARD = "(alpha[:, :, None] * told).sum(dim=1)"
PRODUCT = "torch.cat([H[nodes], heard], dim=1) @ W.T + w"
LENGTH = "F.normalize(z, dim=1)"

# fmt: off
ex.slip("the ReLU inside the sum is missing: what a neighbor says goes through Q, q and ReLU first",
        f"torch.relu({TOLD})", TOLD, hint=True)
ex.slip("your ReLU comes after the weighted sum: each neighbor's message has its own, before "
        "pooling",
        f"torch.relu({TOLD})", TOLD, HEARD, f"torch.relu({HEARD})")
ex.slip("you take the plain mean of the messages: the weights alpha are not used",
        HEARD, "told.mean(dim=1)", hint=True)
ex.slip("you take the sum of the messages: the weights alpha are not used",
        HEARD, "told.sum(dim=1)")
ex.slip("you take the maximum of the messages: that is the paper's rival max-pool",
        HEARD, "told.max(dim=1).values")
ex.slip("what was heard stands before the pin's own vector: the columns of W are [own; heard]",
        "[H[nodes], heard]", "[heard, H[nodes]]")
ex.slip("the ReLU around W is missing", f"torch.relu({PRODUCT})", PRODUCT)
ex.slip("your vectors are not divided by their length", LENGTH, "z")
ex.slip("you divide each coordinate by its length over the batch: dim=1, one length for each pin",
        LENGTH, "F.normalize(z, dim=0)", hint=True)
ex.slip("a vector of zeros became NaN: 0 / 0; torch.nn.functional.normalize leaves it at 0",
        LENGTH, "z / z.norm(dim=1, keepdim=True)")
ex.slip("the bias q is missing", " + q", "")
ex.slip("the bias w is missing", " + w", "")
ex.slip("you divide by the sum of alpha again: a pin without neighbors becomes 0 / 0",
        HEARD, f"{HEARD} / alpha.sum(dim=1, keepdim=True)")
ex.slip("what was heard is divided by its length before it is pooled with the rest: only the "
        "result is",
        HEARD, f"F.normalize({HEARD}, dim=1)")
ex.slip("you take a softmax of alpha: the weights sum to 1 already, and 0 must stay 0",
        "alpha[", "alpha.softmax(dim=1)[")
ex.slip("you divide by the length first and take the ReLU afterwards: the vectors are shorter "
        "than 1",
        f"torch.relu({PRODUCT})", PRODUCT, LENGTH, f"torch.relu({LENGTH})")
ex.slip("you divide by the sum of the coordinates: the length is the root of the sum of squares",
        LENGTH, "F.normalize(z, p=1, dim=1)")
