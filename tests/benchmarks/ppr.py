"""Personalized PageRank of 16 items of Gowalla, restart 0.15, each at an L1 error below 1e-5."""

from __future__ import annotations

import numpy as np

from tests.benchmarks import pinned

RESTART, TOLERANCE, QUERIES = 0.15, 1e-5, 16
WORK = (QUERIES, "queries")
PEERS = pinned.of("scikit-network", "igraph", "torch-ppr")


def prepare(folder):
    """Write the graph, the queries and their shares at full precision."""
    import scipy.sparse as sp

    from graphrec_utils import datasets, graphs

    R = datasets.load("gowalla").train.csr()
    A = sp.csr_array(graphs.adjacency(R))
    queries = R.shape[0] + np.random.default_rng(0).choice(R.shape[1], QUERIES, replace=False)
    P_T = sp.csr_array(graphs.normalize(A, "row").T)
    share = np.zeros((A.shape[0], QUERIES))
    share[queries, np.arange(QUERIES)] = 1
    for _ in range(170):  # 0.85^170 = 1e-12
        share = (1 - RESTART) * (P_T @ share)
        share[queries, np.arange(QUERIES)] += RESTART
    np.savez(
        folder / "graph.npz", indptr=A.indptr, indices=A.indices, queries=queries, share=share.T
    )


def read(setting):
    import scipy.sparse as sp

    saved = np.load(setting.folder / "graph.npz")
    N = len(saved["indptr"]) - 1
    parts = np.ones(len(saved["indices"])), saved["indices"], saved["indptr"]
    return sp.csr_array(parts, shape=(N, N)), saved["queries"], saved["share"]


def edge_list(setting):
    """Return (source, target) with source < target, the queries, the shares; for graph packages."""
    saved = np.load(setting.folder / "graph.npz")
    source = np.repeat(np.arange(len(saved["indptr"]) - 1), np.diff(saved["indptr"]))
    once = source < saved["indices"]
    pairs = zip(source[once].tolist(), saved["indices"][once].tolist(), strict=True)
    return list(pairs), saved["queries"], saved["share"]


def quality(found, share):
    return {"largest L1 error": float(np.abs(found - share).sum(axis=1).max())}


def course(setting):
    from graphrec_utils import walks

    A, queries, share = read(setting)
    graph = walks.walkable(A)
    walks.ppr(graph, queries[:2], RESTART, 0.1)
    yield
    while True:
        found = walks.ppr(graph, queries, RESTART, TOLERANCE)
        yield lambda found=found: quality(found, share)


def push(setting):
    """The course's forward push: its error is bounded per node, so it is measured, not set."""
    from graphrec_utils import walks

    A, queries, share = read(setting)
    graph = walks.walkable(A)
    walks.ppr_push(graph, int(queries[0]), RESTART, 0.1)
    yield
    while True:
        found = np.stack([walks.ppr_push(graph, int(q), RESTART, 3e-12) for q in queries])
        yield lambda found=found: quality(found, share)


def scikit_network(setting):
    """Power iteration with as many steps as its error needs, one query after the other."""
    import scipy.sparse as sp
    from sknetwork.ranking import PageRank

    A, queries, share = read(setting)
    A = sp.csr_matrix(A)
    steps = int(np.ceil(np.log(TOLERANCE / 2) / np.log(1 - RESTART)))
    ranker = PageRank(damping_factor=1 - RESTART, solver="piteration", n_iter=steps, tol=0)
    ranker.fit_predict(A, weights={int(queries[0]): 1})
    yield
    while True:
        found = np.stack([ranker.fit_predict(A, weights={int(q): 1}) for q in queries])
        yield lambda found=found: quality(found, share)


def torch_ppr(setting):
    """Power iteration of all queries at once in float32, with as many steps as the error needs."""
    import torch
    from torch_ppr import personalized_page_rank
    from torch_ppr.utils import prepare_page_rank_adjacency

    torch.set_num_threads(setting.threads)
    edges, queries, share = edge_list(setting)
    A = prepare_page_rank_adjacency(edge_index=torch.tensor(edges).T, num_nodes=share.shape[1])
    steps = int(np.ceil(np.log(TOLERANCE / 2) / np.log(1 - RESTART)))
    options = {"alpha": RESTART, "max_iter": steps, "epsilon": 1e-30, "device": "cpu"}
    indices = torch.tensor(queries)
    personalized_page_rank(adj=A, indices=indices[:2], **(options | {"max_iter": 2}))
    yield
    while True:
        found = personalized_page_rank(adj=A, indices=indices, **options)
        yield lambda found=found: quality(found.numpy(), share)


def igraph(setting):
    """Its PRPACK solver, one query after the other; it takes no tolerance and is near exact."""
    import igraph as ig

    edges, queries, share = edge_list(setting)
    G = ig.Graph(n=share.shape[1], edges=edges)
    G.personalized_pagerank(damping=1 - RESTART, reset_vertices=int(queries[0]))
    yield
    while True:
        found = np.array(
            [G.personalized_pagerank(damping=1 - RESTART, reset_vertices=int(q)) for q in queries]
        )
        yield lambda found=found: quality(found, share)


def networkx(setting):
    """One query after the other; stops by the change of a step, which the error may exceed 6-fold."""
    import networkx as nx

    edges, queries, share = edge_list(setting)
    N = share.shape[1]
    G = nx.Graph()
    G.add_nodes_from(range(N))
    G.add_edges_from(edges)
    change = TOLERANCE * RESTART / (1 - RESTART) / N
    yield
    while True:
        found = np.empty((QUERIES, N))
        for row, q in zip(found, queries, strict=True):
            score = nx.pagerank(G, 1 - RESTART, {int(q): 1}, max_iter=500, tol=change)
            row[:] = [score[v] for v in range(N)]
        yield lambda found=found: quality(found, share)


ENGINES = {
    "course": course,
    "push": push,
    "scikit-network": scikit_network,
    "igraph": igraph,
    "torch-ppr": torch_ppr,
    "networkx": networkx,
}
