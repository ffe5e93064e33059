"""propagate: against a loop over edges, against PyTorch Geometric, against closed forms."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs
from graphrec_utils.graphs import propagation
from graphrec_utils.graphs.propagation import propagate

DEPTHS = pytest.mark.parametrize("K", [0, 1, 2, 3, 4])
FORMS = pytest.mark.parametrize("form", ["dense", "csr", "coo", "scipy"])


def random_graph(seed: int, m: int = 8, n: int = 6, dim: int = 3):
    """R with an isolated user and an isolated item, A_hat and E0, all float64."""
    g = torch.Generator().manual_seed(seed)
    R = (torch.rand(m, n, generator=g) < 0.35).double()
    R[1] = 0
    R[:, 2] = 0
    E = torch.randn(m + n, dim, generator=g, dtype=torch.float64)
    return R, graphs.normalize(graphs.adjacency(R)), E


def as_form(A_hat: torch.Tensor, form: str):
    if form == "scipy":
        return sp.csr_array(A_hat.numpy())
    if form == "csr":
        return propagation.to_torch(sp.csr_array(A_hat.numpy()), A_hat.dtype)
    return A_hat.to_sparse() if form == "coo" else A_hat


def loop(R: torch.Tensor, E: torch.Tensor, alpha: list[float]) -> torch.Tensor:
    """LightGCN's equations 3 and 4, one edge at a time."""
    m, n = R.shape
    edges = [(u, m + i) for u in range(m) for i in range(n) if R[u, i]]
    degree = [0] * (m + n)
    for u, i in edges:
        degree[u] += 1
        degree[i] += 1
    layer, total = E, alpha[0] * E
    for a in alpha[1:]:
        following = torch.zeros_like(E)
        for u, i in edges:
            scale = 1 / math.sqrt(degree[u] * degree[i])
            following[u] = following[u] + scale * layer[i]
            following[i] = following[i] + scale * layer[u]
        layer, total = following, total + a * following
    return total


def naive(A_hat: torch.Tensor, E: torch.Tensor, K: int) -> torch.Tensor:
    """What most people write first: a list of layers, then their mean."""
    layers = [E]
    for _ in range(K):
        layers.append(A_hat @ layers[-1])
    return torch.stack(layers).mean(dim=0)


@DEPTHS
@FORMS
def test_agrees_with_a_loop_over_edges(K, form):
    R, A_hat, E = random_graph(seed=K)
    expected = loop(R, E, [1 / (K + 1)] * (K + 1))
    torch.testing.assert_close(propagate(as_form(A_hat, form), E, K), expected)


@DEPTHS
@FORMS
def test_the_trained_form_gives_the_same_numbers(K, form):
    R, A_hat, E = random_graph(0)
    result = propagate(as_form(A_hat, form), E.requires_grad_(), K)
    assert result.requires_grad
    torch.testing.assert_close(result.detach(), loop(R, E.detach(), [1 / (K + 1)] * (K + 1)))


@FORMS
@pytest.mark.parametrize("trained", [False, True])
def test_every_layer_takes_its_own_weight(form, trained):
    alpha = [0.5, -1.0, 2.0, 0.0, 3.0]
    R, A_hat, E = random_graph(1)
    result = propagate(as_form(A_hat, form), E.clone().requires_grad_(trained), 4, alpha)
    torch.testing.assert_close(result.detach(), loop(R, E, alpha))


@DEPTHS
@FORMS
def test_the_gradient_is_that_of_the_naive_form(K, form):
    _, A_hat, E = random_graph(seed=K)
    upstream = torch.randn(E.shape, generator=torch.Generator().manual_seed(9)).double()
    (expected,) = torch.autograd.grad(naive(A_hat, E.requires_grad_(), K), E, upstream)
    (found,) = torch.autograd.grad(propagate(as_form(A_hat, form), E, K), E, upstream)
    torch.testing.assert_close(found, expected)


