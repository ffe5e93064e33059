r"""What a sampled softmax does on average: every possible draw of negatives, with its probability.

With a handful of items nothing has to be simulated. There are $\binom{n + S - 1}{S}$ multisets of S
draws from n items, and a loss is asked for all of them at once, a row for each. Two questions are
answered so, and they are not the same one:

    gradient     what the loss pulls at, averaged, at given logits: its error as an estimate of the
                 full softmax's gradient
    optimum      the logits at which that average is zero for a user with probabilities p: what the
                 model learns in the end, with so few negatives

A loss is any function of (pos, neg, log_q_neg, log_q_pos, hits), of shapes (B,), (B, S), (B, S), (B,)
and (B, S) bool, that returns the mean over its B rows. `VARIANTS` are those of `sampled_softmax`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import root
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.losses.softmax import corrected_softmax, sampled_softmax

Loss = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
MOST = 200_000  # rows that are made at once
FAR = 25.0  # logits that are further apart than this stand for no finite optimum


class Variant(NamedTuple):
    """A loss, and whether its negatives are drawn from Q' (never the positive) instead of Q."""

    loss: Loss
    without: bool = False


VARIANTS = {
    "none": Variant(lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg)),
    "negatives only": Variant(lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg, q)),
    "negatives only, hits out": Variant(
        lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg, q, hits=hits)
    ),
    "nQ": Variant(
        lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg, q, num_draws=neg.shape[1])
    ),
    "nQ, hits out": Variant(
        lambda pos, neg, q, q_pos, hits: sampled_softmax(
            pos, neg, q, num_draws=neg.shape[1], hits=hits
        )
    ),
    "Yi": Variant(lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg, q, q_pos)),
    "Yi, hits out": Variant(
        lambda pos, neg, q, q_pos, hits: sampled_softmax(pos, neg, q, q_pos, hits=hits)
    ),
    "corrected": Variant(corrected_softmax, without=True),
}


def gradient(
    loss: Loss, logits: Tensor, Q: Tensor, positive: int, num_draws: int, without: bool = False
) -> Tensor:
    """Return the (n,) mean gradient of the loss with respect to the logits, over all draws.

    Args:
        loss: see the head of the module; it is called once, with a row for each multiset.
        logits: (n,) scores of all items, float64.
        Q: (n,) probabilities of a draw, each above 0.
        positive: the observed item.
        num_draws: S, the negatives of a row.
        without: draws that hold the positive are drawn again: negatives come from Q'. The loss is
            given log Q all the same.

    Raises:
        ValueError: Q is no distribution over the items, the positive is none of them, or there are
            too many multisets to look at.
    """
    Q = _checked(logits, Q, positive)
    items = [j for j in range(len(Q)) if not (without and j == positive)]
    rows, weight = _multisets(Q[items], arguments.integer("num_draws", num_draws))
    rows = torch.tensor(items)[rows]  # (M, S)
    pos = logits[positive].expand(len(rows)).clone().requires_grad_()
    neg = logits[rows].clone().requires_grad_()
    q = Q.log()
    value = loss(pos, neg, q[rows], q[positive].expand(len(rows)), rows == positive)
    got = torch.autograd.grad(value, (pos, neg), allow_unused=True)
    # the loss is a mean over rows that are alike; here each counts as often as it is drawn
    pull, push = (
        torch.zeros_like(x) if g is None else g * len(rows)
        for x, g in zip((pos, neg), got, strict=True)
    )
    total = torch.zeros_like(logits)
    total[positive] = weight @ pull
    return total.index_add(0, rows.ravel(), (weight[:, None] * push).ravel())


def optimum(
    loss: Loss, p: Tensor, Q: Tensor, num_draws: int, without: bool = False
) -> Tensor | None:
    """Return the (n,) logits at which the mean gradient is zero; their mean is 0, too.

    Args:
        p: (n,) how often the user takes each item, each above 0.
        Others: as for `gradient`.

    Returns:
        To be held against log p minus its mean: `error` does. None if no finite logits have a zero
        gradient: one item of the user's runs away.
    """
    p = torch.as_tensor(p, dtype=torch.float64)

    def pull(free: np.ndarray) -> np.ndarray:
        logits = torch.tensor(np.append(0.0, free))
        total = sum(p[i] * gradient(loss, logits, Q, i, num_draws, without) for i in range(len(p)))
        return total[1:].numpy()

    # from log p first, from equal logits if the search loses its way
    for start in ((p.log() - p.log()[0])[1:].numpy(), np.zeros(len(p) - 1)):
        found = root(pull, start, method="hybr", tol=1e-10)
        near = np.ptp(np.append(0.0, found.x)) < FAR and np.abs(found.fun).max() < 1e-8
        if near:
            logits = torch.tensor(np.append(0.0, found.x))
            return logits - logits.mean()
    return None


def error(logits: Tensor, p: Tensor) -> float:
    """Return the largest distance of the logits from log p, both shifted to mean 0."""
    rest = torch.as_tensor(logits, dtype=torch.float64) - torch.as_tensor(p).log()
    return float((rest - rest.mean(dim=-1, keepdim=True)).abs().max())


def slope(logits: Tensor, p: Tensor, Q: Tensor) -> float:
    """Return the slope of logits - log p against log Q: 0 where log p was learned, -1 where PMI.

    Args:
        logits, p, Q: (n,) or (B, n), rows with a constant of their own; each above 0.
    """
    rest, x = (torch.as_tensor(a, dtype=torch.float64) for a in (logits - p.log(), Q.log()))
    rest, x = (a - a.mean(dim=-1, keepdim=True) for a in (rest, x.expand_as(rest)))
    return float((rest * x).sum() / (x * x).sum())


def _checked(logits: Tensor, Q: Tensor, positive: int) -> Tensor:
    arguments.tensor("logits", logits, torch.float64)
    Q = torch.as_tensor(Q, dtype=torch.float64)
    if logits.ndim != 1 or Q.shape != logits.shape or len(Q) < 2:
        raise ValueError(
            f"logits and Q must be (n,), two items at least; got {tuple(logits.shape)}, {tuple(Q.shape)}"
        )
    if not (Q > 0).all() or abs(float(Q.sum()) - 1) > 1e-6:
        raise ValueError(f"Q must be above 0 and sum to 1; its sum is {float(Q.sum()):g}")
    if not 0 <= positive < len(Q):
        raise ValueError(f"positive must be an item, 0 to {len(Q) - 1}; got {positive}")
    return Q


def _multisets(Q: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Return (M, size) int64, all multisets of items, and (M,) how probable each is, summing to 1."""
    count = math.comb(len(Q) + size - 1, size)
    if count > MOST:
        raise ValueError(
            f"{size} draws from {len(Q)} items are {count:,} multisets, too many to look at: "
            "simulate instead"
        )
    rows = torch.tensor(list(combinations_with_replacement(range(len(Q)), size)))
    times = torch.nn.functional.one_hot(rows, len(Q)).sum(dim=1).double()  # (M, n)
    ways = torch.lgamma(torch.tensor(size + 1.0)) - torch.lgamma(times + 1).sum(dim=1)
    weight = (ways + times @ (Q / Q.sum()).log()).exp()
    return rows, weight / weight.sum()
