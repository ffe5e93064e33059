"""Importance neighborhoods of Gowalla's items by each engine of map_partitions, two workers.

Run it with --threads 2: then wall seconds are compared, and other processes' work is in them. So is
the start of the workers, in every round. "serial" computes with both threads, "one thread" does not.
"""

from __future__ import annotations

import importlib.util

import numpy as np

NODES, BLOCKS, STEPS = 40_000, 40, 10_000
WORK = (NODES, "nodes")


def rounds(engine, threads=2):
    """Return the generator of one engine; the checksum must be one for all."""

    def generator(setting):
        import hashlib
        from functools import partial

        import numba

        from graphrec_utils import datasets, graphs, scale, walks

        numba.set_num_threads(min(threads, setting.threads))
        R = datasets.load("gowalla").train.csr()
        graph = walks.walkable(graphs.adjacency(R))
        nodes = R.shape[0] + np.arange(NODES)
        top = partial(walks.importance_neighbors, graph, top=10, num_steps=STEPS)
        top(nodes[:10])
        yield
        while True:
            parts = scale.map_partitions(top, np.array_split(nodes, BLOCKS), engine, workers=2)

            def checksum(parts=parts):
                bits = b"".join(p.data.tobytes() + p.indices.tobytes() for p in parts)
                return {"checksum": int(hashlib.sha256(bits).hexdigest()[:8], 16)}

            yield checksum

    return generator


MODULES = {"serial": "numpy", "process": "numpy", "dask": "distributed", "ray": "ray"}
# of the course's environment: dask and ray if the extra `scale` is installed there
ENGINES = {
    engine: rounds(engine) for engine, name in MODULES.items() if importlib.util.find_spec(name)
}
ENGINES["one thread"] = rounds("serial", threads=1)
