"""PinSage against algorithms 1 and 2 by hand, against PyG's SAGEConv, and what it must refuse."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, losses, scale, walks
from graphrec_utils.graphs import batches
from graphrec_utils.models import pinsage, sage

N = 40


def boards(seed=0):
    """25 boards of 40 pins; pin 5 is on none, pin 6 alone on its board, board 24 has one pin."""
    R = (np.random.default_rng(seed).random((25, N)) < 0.12).astype(np.float32)
    R[:, 5:7] = R[24] = 0
    R[24, 6] = 1
    return sp.csr_array(R)


def content(n=N, seed=1):
    rng = np.random.default_rng(seed)
    return sage.Content(6, 0, rng.normal(size=(n, 7)).astype(np.float32), seed=seed)


def model(pooling="importance", K=2, seed=0):
    return pinsage.PinSage(pinsage.neighborhoods(boards(), 4), content(), 5, K, pooling, seed)


# ---------------------------------------------------------------- by hand
def by_loops(ours: pinsage.PinSage, alpha: np.ndarray) -> torch.Tensor:
    """Algorithms 1 and 2 pin by pin, over all pins."""
    h = list(ours.content(torch.arange(len(alpha))))
    for Q, W in zip(ours.Q, ours.W, strict=True):
        new = []
        for u in range(len(alpha)):
            told = {v: F.relu(Q.weight @ h[v] + Q.bias) for v in np.flatnonzero(alpha[u])}
            heard = torch.zeros(len(Q.bias))
            if told and ours.pooling == "importance":
                heard = sum(float(alpha[u, v]) * x for v, x in told.items())
            elif told and ours.pooling == "mean":
                heard = sum(told.values()) / len(told)
            elif told:
                heard = torch.stack(list(told.values())).max(dim=0).values
            z = F.relu(W.weight @ torch.cat([h[u], heard]) + W.bias)
            new.append(z / z.norm() if z.norm() > 0 else z)
        h = new
    z = [ours.G2.weight @ F.relu(ours.G1.weight @ x + ours.G1.bias) for x in h]
    return torch.stack(z).detach()


@pytest.mark.parametrize("pooling", pinsage.POOLINGS)
@pytest.mark.parametrize("K", [0, 1, 2])
def test_minibatches_inference_and_loops_agree(pooling, K):
    ours = model(pooling, K)
    expected = by_loops(ours, pinsage.neighborhoods(boards(), 4).toarray())
    Z, same = ours.embeddings(size=7)
    assert Z is same
    torch.testing.assert_close(Z, expected)
    nodes = torch.tensor([6, 0, 31, 5, 12])
    torch.testing.assert_close(ours.vectors(nodes).detach(), expected[nodes])


def test_one_convolution_on_paper():
    """Q says (2, 1) and (0, 1): a quarter of what the second says is (1.5, 1); W makes (3, 4)."""
    block = batches.Block(torch.tensor([0, 1, 2]), 1, torch.tensor([[1, 2], [0, 0]]),
                          torch.tensor([0.75, 0.25]))  # fmt: skip
    h = torch.tensor([[1.0], [2.0], [-4.0]])
    Q, q = torch.tensor([[1.0], [0.0]]), torch.tensor([0.0, 1.0])
    W, w = torch.tensor([[0.0, 2, 0], [4.0, 0, 0]]), torch.zeros(2)
    torch.testing.assert_close(pinsage.convolve(h, block, Q, q, W, w), torch.tensor([[0.6, 0.8]]))


def test_mean_pooling_is_pyg_s_sageconv_on_the_same_weights():
    """PyG's layer with a projection: lin_l(mean of ReLU(P x)) + lin_r(x)."""
    SAGEConv = pytest.importorskip("torch_geometric.nn").SAGEConv
    ours = model("mean", 1)
    Q, W = ours.Q[0], ours.W[0]
    block = batches.sample(ours.alpha, range(N), [None])[0]
    x = ours.content(block.source)
    told = F.relu(F.linear(x, Q.weight, Q.bias))
    theirs = SAGEConv((5, 6), 5, aggr="mean")
    with torch.no_grad():
        theirs.lin_l.weight.copy_(W.weight[:, 6:])
        theirs.lin_l.bias.copy_(W.bias)
        theirs.lin_r.weight.copy_(W.weight[:, :6])
    expected = F.normalize(theirs((told, x[: block.num_targets]), block.edge_index).relu(), dim=1)
    mine = pinsage.convolve(x, block, Q.weight, Q.bias, W.weight, W.bias, "mean")
    torch.testing.assert_close(mine, expected)


