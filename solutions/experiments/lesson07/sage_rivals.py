"""GraphSAGE for items that came after the training, beside tuned rivals, on PinWorld and real articles.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson07.sage_rivals PART

Parameters are learned from one graph; questions are asked on today's graph, in which there are other
items and other edges, and nothing is trained again. An item is known (it had edges when the parameters
were learned), new with edges, or new without. PinWorld, saves: learned until day 34, today is day 42,
asked for days 42-48, to choose; learned until day 41, today is day 49, asked for days 49-55, to test.
citeulike-t: a tenth of the articles is new to choose with, another tenth to test with; half of these have
all their readers in the future, the others three tenths of them today. A tenth of the other likes is asked.

PART is `rivals` (every model climbs on the first part until no neighbor is better, the winners once on test,
those that are trained by chance with three seeds, each as it is and with a number for popularity that the same
part chooses), `more` (of `rivals`: GraphSAGE on PinWorld with twice the steps, and with ids, on what chooses, one
seed), `shelf` (of `rivals`: citeulike-t, popularity weighed for the new articles with readers alone), `leak` (target edges in the messages or not) or `choices` (the settings of the open task). Each writes
data/results/07_PART.json. `rivals --stored` takes the knobs that are stored, and tunes nothing but popularity.
About ninety minutes of one thread for `rivals`, which goes on where it was interrupted, three for each of
the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from itertools import product

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

from graphrec_utils import datasets, graphs, losses, metrics, paths, pinworld, results, train
from graphrec_utils.data import Interactions
from graphrec_utils.graphs import batches
from graphrec_utils.models import filters, lightgcn, mf, pinsage, sage
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from solutions.experiments import devices, tuning
from solutions.experiments.kept import kept, spent
from solutions.experiments.tuning import Chosen

COMMAND = "python -m solutions.experiments.lesson07.sage_rivals"
SEEDS = (0, 1, 2)
EPOCHS, SHORT = 24, 8  # of the encoders that are compared; of `leak` and `choices`
STEPS, SIZE, SHARED, DIM = 60, 512, 300, 64
GROUPS = ("known", "new with edges", "new without")


def unit(x):
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(length > 0, length, 1)


def words(counts: sp.csr_array, dim: int = 64) -> np.ndarray:
    """Return unit vectors of bags of words: an SVD of tf-idf; zeros for who says nothing."""
    rarity = np.log(counts.shape[0] / np.maximum((counts > 0).sum(axis=0), 1))
    rows, _ = mf.svd(sp.csr_array(counts.multiply(rarity)), dim)
    return unit(rows * np.sqrt(np.square(rows).sum(axis=0))).astype(np.float32)


@dataclass
class Shelf:
    """Another model's scores, of some items only."""

    model: object
    on: np.ndarray

    def scores(self, users):
        return np.where(self.on, np.asarray(self.model.scores(users), dtype=np.float64), -np.inf)


@dataclass
class Stage:
    """What parameters are learned from, what is there today, and what is then asked for.

    Attributes:
        past: (m, n) likes to learn from.
        today: (m, n) likes that the answer may read, those of `past` among them.
        latest: (m, n) the likes of the last week before today, for recent popularity.
        part: users and what is to be found.
        content: (n, f).
    """

    past: sp.csr_array
    today: sp.csr_array
    latest: sp.csr_array
    part: Interactions
    content: np.ndarray

    @cached_property
    def group(self) -> np.ndarray:
        """(n,) 0, 1 or 2: which of GROUPS an item belongs to."""
        then, now = (np.asarray(R.sum(axis=0)).ravel() > 0 for R in (self.past, self.today))
        return np.where(then, 0, np.where(now, 1, 2))

    @cached_property
    def known(self) -> np.ndarray:
        return np.flatnonzero(self.group == 0)

    @cached_property
    def edges(self) -> np.ndarray:
        """(E, 2) the likes to learn from."""
        return np.stack(self.past.nonzero(), axis=1)

    @cached_property
    def alpha(self) -> sp.csr_array:
        return pinsage.neighborhoods(self.today, 20, num_steps=200)

    @cached_property
    def seen(self) -> Interactions:
        return Interactions(*self.today.nonzero(), *self.today.shape)

    def found(self, model, group: int | None = None) -> pd.DataFrame:
        """Return the metrics of all items together, or of the shelf of one group."""
        if group is None:
            return metrics.evaluate_model(model, self.seen, self.part)
        part = self.part.select(self.group[self.part.items] == group)
        return metrics.evaluate_model(Shelf(model, self.group == group), self.seen, part)

    def score(self, model) -> float:
        return float(self.found(model).ndcg.mean())


