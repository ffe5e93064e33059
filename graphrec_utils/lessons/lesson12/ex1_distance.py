"""Exercise 12.1: how far a fact is from being a translation."""

from __future__ import annotations

from collections.abc import Callable

import torch

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.1",
    "distance",
    points=3,
    library=("graphrec_utils.models.transe.distance", "graphrec_utils.models.kge.transe"),
    hints=(
        "Where should the tail be, if the fact were a perfect translation? And how far away is it?",
        "The gap is head + rel − tail. Its length: the sum of absolute values for norm 1, the root of the "
        "sum of squares for norm 2; always over the last axis.",
        "`gap = head + rel - tail`; `gap.abs().sum(dim=-1)` for norm 1, "
        "`gap.square().sum(dim=-1).sqrt()` for norm 2.",
    ),
)


@ex.solution
def distance(head, rel, tail, norm):
    gap = head + rel - tail
    if norm == 1:
        return gap.abs().sum(dim=-1)
    return gap.square().sum(dim=-1).sqrt()


def _hand(norm: int) -> Callable:
    """A gap of (3, 4) and one of (-6, 8), from three vectors that are all drawn."""

    def inputs(rng) -> dict:
        head, rel = (torch.tensor(rng.normal(size=(2, 2))) for _ in range(2))
        gap = torch.tensor([[3.0, 4.0], [-6.0, 8.0]], dtype=torch.float64) * rng.choice([1, 2])
        return {"head": head, "rel": rel, "tail": head + rel - gap, "norm": norm}

    return inputs


def _facts(rng, norm: int, shapes=((6, 5), (6, 5), (6, 5))) -> dict:
    vectors = [torch.tensor(rng.normal(size=shape)) for shape in shapes]
    return {"head": vectors[0], "rel": vectors[1], "tail": vectors[2], "norm": norm}


ALL = ((4, 1, 5), (4, 1, 5), (1, 7, 5))

ex.claim("a gap of (3, 4) is 5 long by L2", _hand(2))
ex.claim("and 7 by L1", _hand(1))
ex.claim("a batch of facts, L2", lambda rng: _facts(rng, 2))
ex.claim(
    "four heads against seven tails in one call: (4, 7) distances", lambda rng: _facts(rng, 1, ALL)
)
ex.claim(
    "gradients reach all three vectors",
    lambda rng: _facts(rng, 2),
    run="call and compare gradient",
)
ex.claim("the same four heads and seven tails by L2", lambda rng: _facts(rng, 2, ALL))


# fmt: off
ex.slip("your distance is squared: take the root for norm 2", ".sqrt()", "", hint=True)
ex.slip("you took L1 for norm 2, and L2 for norm 1", "norm == 1", "norm == 2")
ex.slip("your function always takes L2; norm 1 asks for the sum of the absolute values",
        "norm == 1", "False")
ex.slip("your function always takes L1; norm 2 asks for the root of the sum of the squares",
        "norm == 1", "True")
ex.slip("you go from the tail to the head: the relation leads from head to tail, so head + rel − "
        "tail",
        "head + rel - tail", "tail + rel - head", hint=True)
ex.slip("you left out the relation: this is how far head and tail are apart, whatever is asked",
        "head + rel - tail", "head - tail", hint=True)
ex.slip("you return minus the distance, a score; a distance is never negative",
        "gap.abs()", "-gap.abs()", "gap.square()", "-gap.square()")
ex.slip("you took the mean over the coordinates; L1 is their sum, and L2 the root of a sum",
        ".abs().sum(", ".abs().mean(", ".square().sum(", ".square().mean(")
ex.slip("you measured over the first axis: one number per coordinate, instead of one per fact",
        ".abs().sum(dim=-1)", ".abs().sum(dim=0)", ".square().sum(dim=-1)", ".square().sum(dim=0)")
ex.slip("this is the dot product of head + rel and tail: it grows with their lengths, and is no "
        "distance",
        "gap =", "return ((head + rel) * tail).sum(dim=-1)\ngap =")
ex.slip("you measured over axis 1: that is the last one of a batch of facts only; -1 is always "
        "the last one",
        ".abs().sum(dim=-1)", ".abs().sum(dim=1)", ".square().sum(dim=-1)", ".square().sum(dim=1)")
ex.slip("you return one number for the whole batch; every fact has a distance of its own",
        ".abs().sum(dim=-1)", ".abs().sum()", ".square().sum(dim=-1)", ".square().sum()")
