"""Exercise 10.7: the open task. A choice is graded by what such a tower found on validation."""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise

VALUES = {
    "loss": ("bce", "bpr", "sampled"),
    "temperature": (None, 1.0, 0.2, 0.05),
    "half_life": (None, 3.0),
    "history": ("before", "future", "answer"),
}
LEAKS = {
    "answer": "your histories hold the answer: that is a leak",
    "future": "your histories hold what came later: that is a leak",
}


@functools.cache
def table() -> dict[tuple, float]:
    """Return honest choice -> validation NDCG@20, as solutions/experiments/lesson10/towers.py measured it."""
    rows = results.load("10_choices").values["rows"]
    honest = [row for row in rows if row["history"] == "before"]
    return {tuple(row[key] for key in VALUES): row["ndcg"] for row in honest}


def limits(choice) -> str:
    """Say which entry is none of the lists', or a leak."""
    return open_task.one_of(choice, VALUES) or LEAKS.get(choice["history"], "")


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    for key, weak in (("half_life", None), ("temperature", 1.0), ("temperature", 0.05)):
        if choice[key] == weak:
            return f"{key} {weak}"
    return ""


task = open_task.LookedUp(tuple(VALUES), table, kind, limits=limits)
bars = task.shares(0.5, 0.8, 0.95)


ex = Exercise(
    "10.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the four decides most? Change one at a time, and look at `try_out`.",
        "Films are seen when they are new: what does `half_life` do to the examples?",
        'Try `"sampled"`, `"bpr"` and `"bce"` with `half_life` 3.0, with the dot product (`None`) and at 0.2; '
        '`history` stays "before".',
    ),
)


@ex.solution
def choose():
    return {"loss": "sampled", "temperature": None, "half_life": 3.0, "history": "before"}


task.claims(
    ex,
    "four entries from the lists, and no history of the future",
    {
        "it finds half of what our best choice does": 1,
        "it finds four fifths of it": 2,
        "it comes close to our best choice": 2,
    },
    bars,
)

# fmt: off
ex.slip("your histories hold the answer: in training the tower reads it off, and tomorrow nobody "
        "tells it",
        '"before"', '"answer"')
ex.slip("your histories hold what came later: nobody knew that when the film was chosen",
        '"before"', '"future"')
ex.slip("at a temperature of 1 cosines find less than the dot product with each loss, with the "
        "sampled softmax 0.155 against 0.189; 0.2 does not help that one (0.154), only "
        "cross-entropy gains from it",
        '"temperature": None', '"temperature": 1.0')
ex.slip("at a temperature of 0.05 a small difference of cosines is everything: the loss looks at "
        "few items, and learns them by heart",
        '"temperature": None', '"temperature": 0.05')
ex.slip("your tower learns from all months alike, and is asked for what comes next: in films that "
        "is mostly what is new",
        '"half_life": 3.0', '"half_life": None')
