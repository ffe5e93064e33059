r"""TIGER: the next item is spelled, code by code, by a transformer that has read the codes of what was done.

$$ \log p(i \mid \text{history}) = \sum_l \log p(c_l(i) \mid \text{history}, c_0(i), \dots, c_{l-1}(i)) $$

Each factor is a softmax over the words of its level, a few hundred of them, instead of one over all items. What has a
probability need not exist: `trie.search` keeps the best prefixes of each level among those of items that do.

    codes = rqvae.distinct(rqvae.fit(content).codes(content))          # (n, D), no two items alike
    model = tiger.fit(latest, sampling.histories.cut(events, 21), codes, dim=64)
    ids = model.ranked(users, top=10, width=50, seen=train.csr())      # (B, 10) lists by a beam of 50
    model.scores(users)                                                # (B, n) log p of every item: a beam of all

One transformer reads everything here, a history and then the item that is spelled. In the paper an encoder reads and a
decoder spells, and a hashed user id stands in front.

Rajput et al. 2023, https://arxiv.org/abs/2305.05065.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from graphrec_utils import arguments, sampling, train
from graphrec_utils.models import transformer
from graphrec_utils.models.scoring import seeded
from graphrec_utils.models.trie import Step, Trie, search

ROOM = 40_000  # prefixes that are asked for at once


class TIGER(nn.Module):
    """A causal transformer over codes; see the head of the module.

    Args:
        history: (m, L) int64 items of each user, oldest first, -1 in empty places at the end. Not a parameter.
        codes: (n, D) int64 codes of all items, new ones among them; no two alike.
        sizes: words of each level; by default as many as are used. A word that no item of training has stays as it
            started.
        dim, blocks, heads, dropout: of the transformer.
        seed: of the start.

    Raises:
        TypeError: history or codes are not int64.
        ValueError: history is no (m, L) of known items with empty places at the end; as `Trie`; heads do not
            divide d.
    """

    def __init__(
        self,
        history: Tensor,
        codes: Tensor,
        sizes: Sequence[int] | None = None,
        dim: int = 64,
        blocks: int = 2,
        heads: int = 2,
        dropout: float = 0.2,
        seed: int = 0,
    ):
        super().__init__()
        self.trie = Trie(codes, sizes)
        self.sizes, self.num_items = self.trie.sizes, len(codes)
        sampling.histories.check(history, self.num_items)
        self.begin = np.cumsum(
            (0, *self.sizes)
        ).tolist()  # of each level's words in the table of all
        first = torch.tensor(self.begin[:-1])
        self.register_buffer("history", history, persistent=False)
        self.register_buffer("first", first, persistent=False)
        self.register_buffer("rows", codes + first, persistent=False)  # (n, D)
        with seeded(seed):
            self.word = nn.Embedding(sum(self.sizes), dim)
            self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)
            self.place = nn.Embedding((history.shape[1] + 1) * len(self.sizes), dim)
            for table in (self.word, self.place):
                nn.init.normal_(table.weight, std=dim**-0.5)  # length about 1
            self.blocks = nn.ModuleList(
                transformer.Block(dim, heads, dropout=dropout, seed=None) for _ in range(blocks)
            )
            self.norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(dropout)

    def spelled(self, history: Tensor) -> Tensor:
        """Return (B, L D), rows of the table of words, code after code; what empty places say means nothing."""
        sampling.histories.check(history, self.num_items)
        return self.rows[history.clamp(min=0)].flatten(1)

    def outputs(self, history: Tensor) -> Tensor:
        """Return (B, L, D, d) of (B, L): [t, l] has read the events before t and the first l codes of event t.

        One event more than the model's histories may be there: as a target alone. Raises as the class does.
        """
        h, _ = self._read(self.spelled(history)[:, :-1])
        return self.norm(h).unflatten(1, (history.shape[1], len(self.sizes)))

    def log_p(self, h: Tensor, level: int) -> Tensor:
        """Return (…, K) log p of each word of a level: the softmax is over these, not over other levels' words."""
        words = self.word.weight[self.begin[level] : self.begin[level + 1]]
        return (h @ words.T).log_softmax(dim=-1)

    def asked(self, history: Tensor) -> Step:
        """Return a `step` for `search`: (B, W, l) prefixes -> (B, W, K) log p of the next code after (B, L) histories.

        A history is read once, and prefixes look at what was kept of it. Without dropout if the model is in
        evaluation mode.
        """
        sampling.histories.check(history, self.num_items)
        history = sampling.histories.last(history, self.history.shape[1]).to(self.start.device)
        depth, count = len(self.sizes), (history >= 0).sum(dim=1)  # (B,)
        longest = int(count.max()) if len(count) else 0
        h, kept = self._read(self.spelled(history[:, : max(1, longest)])[:, : depth * longest])
        end = count * depth  # (B,), the place of the last code
        there = torch.arange(h.shape[1], device=h.device) <= end[:, None]  # (B, T)
        last = h[torch.arange(len(h), device=h.device), end][:, None]  # (B, 1, d)

        def step(prefix: Tensor) -> Tensor:
            level = prefix.shape[2]
            if level == 0:
                return self.log_p(self.norm(last), 0)
            place = end[:, None, None] + 1 + torch.arange(level, device=h.device)  # (B, 1, l)
            x = self.dropout(
                self.word(prefix + self.first[:level]) + self.place(place)
            )  # (B, W, l, d)
            for block, past in zip(self.blocks, kept, strict=True):
                x = _go_on(block, x, past, there)
            return self.log_p(self.norm(x[:, :, -1]), level)

        return step

    @torch.no_grad()
    def scores(self, users: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return (B, n) log p of every item, exactly: a beam as wide as the catalog."""
        out = []
        for items, log_p in self._searched(users, self.num_items):
            out.append(torch.empty_like(log_p).scatter(1, items, log_p))
        return torch.cat(out).numpy(force=True)

    @torch.no_grad()
    def ranked(
        self,
        users: Sequence[int] | np.ndarray,
        top: int,
        width: int,
        seen: sp.csr_matrix | sp.csr_array | None = None,
    ) -> np.ndarray:
        """Return (B, top) items by a beam, best first, -1 where it found fewer; for `metrics.evaluate`.

        Args:
            top: length of the lists.
            width: prefixes that are kept; a narrow beam loses items whose first codes look worse than they are.
            seen: (m, n), items that leave the lists.

        Raises:
            ValueError: width is below top, or larger than the catalog.
        """
        if arguments.integer("top", top) > width:
            raise ValueError(f"a beam of {width} cannot fill lists of {top}")
        found = [items[:, :top] for items, _ in self._searched(users, width, seen)]
        return torch.cat(found).numpy(force=True)

    def _searched(self, users, width: int, seen=None):
        """Yield what `search` finds for some of the users after the others."""
        users = arguments.ids("users", users, len(self.history))
        was, _ = self.training, self.eval()
        size = max(1, ROOM // width)
        for part in np.split(users, range(size, len(users), size)):
            rows = self.history[torch.from_numpy(part).to(self.history.device)]
            known = None if seen is None else torch.from_numpy(seen[part].toarray() > 0)
            known = None if known is None else known.to(rows.device)
            yield search(self.asked(rows), self.trie, width, len(part), known)
        self.train(was)

    def _read(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return (B, T + 1, d) of (B, T) rows of the table, and the keys and values of each block, (B, T + 1, 2 d)."""
        start = self.start.expand(len(tokens), 1, -1)
        x = torch.cat([start, self.word(tokens)], dim=1)
        x, kept = self.dropout(x + self.place.weight[: x.shape[1]]), []
        for block in self.blocks:
            kept.append(block.self_attn.project(block.before(x), queries=False))
            x = block(x, causal=True)
        return x, kept


def _go_on(block: transformer.Block, x: Tensor, past: Tensor, there: Tensor) -> Tensor:
    """Return (B, W, l, d): a block at prefixes, which look at what was read before them, and back in themselves.

    Args:
        x: (B, W, l, d).
        past: (B, T, 2 d) keys and values of what was read.
        there: (B, T) bool, which of them count.
    """
    B, W, level, d = x.shape
    attention, T = block.self_attn, past.shape[1]
    heads = attention.heads
    split = attention.project(block.before(x)).view(B, W, level, 3, heads, d // heads)
    q, k, v = split.permute(3, 0, 4, 1, 2, 5)  # (B, heads, W, l, d / heads) each
    old_k, old_v = past.view(B, T, 2, heads, d // heads).permute(2, 0, 3, 1, 4)  # (B, heads, T, …)
    read = torch.einsum("bhwld,bhtd->bhwlt", q, old_k)
    read = read.masked_fill(~there[:, None, None, None], -torch.inf)
    back = torch.ones(level, level, dtype=torch.bool, device=x.device).tril()
    own = (q @ k.transpose(-2, -1)).masked_fill(~back, -torch.inf)
    weights = (torch.cat([read, own], dim=-1) / math.sqrt(d // heads)).softmax(dim=-1)
    taken = torch.einsum("bhwlt,bhtd->bhwld", weights[..., :T], old_v) + weights[..., T:] @ v
    return block.after(x, attention.out_proj(taken.permute(0, 2, 3, 1, 4).reshape(B, W, level, d)))


def loss(model: TIGER, history: Tensor) -> Tensor:
    """Return the mean of -log p of each event of (B, L) histories, or (B, L + 1): a cross-entropy a level, added up.

    It can be compared with the full softmax of `sasrec.loss`: both are nats an event. But what a level gives to codes
    that no item has goes to nobody, so probabilities of items sum to less than 1. Built in lesson 19, exercise 19.5.

    Raises:
        ValueError: there is no event.
    """
    there = history >= 0
    if not there.any():
        raise ValueError("there is no event to predict in this batch")
    h = model.outputs(history)[there]  # (P, D, d)
    rows = model.rows[history[there]]  # (P, D)
    each = [
        -model.log_p(h[:, level], level).gather(1, rows[:, level, None] - first).mean()
        for level, first in enumerate(model.begin[:-1])
    ]
    return torch.stack(each).sum()


def fit(
    history: Tensor,
    rows: Tensor,
    codes: Tensor,
    sizes: Sequence[int] | None = None,
    dim: int = 64,
    epochs: int = 10,
    lr: float = 0.003,
    batch: int = 512,
    evaluate: Callable[[TIGER], float] | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = False,
    device: torch.device | str = "cpu",
    **options,
) -> TIGER:
    """Return a model that has learned to spell each event of the rows from those before it in its row.

    AdamW with decay .01, a rate that falls along a cosine, batches of rows of about one length, as `sasrec.fit`.

    Args:
        history: what is read when the model is asked; (m, L).
        rows: (R, L + 1) or fewer columns, -1 in empty places at the end, as `sampling.histories.cut` makes them.
        codes, sizes, dim: of `TIGER`.
        epochs: how often each event is learned.
        lr: the rate at the start.
        batch: events of a step, about.
        evaluate: called with the model after each epoch; should grow.
        patience: end after so many epochs without a better one, and take the best.
        seed: of the start, the order and dropout.
        progress: show a bar.
        device: where it trains.
        options: of `TIGER`: blocks, heads, dropout.

    Raises:
        ValueError: see `TIGER`; rows are longer than L + 1 or all empty.
    """
    sampling.histories.check(rows, len(codes))
    if rows.shape[1] > history.shape[1] + 1:
        raise ValueError(
            f"rows may have {history.shape[1] + 1} columns, one more than a history; got {rows.shape[1]}"
        )
    if not (rows >= 0).any():
        raise ValueError("there is no event to learn from: all rows are empty")
    model = TIGER(history, codes, sizes, dim, seed=seed, **options).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    train.fit(
        train.Torch(model, loss, optimizer, device),
        lambda rng: sampling.histories.batches(rows, batch, rng), epochs=epochs, seed=seed,
        schedule=train.cosine, progress=progress, patience=patience,
        evaluate=None if evaluate is None else lambda: evaluate(model),
    )  # fmt: skip
    return model
