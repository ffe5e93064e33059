"""Dot product, GMF, MLP, NeuMF and their rivals, tuned alike; and an MLP's dot product.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson03.learned_similarity

1. MovieTweetings, ratings of 7 or more, 5-core. A random fifth of every user's items is the test
   part, a tenth of the rest validation.
2. `--part coarse`: tuning that lesson 03 takes apart. Dot, GMF, MLP and NeuMF get twelve trials: two
   losses (BPR, cross-entropy with four negatives), two rates, three penalties in steps of factor 10.
   NeuMF is also started from the chosen GMF and MLP and goes on with SGD, as in the paper, three
   trials more.
3. The gaps of these grids are closed, for Dot, GMF and MLP alike: with the loss and the rate that
   were chosen, three more penalties, between the old ones and beyond, then one rate beyond the end at
   which the choice lay; for the fused NeuMF, two more rates. Popularity with decay, RP3β, EASE, iALS at the same d and at any: `train.tune`, twelve
   trials each. Early stopping and every choice are by validation NDCG@20.
4. What was chosen is trained with three seeds and ranked for test: all items (NDCG@20, recall@20),
   and one test item per user among 99 sampled negatives (HR@10, the protocol of the NCF paper).
5. `--part dot`: an MLP with two hidden layers is trained on pairs of random vectors to return their
   dot product, and asked for pairs it has not seen.

Writes data/results/03_ncf_movietweetings.json, 03_coarse_grid.json and 03_mlp_dot.json.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import nn

from graphrec_utils import datasets, losses, metrics, results, sampling, train
from graphrec_utils.models import baselines, ease, filters, mf, ncf
from solutions.experiments import devices

COMMAND = "python -m solutions.experiments.lesson03.learned_similarity"
DATA, DAY = "movietweetings-100k", 86_400
BATCH, DIM, LAYERS, NEGATIVES = 1024, 32, (64, 32, 16), 4
EPOCHS, EVERY, PATIENCE = 60, 5, 3
SEEDS, BUDGET = (0, 1, 2), 12
LOSSES = ("bpr", "bce")
RATES, REGS, BETWEEN = (0.001, 0.003), (0.0, 0.01, 0.1), (0.003, 0.03, 0.3)
BEYOND = {0.001: 0.0003, 0.003: 0.01}  # every chosen rate was an end of its grid
SGD_RATES, SGD_BETWEEN = (0.01, 0.1, 1.0), (0.3, 3.0)
RIVALS = {
    "popularity": {"days": (3, 5, 8, 14, 25, 45, 80, 140, 250, 450, 800, 1400)},
    "RP3β": {"alpha": (0.25, 0.5, 0.75, 1.0, 1.5), "beta": (0.125, 0.25, 0.375, 0.5, 0.75, 1.0)},
    "EASE": {"reg": (5, 10, 20, 40, 70, 100, 150, 200, 300, 500, 1000, 2000)},
    "iALS": {"alpha0": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0), "reg": (0.003, 0.01, 0.03, 0.1, 0.3)},
    "iALS, any d": {
        "dim": (8, 16, 32, 64, 128, 256),
        "alpha0": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        "reg": (0.003, 0.01, 0.03, 0.1, 0.3),
    },
}
NATURAL = {"days": [1400]}  # the likes span less: with such a half-life none of them ages
CLAIM = "A tuned NeuMF finds more than a tuned dot product on MovieTweetings."
CLAIM_COARSE = "A NeuMF tuned on a coarse grid finds more than a dot product tuned on it."
CLAIM_DOT = (
    "An MLP of up to 256 units learns the dot product of 64 coordinates to within a tenth of its "
    "spread, from a million pairs."
)
MODELS = {
    "Dot": lambda m, n, seed: ncf.Dot(m, n, DIM, seed=seed),
    "GMF": lambda m, n, seed: ncf.GMF(m, n, DIM, seed=seed),
    "MLP": lambda m, n, seed: ncf.MLP(m, n, LAYERS, seed=seed),
    "NeuMF": lambda m, n, seed: ncf.NeuMF(m, n, DIM, LAYERS, seed=seed),
}
FUSED = "NeuMF, fused"


def penalty(model, *ids) -> torch.Tensor:
    """Return the sum of squares of the embeddings of users (first) and items of one batch."""
    total = 0.0
    for part in (model.gmf, model.mlp) if isinstance(model, ncf.NeuMF) else (model,):
        for table, rows in zip((part.user, part.item, part.item), ids, strict=True):
            total = total + table(rows).square().sum()
    return total


class Bench:
    """One data set, split once; trains, ranks, and samples negatives."""

    def __init__(self, events):
        past, self.test = events.hold_out(0.2, 0)
        self.train, self.val = past.hold_out(0.1, 0)
        self.R, self.m, self.n = self.train.csr(), events.num_users, events.num_items
        self.positives = sampling.index(self.R)
        rng = np.random.default_rng(7)
        self.hidden = self.R + self.val.csr()
        self.users, first = np.unique(self.test.users, return_index=True)
        self.targets = self.test.items[first]  # one test item for each user
        known = sampling.index(self.hidden + self.test.csr())
        self.negatives = np.array([
            rng.permutation(np.setdiff1d(np.arange(self.n), known.items[a:b]))[:99]
            for a, b in zip(known.indptr[self.users], known.indptr[self.users + 1], strict=True)
        ])  # fmt: skip

    def on_validation(self, model) -> float:
        with torch.no_grad():
            return float(metrics.evaluate_model(model, self.R, self.val).ndcg.mean())

    def on_test(self, model) -> dict:
        """Return per-user values of all-item ranking and of 99 sampled negatives."""
        with torch.no_grad():
            found = metrics.evaluate_model(model, self.hidden, self.test)
        if isinstance(model, tuple):  # iALS is a pair of tables
            S = (model[0][self.users] @ model[1].T).astype(float)
        else:
            S = model.scores(self.users).astype(float)
        own = S[np.arange(len(S)), self.targets][:, None]
        ahead = (np.take_along_axis(S, self.negatives, 1) >= own).sum(axis=1)
        S[self.hidden[self.users].toarray() > 0] = -np.inf
        rank = (own <= S).sum(axis=1)  # the target itself counts: 1 is the first place
        return {
            "ndcg": found.ndcg.to_numpy(),
            "recall": found.recall.to_numpy(),
            "sampled": (ahead < 10).astype(float),
            "full": (rank <= 10).astype(float),
        }

    def batches(self, kind):
        positives, count = self.positives, -(-len(self.train) // BATCH)

        def epoch(rng):
            for _ in range(count):
                u, i, j = sampling.bpr_triples(positives, BATCH, rng)
                if kind == "bce":
                    j = sampling.uniform_negatives(positives, u, NEGATIVES, rng)
                yield u, i, j

        return epoch

    def fit(self, model, seed, kind, rate, reg, sgd=False):
        def loss(model, batch):
            u, i, j = batch
            if kind == "bpr":
                value = losses.bpr(model(u, i), model(u, j))
            else:
                value = losses.bce(model(u, i), model(u[:, None], j))
            return value + reg * penalty(model, u, i, j) / BATCH if reg else value

        optimizer = (torch.optim.SGD if sgd else torch.optim.Adam)(model.parameters(), lr=rate)
        history = train.fit(
            train.Torch(model, loss, optimizer, devices.chosen), self.batches(kind), epochs=EPOCHS,
            evaluate=lambda: self.on_validation(model), every=EVERY, patience=PATIENCE,
            seed=seed, progress=False,
        )  # fmt: skip
        return model, history

    def network(self, name, seed, loss, rate, reg):
        """Return a trained Dot, GMF, MLP or NeuMF, and the history."""
        return self.fit(MODELS[name](self.m, self.n, seed), seed, loss, rate, reg)

    def parts(self, chosen, seed):
        """Return a GMF and an MLP, trained as chosen: what the paper's NeuMF starts from."""
        return [self.network(name, seed, **chosen[name])[0] for name in ("GMF", "MLP")]

    def fused(self, parts, seed, rate, reg):
        """Return the paper's NeuMF: the parts fused, and trained on with SGD."""
        return self.fit(ncf.fuse(*map(copy.deepcopy, parts)), seed, "bce", rate, reg, sgd=True)

    def rival(self, name, seed=0, **knobs):
        if name == "popularity":
            return baselines.popularity(self.train, half_life=knobs["days"] * DAY)
        if name == "RP3β":
            return filters.rp3beta(self.R, **knobs)
        if name == "EASE":
            return ease.ease(self.R, **knobs)
        return mf.ials(self.R, **{"dim": DIM} | knobs, sweeps=10, seed=seed)


