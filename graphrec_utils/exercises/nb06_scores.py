"""Lesson 06: scores before any training (06.2), and what it shares with the propagation."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def layers(A_hat, E0, K):
    """Return the list of layers 0 … K."""
    E = [E0]
    for _ in range(K):
        E.append(A_hat @ E[-1])
    return E


def mean(A_hat, E0, K):
    return torch.stack(layers(A_hat, E0, K)).mean(dim=0)


def graph(rng, K: int, lonely: bool = False) -> dict:
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
    return mean(A_hat, torch.eye(len(A_hat)), K)


def _on_t1(rng, K: int) -> dict:
    A_hat = graphs.normalize(graphs.adjacency(toy.t1()))
    return {"A_hat": A_hat, "num_users": 2, "num_layers": K}


def _graph(rng, K: int) -> dict:
    given = graph(rng, K)
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
            "all your scores are 0: a layer times the same layer gives an even power, which joins no "
            "user with an item; take the mean of the layers first, then the product",
        ),
        Mistake(
            "layer 0 left out",
            lambda A_hat, m, K: _block(
                *[sum(layers(A_hat, torch.eye(len(A_hat)), K)[1:]) / K] * 2, m
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
            "rows of items",
            lambda A_hat, m, K: _block(*[_means(A_hat, K)] * 2, m).T,
            "your rows are items and your columns users; it is the other way round",
        ),
        Mistake(
            "all pairs of nodes",
            lambda A_hat, m, K: _means(A_hat, K) @ _means(A_hat, K).T,
            "you return the scores of all nodes with all nodes; asked is the block of users by items",
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
