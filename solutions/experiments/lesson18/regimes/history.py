"""History: 1, 2, 5, 10, 20 or 50 likes of somebody who was not there in training are known.

The same people at every level, and the same ten likes to be found: what changes is how many of those before are known, the
latest ones. What they liked earlier and nobody knows stands in no list, neither as right nor as wrong. A method hears them
after its training: as rows of a matrix, by fold-in, by one row of the normalized graph, or as what a tower reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import datasets, graphs, metrics, pinworld, sampling, train, walks
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines, lightgcn, mf, ngcf
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson15 import sequences
from solutions.experiments.lesson18.regimes.grid import SLOW, Player, Stage, Task

NAME, KNOB, UNIT = "history", "likes known", "likes"
MEASURE = "NDCG@20 of the next ten likes"
CLAIM = "Below a handful of likes a mean of neighbors finds more than any learned vector."
CUTS = (0, 1, 2)
SETS = {"PinWorld": [(1, 2, 5, 10, 20, 50)], "MovieTweetings": [(1, 2, 5, 10, 20)]}
ABSENT = {
    "NCF, BPR, TransE, TwHIN": "a user is a row of a table: there is none for somebody new",
    "NGCF, on films": "was asked in PinWorld alone, where it is LightGCN's rival",
    "PinSage, MultiBiSage, OmniSage, PinnerFormer": "read contents, actions or boards, which the films lack",
}
NEXT, TOP, LENGTH, DIM = 10, 20, 50, 32


# ------------------------------------------------------------------------ data
@dataclass(frozen=True)
class Known:
    """What is known of q people.

    Attributes:
        saved: (q, n) with a 1 for each like.
        latest: (q, 50) the same items, oldest first, -1 in empty places at the end.
    """

    saved: sp.csr_array
    latest: torch.Tensor


@cache
def events_of(data: str, cut: int) -> Interactions:
    """Return likes, in order within each user."""
    if data == "PinWorld":
        world = pinworld.make(seed=cut, scale=0.5)
        parts = world.split(pinworld.POSITIVE_ACTIONS)
        users, items, times = (
            np.concatenate([getattr(p, x) for p in parts]) for x in ("users", "items", "times")
        )
        order = np.unique(users * world.num_pins + items, return_index=True)[1]
        return Interactions(
            users[order], items[order], world.num_users, world.num_pins, times=times[order]
        )
    if data == "MovieTweetings":
        return towers.films()
    split = datasets.load("gowalla")
    some = np.random.default_rng(0).permutation(split.train.num_users)[:5_000]
    users, items = (
        np.concatenate([getattr(split.train, x), getattr(split.test, x)])
        for x in ("users", "items")
    )
    place = np.arange(len(users))  # each user's train, then test: the order of the file
    keep = np.isin(users, some)
    whole = Interactions(
        users[keep], items[keep], split.train.num_users, split.train.num_items, times=place[keep]
    )
    return whole.core(5, 5)


def parts(data: str, cut: int, levels: tuple) -> tuple[Interactions, np.ndarray, np.ndarray]:
    """Return the events, the people asked in the end, and those who choose before."""
    events = events_of(data, cut)
    long = np.flatnonzero(
        np.bincount(events.users, minlength=events.num_users) >= max(levels) + NEXT
    )
    long = np.random.default_rng(0).permutation(long)
    if data == "PinWorld":  # a cut is another world
        return events, *np.array_split(long, 2)
    folds = np.array_split(long, 3)  # every one is asked in one cut
    return events, folds[cut], folds[(cut + 1) % 3]


def asked(events: Interactions, users: np.ndarray, levels: tuple):
    """Return level -> Known, (q, n) what was liked before, and (q, 10) what is to be found."""
    order = np.lexsort((events.times, events.users))
    rows = np.split(
        events.items[order], np.searchsorted(events.users[order], np.arange(1, events.num_users))
    )
    likes = [rows[u] for u in users]
    known = {
        level: known_of([x[-NEXT - level : -NEXT] for x in likes], events.num_items)
        for level in levels
    }
    before = known_of([x[:-NEXT] for x in likes], events.num_items).saved
    return known, before, np.array([x[-NEXT:] for x in likes])


def known_of(lists: list[np.ndarray], num_items: int) -> Known:
    rows = np.repeat(np.arange(len(lists)), [len(x) for x in lists])
    saved = sp.csr_array(
        (np.ones(len(rows), np.float32), (rows, np.concatenate(lists))), (len(lists), num_items)
    )
    latest = np.full((len(lists), LENGTH), -1)
    for row, x in zip(latest, lists, strict=True):
        x = x[-LENGTH:]
        row[: len(x)] = x
    return Known(saved, torch.from_numpy(latest))


def judge(events: Interactions, users: np.ndarray, levels: tuple):
    """Return the function that maps a model, `model(known)` -> (q, n) scores, to NDCG@20 by level."""
    known, before, truth = asked(events, users, levels)

    def values(model) -> dict[float, np.ndarray]:
        out = {}
        for level in levels:
            scores = np.array(model(known[level]), dtype=np.float32)
            lists = _lists(scores, before)
            gains = (lists[:, :, None] == truth[:, None, :]).any(axis=2)
            weights = 1 / np.log2(np.arange(2, TOP + 2))
            out[level] = gains @ weights / weights[:NEXT].sum()
        return out

    return values


def _lists(scores: np.ndarray, hidden: sp.csr_array) -> np.ndarray:
    """Return (q, 20) the best that are not hidden; equals in an order drawn once."""
    rows, columns = hidden.nonzero()
    scores[rows, columns] = -np.inf
    n = scores.shape[1]
    shuffled = np.random.default_rng(0).permutation(n)
    scores = -scores[:, shuffled]
    best = np.sort(np.argpartition(scores, TOP, axis=1)[:, :TOP], axis=1)
    order = np.argsort(np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return shuffled[np.take_along_axis(best, order, axis=1)]


def task(data: str, levels: tuple, cut: int) -> Task:
    events, final, choosing = parts(data, cut, levels)

    def stage(ask: np.ndarray, out: np.ndarray) -> Stage:
        given = events.select(~np.isin(events.users, out))
        return Stage(given, judge(events, ask, levels))

    players = (
        PLAYERS if events.num_items <= 10_000 else {k: v for k, v in PLAYERS.items() if k != "EASE"}
    )
    without = {
        "Gowalla": ("recent", "NGCF"),
        "MovieTweetings": ("NGCF",),
    }  # the order of Gowalla has no clock
    players = {k: v for k, v in players.items() if k not in without.get(data, ())}
    return Task(
        levels, players,
        choose=lambda: stage(choosing, np.concatenate([final, choosing])),
        final=lambda: stage(final, final),
    )  # fmt: skip


# ------------------------------------------------------------------------ who plays: fit(events) -> model(known)
def _float(events: Interactions) -> sp.csr_array:
    return sp.csr_array(events.csr().astype(np.float32))


def popularity(events: Interactions, days: float | None = None):
    count = baselines.popularity(
        events, half_life=None if days is None else days * pinworld.DAY
    ).scores(np.array([0]))
    return lambda known: np.tile(np.asarray(count), (known.saved.shape[0], 1))


def _dense(scores) -> np.ndarray:
    return scores.toarray() if sp.issparse(scores) else np.asarray(scores)


def item2item(events: Interactions, shrinkage: float, neighbors: int):
    S = sp.csr_array(baselines.neighborhood(events.csr().T.tocsr(), "cosine", shrinkage, neighbors))
    return lambda known: _dense(known.saved @ S)


def user2item(events: Interactions, shrinkage: float, neighbors: int):
    R = _float(events)
    size = np.maximum(np.diff(R.indptr), 1)

    def scores(known: Known) -> np.ndarray:
        C = (known.saved @ R.T).toarray()
        W = (
            C
            / np.sqrt(np.maximum(np.diff(known.saved.indptr), 1)[:, None] * size)
            * C
            / np.maximum(C + shrinkage, 1e-9)
        )
        if neighbors < W.shape[1]:
            W[np.partition(W, -neighbors, axis=1)[:, [-neighbors]] > W] = 0
        return sp.csr_array(W) @ R

    return lambda known: _dense(scores(known))


def rp3beta(events: Interactions, alpha: float, beta: float):
    R = _float(events)

    def power(axis: int, exponent: float) -> sp.dia_array:
        degree = np.asarray(R.sum(axis=axis)).ravel()
        return sp.diags_array(
            np.power(degree, exponent, out=np.zeros_like(degree), where=degree > 0)
        )

    half, rest = power(0, -alpha) @ R.T @ power(1, -alpha), R @ power(0, -beta)
    return lambda known: _dense(known.saved @ half @ rest)


def ease(events: Interactions, reg: float):
    R = _float(events)
    P = np.linalg.inv((R.T @ R).toarray() + reg * np.eye(R.shape[1], dtype=np.float32))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return lambda known: known.saved @ B


def ials(events: Interactions, dim: int, alpha0: float, reg: float):
    H = np.asarray(mf.ials(_float(events), dim, alpha0, reg, sweeps=8).item_emb)
    return lambda known: mf.fold_in(sp.csr_matrix(known.saved), H, alpha0, reg) @ H.T


def mean(events: Interactions, dim: int, alpha0: float, reg: float):
    """Return the mean of the vectors of what was liked, over iALS's items at length 1."""
    H = np.asarray(mf.ials(_float(events), dim, alpha0, reg, sweeps=8).item_emb)
    H = H / np.maximum(np.linalg.norm(H, axis=1, keepdims=True), 1e-9)
    return lambda known: known.saved @ H @ H.T


