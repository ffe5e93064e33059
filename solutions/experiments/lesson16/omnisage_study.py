"""OmniSage: its graphs, its losses and its semantic IDs, beside PinSage and tuned rivals.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson16.omnisage_study PART

PinWorld, as in lesson 14: a pair is a pin and the one engaged right after it in a session. A model is trained on
four weeks, each with the graphs of its first morning, so that no graph holds what is to be predicted. Days 42 to 48
choose, days 49 to 55 test, graphs and content of the morning before. Every pin is a candidate but the query itself.
A pin is cold if it has no edge that morning, neither to a board nor to a pin. User vectors are asked for the new
likes of the same week. citeulike-t: libraries are boards, a pair is an article and one that it cites or is cited by;
known citations are the pin-pin graph, and the two ends of a pair do not hear each other while they are learned from.
Known pairs stay in the lists, though they cannot be sought again there.

PART is `graphs` (nobody heard, one graph, both, variants; rivals; PinSage at equal CPU seconds), `both ways` (more of `graphs`:
rivals that count a pair in both directions), `losses` (each
alone and together; user vectors beside PinnerFormer), `readers` (more of `losses`: PinnerFormer
with the number for popularity), `choices` (the settings of the open task, one seed, on what
chooses), `semantic` (codes and cold pins) or `real` (citeulike-t). Eight trials each, or more, on what chooses: a
temperature for one loss, a weight for several, and a rate for both. A grid grows until its winner is at no end of what
was tried; the winners are asked once on test, three seeds. Each part writes data/results/16_PART.json and keeps what
it has done in build/bench.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, cached_property, partial
from itertools import product

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

from graphrec_utils import losses, metrics, paths, pinworld, results, train, walks
from graphrec_utils.data import Interactions
from graphrec_utils.models import filters, mf, multibisage, omnisage, pinsage, sage, semantic_ids
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from solutions.experiments import devices
from solutions.experiments.kept import kept, rows
from solutions.experiments.lesson09 import pinsage_study as before
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson14 import multibisage_study as many
from solutions.experiments.lesson15 import sequences

COMMAND = "python -m solutions.experiments.lesson16.omnisage_study"
SEEDS = (0, 1, 2)
BUDGET, STEPS, SIZE, SHARED, DIM, LENGTH, USERS, WEEKS = 8, 200, 256, 256, 32, 16, 32, 4
FEW = 30  # of fewer queries nothing is concluded
BOTH = ("pin-board", "pin-pin")
PAIRS = {"entity-entity": 1.0}


# ---------------------------------------------------------------- data
@dataclass
class Morning:
    """What was known when a day began: boards by pins, pins by pins, and what pins say."""

    R: sp.csr_array
    C: sp.csr_array
    content: np.ndarray

    @cached_property
    def near(self) -> omnisage.Sequences:
        return omnisage.sequences(self.R, self.C)

    @cached_property
    def degree(self) -> np.ndarray:
        """(n,) edges to boards and to pins."""
        both = self.C + self.C.T
        return sum(np.asarray((A > 0).sum(axis=0)).ravel() for A in (self.R, sp.csr_array(both)))

    @cached_property
    def x(self) -> np.ndarray:
        """Content and log degree of pins and boards; a board says the mean of its pins."""
        of_pin, of_board = (np.asarray(self.R.sum(axis=k)).ravel() for k in (0, 1))
        boards = (self.R @ self.content) / np.maximum(of_board, 1)[:, None]
        degree = np.log1p(np.r_[of_pin, of_board])[:, None] / 3
        return np.hstack([np.vstack([self.content, boards]), degree]).astype(np.float32)


@dataclass
class Stage:
    """What a model is trained on, and what it is then asked for.

    Attributes:
        today: the graphs and content of the last morning.
        days: (morning, pairs that came after it, histories).
        pairs: (P, 2) all known pairs.
        part: queries and what is to be found; `every`: of all queries.
        histories: (m, L) pins that users liked last, or None; likes: known ones and those to be found.
    """

    today: Morning
    days: list[tuple[Morning, np.ndarray, omnisage.Histories | None]]
    pairs: np.ndarray
    part: Interactions
    every: Interactions
    histories: np.ndarray | None = None
    likes: tuple[Interactions, Interactions] | None = None
    hide: bool = False

    @property
    def n(self) -> int:
        return len(self.today.content)

    @cached_property
    def cold(self) -> np.ndarray:
        return self.today.degree == 0

    @cached_property
    def offset(self) -> np.ndarray:
        """(n,) log of how often a pin came second in a known pair."""
        return np.log1p(np.bincount(self.pairs[:, 1], minlength=self.n))

    @cached_property
    def older(self) -> before.Stage:
        """What lesson 09 needs."""
        return before.Stage(self.today.R, self.pairs, self.part, self.today.content)

    def found(self, model, part: Interactions | None = None, top: int = 10) -> pd.Series:
        itself = Interactions(np.arange(self.n), np.arange(self.n), self.n, self.n)
        return metrics.evaluate_model(
            model, itself, self.part if part is None else part, top
        ).recall

    def score(self, model) -> float:
        return float(self.found(model).mean())

    def groups(self, model) -> dict[str, dict]:
        """Return recall@10 of each query: all, cold queries, cold targets, and these among cold pins alone."""
        to_cold = self.every.select(self.cold[self.every.items])
        out = {
            "all": self.found(model),
            "warm": self.found(model, self.part.select(~self.cold[self.part.users])),
            "cold queries": self.found(model, self.every.select(self.cold[self.every.users])),
            "cold targets": self.found(model, to_cold),
            "cold among cold": self.found(many.Only(model, self.cold), to_cold),
        }
        return {name: x.round(4).to_dict() for name, x in out.items()}

    def user_recall(self, model) -> pd.Series:
        return metrics.evaluate_model(model, *self.likes, 10).recall


@cache
def mornings(day: int) -> Morning:
    w = pinworld.load("small")
    content = np.hstack([before.unit(w.images - w.images.mean(axis=0)), before.words(w.texts)])
    R = sp.csr_array((w.bipartite(day)["board-pin"].matrix > 0).astype(float))
    return Morning(R, sp.csr_array(w.pin_pin(day).astype(float)), content.astype(np.float32))


def histories(begin: int, end: int) -> omnisage.Histories:
    """Return the latest likes of users before `end`, and which are of `begin` or later; idle users are left out."""
    log = sequences.log(end)
    at, m = log.likes, log.num_users
    users, count = log.users[at], np.bincount(log.users[at], minlength=m)
    back = (np.cumsum(count) - 1)[users] - np.arange(len(at))  # 0 is the latest
    keep = back < LENGTH
    place = np.minimum(count[users], LENGTH) - 1 - back
    pins, new = np.full((m, LENGTH), -1), np.zeros((m, LENGTH), bool)
    pins[users[keep], place[keep]] = log.items[at][keep]
    new[users[keep], place[keep]] = log.times[at][keep] >= begin * sequences.DAY
    some = new[:, 1:].any(axis=1) if begin < end else np.ones(m, bool)
    return omnisage.Histories(pins[some], new[some])


@cache
def world() -> tuple[Stage, Stage]:
    """Return what PinWorld knows on day 42 and is asked for until 48, and a week later."""
    w = pinworld.load("small")

    def pairs(start, end):
        found = w.events(pinworld.POSITIVE_ACTIONS, start, end)
        return found.loc[found["context"] >= 0, ["context", "pin"]].to_numpy()

    def stage(today, end):
        starts = [today - 7 * k for k in range(WEEKS, 0, -1)]
        days = [(mornings(d), pairs(d, d + 7), histories(d, d + 7)) for d in starts]
        asked = pairs(today, end)
        likes = sequences.new_likes(0, today), sequences.new_likes(today, end)
        return Stage(
            mornings(today), days, pairs(0, today), before.interactions(asked, w.num_pins),
            before.interactions(asked, w.num_pins, w.num_pins), histories(today, today).pins, likes,
        )  # fmt: skip

    return stage(pinworld.TRAIN_END, pinworld.VAL_END), stage(pinworld.VAL_END, pinworld.DAYS)


def libraries() -> tuple[Stage, Stage]:
    """Return citeulike-t as `pinsage_study` cuts it."""

    def stage(one: before.Stage):
        today = Morning(sp.csr_array((one.R > 0).astype(float)), one.C, one.content)
        return Stage(today, [(today, one.pairs, None)], one.pairs, one.part, one.part, hide=True)

    return tuple(map(stage, before.libraries()))


# ---------------------------------------------------------------- models
@dataclass
class Fitted:
    """A trained model and the temperature that it was trained with."""

    model: omnisage.OmniSage
    temperature: float
    seconds: float

    def vectors(self) -> Factors:
        return Factors(*self.model.embeddings(temperature=self.temperature))

    def users(self, histories: np.ndarray, trained: bool) -> Factors:
        """Return user vectors: read by the transformer if it was trained, else the mean of what was liked."""
        history = torch.from_numpy(histories)
        if trained:
            return Factors(*self.model.recommending(history, self.temperature))
        _, items = self.model.embeddings(temperature=self.temperature)
        there = (history >= 0).float()[..., None]
        mean = (items[history.clamp(min=0)] * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)
        mean[:, -1] = 1
        return Factors(mean, items)


def fit(
    stage: Stage,
    weights: dict[str, float] = PAIRS,
    names: tuple[str, ...] = BOTH,
    temperature: float = 0.1,
    lr: float = 0.01,
    share: float = 1.0,
    steps: int = STEPS,
    popular: bool = True,
    change: Callable[[Morning], Morning] = lambda morning: morning,
    seed: int = 0,
    users: int = USERS,
    weigh: Callable[[omnisage.Batch, dict], dict] = lambda batch, weights: weights,
    **options,
) -> Fitted:
    """Train an OmniSage.

    Args:
        share: what every loss but entity-entity counts in a joint training.
        popular: scores have the logarithm of popularity as their offset.
        change: makes other graphs of a morning.
        users: so many histories in a batch.
        weigh: makes of a batch and these weights its own.
        options: of `OmniSage`.
    """
    content = sage.Content(DIM, 0, stage.today.x, seed=seed)
    offset = stage.offset if popular else None
    near = change(stage.today).near.only(names)
    model = omnisage.OmniSage(
        near, content, DIM, length=LENGTH, offset=offset, seed=seed, **options
    ).to(devices.chosen)
    days = [
        multibisage.Day(p, change(m).near.only(names), content.on(m.x)) for m, p, _ in stage.days
    ]
    read = [h for _, _, h in stage.days] if "user-entity" in weights else None
    if len(weights) > 1:
        weights = {k: 1.0 if k == "entity-entity" else share for k in weights}
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rng, step, start = np.random.default_rng(seed), 0, time.process_time()
    while step < steps:
        for batch in omnisage.batches(days, stage.n, SIZE, SHARED, rng, steps - step, read, users):
            for group in optimizer.param_groups:
                group["lr"] = (
                    lr * min(1, (step + 1) / 30) * 0.5 * (1 + np.cos(np.pi * step / steps))
                )
            loss = omnisage.loss(model, batch, weigh(batch, weights), temperature, stage.hide)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    return Fitted(model, temperature, time.process_time() - start)


def pin_sage(
    stage: Stage, scale: float, lr: float, popular: bool = False, epochs: int = 7, seed: int = 0,
    dim: int = 64,
):  # fmt: skip
    """Return the vectors of lesson 09's PinSage with the softmax, and CPU seconds."""
    old, start = stage.older, time.process_time()
    offset = torch.from_numpy(stage.offset if popular else 0 * stage.offset)
    offset = offset.float().to(devices.chosen)
    model = pinsage.PinSage(old.alpha, sage.Content(dim, 0, old.x, seed=seed), dim, 1, seed=seed)

    def lost(model, batch):
        pos, neg = model.compared(batch)
        return losses.sampled_softmax(
            pos / scale + offset[batch.items], neg / scale + offset[batch.shared]
        )

    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr), devices.chosen)
    drawn = lambda rng: pinsage.batches(stage.pairs, stage.n, 256, 500, rng, count=50)  # noqa: E731
    warm = lambda p: 0.1 if p == 0 else 0.8 ** (7 * p - 1)  # noqa: E731
    train.fit(learner, drawn, epochs=epochs, schedule=warm, seed=seed, progress=False)
    seconds = time.process_time() - start
    z = model.embeddings()[0]
    more = torch.cat([z / scale, offset[:, None]], dim=1)
    return Factors(torch.nn.functional.pad(z, (0, 1), value=1.0), more), seconds


