"""What a Pixie query costs when the graph grows: steps stay the same, cache misses do not.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m solutions.experiments.lesson08.pixie_cost

The graph of size k is k times Gowalla: k times the users and items, each user with the degree of a
user of Gowalla, each of its items with a popularity of Gowalla. A query makes 100,000 steps with restart 0.5,
once with the course's interleaved walkers and once with one walker after the other, from the
same random queries, in interleaved rounds; medians of CPU time. At every size the memory of the
graph and of the engines' work is recorded.

Writes data/results/08_pixie_cost.json. A few minutes of one thread, 3 GB.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import scipy.sparse as sp
from numba import njit

from graphrec_utils import datasets, graphs, results, walks
from graphrec_utils.graphs import batches
from graphrec_utils.kernels.walks import below, next_bits, stream

STEPS, RESTART, SEED = 100_000, 0.5, 0


@njit(cache=True)
def one_by_one(indptr, indices, start, num_steps, restart, seed):
    """Walk as `walks.visits` does, but with one walker: it waits for every cache miss."""
    counts, state, at = np.zeros(indptr.size - 1, np.int32), np.empty(1, np.uint64), start
    state[0] = stream(seed, start, 0)
    for _ in range(num_steps):
        for _ in range(2):
            bits = next_bits(state, 0)
            at = np.int64(indices[indptr[at] + below(bits, indptr[at + 1] - indptr[at])])
        counts[at] += 1
        if np.float64(bits & np.uint64(0xFFFFFFFF)) < restart * 4294967296.0:
            at = start
    return counts


def larger(R, times, rng):
    """Return R at `times` the users, items and interactions, with the same degrees of users."""
    degree = np.tile(np.diff(R.indptr), times)
    popularity = R.indices.astype(np.int64)  # a random interaction's item
    rows = np.repeat(np.arange(len(degree)), degree)
    columns = rng.choice(popularity, len(rows)) * times + rng.integers(times, size=len(rows))
    shape = (R.shape[0] * times, R.shape[1] * times)
    grown = sp.csr_array(
        (np.ones(len(rows), np.float32), (rows, columns.astype(np.int32))), shape=shape
    )
    grown.data[:] = 1  # a pair drawn twice is one edge
    return grown


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(R, times, queries, rounds):
    rng = np.random.default_rng(SEED)
    grown = R if times == 1 else larger(R, times, rng)
    m = grown.shape[0]
    A = graphs.adjacency(grown)
    graph = walks.walkable(A)
    liked = np.flatnonzero(np.diff(A.indptr)[m:]) + m
    starts = rng.choice(liked, queries, replace=False)
    del A, grown
    walks.visits(graph, starts[0], 1000, RESTART)
    one_by_one(graph.indptr, graph.indices, starts[0], 1000, RESTART, np.uint64(0))
    seconds = {"interleaved": [], "one by one": []}
    for q in np.tile(starts, rounds):
        begin = time.process_time()
        walks.visits(graph, int(q), STEPS, RESTART)
        middle = time.process_time()
        one_by_one(graph.indptr, graph.indices, int(q), STEPS, RESTART, np.uint64(0))
        seconds["interleaved"].append(middle - begin)
        seconds["one by one"].append(time.process_time() - middle)
    row = {"times": times, "edges": len(graph.indices) // 2, "nodes": graph.num_nodes}
    for name, values in seconds.items():
        low, middle, high = np.percentile(values, [25, 50, 75])
        row |= {f"{name}, ms": round(1e3 * middle, 2)}
        row |= {f"{name}, quartiles": [round(1e3 * low, 2), round(1e3 * high, 2)]}
    row["graph, MB"] = round((graph.indptr.nbytes + graph.indices.nbytes) / 2**20, 1)
    row["peak after building, MB"] = round(peak_mb())
    walks.importance_neighbors(graph, starts)
    batches.sample(graph, starts, (10, 5), rng)
    walks.ppr_push(graph, int(starts[0]))
    row["peak after walks, sampler and push, MB"] = round(peak_mb())
    print(row, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    start = time.perf_counter()
    R = sp.csr_array(datasets.load("gowalla").train.csr())
    rows = [measure(R, times, options.queries, options.rounds) for times in options.sizes]
    first, last = rows[0], rows[-1]
    print(
        results.save(
            "08_pixie_cost",
            claim="Between 1 and 16 times Gowalla a Pixie query of 100,000 steps makes the same "
            "number of steps; what grows is the time of a step, and interleaved walkers keep it "
            "below that of one walker at every size.",
            values={
                "interleaved, ms, 16 times over once": round(
                    last["interleaved, ms"] / first["interleaved, ms"], 2
                ),
                "one by one, ms, 16 times over once": round(
                    last["one by one, ms"] / first["one by one, ms"], 2
                ),
                "steps of a query": STEPS,
                "restart": RESTART,
                "by size": rows,
            },
            seeds=[SEED],
            seconds=time.perf_counter() - start,
            command="python -m solutions.experiments.lesson08.pixie_cost",
            data="gowalla",
        )
    )


if __name__ == "__main__":
    main()
