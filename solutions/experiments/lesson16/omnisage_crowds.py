"""OmniSage without what keeps the many from drowning the rare: one mean over all questions, and no quotas.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson16.omnisage_crowds

PinWorld, the data, encoder and 200 steps of `omnisage_study`, temperature 0.1.

Losses: a batch of 256 pairs, 256 questions of features and 256 histories, which ask about 4,000 times. "own means" adds
the mean of each loss, all weights 1; "one mean" is that of all questions together. Quotas: pairs alone; "quotas" are at most
5 pins and 10 boards by the pin-board graph, "visits alone" its 15 most visited nodes of either kind, from the same walks; 10
pins by the pin-pin graph in both. A pin is busy if it is on twenty boards and more.

Each arm has a rate of its own, the best of three or more on days 42 to 48, by what pins find (what users find stands beside
it); a winner at an end lets the grid grow. One mean is also asked at the rate of own means. Then three seeds on days 49 to
55. Writes data/results/16_crowds.json, keeps what is done in build/bench. About 15 CPU minutes; the seconds stored are those
of a busy machine.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import cached_property, partial

import numpy as np
import pandas as pd
import torch

from graphrec_utils import graphs, metrics, results, walks
from graphrec_utils.models import omnisage
from graphrec_utils.walks.padded import pad
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson16 import omnisage_study as study

COMMAND = "python -m solutions.experiments.lesson16.omnisage_crowds"
CLAIM = "A mean for each loss, and a quota for each kind of neighbor, find more than one mean and no quotas."
NAME, HISTORIES, BUSY, TEMPERATURE = "omnisage_crowds", 256, 20, 0.1
RATES = (0.003, 0.01, 0.03)
ALL = dict.fromkeys(omnisage.LOSSES, 1.0)


# ---------------------------------------------------------------- the two without
def one_mean(batch: omnisage.Batch, weights: dict[str, float]) -> dict[str, float]:
    """Return weights under which the sum of means is one mean over all questions of the batch."""
    pairs = len(batch.items)
    asked = dict(zip(omnisage.LOSSES, (pairs, pairs, int((batch.ahead >= 0).sum())), strict=True))
    return {name: asked[name] / sum(asked[k] for k in weights) for name in weights}


class Crowded(study.Morning):
    """A morning whose pins hear the most visited nodes of the pin-board graph, of whichever kind."""

    @cached_property
    def near(self) -> omnisage.Sequences:
        of_pins, of_boards, by_pins = 5, 10, 10
        m, n = self.R.shape
        found = walks.importance_neighbors(
            graphs.adjacency(self.R), m + np.arange(n), top=of_pins + of_boards, hops=1
        )
        there = pad(found, of_pins + of_boards)
        is_board = (there >= 0) & (there < m)
        ids = np.where(there < 0, -1, np.where(is_board, there + n, there - m))
        other = omnisage.sequences(self.R, self.C, (0, 0, by_pins))
        first = omnisage.Sequences(*map(torch.from_numpy, (ids, is_board.astype(np.int64))))
        return omnisage.Sequences(*(torch.cat(x, dim=1) for x in zip(first, other, strict=True)))


_MADE: dict[int, Crowded] = {}


def crowded(morning: study.Morning) -> Crowded:
    """Return the same morning without quotas, made once."""
    if id(morning) not in _MADE:
        _MADE[id(morning)] = Crowded(morning.R, morning.C, morning.content)
    return _MADE[id(morning)]


# ---------------------------------------------------------------- what is measured
ARMS = {
    "own means": {"weights": ALL, "users": HISTORIES},
    "one mean": {"weights": ALL, "users": HISTORIES, "weigh": one_mean},
    "quotas": {},
    "visits alone": {"change": crowded},
}
SAME = "one mean, rate of own means"  # pins choose another rate for one mean, and there a training may fail
PAIRS = (("own means", "one mean"), ("own means", SAME), ("quotas", "visits alone"))


def asked(stage: study.Stage, arm: str, rate: float, seed: int) -> dict[str, dict]:
    """Return recall@10 of each query: all pins, busy ones, those without an edge, and users where their loss is trained."""
    made = study.fit(stage, **ARMS[arm], temperature=TEMPERATURE, lr=rate, seed=seed)
    vectors = made.vectors()
    boards = np.asarray((stage.today.R > 0).sum(axis=0)).ravel()
    busy = stage.every.select(boards[stage.every.users] >= BUSY)
    cold = stage.every.select(stage.cold[stage.every.users])
    out = {"pins": stage.found(vectors), "busy pins": stage.found(vectors, busy),
           "pins without an edge": stage.found(vectors, cold)}  # fmt: skip
    if "weights" in ARMS[arm]:
        out["users"] = stage.user_recall(made.users(stage.histories, trained=True))
    return {group: x.round(4).to_dict() for group, x in out.items()}


def means(run: dict[str, dict]) -> dict[str, float]:
    return {group: round(float(pd.Series(x).mean()), 4) for group, x in run.items()}


def chosen(arm: str) -> tuple[float, list[dict]]:
    """Return the rate that pins find most with, and all that were tried, until it is at no end of them."""
    early, trials, rates = study.world()[0], {}, list(RATES)
    while True:
        for rate in set(rates) - set(trials):
            trials[rate] = kept(
                NAME, f"{arm} {rate}", lambda r=rate: means(asked(early, arm, r, 0))
            )
            print(arm, rate, trials[rate], flush=True)
        best = max(trials, key=lambda rate: trials[rate]["pins"])
        wider = study.grown({"lr": sorted(trials)}, {"lr": best})["lr"]
        if len(wider) == len(trials):
            return best, [{"rate": rate, **trials[rate]} for rate in sorted(trials)]
        rates = wider


def measured() -> dict:
    late, table, runs = study.world()[1], [], {}
    settings = {arm: (arm, *chosen(arm)) for arm in ARMS}
    settings[SAME] = "one mean", settings["own means"][1], []  # not tuned
    for name, (arm, rate, trials) in settings.items():
        runs[name] = [
            kept(NAME, f"{arm} {rate} test {s}", partial(asked, late, arm, rate, s))
            for s in study.SEEDS
        ]
        each = [means(run) for run in runs[name]]
        row = {"arm": name, "rate": rate, "trials": trials,
               "recall": {g: float(study.mean_of(runs[name], g).mean()) for g in each[0]},
               "seeds": {g: [x[g] for x in each] for g in each[0]}}  # fmt: skip
        print(name, rate, row["recall"], row["seeds"], flush=True)
        table.append(row)
    leads = {
        f"{one} over {other}, {group}": asdict(
            metrics.compare(study.mean_of(runs[one], group), study.mean_of(runs[other], group))
        )
        for one, other in PAIRS
        for group in runs[one][0]
    }
    queries = {group: len(x) for group, x in runs["own means"][0].items()}
    return {"arms": table, "leads": leads, "queries": queries, "questions": questions(late)}


def questions(stage: study.Stage, count: int = 50) -> dict[str, float]:
    """Return how many questions each loss asks in a batch, on average."""
    rng = np.random.default_rng(0)
    users = []
    for _ in range(count):
        (known,) = rng.choice(len(stage.days), 1)
        h = stage.days[known][2]
        who = rng.permutation(len(h.pins))[:HISTORIES]
        users.append((omnisage.ahead(h.pins[who], h.new[who], rng) >= 0).sum())
    return dict(zip(omnisage.LOSSES, (study.SIZE, study.SIZE, float(np.mean(users))), strict=True))


def main() -> None:
    torch.set_num_threads(1)
    start = time.perf_counter()
    values = measured()
    print(results.save(
        "16_crowds", claim=CLAIM, values=values, seeds=list(study.SEEDS),
        seconds=max(spent(NAME), time.perf_counter() - start), command=COMMAND,
    ))  # fmt: skip


if __name__ == "__main__":
    main()
