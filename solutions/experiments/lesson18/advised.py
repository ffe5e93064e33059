"""Does `advise` say what the lessons say? The same sets, and every pair of methods that both judge.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.advised

* MovieTweetings, ratings of 7 or more, 5-core, cut in time: lesson 15's standing rivals and SASRec, leads as they are stored. There
  vectors have 32 numbers and the grids are its own; "popularity" halves in days, as `recent` here.
* Gowalla, lesson 11's part of it, in its order: the same of lesson 15, leads as they are stored. `advise` cuts off the ends of all rows; there
  the test is twice as long.
* citeulike-t, 5-core, neither times nor an order: popularity, RP3β and EASE of lesson 08, fitted anew with the settings it chose and asked
  on its random fifth; `advise` hides other random rows. Lesson 08's iALS has 512 numbers and that of `advise` 64: no pair.

How many trials a method gets, and that SASRec weighs late events, was settled on MovieTweetings; the other two are asked with what was
settled there. `advise` gets so many minutes of processor time for each set. A pair agrees where both say the same: one is ahead for certain, the other
is, or it cannot be told. On films recent popularity is asked once more with the half-life that lesson 15 chose: how much it finds on test
hangs on a day more or less, which validation hardly tells. Trials are kept in build/bench: a run that was stopped goes on.

Writes data/results/18_advised.json.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, replace
from itertools import combinations

import numpy as np

from graphrec_utils import datasets, metrics, paths, results, train
from graphrec_utils.advise.budget import Clock, Shelf
from graphrec_utils.advise.compare import Race
from graphrec_utils.advise.profile import profile
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines
from solutions.experiments.lesson08 import pixie_rivals
from solutions.experiments.lesson11 import logq_rivals

COMMAND = "python -m solutions.experiments.lesson18.advised"
CLAIM = "Of two methods advise puts none first that a lesson puts second on the same set, but for recent popularity with another half-life."
NAME, MINUTES, DAY = "18_advised", 2, 86_400
RIVALS = {"popularity": "popularity", "RP3β": "RP3β", "EASE": "EASE"}
# of each set: in the lesson -> in `advise`
CALLED = {
    "MovieTweetings": RIVALS | {"popularity": "recent", "iALS": "iALS", "SASRec, softmax": "SASRec"},
    "Gowalla": RIVALS | {"iALS, d = 32": "iALS", "SASRec, lesson 11": "SASRec"},
    "citeulike-t": RIVALS,
}  # fmt: skip
THERE = {"iALS": 32, "SASRec": 32}  # numbers of a vector in the lessons
DATA = ("movietweetings-100k", "gowalla", "citeulike-t")


def advised(name: str, events: Interactions, minutes: float) -> tuple[Race, dict, float]:
    """Return the comparison, what it found, with the gains of each user, and its seconds."""
    shelf = Shelf(paths.root() / "build" / "bench" / f"{NAME}_{name}")
    clock = Clock(60 * minutes, before=shelf.get("spent") or 0.0, now=time.process_time)
    events = replace(events, item_features=None)  # no lesson asks for content on these splits
    tell = lambda *what: print(*what, flush=True)  # noqa: E731
    race = Race(events, profile(events), shelf, clock, tell)
    if name == "citeulike-t":  # who has no pair there is not fitted
        race.there = [c for c in race.there if c.name in CALLED[name].values()]
    return race, race.run(), clock.used


def renamed(leads: dict[str, dict], names: dict[str, str]) -> dict[str, dict]:
    """Return the leads between methods of `advise`, by its names."""
    pairs = ((pair.split(" over "), lead) for pair, lead in leads.items())
    return {f"{names[a]} over {names[b]}": x for (a, b), x in pairs if a in names and b in names}


def of_films() -> tuple[Interactions, dict[str, dict]]:
    films = datasets.load("movietweetings-100k").at_least(7).core(5, 5)
    return films, results.load("15_films").values["leads"]


def of_places() -> tuple[Interactions, dict[str, dict]]:
    """Return lesson 11's part of Gowalla as one table, what was its test at the end of each user's rows."""
    split = logq_rivals.places()
    users, items = (
        np.concatenate([getattr(part, what) for part in split]) for what in ("users", "items")
    )
    place = np.argsort(users, kind="stable")
    whole = Interactions(users[place], items[place], split.train.num_users, split.train.num_items)
    return whole.compact(), results.load("15_places").values["leads"]


def of_articles() -> tuple[Interactions, dict[str, dict]]:
    """Return the set, and the leads between lesson 08's rivals with the settings it chose."""
    split, boards = pixie_rivals.libraries()
    models = results.load("08_rivals").values["citeulike-t"]["models"]
    chosen = {row["model"]: row["knobs"] for row in models}
    made = pixie_rivals.makers(split.past(), boards)
    found = {
        name: train.on_test(made[name](**chosen[name]), split).ndcg
        for name in CALLED["citeulike-t"]
    }
    leads = {
        f"{a} over {b}": asdict(metrics.compare(found[a], found[b]))
        for a, b in combinations(found, 2)
    }
    return datasets.load("citeulike-t")["library"].core(5, 5), leads


SETS = {"MovieTweetings": of_films, "Gowalla": of_places, "citeulike-t": of_articles}


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


def half_lives(race: Race, found: dict) -> list[dict]:
    """Return recent popularity by the half-life of lesson 15, shorter ones, and the one chosen here, each beside SASRec."""
    rows = {row["name"]: row for row in found["rows"]}
    models = {row["model"]: row["knobs"] for row in results.load("15_films").values["models"]}
    train_, past, users = race.split.train, race.split.past(), np.unique(race.asked.users)
    here = rows["recent"]["knobs"]["half_life"] * float(np.ptp(train_.times)) / DAY
    out = []
    there = models["popularity"]["days"]
    asked = [("lesson 15", there), *((f"{k} less", there - k) for k in (1, 2, 3)), ("advise", here)]
    for who, days in asked:
        before, now = (baselines.popularity(part, half_life=days * DAY) for part in (train_, past))
        gains = metrics.evaluate(race.lists(now, personal=False), race.asked, users).ndcg
        lead = metrics.compare(np.array(rows["SASRec"]["ndcg"]), gains.to_numpy())
        out.append({
            "who": who, "days": round(days, 2), "validation": race.score(before), "ndcg": float(gains.mean()),
            "SASRec over it": {"gap": lead.gap, "low": lead.low, "high": lead.high, "said": said(lead.low, lead.high)},
        })  # fmt: skip
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help="of processor time for each set"
    )
    parser.add_argument("--only", choices=SETS, help="keep what is stored of the others")
    given = parser.parse_args()
    values = {}
    for name, make in SETS.items():
        if given.only in (None, name):
            events, leads = make()
            race, found, seconds = advised(name, events, given.minutes)
            values[name] = judged(found, renamed(leads, CALLED[name]), THERE)
            values[name]["seconds"] = round(seconds, 1)
            if name == "MovieTweetings":
                values[name]["half-lives"] = half_lives(race, found)
            for pair in values[name]["pairs"]:
                print(pair, flush=True)
    if given.only and (paths.data() / "results" / f"{NAME}.json").exists():
        values = results.load(NAME).values | values
    spent = sum(part["seconds"] for part in values.values())
    print(results.save(NAME, claim=CLAIM, values=values, seeds=[0], seconds=spent,
                       command=COMMAND, data=DATA))  # fmt: skip


if __name__ == "__main__":
    main()
