"""Losses of lesson 11 on one dot product, tuned alike, beside rivals; and the number of negatives.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson11.logq_rivals rivals
    ... rivals --data PinWorld    one table, the others stay
    ... rivals --tune NAME    of that arm or rival; the others keep the knobs that are stored
    ... sizes      4 and 32 negatives, the knobs chosen anew for each number, MovieTweetings
    ... lengths    free vectors and vectors of length 1, with and without uniform columns, PinWorld
    ... rare       the recall of rare items, without and with the correction, with intervals
    ... choices    the grid of the lesson's open task, on PinWorld

* MovieTweetings: ratings of 7 or more, 5-core, cut in time at 80 and 90 %.
* PinWorld: saves of days 0-41, validation days 42-48, test days 49-55; 1,200 random users and the
  pins that five of them saved in the first part.
* Gowalla: 3,000 random users and the places that five of them visit in train. It has an order and no
  times: test is the published end of each user's history, validation the last tenth before it.

In the first one users and items that are new stay in the test part and count as misses, for all models
alike; the two others are asked with the losses of REPORTED, and Gowalla, where the first
arm of SHIFTED is ahead, with the second as well. Every loss gets TRIALS trials of
`train.tune` on validation (NDCG@20), early stopping included, and every rival, which is fitted in a
second, three times as many. What was chosen is trained on train and validation with three seeds and
meets test. In the two arms of SHIFTED what ranks is the score plus a weight times log Q: in each of their
trials the weight is read off validation, after each epoch. Columns: 512 negatives, shared by a batch of 512; 64 for BCE, 1,024 where it says so. At most
40 epochs, and it ends after 2 that are no better; BCE, which begins slowly, gets 120 and 8.

Writes data/results/11_rivals.json, 11_sizes.json, 11_lengths.json, 11_rare.json, 11_choices.json. Some ten minutes of
one thread a table. Trials are kept in build/logq: a search that was interrupted goes on.
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
from solutions.experiments import devices
from solutions.experiments.lesson10 import towers

COMMAND = "python -m solutions.experiments.lesson11.logq_rivals"
DAY, SEEDS, TRIALS, USERS = 86_400, (0, 1, 2), 8, 3_000
DIM, BATCH, EPOCHS, PATIENCE = 32, 512, 40, 2
SERVED, AGAIN = "uncorrected, λ log Q when serving", "usual correction, λ log Q when serving"
SHIFTED = {  # the second one is trained for log p: from there it may go both ways
    SERVED: (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5),
    AGAIN: (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75),
}
ARMS = {
    "full softmax": {"loss": "full"},
    "BCE, uniform": {"loss": "bce", "uniform": 1.0, "num_negatives": 64},
    "in-batch, no correction": {"loss": "none"},
    SERVED: {"loss": "none"},
    AGAIN: {"loss": "negatives"},
    "in-batch, all logits (Yi)": {"loss": "all"},
    "in-batch, negatives, no n": {"loss": "negatives"},
    "in-batch, corrected": {"loss": "corrected"},
    "mixed half and half, corrected": {"loss": "corrected", "uniform": 0.5},
    "uniform, 1,024, corrected": {"loss": "corrected", "uniform": 1.0, "num_negatives": 1024},
}
REPORTED = [  # the rows of the lecturer's table, and the two that were missing in it
    "full softmax",
    "BCE, uniform",
    "in-batch, no correction",
    SERVED,
    "in-batch, negatives, no n",
    "in-batch, corrected",
    "uniform, 1,024, corrected",
]
NAMES = {
    "MovieTweetings": [name for name in ARMS if name != AGAIN],
    "PinWorld": REPORTED,
    "Gowalla": [*REPORTED, AGAIN],
}
GRID = {"lr": [0.001, 0.003, 0.01, 0.03], "reg": [0.01, 0.03, 0.1, 0.3]}
# 64 negatives outweigh the positive, so cross-entropy gets worse before it gets better
SLOW = {"BCE, uniform": {"epochs": 120, "patience": 8}}
GRIDS = {
    "full softmax": {
        "lr": [0.001, 0.003, 0.01, 0.03, 0.1],
        "reg": [0.01, 0.03, 0.1, 0.3, 1.0],
    },
    "BCE, uniform": {
        "lr": [0.003, 0.01, 0.03, 0.1],
        "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    },
    SERVED: GRID | {"reg": [0.01, 0.03, 0.1, 0.3, 1.0]},
    AGAIN: GRID | {"reg": [0.01, 0.03, 0.1, 0.3, 1.0]},
    "in-batch, all logits (Yi)": GRID | {"reg": [0.03, 0.1, 0.3, 1.0, 3.0]},
    "uniform, 1,024, corrected": GRID | {"lr": [0.001, 0.003, 0.01, 0.03, 0.1]},
}
IALS = {
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
    "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
}
RIVALS = {
    "popularity": {"days": [1, 2, 4, 8, 16, 32, 64, 128]},
    "RP3β": {
        "alpha": [0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.25],
        "beta": [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9],
    },
    "EASE": {"reg": [10, 30, 100, 200, 400, 800, 1600, 3200]},
    "iALS, d = 32": IALS,
    "iALS, any d": {"dim": [8, 16, 32, 64, 128, 256, 512]} | IALS,
}
# less than a thousandth of reg changes nothing; the days of PinWorld are 49
NATURAL = {"alpha": [0.0], "beta": [0.0], "reg": [0.0003], "days": [128]}
CLAIM = "The corrected loss of 2025 finds more than the usual logQ correction of negatives."
CLAIM_SIZES = "The fewer negatives, the more it matters which correction is used."
CLAIM_LENGTHS = (
    "With vectors of length 1, uniform columns keep pins that nobody saved out of the lists."
)
CLAIM_RARE = "With the usual correction fewer of the rare items are found."
CLAIM_CHOICES = "What a dot product finds on PinWorld, by loss, negatives and shift."
CHOICES = {
    "loss": ("none", "all", "negatives", "corrected"),
    "num_negatives": (16, 128, 1024),
    "uniform": (0.0, 0.5, 1.0),
}
# few columns make a small gradient: weak penalties have to be there
SIZE_GRID = {"lr": [0.001, 0.003, 0.01, 0.03, 0.1], "reg": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]}
EVEN = {"lr": 0.01, "reg": 0.1}  # for the path over epochs: what two of the four losses chose for 4
LENGTHS = {
    "free": {"lr": [0.001, 0.003, 0.01, 0.03], "reg": [0.01, 0.03, 0.1, 0.3]},
    "length 1": {
        "lr": [0.001, 0.003, 0.01, 0.03, 0.1],
        "temperature": [0.03, 0.06, 0.12, 0.25, 0.5],
    },
}
SHIFTS = (-0.5, 0.0, 0.5, 1.0, 1.5)
FIXED = {"lr": 0.01, "reg": 0.03, "epochs": 3, "dim": 32, "batch": 1024}


def movies() -> Split:
    likes = datasets.load("movietweetings-100k").at_least(7).core(5, 5)
    return likes.temporal_split((0.8, 0.1, 0.1), unseen="keep")


def places() -> Split:
    return common(datasets.load("gowalla").sample_users(USERS, seed=0)).with_validation(last=0.1)


def pins() -> Split:
    fit, val, test = pinworld.load("small").split(("save",))
    val = val.without(fit)
    return common(Split(fit, val, test.without(fit).without(val)).sample_users(1_200, seed=0))


def common(split: Split) -> Split:
    """Return the part of the items that five users have in train."""
    train = split.train.select(split.train.degrees()[1][split.train.items] >= 5)
    return Split(train, split.val, split.test).sample_users(len(np.unique(train.users)), seed=0)


DATA = {"MovieTweetings": movies, "PinWorld": pins, "Gowalla": places}
FILES = {"MovieTweetings": "movietweetings-100k", "Gowalla": "gowalla"}


def shifted(factors: Factors, log_q: np.ndarray, weight: float) -> Factors:
    """Return vectors whose products are the scores plus weight times log Q."""
    users = np.hstack([factors.user_emb, np.ones((len(factors.user_emb), 1))])
    return Factors(users, np.hstack([factors.item_emb, weight * log_q[:, None]]))


def log_share(events) -> np.ndarray:
    """Return log Q of each item; who never came counts half an event."""
    counts = np.bincount(events.items, minlength=events.num_items)
    return np.log(np.maximum(counts, 0.5) / counts.sum())


def stopping(
    events,
    score,
    seed: int = 0,
    epochs: int = EPOCHS,
    patience: int = PATIENCE,
    weights=None,
    **knobs,
):
    """Return the factors of the best epoch, which it was, and the best of the weights, if any are given."""
    best = (-np.inf, {"epochs": 0}, None)

    def look(epoch, factors):
        nonlocal best
        for weight in weights or (0.0,):
            moved = shifted(factors, log_share(events), weight) if weights else factors
            value = score(moved)
            if value > best[0]:
                best = (value, {"epochs": epoch} | ({"weight": weight} if weights else {}), moved)
        return epoch - best[1]["epochs"] >= patience

    sampled.fit(
        events,
        dim=DIM,
        batch=BATCH,
        epochs=epochs,
        seed=seed,
        callback=look,
        device=devices.chosen,
        **knobs,
    )
    return best[2], best[1]


def arm(name: str, past, seed: int, weight: float | None = None, **knobs) -> Factors:
    """Return an arm, trained with what was chosen for it."""
    made = sampled.fit(
        past, device=devices.chosen, dim=DIM, batch=BATCH, seed=seed, **ARMS[name], **knobs
    )
    return made if weight is None else shifted(made, log_share(past), weight)


def rival(name: str, events, **knobs):
    if name == "popularity":
        return baselines.popularity(events, half_life=knobs["days"] * DAY if knobs else None)
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


def rare_hits(model, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Return how many of the rare items of each user's test part are in the list, and how many there are."""
    past, users = split.past(), np.unique(split.test.users)
    degree = past.degrees()[1]
    most = np.sort(degree[degree > 0])[int(0.8 * (degree > 0).sum())]  # as in looked_at
    lists = metrics.rank(model, past, 20, users)
    wanted = split.test.csr()[users].toarray() > 0
    wanted[:, degree > most] = False
    shown = np.zeros_like(wanted)
    for row, items in zip(shown, lists, strict=True):
        row[items[items >= 0]] = True
    return (shown & wanted).sum(axis=1), wanted.sum(axis=1)


