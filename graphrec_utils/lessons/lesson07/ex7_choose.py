"""Exercise 07.7: the open task. A choice is graded by what it found, and by what it was allowed to see.

Training takes longer than a check may, so every setting was trained once beforehand:
data/results/07_choices.json, made by `python -m solutions.experiments.lesson07.sage_rivals choices`.
"""

from __future__ import annotations

import functools

from graphrec_utils import pinworld, results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp

KEYS = ("num_layers", "silent", "ids")


@functools.cache
def table() -> dict[tuple, float]:
    """Return what each setting found, NDCG@20."""
    rows = results.load("07_choices").values["rows"]
    return {tuple(row[key] for key in KEYS): row["all"] for row in rows}


def kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if choice["silent"] == 0:
        return "never silent"
    if not choice["ids"]:
        return "content alone" if choice["num_layers"] == 1 else "no ids"
    return f"silent {choice['silent']}"


def limits(choice) -> str:
    """Say what the table cannot tell: 1 is found under True."""
    return "" if isinstance(choice["ids"], bool) else "ids is True or False"


LEAK = "your graph holds the saves that are to be predicted: that is a leak"
task = LookedUp(KEYS, table, kind, ("graph_until", pinworld.TRAIN_END, LEAK), limits)
bars = task.shares(0.5, 0.75, 0.95)


ex = Exercise(
    "07.7",
    "choose",
    points=2,
    branch=True,
    hints=(
        "Which entry decides most? Change one at a time and look at `try_out`.",
        "Items that hear nobody must occur among the negatives, too; known pins may gain by a word of their own; one layer tells a "
        "pin nothing about its users. And the days from 42 on are to be predicted.",
        "Try two layers, `silent=0.5`, `ids=True`, `graph_until=42`.",
    ),
)


@ex.solution
def choose():
    return {
        "num_layers": 2, "silent": 0.5, "ids": True, "graph_until": 42,
    }  # fmt: skip


task.claims(
    ex,
    "four entries as the docstring has them, no day of the future",
    {
        "it finds half as much as our best setting": 1,
        "it finds three quarters as much": 1,
        "it comes close to our best setting": 2,
    },
    bars,
)

# fmt: off
ex.slip("your graph holds days from 42 on, and these are to be predicted: users hear the answers",
        '"graph_until": 42', '"graph_until": 56')
ex.slip("your graph ends before day 42: what is new has no edges there yet, and today's saves are "
        "missing",
        '"graph_until": 42', '"graph_until": 35')
ex.slip("no pin is silenced in yours: then only positives hear nobody, those whose single save is "
        "hidden, and silence means yes",
        '"silent": 0.5', '"silent": 0.0')
ex.slip("one layer tells a pin nothing about those who saved it, since users have no content: it "
        "is content alone",
        '"num_layers": 2', '"num_layers": 1', '"ids": True', '"ids": False')
ex.slip("known pins have no word of their own in yours: with half of the pins silenced and so "
        "short a training that word finds much",
        '"ids": True', '"ids": False')
ex.slip("so few pins are silenced in yours that those without edges are still too loud",
        '"silent": 0.5', '"silent": 0.05')
ex.slip("one of your entries is none of those in the docstring, so nobody has measured it",
        '"num_layers": 2', '"num_layers": 3')