@FORMS
def test_the_gradient_goes_backwards_along_one_way_edges(form):
    """Node 0 hears node 1, not the reverse: only E[1] can change row 0, and A is not A transposed."""
    A = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    E = torch.ones(2, 1, dtype=torch.float64, requires_grad=True)
    propagate(as_form(A, form), E, 1, [0.0, 1.0])[0].sum().backward()
    assert E.grad.tolist() == [[0.0], [1.0]]


def test_weights_can_be_learned():
    _, A_hat, E = random_graph(2)
    alpha = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64, requires_grad=True)
    propagate(A_hat, E, 2, alpha).sum().backward()
    expected = [E.sum(), (A_hat @ E).sum(), (A_hat @ A_hat @ E).sum()]
    torch.testing.assert_close(alpha.grad, torch.stack(expected))


def test_weights_that_are_a_tensor_work_without_gradients():
    _, A_hat, E = random_graph(2)
    same = propagate(A_hat, E, 1, [0.25, 0.75])
    assert torch.equal(propagate(A_hat, E, 1, torch.tensor([0.25, 0.75])), same)


def test_nothing_is_recorded_under_no_grad():
    _, A_hat, E = random_graph(0)
    with torch.no_grad():
        assert not propagate(A_hat, E.requires_grad_(), 2).requires_grad


def test_agrees_with_lightgcn_of_pyg():
    nn = pytest.importorskip("torch_geometric.nn")
    R, A_hat, E = random_graph(seed=0)
    model = nn.LightGCN(len(E), E.shape[1], num_layers=3).double()
    model.embedding.weight.data.copy_(E)
    theirs = model.get_embedding(graphs.edge_index(R)).detach()
    torch.testing.assert_close(propagate(as_form(A_hat, "csr"), E, 3), theirs)


def test_one_layer_alone_agrees_with_lgconv_of_pyg():
    nn = pytest.importorskip("torch_geometric.nn")
    R, A_hat, E = random_graph(seed=0)
    theirs = nn.LGConv()(E, graphs.edge_index(R))
    torch.testing.assert_close(propagate(as_form(A_hat, "csr"), E, 1, [0.0, 1.0]), theirs)


# u0: {0}, u1: {0, 1, 2}, u2: {1, 3}; scores of u0 with one-hot E0 after three layers
THREE_USERS = torch.tensor(
    [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]], dtype=torch.float64
)
ROW_U0 = {
    "symmetric": [0.2529, 0.0503, 0.0660, 0.0052],
    "row": [0.2891, 0.0716, 0.1198, 0.0130],
    "column": [0.2549, 0.0418, 0.0448, 0.0022],
}


@pytest.mark.parametrize("how", ROW_U0)
def test_scores_of_three_users_by_closed_form(how):
    A_hat = graphs.normalize(graphs.adjacency(THREE_USERS), how)
    E = propagate(A_hat, torch.eye(7, dtype=torch.float64), 3)
    scores = E[:3] @ E[3:].T  # (3, 4)
    assert scores[0].tolist() == pytest.approx(ROW_U0[how], abs=5e-5)


def test_self_loops_would_give_other_scores():
    A_hat = graphs.normalize(graphs.adjacency(THREE_USERS) + torch.eye(7))
    E = propagate(A_hat, torch.eye(7, dtype=torch.float64), 3)
    expected = [0.2953, 0.0299, 0.0396, 0.0012]
    assert (E[0] @ E[3:].T).tolist() == pytest.approx(expected, abs=5e-5)


def test_renaming_the_nodes_renames_the_result():
    _, A_hat, E = random_graph(seed=0)
    order = torch.randperm(len(E), generator=torch.Generator().manual_seed(1))
    renamed = propagate(A_hat[order][:, order], E[order], 3)
    torch.testing.assert_close(renamed, propagate(A_hat, E, 3)[order])


def test_an_isolated_node_keeps_a_quarter_of_itself_after_three_layers():
    _, A_hat, E = random_graph(0)
    torch.testing.assert_close(propagate(A_hat, E, 3)[1], E[1] / 4)


