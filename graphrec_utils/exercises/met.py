"""The methods that `my_films` shows, each with the lesson that teaches it.

A lesson adds its method with one line of `MET`: its number, a name, and a function of the likes that
returns a model as `models` says. Knobs are near those that the lessons choose; on these likes nothing was
tuned. You are the last user of the likes, and your films are the last likes, in the order in which you
named them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import torch

from graphrec_utils import graphs, losses, sampling, train, walks
from graphrec_utils.data import Interactions, Triples
from graphrec_utils.models import (
    baselines,
    filters,
    lightgcn,
    mf,
    mixture,
    ncf,
    ngcf,
    pinnersage,
    sasrec,
    transe,
    twhin,
    two_tower,
)
from graphrec_utils.models.ease import ease

FUSED = "18"  # the lesson that makes one list of all
# They train for seconds each: after lesson QUICK they are shown in their own lesson only.
SLOW, QUICK = ("BPR, dot product", "NGCF", "LightGCN", "two towers", "SASRec"), "10"


def _learned(likes: Interactions, model, loss, lr: float, epochs: int = 12):
    """Return a model trained by BPR triples, one pass over the likes an epoch."""
    positives = sampling.index(likes.csr())

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(len(likes) // 2048 + 1))

    learner = model
    if loss is not None:
        learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=lr))
    train.fit(learner, batches, epochs=epochs, progress=False)
    return model


def _dot(likes: Interactions):
    def loss(model, triple):
        u, i, j = triple
        squares = sum(x.square().sum() for x in (model.user(u), model.item(i), model.item(j)))
        return losses.bpr(model(u, i), model(u, j)) + 0.05 * squares / len(u)

    model = ncf.Dot(likes.num_users, likes.num_items, 32)
    return _learned(likes, model, loss, lr=0.01).eval()


def _ngcf(likes: Interactions):
    model = ngcf.NGCF(likes.csr(), dim=16, num_layers=2, message_dropout=0.0)
    return _learned(likes, model, ngcf.loss, lr=0.003).eval()


def _lightgcn(likes: Interactions):
    A_hat = graphs.normalize(graphs.adjacency(likes.csr()))
    return _learned(likes, lightgcn.Fused(A_hat, likes.num_users, 32, 3, lr=0.03), None, 0)


def _softmax(model, loss, examples: tuple, epochs: int, size: int):
    """Return a model trained by a softmax over all films."""

    def batches(rng):
        order = torch.from_numpy(rng.permutation(len(examples[0])))
        return (tuple(x[part] for x in examples) for part in order.split(size))

    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.01)
    train.fit(train.Torch(model, loss, optimizer), batches, epochs=epochs, progress=False)
    return model.eval()


def _towers(likes: Interactions):
    """A tower over what each user liked so far, trained to find the next film, as in lesson 10."""
    _, histories, items = sampling.examples(likes, 30)
    model = two_tower.TwoTower(sampling.latest(likes, 30), likes.num_items, 32)
    loss = functools.partial(two_tower.loss, kind="full")
    return _softmax(model, loss, (histories, items), epochs=8, size=512)


def _sequence(likes: Interactions):
    """A transformer that reads the films of each user in their order, as in lesson 15."""
    histories = sampling.latest(likes, 20)
    model = sasrec.SASRec(histories, likes.num_items, 32)
    return _softmax(
        model, lambda model, part: sasrec.loss(model, *part), (histories,), epochs=15, size=64
    )


class _Walk:
    """Walks from the films of a user, boosted where several meet, as in lesson 08."""

    def __init__(self, likes: Interactions):
        self.R = likes.csr()
        self.graph = walks.walkable(graphs.adjacency(self.R))

    def scores(self, users: np.ndarray) -> np.ndarray:
        m, found = self.R.shape[0], []
        for u in users:
            queries = m + self.R[[u]].indices
            V = [walks.visits(self.graph, int(q), 20_000, restart=0.3)[m:] for q in queries]
            found.append(walks.boost(np.array(V, dtype=float)))
        return np.array(found)


def _facts(likes: Interactions) -> tuple[Triples, np.ndarray, np.ndarray]:
    """Return who likes which film, with what the films say of themselves, and the entities of both."""
    m, n = likes.num_users, likes.num_items
    parts = [np.stack([likes.users, np.zeros(len(likes), int), m + likes.items], axis=1)]
    words = 0
    if likes.item_features is not None:  # genres; of PinWorld's pins their words
        film, genre = likes.item_features.matrix.nonzero()
        words = likes.item_features.matrix.shape[1]
        parts.append(np.stack([m + film, np.ones(len(film), int), m + n + genre], axis=1))
    facts = Triples(*np.concatenate(parts).T, m + n + words, len(parts))
    return facts, np.arange(m), m + np.arange(n)


def _transe(likes: Interactions):
    """The films nearest to you plus *likes*, among facts of likes and genres, as in lesson 12."""
    facts, users, films = _facts(likes)
    model = transe.fit(facts, 32, num_negatives=16, epochs=20)
    return transe.Tails(model, 0, users, films)


class _Medoids:
    """Films that stand for your interests, in TwHIN's vectors, and places for each, as in lesson 13."""

    def __init__(self, likes: Interactions):
        facts, _, films = _facts(likes)
        vectors = twhin.fit(facts, dim=32, steps=1000).entity_emb[films]
        self.R = likes.csr()
        self.items = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)

    def scores(self, users: np.ndarray) -> np.ndarray:
        found = np.zeros((len(users), len(self.items)))
        for row, u in zip(found, users, strict=True):
            own = self.R[[u]].indices
            labels = pinnersage.ward(self.items[own], num_clusters=min(3, len(own)))
            ages = np.zeros(len(own))
            some, share = pinnersage.interests(self.items[own], ages, labels, 0.0, 3)
            best = mixture.retrieve(self.items[own[some]], share, self.items, own, 6)
            row[best] = np.arange(len(best), 0, -1)
        return found


MET: tuple[tuple[str, str, Callable], ...] = (
    ("01", "most liked", baselines.popularity),
    ("01", "item2item", functools.partial(baselines.item2item, shrinkage=10)),
    ("02", "iALS", lambda likes: mf.ials(likes.csr(), 32, alpha0=0.1, reg=0.01, sweeps=8)),
    ("02", "EASE", lambda likes: ease(likes.csr(), 300.0)),
    ("03", "BPR, dot product", _dot),
    ("04", "RP3β", lambda likes: filters.rp3beta(likes.csr(), 1.0, 0.5)),
    ("05", "NGCF", _ngcf),
    ("06", "LightGCN", _lightgcn),
    ("08", "Pixie", _Walk),
    ("10", "two towers", _towers),
    ("12", "TransE", _transe),
    ("13", "three interests", _Medoids),
    ("15", "SASRec", _sequence),
)


def met(lesson: str) -> dict[str, Callable]:
    """Return the methods that a lesson shows: name -> function of the likes."""
    return {
        name: fit
        for number, name, fit in MET
        if number <= lesson and (number == lesson or lesson <= QUICK or name not in SLOW)
    }
