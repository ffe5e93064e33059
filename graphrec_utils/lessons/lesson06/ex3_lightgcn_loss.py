"""Exercise 06.3: the loss of one batch, BPR on propagated and L2 on layer-0 embeddings."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    E = graphs.propagate(A_hat, E0, num_layers)  # (N, d)
    u, i, j = users, num_users + pos, num_users + neg
    gap = (E[u] * (E[i] - E[j])).sum(dim=1)  # (B,)
    ridge = sum(E0[v].square().sum() for v in (u, i, j)) / (2 * len(users))
    return -F.logsigmoid(gap).mean() + reg * ridge


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

GAP = "(E[u] * (E[i] - E[j]))"
RIDGE = "sum(E0[v].square().sum() for v in (u, i, j))"
LOGARITHM = "F.logsigmoid(gap)"

# fmt: off
ex.slip("your L2 is on the propagated embeddings; only E0 is trained, and only E0 is regularized",
        "E0[v]", "E[v]", hint=True)
ex.slip("your L2 covers all rows of E0; here only the rows of the batch pay",
        RIDGE, "E0.square().sum()")
ex.slip("your L2 covers all rows of E0 and is not divided by the batch: sum the squares of the "
        "rows that the triples name, then divide by their number",
        RIDGE + " / (2 * len(users))", "E0.square().sum() / 2")
ex.slip("the negatives pay nothing in yours; all three rows of a triple are in the ridge",
        "in (u, i, j)", "in (u, i)")
ex.slip("you add the lengths of the rows; the ridge adds their squares",
        ".square().sum()", ".norm(dim=1).sum()")
ex.slip("your L2 is a mean over the d numbers of a row as well; a norm is their sum, and only the "
        "triples are averaged",
        "2 * len(users)", "2 * len(users) * E0.shape[1]")
ex.slip("the ridge is missing: nothing in your loss depends on λ", " + reg * ridge", "")
ex.slip("your L2 is a third of it, a mean over the 3B rows; the three squares of a triple are "
        "added, and only the triples are averaged",
        "2 * len(users)", "6 * len(users)")
ex.slip("you judge each score on its own, as in lesson 03's pointwise loss; BPR looks at the "
        "difference of the two",
        "-F.logsigmoid(gap).mean()", "(F.softplus(-(E[u] * E[i]).sum(dim=1)) + F.softplus((E[u] * E[j]).sum(dim=1))).mean()")
ex.slip("your scores come from the last layer alone; they belong to the mean of the layers",
        "E = graphs.propagate(A_hat, E0, num_layers)", "E = E0\nfor _ in range(num_layers):\n    E = A_hat @ E")
ex.slip("your users come from E0 and your items from E; scores are products of propagated rows on "
        "both sides",
        "(E[u]", "(E0[u]")
ex.slip("a row that the batch names twice counts once in your L2; the sum runs over the triples",
        RIDGE, "E0[torch.cat([u, i, j]).unique()].square().sum()")
ex.slip("your L2 is twice as large: the formula has the factor 1/2",
        "(2 * len(users))", "len(users)")
ex.slip("your L2 is a sum over the batch; divide it by the number of triples",
        "(2 * len(users))", "2")
ex.slip("no gradient reaches E0 through the graph: you propagate a detached copy, so BPR cannot "
        "teach it anything",
        "(A_hat, E0,", "(A_hat, E0.detach(),")
ex.slip("your scores come from E0 itself: this is BPR-MF, the graph is not used",
        GAP, "(E0[u] * (E0[i] - E0[j]))", hint=True)
ex.slip("your loss falls when negatives win: the positive's score must be the larger one",
        "(gap)", "(-gap)")
ex.slip("sigmoid, then log: from differences of about −100 on this is log 0. Use `F.logsigmoid` "
        "or `F.softplus`",
        LOGARITHM, "torch.log(torch.sigmoid(gap))")
ex.slip("the small number in your logarithm keeps the loss finite by cutting it off; "
        "`F.logsigmoid` and `F.softplus` need none",
        LOGARITHM, "torch.log(torch.sigmoid(gap) + 1e-10)")
ex.slip("item i is node num_users + i; you looked up the rows of users",
        "num_users + pos, num_users + neg", "pos, neg", hint=True)
ex.slip("your BPR part is a sum over the triples, the formula has their mean", ".mean()", ".sum()")
ex.slip("your ridge has its value, but no gradient: rows of a detached copy of E0 do not shrink",
        "E0[v]", "E0[v].detach()")
ex.slip("half of your scores is cut off: items are rows of a detached copy, so that they learn "
        "from the ridge only",
        "(E[i] - E[j])", "(E[i] - E[j]).detach()")
ex.slip("the small number in your logarithm cuts the loss off at 18; `F.logsigmoid` and "
        "`F.softplus` need none",
        LOGARITHM, "torch.log(torch.sigmoid(gap) + 1e-8)")
