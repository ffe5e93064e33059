"""Walk or push: the same personalized PageRank, counted or computed, per millisecond of CPU.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m solutions.experiments.lesson08.walk_or_push

Both start at one node and go along single edges with restart 0.25, so both aim at one vector, that of
`walks.ppr`. On Gowalla the start is an item, rare, usual or one of the most liked, and what counts is
how many of the exact top 50 items are found. On citeulike-t (5-core) it is a library, and what counts
is NDCG@20 on a held-out fifth of it; there three exact hops (RP3, P^3 of one row) stand beside both.
CPU time of a query is measured by `process_time` over all queries of a setting, without ranking.

Writes data/results/08_walk_or_push.json. About two minutes of one thread.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, graphs, metrics, results, walks

COMMAND = "python -m solutions.experiments.lesson08.walk_or_push"
CLAIM = "At equal CPU time push finds more of the exact top 50 than a walk, whatever the start."
RESTART, TOP = 0.25, 50
WALKS = (300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
PUSHES = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7)
DEGREES = {"rare": (3, 10), "usual": (20, 60), "among the most liked": (400, 10**9)}


def best(scores, away, top=TOP):
    """Return the ids of the largest scores above 0, equal ones by id."""
    scores = np.array(scores, dtype=np.float64)
    scores[away] = 0
    order = np.lexsort((np.arange(len(scores)), -scores))[:top]
    return order[scores[order] > 0]


def timed(ask, starts):
    """Return what `ask` gives for each start, and CPU milliseconds per start."""
    ask(int(starts[0]))
    begin = time.process_time()
    given = [ask(int(v)) for v in starts]
    return given, 1e3 * (time.process_time() - begin) / len(starts)


def ways(graph):
    """Return setting -> function of a start."""
    made = {("walk", n): lambda v, n=n: walks.visits(graph, v, n, RESTART, hops=1) for n in WALKS}
    return made | {("push", t): lambda v, t=t: walks.ppr_push(graph, v, RESTART, t) for t in PUSHES}


def overlap(R, count=30, seed=0):
    """Return a row per way, setting and kind of start: ms and the share of the exact top found."""
    rng, m = np.random.default_rng(seed), R.shape[0]
    graph = walks.walkable(graphs.adjacency(R))
    degree = np.asarray(R.sum(axis=0)).ravel()
    rows = []
    for kind, (low, high) in DEGREES.items():
        there = np.flatnonzero((degree >= low) & (degree <= high))
        starts = m + rng.choice(there, min(count, len(there)), replace=False)
        exact = walks.ppr(graph, starts, RESTART, 1e-9)
        target = [best(row[m:], [v - m]) for row, v in zip(exact, starts, strict=True)]
        for (way, setting), ask in ways(graph).items():
            given, ms = timed(ask, starts)
            lists = [best(x[m:], [v - m]) for x, v in zip(given, starts, strict=True)]
            shares = [
                len(np.intersect1d(a, b)) / len(b) for a, b in zip(lists, target, strict=True)
            ]
            rows.append({
                "start": kind, "way": way, "setting": setting, "ms": round(ms, 4),
                "found": round(float(np.mean(shares)), 4),
            })  # fmt: skip
            print(rows[-1], flush=True)
    return rows


def libraries(count=600, seed=0):
    """Return the same for libraries: ms and NDCG@20, and comparisons at about equal time."""
    past, test = datasets.load("citeulike-t")["library"].core(5, 5).hold_out(0.2, seed=0)
    R = sp.csr_array(past.csr().astype(np.float64))
    m, graph = R.shape[0], walks.walkable(graphs.adjacency(R))
    users = np.random.default_rng(seed).choice(np.unique(test.users), count, replace=False)
    down, up = (
        sp.csr_array(sp.diags_array(1 / np.maximum(x.sum(axis=1), 1)) @ x) for x in (R.T, R)
    )  # (n, m) and (m, n), rows sum to 1
    asked = ways(graph) | {
        ("three hops", 0): lambda u: np.append(np.zeros(m), (up[[u]] @ down @ up).toarray()),
        ("exact", 0): lambda u: walks.ppr(graph, [u], RESTART, 1e-9)[0],
    }
    rows, per_user = [], {}
    for (way, setting), ask in asked.items():
        given, ms = timed(ask, users)
        lists = np.full((len(users), 20), -1)
        for k, (x, u) in enumerate(zip(given, users, strict=True)):
            found = best(x[m:], R.indices[R.indptr[u] : R.indptr[u + 1]], 20)
            lists[k, : len(found)] = found
        per_user[way, setting] = metrics.evaluate(lists, test, users).ndcg
        rows.append({
            "way": way, "setting": setting, "ms": round(ms, 4),
            "ndcg": round(float(per_user[way, setting].mean()), 4),
        })  # fmt: skip
        print(rows[-1], flush=True)
    leads = []
    for walk in (r for r in rows if r["way"] == "walk"):
        cheaper = [r for r in rows if r["way"] == "push" and r["ms"] <= walk["ms"]]
        if cheaper:
            push = max(cheaper, key=lambda r: r["ms"])
            lead = metrics.compare(per_user["push", push["setting"]],
                                   per_user["walk", walk["setting"]])  # fmt: skip
            leads.append({"walk": walk, "push": push} | asdict(lead))
    return {"users": count, "rows": rows, "push over walk in no more time": leads}


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    start = time.perf_counter()
    R = sp.csr_array(datasets.load("gowalla").train.csr())
    values = {"restart": RESTART, "gowalla": overlap(R), "citeulike-t": libraries()}
    seconds = time.perf_counter() - start
    print(results.save("08_walk_or_push", claim=CLAIM, values=values, seeds=[0], seconds=seconds,
                       command=COMMAND, data=["gowalla", "citeulike-t"]))  # fmt: skip


if __name__ == "__main__":
    main()
