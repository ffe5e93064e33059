"""Lesson 12: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from styles import judged, other_styles

from graphrec_utils import losses
from graphrec_utils.data import Triples
from graphrec_utils.lessons.lesson12 import (
    ex1_distance,
    ex2_margin_loss,
    ex3_corrupt,
    ex4_train_step,
    ex5_filtered_rank,
    ex6_best_translation,
    ex7_choose,
)
from graphrec_utils.models import transe


# ------------------------------------------------------------- two or more other styles each
def distance_by_norm(head, rel, tail, norm):
    return torch.linalg.vector_norm(tail - rel - head, ord=norm, dim=-1)


def distance_by_einsum(head, rel, tail, norm):
    gap = (head + rel) - tail
    if norm == 1:
        return torch.einsum("...f->...", torch.abs(gap))
    return torch.einsum("...f,...f->...", gap, gap) ** 0.5


def margin_with_a_loop(d_pos, d_neg, margin):
    total = 0.0
    for b in range(d_neg.shape[0]):
        for j in range(d_neg.shape[1]):
            total = total + torch.clamp(margin + d_pos[b] - d_neg[b, j], min=0)
    return total / d_neg.numel()


def margin_by_torch_s_own(d_pos, d_neg, margin):
    pos = d_pos.unsqueeze(1).expand_as(d_neg).reshape(-1)
    target = -torch.ones_like(pos)  # the first should be smaller
    return torch.nn.functional.margin_ranking_loss(pos, d_neg.reshape(-1), target, margin=margin)


def corrupt_with_a_loop(facts, num_entities, rng):
    out = []
    for h, r, t in facts.tolist():
        if rng.random() < 0.5:
            others = [v for v in range(num_entities) if v != h]
            out.append([others[int(rng.random() * len(others))], r, t])
        else:
            others = [v for v in range(num_entities) if v != t]
            out.append([h, r, others[int(rng.random() * len(others))]])
    return np.array(out)


def corrupt_by_drawing_again(facts, num_entities, rng):
    out, head = np.array(facts), rng.random(len(facts)) < 0.5
    while True:
        same = (out == facts).all(axis=1)
        if not same.any():
            return out
        drawn = rng.integers(0, num_entities, len(facts))
        out[same & head, 0] = drawn[same & head]
        out[same & ~head, 2] = drawn[same & ~head]


def corrupt_by_a_shift(facts, num_entities, rng):
    """Go on from the entity by one to n - 1 places, around the end."""
    out = facts.copy()
    shift = rng.integers(1, num_entities, len(facts))
    tail = rng.random(len(facts)) < 0.5
    out[tail, 2] = (out[tail, 2] + shift[tail]) % num_entities
    out[~tail, 0] = (out[~tail, 0] + shift[~tail]) % num_entities
    return out


def step_with_backward(entity_emb, rel_emb, facts, corrupted, margin, lr):
    E = torch.nn.functional.normalize(entity_emb, dim=1).clone().requires_grad_()
    R = rel_emb.clone().requires_grad_()
    optimizer = torch.optim.SGD([E, R], lr=lr)
    d_pos, d_neg = (
        transe.distance(E[f[:, 0]], R[f[:, 1]], E[f[:, 2]], 2) for f in (facts, corrupted)
    )
    loss = losses.hinge(-d_pos, -d_neg, margin)
    loss.backward()
    optimizer.step()
    return E.detach(), R.detach(), loss.detach()


def step_by_hand(entity_emb, rel_emb, facts, corrupted, margin, lr):
    """The gradient of a distance is the gap divided by its length."""
    E, R = entity_emb / entity_emb.square().sum(1).sqrt()[:, None], rel_emb
    new_E, new_R, total = E.clone(), R.clone(), 0.0
    for good, bad in zip(facts.tolist(), corrupted.tolist(), strict=True):
        gaps = [E[h] + R[r] - E[t] for h, r, t in (good, bad)]
        lack = margin + gaps[0].norm() - gaps[1].norm()
        if lack <= 0:
            continue
        total = total + lack / len(facts)
        for (h, r, t), gap, sign in zip((good, bad), gaps, (1, -1), strict=True):
            slope = sign * lr * gap / gap.norm() / len(facts)
            new_E[h] -= slope
            new_R[r] -= slope
            new_E[t] += slope
    return new_E, new_R, torch.as_tensor(total, dtype=E.dtype)


def rank_with_a_loop(distances, truth, known, ties):
    away, rank = {int(v) for v in known} - {truth}, 1.0
    for v, d in enumerate(distances):
        if v == truth or v in away:
            continue
        rank += 1.0 if d < distances[truth] else ties * (d == distances[truth])
    return float(rank)


def rank_with_pandas(distances, truth, known, ties):
    d = pd.Series(distances).drop(index=[v for v in set(known.tolist()) if v != truth])
    low, high = (d.rank(method=how)[truth] for how in ("min", "max"))
    return float(low + ties * (high - low))


def rank_with_infinity(distances, truth, known, ties):
    d, mine = np.array(distances, float), distances[truth]
    d[known.astype(int)] = np.inf
    d[truth] = np.inf
    return float(1 + np.count_nonzero(d < mine) + ties * np.count_nonzero(d == mine))


def best_by_least_squares(heads, tails):
    ones = torch.ones(len(heads), 1, dtype=heads.dtype)
    rel = torch.linalg.lstsq(ones, tails - heads).solution[0]
    return rel, (heads + rel - tails).square().sum(1).sqrt()


def best_in_numpy(heads, tails):
    gap = tails.numpy() - heads.numpy()
    rel = gap.sum(axis=0) / len(gap)
    return torch.from_numpy(rel), torch.from_numpy(np.linalg.norm(gap - rel, axis=1))


def choose_what_people_did():
    relations = ["save", "long_click", "closeup", "short_click", "follows"]
    return {"relations": relations, "sharpness": 8.0, "weight": 1.0}


def choose_a_tuple():
    relations = ("made", "follows", "save", "closeup", "long_click")
    return {"relations": list(relations), "sharpness": 6, "weight": 0.6}


ANSWERS = {
    "12.1": (distance_by_norm, distance_by_einsum),
    "12.2": (margin_with_a_loop, margin_by_torch_s_own),
    "12.3": (corrupt_with_a_loop, corrupt_by_drawing_again, corrupt_by_a_shift),
    "12.4": (step_with_backward, step_by_hand),
    "12.5": (rank_with_a_loop, rank_with_pandas, rank_with_infinity),
    "12.6": (best_by_least_squares, best_in_numpy),
    "12.7": (choose_what_people_did, choose_a_tuple),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "12", ANSWERS, points=27
)


# ------------------------------------------------------------- the library agrees
@pytest.mark.parametrize("norm", [1, 2])
def test_distances_are_the_library_s(norm):
    inputs = ex1_distance._facts(np.random.default_rng(0), norm, ex1_distance.ALL)
    torch.testing.assert_close(ex1_distance.distance(**inputs), transe.distance(*inputs.values()))


def test_the_margin_loss_is_the_library_s_hinge_on_scores():
    d_pos, d_neg, margin = ex2_margin_loss._distances(np.random.default_rng(0), 0.7).values()
    expected = losses.hinge(-d_pos, -d_neg, margin)
    torch.testing.assert_close(ex2_margin_loss.margin_loss(d_pos, d_neg, margin), expected)


def test_the_margin_loss_by_hand():
    d_pos, d_neg, margin = ex2_margin_loss._hand(np.random.default_rng(0)).values()
    assert ex2_margin_loss.margin_loss(d_pos, d_neg, margin).item() == pytest.approx(1.125 * margin)


def test_corrupted_facts_are_the_library_s_in_kind():
    facts = ex3_corrupt._facts(np.random.default_rng(0), 7)["facts"]
    mine = ex3_corrupt.corrupt(facts, 7, np.random.default_rng(1))
    theirs = transe.corrupt(torch.from_numpy(facts), 7, 1, torch.Generator().manual_seed(0))[:, 0]
    changes = [ex3_corrupt._changes(x, facts) for x in (mine, theirs.numpy())]
    np.testing.assert_allclose(*changes, atol=0.04)


def test_the_step_begins_where_the_library_s_normalization_ends():
    inputs = ex4_train_step._graph(np.random.default_rng(0), 1e-3, 0.2, close=True)
    new, rels, loss = ex4_train_step.train_step(**inputs)
    torch.testing.assert_close(new, transe.normalize(inputs["entity_emb"]))
    assert loss == 0 and (rels == inputs["rel_emb"]).all()


@pytest.mark.parametrize("ties", [0.0, 0.5, 1.0])
def test_ranks_are_the_library_s(ties):
    rng = np.random.default_rng(0)
    E = rng.integers(0, 3, size=(12, 2)).astype(np.float32)  # many equals
    model = transe.TransE(E, np.zeros((1, 2), np.float32), 1)
    known = Triples(np.zeros(4, int), np.zeros(4, int), [3, 5, 7, 9], 12, 1)
    for truth in range(12):
        theirs = transe.filtered_ranks(model, Triples([0], [0], [truth], 12, 1), [known], ties)[1]
        d = np.abs(E[0] - E).sum(axis=1)
        mine = ex5_filtered_rank.filtered_rank(d, truth, known.tails, ties)
        assert mine == theirs[0]


def test_no_other_vector_leaves_less():
    rng = np.random.default_rng(0)
    inputs = ex6_best_translation._any(rng)
    rel, left = ex6_best_translation.best_translation(**inputs)
    for _ in range(50):
        other = rel + 0.1 * torch.tensor(rng.normal(size=4))
        gaps = (inputs["heads"] + other - inputs["tails"]).square().sum()
        assert gaps > left.square().sum()


# ------------------------------------------------------------- the open task
@pytest.mark.parametrize(
    "change",
    [{"relations": ["save", "contains_today"]}, {"relations": ["long_click"]}, {"relations": ["save", "likes"]},
     {"relations": list(ex7_choose.OFFERED[:6])}, {"sharpness": 0.0}, {"weight": -1.0}, {"sharpness": 1e9}, {"more": 1}],
)  # fmt: skip
def test_a_choice_out_of_bounds_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("12.7", lambda: made).points == 0


def test_boards_of_today_hold_saves_that_are_sought_and_those_of_day_42_do_not():
    train, val = ex7_choose._saves()
    late, pin = ex7_choose.graph(["save", "contains_today"])
    early, _ = ex7_choose.graph(["save", "contains"])
    assert len(late) > len(early) + len(val)
    assert not set(val.pairs()) & set(train.pairs())
    assert early.heads[early.rels == 0].max() < train.num_users <= pin
