"""Who is first at which level of a slice, who cannot be told from it, and between which levels that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

ALPHA = 0.05


@dataclass(frozen=True)
class Band:
    """A mean and its interval of 95 %, over users and cuts."""

    mean: float
    low: float
    high: float
    users: int


def band(cuts: Sequence[np.ndarray]) -> Band:
    r"""Return the mean over cuts of the means over users, and where the true one lies.

    The error has two parts: users differ, $w = \frac1c \sum_k s_k^2 / n_k$, and so may cuts, $\tau^2 = \max(0,
    \operatorname{var}_k \bar x_k - w)$ (DerSimonian and Laird 1986, https://doi.org/10.1016/0197-2456(86)90046-2, with
    equal weights): the variance of the mean is $(w + \tau^2) / c$, with Satterthwaite's degrees of freedom.

    Args:
        cuts: of each cut the values of its users; NaN: nothing was to be found.

    Raises:
        ValueError: a cut has fewer than two users with a value.
    """
    known = [x[~np.isnan(x)] for x in (np.asarray(x, dtype=float) for x in cuts)]
    if not known or min(map(len, known)) < 2:
        raise ValueError("a band needs two users with a value in each cut")
    c, means = len(known), np.array([x.mean() for x in known])
    within = float(np.mean([x.var(ddof=1) / len(x) for x in known]))
    tau = max(0.0, float(means.var(ddof=1)) - within) if c > 1 else 0.0
    users = sum(map(len, known))
    error = np.sqrt((within + tau) / c)
    freedom = users - c
    if tau > 0:
        freedom = (within + tau) ** 2 / (tau**2 / (c - 1) + within**2 / (users - c))
    reach = float(stats.t.ppf(1 - ALPHA / 2, freedom) * error) if error > 0 else 0.0
    mean = float(means.mean())
    return Band(mean, mean - reach, mean + reach, users)


def lead(one: Sequence, other: Sequence) -> Band:
    """Return how far one method is ahead of another, user by user."""
    return band([np.asarray(a) - np.asarray(b) for a, b in zip(one, other, strict=True)])


def of_set(levels: Sequence[float], methods: dict[str, dict[float, dict]]) -> dict:
    """Return what is stored of one data set.

    Args:
        levels: in order.
        methods: method -> level -> {"knobs", "trials", "edge", "seconds", "values": of each cut those of its users}.

    Raises:
        ValueError: a level is missing for a method.
    """
    for name, rows in methods.items():
        if missing := [level for level in levels if level not in rows]:
            raise ValueError(f"{name} was not asked at {missing}; the grid is not done")
    shown = {
        name: [
            asdict(band(rows[level]["values"]))
            | {
                key: rows[level][key]
                for key in ("knobs", "trials", "edge", "seconds", "facts")
                if key in rows[level]
            }
            for level in levels
        ]
        for name, rows in methods.items()
    }
    return {
        "levels": list(levels), "methods": shown,
        "first": [_first(level, methods) for level in levels],
        "crossings": crossings(levels, methods),
    }  # fmt: skip


def _first(level: float, methods: dict) -> dict:
    """Return who has the largest mean at a level, whom it is ahead of, and who cannot be told from it."""
    values = {name: rows[level]["values"] for name, rows in methods.items()}
    best = max(values, key=lambda name: band(values[name]).mean)
    leads = {name: lead(values[best], x) for name, x in values.items() if name != best}
    return {
        "level": level, "first": best,
        "behind": {name: asdict(b) for name, b in leads.items() if b.low > 0},
        "level with": {name: asdict(b) for name, b in leads.items() if b.low <= 0},
    }  # fmt: skip


def leads(name: str, levels: Sequence[float], methods: dict) -> list[dict]:
    """Return how far one method is ahead of each other one, a dict for each level."""
    return [
        {
            other: asdict(lead(methods[name][level]["values"], rows[level]["values"]))
            for other, rows in methods.items()
            if other != name
        }
        for level in levels
    ]


def crossings(levels: Sequence[float], methods: dict) -> list[dict]:
    """Return the pairs of methods that change places for sure, each of them first somewhere.

    `from` is ahead of `to` at the level `between[0]`, the last one before, and behind it at `between[1]`, the first one after;
    from one to the other both intervals exclude 0, and what lies between cannot be told.
    """
    firsts = list(dict.fromkeys(_first(level, methods)["first"] for level in levels))
    found = []
    for k, a in enumerate(firsts):
        for b in firsts[k + 1 :]:
            leads = [lead(methods[a][x]["values"], methods[b][x]["values"]) for x in levels]
            sign = [1 if x.low > 0 else -1 if x.high < 0 else 0 for x in leads]
            told = [i for i, s in enumerate(sign) if s]
            for i, j in pairwise(told):
                if sign[i] != sign[j]:
                    one, other = (a, b) if sign[i] > 0 else (b, a)
                    before, after = (
                        lead(*(methods[x][levels[k]]["values"] for x in (one, other)))
                        for k in (i, j)
                    )
                    found.append({
                        "from": one, "to": other, "between": [levels[i], levels[j]],
                        "before": asdict(before), "after": asdict(after),
                    })  # fmt: skip
    return found
