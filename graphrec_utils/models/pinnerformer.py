r"""PinnerFormer: a causal transformer over everything a user did, trained to find what comes in weeks.

$$ \mathbf z_t = \mathbf W [\mathbf x_{i_t};\ \mathbf a_{k_t};\ \boldsymbol\phi(\tau_t)] + \mathbf p_t, \qquad
   \mathbf e_t = \frac{\mathrm{MLP}(\mathbf h_t)}{\lVert \cdot \rVert}, \qquad
   s = \frac1\tau \left\langle \mathbf e_t, \frac{\mathrm{MLP}(\mathbf x_j)}{\lVert \cdot \rVert} \right\rangle $$

An event is a pin's vector $\mathbf x$, which is given, what was done to it, and when: the logarithm of
the gap to the event before, and the hour and the day of the week as points on circles. There is no id, so
a pin of this morning can be read and found.

    model = pinnerformer.fit(log, pin_vectors, now, "dense", window=7 * 86_400)      # a `sampling.Log`
    model = pinnerformer.PinnerFormer(pin_vectors, num_actions, log)      # log: items, actions, times
    pinnerformer.loss(model, log, pairs, columns, log_q, own)             # pairs: `sampling.Log.draw`

Pancha et al. 2022, https://arxiv.org/abs/2205.04507. Ours is smaller and has fewer features. Built in
lesson 15, exercise 15.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, losses, sampling, train
from graphrec_utils.models import transformer
from graphrec_utils.models.scoring import from_embeddings, seeded
from graphrec_utils.sampling import Log, Pairs

PERIODS = (86_400, 7 * 86_400)  # a day and a week
DRAWS = 100  # for a batch with a target, before a log without any is given up
Events = tuple[Tensor, Tensor, Tensor]  # items, actions and times, (B, L), -1 in empty places


def time_features(times: Tensor) -> Tensor:
    r"""Return (B, L, 5): $\log(1 + \text{gap})/10$, then sine and cosine of each of PERIODS.

    The gap is that to the event before; the first event has 0. Nothing of it looks ahead.
    """
    t = times.double()
    gap = F.pad((t[:, 1:] - t[:, :-1]).clamp(min=0), (1, 0)).log1p() / 10
    turns = [2 * math.pi * (t % p) / p for p in PERIODS]
    circles = [f(turn) for turn in turns for f in (torch.sin, torch.cos)]
    return torch.stack([gap, *circles], dim=-1).float()


class PinnerFormer(nn.Module):
    """The two towers; see the head of the module.

    Args:
        pins: (n, f) a vector for each pin; finite.
        num_actions: how many things can be done to a pin.
        log: items, actions and times, (m, L) int64 each, of all users, oldest first, -1 in empty
            places at the end. Not a parameter: set `model.log` when users go on.
        dim, blocks, heads, dropout: of the transformer.
        actions, clock: False leaves out what was done, or when.
        causal: False lets every place look ahead. That is a leak: for showing what it does.
        weigh: see `transformer.Attention`.
        temperature: τ at the start; it is learned.
        seed: of the start.

    Raises:
        TypeError: a tensor of the log is not int64.
        ValueError: pins are no finite (n, f), the log does not fit, or knows other items or actions.
    """

    scores = from_embeddings

    def __init__(
        self,
        pins: np.ndarray | Tensor,
        num_actions: int,
        log: Events,
        dim: int = 32,
        blocks: int = 1,
        heads: int = 2,
        dropout: float = 0.1,
        actions: bool = True,
        clock: bool = True,
        causal: bool = True,
        weigh: Callable[..., Tensor] = transformer.attention_weights,
        temperature: float = 0.1,
        seed: int = 0,
    ):
        super().__init__()
        rows = torch.as_tensor(pins).float()
        if rows.ndim != 2 or 0 in rows.shape or not rows.isfinite().all():
            raise ValueError(f"pins must be finite vectors, (n, f); got {tuple(rows.shape)}")
        self.register_buffer("pin", rows, persistent=False)
        self.num_actions = arguments.integer("num_actions", num_actions)
        self.causal, self.length = causal, log[0].shape[1]
        self._check(log)
        self.log = log
        arguments.positive(temperature=temperature)
        width = rows.shape[1] + (dim // 2 if actions else 0) + (5 if clock else 0)
        self.clock = clock
        with seeded(seed):
            self.action = nn.Embedding(num_actions, dim // 2) if actions else None
            self.reading = nn.Linear(width, dim)
            self.start = nn.Parameter(torch.randn(dim) * dim**-0.5)
            self.place = nn.Embedding(self.length + 1, dim)
            nn.init.normal_(self.place.weight, std=0.1 * dim**-0.5)
            self.blocks = nn.ModuleList(
                transformer.Block(dim, heads, dropout=dropout, seed=None) for _ in range(blocks)
            )
            for block in self.blocks:
                block.self_attn.weigh = weigh
            self.norm = nn.LayerNorm(dim)
            self.user = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
            self.sought = nn.Sequential(
                nn.Linear(rows.shape[1], 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)
            )
            self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature)))

    def extra_repr(self) -> str:
        return f"causal={self.causal}, clock={self.clock}"

    def outputs(self, items: Tensor, actions: Tensor, times: Tensor) -> Tensor:
        """Return (B, L + 1, d), length 1 over the temperature: the t-th has read the first t events.

        Outputs behind the last event mean nothing. Raises as the class does.
        """
        self._check((items, actions, times))
        items, actions, times = (x.to(self.start.device) for x in (items, actions, times))
        parts = [self.pin[items.clamp(min=0)]]
        if self.action is not None:
            parts.append(self.action(actions.clamp(min=0)))
        if self.clock:
            parts.append(time_features(times))
        start = self.start.expand(len(items), 1, -1)
        x = torch.cat([start, self.reading(torch.cat(parts, dim=-1))], dim=1)
        x = x + self.place.weight[: x.shape[1]]
        empty = None if self.causal else F.pad(items < 0, (1, 0))
        for block in self.blocks:
            x = block(x, causal=self.causal, padding=empty)
        return F.normalize(self.user(self.norm(x)), dim=-1) / self.log_temperature.exp()

    def users(self, items: Tensor, actions: Tensor, times: Tensor) -> Tensor:
        """Return (B, d), the outputs at the last event."""
        items, actions, times = (x.to(self.start.device) for x in (items, actions, times))
        count = (items >= 0).sum(dim=1)
        longest = max(1, int(count.max())) if len(count) else 1
        h = self.outputs(*(x[:, :longest] for x in (items, actions, times)))
        return h[torch.arange(len(h), device=h.device), count]

    def items(self, items: Tensor | None = None) -> Tensor:
        """Return the vectors of these pins, (…, d); without pins of all n."""
        return F.normalize(self.sought(self.pin if items is None else self.pin[items]), dim=-1)

    @torch.no_grad()
    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores, without dropout."""
        was, _ = self.training, self.eval()
        parts = zip(*(x.split(512) for x in self.log), strict=True)
        out = torch.cat([self.users(*part) for part in parts]), self.items()
        self.train(was)
        return out

    def _check(self, log: Events) -> None:
        items, actions, _ = log
        for name, value in zip(("items", "actions", "times"), log, strict=True):
            arguments.tensor(name, value, torch.int64)
            if value.ndim != 2 or 0 in value.shape or value.shape != items.shape:
                raise ValueError(f"{name} must be (users, L), all alike; got {tuple(value.shape)}")
        if items.shape[1] > self.length:
            raise ValueError(f"at most {self.length} events can be read; got {items.shape[1]}")
        there = items >= 0
        if (there[:, 1:] & ~there[:, :-1]).any():
            raise ValueError("empty places (-1) must be at the end of a log")
        for name, value, limit in (("items", items, len(self.pin)),
                                   ("actions", actions, self.num_actions)):  # fmt: skip
            if value.max() >= limit or value.min() < -1 or (there & (value < 0)).any():
                raise ValueError(f"{name} must hold ids from 0 to {limit - 1}, or -1 where empty")


