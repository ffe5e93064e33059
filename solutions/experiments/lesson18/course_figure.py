"""The course on one figure: what each method finds, and what it costs, on one split of PinWorld.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.course_figure

Saves of days 0-41 are known, days 42-48 choose, days 49-55 are the test; what is new stays in. Every
method climbs on validation (NDCG@20, 800 users) until no neighbor is better, over epochs as well; PinSage, MultiBiSage,
PinnerFormer and OmniSage have the knobs that lessons 09, 14, 15 and 16 chose, on this world as well. PinnerFormer and
OmniSage read more of the log than saves. The winner is fitted on train and validation in a
process of its own, which reports the seconds of its CPU for fitting and for ranking all test users, and by how much
its memory grew meanwhile, looked at 100 times a second. One seed. A method joins by one line of `COURSE`; what was measured before is kept in
build/bench, delete its lines there to measure again.

Writes data/results/18_course.json. About two hours of one quiet thread.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from graphrec_utils import (
    graphs,
    methods,
    metrics,
    paths,
    pinworld,
    results,
    sampling,
    train,
    walks,
)
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import baselines, filters, fusion, lightgcn, mf
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from solutions.experiments import tuning
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson18.course_figure"
CLAIM = "A method that needs more seconds finds more."
NAME, USERS = "18_course", 800
DAY = pinworld.DAY


def split() -> Split:
    fit, val, test = pinworld.load("small").split(("save",))
    val = val.without(fit)
    return Split(fit, val, test.without(fit).without(val))


def pictures() -> np.ndarray:
    """Return (n, 64) the images of the pins, centered, at length 1."""
    x = pinworld.load("small").images
    x = x - x.mean(axis=0)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def of_content(events: Interactions) -> Factors:
    x = pictures()
    return Factors(events.csr() @ x, x)


def of_lightgcn(events: Interactions, lr: float, layers: int, epochs: int):
    positives = sampling.index(events.csr())
    A_hat = graphs.normalize(graphs.adjacency(events.csr()))
    model = lightgcn.Fused(A_hat, events.num_users, 32, layers, lr=lr)

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(len(events) // 2048 + 1))

    train.fit(model, batches, epochs=epochs, progress=False)
    return model


def stored_knobs(name: str, model: str) -> dict:
    """Return what a model has won with in another lesson, on PinWorld."""
    values = results.load(name).values
    rows = values.get("PinWorld", values)["models"]
    return next(row["knobs"] for row in rows if row["model"] == model)


def morning(events: Interactions) -> int:
    """Return the day after the last event's, on which a week begins."""
    return int(np.ceil(events.times.max() / DAY / 7) * 7)


def of_walks(events: Interactions, restart: float):
    """Return Pixie from the 20 latest saves of each user, boosted."""
    R = events.csr()
    graph, m = walks.walkable(graphs.adjacency(R)), R.shape[0]
    latest = sampling.latest(events, 20)

    class Walks:
        def scores(self, users):
            out = np.zeros((len(users), R.shape[1]))
            for row, u in enumerate(users):
                starts = [int(i) for i in np.asarray(latest[u]) if 0 <= i < R.shape[1]]
                V = [walks.visits(graph, m + q, 5000, restart=restart)[m:] for q in starts]
                if V:
                    out[row] = walks.boost(np.array(V, dtype=float))
            return out

    return Walks()


def of_tower(events: Interactions, rate: float, half_life: float, epochs: int):
    from solutions.experiments.lesson10 import towers

    return towers.tower(
        events, None, "sampled", rate, half_life, negatives=256, epochs=epochs, content=pictures()
    )[0]


def of_pinsage(events: Interactions) -> Factors:
    """Return users as sums of the vectors of what they saved, over PinSage with the knobs of lesson 09."""
    from solutions.experiments.lesson09 import pinsage_study as study

    stage = study.world()[0 if morning(events) <= pinworld.TRAIN_END else 1]
    z = study.fit(stage, "softmax", **stored_knobs("09_rivals", "PinSage, softmax")).embeddings()[0]
    z = z.detach().numpy() if hasattr(z, "detach") else z
    return Factors(events.csr() @ z, z)


