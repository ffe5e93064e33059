"""Pixie walks: a million pin-board-pin steps of one query with restart 0.5; shares against exact ones."""

from __future__ import annotations

import numpy as np

from tests.benchmarks import drawn, pinned

STEPS, RESTART, WALKERS = 1_000_000, 0.5, 1_000
WORK = (STEPS, "steps")
SIZES = drawn.SIZES
PEERS = pinned.of("dgl")
LONG = 20_000_000  # steps of the comparison with exact shares
LONGEST = 10  # steps of a walk of DGL's: one in a thousand would go on


def prepare(folder, size):
    """Write the graph, a query among the 2 % most liked items, and its exact visit shares."""
    import scipy.sparse as sp

    from graphrec_utils import graphs

    drawn.write(folder, size)
    saved = np.load(folder / "graph.npz")
    A, users = drawn.adjacency(saved["indptr"], saved["indices"]), int(saved["users"])
    degree = np.diff(A.indptr)[users:]
    query = users + int(np.argsort(-degree, kind="stable")[700])
    P_T = sp.csr_array(graphs.normalize(A, "row").T)
    at, share = np.zeros(A.shape[0]), np.zeros(A.shape[0])
    at[query] = 1
    for step in range(60):  # restart (1 - restart)^step: what is left out is below 1e-18
        at = P_T @ (P_T @ at)
        share += RESTART * (1 - RESTART) ** step * at
    np.savez(folder / "query.npz", query=query, share=share)


def read(setting):
    indptr, indices, _ = drawn.read(setting)
    saved = np.load(setting.folder / "query.npz")
    return indptr, indices, int(saved["query"]), saved["share"]


def quality(counts, share):
    return {
        "steps counted": int(counts.sum()),
        "L1": float(np.abs(counts / counts.sum() - share).sum()),
    }


def course(setting):
    from graphrec_utils import walks

    indptr, indices, query, share = read(setting)
    graph = walks.walkable(drawn.adjacency(indptr, indices))
    walks.visits(graph, query, 1000, RESTART)
    yield
    seed = 0
    while True:
        seed += 1
        counts = walks.visits(graph, query, STEPS, RESTART, seed=seed)

        def measured(counts=counts):
            long = walks.visits(graph, query, LONG, RESTART, seed=0)
            return quality(counts, share) | {"L1 at 20 M steps": quality(long, share)["L1"]}

        yield measured


def dgl(setting):
    """`dgl.sampling.random_walk`, which ends a walk where Pixie returns; visits by `bincount`."""
    import os

    os.environ["DGLBACKEND"] = "pytorch"  # else it writes a file into your home
    import dgl
    import torch

    torch.set_num_threads(setting.threads)
    _, _, users = drawn.read(setting)
    indptr, indices, query, share = read(setting)
    graph = drawn.bipartite(indptr, indices, users)
    number = round(STEPS / sum((1 - RESTART) ** k for k in range(LONGEST)))
    stop = torch.zeros(2 * LONGEST)
    stop[2::2] = RESTART

    def walk(number):
        starts = torch.full((number,), query - users)
        path = ["on", "with"] * LONGEST
        found, _ = dgl.sampling.random_walk(graph, starts, metapath=path, restart_prob=stop)
        pins = found[:, 2::2].flatten()
        return torch.bincount(pins[pins >= 0], minlength=len(share) - users)

    def of_all(counts):
        return np.concatenate([np.zeros(users), counts.numpy()])

    def measured(counts):
        long = sum(walk(number) for _ in range(LONG // STEPS))
        return quality(of_all(counts), share) | {
            "L1 at 20 M steps": quality(of_all(long), share)["L1"]
        }

    walk(2)
    yield
    while True:
        counts = walk(number)
        yield lambda counts=counts: measured(counts)


def numpy(setting):
    """A thousand walkers at once, one numpy call per half-step."""
    indptr, indices, query, share = read(setting)
    degree, rng = np.diff(indptr), np.random.default_rng(0)
    yield
    while True:
        counts, at = np.zeros(len(degree), np.int64), np.full(WALKERS, query)
        for _ in range(STEPS // WALKERS):
            for _ in range(2):
                pick = (rng.random(WALKERS, np.float32) * degree[at]).astype(np.int64)
                at = indices[indptr[at] + pick].astype(np.int64)
            np.add.at(counts, at, 1)
            at[rng.random(WALKERS, np.float32) < RESTART] = query
        yield lambda counts=counts: quality(counts, share)


def plain(setting, listed):
    """The loop one would write with networkx and the standard library."""
    import random

    import networkx as nx

    indptr, indices, query, share = read(setting)
    source = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    G = nx.Graph()
    G.add_edges_from(zip(source.tolist(), indices.tolist(), strict=True))
    lists = {v: list(G[v]) for v in G} if listed else None
    rng = random.Random(0)
    yield
    while True:
        counts, at = dict.fromkeys(G, 0), query
        for _ in range(STEPS):
            if listed:
                at = rng.choice(lists[rng.choice(lists[at])])
            else:
                at = rng.choice(list(G.neighbors(rng.choice(list(G.neighbors(at))))))
            counts[at] += 1
            if rng.random() < RESTART:
                at = query
        yield lambda counts=counts: quality(
            np.array([counts.get(v, 0) for v in range(len(share))]), share
        )


def networkx(setting):
    """Every half-step asks networkx for the neighbors."""
    return plain(setting, listed=False)


def python_lists(setting):
    """The neighbors were taken out of networkx before the clock runs: only lists are left."""
    return plain(setting, listed=True)


ENGINES = {
    "course": course,
    "dgl": dgl,
    "numpy": numpy,
    "networkx": networkx,
    "python lists": python_lists,
}
