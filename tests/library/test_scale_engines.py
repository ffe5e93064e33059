"""One checksum on every engine, the docstring's example on each, and a worker killed in the middle.

dask and ray have environments of their own, which are made with --full.
"""

from __future__ import annotations

import sys
import textwrap
import tomllib
from pathlib import Path

import environments
import pytest
from packaging.requirements import Requirement
from processes import run as run_in_process

from graphrec_utils import paths, scale

OTHERS = [pytest.param(engine, marks=pytest.mark.full) for engine in ("dask", "ray")]


@pytest.fixture
def python(engine) -> Path | str:
    """The Python of an environment that has the engine, in the newest version the extra allows."""
    if engine == "process":
        return sys.executable
    project = tomllib.loads((paths.root() / "pyproject.toml").read_text("utf-8"))
    extra = project["project"]["optional-dependencies"]["scale"]
    (line,) = [line for line in extra if Requirement(line).name == engine]
    return environments.python_with(line)


def run(code: str, python: Path | str = sys.executable) -> str:
    """Run code in a process of its own; skip where ray gives up its own start on a busy machine."""
    try:
        return run_in_process(code, python)
    except AssertionError as problem:
        if "timed out during startup" in str(problem):
            pytest.skip("ray did not start within its own time limit: this machine is busy")
        raise


CHECKSUM = """
import hashlib
from functools import partial
import numpy as np, scipy.sparse as sp, torch
from graphrec_utils import graphs, scale, walks
from graphrec_utils.graphs import batches

def sum_of_messages(h, block):
    source, target = block.edge_index
    return torch.zeros(block.num_targets, h.shape[1]).index_add(0, target, h[source]).cos()

def job():
    R = sp.csr_array((np.random.default_rng(0).random((300, 500)) < .02) * 1.0)
    graph = walks.walkable(graphs.adjacency(R))
    blocks = np.array_split(np.arange(300, 800), 14)
    fn = partial(walks.importance_neighbors, graph, top=10, num_steps=400)
    x = torch.arange(2400.0).reshape(800, 3).sin()
    for partitions in (1, 2, 7):
        go = partial(scale.map_partitions, engine=ENGINE, partitions=partitions, workers=2)
        alpha = sp.vstack(go(fn, blocks))
        bits = alpha.data.tobytes() + alpha.indices.astype('int64').tobytes()
        if ENGINE != "process":  # which cannot send a function that is in no module
            h = batches.layerwise(graph, x, [sum_of_messages] * 2, 100, run=go)
            assert (h == batches.layerwise(graph, x, [sum_of_messages] * 2, 100)).all()
        print(hashlib.sha256(bits).hexdigest())

job()
"""


@pytest.mark.parametrize("engine", ["process", *OTHERS])
def test_one_checksum_on_every_engine_and_for_any_partitioning(engine, python):
    sums = {run(f"ENGINE = {name!r}\n{CHECKSUM}", python) for name in ("serial", engine)}
    assert len(sums) == 1
    assert len(set(sums.pop().split())) == 1


def example() -> str:
    """Return the code in the docstring of `scale`."""
    lines = scale.__doc__.split("\n\n", 1)[1].split("\n\nWrite ")[0]
    return textwrap.dedent(lines)


def test_the_example_has_fifteen_lines_at_most():
    assert len([line for line in example().splitlines() if line.strip()]) <= 15


@pytest.mark.parametrize("engine", ["process", *OTHERS])
def test_the_example_prints_the_same_on_every_engine(engine, python):
    assert 'engine="serial"' in example()
    serial = run(example())
    assert serial.startswith("(3000, 5000) ")
    assert run(example().replace('"serial"', f'"{engine}"'), python) == serial


DIE_ONCE = """
import os, signal, sys, types
from graphrec_utils import scale
MARK = {mark!r}

def make():
    def fn(block, seed):
        import os, signal, numpy as np
        if block == 5 and not os.path.exists(MARK):
            open(MARK, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return block, np.random.default_rng(seed).random(2).tolist()
    return fn

kill = scale.map_partitions(make(), range(12), engine={engine!r}, partitions=6, workers=2, seed=3)
assert os.path.exists(MARK), "nobody was killed"
assert kill == scale.map_partitions(make(), range(12), seed=3)
print("same")
"""


WITHOUT = """
import os, subprocess, sys
import distributed
from graphrec_utils import scale
cluster = distributed.LocalCluster(n_workers=0, dashboard_address=None)
env = {{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}}
command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"]
worker = subprocess.Popen(command, env=env, cwd={cwd!r}, stderr=subprocess.DEVNULL)
with distributed.Client(cluster) as client:
    client.wait_for_workers(1)
    try:
        scale.map_partitions(abs, [1, 2], engine="dask")
    except RuntimeError as problem:
        print(problem)
worker.kill()
"""


@pytest.mark.full
@pytest.mark.parametrize("engine", ["dask"])
def test_a_dask_worker_without_the_package_is_one_sentence(engine, python, tmp_path):
    said = run(WITHOUT.format(cwd=str(tmp_path)), python)
    assert said.startswith("a worker has no package 'graphrec_utils': the workers of 'dask' need")


ON_DISK = """
import os, signal, sys
from functools import partial
import numpy as np, scipy.sparse as sp
from graphrec_utils import graphs, scale, walks
from graphrec_utils.graphs import on_disk
FOLDER, MARK = {folder!r}, {mark!r}
R = sp.csr_array((np.random.default_rng(0).random((300, 500)) < .02) * 1.0)
graph = walks.walkable(graphs.adjacency(R))
rows = [0, 200, 500, 800]
on_disk.create(FOLDER, rows, np.diff(graph.indptr[rows]))
for p in range(3):
    at = graph.indptr[rows[p] : rows[p + 1] + 1]
    on_disk.write(FOLDER, p, np.diff(at), graph.indices[at[0] : at[-1]])

def make():
    def near(graph, block):
        import os, signal
        from graphrec_utils import walks
        if block[0] > 600 and not os.path.exists(MARK):
            open(MARK, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return walks.importance_neighbors(graph, block, top=10, num_steps=400)
    return near

blocks = np.array_split(np.arange(300, 800), 14)
fn = partial(make(), on_disk.load(FOLDER))
found = sp.vstack(scale.map_partitions(fn, blocks, {engine!r}, partitions=7, workers=2))
assert os.path.exists(MARK), "nobody was killed"
assert (found != walks.importance_neighbors(graph, np.arange(300, 800), 10, 400)).nnz == 0
print("same")
"""


@pytest.mark.parametrize("engine", OTHERS)
def test_a_worker_that_is_killed_on_a_graph_on_disk_changes_nothing(engine, python, tmp_path):
    code = ON_DISK.format(folder=str(tmp_path / "g"), mark=str(tmp_path / "mark"), engine=engine)
    assert run(code, python).split()[-1] == "same"


@pytest.mark.parametrize("engine", OTHERS)
def test_a_killed_worker_loses_and_changes_nothing(engine, python, tmp_path):
    code = DIE_ONCE.format(mark=str(tmp_path / "mark"), engine=engine)
    assert run(code, python).split()[-1] == "same"
