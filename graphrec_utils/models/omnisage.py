r"""OmniSage: one encoder that reads a pin's neighbors as a sequence, and three losses that teach it.

A pin hears its nearest nodes of several kinds: pins and boards that walks in the pin-board graph visit most, and
pins of the pin-pin graph, each kind with a quota. One block of attention reads them:

$$ \mathbf z_u = \frac{\mathbf G\,\mathrm{block}\big(\mathbf c + \mathbf h_u;\ \mathbf h_v + \mathbf t_{\kappa(v)} :
   v \in \mathcal N(u)\big)}{\lVert \cdot \rVert} $$

where $\mathbf h$ is made of what a node says, $\mathbf c$ is learned, $\mathbf t$ names the kind of neighbor, and
the vector of a block is the one at its first place. Each loss is a sampled softmax over the same columns, corrected
by log Q; they differ in who asks:

| loss | the query | finds |
|---|---|---|
| entity-entity | the vector of a pin | the pin engaged right after it |
| entity-feature | the raw features of a neighbor, through a network | the pin whose neighbor it is |
| user-entity | what a causal transformer read of a history | the next pin, and a later one |

    near = omnisage.sequences(R, C, quotas=(5, 10, 10))      # (n, 25) neighbors with their kinds
    model = omnisage.OmniSage(near, sage.Content(32, 0, features), 32)
    for batch in omnisage.batches(days, n, 256, 256, rng):
        loss = omnisage.loss(model, batch, {"entity-entity": 1, "entity-feature": 0.3})
    Z, _ = model.embeddings()

Badrinath et al. 2025, https://arxiv.org/abs/2504.17811. Ours is smaller: one width for all, fewer layers around
the block, walks that are drawn where the paper pushes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, losses
from graphrec_utils.models import multibisage, sage, transformer
from graphrec_utils.models.scoring import from_embeddings, seeded
from graphrec_utils.walks.padded import without
from graphrec_utils.walks.sequences import GRAPHS, KINDS, Sequences, sequences

__all__ = [
    "GRAPHS", "KINDS", "LOSSES", "Batch", "Histories", "OmniSage", "Sequences", "ahead", "batches", "loss", "sequences",
]  # fmt: skip
LOSSES = ("entity-entity", "entity-feature", "user-entity")


# ---------------------------------------------------------------- the model
class OmniSage(nn.Module):
    """The encoder, the network of the raw features, and the reader of histories.

    Args:
        near: who is heard by the n pins.
        content: of all N nodes, pins first: `sage.Content(dim, 0, features)`; it is trained, too. A node that says
            nothing has a row of zeros.
        dim: d of everything.
        heads: of the blocks.
        positions: tell each neighbor its place. Without it a block hears a set, whatever the order.
        length: events of a history that are read.
        unit: vectors have length 1, as in the paper.
        offset: (n,) what is added to every score of a pin, in training and after it: the logarithm of how often it
            was engaged, which a vector of length 1 has no way to say. None: nothing.
        seed: of the start.

    Raises:
        TypeError: ids or kinds are not int64.
        ValueError: content and neighbors do not fit, or it is made of sparse words alone.
    """

    scores = from_embeddings

    def __init__(
        self,
        near: Sequences,
        content: sage.Content,
        dim: int = 32,
        heads: int = 2,
        positions: bool = False,
        length: int = 16,
        unit: bool = True,
        offset: np.ndarray | None = None,
        seed: int = 0,
    ):
        super().__init__()
        if len(content.bias) != dim:
            raise ValueError(f"content must have dim {dim}; got {len(content.bias)}")
        if content.dense is None:
            raise ValueError("the raw features must be dense vectors of all nodes")
        self.near, self.content = _fitting(near, content), content
        self.length, self.unit = arguments.integer("length", length), unit
        offset = np.zeros(len(near.ids)) if offset is None else np.asarray(offset, np.float64)
        if offset.shape != (len(near.ids),) or not np.isfinite(offset).all():
            raise ValueError(f"offset must be a finite number for each pin; got {offset.shape}")
        self.register_buffer("offset", torch.from_numpy(offset).float(), persistent=False)
        width = content.dense.shape[1]
        with seeded(seed):
            self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)  # CLS
            self.kind = nn.Embedding(len(KINDS), dim)
            self.place = nn.Embedding(near.ids.shape[1], dim) if positions else None
            self.block = transformer.Block(dim, heads, seed=None)
            self.out = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
            self.asked = nn.Sequential(
                nn.Linear(width, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim)
            )
            self.order = nn.Embedding(length, dim)
            self.reader = transformer.Block(dim, heads, seed=None)
            self.user = nn.Linear(dim, dim)
            for table in (self.kind, self.order, *([self.place] if positions else [])):
                nn.init.normal_(table.weight, std=0.1 * dim**-0.5)

    def extra_repr(self) -> str:
        return f"positions={self.place is not None}, length={self.length}, unit={self.unit}"

    def vectors(
        self,
        nodes: Tensor,
        hidden: tuple[Tensor, Tensor] | None = None,
        day: multibisage.Day | None = None,
    ) -> Tensor:
        """Return z of (B,) pins, (B, d), each of length 1.

        Args:
            nodes: ids.
            hidden: two tensors (P,): pin p of the one does not hear that of the other, nor the reverse.
            day: whose neighbors and content; None, or where it has none: the model's own.
        """
        near = self.near if day is None or day.near is None else day.near
        content = self.content if day is None or day.content is None else day.content
        cpu = nodes.cpu()  # lists of neighbors stay there
        ids = near.ids[cpu]
        if hidden is not None:
            ids = without(ids, cpu, *(x.cpu() for x in hidden))
        return self._heard(nodes, ids, near.kinds[cpu], content)

    def users(self, history: Tensor, z: Tensor) -> Tensor:
        """Return (B, L, d) of length 1: the t-th has read the first t + 1 pins of a history.

        Args:
            history: (B, L) int64 rows of z, oldest first, -1 in empty places at the end; L at most `length`.
            z: (U, d) vectors of pins.
        """
        L = history.shape[1]
        if self.length < L:
            raise ValueError(f"at most {self.length} events can be read; got {L}")
        x = z[history.clamp(min=0)] + self.order.weight[:L]
        return self.directed(self.user(self.reader(x, causal=True)))

    @torch.no_grad()
    def embeddings(
        self,
        near: Sequences | None = None,
        content: sage.Content | None = None,
        temperature: float = 1.0,
        size: int = 1024,
    ) -> tuple[Tensor, Tensor]:
        """Return (n, d + 1) twice, as queries and as what is recommended: z, and 1 or the offset times the temperature.

        Args:
            near, content: today's, which may be of other pins and boards; None: as in training.
            temperature: of the training.
            size: pins at a time.
        """
        content = self.content if content is None else content
        near = self.near if near is None else _fitting(near, content)
        parts = torch.arange(len(near.ids)).split(size)
        z = torch.cat([self._heard(p, near.ids[p], near.kinds[p], content) for p in parts])
        return F.pad(z, (0, 1), value=1.0), torch.cat(
            [z, self.offset[:, None] * temperature], dim=1
        )

    @torch.no_grad()
    def recommending(self, history: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
        """Return user vectors (m, d + 1), all but their last 1 zeros for who has no history, and those of all pins.

        Args:
            history: (m, L) int64 pins, as for `users`.
        """
        _, items = self.embeddings(temperature=temperature)
        z, history = items[:, :-1], history.to(items.device)
        count = (history >= 0).sum(dim=1)
        read = torch.cat([self.users(part, z) for part in history.split(512)])
        last = read[torch.arange(len(read), device=read.device), (count - 1).clamp(min=0)]
        return F.pad(last * (count > 0)[:, None], (0, 1), value=1.0), items

    def _heard(self, nodes: Tensor, ids: Tensor, kinds: Tensor, content: sage.Content) -> Tensor:
        ids, kinds = (x.to(self.start.device) for x in (ids, kinds))
        keys = torch.where(ids < 0, -1, ids * len(KINDS) + kinds)
        others, place = torch.unique(keys, return_inverse=True)
        if len(others) and others[0] < 0:  # -1 is the smallest
            others, place = others[1:], place - 1
        table = content(others // len(KINDS)) + self.kind(others % len(KINDS))
        own, place = self.start + content(nodes), place.view(ids.shape)
        if self.place is None:
            heard, _ = multibisage.first(self.block, own, table, place)
        else:
            x = (
                F.embedding(place.clamp(min=0), table)
                if len(table)
                else own.new_zeros(*ids.shape, len(self.start))
            )
            x = torch.cat([own[:, None], x + self.place.weight], dim=1)
            heard = self.block(x, padding=F.pad(ids < 0, (1, 0)))[:, 0]
        return self.directed(self.out(heard))

    def directed(self, x: Tensor) -> Tensor:
        """Return vectors of length 1 if that is what this model has, else as they are."""
        return F.normalize(x, dim=-1) if self.unit else x


def _fitting(near: Sequences, content: sage.Content) -> Sequences:
    ids, kinds = near
    arguments.tensor("ids", ids, torch.int64)
    arguments.tensor("kinds", kinds, torch.int64)
    if ids.ndim != 2 or ids.shape != kinds.shape or len(ids) > len(content) or content.num_users:
        raise ValueError(
            f"ids and kinds must be (n, T), and content of all nodes, pins first; got {tuple(ids.shape)}, "
            f"{tuple(kinds.shape)} and {len(content)} nodes"
        )
    if ids.numel() and (ids.min() < -1 or ids.max() >= len(content)):
        raise ValueError(f"neighbors must be nodes from 0 to {len(content) - 1}, or -1 for none")
    return near


# ---------------------------------------------------------------- what it learns from
class Batch(NamedTuple):
    """Pairs with mixed negatives, and what the other two losses ask.

    Attributes:
        queries, items: (B,) pins.
        shared: (S,) uniform negatives.
        log_q: (B + S,) log of the mixture, of items and shared.
        day: whose graphs.
        asks: (B,) a neighbor of each item, or itself where it has none: its raw features ask for the item.
        history: (H, L) pins, -1 in empty places at the end.
        ahead: (H, L, 2) the next pin after each place and a random later one; -1 where nothing is asked.
    """

    queries: Tensor
    items: Tensor
    shared: Tensor
    log_q: Tensor
    day: multibisage.Day
    asks: Tensor
    history: Tensor
    ahead: Tensor


class Histories(NamedTuple):
    """Histories of a day: pins (m, L), -1 in empty places at the end, and which lie after its morning, (m, L)."""

    pins: np.ndarray
    new: np.ndarray


def ahead(pins: np.ndarray, new: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what each place of histories has to find, (H, L, 2): the next pin, and a random later one.

    Args:
        pins: (H, L), -1 in empty places at the end.
        new: (H, L) bool; only what came after the morning may be sought.

    Returns:
        -1 for both where the next pin is not there or not new.
    """
    H, L = pins.shape
    count = (pins >= 0).sum(axis=1, keepdims=True)
    t = np.arange(L)
    later = t + 1 + rng.integers(0, np.maximum(count - t - 1, 1))
    both = np.stack([np.broadcast_to(t + 1, (H, L)), later], axis=2)
    both = np.minimum(both, L - 1)
    row = np.arange(H)[:, None, None]
    there = (t + 1 < count) & new[row[:, :, 0], both[:, :, 0]]
    return np.where(there[..., None], pins[row, both], -1)


