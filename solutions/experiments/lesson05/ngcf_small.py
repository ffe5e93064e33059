"""NGCF, NGCF without W and σ, the released variant and BPR-MF, tuned alike on a small data set.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson05.ngcf_small [--data gowalla]

1. A random fifth of every user's items is the test part, a tenth of the rest validation (the
   protocol of the NGCF paper).
2. Every model gets the same grid of learning rates and penalties at d = 32, K = 2 and the paper's
   message dropout, with early stopping on validation. Validation recall@20 chooses.
3. What was chosen is trained with three seeds, stopped by validation, and ranked for test.
4. Training curves: three seeds, a fixed number of epochs, no early stopping, no dropout and no
   penalty, one learning rate for all. The loss is that of one fixed sample of train triples, so
   that numbers of different models compare.

Writes data/results/05_ngcf_movietweetings.json (or 05_ngcf_gowalla_sample.json).
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np
import torch

from graphrec_utils import datasets, metrics, results, sampling, train
from graphrec_utils.models import ngcf
from solutions.experiments import devices

COMMAND = "python -m solutions.experiments.lesson05.ngcf_small"
BATCH, LAYERS, DIM = 1024, 2, 32
RATES, REGS, DROPOUT = (0.001, 0.003), (1e-3, 1e-2, 1e-1), 0.1
EPOCHS, EVERY, PATIENCE = 100, 5, 3
SEEDS = (0, 1, 2)
CURVE_RATE, CURVE_EPOCHS = 0.001, 60
MODELS = {  # name: arguments of NGCF
    "BPR-MF": {"num_layers": 0},
    "BPR-MF, d = 96": {"num_layers": 0, "dim": DIM * (LAYERS + 1)},
    "NGCF": {"num_layers": LAYERS},
    "NGCF without W, σ": {"num_layers": LAYERS, "changes": ngcf.LIGHT},
    "NGCF, as released": {"num_layers": LAYERS, "changes": ngcf.RELEASED},
}


class Bench:
    """One data set, split once; trains and ranks."""

    def __init__(self, events):
        past, self.test = events.hold_out(0.2, 0)
        self.train, self.val = past.hold_out(0.1, 0)
        self.R = self.train.csr()
        self.positives = sampling.index(self.R)
        self.fixed = sampling.bpr_triples(self.positives, 20_000, np.random.default_rng(9))

    def per_user(self, model, part, hide=()):
        """Return recall@20 and NDCG@20 of the users of `part`; train and `hide` are hidden."""
        seen = sum((x.csr() for x in hide), start=self.R)
        with torch.no_grad():
            return metrics.evaluate_model(model, seen, part)[["recall", "ndcg"]]

    def loss(self, model) -> float:
        """Return the BPR loss of the fixed triples, without dropout and penalty."""
        model.eval()
        with torch.no_grad():
            return float(ngcf.loss(model, self.fixed))

    def fit(self, name, seed, rate, reg, dropout, epochs=EPOCHS, patience=PATIENCE, look=None):
        options = {"dim": DIM, "message_dropout": dropout, "seed": seed} | MODELS[name]
        model = ngcf.NGCF(self.R, **options)

        def evaluate():
            recall = float(self.per_user(model, self.val).recall.mean())
            if look is not None:
                look(self.loss(model), recall)
            return recall

        def batches(rng):
            count = -(-len(self.train) // BATCH)
            losing = torch.Generator().manual_seed(int(rng.spawn(1)[0].integers(2**62)))
            for _ in range(count):
                yield *sampling.bpr_triples(self.positives, BATCH, rng), losing

        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        learner = train.Torch(
            model,
            lambda m, batch: ngcf.loss(m, batch[:3], reg, batch[3]),
            optimizer,
            devices.chosen,
        )
        history = train.fit(
            learner, batches, epochs=epochs, evaluate=evaluate, every=EVERY, patience=patience,
            seed=seed, progress=False,
        )  # fmt: skip
        return model, history

    def tune(self, name) -> list[dict]:
        """Return one row per point of the grid, measured on validation."""
        rows = []
        for rate, reg in product(RATES, REGS):
            _, history = self.fit(name, 0, rate, reg, DROPOUT)
            row = {"model": name, "rate": rate, "reg": reg}
            row |= {"recall": round(max(history.metric), 4), "epochs": history.best_epoch}
            row["cpu_seconds"] = round(history.cpu_seconds[-1], 1)
            print(row, flush=True)
            rows.append(row)
        return rows

    def curve(self, name, seed) -> dict:
        losses, recalls = [], []

        def look(loss, recall):
            losses.append(round(loss, 4))
            recalls.append(round(recall, 4))

        self.fit(name, seed, CURVE_RATE, 0.0, 0.0, CURVE_EPOCHS, None, look)
        return {"model": name, "seed": seed, "loss": losses, "recall": recalls}


def quarters(per_user, train_part) -> list[dict]:
    """Return means and paired gaps to BPR-MF per quarter of the users, by number of train items.

    Quarters hold about equally many users of the test part; each has its share of ties.
    """
    degree = train_part.degrees()[0]
    users = per_user["BPR-MF"].index
    bounds = np.unique(np.quantile(degree[users], (0.25, 0.5, 0.75), method="lower"))
    which = np.searchsorted(bounds, degree[users])
    rows = []
    for q in range(len(bounds) + 1):
        mine = which == q
        row = {"train items": [int(degree[users][mine].min()), int(degree[users][mine].max())]}
        row["users"] = int(mine.sum())
        base = per_user["BPR-MF"][mine]
        for name, values in per_user.items():
            gap = values[mine] - base
            row[name] = round(float(values[mine].mean()), 5)
            row[f"{name}: gain"] = round(float(gap.mean()), 5)
            row[f"{name}: error"] = round(float(gap.std(ddof=1) / len(gap) ** 0.5), 5)
        rows.append(row)
    return rows


def load(name: str, users: int):
    if name == "movietweetings":
        return datasets.load("movietweetings-100k").at_least(7).core(5, 5)
    return sample(users)


def sample(users: int):
    """Return the 8-core of the train events of random Gowalla users."""
    return datasets.load("gowalla").sample_users(users, 0).train.core(8, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("movietweetings", "gowalla"), default="movietweetings")
    parser.add_argument("--users", type=int, default=6_000, help="of Gowalla's sample")
    options = devices.parse(parser)
    start = time.perf_counter()
    bench = Bench(load(options.data, options.users))
    print(bench.train, flush=True)

    grid, chosen = [], {}
    for name in MODELS:
        rows = bench.tune(name)
        grid += rows
        chosen[name] = max(rows, key=lambda row: row["recall"])

    runs, per_user = [], {}
    for name, best in chosen.items():
        found = []
        for seed in SEEDS:
            model, history = bench.fit(name, seed, best["rate"], best["reg"], DROPOUT)
            found.append(bench.per_user(model, bench.test, hide=[bench.val]))
            mean = found[-1].mean()
            run = {"model": name, "seed": seed, "recall@20": round(float(mean.recall), 4)}
            run |= {"ndcg@20": round(float(mean.ndcg), 4), "epochs": history.best_epoch}
            run["train loss"] = round(bench.loss(model), 4)
            print(run, flush=True)
            runs.append(run)
        per_user[name] = sum(found) / len(found)

    against = {}
    for name, values in per_user.items():
        gap = values - per_user["BPR-MF"]
        error = gap.std(ddof=1) / len(gap) ** 0.5
        against[name] = {
            x: [round(float(values[x].mean()), 4), round(float(gap[x].mean()), 5),
                round(float(error[x]), 5)]
            for x in ("recall", "ndcg")
        }  # fmt: skip
    curves = [
        bench.curve(name, seed)
        for name in ("BPR-MF", "NGCF", "NGCF without W, σ")
        for seed in SEEDS
    ]
    file, source = (
        ("05_ngcf_movietweetings", "movietweetings-100k")
        if options.data == "movietweetings"
        else ("05_ngcf_gowalla_sample", "gowalla")
    )
    print(
        results.save(
            file,
            claim="BPR-MF, NGCF and NGCF's relatives on MovieTweetings, tuned with the same effort.",
            values={
                "users": bench.train.num_users,
                "items": bench.train.num_items,
                "train events": len(bench.train),
                "dim": DIM,
                "layers": LAYERS,
                "message dropout": DROPOUT,
                "chosen on validation": chosen,
                "test, mean, gain over BPR-MF, its error": against,
                "test by quarter of users": quarters(
                    {name: values.recall for name, values in per_user.items()}, bench.train
                ),
                "test by seed": runs,
                "curve epochs": list(range(EVERY, CURVE_EPOCHS + 1, EVERY)),
                "curves": curves,
                "grid": grid,
            },
            seeds=list(SEEDS),
            seconds=time.perf_counter() - start,
            command=COMMAND + ("" if options.data == "movietweetings" else " --data gowalla"),
            data=source,
        )
    )


if __name__ == "__main__":
    main()
