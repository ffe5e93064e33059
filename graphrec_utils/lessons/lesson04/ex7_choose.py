"""Exercise 04.7: the open task. Walks with exponents, a low-pass, and how much of each."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import Task
from graphrec_utils.models import filters

MOST_PATTERNS, LARGEST = 256, 4


def fit(part, choice: dict) -> np.ndarray:
    """Return the (m, n) scores (1 − weight) · walks + weight · low-pass, every user's scores of either scaled to length 1."""
    R, users = part.csr(), np.arange(part.num_users)
    walks = filters.rp3beta(R, choice["alpha"], choice["beta"]).scores(users)
    W, H = filters.svd_low_pass(R, choice["dim"])
    share = choice["weight"]
    return (1 - share) * _unit(walks) + share * _unit(W @ H.T)


def _unit(scores: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(scores, axis=1, keepdims=True)
    return scores / np.where(length > 0, length, 1)


def limits(choice: dict) -> str:
    """Say what is not allowed; "" if nothing is."""
    for key in ("alpha", "beta"):
        if not 0 <= choice[key] <= LARGEST:
            return f"{key} must lie in 0 … {LARGEST}"
    if not 1 <= choice["dim"] <= MOST_PATTERNS:
        return f"dim must lie in 1 … {MOST_PATTERNS}"
    return "" if 0 <= choice["weight"] <= 1 else "weight must lie in 0 … 1"


def kind(choice: dict) -> str:
    """Return what explains a weak choice best."""
    if choice["weight"] > 0.5:
        return "mostly low-pass"
    if choice["beta"] > 0.5:
        return "no hits"
    if choice["alpha"] > 0.75:
        return "a walker"
    return "walks alone" if choice["weight"] == 0 else ""


task = Task({"alpha": float, "beta": float, "dim": int, "weight": float}, fit, limits, kind)

ex = Exercise(
    "04.7",
    "choose",
    points=3,
    branch=True,
    hints=(
        "Begin with walks alone, `weight=0`. What do the exponents of L3 find, what those of a walker?",
        "Does holding popular pins back help here? Then add a little of a low-pass, with neither too few nor too "
        "many patterns. And the days from 42 on are to be predicted.",
        "Try `alpha=0.5`, `beta=0.0`, `dim=32`, `weight=0.1`, `until_day=42`.",
    ),
)


@ex.solution
def choose():
    return {"alpha": 0.5, "beta": 0.0, "dim": 32, "weight": 0.1, "until_day": 42}


task.claims(
    ex,
    {
        "it finds more than bestsellers do": (0.0615, 1),
        "it finds more than a walker does, and more than a low-pass alone": (0.17, 2),
        "it comes close to our best choice": (0.1825, 2),
    },
)


# fmt: off
ex.slip("you train on days from 42 on, and these are to be predicted: a graph that holds the "
        "answers finds them",
        '"until_day": 42', '"until_day": 56')
ex.slip("your graph ends long before day 42: what was saved since then is missing from it",
        '"until_day": 42', '"until_day": 10')
ex.slip("you hold popular pins back so much that hardly anybody's pins are left: what is popular "
        "is also what many want",
        '"beta": 0.0', '"beta": 1.0')
ex.slip("with exponents of 1 a walker who meets a busy user is as good as lost; L3 takes the root "
        "of the degrees",
        '"alpha": 0.5', '"alpha": 1.0', '"weight": 0.1', '"weight": 0.0')
ex.slip("most of your score is the low-pass: it knows the groups, and forgets the single pins "
        "that a user has saved",
        '"weight": 0.1', '"weight": 0.9')
ex.slip("walks alone: a little of the low-pass adds what leads from group to group",
        '"weight": 0.1', '"weight": 0.0')
ex.slip("the weight is a share: it lies between 0 and 1", '"weight": 0.1', '"weight": 10.0')
