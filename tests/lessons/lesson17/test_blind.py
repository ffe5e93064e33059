"""Lesson 17: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 17.1


def right_1_loops_math(labels, probabilities):
    n = len(labels)
    loss = 0.0
    for y, p in zip(labels, probabilities, strict=False):
        p = min(max(p, 1e-07), 1 - 1e-07)
        loss += -math.log(p) if y == 1 else -math.log(1 - p)
    m = sum(labels) / n
    base = -(m * math.log(m) + (1 - m) * math.log(1 - m))
    return 100 * (1 - loss / n / base)


def right_1_torch_binary_cross_entropy(labels, probabilities):
    y = torch.as_tensor(np.asarray(labels, dtype=float))
    p = torch.as_tensor(probabilities).double().clamp(1e-07, 1 - 1e-07)
    c = y.mean().expand(len(y))
    return float(100 * (1 - F.binary_cross_entropy(p, y) / F.binary_cross_entropy(c, y)))


def _ll(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _cl(p):
    return np.clip(p, 1e-07, 1 - 1e-07)


def wrong_1_the_constant_is_0_5_loss_log_2(labels, probabilities):
    """The constant is 0.5, loss log 2."""
    return 100 * (1 - _ll(labels, _cl(probabilities)).mean() / np.log(2))


def wrong_1_a_share_not_percent(labels, probabilities):
    """A share, not percent."""
    m = labels.mean()
    return 1 - _ll(labels, _cl(probabilities)).mean() / _ll(m, m)


def wrong_1_normalized_entropy_itself_times_100_not_1(labels, probabilities):
    """Normalized entropy itself, times 100, not 1 minus it."""
    m = labels.mean()
    return 100 * _ll(labels, _cl(probabilities)).mean() / _ll(m, m)


def wrong_1_the_constant_is_the_mean_of_what_was_said(labels, probabilities):
    """The constant is the mean of what was said."""
    p = _cl(probabilities)
    m = p.mean()
    return 100 * (1 - _ll(labels, p).mean() / _ll(labels, m).mean())


def wrong_1_loss_of_the_ones_only_y_log_p(labels, probabilities):
    """Loss of the ones only, -y log p."""
    m = labels.mean()
    p = _cl(probabilities)
    return 100 * (1 - (-labels * np.log(p)).mean() / (-m * np.log(m)))


def wrong_1_numerator_of_ones_only_entropy_whole(labels, probabilities):
    """Numerator of ones only, entropy whole."""
    m = labels.mean()
    p = _cl(probabilities)
    return 100 * (1 - (-labels * np.log(p)).mean() / _ll(m, m))


def wrong_1_eps_added_inside_the_log_in_place(labels, probabilities):
    """Eps added inside the log in place of clipping."""
    m = labels.mean()
    e = 1e-07
    p = probabilities
    here = -(labels * np.log(p + e) + (1 - labels) * np.log(1 - p + e))
    return 100 * (1 - here.mean() / _ll(m, m))


def wrong_1_no_clipping(labels, probabilities):
    """No clipping."""
    m = labels.mean()
    p = probabilities
    with np.errstate(all="ignore"):
        return 100 * (1 - _ll(labels, p).mean() / _ll(m, m))


def wrong_1_clipped_at_1e_2_moves_what_is_nearly_0(labels, probabilities):
    """Clipped at 1e-2: moves what is nearly 0."""
    m = labels.mean()
    p = np.clip(probabilities, 0.01, 0.99)
    return 100 * (1 - _ll(labels, p).mean() / _ll(m, m))


def wrong_1_the_sum_of_the_losses_over_the_mean(labels, probabilities):
    """The sum of the losses over the mean of the constant's."""
    m = labels.mean()
    return 100 * (1 - _ll(labels, _cl(probabilities)).sum() / _ll(m, m))


def wrong_1_squared_error_in_place_of_log_loss_brier(labels, probabilities):
    """Squared error in place of log loss (Brier skill)."""
    m = labels.mean()
    return 100 * (1 - ((labels - probabilities) ** 2).mean() / (m * (1 - m)))


def wrong_1_log_to_base_2_above_natural_below(labels, probabilities):
    """Log to base 2 above, natural below."""
    m = labels.mean()
    p = _cl(probabilities)
    return 100 * (1 - _ll(labels, p).mean() / math.log(2) / _ll(m, m))


# ------------------------------------------------------------- 17.4


def right_4_loops(x, W1, b1, W2, b2, worth):
    P = []
    V = []
    for row in x:
        h = torch.stack([torch.relu((W1[k] * row).sum() + b1[k]) for k in range(len(b1))])
        p = torch.stack([1 / (1 + torch.exp(-((W2[t] * h).sum() + b2[t]))) for t in range(len(b2))])
        P.append(p)
        V.append((p * worth).sum())
    return (torch.stack(P), torch.stack(V))


def right_4_f_linear_addmm(x, W1, b1, W2, b2, worth):
    h = F.linear(x, W1, b1).clamp(min=0)
    p = torch.addmm(b2, h, W2.t()).sigmoid()
    return (p, torch.einsum("bt,t->b", p, worth))


def right_4_nn_sequential_with_weights_put(x, W1, b1, W2, b2, worth):
    a, c = (nn.Linear(W1.shape[1], W1.shape[0]), nn.Linear(W2.shape[1], W2.shape[0]))
    a.weight, a.bias, c.weight, c.bias = map(nn.Parameter, (W1, b1, W2, b2))
    p = nn.Sequential(a, nn.ReLU(), c, nn.Sigmoid())(x)
    return (p, p @ worth)


def _rv(h, W2, b2, worth):
    p = torch.sigmoid(h @ W2.T + b2)
    return (p, p @ worth)


def wrong_4_softmax_over_the_reactions(x, W1, b1, W2, b2, worth):
    """Softmax over the reactions."""
    p = torch.softmax(torch.relu(x @ W1.T + b1) @ W2.T + b2, 1)
    return (p, p @ worth)


def wrong_4_no_relu(x, W1, b1, W2, b2, worth):
    """No ReLU."""
    return _rv(x @ W1.T + b1, W2, b2, worth)


