"""Lesson 02: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
import torch
from styles import other_styles

from graphrec_utils import metrics
from graphrec_utils.exercises import open_task
from graphrec_utils.lessons.lesson02 import (
    ex1_als_step,
    ex2_hu_koren_user_vector,
    ex3_ials_user_vector,
    ex4_ials_loss,
    ex5_fold_in,
    ex6_ease_weights,
    ex7_choose,
)
from graphrec_utils.models import baselines, mf
from graphrec_utils.models.ease import ease


# ------------------------------------------------------------- two other styles each
def als_batched(R, observed, item_emb, reg):
    mask = observed.astype(float)
    A = np.einsum("ui,id,ie->ude", mask, item_emb, item_emb) + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, ((R * mask) @ item_emb)[..., None])[..., 0]


def als_stacked(R, observed, item_emb, reg):
    d, rows = item_emb.shape[1], []
    for ratings, known in zip(R, observed, strict=True):
        X = np.vstack([item_emb[known], np.sqrt(reg) * np.eye(d)])
        rows.append(np.linalg.lstsq(X, np.append(ratings[known], np.zeros(d)), rcond=None)[0])
    return np.array(rows)


def hu_koren_diagonal(r, item_emb, alpha, reg):
    C = np.diag(1 + alpha * r)
    inverse = np.linalg.inv(item_emb.T @ C @ item_emb + reg * np.eye(item_emb.shape[1]))
    return inverse @ item_emb.T @ C @ (r > 0)


def hu_koren_gramian(r, item_emb, alpha, reg):
    A, b = item_emb.T @ item_emb + reg * np.eye(item_emb.shape[1]), 0
    for i in r.nonzero()[0]:
        A = A + alpha * r[i] * np.outer(item_emb[i], item_emb[i])
        b = b + (1 + alpha * r[i]) * item_emb[i]
    return scipy.linalg.solve(A, b, assume_a="pos")


def ials_loop(seen, gramian, num_items, alpha0, reg, nu):
    A, b = alpha0 * gramian, np.zeros(len(gramian))
    for h in seen:
        A, b = A + h[:, None] * h, b + h
    A[np.diag_indices(len(A))] += reg * pow(len(seen) + alpha0 * num_items, nu)
    return np.linalg.inv(A) @ b


def ials_torch(seen, gramian, num_items, alpha0, reg, nu):
    S, G = torch.from_numpy(seen), torch.from_numpy(gramian)
    ridge = reg * (len(S) + alpha0 * num_items) ** nu * torch.eye(len(G), dtype=G.dtype)
    return torch.linalg.solve(S.T @ S + alpha0 * G + ridge, S.sum(0)).numpy()


def loss_loop(users, items, user_emb, item_emb, alpha0, reg, nu):
    m, n = len(user_emb), len(item_emb)
    observed = sum((user_emb[u] @ item_emb[i] - 1) ** 2 for u, i in zip(users, items, strict=True))
    user_freq, item_freq = np.full(m, alpha0 * n), np.full(n, alpha0 * m)
    np.add.at(user_freq, users, 1)
    np.add.at(item_freq, items, 1)
    squares = np.trace(user_emb.T @ user_emb @ item_emb.T @ item_emb)
    ridge = sum(f**nu * (e @ e) for f, e in zip(user_freq, user_emb, strict=True))
    ridge += sum(f**nu * (e @ e) for f, e in zip(item_freq, item_emb, strict=True))
    return float(observed), float(alpha0 * squares), float(reg * ridge)


def loss_by_rows(users, items, user_emb, item_emb, alpha0, reg, nu):
    """One user's scores at a time: m times more steps than needed, but little memory."""
    squares = sum(float(((item_emb @ w) ** 2).sum()) for w in user_emb)
    first, _, ridge = loss_einsum(users, items, user_emb, item_emb, alpha0, reg, nu)
    return first, alpha0 * squares, ridge