def of_lightgcn(events: Interactions, lr: float, layers: int, epochs: int):
    R = events.csr()
    positives = sampling.index(R)
    model = lightgcn.Fused(
        graphs.normalize(graphs.adjacency(R)), events.num_users, DIM, layers, lr=lr
    )

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(len(events) // 2048 + 1))

    train.fit(model, batches, epochs=epochs, progress=False)
    items = model.embeddings()[1]
    degree = np.asarray(R.sum(axis=0)).ravel()

    def scores(known: Known) -> np.ndarray:
        new = sp.csr_array(known.saved.T)
        users = lightgcn.fold_in(new, items, degree + np.asarray(known.saved.sum(axis=0)).ravel())
        return (users @ items.T).numpy()

    return scores


def of_ngcf(events: Interactions, lr: float, layers: int, epochs: int):
    """Return NGCF; somebody new has no vector below the first layer, and hears in each one what is known."""
    R = events.csr()
    model, positives = ngcf.NGCF(R, DIM, layers), sampling.index(R)

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(len(events) // 2048 + 1))

    drops = torch.Generator().manual_seed(0)
    lost = partial(ngcf.loss, reg=1e-4, rng=drops)
    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr))
    train.fit(learner, batches, epochs=epochs, progress=False)
    model.eval()
    degree = np.asarray(R.sum(axis=0)).ravel()

    @torch.no_grad()
    def scores(known: Known) -> np.ndarray:
        items = model.embeddings()[1]
        new = sp.csr_array(known.saved.T)
        count = degree + np.asarray(known.saved.sum(axis=0)).ravel()
        user = torch.zeros(known.saved.shape[0], DIM)
        made = [user]
        for k, layer in enumerate(items.split(DIM, dim=1)[:-1]):
            heard = lightgcn.fold_in(new, layer, count)
            user = F.leaky_relu(
                model.self_[k](heard + user) + model.inter[k](heard * user), ngcf.SLOPE
            )
            made.append(user)
        return (torch.cat(made, dim=1) @ items.T).numpy()

    return scores


