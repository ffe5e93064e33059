"""Smoothing: metrics against loops and formulas, limits against powers, scores against one-hot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy
from graphrec_utils.graphs import propagation, smoothing


def t4_hat():
    R, X = toy.random_graph()
    return graphs.normalize(graphs.adjacency(R)), X


# ---------------------------------------------------------------- mean cosine
def test_mean_cosine_is_the_mean_over_pairs():
    X = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    cosine = torch.nn.functional.cosine_similarity
    pairs = [cosine(X[a], X[b], dim=0).item() for a, b in itertools.combinations(range(7), 2)]
    assert smoothing.mean_cosine(X) == pytest.approx(np.mean(pairs), abs=1e-6)


def test_parallel_rows_have_mean_cosine_one_whatever_their_lengths():
    assert smoothing.mean_cosine([[1.0, 2.0], [3.0, 6.0], [0.1, 0.2]]) == pytest.approx(1)


def test_a_zero_row_has_cosine_zero():
    # pairs: (1, 0) with (1, 0) is 1, two pairs with the zero row are 0
    assert smoothing.mean_cosine([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]) == pytest.approx(1 / 3)


def test_the_curve_of_the_random_graph():
    """Single layers smooth fast, means of layers slowly."""
    A_hat, X = t4_hat()
    single = {1: 0.106, 2: 0.249, 3: 0.564, 4: 0.689, 8: 0.970, 16: 1.000}
    mean = {1: 0.006, 2: 0.023, 3: 0.047, 4: 0.071, 8: 0.208, 16: 0.483}
    for K in single:
        E = torch.matrix_power(A_hat, K) @ X
        assert smoothing.mean_cosine(E[:60]) == pytest.approx(single[K], abs=6e-4)
        M = propagation.propagate(A_hat, X, K)
        assert smoothing.mean_cosine(M[:60]) == pytest.approx(mean[K], abs=6e-4)


@pytest.mark.parametrize("X", [torch.ones(3), torch.ones(1, 2)])
def test_mean_cosine_needs_two_rows(X):
    with pytest.raises(ValueError, match=r"two rows|must be"):
        smoothing.mean_cosine(X)


# ---------------------------------------------------------------- Dirichlet energy
@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_energy_is_the_sum_over_edges(form):
    """x'(I - A_hat)x is the sum over edges of (x_v / sqrt(d_v) - x_w / sqrt(d_w))²."""
    R = toy.likes()
    A_hat, X = graphs.normalize(graphs.adjacency(R)), torch.randn(7, 2).double()
    degree = graphs.adjacency(R).sum(dim=1)
    edges = sum(
        (X[u] / degree[u].sqrt() - X[3 + i] / degree[3 + i].sqrt()).square().sum()
        for u, i in R.nonzero().tolist()
    )
    given = A_hat if form == "dense" else sp.csr_array(A_hat.double().numpy())
    expected = float(edges / X.square().sum())
    assert smoothing.dirichlet_energy(given, X) == pytest.approx(expected, abs=1e-6)


def test_energy_of_the_two_ends_of_the_spectrum():
    A = graphs.adjacency(toy.likes())
    smooth = A.sum(dim=1).sqrt()[:, None]
    sign = torch.tensor([1.0] * 3 + [-1.0] * 4)[:, None]
    A_hat = graphs.normalize(A)
    assert smoothing.dirichlet_energy(A_hat, smooth) == pytest.approx(0, abs=1e-6)
    assert smoothing.dirichlet_energy(A_hat, smooth * sign) == pytest.approx(2, abs=1e-6)


def test_energy_refuses_what_has_none():
    A_hat = graphs.normalize(graphs.adjacency(toy.path()))
    with pytest.raises(ValueError, match="zero everywhere"):
        smoothing.dirichlet_energy(A_hat, torch.zeros(5, 2))
    with pytest.raises(ValueError, match=r"must be \(4, 4\)"):
        smoothing.dirichlet_energy(A_hat, torch.ones(4, 2))


# ---------------------------------------------------------------- limits
@pytest.mark.parametrize(
    "R", [toy.path(), toy.likes(), toy.bestseller()], ids=["path", "likes", "bestseller"]
)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_limits_are_high_powers(R, kind):
    A = graphs.adjacency(R.double())
    power = torch.matrix_power(graphs.normalize(A), 200)
    given = A if kind == "dense" else sp.csr_array(A.numpy())
    even, odd = smoothing.limits(given, len(R))
    torch.testing.assert_close(even, power)
    torch.testing.assert_close(odd, power @ graphs.normalize(A))


def test_limits_on_the_path_by_hand():
    # degrees 2, 2 | 1, 2, 1: twice the edges is 8; 2 sqrt(2 * 2) / 8 = .5, 2 sqrt(2 * 1) / 8 = .3536
    even, odd = smoothing.limits(graphs.adjacency(toy.path()), 2)
    assert even[0].tolist() == [0.5, 0.5, 0, 0, 0]
    assert odd[0].tolist() == pytest.approx([0, 0, 8**0.5 / 8, 0.5, 8**0.5 / 8])


def test_components_keep_to_themselves_and_isolated_nodes_stay_zero():
    R = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]], dtype=torch.float64)
    A = graphs.adjacency(R)
    even, odd = smoothing.limits(A, 3)
    A_hat = graphs.normalize(A)
    torch.testing.assert_close(even, torch.matrix_power(A_hat, 60))
    torch.testing.assert_close(odd, torch.matrix_power(A_hat, 61))


def test_limits_need_a_bipartite_graph():
    with pytest.raises(ValueError, match="two users or two items"):
        smoothing.limits(torch.ones(3, 3), 1)
    with pytest.raises(ValueError, match="square"):
        smoothing.limits(toy.path(), 2)
