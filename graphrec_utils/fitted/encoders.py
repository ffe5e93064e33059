"""Generators of lessons 07 to 11 that are trained by gradients, over functions of the exercises.

All are small: vectors of 32 numbers, some passes over the saves, ten seconds or less on a thousand users. Losses, rates and
temperatures are those that the lessons chose.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import graphs, losses, sampling, train, walks
from graphrec_utils.data import Interactions
from graphrec_utils.fitted.histories import (
    in_front,
    log_popularity,
    said,
    unit,
    words,
)
from graphrec_utils.fitted.likes import by_softmax
from graphrec_utils.fitted.plain import Ranked, followers
from graphrec_utils.graphs import batches
from graphrec_utils.models import pinsage as library_pinsage
from graphrec_utils.models import sage, two_tower
from graphrec_utils.models.scoring import Factors
from graphrec_utils.pinworld import Histories

DIM = 32
MARGIN = 0.03  # of PinSage's hinge, as lesson 09 chooses it


def trained(model, loss: Callable, steps: int, lr: float = 0.01):
    """Return the model after some steps of Adam on `loss(rng)`; the rate falls along a cosine."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    in_steps(model, loss, steps, optimizer, schedule=train.cosine)
    return model.eval()


def in_steps(model, loss: Callable, steps: int, optimizer, **options) -> None:
    """Train by some steps on `loss(rng)`, each an epoch of its own; chance is one stream."""
    learner = train.Torch(model, lambda _, rng: loss(rng), optimizer)
    rng = np.random.default_rng(0)
    train.fit(learner, lambda rng: [rng], epochs=steps, seed=rng, progress=False, **options)


