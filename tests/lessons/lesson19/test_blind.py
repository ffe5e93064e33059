"""Lesson 19: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 19.1


def right_1_loops(X, words):
    out = np.zeros((len(X), len(words)), dtype=np.int64)
    for i, x in enumerate(X):
        r = np.array(x, dtype=float)
        for here, w in enumerate(words):
            d = [sum((r - e) ** 2) for e in w]
            k = d.index(min(d))
            out[i, here] = k
            r = r - w[k]
    return out


def right_1_scipy_cdist(X, words):
    from scipy.spatial.distance import cdist

    r = X
    c = []
    for w in words:
        c.append(cdist(r, w, "sqeuclidean").argmin(1))
        r = r - w[c[-1]]
    return np.column_stack(c)


def right_1_expanded_square(X, words):
    r = X.astype(float)
    c = []
    for w in words:
        k = ((w**2).sum(1) - 2 * r @ w.T).argmin(1)
        c.append(k)
        r = r - w[k]
    return np.array(c).T.astype(np.int64)


def right_1_torch_cdist(X, words):
    r = torch.as_tensor(X, dtype=torch.double)
    c = []
    for w in words:
        w = torch.as_tensor(w, dtype=torch.double)
        k = ((r[:, None] - w[None]) ** 2).sum(-1).argmin(1)
        c.append(k)
        r = r - w[k]
    return torch.stack(c, 1).numpy()


def _rc(X, words, pick=None, sub=None, dtype=np.int64):
    r = X.astype(float)
    c = []
    pick = pick or (lambda r, w: ((r[:, None] - w) ** 2).sum(2).argmin(1))
    sub = sub or (lambda r, w, k, X: r - w[k])
    for w in words:
        k = pick(r, w)
        c.append(k)
        r = sub(r, w, k, X)
    return np.stack(c, 1).astype(dtype)


def wrong_1_residual_not_subtracted_every_level_codes_x(X, words):
    """Residual not subtracted: every level codes x."""
    return _rc(X, words, sub=lambda r, w, k, X: r)


def wrong_1_largest_product_instead_of_nearest(X, words):
    """Largest product instead of nearest."""
    return _rc(X, words, pick=lambda r, w: (r @ w.T).argmax(1))


def wrong_1_cosine(X, words):
    """Cosine."""
    return _rc(
        X,
        words,
        pick=lambda r, w: (
            r
            / (np.linalg.norm(r, axis=1, keepdims=True) + 1e-09)
            @ (w / (np.linalg.norm(w, axis=1, keepdims=True) + 1e-09)).T
        ).argmax(1),
    )


def wrong_1_sum_of_absolute_differences(X, words):
    """Sum of absolute differences."""
    return _rc(X, words, pick=lambda r, w: np.abs(r[:, None] - w).sum(2).argmin(1))


def wrong_1_residual_from_x_not_from_what_is_left_x(X, words):
    """Residual from X, not from what is left: x - word."""
    return _rc(X, words, sub=lambda r, w, k, X: X - w[k])


def wrong_1_added_instead_of_subtracted(X, words):
    """Added instead of subtracted."""
    return _rc(X, words, sub=lambda r, w, k, X: r + w[k])


def wrong_1_farthest_argmax(X, words):
    """Farthest (argmax)."""
    return _rc(X, words, pick=lambda r, w: ((r[:, None] - w) ** 2).sum(2).argmax(1))


def wrong_1_of_equals_the_last(X, words):
    """Of equals the last."""
    return _rc(
        X, words, pick=lambda r, w: len(w) - 1 - ((r[:, None] - w[::-1]) ** 2).sum(2).argmin(1)
    )


def wrong_1_codes_count_from_1(X, words):
    """Codes count from 1."""
    return _rc(X, words) + 1


def wrong_1_transposed_l_n(X, words):
    """Transposed: (L, n)."""
    return _rc(X, words).T


def wrong_1_one_center_for_all_items_distance_summed(X, words):
    """One center for all items (distance summed over items)."""
    return _rc(
        X, words, pick=lambda r, w: np.full(len(r), ((r[:, None] - w) ** 2).sum(2).sum(0).argmin())
    )


def wrong_1_words_0_used_at_all_levels(X, words):
    """Words[0] used at all levels."""
    return _rc(X, [words[0]] * len(words))


def wrong_1_max_of_coordinates_chebyshev(X, words):
    """Max of coordinates (Chebyshev)."""
    return _rc(X, words, pick=lambda r, w: np.abs(r[:, None] - w).max(2).argmin(1))


def wrong_1_product_minus_half_square_with_wrong_factor(X, words):
    """Product minus half square with wrong factor: -r·w + |w|^2."""
    return _rc(X, words, pick=lambda r, w: ((w**2).sum(1) - r @ w.T).argmin(1))


def wrong_1_absolute_residual(X, words):
    """Absolute residual."""
    return _rc(X, words, sub=lambda r, w, k, X: np.abs(r - w[k]))


def _near(r, w):
    return ((r[:, None] - w[None]) ** 2).sum(-1).argmin(1)


# ------------------------------------------------------------- 19.2


def right_2_per_level_f_mse_loss_sums(x, z, words, decoder, beta):
    r = z
    tot = torch.zeros_like(z)
    loss = 0.0
    for w in words:
        e = w[_near(r.detach(), w.detach())]
        loss = (
            loss
            + F.mse_loss(e, r.detach(), reduction="sum")
            + beta * F.mse_loss(r, e.detach(), reduction="sum")
        )
        tot = tot + e
        r = r - e.detach()
    st = z + (tot - z).detach()
    return (loss + ((x - st @ decoder) ** 2).sum()) / len(x)


def right_2_loop_over_items(x, z, words, decoder, beta):
    out = []
    for i in range(len(x)):
        r = z[i]
        s = 0
        t = 0
        for w in words:
            k = int(((w - r) ** 2).sum(1).argmin())
            e = w[k]
            t = t + ((r.detach() - e) ** 2).sum() + beta * ((r - e.detach()) ** 2).sum()
            s = s + e.detach()
            r = r - e.detach()
        q = z[i] + (s - z[i].detach())
        out.append(t + (x[i] - q @ decoder).square().sum())
    return torch.stack(out).mean()


def right_2_residuals_by_cumulated_detached_words(x, z, words, decoder, beta):
    class ST(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z, q):
            return q.clone()

        @staticmethod
        def backward(ctx, g):
            return (g, None)

    chosen = []
    for w in words:
        r = z - sum(c.detach() for c in chosen) if chosen else z
        chosen.append(F.embedding(torch.cdist(r, w).argmin(1), w))
    rs = [
        z - sum((c.detach() for c in chosen[:here]), torch.zeros_like(z))
        for here in range(len(words))
    ]
    q = sum(((r.detach() - e).pow(2).sum(1) for r, e in zip(rs, chosen, strict=False)))
    c = sum(((r - e.detach()).pow(2).sum(1) for r, e in zip(rs, chosen, strict=False)))
    return ((x - ST.apply(z, sum(chosen).detach()) @ decoder).pow(2).sum(1) + q + beta * c).mean()


def _rq(
    x,
    z,
    words,
    decoder,
    beta,
    word=None,
    commit=None,
    nxt=None,
    st=None,
    red=None,
    pick=_near,
    rec=None,
):
    r = z
    tot = 0
    loss = 0
    for w in words:
        e = w[pick(r, w)]
        loss = (
            loss
            + (word or (lambda r, e: ((r.detach() - e) ** 2).sum(1)))(r, e)
            + beta * (commit or (lambda r, e: ((r - e.detach()) ** 2).sum(1)))(r, e)
        )
        tot = tot + e
        r = (nxt or (lambda r, e, z: r - e.detach()))(r, e, z)
    said = (st or (lambda z, t: z + (t - z).detach()))(z, tot) @ decoder
    return (red or torch.mean)((rec or (lambda x, s: ((x - s) ** 2).sum(1)))(x, said) + loss)


def wrong_2_straight_through_forgotten(x, z, words, decoder, beta):
    """Straight-through forgotten."""
    return _rq(x, z, words, decoder, beta, st=lambda z, t: t)


def wrong_2_stops_of_the_two_squares_exchanged_beta(x, z, words, decoder, beta):
    """Stops of the two squares exchanged: beta on the words' term."""
    return _rq(
        x,
        z,
        words,
        decoder,
        beta,
        word=lambda r, e: ((r - e.detach()) ** 2).sum(1),
        commit=lambda r, e: ((r.detach() - e) ** 2).sum(1),
    )


