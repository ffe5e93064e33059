"""Exercise 05.1: one layer of NGCF as a loop."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson05.shared import alone, likes, matrices, one_edge, star


def _lists(rng, *args, make=matrices, **options) -> dict:
    inputs = make(rng, *args, **options)
    return {"neighbors": [row.nonzero()[:, 0].tolist() for row in inputs.pop("A_hat")]} | inputs


ex = Exercise(
    "05.1",
    "ngcf_layer_loop",
    points=6,
    library="graphrec_utils.models.ngcf.layer",
    hints=(
        "Start a node's sum with what it tells itself. What does each neighbor add?",
        "Neighbor w adds (W_self @ E[w] + W_inter @ (E[w] * E[v])) / √(|N(v)| |N(w)|).",
        "Make `out = torch.zeros(len(E), len(W_self))`; for each v sum up, then "
        "`out[v] = F.leaky_relu(total, 0.2)`.",
    ),
)


@ex.solution
def ngcf_layer_loop(neighbors, E, W_self, W_inter):
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v]
        for w in neighbors[v]:
            weight = (len(neighbors[v]) * len(neighbors[w])) ** -0.5
            total = total + weight * (W_self @ E[w] + W_inter @ (E[w] * E[v]))
        out[v] = F.leaky_relu(total, 0.2)
    return out


ex.claim(
    "one user, one item, d = 1: the two numbers computed by hand",
    lambda rng: _lists(rng, make=one_edge),
)
ex.claim(
    "without products: messages and their weights on Ann's graph",
    lambda rng: _lists(rng, toy.likes(), 2, 2, W_inter=True),
)
ex.claim(
    "without W1: the products and their weights",
    lambda rng: _lists(rng, None, 2, 2, W_self=True),
)
ex.claim("d' differs from d: W has d' rows and d columns", _lists)
ex.claim(
    "a node without neighbors keeps its own message, the others theirs",
    lambda rng: _lists(rng, likes(rng, lonely=True)),
)
ex.claim(
    "a user with four items: 15, 38, −4.4, 14 and −2, by hand", lambda rng: _lists(rng, make=star)
)
ex.claim("a node alone: (2, 0), by hand", lambda rng: _lists(rng, make=alone))

OWN = "total = W_self @ E[v]"
WEIGHT = "(len(neighbors[v]) * len(neighbors[w])) ** -0.5"
SUM = "weight * (W_self @ E[w] + W_inter @ (E[w] * E[v]))"
PRODUCT = "(E[w] * E[v])"
ACTIVATED = "F.leaky_relu(total, 0.2)"

# fmt: off
ex.slip("your product is e_v ⊙ e_v, the node with itself: the neighbor takes part, e_w ⊙ e_v",
        PRODUCT, "(E[v] * E[v])", hint=True)
ex.slip("the self-message W1 e_v is missing: a node also tells itself what it was",
        OWN, "total = torch.zeros(len(W_self))")
ex.slip("your sum starts at 0: it starts at W1 e_v, what the node tells itself", OWN, "total = 0")
ex.slip("your self-message has a product e_v ⊙ e_v; it is W1 e_v alone",
        OWN, OWN + " + W_inter @ (E[v] * E[v])")
ex.slip("you divide the self-message by the degree; only messages of neighbors are weighted",
        OWN, OWN + " / max(1, len(neighbors[v]))")
ex.slip("your weight is 1/|N(v)|: the degree of the sender is missing, and the square root",
        WEIGHT, "len(neighbors[v]) ** -1", hint=True)
ex.slip("the square root of the weight is missing: 1/√(|N(v)| |N(w)|)", "** -0.5", "** -1")
ex.slip("all messages weigh the same in yours: divide by √(|N(v)| |N(w)|)", WEIGHT, "1")
ex.slip("you apply LeakyReLU to each message; it comes once, after the sum",
        SUM, f"F.leaky_relu({SUM}, 0.2)")
ex.slip("LeakyReLU is missing: negative sums stay as they are in yours",
        ACTIVATED, "total", hint=True)
ex.slip("your slope is PyTorch's default, 0.01; this lesson uses 0.2", "(total, 0.2)", "(total)")
ex.slip("negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2",
        ACTIVATED, "F.relu(total)")
ex.slip("W_self and W_inter are swapped: W_inter belongs to the product",
        OWN, "total = W_inter @ E[v]", "W_self @ E[w] + W_inter", "W_inter @ E[w] + W_self")
ex.slip("you turn both vectors by W2 and multiply then; the product e_w ⊙ e_v comes first, W2 "
        "turns it once",
        "W_inter @ (E[w] * E[v])", "(W_inter @ E[w]) * (W_inter @ E[v])")
ex.slip("`E[w] @ E[v]` is one number; ⊙ multiplies number by number, `E[w] * E[v]`",
        "W_inter @ (E[w] * E[v])", "W_inter @ (E[w] @ E[v])")
ex.slip("the weight is on W1 e_w only; the bracket is around both terms",
        SUM, "weight * (W_self @ E[w]) + W_inter @ (E[w] * E[v])")
ex.slip("your self-message comes once for every neighbor, with its weight; it comes once, as it is",
        OWN, "total = torch.zeros(len(W_self))", "W_self @ E[w]", "W_self @ (E[v] + E[w])")
ex.slip("a node without neighbors gets zeros in yours: write its row after the inner loop, not "
        "inside it",
        "out[v] =", "    out[v] =")
ex.slip("your result is made like E, with d columns; a layer has as many as W_self has rows",
        "torch.zeros(len(E), len(W_self))", "torch.zeros_like(E)")
ex.slip("you multiply by the transposed matrices: W @ e has d' numbers, e @ W is Wᵀ e",
        "out =", "W_self, W_inter = W_self.T, W_inter.T\nout =")
ex.slip("your loop reads rows that it has already renewed: keep E, write into a new tensor",
        "out = torch.zeros(len(E), len(W_self))", "out = E = E.clone()")
ex.slip("your degrees are one too large: |N(v)| counts the neighbors, the node itself is none",
        WEIGHT, "((len(neighbors[v]) + 1) * (len(neighbors[w]) + 1)) ** -0.5")
ex.slip("your weight is 1/|N(w)|: the receiver's degree is missing, and the square root",
        WEIGHT, "1 / len(neighbors[w])")
ex.slip("your weight is 1/√|N(v)|: the sender's degree belongs under the root as well",
        WEIGHT, "len(neighbors[v]) ** -0.5")
ex.slip("your product is e_w ⊙ e_w, the neighbor with itself: the receiver takes part",
        PRODUCT, "(E[w] * E[w])")
ex.slip("you add e_w and e_v where they are multiplied: e_w ⊙ e_v, number by number",
        PRODUCT, "(E[w] + E[v])")
ex.slip("the product is missing: a message is W1 e_w plus W2 (e_w ⊙ e_v)",
        " + W_inter @ (E[w] * E[v])", "")
ex.slip("your messages are products only; each of them has W1 e_w, too", "W_self @ E[w] + ", "")
ex.slip("W1 turns e_v in each of your messages; what comes from w is W1 e_w",
        "W_self @ E[w]", "W_self @ E[v]")
ex.slip("only the last neighbor is left in your sum: add with +=, `=` starts anew",
        "total = total + weight", "total = W_self @ E[v] + weight")
ex.slip("your LeakyReLU shrinks what is positive; it multiplies negative sums by 0.2",
        ACTIVATED, "-F.leaky_relu(-total, 0.2)")
ex.slip("your node is a neighbor of itself, with a weight of its own; W1 e_v has none",
        OWN, OWN + " / (len(neighbors[v]) + 1)",
        WEIGHT, "((len(neighbors[v]) + 1) * (len(neighbors[w]) + 1)) ** -0.5")
ex.slip("you average a node with its neighbors; W1 e_v has no weight, messages have 1/√(…)",
        OWN, OWN + " / (len(neighbors[v]) + 1)", WEIGHT, "1 / (len(neighbors[v]) + 1)")
ex.slip("your self-message is e_v as it is; W1 turns it as it turns what neighbors send",
        OWN, "total = E[v]")
ex.slip("the weight is on the product only; the bracket is around both terms",
        SUM, "W_self @ E[w] + weight * (W_inter @ (E[w] * E[v]))")
ex.slip("LeakyReLU is applied message by message in yours, and never to the sum",
        OWN, "total = F.leaky_relu(W_self @ E[v], 0.2)", SUM, f"F.leaky_relu({SUM}, 0.2)",
        ACTIVATED, "total")
ex.slip("your node is one of its own neighbors, product e_v ⊙ e_v and weight included",
        "out =", "neighbors = [[*them, v] for v, them in enumerate(neighbors)]\nout =",
        OWN, "total = torch.zeros(len(W_self))")
