"""Lists of neighbors in a box: for every pin and every graph T places, the empty ones marked by -1.

Blocks of attention want lists of one length, and several graphs of the same pins go side by side. All
is walked once and looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments, graphs
from graphrec_utils.graphs.walkable import walkable
from graphrec_utils.walks.neighborhoods import importance_neighbors


class Neighborhoods(NamedTuple):
    """The neighbors of n pins in G graphs, T places each.

    Attributes:
        names: of the G graphs.
        ids: (n, G, T) int64, the most visited first, -1 in empty places, which come last.
    """

    names: tuple[str, ...]
    ids: Tensor

    def only(self, names: Iterable[str]) -> Neighborhoods:
        """Return those of some graphs.

        Raises:
            ValueError: a name is none of these, or there are none.
        """
        names = tuple(names)
        if not names or (unknown := [x for x in names if x not in self.names]):
            raise ValueError(f"choose from {self.names}; got {names if not names else unknown}")
        return Neighborhoods(names, self.ids[:, [self.names.index(x) for x in names]])


def pad(alpha: sp.csr_array, top: int) -> np.ndarray:
    """Return the `top` heaviest columns of each row, (n, top) int64, -1 in empty places at the end.

    Args:
        alpha: (n, N) weights > 0; among equal ones the smaller id comes first.
        top: T.

    Built in lesson 14, exercise 14.1.
    """
    arguments.sparse("alpha", alpha)
    alpha, top = sp.csr_array(alpha), arguments.integer("top", top)
    row = np.repeat(np.arange(alpha.shape[0]), np.diff(alpha.indptr))
    order = np.lexsort((alpha.indices, -alpha.data, row))
    place = np.arange(alpha.nnz) - alpha.indptr[row]
    ids = np.full((alpha.shape[0], top), -1)
    keep = place < top
    ids[row[keep], place[keep]] = alpha.indices[order][keep]
    return ids


def neighborhoods(
    matrices: Mapping[str, sp.spmatrix | sp.sparray],
    top: int = 10,
    num_steps: int = 1_000,
    restart: float = 0.5,
    seed: int = 0,
    run: Callable[[Callable, Iterable], Iterable] = map,
    size: int = 2_000,
) -> Neighborhoods:
    """Return the most visited pins of short walks from every pin in every graph.

    Args:
        matrices: name -> (left nodes, n) with the same n pins; entries above 0 are edges.
        top, num_steps, restart, seed: as in `walks.importance_neighbors`.
        run: who walks: `map`, or `partial(scale.map_partitions, engine="process")`.
        size: pins at a time. A pin's list does not depend on it, nor on `run`.

    Raises:
        ValueError: no graph, or graphs of different pins; a graph without an edge is none's neighbor
            and allowed.

    Built in lesson 14.
    """
    pins = {R.shape[1] for R in matrices.values()}
    if len(pins) != 1:
        raise ValueError(f"give one or more graphs of the same pins; got {sorted(pins)} of them")
    (n,), out = pins, []
    for R in matrices.values():
        if R.nnz == 0:
            out.append(np.full((n, top), -1))
            continue
        m = R.shape[0]
        walk = partial(_walk, walkable(graphs.adjacency(R)), m, top, num_steps, restart, seed)
        parts = np.split(np.arange(n), range(size, n, size))
        out.append(np.concatenate(list(run(walk, parts))))
    return Neighborhoods(tuple(matrices), torch.from_numpy(np.stack(out, axis=1)))


def _walk(graph, m: int, top: int, num_steps: int, restart: float, seed: int, pins) -> np.ndarray:
    alpha = importance_neighbors(graph, m + pins, top, num_steps, restart, seed=seed)
    alpha.indices = alpha.indices - m  # walkers stand on pins only
    return pad(alpha, top)


def without(ids: Tensor, nodes: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Return ids without the neighbors that a node is paired with, -1 in their places.

    Args:
        ids: (B, …) neighbors of the nodes, -1 in empty places.
        nodes: (B,) whose they are.
        one, other: (P,) pairs that are to be predicted; neither hears the other.

    Built in lesson 14, exercise 14.5.
    """
    top = 1 + int(max(ids.max(), nodes.max(), one.max(), other.max()))
    hidden = torch.cat([one * top + other, other * top + one])
    keys = nodes.reshape(-1, *[1] * (ids.ndim - 1)) * top + ids
    return ids.masked_fill(torch.isin(keys, hidden) & (ids >= 0), -1)
