"""One function, many blocks, any engine: a laptop's processes, or a cluster that others run.

    from functools import partial
    import numpy as np, scipy.sparse as sp
    from graphrec_utils import graphs, scale, walks

    rng = np.random.default_rng(0)
    R = sp.csr_array((rng.random((2_000, 3_000)) < 0.002).astype(float))  # users and items
    graph = walks.walkable(graphs.adjacency(R))
    items = np.arange(2_000, 5_000)
    blocks = np.array_split(items, 20)

    top_ten = partial(walks.importance_neighbors, graph, top=10, seed=0)
    parts = scale.map_partitions(top_ten, blocks, engine="serial", workers=2)
    alpha = sp.vstack(parts)                                        # (3000, 5000)
    print(alpha.shape, alpha.nnz, round(float(alpha @ np.arange(5_000) @ items), 3))

Write "process", "dask" or "ray" for "serial" and the last line stays the same. The graph is sent
once to every worker, not with every block. `graphs.batches.layerwise` takes the same function as
its `run`: `partial(scale.map_partitions, engine="ray")`.

An engine that is running already is used: `distributed.Client(address)` or `ray.init(address)`
before the call makes it run there. Else one is started on this machine, and ended afterwards.
A graph that is too large to send stays on disk: `graphs.on_disk`.
"""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
from tqdm import tqdm

from graphrec_utils import arguments
from graphrec_utils.cli.setup.environment import ONE_THREAD

Function = Callable[..., Any]
Task = list[tuple]  # the arguments of each call
EXTRA = 'pip install "graphrec-utils[scale]"'


def map_partitions(
    fn: Function,
    blocks: Iterable[Any],
    engine: str = "serial",
    partitions: int | None = None,
    workers: int | None = None,
    seed: int | None = None,
    progress: bool = False,
) -> list[Any]:
    """Return [fn(block) for block in blocks], computed by an engine of your choice.

    A block is what a result depends on, a partition is what a worker gets at once: several
    neighboring blocks. Results are the same for every engine and any number of partitions,
    provided that fn depends on nothing but its arguments.

    Args:
        fn: `fn(block)`, or `fn(block, seed)` if a seed is given. It has to be pickled: a function
            of a module, or `functools.partial` of one that holds the data all blocks share.
        blocks: any objects that can be pickled, such as arrays of node ids.
        engine: "serial", "process" (of this machine), "dask" or "ray".
        partitions: how many tasks the blocks are dealt into; by default four per worker.
        workers: processes to start, each with one thread; by default one per core. An engine that
            is running already keeps its own.
        seed: an integer >= 0; block k gets an integer of its own that depends on seed and k only.
        progress: show a bar over the partitions.

    Raises:
        TypeError: workers or partitions are no integers.
        ValueError: an unknown engine, numbers below 1, or a function that cannot be pickled.
        ImportError: the engine is not installed.
        RuntimeError: a process of "process" was killed. "dask" and "ray" compute again what a
            worker had not finished. Or a worker of "process" or "dask" lacks a package, this one or one that fn needs.
        Exception: what fn raised.
    """
    engines = {"serial": _serial, "process": _process, "dask": _dask, "ray": _ray}
    if engine not in engines:
        raise ValueError(f"engine must be one of {', '.join(engines)}; got {engine!r}")
    workers = _cores() if workers is None else arguments.integer("workers", workers)
    calls = [(block,) for block in blocks]
    if seed is not None:
        calls = [(*call, block_seed(seed, k)) for k, call in enumerate(calls)]
    partitions = 4 * workers if partitions is None else arguments.integer("partitions", partitions)
    partitions = min(partitions, max(1, len(calls)))
    bounds = np.linspace(0, len(calls), partitions + 1).astype(int)
    tasks = [calls[a:b] for a, b in pairwise(bounds)]
    done: dict[int, list] = {}
    with tqdm(total=len(tasks), disable=not progress, unit="partition") as bar:
        try:
            for k, results in engines[engine](fn, tasks, workers):
                done[k] = results
                bar.update()
        except ModuleNotFoundError as problem:
            raise RuntimeError(
                f"a worker has no package {problem.name!r}: the workers of {engine!r} need the same "
                "environment as you, this version of the course's package included"
            ) from problem
    return [result for k in range(len(tasks)) for result in done[k]]


