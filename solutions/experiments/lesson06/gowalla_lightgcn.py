"""LightGCN on all of Gowalla: as published, BPR-MF, and a faster recipe chosen on validation.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m solutions.experiments.lesson06.gowalla_lightgcn validate recipe
    ... gowalla_lightgcn validate mf        the same for BPR-MF
    ... gowalla_lightgcn validate mf_recipe the recipe without a graph: what is the graph's part?
    ... gowalla_lightgcn recipe --seed 0    trains the chosen trial on all of train, meets test
    ... gowalla_lightgcn mf                 likewise; and mf_recipe
    ... gowalla_lightgcn published --cpu-minutes 60    goes on from its checkpoint

1. `validate` holds out the last tenth of every user's train items, trains every trial of TRIALS with
   seed 0 and ranks for 3,000 users. Trials and their outcomes stand in build/gowalla/validation.json;
   `--trial N` runs one of them, so that several processes can share the work.
2. The trial with the best recall@20 is trained on all of train. It meets test at fixed epochs,
   which makes the curve; nothing is chosen by them, and the last epoch is the result.
3. `published` is the paper's setting and the authors' code's sampling: BPR, users drawn alike,
   batches of 2048, Adam with rate 0.001, lambda 1e-4, E0 ~ N(0, 0.1^2), K = 3, d = 64.

Writes data/results/06_gowalla_curves.json, of which each command renews its own part:

    values["curves"][METHOD] = {
        "points": [{"epoch", "seconds", "cpu seconds", "recall@20", "ndcg@20"}, ...],
        "parameters": {...}, "departures": ["...", ...], "threads": 1, "seed": 0}
    values["chosen"] = the METHOD of the recipe that won on validation
    values["validation"][FAMILY] = [{parameters..., "recall@20", "ndcg@20", "cpu seconds"}, ...]
    values["random validation"][FAMILY] = the same for the nine, four and five trials of a time when a
        random tenth was validation; the curves are of what they chose

Seconds are training time without evaluation. "cpu seconds" are processor time of all threads: with
one thread what a quiet machine would take; "seconds" were measured beside other work. Also writes
06_gowalla_groups.json, see `gowalla_stored`.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
import torch

from graphrec_utils import datasets, graphs, metrics, sampling, train
from graphrec_utils.models.lightgcn import Fused, spectral_start
from solutions.experiments.lesson06.gowalla_stored import (
    COMMAND,
    CURVES,
    FOLDER,
    locked,
    means,
    rounded,
    store,
    store_curve,
    store_groups,
)

DIM, LAYERS, USERS = 64, 3, 3000
PUBLISHED = {
    "layers": LAYERS, "loss": "bpr", "batch": 2048, "by": "user", "rate": 1e-3, "l2": 1e-4,
    "start": "normal", "epochs": 1000, "decay": False,
}  # fmt: skip
RECIPE = {
    "layers": LAYERS, "loss": "softmax", "batch": 8192, "negatives": 2048, "rate": 0.015,
    "l2": 0.04, "start": "spectral", "std": 0.3, "epochs": 12, "decay": True,
}  # fmt: skip
MF = {
    "layers": 0, "loss": "bpr", "batch": 8192, "by": "edge", "rate": 1e-2, "l2": 1e-2,
    "start": "normal", "epochs": 60, "decay": True,
}  # fmt: skip
TRIALS = {
    "recipe": [
        RECIPE | {"l2": l2, "rate": rate, "negatives": negatives, "epochs": epochs}
        for l2, rate, negatives, epochs in (
            (0.02, 0.015, 1024, 8),
            (0.04, 0.015, 1024, 8),
            (0.08, 0.015, 1024, 8),
            (0.04, 0.03, 1024, 8),
            (0.03, 0.015, 2048, 8),
            (0.03, 0.03, 2048, 8),
            (0.04, 0.06, 1024, 8),
            (0.04, 0.06, 2048, 12),
            (0.04, 0.06, 2048, 20),
        )
    ],
    "mf": [
        MF | {"l2": l2, "rate": rate, "epochs": epochs}
        for l2, rate, epochs in (
            (3e-3, 1e-2, 60),
            (1e-2, 1e-2, 60),
            (3e-2, 1e-2, 60),
            (1e-2, 3e-2, 60),
            (1e-2, 1e-2, 200),
            (5e-3, 1e-2, 200),
        )
    ],
    "mf_recipe": [
        RECIPE | {"layers": 0, "l2": l2, "rate": rate, "epochs": epochs}
        for l2, rate, epochs in (
            (0.04, 0.015, 8),
            (0.15, 0.015, 8),
            (0.5, 0.015, 8),
            (0.15, 0.06, 8),
            (0.3, 0.06, 8),
            (0.15, 0.06, 20),
        )
    ],
}
FAMILIES = {"mf": "BPR-MF", "mf_recipe": "MF, LightGCN's recipe"}
DEPARTURES = [
    "the loss is a sampled softmax over the positive and negatives shared by the batch, not BPR",
    "layer 0 starts from the truncated SVD of the normalized R, items times the root of their "
    "degree, not from random numbers",
    "batches of 8192 interactions, each seen once an epoch, not 2048 drawn by user",
    "Adam's rate is larger and falls to 0 by a cosine",
    "a stronger ridge, on users and positives of the batch only",
]


def learner(R, recipe: dict[str, Any], seed: int) -> Fused:
    A_hat = graphs.normalize(graphs.adjacency(R)).astype(np.float32)
    start = None
    if recipe["start"] == "spectral":
        start = spectral_start(R, DIM, std=recipe["std"], seed=seed)
    options = {"loss": recipe["loss"], "lr": recipe["rate"], "reg": recipe["l2"]}
    return Fused(A_hat, R.shape[0], DIM, recipe["layers"], **options, start=start, seed=seed)


def batches(R, recipe: dict[str, Any]):
    """Return what `train.fit` calls once an epoch; an epoch is as many pairs as train has."""
    positives, n = sampling.index(R), R.shape[1]
    users, items = (torch.from_numpy(x) for x in (positives.users, positives.items))
    size = recipe["batch"]

    def by_triples(rng):
        triples = sampling.bpr_triples(positives, len(users), rng, by=recipe["by"])
        return zip(*(x.split(size) for x in triples), strict=True)

    def by_softmax(rng):
        for rows in torch.from_numpy(rng.permutation(len(users))).split(size):
            negatives = torch.from_numpy(rng.integers(0, n, recipe["negatives"]))
            yield users[rows], items[rows], negatives

    return by_triples if recipe["loss"] == "bpr" else by_softmax


def quality(model: Fused, seen, relevant, users=None) -> dict[str, float]:
    ranked = metrics.rank_all(*model.embeddings(), seen, top=20, users=users)
    return means(ranked, relevant, users)


def trial(split, recipe: dict[str, Any], every: int) -> dict[str, Any]:
    """Train once without the validation part and return its outcome, with the way there."""
    R = split.train.csr()
    scores = {
        f"{name}@20": train.on_validation(split, name, users=USERS) for name in ("recall", "ndcg")
    }
    model, way = learner(R, recipe, 0), []

    def evaluate():
        way.append({name: score(model) for name, score in scores.items()})
        print(model.steps, way[-1], flush=True)
        return way[-1]["recall@20"]

    schedule = train.cosine if recipe["decay"] else None
    history = train.fit(
        model, batches(R, recipe), epochs=recipe["epochs"], evaluate=evaluate, every=every,
        schedule=schedule, progress=False,
    )  # fmt: skip
    way = [rounded({"epoch": e} | row) for e, row in zip(history.evaluated, way, strict=True)]
    return rounded(recipe | way[-1] | {"cpu seconds": history.cpu_seconds[-1]}) | {"way": way}


def validate(family: str, only: int | None) -> None:
    split = datasets.load("gowalla").with_validation(last=0.1)
    start = time.perf_counter()
    for number, recipe in enumerate(TRIALS[family]):
        if only in (None, number):
            print(number, recipe, flush=True)
            row = trial(split, recipe, every=max(2, recipe["epochs"] // 5))
            with locked("validation"):
                rows = outcomes(family)
                rows[str(number)] = row
                content = outcomes() | {family: rows}
                (FOLDER / "validation.json").write_text(json.dumps(content, indent=1))

    def change(values):
        values.setdefault("validation", {})[family] = list(outcomes(family).values())
        if family == "recipe":
            values["chosen"] = title(chosen("recipe"))

    store("06_gowalla_curves", CURVES, time.perf_counter() - start, change)


def outcomes(family: str | None = None) -> dict[str, Any]:
    file = FOLDER / "validation.json"
    content = json.loads(file.read_text()) if file.exists() else {}
    return content if family is None else content.get(family, {})


def chosen(family: str) -> dict[str, Any]:
    """Return the recipe of the trial with the best recall on validation."""
    rows = outcomes(family)
    if not rows:
        raise SystemExit(f"validate {family} first: {COMMAND} validate {family}")
    return TRIALS[family][int(max(rows, key=lambda number: rows[number]["recall@20"]))]


def title(recipe: dict[str, Any]) -> str:
    return f"LightGCN, recipe, {recipe['epochs']} epochs"


def measure(method: str, recipe: dict[str, Any], seed: int, every: int, minutes: float | None):
    """Train on all of train and write the curve on test; goes on from a checkpoint."""
    split = datasets.load("gowalla")
    R = split.train.csr()
    begin = time.process_time()
    model = learner(R, recipe, seed)
    prepared = time.process_time() - begin  # graph and SVD
    steps = -(-R.nnz // recipe["batch"])
    FOLDER.mkdir(parents=True, exist_ok=True)
    checkpoint = FOLDER / f"{method.replace(' ', '_')}_{seed}.pt"
    notes = checkpoint.with_suffix(".json")
    seen = json.loads(notes.read_text()) if notes.exists() else {}  # epoch -> quality
    curve = {
        "parameters": {"dim": DIM} | recipe,
        "departures": DEPARTURES if method.startswith("LightGCN, recipe") else [],
        "threads": torch.get_num_threads(),
        "seed": seed,
        "preparation, cpu seconds": round(prepared, 1),
    }

    def evaluate():
        epoch = model.steps // steps
        seen[str(epoch)] = quality(model, split.train, split.test)
        print(method, epoch, seen[str(epoch)], flush=True)
        notes.write_text(json.dumps(seen))
        return seen[str(epoch)]["recall@20"]

    def fit(epochs):
        start = time.perf_counter()
        schedule = train.cosine if recipe["decay"] else None
        history = train.fit(
            model, batches(R, recipe), epochs=epochs, evaluate=evaluate, every=every,
            schedule=schedule, seed=seed, checkpoint=checkpoint, progress=False,
        )  # fmt: skip
        points = [
            {
                "epoch": e,
                "seconds": history.seconds[e - 1],
                "cpu seconds": history.cpu_seconds[e - 1],
            }
            | seen[str(e)]
            for e in history.evaluated
        ]
        store_curve(
            method, {"points": list(map(rounded, points))} | curve, time.perf_counter() - start
        )
        return history

    if minutes is None:
        fit(recipe["epochs"])
    else:  # a constant rate: the run can stop anywhere, and the file is renewed as it grows
        epochs, spent = every, 0.0
        while spent < 60 * minutes and epochs <= recipe["epochs"]:
            history = fit(epochs)
            spent, epochs = history.cpu_seconds[-1], len(history.loss) + every
    if seed == 0:
        store_groups(method, metrics.rank_all(*model.embeddings(), split.train, top=20), split)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["validate", "recipe", *FAMILIES, "published"])
    parser.add_argument("family", nargs="?", choices=list(TRIALS), default="recipe")
    parser.add_argument("--trial", type=int, help="only this one, of TRIALS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cpu-minutes", type=float, default=60, help="of `published`")
    options = parser.parse_args()
    again = f", seed {options.seed}" if options.seed else ""
    if options.what == "validate":
        validate(options.family, options.trial)
    elif options.what == "recipe":
        recipe = chosen("recipe") if options.trial is None else TRIALS["recipe"][options.trial]
        measure(title(recipe) + again, recipe, options.seed, max(3, recipe["epochs"] // 4), None)
    elif options.what in FAMILIES:
        recipe = chosen(options.what)
        every = max(2, recipe["epochs"] // 4)
        measure(FAMILIES[options.what] + again, recipe, options.seed, every, None)
    else:
        measure("LightGCN, published", PUBLISHED, options.seed, 5, options.cpu_minutes)


if __name__ == "__main__":
    main()
