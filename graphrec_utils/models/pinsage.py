r"""PinSage: convolutions over the pins that short walks visit most.

Algorithm 1. With $\mathbf h_u^{(0)}$ made of what pin u says, N(u) the T pins that short walks from u visit
most and $\alpha_v$ their visits divided by the sum, for k = 1 … K

$$ \mathbf n_u = \sum_{v \in \mathcal N(u)} \alpha_v\, \mathrm{ReLU}(\mathbf Q \mathbf h_v + \mathbf q), \quad
   \mathbf h_u \leftarrow \mathrm{ReLU}(\mathbf W [\mathbf h_u;\ \mathbf n_u] + \mathbf w), \quad
   \mathbf h_u \leftarrow \mathbf h_u / \lVert \mathbf h_u \rVert, $$

with matrices of its own for every k, and at the end $\mathbf z_u = \mathbf G_2\,\mathrm{ReLU}(\mathbf G_1 \mathbf h_u + \mathbf g)$.
Boards are walked over and have no vector.

    alpha = pinsage.neighborhoods(R, top=20)                 # (n, n), R is (boards, pins)
    model = pinsage.PinSage(alpha, sage.Content(64, 0, images, words))
    for batch in pinsage.batches(pairs, n, 256, 500, rng, pools, pinsage.curriculum(epoch)):
        loss = losses.hinge(*model.compared(batch), margin=1.0)
    Z, _ = model.embeddings()                                # (n, d), every vector computed once

One thing is ours: the messages between the two pins of a pair that is to be predicted are left out.

Ying et al. 2018, https://arxiv.org/abs/1806.01973. Built in lesson 09.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, graphs, walks
from graphrec_utils.graphs import batches as blocks_of
from graphrec_utils.graphs.walkable import Walkable, walkable
from graphrec_utils.models import sage
from graphrec_utils.models.scoring import from_embeddings, seeded

POOLINGS = ("importance", "mean", "max")


# ---------------------------------------------------------------- whom a pin hears
def neighborhoods(
    R: sp.spmatrix | sp.sparray,
    top: int = 20,
    num_steps: int = 1_000,
    restart: float = 0.5,
    seed: int = 0,
) -> sp.csr_array:
    """Return alpha, (n, n): the weights of each pin's `top` most visited other pins, rows sum to 1.

    Args:
        R: (m, n) boards by pins; entries above 0 are edges, larger ones are walked more often.
        top, num_steps, restart, seed: as in `walks.importance_neighbors`.

    Returns:
        float64 CSR, each row sorted by weight; empty for a pin that is on no board or alone on all
        of its boards, shorter than `top` where fewer pins were visited.

    Raises:
        TypeError, ValueError: as `walks.importance_neighbors`.

    Ying et al. 2018, section 3.1. Built in lesson 09, exercise 09.1.
    """
    arguments.sparse("R", R)
    m, n = R.shape
    pins = np.arange(m, m + n)
    alpha = walks.importance_neighbors(
        graphs.adjacency(R), pins, top, num_steps, restart, seed=seed
    )
    # walkers stand on pins only, so no column of a board is used; slicing would sort the rows
    return sp.csr_array((alpha.data, alpha.indices - m, alpha.indptr), shape=(n, n))


# ---------------------------------------------------------------- one layer
def convolve(
    h: Tensor,
    block: blocks_of.Block,
    Q: Tensor,
    q: Tensor,
    W: Tensor,
    w: Tensor,
    pooling: str = "importance",
) -> Tensor:
    r"""Return algorithm 1 for the targets of a block, (T, d'), each of length 1 or 0.

    Args:
        h: (S, d) vectors of `block.source`, targets first.
        block: who hears whom, with the weights alpha.
        Q, q: (d', d) and (d',), for what is heard.
        W, w: (d', d + d') and (d',), for the pin itself first and then what it heard.
        pooling: "importance" weighs by alpha, "mean" weighs all alike, "max" takes the largest of
            every coordinate. Who hears nobody hears 0.

    Built in lesson 09, exercise 09.2.
    """
    told = F.relu(F.linear(h, Q, q))
    if pooling == "max":
        source, target = block.edge_index
        heard = told.new_zeros(block.num_targets, told.shape[1])
        place = target[:, None].expand(-1, told.shape[1])
        heard = heard.scatter_reduce(0, place, told[source], "amax")  # after ReLU: 0 is the least
    elif pooling == "mean":
        heard = sage.mean(told, blocks_of.Block(block.source, block.num_targets, block.edge_index))
    else:
        heard = sage.mean(told, block)
    z = F.relu(F.linear(torch.cat([h[: block.num_targets], heard], dim=1), W, w))
    return F.normalize(z, dim=1)


def output(h: Tensor, G1: Tensor, g: Tensor, G2: Tensor) -> Tensor:
    """Return G2 ReLU(G1 h + g), (T, d): algorithm 2, lines 15 to 17. Its length is free."""
    return F.linear(F.relu(F.linear(h, G1, g)), G2)


# ---------------------------------------------------------------- the model
class PinSage(nn.Module):
    """PinSage: what a pin says, K convolutions, two dense layers.

    Args:
        alpha: (n, n) neighborhoods, row u holds what pin u hears.
        content: of the n pins, without users: `sage.Content(dim, 0, …)`; it is trained, too.
        dim: d of all layers.
        num_layers: K; 0 leaves content and the two dense layers.
        pooling: one of POOLINGS.
        seed: of the start.

    Raises:
        TypeError: alpha is no matrix we know.
        ValueError: alpha is empty or does not fit the content, or an argument is out of its range.
    """

    scores = from_embeddings

    def __init__(
        self,
        alpha: sp.spmatrix | sp.sparray | Tensor,
        content: sage.Content,
        dim: int = 64,
        num_layers: int = 2,
        pooling: str = "importance",
        seed: int = 0,
    ):
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}; got {pooling!r}")
        self.alpha, self.content, self.pooling = checked(alpha, content), content, pooling
        num_layers = arguments.integer("num_layers", num_layers, least=0)
        dims = [len(content.bias)] + [arguments.integer("dim", dim)] * num_layers
        with seeded(seed):
            self.Q = nn.ModuleList(nn.Linear(old, new) for old, new in pairwise(dims))
            self.W = nn.ModuleList(nn.Linear(old + new, new) for old, new in pairwise(dims))
            self.G1, self.G2 = nn.Linear(dims[-1], dim), nn.Linear(dim, dim, bias=False)

    def forward(self, blocks: Iterable[blocks_of.Block], h: Tensor) -> Tensor:
        """Return z of the last block's targets, (T, d), from h, what the first block's sources say."""
        for layer, block in zip(self._layers(), blocks, strict=True):
            h = layer(h, block.to(h.device))
        return output(h, self.G1.weight, self.G1.bias, self.G2.weight)

    def vectors(self, nodes: Tensor, hidden: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Return z of (B,) different pins, (B, d).

        Args:
            nodes: ids.
            hidden: two tensors (P,): no message goes between pin p of the one and of the other.

        Raises:
            ValueError: an id is no pin, or one comes twice.
        """
        if not self.Q:
            return self([], self.content(nodes))
        blocks = blocks_of.sample(self.alpha, nodes, [None] * len(self.Q))
        if hidden is not None:
            blocks = sage.without(blocks, *hidden)
        return self(blocks, self.content(blocks[0].source))

    def compared(self, batch: Batch, hide: bool = True) -> tuple[Tensor, Tensor]:
        """Return the scores of the pairs, (B,), and of the negatives, (B, S + H).

        Where a negative happens to be the query or its positive its score is -inf, which no loss feels.

        Args:
            batch: as `batches` yields them.
            hide: no message goes between the two pins of a pair; False is the leak.
        """
        q, i, shared, hard = (x.to(self.G2.weight.device) for x in batch)
        nodes, place = torch.unique(torch.cat([q, i, shared, hard.ravel()]), return_inverse=True)
        z = self.vectors(nodes, (q, i) if hide else None)[place]
        z_q, z_i, z_s, z_h = z.split([len(q), len(i), len(shared), hard.numel()])
        z_h = z_h.reshape(*hard.shape, z.shape[1])
        neg = torch.cat([z_q @ z_s.T, torch.einsum("bd,bhd->bh", z_q, z_h)], dim=1)
        drawn = torch.cat([shared.expand(len(q), -1), hard], dim=1)
        same = (drawn == q[:, None]) | (drawn == i[:, None])
        return (z_q * z_i).sum(dim=1), neg.masked_fill(same, -torch.inf)

    @torch.no_grad()
    def embeddings(
        self,
        alpha: sp.spmatrix | sp.sparray | Tensor | None = None,
        content: sage.Content | None = None,
        size: int = 1024,
        run: Callable[[Callable, Iterable], Iterable[Tensor]] = map,
    ) -> tuple[Tensor, Tensor]:
        """Return z of all pins, (n, d), twice: queries and what is recommended are the same pins.

        Layer after layer, so that every vector is computed once.

        Args:
            alpha, content: today's, which may be of other pins; None: as in training.
            size: pins at a time.
            run: who computes them, see `graphs.batches.layerwise`.
        """
        content = self.content if content is None else content
        graph = self.alpha if alpha is None else checked(alpha, content)
        h = torch.cat([content(part) for part in torch.arange(len(content)).split(size)])
        h = blocks_of.layerwise(graph, h, list(self._layers()), size, run)
        z = output(h, self.G1.weight, self.G1.bias, self.G2.weight)
        return z, z

    def _layers(self) -> Iterator[partial]:
        """Yield K functions of (h, block) that other processes understand, too."""
        for Q, W in zip(self.Q, self.W, strict=True):
            weights = dict(Q=Q.weight, q=Q.bias, W=W.weight, w=W.bias)
            if not torch.is_grad_enabled():
                weights = {name: x.detach() for name, x in weights.items()}
            yield partial(convolve, **weights, pooling=self.pooling)


def checked(alpha: sp.spmatrix | sp.sparray | Tensor, content: sage.Content) -> Walkable:
    """Return alpha ready for blocks; raise a sentence if it is empty or does not fit the content."""
    n = arguments.graph("alpha", alpha)
    if len(content) != n or content.num_users:
        raise ValueError(
            f"alpha has {n} pins, but content is there for {content.num_users} users and "
            f"{content.num_items} items: give a row for each pin, and no users"
        )
    if not isinstance(alpha, Tensor) and alpha.nnz == 0:
        raise ValueError(
            "alpha is empty: no pin has a neighbor; do the edges of the graph go in both directions?"
        )
    return walkable(alpha)


# ---------------------------------------------------------------- what it learns from
class Batch(NamedTuple):
    """Pin ids, int64: queries (B,), positives (B,), shared negatives (S,), hard ones (B, H)."""

    queries: Tensor
    items: Tensor
    shared: Tensor
    hard: Tensor


def curriculum(epoch: int) -> int:
    """Return how many hard negatives each query gets in an epoch, from 1 on: none at first.

    Ying et al. 2018, section 3.2. Built in lesson 09, exercise 09.4.
    """
    return arguments.integer("epoch", epoch) - 1


def hard_pools(ranked: sp.csr_array, pairs: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return the pins from which each query's hard negatives are drawn, (n, last - first + 1) int64.

    Args:
        ranked: (n, n), each row sorted by personalized PageRank, as `neighborhoods` returns them
            with top >= last: rank 1 comes first.
        pairs: (P, 2) queries and their positives, which never become negatives.
        first, last: ranks, both included. Related pins, but not the most related ones; the paper
            takes 2000 to 5000 of two billion.

    Returns:
        -1 where there is no pin.

    Raises:
        ValueError: the ranks are out of order, or an id is no pin.

    Built in lesson 09, exercise 09.4.
    """
    n = ranked.shape[0]
    width = arguments.integer("last", last, least=arguments.integer("first", first)) - first + 1
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    arguments.ids("pairs", pairs.ravel(), n)
    row = np.repeat(np.arange(n), np.diff(ranked.indptr))
    rank = 1 + np.arange(ranked.nnz) - ranked.indptr[row]
    inside = (rank >= first) & (rank <= last)
    known = np.isin(row * n + ranked.indices, pairs[:, 0] * n + pairs[:, 1])
    pools = np.full((n, width), -1)
    keep = inside & ~known
    pools[row[keep], rank[keep] - first] = ranked.indices[keep]
    return pools


def draw_hard(
    pools: np.ndarray, queries: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return `count` different pins from the pool of each query, (B, count) int64.

    Where a pool has fewer, any pins fill the places: a new pin has been on no walk.
    """
    own = pools[queries]
    count = min(arguments.integer("count", count, least=0), own.shape[1])
    keys = rng.random(own.shape) + (own < 0)
    drawn = np.take_along_axis(own, np.argsort(keys, axis=1)[:, :count], axis=1)
    return np.where(drawn < 0, rng.integers(len(pools), size=drawn.shape), drawn)


def batches(
    pairs: np.ndarray,
    num_pins: int,
    size: int,
    num_shared: int,
    rng: np.random.Generator,
    pools: np.ndarray | None = None,
    num_hard: int = 0,
    count: int | None = None,
) -> Iterator[Batch]:
    """Yield batches of pairs with negatives: one epoch, or its first `count` batches.

    Hard negatives are **added** to the shared ones, they replace none.

    Args:
        pairs: (P, 2) a query pin, and the pin that somebody engaged with right after it.
        num_pins: n.
        size: B, pairs per batch.
        num_shared: S pins drawn uniformly, the same for all pairs of a batch.
        rng: of order and negatives.
        pools: as `hard_pools`; needed with num_hard.
        num_hard: H for each query.
        count: None: until the pairs are used up.

    Raises:
        ValueError: an id is no pin, or hard negatives without pools.
    """
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    arguments.ids("pairs", pairs.ravel(), num_pins)
    if num_hard and pools is None:
        raise ValueError("hard negatives need pools, see hard_pools")
    for part in np.split(rng.permutation(len(pairs)), range(size, len(pairs), size))[:count]:
        q, i = pairs[part].T
        shared = rng.integers(num_pins, size=num_shared)
        hard = np.empty((len(q), 0), dtype=np.int64)
        if num_hard:
            hard = draw_hard(pools, q, num_hard, rng)
        yield Batch(*(torch.from_numpy(np.ascontiguousarray(x)) for x in (q, i, shared, hard)))
