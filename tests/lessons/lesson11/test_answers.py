"""Lesson 11: right answers in other styles pass, wrong ones are named, and the library agrees."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from styles import judged, other_styles

from graphrec_utils import exercises, losses, sampling, toy
from graphrec_utils.lessons.lesson11 import (
    ex1_correct_all,
    ex2_correct_negatives,
    ex3_corrected_loss,
    ex4_mixed_log_q,
    ex5_stream_frequency,
    ex6_chunked_softmax,
    ex7_choose,
)
from graphrec_utils.losses import exact


# ------------------------------------------------------------- two or more other styles each
def all_with_a_loop(scores, items, counts):
    out, total = scores.clone(), float(counts.sum())
    for b, j in enumerate(items.tolist()):
        out[:, b] -= math.log(counts[j].item() / total)
    return out


def all_in_numpy(scores, items, counts):
    log_q = np.log(counts.numpy()) - np.log(counts.numpy().sum())
    return torch.from_numpy((scores.numpy() - log_q[items.numpy()]).astype(np.float32))


def all_with_pandas(scores, items, counts):
    share = pd.Series(counts.numpy() / counts.sum().item())
    frame = pd.DataFrame(scores.numpy()).sub(np.log(share[items.numpy()].to_numpy()), axis=1)
    return torch.tensor(frame.to_numpy(), dtype=torch.float32)


def negatives_by_cross_entropy(pos, neg, log_q_neg, hits):
    corrected = neg - (log_q_neg + math.log(neg.size(1)))
    corrected = torch.where(hits, torch.full_like(corrected, -math.inf), corrected)
    columns = torch.hstack([pos.unsqueeze(1), corrected])
    return F.cross_entropy(columns, torch.zeros(len(pos), dtype=torch.long))


def negatives_row_by_row(pos, neg, log_q_neg, hits):
    total = 0.0
    for k in range(len(pos)):
        keep = ~hits[k]
        parts = torch.cat([pos[k : k + 1], (neg[k] - log_q_neg[k])[keep] - np.log(neg.shape[1])])
        total = total + torch.logsumexp(parts, 0) - pos[k]
    return total / len(pos)


def negatives_by_softplus(pos, neg, log_q_neg, hits):
    """log(1 + e^(l - s)) without the positive's column."""
    corrected = neg - log_q_neg - torch.log(torch.tensor(float(neg.shape[1])))
    inner = corrected.masked_fill(hits, -1e9).logsumexp(1) - pos
    return F.softplus(inner).mean()


def corrected_as_released(pos, neg, log_q_neg, log_q_pos, hits):
    """P as an entry of a softmax, the bracket as a log of a ratio."""
    fixed = neg - (log_q_neg.exp() / (1 - log_q_pos.exp()).unsqueeze(1)).log()
    fixed = fixed.masked_fill(hits, float("-inf"))
    bracket = -(pos - torch.logsumexp(fixed, dim=1))
    n = (hits == 0).sum(1, keepdim=True)
    P = torch.softmax(torch.cat([pos.unsqueeze(1), fixed - n.log()], 1), 1)[:, 0]
    return ((1.0 - P).detach() * bracket).mean()


def corrected_row_by_row(pos, neg, log_q_neg, log_q_pos, hits):
    rows = []
    for s, row, q, q_pos, hit in zip(pos, neg, log_q_neg, log_q_pos, hits, strict=True):
        lift = (row - q + torch.log(1 - torch.exp(q_pos)))[~hit]
        with torch.no_grad():
            mean = lift.logsumexp(0) - math.log(len(lift))
            weight = 1 / (1 + (s - mean).exp())
        rows.append(weight * (lift.logsumexp(0) - s))
    return torch.stack(rows).mean()


def mixed_one_by_one(counts, num_in_batch, num_uniform):
    total, n, B = counts.sum(), len(counts), num_in_batch + num_uniform
    return np.array(
        [math.log(num_in_batch / B * c / total + num_uniform / B / n) for c in counts.tolist()]
    )


def mixed_in_torch(counts, num_in_batch, num_uniform):
    Q = torch.from_numpy(counts).double()
    Q /= Q.sum()
    weights = torch.tensor([num_in_batch, num_uniform], dtype=torch.float64)
    both = torch.stack([Q, torch.full_like(Q, 1 / len(Q))])
    return (weights / weights.sum() @ both).log().numpy()


