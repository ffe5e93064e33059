"""OmniSage: who is heard, what is learned from, and what it does with bad input."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import walks
from graphrec_utils.lessons.lesson16 import ex2_typed_sequence, ex3_entity_feature_loss
from graphrec_utils.lessons.lesson16.ex1_prune_degree import prune_degree
from graphrec_utils.models import multibisage, omnisage, sage

N_PINS, N_BOARDS = 12, 5


def graphs(seed=0):
    rng = np.random.default_rng(seed)
    R = (rng.random((N_BOARDS, N_PINS)) < 0.4).astype(float)
    C = (rng.random((N_PINS, N_PINS)) < 0.2).astype(float)
    R[:, 3] = C[:, 3] = C[3] = 0  # a pin that nobody knows
    return sp.csr_array(R), sp.csr_array(np.triu(C, 1))


def model(near=None, dim=8, **options):
    near = omnisage.sequences(*graphs(), (2, 3, 3), 300) if near is None else near
    x = np.random.default_rng(1).normal(size=(N_PINS + N_BOARDS, 6))
    return omnisage.OmniSage(near, sage.Content(dim, 0, x), dim, **options)


def batch(m, seed=0, histories=True):
    rng = np.random.default_rng(seed)
    pins = np.array([[0, 1, 2, 5], [4, 6, -1, -1], [7, -1, -1, -1]])
    known = [omnisage.Histories(pins, np.ones_like(pins, bool))] if histories else None
    pairs = np.stack([rng.integers(0, 12, 40), rng.integers(0, 12, 40)], axis=1)
    day = multibisage.Day(pairs, m.near)
    return next(omnisage.batches([day], N_PINS, 16, 8, rng, None, known, 3))


def test_sequences_hold_to_their_quotas_and_are_in_the_order_of_visits():
    R, C = graphs()
    near = omnisage.sequences(R, C, (2, 3, 3), 300, seed=4)
    assert near.ids.shape == near.kinds.shape == (N_PINS, 8)
    for kind, quota in enumerate((2, 3, 3)):
        assert (((near.kinds == kind) & (near.ids >= 0)).sum(dim=1) <= quota).all()
    boards = near.ids[(near.kinds == 1) & (near.ids >= 0)]
    assert (boards >= N_PINS).all() and (near.ids[near.kinds != 1] < N_PINS).all()
    assert (near.ids[3] == -1).all()
    A = walks.walkable(sp.csr_array(C + C.T))
    for u in range(N_PINS):  # a slow oracle: all visits, then the exercise's answer
        if not A.matrix[[u]].nnz:
            continue
        visits = walks.visits(A, u, 300, hops=1, seed=4)
        want = ex2_typed_sequence.typed_sequence(visits, np.zeros(N_PINS, int), u, [3])
        assert near.ids[u, 5:].tolist() == want.tolist()


def test_a_graph_without_edges_leaves_its_places_empty():
    R, C = graphs()
    near = omnisage.sequences(sp.csr_array(R.shape), C, (2, 3, 3), 100)
    assert (near.ids[:, :5] == -1).all() and (near.ids[:, 5:] >= 0).any()
    m = model(near)
    assert torch.isfinite(m.embeddings()[0]).all()
    nobody = omnisage.sequences(sp.csr_array(R.shape), sp.csr_array(C.shape), (2, 3, 3), 100)
    assert (nobody.ids == -1).all() and torch.isfinite(model(nobody).embeddings()[0]).all()


def test_a_quota_larger_than_the_neighborhood_leaves_places_empty():
    R, C = graphs()
    near = omnisage.sequences(R, C, (50, 60, 70), 200)
    there = (near.ids >= 0).sum(dim=1)
    assert (
        near.ids.shape == (N_PINS, 180) and there.max() <= 2 * N_PINS + N_BOARDS and there[3] == 0
    )
    few = model(near).embeddings()[0]
    assert torch.isfinite(few).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"quotas": (0, 0, 0)}, "not all 0"), ({"quotas": (1, 2)}, "3 numbers"), ({"quotas": (1, -1, 2)}, "at least 0|>= 0|0"),
     ({"C": sp.csr_array((3, 3))}, "pin-pin graph must be")],
    ids=["none", "two", "negative", "other pins"],
)  # fmt: skip
def test_graphs_and_quotas_that_do_not_fit_are_refused(change, words):
    R, C = graphs()
    with pytest.raises(ValueError, match=words):
        omnisage.sequences(**({"R": R, "C": C, "quotas": (1, 1, 1)} | change))


def test_only_some_graphs():
    near = omnisage.sequences(*graphs(), (2, 3, 3), 300)
    assert (near.only(["pin-pin"]).ids[:, :5] == -1).all()
    assert torch.equal(near.only(["pin-board", "pin-pin"]).ids, near.ids)
    with pytest.raises(KeyError):
        near.only(["pin-user"])


# ---------------------------------------------------------------- the encoder
def reference(m, nodes):
    """Return z pin by pin with torch's own layer."""
    layer = torch.nn.TransformerEncoderLayer(
        8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    layer.load_state_dict(m.block.state_dict())
    layer.eval()
    out = []
    for u in nodes.tolist():
        row = [m.start + m.content(torch.tensor([u]))[0]]
        for place, (v, kind) in enumerate(zip(m.near.ids[u], m.near.kinds[u], strict=True)):
            if v >= 0:
                h = m.content(v[None])[0] + m.kind(kind)
                row.append(h if m.place is None else h + m.place.weight[place])
        x = torch.stack(row)[None]
        mask = torch.zeros(len(row), len(row), dtype=torch.bool)
        out.append(m.out(layer(x, src_mask=mask)[0, 0]))
    return F.normalize(torch.stack(out), dim=1)


@pytest.mark.parametrize("positions", [False, True])
def test_the_encoder_is_torch_s_transformer_over_each_sequence(positions):
    m, nodes = model(positions=positions), torch.tensor([0, 3, 7, 11])
    z = m.vectors(nodes)
    torch.testing.assert_close(z, reference(m, nodes), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(m.embeddings()[0][nodes, :-1], z)


@pytest.mark.parametrize("positions", [False, True])
def test_without_positions_the_order_says_nothing(positions):
    near = omnisage.sequences(*graphs(), (2, 3, 3), 300)
    back = omnisage.Sequences(near.ids.flip(1), near.kinds.flip(1))
    one, other = model(near, positions=positions), model(back, positions=positions)
    other.load_state_dict(one.state_dict())
    same = torch.allclose(one.embeddings()[0], other.embeddings()[0], atol=1e-5)
    assert same != positions


def test_empty_places_say_nothing():
    near = omnisage.sequences(*graphs(), (2, 3, 3), 300)
    wide = omnisage.Sequences(F.pad(near.ids, (0, 4), value=-1), F.pad(near.kinds, (0, 4), value=2))
    one, other = model(near), model(wide)
    other.load_state_dict(one.state_dict())
    torch.testing.assert_close(one.embeddings()[0], other.embeddings()[0])


def test_the_two_ends_of_a_pair_do_not_hear_each_other():
    m = model()
    u = int((m.near.ids >= 0).sum(dim=1).argmax())
    v = int(m.near.ids[u][m.near.kinds[u] == 2].max())
    assert v >= 0
    hidden = torch.tensor([u]), torch.tensor([v])
    assert not torch.allclose(m.vectors(torch.tensor([u])), m.vectors(torch.tensor([u]), hidden))
    quiet = (m.near.ids != u).all(dim=1)
    quiet[u] = False
    other = int(quiet.nonzero()[0])
    node = torch.tensor([other])
    torch.testing.assert_close(m.vectors(node), m.vectors(node, hidden))


def test_length_1_or_free_and_the_offset():
    offset = np.arange(N_PINS) / 3
    m = model(offset=offset)
    q, i = m.embeddings(temperature=0.5)
    torch.testing.assert_close(i[:, :-1].norm(dim=1), torch.ones(N_PINS))
    torch.testing.assert_close(
        q @ i.T / 0.5, q[:, :-1] @ i[:, :-1].T / 0.5 + torch.tensor(offset).float()
    )
    free = model(unit=False).embeddings()[0][:, :-1].norm(dim=1)
    assert (free - 1).abs().max() > 0.01
    with pytest.raises(ValueError, match="offset"):
        model(offset=np.arange(3))


# ---------------------------------------------------------------- losses
@pytest.mark.parametrize("name", omnisage.LOSSES)
def test_each_loss_reaches_its_parts_and_no_other(name):
    m = model(length=4)
    omnisage.loss(m, batch(m), {name: 1.0}).backward()
    reached = {part: any(p.grad is not None and p.grad.abs().sum() > 0 for p in getattr(m, part).parameters())
               for part in ("block", "asked", "reader")}  # fmt: skip
    assert reached == {
        "block": True,
        "asked": name == "entity-feature",
        "reader": name == "user-entity",
    }


def test_the_joint_loss_is_the_weighted_sum():
    m = model(length=4)
    b = batch(m)
    alone = {name: omnisage.loss(m, b, {name: 1.0}).item() for name in omnisage.LOSSES}
    weights = {"entity-entity": 1.0, "entity-feature": 0.3, "user-entity": 2.0}
    want = sum(weights[k] * alone[k] for k in alone)
    assert omnisage.loss(m, b, weights).item() == pytest.approx(want, rel=1e-5)
    nobody = batch(m, histories=False)
    assert omnisage.loss(m, nobody, {"user-entity": 1.0}).item() == 0
    for bad in ({}, {"entity": 1.0}):
        with pytest.raises(ValueError, match="weigh one or more"):
            omnisage.loss(m, b, bad)


def test_the_feature_loss_is_that_of_the_exercise():
    m = model()
    b = batch(m)

    class Line(torch.nn.Module):
        def __init__(self, W):
            super().__init__()
            self.W = W

        def forward(self, x):
            return x @ self.W

    W = torch.randn(6, 8)
    m.asked, m.unit = Line(W), False
    z = m.embeddings()[0][:, :-1]
    columns = torch.cat([b.items, b.shared])
    x = m.content.dense
    want = ex3_entity_feature_loss.entity_feature_loss(x, W, z, b.items, b.asks, columns, b.log_q)
    got = omnisage.loss(m, b, {"entity-feature": 1.0}, temperature=1.0)
    torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)


def test_what_asks_is_a_neighbor_or_the_pin_itself():
    m = model()
    for seed in range(5):
        b = batch(m, seed)
        for pin, asks in zip(b.items.tolist(), b.asks.tolist(), strict=True):
            near = set(m.near.ids[pin].tolist()) - {-1}
            assert asks in near or (asks == pin and not near)


def test_what_lies_ahead_comes_later_and_after_the_morning():
    pins = np.array([[4, 5, 6, 7, -1], [8, 9, -1, -1, -1], [3, -1, -1, -1, -1]])
    new = np.array([[0, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]], bool)
    seen = set()
    for seed in range(30):
        A = omnisage.ahead(pins, new, np.random.default_rng(seed))
        assert (A[1:] == -1).all() and (A[0, [0, 3, 4]] == -1).all()
        assert A[0, 1:3, 0].tolist() == [6, 7]
        seen |= {int(A[0, 1, 1])}
    assert seen == {6, 7}


def test_histories_are_read_causally():
    m, z = model(length=4), torch.randn(9, 8)
    one, other = torch.tensor([[1, 2, 3, 4]]), torch.tensor([[1, 2, 8, 5]])
    a, b = m.users(one, z), m.users(other, z)
    torch.testing.assert_close(a[:, :2], b[:, :2])
    assert not torch.allclose(a[:, 2], b[:, 2])
    with pytest.raises(ValueError, match="at most 4"):
        m.users(torch.zeros(1, 5, dtype=torch.int64), z)
    U, _ = m.recommending(torch.tensor([[1, 2, -1, -1], [-1] * 4]))
    assert U[1, :-1].eq(0).all() and U[0, :-1].ne(0).any()


@pytest.mark.parametrize(
    ("make", "words"),
    [(lambda: model(dim=8, near=omnisage.Sequences(torch.full((12, 2), 99), torch.zeros(12, 2, dtype=torch.int64))), "neighbors must be"),
     (lambda: model(near=omnisage.Sequences(torch.full((40, 2), -1), torch.zeros(40, 2, dtype=torch.int64))), "content of all nodes"),
     (lambda: omnisage.OmniSage(omnisage.sequences(*graphs()), sage.Content(4, 0, np.zeros((17, 2))), 8), "must have dim 8")],
    ids=["ids", "content", "dim"],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


# ---------------------------------------------------------------- fewer and more edges
def test_pruning_keeps_what_the_exercise_keeps():
    R, _ = graphs()
    A = sp.csr_array(np.random.default_rng(0).random((20, 60)) < np.linspace(0, 0.9, 20)[:, None])
    cut = walks.prune_degree(A, 0.6, 3, 9, seed=5)
    rows = np.repeat(np.arange(20), np.diff(A.indptr))
    keep = prune_degree(rows, np.random.default_rng(5).random(A.nnz), 0.6, 3, 9)
    want = sp.csr_array((A.data[keep], (rows[keep], A.indices[keep])), shape=A.shape)
    assert (cut != want).nnz == 0
    few = np.diff(A.indptr) <= 3
    assert (np.diff(cut.indptr)[few] == np.diff(A.indptr)[few]).all() and np.diff(
        cut.indptr
    ).max() <= 9
    assert (walks.prune_degree(R, 1.0, 1, 99) != R).nnz == 0


@pytest.mark.parametrize(
    "bad",
    [{"alpha": 1.2}, {"least": 5, "most": 3}, {"alpha": float("nan")}],
    ids=["alpha", "least", "nan"],
)
def test_pruning_refuses(bad):
    with pytest.raises(ValueError):
        walks.prune_degree(graphs()[0], **bad)


def test_densified_nodes_hear_busy_ones_that_say_something_similar():
    rng = np.random.default_rng(0)
    degree, content = np.arange(30), rng.normal(size=(30, 5))
    D = walks.densify(degree, content, 2)
    few, busy = degree <= np.quantile(degree, 0.3), degree >= np.quantile(degree, 0.9)
    assert (D.sum(axis=1)[~few] == 0).all() and (D.sum(axis=0)[~busy] == 0).all()
    x = content / np.linalg.norm(content, axis=1, keepdims=True)
    for u in np.flatnonzero(few):  # a slow oracle
        best = sorted(np.flatnonzero(busy), key=lambda v: -x[u] @ x[v])[:2]
        assert set(D[[u]].indices) == {v for v in best if x[u] @ x[v] > 0}
    same = walks.densify(np.ones(4), np.ones((4, 2)), 3)
    assert same.diagonal().sum() == 0 and same.nnz == 12
    for bad in ({"content": content[:3]}, {"content": content * np.nan}, {"low": 0.9, "high": 0.2}):
        with pytest.raises(ValueError):
            walks.densify(**({"degree": degree, "content": content} | bad))
