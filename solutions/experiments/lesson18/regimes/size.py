"""Size: how many requests a second of one thread are answered, with a thousand to ten million things.

A request is one user who waits for the best 20. Vectors (d = 64) are drawn around sqrt(n) centers, requests are vectors near
things; what is looked up in cells or in a graph of vectors opens as much of it as nine tenths of the exact top 20 need. Walks
and pushes run on a graph of n things and n / 2 boards of ten. Nothing is tuned, three catalogs are drawn at each size, and what
does not fit into 8 GB answers nothing. Rows of faiss need the package faiss-cpu; measure on a quiet machine, in one run.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import scipy.sparse as sp

from graphrec_utils import graphs, walks
from graphrec_utils.models import retrieval
from solutions.experiments.lesson18.regimes.grid import Player, Stage, Task

NAME, KNOB, UNIT = "size", "things in the catalog", "things"
MEASURE = "requests a second of one thread"
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
DIM, TOP, REQUESTS, ENOUGH = 64, 20, 40, 0.9
MOST = 8e9  # bytes
STEPS, RESTART, TOLERANCE = 10_000, 0.5, 1e-5


class Catalog:
    """Vectors and a graph of n things, made when they are first asked for."""

    def __init__(self, n: int, seed: int):
        self.n, self.seed = n, seed
        self.starts = np.random.default_rng(seed).integers(n, size=REQUESTS)

    @property
    def items(self) -> np.ndarray:
        rng = np.random.default_rng(self.seed)
        centers = rng.normal(size=(int(self.n**0.5), DIM)).astype(np.float32)
        out = np.empty((self.n, DIM), np.float32)
        for begin in range(0, self.n, 2**17):
            part = out[begin : begin + 2**17]
            part[:] = centers[rng.integers(len(centers), size=len(part))]
            part += 0.6 * rng.standard_normal(part.shape, dtype=np.float32)
            part /= np.linalg.norm(part, axis=1, keepdims=True)
        return out

    def requests(self, items: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(self.seed + 1)
        return items[self.starts] + 0.1 * rng.standard_normal((REQUESTS, DIM), dtype=np.float32)

    def graph(self) -> tuple[graphs.Walkable, int, np.ndarray]:
        """Return a graph of boards, then things; how many boards there are, and a thing of each request."""
        m = max(10, self.n // 2)
        rng = np.random.default_rng(self.seed)
        pins = (self.n * rng.random(10 * m) ** 1.5).astype(np.int32)  # some are on many boards
        R = sp.csr_array(
            (np.ones(10 * m, np.float32), pins, np.arange(0, 10 * m + 1, 10)), shape=(m, self.n)
        )
        R.sum_duplicates()
        R.data[:] = 1
        return walks.walkable(graphs.adjacency(R)), m, pins[:REQUESTS].astype(int)


def exact(items: np.ndarray, request: np.ndarray) -> np.ndarray:
    scores = items @ request
    best = np.argpartition(-scores, TOP - 1)[:TOP]
    return best[np.argsort(-scores[best])]


# ------------------------------------------------------------------------ who plays: fit(catalog) -> answers(request number), or None
def scan(c: Catalog):
    items = c.items
    asked = c.requests(items)
    return lambda k: exact(items, asked[k])


def _enough(items: np.ndarray, asked: np.ndarray, search: Callable, most: int) -> int:
    """Return the smallest power of 2 with which nine tenths of the exact lists are found."""
    truth = [exact(items, q) for q in asked]
    probes = 1
    while probes < most:
        found = np.mean(
            [np.isin(a, search(q, probes)).mean() for a, q in zip(truth, asked, strict=True)]
        )
        if found >= ENOUGH:
            break
        probes *= 2
    return min(probes, most)


def cells(c: Catalog):
    if c.n > 100_000:
        return None  # k-means of ours takes hours
    items, count = c.items, int(c.n**0.5)
    index, asked = retrieval.IVF(items, count, sweeps=3, seed=c.seed), c.requests(items)
    search = lambda q, probes: index.search(q[None], TOP, probes)[0][0]  # noqa: E731
    probes = _enough(items, asked, search, count)
    return lambda k: search(asked[k], probes)


def faiss_cells(c: Catalog):
    import faiss

    faiss.omp_set_num_threads(1)
    items, count = c.items, int(c.n**0.5)
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(DIM), DIM, count, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 5
    some = np.random.default_rng(0).choice(c.n, min(c.n, 40 * count), replace=False)
    index.train(items[some])
    index.add(items)
    asked = c.requests(items)

    def search(q, probes):
        index.nprobe = probes
        return index.search(q[None], TOP)[1][0]

    probes = _enough(items, asked, search, count)
    return lambda k: search(asked[k], probes)


def faiss_hnsw(c: Catalog):
    import faiss

    if c.n > 1_000_000:
        return None  # an hour to build
    faiss.omp_set_num_threads(1)
    items = c.items
    index = faiss.IndexHNSWFlat(DIM, 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 64
    index.add(items)
    asked = c.requests(items)

    def search(q, reach):
        index.hnsw.efSearch = max(TOP, reach)
        return index.search(q[None], TOP)[1][0]

    reach = _enough(items, asked, search, 4096)
    return lambda k: search(asked[k], reach)


def pixie(c: Catalog):
    graph, m, starts = c.graph()

    def answer(k):
        visits = walks.visits(graph, m + int(starts[k]), STEPS, restart=RESTART)[m:]
        seen = np.flatnonzero(visits)
        return seen[np.argsort(-visits[seen])][:TOP]

    return answer


def push(c: Catalog):
    graph, m, starts = c.graph()

    def answer(k):
        mass = walks.ppr_push(graph, m + int(starts[k]), RESTART, TOLERANCE)[m:]
        seen = np.flatnonzero(mass)
        return seen[np.argsort(-mass[seen])][:TOP]

    return answer


def item2item(c: Catalog):
    """Return sums over a history of twenty, of a table of a hundred neighbors each."""
    rng = np.random.default_rng(c.seed)
    near = rng.integers(c.n, size=(c.n, 100), dtype=np.int32)
    value = rng.random((c.n, 100), dtype=np.float32)

    def answer(k):
        history = np.random.default_rng(k).integers(c.n, size=20)
        ids, place = np.unique(near[history], return_inverse=True)
        scores = np.bincount(place.ravel(), weights=value[history].ravel())
        return ids[np.argsort(-scores)[:TOP]]

    return answer


def ease(c: Catalog):
    """Return sums of twenty rows of a full matrix; what stands in it takes no time, only memory."""
    if 4 * c.n**2 > MOST:
        return None
    B = np.random.default_rng(c.seed).random((c.n, c.n), dtype=np.float32)

    def answer(k):
        scores = B[np.random.default_rng(k).integers(c.n, size=20)].sum(axis=0)
        best = np.argpartition(-scores, TOP - 1)[:TOP]
        return best[np.argsort(-scores[best])]

    return answer


def judge(level: int, answer: Callable | None) -> dict[float, np.ndarray]:
    """Return the rate of each request, the faster of two rounds; 0 where there is nothing to ask."""
    if answer is None:
        return {level: np.zeros(REQUESTS)}
    answer(0)
    seconds = np.full(REQUESTS, np.inf)
    for _ in range(2):
        for k in range(REQUESTS):
            start = time.perf_counter()
            answer(k)
            seconds[k] = min(seconds[k], time.perf_counter() - start)
    return {level: 1 / seconds}


PLAYERS = {
    "iALS, exact scan": Player(scan),
    "iALS, cells": Player(cells),
    "EASE": Player(ease),
    "item2item": Player(item2item),
    "Pixie": Player(pixie),
    "PageRank, push": Player(push),
}
if importlib.util.find_spec("faiss"):
    PLAYERS |= {
        "iALS, cells of faiss": Player(faiss_cells),
        "iALS, HNSW of faiss": Player(faiss_hnsw),
    }


@cache
def catalog(n: int, seed: int) -> Catalog:
    return Catalog(n, seed)


def task(data: str, levels: tuple, cut: int) -> Task:
    (n,) = levels
    stage = partial(Stage, catalog(n, cut), partial(judge, n))
    return Task(levels, PLAYERS, stage, stage)
