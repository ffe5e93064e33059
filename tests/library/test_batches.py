"""Blocks against a slow oracle, against full-batch products, and inside PyG's SAGEConv."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, toy, walks
from graphrec_utils.graphs import batches

N = 70


def random_graph(seed=0, weighted=False, density=0.12):
    rng = np.random.default_rng(seed)
    A = (rng.random((N, N)) < density) * (rng.uniform(0.5, 2, (N, N)) if weighted else 1.0)
    A[7] = 0  # node 7 hears nobody
    A[8] = 1.0  # node 8 hears everyone
    return sp.csr_array(A)


def full(blocks, x):
    """Sum what every node hears, block after block: X <- A X on the rows that are needed."""
    h = x[blocks[0].source]
    for block in blocks:
        source, target = block.edge_index
        message = h[source] if block.weight is None else block.weight[:, None] * h[source]
        h = torch.zeros(block.num_targets, h.shape[1]).index_add(0, target, message)
    return h


def check(block, A, fanout, replace=False):
    """The slow oracle: walk over every edge of the block in Python."""
    dense = A.todense()
    source, T = block.source.tolist(), block.num_targets
    assert len(set(source)) == len(source)
    heard = {t: [] for t in range(T)}
    appearance = source[:T]
    for e, (s, t) in enumerate(block.edge_index.T.tolist()):
        assert dense[source[t], source[s]] != 0  # a real edge, in this direction
        if block.weight is not None:
            assert block.weight[e] == pytest.approx(dense[source[t], source[s]])
        heard[t].append(s)
        if source[s] not in appearance:
            appearance.append(source[s])
    assert appearance == source  # nobody else was fetched
    assert (block.edge_index[1].diff() >= 0).all()
    for t, found in heard.items():
        degree = int((dense[source[t]] != 0).sum())
        limit = degree if fanout is None else fanout
        if replace and degree:
            assert len(found) == limit
        else:
            assert len(found) == len(set(found)) == min(degree, limit)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("fanouts", [(3,), (5, 2), (2, 20, 65), (0, 1), (70, 71)])
def test_blocks_hold_what_was_asked_for(weighted, replace, fanouts):
    A = random_graph(weighted=weighted)
    nodes = [8, 3, 7, 60]
    blocks = batches.sample(A, nodes, fanouts, np.random.default_rng(1), replace)
    assert len(blocks) == len(fanouts)
    assert blocks[-1].targets.tolist() == nodes
    for block, fanout in zip(blocks, fanouts[::-1], strict=True):
        check(block, A, fanout, replace)
    for outer, inner in pairwise(blocks):
        assert (outer.targets == inner.source).all()


def test_fanouts_begin_at_the_targets():
    star = sp.csr_array(np.ones((N, N)) - np.eye(N))
    inner = batches.sample(star, [0], (9, 4), np.random.default_rng(0))[-1]
    assert inner.edge_index.shape[1] == 9


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_with_all_neighbors_a_batch_equals_the_full_product(weighted, num_layers):
    A = random_graph(weighted=weighted)
    x = torch.randn(N, 4, generator=torch.Generator().manual_seed(0))
    expected = x
    for _ in range(num_layers):
        expected = torch.from_numpy(A.todense()).float() @ expected
    blocks = batches.sample(A, [5, 7, 69], [None] * num_layers)
    torch.testing.assert_close(full(blocks, x), expected[[5, 7, 69]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("degree", "fanout"), [(6, 3), (6, 1), (30, 2)])
def test_every_subset_is_equally_likely(degree, fanout):
    """6 choose 3 goes through algorithm S, 30 choose 2 through Floyd's."""
    A = sp.csr_array(np.ones((20_000, degree)))
    A = sp.csr_array((A.data, A.indices, A.indptr), shape=(20_000, 20_000))
    block = batches.sample(A, range(20_000), [fanout], np.random.default_rng(0))[0]
    drawn = block.source[block.edge_index[0]].reshape(-1, fanout).sort(dim=1).values.numpy()
    subsets = list(combinations(range(degree), fanout))
    code = {s: c for c, s in enumerate(subsets)}
    seen = np.bincount([code[tuple(row)] for row in drawn], minlength=len(subsets))
    expected = 20_000 / len(subsets)
    chi2 = ((seen - expected) ** 2 / expected).sum()
    assert chi2 < len(subsets) - 1 + 4 * np.sqrt(2 * (len(subsets) - 1))


def test_with_replacement_every_neighbor_is_equally_likely():
    A = sp.csr_array(np.ones((1, 5)))
    A = sp.csr_array((A.data, A.indices, A.indptr + 0), shape=(1, 5))
    square = sp.csr_array(sp.vstack([A, sp.csr_array((4, 5))]))
    block = batches.sample(square, [0], [100_000], np.random.default_rng(0), replace=True)[0]
    drawn = block.source[block.edge_index[0]].bincount(minlength=5)
    np.testing.assert_allclose(drawn / 100_000, 0.2, atol=0.006)


def test_the_generator_decides_and_every_draw_differs():
    A = random_graph()

    def draw(seed):
        block = batches.sample(A, [8, 3], [4], np.random.default_rng(seed))[0]
        return block.source[block.edge_index[0]].tolist()

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)
    rng = np.random.default_rng(0)
    one, two = (batches.sample(A, [8], [4, 4], rng)[-1].source.tolist() for _ in range(2))
    assert one != two


