"""Answers of outsiders to lessons 07 to 18: right ones are accepted, wrong ones lose points and read their name.

They were written from the text alone, before anybody looked at the claims.
"""

from __future__ import annotations

import math

import mechanical
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from graphrec_utils import exercises
from graphrec_utils.exercises import core


def smallest_of_random_keys(indptr, indices, nodes, S, rng):
    deg = (indptr[1:] - indptr[:-1])[nodes]
    out = np.full((len(nodes), S), -1, dtype=np.int64)
    width = int(deg.max()) if len(deg) else 0
    if width == 0:
        return out
    keys = rng.random((len(nodes), width))
    keys[np.arange(width)[None] >= deg[:, None]] = np.inf
    order = np.argsort(keys, axis=1)[:, :S]
    ok = order < deg[:, None]
    pos = indptr[nodes][:, None] + np.where(ok, order, 0)
    pos = np.minimum(pos, len(indices) - 1)
    out[:, : order.shape[1]] = np.where(ok, indices[pos], -1)
    return out


def a_reservoir(indptr, indices, nodes, S, rng):
    out = np.full((len(nodes), S), -1, dtype=np.int64)
    for r, v in enumerate(nodes):
        for i, u in enumerate(indices[indptr[v] : indptr[v + 1]]):
            if i < S:
                out[r, i] = u
            else:
                j = rng.integers(0, i + 1)
                if j < S:
                    out[r, j] = u
    return out


def drawn_from_a_shrinking_list(indptr, indices, nodes, S, rng):
    result = []
    for v in nodes:
        pool = list(indices[indptr[v] : indptr[v + 1]])
        row = []
        while pool and len(row) < S:
            j = int(rng.integers(len(pool)))
            pool[j], pool[-1] = pool[-1], pool[j]
            row.append(pool.pop())
        result.append(row + [-1] * (S - len(row)))
    return np.array(result, dtype=np.int64).reshape(-1, S)


def shares_in_logarithms(degree, weights, num_steps, max_degree):
    terms = np.log(weights) + np.log(degree) + np.log(1 + np.log(max_degree) - np.log(degree))
    terms = terms - terms.max()
    e = np.exp(terms)
    return num_steps * e / e.sum()


def booster_by_einsum(V, queries, seen, top):
    r = np.sqrt(V.astype(float))
    score = np.einsum("qp,rp->p", r, r)
    drop = np.union1d(queries, seen).astype(np.int64)
    score[drop] = -1
    order = np.argsort(-score, kind="stable")
    order = order[score[order] > 0][:top]
    return order, score[order]


def best_of_a_heap(V, queries, seen, top):
    import heapq

    bad = np.zeros(V.shape[1], bool)
    bad[queries] = True
    for s in seen:
        bad[s] = True
    boost = np.sqrt(V, dtype=np.float64).sum(0) ** 2
    best = heapq.nsmallest(top, ((-b, i) for i, b in enumerate(boost) if b > 0 and not bad[i]))
    ids = np.array([i for _, i in best], dtype=np.int64)
    return ids, boost[ids]


def margin_ranking_of_torch(z_q, z_i, z_shared, z_hard, margin):
    neg = torch.cat([z_q @ z_shared.T, (z_hard @ z_q[:, :, None])[..., 0]], dim=1)
    pos = (z_q * z_i).sum(1)[:, None].expand_as(neg)
    return F.margin_ranking_loss(pos, neg, torch.ones_like(neg), margin=margin)


def query_at_minus_infinity(S, queries, positives, scale):
    T = S.astype(float).copy()
    k = np.arange(len(T))
    own = T[k, positives].copy()
    T[k, queries] = -np.inf
    r = (own[:, None] < T).sum(1) + 1
    return float(np.mean(1.0 / np.ceil(r / scale)))


def hits_one_by_one(users, items, ids, temperature):
    s = (users / temperature) @ items.T
    for i in range(len(ids)):
        for j in range(len(ids)):
            if i != j and ids[i] == ids[j]:
                s[i, j] = -torch.inf
    return s


def a_heap_for_each_user(users, items, top, chunk):
    import heapq

    keep = [[] for _ in users]
    for a in range(0, len(items), chunk):
        S = users @ items[a : a + chunk].T
        for u in range(len(users)):
            for k in range(S.shape[1]):
                entry = (S[u, k], -(a + k))
                if len(keep[u]) < top:
                    heapq.heappush(keep[u], entry)
                elif entry > keep[u][0]:
                    heapq.heapreplace(keep[u], entry)
    return np.array([[-i for _, i in sorted(h, reverse=True)] for h in keep], dtype=np.int64)