def loss_einsum(users, items, user_emb, item_emb, alpha0, reg, nu):
    scores = np.einsum("ed,ed->e", user_emb[users], item_emb[items])
    G, F = user_emb.T @ user_emb, item_emb.T @ item_emb
    ridge = 0.0
    for ids, emb, others in ((users, user_emb, item_emb), (items, item_emb, user_emb)):
        frequency = np.bincount(ids, minlength=len(emb)) + alpha0 * len(others)
        ridge += reg * np.sum(frequency**nu * np.linalg.norm(emb, axis=1) ** 2)
    first = np.square(1 - scores).sum()
    return float(first), float(alpha0 * np.einsum("de,de->", G, F)), float(ridge)


def fold_in_masks(histories, item_emb, alpha0, reg, nu):
    n, d = item_emb.shape
    R = np.zeros((len(histories), n))
    for row, history in zip(R, histories, strict=True):
        row[history] = 1
    ridge = reg * (R.sum(axis=1) + alpha0 * n) ** nu
    A = np.einsum("bi,id,ie->bde", R + alpha0, item_emb, item_emb)
    A += ridge[:, None, None] * np.eye(d)
    return np.linalg.solve(A, (R @ item_emb)[..., None])[..., 0]


def fold_in_by_update(histories, item_emb, alpha0, reg, nu):
    gramian, vectors = item_emb.T @ item_emb, []
    for history in histories:
        seen = item_emb[list(dict.fromkeys(history))] if history else item_emb[:0]
        vectors.append(ials_torch(seen, gramian, len(item_emb), alpha0, reg, nu))
    return np.array(vectors)


def ease_by_columns(R, reg):
    """One ridge regression after the other."""
    n = R.shape[1]
    B = np.zeros((n, n))
    for j in range(n):
        others = np.flatnonzero(np.arange(n) != j)
        X = R[:, others]
        B[others, j] = scipy.linalg.solve(X.T @ X + reg * np.eye(n - 1), X.T @ R[:, j])
    return B


def ease_in_torch(R, reg):
    X = torch.from_numpy(R)
    P = torch.linalg.inv(X.T @ X + reg * torch.eye(X.shape[1], dtype=X.dtype))
    return (torch.eye(len(P), dtype=X.dtype) - P / P.diagonal()[None, :]).fill_diagonal_(0).numpy()


def ease_from_the_users(R, reg):
    K = np.linalg.inv(R @ R.T + reg * np.eye(len(R)))
    P = (np.eye(R.shape[1]) - R.T @ K @ R) / reg
    return np.where(np.eye(len(P), dtype=bool), 0.0, P / -P.diagonal())


def choose_a_smaller_alpha():
    return {"dim": 32, "alpha0": 0.01, "reg": 0.1, "sweeps": 8, "until_day": 42}


def choose_a_larger_alpha():
    return dict(dim=np.int64(32), alpha0=np.float64(0.1), reg=0.03, sweeps=8, until_day=42.0)


ANSWERS = {
    "02.1": (als_batched, als_stacked),
    "02.2": (hu_koren_diagonal, hu_koren_gramian),
    "02.3": (ials_loop, ials_torch),
    "02.4": (loss_loop, loss_einsum, loss_by_rows),
    "02.5": (fold_in_masks, fold_in_by_update),
    "02.6": (ease_by_columns, ease_in_torch, ease_from_the_users),
    "02.7": (choose_a_smaller_alpha, choose_a_larger_alpha),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "02", ANSWERS, points=30
)


# ------------------------------------------------------------- the library agrees
@pytest.fixture
def R():
    rng = np.random.default_rng(3)
    return sp.csr_array((rng.random((12, 9)) < 0.4) * rng.integers(1, 6, (12, 9)).astype(float))


@pytest.fixture
def H():
    return np.random.default_rng(4).normal(size=(9, 4))


def test_als_step_is_the_library_s(R, H):
    expected = mf.als_step(R, H, reg=0.3)
    np.testing.assert_allclose(
        ex1_als_step.als_step(R.toarray(), R.toarray() > 0, H, 0.3), expected
    )


def test_hu_koren_is_the_library_s(R, H):
    ours = [ex2_hu_koren_user_vector.hu_koren_user_vector(row, H, 2.0, 0.3) for row in R.toarray()]
    np.testing.assert_allclose(ours, mf.hu_koren_step(R, H, alpha=2.0, reg=0.3))


