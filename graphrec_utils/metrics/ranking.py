"""From scores to the best unseen items of every user, without a matrix of all scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import arguments
from graphrec_utils.data import Interactions
from graphrec_utils.kernels import ranking as kernels

Matrix = Interactions | sp.spmatrix | sp.sparray
BLOCK = 2**20  # scores in memory at a time: 4 MB, whatever the numbers of users and items
TILE = 1536  # users, and items, whose inner products are taken at a time: 9 MB

# (place of the first user in users, first item, number of all items, scores of a tile)
Tile = tuple[int, int, int, np.ndarray | torch.Tensor]


def rank(
    model: Any,
    train: Matrix | None,
    top: int = 20,
    users: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Return the `top` unseen items of each user by any model, see `rank_all`.

    Args:
        model: has `embeddings()`, (m, d) and (n, d), or else `scores(users)`, (B, n), like
            everything in `models`. Vectors are taken where there are some: it is faster. Or such
            a function itself, or the (m, n) scores of all users.

    Raises:
        ValueError: as `rank_all` and `rank_with`.

    Built in lesson 10, exercise 10.5.
    """
    if hasattr(model, "embeddings"):
        return rank_all(*model.embeddings(), train, top, users, seed)
    if isinstance(model, np.ndarray | torch.Tensor):
        return rank_with(model.__getitem__, train, top, users, seed)
    # a torch module can be called, too
    return rank_with(getattr(model, "scores", model), train, top, users, seed)


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
        user_emb, item_emb: (m, d) and (n, d); lists are made on the CPU, wherever they are.
        train: seen items, which are never recommended; None hides nothing.
        users: (B,) user ids; None means all.
        seed: of the order among equal scores.

    Returns:
        (B, top) int64, best first, -1 where fewer than `top` items are left. Memory does not grow
        with m * n.

    Raises:
        ValueError: as in `rank_with`, or the embeddings are not (m, d) and (n, d).
    """
    U, V = (torch.as_tensor(x).detach().cpu() for x in (user_emb, item_emb))
    if U.ndim != 2 or V.ndim != 2 or U.shape[1] != V.shape[1]:
        raise ValueError(
            f"user_emb and item_emb must be (m, d) and (n, d); got {tuple(U.shape)} and "
            f"{tuple(V.shape)}"
        )
    users = np.arange(len(U)) if users is None else np.asarray(users)
    arguments.ids("users", users, len(U), "the rows of user_emb")
    seen = None if train is None else csr(train)
    return _best(_products(U, V, users), seen, top, users, seed)


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
    seen = None if train is None else csr(train)
    if users is None and seen is None:
        raise ValueError("without train, say which users to rank for")
    users = np.arange(seen.shape[0]) if users is None else np.asarray(users)
    return _best(_blocks(scores, users), seen, top, users, seed)


def _best(
    tiles: Iterator[Tile], seen: sp.csr_matrix | None, top: int, users: np.ndarray, seed: int
) -> np.ndarray:
    """Return the best unseen items of each user, see `rank_with`; tiles may cut users and items."""
    arguments.integer("top", top)
    if seen is None:  # one empty row for everybody
        indptr, indices = np.zeros(2, np.int64), np.zeros(0, np.int32)
        rows = np.zeros(len(users), np.int64)
    else:
        indptr, indices = seen.indptr.astype(np.int64), seen.indices.astype(np.int32)
        rows = arguments.ids("users", users, seen.shape[0], "the users of train")
    values = np.empty((len(users), top))  # with `ranked` and `sizes` a heap per user
    ranked = np.empty((len(users), top), dtype=np.int64)
    sizes = np.zeros(len(users), dtype=np.int64)
    order = np.zeros(0, dtype=np.int64)
    for start, first, num_items, S in tiles:
        if seen is not None and seen.shape[1] != num_items:
            raise ValueError(f"{num_items} scores per user, but train has {seen.shape[1]} items")
        if len(order) != num_items:
            order = tie_order(num_items, seed)
        part = slice(start, start + len(S))
        heaps = values[part], ranked[part], sizes[part]
        if kernels.offer(_floats(S), first, rows[part], indptr, indices, order, *heaps):
            raise ValueError("the scores contain NaN; did the training diverge?")
    kernels.sort(values, ranked, sizes, order)
    return ranked


def _products(U: torch.Tensor, V: torch.Tensor, users: np.ndarray) -> Iterator[Tile]:
    """Yield tiles of U[users] @ V.T.

    A matrix product first copies its second factor into another order. With few users and all items
    that takes longer than the product itself, so a tile has many users and not all items. It is
    not smaller either: two threads wait for each other after every product.
    """
    n = len(V)
    buffer = U.new_empty(min(TILE, len(users)) * min(TILE, n))  # a new one each time would cost
    for start in range(0, len(users), TILE):
        block = U[torch.as_tensor(users[start : start + TILE])]
        for first in range(0, n, TILE):
            items = V[first : first + TILE]
            out = buffer[: len(block) * len(items)].view(len(block), len(items))
            yield start, first, n, torch.mm(block, items.T, out=out)


def _blocks(scores: Callable, users: np.ndarray) -> Iterator[Tile]:
    """Yield the scores of the next users, for about BLOCK pairs of user and item at a time."""
    start, size = 0, 1  # one user first: it tells how many items there are
    num_items = None
    while start < len(users):
        block = users[start : start + size]
        S = scores(block)
        if S.ndim != 2 or len(S) != len(block) or S.shape[1] != (num_items or S.shape[1]):
            raise ValueError(
                f"scores of {len(block)} users must be ({len(block)}, n); got {tuple(S.shape)}"
            )
        num_items = S.shape[1]
        yield start, 0, num_items, S
        start, size = start + size, max(1, BLOCK // max(1, num_items))


def _floats(S: np.ndarray | torch.Tensor) -> np.ndarray:
    """Return scores as a contiguous array of float32 or float64, without a copy if they are one."""
    if isinstance(S, torch.Tensor):
        S = S.detach()
        S = S.float() if S.dtype in (torch.float16, torch.bfloat16) else S
        S = S.numpy(force=True)
    if S.dtype not in (np.float32, np.float64):
        S = S.astype(np.float32 if S.dtype == np.float16 else np.float64)
    return np.ascontiguousarray(S)


def tie_order(num_items: int, seed: int) -> np.ndarray:
    """Return (n,) the place of every item among items with equal scores."""
    return np.random.default_rng(seed).permutation(num_items)


def csr(matrix: Matrix) -> sp.csr_matrix:
    """Return the binary csr matrix; entries that are stored zeros are no interactions."""
    if isinstance(matrix, Interactions):
        return matrix.csr()  # its rows are ascending as well
    R = sp.csr_matrix(matrix, copy=True)
    R.sum_duplicates()
    R.eliminate_zeros()
    R.data[:] = 1
    return R
