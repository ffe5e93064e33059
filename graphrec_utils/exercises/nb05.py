"""Claims and mistakes of lesson 05, NGCF: one layer as a loop and as matrices (05.1, 05.2).

An exercise takes about 100 lines, so the others are in `nb05_layers` (05.3 and 05.4) and
`nb05_review` (05.5 and 05.6).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises import nb05_layers, nb05_review
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.propagation import to_torch

SLOPE = 0.2


def _likes(rng, lonely: bool = False) -> torch.Tensor:
    """R, (4, 5): everybody has an edge; with `lonely` the last user and the last item have none."""
    R = rng.random((4, 5)) < 0.4
    R[np.arange(5) % 4, np.arange(5)] = True
    R[0, :] = True  # degrees differ
    if lonely:
        R[3, :] = R[:, 4] = False
    return torch.from_numpy(R.astype(np.float32))


def _normal(rng, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


def _matrices(rng, R=None, d: int = 3, to: int = 4, **zero) -> dict:
    R = _likes(rng) if R is None else R
    inputs = {
        "A_hat": graphs.normalize(graphs.adjacency(R)),
        "E": _normal(rng, sum(R.shape), d),
        "W_self": _normal(rng, to, d),
        "W_inter": _normal(rng, to, d),
    }
    return inputs | {name: torch.zeros(to, d) for name in zero}


def _lists(rng, *args, **options) -> dict:
    inputs = _matrices(rng, *args, **options)
    return {"neighbors": [row.nonzero()[:, 0].tolist() for row in inputs.pop("A_hat")]} | inputs


def _one_edge(rng) -> dict:
    E, W = torch.tensor([[2.0], [3.0]]), torch.ones(1, 1)
    return {"A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]), "E": E, "W_self": W, "W_inter": 10 * W}


def _one_edge_lists(rng) -> dict:
    return {"neighbors": [[1], [0]]} | {k: v for k, v in _one_edge(rng).items() if k != "A_hat"}


# ---------------------------------------------------------------- 05.1


def ngcf_layer_loop(neighbors, E, W_self, W_inter):
    return _loop(neighbors, E, W_self, W_inter)


def _norm(N, v, w):
    return (len(N[v]) * len(N[w])) ** 0.5


def _product(E, v, w):
    return E[w] * E[v]


def _leaky(x):
    return F.leaky_relu(x, SLOPE)


def _loop(
    neighbors, E, W_self, W_inter, norm=_norm, product=_product, own=None, act=_leaky, each=None
):
    """The loop with its parts exchangeable."""
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v] if own is None else own(v)
        for w in neighbors[v]:
            message = W_self @ E[w] + W_inter @ product(E, v, w)
            total = total + (each or (lambda x: x))(message / norm(neighbors, v, w))
        out[v] = act(total)
    return out


def _no_self_message(neighbors, E, W_self, W_inter):
    return _loop(neighbors, E, W_self, W_inter, own=lambda v: torch.zeros(len(W_self)))


def _self_with_product(neighbors, E, W_self, W_inter):
    own = lambda v: W_self @ E[v] + W_inter @ (E[v] * E[v])  # noqa: E731
    return _loop(neighbors, E, W_self, W_inter, own=own)


def _self_normalized(neighbors, E, W_self, W_inter):
    own = lambda v: W_self @ E[v] / max(1, len(neighbors[v]))  # noqa: E731
    return _loop(neighbors, E, W_self, W_inter, own=own)


def _reads_new_rows(neighbors, E, W_self, W_inter):
    E = E.clone()
    for v in range(len(E)):
        E[v] = _loop(neighbors, E, W_self, W_inter)[v]
    return E


EX_1 = Exercise(
    id="05.1",
    function="ngcf_layer_loop",
    points=6,
    reference=ngcf_layer_loop,
    library="graphrec_utils.models.ngcf.layer",
    claims=(
        Claim("one user, one item, d = 1: the two numbers computed by hand", _one_edge_lists),
        Claim(
            "without products: messages and their weights on Ann's graph",
            lambda rng: _lists(rng, toy.likes(), 2, 2, W_inter=True),
        ),
        Claim(
            "without W1: the products and their weights",
            lambda rng: _lists(rng, None, 2, 2, W_self=True),
        ),
        Claim("d' differs from d: W has d' rows and d columns", _lists),
        Claim(
            "a node without neighbors keeps its own message, the others theirs",
            lambda rng: _lists(rng, _likes(rng, lonely=True)),
        ),
    ),
    mistakes=(
        Mistake(
            "product with itself",
            lambda *a: _loop(*a, product=lambda E, v, w: E[v] * E[v]),
            "your product is e_v ⊙ e_v, the node with itself: the neighbor takes part, e_w ⊙ e_v",
        ),
        Mistake(
            "no self-message",
            _no_self_message,
            "the self-message W1 e_v is missing: a node also tells itself what it was",
        ),
        Mistake(
            "sum starts at the number 0",
            lambda N, E, W1, W2: _loop(N, E, W1, W2, own=lambda v: 0),
            "your sum starts at 0: it starts at W1 e_v, what the node tells itself",
        ),
        Mistake(
            "self-message with product",
            _self_with_product,
            "your self-message has a product e_v ⊙ e_v; it is W1 e_v alone",
        ),
        Mistake(
            "self-message divided",
            _self_normalized,
            "you divide the self-message by the degree; only messages of neighbors are weighted",
        ),
        Mistake(
            "own degree only",
            lambda *a: _loop(*a, norm=lambda N, v, w: len(N[v])),
            "your weight is 1/|N(v)|: the degree of the sender is missing, and the square root",
        ),
        Mistake(
            "no square root",
            lambda *a: _loop(*a, norm=lambda N, v, w: len(N[v]) * len(N[w])),
            "the square root of the weight is missing: 1/√(|N(v)| |N(w)|)",
        ),
        Mistake(
            "no weights",
            lambda *a: _loop(*a, norm=lambda N, v, w: 1),
            "all messages weigh the same in yours: divide by √(|N(v)| |N(w)|)",
        ),
        Mistake(
            "activates each message",
            lambda *a: _loop(*a, each=_leaky),
            "you apply LeakyReLU to each message; it comes once, after the sum",
        ),
        Mistake(
            "no activation",
            lambda *a: _loop(*a, act=lambda x: x),
            "LeakyReLU is missing: negative sums stay as they are in yours",
        ),
        Mistake(
            "slope 0.01",
            lambda *a: _loop(*a, act=F.leaky_relu),
            "your slope is PyTorch's default, 0.01; this lesson uses 0.2",
        ),
        Mistake(
            "transposed",
            lambda N, E, W1, W2: _loop(N, E, W1.T, W2.T),
            "you multiply by the transposed matrices: W @ e has d' numbers, e @ W is Wᵀ e",
        ),
        Mistake(
            "reads new rows",
            _reads_new_rows,
            "your loop reads rows that it has already renewed: keep E, write into a new tensor",
        ),
    ),
    hints=(
        "Start a node's sum with what it tells itself. What does each neighbor add?",
        "Neighbor w adds (W_self @ E[w] + W_inter @ (E[w] * E[v])) / √(|N(v)| |N(w)|).",
        "Make `out = torch.zeros(len(E), len(W_self))`; for each v sum up, then "
        "`out[v] = F.leaky_relu(total, 0.2)`.",
    ),
)

# ---------------------------------------------------------------- 05.2


def ngcf_layer_matrix(A_hat, E, W_self, W_inter):
    heard = A_hat @ E
    return _leaky((heard + E) @ W_self.T + (heard * E) @ W_inter.T)


def _branches(first, second, act=_leaky):
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
    E, W = _normal(rng, m + n, 3), _normal(rng, 2, 4, 3)
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
    return _leaky((A_hat + torch.eye(len(E))) @ E @ W_self.T + (A_hat @ E * E) @ W_inter.T)


EX_2 = Exercise(
    id="05.2",
    function="ngcf_layer_matrix",
    points=5,
    reference=ngcf_layer_matrix,
    library="graphrec_utils.models.ngcf.layer",
    claims=(
        Claim("one user, one item, d = 1: the two numbers computed by hand", _one_edge),
        Claim("Ann's graph, square W", lambda rng: _matrices(rng, toy.likes(), 3, 3)),
        Claim("equals the loop on a random graph, d' differs from d", _matrices),
        Claim(
            "a node without neighbors keeps its own message, the others theirs",
            lambda rng: _matrices(rng, _likes(rng, lonely=True)),
        ),
        Claim(
            "a sparse A_hat of 1,100 nodes, without a dense matrix of its size",
            _sparse,
            run="call and measure memory",
            judge=_no_dense_matrix,
        ),
        Claim(
            "gradients flow back to E and to both matrices",
            _matrices,
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
            lambda A, E, W1, W2: _leaky((A @ E + E) @ W1.T) + _leaky((A @ E * E) @ W2.T),
            "you apply LeakyReLU to each branch and add afterwards; the formula has it once, outside",
        ),
        Mistake(
            "slope 0.01",
            _branches(_both, _times, F.leaky_relu),
            "your slope is PyTorch's default, 0.01; this lesson uses 0.2",
        ),
        Mistake(
            "a dense identity",
            _dense_identity,
            "your numbers are right, but a dense N × N matrix was made on the way. With Gowalla's "
            "70,839 nodes it takes 20 GB: (Â + I) E is what a node heard, plus E",
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

EXERCISES = (EX_1, EX_2, *nb05_layers.EXERCISES, *nb05_review.EXERCISES)
