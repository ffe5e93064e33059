"""Claims and mistakes of lesson 05, NGCF: one layer as a loop (05.1).

An exercise takes about 100 lines, so the others are in `nb05_matrix` (05.2), `nb05_layers` (05.3 and
05.6), `nb05_dropout` (05.4) and `nb05_review` (05.5).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils import toy
from graphrec_utils.exercises import nb05_dropout, nb05_layers, nb05_matrix, nb05_review
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb05_matrix import leaky, likes, matrices, one_edge


def _lists(rng, *args, **options) -> dict:
    inputs = matrices(rng, *args, **options)
    return {"neighbors": [row.nonzero()[:, 0].tolist() for row in inputs.pop("A_hat")]} | inputs


def _one_edge_lists(rng) -> dict:
    return {"neighbors": [[1], [0]]} | {k: v for k, v in one_edge(rng).items() if k != "A_hat"}


def ngcf_layer_loop(neighbors, E, W_self, W_inter):
    return _loop(neighbors, E, W_self, W_inter)


def _norm(N, v, w):
    return (len(N[v]) * len(N[w])) ** 0.5


def _product(E, v, w):
    return E[w] * E[v]


def _loop(
    neighbors, E, W_self, W_inter, norm=_norm, product=_product, own=None, act=leaky, each=None
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


def _self_for_each_neighbor(N, E, W_self, W_inter):
    """The self-message inside the inner loop: once, and weighted, for every neighbor."""
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        for w in N[v]:
            message = W_self @ (E[v] + E[w]) + W_inter @ (E[w] * E[v])
            out[v] += message / _norm(N, v, w)
    return leaky(out)


def _written_inside(N, E, W_self, W_inter):
    """The row is written inside the inner loop, which a lonely node never enters."""
    out = _loop(N, E, W_self, W_inter)
    return torch.stack([row if N[v] else torch.zeros(len(row)) for v, row in enumerate(out)])


def _product_of_turned(N, E, W_self, W_inter):
    """W2 on both vectors, then the product."""
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v]
        for w in N[v]:
            product = (W_inter @ E[w]) * (W_inter @ E[v])
            total = total + (W_self @ E[w] + product) / _norm(N, v, w)
        out[v] = leaky(total)
    return out


def _weighs_one_term(N, E, W_self, W_inter):
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v]
        for w in N[v]:
            total = total + W_self @ E[w] / _norm(N, v, w) + W_inter @ (E[w] * E[v])
        out[v] = leaky(total)
    return out


def _as_wide_as_it_came(N, E, W_self, W_inter):
    out = torch.zeros_like(E)
    for v in range(len(E)):
        out[v] = _loop(N, E, W_self, W_inter)[v]
    return out


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
            lambda rng: _lists(rng, likes(rng, lonely=True)),
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
            lambda *a: _loop(*a, each=leaky),
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
            "ReLU",
            lambda *a: _loop(*a, act=F.relu),
            "negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2",
        ),
        Mistake(
            "matrices swapped",
            lambda N, E, W1, W2: _loop(N, E, W2, W1),
            "W_self and W_inter are swapped: W_inter belongs to the product",
        ),
        Mistake(
            "W2 before the product",
            _product_of_turned,
            "you turn both vectors by W2 and multiply then; the product e_w ⊙ e_v comes first, W2 "
            "turns it once",
        ),
        Mistake(
            "dot product",
            lambda *a: _loop(*a, product=lambda E, v, w: E[w] @ E[v]),
            "`E[w] @ E[v]` is one number; ⊙ multiplies number by number, `E[w] * E[v]`",
        ),
        Mistake(
            "only one term weighted",
            _weighs_one_term,
            "the weight is on W1 e_w only; the bracket is around both terms",
        ),
        Mistake(
            "self-message for each neighbor",
            _self_for_each_neighbor,
            "your self-message comes once for every neighbor, with its weight; it comes once, as it is",
        ),
        Mistake(
            "written inside the inner loop",
            _written_inside,
            "a node without neighbors gets zeros in yours: write its row after the inner loop, not "
            "inside it",
        ),
        Mistake(
            "as wide as what came in",
            _as_wide_as_it_came,
            "your result is made like E, with d columns; a layer has as many as W_self has rows",
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

EX_3, EX_6 = nb05_layers.EXERCISES
EXERCISES = (
    EX_1,
    *nb05_matrix.EXERCISES,
    EX_3,
    *nb05_dropout.EXERCISES,
    *nb05_review.EXERCISES,
    EX_6,
)
