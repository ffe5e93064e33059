"""One tower, three losses, and their rivals: MovieTweetings by time and leave-one-out.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson10.towers --only time

* `time`: MovieTweetings, ratings of 7 or more, 5-core, two moments cut it into 80, 10 and 10 %; new users
  and films stay in. `one out`: the same events, each user's last one is test, the one before validation.
* By time every tower gets nine trials on validation (NDCG@20), no more and no fewer, from one start for all of them: step
  by step to better neighbors in its grid, and where there are none, at random. Each loss comes with the dot product and
  with cosines over a temperature. The in-batch and the causal tower get twelve at random. With one out, where losses
  are not compared, two towers get twelve at random and go on from their best until no neighbor is better; so does a
  rival, which is fitted in a second, after 36. All learn what is recent if they want to: towers draw examples that lose
  half their weight in `half_life` days, iALS, EASE and RP3β count the last `days` only and are asked with the whole
  history, popularity decays.
* Towers: d = 32, histories of 20, AdamW with decay 0.01, batches of 512, at most 20 epochs, stopped by
  validation; then trained on train and validation for as many epochs, and asked for test once. Three
  seeds, and each comparison is of users' means over them.
* `choices`: the table of the open task, by validation.

Writes data/results/10_towers.json and 10_choices.json. Half an hour of one thread a part; `--stored` takes the knobs of
some models from what is stored and measures what they find.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import datasets, metrics, paths, results, sampling, train
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import baselines, mf, two_tower
from graphrec_utils.models.ease import ease
from solutions.experiments import devices, tuning

COMMAND = "python -m solutions.experiments.lesson10.towers"
CLAIM = "Equally tuned, a softmax over all items finds more than BPR and cross-entropy."
CLAIM_CHOICES = "What a tower finds depends more on which examples it is shown than on the loss."
DAY, SEEDS, LENGTH, DIM, BATCH = 86_400, (0, 1, 2), 20, 32, 512
BUDGET = 12  # a rival gets three times as many
TRIALS = 9  # of a loss: enough for a start and all its neighbors in four knobs
WINDOWS = [1, 2, 4, 7, 14, 28, 56, 112, 224]
GRIDS = {
    "popularity": {"days": [0.5, 1, 2, 3, 4, 5, 6, 8, 14, 30, 60, 120, 240, 480]},
    "RP3β": {"alpha": [0.0, 0.1, 0.2, 0.5, 1.0], "beta": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], "days": WINDOWS},
    "EASE": {"reg": [10, 30, 100, 300, 1000, 3000, 10000], "days": WINDOWS},
    "iALS": {
        "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
        "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0], "days": WINDOWS,
    },
}  # fmt: skip
GRIDS["iALS, any d"] = GRIDS["iALS"] | {"dim": [4, 8, 16, 32, 64, 128, 256, 512]}
STEPS = {"rate": [0.0003, 0.001, 0.003, 0.01, 0.03], "half_life": [0.5, 1, 3, 9, 27, 81, 243]}
SAMPLED = STEPS | {"negatives": [4, 16, 64, 256]}
COSINE = {"temperature": [0.05, 0.1, 0.2, 0.4, 0.8, 1.6]}
TOWERS = {
    "BCE": ({"kind": "bce"}, SAMPLED),
    "BPR": ({"kind": "bpr"}, SAMPLED),
    "softmax": ({"kind": "full"}, STEPS),
    "BCE, cosine": ({"kind": "bce"}, SAMPLED | COSINE),
    "BPR, cosine": ({"kind": "bpr"}, SAMPLED | COSINE),
    "in-batch softmax": ({"kind": "in-batch"}, STEPS),
    "softmax, cosine": ({"kind": "full"}, STEPS | COSINE),
    "softmax, causal": (
        {"kind": "full", "user": "causal"},
        STEPS | {"rate": [0.0001, 0.0003, 0.001, 0.003, 0.01]},
    ),
}
DRAWN = ("in-batch softmax", "softmax, causal")  # BUDGET settings at random, and no climb
# where every tower begins: as in the open task
START = {"rate": 0.003, "half_life": 3, "negatives": 64, "temperature": 0.2}
# reached step by step: these trials cost most
WIDER = {
    "negatives": [*SAMPLED["negatives"], 1024, 4096],
    "temperature": [0.025, *COSINE["temperature"], 3.2],
}
# The films' events span 185 days: a window or a half-life beyond them changes little. From alpha0 = 3 on
# the zeros outweigh all likes, and only alpha0 * reg counts.
NATURAL = {
    "alpha": [0.0], "beta": [0.0], "alpha0": [3.0], "days": [0.5, 1, 224, 480], "half_life": [243],
}  # fmt: skip


# ------------------------------------------------------------------------ data
def films() -> Interactions:
    return datasets.load("movietweetings-100k").at_least(7).core(5, 5)


def leave_one_out(events: Interactions) -> Split:
    """Return all but the last two events of each user, the one before the last, and the last."""
    order = np.lexsort((events.times, events.users))
    users = events.users[order]
    from_end = np.searchsorted(users, users, side="right") - np.arange(len(users)) - 1
    place = np.empty(len(events), dtype=int)
    place[order] = from_end
    return Split(*(events.select(x) for x in (place > 1, place == 1, place == 0)))


DATA = {
    "time": lambda: films().temporal_split((0.8, 0.1, 0.1), unseen="keep"),
    "one out": lambda: leave_one_out(films()),
}


# ------------------------------------------------------------------------ towers
def weights(events: Interactions, users, items, half_life: float | None) -> np.ndarray | None:
    """Return of each example how likely it is drawn, relative to one of the last second."""
    if half_life is None:
        return None
    when = dict(zip(events.pairs()[::-1].tolist(), events.times[::-1].tolist(), strict=True))
    times = np.array([when[p] for p in (users * events.num_items + items).tolist()])
    w = 2.0 ** ((times - events.times.max()) / (half_life * DAY))
    return w / w.sum()


def tower(
    events: Interactions, score: Callable | None, kind: str, rate: float, half_life: float | None = None,
    negatives: int = 64, epochs: int = 20, seed: int = 0, **options,
):  # fmt: skip
    """Return a trained tower and {"epochs": the best}; without a score after `epochs` epochs."""
    users, histories, items = sampling.examples(events, LENGTH)
    latest = sampling.latest(events, LENGTH)
    model = two_tower.TwoTower(latest, events.num_items, DIM, seed=seed, **options)
    p = weights(events, users.numpy(), items.numpy(), half_life)

    def batches(rng):
        for part in rng.choice(len(items), (len(items) // BATCH, BATCH), p=p):
            drawn = torch.from_numpy(rng.integers(0, events.num_items, negatives))
            yield histories[part], items[part], drawn

    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    stop = {"evaluate": lambda: score(model), "patience": 3} if score else {}
    learner = train.Torch(model, partial(two_tower.loss, kind=kind), optimizer, devices.chosen)
    history = train.fit(learner, batches, epochs=epochs, seed=seed, progress=False, **stop)
    return model, {"epochs": history.best_epoch or epochs}


# ------------------------------------------------------------------------ rivals
def recent(events: Interactions, days: float) -> sp.csr_array:
    """Return the (m, n) likes of the last days."""
    late = events.times >= events.times.max() - days * DAY
    return sp.csr_array(events.select(late).csr().astype(np.float32))


class Folded:
    """Users are asked with all they ever did, items are known from the last days."""

    def __init__(self, R, C):
        self.R, self.C = sp.csr_array(R), C

    def scores(self, users):
        S = self.R[np.asarray(users)] @ self.C
        return S.toarray() if sp.issparse(S) else np.asarray(S)


def rp3(events: Interactions, alpha: float, beta: float, days: float) -> Folded:
    R = recent(events, days)

    def power(axis, exponent):
        degree = np.asarray(R.sum(axis=axis)).ravel()
        out = np.zeros_like(degree)
        return sp.diags_array(np.power(degree, exponent, out=out, where=degree > 0))

    C = power(0, -alpha) @ R.T @ power(1, -alpha) @ R @ power(0, -beta)
    return Folded(events.csr().astype(np.float32), sp.csr_array(C))


def folded_ease(events: Interactions, reg: float, days: float) -> Folded:
    whole, late = sp.csr_array(events.csr().astype(np.float32)), recent(events, days)
    known = ease(late, reg)
    B = (
        np.eye(whole.shape[1], dtype=np.float32) - known.after / known.diagonal
    )  # fewer items than users
    return Folded(whole, B)


def folded_ials(events, alpha0: float, reg: float, days: float, dim: int = DIM, seed: int = 0):
    H = mf.ials(recent(events, days), dim, alpha0, reg, seed=seed).item_emb
    return mf.Factors(mf.fold_in(events.csr().astype(np.float32), H, alpha0, reg), H)


RIVALS = {
    "popularity": lambda events, days: baselines.popularity(events, half_life=days * DAY),
    "RP3β": rp3,
    "EASE": folded_ease,
    "iALS": folded_ials,
    "iALS, any d": folded_ials,
}


# ------------------------------------------------------------------------ measuring
def kept(folder: Path | None, name: str, make: Callable):
    """Return what `make` returns, from a file if a run that was stopped had made it."""
    if folder is None:
        return make()
    file = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.pkl"
    if not file.exists():
        made = make()
        file.write_bytes(pickle.dumps(made))
    return pickle.loads(file.read_bytes())


def tuned(
    models: dict, quick: dict, budget: int, score: Callable, natural: dict, log
) -> train.Search:
    """Return a search of both; a quick rival gets three times as many trials, if it has as many settings."""
    options = {"natural": natural, "log": log, "progress": False}
    parts = [train.tune(models, budget, score, **options)]
    for name, (fit, grid) in quick.items():
        settings = math.prod(len(values) for values in grid.values())
        parts.append(train.tune({name: (fit, grid)}, min(3 * budget, settings), score, **options))
    return train.Search(
        [trial for part in parts for trial in part.trials],
        {k: v for part in parts for k, v in part.edges.items()},
        {k: v for part in parts for k, v in part.inside.items()},
    )


def wide(grid: dict) -> dict:
    """Return a grid with the values that are reached step by step."""
    return grid | {knob: values for knob, values in WIDER.items() if knob in grid}


def climbed(
    search: train.Search, model: str, fit, grid: dict, score: Callable, log
) -> train.Search:
    """Return the search and its way on from a model's best, neighbor by neighbor, until none is better."""
    known = {frozenset(t.knobs.items()): t for t in search.trials if t.model == model}

    def value(knobs: dict) -> float:
        key = frozenset(knobs.items())
        if key not in known:
            only = {model: (fit, {k: [v] for k, v in knobs.items()})}
            known[key] = train.tune(only, 1, score, log=log, progress=False).best(model)
        return known[key].score

    together = [("rate", "negatives")] if "negatives" in grid else []
    _, _, edge = tuning.climbed(grid, search.best(model).knobs, value, together, NATURAL)
    edges = {k: v for k, v in search.edges.items() if k != model}
    if edge:
        edges[model] = edge
    others = [t for t in search.trials if t.model != model]
    return train.Search([*others, *known.values()], edges, search.inside)


