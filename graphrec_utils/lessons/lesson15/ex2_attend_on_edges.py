"""Exercise 15.2: the same attention as messages on the edges of a graph."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from graphrec_utils.exercises.core import Exercise


def _messages(queries, keys, values, source, target, scale=math.sqrt, per="target", shift=True,
              weigh=True):  # fmt: skip
    """Return what each node hears; the options are what can go wrong.

    Args:
        scale: d to what logits are divided by.
        per: edges of one "target", of one "source" or of the whole "graph" share a softmax.
        shift: subtract the largest logit first.
        weigh: divide by the sum.
    """
    N, d = queries.shape
    logits = (queries[target] * keys[source]).sum(dim=1) / scale(d)  # (E,)
    group = {"target": target, "source": source, "graph": torch.zeros_like(target)}[per]
    if shift:
        top = torch.full((N,), -torch.inf).scatter_reduce(0, group, logits.detach(), "amax")
        logits = logits - top[group]
    e = logits.exp()
    if weigh:
        e = e / torch.zeros(N).index_add(0, group, e)[group]
    return torch.zeros(N, values.shape[1]).index_add(0, target, e[:, None] * values[source])


def _variant(**options) -> Callable:
    return lambda *inputs: _messages(*inputs, **options)


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
    return _messages(queries, keys, values, source, target)


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


@ex.mistake(
    "your messages run backwards: an event would hear what came later; they go from source to target"
)
def the_other_direction(queries, keys, values, source, target):
    return _messages(queries, keys, values, target, source)


@ex.mistake("your weights sum to 1 over the whole graph: every node has its own softmax")
def one_softmax_for_all(*inputs):
    return _variant(per="graph")(*inputs)


@ex.mistake(
    "your weights sum to 1 for each source: it is the one who hears that divides its attention"
)
def softmax_per_source(*inputs):
    return _variant(per="source")(*inputs)


@ex.mistake(
    "exp of a large logit is inf, and inf / inf is NaN: subtract the largest logit of each target first"
)
def no_shift(*inputs):
    return _variant(shift=False)(*inputs)


@ex.mistake(
    "you subtract the largest logit of the whole graph: beside a loud node all exp of a quiet one are 0, and 0 / 0 is NaN"
)
def shifted_by_the_largest_of_all(queries, keys, values, source, target):
    logits = (queries[target] * keys[source]).sum(dim=1) / math.sqrt(queries.shape[1])
    e = (logits - logits.max()).exp()
    e = e / torch.zeros(len(queries)).index_add(0, target, e)[target]
    return torch.zeros_like(queries[:, :1] * values[:1]).index_add(
        0, target, e[:, None] * values[source]
    )


@ex.mistake(
    "`out[target] += …` writes to a row once, however many edges arrive: index_add adds all messages"
)
def added_once(queries, keys, values, source, target):
    logits = (queries[target] * keys[source]).sum(dim=1) / math.sqrt(queries.shape[1])
    top = torch.full((len(queries),), -torch.inf).scatter_reduce(0, target, logits, "amax")
    e = (logits - top[target]).exp()
    e = e / torch.zeros(len(queries)).index_add(0, target, e)[target]
    out = torch.zeros(len(queries), values.shape[1])
    for edge in range(len(source)):
        out[target[edge]] = e[edge] * values[source[edge]]
    return out


@ex.mistake(
    "you divide by the root of the width of the values: logits are products of queries and keys"
)
def divided_by_the_width_of_values(queries, keys, values, source, target):
    wide = values.shape[1]
    return _messages(queries, keys, values, source, target, scale=lambda d: math.sqrt(wide))


@ex.mistake("you do not divide by √d")
def not_divided_by_the_root(*inputs):
    return _variant(scale=lambda d: 1.0)(*inputs)


@ex.mistake("you add messages without dividing by the sum of a target's weights")
def weights_do_not_sum_to_one(*inputs):
    return _variant(weigh=False)(*inputs)


@ex.mistake("all edges of a node weigh the same in yours: that is a mean, and no attention")
def a_plain_mean(queries, keys, values, source, target):
    return _messages(0 * queries, keys, values, source, target)


@ex.mistake("queries and keys are exchanged: the one who hears asks, the sender answers")
def query_and_key_exchanged(queries, keys, values, source, target):
    return _messages(keys, queries, values, source, target)
