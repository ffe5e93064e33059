"""Inputs that tell: drawn again until certain mistakes are seen on them, and certain others are not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def telling(
    ex: Exercise, make: Callable, wrong: Iterable[str] = (), right: Iterable[str] = ()
) -> Callable:
    """Return a function of rng that draws from `make` until it tells the same of every seed.

    Args:
        wrong: words of the sentences of mistakes that give another answer than the right one on these inputs.
        right: words of those that give the right answer on them.
    """

    def seen(words: str, inputs: dict) -> bool:
        (mistake,) = [m.function for m in ex.mistakes if words in m.sentence]
        mine, other = (f(*copy.deepcopy(list(inputs.values()))) for f in (mistake, ex.reference))
        return close(mine, other, inputs) is not None

    def inputs(rng) -> dict:
        for _ in range(2_000):
            drawn = make(rng)
            if all(seen(k, drawn) for k in wrong) and not any(seen(k, drawn) for k in right):
                return drawn
        raise ValueError(f"no inputs of {ex.id} tell {wrong} and not {right}")

    return inputs
