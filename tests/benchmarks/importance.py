"""Importance neighborhoods: the 50 most visited pins of 1,000, a thousand steps each with restart 0.5.

DGL's sampler is told walks, not steps: 500 walks of at most 10 steps make a thousand, but for the one walk in a
thousand that would go on. It may count a pin among its own neighbors, the course does not. "p" is a test of the
weights: `tests.benchmarks.drawn`.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks import drawn, pinned

PINS, TOP, STEPS, RESTART, LONGEST = 1_000, 50, 1_000, 0.5, 10
WORK = (PINS, "neighborhoods")
SIZES = drawn.SIZES
PEERS = pinned.of("dgl")
DRAWS = 1_000  # of the test


def prepare(folder, size):
    """Write the graph and the pins."""
    drawn.write(folder, size)
    saved = np.load(folder / "graph.npz")
    known = np.flatnonzero(np.diff(saved["indptr"]))
    known = known[known >= saved["users"]]
    np.save(folder / "pins.npy", np.random.default_rng(0).choice(known, PINS, replace=False))


def quality(size, counts, **kind):
    """Return the mean number of neighbors and p; counts are (DRAWS, 6), of all pins of the small graph."""
    others = counts[:, 1:]  # DGL counts the start, too
    return {
        "neighbors": size,
        "p": drawn.of_weights(
            others / others.sum(axis=1, keepdims=True), drawn.weights_of_pins(RESTART, **kind)
        ),
    }


def course(setting):
    from graphrec_utils import walks

    indptr, indices, _ = drawn.read(setting)
    graph, pins = (
        walks.walkable(drawn.adjacency(indptr, indices)),
        np.load(setting.folder / "pins.npy"),
    )
    walks.importance_neighbors(graph, pins[:2], TOP, STEPS, RESTART)

    def measured(alpha):
        starts = drawn.NODES * np.arange(DRAWS) + drawn.PIN
        small = drawn.adjacency(*drawn.copies(DRAWS))
        found = walks.importance_neighbors(small, starts, drawn.PINS, STEPS, RESTART).tocoo()
        counts = np.zeros((DRAWS, drawn.PINS))
        counts[found.row, found.col % drawn.NODES - drawn.PIN] = found.data
        walkers = int(STEPS * RESTART) // 64  # of one start, as the kernel decides
        return quality(alpha.nnz / PINS, counts, num_steps=STEPS, walkers=walkers)

    yield
    seed = 0
    while True:
        seed += 1
        alpha = walks.importance_neighbors(graph, pins, TOP, STEPS, RESTART, seed=seed)
        yield lambda alpha=alpha: measured(alpha)


def dgl(setting):
    """`dgl.sampling.PinSAGESampler`."""
    import os

    os.environ["DGLBACKEND"] = "pytorch"  # else it writes a file into your home
    import dgl
    import torch

    torch.set_num_threads(setting.threads)

    def sampler(graph, longest, top):
        walks = round(STEPS * RESTART)
        return dgl.sampling.PinSAGESampler(graph, "pin", "board", longest, RESTART, walks, top)

    indptr, indices, users = drawn.read(setting)
    pins = torch.from_numpy(np.load(setting.folder / "pins.npy") - users)
    sample = sampler(drawn.bipartite(indptr, indices, users), LONGEST, TOP)
    sample(pins[:2])

    def measured(found):
        small = drawn.bipartite(*drawn.split_copies(DRAWS))
        starts = drawn.PINS * torch.arange(DRAWS)
        visited = sampler(small, LONGEST, drawn.PINS)(starts)
        source, target = (x.numpy() for x in visited.edges())
        counts = np.zeros((DRAWS, drawn.PINS))
        counts[target // drawn.PINS, source % drawn.PINS] = visited.edata["weights"].numpy()
        return quality(found.num_edges() / PINS, counts, longest=LONGEST)

    yield
    while True:
        found = sample(pins)
        yield lambda found=found: measured(found)


ENGINES = {"course": course, "dgl": dgl}
