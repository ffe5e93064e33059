"""Lesson 18: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.sparse as sp
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 18.1


def right_1_loops(lists, num_items, c):
    G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        for b in range(B):
            for r, i in enumerate(lists[g, b], 1):
                if i >= 0:
                    out[b, i] += 1 / (c + r)
    return out


def right_1_np_add(lists, num_items, c):
    _G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    g, b, r = np.nonzero(lists >= 0)
    np.add.at(out, (b, lists[g, b, r]), 1.0 / (c + r + 1))
    return out


def right_1_bincount_with_an_extra_column(lists, num_items, c):
    _G, B, L = lists.shape
    n = num_items + 1
    at = np.arange(B)[None, :, None] * n + np.where(lists < 0, num_items, lists)
    w = np.broadcast_to(1 / (c + np.arange(1, L + 1)), lists.shape)
    return np.bincount(at.ravel(), w.ravel(), minlength=B * n).reshape(B, n)[:, :-1]


def right_1_sparse_matrix_sums_duplicates(lists, num_items, c):
    _G, B, _L = lists.shape
    g, b, r = np.nonzero(lists != -1)
    return sp.coo_array((1 / (c + r + 1.0), (b, lists[g, b, r])), shape=(B, num_items)).toarray()


def _f(lists, num_items, w, keep=True):
    G, B, L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        for b in range(B):
            for r, i in enumerate(lists[g, b], 1):
                if i >= 0 or not keep:
                    out[b, i] += w(r, L, g)
    return out


def wrong_1_ranks_from_0(lists, num_items, c):
    """Ranks from 0."""
    return _f(lists, num_items, lambda r, L, g: 1 / (c + r - 1))


def wrong_1_1_is_written_to_the_last_item(lists, num_items, c):
    """-1 is written to the last item."""
    return _f(lists, num_items, lambda r, L, g: 1 / (c + r), keep=False)


def wrong_1_fancy_assignment_loses_repeats_overwrites(lists, num_items, c):
    """Fancy assignment += loses repeats? overwrites: last list wins."""
    G, B, L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        for b in range(B):
            ok = lists[g, b] >= 0
            out[b, lists[g, b][ok]] = (1 / (c + np.arange(1, L + 1)))[ok]
    return out


def wrong_1_mean_over_the_lists(lists, num_items, c):
    """Mean over the lists."""
    return _f(lists, num_items, lambda r, L, g: 1 / (c + r) / len(lists))


def wrong_1_c_ignored_1_rank(lists, num_items, c):
    """C ignored: 1/rank."""
    return _f(lists, num_items, lambda r, L, g: 1 / r)


def wrong_1_c_60_always(lists, num_items, c):
    """C = 60 always."""
    return _f(lists, num_items, lambda r, L, g: 1 / (60 + r))


def wrong_1_rank_from_the_end(lists, num_items, c):
    """Rank from the end."""
    return _f(lists, num_items, lambda r, L, g: 1 / (c + L - r + 1))


def wrong_1_borda_count_l_rank(lists, num_items, c):
    """Borda count: L - rank."""
    return _f(lists, num_items, lambda r, L, g: L - r + 1.0)


def wrong_1_an_item_a_list_does_not_hold_gets_rank_l_1(lists, num_items, c):
    """An item a list does not hold gets rank L + 1."""
    G, B, L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        for b in range(B):
            r = np.full(num_items, L + 1.0)
            for k, i in enumerate(lists[g, b], 1):
                if i >= 0:
                    r[i] = k
            out[b] += 1 / (c + r)
    return out


def wrong_1_the_sum_of_ranks_first_then_the_inverse_1_c(lists, num_items, c):
    """The sum of ranks first, then the inverse: 1/(c + sum)."""
    s = _f(lists, num_items, lambda r, L, g: float(r))
    return np.where(s > 0, 1 / (c + s), 0)


def wrong_1_best_rank_alone_max(lists, num_items, c):
    """Best rank alone (max)."""
    G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        out = np.maximum(out, _f(lists[g : g + 1], num_items, lambda r, L, g: 1 / (c + r)))
    return out


def wrong_1_all_users_lists_summed_for_everybody(lists, num_items, c):
    """All users' lists summed for everybody."""
    s = _f(lists, num_items, lambda r, L, g: 1 / (c + r))
    return np.broadcast_to(s.sum(0), s.shape)


def wrong_1_rank_counts_places_after_dropping_1_c_rank(lists, num_items, c):
    """Rank counts places after dropping -1."""
    return _f(lists, num_items, lambda r, L, g: 1 / (c + r**2))