def densified(morning: Morning) -> Morning:
    """Return a morning whose pins with few edges are tied to ten busy ones that say something similar."""
    return _changed(
        morning, "densified", lambda m: (m.R, m.C + 5 * walks.densify(m.degree, m.content, top=10))
    )


def pruned(morning: Morning, alpha: float = 0.5, least: int = 2) -> Morning:
    """Return a morning without most edges of busy boards and pins."""

    def cut(m: Morning):
        of_pins = walks.prune_degree(walks.prune_degree(m.R, alpha, least).T, alpha, least)
        return sp.csr_array(of_pins.T), walks.prune_degree(m.C, alpha, least)

    return _changed(morning, "pruned", cut)


_OTHER: dict[tuple[int, str], Morning] = {}


def _changed(morning: Morning, name: str, cut) -> Morning:
    """Return a morning that others walk on, but that says what it said: made once."""
    key = id(morning), name
    if key not in _OTHER:
        R, C = cut(morning)
        _OTHER[key] = Morning(sp.csr_array(R), sp.csr_array(C), morning.content)
    return _OTHER[key]


# ---------------------------------------------------------------- what is measured
TEMPERATURES = {"temperature": [0.01, 0.03, 0.1, 0.3, 1.0], "lr": [0.003, 0.01, 0.03]}
SHARES = {"share": [0.03, 0.1, 0.3, 1.0], "lr": [0.003, 0.01, 0.03], "temperature": [0.1]}
SCALES = {"scale": [0.03, 0.1, 0.3, 1.0], "lr": [0.003, 0.01, 0.03]}  # of PinSage
NATURAL = {"beta": 0.0, "last": 1.0}  # nothing lies beyond
GRAPHS = {
    "nobody": {"names": ()},
    "pin-board": {"names": ("pin-board",)},
    "pin-pin": {"names": ("pin-pin",)},
    "both": {},
    "both, no offset": {"popular": False},
    "both, no offset, free length": {"popular": False, "unit": False},
}
SAME_KNOBS = {
    "both, positions": {"positions": True},
    "both, pruned": {"change": pruned},
    "both, densified": {"change": densified},
}
LOSSES = {
    "entity-entity": ("entity-entity",),
    "entity-feature": ("entity-feature",),
    "user-entity": ("user-entity",),
    "entity-entity + entity-feature": ("entity-entity", "entity-feature"),
    "all three": omnisage.LOSSES,
}


