"""Every generator of the course, as `Course` hands it out, on the saves of lesson 18: what it finds, and how many different pins.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.generators

The world of lesson 18, 1,000 users and 2,800 pins. Saves of days 0-48 are known, days 49-55 are the test; known pairs leave the lists. For
the generators that are trained, one row more: the same model with the knobs that its lesson chose, as long as it
trains there or nearly (LESSONS), on the same saves. One seed. What was measured is kept in build/bench.

Writes data/results/18_generators.json. Five minutes of one quiet thread.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
import time
from collections.abc import Callable

import numpy as np
import torch

from graphrec_utils import losses, metrics, pinworld, results
from graphrec_utils.data import Interactions, Split
from graphrec_utils.exercises.generators import GENERATORS, Course
from graphrec_utils.fitted import encoders, likes, plain, systems
from graphrec_utils.fitted.histories import of_log, said, words
from graphrec_utils.models import baselines, multibisage, pinsage, sage, transe, twhin
from graphrec_utils.models.scoring import Factors
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson18.generators"
CLAIM = "Every generator finds more than the most saved pins."
NAME, DIM = "18_generators", 64


@functools.cache
def split() -> Split:
    fit, val, test = pinworld.make(seed=18, scale=0.4).split(("save",))
    val = val.without(fit)
    return Split(fit, val, test.without(fit).without(val))


def summed(saves: Interactions, z: torch.Tensor) -> Factors:
    """Return users as sums of the vectors of what they saved, as in the lessons' comparisons."""
    z = z.detach().numpy()
    return Factors(saves.csr() @ z, z)


def of_pinsage(saves: Interactions) -> Factors:
    """28 epochs of 50 steps in lesson 09; here 14."""
    pairs, n = plain.followers(saves), saves.num_items
    alpha = pinsage.neighborhoods(saves.csr())
    model = pinsage.PinSage(alpha, sage.Content(DIM, 0, said(saves)), DIM, num_layers=1)

    def loss(rng):
        return losses.hinge(
            *model.compared(next(pinsage.batches(pairs, n, 256, 500, rng, count=1))), 0.03
        )

    return summed(saves, encoders.trained(model, loss, 700, 0.003).embeddings()[0])


def of_multibisage(saves: Interactions, how: str, temperature: float, lr: float) -> Factors:
    """16 epochs of 50 steps, as in lesson 14."""
    model = multibisage.MultiBiSage(
        systems._near(saves, None), sage.Content(DIM, 0, said(saves), words(saves)), DIM, how
    )
    days = [multibisage.Day(plain.followers(saves))]

    def loss(rng):
        batch = next(multibisage.batches(days, saves.num_items, 256, 256, rng, 1))
        return multibisage.loss(model, batch, temperature, hide=True)

    return summed(saves, encoders.trained(model, loss, 800, lr).embeddings()[0])


def of_graphsage(saves: Interactions) -> Factors:
    """24 epochs of 60 steps in lesson 07; here 12."""
    content = sage.Content(DIM, saves.num_users, said(saves), words(saves))
    model = sage.SAGE(encoders.heard(saves), content, DIM, (10, 10))
    users, items = (torch.from_numpy(np.array(x)).long() for x in (saves.users, saves.items))

    def loss(rng):
        part = torch.from_numpy(rng.integers(len(users), size=512))
        j = torch.from_numpy(rng.integers(saves.num_items, size=300))
        z_u, z_i, z_j = model.vectors((users[part], items[part], j), rng)
        return losses.sampled_softmax(10 * (z_u * z_i).sum(dim=1), 10 * z_u @ z_j.T)

    return Factors(*encoders.trained(model, loss, 720, 0.003).embeddings())


def of_twhin(saves: Interactions) -> likes.Known:
    """The vectors of lesson 13 with its ridge, 30 false ends of all types, and log popularity with weight 1."""
    facts, users, items = likes.facts_of(saves)
    model = twhin.fit(facts, dim=32, uniform=30, steps=9000, lr=0.1, reg=0.1)
    return systems._popular(twhin.Tails(model, 0, users, items), saves, 1.0)


