"""Exercise 09.3: the hinge with the sign that lets a model learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _own(z_q, z_hard):
    return torch.einsum("bd,bhd->bh", z_q, z_hard)


def _easy(z_q, z_shared):
    return z_q @ z_shared.T


def _loss(z_q, z_i, z_shared, z_hard, margin, sign=1, easy=_easy, hard=_own, gather=None,
          total=lambda x: F.relu(x).mean()):  # fmt: skip
    pos = (z_q * z_i).sum(dim=1, keepdim=True)
    parts = [part(z_q, z) for part, z in ((easy, z_shared), (hard, z_hard)) if part]
    if gather is not None:
        return gather([F.relu(neg - pos + margin) for neg in parts])
    neg = torch.cat(parts, dim=1)
    return total(sign * (neg - pos) + margin)


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


def _batch(rng, B: int = 4, S: int = 5, H: int = 2, d: int = 3, margin: float = 0.2) -> dict:
    def normal(*shape):
        return torch.from_numpy(0.7 * rng.normal(size=shape).astype(np.float32))

    return {"z_q": normal(B, d), "z_i": normal(B, d), "z_shared": normal(S, d),
            "z_hard": normal(B, H, d), "margin": margin}  # fmt: skip


ex = Exercise(
    "09.3",
    "pinsage_loss",
    points=5,
    library="graphrec_utils.losses.hinge",
    hints=(
        "When should the loss be 0: when the negative is far above the positive, or far below?",
        "One number for each pair of query and negative: max(0, neg − pos + margin). A query has S shared "
        "negatives and H of its own. The mean of all B · (S + H) numbers.",
        "`pos = (z_q * z_i).sum(1, keepdim=True)`; `neg = torch.cat([z_q @ z_shared.T, (z_q[:, None] * "
        "z_hard).sum(2)], 1)`; `torch.relu(neg - pos + margin).mean()`.",
    ),
)


@ex.solution
def pinsage_loss(z_q, z_i, z_shared, z_hard, margin):
    return _loss(z_q, z_i, z_shared, z_hard, margin)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"z_q": f([[1.0, 0]]), "z_i": f([[0.5, 0]]), "z_shared": f([[0.9, 0], [0.3, 0]]),
            "z_hard": f([[[0.5, 0]]]), "margin": 0.1}  # fmt: skip


ex.claim(
    "positive 0.5, shared negatives 0.9 and 0.3, a hard one 0.5, margin 0.1: a fifth", _by_hand
)
ex.claim("the first epoch: no hard negatives", lambda rng: _batch(rng, H=0))
ex.claim("two hard negatives for each query", _batch)
ex.claim("three queries, six hard ones, another margin", lambda rng: _batch(rng, 3, 4, 6, 4, 0.6))


def _learned(rng) -> dict:
    """Positives are far ahead of every negative."""
    z = torch.from_numpy(np.abs(rng.normal(size=(4, 3))).astype(np.float32)) + 0.5
    inputs = _batch(rng)
    return inputs | {"z_q": z, "z_i": 2 * z, "z_shared": -inputs["z_shared"].abs(),
                     "z_hard": -inputs["z_hard"].abs()}  # fmt: skip


ex.claim("all positives are far ahead: nothing left to learn", _learned)
ex.claim(
    "the gradient pulls positives up and negatives down", _batch, run="call and compare gradient"
)


@ex.mistake(
    "your sign is the slide's, positive minus negative: it punishes every pair that is right already, "
    "and training pushes positives away"
)
def the_slide_s_sign(*inputs):
    return _variant(sign=-1)(*inputs)


@ex.mistake("you take the mean first and max(0, ·) afterwards: pairs that are right pay for those that "
            "are not")  # fmt: skip
def relu_of_the_mean(*inputs):
    return _variant(total=lambda x: F.relu(x.mean()))(*inputs)


@ex.mistake(
    "the max(0, ·) is missing: a pair that is right already would be pushed further for ever"
)
def no_hinge(*inputs):
    return _variant(total=lambda x: x.mean())(*inputs)


@ex.mistake("hard negatives replace the shared ones in yours: the paper adds them")
def hard_replace_shared(*inputs):
    replaced = inputs[3].shape[1] > 0
    return _variant(easy=None if replaced else _easy)(*inputs)


@ex.mistake("the hard negatives are not used")
def hard_are_forgotten(*inputs):
    return _variant(hard=None)(*inputs)


@ex.mistake("each query is compared with the hard negatives of all queries: they belong to one")
def hard_are_shared(*inputs):
    return _variant(hard=lambda q, z: q @ z.reshape(-1, q.shape[1]).T)(*inputs)


@ex.mistake("you sum over the negatives: the mean is over all pairs of query and negative")
def sum_over_negatives(*inputs):
    return _variant(total=lambda x: F.relu(x).sum(dim=1).mean())(*inputs)


@ex.mistake("you sum over everything; the paper takes an expectation, here the mean")
def sum_over_all(*inputs):
    return _variant(total=lambda x: F.relu(x).sum())(*inputs)


@ex.mistake("you add the mean of the shared and the mean of the hard negatives: a hard one then "
            "counts as much as many shared ones; the mean is over all of them together")  # fmt: skip
def two_means(*inputs):
    def both(parts):
        return sum(x.mean() for x in parts if x.numel())

    return _variant(gather=both)(*inputs)


@ex.mistake("only the hardest negative of each query counts in yours")
def the_hardest_only(*inputs):
    return _variant(total=lambda x: F.relu(x.max(dim=1).values).mean())(*inputs)


@ex.mistake("the margin is missing")
def no_margin(*inputs):
    return _loss(*inputs[:4], 0.0)


@ex.mistake("the margin is subtracted: then a negative may be ahead by it and nothing happens")
def margin_subtracted(*inputs):
    return _loss(*inputs[:4], -inputs[4])


@ex.mistake("you compare cosines: here the vectors are taken as they are")
def cosines(z_q, z_i, z_shared, z_hard, margin):
    return _loss(*(F.normalize(z, dim=-1) for z in (z_q, z_i, z_shared, z_hard)), margin)


@ex.mistake("both signs are turned, that of the scores and that of the margin")
def all_turned(*inputs):
    return _variant(sign=-1)(*inputs[:4], -inputs[4])


@ex.mistake(
    "you take a softplus instead of max(0, ·): it is never 0, so nothing is ever good enough"
)
def softplus(*inputs):
    return _variant(total=lambda x: F.softplus(x).mean())(*inputs)


@ex.mistake(
    "you take the mean over the pairs that are still wrong only: the mean is over all of them"
)
def mean_of_the_wrong(*inputs):
    def over(x):
        wrong = x[x > 0]
        return wrong.mean() if len(wrong) else x.sum() * 0

    return _variant(total=over)(*inputs)


@ex.mistake("the margin is added after the max(0, ·): it belongs inside, or a small lead is enough")
def margin_outside(*inputs):
    return _loss(*inputs[:4], 0.0) + inputs[4]


@ex.mistake(
    "you take the mean over the negatives and add up the queries: the mean is over all pairs"
)
def sum_over_queries(*inputs):
    return _variant(total=lambda x: F.relu(x).mean(dim=1).sum())(*inputs)


@ex.mistake(
    "you take the mean of two means, shared and hard half and half: every pair of query and negative counts alike"
)
def mean_of_two_means(*inputs):
    def both(parts):
        parts = [x.mean() for x in parts if x.numel()]
        return sum(parts) / len(parts)

    return _variant(gather=both)(*inputs)


@ex.mistake("only the hard negatives are in your mean: the shared ones are missing")
def shared_are_forgotten(*inputs):
    return _variant(easy=None)(*inputs)


@ex.mistake(
    "you average the negatives of a query before the max(0, ·): far ones make up for near ones"
)
def mean_inside_the_hinge(*inputs):
    return _variant(total=lambda x: F.relu(x.mean(dim=1)).mean())(*inputs)


@ex.mistake("without hard negatives yours is NaN, the mean of nothing: H may be 0")
def nan_without_hard_ones(*inputs):
    def weighted(parts):
        each = [x.shape[1] for x in parts]
        return sum(k * x.mean() for k, x in zip(each, parts, strict=True)) / sum(each)

    return _variant(gather=weighted)(*inputs)


@ex.mistake(
    "each query is compared with the positives of all queries: row k of z_q belongs to row k of z_i alone"
)
def all_positives(z_q, z_i, z_shared, z_hard, margin):
    neg = torch.cat([_easy(z_q, z_shared), _own(z_q, z_hard)], dim=1)
    return F.relu(neg[:, None] - (z_q @ z_i.T)[:, :, None] + margin).mean()


@ex.mistake("your negatives are compared with the positive item: their product is with the query")
def negatives_of_the_item(z_q, z_i, z_shared, z_hard, margin):
    neg = torch.cat([_easy(z_i, z_shared), _own(z_i, z_hard)], dim=1)
    return F.relu(neg - (z_q * z_i).sum(dim=1, keepdim=True) + margin).mean()


@ex.mistake("no gradient reaches your negatives: they were detached, and nothing pushes them away")
def negatives_are_detached(z_q, z_i, z_shared, z_hard, margin):
    return _loss(z_q, z_i, z_shared.detach(), z_hard.detach(), margin)


@ex.mistake(
    "the value is right, but no gradient goes through it: .item(), .detach() or torch.tensor(…) cut it off"
)
def no_gradient(*inputs):
    return _loss(*inputs).detach()
