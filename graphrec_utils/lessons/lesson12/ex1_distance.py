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


def _measure(gap, norm):
    return gap.abs().sum(dim=-1) if norm == 1 else gap.square().sum(dim=-1).sqrt()


@ex.solution
def distance(head, rel, tail, norm):
    return _measure(head + rel - tail, norm)


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


@ex.mistake("your distance is squared: take the root for norm 2")
def squared(head, rel, tail, norm):
    gap = head + rel - tail
    return gap.abs().sum(dim=-1) if norm == 1 else gap.square().sum(dim=-1)


@ex.mistake("you took L1 for norm 2, and L2 for norm 1")
def norms_swapped(head, rel, tail, norm):
    return _measure(head + rel - tail, 3 - norm)


@ex.mistake("your function always takes L2; norm 1 asks for the sum of the absolute values")
def always_l2(head, rel, tail, norm):
    return _measure(head + rel - tail, 2)


@ex.mistake("your function always takes L1; norm 2 asks for the root of the sum of the squares")
def always_l1(head, rel, tail, norm):
    return _measure(head + rel - tail, 1)


@ex.mistake(
    "you go from the tail to the head: the relation leads from head to tail, so head + rel − tail"
)
def the_wrong_way(head, rel, tail, norm):
    return _measure(tail + rel - head, norm)


@ex.mistake("you left out the relation: this is how far head and tail are apart, whatever is asked")
def without_the_relation(head, rel, tail, norm):
    return _measure(head - tail + 0 * rel, norm)


@ex.mistake("you return minus the distance, a score; a distance is never negative")
def a_score(head, rel, tail, norm):
    return -_measure(head + rel - tail, norm)


@ex.mistake("you took the mean over the coordinates; L1 is their sum, and L2 the root of a sum")
def the_mean(head, rel, tail, norm):
    gap = head + rel - tail
    return gap.abs().mean(dim=-1) if norm == 1 else gap.square().mean(dim=-1).sqrt()


@ex.mistake("you measured over the first axis: one number per coordinate, instead of one per fact")
def the_first_axis(head, rel, tail, norm):
    gap = head + rel - tail
    return gap.abs().sum(dim=0) if norm == 1 else gap.square().sum(dim=0).sqrt()


@ex.mistake(
    "this is the dot product of head + rel and tail: it grows with their lengths, and is no distance"
)
def a_dot_product(head, rel, tail, norm):
    return ((head + rel) * tail).sum(dim=-1)


@ex.mistake(
    "you measured over axis 1: that is the last one of a batch of facts only; -1 is always the last one"
)
def axis_one(head, rel, tail, norm):
    gap = head + rel - tail
    dim = min(1, gap.ndim - 1)
    return gap.abs().sum(dim=dim) if norm == 1 else gap.square().sum(dim=dim).sqrt()


@ex.mistake("you return one number for the whole batch; every fact has a distance of its own")
def one_number(head, rel, tail, norm):
    return torch.linalg.vector_norm(head + rel - tail, ord=norm)
