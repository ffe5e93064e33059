r"""A click was possible only where somebody looked: the loss that takes this into account."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from graphrec_utils import arguments


def examined_bce(logits: Tensor, clicks: Tensor, examined: Tensor) -> Tensor:
    r"""Return the mean of $\frac{c}{e}\,(-\log p) + \left(1 - \frac{c}{e}\right)(-\log(1 - p))$.

    With a click c = 1 where the entry was looked at and liked, and $e = P(\text{looked at})$, the mean
    of c/e is P(liked): on average this is the log loss of liking, which nobody has observed. A row
    without a click keeps the weight 1; a clicked one has a negative weight for "not liked".

    Args:
        logits: (B,) log odds of liking.
        clicks: (B,) zeros and ones, floating-point.
        examined: (B,) probabilities of having been looked at, above 0 and at most 1.

    Raises:
        TypeError: something is no floating-point tensor.
        ValueError: nothing to average, other clicks, or an e outside (0, 1].

    Saito et al. 2020, https://arxiv.org/abs/1909.03601, equation 8.
    Built in lesson 17, exercise 17.6.
    """
    for name, value in (("logits", logits), ("clicks", clicks), ("examined", examined)):
        arguments.tensor(name, value)
    if logits.ndim != 1 or not logits.shape == clicks.shape == examined.shape or not len(logits):
        raise ValueError("logits, clicks and examined must be (B,), not empty")
    if not ((clicks == 0) | (clicks == 1)).all():
        raise ValueError("clicks must be 0 or 1")
    if not ((examined > 0) & (examined <= 1)).all():
        raise ValueError("examined must lie above 0 and at most at 1")
    share = clicks / examined
    return torch.mean(share * F.softplus(-logits) + (1 - share) * F.softplus(logits))
