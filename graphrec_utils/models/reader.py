r"""A ranker that reads: vectors of users and pins, a cross layer, and the candidate that asks the history.

$$ a_j = \mathbf w^\top \mathrm{ReLU}\big(\mathbf W\,[\,\mathbf h_j,\ \mathbf c,\ \mathbf h_j \odot \mathbf c,\
   \mathbf h_j - \mathbf c\,] + \mathbf b\big), \qquad \text{heard}(\mathbf c) = \sum_j a_j\, \mathbf h_j $$

The weights of a history do not sum to 1: how much somebody wanted is kept. What was heard stands beside
the columns of `ranker.Ranker`, the vectors of the candidate and of the user, and goes through cross layers

$$ \mathbf x_{l+1} = \mathbf x_0 \odot (\mathbf W_l\, \mathbf x_l + \mathbf b_l) + \mathbf x_l $$

and one hidden layer. A pin's vector is what its content says. With `ids` one of its own joins it, which is 0 for
pins that training has not met, and for a quarter of all pins in every batch: so a new pin is nothing unheard of.

    log = sampling.Log(...)                                  # what people liked, with times
    rows = reader.read(log, x, users, pins, times, length=50)
    model = reader.Reader(x.shape[1], content, num_users, history="asks").fit(rows, y)
    model.probabilities(new_rows)

Zhou et al. 2018 (DIN), https://arxiv.org/abs/1706.06978; Wang et al. 2021 (DCN-v2),
https://arxiv.org/abs/2008.13535. Built in lesson 17, exercise 17.8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, train
from graphrec_utils.models.scoring import seeded
from graphrec_utils.sampling import Log

HISTORIES = ("none", "mean", "alone", "asks", "softmax")
_AGES = 18  # ages by doubling minutes: 2^17 of them are 91 days
_FORGET = 0.25  # share of ids that a batch does without


class Rows(NamedTuple):
    """What is asked, and what the users had done before: a row for each candidate.

    `x` (B, F) columns, `users` and `pins` (B,) ids; `history` (B, L) pins, -1 in empty places, `actions` (B, L)
    what was done with each, `minutes` (B, L) how long ago.
    """

    x: np.ndarray
    users: np.ndarray
    pins: np.ndarray
    history: np.ndarray
    actions: np.ndarray
    minutes: np.ndarray


def read(
    log: Log, x: np.ndarray, users: np.ndarray, pins: np.ndarray, times: np.ndarray, length: int
) -> Rows:
    """Return the rows with the latest events of each user, strictly before the row's own time.

    Events of the candidate itself are left out: who has liked a pin before would tell that it is liked.

    Args:
        log: what users did; all of it may be read that is older than a row.
        x: (B, F) columns.
        users, pins, times: (B,) who was shown what, and when, in seconds.
        length: L, how many events at most.
    """
    arguments.integer("length", length)
    items, actions, when = log.read(log.before(users, np.asarray(times) - 1, length))
    there = (items >= 0) & (items != np.asarray(pins)[:, None])
    minutes = np.where(there, (np.asarray(times)[:, None] - when) / 60, 0)
    history, actions = (np.where(there, part, -1) for part in (items, actions))
    return Rows(np.asarray(x), np.asarray(users), np.asarray(pins), history, actions, minutes)


def weights(candidates: Tensor, history: Tensor, W: Tensor, b: Tensor, w: Tensor) -> Tensor:
    """Return the weight of every event for every candidate, (B, C, L); empty places have one as well.

    W is cut into the blocks that read h, c, their product and their difference. All that a candidate says is then one
    matrix for the events, and the (B, C, L, 4d) numbers that the formula reads are never written down.

    Args:
        candidates, history: (B, C, d) and (B, L, d).
        W, b, w: (H, 4d), (H,) and (H,) of the small network.
    """
    of_h, of_c, of_product, of_difference = W.chunk(4, dim=1)  # (H, d) each
    asks = of_h + of_difference + of_product * candidates[:, :, None]  # (B, C, H, d)
    alone = F.linear(candidates, of_c - of_difference, b)  # (B, C, H)
    hidden = (asks @ history[:, None].transpose(2, 3) + alone[..., None]).relu()  # (B, C, H, L)
    return torch.einsum("bchl,h->bcl", hidden, w)


def ask_history(
    candidates: Tensor, history: Tensor, there: Tensor, W: Tensor, b: Tensor, w: Tensor
) -> Tensor:
    """Return what each candidate hears of its user's history, (B, C, d); zeros if nothing has happened.

    Args:
        candidates: (B, C, d).
        history: (B, L, d) events; what stands in empty places is any number.
        there: (B, L) bool, True where an event is.
        W, b, w: (H, 4d), (H,) and (H,), see `weights`.

    Built in lesson 17, exercise 17.8.
    """
    return weights(candidates, history, W, b, w).masked_fill(~there[:, None], 0.0) @ history


class Reader(nn.Module):
    """A ranker with vectors, and a history that can be asked.

    Args:
        features: F, columns of a row; standardized by their training rows.
        content: (n, f) what each pin shows, finite. A vector begins as the first d of the f columns, so let the
            principal components stand there.
        num_users: m.
        dim: d of all vectors.
        history: "none" reads no events; "mean" takes their mean; "alone" gives each a weight without looking at the
            candidate; "asks" is the formula above; "softmax" makes its weights sum to 1.
        cross: how many cross layers.
        ids: pins and users have vectors of their own.
        hidden: size of the hidden layer, and half of it for the network of the weights.
        targets: T.
        actions: how many kinds of events there are.
        seed: of the start and of the order of the rows.

    Raises:
        TypeError, ValueError: a size is not possible, the history unknown, or content is not finite.
    """

    def __init__(
        self,
        features: int,
        content: np.ndarray,
        num_users: int,
        dim: int = 16,
        history: str = "asks",
        cross: int = 0,
        ids: bool = False,
        hidden: int = 32,
        targets: int = 1,
        actions: int = 1,
        seed: int = 0,
    ):
        super().__init__()
        if history not in HISTORIES:
            raise ValueError(f"history must be one of {HISTORIES}; got {history!r}")
        rows = torch.as_tensor(np.asarray(content, dtype=np.float32))
        if rows.ndim != 2 or 0 in rows.shape or not rows.isfinite().all():
            raise ValueError(f"content must be finite, (n, f); got {tuple(rows.shape)}")
        sizes = {"features": features, "num_users": num_users, "dim": dim, "hidden": hidden, "targets": targets,
                 "actions": actions}  # fmt: skip
        for name, size in sizes.items():
            arguments.integer(name, size)
        self.history, self.ids = history, ids
        self.seed = arguments.integer("seed", seed, least=0)
        self.num_users, n = num_users, len(rows)
        width = features + dim * (1 + ids + 2 * (history != "none"))
        with seeded(seed):
            self.says = nn.Linear(rows.shape[1], dim)
            nn.init.eye_(self.says.weight)
            nn.init.zeros_(self.says.bias)
            self.pin, self.user = nn.Embedding(n, dim), nn.Embedding(num_users, dim)
            self.action, self.age = nn.Embedding(actions, dim), nn.Embedding(_AGES, dim)
            for table in (self.pin, self.user, self.action, self.age):
                nn.init.normal_(table.weight, std=0.05)
            self.asking = nn.Linear(4 * dim, hidden // 2)
            self.weight = nn.Parameter(torch.randn(hidden // 2) * 0.1)
            self.cross = nn.ModuleList(nn.Linear(width, width) for _ in range(cross))
            self.inner, self.heads = nn.Linear(width, hidden), nn.Linear(hidden, targets)
        self.register_buffer("content", rows, persistent=False)
        self.register_buffer("met_pins", torch.ones(n, 1))
        self.register_buffer("met_users", torch.ones(num_users, 1))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))

    def extra_repr(self) -> str:
        return f"history={self.history}, ids={self.ids}"

    def forward(self, x: Tensor, users: Tensor, pins: Tensor, history: Tensor, actions: Tensor, ages: Tensor) -> Tensor:  # fmt: skip
        """Return (B, T) logits; arguments as in `Rows`, ages as numbers of doublings."""
        table, parts = self.says(self.content), [(x - self.mean) / self.scale]
        if self.ids:
            known, met = self.met_pins, self.met_users
            if self.training:  # without some of them, others in every batch
                known, met = (part * (torch.rand_like(part) >= _FORGET) for part in (known, met))
            table = table + known * self.pin.weight
            parts.append(F.embedding(users, met * self.user.weight))
        c = F.embedding(pins, table)
        parts.append(c)
        if self.history != "none":
            heard = self.heard(c, table, history, actions, ages)
            parts += [heard, heard * c]
        x0 = z = torch.cat(parts, dim=1)
        for layer in self.cross:
            z = x0 * layer(z) + z
        return self.heads(self.inner(z).relu())

    def heard(
        self, c: Tensor, table: Tensor, history: Tensor, actions: Tensor, ages: Tensor
    ) -> Tensor:
        """Return (B, d), what each candidate hears of the history of its row."""
        there = history >= 0
        events = F.embedding(history.clamp(min=0), table) + self.action(actions) + self.age(ages)
        if self.history == "mean":
            a = there / there.sum(dim=1, keepdim=True).clamp(min=1)
            return (a[:, None] @ events)[:, 0]
        asked = torch.zeros_like(c) if self.history == "alone" else c
        a = weights(asked[:, None], events, self.asking.weight, self.asking.bias, self.weight)[:, 0]
        if self.history == "softmax":
            # the finite minimum instead of -inf: a row of nothing but -inf has no softmax, and no gradient
            a = a.masked_fill(~there, torch.finfo(a.dtype).min).softmax(dim=1)
        return (a.masked_fill(~there, 0.0)[:, None] @ events)[:, 0]

    def fit(
        self,
        rows: Rows,
        Y: np.ndarray,
        epochs: int = 5,
        lr: float = 3e-3,
        reg: float = 1e-4,
        batch: int = 512,
        evaluate: Callable[[Reader], float] | None = None,
        **training,
    ) -> Reader:
        """Train by AdamW on the mean binary cross-entropy of all targets, and return the model.

        Args:
            rows: see `read`.
            Y: (B,) or (B, T) labels.
            epochs, lr, reg, batch: of AdamW.
            evaluate: called with the model after each epoch; see `train.fit`.
            training: every, patience, schedule, progress and callback of `train.fit`.

        Raises:
            ValueError: shapes or ids that do not fit, NaN or infinity, an event that is not older than its row, or
                the training diverged.
        """
        parts = self._tensors(rows)
        y = torch.as_tensor(np.asarray(Y, dtype=np.float32), device=self.mean.device)
        y = y[:, None] if y.ndim == 1 else y
        if y.shape != (len(rows.x), len(self.heads.bias)) or not y.isfinite().all():
            raise ValueError(f"Y must be finite, (B, T); got {tuple(y.shape)}")
        self.mean.copy_(parts[0].mean(0))
        self.scale.copy_(parts[0].std(0, correction=0).clamp_min(1e-6))
        read = [parts[2]] if self.history == "none" else [parts[2], parts[3][parts[3] >= 0]]
        self.met_pins.zero_()[torch.cat(read)] = 1
        self.met_users.zero_()[parts[1]] = 1
        rng = torch.Generator().manual_seed(self.seed)
        optimizer = torch.optim.AdamW(self.parameters(), lr=lr, weight_decay=reg)

        def batches(_):  # in an order of its own generator
            order = torch.randperm(len(y), generator=rng).to(y.device)
            return (([part[k] for part in parts], y[k]) for k in order.split(batch))

        def loss(model: Reader, batch: tuple) -> Tensor:
            return F.binary_cross_entropy_with_logits(model(*batch[0]), batch[1])

        train.fit(
            train.Torch(self, loss, optimizer),
            batches,
            epochs=arguments.integer("epochs", epochs),
            evaluate=evaluate and (lambda: evaluate(self)),
            seed=self.seed,
            **{"progress": False} | training,
        )
        return self.eval()

    @torch.no_grad()
    def logits(self, rows: Rows) -> np.ndarray:
        """Return (B, T) logits as numpy, (B,) for one target. Raises as `fit` does."""
        was, parts = self.training, self._tensors(rows)
        self.eval()
        blocks = zip(*(part.split(4096) for part in parts), strict=True)
        z = torch.cat([self(*block) for block in blocks]).numpy(force=True).astype(np.float64)
        self.train(was)
        return z[:, 0] if z.shape[1] == 1 else z

    def probabilities(self, rows: Rows) -> np.ndarray:
        """Return (B, T) probabilities, (B,) for one target. Raises as `fit` does."""
        return 0.5 * (1 + np.tanh(0.5 * self.logits(rows)))

    def _tensors(self, rows: Rows) -> list[Tensor]:
        """Return the arguments of `forward`, checked."""
        x = np.asarray(rows.x, dtype=np.float32)
        history, B = np.asarray(rows.history), len(x)
        if x.ndim != 2 or x.shape[1] != len(self.mean) or not np.isfinite(x).all():
            raise ValueError(f"x must be finite, (B, {len(self.mean)}); got {x.shape}")
        arguments.ids("users", rows.users, self.num_users)
        arguments.ids("pins", rows.pins, len(self.content))
        like = {np.asarray(part).shape for part in (rows.actions, rows.minutes)} | {history.shape}
        if (
            len(like) != 1
            or history.ndim != 2
            or {len(rows.users), len(rows.pins), len(history)} != {B}
        ):
            raise ValueError(
                f"users and pins must be (B,), history, actions and minutes (B, L), with B = {B}"
            )
        there = history >= 0
        arguments.ids("history", history[there], len(self.content))
        arguments.ids("actions", np.asarray(rows.actions)[there], len(self.action.weight))
        minutes = np.where(there, rows.minutes, 1)
        if not (np.isfinite(minutes) & (minutes > 0)).all():
            raise ValueError("every event must be older than its row: minutes above 0")
        ages = np.clip(np.log2(1 + minutes).astype(np.int64), 0, _AGES - 1)
        whole = (rows.users, rows.pins, history, np.where(there, rows.actions, 0), ages)
        parts = [
            torch.from_numpy(x),
            *(torch.from_numpy(np.asarray(p, dtype=np.int64)) for p in whole),
        ]
        return [part.to(self.mean.device) for part in parts]
