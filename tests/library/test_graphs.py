"""R, A and A_hat: against loops that follow the definitions, dense and sparse alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy

LONELY = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])  # u1 and i2 have no edge


def random_R(seed: int, m: int = 7, n: int = 5) -> torch.Tensor:
    draw = torch.rand(m, n, generator=torch.Generator().manual_seed(seed))
    return (draw < 0.3).float()


def as_kind(R: torch.Tensor, kind: str):
    """The same matrix in each form that callers use."""
    make = {"tensor": torch.clone, "csr": lambda r: sp.csr_array(r.numpy())}
    make["coo matrix"] = lambda r: sp.coo_matrix(r.numpy())
    return make[kind](R)


def dense(matrix) -> np.ndarray:
    return matrix.toarray() if sp.issparse(matrix) else np.asarray(matrix)


KINDS = pytest.mark.parametrize("kind", ["tensor", "csr", "coo matrix"])
SEEDS = pytest.mark.parametrize("seed", range(5))


def loop_adjacency(R: torch.Tensor) -> np.ndarray:
    """One entry at a time: nodes v and w touch if one is a user who likes the other, an item."""
    m, n = R.shape
    A = np.zeros((m + n, m + n))
    for u in range(m):
        for i in range(n):
            if R[u, i]:
                A[u, m + i] = A[m + i, u] = 1
    return A


def loop_normalize(A: np.ndarray, how: str) -> np.ndarray:
    """One entry at a time: the table of the docstring."""
    A_hat = np.zeros_like(A)
    degree = [sum(row) for row in A]
    for v in range(len(A)):
        for w in range(len(A)):
            if A[v, w]:
                by = {"symmetric": math.sqrt(degree[v] * degree[w])}
                by |= {"row": degree[v], "column": degree[w]}
                A_hat[v, w] = A[v, w] / by[how]
    return A_hat


@KINDS
@SEEDS
def test_adjacency_agrees_with_the_loop(kind, seed):
    R = random_R(seed)
    assert np.array_equal(dense(graphs.adjacency(as_kind(R, kind))), loop_adjacency(R))


@KINDS
def test_biadjacency_undoes_adjacency(kind):
    R = random_R(0)
    back = graphs.biadjacency(graphs.adjacency(as_kind(R, kind)), num_users=7)
    assert np.array_equal(dense(back), R)


def test_biadjacency_of_a_tensor_does_not_share_memory():
    A = graphs.adjacency(toy.likes())
    graphs.biadjacency(A, 3).zero_()
    assert A.sum() == 12


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_adjacency_keeps_the_dtype(dtype):
    R = toy.likes().to(dtype)
    assert graphs.adjacency(R).dtype is dtype
    assert graphs.adjacency(sp.csr_array(R.numpy())).dtype == R.numpy().dtype


def test_sparse_stays_sparse():
    A = graphs.adjacency(sp.csr_array(toy.likes().numpy()))
    assert A.format == "csr"
    assert A.nnz == 12  # six likes, each in both directions
    assert graphs.normalize(A).nnz == 12


@KINDS
def test_edges_go_from_users_to_items_first_and_then_back(kind):
    edges = graphs.edge_index(as_kind(toy.path(), kind))
    assert edges.dtype is torch.int64
    # u0-i0, u0-i1, u1-i1, u1-i2 with items numbered from 2
    assert edges.tolist() == [[0, 0, 1, 1, 2, 3, 3, 4], [2, 3, 3, 4, 0, 0, 1, 1]]


@SEEDS
def test_edges_are_the_entries_of_the_adjacency_matrix(seed):
    R = random_R(seed)
    A = torch.zeros(12, 12)
    A[tuple(graphs.edge_index(R))] = 1
    assert torch.equal(A, graphs.adjacency(R))


def test_explicit_zeros_of_a_sparse_matrix_are_no_edges():
    R = sp.csr_array(toy.path().numpy())
    R.data[0] = 0
    assert graphs.edge_index(R).shape == (2, 6)


@KINDS
def test_degrees_count_neighbors(kind):
    A = graphs.adjacency(as_kind(toy.likes(), kind))
    assert graphs.degrees(A).tolist() == [2, 2, 2, 1, 2, 2, 1]


@KINDS
@SEEDS
@pytest.mark.parametrize("how", ["symmetric", "row", "column"])
def test_normalize_agrees_with_the_loop(kind, seed, how):
    R = random_R(seed)
    A_hat = graphs.normalize(graphs.adjacency(as_kind(R, kind)), how)
    assert dense(A_hat) == pytest.approx(loop_normalize(loop_adjacency(R), how), abs=1e-6)


@KINDS
@pytest.mark.parametrize("how", ["symmetric", "row", "column"])
def test_isolated_nodes_get_zeros(kind, how):
    A_hat = dense(graphs.normalize(graphs.adjacency(as_kind(LONELY, kind)), how))
    for v in (1, 4):  # u1 and i2
        assert not A_hat[v].any()
        assert not A_hat[:, v].any()


def test_one_edge_of_the_path_by_hand():
    A = graphs.adjacency(toy.path())
    # u0 has 2 likes, i0 one
    assert graphs.normalize(A)[0, 2].item() == pytest.approx(1 / math.sqrt(2 * 1))
    assert graphs.normalize(A, "row")[0, 2].item() == pytest.approx(1 / 2)
    assert graphs.normalize(A, "column")[0, 2].item() == pytest.approx(1 / 1)


def test_a_graph_of_ones_in_integers_becomes_floating_point():
    A = graphs.adjacency(toy.path().long())
    assert graphs.normalize(A).dtype is torch.float32
    assert graphs.normalize(sp.csr_array(A.numpy())).dtype == np.float64


@SEEDS
def test_the_spectrum_lies_between_minus_one_and_one_and_is_symmetric(seed):
    A_hat = graphs.normalize(graphs.adjacency(random_R(seed).double()))
    values = torch.linalg.eigvalsh(A_hat)
    assert values.abs().max().item() == pytest.approx(1)
    assert values.tolist() == pytest.approx((-values.flip(0)).tolist(), abs=1e-12)  # bipartite


def test_normalize_agrees_with_pytorch_geometric():
    gcn = pytest.importorskip("torch_geometric.nn.conv.gcn_conv")
    R = random_R(3)
    edges, weights = gcn.gcn_norm(graphs.edge_index(R), num_nodes=12, add_self_loops=False)
    A_hat = torch.zeros(12, 12)
    A_hat[tuple(edges)] = weights
    assert torch.allclose(graphs.normalize(graphs.adjacency(R)), A_hat)


def test_normalize_leaves_its_input_alone():
    A = graphs.adjacency(toy.likes())
    before = A.clone()
    graphs.normalize(A)
    assert torch.equal(A, before)


def test_networkx_sees_users_first_and_the_names():
    G = graphs.to_networkx(toy.likes(), toy.USERS, toy.ITEMS)
    assert tuple(G) == toy.USERS + toy.ITEMS
    assert set(G["Bob"]) == {"Brazil", "Cube"}
    assert [G.nodes[v]["bipartite"] for v in ("Ann", "Alien")] == [0, 1]


def test_networkx_keeps_nodes_without_edges():
    G = graphs.to_networkx(LONELY)
    assert list(G) == ["u0", "u1", "i0", "i1", "i2"]
    assert G.degree["u1"] == G.degree["i2"] == 0


def test_networkx_gives_back_the_adjacency_matrix():
    import networkx as nx

    R = random_R(1)
    assert np.array_equal(nx.to_numpy_array(graphs.to_networkx(R)), graphs.adjacency(R))


BAD = {
    "a list for R": (lambda: graphs.adjacency([[1, 0]]), TypeError, "dense torch tensor"),
    "a torch sparse R": (
        lambda: graphs.adjacency(toy.likes().to_sparse()),
        TypeError,
        "layout torch.sparse_coo",
    ),
    "a vector for R": (lambda: graphs.adjacency(torch.ones(3)), ValueError, r"shape \(3,\)"),
    "an R for A": (lambda: graphs.degrees(toy.likes()), ValueError, r"square.*\(3, 4\)"),
    "an unknown word": (
        lambda: graphs.normalize(torch.eye(2), "sym"),
        ValueError,
        "symmetric, row, column; got 'sym'",
    ),
    "a negative entry": (lambda: graphs.normalize(-torch.eye(2)), ValueError, "got -1"),
    "too many users": (lambda: graphs.biadjacency(torch.eye(2), 3), ValueError, "between 0 and 2"),
    "missing names": (
        lambda: graphs.to_networkx(toy.likes(), toy.USERS[:2], toy.ITEMS),
        ValueError,
        "3 user names and 4 item names; got 2 and 4",
    ),
    "a name that occurs twice": (
        lambda: graphs.to_networkx(toy.path(), ["Ann", "Bob"], ["Ann", "x", "y"]),
        ValueError,
        "'Ann' occurs twice",
    ),
}


@pytest.mark.parametrize(("call", "error", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


@KINDS
def test_hetero_data_of_pyg_holds_every_like_in_both_directions(kind):
    pytest.importorskip("torch_geometric")
    data = graphs.to_hetero_data(as_kind(LONELY, kind))
    assert data["user", "likes", "item"].edge_index.tolist() == [[0, 0], [0, 1]]
    assert data["item", "rev_likes", "user"].edge_index.tolist() == [[0, 1], [0, 0]]


def test_hetero_data_keeps_nodes_without_edges():
    pytest.importorskip("torch_geometric")
    data = graphs.to_hetero_data(LONELY)
    assert (data["user"].num_nodes, data["item"].num_nodes) == (2, 3)
    assert data.validate()


def test_hetero_data_becomes_our_edge_index_when_the_types_are_dropped():
    pytest.importorskip("torch_geometric")
    R = random_R(3)
    assert torch.equal(graphs.to_hetero_data(R).to_homogeneous().edge_index, graphs.edge_index(R))


def test_hetero_data_of_a_graph_without_edges_is_valid():
    pytest.importorskip("torch_geometric")
    data = graphs.to_hetero_data(torch.zeros(2, 3))
    assert data["user", "likes", "item"].edge_index.shape == (2, 0)
    assert data.validate()


def loop_others(R: np.ndarray, X: np.ndarray) -> list[np.ndarray]:
    """One entry at a time: collect the other members, take their mean."""
    rows = []
    for g in range(len(R)):
        for i in np.flatnonzero(R[g]):
            others = [j for j in np.flatnonzero(R[g]) if j != i]
            nobody = np.full(X.shape[1], np.nan)
            rows.append(np.average(X[others], axis=0, weights=R[g, others]) if others else nobody)
    return rows


@pytest.mark.parametrize("form", [sp.csr_array, sp.coo_array, sp.csc_matrix])
@SEEDS
def test_the_mean_of_the_others_agrees_with_the_loop(seed, form):
    rng = np.random.default_rng(seed)
    R = np.where(rng.random((12, 9)) < 0.25, rng.integers(1, 4, (12, 9)), 0.0)
    R[0], R[1] = 0, np.eye(9)[4]  # a group of nobody, a group of one
    X = rng.normal(size=(9, 3))
    found = graphs.others_mean(form(R), X)
    np.testing.assert_allclose(found, loop_others(R, X), atol=1e-12)
    assert np.isnan(found).all(axis=1).any()


def test_the_mean_of_the_others_does_not_know_the_member():
    R, X = sp.csr_array(np.ones((1, 3))), np.eye(3)
    moved = X.copy()
    moved[1] = [7.0, -2.0, 5.0]
    before, after = graphs.others_mean(R, X), graphs.others_mean(R, moved)
    np.testing.assert_allclose(before[1], [0.5, 0.0, 0.5])
    np.testing.assert_allclose(after[1], before[1])
    assert not np.allclose(after[0], before[0])


def test_weights_are_above_zero_and_everybody_has_a_vector():
    with pytest.raises(ValueError, match="above 0"):
        graphs.others_mean(sp.csr_array(np.array([[1.0, -1.0]])), np.eye(2))
    with pytest.raises(ValueError, match="each of 2 columns"):
        graphs.others_mean(sp.csr_array(np.ones((1, 2))), np.eye(3))
