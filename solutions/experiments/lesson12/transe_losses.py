"""TransE on CoDEx-S with the paper's margin and with a softmax, each tuned with as many trials.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson12.transe_losses

Nine trials each by validation MRR; both have 64 coordinates, L2, unit entities, Adagrad and at most 30 passes, the
best of every tenth by validation. "margin, one negative" is the paper's own setting of one corrupted fact, "margin"
and "softmax" have 64. The winners are trained with three seeds and asked about the test facts. The margin is compared
with the softmax fact by fact, by the mean of 1 / rank over both sides and three seeds.

Writes data/results/12_losses.json. Four minutes of one thread.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import numpy as np

from graphrec_utils import datasets, metrics, paths, results, train
from graphrec_utils.models import transe
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson12.transe_losses"
CLAIM = "With as many trials and negatives, the paper's margin finds as much as a softmax."
BUDGET, SEEDS, EVERY, EPOCHS = 9, (0, 1, 2), 10, 30
COMMON = {"lr": [0.01, 0.03, 0.1, 0.3], "norm": ["L2"]}
GRIDS = {
    "margin, one negative": COMMON | {"sharpness": [0.03, 0.1, 0.3, 1.0, 3.0], "draws": [1]},
    "margin": COMMON | {"sharpness": [0.03, 0.1, 0.3, 1.0, 3.0], "draws": [64]},
    "softmax": COMMON | {"sharpness": [1.5, 3.0, 6.0, 12.0, 24.0, 48.0], "draws": [64]},
}


def best_of(split, loss, lr, norm, sharpness, draws, seed=0):
    """Train, and return a copy of the model with the best validation MRR and that MRR."""
    known, kept = list(split), []

    def after(epoch, _, model):
        if epoch % EVERY == 0:
            copy = transe.TransE(model.entity_emb.copy(), model.rel_emb.copy(), model.norm)
            kept.append((transe.mrr(copy, split.val, known), epoch, copy))

    p = 1 if norm == "L1" else 2
    transe.fit(
        split.train, 64, loss, sharpness, p, draws, lr, epochs=EPOCHS, seed=seed, callback=after
    )
    score, epoch, model = max(kept, key=lambda x: x[0])
    return (model, score), {"epochs": epoch}


def asked(split, fit, knobs, seed) -> list[float]:
    """Return the mean of 1 / rank over both sides of every test fact."""
    (model, _), _ = fit(**knobs, seed=seed)
    ranks = np.stack(transe.filtered_ranks(model, split.test, list(split)))
    return (1 / ranks).mean(axis=0).tolist()


def main() -> None:
    split = datasets.load("codex-s")
    models = {
        name: (partial(best_of, split, name.split(",")[0]), grid) for name, grid in GRIDS.items()
    }
    log = paths.root() / "build" / "bench" / "losses_trials.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    search = train.tune(models, BUDGET, lambda fitted: fitted[1], log=log, progress=False)
    print(search, flush=True)
    rows, per_fact = [], {}
    for name, (fit, _) in models.items():
        knobs, reciprocal = search.best(name).knobs, []
        for seed in SEEDS:
            found = kept("losses", f"{name} {seed}", lambda: asked(split, fit, knobs, seed))  # noqa: B023
            reciprocal.append(np.array(found))
        per_fact[name] = np.mean(reciprocal, axis=0)
        rows.append({
            "model": name, "knobs": knobs, "at the edge": search.edges.get(name, ""),
            "validation MRR": search.best(name).score, "MRR of each seed": [float(x.mean()) for x in reciprocal],
            "MRR": float(per_fact[name].mean()),
        })  # fmt: skip
        print(rows[-1], flush=True)
    lead = asdict(metrics.compare(per_fact["margin"], per_fact["softmax"]))
    values = {
        "trials each": BUDGET,
        "models": rows,
        "margin over softmax": lead,
        "facts": len(split.test),
    }
    print(results.save("12_losses", claim=CLAIM, values=values, seeds=list(SEEDS),
                       seconds=spent("losses") + sum(trial.seconds for trial in search.trials), command=COMMAND, data="codex-s"))  # fmt: skip


if __name__ == "__main__":
    main()
