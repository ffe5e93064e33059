"""Models that have vectors: how they score, written once for all of them, and the plainest of them.

A class takes the method over by a line of its body: `scores = scoring.from_embeddings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@torch.no_grad()
def from_embeddings(model: Any, users: np.ndarray) -> np.ndarray:
    """Return the (B, n) scores of the given (B,) users, products of `model.embeddings()`.

    For all users at once `metrics.rank` takes the vectors themselves, which costs far less.
    """
    user_emb, item_emb = (torch.as_tensor(emb) for emb in model.embeddings())
    rows = torch.as_tensor(np.asarray(users), device=user_emb.device)
    return (user_emb[rows] @ item_emb.T).numpy(force=True)


class Factors(NamedTuple):
    """Nothing but vectors, (m, d) and (n, d); `W, H = mf.ials(...)` unpacks them."""

    user_emb: NDArray[np.floating] | Tensor
    item_emb: NDArray[np.floating] | Tensor

    scores = from_embeddings

    def embeddings(self) -> Factors:
        """Return the two themselves."""
        return self


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Let torch's layers start from a seed; afterwards the global generator is as it was.

    `torch.nn` knows no other source of chance than the global generator. A part of a larger model
    is made with None, which changes nothing: the seed of the whole counts.
    """
    if seed is None:
        yield
        return
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        yield
