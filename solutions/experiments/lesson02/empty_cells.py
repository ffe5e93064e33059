"""How loud should an empty cell be? iALS with α₀ from nearly 0 to 10, and λ chosen for each.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson02.empty_cells

An empty cell weighs α₀, a like 1 + α₀. At 0.00001 an empty cell says next to nothing, at 10 it is a dislike nearly as loud
as a like. For each α₀ every λ of LAMBDAS is tried on validation, the mean of SEEDS; the best one is trained on train and
validation and meets test. Beside it stands the smallest λ, hardly a ridge: there nothing but α₀ pulls scores
down. "bestsellers" is the share of the twenty items of a list that stand in the user's list by popularity as well.

MovieTweetings is cut as in the lesson, in time at 80 and 90 %, without what the past does not know; PinWorld as in lesson
11. d = 32 and 8 sweeps throughout. Writes data/results/02_empty_cells.json; trials are kept in build/bench.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphrec_utils import datasets, metrics, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines, mf
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson11 import logq_rivals

COMMAND = "python -m solutions.experiments.lesson02.empty_cells"
CLAIM = "A weak vote of the empty cells, with λ chosen for it, is behind on neither data set."
FILE, SEEDS, DIM, SWEEPS = "empty_cells", (0, 1, 2), 32, 8
ALPHAS = (0.00001, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
LAMBDAS = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


class Parts(NamedTuple):
    """What chooses, and what reports."""

    train: Interactions
    val: Interactions
    past: Interactions
    test: Interactions


def films() -> Parts:
    likes = datasets.load("movietweetings-100k").at_least(7)
    train, val, _ = likes.temporal_split((0.8, 0.1, 0.1))
    past, _, test = likes.temporal_split((0.9, 0.0, 0.1))
    return Parts(train, val, past, test)


def pins() -> Parts:
    split = logq_rivals.pins()
    return Parts(split.train, split.val, split.past(), split.test)


DATA = {"MovieTweetings": films, "PinWorld": pins}


def trained(events, alpha0: float, reg: float, seed: int):
    return mf.ials(events.csr(), DIM, alpha0, reg, sweeps=SWEEPS, seed=seed)


def on_validation(split: Parts, alpha0: float, reg: float) -> float:
    """Return NDCG@20, the mean of SEEDS."""
    models = [trained(split.train, alpha0, reg, seed) for seed in SEEDS]
    found = [metrics.evaluate_model(one, split.train, split.val).ndcg.mean() for one in models]
    return float(np.mean(found))


def on_test(split: Parts, alpha0: float, reg: float) -> dict:
    """Return NDCG@20 of each user, the mean of SEEDS, and the share of bestsellers in the lists."""
    past = split.past
    users = np.unique(split.test.users)
    models = [trained(past, alpha0, reg, seed) for seed in SEEDS]
    each = [metrics.evaluate_model(one, past, split.test).ndcg for one in models]
    mine = metrics.rank_all(*models[0], past.csr(), users=users)
    counts = past.degrees()[1].astype(np.float32)[:, None]
    theirs = metrics.rank_all(
        np.ones((past.num_users, 1), np.float32), counts, past.csr(), users=users
    )
    same = [len(np.intersect1d(a, b)) / 20 for a, b in zip(mine, theirs, strict=True)]
    return {
        "of each user": np.mean(each, axis=0).tolist(),
        "of each seed": [float(one.mean()) for one in each],
        "bestsellers": float(np.mean(same)),
    }


def measure(data: str, split: Parts) -> dict:
    """Return the curves of one data set."""
    grid = np.array([
        [kept(FILE, f"{data} {a:g} {r:g}", lambda a=a, r=r: on_validation(split, a, r)) for r in LAMBDAS]
        for a in ALPHAS
    ])  # fmt: skip
    best, each = np.unravel_index(grid.argmax(), grid.shape), grid.argmax(axis=1)

    def tested(a: int, r: int) -> dict:
        return kept(FILE, f"{data} test {a} {r}", lambda: on_test(split, ALPHAS[a], LAMBDAS[r]))

    top = np.array(tested(*best)["of each user"])
    rows = []
    for a, alpha0 in enumerate(ALPHAS):
        chosen, bare = tested(a, each[a]), tested(a, 0)
        gap = metrics.compare(top, np.array(chosen["of each user"]))
        rows.append({
            "alpha0": alpha0, "reg": LAMBDAS[each[a]], "validation": float(grid[a].max()),
            "ndcg": float(np.mean(chosen["of each user"])), "of each seed": chosen["of each seed"],
            "bestsellers": chosen["bestsellers"], "ndcg, hardly a ridge": float(np.mean(bare["of each user"])),
            "behind the best": {x: getattr(gap, x) for x in ("one", "other", "gap", "error", "users")},
        })  # fmt: skip
        print(data, {k: v for k, v in rows[-1].items() if k != "of each seed"}, flush=True)
    popular = metrics.evaluate_model(baselines.popularity(split.past), split.past, split.test)
    return {
        "alpha0": ALPHAS[best[0]], "reg": LAMBDAS[best[1]], "rows": rows, "validation": grid.tolist(),
        "popularity": float(popular.ndcg.mean()),
        "edge": [ALPHAS[a] for a in range(len(ALPHAS)) if each[a] in (0, len(LAMBDAS) - 1)],
    }  # fmt: skip


def main() -> None:
    values = {name: measure(name, load()) for name, load in DATA.items()}
    results.save(
        "02_empty_cells",
        claim=CLAIM,
        values=values | {"lambdas": list(LAMBDAS), "d": DIM, "sweeps": SWEEPS},
        seeds=SEEDS,
        seconds=spent(FILE),
        command=COMMAND,
        data=["movietweetings-100k"],
    )


if __name__ == "__main__":
    main()
