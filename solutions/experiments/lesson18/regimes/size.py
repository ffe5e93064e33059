"""Size: how many requests a second of one thread are answered, with a thousand to ten million things, and what that takes.

A request is one person who waits for the best 20. There is one catalog of each size, and three rounds of requests, each with
requests of its own. Vectors (d = 64) lie around sqrt(n) centers, so widely that a search in cells has to open as many of them as on
Gowalla (lesson 10: 16 of 202 for nine tenths of the exact top 20); a search opens as much as these nine tenths need. Walks and pushes
run on n things and n / 2 boards of ten, with counters that are kept between requests, as on a server. Nothing is
tuned, and what does not fit into 8 GB, or takes more than some minutes to make, answers nothing. Beside the rate stand the
megabytes that have to be at hand, and the seconds to make them: from likes, for an index from vectors. Rows of faiss need the
package faiss-cpu; measure on a quiet machine, in one run (ten million things had one of their own).
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import torch
from numba import njit

from graphrec_utils import graphs, walks
from graphrec_utils.kernels import walks as kernels
from graphrec_utils.models import baselines, mf, retrieval
from graphrec_utils.walks.restart import coin
from solutions.experiments.lesson18.regimes.grid import Player, Stage, Task

NAME, KNOB, UNIT = "size", "things in the catalog", "things"
MEASURE, SCALE = "requests a second of one thread", "log"
CLAIM = (
    "From a million things on an exact scan answers fewer requests than an index, a walk or a push."
)
CUTS = (0, 1, 2)
LEVELS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
SETS = {"random catalogs": [(n,) for n in LEVELS]}
ABSENT = {
    "Semantic IDs": "a speller is needed before its speed can be asked",
    "SASRec, PinnerFormer, PinSage and all others with vectors": "ask as iALS does, after one reading of the history",
}
DIM, TOP, REQUESTS, ENOUGH, WIDE = 64, 20, 20, 0.9, 1.35
MOST = 8e9  # bytes
STEPS, RESTART, TOLERANCE = 10_000, 0.5, 1e-5
HISTORY, NEAR = 20, 50


@dataclass(frozen=True)
class Server:
    """What answers requests.

    Attributes:
        drawn: random numbers -> a request, of which making it is not timed.
        answer: request -> the best things.
        facts: "MB" that are at hand, "build": the seconds to make them, None if that was not done.
    """

    drawn: Callable[[np.random.Generator], Any]
    answer: Callable[[Any], np.ndarray]
    facts: dict[str, float | None]


def facts(size: float, start: float | None) -> dict[str, float | None]:
    seconds = None if start is None else round(time.perf_counter() - start, 2)
    return {"MB": round(size / 1e6, 1), "build": seconds}


@lru_cache(maxsize=1)
def vectors(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    centers = rng.standard_normal((int(n**0.5), DIM), dtype=np.float32)
    items = np.empty((n, DIM), np.float32)
    for begin in range(0, n, 2**12):
        part = items[begin : begin + 2**12]
        rng.standard_normal(dtype=np.float32, out=part)
        part *= WIDE
        part += centers[rng.integers(len(centers), size=len(part))]
        part /= np.sqrt(np.einsum("ij,ij->i", part, part))[:, None]
    return items


def near(items: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a request: a vector near one of the things."""
    found = items[rng.integers(len(items))] + 0.1 * rng.standard_normal(DIM, dtype=np.float32)
    return found / np.linalg.norm(found)


@lru_cache(maxsize=1)
def likes(n: int) -> sp.csr_array:
    """Return boards of ten things, some of which are on many."""
    m = n // 2
    rng = np.random.default_rng(n)
    things = (n * rng.random(10 * m, dtype=np.float32) ** 1.5).astype(np.int32).clip(max=n - 1)
    R = sp.csr_array((np.ones(10 * m, np.float32), things, np.arange(0, 10 * m + 1, 10)), shape=(m, n))  # fmt: skip
    R.sum_duplicates()
    R.data[:] = 1
    return R


@lru_cache(maxsize=1)
def graph(n: int) -> tuple[graphs.Walkable, float]:
    R, start = likes(n), time.perf_counter()
    return walks.walkable(graphs.adjacency(R)), time.perf_counter() - start


def thing(n: int, rng: np.random.Generator) -> int:
    """Return the node of a thing that is on a board."""
    R = likes(n)
    return R.shape[0] + int(R.indices[rng.integers(R.nnz)])


def exact(items: np.ndarray, request: np.ndarray) -> np.ndarray:
    return torch.topk(torch.from_numpy(items @ request), TOP).indices.numpy()


