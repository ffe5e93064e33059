"""Exercise 06.2: scores before any training."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson06.shared import graph, layers, mean


def _polynomial(A_hat, m, weights):
    """Return the user-item block of Σ weights[p] A_hat^p."""
    total = sum(w * torch.matrix_power(A_hat, p) for p, w in enumerate(weights))
    return total[:m, m:]


def _block(P, Q, m):
    return (P @ Q.T)[:m, m:]


def _means(A_hat, K):
    return mean(A_hat, torch.eye(len(A_hat)), K)


def _on_path(rng, K: int) -> dict:
    A_hat = graphs.normalize(graphs.adjacency(toy.path()))
    return {"A_hat": A_hat, "num_users": 2, "num_layers": K}


ex = Exercise(
    "06.2",
    "one_hot_scores",
    points=4,
    library="graphrec_utils.models.filters.closed_form",
    hints=(
        "With E0 = I, what are the rows of the mean of all layers? And what is a matrix of scores?",
        "`P` is the mean of A_hat⁰ … A_hatᴷ. The scores are `P @ P.T`, and rows are users, columns "
        "items. As a sum of powers: each pair (j, k) adds A_hat to the power j + k, divided by "
        "(K + 1)².",
        "`P = sum(torch.matrix_power(A_hat, k) for k in range(num_layers + 1)) / (num_layers + 1)`, "
        "then `(P @ P.T)[:num_users, num_users:]`.",
    ),
)


@ex.solution
def one_hot_scores(A_hat, num_users, num_layers):
    P = _means(A_hat, num_layers)
    return (P @ P.T)[:num_users, num_users:]


ex.claim("the path, K = 1: half of A_hat, as computed by hand", lambda rng: _on_path(rng, 1))
ex.claim("the path, K = 2: u0 and i2 have a score for the first time", lambda rng: _on_path(rng, 2))


def _graph(rng, K: int) -> dict:
    given = graph(rng, K)
    m = len(given["A"]) - 6
    return {"A_hat": graphs.normalize(given["A"]), "num_users": m, "num_layers": K}


ex.claim("another graph, K = 3", lambda rng: _graph(rng, 3))

ex.claim("another graph, K = 4: walks up to length 7 count", lambda rng: _graph(rng, 4))


@ex.mistake("your scores are (K + 1)² times too large: both sides are means of K + 1 layers")
def sum_instead_of_mean(A_hat, m, K):
    return (K + 1) ** 2 * one_hot_scores(A_hat, m, K)


@ex.mistake("you divide by K + 1 once; a score is a product of two means")
def divided_once(A_hat, m, K):
    return (K + 1) * one_hot_scores(A_hat, m, K)


@ex.mistake(
    "all your scores are 0: a layer times the same layer gives an even power, which joins no "
    "user with an item; take the mean of the layers first, then the product"
)
def last_layer_only(A_hat, m, K):
    return _block(*[torch.matrix_power(A_hat, K)] * 2, m)


@ex.mistake("layer 0 is missing: the sums over j and k start at 0")
def layer_0_left_out(A_hat, m, K):
    return _block(*[sum(layers(A_hat, torch.eye(len(A_hat)), K)[1:]) / K] * 2, m)


@ex.mistake(
    "only one side of your product is propagated; the item's vector is a mean of layers, too"
)
def items_not_propagated(A_hat, m, K):
    return _means(A_hat, K)[:m, m:]


@ex.mistake("your mean ends at layer K − 1: layers 0 … K are K + 1, so `range(num_layers + 1)`")
def one_layer_too_few(A_hat, m, K):
    return _block(*[_means(A_hat, K - 1)] * 2, m)


@ex.mistake(
    "`A_hat ** k` raises every entry on its own; a walk of k steps is the matrix power, "
    "`torch.matrix_power(A_hat, k)`"
)
def powers_entry_by_entry(A_hat, m, K):
    return _block(*[sum(A_hat**k for k in range(K + 1)) / (K + 1)] * 2, m)


@ex.mistake("your powers end at K; j + k runs up to 2K, because user and item each walk K steps")
def walks_up_to_K_only(A_hat, m, K):
    return _polynomial(
        A_hat, m, np.convolve(np.ones(K + 1), np.ones(K + 1))[: K + 1] / (K + 1) ** 2
    )


@ex.mistake(
    "you count every power once; several pairs (j, k) have the same sum, and each of them counts"
)
def every_power_once(A_hat, m, K):
    return _polynomial(A_hat, m, [1 / (K + 1) ** 2] * (2 * K + 1))


@ex.mistake("your rows are items and your columns users; it is the other way round")
def rows_of_items(A_hat, m, K):
    return _block(*[_means(A_hat, K)] * 2, m).T


@ex.mistake(
    "you return the scores of all nodes with all nodes; asked is the block of users by items"
)
def all_pairs_of_nodes(A_hat, m, K):
    return _means(A_hat, K) @ _means(A_hat, K).T


@ex.mistake("you reshaped the item-user block; the transpose `.T` keeps each score with its pair")
def block_of_items_and_users(A_hat, m, K):
    return _block(*[_means(A_hat, K)] * 2, m).T.reshape(m, -1)


@ex.mistake("these are cosines: a score is a product of two vectors as long as they are")
def cosines(A_hat, m, K):
    P = torch.nn.functional.normalize(mean(layers(A_hat, torch.eye(len(A_hat)), K)), dim=1)
    return _block(P, P, m)


@ex.mistake("you took one step too many")
def one_layer_too_many(A_hat, m, K):
    return one_hot_scores(A_hat, m, K + 1)


@ex.mistake("layer 0 is missing in the sum, though you divide by K + 1")
def identity_forgotten(A_hat, m, K):
    P = sum(torch.matrix_power(A_hat, k) for k in range(1, K + 1)) / (K + 1)
    return _block(P, P, m)


@ex.mistake("your sum ends at layer K − 1, though you divide by K + 1: `range(num_layers + 1)`")
def last_layer_left_out(A_hat, m, K):
    P = sum(torch.matrix_power(A_hat, k) for k in range(K)) / (K + 1)
    return _block(P, P, m)


@ex.mistake("you divide by K; layers 0 … K are K + 1")
def divided_by_K(A_hat, m, K):
    P = _means(A_hat, K) * (K + 1) / K
    return _block(P, P, m)


@ex.mistake("your scores are divided once too often: P is a mean already, and P Pᵀ has both")
def divided_three_times(A_hat, m, K):
    return one_hot_scores(A_hat, m, K) / (K + 1)


@ex.mistake("you average the powers 0 … 2K; a score counts the pairs (j, k) of each power")
def mean_of_powers(A_hat, m, K):
    return _polynomial(A_hat, m, [1 / (2 * K + 1)] * (2 * K + 1))


@ex.mistake("you return the power K itself; a score is a product of two means of layers")
def one_power(A_hat, m, K):
    return _polynomial(A_hat, m, [0] * K + [1])


@ex.mistake("a sigmoid makes chances of your scores; a score is the product itself")
def sigmoid_of_scores(*a):
    return torch.sigmoid(one_hot_scores(*a))


@ex.mistake("your items begin one row too late: users are rows 0 … m − 1, so item 0 is row m")
def items_one_too_late(A_hat, m, K):
    P = _means(A_hat, K)
    return (P @ P.T)[:m, m + 1 :]


@ex.mistake(
    "you multiply a part of the columns of P; a node's vector is its whole row, users and items"
)
def first_columns_only(A_hat, m, K):
    P = _means(A_hat, K)
    return P[:m, :m] @ P[m:, :m].T


@ex.mistake("the length of your vectors is 1, so these are cosines; LightGCN's scores are products")
def rows_of_length_1(A_hat, m, K):
    P = torch.nn.functional.normalize(_means(A_hat, K), dim=1)
    return _block(P, P, m)


@ex.mistake("you add self-loops, ((A_hat + I) / 2)ᴷ; LightGCN takes the mean of the layers instead")
def self_loops(A_hat, m, K):
    P = torch.matrix_power((A_hat + torch.eye(len(A_hat))) / 2, K)
    return _block(P, P, m)


@ex.mistake("your scores are those of one layer for every K: read `num_layers`")
def always_one_layer(A_hat, m, K):
    return one_hot_scores(A_hat, m, 1)


@ex.mistake("you return the block of users and users; items are the columns from m on")
def users_with_users(A_hat, m, K):
    P = _means(A_hat, K)
    return (P @ P.T)[:m, :m]


@ex.mistake("layer 0 alone stands for the items in yours; both vectors are means of layers")
def items_at_layer_0(A_hat, m, K):
    return _means(A_hat, K)[:m, m:] * (K + 1)