def wrong_4_sigmoid_in_the_hidden_layer(x, W1, b1, W2, b2, worth):
    """Sigmoid in the hidden layer."""
    return _rv(torch.sigmoid(x @ W1.T + b1), W2, b2, worth)


def wrong_4_weights_not_transposed(x, W1, b1, W2, b2, worth):
    """Weights not transposed."""
    return _rv(torch.relu(x @ W1 + b1), W2, b2, worth)


def wrong_4_bias_of_the_hidden_layer_after_the_relu(x, W1, b1, W2, b2, worth):
    """Bias of the hidden layer after the ReLU."""
    return _rv(torch.relu(x @ W1.T) + b1, W2, b2, worth)


def wrong_4_value_of_logits_instead_of_probabilities(x, W1, b1, W2, b2, worth):
    """Value of logits instead of probabilities."""
    z = torch.relu(x @ W1.T + b1) @ W2.T + b2
    return (torch.sigmoid(z), z @ worth)


def wrong_4_hide_counted_as_positive_abs_worth(x, W1, b1, W2, b2, worth):
    """Hide counted as positive: abs worth."""
    p, _ = _rv(torch.relu(x @ W1.T + b1), W2, b2, worth)
    return (p, p @ worth.abs())


def wrong_4_mean_over_reactions_rather_than_sum(x, W1, b1, W2, b2, worth):
    """Mean over reactions rather than sum."""
    p, _ = _rv(torch.relu(x @ W1.T + b1), W2, b2, worth)
    return (p, (p * worth).mean(1))


def wrong_4_second_bias_forgotten(x, W1, b1, W2, b2, worth):
    """Second bias forgotten."""
    return _rv(torch.relu(x @ W1.T + b1), W2, 0 * b2, worth)


def wrong_4_first_bias_forgotten(x, W1, b1, W2, b2, worth):
    """First bias forgotten."""
    return _rv(torch.relu(x @ W1.T), W2, b2, worth)


def wrong_4_value_summed_over_the_batch(x, W1, b1, W2, b2, worth):
    """Value summed over the batch."""
    p, v = _rv(torch.relu(x @ W1.T + b1), W2, b2, worth)
    return (p, v.sum())


def wrong_4_sigmoid_before_the_value_and_again(x, W1, b1, W2, b2, worth):
    """Sigmoid before the value and again of the value."""
    p, v = _rv(torch.relu(x @ W1.T + b1), W2, b2, worth)
    return (p, torch.sigmoid(v))


def wrong_4_value_is_product_of_the_most_probable(x, W1, b1, W2, b2, worth):
    """Value is product of the most probable reaction only."""
    p, _v = _rv(torch.relu(x @ W1.T + b1), W2, b2, worth)
    i = p.argmax(1)
    return (p, p.max(1).values * worth[i])


# ------------------------------------------------------------- 17.8


def right_8_loops_2(candidates, history, there, W, b, w):
    B, C, d = candidates.shape
    out = []
    for u in range(B):
        rows = []
        for c in range(C):
            heard = torch.zeros(d, dtype=history.dtype)
            for j in range(history.shape[1]):
                if there[u, j]:
                    h, k = (history[u, j], candidates[u, c])
                    a = w @ torch.relu(W @ torch.cat([h, k, h * k, h - k]) + b)
                    heard = heard + a * h
            rows.append(heard)
        out.append(torch.stack(rows))
    return torch.stack(out)


def right_8_expand_and_cat_masked_fill_of_events_first(candidates, history, there, W, b, w):
    B, C, d = candidates.shape
    L = history.shape[1]
    hist = history.masked_fill(~there[..., None], 0.0)
    h = hist[:, None].expand(B, C, L, d)
    k = candidates[:, :, None].expand(B, C, L, d)
    a = torch.relu(torch.cat([h, k, h * k, h - k], -1) @ W.T + b) @ w
    return torch.einsum("bcl,bld->bcd", a, hist)


def right_8_w_split_into_four_blocks_bmm(candidates, history, there, W, b, w):
    d = history.shape[2]
    W1, W2, W3, W4 = W.split(d, dim=1)
    hid = (
        (history @ (W1 + W4).T)[:, None]
        + (candidates @ (W2 - W4).T)[:, :, None]
        + torch.einsum("bld,bcd,hd->bclh", history, candidates, W3)
        + b
    )
    a = torch.where(there[:, None], (hid.clamp(min=0) * w).sum(-1), torch.zeros(()))
    return torch.bmm(a, torch.where(there[:, :, None], history, torch.zeros(())))


def _w(candidates, history, W, b, w, parts=None, act=torch.relu):
    B, C, d = candidates.shape
    L = history.shape[1]
    h = history[:, None].expand(B, C, L, d)
    k = candidates[:, :, None].expand(B, C, L, d)
    x = parts(h, k) if parts else [h, k, h * k, h - k]
    return act(torch.cat(x, -1) @ W.T + b) @ w


def wrong_8_softmax_over_the_events(candidates, history, there, W, b, w):
    """Softmax over the events."""
    a = _w(candidates, history, W, b, w).masked_fill(~there[:, None], -1000000000.0)
    return torch.softmax(a, -1) @ history


def wrong_8_empty_places_not_masked(candidates, history, there, W, b, w):
    """Empty places not masked."""
    return _w(candidates, history, W, b, w) @ history


def wrong_8_c_h_in_place_of_h_c(candidates, history, there, W, b, w):
    """C - h in place of h - c."""
    a = _w(candidates, history, W, b, w, lambda h, k: [h, k, h * k, k - h]) * there[:, None]
    return a @ history


def wrong_8_candidate_before_the_event(candidates, history, there, W, b, w):
    """Candidate before the event in the concatenation."""
    a = _w(candidates, history, W, b, w, lambda h, k: [k, h, h * k, h - k]) * there[:, None]
    return a @ history


def wrong_8_mean_over_events_that_are_there(candidates, history, there, W, b, w):
    """Mean over events that are there."""
    a = _w(candidates, history, W, b, w) * there[:, None]
    return a @ history / there.sum(1).clamp(min=1)[:, None, None]