def steps_of(count: int, passes: int, size: int) -> int:
    """Return how many steps of `size` are so many passes over `count` things; 60 at least."""
    return max(60, passes * count // size)


def from_vectors(z: Tensor, saves: Interactions, weight: float = 0.05) -> Ranked:
    """Return cosines of items with the sum of what was saved, plus a weight times log popularity.

    Without lengths of 1 the longest vectors fill every list; with them popularity has to be added.
    """
    z, popular = unit(z.detach().numpy()), weight * log_popularity(saves)
    return Ranked(lambda histories: unit(histories.saved @ z) @ z.T + popular)


# ---------------------------------------------------------------- 07, 09: neighbors are heard
def heard(saves: Interactions) -> sp.csr_array:
    """Return who hears whom, users first."""
    return graphs.adjacency(saves.csr())


def _rows(A: sp.csr_array, nodes: np.ndarray) -> Tensor:
    """Return the neighbors of some nodes side by side, -1 in empty places."""
    own = [A.indices[A.indptr[v] : A.indptr[v + 1]] for v in nodes]
    out = np.full((len(nodes), max(1, *(len(x) for x in own))), -1)
    for row, x in zip(out, own, strict=True):
        row[: len(x)] = x
    return torch.from_numpy(out)


@torch.no_grad()
def _sage_vectors(model: sage.SAGE, saves: Interactions, sage_layer, embed_new) -> Factors:
    """Return the vectors of users and items after two layers, of which one or both are an answer's."""
    m, A, (W0, W1) = saves.num_users, sp.csr_array(heard(saves)), (w.detach() for w in model.W)
    x = model.content(torch.arange(len(model.content)))
    if sage_layer is None:
        h = batches.layerwise(model.A, x, [lambda h, block: sage.layer(h, block, W0)])
    else:
        parts = np.array_split(np.arange(len(x)), len(x) // 200 + 1)
        h = torch.cat([sage_layer(x, torch.from_numpy(p), _rows(A, p), W0) for p in parts])
    if embed_new is None:
        last = [lambda h, block: sage.layer(h, block, W1, activation=False)]
        z = batches.layerwise(model.A, h, last)
        return Factors(z[:m], z[m:])
    users, items = saves.csr().nonzero()
    days = np.zeros(len(users), dtype=np.int64)
    items_z = embed_new(h[m:], users, items, days, 1, h[:m], W1)
    return Factors(embed_new(h[:m], items, users, days, 1, h[m:], W1), items_z)


def graphsage(
    saves: Interactions, sage_layer: Callable | None = None, embed_new: Callable | None = None
):
    """Two layers over users and items, an item's words at the bottom."""
    content = sage.Content(DIM, saves.num_users, said(saves), words(saves))
    model = sage.SAGE(heard(saves), content, DIM, (10, 10))
    users, items = (torch.from_numpy(np.array(x)).long() for x in (saves.users, saves.items))

    def loss(rng) -> Tensor:
        part = torch.from_numpy(rng.integers(len(users), size=512))
        negatives = torch.from_numpy(rng.integers(saves.num_items, size=300))
        z_u, z_i, z_j = model.vectors((users[part], items[part], negatives), rng)
        return losses.sampled_softmax(10 * (z_u * z_i).sum(dim=1), 10 * z_u @ z_j.T)

    trained(model, loss, steps_of(len(users), 16, 512), 0.003)
    if sage_layer is None and embed_new is None:
        return Factors(*model.embeddings())
    return _sage_vectors(model, saves, sage_layer, embed_new)


def _neighborhoods(saves: Interactions, importance_neighbors) -> sp.csr_array:
    """Return alpha, (n, n), of walks of 500 steps."""
    m, n, A = saves.num_users, saves.num_items, heard(saves)
    graph, found = walks.walkable(A), sp.lil_array((n, n))
    for i in np.flatnonzero(np.diff(A.indptr)[m:]):
        counts = walks.visits(graph, m + int(i), 500)[m:].astype(np.int64)
        ids, weights = importance_neighbors(counts, int(i), 10)
        found[[i], ids] = weights
    return sp.csr_array(found)


def pinsage(
    saves: Interactions,
    importance_neighbors: Callable | None = None,
    convolve: Callable | None = None,
    pinsage_loss: Callable | None = None,
):
    """One convolution over the pins that walks visit most."""
    n, pairs = saves.num_items, followers(saves)
    if importance_neighbors is None:
        alpha = library_pinsage.neighborhoods(saves.csr(), 10, 500)
    else:
        alpha = _neighborhoods(saves, importance_neighbors)
    content = sage.Content(DIM, 0, said(saves))
    model = library_pinsage.PinSage(alpha, content, DIM, num_layers=1)

    def loss(rng) -> Tensor:
        q, i, shared, hard = next(library_pinsage.batches(pairs, n, 256, 256, rng, count=1))
        nodes, place = torch.unique(torch.cat([q, i, shared]), return_inverse=True)
        z = model.vectors(nodes, (q, i))[place]
        z_q, z_i, z_s = z.split([len(q), len(i), len(shared)])
        if pinsage_loss is not None:
            return pinsage_loss(z_q, z_i, z_s, z_q.new_zeros(*hard.shape, z.shape[1]), MARGIN)
        return losses.hinge((z_q * z_i).sum(dim=1), z_q @ z_s.T, MARGIN)

    trained(model, loss, steps_of(len(pairs), 6, 256))
    if convolve is None:
        return from_vectors(model.embeddings()[0], saves)
    ids, weights = (torch.zeros(n, 10, dtype=kind) for kind in (torch.int64, torch.float32))
    for u in range(n):
        a, b = model.alpha.indptr[u], model.alpha.indptr[u + 1]
        ids[u, : b - a] = torch.as_tensor(np.asarray(model.alpha.indices[a:b], dtype=np.int64))
        weights[u, : b - a] = torch.as_tensor(np.asarray(model.alpha.weight[a:b])).float()
    weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-12)
    with torch.no_grad():
        Q, W = model.Q[0], model.W[0]
        h = content(torch.arange(n))
        h = convolve(h, torch.arange(n), ids, weights, Q.weight, Q.bias, W.weight, W.bias)
        z = library_pinsage.output(h, model.G1.weight, model.G1.bias, model.G2.weight)
        return from_vectors(z, saves)


# ---------------------------------------------------------------- 10, 11: two towers
def _towers(saves: Interactions, value: Callable) -> two_tower.TwoTower:
    """Return towers over the latest saves; `value(model, (histories, items), rng)` is the loss of a batch."""
    _, histories, items = sampling.examples(saves, 20)
    latest, rng = sampling.latest(saves, 20), np.random.default_rng(0)
    model = two_tower.TwoTower(latest, saves.num_items, DIM, temperature=0.2)
    loss = functools.partial(value, rng=rng)
    return by_softmax(model, loss, (histories, items), epochs=8, size=512)


def towers(
    saves: Interactions, tower_scores: Callable | None = None, softmax_loss: Callable | None = None
):
    """A tower that reads the latest saves, against items drawn alike."""
    n = saves.num_items

    def value(model, batch, rng) -> Tensor:
        drawn = torch.from_numpy(rng.integers(n, size=256))
        if softmax_loss is None:
            return two_tower.loss(model, (*batch, drawn), "sampled")
        e, q = model.users(batch[0]), model.items(batch[1])
        hits = sampling.accidental_hits(batch[1], drawn)
        # what an answer knows no mask for says nothing either, since exp(-10,000) is 0
        neg = (e @ model.items(drawn).T).masked_fill(hits, -1e4)
        return softmax_loss((e * q).sum(dim=1), neg, n - 1)

    model = _towers(saves, value)

    @torch.no_grad()
    def of(histories: Histories) -> np.ndarray:
        rows = in_front(histories.latest)
        if tower_scores is None:
            return (model.users(rows) @ model.items().T).numpy()
        return tower_scores(model.past(), model.user.start, model.item(), rows, 0.2).numpy()

    return Ranked(of)


def towers_log_q(saves: Interactions, corrected_loss: Callable | None = None):
    """The same towers against the items of the batch, corrected by how often these come."""
    log_q = sampling.popularity(np.bincount(saves.items, minlength=saves.num_items)).float()

    def value(model, batch, rng) -> Tensor:
        e, q, items = model.users(batch[0]), model.items(batch[1]), batch[1]
        pos, neg, hits = (e * q).sum(dim=1), e @ q.T, items[:, None] == items
        loss = losses.corrected_softmax if corrected_loss is None else corrected_loss
        return loss(pos, neg, log_q[items].expand(neg.shape), log_q[items], hits)

    model = _towers(saves, value)

    @torch.no_grad()
    def of(histories: Histories) -> np.ndarray:
        return (model.users(in_front(histories.latest)) @ model.items().T).numpy()

    return Ranked(of)