def of_transe(saves: Interactions) -> transe.Tails:
    """What lesson 12 chose for likes with attributes."""
    facts, users, items = likes.facts_of(saves)
    return transe.Tails(transe.fit(facts, 64, sharpness=4.0, lr=0.03, epochs=20), 0, users, items)


# numbers per thing; others have no vectors
VECTORS = {"NGCF": 48} | dict.fromkeys((
    "iALS", "BPR", "spectral", "LightGCN", "GraphSAGE", "PinSage", "two towers", "two towers, logQ", "TransE", "TwHIN",
    "three interests", "R-GCN", "MultiBiSage", "SASRec", "PinnerFormer", "OmniSage",
), 32)  # fmt: skip
# settings that were tried on days 42-48 of this world, weights of log popularity above all; all else is as in the lessons
TRIALS = {
    "GraphSAGE": 4, "PinSage": 7, "R-GCN": 8, "MultiBiSage": 6, "TwHIN": 6, "TransE": 6, "PinnerFormer": 3, "OmniSage": 2,
}  # fmt: skip
# what its lesson's knobs find, where they are not the generator's own
LESSONS: dict[str, Callable] = {
    "item2item": functools.partial(baselines.item2item, shrinkage=30),
    "TwHIN": of_twhin,
    "TransE": of_transe,
    "R-GCN": functools.partial(of_multibisage, how="mean", temperature=0.1, lr=0.01),
    "GraphSAGE": of_graphsage,
    "PinSage": of_pinsage,
    "MultiBiSage": functools.partial(of_multibisage, how="transformer", temperature=0.3, lr=0.003),
}


def judged(scores: np.ndarray) -> dict:
    """Return NDCG@20 on the test days, and how many different pins stand in all lists of twenty."""
    past, test = split().past(), split().test
    scores = np.array(scores, dtype=float)
    scores[past.csr().nonzero()] = -np.inf
    lists, users = np.argsort(-scores, axis=1, kind="stable")[:, :20], np.unique(test.users)
    found = metrics.evaluate(lists[users], test, users).ndcg
    return {"ndcg": float(found.mean()), "pins": len(np.unique(lists)), "users": len(users),
            "each": found.round(4).tolist()}  # fmt: skip


@torch.no_grad()
def _asked(score, seen) -> np.ndarray:
    return np.asarray(score(seen), dtype=float)


def generator(name: str) -> dict:
    start = time.process_time()
    score = Course(tempfile.mkdtemp()).fit(name, split().past())
    took = time.process_time() - start
    return judged(_asked(score, of_log(split().past()))) | {"seconds": took}


def lesson(name: str) -> dict:
    saves, start = split().past(), time.process_time()
    model = LESSONS[name](saves)
    took = time.process_time() - start
    return judged(model.scores(np.arange(saves.num_users))) | {"seconds": took}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs="+", help="measure these, and keep them for later; nothing is written"
    )
    for name in parser.parse_args().only or ():
        f = (
            (lambda n=name[7:]: lesson(n))
            if name.startswith("lesson ")
            else lambda n=name: generator(n)
        )
        found = kept(NAME, name, f)
        print(name, {k: v for k, v in found.items() if k != "each"}, flush=True)
    if parser.parse_args().only:
        return
    rows = {}
    for name in GENERATORS:
        rows[name] = kept(NAME, name, lambda name=name: generator(name))
        print(name, {k: v for k, v in rows[name].items() if k != "each"}, flush=True)
    popular = rows["most saved"]["each"]
    for name, row in rows.items():
        row |= {"d": VECTORS.get(name), "trials": TRIALS.get(name, 0)}
        if name != "most saved":
            lead = metrics.compare(np.array(row["each"]), np.array(popular))
            row["ahead of most saved"] = [lead.gap, lead.low, lead.high]
    for row in rows.values():
        row.pop("each")
    for name in LESSONS:
        found = kept(NAME, f"lesson {name}", lambda name=name: lesson(name))
        rows[name]["lesson"] = {k: v for k, v in found.items() if k != "each"}
        print("lesson", name, rows[name]["lesson"], flush=True)
    print(results.save(NAME, claim=CLAIM, values={"generators": rows}, seeds=[0], command=COMMAND,
                       seconds=spent(NAME)))  # fmt: skip


if __name__ == "__main__":
    main()
