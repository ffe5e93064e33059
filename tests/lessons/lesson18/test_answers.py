"""Lesson 18: right answers in other styles pass, the library agrees, wrong ones are named, cheats earn nothing."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from styles import judged, other_styles

from graphrec_utils import exercises, metrics, pinworld
from graphrec_utils.exercises import core, runner
from graphrec_utils.lessons.lesson18 import (
    ex1_fuse,
    ex2_blend,
    ex3_by_group,
    ex4_lift,
    ex5_recommend,
    ex6_off_policy,
)
from graphrec_utils.models import fusion


# ------------------------------------------------------------- two or more other styles each
def fuse_with_loops(lists, num_items, c):
    out = [[0.0] * num_items for _ in range(lists.shape[1])]
    for mine in lists.tolist():
        for b, row in enumerate(mine):
            for rank, item in enumerate(row, start=1):
                if item >= 0:
                    out[b][item] += 1 / (c + rank)
    return np.array(out)


def fuse_with_one_index(lists, num_items, c):
    G, B, L = lists.shape
    worth = np.broadcast_to(1 / (c + np.arange(1, L + 1)), (G, B, L))
    row = np.broadcast_to(np.arange(B)[:, None], (G, B, L))
    at = (row * (num_items + 1) + np.where(lists < 0, num_items, lists)).ravel()
    sums = np.bincount(at, worth.ravel(), minlength=B * (num_items + 1))
    return sums.reshape(B, num_items + 1)[:, :-1]


def fuse_with_pandas(lists, num_items, c):
    G, B, L = lists.shape
    rows = pd.DataFrame({
        "user": np.tile(np.repeat(np.arange(B), L), G), "item": lists.ravel(),
        "worth": np.tile(1 / (c + 1 + np.arange(L)), G * B),
    })  # fmt: skip
    table = rows[rows["item"] >= 0].pivot_table(
        "worth", "user", "item", aggfunc="sum", fill_value=0
    )
    return table.reindex(index=range(B), columns=range(num_items), fill_value=0).to_numpy(float)


def blend_as_longer_least_squares(x, y, reg):
    N, G = x.shape
    s = x.std(axis=0)
    s = np.where(s > 0, s, 1)
    z = (x - x.mean(axis=0)) / s
    A = np.vstack([z, np.sqrt(N * reg) * np.eye(G)])
    beta = np.linalg.lstsq(A, np.append(y - y.mean(), np.zeros(G)), rcond=None)[0]
    return beta / s


def blend_with_a_scaled_ridge(x, y, reg):
    """The same in the units of x: the ridge is reg times the variance of each column."""
    d = x - x.mean(axis=0)
    variance = d.var(axis=0)
    live = variance > 0
    w = np.zeros(x.shape[1])
    A = d[:, live].T @ d[:, live] / len(x) + reg * np.diag(variance[live])
    w[live] = np.linalg.solve(A, d[:, live].T @ y / len(x))
    return w


def by_group_with_sets(lists, users, items, group, num_groups):
    out = []
    for t in range(num_groups):
        pairs = [(u, i) for u, i in zip(users, items, strict=True) if group[i] == t]
        hits = sum(i in set(lists[u]) for u, i in pairs)
        out.append(hits / len(pairs) if pairs else float("nan"))
    return np.array(out)


def by_group_with_pandas(lists, users, items, group, num_groups):
    shown = set(zip(np.repeat(np.arange(len(lists)), lists.shape[1]), lists.ravel(), strict=True))
    rows = pd.DataFrame(
        {"group": group[items], "found": [p in shown for p in zip(users, items, strict=True)]}
    )
    return rows.groupby("group").found.mean().reindex(range(num_groups)).to_numpy(float)


def lift_with_python(policy, control):
    def told(x):
        n = len(x)
        mean = sum(x) / n
        return mean, sum((v - mean) ** 2 for v in x) / (n - 1) / n

    (a, va), (b, vb) = told(policy.tolist()), told(control.tolist())
    error = (va + (a / b) ** 2 * vb) ** 0.5 / b
    return a / b - 1, a / b - 1 - 2 * error, a / b - 1 + 2 * error


def lift_by_relative_errors(policy, control):
    one, other = (pd.Series(x) for x in (policy, control))
    r = one.mean() / other.mean()
    error = r * np.hypot(one.sem() / one.mean(), other.sem() / other.mean())
    return float(r - 1), float(r - 1 - 2 * error), float(r - 1 + 2 * error)


def recommend_in_torch(past, saved, shown, k):
    R = torch.from_numpy(past.toarray())
    G = R.T @ R
    d = G.diagonal().clamp(min=1)
    near = (G / torch.outer(d, d).sqrt() * G / (G + 20)).fill_diagonal_(0)
    scores = torch.from_numpy(saved.toarray()) @ near
    scores[torch.from_numpy((saved + shown).toarray() > 0)] = -torch.inf
    return scores.topk(k, dim=1).indices.numpy()


def recommend_user_by_user(past, saved, shown, k):
    G = (past.T @ past).toarray()
    d = np.maximum(G.diagonal(), 1)
    near = G / np.sqrt(np.outer(d, d)) * G / (G + 5) / d**0.2
    np.fill_diagonal(near, 0)
    lists = []
    for u in range(saved.shape[0]):
        mine, seen = saved[[u]].indices, shown[[u]].indices
        score = near[mine].sum(axis=0)
        score[mine] = score[seen] = -np.inf
        lists.append(np.argsort(-score)[:k])
    return np.array(lists)


def off_policy_row_by_row(policy, shown, chance, reward, model):
    total = weights = squares = robust = 0.0
    for p, a, c, r, m in zip(policy, shown, chance, reward, model, strict=True):
        w = p[a] / c
        total, weights, squares = total + w * r, weights + w, squares + w * w
        robust += sum(x * y for x, y in zip(p, m, strict=True)) + w * (r - m[a])
    n = len(shown)
    return total / n, total / weights, robust / n, weights**2 / squares


def off_policy_with_einsum(policy, shown, chance, reward, model):
    one = np.eye(policy.shape[1])[shown]
    w = np.einsum("nc,nc->n", policy, one) / chance
    expected = np.einsum("nc,nc->", policy, model) / len(w)
    wrong = np.dot(w, reward - np.einsum("nc,nc->n", model, one)) / len(w)
    return (
        float(np.dot(w, reward) / len(w)), float(np.average(reward, weights=w)),
        float(expected + wrong), float(len(w) / (1 + w.var() / w.mean() ** 2)),
    )  # fmt: skip


def off_policy_in_pandas(policy, shown, chance, reward, model):
    rows = pd.DataFrame({"a": shown, "c": chance, "r": reward})
    rows["w"] = [policy[i, a] for i, a in enumerate(shown)] / rows.c
    rows["m"] = np.take_along_axis(model, shown[:, None], axis=1).ravel()
    ips = rows.eval("w * r").mean()
    dr = ips + (policy * model).sum() / len(rows) - rows.eval("w * m").mean()
    return ips, rows.eval("w * r").sum() / rows.w.sum(), dr, rows.w.sum() ** 2 / rows.w.pow(2).sum()


OTHERS = {
    "18.1": (fuse_with_loops, fuse_with_one_index, fuse_with_pandas),
    "18.2": (blend_as_longer_least_squares, blend_with_a_scaled_ridge),
    "18.3": (by_group_with_sets, by_group_with_pandas),
    "18.4": (lift_with_python, lift_by_relative_errors),
    "18.5": (recommend_in_torch, recommend_user_by_user),
    "18.6": (off_policy_row_by_row, off_policy_with_einsum, off_policy_in_pandas),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "18", OTHERS, points=33, seeds=()
)


# ------------------------------------------------------------- wrong ones
def wrong_fuse_from_zero(lists, num_items, c):
    out = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        for b, row in enumerate(mine):
            for rank, item in enumerate(row):
                if item >= 0:
                    out[b, item] += 1 / (c + rank)
    return out


def wrong_blend_in_units(x, y, reg):
    d = x - x.mean(axis=0)
    return np.linalg.inv(d.T @ d / len(d) + reg * np.eye(x.shape[1])) @ d.T @ y / len(d)


def wrong_by_group_zero(lists, users, items, group, num_groups):
    out = np.zeros(num_groups)
    for t in range(num_groups):
        mine = group[items] == t
        if mine.any():
            out[t] = np.mean([i in lists[u] for u, i in zip(users[mine], items[mine], strict=True)])
    return out


def wrong_lift_of_one_side(policy, control):
    r = policy.mean() / control.mean()
    error = policy.std(ddof=1) / np.sqrt(len(policy)) / control.mean()
    return float(r - 1), float(r - 1 - 2 * error), float(r - 1 + 2 * error)


def wrong_off_policy_corrects_without_weights(policy, shown, chance, reward, model):
    rows = range(len(shown))
    w = np.array([policy[i, shown[i]] / chance[i] for i in rows])
    dr = np.mean([policy[i] @ model[i] + reward[i] - model[i, shown[i]] for i in rows])
    return np.mean(w * reward), np.average(reward, weights=w), dr, w.sum() ** 2 / np.sum(w * w)


WRONG = {
    "18.1": wrong_fuse_from_zero, "18.2": wrong_blend_in_units, "18.3": wrong_by_group_zero,
    "18.4": wrong_lift_of_one_side,
    "18.6": wrong_off_policy_corrects_without_weights,
}  # fmt: skip


@pytest.mark.parametrize(("name", "function"), WRONG.items(), ids=WRONG)
def test_wrong_answers_of_others_are_named(name, function):
    result = judged(name, function, named=True)
    assert result.status in ("partial", "failed") and result.mistake


# ------------------------------------------------------------- the library agrees
def test_the_references_are_the_library_s():
    rng = np.random.default_rng(0)
    given = ex1_fuse._inputs(rng, short=True)
    np.testing.assert_allclose(ex1_fuse.fuse(**given), fusion.reciprocal_ranks(*given.values()))
    given = ex2_blend._inputs(rng, dead=True)
    np.testing.assert_allclose(ex2_blend.blend(**given), fusion.learned_weights(*given.values()))
    given = ex3_by_group._inputs(rng, T=4, empty=True)
    np.testing.assert_allclose(
        ex3_by_group.by_group(**given), metrics.recall_by_group(*given.values())
    )
    given = ex4_lift._inputs(rng, V=50)
    gain, low, high = ex4_lift.lift(**given)
    assert (gain, (high - low) / 4) == pytest.approx(pinworld.ratio(*given.values(), paired=False))
    given = ex6_off_policy._inputs(rng, sure=True)
    assert ex6_off_policy.off_policy(**given) == pytest.approx(metrics.off_policy(**given))


# ------------------------------------------------------------- the policy
def with_memory():
    calls = []

    def recommend(past, saved, shown, k):
        calls.append(1)
        return np.roll(ex5_recommend.recommend(past, saved, shown, k), len(calls), axis=0)

    return recommend


def at_random(past, saved, shown, k):
    score = np.random.default_rng(0).random(saved.shape)
    score[(saved + shown).nonzero()] = -1
    return np.argsort(-score, axis=1)[:, :k]


def sleeps(past, saved, shown, k):
    time.sleep(30)


CHEATS = {
    "remembers": (with_memory(), "it remembers"),
    "too few items": (lambda p, s, h, k: ex5_recommend.recommend(p, s, h, k - 1), "expected a numpy array"),
    "NaN": (lambda p, s, h, k: ex5_recommend.recommend(p, s, h, k) * np.nan, "expected a numpy array"),
    "an exception": (lambda p, s, h, k: 1 // 0, "ZeroDivisionError"),
    "a sparse matrix": (lambda p, s, h, k: s, "expected a numpy array"),
    "changes its inputs": (lambda p, s, h, k: (s.data.fill(0), at_random(p, s, h, k))[1], "changed saved"),
}  # fmt: skip


@pytest.mark.parametrize(("function", "words"), CHEATS.values(), ids=CHEATS)
def test_a_policy_that_is_not_allowed_earns_nothing(function, words):
    result = judged("18.5", function)
    assert result.points == 0
    assert any(words in row.reason for row in result.rows), result.rows


def test_a_policy_that_sleeps_is_cut_off():
    exercise = exercises.get("18.5")
    asked = core.questions(exercise)[:2]
    outcomes = runner.answers(sleeps, asked, 0.2)
    assert all(o["error"] == "OutOfTime" for o in outcomes)


def test_ten_megabytes_of_output_cost_nothing_and_are_not_kept():
    def loud(past, saved, shown, k):
        print("x" * 10_000_000)
        return ex5_recommend.recommend(past, saved, shown, k)

    asked = core.questions(exercises.get("18.5"))[:2]
    outcomes = runner.answers(loud, asked, 600.0)
    assert "value" in outcomes[0] and len(outcomes[0]["printed"]) < 3000


def test_points_follow_what_is_saved():
    mistakes = exercises.get("18.5").mistakes
    plain = next(m.function for m in mistakes if m.sentence.startswith("plain cosines: "))
    result = judged("18.5", plain)
    assert result.points == 5 and "saves against item2item" in result.rows[-1].reason
    assert judged("18.5", at_random).points == 0


def test_pins_that_were_shown_the_first_time_are_counted():
    mistakes = exercises.get("18.5").mistakes
    again = next(m.function for m in mistakes if m.sentence.startswith("you show again"))
    reasons = [row.reason for row in judged("18.5", again, named=False).rows if not row.ok]
    words = "of your places hold pins that were shown the first time"
    assert reasons and all(words in reason for reason in reasons)


def test_what_an_answer_gets_holds_neither_truth_nor_seed():
    given = ex5_recommend._inputs(np.random.default_rng(0))
    assert list(given) == ["past", "saved", "shown", "k"]
    assert all(sp.issparse(given[name]) for name in ("past", "saved", "shown"))
    assert set(np.unique(given["past"].data)) == {1.0}