def csr(pairs: np.ndarray, m: int, n: int) -> sp.csr_array:
    """Return (m, n) with a 1 for each pair."""
    R = sp.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(m, n)).tocsr()
    R.data[:] = 1
    return R


def asked(pairs: np.ndarray, today: sp.csr_array, count: int = 2500) -> Interactions:
    """Return each pair of some users once that is not there today."""
    m, n = today.shape
    new = csr(pairs, m, n)
    new = np.stack((new - new.multiply(today)).nonzero(), axis=1)
    users = np.random.default_rng(0).permutation(np.unique(new[:, 0]))[:count]
    return Interactions(*new[np.isin(new[:, 0], users)].T, m, n)


def world() -> tuple[Stage, Stage]:
    """Return PinWorld as it is learned until day 34 and asked on day 42, and a week later."""
    w = pinworld.load("small")
    content = np.hstack([unit(w.images - w.images.mean(axis=0)), words(w.texts)])

    def pairs(start, end):
        return w.events(("save",), start, end)[["user", "pin"]].to_numpy()

    def stage(then, now, end):
        R = [
            csr(pairs(a, b), w.num_users, w.num_pins)
            for a, b in ((0, then), (0, now), (now - 7, now))
        ]
        return Stage(*R, asked(pairs(now, end), R[1]), content)

    first, second, last = pinworld.TRAIN_END, pinworld.VAL_END, pinworld.DAYS
    return stage(first - 7, first, second), stage(first, second, last)


def articles() -> tuple[Stage, Stage]:
    """Return citeulike-t with a tenth of the articles new, and another tenth."""
    library = datasets.load("citeulike-t")["library"].core(5, 3)
    R = library.csr()
    m, n = R.shape
    pairs = np.stack(R.nonzero(), axis=1)
    rng = np.random.default_rng(0)
    kind = rng.choice(5, n, p=[0.8, 0.05, 0.05, 0.05, 0.05])  # 1, 2 to choose with; 3, 4 to test
    coin, of = rng.random((2, len(pairs))), kind[pairs[:, 1]]
    content = words(sp.csr_array(library.item_features.matrix), 128)

    def stage(some, bare, hidden, spared, low):
        new = (of == some) | (of == bare)
        future = (of == bare) | ((of == some) & (coin[0] > 0.3))
        future |= ~new & (coin[1] >= low) & (coin[1] < low + 0.1)
        allowed = ~np.isin(of, hidden) & (coin[1] >= spared)
        past = csr(pairs[allowed & ~new & ~future], m, n)
        today = csr(pairs[allowed & ~future], m, n)
        return Stage(past, today, today, asked(pairs[future], today, 2000), content)

    # what tests is hidden from what chooses; later all but the test is there
    return stage(1, 2, [3, 4], 0.1, 0.1), stage(3, 4, [], 0.0, 0.0)


