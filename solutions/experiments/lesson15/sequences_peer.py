"""SASRec of this course beside RecTools' SASRec on MovieTweetings: the same histories, knobs and trials.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson15.sequences_peer

After `sequences --only films`, whose choice it takes for ours. RecTools has an environment of its own in
build/bench/peers, and gets what ours has: histories of 20, one block of two heads, d = 32, dropout 0.2, the softmax
over all items, weights that halve in `half_life` days, rate and half-life of the same grid in as many trials of
`train.tune`, at most 20 epochs, stopped by validation. Its batch is its own, 128 histories. It cannot answer users
without events: both are counted on users who have some, in choosing RecTools' knobs and on test. Three seeds;
CPU seconds are of one training on train and validation with the chosen epochs. The mean of the history, lesson 10's
tower with its choice of there, is asked for the same users. `--known` takes RecTools' knobs from what is stored.

Writes data/results/15_rectools.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
import warnings
from dataclasses import asdict
from functools import partial
from importlib import metadata

import numpy as np
import pandas as pd
import torch

from graphrec_utils import metrics, paths, results, train
from graphrec_utils.cli.setup.environment import ONE_THREAD, CannotRun
from graphrec_utils.data import Interactions
from solutions.experiments import kept as shelf
from solutions.experiments.lesson10 import towers
from tests.benchmarks import pinned

PEERS = pinned.of("rectools")
COMMAND = "python -m solutions.experiments.lesson15.sequences_peer"
CLAIM = "SASRec of a library, tuned, finds more than a mean of the history."
DIM, SEEDS, EPOCHS, PATIENCE = 32, (0, 1, 2), 20, 2


class Lists:
    """Recommended items of some users, in the place of a model."""

    def __init__(self, users: np.ndarray, items: np.ndarray):
        self.users, self.items = users, items  # (U,), (U, k) with -1 in empty places


def known(part: Interactions, past: Interactions) -> Interactions:
    """Return the events of users who have a past."""
    return part.select(np.isin(part.users, past.users))


def peer(
    events: Interactions, score, asked: np.ndarray, rate: float, half_life: float,
    epochs: int = EPOCHS, seed: int = 0,
):  # fmt: skip
    """Return the best lists, {"epochs": …}, and the CPU seconds of fitting."""
    import pytorch_lightning
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    pytorch_lightning.seed_everything(seed, verbose=False)
    weight = towers.weights(events, events.users, events.items, half_life)
    rows = pd.DataFrame({
        Columns.User: events.users, Columns.Item: events.items, Columns.Weight: weight / weight.mean(),
        Columns.Datetime: pd.to_datetime(events.times, unit="s"),
    })  # fmt: skip
    data = Dataset.construct(rows)

    model = SASRecModel(
        n_blocks=1, n_heads=2, n_factors=DIM, session_max_len=towers.LENGTH, dropout_rate=0.2, lr=rate,
        loss="softmax", epochs=epochs,
    )  # fmt: skip

    def lists():
        found = model.recommend(asked, data, k=20, filter_viewed=True)
        items = np.full((len(asked), 20), -1)
        row = np.searchsorted(asked, found[Columns.User].to_numpy())
        items[row, found[Columns.Rank].to_numpy() - 1] = found[Columns.Item].to_numpy()
        return Lists(asked, items)

    start = time.process_time()
    if score is None:
        model.fit(data)
        seconds = time.process_time() - start
        return lists(), {"epochs": epochs}, seconds
    best = (-np.inf, 0, None)
    for epoch in range(1, epochs + 1):
        model.fit_partial(data, 1, 1)
        now = lists()
        if score(now) > best[0]:
            best = (score(now), epoch, now)
        if epoch - best[1] >= PATIENCE:
            break
    return best[2], {"epochs": best[1]}, time.process_time() - start


def ndcg(made: Lists, part: Interactions, top: int) -> pd.Series:
    return metrics.evaluate(made.items[:, :top], part, made.users).ndcg


def searched(stored_knobs: bool) -> dict:
    """Return RecTools' knobs and what they find; runs in its environment."""
    split = towers.DATA["time"]()
    part = known(split.val, split.train)
    asked = np.unique(part.users)
    log = paths.root() / "build" / "bench" / "rectools_trials.jsonl"

    def score(made):
        return float(ndcg(made, part, 20).mean())

    def fit(**knobs):
        return peer(split.train, score, asked, **knobs)[:2]

    if stored_knobs:
        old = next(
            r for r in results.load("15_rectools").values["models"] if r["model"] == "RecTools"
        )
        best, knobs, edge = old["validation"], old["knobs"], old["at the edge"]
    else:
        made = train.tune({"RecTools": (fit, towers.STEPS)}, towers.BUDGET, score,
                          natural=towers.NATURAL, log=log, progress=False)  # fmt: skip
        chosen = made.best("RecTools")
        best, knobs, edge = (
            chosen.score,
            chosen.knobs | chosen.found,
            made.edges.get("RecTools", ""),
        )
    past, runs = split.past(), []
    part = known(split.test, past)
    for seed in SEEDS:
        lists, _, seconds = peer(past, None, np.unique(part.users), **knobs, seed=seed)
        runs.append(judged(lists, part) | {"seconds": seconds})
    return {
        "knobs": knobs,
        "validation": best,
        "at the edge": edge,
        "version": metadata.version("rectools"),
        "runs": runs,
    }