class Trials:
    """Rows of a search, and the best knobs of each model."""

    def __init__(self, rows=()):
        self.rows = list(rows)

    def add(self, model: str, fit: Callable, **knobs):
        try:
            _, history = fit(**knobs)
        except ValueError as problem:  # a rate that is too high is a trial, too
            if "diverged" not in str(problem):
                raise
            return
        found = {"ndcg": round(max(history.metric), 4), "epochs": history.best_epoch}
        self.rows.append({"model": model, **knobs, **found})
        print(self.rows[-1], flush=True)

    def best(self, model: str) -> dict:
        mine = [row for row in self.rows if row["model"] == model]
        row = max(mine, key=lambda row: row["ndcg"])
        return {name: row[name] for name in ("loss", "rate", "reg") if name in row}

    def value(self, model: str) -> float:
        return max(row["ndcg"] for row in self.rows if row["model"] == model)


def tested(bench: Bench, trials: Trials, names) -> dict[str, list[dict]]:
    """Return the values on test of what was chosen: model -> one dictionary for each seed."""
    runs = {name: [] for name in names}
    for seed in SEEDS:
        trained = {
            name: bench.network(name, seed, **trials.best(name))[0]
            for name in names
            if name != FUSED
        }
        parts = [trained[name] for name in ("GMF", "MLP")]
        trained[FUSED] = bench.fused(parts, seed, **trials.best(FUSED))[0]
        for name, model in trained.items():
            runs[name].append(bench.on_test(model))
            print(name, seed, round(float(runs[name][-1]["ndcg"].mean()), 4), flush=True)
    return runs


