"""The methods that `my_films` shows, fitted on likes whose users are known by their ids.

Knobs are near those that the lessons choose; on the likes of `my_films` nothing was tuned.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

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
    transformer,
    twhin,
    two_tower,
)
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors


@dataclass(frozen=True)
class Known:
    """Scores that a function returns for users who are known by their ids."""

    scores: Callable[[np.ndarray], np.ndarray]


def most_liked(likes: Interactions):
    """Popularity, as in lesson 01."""
    return baselines.popularity(likes)


def item2item(likes: Interactions):
    """Cosines, shrunk where few liked both, as in lesson 01."""
    return baselines.item2item(likes, shrinkage=10)


def ials(likes: Interactions):
    """Vectors of 32 numbers, as in lesson 02."""
    return mf.ials(likes.csr(), 32, alpha0=0.1, reg=0.01, sweeps=8)


def of_ease(likes: Interactions):
    """EASE with a ridge of 300, as in lesson 02."""
    return ease(likes.csr(), 300.0)


def rp3beta(likes: Interactions):
    """Walks of three steps, as in lesson 04."""
    return filters.rp3beta(likes.csr(), 1.0, 0.5)


def by_triples(likes: Interactions, model, loss, lr: float, epochs: int = 12):
    """Return a model trained by BPR triples, one pass over the likes an epoch."""
    positives = sampling.index(likes.csr())

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(len(likes) // 2048 + 1))

    learner = model
    if loss is not None:
        learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=lr))
    train.fit(learner, batches, epochs=epochs, progress=False)
    return model


def of_dot(likes: Interactions, bpr_loss: Callable = losses.bpr):
    """Return vectors whose products order pairs, as in lesson 03."""

    def loss(model, triple):
        u, i, j = triple
        squares = sum(x.square().sum() for x in (model.user(u), model.item(i), model.item(j)))
        return bpr_loss(model(u, i), model(u, j)) + 0.05 * squares / len(u)

    model = ncf.Dot(likes.num_users, likes.num_items, 32)
    return by_triples(likes, model, loss, lr=0.01).eval()


def of_ngcf(likes: Interactions, ngcf_forward: Callable | None = None):
    model = ngcf.NGCF(likes.csr(), dim=16, num_layers=2, message_dropout=0.0)
    if ngcf_forward is not None:
        A_hat = torch.from_numpy(graphs.normalize(graphs.adjacency(likes.csr())).toarray()).float()

        def embeddings(rng=None):
            pairs = zip(model.self_, model.inter, strict=True)
            E = ngcf_forward(A_hat, model.E0, [(a.weight, b.weight) for a, b in pairs])
            return E[: model.num_users], E[model.num_users :]

        model.embeddings = embeddings  # what loss and scores ask for
    return by_triples(likes, model, ngcf.loss, lr=0.003).eval()


def of_lightgcn(likes: Interactions, lightgcn_propagate: Callable | None = None):
    A = graphs.adjacency(likes.csr())
    model = lightgcn.Fused(graphs.normalize(A), likes.num_users, 32, 3, lr=0.03)
    by_triples(likes, model, None, 0)
    if lightgcn_propagate is None:
        return model
    dense = torch.from_numpy(A.toarray()).float()
    E = lightgcn_propagate(dense, torch.from_numpy(model.E), 3)
    return Factors(E[: likes.num_users], E[likes.num_users :])


def by_softmax(model, loss, examples: tuple, epochs: int, size: int):
    """Return a model trained by a softmax over all films."""

    def batches(rng):
        order = torch.from_numpy(rng.permutation(len(examples[0])))
        return (tuple(x[part] for x in examples) for part in order.split(size))

    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.01)
    train.fit(train.Torch(model, loss, optimizer), batches, epochs=epochs, progress=False)
    return model.eval()


def towers(likes: Interactions):
    """A tower over what each user liked so far, trained to find the next film, as in lesson 10."""
    _, histories, items = sampling.examples(likes, 30)
    model = two_tower.TwoTower(sampling.latest(likes, 30), likes.num_items, 32)
    loss = functools.partial(two_tower.loss, kind="full")
    return by_softmax(model, loss, (histories, items), epochs=8, size=512)


def of_sequence(
    likes: Interactions,
    weigh: Callable = transformer.attention_weights,
    sequence_loss: Callable | None = None,
):
    """A transformer that reads the films of each user in their order, as in lesson 15."""
    histories = sampling.latest(likes, 20)
    model = sasrec.SASRec(histories, likes.num_items, 32)
    for block in model.blocks:
        block.self_attn.weigh = weigh

    def loss(model, part):
        if sequence_loss is None:
            return sasrec.loss(model, *part)
        return sequence_loss(model.outputs(*part), model.item.weight, *part)

    return by_softmax(model, loss, (histories,), epochs=15, size=64)


class Walks:
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


def facts_of(likes: Interactions) -> tuple[Triples, np.ndarray, np.ndarray]:
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


def of_transe(likes: Interactions, distance: Callable | None = None, **knobs):
    """The films nearest to you plus *likes*, among facts of likes and genres, as in lesson 12."""
    facts, users, films = facts_of(likes)
    model = transe.fit(facts, 32, **({"num_negatives": 16, "epochs": 20} | knobs))
    tails = transe.Tails(model, 0, users, films)
    if distance is None:
        return tails
    E, rel = torch.from_numpy(model.entity_emb), torch.from_numpy(model.rel_emb[0])

    def scores(who: np.ndarray) -> np.ndarray:
        heads = (E[users[part]][:, None] for part in np.array_split(who, len(who) // 50 + 1))
        return -torch.cat([distance(h, rel, E[films], model.norm) for h in heads]).numpy()

    return Known(scores)


class Medoids:
    """Films that stand for your interests, in TwHIN's vectors, and places for each, as in lesson 13."""

    def __init__(
        self,
        likes: Interactions,
        places: int = 6,
        interests: Callable | None = None,
        recommend: Callable | None = None,
    ):
        facts, _, films = facts_of(likes)
        vectors = twhin.fit(facts, dim=32, steps=1000).entity_emb[films]
        self.R, self.places, self.own = likes.csr(), places, (interests, recommend)
        self.items = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Return the places of lists, the first the highest, for those who liked something."""
        return self.of_rows([self.R[[u]].indices for u in users])

    def of_rows(self, liked: list[np.ndarray]) -> np.ndarray:
        """Return (B, n) for the films that each of B people liked."""
        found = np.zeros((len(liked), len(self.items)))
        for row, own in zip(found, liked, strict=True):
            if len(own):
                best = self._list(own)
                row[best] = np.arange(len(best), 0, -1)
        return found

    def _list(self, own: np.ndarray) -> np.ndarray:
        interests, recommend = self.own
        labels = pinnersage.ward(self.items[own], num_clusters=min(3, len(own)))
        ages = np.zeros(len(own))
        if interests is None:
            some, share = pinnersage.interests(self.items[own], ages, labels, 0.0, 3)
        else:
            some, share = interests(self.items[own], ages, labels, 0.0)
        queries = self.items[own[some]]
        if recommend is None:
            return mixture.retrieve(queries, share, self.items, own, self.places)
        counts = np.rint(share * len(own)).astype(int)
        return recommend(counts, queries, self.items, own, len(some), self.places)
