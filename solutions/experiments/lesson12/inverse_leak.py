"""What inverse relations do to a test: CoDEx-S with a planted inverse for each of its relations.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson12.inverse_leak

Every fact (h, r, t) gets a twin (t, inverse of r, h). "careless": facts and twins are shuffled together and cut
90/5/5, so a test fact usually has its twin in train; this is how FB15k was made. "careful": the published
split, and a twin lies in the part of its fact. "published": no twins at all. TransE takes the sharpness
that is best of six by validation MRR of each split, other settings as in the library. "Look up"
learns nothing but which two relations mirror each other in train, and answers (h, r, ?) by the heads of
(?, mirror, h); it has no opinion about anybody else. Filtered ranks of heads and tails among all entities, equals in the middle.

Writes data/results/12_inverse_leak.json. Two minutes of one thread.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np

from graphrec_utils import datasets, results
from graphrec_utils.data import Split, Triples
from graphrec_utils.models import transe
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson12.inverse_leak"
CLAIM = (
    "On a careless split a rule that looks facts up in the other direction beats trained TransE."
)
SEEDS, SHARPNESS, EPOCHS, MIRROR = (0, 1, 2), (3.0, 6.0, 12.0, 24.0, 48.0, 96.0), 20, 0.5


def twins(part: Triples) -> Triples:
    """Return the facts and, behind them, each one from the other side, in a relation of its own."""
    R = part.num_relations
    both = np.concatenate([part.array(), np.stack([part.tails, part.rels + R, part.heads], axis=1)])
    return Triples(*both.T, part.num_entities, 2 * R)


def careless(split: Split, seed: int) -> Split:
    """Return all facts and twins in three random parts, 90/5/5."""
    pool = np.concatenate([twins(part).array() for part in split])
    pool = pool[np.random.default_rng(seed).permutation(len(pool))]
    cuts = [int(0.9 * len(pool)), int(0.95 * len(pool))]
    sizes = split.train.num_entities, 2 * split.train.num_relations
    return Split(*(Triples(*part.T, *sizes) for part in np.split(pool, cuts)))


def careful(split: Split, seed: int) -> Split:
    """Return the published parts with their twins."""
    return Split(*(twins(part) for part in split))


SPLITS = {"published": lambda split, seed: split, "careful": careful, "careless": careless}


def mirrors(train: Triples) -> dict[int, list[int]]:
    """Return relation -> those that hold the other way round for most of its facts, itself perhaps."""
    pairs = defaultdict(set)
    for h, r, t in train.array().tolist():
        pairs[r].add((h, t))
    found = {}
    for r, own in pairs.items():
        share = {q: len({(t, h) for h, t in own} & other) / len(own) for q, other in pairs.items()}
        if best := [q for q, x in share.items() if x >= MIRROR]:
            found[r] = best
    return found


def looked_up(split: Split) -> np.ndarray:
    """Return the filtered ranks, heads first, of a rule that looks facts up in the other direction."""
    train, n = split.train, split.train.num_entities
    mirror, heads, tails = mirrors(train), defaultdict(set), defaultdict(set)
    for h, r, t in train.array().tolist():
        heads[r, t].add(h)
        tails[r, h].add(t)
    right = [defaultdict(set), defaultdict(set)]
    for h, r, t in np.concatenate([part.array() for part in split]).tolist():
        right[0][r, t].add(h)
        right[1][h, r].add(t)
    ranks = [[], []]
    for h, r, t in split.test.array().tolist():
        said = [
            set().union(*(tails[m, t] for m in mirror.get(r, ()))),
            set().union(*(heads[m, h] for m in mirror.get(r, ()))),
        ]
        for side, (truth, others) in enumerate(((h, right[0][r, t]), (t, right[1][h, r]))):
            front = said[side] - (others - {truth})  # other right answers leave the list
            rest = n - len(others - {truth}) - len(front)
            rank = (1 + len(front)) / 2 if truth in front else len(front) + (1 + rest) / 2
            ranks[side].append(rank)
    return np.concatenate(ranks)


def told(ranks: np.ndarray) -> dict[str, float]:
    """Return MRR and hits@10."""
    return {"MRR": float((1 / ranks).mean()), "hits@10": float((ranks <= 10).mean())}


def score(split: Split, sharpness: float) -> float:
    """Return the validation MRR of TransE with one sharpness."""
    model = transe.fit(split.train, sharpness=sharpness, epochs=EPOCHS)
    return transe.mrr(model, split.val, list(split))


def measure(split: Split, sharpness: float, seed: int) -> dict:
    """Return what TransE and looking up find on the test part."""
    model = transe.fit(split.train, sharpness=sharpness, epochs=EPOCHS, seed=seed)
    ranks = np.concatenate(transe.filtered_ranks(model, split.test, list(split)))
    twin = {(t, h) for h, _, t in split.train.array().tolist()}
    share = float(np.mean([(h, t) in twin for h, _, t in split.test.array().tolist()]))
    return {
        "TransE": told(ranks) | {"sharpness": sharpness},
        "look up": told(looked_up(split)) | {"mirrors": len(mirrors(split.train))},
        "test facts whose ends are joined the other way in train": share,
    }


def main() -> None:
    values = {}
    split = datasets.load("codex-s")
    for name, make in SPLITS.items():
        trials = {
            x: kept("leak", f"{name} {x}", partial(score, make(split, 0), x)) for x in SHARPNESS
        }
        best = max(trials, key=trials.get)
        values[name] = [
            kept(
                "leak",
                f"{name} seed {seed} at {best}",
                partial(measure, make(split, seed), best, seed),
            )
            for seed in SEEDS
        ]
        print(name, trials, values[name], flush=True)
    print(results.save("12_inverse_leak", claim=CLAIM, values=values, seeds=list(SEEDS),
                       seconds=spent("leak"), command=COMMAND, data="codex-s"))  # fmt: skip


if __name__ == "__main__":
    main()
