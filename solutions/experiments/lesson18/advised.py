"""Does `advise` say what the lessons say? The same set, and every pair of methods that both judge.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.advised

MovieTweetings, ratings of 7 or more, 5-core, cut in time: lesson 15's standing rivals and SASRec, leads as they are stored.
There vectors have 32 numbers and the grids are its own; "popularity" halves in days, as `recent` here; and SASRec weighs
examples by their age, where `advise` takes the latest.

`advise` gets so many minutes of processor time. A pair agrees where both say the same: one is ahead for certain, the other
is, or it cannot be told. Trials are kept in build/bench: a run that was stopped goes on.

Writes data/results/18_advised.json.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, replace
from itertools import combinations

import numpy as np

from graphrec_utils import datasets, metrics, paths, results
from graphrec_utils.advise.budget import Clock, Shelf
from graphrec_utils.advise.compare import Race
from graphrec_utils.advise.profile import profile
from graphrec_utils.data import Interactions

COMMAND = "python -m solutions.experiments.lesson18.advised"
CLAIM = "Of two methods without epochs, advise puts none first that a lesson puts second on the same set."
NAME, MINUTES = "18_advised", 2
FILMS = {  # in lesson 15 -> in `advise`
    "popularity": "recent", "RP3β": "RP3β", "EASE": "EASE", "iALS": "iALS", "SASRec, softmax": "SASRec",
}  # fmt: skip
SET = "MovieTweetings"


def advised(name: str, events: Interactions, minutes: float) -> tuple[dict, float]:
    """Return what `advise` finds on a table, with the gains of each user, and its seconds."""
    shelf = Shelf(paths.root() / "build" / "bench" / f"{NAME}_{name}")
    clock = Clock(60 * minutes, before=shelf.get("spent") or 0.0, now=time.process_time)
    events = replace(events, item_features=None)  # lesson 15 reads no content
    tell = lambda *what: print(*what, flush=True)  # noqa: E731
    race = Race(events, profile(events), shelf, clock, tell)
    return race.run(), clock.used


def of_films() -> tuple[Interactions, dict[str, dict], dict[str, int | None]]:
    """Return the set, lesson 15's leads between methods of `advise`, and the numbers of their vectors there."""
    stored = results.load("15_films").values["leads"]
    leads = {
        f"{FILMS[a]} over {FILMS[b]}": lead
        for pair, lead in stored.items()
        for a, b in [pair.split(" over ")]
        if a in FILMS and b in FILMS
    }
    films = datasets.load("movietweetings-100k").at_least(7).core(5, 5)
    return films, leads, {"iALS": 32, "SASRec": 32}


def said(low: float, high: float) -> str:
    return "ahead" if low > 0 else "behind" if high < 0 else "cannot tell"


def judged(found: dict, leads: dict[str, dict], sizes: dict[str, int | None]) -> dict:
    """Return both verdicts of each pair, and what each method found here."""
    rows = {row["name"]: row for row in found["rows"]}
    pairs = []
    for a, b in combinations(rows, 2):
        lead = leads.get(f"{a} over {b}")
        if lead is None:
            continue
        ours = metrics.compare(*(np.array(rows[name]["ndcg"]) for name in (a, b)))
        pairs.append({
            "one": a, "other": b,
            "lesson": {k: lead[k] for k in ("gap", "low", "high")} | {"said": said(lead["low"], lead["high"])},
            "advise": {"gap": ours.gap, "low": ours.low, "high": ours.high, "said": said(ours.low, ours.high)},
        })  # fmt: skip
    models = [
        {k: row[k] for k in ("name", "d", "trials", "knobs", "edge")} | {"ndcg": sum(row["ndcg"]) / len(row["ndcg"]), "d there": sizes.get(row["name"])}
        for row in rows.values()
    ]  # fmt: skip
    return {"how": found["how"], "asked": found["asked"], "trials": found["trials"], "more": found["more"], "left": found["left"],
            "models": models, "pairs": pairs}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of processor time")
    given = parser.parse_args()
    events, leads, sizes = of_films()
    found, seconds = advised(SET, events, given.minutes)
    values = {SET: judged(found, leads, sizes)}
    for pair in values[SET]["pairs"]:
        print(pair, flush=True)
    print(results.save(NAME, claim=CLAIM, values=values, seeds=[0], seconds=seconds,
                       command=COMMAND, data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
