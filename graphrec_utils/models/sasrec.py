r"""SASRec: a causal transformer over what a user did; every place of a history predicts the next item.

$$ \mathbf h_t = \mathrm{blocks}(\mathbf b, \mathbf q_{i_1} + \mathbf p_1, \dots, \mathbf q_{i_t} + \mathbf p_t),
   \qquad s(i_{t+1} = j) = \langle \mathbf h_t, \mathbf q_j \rangle $$

An item is read and sought with one vector $\mathbf q$. The output 0 has read nothing but the start
$\mathbf b$, so that a new user has a vector, and the first event is a target as well.

    model = sasrec.SASRec(sampling.latest(events, 50), num_items, dim=32)
    sasrec.loss(model, history, "full")                   # every place of (B, L) histories
    sasrec.loss(model, history, "bce", drawn, chosen=recent)   # some places, against drawn items
    model = sasrec.fit(latest, sampling.histories.cut(events, 51), num_items, dim=64)   # all of it

Who is asked with L events is asked at place L. If no row of training has more than L events, that place
never predicts anything in training, so `loss` takes rows of L + 1: the last event is a target alone.

Kang and McAuley 2018, https://arxiv.org/abs/1808.09781; Petrov and Macdonald 2023,
https://arxiv.org/abs/2308.07192 (what one negative does). Built in lesson 15, exercise 15.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, losses, sampling, train
from graphrec_utils.models import transformer
from graphrec_utils.models.scoring import from_embeddings, seeded

KINDS = ("full", "corrected", "bce")


class SASRec(nn.Module):
    """A causal transformer over item ids; see the head of the module.

    Args:
        history: (m, L) int64 items of each user, oldest first, -1 in empty places at the end, as
            `sampling.latest` makes them. Not a parameter: set `model.history` when users go on.
        num_items, dim: n and d.
        blocks, heads, dropout: of the transformer; dropout also on what it reads.
        causal: False lets every place look ahead. That is a leak: for showing what it does.
        scale: what item vectors are multiplied by where they are read. They are sought with the same
            numbers, short ones at the start, and a place's vector of length 1 beside them drowns what was
            done; the authors' code takes the root of d.
        seed: of the start.
        layer: what makes a block, called with d, the heads, dropout and no seed; `hstu.Block` is another.

    Raises:
        TypeError: history is not int64.
        ValueError: history is no (m, L) of known items with empty places at the end, or heads do not
            divide d.
    """

    scores = from_embeddings

    def __init__(
        self,
        history: Tensor,
        num_items: int,
        dim: int,
        blocks: int = 1,
        heads: int = 2,
        dropout: float = 0.2,
        causal: bool = True,
        scale: float = 1.0,
        seed: int = 0,
        layer: Callable[..., nn.Module] = transformer.Block,
    ):
        super().__init__()
        self.num_items, self.causal = arguments.integer("num_items", num_items), causal
        self.scale = scale
        sampling.histories.check(history, num_items)
        self.register_buffer("history", history, persistent=False)
        with seeded(seed):
            self.item = nn.Embedding(num_items, dim)
            self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)
            self.place = nn.Embedding(history.shape[1] + 1, dim)
            for table in (self.item, self.place):
                nn.init.normal_(table.weight, std=dim**-0.5)  # length about 1
            self.blocks = nn.ModuleList(
                layer(dim, heads, dropout=dropout, seed=None) for _ in range(blocks)
            )
            self.norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(dropout)

    def extra_repr(self) -> str:
        return f"causal={self.causal}, scale={self.scale:g}"

    def outputs(self, history: Tensor) -> Tensor:
        """Return (B, L + 1, d) of (B, L): the t-th has read the first t events.

        Outputs behind the last event mean nothing. Raises as the class does.
        """
        sampling.histories.check(history, self.num_items)
        start = self.start.expand(len(history), 1, -1)
        x = torch.cat([start, self.scale * self.item(history.clamp(min=0))], dim=1)
        x = self.dropout(x + self.place.weight[: x.shape[1]])
        empty = None if self.causal else F.pad(history < 0, (1, 0))
        for block in self.blocks:
            x = block(x, causal=self.causal, padding=empty)
        return self.norm(x)

    def users(self, history: Tensor) -> Tensor:
        """Return (B, d), the outputs at the last event; of longer histories the latest L count."""
        sampling.histories.check(history, self.num_items)
        history = sampling.histories.last(history, self.history.shape[1]).to(self.start.device)
        count = (history >= 0).sum(dim=1)  # (B,)
        longest = int(count.max()) if len(count) else 0  # empty places cost as much as others
        h = self.outputs(history[:, : max(1, longest)])
        return h[torch.arange(len(h), device=h.device), count]

    @torch.no_grad()
    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores, without dropout."""
        was, _ = self.training, self.eval()
        users = torch.cat([self.users(part) for part in self.history.split(1024)])
        self.train(was)
        return users, self.item.weight.detach()


