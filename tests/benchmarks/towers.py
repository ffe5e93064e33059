"""One tower, three losses, and their rivals: MovieTweetings by time and leave-one-out.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.towers --only time

* `time`: MovieTweetings, ratings of 7 or more, 5-core, two moments cut it into 80, 10 and 10 %; new users
  and films stay in. `one out`: the same events, each user's last one is test, the one before validation.
* Every tower gets twelve trials on validation (NDCG@20), and every rival, which is fitted in a second,
  three times as many, each in its own knobs. Both go on from their best, until no neighbor in the grid is better;
  BCE and BPR over cosines begin at the best setting of `choices`, and the causal tower, whose trials take minutes,
  stops after twelve. Each loss comes with the dot product and with cosines over a temperature.
  All learn what is recent if they want to:
  towers draw examples that lose half their weight in `half_life` days, iALS, EASE and RP3β count the
  last `days` only and are asked with the whole history, popularity decays.
* Towers: d = 32, histories of 20, AdamW with decay 0.01, batches of 512, at most 20 epochs, stopped by
  validation; then trained on train and validation for as many epochs, and asked for test once. Three
  seeds, and each comparison is of users' means over them.
* `choices`: the table of the open task, by validation.

Writes data/results/10_towers.json and 10_choices.json. Half an hour of one thread a part.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import pickle
import time
from collections.abc import Callable
from dataclasses import asdict
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
from tests.benchmarks import devices, tuning

COMMAND = "python -m tests.benchmarks.towers"
CLAIM = "Equally tuned, a softmax over all items finds more than BPR and cross-entropy."
CLAIM_CHOICES = "What a tower finds depends more on which examples it is shown than on the loss."
DAY, SEEDS, LENGTH, DIM, BATCH = 86_400, (0, 1, 2), 20, 32, 512
BUDGET = 12
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
CLIMBING = tuple(name for name in TOWERS if name != "softmax, causal")
# where those begin that have been tried already, in the open task: their best of six with these examples
STARTS = {
    "BCE, cosine": {"rate": 0.003, "half_life": 3, "negatives": 64, "temperature": 0.2},
    "BPR, cosine": {"rate": 0.003, "half_life": 3, "negatives": 64, "temperature": 0.8},
}
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


def measure(name: str, log: Path | None, budget: int) -> dict:
    """Return what every model finds on one split, and how far they are apart."""
    split = DATA[name]()
    score = train.on_validation(split)
    # with one out the question is how rivals and towers change places
    towers = TOWERS if name == "time" else {k: TOWERS[k] for k in ("BPR", "softmax")}
    quick = {k: (partial(RIVALS[k], split.train), GRIDS[k]) for k in RIVALS}
    models = {
        k: (partial(tower, split.train, score, **fixed), grid)
        for k, (fixed, grid) in towers.items()
    }
    file = None if log is None else log / f"towers_{name.replace(' ', '_')}.jsonl"
    begun = {k: (fit, grid) for k, (fit, grid) in models.items() if k not in STARTS}
    search = tuned(begun, quick, budget, score, NATURAL, file)
    for k in [k for k in STARTS if k in models]:
        one = {k: (models[k][0], {knob: [value] for knob, value in STARTS[k].items()})}
        first = train.tune(one, 1, score, log=file, progress=False)
        search = train.Search([*search.trials, *first.trials], search.edges, search.inside)
    for k in [*quick, *(k for k in CLIMBING if k in models)]:
        fit, grid = (quick | models)[k]
        wide = grid | {knob: values for knob, values in WIDER.items() if knob in grid}
        search = climbed(search, k, fit, wide, score, file)
    print(search.winners.to_string(), flush=True)
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
        best = search.best(model)
        chance = model in towers or model.startswith("iALS")
        runs = []
        for seed in SEEDS if chance else (0,):
            knobs = best.knobs | ({"seed": seed} if chance else {})
            make = partial(tested, model, knobs, best.found)
            runs.append(kept(log, f"{name} {model} {knobs} {best.found}", make))
        mean = sum(run.ndcg for run, _, _ in runs) / len(runs)
        lists, length, seen = runs[0][1], runs[0][2], counts > 0
        found[model] = mean
        rows.append({
            "model": model, "knobs": best.knobs | best.found, "validation": best.score,
            "d": best.knobs.get("dim", DIM if chance else None),
            "at the edge": search.edges.get(model, ""),
            "trials": sum(trial.model == model for trial in search.trials), "ndcg": float(mean.mean()),
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
        "users": len(mean), "new users": int((~known[mean.index]).sum()), "trials per model": budget,
        "test events on new items": float((counts[split.test.items] == 0).mean()),
        "models": rows, "leads": leads,
        "seconds": round(sum(trial.seconds for trial in search.trials), 1),
    }  # fmt: skip


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
    parser.add_argument("--log", type=Path, help="folder of the trials, to go on after a stop")
    asked = devices.parse(parser)
    start = time.perf_counter()
    for name in asked.only or [*DATA, "choices"]:
        file, claim = "10_towers", CLAIM
        if name in DATA:
            made = measure(name, asked.log, BUDGET)
            stored = (paths.data() / "results" / "10_towers.json").exists()
            values = (results.load("10_towers").values if stored else {}) | {name: made}
            seconds = sum(x["seconds"] for x in values.values())
        else:
            file, claim, values = "10_choices", CLAIM_CHOICES, choices(asked.log)
            seconds = time.perf_counter() - start
        print(results.save(file, claim=claim, values=values, seeds=[0] if name == "choices" else list(SEEDS),
                           seconds=seconds, command=COMMAND,
                           data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