def test_alpha_is_what_walks_visit_with_boards_left_out():
    R = boards()
    alpha = pinsage.neighborhoods(R, 4, num_steps=500, seed=3)
    for pin in (0, 7, 39):
        V = walks.visits(graphs.adjacency(R), 25 + pin, 500, seed=3)[25:]
        V[pin] = 0
        # every start has a stream of its own, so only what many visits say is the same
        top = set(np.argsort(-V, kind="stable")[:2].tolist())
        row = alpha.indices[alpha.indptr[pin] : alpha.indptr[pin + 1]]
        assert top & set(row.tolist())
        weights = alpha.data[alpha.indptr[pin] : alpha.indptr[pin + 1]]
        assert (np.diff(weights) <= 0).all() and weights.sum() == pytest.approx(1)
        assert pin not in row
    assert alpha.shape == (N, N)


# ---------------------------------------------------------------- labels out of messages
def test_the_two_pins_of_a_pair_say_nothing_to_each_other():
    ours = model(K=1)
    alpha = pinsage.neighborhoods(boards(), 4).toarray()
    u = 0
    v = int(alpha[u].argmax())
    batch = pinsage.Batch(*(torch.tensor(x) for x in ([u], [v], [9], [[3]])))
    cut = alpha.copy()
    cut[u, v] = cut[v, u] = 0
    total = cut.sum(axis=1, keepdims=True)
    cut = np.divide(cut, total, where=total > 0, out=np.zeros_like(cut))
    for hide, graph in ((True, cut), (False, alpha)):
        z = by_loops(ours, graph)
        pos, neg = (x.detach() for x in ours.compared(batch, hide))
        torch.testing.assert_close(pos, z[[u]] @ z[v])
        torch.testing.assert_close(neg[0, :1], z[[u]] @ z[9])


def test_negatives_that_are_the_query_or_the_positive_are_felt_by_no_loss():
    ours = model()
    batch = pinsage.Batch(*(torch.tensor(x) for x in ([0, 1], [2, 3], [2, 1, 8], [[9, 0], [3, 9]])))
    pos, neg = ours.compared(batch)
    assert torch.isinf(neg).tolist() == [[True, False, False, False, True],
                                         [False, True, False, True, False]]  # fmt: skip
    for loss in (losses.hinge(pos, neg, 0.3), losses.sampled_softmax(pos, neg)):
        assert torch.isfinite(loss)
        ours.zero_grad()
        loss.backward(retain_graph=True)
        assert all(torch.isfinite(p.grad).all() for p in ours.parameters())


# ---------------------------------------------------------------- hard negatives
def test_pools_are_the_ranks_without_positives():
    ranked = pinsage.neighborhoods(boards(), 12, num_steps=3000)
    first = [
        ranked.indices[a:b].tolist() for a, b in zip(ranked.indptr, ranked.indptr[1:], strict=False)
    ]
    pairs = np.array([(u, row[4]) for u, row in enumerate(first) if len(row) > 4])
    pools = pinsage.hard_pools(ranked, pairs, 3, 8)
    assert pools.shape == (N, 6)
    for u, row in enumerate(first):
        expected = [v for v in row[2:8] if [u, v] not in pairs.tolist()]
        assert pools[u][pools[u] >= 0].tolist() == expected


def test_hard_negatives_are_added_and_differ():
    pools = np.arange(N * 6).reshape(N, 6) % N
    rng = np.random.default_rng(0)
    pairs = np.stack([np.arange(30), np.arange(30) + 5], 1)
    for epoch in (1, 2, 4):
        for batch in pinsage.batches(pairs, N, 8, 20, rng, pools, pinsage.curriculum(epoch)):
            assert len(batch.shared) == 20
            assert batch.hard.shape == (len(batch.queries), epoch - 1)
            for q, hard in zip(batch.queries, batch.hard, strict=True):
                assert len(set(hard.tolist())) == epoch - 1
                assert set(hard.tolist()) <= set(pools[q].tolist())


