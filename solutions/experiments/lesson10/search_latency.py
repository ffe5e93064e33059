"""What a search in cells costs: the course's IVF and faiss beside a look at every item.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson10.search_latency

Vectors are those of an SVD of Gowalla, d = 64: 40,981 places, asked by users one at a time, as a request
comes. 202 cells, the root of n. Exact is one product with all items and a partial sort, in numpy. The
rounds of all engines are interleaved, the fastest one of each counts, and what is stored is its time over
that of the exact search in numpy, not seconds. One thread. Rows of faiss need the package faiss-cpu 1.15
besides the course's own and are left out without it.

Writes data/results/10_search.json. About a minute.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable

import numpy as np

from graphrec_utils import datasets, results
from graphrec_utils.models import mf, retrieval

COMMAND = "python -m solutions.experiments.lesson10.search_latency"
CLAIM = "At nine tenths of the exact top 20 a search in cells takes less than a third of the time."
DIM, TOP, SEED = 64, 20, 0
PROBES = (1, 2, 4, 8, 16, 32, 64)
Search = Callable[[np.ndarray], np.ndarray]  # (1, d) -> (TOP,) ids


def vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return (m, d) queries and (n, d) items."""
    model = mf.svd(datasets.load("gowalla").train.csr(), DIM)
    return model.user_emb.astype(np.float32), model.item_emb.astype(np.float32)


def exact(items: np.ndarray) -> Search:
    def search(query):
        scores = items @ query[0]
        best = np.argpartition(-scores, TOP - 1)[:TOP]
        return best[np.argsort(-scores[best])]

    return search


def engines(items: np.ndarray, num_cells: int, probes=PROBES, faiss=None) -> dict:
    """Return (engine, probes) -> its search; probes is 0 where every item is looked at."""
    ours = {
        "cells": retrieval.IVF(items, num_cells, seed=SEED),
        "cells, lifted": retrieval.IVF(items, num_cells, lift=True, seed=SEED),
    }
    out = {("exact", 0): exact(items)}
    for name, index in ours.items():
        for number in probes:
            out[name, number] = lambda q, index=index, number=number: index.search(q, TOP, number)[
                0
            ][0]
    if faiss is not None:
        faiss.omp_set_num_threads(1)
        flat = faiss.IndexFlatIP(items.shape[1])
        flat.add(items)
        out["faiss, exact", 0] = lambda q: flat.search(q, TOP)[1][0]
        center = faiss.IndexFlatIP(items.shape[1])
        cells = faiss.IndexIVFFlat(center, items.shape[1], num_cells, faiss.METRIC_INNER_PRODUCT)
        cells.train(items)
        cells.add(items)

        def opened(q, number):
            cells.nprobe = number
            return cells.search(q, TOP)[1][0]

        for number in probes:
            out["faiss, cells", number] = lambda q, number=number: opened(q, number)
    return out


def measure(queries: np.ndarray, searches: dict, rounds: int = 3) -> list[dict]:
    """Return of each search the share of the exact top that it finds, and its time over exact."""
    truth = [searches["exact", 0](q[None]) for q in queries]
    best, found = dict.fromkeys(searches, np.inf), {}
    for _ in range(rounds):
        for key, search in searches.items():
            start = time.process_time()
            lists = [search(q[None]) for q in queries]
            best[key] = min(best[key], time.process_time() - start)
            found[key] = np.mean([np.isin(a, b).mean() for a, b in zip(truth, lists, strict=True)])
    return [
        {"engine": name, "probes": probes, "found": round(float(found[name, probes]), 4),
         "time over exact": round(seconds / best["exact", 0], 3)}
        for (name, probes), seconds in best.items()
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=int, default=400)
    asked, start = parser.parse_args(), time.perf_counter()
    try:
        faiss = importlib.import_module("faiss")
    except ModuleNotFoundError:
        faiss = None
    users, items = vectors()
    chosen = np.random.default_rng(SEED).choice(len(users), asked.queries, replace=False)
    rows = measure(users[chosen], engines(items, round(len(items) ** 0.5), faiss=faiss))
    for row in rows:
        print(row, flush=True)
    values = {
        "items": len(items), "queries": asked.queries, "cells": round(len(items) ** 0.5), "rows": rows,
        "faiss": getattr(faiss, "__version__", None),
    }  # fmt: skip
    print(results.save(
        "10_search", claim=CLAIM, values=values, seeds=[SEED], seconds=time.perf_counter() - start,
        command=COMMAND, data="gowalla",
    ))  # fmt: skip


if __name__ == "__main__":
    main()