def tuned(
    data: str, name: str, make: Callable, grid: dict, score: Callable, budget: int = BUDGET
) -> dict:
    """Return the best trial of searches on a growing grid, until it is at no end of the values tried.

    A grid of fewer settings than the budget is tried whole before it grows.
    """
    log = paths.root() / "build" / "bench" / f"omnisage_trials_{data}.jsonl"

    def search():
        wide, seed, trials = grid, 0, {}
        while True:
            count = min(budget, math.prod(map(len, wide.values())))
            made = train.tune(
                {name: (make, wide)}, count, score, log=log, seed=seed, progress=False
            )
            trials |= {str(trial.knobs): trial for trial in made.trials}
            best = max(trials.values(), key=lambda trial: trial.score)
            tried = {knob: [t.knobs[knob] for t in trials.values()] for knob in grid}
            if all(settled(knob, best.knobs[knob], v) for knob, v in tried.items()):
                all_of = [t.knobs | {"score": round(t.score, 4)} for t in trials.values()]
                return {"knobs": best.knobs, "validation": best.score, "trials": all_of}
            more = grown(wide, best.knobs)
            wide, seed = more, seed + (more == wide)  # the same grid again needs other draws

    return kept("omnisage", f"{data} tune {name}", search)


def settled(knob: str, best: float, tried: list[float]) -> bool:
    """Return whether a knob's best value is at no end of the values tried, or nothing lies beyond."""
    if len(set(tried)) == 1 or best == NATURAL.get(knob):
        return True
    return min(tried) < best < max(tried)


