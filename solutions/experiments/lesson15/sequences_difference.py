"""Why RecTools' SASRec finds more than the one of 15_films: one difference at a time.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson15.sequences_difference

* `films`: the split, the users and the weights of `sequences_peer`, SASRec with the softmax over all items and its
  knobs of 15_rectools. A difference is switched on alone, then those that help together. Epochs, six at most, are
  chosen on validation by the mean of two seeds; then three seeds on train and validation are asked for test.
* `passes`: the first and the best of them once more, test after each of four passes, so that a difference is not one of
  when validation stops.
* `Gowalla`: SASRec of 15_places with the settings that were chosen there, and its last place trained: three seeds.
* `games`: amazon-games as in the slice "order" of lesson 18, trained by `sasrec.fit`, in which what helps is switched on;
  here it is switched off, one at a time. Validation, two seeds, eight epochs.

What differs: RecTools multiplies nothing, but starts all tables by Xavier's rule; counts places from the latest event; reads rows of
one event more than it is asked with, so that its last place is trained; its block adds to what is normalized, as that of SASRec's
authors; no start vector; Adam without decay, β₂ = .98; whole histories in a batch, each event by its weight.
The authors' code, unlike both, multiplies items by the root of d where it reads them.

Parts that are done stand in build/bench/sequences_difference.jsonl. Writes data/results/15_difference.json.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from functools import cache, partial

import numpy as np
import torch

from graphrec_utils import metrics, results, sampling
from graphrec_utils.models import sasrec
from solutions.experiments import kept as shelf
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson11 import logq_rivals
from solutions.experiments.lesson15 import sequences
from solutions.experiments.lesson15.sequences_peer import known
from solutions.experiments.lesson18.regimes import history, order

COMMAND = "python -m solutions.experiments.lesson15.sequences_difference"
CLAIM = "Items that are read times the root of d explain most of what SASRec had found too little."
NAME, DIM, EPOCHS, SEEDS = "sequences_difference", 32, 6, (0, 1, 2)
PASSES, SPARE = 4, "the last place is trained"
ROOT = DIM**0.5
FILMS = {
    "as in 15_films": {},
    "items read times √d": {"scale": ROOT},
    SPARE: {"spare": 1},
    "both": {"scale": ROOT, "spare": 1},
    "item vectors of length 1 at the start": {"start": 1.0},
    "two blocks": {"blocks": 2},
    "lesson 11's loss": {"kind": "corrected"},
}
GAMES = {
    "all": {},
    "items read as they are": {"scale": 1.0},
    "the last place is not trained": {"longest": 0},
    "item vectors of length 1 at the start": {"start": 1.0},
    "two blocks": {"blocks": 2},
    "64 drawn items": {"negatives": 64},
    "1,024 drawn items": {"negatives": 1024},
}


# ------------------------------------------------------------------------ films
@cache
def split():
    return towers.DATA["time"]()


def curve(events, part, seed: int, top: int, epochs: int, what: dict) -> list[dict]:
    """Return what each user finds after each epoch."""
    users, made = np.unique(part.users), []

    def after(model) -> float:
        lists = metrics.rank(model, events, top, users)
        made.append(metrics.evaluate(lists, part, users).ndcg.to_dict())
        return 0.0

    knobs = {"kind": "full", "rate": 0.001, "half_life": 3} | what
    sequences.sas(events, after, epochs=epochs, seed=seed, patience=epochs, **knobs)
    return made


def of_films(name: str) -> dict:
    parts, what, start = split(), FILMS[name], time.process_time()
    past = parts.past()
    choose = [
        curve(parts.train, known(parts.val, parts.train), seed, 20, EPOCHS, what) for seed in (0, 1)
    ]
    means = np.mean([[np.mean(list(x.values())) for x in c] for c in choose], axis=0)
    best = int(means.argmax()) + 1
    tuned, start = time.process_time() - start, time.process_time()
    runs = [curve(past, known(parts.test, past), seed, 10, best, what)[-1] for seed in SEEDS]
    return {
        "validation": float(means.max()), "epochs": best, "runs": runs,
        "seconds to choose": round(tuned, 1), "seconds a training": round((time.process_time() - start) / 3, 1),
    }  # fmt: skip


def by_pass(name: str) -> list[list[dict]]:
    """Return what each user finds on test after each pass, three seeds."""
    parts = split()
    past = parts.past()
    test = known(parts.test, past)
    return [curve(past, test, seed, 10, PASSES, FILMS[name]) for seed in SEEDS]


def passes() -> list[dict]:
    """Return a row for each number of passes, with the lead of the trained last place."""
    first, spare = (
        shelf.kept(NAME, f"films by pass, {name}", partial(by_pass, name))
        for name in (next(iter(FILMS)), SPARE)
    )
    out = []
    for k in range(PASSES):
        one, other = (users_mean({"runs": [run[k] for run in runs]}) for runs in (spare, first))
        lead = metrics.compare(one, other)
        out.append({"passes": k + 1, "ndcg": lead.other, SPARE: lead.one, "lead": asdict(lead)})
        print(out[-1], flush=True)
    return out


def of_places() -> dict:
    """Return what SASRec finds on Gowalla with the knobs of 15_places and its last place trained."""
    parts, start = logq_rivals.places(), time.process_time()
    past, users = parts.past(), np.unique(parts.test.users)
    row = next(
        r for r in results.load("15_places").values["models"] if r["model"].startswith("SASRec")
    )
    found = []
    for seed in SEEDS:
        model = sequences.unscored("corrected", past, start=1.0, spare=1, seed=seed, **row["knobs"])
        lists = metrics.rank(model, past, 20, users)
        found.append(float(metrics.evaluate(lists, parts.test, users).ndcg.mean()))
    return {
        "as in 15_places": row["ndcg"], SPARE: found, "knobs": row["knobs"], "users": len(users),
        "seconds a training": round((time.process_time() - start) / 3, 1),
    }  # fmt: skip


# ------------------------------------------------------------------------ games
@cache
def games():
    events = order.events_of("amazon-games", False)
    users = order.asked(events)
    given, truth = order.parts(events, users, 2)
    return given, order.judge(given, users, truth, False)


def of_games(name: str) -> dict:
    given, judged = games()
    what, start = dict(GAMES[name]), time.process_time()
    length = 20
    rows = sampling.histories.cut(given, length + what.pop("longest", 1))
    found = []
    for seed in SEEDS[:2]:
        model = sasrec.fit(
            torch.full((1, length), -1), rows, given.num_items, order.DIM, epochs=8, lr=0.006, batch=order.BATCH,
            seed=seed, **what,
        )  # fmt: skip
        found.append(judged(history._reads(model)).tolist())
    return {"runs": found, "seconds a training": round((time.process_time() - start) / 2, 1)}


# ------------------------------------------------------------------------ both
def users_mean(run: dict) -> np.ndarray:
    runs = [list(x.values()) if isinstance(x, dict) else x for x in run["runs"]]
    return np.mean(runs, axis=0)


def rows(found: dict[str, dict]) -> list[dict]:
    """Return a row for each difference, with its lead over the first."""
    first, out = users_mean(next(iter(found.values()))), []
    for name, run in found.items():
        mine = users_mean(run)
        out.append({
            "difference": name, "ndcg": float(mine.mean()), "users": len(mine),
            "lead": asdict(metrics.compare(mine, first)) if name != next(iter(found)) else None,
            **{k: v for k, v in run.items() if k != "runs"},
        })  # fmt: skip
        print(out[-1], flush=True)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin nothing after so many")
    until = time.monotonic() + 60 * parser.parse_args().minutes
    torch.set_num_threads(1)
    made = {}
    for part, names, measure in (("films", FILMS, of_films), ("games", GAMES, of_games)):
        found = {}
        for name in names:
            key = f"{part} {name}"
            if key not in shelf.rows(NAME) and time.monotonic() > until:
                print("the minutes are over; the same command goes on")
                return
            found[name] = shelf.kept(NAME, key, partial(measure, name))
            print(key, round(float(users_mean(found[name]).mean()), 4), flush=True)
        made[part] = rows(found)
    for part, measure in (
        ("passes", passes),
        ("Gowalla", partial(shelf.kept, NAME, "Gowalla", of_places)),
    ):
        if time.monotonic() > until:
            print("the minutes are over; the same command goes on")
            return
        made[part] = measure()
        print(part, made[part], flush=True)
    library = results.load("15_rectools").values["models"]
    made["RecTools"] = next(r for r in library if r["model"] == "RecTools")
    print(results.save("15_difference", claim=CLAIM, values=made, seeds=list(SEEDS), command=COMMAND,
                       seconds=shelf.spent(NAME), data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
