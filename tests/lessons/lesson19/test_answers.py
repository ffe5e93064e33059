"""Lesson 19: right answers in other styles pass, wrong ones do not, and the library agrees."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from scipy.spatial.distance import cdist
from styles import other_styles, wrong_styles

from graphrec_utils.lessons.lesson19 import (
    ex1_residual_codes,
    ex2_rq_loss,
    ex4_further_code,
    ex5_spelling_loss,
    ex6_step,
    ex7_pointwise,
)
from graphrec_utils.models import hstu, rqvae, semantic_ids
from graphrec_utils.models.trie import Trie, search


# ------------------------------------------------------------------ other styles
def codes_with_scipy(X, words):
    rest, out = np.array(X, float), np.zeros((len(X), len(words)), dtype=np.int64)
    for level, b in enumerate(words):
        out[:, level] = cdist(rest, b, "sqeuclidean").argmin(axis=1)
        rest -= b[out[:, level]]
    return out


def codes_item_by_item(X, words):
    rows = []
    for x in X:
        row = []
        for b in words:
            c = min(range(len(b)), key=lambda k, x=x, b=b: float(((x - b[k]) ** 2).sum()))
            row, x = [*row, c], x - b[c]
        rows.append(row)
    return np.array(rows)


def rq_item_by_item(x, z, words, decoder, beta):
    each = []
    for a, b in zip(x, z, strict=True):
        rest, total, cost = b, torch.zeros_like(b), 0.0
        for book in words:
            k = int(((rest - book) ** 2).sum(1).argmin())
            cost = cost + ((rest.detach() - book[k]) ** 2).sum()
            cost = cost + beta * ((rest - book[k].detach()) ** 2).sum()
            total = total + book[k]
            rest = rest - book[k].detach()
        said = (b + (total - b).detach()) @ decoder
        each.append(cost + ((a - said) ** 2).sum())
    return sum(each) / len(each)


def rq_with_stacks(x, z, words, decoder, beta):
    rests, chosen = [z], []
    for book in words:
        far = (book**2).sum(1) - 2 * rests[-1] @ book.T
        chosen.append(F.embedding(far.argmin(1), book))
        rests.append(rests[-1] - chosen[-1].detach())
    r, e = torch.stack(rests[:-1]), torch.stack(chosen)
    rounded = z - z.detach() + e.sum(0).detach()
    parts = (
        (x - rounded @ decoder).square().sum(1),
        (r.detach() - e).square().sum((0, 2)),
        beta * (r - e.detach()).square().sum((0, 2)),
    )
    return sum(parts).mean()


def revive_with_loops(rest, words, order):
    used = {int(((r - words) ** 2).sum(1).argmin()) for r in rest}
    out, queue = [], iter(order.tolist())
    for k, word in enumerate(words):
        out.append(word if k in used else rest[next(queue)])
    return torch.stack(out)


def revive_with_where(rest, words, order):
    near = F.one_hot(torch.cdist(rest, words).argmin(1), len(words)).sum(0)
    place = (near == 0).cumsum(0) - 1
    return torch.where(near[:, None] == 0, rest[order[place.clamp(min=0)]], words)


def further_with_pandas(codes):
    frame = pd.DataFrame(codes)
    return frame.groupby(list(frame.columns)).cumcount().to_numpy()


def further_by_pairs(codes):
    same = (codes[:, None] == codes[None]).all(axis=2)
    return np.tril(same, -1).sum(axis=1)


def spelling_event_by_event(h, codes, words):
    total = []
    for p in range(len(h)):
        parts = [
            torch.logsumexp(book @ h[p, k], 0) - book[codes[p, k]] @ h[p, k]
            for k, book in enumerate(words)
        ]
        total.append(sum(parts))
    return torch.stack(total).mean()


def spelling_with_log_softmax(h, codes, words):
    out = torch.zeros(len(h))
    for k, book in enumerate(words):
        out = out - F.log_softmax(h[:, k] @ book.T, 1)[torch.arange(len(h)), codes[:, k]]
    return out.mean()


def step_with_a_list(log_p, following, allowed, width):
    W, K = following.shape
    all_of = [
        (-(log_p[w] + following[w, k]).item(), w, k)
        for w in range(W)
        for k in range(K)
        if allowed[w, k]
    ]
    best = sorted(all_of)[:width]
    first = torch.stack([log_p[w] + following[w, k] for _, w, k in best])
    return first, torch.tensor([w for _, w, _ in best]), torch.tensor([k for _, _, k in best])


def step_with_topk(log_p, following, allowed, width):
    rows, columns = allowed.nonzero(as_tuple=True)
    total = log_p[rows] + following[rows, columns]
    value, at = total.sort(descending=True, stable=True)
    return value[:width], rows[at[:width]], columns[at[:width]]


def pointwise_with_loops(queries, keys, values, bias, n):
    out = []
    for t in range(len(queries)):
        taken = torch.zeros(values.shape[1])
        for s in range(t + 1):
            x = queries[t] @ keys[s] + bias[t - s]
            taken = taken + x * torch.sigmoid(x) / n * values[s]
        out.append(taken)
    return torch.stack(out)


def pointwise_with_einsum(queries, keys, values, bias, n):
    L = len(queries)
    shift = torch.arange(L)[:, None] - torch.arange(L)
    logits = torch.einsum("td,sd->ts", queries, keys) + bias[shift.abs()]
    weights = torch.where(shift >= 0, F.silu(logits), torch.zeros(()))
    return torch.einsum("ts,se->te", weights, values) / n


ANSWERS = {
    "19.1": (codes_with_scipy, codes_item_by_item),
    "19.2": (rq_item_by_item, rq_with_stacks),
    "19.3": (revive_with_loops, revive_with_where),
    "19.4": (further_with_pandas, further_by_pairs),
    "19.5": (spelling_event_by_event, spelling_with_log_softmax),
    "19.6": (step_with_a_list, step_with_topk),
    "19.7": (pointwise_with_loops, pointwise_with_einsum),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "19", ANSWERS, points=32
)


# ------------------------------------------------------------- wrong, and written from the docstrings alone
def wrong_no_residual(X, words):
    return np.stack([cdist(X, b).argmin(1) for b in words], axis=1)


def wrong_products(X, words):
    rest, codes = X.copy(), []
    for b in words:
        codes.append((rest @ b.T).argmax(1))
        rest = rest - b[codes[-1]]
    return np.stack(codes, 1)


def wrong_last_of_equals(X, words):
    rest, out = X.astype(float), []
    for b in words:
        far = cdist(rest, b, "sqeuclidean")
        out.append(far.shape[1] - 1 - far[:, ::-1].argmin(1))
        rest = rest - b[out[-1]]
    return np.stack(out, 1)


def wrong_counting_on(X, words):
    return codes_with_scipy(X, words) + np.cumsum([0] + [len(b) for b in words[:-1]])


def wrong_without_the_two(X, words):
    rest, out = X.astype(float), []
    for b in words:
        out.append(((b**2).sum(1) - rest @ b.T).argmin(1))
        rest = rest - b[out[-1]]
    return np.stack(out, 1)


def wrong_no_line(x, z, words, decoder, beta):
    rest, total, loss = z, 0, 0
    for book in words:
        e = book[torch.cdist(rest, book).argmin(1)]
        loss = loss + ((rest.detach() - e) ** 2).sum(1) + beta * ((rest - e.detach()) ** 2).sum(1)
        rest, total = rest - e.detach(), total + e
    return (((x - total @ decoder) ** 2).sum(1) + loss).mean()


def wrong_same_vector(x, z, words, decoder, beta):
    chosen = [book[torch.cdist(z, book).argmin(1)] for book in words]
    loss = sum(
        ((z.detach() - e) ** 2).sum(1) + beta * ((z - e.detach()) ** 2).sum(1) for e in chosen
    )
    said = (z + (sum(chosen) - z).detach()) @ decoder
    return (((x - said) ** 2).sum(1) + loss).mean()


def wrong_no_stop(x, z, words, decoder, beta):
    rest, total, loss = z, 0, 0
    for book in words:
        e = book[torch.cdist(rest, book).argmin(1)]
        loss = loss + (1 + beta) * ((rest - e) ** 2).sum(1)
        rest, total = rest - e.detach(), total + e
    return (((x - (z + (total - z).detach()) @ decoder) ** 2).sum(1) + loss).mean()


def wrong_living_replaced(rest, words, order):
    used = torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) > 0
    out = words.clone()
    out[used] = rest[order.repeat(5)[: int(used.sum())]]
    return out


def wrong_first_rows(rest, words, order):
    dead = torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) == 0
    out = words.clone()
    out[dead] = rest[: int(dead.sum())]
    return out


def wrong_at_the_mean(rest, words, order):
    dead = torch.bincount(torch.cdist(rest, words).argmin(1), minlength=len(words)) == 0
    return torch.where(dead[:, None], rest.mean(0), words)


def wrong_from_one(codes):
    return further_with_pandas(codes) + 1


def wrong_glued(codes):
    words = pd.Series(["".join(map(str, row)) for row in codes.tolist()])
    return words.groupby(words).cumcount().to_numpy()


def wrong_number_of_the_word(codes):
    return pd.DataFrame(codes).groupby(list(range(codes.shape[1]))).ngroup().to_numpy()


def wrong_all_words(h, codes, words):
    every, begin, total = torch.cat(list(words)), 0, 0
    for k, book in enumerate(words):
        total = total + F.cross_entropy(h[:, k] @ every.T, codes[:, k] + begin)
        begin += len(book)
    return total


def wrong_mean_over_levels(h, codes, words):
    return spelling_with_log_softmax(h, codes, words) / len(words)


def wrong_leak(h, codes, words):
    return sum(F.cross_entropy(h[:, -1] @ book.T, codes[:, k]) for k, book in enumerate(words))


def wrong_without_a_trie(log_p, following, allowed, width):
    return step_with_topk(log_p, following, torch.ones_like(allowed), width)


def wrong_code_alone(log_p, following, allowed, width):
    return step_with_topk(torch.zeros_like(log_p), following, allowed, width)


def wrong_one_each(log_p, following, allowed, width):
    value, code = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf).max(1)
    at = value.argsort(descending=True)[:width]
    return value[at], at, code[at]


def wrong_softmax(queries, keys, values, bias, n):
    L = len(queries)
    shift = torch.arange(L)[:, None] - torch.arange(L)
    logits = queries @ keys.T + bias[shift.clamp(min=0)]
    return logits.masked_fill(shift < 0, -torch.inf).softmax(1) @ values


def wrong_own_length(queries, keys, values, bias, n):
    return pointwise_with_einsum(queries, keys, values, bias, len(queries))


def wrong_ahead(queries, keys, values, bias, n):
    L = len(queries)
    shift = (torch.arange(L)[:, None] - torch.arange(L)).clamp(min=0)
    return F.silu(queries @ keys.T + bias[shift]) @ values / n


WRONG = {
    "19.1": (wrong_no_residual, wrong_products, wrong_last_of_equals, wrong_counting_on, wrong_without_the_two),
    "19.2": (wrong_no_line, wrong_same_vector, wrong_no_stop),
    "19.3": (wrong_living_replaced, wrong_first_rows, wrong_at_the_mean),
    "19.4": (wrong_from_one, wrong_glued, wrong_number_of_the_word),
    "19.5": (wrong_all_words, wrong_mean_over_levels, wrong_leak),
    "19.6": (wrong_without_a_trie, wrong_code_alone, wrong_one_each),
    "19.7": (wrong_softmax, wrong_own_length, wrong_ahead),
}  # fmt: skip
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)


# ------------------------------------------------------------- the library agrees, and what the text says
def test_codes_are_the_library_s():
    for seed in range(5):
        inputs = ex1_residual_codes._space(np.random.default_rng(seed), sizes=(5, 4, 3))
        mine = ex1_residual_codes.residual_codes(**inputs)
        np.testing.assert_array_equal(mine, semantic_ids.residual_codes(**inputs))


def test_the_loss_is_the_library_s():
    """With an encoder that changes nothing and a decoder without a bias, in value and in the words' gradients."""
    model = rqvae.RQVAE(3, (4, 3), dim=3, hidden=())
    with torch.no_grad():
        for layer in (model.encoder[0], model.decoder[0]):
            layer.bias.zero_()
        model.encoder[0].weight.copy_(torch.eye(3))
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    theirs = rqvae.loss(model, x)
    mine = ex2_rq_loss.rq_loss(
        x, model.encoder(x), list(model.words), model.decoder[0].weight.T, 0.25
    )
    torch.testing.assert_close(mine, theirs)
    grads = [torch.autograd.grad(loss, list(model.words)) for loss in (mine, theirs)]
    for one, other in zip(*grads, strict=True):
        torch.testing.assert_close(one, other)


