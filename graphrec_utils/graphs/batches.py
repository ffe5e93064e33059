r"""Mini-batches of a graph: the layered neighbor sampler, and inference layer by layer.

To compute K layers for a few nodes you need their neighbors, the neighbors of those, and so on.
`sample` draws at most S of them per node and layer and returns one `Block` per layer, from the
outermost to the targets, each relabeled to its own small node numbers:

    h = x[blocks[0].source]
    for conv, block in zip(convs, blocks):
        h = conv((h, h[: block.num_targets]), block.edge_index)   # PyG; or write the sum yourself

`layerwise` is for all nodes at once: there every vector is computed only once.

What is drawn here are neighbors; `sampling` draws negatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, Walkable, walkable
from graphrec_utils.kernels import neighbors as kernels

Layer = Callable[[Tensor, "Block"], Tensor]


@dataclass(frozen=True, eq=False)
class Block:
    """One layer of a batch: messages from S source nodes to T target nodes.

    Attributes:
        source: (S,) int64 node ids; the first T are the targets.
        num_targets: T.
        edge_index: (2, E) int64: row 0 positions in `source`, row 1 positions among the targets,
            ascending.
        weight: (E,) float32, the graph's entries; None if all are 1.
    """

    source: Tensor
    num_targets: int
    edge_index: Tensor
    weight: Tensor | None = None

    @property
    def targets(self) -> Tensor:
        """(T,) node ids."""
        return self.source[: self.num_targets]

    def to(self, device: torch.device) -> Block:
        """Return the same block on another device; blocks are drawn on the CPU."""
        weight = None if self.weight is None else self.weight.to(device)
        source, edge_index = self.source.to(device), self.edge_index.to(device)
        return Block(source, self.num_targets, edge_index, weight)


def sample(
    A: Graph,
    nodes: Sequence[int] | np.ndarray | Tensor,
    fanouts: Sequence[int | None],
    rng: np.random.Generator | None = None,
    replace: bool = False,
) -> list[Block]:
    r"""Return the blocks that K layers need to compute the vectors of a batch of nodes.

    Args:
        A: (N, N) adjacency matrix: row v holds what v hears. As for `walks.walkable`; pass
            `walkable(A)` when drawing many batches.
        nodes: (B,) different ids, the targets of the last block.
        fanouts: (K,) how many neighbors per node, beginning with the targets' own (PyG's order):
            with (25, 10) a target has at most 25 neighbors and these at most 10 each, so 1 + 25 +
            250 nodes. None: all of them.
        rng: needed unless every fanout is None. Batches drawn from the same state are equal on any
            number of threads.
        replace: draw with replacement: every node with a neighbor then has exactly the number
            asked for, some of them repeatedly, as in GraphSAGE's own code. Else a node has
            min(degree, fanout) different neighbors.

    Returns:
        K blocks, outermost first; the sources of block k + 1 are the targets of block k. A node
        without neighbors has no edges, only its own place.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be used, nodes are unknown or repeated, fanouts do not fit, or rng is
            missing.

    Hamilton et al. 2017, https://arxiv.org/abs/1706.02216, algorithm 2. Built in lesson 07,
    exercises 07.3 and 07.5.
    """
    graph = walkable(A)
    targets = arguments.ids("nodes", nodes, graph.num_nodes)
    ordered = np.sort(targets)  # several times as fast as np.unique
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError("nodes must differ; take np.unique(nodes, return_inverse=True)")
    if len(fanouts) == 0:
        raise ValueError("fanouts is empty: give one number of neighbors per layer")
    # -1 stands for all neighbors
    per_layer = [-1 if f is None else arguments.integer("fanouts", f, least=0) for f in fanouts]
    if rng is None and max(per_layer) >= 0:
        raise ValueError("drawing neighbors needs rng, such as numpy.random.default_rng(0)")
    seed = np.uint64(0 if rng is None else rng.integers(2**63))
    blocks = []
    for k, fanout in enumerate(per_layer):
        block = _block(graph, targets, fanout, replace, seed, k)
        targets = block.source.numpy()
        blocks.append(block)
    return blocks[::-1]


def layerwise(
    A: Graph,
    x: Tensor,
    layers: Sequence[Layer],
    size: int = 4096,
    run: Callable[[Callable, Iterable], Iterable[Tensor]] = map,
) -> Tensor:
    """Return every node's vector, (N, d'), computed one layer after the other.

    Mini-batches compute a popular node's vector again in every batch that meets it. Here layer k
    of all nodes is stored before layer k + 1 begins, so each is computed once, with all
    neighbors, and memory holds two layers and one part.

    Args:
        A: as in `sample`.
        x: (N, d) features of all nodes.
        layers: `layer(h, block) -> (T, d')` with h (S, d), the vectors of `block.source`.
        size: nodes per part.
        run: `run(function, parts)` yields the results in order; by default `map`. With
            `functools.partial(scale.map_partitions, engine="ray")` other processes do the work.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be used, or x has another number of rows.

    Ying et al. 2018, https://arxiv.org/abs/1806.01973, section 3.3. Built in lesson 09, exercise 09.6.
    """
    graph = walkable(A)
    N = graph.num_nodes
    if len(x) != N:
        raise ValueError(f"x must have one row for each of the {N} nodes; got {tuple(x.shape)}")
    size = arguments.integer("size", size)
    parts = np.split(np.arange(N), range(size, N, size))
    h = x
    for layer in layers:
        h = torch.cat(list(run(partial(_part, graph, h, layer), parts)))
    return h


@torch.no_grad()
def _part(A: Graph, h: Tensor, layer: Layer, nodes: np.ndarray) -> Tensor:
    block = sample(A, nodes, [None])[0].to(h.device)
    return layer(h[block.source], block)


def _block(
    graph: Walkable, targets: np.ndarray, fanout: int, replace: bool, seed: np.uint64, depth: int
) -> Block:
    """Draw the edges of one layer, then number its nodes."""
    begin = kernels.counts(graph.indptr, targets, fanout, replace)
    edge_index = np.empty((2, begin[-1]), np.int64)
    edges, owner = edge_index  # filled in place: copies would cost as much as draws
    kernels.choose(graph.indptr, targets, fanout, replace, seed, np.int64(depth), begin, edges)
    kernels.repeat(begin, owner)
    weight = None
    if len(graph.weight):
        weight = torch.from_numpy(graph.weight[edges].astype(np.float32))
    kernels.look_up(graph.indices, edges)
    source = kernels.relabel(targets, edge_index[0], np.zeros(graph.num_nodes, np.int32))
    return Block(torch.from_numpy(source), len(targets), torch.from_numpy(edge_index), weight)
