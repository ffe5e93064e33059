"""Neighborhoods against full visit counts; paths and pairs against the graph itself."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy, walks
from graphrec_utils.kernels import walks as kernels

PATH = graphs.adjacency(toy.path())


@pytest.fixture(scope="module")
def A():
    R = np.random.default_rng(0).random((30, 50)) < 0.15
    R[:, 4] = False  # pin 4 = node 34 is on no board
    return graphs.adjacency(sp.csr_array(R.astype(np.float32)))


def oracle(A, node, top, types=None, quotas=None, **parameters):
    """Count everything, then choose with a sort that a reader can follow."""
    counts = walks.visits(A, node, **parameters)
    order = sorted(np.flatnonzero(counts), key=lambda v: (-counts[v], v))
    order = [v for v in order if v != node]
    if quotas is not None:
        left, kept = list(quotas), []
        for v in order:
            if left[types[v]] > 0:
                left[types[v]] -= 1
                kept.append(v)
        order = kept
    order = order[:top]
    return order, counts[order] / counts[order].sum()


@pytest.mark.parametrize("top", [1, 3, 10, 49, 200])
@pytest.mark.parametrize("hops", [1, 2])
@pytest.mark.parametrize("num_steps", [300, 5_000])
def test_importance_neighbors_are_the_most_visited(A, top, hops, num_steps):
    nodes = [33, 30, 79, 3]
    alpha = walks.importance_neighbors(A, nodes, top, num_steps, hops=hops, seed=2)
    assert alpha.shape == (4, 80)
    for b, node in enumerate(nodes):
        ids, weights = oracle(A, node, top, num_steps=num_steps, hops=hops, seed=2)
        row = slice(alpha.indptr[b], alpha.indptr[b + 1])
        assert alpha.indices[row].tolist() == ids
        np.testing.assert_allclose(alpha.data[row], weights)


def test_starts_that_walk_together_or_alone_have_the_same_rows(A, monkeypatch):
    nodes = np.arange(30, 80)
    together = walks.importance_neighbors(A, nodes, 7, num_steps=600)
    monkeypatch.setattr(kernels, "COUNTS", 1)  # as on a graph whose counts would take much memory
    alone = walks.importance_neighbors(A, nodes, 7, num_steps=600)
    assert (together != alone).nnz == 0 and together.nnz > 300


def test_weights_are_shares_not_a_softmax():
    alpha = walks.importance_neighbors(PATH, [2], 5, num_steps=200_000, restart=0.5)
    # p1 : p2 = .5 : .0833
    np.testing.assert_allclose(alpha.toarray()[0, 3:], [6 / 7, 1 / 7], atol=0.005)


def test_ties_go_to_the_smaller_id():
    star = graphs.adjacency(sp.csr_array(np.ones((1, 12))))  # one board, twelve pins, all alike
    for seed in range(20):
        alpha = walks.importance_neighbors(star, [5], 4, num_steps=10, seed=seed)
        ids, _ = oracle(star, 5, 4, num_steps=10, seed=seed)
        assert alpha.indices.tolist() == ids


def test_a_row_is_shorter_than_top_when_less_was_visited():
    alpha = walks.importance_neighbors(PATH, [2, 3, 4], top=50)
    assert np.diff(alpha.indptr).tolist() == [2, 2, 2]
    np.testing.assert_allclose(alpha.sum(axis=1), 1)


def test_a_node_without_edges_has_no_neighbors(A):
    alpha = walks.importance_neighbors(A, [33, 34, 35], 5)
    assert np.diff(alpha.indptr).tolist() == [5, 0, 5]
    assert np.isfinite(alpha.data).all()


def test_rows_do_not_depend_on_the_other_starts(A):
    nodes = np.arange(30, 80)
    together = walks.importance_neighbors(A, nodes, 7, seed=1)
    apart = sp.vstack(
        [walks.importance_neighbors(A, part, 7, seed=1) for part in np.array_split(nodes, 7)]
    )
    assert (together != apart).nnz == 0
    assert (together != walks.importance_neighbors(A, nodes, 7, seed=2)).nnz > 0


def test_pooling_is_a_product(A):
    alpha = walks.importance_neighbors(A, [33, 30], 4)
    H = np.random.default_rng(0).normal(size=(80, 3))
    ids, weights = oracle(A, 30, 4, num_steps=1000)
    np.testing.assert_allclose((alpha @ H)[1], weights @ H[ids])


@pytest.mark.parametrize("quotas", [(3, 5), (0, 4), (100, 2), (1, 0)])
def test_quotas(A, quotas):
    types = np.repeat([0, 1], [30, 50])
    nodes = [33, 2, 34]
    alpha = walks.typed_neighbors(A, nodes, types, quotas, num_steps=400, seed=3)
    for b, node in enumerate(nodes[:2]):
        ids, weights = oracle(A, node, 999, types, quotas, num_steps=400, hops=1, seed=3)
        row = slice(alpha.indptr[b], alpha.indptr[b + 1])
        assert alpha.indices[row].tolist() == ids
        np.testing.assert_allclose(alpha.data[row], weights)
        assert (np.bincount(types[ids], minlength=2) <= quotas).all()
    assert alpha.indptr[-1] == alpha.indptr[-2]  # node 34 has no edge


def test_without_quotas_boards_fill_the_places(A):
    types = np.repeat([0, 1], [30, 50])
    alpha = walks.importance_neighbors(A, [33], 6, hops=1, num_steps=2000)
    assert (types[alpha.indices] == 1).sum() < 3
    alpha = walks.typed_neighbors(A, [33], types, (3, 3), num_steps=2000)
    assert (types[alpha.indices] == 1).sum() == 3


def test_paths_follow_edges_and_start_where_they_should(A):
    found = walks.paths(A, [33, 0], length=6, num_walks=3)
    assert found.shape == (6, 7)
    assert found[:, 0].tolist() == [33, 33, 33, 0, 0, 0]
    assert A.todense()[found[:, :-1], found[:, 1:]].all()
    assert len(np.unique(found, axis=0)) == 6  # walks of one start differ
    assert (walks.paths(A, [0], 6, 3) == found[3:]).all()  # and do not depend on other starts


def test_paths_end_at_dead_ends(A):
    assert walks.paths(A, [34], 3).tolist() == [[34, -1, -1, -1]]
    chain = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    assert walks.paths(chain, [0], 4).tolist() == [[0, 1, 2, -1, -1]]


def test_paths_follow_the_weights():
    W = torch.tensor([[0.0, 1.0, 3.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    found = walks.paths(W, [0], 1, 20_000)
    assert np.mean(found[:, 1] == 2) == pytest.approx(0.75, abs=0.01)


def test_pairs_of_graphsage():
    assert walks.pairs(np.array([[0, 3, 0, 4, -1]])).tolist() == [[0, 3], [0, 4]]
    assert len(walks.pairs(np.array([[0, 1, 2, 3, 4]]))) == 4


def test_pairs_in_a_window():
    found = walks.pairs(np.array([[5, 6, 7, 5], [8, -1, -1, -1]]), window=2)
    expected = [[5, 6], [6, 7], [7, 5], [6, 5], [7, 6], [5, 7], [5, 7], [6, 5], [7, 5], [5, 6]]
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))
    # 5 with 5 is three edges apart: outside the window, and never its own context
    assert len(walks.pairs(np.array([[5, 6, 7, 5]]), window=9)) == 10


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda A: walks.importance_neighbors(A, [80]), "nodes must hold ids from 0 to 79; got 80"),
        (lambda A: walks.importance_neighbors(A, [0], top=0), "top must be"),
        (lambda A: walks.importance_neighbors(A, [0], num_steps=0), "num_steps must be"),
        (lambda A: walks.importance_neighbors(A, [0], restart=0), "restart must be"),
        (lambda A: walks.importance_neighbors(-1 * A, [0]), "weights >= 0"),
        (lambda A: walks.importance_neighbors(0 * A, [0]), "no positive weight"),
        (lambda A: walks.typed_neighbors(A, [0], [0, 1], [1, 1]), r"types must be \(80,\)"),
        (
            lambda A: walks.typed_neighbors(A, [0], [2] * 80, [1, 1]),
            "types must hold ids from 0 to 1; got 2",
        ),
        (lambda A: walks.typed_neighbors(A, [0], [0] * 80, [0]), "quotas"),
        (lambda A: walks.typed_neighbors(A, [0], [0] * 80, [-1, 2]), "quotas"),
        (lambda A: walks.paths(A, [0], 0), "length must be"),
        (lambda A: walks.pairs(np.zeros(3, int)), "rows of node ids"),
        (lambda A: walks.pairs(np.zeros((3, 2), int), 0), "window must be"),
    ],
)
def test_bad_input_gets_a_sentence(A, call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(A)