def pixie(events: Interactions, restart: float):
    R = events.csr()
    m, graph = R.shape[0], walks.walkable(graphs.adjacency(R))
    there = np.asarray(R.sum(axis=0)).ravel() > 0

    @cache
    def visits(item: int) -> np.ndarray:
        return walks.visits(graph, m + item, 2000, restart=restart)[m:].astype(np.int32)

    def scores(known: Known) -> np.ndarray:
        out = np.zeros(known.saved.shape, np.float32)
        for row, items in zip(out, known.latest.numpy(), strict=True):
            starts = [i for i in items[items >= 0][-20:].tolist() if there[i]]
            if starts:
                row[:] = walks.boost(np.array([visits(i) for i in starts], dtype=float))
        return out

    return scores


def _reads(model):
    @torch.no_grad()
    def scores(known: Known) -> np.ndarray:
        model.eval()
        items = model.embeddings()[1]
        return (model.users(known.latest) @ items.T).numpy()

    return scores


def two_towers(events: Interactions, rate: float, epochs: int):
    return _reads(towers.tower(events, None, "sampled", rate, negatives=256, epochs=epochs)[0])


def of_sasrec(events: Interactions, rate: float, epochs: int):
    return _reads(sequences.sas(events, None, "corrected", rate, epochs=epochs)[0])


