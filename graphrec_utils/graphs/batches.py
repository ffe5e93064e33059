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

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, Walkable, walkable
from graphrec_utils.kernels import neighbors as kernels

Layer = Callable[[Tensor, "Block"], Tensor]
Graphs = Graph | Mapping[str, Graph]


@dataclass(frozen=True, eq=False)
class Block:
    """One layer of a batch: messages from S source nodes to T target nodes.

    Attributes:
        source: (S,) int64 node ids; the first T are the targets.
        num_targets: T.
        edge_index: (2, E) int64: row 0 positions in `source`, row 1 positions among the targets,
            ascending.
        weight: (E,) float32, the graph's entries; None if all are 1.
        edge_type: (E,) int64, which of several graphs the edge is from; None if there is one.
    """

    source: Tensor
    num_targets: int
    edge_index: Tensor
    weight: Tensor | None = None
    edge_type: Tensor | None = None

    @property
    def targets(self) -> Tensor:
        """(T,) node ids."""
        return self.source[: self.num_targets]

    def to(self, device: torch.device) -> Block:
        """Return the same block on another device; blocks are drawn on the CPU."""
        parts = {
            name: getattr(self, name) for name in ("source", "edge_index", "weight", "edge_type")
        }
        return replace(self, **{k: x if x is None else x.to(device) for k, x in parts.items()})

    def of_type(self, kind: int) -> Block:
        """Return the same nodes with the edges of one type only.

        Raises:
            ValueError: the block has no types.
        """
        if self.edge_type is None:
            raise ValueError("this block has one type of edges; pass several graphs to `sample`")
        mine = self.edge_type == kind
        weight = None if self.weight is None else self.weight[mine]
        return Block(
            self.source, self.num_targets, self.edge_index[:, mine], weight, self.edge_type[mine]
        )


def sample(
    A: Graphs,
    nodes: Sequence[int] | np.ndarray | Tensor,
    fanouts: Sequence[int | Sequence[int | None] | None],
    rng: np.random.Generator | None = None,
    replace: bool = False,
) -> list[Block]:
    r"""Return the blocks that K layers need to compute the vectors of a batch of nodes.

    Args:
        A: (N, N) adjacency matrix: row v holds what v hears. As for `walks.walkable`; pass
            `walkable(A)` when drawing many batches. Several graphs on the same nodes, by name:
            typed edges.
        nodes: (B,) different ids, the targets of the last block.
        fanouts: (K,) how many neighbors per node, beginning with the targets' own (PyG's order):
            with (25, 10) a target has at most 25 neighbors and these at most 10 each, so 1 + 25 +
            250 nodes. None: all of them. With several graphs an entry may be a sequence, one
            number per graph.
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
        ValueError: A cannot be used, the graphs differ in size, nodes are unknown or repeated,
            fanouts do not fit, or rng is missing.

    Hamilton et al. 2017, https://arxiv.org/abs/1706.02216, algorithm 2. Built in lesson 07,
    exercises 07.3 and 07.5.
    """
    graphs = _graphs(A)
    targets = arguments.ids("nodes", nodes, graphs[0].num_nodes)
    ordered = np.sort(targets)  # several times as fast as np.unique
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError("nodes must differ; take np.unique(nodes, return_inverse=True)")
    if len(fanouts) == 0:
        raise ValueError("fanouts is empty: give one number of neighbors per layer")
    per_layer = [_fanouts(f, len(graphs)) for f in fanouts]
    if rng is None and any(f >= 0 for layer in per_layer for f in layer):
        raise ValueError("drawing neighbors needs rng, such as numpy.random.default_rng(0)")
    seed = np.uint64(0 if rng is None else rng.integers(2**63))
    blocks = []
    for k, layer in enumerate(per_layer):
        block = _block(graphs, isinstance(A, Mapping), targets, layer, replace, seed, k)
        targets = block.source.numpy()
        blocks.append(block)
    return blocks[::-1]


def layerwise(
    A: Graphs,
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
    graphs = _graphs(A)
    N = graphs[0].num_nodes
    if len(x) != N:
        raise ValueError(f"x must have one row for each of the {N} nodes; got {tuple(x.shape)}")
    size = arguments.integer("size", size)
    parts = np.split(np.arange(N), range(size, N, size))
    prepared = dict(enumerate(graphs)) if isinstance(A, Mapping) else graphs[0]
    h = x
    for layer in layers:
        h = torch.cat(list(run(partial(_part, prepared, h, layer), parts)))
    return h


@torch.no_grad()
def _part(A: Graphs, h: Tensor, layer: Layer, nodes: np.ndarray) -> Tensor:
    block = sample(A, nodes, [None])[0].to(h.device)
    return layer(h[block.source], block)


def _block(graphs, typed: bool, targets, fanouts, replace: bool, seed, depth: int) -> Block:
    """Draw each graph's edges, then number all their nodes together."""
    found, weights = [], []
    weighted = any(len(graph.weight) for graph in graphs)
    for r, (graph, fanout) in enumerate(zip(graphs, fanouts, strict=True)):
        begin = kernels.counts(graph.indptr, targets, fanout, replace)
        edge_index = np.empty((2, begin[-1]), np.int64)
        edges, owner = edge_index  # filled in place: copies would cost as much as draws
        stream = np.int64(depth * len(graphs) + r)
        kernels.choose(graph.indptr, targets, fanout, replace, seed, stream, begin, edges)
        kernels.repeat(begin, owner)
        if weighted:
            weights.append(graph.weight[edges] if len(graph.weight) else np.ones(len(edges)))
        kernels.look_up(graph.indices, edges)
        found.append(edge_index)
    if typed:
        edge_index = np.concatenate(found, axis=1)
    place = np.zeros(graphs[0].num_nodes, np.int32)
    source = kernels.relabel(targets, edge_index[0], place)
    weight = np.concatenate(weights).astype(np.float32) if weighted else None
    kind = None
    if typed:
        kind = np.repeat(np.arange(len(graphs)), [x.shape[1] for x in found])
        order = np.argsort(edge_index[1], kind="stable")
        edge_index, kind = np.ascontiguousarray(edge_index[:, order]), kind[order]
        weight = None if weight is None else weight[order]
    parts = (None if x is None else torch.from_numpy(x) for x in (weight, kind))
    return Block(torch.from_numpy(source), len(targets), torch.from_numpy(edge_index), *parts)


def _graphs(A: Graphs) -> list[Walkable]:
    if not isinstance(A, Mapping):
        return [walkable(A)]
    graphs = [walkable(one) for one in A.values()]
    sizes = {name: g.num_nodes for name, g in zip(A, graphs, strict=True)}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"all graphs must have the same nodes; they have {sizes or 'no graph'}")
    return graphs


def _fanouts(fanout, num_graphs: int) -> list[int]:
    """Return one layer's fanout for every graph; -1 stands for all neighbors."""
    each = [fanout] * num_graphs if fanout is None or np.ndim(fanout) == 0 else list(fanout)
    if len(each) != num_graphs:
        raise ValueError(f"a layer needs one fanout per graph, {num_graphs}; got {fanout}")
    return [-1 if f is None else arguments.integer("fanouts", f, least=0) for f in each]
