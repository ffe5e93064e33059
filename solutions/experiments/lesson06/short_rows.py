"""Does LightGCN walk before it is trained, if its rows are short? Lesson 06 shows it.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson06.short_rows

Data: the 2,000 users of Gowalla of 6.2, recall@20; validation is the last tenth of every train line, test is asked
with validation in the graph. Untrained: LightGCN's own start, d random numbers a row (d = 32 at all depths, on
validation 256 and 2,048, too, with three layers), beside one-hot rows (`filters.closed_form`; more than fifty layers are
slow, and stand in 06_stacked). Trained as in figure
6.2 (`without_messages`): the rows of LightGCN and of BPR-MF, before training and after every third epoch, asked as
they are and after a walk of three layers. Three seeds. Parts are kept in build/bench/short_rows.jsonl, so an
interrupted run goes on.

Writes data/results/06_short_rows.json. One thread, some minutes.
"""

from __future__ import annotations

from functools import partial

import torch

from graphrec_utils import datasets, graphs, results, sampling, train
from graphrec_utils.models import baselines, filters
from graphrec_utils.models.lightgcn import LightGCN
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson06.lightgcn_small import recall
from solutions.experiments.lesson06.stacked import UNTRAINED
from solutions.experiments.lesson06.without_messages import BATCH, DIM, EPOCHS, EVERY, RATE, SEEDS

FILE = "short_rows"
COMMAND = "python -m solutions.experiments.lesson06.short_rows"
CLAIM = "Recall@20 of K layers before training, with short random rows and with one-hot rows; and of rows in training."
SIZES, WALKED, ASKED = (32, 256, 2048), 3, (0, 3)
TRAINED = (("LightGCN", 3, 0.01), ("BPR-MF", 0, 0.03))  # name, K, ridge: the two of figure 6.2


def random_rows(past, part, d: int, K: int, seed: int) -> float:
    """Recall of K layers over d random numbers a row."""
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    return recall(LightGCN(A_hat, past.num_users, d, K, seed=seed), past, part)


def untrained(known: dict, K: int) -> dict:
    """32 random numbers a row, and one-hot rows, on both parts."""
    row = {"K": K, "random": {}, "one-hot": {}}
    for name, (past, part) in known.items():
        row["random"][name] = [random_rows(past, part, DIM, K, seed) for seed in SEEDS]
        if 0 < K <= 50:  # without a layer one-hot rows give no score
            row["one-hot"][name] = recall(filters.closed_form(past.csr(), K), past, part)
    return row


def in_training(past, part, K: int, ridge: float, seed: int, epochs: int = EPOCHS) -> dict:
    """Train K layers; after every third epoch ask layer 0 as it is, and after three layers."""
    positives = sampling.index(past.csr())
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    model = LightGCN(A_hat, past.num_users, DIM, K, seed=seed)
    found = {layers: [] for layers in ASKED}

    def ask() -> float:
        for layers, values in found.items():
            asked = LightGCN(A_hat, past.num_users, DIM, layers, seed=seed)
            asked.load_state_dict(model.state_dict())
            values.append(recall(asked, past, part))
        return values[-1]

    def batches(rng):
        return (sampling.bpr_triples(positives, BATCH, rng) for _ in range(past.csr().nnz // BATCH))

    ask()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    learner = train.Torch(model, partial(LightGCN.bpr_loss, reg=ridge), optimizer)
    train.fit(learner, batches, epochs=epochs, evaluate=ask, every=EVERY, seed=seed, progress=False)
    epoch = list(range(0, epochs + 1, EVERY))
    return {"epoch": epoch} | {f"asked after {layers} layers": x for layers, x in found.items()}


def main() -> None:
    split = datasets.load("gowalla").sample_users(2000, seed=0).with_validation(last=0.1)
    known = {"validation": (split.train, split.val), "test": (split.past(), split.test)}
    chosen = known["validation"]
    values = {
        "d": DIM, "nodes": sum(split.train.csr().shape),
        "bestsellers": {k: recall(baselines.popularity(x), x, part) for k, (x, part) in known.items()},
        "untrained": [kept(FILE, f"untrained {K}", partial(untrained, known, K)) for K in (0, *UNTRAINED)],
        "sizes": [
            {"K": WALKED, "d": d, "seed": seed, "validation": kept(
                FILE, f"sizes {d} {seed}", partial(random_rows, *chosen, d, WALKED, seed)
            )}
            for d in SIZES for seed in SEEDS
        ],
        "in training": [
            {"model": name, "K": K, "ridge": ridge, "seed": seed}
            | kept(FILE, f"{name} {seed}", partial(in_training, *chosen, K, ridge, seed))
            for name, K, ridge in TRAINED for seed in SEEDS
        ],
    }  # fmt: skip
    print(
        results.save(
            "06_short_rows", claim=CLAIM, values=values, seeds=SEEDS, seconds=spent(FILE),
            command=COMMAND, data="gowalla",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
