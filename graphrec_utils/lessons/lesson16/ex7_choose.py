"""Exercise 16.7: the open task. A choice is graded by what such a model found on validation."""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp, one_of

VALUES = {
    "graphs": ("nobody", "pin-board", "both"),
    "losses": ("entity-entity", "entity-feature", "entity-entity + entity-feature", "all three"),
    "popularity": (False, True),
    "until_day": (42, 49),
}


@functools.cache
def table() -> dict[tuple, float]:
    """Return (graphs, losses, popularity) -> recall@10 of days 42 to 48, as solutions/experiments/lesson16/omnisage_study.py measured it."""
    rows = results.load("16_choices").values["settings"]
    return {(row["graphs"], row["losses"], row["popularity"]): row["recall"] for row in rows}


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if not choice["popularity"]:
        return "popularity"
    return choice["losses"] if choice["losses"] == "entity-feature" else choice["graphs"]


task = LookedUp(
    ("graphs", "losses", "popularity"),
    table,
    kind,
    ("until_day", 42, "you train on the days that are to be predicted: that is a leak"),
    lambda choice: one_of(choice, VALUES),
)
bars = task.shares(0.5, 0.9, 0.98)


ex = Exercise(
    "16.7",
    "choose",
    points=5,
    branch=True,
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


task.claims(
    ex,
    "four entries from the lists, and no day of the future",
    {
        "it finds half of what our best choice does": 1,
        "it finds nine tenths of it": 2,
        "it comes close to our best choice": 2,
    },
    bars,
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
