"""From scores to the best unseen items of every user, without a matrix of all scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils.data import Interactions
from graphrec_utils.metrics.single import check_top

Matrix = Interactions | sp.spmatrix | sp.sparray
BLOCK = 2**23  # scores in memory at a time: 32 MB, whatever the numbers of users and items


def rank_all(
    user_emb: np.ndarray | torch.Tensor,
    item_emb: np.ndarray | torch.Tensor,
    train: Matrix | None,
    top: int = 20,
    users: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Return the `top` items of each user by inner product, among all items not in train.

    Args:
        user_emb, item_emb: (m, d) and (n, d).
        train: seen items, which are never recommended; None hides nothing.
        users: (B,) user ids; None means all.
        seed: of the order among equal scores.

    Returns:
        (B, top) int64, best first, -1 where fewer than `top` items are left. Memory does not grow
        with m * n.
    """
    U, V = (torch.as_tensor(x).detach() for x in (user_emb, item_emb))
    users = np.arange(len(U)) if users is None else np.asarray(users)
    return rank_with(lambda block: U[torch.as_tensor(block)] @ V.T, train, top, users, seed)


def rank_with(
    scores: Callable[[np.ndarray], np.ndarray | torch.Tensor],
    train: Matrix | None,
    top: int = 20,
    users: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Return the `top` unseen items of each user by any scoring function, see `rank_all`.

    Args:
        scores: takes (B,) user ids, returns (B, n) scores; -inf means "never".

    Raises:
        ValueError: NaN among the scores, top < 1, shapes that do not fit, or neither train nor
            users given.

    Built in lesson 01, exercise 01.4.
    """
    check_top(top)
    seen = None if train is None else csr(train)
    if users is None and seen is None:
        raise ValueError("without train, say which users to rank for")
    users = np.arange(seen.shape[0]) if users is None else np.asarray(users)
    if seen is not None and len(users) and users.max() >= seen.shape[0]:
        raise ValueError(f"user {users.max()} is not among the {seen.shape[0]} users of train")
    ranked = np.full((len(users), top), -1, dtype=np.int64)
    order = None
    for start, S in _blocks(scores, users):
        order = tie_order(S.shape[1], seed) if order is None else order
        if seen is not None:
            part = seen[users[start : start + len(S)]]
            if part.shape[1] != S.shape[1]:
                raise ValueError(
                    f"{S.shape[1]} scores per user, but train has {part.shape[1]} items"
                )
            rows = np.repeat(np.arange(len(S)), np.diff(part.indptr))
            S[torch.from_numpy(rows), torch.from_numpy(part.indices).long()] = -torch.inf
        ranked[start : start + len(S), : S.shape[1]] = best(S, top, order)
    return ranked


def _blocks(scores: Callable, users: np.ndarray) -> Iterator[tuple[int, torch.Tensor]]:
    """Yield (position in users, scores of the next users), about BLOCK scores at a time."""
    start, size = 0, 1  # one user first: it tells how many items there are
    while start < len(users):
        S = scores(users[start : start + size])
        if S.ndim != 2 or len(S) != len(users[start : start + size]):
            raise ValueError(f"scores of {size} users must be ({size}, n); got {tuple(S.shape)}")
        # a copy, because the seen items are going to be overwritten
        S = S.clone() if isinstance(S, torch.Tensor) else torch.from_numpy(np.array(S))
        S = S if S.is_floating_point() else S.double()
        yield start, S
        start, size = start + size, max(1, BLOCK // S.shape[1])


def best(S: torch.Tensor, top: int, order: np.ndarray) -> np.ndarray:
    """Return (B, min(top, n)) item ids by score, equal scores by `order`, -1 for -inf."""
    k = min(top, S.shape[1])
    values, items = (x.cpu().numpy() for x in S.topk(min(k + 1, S.shape[1])))
    if np.isnan(values).any():  # topk takes NaN for the largest number
        raise ValueError("the scores contain NaN; did the training diverge?")
    if values.shape[1] > k:  # equal scores on both sides of the cut: topk chose by its own rule
        for row in np.flatnonzero((values[:, k - 1] == values[:, k]) & (values[:, k] > -np.inf)):
            last = values[row, k]
            tied = np.flatnonzero(S[row].cpu().numpy() == last)
            free = np.flatnonzero(values[row, :k] == last)
            items[row, free] = tied[np.argsort(order[tied])][: len(free)]
    values, items = values[:, :k], items[:, :k]
    place = np.lexsort((order[items], -values), axis=1)
    items = np.take_along_axis(items, place, axis=1)
    return np.where(np.take_along_axis(values, place, axis=1) == -np.inf, -1, items)


def tie_order(num_items: int, seed: int) -> np.ndarray:
    """Return (n,) the place of every item among items with equal scores."""
    return np.random.default_rng(seed).permutation(num_items)


def csr(matrix: Matrix) -> sp.csr_matrix:
    """Return the binary csr matrix; entries that are stored zeros are no interactions."""
    if isinstance(matrix, Interactions):
        return matrix.csr()
    R = sp.csr_matrix(matrix, copy=True)
    R.sum_duplicates()
    R.eliminate_zeros()
    R.data[:] = 1
    return R