def wrong_2_no_stop_in_either_square(x, z, words, decoder, beta):
    """No stop in either square."""
    return _rq(
        x,
        z,
        words,
        decoder,
        beta,
        word=lambda r, e: ((r - e) ** 2).sum(1),
        commit=lambda r, e: ((r - e) ** 2).sum(1),
    )


def wrong_2_commitment_without_stop(x, z, words, decoder, beta):
    """Commitment without stop."""
    return _rq(x, z, words, decoder, beta, commit=lambda r, e: ((r - e) ** 2).sum(1))


def wrong_2_word_term_without_stop(x, z, words, decoder, beta):
    """Word term without stop."""
    return _rq(x, z, words, decoder, beta, word=lambda r, e: ((r - e) ** 2).sum(1))


def wrong_2_the_residual_carries_the_words_gradient(x, z, words, decoder, beta):
    """The residual carries the word's gradient."""
    return _rq(x, z, words, decoder, beta, nxt=lambda r, e, z: r - e)


def wrong_2_the_residual_is_wholly_stopped_deeper(x, z, words, decoder, beta):
    """The residual is wholly stopped: deeper levels do not move the encoder."""
    return _rq(x, z, words, decoder, beta, nxt=lambda r, e, z: (r - e).detach())


def wrong_2_no_residual_every_level_codes_z(x, z, words, decoder, beta):
    """No residual: every level codes z."""
    return _rq(x, z, words, decoder, beta, nxt=lambda r, e, z: z)


def wrong_2_decoder_reads_z_no_rounding(x, z, words, decoder, beta):
    """Decoder reads z, no rounding."""
    return _rq(x, z, words, decoder, beta, st=lambda z, t: z)


def wrong_2_decoder_reads_detached_words_z_detach(x, z, words, decoder, beta):
    """Decoder reads detached words: z.detach() +."""
    return _rq(x, z, words, decoder, beta, st=lambda z, t: (z + t - z).detach())


def wrong_2_straight_through_wrong_way_t_z_t_detach(x, z, words, decoder, beta):
    """Straight through wrong way: t + (z - t).detach(): value is z."""
    return _rq(x, z, words, decoder, beta, st=lambda z, t: t + (z - t).detach())


def wrong_2_stop_without_brackets_z_z_t_detach_z_detach(x, z, words, decoder, beta):
    """Stop without brackets' z: z + t.detach() - z.detach() with gradient in t too (z + t - z.detach())."""
    return _rq(x, z, words, decoder, beta, st=lambda z, t: z + t - z.detach())


def wrong_2_means_of_squares_mse_loss_default(x, z, words, decoder, beta):
    """Means of squares (mse_loss default)."""
    return _rq(
        x,
        z,
        words,
        decoder,
        beta,
        word=lambda r, e: ((r.detach() - e) ** 2).mean(1),
        commit=lambda r, e: ((r - e.detach()) ** 2).mean(1),
        rec=lambda x, s: ((x - s) ** 2).mean(1),
    )


def wrong_2_sum_over_items(x, z, words, decoder, beta):
    """Sum over items."""
    return _rq(x, z, words, decoder, beta, red=torch.sum)


def wrong_2_beta_forgotten(x, z, words, decoder, beta):
    """Beta forgotten."""
    return _rq(x, z, words, decoder, 1.0)


def wrong_2_beta_fixed_at_0_25(x, z, words, decoder, beta):
    """Beta fixed at 0.25."""
    return _rq(x, z, words, decoder, 0.25)


def wrong_2_beta_on_both_terms(x, z, words, decoder, beta):
    """Beta on both terms."""
    return _rq(x, z, words, decoder, beta, word=lambda r, e: beta * ((r.detach() - e) ** 2).sum(1))


def wrong_2_divided_by_the_levels(x, z, words, decoder, beta):
    """Divided by the levels."""
    L = len(words)
    return _rq(
        x,
        z,
        words,
        decoder,
        beta,
        word=lambda r, e: ((r.detach() - e) ** 2).sum(1) / L,
        commit=lambda r, e: ((r - e.detach()) ** 2).sum(1) / L,
    )


def wrong_2_decoder_reads_only_the_last_word(x, z, words, decoder, beta):
    """Decoder reads only the last word."""
    r = z
    loss = 0
    for w in words:
        e = w[_near(r, w)]
        loss = loss + ((r.detach() - e) ** 2).sum(1) + beta * ((r - e.detach()) ** 2).sum(1)
        r = r - e.detach()
    return (((x - (z + (e - z).detach()) @ decoder) ** 2).sum(1) + loss).mean()


def wrong_2_commitment_with_z_and_the_whole_sum_only(x, z, words, decoder, beta):
    """Commitment with z and the whole sum only (one term)."""
    r = z
    tot = 0
    loss = 0
    for w in words:
        e = w[_near(r, w)]
        loss = loss + ((r.detach() - e) ** 2).sum(1)
        tot = tot + e
        r = r - e.detach()
    return (
        ((x - (z + (tot - z).detach()) @ decoder) ** 2).sum(1)
        + loss
        + beta * ((z - tot.detach()) ** 2).sum(1)
    ).mean()


# ------------------------------------------------------------- 19.3


def right_3_loops_2(rest, words, order):
    out = words.clone()
    alive = {int(((words - r) ** 2).sum(1).argmin()) for r in rest}
    at = 0
    for k in range(len(words)):
        if k not in alive:
            out[k] = rest[order[at]]
            at += 1
    return out