@dataclass
class Won:
    """What a model has won with on validation.

    Attributes:
        found: what its training found out, {"epochs": 12}.
        edge: which knobs stand at an end of their grid.
        ended: whether no neighbor of its knobs is better.
    """

    knobs: dict
    found: dict
    score: float
    trials: int
    edge: str
    ended: bool


def drawn(name: str, fit, grid: dict, budget: int, score: Callable, log, climb: bool = True) -> Won:
    """Return what a model wins with among settings at random, and on from the best of them."""
    options = {"natural": NATURAL, "log": log, "progress": False}
    search = train.tune({name: (fit, grid)}, budget, score, **options)
    if climb:
        search = climbed(search, name, fit, wide(grid), score, log)
    best = search.best(name)
    return Won(
        best.knobs, best.found, best.score, len(search.trials), search.edges.get(name, ""), climb
    )


def counted(name: str, fit, grid: dict, trials: int, score: Callable, log) -> Won:
    """Return what a tower wins with in so many trials from the common start."""
    known = {}

    def value(knobs: dict) -> float:
        only = {name: (fit, {k: [v] for k, v in knobs.items()})}
        trial = train.tune(only, 1, score, log=log, progress=False).best(name)
        known[frozenset(knobs.items())] = trial
        return trial.score

    start = {k: START[k] for k in grid}
    knobs, edge, ended = tuning.counted(trials, wide(grid), start, value, NATURAL)
    best = known[frozenset(knobs.items())]
    return Won(best.knobs, best.found, best.score, len(known), edge, ended)


