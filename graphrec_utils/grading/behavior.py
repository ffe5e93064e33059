"""What a wrong answer does, as a mark that answers share which do the same: the class page groups by it.

The values are a student's, of any kind and size: they are told piece by piece, and no more than MOST.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator

import numpy as np

from graphrec_utils.exercises import codec, core
from graphrec_utils.exercises.compare import kind
from graphrec_utils.exercises.core import Exercise

MOST = 10_000  # pieces of a value by which behaviors are compared
LONGEST_PIECE = 200  # characters of one of them


def of(exercise: Exercise, card: tuple[list[dict], list[dict]], right: list[dict]) -> str:
    """Return a mark that answers share which do the same on the first question they get wrong.

    Numbers are compared by four digits, errors by their names and messages without numbers in them.

    Args:
        card: (questions, outcomes), the questions those of the card.
        right: the right outcomes.
    """
    asked, outcomes = card
    for number, (question, outcome) in enumerate(zip(asked, outcomes, strict=True)):
        one = Exercise(exercise.id, exercise.function, 1, (), reference=exercise.reference)
        one.claims = [exercise.claims[number * len(exercise.claims) // len(asked)]]
        judged = core.judge(one, [question], [outcome], name=False, answers=[right[number]])
        if not all(row.ok for row in judged.rows):
            does = outcome.get("error", "") + re.sub(r"\d+", "", outcome.get("message", ""))
            does = does or _told(
                codec.decode(outcome["value"]), codec.decode(right[number].get("value"))
            )
            text = f"{exercise.id}/{number}/{does}/{outcome.get('changed')}"
            return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return ""


def _told(value, right) -> str:
    """Return a value as text: floats with four digits, MOST numbers in all, of another kind than `right` the kind."""
    if kind(value) != kind(right):
        return kind(value)
    pieces = itertools.islice(_pieces(value), MOST)
    return "/".join(pieces)


def _pieces(value) -> Iterator[str]:
    """Yield a value piece by piece, and compute no more than is asked for."""
    if hasattr(value, "tocoo"):
        stored = value.tocoo()
        yield f"sparse {value.shape}"
        for part in zip(stored.row, stored.col, stored.data, strict=True):
            yield from _pieces([x.item() for x in part])
    elif hasattr(value, "to_dense"):
        value = value.detach()
        yield f"{value.dtype} {tuple(value.shape)}"
        if str(value.layout) != "torch.strided":
            value = value.to_sparse_coo().coalesce()
            yield from _pieces(value.indices()[:, :MOST].numpy())
            value = value.values()
        yield from _pieces(value.flatten()[:MOST].numpy())
    elif hasattr(value, "to_numpy"):  # of pandas
        yield from map(str, value.index[:MOST])
        yield from _pieces(value[:MOST].to_numpy())
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape}"
        yield from map(_piece, value.ravel()[:MOST].tolist())
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _pieces(pair)
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} {len(value)}"
        for item in value:
            yield from _pieces(item)
    elif isinstance(value, set):
        yield from sorted(map(_piece, value))
    else:
        yield _piece(value)


def _piece(value) -> str:
    return f"{value + 0.0:.3e}" if isinstance(value, float) else repr(value)[:LONGEST_PIECE]
