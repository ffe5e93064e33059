"""Graph filters on all of Gowalla, in the split of the NGCF and LightGCN papers.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.gfcf_gowalla

The number of patterns and the weight of the low-pass are chosen by recall@20 on a tenth of train;
then popularity, the SVD, the linear filter and GF-CF are measured once on the test part. Writes
data/results/04_gfcf_gowalla.json.
"""

from __future__ import annotations

import dataclasses
import time

import numpy as np

from graphrec_utils import data, metrics, results
from graphrec_utils.models import baselines, filters

CLAIM = "On Gowalla a graph filter without any training finds more than the NGCF of the paper."
DIMS, WEIGHTS = (64, 128, 256, 512), (0.03, 0.1, 0.2, 0.3, 0.5)
PASSES = (1, 2, 4)  # approximate patterns, tried with the best number and weight of exact ones
VALIDATION_USERS = 5000


def measured(scorer, train, part, users) -> dict[str, float]:
    """Return recall@20 and NDCG@20 over these users."""
    ranked = metrics.rank_with(scorer.scores, train, 20, users)
    mean = metrics.evaluate(ranked, part, users)[["recall", "ndcg"]].mean()
    return {"recall@20": round(float(mean.recall), 4), "ndcg@20": round(float(mean.ndcg), 4)}


def main() -> None:
    start = time.perf_counter()
    published = data.load("gowalla")
    split = published.with_validation(0.1, seed=0)
    asked = np.random.default_rng(0).choice(np.unique(split.val.users), VALIDATION_USERS, False)
    R, trials = split.train.csr(), []
    for dim in DIMS:
        svd = filters.svd_low_pass(R, dim)
        trials.append({"model": "svd", "dim": dim} | measured(svd, split.train, split.val, asked))
        print(trials[-1], flush=True)
    for dim in DIMS:
        unit = filters.gf_cf(R, dim, 1.0)
        for weight in WEIGHTS:  # the same patterns, weighted otherwise
            model = dataclasses.replace(unit, left=np.float32(weight) * unit.left)
            trial = {"model": "gf_cf", "dim": dim, "weight": weight}
            trials.append(trial | measured(model, split.train, split.val, asked))
            print(trials[-1], flush=True)

    def best(name: str) -> dict:
        return max((t for t in trials if t["model"] == name), key=lambda t: t["recall@20"])

    exact = best("gf_cf")
    for passes in PASSES:
        model = filters.gf_cf(R, exact["dim"], exact["weight"], passes=passes)
        trial = exact | {"passes": passes} | measured(model, split.train, split.val, asked)
        trials.append(trial)
        print(trials[-1], flush=True)

    R, users, chosen = published.train.csr(), np.unique(published.test.users), best("gf_cf")
    found, cpu, wall = {}, {}, {}
    for name, make in {
        "popularity": lambda: baselines.popularity(published.train),
        "SVD low-pass": lambda: filters.svd_low_pass(R, best("svd")["dim"]),
        "linear filter": lambda: filters.linear_filter(R),
        "GF-CF": lambda: filters.gf_cf(
            R, chosen["dim"], chosen["weight"], passes=chosen.get("passes")
        ),
    }.items():
        begin, began = time.process_time(), time.perf_counter()
        found[name] = measured(make(), published.train, published.test, users)
        cpu[name] = round(time.process_time() - begin, 1)
        wall[name] = round(time.perf_counter() - began, 1)
        print(name, found[name], cpu[name], flush=True)
    results.save(
        "04_gfcf_gowalla",
        claim=CLAIM,
        values={
            "patterns of the SVD": best("svd")["dim"],
            "patterns of GF-CF": chosen["dim"],
            "weight of GF-CF": chosen["weight"],
            "passes of GF-CF": chosen.get("passes"),
            "test": found,
            "CPU seconds with ranking": cpu,
            "seconds with ranking": wall,
            "validation": trials,
        },
        seeds=[0],
        seconds=time.perf_counter() - start,
        command="python -m tests.benchmarks.gfcf_gowalla",
        data="gowalla",
    )


if __name__ == "__main__":
    main()