def right_3_torch_where_with_cumsum(rest, words, order):
    near = torch.cdist(rest, words).argmin(1)
    dead = torch.ones(len(words), dtype=torch.bool)
    dead[near] = False
    put = rest[order][(dead.cumsum(0) - 1).clamp(0, len(rest) - 1)]
    return torch.where(dead[:, None], put, words)


def right_3_numpy_setdiff1d(rest, words, order):
    r, w = (rest.numpy(), words.numpy().copy())
    dead = np.setdiff1d(np.arange(len(w)), ((r[:, None] - w) ** 2).sum(2).argmin(1))
    w[dead] = r[order.numpy()[: len(dead)]]
    return torch.from_numpy(w)


def _dead(rest, words):
    return torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) == 0


def wrong_3_order_ignored_first_items_of_rest(rest, words, order):
    """Order ignored: first items of rest."""
    w = words.clone()
    d = _dead(rest, words)
    w[d] = rest[: int(d.sum())]
    return w


def wrong_3_all_dead_to_the_first_of_order(rest, words, order):
    """All dead to the first of order."""
    w = words.clone()
    w[_dead(rest, words)] = rest[order[0]]
    return w


def wrong_3_dead_words_take_the_residual_at_order_k(rest, words, order):
    """Dead words take the residual at order[k] by own number."""
    w = words.clone()
    for k in torch.nonzero(_dead(rest, words)).ravel().tolist():
        w[k] = rest[order[k % len(order)]]
    return w


def wrong_3_alive_words_replaced(rest, words, order):
    """Alive words replaced."""
    w = words.clone()
    d = ~_dead(rest, words)
    w[d] = rest[order[: int(d.sum())]]
    return w


def wrong_3_changes_words_in_place(rest, words, order):
    """Changes words in place."""
    d = _dead(rest, words)
    words[d] = rest[order[: int(d.sum())]]
    return words


def wrong_3_words_that_spell_one_item_count_as_dead(rest, words, order):
    """Words that spell one item count as dead."""
    w = words.clone()
    d = torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) <= 1
    w[d] = (
        rest[order[: int(d.sum())]][: int(d.sum())]
        if d.sum() <= len(order)
        else rest[order].repeat(9, 1)[: int(d.sum())]
    )
    return w


def wrong_3_bincount_without_minlength_the_last_dead(rest, words, order):
    """Bincount without minlength: the last dead words missed."""
    w = words.clone()
    c = torch.bincount(torch.cdist(rest, words).argmin(1))
    d = torch.nonzero(c == 0).ravel()
    w[d] = rest[order[: len(d)]]
    return w


def wrong_3_dead_nearest_residual_of_the_word_used(rest, words, order):
    """Dead = nearest residual of the word used by other: distance axis mixed up (argmin over items)."""
    w = words.clone()
    near = torch.cdist(rest, words).argmin(0)
    d = torch.bincount(near, minlength=len(words))[: len(words)] == 0
    w[d] = rest[order[: int(d.sum())]] if d.sum() <= len(order) else w[d]
    return w


def wrong_3_nearest_by_product(rest, words, order):
    """Nearest by product."""
    w = words.clone()
    d = torch.bincount((rest @ words.T).argmax(1), minlength=len(words)) == 0
    n = int(d.sum())
    w[d] = rest[order[torch.arange(n) % len(order)]]
    return w


def wrong_3_to_the_mean_of_the_residuals(rest, words, order):
    """To the mean of the residuals."""
    w = words.clone()
    w[_dead(rest, words)] = rest.mean(0)
    return w


def wrong_3_last_items_of_order(rest, words, order):
    """Last items of order."""
    w = words.clone()
    d = _dead(rest, words)
    n = int(d.sum())
    if n:
        w[d] = rest[order[-n:]]
    return w


def wrong_3_draws_by_itself_randperm(rest, words, order):
    """Draws by itself (randperm)."""
    w = words.clone()
    d = _dead(rest, words)
    w[d] = rest[torch.randperm(len(rest))[: int(d.sum())]]
    return w


def wrong_3_moves_halfway_mean_of_word_and_residual(rest, words, order):
    """Moves halfway: mean of word and residual."""
    w = words.clone()
    d = _dead(rest, words)
    w[d] = (w[d] + rest[order[: int(d.sum())]]) / 2
    return w


# ------------------------------------------------------------- 19.4


def right_4_loop_with_dict(codes):
    seen = {}
    out = np.zeros(len(codes), dtype=np.int64)
    for i, c in enumerate(codes):
        k = tuple(c.tolist())
        out[i] = seen.get(k, 0)
        seen[k] = out[i] + 1
    return out


def right_4_pandas_cumcount(codes):
    import pandas as pd

    d = pd.DataFrame(codes)
    return d.groupby(list(d.columns)).cumcount().to_numpy()


def right_4_all_pairs(codes):
    return np.tril((codes[:, None] == codes[None]).all(2), -1).sum(1)


def right_4_unique_stable_sort(codes):
    g = np.unique(codes, axis=0, return_inverse=True)[1].ravel()
    o = np.argsort(g, kind="stable")
    s = g[o]
    start = np.searchsorted(s, s)
    out = np.empty(len(g), dtype=np.int64)
    out[o] = np.arange(len(g)) - start
    return out


def wrong_4_counts_from_1(codes):
    """Counts from 1."""
    return np.tril((codes[:, None] == codes[None]).all(2)).sum(1)


def wrong_4_number_of_the_spelling(codes):
    """Number of the spelling."""
    return np.unique(codes, axis=0, return_inverse=True)[1].ravel()


def wrong_4_only_the_last_code_compared(codes):
    """Only the last code compared."""
    return np.tril(codes[:, None, -1] == codes[None, :, -1], -1).sum(1)


def wrong_4_only_the_first_code_compared(codes):
    """Only the first code compared."""
    return np.tril(codes[:, None, 0] == codes[None, :, 0], -1).sum(1)


def wrong_4_sum_of_codes_as_key(codes):
    """Sum of codes as key."""
    s = codes.sum(1)
    return np.tril(s[:, None] == s[None], -1).sum(1)


def wrong_4_sorted_codes_as_key_order_of_codes_lost(codes):
    """Sorted codes as key: order of codes lost."""
    c = np.sort(codes, 1)
    return np.tril((c[:, None] == c[None]).all(2), -1).sum(1)


def wrong_4_strings_joined_without_separator_1_12_11_2(codes):
    """Strings joined without separator: 1,12 = 11,2."""
    s = np.array(["".join(map(str, c)) for c in codes.tolist()])
    return np.tril(s[:, None] == s[None], -1).sum(1)


def wrong_4_total_number_of_items_with_the_spelling(codes):
    """Total number of items with the spelling."""
    return (codes[:, None] == codes[None]).all(2).sum(1)


def wrong_4_total_number_of_others_with_the_spelling(codes):
    """Total number of others with the spelling."""
    return (codes[:, None] == codes[None]).all(2).sum(1) - 1


