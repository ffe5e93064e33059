r"""Two models, the same users: does one find more, does it not, or can these users not tell?

    lead = metrics.compare(metrics.found(ials, past, test).ndcg, metrics.found(svd, past, test).ndcg)
    verdict("iALS finds more than the SVD.", lead, f"NDCG@20 {lead:.3f}")

Users differ from each other far more than two models do on one user, so the difference is taken
user by user first. Its mean $\bar\delta$ over n users has the standard error $s / \sqrt n$ and the
interval $\bar\delta \pm t\, s / \sqrt n$ of the paired t-test, with the quantile t of Student's
distribution with n - 1 degrees of freedom. By default t is 2 when users are many, a little more
when they are few. The interval is exact for normal differences and right for many users whatever
their distribution; it knows nothing of what another split, another seed or other data would say.

Student 1908, https://doi.org/10.2307/2331554. Ihemelandu and Ekstrand 2023,
https://arxiv.org/abs/2305.02461, measured false alarms of this and other tests on recommendations:
the t-test keeps what it promises, and with thousands of users nearly every difference is
"significant". So say by a margin which difference would matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot tell"
TWO_ERRORS = 0.0455  # a normal number is farther from its mean than two deviations so often


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
        alpha: float = TWO_ERRORS,
    ) -> Comparison:
        """Return the comparison of which these numbers are known, for example from a stored result."""
        reach = error * float(stats.t.ppf(1 - alpha / 2, users - 1))
        return cls(one, other, gap, error, gap - reach, gap + reach, margin, users)

    @property
    def outcome(self) -> str:
        """Say of "`one` exceeds `other` by more than the margin" what is known.

        "holds" if the whole interval is above the margin, "does not hold" if all of it is below,
        else "cannot tell".
        """
        if self.low > self.margin:
            return HOLDS
        return FAILS if self.high < self.margin else OPEN

    def __format__(self, spec: str) -> str:
        """Return the means, the gap and its standard error, each in the given format."""
        one, other, gap, error = (
            format(x, spec or ".4f") for x in (self.one, self.other, abs(self.gap), self.error)
        )
        sign = "-" if self.gap < 0 else "+"
        return f"{one} against {other}: {sign}{gap} ± {error}"

    def __str__(self) -> str:
        return format(self)


def compare(
    one: pd.Series | np.ndarray,
    other: pd.Series | np.ndarray,
    margin: float = 0.0,
    alpha: float = TWO_ERRORS,
) -> Comparison:
    """Compare two models by one number per user, the larger the better; see the head of the module.

    Args:
        one, other: (m,) values of the same users, such as the column `recall` of `found`. Two
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
    error = float(gap.std(ddof=1) / np.sqrt(len(gap)))
    means = (float(x.mean()) for x in (a, b, gap))
    return Comparison.of(*means, error, len(gap), float(margin), alpha)


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
