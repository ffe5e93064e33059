"""A graph in which "likes" is one relation among others, beside matrix factorization that gets the same graph.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.likes_as_relation --only PinWorld
    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m tests.benchmarks.likes_as_relation --only movietweetings

MovieTweetings: a rating of at least 7 is a like, users with at least five, 80/10/10 in time; an attribute is
a genre or the decade of the title. PinWorld: saves of days 0-41, 42-48, 49-55; attributes are the boards a
pin was saved to and its creator. Films and pins that are new in test stay in. A user without a past is
nobody's and left out.

Every model gets twelve trials on validation (NDCG@20, 600 users), is fitted on train and validation, and asked
for test once. "+ attributes" is the same model on more rows: every attribute is one more user who likes
all that has it, which is how a factorization or RP3β can take a graph. For TransE the attributes are
relations of their own. "+ popularity" adds weight · log(1 + likes) to TransE's scores. What chance decides is
fitted with three seeds.

Writes data/results/12_likes.json. Half an hour of one thread for either data set; a search that was interrupted
goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, paths, pinworld, results, train
from graphrec_utils.data import Split, Triples
from graphrec_utils.models import baselines, filters, mf, transe
from graphrec_utils.models.ease import ease
from tests.benchmarks.kept import kept, spent

COMMAND = "python -m tests.benchmarks.likes_as_relation"
CLAIM = "A graph in which likes are one relation finds more than a factorization of the same graph."
BUDGET, USERS, SEEDS, DAY = 12, 600, (0, 1, 2), 86_400
MF = {"alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3], "reg": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]}
FACTS = {
    "sharpness": [2.0, 4.0, 8.0, 16.0, 32.0],
    "lr": [0.01, 0.03, 0.1, 0.3],
    "epochs": [10, 20, 40, 80, 160],
}
GRIDS = {
    "popularity": {
        "half_life": [d * DAY for d in (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)]
    },
    "RP3β": {"alpha": [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]},
    "EASE": {"reg": [10.0, 30, 60, 100, 200, 300, 600, 1000, 2000, 4000, 8000, 16_000]},
    "iALS, d = 64": MF | {"dim": [64]},
    "iALS": MF | {"dim": [4, 8, 16, 32, 64, 128]},
    "TransE": FACTS,
    # 160 passes cost minutes a trial, and found less than 80 where both were tried
    "TransE + popularity": FACTS
    | {"epochs": [10, 20, 40, 80], "weight": [0.0, 0.1, 0.3, 1.0, 3.0]},
}
NATURAL = {"beta": [0.0], "weight": [0.0]}
SEEDED = ("iALS", "TransE")


def films() -> tuple[Split, Callable]:
    """Return MovieTweetings in time, and the attributes of every film: {relation: (values, n)}."""
    events = datasets.load("movietweetings-100k").at_least(7).core(5, 1)
    genres = sp.csr_array(events.item_features.matrix)
    years = [re.search(r"\((\d{3})\d\)\s*$", str(title)) for title in events.item_labels]
    decades, row = np.unique([y[1] if y else "" for y in years], return_inverse=True)
    n = events.num_items
    decade = sp.csr_array((np.ones(n), (row, np.arange(n))), shape=(len(decades), n))
    attributes = {"genre": sp.csr_array(genres.T), "decade": decade}
    return events.temporal_split(unseen="keep"), lambda _: attributes


def pins() -> tuple[Split, Callable]:
    """Return PinWorld's saves, and boards and creators of every pin as they were when a part ended."""
    world = pinworld.load("small")
    fit, val, test = world.split(("save",))
    val = val.without(fit)
    test = test.without(fit).without(val)

    def attributes(part):
        until = pinworld.TRAIN_END if len(part) == len(fit) else pinworld.VAL_END
        facts, first = world.to_triples(until, ("contains", "made"))
        found = {}
        for r, left in enumerate(("board", "creator")):
            own = facts.rels == r
            rows, columns = facts.heads[own] - first[left], facts.tails[own] - first["pin"]
            shape = world.sizes[f"{left}s"], world.num_pins
            found[left] = sp.csr_array((np.ones(own.sum()), (rows, columns)), shape=shape)
        return found

    return Split(fit, val, test), attributes


def one_graph(likes: sp.csr_array, attributes: dict[str, sp.csr_array]) -> Triples:
    """Return users, items and attribute values as entities, in this order; relation 0 is "likes"."""
    m, n = likes.shape
    facts, first = [], m + n
    for r, matrix in enumerate([likes, *attributes.values()]):
        left, item = matrix.nonzero()
        start = 0 if r == 0 else first
        facts.append(np.stack([left + start, np.full(len(left), r), item + m], axis=1))
        first += 0 if r == 0 else matrix.shape[0]
    return Triples(*np.concatenate(facts).T, first, 1 + len(attributes))


def translated(likes, attributes, sharpness, lr, epochs, weight=0.0, seed=0):
    """Train TransE on the graph and return it as a recommender of items."""
    m, n = likes.shape
    facts = one_graph(likes, attributes)
    model = transe.fit(
        facts, 64, "softmax", sharpness, num_negatives=16, lr=lr, epochs=epochs, seed=seed
    )
    tails = transe.Tails(model, 0, np.arange(m), np.arange(m, m + n))
    liked = np.log1p(np.asarray(likes.sum(axis=0)).ravel())

    def scores(users):
        return sharpness * tails.scores(users) + weight * liked.astype(np.float32)

    return SimpleNamespace(scores=scores)


