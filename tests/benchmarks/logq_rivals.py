"""Losses of lesson 11 on one dot product, tuned alike, beside rivals; and the number of negatives.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.logq_rivals rivals
    ... sizes      after it: 16 to 512 negatives with the knobs that were chosen
    ... choices    the grid of the lesson's open task, on PinWorld

MovieTweetings, ratings of 7 or more, 5-core, cut in time at 80 and 90 %; users and items that are new
stay in the test part and count as misses, for all models alike. Every model gets TRIALS trials of
`train.tune` on validation (NDCG@20), early stopping included. What was chosen is trained on train and
validation with three seeds and meets test. Columns: 512 negatives, shared by a batch of 512.

Writes data/results/11_rivals.json, 11_sizes.json, 11_choices.json. Some ten minutes of one thread.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from functools import partial
from itertools import product

import numpy as np

from graphrec_utils import datasets, metrics, paths, pinworld, results, train
from graphrec_utils.data import Split
from graphrec_utils.models import baselines, filters, mf, sampled
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from tests.benchmarks import devices

COMMAND = "python -m tests.benchmarks.logq_rivals"
DATA, DAY, SEEDS, TRIALS = "movietweetings-100k", 86_400, (0, 1, 2), 4
DIM, BATCH, EPOCHS, PATIENCE = 32, 512, 12, 2
ARMS = {
    "full softmax": {"loss": "full"},
    "BCE, uniform": {"loss": "bce", "uniform": 1.0, "num_negatives": 64},
    "in-batch, no correction": {"loss": "none"},
    "in-batch, all logits (Yi)": {"loss": "all"},
    "in-batch, negatives, no n": {"loss": "negatives"},
    "in-batch, corrected": {"loss": "corrected"},
    "mixed half and half, corrected": {"loss": "corrected", "uniform": 0.5},
    "uniform, corrected": {"loss": "corrected", "uniform": 1.0},
}
GRID = {"lr": [0.003, 0.01, 0.03], "reg": [0.01, 0.03, 0.1, 0.3]}
RIVALS = {
    "popularity": {"days": [1, 2, 4, 8, 16, 32, 64]},
    "RP3β": {"alpha": [0.25, 0.5, 0.75, 1.0, 1.25], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]},
    "EASE": {"reg": [10, 30, 100, 200, 400, 800, 1600, 3200]},
    "iALS, d = 32": {"alpha0": [0.01, 0.03, 0.1, 0.3], "reg": [0.001, 0.003, 0.01, 0.03, 0.1]},
    "iALS, any d": {
        "dim": [16, 32, 64, 128, 256],
        "alpha0": [0.01, 0.03, 0.1, 0.3],
        "reg": [0.001, 0.003, 0.01, 0.03, 0.1],
    },
}
NATURAL = {"beta": [0.0], "reg": [0.0]}
CLAIM = "The corrected loss of 2025 finds more than the usual logQ correction of negatives."
CLAIM_SIZES = "The fewer negatives, the more it matters which correction is used."
CLAIM_CHOICES = "What a dot product finds on PinWorld, by loss, negatives and shift."
CHOICES = {
    "loss": ("none", "all", "negatives", "corrected"),
    "num_negatives": (16, 128, 1024),
    "uniform": (0.0, 0.5, 1.0),
}
SHIFTS = (-0.5, 0.0, 0.5, 1.0, 1.5)
FIXED = {"lr": 0.01, "reg": 0.03, "epochs": 3, "dim": 32, "batch": 1024}


def movies() -> Split:
    likes = datasets.load(DATA).at_least(7).core(5, 5)
    return likes.temporal_split((0.8, 0.1, 0.1), unseen="keep")


def stopping(events, score, seed: int = 0, **knobs):
    """Return the factors of the best epoch, and which it was."""
    best = (-np.inf, 0, None)

    def look(epoch, factors):
        nonlocal best
        value = score(factors)
        if value > best[0]:
            best = (value, epoch, factors)
        return epoch - best[1] >= PATIENCE

    sampled.fit(
        events,
        dim=DIM,
        batch=BATCH,
        epochs=EPOCHS,
        seed=seed,
        callback=look,
        device=devices.chosen,
        **knobs,
    )
    return best[2], {"epochs": best[1]}


def rival(name: str, events, **knobs):
    if name == "popularity":
        return baselines.popularity(events, half_life=knobs["days"] * DAY)
    if name == "RP3β":
        return filters.rp3beta(events.csr(), **knobs)
    if name == "EASE":
        return ease(events.csr(), **knobs)
    return mf.ials(events.csr(), **{"dim": DIM} | knobs, sweeps=8)


def looked_at(model, split: Split) -> tuple[dict, np.ndarray]:
    """Return what is printed of a model on test, and its NDCG of each user."""
    past, users = split.past(), np.unique(split.test.users)
    lists = metrics.rank(model, past, 20, users)
    found = metrics.evaluate(lists, split.test, users)
    degree = past.degrees()[1]
    rare = np.sort(degree[degree > 0])[int(0.8 * (degree > 0).sum())]  # four fifths are rarer
    tail = metrics.recall_by_popularity(lists, split.test, past, (int(rare),), users)
    shown = degree[lists[lists >= 0]]
    row = {
        "ndcg": float(found.ndcg.mean()), "recall": float(found.recall.mean()),
        "tail recall": float(tail.recall.iloc[0]),
        "coverage": metrics.coverage(lists, past.num_items),
        "mean popularity": float(shown.mean()),
    }  # fmt: skip
    return row, found.ndcg.to_numpy()


def rivals(trials: int = TRIALS, make=movies, log=None) -> dict:
    split = make()
    score = train.on_validation(split, "ndcg", users=500)
    models = {n: (partial(stopping, split.train, score, **arm), GRID) for n, arm in ARMS.items()}
    models |= {n: (partial(rival, n, split.train), grid) for n, grid in RIVALS.items()}
    search = train.tune(models, trials, score, natural=NATURAL, log=log, progress=False)
    print(search, flush=True)
    rows, per_user, past = [], {}, split.past()
    for name in models:
        best = search.best(name)
        many = name in ARMS
        runs = []
        for seed in SEEDS if many else SEEDS[:1]:
            model = (
                sampled.fit(past, device=devices.chosen, dim=DIM, batch=BATCH, seed=seed, **ARMS[name], **best.knobs,
                            **best.found)
                if many
                else rival(name, past, **best.knobs)
            )  # fmt: skip
            runs.append(looked_at(model, split))
        per_user[name] = np.mean([x for _, x in runs], axis=0)
        row = {k: float(np.mean([r[k] for r, _ in runs])) for k in runs[0][0]}
        rows.append({
            "model": name, **row, "ndcg by seed": [r["ndcg"] for r, _ in runs],
            "validation": best.score, "knobs": best.knobs | best.found,
            "at the edge": search.edges.get(name, ""),
        })  # fmt: skip
        print(rows[-1], flush=True)
    leads = {
        f"{a} over {b}": asdict(metrics.compare(per_user[a], per_user[b]))
        for a in per_user
        for b in per_user
        if a != b
    }
    known = np.isin(split.test.users, past.users) & np.isin(split.test.items, past.items)
    return {
        "users": len(per_user["popularity"]), "test events with a new user or item": float(1 - known.mean()),
        "trials per model": trials, "models": rows, "leads": leads,
    }  # fmt: skip


def sizes(make=movies, chosen=None, numbers=(16, 64, 256), seeds=SEEDS) -> dict:
    """Return NDCG on test by loss and number of negatives, with the knobs chosen for 512."""
    split, rows = make(), []
    chosen = chosen or {r["model"]: r["knobs"] for r in results.load("11_rivals").values["models"]}
    for name, arm in ARMS.items():
        if not name.startswith("in-batch"):
            continue
        for number in numbers:
            runs = [
                looked_at(
                    sampled.fit(split.past(), device=devices.chosen, num_negatives=number, dim=DIM, batch=BATCH, seed=seed,
                                **arm, **chosen[name]),
                    split,
                )[0]
                for seed in seeds
            ]  # fmt: skip
            row = {k: float(np.mean([r[k] for r in runs])) for k in runs[0]}
            spread = float(np.std([r["ndcg"] for r in runs], ddof=1)) if len(seeds) > 1 else 0.0
            rows.append({"model": name, "n": number, **row, "sd over seeds": spread})
            print(rows[-1], flush=True)
    return {"rows": rows}


def shifted(factors: Factors, log_q: np.ndarray, weight: float) -> Factors:
    """Return vectors whose products are the scores plus weight times log Q."""
    users = np.hstack([factors.user_emb, np.ones((len(factors.user_emb), 1))])
    return Factors(users, np.hstack([factors.item_emb, weight * log_q[:, None]]))


def choices(grid=CHOICES, fixed=FIXED, seeds=(0,)) -> dict:
    """Return NDCG@20 of PinWorld's validation days for every choice and shift."""
    fit, val, _ = pinworld.load("small").split(("save",))
    val = val.without(fit)
    counts = np.bincount(fit.items, minlength=fit.num_items)
    log_q, rows = np.log(np.maximum(counts, 0.5) / counts.sum()), []
    for knobs in product(*grid.values()):
        choice = dict(zip(grid, knobs, strict=True))
        for seed in seeds:
            factors = sampled.fit(fit, seed=seed, device=devices.chosen, **choice, **fixed)
            found = [
                float(metrics.found(shifted(factors, log_q, w), fit, val).ndcg.mean())
                for w in SHIFTS
            ]
            rows.append([*knobs, *(round(x, 5) for x in found)])
        print(rows[-1], flush=True)
    popular = metrics.found(baselines.popularity(fit, half_life=7 * DAY), fit, val).ndcg.mean()
    columns = [*grid, *map(str, SHIFTS)]
    return {"columns": columns, "rows": rows, "fixed": fixed, "popularity": float(popular)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("rivals", "sizes", "choices"))
    what, start = devices.parse(parser).what, time.perf_counter()
    folder = paths.root() / "build"
    values = {
        "rivals": partial(rivals, log=folder / "logq.jsonl"), "sizes": sizes, "choices": choices,
    }[what]()  # fmt: skip
    claim = {"rivals": CLAIM, "sizes": CLAIM_SIZES, "choices": CLAIM_CHOICES}[what]
    print(results.save(
        f"11_{what}", claim=claim, values=values, seeds=[0] if what == "choices" else list(SEEDS),
        seconds=time.perf_counter() - start, command=f"{COMMAND} {what}",
        data=() if what == "choices" else DATA,
    ))  # fmt: skip


if __name__ == "__main__":
    main()
