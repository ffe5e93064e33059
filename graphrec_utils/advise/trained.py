"""Fits that take epochs: each stops when validation gains no more, and returns its model and how many it took.

`tick` is called at each batch, so that whoever keeps the time can end a training.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from scipy.sparse.linalg import svds

from graphrec_utils import graphs, losses, sampling, train
from graphrec_utils.advise.fits import DIM, latest, matrix, tf_idf
from graphrec_utils.data import Features, Interactions
from graphrec_utils.models import lightgcn, sasrec, two_tower
from graphrec_utils.models.scoring import Factors

LENGTH, PATIENCE = 50, 2
NEGATIVES = 1_024
FULL = 5_000  # items up to which a softmax is over all of them
EXAMPLES = 50_000  # of an epoch of the encoder, at most; each reads a history, so an epoch of all would be long
PICTURE = 128  # numbers that words are reduced to for the encoder


def _fitted(learner, batches, model, score, epochs: int, tick, seed: int = 0):
    """Return (model, {"epochs": the best}): as long as validation gains, or without a score all epochs."""

    def ticking(rng):
        for batch in batches(rng):
            tick()
            yield batch

    stop = {"evaluate": lambda: score(model), "patience": PATIENCE} if score else {}
    history = train.fit(learner, ticking, epochs=epochs, seed=seed, progress=False, **stop)
    return model, {"epochs": history.best_epoch or epochs}


def of_lightgcn(past, score, epochs, tick, lr, reg, share: float = 1.0):
    """LightGCN of three layers on the latest events; who has none of these is folded in."""
    late = latest(past, share)
    model = lightgcn.Fused(
        graphs.normalize(graphs.adjacency(late.csr())), late.num_users, DIM, 3, lr=lr, reg=reg
    )
    # each step walks the whole graph, so an epoch has thirty of them, however large it is
    positives, size = sampling.index(late.csr()), max(256, len(late) // 30)

    def batches(rng):
        return (
            sampling.bpr_triples(positives, size, rng) for _ in range(max(1, len(late) // size))
        )

    R, old = matrix(past), late.degrees()[0] == 0
    whole = Folded(model, R, old & (past.degrees()[0] > 0))
    return _fitted(model, batches, whole, score, epochs, tick)


@dataclass(frozen=True)
class Folded:
    """LightGCN, with vectors also for users whose events it was not trained on."""

    model: Any
    R: sp.csr_array
    old: np.ndarray

    def embeddings(self) -> tuple[torch.Tensor, torch.Tensor]:
        users, items = self.model.embeddings()
        if self.old.any():
            degree = np.bincount(self.R.indices, minlength=self.R.shape[1])
            users = users.clone()
            users[self.old] = lightgcn.fold_in(sp.csr_array(self.R[self.old].T), items, degree)
        return users, items


@dataclass(frozen=True)
class Reader:
    """A model that makes users from histories: `only` those who are asked, since each costs a reading."""

    model: Any

    def only(self, users: np.ndarray) -> Factors:
        model, at = self.model, torch.from_numpy(users)
        model.eval()
        with torch.no_grad():
            read = torch.cat([model.users(part) for part in model.history[at].split(1024)])
            items = model.items() if hasattr(model, "items") else model.item.weight.detach()
        vectors = torch.zeros(len(model.history), read.shape[1])
        vectors[at] = read
        return Factors(vectors, items)


def sequences(past: Interactions, length: int) -> tuple[torch.Tensor, Interactions]:
    """Return the latest (m, L) items of each user, oldest first, -1 at the end, and all events in this order.

    As `sampling.latest`, but what comes again stays.
    """
    times = np.zeros(len(past)) if past.times is None else past.times
    ordered = past.select(np.lexsort((times, past.users)))
    who = np.arange(past.num_users)
    end = np.searchsorted(ordered.users, who, side="right")
    at = np.maximum(np.searchsorted(ordered.users, who), end - length)[:, None] + np.arange(length)
    there = at < end[:, None]
    return torch.from_numpy(np.where(there, ordered.items[np.where(there, at, 0)], -1)), ordered


def _length(past: Interactions) -> int:
    count = np.bincount(past.users, minlength=past.num_users)
    return int(np.clip(np.quantile(count[count > 0], 0.9), 2, LENGTH))


def _drawn(items: np.ndarray, num_items: int) -> torch.Tensor:
    """Return log Q of negatives, half of them as popular as positives, half uniform."""
    log_q = sampling.popularity(np.bincount(items, minlength=num_items))
    return sampling.mixture(log_q, 1, 1).float()


def of_sasrec(past, score, epochs, tick, lr, dropout: float = 0.2, half_life: float = 0.0):
    """A transformer over each user's history; with a half-life late events are learned more often, as in lesson 15.

    Args:
        half_life: a share of the time that the events span; 0 weighs them alike.
    """
    length = _length(past)
    history, ordered = sequences(past, length)
    rows, weights = sampling.histories.cut(ordered, length + 1), None
    if half_life:
        weights = torch.zeros(rows.shape)
        age = (ordered.times.max() - ordered.times) / max(1, np.ptp(ordered.times))
        weights[rows >= 0] = torch.from_numpy(0.5 ** (age / half_life)).float()
    found: list[float] = []

    def evaluate(model) -> float:
        tick()
        found.append(score(Reader(model)) if score else 0.0)
        return found[-1]

    model = sasrec.fit(
        history, rows, past.num_items, DIM, epochs=epochs, lr=lr, weights=weights,
        evaluate=evaluate, patience=PATIENCE if score else None, dropout=dropout,
    )  # fmt: skip
    return Reader(model), {"epochs": 1 + int(np.argmax(found)) if score else epochs}


@functools.lru_cache(maxsize=1)
def pictures(features: Features) -> np.ndarray:
    """Return (n, PICTURE) numbers from the words of the items, by a singular value decomposition."""
    X = tf_idf(features, 0.5)
    k = min(PICTURE, min(X.shape) - 1)
    U, s, _ = svds(X.astype(np.float64), k=k, random_state=0)
    content = (U * s).astype(np.float32)
    return content * (np.sqrt(k) / np.linalg.norm(content, axis=1).mean().clip(1e-9))


def of_encoder(past, score, epochs, tick, lr, ids, share: float = 1.0):
    """Two towers that read what items say, with vectors of their own beside or without."""
    content = pictures(past.item_features)
    length, n = min(20, _length(past)), past.num_items
    late = latest(past, share)
    users, rows, items = sampling.examples(past, length)
    if share < 1 and past.times is not None:
        keep = torch.from_numpy(np.isin(users * n + items, np.unique(late.pairs())))
        rows, items = rows[keep], items[keep]
    now = sampling.latest(past, length)
    model = two_tower.TwoTower(now, n, DIM, content=content, ids=ids)
    log_q, full = _drawn(past.items, n), n <= FULL

    def batches(rng):
        order = torch.from_numpy(rng.permutation(len(items))[:EXAMPLES])
        for part in order.split(512):
            yield rows[part], items[part], None if full else sampling.draw(log_q, NEGATIVES, rng)

    def loss(model, batch):
        history, item, drawn = batch
        if full:
            return two_tower.loss(model, (history, item), "full")
        e, q = model.users(history), model.items(item)
        hits = sampling.accidental_hits(item, drawn)
        return losses.corrected_softmax(
            (e * q).sum(dim=1), e @ model.items(drawn).T, log_q[drawn], log_q[item], hits
        )

    learner = train.Torch(
        model, loss, torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    )
    return _fitted(learner, batches, Reader(model), score, epochs, tick)
