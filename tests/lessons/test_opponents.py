"""Answers written against the checks: wrong ones that once got everything, right ones once refused."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import mechanical
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import exercises
from graphrec_utils.exercises import core
from graphrec_utils.graphs import normalize


def shares_of_distinct_times(times, train_share, val_share):
    s = np.unique(times)
    first, second = s[round(train_share * len(s))], s[round((train_share + val_share) * len(s))]
    return np.where(times < first, 0, np.where(times < second, 1, 2)).astype(np.int64)


def percentiles_of_pandas(times, train_share, val_share):
    place = pd.Series(times).rank(pct=True).to_numpy()
    return (place > train_share).astype(np.int64) + (place > train_share + val_share)


def unsorted_positions(times, train_share, val_share):
    n = len(times)
    out = np.zeros(n, dtype=np.int64)
    out[times >= times[round(train_share * n)]] += 1
    out[times >= times[round((train_share + val_share) * n)]] += 1
    return out


def first_hit_anywhere(lists, relevant, top):
    recall, hits, ranks = [], [], []
    for ranked, wanted in zip(lists, relevant, strict=True):
        if wanted:
            recall.append(len(set(ranked[:top]) & wanted) / len(wanted))
            hits.append(bool(set(ranked[:top]) & wanted))
            ranks.append(next((1 / (k + 1) for k, i in enumerate(ranked) if i in wanted), 0.0))
    return float(np.mean(recall)), float(np.mean(hits)), float(np.mean(ranks))


def ten_places(lists, relevant, top):
    """The cut-off of the lesson's table, written into the code."""
    return exercises.get("01.2").reference(lists, relevant, 5)


def ideal_of_three(ranked, relevant, top):
    dcg = sum(1 / math.log2(k + 2) for k, i in enumerate(ranked[:top]) if i in relevant)
    return dcg / sum(1 / math.log2(k + 2) for k in range(min(3, len(relevant))))


def a_little_of_the_order(scores, seen, top, order):
    S = np.where(seen, -np.inf, scores - 1e-12 * order)
    best = np.argsort(-S, axis=1, kind="stable")[:, :top]
    return np.where(np.take_along_axis(S, best, axis=1) == -np.inf, -1, best)


def bincount_without_length(items, times, num_items, half_life, now):
    past = times <= now
    return np.bincount(items[past], weights=0.5 ** ((now - times[past]) / half_life))


def whole_views(r, item_emb, alpha, reg):
    c = 1 + alpha * r.astype(int)
    A = sum(x * np.outer(h, h) for x, h in zip(c, item_emb, strict=True))
    known = [x * h for x, h, v in zip(c, item_emb, r.astype(int), strict=True) if v > 0]
    b = sum(known, np.zeros(item_emb.shape[1]))
    return np.linalg.solve(A + reg * np.eye(item_emb.shape[1]), b)


def no_nu(seen, gramian, num_items, alpha0, reg, nu):
    A = alpha0 * gramian + reg * (len(seen) + alpha0 * num_items) * np.eye(len(gramian))
    for h in seen:
        A = A + np.outer(h, h)
    return np.linalg.inv(A) @ seen.sum(axis=0)


def loss_without_nu(users, items, W, H, alpha0, reg, nu):
    s = np.einsum("ed,ed->e", W[users], H[items])
    du = np.bincount(users, minlength=len(W)) + alpha0 * len(H)
    di = np.bincount(items, minlength=len(H)) + alpha0 * len(W)
    ridge = reg * (du @ (W * W).sum(1) + di @ (H * H).sum(1))
    return float(((1 - s) ** 2).sum()), float(alpha0 * np.trace(W.T @ W @ H.T @ H)), float(ridge)


def fold_in_without_nu(histories, item_emb, alpha0, reg, nu):
    n, d = item_emb.shape
    rows = []
    for history in histories:
        S = item_emb[list(set(history))] if history else np.zeros((0, d))
        A = S.T @ S + alpha0 * item_emb.T @ item_emb + reg * (len(S) + alpha0 * n) * np.eye(d)
        rows.append(np.linalg.solve(A, S.sum(axis=0)))
    return np.array(rows)


