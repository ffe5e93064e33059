"""Who chose? Four models on all of Gowalla, each with the same settings, chosen on three parts.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m solutions.experiments.lesson06.gowalla_choice

Every model gets BUDGET settings of its grid, the same ones each time, and a number for each:

    last      on the last tenth of every user's train items, which is how the test part was cut
    random    on a random tenth of them, three draws
    test      on the test part itself, after training on all of train, as is usual on this split

All numbers are recall@20 of the same USERS users. "test" is then read once more, for what each part
had chosen: what choosing on test gains is the difference to what the last tenth chose, user by user.
No model of the course is chosen here; `gowalla_time` and `gowalla_frontier` do that, and never see test.

Writes data/results/06_gowalla_choice.json. What is measured stands in build/bench/gowalla_choice.jsonl: a
run that was interrupted goes on. About an hour of one thread.
"""

from __future__ import annotations

import argparse
import functools
import itertools
from dataclasses import asdict, replace

import numpy as np

from graphrec_utils import datasets, metrics, results
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import filters, mf
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson06 import gowalla_frontier, gowalla_time

COMMAND = "python -m solutions.experiments.lesson06.gowalla_choice"
CLAIM = "On Gowalla choosing on test gains less than choosing on a random tenth loses."
NAME = "gowalla_choice"
BUDGET, USERS, DRAWS, DIM = 12, 2000, (0, 1, 2), 64
GRIDS = gowalla_time.FILTERS | {
    "near visits": gowalla_frontier.GRIDS["near visits"],
    "iALS, d = 64": gowalla_time.IALS | {"sweeps": [4, 8]},
}


def parts() -> dict[str, Split]:
    """Return {part: a split whose validation part is asked}; of "test" that is the test part."""
    published = datasets.load("gowalla")
    out = {"last": published.with_validation(last=0.1)}
    out |= {f"random {seed}": published.with_validation(0.1, seed) for seed in DRAWS}
    return out | {"test": Split(published.train, published.test, published.test)}


def makers(past: Interactions) -> dict:
    """Return {model: a function of its knobs}, on one past; what trials share is kept."""
    R = past.csr()

    @functools.lru_cache(1)  # settings come sorted
    def unit(dim):
        return filters.gf_cf(R, dim, 1.0, passes=gowalla_time.PASSES)

    return {
        "RP3β": functools.partial(filters.rp3beta, R),
        "GF-CF": lambda dim, weight: replace(
            unit(dim), left=np.float32(weight) * unit(dim).left
        ),  # the same patterns, weighted otherwise
        "near visits": gowalla_frontier.Makers(past).visits,
        "iALS, d = 64": lambda **knobs: mf.ials(R, DIM, **knobs, seed=0),
    }


def settings(name: str) -> list[dict]:
    """Return BUDGET settings of a model's grid, drawn without looking at any part."""
    grid = GRIDS[name]
    every = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    drawn = np.random.default_rng(0).choice(len(every), BUDGET, replace=False)
    return [every[k] for k in sorted(drawn)]


def scores(name: str, part: str, split: Split, users: np.ndarray) -> list[float]:
    """Return the mean recall@20 in one part of each setting of a model."""
    make = functools.cache(lambda: makers(split.train)[name])

    def once(knobs):
        return float(found(make()(**knobs), split, users).mean())

    return [kept(NAME, f"{part} {name} {k}", functools.partial(once, k)) for k in settings(name)]


def found(model, split: Split, users: np.ndarray):
    """Return recall@20 of these users, a Series."""
    lists = metrics.rank(model, split.train, 20, users)
    return metrics.evaluate(lists, split.val, users).recall


def measured(name: str, splits: dict[str, Split], users: np.ndarray) -> dict:
    """Return one model's settings, what was chosen where, and what that finds in test."""
    table = {part: scores(name, part, split, users) for part, split in splits.items()}
    knobs = settings(name)
    picked = {part: int(np.argmax(column)) for part, column in table.items()}
    make, per_user = makers(splits["test"].train)[name], {}
    for k in sorted(set(picked.values())):
        per_user[k] = found(make(**knobs[k]), splits["test"], users)
    by = {part: per_user[k] for part, k in picked.items()}
    random = sum(by[f"random {seed}"] for seed in DRAWS) / len(DRAWS)
    return {
        "settings": [
            row | {part: round(column[k], 4) for part, column in table.items()}
            for k, row in enumerate(knobs)
        ],
        "chosen": {part: knobs[k] for part, k in picked.items()},
        "test of what was chosen": {part: round(float(x.mean()), 4) for part, x in by.items()},
        "test over last": asdict(metrics.compare(by["test"], by["last"])),
        "last over random": asdict(metrics.compare(by["last"], random)),
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    splits = parts()
    users = functools.reduce(np.intersect1d, [np.unique(s.val.users) for s in splits.values()])
    users = np.sort(np.random.default_rng(0).choice(users, USERS, replace=False))
    models = {}
    for name in GRIDS:
        models[name] = measured(name, splits, users)
        print(name, {k: v for k, v in models[name].items() if k != "settings"}, flush=True)
    values = {"models": models, "users": USERS, "trials per model": BUDGET}
    print(results.save(
        "06_gowalla_choice", claim=CLAIM, values=values, seeds=list(DRAWS),
        seconds=spent(NAME), command=COMMAND, data="gowalla",
    ))  # fmt: skip


if __name__ == "__main__":
    main()