def of_sasrec(events: Interactions, rate: float, half_life: float, epochs: int):
    from solutions.experiments.lesson15 import sequences

    return sequences.sas(events, None, "corrected", rate, half_life, epochs=epochs)[0]


def of_pinnerformer(events: Interactions):
    """Return a model of all that was done, not of saves alone, with the objective, rate and longest run of lesson 15."""
    from solutions.experiments.lesson15 import sequences

    rows = results.load("15_pinworld").values["objectives"]
    rate = next(row["rate"] for row in rows if row["objective"] == "every next")
    return sequences.former(
        morning(events), objective="every next", rate=rate, steps=sequences.LONGER[-1]
    )


def of_multibisage(events: Interactions) -> Factors:
    """Return users as sums of the vectors of what they saved, over MultiBiSage as lesson 14 chose it."""
    from solutions.experiments.lesson14 import multibisage_study as study

    stage = study.world()[0 if morning(events) <= pinworld.TRAIN_END else 1]
    knobs = stored_knobs("14_rivals", "transformer")
    z = study.fit(stage, answers="left in", **knobs).embeddings()[0]
    return Factors(events.csr() @ z.numpy(), z.numpy())


def of_omnisage(events: Interactions) -> Factors:
    """Return OmniSage with all three losses and its own reader of users, with the knobs of lesson 16."""
    from solutions.experiments.lesson16 import omnisage_study as study

    stage = study.world()[0 if morning(events) <= pinworld.TRAIN_END else 1]
    weights = dict.fromkeys(study.LOSSES["all three"], 1.0)
    knobs = stored_knobs("16_losses", "all three")
    return study.fit(stage, weights, **knobs).users(stage.histories, True)


def of_fusion(events: Interactions, names: tuple[str, ...], top: int = 100):
    """Return reciprocal rank fusion of other rows, with the knobs that they have won with."""
    models = [COURSE[name][0](events, **winner(name).knobs) for name in names]

    class Fused:
        def scores(self, users):
            lists = [metrics.rank(model, events, top, users) for model in models]
            return fusion.reciprocal_ranks(np.array(lists), events.num_items)

    return Fused()


FUSED = ("item2item", "iALS", "content")
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
HALF, EPOCHS = [1, 3, 9, 27, 81, 243], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
# name -> (fit(events, **knobs), ladders), of methods of the course; the cut of a new model is one line
COURSE: dict[str, tuple[Callable, dict]] = {
    "popularity": (lambda e, days: baselines.popularity(e, half_life=days * DAY), {"days": [1, 2, 3, 4, 6, *HALF[2:]]}),
    "item2item": (baselines.item2item, {"shrinkage": [1, 3, 10, 30, 100, 300]}),
    "content": (of_content, {}),
    "iALS": (lambda e, **k: mf.ials(e.csr(), sweeps=8, **k),
             {"dim": [8, 16, 32, 64, 128], "alpha0": [0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03]}),
    "EASE": (lambda e, reg: ease(e.csr().astype(np.float32), reg), {"reg": [10, 30, 100, 300, 1000, 3000]}),
    "RP3β": (lambda e, **k: filters.rp3beta(e.csr(), **k),
             {"alpha": [0.2, 0.4, 0.6, 0.8, 1.0], "beta": [0.0, 0.1, 0.2, 0.4, 0.6]}),
    "LightGCN": (of_lightgcn, {"lr": RATES, "layers": [1, 2, 3, 4, 5], "epochs": EPOCHS}),
    "Pixie": (of_walks, {"restart": [0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0]}),
    "PinSage": (of_pinsage, {}),
    "two towers": (of_tower, {"rate": RATES, "half_life": HALF, "epochs": EPOCHS}),
    "SASRec": (of_sasrec, {"rate": RATES, "half_life": HALF, "epochs": EPOCHS}),
    "PinnerFormer": (of_pinnerformer, {}),
    "MultiBiSage": (of_multibisage, {}),
    "OmniSage": (of_omnisage, {}),
    "fusion": (partial(of_fusion, names=FUSED), {}),
}  # fmt: skip
STARTS = {
    "days": 9, "shrinkage": 30, "dim": 32, "alpha0": 0.1, "reg": 0.003, "alpha": 0.6, "beta": 0.1,
    "lr": 0.003, "layers": 1, "restart": 0.9, "rate": 0.01, "half_life": 27, "epochs": 16,
}  # fmt: skip
# a half-life of 243 days is none in a world of 56
NATURAL = {"beta": [0.0], "alpha": [1.0], "layers": [1], "restart": [1.0], "half_life": [243]}


