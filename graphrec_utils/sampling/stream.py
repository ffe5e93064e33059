r"""How often does an item come by? Estimated while the stream passes, in tables of a fixed size."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.sampling.triples import Ids


def hashed(num_items: int, num_buckets: int, num_hashes: int, seed: int) -> NDArray[np.int64]:
    """Return (num_hashes, num_items), the bucket of each item under each of several hash functions.

    Tables stand for functions here; a system that does not know its items computes the bucket.
    """
    arguments.integer("num_items", num_items)
    size = (arguments.integer("num_hashes", num_hashes), num_items)
    return np.random.default_rng(seed).integers(
        arguments.integer("num_buckets", num_buckets), size=size
    )


class StreamFrequency:
    r"""Remembers when a bucket was last seen, `last`, and how far apart its visits are, `gap`.

    For each item at step t, in its bucket of every hash function: the gap moves towards the steps
    since the last visit, $b \leftarrow (1 - \alpha) b + \alpha (t - a)$, then $a \leftarrow t$. The
    probability of the item is 1 / gap. Who shares a bucket is seen too often, so the gap is too small;
    of several hash functions the largest gap is closest to the truth.

    Args:
        buckets: (H, n) int64, the bucket of each item under each function, from `hashed`.
        alpha: how fast the gap moves, in (0, 1].
        start: the gap of a bucket that was never seen, in steps, above 0.

    Yi et al. 2019, https://doi.org/10.1145/3298689.3346996, algorithms 2 and 3. Built in lesson 11,
    exercise 11.5.
    """

    def __init__(self, buckets: NDArray[np.int64], alpha: float = 0.05, start: float = 100.0):
        self.buckets, self.alpha, self.start, self.step = np.asarray(buckets), alpha, start, 0
        if self.buckets.ndim != 2 or 0 in self.buckets.shape or self.buckets.dtype.kind not in "iu":
            raise ValueError(
                f"buckets must be (H, n) integers, not empty; got shape {self.buckets.shape}"
            )
        if self.buckets.min() < 0:
            raise ValueError("buckets must not be negative")
        if not 0 < self.alpha <= 1:
            raise ValueError(f"alpha must be above 0 and at most 1; got {self.alpha}")
        arguments.positive(start=self.start)
        shape = (len(self.buckets), int(self.buckets.max()) + 1)
        self.last, self.gap = np.zeros(shape), np.full(shape, float(self.start))

    def update(self, items: Ids) -> StreamFrequency:
        """Let items come by, one after the other; each is one step. Return self."""
        ids = arguments.ids("items", items, self.buckets.shape[1])
        rows = np.arange(len(self.buckets))
        for item in ids.tolist():
            self.step += 1
            at = self.buckets[:, item]
            self.gap[rows, at] += self.alpha * (
                self.step - self.last[rows, at] - self.gap[rows, at]
            )
            self.last[rows, at] = self.step
        return self

    def log_q(self) -> Tensor:
        """Return (n,) float64, the log of 1 / gap; they need not sum to 1."""
        gaps = np.take_along_axis(self.gap, self.buckets, axis=1)  # (H, n)
        return -torch.from_numpy(gaps.max(axis=0)).log()