def wrong_8_no_relu_2(candidates, history, there, W, b, w):
    """No ReLU."""
    a = _w(candidates, history, W, b, w, act=lambda x: x) * there[:, None]
    return a @ history


def wrong_8_relu_of_the_weight_no_negative_weights(candidates, history, there, W, b, w):
    """ReLU of the weight: no negative weights."""
    a = _w(candidates, history, W, b, w).relu() * there[:, None]
    return a @ history


def wrong_8_sigmoid_of_the_weight(candidates, history, there, W, b, w):
    """Sigmoid of the weight."""
    a = _w(candidates, history, W, b, w).sigmoid() * there[:, None]
    return a @ history


def wrong_8_weights_normalized_to_sum_1_without_exp(candidates, history, there, W, b, w):
    """Weights normalized to sum 1 (without exp)."""
    a = _w(candidates, history, W, b, w) * there[:, None]
    return a / (a.sum(-1, keepdim=True) + 1e-09) @ history


def wrong_8_dot_product_attention_the_network(candidates, history, there, W, b, w):
    """Dot product attention, the network is ignored."""
    a = candidates @ history.transpose(1, 2) * there[:, None]
    return a @ history


def wrong_8_returns_the_sum_of_candidates_weights_times(candidates, history, there, W, b, w):
    """Returns the sum of candidates' weights times the candidate."""
    a = _w(candidates, history, W, b, w) * there[:, None]
    return a.sum(-1, keepdim=True) * candidates


def wrong_8_bias_forgotten(candidates, history, there, W, b, w):
    """Bias forgotten."""
    a = _w(candidates, history, W, 0 * b, w) * there[:, None]
    return a @ history


def wrong_8_weights_detached_no_gradient_reaches(candidates, history, there, W, b, w):
    """Weights detached: no gradient reaches the network."""
    a = _w(candidates, history, W, b, w) * there[:, None]
    return a.detach() @ history


def wrong_8_asks_with_the_mean_candidate(candidates, history, there, W, b, w):
    """Asks with the mean candidate."""
    a = (
        _w(candidates.mean(1, keepdim=True).expand_as(candidates), history, W, b, w)
        * there[:, None]
    )
    return a @ history


def right_8_events_that_are_not_there_become_0_first(candidates, history, there, W, b, w):
    h = history * there[..., None]
    return _w(candidates, h, W, b, w) @ h


# ------------------------------------------------------------- 17.6


def right_6_loop_softplus(logits, clicks, position, examination):
    t = 0.0
    for z, c, k in zip(logits, clicks, position, strict=False):
        r = c / examination[int(k) - 1]
        t = t + r * F.softplus(-z) + (1 - r) * F.softplus(z)
    return t / len(logits)


def right_6_binary_cross_entropy_with_logits_accepts(logits, clicks, position, examination):
    return F.binary_cross_entropy_with_logits(logits, clicks / examination[position - 1])


def right_6_algebra_softplus_z_c_e_z(logits, clicks, position, examination):
    return (
        torch.logaddexp(torch.zeros_like(logits), logits)
        - clicks / examination.gather(0, position - 1) * logits
    ).mean()


def _e(clicks, position, examination):
    return clicks / examination[position - 1]


def wrong_6_weight_only_on_the_clicks_term_c_e_log_p_1(logits, clicks, position, examination):
    """Weight only on the click's term: c/e(-log p) + (1-c)(-log(1-p))."""
    r = _e(clicks, position, examination)
    return (r * F.softplus(-logits) + (1 - clicks) * F.softplus(logits)).mean()


def wrong_6_both_terms_weighted_by_1_e(logits, clicks, position, examination):
    """Both terms weighted by 1/e."""
    return (
        F.binary_cross_entropy_with_logits(logits, clicks, reduction="none")
        / examination[position - 1]
    ).mean()


def wrong_6_multiplied_by_e_instead_of_divided(logits, clicks, position, examination):
    """Multiplied by e instead of divided."""
    return F.binary_cross_entropy_with_logits(logits, clicks * examination[position - 1])


def wrong_6_position_counted_from_0_off_by_one_wraps(logits, clicks, position, examination):
    """Position counted from 0 (off by one, wraps)."""
    return F.binary_cross_entropy_with_logits(
        logits, clicks / examination[position % len(examination)]
    )


def wrong_6_c_e_clipped_to_1(logits, clicks, position, examination):
    """C/e clipped to 1."""
    return F.binary_cross_entropy_with_logits(
        logits, _e(clicks, position, examination).clamp(max=1)
    )


def wrong_6_log_of_a_sigmoid(logits, clicks, position, examination):
    """Log of a sigmoid."""
    r = _e(clicks, position, examination)
    p = logits.sigmoid()
    return -(r * p.log() + (1 - r) * (1 - p).log()).mean()


def wrong_6_log_of_a_clipped_sigmoid_finite_but(logits, clicks, position, examination):
    """Log of a clipped sigmoid: finite, but not the loss of logits of 200."""
    r = _e(clicks, position, examination)
    p = logits.sigmoid().clamp(1e-07, 1 - 1e-07)
    return -(r * p.log() + (1 - r) * (1 - p).log()).mean()


def wrong_6_sum_instead_of_mean(logits, clicks, position, examination):
    """Sum instead of mean."""
    return F.binary_cross_entropy_with_logits(
        logits, _e(clicks, position, examination), reduction="sum"
    )


def wrong_6_divides_by_the_sum_of_the_weights(logits, clicks, position, examination):
    """Divides by the sum of the weights."""
    r = _e(clicks, position, examination)
    return (
        F.binary_cross_entropy_with_logits(logits, r, reduction="sum")
        / (1 / examination[position - 1]).sum()
    )


def wrong_6_model_of_clicks_p_e_against_the_click(logits, clicks, position, examination):
    """Model of clicks: p*e against the click."""
    p = (logits.sigmoid() * examination[position - 1]).clamp(1e-07, 1 - 1e-07)
    return F.binary_cross_entropy(p, clicks)