def _m(x):
    return sum(x) / len(x)


def _v(x):
    m = _m(x)
    return sum((t - m) ** 2 for t in x) / (len(x) - 1)


# ------------------------------------------------------------- 18.4


def right_4_plain_python(policy, control):
    a, b = (_m(policy), _m(control))
    r = a / b
    s = math.sqrt(_v(policy) / len(policy) + r * r * _v(control) / len(control)) / b
    return (r - 1, r - 1 - 2 * s, r - 1 + 2 * s)


def right_4_numpy(policy, control):
    r = policy.mean() / control.mean()
    va = policy.var(ddof=1) / policy.size
    vb = control.var(ddof=1) / control.size
    se = np.sqrt(va + r**2 * vb) / control.mean()
    return tuple(r - 1 + 2 * se * np.array([0, -1, 1]))


def right_4_scipy_stats_sem_relative_form(policy, control):
    from scipy.stats import sem

    a, b = (policy.mean(), control.mean())
    here = a / b - 1
    s = np.hypot(sem(policy) / b, a * sem(control) / b**2)
    return (here, here - 2 * s, here + 2 * s)


def _l(policy, control, k=2, dd=1, var=None, out=None):
    a, b = (policy.mean(), control.mean())
    r = a / b
    n, m = (len(policy), len(control))
    va, vb = (policy.var(ddof=dd), control.var(ddof=dd))
    v = var(a, b, r, n, m, va, vb) if var else (va / n + r * r * vb / m) / b**2
    s = k * np.sqrt(v)
    here = r - 1 if out is None else out(a, b)
    return (here, here - s, here + s)


def wrong_4_control_taken_as_known(policy, control):
    """Control taken as known."""
    return _l(policy, control, var=lambda a, b, r, n, m, va, vb: va / n / b**2)


def wrong_4_r_squared_forgotten(policy, control):
    """R squared forgotten."""
    return _l(policy, control, var=lambda a, b, r, n, m, va, vb: (va / n + vb / m) / b**2)


def wrong_4_ddof_0(policy, control):
    """Ddof=0."""
    return _l(policy, control, dd=0)


def wrong_4_standard_deviation_not_divided_by_n(policy, control):
    """Standard deviation, not divided by n."""
    return _l(policy, control, var=lambda a, b, r, n, m, va, vb: (va + r * r * vb) / b**2)


def wrong_4_one_standard_error(policy, control):
    """One standard error."""
    return _l(policy, control, k=1)


def wrong_4_1_96_instead_of_two(policy, control):
    """1.96 instead of two."""
    return _l(policy, control, k=1.96)


def wrong_4_the_ratio_1_not_subtracted(policy, control):
    """The ratio, 1 not subtracted."""
    return _l(policy, control, out=lambda a, b: a / b)


def wrong_4_difference_of_means_not_relative(policy, control):
    """Difference of means, not relative."""
    return _l(
        policy, control, var=lambda a, b, r, n, m, va, vb: va / n + vb / m, out=lambda a, b: a - b
    )


def wrong_4_relative_to_the_policy_a_b(policy, control):
    """Relative to the policy: (a-b)/a."""
    return _l(policy, control, out=lambda a, b: (a - b) / a)


def wrong_4_percent(policy, control):
    """Percent."""
    return tuple(100 * x for x in _l(policy, control))


def wrong_4_square_root_of_the_variance_forgotten(policy, control):
    """Square root of the variance forgotten."""
    a, b = (policy.mean(), control.mean())
    r = a / b
    v = (policy.var(ddof=1) / len(policy) + r * r * control.var(ddof=1) / len(control)) / b**2
    return (r - 1, r - 1 - 2 * v, r - 1 + 2 * v)


def wrong_4_not_divided_by_the_controls_mean_spread(policy, control):
    """Not divided by the control's mean: spread of the difference."""
    return _l(policy, control, var=lambda a, b, r, n, m, va, vb: va / n + vb / m)


def wrong_4_same_n_for_both_n_of_the_policy(policy, control):
    """Same n for both (n of the policy)."""
    return _l(policy, control, var=lambda a, b, r, n, m, va, vb: (va / n + r * r * vb / n) / b**2)


def wrong_4_sums_instead_of_means(policy, control):
    """Sums instead of means."""
    here, lo, hi = _l(policy, control)
    r = policy.sum() / control.sum() - 1
    return (r, r + lo - here, r + hi - here)


