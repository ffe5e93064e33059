"""Exercise 06.3: the loss of one batch, BPR on propagated and L2 on layer-0 embeddings."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.graphs.propagation import propagate


def _bpr(E, u, i, j):
    return F.softplus((E[u] * E[j]).sum(dim=1) - (E[u] * E[i]).sum(dim=1)).mean()


def _ridge(E, u, i, j):
    return sum(E[v].square().sum() for v in (u, i, j)) / (2 * len(u))


def _variant(bpr=_bpr, ridge=_ridge, of_ridge="E0", offset=True, stale=False, factor=1.0):
    """Return the reference with one thing done otherwise."""

    def loss(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
        E = propagate(A_hat, E0.detach() if stale else E0, num_layers)
        shift = num_users if offset else 0
        nodes = users, shift + pos, shift + neg
        rows = E if of_ridge == "E" else E0
        return bpr(E, *nodes) + factor * reg * ridge(rows, *nodes)

    return loss


def _batch(rng, reg: float, scale: float = 1.0, active: int = 3) -> dict:
    """Eight triples of a few users among five, so that rows repeat; not all nodes take part."""
    m, n, size = int(rng.integers(4, 7)), 7, 8
    R = (rng.random((m, n)) < 0.4).astype(np.float32)
    R[np.arange(m), rng.integers(0, n, m)] = 1
    A_hat = graphs.normalize(graphs.adjacency(torch.from_numpy(R)))
    pair = np.argsort(rng.random((size, n - 1)), axis=1)[:, :2]
    ids = [rng.integers(0, active, size), pair[:, 0], pair[:, 1]]
    users, pos, neg = (torch.from_numpy(x.astype(np.int64)) for x in ids)
    E0 = torch.from_numpy((scale * rng.normal(size=(m + n, 4))).astype(np.float32))
    return {
        "E0": E0, "A_hat": A_hat, "users": users, "pos": pos, "neg": neg,
        "num_users": m, "num_layers": int(rng.integers(1, 4)), "reg": reg,
    }  # fmt: skip


def _value(got, expected, inputs) -> str | None:
    """The runner returns (value, gradients of the float inputs): judge the value."""
    return close(got[0], expected[0])


GRADIENT = "call and compare gradient"


ex = Exercise(
    "06.3",
    "lightgcn_loss",
    points=5,
    library="graphrec_utils.models.lightgcn.LightGCN",
    hints=(
        "Two tables are in play: E0, which is trained, and E, which is propagated. Which part of "
        "the loss reads which?",
        "`E = propagate(A_hat, E0, num_layers)`; scores are row products of E; the ridge sums "
        "squares of rows of E0 at `users`, `num_users + pos` and `num_users + neg`.",
        "`F.softplus(s_neg - s_pos).mean() + reg * (sum of the three squares) / (2 * len(users))`.",
    ),
)


@ex.solution
def lightgcn_loss(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E = propagate(A_hat, E0, num_layers)
    nodes = users, num_users + pos, num_users + neg
    return _bpr(E, *nodes) + reg * _ridge(E0, *nodes)


def _by_hand(rng) -> dict:
    """One user, four items, two triples, one layer, d = 1: differences 1.5 and 3."""
    A_hat = graphs.normalize(graphs.adjacency(torch.tensor([[1.0, 0.0, 0.0, 0.0]])))
    triples = {"users": torch.zeros(2), "pos": torch.zeros(2), "neg": torch.tensor([1, 2])}
    E0 = torch.tensor([[1.0], [2.0], [1.0], [-1.0], [5.0]])
    triples = {name: ids.long() for name, ids in triples.items()}
    return {"E0": E0, "A_hat": A_hat, **triples, "num_users": 1, "num_layers": 1, "reg": 0.5}


ex.claim(
    "one user, four items, two triples, one layer: the number computed by hand",
    _by_hand,
    run=GRADIENT,
    judge=lambda got, expected, inputs: (
        _value(got, expected, inputs) or _slope(got, expected, inputs)
    ),
)


ex.claim(
    "BPR on scores of propagated embeddings",
    lambda g: _batch(g, 0.0),
    run=GRADIENT,
    judge=_value,
)
ex.claim(
    "λ weighs the rows of E0 that the batch names, a row named twice counts twice",
    lambda g: _batch(g, 0.7),
    run=GRADIENT,
    judge=_value,
)


def _slope(got, expected, inputs) -> str | None:
    """Judge the gradient of E0, which the runner returns first."""
    problem = close(got[1][0], expected[1][0])
    return f"the gradient of E0: {problem}" if problem else None


ex.claim(
    "the gradient flows through the graph back to E0",
    lambda g: _batch(g, 0.7),
    weight=3,  # a right value that teaches nothing is no loss
    run=GRADIENT,
    judge=_slope,
)


ex.claim(
    "scores of several hundred: the loss is large, exact and finite",
    lambda g: _batch(g, 0.1, scale=40.0),
    run=GRADIENT,
    judge=_value,
)


@ex.mistake(
    "your L2 is on the propagated embeddings; only E0 is trained, and only E0 is regularized"
)
def l2_on_the_propagated_embeddings(*inputs):
    return _variant(of_ridge="E")(*inputs)


@ex.mistake("your L2 covers all rows of E0; here only the rows of the batch pay")
def l2_on_all_rows(*inputs):
    return _variant(ridge=lambda E0, u, i, j: E0.square().sum() / (2 * len(u)))(*inputs)


@ex.mistake(
    "your L2 covers all rows of E0 and is not divided by the batch: sum the squares of the "
    "rows that the triples name, then divide by their number"
)
def l2_on_all_rows_not_divided(*inputs):
    return _variant(ridge=lambda E0, u, i, j: E0.square().sum() / 2)(*inputs)


@ex.mistake("the negatives pay nothing in yours; all three rows of a triple are in the ridge")
def negatives_are_free(*inputs):
    return _variant(
        ridge=lambda E0, u, i, j: (E0[u].square().sum() + E0[i].square().sum()) / (2 * len(u))
    )(*inputs)


@ex.mistake("you add the lengths of the rows; the ridge adds their squares")
def norms_not_squared(*inputs):
    return _variant(
        ridge=lambda E0, u, i, j: sum(E0[v].norm(dim=1).sum() for v in (u, i, j)) / (2 * len(u))
    )(*inputs)


@ex.mistake(
    "your L2 is a mean over the d numbers of a row as well; a norm is their sum, and only "
    "the triples are averaged"
)
def mean_over_the_numbers_of_a_row(*inputs):
    return _variant(ridge=lambda E0, u, i, j: _ridge(E0, u, i, j) / E0.shape[1])(*inputs)


@ex.mistake("the ridge is missing: nothing in your loss depends on λ")
def no_ridge(*inputs):
    return _variant(factor=0.0)(*inputs)


@ex.mistake(
    "your L2 is a third of it, a mean over the 3B rows; the three squares of a triple are "
    "added, and only the triples are averaged"
)
def mean_over_the_rows(*inputs):
    return _variant(ridge=lambda E0, u, i, j: _ridge(E0, u, i, j) / 3)(*inputs)


def _pointwise(E, u, i, j):
    s_pos, s_neg = (E[u] * E[i]).sum(dim=1), (E[u] * E[j]).sum(dim=1)
    return (F.softplus(-s_pos) + F.softplus(s_neg)).mean()


@ex.mistake(
    "you judge each score on its own, as in lesson 03's pointwise loss; BPR looks at the "
    "difference of the two"
)
def pairs_on_their_own(*inputs):
    return _variant(bpr=_pointwise)(*inputs)


@ex.mistake("your scores come from the last layer alone; they belong to the mean of the layers")
def last_layer_only(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E, nodes = E0, (users, num_users + pos, num_users + neg)
    for _ in range(num_layers):
        E = A_hat @ E
    return _bpr(E, *nodes) + reg * _ridge(E0, *nodes)


@ex.mistake(
    "your users come from E0 and your items from E; scores are products of propagated rows "
    "on both sides"
)
def users_not_propagated(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E, nodes = propagate(A_hat, E0, num_layers), (users, num_users + pos, num_users + neg)
    gap = (E0[nodes[0]] * (E[nodes[1]] - E[nodes[2]])).sum(dim=1)
    return F.softplus(-gap).mean() + reg * _ridge(E0, *nodes)


def _ridge_once(E, u, i, j):
    return E[torch.cat([u, i, j]).unique()].square().sum() / (2 * len(u))


@ex.mistake(
    "a row that the batch names twice counts once in your L2; the sum runs over the triples"
)
def rows_counted_once(*inputs):
    return _variant(ridge=_ridge_once)(*inputs)


@ex.mistake("your L2 is twice as large: the formula has the factor 1/2")
def l2_without_the_half(*inputs):
    return _variant(factor=2.0)(*inputs)


@ex.mistake("your L2 is a sum over the batch; divide it by the number of triples")
def l2_not_divided_by_the_batch(*inputs):
    return _variant(ridge=lambda E0, u, i, j: _ridge(E0, u, i, j) * len(u))(*inputs)


@ex.mistake(
    "no gradient reaches E0 through the graph: you propagate a detached copy, so BPR "
    "cannot teach it anything"
)
def stale_propagation(*inputs):
    return _variant(stale=True)(*inputs)


@ex.mistake("your scores come from E0 itself: this is BPR-MF, the graph is not used")
def nothing_propagated(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    nodes = users, num_users + pos, num_users + neg
    return _bpr(E0, *nodes) + reg * _ridge(E0, *nodes)


def _wrong_sign(E, u, i, j):
    return _bpr(E, u, j, i)


@ex.mistake("your loss falls when negatives win: the positive's score must be the larger one")
def sign_turned_round(*inputs):
    return _variant(bpr=_wrong_sign)(*inputs)


def _log_of_sigmoid(E, u, i, j):
    gap = (E[u] * E[i]).sum(dim=1) - (E[u] * E[j]).sum(dim=1)
    return -torch.log(torch.sigmoid(gap)).mean()


@ex.mistake(
    "sigmoid, then log: from differences of about −100 on this is log 0. Use "
    "`F.logsigmoid` or `F.softplus`"
)
def log_of_sigmoid(*inputs):
    return _variant(bpr=_log_of_sigmoid)(*inputs)


def _log_with_an_epsilon(E, u, i, j):
    gap = (E[u] * E[i]).sum(dim=1) - (E[u] * E[j]).sum(dim=1)
    return -torch.log(torch.sigmoid(gap) + 1e-10).mean()


@ex.mistake(
    "the small number in your logarithm keeps the loss finite by cutting it off; "
    "`F.logsigmoid` and `F.softplus` need none"
)
def log_of_sigmoid_plus_a_little(*inputs):
    return _variant(bpr=_log_with_an_epsilon)(*inputs)


@ex.mistake("item i is node num_users + i; you looked up the rows of users")
def items_without_offset(*inputs):
    return _variant(offset=False)(*inputs)


def _summed(E, u, i, j):
    return len(u) * _bpr(E, u, i, j)


@ex.mistake("your BPR part is a sum over the triples, the formula has their mean")
def sum_over_triples(*inputs):
    return _variant(bpr=_summed)(*inputs)


@ex.mistake(
    "your ridge has its value, but no gradient: rows of a detached copy of E0 do not shrink"
)
def ridge_detached(E0, *rest):
    bpr = _variant(factor=0.0)(E0, *rest)
    return bpr + lightgcn_loss(E0.detach(), *rest) - bpr.detach()


@ex.mistake(
    "half of your scores is cut off: items are rows of a detached copy, so that they learn from the "
    "ridge only"
)
def items_detached(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E, nodes = propagate(A_hat, E0, num_layers), (users, num_users + pos, num_users + neg)
    gap = (E[nodes[0]] * (E[nodes[1]] - E[nodes[2]]).detach()).sum(dim=1)
    return F.softplus(-gap).mean() + reg * _ridge(E0, *nodes)


def _log_with_a_larger_epsilon(E, u, i, j):
    gap = (E[u] * E[i]).sum(dim=1) - (E[u] * E[j]).sum(dim=1)
    return -torch.log(torch.sigmoid(gap) + 1e-8).mean()


@ex.mistake(
    "the small number in your logarithm cuts the loss off at 18; `F.logsigmoid` and `F.softplus` "
    "need none"
)
def log_of_sigmoid_plus_more(*inputs):
    return _variant(bpr=_log_with_a_larger_epsilon)(*inputs)