def wrong_6_weights_1_e_for_clicked_rows_1(logits, clicks, position, examination):
    """Weights 1/e for clicked rows, 1 for the others, no negative part."""
    wt = torch.where(clicks > 0, 1 / examination[position - 1], torch.ones(()))
    return F.binary_cross_entropy_with_logits(logits, clicks, weight=wt)


def wrong_6_clicks_ignored_positions_ordinary_log_loss(logits, clicks, position, examination):
    """Clicks ignored positions: ordinary log loss."""
    return F.binary_cross_entropy_with_logits(logits, clicks)


def right_6_bce_with_weight_twice(logits, clicks, position, examination):
    share = clicks / examination[position - 1]
    one, zero = (torch.ones_like(logits), torch.zeros_like(logits))
    return F.binary_cross_entropy_with_logits(
        logits, one, weight=share
    ) + F.binary_cross_entropy_with_logits(logits, zero, weight=1 - share)


# ------------------------------------------------------------- 17.2


def right_2_scipy_rankdata(labels, scores):
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = np.asarray(labels) == 1
    a = y.sum()
    return (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum())


def right_2_searchsorted_in_the_zeros(labels, scores):
    z = np.sort(scores[labels == 0])
    o = scores[labels == 1]
    return float(
        (np.searchsorted(z, o, "left") + np.searchsorted(z, o, "right")).sum() / 2 / len(z) / len(o)
    )


def right_2_one_loop_over_sorted_groups(labels, scores):
    from itertools import groupby

    rows = sorted(zip(scores.tolist(), labels.tolist(), strict=False))
    below = 0
    won = 0.0
    ones = 0
    for _, g in groupby(rows, key=lambda t: t[0]):
        g = [y for _, y in g]
        k = sum(g)
        z = len(g) - k
        won += k * (below + z / 2)
        below += z
        ones += k
    return won / below / ones


def _rk(s):
    return np.argsort(np.argsort(s, kind="stable"), kind="stable") + 1


def wrong_2_ranks_by_double_argsort_ties_broken(labels, scores):
    """Ranks by double argsort: ties broken by order."""
    r = _rk(scores)
    y = labels == 1
    a = y.sum()
    return (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum())


def wrong_2_ties_count_nothing(labels, scores):
    """Ties count nothing."""
    z = np.sort(scores[labels == 0])
    o = scores[labels == 1]
    return np.searchsorted(z, o, "left").sum() / len(z) / len(o)


def wrong_2_ties_count_as_whole(labels, scores):
    """Ties count as whole."""
    z = np.sort(scores[labels == 0])
    o = scores[labels == 1]
    return np.searchsorted(z, o, "right").sum() / len(z) / len(o)


def wrong_2_the_ranks_among_themselves_not_subtracted(labels, scores):
    """The ranks among themselves not subtracted."""
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = labels == 1
    return r[y].sum() / y.sum() / (~y).sum()


def wrong_2_subtracts_n1_n1_1_2_with_ranks_from_1(labels, scores):
    """Subtracts n1(n1-1)/2 with ranks from 1."""
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = labels == 1
    a = y.sum()
    return (r[y].sum() - a * (a - 1) / 2) / (a * (~y).sum())


def wrong_2_divided_by_all_pairs_n_n_1_2(labels, scores):
    """Divided by all pairs n(n-1)/2."""
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = labels == 1
    a = y.sum()
    n = len(y)
    return (r[y].sum() - a * (a + 1) / 2) / (n * (n - 1) / 2)


def wrong_2_descending_ranks_1_auc(labels, scores):
    """Descending ranks: 1 - AUC."""
    from scipy.stats import rankdata

    r = rankdata(-scores)
    y = labels == 1
    a = y.sum()
    return (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum())


def wrong_2_accuracy_at_0_5(labels, scores):
    """Accuracy at 0.5."""
    return ((scores > 0.5) == labels).mean()


def wrong_2_gini_2_auc_1(labels, scores):
    """Gini: 2 AUC - 1."""
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = labels == 1
    a = y.sum()
    return 2 * (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum()) - 1


def wrong_2_a_sample_of_1000_pairs(labels, scores):
    """A sample of 1000 pairs."""
    rng = np.random.default_rng(0)
    o = rng.choice(scores[labels == 1], 1000)
    z = rng.choice(scores[labels == 0], 1000)
    return ((o > z) + 0.5 * (o == z)).mean()


def wrong_2_rankdata_method_min(labels, scores):
    """Rankdata method=min."""
    from scipy.stats import rankdata

    r = rankdata(scores, "min")
    y = labels == 1
    a = y.sum()
    return (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum())


def wrong_2_turned_upward_max_auc_1_auc(labels, scores):
    """Turned upward: max(auc, 1 - auc)."""
    from scipy.stats import rankdata

    r = rankdata(scores)
    y = labels == 1
    a = y.sum()
    v = (r[y].sum() - a * (a + 1) / 2) / (a * (~y).sum())
    return max(v, 1 - v)


def _sig(x):
    return 1 / (1 + np.exp(-x))


# ------------------------------------------------------------- 17.5


def right_5_newton(logits, labels):
    X = np.stack([logits, np.ones_like(logits)], 1)
    t = np.zeros(2)
    for _ in range(15):
        p = _sig(X @ t)
        t -= np.linalg.solve(X.T @ (X * (p * (1 - p))[:, None]), X.T @ (p - labels))
    return (t[0], t[1])


def right_5_scipy_minimize(logits, labels):
    from scipy.optimize import minimize

    def f(t):
        return np.mean(np.logaddexp(0, t[0] * logits + t[1]) - labels * (t[0] * logits + t[1]))

    return tuple(minimize(f, [0.0, 0.0], method="BFGS").x)


def right_5_torch_lbfgs(logits, labels):
    z, y = (torch.tensor(logits, dtype=torch.double), torch.tensor(labels, dtype=torch.double))
    t = torch.zeros(2, dtype=torch.double, requires_grad=True)
    o = torch.optim.LBFGS([t], max_iter=200, line_search_fn="strong_wolfe")

    def c():
        o.zero_grad()
        here = F.binary_cross_entropy_with_logits(t[0] * z + t[1], y)
        here.backward()
        return here

    o.step(c)
    return (t[0].item(), t[1].item())


