"""Lesson 04: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from styles import judged, other_styles

from graphrec_utils import exercises, graphs, metrics, toy, walks
from graphrec_utils.exercises import core, open_task, runner
from graphrec_utils.lessons.lesson04 import (
    ex1_build_adjacency,
    ex2_normalize,
    ex3_count_walks,
    ex4_l3_scores,
    ex5_ppr_push,
    ex6_spectral_scores,
    ex7_choose,
)
from graphrec_utils.models import baselines, filters, mf


# ------------------------------------------------------------- other styles
def adjacency_blocks(users, items, num_users, num_items):
    R = sp.coo_matrix((np.ones(len(users)), (users, items)), shape=(num_users, num_items)).tocsr()
    R.data = np.minimum(R.data, 1)
    return sp.bmat([[None, R], [R.T, None]], format="coo")


def adjacency_lil(users, items, num_users, num_items):
    A = sp.lil_matrix((num_users + num_items, num_users + num_items), dtype=int)
    for u, i in zip(users, items, strict=True):
        A[u, num_users + i] = 1
        A[num_users + i, u] = 1
    return A


def adjacency_set(users, items, num_users, num_items):
    pairs = sorted({(int(u), int(i) + num_users) for u, i in zip(users, items, strict=True)})
    rows = [p[0] for p in pairs] + [p[1] for p in pairs]
    columns = [p[1] for p in pairs] + [p[0] for p in pairs]
    N = num_users + num_items
    return sp.coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(N, N))


def normalize_loop(A, how):
    out = np.zeros(A.shape)
    for v in range(len(A)):
        for w in range(len(A)):
            if A[v, w] > 0:
                by = {"row": A[v].sum(), "column": A[:, w].sum()}
                by["symmetric"] = (A[v].sum() * A[w].sum()) ** 0.5
                out[v, w] = A[v, w] / by[how]
    return out


def normalize_diagonal(A, how):
    degree = A.sum(axis=1)
    D_inv = np.diag([1 / d if d else 0.0 for d in degree])
    if how == "row":
        return D_inv @ A
    return A @ D_inv if how == "column" else np.sqrt(D_inv) @ A @ np.sqrt(D_inv)


def normalize_torch(A, how):
    return graphs.normalize(torch.from_numpy(A), how).numpy()


def normalize_nan_to_num(A, how):
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.nan_to_num(1 / A.sum(axis=1), posinf=0)
    left, right = {"row": (1, 0), "column": (0, 1), "symmetric": (0.5, 0.5)}[how]
    return (inverse**left)[:, None] * A * inverse**right


def bipartite(R):
    m, n = R.shape
    return np.block([[np.zeros((m, m), int), R], [R.T, np.zeros((n, n), int)]])


def walks_matrix_power(R, u, i, longest):
    A = bipartite(R)
    m = len(R)
    powers = (np.linalg.matrix_power(A, k) for k in range(longest + 1))
    return np.array([P[u, m + i] for P in powers], dtype=np.int64)


def walks_blocks(R, u, i, longest):
    """Only odd lengths, from R alone."""
    counts = np.zeros(longest + 1, dtype=np.int64)
    row = R[u].astype(np.int64)
    for k in range(1, longest + 1, 2):
        counts[k] = row[i]
        row = (row @ R.T) @ R
    return counts


def walks_recursion(R, u, i, longest):
    m, n = R.shape
    edges = {v: [] for v in range(m + n)}
    for a, b in np.argwhere(R > 0):
        edges[a].append(m + b)
        edges[m + b].append(a)
    counts, here = [], {u: 1}
    for _ in range(longest + 1):
        counts.append(here.get(m + i, 0))
        there = {}
        for v, number in here.items():
            for w in edges[v]:
                there[w] = there.get(w, 0) + int(number)
        here = there
    return np.array(counts, dtype=np.int64)


def l3_loop(R):
    scores, item_degree, user_degree = np.zeros(R.shape), R.sum(0), R.sum(1)
    for u, i in np.ndindex(R.shape):
        for j in R[u].nonzero()[0]:
            for v in R[:, j].nonzero()[0]:
                scores[u, i] += R[v, i] / np.sqrt(item_degree[j] * user_degree[v])
    return scores


def l3_sparse(R):
    S = sp.csr_matrix(R)
    items = sp.diags([1 / d**0.5 if d else 0 for d in R.sum(0)])
    users = sp.diags([1 / d**0.5 if d else 0 for d in R.sum(1)])
    return (S @ items @ S.T @ users @ S).toarray()


def l3_edge_weights(R):
    """One matrix of weights on the middle edge."""
    with np.errstate(divide="ignore", invalid="ignore"):
        W = np.nan_to_num(R / np.sqrt(R.sum(1)[:, None] * R.sum(0)[None, :]))
    return R @ W.T @ R


def ppr_largest(A, start, restart, tolerance):
    degree, n = A.sum(1), len(A)
    p, r = np.zeros(n), np.zeros(n)
    r[start] = 1
    while True:
        waiting = np.where(degree > 0, r / np.maximum(degree, 1), 0)
        v = int(waiting.argmax())
        if waiting[v] <= tolerance:
            return p
        amount, r[v] = r[v], 0
        p[v] += restart * amount
        r += (1 - restart) * amount * A[v] / degree[v]


def ppr_stack_of_dicts(A, start, restart, tolerance):
    neighbors = [row.nonzero()[0].tolist() for row in A]
    p, r, stack = {}, {start: 1.0}, [start]
    while stack:
        v = stack.pop()
        amount = r.get(v, 0)
        if amount < tolerance * len(neighbors[v]):
            continue
        r[v] = 0
        p[v] = p.get(v, 0) + restart * amount
        for w in neighbors[v]:
            r[w] = r.get(w, 0) + (1 - restart) * amount / len(neighbors[v])
            stack.append(w)
    return np.array([p.get(v, 0.0) for v in range(len(A))])


def ppr_library(A, start, restart, tolerance):
    return walks.ppr_push(sp.csr_array(A), start, restart, tolerance)


def spectral_svd(R, dim):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, :dim] * sigma[:dim]) @ Vt[:dim]


def spectral_magnitude(R, dim):
    A = np.block([[np.zeros((len(R),) * 2), R], [R.T, np.zeros((R.shape[1],) * 2)]])
    values, X = np.linalg.eigh(A)
    order = np.argsort(-np.abs(values))[: 2 * dim]
    return sum(values[k] * np.outer(X[:, k], X[:, k]) for k in order)[: len(R), len(R) :]


def spectral_torch(R, dim):
    A = graphs.adjacency(torch.from_numpy(R))
    values, X = torch.linalg.eigh(A)
    cut = values[-dim]
    kept = torch.where(values.abs() >= cut - 1e-9, values, 0.0)
    return (X @ torch.diag(kept) @ X.T)[: len(R), len(R) :].numpy()


def choose_a_little_more_low_pass():
    return {"alpha": 0.3, "beta": 0.0, "dim": 32, "weight": 0.15, "until_day": 42}


def choose_flat_degrees():
    return dict(alpha=0, beta=np.float64(0.1), dim=np.int64(32), weight=0.1, until_day=42.0)


ANSWERS = {
    "04.1": (adjacency_blocks, adjacency_lil, adjacency_set),
    "04.2": (normalize_loop, normalize_diagonal, normalize_torch, normalize_nan_to_num),
    "04.3": (walks_matrix_power, walks_blocks, walks_recursion),
    "04.4": (l3_loop, l3_sparse, l3_edge_weights),
    "04.5": (ppr_largest, ppr_stack_of_dicts, ppr_library),
    "04.6": (spectral_svd, spectral_magnitude, spectral_torch),
    "04.7": (choose_a_little_more_low_pass, choose_flat_degrees),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "04", ANSWERS, points=30
)


# ------------------------------------------------------------- wrong answers in other styles
def named(exercise_id, function) -> str:
    return judged(exercise_id, function).mistake


def test_swapped_restart_is_named_whatever_the_order_of_pushes():
    swapped = named("04.5", lambda A, v, restart, t: ppr_largest(A, v, 1 - restart, t))
    assert "you swapped the two" in swapped


def test_a_tolerance_without_the_degree_is_named_whatever_the_order_of_pushes():
    def unscaled(A, start, restart, tolerance):
        degree, n = A.sum(1), len(A)
        p, r = np.zeros(n), np.zeros(n)
        r[start] = 1
        while r.max() > tolerance:
            v = int(r.argmax())
            amount, r[v] = r[v], 0
            p[v] += restart * amount
            r += (1 - restart) * amount * A[v] / degree[v]
        return p

    assert "until tolerance · deg(v)" in named("04.5", unscaled)


def test_a_power_iteration_is_named_as_one_that_touches_every_node():
    def power(A, start, restart, tolerance):
        P, home = A / A.sum(1)[:, None], np.eye(len(A))[start]
        p = home
        for _ in range(300):
            p = restart * home + (1 - restart) * P.T @ p
        return p

    assert "you computed all nodes" in named("04.5", power)


@pytest.mark.parametrize(
    ("pushed", "words"),
    [
        ("+=", "the mass alone"),
        ("=", "loses what has dried there"),
        ("once", "each node once at most"),
        ("all", "you push all of them"),
    ],
)
def test_a_queue_or_rounds_with_a_mistake_are_named_alike(pushed, words):
    def push(A, start, restart, tolerance):
        degree, due, done = A.sum(1), [start], set()
        mass, residual = np.zeros(len(A)), np.eye(len(A))[start]
        while pushed == "all" and (residual >= tolerance * degree).any():
            mass += restart * residual
            residual = (1 - restart) * A @ (residual / degree)
        while due and pushed != "all":
            v = due.pop(0)
            if residual[v] < tolerance * degree[v] or (pushed == "once" and v in done):
                continue
            done.add(v)
            amount, residual[v] = residual[v], 0
            mass[v] = restart * amount + (mass[v] if pushed != "=" else 0)
            residual[A[v] > 0] += (1 - restart) * amount / degree[v]
            due += A[v].nonzero()[0].tolist()
        return mass + residual if pushed == "+=" else mass

    assert words in named("04.5", push)


def test_weights_below_one_are_degrees_too():
    def at_least_one(A, how):
        degree = np.maximum(A.sum(axis=1), 1)
        left = degree**-0.5 if how == "symmetric" else 1 / degree if how == "row" else degree**0
        right = degree**-0.5 if how == "symmetric" else 1 / degree if how == "column" else degree**0
        return left[:, None] * A * right

    assert "a degree may be 0.3" in named("04.2", at_least_one)


def test_a_right_push_with_a_residual_added_on_top_is_not_right():
    exercise = exercises.get("04.5")
    asked = core.questions(exercise)
    twice = runner.answers(lambda A, *rest: 2 * ppr_largest(A, *rest), asked)
    assert core.judge(exercise, asked, twice).points == 0


def test_one_pair_too_few_is_named_for_an_odd_number_of_eigenvalues():
    def largest(R, dim):
        A = bipartite(R).astype(float)
        values, X = np.linalg.eigh(A)
        order = np.argsort(-np.abs(values), kind="stable")[:dim]
        return ((X[:, order] * values[order]) @ X[:, order].T)[: len(R), len(R) :]

    assert "the `dim` eigenvalues of largest |λ|" in named("04.6", largest)


@pytest.mark.parametrize("response", [np.abs, np.square, np.ones_like])
def test_an_even_filter_is_named(response):
    def even(R, dim):
        values, X = np.linalg.eigh(bipartite(R).astype(float))
        values = response(values)
        values[dim:-dim] = 0
        return (X[: len(R)] * values) @ X[len(R) :].T

    assert "that is even" in named("04.6", even)


# ------------------------------------------------------------- the library agrees
@pytest.fixture
def R():
    R = (np.random.default_rng(3).random((12, 9)) < 0.4).astype(float)
    R[5] = R[:, 2] = 0  # somebody without likes, an item without fans
    return R


def test_the_adjacency_matrix_is_the_library_s(R):
    users, items = R.nonzero()
    ours = ex1_build_adjacency.build_adjacency(users, items, *R.shape).toarray()
    np.testing.assert_array_equal(ours, graphs.adjacency(sp.csr_array(R)).toarray())


@pytest.mark.parametrize("how", ["symmetric", "row", "column"])
def test_the_normalizations_are_the_library_s(R, how):
    A = graphs.adjacency(torch.from_numpy(R))
    np.testing.assert_allclose(ex2_normalize.normalize(A.numpy(), how), graphs.normalize(A, how))


def test_walks_are_entries_of_powers_and_none_is_even(R):
    A = graphs.adjacency(torch.from_numpy(R)).numpy()
    counts = ex3_count_walks.count_walks(R, 0, 4, 9)
    powers = [np.linalg.matrix_power(A, k)[0, 12 + 4] for k in range(10)]
    np.testing.assert_array_equal(counts, powers)
    assert not counts[::2].any() and counts[3] > 0


def test_from_ann_to_drive_there_is_one_walk_of_length_five():
    # Ann, Brazil, Bob, Cube, Eve, Drive; with one detour of two steps there are six
    assert ex3_count_walks.count_walks(toy.likes().numpy(), 0, 3, 7).tolist() == [
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        6,
    ]


def test_three_hops_by_hand():
    scores = ex4_l3_scores.l3_scores(toy.likes().double().numpy())
    # Ann to Cube: Brazil has two fans, Bob two likes, so 1 / sqrt(2 · 2)
    assert scores[0, 2] == pytest.approx(0.5)
    # Ann to Alien: back over Alien (one fan) 1 / sqrt(1 · 2), back over Brazil 1 / sqrt(2 · 2)
    assert scores[0, 0] == pytest.approx(2**-0.5 + 0.5)
    assert scores[0, 3] == 0


@pytest.mark.parametrize("restart", [0.1, 0.5, 0.9])
def test_the_push_is_the_library_s(R, restart):
    A = graphs.adjacency(sp.csr_array(R))
    ours = ex5_ppr_push.ppr_push(A.toarray(), 13, restart, 1e-10)
    np.testing.assert_allclose(ours, walks.ppr_push(A, 13, restart, 1e-10), atol=1e-8)
    np.testing.assert_allclose(ours, walks.ppr(A, [13], restart, 1e-10)[0], atol=1e-8)


def test_the_two_nodes_of_the_docstring():
    # p = r + (1 - r) q, q = (1 - r) p
    A = np.array([[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(ex5_ppr_push.ppr_push(A, 0, 0.2, 1e-9), [5 / 9, 4 / 9], atol=1e-8)
    swapped = ex5_ppr_push.ppr_push(A, 0, 0.8, 1e-9)
    np.testing.assert_allclose(swapped, [5 / 6, 1 / 6], atol=1e-8)


def test_the_odd_filter_is_the_svd(R):
    for dim in (1, 3, 5):
        W, H = mf.svd(sp.csr_array(R), dim)
        np.testing.assert_allclose(ex6_spectral_scores.spectral_scores(R, dim), W @ H.T, atol=1e-8)


def test_the_open_task_has_honest_bars():
    """Each bar lies between what it says that it separates."""
    found, ours = ex7_choose.task.found, ex7_choose.choose()
    first, second, third = (0.0615, 0.17, 0.1825)
    train = open_task.saves(42)
    popular = metrics.evaluate_model(
        baselines.popularity(train), train, open_task.wanted()
    ).ndcg.mean()
    assert popular < first
    low_pass = max(found(ours | {"weight": 1.0, "dim": dim}) for dim in (8, 16, 32, 64))
    walker = found(ours | {"weight": 0.0, "alpha": 1.0})
    assert first < min(low_pass, walker)
    assert max(low_pass, walker) < second < found(ours | {"weight": 0.0}) < third < found(ours)
    assert max(found(ours | {"weight": 0.0, "beta": b}) for b in (0.1, 0.2, 0.4)) < third


def test_the_leak_of_the_open_task_would_pay_and_is_refused():
    leak = ex7_choose.choose() | {"until_day": 56}
    assert ex7_choose.task.try_out(leak) > 2 * ex7_choose.task.found(ex7_choose.choose())
    assert ex7_choose.task.found(leak) == 0.0


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"alpha": 1.0}, "needs the keys alpha, beta, dim, weight, until_day"),
        (ex7_choose.choose() | {"alpha": -1.0}, "alpha must lie in 0 … 4"),
        (ex7_choose.choose() | {"beta": 5.0}, "beta must lie in 0 … 4"),
        (ex7_choose.choose() | {"dim": 1000}, "dim must lie in 1 … 256"),
        (ex7_choose.choose() | {"dim": 8.5}, "dim is 8.5, which is no int"),
        (ex7_choose.choose() | {"weight": 1.5}, "weight must lie in 0 … 1"),
    ],
)
def test_a_choice_that_is_not_allowed_is_told(choice, said):
    assert said in ex7_choose.task.problem(choice)


def test_the_mixture_at_its_ends_is_walks_and_low_pass():
    train, users = open_task.saves(42), np.arange(20)
    ends = (
        filters.rp3beta(train.csr(), 0.5, 0.0).scores(users),
        filters.svd_low_pass(train.csr(), 32)[0][users]
        @ filters.svd_low_pass(train.csr(), 32)[1].T,
    )
    for weight, expected in zip((0.0, 1.0), ends, strict=True):
        mine = ex7_choose.fit(train, ex7_choose.choose() | {"weight": weight})[users]
        length = np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(mine * length, expected, atol=1e-4)


def test_three_steps_in_a_form_are_a_point_of_rp3beta():
    """Up to a factor for each user: the table of 4.4."""
    rng = np.random.default_rng(0)
    R = (rng.random((7, 9)) < 0.4).astype(float)
    R[:, 0] = R[0] = 1
    A = np.block([[np.zeros((7, 7)), R], [R.T, np.zeros((9, 9))]])
    for form, point in {"row": (1, 0), "symmetric": (1, 0.5), "column": (1, 1)}.items():
        cube = np.linalg.matrix_power(ex2_normalize.ex.reference(A, form), 3)[:7, 7:]
        scores = filters.rp3beta(sp.csr_array(R), *point).scores(np.arange(7))
        ratio = cube / scores
        np.testing.assert_allclose(ratio, ratio[:, :1] * np.ones(9), rtol=1e-9)