def stream_with_dictionaries(stream, buckets, alpha, start):
    last, gap = defaultdict(int), defaultdict(lambda: start)
    for t, item in enumerate(stream.tolist(), 1):
        for place in enumerate(buckets[:, item].tolist()):
            gap[place] = gap[place] + alpha * (t - last[place] - gap[place])
            last[place] = t
    n = buckets.shape[1]
    return np.array([1 / max(gap[p] for p in enumerate(buckets[:, j].tolist())) for j in range(n)])


def stream_vectorized(stream, buckets, alpha, start):
    h = np.arange(len(buckets))
    last, gap = np.zeros((len(h), 99)), np.full((len(h), 99), start)
    for t in range(1, len(stream) + 1):
        at = h, buckets[:, stream[t - 1]]
        gap[at] = gap[at] * (1 - alpha) + alpha * (t - last[at])
        last[at] = t
    return 1.0 / np.take_along_axis(gap, buckets, 1).max(0)


def chunks_by_autograd(user_emb, item_emb, positive, chunk):
    U, V = user_emb.clone().requires_grad_(), item_emb.clone().requires_grad_()
    total = 0.0
    parts = zip(U.split(chunk), positive.split(chunk), strict=True)
    for users, own in parts:
        loss = F.cross_entropy(users @ V.T, own, reduction="sum") / len(U)
        loss.backward()
        total += loss.detach()
    return total, U.grad, V.grad


def chunks_with_one_hot(user_emb, item_emb, positive, chunk):
    loss, dU, dV = torch.tensor(0.0), [], torch.zeros_like(item_emb)
    for rows in torch.arange(len(user_emb)).split(chunk):
        scores = user_emb[rows] @ item_emb.t()
        Y = F.one_hot(positive[rows], len(item_emb)).float()
        loss = loss + (scores.logsumexp(1) - (scores * Y).sum(1)).sum()
        slope = scores.softmax(1) - Y
        dU.append(slope @ item_emb)
        dV += slope.t() @ user_emb[rows]
    return loss / len(user_emb), torch.cat(dU) / len(user_emb), dV / len(user_emb)


def choose_fewer():
    return {"loss": "none", "num_negatives": 128, "uniform": 0.5, "shift": 0.5}


def choose_batch_only():
    return {"loss": "none", "num_negatives": 1024, "uniform": 0, "shift": 0.5}


ANSWERS = {
    "11.1": (all_with_a_loop, all_in_numpy, all_with_pandas),
    "11.2": (negatives_by_cross_entropy, negatives_row_by_row, negatives_by_softplus),
    "11.3": (corrected_as_released, corrected_row_by_row),
    "11.4": (mixed_one_by_one, mixed_in_torch),
    "11.5": (stream_with_dictionaries, stream_vectorized),
    "11.6": (chunks_by_autograd, chunks_with_one_hot),
    "11.7": (choose_fewer, choose_batch_only),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "11", ANSWERS, points=35
)


# ------------------------------------------------------------- the library agrees
def test_the_examples_of_the_lesson():
    counts, items = torch.tensor([6, 1, 2, 1]), torch.tensor([2, 0, 3])
    added = ex1_correct_all.correct_all(torch.zeros(3, 3), items, counts)[0]
    np.testing.assert_allclose(added, [1.609, 0.511, 2.303], atol=1e-3)
    zeros, half = torch.zeros(1, 2), torch.full((1, 2), 0.5).log()
    none = torch.zeros(1, 2, dtype=torch.bool)
    value = ex2_correct_negatives.correct_negatives(torch.zeros(1), zeros, half, none)
    assert value.item() == pytest.approx(math.log(3))
    quarter = torch.full((1, 2), 0.25).log()
    value = ex3_corrected_loss.corrected_loss(torch.zeros(1), zeros, quarter, half[:, 0], none)
    assert value.item() == pytest.approx(2 / 3 * math.log(4))
    first = ex4_mixed_log_q.mixed_log_q(np.array([6, 2, 2, 0, 0]), 30, 10)[0]
    assert first == pytest.approx(math.log(0.5))
    stream = np.array([1] * 9 + [0])
    found = ex5_stream_frequency.stream_frequency(stream, np.array([[0, 1]]), 0.1, 1.0)
    assert found[0] == pytest.approx(1 / 1.9)


