"""TransE on FB15k-237 in five CPU minutes: the course's loop and PyKEEN, tuned alike.

    bench transe --peers --rounds 1                  one short training each, seconds, test MRR
    python -m tests.benchmarks.transe                MRR against seconds, stored for lesson 12
    python -m tests.benchmarks.transe --falling      PyKEEN again, by passes and with a rate that falls

The second command gives each package the settings of TRIALS, as many for each: all of them train
for SEARCH CPU seconds, the BEST on validation once more, for BUDGET. Every training is a process
of its own with one thread; the rate falls on half a cosine, over as many epochs as fit into its
seconds. About ten times in a training, off the clock, the filtered MRR of the same 4,000 validation
facts is measured. Who has the highest at the end is asked about the test facts. Both are
measured by one evaluator, the course's, which runs in PyKEEN's environment on PyKEEN's vectors;
PyKEEN's own evaluator judges its model a second time.

Most of PyKEEN's settings are the course's model: entities at length 1, L2, softmax over the truth
and corrupted facts (PyKEEN calls it InfoNCE), but in batches and with Adam.

In the trainings of PyKEEN that are stored the rate stood still: it was set in an optimizer that PyKEEN
had replaced by a copy. The third command trains PyKEEN with a rate that does fall, by the settings of
FALLING. It counts passes, as many as the stored trainings made in SEARCH and BUDGET seconds, and not
seconds: it can run on a machine that is busy, and the seconds in its rows are of such a one. It stands
beside the others; a new run of the second command makes it superfluous.

Writes data/results/12_transe_peers.json. An hour of one thread, the third command ten minutes; trainings
of an earlier run are kept in the build folder.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np

from graphrec_utils import paths
from tests.benchmarks import pinned

PEERS = pinned.of("pykeen")
COMMAND = "python -m tests.benchmarks.transe"
CLAIM = (
    "Within five CPU minutes the course's TransE reaches the best filtered test MRR that is "
    "published for TransE on FB15k-237, and PyKEEN's, in as many passes as take as long, does not."
)
PUBLISHED = 0.313  # LibKGE's TransE, whose settings were searched at length
SEARCH, BUDGET, BEST, VALIDATION = 100, 300, 2, 4000
COURSE = {"dim": 64, "loss": "softmax", "sharpness": 12.0, "norm": 2, "num_negatives": 64}
COURSE |= {"lr": 0.1, "unit": True}
LARGE = COURSE | {"dim": 128, "num_negatives": 128}
PYKEEN = {"dim": 64, "loss": "infonce", "sharpness": 12.0, "norm": 2, "num_negatives": 64}
PYKEEN |= {"rate": 0.003, "unit": True, "batch": 512}
TRIALS = {
    "course": [
        COURSE,
        COURSE | {"dim": 128},
        LARGE,
        LARGE | {"lr": 0.05},
        LARGE | {"lr": 0.2},
        LARGE | {"sharpness": 6.0},
        LARGE | {"sharpness": 9.0},
        LARGE | {"sharpness": 16.0},
        LARGE | {"num_negatives": 256},
    ],
    "pykeen": [
        PYKEEN,
        PYKEEN | {"rate": 0.0007},
        PYKEEN | {"rate": 0.0015},
        PYKEEN | {"rate": 0.006},
        PYKEEN | {"batch": 256},
        PYKEEN | {"dim": 128},
        PYKEEN | {"dim": 128, "num_negatives": 128},
        PYKEEN | {"sharpness": 16.0},
        {"dim": 100, "loss": "nssa", "sharpness": 9.0, "norm": 1, "num_negatives": 64}
        | {"rate": 0.005, "unit": False, "batch": 512},
    ],
}
FALLING = [  # PyKEEN's settings, and the passes that 64 coordinates make in BUDGET or SEARCH seconds
    (PYKEEN, 15),
    (PYKEEN | {"rate": 0.006}, 15),
    (PYKEEN, 5),
    (PYKEEN | {"rate": 0.0015}, 5),
    (PYKEEN | {"rate": 0.006}, 5),
    (PYKEEN | {"rate": 0.012}, 5),
]
# else PyKEEN gives memory back after every batch and asks for it again, a third of its time (glibc)
MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**33), "MALLOC_MMAP_THRESHOLD_": str(2**25)}
EPOCHS = {"course": 10, "pykeen": 20}  # of the short trainings


def prepare(folder):
    """Write the facts."""
    from graphrec_utils import datasets

    parts = datasets.load("fb15k-237")
    arrays = {name: getattr(parts, name).array() for name in parts._fields}
    sizes = parts.train.num_entities, parts.train.num_relations
    np.savez(folder / "facts.npz", sizes=sizes, **arrays)


def read(folder):
    """Return train, val and test."""
    from graphrec_utils.data.triples import Triples

    with np.load(folder / "facts.npz") as saved:
        sizes = [int(n) for n in saved["sizes"]]
        return [Triples(*saved[name].T, *sizes) for name in ("train", "val", "test")]


def train_course(facts, epochs, seed, after, setting=COURSE):
    """Train; after every epoch call `after` with entity vectors, relation vectors and the norm."""
    from graphrec_utils import train
    from graphrec_utils.models import transe

    transe.fit(
        facts,
        **setting,
        epochs=epochs,
        seed=seed,
        schedule=train.cosine,
        callback=lambda _, __, m: after(m.entity_emb, m.rel_emb, m.norm),
    )


def train_pykeen(facts, epochs, seed, after, setting=PYKEEN):
    """Train PyKEEN's TransE by sLCWA, which draws corrupted facts as we do; `after` as above."""
    import torch
    from pykeen.models import TransE
    from pykeen.training import SLCWATrainingLoop
    from pykeen.training.callbacks import TrainingCallback
    from pykeen.triples import CoreTriplesFactory

    from graphrec_utils import train

    torch.set_num_threads(1)
    triples = CoreTriplesFactory(
        torch.from_numpy(facts.array()), facts.num_entities, facts.num_relations
    )
    losses = {
        # scores are divided by the exponential of this
        "infonce": {"margin": 0.0, "log_adversarial_temperature": -math.log(setting["sharpness"])},
        "nssa": {"margin": setting["sharpness"], "adversarial_temperature": 1.0},
    }
    free = {} if setting["unit"] else {"entity_constrainer": None}
    model = TransE(
        triples_factory=triples,
        embedding_dim=setting["dim"],
        scoring_fct_norm=setting["norm"],
        loss=setting["loss"],
        loss_kwargs=losses[setting["loss"]],
        random_seed=seed,
        **free,
    )
    adam = torch.optim.Adam(model.get_grad_params(), lr=setting["rate"])
    loop = SLCWATrainingLoop(
        model=model,
        triples_factory=triples,
        optimizer=adam,
        negative_sampler_kwargs={"num_negs_per_pos": setting["num_negatives"]},
    )

    class After(TrainingCallback):
        def post_epoch(self, epoch, epoch_loss, **_):
            # PyKEEN trains with a copy of `adam`; the rate of the next epoch, epochs count from 1
            for group in self.optimizer.param_groups:
                group["lr"] = setting["rate"] * train.cosine(epoch / epochs)
            after(*vectors(model), setting["norm"])

    loop.train(
        triples,
        num_epochs=epochs,
        batch_size=setting["batch"],
        callbacks=After(),
        use_tqdm=False,
        use_tqdm_batch=False,
    )
    rate = loop.optimizer.param_groups[0]["lr"]
    print(f"rate at the end {rate:.1e} of {setting['rate']}", file=sys.stderr, flush=True)
    if rate > 1e-9 or not loop.optimizer.state:
        raise RuntimeError("PyKEEN trained with another optimizer than the one whose rate fell")