def wrong_4_number_of_items_after_this_one(codes):
    """Number of items after this one."""
    return np.triu((codes[:, None] == codes[None]).all(2), 1).sum(1)


def wrong_4_1_for_any_repeat_0_for_the_first(codes):
    """1 for any repeat, 0 for the first."""
    return (np.tril((codes[:, None] == codes[None]).all(2), -1).sum(1) > 0).astype(np.int64)


def wrong_4_only_neighbors_in_the_table_runs(codes):
    """Only neighbors in the table: runs."""
    out = np.zeros(len(codes), dtype=np.int64)
    for i in range(1, len(codes)):
        if (codes[i] == codes[i - 1]).all():
            out[i] = out[i - 1] + 1
    return out


def wrong_4_returns_the_codes_with_a_column_more(codes):
    """Returns the codes with a column more."""
    return np.column_stack([codes, np.tril((codes[:, None] == codes[None]).all(2), -1).sum(1)])


def wrong_4_any_code_equal_in_place(codes):
    """Any code equal in place of all."""
    return np.tril((codes[:, None] == codes[None]).any(2), -1).sum(1)


def wrong_4_base_number_with_too_small_a_base_10_c1_c2(codes):
    """Base number with too small a base: 10*c1 + c2."""
    s = (codes * 10 ** np.arange(codes.shape[1])[::-1]).sum(1)
    return np.tril(s[:, None] == s[None], -1).sum(1)


# ------------------------------------------------------------- 19.5


def right_5_cross_entropy_per_level(h, codes, words):
    return sum((F.cross_entropy(h[:, here] @ w.T, codes[:, here]) for here, w in enumerate(words)))


def right_5_loops_logsumexp(h, codes, words):
    t = []
    for p in range(len(h)):
        s = 0
        for here, w in enumerate(words):
            z = w @ h[p, here]
            s = s + torch.logsumexp(z, 0) - z[codes[p, here]]
        t.append(s)
    return torch.stack(t).mean()


def right_5_product_of_softmaxes_then_log(h, codes, words):
    i = torch.arange(len(h))
    p = torch.ones(len(h), dtype=h.dtype)
    for here, w in enumerate(words):
        p = p * torch.softmax(torch.einsum("pd,kd->pk", h[:, here], w), 1)[i, codes[:, here]]
    return -p.log().mean()


def _sl(h, codes, words, red="mean", f=None):
    return [
        F.cross_entropy(h[:, here] @ w.T, codes[:, here], reduction=red)
        for here, w in enumerate(words)
    ]


def wrong_5_one_softmax_over_all_words(h, codes, words):
    """One softmax over all words."""
    a = torch.cat(words)
    off = 0
    t = 0
    for here, w in enumerate(words):
        t = t + F.cross_entropy(h[:, here] @ a.T, codes[:, here] + off)
        off += len(w)
    return t


def wrong_5_mean_over_levels(h, codes, words):
    """Mean over levels."""
    return sum(_sl(h, codes, words)) / len(words)


def wrong_5_sum_over_events(h, codes, words):
    """Sum over events."""
    return sum(_sl(h, codes, words, "sum"))


def wrong_5_the_last_output_asked_for_all_codes(h, codes, words):
    """The last output asked for all codes."""
    return sum((F.cross_entropy(h[:, -1] @ w.T, codes[:, here]) for here, w in enumerate(words)))


def wrong_5_the_first_output_asked_for_all_codes(h, codes, words):
    """The first output asked for all codes."""
    return sum((F.cross_entropy(h[:, 0] @ w.T, codes[:, here]) for here, w in enumerate(words)))


def wrong_5_outputs_shifted_by_one_level_l_asks_h_of_l(h, codes, words):
    """Outputs shifted by one: level l asks h of l-1."""
    return sum(
        (
            F.cross_entropy(h[:, max(here - 1, 0)] @ w.T, codes[:, here])
            for here, w in enumerate(words)
        )
    )


def wrong_5_only_the_first_level(h, codes, words):
    """Only the first level."""
    return _sl(h, codes, words)[0]


def wrong_5_only_the_last_level(h, codes, words):
    """Only the last level."""
    return _sl(h, codes, words)[-1]


def wrong_5_sum_of_chances_then_log(h, codes, words):
    """Sum of chances, then log."""
    i = torch.arange(len(h))
    return (
        -sum(
            (torch.softmax(h[:, here] @ w.T, 1)[i, codes[:, here]] for here, w in enumerate(words))
        )
        .log()
        .mean()
    )


def wrong_5_mean_of_products_then_log(h, codes, words):
    """Mean of products, then log."""
    i = torch.arange(len(h))
    p = 1
    for here, w in enumerate(words):
        p = p * torch.softmax(h[:, here] @ w.T, 1)[i, codes[:, here]]
    return -p.mean().log()


def wrong_5_softmax_twice_cross_entropy(h, codes, words):
    """Softmax twice (cross_entropy of probabilities)."""
    return sum(
        (
            F.cross_entropy(torch.softmax(h[:, here] @ w.T, 1), codes[:, here])
            for here, w in enumerate(words)
        )
    )


def wrong_5_binary_cross_entropy_of_each_word(h, codes, words):
    """Binary cross entropy of each word."""
    return sum(
        (
            F.binary_cross_entropy_with_logits(
                h[:, here] @ w.T, F.one_hot(codes[:, here], len(w)).to(h.dtype), reduction="none"
            )
            .sum(1)
            .mean()
            for here, w in enumerate(words)
        )
    )


def wrong_5_softmax_over_the_events_in_batch(h, codes, words):
    """Softmax over the events (in-batch)."""
    t = 0
    i = torch.arange(len(h))
    for here, w in enumerate(words):
        t = t - (h[:, here] @ w.T).log_softmax(0)[i, codes[:, here]].mean()
    return t


def wrong_5_logits_scaled_by_sqrt_d(h, codes, words):
    """Logits scaled by sqrt d."""
    return sum(
        (
            F.cross_entropy(h[:, here] @ w.T / h.shape[-1] ** 0.5, codes[:, here])
            for here, w in enumerate(words)
        )
    )


def wrong_5_in_batch_softmax_over_the_codes(h, codes, words):
    """In-batch softmax over the codes of the batch."""
    i = torch.arange(len(h))
    return sum(
        (F.cross_entropy(h[:, here] @ w[codes[:, here]].T, i) for here, w in enumerate(words))
    )


def wrong_5_log_base_2(h, codes, words):
    """Log base 2."""
    return sum(_sl(h, codes, words)) / np.log(2)


def wrong_5_sign_log_p_not_log_p(h, codes, words):
    """Sign: log p, not -log p."""
    return -sum(_sl(h, codes, words))


# ------------------------------------------------------------- 19.6