def block_seed(seed: int, k: int) -> int:
    """Return the seed of block k, below 2^63. Raises ValueError if seed is negative."""
    sequence = np.random.SeedSequence(int(arguments.seed(seed)), spawn_key=(k,))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def _run(fn: Function, task: Task) -> list[Any]:
    return [fn(*call) for call in task]


def _serial(fn: Function, tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, list]]:
    for k, task in enumerate(tasks):
        yield k, _run(fn, task)


_shared: Function | None = None  # in a worker process: the function, sent once


def _receive(payload: bytes) -> None:
    global _shared
    _shared = pickle.loads(payload)


def _run_shared(task: Task) -> list[Any]:
    return _run(_shared, task)


def _process(fn: Function, tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, list]]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    try:
        payload = pickle.dumps(fn)
    except (pickle.PicklingError, AttributeError, TypeError) as problem:
        raise ValueError(
            f"fn cannot be sent to another process ({problem}); use a function of a module, or "
            "functools.partial of one"
        ) from None
    # spawn: a fork would copy the locks of numba's and torch's threads in whatever state they are
    context = multiprocessing.get_context("spawn")
    with (
        _one_thread(),
        ProcessPoolExecutor(
            min(workers, len(tasks)), context, initializer=_receive, initargs=(payload,)
        ) as pool,
    ):
        futures = {pool.submit(_run_shared, task): k for k, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise RuntimeError(
                "a worker process ended abruptly: killed, out of memory, or fn is defined in a "
                'notebook, where it cannot find it; engines "dask" and "ray" survive the first two'
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _dask(fn: Function, tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, list]]:
    distributed = _imported("distributed", "dask")
    try:
        client, own = distributed.get_client(), False
    except ValueError:  # there is none
        with _one_thread():
            client, own = _local_dask(distributed, min(workers, len(tasks))), True
    try:
        with warnings.catch_warnings():
            # the graph goes through the scheduler once, on purpose: there it survives a worker
            warnings.filterwarnings("ignore", message="Sending large graph")
            # a worker that cannot read a task ends, and the next one with it: ask before
            client.run(exec, f"import {__name__}")
            shared = client.submit(_identity, fn, pure=False)
            futures = {
                client.submit(_run, shared, task, pure=False): k for k, task in enumerate(tasks)
            }
            for future in distributed.as_completed(list(futures)):
                yield futures[future], future.result()
    finally:
        if own:
            client.shutdown()


def _local_dask(distributed, workers: int):
    """Return a client of worker processes on this machine."""
    return distributed.Client(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,  # no web server
        silence_logs=logging.CRITICAL,
    )


def _ray(fn: Function, tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, list]]:
    ray = _imported("ray", "ray")
    own = not ray.is_initialized()
    if own:
        with _one_thread():
            ray.init(
                num_cpus=min(workers, len(tasks)),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,  # that it has started is no news
            )
    try:
        shared = ray.put(fn)  # arrays in it are shared by all workers of a machine
        run = ray.remote(max_retries=3)(_run)
        waiting = {run.remote(shared, task): k for k, task in enumerate(tasks)}
        while waiting:
            ready, _ = ray.wait(list(waiting))
            for reference in ready:
                yield waiting.pop(reference), ray.get(reference)
    finally:
        if own:
            ray.shutdown()


def _identity(fn: Function) -> Function:
    return fn


def _imported(module: str, engine: str):
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise ImportError(
            f'engine "{engine}" needs a package that is not installed; install it with: {EXTRA}'
        ) from None


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the processes that start meanwhile compute with one thread each."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
