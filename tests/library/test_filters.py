"""Graph filters: against the formulas on dense matrices, eigenvalues, invariances, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, metrics
from graphrec_utils.graphs.propagation import propagate
from graphrec_utils.models import filters
from graphrec_utils.models.scoring import Factors

PATH = np.array([[1, 1, 0], [0, 1, 1]])  # two users, three items


def random_R(m=30, n=20, seed=0, isolated=True):
    rng = np.random.default_rng(seed)
    R = (rng.random((m, n)) < 0.2).astype(float)
    if isolated:
        R[3], R[:, 7] = 0, 0
    return R


def sparse(R):
    return sp.csr_array(np.asarray(R, dtype=np.float64))


def dense_parts(R):
    """Return R_hat, D_I^(1/2), D_I^(-1/2) by the definition, with loops."""
    m, n = R.shape
    du, di = R.sum(axis=1), R.sum(axis=0)
    R_hat = np.zeros((m, n))
    for u in range(m):
        for i in range(n):
            if R[u, i]:
                R_hat[u, i] = R[u, i] / np.sqrt(du[u] * di[i])
    inverse = np.array([1 / np.sqrt(d) if d else 0.0 for d in di])
    return R_hat, np.sqrt(di), inverse


MAKE = {
    "svd": lambda R: filters.svd_low_pass(R, 4),
    "linear": filters.linear_filter,
    "rp3beta": lambda R: filters.rp3beta(R, 0.8, 0.4),
    "gf_cf": lambda R: filters.gf_cf(R, 4, 0.3),
    "closed_form": lambda R: filters.closed_form(R, 3),
}


def all_scores(scorer):
    known = scorer.user_emb if isinstance(scorer, Factors) else scorer.R_hat
    return scorer.scores(np.arange(known.shape[0]))


# -------------------------------------------------------------------- by the formula


@pytest.mark.parametrize("dim", [1, 4, 20, 50])
def test_low_pass_is_the_truncated_svd(dim):
    R = random_R()
    U, sigma, Vt = np.linalg.svd(dense_parts(R)[0], full_matrices=False)
    expected = U[:, :dim] * sigma[:dim] @ Vt[:dim]
    assert all_scores(filters.svd_low_pass(sparse(R), dim)) == pytest.approx(expected, abs=1e-10)


def test_low_pass_is_a_filter_of_the_graph_that_keeps_both_ends_of_the_spectrum():
    R, dim = random_R(), 4
    A_hat = graphs.normalize(graphs.adjacency(sparse(R))).toarray()
    values, vectors = np.linalg.eigh(A_hat)
    keep = np.abs(values) >= np.sort(np.abs(values))[-2 * dim]
    filtered = vectors * np.where(keep, values, 0) @ vectors.T
    scores = all_scores(filters.svd_low_pass(sparse(R), dim))
    assert scores == pytest.approx(filtered[: len(R), len(R) :], abs=1e-10)


def test_linear_filter_counts_every_walk_of_length_three():
    R = random_R(8, 6, isolated=False)
    du, di = R.sum(axis=1), R.sum(axis=0)
    expected = np.zeros(R.shape)
    for u, j in zip(*R.nonzero(), strict=True):
        for v in R[:, j].nonzero()[0]:
            for i in R[v].nonzero()[0]:
                expected[u, i] += 1 / (du[v] * np.sqrt(di[i] * di[j]))
    assert all_scores(filters.linear_filter(sparse(R))) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("alpha, beta", [(1, 0), (1, 0.5), (0.5, 0), (0.7, 1.3), (0, 0)])
def test_rp3beta_divides_each_walk_by_its_nodes(alpha, beta):
    R = random_R(9, 8)
    du, di = R.sum(axis=1), R.sum(axis=0)
    expected = np.zeros(R.shape)
    for u, j in zip(*R.nonzero(), strict=True):
        for v in R[:, j].nonzero()[0]:
            for i in R[v].nonzero()[0]:
                expected[u, i] += 1 / ((du[v] * di[j]) ** alpha * di[i] ** beta)
    scores = all_scores(filters.rp3beta(sparse(R), alpha, beta))
    assert scores == pytest.approx(expected, abs=1e-12)


def test_without_beta_rp3beta_is_where_a_random_walk_of_three_steps_ends():
    R = random_R(25, 6, isolated=False)
    R[:6] += np.eye(6) * (1 - R[:6])  # everybody has a like, and every item a fan
    R[R.sum(axis=1) == 0, 0] = 1
    to_items, to_users = R / R.sum(axis=1)[:, None], R.T / R.sum(axis=0)[:, None]
    scores = all_scores(filters.rp3beta(sparse(R), 1, 0))
    walked = scores / R.sum(axis=1)[:, None]
    assert walked == pytest.approx(to_items @ to_users @ to_items, abs=1e-12)
    assert walked.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "given", [{"alpha": -0.1}, {"beta": -1}, {"beta": np.nan}, {"alpha": np.inf}]
)
def test_rp3beta_refuses_an_exponent_that_is_none(given):
    with pytest.raises(ValueError, match=f"{next(iter(given))} must be a number >= 0"):
        filters.rp3beta(sparse(PATH), **given)


@pytest.mark.parametrize("dim, weight", [(1, 0.3), (4, 0.3), (4, 0.0), (50, 2.0)])
def test_gf_cf_is_the_formula_of_the_paper(dim, weight):
    R = random_R()
    R_hat, root, inverse = dense_parts(R)
    V = np.linalg.svd(R_hat, full_matrices=False)[2][:dim].T
    P = R_hat.T @ R_hat + weight * inverse[:, None] * (V @ V.T) * root
    assert all_scores(filters.gf_cf(sparse(R), dim, weight)) == pytest.approx(R @ P, abs=1e-10)


def test_an_ideal_low_pass_that_lets_everything_through_returns_the_likes():
    R = random_R()
    full = all_scores(filters.gf_cf(sparse(R), 20, 1.0)) - all_scores(
        filters.linear_filter(sparse(R))
    )
    assert full == pytest.approx(R, abs=1e-10)


@pytest.mark.parametrize("num_layers", [0, 1, 2, 3, 6])
def test_closed_form_is_lightgcn_on_one_hot_embeddings(num_layers):
    R = random_R()
    m, N = len(R), sum(R.shape)
    A_hat = graphs.normalize(graphs.adjacency(sparse(R)))
    E = propagate(A_hat, torch.eye(N, dtype=torch.float64), num_layers).numpy()
    scores = all_scores(filters.closed_form(sparse(R), num_layers))
    assert scores == pytest.approx(E[:m] @ E[m:].T, abs=1e-12)


def test_closed_form_takes_the_weights_of_the_layers():
    R, alpha = random_R(), [0.1, 0.5, 0.2, 1.3]
    m, N = len(R), sum(R.shape)
    A_hat = graphs.normalize(graphs.adjacency(sparse(R)))
    E = propagate(A_hat, torch.eye(N, dtype=torch.float64), 3, alpha).numpy()
    scores = all_scores(filters.closed_form(sparse(R), 3, alpha))
    assert scores == pytest.approx(E[:m] @ E[m:].T, abs=1e-12)


@pytest.mark.parametrize(
    "num_layers, row",
    [(1, [0.3536, 0.25, 0]), (2, [0.2750, 0.2222, 0.0393]), (3, [0.2762, 0.25, 0.0773])],
)
def test_closed_form_by_hand(num_layers, row):
    scores = filters.closed_form(sparse(PATH), num_layers).scores(np.array([0]))
    assert scores[0] == pytest.approx(row, abs=5e-5)


def test_linear_filter_by_hand():
    # u0 likes i0, i1: from i0 back to itself by u0 1/2, to i1 1/(2 sqrt 2), and from i1 likewise
    expected = [0.5 + 1 / 8**0.5, 1 / 8**0.5 + 1 / 2, 1 / 8**0.5]
    assert filters.linear_filter(sparse(PATH)).scores(np.array([0]))[0] == pytest.approx(expected)


# ----------------------------------------------------------------------- invariances


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_names_of_users_and_items_do_not_matter(make):
    R = random_R()
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(R.shape[0]), rng.permutation(R.shape[1])
    permuted = all_scores(make(sparse(R[rows][:, columns])))
    assert permuted == pytest.approx(all_scores(make(sparse(R)))[rows][:, columns], abs=1e-10)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_isolated_nodes_have_scores_of_zero_and_change_nothing(make):
    R = random_R()
    scores = all_scores(make(sparse(R)))
    assert np.abs(scores[3]).max() < 1e-12 and np.abs(scores[:, 7]).max() < 1e-12
    without = all_scores(make(sparse(np.delete(np.delete(R, 3, 0), 7, 1))))
    assert without == pytest.approx(np.delete(np.delete(scores, 3, 0), 7, 1), abs=1e-10)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_two_components_do_not_hear_of_each_other(make):
    block = random_R(15, 10, isolated=False)
    R = np.block([[block, np.zeros((15, 10))], [np.zeros((15, 10)), block]])
    scores = all_scores(make(sparse(R)))
    # the singular values come in pairs: an even dim takes whole pairs
    assert scores[:15, 10:] == pytest.approx(np.zeros((15, 10)), abs=1e-9)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_users_are_scored_alike_in_every_block_and_order(make):
    scorer = make(sparse(random_R()))
    full, users = all_scores(scorer), np.array([9, 3, 9, 0])
    assert scorer.scores(users) == pytest.approx(full[users], abs=1e-12)
    assert scorer.scores(np.array([], dtype=int)).shape == (0, 20)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_float32_in_means_float32_out_with_the_same_numbers(make):
    R = random_R()
    scores = all_scores(make(sp.csr_matrix(R.astype(np.float32))))
    assert scores.dtype == np.float32
    assert scores == pytest.approx(all_scores(make(sparse(R))), abs=1e-5)
    assert all_scores(make(sp.coo_array(R.astype(int)))).dtype == np.float32


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_large_sparse_matrix_takes_the_iterative_svd_and_agrees(make):
    R = (np.random.default_rng(2).random((400, 300)) < 0.03).astype(float)
    small = np.linalg.svd(dense_parts(R)[0])[1]
    assert small[3] - small[4] > 1e-3  # the cut is between different values
    R_hat, root, inverse = dense_parts(R)
    V = np.linalg.svd(R_hat)[2][:4].T
    by_degree = [np.where(R.sum(axis=a) > 0, R.sum(axis=a), np.inf) for a in (1, 0)]
    inner = [degree**-0.8 for degree in by_degree]
    expected = {
        "svd": R_hat @ V @ V.T,
        "linear": R @ R_hat.T @ R_hat,
        "rp3beta": R @ (inner[1][:, None] * R.T * inner[0]) @ R * by_degree[1] ** -0.4,
        "gf_cf": R @ (R_hat.T @ R_hat + 0.3 * inverse[:, None] * (V @ V.T) * root),
        "closed_form": (
            2 * R_hat + (4 * np.eye(400) + 2 * R_hat @ R_hat.T) @ R_hat @ R_hat.T @ R_hat
        )
        / 16,
    }
    name = next(name for name, value in MAKE.items() if value is make)
    assert all_scores(make(sparse(R))) == pytest.approx(expected[name], abs=1e-8)


def test_filters_solve_two_communities():
    """Two groups of users, two of items; a user's unseen items of the own group come first."""
    rng = np.random.default_rng(0)
    group = np.kron(np.eye(2), np.ones((30, 20)))
    R = sparse(group * (rng.random(group.shape) < 0.4))
    assert R.sum(axis=1).min() > 0 and R.sum(axis=0).min() > 0  # nobody is isolated
    # two patterns, one per group: a third one would already be noise
    for name, make in {**MAKE, "svd": lambda R: filters.svd_low_pass(R, 2)}.items():
        ranked = metrics.rank_with(make(R).scores, R, top=5)
        assert (ranked[:30] < 20).all() and (ranked[30:] >= 20).all(), name


