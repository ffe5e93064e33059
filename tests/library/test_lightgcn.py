"""LightGCN: the model against its formula and PyG, the fused step against autograd and Adam."""

from __future__ import annotations

import functools
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, metrics, sampling, train
from graphrec_utils.graphs import propagation
from graphrec_utils.models.lightgcn import Fused, LightGCN, fused, spectral_start

M, N = 40, 30


def interactions(seed=0, share=0.15):
    """Return R with a user and an item without interactions."""
    rng = np.random.default_rng(seed)
    R = rng.random((M, N)) < share
    R[4] = R[:, 9] = False
    return sp.csr_array(R.astype(np.float32))


def graph(R=None):
    return graphs.normalize(graphs.adjacency(interactions() if R is None else R))


def bpr_batch(size=64, seed=0):
    positives = sampling.index(interactions())
    return sampling.bpr_triples(positives, size, np.random.default_rng(seed))


def softmax_batch(size=64, num_negatives=16, seed=0):
    rng = np.random.default_rng(seed)
    users, items, _ = bpr_batch(size, seed)
    return users, items, torch.from_numpy(rng.integers(0, N, num_negatives))


@pytest.mark.parametrize("K", [0, 1, 2, 3, 4])
def test_embeddings_are_the_formula(K):
    model = LightGCN(graph(), M, 6, K)
    A, E = torch.from_numpy(graph().toarray()), model.E0.detach()
    expected = sum(torch.linalg.matrix_power(A, k) @ E for k in range(K + 1)) / (K + 1)
    user_emb, item_emb = model.embeddings()
    assert torch.allclose(torch.cat([user_emb, item_emb]), expected, atol=1e-6)
    assert torch.allclose(user_emb[4], model.E0[4] / (K + 1))  # an isolated node
    users, items = torch.tensor([[0], [1]]), torch.tensor([2, 3, 4])
    assert torch.allclose(model(users, items), (user_emb @ item_emb.T)[:2, 2:5])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("K", [1, 3])
def test_same_as_pyg(seed, K):
    from torch_geometric.nn import LightGCN as PyG

    R = interactions(seed)
    model = LightGCN(graph(R), M, 8, K)
    peer = PyG(M + N, 8, K)
    peer.embedding.weight.data = model.E0.detach().clone()
    edge_index = graphs.edge_index(R)
    X = peer.get_embedding(edge_index)
    user_emb, item_emb = model.embeddings()
    assert torch.allclose(torch.cat([user_emb, item_emb]), X, atol=1e-6)
    users, items, negatives = bpr_batch(seed=seed)
    scores = peer(edge_index, torch.stack([users, M + items]))
    assert torch.allclose(model(users, items), scores, atol=1e-6)
    theirs = peer.recommendation_loss(
        scores,
        peer(edge_index, torch.stack([users, M + negatives])),
        node_id=torch.cat([users, M + items, M + negatives]),
        lambda_reg=1e-2,
    )
    # the paper's code has a half before the ridge, theirs has not
    ours = model.bpr_loss((users, items, negatives), reg=2e-2)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)
    ours.backward()
    theirs.backward()
    assert torch.allclose(model.E0.grad, peer.embedding.weight.grad, atol=1e-7)


def test_a_layer_is_pygs_layer():
    from torch_geometric.nn import LGConv

    R, E = interactions(), torch.randn(M + N, 5)
    model = LightGCN(graph(R), M, 5, 1, weights=[0, 1])
    with torch.no_grad():
        model.E0.copy_(E)
    assert torch.allclose(model.propagate(), LGConv()(E, graphs.edge_index(R)), atol=1e-6)


def test_zero_layers_are_matrix_factorization():
    model = LightGCN(graph(), M, 5, 0)
    user_emb, item_emb = model.embeddings()
    assert torch.equal(torch.cat([user_emb, item_emb]), model.E0)


