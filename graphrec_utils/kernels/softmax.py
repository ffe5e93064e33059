"""The gradient of the sampled softmax whose negatives are shared by a batch: three matrix products.

Two thirds of a step with 2048 negatives are spent here, nearly all of it in the products.
"""

from __future__ import annotations

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

from graphrec_utils.kernels.lightgcn import FAST

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
LARGE = 1e30  # of a sum of exponentials; times vectors or rows more would not fit into float32
BLOCK = 1024  # rows of logits at a time: with 2048 negatives 8 MB


def add_gradient(
    F: Floats,
    users: Ints,
    items: Ints,
    negatives: Ints,
    G: Floats,
    log_q: Tensor | None = None,
) -> float:
    """Add the gradient of the mean sampled softmax loss to G (R, d); return the loss.

    With X = [e_u, -s_ui, 1] and Y = [e_j, 1, -log Q_j] the logits relative to the positive are one
    product, X Y', and the sums of their exponentials stand in a column of exp(X Y') Y: the only
    pass over the logits besides the three products is the exponential.
    """
    B, S, dim = len(users), len(negatives), F.shape[1]
    X = np.empty((B, dim + 2), dtype=np.float32)
    _rows(F, users, items, X)
    Y = torch.ones(S, dim + 2)
    Y[:, :dim] = torch.from_numpy(F[negatives])
    Y[:, dim + 1] = 0 if log_q is None else -log_q
    rows, dU, miss = torch.from_numpy(X), torch.empty(B, dim), torch.empty(B)
    dY, logits, loss = torch.zeros(S, dim), torch.empty(min(B, BLOCK), S), 0.0
    for start in range(0, B, BLOCK):
        block = slice(start, min(start + BLOCK, B))
        Z = logits[: block.stop - block.start]
        torch.mm(rows[block], Y.T, out=Z).exp_()
        mixed = Z @ Y  # (block, d + 2)
        total, one = mixed[:, dim], 1.0
        if not (total < LARGE).all():  # a negative is far ahead, or NaN: shift the exponents
            torch.mm(rows[block], Y.T, out=Z)
            ahead = Z.amax(dim=1, keepdim=True).clamp_(min=0)
            Z.sub_(ahead).exp_()
            mixed, one = Z @ Y, (-ahead[:, 0]).exp()
            total = mixed[:, dim]
            loss += ahead.sum().item()
        whole = one + total
        loss += whole.log().sum().item() if isinstance(one, Tensor) else total.log1p().sum().item()
        share = (1 / (B * whole))[:, None]
        torch.mul(mixed[:, :dim], share, out=dU[block])
        torch.mul(total, share[:, 0], out=miss[block])
        dY.addmm_(Z.T, rows[block, :dim] * share)
    _add_pairs(F, users, items, dU.numpy(), miss.numpy(), G)
    _add_rows(negatives, dY.numpy(), G)
    return loss / B


@njit(**FAST)
def _rows(F, users, items, out):
    """Set out (B, d + 2) to [e_u, -<e_u, e_i>, 1], so that out [e_j, 1, c_j]' = s_uj - s_ui + c_j."""
    dim = F.shape[1]
    for b in range(users.size):
        e_u, e_i = F[users[b]], F[items[b]]
        score = F.dtype.type(0)
        for f in range(dim):
            out[b, f] = e_u[f]
            score += e_u[f] * e_i[f]
        out[b, dim] = -score
        out[b, dim + 1] = 1


@njit(**FAST)
def _add_pairs(F, users, items, dU, miss, G):
    """Add to G what comes from the pairs: dU (B, d) to users, miss (B,) times the other's vector.

    `miss` is (1 - the positive's probability) / B: the score of a pair has the slope -miss.
    """
    dim = F.shape[1]
    for b in range(users.size):
        e_u, e_i = F[users[b]], F[items[b]]
        g_u, g_i = G[users[b]], G[items[b]]
        for f in range(dim):
            g_u[f] += dU[b, f] - miss[b] * e_i[f]
            g_i[f] -= miss[b] * e_u[f]


@njit(**FAST)
def _add_rows(numbers, values, G):
    """Add values (S, d) to the rows `numbers` (S,) of G."""
    for s in range(numbers.size):
        g = G[numbers[s]]
        for f in range(g.size):
            g[f] += values[s, f]