def rows_of(likes, attributes) -> sp.csr_array:
    """Return the likes with every attribute as one more user."""
    return sp.csr_array(sp.vstack([likes, *attributes.values()]))


def makers(events, attributes: dict[str, sp.csr_array]) -> dict[str, Callable]:
    """Return model -> function of its knobs, all fitted on these events."""
    likes = sp.csr_array((events.csr() > 0).astype(np.float64))
    found = {"popularity": lambda half_life: baselines.popularity(events, half_life=half_life)}
    for suffix, more in (("", {}), (" + attributes", attributes)):
        R = rows_of(likes, more)
        found["RP3β" + suffix] = partial(filters.rp3beta, R)
        if not more:  # with 9,000 boards as users its matrix takes a minute a trial
            found["EASE"] = partial(ease, R)
        found["iALS, d = 64" + suffix] = found["iALS" + suffix] = partial(mf.ials, R, sweeps=12)
        found["TransE" + suffix] = partial(translated, likes, more)
    found["TransE + attributes + popularity"] = found["TransE + attributes"]
    return found


def grid(name: str) -> dict:
    """Return the grid of a model with or without attributes."""
    return GRIDS[name.replace(" + attributes", "")]


def asked(model, past, test, parts) -> dict:
    """Return what a model finds on test: NDCG@20 of every user, and recall of all, known and new items."""
    whole = metrics.found(model, past, test)
    recall = {k: float(metrics.found(model, past, part).recall.mean()) for k, part in parts.items()}
    return {
        "users": whole.index.tolist(),
        "ndcg": whole.ndcg.tolist(),
        "recall": float(whole.recall.mean()),
    } | recall


def measure(
    split: Split, attributes: Callable, budget: int = BUDGET, users: int = USERS, log=None
) -> dict:
    """Return the winners on validation and what they find on test, for known items and for new ones.

    Args:
        log: a file of trials, so that an interrupted search goes on; None: nothing is kept.
    """
    models = {
        name: (fit, grid(name))
        for name, fit in makers(split.train, attributes(split.train)).items()
    }
    mine = split.train.degrees()[0] > 0
    seen = Split(split.train, split.val.select(mine[split.val.users]), split.test)
    score = train.on_validation(seen, "ndcg", users=users)
    search = train.tune(models, budget, score, natural=NATURAL, progress=False, log=log)
    print(search, flush=True)
    past = split.past()
    mine, known = (degree > 0 for degree in past.degrees())
    test = split.test.select(mine[split.test.users]).without(past)
    parts = {"known": test.select(known[test.items]), "new": test.select(~known[test.items])}
    final, rows, per_user = makers(past, attributes(past)), [], {}
    for name, fit in final.items():
        knobs, found = search.best(name).knobs, []
        chance = [{"seed": seed} for seed in SEEDS] if name.startswith(SEEDED) else [{}]
        for seed in chance:

            def compute(fit=fit, given=knobs | seed):
                return asked(fit(**given), past, test, parts)

            key = f"{log} {name} {knobs} {seed}"
            found.append(kept("likes_final", key, compute) if log else compute())
        per_user[name] = pd.concat(
            [pd.Series(f["ndcg"], index=f["users"]) for f in found], axis=1
        ).mean(axis=1)
        means = [float(np.mean(f["ndcg"])) for f in found]
        rows.append({
            "model": name, "knobs": knobs, "at the edge": search.edges.get(name, ""),
            "validation": search.best(name).score, "ndcg": float(np.mean(means)), "ndcg of each seed": means,
            "recall": float(np.mean([f["recall"] for f in found])),
            "recall, known items": float(np.mean([f["known"] for f in found])),
            "recall, new items": float(np.mean([f["new"] for f in found])),
        })  # fmt: skip
        print(rows[-1], flush=True)
    leads = {
        f"{one} over {other}": asdict(metrics.compare(per_user[one], per_user[other]))
        for one in per_user
        for other in per_user
        if one != other and "TransE" in one + other
    }
    return {
        "users": len(per_user["TransE"]), "events": len(test), "items": past.num_items,
        "share of events on new items": float((~known[test.items]).mean()),
        "trials per model": budget, "models": rows, "leads": leads,
    }  # fmt: skip


SETS = {"movietweetings": films, "PinWorld": pins}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=SETS, help="keep what is stored of the other one")
    only = parser.parse_args().only
    folder = paths.root() / "build" / "bench" / "likes"
    folder.mkdir(parents=True, exist_ok=True)
    values = {}
    if only:
        with contextlib.suppress(FileNotFoundError):
            values = dict(results.load("12_likes").values)
    for name, make in SETS.items():
        if only in (None, name):
            values[name] = measure(*make(), log=folder / f"{name}.jsonl")
    trials = [json.loads(x)["seconds"] for file in folder.glob("*") for x in file.open()]
    seconds = sum(trials) + spent("likes_final")
    print(results.save("12_likes", claim=CLAIM, values=values, seeds=list(SEEDS), seconds=seconds,
                       command=COMMAND, data=["movietweetings-100k"] if "movietweetings" in values else ()))  # fmt: skip


if __name__ == "__main__":
    main()
