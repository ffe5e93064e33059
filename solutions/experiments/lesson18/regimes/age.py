"""Age: how many days ago a model was trained, when today's edges and pictures may be read.

The question is lesson 09's: a pin is looked at, which pins are engaged with next? Every model is trained once, on what is known
on day 24, and asked on later days about the three days that follow, in lists of pins that exist by then. What a table knows stands
still; who counts, walks or encodes reads the graph of the day. The second set asks for pins alone that did not exist in
training, in lists of such pins. Knobs are chosen in a fourth world: one that is as old when it is asked.

The third set asks how old a person's vector may be, as where vectors are made at night. Models are trained once, on days 0 to 41, and
asked before each new like of 200 people in the fortnight that follows, by what these had done some days before that second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, metrics, pinworld, sampling, train
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines, filters, lightgcn, mf, pinnerformer, pinsage, sage
from solutions.experiments.lesson09 import pinsage_study as study
from solutions.experiments.lesson18.regimes import history
from solutions.experiments.lesson18.regimes.grid import SLOW, Player, Stage, Task

NAME, KNOB, UNIT = "age", "days since the training", "days"
MEASURE = "NDCG@20 of the pins that are engaged with next"
CLAIM = "A table of learned vectors falls behind within days; what reads today's graph does not."
CUTS = (0, 1, 2)
ALL, NEW, PEOPLE = "PinWorld", "PinWorld, pins born since", "PinWorld, a person's vector so old"
SETS = {ALL: [(0, 1, 3, 7, 14, 28)], NEW: [(3, 7, 14, 28)], PEOPLE: [(0, 1, 3, 7, 14)]}
ABSENT = {
    "GraphSAGE, among all pins": "PinSage with other neighbors: asked among pins born since",
    "two towers, TwHIN": "iALS stands for vectors that are looked up",
    "SASRec, PinnerFormer, among pins": "a question without a user",
    "OmniSage, MultiBiSage": "an hour for what PinSage trains in a minute",
}
TRAINED, AHEAD, TOP, DIM, WORLD = 24, 3, 20, 32, 3
READ, ASKED, LENGTH = 42, 200, 48  # of people's vectors


# ------------------------------------------------------------------------ data
@cache
def world(seed: int) -> pinworld.World:
    return pinworld.make(seed=seed, scale=0.5)


@cache
def content(seed: int) -> np.ndarray:
    w = world(seed)
    return np.hstack([study.unit(w.images - w.images.mean(axis=0)), study.words(w.texts)])


@cache
def morning(seed: int, day: int) -> study.Stage:
    """Return what a world knows on a morning: boards by pins, pairs of pins that followed each other, contents."""
    w = world(seed)
    rows = w.events(pinworld.POSITIVE_ACTIONS, 0, day)
    pairs = rows.loc[rows["context"] >= 0, ["context", "pin"]].to_numpy()
    R = sp.csr_array((w.bipartite(day)["board-pin"].matrix > 0).astype(np.float64))
    return study.Stage(R, pairs, _sought(seed, day), content(seed))


def _sought(seed: int, day: int) -> Interactions:
    w = world(seed)
    rows = w.events(pinworld.POSITIVE_ACTIONS, day, day + AHEAD)
    pairs = rows.loc[rows["context"] >= 0, ["context", "pin"]].to_numpy()
    born = w.arrays["pin_birth"] < day * pinworld.DAY
    return study.interactions(pairs[born[pairs].all(axis=1)], w.num_pins)


def stage(seed: int, data: str, levels: tuple) -> Stage:
    birth = world(seed).arrays["pin_birth"] / pinworld.DAY

    def judge(model) -> dict[float, np.ndarray]:
        out = {}
        for age in levels:
            now = morning(seed, TRAINED + age)
            there = birth < TRAINED + age
            if data == NEW:
                there &= birth >= TRAINED
            part = now.part.select(there[now.part.items])
            scores = model(now)

            def listed(queries, scores=scores, there=there):
                S = np.array(scores(queries), dtype=np.float64)
                S[:, ~there] = -np.inf
                return S

            out[age] = metrics.evaluate_model(listed, now.itself, part, TOP).ndcg.to_numpy()
        return out

    return Stage(morning(seed, TRAINED), judge)


# ------------------------------------------------------------------------ people and their vectors
@dataclass(eq=False)
class Past:
    """What is known of people on day 42: what they liked, all that they did, and vectors of pins.

    Attributes:
        made: what `of_pinnerformer` has trained, whatever weight is added afterwards.
    """

    likes: Interactions
    log: sampling.Log
    pins: np.ndarray
    made: dict = field(default_factory=dict)


@cache
def log_of(seed: int) -> sampling.Log:
    """Return all that is done in a world; likes are positive actions on pins new to the user."""
    w = world(seed)
    rows = w.events()
    positive = rows["action"].isin(pinworld.POSITIVE_ACTIONS)
    new = positive & ~rows[["user", "pin"]].assign(positive=positive).duplicated()
    users, pins, times = (rows[c].to_numpy() for c in ("user", "pin", "time"))
    return sampling.Log(
        users, pins, rows["action"].cat.codes.to_numpy(), times, new.to_numpy(), w.num_users
    )


@cache
def past_of(seed: int) -> Past:
    w, log = world(seed), log_of(seed).until(READ * pinworld.DAY - 1)
    liked = log.likes
    likes = Interactions(
        log.users[liked], log.items[liked], w.num_users, w.num_pins, times=log.times[liked]
    )
    A_hat = graphs.normalize(
        graphs.adjacency(sp.csr_array(w.bipartite(READ)["board-pin"].matrix > 0))
    )
    boards = A_hat.shape[0] - w.num_pins
    on_boards = mf.svd(sp.csr_array(A_hat[boards:, :boards]), DIM).user_emb
    pins = np.hstack([content(seed), study.unit(on_boards)]).astype(np.float32)
    return Past(likes, log, pins)


def people(seed: int, levels: tuple) -> Stage:
    """Return the stage of people: a list is asked for before each new like, by what had been done `level` days before it."""
    log, n = log_of(seed), world(seed).num_pins
    likes = log.likes
    users, items, times = log.users[likes], log.items[likes], log.times[likes]
    some = np.unique(users[times >= READ * pinworld.DAY])
    some = np.random.default_rng(0).permutation(some)[:ASKED]
    asked = np.flatnonzero((times >= READ * pinworld.DAY) & np.isin(users, some))
    keys, who, span = users * 2**33 + times, users[asked], 2**33
    first = np.searchsorted(keys, who * span)

    def known(age: float) -> SimpleNamespace:
        then = np.maximum(times[asked] - int(age * pinworld.DAY), 0)
        until = np.searchsorted(keys, who * span + then)
        read = history.known_of([items[a:z] for a, z in zip(first, until, strict=True)], n)
        events = pinnerformer.read(log, who, then - 1, LENGTH)
        return SimpleNamespace(saved=read.saved, latest=read.latest, events=events)

    def judge(model) -> dict[float, np.ndarray]:
        out = {}
        before = np.searchsorted(keys, who * span + times[asked])
        for age in levels:
            scores = np.array(model(known(age)), dtype=np.float64)
            for row, a, z in zip(scores, first, before, strict=True):
                row[items[a:z]] = -np.inf
            mine = scores[np.arange(len(asked)), items[asked]][:, None]
            rank = 1 + (scores > mine).sum(axis=1) + ((scores == mine).sum(axis=1) - 1) / 2
            gain = np.where(rank <= TOP, 1 / np.log2(1 + rank), 0.0)
            place = np.searchsorted(np.sort(some), who)
            out[age] = np.bincount(place, gain, len(some)) / np.bincount(place, minlength=len(some))
        return out

    return Stage(past_of(seed), judge)


def task(data: str, levels: tuple, cut: int) -> Task:
    if data == PEOPLE:
        return Task(levels, OF_PEOPLE, partial(people, WORLD, levels), partial(people, cut, levels))
    players = {k: v for k, v in PLAYERS.items() if data == NEW or k != "GraphSAGE"}
    return Task(
        levels, players, partial(stage, WORLD, data, levels), partial(stage, cut, data, levels)
    )


# ------------------------------------------------------------------------ who plays: fit(morning of the training) -> model(today) -> scores
def _rows(S: sp.csr_array):
    return lambda queries: S[queries].toarray()


def popularity(then: study.Stage):
    count = np.bincount(then.pairs[:, 1], minlength=then.n).astype(float)
    return lambda now: lambda queries: np.tile(count, (len(queries), 1))


def recent(then: study.Stage, last: float):
    return lambda now: study.recent(now, last).scores


def content_alone(then: study.Stage):
    return lambda now: lambda queries: now.content[queries] @ now.content.T


def table(then: study.Stage, shrinkage: float):
    """Return cosines of the pins that followed, as they were on the day of the training."""
    S = sp.csr_array(
        baselines.neighborhood(sp.csr_matrix((then.C_both > 0).astype(float)), "cosine", shrinkage)
    )
    return lambda now: _rows(S)


def rp3beta(then: study.Stage, alpha: float, beta: float):
    return lambda now: filters.rp3beta(now.C_both, alpha, beta).scores


def pixie(then: study.Stage, restart: float, beta: float):
    return lambda now: study.walk(now, restart, beta).scores


def ials(then: study.Stage, dim: int, alpha0: float, reg: float):
    """Return products of vectors; the query is folded in from what has followed it until today."""
    H = np.asarray(mf.ials(then.C_both, dim, alpha0, reg, sweeps=8).item_emb)

    def today(now: study.Stage):
        Q = mf.fold_in(sp.csr_matrix(now.C_both), H, alpha0, reg)
        return lambda queries: Q[queries] @ H.T

    return today


def of_lightgcn(then: study.Stage, lr: float, layers: int, epochs: int):
    """Return LightGCN over boards and pins: vectors of the training, sent along the edges of today."""
    m, n = then.R.shape
    positives = sampling.index(then.R)
    model = lightgcn.Fused(graphs.normalize(graphs.adjacency(then.R)), m, DIM, layers, lr=lr)

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(then.R.nnz // 2048 + 1))

    train.fit(model, batches, epochs=epochs, progress=False)
    E = np.array(model.E)

    def today(now: study.Stage):
        boards = now.R.shape[0]  # new boards come after those of the training, and know nothing yet
        start = np.zeros((boards + n, DIM), E.dtype)
        start[:m], start[boards:] = E[:m], E[m:]
        A_hat = graphs.normalize(graphs.adjacency(now.R))
        out = graphs.propagate(A_hat, torch.from_numpy(start), layers)
        z = torch.as_tensor(out).numpy()[boards:]
        return lambda queries: z[queries] @ z.T

    return today


def visited(now: study.Stage) -> sp.csr_array:
    """Return whom PinSage hears: the pins that walks visit most."""
    return now.alpha


def drawn(now: study.Stage) -> sp.csr_array:
    """Return whom GraphSAGE hears: the pins at the end of forty draws of a board, and of a pin on it, twenty at most."""
    return pinsage.neighborhoods(now.R, 20, num_steps=40, restart=1.0)


def encoder(hears, pooling: str, then: study.Stage, scale: float, lr: float, epochs: int):
    """Return an encoder: weights of the training, neighbors and degrees of today."""
    model = study.fit(then, "softmax", scale=scale, lr=lr, num_layers=1, epochs=epochs, dim=DIM,
                      pooling=pooling, alpha=hears(then))  # fmt: skip

    def today(now: study.Stage):
        x = sage.Content(DIM, 0, now.x, None, seed=0)
        fresh = pinsage.PinSage(hears(now), x, DIM, 1, pooling)
        fresh.load_state_dict(
            {k: v for k, v in model.state_dict().items() if k in dict(fresh.named_parameters())},
            strict=False,
        )
        z = fresh.embeddings()[0].detach().numpy()
        return lambda queries: z[queries] @ z.T

    return today


def frozen(then: study.Stage, scale: float, lr: float, epochs: int):
    """Return the vectors that PinSage made on the day of the training."""
    z = study.fit(
        then, "softmax", scale=scale, lr=lr, num_layers=1, epochs=epochs, dim=DIM
    ).embeddings()[0]
    z = z.detach().numpy()
    return lambda now: lambda queries: z[queries] @ z.T


def of_likes(fit, given: Past, **knobs):
    """Return a method of the slice of history, that learns from likes and hears those of somebody."""
    return fit(given.likes, **knobs)


def of_pinnerformer(given: Past, lr: float, objective: str, steps: int, weight: float):
    """Return PinnerFormer with weight · log(1 + likes) of a pin on top: its vectors have length 1 (15.4)."""
    knobs = (lr, objective, steps)
    if knobs not in given.made:
        given.made[knobs] = pinnerformer.fit(
            given.log, given.pins, READ * pinworld.DAY - 1, objective, num_actions=len(pinworld.ACTIONS),
            length=LENGTH, dim=DIM, lr=lr, users=48, steps=steps,
        )  # fmt: skip
    model = given.made[knobs]
    liked = weight * np.log1p(given.likes.degrees()[1])

    @torch.no_grad()
    def scores(known) -> np.ndarray:
        return (model.users(*known.events) @ model.items().T).numpy() + liked

    return scores


WALK = {"alpha": [0.0, 0.1, 0.2, 0.35, 0.6, 1.0], "beta": [0.0, 0.1, 0.2, 0.4, 0.6]}
STEPS = {
    "scale": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    "lr": [0.0003, 0.001, 0.003, 0.01, 0.03],
    "epochs": [2, 4, 8, 16],
}
NATURAL = {"last": [1.0], "restart": [1.0], "alpha": [0.0, 1.0], "beta": [0.0], "layers": [1]}
BEGIN = {"scale": 0.1, "lr": 0.003, "epochs": 8}
PLAYERS = {
    "popularity": Player(popularity),
    "recent": Player(recent, {"last": [0.01, 0.03, 0.1, 0.3, 1.0]}, {"last": 0.1}, natural=NATURAL),
    "content": Player(content_alone),
    "item2item": Player(table, {"shrinkage": [0.3, 1, 3, 10, 30, 100]}, {"shrinkage": 3}),
    "RP3β": Player(rp3beta, WALK, {"alpha": 0.35, "beta": 0.1}, natural=NATURAL),
    "Pixie": Player(pixie, {"restart": [0.03, 0.1, 0.3, 0.6, 1.0], "beta": [-0.3, 0.0, 0.3]}, {"restart": 0.3, "beta": 0.0}, SLOW, NATURAL),
    "iALS": Player(ials, {"dim": [8, 16, 32, 64, 128], "alpha0": [0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]},
                   {"dim": 32, "alpha0": 0.1, "reg": 0.001}),
    "LightGCN": Player(of_lightgcn, {"lr": [0.0003, 0.001, 0.003, 0.01, 0.03], "layers": [1, 2, 3, 4], "epochs": [4, 8, 16, 32, 64]},
                       {"lr": 0.01, "layers": 2, "epochs": 16}, SLOW, NATURAL),
    "GraphSAGE": Player(partial(encoder, drawn, "mean"), STEPS, BEGIN, SLOW),
    "PinSage": Player(partial(encoder, visited, "importance"), STEPS, BEGIN, SLOW),
    "PinSage, vectors of the training": Player(frozen, STEPS, BEGIN, SLOW),
}  # fmt: skip
OF_PEOPLE = {
    name: Player(partial(of_likes, player.fit), player.ladders, player.start, player.trials, player.natural)
    for name, player in history.PLAYERS.items()
    if name in ("popularity", "recent", "RP3β", "EASE")
} | {
    "iALS": Player(partial(of_likes, history.ials), history.FACTORS | {"alpha0": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]},
                   {"dim": 64, "alpha0": 0.3, "reg": 0.003}),
    "SASRec": Player(partial(of_likes, history.of_sasrec), {"rate": [0.001, 0.003, 0.01, 0.03], "epochs": [2, 4, 8, 16, 32]},
                     {"rate": 0.01, "epochs": 8}, SLOW),
    "PinnerFormer": Player(
        of_pinnerformer,
        {"weight": [0.0, 0.3, 0.6, 1.0, 1.5, 2.0], "objective": ["every next", "dense"], "steps": [100, 200, 400, 800, 1600], "lr": [0.001, 0.003, 0.01, 0.03]},
        {"weight": 1.0, "objective": "every next", "steps": 400, "lr": 0.01},
        SLOW, {"weight": [0.0], "objective": ["every next", "dense"]},
    ),
}  # fmt: skip