def test_a_stop_at_a_wrong_place_has_the_same_value():
    inputs = ex2_rq_loss._items(np.random.default_rng(0))
    right = ex2_rq_loss.rq_loss(**inputs)
    for wrong in (wrong_no_line, wrong_no_stop):
        torch.testing.assert_close(wrong(**inputs), right)


def test_further_codes_are_the_library_s():
    codes = ex4_further_code._codes(np.random.default_rng(1), 60, (3, 2))["codes"]
    theirs = rqvae.distinct(torch.from_numpy(codes))[:, -1]
    np.testing.assert_array_equal(ex4_further_code.further_code(codes), theirs)


def test_an_item_that_comes_later_changes_nobody():
    codes = ex4_further_code._codes(np.random.default_rng(2), 30)["codes"]
    whole = ex4_further_code.further_code(codes)
    np.testing.assert_array_equal(ex4_further_code.further_code(codes[:20]), whole[:20])


def test_the_examples_of_the_text():
    loss = ex5_spelling_loss.spelling_loss(**ex5_spelling_loss._by_hand(None))
    assert loss.item() == pytest.approx(math.log(16 / 3), abs=1e-5)
    assert loss.item() == pytest.approx(1.674, abs=5e-4)
    log_p, parent, code = ex6_step.step(**ex6_step._by_hand(None))
    assert log_p.exp().tolist() == pytest.approx([0.28, 0.12, 0.1])
    assert (parent.tolist(), code.tolist()) == ([1, 0, 1], [0, 0, 1])
    taken = ex7_pointwise.pointwise(**ex7_pointwise._by_hand(None))[:, 0]
    assert taken.tolist() == pytest.approx([0.881, 3.190, 3.604], abs=6e-4)
    hand = ex2_rq_loss.rq_loss(**ex2_rq_loss._by_hand(None))
    assert hand.item() == pytest.approx(0.4625)