def rare(makers=None, stored: dict | None = None, seeds=SEEDS) -> dict:
    """Return by how much the recall of rare items changes with the correction, with an interval over users.

    The two models are trained again, with the knobs that were chosen for them in `rivals`. The recall is
    that of all rare pairs together, so a user counts as much as its pairs.
    """
    stored = stored or results.load("11_rivals").values
    values = {}
    for data, make in (makers or DATA).items():
        split, per_user = make(), []
        chosen = {row["model"]: row["knobs"] for row in stored[data]["models"]}
        for name in ("in-batch, negatives, no n", "in-batch, no correction"):
            runs = [
                rare_hits(arm(name, split.past(), seed, **chosen[name]), split) for seed in seeds
            ]
            hits, there = np.mean([x for x, _ in runs], axis=0), runs[0][1]
            recall = hits.sum() / there.sum()
            each = recall + (hits - recall * there) / there.mean()  # of a ratio of two means
            per_user.append(each)
        values[data] = asdict(metrics.compare(*per_user)) | {"pairs": int(there.sum())}
        print(data, values[data], flush=True)
    return values


def kept(log, key: str, make):
    """Return what `make` returns, from the folder of the log if it was made before."""
    folder = None if log is None else log.with_suffix("")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return towers.kept(folder, key, make)