# ---------------------------------------------------------------- models
def fit(
    stage: Stage,
    loss: str = "softmax",
    scale: float = 0.1,
    lr: float = 0.01,
    silent: float = 0.0,
    fanouts: tuple[int, ...] = (10, 10),
    hide: bool = True,
    ids: bool = False,
    drop: bool = False,
    epochs: int = SHORT,
    seed: int = 0,
    told: list[float] | None = None,
) -> sage.SAGE:
    """Train GraphSAGE on `stage.past`: scores are products of unit vectors divided by `scale`.

    Args:
        loss: "bce", the paper's with 20 negatives, or "softmax" over SHARED negatives.
        silent: the share of items that hear nobody in a batch, as an item does that has come today.
        ids: give each known item a word of its own besides; a new one has none.
        drop: an item that hears nobody has no word either, as a new one.
        told: gets the loss of each epoch.
    """
    m, n = stage.past.shape
    own = sp.diags_array((stage.group == 0).astype(np.float32)).tocsr() if ids else None
    content = sage.Content(DIM, m, stage.content, own, seed=seed)
    model = sage.SAGE(graphs.adjacency(stage.past), content, DIM, fanouts, seed)
    count = 20 if loss == "bce" else SHARED

    def drawn(rng):
        for _ in range(STEPS):
            u, i = stage.edges[rng.integers(len(stage.edges), size=SIZE)].T
            j = rng.choice(stage.known, count)
            mute = np.flatnonzero(rng.random(n) < silent) + m
            yield *map(torch.from_numpy, (u.astype(np.int64), i.astype(np.int64), j, mute)), rng

    def lost(model, batch):
        *ids, rng = batch
        u, i, j, mute = (x.cpu() for x in ids)  # where neighbors are drawn
        ends = u, m + i, m + j
        nodes, place = torch.unique(torch.cat(ends), return_inverse=True)
        if drop:
            named = np.where(np.isin(np.arange(n), mute.numpy() - m), 0, stage.group == 0)
            content.bag = sp.diags_array(named.astype(np.float32)).tocsr()
        blocks = batches.sample(model.A, nodes, fanouts, rng)
        if hide:
            blocks = sage.without(blocks, *ends[:2])
        if len(mute):
            blocks = sage.silenced(blocks, mute)
        z = model(blocks)
        z_u, z_i, z_j = z[place.to(z.device)].split([len(x) for x in ends])
        pos, neg = (z_u * z_i).sum(dim=1) / scale, z_u @ z_j.T / scale
        if loss == "bce":
            return losses.bce(pos, neg)
        return losses.sampled_softmax(pos, neg, hits=(j[None, :] == i[:, None]).to(neg.device))

    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr), devices.chosen)
    history = train.fit(
        learner, drawn, epochs=epochs, schedule=train.cosine, seed=seed, progress=False
    )
    content.bag = own
    if told is not None:
        told += map(float, history.loss)
    return model


def embedded(stage: Stage, epochs: int | None = None, **knobs) -> Factors:
    """Return GraphSAGE's vectors on today's graph, after EPOCHS if nothing else is said."""
    model = fit(stage, epochs=epochs or EPOCHS, **knobs)
    return Factors(*model.embeddings(graphs.adjacency(stage.today)))


@dataclass
class Same:
    """One row of scores for everybody."""

    row: np.ndarray

    def scores(self, users):
        return np.tile(self.row, (len(users), 1))


@dataclass
class Weighed:
    """A model's scores, in their own standard deviations, plus a weight times a number of each item."""

    model: object
    number: np.ndarray
    weight: float
    size: float

    def scores(self, users):
        scores = np.asarray(self.model.scores(users), dtype=np.float64)
        return scores / self.size + self.weight * self.number


def popular(stage: Stage, model, weight: float):
    """Return the model with a number for popularity: log(1 + today's likes) times a weight."""
    likes = np.log1p(np.asarray(stage.today.sum(axis=0)).ravel())
    some = np.asarray(model.scores(np.unique(stage.part.users)[:200]), dtype=np.float64)
    return Weighed(model, likes, weight, float(some.std()))


def recent(stage: Stage, weight: float) -> Same:
    """Return likes of the last week, plus a share of all."""
    return Same(np.asarray(stage.latest.sum(axis=0) + weight * stage.today.sum(axis=0)).ravel())


