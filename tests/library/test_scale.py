"""Blocks, partitions, seeds and errors of `map_partitions`; every engine: test_scale_engines.py."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from processes import run

from graphrec_utils import graphs, scale, walks
from graphrec_utils.graphs import batches


def draw(block, seed):
    return block, np.random.default_rng(seed).random(3).tolist()


def double(block):
    return 2 * block


# ------------------------------------------------------------------ one engine, no extra


@pytest.mark.parametrize("partitions", [None, 1, 2, 7, 100])
def test_results_keep_the_order_and_do_not_depend_on_partitions(partitions):
    blocks = np.arange(11)
    assert scale.map_partitions(double, blocks, partitions=partitions) == [2 * b for b in blocks]
    found = scale.map_partitions(draw, range(11), partitions=partitions, seed=4)
    assert found == scale.map_partitions(draw, range(11), seed=4)
    assert len({tuple(numbers) for _, numbers in found}) == 11  # every block its own seed
    assert found != scale.map_partitions(draw, range(11), seed=5)


def test_no_blocks_no_results():
    assert scale.map_partitions(double, []) == []


def test_a_blocks_seed_depends_on_its_number_only():
    first, more = (scale.map_partitions(draw, range(n), seed=0) for n in (3, 9))
    assert more[:3] == first
    assert [numbers for _, numbers in first] == [
        np.random.default_rng(scale.block_seed(0, k)).random(3).tolist() for k in range(3)
    ]


def test_importance_neighborhoods_by_blocks():
    R = sp.csr_array((np.random.default_rng(0).random((40, 60)) < 0.1) * 1.0)
    graph = walks.walkable(graphs.adjacency(R))
    nodes = np.arange(40, 100)
    whole = walks.importance_neighbors(graph, nodes, 5)
    fn = partial(walks.importance_neighbors, graph, top=5)
    for blocks in (1, 2, 7, 60):
        parts = scale.map_partitions(fn, np.array_split(nodes, blocks), partitions=3)
        assert (sp.vstack(parts) != whole).nnz == 0


def test_layerwise_by_partitions():
    A = sp.csr_array((np.random.default_rng(0).random((50, 50)) < 0.1) * 1.0)

    def layer(h, block):
        source, target = block.edge_index
        return torch.zeros(block.num_targets, h.shape[1]).index_add(0, target, h[source])

    x = torch.randn(50, 3)
    expected = batches.layerwise(A, x, [layer, layer], 8)
    run_ = partial(scale.map_partitions, engine="serial", partitions=3)
    assert (batches.layerwise(A, x, [layer, layer], 8, run=run_) == expected).all()


def test_progress_shows_a_bar(capsys):
    scale.map_partitions(double, range(6), partitions=3, progress=True)
    assert "3/3" in capsys.readouterr().err
    scale.map_partitions(double, range(6), partitions=3)
    assert capsys.readouterr().err == ""


def test_errors_of_the_function_are_its_own():
    with pytest.raises(ZeroDivisionError):
        scale.map_partitions(partial(divmod, 1), [1, 0])


def test_bad_input():
    with pytest.raises(ValueError, match="engine must be one of serial, process, dask, ray; got"):
        scale.map_partitions(double, [1], engine="spark")
    with pytest.raises(ValueError, match="partitions must be"):
        scale.map_partitions(double, [1], partitions=0)
    with pytest.raises(ValueError, match="workers must be"):
        scale.map_partitions(double, [1], workers=0)
    with pytest.raises(ValueError, match="seed must be"):
        scale.map_partitions(draw, [1], seed=-1)
    with pytest.raises(ValueError, match="use a function of a module"):
        scale.map_partitions(lambda block: block, [1], engine="process")


@pytest.mark.parametrize(("engine", "module"), [("dask", "distributed"), ("ray", "ray")])
def test_a_missing_extra_is_named(monkeypatch, engine, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'"{engine}" needs .*"graphrec-utils\[scale\]"'):
        scale.map_partitions(double, [1], engine=engine)


def lacks_a_package(block):
    raise ModuleNotFoundError("No module named 'graphrec_utils'", name="graphrec_utils")


@pytest.mark.parametrize("engine", ["serial", "process"])
def test_a_worker_without_the_package_is_one_sentence(engine):
    with pytest.raises(
        RuntimeError, match="a worker has no package 'graphrec_utils': the workers of"
    ):
        scale.map_partitions(lacks_a_package, [1], engine=engine, workers=1)


def test_importing_scale_imports_no_engine():
    code = (
        "import sys, graphrec_utils.scale; print([m for m in ('dask', 'ray') if m in sys.modules])"
    )
    assert run(code).strip() == "[]"


def test_a_killed_process_is_reported():
    code = """
    import os, signal
    from graphrec_utils import scale
    try:
        scale.map_partitions(os._exit, [1, 1], engine="process", workers=1)
    except RuntimeError as problem:
        print(problem)
    """
    assert "ended abruptly" in run(code)