def test_every_pair_comes_once_an_epoch_or_as_many_batches_as_asked_for():
    pairs = np.stack([np.arange(30), np.arange(30) + 5], 1)
    made = list(pinsage.batches(pairs, N, 8, 3, np.random.default_rng(0)))
    assert sorted(torch.cat([b.queries for b in made]).tolist()) == list(range(30))
    assert len(list(pinsage.batches(pairs, N, 8, 3, np.random.default_rng(0), count=2))) == 2


def test_a_new_pin_draws_any_pins():
    pools = np.full((N, 4), -1)
    drawn = pinsage.draw_hard(pools, np.array([3, 4]), 3, np.random.default_rng(0))
    assert drawn.shape == (2, 3) and drawn.min() >= 0 and drawn.max() < N


# ---------------------------------------------------------------- engines
@pytest.mark.parametrize("engine", ["serial", "process"])
def test_engines_compute_the_same_vectors(engine):
    ours = model()
    run = partial(scale.map_partitions, engine=engine, workers=2)
    torch.testing.assert_close(ours.embeddings(size=7, run=run)[0], ours.embeddings()[0])


# ---------------------------------------------------------------- bad input
def test_pins_without_a_board_and_pins_alone_hear_nobody_and_still_have_vectors():
    alpha = pinsage.neighborhoods(boards(), 4)
    assert np.diff(alpha.indptr)[5:7].tolist() == [0, 0]
    Z, _ = model().embeddings()
    assert torch.isfinite(Z).all()


def test_boards_of_one_pin_say_nothing():
    alone = sp.csr_array(np.eye(6))
    assert pinsage.neighborhoods(alone, 3).nnz == 0
    with pytest.raises(ValueError, match="alpha is empty: no pin has a neighbor"):
        pinsage.PinSage(pinsage.neighborhoods(alone, 3), content(6))


def test_more_neighbors_than_there_are_give_a_shorter_row():
    R = sp.csr_array(np.ones((1, 5)))
    alpha = pinsage.neighborhoods(R, 50)
    assert np.diff(alpha.indptr).tolist() == [4] * 5


def test_a_graph_in_one_direction_has_no_neighborhoods():
    """Edges from pins to boards only: a walker that steps from pins to pins gets nowhere."""
    R = boards()
    m = R.shape[0]
    one_way = sp.csr_array(
        sp.block_array([[sp.csr_array((m, m)), None], [R.T, sp.csr_array((N, N))]])
    )
    alpha = walks.importance_neighbors(one_way, np.arange(m, m + N), 4)
    assert alpha.nnz == 0
    with pytest.raises(ValueError, match="do the edges of the graph go in both directions"):
        pinsage.PinSage(alpha[:, m:], content())


def test_nan_content_is_refused():
    with pytest.raises(ValueError, match="dense has 1 entries that are NaN"):
        sage.Content(3, 0, np.array([[1.0, np.nan]], dtype=np.float32))


@pytest.mark.parametrize("bad", [N, -1])
def test_pins_outside_the_graph_are_refused(bad):
    ours = model()
    with pytest.raises(ValueError, match="nodes"):
        ours.vectors(torch.tensor([0, bad]))
    with pytest.raises(ValueError, match="pairs"):
        next(pinsage.batches(np.array([[0, bad]]), N, 1, 1, np.random.default_rng(0)))
    with pytest.raises(ValueError, match="pairs"):
        pinsage.hard_pools(pinsage.neighborhoods(boards(), 4), np.array([[bad, 0]]), 1, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"pooling": "sum"}, "pooling must be one of importance, mean, max"),
     ({"num_layers": -1}, "num_layers"), ({"dim": 0}, "dim")],
)  # fmt: skip
def test_settings_out_of_range_are_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        pinsage.PinSage(pinsage.neighborhoods(boards(), 4), content(), **change)


def test_content_that_does_not_fit_is_refused():
    with pytest.raises(
        ValueError, match="alpha has 40 pins, but content is there for 0 users and 39"
    ):
        pinsage.PinSage(pinsage.neighborhoods(boards(), 4), content(N - 1))
    with pytest.raises(ValueError, match="hard negatives need pools"):
        next(pinsage.batches(np.array([[0, 1]]), N, 1, 1, np.random.default_rng(0), num_hard=2))
    with pytest.raises(ValueError, match="last"):
        pinsage.hard_pools(pinsage.neighborhoods(boards(), 4), np.empty((0, 2)), 4, 3)
    with pytest.raises(ValueError, match="epoch"):
        pinsage.curriculum(0)