def chosen_of(trials: Trials) -> dict[str, dict]:
    return {name: trials.best(name) for name in ("GMF", "MLP")}


def mean(runs: list[dict], metric: str = "ndcg") -> np.ndarray:
    return np.mean([run[metric] for run in runs], axis=0)


def coarse() -> None:
    """Tune as one should not, and store what comes out: lesson 03 asks what is wrong with it."""
    start = time.perf_counter()
    bench, trials = Bench(datasets.load(DATA).at_least(7).core(5, 5)), Trials()
    for name, loss, rate, reg in product(MODELS, LOSSES, RATES, REGS):
        trials.add(name, partial(bench.network, name, 0), loss=loss, rate=rate, reg=reg)
    parts, reg = bench.parts(chosen_of(trials), 0), trials.best("GMF")["reg"]
    for rate in SGD_RATES:
        trials.add(FUSED, partial(bench.fused, parts, 0), rate=rate, reg=reg)
    runs = tested(bench, trials, (*MODELS, FUSED))
    lead = metrics.compare(mean(runs[FUSED]), mean(runs["Dot"]))
    print(
        results.save(
            "03_coarse_grid",
            claim=CLAIM_COARSE,
            values={
                "trials": trials.rows,
                "test": {name: round(float(mean(x).mean()), 4) for name, x in runs.items()},
                "gap": round(lead.gap, 5),
                "error": round(lead.error, 5),
                "users": lead.users,
            },
            seeds=list(SEEDS),
            seconds=time.perf_counter() - start,
            command=COMMAND + " --part coarse",
            data=DATA,
        )
    )


