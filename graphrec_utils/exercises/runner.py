"""Run a student's function: plain inputs in, plain values out, nothing else.

With `codec`, this module is all that a grading kernel knows of the exercises. A *question* is
`{"run": name of a runner, "inputs": encoded dict}`; an *outcome* is a dict with either
`"value"` (encoded) or `"error"`, the names of inputs that were `"changed"`, and what was
`"printed"`; an error has a `"message"` and, where it is known, the line of the student's it came from, `"at"`. Questions and outcomes are JSON, so card and grader judge the same bytes.
"""

from __future__ import annotations

import _thread
import contextlib
import inspect
import io
import linecache
import math
import re
import signal
import threading
import time
import traceback
from collections.abc import Callable

from graphrec_utils.exercises import footprint
from graphrec_utils.exercises.codec import Rng, Unknown, decode, encode

PRINT_LIMIT = 2_000  # characters of a student's own output that a card shows
ERROR_LIMIT = 300
LINE_LIMIT = 120
TORCH_MEMORY = "can't allocate memory"  # what its RuntimeError says then
CELL = re.compile(r"^\S*[/\\]ipykernel_\d+[/\\]\d+\.py:(\d+):", re.MULTILINE)  # in warnings
CELLS = re.compile(
    r"[/\\]ipykernel_\d+[/\\]|^<ipython-input-"
)  # names of the files cells stand for


class OutOfTime(BaseException):
    """Not an Exception, so that a student's `except Exception` does not swallow it."""


def _call(function: Callable, inputs: Callable[[], dict]):
    """Call once, with the inputs in the order of the signature."""
    return function(*inputs().values())


def _call_as_floats(function: Callable, inputs: Callable[[], dict]):
    """Call once; an array of numbers or of True and False becomes one of float64."""
    value = _call(function, inputs)
    kind = getattr(getattr(value, "dtype", None), "kind", "-")  # torch's has none
    return value.astype("float64") if kind in "biuf" else value


def _call_with_seeds(function: Callable, inputs: Callable[[], dict]):
    """Call twice with equal generators, then with another one: (first, again, other)."""
    first, again = (function(*inputs().values()) for _ in range(2))
    return first, again, function(*(_reseeded(v) for v in inputs().values()))


def _call_eight_times(function: Callable, inputs: Callable[[], dict]):
    """Call eight times with the same inputs, whose generator goes on from call to call."""
    given = inputs()
    return tuple(function(*given.values()) for _ in range(8))


def _reseeded(value):
    """Return another generator for a generator, anything else as it is."""
    if hasattr(value, "spawn"):  # numpy
        return value.spawn(1)[0]
    if hasattr(value, "initial_seed"):  # torch
        return value.manual_seed(value.initial_seed() + 1)
    return value


def _call_and_compare_gradient(function: Callable, inputs: Callable[[], dict]):
    """Return (value, [gradient of value.sum() for each floating-point tensor]), those in dicts and lists, too."""
    import torch

    arguments = inputs()
    leaves = [v for v in _flat(arguments) if torch.is_tensor(v) and v.is_floating_point()]
    return _gradients(function, arguments, leaves)


def _call_and_compare_first_gradient(function: Callable, inputs: Callable[[], dict]):
    """Return (value, [gradient of value.sum() for the first argument]): the others are observed, and some functions of
    torch refuse to differentiate by a weight."""
    arguments = inputs()
    return _gradients(function, arguments, [next(iter(arguments.values()))])


def _gradients(function: Callable, arguments: dict, leaves: list):
    import torch

    for leaf in leaves:
        leaf.requires_grad_(True)
    value = function(*arguments.values())
    if not torch.is_tensor(value):
        return value, []
    if value.requires_grad:
        value.sum().backward()
    return value, [v.grad if v.grad is not None else torch.zeros_like(v) for v in leaves]


