"""What the measurements on Gowalla add to data/results/06_gowalla_curves.json and 06_gowalla_groups.json.

Each renews its own part; the curves are described in `gowalla_lightgcn`, the groups are

    values["groups"][METHOD] = {
        "activity": [{"activity", "users", "recall", "ndcg"}, ...],       quartiles of test users
        "popularity": [{"popularity", "items", "events", "recall"}, ...]}     train degrees

A user's activity is the number of their train items, an item's popularity that of its train users.
"""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import Any

import numpy as np

from graphrec_utils import metrics, paths, results

COMMAND = "python -m solutions.experiments.lesson06.gowalla_lightgcn"
CURVES = (
    "On Gowalla a LightGCN trained with another loss and another start passes the paper's numbers "
    "in minutes, and a closed-form graph filter is close behind in seconds."
)
GROUPS = "On Gowalla, models with a graph gain most where there is least data."
FOLDER = paths.root() / "build" / "gowalla"
POPULARITY = (10, 20, 50, 100, 500)


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()}


def means(ranked, relevant, users=None):
    mean = metrics.evaluate(ranked, relevant, users).mean()
    return {"recall@20": float(mean["recall"]), "ndcg@20": float(mean["ndcg"])}


@contextmanager
def locked(name: str):
    """Let one process at a time change a file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / f"{name}.lock", "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def store(name: str, claim: str, seconds: float, change) -> None:
    """Let `change(values)` renew a part of a stored result."""
    with locked(name):
        try:
            old = results.load(name)
            values, before = old.values, old.seconds
        except FileNotFoundError:
            values, before = {}, 0.0
        change(values)
        seeds = {curve.get("seed", 0) for curve in values.get("curves", {}).values()} | {0}
        results.save(
            name, claim=claim, values=values, seeds=sorted(seeds), seconds=before + seconds,
            command=COMMAND, data="gowalla",
        )  # fmt: skip


def store_curve(method: str, curve: dict[str, Any], seconds: float) -> None:
    def change(values):
        values.setdefault("curves", {})[method] = curve

    store("06_gowalla_curves", CURVES, seconds, change)


def store_groups(method, ranked, split) -> None:
    """Store the recall of one method's (m, 20) lists in groups of users and of items."""
    start = time.perf_counter()
    per_user = metrics.evaluate(ranked, split.test)
    degree = np.diff(split.train.csr().indptr)[per_user.index]
    quartiles = [int(x) for x in np.quantile(degree, (0.25, 0.5, 0.75), method="lower")]
    activity = metrics.by_activity(per_user, split.train, bounds=quartiles)
    popularity = metrics.recall_by_popularity(ranked, split.test, split.train, bounds=POPULARITY)
    groups = {
        "activity": rows(activity[["users", "recall", "ndcg"]]),
        "popularity": rows(popularity),
        "overall": rounded(means(ranked, split.test)),
    }

    def change(values):
        values.setdefault("groups", {})[method] = groups

    store("06_gowalla_groups", GROUPS, time.perf_counter() - start, change)
    print(method, groups, flush=True)


def rows(table):
    table = table.rename_axis(table.index.name or "popularity").reset_index()
    return [rounded(row) for row in table.astype(object).to_dict("records")]
