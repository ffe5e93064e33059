"""Claims and mistakes of lesson 06, LightGCN: the propagation (06.1).

An exercise takes about 100 lines, so the others are in `nb06_scores` (06.2), `nb06_loss` (06.3),
`nb06_smoothing` (06.4), `nb06_limits` (06.5), `nb06_layers` (06.6), `nb06_tail` (06.7) and `nb06_edges`
(06.8).
"""

from __future__ import annotations

import torch

from graphrec_utils import graphs, toy
from graphrec_utils.exercises import (
    nb06_edges,
    nb06_layers,
    nb06_limits,
    nb06_loss,
    nb06_scores,
    nb06_smoothing,
    nb06_tail,
)
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb06_scores import graph, layers, mean


def lightgcn_propagate(A, E0, num_layers):
    return mean(_symmetric(A), E0, num_layers)


def _symmetric(A):
    return graphs.normalize(A, "symmetric")


def _user_degrees_only(A):
    """The degree of the user on both ends of an edge: 1 / deg(u)."""
    degree, is_user = A.sum(dim=1), A[0] == 0  # node 0 is a user: it touches items only
    of_user = torch.where(is_user[:, None], degree[:, None], degree[None, :])
    return torch.where(A > 0, A / of_user, 0.0)


def _nan_for_isolated(A):
    scale = A.sum(dim=1).rsqrt()
    return scale[:, None] * A * scale[None, :]


def _in_place(A, E0, K):
    total, E, A_hat = E0, E0, _symmetric(A)
    for _ in range(K):
        E = A_hat @ E
        total += E  # E0 itself
    return total / (K + 1)


def _no_root(A):
    """Every entry divided by the product of both degrees."""
    degree = A.sum(dim=1).clamp(min=1)
    return A / degree[:, None] / degree[None, :]


def _running_sum(A, E0, K):
    """Each step propagates the sum so far: (I + Â)^K E0, divided by K + 1."""
    total, A_hat = E0, _symmetric(A)
    for _ in range(K):
        total = total + A_hat @ total
    return total / (K + 1)


def _nothing_for_isolated(A, E0, K):
    return mean(_symmetric(A), E0, K) * (A.sum(dim=1, keepdim=True) > 0)


THREE_USERS = [[1.0, 0, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1]]


def _one_hot(rng, R, K: int) -> dict:
    A = graphs.adjacency(torch.as_tensor(R, dtype=torch.float32))
    return {"A": A, "E0": torch.eye(len(A)), "num_layers": K}


