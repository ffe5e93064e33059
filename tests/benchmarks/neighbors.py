"""Neighbor sampling: 50 batches of 1024 seeds, at most 10 and then 5 neighbors, different ones.

"p" is a test of what is drawn: `tests.benchmarks.drawn`.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks import drawn, pinned

BATCHES, SEEDS, FANOUTS = 50, 1024, (10, 5)
WORK = (BATCHES * SEEDS, "seeds")
SIZES = drawn.SIZES
PEERS = pinned.of("dgl")
DRAWS = 4_000


def prepare(folder, size):
    """Write the graph and the seeds of every batch."""
    drawn.write(folder, size)
    nodes = len(np.load(folder / "graph.npz")["indptr"]) - 1
    rng = np.random.default_rng(0)
    seeds = np.stack([rng.choice(nodes, SEEDS, replace=False) for _ in range(BATCHES)])
    np.save(folder / "seeds.npy", seeds)


def read(setting):
    indptr, indices, _ = drawn.read(setting)
    return indptr, indices, np.load(setting.folder / "seeds.npy")


def quality(blocks, indptr, indices):
    """Look at every edge of one batch: is it in the graph, is it there once, are all there?"""
    edges = wrong = missing = 0
    for source, targets, edge_index in blocks:
        edges += edge_index.shape[1]
        for t in range(0, targets, 97):
            v = source[t]
            own = indices[indptr[v] : indptr[v + 1]]
            found = source[edge_index[0][edge_index[1] == t]]
            wrong += len(found) - len(np.unique(found)) + int((~np.isin(found, own)).sum())
            missing += min(len(own), FANOUTS[0] if targets == SEEDS else FANOUTS[1]) - len(found)
    return {"edges of the last batch": edges, "wrong": wrong, "missing": missing}


def chance(sample):
    """Return p of three neighbors of six; `sample(indptr, indices, nodes, fanout)` returns their ids, sorted by node."""
    indptr, indices = drawn.copies(DRAWS)
    found = sample(indptr, indices, drawn.NODES * np.arange(DRAWS), 3)
    return {"p": drawn.of_sets(found.reshape(DRAWS, 3) % drawn.NODES, range(4, 10))}


def course(setting):
    from graphrec_utils import walks
    from graphrec_utils.graphs import batches

    indptr, indices, seeds = read(setting)
    graph = walks.walkable(drawn.adjacency(indptr, indices))
    rng = np.random.default_rng(0)
    batches.sample(graph, seeds[0], FANOUTS, rng)

    def once(indptr, indices, nodes, fanout):
        (block,) = batches.sample(drawn.adjacency(indptr, indices), nodes, [fanout], rng)
        return block.source[block.edge_index[0]].numpy()

    def measured(blocks):
        parts = [(b.source.numpy(), b.num_targets, b.edge_index.numpy()) for b in blocks]
        return quality(parts, indptr, indices) | chance(once)

    yield
    while True:
        for batch in seeds:
            blocks = batches.sample(graph, batch, FANOUTS, rng)
        yield lambda blocks=blocks: measured(blocks)


def dgl(setting):
    """`dgl.dataloading.NeighborSampler`, whose fanouts begin at the outermost layer."""
    import os

    os.environ["DGLBACKEND"] = "pytorch"  # else it writes a file into your home
    import dgl
    import torch

    torch.set_num_threads(setting.threads)

    def graph_of(indptr, indices):  # row v holds what v hears
        return dgl.graph(("csc", (indptr, indices, [])))

    indptr, indices, seeds = read(setting)
    graph, sampler = graph_of(indptr, indices), dgl.dataloading.NeighborSampler(FANOUTS[::-1])
    targets = torch.from_numpy(seeds)
    sampler.sample_blocks(graph, targets[0])

    def once(indptr, indices, nodes, fanout):
        one = dgl.dataloading.NeighborSampler([fanout])
        _, _, (block,) = one.sample_blocks(graph_of(indptr, indices), torch.from_numpy(nodes))
        source, target = block.edges()
        return block.srcdata[dgl.NID][source[target.argsort(stable=True)]].numpy()

    def measured(blocks):
        parts = [
            (b.srcdata[dgl.NID].numpy(), b.num_dst_nodes(), torch.stack(b.edges()).numpy())
            for b in blocks
        ]
        return quality(parts, indptr, indices) | chance(once)

    yield
    while True:
        for batch in targets:
            _, _, blocks = sampler.sample_blocks(graph, batch)
        yield lambda blocks=blocks: measured(blocks)


def numpy(setting):
    """Random keys for all edges of the batch, the smallest keys of every node; no loop over nodes."""
    indptr, indices, seeds = read(setting)
    degree, rng = np.diff(indptr), np.random.default_rng(0)

    def layer(targets, fanout):
        size = degree[targets]
        owner = np.repeat(np.arange(len(targets)), size)
        first = np.cumsum(size) - size
        edge = np.arange(len(owner)) + np.repeat(indptr[targets] - first, size)
        order = np.argsort(owner + rng.random(len(owner)))  # keys in [owner, owner + 1)
        kept = order[np.arange(len(owner)) - np.repeat(first, size) < fanout]
        heard, owner = indices[edge[kept]], owner[kept]
        place = np.full(len(degree), -1)
        place[targets] = np.arange(len(targets))
        new = np.unique(heard[place[heard] < 0])
        place[new] = len(targets) + np.arange(len(new))
        return np.concatenate([targets, new]), len(targets), np.stack([place[heard], owner])

    yield
    while True:
        for batch in seeds:
            inner = layer(batch, FANOUTS[0])
            outer = layer(inner[0], FANOUTS[1])
        yield lambda blocks=(outer, inner): quality(blocks, indptr, indices)


ENGINES = {"course": course, "dgl": dgl, "numpy": numpy}