def wrong_4_high_and_low_turned(policy, control):
    """High and low turned."""
    here, lo, hi = _l(policy, control)
    return (here, hi, lo)


# ------------------------------------------------------------- 18.6


def right_6_loop(policy, shown, chance, reward, model):
    W = []
    ips = 0
    dr = 0
    for i in range(len(shown)):
        a = shown[i]
        w = policy[i, a] / chance[i]
        W.append(w)
        ips += w * reward[i]
        dr += sum(policy[i, j] * model[i, j] for j in range(policy.shape[1])) + w * (
            reward[i] - model[i, a]
        )
    n = len(shown)
    return (ips / n, ips / sum(W), dr / n, sum(W) ** 2 / sum(w * w for w in W))


def right_6_vectorized(policy, shown, chance, reward, model):
    i = np.arange(len(shown))
    w = policy[i, shown] / chance
    dr = (policy * model).sum(1) + w * (reward - model[i, shown])
    return (
        (w * reward).mean(),
        (w * reward).sum() / w.sum(),
        dr.mean(),
        w.sum() ** 2 / (w**2).sum(),
    )


def right_6_one_hot_einsum_np_average(policy, shown, chance, reward, model):
    hot = np.eye(policy.shape[1])[shown]
    w = np.einsum("nc,nc->n", policy, hot) / chance
    rest = reward - (hot * model).sum(1)
    return (
        w @ reward / len(w),
        np.average(reward, weights=w),
        np.mean(np.einsum("nc,nc->n", policy, model)) + w @ rest / len(w),
        w.sum() ** 2 / (w @ w),
    )


def _op(policy, shown, chance, reward, model, w=None, snips=None, dr=None, ess=None, ips=None):
    i = np.arange(len(shown))
    w = policy[i, shown] / chance if w is None else w
    with np.errstate(all="ignore"):
        e = (policy * model).sum(1)
        q = model[i, shown]
        return (
            (w * reward).mean() if ips is None else ips(w),
            (w * reward).sum() / w.sum() if snips is None else snips(w),
            (e + w * (reward - q)).mean() if dr is None else dr(w, e, q),
            w.sum() ** 2 / (w**2).sum() if ess is None else ess(w),
        )


def wrong_6_weights_upside_down_chance_policy(policy, shown, chance, reward, model):
    """Weights upside down: chance / policy."""
    with np.errstate(all="ignore"):
        return _op(
            policy, shown, chance, reward, model, w=chance / policy[np.arange(len(shown)), shown]
        )


def wrong_6_1_chance_policy_forgotten(policy, shown, chance, reward, model):
    """1 / chance, policy forgotten."""
    return _op(policy, shown, chance, reward, model, w=1 / chance)


def wrong_6_policys_best_candidate_instead_of_that(policy, shown, chance, reward, model):
    """Policy's best candidate instead of that shown."""
    return _op(policy, shown, chance, reward, model, w=policy.max(1) / chance)


def wrong_6_weights_only_where_the_shown_is_the_policys(policy, shown, chance, reward, model):
    """Weights only where the shown is the policy's argmax (match)."""
    return _op(policy, shown, chance, reward, model, w=(policy.argmax(1) == shown) / chance)


def wrong_6_snips_divided_by_n_twice_equals_ips(policy, shown, chance, reward, model):
    """SNIPS divided by N twice / equals IPS."""
    return _op(policy, shown, chance, reward, model, snips=lambda w: (w * reward).mean())


def wrong_6_snips_divided_by_number_of_rows_with_weight(policy, shown, chance, reward, model):
    """SNIPS divided by number of rows with weight."""
    return _op(
        policy, shown, chance, reward, model, snips=lambda w: (w * reward).sum() / (w > 0).sum()
    )


def wrong_6_ips_over_rows_with_weight_only(policy, shown, chance, reward, model):
    """IPS over rows with weight only."""
    return _op(
        policy, shown, chance, reward, model, ips=lambda w: (w * reward).sum() / (w > 0).sum()
    )


def wrong_6_dr_the_model_of_what_was_shown_in_place(policy, shown, chance, reward, model):
    """DR: the model of what was shown in place of the expectation."""
    return _op(
        policy, shown, chance, reward, model, dr=lambda w, e, q: (q + w * (reward - q)).mean()
    )


def wrong_6_dr_model_alone_direct_method(policy, shown, chance, reward, model):
    """DR: model alone (direct method)."""
    return _op(policy, shown, chance, reward, model, dr=lambda w, e, q: e.mean())


