"""Exercise 12.6: the best vector a relation can have, and what it leaves."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.6",
    "best_translation",
    points=3,
    hints=(
        "Every fact says what the relation should be: tail − head. Which one vector is nearest to all of these?",
        "The mean minimizes a sum of squared distances. What is left of a fact is the length of "
        "head + rel − tail.",
        "`rel = (tails - heads).mean(dim=0)`; `left = (heads + rel - tails).norm(dim=1)`.",
    ),
)


@ex.solution
def best_translation(heads, tails):
    rel = (tails - heads).mean(dim=0)
    return rel, (heads + rel - tails).norm(dim=1)


def _facts(rng, heads, tails) -> dict:
    return {"heads": torch.tensor(heads), "tails": torch.tensor(tails)}


def _exact(rng) -> dict:
    heads = rng.normal(size=(5, 3))
    return _facts(rng, heads, heads + rng.normal(size=3))


def _symmetric(rng) -> dict:
    a, b = rng.normal(size=(2, 4, 3))
    return _facts(rng, np.append(a, b, axis=0), np.append(b, a, axis=0))


def _one_to_many(rng) -> dict:
    return _facts(rng, rng.normal(size=(1, 3)).repeat(6, axis=0), rng.normal(size=(6, 3)))


def _any(rng) -> dict:
    return _facts(rng, rng.normal(size=(9, 4)), rng.normal(size=(9, 4)) + 1)


ex.claim("facts that are one translation: it is found, and nothing is left", _exact)
ex.claim("any facts", _any)
ex.claim("facts in both directions: the relation is 0, and all of the way is left", _symmetric)
ex.claim("one head, many tails: each keeps its distance from their middle", _one_to_many)


# fmt: off
ex.slip("your relation leads from tails to heads: head + rel has to be near the tail",
        "tails - heads", "heads - tails", hint=True)
ex.slip("you turned every fact round: your vector leads from tails to heads, and head + rel has "
        "to be near the tail",
        "tails - heads", "heads - tails", "heads + rel - tails", "tails + rel - heads")
ex.slip("you brought the relation to length 1: only entities are normalized; this one has to be 0 "
        "now and then",
        ".mean(dim=0)", ".mean(dim=0)\nrel = rel / rel.norm().clamp(min=1e-9)")
ex.slip("you took the first fact's difference; the others want something else",
        "(tails - heads).mean(dim=0)", "tails[0] - heads[0]", hint=True)
ex.slip("you took the median of each coordinate: that minimizes L1 distances, not squared L2",
        ".mean(", ".quantile(0.5, ")
ex.slip("what is left is squared in yours; a distance was asked for",
        ".norm(dim=1)", ".norm(dim=1).square()")
ex.slip("you added the differences up; the mean is nearest to all of them",
        ".mean(", ".sum(", hint=True)
ex.slip("what is left is measured in L1 in yours; the relation minimizes squared L2 distances",
        ".norm(dim=1)", ".abs().sum(dim=1)")
ex.slip("what is left is measured without the relation: that is how far head and tail are apart",
        "heads + rel - tails", "heads - tails")