# ------------------------------------------------------------------------ who plays: number of things -> Server, or None
def trained(n: int) -> float | None:
    """Return the seconds of sixteen sweeps of iALS over the likes; of a million things two are timed, of more none."""
    if n > 1_000_000:
        return None
    mf.ials(likes(n)[:100], DIM, 0.1, 0.01, sweeps=1)  # compiled
    timed, start = (16 if n <= 100_000 else 2), time.perf_counter()
    mf.ials(likes(n), DIM, 0.1, 0.01, sweeps=timed)
    return round((time.perf_counter() - start) * 16 / timed, 2)


def scan(n: int) -> Server:
    items = vectors(n)
    return Server(partial(near, items), partial(exact, items), {"MB": round(items.nbytes / 1e6, 1), "build": trained(n)})  # fmt: skip


def _searched(n: int, search: Callable, most: int, told: dict) -> Server:
    """Return a server that opens the smallest power of 2 with which nine tenths of the exact lists are found."""
    items, rng = vectors(n), np.random.default_rng(9)
    asked = [near(items, rng) for _ in range(20)]
    truth = [exact(items, q) for q in asked]
    found, probes = 0.0, 1
    while True:
        found = np.mean([np.isin(a, search(q, probes)).mean() for a, q in zip(truth, asked, strict=True)])  # fmt: skip
        if found >= ENOUGH or probes >= most:
            break
        probes *= 2
    return Server(partial(near, items), lambda q: search(q, probes), told | {"opened": probes, "found": round(float(found), 3)})  # fmt: skip


def cells(n: int) -> Server | None:
    if n > 100_000:
        return None  # k-means of ours takes hours
    items, count, start = vectors(n), int(n**0.5), time.perf_counter()
    index = retrieval.IVF(items, count, sweeps=3, seed=0)
    told = facts(items.nbytes * (1 + count / n), start)
    return _searched(n, lambda q, probes: index.search(q[None], TOP, probes)[0][0], count, told)


def faiss_cells(n: int) -> Server:
    import faiss

    faiss.omp_set_num_threads(1)
    items, count, start = vectors(n), min(int(n**0.5), 1000), time.perf_counter()
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(DIM), DIM, count, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 5
    index.train(items[np.random.default_rng(0).choice(n, min(n, 40 * count), replace=False)])
    index.add(items)
    told = facts(n * (4 * DIM + 8), start)

    def search(q, probes):
        index.nprobe = probes
        return index.search(q[None], TOP)[1][0]

    return _searched(n, search, count, told)