def vectors(model):
    """Return the entity and relation vectors of a model of PyKEEN."""
    parts = (*model.entity_representations, *model.relation_representations)
    return [part(indices=None).detach().numpy() for part in parts]


TRAIN = {"course": train_course, "pykeen": train_pykeen}


def warm_up(engine, train):
    """Import and compile everything: train on two facts."""
    two = type(train)([0, 1], [0, 0], [1, 2], train.num_entities, train.num_relations)
    TRAIN[engine](two, 1, 0, lambda *_: None)


# ------------------------------------------------------------------ one training a round


def rounds(engine):
    def generator(setting):
        from graphrec_utils.models import transe

        train, val, test = read(setting.folder)
        kept = []
        warm_up(engine, train)
        yield
        seed = 0
        while True:
            TRAIN[engine](train, EPOCHS[engine], seed, lambda *m: kept.append(m))
            seed += 1
            model = transe.TransE(*kept[-1])
            kept.clear()
            yield lambda model=model: {"test MRR": transe.mrr(model, test, [train, val, test])}

    return generator


ENGINES = {engine: rounds(engine) for engine in TRAIN}


# ------------------------------------------------------------------ curves


class Curve:
    """CPU seconds and validation MRR, about ten times in a training; keeps the last model."""

    def __init__(self, parts, epochs):
        train, val, test = parts
        self.known, self.epochs, self.every = [train, val, test], epochs, max(1, epochs // 10)
        some = np.random.default_rng(0).permutation(len(val))[:VALIDATION]
        self.asked = type(val)(
            *val.array()[some].T, val.num_entities, val.num_relations
        )  # the same facts for everybody
        self.points, self.last, self.seconds, self.epoch = [], None, 0.0, 0
        self.begin = time.process_time()

    def __call__(self, *model):
        from graphrec_utils.models import transe

        self.seconds += time.process_time() - self.begin
        self.epoch += 1
        if self.epoch % self.every == 0 or self.epoch == self.epochs:
            self.last = transe.TransE(*model)
            mrr = transe.mrr(self.last, self.asked, self.known)
            self.points.append([round(self.seconds, 2), round(mrr, 4)])
            print(self.epoch, *self.points[-1], file=sys.stderr, flush=True)
        self.begin = time.process_time()


def train_for(engine, folder, setting, budget):
    """Train for a budget of CPU seconds; write the row and the vectors into the folder."""
    parts = read(folder)
    warm_up(engine, parts[0])
    begin = time.process_time()
    TRAIN[engine](parts[0], 1, 0, lambda *_: None, setting)
    epochs = max(1, round(budget / (time.process_time() - begin)))
    train_epochs(engine, folder, setting, budget, epochs, parts)


def train_epochs(engine, folder, setting, budget, epochs, parts=None):
    """Train for a number of passes; write the row and the vectors into the folder."""
    parts = parts or read(folder)
    curve = Curve(parts, epochs)
    TRAIN[engine](parts[0], epochs, 0, curve, setting)
    file = file_of(engine, folder, setting, budget)
    np.savez(file.with_suffix(".npz"), *vars(curve.last).values())
    row = {"setting": setting, "budget": budget, "epochs": epochs, "curve": curve.points}
    paths.write(file, json.dumps(row))


def file_of(engine, folder, setting, budget):
    """Return where a training is kept."""
    name = hashlib.sha256(json.dumps([setting, budget]).encode()).hexdigest()[:12]
    return folder / f"{engine}_{name}.json"


def judge(engine, folder, setting, budget):
    """Return the filtered MRR and hits@10 of all test facts, of a training that is kept."""
    from graphrec_utils.models import transe

    with np.load(file_of(engine, folder, setting, budget).with_suffix(".npz")) as saved:
        E, R, norm = saved.values()
    model, parts = transe.TransE(E, R, int(norm)), read(folder)
    ranks = np.concatenate(transe.filtered_ranks(model, parts[2], parts))
    found = {"test MRR": (1 / ranks).mean(), "test hits@10": (ranks <= 10).mean()}
    found = {name: round(float(value), 4) for name, value in found.items()}
    if engine == "pykeen":
        found["test MRR by its own evaluator"] = own_evaluator(model, parts)
        found["version"] = metadata.version("pykeen")
    return found


def own_evaluator(vectors_, parts):
    """Return the filtered test MRR that PyKEEN's own evaluator finds for these vectors."""
    import torch
    from pykeen.evaluation import RankBasedEvaluator
    from pykeen.models import TransE
    from pykeen.triples import CoreTriplesFactory

    factories = [
        CoreTriplesFactory(torch.from_numpy(p.array()), p.num_entities, p.num_relations)
        for p in parts
    ]
    model = TransE(
        triples_factory=factories[0],
        embedding_dim=vectors_.entity_emb.shape[1],
        scoring_fct_norm=vectors_.norm,
        random_seed=0,
    )
    emb = vectors_.entity_emb, vectors_.rel_emb
    whole = (*model.entity_representations, *model.relation_representations)
    for part, values in zip(whole, emb, strict=True):
        part._embeddings.weight.data[:] = torch.from_numpy(values)
    found = RankBasedEvaluator(filtered=True).evaluate(
        model,
        factories[2].mapped_triples,
        additional_filter_triples=[f.mapped_triples for f in factories[:2]],
        batch_size=64,
        use_tqdm=False,
    )
    return round(float(found.get_metric("both.realistic.inverse_harmonic_mean_rank")), 4)


def in_process(python, what, *arguments):
    """Return what `train_for` or `judge` returns, from a process of its own with one thread."""
    from graphrec_utils.cli.setup.environment import ONE_THREAD

    command = [str(python), "-m", "tests.benchmarks.transe", f"--{what}", json.dumps(arguments)]
    one = os.environ | ONE_THREAD | MEMORY
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=paths.root(), env=one
    )
    return json.loads(done.stdout.splitlines()[-1])