def loss(
    model: PinnerFormer,
    log: Events,
    pairs: Pairs,
    columns: Tensor,
    log_q: Tensor,
    own: Tensor | None = None,
    softmax: Callable[..., Tensor] | None = None,
) -> Tensor:
    r"""Return the sampled softmax of what was read and what had to be found, the mean over P pairs.

    A pair's negatives are the S columns, corrected by $\log(S\,Q)$; what is its own target, or another
    one of the same user, is no negative and leaves the sum.

    Args:
        log: items, actions and times, (B, L) each.
        pairs: row, place and target (a pin), (P,) each.
        columns: (S,) pins, of the batch and drawn alike.
        log_q: (n,) log of the probability that a column is this pin.
        own: (P, S) bool, True where the column is another target of the pair's user.
        softmax: called with the scores (P,) and (P, S), the columns' log Q (S,) and where they are no negatives
            (P, S); None: `losses.sampled_softmax`.

    Raises:
        ValueError: there are no pairs, or nothing to compare them with.

    Built in lesson 15, exercise 15.5.
    """
    device = model.start.device
    row, place, target = (torch.as_tensor(x, device=device) for x in pairs)
    columns, log_q = columns.to(device), log_q.to(device)
    if not len(row):
        raise ValueError("there is no target in this batch: draw other users, or a longer window")
    if not len(columns):
        raise ValueError("the loss needs columns to compare with")
    e = model.outputs(*log)[row, place]  # (P, d)
    pos = (e * model.items(target)).sum(dim=1)
    neg = e @ model.items(columns).T  # (P, S)
    hits = target[:, None] == columns
    if own is not None:
        hits = hits | own.to(device)
    q = log_q[columns].to(neg.dtype)
    if softmax is not None:
        return softmax(pos, neg, q, hits)
    return losses.sampled_softmax(pos, neg, q, num_draws=len(columns), hits=hits)


