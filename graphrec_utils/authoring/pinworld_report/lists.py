"""Top lists of pins: what all probes compare, ranked and judged by the course's own metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils import graphs, metrics

Scores = Callable[[np.ndarray], np.ndarray]  # (B,) pins -> (B, pins)


def near(z: np.ndarray, queries: np.ndarray, top: int) -> np.ndarray:
    """Return the `top` other pins with the largest inner product with each query; (Q, top)."""
    return metrics.rank_all(z[queries], z, one_each(queries, len(z)), top)


def related(scores: Scores, queries: np.ndarray, count: int, top: int) -> np.ndarray:
    """Return the `top` other pins of each query by any scores of `count` pins; (Q, top).

    A pin may be asked for more than once.
    """
    rows = np.arange(len(queries))
    return metrics.rank_with(lambda at: scores(queries[at]), one_each(queries, count), top, rows)


def one_each(pins: np.ndarray, count: int) -> sp.csr_array:
    """Return the matrix of rows with one pin each; (len(pins), count)."""
    rows = np.arange(len(pins))
    return sp.csr_array((np.ones(len(pins), np.float32), (rows, pins)), shape=(len(pins), count))


def hit_rates(lists: np.ndarray, targets: np.ndarray, count: int) -> pd.Series:
    """Return for every list whether it holds its target, 1 or 0."""
    return metrics.evaluate(lists, one_each(targets, count))["hit_rate"]


def steps(matrix: sp.csr_array) -> sp.csr_array:
    """Return the probabilities of one step in a bipartite graph, left nodes first; (N, N)."""
    return graphs.normalize(graphs.adjacency(matrix), "row")


def unit_rows(x: np.ndarray) -> np.ndarray:
    """Return x with rows of length 1, float32; zero rows stay zero."""
    length = np.sqrt((x * x).sum(1, keepdims=True))
    return (x / np.where(length > 0, length, 1)).astype(np.float32)


def by_name(rows: dict[str, Sequence[float]], columns: Sequence[str]) -> pd.DataFrame:
    """Return {name: numbers} as a table with a row for each name."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))
