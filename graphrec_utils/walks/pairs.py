"""Co-occurrence: which nodes meet on a walk, the positives of GraphSAGE and DeepWalk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, walkable
from graphrec_utils.kernels import walks as kernels


def paths(
    A: Graph,
    nodes: Sequence[int] | np.ndarray | Tensor,
    length: int,
    num_walks: int = 1,
    seed: int = 0,
) -> np.ndarray:
    """Return random walks without return, (B · num_walks, length + 1) int64, one per row.

    Args:
        A: (N, N) adjacency matrix as for `walkable`; larger entries are taken more often.
        nodes: (B,) starts, the first column; the walks of one start are neighboring rows.
        length: edges of a walk, >= 1.
        num_walks: walks per start, >= 1.
        seed: >= 0; a start's walks do not depend on the other starts.

    Returns:
        Node ids; -1 behind a dead end, so a start without edges has a row of its id and -1.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be walked on, or an argument is out of its range.
    """
    graph = walkable(A)
    starts = arguments.ids("nodes", nodes, graph.num_nodes)
    length = arguments.integer("length", length)
    num_walks = arguments.integer("num_walks", num_walks)
    walk = np.tile(np.arange(num_walks), len(starts))
    out = np.empty((len(starts) * num_walks, length + 1), np.int64)
    bits = arguments.seed(seed)
    kernels.paths(*graph.edges, np.repeat(starts, num_walks), walk, length, bits, out)
    return out


def pairs(walks: np.ndarray, window: int | None = None) -> np.ndarray:
    """Return the (center, context) pairs of walks, (P, 2) int64.

    Args:
        walks: (W, L + 1) as `paths` returns them.
        window: pairs of nodes at most so many edges apart, in both orders, as in DeepWalk. None:
            the start of a walk with each later node, as in GraphSAGE.

    Returns:
        Sorted by distance, then by walk. A node is never its own context, and -1 belongs to none:
        walks of 5 nodes give at most 4 pairs each to GraphSAGE.

    Raises:
        ValueError: walks is no matrix of ids, or window is less than 1.

    Hamilton et al. 2017, https://arxiv.org/abs/1706.02216, section 3.2; Perozzi et al. 2014,
    https://arxiv.org/abs/1403.6652. Built in lesson 07, exercise 07.2.
    """
    walks = np.asarray(walks)
    if walks.ndim != 2 or not np.issubdtype(walks.dtype, np.integer):
        raise ValueError(f"walks must be rows of node ids; got {walks.dtype}, {walks.shape}")
    size = walks.shape[1]
    reach = size - 1 if window is None else min(arguments.integer("window", window), size - 1)
    found = [np.empty((0, 2), np.int64)]
    for distance in range(1, reach + 1):
        if window is None:
            both = [(walks[:, 0], walks[:, distance])]
        else:
            left, right = walks[:, :-distance].ravel(), walks[:, distance:].ravel()
            both = [(left, right), (right, left)]
        found += [np.stack(pair, axis=1) for pair in both]
    found = np.concatenate(found)
    return found[(found[:, 0] != found[:, 1]) & (found >= 0).all(axis=1)].astype(np.int64)
