"""Lesson 09: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 09.6


def right_6_loops_over_pins(x, alpha, weights, size):
    h = x
    for W in weights:
        rows = []
        for u in range(len(h)):
            heard = sum(alpha[u, v] * h[v] for v in range(len(h)))
            z = torch.relu(W @ torch.cat([h[u], heard]))
            rows.append(z / z.norm().clamp(min=1e-12))
        h = torch.stack(rows)
    return h


def right_6_split_and_cat_f_normalize(x, alpha, weights, size):
    h = x
    for W in weights:
        h = torch.cat(
            [
                F.normalize(F.relu(torch.cat([a, p @ h], 1) @ W.T), dim=1)
                for a, p in zip(h.split(size), alpha.split(size), strict=False)
            ]
        )
    return h


def _lay(
    x,
    alpha,
    weights,
    size,
    act=torch.relu,
    norm=True,
    ins=False,
    order=lambda a, b: [a, b],
    al=None,
    out=None,
):
    h = x
    for W in weights:
        new = h if ins else torch.empty_like(h)
        if ins:
            new = h = h.clone()
        for s in range(0, len(h), size):
            a = h[s : s + size]
            p = (alpha if al is None else al)[s : s + size]
            z = act(torch.cat(order(a, p @ h), 1) @ W.T)
            new[s : s + size] = F.normalize(z, dim=1) if norm else z
        h = new
    return h


def wrong_6_written_in_place_later_parts_read_the_new(x, alpha, weights, size):
    """Written in place: later parts read the new layer."""
    return _lay(x, alpha, weights, size, ins=True)


def wrong_6_no_normalization(x, alpha, weights, size):
    """No normalization."""
    return _lay(x, alpha, weights, size, norm=False)


def wrong_6_no_relu(x, alpha, weights, size):
    """No ReLU."""
    return _lay(x, alpha, weights, size, act=lambda z: z)


def wrong_6_heard_before_self(x, alpha, weights, size):
    """Heard before self."""
    return _lay(x, alpha, weights, size, order=lambda a, b: [b, a])


def wrong_6_the_last_shorter_part_is_dropped_zeros(x, alpha, weights, size):
    """The last, shorter part is dropped: zeros."""
    h = x
    for W in weights:
        new = torch.zeros_like(h)
        for s in range(0, len(h) - size + 1, size):
            new[s : s + size] = F.normalize(
                F.relu(torch.cat([h[s : s + size], alpha[s : s + size] @ h], 1) @ W.T), dim=1
            )
        h = new
    return h


def wrong_6_neighbors_only_within_the_part(x, alpha, weights, size):
    """Neighbors only within the part."""
    h = x
    for W in weights:
        h = torch.cat(
            [
                F.normalize(
                    F.relu(
                        torch.cat(
                            [h[s : s + size], alpha[s : s + size, s : s + size] @ h[s : s + size]],
                            1,
                        )
                        @ W.T
                    ),
                    dim=1,
                )
                for s in range(0, len(h), size)
            ]
        )
    return h


def wrong_6_always_hears_layer_0(x, alpha, weights, size):
    """Always hears layer 0."""
    h = x
    for W in weights:
        h = F.normalize(F.relu(torch.cat([h, alpha @ x], 1) @ W.T), dim=1)
    return h


def wrong_6_alpha_transposed(x, alpha, weights, size):
    """Alpha transposed."""
    return _lay(x, alpha, weights, size, al=alpha.T.contiguous())


def wrong_6_alphas_rows_made_to_sum_to_one(x, alpha, weights, size):
    """Alpha's rows made to sum to one."""
    return _lay(x, alpha, weights, size, al=alpha / alpha.sum(1, keepdim=True).clamp(min=1e-09))


def wrong_6_only_the_last_layers_normalization(x, alpha, weights, size):
    """Only the last layer's normalization."""
    h = _lay(x, alpha, weights, size, norm=False)
    return F.normalize(h, dim=1) if weights else h


def wrong_6_no_layer_normalized_x(x, alpha, weights, size):
    """No layer: normalized x."""
    return F.normalize(_lay(x, alpha, weights, size), dim=1)


RIGHT = {
    "09.6": (
        right_6_loops_over_pins,
        right_6_split_and_cat_f_normalize,
    ),
}
WRONG = {
    "09.6": (
        wrong_6_written_in_place_later_parts_read_the_new,
        wrong_6_no_normalization,
        wrong_6_no_relu,
        wrong_6_heard_before_self,
        wrong_6_the_last_shorter_part_is_dropped_zeros,
        wrong_6_neighbors_only_within_the_part,
        wrong_6_always_hears_layer_0,
        wrong_6_alpha_transposed,
        wrong_6_alphas_rows_made_to_sum_to_one,
        wrong_6_only_the_last_layers_normalization,
        wrong_6_no_layer_normalized_x,
    ),
}
test_right_answers_pass, _ = other_styles("09", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
