"""Exercise 14.7: the open task. A choice is graded by what it found, and by what it was allowed to see.

Every setting was trained beforehand, three times: data/results/14_climb.json, made by
`python -m solutions.experiments.lesson14.multibisage_study climb`.
"""

from __future__ import annotations

import functools

from graphrec_utils import results
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp

KEYS = ("graphs", "how")
GRAPHS = ("none", "board-pin", "all in one", "each its own")


@functools.cache
def _rows() -> dict[tuple, dict]:
    """Return the stored row of each setting: three seeds, their mean, and seconds of computing."""
    found = {}
    for row in results.load("14_climb").values["PinWorld"]["arms"]:
        graphs, _, how = row["arm"].partition(", ")
        if graphs in GRAPHS:
            found[graphs, how] = row
        elif graphs == "nothing heard":
            found |= {("none", how): row for how in ("mean", "transformer")}
    return found


@functools.cache
def table() -> dict[tuple, float]:
    """Return what each setting found, recall@10, the mean of three seeds."""
    return {setting: row["all"] for setting, row in _rows().items()}


@functools.cache
def _cheapest() -> tuple:
    """Return the setting that takes the fewest seconds of those that no seeds tell from the best one."""
    best = max(_rows().values(), key=lambda row: row["all"])
    spread = (max(best["seeds"]) - min(best["seeds"])) / 2
    alike = {k: row["seconds"] for k, row in _rows().items() if row["all"] >= best["all"] - spread}
    return min(alike, key=alike.get)


@functools.cache
def bars() -> tuple[float, float, float]:
    """Return three numbers to reach: between what is found without a neighbor and by the best setting."""
    low, best = table()["none", "mean"], max(table().values())
    return tuple(low + share * (best - low) for share in (0.3, 0.6, 0.85))


LEAK = "your graphs are younger than the pairs they predict, and hold them: that is a leak"
UNKNOWN = "nobody has measured these graphs with this `how`: see which pairs the docstring names"
DAY = ("graph_of_day", 0, LEAK)
task = LookedUp(KEYS, table, lambda choice: choice["graphs"], DAY, unknown=UNKNOWN)


ex = Exercise(
    "14.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which graphs know a pin that is on no board? Look at the table of 14.1.",
        "Six graphs know more pins than one does. And a graph must not be younger than the pairs it predicts.",
        'Take `"each its own"`, `"graph_of_day": 0`, and in the table of 14.6 the ways whose recall differs by less '
        "than half the range of their seeds: of these the one of the fewest CPU seconds.",
    ),
)


@ex.solution
def choose():
    return {"graphs": "each its own", "how": "mean", "graph_of_day": 0}


task.claims(
    ex,
    "three entries as the docstring has them, no graph of the future",
    {
        "it finds clearly more than content alone": 1,
        "it goes more than half of the way to our best setting": 1,
        "it comes close to our best setting": 1,
    },
    bars,
    "recall@10",
)


def _cost(choice) -> str:
    """Say what is wrong with what a choice costs, "" if nothing is."""
    if not task.found(choice):
        return task.problem(choice) or "these graphs are older than they have to be"
    row, cheapest = (_rows()[x] for x in (task.setting(choice), _cheapest()))
    if row["all"] < bars()[2]:
        return "cheap is not enough: it has to come close to our best setting"
    if row["seconds"] > 1.5 * cheapest["seconds"]:
        return "there is a setting that no seeds tell from yours, and it takes fewer seconds"
    return ""


def _cheap(got, expected, inputs) -> str | None:
    """Whether nothing that finds as much takes much less: a number read off a table is no choice yet."""
    return None if _cost(got) == _cost(expected) else _cost(got) or "nothing takes less than yours"


ex.claim("nothing that finds as much takes fewer seconds", open_task.nothing, 2, judge=_cheap)


# fmt: off
ex.slip("the last digits decide in yours, and three seeds do not tell them apart: of ways that "
        "find as much take the one of the fewest seconds",
        '"mean"', '"transformer"')
ex.slip("your graphs hold the week that they are to predict: the model is told the answers",
        '"graph_of_day": 0', '"graph_of_day": 7')
ex.slip("your graphs are older than they have to be: what was known on the first morning is "
        "missing",
        '"graph_of_day": 0', '"graph_of_day": -7')
ex.slip("your pins hear nobody; what their neighbors are like is not used",
        '"each its own"', '"none"')
ex.slip("these graphs with this `how` are not in the docstring, so nobody has measured them",
        '"mean"', '"sum"')