def grown(grid: dict, knobs: dict) -> dict:
    """Return a grid with one more step of about 3 wherever these knobs lie at an end of it."""

    def longer(knob, values):
        step = lambda x, factor: float(f"{x * factor:.0e}")  # noqa: E731
        best = knobs[knob]
        if len(values) == 1 or best == NATURAL.get(knob):
            return values
        below = [step(values[0], 0.3)] if best == values[0] else []
        return below + list(values) + ([step(values[-1], 10 / 3)] if best == values[-1] else [])

    return {knob: longer(knob, values) for knob, values in grid.items()}


def mean_of(runs: list[dict], group: str) -> pd.Series:
    return sum(pd.Series(run[group]).rename(index=str) for run in runs) / len(
        runs
    )  # as JSON has them


def row_of(name: str, chosen: dict, runs: list[dict]) -> dict:
    seconds = round(float(np.mean([run["seconds"] for run in runs])), 1)
    groups = [key for key in runs[0] if key != "seconds"]
    row = {"model": name, **chosen, "CPU seconds": seconds,
           "recall": {g: float(mean_of(runs, g).mean()) for g in groups},
           "seeds": {g: [round(float(pd.Series(run[g]).mean()), 4) for run in runs] for g in groups}}  # fmt: skip
    print({k: v for k, v in row.items() if k != "seeds"}, flush=True)
    return row


def leads(runs: dict[str, list[dict]], pairs: list[tuple[str, str]]) -> dict:
    out = {}
    for one, other in pairs:
        for group in runs[one][0]:
            if group != "seconds" and len(runs[other][0].get(group, ())) >= FEW:
                lead = metrics.compare(mean_of(runs[one], group), mean_of(runs[other], group))
                out[f"{one} over {other}, {group}"] = asdict(lead)
    return out


def measured(
    data: str, name: str, make: Callable, late: Stage, seeds=SEEDS, trained: bool = False
) -> list[dict]:
    """Return, for each seed, recall of each query in each group, and CPU seconds."""

    def once(seed):
        start = time.process_time()
        model = make(**({"seed": seed} if len(seeds) > 1 else {}))
        seconds = time.process_time() - start
        vectors = model.vectors() if isinstance(model, Fitted) else model
        out = late.groups(vectors) | {"seconds": seconds}
        if isinstance(model, Fitted) and late.histories is not None:
            out["users"] = late.user_recall(model.users(late.histories, trained)).round(4).to_dict()
        return out

    return [kept("omnisage", f"{data} test {name} {seed}", partial(once, seed)) for seed in seeds]


RIVALS = {
    "recent popularity": (
        lambda s, **k: before.recent(s.older, **k), {"last": [0.01, 0.03, 0.1, 0.3, 1.0]},
    ),
    "RP3β": (
        lambda s, **k: filters.rp3beta(s.older.C, **k),
        {"alpha": [0.1, 0.3, 0.6, 1.0], "beta": [0.0, 0.2, 0.6]},
    ),
    "EASE": (
        lambda s, **k: ease(s.older.C.astype(np.float32), **k),
        {"reg": [30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5]},
    ),
    "iALS": (
        lambda s, **k: mf.ials(s.older.C, sweeps=8, **k),
        {"alpha0": [0.1, 0.3, 1.0, 3.0], "reg": [0.0003, 0.001, 0.003, 0.01], "dim": [64]},
    ),
}  # fmt: skip


