"""What is asked of any fitted model, whatever it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
import torch


def asked_only(model: Any, users: np.ndarray) -> Any:
    """Return a model that knows these users, for one that has to read a history for each vector."""
    return model.only(np.unique(users)) if hasattr(model, "only") else model


def size(model: Any) -> int:
    """Return the bytes of all arrays that a model holds."""
    seen: set[int] = set()

    def of(x: Any) -> int:
        if id(x) in seen:
            return 0
        seen.add(id(x))
        if isinstance(x, np.ndarray):
            return x.nbytes
        if isinstance(x, torch.Tensor):
            return x.numel() * x.element_size()
        if sp.issparse(x):
            return sum(
                of(getattr(x, name))
                for name in ("data", "indices", "indptr", "offsets")
                if hasattr(x, name)
            )
        if isinstance(x, torch.nn.Module):
            return sum(map(of, [*x.parameters(), *x.buffers()]))
        if isinstance(x, tuple | list):
            return sum(map(of, x))
        return sum(map(of, vars(x).values())) if hasattr(x, "__dict__") and not callable(x) else 0

    return of(model)