def wrong_6_dr_error_without_weight(policy, shown, chance, reward, model):
    """DR: error without weight."""
    return _op(policy, shown, chance, reward, model, dr=lambda w, e, q: (e + reward - q).mean())


def wrong_6_dr_w_r_expectation_error_of_the_expectation(policy, shown, chance, reward, model):
    """DR: w r - expectation; error of the expectation."""
    return _op(
        policy, shown, chance, reward, model, dr=lambda w, e, q: (e + w * (reward - e)).mean()
    )


def wrong_6_dr_sign_of_the_correction_turned(policy, shown, chance, reward, model):
    """DR: sign of the correction turned."""
    return _op(
        policy, shown, chance, reward, model, dr=lambda w, e, q: (e - w * (reward - q)).mean()
    )


def wrong_6_dr_mean_over_candidates_in_place_of_policy(policy, shown, chance, reward, model):
    """DR: mean over candidates in place of policy-weighted."""
    return _op(
        policy,
        shown,
        chance,
        reward,
        model,
        dr=lambda w, e, q: (model.mean(1) + w * (reward - q)).mean(),
    )


def wrong_6_effective_size_without_the_square_above(policy, shown, chance, reward, model):
    """Effective size without the square above."""
    return _op(policy, shown, chance, reward, model, ess=lambda w: w.sum() / (w**2).sum())


def wrong_6_effective_size_as_a_share_of_n(policy, shown, chance, reward, model):
    """Effective size as a share of N."""
    return _op(
        policy, shown, chance, reward, model, ess=lambda w: w.sum() ** 2 / (w**2).sum() / len(w)
    )


def wrong_6_effective_size_is_the_count_of_rows(policy, shown, chance, reward, model):
    """Effective size is the count of rows with weight."""
    return _op(policy, shown, chance, reward, model, ess=lambda w: (w > 0).sum())


def wrong_6_weights_clipped_at_10(policy, shown, chance, reward, model):
    """Weights clipped at 10."""
    return _op(
        policy,
        shown,
        chance,
        reward,
        model,
        w=np.minimum(policy[np.arange(len(shown)), shown] / chance, 10),
    )


def wrong_6_sums_instead_of_means_2(policy, shown, chance, reward, model):
    """Sums instead of means."""
    return _op(policy, shown, chance, reward, model, ips=lambda w: (w * reward).sum())


def wrong_6_dr_normalized_by_the_weights_sum(policy, shown, chance, reward, model):
    """DR normalized by the weights' sum in its correction."""
    return _op(
        policy,
        shown,
        chance,
        reward,
        model,
        dr=lambda w, e, q: e.mean() + (w * (reward - q)).sum() / w.sum(),
    )


# ------------------------------------------------------------- 18.2


def right_2_solve(x, y, reg):
    s = x.std(0)
    ok = s > 1e-12
    z = (x - x.mean(0)) / np.where(ok, s, 1)
    z[:, ~ok] = 0
    n = len(x)
    b = np.linalg.solve(z.T @ z / n + reg * np.eye(x.shape[1]), z.T @ (y - y.mean()) / n)
    return np.where(ok, b / np.where(ok, s, 1), 0)


def right_2_lstsq_with_augmented_rows(x, y, reg):
    n, G = x.shape
    w = np.zeros(G)
    keep = [g for g in range(G) if np.ptp(x[:, g]) > 1e-12]
    s = x[:, keep].std(0)
    z = (x[:, keep] - x[:, keep].mean(0)) / s
    A = np.vstack([z / np.sqrt(n), np.sqrt(reg) * np.eye(len(keep))])
    t = np.concatenate([(y - y.mean()) / np.sqrt(n), np.zeros(len(keep))])
    w[keep] = np.linalg.lstsq(A, t, rcond=None)[0] / s
    return w


def _b(x, y, reg, scale=True, back=True, n_reg=False, ddof=0, center=True, cy=True, n_y=True):
    s = x.std(0, ddof=ddof)
    ok = s > 1e-12
    s1 = np.where(ok, s, 1.0) if scale else np.ones(len(s))
    z = (x - (x.mean(0) if center else 0)) / s1
    if center:
        z[:, ~ok] = 0
    n = len(x)
    t = y - y.mean() if cy else y
    A = z.T @ z / (1 if n_reg else n) + reg * np.eye(x.shape[1])
    r = z.T @ t / (1 if n_reg else n if n_y else 1)
    b = np.linalg.solve(A, r)
    return b / s1 if back else b


def wrong_2_columns_not_scaled(x, y, reg):
    """Columns not scaled."""
    return _b(x, y, reg, scale=False)