def searched(split: Split, names, trials: int, log) -> tuple[dict[str, dict], float]:
    """Return what was chosen on validation for each arm and rival, and the seconds."""
    score = train.on_validation(split, "ndcg", users=500)
    models = {
        n: (partial(stopping, split.train, score, **ARMS[n], **SLOW.get(n, {}),
                    weights=SHIFTED.get(n)), GRIDS.get(n, GRID))
        for n in names if n in ARMS
    }  # fmt: skip
    grids = {n: grid for n, grid in RIVALS.items() if n in names}
    if split.train.times is None and "popularity" in grids:
        grids["popularity"] = {}  # nothing tells what is recent
    quick = {n: (partial(rival, n, split.train), grid) for n, grid in grids.items()}
    search = towers.tuned(models, quick, trials, score, NATURAL, log)
    print(search, flush=True)
    chosen = {}
    for name in models | quick:
        best = search.best(name)
        chosen[name] = {"validation": best.score, "knobs": best.knobs | best.found,
                        "at the edge": search.edges.get(name, "")}  # fmt: skip
    return chosen, sum(trial.seconds for trial in search.trials)


def rivals(
    trials: int = TRIALS, make=movies, names=tuple(ARMS), log=None, stored: dict | None = None
) -> dict:
    """Return all of one table; what stands in `stored` keeps its knobs, and is trained again."""
    split, stored = make(), stored or {"models": [], "seconds": 0}
    names = [*names, *RIVALS]
    chosen = {
        row["model"]: {k: row[k] for k in ("validation", "knobs", "at the edge")}
        for row in stored["models"]
    }
    new, seconds = searched(split, [n for n in names if n not in chosen], trials, log)
    chosen |= new
    rows, per_user, past = [], {}, split.past()
    for name in names:
        best, many = chosen[name], name in ARMS
        runs = []
        for seed in SEEDS if many else SEEDS[:1]:
            final = partial(arm, name, past, seed) if many else partial(rival, name, past)
            key = f"{name} {best['knobs']} {seed}"
            runs.append(
                kept(
                    log, key, lambda make=final, best=best: looked_at(make(**best["knobs"]), split)
                )
            )
        per_user[name] = np.mean([x for _, x in runs], axis=0)
        row = {k: float(np.mean([r[k] for r, _ in runs])) for k in runs[0][0]}
        rows.append({"model": name, **row, "ndcg by seed": [r["ndcg"] for r, _ in runs], **best})
        print(rows[-1], flush=True)
    leads = {
        f"{a} over {b}": asdict(metrics.compare(per_user[a], per_user[b]))
        for a in per_user
        for b in per_user
        if a != b
    }
    known = np.isin(split.test.users, past.users) & np.isin(split.test.items, past.items)
    return {
        "users": len(per_user["popularity"]), "items": past.num_items, "events": len(past),
        "test events with a new user or item": float(1 - known.mean()),
        "trials per model": trials, "models": rows, "leads": leads,
        "seconds": round(stored["seconds"] + seconds, 1),
    }  # fmt: skip


