"""What orders a list at the faintest vote: the whisper, the ridge, or that training stops early?

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson02.whisper

With α₀ = 0 and ν = 1 the loss of iALS is a sum over likes, each at least (ŷ - 1)² + 2λŷ, and least where both vectors of
every like are equal: then all that likes connect has the score 1 - λ, and every list ties. So `empty_cells` may owe what it
found at α₀ = 0.00001 to the whisper, or to its 8 sweeps. Here its setting is trained on, with the whisper and without;
a weak vote of 0.1 with its own λ goes along.

"spread" is the standard deviation of the scores between users and items of the largest connected part, and "mean" their
mean (first seed, on test). Writes data/results/02_whisper.json; parts are kept in build/bench.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import metrics, results
from graphrec_utils.models import mf
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson02.empty_cells import DATA, DIM, SEEDS, Parts

COMMAND = "python -m solutions.experiments.lesson02.whisper"
CLAIM = "Without a vote of the empty cells a ridge orders no list, however long one trains; on films a whisper does."
FILE, STOPS = "whisper", (4, 8, 16, 32, 64, 128)


def joined(R: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return the users and items of the largest part that likes connect."""
    m = R.shape[0]
    graph = sp.block_array([[None, R], [R.T, None]])
    _, part = sp.csgraph.connected_components(graph, directed=False)
    largest = np.flatnonzero(part == np.bincount(part).argmax())
    return largest[largest < m], largest[largest >= m] - m


def followed(split: Parts, what: str, alpha0: float, reg: float, seed: int) -> list[dict]:
    """Return what is found after each number of sweeps."""
    past, asked = (split.train, split.val) if what == "validation" else (split.past, split.test)
    R, rows = past.csr(), []
    users, items = joined(R)

    def look(sweep: int, W: np.ndarray, H: np.ndarray) -> None:
        if sweep in STOPS:
            found = metrics.evaluate_model(mf.Factors(W, H), past, asked)
            scores = W[users[::7]] @ H[items].T
            rows.append({
                "sweeps": sweep, "ndcg": float(found.ndcg.mean()), "recall": float(found.recall.mean()),
                "mean": float(scores.mean(dtype=float)), "spread": float(scores.std(dtype=float)),
            })  # fmt: skip

    mf.ials(R, DIM, alpha0, reg, sweeps=STOPS[-1], seed=seed, callback=look)
    return rows


def measure(data: str, split: Parts, settings: dict[str, tuple[float, float]]) -> dict:
    """Return the curves of one data set: setting -> validation and test, by sweeps."""
    m, n = split.past.csr().shape
    users, items = joined(split.past.csr())
    values = {
        "likes": len(split.past), "cells": m * n, "joined": [len(users), len(items)], "settings": {}
    }  # fmt: skip
    for name, (alpha0, reg) in settings.items():
        values["settings"][name] = {"alpha0": alpha0, "reg": reg}
        for what in ("validation", "test"):
            seeds = [
                kept(FILE, f"{data} {alpha0:g} {reg:g} {what} {seed}",
                     lambda a=alpha0, r=reg, w=what, s=seed: followed(split, w, a, r, s))
                for seed in SEEDS
            ]  # fmt: skip
            rows = [
                {
                    "sweeps": sweep,
                    "ndcg": float(np.mean([one[k]["ndcg"] for one in seeds])),
                    "ndcg of each seed": [one[k]["ndcg"] for one in seeds],
                    "recall": float(np.mean([one[k]["recall"] for one in seeds])),
                    "mean": seeds[0][k]["mean"],
                    "spread": seeds[0][k]["spread"],
                }
                for k, sweep in enumerate(STOPS)
            ]
            values["settings"][name][what] = rows
            for row in rows:
                print(data, name, what, {k: v if isinstance(v, list) else round(v, 5) for k, v in row.items()}, flush=True)  # fmt: skip
    return values


def main() -> None:
    known = results.load("02_empty_cells").values
    values = {}
    for data, load in DATA.items():
        reg = {row["alpha0"]: row["reg"] for row in known[data]["rows"]}
        settings = {
            "no vote": (0.0, reg[0.00001]),
            "a whisper": (0.00001, reg[0.00001]),
            "a weak vote": (0.1, reg[0.1]),
        }
        values[data] = measure(data, load(), settings)
    results.save(
        "02_whisper",
        claim=CLAIM,
        values=values | {"d": DIM},
        seeds=SEEDS,
        seconds=spent(FILE),
        command=COMMAND,
        data=["movietweetings-100k"],
    )


if __name__ == "__main__":
    main()
