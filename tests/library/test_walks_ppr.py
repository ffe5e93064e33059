"""Personalized PageRank against the closed form, networkx and values computed by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy, walks
from graphrec_utils.graphs.walkable import walkable
from graphrec_utils.kernels import ppr as kernels

PATH = graphs.adjacency(toy.path())  # boards 0 and 1, pins p0, p1, p2 = nodes 2, 3, 4


def random_graph(seed=0, N=60, density=0.08, weighted=True, symmetric=True):
    rng = np.random.default_rng(seed)
    A = (rng.random((N, N)) < density) * (rng.uniform(0.5, 3, (N, N)) if weighted else 1.0)
    A = A + A.T if symmetric else A
    A[7], A[:, 7] = 0, 0  # node 7 has no edge
    return sp.csr_array(A)


def closed_form(A, node, restart):
    """restart (I - (1 - restart) P')^-1 e_u; a row without edges leads back to the start."""
    A = np.asarray(A.todense() if sp.issparse(A) else A, np.float64)
    N, degree = len(A), A.sum(axis=1)
    P = np.zeros((N, N))
    P[degree > 0] = A[degree > 0] / degree[degree > 0, None]
    P[degree == 0, node] = 1
    return restart * np.linalg.inv(np.eye(N) - (1 - restart) * P.T)[:, node]


@pytest.mark.parametrize("restart", [0.01, 0.15, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("symmetric", [True, False])
def test_ppr_equals_the_closed_form(restart, symmetric):
    A = random_graph(symmetric=symmetric)
    found = walks.ppr(A, [0, 7, 31], restart, tolerance=1e-10)
    expected = np.stack([closed_form(A, node, restart) for node in (0, 7, 31)])
    assert np.abs(found - expected).sum(axis=1).max() < 1e-10
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 1e-4])
def test_the_error_of_ppr_stays_below_the_tolerance_and_is_not_wasted(tolerance):
    A = graphs.adjacency(toy.path())
    error = np.abs(walks.ppr(A, [0], 0.1, tolerance)[0].numpy() - closed_form(A, 0, 0.1)).sum()
    assert tolerance / 10 < error <= tolerance


def test_more_starts_than_fit_one_product():
    A = random_graph()
    nodes = np.arange(60).repeat(3)[:150]
    together = walks.ppr(A, nodes, 0.3)
    one_by_one = np.concatenate([walks.ppr(A, [node], 0.3) for node in nodes])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("restart", [0.05, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-5, 1e-8])
def test_push_never_exceeds_and_falls_short_by_at_most_tolerance_times_degree(restart, tolerance):
    A = random_graph()
    degree = np.asarray(A.sum(axis=1)).ravel()
    for node in (0, 12, 59):
        short = closed_form(A, node, restart) - walks.ppr_push(A, node, restart, tolerance)
        assert short.min() > -1e-12
        assert (short <= tolerance * degree + 1e-12).all()


def test_push_conserves_mass_and_stops_in_time():
    graph = walkable(random_graph())
    settled, waiting = kernels.push(
        graph.indptr, graph.indices, graph.weight, graph.degree, 3, 0.15, 1e-3
    )
    assert settled.sum() + waiting.sum() == pytest.approx(1, abs=1e-12)
    assert (waiting <= 1e-3 * graph.degree).all()
    assert waiting.sum() > 0  # it did stop early


def test_push_on_a_directed_graph_returns_from_dead_ends():
    A = random_graph(symmetric=False, density=0.03)
    assert (np.asarray(A.sum(axis=1)).ravel() == 0).sum() > 3
    found = walks.ppr_push(A, 0, 0.2, 1e-12)
    np.testing.assert_allclose(found, closed_form(A, 0, 0.2), atol=1e-9)


def test_push_touches_the_neighborhood_only():
    far = sp.csr_array(sp.block_diag([graphs.adjacency(sp.csr_array(toy.path().numpy()))] * 1000))
    assert np.flatnonzero(walks.ppr_push(far, 5, 0.2)).tolist() == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("restart", "expected"), [(0.2, (0.3333, 0.5, 0.1667)), (0.8, (0.4722, 0.5, 0.0278))]
)
def test_visits_of_pins_on_the_path(restart, expected):
    """The values count visits after two half-steps, pin to board to pin, start excluded."""
    two = (graphs.normalize(PATH, "row") @ graphs.normalize(PATH, "row"))[2:, 2:]
    share = walks.ppr(two, [0], restart)[0].numpy()
    visits = (share - restart * np.eye(3)[0]) / (1 - restart)
    np.testing.assert_allclose(visits, expected, atol=5e-5)
    pushed = walks.ppr_push(two, 0, restart, 1e-9).numpy()
    np.testing.assert_allclose(pushed, share, atol=1e-6)


@pytest.mark.parametrize("restart", [0.15, 0.6])
def test_networkx_agrees(restart):
    A = random_graph(symmetric=False)
    G = nx.from_scipy_sparse_array(A, create_using=nx.DiGraph)
    expected = nx.pagerank(G, alpha=1 - restart, personalization={5: 1}, tol=1e-13, max_iter=1000)
    expected = np.array([expected[v] for v in range(60)])
    np.testing.assert_allclose(walks.ppr(A, [5], restart, 1e-11)[0], expected, atol=1e-10)
    np.testing.assert_allclose(walks.ppr_push(A, 5, restart, 1e-12), expected, atol=1e-9)


def test_a_start_without_edges_stays_at_home():
    A = random_graph()
    assert (walks.ppr_push(A, 7) == np.eye(60)[7]).all()
    np.testing.assert_allclose(walks.ppr(A, [7])[0], np.eye(60)[7], atol=1e-12)


def test_a_tensor_gives_a_tensor_and_the_graph_can_be_kept():
    assert isinstance(walks.ppr_push(PATH, 2), torch.Tensor)
    assert isinstance(walks.ppr(PATH, torch.tensor([2, 3])), torch.Tensor)
    graph = walks.walkable(PATH)
    assert (walks.ppr_push(graph, 2) == walks.ppr_push(PATH, 2).numpy()).all()


@pytest.mark.parametrize("restart", [0, -0.1, 1.01, float("nan")])
def test_restart_is_a_probability_above_zero(restart):
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.ppr(PATH, [0], restart)
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.ppr_push(PATH, 0, restart)


@pytest.mark.parametrize(
    ("A", "sentence"),
    [
        (torch.zeros(3, 3), "no positive weight"),
        (torch.tensor([[0.0, -1.0], [-1.0, 0.0]]), "weights >= 0; A holds -1"),
        (torch.tensor([[0.0, float("nan")], [1.0, 0.0]]), "weights >= 0; A holds nan"),
        (torch.ones(2, 3), "square"),
    ],
)
def test_graphs_nobody_can_walk_on(A, sentence):
    with pytest.raises(ValueError, match=sentence):
        walks.ppr_push(A, 0)


def test_other_bad_input():
    with pytest.raises(TypeError, match="got list"):
        walks.ppr([[0, 1], [1, 0]], [0])
    with pytest.raises(ValueError, match="nodes must hold ids from 0 to 4; got 5"):
        walks.ppr(PATH, [0, 5])
    with pytest.raises(ValueError, match="list of integer ids"):
        walks.ppr_push(PATH, 0.5)
    with pytest.raises(ValueError, match="tolerance"):
        walks.ppr_push(PATH, 0, 0.2, 0)