def _flat(value) -> list:
    """Return what dicts, lists and tuples hold, in their order."""
    if isinstance(value, dict):
        value = list(value.values())
    return (
        [x for part in value for x in _flat(part)] if isinstance(value, list | tuple) else [value]
    )


def _call_within_memory(function: Callable, inputs: Callable[[], dict]):
    """Call with inputs for which a matrix of all pairs would take gigabytes; return the value.

    Before that comes the pilot, `{"inputs": …, "dense": bytes}`, inputs of the same kind for which
    it takes megabytes: whoever makes one there is stopped, before the machine is out of memory. With
    `"held": bytes` so is whoever has so many at once in tensors of any size, as in a list of all parts.
    What is measured here protects the machine and decides nothing: in grading, a kernel cannot
    have gigabytes, whatever an answer does to the count.

    Raises:
        MemoryError: the pilot held `dense` bytes or more at once, or `held` in all tensors together.
    """
    first = inputs()["pilot"]  # what a first call imports is no matrix
    if footprint.held(function, first["inputs"]) >= first.get("held", math.inf):
        raise MemoryError("all parts of a matrix of all pairs were in memory")
    large = inputs()
    pilot = large.pop("pilot")
    if footprint.peak(function, pilot["inputs"]) >= pilot["dense"]:
        raise MemoryError("a matrix of all pairs was in memory")
    return function(*large.values())


RUNNERS = {
    "call": _call,
    "call as floats": _call_as_floats,
    "call with seeds": _call_with_seeds,
    "call eight times": _call_eight_times,
    "call and compare gradient": _call_and_compare_gradient,
    "call and compare first gradient": _call_and_compare_first_gradient,
    "call within memory": _call_within_memory,
}


def answers(
    function: Callable, questions: list[dict], seconds: float = 10.0, patience: float = 1.0
) -> list[dict]:
    """Answer every question with `function`; all of them together may take `seconds`.

    With `patience` above 1, seconds of computing are meant, and the clock on the wall may show
    `patience` times as many: a busy machine takes nothing from anybody. Never raises for anything
    the function does. When time is up, or the function is not written yet, the remaining questions
    get the same outcome without another call.
    """
    outcomes: list[dict] = []
    ending: dict | None = None
    output = _Output()
    clock = Deadline(seconds, patience)
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


def _answer(function: Callable, question: dict, clock: Deadline) -> dict:
    """Return one outcome. `changed` can only cost: whoever makes the kernel hide a changed input
    has, for all that can be seen from outside, worked on a copy, which is what was asked for."""
    given: list[dict] = []

    def inputs() -> dict:
        given.append(decode(question["inputs"]))
        return {k: v.generator() if isinstance(v, Rng) else v for k, v in given[-1].items()}

    try:
        with clock:
            value = RUNNERS[question["run"]](function, inputs)
    except OutOfTime:
        return _late(clock)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if type(error) is NotImplementedError:  # not its children, such as input() in a kernel
            return {"error": "NotImplementedError", "message": "not implemented yet"}
        return _raised(function, error, clock)
    try:
        encoded = encode(value)
    except Exception as error:  # a value may be of a class of the student's
        message = f"returned {_a(type(value).__name__[:LINE_LIMIT])}: {_unsent(error)}"
        return {"error": "Returned", "message": message}
    before = dict(question["inputs"]["dict"])
    changed = {name for copy in given for name, v in copy.items() if _differs(v, before[name])}
    return {"value": encoded, "changed": sorted(changed)}


def _late(clock: Deadline) -> dict:
    return {"error": "OutOfTime", "message": f"took longer than {clock.seconds:g} s"}


