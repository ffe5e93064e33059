"""Run a student's function: plain inputs in, plain values out, nothing else.

This module is all that a grading kernel knows of the exercises. A *question* is
`{"run": name of a runner, "inputs": encoded dict}`; an *outcome* is a dict with either
`"value"` (encoded) or `"error"`, the names of inputs that were `"changed"`, and what was
`"printed"`. Questions and outcomes are JSON, so card and grader judge the same bytes.
"""

from __future__ import annotations

import _thread
import base64
import contextlib
import io
import math
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PRINT_LIMIT = 2_000  # characters of a student's own output that a card shows
ERROR_LIMIT = 300


@dataclass(frozen=True)
class Rng:
    """A random generator that travels as an integer: `library` is "numpy" or "torch"."""

    seed: int
    library: str = "numpy"

    def generator(self):
        """Return a fresh `numpy.random.Generator` or `torch.Generator`."""
        if self.library == "torch":
            import torch

            return torch.Generator().manual_seed(self.seed)
        return np.random.default_rng(self.seed)


class OutOfTime(BaseException):
    """Not an Exception, so that a student's `except Exception` does not swallow it."""


# ---------------------------------------------------------------- values <-> JSON


def encode(value) -> object:
    """Return `value` as JSON data that `decode` turns back into an equal value.

    Knows None, bool, int, float, str, list, tuple, dict, set, Rng, numpy and torch arrays
    (torch dense and sparse), scipy.sparse, DataFrame and Series.

    Raises:
        TypeError: the value, or something inside it, is of any other type.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic):
        return encode(value.item())
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [encode(v) for v in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(v) for v in value]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((encode(v) for v in value), key=repr)}
    if isinstance(value, dict):
        return {"dict": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, Rng):
        return {"rng": value.seed, "library": value.library}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if encoded := _encode_library(value):
        return encoded
    raise TypeError(f"{type(value).__name__} objects cannot be checked")


def _encode_array(array: np.ndarray) -> dict:
    if array.dtype == object or array.dtype.kind in "US":
        return {"strings": [encode(v) for v in array.ravel().tolist()], "shape": list(array.shape)}
    if array.dtype.kind not in "biufc":
        raise TypeError(f"arrays of {array.dtype} cannot be checked")
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"numpy": array.dtype.str, "shape": list(array.shape), "data": data}


def _encode_library(value) -> dict | None:
    """Encode torch, scipy and pandas values without importing what is not loaded."""
    if (torch := sys.modules.get("torch")) and isinstance(value, torch.Tensor):
        value = value.detach()
        if value.layout != torch.strided:
            form = {torch.sparse_coo: "coo", torch.sparse_csr: "csr"}.get(value.layout)
            if form is None:
                raise TypeError(f"tensors of layout {value.layout} cannot be checked")
            coo = value.to_sparse_coo().coalesce()
            parts = [_encode_array(coo.indices().numpy()), _encode_array(coo.values().numpy())]
            return {"torch_sparse": form, "shape": list(value.shape), "parts": parts}
        return {"torch": _encode_array(value.cpu().numpy())}
    if (sparse := sys.modules.get("scipy.sparse")) and sparse.issparse(value):
        coo = value.tocoo()
        parts = [_encode_array(coo.row), _encode_array(coo.col), _encode_array(coo.data)]
        return {"scipy": value.format, "shape": list(value.shape), "parts": parts}
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(value, pandas.DataFrame):
        columns = [[encode(c), _encode_array(value[c].to_numpy())] for c in value.columns]
        return {"frame": columns, "index": _encode_array(value.index.to_numpy())}
    if pandas and isinstance(value, pandas.Series):
        index = _encode_array(value.index.to_numpy())
        return {"series": _encode_array(value.to_numpy()), "index": index}
    return None


def decode(data):
    """Return the value that `encode` turned into `data`."""
    if isinstance(data, list):
        return [decode(v) for v in data]
    if not isinstance(data, dict):
        return data
    kind = next(iter(data))
    content = data[kind]
    match kind:
        case "int":
            return int(content)
        case "float":
            return float(content)
        case "tuple":
            return tuple(decode(v) for v in content)
        case "set":
            return {decode(v) for v in content}
        case "dict":
            return {decode(k): decode(v) for k, v in content}
        case "rng":
            return Rng(content, data["library"])
        case "strings":
            array = np.empty(len(content), dtype=object)
            array[:] = [decode(v) for v in content]
            return array.reshape(data["shape"])
        case "numpy":
            raw = base64.b64decode(data["data"])
            return np.frombuffer(raw, dtype=content).reshape(data["shape"]).copy()
        case "torch":
            import torch

            return torch.from_numpy(decode(content))
        case "torch_sparse":
            import torch

            indices, values = (torch.from_numpy(decode(p)) for p in data["parts"])
            shape = data["shape"]
            coo = torch.sparse_coo_tensor(indices, values, shape, check_invariants=True).coalesce()
            with warnings.catch_warnings():  # torch says once that its CSR tensors are beta
                warnings.simplefilter("ignore")
                return coo if content == "coo" else coo.to_sparse_csr()
        case "scipy":
            import scipy.sparse as sparse

            row, col, values = (decode(p) for p in data["parts"])
            coo = sparse.coo_matrix((values, (row, col)), shape=tuple(data["shape"]))
            return coo.asformat(content)
        case "frame":
            import pandas as pd

            columns = {decode(name): decode(values) for name, values in content}
            return pd.DataFrame(columns, index=decode(data["index"]))
        case "series":
            import pandas as pd

            return pd.Series(decode(content), index=decode(data["index"]))
    raise ValueError(f"unknown encoding {kind!r}")


# ---------------------------------------------------------------- runners


def _call(function: Callable, inputs: Callable[[], dict]):
    """Call once, with the inputs in the order of the signature."""
    return function(*inputs().values())


def _call_twice(function: Callable, inputs: Callable[[], dict]):
    """Call twice with equal inputs; a function with a hidden state gives itself away."""
    return _call(function, inputs), _call(function, inputs)


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


RUNNERS = {
    "call": _call,
    "call twice": _call_twice,
    "call and compare gradient": _call_and_compare_gradient,
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
