"""Exercise 05.2: a layer of NGCF as matrices."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch  # noqa: F401 (slips use it)
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.graphs.propagation import to_torch
from graphrec_utils.lessons.lesson05.shared import (
    alone,
    likes,
    matrices,
    normal,
    one_edge,
    star,
)

ex = Exercise(
    "05.2",
    "ngcf_layer_matrix",
    points=5,
    library="graphrec_utils.models.ngcf.layer",
    hints=(
        "`heard = A_hat @ E` is what every node hears. The receiver's own e_v stands in every "
        "product of its sum: can it leave the sum?",
        "σ((heard + E) Wᵀ_self + (heard ⊙ E) Wᵀ_inter), with `*` for ⊙.",
        "`F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)`.",
    ),
)


@ex.solution
def ngcf_layer_matrix(A_hat, E, W_self, W_inter):
    heard = A_hat @ E  # (N, d)
    return F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)


ex.claim("one user, one item, d = 1: the two numbers computed by hand", one_edge)
ex.claim("Ann's graph, square W", lambda rng: matrices(rng, toy.likes(), 3, 3))
ex.claim("equals the loop on a random graph, d' differs from d", matrices)
ex.claim(
    "a node without neighbors keeps its own message, the others theirs",
    lambda rng: matrices(rng, likes(rng, lonely=True)),
)


def _sparse(rng, m: int, n: int, edges: int) -> dict:
    ends = rng.integers(0, (m, n), size=(edges, 2)).T
    R = sp.coo_array((np.ones(edges), ends), shape=(m, n)).tocsr()
    R.data[:] = 1
    E, W = normal(rng, m + n, 2), normal(rng, 2, 3, 2)
    A_hat = to_torch(graphs.normalize(graphs.adjacency(R)))
    return {"A_hat": A_hat, "E": E, "W_self": W[0], "W_inter": W[1]}


DENSE = 1100 * 1100  # bytes of the pilot, a quarter of a dense matrix in float32


def _large(rng) -> dict:
    """26,000 nodes: a dense matrix of float32 takes 2.7 GB."""
    pilot = {"inputs": _sparse(rng, 500, 600, 1500), "dense": DENSE}
    return _sparse(rng, 12_000, 14_000, 15_000) | {"pilot": pilot}


ex.claim(
    "a sparse A_hat of 26,000 nodes, without a dense matrix of its size",
    _large,
    run="call within memory",
)


def _gradients(got, expected, inputs) -> str | None:
    """Judge the gradients of what is learned; entries of A_hat that are no edge have none."""
    if problem := close(got[0], expected[0]):
        return problem
    for name, mine, right in zip(list(inputs)[1:], got[1][1:], expected[1][1:], strict=True):
        if problem := close(mine, right):
            nothing = "; no gradient reaches it" * (not mine.any())
            return f"the gradient of {name}: {problem}{nothing}"
    return None


ex.claim(
    "gradients flow back to E and to both matrices",
    matrices,
    run="call and compare gradient",
    judge=_gradients,
)
ex.claim("a user with four items: 15, 38, −4.4, 14 and −2, by hand", star)
ex.claim("a node alone: (2, 0), by hand", alone)

PRODUCT = "(heard * E)"
LAYER = "(heard + E) @ W_self.T + (heard * E) @ W_inter.T"

# fmt: off
ex.slip("you sum e_w ⊙ e_w over the neighbors: the receiver takes part, (Â E) ⊙ E",
        PRODUCT, "(A_hat @ (E * E))")
ex.slip("your product is E ⊙ E, each node with itself; what it heard, Â E, must be in it",
        PRODUCT, "(E * E)")
ex.slip("the self-message is missing: (Â + I) E is what goes into W1",
        "(heard + E)", "heard", hint=True)
ex.slip("your product contains e_v ⊙ e_v: the self-message has no product, only Â E does",
        PRODUCT, "((heard + E) * E)")
ex.slip("W e for a column becomes E Wᵀ for rows; you multiply by W itself",
        "W_self.T", "W_self", "W_inter.T", "W_inter", hint=True)
ex.slip("W_self and W_inter are swapped: W_inter belongs to the product",
        "W_self", "W_inter", "W_inter", "W_self", hint=True)
ex.slip("you apply LeakyReLU to each branch and add afterwards; the formula has it once, outside",
        " + (heard * E)", ", 0.2) + F.leaky_relu((heard * E)")
ex.slip("LeakyReLU is missing: negative sums stay as they are in yours",
        "F.leaky_relu(", "", ", 0.2)", "")
ex.slip("negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2",
        "F.leaky_relu", "F.relu", ", 0.2)", ")")
ex.slip("you turn both factors by W2 and multiply then; the product comes first, W2 turns it once",
        "(heard * E) @ W_inter.T", "(heard @ W_inter.T) * (E @ W_inter.T)")
ex.slip("you add E itself; the self-message is W1 e_v, so E goes through W_self, too",
        "(heard + E) @ W_self.T", "heard @ W_self.T + E")
ex.slip("you send products that were made before: what a node heard, Â E, is multiplied by its "
        "own E at the end",
        PRODUCT, "(A_hat @ (E * heard))")
ex.slip("your slope is PyTorch's default, 0.01; this lesson uses 0.2", ", 0.2)", ")")
ex.slip("your numbers are right, but a dense N × N matrix was made on the way (an identity, or "
        "`to_dense`). With Gowalla's 70,839 nodes it takes 20 GB: (Â + I) E is what a node heard, "
        "plus E",
        "(heard + E)", "(A_hat + torch.eye(len(E))) @ E")
ex.slip("your answer is cut off from its inputs (detach, numpy or no_grad): nothing can be trained",
        "heard =", "E, W_self, W_inter = E.detach(), W_self.detach(), W_inter.detach()\nheard =")
ex.slip("you multiply what was heard by itself; the receiver's own E takes part, (Â E) ⊙ E",
        PRODUCT, "(heard * heard)")
ex.slip("you added the receiver where it should be multiplied: heard ⊙ E", PRODUCT, "(heard + E)")
ex.slip("the product is missing: W2 reads heard ⊙ E, not what was heard", PRODUCT, "heard")
ex.slip("your messages travel two steps: one layer multiplies by Â once",
        "A_hat @ E", "A_hat @ (A_hat @ E)")
ex.slip("you scaled the rows to length 1; that is the released code, not the paper's layer",
        "return ", "return F.normalize(", ", 0.2)", ", 0.2), dim=1)")
ex.slip("one of the factors is cut off from the gradient: E is learned in both places",
        PRODUCT, "(heard * E.detach())")
ex.slip("your LeakyReLU comes before the matrices; first W1 and W2, then the sum, then σ",
        "F.leaky_relu((heard + E)", "F.leaky_relu(heard + E, 0.2)",
        "(heard * E)", "F.leaky_relu(heard * E, 0.2)", "W_inter.T, 0.2)", "W_inter.T")
ex.slip("your rows are numbers of a vector and your columns nodes: transpose the result",
        ", 0.2)", ", 0.2).T")
ex.slip("`@` with E and its transpose is a matrix product; ⊙ is number by number, `*`",
        PRODUCT, "(heard @ E.T @ E)")
ex.slip("you add E to the product as well: the self-message belongs to W1 alone",
        PRODUCT, "(heard * E + E)")
ex.slip("W2 gets your self-message; it belongs to W1: (heard + E) W1ᵀ",
        "(heard + E)", "heard", PRODUCT, "(heard * E + E)")
ex.slip("W1 reads E alone in yours: what was heard, Â E, goes through it, too", "(heard + E)", "E")
ex.slip("the self-message comes twice in yours: `heard + E` already has it",
        "heard + E", "heard + 2 * E")
ex.slip("you turn E by W1 and what was heard by W2, then multiply; the product comes first",
        "(heard * E) @ W_inter.T", "(heard @ W_inter.T) * (E @ W_self.T)")
ex.slip("you return the two terms side by side; a layer adds them before σ",
        LAYER, "torch.cat([(heard + E) @ W_self.T, (heard * E) @ W_inter.T], dim=1)")
ex.slip("you halve the sum of the two terms; the layer adds them", ", 0.2)", ", 0.2) / 2")
ex.slip("tanh is another activation; NGCF has LeakyReLU with slope 0.2",
        "F.leaky_relu", "torch.tanh", ", 0.2)", ")")
