"""(user, liked item, other item): what each user likes, and what is drawn from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.kernels import sampling as kernels
from graphrec_utils.sampling.chance import Rng, integers, uniform

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
    arguments.matrix("R", R)
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
    size = arguments.integer("size", size, least=0)
    if by not in ("edge", "user"):
        raise ValueError(f'by must be "edge" or "user"; got {by!r}')
    if len(positives.items) == 0:
        raise ValueError("R has no interactions to draw from")
    _check_room(positives)  # now, not in the 900th batch
    if by == "edge":
        e = integers(rng, len(positives.items), (size,))
    else:
        u = positives.active[integers(rng, len(positives.active), (size,))]
        e = positives.indptr[u] + integers(rng, positives.degree[u], u.shape)
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
    users = arguments.ids("users", users, len(positives.degree))
    num_negatives = arguments.integer("num_negatives", num_negatives, least=0)
    _check_room(positives, users)
    return torch.from_numpy(_free_items(positives, users, num_negatives, rng))


def _free_items(p: Positives, users: np.ndarray, size: int, rng: Rng) -> np.ndarray:
    out = np.empty((len(users), size), np.int64)
    x = uniform(rng, out.shape)
    kernels.free_items(users, x, p.indptr, p.gaps, p.guide, p.num_items, out)
    return out


def _check_room(positives: Positives, users: np.ndarray | None = None) -> None:
    full = positives.full
    if len(full) and users is not None:
        full = users[np.isin(users, full)]
    if len(full):
        raise ValueError(
            f"user {full[0]} has interactions with all {positives.num_items} items: "
            "there is no negative to draw; leave this user out"
        )
