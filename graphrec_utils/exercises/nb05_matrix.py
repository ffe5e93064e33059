"""Lesson 05: a layer of NGCF as matrices (05.2), and the inputs that it shares with the loop."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.propagation import to_torch

SLOPE = 0.2


def likes(rng, lonely: bool = False) -> torch.Tensor:
    """R, (4, 5): everybody has an edge; with `lonely` the last user and the last item have none."""
    R = rng.random((4, 5)) < 0.4
    R[np.arange(5) % 4, np.arange(5)] = True
    R[0, :] = True  # degrees differ
    if lonely:
        R[3, :] = R[:, 4] = False
    return torch.from_numpy(R.astype(np.float32))


def normal(rng, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


def matrices(rng, R=None, d: int = 3, to: int = 4, **zero) -> dict:
    R = likes(rng) if R is None else R
    inputs = {
        "A_hat": graphs.normalize(graphs.adjacency(R)),
        "E": normal(rng, sum(R.shape), d),
        "W_self": normal(rng, to, d),
        "W_inter": normal(rng, to, d),
    }
    return inputs | {name: torch.zeros(to, d) for name in zero}


def one_edge(rng) -> dict:
    E, W = torch.tensor([[2.0], [3.0]]), torch.ones(1, 1)
    return {"A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]), "E": E, "W_self": W, "W_inter": 10 * W}


def leaky(x):
    return F.leaky_relu(x, SLOPE)


def ngcf_layer_matrix(A_hat, E, W_self, W_inter):
    heard = A_hat @ E
    return leaky((heard + E) @ W_self.T + (heard * E) @ W_inter.T)


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


def _sparse(rng, m: int = 500, n: int = 600) -> dict:
    R = sp.csr_array((rng.random((m, n)) < 0.005).astype(float))
    E, W = normal(rng, m + n, 3), normal(rng, 2, 4, 3)
    A_hat = to_torch(graphs.normalize(graphs.adjacency(R)))
    return {"A_hat": A_hat, "E": E, "W_self": W[0], "W_inter": W[1]}


DENSE = 1100 * 1100  # bytes, a quarter of what a dense matrix of that size takes in float32


def _no_dense_matrix(got, expected, inputs) -> str | None:
    """Numbers are right and no N by N tensor was made; (value, bytes) on both sides."""
    if problem := close(got[0], expected[0]):
        return problem
    if got[1] >= DENSE > expected[1]:
        return f"your function made a tensor of {got[1] / 1e6:.1f} MB, a dense N by N matrix"
    return None


def _dense_identity(A_hat, E, W_self, W_inter):
    return leaky((A_hat + torch.eye(len(E))) @ E @ W_self.T + (A_hat @ E * E) @ W_inter.T)


EX_2 = Exercise(
    id="05.2",
    function="ngcf_layer_matrix",
    points=5,
    reference=ngcf_layer_matrix,
    library="graphrec_utils.models.ngcf.layer",
    claims=(
        Claim("one user, one item, d = 1: the two numbers computed by hand", one_edge),
        Claim("Ann's graph, square W", lambda rng: matrices(rng, toy.likes(), 3, 3)),
        Claim("equals the loop on a random graph, d' differs from d", matrices),
        Claim(
            "a node without neighbors keeps its own message, the others theirs",
            lambda rng: matrices(rng, likes(rng, lonely=True)),
        ),
        Claim(
            "a sparse A_hat of 1,100 nodes, without a dense matrix of its size",
            _sparse,
            run="call and measure memory",
            judge=_no_dense_matrix,
        ),
        Claim(
            "gradients flow back to E and to both matrices",
            matrices,
            run="call and compare gradient",
        ),
    ),
    mistakes=(
        Mistake(
            "product with itself",
            _branches(_both, lambda heard, E, A: A @ (E * E)),
            "you sum e_w ⊙ e_w over the neighbors: the receiver takes part, (Â E) ⊙ E",
        ),
        Mistake(
            "product with own square",
            _branches(_both, lambda heard, E, A: E * E),
            "your product is E ⊙ E, each node with itself; what it heard, Â E, must be in it",
        ),
        Mistake(
            "no self-message",
            _branches(lambda heard, E, A: heard, _times),
            "the self-message is missing: (Â + I) E is what goes into W1",
        ),
        Mistake(
            "self-loop in the product",
            _branches(_both, lambda heard, E, A: (heard + E) * E),
            "your product contains e_v ⊙ e_v: the self-message has no product, only Â E does",
        ),
        Mistake(
            "not transposed",
            lambda A, E, W1, W2: ngcf_layer_matrix(A, E, W1.T, W2.T),
            "W e for a column becomes E Wᵀ for rows; you multiply by W itself",
        ),
        Mistake(
            "matrices swapped",
            lambda A, E, W1, W2: ngcf_layer_matrix(A, E, W2, W1),
            "W_self and W_inter are swapped: W_inter belongs to the product",
        ),
        Mistake(
            "activates each branch",
            lambda A, E, W1, W2: leaky((A @ E + E) @ W1.T) + leaky((A @ E * E) @ W2.T),
            "you apply LeakyReLU to each branch and add afterwards; the formula has it once, outside",
        ),
        Mistake(
            "no activation",
            _branches(_both, _times, lambda x: x),
            "LeakyReLU is missing: negative sums stay as they are in yours",
        ),
        Mistake(
            "ReLU",
            _branches(_both, _times, F.relu),
            "negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2",
        ),
        Mistake(
            "W2 before the product",
            lambda A, E, W1, W2: leaky((A @ E + E) @ W1.T + (A @ E @ W2.T) * (E @ W2.T)),
            "you turn both factors by W2 and multiply then; the product comes first, W2 turns it once",
        ),
        Mistake(
            "self-message not turned",
            lambda A, E, W1, W2: leaky(A @ E @ W1.T + E + (A @ E * E) @ W2.T),
            "you add E itself; the self-message is W1 e_v, so E goes through W_self, too",
        ),
        Mistake(
            "product inside the sum once more",
            _branches(_both, lambda heard, E, A: A @ (E * heard)),
            "you send products that were made before: what a node heard, Â E, is multiplied by its "
            "own E at the end",
        ),
        Mistake(
            "slope 0.01",
            _branches(_both, _times, F.leaky_relu),
            "your slope is PyTorch's default, 0.01; this lesson uses 0.2",
        ),
        Mistake(
            "a dense identity",
            _dense_identity,
            "your numbers are right, but a dense N × N matrix was made on the way (an identity, or "
            "`to_dense`). With Gowalla's 70,839 nodes it takes 20 GB: (Â + I) E is what a node heard, "
            "plus E",
        ),
        Mistake(
            "no gradient",
            lambda A, E, W1, W2: ngcf_layer_matrix(A, E.detach(), W1.detach(), W2.detach()),
            "your answer is cut off from its inputs (detach, numpy or no_grad): nothing can be trained",
        ),
    ),
    hints=(
        "`heard = A_hat @ E` is what every node hears. The receiver's own e_v stands in every "
        "product of its sum: can it leave the sum?",
        "σ((heard + E) Wᵀ_self + (heard ⊙ E) Wᵀ_inter), with `*` for ⊙.",
        "`F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)`.",
    ),
)

EXERCISES = (EX_2,)