def read(log: Log, users: np.ndarray, now: np.ndarray | int, length: int) -> Events:
    """Return items, actions and times, (B, length) each, of what users had done up to their moments."""
    return tuple(torch.from_numpy(x) for x in log.read(log.before(users, now, length)))


def own_columns(log: Log, users, now, window: int, row: np.ndarray, columns: Tensor) -> Tensor:
    """Return where a column is a like of the pair's user in the window after now, (P, S) bool."""
    low, high = log.ahead(users, now, window)
    mine = np.zeros((len(users), int(max(log.items.max(), columns.max())) + 1), dtype=bool)
    for b, (a, z) in enumerate(zip(low, high, strict=True)):
        mine[b, log.items[log.likes[a:z]]] = True
    return torch.from_numpy(mine[row][:, columns.numpy()])


def fit(
    log: Log,
    pins: np.ndarray,
    now: int,
    objective: str = "dense",
    window: int = 7 * 86_400,
    num_actions: int | None = None,
    length: int = 48,
    lr: float = 0.01,
    steps: int = 300,
    users: int = 64,
    each: int = 8,
    uniform: int = 256,
    seed: int = 0,
    more: Callable[..., Tensor] | None = None,
    softmax: Callable[..., Tensor] | None = None,
    device: torch.device | str = "cpu",
    **options,
) -> PinnerFormer:
    """Return a model that has learned from what happened up to `now`, and nothing later.

    A step draws `users` events; each is a moment at which its user has to find `each` targets of the
    objective (`sampling.windows`). Windows end before `now`, so "all" and "dense" learn from moments that
    are a window old; the others ask for the next like up to `now`. Columns are the batch's targets and
    `uniform` pins drawn alike, corrected by the log Q of the mixture. A step is an epoch of `train.fit`;
    the rate falls along a cosine.

    Args:
        log: all events; those after now are not looked at.
        pins: (n, f) vectors.
        now: a time of the log.
        objective: see `sampling.windows`.
        window: in seconds.
        num_actions: by default one more than the largest of the log.
        length: of what is read, at most.
        lr: the learning rate of AdamW at the start.
        steps: how many.
        users: events that a step draws, as moments of their users.
        each: targets of a moment, at most.
        uniform: columns that are drawn from all pins alike.
        seed: of the start, the draws and dropout.
        more: called as `more(model, events, who, now, pairs, rng)`; its value is added to the loss.
        softmax: see `loss`.
        device: where it trains; the log is read on the CPU.
        options: of `PinnerFormer`: dim, blocks, clock, weigh, ...

    Raises:
        ValueError: nothing can be learned from the time up to now, no draw has a target, or the training
            diverged.
    """
    known, n = log.until(now), len(pins)
    ahead = objective in ("all", "dense")
    span = window if ahead else int(known.times.max(initial=0)) + 1
    moments = np.flatnonzero(known.times < now - (window if ahead else 0))
    if not len(moments) or not len(known.likes):
        raise ValueError("there is no event with a whole window behind it before now")
    actions = int(log.actions.max()) + 1 if num_actions is None else num_actions
    everybody = read(known, np.arange(log.num_users), now, length)
    model = PinnerFormer(pins, actions, everybody, seed=seed, **options)
    log_q = sampling.popularity(np.bincount(known.items[known.likes], minlength=n))
    rng = np.random.default_rng(seed)

    def batch(rng: np.random.Generator) -> tuple:
        for _ in range(DRAWS):
            event = rng.choice(moments, users)
            who, then = known.users[event], known.times[event]
            pairs = known.draw(who, then, span, objective, length, each, rng)
            if len(pairs.row):
                break
        pairs = pairs._replace(target=torch.from_numpy(known.items[pairs.target]))
        columns = torch.cat([pairs.target, torch.from_numpy(rng.integers(0, n, uniform))])
        mixed = sampling.mixture(log_q, len(pairs.target), uniform)
        own = own_columns(known, who, then, span, pairs.row, columns)
        return read(known, who, then, length), who, then, pairs, columns, mixed, own

    def value(model: PinnerFormer, batch: tuple) -> Tensor:
        events, who, then, pairs, *drawn = batch
        mean = loss(model, events, pairs, *drawn, softmax)
        return mean if more is None else mean + more(model, events, who, then, pairs, rng)

    optimizer = torch.optim.AdamW(model.to(device).parameters(), lr=lr, weight_decay=0.01)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        train.fit(
            train.Torch(model, value, optimizer),
            lambda rng: [batch(rng)],
            epochs=steps,
            schedule=train.cosine,
            seed=rng,
            progress=False,
        )
    return model.eval()
