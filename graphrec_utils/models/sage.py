r"""GraphSAGE: a vector for every node that says something, learned by nobody's id.

Algorithm 1. With $\mathbf h_v^{(0)}$ made of what node v says about itself, for k = 1 … K

$$ \mathbf h_v^{(k)} = \sigma\big(\mathbf W_k [\mathbf h_v^{(k-1)};\
   \mathrm{mean}_{w \in \mathcal N_S(v)} \mathbf h_w^{(k-1)}]\big), \qquad
   \mathbf h_v^{(k)} \leftarrow \mathbf h_v^{(k)} / \lVert \mathbf h_v^{(k)} \rVert $$

where $\mathcal N_S(v)$ are at most S neighbors drawn anew for every batch. All that is learned is how
content is read and the matrices W; a node that comes tomorrow is computed, not trained.

    content = sage.Content(64, num_users, images, words)
    model = sage.SAGE(graphs.adjacency(R), content, fanouts=(10, 10))
    z_u, z_i, z_j = model.vectors((users, items, negatives), rng)
    losses.bce((z_u * z_i).sum(1), z_u @ z_j.T)        # (B,) and (B, S): the paper's equation 1
    model.embeddings(A_of_today, content_of_today)     # for all nodes, also for new ones

As in the authors' code the last layer has no $\sigma$; as in the paper all layers are normalized.

Hamilton, Ying, Leskovec 2017, https://arxiv.org/abs/1706.02216. Built in lesson 07.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils.graphs import batches
from graphrec_utils.graphs.propagation import is_symmetric
from graphrec_utils.graphs.walkable import Walkable, walkable
from graphrec_utils.models.scoring import from_embeddings, seeded

Sparse = sp.spmatrix | sp.sparray


# ---------------------------------------------------------------- one layer
def mean(h: Tensor, block: batches.Block) -> Tensor:
    """Return what each target hears, (T, d): the mean of its drawn neighbors, 0 without any.

    Args:
        h: (S, d) vectors of `block.source`.
        block: with weights, the mean is weighted by them: PinSage's importance pooling.
    """
    source, target = block.edge_index
    # targets ascend, so each one's messages are a bag; index_add would go row by row
    begin = torch.searchsorted(target, torch.arange(block.num_targets, device=h.device))
    if block.weight is None:
        return F.embedding_bag(source, h, begin, mode="mean")  # an empty bag is 0
    weight = block.weight.to(h.dtype)
    heard = F.embedding_bag(source, h, begin, mode="sum", per_sample_weights=weight)
    total = weight.new_zeros(block.num_targets).index_add(0, target, weight)
    return heard / torch.where(total > 0, total, 1)[:, None]  # 0 / 0 would be NaN


def layer(h: Tensor, block: batches.Block, W: Tensor, activation: bool = True) -> Tensor:
    r"""Return the next layer, $\sigma(W [h_v; \mathrm{mean}_w h_w])$ divided by its length, (T, d').

    Args:
        h: (S, d) vectors of `block.source`, targets first.
        block: who hears whom.
        W: (d', 2 d), first for the node itself, then for what it hears.
        activation: False leaves out σ, here ReLU.

    Hamilton et al. 2017, algorithm 1, lines 4 to 7, concat with the mean aggregator.
    Built in lesson 07, exercises 07.4 and 07.6.
    """
    z = torch.cat([h[: block.num_targets], mean(h, block)], dim=1) @ W.T
    return F.normalize(z.relu() if activation else z, dim=1)


def without(blocks: Sequence[batches.Block], one: Tensor, other: Tensor) -> list[batches.Block]:
    """Return the blocks without the messages between one[b] and other[b], in both directions.

    A model that should predict an edge must not be told of it.

    Args:
        blocks: as `batches.sample` returns them.
        one, other: (B,) node ids, the edges that a batch is to predict.
    """
    one, other = (x.to(blocks[0].source.device) for x in (one, other))
    top = 1 + max(int(block.source.max()) for block in blocks)
    top = max(top, 1 + int(torch.cat([one, other]).max()))
    hidden = torch.cat([one * top + other, other * top + one]).unique()
    kept = []
    for block in blocks:
        source, target = (block.source[ends] for ends in block.edge_index)
        kept.append(_kept(block, ~torch.isin(target * top + source, hidden)))
    return kept


def silenced(blocks: Sequence[batches.Block], nodes: Tensor) -> list[batches.Block]:
    """Return the blocks without what some nodes hear; others still hear them.

    A node that comes without edges hears nobody. In training a node with one edge does so too when that edge is asked
    for (`without`), always as a positive: some others must, or hearing nobody comes to mean yes.

    Args:
        blocks: as `batches.sample` returns them.
        nodes: (q,) node ids.
    """
    nodes = nodes.to(blocks[0].source.device)
    return [_kept(block, ~torch.isin(block.source[block.edge_index[1]], nodes)) for block in blocks]


def _kept(block: batches.Block, keep: Tensor) -> batches.Block:
    """Return the block with some of its edges."""
    weight = None if block.weight is None else block.weight[keep]
    return replace(block, edge_index=block.edge_index[:, keep], weight=weight)


# ---------------------------------------------------------------- the model
class Content(nn.Module):
    r"""What a node says about itself, $\mathbf x_v = \mathbf b + \mathbf B\,\text{image}_v + \mathbf C\,\text{words}_v$.

    Words are counted as shares: a text of twice the length is no louder. A node without content,
    such as every user, has the vector b: what is known of it comes from its neighbors.

    Args:
        dim: d.
        num_users: m; users are the first nodes, without content. 0: every node has a row.
        dense: (n, f) numbers of the items, such as an image's, or None.
        bag: (n, w) sparse, counted words of the items, or None.
        seed: of the start; None inside a larger model.

    Raises:
        ValueError: no content at all, rows that do not fit together, or NaN or infinity in them.
    """

    def __init__(
        self,
        dim: int,
        num_users: int,
        dense: np.ndarray | Tensor | None = None,
        bag: Sparse | None = None,
        seed: int | None = 0,
    ):
        super().__init__()
        dim = arguments.integer("dim", dim)
        self.num_users = arguments.integer("num_users", num_users, least=0)
        self.register_buffer("dense", _rows(dense), persistent=False)
        self.bag = _shares(bag)  # scipy: words are looked up on the CPU
        sizes = {len(x) if isinstance(x, Tensor) else x.shape[0] for x in self._given()}
        if len(sizes) != 1:
            raise ValueError(f"give dense, bag or both, a row for each item; got rows {sizes}")
        self.num_items = sizes.pop()
        with seeded(seed):
            self.image = None if dense is None else nn.Linear(self.dense.shape[1], dim, bias=False)
            self.words = None
            if bag is not None:
                self.words = nn.EmbeddingBag(bag.shape[1], dim, mode="sum")
                nn.init.xavier_uniform_(self.words.weight)
            self.bias = nn.Parameter(torch.randn(dim) * 0.1)

    def forward(self, nodes: Tensor) -> Tensor:
        """Return (B, d) for (B,) node ids, users first."""
        nodes = nodes.to(self.bias.device)
        x = self.bias.expand(len(nodes), -1).clone()
        items = (nodes >= self.num_users).nonzero()[:, 0]
        rows = nodes[items] - self.num_users
        told = self.bias.expand(len(rows), -1)
        if self.image is not None:
            told = told + self.image(self.numbers(rows))
        if self.words is not None:
            part = self.bag[rows.numpy(force=True)]
            parts = part.indices.astype(np.int64), part.indptr[:-1].astype(np.int64), part.data
            ids, begin, share = (torch.from_numpy(p).to(x.device) for p in parts)
            told = told + self.words(ids, begin, per_sample_weights=share)
        return x.index_copy(0, items, told)

    def numbers(self, items: Tensor) -> Tensor:
        """Return the rows of `dense` of (B,) items, on the model's device, wherever they are kept."""
        return self.dense[items.to(self.dense.device)].to(self.bias.device)

    def __len__(self) -> int:
        """Return N, users and items."""
        return self.num_users + self.num_items

    def on(self, dense: np.ndarray | Tensor | None = None, bag: Sparse | None = None) -> Content:
        """Return the same encoder, trained as it is, for the content of other items.

        Raises:
            ValueError: as the constructor, or the columns are not those it was trained on.
        """
        dim, count = len(self.bias), sum(x is not None for x in (dense, bag))
        if count != len(self._given()):
            raise ValueError("give the same kinds of content that the encoder was made with")
        other = Content(dim, self.num_users, dense, bag)
        for name in ("image", "words"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if (mine is None) != (theirs is None) or (
                mine is not None and mine.weight.shape != theirs.weight.shape
            ):
                raise ValueError(f"the columns of the content differ from those trained on: {name}")
            setattr(other, name, mine)
        other.bias = self.bias
        return other

    def _given(self) -> list:
        return [x for x in (self.dense, self.bag) if x is not None]


class SAGE(nn.Module):
    """GraphSAGE with the mean aggregator on a graph of users and items.

    Args:
        A: (N, N) adjacency matrix with messages in both directions, as `graphs.adjacency`.
        content: what the N nodes say, users first; it is trained, too.
        dim: d of all layers.
        fanouts: how many neighbors are drawn, the targets' own first; its length is K.
        seed: of the start.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: an edge of A goes in one direction only, the content has another number of
            nodes, or a size is not possible.

    Hamilton et al. 2017, https://arxiv.org/abs/1706.02216, algorithms 1 and 2. Built in lesson 07.
    """

    scores = from_embeddings

    def __init__(
        self,
        A: Sparse | Tensor,
        content: Content,
        dim: int = 64,
        fanouts: Sequence[int | None] = (10, 10),
        seed: int = 0,
    ):
        super().__init__()
        self.A = checked(A, content)
        if len(fanouts) == 0:
            raise ValueError("fanouts is empty: give one number of neighbors per layer")
        self.num_users, self.fanouts, self.content = content.num_users, tuple(fanouts), content
        dims = [len(content.bias)] + [arguments.integer("dim", dim)] * len(fanouts)
        with seeded(seed):
            self.W = nn.ParameterList(
                nn.init.xavier_uniform_(torch.empty(new, 2 * old)) for old, new in pairwise(dims)
            )

    def extra_repr(self) -> str:
        return f"{self.num_users} users, {self.A.num_nodes} nodes, fanouts={self.fanouts}"

    def forward(self, blocks: Sequence[batches.Block]) -> Tensor:
        """Return the vectors of the last block's targets, (T, d), of length 1."""
        h = self.content(blocks[0].source)
        for k, block in enumerate(blocks):
            h = self._layer(k, h, block.to(h.device))
        return h

    def vectors(
        self,
        batch: tuple[Tensor, Tensor, Tensor],
        rng: np.random.Generator,
        hide: bool = True,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the vectors of users (B, d), their items (B, d) and S shared negatives (S, d).

        Args:
            batch: users (B,), items (B,) and negatives (S,), int64; items count from 0.
            rng: draws the neighbors.
            hide: the edges between users and items carry no message; False is the leak that
                lesson 07 looks for.
        """
        users, items, negatives = (x.cpu() for x in batch)  # where neighbors are drawn
        ends = users, self.num_users + items, self.num_users + negatives
        nodes, place = torch.unique(torch.cat(ends), return_inverse=True)
        blocks = batches.sample(self.A, nodes, self.fanouts, rng)
        if hide:
            blocks = without(blocks, *ends[:2])
        z = self(blocks)
        return z[place.to(z.device)].split([len(x) for x in ends])

    @torch.no_grad()
    def embeddings(
        self, A: Sparse | Tensor | None = None, content: Content | None = None, size: int = 4096
    ) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) with all neighbors, every vector computed once.

        Args:
            A: today's graph: other edges, other items; the users may be others as well. None: the
                graph of the training.
            content: of today's items, from `Content.on`; None: as in training.
            size: nodes at a time.
        """
        content = self.content if content is None else content
        graph = self.A if A is None else checked(A, content)
        x = torch.cat([content(part) for part in torch.arange(len(content)).split(size)])
        steps = [lambda h, block, k=k: self._layer(k, h, block) for k in range(len(self.W))]
        h = batches.layerwise(graph, x, steps, size)
        return h[: content.num_users], h[content.num_users :]

    def _layer(self, k: int, h: Tensor, block: batches.Block) -> Tensor:
        return layer(h, block, self.W[k], activation=k < len(self.W) - 1)


def checked(A: Sparse | Tensor, content: Content) -> Walkable:
    """Return A ready for sampling; raise a sentence if messages go one way only or do not fit."""
    N = arguments.graph("A", A)
    if len(content) != N:
        raise ValueError(
            f"A has {N} nodes, but content is there for {content.num_users} users and "
            f"{content.num_items} items: give both for the same nodes, see content.on"
        )
    is_symmetric(sp.csr_array(A.numpy(force=True) if isinstance(A, Tensor) else A))
    return walkable(A)


def _rows(dense) -> Tensor | None:
    if dense is None:
        return None
    rows = torch.as_tensor(dense, dtype=torch.float32)
    if rows.ndim != 2:
        raise ValueError(f"dense must be (n, f), a row for each item; got {tuple(rows.shape)}")
    _finite("dense", rows.numpy())
    return rows


def _shares(bag) -> sp.csr_array | None:
    """Return the counts of each row divided by their sum; a row without words stays empty."""
    if bag is None:
        return None
    arguments.sparse("bag", bag)
    bag = sp.csr_array(bag, dtype=np.float32)
    _finite("bag", bag.data)
    total = np.asarray(bag.sum(axis=1)).ravel()
    scale = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return sp.csr_array(sp.diags_array(scale) @ bag)


def _finite(name: str, values: np.ndarray) -> None:
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise ValueError(f"{name} has {bad} entries that are NaN or infinite; fill or drop them")