def test_the_references_are_the_library_s():
    made = ex3_corrected_loss._rows(np.random.default_rng(0), 5, 7)
    mine = ex3_corrected_loss.corrected_loss(**made)
    assert mine.item() == pytest.approx(
        losses.corrected_softmax(*list(made.values())[:4], made["hits"]).item()
    )
    theirs = losses.sampled_softmax(
        made["pos"], made["neg"], made["log_q_neg"], num_draws=7, hits=made["hits"]
    )
    four = {k: made[k] for k in ("pos", "neg", "log_q_neg", "hits")}
    assert ex2_correct_negatives.correct_negatives(**four).item() == pytest.approx(theirs.item())
    counts = np.array([5, 0, 2, 9])
    theirs = sampling.mixture(sampling.popularity(counts), 7, 3)
    np.testing.assert_allclose(ex4_mixed_log_q.mixed_log_q(counts, 7, 3), theirs)
    given = ex5_stream_frequency._stream(np.random.default_rng(0))
    counter = sampling.StreamFrequency(given["buckets"], given["alpha"], given["start"])
    np.testing.assert_allclose(
        ex5_stream_frequency.stream_frequency(**given),
        counter.update(given["stream"]).log_q().exp(),
    )
    rows = ex6_chunked_softmax._rows(np.random.default_rng(0), 7, 3)
    assert ex6_chunked_softmax.chunked_softmax(**rows)[0].item() == pytest.approx(
        losses.chunked_softmax(*rows.values()).item()
    )


@pytest.mark.parametrize(
    ("module", "variant"),
    [(ex2_correct_negatives, "nQ, hits out"), (ex3_corrected_loss, "corrected")],
)
def test_an_answer_can_be_asked_for_its_mean_gradient(module, variant):
    """What figure 11.2 does with a student's function."""
    logits, Q, positive = toy.logits()
    loss, without = exact.VARIANTS[variant]
    if module is ex2_correct_negatives:
        mine = lambda pos, neg, q, q_pos, hits: module.correct_negatives(pos, neg, q, hits)  # noqa: E731
    else:
        mine = module.corrected_loss
    for size in (1, 4):
        a, b = (exact.gradient(x, logits, Q, positive, size, without) for x in (mine, loss))
        if module is ex2_correct_negatives or size > 0:
            torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)


# ------------------------------------------------------------- the open task
@pytest.mark.parametrize(
    "change",
    [{"loss": "logq"}, {"num_negatives": 100}, {"uniform": 0.3}, {"shift": 0.7}, {"more": 1}],
)
def test_a_choice_that_was_not_offered_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("11.7", lambda: made).points == 0


@pytest.mark.parametrize("answer", [None, {}, {"loss": []}, {"loss": "all", "num_negatives": "x"}])
def test_nonsense_earns_nothing(answer):
    assert judged("11.7", lambda: answer).points == 0


def test_the_bars_of_the_open_task_rise_and_ours_is_above_them():
    grid = ex7_choose.table()
    popular, plain, near = ex7_choose.bars()
    assert popular < plain < near <= grid[ex7_choose.task.setting(ex7_choose.choose())]


# ------------------------------------------------------------- wrong ones, written without the reference
def wrong_batch_share(scores, items, counts):
    share = torch.tensor([(items == j).float().mean().item() for j in items.tolist()])
    return scores - share.log()


def wrong_both_sides(scores, items, counts):
    log_q = (counts.float() / counts.sum()).log()[items]
    return scores - log_q[:, None] - log_q[None, :]


def wrong_log1p(scores, items, counts):
    return scores - torch.log1p(counts[items].float())[None, :]


def wrong_zero_hits(pos, neg, log_q_neg, hits):
    logits = (neg - log_q_neg - math.log(neg.shape[1])) * (~hits)
    return F.cross_entropy(torch.cat([pos[:, None], logits], 1), torch.zeros(len(pos)).long())


def wrong_slide(pos, neg, log_q_neg, hits):
    logits = torch.cat([pos[:, None], (neg - log_q_neg).masked_fill(hits, -torch.inf)], 1)
    return F.cross_entropy(logits, torch.zeros(len(pos)).long())


def wrong_label(pos, neg, log_q_neg, hits):
    logits = (neg - log_q_neg - math.log(neg.shape[1])).masked_fill(hits, -torch.inf)
    return F.cross_entropy(torch.cat([pos[:, None], logits], 1), torch.ones(len(pos)).long())


