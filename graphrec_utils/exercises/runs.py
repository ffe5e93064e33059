"""Run a student's function: plain inputs in, plain values out, nothing else.

With `codec`, this module is all that a grading kernel knows of the exercises. A *question* is
`{"run": name of a runner, "inputs": encoded dict}`; an *outcome* is a dict with either
`"value"` (encoded) or `"error"`, the names of inputs that were `"changed"`, and what was
`"printed"`. Questions and outcomes are JSON, so card and grader judge the same bytes.
"""

from __future__ import annotations

import _thread
import contextlib
import io
import re
import signal
import sys
import threading
import time
from collections.abc import Callable

from graphrec_utils.exercises.codec import Rng, decode, encode

PRINT_LIMIT = 2_000  # characters of a student's own output that a card shows
ERROR_LIMIT = 300
CELL = re.compile(r"^\S*[/\\]ipykernel_\d+[/\\]\d+\.py:(\d+):", re.MULTILINE)  # in warnings


class OutOfTime(BaseException):
    """Not an Exception, so that a student's `except Exception` does not swallow it."""


def _call(function: Callable, inputs: Callable[[], dict]):
    """Call once, with the inputs in the order of the signature."""
    return function(*inputs().values())


def _call_with_seeds(function: Callable, inputs: Callable[[], dict]):
    """Call twice with equal generators, then with another one: (first, again, other)."""
    first, again = (function(*inputs().values()) for _ in range(2))
    return first, again, function(*(_reseeded(v) for v in inputs().values()))


def _reseeded(value):
    """Return another generator for a generator, anything else as it is."""
    if hasattr(value, "spawn"):  # numpy
        return value.spawn(1)[0]
    if hasattr(value, "initial_seed"):  # torch
        return value.manual_seed(value.initial_seed() + 1)
    return value


def _call_and_compare_gradient(function: Callable, inputs: Callable[[], dict]):
    """Return (value, [gradient of value.sum() for each floating-point tensor])."""
    import torch

    arguments = inputs()
    leaves = [v for v in arguments.values() if torch.is_tensor(v) and v.is_floating_point()]
    for leaf in leaves:
        leaf.requires_grad_(True)
    value = function(*arguments.values())
    if not torch.is_tensor(value):
        return value, []
    if value.requires_grad:
        value.sum().backward()
    return value, [v.grad if v.grad is not None else torch.zeros_like(v) for v in leaves]


def _call_and_measure_memory(function: Callable, inputs: Callable[[], dict]):
    """Return (value, bytes that existed at once on top of the inputs).

    Counted are numpy and Python, or the largest dense tensor of torch if that is more.
    """
    import tracemalloc

    arguments = inputs()
    traced = tracemalloc.is_tracing()
    if traced:
        tracemalloc.reset_peak()
    else:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        with _largest_tensor() as tensors:
            value = function(*arguments.values())
        return value, max(0, tracemalloc.get_traced_memory()[1] - before, *tensors)
    finally:
        if not traced:
            tracemalloc.stop()


@contextlib.contextmanager
def _largest_tensor():
    """Yield a list that grows by the bytes of every larger dense tensor made in the block."""
    found: list[int] = []
    if "torch" not in sys.modules:
        yield found
        return
    import torch
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            made = function(*args, **(kwargs or {}))
            for x in made if isinstance(made, list | tuple) else (made,):
                if isinstance(x, torch.Tensor) and x.layout == torch.strided:
                    size = x.untyped_storage().nbytes()  # of a view: what is really there
                    if size > max(found, default=0):
                        found.append(size)
            return made

    with Watch():
        yield found


RUNNERS = {
    "call": _call,
    "call with seeds": _call_with_seeds,
    "call and compare gradient": _call_and_compare_gradient,
    "call and measure memory": _call_and_measure_memory,
}


def answers(function: Callable, questions: list[dict], seconds: float = 10.0) -> list[dict]:
    """Answer every question with `function`; all of them together may take `seconds`.

    Never raises for anything the function does. When time is up, or the function is not
    written yet, the remaining questions get the same outcome without another call.
    """
    outcomes: list[dict] = []
    ending: dict | None = None
    output = _Output()
    clock = _Deadline(seconds)
    for question in questions:
        if ending is None:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                outcome = _answer(function, question, clock)
            if outcome.get("error") in ("NotImplementedError", "OutOfTime"):
                ending = outcome
            outcomes.append(outcome)
        else:
            outcomes.append(dict(ending))
    if outcomes:
        outcomes[0]["printed"] = output.text()
    return outcomes


def _answer(function: Callable, question: dict, clock: _Deadline) -> dict:
    given: list[dict] = []

    def inputs() -> dict:
        given.append(decode(question["inputs"]))
        return {k: v.generator() if isinstance(v, Rng) else v for k, v in given[-1].items()}

    try:
        with clock:
            value = RUNNERS[question["run"]](function, inputs)
    except OutOfTime:
        return {"error": "OutOfTime", "message": f"took longer than {clock.seconds:g} s"}
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if type(error) is NotImplementedError:  # not its children, such as input() in a kernel
            return {"error": "NotImplementedError", "message": "not implemented yet"}
        message = f"{type(error).__name__}: {error}".strip().removesuffix(":")
        return {"error": type(error).__name__, "message": " ".join(message.split())[:ERROR_LIMIT]}
    try:
        encoded = encode(value)
    except (TypeError, RecursionError) as error:
        return {"error": "Returned", "message": f"returned {_a(type(value).__name__)}: {error}"}
    before = {name: encode(v) for name, v in decode(question["inputs"]).items()}
    changed = {name for copy in given for name, v in copy.items() if encode(v) != before[name]}
    return {"value": encoded, "changed": sorted(changed)}


def _a(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


class _Output(io.TextIOBase):
    """Keeps the first characters of what is printed and counts the rest."""

    def __init__(self):
        self._kept, self._total = [], 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = PRINT_LIMIT - self._total
        if room > 0:
            self._kept.append(text[:room])
        self._total += len(text)
        return len(text)

    def text(self) -> str:
        kept = "".join(self._kept)
        more = self._total - len(kept)
        kept = CELL.sub(r"line \1 of your cell:", kept)
        return f"{kept}\n… and {more:,} more characters" if more > 0 else kept


class _Deadline:
    """Raises OutOfTime inside the `with` block when the blocks together took `seconds`.

    Works in the main thread, where notebooks run their cells. POSIX gets a signal; elsewhere
    a timer interrupts the main thread, and the KeyboardInterrupt is renamed.
    """

    def __init__(self, seconds: float):
        self.seconds, self._left, self._fired = seconds, seconds, False
        self._main = threading.current_thread() is threading.main_thread()

    def __enter__(self):
        self._start = time.monotonic()
        left = max(self._left, 1e-3)
        if not self._main:
            return
        if hasattr(signal, "setitimer"):
            self._old = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, left, 0.5)  # again, should a bare except eat it
        else:
            self._timer = threading.Timer(left, self._interrupt)
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, kind, error, trace):
        self._left -= time.monotonic() - self._start
        if not self._main:
            return None
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._old)
        else:
            self._timer.cancel()
            if kind is KeyboardInterrupt and self._fired:
                raise OutOfTime from None
        return None

    def _ring(self, *_):
        raise OutOfTime

    def _interrupt(self):
        self._fired = True
        _thread.interrupt_main()