def wrong_2_weights_not_divided_by_spreads(x, y, reg):
    """Weights not divided by spreads."""
    return _b(x, y, reg, back=False)


def wrong_2_reg_is_not_per_row_zz_reg_i(x, y, reg):
    """Reg is not per row: Z'Z + reg I."""
    return _b(x, y, reg, n_reg=True)


def wrong_2_ddof_1_in_the_spread(x, y, reg):
    """Ddof=1 in the spread."""
    return _b(x, y, reg, ddof=1)


def wrong_2_columns_not_centered(x, y, reg):
    """Columns not centered."""
    return _b(x, y, reg, center=False)


def wrong_2_neither_x_nor_y_centered(x, y, reg):
    """Neither x nor y centered."""
    return _b(x, y, reg, center=False, cy=False)


def wrong_2_y_not_centered_harmless_when_columns_are(x, y, reg):
    """Y not centered (harmless when columns are)."""
    return _b(x, y, reg, n_y=False)


def wrong_2_a_constant_column_gives_nan(x, y, reg):
    """A constant column gives NaN."""
    with np.errstate(all="ignore"):
        s = x.std(0)
        z = (x - x.mean(0)) / s
        n = len(x)
        return np.linalg.solve(z.T @ z / n + reg * np.eye(len(s)), z.T @ (y - y.mean()) / n) / s


def wrong_2_no_ridge(x, y, reg):
    """No ridge."""
    return _b(x, y, 1e-09)


def wrong_2_each_generator_alone_correlations(x, y, reg):
    """Each generator alone: correlations."""
    s = x.std(0)
    s1 = np.where(s > 1e-12, s, 1)
    z = (x - x.mean(0)) / s1
    return z.T @ (y - y.mean()) / len(y) / (1 + reg) / s1


def wrong_2_multiplied_by_the_spreads_instead(x, y, reg):
    """Multiplied by the spreads instead of divided."""
    s = x.std(0)
    return _b(x, y, reg, back=False) * np.where(s > 1e-12, s, 1)


def wrong_2_weights_made_to_sum_to_one(x, y, reg):
    """Weights made to sum to one."""
    w = _b(x, y, reg)
    return w / w.sum()


def wrong_2_reg_squared(x, y, reg):
    """Reg squared."""
    return _b(x, y, reg**2)


# ------------------------------------------------------------- 18.3


def right_3_loop_2(lists, users, items, group, num_groups):
    f = np.zeros(num_groups)
    a = np.zeros(num_groups)
    for u, i in zip(users, items, strict=False):
        a[group[i]] += 1
        f[group[i]] += i in lists[u]
    return np.array([f[t] / a[t] if a[t] else np.nan for t in range(num_groups)])


def right_3_broadcast_and_bincount(lists, users, items, group, num_groups):
    hit = (lists[users] == items[:, None]).any(1)
    g = group[items]
    with np.errstate(all="ignore"):
        return np.bincount(g, hit, num_groups) / np.bincount(g, minlength=num_groups)


def right_3_pandas(lists, users, items, group, num_groups):
    import pandas as pd

    t = pd.DataFrame(
        {
            "g": group[items],
            "hit": [
                i in set(lists[u].tolist())
                for u, i in zip(users.tolist(), items.tolist(), strict=False)
            ],
        }
    )
    return t.groupby("g").hit.mean().reindex(range(num_groups)).to_numpy(float)


def _g(lists, users, items, group, num_groups):
    return ((lists[users] == items[:, None]).any(1), group[items])


def wrong_3_0_for_a_group_without_pairs(lists, users, items, group, num_groups):
    """0 for a group without pairs."""
    h, g = _g(lists, users, items, group, num_groups)
    return np.bincount(g, h, num_groups) / np.maximum(np.bincount(g, minlength=num_groups), 1)


def wrong_3_divided_by_all_pairs(lists, users, items, group, num_groups):
    """Divided by all pairs."""
    h, g = _g(lists, users, items, group, num_groups)
    n = np.bincount(g, minlength=num_groups)
    r = np.bincount(g, h, num_groups) / len(users)
    r[n == 0] = np.nan
    return r


def wrong_3_mean_over_users_of_each_users_share(lists, users, items, group, num_groups):
    """Mean over users of each user's share."""
    h, g = _g(lists, users, items, group, num_groups)
    out = np.full(num_groups, np.nan)
    for t in range(num_groups):
        r = [h[(users == u) & (g == t)].mean() for u in np.unique(users[g == t])]
        if r:
            out[t] = np.mean(r)
    return out


