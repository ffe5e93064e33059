"""Numba kernel of TwHIN: many rows of a table take an Adagrad step, one after the other."""

from __future__ import annotations

import numpy as np
from numba import njit

from graphrec_utils.kernels.transe import FAST


@njit(**FAST)
def step(emb, squares, ids, gradient, lr, reg, anchor, old, held):
    """Let row ids[k] of `emb` step down gradient[k], for all k in order; a row may come often.

    Args:
        emb: (n, d); changed in place, as are the (n,) accumulators `squares`, one number per row.
        ids, gradient: (B,) int64 and (B, d).
        lr, reg: learning rate, and weight of the ridge, half the squared length.
        anchor: weight of half the squared distance from `old`, (n, d), for the rows in `held`, (n,) bool.
    """
    dim = emb.shape[1]
    pull = np.empty(dim, emb.dtype)
    for k in range(ids.size):
        v, total = ids[k], emb.dtype.type(0)
        for f in range(dim):
            pull[f] = gradient[k, f] + reg * emb[v, f]
        if held[v]:
            for f in range(dim):
                pull[f] += anchor * (emb[v, f] - old[v, f])
        for f in range(dim):
            total += pull[f] * pull[f]
        squares[v] += total / dim
        if total > 0:
            rate = lr / np.sqrt(squares[v])
            for f in range(dim):
                emb[v, f] -= rate * pull[f]
