"""How cost grows with the graph: a LightGCN epoch, an evaluation, GF-CF at 1, 4 and 16 times.

    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m solutions.experiments.lesson06.growth

Planted graphs: communities, popular items, active users; about 20 edges per user at every size, from
0.6 to 11 million edges. Each size has a process of its own, so that its largest resident
memory is its own.

What would take hours is measured in parts: STEPS steps of an epoch, USERS users of an evaluation and
of GF-CF, times how many there are. Those seconds are marked "extrapolated". CPU seconds of one
thread; an epoch is |E| / 2048 BPR steps with 3 layers and d = 64; GF-CF has 64 factors.

Writes data/results/06_growth.json: values["rows"] = [{"factor", "users", "items", "edges",
"LightGCN epoch", "evaluation", "GF-CF", "GF-CF preparation", "MB after LightGCN", "MB after
evaluation", "MB after GF-CF"}, ...].
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import scipy.sparse as sp

COMMAND = "python -m solutions.experiments.lesson06.growth"
CLAIM = (
    "A LightGCN epoch grows with the square of the number of edges, since every step propagates over "
    "the whole graph; ranking everything for everybody grows with users times items."
)
FACTORS = (1, 4, 16)
NUM_USERS, NUM_ITEMS, EDGES_PER_USER, COMMUNITIES = 32_500, 16_250, 25, 50
DIM, LAYERS, BATCH, STEPS, USERS = 64, 3, 2048, 6, 1024
TIMED = ("LightGCN epoch", "evaluation", "GF-CF")


def planted(factor: int, seed: int = 0) -> sp.csr_array:
    """Return R, (m, n): three quarters of a user's edges stay in one of the communities."""
    rng = np.random.default_rng(seed)
    m, n = factor * NUM_USERS, factor * NUM_ITEMS
    degree = np.maximum(1, rng.lognormal(np.log(EDGES_PER_USER) - 0.5, 1.0, m)).astype(np.int64)
    users = np.repeat(np.arange(m), degree)
    # the rank of an item in its community falls like a power law
    size = n // COMMUNITIES
    rank = np.minimum(size - 1, (size ** rng.random(len(users))).astype(np.int64) - 1)
    own = users % COMMUNITIES
    community = np.where(
        rng.random(len(users)) < 0.75, own, rng.integers(0, COMMUNITIES, len(users))
    )
    R = sp.csr_array(
        (np.ones(len(users), np.float32), (users, rank * COMMUNITIES + community)), shape=(m, n)
    )
    R.sum_duplicates()
    R.data[:] = 1
    return R


def clock(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def megabytes() -> int:
    """Return the largest resident memory of this process so far; Linux counts in kilobytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)


def lightgcn(R: sp.csr_array, users: np.ndarray) -> dict:
    """Return seconds of an epoch and of ranking for everybody; compiled before the clock runs."""
    from graphrec_utils import graphs, metrics, sampling
    from graphrec_utils.models.lightgcn import Fused

    m, rng = R.shape[0], np.random.default_rng(0)
    A_hat = graphs.normalize(graphs.adjacency(R)).astype(np.float32)
    model, positives = Fused(A_hat, m, DIM, LAYERS), sampling.index(R)
    batches = [sampling.bpr_triples(positives, BATCH, rng) for _ in range(STEPS + 1)]
    model.step(batches[0])
    step = clock(lambda: [model.step(batch) for batch in batches[1:]]) / STEPS
    row = {"LightGCN step": step, "LightGCN epoch": step * -(-R.nnz // BATCH)}
    row["MB after LightGCN"] = megabytes()
    embeddings = [x.numpy() for x in model.embeddings()]
    metrics.rank_all(*embeddings, R, users=users[:10])
    ranking = clock(lambda: metrics.rank_all(*embeddings, R, users=users))
    row["evaluation"] = ranking * m / len(users)
    return row | {"MB after evaluation": megabytes()}


def gf_cf(R: sp.csr_array, users: np.ndarray) -> dict:
    from graphrec_utils import metrics
    from graphrec_utils.models import filters

    start = time.process_time()
    model = filters.gf_cf(R, DIM, weight=0.3)
    row = {"GF-CF preparation": time.process_time() - start}
    metrics.rank_with(model.scores, R, users=users[:10])
    ranking = clock(lambda: metrics.rank_with(model.scores, R, users=users))
    row["GF-CF"] = row["GF-CF preparation"] + ranking * R.shape[0] / len(users)
    return row | {"MB after GF-CF": megabytes()}


def measure(factor: int) -> dict:
    """Return the row of one size."""
    R = planted(factor)
    m, n = R.shape
    row = {"factor": factor, "users": m, "items": n, "edges": R.nnz, "MB, graph": megabytes()}
    users = np.sort(np.random.default_rng(0).choice(m, USERS, replace=False))
    return row | lightgcn(R, users) | gf_cf(R, users) | {"extrapolated": list(TIMED)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--factor", type=int, help="print the row of one size as JSON")
    options = parser.parse_args()
    if options.factor:
        print(json.dumps(measure(options.factor)))
        return
    from graphrec_utils import results

    start, rows = time.perf_counter(), []
    for factor in FACTORS:
        command = [
            sys.executable,
            "-m",
            "solutions.experiments.lesson06.growth",
            "--factor",
            str(factor),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        rows.append({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()})
        print(rows[-1], flush=True)
        seconds = time.perf_counter() - start
        results.save(  # after each size: the largest takes longest
            "06_growth",
            claim=CLAIM,
            values={"rows": rows},
            seeds=[0],
            seconds=seconds,
            command=COMMAND,
        )


if __name__ == "__main__":
    main()
