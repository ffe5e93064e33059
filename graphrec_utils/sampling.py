r"""Which items does a user *not* like? Negatives, triples and what they are worth (log Q).

Conventions: every function takes its generator, of numpy or of torch, and there is no global
state; results are CPU torch tensors, ids int64, log-probabilities float64. Q always is the
distribution that the items were drawn from: a loss that corrects with another one learns another
ranking.

Built in lessons 03 (triples) and 11 (log Q).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils.kernels import sampling as kernels

Rng = np.random.Generator | torch.Generator
Ids = Tensor | np.ndarray


@dataclass(frozen=True)
class Positives:
    """The train interactions of every user, sorted for look-ups; `index` makes it, once.

    `indptr` (m + 1,), `items` (E,), `users` (E,) and `edges` (E,), which holds u n + i, are int64;
    `gaps` (E,) int32 tells how many items below i user u does not like, and `guide` (E,) int32,
    for k = 0 ... deg(u) - 1, how many gaps of u are below k / deg(u) of the items u does not like.
    """

    num_items: int
    indptr: np.ndarray
    items: np.ndarray
    users: np.ndarray
    edges: np.ndarray
    gaps: np.ndarray
    guide: np.ndarray

    @cached_property
    def degree(self) -> np.ndarray:
        return np.diff(self.indptr)  # (m,)

    @cached_property
    def active(self) -> np.ndarray:
        return np.flatnonzero(self.degree)  # users with interactions

    @cached_property
    def full(self) -> np.ndarray:
        return np.flatnonzero(self.degree >= self.num_items)  # users without a negative


def index(R: sp.spmatrix | sp.sparray | Tensor) -> Positives:
    """Return the interactions R, (m, n), sorted for the functions below.

    Raises:
        TypeError: R is neither a scipy.sparse matrix nor a dense tensor.
        ValueError: R does not have two dimensions.
    """
    if not (sp.issparse(R) or (isinstance(R, Tensor) and R.layout is torch.strided)):
        kind = type(R).__name__
        raise TypeError(f"R must be a scipy.sparse matrix or a dense torch tensor; got {kind}")
    if len(R.shape) != 2:
        raise ValueError(f"R must be (users, items); got shape {tuple(R.shape)}")
    csr = sp.csr_array(R.numpy(force=True) if isinstance(R, Tensor) else R, copy=True)
    csr.sum_duplicates()  # a repeated like is one positive; also sorts every row
    csr.eliminate_zeros()
    m, n = csr.shape
    indptr, items = csr.indptr.astype(np.int64), csr.indices.astype(np.int64)
    users = np.repeat(np.arange(m), np.diff(indptr))  # (E,)
    place, degree = np.arange(len(items)) - indptr[users], np.diff(indptr)[users]
    gaps, share = items - place, place * (n - degree) // degree
    base = users * (n + 1)  # makes the gaps of all users one ascending list
    guide = np.searchsorted(base + gaps, base + share) - indptr[users]
    narrow = (ids.astype(np.int32) for ids in (gaps, guide))
    return Positives(n, indptr, items, users, users * n + items, *narrow)


def bpr_triples(
    positives: Positives, size: int, rng: Rng, by: str = "edge"
) -> tuple[Tensor, Tensor, Tensor]:
    """Return users u, positives i and negatives j, (size,) each, drawn with replacement.

    Args:
        positives: from `index`.
        size: how many triples, at least 0.
        rng: a generator of numpy or torch.
        by: what is drawn uniformly first. "edge": an interaction, so that active users come as
            often as they are active (Rendle et al. 2009). "user": a user with interactions, then
            one of them, which makes every user equally important; the code published with
            LightGCN does this. The two train different models.

    Returns:
        j is uniform over the items that u has no train interaction with, never one of them.

    Raises:
        ValueError: there are no interactions, a user has interactions with all items, `by` is
            unknown or size is negative.

    Rendle et al. 2009, https://arxiv.org/abs/1205.2618, section 4.3. Built in lesson 03,
    exercise 03.3.
    """
    if by not in ("edge", "user"):
        raise ValueError(f'by must be "edge" or "user"; got {by!r}')
    if len(positives.items) == 0:
        raise ValueError("R has no interactions to draw from")
    _check_room(positives)  # now, not in the 900th batch
    if by == "edge":
        e = _integers(rng, len(positives.items), (_size("size", size),))
    else:
        u = positives.active[_integers(rng, len(positives.active), (_size("size", size),))]
        e = positives.indptr[u] + _integers(rng, positives.degree[u], u.shape)
    users = positives.users[e]
    negatives = _free_items(positives, users, 1, rng)[:, 0]
    return tuple(torch.from_numpy(ids) for ids in (users, positives.items[e], negatives))


def uniform_negatives(positives: Positives, users: Ids, num_negatives: int, rng: Rng) -> Tensor:
    """Return items without a train interaction, (B, S) int64, uniform and with replacement.

    Nothing is tried and rejected: of the n - deg(u) other items the r-th is computed, so a user
    who likes nearly everything costs no more than others. log Q is -log(n - deg(u)).

    Args:
        positives: from `index`.
        users: (B,) ids.
        num_negatives: S >= 0.
        rng: a generator of numpy or torch.

    Raises:
        ValueError: a user is unknown or has interactions with all items, or S is negative.
    """
    users = _ids("users", users, len(positives.degree))
    _check_room(positives, users)
    return torch.from_numpy(
        _free_items(positives, users, _size("num_negatives", num_negatives), rng)
    )


def _free_items(p: Positives, users: np.ndarray, size: int, rng: Rng) -> np.ndarray:
    out = np.empty((len(users), size), np.int64)
    x = _uniform(rng, out.shape)
    kernels.free_items(users, x, p.indptr, p.gaps, p.guide, p.num_items, out)
    return out


def popularity(counts: Ids, beta: float = 1.0) -> Tensor:
    r"""Return log Q, (n,), for $Q(i) \propto \text{counts}_i^\beta$; 0 draws all items alike.

    Args:
        counts: (n,) interactions of each item, >= 0.
        beta: >= 0; 1 is what in-batch negatives follow, .75 is word2vec's.

    Returns:
        float64; -inf where Q = 0, at items without interactions if beta > 0.

    Raises:
        ValueError: counts is empty, not (n,), negative, not finite or all zero, or beta is
            negative.

    Mikolov et al. 2013, https://arxiv.org/abs/1310.4546, section 2.2.
    """
    weight = np.asarray(counts).astype(np.float64)
    if weight.ndim != 1 or not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise ValueError(
            f"counts must be (n,), finite, not negative and not all 0; got shape {weight.shape}"
        )
    if not 0 <= beta < np.inf:
        raise ValueError(f"beta must be at least 0; got {beta}")
    weight = (weight / weight.max()) ** beta  # by the largest first: large powers overflow
    return torch.from_numpy(weight / weight.sum()).log()


def mixture(log_q: Tensor, num_q: int, num_uniform: int) -> Tensor:
    r"""Return log Q* of num_q items drawn from Q together with num_uniform from all n alike.

    $Q^*(i) = (B\,Q(i) + B' / n) / (B + B')$ for every column, whichever half it came from.

    Args:
        log_q: (n,) log Q, of the batch's own items for in-batch negatives.
        num_q: B >= 0.
        num_uniform: B' >= 0; with one item or more no item has Q* = 0.

    Raises:
        ValueError: log_q is no distribution, a number is negative or both are 0.

    Yang et al. 2020, https://doi.org/10.1145/3366424.3386195, section 3. Built in lesson 11,
    exercise 11.7.
    """
    Q = torch.from_numpy(_distribution(log_q))
    total = _size("num_q", num_q) + _size("num_uniform", num_uniform)
    if total == 0:
        raise ValueError("num_q and num_uniform must not both be 0")
    return ((num_q * Q + num_uniform / len(Q)) / total).log()


def draw(log_q: Tensor, size: int | tuple[int, ...], rng: Rng) -> Tensor:
    """Return item ids of the given size, int64, drawn from Q with replacement.

    An item with Q = 0 never comes. For items drawn alike pass `popularity(counts, beta=0)`.

    Args:
        log_q: (n,) log Q, summing to 1 after exp.
        size: a number or a shape, such as (B, S) or, for negatives shared by a batch, S.
        rng: a generator of numpy or torch.

    Raises:
        ValueError: log_q is no distribution, or a size is negative.
    """
    Q = _distribution(log_q)
    shape = size if isinstance(size, tuple) else (size,)
    for s in shape:
        _size("size", s)
    cdf = Q.cumsum()
    found = np.searchsorted(cdf, _uniform(rng, shape) * cdf[-1], side="right")
    # a product that rounds up to the very end belongs to the last item that can come
    return torch.from_numpy(np.minimum(found, np.flatnonzero(Q)[-1]).astype(np.int64))


def draw_mixed(log_q: Tensor, num_q: int, num_uniform: int, rng: Rng) -> tuple[Tensor, Tensor]:
    """Return num_q items from Q, then num_uniform from all alike, and log Q* of each.

    Args and errors: those of `mixture` and `draw`. Both results are (num_q + num_uniform,).
    """
    log_mix = mixture(log_q, num_q, num_uniform)
    uniform = torch.from_numpy(_integers(rng, len(log_mix), (num_uniform,)))
    items = torch.cat([draw(log_q, num_q, rng), uniform])
    return items, log_mix[items]


def accidental_hits(
    items: Ids,
    columns: Ids | None = None,
    users: Ids | None = None,
    positives: Positives | None = None,
) -> Tensor:
    """Return where a column is no negative for a row, (B, S) bool: True there.

    It is a hit if column and row hold the same item; with users and positives also if the row's
    user has a train interaction with the column's item.

    Args:
        items: (B,) the positive of each row.
        columns: (S,) items shared by all rows; by default the rows' own items (in-batch
            negatives), whose diagonal is then False: there the positive itself stands.
        users: (B,) the user of each row, together with `positives`.
        positives: from `index`.

    Raises:
        ValueError: only one of users and positives is given, the numbers of rows differ, or an id
            is out of range.
    """
    if (users is None) != (positives is None):
        raise ValueError("pass users and positives together, or neither")
    limit = None if positives is None else positives.num_items
    rows = _ids("items", items, limit)
    others = rows if columns is None else _ids("columns", columns, limit)
    hits = rows[:, None] == others[None, :]  # (B, S)
    if positives is not None:
        u = _ids("users", users, len(positives.degree))
        if len(u) != len(rows):
            raise ValueError(f"users and items must be of one length; got {len(u)}, {len(rows)}")
        keys = u[:, None] * positives.num_items + others[None, :]
        if len(positives.edges):
            place = np.searchsorted(positives.edges, keys).clip(max=len(positives.edges) - 1)
            hits |= positives.edges[place] == keys
    if columns is None:
        np.fill_diagonal(hits, False)
    return torch.from_numpy(hits)


def _check_room(positives: Positives, users: np.ndarray | None = None) -> None:
    full = positives.full
    if len(full) and users is not None:
        full = users[np.isin(users, full)]
    if len(full):
        raise ValueError(
            f"user {full[0]} has interactions with all {positives.num_items} items: "
            "there is no negative to draw; leave this user out"
        )


def _distribution(log_q: Tensor) -> np.ndarray:
    """Return Q, float64, if log_q is (n,) and sums to 1; float32 input may miss it by rounding."""
    Q = np.exp(np.asarray(log_q, dtype=np.float64))
    if Q.ndim != 1 or not abs(Q.sum() - 1) < 1e-3:
        raise ValueError(f"exp(log_q) must be (n,) and sum to 1; got {Q.shape}, sum {Q.sum():g}")
    return Q / Q.sum()


def _ids(name: str, values: Ids, limit: int | None) -> np.ndarray:
    ids = np.asarray(values)
    if ids.ndim != 1 or (ids.size and not np.issubdtype(ids.dtype, np.integer)):
        raise ValueError(f"{name} must be a list of integer ids; got {ids.dtype}, {ids.shape}")
    bad = ids[(ids < 0) | (ids >= limit)] if limit is not None else ids[ids < 0]
    if len(bad):
        raise ValueError(f"{name} holds the id {bad[0]}, which is not in R")
    return ids.astype(np.int64)


def _size(name: str, value: int) -> int:
    if value < 0:
        raise ValueError(f"{name} must be at least 0; got {value}")
    return value


def _uniform(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return float64 in [0, 1)."""
    if isinstance(rng, torch.Generator):
        return torch.rand(shape, generator=rng, dtype=torch.float64).numpy()
    return rng.random(shape)


def _integers(rng: Rng, below: int | np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return int64 from 0 to below - 1; 53 random bits make the choice uneven by n / 2^53 only."""
    return (_uniform(rng, shape) * below).astype(np.int64)