def tried(data: str, name: str, make: Callable, grid: dict, stages, seeds=SEEDS) -> tuple:
    """Return what chose a model's knobs on what chooses, and its runs on test."""
    early, late = stages

    def score(model):
        return early.score(model.vectors() if isinstance(model, Fitted) else model)

    best = tuned(data, name, partial(make, early), grid, score)
    return best, measured(data, name, partial(make, late, **best["knobs"]), late, seeds)


def graphs() -> dict:
    stages = world()
    late = stages[1]
    table, runs = [], {}
    for name, arm in GRAPHS.items():
        best, runs[name] = tried("PinWorld", name, partial(fit, **arm), TEMPERATURES, stages)
        table.append(row_of(name, best, runs[name]))
        if name == "both":
            settings = best["knobs"]
    for name, arm in SAME_KNOBS.items():
        chosen = {"knobs": settings, "validation": None, "trials": []}  # not tuned again
        runs[name] = measured("PinWorld", name, partial(fit, late, **arm, **settings), late)
        table.append(row_of(name, chosen, runs[name]))
    for name, (make, grid) in RIVALS.items():
        best, runs[name] = tried("PinWorld", name, make, grid, stages, (0,))
        table.append(row_of(name, best, runs[name]))
    for name, popular in (("PinSage", False), ("PinSage, offset", True)):

        def make(stage, popular=popular, **knobs):
            return pin_sage(stage, popular=popular, **knobs)[0]

        best, runs[name] = tried("PinWorld", name, make, SCALES, stages)
        table.append(row_of(name, best, runs[name]))
        if popular:
            old = best["knobs"]
    cost = []
    for share in (0.5, 1, 2):

        def once(share=share):
            out = []
            for seed in SEEDS[:2]:
                new = fit(late, **settings, steps=int(STEPS * share), seed=seed)
                made, seconds = pin_sage(
                    late, **old, popular=True, epochs=round(7 * share), seed=seed
                )
                out.append([new.seconds, late.score(new.vectors()), seconds, late.score(made)])
            return np.mean(out, axis=0).tolist()

        a, b, c, d = kept("omnisage", f"PinWorld cost {share}", once)
        cost += [{"model": "OmniSage", "seconds": a, "recall": b}, {"model": "PinSage, offset", "seconds": c, "recall": d}]  # fmt: skip
        print(cost[-2:], flush=True)
    pairs = [("both", other) for other in runs if other != "both"]
    pairs += [("pin-board", "nobody"), ("pin-pin", "nobody"), ("pin-pin", "pin-board"), ("pin-board", "PinSage, offset"),
              ("both, no offset, free length", "both, no offset"), ("PinSage, offset", "PinSage")]  # fmt: skip
    pairs += [("both, densified", "nobody"), ("nobody", "RP3β"), ("nobody", "iALS")]
    kept_edges = {
        name: [int(m.R.nnz), int(m.C.nnz)]
        for name, m in (
            ("all", late.today),
            ("pruned", pruned(late.today)),
            ("densified", densified(late.today)),
        )
    }
    counts = {
        "queries": len(np.unique(late.part.users)), "cold pins": int(late.cold.sum()),
        "cold queries": int(late.cold[np.unique(late.every.users)].sum()),
        "cold targets": int(late.cold[late.every.items].sum()), "targets": len(late.every),
    }  # fmt: skip
    return {"models": table, "leads": leads(runs, pairs), "cost": cost, "edges": kept_edges, "counts": counts,
            "trials per model, at least": BUDGET}  # fmt: skip


def equal() -> dict:
    """Return PinSage and iALS with as many numbers as OmniSage, each tuned anew, beside OmniSage on the same queries."""
    early, late = world()
    known = {r["model"]: r for r in results.load("16_graphs").values["models"]}
    table, runs = [], {}
    old = {
        "knobs": known["both"]["knobs"],
        "validation": known["both"]["validation"],
        "trials": known["both"]["trials"],
    }
    runs["both"] = measured("PinWorld", "both", partial(fit, late, **old["knobs"]), late)
    table.append(row_of("both", old, runs["both"]) | {"d": DIM})

    def sized(stage, **knobs):
        return pin_sage(stage, popular=True, dim=DIM, **knobs)[0]

    ials, grid = RIVALS["iALS"]
    for name, make, knobs, seeds in (
        ("PinSage, offset, d = 32", sized, SCALES, SEEDS),
        ("iALS, d = 32", ials, grid | {"dim": [DIM]}, (0,)),
    ):
        best, runs[name] = tried("PinWorld", name, make, knobs, (early, late), seeds)
        table.append(row_of(name, best, runs[name]) | {"d": DIM})
    pairs = [("both", other) for other in runs if other != "both"]
    return {"equal size": table, "equal leads": leads(runs, pairs)}


