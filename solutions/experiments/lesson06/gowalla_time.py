"""All of Gowalla, knobs chosen in order of time: the graph filters, RP3β and iALS.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m solutions.experiments.lesson06.gowalla_time filters
    ... gowalla_time trap      after it: RP3β chosen on a random tenth, for lesson 06
    ... gowalla_time ials      after it, too

The published test part is the end of every user's history, so the last tenth of every user's train
items is the validation part. There `train.tune` gives every model BUDGET trials; what it chose is
trained on all of train and meets test once. Test is read in `final` alone.

iALS is searched at d = 64, the papers'. Its two best settings are tried at d = 256 and the better of
them at d = 1024. The dimension itself is not chosen: recall still grows at the largest that was tried.

Writes 04_gfcf_gowalla.json, 06_gowalla_trap.json and 02_ials_gowalla.json in data/results. What a random
tenth had chosen is kept in the first and the last, under "random validation". Logs of the trials
are in build/gowalla_time: a run that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import time
from typing import Any

import numpy as np
import pandas as pd

from graphrec_utils import datasets, metrics, paths, results, train
from graphrec_utils.data import Split
from graphrec_utils.models import baselines, filters, mf

COMMAND = "python -m solutions.experiments.lesson06.gowalla_time"
FOLDER = paths.root() / "build" / "gowalla_time"
BUDGET, USERS, SEED = 12, 3000, 0
SLACK = 0.0005  # in recall; what a knob at its end may be ahead of one inside its grid
PASSES = 4  # of GF-CF: approximate patterns cost less and were as good as exact ones
FILTERS = {
    "GF-CF": {"dim": [64, 128, 256, 512, 1024], "weight": [0.03, 0.1, 0.2, 0.5, 1.0]},
    "RP3β": {"alpha": [0.25, 0.5, 0.75, 1.0, 1.25], "beta": [0.0, 0.2, 0.35, 0.5, 0.75, 1.0]},
}
DIMS = (64, 256, 1024)  # of iALS; all trials at the first
SWEEPS = (2, 4, 8)
IALS = {"alpha0": [0.003, 0.01, 0.03, 0.1], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03]}


def split() -> Split:
    return datasets.load("gowalla").with_validation(last=0.1)


def final(name: str, model: Any, known: Split) -> dict[str, float]:
    """Return recall@20 and NDCG@20 on test: the one function here that reads it.

    What each user got is kept in build/gowalla_time, for `compared`.
    """
    per_user = train.on_test(model, known)[["recall", "ndcg"]]
    FOLDER.mkdir(parents=True, exist_ok=True)
    per_user.to_csv(FOLDER / f"{name}.csv")
    mean = per_user.mean()
    return {"recall@20": round(float(mean.recall), 4), "ndcg@20": round(float(mean.ndcg), 4)}


def compared(one: str, others: list[str]) -> dict[str, dict]:
    """Return {other: the numbers of `metrics.Comparison`} of what `final` has kept, by NDCG@20."""
    kept = {n: pd.read_csv(FOLDER / f"{n}.csv", index_col=0).ndcg for n in (one, *others)}
    fields = ("one", "other", "gap", "error", "users")
    pairs = {other: metrics.compare(kept[one], kept[other]) for other in others}
    return {name: {f: round(getattr(x, f), 6) for f in fields} for name, x in pairs.items()}


def rows(search: train.Search, name: str) -> list[dict]:
    return [
        t.knobs | t.found | {"recall@20": round(t.score, 4), "seconds": round(t.seconds, 1)}
        for t in search.trials
        if t.model == name
    ]


def search_filters(known: Split) -> train.Search:
    R = known.train.csr()

    @functools.cache
    def unit(dim):
        return filters.gf_cf(R, dim, 1.0, passes=PASSES)

    def gf_cf(dim, weight):  # the same patterns, weighted otherwise
        return dataclasses.replace(unit(dim), left=np.float32(weight) * unit(dim).left)

    models = {
        "popularity": (lambda: baselines.popularity(known.train), {}),
        "linear filter": (lambda: filters.linear_filter(R), {}),
        "RP3β": (functools.partial(filters.rp3beta, R), FILTERS["RP3β"]),
        "GF-CF": (gf_cf, FILTERS["GF-CF"]),
    }
    return train.tune(
        models,
        BUDGET,
        train.on_validation(known, "recall", users=USERS),
        natural={"beta": [0.0]},
        log=FOLDER / "filters.jsonl",
        progress=False,
    )


def graph_filters() -> None:
    start, known = time.perf_counter(), split()
    search = search_filters(known)
    print(search, flush=True)
    walk, chosen = (search.winner(name, SLACK).knobs for name in ("RP3β", "GF-CF"))
    R = known.past().csr()
    makers = {
        "popularity": lambda: baselines.popularity(known.past()),
        "SVD low-pass": lambda: filters.svd_low_pass(R, chosen["dim"]),
        "linear filter": lambda: filters.linear_filter(R),
        "RP3β": lambda: filters.rp3beta(R, **walk),
        "GF-CF": lambda: filters.gf_cf(R, **chosen, passes=PASSES),
    }
    found, cpu, wall = {}, {}, {}
    for name, make in makers.items():
        begin, began = time.process_time(), time.perf_counter()
        found[name] = final(name, make(), known)
        cpu[name] = round(time.process_time() - begin, 1)
        wall[name] = round(time.perf_counter() - began, 1)
        print(name, found[name], cpu[name], flush=True)
    values = {
        "patterns of the SVD": chosen["dim"],
        "patterns of GF-CF": chosen["dim"],
        "weight of GF-CF": chosen["weight"],
        "passes of GF-CF": PASSES,
        "exponents of RP3β": walk,
        "test": found,
        "RP3β against, NDCG@20": compared("RP3β", ["linear filter", "GF-CF"]),
        "CPU seconds with ranking": cpu,
        "seconds with ranking": wall,
        "validation": "the last tenth of every user's train items, recall@20",
        "validation users": USERS,
        "trials": {name: rows(search, name) for name in search.winners.index},
        "random validation": before("04_gfcf_gowalla"),
    }
    store("04_gfcf_gowalla", values, start, "filters", (
        "Graph filters on all of Gowalla, knobs chosen on the last tenth of every user's train items."
    ))  # fmt: skip


def trap() -> None:
    """Choose RP3β as well as ever, but on a random tenth; it meets test for the comparison alone."""
    start, published = time.perf_counter(), datasets.load("gowalla")
    drawn = published.with_validation(0.1, SEED)
    search = train.tune(
        {"RP3β": (functools.partial(filters.rp3beta, drawn.train.csr()), FILTERS["RP3β"])},
        BUDGET, train.on_validation(drawn, "recall", users=USERS),
        natural={"beta": [0.0]}, log=FOLDER / "random.jsonl", progress=False,
    )  # fmt: skip
    best = search.winner("RP3β", SLACK)
    print(search.table, flush=True)
    model = filters.rp3beta(drawn.past().csr(), **best.knobs)
    values = {
        "exponents of RP3β": best.knobs,
        "random validation": round(best.score, 4),
        "test": final("RP3β, random", model, drawn),
        "RP3β of the last tenth against, NDCG@20": compared("RP3β", ["RP3β, random"]),
        "trials": rows(search, "RP3β"),
        "validation": "a random tenth of every user's train items, recall@20",
        "validation users": USERS,
    }
    store("06_gowalla_trap", values, start, "trap", (
        "RP3β on all of Gowalla, exponents chosen on a random tenth of every user's train items."
    ))  # fmt: skip


def ials_at(R, dim: int, score, sweeps=SWEEPS):
    """Return a fit that keeps the number of sweeps, of SWEEPS, at which validation was best."""

    def fit(alpha0, reg):
        best = (-np.inf, 0, None)

        def look(sweep, user_emb, item_emb):
            nonlocal best
            if sweep in sweeps:
                value = score(mf.Factors(user_emb, item_emb))
                if value > best[0]:
                    best = (value, sweep, mf.Factors(user_emb.copy(), item_emb.copy()))

        mf.ials(R, dim, alpha0, reg, sweeps=max(sweeps), seed=SEED, callback=look)
        return best[2], {"sweeps": best[1]}

    return fit


def search_ials(known: Split) -> tuple[train.Search, list[dict]]:
    """Return the search at one dimension, and what its two best settings reach at all of them."""
    R, score = known.train.csr(), train.on_validation(known, "recall", users=USERS)
    search = train.tune(
        {"iALS": (ials_at(R, DIMS[0], score), IALS)},
        BUDGET, score, log=FOLDER / "ials.jsonl", progress=False,
    )  # fmt: skip
    print(search.table, flush=True)
    best = search.winner("iALS", SLACK)  # refuses an edge
    sizes = [{"dim": DIMS[0]} | best.knobs | best.found | {"recall": round(best.score, 4)}]
    settings = [t.knobs for t in sorted(search.trials, key=lambda t: -t.score)[:2]]
    for dim in DIMS[1:]:
        name, here = f"iALS, d = {dim}", []
        for knobs in settings:
            fixed = {knob: [value] for knob, value in knobs.items()}
            trial = train.tune(
                {name: (ials_at(R, dim, score), fixed)},
                1, score, log=FOLDER / "ials.jsonl", progress=False,
            ).trials[0]  # fmt: skip
            here.append(trial)
            sizes.append({"dim": dim} | knobs | trial.found | {"recall": round(trial.score, 4)})
            print(sizes[-1], flush=True)
        settings = [max(here, key=lambda t: t.score).knobs]
    return search, sizes


def ials() -> None:
    start, known = time.perf_counter(), split()
    mf.ials(known.train.csr(), 2, 0.1, 0.1, sweeps=1)  # compile before the clock runs
    search, sizes = search_ials(known)
    R, tests = known.past().csr(), []
    for dim in DIMS:
        best = max((row for row in sizes if row["dim"] == dim), key=lambda row: row["recall"])
        knobs = {name: best[name] for name in ("dim", "alpha0", "reg", "sweeps")}
        begin = time.process_time()
        model = mf.ials(R, **knobs, seed=SEED)
        cpu = round(time.process_time() - begin, 1)
        tests.append(
            final(f"iALS, d = {dim}", model, known) | knobs | {"training, CPU seconds": cpu}
        )
        print("test", tests[-1], flush=True)
    values = {
        **tests[-1],
        "nu": 1.0,
        "validation": "the last tenth of every user's train items, recall@20",
        "validation users": USERS,
        "test by dimension": tests,
        "at the largest d against, NDCG@20": compared(
            f"iALS, d = {DIMS[-1]}", ["popularity", "RP3β", "GF-CF"]
        ),
        "validation by dimension": sizes,
        "validation grid": rows(search, "iALS"),
        "random validation": before("02_ials_gowalla"),
    }
    store("02_ials_gowalla", values, start, "ials", (
        "iALS on all of Gowalla, knobs chosen on the last tenth of every user's train items."
    ))  # fmt: skip


def before(name: str) -> dict:
    """Return what was measured when a random tenth was the validation part."""
    values = results.load(name).values
    return values.get("random validation", values)


def store(name: str, values: dict, start: float, what: str, claim: str) -> None:
    seconds = time.perf_counter() - start
    print(
        results.save(
            name, claim=claim, values=values, seeds=[SEED], seconds=seconds,
            command=f"{COMMAND} {what}", data="gowalla",
        )
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["filters", "trap", "ials"])
    {"filters": graph_filters, "trap": trap, "ials": ials}[parser.parse_args().what]()


if __name__ == "__main__":
    main()