def folded_ials(stage: Stage, dim: int, alpha0: float, reg: float) -> Factors:
    """Return iALS learned from the past; new items, then all users are folded in from today's graph."""
    W, H = mf.ials(stage.past, dim, alpha0, reg, sweeps=8)
    new = np.flatnonzero(stage.group == 1)
    H = np.array(H)
    H[stage.group > 0] = 0
    if len(new):
        H[new] = mf.fold_in(sp.csr_array(stage.today.T.tocsr()[new]), W, alpha0, reg)
    return Factors(mf.fold_in(stage.today, H, alpha0, reg), H)


def folded_lightgcn(
    stage: Stage, loss: str, lr: float, reg: float, epochs: int, seed: int = 0
) -> Factors:
    """Return LightGCN learned from the past; a new item is one row of today's A_hat times the users."""
    m = stage.past.shape[0]
    A_hat = graphs.normalize(graphs.adjacency(stage.past))
    model = lightgcn.LightGCN(A_hat, m, DIM, 2, seed=seed)

    def drawn(rng):
        for _ in range(STEPS):
            u, i = stage.edges[rng.integers(len(stage.edges), size=2 * SIZE)].T.astype(np.int64)
            yield tuple(map(torch.from_numpy, (u, i, rng.choice(stage.known, 2 * SIZE))))

    lost = partial(getattr(lightgcn.LightGCN, f"{loss}_loss"), reg=reg)
    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr), devices.chosen)
    train.fit(learner, drawn, epochs=epochs, schedule=train.cosine, seed=seed, progress=False)
    A_hat = graphs.normalize(graphs.adjacency(stage.today))
    with torch.no_grad():
        users, items = (x.clone() for x in model.embeddings(A_hat))
    degree, new = np.asarray(stage.today.sum(axis=1)).ravel(), stage.group > 0
    items[new] = lightgcn.fold_in(stage.today.tocsc()[:, new], users, degree)
    return Factors(users, items)


def aggregated(stage: Stage, own: float) -> Factors:
    """Return importance aggregation without training: content, and the weighted mean of the neighbors'."""
    z = np.hstack([own * stage.content, unit(stage.alpha @ stage.content)])
    return Factors(unit(stage.today @ z), z)


def content_alone(stage: Stage) -> Factors:
    """Return the items' content, and for a user the sum of it."""
    return Factors(unit(stage.today @ stage.content).astype(np.float32), stage.content)


RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
TRAINED = {
    "scale": [0.012, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8], "lr": RATES,
    "silent": [0.0, 0.05, 0.15, 0.3, 0.6, 0.8],
}  # fmt: skip
MODELS: dict[str, tuple[Callable, dict]] = {
    "recent popularity": (recent, {"weight": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]}),
    "content, untrained": (content_alone, {}),
    "importance aggregation, untrained": (aggregated, {"own": [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]}),
    "RP3β": (
        lambda stage, **knobs: filters.rp3beta(stage.today, **knobs),
        {"alpha": [0.1, 0.2, 0.4, 0.6, 0.8, 1.0], "beta": [0.0, 0.1, 0.2, 0.3, 0.4, 0.6]},
    ),
    "EASE": (
        lambda stage, reg: ease(stage.today.astype(np.float32), reg),
        {"reg": [10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0]},
    ),
    "iALS, folded in": (
        folded_ials,
        {
            "dim": [16, 32, 64, 128, 256], "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
            "reg": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03],
        },
    ),
    "LightGCN, folded in": (
        folded_lightgcn,
        {
            "loss": ["bpr", "softmax"], "lr": RATES, "reg": [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3],
            "epochs": [2, 4, 8, 16, 32, 64],
        },
    ),
    "content, trained": (partial(embedded, fanouts=(10,)), TRAINED),
    "GraphSAGE": (embedded, TRAINED),
}  # fmt: skip
STARTS = {
    "weight": 0.1, "own": 3.0, "alpha": 0.6, "beta": 0.2, "dim": 64, "alpha0": 0.1, "loss": "bpr",
    "lr": 0.01, "epochs": 8, "scale": 0.1, "silent": 0.15,
}  # fmt: skip
REG = {"EASE": 300.0, "iALS, folded in": 0.003, "LightGCN, folded in": 1e-4}
BY_CHANCE = {"LightGCN, folded in", "content, trained", "GraphSAGE"}
# own = 100 is content alone, and silent = 0 lets everybody hear
NATURAL = {"alpha": [1.0], "beta": [0.0], "weight": [1.0], "own": [100.0], "silent": [0.0],
           "loss": ["bpr", "softmax"]}  # fmt: skip
