"""NGCF against the written formula in loops, PyG's message passing, and finite differences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, sampling, toy
from graphrec_utils.graphs import propagation
from graphrec_utils.models import ngcf


def weights(dims=(3, 4, 2), seed=0):
    """(W_self, W_inter) per layer, not square, so that a transposed one cannot be used."""
    gen = torch.Generator().manual_seed(seed)
    return [
        tuple(torch.randn(b, a, generator=gen, dtype=torch.float64) for _ in range(2))
        for a, b in pairwise(dims)
    ]


def graph(m=7, n=9, density=0.3, seed=1):
    """R with one user and one item without edges."""
    R = (np.random.default_rng(seed).random((m, n)) < density).astype(np.float64)
    R[2] = 0
    R[:, 4] = 0
    return torch.from_numpy(R)


def layer_by_hand(R, E, W_self, W_inter, slope=ngcf.SLOPE):
    """Equations 3 to 6 for one node after the other, in Python numbers."""
    m, n = R.shape
    liked = {u: [m + i for i in range(n) if R[u, i]] for u in range(m)}
    liked |= {m + i: [u for u in range(m) if R[u, i]] for i in range(n)}
    out = torch.zeros(m + n, len(W_self), dtype=E.dtype)
    for v, neighbors in liked.items():
        total = W_self @ E[v]
        for w in neighbors:
            weight = 1 / (len(liked[v]) * len(liked[w])) ** 0.5
            total = total + weight * (W_self @ E[w] + W_inter @ (E[w] * E[v]))
        out[v] = torch.where(total > 0, total, slope * total)
    return out


def features(N, d=3, seed=3):
    return torch.randn(N, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# ---------------------------------------------------------------- one layer


@pytest.mark.parametrize("R", [toy.likes().double(), graph()], ids=["toy", "isolated nodes"])
def test_a_layer_is_the_sum_over_neighbors(R):
    A_hat, E = graphs.normalize(graphs.adjacency(R)), features(sum(R.shape))
    (W,) = weights((3, 4))
    torch.testing.assert_close(ngcf.layer(A_hat, E, *W), layer_by_hand(R, E, *W))


def test_one_edge_computed_in_the_head():
    # one user (2), one item (3), W1 = 1, W2 = 10: user 2 + 3 + 10 * 6 = 65, item 3 + 2 + 60 = 65
    A_hat = graphs.normalize(graphs.adjacency(torch.ones(1, 1)))
    E = torch.tensor([[2.0], [3.0]])
    out = ngcf.layer(A_hat, E, torch.tensor([[1.0]]), torch.tensor([[10.0]]))
    assert out.flatten().tolist() == [65, 65]


def test_negative_sums_are_scaled_by_the_slope():
    A_hat = torch.zeros(2, 2)
    out = ngcf.layer(A_hat, torch.tensor([[1.0], [-1.0]]), torch.ones(1, 1), torch.ones(1, 1))
    assert out.flatten().tolist() == pytest.approx([1, -0.2])


def test_sparse_and_dense_agree():
    R = graph()
    A_hat, E = graphs.normalize(graphs.adjacency(R)), features(16)
    (W,) = weights((3, 4))
    sparse = propagation.to_torch(sp.csr_array(A_hat.numpy()), torch.float64)
    torch.testing.assert_close(ngcf.layer(sparse, E, *W), ngcf.layer(A_hat, E, *W))


def test_renaming_nodes_renames_the_result():
    R = graph()
    A_hat, E = graphs.normalize(graphs.adjacency(R)), features(16)
    (W,) = weights((3, 4))
    p = torch.randperm(16, generator=torch.Generator().manual_seed(5))
    moved = ngcf.layer(A_hat[p][:, p], E[p], *W)
    torch.testing.assert_close(moved, ngcf.layer(A_hat, E, *W)[p])


def test_pyg_message_passing_agrees():
    MessagePassing = pytest.importorskip("torch_geometric.nn").MessagePassing
    R = graph()
    (W,) = weights((3, 4))

    class Conv(MessagePassing):
        def __init__(self):
            super().__init__(aggr="add")

        def forward(self, x, edges):
            degree = torch.bincount(edges[1], minlength=len(x)).to(x.dtype)
            norm = (degree[edges[0]] * degree[edges[1]]).rsqrt()
            return F.leaky_relu(x @ W[0].T + self.propagate(edges, x=x, norm=norm), ngcf.SLOPE)

        def message(self, x_i, x_j, norm):
            return norm[:, None] * (x_j @ W[0].T + (x_j * x_i) @ W[1].T)

    E = features(16)
    theirs = Conv()(E, graphs.edge_index(R))
    torch.testing.assert_close(theirs, ngcf.layer(graphs.normalize(graphs.adjacency(R)), E, *W))


# ---------------------------------------------------------------- all layers


def test_layers_stand_side_by_side_the_zeroth_first():
    R, W = graph(), weights((3, 4, 2))
    A_hat, E0 = graphs.normalize(graphs.adjacency(R)), features(16)
    E1 = layer_by_hand(R, E0, *W[0])
    E2 = layer_by_hand(R, E1, *W[1])
    torch.testing.assert_close(ngcf.stack(A_hat, E0, W), torch.cat([E0, E1, E2], dim=1))


def test_the_model_is_the_stack_of_its_own_parameters():
    R = graph()
    model = ngcf.NGCF(R, 3, 2).eval().double()
    W = [(a.weight, b.weight) for a, b in zip(model.self_, model.inter, strict=True)]
    expected = ngcf.stack(graphs.normalize(graphs.adjacency(R)), model.E0, W)
    users, items = model.embeddings()
    assert users.shape == (7, 9)
    assert items.shape == (9, 9)
    torch.testing.assert_close(torch.cat([users, items]), expected, atol=1e-6, rtol=1e-6)


def test_without_layers_it_is_matrix_factorization():
    model = ngcf.NGCF(toy.likes(), 5, 0)
    torch.testing.assert_close(torch.cat(model.embeddings()), model.E0)
    assert [name for name, _ in model.named_parameters()] == ["E0"]


def released_by_hand(R, E, self_, inter):
    """The published code's layer in numpy: README "norm", two activations, biases, L2 norms."""
    m, n = R.shape
    A = np.block([[np.zeros((m, m)), R], [R.T, np.zeros((n, n))]])
    A_bar = (A + np.eye(m + n)) / (A.sum(axis=1, keepdims=True) + 1)
    leaky = lambda x: np.where(x > 0, x, 0.2 * x)  # noqa: E731
    stacked = [E]
    for (W1, b1), (W2, b2) in zip(self_, inter, strict=True):
        side = A_bar @ E
        E = leaky(side @ W1.T + b1) + leaky((E * side) @ W2.T + b2)
        stacked.append(E / np.linalg.norm(E, axis=1, keepdims=True))
    return np.hstack(stacked)


