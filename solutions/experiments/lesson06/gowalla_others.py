"""Beside LightGCN on all of Gowalla: GF-CF, tuned iALS, NGCF; and who gains, by activity and popularity.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m solutions.experiments.lesson06.gowalla_others gfcf
    ... gowalla_others ials
    ... gowalla_others ngcf      a few minutes of it, and what an epoch costs

Both take what was chosen on validation for data/results/04_gfcf_gowalla.json and
02_ials_gowalla.json. Adds to data/results/06_gowalla_curves.json and 06_gowalla_groups.json, see `gowalla_stored`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from graphrec_utils import datasets, metrics, results, sampling, train
from graphrec_utils.models import filters, mf
from graphrec_utils.models.ngcf import NGCF
from graphrec_utils.models.ngcf import loss as ngcf_loss
from solutions.experiments import devices
from solutions.experiments.lesson06.gowalla_stored import means, rounded, store_curve, store_groups

NGCF_PARAMETERS, NGCF_BATCH = {"dim": 64, "num_layers": 3, "message_dropout": 0.1}, 1024
POINTS = 4  # of the curve of NGCF


def gfcf() -> None:
    """Measure what lesson 04 chose on validation."""
    start = time.perf_counter()
    published, seen = datasets.load("gowalla"), results.load("04_gfcf_gowalla").values
    names = {"dim": "patterns of GF-CF", "weight": "weight of GF-CF", "passes": "passes of GF-CF"}
    parameters = {argument: seen[name] for argument, name in names.items()}
    wall, cpu = time.perf_counter(), time.process_time()
    model = filters.gf_cf(published.train.csr(), **parameters)
    prepared = time.process_time() - cpu
    ranked = metrics.rank(model, published.train)
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
        "threads": torch.get_num_threads(),
    }
    store_curve("GF-CF", curve, time.perf_counter() - start)
    store_groups("GF-CF", ranked, published)


def ials() -> None:
    """Put lesson 02's measurement beside the others; train its best once more for the groups."""
    start = time.perf_counter()
    published, seen = datasets.load("gowalla"), results.load("02_ials_gowalla").values
    names = ("dim", "alpha0", "reg", "sweeps")
    points = [
        {"epoch": row["sweeps"], "cpu seconds": row["training, CPU seconds"]}
        | {name: row[name] for name in ("recall@20", "ndcg@20", "dim")}
        for row in seen["test by dimension"]
    ]
    parameters = {name: seen[name] for name in names}
    note = "a point is a whole training at one dimension, from data/results/02_ials_gowalla.json"
    curve = {"points": points, "parameters": parameters, "threads": 1, "note": note}
    store_curve("iALS, tuned", curve, time.perf_counter() - start)
    model = mf.ials(published.train.csr(), **parameters)
    store_groups("iALS, tuned", metrics.rank(model, published.train), published)


def ngcf(minutes: float) -> None:
    """Train NGCF as its authors' command says, for so many CPU minutes of its 400 epochs."""
    start = time.perf_counter()
    published = datasets.load("gowalla")
    R = published.train.csr()
    positives = sampling.index(R)
    model = NGCF(R, **NGCF_PARAMETERS, seed=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    losing = torch.Generator().manual_seed(0)  # which messages get lost
    learner = train.Torch(
        model,
        lambda model, batch: ngcf_loss(model, batch, 1e-5, losing),
        optimizer,
        devices.chosen,
    )
    rng, per_epoch, steps = np.random.default_rng(0), -(-R.nnz // NGCF_BATCH), 0
    wall, spent, points = 0.0, 0.0, []

    def look():
        with torch.no_grad():
            ranked = metrics.rank(model, published.train)
        point = {"epoch": steps / per_epoch, "seconds": wall, "cpu seconds": spent}
        points.append(rounded(point | means(ranked, published.test)))
        print(points[-1], flush=True)

    for part in range(1, POINTS + 1):
        while spent < 60 * minutes * part / POINTS:
            batch = sampling.bpr_triples(positives, NGCF_BATCH, rng, by="user")
            begin = time.perf_counter(), time.process_time()
            learner.step(batch)
            wall += time.perf_counter() - begin[0]
            spent += time.process_time() - begin[1]
            steps += 1
        look()
    curve = {
        "points": points,
        "parameters": NGCF_PARAMETERS | {"batch": NGCF_BATCH, "rate": 1e-4, "l2": 1e-5},
        "cpu seconds per epoch": round(spent / steps * per_epoch, 1),
        "note": f"stopped after {steps} of {400 * per_epoch} steps; the seconds of an epoch are "
        "extrapolated from them",
        "threads": 1,
        "seed": 0,
    }
    store_curve("NGCF, published", curve, time.perf_counter() - start)
    print(curve)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["gfcf", "ials", "ngcf"])
    parser.add_argument("--cpu-minutes", type=float, default=2, help="of `ngcf`")
    options = devices.parse(parser)
    if options.what == "ngcf":
        ngcf(options.cpu_minutes)
    else:
        {"gfcf": gfcf, "ials": ials}[options.what]()


if __name__ == "__main__":
    main()