def row_by_row(pos, neg, log_q_neg, log_q_pos, hits):
    total = 0.0
    for b in range(len(pos)):
        keep = ~hits[b]
        terms = neg[b][keep] - (log_q_neg[b][keep] - torch.log(1 - log_q_pos[b].exp()))
        inner = terms.logsumexp(0)
        logZ = torch.logaddexp(pos[b], inner - math.log(int(keep.sum())))
        P = (pos[b] - logZ).exp()
        total = total + (1 - P).detach() * (inner - pos[b])
    return total / len(pos)


def weight_by_a_sigmoid(pos, neg, log_q_neg, log_q_pos, hits):
    one_minus = -torch.expm1(log_q_pos)
    terms = torch.where(hits, -torch.inf, neg - log_q_neg + one_minus.log()[:, None])
    lse = terms.logsumexp(-1)
    n = hits.logical_not().sum(-1).to(pos.dtype)
    P = torch.sigmoid(pos - lse + n.log())
    return torch.mean((1 - P.detach()) * (lse - pos))


def both_ends_drawn_one_kept(facts, num_entities, rng):
    B = len(facts)
    ends = facts[:, [0, 2]]
    draw = (ends + rng.integers(1, num_entities, size=(B, 2))) % num_entities
    coin = rng.permuted(np.tile([True, False], (B, 1)), axis=1)
    ends = np.where(coin, draw, ends)
    return np.stack([ends[:, 0], facts[:, 1], ends[:, 1]], axis=1)


def the_last_for_itself(facts, num_entities, rng):
    # draw below the last; who hits itself gets the last
    out = facts.copy()
    r = np.arange(len(facts))
    c = np.where(rng.integers(0, 2, len(facts)) == 1, 2, 0)
    d = rng.integers(0, num_entities - 1, len(facts))
    d = np.where(d == facts[r, c], num_entities - 1, d)
    out[r, c] = d
    return out


def medoids_by_means(points, ages, labels, decay):
    ids, weights = [], []
    for c in np.unique(labels):
        own = np.where(labels == c)[0]
        P = points[own].astype(float)
        d = np.round(((P[:, None, :] - P[None, :, :]) ** 2).sum(2), 10)
        ids.append(own[np.argmin(d.mean(axis=1))])
        weights.append(np.sum(np.exp(-decay * ages)[own]))
    weights = np.asarray(weights) / np.sum(weights)
    o = np.lexsort((np.arange(len(weights)), -weights))
    return np.asarray(ids)[o], weights[o]


def member_nearest_to_its_mean(points, ages, labels, decay):
    # the medoid is the member nearest to the centroid
    meds, ws = [], []
    for c in range(labels.max() + 1):
        own = np.flatnonzero(labels == c)
        gap = np.round(((points[own] - points[own].mean(0)) ** 2).sum(1), 9)
        meds.append(own[gap.argmin()])
        ws.append(np.exp(-decay * ages[own]).sum())
    ws = np.array(ws)
    o = np.argsort(-ws, kind="stable")
    return np.array(meds)[o], ws[o] / ws.sum()


def softplus_of_the_rest(pos, neg, log_q, own):
    S = neg.shape[1]
    terms = (neg - (log_q + math.log(S))).masked_fill(own, float("-inf"))
    big = torch.finfo(terms.dtype).min
    terms = terms.masked_fill(own, big)
    return F.softplus(terms.logsumexp(1) - pos).mean()


def below_the_kth_chance(rows, chance, alpha, least, most):
    keep = np.empty(len(rows), bool)
    for v in set(rows.tolist()):
        m = rows == v
        c = np.sort(chance[m])
        k = min(int(max(min(np.ceil(len(c) ** alpha), most), least)), len(c))
        keep[m] = chance[m] <= c[k - 1]
    return keep


def what_was_said_of_the_label(labels, probabilities):
    p = np.minimum(np.maximum(probabilities, 1e-7), 1 - 1e-7)
    said = np.where(labels == 1, p, 1 - p)
    m = labels.sum() / len(labels)
    base = np.where(labels == 1, m, 1 - m)
    return float(100 - 100 * np.log(said).sum() / np.log(base).sum())


def variance_by_a_gradient(policy, control):
    a, b = policy.mean(), control.mean()
    g = np.array([1 / b, -a / b**2])
    S = np.diag([np.cov(policy) / len(policy), np.cov(control) / len(control)])
    h = 2 * np.sqrt(g @ S @ g)
    return a / b - 1, a / b - 1 - h, a / b - 1 + h


