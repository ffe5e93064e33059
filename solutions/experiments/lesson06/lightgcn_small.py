"""LightGCN on two small data sets: depth, and who gains. Lesson 06 shows the results.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson06.lightgcn_small depth
    ... python -m solutions.experiments.lesson06.lightgcn_small groups

Data: 2,000 random users of Gowalla (published split), and PinWorld's saves (80/20 per user). A tenth
of train is validation. There each method chooses its knobs, and by early stopping its number of
epochs, with seed 0. Then it is trained on all of train with three seeds and compared with test,
once each. All models trained by gradient have d = 32 and the same steps: BPR, Adam, batches of 8192.

Writes data/results/06_depth.json and 06_groups.json. One quiet thread: 10 to 15
minutes each.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd

from graphrec_utils import (
    data,
    datasets,
    graphs,
    metrics,
    paths,
    pinworld,
    results,
    sampling,
    train,
)
from graphrec_utils.data import Split
from graphrec_utils.models import baselines, filters, mf
from graphrec_utils.models.lightgcn import Fused

COMMAND = "python -m solutions.experiments.lesson06.lightgcn_small"
SEEDS = (0, 1, 2)
DIM, BATCH, EPOCHS, EVERY, PATIENCE = 32, 8192, 150, 5, 3
RATES, L2 = (0.03, 0.01), (3e-3, 1e-2, 3e-2)  # depth: the first rate
LOOKED_AT = 1000  # validation users, at most
STATE = paths.root() / "build" / "lightgcn_small.json"


def both_sets() -> dict[str, Split]:
    """Return both sets with a validation part."""
    gowalla = datasets.load("gowalla").sample_users(2000, seed=0)
    saves = pinworld.load("small").interactions().compact()
    rest, test = saves.hold_out(0.2, seed=0)
    world = Split(rest, rest.select(slice(0, 0)), test)
    return {
        "PinWorld saves": world.with_validation(0.1, seed=0),
        "Gowalla, 2,000 users": gowalla.with_validation(0.1, seed=0),
    }


def together(split: Split):
    """Return train and validation as one."""
    first, second = split.train, split.val
    joined = np.append(first.users, second.users), np.append(first.items, second.items)
    return data.Interactions(*joined, first.num_users, first.num_items)


def recall(model, past, part, most: int | None = None) -> float:
    """Return recall@20, the mean over the users of `part`, or over `most` of them."""
    users = np.unique(part.users)
    if most is not None and len(users) > most:
        users = np.sort(np.random.default_rng(0).choice(users, most, replace=False))
    return float(
        metrics.evaluate(metrics.rank(model, past, users=users), part, users).recall.mean()
    )


def lightgcn(past, part, rate, l2, epochs=EPOCHS, *, num_layers=3, weights=None, seed=0):
    """Train; with `part` stop early on it. Return (model, epochs, recall on part or None)."""
    positives = sampling.index(past.csr())

    def batches(rng):
        steps = max(1, len(positives.items) // BATCH)
        return (sampling.bpr_triples(positives, BATCH, rng) for _ in range(steps))

    options = {"lr": rate, "reg": l2, "weights": weights, "seed": seed}
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    model = Fused(A_hat, past.num_users, DIM, num_layers, **options)
    stop = {}
    if part is not None:
        stop = {"evaluate": lambda: recall(model, past, part, LOOKED_AT), "patience": PATIENCE}
    plan = {"epochs": epochs, "every": EVERY, "seed": seed, "progress": False}
    history = train.fit(model, batches, **plan, **stop)
    return model, history.best_epoch or epochs, max(history.metric, default=None)


def once(key: str, measure: Callable[[], dict]) -> dict:
    """Return what `measure` returned under this key, now or in an interrupted run before.

    Outcomes are kept in build/lightgcn_small.json; delete the file to measure all of it again.
    """
    known = json.loads(STATE.read_text()) if STATE.exists() else {}
    if key not in known:
        value = measure()
        known = json.loads(STATE.read_text()) if STATE.exists() else {}
        known[key] = value
        STATE.parent.mkdir(exist_ok=True)
        STATE.write_text(json.dumps(known, indent=1))
    print(key, known[key], flush=True)
    return known[key]


def chosen(name: str, split: Split, rates, grid, **options) -> dict:
    """Return the rate, l2 and number of epochs that are best on validation.

    If the best l2 lies at an end of the grid, the search goes on beyond it, by factors of 3.
    """

    def attempt(rate, l2):
        _, epochs, best = lightgcn(split.train, split.val, rate, l2, **options)
        return {"rate": rate, "l2": l2, "epochs": epochs, "validation": best}

    def search():
        return max((attempt(*pair) for pair in product(rates, grid)), key=by_validation)

    best = once(f"{name} {options} {rates} {grid}", search)
    beyond = {min(grid): 1 / 3, max(grid): 3}.get(best["l2"])
    while beyond is not None:
        key = f"{name} {options} beyond {best}"
        found = once(key, lambda best=best: attempt(best["rate"], best["l2"] * beyond))
        if found["validation"] <= best["validation"]:
            break
        best = found
    return best


def by_validation(row: dict) -> float:
    return row["validation"]


def tuned(name: str, split: Split, **options) -> dict:
    """Choose on validation with the first rate; return the test recalls of all seeds."""

    def attempt():
        knobs = chosen(name, split, RATES[:1], L2, **options)
        past, given = together(split), (knobs["rate"], knobs["l2"], knobs["epochs"])
        models = (lightgcn(past, None, *given, **options, seed=s)[0] for s in SEEDS)
        return knobs | {"test": [recall(model, past, split.test) for model in models]}

    return once(f"{name} {options}", attempt)


def depth() -> dict:
    """Mean of layers and last layer alone, K = 0 … 3."""
    table = []
    for name, split in both_sets().items():
        for K in range(4):
            for kind in ("mean", "last layer") if K else ("mean",):
                weights = None if kind == "mean" else [0.0] * K + [1.0]
                row = tuned(name, split, num_layers=K, weights=weights)
                table.append({"data": name, "K": K, "layers": kind, **row})
    return {"runs": table}


# ---------------------------------------------------------------- who gains
def untrained(split: Split, make: Callable, grid: dict, seeds) -> tuple[dict, list]:
    """Choose the knobs of a method on validation; return them and its models on all of train."""
    options = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    best = max(
        options,
        key=lambda o: recall(make(split.train, **o), split.train, split.val, LOOKED_AT),
    )
    past = together(split)
    return best, [make(past, **best, **({} if s is None else {"seed": s})) for s in seeds]


def ials(past, dim, alpha0, reg, seed=0):
    return mf.ials(past.csr(), dim, alpha0, reg, sweeps=6, seed=seed)


def gf_cf(past, dim, weight):
    return filters.gf_cf(past.csr(), dim, weight)


def methods(name: str, split: Split):
    """Yield (name, knobs, models) of every method."""
    yield "popularity", *untrained(split, baselines.popularity, {}, [None])
    for method, layers in (("BPR-MF", 0), ("LightGCN, 3 layers", 3)):
        knobs = chosen(name, split, RATES, (*L2, 0.1), num_layers=layers)
        given = knobs["rate"], knobs["l2"], knobs["epochs"]
        past = together(split)
        models = [lightgcn(past, None, *given, num_layers=layers, seed=s)[0] for s in SEEDS]
        yield method, {"d": DIM} | knobs, models
    knobs = {"alpha0": (0.1, 0.03, 0.01, 0.003), "reg": (0.1, 0.03, 0.01)}
    for dims, method in (((DIM,), f"iALS, d = {DIM}"), ((64, 128), "iALS, d chosen")):
        yield method, *untrained(split, ials, {"dim": dims} | knobs, SEEDS)
    grid = {"dim": (32, 128, 256), "weight": (0.0, 0.3, 1.0, 3.0)}
    yield "GF-CF", *untrained(split, gf_cf, grid, [None])


def measured(models, past, test) -> tuple[dict, pd.DataFrame, list]:
    """Return means over users and seeds, the same per user, and recall by popularity."""
    users = np.unique(test.users)
    degree = past.degrees()[1]
    bounds = [int(np.quantile(degree, 0.5)), int(np.quantile(degree, 0.8))]
    frames, tails, cover = [], [], []
    for model in models:
        lists = metrics.rank(model, past, users=users)
        frames.append(metrics.evaluate(lists, test, users)[["recall", "ndcg"]])
        tails.append(metrics.recall_by_popularity(lists, test, past, bounds, users))
        cover.append(metrics.coverage(lists, past.num_items))
    tail = pd.concat(tails).groupby(level=0, observed=False).mean().reset_index()
    row = {
        "recall@20": [float(f.recall.mean()) for f in frames],
        "ndcg@20": [float(f.ndcg.mean()) for f in frames],
        "coverage": float(np.mean(cover)),
        "by item": tail.astype({"popularity": str}).round(5).to_dict("records"),
    }
    return row, sum(frames) / len(frames)


def groups() -> dict:
    """Every method on all users, by their activity, and by the popularity of test items."""
    values = {}
    for name, split in both_sets().items():
        past, table, per_user = together(split), [], {}
        for method, knobs, models in methods(name, split):
            row, per_user[method] = measured(models, past, split.test)
            table.append({"method": method, "knobs": knobs, **row})
            print(name, method, knobs, row, flush=True)
        values[name] = {"methods": table, "by user": by_user(per_user, past)}
    return values


def by_user(per_user: dict[str, pd.DataFrame], past) -> list[dict]:
    """Return LightGCN minus every other method per quarter of users, with standard errors."""
    ours = per_user["LightGCN, 3 layers"]
    degree = past.degrees()[0][ours.index]
    bounds = np.unique(np.quantile(degree, (0.25, 0.5, 0.75))).astype(int)
    rows = []
    for quarter in range(len(bounds) + 1):
        here = np.searchsorted(bounds, degree) == quarter
        for method, frame in per_user.items():
            gap = (ours.recall - frame.recall)[here]
            rows.append({
                "quarter": quarter, "users": int(here.sum()),
                "likes": [int(degree[here].min()), int(degree[here].max())],
                "method": method, "recall": float(frame.recall[here].mean()),
                "lead of LightGCN": float(gap.mean()), "error": float(gap.std() / len(gap) ** 0.5),
            })  # fmt: skip
    return rows


CLAIMS = {
    depth: "Recall@20 by depth K, mean of all layers against the last layer alone.",
    groups: "Recall@20 of tuned methods, for users by activity and items by popularity.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=[f.__name__ for f in CLAIMS])
    what = {f.__name__: f for f in CLAIMS}[parser.parse_args().what]
    start = time.perf_counter()
    again = STATE.exists()  # then a part was measured by earlier runs, in seconds not counted here
    values = {"d": DIM, "batch": BATCH, "resumed, seconds of the last run only": again, **what()}
    print(
        results.save(
            f"06_{what.__name__}",
            claim=CLAIMS[what],
            values=values,
            seeds=SEEDS,
            seconds=time.perf_counter() - start,
            command=f"{COMMAND} {what.__name__}",
            data="gowalla",
        )
    )


if __name__ == "__main__":
    main()
