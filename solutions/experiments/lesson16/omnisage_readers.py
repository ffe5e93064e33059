"""Whose is what all three losses bring to users: the vectors', or the reader's that comes with the users' loss?

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson16.omnisage_readers

PinWorld, the data, encoder and 200 steps of `omnisage_study`, temperature 0.1, rate 0.01. Vectors are taught by pairs
alone or by all three losses; then a user is read from them in one of three ways:

* mean: of the vectors of her sixteen latest likes, nothing is trained;
* afterwards: by a transformer that the users' loss trains for 200 steps more, while the vectors stand still;
* together: by the transformer that was trained with the vectors (all three losses alone have one). Once more with 400
  steps, as many as the vectors of pairs and their reader have in all.

The rate of a reader that is trained afterwards is the best of three or more on days 42 to 48, one seed, by what users
find; a winner at an end lets the grid grow. Then three seeds on days 49 to 55. Writes data/results/16_readers.json, keeps
what is done in build/bench.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd
import torch

from graphrec_utils import metrics, results
from graphrec_utils.models import multibisage, omnisage, sage
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson16 import omnisage_study as study

COMMAND = "python -m solutions.experiments.lesson16.omnisage_readers"
CLAIM = "What all three losses bring to users is in the vectors, not in their reader alone."
NAME, TEMPERATURE, RATE, READ = "omnisage_readers", 0.1, 0.01, ("reader", "order", "user")
RATES = (0.003, 0.01, 0.03)
TAUGHT = {"pairs": study.PAIRS, "all three": dict.fromkeys(omnisage.LOSSES, 1.0)}
LONGER = "all three, 400 steps"
TAUGHT[LONGER] = TAUGHT["all three"]
WAYS = {
    "pairs": ("mean", "afterwards"),
    "all three": ("mean", "afterwards", "together"),
    LONGER: ("together",),
}


def read_afterwards(stage: study.Stage, made: study.Fitted, rate: float, seed: int) -> study.Fitted:
    """Train a new reader by the users' loss, 200 steps, over vectors that stand still."""
    old = made.model
    model = omnisage.OmniSage(
        old.near, sage.Content(study.DIM, 0, stage.today.x, seed=seed), study.DIM, length=study.LENGTH, offset=stage.offset, seed=seed
    )  # fmt: skip
    fresh = {k: v.clone() for k, v in model.state_dict().items() if k.split(".")[0] in READ}
    model.load_state_dict(old.state_dict() | fresh)
    trained = []
    for name, weight in model.named_parameters():
        weight.requires_grad_(name.split(".")[0] in READ)
        trained += [weight] if weight.requires_grad else []
    days = [multibisage.Day(p, m.near, model.content.on(m.x)) for m, p, _ in stage.days]
    read, rng = [h for _, _, h in stage.days], np.random.default_rng(seed)
    optimizer, step, start = torch.optim.Adam(trained, lr=rate), 0, time.process_time()
    while step < study.STEPS:
        for batch in omnisage.batches(
            days, stage.n, study.SIZE, study.SHARED, rng, study.STEPS - step, read, study.USERS
        ):
            for group in optimizer.param_groups:  # as `omnisage_study.fit`
                group["lr"] = (
                    rate * min(1, (step + 1) / 30) * 0.5 * (1 + np.cos(np.pi * step / study.STEPS))
                )
            optimizer.zero_grad()
            omnisage.loss(model, batch, {"user-entity": 1.0}, TEMPERATURE).backward()
            optimizer.step()
            step += 1
    return study.Fitted(model, TEMPERATURE, time.process_time() - start)


def asked(stage: study.Stage, taught: str, seed: int, rates: dict[str, list[float]]) -> dict:
    """Return recall@10 of each user, {way: {user: recall}}; a way that is trained afterwards once for each rate."""
    steps = 2 * study.STEPS if taught == LONGER else study.STEPS
    made = study.fit(stage, TAUGHT[taught], temperature=TEMPERATURE, lr=RATE, seed=seed, steps=steps)  # fmt: skip
    found = {"mean": made.users(stage.histories, trained=False)}
    if "together" in WAYS[taught]:
        found["together"] = made.users(stage.histories, trained=True)
    for rate in rates.get(taught, ()):
        reader = read_afterwards(stage, made, rate, seed)
        found[f"afterwards {rate}"] = reader.users(stage.histories, trained=True)
    return {way: stage.user_recall(users).round(4).to_dict() for way, users in found.items()}


def mean(run: dict) -> float:
    return round(float(pd.Series(run).mean()), 4)


def chosen(taught: str) -> tuple[float, list[dict]]:
    """Return the rate of the reader that users find most with, and all that were tried."""
    early, trials, rates = study.world()[0], {}, list(RATES)
    while True:
        new = sorted(set(rates) - set(trials))
        found = kept(NAME, f"{taught} {new}", partial(asked, early, taught, 0, {taught: new}))
        trials |= {rate: mean(found[f"afterwards {rate}"]) for rate in new}
        print(taught, trials, flush=True)
        best = max(trials, key=trials.get)
        wider = study.grown({"lr": sorted(trials)}, {"lr": best})["lr"]
        if len(wider) == len(trials):
            return best, [{"rate": r, "users": trials[r]} for r in sorted(trials)]
        rates = wider


def measured() -> dict:
    late, table, runs = study.world()[1], [], {}
    for taught, ways in WAYS.items():
        best, trials = chosen(taught) if "afterwards" in ways else (None, [])
        rates = {taught: [best]} if trials else {}
        each = [
            kept(NAME, f"{taught} {best} test {s}", partial(asked, late, taught, s, rates))
            for s in study.SEEDS
        ]
        for way in ways:
            key = f"afterwards {best}" if way == "afterwards" else way
            runs[f"{taught}, {way}"] = [{"users": run[key]} for run in each]
            more = {"rate": best, "trials": trials} if way == "afterwards" else {}
            row = {"taught by": taught, "read": way, **more,
                   "recall": float(study.mean_of(runs[f"{taught}, {way}"], "users").mean()),
                   "seeds": [mean(run[key]) for run in each]}  # fmt: skip
            print(row, flush=True)
            table.append(row)
    names = list(runs)
    leads = {
        f"{one} over {other}": asdict(
            metrics.compare(study.mean_of(runs[one], "users"), study.mean_of(runs[other], "users"))
        )
        for k, other in enumerate(names)
        for one in names[k + 1 :]
    }
    return {"readers": table, "leads": leads, "users": len(runs[names[0]][0]["users"])}


def main() -> None:
    torch.set_num_threads(1)
    start = time.perf_counter()
    values = measured()
    print(results.save(
        "16_readers", claim=CLAIM, values=values, seeds=list(study.SEEDS),
        seconds=max(spent(NAME), time.perf_counter() - start), command=COMMAND,
    ))  # fmt: skip


if __name__ == "__main__":
    main()
