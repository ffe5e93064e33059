"""Pixie for a user of several pins, beside tuned rivals, on real libraries and on PinWorld.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson08.pixie_rivals

citeulike-t: a library is a board and an article a pin, 5-core; a random fifth of every library is the
test part, an eighth of the rest validation. PinWorld: boards and saves of days 0-41, validation days
42-48, test days 49-55; a pin or a user that is new stays in the test part, and RP3β comes once more "with
boards", which are to it as many users more. Every model gets 24 trials on validation (NDCG@20, 600 users),
the winner is fitted on train and validation and asked for test once. Pixie may spend 20,000 steps per user, and its visits may be divided by degree^beta, which the
paper does not do; "Pixie, settings of the paper" takes restart 0.5, all pins, Eq. 1 and the booster.
On PinWorld the winner is asked for test with other restarts as well, all else as it is: what going far
brings. Nothing is chosen by that. `--restarts` measures this alone, in half a minute.

Writes data/results/08_rivals.json. About ten minutes of one thread, 2 GB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, graphs, metrics, pinworld, results, train, walks
from graphrec_utils.data import Split
from graphrec_utils.models import baselines, filters, mf
from graphrec_utils.models.ease import ease

COMMAND = "python -m solutions.experiments.lesson08.pixie_rivals"
CLAIM = "For a user of several pins Pixie finds more than every tuned rival, at 20,000 steps."
BUDGET, STEPS, USERS = 24, 20_000, 600
NATURAL = {"beta": [0.0], "restart": [1.0], "queries": [64]}
GRIDS = {
    "RP3β": {"alpha": [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]},
    "EASE": {
        "reg": [3.0, 10, 20, 30, 60, 100, 200, 300, 600, 1000, 2000, 4000, 8000, 16_000, 32_000]
    },
    "iALS": {
        "dim": [8, 16, 32, 64, 128, 256, 512],
        "alpha0": [0.01, 0.03, 0.1, 0.3],
        "reg": [0.001, 0.003, 0.01, 0.03],
    },
    "Pixie": {
        "restart": [0.03, 0.06, 0.1, 0.2, 0.4, 0.7, 1.0],
        "queries": [4, 8, 16, 32, 64],
        "booster": [True, False],
        "equation": [True, False],
    },
}
GRIDS["Pixie / degree^β"] = GRIDS["Pixie"] | {"beta": [0.0, 0.15, 0.3, 0.45, 0.6]}


class Dense:
    """Scores of a function of one user."""

    def __init__(self, of: Callable):
        self.of = of

    def scores(self, users):
        return np.stack([self.of(int(u)) for u in users])


def pixie(
    boards: sp.csr_array, pins: dict[int, list[int]], restart: float, queries: int, booster: bool,
    equation: bool, beta: float = 0.0,
) -> Dense:  # fmt: skip
    """Return the walks of each user's latest pins on a graph of boards.

    Args:
        boards: (boards, pins) zeros and ones.
        pins: user -> pins, those to begin with first.
        queries: so many of them at most, those without a board left out.
        equation: allocate the steps by Eq. 1, else equally.
        beta: scores are divided by degree^beta.
    """
    graph, (m, n) = walks.walkable(graphs.adjacency(boards)), boards.shape
    degree = np.asarray(boards.sum(axis=0)).ravel()

    def of(user):
        own = [p for p in pins.get(user, ()) if degree[p]][:queries]
        if not own:
            return np.zeros(n)
        steps = np.full(len(own), STEPS // len(own))
        if equation:
            steps = np.maximum(walks.allocate_steps(degree[own], STEPS, degree.max()), 1)
        V = [
            walks.visits(graph, m + p, int(s), restart, seed=user)
            for p, s in zip(own, steps, strict=True)
        ]
        V = np.stack(V)[:, m:]
        return (walks.boost(V) if booster else V.sum(axis=0)) / np.maximum(degree, 1) ** beta

    return Dense(of)


def latest(events, seed: int = 0) -> dict[int, list[int]]:
    """Return user -> pins without repetition: latest first, or in random order without times."""
    order = np.random.default_rng(seed).permutation(len(events))
    if events.times is not None:
        order = np.argsort(-events.times, kind="stable")
    own: dict[int, list[int]] = {}
    for user, pin in zip(events.users[order].tolist(), events.items[order].tolist(), strict=True):
        own.setdefault(user, []).append(pin)
    return {user: list(dict.fromkeys(pins)) for user, pins in own.items()}


def libraries() -> tuple[Split, Callable]:
    """Return citeulike-t's split, and the boards of a part of its events: its libraries."""
    past, test = datasets.load("citeulike-t")["library"].core(5, 5).hold_out(0.2, seed=0)
    fit, val = past.hold_out(0.125, seed=1)
    return Split(fit, val, test), lambda events: sp.csr_array(events.csr().astype(np.float64))


def world() -> tuple[Split, Callable]:
    """Return PinWorld's split of saves, and the boards as they were when a part ended."""
    everything = pinworld.load("small")
    fit, val, test = everything.split(("save",))
    val = val.without(fit)
    test = test.without(fit).without(val)

    def boards(events):
        day = pinworld.TRAIN_END if len(events) == len(fit) else pinworld.VAL_END
        R = everything.bipartite(day)["board-pin"].matrix
        return sp.csr_array((R > 0).astype(np.float64))

    return Split(fit, val, test), boards


