r"""Personalized PageRank: the share of its time that a restarting walker spends at each node.

From `u` the walker returns to `u` with probability `restart`, else takes an edge at random, an
edge of twice the weight twice as often. With P = D^{-1} A, the shares are

$$ \pi_u = \text{restart}\,(I - (1 - \text{restart})\,P^\top)^{-1} e_u $$

A node without outgoing edges has no row in P. A walker that gets there returns to its start, so
the shares always sum to 1; in an undirected graph that only concerns a start without edges, whose
walker stays at home.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, walkable
from graphrec_utils.kernels import ppr as kernels
from graphrec_utils.walks.restart import probability

COLUMNS = 16  # starts per product: a row of X is two cache lines


def ppr_push(
    A: Graph, node: int, restart: float = 0.15, tolerance: float = 1e-6
) -> np.ndarray | Tensor:
    r"""Return the personalized PageRank of one node, (N,) float64, by forward push.

    All mass waits at the start. A push settles a part `restart` of what waits at v, and sends the
    rest along v's edges, where it waits again. Only the neighborhood that matters is ever touched,
    so the cost hardly depends on the size of the graph.

    Args:
        A: (N, N) adjacency matrix, entries >= 0: dense tensor or scipy.sparse, or `walkable(A)`.
        node: where the walker starts.
        restart: probability of returning to the start, in (0, 1].
        tolerance: a node is pushed while more than tolerance · deg(v) waits there.

    Returns:
        The settled mass, a tensor if A is one. It never exceeds the exact share $\pi_u(v)$; if A
        is symmetric it falls short of it by at most tolerance · deg(v), and in total by at
        most tolerance · (the sum of A).

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A is not square or has no valid weights, or an argument is out of its range.

    Andersen, Chung, Lang 2006, https://doi.org/10.1109/FOCS.2006.44, without their lazy steps.
    Built in lesson 04, exercise 04.5.
    """
    graph = walkable(A)
    start = int(arguments.ids("node", [node], graph.num_nodes)[0])
    restart = probability(restart)
    arguments.positive(tolerance=tolerance)
    if graph.degree[start] == 0:
        settled = _at(start, graph.num_nodes)
    else:
        edges = graph.indptr, graph.indices, graph.weight, graph.degree
        settled, _ = kernels.push(*edges, start, restart, float(tolerance))
    return torch.from_numpy(settled) if isinstance(A, Tensor) else settled


def ppr(
    A: Graph, nodes: Tensor | np.ndarray | list[int], restart: float = 0.15, tolerance: float = 1e-6
) -> np.ndarray | Tensor:
    r"""Return the personalized PageRank of several nodes, (B, N), by power iteration.

    After k steps only the walkers that have not returned yet, a share of $(1 - \text{restart})^k$,
    can be at wrong places. This bounds the L1 error by $2 (1 - \text{restart})^k$ before the first
    step is made, so the number of steps is known: 90 for restart .15 and tolerance 1e-6.

    Args:
        A: (N, N) adjacency matrix, entries >= 0: dense tensor or scipy.sparse, or `walkable(A)`.
        nodes: (B,) where the walkers start. The result has B · N entries: ask in batches.
        restart: probability of returning to the start, in (0, 1].
        tolerance: bound on the sum over all nodes of the absolute errors of one start.

    Returns:
        float64, one row per start, each summing to 1; a tensor if A is one.

    Raises:
        TypeError, ValueError: as `ppr_push`.

    Page et al. 1999, http://ilpubs.stanford.edu/422/, section 6.
    """
    graph = walkable(A)
    starts = arguments.ids("nodes", nodes, graph.num_nodes)
    restart = probability(restart)
    arguments.positive(tolerance=tolerance)
    steps = num_steps(restart, tolerance)
    shares = np.empty((len(starts), graph.num_nodes))
    inverse = np.divide(1, graph.degree, where=graph.degree > 0, out=np.zeros(graph.num_nodes))
    P_T = sp.csr_array((sp.diags_array(inverse) @ graph.matrix).T)  # (N, N)
    product = P_T.indptr.astype(np.int64), P_T.indices.astype(np.int32), P_T.data
    dangling = np.flatnonzero(graph.degree == 0)
    for begin in range(0, len(starts), COLUMNS):
        part = starts[begin : begin + COLUMNS]
        column = np.arange(len(part))
        X = np.zeros((graph.num_nodes, len(part)))  # where the walkers are
        X[part, column] = 1
        out = np.empty_like(X)
        for _ in range(steps):
            stuck = X[dangling].sum(axis=0)  # (B,) they return whatever the coin says
            kernels.spread(*product, X, 1 - restart, out)
            out[part, column] += restart + (1 - restart) * stuck
            X, out = out, X
        shares[begin : begin + COLUMNS] = X.T
    return torch.from_numpy(shares) if isinstance(A, Tensor) else shares


def num_steps(restart: float, tolerance: float) -> int:
    r"""Return the smallest k with $2 (1 - \text{restart})^k \le$ tolerance, the L1 error after k."""
    if restart == 1:
        return 0
    return max(0, int(np.ceil(np.log(tolerance / 2) / np.log1p(-restart))))


def _at(node: int, num_nodes: int) -> np.ndarray:
    """Return all mass at one node, (N,)."""
    mass = np.zeros(num_nodes)
    mass[node] = 1
    return mass
