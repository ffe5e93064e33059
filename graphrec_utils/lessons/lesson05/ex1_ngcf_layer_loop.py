"""Exercise 05.1: one layer of NGCF as a loop."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson05.shared import alone, leaky, likes, matrices, one_edge, star


def _lists(rng, *args, make=matrices, **options) -> dict:
    inputs = make(rng, *args, **options)
    return {"neighbors": [row.nonzero()[:, 0].tolist() for row in inputs.pop("A_hat")]} | inputs


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
    return _loop(neighbors, E, W_self, W_inter)


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


@ex.mistake("your product is e_v ⊙ e_v, the node with itself: the neighbor takes part, e_w ⊙ e_v")
def product_with_itself(*a):
    return _loop(*a, product=lambda E, v, w: E[v] * E[v])


@ex.mistake("the self-message W1 e_v is missing: a node also tells itself what it was")
def no_self_message(neighbors, E, W_self, W_inter):
    return _loop(neighbors, E, W_self, W_inter, own=lambda v: torch.zeros(len(W_self)))


@ex.mistake("your sum starts at 0: it starts at W1 e_v, what the node tells itself")
def sum_starts_at_the_number_0(N, E, W1, W2):
    return _loop(N, E, W1, W2, own=lambda v: 0)


@ex.mistake("your self-message has a product e_v ⊙ e_v; it is W1 e_v alone")
def self_message_with_product(neighbors, E, W_self, W_inter):
    own = lambda v: W_self @ E[v] + W_inter @ (E[v] * E[v])  # noqa: E731
    return _loop(neighbors, E, W_self, W_inter, own=own)


@ex.mistake("you divide the self-message by the degree; only messages of neighbors are weighted")
def self_message_divided(neighbors, E, W_self, W_inter):
    own = lambda v: W_self @ E[v] / max(1, len(neighbors[v]))  # noqa: E731
    return _loop(neighbors, E, W_self, W_inter, own=own)


@ex.mistake("your weight is 1/|N(v)|: the degree of the sender is missing, and the square root")
def own_degree_only(*a):
    return _loop(*a, norm=lambda N, v, w: len(N[v]))


@ex.mistake("the square root of the weight is missing: 1/√(|N(v)| |N(w)|)")
def no_square_root(*a):
    return _loop(*a, norm=lambda N, v, w: len(N[v]) * len(N[w]))


@ex.mistake("all messages weigh the same in yours: divide by √(|N(v)| |N(w)|)")
def no_weights(*a):
    return _loop(*a, norm=lambda N, v, w: 1)


@ex.mistake("you apply LeakyReLU to each message; it comes once, after the sum")
def activates_each_message(*a):
    return _loop(*a, each=leaky)


@ex.mistake("LeakyReLU is missing: negative sums stay as they are in yours")
def no_activation(*a):
    return _loop(*a, act=lambda x: x)


@ex.mistake("your slope is PyTorch's default, 0.01; this lesson uses 0.2")
def slope_0_01(*a):
    return _loop(*a, act=F.leaky_relu)


@ex.mistake("negative sums become 0 in yours: that is ReLU; LeakyReLU multiplies them by 0.2")
def reLU(*a):
    return _loop(*a, act=F.relu)


@ex.mistake("W_self and W_inter are swapped: W_inter belongs to the product")
def matrices_swapped(N, E, W1, W2):
    return _loop(N, E, W2, W1)


@ex.mistake(
    "you turn both vectors by W2 and multiply then; the product e_w ⊙ e_v comes first, W2 "
    "turns it once"
)
def w2_before_the_product(N, E, W_self, W_inter):
    """W2 on both vectors, then the product."""
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v]
        for w in N[v]:
            product = (W_inter @ E[w]) * (W_inter @ E[v])
            total = total + (W_self @ E[w] + product) / _norm(N, v, w)
        out[v] = leaky(total)
    return out


@ex.mistake("`E[w] @ E[v]` is one number; ⊙ multiplies number by number, `E[w] * E[v]`")
def dot_product(*a):
    return _loop(*a, product=lambda E, v, w: E[w] @ E[v])


@ex.mistake("the weight is on W1 e_w only; the bracket is around both terms")
def only_one_term_weighted(N, E, W_self, W_inter):
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        total = W_self @ E[v]
        for w in N[v]:
            total = total + W_self @ E[w] / _norm(N, v, w) + W_inter @ (E[w] * E[v])
        out[v] = leaky(total)
    return out


@ex.mistake(
    "your self-message comes once for every neighbor, with its weight; it comes once, as it is"
)
def self_message_for_each_neighbor(N, E, W_self, W_inter):
    """The self-message inside the inner loop: once, and weighted, for every neighbor."""
    out = torch.zeros(len(E), len(W_self))
    for v in range(len(E)):
        for w in N[v]:
            message = W_self @ (E[v] + E[w]) + W_inter @ (E[w] * E[v])
            out[v] += message / _norm(N, v, w)
    return leaky(out)


@ex.mistake(
    "a node without neighbors gets zeros in yours: write its row after the inner loop, not "
    "inside it"
)
def written_inside_the_inner_loop(N, E, W_self, W_inter):
    """The row is written inside the inner loop, which a lonely node never enters."""
    out = _loop(N, E, W_self, W_inter)
    return torch.stack([row if N[v] else torch.zeros(len(row)) for v, row in enumerate(out)])


@ex.mistake("your result is made like E, with d columns; a layer has as many as W_self has rows")
def as_wide_as_what_came_in(N, E, W_self, W_inter):
    out = torch.zeros_like(E)
    for v in range(len(E)):
        out[v] = _loop(N, E, W_self, W_inter)[v]
    return out


@ex.mistake("you multiply by the transposed matrices: W @ e has d' numbers, e @ W is Wᵀ e")
def transposed(N, E, W1, W2):
    return _loop(N, E, W1.T, W2.T)


@ex.mistake("your loop reads rows that it has already renewed: keep E, write into a new tensor")
def reads_new_rows(neighbors, E, W_self, W_inter):
    E = E.clone()
    for v in range(len(E)):
        E[v] = _loop(neighbors, E, W_self, W_inter)[v]
    return E


@ex.mistake("your degrees are one too large: |N(v)| counts the neighbors, the node itself is none")
def degrees_plus_one(*a):
    return _loop(*a, norm=lambda N, v, w: ((len(N[v]) + 1) * (len(N[w]) + 1)) ** 0.5)


@ex.mistake("your weight is 1/|N(w)|: the receiver's degree is missing, and the square root")
def sender_degree_only(*a):
    return _loop(*a, norm=lambda N, v, w: len(N[w]))


@ex.mistake("your weight is 1/√|N(v)|: the sender's degree belongs under the root as well")
def root_of_the_own_degree(*a):
    return _loop(*a, norm=lambda N, v, w: len(N[v]) ** 0.5)


@ex.mistake("your product is e_w ⊙ e_w, the neighbor with itself: the receiver takes part")
def neighbor_with_itself(*a):
    return _loop(*a, product=lambda E, v, w: E[w] * E[w])


@ex.mistake("you add e_w and e_v where they are multiplied: e_w ⊙ e_v, number by number")
def sum_for_the_product(*a):
    return _loop(*a, product=lambda E, v, w: E[w] + E[v])


@ex.mistake("the product is missing: a message is W1 e_w plus W2 (e_w ⊙ e_v)")
def product_forgotten(N, E, W1, W2):
    return _loop(N, E, W1, torch.zeros_like(W2))


@ex.mistake("your messages are products only; each of them has W1 e_w, too")
def products_only(N, E, W1, W2):
    return _loop(N, E, torch.zeros_like(W1), W2, own=lambda v: W1 @ E[v])


@ex.mistake("W1 turns e_v in each of your messages; what comes from w is W1 e_w")
def receiver_speaks(N, E, W1, W2):
    """W1 of the message gets the receiver's vector."""
    out = torch.zeros(len(E), len(W1))
    for v in range(len(E)):
        total = W1 @ E[v]
        for w in N[v]:
            total = total + (W1 @ E[v] + W2 @ (E[w] * E[v])) / _norm(N, v, w)
        out[v] = leaky(total)
    return out