def wrong_3_precision_divided_by_places_of_lists(lists, users, items, group, num_groups):
    """Precision: divided by places of lists with items of the group."""
    h, g = _g(lists, users, items, group, num_groups)
    n = np.bincount(group[lists].ravel(), minlength=num_groups)
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / n


def wrong_3_item_is_in_anybodys_list(lists, users, items, group, num_groups):
    """Item is in anybody's list."""
    h = np.isin(items, lists)
    g = group[items]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


def wrong_3_rows_of_lists_are_numbered_by_position(lists, users, items, group, num_groups):
    """Rows of lists are numbered by position among users that occur."""
    rows = np.unique(users, return_inverse=True)[1]
    h = (lists[rows] == items[:, None]).any(1)
    g = group[items]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


def wrong_3_group_looked_up_by_user(lists, users, items, group, num_groups):
    """Group looked up by user."""
    h, _ = _g(lists, users, items, group, num_groups)
    g = group[users % len(group)]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


def wrong_3_distinct_items_not_pairs(lists, users, items, group, num_groups):
    """Distinct items, not pairs."""
    h, _ = _g(lists, users, items, group, num_groups)
    u = np.unique(items)
    got = np.array([h[items == i].any() for i in u])
    with np.errstate(all="ignore"):
        return np.bincount(group[u], got, num_groups) / np.bincount(group[u], minlength=num_groups)


def wrong_3_share_of_the_found_that_belongs(lists, users, items, group, num_groups):
    """Share of the found that belongs to the group."""
    h, g = _g(lists, users, items, group, num_groups)
    n = np.bincount(g, minlength=num_groups)
    r = np.bincount(g, h, num_groups) / max(h.sum(), 1)
    r[n == 0] = np.nan
    return r


def wrong_3_only_users_that_have_something_found(lists, users, items, group, num_groups):
    """Only users that have something found."""
    h, g = _g(lists, users, items, group, num_groups)
    some = np.isin(users, users[h])
    with np.errstate(all="ignore"):
        return np.bincount(g[some], h[some], num_groups) / np.bincount(
            g[some], minlength=num_groups
        )


def wrong_3_only_the_first_place_of_a_list(lists, users, items, group, num_groups):
    """Only the first place of a list."""
    h = lists[users, 0] == items
    g = group[items]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


def _no(scores, saved, shown, k):
    s = np.array(scores, dtype=float)
    s[saved.toarray() > 0] = -np.inf
    s[shown.toarray() > 0] = -np.inf
    return np.argsort(-s, 1, kind="stable")[:, :k]


def _i2i(past, saved, shrink=0.0):
    c = (past.T @ past).toarray().astype(float)
    d = np.sqrt(np.diag(c))
    np.fill_diagonal(c, 0)
    w = c / (np.outer(d, d) + shrink + 1e-09)
    return saved.toarray() @ w


# ------------------------------------------------------------- 18.1


def wrong_1_item_0_gets_nothing(lists, num_items, c):
    """Item 0 gets nothing."""
    G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    for g in range(G):
        for b in range(B):
            for r, i in enumerate(lists[g, b]):
                if i > 0:
                    out[b, i] += 1 / (c + r + 1)
    return out


def wrong_1_normalized_to_a_maximum_of_one(lists, num_items, c):
    """Normalized to a maximum of one."""
    _G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    for g, b, r in zip(*np.nonzero(lists >= 0), strict=False):
        out[b, lists[g, b, r]] += 1 / (c + r + 1)
    return out / out.max(1, keepdims=True)


def wrong_1_c_multiplies_the_rank(lists, num_items, c):
    """C multiplies the rank."""
    _G, B, _L = lists.shape
    out = np.zeros((B, num_items))
    for g, b, r in zip(*np.nonzero(lists >= 0), strict=False):
        out[b, lists[g, b, r]] += 1 / (c * (r + 1))
    return out


# ------------------------------------------------------------- 18.4


def wrong_4_pooled_variance(policy, control):
    """Pooled variance."""
    v = np.concatenate([policy, control]).var(ddof=1)
    a, b = (policy.mean(), control.mean())
    r = a / b
    s = np.sqrt(v / len(policy) + r * r * v / len(control)) / b
    return (r - 1, r - 1 - 2 * s, r - 1 + 2 * s)


def wrong_4_paired_difference(policy, control):
    """Paired difference."""
    n = min(len(policy), len(control))
    d = policy[:n] - control[:n]
    b = control.mean()
    here = policy.mean() / b - 1
    s = d.std(ddof=1) / np.sqrt(n) / b
    return (here, here - 2 * s, here + 2 * s)