NEAR = {"shrinkage": [0.3, 1, 3, 10, 30, 100], "neighbors": [10, 30, 100, 300, 1000, 3000]}
FACTORS = {
    "dim": [8, 16, 32, 64, 128, 256], "alpha0": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
}  # fmt: skip
STEPS = {"rate": [0.0003, 0.001, 0.003, 0.01, 0.03], "epochs": [4, 8, 16, 32, 64]}
PLAYERS = {
    "popularity": Player(popularity),
    "recent": Player(popularity, {"days": [1, 3, 9, 27, 81, 243]}, {"days": 27}, natural={"days": [243]}),
    "item2item": Player(item2item, NEAR, {"shrinkage": 10, "neighbors": 300}),
    "user2item": Player(user2item, NEAR, {"shrinkage": 10, "neighbors": 100}),
    "RP3β": Player(rp3beta, {"alpha": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2], "beta": [0.0, 0.1, 0.2, 0.4, 0.6, 0.8]},
                   {"alpha": 0.6, "beta": 0.2}, natural={"beta": [0.0]}),
    "EASE": Player(ease, {"reg": [10, 30, 100, 300, 1000, 3000]}, {"reg": 300}),
    "iALS": Player(ials, FACTORS, {"dim": 64, "alpha0": 0.1, "reg": 0.003}),
    "mean of vectors": Player(mean, FACTORS, {"dim": 64, "alpha0": 0.1, "reg": 0.003}),
    "LightGCN": Player(of_lightgcn, {"lr": [0.0003, 0.001, 0.003, 0.01, 0.03], "layers": [1, 2, 3, 4], "epochs": [4, 8, 16, 32, 64, 128]},
                       {"lr": 0.01, "layers": 2, "epochs": 16}, SLOW, {"layers": [1]}),
    "NGCF": Player(of_ngcf, {"lr": [0.0003, 0.001, 0.003, 0.01, 0.03], "layers": [1, 2, 3, 4], "epochs": [4, 8, 16, 32, 64, 128]},
                   {"lr": 0.01, "layers": 2, "epochs": 16}, SLOW, {"layers": [1]}),
    "Pixie": Player(pixie, {"restart": [0.3, 0.5, 0.7, 0.9, 0.97, 1.0]}, {"restart": 0.7}, SLOW, {"restart": [1.0]}),
    "two towers": Player(two_towers, STEPS, {"rate": 0.003, "epochs": 16}, SLOW),
    "SASRec": Player(of_sasrec, STEPS, {"rate": 0.003, "epochs": 16}, SLOW),
}  # fmt: skip
