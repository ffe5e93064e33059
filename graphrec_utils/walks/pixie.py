r"""Pixie: recommendations from visit counts of short walks that keep returning to the query.

A step goes from a pin to a random board and from there to a random pin; only pins are counted.
In the bipartite graph A of `graphs.adjacency` (boards are the users, pins the items) that is two
edges, `hops=2`. After every step the walker returns to its query with probability `restart`, so a
walk has 1 / restart steps on average. The number of steps is given and does not grow with the
graph, which is why this answers within milliseconds on any graph that fits into memory.

Eksombatchai et al. 2018, https://arxiv.org/abs/1711.07601, algorithms 1 to 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.walkable import Graph, Walkable, walkable
from graphrec_utils.kernels import walks as kernels
from graphrec_utils.walks.restart import coin

Stop = tuple[int, int]


def visits(
    A: Graph,
    query: int,
    num_steps: int = 100_000,
    restart: float = 0.5,
    stop: Stop | None = None,
    hops: int = 2,
    seed: int = 0,
) -> np.ndarray:
    r"""Return how often walkers from one query came to each node, (N,) int32.

    With many steps the shares approach `restart` · M (I - (1 - restart) M)^{-1}, row `query`, where
    M holds the probabilities of one step. Returns to the query itself are counted.

    Args:
        A: (N, N) adjacency matrix as for `walkable`; entries that differ bias the choice of edges.
            Pass `walkable(A)` to ask the same graph again.
        query: the node where every walk begins.
        num_steps: in total; the last walk is cut off there.
        restart: probability, after every step, of returning to the query, in (0, 1].
        stop: (n_p, n_v) ends with the first walk after which more than n_p nodes have n_v visits.
        hops: edges per step: 2 from pin to pin, 1 to count every node on the way.
        seed: >= 0; the same seed gives the same visits on any machine and any number of threads.

    Returns:
        Sums to the number of steps made, unless walkers met a dead end of a directed graph: they
        return to the query, the step counts, and no node does.

    Raises:
        TypeError: A is no matrix we know.
        ValueError: A cannot be walked on, the query has no edge, or an argument is out of range.

    Algorithm 1, and 2 with weights. Built in lesson 08, exercises 08.1 and 08.2.
    """
    graph = walkable(A)
    start = _queries("query", graph, [query])[0]
    num_steps = arguments.integer("num_steps", num_steps, least=0)
    fixed = arguments.integer("hops", hops), num_steps, coin(restart), arguments.seed(seed)
    return kernels.visits(*graph.edges, start, *fixed, _stop(stop))


def allocate_steps(
    degree: Sequence[float] | np.ndarray,
    num_steps: int,
    max_degree: float,
    weights: Sequence[float] | np.ndarray | None = None,
    C: float | None = None,
) -> np.ndarray:
    r"""Return how many of the steps each query gets, (Q,) int64, summing to `num_steps`.

    $N_q \propto w_q s_q$ with $s_q = \deg(q)\,(C - \log \deg(q))$: a query with many edges needs
    more steps for the same certainty, but not in proportion.

    Args:
        degree: (Q,) edges of the queries, > 0.
        num_steps: in total, >= 0.
        max_degree: largest degree in the whole graph, not only among the queries.
        weights: (Q,) how much each query matters, >= 0 and not all 0; by default all alike.
        C: by default 1 + log(max_degree), the smallest constant for which s never falls with the
            degree. The paper's text has the maximum degree itself, which is next to linear; with
            log(max_degree) a query of that degree gets nothing.

    Returns:
        Whole numbers by largest remainder: no query is more than one step off.

    Raises:
        ValueError: a degree is not positive or above max_degree, weights do not fit or are not
            valid, no query would get a step, or num_steps is negative.

    Section 3.1 (3). Built in lesson 08, exercise 08.4.
    """
    degree = np.asarray(degree, dtype=np.float64)
    weights = np.ones(len(degree)) if weights is None else np.asarray(weights, dtype=np.float64)
    if degree.ndim != 1 or not ((degree > 0) & (degree <= max_degree)).all():
        raise ValueError(f"degrees must be above 0 and at most {max_degree}; got {degree}")
    if weights.shape != degree.shape:
        raise ValueError(f"{len(degree)} queries need {len(degree)} weights; got {weights.shape}")
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise ValueError(f"weights must be finite, not negative and not all 0; got {weights}")
    C = 1 + math.log(max_degree) if C is None else C
    share = weights * degree * np.maximum(C - np.log(degree), 0)
    if not share.any():
        raise ValueError(f"C = {C:g} leaves no query a step; it must exceed log(degree)")
    exact = arguments.integer("num_steps", num_steps, least=0) * (share / share.sum())
    steps = np.floor(exact).astype(np.int64)
    most = np.argsort(steps - exact, kind="stable")[: int(num_steps - steps.sum())]
    steps[most] += 1
    return steps


def boost(counts: np.ndarray | Sequence[Sequence[float]]) -> np.ndarray:
    r"""Return $(\sum_q \sqrt{V_q(p)})^2$, (n,), of visits V, (Q, n), one row per query.

    A pin that several queries reached beats one that a single query reached as often: 2 and 2
    visits count 8, 4 and 0 count 4. Raises ValueError if V is no matrix or has negative entries.
    Section 3.1 (4). Built in lesson 08, exercise 08.5.
    """
    V = np.asarray(counts, dtype=np.float64)
    if V.ndim != 2 or (V < 0).any():
        raise ValueError(f"counts must be (queries, nodes), not negative; got shape {V.shape}")
    return np.sqrt(V).sum(axis=0) ** 2


def recommend(
    A: Graph,
    queries: Sequence[int] | np.ndarray | Tensor,
    weights: Sequence[float] | np.ndarray | None = None,
    top: int = 100,
    num_steps: int = 100_000,
    restart: float = 0.5,
    stop: Stop | None = None,
    seen: Sequence[int] | np.ndarray | Tensor = (),
    hops: int = 2,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best nodes for several queries and their scores: all of Pixie.

    The steps are allocated to the queries, each query walks with a counter of its own for early
    stopping, the visits are combined by the booster, queries and `seen` are dropped.

    Args:
        A, num_steps (of all queries together), restart, stop, hops, seed: as in `visits`.
        queries: (Q,) different nodes.
        weights: (Q,) importance of the queries, by default all alike.
        top: how many to return; there are fewer if fewer were visited.
        seen: nodes never to return.

    Returns:
        nodes (K,) int64 and scores (K,) float64, K <= top, highest score first, equal scores by
        id.

    Raises:
        TypeError, ValueError: as `visits` and `allocate_steps`; also if a query occurs twice.

    Algorithm 3. Built in lesson 08, exercise 08.5.
    """
    graph = walkable(A)
    starts = _queries("queries", graph, queries)
    seen = arguments.ids("seen", np.asarray(seen, dtype=np.int64), graph.num_nodes)
    top = arguments.integer("top", top)
    edges = np.diff(graph.indptr)
    steps = allocate_steps(edges[starts], num_steps, edges.max(), weights)
    fixed = arguments.integer("hops", hops), coin(restart), arguments.seed(seed), _stop(stop)
    nodes, score = kernels.roots(*graph.edges, starts, steps, *fixed)
    fresh = ~np.isin(nodes, np.concatenate([starts, seen]))
    nodes, score = nodes[fresh].astype(np.int64), score[fresh] ** 2
    best = np.lexsort((nodes, -score))[:top]
    return nodes[best], score[best]


def _queries(name: str, graph: Walkable, nodes) -> np.ndarray:
    """Return the ids of queries that a walk can leave, none of them twice."""
    starts = arguments.ids(name, nodes, graph.num_nodes)
    if len(starts) == 0:
        raise ValueError("queries is empty: a walk needs a node to begin at")
    alone = starts[np.diff(graph.indptr)[starts] == 0]
    if len(alone):
        raise ValueError(f"node {alone[0]} has no edge: no walk can leave it; drop this query")
    if len(np.unique(starts)) < len(starts):
        raise ValueError(f"queries must differ, use weights to repeat one; got {starts}")
    return starts


def _stop(stop: Stop | None) -> tuple[np.int64, np.int64]:
    if stop is None:
        return kernels.NO_STOP
    num_nodes, num_visits = stop
    return (
        np.int64(arguments.integer("n_p in stop", num_nodes, least=0)),
        np.int64(arguments.integer("n_v in stop", num_visits)),
    )
