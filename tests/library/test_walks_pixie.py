"""Pixie's walks against exact visit shares, values computed by hand, and rules of the paper."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy, walks

PATH = graphs.adjacency(toy.path())  # boards 0 and 1, pins p0, p1, p2 = nodes 2, 3, 4


def random_bipartite(m=30, n=50, seed=0, weighted=False):
    rng = np.random.default_rng(seed)
    R = (rng.random((m, n)) < 0.15) * (rng.integers(1, 9, (m, n)) if weighted else 1.0)
    R[:, 4] = 0  # pin 4 is on no board
    return graphs.adjacency(sp.csr_array(R))


def exact_shares(A, query, restart, hops):
    """restart M (I - (1 - restart) M)^-1, row `query`, M = P^hops."""
    A = np.asarray(A.todense() if sp.issparse(A) else A, np.float64)
    P = A / np.maximum(A.sum(axis=1, keepdims=True), 1e-300)
    M = np.linalg.matrix_power(P, hops)
    return (restart * M @ np.linalg.inv(np.eye(len(A)) - (1 - restart) * M))[query]


def distance(counts, expected):
    return np.abs(counts / counts.sum() - expected).sum()


@pytest.mark.parametrize(
    ("restart", "expected"), [(0.2, (1 / 3, 0.5, 1 / 6)), (0.5, (0.4167, 0.5, 0.0833))]
)
def test_visit_shares_on_the_path(restart, expected):
    counts = walks.visits(PATH, 2, 400_000, restart)
    assert counts[:2].tolist() == [0, 0]  # boards are passed, never counted
    np.testing.assert_allclose(counts[2:] / 400_000, expected, atol=0.004)


def test_restart_is_not_the_probability_of_going_on():
    counts = walks.visits(PATH, 2, 400_000, restart=0.8)
    np.testing.assert_allclose(counts[2:] / 400_000, (0.4722, 0.5, 0.0278), atol=0.003)


@pytest.mark.parametrize("restart", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_visit_shares_approach_the_exact_ones(restart, hops, weighted):
    A = random_bipartite(weighted=weighted)
    counts = walks.visits(A, 33, 4_000_000, restart, hops=hops)
    assert counts.sum() == 4_000_000
    assert distance(counts, exact_shares(A, 33, restart, hops)) < 0.008


@pytest.mark.parametrize("num_steps", [1, 7, 40, 400])
def test_few_steps_are_not_biased_toward_the_first_one(num_steps):
    """Many short queries together must look like a long one, but for each query's first walk."""
    A = random_bipartite()
    counts = sum(walks.visits(A, 33, num_steps, 0.5, seed=seed) for seed in range(3000))
    M = np.linalg.matrix_power(graphs.normalize(A, "row").todense(), 2)
    at, expected = np.eye(80)[33], np.zeros(80)
    # the law of one walker: where it is after step t, when it returns with probability 1/2
    for _ in range(num_steps):
        at = (at if not expected.any() else 0.5 * at + 0.5 * np.eye(80)[33]) @ M
        expected += at
    tolerance = 0.1 if num_steps == 1 else 0.06
    assert distance(counts, expected / num_steps) < tolerance


def test_networkx_pagerank_tells_the_same():
    import networkx as nx

    A = random_bipartite()
    G = nx.from_scipy_sparse_array(A)
    share = nx.pagerank(G, alpha=0.7, personalization={33: 1}, tol=1e-12)
    expected = (np.array([share[v] for v in range(80)]) - 0.3 * np.eye(80)[33]) / 0.7
    assert distance(walks.visits(A, 33, 1_000_000, 0.3, hops=1), expected) < 0.012


