r"""Is a predicted probability right? For rankers that say how likely a "yes" is.

A list is judged by its order, and `auc` is about order alone. A bid for an ad, or a sum over several
actions, needs the number itself: of all things said to be liked with probability 0.2, a fifth should
be. `rce` sees both, `reliability` shows where the numbers are off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

CLIP = 1e-7  # a probability of exactly 0 or 1 that is wrong would cost infinitely much

Numbers = np.ndarray | Sequence[float]


def log_loss(labels: Numbers, probabilities: Numbers) -> float:
    r"""Return the mean of $-y \log p - (1 - y) \log(1 - p)$, p clipped to [1e-7, 1 - 1e-7].

    Args:
        labels: (B,) zeros and ones.
        probabilities: (B,) between 0 and 1.

    Raises:
        ValueError: nothing to judge, other labels, or something that is no probability.
    """
    return float(losses(labels, probabilities).mean())


def losses(labels: Numbers, probabilities: Numbers) -> np.ndarray:
    """Return the (B,) single terms of `log_loss`."""
    y, p = _checked(labels, probabilities, "probabilities")
    if (p < 0).any() or (p > 1).any():
        raise ValueError(f"probabilities must lie between 0 and 1; got {p.min():g} to {p.max():g}")
    p = np.clip(p, CLIP, 1 - CLIP)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def rce(labels: Numbers, probabilities: Numbers) -> float:
    r"""Return the relative cross entropy, 100 (1 - loss / loss of the mean label), in percent.

    0 is as good as saying the share of ones **among these labels** every time, 100 is perfect, and
    below 0 is worse than the constant. NaN if all labels are equal: the constant is perfect then.

    Raises:
        ValueError: as `log_loss`.

    The metric of the ads ranking in El-Kishky et al. 2022, https://arxiv.org/abs/2202.05387.
    Built in lesson 17, exercise 17.1.
    """
    y = np.asarray(labels, dtype=np.float64)
    loss = log_loss(y, probabilities)
    mean = y.mean()
    if mean in (0, 1):
        return float("nan")
    return 100 * (1 - loss / -(mean * np.log(mean) + (1 - mean) * np.log(1 - mean)))


def rce_by_user(users: Sequence[int], labels: Numbers, probabilities: Numbers) -> pd.Series:
    """Return a number per user whose mean is `rce`: the parts of two models go into `compare`.

    Args:
        users: (B,) whose row it is.

    Raises:
        ValueError: as `log_loss`, or all labels are equal.
    """
    y = np.asarray(labels, dtype=np.float64)
    gain = losses(y, np.full(len(y), y.mean())) - losses(y, probabilities)
    if y.min() == y.max():
        raise ValueError("all labels are equal: the constant is perfect")
    part = pd.Series(gain).groupby(np.asarray(users)).sum()
    return part * 100 * len(part) / losses(y, np.full(len(y), y.mean())).sum()


def auc(labels: Numbers, scores: Numbers) -> float:
    """Return how often a one is above a zero, a tie counted as half; NaN without one of the two.

    Args:
        labels: (B,) zeros and ones.
        scores: (B,) finite numbers, the larger the likelier.

    Raises:
        ValueError: nothing to judge, other labels, or scores that are not finite.

    Mann and Whitney 1947: the sum of the ranks of the ones, ties with their mean rank.
    Built in lesson 17, exercise 17.2.
    """
    y, s = _checked(labels, scores, "scores")
    ones = int(y.sum())
    zeros = len(y) - ones
    if not ones or not zeros:
        return float("nan")
    return float((rankdata(s)[y == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def reliability(labels: Numbers, probabilities: Numbers, bins: int = 10) -> pd.DataFrame:
    """Return what was said and what happened, in `bins` groups of equal size by what was said.

    Returns:
        One row per group: said (mean probability), happened (share of ones), count, and error, the
        standard error of `happened`. Equal probabilities stay together, so groups may differ in size.

    Raises:
        ValueError: as `log_loss`, or bins is below 1.
    """
    losses(labels, probabilities)  # its complaints
    if bins < 1:
        raise ValueError(f"bins must be at least 1; got {bins}")
    y, p = (np.asarray(x, dtype=np.float64) for x in (labels, probabilities))
    edges = np.unique(np.quantile(p, np.arange(1, bins) / bins))
    rows = pd.DataFrame({"said": p, "happened": y, "group": np.searchsorted(edges, p, side="left")})
    table = rows.groupby("group").agg(
        said=("said", "mean"), happened=("happened", "mean"), count=("said", "size")
    )
    table["error"] = np.sqrt(table.happened * (1 - table.happened) / table["count"])
    return table.reset_index(drop=True)


def calibration_error(labels: Numbers, probabilities: Numbers, bins: int = 10) -> float:
    """Return the mean distance between said and happened over the groups of `reliability`.

    Noise alone makes it larger than 0, the more so the more bins there are.
    """
    table = reliability(labels, probabilities, bins)
    return float(np.average((table.said - table.happened).abs(), weights=table["count"]))


def _checked(labels: Numbers, values: Numbers, name: str) -> tuple[np.ndarray, np.ndarray]:
    y, x = (np.asarray(v, dtype=np.float64) for v in (labels, values))
    if y.ndim != 1 or y.shape != x.shape or not len(y):
        raise ValueError(f"labels and {name} must be (B,), not empty; got {y.shape}, {x.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("labels must be 0 or 1")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must be finite; {int((~np.isfinite(x)).sum())} are not")
    return y, x
