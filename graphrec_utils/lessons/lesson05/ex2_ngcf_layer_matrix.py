"""Exercise 05.2: a layer of NGCF as matrices."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.graphs.propagation import to_torch
from graphrec_utils.lessons.lesson05.shared import (
    alone,
    leaky,
    likes,
    matrices,
    normal,
    one_edge,
    star,
)


def _branches(first, second, act=leaky):
    """A layer from what goes into W1 and into W2: functions of (A_hat @ E, E, A_hat)."""

    def answer(A_hat, E, W_self, W_inter):
        heard = A_hat @ E
        return act(first(heard, E, A_hat) @ W_self.T + second(heard, E, A_hat) @ W_inter.T)

    return answer


def _both(heard, E, A_hat):
    return heard + E


def _times(heard, E, A_hat):
    return heard * E


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
    heard = A_hat @ E
    return leaky((heard + E) @ W_self.T + (heard * E) @ W_inter.T)


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


@ex.mistake("you sum e_w ⊙ e_w over the neighbors: the receiver takes part, (Â E) ⊙ E")
def product_with_itself(*inputs):
    return _branches(_both, lambda heard, E, A: A @ (E * E))(*inputs)


@ex.mistake("your product is E ⊙ E, each node with itself; what it heard, Â E, must be in it")
def product_with_own_square(*inputs):
    return _branches(_both, lambda heard, E, A: E * E)(*inputs)


@ex.mistake("the self-message is missing: (Â + I) E is what goes into W1")
def no_self_message(*inputs):
    return _branches(lambda heard, E, A: heard, _times)(*inputs)


@ex.mistake("your product contains e_v ⊙ e_v: the self-message has no product, only Â E does")
def self_loop_in_the_product(*inputs):
    return _branches(_both, lambda heard, E, A: (heard + E) * E)(*inputs)


@ex.mistake("W e for a column becomes E Wᵀ for rows; you multiply by W itself")
def not_transposed(A, E, W1, W2):
    return ngcf_layer_matrix(A, E, W1.T, W2.T)


@ex.mistake("W_self and W_inter are swapped: W_inter belongs to the product")
def matrices_swapped(A, E, W1, W2):
    return ngcf_layer_matrix(A, E, W2, W1)


@ex.mistake(
    "you apply LeakyReLU to each branch and add afterwards; the formula has it once, outside"
)
def activates_each_branch(A, E, W1, W2):
    return leaky((A @ E + E) @ W1.T) + leaky((A @ E * E) @ W2.T)


@ex.mistake("LeakyReLU is missing: negative sums stay as they are in yours")
def no_activation(*inputs):
    return _branches(_both, _times, lambda x: x)(*inputs)


@ex.mistake("negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2")
def reLU(*inputs):
    return _branches(_both, _times, F.relu)(*inputs)


@ex.mistake(
    "you turn both factors by W2 and multiply then; the product comes first, W2 turns it once"
)
def w2_before_the_product(A, E, W1, W2):
    return leaky((A @ E + E) @ W1.T + (A @ E @ W2.T) * (E @ W2.T))


@ex.mistake("you add E itself; the self-message is W1 e_v, so E goes through W_self, too")
def self_message_not_turned(A, E, W1, W2):
    return leaky(A @ E @ W1.T + E + (A @ E * E) @ W2.T)


@ex.mistake(
    "you send products that were made before: what a node heard, Â E, is multiplied by its "
    "own E at the end"
)
def product_inside_the_sum_once_more(*inputs):
    return _branches(_both, lambda heard, E, A: A @ (E * heard))(*inputs)


@ex.mistake("your slope is PyTorch's default, 0.01; this lesson uses 0.2")
def slope_0_01(*inputs):
    return _branches(_both, _times, F.leaky_relu)(*inputs)


@ex.mistake(
    "your numbers are right, but a dense N × N matrix was made on the way (an identity, or "
    "`to_dense`). With Gowalla's 70,839 nodes it takes 20 GB: (Â + I) E is what a node heard, "
    "plus E"
)
def a_dense_identity(A_hat, E, W_self, W_inter):
    return leaky((A_hat + torch.eye(len(E))) @ E @ W_self.T + (A_hat @ E * E) @ W_inter.T)


@ex.mistake(
    "your answer is cut off from its inputs (detach, numpy or no_grad): nothing can be trained"
)
def no_gradient(A, E, W1, W2):
    return ngcf_layer_matrix(A, E.detach(), W1.detach(), W2.detach())


@ex.mistake("you multiply what was heard by itself; the receiver's own E takes part, (Â E) ⊙ E")
def heard_times_heard(*inputs):
    return _branches(_both, lambda heard, E, A: heard * heard)(*inputs)


@ex.mistake("you added the receiver where it should be multiplied: heard ⊙ E")
def sum_instead_of_product(A, E, W1, W2):
    heard = A @ E
    return leaky((heard + E) @ W1.T + (heard + E) @ W2.T)


@ex.mistake("the product is missing: W2 reads heard ⊙ E, not what was heard")
def product_forgotten(A, E, W1, W2):
    heard = A @ E
    return leaky((heard + E) @ W1.T + heard @ W2.T)


@ex.mistake("your messages travel two steps: one layer multiplies by Â once")
def two_steps(A, E, W1, W2):
    heard = A @ (A @ E)
    return leaky((heard + E) @ W1.T + (heard * E) @ W2.T)


@ex.mistake("you scaled the rows to length 1; that is the released code, not the paper's layer")
def rows_of_length_1(A, E, W1, W2):
    return F.normalize(ngcf_layer_matrix(A, E, W1, W2), dim=1)


@ex.mistake("one of the factors is cut off from the gradient: E is learned in both places")
def half_detached(A, E, W1, W2):
    heard = A @ E
    return leaky((heard + E) @ W1.T + (heard * E.detach()) @ W2.T)


@ex.mistake("your LeakyReLU comes before the matrices; first W1 and W2, then the sum, then σ")
def activates_before_the_matrices(A, E, W1, W2):
    heard = A @ E
    return leaky(heard + E) @ W1.T + leaky(heard * E) @ W2.T


@ex.mistake("your rows are numbers of a vector and your columns nodes: transpose the result")
def result_on_its_side(*inputs):
    return ngcf_layer_matrix(*inputs).T


@ex.mistake("`@` with E and its transpose is a matrix product; ⊙ is number by number, `*`")
def matrix_product_for_the_product(*inputs):
    return _branches(_both, lambda heard, E, A: heard @ E.T @ E)(*inputs)


@ex.mistake("you add E to the product as well: the self-message belongs to W1 alone")
def self_message_in_both(*inputs):
    return _branches(_both, lambda heard, E, A: heard * E + E)(*inputs)


@ex.mistake("W2 gets your self-message; it belongs to W1: (heard + E) W1ᵀ")
def self_message_through_W2(*inputs):
    return _branches(lambda heard, E, A: heard, lambda heard, E, A: heard * E + E)(*inputs)


@ex.mistake("W1 reads E alone in yours: what was heard, Â E, goes through it, too")
def nothing_heard_without_product(*inputs):
    return _branches(lambda heard, E, A: E, _times)(*inputs)


@ex.mistake("the self-message comes twice in yours: `heard + E` already has it")
def self_message_twice(*inputs):
    return _branches(lambda heard, E, A: heard + 2 * E, _times)(*inputs)


@ex.mistake("you turn E by W1 and what was heard by W2, then multiply; the product comes first")
def each_factor_turned(A, E, W1, W2):
    return leaky((A @ E + E) @ W1.T + (A @ E @ W2.T) * (E @ W1.T))


@ex.mistake("you return the two terms side by side; a layer adds them before σ")
def terms_side_by_side(A, E, W1, W2):
    heard = A @ E
    return leaky(torch.cat([(heard + E) @ W1.T, (heard * E) @ W2.T], dim=1))


@ex.mistake("you halve the sum of the two terms; the layer adds them")
def mean_of_the_terms(*inputs):
    return ngcf_layer_matrix(*inputs) / 2


@ex.mistake("tanh is another activation; NGCF has LeakyReLU with slope 0.2")
def tanh(*inputs):
    return _branches(_both, _times, torch.tanh)(*inputs)
