"""Lesson 03: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from scipy import stats
from styles import judged, other_styles

from graphrec_utils import exercises, losses, results, sampling
from graphrec_utils.exercises import (
    core,
    runner,
)
from graphrec_utils.lessons.lesson03 import (
    ex1_audit,
    ex2_neumf_forward,
    ex3_sample_bpr_triples,
    ex4_bpr_loss,
    ex5_bpr_gradient,
    ex6_sampled_hits,
    ex7_reversal,
)
from graphrec_utils.models import ncf


# ------------------------------------------------------------- two other styles each
def audit_with_pandas(trials):
    def row(mine):
        regs = sorted(set(mine["reg"]))
        above = pd.Series([reg for reg in regs if reg > 0])
        place = regs.index(mine.sort_values("ndcg").reg.iloc[-1])
        step = (above / above.shift()).max()
        return len(mine), float(step), min(place, len(regs) - 1 - place)

    return {model: row(trials[trials.model == model]) for model in trials.model.unique()}


def audit_by_loops(trials):
    answer = {}
    for model in set(trials["model"]):
        rows = [(r, s) for m, r, s in trials.itertuples(index=False) if m == model]
        regs = sorted({r for r, _ in rows})
        best = max(rows, key=lambda row: row[1])[0]
        steps = [b / a for a, b in pairwise(regs) if a > 0]
        smaller, larger = sum(r < best for r in regs), sum(r > best for r in regs)
        answer[model] = (len(rows), max(steps), min(smaller, larger))
    return answer


def neumf_modules(users, items, gmf_emb, mlp_emb, hidden, h):
    lookup = torch.nn.functional.embedding
    z = torch.cat([lookup(users, mlp_emb[0]), lookup(items, mlp_emb[1])], dim=-1)
    for W, b in hidden:
        z = torch.nn.functional.linear(z, W, b).clamp(min=0)
    product = lookup(users, gmf_emb[0]).mul(lookup(items, gmf_emb[1]))
    return torch.hstack([product, z]) @ h


def neumf_loop(users, items, gmf_emb, mlp_emb, hidden, h):
    scores, d = [], gmf_emb[0].shape[1]
    for u, i in zip(users, items, strict=True):
        z = torch.cat([mlp_emb[0][u], mlp_emb[1][i]])
        for W, b in hidden:
            z = torch.maximum(W @ z + b, torch.tensor(0.0))
        scores.append((gmf_emb[0][u] * gmf_emb[1][i]) @ h[:d] + z @ h[d:])
    return torch.stack(scores)


def triples_loop(R, size, by, rng):
    likes, active, found = np.argwhere(R), np.flatnonzero(R.any(axis=1)), []
    for _ in range(size):
        if by == "edge":
            u, i = likes[rng.integers(len(likes))]
        else:
            u = rng.choice(active)
            i = rng.choice(np.flatnonzero(R[u]))
        found.append((u, i, rng.choice(np.flatnonzero(~R[u]))))
    users, items, negatives = np.array(found).T
    return users, items, negatives


def triples_rejection(R, size, by, rng):
    degree = R.sum(axis=1)
    weight = degree if by == "edge" else degree > 0
    u = rng.choice(len(R), size=size, p=weight / weight.sum())
    i = np.array([rng.permutation(np.nonzero(R[x])[0])[0] for x in u])
    j = rng.integers(R.shape[1], size=size)
    while (bad := R[u, j]).any():
        j[bad] = rng.integers(R.shape[1], size=bad.sum())
    return u, i, j


def triples_library(R, size, by, rng):
    found = sampling.bpr_triples(sampling.index(sp.csr_array(R)), size, rng, by)
    return tuple(x.numpy() for x in found)


def loss_logsigmoid(pos, neg):
    return -torch.nn.functional.logsigmoid(pos - neg).mean()


def loss_logaddexp(pos, neg):
    return torch.logaddexp(torch.zeros_like(pos), neg - pos).sum() / len(pos)


def loss_cross_entropy(pos, neg):
    """Softmax over two columns is a sigmoid of their difference."""
    target = torch.zeros(len(pos), dtype=torch.int64)
    return torch.nn.functional.cross_entropy(torch.stack([pos, neg], dim=1), target)


def gradient_autograd(user, pos_item, neg_item):
    tables = [torch.tensor(x, requires_grad=True) for x in (user, pos_item, neg_item)]
    p, q_i, q_j = tables
    losses.bpr((p * q_i).sum(1), (p * q_j).sum(1)).mul(len(p)).backward()
    return tuple(x.grad.numpy() for x in tables)


def gradient_loop(user, pos_item, neg_item):
    found = [np.zeros_like(user) for _ in range(3)]
    for b, (p, q_i, q_j) in enumerate(zip(user, pos_item, neg_item, strict=True)):
        x = np.dot(p, q_i) - np.dot(p, q_j)
        g = -1 / (1 + np.exp(min(x, 700)))
        for table, row in zip(found, (q_i - q_j, p, -p), strict=True):
            table[b] = g * row
    return tuple(found)


def rate_loop(scores, targets, seen, num_negatives, top, rng):
    hits = np.zeros(len(targets))
    for u, target in enumerate(targets):
        free = ~seen[u]
        free[target] = False
        drawn = rng.choice(np.flatnonzero(free), num_negatives, replace=False)
        hits[u] = (scores[u, drawn] >= scores[u, target]).sum() < top
    return hits


def rate_sorted(scores, targets, seen, num_negatives, top, rng):
    rates = []
    for row, target, known in zip(scores, targets, seen, strict=True):
        others = [i for i in range(len(row)) if not known[i] and i != target]
        drawn = rng.permutation(others)[:num_negatives]
        best = np.sort(row[drawn])[::-1]
        rates.append(len(best) < top or row[target] > best[top - 1])
    return np.array(rates, dtype=float)


def reversal_random(num_users, num_items, num_negatives, top):
    """A is somewhere in the first percent but not in the top; B wins 6 of 10 and loses the rest."""
    rng = np.random.default_rng(0)
    a = rng.integers(top + 1, top + 3, size=num_users)
    b = np.where(rng.random(num_users) < 0.6, rng.integers(1, top + 1, num_users), num_items - 1)
    return a, b


def reversal_lists(num_users, num_items, num_negatives, top):
    a = [top + 1] * num_users
    b = [1 if u % 3 else num_items for u in range(num_users)]
    return np.array(a), np.array(b)


ANSWERS = {
    "03.1": (audit_with_pandas, audit_by_loops),
    "03.2": (neumf_modules, neumf_loop),
    "03.3": (triples_loop, triples_rejection, triples_library),
    "03.4": (loss_logsigmoid, loss_logaddexp, loss_cross_entropy),
    "03.5": (gradient_autograd, gradient_loop),
    "03.6": (rate_loop, rate_sorted),
    "03.7": (reversal_random, reversal_lists),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "03", ANSWERS, points=25
)


# ------------------------------------------------------------- mistakes in other styles
def any_negative_loop(R, size, by, rng):
    u, i, _ = triples_loop(R, size, by, rng)
    return u, i, rng.integers(R.shape[1], size=size)


def only_the_positive_excluded_loop(R, size, by, rng):
    u, i, _ = triples_rejection(R, size, by, rng)
    j = rng.integers(R.shape[1] - 1, size=size)
    return u, i, j + (j >= i)


def always_by_edge_loop(R, size, by, rng):
    return triples_loop(R, size, "edge", rng)


def popular_negatives_loop(R, size, by, rng):
    u, i, _ = triples_loop(R, size, by, rng)
    likes = np.argwhere(R)[:, 1]
    return u, i, np.array([rng.choice(likes[~R[x, likes]]) for x in u])


def swapped_loop(R, size, by, rng):
    u, i, j = triples_loop(R, size, by, rng)
    return u, j, i


def fixed_seed_loop(R, size, by, rng):
    return triples_loop(R, size, by, np.random.default_rng(7))


def one_fewer_loop(scores, targets, seen, num_negatives, top, rng):
    return rate_loop(scores, targets, seen, num_negatives - 1, top, rng)


def fixed_seed_rate(scores, targets, seen, num_negatives, top, rng):
    return rate_loop(scores, targets, seen, num_negatives, top, np.random.default_rng(7))


def seen_negatives_loop(scores, targets, seen, num_negatives, top, rng):
    return rate_loop(scores, targets, np.zeros_like(seen), num_negatives, top, rng)


def itself_as_negative_loop(scores, targets, seen, num_negatives, top, rng):
    hits = []
    for u, target in enumerate(targets):
        drawn = rng.choice(np.flatnonzero(~seen[u]), num_negatives, replace=False)
        hits.append((scores[u, drawn] >= scores[u, target]).sum() < top)
    return np.array(hits, dtype=float)


def with_replacement_loop(scores, targets, seen, num_negatives, top, rng):
    hits = []
    for u, target in enumerate(targets):
        free = np.setdiff1d(np.flatnonzero(~seen[u]), [target])
        drawn = rng.choice(free, num_negatives)
        hits.append((scores[u, drawn] >= scores[u, target]).sum() < top)
    return np.array(hits, dtype=float)


def deep_reversal(num_users, num_items, num_negatives, top):
    a, b = reversal_lists(num_users, num_items, num_negatives, top)
    return np.full_like(a, num_items * 2 // 3), b


WRONG = (
    ("03.3", any_negative_loop, "some of your negatives are likes"),
    ("03.3", only_the_positive_excluded_loop, "your j differs from i"),
    ("03.3", always_by_edge_loop, "active users still come more often"),
    ("03.3", popular_negatives_loop, "popular items come more often"),
    ("03.3", swapped_loop, "your second value holds items"),
    ("03.3", fixed_seed_loop, "with a fixed seed every batch"),
    ("03.6", one_fewer_loop, "you draw one negative less"),
    ("03.6", fixed_seed_rate, "by a fixed seed or a fixed choice"),
    ("03.6", seen_negatives_loop, "items seen in train are among"),
    ("03.6", itself_as_negative_loop, "drawn as its own negative"),
    ("03.6", with_replacement_loop, "some of your negatives are drawn twice"),
    ("03.7", deep_reversal, "your A is so deep"),
)


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG, ids=[f[1].__name__ for f in WRONG])
def test_a_mistake_made_with_other_random_numbers_is_named(name, answer, mistake):
    (expected,) = (m.sentence for m in exercises.get(name).mistakes if mistake in m.sentence)
    result = judged(name, answer)
    assert result.points < exercises.get(name).points
    assert result.mistake == expected, result.rows


def test_users_drawn_in_the_wrong_way_cost_one_claim_and_not_the_negatives():
    result = judged("03.3", lambda R, size, by, rng: triples_loop(R, size, "user", rng))
    assert [row.ok for row in result.rows] == [True, False, True, True, True]


def test_a_rank_beyond_the_catalog_is_told():
    def for_one_catalog(num_users, *_):
        return np.full(num_users, 50), np.where(np.arange(num_users) % 2, 1, 2000)

    result = judged("03.7", for_one_catalog)
    assert "yours run from 1 to 2000" in result.rows[1].reason


# ------------------------------------------------------------- the library agrees
def test_gmf_and_neumf_are_the_library_s():
    torch.manual_seed(0)
    users, items = torch.tensor([0, 3, 3]), torch.tensor([1, 4, 0])
    gmf = ncf.GMF(5, 6, 3, std=1)
    torch.nn.init.normal_(gmf.out.weight)
    ours = (gmf.user.weight[users] * gmf.item.weight[items]) @ gmf.out.weight[0]
    torch.testing.assert_close(ours + gmf.out.bias, gmf(users, items))
    net = ncf.NeuMF(5, 6, 3, (4, 3, 2), std=1)
    tables = [(part.user.weight, part.item.weight) for part in (net.gmf, net.mlp)]
    hidden = [(layer.weight, layer.bias) for layer in net.mlp.hidden]
    ours = ex2_neumf_forward.neumf_forward(users, items, *tables, hidden, net.out.weight[0])
    torch.testing.assert_close(ours + net.out.bias, net(users, items))


def test_the_loss_and_its_gradient_are_the_library_s():
    rng = np.random.default_rng(0)
    pos, neg = (torch.from_numpy(rng.normal(size=5)) for _ in range(2))
    torch.testing.assert_close(ex4_bpr_loss.bpr_loss(pos, neg), losses.bpr(pos, neg))
    tables = [rng.normal(size=(4, 3)) for _ in range(3)]
    for ours, theirs in zip(
        ex5_bpr_gradient.bpr_gradient(*tables), gradient_autograd(*tables), strict=True
    ):
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("by", ["edge", "user"])
def test_the_triples_are_the_library_s(by):
    inputs = ex3_sample_bpr_triples._likes(np.random.default_rng(0), by) | {"size": 20_000}
    ours = ex3_sample_bpr_triples.sample_bpr_triples(
        *(inputs | {"rng": np.random.default_rng(1)}).values()
    )
    theirs = triples_library(*(inputs | {"rng": np.random.default_rng(2)}).values())
    for judge in (ex3_sample_bpr_triples._valid, ex3_sample_bpr_triples._as_often(1, "positive")):
        assert judge(ours, theirs, inputs) is None
    assert (
        ex3_sample_bpr_triples._as_often(2, "negative", of_user=True)(ours, theirs, inputs) is None
    )


def test_the_sampled_rate_has_the_expectation_of_the_formula():
    """A target of rank r is hit if fewer than `top` of the r − 1 better items are drawn."""
    inputs = ex6_sampled_hits._users(np.random.default_rng(3), 60, 5, 10, 2, users=400)
    scores, targets, seen = inputs["scores"], inputs["targets"], inputs["seen"]
    own = scores[np.arange(400), targets][:, None]
    better = ((scores > own) & ~seen).sum(axis=1)
    expected = stats.hypergeom.cdf(1, 60 - 5 - 1, better, 10).mean()
    rates = [
        ex6_sampled_hits.sampled_hits(scores, targets, seen, 10, 2, np.random.default_rng(k)).mean()
        for k in range(60)
    ]
    assert np.mean(rates) == pytest.approx(expected, abs=0.01)
    # what the judge forgives is five times what chance does, and less than what a mistake does
    assert np.std(rates) * 2**0.5 * 4 < ex6_sampled_hits.TOLERANCE


def test_a_reversal_by_hand():
    # 2,000 items: rank 11 is hit unless all ten better ones are among the 99 drawn
    rates = ex7_reversal._rates(
        np.array([11, 11]), {"num_items": 2000, "num_negatives": 99, "top": 10}
    )
    assert rates[0] == 0
    assert rates[1] == pytest.approx(1, abs=1e-6)
    rates = ex7_reversal._rates(
        np.array([1, 2000]), {"num_items": 2000, "num_negatives": 99, "top": 10}
    )
    assert rates == (0.5, 0.5)


@pytest.mark.parametrize("exercise", exercises.of_lesson("03"), ids=lambda e: e.id)
def test_a_known_mistake_is_a_wrong_value_and_not_an_error(exercise):
    """An error would lose points as well, but nobody's answer would ever match it."""
    asked = core.questions(exercise)
    for mistake in exercise.mistakes:
        if "your W stands" in mistake.sentence:  # the same error in every answer, see below
            continue
        outcomes = runner.answers(mistake.function, asked, seconds=600)
        assert not [o["message"] for o in outcomes if "error" in o], mistake.sentence