def makers(events, boards: Callable) -> dict[str, Callable]:
    """Return model -> function of its knobs, all fitted on these events."""
    R, B, own = sp.csr_array(events.csr().astype(np.float64)), boards(events), latest(events)
    made = {
        "popularity": lambda: baselines.popularity(events),
        "RP3β": partial(filters.rp3beta, R),
        "EASE": partial(ease, R),
        "iALS": partial(mf.ials, R, sweeps=12),
    }
    if B.shape != R.shape or (B != R).nnz:  # boards are no libraries
        made[f"RP3β{WITH}"] = partial(filters.rp3beta, sp.vstack([R, B], format="csr"))
    return made | {
        "Pixie": partial(pixie, B, own),
        "Pixie / degree^β": partial(pixie, B, own),
    }


WITH = " with boards"
RESTARTS = (0.06, 0.2, 0.5, 1.0)
PAPER = {"restart": 0.5, "queries": 10_000, "booster": True, "equation": True}


def measure(
    split: Split, boards: Callable, budget: int = BUDGET, users: int = USERS, log: str | None = None
) -> dict:
    """Return the winners on validation, what they find on test, and Pixie beside each of them."""
    made = makers(split.train, boards)
    score = train.on_validation(split, "ndcg", users=users)
    trials, edges = [], {}
    for name, fit in made.items():
        kind = name.removesuffix(WITH)
        grid = GRIDS.get(kind, {})
        size = int(np.prod([len(values) for values in grid.values()]))
        count = min(budget, size)
        search = train.tune(
            {name: (fit, grid)}, count, score, natural=NATURAL, log=log, progress=False
        )
        trials, edges = trials + list(search.trials), edges | dict(search.edges)
        print(search, flush=True)
    past, rows, per_user = split.past(), [], {}
    final = makers(past, boards)
    best = {name: max((t for t in trials if t.model == name), key=lambda t: t.score)
            for name in made}  # fmt: skip
    knobs = {name: trial.knobs for name, trial in best.items()}
    final["Pixie, settings of the paper"], knobs["Pixie, settings of the paper"] = (
        final["Pixie"],
        PAPER,
    )
    for name, fit in final.items():
        start = time.process_time()
        found = train.on_test(fit(**knobs[name]), split)
        rows.append({
            "model": name, "knobs": knobs[name], "at the edge": edges.get(name, ""),
            "trials": sum(t.model == name for t in trials),
            "validation": best[name].score if name in best else None,
            "recall": float(found.recall.mean()), "ndcg": float(found.ndcg.mean()),
            "CPU seconds, fit and ranking": round(time.process_time() - start, 1),
        })  # fmt: skip
        per_user[name] = found.ndcg
        print(rows[-1], flush=True)
    leads = {
        f"{one} over {other}": asdict(metrics.compare(per_user[one], per_user[other]))
        for one in ("Pixie", "Pixie / degree^β")
        for other in per_user
        if one != other
    }
    known = np.asarray(boards(past).sum(axis=0)).ravel() > 0
    return {
        "users": len(per_user["Pixie"]),
        "test events on pins without a board": float((~known[split.test.items]).mean()),
        "trials per model": budget,
        "models": rows,
        "leads": leads,
    }


def restarts(split: Split, boards: Callable, knobs: dict) -> dict:
    """Return what Pixie finds on test by its restart alone, and its own restart beside each other one."""
    fit, per_user = makers(split.past(), boards)["Pixie"], {}
    for restart in (knobs["restart"], *(x for x in RESTARTS if x != knobs["restart"])):
        per_user[restart] = train.on_test(fit(**knobs | {"restart": restart}), split).ndcg
    own = per_user[knobs["restart"]]
    return {
        "knobs": knobs,
        "ndcg": {str(restart): float(found.mean()) for restart, found in per_user.items()},
        "leads": {
            f"{knobs['restart']} over {restart}": asdict(metrics.compare(own, found))
            for restart, found in per_user.items()
            if restart != knobs["restart"]
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("citeulike-t", "PinWorld"), help="keep the other one")
    parser.add_argument("--log", help="a folder: trials that were made before are not made again")
    parser.add_argument("--restarts", action="store_true", help="add the restarts, keep the rest")
    given = parser.parse_args()
    only = given.only
    start = time.perf_counter()
    stored = results.load("08_rivals") if only or given.restarts else None
    values = stored.values if stored else {}
    values["steps per user"] = STEPS
    for name, make in (("citeulike-t", libraries), ("PinWorld", world)):
        if only in (None, name) and not given.restarts:
            log = given.log and f"{given.log}/08_rivals_{name}.jsonl"
            values[name] = measure(*make(), log=log)
    if only != "citeulike-t":
        pixie_knobs = next(
            m["knobs"] for m in values["PinWorld"]["models"] if m["model"] == "Pixie"
        )
        values["PinWorld"]["restart alone"] = restarts(*world(), pixie_knobs)
    seconds = time.perf_counter() - start + (stored.seconds if given.restarts else 0)
    print(results.save("08_rivals", claim=CLAIM, values=values, seeds=[0], seconds=seconds,
                       command=COMMAND, data="citeulike-t"))  # fmt: skip


if __name__ == "__main__":
    main()