def fold_in_with_the_numbers_of_the_text(histories, item_emb, alpha0, reg, nu):
    return exercises.get("02.5").reference(histories, item_emb, 0.2, 0.3, 1.0)


def positives_in_turn(R, size, by, rng):
    likes = np.argwhere(R)
    active = np.flatnonzero(R.any(axis=1))
    triples = []
    for k in range(size):
        if by == "edge":
            u, i = likes[k % len(likes)]
        else:
            u = rng.choice(active)
            i = rng.choice(np.flatnonzero(R[u]))
        triples.append((u, i, rng.choice(np.flatnonzero(~R[u]))))
    return tuple(np.array(triples).T)


def shuffled_passes(R, size, by, rng):
    if by == "user":
        return exercises.get("03.3").reference(R, size, by, rng)
    likes = np.argwhere(R)
    passes = [rng.permutation(likes) for _ in range(-(-size // len(likes)))]
    u, i = np.concatenate(passes)[:size].T
    return u, i, np.array([rng.choice(np.flatnonzero(~R[x])) for x in u])


def one_seed_for_all(scores, targets, seen, num_negatives, top, rng):
    seed, hits = rng.integers(10**9), []
    for u in range(len(targets)):
        free = ~seen[u]
        free[targets[u]] = False
        own = np.random.default_rng(seed)
        drawn = own.choice(np.flatnonzero(free), num_negatives, replace=False)
        hits.append(float((scores[u, drawn] >= scores[u, targets[u]]).sum() < top))
    return np.array(hits)


def coin_flips(scores, targets, seen, num_negatives, top, rng):
    return (rng.random(len(targets)) < 0.6).astype(float)


def a_hundred_users(num_users, num_items, num_negatives, top):
    return np.full(100, top + 1), np.array([1] * 50 + [num_items] * 50)


def half_and_half(num_users, num_items, num_negatives, top):
    half = num_users // 2
    return np.array([top + 1] * num_users), np.array([1] * half + [num_items] * half)


def with_self_loops(users, items, m, n):
    rows = np.concatenate([users, items + m, np.arange(m + n)])
    columns = np.concatenate([items + m, users, np.arange(m + n)])
    A = sp.coo_array((np.ones(len(rows)), (rows, columns)), shape=(m + n, m + n)).tocsr()
    A.data[:] = 1
    return A


def moved_by_n(users, items, m, n):
    A = sp.lil_array((m + n, m + n))
    for u, i in zip(users, items, strict=True):
        A[u, i + n] = A[i + n, u] = 1
    return A.tocsr()


def rows_by_broadcasting(A, how):
    d = A.sum(axis=1)
    safe = np.where(d > 0, d, 1)
    if how == "row":
        return A / safe
    if how == "column":
        return A / safe[None, :]
    return A / np.sqrt(np.outer(safe, safe))


def walks_in_float32(R, u, i, longest):
    m, n = R.shape
    A = torch.zeros(m + n, m + n)
    A[:m, m:], A[m:, :m] = torch.tensor(R).float(), torch.tensor(R.T.copy()).float()
    x, counts = torch.eye(m + n)[u], []
    for _ in range(longest + 1):
        counts.append(float(x[m + i]))
        x = A @ x
    return np.array(counts).astype(np.int64)


def walks_in_float64(R, u, i, longest):
    m, n = R.shape
    A = np.block([[np.zeros((m, m)), R], [R.T, np.zeros((n, n))]])
    powers = [np.linalg.matrix_power(A, k)[u, m + i] for k in range(longest + 1)]
    return np.array(powers).astype(np.int64)


def hops_of_a_walker(R):
    P = R / np.maximum(R.sum(axis=1, keepdims=True), 1)
    Q = R.T / np.maximum(R.sum(axis=0)[:, None], 1)
    return P @ Q @ P


def stack_that_overwrites(A, start, restart, tolerance):
    degree, mass = A.sum(axis=1), np.zeros(len(A))
    residual, todo = np.zeros(len(A)), [start]
    residual[start] = 1
    while todo:
        v = todo.pop()
        if residual[v] < tolerance * degree[v]:
            continue
        r, residual[v] = residual[v], 0
        mass[v] += restart * r
        for w in np.flatnonzero(A[v]):
            residual[w] = (1 - restart) * r / degree[v]
            todo.append(w)
    return mass


def svd_of_squares(R, dim):
    values = np.linalg.eigvalsh(R.T @ R)
    U, _, Vt = np.linalg.svd(R)
    return (U[:, :dim] * values[::-1][:dim]) @ Vt[:dim]


def messages_of_a_fixed_number(A_hat, rate, training, generator):
    if not training:
        return A_hat
    values = A_hat.values().clone()
    lost = torch.randperm(len(values), generator=generator)[: int(rate * len(values))]
    values = values / (1 - rate)
    values[lost] = 0
    return torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape)


def one_matrix_and_one_bias(num_users, num_items, dims, biases):
    total = 0
    for k in range(len(dims) - 1):
        total += dims[k] * dims[k + 1] + (dims[k + 1] if biases else 0)
    return (num_users + num_items) * dims[0], total


def always_one_step(A, E0, num_layers):
    A_hat = normalize(A)
    total, E, k = E0, E0, 0
    while True:
        E, k = A_hat @ E, k + 1
        total = total + E
        if k >= num_layers:
            return total / (k + 1)


def ridge_without_gradient(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E = layer = E0
    for _ in range(num_layers):
        layer = A_hat @ layer
        E = E + layer
    E = E / (num_layers + 1)
    u, i, j = users, num_users + pos, num_users + neg
    x = (E[u] * E[i]).sum(1) - (E[u] * E[j]).sum(1)
    ridge = sum((E0.detach()[v] ** 2).sum() for v in (u, i, j)) / (2 * len(users))
    return -F.logsigmoid(x).mean() + reg * ridge


def report(lists, users, items, degree, edges):
    events = pd.DataFrame({
        "found": [float(i in lists[u]) for u, i in zip(users, items, strict=True)],
        "bucket": pd.cut(degree[items], edges, labels=False),
    })  # fmt: skip
    return events.groupby("bucket").found.mean().reindex(range(len(edges) - 1)).to_numpy()


def users_up_to_the_last(users, items, num_users, E0, num_layers):
    m, N = int(users.max()) + 1, len(E0)
    A = torch.zeros(N, N)
    A[users, m + items] = A[m + items, users] = 1
    A_hat = normalize(A)
    total = E = E0
    for _ in range(num_layers):
        E = A_hat @ E
        total = total + E
    return total / (num_layers + 1)


def lower_case(names):
    return {name: k for k, name in enumerate(dict.fromkeys(x.lower() for x in names))}


def correlations(R):
    X = R - R.mean(0)
    C = X.T @ X
    c = C.diagonal().clone()
    return (C / torch.outer(c, c).sqrt().clamp(min=1e-9)).fill_diagonal_(0)


def softmax_in_rows(A, how):
    if how != "row":
        return exercises.get("04.2").reference(A, how)
    e = np.exp(A) * (A > 0)
    total = e.sum(axis=1, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


def seen_films_too(R, u, top):
    fans = pd.Series(R.numpy().sum(axis=0))
    return torch.tensor(fans.sort_values(ascending=False, kind="stable").index[:top].to_numpy())


def ridge_for_every_rating(R, observed, item_emb, reg):
    out = np.zeros((len(R), item_emb.shape[1]))
    for u in range(len(R)):
        A, b = 0, 0
        for i in np.flatnonzero(observed[u]):
            A = A + np.outer(item_emb[i], item_emb[i]) + reg * np.eye(item_emb.shape[1])
            b = b + R[u, i] * item_emb[i]
        if observed[u].any():
            out[u] = np.linalg.solve(A, b)
    return out


def lambda_everywhere(R, observed, item_emb, reg):
    out = np.zeros((len(R), item_emb.shape[1]))
    for u, known in enumerate(observed):
        if known.sum() == 0:
            continue
        H = item_emb[known]
        out[u] = np.linalg.inv(H.T @ H + reg) @ (H.T @ R[u, known])
    return out


def log_of_the_mean(pos, neg):
    return torch.sigmoid(pos - neg).mean().log().neg()


def example_of_the_text(num_users, num_items, num_negatives, top):
    return np.array([50] * num_users), np.array(([2000, 1] * num_users)[:num_users])


def square_roots_in_all(A, how):
    s = np.sqrt(np.where(A.sum(axis=1) > 0, A.sum(axis=1), np.inf))
    left = A / s[:, None] if how != "column" else A
    return left / s[None, :] if how != "row" else left


def list_that_ends_early(A, start, restart, tolerance):
    degree, mass = A.sum(axis=1), np.zeros(len(A))
    residual, todo = np.zeros(len(A)), [start]
    residual[start] = 1
    while todo:
        v = todo.pop()
        if residual[v] < tolerance * degree[v]:
            break
        r, residual[v] = residual[v], 0
        mass[v] += restart * r
        for w in A[v].nonzero()[0]:
            residual[w] += (1 - restart) * r / degree[v]
            todo.append(w)
    return mass


def slices_with_one_more(R, dim):
    U, s, Vt = np.linalg.svd(R, full_matrices=False)
    return sum(s[k] * np.outer(U[:, k], Vt[k]) for k in range(min(dim + 1, len(s))))


def without_a_tape(A_hat, E, W_self, W_inter):
    with torch.no_grad():
        heard = A_hat @ E
        return F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)


def degrees_from_the_adjacency_with_loops(neighbors, E, W_self, W_inter):
    size = [len(x) + 1 for x in neighbors]
    rows = []
    for v, around in enumerate(neighbors):
        x = W_self @ E[v]
        for w in around:
            x = x + (W_self @ E[w] + W_inter @ (E[w] * E[v])) / math.sqrt(size[v] * size[w])
        rows.append(F.leaky_relu(x, 0.2))
    return torch.stack(rows)


def columns_of_one(X, A_hat, num_users):
    def cosine(rows):
        U = rows / rows.norm(dim=0, keepdim=True)
        C = U @ U.T
        n = len(rows)
        return float((C.sum() - C.diagonal().sum()) / (n * n - n))

    energy = torch.trace(X.T @ (X - A_hat @ X)) / (X**2).sum()
    return cosine(X[:num_users]), cosine(X[num_users:]), float(energy)


WRONG = {  # exercise: {answer: a part of what names it, "" where a row says it}
    "00.2": {lower_case: "Film and film"},
    "00.3": {seen_films_too: "already liked"},
    "01.1": {shares_of_distinct_times: "different seconds", percentiles_of_pandas: "mean of their places", unsorted_positions: "sort the times"},
    "01.2": {first_hit_anywhere: "behind the first top places", ten_places: ""},
    "01.3": {ideal_of_three: ""},
    "01.4": {a_little_of_the_order: "a little of `order`"},
    "01.5": {bincount_without_length: "minlength"},
    "01.6": {correlations: "correlation"},
    "02.1": {ridge_for_every_rating: "number of ratings", lambda_everywhere: "every cell"},
    "02.2": {whole_views: "whole numbers"},
    "02.3": {no_nu: "ν is missing"},
    "02.4": {loss_without_nu: "ν is missing"},
    "02.5": {fold_in_without_nu: "ν is missing", fold_in_with_the_numbers_of_the_text: ""},
    "03.3": {positives_in_turn: "round and round", shuffled_passes: "round and round"},
    "03.4": {log_of_the_mean: "logarithm of the mean"},
    "03.6": {one_seed_for_all: "same draws", coin_flips: ""},
    "03.7": {a_hundred_users: "user", half_and_half: "one user short", example_of_the_text: "of the example"},
    "04.1": {with_self_loops: "self-loops", moved_by_n: ""},
    "04.2": {softmax_in_rows: "softmax", rows_by_broadcasting: "degree[:, None]", square_roots_in_all: "in all three forms"},
    "04.3": {walks_in_float32: "", walks_in_float64: ""},
    "04.4": {hops_of_a_walker: "walker"},
    "04.5": {stack_that_overwrites: "+= and not =", list_that_ends_early: "`break`"},
    "04.6": {svd_of_squares: "squares σ²", slices_with_one_more: "one pair too many"},
    "05.1": {degrees_from_the_adjacency_with_loops: "one too large"},
    "05.2": {without_a_tape: "cut off from its inputs"},
    "05.4": {messages_of_a_fixed_number: "fixed number"},
    "05.6": {one_matrix_and_one_bias: "one of each"},
    "06.1": {always_one_step: "even where K is 0"},
    "06.3": {ridge_without_gradient: "no gradient"},
    "06.4": {columns_of_one: "columns the length 1"},
    "06.6": {users_up_to_the_last: "up to the last one with a like"},
}  # fmt: skip
CASES = [(e, f, words) for e, answers in WRONG.items() for f, words in answers.items()]


@pytest.mark.parametrize(("key", "answer", "words"), CASES, ids=[f.__name__ for _, f, _ in CASES])
def test_a_wrong_answer_loses_points_and_reads_its_name(key, answer, words):
    mechanical.loses_points_and_reads_its_name(key, answer, words)


def test_four_of_five_are_named():
    assert sum(bool(words) for *_, words in CASES) >= 0.8 * len(CASES)


# ---------------------------------------------------------------- right ones


def layer_over_stored_edges(A_hat, E, W_self, W_inter):
    A_hat = A_hat.to_sparse_coo().coalesce()
    (target, source), weight = A_hat.indices(), A_hat.values()
    heard = torch.zeros_like(E).index_add(0, target, weight[:, None] * E[source])
    return F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)


def layer_by_sparse_mm(A_hat, E, W_self, W_inter):
    heard = torch.sparse.mm(A_hat.to_sparse(), E)
    return F.leaky_relu(F.linear(heard + E, W_self) + F.linear(heard * E, W_inter), 0.2)


def layer_of_a_module(A_hat, E, W_self, W_inter):
    import unittest.mock  # an import inside is memory of Python's, and no matrix

    class Layer(torch.nn.Module):
        def forward(self, E):
            heard = A_hat @ E
            return F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, 0.2)

    assert unittest.mock
    return Layer()(E)


def split_by_searching(times, train_share, val_share):
    ordered = np.sort(times)
    at = [round(train_share * len(times)), round((train_share + val_share) * len(times))]
    return np.searchsorted(ordered[at], times, side="right").astype(np.int64)


def dropout_by_bernoulli(A_hat, rate, training, generator):
    if not training:
        return A_hat
    kept = torch.bernoulli(torch.full_like(A_hat.values(), 1 - rate), generator=generator).bool()
    values = A_hat.values()[kept] / (1 - rate)
    return torch.sparse_coo_tensor(A_hat.indices()[:, kept], values, A_hat.shape)


def triples_one_by_one(R, size, by, rng):
    likes, active = np.argwhere(R), np.flatnonzero(R.sum(axis=1))
    out = np.zeros((3, size), dtype=np.int64)
    for k in range(size):
        u, i = likes[rng.integers(len(likes))] if by == "edge" else (rng.choice(active), 0)
        i = i if by == "edge" else rng.choice(np.flatnonzero(R[u]))
        j = rng.integers(R.shape[1])
        while R[u, j]:
            j = rng.integers(R.shape[1])
        out[:, k] = u, i, j
    return tuple(out)


def walks_in_python(R, u, i, longest):
    m, n = R.shape
    near = [[m + int(j) for j in np.flatnonzero(R[v])] for v in range(m)]
    near += [[int(v) for v in np.flatnonzero(R[:, j])] for j in range(n)]
    x, counts = [0] * (m + n), []
    x[u] = 1
    for _ in range(longest + 1):
        counts.append(x[m + i])
        x = [sum(x[w] for w in near[v]) for v in range(m + n)]
    return np.array(counts, dtype=np.int64)


RIGHT = [
    ("01.1", split_by_searching), ("03.3", triples_one_by_one),
    ("04.3", walks_in_python), ("05.2", layer_over_stored_edges),
    ("05.2", layer_by_sparse_mm), ("05.2", layer_of_a_module), ("05.4", dropout_by_bernoulli),
]  # fmt: skip


@pytest.mark.parametrize(("key", "answer"), RIGHT, ids=[f.__name__ for _, f in RIGHT])
def test_a_right_answer_is_accepted(key, answer):
    for seeds in (core.PUBLIC_SEEDS, mechanical.FRESH):
        result = mechanical.judged(exercises.get(key), answer, seeds)
        assert result.status == "passed", [row for row in result.rows if not row.ok]


@pytest.mark.parametrize("key", ["03.3", "03.6", "05.4"])
def test_chance_refuses_no_right_answer(key):
    """Twenty students, three seeds each, as the grader draws them."""
    exercise = exercises.get(key)
    for student in range(20):
        seeds = tuple(3 * student + k + 10_000 for k in range(3))
        asked = core.questions(exercise, seeds)
        result = mechanical.runner.answers(exercise.reference, asked, mechanical.HANGS)
        verdict = core.judge(_other_chance(exercise), asked, result, name=False)
        assert verdict.status == "passed", verdict.rows


def _other_chance(exercise) -> core.Exercise:
    """The exercise, whose reference draws other numbers than the answer that is judged."""

    def reference(*inputs):
        *rest, rng = inputs
        if hasattr(rng, "spawn"):
            rng = np.random.default_rng([int(rng.integers(2**31)), 5])
        else:
            rng = torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)) + 5)
        return exercise.reference(*rest, rng)

    made = core.Exercise(exercise.id, exercise.function, exercise.points, ())
    made.reference, made.claims = reference, exercise.claims
    return made