@pytest.mark.parametrize("nu", [0, 0.5, 1])
def test_the_ials_update_is_the_library_s(R, H, nu):
    ours = [
        ex3_ials_user_vector.ials_user_vector(H[row > 0], H.T @ H, 9, 0.2, 0.3, nu)
        for row in R.toarray()
    ]
    np.testing.assert_allclose(ours, mf.fold_in(R, H, alpha0=0.2, reg=0.3, nu=nu))


def test_the_ials_update_with_another_frequency_is_another_vector():
    # items 1 and 2, the first seen, five users: 1 / 2.1, not 1 / 2.25 (α₀m) nor 1 / 2 (|S| only)
    w = ex3_ials_user_vector.ials_user_vector(np.ones((1, 1)), np.full((1, 1), 5.0), 2, 0.1, 0.5, 1)
    assert w[0] == pytest.approx(1 / 2.1)


def test_the_loss_is_the_library_s(R, H):
    W = np.random.default_rng(5).normal(size=(12, 4))
    users, items = R.nonzero()
    ours = ex4_ials_loss.ials_loss(users, items, W, H, 0.2, 0.3, 0.5)
    assert ours == pytest.approx(mf.ials_loss(R, W, H, 0.2, 0.3, 0.5))


def test_fold_in_is_the_library_s(R, H):
    histories = [row.nonzero()[0].tolist() for row in R.toarray()]
    ours = ex5_fold_in.fold_in(histories, H, 0.2, 0.3, 1.0)
    np.testing.assert_allclose(ours, mf.fold_in(R, H, alpha0=0.2, reg=0.3))


def test_ease_is_the_library_s(R):
    R = R.astype(np.float64)
    scores = ease(R, reg=2.0).scores(np.arange(12))
    np.testing.assert_allclose(R @ ex6_ease_weights.ease_weights(R.toarray(), 2.0), scores)


def test_the_open_task_has_honest_bars():
    """Each bar lies between what it says that it separates."""
    found, ours = ex7_choose.task.found, ex7_choose.choose()
    first, second, third = (0.0615, 0.16, 0.178)
    train = open_task.saves(42)

    def ndcg(model):
        return metrics.evaluate_model(model, train, open_task.wanted()).ndcg.mean()

    bestsellers = ndcg(baselines.popularity(train))
    as_in_2_6 = found(ours | {"alpha0": 0.01, "reg": 0.01})
    one_knob = max(ndcg(ease(train.csr(), reg)) for reg in (10, 30, 100, 300, 1000))
    assert max(bestsellers, found(ours | {"alpha0": 0.3, "reg": 0.1})) < first < as_in_2_6
    assert as_in_2_6 < second < found(ours | {"dim": 16}) < third < found(ours)
    assert one_knob == pytest.approx(third, abs=0.001)
    assert found(ours | {"sweeps": 1}) < second


def test_the_leak_of_the_open_task_would_pay_and_is_refused():
    leak = ex7_choose.choose() | {"until_day": 56}
    assert ex7_choose.task.try_out(leak) > 2 * ex7_choose.task.found(ex7_choose.choose())
    assert ex7_choose.task.found(leak) == 0.0


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"dim": 32}, "needs the keys dim, alpha0, reg, sweeps, until_day"),
        (ex7_choose.choose() | {"dim": 1000}, "dim must lie in 1 … 64"),
        (ex7_choose.choose() | {"dim": 8.5}, "dim is 8.5, which is no int"),
        (ex7_choose.choose() | {"sweeps": True}, "sweeps is True, which is no int"),
        (ex7_choose.choose() | {"sweeps": 0}, "16 sweeps at most"),
        (ex7_choose.choose() | {"alpha0": 0.0}, "alpha0 must lie in"),
        (ex7_choose.choose() | {"reg": -1.0}, "reg must lie in"),
        (ex7_choose.choose() | {"reg": "0.01"}, "reg is '0.01', which is no float"),
    ],
)
def test_a_choice_that_is_not_allowed_is_told(choice, said):
    assert said in ex7_choose.task.problem(choice)
