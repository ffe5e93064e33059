"""Dot product, GMF, MLP, NeuMF and iALS, tuned alike on a small data set; and an MLP's dot product.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.learned_similarity

1. MovieTweetings, ratings of 7 or more, 5-core. A random fifth of every user's items is the test
   part, a tenth of the rest validation.
2. Dot, GMF, MLP and NeuMF get the same twelve trials each: two losses (BPR, cross-entropy with four
   negatives), two rates, three penalties. iALS gets twelve pairs of α₀ and λ. NeuMF is also started
   from the chosen GMF and MLP and goes on with SGD, as in the paper, at three rates. Early stopping
   and the choice are by validation NDCG@20.
3. What was chosen is trained with three seeds and ranked for test: all items (NDCG@20, recall@20),
   and one test item per user among 99 sampled negatives (HR@10, the protocol of the NCF paper).
4. `--part dot`: an MLP with two hidden layers is trained on pairs of random vectors to return their
   dot product, and asked for pairs it has not seen.

Writes data/results/03_ncf_movietweetings.json and data/results/03_mlp_dot.json.
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np
import torch
from torch import nn

from graphrec_utils import data, losses, metrics, results, sampling, train
from graphrec_utils.models import baselines, mf, ncf

COMMAND = "python -m tests.benchmarks.learned_similarity"
BATCH, DIM, LAYERS, NEGATIVES = 1024, 32, (64, 32, 16), 4
LOSSES, RATES, REGS = ("bpr", "bce"), (0.001, 0.003), (0.0, 0.01, 0.1)
ALPHA0, LAMBDA = (0.3, 0.1, 0.03, 0.01), (0.1, 0.03, 0.01)
EPOCHS, EVERY, PATIENCE = 60, 5, 3
SEEDS = (0, 1, 2)
CLAIM = "A tuned NeuMF finds more than a tuned dot product on MovieTweetings."
CLAIM_DOT = "An MLP learns the dot product of 64 coordinates to within a tenth of its spread."
MODELS = {
    "Dot": lambda m, n: ncf.Dot(m, n, DIM),
    "GMF": lambda m, n: ncf.GMF(m, n, DIM),
    "MLP": lambda m, n: ncf.MLP(m, n, LAYERS),
    "NeuMF": lambda m, n: ncf.NeuMF(m, n, DIM, LAYERS),
}


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

    def per_user(self, scores, part, seen):
        users = np.unique(part.users)
        lists = metrics.rank_with(scores, seen, top=20, users=users)
        return metrics.evaluate(lists, part, users)[["recall", "ndcg"]]

    def on_validation(self, scores) -> float:
        return float(self.per_user(scores, self.val, self.R).ndcg.mean())

    def on_test(self, scores) -> dict:
        """Return per-user values of all-item ranking and of 99 sampled negatives."""
        found = self.per_user(scores, self.test, self.hidden)
        S = np.asarray(scores(self.users), dtype=float)
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

        scores = ncf.scorer(model, self.n)
        optimizer = (torch.optim.SGD if sgd else torch.optim.Adam)(model.parameters(), lr=rate)
        history = train.fit(
            train.Torch(model, loss, optimizer), self.batches(kind), epochs=EPOCHS,
            evaluate=lambda: self.on_validation(scores), every=EVERY, patience=PATIENCE,
            seed=seed, progress=False,
        )  # fmt: skip
        return scores, history

    def make(self, name, seed):
        torch.manual_seed(seed)
        return MODELS[name](self.m, self.n)

    def tune(self, name) -> list[dict]:
        rows = []
        for kind, rate, reg in product(LOSSES, RATES, REGS):
            _, history = self.fit(self.make(name, 0), 0, kind, rate, reg)
            rows.append(row(name, history, loss=kind, rate=rate, reg=reg))
        return rows

    def fused(self, seed, best, rate=None):
        """Return the paper's NeuMF: GMF and MLP trained, fused, and trained on with SGD."""
        parts = []
        for name in ("GMF", "MLP"):
            model = self.make(name, seed)
            self.fit(model, seed, **knobs(best[name]))
            parts.append(model)
        model = ncf.fuse(*parts)
        scores, history = self.fit(model, seed, "bce", rate, best["GMF"]["reg"], sgd=True)
        return scores, history


