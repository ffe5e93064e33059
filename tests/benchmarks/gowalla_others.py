"""Beside LightGCN on all of Gowalla: GF-CF, tuned iALS; and who gains, by activity and popularity.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m tests.benchmarks.gowalla_others gfcf
    ... gowalla_others ials      the best dimension and d = 64

Both take what was chosen on validation for data/results/04_gfcf_gowalla.json and
02_ials_gowalla.json. Adds to data/results/06_gowalla_curves.json (see `gowalla_lightgcn`) and to 06_gowalla_groups.json:

    values["groups"][METHOD] = {
        "activity": [{"activity", "users", "recall", "ndcg"}, ...],       quartiles of test users
        "popularity": [{"popularity", "items", "events", "recall"}, ...]}     train degrees

A user's activity is the number of their train items, an item's popularity that of its train users.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from graphrec_utils import data, metrics, results
from graphrec_utils.models import filters, mf
from tests.benchmarks.gowalla_lightgcn import rounded, store, store_curve

CLAIM = "On Gowalla, models with a graph gain most where there is least data."
POPULARITY = (10, 20, 50, 100, 500)


def means(ranked, relevant, users=None):
    mean = metrics.evaluate(ranked, relevant, users).mean()
    return {"recall@20": float(mean["recall"]), "ndcg@20": float(mean["ndcg"])}


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

    store("06_gowalla_groups", CLAIM, time.perf_counter() - start, change)
    print(method, groups, flush=True)


def rows(table):
    table = table.rename_axis(table.index.name or "popularity").reset_index()
    return [rounded(row) for row in table.astype(object).to_dict("records")]


def gfcf() -> None:
    """Measure what lesson 04 chose on validation."""
    start = time.perf_counter()
    published, seen = data.load("gowalla"), results.load("04_gfcf_gowalla").values
    parameters = {"dim": seen["patterns of GF-CF"], "weight": seen["weight of GF-CF"]}
    wall, cpu = time.perf_counter(), time.process_time()
    model = filters.gf_cf(published.train.csr(), **parameters)
    prepared = time.process_time() - cpu
    ranked = metrics.rank_with(model.scores, published.train)
    point = {
        "epoch": 0,
        "seconds": time.perf_counter() - wall,
        "cpu seconds": time.process_time() - cpu,
    }
    curve = {
        "points": [rounded(point | means(ranked, published.test))],
        "parameters": parameters,
        "note": "closed form; seconds include the ranking of all users, in which its work is",
        "preparation, cpu seconds": round(prepared, 1),
        "threads": 1,
    }
    store_curve("GF-CF", curve, time.perf_counter() - start)
    store_groups("GF-CF", ranked, published)


def ials() -> None:
    """Train what lesson 02 chose on validation, at the best dimension and at LightGCN's."""
    published, seen = data.load("gowalla"), results.load("02_ials_gowalla").values
    for dim in (64, seen["dim"]):
        start = time.perf_counter()
        row = next(row for row in seen["test by dimension"] if row["dim"] == dim)
        parameters = {name: row[name] for name in ("dim", "alpha0", "reg", "sweeps")}
        points, begin, looking = [], [time.perf_counter(), time.process_time()], [0.0, 0.0]

        def look(sweep, user_emb, item_emb, points=points, begin=begin, looking=looking):
            now = [time.perf_counter(), time.process_time()]
            ranked = metrics.rank_all(user_emb, item_emb, published.train)
            point = {"epoch": sweep}
            for k, name in enumerate(("seconds", "cpu seconds")):
                point[name] = now[k] - begin[k] - looking[k]
            points.append(rounded(point | means(ranked, published.test)))
            looking[0] += time.perf_counter() - now[0]
            looking[1] += time.process_time() - now[1]
            print(points[-1], flush=True)

        R = published.train.csr()
        user_emb, item_emb = mf.ials(R, **parameters, callback=look)
        method = "iALS, tuned" if dim == seen["dim"] else f"iALS, d = {dim}"
        curve = {"points": points, "parameters": parameters, "threads": 1}
        store_curve(method, curve, time.perf_counter() - start)
        store_groups(method, metrics.rank_all(user_emb, item_emb, published.train), published)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["gfcf", "ials"])
    {"gfcf": gfcf, "ials": ials}[parser.parse_args().what]()


if __name__ == "__main__":
    main()
