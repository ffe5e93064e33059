r"""A dot product that learns by softmax: against which negatives, and corrected how.

What lesson 11 compares, on one model with a vector for each user and each item, so that nothing else
differs. A batch draws B interactions; all its rows share S columns of negatives, of which a share is
drawn from all items alike and the others are items of the batch. Their log Q is `sampling.mixture`.

| loss | a row's negatives | corrected by |
|---|---|---|
| full | all other items | – |
| bce | the columns, each pair for itself | – |
| none | the columns without hits | – |
| all | the columns, hits too | log Q of every column and of the positive (Yi et al. 2019) |
| negatives | the columns without hits | log Q of the columns, no n |
| corrected | the columns without hits | `losses.corrected_softmax` (Khrylchenko et al. 2025) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from graphrec_utils import arguments, losses, sampling, train
from graphrec_utils.data import Interactions
from graphrec_utils.models.ncf import Dot
from graphrec_utils.models.scoring import Factors

LOSSES = ("full", "bce", "none", "all", "negatives", "corrected")


def fit(
    events: Interactions,
    loss: str = "corrected",
    num_negatives: int = 1024,
    uniform: float = 0.0,
    dim: int = 32,
    batch: int = 1024,
    lr: float = 0.01,
    reg: float = 0.0,
    epochs: int = 10,
    seed: int = 0,
    temperature: float | None = None,
    device: torch.device | str = "cpu",
    evaluate: Callable[[Factors], float] | None = None,
    callback: Callable[[int, Factors], bool | None] | None = None,
    **training,
) -> Factors:
    """Return the vectors of users and items after so many epochs of Adam.

    Args:
        events: what users liked; each event comes once an epoch, in random order.
        loss: one of LOSSES.
        num_negatives: S, columns shared by a batch; items of the batch are at most B.
        uniform: the share of the S columns that is drawn from all items alike.
        dim, batch, lr, reg: d, B, the learning rate, and the weight of the mean squared length of
            the vectors of a batch's pairs.
        epochs: how many at most.
        seed: of start, order and negatives.
        temperature: if given all vectors have length 1, and scores are their products over it.
        device: where it trains, and where the vectors are; negatives are drawn on the CPU.
        evaluate: called with the factors; see `train.fit`.
        callback: called as `callback(epoch, factors)` after each epoch, from 1; True ends it.
        training: every, patience, schedule and progress of `train.fit`.

    Raises:
        ValueError: there are no events, the loss is unknown, a number is out of range, or the training
            diverged.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
    if not len(events):
        raise ValueError("there are no events to learn from")
    if not 0 <= uniform <= 1:
        raise ValueError(f"uniform must be a share between 0 and 1; got {uniform}")
    if not reg >= 0:
        raise ValueError(f"reg must be at least 0; got {reg}")
    arguments.integer("num_negatives", num_negatives)
    arguments.integer("batch", batch)
    arguments.positive(lr=lr)
    if temperature is not None:
        arguments.positive(temperature=temperature)
    model = Dot(events.num_users, events.num_items, dim, seed=seed).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    counts = np.bincount(events.items, minlength=events.num_items)
    log_q, rng = sampling.popularity(counts), np.random.default_rng(seed)
    users, items = (torch.tensor(x, device=device) for x in (events.users, events.items))

    def batches(rng: np.random.Generator) -> Iterator[tuple[Tensor, ...]]:
        for rows in torch.from_numpy(rng.permutation(len(users))).to(device).split(batch):
            columns = _columns(items[rows], log_q, num_negatives, uniform, rng)
            yield users[rows], items[rows], *columns

    def value(model: Dot, batch: tuple[Tensor, ...]) -> Tensor:
        users, items, columns, q = batch
        e_u, e_i = model.user(users), model.item(items)
        # all items are looked up by the full softmax only
        e_j = model.item.weight if loss == "full" else model.item(columns)
        if temperature:
            e_u, e_i, e_j = F.normalize(e_u) / temperature, F.normalize(e_i), F.normalize(e_j)
        mean = _value(loss, e_u, e_i, e_j, items, columns, q)
        squares = e_u.square().sum() + e_i.square().sum()
        return mean + reg * squares / len(users) if reg else mean

    train.fit(
        train.Torch(model, value, optimizer),
        batches,
        epochs=arguments.integer("epochs", epochs),
        seed=rng,
        evaluate=evaluate and (lambda: evaluate(_factors(model, temperature))),
        callback=callback and (lambda epoch, _: callback(epoch, _factors(model, temperature))),
        **{"progress": False} | training,
    )
    return _factors(model, temperature)


def _columns(
    items: Tensor, log_q: Tensor, size: int, uniform: float, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return (S,) items that the batch has as negatives, and (n,) log Q* of all items."""
    from_all = round(uniform * size)
    own = min(size - from_all, len(items))
    drawn = torch.from_numpy(rng.integers(0, len(log_q), from_all))
    rows = torch.from_numpy(rng.permutation(len(items))[:own])
    columns = torch.cat([items[rows.to(items.device)], drawn.to(items.device)])
    return columns, sampling.mixture(log_q, own, from_all).to(items.device)


def _value(
    loss: str, e_u: Tensor, e_i: Tensor, e_j: Tensor, items: Tensor, columns: Tensor, log_q: Tensor
) -> Tensor:
    """Return the mean loss of a batch of pairs (B, d) and its negatives (S, d), or of all items."""
    if loss == "full":
        return losses.full_softmax(e_u @ e_j.T, items)
    pos, neg = (e_u * e_i).sum(dim=1), e_u @ e_j.T  # (B,), (B, S)
    if loss == "bce":
        return losses.bce(pos, neg)
    q, q_pos = log_q[columns].float(), log_q[items].float()
    hits = items[:, None] == columns  # (B, S)
    if loss == "none":
        return losses.sampled_softmax(pos, neg, hits=hits)
    if loss == "all":
        return losses.sampled_softmax(pos, neg, q, q_pos)
    if loss == "negatives":
        return losses.sampled_softmax(pos, neg, q, hits=hits)
    return losses.corrected_softmax(pos, neg, q, q_pos, hits)


def _factors(model: Dot, temperature: float | None) -> Factors:
    vectors = (x.detach().clone() for x in model.embeddings())
    return Factors(*(F.normalize(x) if temperature else x for x in vectors))