def faiss_hnsw(n: int) -> Server | None:
    import faiss

    if n > 100_000:
        return None  # many minutes
    faiss.omp_set_num_threads(1)
    items, start = vectors(n), time.perf_counter()
    index = faiss.IndexHNSWFlat(DIM, 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 40
    index.add(items)
    told = facts(len(faiss.serialize_index(index)), start)

    def search(q, reach):
        index.hnsw.efSearch = TOP * reach
        return index.search(q[None], TOP)[1][0]

    return _searched(n, search, 256, told)


def pixie(n: int) -> Server:
    walked, seconds = graph(n)
    size = walked.num_nodes
    counts, seen = np.zeros((1, size), np.int32), np.empty((1, STEPS), np.int32)
    chance, seed = coin(RESTART), np.uint64(0)

    def answer(node):
        starts = np.full(1, node, np.int64)
        _, number = kernels._walk(*walked.edges, starts, 2, STEPS, chance, seed, kernels.NO_STOP, counts, seen)  # fmt: skip
        found = seen[0, : number[0]]
        visits = counts[0, found]
        counts[0, found] = 0
        return found[np.argsort(-visits)[:TOP]]

    held = walked.indptr.nbytes + walked.indices.nbytes + counts.nbytes
    return Server(partial(thing, n), answer, {"MB": round(held / 1e6, 1), "build": round(seconds, 2)})  # fmt: skip


@njit
def pushed(indptr, indices, degree, start, restart, tolerance, settled, waiting, line, queued):
    """Return the nodes that were touched: as `kernels.ppr.push`, with counters that are there already, zeros."""
    touched, size = [start], line.size
    waiting[start], line[0], queued[start], first, length = 1.0, start, True, 0, 1
    while length > 0:
        v = line[first]
        first, length, queued[v] = (first + 1) % size, length - 1, False
        mass, waiting[v] = waiting[v], 0.0
        settled[v] += restart * mass
        share = (1.0 - restart) * mass / degree[v]
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            if settled[w] == 0.0 and waiting[w] == 0.0:
                touched.append(w)
            waiting[w] += share
            if waiting[w] > tolerance * degree[w] and not queued[w]:
                line[(first + length) % size], queued[w], length = w, True, length + 1
    return np.array(touched)


def push(n: int) -> Server:
    walked, seconds = graph(n)
    size, degree = walked.num_nodes, walked.degree
    settled, waiting = np.zeros(size), np.zeros(size)
    line, queued = np.empty(size, np.int64), np.zeros(size, np.bool_)
    boards = likes(n).shape[0]

    def answer(node):
        found = pushed(walked.indptr, walked.indices, degree, node, RESTART, TOLERANCE, settled, waiting, line, queued)  # fmt: skip
        mass = settled[found] * (found >= boards)
        settled[found], waiting[found] = 0, 0
        return found[np.argsort(-mass)[:TOP]]

    held = [walked.indptr, walked.indices, degree, settled, waiting, line, queued]
    return Server(partial(thing, n), answer, {"MB": round(sum(x.nbytes for x in held) / 1e6, 1), "build": round(seconds, 2)})  # fmt: skip


def item2item(n: int) -> Server:
    """Return sums over a history of twenty, of a table of fifty neighbors each; the largest table is drawn, not made."""
    start = time.perf_counter()
    if n <= 1_000_000:
        table = baselines.neighborhood(likes(n).T.tocsr(), neighbors=NEAR)
    else:
        rng, start = np.random.default_rng(n), None
        ids = rng.integers(n, size=NEAR * n, dtype=np.int32)
        table = sp.csr_array((rng.random(NEAR * n, dtype=np.float32), ids, NEAR * np.arange(n + 1)), shape=(n, n))  # fmt: skip
    indptr, indices, data = table.indptr, table.indices, table.data

    def answer(history):
        parts = [slice(indptr[i], indptr[i + 1]) for i in history]
        ids, place = np.unique(np.concatenate([indices[p] for p in parts]), return_inverse=True)
        scores = np.bincount(place, weights=np.concatenate([data[p] for p in parts]))
        return ids[np.argsort(-scores)[:TOP]]

    held = indptr.nbytes + indices.nbytes + data.nbytes
    return Server(partial(history, n), answer, facts(held, start))


def history(n: int, rng: np.random.Generator) -> np.ndarray:
    return np.array([thing(n, rng) for _ in range(HISTORY)]) - likes(n).shape[0]


def ease(n: int) -> Server | None:
    """Return sums of twenty rows of a full matrix."""
    if 4 * n**2 > MOST:
        return None
    R, start = likes(n), time.perf_counter()
    gram = (R.T @ R).toarray()
    gram[np.diag_indices(n)] += 10
    factor, _ = scipy.linalg.lapack.spotrf(gram, overwrite_a=True)
    P, _ = scipy.linalg.lapack.spotri(factor, overwrite_c=True)  # its upper half
    P = np.triu(P) + np.triu(P, 1).T
    B = -P / P.diagonal()
    B[np.diag_indices(n)] = 0

    def answer(history):
        return torch.topk(torch.from_numpy(B[history].sum(axis=0)), TOP).indices.numpy()

    return Server(partial(history, n), answer, facts(B.nbytes, start))


def judge(level: int, cut: int, server: Server | None) -> dict[float, np.ndarray]:
    """Return the rate of each request, the faster of two rounds; 0 where there is nothing to ask."""
    if server is None:
        return {level: np.zeros(REQUESTS)}
    rng = np.random.default_rng([level, cut])
    asked = [server.drawn(rng) for _ in range(REQUESTS)]
    server.answer(asked[0])
    seconds = np.full(REQUESTS, np.inf)
    for _ in range(2):
        for k, request in enumerate(asked):
            start = time.perf_counter()
            server.answer(request)
            seconds[k] = min(seconds[k], time.perf_counter() - start)
    return {level: 1 / seconds}


PLAYERS = {
    "iALS, exact scan": scan,
    "iALS, cells": cells,
    "EASE": ease,
    "item2item": item2item,
    "Pixie": pixie,
    "PageRank, push": push,
}
if importlib.util.find_spec("faiss"):
    PLAYERS |= {"iALS, cells of faiss": faiss_cells, "iALS, HNSW of faiss": faiss_hnsw}
made = lru_cache(maxsize=1)(lambda make, n: make(n))  # the next round asks the same server
PLAYERS = {name: Player(partial(made, make)) for name, make in PLAYERS.items()}


@cache
def task(data: str, levels: tuple, cut: int) -> Task:
    (n,) = levels
    stage = partial(Stage, n, partial(judge, n, cut))
    return Task(levels, PLAYERS, stage, stage)
