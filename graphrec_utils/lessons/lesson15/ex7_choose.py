"""Exercise 15.7: the open task. A choice is graded by what such a model found on validation after 200 steps."""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp, one_of

VALUES = {
    "objective": ("next", "every next", "all, 7 days", "dense, 7 days"),
    "rate": (0.003, 0.01, 0.03),
    "until_day": (35, 42),
}


@functools.cache
def table() -> dict[tuple, float]:
    """Return (objective, rate) -> recall@10 on validation, three seeds, as solutions/experiments/lesson15/sequences.py measured it."""
    rows = results.load("15_choices").values["rows"]
    return {(row["objective"], row["rate"]): row["recall"] for row in rows}


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    objective, _ = max(table(), key=table().get)
    if choice["objective"] != objective:
        return choice["objective"]
    return f"rate {choice['rate']}"


task = LookedUp(
    ("objective", "rate"),
    table,
    kind,
    ("until_day", 35, "you train on the days that are to be predicted: that is a leak"),
    lambda choice: one_of(choice, VALUES),
)
bars = task.shares(0.5, 0.8, 0.9)  # seeds differ by a tenth


ex = Exercise(
    "15.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "The days to be found begin with 35. Which day may training know last? And which events can be "
        "no moments any more, if a window of seven days has to lie behind them?",
        "Change the objective first, at the middle rate, and look at `try_out`; then the rate.",
        'Compare `"every next"` with `"dense, 7 days"` at 0.01; `until_day` stays 35.',
    ),
)


@ex.solution
def choose():
    return {"objective": "every next", "rate": 0.01, "until_day": 35}


task.claims(
    ex,
    "three entries from the lists, and no day of the future",
    {
        "after 200 steps it finds half of what the fastest start does": 1,
        "it finds four fifths of that": 2,
        "it starts about as fast as the fastest": 2,
    },
    bars,
    "recall@10",
)


# fmt: off
ex.slip("you train on the days that are to be found: it looks wonderful, and tomorrow is another "
        "day",
        "35", "42")
ex.slip("only the last event of each moment learns in yours, and one like at a time: other "
        "objectives have more examples for the same pass",
        "every next", "next", "0.01", "0.003")
ex.slip("all likes of the window, but only one event that asks for them: let every event ask",
        "every next", "all, 7 days")
ex.slip("every moment of yours has a whole window behind it, so the youngest is a week old: "
        "compare an objective whose moments reach up to today",
        "every next", "dense, 7 days", "0.01", "0.003")
ex.slip("at this rate 200 steps end a quarter lower than at the next smaller one; with many more "
        "steps it is the best",
        "0.01", "0.03")
