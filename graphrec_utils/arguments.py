"""What functions ask of their arguments: each question is written once, and so is each sentence.

Every function takes the argument's name first and raises a sentence that names it, says what is
expected and what came: a TypeError if it is of another kind, a ValueError if it is out of range.

    N = arguments.graph("A", A)
    nodes = arguments.ids("nodes", nodes, N)
    top = arguments.integer("top", top)
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor


def kind(value: object) -> str:
    """Return what a value is, in a word for a sentence: a tensor's dtype, else the type's name."""
    return str(value.dtype) if isinstance(value, Tensor) else type(value).__name__


# ------------------------------------------------------------------- numbers
def integer(name: str, value: int, least: int = 1) -> int:
    """Return the integer, at least `least`. True and 2.0 are no integers here."""
    sentence = f"{name} must be an integer of at least {least}; got {value!r}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(sentence) from None
    if isinstance(value, bool):
        raise TypeError(sentence)
    if number < least:
        raise ValueError(sentence)
    return number


def positive(**numbers: float) -> None:
    """Accept finite numbers above 0, by their names: `positive(reg=reg, rate=rate)`."""
    for name, value in numbers.items():
        if not 0 < value < np.inf:  # NaN ends here, too
            raise ValueError(f"{name} must be a positive number; got {value}")


def seed(value: int) -> np.uint64:
    """Return a seed as the 64 bits that kernels take; numpy's generators take it as well."""
    number = integer("seed", value, least=0)
    if number >= 2**64:
        raise ValueError(f"seed must be below 2^64; got {number}")
    return np.uint64(number)


# ----------------------------------------------------------------------- ids
def ids(
    name: str, values: Sequence[int] | np.ndarray | Tensor, limit: int | None = None, of: str = ""
) -> np.ndarray:
    """Return ids, (B,) int64, a copy: from 0 to limit - 1, without a limit not negative.

    Args:
        of: whose ids they are, where that is a question: "the users of train".
    """
    found = values.numpy(force=True) if isinstance(values, Tensor) else np.asarray(values)
    if found.ndim != 1 or (found.size and not np.issubdtype(found.dtype, np.integer)):
        raise ValueError(f"{name} must be a list of integer ids; got {found.dtype}, {found.shape}")
    bad = found[found < 0] if limit is None else found[(found < 0) | (found >= limit)]
    if len(bad):
        upper = "on" if limit is None else f"to {limit - 1}"
        of = of and f", {of}"
        raise ValueError(f"{name} must hold ids from 0 {upper}{of}; got {bad[0]}")
    return found.astype(np.int64)


def id_tensor(name: str, values: Tensor, limit: int) -> None:
    """Accept an int64 tensor of any shape, not empty, of ids from 0 to limit - 1."""
    tensor(name, values, torch.int64)
    if values.numel() == 0:
        raise ValueError(f"{name} must not be empty")
    low, high = (int(x) for x in values.aminmax())
    if low < 0 or high >= limit:
        bad = low if low < 0 else high
        raise ValueError(f"{name} must hold ids from 0 to {limit - 1}; got {bad}")


# ------------------------------------------------------- tensors and matrices
def tensor(name: str, value: Tensor, dtype: torch.dtype | None = None) -> None:
    """Accept a tensor of this dtype; by default of any floating-point one."""
    if isinstance(value, Tensor) and (
        value.is_floating_point() if dtype is None else value.dtype == dtype
    ):
        return
    wanted = "floating-point" if dtype is None else str(dtype).removeprefix("torch.")
    article = "an" if wanted[0] in "aeiou" else "a"
    raise TypeError(f"{name} must be {article} {wanted} tensor; got {kind(value)}")


def sparse(name: str, value: sp.spmatrix | sp.sparray) -> None:
    """Accept a scipy.sparse matrix."""
    if not sp.issparse(value):
        raise TypeError(f"{name} must be a scipy.sparse matrix; got {kind(value)}")


def square(name: str, value: Tensor | np.ndarray | sp.spmatrix | sp.sparray) -> int:
    """Return N of whatever has the shape (N, N)."""
    shape = tuple(value.shape)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"{name} must be square, (nodes, nodes); got shape {shape}")
    return shape[0]


def matrix(name: str, value: Tensor | sp.spmatrix | sp.sparray) -> tuple[int, int]:
    """Return (m, n) of a matrix of users and items, a dense tensor or a scipy.sparse matrix."""
    _dense_or_sparse(name, value)
    shape = tuple(value.shape)
    if len(shape) != 2:
        raise ValueError(f"{name} must be a matrix, (users, items); got shape {shape}")
    return shape


def graph(name: str, value: Tensor | sp.spmatrix | sp.sparray) -> int:
    """Return N of an adjacency matrix, (N, N), a dense tensor or a scipy.sparse matrix."""
    _dense_or_sparse(name, value)
    return square(name, value)


def _dense_or_sparse(name: str, value: Tensor | sp.spmatrix | sp.sparray) -> None:
    if sp.issparse(value) or (isinstance(value, Tensor) and value.layout is torch.strided):
        return
    got = f"torch tensor with layout {value.layout}" if isinstance(value, Tensor) else kind(value)
    raise TypeError(f"{name} must be a dense torch tensor or a scipy.sparse matrix; got {got}")
