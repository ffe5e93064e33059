r"""MultiBiSage: neighbors from several bipartite graphs, heard in two levels.

Each of G graphs gives pin u a list of neighbors $\mathcal N_g(u)$. A first block of attention looks from u
at its neighbors in one graph, a second one from u at the G results; each graph has a block of its own:

$$ \mathbf z_{u,g} = \mathrm{block}_g\big(\mathbf h_u;\ \mathbf h_v : v \in \mathcal N_g(u)\big), \qquad
   \mathbf z_u = \mathrm{block}\big(\mathbf c + \mathbf h_u;\ \mathbf z_{u,g} : \mathcal N_g(u) \ne \emptyset\big) $$

where $\mathbf h$ is made of what a pin says, $\mathbf c$ is learned, and the vector of a block is the one
at its first place. Both levels are one function, `first`. Simpler ways to listen, for comparison:

| how | a graph's vector | the graphs together |
|---|---|---|
| "mean" | mean of the neighbors | $\mathrm{ReLU}(\mathbf W_0 \mathbf h_u + \sum_g \mathbf W_g \mathbf m_g)$, R-GCN |
| "attention" | attention of GAT | attention of HAN, for each pin its own |
| "concat" | a block of attention | one after the other, through a linear layer |
| "transformer" | a block of attention | a block of attention |

    near = multibisage.neighborhoods({"board-pin": R, "user-ad": R_ads}, top=10)     # once
    model = multibisage.MultiBiSage(near, sage.Content(64, 0, images), 64)
    for batch in multibisage.batches([multibisage.Day(pairs)], n, 256, 256, rng):
        loss = multibisage.loss(model, batch)
    Z, _ = model.embeddings()

A graph of all days holds the pairs that are to be predicted. A `Day` with neighbors of its own keeps them
out: it is what was known in the morning, and the pairs that came after it.

Gurukar et al. 2022, https://arxiv.org/abs/2205.10666; Schlichtkrull et al. 2018,
https://arxiv.org/abs/1703.06103; Wang et al. 2019, https://arxiv.org/abs/1903.07293.
Built in lesson 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, losses, sampling
from graphrec_utils.models import sage, transformer
from graphrec_utils.models.scoring import from_embeddings, seeded
from graphrec_utils.walks.padded import Neighborhoods, neighborhoods, pad, without

__all__ = [
    "Attention", "Batch", "Blocks", "Day", "Means", "MultiBiSage", "Neighborhoods", "attention_mass", "batches",
    "first", "loss", "means", "neighborhoods", "pad", "without",
]  # fmt: skip
HOW = ("mean", "attention", "concat", "transformer")


# ---------------------------------------------------------------- the ways to listen
def means(table: Tensor, places: Tensor) -> Tensor:
    """Return the mean of each set of rows of a table, (…, d); an empty set is 0.

    Args:
        table: (U, d).
        places: (…, T) rows of it, -1 in empty places.

    Built in lesson 14, exercise 14.2.
    """
    there = places >= 0
    count = there.sum(dim=-1).reshape(-1)
    begin = F.pad(count.cumsum(0)[:-1], (1, 0))
    bags = F.embedding_bag(places[there], table, begin, mode="mean")
    return bags.reshape(*places.shape[:-1], table.shape[1])


def first(
    block: transformer.Block, own: Tensor, table: Tensor, places: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what a block of attention says at its first place, and how that place looks at all.

    The block sees a set of 1 + T vectors, the own one first. Whoever reads the first place only needs one
    query for each set, and a key and a value for each vector once, in however many sets it is.

    Args:
        block: without dropout; equal to `block(sets, padding=…)[:, 0]`.
        own: (B, d).
        table: (U, d) vectors of all others.
        places: (B, T) rows of the table, -1 in empty places.

    Returns:
        (B, d), and weights (B, heads, 1 + T) that sum to 1 over the own vector and the others; with all
        places empty the own vector is heard alone.

    Built in lesson 14, exercise 14.4.
    """
    attention, (B, d) = block.self_attn, own.shape
    q, k, v = attention.project(block.before(own)).split(d, dim=1)
    others = attention.project(block.before(table), queries=False)  # (U, 2 d)
    empty = places < 0
    others = _rows(others, places)  # (B, T, 2 d)
    shape = (B, -1, attention.heads, d // attention.heads)
    keys = torch.cat([k[:, None], others[..., :d]], dim=1).view(shape).transpose(1, 2)
    values = torch.cat([v[:, None], others[..., d:]], dim=1).view(shape).transpose(1, 2)
    allow = F.pad(~empty, (1, 0), value=True)[:, None, None]  # (B, 1, 1, 1 + T)
    queries = q.view(shape).transpose(1, 2)  # (B, heads, 1, d / heads)
    looks = attention.weigh(queries, keys, allow)
    taken = attention.out_proj((looks @ values).transpose(1, 2).reshape(B, d))
    return block.after(own, taken), looks[:, :, 0]


def _rows(table: Tensor, places: Tensor) -> Tensor:
    """Return the rows at these places, (…, d); what stands in empty ones means nothing."""
    if not len(table):
        return table.new_zeros(*places.shape, table.shape[1])
    return F.embedding(places.clamp(min=0), table)  # adds gradients up faster than indexing does


class Means(nn.Module):
    """R-GCN: a matrix for each relation, the mean of its neighbors, a sum and a ReLU."""

    def __init__(self, dim: int, num_graphs: int, heads: int):
        super().__init__()
        self.own = nn.Linear(dim, dim)
        self.heard = nn.Linear(num_graphs * dim, dim, bias=False)  # the G matrices side by side

    def forward(self, own: Tensor, table: Tensor, places: Tensor) -> tuple[Tensor, None]:
        return F.relu(self.own(own) + self.heard(means(table, places).flatten(1))), None


class Attention(nn.Module):
    """HAN: GAT's attention among neighbors, then attention among graphs; whoever is missing is not heard.

    HAN weighs the graphs alike for all nodes; here each pin has weights of its own.
    """

    def __init__(self, dim: int, num_graphs: int, heads: int):
        super().__init__()
        self.own = nn.Linear(dim, dim)
        self.W = nn.ModuleList(nn.Linear(dim, dim, bias=False) for _ in range(num_graphs))
        self.a = nn.Parameter(torch.randn(num_graphs, 2, dim) * dim**-0.5)
        self.ask, self.q = nn.Linear(dim, dim), nn.Linear(dim, 1, bias=False)

    def forward(self, own: Tensor, table: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        heard = []
        for g, W in enumerate(self.W):
            Wh, there = W(table), places[:, g] >= 0
            told = _rows(Wh, places[:, g])  # (B, T, d)
            mine, theirs = (W(own) @ self.a[g, 0])[:, None], told @ self.a[g, 1]
            logits = F.leaky_relu(mine + theirs, 0.2)
            heard.append(_weigh(logits, there)[:, None] @ told)
        z = F.elu(torch.cat(heard, dim=1))  # (B, G, d)
        there = (places >= 0).any(dim=2)
        beta = _weigh(self.q(torch.tanh(self.ask(z))).squeeze(2), there)  # (B, G)
        return F.relu(self.own(own) + (beta[:, None] @ z)[:, 0]), beta


def _weigh(logits: Tensor, there: Tensor) -> Tensor:
    """Return a softmax over the places that are there, zeros where none is."""
    logits = logits.masked_fill(~there, torch.finfo(logits.dtype).min)
    return logits.softmax(dim=-1).masked_fill(~there, 0.0)


class Blocks(nn.Module):
    """A block for each graph; their first places side by side through a linear layer, or a block more."""

    def __init__(self, dim: int, num_graphs: int, heads: int, concat: bool = False):
        super().__init__()
        self.graphs = nn.ModuleList(
            transformer.Block(dim, heads, seed=None) for _ in range(num_graphs)
        )
        if concat:
            self.side_by_side = nn.Linear((1 + num_graphs) * dim, dim)
        else:
            self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)  # CLS
            self.together = transformer.Block(dim, heads, seed=None)
        self.concat = concat

    def forward(self, own: Tensor, table: Tensor, places: Tensor) -> tuple[Tensor, Tensor | None]:
        each = [first(b, own, table, places[:, g])[0] for g, b in enumerate(self.graphs)]
        z = torch.stack(each, dim=1)  # (B, G, d)
        there = (places >= 0).any(dim=2)
        if self.concat:
            z = z.masked_fill(~there[..., None], 0.0)
            return F.relu(self.side_by_side(torch.cat([own, z.flatten(1)], dim=1))), None
        place = (
            torch.arange(z[..., 0].numel(), device=z.device)
            .view(there.shape)
            .masked_fill(~there, -1)
        )
        out, looks = first(self.together, self.start + own, z.flatten(0, 1), place)
        return out, looks.mean(dim=1)  # over heads: (B, 1 + G)


KINDS = {
    "mean": Means,
    "attention": Attention,
    "concat": partial(Blocks, concat=True),
    "transformer": Blocks,
}


# ---------------------------------------------------------------- the model
class MultiBiSage(nn.Module):
    """What a pin says, what it hears in G graphs, and two dense layers as in PinSage.

    Args:
        near: who is heard.
        content: of the n pins, without users: `sage.Content(dim, 0, …)`; it is trained, too.
        dim: d of all layers, content's as well.
        how: one of HOW.
        heads: of the blocks.
        seed: of the start.

    Raises:
        ValueError: `how` is unknown, content and neighbors are of different pins, or a neighbor is none.
    """

    scores = from_embeddings

    def __init__(
        self,
        near: Neighborhoods,
        content: sage.Content,
        dim: int = 64,
        how: str = "transformer",
        heads: int = 2,
        seed: int = 0,
    ):
        super().__init__()
        if how not in HOW:
            raise ValueError(f"how must be one of {', '.join(HOW)}; got {how!r}")
        if len(content.bias) != dim:
            raise ValueError(f"content must have dim {dim}; got {len(content.bias)}")
        self.near, self.content, self.how = self._fitting(near, content, near.names), content, how
        with seeded(seed):
            self.listen = KINDS[how](dim, len(near.names), heads)
            self.G1, self.G2 = nn.Linear(dim, dim), nn.Linear(dim, dim, bias=False)

    def extra_repr(self) -> str:
        return f"how={self.how}, graphs={self.near.names}"

    def vectors(
        self, nodes: Tensor, hidden: tuple[Tensor, Tensor] | None = None, day: Day | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Return z of (B,) pins, (B, d), and how much each looks at the graphs.

        Args:
            nodes: ids.
            hidden: two tensors (P,): pin p of the one does not hear that of the other, nor the reverse.
            day: whose neighbors and content; None, or where it has none: the model's own.

        Returns:
            z, and weights: (B, G) of "attention", (B, 1 + G) of "transformer", the pin itself first;
            0 where a pin has no neighbor in a graph. None for the other two.
        """
        near = self.near if day is None or day.near is None else day.near
        content = self.content if day is None or day.content is None else day.content
        ids = near.ids[nodes.cpu()]  # lists of neighbors stay there
        if hidden is not None:
            ids = without(ids, *(x.cpu() for x in (nodes, *hidden)))
        return self._heard(nodes, ids, content)

    def compared(self, batch: Batch, hide: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """Return the scores of the pairs, (B,), of all columns, (B, B + S), and where a column is a hit.

        Args:
            batch: as `batches` yields them.
            hide: the two pins of a pair do not hear each other. Needless where the day's graphs are older
                than its pairs.
        """
        q, i, shared = (x.to(self.G2.weight.device) for x in batch[:3])
        nodes, place = torch.unique(torch.cat([q, i, shared]), return_inverse=True)
        z = self.vectors(nodes, (q, i) if hide else None, batch.day)[0][place]
        z_q, z_i, z_s = z.split([len(q), len(i), len(shared)])
        columns = torch.cat([i, shared])
        hits = (columns == i[:, None]) | (columns == q[:, None])
        return (z_q * z_i).sum(dim=1), z_q @ torch.cat([z_i, z_s]).T, hits

    @torch.no_grad()
    def embeddings(
        self,
        near: Neighborhoods | None = None,
        content: sage.Content | None = None,
        size: int = 1024,
    ) -> tuple[Tensor, Tensor]:
        """Return z of all pins, (n, d), twice: queries and what is recommended are the same pins.

        Args:
            near, content: today's, which may be of other pins, and lack some of the graphs (nobody has
                a neighbor there, then); None: as in training.
            size: pins at a time.
        """
        content = self.content if content is None else content
        ids = self.near if near is None else self._fitting(near, content, self.near.names)
        parts = torch.arange(len(content)).split(size)
        z = torch.cat([self._heard(part, ids.ids[part], content)[0] for part in parts])
        return z, z

    def _heard(self, nodes, ids, content) -> tuple[Tensor, Tensor | None]:
        ids = ids.to(self.G2.weight.device)
        others, place = torch.unique(ids, return_inverse=True)
        if len(others) and others[0] < 0:  # -1 is the smallest
            others, place = others[1:], place - 1
        own, table = content(nodes), content(others)
        z, looks = self.listen(own, table, place.view(ids.shape))
        return F.linear(F.relu(self.G1(z)), self.G2.weight), looks

    @staticmethod
    def _fitting(near: Neighborhoods, content: sage.Content, names) -> Neighborhoods:
        """Return the neighborhoods in the order of the names, empty where a graph is missing."""
        ids = near.ids
        arguments.tensor("ids", ids, torch.int64)
        if ids.ndim != 3 or ids.shape[1] != len(near.names) or not near.names:
            raise ValueError(f"ids must be (n, {len(near.names)}, T); got {tuple(ids.shape)}")
        n = len(content)
        if len(ids) != n or content.num_users:
            raise ValueError(f"{len(ids)} pins have neighbors, but {n} have content")
        if ids.numel() and (ids.min() < -1 or ids.max() >= n):
            raise ValueError(f"neighbors must be pins from 0 to {n - 1}, or -1 for none")
        if unknown := set(near.names) - set(names):
            raise ValueError(f"the model was not made for the graphs {sorted(unknown)}")
        empty = torch.full((n, 1, ids.shape[2]), -1)
        parts = [near.only([x]).ids if x in near.names else empty for x in names]
        return Neighborhoods(tuple(names), torch.cat(parts, dim=1))


def attention_mass(looks: Tensor, there: Tensor) -> Tensor:
    """Return how much is looked at each graph by the pins that have a neighbor there, (G,).

    Attention is not importance: what a graph is worth is what is lost without it.

    Args:
        looks: (n, 1 + G) weights, the pin itself first, as `MultiBiSage.vectors` returns them.
        there: (n, G) bool, True where a pin has a neighbor.

    Returns:
        0 for a graph in which nobody has one.

    Built in lesson 14, exercise 14.6.
    """
    looks = looks[:, 1:].masked_fill(~there, 0.0)
    return looks.sum(dim=0) / there.sum(dim=0).clamp(min=1)


# ---------------------------------------------------------------- what it learns from
class Day(NamedTuple):
    """What was known one morning, and what people did next.

    Attributes:
        pairs: (P, 2) a query pin, and the pin that somebody engaged with right after it.
        near, content: of that morning, the same graphs and columns as the model's; None: the model's own.
    """

    pairs: np.ndarray
    near: Neighborhoods | None = None
    content: sage.Content | None = None


class Batch(NamedTuple):
    """Queries (B,), items (B,), S uniform negatives, log Q* of the B + S columns, and their day."""

    queries: Tensor
    items: Tensor
    shared: Tensor
    log_q: Tensor
    day: Day


def batches(
    days: Sequence[Day],
    num_pins: int,
    size: int,
    num_shared: int,
    rng: np.random.Generator,
    count: int | None = None,
) -> Iterator[Batch]:
    """Yield batches of pairs with mixed negatives, each of one day, the days in a random order.

    A row's negatives are the items of the other rows, and `num_shared` pins drawn uniformly.

    Args:
        days: each with one pair at least.
        num_pins: n.
        size: B, pairs per batch; the last of a day is smaller.
        num_shared: S, at least 1.
        rng: of order and negatives.
        count: stop after so many; None: when the pairs are used up.

    Yang et al. 2020, https://doi.org/10.1145/3366424.3386195.
    """
    arguments.integer("num_shared", num_shared)
    pairs = [arguments.ids("pairs", np.asarray(d.pairs).ravel(), num_pins) for d in days]
    pairs = [x.reshape(-1, 2) for x in pairs]
    items = np.concatenate([x[:, 1] for x in pairs])
    log_q = sampling.popularity(np.bincount(items, minlength=num_pins))
    parts = [
        (day, x[part])
        for day, x in zip(days, pairs, strict=True)
        for part in np.split(rng.permutation(len(x)), range(size, len(x), size))
    ]
    for k in rng.permutation(len(parts))[:count]:
        day, part = parts[k]
        q, i = (torch.from_numpy(x) for x in part.T.copy())
        shared = torch.from_numpy(rng.integers(num_pins, size=num_shared))
        mixed = sampling.mixture(log_q, len(q), num_shared)
        yield Batch(q, i, shared, mixed[torch.cat([i, shared])].float(), day)


def loss(model: MultiBiSage, batch: Batch, temperature: float = 1.0, hide: bool = False) -> Tensor:
    r"""Return the softmax over mixed negatives, each minus $\log(n\,Q^*)$; see `losses.sampled_softmax`."""
    pos, neg, hits = model.compared(batch, hide)
    return losses.sampled_softmax(
        pos / temperature,
        neg / temperature,
        batch.log_q.to(neg),
        num_draws=len(batch.log_q),
        hits=hits,
    )
