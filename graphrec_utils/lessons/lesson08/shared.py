"""What several exercises of lesson 08 need: a judge for counts that chance has made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def shares_differ(tolerance: float, cumulative: bool = False) -> Callable:
    """Return a judge of two counts (N,): no entry's share differs by more than `tolerance`.

    `cumulative` compares the shares of nodes 0 … v for every v, as Kolmogorov's test does: it sees
    whether one of two walkers along a chain gets further. The tolerance of a claim is more than the
    largest difference among 150 pairs of right answers.
    """

    def judge(got, expected, inputs) -> str | None:
        if (got < 0).any() or not got.any():
            return "there are no visits in yours, or negative ones"
        mine, other = got / got.sum(), expected / max(1, expected.sum())
        gap = np.abs(np.cumsum(mine - other) if cumulative else mine - other)
        if gap.max() <= tolerance:
            return None
        far = int(np.abs(mine - other).argmax())
        return f"node {far} has {mine[far]:.0%} of the visits in yours"

    return judge