RIGHT = [
    ("07.3", smallest_of_random_keys),
    ("07.3", a_reservoir),
    ("07.3", drawn_from_a_shrinking_list),
    ("08.4", shares_in_logarithms),
    ("08.5", booster_by_einsum),
    ("08.5", best_of_a_heap),
    ("09.3", margin_ranking_of_torch),
    ("09.5", query_at_minus_infinity),
    ("10.4", hits_one_by_one),
    ("10.5", a_heap_for_each_user),
    ("11.3", row_by_row),
    ("11.3", weight_by_a_sigmoid),
    ("12.3", both_ends_drawn_one_kept),
    ("12.3", the_last_for_itself),
    ("13.5", medoids_by_means),
    ("13.5", member_nearest_to_its_mean),
    ("15.5", softplus_of_the_rest),
    ("16.1", below_the_kth_chance),
    ("17.1", what_was_said_of_the_label),
    ("18.4", variance_by_a_gradient),
]


@pytest.mark.parametrize(("key", "answer"), RIGHT, ids=[f.__name__ for _, f in RIGHT])
def test_a_right_answer_is_accepted(key, answer):
    for seeds in (core.PUBLIC_SEEDS, mechanical.FRESH):
        card = mechanical.judged(exercises.get(key), answer, seeds)
        assert card.status == "passed", card.rows


def the_authors_lists(indptr, indices, nodes, S, rng):
    out = np.full((len(nodes), S), -1)
    for k, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        if len(near):
            out[k] = rng.choice(near, S, replace=len(near) < S)
    return out


def one_order_for_all(indptr, indices, nodes, S, rng):
    out = np.full((len(nodes), S), -1)
    big = int(np.max(indptr[1:] - indptr[:-1]))
    order = rng.permutation(big)
    for k, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        d = near[order[order < len(near)][:S]]
        out[k, : len(d)] = d
    return out


def the_same_draw_every_time(indptr, indices, nodes, S, rng):
    g = np.random.default_rng(0)
    out = np.full((len(nodes), S), -1)
    for k, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        d = g.choice(near, min(S, len(near)), replace=False)
        out[k, : len(d)] = d
    return out


def the_end_of_the_row_first(indptr, indices, nodes, S, rng):
    out = np.full((len(nodes), S), -1)
    for k, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        d = rng.choice(near, min(S, len(near)), replace=False)
        if len(d):
            out[k, -len(d) :] = d
    return out


def repeats_dropped(indptr, indices, nodes, S, rng):
    out = np.full((len(nodes), S), -1)
    for k, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]]
        if len(near) <= S:
            out[k, : len(near)] = near
        else:
            d = np.unique(rng.choice(near, S))
            out[k, : len(d)] = d
    return out


def dear_means_few(degree, weights, num_steps, max_degree):
    s = degree * (1 + np.log(max_degree) - np.log(degree)) / weights
    return num_steps * s / s.sum()


def columns_deleted(V, queries, seen, top):
    W = np.delete(V, np.concatenate([queries, seen]).astype(int), axis=1)
    score = np.sqrt(W).sum(axis=0) ** 2
    order = np.argsort(-score, kind="stable")[:top]
    order = order[score[order] > 0]
    return order, score[order]


def visited_by_every_query(V, queries, seen, top):
    score = np.sqrt(V).sum(axis=0) ** 2
    score[(V == 0).any(axis=0)] = 0
    score[queries] = 0
    score[seen] = 0
    order = np.argsort(-score, kind="stable")[:top]
    order = order[score[order] > 0]
    return order, score[order]


def positives_of_everybody(z_q, z_i, z_shared, z_hard, margin):
    pos = z_q @ z_i.T  # (B, B)
    neg = torch.cat([z_q @ z_shared.T, (z_q[:, None] * z_hard).sum(2)], 1)
    return torch.relu(neg[:, None, :] - pos[:, :, None] + margin).mean()


def zero_for_the_query(S, queries, positives, scale):
    T = S.copy()
    k = np.arange(len(T))
    own = T[k, positives].copy()
    T[k, queries] = 0
    return float((1 / np.ceil((1 + (own[:, None] < T).sum(1)) / scale)).mean())


def logits_without_a_tape(users, items, ids, temperature):
    m = (ids[:, None] == ids[None]).fill_diagonal_(False)
    return (users @ items.T / temperature).masked_fill(m, -torch.inf).detach()