# ------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
@pytest.mark.parametrize("shape", [(5, 4), (0, 4), (5, 0), (300, 250)])
def test_without_interactions_all_scores_are_zero(make, shape):
    scores = all_scores(make(sp.csr_array(shape)))
    assert scores.shape == shape and not scores.any()


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_entries_that_are_no_interactions_get_a_sentence(make):
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="numbers >= 0"):
            make(sp.csr_array(np.array([[1.0, bad]])))
    with pytest.raises(TypeError, match=r"R must be a scipy\.sparse matrix; got ndarray"):
        make(PATH)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_repeated_edge_is_summed_before_it_is_filtered(make):
    twice = sp.coo_array((np.ones(5), ([0, 0, 1, 1, 0], [0, 1, 1, 2, 0])), shape=(2, 3))
    assert all_scores(make(twice)) == pytest.approx(
        all_scores(make(sparse([[2, 1, 0], [0, 1, 1]])))
    )


def large_R():
    return sparse(np.random.default_rng(2).random((400, 300)) < 0.03)


def test_more_passes_come_closer_to_the_exact_low_pass():
    exact = all_scores(filters.gf_cf(large_R(), 20, 0.3))
    errors = [
        np.abs(all_scores(filters.gf_cf(large_R(), 20, 0.3, passes=p)) - exact).mean()
        for p in (1, 4, 200)
    ]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 1e-5


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_passes_are_rounds_of_subspace_iteration(passes):
    """Halko et al., algorithm 4.4, written with numpy: A, then so often Aᵀ and A; then the SVD."""
    _, R_hat = filters._normalized(large_R())
    dim, A = 20, R_hat.toarray()
    start = np.random.default_rng(5).normal(size=(A.shape[1], dim + 10))
    Q = np.linalg.qr(A @ start)[0]
    for _ in range(passes):
        Q = np.linalg.qr(A.T @ Q)[0]
        Q = np.linalg.qr(A @ Q)[0]
    expected = np.linalg.svd(Q.T @ A, full_matrices=False)[2][:dim].T
    V = filters._patterns(R_hat, dim, 5, passes)
    assert pytest.approx(expected @ expected.T, abs=1e-8) == V @ V.T


