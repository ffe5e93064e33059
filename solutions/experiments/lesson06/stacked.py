"""Twenty layers, untrained and trained: does LightGCN's mean of layers still find anything? Lesson 06 shows it.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson06.stacked

Data: the 2,000 users of Gowalla of 6.2; validation is the last tenth of every train line. Untrained layers are
`filters.closed_form`. Trained are 1, 3, 8 and 20 layers with BPR, d = 32, batches of 8192. Each depth tries the same
five learning rates, and stops early on validation; then it is trained on all of train with three seeds and asked once
by test. Parts are kept in build/bench/stacked.jsonl, so an interrupted run goes on.

Writes data/results/06_stacked.json. One thread, some minutes.
"""

from __future__ import annotations

from graphrec_utils import datasets, graphs, results, sampling, train
from graphrec_utils.data import Split
from graphrec_utils.models import baselines, filters
from graphrec_utils.models.lightgcn import Fused
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson06.lightgcn_small import recall

FILE, SEEDS = "stacked", (0, 1, 2)
COMMAND = "python -m solutions.experiments.lesson06.stacked"
CLAIM = "Recall@20 of the mean of K layers, untrained and trained, for many K."
UNTRAINED, TRAINED = (1, 2, 3, 5, 8, 12, 20, 50, 100, 200), (1, 3, 8, 20)
RATES, RIDGE = (0.003, 0.01, 0.03, 0.1, 0.3), 0.01
DIM, BATCH, EPOCHS, EVERY, PATIENCE = 32, 8192, 45, 3, 3


def fitted(past, part, K: int, rate: float, epochs: int = EPOCHS, seed: int = 0):
    """Train K layers; with `part` stop early on it. Return (model, epochs, best recall on part or None)."""
    positives = sampling.index(past.csr())
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    model = Fused(A_hat, past.num_users, DIM, K, lr=rate, reg=RIDGE, seed=seed)

    def batches(rng):
        return (sampling.bpr_triples(positives, BATCH, rng) for _ in range(past.csr().nnz // BATCH))

    stop = {}
    if part is not None:
        stop = {"evaluate": lambda: recall(model, past, part), "patience": PATIENCE}
    plan = {"epochs": epochs, "every": EVERY, "seed": seed, "progress": False}
    run = train.fit(model, batches, **plan, **stop)
    return model, run.best_epoch or epochs, max(run.metric, default=None)


def depth(split: Split, K: int) -> dict:
    """All rates on validation, then the best one on test with three seeds."""

    def attempt(rate: float) -> dict:
        _, epochs, best = fitted(split.train, split.val, K, rate)
        return {"rate": rate, "epochs": epochs, "validation": best}

    trials = [kept(FILE, f"{K} {rate}", lambda r=rate: attempt(r)) for rate in RATES]
    best = max(trials, key=lambda trial: trial["validation"])

    def tested(seed: int) -> float:
        model, _, _ = fitted(split.past(), None, K, best["rate"], best["epochs"], seed)
        return recall(model, split.past(), split.test)

    test = [kept(FILE, f"{K} test {seed}", lambda s=seed: tested(s)) for seed in SEEDS]
    return {"K": K, "chosen": best, "edge": best["rate"] in (RATES[0], RATES[-1]),
            "trials": trials, "test": test}  # fmt: skip


def untrained(split: Split) -> list[dict]:
    """Both parts, with the likes that each may know."""
    rows = []
    for K in UNTRAINED:
        known = ((split.train, split.val), (split.past(), split.test))
        found = [recall(filters.closed_form(past.csr(), K), past, part) for past, part in known]
        rows.append({"K": K, "validation": found[0], "test": found[1]})
    return rows


def main() -> None:
    split = datasets.load("gowalla").sample_users(2000, seed=0).with_validation(last=0.1)
    values = {
        "d": DIM, "ridge": RIDGE, "rates": RATES, "epochs at most": EPOCHS,
        "bestsellers": kept(FILE, "bestsellers", lambda: recall(
            baselines.popularity(split.past()), split.past(), split.test
        )),
        "untrained": kept(FILE, "untrained", lambda: untrained(split)),
        "trained": [depth(split, K) for K in TRAINED],
    }  # fmt: skip
    print(
        results.save(
            "06_stacked", claim=CLAIM, values=values, seeds=SEEDS, seconds=spent(FILE),
            command=COMMAND, data="gowalla",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