def argsort_turned_round(users, items, top, chunk):
    B = len(users)
    s, i = np.empty((B, 0)), np.empty((B, 0), dtype=np.int64)
    for a in range(0, len(items), chunk):
        part = items[a : a + chunk]
        s = np.concatenate([s, users @ part.T], 1)
        i = np.concatenate([i, np.tile(np.arange(a, a + len(part)), (B, 1))], 1)
        o = np.argsort(s, axis=1, kind="stable")[:, ::-1][:, :top]
        s, i = np.take_along_axis(s, o, 1), np.take_along_axis(i, o, 1)
    return i


def old_scores_beside_new_ids(users, items, top, chunk):
    B = len(users)
    s, i = np.empty((B, 0)), np.empty((B, 0), dtype=np.int64)
    for a in range(0, len(items), chunk):
        part = items[a : a + chunk]
        s = np.concatenate([s, users @ part.T], 1)
        i = np.concatenate([i, np.tile(np.arange(a, a + len(part)), (B, 1))], 1)
        o = np.argsort(-s, axis=1, kind="stable")[:, :top]
        s, i = s[:, :top], np.take_along_axis(i, o, 1)
    return i


def a_list_of_zeros_to_begin_with(users, items, top, chunk):
    B = len(users)
    s, i = np.zeros((B, top)), np.zeros((B, top), dtype=np.int64)
    for a in range(0, len(items), chunk):
        part = items[a : a + chunk]
        s = np.concatenate([s, users @ part.T], 1)
        i = np.concatenate([i, np.tile(np.arange(a, a + len(part)), (B, 1))], 1)
        o = np.argsort(-s, axis=1, kind="stable")[:, :top]
        s, i = np.take_along_axis(s, o, 1), np.take_along_axis(i, o, 1)
    return i


def chunk_lists_in_a_row(users, items, top, chunk):
    parts = []
    for a in range(0, len(items), chunk):
        s = users @ items[a : a + chunk].T
        parts.append(np.argsort(-s, axis=1, kind="stable")[:, :top] + a)
    return np.concatenate(parts, axis=1)[:, :top]


def no_loops(facts, num_entities, rng):
    out = facts.copy()
    for k, (h, _, t) in enumerate(facts):
        c = 2 * rng.integers(2)
        pool = [e for e in range(num_entities) if e != h and e != t] or [
            e for e in range(num_entities) if e != facts[k, c]
        ]
        out[k, c] = rng.choice(pool)
    return out


def keeps_off_the_other_end(facts, num_entities, rng):
    out = facts.copy()
    r = np.arange(len(out))
    c = 2 * rng.integers(2, size=len(out))
    d = rng.integers(num_entities - 1, size=len(out))
    out[r, c] = d + (d >= facts[r, 2 - c])
    return out


def columns_0_and_1(facts, num_entities, rng):
    out = facts.copy()
    r = np.arange(len(out))
    c = rng.integers(2, size=len(out))
    d = rng.integers(num_entities - 1, size=len(out))
    out[r, c] = d + (d >= out[r, c])
    return out


def most_like_the_mean(points, ages, labels, decay):
    found, w = [], []
    for c in range(labels.max() + 1):
        own = np.flatnonzero(labels == c)
        found.append(own[(points[own] @ points[own].mean(0)).argmax()])
        w.append(np.exp(-decay * ages[own]).sum())
    order = np.argsort(-np.array(w), kind="stable")
    return np.array(found)[order], np.array(w)[order] / sum(w)


def a_coin_with_the_right_mean(rows, chance, alpha, least, most):
    d = np.bincount(rows)[rows]
    limit = np.clip(np.ceil(d ** float(alpha)), least, most)
    return chance < limit / d


def numbers_of_edges(rows, chance, alpha, least, most):
    return np.flatnonzero(below_the_kth_chance(rows, chance, alpha, least, most))


def _entropy(m):
    return -(m * np.log(m) + (1 - m) * np.log(1 - m))


def a_small_number_in_the_log(labels, probabilities):
    y, p = labels, probabilities
    loss = -(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)).mean()
    return 100 * (1 - loss / _entropy(y.mean()))


def clipped_at_0(labels, probabilities):
    p, y = np.maximum(probabilities, 1e-7), labels
    with np.errstate(all="ignore"):
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return 100 * (1 - loss / _entropy(y.mean()))