def settled(rows: list[dict], names: Sequence[str]) -> dict[str, Won]:
    """Return what some models have won with, from a stored table."""
    out = {}
    for row in rows:
        knobs = dict(row["knobs"])
        found = {"epochs": knobs.pop("epochs")} if "epochs" in knobs else {}
        if row["model"] in names:
            rest = row["validation"], row["trials"], row["at the edge"]
            ended = row.get("no neighbor is better", row["model"] not in DRAWN)
            out[row["model"]] = Won(knobs, found, *rest, ended)
    return out


def measure(
    name: str,
    log: Path | None,
    trials: int = TRIALS,
    budget: int = BUDGET,
    stored: Mapping[str, Won] | None = None,
    only: Sequence[str] = (),
) -> dict:
    """Return what every model finds on one split, and how far they are apart.

    Args:
        log: folder of the trials.
        trials: of a tower; a quick rival gets three times the budget.
        stored: what some models have won with, which are not tuned again.
        only: these models alone.
    """
    split = DATA[name]()
    score = train.on_validation(split)
    # with one out the question is how rivals and towers change places
    towers = TOWERS if name == "time" else {k: TOWERS[k] for k in ("BPR", "softmax")}
    quick = {k: (partial(RIVALS[k], split.train), GRIDS[k]) for k in RIVALS}
    models = {k: partial(tower, split.train, score, **fixed) for k, (fixed, _) in towers.items()}
    file = None if log is None else log / f"towers_{name.replace(' ', '_')}.jsonl"
    if only:
        quick, models = ({k: v for k, v in x.items() if k in only} for x in (quick, models))
    start, best = time.perf_counter(), dict(stored or {})
    for k, (fit, grid) in quick.items():
        if k not in best:
            settings = math.prod(len(values) for values in grid.values())
            best[k] = drawn(k, fit, grid, min(3 * budget, settings), score, file)
    for k, fit in models.items():
        if k not in best and name == "time" and k not in DRAWN:
            best[k] = counted(k, fit, TOWERS[k][1], trials, score, file)
        elif k not in best:
            best[k] = drawn(k, fit, TOWERS[k][1], budget, score, file, k not in DRAWN)
        print(k, best[k], flush=True)
    past, rows, found = split.past(), [], {}
    known = np.bincount(past.users, minlength=past.num_users) > 0
    counts = np.bincount(past.items, minlength=past.num_items)
    users = np.unique(split.test.users)

    def tested(model, knobs, epochs):
        """Return the metrics of each user, the lists, and how long the items' vectors are."""
        if model in towers:
            made, _ = tower(past, None, **towers[model][0], **knobs, **epochs)
            length = made.items().norm(dim=1).numpy(force=True)
        else:
            made, length = RIVALS[model](past, **knobs), np.ones(len(counts))
        lists = metrics.rank(made, past, 20, users)
        return metrics.evaluate(lists, split.test, users), lists, length

    for model in quick | models:
        mine = best[model]
        chance = model in towers or model.startswith("iALS")
        runs = []
        for seed in SEEDS if chance else (0,):
            knobs = mine.knobs | ({"seed": seed} if chance else {})
            make = partial(tested, model, knobs, mine.found)
            runs.append(kept(log, f"{name} {model} {knobs} {mine.found}", make))
        mean = sum(run.ndcg for run, _, _ in runs) / len(runs)
        lists, length, seen = runs[0][1], runs[0][2], counts > 0
        found[model] = mean
        rows.append({
            "model": model, "knobs": mine.knobs | mine.found, "validation": mine.score,
            "d": mine.knobs.get("dim", DIM if chance else None),
            "at the edge": mine.edge, "no neighbor is better": mine.ended,
            "trials": mine.trials, "ndcg": float(mean.mean()),
            "recall": float(np.mean([run.recall.mean() for run, _, _ in runs])),
            "ndcg by seed": [round(float(run.ndcg.mean()), 4) for run, _, _ in runs],
            "known users": float(mean[known[mean.index]].mean()),
            "new users": float(mean[~known[mean.index]].mean()) if (~known[mean.index]).any() else None,
            "coverage": metrics.coverage(lists, past.num_items),
            "mean count of what is shown": float(counts[lists[lists >= 0]].mean()),
            "length and log count": float(np.corrcoef(length[seen], np.log(counts[seen]))[0, 1])
            if length.std() > 1e-4 else None,
        })  # fmt: skip
        print({k: v for k, v in rows[-1].items() if k != "knobs"}, flush=True)
    names = list(found)
    leads = {
        f"{a} over {b}": asdict(metrics.compare(found[a], found[b])) for a in names for b in names if a != b
    }  # fmt: skip
    return {
        "users": len(mean), "new users": int((~known[mean.index]).sum()), "trials of a loss": trials,
        "test events on new items": float((counts[split.test.items] == 0).mean()),
        "models": rows, "leads": leads,
        "seconds": round(time.perf_counter() - start, 1),
    }  # fmt: skip


