"""Lesson 12: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 12.2


def right_2_loops(d_pos, d_neg, margin):
    t = 0.0
    for p, row in zip(d_pos, d_neg, strict=False):
        for q in row:
            t = t + torch.clamp(margin + p - q, min=0)
    return t / d_neg.numel()


def right_2_f_margin_ranking_loss(d_pos, d_neg, margin):
    return F.margin_ranking_loss(
        d_neg, d_pos[:, None].expand_as(d_neg), torch.ones_like(d_neg), margin=margin
    )


def wrong_2_signs_turned(d_pos, d_neg, margin):
    """Signs turned."""
    return F.relu(margin - d_pos[:, None] + d_neg).mean()


def wrong_2_no_hinge(d_pos, d_neg, margin):
    """No hinge."""
    return (margin + d_pos[:, None] - d_neg).mean()


def wrong_2_margin_forgotten(d_pos, d_neg, margin):
    """Margin forgotten."""
    return F.relu(d_pos[:, None] - d_neg).mean()


def wrong_2_margin_is_1(d_pos, d_neg, margin):
    """Margin is 1."""
    return F.relu(1 + d_pos[:, None] - d_neg).mean()


def wrong_2_sum(d_pos, d_neg, margin):
    """Sum."""
    return F.relu(margin + d_pos[:, None] - d_neg).sum()


def wrong_2_sum_over_corrupted_mean_over_facts(d_pos, d_neg, margin):
    """Sum over corrupted, mean over facts."""
    return F.relu(margin + d_pos[:, None] - d_neg).sum(1).mean()


def wrong_2_hinge_of_the_means(d_pos, d_neg, margin):
    """Hinge of the means."""
    return F.relu(margin + d_pos - d_neg.mean(1)).mean()


def wrong_2_hardest_corrupted_only(d_pos, d_neg, margin):
    """Hardest corrupted only."""
    return F.relu(margin + d_pos - d_neg.min(1).values).mean()


def wrong_2_mean_over_violating_pairs_only(d_pos, d_neg, margin):
    """Mean over violating pairs only."""
    h = F.relu(margin + d_pos[:, None] - d_neg)
    return h.sum() / (h > 0).sum().clamp(min=1)


def wrong_2_squared_hinge(d_pos, d_neg, margin):
    """Squared hinge."""
    return F.relu(margin + d_pos[:, None] - d_neg).pow(2).mean()


def wrong_2_softplus(d_pos, d_neg, margin):
    """Softplus."""
    return F.softplus(margin + d_pos[:, None] - d_neg).mean()


def wrong_2_absolute_value(d_pos, d_neg, margin):
    """Absolute value."""
    return (margin + d_pos[:, None] - d_neg).abs().mean()


def wrong_2_hinge_of_the_whole_mean(d_pos, d_neg, margin):
    """Hinge of the whole mean."""
    return F.relu((margin + d_pos[:, None] - d_neg).mean())


def wrong_2_margin_subtracted(d_pos, d_neg, margin):
    """Margin subtracted."""
    return F.relu(d_pos[:, None] - d_neg - margin).mean()


def wrong_2_every_fact_against_all_corrupted_ones(d_pos, d_neg, margin):
    """Every fact against all corrupted ones."""
    return F.relu(margin + d_pos[:, None, None] - d_neg[None]).mean()


def wrong_2_first_corrupted_one_alone(d_pos, d_neg, margin):
    """First corrupted one alone."""
    return F.relu(margin + d_pos - d_neg[:, 0]).mean()


RIGHT = {
    "12.2": (
        right_2_loops,
        right_2_f_margin_ranking_loss,
    ),
}
WRONG = {
    "12.2": (
        wrong_2_signs_turned,
        wrong_2_no_hinge,
        wrong_2_margin_forgotten,
        wrong_2_margin_is_1,
        wrong_2_sum,
        wrong_2_sum_over_corrupted_mean_over_facts,
        wrong_2_hinge_of_the_means,
        wrong_2_hardest_corrupted_only,
        wrong_2_mean_over_violating_pairs_only,
        wrong_2_squared_hinge,
        wrong_2_softplus,
        wrong_2_absolute_value,
        wrong_2_hinge_of_the_whole_mean,
        wrong_2_margin_subtracted,
        wrong_2_every_fact_against_all_corrupted_ones,
        wrong_2_first_corrupted_one_alone,
    ),
}
test_right_answers_pass, _ = other_styles("12", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