def test_steps_one_after_the_other_are_the_library_s_search():
    generator = torch.Generator().manual_seed(3)
    codes = torch.unique(torch.randint(0, 4, (40, 3), generator=generator), dim=0)
    table = torch.randn(4, 4, 4, 4, generator=generator).log_softmax(dim=-1)  # two codes back

    def following(prefix):
        a, b = (int(prefix[-k]) if len(prefix) >= k else 0 for k in (1, 2))
        return table[len(prefix), a, b]

    trie = Trie(codes, (4, 4, 4))
    begins = {tuple(row[:k]) for row in codes.tolist() for k in range(1, 4)}
    for width in (1, 3, len(codes)):
        prefixes, log_p = [()], torch.zeros(1)
        for _ in range(3):
            allowed = torch.tensor([[(*p, c) in begins for c in range(4)] for p in prefixes])
            log_p, parent, code = ex6_step.step(
                log_p, torch.stack([following(p) for p in prefixes]), allowed, width
            )
            prefixes = [(*prefixes[a], int(c)) for a, c in zip(parent, code, strict=True)]
        ask = lambda p: torch.stack([following(tuple(row)) for row in p[0].tolist()])[None]  # noqa: E731
        items, theirs = search(ask, trie, width)
        found = [tuple(codes[i].tolist()) for i in items[0] if i >= 0]
        assert found == prefixes
        torch.testing.assert_close(theirs[0][: len(found)], log_p)


def test_pointwise_attention_is_the_library_s():
    inputs = ex7_pointwise._places(np.random.default_rng(4))
    L = len(inputs["queries"])
    shift = torch.arange(L)[:, None] - torch.arange(L)
    theirs = hstu.pointwise(
        inputs["queries"], inputs["keys"], inputs["values"], inputs["n"],
        inputs["bias"][shift.clamp(min=0)], shift >= 0,
    )  # fmt: skip
    torch.testing.assert_close(ex7_pointwise.pointwise(**inputs), theirs)