def right_6_loops_3(log_p, following, allowed, width):
    W, K = following.shape
    all_ = [
        (float(log_p[i] + following[i, k]), i, k)
        for i in range(W)
        for k in range(K)
        if allowed[i, k]
    ]
    all_.sort(key=lambda t: -t[0])
    all_ = all_[:width]
    return (
        torch.tensor([a for a, _, _ in all_], dtype=following.dtype),
        torch.tensor([b for _, b, _ in all_]),
        torch.tensor([c for _, _, c in all_]),
    )


def right_6_topk(log_p, following, allowed, width):
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    n = min(width, int(allowed.sum()))
    v, i = s.flatten().topk(n)
    return (v, i // s.shape[1], i % s.shape[1])


def right_6_nonzero_then_argsort(log_p, following, allowed, width):
    a, k = torch.nonzero(allowed, as_tuple=True)
    s = log_p[a] + following[a, k]
    o = s.argsort(descending=True, stable=True)[:width]
    return (s[o], a[o], k[o])


def _st(s, allowed, width, n=None):
    n = min(width, int(allowed.sum())) if n is None else n
    v, i = s.flatten().topk(n)
    return (v, i // s.shape[1], i % s.shape[1])


def wrong_6_trie_forgotten(log_p, following, allowed, width):
    """Trie forgotten."""
    s = log_p[:, None] + following
    return _st(s, allowed, width, min(width, s.numel()))


def wrong_6_following_alone_log_p_of_the_prefix(log_p, following, allowed, width):
    """Following alone, log_p of the prefix forgotten."""
    return _st(following.masked_fill(~allowed, -torch.inf), allowed, width)


def wrong_6_multiplied_log_p(log_p, following, allowed, width):
    """Multiplied log p."""
    return _st((log_p[:, None] * following).masked_fill(~allowed, -torch.inf), allowed, width)


def wrong_6_each_prefix_keeps_its_best_code_greedy(log_p, following, allowed, width):
    """Each prefix keeps its best code (greedy)."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, k = s.max(1)
    o = v.argsort(descending=True)[:width]
    o = o[torch.isfinite(v[o])]
    return (v[o], o, k[o])


def wrong_6_width_per_prefix(log_p, following, allowed, width):
    """Width per prefix."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, k = s.topk(min(width, s.shape[1]), dim=1)
    i = torch.arange(len(s))[:, None].expand_as(k)
    m = torch.isfinite(v)
    v, i, k = (v[m], i[m], k[m])
    o = v.argsort(descending=True)
    return (v[o], i[o], k[o])


def wrong_6_divmod_with_w_instead_of_k(log_p, following, allowed, width):
    """Divmod with W instead of K."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, i = s.flatten().topk(min(width, int(allowed.sum())))
    return (v, i // s.shape[0], i % s.shape[0])


def wrong_6_prefix_and_code_turned_around(log_p, following, allowed, width):
    """Prefix and code turned around."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, a, k = _st(s, allowed, width)
    return (v, k, a)


def wrong_6_empty_places_returned_with_inf(log_p, following, allowed, width):
    """Empty places returned with -inf."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    return _st(s, allowed, width, min(width, s.numel()))


def wrong_6_topk_of_more_than_there_are_crashes(log_p, following, allowed, width):
    """Topk of more than there are: crashes."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, i = s.flatten().topk(width)
    return (v, i // s.shape[1], i % s.shape[1])


def wrong_6_forbidden_put_to_0_instead_of_inf_log_p_0(log_p, following, allowed, width):
    """Forbidden put to 0 instead of -inf: log p 0 is certain."""
    return _st((log_p[:, None] + following).masked_fill(~allowed, 0.0), allowed, width)


def wrong_6_renormalized_over_allowed_codes(log_p, following, allowed, width):
    """Renormalized over allowed codes."""
    f = following.masked_fill(~allowed, -torch.inf)
    f = f - torch.logsumexp(f, 1, keepdim=True)
    f = torch.nan_to_num(f, nan=-torch.inf, neginf=-torch.inf)
    return _st(log_p[:, None] + f, allowed, width)


def wrong_6_ascending_least_likely_first(log_p, following, allowed, width):
    """Ascending: least likely first."""
    a, k = torch.nonzero(allowed, as_tuple=True)
    s = log_p[a] + following[a, k]
    o = s.argsort()[:width]
    return (s[o], a[o], k[o])


def wrong_6_not_sorted_order_of_the_table(log_p, following, allowed, width):
    """Not sorted, order of the table."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    _v, i = s.flatten().topk(min(width, int(allowed.sum())))
    i = i.sort().values
    return (s.flatten()[i], i // s.shape[1], i % s.shape[1])


def wrong_6_chances_instead_of_log_p_returned(log_p, following, allowed, width):
    """Chances instead of log p returned."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    v, a, k = _st(s, allowed, width)
    return (v.exp(), a, k)


def wrong_6_trie_asked_after_the_beam_is_cut(log_p, following, allowed, width):
    """Trie asked after the beam is cut."""
    s = log_p[:, None] + following
    v, a, k = _st(s, allowed, width, min(width, s.numel()))
    m = allowed[a, k]
    return (v[m], a[m], k[m])


def wrong_6_log_of_the_log_probabilities_added(log_p, following, allowed, width):
    """Log of the log: probabilities added."""
    return _st(
        (log_p[:, None].exp() + following.exp()).log().masked_fill(~allowed, -torch.inf),
        allowed,
        width,
    )


def wrong_6_length_normalized_mean_of_log_ps(log_p, following, allowed, width):
    """Length-normalized: mean of log p's."""
    return _st(((log_p[:, None] + following) / 2).masked_fill(~allowed, -torch.inf), allowed, width)


# ------------------------------------------------------------- 19.7


def right_7_loops_4(queries, keys, values, bias, n):
    out = []
    for t in range(len(queries)):
        s_ = torch.zeros_like(values[0])
        for s in range(t + 1):
            z = queries[t] @ keys[s] + bias[t - s]
            s_ = s_ + z * torch.sigmoid(z) / n * values[s]
        out.append(s_)
    return torch.stack(out)


def right_7_index_matrix_tril(queries, keys, values, bias, n):
    L = len(queries)
    d = torch.arange(L)[:, None] - torch.arange(L)[None]
    return torch.tril(F.silu(queries @ keys.T + bias[d.clamp(min=0)])) @ values / n


def right_7_a_loop_over_distances_diagonals(queries, keys, values, bias, n):
    L = len(queries)
    out = torch.zeros_like(values)
    for k in range(L):
        z = (queries[k:] * keys[: L - k]).sum(1) + bias[k]
        out = out + F.pad((F.silu(z) / n)[:, None] * values[: L - k], (0, 0, k, 0))
    return out


def _d(L):
    return torch.arange(L)[:, None] - torch.arange(L)


def _pw(
    queries, keys, values, bias, n, act=F.silu, dist=None, causal=True, div=None, z=None, incl=0
):
    L = len(queries)
    d = _d(L)
    b = bias[(d if dist is None else dist(d, L)).clamp(0, len(bias) - 1)] if dist != 0 else 0
    z = queries @ keys.T + b if z is None else z(queries, keys, b)
    A = act(z) / n if div is None else div(act(z))
    if causal:
        A = A.tril(incl)
    return A @ values


def wrong_7_softmax(queries, keys, values, bias, n):
    """Softmax."""
    L = len(queries)
    z = (queries @ keys.T + bias[_d(L).clamp(min=0)]).masked_fill(_d(L) < 0, -torch.inf)
    return z.softmax(1) @ values


def wrong_7_softmax_over_n_too(queries, keys, values, bias, n):
    """Softmax over n, too."""
    L = len(queries)
    z = (queries @ keys.T + bias[_d(L).clamp(min=0)]).masked_fill(_d(L) < 0, -torch.inf)
    return z.softmax(1) @ values / n


def wrong_7_divided_by_the_number_of_places_before_t_1(queries, keys, values, bias, n):
    """Divided by the number of places before (t+1)."""
    return _pw(
        queries, keys, values, bias, n, div=lambda a: a / torch.arange(1, len(a) + 1)[:, None]
    )


def wrong_7_divided_by_l_the_length_of_this_history(queries, keys, values, bias, n):
    """Divided by L, the length of this history."""
    return _pw(queries, keys, values, bias, len(queries))


def wrong_7_not_divided(queries, keys, values, bias, n):
    """Not divided."""
    return _pw(queries, keys, values, bias, 1)


def wrong_7_no_causal_mask(queries, keys, values, bias, n):
    """No causal mask."""
    return _pw(queries, keys, values, bias, n, causal=False, dist=lambda d, L: d.abs())


def wrong_7_own_place_excluded_s_t(queries, keys, values, bias, n):
    """Own place excluded: s < t."""
    return _pw(queries, keys, values, bias, n, incl=-1)


def wrong_7_bias_forgotten(queries, keys, values, bias, n):
    """Bias forgotten."""
    return _pw(queries, keys, values, bias, n, dist=0)


def wrong_7_bias_by_place_s_not_distance(queries, keys, values, bias, n):
    """Bias by place s, not distance."""
    return _pw(queries, keys, values, bias, n, dist=lambda d, L: torch.arange(L)[None].expand(L, L))


def wrong_7_bias_by_place_t(queries, keys, values, bias, n):
    """Bias by place t."""
    return _pw(
        queries, keys, values, bias, n, dist=lambda d, L: torch.arange(L)[:, None].expand(L, L)
    )


def wrong_7_distance_reversed_the_oldest_gets_bias_0(queries, keys, values, bias, n):
    """Distance reversed: the oldest gets bias 0."""
    return _pw(queries, keys, values, bias, n, dist=lambda d, L: L - 1 - d)


def wrong_7_relu_in_place_of_silu(queries, keys, values, bias, n):
    """ReLU in place of SiLU."""
    return _pw(queries, keys, values, bias, n, act=torch.relu)


def wrong_7_sigmoid_in_place_of_silu(queries, keys, values, bias, n):
    """Sigmoid in place of SiLU."""
    return _pw(queries, keys, values, bias, n, act=torch.sigmoid)


def wrong_7_bias_added_after_silu(queries, keys, values, bias, n):
    """Bias added after SiLU."""
    L = len(queries)
    return ((F.silu(queries @ keys.T) + bias[_d(L).clamp(min=0)]) / n).tril() @ values


def wrong_7_scaled_by_sqrt_d(queries, keys, values, bias, n):
    """Scaled by sqrt(d)."""
    return _pw(queries, keys, values, bias, n, z=lambda q, k, b: q @ k.T / q.shape[1] ** 0.5 + b)


def wrong_7_mask_before_silu_with_inf_nan(queries, keys, values, bias, n):
    """Mask before SiLU with -inf: NaN."""
    L = len(queries)
    return (
        F.silu((queries @ keys.T + bias[_d(L).clamp(min=0)]).masked_fill(_d(L) < 0, -torch.inf))
        / n
        @ values
    )


def wrong_7_future_masked_by_triu_sees_the_future_only(queries, keys, values, bias, n):
    """Future masked by triu: sees the future only."""
    L = len(queries)
    return (F.silu(queries @ keys.T + bias[_d(L).abs()]) / n).triu() @ values


def wrong_7_division_inside_silu(queries, keys, values, bias, n):
    """Division inside SiLU."""
    return _pw(queries, keys, values, bias, 1, z=lambda q, k, b: (q @ k.T + b) / n)


def wrong_7_keys_and_queries_exchanged(queries, keys, values, bias, n):
    """Keys and queries exchanged."""
    return _pw(keys, queries, values, bias, n)


def wrong_7_weights_sum_to_one_divided_by_their_sum(queries, keys, values, bias, n):
    """Weights sum to one (divided by their sum)."""
    L = len(queries)
    a = F.silu(queries @ keys.T + bias[_d(L).clamp(min=0)]).tril()
    return a / a.sum(1, keepdim=True) @ values


# ------------------------------------------------------------- 19.1


def wrong_1_greedy_from_the_last_level(X, words):
    """Greedy from the last level."""
    r = X.astype(float)
    c = []
    for w in words[::-1]:
        k = ((r[:, None] - w) ** 2).sum(2).argmin(1)
        c.append(k)
        r = r - w[k]
    return np.stack(c[::-1], 1)


def wrong_1_x_centered_first(X, words):
    """X centered first."""
    r = X - X.mean(0)
    c = []
    for w in words:
        k = ((r[:, None] - w) ** 2).sum(2).argmin(1)
        c.append(k)
        r = r - w[k]
    return np.stack(c, 1)


def wrong_1_float_codes(X, words):
    """Float codes."""
    r = X.astype(float)
    c = []
    for w in words:
        k = ((r[:, None] - w) ** 2).sum(2).argmin(1)
        c.append(k)
        r = r - w[k]
    return np.stack(c, 1).astype(float)


def _terms(x, z, words, decoder, beta, f):
    rest, total, loss = (z, 0, 0)
    for book in words:
        e = book[torch.cdist(rest, book).argmin(1)]
        a, b_, rest, total = f(rest, e, total, z)
        loss = loss + a + beta * b_
    return (((x - (z + (total - z).detach()) @ decoder) ** 2).sum(1) + loss).mean()


# ------------------------------------------------------------- 19.2


def wrong_2_norms_instead_of_squares(x, z, words, decoder, beta):
    """Norms instead of squares."""
    return _terms(
        x,
        z,
        words,
        decoder,
        beta,
        lambda r, e, t, z: (
            (r.detach() - e).norm(dim=1),
            (r - e.detach()).norm(dim=1),
            r - e.detach(),
            t + e,
        ),
    )


def wrong_2_words_moved_by_the_sum_of_all_levels(x, z, words, decoder, beta):
    """Words moved by the sum of all levels."""
    rest, total, loss = (z, 0, 0)
    for book in words:
        e = book[torch.cdist(rest, book).argmin(1)]
        total = total + e
        loss = loss + ((z.detach() - total) ** 2).sum(1) + beta * ((z - total.detach()) ** 2).sum(1)
        rest = rest - e.detach()
    return (((x - (z + (total - z).detach()) @ decoder) ** 2).sum(1) + loss).mean()


def wrong_2_decoder_detached(x, z, words, decoder, beta):
    """Decoder detached."""
    return _terms(
        x,
        z,
        words,
        decoder.detach(),
        beta,
        lambda r, e, t, z: (
            ((r.detach() - e) ** 2).sum(1),
            ((r - e.detach()) ** 2).sum(1),
            r - e.detach(),
            t + e,
        ),
    )


# ------------------------------------------------------------- 19.3


def wrong_3_residuals_that_are_farthest(rest, words, order):
    """Residuals that are farthest."""
    d = torch.cdist(rest, words)
    dead = torch.bincount(d.argmin(1), minlength=len(words)) == 0
    w = words.clone()
    far = d.min(1).values.argsort(descending=True)
    w[dead] = rest[far[: int(dead.sum())]]
    return w


def wrong_3_dead_if_far_away(rest, words, order):
    """Dead if far away."""
    d = torch.cdist(rest, words)
    near = d.min(0).values
    dead = near > near.mean()
    w = words.clone()
    w[dead] = rest[order.repeat(3)[: int(dead.sum())]]
    return w


def wrong_3_an_item_is_added_to_dead_words(rest, words, order):
    """An item is added to dead words."""
    d = torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) == 0
    w = words.clone()
    w[d] = w[d] + rest[order[: int(d.sum())]]
    return w


# ------------------------------------------------------------- 19.4


def wrong_4_counts_down_the_first_gets_the_highest(codes):
    """Counts down: the first gets the highest."""
    s = (codes[:, None] == codes[None]).all(2)
    return s.sum(1) - 1 - np.tril(s, -1).sum(1)


def wrong_4_0_for_unique_else_from_1(codes):
    """0 for unique, else from 1."""
    s = (codes[:, None] == codes[None]).all(2)
    b = np.tril(s, -1).sum(1)
    return np.where(s.sum(1) > 1, b + 1, 0)


def wrong_4_counts_per_prefix_of_l_1_codes(codes):
    """Counts per prefix of L-1 codes."""
    c = codes[:, :-1]
    return np.tril((c[:, None] == c[None]).all(2), -1).sum(1)


# ------------------------------------------------------------- 19.5


def wrong_5_h_summed_over_levels(h, codes, words):
    """H summed over levels."""
    return sum((F.cross_entropy(h.sum(1) @ w.T, codes[:, here]) for here, w in enumerate(words)))


def wrong_5_max_over_levels_the_worst_code(h, codes, words):
    """Max over levels: the worst code."""
    return (
        torch.stack(
            [
                F.cross_entropy(h[:, here] @ w.T, codes[:, here], reduction="none")
                for here, w in enumerate(words)
            ]
        )
        .amax(0)
        .mean()
    )


def wrong_5_words_0_for_all_levels(h, codes, words):
    """Words[0] for all levels."""
    return sum(
        F.cross_entropy(h[:, here] @ words[0].T, codes[:, here].clamp(max=len(words[0]) - 1))
        for here in range(len(words))
    )


# ------------------------------------------------------------- 19.6


def wrong_6_log_p_of_the_prefix_added_after_the_beam(log_p, following, allowed, width):
    """Log_p of the prefix added after the beam is cut."""
    f = following.masked_fill(~allowed, -torch.inf)
    n = min(width, int(allowed.sum()))
    v, i = f.flatten().topk(n)
    K = f.shape[1]
    return (v + log_p[i // K], i // K, i % K)


def wrong_6_best_prefix_only_greedy_beam(log_p, following, allowed, width):
    """Best prefix only (greedy beam)."""
    k = int(log_p.argmax())
    s = (log_p[k] + following[k]).masked_fill(~allowed[k], -torch.inf)
    n = min(width, int(allowed[k].sum()))
    v, i = s.topk(n)
    return (v, torch.full((n,), k), i)


def wrong_6_width_1_kept(log_p, following, allowed, width):
    """Width - 1 kept."""
    s = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf).flatten()
    n = max(1, min(width - 1, int(allowed.sum())))
    v, i = s.topk(n)
    K = following.shape[1]
    return (v, i // K, i % K)


# ------------------------------------------------------------- 19.7


def wrong_7_gelu(queries, keys, values, bias, n):
    """GELU."""
    L = len(queries)
    d = torch.arange(L)[:, None] - torch.arange(L)
    return torch.tril(F.gelu(queries @ keys.T + bias[d.clamp(min=0)])) @ values / n


def wrong_7_mask_at_the_products(queries, keys, values, bias, n):
    """Mask at the products."""
    L = len(queries)
    d = torch.arange(L)[:, None] - torch.arange(L)
    return F.silu((queries @ keys.T).tril() + bias[d.clamp(min=0)]) @ values / n


def wrong_7_values_gated_too_silu_values(queries, keys, values, bias, n):
    """Values gated, too: SiLU(values)."""
    L = len(queries)
    d = torch.arange(L)[:, None] - torch.arange(L)
    return torch.tril(F.silu(queries @ keys.T + bias[d.clamp(min=0)])) @ F.silu(values) / n


RIGHT = {
    "19.1": (
        right_1_loops,
        right_1_scipy_cdist,
        right_1_expanded_square,
        right_1_torch_cdist,
    ),
    "19.2": (
        right_2_per_level_f_mse_loss_sums,
        right_2_loop_over_items,
        right_2_residuals_by_cumulated_detached_words,
    ),
    "19.3": (
        right_3_loops_2,
        right_3_torch_where_with_cumsum,
        right_3_numpy_setdiff1d,
    ),
    "19.4": (
        right_4_loop_with_dict,
        right_4_pandas_cumcount,
        right_4_all_pairs,
        right_4_unique_stable_sort,
    ),
    "19.5": (
        right_5_cross_entropy_per_level,
        right_5_loops_logsumexp,
        right_5_product_of_softmaxes_then_log,
    ),
    "19.6": (
        right_6_loops_3,
        right_6_topk,
        right_6_nonzero_then_argsort,
    ),
    "19.7": (
        right_7_loops_4,
        right_7_index_matrix_tril,
        right_7_a_loop_over_distances_diagonals,
    ),
}
WRONG = {
    "19.1": (
        wrong_1_residual_not_subtracted_every_level_codes_x,
        wrong_1_largest_product_instead_of_nearest,
        wrong_1_cosine,
        wrong_1_sum_of_absolute_differences,
        wrong_1_residual_from_x_not_from_what_is_left_x,
        wrong_1_added_instead_of_subtracted,
        wrong_1_farthest_argmax,
        wrong_1_of_equals_the_last,
        wrong_1_codes_count_from_1,
        wrong_1_transposed_l_n,
        wrong_1_one_center_for_all_items_distance_summed,
        wrong_1_words_0_used_at_all_levels,
        wrong_1_max_of_coordinates_chebyshev,
        wrong_1_product_minus_half_square_with_wrong_factor,
        wrong_1_absolute_residual,
        wrong_1_greedy_from_the_last_level,
        wrong_1_x_centered_first,
        wrong_1_float_codes,
    ),
    "19.2": (
        wrong_2_straight_through_forgotten,
        wrong_2_stops_of_the_two_squares_exchanged_beta,
        wrong_2_no_stop_in_either_square,
        wrong_2_commitment_without_stop,
        wrong_2_word_term_without_stop,
        wrong_2_the_residual_carries_the_words_gradient,
        wrong_2_the_residual_is_wholly_stopped_deeper,
        wrong_2_no_residual_every_level_codes_z,
        wrong_2_decoder_reads_z_no_rounding,
        wrong_2_decoder_reads_detached_words_z_detach,
        wrong_2_straight_through_wrong_way_t_z_t_detach,
        wrong_2_stop_without_brackets_z_z_t_detach_z_detach,
        wrong_2_means_of_squares_mse_loss_default,
        wrong_2_sum_over_items,
        wrong_2_beta_forgotten,
        wrong_2_beta_fixed_at_0_25,
        wrong_2_beta_on_both_terms,
        wrong_2_divided_by_the_levels,
        wrong_2_decoder_reads_only_the_last_word,
        wrong_2_commitment_with_z_and_the_whole_sum_only,
        wrong_2_norms_instead_of_squares,
        wrong_2_words_moved_by_the_sum_of_all_levels,
        wrong_2_decoder_detached,
    ),
    "19.3": (
        wrong_3_order_ignored_first_items_of_rest,
        wrong_3_all_dead_to_the_first_of_order,
        wrong_3_dead_words_take_the_residual_at_order_k,
        wrong_3_alive_words_replaced,
        wrong_3_changes_words_in_place,
        wrong_3_words_that_spell_one_item_count_as_dead,
        wrong_3_bincount_without_minlength_the_last_dead,
        wrong_3_dead_nearest_residual_of_the_word_used,
        wrong_3_nearest_by_product,
        wrong_3_to_the_mean_of_the_residuals,
        wrong_3_last_items_of_order,
        wrong_3_draws_by_itself_randperm,
        wrong_3_moves_halfway_mean_of_word_and_residual,
        wrong_3_residuals_that_are_farthest,
        wrong_3_dead_if_far_away,
        wrong_3_an_item_is_added_to_dead_words,
    ),
    "19.4": (
        wrong_4_counts_from_1,
        wrong_4_number_of_the_spelling,
        wrong_4_only_the_last_code_compared,
        wrong_4_only_the_first_code_compared,
        wrong_4_sum_of_codes_as_key,
        wrong_4_sorted_codes_as_key_order_of_codes_lost,
        wrong_4_strings_joined_without_separator_1_12_11_2,
        wrong_4_total_number_of_items_with_the_spelling,
        wrong_4_total_number_of_others_with_the_spelling,
        wrong_4_number_of_items_after_this_one,
        wrong_4_1_for_any_repeat_0_for_the_first,
        wrong_4_only_neighbors_in_the_table_runs,
        wrong_4_returns_the_codes_with_a_column_more,
        wrong_4_any_code_equal_in_place,
        wrong_4_base_number_with_too_small_a_base_10_c1_c2,
        wrong_4_counts_down_the_first_gets_the_highest,
        wrong_4_0_for_unique_else_from_1,
        wrong_4_counts_per_prefix_of_l_1_codes,
    ),
    "19.5": (
        wrong_5_one_softmax_over_all_words,
        wrong_5_mean_over_levels,
        wrong_5_sum_over_events,
        wrong_5_the_last_output_asked_for_all_codes,
        wrong_5_the_first_output_asked_for_all_codes,
        wrong_5_outputs_shifted_by_one_level_l_asks_h_of_l,
        wrong_5_only_the_first_level,
        wrong_5_only_the_last_level,
        wrong_5_sum_of_chances_then_log,
        wrong_5_mean_of_products_then_log,
        wrong_5_softmax_twice_cross_entropy,
        wrong_5_binary_cross_entropy_of_each_word,
        wrong_5_softmax_over_the_events_in_batch,
        wrong_5_logits_scaled_by_sqrt_d,
        wrong_5_in_batch_softmax_over_the_codes,
        wrong_5_log_base_2,
        wrong_5_sign_log_p_not_log_p,
        wrong_5_h_summed_over_levels,
        wrong_5_max_over_levels_the_worst_code,
        wrong_5_words_0_for_all_levels,
    ),
    "19.6": (
        wrong_6_trie_forgotten,
        wrong_6_following_alone_log_p_of_the_prefix,
        wrong_6_multiplied_log_p,
        wrong_6_each_prefix_keeps_its_best_code_greedy,
        wrong_6_width_per_prefix,
        wrong_6_divmod_with_w_instead_of_k,
        wrong_6_prefix_and_code_turned_around,
        wrong_6_empty_places_returned_with_inf,
        wrong_6_topk_of_more_than_there_are_crashes,
        wrong_6_forbidden_put_to_0_instead_of_inf_log_p_0,
        wrong_6_renormalized_over_allowed_codes,
        wrong_6_ascending_least_likely_first,
        wrong_6_not_sorted_order_of_the_table,
        wrong_6_chances_instead_of_log_p_returned,
        wrong_6_trie_asked_after_the_beam_is_cut,
        wrong_6_log_of_the_log_probabilities_added,
        wrong_6_length_normalized_mean_of_log_ps,
        wrong_6_log_p_of_the_prefix_added_after_the_beam,
        wrong_6_best_prefix_only_greedy_beam,
        wrong_6_width_1_kept,
    ),
    "19.7": (
        wrong_7_softmax,
        wrong_7_softmax_over_n_too,
        wrong_7_divided_by_the_number_of_places_before_t_1,
        wrong_7_divided_by_l_the_length_of_this_history,
        wrong_7_not_divided,
        wrong_7_no_causal_mask,
        wrong_7_own_place_excluded_s_t,
        wrong_7_bias_forgotten,
        wrong_7_bias_by_place_s_not_distance,
        wrong_7_bias_by_place_t,
        wrong_7_distance_reversed_the_oldest_gets_bias_0,
        wrong_7_relu_in_place_of_silu,
        wrong_7_sigmoid_in_place_of_silu,
        wrong_7_bias_added_after_silu,
        wrong_7_scaled_by_sqrt_d,
        wrong_7_mask_before_silu_with_inf_nan,
        wrong_7_future_masked_by_triu_sees_the_future_only,
        wrong_7_division_inside_silu,
        wrong_7_keys_and_queries_exchanged,
        wrong_7_weights_sum_to_one_divided_by_their_sum,
        wrong_7_gelu,
        wrong_7_mask_at_the_products,
        wrong_7_values_gated_too_silu_values,
    ),
}
test_right_answers_pass, _ = other_styles("19", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
