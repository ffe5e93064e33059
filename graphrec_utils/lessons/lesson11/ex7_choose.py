"""Exercise 11.7: the open task. A choice is graded by what it found when it was trained."""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp

KEYS = ("loss", "num_negatives", "uniform", "shift")
NEAR = 0.95  # of the best choice's NDCG@20


@functools.cache
def table() -> dict[tuple, float]:
    """Return what every choice found, from the stored measurement."""
    values = results.load("11_choices").values
    shifts = [float(x) for x in values["columns"][3:]]
    return {
        (*row[:3], shift): found
        for row in values["rows"]
        for shift, found in zip(shifts, row[3:], strict=True)
    }


@functools.cache
def bars() -> tuple[float, float, float]:
    """Return NDCG@20 of bestsellers, 2 % more than the best without correction and shift, and what is
    near enough to the best choice."""
    plain = max(found for key, found in table().items() if key[0] == "none" and key[3] == 0.0)
    popular = results.load("11_choices").values["popularity"]
    return popular, plain * 1.02, NEAR * max(table().values())


def limits(choice) -> str:
    """Say which entry is none of those that were trained."""
    for name, values in zip(KEYS, zip(*table(), strict=True), strict=True):
        if choice[name] not in values:
            return f"{name} must be one of {', '.join(map(str, dict.fromkeys(values)))}"
    return ""


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if choice["loss"] == "none":
        if choice["shift"] <= 0:  # with uniform columns only, Q is flat, and this is no PMI
            return "PMI" if choice["uniform"] < 1 else ""
        return "too far" if choice["shift"] > 1 else ""
    return "twice" if choice["shift"] > 0 else "back to PMI" if choice["shift"] < 0 else "log p"


task = LookedUp(KEYS, table, kind, limits=limits)

ex = Exercise(
    "11.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the four decides most? Change one at a time and look at `try_out`.",
        "Corrected losses learn log p, the uncorrected one PMI, and a shift moves between the two. Who says "
        "that one of the ends is the best place?",
        "Try `none` with 128 or 1024 negatives, up to half of them uniform, and a shift of 0.5; put the best "
        "corrected loss beside it.",
    ),
)


@ex.solution
def choose():
    return {"loss": "none", "num_negatives": 1024, "uniform": 0.5, "shift": 0.5}


task.claims(
    ex,
    "four entries, each one of those offered",
    {
        "it finds more than bestsellers do": 1,
        "it finds at least 2 % more than the loss without a correction and a shift": 2,
        "it comes close to our best choice": 2,
    },
    bars,
)


PLACE = '"uniform": 0.5, "shift": 0.5'

# fmt: off
ex.slip("without a correction the scores are log p − log Q: a week's saves are of popular pins, "
        "too, and these stand at the end of your lists. A shift brings them back",
        PLACE, '"uniform": 0.0, "shift": 0.0')
ex.slip("a corrected loss without a shift is log p: good, and not the best place here. What lies "
        "half-way between PMI and log p?",
        '"none"', '"corrected"', PLACE, '"uniform": 0.0, "shift": 0.0')
ex.slip("your loss is corrected and the shift adds log Q once more: popularity counts twice",
        '"none"', '"corrected"', '"shift": 0.5', '"shift": 1.5')
ex.slip("a negative shift takes away what the correction has brought: that is PMI again",
        '"none"', '"corrected"', '"shift": 0.5', '"shift": -0.5')
ex.slip("you shift beyond log p: popular pins are now in all lists", '"shift": 0.5', '"shift": 1.5')
ex.slip("the loss of your choice is none of those offered: none, all, negatives, corrected",
        '"none"', '"full"')
ex.slip("the number of negatives has to be one that was trained: 16, 128 or 1024", "1024", "512")