def similarity(log: Path | None = None) -> None:
    start = time.perf_counter()
    bench = Bench(datasets.load(DATA).at_least(7).core(5, 5))
    trials = Trials(results.load("03_coarse_grid", COMMAND + " --part coarse").values["trials"])
    for name in ("Dot", "GMF", "MLP"):
        known = trials.best(name)
        for reg in BETWEEN:
            trials.add(name, partial(bench.network, name, 0), **(known | {"reg": reg}))
        known = trials.best(name)
        trials.add(
            name, partial(bench.network, name, 0), **(known | {"rate": BEYOND[known["rate"]]})
        )
    parts, reg = bench.parts(chosen_of(trials), 0), trials.best("GMF")["reg"]
    for rate in SGD_RATES[1:] + SGD_BETWEEN:
        trials.add(FUSED, partial(bench.fused, parts, 0), rate=rate, reg=reg)
    models = {name: (partial(bench.rival, name), grid) for name, grid in RIVALS.items()}
    search = train.tune(models, BUDGET, bench.on_validation, natural=NATURAL, log=log)
    print(search.winners.to_string(), flush=True)
    value = {t.model: search.winner(t.model).score for t in search.trials}
    value |= {name: trials.value(name) for name in ("Dot", "GMF", "MLP", FUSED)}

    runs = {}
    for name in RIVALS:
        seeds = (0,) if name in ("popularity", "RP3β", "EASE") else SEEDS
        knobs = search.winner(name).knobs
        runs[name] = [bench.on_test(bench.rival(name, seed, **knobs)) for seed in seeds]
    runs |= tested(bench, trials, ("Dot", "GMF", "MLP", FUSED))
    table = []
    for name, found in runs.items():
        row = {key: round(float(mean(found, key).mean()), 4) for key in found[0]}
        by_seed = [round(float(run["ndcg"].mean()), 4) for run in found]
        table.append({"model": name, **row, "ndcg by seed": by_seed})
        table[-1]["validation"] = round(float(value[name]), 4)
        print(table[-1], flush=True)

    def gap(one, other) -> list[float]:
        lead = metrics.compare(mean(runs[one]), mean(runs[other]))
        return [round(lead.gap, 5), round(lead.error, 5)]

    print(
        results.save(
            "03_ncf_movietweetings",
            claim=CLAIM,
            values={
                "test": table,
                "gaps in ndcg": {f"{a} - {b}": gap(a, b) for a in runs for b in runs if a != b},
                "trials": trials.rows,
                "trials of rivals": [
                    {"model": t.model, **t.knobs, "ndcg": round(t.score, 4)} for t in search.trials
                ],
                "users": len(bench.users),
            },
            seeds=list(SEEDS),
            seconds=time.perf_counter() - start,
            command=COMMAND,
            data=DATA,
        )
    )


def learn_dot(dim: int, width: int, seed: int, steps: int, batch: int = 512) -> dict:
    """Train an MLP on fresh pairs of random vectors; return how far it is from the dot product."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(2 * dim, width), nn.ReLU(), nn.Linear(width, width // 2), nn.ReLU(),
        nn.Linear(width // 2, 1),
    ).to(devices.chosen)  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)

    def vectors(count):
        return (torch.randn(count, dim) / dim**0.25).to(
            devices.chosen
        )  # their dot products have variance 1

    for _ in range(steps):
        p, q = vectors(batch), vectors(batch)
        loss = (net(torch.cat([p, q], 1))[:, 0] - (p * q).sum(1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    p, q = vectors(100), vectors(1000)
    truth = p @ q.T
    with torch.no_grad():
        pairs = torch.cat([p[:, None].expand(-1, 1000, -1), q[None].expand(100, -1, -1)], 2)
        mine = net(pairs)[..., 0]
    tops = [x.topk(10, dim=1).indices for x in (mine, truth)]
    same = (tops[0][:, :, None] == tops[1][:, None, :]).any(2).float().mean()
    error = (mine - truth).square().mean().sqrt() / truth.std()
    return {"error": round(float(error), 4), "top10": round(float(same), 4)}


def dot_product() -> None:
    start, rows, steps = time.perf_counter(), [], 2000
    for dim, width in product((4, 16, 64), (16, 64, 256)):
        runs = [learn_dot(dim, width, seed, steps) for seed in SEEDS]
        found = {"dim": dim, "width": width, "weights": width * (2 * dim + width // 2 + 2)}
        for key in runs[0]:
            found[key] = [run[key] for run in runs]
        print(found, flush=True)
        rows.append(found)
    print(
        results.save(
            "03_mlp_dot",
            claim=CLAIM_DOT,
            values={"rows": rows, "pairs seen": steps * 512},
            seeds=list(SEEDS),
            seconds=time.perf_counter() - start,
            command=COMMAND + " --part dot",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("similarity", "coarse", "dot"), default="similarity")
    parser.add_argument(
        "--log", type=Path, help="file of the rivals' trials, to go on after a stop"
    )
    asked = devices.parse(parser)
    parts = {"similarity": partial(similarity, asked.log), "coarse": coarse, "dot": dot_product}
    parts[asked.part]()


if __name__ == "__main__":
    main()
