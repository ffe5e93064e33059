"""Negatives of the batch at the softmax's own half-life: how much of its loss is the clock?

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson10.same_clock

In `towers` validation chose a half-life of 81 days for the in-batch softmax and 3 for the softmax over all films. Here
the in-batch softmax learns with 3 days as well: five learning rates, stopped by validation, then three seeds on
train and validation, asked once by test, all as there. Beside it the softmax, trained again with the knobs it won with.
Parts are kept in build/bench/same_clock.jsonl.

Writes data/results/10_same_clock.json. One thread, about two minutes.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from graphrec_utils import metrics, results, train
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson10.towers import DATA, SEEDS, STEPS, tower

FILE = "same_clock"
COMMAND = "python -m solutions.experiments.lesson10.same_clock"
CLAIM = (
    "With the half-life of the softmax, too, negatives of the batch find less and show rarer films."
)
HALF_LIFE = 3


def chosen(split) -> list[dict]:
    """Every rate on validation."""
    score = train.on_validation(split)

    def attempt(rate: float) -> dict:
        model, found = tower(split.train, score, "in-batch", rate, HALF_LIFE)
        return {"rate": rate, **found, "validation": float(score(model))}

    return [kept(FILE, f"rate {rate}", lambda r=rate: attempt(r)) for rate in STEPS["rate"]]


def tested(split, kind: str, knobs: dict) -> dict:
    """Return what a tower finds with three seeds; of each user the mean over them."""
    past, users = split.past(), np.unique(split.test.users)
    counts = np.bincount(past.items, minlength=past.num_items)

    def run(seed: int) -> dict:
        model, _ = tower(
            past, None, kind, knobs["rate"], HALF_LIFE, epochs=knobs["epochs"], seed=seed
        )
        lists = metrics.rank(model, past, 20, users)
        return {
            "ndcg": metrics.evaluate(lists, split.test, users).ndcg.tolist(),
            "coverage": float(metrics.coverage(lists, past.num_items)),
            "fans": float(counts[lists[lists >= 0]].mean()),
        }

    runs = [kept(FILE, f"{kind} {seed} {knobs}", lambda s=seed: run(s)) for seed in SEEDS]
    return {
        "knobs": knobs | {"half_life": HALF_LIFE}, "of users": np.mean([r["ndcg"] for r in runs], axis=0),
        "ndcg by seed": [round(float(np.mean(r["ndcg"])), 4) for r in runs],
        "coverage": runs[0]["coverage"], "mean count of what is shown": runs[0]["fans"],
    }  # fmt: skip


def main() -> None:
    split = DATA["time"]()
    trials = chosen(split)
    best = max(trials, key=lambda trial: trial["validation"])
    knobs = {"rate": best["rate"], "epochs": best["epochs"]}
    rows = {
        "in-batch softmax": tested(split, "in-batch", knobs),
        "softmax": tested(split, "full", {"rate": 0.001, "epochs": 13}),
    }
    of = {name: pd.Series(row.pop("of users")) for name, row in rows.items()}
    values = {
        "trials": trials, "edge": best["rate"] in (STEPS["rate"][0], STEPS["rate"][-1]),
        "models": {name: row | {"ndcg": float(of[name].mean())} for name, row in rows.items()},
        "in-batch softmax over softmax": asdict(metrics.compare(of["in-batch softmax"], of["softmax"])),
    }  # fmt: skip
    print(
        results.save(
            "10_same_clock", claim=CLAIM, values=values, seeds=SEEDS, seconds=spent(FILE),
            command=COMMAND, data="movietweetings-100k",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