def trained(python, engine, folder, setting, budget):
    """Return the row of a training; one of an earlier run is kept."""
    file = file_of(engine, folder, setting, budget)
    if not file.exists():
        in_process(python, "train", engine, str(folder), setting, budget)
    return json.loads(file.read_text("utf-8"))


def falling(python, folder, before):
    """Return the rows of FALLING, and what the best of them on validation finds on test.

    Args:
        before: what this has returned the last time, or {}: a training that is in it is not repeated.
    """

    def passed(setting, epochs):
        budget = f"{epochs} passes"
        for row in before.get("trainings", ()):
            if (row["setting"], row["budget"]) == (setting, budget):
                return row
        file = file_of("pykeen", folder, setting, budget)
        if not file.exists():
            in_process(python, "passes", "pykeen", str(folder), setting, budget, epochs)
        return json.loads(file.read_text("utf-8"))

    rows = [passed(*trial) for trial in FALLING]
    best = max(rows, key=last)
    if before and best == max(before["trainings"], key=last):
        found = before
    else:
        found = in_process(python, "judge", "pykeen", str(folder), best["setting"], best["budget"])
    return found | {"setting": best["setting"], "trainings": rows}


def last(row):
    """Return the validation MRR at the end of a training."""
    return row["curve"][-1][1]


