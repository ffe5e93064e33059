r"""Two models, the same users: does one find more, does it not, or can these users not tell?

    lead = metrics.compare(metrics.evaluate_model(ials, past, test).ndcg, metrics.evaluate_model(svd, past, test).ndcg)
    verdict("iALS finds more than the SVD.", lead, f"NDCG@20 {lead:.3f}")

Users differ from each other far more than two models do on one user, so the difference is taken
user by user first. Its mean $\bar\delta$ over n users has the standard error $s / \sqrt n$ and the
interval from $\bar\delta - t\, s / \sqrt n$ to $\bar\delta + t\, s / \sqrt n$ of the paired
t-test, with the quantile t of Student's distribution with n - 1 degrees of freedom. It misses the
truth once in twenty times: t is 1.96 when users are many, 4.3 for three seeds. The interval is exact
for normal differences and right for many users whatever their distribution; it knows nothing of what
another split, another seed or other data would say. `interval` gives that of one mean.

Student 1908, https://doi.org/10.2307/2331554. Ihemelandu and Ekstrand 2023,
https://arxiv.org/abs/2305.02461, measured false alarms of this and other tests on recommendations:
the t-test keeps what it promises, and with thousands of users nearly every difference is
"significant". So say by a margin which difference would matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot tell"
ALPHA = 0.05  # an interval misses the true value so often


@dataclass(frozen=True)
class Comparison:
    """What `compare` measured; `f"{comparison:.3f}"` puts it into words.

    Attributes:
        one, other: means over the users that both have.
        gap: one - other.
        error: standard error of the gap.
        low, high: ends of its interval.
        margin: what the gap must exceed.
        users: how many were compared.
    """

    one: float
    other: float
    gap: float
    error: float
    low: float
    high: float
    margin: float
    users: int

    @classmethod
    def of(
        cls,
        one: float,
        other: float,
        gap: float,
        error: float,
        users: int,
        margin: float = 0.0,
        alpha: float = ALPHA,
    ) -> Comparison:
        """Return the comparison of which these numbers are known, for example from a stored result."""
        reach = _reach(error, users, alpha)
        return cls(one, other, gap, error, gap - reach, gap + reach, margin, users)

    @classmethod
    def stored(cls, row: Mapping) -> Comparison:
        """Return the comparison that a stored result keeps: one, other, gap, error, users, by name."""
        return cls.of(*(row[key] for key in ("one", "other", "gap", "error", "users")))

    @property
    def outcome(self) -> str:
        """Say of "`one` exceeds `other` by more than the margin" what is known.

        "holds" if the whole interval is above the margin, "does not hold" if all of it is below,
        else "cannot tell".
        """
        if self.low > self.margin:
            return HOLDS
        return FAILS if self.high < self.margin else OPEN

    def gain(self, spec: str = ".4f") -> str:
        """Return the gap and its interval in words: "+0.016, from +0.011 to +0.022"."""
        gap, low, high = (_signed(x, spec) for x in (self.gap, self.low, self.high))
        return f"{gap}, from {low} to {high}"

    def __format__(self, spec: str) -> str:
        """Return the means, the gap and its interval, each in the given format."""
        spec = spec or ".4f"
        return f"{self.one:{spec}} against {self.other:{spec}}: {self.gain(spec)}"

    def __str__(self) -> str:
        return format(self)


def compare(
    one: pd.Series | np.ndarray,
    other: pd.Series | np.ndarray,
    margin: float = 0.0,
    alpha: float = ALPHA,
) -> Comparison:
    """Compare two models by one number per user, the larger the better; see the head of the module.

    Args:
        one, other: (m,) values of the same users, such as the column `recall` of `evaluate_model`. Two
            Series are matched by user. A user with a NaN in either, who had nothing to be found,
            is left out of both.
        margin: by how much `one` has to be ahead for the difference to matter; to be chosen before
            the numbers are seen. A negative one asks whether `one` is at most so much behind.
        alpha: how often the interval may miss the true difference, half of it on each side.

    Raises:
        ValueError: the users are not the same, fewer than two of them have both values, a value is
            infinite, the margin is no number, or alpha is not between 0 and 1.
    """
    if isinstance(one, pd.Series) and isinstance(other, pd.Series):
        if not one.index.sort_values().equals(other.index.sort_values()):
            raise ValueError("the two Series have different users; rank for the same users twice")
        other = other.reindex(one.index)
    a, b = (np.asarray(x, dtype=np.float64) for x in (one, other))
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"one and other must be (m,), a value per user; got {a.shape}, {b.shape}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1; got {alpha}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if len(a) < 2:
        raise ValueError(f"a comparison needs two users with a value in both; got {len(a)}")
    if not (np.isfinite(a).all() and np.isfinite(b).all() and np.isfinite(margin)):
        raise ValueError("the values and the margin must be finite numbers")
    gap = a - b
    means = (float(x.mean()) for x in (a, b, gap))
    return Comparison.of(*means, _error(gap), len(gap), float(margin), alpha)


@dataclass(frozen=True)
class Interval:
    """What `interval` measured; `f"{it:.3f}"` puts it into words: "0.113, from 0.108 to 0.118"."""

    mean: float
    low: float
    high: float
    count: int

    def __format__(self, spec: str) -> str:
        mean, low, high = (format(x, spec or ".4f") for x in (self.mean, self.low, self.high))
        return f"{mean}, from {low} to {high}"

    def __str__(self) -> str:
        return format(self)


def interval(values: Iterable[float], alpha: float = ALPHA) -> Interval:
    """Return the mean of values and the interval that holds the true one, but for a share `alpha`.

    Args:
        values: (n,) independent numbers: a measure of n users, or of one model with n seeds. Three
            seeds say little: Student's quantile makes their interval 4.3 standard errors wide on
            each side. NaN, who had nothing to be found, are left out.
        alpha: how often the interval may miss the true mean, half of it on each side.

    Raises:
        ValueError: there are fewer than two values, or one is infinite.
    """
    x = np.asarray(values if isinstance(values, pd.Series) else list(values), dtype=np.float64)
    known = x[~np.isnan(x)]
    if x.ndim != 1 or len(known) < 2 or not np.isfinite(known).all():
        raise ValueError(
            f"an interval needs two finite numbers or more, (n,); got {len(known)} of {x.shape}"
        )
    mean, reach = float(known.mean()), _reach(_error(known), len(known), alpha)
    return Interval(mean, mean - reach, mean + reach, len(known))


def _error(values: np.ndarray) -> float:
    """Return the standard error of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _reach(error: float, count: int, alpha: float) -> float:
    """Return half of an interval's length, for the mean of `count` values with this standard error."""
    return error * float(stats.t.ppf(1 - alpha / 2, count - 1))


def _signed(value: float, spec: str) -> str:
    return ("-" if value < 0 else "+") + format(abs(value), spec)


def weakest(cases: Iterable[Comparison]) -> Comparison:
    """Return the comparison that decides about all of them: the one that says least.

    A claim about several cases, such as two data sets, holds if it holds in each, fails if it fails in one,
    and else these numbers cannot tell. Of equal outcomes the smallest gap is returned.

    Raises:
        ValueError: there is no case.
    """
    cases = list(cases)
    if not cases:
        raise ValueError("cases is empty; give at least one comparison")
    order = [FAILS, OPEN, HOLDS]
    return min(cases, key=lambda case: (order.index(case.outcome), case.gap))
