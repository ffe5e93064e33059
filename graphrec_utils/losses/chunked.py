"""The softmax over all items in the memory of a few rows."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from graphrec_utils import arguments


def chunked_softmax(user_emb: Tensor, item_emb: Tensor, positive: Tensor, chunk: int) -> Tensor:
    r"""Return `full_softmax(user_emb @ item_emb.T, positive)`, a chunk of rows at a time.

    The (B, n) scores are what a softmax over a large catalog has no room for. A row's loss needs
    no other row, so value and gradient are computed for `chunk` rows, added up, and their scores
    forgotten: memory is chunk times n, the result the same. Each chunk counts by its rows over B;
    a mean of the chunks' means would overrate the last, shorter one.

    Args:
        user_emb: (B, d).
        item_emb: (n, d), all items.
        positive: (B,) int64, the observed item of each row.
        chunk: rows at a time, at least 1.

    Raises:
        TypeError: the embeddings are no floating-point tensors, or positive is not int64.
        ValueError: shapes do not fit, there are no rows, an id is out of range, or chunk is below 1.

    Chen et al. 2016, https://arxiv.org/abs/1604.06174, recompute instead of store.
    Built in lesson 11, exercise 11.6.
    """
    arguments.tensor("user_emb", user_emb)
    arguments.tensor("item_emb", item_emb)
    arguments.tensor("positive", positive, torch.int64)
    if (
        user_emb.ndim != 2 or item_emb.ndim != 2 or user_emb.shape[1] != item_emb.shape[1]
        or positive.shape != user_emb.shape[:1] or 0 in user_emb.shape
    ):  # fmt: skip
        raise ValueError(
            f"user_emb must be (B, d), item_emb (n, d), positive (B,), not empty; got "
            f"{tuple(user_emb.shape)}, {tuple(item_emb.shape)} and {tuple(positive.shape)}"
        )
    arguments.id_tensor("positive", positive, len(item_emb))
    chunk = arguments.integer("chunk", chunk)
    return _Chunked.apply(user_emb, item_emb, positive, chunk)


class _Chunked(torch.autograd.Function):
    """Computes the gradients with the value: the backward pass only scales them."""

    @staticmethod
    def forward(ctx, user_emb, item_emb, positive, chunk):
        total = user_emb.new_zeros(())
        users, items = torch.empty_like(user_emb), torch.zeros_like(item_emb)
        for start in range(0, len(user_emb), chunk):
            rows = slice(start, start + chunk)
            scores = user_emb[rows] @ item_emb.T  # (chunk, n)
            total += F.cross_entropy(scores, positive[rows], reduction="sum")
            slopes = torch.softmax(scores, dim=1)
            slopes[torch.arange(len(slopes), device=slopes.device), positive[rows]] -= 1
            users[rows] = slopes @ item_emb
            items.addmm_(slopes.T, user_emb[rows])
        ctx.save_for_backward(users / len(user_emb), items / len(user_emb))
        return total / len(user_emb)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, outer):
        users, items = ctx.saved_tensors
        return outer * users, outer * items, None, None
