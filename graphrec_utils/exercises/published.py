"""The published solution of an exercise as text: its body, an edit of it, and what the edit computes.

A module of exercises holds the one copy. A build writes the body into the lesson, `parsons` shuffles its
lines, and a known mistake is mostly an edit: a few of its characters replaced.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import re
import textwrap
import warnings
from collections.abc import Callable


@functools.cache
def parts(function: Callable) -> tuple[str, str]:
    """Return a function's signature, up to its colon, and what stands below it without a docstring, dedented."""
    source = textwrap.dedent(inspect.getsource(function))
    tree, rows = ast.parse(source).body[0], source.splitlines()
    head = next(k for k in range(tree.lineno, len(rows) + 1) if _is_head(rows[:k]))
    first = head if ast.get_docstring(tree) is None else tree.body[0].end_lineno
    body = textwrap.dedent("\n".join(rows[first:])).strip("\n")
    return "\n".join(rows[tree.lineno - 1 : head]), body


def _is_head(rows: list[str]) -> bool:
    """Report whether these rows end with the colon of a signature."""
    try:
        return bool(ast.parse("\n".join([*rows, "    pass"])))
    except SyntaxError:
        return False


def edited(body: str, pairs: list[tuple[str, str]]) -> str:
    """Return a body in which each `old` is replaced by its `new`.

    Later rows of `old` and of `new` are indented by what the row has on which `old` begins.

    Raises:
        ValueError: an `old` stands nowhere, or more than once, or two overlap.
    """
    found = []
    for old, new in pairs:
        places = list(_places(body, old))
        if len(places) != 1:
            times = f"{len(places)} times" if places else "nowhere"
            raise ValueError(f"{old!r} stands {times} in the published solution; it must be once")
        start, end, pad = places[0]
        found.append((start, end, _indented(new, pad)))
    found.sort(reverse=True)
    if any(later[0] < earlier[1] for later, earlier in itertools.pairwise(found)):
        raise ValueError("two of the replaced passages overlap in the published solution")
    for start, end, new in found:
        body = body[:start] + new + body[end:]
    return body


def _places(body: str, old: str):
    """Yield (start, end, the row's indentation) of every place where a passage stands."""
    for row in re.finditer(r"^( *).*$", body, re.MULTILINE):
        text = _indented(old, row[1])
        start = body.find(text, row.start())
        while 0 <= start < row.end():
            yield start, start + len(text), row[1]
            start = body.find(text, start + 1)


def _indented(passage: str, pad: str) -> str:
    """Return a passage whose later rows are indented."""
    return re.sub(r"\n(?=[^\n])", "\n" + pad, passage)


def computed(function: Callable, body: str) -> Callable:
    """Return a function with this body, the signature and the names of another; compiled when first called."""

    @functools.cache
    def made() -> Callable:
        code = f"{parts(function)[0]}\n{textwrap.indent(body, '    ')}\n"
        mine: dict = {}
        exec(compile(code, f"<slip of {function.__name__}>", "exec"), function.__globals__, mine)
        return mine[function.__name__]

    def slip(*inputs, **named):
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            return made()(*inputs, **named)  # many a mistake divides by 0, and is known for it

    return slip
