"""Neighbors from several graphs, heard in one, two or three ways, beside PinSage and tuned rivals.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson14.multibisage_study PART

PinWorld: six graphs that share the pins, and pairs of a pin and the one engaged right after it. A model is
trained on four weeks, each with the graphs of its first morning, so that no edge comes from the pairs that it
is to predict. Days 42 to 48 choose, days 49 to 55 test, graphs and content of the morning before. Every pin
is a candidate but the query itself; "recall of ads" has the ads alone as candidates, and so on.
citeulike-t: articles share libraries and tags, two graphs; a pair is an article and one that it cites or
is cited by, of which a tenth chooses and a fifth tests.
hin-yelp: users share friends, businesses that they rated, the categories and cities of these, and compliments, five
graphs; a pair is two friends, of which a tenth chooses and a fifth tests. There are no times: each quarter
of the known friendships is predicted from the graph of the three others. Users say nothing but have a word of
their own.

PART is `rivals` (all are tuned on what chooses, the winners once on test, three seeds), `climb` (one
graph, all in one, six; four ways to listen; one graph left out; three seeds, on what chooses, knobs of
`rivals`), `own` (more of `climb`: three rates for each arm that borrows its knobs), `answers` (three ways with the pairs that stand in the graphs, and PinSage for more seconds) or `sizes` (on
test, all with 32 numbers and ten neighbors, PinSage and one graph with rates of their own; where pairs do not repeat,
known ones leave every list; and pins on no board that another graph knows).
Each writes data/results/14_PART.json and keeps what it has done in build/bench.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from itertools import product

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import datasets, metrics, paths, pinworld, results, train
from graphrec_utils.data import Interactions
from graphrec_utils.models import filters, mf, multibisage, pinsage, sage
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from solutions.experiments import devices, tuning
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson09 import pinsage_study as before
from solutions.experiments.tuning import BUDGET, Chosen

COMMAND = "python -m solutions.experiments.lesson14.multibisage_study"
SEEDS = (0, 1, 2)
EPOCHS, STEPS, SIZE, SHARED, TOP, DIM = 16, 50, 256, 256, 10, 32
UNION = "all in one"
LONGER, LONG = "PinSage, as long as the transformer", 72  # epochs
WEEKS = 4


@dataclass
class Morning:
    """What was known when a day began.

    Attributes:
        matrices: name -> (left nodes, n), the graphs.
        content: (n, f).
        ids: whether a pin has a word of its own besides.
    """

    matrices: dict[str, sp.csr_array]
    content: np.ndarray
    ids: bool = False

    @property
    def words(self) -> sp.csr_array | None:
        return sp.eye_array(len(self.content), format="csr") if self.ids else None

    @cached_property
    def near(self) -> multibisage.Neighborhoods:
        """The graphs and, last, all of them put into one."""
        one = sp.csr_array(sp.vstack(list(self.matrices.values())))
        alone = multibisage.neighborhoods({UNION: one}, TOP * len(self.matrices)).ids
        each = multibisage.neighborhoods(self.matrices, TOP)
        wide = torch.full((*each.ids.shape[:2], alone.shape[2]), -1)
        wide[:, :, :TOP] = each.ids
        return multibisage.Neighborhoods((*each.names, UNION), torch.cat([wide, alone], dim=1))

    def of(self, names) -> multibisage.Neighborhoods:
        near = self.near.only(names)
        width = max(1, int((near.ids >= 0).sum(dim=2).max()))
        return multibisage.Neighborhoods(near.names, near.ids[:, :, :width].contiguous())

    @cached_property
    def x(self) -> np.ndarray:
        """Content and the logarithm of the number of neighbors in the first graph."""
        degree = np.asarray(next(iter(self.matrices.values())).sum(axis=0)).ravel()
        return np.hstack([self.content, np.log1p(degree)[:, None] / 3]).astype(np.float32)


@dataclass
class Stage:
    """What a model is trained on, and what it is then asked for.

    Attributes:
        today: the graphs and content of the last morning.
        days: (morning, pairs that came after it).
        pairs: (P, 2) all known pairs, in time order where there is time.
        part: queries and what is to be found.
        kinds: name -> (n,) bool, candidates of lists of their own.
    """

    today: Morning
    days: list[tuple[Morning, np.ndarray]]
    pairs: np.ndarray
    part: Interactions
    kinds: dict[str, np.ndarray]
    repeat: bool = True  # whether a known pair can be sought again

    @property
    def n(self) -> int:
        return len(self.today.content)

    @cached_property
    def pin_sage(self) -> before.Stage:
        """What lesson 09 needs: the first graph, and all pairs."""
        R = next(iter(self.today.matrices.values()))
        return before.Stage(R, self.pairs, self.part, self.today.content)

    @cached_property
    def stacked(self) -> sp.csr_array:
        """The pairs, a row for each pin, and below them the left nodes of all graphs."""
        return sp.csr_array(sp.vstack([self.pin_sage.C, *self.today.matrices.values()]))

    def found(self, model, top: int = 10, kind: str | None = None):
        itself = Interactions(np.arange(self.n), np.arange(self.n), self.n, self.n)
        if kind is None:
            return metrics.evaluate_model(model, itself, self.part, top)
        keep = self.kinds[kind]
        part = self.part.select(keep[self.part.items])
        return metrics.evaluate_model(Only(model, keep), itself, part, top)

    def score(self, model) -> float:
        return float(self.found(model).recall.mean())

    @cached_property
    def hidden(self) -> Interactions:
        """What leaves every list: the query itself; where pairs do not repeat, what it is known to be paired with."""
        own = np.stack([np.arange(self.n)] * 2, axis=1)
        pairs = own if self.repeat else np.unique(np.concatenate([own, self.pairs]), axis=0)
        return Interactions(*pairs.T, self.n, self.n)

    @cached_property
    def off_board(self) -> np.ndarray:
        """(n,) pins that the first graph does not know, and another one does."""
        degrees = [np.asarray(R.sum(axis=0)).ravel() for R in self.today.matrices.values()]
        return (degrees[0] == 0) & (np.sum(degrees[1:], axis=0) > 0)

    def asked(self, model) -> dict[str, list[float]]:
        """Return recall@10 of every query, of those that are off the boards, and of what is sought there."""
        table = metrics.rank(model, self.hidden, 10, np.unique(self.part.users))
        who = np.unique(self.part.users)
        out = {"all": metrics.evaluate(table, self.part, who).recall}
        own = self.off_board[out["all"].index]
        if own.any():
            out["asked off board"] = out["all"][own]
        there = self.part.select(self.off_board[self.part.items])
        if len(there):
            rows = np.isin(who, there.users)
            out["sought off board"] = metrics.evaluate(table[rows], there, who[rows]).recall
        return {k: v.round(4).to_list() for k, v in out.items()}


@dataclass
class Only:
    """A model that is asked for some of the pins."""

    model: object
    keep: np.ndarray

    def scores(self, users):
        S = np.array(self.model.scores(users))
        S[:, ~self.keep] = S.min() - 1
        return S


def world() -> tuple[Stage, Stage]:
    """Return what PinWorld knows on day 42 and is asked for until 48, and a week later."""
    w = pinworld.load("small")
    content = np.hstack(
        [before.unit(w.images - w.images.mean(axis=0)), before.words(w.texts)]
    ).astype(np.float32)
    kind = w.pins["kind"].to_numpy()
    kinds = {name: kind == name for name in pinworld.KINDS}

    def pairs(start, end):
        rows = w.events(pinworld.POSITIVE_ACTIONS, start, end)
        return rows.loc[rows["context"] >= 0, ["context", "pin"]].to_numpy()

    mornings = {}

    def morning(day):
        if day not in mornings:
            graphs = {
                k: sp.csr_array((g.matrix > 0).astype(float)) for k, g in w.bipartite(day).items()
            }
            mornings[day] = Morning(graphs, content)
        return mornings[day]

    def stage(today, end):
        starts = [today - 7 * k for k in range(WEEKS, 0, -1)]
        days = [(morning(day), pairs(day, day + 7)) for day in starts]
        part = before.interactions(pairs(today, end), w.num_pins)
        return Stage(morning(today), days, pairs(0, today), part, kinds)

    return stage(pinworld.TRAIN_END, pinworld.VAL_END), stage(pinworld.VAL_END, pinworld.DAYS)


def libraries() -> tuple[Stage, Stage]:
    """Return citeulike-t: the graphs hold no citation, so nothing has to be kept out of them."""
    data = datasets.load("citeulike-t")
    graphs = {k: sp.csr_array((data[k].csr() > 0).astype(float)) for k in ("library", "tag")}
    one, two = before.libraries()
    today = Morning(graphs, one.content)
    kinds = {"in no library": one.degree == 0}
    return tuple(
        Stage(today, [(today, s.pairs)], s.pairs, s.part, kinds, False) for s in (one, two)
    )


def friends(parts: dict[str, Interactions] | None = None) -> tuple[Stage, Stage]:
    """Return hin-yelp: seven tenths of the friendships are known, then eight tenths."""
    parts = datasets.load("hin-yelp") if parts is None else parts
    each = {k: (x.csr() > 0).astype(float) for k, x in parts.items()}
    n, rng = each["user_user"].shape[0], np.random.default_rng(0)
    rated = each["user_business"].T
    graphs = {
        "business": rated,
        "compliment": each["user_compliment"].T,
        "category": each["business_category"].T @ rated,
        "city": each["business_city"].T @ rated,
    }

    def morning(pairs: np.ndarray) -> Morning:
        ones = np.ones(len(pairs))
        known = {"friend": sp.coo_array((ones, tuple(pairs.T)), shape=(n, n)).tocsr()} | graphs
        known = {k: sp.csr_array((A > 0).astype(float)) for k, A in known.items()}
        return Morning(known, np.zeros((n, 0), np.float32), ids=True)

    def both(pairs: np.ndarray) -> np.ndarray:
        return np.concatenate([pairs, pairs[:, ::-1]])

    def stage(known: np.ndarray, asked: np.ndarray) -> Stage:
        quarters = np.arange(len(known)) % WEEKS
        days = [
            (morning(both(known[quarters != k])), both(known[quarters == k])) for k in range(WEEKS)
        ]
        few = np.bincount(known.ravel(), minlength=n) <= 2
        part, kinds = before.interactions(both(asked), n), {"two friends at most": few}
        return Stage(morning(both(known)), days, both(known), part, kinds, False)

    ends = np.stack(each["user_user"].nonzero(), axis=1)
    ends = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    ends = ends[rng.permutation(len(ends))]
    one, two, three = np.split(ends, [int(len(ends) * x) for x in (0.7, 0.8)])
    return stage(one, two), stage(np.concatenate([one, two]), three)


# ---------------------------------------------------------------- models
def fit(
    stage: Stage,
    how: str = "transformer",
    names: tuple[str, ...] | None = None,
    temperature: float = 1.0,
    lr: float = 0.01,
    answers: str = "in time",
    epochs: int = EPOCHS,
    seed: int = 0,
) -> multibisage.MultiBiSage:
    """Train a MultiBiSage.

    Args:
        names: of the graphs; None: all; (): nobody hears anybody.
        answers: "in time": a week's pairs and the graphs of its first morning. "left in": the same
            pairs and the graphs of today, which hold them. "hidden": these, but the two pins of a pair
            do not hear each other.
    """
    names = tuple(stage.today.matrices) if names is None else names

    def near(morning):
        if not names:
            return multibisage.Neighborhoods(("nothing",), torch.full((stage.n, 1, 1), -1))
        return morning.of(names)

    content = sage.Content(DIM, 0, stage.today.x, stage.today.words, seed=seed)
    model = multibisage.MultiBiSage(near(stage.today), content, DIM, how, seed=seed)
    if answers == "in time":
        days = [multibisage.Day(p, near(m), content.on(m.x, m.words)) for m, p in stage.days]
    else:
        days = [multibisage.Day(np.concatenate([p for _, p in stage.days]))]
    lost = partial(multibisage.loss, temperature=temperature, hide=answers == "hidden")
    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr), devices.chosen)
    drawn = partial(_batches, days, stage.n)
    train.fit(learner, drawn, epochs=epochs, schedule=warm, seed=seed, progress=False)
    return model


def _batches(days, n, rng):
    return multibisage.batches(days, n, SIZE, SHARED, rng, STEPS)


def warm(progress: float) -> float:
    """Return the share of the learning rate: little in the first epoch, then less and less."""
    return 0.1 if progress == 0 else train.cosine(progress)


def pin_sage(stage: Stage, epochs: int = 28, **knobs) -> pinsage.PinSage:
    """Return lesson 09's PinSage with the softmax."""
    ids = stage.today.ids
    return before.fit(stage.pin_sage, "softmax", num_layers=1, ids=ids, epochs=epochs, **knobs)


