"""Generators of lessons 13 to 16, made of relations and of sequences, over functions of the exercises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import graphs, sampling, walks
from graphrec_utils.data import Interactions
from graphrec_utils.fitted import likes
from graphrec_utils.fitted.encoders import (
    DIM,
    from_vectors,
    in_steps,
    steps_of,
    trained,
)
from graphrec_utils.fitted.histories import (
    in_front,
    log_popularity,
    said,
    unit,
    words,
)
from graphrec_utils.fitted.plain import Ranked, followers
from graphrec_utils.models import mf, pinsage, sage, transformer
from graphrec_utils.models import multibisage as library_multibisage
from graphrec_utils.models import omnisage as library_omnisage
from graphrec_utils.models import pinnerformer as library_pinnerformer
from graphrec_utils.models import twhin as library_twhin
from graphrec_utils.pinworld import Histories
from graphrec_utils.sampling import Log

WEEK = 7 * 86_400


def looking(attend: Callable | None, causal: bool) -> Callable:
    """Return a function in the place of `transformer.attention_weights` that asks one of an exercise.

    That returns means of values. With an identity matrix for values these are the weights.
    """
    if attend is None:
        return transformer.attention_weights

    def weigh(queries: Tensor, keys: Tensor, allow: Tensor | None = None) -> Tensor:
        (*_, L, d), S = queries.shape, keys.shape[-2]
        q, k = queries.reshape(-1, L, d), keys.reshape(-1, S, d)
        there = torch.ones(1, 1, 1, S, dtype=torch.bool) if allow is None else allow
        # whoever stands last may look at all that is there
        empty = ~there[..., -1, :].expand(*queries.shape[:-2], S).reshape(-1, S)
        values = torch.eye(S).expand(len(q), S, S)
        found = attend(q, k, values, empty) if causal else attend(q[:, 0], k, values, empty)
        return found.reshape(*queries.shape[:-1], S)

    return weigh


# ---------------------------------------------------------------- 13: facts
def twhin(saves: Interactions, twhin_loss: Callable | None = None):
    """Vectors of users, items and words; the relation of saves ranks, and log popularity is added.

    False edges are drawn from the batch, where popular items come often: the products learn to leave popularity out.
    """
    facts, users, items = likes.facts_of(saves)
    triples = torch.from_numpy(np.stack([facts.heads, facts.rels, facts.tails], axis=1))
    table = nn.Embedding(facts.num_entities + facts.num_relations, DIM)
    with torch.no_grad():
        start = np.random.default_rng(0).normal(0, 0.1, table.weight.shape)
        table.weight.copy_(torch.from_numpy(start))
    loss_of = twhin_loss or library_twhin.loss

    def loss(rng) -> Tensor:
        head, rel, tail = triples[torch.from_numpy(rng.integers(len(triples), size=256))].T
        s, t = table(head), table(tail)
        ridge = (s.square().sum() + t.square().sum()) / len(head)
        return loss_of(s, t, table.weight[facts.num_entities :], rel) + 0.03 * ridge

    optimizer = torch.optim.Adagrad(table.parameters(), lr=0.1)
    in_steps(table, loss, steps_of(len(triples), 6, 256), optimizer)
    E, rel = table.weight.detach().numpy()[: facts.num_entities], table.weight.detach().numpy()
    model = library_twhin.TwHIN(E, rel[facts.num_entities :])
    return _popular(library_twhin.Tails(model, 0, users, items), saves, 1.0)


def _popular(model, saves: Interactions, weight: float) -> likes.Known:
    """Return the scores of a model plus a weight times log popularity."""
    more = weight * log_popularity(saves)
    return likes.Known(lambda users: model.scores(users) + more)


def of_transe(saves: Interactions, distance: Callable | None = None) -> likes.Known:
    """The items nearest to you plus *saves*, and log popularity: in lesson 12, too, distances know little of it."""
    knobs = {"sharpness": 4.0, "lr": 0.03, "num_negatives": 64}
    return _popular(likes.of_transe(saves, distance, **knobs), saves, 0.03)


def three_interests(
    saves: Interactions, recommend: Callable | None = None, interests: Callable | None = None
):
    """Items that stand for three interests, a hundred places shared among them."""
    model = likes.Medoids(saves, places=100, interests=interests, recommend=recommend)

    def of(histories: Histories) -> np.ndarray:
        R = histories.saved
        return model.of_rows(np.split(R.indices, R.indptr[1:-1]))

    return Ranked(of)


# ---------------------------------------------------------------- 14: neighbors of several kinds
def _near(saves: Interactions, pad_neighbors) -> walks.padded.Neighborhoods:
    """Return who is heard through users and through words."""
    kinds = {"saves": sp.csr_array(saves.csr()), "words": sp.csr_array(words(saves).T)}
    if pad_neighbors is None:
        return walks.padded.neighborhoods(kinds, 10, 500)
    alphas = [pinsage.neighborhoods(R, 10, 500) for R in kinds.values()]
    ids = [torch.from_numpy(np.asarray(pad_neighbors(x, 10), dtype=np.int64)) for x in alphas]
    return walks.padded.Neighborhoods(tuple(kinds), torch.stack(ids, dim=1))


def _multibisage(
    saves: Interactions,
    near,
    how: str,
    temperature: float,
    passes: int,
    attend: Callable | None = None,
):
    content = sage.Content(DIM, 0, said(saves), words(saves))
    model = library_multibisage.MultiBiSage(near, content, DIM, how)
    for part in model.modules():
        if isinstance(part, transformer.Attention):
            part.weigh = looking(attend, causal=False)
    days = [library_multibisage.Day(followers(saves))]

    def loss(rng) -> Tensor:
        batch = library_multibisage.batches(days, saves.num_items, 256, 256, rng, 1)
        return library_multibisage.loss(model, next(batch), temperature, hide=True)

    return trained(model, loss, steps_of(len(days[0].pairs), passes, 256))


def rgcn(
    saves: Interactions,
    pad_neighbors: Callable | None = None,
    mean_per_relation: Callable | None = None,
):
    """A mean for each kind of neighbor."""
    near = _near(saves, pad_neighbors)
    model = _multibisage(saves, near, "mean", 0.1, 10)
    if mean_per_relation is None:
        return from_vectors(model.embeddings()[0], saves)
    with torch.no_grad():
        h = model.content(torch.arange(saves.num_items))
        own, heard_of = model.listen.own, model.listen.heard.weight
        one = torch.ones(len(h), 1)  # its weight is what the library calls a bias
        W = F.pad(heard_of.view(DIM, -1, DIM).transpose(0, 1), (0, 1))
        W0 = torch.cat([own.weight, own.bias[:, None]], dim=1)
        z = mean_per_relation(torch.cat([h, one], dim=1), near.ids, W0, W)
        return from_vectors(model.G2(F.relu(model.G1(z))), saves)


def multibisage(
    saves: Interactions, pad_neighbors: Callable | None = None, attend: Callable | None = None
):
    """Attention in each kind of neighbor, then among the kinds."""
    near = _near(saves, pad_neighbors)
    model = _multibisage(saves, near, "transformer", 0.3, 12, attend)
    return from_vectors(model.embeddings()[0], saves)


# ---------------------------------------------------------------- 15, 16: histories
def sasrec(
    saves: Interactions, attend: Callable | None = None, sequence_loss: Callable | None = None
):
    """A transformer over the latest saves."""
    model = likes.of_sequence(saves, looking(attend, causal=True), sequence_loss)

    @torch.no_grad()
    def of(histories: Histories) -> np.ndarray:
        return (model.users(in_front(histories.latest)) @ model.item.weight.T).numpy()

    return Ranked(of)


def pinnerformer(
    saves: Interactions, attend: Callable | None = None, window_loss: Callable | None = None
):
    """A transformer over all saves and when they were, that looks for every next one; users are as of its training.

    It reads vectors of pins, of what they say and who saved them, and has none of its own.

    Raises:
        ValueError: nobody knows when the saves were.
    """
    if saves.times is None:
        raise ValueError("PinnerFormer needs times; these saves have none")
    nothing = np.zeros(len(saves), dtype=np.int64)
    all_liked = np.ones(len(saves), dtype=bool)
    log = Log(saves.users, saves.items, nothing, saves.times, all_liked, saves.num_users)
    graph = mf.svd(sp.csr_array(saves.csr().T).astype(np.float64), DIM).user_emb
    X, now = np.hstack([said(saves), unit(graph)]), int(saves.times.max(initial=0))
    knobs = {"length": 24, "lr": 0.01, "steps": steps_of(len(saves), 1, 50), "users": 64}
    weigh = looking(attend, causal=True)
    model = library_pinnerformer.fit(
        log, X, now, "every next", WEEK, softmax=window_loss, weigh=weigh, **knobs
    )
    return _popular(model, saves, 0.6)


def _sequences(saves: Interactions, prune_degree, typed_sequence) -> walks.sequences.Sequences:
    """Return the neighbors of each pin: pins and users of walks over saves, and pins saved before or after."""
    R, (m, n) = sp.csr_array(saves.csr()), (saves.num_users, saves.num_items)
    if prune_degree is None:
        R = walks.prune_degree(R, 0.9, 5, 100)
    else:
        rows, chance = R.nonzero()[0], np.random.default_rng(0).random(R.nnz)
        keep = prune_degree(rows, chance, 0.9, 5, 100)
        R = sp.csr_array((R.data[keep], (rows[keep], R.indices[keep])), shape=R.shape)
    one, other = followers(saves).T
    C = sp.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    near = walks.sequences.sequences(R, C, (5, 10, 10), 500)
    if typed_sequence is None:
        return near
    A = graphs.adjacency(R)
    graph, types = walks.walkable(A), np.r_[np.ones(m, int), np.zeros(n, int)]
    ids, kinds = (x.clone() for x in near)
    for i in np.flatnonzero(np.diff(A.indptr)[m:]):
        counts = walks.visits(graph, m + int(i), 500, hops=1).astype(np.int64)
        found = torch.from_numpy(typed_sequence(counts, types, m + int(i), [5, 10]))
        is_user = (found >= 0) & (found < m)
        ids[i, :15] = torch.where(is_user, found + n, torch.where(found < 0, -1, found - m))
        kinds[i, :15] = is_user.long()
    return walks.sequences.Sequences(ids, kinds)


def omnisage(
    saves: Interactions,
    attend: Callable | None = None,
    prune_degree: Callable | None = None,
    typed_sequence: Callable | None = None,
):
    """Neighbors as a sequence, and two losses: pairs of pins, and readers of histories."""
    near, R = _sequences(saves, prune_degree, typed_sequence), sp.csr_array(saves.csr())
    X = said(saves)
    content = sage.Content(DIM, 0, np.concatenate([X, unit(R @ X)]))  # of users: the mean
    offset = log_popularity(saves)
    model = library_omnisage.OmniSage(near, content, DIM, offset=offset)
    days = [library_multibisage.Day(followers(saves), near)]
    pins = sampling.latest(saves, model.length).numpy()
    read = [library_omnisage.Histories(pins, np.ones(pins.shape, dtype=bool))]
    weights = {"entity-entity": 1.0, "user-entity": 1.0}

    def loss(rng) -> Tensor:
        batch = library_omnisage.batches(days, saves.num_items, 128, 128, rng, 1, read, 32)
        return library_omnisage.loss(model, next(batch), weights, 0.1, hide=True)

    trained(model, loss, steps_of(len(days[0].pairs), 2, 128))
    model.block.self_attn.weigh = looking(attend, causal=False)

    def of(histories: Histories) -> np.ndarray:
        rows = in_front(histories.latest[:, -model.length :])
        users, items = model.recommending(rows, 0.1)
        return (users @ items.T).numpy()

    return Ranked(of)