def wrong_4_log_ratio_interval(policy, control):
    """Log ratio interval."""
    a, b = (policy.mean(), control.mean())
    r = a / b
    s = np.sqrt(policy.var(ddof=1) / len(policy) / a**2 + control.var(ddof=1) / len(control) / b**2)
    return (r - 1, r * np.exp(-2 * s) - 1, r * np.exp(2 * s) - 1)


# ------------------------------------------------------------- 18.6


def wrong_6_dr_the_models_part_without_a_weight(policy, shown, chance, reward, model):
    """DR the model's part without a weight."""
    i = np.arange(len(shown))
    w = policy[i, shown] / chance
    e = (policy * model).sum(1)
    return (
        (w * reward).mean(),
        (w * reward).sum() / w.sum(),
        (e + w * reward - model[i, shown]).mean(),
        w.sum() ** 2 / (w**2).sum(),
    )


def wrong_6_weights_normalized_to_mean_one_before_ips(policy, shown, chance, reward, model):
    """Weights normalized to mean one before IPS."""
    i = np.arange(len(shown))
    w = policy[i, shown] / chance
    w = w / w.mean()
    e = (policy * model).sum(1)
    return (
        (w * reward).mean(),
        (w * reward).mean(),
        (e + w * (reward - model[i, shown])).mean(),
        w.sum() ** 2 / (w**2).sum(),
    )


def wrong_6_first_candidate_whatever_was_shown(policy, shown, chance, reward, model):
    """First candidate whatever was shown."""
    w = policy[:, 0] / chance
    e = (policy * model).sum(1)
    return (
        (w * reward).mean(),
        (w * reward).sum() / w.sum(),
        (e + w * (reward - model[:, 0])).mean(),
        w.sum() ** 2 / (w**2).sum(),
    )


# ------------------------------------------------------------- 18.2


def wrong_2_columns_scaled_by_their_range(x, y, reg):
    """Columns scaled by their range."""
    s = np.ptp(x, axis=0)
    s = np.where(s == 0, np.inf, s)
    z = (x - x.min(0)) / s
    z = z - z.mean(0)
    n, G = x.shape
    return np.linalg.solve(z.T @ z / n + reg * np.eye(G), z.T @ (y - y.mean()) / n) / s


def wrong_2_y_scaled_to_spread_1_too(x, y, reg):
    """Y scaled to spread 1, too."""
    s = x.std(0)
    s = np.where(s == 0, np.inf, s)
    z = (x - x.mean(0)) / s
    n, G = x.shape
    return np.linalg.solve(z.T @ z / n + reg * np.eye(G), z.T @ ((y - y.mean()) / y.std()) / n) / s


# ------------------------------------------------------------- 18.3


def wrong_3_pairs_saved_twice_count_once(lists, users, items, group, num_groups):
    """Pairs saved twice count once."""
    u = np.unique(np.stack([users, items], 1), axis=0)
    h = (lists[u[:, 0]] == u[:, 1:]).any(1)
    g = group[u[:, 1]]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


def wrong_3_found_places_weighed_by_rank(lists, users, items, group, num_groups):
    """Found places weighed by rank."""
    h = ((lists[users] == items[:, None]) / np.log2(np.arange(lists.shape[1]) + 2)).sum(1)
    g = group[items]
    with np.errstate(all="ignore"):
        return np.bincount(g, h, num_groups) / np.bincount(g, minlength=num_groups)