def both_ways() -> dict:
    """Return RP3β and iALS that count a pair in both directions, as encoders whose score is symmetric read it."""
    table, runs = [], {}
    near = {  # the grids of `RIVALS`, finer in the middle
        "RP3β": {"alpha": [0.1, 0.3, 0.6, 1.0], "beta": [0.0, 0.2, 0.4, 0.6]},
        "iALS, d = 32": RIVALS["iALS"][1] | {"dim": [DIM]},
        "iALS": RIVALS["iALS"][1],
    }
    makers = {
        "RP3β": lambda C, **k: filters.rp3beta(C, **k),
        "iALS, d = 32": lambda C, **k: mf.ials(C, sweeps=8, **k),
        "iALS": lambda C, **k: mf.ials(C, sweeps=8, **k),
    }
    for name, grid in near.items():

        def make(stage, name=name, **knobs):
            C = sp.csr_array(stage.older.C)
            return makers[name](sp.csr_array(C + C.T), **knobs)

        title = f"{name}, both ways"
        best, runs[title] = tried("PinWorld", title, make, grid, world(), (0,))
        table.append(row_of(title, best, runs[title]))
    return {"both ways": table}


LONGER = (200, 800)


def longer() -> dict:
    """Return what vectors of length 1 without the offset find after more steps, on what chooses, one seed."""
    early, table = world()[0], []
    for steps in LONGER:
        found = kept("omnisage", f"PinWorld longer {steps}", partial(_longer, early, steps))
        table.append({**LONG, "steps": steps, **found})
        print(table[-1], flush=True)
    return {"longer": table}


LONG = {"temperature": 0.1, "lr": 0.01}  # of the model with the offset


def _longer(stage: Stage, steps: int) -> dict:
    made = fit(stage, **LONG, steps=steps, popular=False).vectors()
    served = _with(stage, made, LONG["temperature"])
    return {"as it is": stage.score(made), "offset added afterwards": stage.score(served)}


def _with(stage: Stage, made: Factors, temperature: float) -> Factors:
    """Return the same vectors with the logarithm of popularity as a coordinate more."""
    V = made.item_emb.clone()
    V[:, -1] = torch.from_numpy(stage.offset).to(V) * temperature
    return Factors(made.user_emb, V)


def losses_part() -> dict:
    early, late = world()
    table, runs = [], {}
    for name, parts in LOSSES.items():
        weights = dict.fromkeys(parts, 1.0)
        grid = SHARES if len(parts) > 1 else TEMPERATURES
        reads = "user-entity" in parts

        def score(fitted, name=name):
            if name == "user-entity":
                return float(early.user_recall(fitted.users(early.histories, True)).mean())
            return early.score(fitted.vectors())

        make = partial(fit, weights=weights)
        key = "both" if name == "entity-entity" else f"loss {name}"  # one and the same
        best = tuned("PinWorld", key, partial(make, early), grid, score)
        runs[name] = measured(
            "PinWorld", key, partial(make, late, **best["knobs"]), late, trained=reads
        )
        table.append(row_of(name, best, runs[name]))
    users, fifteen = [], results.load("15_pinworld").values
    known = {r["model"]: r["knobs"] for r in fifteen["rivals"]}
    longest = {r["objective"]: {"rate": r["rate"], "steps": sequences.LONGER[-1]}
               for r in fifteen["objectives"]}  # fmt: skip
    for name in ("popularity", "RP3β", "iALS", sequences.LONG):
        knobs = known.get(name) or longest[name]

        def once(name=name, knobs=knobs, seed=0):
            past, start = late.likes[0], time.process_time()
            if name in sequences.ARMS:
                model = sequences.former(
                    pinworld.VAL_END, seed=seed, **knobs, **sequences.ARMS[name]
                )
            else:
                model = towers.RIVALS[name](past, **knobs)
            seconds = time.process_time() - start
            return {"users": late.user_recall(model).round(4).to_dict(), "seconds": seconds}

        seeds = SEEDS if name in sequences.ARMS else (0,)
        title = f"PinnerFormer, {name}" if name in sequences.ARMS else name
        runs[title] = [
            kept("omnisage", f"PinWorld user {name} {knobs} {s}", partial(once, seed=s))
            for s in seeds
        ]
        users.append(row_of(title, {"knobs": knobs}, runs[title]))
    pairs = [("all three", other) for other in runs if other != "all three"]
    pairs += [("entity-entity + entity-feature", "entity-entity"), ("user-entity", "entity-entity"),
              ("user-entity", "PinnerFormer, every next"), ("entity-entity", "PinnerFormer, every next"),
              ("entity-entity", "iALS")]  # fmt: skip
    return {
        "models": table,
        "users": users,
        "leads": leads(runs, pairs),
        "trials per model, at least": BUDGET,
    }


READER = "PinnerFormer, every next, popularity"
ONCE_MORE = "all three, trained once more"  # so that its users can be paired with the reader's


