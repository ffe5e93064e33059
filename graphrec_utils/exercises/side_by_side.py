"""Yours beside the right value, on one input that is small enough to follow with a pencil.

Only the questions of a card are ever shown: their seeds are public, those of a grader never come here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from graphrec_utils.exercises import compare, core, runner
from graphrec_utils.exercises.codec import Rng, decode
from graphrec_utils.exercises.core import Exercise, Result

NUMBERS = 110  # in all inputs of one call: the adjacency matrix of the toy graph and its start
WIDTH = 76


@dataclass(frozen=True)
class Gap:
    """One call of the student's function: what came out, and what should have."""

    claim: str
    call: str
    yours: str
    expected: str


def of(exercise: Exercise, result: Result, asked: list[dict], outcomes: list[dict]) -> Gap | None:
    """Return the gap at the first claim that failed on something small, or None where there is none.

    A claim qualifies if its function is called once, without chance, on a few numbers, and answers
    with a few; an answer from nothing would be the solution itself.

    Args:
        result: the verdict on `outcomes`, which answer `asked`.

    Raises:
        ValueError: `asked` are not the questions of the card.
    """
    if asked != core.questions(exercise):
        raise ValueError("only the questions of the card can be shown; these are others")
    rows = result.rows[-len(exercise.claims) :]
    for row, claim in zip(rows, exercise.claims, strict=True):
        if row.question is None or claim.run != "call" or "value" not in outcomes[row.question]:
            continue
        inputs = decode(asked[row.question]["inputs"])
        if not inputs or any(isinstance(x, Rng) for x in inputs.values()):
            continue
        right = runner.answers(exercise.reference, [asked[row.question]], seconds=600)[0]
        expected, yours = decode(right["value"]), decode(outcomes[row.question]["value"])
        if max(_size(list(inputs.values())), _size(expected)) <= NUMBERS:
            return Gap(row.sentence, called(exercise, inputs), shown(yours), shown(expected))
    return None


def called(exercise: Exercise, inputs: dict) -> str:
    """Return a call of the exercise's function as Python, one argument a line."""
    arguments = (_after(f"    {name} = ", written(x)) + "," for name, x in inputs.items())
    return "\n".join([f"{exercise.function}(", *arguments, ")"])


def shown(value) -> str:
    """Return a value as `written`, or only its kind where it is too large to be looked through."""
    return written(value) if _size(value) <= 2 * NUMBERS else compare.kind(value)


def written(value) -> str:
    """Return a value as Python that can be read, and mostly be pasted; numbers to four digits."""
    if isinstance(value, dict) and not hasattr(value, "tocoo"):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(sorted(map(written, value))) + "}" if value else "set()"
    if isinstance(value, list | tuple):
        inside = [written(x) for x in value]
        one, other = "[]" if isinstance(value, list) else "()"
        last = "," if isinstance(value, tuple) and len(value) == 1 else ""
        if any("\n" in x for x in inside) or sum(map(len, inside)) > WIDTH:
            return one + ",\n".join(_after(" ", x) for x in inside).removeprefix(" ") + last + other
        return one + ", ".join(inside) + last + other
    if hasattr(value, "to_string"):
        return value.to_string()
    if hasattr(value, "tocoo"):
        return _array("sparse", value.toarray())
    if type(value).__name__ == "Tensor":
        dense = value.detach().to_dense().numpy()
        return _array("torch.tensor" if str(value.layout) == "torch.strided" else "sparse", dense)
    if isinstance(value, np.ndarray):
        return _array("np.array", value)
    return compare.show(value) if isinstance(value, int | float) else repr(value)


def _array(name: str, array: np.ndarray) -> str:
    text = np.array2string(
        array, separator=", ", precision=4, suppress_small=True, max_line_width=WIDTH
    )
    return _after(f"{name}(", text) + ")"


def _after(start: str, text: str) -> str:
    """Return the text after `start`, its further lines indented as far."""
    return start + text.replace("\n", "\n" + " " * len(start))


def _size(value) -> int:
    """Return how many numbers and words a value holds."""
    if isinstance(value, list | tuple | set):
        return sum(map(_size, value))
    if isinstance(value, dict) and not hasattr(value, "tocoo"):
        return _size([*value, *value.values()])
    return math.prod(value.shape) if hasattr(value, "shape") else 1
