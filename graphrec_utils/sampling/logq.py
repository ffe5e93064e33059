"""Items drawn from a distribution Q, with the log Q that a sampled softmax subtracts."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.sampling.chance import Rng, uniform
from graphrec_utils.sampling.triples import Ids, Positives


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

    Mikolov et al. 2013, https://arxiv.org/abs/1310.4546, section 2.2. Built in lesson 11,
    exercise 11.1.
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

    Yang et al. 2020, https://doi.org/10.1145/3366424.3386195, section 3.
    Built in lesson 11, exercise 11.4.
    """
    Q = torch.from_numpy(_distribution(log_q))
    arguments.integer("num_q", num_q, least=0)
    arguments.integer("num_uniform", num_uniform, least=0)
    total = num_q + num_uniform
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
        arguments.integer("size", s, least=0)
    cdf = Q.cumsum()
    found = np.searchsorted(cdf, uniform(rng, shape) * cdf[-1], side="right")
    # a product that rounds up to the very end belongs to the last item that can come
    return torch.from_numpy(np.minimum(found, np.flatnonzero(Q)[-1]).astype(np.int64))


def accidental_hits(
    items: Ids,
    columns: Ids | None = None,
    users: Ids | None = None,
    positives: Positives | None = None,
) -> Tensor:
    """Return where a column is no negative for a row, (B, S) bool: True there, on the items' device.

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

    Built in lesson 10, exercise 10.4.
    """
    if (users is None) != (positives is None):
        raise ValueError("pass users and positives together, or neither")
    limit = None if positives is None else positives.num_items
    rows = arguments.ids("items", items, limit)
    others = rows if columns is None else arguments.ids("columns", columns, limit)
    hits = rows[:, None] == others[None, :]  # (B, S)
    if positives is not None:
        u = arguments.ids("users", users, len(positives.degree))
        if len(u) != len(rows):
            raise ValueError(f"users and items must be of one length; got {len(u)}, {len(rows)}")
        keys = u[:, None] * positives.num_items + others[None, :]
        if len(positives.edges):
            place = np.searchsorted(positives.edges, keys).clip(max=len(positives.edges) - 1)
            hits |= positives.edges[place] == keys
    if columns is None:
        np.fill_diagonal(hits, False)
    hits = torch.from_numpy(hits)
    return hits.to(items.device) if isinstance(items, Tensor) else hits


def _distribution(log_q: Tensor) -> np.ndarray:
    """Return Q, float64, if log_q is (n,) and sums to 1; float32 input may miss it by rounding."""
    Q = np.exp(np.asarray(log_q, dtype=np.float64))
    if Q.ndim != 1 or not abs(Q.sum() - 1) < 1e-3:
        raise ValueError(f"exp(log_q) must be (n,) and sum to 1; got {Q.shape}, sum {Q.sum():g}")
    return Q / Q.sum()