def sizes(trials: int = TRIALS, make=movies, numbers=(4, 32), seeds=SEEDS, log=None) -> dict:
    """Return NDCG on test by loss and number of negatives, with knobs of its own for each."""
    split, rows, leads = make(), [], {}
    score, past = train.on_validation(split, "ndcg", users=500), split.past()
    names = {name: arm for name, arm in ARMS.items() if name.startswith("in-batch")}
    for number in numbers:
        per_user = {}
        for name, arm in names.items():
            given = arm | {"num_negatives": number}
            models = {
                f"{name}, {number}": (partial(stopping, split.train, score, **given), SIZE_GRID)
            }
            search = train.tune(models, trials, score, log=log, progress=False)
            best = search.best(f"{name}, {number}")
            knobs = best.knobs | best.found
            runs = [
                looked_at(
                    sampled.fit(past, device=devices.chosen, dim=DIM, batch=BATCH, seed=seed, **given, **knobs), split
                )
                for seed in seeds
            ]  # fmt: skip
            per_user[name] = np.mean([x for _, x in runs], axis=0)
            row = {k: float(np.mean([r[k] for r, _ in runs])) for k in runs[0][0]}
            rows.append({
                "model": name, "n": number, **row, "ndcg by seed": [r["ndcg"] for r, _ in runs],
                "validation": best.score, "knobs": knobs,
                "at the edge": search.edges.get(f"{name}, {number}", ""),
            })  # fmt: skip
            print(rows[-1], flush=True)
        leads[str(number)] = {
            f"{a} over {b}": asdict(metrics.compare(per_user[a], per_user[b]))
            for a in per_user for b in per_user if a != b
        }  # fmt: skip
    return {"rows": rows, "leads": leads, "users": len(per_user[name]), "items": past.num_items,
            "trials": trials, "after each epoch": by_epoch(make, seeds=seeds)}  # fmt: skip