@DEPTHS
def test_the_inputs_stay_as_they_are(K):
    _, A_hat, E = random_graph(0)
    before = E.clone()
    propagate(as_form(A_hat, "csr"), E, K).zero_()
    assert torch.equal(E, before)


def test_columns_that_are_not_contiguous_in_memory_work():
    R, A_hat, E = random_graph(0)
    turned = E.T.contiguous().T
    assert not turned.is_contiguous()
    torch.testing.assert_close(propagate(as_form(A_hat, "csr"), turned, 2), loop(R, E, [1 / 3] * 3))


@FORMS
def test_a_graph_without_edges_only_shrinks_layer_0(form):
    E = torch.ones(4, 2, dtype=torch.float64)
    A_hat = torch.zeros(4, 4, dtype=torch.float64)
    torch.testing.assert_close(propagate(as_form(A_hat, form), E, 1), E / 2)


def test_a_graph_without_nodes_stays_empty():
    A_hat = propagation.to_torch(sp.csr_array((0, 0)))
    assert propagate(A_hat, torch.empty(0, 4), 2).shape == (0, 4)


def test_to_torch_adds_up_duplicates_and_leaves_its_input_alone():
    twice = sp.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    assert propagation.to_torch(twice).to_dense().tolist() == [[0.0, 3.0], [0.0, 0.0]]
    assert twice.nnz == 2


def test_torch_does_not_talk_about_beta_but_other_warnings_still_come_through():
    torch.set_warn_always(True)  # else torch says it once per process
    try:
        with pytest.warns(UserWarning, match="beta"):
            torch.eye(2).to_sparse_csr()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            propagation.to_torch(sp.eye_array(2, format="csr"))
            with pytest.raises(UserWarning):
                warnings.warn("something else", UserWarning, stacklevel=1)
    finally:
        torch.set_warn_always(False)


EYE, ONES = torch.eye(3), torch.ones(3, 2)


@pytest.mark.parametrize(
    "arguments, kind, sentence",
    [
        ((torch.ones(3, 2), ONES, 1), ValueError, r"square, \(nodes, nodes\); got shape \(3, 2\)"),
        ((EYE, torch.ones(4, 2), 1), ValueError, r"each of the 3 nodes.*got shape \(4, 2\)"),
        ((EYE, torch.ones(3), 1), ValueError, r"got shape \(3,\)"),
        ((EYE, ONES.double(), 1), ValueError, "float32 and torch.float64"),
        ((EYE, ONES, -1), ValueError, "at least 0; got -1"),
        ((EYE, ONES, 2, [0.5, 0.5]), ValueError, "2 layers need 3 weights.*got 2"),
        ((EYE, ONES, 1.5), TypeError, "num_layers must be an integer of at least 0; got 1.5"),
        ((EYE, ONES.long(), 1), TypeError, "floating-point tensor; got torch.int64"),
        ((EYE, np.ones((3, 2)), 1), TypeError, "floating-point tensor; got ndarray"),
        ((np.eye(3), ONES, 1), TypeError, "scipy.sparse matrix; got ndarray"),
    ],
)
def test_input_that_does_not_fit_gets_a_sentence(arguments, kind, sentence):
    with pytest.raises(kind, match=sentence):
        propagate(*arguments)


def test_to_torch_takes_scipy_matrices_only():
    with pytest.raises(TypeError, match="got ndarray"):
        propagation.to_torch(np.eye(2))


def test_a_graph_that_is_nearly_symmetric_is_not():
    A = sp.csr_array([[0, 1.0, 2], [1, 0, 3], [2, 3, 0]])
    assert propagation.is_symmetric(A)
    A[0, 1] = 1.001  # its gradient would be wrong by a thousandth
    assert not propagation.is_symmetric(A)
    A[0, 1] = 1 + 1e-6  # as float32 rounds
    assert propagation.is_symmetric(A)
