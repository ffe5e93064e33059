"""Important neighbors instead of all neighbors: the nodes that short walks visit most.

A neighborhood is a row of a sparse matrix alpha, (B, N): weights that sum to 1, on at most T
nodes. So `alpha @ H` is PinSage's importance pooling of the node vectors H, and alpha can be
handed to `graphs.batches.sample` as any other graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, walkable
from graphrec_utils.kernels import walks as kernels
from graphrec_utils.walks.restart import coin


def importance_neighbors(
    A: Graph,
    nodes: Sequence[int] | np.ndarray | Tensor,
    top: int = 50,
    num_steps: int = 1_000,
    restart: float = 0.5,
    hops: int = 2,
    seed: int = 0,
) -> sp.csr_array:
    r"""Return PinSage's neighborhoods, alpha (B, N): the `top` most visited nodes of each start.

    Args:
        A: (N, N) adjacency matrix as for `walkable`; pass `walkable(A)` when asking in batches.
        nodes: (B,) starts; each has its own stream of random numbers, so its row is the same
            whichever other starts are asked for with it.
        top: T; among equally visited nodes the smaller id is kept.
        num_steps: steps of each start. More of them make the choice less random.
        restart: probability, after every step, of returning to the start, in (0, 1].
        hops: edges per step: 2 leads from pins to pins and counts nothing else, 1 counts all.
        seed: >= 0.

    Returns:
        float64 CSR. Row b holds visits divided by their sum over the nodes kept, sorted by
        weight, equal ones by id; the start itself is never its own neighbor. A row is shorter
        than `top` if fewer nodes were visited, and empty if the start has no edge.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be walked on, or an argument is out of its range.

    Ying et al. 2018, https://arxiv.org/abs/1806.01973, section 3.1. Built in lesson 09, exercise 09.1.
    """
    graph = walkable(A)
    quotas = np.array([arguments.integer("top", top)])
    types = np.zeros(graph.num_nodes, np.int8)
    return _most_visited(graph, nodes, types, quotas, num_steps, restart, hops, seed)


def typed_neighbors(
    A: Graph,
    nodes: Sequence[int] | np.ndarray | Tensor,
    types: Sequence[int] | np.ndarray | Tensor,
    quotas: Sequence[int] | np.ndarray,
    num_steps: int = 1_000,
    restart: float = 0.5,
    seed: int = 0,
) -> sp.csr_array:
    r"""Return neighborhoods with a quota for every type of node, (B, N), as OmniSage has them.

    Without quotas the type with fewer, busier nodes fills all places: a walk between pins and
    boards visits boards far more often each.

    Args:
        A, nodes, num_steps, restart, seed: as in `importance_neighbors`; every edge is a step.
        types: (N,) the type of each node, 0 … t - 1.
        quotas: (t,) at most so many neighbors of each type; 0 for a type that is only passed.

    Returns:
        float64 CSR as of `importance_neighbors`; a row sums to 1 over all types together.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be walked on, types do not fit A and quotas, or an argument is out of
            its range.

    Badrinath et al. 2025, https://arxiv.org/abs/2504.17811; their 25 pins and 75 boards come from
    the pin-board graph, 50 more pins from the pin-pin graph: one call for each.
    Built in lesson 16, exercise 16.2.
    """
    graph = walkable(A)
    quotas = np.asarray(quotas, dtype=np.int64)
    if quotas.ndim != 1 or (quotas < 0).any() or not 0 < len(quotas) <= 127 or not quotas.any():
        raise ValueError(f"quotas must be one number >= 0 per type, not all 0; got {quotas}")
    types = np.asarray(types)
    if types.shape != (graph.num_nodes,):
        raise ValueError(f"types must be ({graph.num_nodes},), one per node; got {types.shape}")
    types = arguments.ids("types", types, len(quotas)).astype(np.int8)
    return _most_visited(graph, nodes, types, quotas, num_steps, restart, 1, seed)


def _most_visited(graph, nodes, types, quotas, num_steps, restart, hops, seed) -> sp.csr_array:
    starts = arguments.ids("nodes", nodes, graph.num_nodes)
    steps = arguments.integer("num_steps", num_steps)
    fixed = arguments.integer("hops", hops), steps, coin(restart), arguments.seed(seed)
    kept = np.minimum(quotas, graph.num_nodes)
    found, counts = kernels.top_visited(*graph.edges, starts, *fixed, types, kept)
    there = found >= 0  # (B, T), a row's first places
    indptr = np.concatenate([[0], there.sum(axis=1).cumsum()])
    total = counts.sum(axis=1, keepdims=True)
    weight = np.divide(counts, total, where=there, out=np.zeros(counts.shape))
    shape = (len(starts), graph.num_nodes)
    return sp.csr_array((weight[there], found[there], indptr), shape=shape)