def named(exercise_id, function) -> str:
    return judged(exercise_id, function).mistake


def test_layers_that_are_not_transposed_are_named_by_their_error():
    def forward(users, items, gmf_emb, mlp_emb, hidden, h):
        z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)
        for W, b in hidden:
            z = torch.relu(z @ W + b)
        return torch.cat([gmf_emb[0][users] * gmf_emb[1][items], z], dim=1) @ h

    assert "z @ W.T" in named("03.2", forward)


def test_moving_on_to_the_next_free_item_is_named_and_not_taken_for_another_mistake():
    def move_on(R, size, by, rng):
        u, i, j = ex3_sample_bpr_triples.sample_bpr_triples(R, size, by, rng)
        j = rng.integers(R.shape[1], size=size)
        for k in range(size):
            while R[u[k], j[k]]:
                j[k] = (j[k] + 1) % R.shape[1]
        return u, i, j

    assert "draw again instead of moving on" in named("03.3", move_on)


def test_an_exponential_that_overflows_is_not_called_a_sigmoid():
    sentence = named("03.4", lambda pos, neg: torch.log1p(torch.exp(neg - pos)).mean())
    assert "an exponential of infinity" in sentence


def test_the_first_free_items_as_negatives_do_not_depend_on_the_generator():
    def first(scores, targets, seen, num_negatives, top, rng):
        hits = np.zeros(len(targets))
        for u, target in enumerate(targets):
            free = np.setdiff1d(np.flatnonzero(~seen[u]), [target])[:num_negatives]
            hits[u] = (scores[u, free] >= scores[u, target]).sum() < top
        return hits

    assert "the first that are free" in named("03.6", first)


def test_the_audit_finds_what_is_wrong_with_the_coarse_grid():
    trials = pd.DataFrame(results.load("03_coarse_grid").values["trials"])
    found = ex1_audit.audit(trials)
    assert {model: count for model, (count, _, _) in found.items() if model != "NeuMF, fused"} == {
        "Dot": 12, "GMF": 12, "MLP": 12, "NeuMF": 12,
    }  # fmt: skip
    assert all(found[model][1] == pytest.approx(10) for model in ("Dot", "GMF", "MLP", "NeuMF"))
    assert found["GMF"][2] == 0
