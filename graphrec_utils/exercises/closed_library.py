"""The package's own version of an exercise: it raises while an answer to the exercise is judged.

What is closed are functions, not names: an alias, a re-export or another function of the library
that calls the closed one ends at the same sentence.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
from types import CodeType, FunctionType


def sentence(path: str) -> str:
    """Return what a call of "graphrec_utils.graphs.adjacency" says while it is closed."""
    return f"{path.rpartition('.')[2]} of the library: that is the exercise"


def version(path: str) -> FunctionType | type:
    """Return the function or class that "graphrec_utils.graphs.adjacency" stands for.

    Raises:
        ImportError, AttributeError: there is none.
        TypeError: it is something else, such as a compiled function, that could not be closed.
    """
    module, _, name = path.rpartition(".")
    found = inspect.unwrap(getattr(importlib.import_module(module), name))
    if not isinstance(found, FunctionType | type):
        raise TypeError(f"{path} is no function or class that can be closed")
    return found


@contextlib.contextmanager
def closed(*paths: str):
    """Let every call of these functions of the library raise a RuntimeError in the `with` block.

    Args:
        paths: "graphrec_utils.graphs.adjacency", …; none for an exercise without such a version.
    """
    found = {function: path for path in paths for function in _functions(path)}
    kept = {function: function.__code__ for function in found}
    try:
        for function, code in kept.items():
            function.__code__ = _raising(found[function], code)
        yield
    finally:
        for function, code in kept.items():
            function.__code__ = code


def _functions(path: str) -> list[FunctionType]:
    """Return the function itself, or all functions in the body of a class."""
    found = version(path)
    if not isinstance(found, type):
        return [found]
    values = [getattr(v, "fget", None) or getattr(v, "__func__", v) for v in vars(found).values()]
    return [v for v in values if isinstance(v, FunctionType)]


def _raising(path: str, code: CodeType) -> CodeType:
    """Return code that raises whatever it is given, and can take the place of `code`."""
    source = f"def f(*args, **kwargs): raise RuntimeError({sentence(path)!r})"
    made = next(c for c in compile(source, code.co_filename, "exec").co_consts
                if isinstance(c, CodeType))  # fmt: skip
    # a function keeps its closure, such as the cell that `super()` reads
    return made.replace(co_name=code.co_name, co_freevars=code.co_freevars)