def test_the_released_variant_is_the_released_formula():
    R = graph()
    model = ngcf.NGCF(R, 3, 2, changes=ngcf.RELEASED).eval().double()
    parts = [
        [(x.weight.detach().numpy(), x.bias.detach().numpy()) for x in side]
        for side in (model.self_, model.inter)
    ]
    expected = released_by_hand(R.numpy(), model.E0.detach().numpy(), *parts)
    with torch.no_grad():
        got = torch.cat(model.embeddings()).numpy()
    np.testing.assert_allclose(got, expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("change", ["adjacency", "activations", "norms", "biases", *ngcf.LIGHT])
def test_each_change_changes_the_embeddings(change):
    R = graph()
    paper, other = ngcf.NGCF(R, 3, 2), ngcf.NGCF(R, 3, 2, changes=[change])
    other.load_state_dict(paper.state_dict(), strict=False)
    with torch.no_grad():
        gap = torch.cat(paper.eval().embeddings()) - torch.cat(other.eval().embeddings())
    assert gap.abs().max() > 1e-3


def test_light_has_layer_zero_as_its_only_parameter():
    model = ngcf.NGCF(graph(), 3, 2, changes=ngcf.LIGHT).eval().double()
    A_hat = graphs.normalize(graphs.adjacency(graph()))
    E = model.E0.detach()
    E1 = A_hat @ E + E + (A_hat @ E) * E
    E2 = A_hat @ E1 + E1 + (A_hat @ E1) * E1
    assert len(list(model.parameters())) == 1
    with torch.no_grad():
        got = torch.cat(model.embeddings())
    torch.testing.assert_close(got, torch.cat([E, E1, E2], dim=1), atol=1e-6, rtol=1e-6)


# ---------------------------------------------------------------- gradients


def test_gradients_equal_finite_differences():
    model = ngcf.NGCF(graph(), 3, 2, changes=["adjacency"]).eval().double()  # not symmetric
    names, values = zip(*model.named_parameters(), strict=True)

    def run(*tensors):
        parameters = dict(zip(names, tensors, strict=True))
        triples = tuple(torch.tensor(x) for x in ([0, 1, 3], [0, 2, 3], [5, 6, 7]))
        return torch.func.functional_call(Loss(model, triples), rename(parameters), ())

    class Loss(torch.nn.Module):
        def __init__(self, model, triples):
            super().__init__()
            self.model, self.triples = model, triples

        def forward(self):
            return ngcf.loss(self.model, self.triples, reg=0.1)

    def rename(parameters):
        return {f"model.{name}": value for name, value in parameters.items()}

    leaves = [v.detach().clone().requires_grad_() for v in values]
    assert torch.autograd.gradcheck(run, leaves)


def test_dropped_messages_carry_no_gradient_back():
    model = ngcf.NGCF(toy.likes(), 2, 1, message_dropout=0.5)
    users, items = model.embeddings(torch.Generator().manual_seed(3))
    kept = torch.rand(len(model.values), generator=torch.Generator().manual_seed(3)) >= 0.5
    values = 2 * model.values * kept  # the same draw
    assert 0 < kept.sum() < len(kept)
    A = torch.zeros(7, 7)
    A[torch.repeat_interleave(torch.arange(7), model.row.diff()), model.col] = values
    expected = ngcf.stack(A, model.E0, [(model.self_[0].weight, model.inter[0].weight)])
    torch.testing.assert_close(torch.cat([users, items]), expected)
    (theirs,) = torch.autograd.grad(expected.square().sum(), model.E0)
    (ours,) = torch.autograd.grad(users.square().sum() + items.square().sum(), model.E0)
    torch.testing.assert_close(ours, theirs)


# ---------------------------------------------------------------- dropout


@pytest.mark.parametrize("layout", ["csr", "coo"])
def test_message_dropout_is_unbiased_and_exact(layout):
    A = graphs.normalize(graphs.adjacency(graph()))
    A_hat = A.to_sparse_coo() if layout == "coo" else propagation.to_torch(sp.csr_array(A.numpy()))
    gen = torch.Generator().manual_seed(0)
    draws = torch.stack(
        [ngcf.message_dropout(A_hat, 0.3, True, gen).to_dense() for _ in range(4000)]
    )
    kept = draws != 0
    present = A != 0
    assert kept[:, present].float().mean() == pytest.approx(0.7, abs=0.01)
    torch.testing.assert_close(draws.mean(dim=0).double(), A, atol=0.03, rtol=0)
    ratio = (draws.double() / A)[kept]
    torch.testing.assert_close(ratio, torch.full_like(ratio, 1 / 0.7), atol=1e-5, rtol=1e-5)


def test_message_dropout_rests_outside_training():
    A_hat = graphs.normalize(graphs.adjacency(graph())).to_sparse_coo()
    rng = torch.Generator().manual_seed(0)
    assert ngcf.message_dropout(A_hat, 0.5, False, rng) is A_hat
    assert ngcf.message_dropout(A_hat, 0.0, True, rng) is A_hat


def test_a_message_and_its_answer_are_lost_one_by_one():
    A_hat = propagation.to_torch(
        graphs.normalize(graphs.adjacency(sp.csr_array(np.ones((20, 20)))))
    )
    gen = torch.Generator().manual_seed(1)
    kept = ngcf.message_dropout(A_hat, 0.5, True, gen).to_dense() != 0
    both = (kept & kept.T)[:20, 20:].float().mean()
    assert both == pytest.approx(0.25, abs=0.07)


@pytest.mark.parametrize("changes", [(), ngcf.RELEASED], ids=["paper", "released"])
def test_dropout_acts_where_a_generator_is_given(changes):
    model = ngcf.NGCF(graph(), 8, 2, message_dropout=0.4, node_dropout=0.2, changes=changes)
    before, rng = torch.get_rng_state(), torch.Generator().manual_seed(0)
    one, two, whole, again = (torch.cat(model.embeddings(x)) for x in (rng, rng, None, None))
    assert torch.equal(whole, again)
    assert len({float(E.detach().sum()) for E in (one, two, whole)}) == 3
    assert torch.equal(one, torch.cat(model.embeddings(torch.Generator().manual_seed(0))))
    assert torch.equal(before, torch.get_rng_state())


def test_the_loss_drops_in_training_only_and_wants_a_generator_there():
    model = ngcf.NGCF(graph(), 8, 2, message_dropout=0.4)
    triples, rng = tuple(torch.tensor(x) for x in ([0], [0], [5])), torch.Generator()
    with pytest.raises(ValueError, match=r"in training: give rng, .* or call model.eval\(\)"):
        ngcf.loss(model, triples)
    dropped = ngcf.loss(model, triples, rng=rng)
    assert dropped != ngcf.loss(model, triples, rng=rng)
    model.eval()
    assert ngcf.loss(model, triples, rng=rng) == ngcf.loss(model, triples) != dropped


def test_node_dropout_silences_whole_nodes():
    model = ngcf.NGCF(np_ones(12, 12), 4, 1, message_dropout=0.0, node_dropout=0.5)
    values = model._drop_messages(model.values, torch.Generator().manual_seed(0))
    A = torch.zeros(24, 24)
    A[torch.repeat_interleave(torch.arange(24), model.row.diff()), model.col] = values
    silent = (A == 0).all(dim=0)
    assert 5 <= silent.sum() <= 19
    speaks = A[:12, 12:][:, ~silent[12:]]
    torch.testing.assert_close(speaks, torch.full_like(speaks, 2 / 12))


def np_ones(m, n):
    return sp.csr_array(np.ones((m, n)))


# ---------------------------------------------------------------- loss and sizes


def test_the_loss_is_bpr_plus_the_written_penalty():
    model = ngcf.NGCF(graph(), 3, 1).eval()
    triples = tuple(torch.tensor(x) for x in ([0, 1], [0, 2], [5, 6]))
    users, items = model.embeddings()
    u, i, j = triples
    x = (users[u] * (items[i] - items[j])).sum(dim=1)
    expected = -torch.log(torch.sigmoid(x)).mean()
    torch.testing.assert_close(ngcf.loss(model, triples), expected)
    rows = model.E0[torch.cat([u, 7 + i, 7 + j])]
    expected = expected + 0.25 * (rows.square().sum() / 2)
    expected = expected + 0.25 * sum(
        p.square().sum() for n, p in model.named_parameters() if n != "E0"
    )
    torch.testing.assert_close(ngcf.loss(model, triples, reg=0.5), expected)


def test_the_released_penalty_is_on_the_final_embeddings():
    model = ngcf.NGCF(graph(), 3, 1, changes=["penalty"]).eval()
    u, i, j = (torch.tensor(x) for x in ([0, 1], [0, 2], [5, 6]))
    users, items = model.embeddings()
    squares = users[u].square().sum() + items[i].square().sum() + items[j].square().sum()
    gap = ngcf.loss(model, (u, i, j), reg=0.5) - ngcf.loss(model, (u, i, j))
    torch.testing.assert_close(gap, 0.5 / 2 * squares / 2)


@pytest.mark.parametrize("biases", [False, True])
def test_the_counter_counts_the_model(biases):
    model = ngcf.NGCF(graph(), 6, 3, changes=["biases"] if biases else [])
    counted = ngcf.num_parameters(16, [6] * 4, biases)
    assert sum(counted) == sum(p.numel() for p in model.parameters())
    assert counted[0] == model.E0.numel()


def test_sixty_four_dimensions_cost_8192_numbers_a_layer():
    assert ngcf.num_parameters(0, [64, 64])[1] == 8192
    assert ngcf.num_parameters(0, [64, 64], biases=True)[1] == 8320


def test_training_fits_a_planted_community_graph():
    """Two communities that share nothing: after training every user prefers the own side."""
    halves = np.random.default_rng(0).random((2, 10, 10)) < 0.5
    R = sp.csr_array(sp.block_diag(halves.astype(float)))
    model = ngcf.NGCF(R, 8, 2, message_dropout=0.1)
    losing = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    positives, rng = sampling.index(R), np.random.default_rng(0)
    first = last = 0.0
    for step in range(60):
        optimizer.zero_grad()
        value = ngcf.loss(model, sampling.bpr_triples(positives, 128, rng), 1e-4, losing)
        value.backward()
        optimizer.step()
        first, last = (value.item() if step == 0 else first), value.item()
    assert last < first / 2
    with torch.no_grad():
        users, items = model.eval().embeddings()
    scores = users @ items.T
    own = torch.cat([scores[:10, :10], scores[10:, 10:]]).mean()
    other = torch.cat([scores[:10, 10:], scores[10:, :10]]).mean()
    assert own > other + 0.5


BAD = {
    "an unknown change": ({"changes": ["magic"]}, r"changes must be among .*; got \['magic'\]"),
    "no dimension": ({"dim": 0}, "dim must be an integer of at least 1"),
    "a negative depth": ({"num_layers": -1}, "num_layers must be .* at least 0; got -1"),
    "all messages lost": ({"message_dropout": 1.0}, r"message_dropout must be .* below 1; got 1.0"),
    "a negative rate": ({"node_dropout": -0.1}, "node_dropout must be"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        ngcf.NGCF(toy.likes(), **given)


def test_dropout_wants_a_sparse_matrix():
    with pytest.raises(ValueError, match="must be sparse"):
        ngcf.message_dropout(torch.eye(3), 0.5, True, torch.Generator())