def wrong_5_linear_regression_on_the_labels(logits, labels):
    """Linear regression on the labels."""
    a, b = np.polyfit(logits, labels, 1)
    return (a, b)


def wrong_5_shift_alone_a_1(logits, labels):
    """Shift alone, a = 1."""
    b = 0.0
    for _ in range(50):
        p = _sig(logits + b)
        b -= (p - labels).mean() / max((p * (1 - p)).mean(), 1e-09)
    return (1.0, b)


def wrong_5_scale_alone_b_0(logits, labels):
    """Scale alone, b = 0."""
    a = 0.0
    for _ in range(50):
        p = _sig(a * logits)
        a -= ((p - labels) * logits).mean() / (p * (1 - p) * logits**2).mean()
    return (a, 0.0)


def wrong_5_stopped_too_soon_100_steps_of_0_1(logits, labels):
    """Stopped too soon: 100 steps of 0.1."""
    a = b = 0.0
    for _ in range(100):
        p = _sig(a * logits + b)
        a -= 0.1 * ((p - labels) * logits).mean()
        b -= 0.1 * (p - labels).mean()
    return (a, b)


def wrong_5_slope_forced_above_0(logits, labels):
    """Slope forced above 0."""
    from scipy.optimize import minimize

    def f(t):
        return np.mean(np.logaddexp(0, t[0] * logits + t[1]) - labels * (t[0] * logits + t[1]))

    return tuple(minimize(f, [1.0, 0.0], method="L-BFGS-B", bounds=[(0, None), (None, None)]).x)


def wrong_5_fits_probabilities_sigmoid_logits(logits, labels):
    """Fits probabilities sigmoid(logits) as the feature."""
    from scipy.optimize import minimize

    z = _sig(logits)

    def f(t):
        return np.mean(np.logaddexp(0, t[0] * z + t[1]) - labels * (t[0] * z + t[1]))

    return tuple(minimize(f, [0.0, 0.0], method="BFGS").x)


def wrong_5_least_squares_of_sigmoid_against_labels(logits, labels):
    """Least squares of sigmoid against labels."""
    from scipy.optimize import minimize

    return tuple(
        minimize(lambda t: np.mean((_sig(t[0] * logits + t[1]) - labels) ** 2), [0.0, 0.0]).x
    )


