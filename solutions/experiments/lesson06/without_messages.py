"""How much of LightGCN's lead over BPR-MF in figure 6.2 is the graph's? Lesson 06 shows it.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson06.without_messages

Data: the 2,000 users of Gowalla of 6.2, recall@20 on validation. Trained as in figure 6.2 (BPR, d = 32, batches of
8192, rate 0.03, 24 epochs) with three seeds: LightGCN, the same with the zero matrix for Â, and BPR-MF with the ridge
of the figure and with a larger one. With the zero matrix a vector is layer 0 over K + 1: a BPR-MF whose ridge is
(K + 1)² times as large, whose rate and start are a (K + 1)th (the test asserts it). Parts are kept in
build/bench/without_messages.jsonl, so an interrupted run goes on.

Writes data/results/06_without_messages.json. One thread, some minutes.
"""

from __future__ import annotations

from functools import partial

import torch

from graphrec_utils import datasets, graphs, results, sampling, train
from graphrec_utils.models import baselines
from graphrec_utils.models.lightgcn import LightGCN
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson06.lightgcn_small import recall

FILE, SEEDS = "without_messages", (0, 1, 2)
COMMAND = "python -m solutions.experiments.lesson06.without_messages"
CLAIM = "Loss and recall@20 on validation of LightGCN with and without messages, and of BPR-MF."
DIM, BATCH, EPOCHS, EVERY, RATE = 32, 8192, 24, 3, 0.03
MODELS = (  # name, K, ridge, whether messages are sent
    ("LightGCN", 3, 0.01, True),
    ("no message", 3, 0.01, False),
    ("BPR-MF", 0, 0.03, True),
    ("BPR-MF, larger ridge", 0, 0.1, True),
)


def fitted(past, part, K: int, ridge: float, messages: bool, seed: int) -> dict:
    """Train as figure 6.2 does; return the loss of each epoch and the recall of each third."""
    positives = sampling.index(past.csr())
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    model = LightGCN(A_hat if messages else A_hat * 0, past.num_users, DIM, K, seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    learner = train.Torch(model, partial(LightGCN.bpr_loss, reg=ridge), optimizer)

    def batches(rng):
        return (sampling.bpr_triples(positives, BATCH, rng) for _ in range(past.csr().nnz // BATCH))

    plan = {"epochs": EPOCHS, "every": EVERY, "seed": seed, "progress": False}
    run = train.fit(learner, batches, evaluate=lambda: recall(model, past, part), **plan)
    return {"loss": run.loss, "epochs": run.evaluated, "recall": run.metric}


def main() -> None:
    split = datasets.load("gowalla").sample_users(2000, seed=0).with_validation(last=0.1)
    parts = split.train, split.val
    runs = [
        {"model": name, "K": K, "ridge": ridge, "seed": seed}
        | kept(FILE, f"{name} {seed}", partial(fitted, *parts, K, ridge, messages, seed))
        for name, K, ridge, messages in MODELS
        for seed in SEEDS
    ]
    values = {
        "d": DIM, "batch": BATCH, "rate": RATE, "runs": runs,
        "bestsellers": recall(baselines.popularity(split.train), *parts),
    }  # fmt: skip
    print(
        results.save(
            "06_without_messages", claim=CLAIM, values=values, seeds=SEEDS, seconds=spent(FILE),
            command=COMMAND, data="gowalla",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
