r"""Popularity, neighbors and history: candidates that need no training.

Each function returns a `Scorer`, ranked like any other model:

    top20 = metrics.rank(item2item(train), train)

Seen items are scored like others; hiding them is the ranking's business.
In the graph of users and items, item2item walks two steps from each item of the history and
user2item three steps from the user: both are entries of a normalized $\mathbf A^3$ (lesson 04).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import scipy.sparse as sp

from graphrec_utils import arguments
from graphrec_utils.data import Interactions

Similarity = Literal["cosine", "jaccard"]
BLOCK = 2**22  # products at a time: about 200 MB, whatever the number of items


@dataclass(frozen=True, eq=False)
class Scorer:
    """Scores that are a product: row u of `left` times `right`.

    Attributes:
        left: (m, k) sparse, what is known of a user.
        right: (k, n) sparse, what follows from it for items.
    """

    left: sp.csr_matrix
    right: sp.csr_matrix

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Return the (B, n) float32 scores of the given (B,) users."""
        return (self.left[np.asarray(users)] @ self.right).toarray()


def popularity(
    train: Interactions, half_life: float | None = None, now: int | None = None
) -> Scorer:
    r"""Return scores c_i, the number of train events of item i, or with decay
    $\sum 2^{-\text{age}/\text{half\_life}}$ over its events: the same for every user.

    Args:
        train: with `times` if there is a half-life.
        half_life: in seconds, the unit of `times`; None means that events never age.
        now: when ages are 0; None means the last train event.

    Raises:
        ValueError: a half-life that is not positive, or without times; `now` before an event.

    Built in lesson 01, exercise 01.5.
    """
    value = _decay(train, half_life, now)
    counts = np.bincount(train.items, weights=value, minlength=train.num_items)
    everyone = sp.csr_matrix(np.ones((train.num_users, 1), dtype=np.float32))
    return Scorer(everyone, sp.csr_matrix(counts[None].astype(np.float32)))


def item2item(
    train: Interactions,
    similarity: Similarity = "cosine",
    shrinkage: float = 0.0,
    neighbors: int | None = None,
) -> Scorer:
    r"""Return scores $\sum_{j \in N(u)} S_{ji}$: how similar item i is to the user's items j.

    Args:
        train: (m, n) interactions.
        similarity, shrinkage: see `neighborhood`.
        neighbors: each item j votes for its so many most similar items only; None means all.

    Returns:
        A scorer whose `right` is S, (n, n).

    Sarwar et al. 2001, https://doi.org/10.1145/371920.372071; pruned as in Deshpande and Karypis
    2004, https://doi.org/10.1145/963770.963776. Built in lesson 01, exercise 01.6.
    """
    R = train.csr()
    return Scorer(R, neighborhood(R.T.tocsr(), similarity, shrinkage, neighbors))


def user2item(
    train: Interactions,
    similarity: Similarity = "cosine",
    shrinkage: float = 0.0,
    neighbors: int | None = 50,
) -> Scorer:
    r"""Return scores $\sum_{v \in \mathrm{kNN}(u)} w_{uv} R_{vi}$: what similar users have.

    Args:
        train: (m, n) interactions.
        similarity, shrinkage: see `neighborhood`, here between users.
        neighbors: so many most similar users vote; None means all.

    Returns:
        A scorer whose `left` is W, (m, m). Nobody is a neighbor of himself.
    """
    R = train.csr()
    return Scorer(neighborhood(R, similarity, shrinkage, neighbors), R)


def history(train: Interactions, half_life: float | None = None, now: int | None = None) -> Scorer:
    """Return scores that count the user's own events with an item, decayed as in `popularity`.

    To recommend what was consumed before is right for music and groceries. The protocol of this
    course hides seen items, where history has nothing left to say.
    """
    value = _decay(train, half_life, now).astype(np.float32)
    shape = (train.num_users, train.num_items)
    events = sp.csr_matrix((value, (train.users, train.items)), shape=shape)
    return Scorer(events, sp.identity(train.num_items, dtype=np.float32, format="csr"))


