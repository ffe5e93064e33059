"""Random walks without return: 4 from each of 50,000 nodes, 10 edges long, written out.

"p" is a test of the walks: `tests.benchmarks.drawn`.
"""

from __future__ import annotations

import itertools

import numpy as np

from tests.benchmarks import drawn, pinned

STARTS, WALKS, LENGTH = 50_000, 4, 10
WORK = (STARTS * WALKS * LENGTH, "steps")
SIZES = drawn.SIZES
PEERS = pinned.of("dgl")
DRAWS, SHORT = 20_000, 3  # walks and their length in the test


def prepare(folder, size):
    """Write the graph and the starts."""
    drawn.write(folder, size)
    known = np.flatnonzero(np.diff(np.load(folder / "graph.npz")["indptr"]))
    np.save(folder / "starts.npy", np.random.default_rng(0).choice(known, STARTS, replace=False))


def quality(found, indptr, indices, short):
    """Return whether steps follow edges, of every hundredth walk, and p."""
    wrong = sum(
        not np.isin(w, indices[indptr[v] : indptr[v + 1]])
        for path in found[::100]
        for v, w in itertools.pairwise(path)
    )
    return {"wrong": wrong, "p": drawn.of_paths(short)}


def course(setting):
    from graphrec_utils import walks

    indptr, indices, _ = drawn.read(setting)
    graph = walks.walkable(drawn.adjacency(indptr, indices))
    starts = np.load(setting.folder / "starts.npy")
    walks.paths(graph, starts[:2], LENGTH)

    def measured(found):
        small = walks.walkable(drawn.adjacency(*drawn.copies(1)))
        short = walks.paths(small, [drawn.PIN], SHORT, DRAWS)
        return quality(found, indptr, indices, short)

    yield
    seed = 0
    while True:
        seed += 1
        found = walks.paths(graph, starts, LENGTH, WALKS, seed=seed)
        yield lambda found=found: measured(found)


def dgl(setting):
    """`dgl.sampling.random_walk`."""
    import os

    os.environ["DGLBACKEND"] = "pytorch"  # else it writes a file into your home
    import dgl
    import torch

    torch.set_num_threads(setting.threads)

    def graph_of(indptr, indices):
        return dgl.graph(("csr", (indptr, indices, [])))

    indptr, indices, _ = drawn.read(setting)
    graph = graph_of(indptr, indices)
    starts = torch.from_numpy(np.load(setting.folder / "starts.npy")).repeat_interleave(WALKS)
    dgl.sampling.random_walk(graph, starts[:2], length=LENGTH)

    def measured(found):
        short, _ = dgl.sampling.random_walk(
            graph_of(*drawn.copies(1)), torch.full((DRAWS,), drawn.PIN), length=SHORT
        )
        return quality(found.numpy(), indptr, indices, short.numpy())

    yield
    while True:
        found, _ = dgl.sampling.random_walk(graph, starts, length=LENGTH)
        yield lambda found=found: measured(found)


ENGINES = {"course": course, "dgl": dgl}