def _raised(function: Callable, error: BaseException, clock: Deadline) -> dict:
    """Return the outcome of an exception. What it says may be the student's code: it can take for ever, or fail."""
    try:
        with clock:
            said = str(error)[: 10 * ERROR_LIMIT]  # before anything looks at all of it
    except OutOfTime:
        return _late(clock)
    except KeyboardInterrupt:
        raise
    except BaseException:
        said = ""
    name = type(error).__name__
    if isinstance(error, MemoryError):  # numpy's has a name of its own
        name = "MemoryError"
    elif isinstance(error, RuntimeError) and TORCH_MEMORY in said:
        name, said = "MemoryError", "there is not as much memory as torch was asked for"
    message = " ".join(f"{name}: {said}".split()).removesuffix(":")
    at = _at(function, error)
    return {"error": name, "message": message[:ERROR_LIMIT]} | ({"at": at} if at else {})


def _unsent(error: Exception) -> str:
    """Return why a value cannot be sent, in words of ours: those of an exception are Python's, or the student's."""
    if isinstance(error, Unknown):
        return str(error)[:ERROR_LIMIT]
    if isinstance(error, RecursionError):
        return "it lies too deep in itself"
    if isinstance(error, MemoryError) or TORCH_MEMORY in str(error)[: 10 * ERROR_LIMIT]:
        return "it is too large"
    return "it cannot be read"


def _at(function: Callable, error: BaseException) -> list | None:
    """Return [number, text] of the last line of the student's that an error passed through."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = code.co_filename if code else None
    found = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file == own or CELLS.search(file):
            text = linecache.getline(file, number, frame.f_globals).strip()
            found = [number, text[:LINE_LIMIT]] if text else found
    return found


def _differs(value, encoded) -> bool:
    """Whether `encoded` is not this value; a second look, as one value may have two encodings."""
    now = encode(value)
    return now != encoded and now != encode(decode(encoded))


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


def _go_on(kind: int, theirs: tuple[float, float], passed: float) -> None:
    """Set a timer again, as `signal.setitimer` returned it `passed` seconds ago."""
    left, every = theirs
    if left:
        signal.setitimer(kind, max(left - passed, 1e-3), every)


class Deadline:
    """Raises OutOfTime inside the `with` block when the blocks together took `seconds`.

    With patience, these are seconds of the processor (POSIX), and `patience` times as many may pass.
    Works in the main thread, where notebooks run their cells. POSIX gets a signal; elsewhere
    a timer interrupts the main thread, and the KeyboardInterrupt is renamed. Timers of somebody
    else, such as an experiment's or an outer Deadline's, go on afterwards.
    """

    def __init__(self, seconds: float, patience: float = 1.0):
        self.seconds, self._left, self._fired = seconds, patience * seconds, False
        self._computing = seconds if patience > 1 else None
        self._main = threading.current_thread() is threading.main_thread()

    def __enter__(self):
        self._start, self._spent = time.monotonic(), time.process_time()
        left = max(self._left, 1e-3)
        if not self._main:
            return
        if hasattr(signal, "setitimer"):
            self._old = signal.signal(signal.SIGALRM, self._ring)
            # again, should a bare except eat it
            self._theirs = signal.setitimer(signal.ITIMER_REAL, left, 0.5)
            if self._computing is not None:
                self._old_prof = signal.signal(signal.SIGPROF, self._ring)
                left = max(self._computing, 1e-3)
                self._their_prof = signal.setitimer(signal.ITIMER_PROF, left, 0.5)
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
            _go_on(signal.ITIMER_REAL, self._theirs, time.monotonic() - self._start)
            if self._computing is not None:
                spent = time.process_time() - self._spent
                self._computing -= spent
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.signal(signal.SIGPROF, self._old_prof)
                _go_on(signal.ITIMER_PROF, self._their_prof, spent)
        else:
            self._timer.cancel()
            if kind is KeyboardInterrupt and self._fired:
                raise OutOfTime from None
        return None

    def _ring(self, _, frame):
        """Raise where the block is at; on its threshold nobody would stop the timer, which rings again."""
        while frame is not None:
            if frame.f_code in (Deadline.__enter__.__code__, Deadline.__exit__.__code__):
                return
            frame = frame.f_back
        raise OutOfTime

    def _interrupt(self):
        self._fired = True
        _thread.interrupt_main()
