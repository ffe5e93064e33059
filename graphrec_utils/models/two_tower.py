r"""Two towers: one makes a vector of a user's history, one of an item; their product is the score.

$$ s(u, i) = \langle \mathbf e_u, \mathbf q_i \rangle, \qquad
   \mathbf e_u = \mathrm{user}(\text{history of } u), \quad \mathbf q_i = \mathbf x_i + \mathbf W \mathbf c_i $$

with an id's vector $\mathbf x_i$ and content $\mathbf c_i$, either of which may be missing. The user
tower reads the history through a table of its own. `Mean` adds the mean of what it reads to a start
vector; `Causal` sends it through blocks of attention that look back only. Neither knows who the user
is, so a user of this morning gets a vector this morning, and new items get one if there is content.

With a temperature both vectors get the length 1 and $s = \cos(\mathbf e_u, \mathbf q_i) / \tau$;
1 / τ goes into the user, so that products of the two are the scores, whatever the model.

    model = two_tower.TwoTower(sampling.latest(events, 50), num_items, dim=32)
    users, histories, items = sampling.examples(events, 50)
    two_tower.loss(model, (histories[batch], items[batch], negatives), "sampled")

Covington et al. 2016, https://doi.org/10.1145/2959100.2959190; Yi et al. 2019,
https://doi.org/10.1145/3298689.3346996; Kang and McAuley 2018, https://arxiv.org/abs/1808.09781.
Built in lesson 10, exercise 10.2.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, losses, sampling
from graphrec_utils.models import transformer
from graphrec_utils.models.scoring import from_embeddings, seeded

KINDS = ("bce", "bpr", "sampled", "in-batch", "full")


class Items(nn.Module):
    """A vector for each item: one of its own, one made of content, or their sum.

    Args:
        num_items, dim: n and d.
        content: (n, f) numbers, or None.
        ids: False leaves out the vector of its own.
        seed: of the start; None inside a larger model.

    Raises:
        ValueError: neither ids nor content, rows that do not fit, or content that is not finite.
    """

    def __init__(
        self,
        num_items: int,
        dim: int,
        content: np.ndarray | Tensor | None = None,
        ids: bool = True,
        seed: int | None = 0,
    ):
        super().__init__()
        self.num_items = arguments.integer("num_items", num_items)
        dim = arguments.integer("dim", dim)
        if not ids and content is None:
            raise ValueError("an item tower needs ids, content or both")
        rows = None
        if content is not None:
            rows = torch.as_tensor(content).float()
            if rows.ndim != 2 or len(rows) != num_items or not rows.isfinite().all():
                raise ValueError(
                    f"content must be finite numbers, ({num_items}, f); got {tuple(rows.shape)}"
                )
        self.register_buffer("content", rows, persistent=False)
        with seeded(seed):
            self.own = nn.Embedding(num_items, dim) if ids else None
            if ids:
                nn.init.normal_(self.own.weight, std=dim**-0.5)  # length about 1
            self.reading = None if rows is None else nn.Linear(rows.shape[1], dim)

    def forward(self, items: Tensor | None = None) -> Tensor:
        """Return the vectors of these items, of any shape, (…, d); without items of all n."""
        if items is None:
            device = self.own.weight.device if self.own is not None else self.content.device
            items = torch.arange(self.num_items, device=device)
        out = 0.0 if self.own is None else self.own(items)
        return out if self.reading is None else out + self.reading(self.content[items])


class Mean(nn.Module):
    """The mean of what a history holds, plus a start vector, which is all that a new user has."""

    def __init__(self, dim: int):
        super().__init__()
        self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)

    def forward(self, read: Tensor, there: Tensor) -> Tensor:
        """Return (B, d) of the (B, L, d) read from (B, L) places, of which some are empty."""
        total = (read * there[..., None]).sum(dim=1)
        return self.start + total / there.sum(dim=1, keepdim=True).clamp(min=1)


class Causal(nn.Module):
    """Blocks of causal attention over a start vector and the history; the output at its last event.

    A position is an event's age, 0 for the latest. Empty places come after the last event, and whoever
    only looks back does not see them, so no mask of empty places is needed.

    Args:
        dim, length: d and L.
        blocks, heads: how many.
        dropout: inside the blocks.
    """

    def __init__(
        self, dim: int, length: int, blocks: int = 1, heads: int = 2, dropout: float = 0.1
    ):
        super().__init__()
        self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)
        self.age = nn.Embedding(length + 1, dim)
        nn.init.normal_(self.age.weight, std=dim**-0.5)
        self.blocks = nn.ModuleList(
            transformer.Block(dim, heads, dropout=dropout, seed=None) for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(dim)

    def forward(self, read: Tensor, there: Tensor) -> Tensor:
        """Return (B, d), see `Mean.forward`."""
        count = there.sum(dim=1)  # (B,)
        longest = int(count.max()) if len(count) else 0  # empty places cost as much as others
        start = self.start.expand(len(read), 1, -1)
        x = torch.cat([start, read[:, :longest]], dim=1)  # (B, 1 + L, d)
        age = (count[:, None] - torch.arange(1 + longest, device=count.device)).clamp(min=0)
        h = x + self.age(age)
        for block in self.blocks:
            h = block(h, causal=True)
        return self.norm(h[torch.arange(len(h), device=h.device), count])


class TwoTower(nn.Module):
    r"""The two towers, and what the m users had done when they are asked for.

    Args:
        history: (m, L) int64 items of each user, oldest first, -1 in empty places at the end, as
            `sampling.latest` makes them. Not a parameter: set `model.history` when users go on.
        num_items, dim: n and d.
        user: "mean" or "causal".
        content, ids: see `Items`; the history is read in the same way.
        temperature: τ > 0 of the cosine; None scores by the dot product.
        blocks, heads, dropout: of "causal".
        seed: of the start.

    Raises:
        TypeError: history is not int64.
        ValueError: history is no (m, L) of known items with empty places at the end, `user` is unknown,
            the temperature is not positive, heads do not divide d, or as `Items`.

    Built in lesson 10, exercise 10.2.
    """

    scores = from_embeddings

    def __init__(
        self,
        history: Tensor,
        num_items: int,
        dim: int,
        user: str = "mean",
        content: np.ndarray | Tensor | None = None,
        ids: bool = True,
        temperature: float | None = None,
        blocks: int = 1,
        heads: int = 2,
        dropout: float = 0.1,
        seed: int = 0,
    ):
        super().__init__()
        if user not in ("mean", "causal"):
            raise ValueError(f'user must be "mean" or "causal"; got {user!r}')
        if temperature is not None:
            arguments.positive(temperature=temperature)
        if user == "causal" and dim % heads:
            raise ValueError(f"{heads} heads do not divide dim {dim}")
        self.temperature, self.num_items = temperature, num_items
        sampling.histories.check(history, num_items)
        self.register_buffer("history", history, persistent=False)
        with seeded(seed):
            self.item = Items(num_items, dim, content, ids, seed=None)
            self.past = Items(num_items, dim, content, ids, seed=None)
            length = history.shape[1]
            self.user = Mean(dim) if user == "mean" else Causal(dim, length, blocks, heads, dropout)

    def extra_repr(self) -> str:
        return f"temperature={self.temperature}"

    def users(self, history: Tensor) -> Tensor:
        """Return (B, d) vectors of (B, L') histories; of longer ones the latest L events count.

        Raises as the class does.
        """
        sampling.histories.check(history, self.num_items)
        history = sampling.histories.last(history, self.history.shape[1])
        history = history.to(self.user.start.device)
        there = history >= 0
        out = self.user(self.past(history.clamp(min=0)), there)
        return out if self.temperature is None else F.normalize(out, dim=-1) / self.temperature

    def items(self, items: Tensor | None = None) -> Tensor:
        """Return the vectors of these items, of any shape, (…, d); without items of all n."""
        out = self.item(items)
        return out if self.temperature is None else F.normalize(out, dim=-1)

    @torch.no_grad()
    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores, without dropout."""
        was, _ = self.training, self.eval()
        users = torch.cat([self.users(part) for part in self.history.split(2048)])
        out = users, self.items()
        self.train(was)
        return out


def loss(model: TwoTower, batch: tuple, kind: str) -> Tensor:
    r"""Return one of the lesson's losses on a batch of examples.

    | kind | what an item is compared with |
    |---|---|
    | "bce", "bpr" | S sampled items, each for itself; see `losses.bce`, `losses.bpr` |
    | "sampled" | their sum, times (n - 1) / S: an estimate of what all n - 1 others add up to |
    | "in-batch" | the items of the other rows, the same item masked |
    | "full" | all items |

    Args:
        batch: histories (B, L), items (B,) and, where sampled ones are needed, negatives (S,) shared by
            the rows; a negative that is the row's own item leaves the softmax, and counts 0.
        kind: as above.

    Raises:
        ValueError: kind is unknown, or negatives are missing.
    """
    histories, items, *negatives = batch
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}; got {kind!r}")
    e = model.users(histories)
    if kind == "full":
        return losses.full_softmax(e @ model.items().T, items)
    q = model.items(items)
    if kind == "in-batch":
        return losses.in_batch_softmax(e, q, mask=sampling.accidental_hits(items))
    if not negatives or not len(negatives[0]):
        raise ValueError(f'"{kind}" needs sampled negatives in its batch')
    pos, neg = (e * q).sum(dim=1), e @ model.items(negatives[0]).T
    hits = sampling.accidental_hits(items, negatives[0])
    if kind == "sampled":
        n = neg.new_tensor(model.num_items - 1.0)
        return losses.sampled_softmax(
            pos, neg, -n.log(), num_draws=(~hits).sum(1).clamp(min=1), hits=hits
        )
    if kind == "bpr":
        return losses.bpr(pos, neg.masked_fill(hits, -torch.inf))
    return losses.bce(pos, neg.masked_fill(hits, -torch.inf))


def floor(num_negatives: int, temperature: float = 1.0) -> float:
    r"""Return the smallest loss of a softmax over cosines, $\log(1 + n e^{-2/\tau})$.

    It needs the positive at cosine 1 and all n negatives at -1, which is possible for one user only.
    """
    arguments.positive(temperature=temperature)
    n = arguments.integer("num_negatives", num_negatives)
    return math.log1p(n * math.exp(-2 / temperature))
