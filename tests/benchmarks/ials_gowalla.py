"""Tuned iALS on all of Gowalla (LightGCN's split): choose on validation, never on test.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m tests.benchmarks.ials_gowalla

1. A tenth of every user's train items is held out for validation.
2. At a small dimension a grid of alpha0 and reg is searched.
3. The three best pairs are tried at every dimension, and the best of all runs is chosen. The
   number of sweeps is chosen with it (early stopping).
4. What validation chose at each dimension is trained on all of train and compared with
   test. Nothing is chosen by test: the headline is the run that was best in step 3.

Writes data/results/02_ials_gowalla.json. About half an hour of one thread, 2 GB.
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np

from graphrec_utils import data, metrics, results
from graphrec_utils.models import mf

COMMAND = "python -m tests.benchmarks.ials_gowalla"
ALPHA0 = (0.1, 0.03, 0.01)
REG = (0.003, 0.001, 0.0003)
LOOK_AT = (2, 4, 6, 8)  # sweeps
SEED = 0


def scores(emb, train, relevant, users=None):
    """Return the means (recall@20, ndcg@20) of full ranking, train masked."""
    ranked = metrics.rank_all(*emb, train, top=20, users=users)
    mean = metrics.evaluate(ranked, relevant, users).mean()
    return float(mean["recall"]), float(mean["ndcg"])


def validate(split, R, users, **parameters):
    """Train once and return one row per number of sweeps in LOOK_AT."""
    rows, begin, looking = [], time.process_time(), 0.0

    def look(sweep, user_emb, item_emb):
        nonlocal looking
        if sweep not in LOOK_AT:
            return
        start = time.process_time()
        recall, ndcg = scores((user_emb, item_emb), split.train, split.val, users)
        row = {**parameters, "sweeps": sweep, "recall": round(recall, 4), "ndcg": round(ndcg, 4)}
        looking += time.process_time() - start
        row["cpu_seconds"] = round(time.process_time() - begin - looking, 1)
        print(row, flush=True)
        rows.append(row)

    mf.ials(R, **parameters, sweeps=max(LOOK_AT), seed=SEED, callback=look)
    return rows


def test(published, R, best):
    """Train with the chosen parameters on all of train and return one row measured on test."""
    parameters = {name: best[name] for name in ("dim", "alpha0", "reg", "sweeps")}
    begin = time.process_time()
    emb = mf.ials(R, **parameters, seed=SEED)
    cpu_seconds = round(time.process_time() - begin, 1)
    recall, ndcg = scores(emb, published.train, published.test)
    row = {
        "recall@20": round(recall, 4),
        "ndcg@20": round(ndcg, 4),
        **parameters,
        "training, CPU seconds": cpu_seconds,
    }
    print("test", row, flush=True)
    return row


def by_recall(row):
    return row["recall"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--grid-dim", type=int, default=256, help="dimension of step 2")
    parser.add_argument("--dims", type=int, nargs="+", default=[32, 64, 128, 256, 512, 1024])
    parser.add_argument("--users", type=int, default=6_000, help="validation users to rank for")
    options = parser.parse_args()
    start = time.perf_counter()
    published = data.load("gowalla")
    split = published.with_validation(0.1, SEED)
    R, R_all = split.train.csr(), published.train.csr()
    users = np.unique(split.val.users)
    if len(users) > options.users:
        users = np.sort(np.random.default_rng(SEED).choice(users, options.users, replace=False))
    mf.ials(R, 2, 0.1, 0.1, sweeps=1)  # compile before the clock runs

    grid = []
    for alpha0, reg in product(ALPHA0, REG):
        grid += validate(split, R, users, dim=options.grid_dim, alpha0=alpha0, reg=reg)
    ranking = sorted(grid, key=by_recall, reverse=True)
    pairs = list(dict.fromkeys((row["alpha0"], row["reg"]) for row in ranking))[:3]

    sizes = []
    for dim, (alpha0, reg) in product(options.dims, pairs):
        sizes += validate(split, R, users, dim=dim, alpha0=alpha0, reg=reg)

    tests = []  # what validation chose at each dimension; the headline is what it chose overall
    for dim in options.dims:
        best = max((row for row in sizes if row["dim"] == dim), key=by_recall)
        tests.append(test(published, R_all, best))
    best = max(sizes, key=by_recall)
    chosen = next(row for row in tests if row["dim"] == best["dim"])
    print(
        results.save(
            "02_ials_gowalla",
            claim="iALS with hyper-parameters chosen on validation reaches a recall@20 of 0.171 "
            "and an NDCG@20 of 0.142 on Gowalla.",
            values={
                **chosen,
                "nu": 1.0,
                "test by dimension": tests,
                "validation by dimension": sizes,
                "validation grid": grid,
            },
            seeds=[SEED],
            seconds=time.perf_counter() - start,
            command=COMMAND,
            data="gowalla",
        )
    )


if __name__ == "__main__":
    main()