def row(name, history, **settings) -> dict:
    found = {"model": name, **settings, "ndcg": round(max(history.metric), 4)}
    found |= {
        "epochs": history.best_epoch,
        "cpu_seconds": round(history.cpu_seconds[-1], 1),
    }
    print(found, flush=True)
    return found


def knobs(best) -> dict:
    return {"kind": best["loss"], "rate": best["rate"], "reg": best["reg"]}


def by_ndcg(found):
    return found["ndcg"]


def similarity() -> None:
    start = time.perf_counter()
    bench = Bench(data.load("movietweetings-100k").at_least(7).core(5, 5))
    trials, best = [], {}
    for name in MODELS:
        trials += bench.tune(name)
        best[name] = max((t for t in trials if t["model"] == name), key=by_ndcg)
    name = "NeuMF, fused"
    for rate in (0.01, 0.1, 1.0):
        trials.append(row(name, bench.fused(0, best, rate)[1], rate=rate))
    best[name] = max(trials[-3:], key=by_ndcg)
    grid = []
    for alpha0, reg in product(ALPHA0, LAMBDA):
        W, H = mf.ials(bench.R, DIM, alpha0, reg, sweeps=10)
        value = bench.on_validation(lambda users, W=W, H=H: W[users] @ H.T)
        grid.append({"model": "iALS", "alpha0": alpha0, "reg": reg, "ndcg": round(value, 4)})
    best["iALS"] = max(grid, key=by_ndcg)

    def scores(name, seed):
        if name == "iALS":
            chosen = {"alpha0": best[name]["alpha0"], "reg": best[name]["reg"]}
            W, H = mf.ials(bench.R, DIM, **chosen, sweeps=10, seed=seed)
            return lambda users: W[users] @ H.T
        if name == "popularity":
            return baselines.popularity(bench.train).scores
        if name == "NeuMF, fused":
            return bench.fused(seed, best, best[name]["rate"])[0]
        return bench.fit(bench.make(name, seed), seed, **knobs(best[name]))[0]

    table, per_user = [], {}
    for name in ("popularity", *best):
        seeds = SEEDS if name != "popularity" else (0,)
        runs = [bench.on_test(scores(name, seed)) for seed in seeds]
        per_user[name] = np.mean([run["ndcg"] for run in runs], axis=0)
        means = {key: [float(run[key].mean()) for run in runs] for key in runs[0]}
        found = {"model": name} | {key: round(float(np.mean(x)), 4) for key, x in means.items()}
        found["ndcg by seed"] = [round(x, 4) for x in means["ndcg"]]
        table.append(found)
        print(found, flush=True)

    def gap(one, other) -> list[float]:
        difference = per_user[one] - per_user[other]
        error = difference.std(ddof=1) / len(difference) ** 0.5
        return [round(float(difference.mean()), 5), round(float(error), 5)]

    pairs = [(a, b) for a in per_user for b in per_user if a != b]
    print(
        results.save(
            "03_ncf_movietweetings",
            claim=CLAIM,
            values={
                "test": table,
                "gaps in ndcg": {f"{a} - {b}": gap(a, b) for a, b in pairs},
                "chosen": list(best.values()),
                "trials": trials + grid,
                "users": len(bench.users),
            },
            seeds=list(SEEDS),
            seconds=time.perf_counter() - start,
            command=COMMAND,
            data="movietweetings-100k",
        )
    )


def learn_dot(dim: int, width: int, seed: int, steps: int, batch: int = 512) -> dict:
    """Train an MLP on fresh pairs of random vectors; return how far it is from the dot product."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(2 * dim, width), nn.ReLU(), nn.Linear(width, width // 2), nn.ReLU(),
        nn.Linear(width // 2, 1),
    )  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)

    def vectors(count):
        return torch.randn(count, dim) / dim**0.25  # their dot products have variance 1

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
    parser.add_argument("--part", choices=("similarity", "dot"), default="similarity")
    (similarity if parser.parse_args().part == "similarity" else dot_product)()


if __name__ == "__main__":
    main()
