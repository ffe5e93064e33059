"""Lesson 14: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import torch
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 14.6


def right_6_loops(looks, there):
    out = []
    for g in range(there.shape[1]):
        r = [looks[i, g + 1] for i in range(len(looks)) if there[i, g]]
        out.append(sum(r) / len(r) if r else torch.zeros(()))
    return torch.stack([torch.as_tensor(o, dtype=looks.dtype) for o in out])


def right_6_where_and_nanmean(looks, there):
    return torch.nan_to_num(torch.where(there, looks[:, 1:], torch.nan).nanmean(0))


def wrong_6_mean_over_all_pins(looks, there):
    """Mean over all pins."""
    return looks[:, 1:].mean(0)


def wrong_6_mean_over_all_pins_of_those_there(looks, there):
    """Mean over all pins of those there."""
    return (looks[:, 1:] * there).mean(0)


def wrong_6_weights_of_pins_that_are_not_there_counted(looks, there):
    """Weights of pins that are not there counted above."""
    return looks[:, 1:].sum(0) / there.sum(0).clamp(min=1)


def wrong_6_first_column_kept_columns_shifted(looks, there):
    """First column kept: columns shifted."""
    return (looks[:, :-1] * there).sum(0) / there.sum(0).clamp(min=1)


def wrong_6_nan_for_an_empty_graph(looks, there):
    """NaN for an empty graph."""
    return (looks[:, 1:] * there).sum(0) / there.sum(0)


def wrong_6_made_to_sum_to_one(looks, there):
    """Made to sum to one."""
    m = (looks[:, 1:] * there).sum(0) / there.sum(0).clamp(min=1)
    return m / m.sum()


def wrong_6_self_taken_out_of_the_weights_first(looks, there):
    """Self taken out of the weights first: renormalized without the pin."""
    w = looks[:, 1:] / looks[:, 1:].sum(1, keepdim=True).clamp(min=1e-09)
    return (w * there).sum(0) / there.sum(0).clamp(min=1)


def wrong_6_sum_no_mean(looks, there):
    """Sum, no mean."""
    return (looks[:, 1:] * there).sum(0)


def wrong_6_median(looks, there):
    """Median."""
    return torch.nan_to_num(torch.where(there, looks[:, 1:], torch.nan).nanmedian(0).values)


def wrong_6_the_pin_itself_included_in_the_answer(looks, there):
    """The pin itself included in the answer."""
    m = (looks[:, 1:] * there).sum(0) / there.sum(0).clamp(min=1)
    return torch.cat([looks[:, 0].mean()[None], m])


def wrong_6_share_of_pins_whose_largest_weight_it(looks, there):
    """Share of pins whose largest weight it is."""
    top = looks[:, 1:].argmax(1)
    return torch.stack([(top == g).float().mean() for g in range(there.shape[1])])


def wrong_6_divided_by_n_at_least_the_number_there(looks, there):
    """Divided by n, at least the number there (counts weights > 0)."""
    return (looks[:, 1:] * there).sum(0) / (looks[:, 1:] > 0).sum(0).clamp(min=1)


def wrong_6_over_pins_that_have_any_graph(looks, there):
    """Over pins that have any graph."""
    return (looks[:, 1:] * there).sum(0) / there.any(1).sum().clamp(min=1)


RIGHT = {
    "14.6": (
        right_6_loops,
        right_6_where_and_nanmean,
    ),
}
WRONG = {
    "14.6": (
        wrong_6_mean_over_all_pins,
        wrong_6_mean_over_all_pins_of_those_there,
        wrong_6_weights_of_pins_that_are_not_there_counted,
        wrong_6_first_column_kept_columns_shifted,
        wrong_6_nan_for_an_empty_graph,
        wrong_6_made_to_sum_to_one,
        wrong_6_self_taken_out_of_the_weights_first,
        wrong_6_sum_no_mean,
        wrong_6_median,
        wrong_6_the_pin_itself_included_in_the_answer,
        wrong_6_share_of_pins_whose_largest_weight_it,
        wrong_6_divided_by_n_at_least_the_number_there,
        wrong_6_over_pins_that_have_any_graph,
    ),
}
test_right_answers_pass, _ = other_styles("14", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
