"""Claims and mistakes of lesson 06, LightGCN: the propagation, its scores for one-hot embeddings.

An exercise takes about 100 lines, so the others are in `nb06_loss` (06.3), `nb06_smoothing` (06.4
and 06.5), `nb06_layers` (06.6 and 06.7) and `nb06_edges` (06.8).
"""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs, toy
from graphrec_utils.exercises import nb06_edges, nb06_layers, nb06_loss, nb06_smoothing
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 06.1


def lightgcn_propagate(A, E0, num_layers):
    return _mean(_symmetric(A), E0, num_layers)


def _symmetric(A):
    return graphs.normalize(A, "symmetric")


def _layers(A_hat, E0, K):
    """Return the list of layers 0 … K."""
    E = [E0]
    for _ in range(K):
        E.append(A_hat @ E[-1])
    return E


def _mean(A_hat, E0, K):
    return torch.stack(_layers(A_hat, E0, K)).mean(dim=0)


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


THREE_USERS = [[1.0, 0, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1]]


def _one_hot(rng, R, K: int) -> dict:
    A = graphs.adjacency(torch.as_tensor(R, dtype=torch.float32))
    return {"A": A, "E0": torch.eye(len(A)), "num_layers": K}


def _random(rng, K: int, lonely: bool = False) -> dict:
    """Five to seven users, six items, nobody isolated unless asked for."""
    m, n = int(rng.integers(5, 8)), 6
    R = (rng.random((m, n)) < 0.35).astype(np.float32)
    R[np.arange(m), rng.integers(0, n, m)] = 1
    R[rng.integers(0, m, n), np.arange(n)] = 1
    R[0, :4] = 1  # degrees differ
    if lonely:
        R[2], R[:, 4] = 0, 0
        R[1, 5] = R[0, 0] = R[3, 1] = R[4, 2] = 1
    A = graphs.adjacency(torch.from_numpy(R))
    E0 = torch.from_numpy(rng.normal(size=(m + n, 3)).astype(np.float32))
    return {"A": A, "E0": E0, "num_layers": K}


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
        Claim("any start, four layers", lambda rng: _random(rng, 4)),
        Claim(
            "a node without neighbors keeps a share of its own vector, and nothing becomes NaN",
            lambda rng: _random(rng, 2, lonely=True),
        ),
    ),
    mistakes=(
        Mistake(
            "self-loops",
            lambda A, E0, K: _mean(_symmetric(A + torch.eye(len(A))), E0, K),
            "your nodes also hear themselves: LightGCN has no self-loops, layer 0 in the mean does "
            "that job",
        ),
        Mistake(
            "rows only",
            lambda A, E0, K: _mean(graphs.normalize(A, "row"), E0, K),
            "your numbers match D⁻¹A: you divided by the degree of the hearing node only",
        ),
        Mistake(
            "columns only",
            lambda A, E0, K: _mean(graphs.normalize(A, "column"), E0, K),
            "your numbers match A D⁻¹: you divided by the degree of the speaking node only",
        ),
        Mistake(
            "not normalized",
            lambda A, E0, K: _mean(A, E0, K),
            "you propagate with A itself; every entry must be divided by the square roots of both "
            "degrees",
        ),
        Mistake(
            "degrees of users on both ends",
            lambda A, E0, K: _mean(_user_degrees_only(A), E0, K),
            "you use the user's degree at both ends of an edge; one of the two roots belongs to the "
            "item",
        ),
        Mistake(
            "sum instead of mean",
            lambda A, E0, K: torch.stack(_layers(_symmetric(A), E0, K)).sum(dim=0),
            "you add the layers up: LightGCN takes their mean, 1 / (K + 1) each",
        ),
        Mistake(
            "last layer only",
            lambda A, E0, K: _layers(_symmetric(A), E0, K)[-1],
            "you return the last layer alone; all of 0 … K belong to the mean",
        ),
        Mistake(
            "layer 0 left out",
            lambda A, E0, K: torch.stack(_layers(_symmetric(A), E0, K)[1:]).mean(dim=0),
            "layer 0 is missing in your mean: E0 counts like every other layer",
        ),
        Mistake(
            "divided by K",
            lambda A, E0, K: torch.stack(_layers(_symmetric(A), E0, K)).sum(dim=0) / K,
            "you divide K + 1 layers by K",
        ),
        Mistake(
            "every step starts from E0",
            lambda A, E0, K: (E0 + K * (_symmetric(A) @ E0)) / (K + 1),
            "each of your steps starts from E0 again; layer k + 1 is made of layer k",
        ),
        Mistake(
            "NaN for isolated nodes",
            lambda A, E0, K: _mean(_nan_for_isolated(A), E0, K),
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

# ---------------------------------------------------------------- 06.2


def one_hot_scores(A_hat, num_users, num_layers):
    P = _means(A_hat, num_layers)
    return (P @ P.T)[:num_users, num_users:]


def _polynomial(A_hat, m, weights):
    """Return the user-item block of Σ weights[p] A_hat^p."""
    total = sum(w * torch.matrix_power(A_hat, p) for p, w in enumerate(weights))
    return total[:m, m:]


def _block(P, Q, m):
    return (P @ Q.T)[:m, m:]


def _means(A_hat, K):
    return _mean(A_hat, torch.eye(len(A_hat)), K)


def _on_t1(rng, K: int) -> dict:
    A_hat = graphs.normalize(graphs.adjacency(toy.t1()))
    return {"A_hat": A_hat, "num_users": 2, "num_layers": K}


def _graph(rng, K: int) -> dict:
    given = _random(rng, K)
    m = len(given["A"]) - 6
    return {"A_hat": graphs.normalize(given["A"]), "num_users": m, "num_layers": K}


EX_2 = Exercise(
    id="06.2",
    function="one_hot_scores",
    points=4,
    reference=one_hot_scores,
    library="graphrec_utils.models.filters.closed_form",
    claims=(
        Claim("T1, K = 1: half of A_hat, as computed by hand", lambda rng: _on_t1(rng, 1)),
        Claim("T1, K = 2: u0 and i2 have a score for the first time", lambda rng: _on_t1(rng, 2)),
        Claim("T1, K = 3", lambda rng: _on_t1(rng, 3)),
        Claim("another graph, K = 4: walks up to length 7 count", lambda rng: _graph(rng, 4)),
    ),
    mistakes=(
        Mistake(
            "sum instead of mean",
            lambda A_hat, m, K: (K + 1) ** 2 * one_hot_scores(A_hat, m, K),
            "your scores are (K + 1)² times too large: both sides are means of K + 1 layers",
        ),
        Mistake(
            "divided once",
            lambda A_hat, m, K: (K + 1) * one_hot_scores(A_hat, m, K),
            "you divide by K + 1 once; a score is a product of two means",
        ),
        Mistake(
            "last layer only",
            lambda A_hat, m, K: _block(*[torch.matrix_power(A_hat, K)] * 2, m),
            "all your scores are 0: the last layer alone gives an even power, which joins no user "
            "with an item",
        ),
        Mistake(
            "layer 0 left out",
            lambda A_hat, m, K: _block(
                *[sum(_layers(A_hat, torch.eye(len(A_hat)), K)[1:]) / K] * 2, m
            ),
            "layer 0 is missing: the sums over j and k start at 0",
        ),
        Mistake(
            "items not propagated",
            lambda A_hat, m, K: _means(A_hat, K)[:m, m:],
            "only one side of your product is propagated; the item's vector is a mean of layers, too",
        ),
        Mistake(
            "one layer too few",
            lambda A_hat, m, K: _block(*[_means(A_hat, K - 1)] * 2, m),
            "your mean ends at layer K − 1: layers 0 … K are K + 1, so `range(num_layers + 1)`",
        ),
        Mistake(
            "powers entry by entry",
            lambda A_hat, m, K: _block(*[sum(A_hat**k for k in range(K + 1)) / (K + 1)] * 2, m),
            "`A_hat ** k` raises every entry on its own; a walk of k steps is the matrix power, "
            "`torch.matrix_power(A_hat, k)`",
        ),
        Mistake(
            "walks up to K only",
            lambda A_hat, m, K: _polynomial(
                A_hat, m, np.convolve(np.ones(K + 1), np.ones(K + 1))[: K + 1] / (K + 1) ** 2
            ),
            "your powers end at K; j + k runs up to 2K, because user and item each walk K steps",
        ),
        Mistake(
            "every power once",
            lambda A_hat, m, K: _polynomial(A_hat, m, [1 / (K + 1) ** 2] * (2 * K + 1)),
            "you count every power once; several pairs (j, k) have the same sum, and each of them "
            "counts",
        ),
        Mistake(
            "block of items and users",
            lambda A_hat, m, K: _block(*[_means(A_hat, K)] * 2, m).T.reshape(
                m, -1
            ),  # (n, m) forced into (m, n)
            "you reshaped the item-user block; the transpose `.T` keeps each score with its pair",
        ),
    ),
    hints=(
        "With E0 = I, what are the rows of the mean of all layers? And what is a matrix of scores?",
        "`P` is the mean of A_hat⁰ … A_hatᴷ. The scores are `P @ P.T`, and rows are users, columns "
        "items. As a sum of powers: each pair (j, k) adds A_hat to the power j + k, divided by "
        "(K + 1)².",
        "`P = sum(torch.matrix_power(A_hat, k) for k in range(num_layers + 1)) / (num_layers + 1)`, "
        "then `(P @ P.T)[:num_users, num_users:]`.",
    ),
)

EXERCISES = (
    EX_1,
    EX_2,
    nb06_loss.EX_3,
    *nb06_smoothing.EXERCISES,
    *nb06_layers.EXERCISES,
    nb06_edges.EX_8,
)
