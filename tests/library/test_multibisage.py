"""Neighbors of several graphs: lists, ways to listen, and what must never become NaN."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.nn import GATConv, RGCNConv

from graphrec_utils import losses, sampling, scale, train
from graphrec_utils.models import multibisage, pinsage, sage, transformer

N, D = 12, 8
HOW = pytest.mark.parametrize("how", multibisage.HOW)


def boards(seed: int, n: int = N, lonely: int = 0) -> sp.csr_array:
    R = (np.random.default_rng(seed).random((7, n)) < 0.3).astype(float)
    R[:, :lonely] = 0
    return sp.csr_array(R)


def graphs(lonely: int = 0) -> dict[str, sp.csr_array]:
    return {
        "a": boards(0, lonely=lonely),
        "b": boards(1, lonely=lonely),
        "c": boards(2, lonely=lonely),
    }


def content(n: int = N, seed: int = 0) -> sage.Content:
    rows = np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)
    return sage.Content(D, 0, rows, seed=seed)


def made(how: str = "transformer", near=None, seed: int = 0) -> multibisage.MultiBiSage:
    near = multibisage.neighborhoods(graphs(1), top=4) if near is None else near
    return multibisage.MultiBiSage(near, content(), D, how, seed=seed)


# ---------------------------------------------------------------- lists
def test_padded_rows_hold_the_heaviest_first_and_equal_ones_by_id():
    alpha = sp.csr_array(
        (np.array([0.25, 0.5, 0.25, 1.0]), np.array([4, 2, 0, 3]), [0, 3, 3, 4]), shape=(3, 5)
    )
    assert multibisage.pad(alpha, 2).tolist() == [[2, 0], [-1, -1], [3, -1]]
    assert multibisage.pad(alpha, 4).tolist() == [[2, 0, 4, -1], [-1] * 4, [3, -1, -1, -1]]


def test_lists_are_pinsages_neighborhoods_graph_by_graph():
    near = multibisage.neighborhoods(graphs(), top=4)
    assert near.names == ("a", "b", "c") and near.ids.shape == (N, 3, 4)
    for g, R in enumerate(graphs().values()):
        alpha = pinsage.neighborhoods(R, 4)
        assert near.ids[:, g].tolist() == multibisage.pad(alpha, 4).tolist()


@pytest.mark.parametrize("size", [1, 5, 100])
def test_lists_do_not_depend_on_who_walks(size):
    expected = multibisage.neighborhoods(graphs(), top=3).ids
    run = partial(scale.map_partitions, engine="serial", workers=2)
    assert torch.equal(multibisage.neighborhoods(graphs(), 3, run=run, size=size).ids, expected)


def test_a_relation_without_edges_is_allowed_and_empty():
    near = multibisage.neighborhoods(graphs() | {"none": sp.csr_array((7, N))}, top=3)
    assert (near.ids[:, 3] == -1).all() and (near.ids[:, 0] >= 0).any()
    for how in multibisage.HOW:
        assert made(how, near).embeddings()[0].isfinite().all()


@pytest.mark.parametrize("given", [{}, {"a": boards(0), "b": boards(0, n=5)}])
def test_graphs_must_share_the_pins(given):
    with pytest.raises(ValueError, match="same pins"):
        multibisage.neighborhoods(given)


def test_only_some_graphs():
    near = multibisage.neighborhoods(graphs(), top=3)
    assert torch.equal(near.only(["c", "a"]).ids, near.ids[:, [2, 0]])
    for names in (["d"], []):
        with pytest.raises(ValueError, match="choose from"):
            near.only(names)


def test_the_pins_of_a_pair_leave_each_others_lists():
    ids = torch.tensor([[[7, 4], [7, -1]], [[3, 9], [1, 3]], [[7, 3], [-1, -1]]])
    nodes, one, other = torch.tensor([3, 7, 5]), torch.tensor([3]), torch.tensor([7])
    out = multibisage.without(ids, nodes, one, other)
    assert out.tolist() == [[[-1, 4], [-1, -1]], [[-1, 9], [1, -1]], [[7, 3], [-1, -1]]]


# ---------------------------------------------------------------- one layer
def test_means_of_sets_of_rows():
    table = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    places = torch.tensor([[[0, 5, -1], [-1, -1, -1]], [[2, -1, -1], [1, 2, 3]]])
    out = multibisage.means(table, places)
    assert torch.allclose(out[0, 0], (table[0] + table[5]) / 2) and not out[0, 1].any()
    assert torch.allclose(out[1, 0], table[2]) and torch.allclose(out[1, 1], table[1:4].mean(0))


def test_mean_per_relation_is_pygs_rgcn():
    near = multibisage.neighborhoods(graphs(1), top=4)
    model, table = made("mean", near), torch.randn(N, D)
    layer, conv = model.listen, RGCNConv(D, D, 3, aggr="mean")
    with torch.no_grad():
        conv.root.copy_(layer.own.weight.T)
        conv.bias.copy_(layer.own.bias)
        conv.weight.copy_(layer.heard.weight.view(D, 3, D).permute(1, 2, 0))
    u, g, t = (near.ids >= 0).nonzero().T
    theirs = conv(table, torch.stack([near.ids[u, g, t], u]), g).relu()
    assert torch.allclose(layer(table, table, near.ids)[0], theirs, atol=1e-5)


def test_attention_in_a_graph_is_pygs_gat():
    near = multibisage.neighborhoods({"a": boards(0, lonely=2)}, top=4)
    layer, table = multibisage.Attention(D, 1, 1), torch.randn(N, D)
    conv = GATConv(D, D, add_self_loops=False, bias=False)
    with torch.no_grad():
        conv.lin.weight.copy_(layer.W[0].weight)
        conv.att_dst.copy_(layer.a[0, 0][None, None])
        conv.att_src.copy_(layer.a[0, 1][None, None])
    u, _, t = (near.ids >= 0).nonzero().T
    theirs = conv(table, torch.stack([near.ids[u, 0, t], u]))
    expected = (layer.own(table) + torch.nn.functional.elu(theirs)).relu()  # one graph: weight 1
    assert torch.allclose(layer(table, table, near.ids)[0], expected, atol=1e-5)


def random_block(norm_first: bool) -> transformer.Block:
    torch.manual_seed(0)
    block = transformer.Block(D, 2, norm_first=norm_first, activation="relu")
    for p in block.parameters():  # biases and norms start at 0 and 1, which would hide mistakes
        torch.nn.init.normal_(p, std=0.5)
    return block


def sets(seed: int = 0):
    """Own vectors, a table, places: one set full, one half empty, one with nobody."""
    rng = torch.Generator().manual_seed(seed)
    own, table = (torch.randn(k, D, generator=rng) for k in (3, 6))
    return own, table, torch.tensor([[0, 3, 5, 1], [2, 5, -1, -1], [-1, -1, -1, -1]])


@pytest.mark.parametrize("norm_first", [True, False])
def test_the_first_place_is_that_of_torchs_layer_forward_and_gradient(norm_first):
    block = random_block(norm_first)
    layer = torch.nn.TransformerEncoderLayer(
        D, 2, 2 * D, 0.0, "relu", batch_first=True, norm_first=norm_first
    )
    layer.load_state_dict(block.state_dict())
    (own, table, places), (own2, table2, _) = sets(), sets()
    for x in (own, table, own2, table2):
        x.requires_grad_()
    ours, looks = multibisage.first(block, own, table, places)
    x = torch.cat([own2[:, None], table2[places.clamp(min=0)]], dim=1)
    padding = torch.nn.functional.pad(places < 0, (1, 0), value=False)
    theirs = layer(x, src_key_padding_mask=padding)[:, 0]
    assert torch.allclose(ours, theirs, atol=1e-5)
    assert torch.allclose(block(x, padding=padding)[:, 0], theirs, atol=1e-5)
    assert torch.allclose(looks.sum(dim=2), torch.ones(3, 2)) and (looks[1, :, 3:] == 0).all()
    for out in (ours, theirs):
        (out**2).sum().backward()
    assert torch.allclose(own.grad, own2.grad, atol=1e-4)
    assert torch.allclose(table.grad, table2.grad, atol=1e-4)
    wanted = dict(layer.named_parameters())
    for name, p in block.named_parameters():
        assert torch.allclose(p.grad, wanted[name].grad, atol=1e-3, rtol=1e-4), name


def test_whoever_has_nobody_hears_the_own_vector_alone():
    block, (own, table, places) = random_block(True), sets()
    out, looks = multibisage.first(block, own, table, places)
    alone, _ = multibisage.first(block, own, table[:0], places[:, :0])
    assert torch.allclose(out[2], alone[2], atol=1e-6)
    assert looks[2, :, 0].tolist() == [1, 1]
    nobody = multibisage.first(block, own, table[:0], torch.full((3, 4), -1))[0]
    assert torch.allclose(nobody, alone, atol=1e-6)


@HOW
def test_the_order_of_neighbors_and_of_padding_changes_nothing(how):
    model, nodes = made(how), torch.arange(N)
    before = model.vectors(nodes)[0]
    mixed = model.near.ids[:, :, torch.tensor([3, 1, 0, 2])]
    model.near = multibisage.Neighborhoods(model.near.names, mixed)
    assert torch.allclose(model.vectors(nodes)[0], before, atol=1e-5)


@HOW
def test_who_has_no_neighbor_in_any_graph_is_finite_and_so_is_the_gradient(how):
    near = multibisage.neighborhoods(graphs(2), top=4)
    assert (near.ids[0] == -1).all()
    model = made(how, near)
    z, looks = model.vectors(torch.arange(N))
    z.square().sum().backward()
    assert z.isfinite().all() and all(p.grad.isfinite().all() for p in model.parameters())
    if looks is not None:
        assert looks.isfinite().all()
        there = (near.ids >= 0).any(dim=2)
        assert (looks[:, -3:][~there] == 0).all()


@HOW
def test_a_graph_without_neighbors_says_nothing(how):
    """What is learned about a graph changes only who has a neighbor in it."""
    near = multibisage.neighborhoods({"a": boards(0), "b": boards(1, lonely=3)}, top=4)
    model, nodes = made(how, near), torch.arange(N)
    before = model.vectors(nodes)[0]
    part = {"mean": lambda x: x.heard.weight[:, D:], "attention": lambda x: x.W[1].weight}
    with torch.no_grad():
        part.get(how, lambda x: x.graphs[1].linear2.weight)(model.listen).mul_(3)
    changed = ~torch.isclose(model.vectors(nodes)[0], before, atol=1e-6).all(dim=1)
    assert torch.equal(changed, (near.ids[:, 1] >= 0).any(dim=1))


@HOW
def test_all_positions_masked(how):
    nobody = multibisage.Neighborhoods(("a", "b"), torch.full((N, 2, 3), -1))
    z, looks = made(how, nobody).vectors(torch.arange(N))
    assert z.isfinite().all() and len(z.unique(dim=0)) == N  # each says its own
    if how == "transformer":
        assert (looks[:, 0] == 1).all()


@HOW
def test_vectors_do_not_depend_on_the_batch(how):
    model = made(how)
    nodes = torch.tensor([5, 0, 9])
    whole = model.embeddings()[0]
    assert torch.allclose(model.vectors(nodes)[0], whole[nodes], atol=1e-5)
    assert torch.allclose(model.embeddings(size=5)[0], whole, atol=1e-5)


# ---------------------------------------------------------------- the model
def test_fewer_graphs_than_the_model_was_made_for():
    model, near = made(), multibisage.neighborhoods(graphs(1), top=4)
    fewer = model.embeddings(near.only(["c", "a"]))[0]
    ids = near.ids.clone()
    ids[:, 1] = -1
    assert torch.allclose(fewer, model.embeddings(near._replace(ids=ids))[0], atol=1e-6)
    with pytest.raises(ValueError, match="not made for"):
        model.embeddings(multibisage.Neighborhoods(("d",), near.ids[:, :1]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda i: i.float(), "int64"),
        (lambda i: i[:, 0], "must be"),
        (lambda i: i[:5], "have content"),
        (lambda i: torch.where(i == i.max(), N, i), "neighbors must be pins"),
        (lambda i: torch.where(i < 0, -2, i), "neighbors must be pins"),
    ],
    ids=["float", "flat", "few", "large", "small"],
)
def test_neighbors_that_do_not_fit_are_refused(change, said):
    near = multibisage.neighborhoods(graphs(1), top=4)
    with pytest.raises((TypeError, ValueError), match=said):
        made(near=near._replace(ids=change(near.ids)))


def test_unknown_ways_and_sizes_are_refused():
    near = multibisage.neighborhoods(graphs(), top=4)
    with pytest.raises(ValueError, match="how must be"):
        multibisage.MultiBiSage(near, content(), D, "sum")
    with pytest.raises(ValueError, match="dim"):
        multibisage.MultiBiSage(near, content(), D + 2)
    with pytest.raises(ValueError, match="heads"):
        multibisage.MultiBiSage(near, content(), D, heads=3)


def test_attention_mass_counts_those_who_could_look():
    looks = torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6], [1.0, 0.0, 0.0], [0.7, 0.3, 0.0]])
    there = torch.tensor([[True, False], [True, True], [False, False], [True, False]])
    assert torch.allclose(multibisage.attention_mass(looks, there), torch.tensor([1 / 3, 0.6]))
    assert multibisage.attention_mass(looks, there & False).tolist() == [0, 0]


# ---------------------------------------------------------------- training
PAIRS = np.random.default_rng(3).integers(N, size=(40, 2))


def drawn(days=None, seed: int = 0, size: int = 16, count: int | None = None):
    days = [multibisage.Day(PAIRS)] if days is None else days
    return list(multibisage.batches(days, N, size, 5, np.random.default_rng(seed), count))


def test_batches_hold_each_pair_once_and_their_days():
    days = [multibisage.Day(PAIRS[:25]), multibisage.Day(PAIRS[25:])]
    found = drawn(days)
    assert [len(b.queries) for b in found].count(16) == 1 and len(found) == 3
    rows = np.concatenate([torch.stack([b.queries, b.items], 1).numpy() for b in found])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, PAIRS))
    for batch in found:
        known = {tuple(p) for p in batch.day.pairs}
        assert {(int(q), int(i)) for q, i in zip(batch.queries, batch.items, strict=True)} <= known
    assert len(drawn(days, count=2)) == 2


def test_log_q_is_the_mixture_and_the_loss_a_loop():
    batch = drawn()[0]
    count = np.bincount(PAIRS[:, 1], minlength=N)
    B, S = len(batch.items), len(batch.shared)
    columns = torch.cat([batch.items, batch.shared])
    Q = (B * count / count.sum() + S / N) / (B + S)
    assert torch.allclose(batch.log_q, torch.from_numpy(np.log(Q)).float()[columns], atol=1e-5)
    model = made()
    Z, total = model.embeddings()[0], 0.0
    for q, i in zip(batch.queries.tolist(), batch.items.tolist(), strict=True):
        pos = Z[q] @ Z[i] / 0.5
        parts = [pos.exp()]
        for c, log_q in zip(columns.tolist(), batch.log_q, strict=True):
            if c not in (q, i):
                parts.append((Z[q] @ Z[c] / 0.5 - log_q - np.log(B + S)).exp())
        total += float(torch.stack(parts).sum().log() - pos)
    assert multibisage.loss(model, batch, 0.5).item() == pytest.approx(total / B, rel=1e-4)


def test_a_day_has_neighbors_and_content_of_its_own():
    model = made()
    near = multibisage.neighborhoods({k: boards(9) for k in "abc"}, top=4)
    other = model.content.on(np.random.default_rng(5).normal(size=(N, 5)))
    batch = drawn([multibisage.Day(PAIRS, near, other)])[0]
    Z = model.embeddings(near, other)[0]
    pos, _, _ = model.compared(batch)
    assert torch.allclose(pos, (Z[batch.queries] * Z[batch.items]).sum(1), atol=1e-5)


def test_hidden_answers_are_not_heard():
    ids = torch.full((N, 1, 1), -1)
    ids[3, 0, 0], ids[7, 0, 0] = 7, 3
    near = multibisage.Neighborhoods(("a",), ids)
    model = made(near=near)
    one, other = torch.tensor([3]), torch.tensor([7])
    nodes = torch.tensor([3, 7])
    nobody = made(near=near._replace(ids=torch.full_like(ids, -1)))
    hidden, free = model.vectors(nodes, (one, other))[0], model.vectors(nodes)[0]
    assert torch.allclose(hidden, nobody.vectors(nodes)[0]) and not torch.allclose(hidden, free)


@HOW
def test_it_learns_the_topics(how):
    topic = np.arange(30) % 3
    R = sp.csr_array((topic == (np.arange(12) % 3)[:, None]).astype(float))
    near = multibisage.neighborhoods({"a": R, "b": R[:6]}, top=5)
    says = sage.Content(D, 0, np.random.default_rng(0).normal(size=(30, 6)), seed=0)
    model = multibisage.MultiBiSage(near, says, D, how)
    rng = np.random.default_rng(1)
    pairs = rng.integers(30, size=(400, 2))
    pairs = pairs[topic[pairs[:, 0]] == topic[pairs[:, 1]]]
    learner = train.Torch(model, multibisage.loss, torch.optim.Adam(model.parameters(), lr=0.03))
    history = train.fit(
        learner, lambda rng: multibisage.batches([multibisage.Day(pairs)], 30, 32, 10, rng),
        epochs=5, progress=False,
    )  # fmt: skip
    assert history.loss[-1] < history.loss[0] - 0.2


def test_the_mixture_is_the_librarys():
    log_q = sampling.popularity(np.bincount(PAIRS[:, 1], minlength=N))
    batch = drawn()[0]
    mixed = sampling.mixture(log_q, len(batch.items), 5)
    assert torch.allclose(batch.log_q[-5:], mixed[batch.shared].float())
    assert losses.sampled_softmax(*made().compared(batch)[:2]).isfinite()
