"""Where one machine ends: a graph of 1.3e8 edges on disk, and each engine of `scale` computing on it.

    python -m solutions.experiments.lesson09.cluster --bits 27 --folder build/bench/cluster

The graph is planted, a partition at a time, by whoever is asked for it: 2^bits edges between boards of 16 pins
and pins on 32 boards, in communities. An edge slot e of a board is the slot pi(e) of a pin, and pi is a
bijection that can be undone, so that both directions of any rows are known without the others. A second graph
with an eighth of the edges and the same pins is lesson 14's other relation.

No process holds the graph: workers map its files. "MB" is the largest resident memory of a worker, pages of
the mapped files included, which workers share and the system may drop; "MB, own" is without them. Engines
that are not installed are skipped; dask and ray: pip install "graphrec-utils[scale]".

Writes data/results/09_cluster.json: values["rows"] = [{"work", "engine", "seconds", "MB", "MB, own",
"checksum"}, …]. 3 GB on disk.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import time
from functools import partial
from pathlib import Path

import numpy as np

COMMAND = "python -m solutions.experiments.lesson09.cluster"
CLAIM = "A graph of 1.3e8 edges is walked, ranked and convolved by workers with at most 2 GiB of memory each."
ENGINES = {"process": "numpy", "dask": "distributed", "ray": "ray"}
ON_BOARD, LIMIT, DIM = 16, 2 * 2**30, 16


class Planted:
    """2^bits edges; `on_pin` boards a pin. Nodes: boards first."""

    def __init__(self, bits: int, on_pin: int, salt: int = 0):
        self.edges, self.on_pin = 2**bits, on_pin
        self.boards, self.pins = self.edges // ON_BOARD, self.edges // on_pin
        self.low = min(17, bits - 4)  # bits inside a community
        self.a = (0x9E3779B1 + 2 * salt) % 2**self.low | 1

    def rows(self, begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Return degrees and neighbors of the nodes from begin to end - 1."""
        of_boards = np.arange(min(begin, self.boards), min(end, self.boards))
        of_pins = np.arange(max(begin, self.boards), max(end, self.boards)) - self.boards
        there = self.boards + self._there(_slots(of_boards, ON_BOARD)) // self.on_pin
        back = self._back(_slots(of_pins, self.on_pin)) // ON_BOARD
        degree = np.repeat([ON_BOARD, self.on_pin], [len(of_boards), len(of_pins)])
        parts = (np.sort(x, axis=1).ravel() for x in (there, back))
        return degree, np.concatenate(list(parts)).astype(np.int32)

    def _there(self, e: np.ndarray) -> np.ndarray:
        top, low = np.divmod(e, 2**self.low)
        low = self._mixed(low * self.a % 2**self.low) * self.a % 2**self.low
        return (top + self._leak(low)) % self._tops * 2**self.low + low

    def _back(self, q: np.ndarray) -> np.ndarray:
        top, low = np.divmod(q, 2**self.low)
        top = (top - self._leak(low)) % self._tops
        undo = pow(self.a, -1, 2**self.low)
        return top * 2**self.low + self._mixed(low * undo % 2**self.low) * undo % 2**self.low

    @property
    def _tops(self) -> int:
        return self.edges >> self.low

    def _mixed(self, low: np.ndarray) -> np.ndarray:
        return low ^ (low >> ((self.low + 1) // 2))  # its own inverse

    def _leak(self, low: np.ndarray) -> np.ndarray:
        """Return how many communities further a slot leads: 0 for seven of eight."""
        return np.where(low % 8 == 0, low // 8, 0)


def _slots(nodes: np.ndarray, each: int) -> np.ndarray:
    return nodes[:, None] * each + np.arange(each)


def bounds(planted: Planted, partitions: int) -> np.ndarray:
    return np.linspace(0, planted.boards + planted.pins, partitions + 1).astype(np.int64)


def make(planted: Planted, folder: Path, partitions: int) -> None:
    """Make room for the graph."""
    from graphrec_utils.graphs import on_disk

    rows = bounds(planted, partitions)
    on_board = np.diff(np.minimum(rows, planted.boards))
    edges = on_board * ON_BOARD + (np.diff(rows) - on_board) * planted.on_pin
    on_disk.create(folder, rows, edges)


def plant(planted: Planted, folder: Path, partitions: int, p: int) -> dict:
    """Write partition p."""
    from graphrec_utils.graphs import on_disk

    begin, end = bounds(planted, partitions)[p : p + 2]
    degree, indices = planted.rows(begin, end)
    on_disk.write(folder, p, degree, indices)
    return said(indices)


# ------------------------------------------------------------------ what a worker does with a block
def said(*arrays: np.ndarray) -> dict:
    """Return a checksum of what was computed, and this worker's memory in bytes."""
    own, most = 0, 0
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(("RssAnon", "VmHWM")):
            size = int(line.split()[1]) * 1024
            own, most = (size, most) if line.startswith("RssAnon") else (own, size)
    bits = b"".join(np.ascontiguousarray(x).tobytes() for x in arrays)
    return {"sum": hashlib.sha256(bits).hexdigest(), "own": own, "most": most, "pid": os.getpid()}


def importance(graph, first: int, steps: int, pins: np.ndarray) -> dict:
    from graphrec_utils import walks

    alpha = walks.importance_neighbors(graph, first + pins, top=10, num_steps=steps)
    return said(alpha.data, alpha.indices.astype(np.int64))


def push(graph, first: int, tolerance: float, pins: np.ndarray) -> dict:
    from graphrec_utils import walks

    best = []
    for pin in pins:
        share = walks.ppr_push(graph, int(first + pin), tolerance=tolerance)
        some = np.flatnonzero(share > 0)
        best.append(some[np.lexsort((some, -share[some]))][:20])
    return said(*best)


def convolve(graph, nodes: np.ndarray) -> dict:
    """Do one layer of lesson 09 for some nodes; what the others say lies on disk as well."""
    import torch

    from graphrec_utils.graphs import batches
    from graphrec_utils.models import pinsage

    features = np.load(Path(graph.folder) / "features.npy", mmap_mode="r")
    rng = torch.Generator().manual_seed(0)
    Q, W = (torch.randn(DIM, k * DIM, generator=rng) / (k * DIM) ** 0.5 for k in (1, 2))
    zeros = torch.zeros(DIM)
    out = []
    for part in np.array_split(nodes, max(1, len(nodes) // 2**15)):
        block = batches.sample(graph, part, [None])[0]
        h = torch.from_numpy(features[block.source.numpy()])
        with torch.no_grad():
            out.append(pinsage.convolve(h, block, Q, zeros, W, zeros).numpy().round(4))
    return said(*out)


def lists(graphs: list, firsts: list[int], steps: int, pins: np.ndarray) -> dict:
    """Return lesson 14's lists of neighbors in several graphs of the same pins."""
    from graphrec_utils import walks
    from graphrec_utils.walks.padded import pad

    near = []
    for graph, first in zip(graphs, firsts, strict=True):
        near.append(pad(walks.importance_neighbors(graph, first + pins, 10, steps), 10))
    return said(np.stack(near, axis=1))


def jobs(bits: int, folder: Path) -> dict:
    """Return the kinds of work: name -> (function of a block, blocks)."""
    from graphrec_utils.graphs import on_disk

    both = Planted(bits, 32), Planted(bits - 3, 4, salt=7)
    graphs = [on_disk.load(folder / name) for name in ("saves", "ads")]
    rng, n = np.random.default_rng(0), both[0].pins
    some = np.sort(rng.choice(n, n // 64, replace=False))
    few = rng.choice(n, 16, replace=False)
    nodes = np.arange(graphs[0].num_nodes // 16)
    first, other = (p.boards for p in both)
    return {
        "importance neighborhoods": (partial(importance, graphs[0], first, 300), split(some, 32)),
        "PPR by push": (partial(push, graphs[0], first, 1e-5), split(few, 8)),
        "layer-wise inference, a layer": (partial(convolve, graphs[0]), split(nodes, 16)),
        "neighbors in two graphs": (
            partial(lists, graphs, [first, other], 150), split(some[::2], 32),
        ),
    }  # fmt: skip


def split(nodes: np.ndarray, blocks: int) -> list[np.ndarray]:
    return np.array_split(nodes, min(blocks, len(nodes)))


def features(graph, size: int = 2**20) -> None:
    """Write what every node says, a part at a time."""
    file = Path(graph.folder) / "features.npy"
    shape = (graph.num_nodes, DIM)
    out = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
    for begin in range(0, len(out), size):
        rng = np.random.default_rng(begin)
        out[begin : begin + size] = rng.standard_normal(out[begin : begin + size].shape, np.float32)
    out.flush()


def row(work: str, engine: str, fn, blocks, workers: int) -> dict:
    """Return what one engine needed for one kind of work."""
    from graphrec_utils import scale

    start = time.perf_counter()
    found = scale.map_partitions(fn, blocks, engine, workers=workers)
    seconds = time.perf_counter() - start
    return {
        "work": work,
        "engine": engine,
        "seconds": round(seconds, 1),
        "workers": len({x["pid"] for x in found}),
        "MB": round(max(x["most"] for x in found) / 1e6),
        "MB, own": round(max(x["own"] for x in found) / 1e6),
        "checksum": hashlib.sha256("".join(x["sum"] for x in found).encode()).hexdigest()[:16],
    }


def measure(
    bits: int, folder: Path, engines: list[str], workers: int = 2, partitions: int = 64
) -> list[dict]:
    """Plant both graphs with the first engine, then do all work with each; return the rows."""
    from graphrec_utils.graphs import on_disk

    rows = []
    for name, planted in (("saves", Planted(bits, 32)), ("ads", Planted(bits - 3, 4, salt=7))):
        make(planted, folder / name, partitions)
        fn = partial(plant, planted, folder / name, partitions)
        rows.append(row(f"planting {name}", engines[0], fn, list(range(partitions)), workers))
        print(rows[-1], flush=True)
    features(on_disk.load(folder / "saves"))
    for work, (fn, blocks) in jobs(bits, folder).items():
        for engine in engines:
            rows.append(row(work, engine, fn, blocks, workers))
            print(rows[-1], flush=True)
    return rows


def main() -> None:
    from graphrec_utils import paths, results

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bits", type=int, default=27, help="2^bits edges")
    parser.add_argument("--folder", type=Path, default=paths.root() / "build" / "bench" / "cluster")
    options = parser.parse_args()
    start = time.perf_counter()
    engines = [e for e, module in ENGINES.items() if importlib.util.find_spec(module)]
    rows = measure(options.bits, options.folder, engines)
    sums: dict[str, set] = {}
    for r in rows:
        sums.setdefault(r["work"], set()).add(r["checksum"])
    values = {
        "edges": 2**options.bits,
        "nodes": sum(2**options.bits // k for k in (16, 32)),
        "engines": engines,
        "one checksum for all": all(len(s) == 1 for s in sums.values()),
        "most memory of a worker, MB": max(r["MB"] for r in rows),
        "rows": rows,
    }
    print({k: v for k, v in values.items() if k != "rows"})
    if options.bits == 27:
        seconds = time.perf_counter() - start
        print(
            results.save(
                "09_cluster",
                claim=CLAIM,
                values=values,
                seeds=[0],
                seconds=seconds,
                command=COMMAND,
            )
        )


if __name__ == "__main__":
    main()
