"""Exercise 10.1: a history for every event, without the event itself."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _events(rng, count: int, length: int) -> dict:
    return {"items": rng.permutation(40)[:count], "length": length}


ex = Exercise(
    "10.1",
    "examples",
    points=4,
    branch=True,
    library=("graphrec_utils.sampling.examples", "graphrec_utils.sampling.latest"),
    hints=(
        "Row t answers: what had the user done just before event t? How many events are that, and "
        "how many of them fit?",
        "The events before t are items[:t]; the latest `length` of them are items[max(0, t - length):t]. "
        "They fill the row from its first place on, the rest stays -1.",
        "`histories = np.full((len(items), length), -1)`; for each t: "
        "`row = items[max(0, t - length):t]` and `histories[t, :len(row)] = row`. The targets are the "
        "items.",
    ),
)


@ex.solution
def examples(items, length):
    histories = np.full((len(items), length), -1)
    for t in range(len(items)):
        row = items[max(0, t - length) : t]
        histories[t, : len(row)] = row
    return histories, items.copy()


def _by_hand(rng) -> dict:
    return {"items": np.array([7, 3, 8, 5]), "length": 2}


ex.claim("four events, histories of two: the rows by hand", _by_hand)
ex.claim("twelve events, histories of five", lambda rng: _events(rng, 12, 5))
ex.claim("the history is longer than all that was done", lambda rng: _events(rng, 4, 9))
ex.claim("one place: only the event before", lambda rng: _events(rng, 6, 1))
ex.claim("a user of one event has an empty history", lambda rng: _events(rng, 1, 3))

ROW = "items[max(0, t - length) : t]"

# fmt: off
ex.slip("the target stands in its own history: the tower only has to find it there, training "
        "looks wonderful, and tomorrow nobody tells it the answer",
        ROW, "items[max(0, t + 1 - length) : t + 1]")
ex.slip("your histories hold what came later, too: on the day of the target nobody knew that; "
        "stop before t",
        ROW, "np.delete(items, t)[-length:]")
ex.slip("you keep the oldest events where there are too many: the latest ones say more",
        ROW, "items[:t][:length]")
ex.slip("your newest event comes first: a history is read from old to new", ROW, f"{ROW}[::-1]")
ex.slip("your empty places come first: here they follow the last event",
        ": len(row)]", "length - len(row) :]")
ex.slip("your empty places hold 0, and 0 is an item: the tower would read it everywhere; use -1",
        "-1", "0")
ex.slip("the event just before the target is missing: the one that says most; items[:t] ends "
        "before t by itself",
        ROW, "items[max(0, t - 1 - length) : max(0, t - 1)]")
ex.slip("you leave out the first event: it has an empty history, and that is what a new user has, "
        "too",
        "return histories, items", "return histories[1:], items[1:]")
ex.slip("you always keep two events, or as many as you like: `length` says how many",
        "t - length", "t - min(2, length)")
ex.slip("near the beginning t - length is below 0, and items[-1:1] counts from the end: begin at "
        "max(0, t - length)",
        "max(0, t - length)", "t - length")