def readers() -> dict:
    """Return what PinnerFormer finds for users with weight times log(1 + likes) added after training, and without.

    Beside it OmniSage with all three losses, trained once more.

    The weights are those of lesson 15; one seed chose, on days 42 to 48.
    """
    stored = results.load("16_losses").values["users"]
    rate = next(r["knobs"]["rate"] for r in stored if r["model"] == "PinnerFormer, every next")

    def asked(day: int, seed: int) -> list[dict]:
        steps = sequences.LONGER[-1]
        return sequences.weighed(sequences.LONG, day, rate, seed, steps)["7 days"]

    chosen = [round(float(pd.Series(x).mean()), 4) for x in asked(pinworld.TRAIN_END, SEEDS[0])]
    best = int(np.argmax(chosen))
    table, runs, found = [], {}, [asked(pinworld.VAL_END, seed) for seed in SEEDS]
    for title, at in ((READER, best), (f"{READER}, without", 0)):
        runs[title] = [{"users": run[at], "seconds": 0.0} for run in found]
        about = {"knobs": {"weight": sequences.OFFSETS[at]},
                 "validation": dict(zip(map(str, sequences.OFFSETS), chosen, strict=True))}  # fmt: skip
        table.append(row_of(title, about, runs[title]))
        del table[-1]["CPU seconds"]
    likes = (sequences.new_likes(0, pinworld.VAL_END), sequences.new_likes(pinworld.VAL_END, pinworld.DAYS))  # fmt: skip
    for name in ("RP3β", "iALS"):
        (knobs,) = (r["knobs"] for r in stored if r["model"] == name)
        recall = metrics.evaluate_model(towers.RIVALS[name](likes[0], **knobs), *likes, 10).recall
        runs[name] = [{"users": recall.round(4).to_dict(), "seconds": 0.0}]
    late, name = world()[1], "all three"
    models = results.load("16_losses").values["models"]
    knobs = next(row["knobs"] for row in models if row["model"] == name)
    make = partial(fit, late, dict.fromkeys(LOSSES[name], 1.0), **knobs)
    runs[ONCE_MORE] = measured("PinWorld", f"loss {name}", make, late, trained=True)
    table.append(row_of(ONCE_MORE, {"knobs": knobs}, runs[ONCE_MORE]))
    return {"readers": table, "reader leads": leads(runs, [(READER, x) for x in runs if x != READER])}  # fmt: skip


CHOICES = {
    "graphs": ("nobody", "pin-board", "both"),
    "losses": ("entity-entity", "entity-feature", "entity-entity + entity-feature", "all three"),
    "popularity": (False, True),
}