def test_seeds_decide_and_nothing_else():
    A = random_bipartite()
    first, again, other = (walks.visits(A, 33, 5000, seed=seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()
    assert (walks.visits(walks.walkable(A), 33, 5000, seed=3) == first).all()


def test_visits_on_every_machine_are_these():
    assert walks.visits(PATH, 2, 1000, 0.5, seed=7).tolist() == [0, 0, *EXPECTED]


EXPECTED = (426, 510, 64)


def test_a_biased_walk_follows_the_preference():
    A = random_bipartite()
    preference = np.random.default_rng(1).uniform(0, 3, 80)
    preference[40] = 0
    counts = walks.visits(walks.biased(A, preference), 33, 1_000_000, 0.5, hops=1)
    expected = exact_shares(A.todense() * preference, 33, 0.5, 1)
    assert distance(counts, expected) < 0.012
    assert counts[40] == 0


def test_the_alias_tables_hold_the_probabilities_exactly():
    A = random_bipartite(weighted=True)
    graph = walks.walkable(A)
    indptr, indices, keep, other = graph.edges
    P = np.zeros((80, 80))
    for v in range(80):
        for e in range(indptr[v], indptr[v + 1]):
            kept = keep[e] / (2**32 - 1)
            P[v, indices[e]] += kept / (indptr[v + 1] - indptr[v])
            P[v, other[e]] += (1 - kept) / (indptr[v + 1] - indptr[v])
    np.testing.assert_allclose(P, graphs.normalize(A, "row").todense(), atol=1e-8)


def test_dead_ends_of_a_directed_graph_return_to_the_query():
    A = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])  # 0 -> 1 -> 2
    counts = walks.visits(A, 0, 30_000, 0.25, hops=1)
    # 1, then with probability 3/4 also 2, then with probability 3/4 a step from the dead end
    steps = 1 + 0.75 + 0.75**2
    np.testing.assert_allclose(counts / 30_000, [0, 1 / steps, 0.75 / steps], atol=0.01)


# ------------------------------------------------------------------ early stopping


def test_early_stopping_ends_with_the_first_walk_after_enough_nodes():
    A = random_bipartite()
    full = walks.visits(A, 33, 100_000)
    stopped = walks.visits(A, 33, 100_000, stop=(5, 40))
    assert (stopped >= 40).sum() > 5
    assert stopped.sum() < full.sum()
    # more nodes or more visits asked for: never fewer steps
    steps = [walks.visits(A, 33, 100_000, stop=(n_p, 40)).sum() for n_p in range(0, 20, 2)]
    assert steps == sorted(steps) and steps[0] < steps[-1]


def test_the_stop_counter_counts_a_node_once():
    """Three pins exist. Counting them again at every later visit would soon exceed 3."""
    assert walks.visits(PATH, 2, 5000, stop=(3, 2)).sum() == 5000
    assert walks.visits(PATH, 2, 5000, stop=(2, 2)).sum() < 100


def test_the_stop_is_checked_when_a_walk_ends():
    """The first walk goes on until its coin says so: never exactly the step that was enough."""
    steps = [walks.visits(PATH, 2, 1000, 0.05, stop=(0, 1), seed=s).sum() for s in range(400)]
    assert np.mean(steps) > 10  # 1 if the first visit ended it; a walk has 20 steps


# ------------------------------------------------------------------ steps, booster, all of it


def test_allocated_steps_of_the_lecture():
    C = np.log(100_000)
    assert walks.allocate_steps([1, 10_000], 10_000, 100_000, C=C).tolist() == [5, 9995]
    assert walks.allocate_steps([1, 10_000], 10_000, 100_000).tolist() == [4, 9996]


def test_allocated_steps_sum_up_grow_with_the_degree_and_follow_the_weights():
    degree = np.array([1, 3, 10, 50, 200, 1000])
    steps = walks.allocate_steps(degree, 9_999, 1000)
    assert steps.sum() == 9_999
    assert (np.diff(steps) > 0).all()  # the largest degree of the graph is not left out
    assert (np.diff(steps / degree) < 0).all()  # less than linear
    doubled = walks.allocate_steps([5, 5], 900, 10, weights=[2, 1])
    assert doubled.tolist() == [600, 300]
    assert walks.allocate_steps([5, 5, 5], 7, 10).tolist() == [3, 2, 2]


def test_booster():
    boosted = walks.boost([[4, 2, 9, 0], [0, 2, 0, 0]])
    np.testing.assert_allclose(boosted, [4, 8, 9, 0])


