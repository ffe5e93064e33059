"""Exercise 13.7: the open task. Which relations, and how much of them, help to find ads?

Every setting was trained three times beforehand: data/results/13_budget.json, made by
`python -m solutions.experiments.lesson13.twhin_study budget`.
"""

from __future__ import annotations

import functools

from graphrec_utils import pinworld, results
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import LookedUp

KEYS = ("relations", "others")


@functools.cache
def table() -> dict[tuple, float]:
    """Return what each setting found, NDCG@10, the mean of three seeds; ads alone have no others."""
    rows = results.load("13_budget").values["settings"]
    found = {tuple(row[key] for key in KEYS): row["ndcg"] for row in rows}
    return found | {("ads alone", groups): found["ads alone", 1] for groups in (0.3, 1, 3)}


@functools.cache
def bars() -> tuple[float, float, float]:
    """Return three numbers to reach: above what ads alone find, and shares of the best setting."""
    best, alone = max(table().values()), table()["ads alone", 1]
    return alone + 0.1 * (best - alone), 0.6 * best, 0.93 * best


LEAK = "your graph holds the days that are to be predicted: that is a leak"
DAY = ("until_day", pinworld.TRAIN_END, LEAK)
task = LookedUp(KEYS, table, lambda choice: choice["relations"], DAY)

ex = Exercise(
    "13.7",
    "choose",
    points=4,
    branch=True,
    hints=(
        "Which relations say something about taste in ads? Ad clicks get as many groups in each setting.",
        "What people do with pins is said in the same words as what they click. And the days from 42 on are to be "
        "predicted.",
        "Compare `ads + engagement` with `all nine`, each with `others` 0.3, 1 and 3; `until_day=42`.",
    ),
)


@ex.solution
def choose():
    return {"relations": "ads + engagement", "others": 3, "until_day": 42}


task.claims(
    ex,
    "three entries as the docstring has them, no day of the future",
    {
        "it finds more than ads alone": 1,
        "it finds six tenths of what our best setting finds": 1,
        "it comes close to our best setting": 2,
    },
    bars,
    "NDCG@10",
)


# fmt: off
ex.slip("your graph holds days from 42 on, and their clicks are to be predicted: the model is "
        "told the answers",
        "42", "56")
ex.slip("your graph ends long before day 42: what people did since then is missing", "42", "14")
ex.slip("ad clicks alone are few, and most people have none: the point of a graph is that it "
        "knows other things, too",
        '"ads + engagement", "others": 3', '"ads alone", "others": 1')
ex.slip("who promotes an ad says little about who clicks it: nothing in your graph says what "
        "people like",
        '"ads + engagement", "others": 3', '"ads + promotes", "others": 1')
ex.slip("there is no such setting: `relations` is one of the five names, and `others` 0.3, 1 or 3",
        "ads + engagement", "engagement")