def search(python, engine, folder):
    """Return the rows of all trials, then of the best for the whole budget."""
    trials = [trained(python, engine, folder, s, SEARCH) for s in TRIALS[engine]]
    best = sorted(trials, key=last, reverse=True)[:BEST]
    return trials + [trained(python, engine, folder, t["setting"], BUDGET) for t in best]


def main():
    import argparse

    from tests.benchmarks.engine import peers

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--falling", action="store_true", help="PyKEEN alone, by passes")
    inner = {"train": train_for, "passes": train_epochs, "judge": judge}
    for name, function in inner.items():
        parser.add_argument(f"--{name}", metavar="JSON", help=f"arguments of {function.__name__}")
    options = parser.parse_args()
    for name, function in inner.items():
        if arguments := getattr(options, name):
            engine, folder, *others = json.loads(arguments)
            print("\n" + json.dumps(function(engine, Path(folder), *others)))
            return
    folder = paths.root() / "build" / "bench" / "transe"
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    pykeen = peers.environment(folder.parent / "peers" / "pykeen", PEERS["pykeen"])
    if options.falling:
        from graphrec_utils import results

        stored = results.load("12_transe_peers").values
        rows = {engine: stored[engine] for engine in TRAIN}
        found = falling(pykeen, folder, stored.get("pykeen, falling", {}))
        print(save(rows | {"pykeen, falling": found}))
        return
    rows = {}
    for engine, python in {"pykeen": pykeen, "course": sys.executable}.items():
        trainings = search(python, engine, folder)
        best = max(trainings[len(TRIALS[engine]) :], key=last)
        kept = best["setting"], best["budget"]
        found = in_process(python, "judge", engine, str(folder), *kept)
        rows[engine] = {"setting": best["setting"], **found, "trainings": trainings}
    print(save(rows))


def save(rows):
    from graphrec_utils import results

    trainings = [row for engine in rows.values() for row in engine["trainings"]]
    return results.save(
        "12_transe_peers",
        claim=CLAIM,
        values={"CPU seconds of a trial": SEARCH, "of the best": BUDGET, **rows},
        seeds=[0],
        seconds=sum(row["curve"][-1][0] for row in trainings),
        command=COMMAND,
        data="fb15k-237",
    )


if __name__ == "__main__":
    main()