DATA = {"PinWorld": world, "citeulike-t": articles}
LEFT_OUT = {"citeulike-t": ("EASE",)}  # a dense matrix of all pairs


POPULAR = " + popularity"
WEIGHTS = [0.0, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0]


# ---------------------------------------------------------------- what is measured
def tuned(data: str, name: str, early: Stage) -> Chosen:
    """Return the best of a model's trials on what chooses."""
    make, ladders = MODELS[name]
    start = STARTS | {"reg": REG.get(name)} if ladders else None
    return tuning.tuned(
        f"07_tune_{data}", name, partial(make, early), ladders, early.score, start, 1, NATURAL
    )


def weighed(data: str, name: str, knobs: dict, early: Stage) -> tuple[float, float]:
    """Return the weight of popularity that is best on what chooses, and what is found with it."""

    def found():
        model = MODELS[name][0](early, **knobs)
        return [early.score(popular(early, model, weight)) for weight in WEIGHTS]

    scores = kept(f"07_weigh_{data}", f"{name} {knobs}", found)
    best = int(np.argmax(scores))
    return WEIGHTS[best], scores[best]


def on_test(late: Stage, name: str, knobs: dict, weight: float, seed: dict) -> dict:
    """Return NDCG@20 of each user, of all items and by shelf, and the seconds.

    `run` is the model as it is, `popular` the same with its number for popularity.
    """
    start, model = time.process_time(), MODELS[name][0](late, **knobs, **seed)
    out = {}
    for key, made in (("run", model), ("popular", popular(late, model, weight))):
        found = [late.found(made, group).ndcg for group in (None, 0, 1, 2)]
        out[key] = [x.round(5).to_dict() for x in found]
    return out | {"seconds": time.process_time() - start}


def rivals(
    data: str, early: Stage, late: Stage, only: str | None = None, stored: dict | None = None
) -> dict:
    """Return two rows for each model, without and with popularity, and how far GraphSAGE is ahead of each.

    What stands in `stored` keeps its knobs and is not tuned again.
    """  # fmt: skip
    columns, rows, ndcg = ("all", *GROUPS), [], {}
    known = {row["model"]: row for row in (stored or {"models": []})["models"]}
    for name in MODELS:
        if only not in (None, name) or name in LEFT_OUT.get(data, ()):
            continue
        if name in known:
            row = known[name]
            best = Chosen(row["knobs"], row["validation"], row["trials"], row["at the edge"])
        else:
            best = tuned(data, name, early)
        weight, score = weighed(data, name, best.knobs, early)
        edge = f"popularity = {weight:g}" if weight == WEIGHTS[-1] else ""
        with_it = Chosen(
            best.knobs | {"popularity": weight}, score, best.trials + len(WEIGHTS), edge
        )
        out = []
        for seed in [{"seed": seed} for seed in SEEDS] if name in BY_CHANCE else [{}]:
            key = " ".join(map(str, (name, best.knobs, weight, *seed.values())))
            make = partial(on_test, late, name, best.knobs, weight, seed)
            out.append(kept(f"07_rivals_{data}", key, make))
        seconds = round(sum(run["seconds"] for run in out) / len(out), 1)
        for key, row_of, chosen in (("run", name, best), ("popular", name + POPULAR, with_it)):
            # what was kept comes back from JSON with its users as text
            runs = [[pd.Series(x).rename(int).sort_index() for x in run[key]] for run in out]
            ndcg[row_of] = [sum(parts) / len(parts) for parts in zip(*runs, strict=True)]
            rows.append({
                "model": row_of, **{c: float(x.mean()) for c, x in zip(columns, ndcg[row_of], strict=True)},
                "knobs": chosen.knobs, "at the edge": chosen.edge, "trials": chosen.trials,
                "validation": chosen.score, "seeds": [[float(x.mean()) for x in run] for run in runs],
                "CPU seconds, fit and ranking": seconds,
            })  # fmt: skip
            print(data, rows[-1], flush=True)
    if only:
        return {}
    leads = {
        f"{one} over {other}, {column}": asdict(metrics.compare(ndcg[one][k], ndcg[other][k]))
        for one, other in compared(list(ndcg))
        for k, column in enumerate(columns)
    }
    wanted = np.bincount(late.group[late.part.items], minlength=3)
    return {
        "models": rows, "leads": leads, "users": len(np.unique(late.part.users)),
        "items": dict(zip(GROUPS, np.bincount(late.group, minlength=3).tolist(), strict=True)),
        "sought": dict(zip(GROUPS, wanted.tolist(), strict=True)),
    }  # fmt: skip