def neighborhood(
    X: sp.csr_matrix,
    similarity: Similarity = "cosine",
    shrinkage: float = 0.0,
    neighbors: int | None = None,
) -> sp.csr_matrix:
    r"""Return the (p, p) similarities of the rows of a binary matrix, with a zero diagonal.

    With $c_a$ entries in row a and $C_{ab}$ entries that rows a and b share:

        cosine   C_ab / sqrt(c_a c_b)            jaccard   C_ab / (c_a + c_b - C_ab)

    Args:
        X: (p, q) binary: R compares users, its transpose items.
        similarity: which of the two.
        shrinkage: s >= 0 multiplies by C_ab / (C_ab + s), for two rows that share one entry only
            are not known to be alike.
        neighbors: keep so many largest entries of each row, by smaller id among equals.

    Raises:
        ValueError: an unknown similarity, a negative shrinkage or fewer than one neighbor.
    """
    if similarity not in ("cosine", "jaccard"):
        raise ValueError(f'similarity must be "cosine" or "jaccard"; got {similarity!r}')
    if shrinkage < 0:
        raise ValueError(f"shrinkage must not be negative; got {shrinkage}")
    if neighbors is not None:
        neighbors = arguments.integer("neighbors", neighbors)
    X = X.astype(np.float64)
    size, XT = np.diff(X.indptr), X.T.tocsr()
    # how many products each row of X @ X.T takes: an upper bound of its entries
    work = np.cumsum(X @ np.diff(XT.indptr).astype(np.float64))
    cuts = np.searchsorted(work, np.arange(BLOCK, work[-1] if len(work) else 0, BLOCK))
    bounds = np.unique([0, *cuts, X.shape[0]])
    parts = []
    for start, stop in pairwise(bounds):
        C = (X[start:stop] @ XT).tocoo()
        off = C.row + start != C.col
        a, b, common = C.row[off], C.col[off], C.data[off]
        if similarity == "cosine":
            value = common / np.sqrt(size[a + start] * size[b])
        else:
            value = common / (size[a + start] + size[b] - common)
        value *= common / (common + shrinkage)
        if neighbors is not None:
            keep = _largest(value, b, np.searchsorted(a, np.arange(stop - start + 1)), neighbors)
            a, b, value = a[keep], b[keep], value[keep]
        shape = (stop - start, X.shape[0])
        parts.append(sp.csr_matrix((value.astype(np.float32), (a, b)), shape=shape))
    return sp.csr_matrix(sp.vstack(parts, format="csr")) if parts else sp.csr_matrix((0, 0))


def _largest(value: np.ndarray, ids: np.ndarray, first: np.ndarray, count: int) -> np.ndarray:
    """Return (E,) which entries are among the `count` largest of their row, by smaller id among equals.

    Row r is what stands from first[r] to first[r + 1]. Not sorted: a row has thousands of entries.
    """
    keep = np.ones(len(value), dtype=bool)
    for row in np.flatnonzero(np.diff(first) > count):
        part = slice(first[row], first[row + 1])
        least = np.partition(value[part], -count)[-count]
        above, equal = value[part] > least, np.flatnonzero(value[part] == least)
        by_id = equal[np.argsort(ids[part][equal])]
        above[by_id[: count - above.sum()]] = True
        keep[part] = above
    return keep


def _decay(train: Interactions, half_life: float | None, now: int | None) -> np.ndarray:
    """Return (E,) the value of each event: 1, or one half per half-life of age."""
    if half_life is None:
        return np.ones(len(train))
    arguments.positive(half_life=half_life)
    if train.times is None:
        raise ValueError("a half-life needs times; these interactions have none")
    if not len(train):
        return np.ones(0)
    latest = int(train.times.max())
    now = latest if now is None else now
    if now < latest:
        raise ValueError(f"now is {now}, before the last event at {latest}: its age is negative")
    return 0.5 ** ((now - train.times) / half_life)
