"""Exercise 07.1: the unsupervised loss of GraphSAGE, with the minus that the slide has lost."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import normal


def _loss(z_u, z_v, z_n, near=lambda s: F.softplus(-s), far=F.softplus, of=lambda u, v: u,
          gather=lambda x: x.sum(dim=1), total=lambda x: x.mean(), factor=1.0):  # fmt: skip
    """Options are what can go wrong; softplus(x) is -log sigmoid(-x)."""
    pos = (z_u * z_v).sum(dim=1)
    neg = of(z_u, z_v) @ z_n.T
    return total(near(pos) + factor * gather(far(neg)))


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


def _batch(rng, B: int = 4, S: int = 3, d: int = 3, size: float = 1.0) -> dict:
    z = {"z_u": normal(rng, B, d), "z_v": normal(rng, B, d), "z_n": normal(rng, S, d)}
    return {name: size * F.normalize(x, dim=1) for name, x in z.items()}


ex = Exercise(
    "07.1",
    "sage_loss",
    points=4,
    library=("graphrec_utils.losses.bce", "graphrec_utils.losses.bpr"),
    hints=(
        "For which z_n is the slide's second term smallest: when it points away from z_u, or along it?",
        "−log σ(z_u · z_v) − Σ_n log σ(**−** z_u · z_n): a minus before the negatives' product. The sum is over the "
        "negatives, the mean over the rows.",
        "`pos = (z_u * z_v).sum(dim=1)`; `neg = z_u @ z_n.T`; `(-F.logsigmoid(pos) - "
        "F.logsigmoid(-neg).sum(dim=1)).mean()`.",
    ),
)


@ex.solution
def sage_loss(z_u, z_v, z_n):
    return _loss(z_u, z_v, z_n)


def _by_hand(rng) -> dict:
    e = torch.tensor([[1.0, 0.0]])
    return {"z_u": e, "z_v": e.clone(), "z_n": e.clone()}


def _two(rng) -> dict:
    f = torch.tensor
    return {"z_u": f([[1.0, 0]]), "z_v": f([[0.5, 0]]), "z_n": f([[1.0, 0], [-1.0, 0]])}


ex.claim("three equal vectors (1, 0): log(1 + 1/e) + log(1 + e) = 1.6265", _by_hand)
ex.claim("positive 0.5, negatives 1 and −1: the sum of both, 2.1006", _two)
ex.claim("four rows, three negatives that they share", _batch)
ex.claim("six rows, five negatives, longer vectors", lambda rng: _batch(rng, 6, 5, 4, 3.0))
ex.claim("the gradient pulls pairs together and negatives away", _batch, run="call and compare gradient")  # fmt: skip
ex.claim("scores of a hundred and more: no infinity, no NaN", lambda rng: _batch(rng, 5, 2, 3, 15.0), 2)  # fmt: skip


@ex.mistake("this is the slide's loss: without a minus inside the second σ it is smallest when everything "
            "points the same way, and that is where training goes")  # fmt: skip
def the_slide_s_sign(*inputs):
    return _variant(far=lambda s: F.softplus(-s))(*inputs)


@ex.mistake(
    "your second term is added as log σ, not subtracted: it goes to minus infinity, and negatives come near"
)
def negatives_added(*inputs):
    return _variant(far=lambda s: -F.softplus(s))(*inputs)


@ex.mistake(
    "you take the mean over the negatives: the formula's Q times an expectation is their sum"
)
def mean_over_negatives(*inputs):
    return _variant(gather=lambda x: x.mean(dim=1))(*inputs)


@ex.mistake(
    "the sum is multiplied by the number of negatives once more: Q times the mean is the sum"
)
def counted_twice(*inputs):
    return _variant(factor=len(inputs[2]))(*inputs)


@ex.mistake(
    "you sum over the rows of the batch: the loss is their mean, or it grows with the batch"
)
def sum_over_rows(*inputs):
    return _variant(total=lambda x: x.sum())(*inputs)


@ex.mistake("you compare the negatives with z_v: they are compared with z_u")
def negatives_of_v(*inputs):
    return _variant(of=lambda u, v: v)(*inputs)


@ex.mistake("the first term has a minus inside: pairs are pushed apart")
def pairs_apart(*inputs):
    return _variant(near=F.softplus)(*inputs)


@ex.mistake("the logarithm is missing: a σ alone has no gradient left where it is most wrong")
def no_logarithm(*inputs):
    return _variant(near=lambda s: -s.sigmoid(), far=lambda s: -(-s).sigmoid())(*inputs)


@ex.mistake("the negatives are not used: then all vectors may be equal")
def no_negatives(*inputs):
    return _variant(gather=lambda x: 0 * x.sum(dim=1))(*inputs)


@ex.mistake(
    "you compute σ first and its logarithm afterwards: log 0 is minus infinity; F.logsigmoid does both"
)
def log_of_sigmoid(*inputs):
    return _variant(near=lambda s: -s.sigmoid().log(), far=lambda s: -(1 - s.sigmoid()).log())(
        *inputs
    )


@ex.mistake("this is BPR, each negative against the positive: here each score is judged for itself")
def this_is_bpr(z_u, z_v, z_n):
    pos, neg = (z_u * z_v).sum(dim=1, keepdim=True), z_u @ z_n.T
    return F.softplus(neg - pos).sum(dim=1).mean()
