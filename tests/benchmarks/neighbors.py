"""Neighbor sampling on Gowalla: 50 batches of 1024 seeds, at most 10 and then 5 neighbors."""

from __future__ import annotations

import numpy as np

BATCHES, SEEDS, FANOUTS = 50, 1024, (10, 5)
WORK = (BATCHES * 54_860, "edges")  # which neighbors are drawn changes it by less than a thousandth


def prepare(folder):
    """Write the graph and the seeds of every batch."""
    import scipy.sparse as sp

    from graphrec_utils import datasets, graphs

    A = sp.csr_array(graphs.adjacency(datasets.load("gowalla").train.csr()))
    rng = np.random.default_rng(0)
    seeds = np.stack([rng.choice(A.shape[0], SEEDS, replace=False) for _ in range(BATCHES)])
    np.savez(folder / "graph.npz", indptr=A.indptr, indices=A.indices, seeds=seeds)


def read(setting):
    saved = np.load(setting.folder / "graph.npz")
    return saved["indptr"].astype(np.int64), saved["indices"].astype(np.int64), saved["seeds"]


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


def course(setting):
    import scipy.sparse as sp

    from graphrec_utils import walks
    from graphrec_utils.graphs import batches

    indptr, indices, seeds = read(setting)
    N = len(indptr) - 1
    graph = walks.walkable(sp.csr_array((np.ones(len(indices)), indices, indptr), shape=(N, N)))
    rng = np.random.default_rng(0)
    batches.sample(graph, seeds[0], FANOUTS, rng)
    yield
    while True:
        for batch in seeds:
            blocks = batches.sample(graph, batch, FANOUTS, rng)
        yield lambda blocks=blocks: quality(
            [(b.source.numpy(), b.num_targets, b.edge_index.numpy()) for b in blocks],
            indptr,
            indices,
        )


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


ENGINES = {"course": course, "numpy": numpy}