RIGHT = {
    "18.1": (
        right_1_loops,
        right_1_np_add,
        right_1_bincount_with_an_extra_column,
        right_1_sparse_matrix_sums_duplicates,
    ),
    "18.2": (
        right_2_solve,
        right_2_lstsq_with_augmented_rows,
    ),
    "18.3": (
        right_3_loop_2,
        right_3_broadcast_and_bincount,
        right_3_pandas,
    ),
    "18.4": (
        right_4_plain_python,
        right_4_numpy,
        right_4_scipy_stats_sem_relative_form,
    ),
    "18.6": (
        right_6_loop,
        right_6_vectorized,
        right_6_one_hot_einsum_np_average,
    ),
}
WRONG = {
    "18.1": (
        wrong_1_ranks_from_0,
        wrong_1_1_is_written_to_the_last_item,
        wrong_1_fancy_assignment_loses_repeats_overwrites,
        wrong_1_mean_over_the_lists,
        wrong_1_c_ignored_1_rank,
        wrong_1_c_60_always,
        wrong_1_rank_from_the_end,
        wrong_1_borda_count_l_rank,
        wrong_1_an_item_a_list_does_not_hold_gets_rank_l_1,
        wrong_1_the_sum_of_ranks_first_then_the_inverse_1_c,
        wrong_1_best_rank_alone_max,
        wrong_1_all_users_lists_summed_for_everybody,
        wrong_1_rank_counts_places_after_dropping_1_c_rank,
        wrong_1_item_0_gets_nothing,
        wrong_1_normalized_to_a_maximum_of_one,
        wrong_1_c_multiplies_the_rank,
    ),
    "18.2": (
        wrong_2_columns_not_scaled,
        wrong_2_weights_not_divided_by_spreads,
        wrong_2_reg_is_not_per_row_zz_reg_i,
        wrong_2_ddof_1_in_the_spread,
        wrong_2_columns_not_centered,
        wrong_2_neither_x_nor_y_centered,
        wrong_2_y_not_centered_harmless_when_columns_are,
        wrong_2_a_constant_column_gives_nan,
        wrong_2_no_ridge,
        wrong_2_each_generator_alone_correlations,
        wrong_2_multiplied_by_the_spreads_instead,
        wrong_2_weights_made_to_sum_to_one,
        wrong_2_reg_squared,
        wrong_2_columns_scaled_by_their_range,
        wrong_2_y_scaled_to_spread_1_too,
    ),
    "18.3": (
        wrong_3_0_for_a_group_without_pairs,
        wrong_3_divided_by_all_pairs,
        wrong_3_mean_over_users_of_each_users_share,
        wrong_3_precision_divided_by_places_of_lists,
        wrong_3_item_is_in_anybodys_list,
        wrong_3_rows_of_lists_are_numbered_by_position,
        wrong_3_group_looked_up_by_user,
        wrong_3_distinct_items_not_pairs,
        wrong_3_share_of_the_found_that_belongs,
        wrong_3_only_users_that_have_something_found,
        wrong_3_only_the_first_place_of_a_list,
        wrong_3_pairs_saved_twice_count_once,
        wrong_3_found_places_weighed_by_rank,
    ),
    "18.4": (
        wrong_4_control_taken_as_known,
        wrong_4_r_squared_forgotten,
        wrong_4_ddof_0,
        wrong_4_standard_deviation_not_divided_by_n,
        wrong_4_one_standard_error,
        wrong_4_1_96_instead_of_two,
        wrong_4_the_ratio_1_not_subtracted,
        wrong_4_difference_of_means_not_relative,
        wrong_4_relative_to_the_policy_a_b,
        wrong_4_percent,
        wrong_4_square_root_of_the_variance_forgotten,
        wrong_4_not_divided_by_the_controls_mean_spread,
        wrong_4_same_n_for_both_n_of_the_policy,
        wrong_4_sums_instead_of_means,
        wrong_4_high_and_low_turned,
        wrong_4_pooled_variance,
        wrong_4_paired_difference,
        wrong_4_log_ratio_interval,
    ),
    "18.6": (
        wrong_6_weights_upside_down_chance_policy,
        wrong_6_1_chance_policy_forgotten,
        wrong_6_policys_best_candidate_instead_of_that,
        wrong_6_weights_only_where_the_shown_is_the_policys,
        wrong_6_snips_divided_by_n_twice_equals_ips,
        wrong_6_snips_divided_by_number_of_rows_with_weight,
        wrong_6_ips_over_rows_with_weight_only,
        wrong_6_dr_the_model_of_what_was_shown_in_place,
        wrong_6_dr_model_alone_direct_method,
        wrong_6_dr_error_without_weight,
        wrong_6_dr_w_r_expectation_error_of_the_expectation,
        wrong_6_dr_sign_of_the_correction_turned,
        wrong_6_dr_mean_over_candidates_in_place_of_policy,
        wrong_6_effective_size_without_the_square_above,
        wrong_6_effective_size_as_a_share_of_n,
        wrong_6_effective_size_is_the_count_of_rows,
        wrong_6_weights_clipped_at_10,
        wrong_6_sums_instead_of_means_2,
        wrong_6_dr_normalized_by_the_weights_sum,
        wrong_6_dr_the_models_part_without_a_weight,
        wrong_6_weights_normalized_to_mean_one_before_ips,
        wrong_6_first_candidate_whatever_was_shown,
    ),
}
test_right_answers_pass, _ = other_styles("18", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
