"""GraphSAGE against algorithm 1 by hand, against PyG's SAGEConv, and what it must refuse."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, losses, toy
from graphrec_utils.graphs import batches
from graphrec_utils.models import lightgcn, sage

M, ITEMS = 20, 30


def likes(seed=0):
    """Everybody has likes but user 3 and item 5."""
    rng = np.random.default_rng(seed)
    R = (rng.random((M, ITEMS)) < 0.2).astype(np.float32)
    R[3], R[:, 5] = 0, 0
    return sp.csr_array(R)


def images(n=ITEMS, seed=1):
    return np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)


def words(n=ITEMS, seed=2):
    bag = np.random.default_rng(seed).poisson(0.3, (n, 11)).astype(np.float32)
    bag[4:5] = 0  # says nothing
    return sp.csr_array(bag)


def model(fanouts=(None, None), **content):
    parts = content or {"dense": images(), "bag": words()}
    return sage.SAGE(graphs.adjacency(likes()), sage.Content(8, M, **parts), 7, fanouts)


# ---------------------------------------------------------------- by hand
def algorithm_1(A, x, weights):
    """The paper's loops, over all neighbors: h, N(v), concat, W, σ, the length."""
    h = [row for row in x]
    for k, W in enumerate(weights):
        new = []
        for v in range(len(A)):
            heard = [h[w] for w in range(len(A)) if A[v, w]]
            mean = sum(heard) / len(heard) if heard else torch.zeros_like(h[v])
            z = W @ torch.cat([h[v], mean])
            z = z.clamp(min=0) if k < len(weights) - 1 else z
            new.append(z / max(z.norm(), 1e-12))
        h = new
    return torch.stack(h)


def test_one_layer_on_paper():
    """Ann likes Alien (1, 0) and Brazil (0, 1); she starts at (0, 0); W adds both halves."""
    x = torch.zeros(7, 2)
    x[3], x[4] = torch.tensor([1.0, 0]), torch.tensor([0, 1.0])
    block = batches.sample(graphs.adjacency(toy.likes()), range(7), [None])[0]
    W = torch.tensor([[1.0, 0, 1, 0], [0, 1.0, 0, 1]])
    out = sage.layer(x, block, W)
    torch.testing.assert_close(out[0], torch.tensor([0.5**0.5, 0.5**0.5]))  # (.5, .5), length 1
    torch.testing.assert_close(out[1], torch.tensor([0.0, 1]))  # Bob hears Brazil and Cube (0, 0)
    torch.testing.assert_close(out[3], torch.tensor([1.0, 0]))  # Alien hears Ann, who says nothing


def test_the_toy_graph_by_the_loops_of_algorithm_1():
    A = graphs.adjacency(toy.likes())
    content = sage.Content(3, 3, dense=images(4))
    small = sage.SAGE(A, content, 5, (None, None))
    expected = algorithm_1(A, content(torch.arange(7)), list(small.W))
    torch.testing.assert_close(torch.cat(small.embeddings()), expected.detach())


def test_blocks_inference_and_loops_agree_also_for_nodes_without_neighbors():
    ours = model()
    A = torch.from_numpy(graphs.adjacency(likes()).toarray())
    expected = algorithm_1(A, ours.content(torch.arange(M + ITEMS)), list(ours.W)).detach()
    torch.testing.assert_close(torch.cat(ours.embeddings(size=7)), expected)
    nodes = torch.tensor([3, M + 5, 0, M + 4])
    out = ours(batches.sample(ours.A, nodes, [None, None])).detach()
    torch.testing.assert_close(out, expected[nodes])
    torch.testing.assert_close(out.norm(dim=1), torch.ones(4))


