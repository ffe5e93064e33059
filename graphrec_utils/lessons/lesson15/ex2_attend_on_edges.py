"""Exercise 15.2: the same attention as messages on the edges of a graph."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise


def _graph(
    rng, lengths=(4, 3), d: int = 3, loud: float = 1.5, lonely: int = 0, wide: int | None = None
) -> dict:
    """Histories side by side: each event hears those before it of the same user, and itself."""
    source, target, first = [], [], 0
    for length in lengths:
        for t in range(length):
            for s in range(t + 1):
                source.append(first + s)
                target.append(first + t)
        first += length
    N, order = first + lonely, rng.permutation(len(source))
    q, k, v = (torch.tensor(rng.normal(size=(N, w)) * loud).float() for w in (d, d, wide or d))
    return {
        "queries": q, "keys": k, "values": v,
        "source": torch.tensor(source)[order], "target": torch.tensor(target)[order],
    }  # fmt: skip


ex = Exercise(
    "15.2",
    "attend_on_edges",
    points=4,
    branch=True,
    hints=(
        "Every edge has one logit. Which edges have to add up to 1?",
        "logits[e] = q[target] · k[source] / √d. Per target: subtract the largest, take exp, divide by the sum "
        "of the edges with the same target; add weight times value of the source to the target.",
        "`top = torch.full((N,), -torch.inf).scatter_reduce(0, target, logits, 'amax')`; "
        "`e = (logits - top[target]).exp()`; `w = e / torch.zeros(N).index_add(0, target, e)[target]`; "
        "`torch.zeros(N, values.shape[1]).index_add(0, target, w[:, None] * values[source])`.",
    ),
)


@ex.solution
def attend_on_edges(queries, keys, values, source, target):
    N, d = queries.shape
    logits = (queries[target] * keys[source]).sum(dim=1) / math.sqrt(d)  # (E,)
    top = torch.full((N,), -torch.inf).scatter_reduce(0, target, logits, "amax")
    e = (logits - top[target]).exp()
    weights = e / torch.zeros(N).index_add(0, target, e)[target]
    return torch.zeros(N, values.shape[1]).index_add(0, target, weights[:, None] * values[source])


def _by_hand(rng) -> dict:
    """Node 0 hears itself, 4; node 1 hears both, (4 + 3 · 8) / 4 = 7; node 2 hears nobody, 0."""
    one, zero, key = (torch.tensor([x, 0.0, 0.0, 0.0]) for x in (1, 0, 2 * math.log(3)))
    return {
        "queries": torch.stack([one, one, zero]), "keys": torch.stack([zero, key, zero]),
        "values": torch.tensor([[4.0], [8.0], [100.0]]),
        "source": torch.tensor([0, 0, 1]), "target": torch.tensor([0, 1, 1]),
    }  # fmt: skip


ex.claim("the example of the text: three nodes, three edges", _by_hand)
ex.claim("one history", lambda rng: _graph(rng, (5,)), 2)
ex.claim("histories of several users in one graph do not mix", lambda rng: _graph(rng, (3, 1, 4)))
ex.claim("another width of keys than of values", lambda rng: _graph(rng, (4,), d=8, wide=2))
ex.claim("a node that hears nobody gets zeros", lambda rng: _graph(rng, (3, 2), lonely=2))
ex.claim("logits of hundreds stay finite", lambda rng: _graph(rng, (4, 2), loud=18.0))

ROOT, SUM = "math.sqrt(d)", "torch.zeros(N).index_add(0, target, e)[target]"

# fmt: off
ex.slip("your messages run backwards: an event would hear what came later; they go from source to "
        "target",
        "N, d =", "source, target = target, source\nN, d =")
ex.slip("your weights sum to 1 over the whole graph: every node has its own softmax",
        "top[target]", "logits.max()", SUM, "e.sum()")
ex.slip("your weights sum to 1 for each source: it is the one who hears that divides its attention",
        "(0, target, logits", "(0, source, logits", "top[target]", "top[source]",
        SUM, "torch.zeros(N).index_add(0, source, e)[source]")
ex.slip("exp of a large logit is inf, and inf / inf is NaN: subtract the largest logit of each "
        "target first",
        "(logits - top[target])", "logits", hint=True)
ex.slip("you subtract the largest logit of the whole graph: beside a loud node all exp of a quiet "
        "one are 0, and 0 / 0 is NaN",
        "top[target]", "logits.max()")
ex.slip("`out[target] += …` writes to a row once, however many edges arrive: index_add adds all "
        "messages",
        "return torch.zeros(N, values.shape[1]).index_add(0, target, weights[:, None] * values[source])", "out = torch.zeros(N, values.shape[1])\n"
        "for edge in range(len(source)):\n"
        "    out[target[edge]] = weights[edge] * values[source[edge]]\n"
        "return out")
ex.slip("you divide by the root of the width of the values: logits are products of queries and "
        "keys",
        ROOT, "math.sqrt(values.shape[1])")
ex.slip("you do not divide by √d", f" / {ROOT}", "", hint=True)
ex.slip("you add messages without dividing by the sum of a target's weights",
        f" / {SUM}", "", hint=True)
ex.slip("all edges of a node weigh the same in yours: that is a mean, and no attention",
        "queries[target]", "0 * queries[target]")
ex.slip("queries and keys are exchanged: the one who hears asks, the sender answers",
        "queries[target] * keys[source]", "keys[target] * queries[source]")
