"""From scores to the best unseen items of every user, without a matrix of all scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils.data import Interactions
from graphrec_utils.kernels import ranking as kernels
from graphrec_utils.metrics.single import check_top

Matrix = Interactions | sp.spmatrix | sp.sparray
BLOCK = 2**20  # scores in memory at a time: 4 MB, whatever the numbers of users and items


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

    Raises:
        ValueError: as in `rank_with`, or the embeddings are not (m, d) and (n, d).
    """
    U, V = (torch.as_tensor(x).detach() for x in (user_emb, item_emb))
    if U.ndim != 2 or V.ndim != 2 or U.shape[1] != V.shape[1]:
        raise ValueError(
            f"user_emb and item_emb must be (m, d) and (n, d); got {tuple(U.shape)} and "
            f"{tuple(V.shape)}"
        )
    users = np.arange(len(U)) if users is None else np.asarray(users)
    check_users(users, len(U), "user_emb")
    # Not numpy's product, which is faster on one thread: on several, its threads keep waiting
    # for the next product on the processors that the kernel wants, and all takes ten times as long.
    buffer = U.new_empty((0, len(V)))

    def scores(block: np.ndarray) -> torch.Tensor:
        nonlocal buffer  # a new one for every block would cost a sixth of the time
        if len(buffer) < len(block):
            buffer = U.new_empty((len(block), len(V)))
        return torch.mm(U[torch.as_tensor(block)], V.T, out=buffer[: len(block)])

    return rank_with(scores, train, top, users, seed)


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
    if seen is None:  # one empty row for everybody
        indptr, indices, rows = np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros_like(users)
    else:
        check_users(users, seen.shape[0], "train")
        indptr, indices, rows = seen.indptr.astype(np.int64), seen.indices.astype(np.int32), users
    rows = rows.astype(np.int64)
    ranked = np.full((len(users), top), -1, dtype=np.int64)
    order = None
    for start, S in _blocks(scores, users):
        stop, num_items = start + len(S), S.shape[1]
        order = tie_order(num_items, seed) if order is None else order
        if seen is not None and seen.shape[1] != num_items:
            raise ValueError(f"{num_items} scores per user, but train has {seen.shape[1]} items")
        out = ranked[start:stop]
        if kernels.best_unseen(S, rows[start:stop], indptr, indices, order, out):
            raise ValueError("the scores contain NaN; did the training diverge?")
    return ranked


def _blocks(scores: Callable, users: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (position in users, scores of the next users), about BLOCK scores at a time."""
    start, size = 0, 1  # one user first: it tells how many items there are
    num_items = None
    while start < len(users):
        block = users[start : start + size]
        S = scores(block)
        if S.ndim != 2 or len(S) != len(block) or S.shape[1] != (num_items or S.shape[1]):
            raise ValueError(
                f"scores of {len(block)} users must be ({len(block)}, n); got {tuple(S.shape)}"
            )
        yield start, _floats(S)
        num_items = S.shape[1]
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


def check_users(users: np.ndarray, num_users: int, where: str) -> None:
    """Raise ValueError unless users are (B,) ids below num_users: a kernel does not look."""
    if users.ndim != 1 or (len(users) and not np.issubdtype(users.dtype, np.integer)):
        raise ValueError(f"users must be (B,) integer ids; got {users.dtype} {users.shape}")
    for user in (users.min(), users.max()) if len(users) else ():
        if not 0 <= user < num_users:
            raise ValueError(f"user {user} is not among the {num_users} users of {where}")


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