def judged(lists: Lists, part: Interactions) -> dict:
    return {"ndcg": ndcg(lists, part, 10).to_dict(), "ndcg 20": ndcg(lists, part, 20).to_dict()}


def ours(name: str) -> dict:
    """Return what a model of the course finds with its knobs of `15_films`: "SASRec, softmax" or "softmax", the mean."""
    from solutions.experiments.lesson15 import sequences

    best = next(r for r in results.load("15_films").values["models"] if r["model"] == name)
    split = towers.DATA["time"]()
    past, runs = split.past(), []
    part = known(split.test, past)
    users = np.unique(part.users)
    for seed in SEEDS:
        start = time.process_time()
        if name in sequences.SAS:
            model, _ = sequences.sas(past, None, sequences.SAS[name], **best["knobs"], seed=seed)
        else:
            model = sequences.tower(towers.TOWERS[name][0], past, **best["knobs"], seed=seed)
        seconds = time.process_time() - start
        runs.append(
            judged(Lists(users, metrics.rank(model, past, 20, users)), part) | {"seconds": seconds}
        )
    return {k: best[k] for k in ("knobs", "validation", "at the edge")} | {"runs": runs}


def in_process(python, stored_knobs: bool) -> dict:
    """Return what `searched` returns, from a process of the peer's environment with one thread."""
    command = [
        str(python),
        "-m",
        "solutions.experiments.lesson15.sequences_peer",
        "--run",
        *["--known"] * stored_knobs,
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=paths.root(),
                          env=os.environ | ONE_THREAD)  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def row(name: str, found: dict) -> dict:
    values = {
        k: [float(np.mean(list(r[k].values()))) for r in found["runs"]] for k in ("ndcg", "ndcg 20")
    }
    out = {"model": name, "d": DIM, **{k: v for k, v in found.items() if k != "runs"}}
    for k, x in values.items():
        out |= {k: float(np.mean(x)), f"{k} by seed": [round(v, 4) for v in x]}
    return out | {"CPU seconds": [round(r["seconds"], 1) for r in found["runs"]]}


def users_mean(found: dict, measure: str = "ndcg") -> pd.Series:
    return sum(pd.Series(r[measure]).rename(index=int) for r in found["runs"]) / len(found["runs"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--known", action="store_true", help="RecTools' knobs are those that are stored"
    )
    torch.set_num_threads(1)
    asked = parser.parse_args()
    if asked.run:
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        print("\n" + json.dumps(searched(asked.known)))
        return
    from tests.benchmarks.engine import peers

    start = time.perf_counter()
    try:
        python = peers.environment(
            paths.root() / "build" / "bench" / "peers" / "rectools", PEERS["rectools"]
        )
    except CannotRun as problem:
        sys.exit(f"RecTools is not measured: {problem}")
    theirs = shelf.kept("sequences", "rectools", partial(in_process, python, asked.known))
    mine = shelf.kept("sequences", "rectools, ours", partial(ours, "SASRec, softmax"))
    mean = shelf.kept("sequences", "rectools, mean", partial(ours, "softmax"))
    runs = {"this course": mine, "RecTools": theirs, "mean of the history": mean}
    rows = [row(name, found) for name, found in runs.items()]
    leads = {}
    for a, b in (
        ("this course", "RecTools"),
        ("RecTools", "mean of the history"),
        ("this course", "mean of the history"),
    ):
        for measure, top in (("ndcg", 10), ("ndcg 20", 20)):
            leads[f"{a} over {b}, {top}"] = asdict(
                metrics.compare(users_mean(runs[a], measure), users_mean(runs[b], measure))
            )
    cpu = [np.median(r["CPU seconds"]) for r in rows]
    values = {"models": rows, "leads": leads, "users": leads["RecTools over mean of the history, 10"]["users"],
              "RecTools' CPU seconds over the course's": round(float(cpu[1] / cpu[0]), 2),
              "trials per model": towers.BUDGET}  # fmt: skip
    print(results.save("15_rectools", claim=CLAIM, values=values, seeds=list(SEEDS), command=COMMAND,
                       seconds=time.perf_counter() - start, data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