def by_epoch(make=movies, number: int = 4, epochs: int = 6, seeds=SEEDS) -> dict:
    """Return NDCG on test after each epoch, with few negatives and one setting for all losses."""
    split = make()
    past, found = split.past(), {}
    users = np.unique(split.test.users)
    names = {name: arm for name, arm in ARMS.items() if name.startswith("in-batch")}
    for name, arm in names.items():
        for seed in seeds:
            path = found.setdefault(name, [])
            path.append([])

            def look(epoch, factors, path=path):
                lists = metrics.rank(factors, past, 20, users)
                path[-1].append(metrics.evaluate(lists, split.test, users).ndcg.to_numpy())

            sampled.fit(past, dim=DIM, batch=BATCH, seed=seed, device=devices.chosen, epochs=epochs,
                        num_negatives=number, callback=look, **arm, **EVEN)  # fmt: skip
        print(name, np.mean(found[name], axis=(0, 2)).round(4), flush=True)
    one, other = (
        np.mean(found[f"in-batch, {x}"], axis=0) for x in ("corrected", "negatives, no n")
    )
    return {
        "n": number, "knobs": EVEN,
        "ndcg": {name: np.mean(x, axis=2).tolist() for name, x in found.items()},  # seeds, epochs
        "corrected over negatives, no n": [
            asdict(metrics.compare(a, b)) for a, b in zip(one, other, strict=True)
        ],
    }  # fmt: skip


def lengths(trials: int = TRIALS, make=None, seeds=SEEDS, log=None) -> dict:
    """Return what lists hold of items that nobody took, by length of vectors and uniform share."""
    if make is None:
        fit, val, test = pinworld.load("small").split(("save",))
        val = val.without(fit)
        split = Split(fit, val, test.without(fit).without(val))
    else:
        split = make()
    score, past, rows, per_user = (
        train.on_validation(split, "ndcg", users=500),
        split.past(),
        [],
        {},
    )
    never, users = past.degrees()[1] == 0, np.unique(split.test.users)
    for kind, grid in LENGTHS.items():
        for uniform in (0.0, 0.5):
            name, given = f"{kind}, uniform {uniform:g}", {"loss": "corrected", "uniform": uniform}
            given |= {"num_negatives": 512}
            models = {name: (partial(stopping, split.train, score, **given), grid)}
            search = train.tune(models, trials, score, log=log, progress=False)
            best, runs = search.best(name), []
            for seed in seeds:
                model = sampled.fit(past, device=devices.chosen, dim=DIM, batch=BATCH, seed=seed,
                                    **given, **best.knobs, **best.found)  # fmt: skip
                lists = metrics.rank(model, past, 20, users)
                found = metrics.evaluate(lists, split.test, users).ndcg.to_numpy()
                runs.append((found, float(never[lists].mean())))
            per_user[name] = np.mean([x for x, _ in runs], axis=0)
            rows.append({
                "vectors": kind, "uniform": uniform, "ndcg": float(per_user[name].mean()),
                "ndcg by seed": [float(x.mean()) for x, _ in runs],
                "never saved": float(np.mean([x for _, x in runs])),
                "never saved by seed": [x for _, x in runs],
                "knobs": best.knobs | best.found, "at the edge": search.edges.get(name, ""),
            })  # fmt: skip
            print(rows[-1], flush=True)
    leads = {
        kind: asdict(metrics.compare(per_user[f"{kind}, uniform 0.5"], per_user[f"{kind}, uniform 0"]))
        for kind in LENGTHS
    }  # fmt: skip
    return {"rows": rows, "leads": leads, "share never saved": float(never.mean()),
            "users": len(users), "items": past.num_items, "trials": trials}  # fmt: skip