def compared(names: list[str]) -> list[tuple[str, str]]:
    """Return who is compared: GraphSAGE with every other, both without or both with popularity, and with itself."""
    pairs = []
    for one in (name for name in names if "SAGE" in name):
        mine = POPULAR in one
        pairs += [(one, other) for other in names if other != one and (POPULAR in other) == mine]
        if mine:
            pairs.append((one, one.removesuffix(POPULAR)))
    return pairs


ARMS = {
    "as chosen": {},
    "twice the steps": {"epochs": 2 * EPOCHS},
    "ids, dropped in silence": {"ids": True, "drop": True},
}


def more(early: Stage, knobs: dict) -> dict:
    """Return what GraphSAGE with its knobs finds on what chooses, one seed, with more steps, and with ids."""
    rows = []
    for arm, options in ARMS.items():

        def found(options=options):
            model = embedded(early, **knobs, **options)
            return [early.score(popular(early, model, weight)) for weight in WEIGHTS]

        scores = kept("07_more_PinWorld", f"{arm} {knobs}", found)
        best = int(np.argmax(scores))
        rows.append({"arm": arm, "as it is": scores[0], "weight": WEIGHTS[best], "with it": scores[best]})  # fmt: skip
        print(rows[-1], flush=True)
    return {"more": rows}


SHELF, SHELVED = (
    1,
    ("RP3β", "iALS, folded in", "LightGCN, folded in", "content, trained", "GraphSAGE"),
)


def shelf(early: Stage, late: Stage, knobs: dict[str, dict]) -> dict:
    """Return what models find among new items with edges if the weight of popularity is the best for these alone."""
    rows, each, file = [], {}, "07_shelf_citeulike-t"
    ndcg = lambda stage, model, weight: stage.found(popular(stage, model, weight), SHELF).ndcg  # noqa: E731
    for name in SHELVED:
        make = partial(MODELS[name][0], **knobs[name])

        def chosen(make=make):
            model = make(early)
            return [float(ndcg(early, model, weight).mean()) for weight in WEIGHTS]

        scores = kept(file, f"{name} {knobs[name]}", chosen)
        weight = WEIGHTS[int(np.argmax(scores))]

        def once(seed, make=make, weight=weight):
            return ndcg(late, make(late, **seed), weight).round(5).to_dict()

        seeds = [{"seed": seed} for seed in SEEDS] if name in BY_CHANCE else [{}]
        runs = [kept(file, f"test {name} {weight} {seed}", partial(once, seed)) for seed in seeds]
        each[name] = sum(pd.Series(run).rename(int).sort_index() for run in runs) / len(runs)
        rows.append({"model": name, "weight": weight, "validation": max(scores), "ndcg": float(each[name].mean()),
                     "seeds": [float(pd.Series(run).mean()) for run in runs]})  # fmt: skip
        print(rows[-1], flush=True)
    leads = {
        f"GraphSAGE over {x}": asdict(metrics.compare(each["GraphSAGE"], each[x]))
        for x in SHELVED[:-1]
    }
    return {"shelf": rows, "shelf leads": leads}


