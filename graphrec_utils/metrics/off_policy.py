r"""What would another policy have found? Asked of a log that says with which chance each thing was shown.

    found = metrics.off_policy(policy, shown, chance, reward, model)
    found.dr, found.size        # an estimate, and of how many rows it is worth

Row i of the log shows candidate $a_i$, drawn with the chance $\pi_0(a_i)$; it earned $r_i$. A policy that shows $a$ with
the chance $\pi(a)$ gives each row the weight $w_i = \pi(a_i) / \pi_0(a_i)$. Three estimates of what the policy earns a row:

$$ \mathrm{IPS} = \frac1N \sum_i w_i r_i, \qquad \mathrm{SNIPS} = \frac{\sum_i w_i r_i}{\sum_i w_i}, \qquad
   \mathrm{DR} = \frac1N \sum_i \Big( \sum_a \pi(a)\, \hat r_i(a) + w_i\, (r_i - \hat r_i(a_i)) \Big) $$

The first is right on average if the log shows everything that the policy shows, whatever the rewards are. The
second has less spread and a small bias. The third begins with a model of the rewards and corrects it by what the log
holds: right on average if the chances are right or the model is. The effective size $(\sum w)^2 / \sum w^2$ is the number of rows
of equal weight that would be as noisy.

Horvitz, Thompson 1952, https://doi.org/10.1080/01621459.1952.10483446; Swaminathan, Joachims 2015 (self-normalized); Dudík,
Langford, Li 2011, https://arxiv.org/abs/1103.4601 (doubly robust).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphrec_utils import arguments


class OffPolicy(NamedTuple):
    """Three estimates of what a policy earns a row, and how many rows of the log speak of it."""

    ips: float
    snips: float
    dr: float
    size: float


def off_policy(
    policy: np.ndarray,
    shown: np.ndarray,
    chance: np.ndarray,
    reward: np.ndarray,
    model: np.ndarray,
) -> OffPolicy:
    """Return what a policy would have earned a row, by three estimates, and the effective size.

    Args:
        policy: (N, C) with which chance the policy shows each candidate; rows sum to 1.
        shown: (N,) which candidate the log shows.
        chance: (N,) with which chance it was drawn.
        reward: (N,) what it earned.
        model: (N, C) what somebody expects each candidate to earn.

    Raises:
        ValueError: shapes that do not fit, a chance of 0 or above 1, a policy whose rows do not sum to 1, what is shown is no
            candidate, a reward or a model that is not finite, or a policy without overlap, all of whose weights are 0: the
            log holds nothing that it would show.

    Built in lesson 18, exercise 18.6.
    """
    policy, chance, reward, model = (
        np.asarray(x, dtype=float) for x in (policy, chance, reward, model)
    )
    shown, rows = np.asarray(shown), np.arange(len(policy))
    if policy.ndim != 2 or model.shape != policy.shape:
        raise ValueError(f"policy and model must be (N, C); got {policy.shape} and {model.shape}")
    if not shown.shape == chance.shape == reward.shape == (len(policy),):
        raise ValueError(f"shown, chance and reward must be ({len(policy)},)")
    if not ((chance > 0) & (chance <= 1)).all():
        raise ValueError(
            "what was shown was shown with a chance above 0 and at most 1: a log with others is wrong"
        )
    if (policy < 0).any() or not np.allclose(policy.sum(axis=1), 1):
        raise ValueError("each row of policy holds chances that sum to 1")
    shown = arguments.ids("shown", shown, policy.shape[1], of="the columns of policy")
    if not (np.isfinite(reward).all() and np.isfinite(model).all()):
        raise ValueError("reward and model must be finite: one NaN would be the whole estimate")
    w = policy[rows, shown] / chance
    if not w.any():
        raise ValueError(
            "no overlap: all weights are 0, for the log holds nothing that this policy would show, and cannot speak of it"
        )
    return OffPolicy(
        float((w * reward).mean()),
        float((w * reward).sum() / w.sum()),
        float(((policy * model).sum(axis=1) + w * (reward - model[rows, shown])).mean()),
        float(w.sum() ** 2 / (w**2).sum()),
    )
