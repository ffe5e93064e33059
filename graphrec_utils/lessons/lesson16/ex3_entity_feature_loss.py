"""Exercise 16.3: the raw features of a neighbor ask for the pin whose neighbor it is."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling


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
    branch=True,
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
    q = x[heard] @ W
    pos = (q * z[nodes]).sum(dim=1)
    neg = q @ z[columns].T - log_q - math.log(len(columns))
    neg = neg.masked_fill(columns == nodes[:, None], -torch.inf)
    return (torch.cat([pos[:, None], neg], dim=1).logsumexp(dim=1) - pos).mean()


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
    "the node itself stays as a negative",
    "the right pin is not in your sum",
    "no correction: ",
)
LEAVES, ZERO = "the neighbor's column out", "has a score of 0 in yours"
ex.claim("the example of the text: log 6 and log 3", _by_hand)
ex.claim(
    "a neighbor's features ask for the node",
    telling(ex, lambda rng: _batch(rng, apart=True), wrong=(OUT, LEAVES)),
    2,
)
ex.claim(
    "the node itself is no negative",
    telling(ex, lambda rng: _batch(rng, S=4), wrong=(OWN, OUT, ZERO, "is not in your loss")),
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
        right=(OWN, LEAVES, ZERO, "your S is the number of questions"),
    ),
)
ex.claim(
    "the gradient reaches z and the network",
    telling(ex, lambda rng: _batch(rng, B=3, apart=True), wrong=(LEAVES,)),
    run="call and compare gradient",
    judge=_of_encoder,
)

Q, S = " - log_q", " - math.log(len(columns))"
SUM = "torch.cat([pos[:, None], neg], dim=1).logsumexp(dim=1)"
LOSS = f"return ({SUM} - pos).mean()"

# fmt: off
ex.slip("raw features ask, and raw features answer: no network and no z. Similar features find "
        "each other without any training, and the encoder learns nothing",
        "q = x[heard] @ W", "q, z = x[heard], x")
ex.slip("features through the network on both sides: z, the vector that the encoder made, is not "
        "in your loss",
        "q = ", "z = x @ W\nq = ")
ex.slip("a node's own features ask for it in yours: what it says is in z already. A neighbor's "
        "features have to",
        "x[heard]", "x[nodes]", hint=True)
ex.slip("the neighbor's features ask for the neighbor in yours; they ask for the node that hears "
        "it",
        "z[nodes]", "z[heard]", hint=True)
ex.slip("a column that is the node itself stays as a negative: it pushes the right answer away",
        "neg.masked_fill(columns == nodes[:, None], -torch.inf)", "neg")
ex.slip("you do not divide by how many columns there are: minus log(S Q), not minus log Q",
        S, "", hint=True)
ex.slip("you add log Q: pins that are drawn often would count even more",
        f"{Q}{S}", " + log_q + math.log(len(columns))")
ex.slip("no correction: pins that are drawn often are pushed away more often", f"{Q}{S}", "")
ex.slip("the right pin is not in your sum: the loss can fall below 0", SUM, "neg.logsumexp(dim=1)")
ex.slip("you return the sum: the larger the batch, the larger the step", ".mean()", ".sum()")
ex.slip("log Q is missing: you only divide by how many columns there are", Q, "")
ex.slip("you add log Q and subtract log S: both are subtracted", Q, " + log_q")
ex.slip("you subtract log Q and add log S: both are subtracted", S, " + math.log(len(columns))")
ex.slip("you subtract Q itself: log_q is a logarithm already", Q, " - log_q.exp()")
ex.slip("your S is the number of questions: it is the number of columns that were drawn",
        "len(columns)", "len(nodes)")
ex.slip("you take the neighbor's column out: the node's own has to go, the neighbor may stay",
        "== nodes", "== heard")
ex.slip("the node's own column has a score of 0 in yours, and exp(0) is 1: it needs -inf",
        "-torch.inf", "0.0")
ex.slip("your exponentials overflow: a logsumexp takes the largest score out first",
        LOSS, "return -(pos.exp() / (pos.exp() + neg.exp().sum(dim=1))).log().mean()")
ex.slip("no gradient reaches z: the encoder is not taught. Leave detach away",
        "q = ", "z = z.detach()\nq = ")
ex.slip("no gradient reaches W: the network is not taught. Leave detach away",
        "@ W", "@ W.detach()")
ex.slip("you bring z to length 1: it is taken as it comes",
        "q = ", "z = torch.nn.functional.normalize(z, dim=1)\nq = ")
ex.slip("z asks and features are found in yours: features of the neighbor ask, and z is found",
        "q = x[heard] @ W", "q, z = z[nodes], x @ W", "z[nodes]", "z[heard]")
ex.slip("the neighbor's z asks in yours: its raw features do, through W",
        "x[heard] @ W", "z[heard]")
ex.slip("your negatives are the other nodes of the batch: here they are the columns",
        LOSS, "scores = q @ z[nodes].T\nreturn (scores.logsumexp(dim=1) - scores.diagonal()).mean()")
ex.slip("you ask of every column yes or no: one softmax lets the right one win against all",
        LOSS, "softplus = torch.nn.functional.softplus\n"
        "return (softplus(-pos) + softplus(neg).sum(dim=1)).mean()")
