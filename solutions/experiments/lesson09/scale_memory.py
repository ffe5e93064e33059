"""Every engine on a graph of ten million edges: seconds and memory, each in its own process.

    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m solutions.experiments.lesson09.scale_memory

The graph is planted as in solutions/experiments/lesson06/growth.py: 500,000 users, 250,000 items, 11 million edges.
For TransE every edge is a fact of one of 100 relations. A process compiles on a tiny graph, reads
the edges from a file, brings them into the engine's form ("MB, ready") and works ("MB, at most").
Both are its largest resident memory so far, Python, torch and numba included. CPU seconds of one thread.

Writes data/results/09_memory_10m.json: values["rows"] = [{"work", "times", "seconds each",
"seconds to prepare", "MB, edges read", "MB, ready", "MB, at most"}, ...]. Five minutes, 3 GB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import scipy.sparse as sp

from solutions.experiments.lesson06.growth import clock, megabytes, planted

COMMAND = "python -m solutions.experiments.lesson09.scale_memory"
CLAIM = "Ten million edges fit a laptop: no engine of the course needs more than 4 GB for them."
FACTOR, DIM, LAYERS, BATCH, RELATIONS = 20, 64, 3, 2048, 100


def walkable(R):
    from graphrec_utils import graphs, walks

    return walks.walkable(graphs.adjacency(R))


def some(R, count):
    """Return items with at least one edge, as nodes of the bipartite graph."""
    liked = R.shape[0] + np.unique(R.indices)
    return np.random.default_rng(0).choice(liked, min(count, len(liked)), replace=False)


def pixie(R):
    from graphrec_utils import walks

    graph = walkable(R)
    queries = some(R, 3)
    return lambda: walks.recommend(graph, queries, num_steps=100_000)


def importance(R):
    from graphrec_utils import walks

    graph, nodes = walkable(R), some(R, 1000)
    return lambda: walks.importance_neighbors(graph, nodes)


def push(R):
    from graphrec_utils import walks

    graph, node = walkable(R), int(some(R, 1)[0])
    return lambda: walks.ppr_push(graph, node)


def ppr(R):
    from graphrec_utils import walks

    graph, nodes = walkable(R), some(R, 16)
    return lambda: walks.ppr(graph, nodes, tolerance=1e-4)


def sampler(R):
    from graphrec_utils.graphs import batches

    graph, nodes, rng = walkable(R), some(R, 1024), np.random.default_rng(0)
    return lambda: batches.sample(graph, nodes, (10, 5), rng)


def layerwise(R):
    import torch

    from graphrec_utils.graphs import batches

    graph = walkable(R)
    x = torch.ones(graph.num_nodes, DIM)

    def layer(h, block):
        source, target = block.edge_index
        return torch.zeros(block.num_targets, DIM).index_add_(0, target, h[source])

    return lambda: batches.layerwise(graph, x, [layer])


def lightgcn(R):
    from graphrec_utils import graphs, sampling
    from graphrec_utils.models.lightgcn import Fused

    A_hat = graphs.normalize(graphs.adjacency(R)).astype(np.float32)
    model, positives = Fused(A_hat, R.shape[0], DIM, LAYERS), sampling.index(R)
    rng = np.random.default_rng(0)
    return lambda: model.step(sampling.bpr_triples(positives, BATCH, rng))


def evaluation(R):
    from graphrec_utils import metrics

    rng = np.random.default_rng(0)
    U, V = (rng.standard_normal((n, DIM), np.float32) for n in R.shape)
    users = np.arange(min(1000, R.shape[0]))
    return lambda: metrics.rank_all(U, V, R, users=users)


def transe(R):
    from graphrec_utils.data.triples import Triples
    from graphrec_utils.models import transe

    heads = np.repeat(np.arange(R.shape[0]), np.diff(R.indptr))
    tails = R.indices.astype(np.int64)
    rels = (heads + tails) % RELATIONS
    facts = Triples(heads, rels, tails + R.shape[0], sum(R.shape), RELATIONS)
    return lambda: transe.fit(facts, DIM, num_negatives=16, epochs=1)


# what is done once, how often it is done, what prepares it
WORK = {
    "Pixie query of 3 pins and 100,000 steps": (100, pixie),
    "importance neighborhoods of 1,000 pins": (10, importance),
    "PPR of a pin by push, tolerance 1e-6": (10, push),
    "PPR of 16 pins by power iteration, L1 error 1e-4": (1, ppr),
    "neighbor sampler, 1,024 pins, (10, 5)": (50, sampler),
    "layer-wise inference of one layer, d = 64": (1, layerwise),
    "LightGCN step of 2,048 triples, 3 layers, d = 64": (3, lightgcn),
    "ranking all items for 1,000 users, d = 64": (3, evaluation),
    "TransE epoch with 16 corrupted facts, d = 64": (1, transe),
}


def tiny():
    """Return the interactions of a graph on which everything compiles."""
    return sp.csr_array((np.random.default_rng(0).random((300, 400)) < 0.05).astype(np.float32))


def read(file):
    with np.load(file) as saved:
        indices, indptr = saved["indices"], saved["indptr"]
        shape = len(indptr) - 1, int(saved["num_items"])
    return sp.csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=shape)


def measure(work, load):
    """Return the row of one kind of work; `load()` returns the interactions."""
    times, prepare = WORK[work]
    prepare(tiny())()
    R = load()
    row = {"work": work, "times": times, "edges": R.nnz, "MB, edges read": megabytes()}
    begin = time.process_time()
    job = prepare(R)
    row |= {"seconds to prepare": time.process_time() - begin, "MB, ready": megabytes()}
    row["seconds each"] = clock(lambda: [job() for _ in range(times)]) / times
    return row | {"MB, at most": megabytes()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", choices=WORK, help="print the row of one as JSON")
    options = parser.parse_args()
    from graphrec_utils import paths, results

    file = paths.root() / "build" / "bench" / "scale_memory.npz"
    if options.work:
        print(json.dumps(measure(options.work, lambda: read(file))))
        return
    start, rows = time.perf_counter(), []
    R = planted(FACTOR)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, indptr=R.indptr, indices=R.indices, num_items=R.shape[1])
    for work in WORK:
        command = [
            sys.executable,
            "-m",
            "solutions.experiments.lesson09.scale_memory",
            "--work",
            work,
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        rows.append({k: float(f"{v:.3g}") if isinstance(v, float) else v for k, v in row.items()})
        print(rows[-1], flush=True)
    print(
        results.save(
            "09_memory_10m",
            claim=CLAIM,
            values={
                "edges": R.nnz,
                "users": R.shape[0],
                "items": R.shape[1],
                "most memory, MB": max(row["MB, at most"] for row in rows),
                "rows": rows,
            },
            seeds=[0],
            seconds=time.perf_counter() - start,
            command=COMMAND,
        )
    )


if __name__ == "__main__":
    main()