# ---------------------------------------------------------------- memory


def forgets_the_peak(function):
    """Call a function and let the count of memory begin again."""

    def answer(*inputs):
        import tracemalloc

        value = function(*inputs)
        tracemalloc.reset_peak()
        return value

    return answer


def adjacency_from_dense(users, items, m, n):
    A = np.zeros((m + n, m + n), dtype=np.int8)
    A[users, items + m] = A[items + m, users] = 1
    return sp.csr_array(A).astype(float)


def loss_from_dense(users, items, W, H, alpha0, reg, nu):
    scores = W.astype(np.float32) @ H.T.astype(np.float32)
    first, _, ridge = exercises.get("02.4").reference(users, items, W, H, alpha0, reg, nu)
    return first, float(alpha0 * (scores.astype(float) ** 2).sum()), ridge


HIDDEN = {"04.1": adjacency_from_dense, "02.4": loss_from_dense}


def graded_within_two_gigabytes(key: str) -> None:
    """Print the points of an answer that hides its dense matrix, under the grader's own limit."""
    from graphrec_utils.grading.isolation import kernel, sandbox

    sandbox._limit(kernel.Limits(10).memory)
    print(mechanical.judged(exercises.get(key), forgets_the_peak(HIDDEN[key])).points)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory has no limit")
@pytest.mark.parametrize("key", HIDDEN)
def test_who_resets_the_count_of_memory_gains_nothing(key):
    code = f"import test_opponents as t; t.graded_within_two_gigabytes({key!r})"
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    exercise = exercises.get(key)
    dense = mechanical.judged(exercise, HIDDEN[key]).points
    assert float(done.stdout) == dense < exercise.points