def test_pyg_with_the_same_weights():
    from torch_geometric.nn import SAGEConv

    ours = model()
    edges = graphs.edge_index(likes())
    x = ours.content(torch.arange(M + ITEMS))
    h = x
    for k, W in enumerate(ours.W):
        d = W.shape[1] // 2
        conv = SAGEConv(d, len(W), normalize=True, bias=False)  # lin_l: neighbors, lin_r: itself
        conv.lin_r.weight.data, conv.lin_l.weight.data = W.data[:, :d], W.data[:, d:]
        last = k == len(ours.W) - 1
        if not last:  # the paper normalizes after σ, SAGEConv itself would do so before
            conv.normalize = False
        h = conv(h, edges)
        h = h if last else F.normalize(h.relu(), dim=1)
    torch.testing.assert_close(torch.cat(ours.embeddings()), h.detach(), rtol=1e-4, atol=1e-5)


def test_a_weighted_graph_gives_a_weighted_mean():
    A = sp.csr_array([[0, 3.0, 1.0], [3.0, 0, 0], [1.0, 0, 0]])
    block = batches.sample(A, [0], [None])[0]
    h = torch.tensor([[0.0], [1.0], [5.0]])[block.source]
    torch.testing.assert_close(sage.mean(h, block), torch.tensor([[2.0]]))  # (3 · 1 + 5) / 4


# ---------------------------------------------------------------- labels out of messages
def test_hidden_edges_carry_nothing_in_either_direction():
    A = graphs.adjacency(toy.likes())
    blocks = batches.sample(A, [0, 3], [None, None])
    assert any(block.edge_index.shape[1] for block in blocks)
    for block in sage.without(blocks, torch.tensor([0]), torch.tensor([3])):
        source, target = (block.source[e].tolist() for e in block.edge_index)
        edges = set(zip(source, target, strict=True))
        assert not edges & {(0, 3), (3, 0)}
        if block.num_targets > 2:
            assert (4, 0) in edges  # Ann still hears Brazil
        assert 3 in block.source  # the node stays, only the message goes


def test_what_is_hidden_is_the_pair_not_its_ends():
    """Ann–Alien and Bob–Cube are hidden: Ann–Brazil and Bob–Brazil are not, nor Eve–Cube."""
    blocks = batches.sample(graphs.adjacency(toy.likes()), range(7), [None])
    before = blocks[0].edge_index.shape[1]
    after = sage.without(blocks, torch.tensor([0, 1]), torch.tensor([3, 5]))[0]
    assert before - after.edge_index.shape[1] == 4


def test_weights_go_with_their_edges():
    R = toy.likes()
    A = sp.csr_array(graphs.adjacency(R).numpy() * 2)
    blocks = batches.sample(A, range(7), [None])
    part = sage.without(blocks, torch.tensor([0]), torch.tensor([3]))[0]
    E = part.edge_index.shape[1]
    assert part.weight.shape == (E,)


def test_a_changed_like_reaches_the_vector_only_when_it_is_not_the_label():
    """With the edge hidden, an item's content cannot move the user whose only like it is."""
    R = sp.csr_array(([1.0, 1, 1], ([0, 1, 1], [0, 1, 2])), shape=(2, 3))
    x = images(3)
    batch = torch.tensor([0]), torch.tensor([0]), torch.tensor([2])
    seen = {}
    for hide in (True, False):
        for scale in (1, 5):
            changed = x.copy()
            changed[0] *= scale
            ours = sage.SAGE(graphs.adjacency(R), sage.Content(4, 2, changed), 4, (None,))
            seen[hide, scale] = ours.vectors(batch, None, hide=hide)[0].detach()
    torch.testing.assert_close(seen[True, 1], seen[True, 5])
    assert not torch.allclose(seen[False, 1], seen[False, 5])


def test_silenced_nodes_hear_nobody_and_are_heard():
    A = graphs.adjacency(toy.likes())
    block = sage.silenced(batches.sample(A, range(7), [None]), torch.tensor([3, 0]))[0]
    source, target = (block.source[ends].tolist() for ends in block.edge_index)
    assert not {0, 3} & set(target)
    assert {0, 3} < {*source} | {3}  # Brazil still hears Ann
    assert (0, 4) in set(zip(source, target, strict=True))


