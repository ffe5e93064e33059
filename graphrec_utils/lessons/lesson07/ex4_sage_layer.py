"""Exercise 07.4: one layer: the mean of what the drawn neighbors say, beside a node's own vector."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import normal, table


def _inputs(
    rng, B: int = 5, S: int = 3, d: int = 3, out: int = 4, n: int = 11, counts=None
) -> dict:
    """B of n nodes; the last node says most, so that whoever reads place -1 hears it."""
    counts = rng.permutation([S, S - 1, 1, *[S] * (B - 3)]) if counts is None else counts
    H = normal(rng, n, d)
    H[-1] = 3 + H[-1].abs()
    neighbors = table(rng, n - 1, S, counts)
    if not (neighbors == 0).any():  # node 0 is heard: who takes it for an empty place is seen
        neighbors[np.argmax(counts), 0] = 0
    nodes, neighbors = torch.from_numpy(rng.permutation(n)[:B]), torch.from_numpy(neighbors)
    while (
        True
    ):  # the ReLU leaves each node two coordinates or more, so that a length says something
        W = normal(rng, out, 2 * d)
        if ((sage_layer(H, nodes, neighbors, W) > 0).sum(dim=1) >= 2).all():
            return {"H": H, "nodes": nodes, "neighbors": neighbors, "W": W}


ex = Exercise(
    "07.4",
    "sage_layer",
    points=5,
    library=("graphrec_utils.models.sage.layer", "graphrec_utils.models.sage.mean"),
    hints=(
        "What does `H[-1]` return, and how many entries of a row are neighbors?",
        "there = neighbors ≥ 0; heard = the sum of the vectors that are there, divided by how many there are (by 1, "
        "where there is none); then ReLU(W [own; heard]), then the length.",
        "`there = (neighbors >= 0).float()[:, :, None]`; `heard = (H[neighbors] * there).sum(1) / "
        "there.sum(1).clamp(min=1)`; `z = torch.relu(torch.cat([H[nodes], heard], 1) @ W.T)`; `F.normalize(z, dim=1)`.",
    ),
)


@ex.solution
def sage_layer(H, nodes, neighbors, W):
    there = (neighbors >= 0).to(H.dtype)[:, :, None]  # (B, S, 1)
    heard = (H[neighbors] * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)  # (B, d)
    z = torch.relu(torch.cat([H[nodes], heard], dim=1) @ W.T)
    return F.normalize(z, dim=1)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"H": f([[1.0, 0], [0, 2.0], [2.0, 2.0], [9.0, -9.0]]), "nodes": f([0, 3]), "neighbors": f([[1, 2, -1], [-1, -1, -1]]),
            "W": f([[2.0, 0, 1, 0], [0, 1.0, 0, 2.0]])}  # fmt: skip


ex.claim(
    "neighbors (0, 2) and (2, 2) are heard as (1, 2): the result is (0.6, 0.8); nobody is heard as (0, 0)",
    _by_hand,
)
ex.claim("five nodes with one to three neighbors", _inputs)
ex.claim("other sizes: 5 coordinates become 6", lambda rng: _inputs(rng, 6, 4, 5, 6, 15))
ex.claim("a node without neighbors hears 0", lambda rng: _inputs(rng, counts=[0, 3, 0, 2, 1]))


def _nothing_left(rng) -> dict:
    """W such that the ReLU leaves nothing of the first node."""
    inputs = _inputs(rng)
    z = no_relu(**inputs)[0]
    inputs["W"] = -torch.sign(z)[:, None] * inputs["W"]
    return inputs


ex.claim("a vector of zeros stays zeros: 0 has no length to divide by", _nothing_left)

SUM = "(H[neighbors] * there).sum(dim=1)"
HEARD = f"{SUM} / there.sum(dim=1).clamp(min=1)"
WITH_OWN = f"({SUM} + H[nodes]) / (there.sum(dim=1) + 1)"
PRODUCT = "torch.cat([H[nodes], heard], dim=1) @ W.T"
LENGTH = "F.normalize(z, dim=1)"

# fmt: off
ex.slip("you take the sum of the neighbors: a node that many are near becomes loud",
        HEARD, SUM, hint=True)
ex.slip("you divide by S also where there are fewer neighbors: divide by how many there are",
        "there.sum(dim=1).clamp(min=1)", "there.shape[1]")
ex.slip("place −1 is the last node of H in yours: an empty place says nothing",
        HEARD, "H[neighbors].mean(dim=1)", hint=True)
ex.slip("your vectors are not divided by their length", LENGTH, "z", hint=True)
ex.slip("you mix a node's own vector into the mean, as GCN does, with one matrix for both: here "
        "own and heard stand side by side and each has half of W",
        HEARD, WITH_OWN, PRODUCT, "heard @ W[:, : H.shape[1]].T")
ex.slip("own and heard are added before W, so that both have the same weights: concatenate them",
        PRODUCT, "(heard + H[nodes]) @ W[:, : H.shape[1]].T")
ex.slip("what was heard stands before the node's own vector: the columns of W are [own; heard]",
        "[H[nodes], heard]", "[heard, H[nodes]]")
no_relu = ex.slip("the ReLU is missing", f"torch.relu({PRODUCT})", PRODUCT)
ex.slip("you divide each coordinate by its length over the batch: dim=1, one length for each node",
        LENGTH, "F.normalize(z, dim=0)")
ex.slip("you take the length before the ReLU: what it cuts off is missing, and vectors get "
        "shorter than 1",
        f"torch.relu({PRODUCT})", PRODUCT, LENGTH, f"torch.relu({LENGTH})")
ex.slip("the node's own vector is in the mean, too: it stands beside it, and counts once",
        HEARD, WITH_OWN)
ex.slip("node 0 is never heard in yours: it is a node like the others, and an empty place is −1",
        "neighbors >= 0", "neighbors > 0")
ex.slip("a node without neighbors became NaN: 0 / 0; it hears 0", ".clamp(min=1)", "")
ex.slip("a vector of zeros became NaN: 0 / 0; torch.nn.functional.normalize leaves it at 0",
        LENGTH, "z / z.norm(dim=1, keepdim=True)")
ex.slip("you take the largest of each coordinate: that is GraphSAGE's pooling aggregator; here it "
        "is the mean",
        HEARD, "(H[neighbors] * there).max(dim=1).values")
ex.slip("the first rows of H are the own vectors in yours; they are those of `nodes`",
        "H[nodes]", "H[: len(nodes)]")
