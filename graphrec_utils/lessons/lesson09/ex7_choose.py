"""Exercise 09.7: the open task. A choice is graded by what it found, and by what it was allowed to see.

Training a PinSage takes longer than a check may, so every setting was trained beforehand, three times:
data/results/09_choices.json, made by `python -m solutions.experiments.lesson09.pinsage_study choices`.
"""

from __future__ import annotations

import functools

from graphrec_utils import pinworld, results
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise

KEYS = ("loss", "num_layers", "hard")


@functools.cache
def _scores() -> dict[tuple, float]:
    """Return what each setting found, NDCG@20."""
    rows = results.load("09_choices").values["settings"]
    return {tuple(row[key] for key in KEYS): row["ndcg"] for row in rows}


@functools.cache
def bars() -> tuple[float, float, float]:
    """Return three numbers to reach: shares of what the best setting found."""
    best = max(_scores().values())
    return 0.7 * best, 5 / 6 * best, 0.98 * best


def _problem(choice) -> str:
    """Say what is wrong with a choice before it is looked up; "" if nothing is."""
    if set(choice) != {*KEYS, "until_day"}:
        return f"the choice needs the keys {', '.join(KEYS)}, until_day"
    day = choice["until_day"]
    if isinstance(day, bool) or not isinstance(day, int | float) or not day <= pinworld.TRAIN_END:
        return "your pairs hold the days that are to be predicted: that is a leak"
    try:
        known = tuple(choice[key] for key in KEYS) in _scores()
    except TypeError:  # a list, say
        known = False
    if not known:
        return "one of your entries is none of those that the docstring names"
    return ""


def _found(choice) -> float:
    if _problem(choice) or choice["until_day"] < pinworld.TRAIN_END:  # fewer days: not measured
        return 0.0
    return _scores()[tuple(choice[key] for key in KEYS)]


def _kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if problem := _problem(choice):
        return problem
    if choice["until_day"] < pinworld.TRAIN_END:
        return "young pairs"
    return "hinge" if choice["loss"] == "hinge" else f"{choice['num_layers']} layers"


ex = Exercise(
    "09.7",
    "choose",
    points=5,
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


open_task.claims(
    ex,
    "four entries as the docstring has them, no day of the future",
    {
        "it finds seven tenths as much as our best setting": 1,
        "it finds five sixths as much": 2,
        "it comes close to our best setting": 2,
    },
    bars,
    _found,
    _problem,
    _kind,
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