def loss(
    model: SASRec,
    history: Tensor,
    kind: str = "full",
    drawn: Tensor | None = None,
    log_q: Tensor | None = None,
    chosen: Tensor | None = None,
) -> Tensor:
    """Return a loss of the next item, the mean over the events of (B, L) histories, or (B, L + 1).

    | kind | an event is compared with |
    |---|---|
    | "full" | all items |
    | "corrected" | the drawn items, corrected by their log Q (`losses.corrected_softmax`) |
    | "bce" | the drawn items, each for itself; one a place if `drawn` is (B, L) |

    Args:
        drawn: (S,) items for all places, or (B, L) one for each: negatives. Where one is the event
            itself it counts nothing.
        log_q: (n,) log Q that they were drawn from, for "corrected".
        chosen: (B, L) bool, which events count; by default all.

    Raises:
        ValueError: kind is unknown, drawn or log_q is missing, or no event is chosen.

    Built in lesson 15, exercise 15.3.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}; got {kind!r}")
    there = history >= 0
    if chosen is not None:
        there = there & chosen
    if not there.any():
        raise ValueError("there is no event to predict in this batch")
    read = history[:, : model.history.shape[1]]  # the (L + 1)-th is a target alone
    h = model.outputs(read)[:, : history.shape[1]][there]  # (P, d)
    items = history[there]  # (P,)
    if kind == "full":
        return losses.full_softmax(h @ model.item.weight.T, items)
    if drawn is None or (kind == "corrected" and log_q is None):
        raise ValueError(f'"{kind}" needs drawn items' + " and log_q" * (kind == "corrected"))
    pos = (h * model.item(items)).sum(dim=1)  # (P,)
    if drawn.ndim == 2:
        others = drawn[there][:, None]  # (P, 1)
        neg, hits = (h[:, None] * model.item(others)).sum(dim=2), others == items[:, None]
    else:
        neg, hits = h @ model.item(drawn).T, sampling.accidental_hits(items, drawn)  # (P, S)
    if kind == "bce":
        return losses.bce(pos, neg.masked_fill(hits, -torch.inf))
    q = log_q.to(neg.dtype)
    return losses.corrected_softmax(pos, neg, q[drawn], q[items], hits)


def fit(
    history: Tensor,
    rows: Tensor,
    num_items: int,
    dim: int,
    epochs: int = 10,
    lr: float = 0.003,
    batch: int = 512,
    negatives: int = 256,
    start: float = 0.2,
    weights: Tensor | None = None,
    evaluate: Callable[[SASRec], float] | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = False,
    device: torch.device | str = "cpu",
    **options,
) -> SASRec:
    """Return a model that has learned each event of the rows from those before it in its row.

    A batch holds rows of about the same length, so that hardly an empty place is computed, and compares
    its events with the same drawn items: half of them drawn as often as they occur, half from all alike,
    corrected as in lesson 11. The rate falls along a cosine. AdamW, decay .01.

    Args:
        history: what is read when the model is asked, see `SASRec`; (m, L).
        rows: (R, L + 1) or fewer columns, -1 in empty places at the end, as `sampling.histories.cut` makes them.
        num_items, dim: n and d.
        epochs: how often each event is learned.
        lr: the rate at the start.
        batch: events of a step, about.
        negatives: drawn items of a step.
        start: how long item vectors are at the start. A short one says nothing until it is learned,
            a long one says something wrong.
        weights: (R, L + 1) how often an event is learned, beside the others; 0 in empty places. Late events may weigh
            more. Rows are drawn then, as many for an epoch as there are, and of each those places that its weights
            draw; what was done before is read all the same.
        evaluate: called with the model after each epoch; should grow.
        patience: end after so many epochs without a better one, and take the best.
        seed: of the start, the order, the draws and dropout.
        progress: show a bar.
        device: where it trains.
        options: of `SASRec`: blocks, heads, dropout, layer; scale is the root of d by default.

    Raises:
        ValueError: see `SASRec`; rows are longer than L + 1 or all empty, or weights have another shape.
    """
    sampling.histories.check(rows, num_items)
    if rows.shape[1] > history.shape[1] + 1:
        raise ValueError(
            f"rows may have {history.shape[1] + 1} columns, one more than a history; got {rows.shape[1]}"
        )
    flat = rows[rows >= 0].numpy()
    if not len(flat):
        raise ValueError("there is no event to learn from: all rows are empty")
    if weights is not None and weights.shape != rows.shape:
        raise ValueError(
            f"weights must be {tuple(rows.shape)}, as rows; got {tuple(weights.shape)}"
        )
    options = {"scale": dim**0.5} | options
    model = SASRec(history, num_items, dim, seed=seed, **options).to(device)
    with torch.no_grad():
        model.item.weight.mul_(start)
    half = negatives // 2
    if weights is None:
        counts = np.bincount(flat, minlength=num_items)
    else:
        heavy = weights[rows >= 0].double().numpy()
        counts, ends = np.bincount(flat, heavy, num_items), np.cumsum(heavy) / heavy.sum()
        # an event is drawn by its row's largest weight, and then by its share of that
        most = weights.max(dim=1, keepdim=True).values
        beside, row_ends = weights / most.clamp(min=1e-30), most[:, 0].double().cumsum(0).numpy()
    log_q = sampling.mixture(sampling.popularity(counts), half, negatives - half).to(device)

    def others(own: np.ndarray, rng: np.random.Generator) -> Tensor:
        drawn = np.append(own, rng.integers(0, num_items, negatives - half))
        return torch.from_numpy(drawn)

    def batches(rng: np.random.Generator):
        if weights is None:
            for part in sampling.histories.batches(rows, batch, rng):
                yield part, others(rng.choice(flat, half), rng)
            return
        at = np.searchsorted(row_ends, row_ends[-1] * rng.random(len(rows)), side="right")
        for part, share in sampling.histories.batches(rows[at], batch, rng, beside[at]):
            own = flat[np.searchsorted(ends, rng.random(half)).clip(max=len(flat) - 1)]
            yield part, others(own, rng), torch.rand(share.shape) < share

    def step(model: SASRec, part: tuple[Tensor, ...]) -> Tensor:
        history, drawn, *chosen = part
        return loss(model, history, "corrected", drawn, log_q, *chosen)

    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    train.fit(
        train.Torch(model, step, optimizer, device), batches, epochs=epochs, seed=seed,
        schedule=train.cosine, progress=progress, patience=patience,
        evaluate=None if evaluate is None else lambda: evaluate(model),
    )  # fmt: skip
    return model
