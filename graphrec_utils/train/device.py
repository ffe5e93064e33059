"""On which device a training runs, and how its batches get there."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def device(name: str | torch.device) -> torch.device:
    """Return the device of this name, after making sure that it is there.

    Args:
        name: "cpu", "cuda" (a GPU), "cuda:1", "mps" (a Mac's), …

    Raises:
        ValueError: torch knows no such device, or finds none here.
    """
    try:
        found = torch.device(name)
        torch.empty(1, device=found)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(
            f"device {str(name)!r} was asked for, but this torch ({torch.__version__}) finds none "
            'here; "cpu" always works'
        ) from None
    return found


def moved(batch: Any, to: torch.device) -> Any:
    """Return a batch whose tensors are on a device: one tensor, or a tuple or list of them.

    What else is in it, and what lies deeper, stays as it is.
    """
    if isinstance(batch, Tensor):
        return batch.to(to)
    if not isinstance(batch, tuple | list):
        return batch
    parts = [x.to(to) if isinstance(x, Tensor) else x for x in batch]
    return batch._make(parts) if hasattr(batch, "_make") else type(batch)(parts)