def choices(grid=CHOICES, fixed=FIXED, seeds=(0,)) -> dict:
    """Return NDCG@20 of PinWorld's validation days for every choice and shift."""
    fit, val, _ = pinworld.load("small").split(("save",))
    val = val.without(fit)
    log_q, rows = log_share(fit), []
    for knobs in product(*grid.values()):
        choice = dict(zip(grid, knobs, strict=True))
        for seed in seeds:
            factors = sampled.fit(fit, seed=seed, device=devices.chosen, **choice, **fixed)
            found = [
                float(metrics.evaluate_model(shifted(factors, log_q, w), fit, val).ndcg.mean())
                for w in SHIFTS
            ]
            rows.append([*knobs, *(round(x, 5) for x in found)])
        print(rows[-1], flush=True)
    popular = metrics.evaluate_model(
        baselines.popularity(fit, half_life=7 * DAY), fit, val
    ).ndcg.mean()
    columns = [*grid, *map(str, SHIFTS)]
    return {"columns": columns, "rows": rows, "fixed": fixed, "popularity": float(popular)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("rivals", "sizes", "lengths", "rare", "choices"))
    parser.add_argument("--data", nargs="+", choices=[*DATA], default=[*DATA], help="of rivals")
    parser.add_argument("--tune", nargs="+", choices=[*ARMS, *RIVALS], help="of rivals: only these")
    asked, start = devices.parse(parser), time.perf_counter()
    what = asked.what
    if what == "rivals":
        for name in asked.data:
            log = paths.root() / "build" / "logq" / f"{name}.jsonl"
            names = NAMES[name]
            there = (paths.data() / "results" / "11_rivals.json").exists()
            values = results.load("11_rivals").values if there else {}
            known = values.get(name) if asked.tune else None
            if known:
                known["models"] = [x for x in known["models"] if x["model"] not in asked.tune]
            values = values | {name: rivals(make=DATA[name], names=names, log=log, stored=known)}
            print(results.save(
                "11_rivals", claim=CLAIM, values=values, seeds=list(SEEDS),
                seconds=sum(x["seconds"] for x in values.values()), command=f"{COMMAND} rivals",
                data=[FILES[data] for data in values if data in FILES],
            ))  # fmt: skip
        return
    log = paths.root() / "build" / "logq" / f"{what}.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    makers = {
        "sizes": (partial(sizes, log=log), CLAIM_SIZES),
        "lengths": (partial(lengths, log=log), CLAIM_LENGTHS),
        "rare": (rare, CLAIM_RARE),
        "choices": (choices, CLAIM_CHOICES),
    }
    make, claim = makers[what]
    values = make()
    print(results.save(
        f"11_{what}", claim=claim, values=values, seeds=[0] if what == "choices" else list(SEEDS),
        seconds=time.perf_counter() - start, command=f"{COMMAND} {what}",
        data={"sizes": "movietweetings-100k", "rare": list(FILES.values())}.get(what, ()),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
