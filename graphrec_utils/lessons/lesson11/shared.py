"""What several exercises of lesson 11 need: rows of scores, with their log Q and their hits."""

from __future__ import annotations

import numpy as np
import torch


def rows(rng, B: int, S: int, hits: float = 0.25, spread: float = 1.5) -> dict:
    """Return scores of B positives and S negatives each, log Q of both, and where a hit is.

    The first negative of every row is none; some row has a hit.
    """
    Q = rng.dirichlet(np.ones(S + 5) * 2)
    at = rng.random((B, S)) < hits
    at[:, 0] = False
    at[rng.integers(B), rng.integers(1, S)] = True
    items = np.stack([rng.permutation(len(Q))[:S] for _ in range(B)])
    own = rng.permutation(len(Q))[:B] if len(Q) >= B else rng.integers(len(Q), size=B)
    made = {
        "pos": spread * rng.normal(size=B),
        "neg": spread * rng.normal(size=(B, S)),
        "log_q_neg": np.log(Q[items]),
        "log_q_pos": np.log(Q[own]),
    }
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in made.items()} | {
        "hits": torch.tensor(at)
    }