EX_1 = Exercise(
    id="06.1",
    function="lightgcn_propagate",
    points=5,
    reference=lightgcn_propagate,
    library="graphrec_utils.propagation.propagate",
    claims=(
        Claim(
            "T1 with one-hot start, one layer: u0 keeps 1/2, hears i0 with 0.3536 and i1 with 1/4",
            lambda rng: _one_hot(rng, toy.t1(), 1),
        ),
        Claim(
            "three users of different activity, three layers",
            lambda rng: _one_hot(rng, THREE_USERS, 3),
        ),
        Claim("any start, four layers", lambda rng: graph(rng, 4)),
        Claim(
            "a node without neighbors keeps a share of its own vector, and nothing becomes NaN",
            lambda rng: graph(rng, 2, lonely=True),
        ),
    ),
    mistakes=(
        Mistake(
            "self-loops",
            lambda A, E0, K: mean(_symmetric(A + torch.eye(len(A))), E0, K),
            "your nodes also hear themselves: LightGCN has no self-loops, layer 0 in the mean does "
            "that job",
        ),
        Mistake(
            "rows only",
            lambda A, E0, K: mean(graphs.normalize(A, "row"), E0, K),
            "your numbers match D⁻¹A: you divided by the degree of the hearing node only",
        ),
        Mistake(
            "columns only",
            lambda A, E0, K: mean(graphs.normalize(A, "column"), E0, K),
            "your numbers match A D⁻¹: you divided by the degree of the speaking node only",
        ),
        Mistake(
            "not normalized",
            lambda A, E0, K: mean(A, E0, K),
            "you propagate with A itself; every entry must be divided by the square roots of both "
            "degrees",
        ),
        Mistake(
            "degrees of users on both ends",
            lambda A, E0, K: mean(_user_degrees_only(A), E0, K),
            "you use the user's degree at both ends of an edge; one of the two roots belongs to the "
            "item",
        ),
        Mistake(
            "sum instead of mean",
            lambda A, E0, K: torch.stack(layers(_symmetric(A), E0, K)).sum(dim=0),
            "you add the layers up: LightGCN takes their mean, 1 / (K + 1) each",
        ),
        Mistake(
            "last layer only",
            lambda A, E0, K: layers(_symmetric(A), E0, K)[-1],
            "you return the last layer alone; all of 0 … K belong to the mean",
        ),
        Mistake(
            "layer 0 left out",
            lambda A, E0, K: torch.stack(layers(_symmetric(A), E0, K)[1:]).mean(dim=0),
            "layer 0 is missing in your mean: E0 counts like every other layer",
        ),
        Mistake(
            "divided by K",
            lambda A, E0, K: torch.stack(layers(_symmetric(A), E0, K)).sum(dim=0) / K,
            "you divide K + 1 layers by K",
        ),
        Mistake(
            "no square root",
            lambda A, E0, K: mean(_no_root(A), E0, K),
            "you divide by deg(v) deg(w); the square root is missing",
        ),
        Mistake(
            "one step too few",
            lambda A, E0, K: torch.stack(layers(_symmetric(A), E0, K - 1)).sum(dim=0) / (K + 1),
            "you take K − 1 steps and divide by K + 1: the last layer is missing",
        ),
        Mistake(
            "one step too many",
            lambda A, E0, K: mean(_symmetric(A), E0, K + 1),
            "you take K + 1 steps; layer 0 is one of the K + 1 layers and needs no step",
        ),
        Mistake(
            "running sum propagated",
            _running_sum,
            "you propagate the sum of the layers; keep two tensors, the layer and the sum",
        ),
        Mistake(
            "side by side",
            lambda A, E0, K: torch.cat(layers(_symmetric(A), E0, K), dim=1),
            "you put the layers side by side, as NGCF does; LightGCN takes their mean",
        ),
        Mistake(
            "weights that fall",
            lambda A, E0, K: sum(E / (k + 1) for k, E in enumerate(layers(_symmetric(A), E0, K))),
            "your layer k has the weight 1 / (k + 1); in a mean of K + 1 layers each has 1 / (K + 1)",
        ),
        Mistake(
            "nothing for isolated nodes",
            _nothing_for_isolated,
            "a node without neighbors has zeros in yours; it hears nothing, but layer 0 is in its "
            "mean",
        ),
        Mistake(
            "every step starts from E0",
            lambda A, E0, K: (E0 + K * (_symmetric(A) @ E0)) / (K + 1),
            "each of your steps starts from E0 again; layer k + 1 is made of layer k",
        ),
        Mistake(
            "NaN for isolated nodes",
            lambda A, E0, K: mean(_nan_for_isolated(A), E0, K),
            "0 ** -0.5 is inf, and inf * 0 is NaN: give nodes of degree 0 the factor 0",
        ),
        Mistake(
            "E0 overwritten",
            _in_place,
            "`total += E` wrote into E0, which you had only given a second name: `total = total + E`",
        ),
    ),
    hints=(
        "Which single matrix product gives layer 1? And layer 2, from layer 1?",
        "`A_hat = graphs.normalize(A)` from lesson 04, then `A_hat @ E` for each step; keep a sum "
        "that starts with E0.",
        "`E = total = E0`, then K times `E = A_hat @ E` and `total = total + E`; return "
        "`total / (num_layers + 1)`.",
    ),
)

EXERCISES = (
    EX_1,
    nb06_scores.EX_2,
    nb06_loss.EX_3,
    nb06_smoothing.EX_4,
    nb06_limits.EX_5,
    nb06_layers.EX_6,
    nb06_tail.EX_7,
    nb06_edges.EX_8,
)