def test_approximate_patterns_are_orthonormal_and_follow_the_seed():
    _, R_hat = filters._normalized(large_R())
    V, again, other = (filters._patterns(R_hat, 20, seed, 2) for seed in (0, 0, 1))
    assert pytest.approx(np.eye(20), abs=1e-10) == V.T @ V
    assert (again == V).all() and np.abs(V - other).max() > 1e-3


def test_passes_change_nothing_where_the_exact_vectors_cost_nothing():
    R = sparse(random_R())
    assert (
        all_scores(filters.gf_cf(R, 12, 0.3, passes=1)) == all_scores(filters.gf_cf(R, 12, 0.3))
    ).all()


def test_parameters_that_do_not_fit_get_a_sentence():
    R = sparse(PATH)
    for dim in (0, -1):
        with pytest.raises(ValueError, match="dim must be an integer of at least 1"):
            filters.svd_low_pass(R, dim)
    for weight in (-0.1, np.nan, np.inf):
        with pytest.raises(ValueError, match="weight must be a number >= 0"):
            filters.gf_cf(R, 1, weight)
    with pytest.raises(ValueError, match="passes must be an integer of at least 1"):
        filters.gf_cf(R, 1, 0.3, passes=0)
    with pytest.raises(ValueError, match="num_layers must be an integer of at least 0; got -1"):
        filters.closed_form(R, -1)
    with pytest.raises(ValueError, match="2 layers need 3 weights, layer 0 included; got 2"):
        filters.closed_form(R, 2, [1, 1])
    with pytest.raises(IndexError):
        filters.linear_filter(R).scores(np.array([2]))


def test_the_input_is_not_changed():
    R = sparse(random_R())
    before = R.toarray()
    for make in MAKE.values():
        all_scores(make(R))
    assert (R.toarray() == before).all()