def batches(
    days: Sequence[multibisage.Day],
    num_pins: int,
    size: int,
    num_shared: int,
    rng: np.random.Generator,
    count: int | None = None,
    histories: Sequence[Histories] | None = None,
    num_users: int = 32,
) -> Iterator[Batch]:
    """Yield batches of pairs, as `multibisage.batches`, with questions of features and of users.

    Args:
        days: each with neighbors.
        histories: one for each day, of whom `num_users` are drawn for a batch; None: nobody's.
    """
    number = {id(day): k for k, day in enumerate(days)}
    for q, i, shared, log_q, day in multibisage.batches(
        days, num_pins, size, num_shared, rng, count
    ):
        ids = day.near.ids[i]
        draw = torch.from_numpy(rng.random(ids.shape)).masked_fill(ids < 0, -1.0)
        asks = ids.gather(1, draw.argmax(dim=1, keepdim=True))[:, 0] if ids.shape[1] else i
        asks = torch.where(asks < 0, i, asks)
        pins, targets = np.full((0, 1), -1), np.full((0, 1, 2), -1)
        if histories is not None:
            known = histories[number[id(day)]]
            who = rng.permutation(len(known.pins))[:num_users]
            pins, targets = known.pins[who], ahead(known.pins[who], known.new[who], rng)
        yield Batch(
            q, i, shared, log_q, day, asks, torch.from_numpy(pins), torch.from_numpy(targets)
        )