def test_recommend_is_visits_allocation_and_booster_together():
    A = random_bipartite()
    queries, weights = [33, 40, 61], [1, 2, 0.5]
    edges = np.diff(A.indptr)
    steps = walks.allocate_steps(edges[queries], 30_000, edges.max(), weights)
    V = [walks.visits(A, q, s, seed=5) for q, s in zip(queries, steps, strict=True)]
    score = walks.boost(V)
    score[[*queries, 50]] = 0
    nodes, scores = walks.recommend(
        A, queries, weights, top=10, num_steps=30_000, seen=[50], seed=5
    )
    expected = np.lexsort((np.arange(80), -score))[:10]
    assert nodes.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, score[expected])


def test_each_query_has_its_own_stop_counter():
    A = random_bipartite()
    stop = (10, 20)
    steps = walks.allocate_steps(np.diff(A.indptr)[[33, 40]], 50_000, np.diff(A.indptr).max())
    V = [walks.visits(A, q, s, stop=stop) for q, s in zip((33, 40), steps, strict=True)]
    score = walks.boost(V)
    nodes, scores = walks.recommend(A, [33, 40], top=80, num_steps=50_000, stop=stop)
    np.testing.assert_allclose(scores, score[nodes])
    assert V[1].sum() > 100  # the second query walked, too


def test_recommend_returns_what_there_is():
    nodes, _ = walks.recommend(PATH, torch.tensor([2]), top=10)
    assert nodes.tolist() == [3, 4]
    nodes, scores = walks.recommend(PATH, [2], top=10, seen=[3, 4])
    assert len(nodes) == len(scores) == 0


# ------------------------------------------------------------------ bad input


def test_a_query_without_edges_is_named():
    A = random_bipartite()
    with pytest.raises(ValueError, match="node 34 has no edge: no walk can leave it"):
        walks.visits(A, 34)
    with pytest.raises(ValueError, match="node 34 has no edge"):
        walks.recommend(A, [33, 34])


@pytest.mark.parametrize("restart", [0, -1, 1.5, float("nan")])
def test_restart_outside_its_range(restart):
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.visits(PATH, 2, restart=restart)
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.recommend(PATH, [2], restart=restart)
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.importance_neighbors(PATH, [2], restart=restart)
    with pytest.raises(ValueError, match="restart must be above 0 and at most 1"):
        walks.typed_neighbors(PATH, [2], [0] * 5, [3], restart=restart)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: walks.visits(torch.zeros(4, 4), 0), "no positive weight"),
        (lambda: walks.visits(-PATH, 2), "weights >= 0"),
        (lambda: walks.biased(PATH, np.zeros(5)), "no positive weight"),
        (lambda: walks.biased(PATH, -np.ones(5)), "not negative"),
        (lambda: walks.biased(PATH, np.ones(4)), r"must be \(5,\)"),
        (lambda: walks.visits(PATH, 5), "query must hold ids from 0 to 4; got 5"),
        (lambda: walks.visits(PATH, 2, -1), "num_steps must be an integer of at least 0"),
        (lambda: walks.visits(PATH, 2, hops=0), "hops must be"),
        (lambda: walks.visits(PATH, 2, stop=(3, 0)), "n_v in stop"),
        (lambda: walks.visits(PATH, 2, seed=-1), "seed must be"),
        (lambda: walks.recommend(PATH, []), "queries is empty"),
        (lambda: walks.recommend(PATH, [2, 2]), "queries must differ"),
        (lambda: walks.recommend(PATH, [2, 3], [0, 0]), "not all 0"),
        (lambda: walks.recommend(PATH, [2, 3], [1, -1]), "not negative"),
        (lambda: walks.recommend(PATH, [2], seen=[9]), "seen must hold ids from 0 to 4; got 9"),
        (lambda: walks.recommend(PATH, [2], top=0), "top must be"),
        (lambda: walks.allocate_steps([0, 1], 10, 5), "above 0 and at most 5"),
        (lambda: walks.allocate_steps([1, 2], 10, 5, [1]), "2 queries need 2 weights"),
        (lambda: walks.allocate_steps([5], 10, 5, C=np.log(5)), "no query a step"),
        (lambda: walks.boost([1, 2]), "queries, nodes"),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_threads_do_not_matter():
    A, threads = random_bipartite(), numba.get_num_threads()
    several = walks.importance_neighbors(A, range(80), 10)
    numba.set_num_threads(1)
    try:
        one = walks.importance_neighbors(A, range(80), 10)
    finally:
        numba.set_num_threads(threads)
    assert (several != one).nnz == 0