def merged(stored: dict, made: dict) -> dict:
    """Return what is stored of a split, with the rows and leads that have been made now.

    A lead of a model that has other knobs now over one that was not measured again is gone.
    """
    before, now = ({row["model"]: row for row in part["models"]} for part in (stored, made))
    other = {k for k in now if k in before and before[k]["knobs"] != now[k]["knobs"]}
    leads = {
        name: lead
        for name, lead in stored["leads"].items()
        if all(one in before and one not in other for one in name.split(" over "))
    }
    rows = before | now
    order = [name for name in (*RIVALS, *TOWERS) if name in rows]
    seconds = round(stored["seconds"] + made["seconds"], 1)
    return made | {
        "models": [rows[name] for name in order],
        "leads": leads | made["leads"],
        "seconds": seconds,
    }


def best_of(name: str) -> dict:
    rows = results.load("10_towers").values["time"]["models"]
    return next(row["knobs"] for row in rows if row["model"] == name)


LOSSES, SIMILARITY, HALF_LIVES = ("bce", "bpr", "sampled"), (None, 1.0, 0.2, 0.05), (None, 3.0)


def choices(log: Path | None) -> dict:
    """Return validation NDCG@20 of every honest choice of the open task."""
    split = DATA["time"]()
    score, rows = train.on_validation(split), []
    for kind, temperature, half_life in product(LOSSES, SIMILARITY, HALF_LIVES):
        rate = 0.01 if half_life is None else 0.003
        options = {"temperature": temperature, "epochs": 10}

        def once(kind=kind, rate=rate, half_life=half_life, options=options):
            return score(tower(split.train, score, kind, rate, half_life, **options)[0])

        ndcg = kept(log, f"choice {kind} {temperature} {half_life}", once)
        rows.append({
            "loss": kind, "temperature": temperature, "half_life": half_life, "history": "before",
            "ndcg": round(ndcg, 4),
        })  # fmt: skip
        print(rows[-1], flush=True)
    return {"rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=(*DATA, "choices"), help="keep the others")
    parser.add_argument(
        "--stored", nargs="+", default=(), help="models that keep their stored knobs"
    )
    parser.add_argument("--model", nargs="+", default=(), help="these alone, the others as stored")
    parser.add_argument("--trials", type=int, default=TRIALS, help="of every loss")
    parser.add_argument("--log", type=Path, help="folder of the trials, to go on after a stop")
    asked = devices.parse(parser)
    start = time.perf_counter()
    for name in asked.only or [*DATA, "choices"]:
        file, claim = "10_towers", CLAIM
        if name in DATA:
            there = (paths.data() / "results" / "10_towers.json").exists()
            values = results.load("10_towers").values if there else {}
            rows = values.get(name, {}).get("models", [])
            won_before = settled(rows, asked.stored)
            made = measure(name, asked.log, asked.trials, stored=won_before, only=asked.model)
            if asked.model:
                made = merged(values[name], made)
            elif asked.stored:
                made["seconds"] += values[name]["seconds"]  # of their trials
            values |= {name: made}
            seconds = sum(x["seconds"] for x in values.values())
        else:
            file, claim, values = "10_choices", CLAIM_CHOICES, choices(asked.log)
            seconds = time.perf_counter() - start
        print(results.save(file, claim=claim, values=values, seeds=[0] if name == "choices" else list(SEEDS),
                           seconds=seconds, command=COMMAND,
                           data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