KNOBS = {"scale": 0.05, "lr": 0.03, "silent": 0.2}


def leak(early: Stage) -> list[dict]:
    """Return the loss in training and NDCG@20 with target edges among the messages, and without."""
    rows = []
    for hide, seed in product((True, False), SEEDS):
        losses_seen: list[float] = []
        model = fit(early, **KNOBS, hide=hide, seed=seed, told=losses_seen)
        vectors = Factors(*model.embeddings(graphs.adjacency(early.today)))
        rows.append({"target edges": "hidden" if hide else "heard", "seed": seed,
                     "loss": losses_seen, "ndcg": early.score(vectors)})  # fmt: skip
        print(rows[-1], flush=True)
    return rows


CHOICES = {"num_layers": [1, 2], "silent": [0.0, 0.05, 0.2, 0.5], "ids": [False, True]}


def choices(early: Stage) -> list[dict]:
    """Return NDCG@20 of every setting of the open task on what chooses, seed 0, and by shelf."""
    rows = []
    for values in product(*CHOICES.values()):
        knobs = dict(zip(CHOICES, values, strict=True))
        K = knobs["num_layers"]
        model = embedded(early, **KNOBS | {"silent": knobs["silent"]}, ids=knobs["ids"],
                         fanouts=(10,) * K, epochs=SHORT)  # fmt: skip
        found = [float(early.found(model, g).ndcg.mean()) for g in (None, 0, 1, 2)]
        rows.append(knobs | dict(zip(("all", *GROUPS), found, strict=True)))
        print(rows[-1], flush=True)
    return rows


CLAIMS = {
    "rivals": "GraphSAGE finds more than content alone, walks and folded-in factors, above all among new items.",
    "leak": "A model that hears the edges it is to predict has a smaller loss and finds less.",
    "choices": "Settings of GraphSAGE on PinWorld, trained once each.",
}


INTO = {"more": "PinWorld", "shelf": "citeulike-t"}  # more of `rivals` that are stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=[*CLAIMS, *INTO])
    parser.add_argument("--only", choices=DATA, help="of `rivals`: keep the other one")
    parser.add_argument("--model", choices=MODELS, help="of `rivals`: keep what this one finds")
    parser.add_argument(
        "--stored", action="store_true", help="of `rivals`: with the knobs that are stored"
    )
    given = devices.parse(parser)
    torch.set_num_threads(1)
    part = "rivals" if given.part in INTO else given.part
    name, start = f"07_{part}", time.perf_counter()
    if given.part == "rivals":
        there = (paths.data() / "results" / f"{name}.json").exists()
        known = results.load(name) if there else None
        values = known.values if given.only and there else {}
        for data, make in DATA.items():
            if given.only in (None, data):
                old = known.values.get(data) if given.stored and there else None
                values[data] = rivals(data, *make(), given.model, old)
        if given.model:
            return
        parts = ("weigh", "rivals") if given.stored else ("tune", "weigh", "rivals")
        seconds = sum(spent(f"07_{what}_{data}") for what in parts for data in values)
        seconds += known.seconds if given.stored else 0  # of the search that chose them
    elif given.part in INTO:
        known, data = results.load(name), INTO[given.part]
        values, stages = known.values, DATA[data]()
        knobs = {row["model"]: row["knobs"] for row in values[data]["models"]}
        values[data] |= (
            more(stages[0], knobs["GraphSAGE"]) if given.part == "more" else shelf(*stages, knobs)
        )
        seconds = known.seconds + spent(f"07_{given.part}_{data}")
    else:
        values = {"rows": {"leak": leak, "choices": choices}[given.part](world()[0])}
        seconds = time.perf_counter() - start
    print(results.save(
        name, claim=CLAIMS[part], values=values,
        seeds=[0] if part == "choices" else list(SEEDS), seconds=seconds,
        command=f"{COMMAND} {part}", data="citeulike-t" if "citeulike-t" in values else (),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