def small_pin_sage(stage: Stage, hide: bool = True, epochs: int = 28, seed: int = 0, **knobs):
    """Return lesson 09's PinSage as large as the others: DIM numbers, TOP neighbors."""
    alpha = pinsage.neighborhoods(stage.pin_sage.R, TOP)
    return before.fit(
        stage.pin_sage, "softmax", num_layers=1, ids=stage.today.ids, epochs=epochs, hide=hide,
        seed=seed, dim=DIM, alpha=alpha, **knobs,
    )  # fmt: skip


RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
TRAINED = {"temperature": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0], "lr": RATES}
GRIDS = {
    "recent popularity": {"last": [0.03, 0.1, 0.3, 1.0]},
    "RP3β": {"alpha": [0.0, 0.1, 0.2, 0.35, 0.6, 1.0], "beta": [0.0, 0.1, 0.2, 0.4, 0.6]},
    "EASE": {"reg": [100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0]},
}
# these climb
FACTORS = {
    "dim": [8, 16, 32, 64, 128, 256, 512],
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "reg": [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
}
STACKED = "iALS, all graphs"
# the most pins: EASE is a dense matrix of all pairs; the other one still gains at 512 columns on citeulike-t, where
# iALS with pairs alone is ahead of all that is trained already
MOST = {"EASE": 10_000, STACKED: 20_000}
LADDERS = {
    "iALS": FACTORS,
    STACKED: FACTORS | {"dim": [8, 16, 24, 32, 64, 128, 256, 512]},
    "PinSage, one graph": {"scale": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "lr": RATES},
    "content alone": TRAINED,
    "mean": TRAINED,
    "attention": TRAINED,
    "transformer": TRAINED,
}
STARTS = {"scale": 0.1, "temperature": 0.3, "lr": 0.003, "dim": 32, "alpha0": 0.1, "reg": 0.001}
LEARNED = tuple(LADDERS)[2:]  # by chance
NATURAL = {"last": [1.0], "alpha": [0.0, 1.0], "beta": [0.0]}


def makers(stage: Stage) -> dict[str, Callable]:
    """Return model -> function of its knobs, all fitted on what the stage knows."""
    ours = {how: partial(fit, stage, how) for how in ("mean", "attention", "transformer")}
    return {
        "recent popularity": lambda last: before.recent(stage.pin_sage, last),
        "RP3β": lambda **knobs: filters.rp3beta(stage.pin_sage.C, **knobs),
        "EASE": lambda **knobs: ease(stage.pin_sage.C.astype(np.float32), **knobs),
        "iALS": lambda **knobs: mf.ials(stage.pin_sage.C, sweeps=8, **knobs),
        STACKED: lambda **knobs: mf.ials(stage.stacked, sweeps=8, **knobs),
        "PinSage, one graph": partial(pin_sage, stage),
        "content alone": partial(fit, stage, "mean", ()),
        **ours,
    }


# ---------------------------------------------------------------- what is measured
def tuned(data: str, name: str, early: Stage, budget: int = BUDGET) -> Chosen:
    """Return the best of a model's trials on what chooses."""
    make, file = makers(early)[name], f"14_tune_{data}"
    if name in LADDERS:
        return tuning.tuned(file, name, make, LADDERS[name], early.score, STARTS)
    return tuning.tuned(file, name, make, GRIDS[name], early.score, None, budget, NATURAL)


def on_test(late: Stage, make: Callable, seeded: bool) -> dict:
    """Return recall of each query, in all and kind by kind, for each seed, and seconds of a fit."""
    start = time.process_time()
    models = [make(seed=s) for s in SEEDS] if seeded else [make()]
    models = [Factors(*m.embeddings()) if hasattr(m, "embeddings") else m for m in models]
    seconds = (time.process_time() - start) / len(models)
    runs = [
        {
            f"{kind or 'all'}@{top}": late.found(model, top, kind).recall.round(4).to_dict()
            for kind, top in product((None, *late.kinds), (10, 50))
        }
        for model in models
    ]
    return {"runs": runs, "seconds": seconds}


def over_seeds(runs: list[dict]) -> dict[str, np.ndarray]:
    """Return recall of each query, the mean of the seeds."""
    return {key: np.mean([list(run[key].values()) for run in runs], axis=0) for key in runs[0]}


def rivals(
    data: str, early: Stage, late: Stage, budget: int = BUDGET, only: str | None = None
) -> dict:
    """Return the winners of validation and what they find on test, in all and kind by kind."""
    final, rows, each = makers(late), [], {}
    for name in (*GRIDS, *LADDERS):
        if only not in (None, name) or early.n > MOST.get(name, early.n):
            continue
        chosen = tuned(data, name, early, budget)
        make = partial(final[name], **chosen.knobs)
        out = kept(
            f"14_rivals_{data}",
            f"{name} {chosen.knobs}",
            partial(on_test, late, make, name in LEARNED),
        )
        each[name] = over_seeds(out["runs"])
        rows.append({
            "model": name, "knobs": chosen.knobs, "at the edge": chosen.edge, "trials": chosen.trials,
            "validation": chosen.score, "CPU seconds": round(out["seconds"], 1),
            "recall": {key: float(v.mean()) for key, v in each[name].items()},
            "seeds": [float(np.mean(list(run["all@10"].values()))) for run in out["runs"]],
        })  # fmt: skip
        print(data, rows[-1], flush=True)
    if only:
        return {}
    pairs = [("transformer", other) for other in each if other != "transformer"]
    pairs += [("mean", other) for other in each if other not in ("mean", "transformer")]
    leads = {
        f"{one} over {other}, {key}": asdict(metrics.compare(each[one][key], each[other][key]))
        for one, other in pairs
        for key in each[one]
    }
    queries = {key: len(v) for key, v in each["mean"].items() if key.endswith("@10")}
    return {"queries": queries, "models": rows, "leads": leads}


def arms(stage: Stage) -> dict[str, tuple[str, tuple[str, ...] | None]]:
    """Return arm -> (how, names of the graphs)."""
    names = tuple(stage.today.matrices)
    out = {
        "nothing heard": ("mean", ()),
        **{f"{names[0]}, {how}": (how, names[:1]) for how in ("mean", "transformer")},
        **{f"{UNION}, {how}": (how, (UNION,)) for how in ("mean", "transformer")},
        **{f"each its own, {how}": (how, None) for how in multibisage.HOW},
    }
    if len(names) > 2:
        out |= {
            f"without {name}, transformer": ("transformer", tuple(x for x in names if x != name))
            for name in names
        }
    return out


def climbed(data: str, early: Stage, knobs: dict, arm: str) -> dict:
    """Return what an arm finds on what chooses, seed by seed, and where its pins look."""
    how, names = arms(early)[arm]

    def measured():
        runs, looks, start = [], None, time.process_time()
        for seed in SEEDS:
            model = fit(early, how, names, **knobs[how], seed=seed)
            if how == "transformer" and names is None:
                looks = mass(model, early.kinds)
            vectors = Factors(*model.embeddings())
            run = {"all": early.found(vectors).recall}
            run |= {kind: early.found(vectors, kind=kind).recall for kind in early.kinds}
            runs.append({key: v.round(4).to_list() for key, v in run.items()})
        return {"runs": runs, "looks": looks, "seconds": time.process_time() - start}

    return kept(f"14_climb_{data}", f"{arm} {knobs.get(how)}", measured)


def climb(data: str, early: Stage, knobs: dict) -> dict:
    """Return recall of each arm and seed on what chooses, kind by kind, and where a pin looks."""
    rows, each = [], {}
    for arm in arms(early):
        out = climbed(data, early, knobs, arm)
        each[arm] = np.mean([run["all"] for run in out["runs"]], axis=0)
        rows.append({
            "arm": arm, "seeds": [float(np.mean(run["all"])) for run in out["runs"]],
            **{key: float(np.mean([np.mean(run[key]) for run in out["runs"]]))
               for key in out["runs"][0]},
            "seconds": round(out["seconds"] / len(SEEDS), 1), "looks": out["looks"],
        })  # fmt: skip
        print(data, {k: v for k, v in rows[-1].items() if k != "looks"}, flush=True)
    full = "each its own, transformer"
    pairs = [(full, arm) for arm in each if arm != full]
    pairs += [
        ("each its own, mean", "all in one, mean"),
        ("each its own, attention", "each its own, mean"),
    ]
    leads = {f"{a} over {b}": asdict(metrics.compare(each[a], each[b])) for a, b in pairs}
    return {"arms": rows, "leads": leads}


BORROWING = {
    "each its own, concat": "in time",
    "board-pin, transformer": "left in",
}  # as `sizes` asks the latter


def own_knobs(data: str, early: Stage, knobs: dict) -> dict:
    """Return what arms that borrow the knobs of six graphs find with other rates, on what chooses.

    Three rates each, one seed: the borrowed one, the one below and the one above. What is not asked by `sizes` has
    three seeds of the best.
    """
    every, rows = arms(early), []

    def tried(arm, given, seed):
        how, names = every[arm]
        make = lambda: fit(early, how, names, answers=BORROWING[arm], **given, seed=seed)  # noqa: E731
        return kept(f"14_climb_{data}", f"own {arm} {given} {seed}", lambda: early.score(make()))

    for arm, way in BORROWING.items():
        used = knobs[every[arm][0]]
        at = RATES.index(used["lr"])
        trials = {lr: tried(arm, used | {"lr": lr}, 0) for lr in RATES[at - 1 : at + 2]}
        best = max(trials, key=trials.get)
        rows.append({
            "arm": arm, "answers": way, "temperature": used["temperature"], "borrowed": used["lr"], "best": best,
            "trials": {str(lr): round(x, 4) for lr, x in trials.items()},
            "seeds": [tried(arm, used | {"lr": best}, seed) for seed in (SEEDS if way == "in time" else SEEDS[:1])],
        })  # fmt: skip
        print(data, rows[-1], flush=True)
    return {"own": rows}


@torch.no_grad()
def mass(model: multibisage.MultiBiSage, kinds: dict) -> dict:
    """Return how much pins of each kind look at each graph, where it has a neighbor for them."""
    nodes = torch.arange(len(model.content))
    looks = model.vectors(nodes)[1][:, 1:].numpy(force=True)
    there = (model.near.ids >= 0).any(dim=2).numpy()
    groups = {"all": np.ones(len(looks), bool)} | kinds
    return {
        kind: {
            name: float(looks[keep, g][there[keep, g]].mean()) if there[keep, g].any() else 0.0
            for g, name in enumerate(model.near.names)
        }
        for kind, keep in groups.items()
    }


WAYS = ("left in", "hidden", "in time")
PINSAGE = "PinSage, one graph"
COUNTED = ("RP3β", "iALS", STACKED)  # no vector of theirs is trained in steps
# PinSage knows one day's boards only, so there is no third way
HEARD = {"mean": WAYS, "transformer": WAYS, PINSAGE: WAYS[:2]}


def heard_as(stage: Stage, knobs: dict, how: str, way: str) -> Callable:
    """Return a function of the seed: a model with the answers in its graphs in one way."""
    if how == PINSAGE:
        return partial(pin_sage, stage, hide=way == "hidden", **knobs[how])
    return partial(fit, stage, how, answers=way, **knobs[how])


def answered(early: Stage, knobs: dict, how: str, way: str) -> list[float]:
    """Return what a model finds on what chooses, seed by seed, with the answers in one way."""
    make = heard_as(early, knobs, how, way)
    key = f"{how} {way} {knobs[how]}"
    return kept("14_answers_PinWorld", key, lambda: [early.score(make(seed=s)) for s in SEEDS])


def asked(late: Stage, knobs: dict) -> dict[str, Callable]:
    """Return model -> a function of its seed, of those that are compared on test."""
    made = {f"{h}, {w}": heard_as(late, knobs, h, w) for h, ways in HEARD.items() for w in ways}
    made |= {x: partial(makers(late)[x], **knobs[x]) for x in COUNTED}
    return made | {
        f"{LONGER}, {w}": partial(made[f"{PINSAGE}, {w}"], epochs=LONG) for w in HEARD[PINSAGE]
    }


def asked_on_test(late: Stage, knobs: dict, name: str) -> dict:
    """Return what `on_test` does; what `rivals` has asked already is not asked again."""
    make = asked(late, knobs)[name]
    model = name.removesuffix(", hidden" if name.startswith("PinSage") else ", in time")
    if model in knobs:
        file, key = "14_rivals_PinWorld", f"{model} {knobs[model]}"
    else:
        used = knobs.get(model.split(",")[0], knobs[PINSAGE])
        file, key = "14_answers_PinWorld", f"test {name} {used}"
    return kept(file, key, lambda: on_test(late, make, name not in COUNTED))


def answers(early: Stage, late: Stage, knobs: dict) -> dict:
    """Return what models find with the pairs in the graphs in two or three ways.

    On what chooses, with the knobs of `rivals`; on test beside those who count pairs; and how often
    the second pin of a pair stands in a list of the first, in training and on the day of the test.
    """
    rows, test, each = [], [], {}
    for how, ways in HEARD.items():
        for way in ways:
            rows.append({"how": how, "answers": way, "seeds": answered(early, knobs, how, way)})
            print(rows[-1], flush=True)
    for name in asked(late, knobs):
        out = asked_on_test(late, knobs, name)
        each[name] = over_seeds(out["runs"])
        recall = {key: float(v.mean()) for key, v in each[name].items()}
        test.append({"model": name, "CPU seconds": round(out["seconds"], 1), "recall": recall})
        print(test[-1], flush=True)
    leads = {
        f"{one} over {other}, {key}": asdict(metrics.compare(each[one][key], each[other][key]))
        for one, other in product(each, each)
        if one.startswith(("mean", "transformer")) and one.split(",")[0] != other.split(",")[0]
        for key in each[one]
    }
    return {"ways": rows, "test": test, "leads": leads, "in a list": heard(early)}


def heard(stage: Stage) -> dict[str, float]:
    """Return the share of pairs whose second pin stands in a list of the first, in some graph."""

    def share(morning, pairs):
        ids = morning.of(tuple(morning.matrices)).ids[torch.tensor(pairs[:, 0])]
        return float((ids == torch.tensor(pairs[:, 1])[:, None, None]).any((1, 2)).double().mean())

    weeks = np.concatenate([pairs for _, pairs in stage.days])
    counts = [len(pairs) for _, pairs in stage.days]
    return {
        "left in": share(stage.today, weeks),
        "hidden": 0.0,
        "in time": float(np.average([share(*day) for day in stage.days], weights=counts)),
        "asked for": share(stage.today, np.stack([stage.part.users, stage.part.items], axis=1)),
    }


# ---------------------------------------------------------------- equal sizes
SMALL = "PinSage"
EQUAL = {  # name -> (how, the first graph alone, whether it is given three rates of its own)
    "content alone": ("mean", (), False),
    "one graph, mean": ("mean", 1, True),
    "one graph, transformer": ("transformer", 1, True),
    SMALL: (None, 1, True),
    "all graphs, mean": ("mean", None, False),
    "all graphs, attention": ("attention", None, False),
    "all graphs, transformer": ("transformer", None, False),
}


def sizes(data: str, early: Stage, late: Stage, knobs: dict, models: tuple[str, ...]) -> dict:
    """Return what models of one size find on test, and rivals that count pairs; seconds of each."""
    way = "left in" if early.repeat else "in time"  # as `answers` found on what chooses
    file, rows, each = f"14_sizes_{data}", [], {}

    def made(stage, name, given, seed):
        how, graphs, _ = EQUAL[name]
        if how is None:
            return small_pin_sage(stage, way != "left in", seed=seed, **given)
        names = tuple(stage.today.matrices)[:1] if graphs == 1 else graphs
        return fit(stage, how, names, answers=way, seed=seed, **given)

    def score(model):
        return float(np.mean(early.asked(Factors(*model.embeddings()))["all"]))

    def test(name, given, seed):
        start = time.process_time()
        model = made(late, name, given, seed)
        vectors = Factors(*model.embeddings())
        return {"found": late.asked(vectors), "seconds": round(time.process_time() - start, 1)}

    for name in models:
        how, _, own = EQUAL[name]
        used = PINSAGE if how is None else "content alone" if name == "content alone" else how
        given, trials = dict(knobs[used]), {}
        if own and early.repeat:

            def tried(lr, name=name, given=given):
                trial = given | {"lr": lr}
                return kept(file, f"{name} {trial}", lambda: score(made(early, name, trial, 0)))

            best, found, _ = tuning.climbed(
                {"lr": RATES}, {"lr": given["lr"]}, lambda knobs, tried=tried: tried(knobs["lr"])
            )
            given, trials = given | best, {x["knobs"]["lr"]: x["score"] for x in found}
        runs = [kept(file, f"test {name} {given} {seed}", partial(test, name, given, seed)) for seed in SEEDS]  # fmt: skip
        each[name] = {k: np.mean([r["found"][k] for r in runs], axis=0) for k in runs[0]["found"]}
        rows.append({
            "model": name, "d": DIM, "neighbors": TOP if name != "content alone" else 0, "knobs": given,
            "trials here": len(trials), "validation here": {str(k): v for k, v in trials.items()},
            "CPU seconds": float(np.mean([r["seconds"] for r in runs])),
            "recall": {k: float(v.mean()) for k, v in each[name].items()},
            "seeds": [float(np.mean(r["found"]["all"])) for r in runs],
        })  # fmt: skip
        print(data, rows[-1], flush=True)
    for name in (x for x in COUNTED if x in knobs):
        sized = [knobs[name]] + ([knobs[name] | {"dim": DIM}] if "dim" in knobs[name] else [])
        for given in sized:
            label = name + (f", d = {given['dim']}" if "dim" in given else "")
            if label in each:
                continue
            key = f"test {label} {given}"
            found = kept(file, key, lambda n=name, g=given: late.asked(makers(late)[n](**g)))
            each[label] = {k: np.array(v) for k, v in found.items()}
            rows.append({
                "model": label, "d": given.get("dim"), "knobs": given,
                "recall": {k: float(v.mean()) for k, v in each[label].items()},
            })  # fmt: skip
            print(data, rows[-1], flush=True)
    leads = {
        f"{a} over {b}, {key}": asdict(metrics.compare(each[a][key], each[b][key]))
        for a, b in product(each, each)
        for key in each[a]
        if a != b and a.startswith(("all graphs", "one graph")) and len(each[a][key]) > 1
    }
    counts = {key: len(v) for key, v in next(iter(each.values())).items()}
    return {"models": rows, "leads": leads, "queries": counts, "answers": way,
            "pairs repeat": early.repeat, "off the boards": int(late.off_board.sum()), "pins": late.n}  # fmt: skip


CLAIMS = {
    "sizes": "Six graphs find more than PinSage of equal size.",
    "rivals": "Six graphs and two levels of attention find more than PinSage and every tuned rival.",
    "climb": "Each way to listen to several graphs finds more than the simpler one before it.",
    "answers": "A pair that is to be predicted must not be heard while it is.",
}


DATA = {"PinWorld": world, "citeulike-t": libraries, "hin-yelp": friends}
MEASURED = {
    "rivals": tuple(DATA),
    "climb": ("PinWorld",),
    "own": ("PinWorld",),
    "answers": ("PinWorld",),
    "sizes": ("PinWorld", "citeulike-t"),
}
INTO = {"own": "climb"}  # more of a part that is stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=MEASURED)
    parser.add_argument("--only", choices=DATA, help="keep the others")
    parser.add_argument("--model", help="of `rivals`: keep what this one finds, store nothing")
    parser.add_argument("--models", nargs="+", help="of `sizes`: these of the trained ones")
    given = devices.parse(parser)
    part = INTO.get(given.part, given.part)
    name, start = f"14_{part}", time.perf_counter()
    torch.set_num_threads(1)
    there = (paths.data() / "results" / f"{name}.json").exists()
    kept_one = results.load(name) if there and (given.only or given.part in INTO) else None
    values, before_now = (kept_one.values, kept_one.seconds) if kept_one else ({}, 0.0)
    if given.part == "rivals":
        for data, make in DATA.items():
            if given.only in (None, data):
                values[data] = rivals(data, *make(), only=given.model)
        if given.model:
            return
    else:
        stored = results.load("14_rivals").values
        for data, make in DATA.items():
            if given.only not in (None, data) or data not in MEASURED[given.part]:
                continue
            knobs = {row["model"]: row["knobs"] for row in stored[data]["models"]}
            knobs["concat"] = knobs["transformer"]  # not tuned again
            early, late = make()
            if given.part == "climb":
                values[data] = climb(data, early, knobs)
            elif given.part == "own":
                values[data] |= own_knobs(data, early, knobs)
            elif given.part == "sizes":
                models = tuple(x for x in EQUAL if given.models is None or x in given.models)
                values[data] = sizes(data, early, late, knobs, models)
            else:
                values[data] = answers(early, late, knobs)
    print(results.save(
        name, claim=CLAIMS[part], values=values, seeds=list(SEEDS),
        seconds=max(sum(spent(f"{name}_{data}") for data in values), before_now + time.perf_counter() - start),
        command=f"{COMMAND} {part}", data=[x for x in MEASURED[part] if x != "PinWorld"],
    ))  # fmt: skip


if __name__ == "__main__":
    main()