def winner(name: str) -> tuning.Chosen:
    """Return the knobs that win on validation, their score, and which stand at an end."""
    fit, ladders = COURSE[name]
    parts = split()
    score = train.on_validation(parts, users=USERS)
    start = (STARTS | {"reg": 300} if name == "EASE" else STARTS) if ladders else None
    return tuning.tuned(
        NAME, f"tune {name}", partial(fit, parts.train), ladders, score, start, 1, NATURAL
    )


@contextlib.contextmanager
def grown() -> Iterator[list[float]]:
    """Yield a list that ends with the MB by which the memory of this process was larger than at its start."""

    def now() -> float:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    start, ended = now(), threading.Event()
    found = [0.0]

    def look() -> None:
        while not ended.wait(0.01):
            found.append(max(found[-1], now() - start))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()
        found.append(max(found[-1], now() - start))


def measure(name: str) -> dict:
    """Return what the winner finds on test, and what it costs; to be run in a process of its own."""
    parts, knobs = split(), winner(name).knobs
    past, users = parts.past(), np.unique(parts.test.users)
    pictures()  # what is loaded is no cost of a method
    metrics.rank(baselines.popularity(past), past, 20, users[:2])
    COURSE["iALS"][0](past.select(slice(0, 500)), dim=8, alpha0=0.1, reg=0.1)  # compiles
    gc.collect()
    with grown() as memory:
        start = time.process_time()
        model = COURSE[name][0](past, **knobs)
        fitted = time.process_time()
        lists = metrics.rank(model, past, 20, users)
        ranked = time.process_time()
    per_user = metrics.evaluate(lists, parts.test, users)
    few = np.bincount(past.items, minlength=past.num_items)
    return {
        "lesson": methods.lesson_of(name), "ndcg": float(per_user.ndcg.mean()), "recall": float(per_user.recall.mean()),
        "error": float(per_user.ndcg.std(ddof=1) / np.sqrt(len(per_user))),
        "coverage": metrics.coverage(lists, past.num_items),
        "seen 3 times or less": float((few[lists[lists >= 0]] <= 3).mean()),
        "fit": fitted - start, "rank": ranked - fitted, "MB": memory[-1], "users": len(users),
        "values": per_user.ndcg.round(5).tolist(),
    }  # fmt: skip


def apart(name: str) -> dict:
    """Return `measure` from another process."""

    def ask() -> dict:
        line = [
            sys.executable,
            "-m",
            "solutions.experiments.lesson18.course_figure",
            "--measure",
            name,
        ]
        done = subprocess.run(line, check=True, capture_output=True, text=True, cwd=paths.root())
        return json.loads(done.stdout.splitlines()[-1])

    return kept(NAME, f"asked {name}", ask)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", help="one method, in this process; prints a line of JSON")
    if name := parser.parse_args().measure:
        print(json.dumps(measure(name)))
        return
    table = {}
    for name in COURSE:
        table[name] = asdict(winner(name)) | apart(name)
        print(name, {k: v for k, v in table[name].items() if k != "values"}, flush=True)
    each = {name: np.array(row.pop("values")) for name, row in table.items()}
    best = max(table, key=lambda name: table[name]["ndcg"])
    for name, row in table.items():
        lead = metrics.compare(each[best], each[name]) if name != best else None
        row["behind"] = None if lead is None else {"gap": lead.gap, "error": lead.error}
    values = {"methods": table, "best": best}
    print(results.save(NAME, claim=CLAIM, values=values, seeds=[0], command=COMMAND,
                       seconds=spent(NAME)))  # fmt: skip


if __name__ == "__main__":
    main()
