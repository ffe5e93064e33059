"""A walk that forgets, asked in real time: how much of what PinnerFormer finds this morning is only that late likes count more?

`staleness` of `sequences` folds a user into RP3β by all she has liked, each like as heavy as the other. Here a like counts half after a
half-life, from a quarter of an hour on. Validation chooses it: the walk of day 35, asked in real time on days 35 to 41; what it would choose
of last midnight is kept beside it. Test is as in `staleness`: the walk of day 42, the same 250 users, days 42 to 55, three ages of what was read.
"""

from __future__ import annotations

import time
from dataclasses import asdict

import numpy as np
import pandas as pd

from graphrec_utils import metrics, results
from solutions.experiments.lesson15 import sequences

COMMAND = "python -m solutions.experiments.lesson15.late_likes"
HOUR = 1 / 24
HALF_LIVES = (HOUR / 4, HOUR / 2, HOUR, 3 * HOUR, 12 * HOUR, 2.0, 8.0, 32.0, np.inf)  # days
FORGETS, ALIKE = "RP3β, late likes count more", "RP3β"


def walk(day: int):
    """Return the scores of the walk of 15.4, fitted before a day, as a function of likes."""
    (row,) = (r for r in results.load("15_pinworld").values["rivals"] if r["model"] == ALIKE)
    model = sequences.ON_PINS[ALIKE][0](sequences.new_likes(0, day), None, day, **row["knobs"])
    return lambda R: R @ model.C


def aged(day: int, end: int, half_life: float, users: int) -> dict[str, pd.Series]:
    """Return recall@10 of each user by the age of what was read."""
    scores = sequences.folding(walk(day), half_life)
    (found,) = sequences.stale(scores, users=users, begin=day, end=end)
    return {rule: pd.Series(x) for rule, x in found.items()}


def measure(users: int = 250) -> dict:
    """Choose the half-life on validation, then ask on test, with all likes alike as well."""
    asked = [aged(sequences.FIT, sequences.PAST, x, users) for x in HALF_LIVES]
    tried, at_midnight = (
        [float(ages[rule].mean()) for ages in asked] for rule in ("real time", "daily")
    )
    best, other = (HALF_LIVES[int(np.argmax(x))] for x in (tried, at_midnight))
    found = {
        name: aged(sequences.PAST, sequences.END, x, users)
        for name, x in ((FORGETS, best), (ALIKE, np.inf))
    }
    flat = {f"{name}, {rule}": x for name, ages in found.items() for rule, x in ages.items()}
    return {
        "half-lives": [None if np.isinf(x) else x for x in HALF_LIVES], "validation": tried,
        "half-life": None if np.isinf(best) else best, "trials": len(tried),
        "validation at midnight": at_midnight, "half-life at midnight": None if np.isinf(other) else other,
        "at the edge": best == HALF_LIVES[0],
        "staleness": [{"model": name} | {rule: float(x.mean()) for rule, x in ages.items()}
                      for name, ages in found.items()],
        "leads": {f"{a} over {b}": asdict(metrics.compare(flat[a], flat[b]))
                  for a in flat for b in flat if a != b},
    }  # fmt: skip


def main() -> None:
    start = time.process_time()
    values = measure()
    results.save("15_late_likes", claim="In real time a walk that forgets finds as much as PinnerFormer.", values=values, seeds=[],
                 command=COMMAND, seconds=time.process_time() - start)  # fmt: skip
    for row in values["staleness"]:
        print(row)
    print(dict(zip(values["half-lives"], values["validation"], strict=True)), values["half-life"])


if __name__ == "__main__":
    main()
