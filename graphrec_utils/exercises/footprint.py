"""How much memory a function takes at once: counted while it is called."""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections import Counter
from collections.abc import Callable


def peak(function: Callable, inputs: dict) -> int:
    """Return the bytes that exist at once on top of the inputs while the function is called.

    Counted are numpy and Python, or the largest dense tensor of torch if that is more.
    """
    import tracemalloc

    traced = tracemalloc.is_tracing()
    if traced:
        tracemalloc.reset_peak()
    else:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        largest = [0]
        with _watched(lambda _, size: largest.append(max(size, largest.pop()))):
            function(*inputs.values())
        return max(tracemalloc.get_traced_memory()[1] - before, *largest)
    finally:
        if not traced:
            tracemalloc.stop()


def held(function: Callable, inputs: dict) -> int:
    """Return the bytes of all dense tensors that the function had made and kept at once."""
    sizes, looks, most = {}, Counter(), 0  # bytes of what lies where, how many tensors look at it

    def look(x, size: int) -> None:
        nonlocal most
        place = x.untyped_storage().data_ptr()
        sizes[place] = size
        looks[place] += 1
        weakref.finalize(x, looks.subtract, [place]).atexit = False
        most = max(most, sum(sizes[place] for place in looks if looks[place]))

    with _watched(look):
        function(*inputs.values())
    return most


@contextlib.contextmanager
def _watched(look: Callable):
    """Call `look` with each dense tensor that is made in the block, and the bytes of its storage."""
    if "torch" not in sys.modules:
        yield
        return
    import torch
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            made = function(*args, **(kwargs or {}))
            for x in made if isinstance(made, list | tuple) else (made,):
                if isinstance(x, torch.Tensor) and x.layout == torch.strided:
                    look(x, x.untyped_storage().nbytes())  # of a view: what is really there
            return made

    with Watch():
        yield
