"""A graph that no worker has to hold: written to disk partition by partition, and mapped.

    on_disk.create(folder, rows=[0, 1000, 2000], edges=[52_000, 48_000])       # once
    on_disk.write(folder, 0, degree, indices)             # a partition, by whoever has it
    graph = on_disk.load(folder)                          # a `Walkable`: walks, PPR and blocks take it

A partition is a range of rows. A loaded graph is sent to another process as the name of its folder, so
`scale.map_partitions` sends no edge; each worker maps the files and reads the pages that it needs. All
workers of a machine share these pages, and the system may drop them at any time. On several machines the
folder has to be on a file system that all of them see.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphrec_utils import arguments, paths
from graphrec_utils.graphs.walkable import Walkable

PLAN = "plan.json"


@dataclass(frozen=True, eq=False)
class Mapped(Walkable):
    """A graph in a folder, every edge of weight 1; a pickle of it holds the folder's name only."""

    folder: str = ""

    def __reduce__(self):
        return load, (self.folder,)


def create(folder: str | Path, rows: Sequence[int], edges: Sequence[int]) -> None:
    """Make room for a graph of P partitions; nothing is written yet, and the files have holes.

    Args:
        folder: new, or that of an older graph, which is lost.
        rows: (P + 1,) bounds: partition p has the nodes from rows[p] to rows[p + 1] - 1.
        edges: (P,) how many edges leave the nodes of each partition.

    Raises:
        ValueError: rows do not grow from 0, are too many, or do not fit the edges.
    """
    rows, edges = [int(r) for r in rows], [arguments.integer("edges", e, least=0) for e in edges]
    if len(rows) != len(edges) + 1 or rows[0] != 0 or rows != sorted(set(rows)):
        raise ValueError(f"rows must grow from 0, one more than edges; got {rows[:4]} …")
    if rows[-1] >= 2**31:
        raise ValueError(f"{rows[-1]} nodes are too many for ids of 31 bits")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for mark in folder.glob("partition-*.done"):
        mark.unlink()
    for name, size, kind in (("indptr", rows[-1] + 1, np.int64), ("indices", sum(edges), np.int32)):
        file = folder / f"{name}.npy"
        np.lib.format.open_memmap(file, mode="w+", dtype=kind, shape=(size,)).flush()
    paths.write(folder / PLAN, json.dumps({"rows": rows, "edges": edges}))


def write(folder: str | Path, p: int, degree: np.ndarray, indices: np.ndarray) -> None:
    """Write partition p; whoever writes it twice, or after being killed, writes the same.

    Args:
        degree: edges that leave each of its nodes.
        indices: where they lead, row after row.

    Raises:
        ValueError: this is not what was announced, a degree is negative, or an index is no node.
    """
    folder = Path(folder)
    plan = json.loads((folder / PLAN).read_text("utf-8"))
    begin, end = plan["rows"][p : p + 2]
    first, degree = sum(plan["edges"][:p]), np.asarray(degree, dtype=np.int64)
    if (
        len(degree) != end - begin
        or len(indices) != plan["edges"][p]
        or degree.sum() != len(indices)
        or (degree < 0).any()
    ):
        raise ValueError(
            f"partition {p} must have {end - begin} rows and {plan['edges'][p]} edges; "
            f"got {len(degree)} and {len(indices)}"
        )
    if len(indices) and (indices.min() < 0 or indices.max() >= plan["rows"][-1]):
        raise ValueError(f"partition {p} leads to nodes that are not there")
    maps = (np.load(folder / f"{x}.npy", mmap_mode="r+") for x in ("indptr", "indices"))
    for mapped, at, values in zip(
        maps, (begin + 1, first), (first + np.cumsum(degree), indices), strict=True
    ):
        mapped[at : at + len(values)] = values
        mapped.flush()
    _mark(folder, p).touch()


def load(folder: str | Path) -> Mapped:
    """Return the graph of a folder.

    Raises:
        FileNotFoundError: there is no graph, or a partition was not written.
    """
    folder = Path(folder)
    try:
        plan = json.loads((folder / PLAN).read_text("utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no graph in {folder}: is it on a disk that this machine sees?"
        ) from None
    count = len(plan["edges"])
    missing = [p for p in range(count) if not _mark(folder, p).exists()]
    if missing:
        begin, end = plan["rows"][missing[0] : missing[0] + 2]
        raise FileNotFoundError(
            f"{len(missing)} of {count} partitions are missing in {folder}, the first one is "
            f"{missing[0]} (nodes {begin} to {end - 1}): write it again"
        )
    # "c": kernels compiled for ordinary arrays take them; nothing is written back
    indptr, indices = (
        np.asarray(np.load(folder / f"{x}.npy", mmap_mode="c")) for x in ("indptr", "indices")
    )
    return Mapped(indptr, indices, np.empty(0), str(folder.resolve()))


def _mark(folder: Path, p: int) -> Path:
    return folder / f"partition-{p:04d}.done"