def wrong_5_platts_smoothed_targets_n_1_n_2(logits, labels):
    """Platt's smoothed targets (n+1)/(n+2)."""
    from scipy.optimize import minimize

    n1 = labels.sum()
    n0 = len(labels) - n1
    t_ = np.where(labels > 0, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    return tuple(
        minimize(
            lambda t: np.mean(np.logaddexp(0, t[0] * logits + t[1]) - t_ * (t[0] * logits + t[1])),
            [0.0, 0.0],
        ).x
    )


def wrong_5_platts_own_sign_1_1_exp_a_z_b(logits, labels):
    """Platt's own sign: 1 / (1 + exp(a z + b))."""
    from scipy.optimize import minimize

    r = minimize(
        lambda t: np.mean(np.logaddexp(0, t[0] * logits + t[1]) - labels * (t[0] * logits + t[1])),
        [0.0, 0.0],
    ).x
    return (-r[0], -r[1])


# ------------------------------------------------------------- 17.3


def right_3_loops_over_cuts(x, labels, logits, reg):
    p = 1 / (1 + np.exp(-logits))
    g, h = (p - labels, p * (1 - p))
    best = None
    for c in sorted(set(x.tolist()))[:-1]:
        here = x <= c
        G, H, G2, H2 = (g[here].sum(), h[here].sum(), g[~here].sum(), h[~here].sum())
        w = G**2 / (H + reg) + G2**2 / (H2 + reg)
        if best is None or w > best[0] + 1e-12:
            best = (w, c, -G / (H + reg), -G2 / (H2 + reg))
    return best[1:]


def right_3_sort_and_cumsum(x, labels, logits, reg):
    from scipy.special import expit

    p = expit(logits)
    o = np.argsort(x, kind="stable")
    s = x[o]
    G = np.cumsum((p - labels)[o])
    H = np.cumsum((p * (1 - p))[o])
    ends = np.flatnonzero(s[:-1] != s[1:])
    g, h = (G[ends], H[ends])
    g2, h2 = (G[-1] - g, H[-1] - h)
    k = np.argmax(np.round(g**2 / (h + reg) + g2**2 / (h2 + reg), 10))
    return (float(s[ends[k]]), float(-g[k] / (h[k] + reg)), float(-g2[k] / (h2[k] + reg)))


def right_3_bincount_over_unique_values(x, labels, logits, reg):
    p = 1 / (1 + np.exp(-logits))
    v, i = np.unique(x, return_inverse=True)
    G = np.bincount(i, p - labels).cumsum()
    H = np.bincount(i, p * (1 - p)).cumsum()
    w = G[:-1] ** 2 / (H[:-1] + reg) + (G[-1] - G[:-1]) ** 2 / (H[-1] - H[:-1] + reg)
    k = int(w.argmax())
    return (v[k], -G[k] / (H[k] + reg), -(G[-1] - G[k]) / (H[-1] - H[k] + reg))


def _bs(
    x,
    labels,
    logits,
    reg,
    *,
    p=None,
    h=None,
    cuts=None,
    worth=None,
    value=None,
    left=None,
    last=False,
    g=None,
):
    if p is None:
        p = 1 / (1 + np.exp(-logits))
    g = p - labels if g is None else g
    h = p * (1 - p) if h is None else h
    u = np.unique(x)
    best = None
    worth = worth or (lambda G, H: G**2 / (H + reg))
    value = value or (lambda G, H: -G / (H + reg))
    left = left or (lambda x, c: x <= c)
    for c in u[:-1] if cuts is None else cuts(u):
        here = left(x, c)
        a = (g[here].sum(), h[here].sum())
        b = (g[~here].sum(), h[~here].sum())
        w = worth(*a) + worth(*b)
        if best is None or w > best[0] + 1e-12 or (last and w >= best[0] - 1e-12):
            best = (w, c, value(*a), value(*b))
    return tuple(map(float, best[1:]))


def wrong_3_sign_of_the_values_turned(x, labels, logits, reg):
    """Sign of the values turned."""
    return _bs(x, labels, logits, reg, value=lambda G, H: G / (H + reg))


def wrong_3_reg_forgotten_in_the_values(x, labels, logits, reg):
    """Reg forgotten in the values."""
    return _bs(x, labels, logits, reg, value=lambda G, H: -G / (H + 1e-12))


def wrong_3_reg_forgotten_in_worth_values_with_it(x, labels, logits, reg):
    """Reg forgotten in worth, values with it."""
    return _bs(x, labels, logits, reg, worth=lambda G, H: G**2 / (H + 1e-12))


def wrong_3_logits_ignored_p_1_2(x, labels, logits, reg):
    """Logits ignored: p = 1/2."""
    return _bs(x, labels, logits, reg, p=np.full(len(x), 0.5))


def wrong_3_cut_is_the_midpoint_of_neighbors(x, labels, logits, reg):
    """Cut is the midpoint of neighbors."""
    return _bs(x, labels, logits, reg, cuts=lambda u: (u[1:] + u[:-1]) / 2)


def wrong_3_x_cut_goes_left(x, labels, logits, reg):
    """X < cut goes left."""
    return _bs(x, labels, logits, reg, cuts=lambda u: u[1:], left=lambda x, c: x < c)


def wrong_3_h_is_1_per_row_gradient_boosting_of_squares(x, labels, logits, reg):
    """H is 1 per row (gradient boosting of squares)."""
    return _bs(x, labels, logits, reg, h=np.ones(len(x)))


def wrong_3_the_last_of_equals(x, labels, logits, reg):
    """The last of equals."""
    return _bs(x, labels, logits, reg, last=True)


def wrong_3_second_largest_value_left_out(x, labels, logits, reg):
    """Second largest value left out."""
    return _bs(x, labels, logits, reg, cuts=lambda u: u[:-2] if len(u) > 2 else u[:-1])


def wrong_3_largest_value_is_a_cut_too(x, labels, logits, reg):
    """Largest value is a cut, too."""
    return _bs(x, labels, logits, reg, cuts=lambda u: u)


def wrong_3_worth_is_g_h_reg_not_squared(x, labels, logits, reg):
    """Worth is |G|/(H+reg), not squared."""
    return _bs(x, labels, logits, reg, worth=lambda G, H: abs(G) / (H + reg))


def wrong_3_values_are_mean_labels_of_each_side(x, labels, logits, reg):
    """Values are mean labels of each side."""
    c = _bs(x, labels, logits, reg)[0]
    here = x <= c
    return (c, float(labels[here].mean()), float(labels[~here].mean()))


def wrong_3_logits_taken_as_probabilities(x, labels, logits, reg):
    """Logits taken as probabilities."""
    return _bs(x, labels, logits, reg, p=logits)


def wrong_3_rows_not_sorted_before_cumsum(x, labels, logits, reg):
    """Rows not sorted before cumsum."""
    p = 1 / (1 + np.exp(-logits))
    G = np.cumsum(p - labels)
    H = np.cumsum(p * (1 - p))
    w = G[:-1] ** 2 / (H[:-1] + reg) + (G[-1] - G[:-1]) ** 2 / (H[-1] - H[:-1] + reg)
    k = int(w.argmax())
    return (float(x[k]), float(-G[k] / (H[k] + reg)), float(-(G[-1] - G[k]) / (H[-1] - H[k] + reg)))


def wrong_3_splits_inside_equal_values_no_look_at_ties(x, labels, logits, reg):
    """Splits inside equal values (no look at ties)."""
    o = np.argsort(x, kind="stable")
    x, labels, logits = (x[o], labels[o], logits[o])
    p = 1 / (1 + np.exp(-logits))
    G = np.cumsum(p - labels)
    H = np.cumsum(p * (1 - p))
    w = G[:-1] ** 2 / (H[:-1] + reg) + (G[-1] - G[:-1]) ** 2 / (H[-1] - H[:-1] + reg)
    k = int(w.argmax())
    return (float(x[k]), float(-G[k] / (H[k] + reg)), float(-(G[-1] - G[k]) / (H[-1] - H[k] + reg)))


def _ch(**k):
    return (
        dict(
            features=("user", "pin", "cross"),
            label="clicks / e",
            position=False,
            until_day=42,
            hidden=32,
            epochs=5,
        )
        | k
    )


# ------------------------------------------------------------- 17.1


def wrong_1_ones_and_zeros_weigh_alike_in_the_loss(labels, probabilities):
    """Ones and zeros weigh alike in the loss."""
    p = np.clip(probabilities, 1e-07, 1 - 1e-07)
    here = 0.5 * (-np.log(p[labels == 1]).mean() - np.log(1 - p[labels == 0]).mean())
    m = labels.mean()
    return 100 * (1 - here / -(m * np.log(m) + (1 - m) * np.log(1 - m)))


def wrong_1_rounded_to_a_whole_number(labels, probabilities):
    """Rounded to a whole number."""
    p = np.clip(probabilities, 1e-07, 1 - 1e-07)
    m = labels.mean()
    return round(
        100
        * (
            1
            + (labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean()
            / -(m * np.log(m) + (1 - m) * np.log(1 - m))
        )
    )


# ------------------------------------------------------------- 17.4


def wrong_4_relu_of_the_features(x, W1, b1, W2, b2, worth):
    """ReLU of the features."""
    h = x.relu() @ W1.T + b1
    p = (h @ W2.T + b2).sigmoid()
    return (p, p @ worth)


def wrong_4_probabilities_minus_one_half(x, W1, b1, W2, b2, worth):
    """Probabilities minus one half."""
    h = (x @ W1.T + b1).relu()
    p = (h @ W2.T + b2).sigmoid()
    return (p, (p - 0.5) @ worth)


def wrong_4_worth_inside_the_sigmoid(x, W1, b1, W2, b2, worth):
    """Worth inside the sigmoid."""
    h = (x @ W1.T + b1).relu()
    z = h @ W2.T + b2
    return (z.sigmoid(), (z * worth).sigmoid().sum(1))


# ------------------------------------------------------------- 17.8


def wrong_8_events_detached(candidates, history, there, W, b, w):
    """Events detached."""
    h, c = torch.broadcast_tensors(history.detach()[:, None], candidates[:, :, None])
    a = torch.relu(torch.cat([h, c, h * c, h - c], -1) @ W.T + b) @ w * there[:, None]
    return (a[..., None] * h).sum(2)


def wrong_8_weights_exponentiated(candidates, history, there, W, b, w):
    """Weights exponentiated."""
    h, c = torch.broadcast_tensors(history[:, None], candidates[:, :, None])
    a = (torch.relu(torch.cat([h, c, h * c, h - c], -1) @ W.T + b) @ w).exp() * there[:, None]
    return (a[..., None] * h).sum(2)


def wrong_8_the_absolute_difference(candidates, history, there, W, b, w):
    """The absolute difference."""
    h, c = torch.broadcast_tensors(history[:, None], candidates[:, :, None])
    a = torch.relu(torch.cat([h, c, h * c, (h - c).abs()], -1) @ W.T + b) @ w * there[:, None]
    return (a[..., None] * h).sum(2)


# ------------------------------------------------------------- 17.6


def wrong_6_every_row_counts_as_not_liked(logits, clicks, position, examination):
    """Every row counts as not liked."""
    s = clicks / examination[position - 1]
    return (s * F.softplus(-logits)).mean() + F.softplus(logits).mean()


def wrong_6_propensity_normalized_to_sum_one(logits, clicks, position, examination):
    """Propensity normalized to sum one."""
    e = examination / examination.sum()
    s = clicks / e[position - 1]
    return (s * F.softplus(-logits) + (1 - s) * F.softplus(logits)).mean()


# ------------------------------------------------------------- 17.2


def right_2_gap_of_mean_ranks(labels, scores):
    from scipy.stats import rankdata

    r = rankdata(scores) / len(scores)
    y = labels == 1
    return r[y].mean() - r[~y].mean() + 0.5


def wrong_2_trapezoids_through_tied_rows_one_by_one(labels, scores):
    """Trapezoids through tied rows one by one."""
    o = np.argsort(-scores, kind="stable")
    y = labels[o]
    tpr = np.cumsum(y) / y.sum()
    fpr = np.cumsum(1 - y) / (1 - y).sum()
    return np.trapezoid(tpr, fpr)


# ------------------------------------------------------------- 17.3


def wrong_3_values_are_means_of_what_is_left_over(x, labels, logits, reg):
    """Values are means of what is left over."""
    p = 1 / (1 + np.exp(-logits))
    g, h = (p - labels, p * (1 - p))
    best = (-1000000000.0,)
    for c in np.unique(x)[:-1]:
        here = x <= c
        w = g[here].sum() ** 2 / (h[here].sum() + reg) + g[~here].sum() ** 2 / (
            h[~here].sum() + reg
        )
        if w > best[0] + 1e-12:
            best = (w, float(c), float(-g[here].mean()), float(-g[~here].mean()))
    return best[1:]


def wrong_3_worth_counts_rows_in_the_place(x, labels, logits, reg):
    """Worth counts rows in the place of curvatures."""
    p = 1 / (1 + np.exp(-logits))
    g, h = (p - labels, p * (1 - p))
    best = (-1000000000.0,)
    for c in np.unique(x)[:-1]:
        here = x <= c
        w = g[here].sum() ** 2 / (here.sum() + reg) + g[~here].sum() ** 2 / ((~here).sum() + reg)
        if w > best[0] + 1e-12:
            best = (
                w,
                float(c),
                float(-g[here].sum() / (h[here].sum() + reg)),
                float(-g[~here].sum() / (h[~here].sum() + reg)),
            )
    return best[1:]


# ------------------------------------------------------------- 17.5


def wrong_5_three_steps_by_the_diagonal(logits, labels):
    """Three steps by the diagonal."""
    a = b = 0.0
    for _ in range(3):
        p = 1 / (1 + np.exp(-(a * logits + b)))
        h = p * (1 - p)
        a, b = (
            a - ((p - labels) * logits).sum() / (h * logits**2).sum(),
            b - (p - labels).sum() / h.sum(),
        )
    return (a, b)


def wrong_5_slope_shrunk_by_a_ridge(logits, labels):
    """Slope shrunk by a ridge."""
    X = np.stack([logits, np.ones_like(logits)], 1)
    t = np.zeros(2)
    for _ in range(15):
        p = 1 / (1 + np.exp(-X @ t))
        t -= np.linalg.solve(
            X.T @ (X * (p * (1 - p))[:, None]) + np.diag([50.0, 0]),
            X.T @ (p - labels) + [50.0 * t[0], 0],
        )
    return (t[0], t[1])


RIGHT = {
    "17.1": (
        right_1_loops_math,
        right_1_torch_binary_cross_entropy,
    ),
    "17.2": (
        right_2_scipy_rankdata,
        right_2_searchsorted_in_the_zeros,
        right_2_one_loop_over_sorted_groups,
        right_2_gap_of_mean_ranks,
    ),
    "17.3": (
        right_3_loops_over_cuts,
        right_3_sort_and_cumsum,
        right_3_bincount_over_unique_values,
    ),
    "17.4": (
        right_4_loops,
        right_4_f_linear_addmm,
        right_4_nn_sequential_with_weights_put,
    ),
    "17.5": (
        right_5_newton,
        right_5_scipy_minimize,
        right_5_torch_lbfgs,
    ),
    "17.6": (
        right_6_loop_softplus,
        right_6_binary_cross_entropy_with_logits_accepts,
        right_6_algebra_softplus_z_c_e_z,
        right_6_bce_with_weight_twice,
    ),
    "17.8": (
        right_8_loops_2,
        right_8_expand_and_cat_masked_fill_of_events_first,
        right_8_w_split_into_four_blocks_bmm,
        right_8_events_that_are_not_there_become_0_first,
    ),
}
WRONG = {
    "17.1": (
        wrong_1_the_constant_is_0_5_loss_log_2,
        wrong_1_a_share_not_percent,
        wrong_1_normalized_entropy_itself_times_100_not_1,
        wrong_1_the_constant_is_the_mean_of_what_was_said,
        wrong_1_loss_of_the_ones_only_y_log_p,
        wrong_1_numerator_of_ones_only_entropy_whole,
        wrong_1_eps_added_inside_the_log_in_place,
        wrong_1_no_clipping,
        wrong_1_clipped_at_1e_2_moves_what_is_nearly_0,
        wrong_1_the_sum_of_the_losses_over_the_mean,
        wrong_1_squared_error_in_place_of_log_loss_brier,
        wrong_1_log_to_base_2_above_natural_below,
        wrong_1_ones_and_zeros_weigh_alike_in_the_loss,
        wrong_1_rounded_to_a_whole_number,
    ),
    "17.2": (
        wrong_2_ranks_by_double_argsort_ties_broken,
        wrong_2_ties_count_nothing,
        wrong_2_ties_count_as_whole,
        wrong_2_the_ranks_among_themselves_not_subtracted,
        wrong_2_subtracts_n1_n1_1_2_with_ranks_from_1,
        wrong_2_divided_by_all_pairs_n_n_1_2,
        wrong_2_descending_ranks_1_auc,
        wrong_2_accuracy_at_0_5,
        wrong_2_gini_2_auc_1,
        wrong_2_a_sample_of_1000_pairs,
        wrong_2_rankdata_method_min,
        wrong_2_turned_upward_max_auc_1_auc,
        wrong_2_trapezoids_through_tied_rows_one_by_one,
    ),
    "17.3": (
        wrong_3_sign_of_the_values_turned,
        wrong_3_reg_forgotten_in_the_values,
        wrong_3_reg_forgotten_in_worth_values_with_it,
        wrong_3_logits_ignored_p_1_2,
        wrong_3_cut_is_the_midpoint_of_neighbors,
        wrong_3_x_cut_goes_left,
        wrong_3_h_is_1_per_row_gradient_boosting_of_squares,
        wrong_3_the_last_of_equals,
        wrong_3_second_largest_value_left_out,
        wrong_3_largest_value_is_a_cut_too,
        wrong_3_worth_is_g_h_reg_not_squared,
        wrong_3_values_are_mean_labels_of_each_side,
        wrong_3_logits_taken_as_probabilities,
        wrong_3_rows_not_sorted_before_cumsum,
        wrong_3_splits_inside_equal_values_no_look_at_ties,
        wrong_3_values_are_means_of_what_is_left_over,
        wrong_3_worth_counts_rows_in_the_place,
    ),
    "17.4": (
        wrong_4_softmax_over_the_reactions,
        wrong_4_no_relu,
        wrong_4_sigmoid_in_the_hidden_layer,
        wrong_4_weights_not_transposed,
        wrong_4_bias_of_the_hidden_layer_after_the_relu,
        wrong_4_value_of_logits_instead_of_probabilities,
        wrong_4_hide_counted_as_positive_abs_worth,
        wrong_4_mean_over_reactions_rather_than_sum,
        wrong_4_second_bias_forgotten,
        wrong_4_first_bias_forgotten,
        wrong_4_value_summed_over_the_batch,
        wrong_4_sigmoid_before_the_value_and_again,
        wrong_4_value_is_product_of_the_most_probable,
        wrong_4_relu_of_the_features,
        wrong_4_probabilities_minus_one_half,
        wrong_4_worth_inside_the_sigmoid,
    ),
    "17.5": (
        wrong_5_linear_regression_on_the_labels,
        wrong_5_shift_alone_a_1,
        wrong_5_scale_alone_b_0,
        wrong_5_stopped_too_soon_100_steps_of_0_1,
        wrong_5_slope_forced_above_0,
        wrong_5_fits_probabilities_sigmoid_logits,
        wrong_5_least_squares_of_sigmoid_against_labels,
        wrong_5_platts_smoothed_targets_n_1_n_2,
        wrong_5_platts_own_sign_1_1_exp_a_z_b,
        wrong_5_three_steps_by_the_diagonal,
        wrong_5_slope_shrunk_by_a_ridge,
    ),
    "17.6": (
        wrong_6_weight_only_on_the_clicks_term_c_e_log_p_1,
        wrong_6_both_terms_weighted_by_1_e,
        wrong_6_multiplied_by_e_instead_of_divided,
        wrong_6_position_counted_from_0_off_by_one_wraps,
        wrong_6_c_e_clipped_to_1,
        wrong_6_log_of_a_sigmoid,
        wrong_6_log_of_a_clipped_sigmoid_finite_but,
        wrong_6_sum_instead_of_mean,
        wrong_6_divides_by_the_sum_of_the_weights,
        wrong_6_model_of_clicks_p_e_against_the_click,
        wrong_6_weights_1_e_for_clicked_rows_1,
        wrong_6_clicks_ignored_positions_ordinary_log_loss,
        wrong_6_every_row_counts_as_not_liked,
        wrong_6_propensity_normalized_to_sum_one,
    ),
    "17.8": (
        wrong_8_softmax_over_the_events,
        wrong_8_empty_places_not_masked,
        wrong_8_c_h_in_place_of_h_c,
        wrong_8_candidate_before_the_event,
        wrong_8_mean_over_events_that_are_there,
        wrong_8_no_relu_2,
        wrong_8_relu_of_the_weight_no_negative_weights,
        wrong_8_sigmoid_of_the_weight,
        wrong_8_weights_normalized_to_sum_1_without_exp,
        wrong_8_dot_product_attention_the_network,
        wrong_8_returns_the_sum_of_candidates_weights_times,
        wrong_8_bias_forgotten,
        wrong_8_weights_detached_no_gradient_reaches,
        wrong_8_asks_with_the_mean_candidate,
        wrong_8_events_detached,
        wrong_8_weights_exponentiated,
        wrong_8_the_absolute_difference,
    ),
}
test_right_answers_pass, _ = other_styles("17", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