def absolute_difference(policy, control):
    gap = policy.mean() - control.mean()
    e = np.sqrt(policy.var(ddof=1) / len(policy) + control.var(ddof=1) / len(control))
    return float(gap), float(gap - 2 * e), float(gap + 2 * e)


def _left(pos, neg, log_q_neg, log_q_pos, hits):
    terms = neg - log_q_neg + torch.log1p(-log_q_pos.exp())[:, None]
    return terms.masked_fill(hits, -torch.inf), (~hits).sum(1)


def the_bracket_is_cut_off(*inputs):
    terms, n = _left(*inputs)
    inner = terms.logsumexp(1) - inputs[0]
    return (torch.sigmoid(inner - n.log()) * inner.detach()).mean()


def exponentials_first(pos, *rest):
    terms, n = _left(pos, *rest)
    total = terms.exp().sum(1)
    p = pos.exp() / (pos.exp() + total / n)
    return ((1 - p).detach() * (total.log() - pos)).mean()


def plain_q_in_the_weight(pos, neg, *rest):
    terms, _ = _left(pos, neg, *rest)
    p = torch.cat([pos[:, None], neg.masked_fill(rest[2], -torch.inf)], 1).softmax(1)[:, 0]
    return ((1 - p).detach() * (terms.logsumexp(1) - pos)).mean()


def the_nearest_pin_of_the_user(points, ages, labels, decay):
    k = labels.max() + 1
    found = np.array(
        [((points - points[labels == c].mean(0)) ** 2).sum(1).argmin() for c in range(k)]
    )
    w = np.array([np.exp(-decay * ages[labels == c]).sum() for c in range(k)])
    order = np.argsort(-w, kind="stable")
    return found[order], w[order] / w.sum()


def only_negatives_in_the_sum(pos, neg, log_q, own):
    terms = (neg - log_q - math.log(neg.shape[1])).masked_fill(own, -torch.inf)
    return (terms.logsumexp(1) - pos).mean()


def all_columns_over_s(pos, neg, log_q, own):
    scores = torch.cat([pos[:, None], (neg - log_q).masked_fill(own, -torch.inf)], 1)
    scores = scores - math.log(neg.shape[1])
    return -scores.log_softmax(1)[:, 0].mean()


WRONG = [  # exercise, answer, a part of what names it, "" where a row says it
    ("07.3", the_authors_lists, "some of them twice"),
    ("07.3", one_order_for_all, "one permutation"),
    ("07.3", the_same_draw_every_time, "does not depend on `rng`"),
    ("07.3", the_end_of_the_row_first, "before the neighbors"),
    ("07.3", repeats_dropped, ""),
    ("08.4", dear_means_few, "divide by the weights"),
    ("08.5", columns_deleted, "pins that are left"),
    ("08.5", visited_by_every_query, "every query visits"),
    ("09.3", positives_of_everybody, "positives of all queries"),
    ("09.5", zero_for_the_query, "score 0"),
    ("10.4", logits_without_a_tape, "no gradient"),
    ("10.5", argsort_turned_round, "turns round with every chunk"),
    ("10.5", old_scores_beside_new_ids, "their scores stay"),
    ("10.5", a_list_of_zeros_to_begin_with, "scores of 0"),
    ("10.5", chunk_lists_in_a_row, "never compared"),
    ("11.3", the_bracket_is_cut_off, "detached the bracket"),
    ("11.3", exponentials_first, "beyond 88"),
    ("11.3", plain_q_in_the_weight, "softmax of the plain scores"),
    ("12.3", no_loops, "at the other end, too"),
    ("12.3", keeps_off_the_other_end, "must not come again"),
    ("12.3", columns_0_and_1, "column 0 or 1"),
    ("13.5", most_like_the_mean, "largest product"),
    ("13.5", the_nearest_pin_of_the_user, "whoever it belongs to"),
    ("15.5", only_negatives_in_the_sum, "positive is missing"),
    ("15.5", all_columns_over_s, "off the positive, too"),
    ("16.1", a_coin_with_the_right_mean, "on average"),
    ("16.1", numbers_of_edges, "by their numbers"),
    ("17.1", a_small_number_in_the_log, "inside the logarithm"),
    ("17.1", clipped_at_0, "clip at 0 alone"),
    ("18.4", absolute_difference, "yours is a difference"),
]


@pytest.mark.parametrize(("key", "answer", "words"), WRONG, ids=[f.__name__ for _, f, _ in WRONG])
def test_a_wrong_answer_loses_points_and_reads_its_name(key, answer, words):
    mechanical.loses_points_and_reads_its_name(key, answer, words)
