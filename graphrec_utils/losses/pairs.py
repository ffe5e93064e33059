"""An observed item against sampled ones: every pair counts for itself."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from graphrec_utils import arguments


def bpr(pos: Tensor, neg: Tensor) -> Tensor:
    r"""Return the BPR loss, the mean of $-\log\sigma(s^+ - s^-)$ over all pairs.

    Args:
        pos: (B,) scores of observed pairs.
        neg: (B,) or (B, S) scores of sampled pairs.

    Returns:
        () the mean; log 2 when all scores are equal.

    Raises:
        TypeError: pos or neg is not a floating-point tensor.
        ValueError: the shapes do not fit, or there are no rows or no negatives.

    Rendle et al. 2009, https://arxiv.org/abs/1205.2618, section 4.1. Built in lesson 03,
    exercise 03.4.
    """
    pos, neg = rows(pos, neg)
    return F.softplus(neg - pos).mean()  # -log sigmoid(x) = softplus(-x)


def bce(pos: Tensor, neg: Tensor) -> Tensor:
    r"""Return the binary cross-entropy, the mean of $-\log\sigma(s^+) - \sum_j \log\sigma(-s^-_j)$.

    The minus inside the second sigmoid makes negatives push apart. The sum over the S negatives
    keeps each of them as heavy as the positive.

    Args:
        pos: (B,) scores (logits, no sigmoid) of observed pairs.
        neg: (B,) or (B, S) scores of sampled pairs.

    Returns:
        () the mean over the rows; (1 + S) log 2 when all scores are 0.

    Raises:
        TypeError: pos or neg is not a floating-point tensor.
        ValueError: the shapes do not fit, or there are no rows or no negatives.

    He et al. 2017, https://arxiv.org/abs/1708.05031, equation 7; Hamilton et al. 2017,
    https://arxiv.org/abs/1706.02216, equation 1, whose Q times an expectation is this sum.
    Built in lesson 07, exercise 07.1.
    """
    pos, neg = rows(pos, neg)
    return (F.softplus(-pos) + F.softplus(neg).sum(dim=1, keepdim=True)).mean()


def hinge(pos: Tensor, neg: Tensor, margin: float) -> Tensor:
    r"""Return the margin loss, the mean of $\max(0,\ s^- - s^+ + \Delta)$ over all pairs.

    With distances instead of scores (TransE) pass their negatives: `hinge(-d_pos, -d_neg, gamma)`.

    Args:
        pos: (B,) scores of observed pairs.
        neg: (B,) or (B, S) scores of sampled pairs.
        margin: $\Delta >= 0$, how much better the positive must be.

    Returns:
        () the mean; the margin when all scores are equal, 0 when all pairs keep their distance.

    Raises:
        TypeError: pos or neg is not a floating-point tensor.
        ValueError: the shapes do not fit, there are no rows or no negatives, or the margin is
            negative.

    Ying et al. 2018, https://arxiv.org/abs/1806.01973, equation 1; Bordes et al. 2013.
    Built in lesson 09, exercise 09.3, and in lesson 12, exercise 12.2.
    """
    if not margin >= 0:
        raise ValueError(f"margin must be at least 0; got {margin}")
    pos, neg = rows(pos, neg)
    return F.relu(neg - pos + margin).mean()


def rows(pos: Tensor, neg: Tensor) -> tuple[Tensor, Tensor]:
    """Return pos as (B, 1) and neg as (B, S); raise a sentence if they are not scores of B rows."""
    arguments.tensor("pos", pos)
    arguments.tensor("neg", neg)
    # (B, 1) against (B,) would broadcast to (B, B) without a word
    if pos.ndim != 1 or neg.ndim not in (1, 2) or len(neg) != len(pos) or 0 in neg.shape:
        raise ValueError(
            f"pos must be (B,) and neg (B,) or (B, S), both not empty; "
            f"got {tuple(pos.shape)} and {tuple(neg.shape)}"
        )
    return pos[:, None], neg.reshape(len(pos), -1)
