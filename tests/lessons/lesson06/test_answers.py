"""Lesson 06: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from styles import other_styles

from graphrec_utils import graphs, metrics, toy
from graphrec_utils.exercises import open_task
from graphrec_utils.graphs import propagation, smoothing
from graphrec_utils.lessons.lesson06 import (
    ex1_lightgcn_propagate,
    ex2_one_hot_scores,
    ex3_lightgcn_loss,
    ex4_smoothness,
    ex5_smoothing_limits,
    ex6_lightgcn_from_likes,
    ex7_choose,
)
from graphrec_utils.models import baselines, filters
from graphrec_utils.models.lightgcn import LightGCN


# ------------------------------------------------------------- two or more other styles each
def propagate_loops(A, E0, num_layers):
    N = len(A)
    degree, E, total = A.sum(dim=1), E0, E0.clone()
    for _ in range(num_layers):
        new = torch.zeros_like(E0)
        for v in range(N):
            for w in range(N):
                if A[v, w]:
                    new[v] += E[w] / (degree[v] * degree[w]) ** 0.5
        E = new
        total += E
    return total / (num_layers + 1)


def propagate_scipy(A, E0, num_layers):
    A = sp.csr_matrix(A.numpy())
    degree = np.asarray(A.sum(axis=1)).ravel()
    scale = np.zeros_like(degree)
    scale[degree > 0] = degree[degree > 0] ** -0.5
    A_hat, E = sp.diags(scale) @ A @ sp.diags(scale), E0.numpy()
    layers = [E]
    for _ in range(num_layers):
        layers.append(A_hat @ layers[-1])
    return torch.from_numpy(np.mean(layers, axis=0).astype(np.float32))


def propagate_in_torch_sparse(A, E0, num_layers):
    scale = torch.nan_to_num(A.sum(1) ** -0.5, posinf=0.0)
    A_hat = (scale[:, None] * A * scale).to_sparse_coo()
    out = E0
    for _ in range(num_layers):  # Horner
        out = E0 + torch.sparse.mm(A_hat, out)
    return out / (num_layers + 1)


def propagate_with_the_matrix_of_powers(A, E0, num_layers):
    A_hat = graphs.normalize(A)
    return sum(torch.matrix_power(A_hat, k) for k in range(num_layers + 1)) @ E0 / (num_layers + 1)


def scores_by_powers(A_hat, num_users, num_layers):
    total = torch.zeros_like(A_hat)
    for j in range(num_layers + 1):
        for k in range(num_layers + 1):
            total += torch.matrix_power(A_hat, j + k) / (num_layers + 1) ** 2
    return total[:num_users, num_users:]


def scores_by_means(A_hat, num_users, num_layers):
    P = torch.eye(len(A_hat))
    power = torch.eye(len(A_hat))
    for _ in range(num_layers):
        power = A_hat @ power
        P = P + power
    P = P / (num_layers + 1)
    return torch.einsum("ud,id->ui", P[:num_users], P[num_users:])


def scores_of_propagated(A_hat, num_users, num_layers):
    """A_hat of these graphs has the pattern of A, so the answer to 06.1 can be used."""
    P = ex1_lightgcn_propagate.lightgcn_propagate(
        (A_hat > 0).float(), torch.eye(len(A_hat)), num_layers
    )
    return P[:num_users] @ P[num_users:].T


def scores_by_eigenvalues(A_hat, num_users, num_layers):
    values, vectors = torch.linalg.eigh(A_hat.double())
    response = sum(values**k for k in range(num_layers + 1)) / (num_layers + 1)
    scores = (vectors * response**2) @ vectors.T
    return scores[:num_users, num_users:].float()


def loss_in_steps(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E = total = E0
    for _ in range(num_layers):
        E = A_hat @ E
        total = total + E
    final, first = torch.split(total / (num_layers + 1), [num_users, len(E0) - num_users]), E0
    u, i, j = final[0][users], final[1][pos], final[1][neg]
    bpr = -F.logsigmoid((u * i).sum(-1) - (u * j).sum(-1)).mean()
    rows = torch.cat([first[users], first[num_users + pos], first[num_users + neg]])
    return bpr + reg * 0.5 * rows.norm() ** 2 / len(users)


def loss_by_triples(E0, A_hat, users, pos, neg, num_users, num_layers, reg):
    E = propagation.propagate(A_hat, E0, num_layers)
    total = torch.zeros(())
    for u, i, j in zip(users.tolist(), pos.tolist(), neg.tolist(), strict=True):
        gap = E[u] @ E[num_users + i] - E[u] @ E[num_users + j]
        ridge = sum(E0[v] @ E0[v] for v in (u, num_users + i, num_users + j))
        total = total - F.logsigmoid(gap) + reg * ridge / 2
    return total / len(users)


def smooth_loops(X, A_hat, num_users):
    def cosine(rows):
        values = []
        for a in range(len(rows)):
            for b in range(len(rows)):
                if a != b:
                    size = rows[a].norm() * rows[b].norm()
                    values.append((rows[a] @ rows[b] / size).item() if size > 0 else 0.0)
        return sum(values) / len(values)

    energy = torch.trace(X.T @ (torch.eye(len(X)) - A_hat) @ X) / (X**2).sum()
    return cosine(X[:num_users]), cosine(X[num_users:]), energy.item()


def smooth_numpy(X, A_hat, num_users):
    X, A_hat = X.double().numpy(), A_hat.double().numpy()
    parts = []
    for rows in (X[:num_users], X[num_users:]):
        size = np.linalg.norm(rows, axis=1, keepdims=True)
        units = np.divide(rows, size, out=np.zeros_like(rows), where=size > 0)
        C = units @ units.T
        parts.append(float(C[~np.eye(len(C), dtype=bool)].mean()))
    return (*parts, float(1 - np.sum(X * (A_hat @ X)) / np.linalg.norm(X) ** 2))


def limits_by_blocks(degree, num_users):
    root = (degree / degree.sum()).sqrt()
    users, items = torch.zeros_like(root), torch.zeros_like(root)
    users[:num_users], items[num_users:] = root[:num_users], root[num_users:]
    even = 2 * (torch.outer(users, users) + torch.outer(items, items))
    return even, 2 * (torch.outer(users, items) + torch.outer(items, users))


def limits_by_eigenvectors(degree, num_users):
    plus = degree.sqrt() / degree.sum().sqrt()
    minus = plus.clone()
    minus[num_users:] *= -1
    first, second = torch.outer(plus, plus), torch.outer(minus, minus)
    return first + second, first - second


def limits_loops(degree, num_users):
    N, total = len(degree), degree.sum()
    even, odd = torch.zeros(N, N), torch.zeros(N, N)
    for v in range(N):
        for w in range(N):
            target = even if (v < num_users) == (w < num_users) else odd
            target[v, w] = 2 * (degree[v] * degree[w]).sqrt() / total
    return even, odd


def choose_two_layers():
    return {"until_day": 42, "K": 2, "layers": "last", "reg": 0.01, "epochs": 40}


def choose_no_layer_and_a_strong_ridge():
    """No graph at all: a ridge ten times as strong does the same for these likes."""
    return dict(K=0, layers="mean", reg=0.1, epochs=40, until_day=42)


def edges_blocks(users, items, num_users, E0, num_layers):
    R = torch.zeros(num_users, len(E0) - num_users)
    R[users, items] = 1
    A_hat = graphs.normalize(graphs.adjacency(R))
    return propagation.propagate(A_hat, E0, num_layers)


def edges_flipped(users, items, num_users, E0, num_layers):
    one_way = torch.stack([users, num_users + items])
    source, target = torch.cat([one_way, one_way.flip(0)], dim=1)
    degree = torch.bincount(target, minlength=len(E0)).clamp(min=1).float()
    weight = (degree[source] * degree[target]).rsqrt()
    E, layers = E0, [E0]
    for _ in range(num_layers):
        E = torch.zeros_like(E).index_add_(0, target, weight[:, None] * E[source])
        layers.append(E)
    return torch.stack(layers).mean(0)


def edges_each_twice_in_both_directions(users, items, num_users, E0, num_layers):
    """Doubling every edge changes nothing: the degrees double, too."""
    users, items = torch.cat([users, users]), torch.cat([items, items])
    return ex6_lightgcn_from_likes.lightgcn_from_likes(users, items, num_users, E0, num_layers)


ANSWERS = {
    "06.1": (
        propagate_loops,
        propagate_scipy,
        propagate_in_torch_sparse,
        propagate_with_the_matrix_of_powers,
    ),
    "06.2": (scores_by_powers, scores_by_means, scores_of_propagated, scores_by_eigenvalues),
    "06.3": (loss_in_steps, loss_by_triples),
    "06.4": (smooth_loops, smooth_numpy),
    "06.5": (limits_by_blocks, limits_by_eigenvectors, limits_loops),
    "06.6": (edges_blocks, edges_flipped, edges_each_twice_in_both_directions),
    "06.7": (choose_two_layers, choose_no_layer_and_a_strong_ridge),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "06", ANSWERS, points=29
)


# ------------------------------------------------------------- the library agrees
@pytest.fixture
def graph():
    R, X = toy.random_graph()
    return graphs.adjacency(R), X


@pytest.mark.parametrize("K", [0, 1, 3])
def test_propagation_is_the_library_s(graph, K):
    A, X = graph
    expected = propagation.propagate(graphs.normalize(A), X, K)
    torch.testing.assert_close(ex1_lightgcn_propagate.lightgcn_propagate(A, X, K), expected)


def test_the_inputs_tell_normalizations_apart():
    """u0 of {0}, {0, 1, 2}, {1, 3} after three layers, four ways to normalize."""
    R = torch.tensor(ex1_lightgcn_propagate.THREE_USERS)
    A = graphs.adjacency(R)
    rows = {
        "symmetric": [0.2529, 0.0503, 0.0660, 0.0052],
        "row": [0.2891, 0.0716, 0.1198, 0.0130],
        "column": [0.2549, 0.0418, 0.0448, 0.0022],
    }
    for how, expected in rows.items():
        P = graphs.propagate(graphs.normalize(A, how), torch.eye(7), 3)
        assert (P[0] @ P[3:].T).tolist() == pytest.approx(expected, abs=1e-4)
    P = graphs.propagate(graphs.normalize(A + torch.eye(7)), torch.eye(7), 3)
    assert (P[0] @ P[3:].T).tolist() == pytest.approx([0.2953, 0.0299, 0.0396, 0.0012], abs=1e-4)


def test_smoothness_is_the_library_s(graph):
    A, X = graph
    A_hat = graphs.normalize(A)
    users, items, energy = ex4_smoothness.smoothness(X, A_hat, 60)
    cosines = smoothing.mean_cosine(X[:60]), smoothing.mean_cosine(X[60:])
    assert (users, items) == pytest.approx(cosines, rel=1e-5)  # sums in another order
    assert energy == pytest.approx(smoothing.dirichlet_energy(A_hat, X), rel=1e-5)


def test_limits_are_the_library_s():
    A = graphs.adjacency(toy.likes().double())
    for ours, theirs in zip(
        ex5_smoothing_limits.smoothing_limits(A.sum(1), 3), smoothing.limits(A, 3), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


def test_edges_in_both_directions_are_the_matrix():
    R, X = toy.random_graph()
    users, items = R.nonzero(as_tuple=True)
    expected = propagation.propagate(graphs.normalize(graphs.adjacency(R)), X, 2)
    torch.testing.assert_close(
        ex6_lightgcn_from_likes.lightgcn_from_likes(users, items, 60, X, 2), expected
    )


def test_pyg_with_one_way_edges_sends_no_messages():
    """The bug of exercise 06.6 in the wild: PyG does what it is told, E0 / (K + 1)."""
    nn = pytest.importorskip("torch_geometric.nn")
    R = toy.likes()
    one_way = graphs.edge_index(R).chunk(2, dim=1)[0]
    model = nn.LightGCN(7, 4, num_layers=3)
    E0 = model.embedding.weight.detach()
    torch.testing.assert_close(model.get_embedding(one_way).detach(), E0 / 4)
    users, items = R.nonzero(as_tuple=True)
    mended = ex6_lightgcn_from_likes.lightgcn_from_likes(users, items, 3, E0, 3)
    torch.testing.assert_close(model.get_embedding(graphs.edge_index(R)).detach(), mended)


def test_the_loss_is_bpr_plus_half_the_squares():
    inputs = ex3_lightgcn_loss._by_hand(None)
    # A_hat joins user 0 and item 0 with weight 1: E is 1.5 for both, ½, −½ and 2.5 for the others
    gaps = np.array([1.5 * 1.5 - 1.5 * 0.5, 1.5 * 1.5 + 1.5 * 0.5])
    expected = np.log1p(np.exp(-gaps)).mean() + 0.5 * (1 + 4 + 1) / 2
    assert ex3_lightgcn_loss.lightgcn_loss(**inputs).item() == pytest.approx(expected, abs=1e-6)


T1_SCORES = {1: [0.3536, 0.25, 0], 2: [0.2750, 0.2222, 0.0393], 3: [0.2762, 0.25, 0.0773]}


@pytest.mark.parametrize("K", T1_SCORES)
def test_the_scores_on_the_path_are_those_of_the_closed_form(K):
    R = toy.path()
    ours = ex2_one_hot_scores.one_hot_scores(graphs.normalize(graphs.adjacency(R)), 2, K)
    assert ours[0].tolist() == pytest.approx(T1_SCORES[K], abs=6e-5)
    theirs = filters.closed_form(sp.csr_array(R.double().numpy()), K).scores(np.arange(2))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_loss_is_the_library_s():
    R = sp.csr_array(toy.likes().numpy())
    model = LightGCN(graphs.normalize(graphs.adjacency(R)), 3, dim=4, num_layers=2)
    batch = torch.tensor([0, 2, 0]), torch.tensor([1, 3, 0]), torch.tensor([2, 0, 3])
    ours = ex3_lightgcn_loss.lightgcn_loss(model.E0, model.A_hat, *batch, 3, 2, 0.3)
    torch.testing.assert_close(ours, model.bpr_loss(batch, reg=0.3))


def test_the_library_refuses_one_way_edges():
    R = sp.csr_array(toy.likes().numpy())
    A = graphs.adjacency(R).tolil()
    A[:3] = 0  # users hear nobody
    with pytest.raises(ValueError, match="one direction"):
        LightGCN(sp.csr_array(A), 3, dim=4, num_layers=2)


def test_the_open_task_has_honest_bars():
    """Each bar lies between what it says that it separates."""
    found, ours = ex7_choose.task.found, ex7_choose.choose()
    first, second, third = (0.0615, 0.11, 0.158)
    popular = baselines.popularity(open_task.saves(42))
    bestsellers = metrics.evaluate_model(
        popular, open_task.saves(42), open_task.wanted()
    ).ndcg.mean()
    assert bestsellers < first < found(ours | {"layers": "last", "K": 4})
    assert found(ours | {"K": 0}) < second
    assert third < found(ours)
    assert found(ours | {"epochs": 10}) < third


def test_the_leak_of_the_open_task_would_pay_and_is_refused():
    leak = ex7_choose.choose() | {"until_day": 56}
    assert ex7_choose.task.try_out(leak) > 2 * ex7_choose.task.found(ex7_choose.choose())
    assert ex7_choose.task.found(leak) == 0.0
    assert not (open_task.wanted().times < 42 * 86_400).any()
    assert open_task.saves(42).times.max() < 42 * 86_400


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"K": 3}, "needs the keys K, layers, reg, epochs, until_day"),
        ([3], "needs the keys"),
        (ex7_choose.choose() | {"layers": "sum"}, 'must be "mean" or "last"'),
        (ex7_choose.choose() | {"K": 5}, "K must lie in"),
        (ex7_choose.choose() | {"reg": -1.0}, "must not be negative"),
    ],
)
def test_a_choice_that_is_not_allowed_is_told(choice, said):
    assert said in ex7_choose.task.problem(choice)