def loss(
    model: OmniSage,
    batch: Batch,
    weights: Mapping[str, float],
    temperature: float = 0.1,
    hide: bool = False,
) -> Tensor:
    """Return the weighted sum of the means of the losses; a loss without a question in this batch adds nothing.

    Args:
        weights: of LOSSES; those that are missing are not computed.
        temperature: scores are cosines over it.
        hide: the two pins of a pair do not hear each other; needless where graphs are older than pairs.

    Raises:
        ValueError: no loss, or an unknown one.

    Built in lesson 16, exercises 16.3, 16.4 and 16.5.
    """
    if not weights or set(weights) - set(LOSSES):
        raise ValueError(f"weigh one or more of {LOSSES}; got {tuple(weights)}")
    day, device = batch.day, model.start.device
    q, i, shared, log_q, asks, history, future = (
        x.to(device) for x in batch if isinstance(x, Tensor)
    )
    parts = [q, i, shared, history[history >= 0], future[future >= 0]]
    if "user-entity" not in weights:
        parts = parts[:3]
    nodes, place = torch.unique(torch.cat(parts), return_inverse=True)
    z = model.vectors(nodes, (q, i) if hide else None, day)
    scale = temperature**-0.5  # on both sides of a product
    z_q, z_i, z_s = (z[x] * scale for x in place[: len(q) + len(i) + len(shared)].split(
        [len(q), len(i), len(shared)]))  # fmt: skip
    columns, of = torch.cat([i, shared]), torch.cat([z_i, z_s])
    total = z.new_zeros(())
    same, more = columns == i[:, None], model.offset
    extra = more[columns]  # each column's own
    if w := weights.get("entity-entity"):
        hits = same | (columns == q[:, None])
        total = total + w * losses.sampled_softmax(
            (z_q * z_i).sum(dim=1) + more[i],
            z_q @ of.T + extra,
            log_q,
            num_draws=len(log_q),
            hits=hits,
        )
    if w := weights.get("entity-feature"):
        content = model.content if day.content is None else day.content
        asked = model.directed(model.asked(content.numbers(asks))) * scale
        total = total + w * losses.sampled_softmax(
            (asked * z_i).sum(dim=1) + more[i],
            asked @ of.T + extra,
            log_q,
            num_draws=len(log_q),
            hits=same,
        )
    if (w := weights.get("user-entity")) and (future >= 0).any():
        rows = torch.full_like(history, -1)
        rows[history >= 0] = torch.searchsorted(nodes, history[history >= 0])
        read = model.users(rows, z)[:, :, None].expand(*future.shape, -1)[future >= 0] * scale
        sought = future[future >= 0]
        own = z[torch.searchsorted(nodes, sought)] * scale
        total = total + w * losses.sampled_softmax(
            (read * own).sum(dim=1) + more[sought],
            read @ of.T + extra,
            log_q,
            num_draws=len(log_q),
            hits=columns == sought[:, None],
        )
    return total