def choices() -> dict:
    """Return recall@10 of every setting of the open task on what chooses, seed 0, half of the steps."""
    early, _ = world()
    table = []
    for values in product(*CHOICES.values()):
        name, loss, popular = values

        def once(name=name, loss=loss, popular=popular):
            weights = dict.fromkeys(LOSSES[loss], 1.0)
            names = GRAPHS[name].get("names", BOTH)
            return early.score(
                fit(early, weights, names, share=0.3, steps=STEPS // 2, popular=popular).vectors()
            )

        table.append(
            dict(zip(CHOICES, values, strict=True))
            | {"recall": kept("omnisage", f"choice {values}", once)}
        )
        print(table[-1], flush=True)
    return {"settings": table}


# ---------------------------------------------------------------- semantic IDs
SIZES = (16, 16, 16)


def vectors_of(stage: Stage, tag: str) -> dict[str, np.ndarray]:
    """Return content, and the vectors of OmniSage trained with the pairs alone."""
    file = paths.root() / "build" / "bench" / f"omnisage_vectors_{tag}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, fit(stage).vectors().user_emb[:, :-1].numpy(force=True))
    return {
        "content": before.unit(stage.today.content).astype(np.float64),
        "OmniSage": np.load(file).astype(np.float64),
    }


def semantic() -> dict:
    """Return recall@10 of cold targets among all cold pins: by prefix, by neighbors in space, by chance."""
    stages, table, runs, shapes = world(), [], {}, []
    spaces = [vectors_of(s, tag) for s, tag in zip(stages, ("early", "late"), strict=True)]

    def to_cold(k):
        s = stages[k]
        return s.every.select(s.cold[s.every.items])

    def recall(k, model):
        return stages[k].found(many.Only(model, stages[k].cold), to_cold(k))

    def coded(k, space, seed):
        X = spaces[k][space]
        words = semantic_ids.residual_kmeans(X[~stages[k].cold], SIZES, seed=seed)
        return semantic_ids.residual_codes(X, words)

    for space in ("content", "OmniSage"):
        runs[f"nearest in {space}"] = [recall(1, Factors(spaces[1][space], spaces[1][space]))]
        for shuffled in (False, True):
            name = f"words of {space}" + (", shuffled" if shuffled else "")

            def model(k, level, seed, space=space, shuffled=shuffled):
                codes = coded(k, space, seed)
                if shuffled:
                    codes = codes[np.random.default_rng(seed).permutation(len(codes))]
                return semantic_ids.Transitions(codes, stages[k].pairs, level)

            tried = {level: float(recall(0, model(0, level, 0)).mean()) for level in (1, 2, 3)}
            best = max(tried, key=tried.get)
            runs[name] = [recall(1, model(1, best, seed)) for seed in SEEDS]
            table.append({"model": name, "level": best, "validation": tried})
        topic = pd.factorize(pinworld.load("small").pins["topic"])[0]
        codes = coded(1, space, 0)
        for level in range(len(SIZES) + 1):
            group = semantic_ids.prefixes(codes, level)
            size = np.bincount(group)
            shapes.append({
                "space": space, "level": level, "groups": len(size), "largest": int(size.max()),
                "alone": float((size[group] == 1).mean()),
                "same topic": float(np.mean([(topic[group == g] == np.bincount(topic[group == g]).argmax()).mean()
                                             * (group == g).mean() * len(size) for g in range(len(size))])),
            })  # fmt: skip
    chance = np.random.default_rng(0).random(stages[1].n)
    runs["chance"] = [recall(1, before.Table(chance))]
    mean = {name: sum(r) / len(r) for name, r in runs.items()}
    out = [{"model": name, "recall": float(mean[name].mean()), "seeds": [round(float(r.mean()), 4) for r in runs[name]]}
           for name in runs]  # fmt: skip
    for row in out:
        row |= next(
            (t for t in table if t["model"] == row["model"]), {"level": None, "validation": None}
        )
        print(row, flush=True)
    pairs = [(a, b) for a in mean for b in mean if a != b]
    return {"models": out, "shapes": shapes, "sizes": SIZES, "cold pins": int(stages[1].cold.sum()),
            "queries": len(mean["chance"]),
            "leads": {f"{a} over {b}": asdict(metrics.compare(mean[a], mean[b])) for a, b in pairs}}  # fmt: skip


# ---------------------------------------------------------------- citeulike-t
REAL = {
    "nobody": {"names": ()},
    "libraries": {"names": ("pin-board",)},
    "both": {},
}


def real() -> dict:
    stages = libraries()
    late = stages[1]
    rivals = {name: row for name, row in RIVALS.items() if name != "EASE"}  # too many articles
    rivals["content"] = (lambda s: Factors(s.today.content, s.today.content), {})
    jobs = {name: (make, grid, (0,)) for name, (make, grid) in rivals.items()}
    jobs |= {name: (partial(fit, **arm), TEMPERATURES, SEEDS) for name, arm in REAL.items()}
    table, runs = [], {}
    for name, (make, grid, seeds) in jobs.items():
        best, runs[name] = tried("citeulike-t", name, make, grid, stages, seeds)
        table.append(row_of(name, best, runs[name]))
    pairs = [("both", other) for other in runs if other != "both"]
    pairs += [("libraries", "nobody"), ("nobody", "content")]
    counts = {"queries": len(np.unique(late.part.users)), "cold articles": int(late.cold.sum()),
              "cold queries": int(late.cold[np.unique(late.every.users)].sum())}  # fmt: skip
    return {
        "models": table,
        "leads": leads(runs, pairs),
        "counts": counts,
        "trials per model, at least": BUDGET,
    }


CLAIMS = {
    "graphs": "Each graph more finds more, and a transformer over neighbors finds more than PinSage.",
    "losses": "Trained with all three losses, one encoder finds more than with each of them alone.",
    "choices": "Settings of OmniSage on PinWorld, trained once each.",
    "semantic": "Cold pins are found by the prefix of their semantic ID better than by nearest content.",
    "real": "Libraries and citations together find more citations than libraries alone, and these more than words.",
}
MEASURE = {
    "graphs": graphs,
    "losses": losses_part,
    "choices": choices,
    "semantic": semantic,
    "real": real,
    "equal": equal,
    "longer": longer,
    "both ways": both_ways,
    "readers": readers,
}
INTO = {
    "equal": "graphs",
    "longer": "graphs",
    "both ways": "graphs",
    "readers": "losses",
}  # more of a part that is stored
OF = {
    "graphs": "PinWorld",
    "losses": "PinWorld",
    "choices": "choice",
    "semantic": "semantic",
    "real": "citeulike-t",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=MEASURE, nargs="+")
    torch.set_num_threads(1)
    for asked in devices.parse(parser).part:
        start = time.perf_counter()
        values, part = MEASURE[asked](), INTO.get(asked, asked)
        earlier = 0.0
        if asked in INTO:
            stored = results.load(f"16_{part}")
            values, earlier = stored.values | values, stored.seconds
        done = sum(
            row["seconds"] for key, row in rows("omnisage").items() if key.startswith(OF[part])
        )
        seconds = (
            max(done, time.perf_counter() - start)
            if part != "semantic"
            else time.perf_counter() - start
        )
        print(results.save(
            f"16_{part}", claim=CLAIMS[part], values=values, seeds=[0] if part == "choices" else list(SEEDS),
            seconds=max(seconds, earlier), command=f"{COMMAND} {part}", data="citeulike-t" if part == "real" else (),
        ))  # fmt: skip


if __name__ == "__main__":
    main()
