"""Compare an answer with the expected value, in words a student can use.

A sentence about a difference shows the student's own value and never the expected one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RTOL, ATOL = 1e-4, 1e-6
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def kind(value) -> str:
    """Describe type, dtype and shape of a value in the words a card uses."""
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if hasattr(value, "tocoo"):  # before dict: scipy's dok_array is one
        return f"a sparse matrix, shape {value.shape}"
    if isinstance(value, list | dict | set):
        return f"a {type(value).__name__}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, np.ndarray):
        return f"a numpy array of {_dtype(value)}, shape {tuple(value.shape)}"
    name = type(value).__name__
    if name == "Tensor":
        layout = "" if str(value.layout) == "torch.strided" else "sparse "
        return f"a {layout}torch tensor of {_dtype(value)}, shape {tuple(value.shape)}"
    if name == "DataFrame":
        return f"a DataFrame with columns {list(value.columns)}"
    if name == "Series":
        return "a Series"
    return f"a {name}"


def _dtype(array) -> str:
    return str(array.dtype).removeprefix("torch.")


def size(value) -> str:
    """Describe an argument in a word or two: its shape, its length, or the value itself."""
    if hasattr(value, "shape"):
        return f"{tuple(value.shape)}"
    if isinstance(value, list | tuple | dict | set):
        return f"a {type(value).__name__} of {len(value)}"
    return show(value) if isinstance(value, bool | int | float | str) else kind(value)


def kind_problem(got, expected) -> str | None:
    """Return None if both are of one kind (inside tuples too), else "returned X; expected Y"."""
    if kind(got) != kind(expected):
        return f"returned {kind(got)}; expected {kind(expected)}"
    if isinstance(expected, tuple):
        for position, (g, e) in enumerate(zip(got[:6], expected[:6], strict=True)):
            if problem := kind_problem(g, e):
                return f"the {ORDINALS[position]} value: {problem}"
    return None


def close(got, expected, inputs: dict | None = None) -> str | None:
    """Return None if `got` equals `expected` up to rounding, else where it first differs.

    The sentence shows the student's own value at that place and never the expected one.
    """
    return kind_problem(got, expected) or _difference(got, expected, "")


def _difference(got, expected, where: str) -> str | None:
    place = f"{where}: " if where else ""
    if isinstance(expected, bool | str) or expected is None:
        return None if got == expected else f"{place}yours is {got!r}"
    if isinstance(expected, int | float):
        return None if _equal(got, expected) else f"{place}yours is {show(got)}"
    if isinstance(expected, list | tuple):
        if len(got) != len(expected):
            size = "few" if len(got) < len(expected) else "many"
            return f"{place}yours has {len(got)} entries, too {size}"
        pairs = enumerate(zip(got, expected, strict=True))
        return _first((f"{where}[{k}]", g, e) for k, (g, e) in pairs)
    if isinstance(expected, dict) and not hasattr(expected, "tocoo"):
        if missing := [k for k in expected if k not in got]:
            return f"{place}yours has no key {missing[0]!r}"
        if extra := [k for k in got if k not in expected]:
            return f"{place}yours has a key {extra[0]!r} too many"
        return _first((f"{where}[{k!r}]", got[k], expected[k]) for k in expected)
    if isinstance(expected, set):
        if extra := sorted(got - expected, key=repr):
            return f"{place}yours contains {extra[0]!r}"
        return (
            None if got == expected else f"{place}yours misses {len(expected - got)} of its entries"
        )
    return _array_difference(got, expected, place)


def _first(triples) -> str | None:
    for where, got, expected in triples:
        if problem := kind_problem(got, expected) or _difference(got, expected, where):
            return problem
    return None


def _array_difference(got, expected, place: str) -> str | None:
    name = type(expected).__name__
    if name in ("DataFrame", "Series"):
        if len(got) != len(expected):
            return f"{place}yours has {len(got)} rows"
        if list(got.index) != list(expected.index):
            return f"{place}the index differs"
        columns = list(expected.columns) if name == "DataFrame" else [None]
        parts = [(got, expected) if c is None else (got[c], expected[c]) for c in columns]
        labels = ["" if c is None else f"column {c!r} " for c in columns]
        for label, (g, e) in zip(labels, parts, strict=True):
            if problem := _array_difference(g.to_numpy(), e.to_numpy(), f"{place}{label}"):
                return problem
        return None
    if hasattr(expected, "tocoo"):
        return _sparse_difference(got.tocsr(), expected.tocsr(), place)
    if name == "Tensor":
        got, expected = (t.detach().to_dense().numpy() for t in (got, expected))
    if expected.dtype == object:
        wrong = np.array([g != e for g, e in zip(got.ravel(), expected.ravel(), strict=True)])
    elif expected.dtype.kind == "f":
        wrong = ~np.isclose(got, expected, rtol=RTOL, atol=ATOL, equal_nan=True)
    else:
        wrong = got != expected
    wrong = np.reshape(wrong, expected.shape)
    if not wrong.any():
        return None
    at = tuple(int(k) for k in np.argwhere(wrong)[0]) if expected.ndim else ()
    index = f"[{', '.join(map(str, at))}]" if at else ""
    return f"{place}{'entry ' + index if at else 'it'} is {show(got[at])} in yours"


def _sparse_difference(got, expected, place: str) -> str | None:
    """Compare what is stored on either side: as dense matrices the two may not fit into memory."""
    width = expected.shape[1]
    stored = [x.tocsr().tocoo() for x in (got, expected)]  # what stands twice is added up
    cells = [x.row.astype(np.int64) * width + x.col for x in stored]
    every = np.union1d(*cells)
    mine, right = np.zeros(len(every)), np.zeros(len(every))
    for values, x, at in zip((mine, right), stored, cells, strict=True):
        np.add.at(values, np.searchsorted(every, at), x.data)
    wrong = np.flatnonzero(~np.isclose(mine, right, rtol=RTOL, atol=ATOL, equal_nan=True))
    if not len(wrong):
        return None
    row, column = divmod(int(every[wrong[0]]), width)
    return f"{place}entry [{row}, {column}] is {show(mine[wrong[0]])} in yours"


def part(*positions: int) -> Callable:
    """Return a judge that looks only at these positions of a returned tuple."""

    def judge_part(got, expected, inputs: dict | None = None) -> str | None:
        return _first((f"the {ORDINALS[k]} value", got[k], expected[k]) for k in positions)

    return judge_part


def _equal(got, expected) -> bool:
    if got == expected or (got != got and expected != expected):
        return True
    try:
        return abs(got - expected) <= ATOL + RTOL * abs(expected)
    except OverflowError:  # an integer that is too large for a float
        return False


def show(number) -> str:
    """Format one number for a card: at most four significant digits."""
    if isinstance(number, float | np.floating):
        return f"{number:.4g}"
    if isinstance(number, int) and abs(number) >= 10**20:
        return f"an integer of {number.bit_length()} bits"
    return repr(number.item() if isinstance(number, np.generic) else number)


def repeats(got, expected, inputs) -> str | None:
    """Judge three answers: equal seeds give equal values, and another seed gives others."""

    def agreements(answers) -> list[bool]:
        first, *others = (_dense(x) for x in answers)
        return [np.array_equal(first, x) for x in others]

    mine, theirs = agreements(got), agreements(expected)
    if mine == theirs:
        return None
    if mine[0] != theirs[0]:
        return "two calls with generators of the same seed gave different values"
    return "two calls with generators of different seeds gave the same values"


def _dense(value) -> np.ndarray:
    return np.asarray(value.to_dense() if hasattr(value, "to_dense") else value)