def wrong_weighted_everything(pos, neg, log_q_neg, log_q_pos, hits):
    q = log_q_neg - torch.log(1 - log_q_pos.exp())[:, None]
    fixed = (neg - q).masked_fill(hits, -torch.inf)
    n = (~hits).sum(1, keepdim=True)
    P = torch.cat([pos[:, None], fixed - n.log()], 1).softmax(1)[:, 0]
    return ((1 - P) * (fixed.logsumexp(1) - pos)).mean()


def wrong_plain_q(pos, neg, log_q_neg, log_q_pos, hits):
    fixed = (neg - log_q_neg).masked_fill(hits, -torch.inf)
    inner = fixed.logsumexp(1) - pos
    return (torch.sigmoid(inner - (~hits).sum(1).log()).detach() * inner).mean()


def wrong_mean_of_logs(counts, num_in_batch, num_uniform):
    a = num_in_batch / (num_in_batch + num_uniform)
    with np.errstate(divide="ignore", invalid="ignore"):
        return a * np.log(counts / counts.sum()) + (1 - a) * np.log(1 / len(counts))


def wrong_only_popular(counts, num_in_batch, num_uniform):
    with np.errstate(divide="ignore"):
        return np.log(counts) - np.log(counts.sum())


def wrong_min_of_gaps(stream, buckets, alpha, start):
    last, gap = np.zeros((*buckets.shape[0:1], 50)), np.full((*buckets.shape[0:1], 50), start)
    for t, item in enumerate(stream, 1):
        for h in range(len(buckets)):
            b = buckets[h][item]
            gap[h][b] += alpha * (t - last[h][b] - gap[h][b])
            last[h][b] = t
    return 1 / np.array(
        [min(gap[h][buckets[h][j]] for h in range(len(buckets))) for j in range(buckets.shape[1])]
    )


def wrong_means_of_chunks(user_emb, item_emb, positive, chunk):
    U, V = user_emb.clone().requires_grad_(), item_emb.clone().requires_grad_()
    parts = list(zip(U.split(chunk), positive.split(chunk), strict=True))
    loss = torch.stack([F.cross_entropy(u @ V.T, own) for u, own in parts]).mean()
    loss.backward()
    return loss.detach(), U.grad, V.grad


def wrong_not_divided(user_emb, item_emb, positive, chunk):
    loss, dU, dV = torch.tensor(0.0), torch.zeros_like(user_emb), torch.zeros_like(item_emb)
    for a in range(0, len(user_emb), chunk):
        p = (user_emb[a : a + chunk] @ item_emb.T).softmax(1)
        at = torch.arange(len(p))
        loss -= p[at, positive[a : a + chunk]].log().sum() / len(user_emb)
        p[at, positive[a : a + chunk]] -= 1
        dU[a : a + chunk] = p @ item_emb
        dV += p.T @ user_emb[a : a + chunk]
    return loss, dU, dV


def wrong_all_chunks_kept(user_emb, item_emb, positive, chunk):
    B, loss, at = len(user_emb), torch.tensor(0.0), 0
    dU, dV = torch.zeros_like(user_emb), torch.zeros_like(item_emb)
    for scores in [rows @ item_emb.T for rows in user_emb.split(chunk)]:
        rows = slice(at, at + len(scores))
        loss -= scores.log_softmax(1)[range(len(scores)), positive[rows]].sum() / B
        slope = scores.softmax(1)
        slope[range(len(scores)), positive[rows]] -= 1
        dU[rows], dV, at = slope @ item_emb / B, dV + slope.T @ user_emb[rows] / B, rows.stop
    return loss, dU, dV


WRONG = {
    "11.1": (wrong_batch_share, wrong_both_sides, wrong_log1p),
    "11.2": (wrong_zero_hits, wrong_slide, wrong_label),
    "11.3": (wrong_weighted_everything, wrong_plain_q),
    "11.4": (wrong_mean_of_logs, wrong_only_popular),
    "11.5": (wrong_min_of_gaps,),
    "11.6": (wrong_means_of_chunks, wrong_not_divided, wrong_all_chunks_kept),
}


def test_wrong_answers_lose_points_and_most_are_named():
    named, every = [], [(n, f) for n, functions in WRONG.items() for f in functions]
    for name, function in every:
        result = judged(name, function)
        assert result.points < exercises.get(name).points, function.__name__
        named += [function.__name__] * bool(result.mistake)
    silent = sorted({f.__name__ for _, f in every} - set(named))
    assert len(named) >= 0.8 * len(every), silent