def test_layers_draw_independently():
    """A node that is target in two layers must not hear the same neighbors in both."""
    A = random_graph()
    outer, inner = batches.sample(A, [8], [4, 4], np.random.default_rng(0))
    first = inner.source[inner.edge_index[0]].tolist()
    second = outer.source[outer.edge_index[0][outer.edge_index[1] == 0]].tolist()
    assert outer.source[0] == inner.source[0] == 8
    assert first != second


def test_sageconv_of_pyg_on_blocks_equals_the_full_graph():
    from torch_geometric.nn import SAGEConv

    A = random_graph()
    target, source = A.nonzero()
    edge_index = torch.from_numpy(np.stack([source, target])).long()  # PyG: source -> target
    torch.manual_seed(0)
    convs = [SAGEConv(4, 8), SAGEConv(8, 3)]
    x = torch.randn(N, 4)
    expected = convs[1](convs[0](x, edge_index).relu(), edge_index)
    blocks = batches.sample(A, [5, 8, 7], [None, None])
    h = x[blocks[0].source]
    for k, (conv, block) in enumerate(zip(convs, blocks, strict=True)):
        h = conv((h, h[: block.num_targets]), block.edge_index)
        h = h.relu() if k == 0 else h
    torch.testing.assert_close(h, expected[[5, 8, 7]], rtol=1e-5, atol=1e-5)
    h.sum().backward()
    assert all(p.grad is not None for conv in convs for p in conv.parameters())


def test_importance_neighborhoods_can_be_sampled_too():
    A = graphs.adjacency(toy.path())
    alpha = walks.importance_neighbors(A, range(5), 2, num_steps=5000)
    blocks = batches.sample(alpha, [2], [None])
    x = torch.arange(5.0)[:, None]
    torch.testing.assert_close(full(blocks, x)[0, 0].item(), float((alpha @ x.numpy())[2, 0]))


# ------------------------------------------------------------------ layer by layer


def mean_layer(h, block):
    source, target = block.edge_index
    total = torch.zeros(block.num_targets, h.shape[1]).index_add(0, target, h[source])
    count = target.bincount(minlength=block.num_targets).clamp(min=1)
    return torch.tanh(h[: block.num_targets] + total / count[:, None])


@pytest.mark.parametrize("size", [1, 16, 70, 1000])
def test_layerwise_equals_the_full_batch(size):
    A = random_graph()
    x = torch.randn(N, 3, generator=torch.Generator().manual_seed(0))
    expected = x
    P = torch.from_numpy(A.todense() / np.maximum(A.sum(axis=1), 1)[:, None]).float()
    for _ in range(2):
        expected = torch.tanh(expected + P @ expected)
    found = batches.layerwise(A, x, [mean_layer, mean_layer], size)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_layerwise_computes_every_vector_once():
    computed = []

    def layer(h, block):
        computed.extend(block.targets.tolist())
        return mean_layer(h, block)

    batches.layerwise(random_graph(), torch.ones(N, 2), [layer, layer], 9)
    assert sorted(computed) == sorted([*range(N), *range(N)])


def test_layerwise_equals_a_mini_batch_with_all_neighbors_and_needs_no_gradient():
    A = random_graph()
    x = torch.randn(N, 3).requires_grad_()
    blocks = batches.sample(A, [3, 8], [None, None])
    h = x[blocks[0].source]
    for block in blocks:
        h = mean_layer(h, block)
    found = batches.layerwise(A, x, [mean_layer, mean_layer], 32)
    torch.testing.assert_close(found[[3, 8]], h, rtol=1e-5, atol=1e-6)
    assert not found.requires_grad


def test_layerwise_takes_any_runner():
    A, calls = random_graph(1), []

    def run(function, parts):
        calls.append(len(parts))
        return [function(part) for part in parts]

    def layer(h, block):
        source, target = block.edge_index
        return torch.zeros(block.num_targets, h.shape[1]).index_add(0, target, h[source])

    x = torch.randn(N, 2)
    found = batches.layerwise(A, x, [layer], 10, run=run)
    torch.testing.assert_close(
        found, torch.from_numpy(A.todense()).float() @ x, rtol=1e-5, atol=1e-5
    )
    assert calls == [7]


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda A, rng: batches.sample(A, [1, 1], [2], rng), "nodes must differ"),
        (
            lambda A, rng: batches.sample(A, [N], [2], rng),
            "nodes must hold ids from 0 to 69; got 70",
        ),
        (lambda A, rng: batches.sample(A, [1], [], rng), "fanouts is empty"),
        (lambda A, rng: batches.sample(A, [1], [-1], rng), "fanouts must be"),
        (lambda A, rng: batches.sample(A, [1], [2]), "drawing neighbors needs rng"),
        (lambda A, rng: batches.sample(-1 * A, [1], [2], rng), "weights >= 0"),
        (lambda A, rng: batches.sample(0 * A, [1], [2], rng), "no positive weight"),
        (lambda A, rng: batches.layerwise(A, torch.ones(3, 2), []), "each of the 70 nodes"),
        (lambda A, rng: batches.layerwise(A, torch.ones(N, 2), [], 0), "size must be"),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(random_graph(), np.random.default_rng(0))
