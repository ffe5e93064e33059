"""The graph of `cluster` is one graph in both directions, and each engine computes the same on it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.graphs import on_disk
from solutions.experiments.lesson09 import cluster


@pytest.mark.parametrize(("bits", "on_pin", "salt"), [(12, 32, 0), (14, 4, 7)])
def test_both_directions_of_the_planted_graph_are_the_same_edges(bits, on_pin, salt):
    planted = cluster.Planted(bits, on_pin, salt)
    nodes = planted.boards + planted.pins
    parts = [planted.rows(begin, min(begin + 100, nodes)) for begin in range(0, nodes, 100)]
    degree, indices = (np.concatenate(x) for x in zip(*parts, strict=True))
    A = sp.csr_array(
        (np.ones(len(indices)), indices, np.append(0, degree.cumsum())), (nodes, nodes)
    )
    assert A.sum() == 2 * 2**bits
    assert (A != A.T).nnz == 0
    assert (
        A[: planted.boards, : planted.boards].nnz == A[planted.boards :, planted.boards :].nnz == 0
    )


def test_one_checksum_for_all_engines_and_a_partition_that_is_written_again(tmp_path, capsys):
    rows = cluster.measure(14, tmp_path, ["serial", "process"], partitions=5)
    sums = {}
    for row in rows:
        sums.setdefault(row["work"], []).append(row["checksum"])
    works = {work: found for work, found in sums.items() if not work.startswith("planting")}
    assert len(works) == 4
    assert all(len(found) == 2 and len(set(found)) == 1 for found in works.values())
    assert len({found[0] for found in works.values()}) == 4
    before = on_disk.load(tmp_path / "saves").indices.copy()
    cluster.plant(cluster.Planted(14, 32), tmp_path / "saves", 5, 3)
    assert (on_disk.load(tmp_path / "saves").indices == before).all()
