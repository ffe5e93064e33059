"""A second device for machines that have none.

On torch's device "meta" nothing can be computed. Inside `elsewhere` a tensor that says it lies there holds an
ordinary one, and every operation is done with that, so that programs run to their end with the right numbers.
Like a GPU it refuses an operation on tensors of both devices, numbers of one axis or more, and `numpy()`. It is
stricter than a GPU with ids on the CPU, which torch would copy over silently each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing

DEVICE = torch.device("meta")
CPU = torch.device("cpu")
CROSSING = ("_to_copy", "copy_")  # what may bring a tensor from one device to the other


class There(torch.Tensor):
    """Says that it lies on DEVICE; `inner` is what is computed with."""

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> There:
        place = {}
        if inner.layout is torch.strided:
            place = {"strides": inner.stride(), "storage_offset": inner.storage_offset()}
        outer = torch.Tensor._make_wrapper_subclass(
            cls, inner.shape, dtype=inner.dtype, device=DEVICE, **place
        )
        outer.inner = inner
        return outer

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return _run(function, args, kwargs or {})

    def numpy(self, *, force: bool = False) -> np.ndarray:
        if not force:
            raise TypeError("a tensor of another device has no numpy(); use numpy(force=True)")
        return self.detach().cpu().numpy()

    def tolist(self) -> list:
        return self.detach().cpu().tolist()


class Elsewhere(TorchDispatchMode):
    """Makes what is asked for on DEVICE there; `back` holds shapes of floats that came back to the CPU."""

    def __init__(self):
        super().__init__()
        self.back: list[tuple[int, ...]] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        copies = function.overloadpacket.__name__ == "_to_copy" and kwargs.get("device") == CPU
        if copies and isinstance(args[0], There) and args[0].is_floating_point():
            self.back.append(tuple(args[0].shape))
        return _run(function, args, kwargs)


class Numbers(TorchFunctionMode):
    """Makes tensors of plain numbers on the CPU and sends them: on "meta" torch would forget the numbers."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function in (torch.tensor, torch.as_tensor):
            device = kwargs.pop("device", None)
            made = function(*args, **kwargs)
            return made if device is None else made.to(device)
        if function is torch.Tensor.new_tensor:
            return torch.tensor(args[1], dtype=args[0].dtype).to(args[0].device)
        return function(*args, **kwargs)


def _run(function, args, kwargs):
    there, here = [], []

    def inner(x: torch.Tensor) -> torch.Tensor:
        (there if isinstance(x, There) else here).append(x)
        return x.inner if isinstance(x, There) else x

    positional, named = _each(args, inner), _each(kwargs, inner)
    if there and any(x.ndim for x in here) and function.overloadpacket.__name__ not in CROSSING:
        shapes = [[tuple(x.shape) for x in part] for part in (here, there)]
        raise RuntimeError(f"{function}: tensors {shapes[0]} are on the CPU, {shapes[1]} elsewhere")
    wanted = kwargs.get("device")
    if wanted is not None:
        wanted, named["device"] = torch.device(wanted), CPU
    out = function(*positional, **named)
    if wanted == CPU or (wanted is None and not there):
        return out
    return return_and_correct_aliasing(function, args, kwargs, _each(out, There))


def _each(x, change):
    """Return x with every tensor in it changed."""
    if isinstance(x, torch.Tensor):
        return change(x)
    if isinstance(x, tuple | list):
        return type(x)(_each(y, change) for y in x)
    return {k: _each(y, change) for k, y in x.items()} if isinstance(x, dict) else x


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Let tensors lie on DEVICE."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)  # as on a GPU: the same Parameter
    try:
        with Elsewhere() as mode, Numbers():
            yield mode
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