def test_a_silent_item_has_the_vector_of_one_without_edges():
    """Two items of equal content, one liked and silenced, one liked by nobody."""
    R = sp.csr_array(([1.0, 1, 1], ([0, 1, 1], [0, 0, 1])), shape=(2, 3))
    x = images(3)
    x[2] = x[0]
    ours = sage.SAGE(graphs.adjacency(R), sage.Content(4, 2, x), 4, (None,))
    blocks = batches.sample(ours.A, torch.arange(5), [None])
    z = ours(sage.silenced(blocks, torch.tensor([2])))
    torch.testing.assert_close(z[2], z[4])
    assert not torch.allclose(ours(blocks)[2], z[4])


# ---------------------------------------------------------------- content, and new nodes
def test_content_is_a_sum_of_its_parts():
    both = sage.Content(4, 2, images(), words())
    x = both(torch.tensor([0, 2, 6]))
    torch.testing.assert_close(x[0], both.bias)  # a user
    expected = both.bias + both.image.weight @ torch.from_numpy(images()[0])
    bag = words().toarray()[0]
    share = torch.from_numpy(bag / max(bag.sum(), 1))
    torch.testing.assert_close(x[1], expected + share @ both.words.weight)
    silent = both.bias + both.image.weight @ torch.from_numpy(images()[4])
    torch.testing.assert_close(x[2], silent)  # item 4 has no words


@pytest.mark.parametrize("kind", ["dense", "bag"])
def test_one_kind_of_content_is_enough_and_gets_a_gradient(kind):
    ours = model((3, 3), **{kind: images() if kind == "dense" else words()})
    batch = torch.tensor([0, 1]), torch.tensor([1, 2]), torch.tensor([7, 8, 9])
    z_u, z_i, z_j = ours.vectors(batch, np.random.default_rng(0))
    assert (z_u.shape, z_i.shape, z_j.shape) == ((2, 7), (2, 7), (3, 7))
    losses.bce((z_u * z_i).sum(1), z_u @ z_j.T).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in ours.parameters())


def test_new_items_get_vectors_and_old_ones_keep_theirs():
    """Two items more, one with likes of users 0 and 1, one without any."""
    ours = model((None,))
    more = sp.csr_array(sp.hstack([likes(), sp.csr_array(np.eye(M)[:, :2] @ [[1, 0], [1, 0]])]))
    today = ours.content.on(np.vstack([images(), images(2, 9)]), sp.vstack([words(), words(2, 9)]))
    users, items = ours.embeddings(graphs.adjacency(more), today)
    old_users, old_items = ours.embeddings()
    assert items.shape == (ITEMS + 2, 7)
    torch.testing.assert_close(items[:ITEMS], old_items)  # one layer: their users did not change
    assert not torch.allclose(users[0], old_users[0])  # user 0 likes something new
    torch.testing.assert_close(users[2:], old_users[2:])
    assert items[-1].norm() > 0.99  # known by content alone


def test_content_of_other_items_shares_the_parameters():
    content = sage.Content(4, 2, images())
    other = content.on(images(5, 3))
    assert other.image is content.image and other.bias is content.bias
    assert len(other) == 7


# ---------------------------------------------------------------- sampling
def test_who_has_one_item_that_nobody_else_has_still_has_a_vector():
    """A board of one pin, and a pin on that board alone: with the edge hidden both hear nobody."""
    R = sp.csr_array(np.eye(3, 4, dtype=np.float32))
    ours = sage.SAGE(graphs.adjacency(R), sage.Content(4, 3, images(4)), 4, (2, 2))
    batch = torch.tensor([0]), torch.tensor([0]), torch.tensor([3])
    for hide in (True, False):
        for z in ours.vectors(batch, np.random.default_rng(0), hide):
            assert z.isfinite().all() and z.norm() > 0.99


def test_more_neighbors_asked_than_there_are_is_all_of_them():
    exact, eager = model((None, None)), model((1000, 1000))
    batch = torch.tensor([0, 1]), torch.tensor([1, 2]), torch.tensor([5])
    pairs = (ours.vectors(batch, np.random.default_rng(0)) for ours in (exact, eager))
    for one, other in zip(*pairs, strict=True):
        torch.testing.assert_close(one, other)


