"""Exercise 16.7: the open task. A choice is graded by what such a model found on validation."""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise

VALUES = {
    "graphs": ("nobody", "pin-board", "both"),
    "losses": ("entity-entity", "entity-feature", "entity-entity + entity-feature", "all three"),
    "popularity": (False, True),
    "until_day": (42, 49),
}


@functools.cache
def _table() -> dict[tuple, float]:
    """Return (graphs, losses, popularity) -> recall@10 of days 42 to 48, as solutions/experiments/lesson16/omnisage_study.py measured it."""
    rows = results.load("16_choices").values["settings"]
    return {(row["graphs"], row["losses"], row["popularity"]): row["recall"] for row in rows}


def score(choice: dict) -> float:
    """Return the recall@10 of a choice without a leak, 0 for others."""
    return (
        0.0
        if _problem(choice)
        else _table()[choice["graphs"], choice["losses"], choice["popularity"]]
    )


def _problem(choice) -> str:
    """Say why a choice is not allowed, "" if it is."""
    if not isinstance(choice, dict) or set(choice) != set(VALUES):
        return f"the choice needs the keys {', '.join(VALUES)}"
    for key, values in VALUES.items():
        if isinstance(choice[key], bool) != (key == "popularity") or choice[key] not in values:
            return f"{key} must be one of {', '.join(map(repr, values))}"
    if choice["until_day"] > 42:
        return "you train on the days that are to be predicted: that is a leak"
    return ""


def _kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if problem := _problem(choice):
        return problem
    if not choice["popularity"]:
        return "popularity"
    return choice["losses"] if choice["losses"] == "entity-feature" else choice["graphs"]


def bars() -> tuple[float, float, float]:
    """Return three numbers to reach: shares of what the best choice found."""
    best = max(_table().values())
    return 0.5 * best, 0.9 * best, 0.98 * best


ex = Exercise(
    "16.7",
    "choose",
    points=5,
    hints=(
        "The pairs to be found begin with day 42. Up to which day may graphs and pairs be known? And what can a vector of "
        "length 1 not say?",
        "Change one thing at a time, beginning with popularity, and look at `try_out`.",
        'Compare `"graphs": "both"` with `"nobody"`, the popularity on and the losses "entity-entity"; `until_day` is 42.',
    ),
)  # fmt: skip


@ex.solution
def choose():
    return {"graphs": "both", "losses": "entity-entity", "popularity": True, "until_day": 42}


open_task.claims(
    ex,
    "four entries from the lists, and no day of the future",
    {
        "it finds half of what our best choice does": 1,
        "it finds nine tenths of it": 2,
        "it comes close to our best choice": 2,
    },
    bars,
    score,
    _problem,
    _kind,
    "recall@10",
)


# fmt: off
ex.slip("you train on the days that are to be found: it looks wonderful, and tomorrow is another "
        "day",
        "42", "49")
ex.slip("vectors of length 1 have no way to say that a pin is popular: let the score have that "
        "number beside them",
        "True", "False")
ex.slip("the raw features of a neighbor ask in yours, and nobody asks for the pin that comes "
        "next, which is what is measured",
        "entity-entity", "entity-feature")
ex.slip("nobody hears anybody in yours: that is an encoder of content", "both", "nobody")
