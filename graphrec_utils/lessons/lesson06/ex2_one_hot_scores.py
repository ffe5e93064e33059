"""Exercise 06.2: scores before any training."""

from __future__ import annotations

import torch

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson06.shared import graph


def _on_path(rng, K: int) -> dict:
    A_hat = graphs.normalize(graphs.adjacency(toy.path()))
    return {"A_hat": A_hat, "num_users": 2, "num_layers": K}


ex = Exercise(
    "06.2",
    "one_hot_scores",
    points=4,
    branch=True,
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
    P = sum(torch.matrix_power(A_hat, k) for k in range(num_layers + 1)) / (num_layers + 1)
    return (P @ P.T)[:num_users, num_users:]


ex.claim("the path, K = 1: half of A_hat, as computed by hand", lambda rng: _on_path(rng, 1))
ex.claim("the path, K = 2: u0 and i2 have a score for the first time", lambda rng: _on_path(rng, 2))


def _graph(rng, K: int) -> dict:
    given = graph(rng, K)
    m = len(given["A"]) - 6
    return {"A_hat": graphs.normalize(given["A"]), "num_users": m, "num_layers": K}


ex.claim("another graph, K = 3", lambda rng: _graph(rng, 3))

ex.claim("another graph, K = 4: walks up to length 7 count", lambda rng: _graph(rng, 4))

POWER = "torch.matrix_power(A_hat, k)"
LAYERS = "range(num_layers + 1)"
MEAN = "sum(torch.matrix_power(A_hat, k) for k in range(num_layers + 1)) / (num_layers + 1)"
COUNT = " / (num_layers + 1)"
SCORES = "(P @ P.T)"
BLOCK = "[:num_users, num_users:]"

# fmt: off
ex.slip("your scores are (K + 1)² times too large: both sides are means of K + 1 layers",
        COUNT, "", hint=True)
ex.slip("you divide by K + 1 once; a score is a product of two means",
        SCORES, "(num_layers + 1) * (P @ P.T)")
ex.slip("all your scores are 0: a layer times the same layer gives an even power, which joins no "
        "user with an item; take the mean of the layers first, then the product",
        MEAN, "torch.matrix_power(A_hat, num_layers)", hint=True)
ex.slip("layer 0 is missing: the sums over j and k start at 0",
        LAYERS, "range(1, num_layers + 1)", COUNT, " / num_layers")
ex.slip("only one side of your product is propagated; the item's vector is a mean of layers, too",
        SCORES, "P", hint=True)
ex.slip("your mean ends at layer K − 1: layers 0 … K are K + 1, so `range(num_layers + 1)`",
        LAYERS, "range(num_layers)", COUNT, " / num_layers")
ex.slip("`A_hat ** k` raises every entry on its own; a walk of k steps is the matrix power, "
        "`torch.matrix_power(A_hat, k)`",
        POWER, "A_hat**k")
ex.slip("your powers end at K; j + k runs up to 2K, because user and item each walk K steps",
        POWER, "(k + 1) * torch.matrix_power(A_hat, k)", COUNT, " / (num_layers + 1) ** 2",
        SCORES, "P")
ex.slip("you count every power once; several pairs (j, k) have the same sum, and each of them "
        "counts",
        LAYERS, "range(2 * num_layers + 1)", COUNT, " / (num_layers + 1) ** 2", SCORES, "P")
ex.slip("your rows are items and your columns users; it is the other way round",
        BLOCK, "[num_users:, :num_users]")
ex.slip("you return the scores of all nodes with all nodes; asked is the block of users by items",
        SCORES + BLOCK, "P @ P.T")
ex.slip("you reshaped the item-user block; the transpose `.T` keeps each score with its pair",
        BLOCK, "[num_users:, :num_users].reshape(num_users, -1)")
ex.slip("you took one step too many", "P =", "num_layers += 1\nP =")
ex.slip("layer 0 is missing in the sum, though you divide by K + 1",
        LAYERS, "range(1, num_layers + 1)")
ex.slip("your sum ends at layer K − 1, though you divide by K + 1: `range(num_layers + 1)`",
        LAYERS, "range(num_layers)")
ex.slip("you divide by K; layers 0 … K are K + 1", COUNT, " / num_layers")
ex.slip("your scores are divided once too often: P is a mean already, and P Pᵀ has both",
        SCORES, "(P @ P.T / (num_layers + 1))")
ex.slip("you average the powers 0 … 2K; a score counts the pairs (j, k) of each power",
        LAYERS, "range(2 * num_layers + 1)", COUNT, " / (2 * num_layers + 1)", SCORES, "P")
ex.slip("you return the power K itself; a score is a product of two means of layers",
        SCORES, "torch.matrix_power(A_hat, num_layers)")
ex.slip("a sigmoid makes chances of your scores; a score is the product itself",
        SCORES, "torch.sigmoid(P @ P.T)")
ex.slip("your items begin one row too late: users are rows 0 … m − 1, so item 0 is row m",
        "num_users:]", "num_users + 1 :]")
ex.slip("you multiply a part of the columns of P; a node's vector is its whole row, users and "
        "items",
        SCORES + BLOCK, "P[:num_users, :num_users] @ P[num_users:, :num_users].T")
ex.slip("the length of your vectors is 1, so these are cosines; LightGCN's scores are products",
        "return", "P = torch.nn.functional.normalize(P, dim=1)\nreturn")
ex.slip("you add self-loops, ((A_hat + I) / 2)ᴷ; LightGCN takes the mean of the layers instead",
        MEAN, "torch.matrix_power((A_hat + torch.eye(len(A_hat))) / 2, num_layers)")
ex.slip("your scores are those of one layer for every K: read `num_layers`",
        "P =", "num_layers = 1\nP =")
ex.slip("you return the block of users and users; items are the columns from m on",
        "num_users:]", ":num_users]")
ex.slip("layer 0 alone stands for the items in yours; both vectors are means of layers",
        COUNT, "", SCORES, "P")
