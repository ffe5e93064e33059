"""Exercise 09.7: the open task. A choice is graded by what it found, and by what it was allowed to see.

Training a PinSage takes longer than a check may, so every setting was trained beforehand, three times:
data/results/09_choices.json, made by `python -m solutions.experiments.lesson09.pinsage_study choices`.
"""

from __future__ import annotations

import functools

from graphrec_utils import pinworld, results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp

KEYS = ("loss", "num_layers", "hard")


@functools.cache
def table() -> dict[tuple, float]:
    """Return what each setting found, NDCG@20."""
    rows = results.load("09_choices").values["settings"]
    return {tuple(row[key] for key in KEYS): row["ndcg"] for row in rows}


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    return "hinge" if choice["loss"] == "hinge" else f"{choice['num_layers']} layers"


LEAK = "your pairs hold the days that are to be predicted: that is a leak"
task = LookedUp(KEYS, table, kind, ("until_day", pinworld.TRAIN_END, LEAK))
bars = task.shares(0.7, 5 / 6, 0.98)


ex = Exercise(
    "09.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the entries decides most? Change one at a time and look at `try_out`.",
        "The loss and the number of layers decide; hard negatives matter little here. And the days from "
        "42 on are to be predicted.",
        "Try the softmax with one layer, without hard negatives, `until_day=42`.",
    ),
)


@ex.solution
def choose():
    return {
        "loss": "softmax", "num_layers": 1, "hard": "none", "until_day": 42,
    }  # fmt: skip


task.claims(
    ex,
    "four entries as the docstring has them, no day of the future",
    {
        "it finds seven tenths as much as our best setting": 1,
        "it finds five sixths as much": 2,
        "it comes close to our best setting": 2,
    },
    bars,
)

# fmt: off
ex.slip("your pairs hold days from 42 on, and these are to be predicted: the model is told the "
        "answers",
        '"until_day": 42', '"until_day": 56')
ex.slip("your pairs end long before day 42: what was engaged since then is missing",
        '"until_day": 42', '"until_day": 14')
ex.slip("you chose the hinge: it stops where a pair is right by the margin, and one of 500 "
        "negatives in the way counts little; the softmax goes on",
        '"softmax"', '"hinge"')
ex.slip("without a layer a pin hears nobody: what its neighbors on the boards are like is not used",
        '"num_layers": 1', '"num_layers": 0')
ex.slip("two layers, trained as briefly as here, find less than one: try one",
        '"num_layers": 1', '"num_layers": 2')
ex.slip("one of your entries is none of those in the docstring, so nobody has measured it",
        '"none"', '"some"')