def test_gradients_do_not_need_a_symmetric_matrix_but_use_it():
    R = interactions()
    for how, symmetric in (("symmetric", True), ("row", False), ("column", False)):
        A_hat = graphs.normalize(graphs.adjacency(R), how)
        model = LightGCN(A_hat, M, 4, 3)
        assert model.symmetric == symmetric
        model.bpr_loss(bpr_batch()).backward()
        E = model.E0.detach().double().requires_grad_()
        A = torch.from_numpy(A_hat.toarray()).double()
        X = sum(torch.linalg.matrix_power(A, k) @ E for k in range(4)) / 4
        u, i, j = bpr_batch()
        x = (X[u] * (X[M + i] - X[M + j])).sum(1)
        squares = E[torch.cat([u, M + i, M + j])].square().sum() / len(u)
        (-torch.nn.functional.logsigmoid(x).mean() + 0.5e-4 * squares).backward()
        assert torch.allclose(model.E0.grad.double(), E.grad, atol=1e-7)


@pytest.mark.parametrize("K", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("loss", ["bpr", "softmax"])
def test_ten_fused_steps_are_ten_of_autograd_and_adam(K, loss):
    weights = list(np.linspace(0.4, 0.1, K + 1))
    model = LightGCN(graph(), M, 16, K, weights, std=0.5)
    start = model.E0.detach().clone()
    options = {"loss": loss, "lr": 1e-3, "reg": 0.05, "weights": weights, "start": start}
    fused = Fused(graph(), M, 16, K, **options)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    method = model.bpr_loss if loss == "bpr" else model.softmax_loss
    readable = train.Torch(model, lambda _, batch: method(batch, reg=0.05), optimizer)
    for step in range(10):
        batch = (bpr_batch if loss == "bpr" else softmax_batch)(seed=step)
        multiplier = 1 - step / 20
        readable.set_rate(multiplier)
        fused.set_rate(multiplier)
        assert fused.step(batch) == pytest.approx(readable.step(batch), abs=1e-5)
    assert np.abs(fused.E - model.E0.detach().numpy()).max() < 1e-5
    assert np.abs(fused.E - start.numpy()).max() > 5e-3  # they have moved
    for ours, theirs in zip(fused.embeddings(), model.embeddings(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("K", [0, 1, 2, 3])
@pytest.mark.parametrize("loss", ["bpr", "softmax"])
def test_a_step_does_not_depend_on_what_was_in_the_memory_of_its_buffers(K, loss, monkeypatch):
    batch = (bpr_batch if loss == "bpr" else softmax_batch)(seed=0)
    ends = []
    for rubbish in (1.0, np.nan):
        full = functools.partial(np.full_like, fill_value=rubbish)
        monkeypatch.setattr(fused.np, "empty_like", full)
        model = Fused(graph(), M, 16, K, loss=loss)
        monkeypatch.undo()
        model.step(batch)
        ends.append(model.E)
    assert np.array_equal(*ends) and np.isfinite(ends[0]).all()


def test_negatives_may_come_with_their_log_q():
    log_q = sampling.popularity(interactions().sum(axis=0) + 1)
    users, items, negatives = softmax_batch()
    batch = (users, items, negatives, log_q[negatives].float())
    model = LightGCN(graph(), M, 4, 2)
    fused = Fused(graph(), M, 4, 2, loss="softmax", start=model.E0)
    assert fused.step(batch) == pytest.approx(model.softmax_loss(batch).item(), abs=1e-5)
    assert fused.step(batch) != pytest.approx(fused.step(batch[:3]), abs=0.1)


THREADS = """
import sys, numpy, torch, hashlib
sys.path.insert(0, "tests/library")
import test_lightgcn as t
fused = t.Fused(t.graph(), t.M, 16, 3, lr=0.01)
for step in range(5):
    fused.step(t.bpr_batch(seed=step))
print(hashlib.sha256(fused.E.tobytes()).hexdigest())
"""


def test_the_bits_do_not_depend_on_the_number_of_threads():
    seen = set()
    for threads in ("1", "3"):
        done = subprocess.run(
            [sys.executable, "-c", THREADS],
            env=os.environ | {"NUMBA_NUM_THREADS": threads},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        seen.add(done.stdout)
    assert len(seen) == 1


def test_a_checkpoint_continues_with_the_same_bits(tmp_path):
    def batches(rng):
        positives = sampling.index(interactions())
        return [sampling.bpr_triples(positives, 32, rng) for _ in range(4)]

    def fit(epochs, file, **options):
        learner = Fused(graph(), M, 8, 2, lr=0.01, **options)
        train.fit(learner, batches, epochs=epochs, checkpoint=file, progress=False)
        return learner

    whole = fit(4, tmp_path / "a.pt")
    fit(2, tmp_path / "b.pt")
    resumed = fit(4, tmp_path / "b.pt")
    assert np.array_equal(whole.E, resumed.E)
    assert resumed.steps == 16
    with pytest.raises(ValueError, match=r"reg is 0.0001 there and 0.1 here"):
        fit(4, tmp_path / "b.pt", reg=0.1)
    model = LightGCN(graph(), M, 8, 2)
    other = train.Torch(model, LightGCN.bpr_loss, torch.optim.Adam(model.parameters()))
    with pytest.raises(ValueError, match="belongs to another training"):
        train.fit(other, batches, epochs=4, checkpoint=tmp_path / "b.pt", progress=False)


def test_the_module_is_a_module():
    model = LightGCN(graph(), M, 8, 2)
    assert list(model.state_dict()) == ["E0"]
    twin = LightGCN(graph(), M, 8, 2)
    twin.load_state_dict(model.state_dict())
    assert torch.equal(twin.propagate(), model.propagate())
    assert "num_layers=2" in repr(model)


def two_communities():
    """Return train and test of users who like a half of their own community's items each."""
    rng = np.random.default_rng(0)
    likes = np.kron(np.eye(2), np.ones((60, 40)))  # (120, 80)
    hidden = likes * (rng.random(likes.shape) < 0.5)
    return sp.csr_matrix(likes - hidden), sp.csr_matrix(hidden)


def learners(R):
    A_hat = graphs.normalize(graphs.adjacency(R))
    for K in (0, 3):
        model = LightGCN(A_hat, 120, 8, K)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        yield f"readable {K}", train.Torch(model, LightGCN.bpr_loss, optimizer), model, "bpr"
        for loss in ("bpr", "softmax"):
            fused = Fused(A_hat, 120, 8, K, loss=loss, lr=0.05)
            yield f"fused {loss} {K}", fused, fused, loss


def test_every_model_finds_two_communities():
    R, hidden = two_communities()
    positives = sampling.index(R)

    chance = 0.5  # about 20 of a user's 60 unseen items are right: a third
    for name, learner, model, loss in learners(R):
        ranked = metrics.rank_all(*model.embeddings(), R, top=10)
        before = metrics.evaluate(ranked, hidden).mean()["precision"]

        def batches(rng, last=256 if loss == "bpr" else 32):
            for _ in range(10):
                users, items, negatives = sampling.bpr_triples(positives, 256, rng)
                yield users, items, negatives[:last]

        train.fit(learner, batches, epochs=15, progress=False)
        ranked = metrics.rank_all(*model.embeddings(), R, top=10)
        after = metrics.evaluate(ranked, hidden).mean()["precision"]
        assert before < chance < 0.95 < after, name


def test_old_weights_meet_a_new_graph():
    model = LightGCN(graph(), M, 6, 2, seed=1)
    new = interactions(seed=1)
    other = LightGCN(graph(new), M, 6, 2)
    other.load_state_dict(model.state_dict())
    users, items = torch.tensor([[0], [3]]), torch.arange(N)
    for A_hat in (graph(new), propagation.to_torch(graph(new))):
        for ours, theirs in zip(model.embeddings(A_hat), other.embeddings(), strict=True):
            assert torch.allclose(ours, theirs, atol=1e-6)
        assert torch.allclose(model(users, items, A_hat), other(users, items), atol=1e-6)
    assert not torch.allclose(model.propagate(), model.propagate(graph(new)))
    rows = graphs.normalize(
        graphs.adjacency(new), "row"
    )  # not symmetric: the gradient is right, too
    model.propagate(rows)[0].sum().backward()
    A = torch.from_numpy(rows.toarray())
    P = sum(torch.linalg.matrix_power(A, k) for k in range(3)) / 3
    assert torch.allclose(model.E0.grad, P[0][:, None].expand(-1, 6), atol=1e-6)
    with pytest.raises(ValueError, match="one row for each of the 4 nodes"):
        model.propagate(sp.csr_array((4, 4), dtype=np.float32))


def test_making_a_model_propagates_nothing(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a pass over all edges")

    monkeypatch.setattr(propagation, "propagate", refuse)
    LightGCN(graph(), M, 6, 2)


def test_the_readable_model_can_be_read_alone():
    """It imports neither the kernels nor its fast twin."""
    text = Path(inspect.getfile(LightGCN)).read_text()
    assert not re.search(r"from graphrec_utils\.(models\.lightgcn|kernels)", text)


def test_a_seed_is_one_start_and_the_global_generator_rests():
    before = torch.get_rng_state()
    one, same, other = (LightGCN(graph(), M, 6, 2, seed=seed).E0 for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert one.std().item() == pytest.approx(0.1, rel=0.2)


def test_one_way_edges_are_refused():
    """A graph with the edges user -> item only: nobody would tell the users anything."""
    R = interactions()
    one_way = sp.block_diag([sp.csr_array((M, M)), sp.csr_array((N, N))], format="lil")
    one_way[M:, :M] = R.T
    for make in (LightGCN, Fused):
        with pytest.raises(ValueError, match="one direction only"):
            make(one_way, M, 4, 2)


@pytest.mark.parametrize("make", [LightGCN, Fused])
@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((np.eye(4), 2, 4, 1), TypeError, "scipy.sparse"),
        ((sp.csr_array((4, 5)), 2, 4, 1), ValueError, "square"),
        ((sp.csr_array((4, 4)), 0, 4, 1), ValueError, "num_users"),
        ((sp.csr_array((4, 4)), 4, 4, 1), ValueError, "num_users"),
        ((sp.csr_array((0, 0)), 1, 4, 1), ValueError, "num_users"),
        ((sp.csr_array((4, 4)), 2, 0, 1), ValueError, "dim"),
        ((sp.csr_array((4, 4)), 2, 4, -1), ValueError, "num_layers"),
        ((sp.csr_array((4, 4)), 2, 4, 1.5), TypeError, "integer"),
        ((sp.csr_array(np.full((4, 4), np.nan)), 2, 4, 1), ValueError, "NaN"),
    ],
)
def test_bad_graphs(make, arguments, error, says):
    with pytest.raises(error, match=says):
        make(*arguments)


@pytest.mark.parametrize("K", [0, 1, 3])
def test_a_graph_without_edges_is_a_graph(K):
    for make in (LightGCN, Fused):
        assert all(x.isfinite().all() for x in make(sp.csr_array((4, 4)), 2, 3, K).embeddings())
    one = torch.zeros(1, dtype=torch.int64)
    fused = Fused(sp.csr_array((4, 4)), 2, 3, K)
    assert np.isfinite(fused.step((one, one, one + 1)))
    assert np.isfinite(fused.E).all()


def test_wrong_weights_and_asymmetry():
    for make in (LightGCN, Fused):
        with pytest.raises(ValueError, match="3 weights"):
            make(graph(), M, 4, 2, weights=[1, 2])
    with pytest.raises(ValueError, match="symmetric"):
        Fused(graphs.normalize(graphs.adjacency(interactions()), "row"), M, 4, 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"loss": "hinge"}, "loss must be"),
        ({"lr": 0}, "lr"),
        ({"reg": -1}, "reg"),
        ({"std": np.inf}, "std"),
        ({"start": np.zeros((3, 4))}, r"start must be \(70, 4\)"),
        ({"start": np.full((M + N, 4), np.nan)}, "finite"),
    ],
)
def test_bad_options(options, says):
    with pytest.raises(ValueError, match=says):
        Fused(graph(), M, 4, 2, **options)


@pytest.mark.parametrize(
    ("position", "ids", "error", "says"),
    [
        (0, torch.full((64,), M), ValueError, f"users must hold ids from 0 to {M - 1}; got {M}"),
        (1, torch.full((64,), -1), ValueError, "items must hold"),
        (2, torch.full((64,), N), ValueError, "negatives must hold"),
        (0, torch.zeros(64), TypeError, "users must be an int64"),
        (2, np.zeros(64, int), TypeError, "negatives must be an int64"),
        (0, torch.zeros(0, dtype=torch.int64), ValueError, "empty"),
    ],
)
def test_bad_batches_change_nothing(position, ids, error, says):
    batch = list(bpr_batch())
    batch[position] = ids
    fused, model = Fused(graph(), M, 4, 2), LightGCN(graph(), M, 4, 2)
    before = fused.E.copy()
    for step in (fused.step, model.bpr_loss):
        with pytest.raises(error, match=says):
            step(batch)
    assert np.array_equal(fused.E, before)
    fused.step(bpr_batch())  # and it can go on


def test_lengths_must_fit():
    users, items, negatives = bpr_batch()
    for loss, batch in (
        ("bpr", (users, items, negatives[:5])),
        ("softmax", (users, items[:5], negatives)),
    ):
        with pytest.raises(ValueError, match="one length"):
            Fused(graph(), M, 4, 2, loss=loss).step(batch)


def test_strided_ids_and_starts_are_fine():
    users, items, negatives = bpr_batch(128)
    start = np.random.default_rng(0).normal(size=(4, M + N)).T  # columns next to each other
    a, b = Fused(graph(), M, 4, 2, start=start), Fused(graph(), M, 4, 2, start=start.copy())
    a.step((users[::2], items[::2], negatives[::2]))
    b.step(tuple(x[::2].contiguous() for x in (users, items, negatives)))
    assert np.array_equal(a.E, b.E)
    assert not np.shares_memory(a.E, start)


def test_repeated_edges_count_once_more_and_ids_may_repeat():
    R = interactions().tocoo()
    twice = sp.coo_array(
        (np.r_[R.data, R.data], (np.r_[R.row, R.row], np.r_[R.col, R.col])), shape=R.shape
    )
    twice = graphs.adjacency(twice)
    start = np.ones((M + N, 4))
    a = Fused(graphs.normalize(twice), M, 4, 2, start=start)
    b = Fused(graphs.normalize(sp.csr_array(twice)), M, 4, 2, start=start)
    for x, y in zip(a.embeddings(), b.embeddings(), strict=True):
        assert torch.allclose(x, y)


def test_nan_is_noticed_by_the_loop():
    fused = Fused(graph(), M, 4, 2)
    fused._E[fused._position[0]] = np.nan
    users = torch.zeros(8, dtype=torch.int64)
    with pytest.raises(ValueError, match="loss is nan"):
        train.fit(fused, lambda rng: [(users, users, users + 1)], epochs=1, progress=False)


def test_a_spectral_start_ranks_before_any_step():
    R, hidden = two_communities()
    E = spectral_start(R, 8)
    assert E.shape == (200, 8) and E.dtype == np.float32
    assert E.std() == pytest.approx(0.3, rel=1e-2)
    assert np.array_equal(E, spectral_start(R, 8))
    ranked = metrics.rank_all(E[:120], E[120:], R, top=10)
    assert metrics.evaluate(ranked, hidden).mean()["precision"] > 0.95


def test_a_spectral_start_of_full_rank_scores_as_the_likes_themselves():
    """D_U^(-1/2) R D_I^(-1/2) has the factors; the items' D_I^(1/2) takes its right side away."""
    R = interactions()
    E = spectral_start(R, N, std=1, noise=0).astype(np.float64)
    scores = E[:M] @ E[M:].T
    expected = R.toarray() / np.sqrt(np.maximum(R.sum(axis=1), 1))[:, None]
    scale = scores.sum() / expected.sum()
    assert scores / scale == pytest.approx(expected, abs=1e-4)


def test_a_spectral_start_prefers_the_popular_items_of_the_own_community():
    """Two communities that share nothing, with items of falling popularity in each."""
    half = np.arange(40)[:, None] < np.linspace(40, 4, 10)  # (users, items), 40 to 4 likes
    E = spectral_start(sp.csr_array(np.kron(np.eye(2), half)), 2, noise=0)
    scores = (E[:80] @ E[80:].T).reshape(2, 40, 2, 10)
    for own in (0, 1):
        mine = scores[own, :, own][half.any(axis=1)]  # (users, items)
        assert (np.diff(mine, axis=1) < 0).all()
        assert mine.min() > np.abs(scores[own, :, 1 - own]).max()


def test_a_spectral_start_of_nothing():
    with pytest.raises(ValueError, match="no interactions"):
        spectral_start(sp.csr_array((3, 4)), 2)
    E = spectral_start(interactions(), 50)  # more columns than R has rank
    assert np.isfinite(E).all() and E.shape == (M + N, 50)
