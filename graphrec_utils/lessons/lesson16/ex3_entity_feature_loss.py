"""Exercise 16.3: the raw features of a neighbor ask for the pin whose neighbor it is."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling


def _loss(x, W, z, nodes, heard, columns, log_q, query=lambda x, W, nodes, heard: x[heard] @ W, keys=None,
          own=None, correct=lambda log_q, S: log_q + math.log(S), mask=lambda nodes, heard: nodes, out=-torch.inf,
          inside=True, reduce=torch.mean):  # fmt: skip
    """Return the sampled softmax; the options are what can go wrong.

    Args:
        query: who asks. keys: the table that is sought in; own: whose row is the right one.
        correct: what is subtracted from a column's score.
        mask: whose column leaves the negatives, None for nobody's; out: what stands in its place.
        inside: whether the right one is in the sum.
    """
    q, keys, own = (
        query(x, W, nodes, heard),
        z if keys is None else keys(x),
        nodes if own is None else heard,
    )
    pos = (q * keys[own]).sum(dim=1)
    neg = q @ keys[columns].T - correct(log_q, len(columns))
    if mask is not None:
        neg = neg.masked_fill(columns == mask(nodes, heard)[:, None], out)
    both = torch.cat([pos[:, None], neg], dim=1) if inside else neg
    return reduce(both.logsumexp(dim=1) - pos)


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


def _batch(rng, B=5, S=6, N=12, f=3, d=3, apart=False, loud=1.0) -> dict:
    normal = lambda *shape: torch.tensor(rng.normal(size=shape) * loud).float()  # noqa: E731
    nodes = torch.from_numpy(rng.permutation(N)[:B])
    columns = torch.from_numpy(rng.integers(0, N, S))
    if apart:
        columns = torch.from_numpy(
            rng.permutation([k for k in range(N) if k not in nodes.tolist()])[:S]
        )
    else:
        columns[0] = nodes[0]
    q = torch.tensor(rng.dirichlet([2.0] * N)).float()
    heard = torch.from_numpy((nodes.numpy() + 1 + rng.integers(0, N - 1, B)) % N)
    return {"x": normal(N, f), "W": normal(f, d), "z": normal(N, d), "nodes": nodes, "heard": heard,
            "columns": columns, "log_q": q[columns].log()}  # fmt: skip


ex = Exercise(
    "16.3",
    "entity_feature_loss",
    points=5,
    library=("graphrec_utils.models.omnisage.loss", "graphrec_utils.losses.sampled_softmax",
             "graphrec_utils.losses.corrected_softmax"),
    hints=(
        "Who asks, a node or its neighbor? And through what do raw features go before they are compared with z?",
        "Queries x[heard] @ W. The right answer is z[nodes]; negatives are z[columns], minus log Q and minus the "
        "logarithm of how many they are; a column that is the node itself leaves with -inf.",
        "`q = x[heard] @ W`; `neg = q @ z[columns].T - log_q - math.log(len(columns))`; mask; "
        "`(torch.cat([pos[:, None], neg], dim=1).logsumexp(dim=1) - pos).mean()`.",
    ),
)  # fmt: skip


@ex.solution
def entity_feature_loss(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, z, nodes, heard, columns, log_q)


def _by_hand(rng) -> dict:
    """Scores are z, and e^z is 2, 3, 4 and 1; the columns count 1, 2 and 1: (log 6 + log 3) / 2."""
    return {
        "x": torch.tensor([[1.5], [1.0], [0.5], [0.5]]), "W": torch.tensor([[2.0]]),
        "z": torch.tensor([[2.0], [3.0], [4.0], [1.0]]).log(), "nodes": torch.tensor([0, 1]),
        "heard": torch.tensor([3, 2]), "columns": torch.tensor([0, 1, 2]),
        "log_q": torch.tensor([1 / 3, 1 / 6, 1 / 3]).log(),
    }  # fmt: skip


def _of_encoder(got, expected, inputs) -> str | None:
    """Compare the value and the gradients of W and z; features and log Q are given, and nobody trains them."""

    def trained(x):
        return (x[0], list(x[1])[1:3]) if isinstance(x, list | tuple) and len(x) == 2 else x

    return close(trained(got), trained(expected), inputs)


OWN, OUT, PLAIN = (
    "the node is its own negative",
    "the right one is not in the sum",
    "no correction",
)
LEAVES, ZERO = "the neighbor leaves", "masked with zero"
ex.claim("the example of the text: log 6 and log 3", _by_hand)
ex.claim(
    "a neighbor's features ask for the node",
    telling(ex, lambda rng: _batch(rng, apart=True), wrong=(OUT, LEAVES)),
    2,
)
ex.claim(
    "the node itself is no negative",
    telling(ex, lambda rng: _batch(rng, S=4), wrong=(OWN, OUT, ZERO, "the encoder is not in it")),
    2,
)
ex.claim(
    "more columns, each corrected by its log Q",
    telling(ex, lambda rng: _batch(rng, B=3, S=9, N=15, apart=True), wrong=(OUT, LEAVES)),
)
ex.claim(
    "features and vectors of different width",
    telling(ex, lambda rng: _batch(rng, f=5, d=2), wrong=(OWN, ZERO)),
)
ex.claim(
    "scores of hundreds stay finite",
    telling(
        ex,
        lambda rng: _batch(rng, loud=9.0),
        wrong=(PLAIN, OUT),
        right=(OWN, LEAVES, ZERO, "the batch is counted"),
    ),
)
ex.claim(
    "the gradient reaches z and the network",
    telling(ex, lambda rng: _batch(rng, B=3, apart=True), wrong=(LEAVES,)),
    run="call and compare gradient",
    judge=_of_encoder,
)


@ex.mistake(
    "raw features ask, and raw features answer: no network and no z. Similar features find each other without any training, and "
    "the encoder learns nothing"
)
def features_on_both_sides(x, W, z, nodes, heard, columns, log_q):
    return _loss(
        x,
        W,
        z,
        nodes,
        heard,
        columns,
        log_q,
        query=lambda x, W, nodes, heard: x[heard],
        keys=lambda x: x,
    )


@ex.mistake(
    "features through the network on both sides: z, the vector that the encoder made, is not in your loss"
)
def the_encoder_is_not_in_it(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, z, nodes, heard, columns, log_q, keys=lambda x: x @ W)


@ex.mistake(
    "a node's own features ask for it in yours: what it says is in z already. A neighbor's features have to"
)
def its_own_features_ask(*inputs):
    return _variant(query=lambda x, W, nodes, heard: x[nodes] @ W)(*inputs)


@ex.mistake(
    "the neighbor's features ask for the neighbor in yours; they ask for the node that hears it"
)
def the_neighbor_is_sought(*inputs):
    return _variant(own="heard")(*inputs)


@ex.mistake("a column that is the node itself stays as a negative: it pushes the right answer away")
def the_node_is_its_own_negative(*inputs):
    return _variant(mask=None)(*inputs)


@ex.mistake("you do not divide by how many columns there are: minus log(S Q), not minus log Q")
def log_q_without_the_number(*inputs):
    return _variant(correct=lambda log_q, S: log_q)(*inputs)


@ex.mistake("you add log Q: pins that are drawn often would count even more")
def log_q_added(*inputs):
    return _variant(correct=lambda log_q, S: -log_q - math.log(S))(*inputs)


@ex.mistake("no correction: pins that are drawn often are pushed away more often")
def no_correction(*inputs):
    return _variant(correct=lambda log_q, S: torch.zeros(()))(*inputs)


@ex.mistake("the right pin is not in your sum: the loss can fall below 0")
def the_right_one_is_not_in_the_sum(*inputs):
    return _variant(inside=False)(*inputs)


@ex.mistake("you return the sum: the larger the batch, the larger the step")
def the_sum(*inputs):
    return _variant(reduce=torch.sum)(*inputs)


@ex.mistake("log Q is missing: you only divide by how many columns there are")
def the_number_without_log_q(*inputs):
    return _variant(correct=lambda log_q, S: math.log(S))(*inputs)


@ex.mistake("you add log Q and subtract log S: both are subtracted")
def log_q_added_log_s_subtracted(*inputs):
    return _variant(correct=lambda log_q, S: math.log(S) - log_q)(*inputs)


@ex.mistake("you subtract log Q and add log S: both are subtracted")
def log_s_added(*inputs):
    return _variant(correct=lambda log_q, S: log_q - math.log(S))(*inputs)


@ex.mistake("you subtract Q itself: log_q is a logarithm already")
def q_instead_of_log_q(*inputs):
    return _variant(correct=lambda log_q, S: log_q.exp() + math.log(S))(*inputs)


@ex.mistake("your S is the number of questions: it is the number of columns that were drawn")
def the_batch_is_counted(x, W, z, nodes, heard, columns, log_q):
    B = len(nodes)
    return _loss(x, W, z, nodes, heard, columns, log_q,
                 correct=lambda log_q, S: log_q + math.log(B))  # fmt: skip


@ex.mistake("you take the neighbor's column out: the node's own has to go, the neighbor may stay")
def the_neighbor_leaves(*inputs):
    return _variant(mask=lambda nodes, heard: heard)(*inputs)


@ex.mistake("the node's own column has a score of 0 in yours, and exp(0) is 1: it needs -inf")
def masked_with_zero(*inputs):
    return _variant(out=0.0)(*inputs)


@ex.mistake("your exponentials overflow: a logsumexp takes the largest score out first")
def exponentials_overflow(x, W, z, nodes, heard, columns, log_q):
    q = x[heard] @ W
    pos = (q * z[nodes]).sum(dim=1).exp()
    neg = (q @ z[columns].T - log_q - math.log(len(columns))).exp()
    neg = torch.where(columns == nodes[:, None], torch.zeros(()), neg)
    return -(pos / (pos + neg.sum(dim=1))).log().mean()


@ex.mistake("no gradient reaches z: the encoder is not taught. Leave detach away")
def z_is_detached(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, z.detach(), nodes, heard, columns, log_q)


@ex.mistake("no gradient reaches W: the network is not taught. Leave detach away")
def the_network_is_detached(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W.detach(), z, nodes, heard, columns, log_q)


@ex.mistake("you bring z to length 1: it is taken as it comes")
def z_of_length_one(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, torch.nn.functional.normalize(z, dim=1), nodes, heard, columns, log_q)


@ex.mistake("z asks and features are found in yours: features of the neighbor ask, and z is found")
def z_asks_for_features(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, z, heard, nodes, columns, log_q, query=lambda x, W, nodes, heard: z[heard],
                 keys=lambda x: x @ W, mask=lambda nodes, heard: heard)  # fmt: skip


@ex.mistake("the neighbor's z asks in yours: its raw features do, through W")
def the_neighbor_s_vector_asks(x, W, z, nodes, heard, columns, log_q):
    return _loss(x, W, z, nodes, heard, columns, log_q,
                 query=lambda x, W, nodes, heard: z[heard])  # fmt: skip


@ex.mistake("your negatives are the other nodes of the batch: here they are the columns")
def the_batch_as_negatives(x, W, z, nodes, heard, columns, log_q):
    scores = x[heard] @ W @ z[nodes].T
    return (scores.logsumexp(dim=1) - scores.diagonal()).mean()


@ex.mistake("you ask of every column yes or no: one softmax lets the right one win against all")
def yes_or_no(x, W, z, nodes, heard, columns, log_q):
    q = x[heard] @ W
    neg = q @ z[columns].T - log_q - math.log(len(columns))
    neg = neg.masked_fill(columns == nodes[:, None], -torch.inf)
    softplus = torch.nn.functional.softplus
    return (softplus(-(q * z[nodes]).sum(dim=1)) + softplus(neg).sum(dim=1)).mean()