def test_the_sampled_mean_is_unbiased_and_its_variance_is_the_formula():
    """Var = σ²/S (1 − (S − 1)/(d − 1)): drawn without replacement from d neighbors."""
    d, draws = 12, 20_000
    values = np.random.default_rng(0).normal(size=d)
    rows = np.repeat(np.arange(draws), d)
    A = sp.csr_array((np.ones(draws * d), (rows, draws + np.tile(np.arange(d), draws))))
    A.resize((draws + d, draws + d))
    h = torch.cat([torch.zeros(draws), torch.from_numpy(values).float()])[:, None]
    for S in (1, 3, 6, 12):
        block = batches.sample(A, np.arange(draws), [S], np.random.default_rng(S))[0]
        means = sage.mean(h[block.source], block)[:, 0].numpy()
        expected = values.var() / S * (1 - (S - 1) / (d - 1))
        assert means.mean() == pytest.approx(values.mean(), abs=4 * (values.var() / draws) ** 0.5)
        assert means.var() == pytest.approx(expected, rel=0.06, abs=1e-9)


# ---------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sage.Content(4, 2), "give dense, bag or both"),
        (lambda: sage.Content(4, 2, images(3), words(4)), "a row for each item"),
        (lambda: sage.Content(4, 2, np.array([[1.0, np.nan]])), "dense has 1 entries that are NaN"),
        (lambda: sage.Content(4, 2, bag=sp.csr_array([[1.0, np.inf]])), "bag has 1 entries"),
        (lambda: sage.Content(4, 2, np.ones(3)), r"dense must be \(n, f\)"),
        (lambda: sage.Content(0, 2, images()), "dim must be"),
        (lambda: sage.Content(4, 2, images()).on(bag=words()), "columns of the content differ"),
        (lambda: sage.Content(4, 2, images()).on(images()[:, :3]), "columns of the content differ"),
        (lambda: sage.Content(4, 2, images()).on(), "the same kinds"),
        (
            lambda: sage.SAGE(graphs.adjacency(likes()), sage.Content(4, 2, images())),
            "A has 50 nodes, but content is there for 2 users and 30 items",
        ),
        (
            lambda: sage.SAGE(sp.csr_array(np.eye(4, k=1)), sage.Content(4, 1, images(3))),
            "3 edges go in one direction only",
        ),
        (
            lambda: sage.SAGE(graphs.adjacency(likes()), sage.Content(4, M, images()), fanouts=()),
            "fanouts is empty",
        ),
        (lambda: model().embeddings(graphs.adjacency(likes()[:, :9])), "A has 29 nodes"),
        (
            lambda: model((2, 2)).vectors(
                (torch.tensor([0]), torch.tensor([ITEMS]), torch.tensor([1])),
                np.random.default_rng(0),
            ),
            "nodes must hold ids from 0 to 49; got 50",
        ),
        (
            lambda: model((2, 2)).vectors((torch.tensor([0]),) * 3, None),
            "drawing neighbors needs rng",
        ),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# ---------------------------------------------------------------- LightGCN's fold-in
def test_fold_in_is_one_row_of_a_hat():
    R = likes()
    A_hat = graphs.normalize(graphs.adjacency(R))
    user_emb = torch.randn(M, 4, generator=torch.Generator().manual_seed(0))
    E = torch.cat([user_emb, torch.zeros(ITEMS, 4)])
    expected = torch.from_numpy(A_hat @ E.numpy())[M:]
    degree = np.diff(R.indptr)
    found = lightgcn.fold_in(R, user_emb, degree)
    torch.testing.assert_close(found, expected)
    assert not found[5].any()  # nobody likes item 5
    one = lightgcn.fold_in(R[:, [7]], user_emb, degree)
    torch.testing.assert_close(one[0], expected[7])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: lightgcn.fold_in(likes(), torch.ones(3, 2), np.ones(3)), "needs 20 user vectors"),
        (lambda: lightgcn.fold_in(likes(), torch.ones(M, 2), np.zeros(M)), "degree must count"),
    ],
)
def test_fold_in_refuses_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