@ex.mistake("only the last neighbor is left in your sum: add with +=, `=` starts anew")
def last_neighbor_only(N, E, W1, W2):
    """The last message alone; weights need the degrees of the whole graph."""
    out = torch.zeros(len(E), len(W1))
    for v in range(len(E)):
        total = W1 @ E[v]
        for w in N[v][-1:]:
            total = total + (W1 @ E[w] + W2 @ (E[w] * E[v])) / _norm(N, v, w)
        out[v] = leaky(total)
    return out


@ex.mistake("your LeakyReLU shrinks what is positive; it multiplies negative sums by 0.2")
def shrinks_the_positive(*a):
    return _loop(*a, act=lambda x: -leaky(-x))


@ex.mistake("your node is a neighbor of itself, with a weight of its own; W1 e_v has none")
def own_neighbor(N, E, W1, W2):
    """Self-loops: degrees one larger, and the self-message weighted by them."""
    degree = [len(list_) + 1 for list_ in N]
    own = lambda v: W1 @ E[v] / degree[v]  # noqa: E731
    return _loop(N, E, W1, W2, own=own, norm=lambda N, v, w: (degree[v] * degree[w]) ** 0.5)


@ex.mistake("you average a node with its neighbors; W1 e_v has no weight, messages have 1/√(…)")
def mean_of_node_and_neighbors(N, E, W1, W2):
    own = lambda v: W1 @ E[v] / (len(N[v]) + 1)  # noqa: E731
    return _loop(N, E, W1, W2, own=own, norm=lambda N, v, w: len(N[v]) + 1)


@ex.mistake("your self-message is e_v as it is; W1 turns it as it turns what neighbors send")
def self_message_not_turned(N, E, W1, W2):
    return _loop(N, E, W1, W2, own=lambda v: E[v])


@ex.mistake("the weight is on the product only; the bracket is around both terms")
def only_the_product_weighted(N, E, W1, W2):
    weighted = lambda E, v, w: E[w] * E[v] / _norm(N, v, w)  # noqa: E731
    return _loop(N, E, W1, W2, norm=lambda N, v, w: 1, product=weighted)


@ex.mistake("LeakyReLU is applied message by message in yours, and never to the sum")
def activates_messages_only(N, E, W1, W2):
    return _loop(N, E, W1, W2, own=lambda v: leaky(W1 @ E[v]), each=leaky, act=lambda x: x)


@ex.mistake("your node is one of its own neighbors, product e_v ⊙ e_v and weight included")
def own_neighbor_with_product(N, E, W1, W2):
    lists = [[*list_, v] for v, list_ in enumerate(N)]
    return _loop(lists, E, W1, W2, own=lambda v: torch.zeros(len(W1)))
