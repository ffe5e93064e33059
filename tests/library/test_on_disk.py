"""A graph in a folder of partitions: the same graph as in memory, and a sentence for what is missing."""

from __future__ import annotations

import pickle
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import graphs, scale, walks
from graphrec_utils.graphs import batches, on_disk

R = sp.csr_array((np.random.default_rng(0).random((40, 60)) < 0.1) * 1.0)
GRAPH = walks.walkable(graphs.adjacency(R))
ROWS = [0, 25, 26, 70, 100]


def parts():
    for begin, end in pairwise(ROWS):
        at = GRAPH.indptr[begin : end + 1]
        yield np.diff(at), GRAPH.indices[at[0] : at[-1]]


@pytest.fixture
def folder(tmp_path):
    on_disk.create(tmp_path / "graph", ROWS, [len(indices) for _, indices in parts()])
    for p, part in reversed(list(enumerate(parts()))):  # in any order
        on_disk.write(tmp_path / "graph", p, *part)
    return tmp_path / "graph"


def test_what_was_written_is_the_graph(folder):
    found = on_disk.load(folder)
    np.testing.assert_array_equal(found.indptr, GRAPH.indptr)
    np.testing.assert_array_equal(found.indices, GRAPH.indices)
    assert found.num_nodes == 100
    nodes = np.arange(40, 100)
    mine, other = (walks.importance_neighbors(g, nodes, 5) for g in (found, GRAPH))
    assert (mine != other).nnz == 0
    assert (walks.ppr_push(found, 50) == walks.ppr_push(GRAPH, 50)).all()
    a, b = (batches.sample(g, nodes, [None])[0].edge_index for g in (found, GRAPH))
    assert (a == b).all()


def test_a_pickle_holds_the_folder_and_no_edge(folder):
    sent = pickle.dumps(partial(walks.importance_neighbors, on_disk.load(folder), top=5))
    assert len(sent) < 1000
    assert pickle.loads(sent).args[0].folder == str(folder)


def test_blocks_of_a_graph_on_disk_are_those_of_one_in_memory(folder):
    blocks = np.array_split(np.arange(40, 100), 7)
    fn = partial(walks.importance_neighbors, top=5)
    serial = scale.map_partitions(partial(fn, GRAPH), blocks)
    found = scale.map_partitions(partial(fn, on_disk.load(folder)), blocks, "process", workers=2)
    assert (sp.vstack(found) != sp.vstack(serial)).nnz == 0


def test_a_missing_partition_is_one_sentence(folder):
    (folder / "partition-0002.done").unlink()
    sentence = r"1 of 4 partitions are missing in .*graph, the first one is 2 \(nodes 26 to 69\)"
    with pytest.raises(FileNotFoundError, match=sentence):
        on_disk.load(folder)
    on_disk.write(folder, 2, *list(parts())[2])
    assert on_disk.load(folder).num_nodes == 100
    on_disk.create(folder, ROWS, [len(indices) for _, indices in parts()])
    with pytest.raises(FileNotFoundError, match="4 of 4 partitions are missing"):
        on_disk.load(folder)
    with pytest.raises(FileNotFoundError, match=r"there is no graph in .*: is it on a disk"):
        on_disk.load(folder.parent)


def test_bad_input(folder):
    with pytest.raises(ValueError, match="rows must grow from 0"):
        on_disk.create(folder, [0, 5, 5], [1, 1])
    with pytest.raises(ValueError, match="rows must grow from 0"):
        on_disk.create(folder, [0, 5], [1, 1])
    with pytest.raises(ValueError, match="2147483648 nodes are too many"):
        on_disk.create(folder, [0, 2**31], [1])
    degree, indices = next(parts())
    with pytest.raises(ValueError, match=r"partition 0 must have 25 rows and .* edges"):
        on_disk.write(folder, 0, degree[1:], indices)
    with pytest.raises(ValueError, match="leads to nodes that are not there"):
        on_disk.write(folder, 0, degree, indices + 100)
    uneven = degree.copy()
    uneven[:2] += [-99, 99]  # their sum is right
    with pytest.raises(ValueError, match="partition 0 must have"):
        on_disk.write(folder, 0, uneven, indices)
