"""A graph in which "likes" is one relation among others, beside matrix factorization that gets the same graph.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson12.likes_as_relation --only PinWorld
    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson12.likes_as_relation --only movietweetings

MovieTweetings: a rating of at least 7 is a like, users with at least five, 80/10/10 in time; an attribute is
a genre or the decade of the title. PinWorld: saves of days 0-41, 42-48, 49-55; attributes are the boards a
pin was saved to and its creator; behaviors are long clicks, close-ups, who made a pin and whom a user follows. All
of them as they were when a part ended. Films and pins that are new in test stay in. A user without a past is
nobody's and left out. Past likes leave every list.

Every model gets twelve trials on validation (NDCG@20), with a share to choose twenty-four; then each is fitted on train
and validation, and asked for test once. For TransE the attributes and behaviors are relations of their own, and
weight · log(1 + likes) is added to its scores; the grid has steps, not passes, so that more facts are no longer training. A factorization or RP3β takes
the same graph as rows: every attribute is one more user who likes all that has it. A behavior is one more such row
of its user (share 0), or it is added to the user's own row with this share. What chance decides is fitted with three
seeds. All vectors have 64 coordinates.

Writes data/results/12_likes.json. Twenty minutes of one thread for either data set; a search that was interrupted
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
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, paths, pinworld, results, train
from graphrec_utils.data import Split, Triples
from graphrec_utils.models import baselines, filters, mf, transe
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson12.likes_as_relation"
CLAIM = "Likes as one relation among many: more is found than by likes alone, and more than by a factorization."
BUDGET, DIM, SEEDS, DAY = 12, 64, (0, 1, 2), 86_400
MF = {"alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3], "reg": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]}
FACTS = {
    "sharpness": [4.0, 8.0, 16.0],
    "lr": [0.03, 0.1, 0.3],
    "steps": [0.6e6, 1.2e6, 2.5e6, 5e6],
    "weight": [0.0, 0.3, 1.0, 3.0],
}
GRIDS = {
    "popularity": {
        "half_life": [d * DAY for d in (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)]
    },
    "RP3β": {"alpha": [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]},
    "iALS": MF | {"dim": [64]},
    "TransE": FACTS,
}
SHARES = {
    "RP3β": {"share": [0.0, 0.1, 0.3, 1.0]},
    "iALS": {"alpha0": [0.03, 0.1, 0.3, 1.0, 3.0], "reg": [0.001, 0.003, 0.01, 0.03], "share": [0.0, 1.0]},
}  # fmt: skip
NATURAL = {"beta": [0.0], "weight": [0.0], "share": [0.0, 1.0]}
SEEDED = ("iALS", "TransE")
BARE = " without a popularity"


def films() -> tuple[Split, Callable]:
    """Return MovieTweetings in time, and the attributes of every film."""
    events = datasets.load("movietweetings-100k").at_least(7).core(5, 1)
    genres = sp.csr_array(events.item_features.matrix)
    years = [re.search(r"\((\d{3})\d\)\s*$", str(title)) for title in events.item_labels]
    decades, row = np.unique([y[1] if y else "" for y in years], return_inverse=True)
    n = events.num_items
    decade = sp.csr_array((np.ones(n), (row, np.arange(n))), shape=(len(decades), n))
    attributes = {
        "genre": Relation(sp.csr_array(genres.T), "genre"),
        "decade": Relation(decade, "decade"),
    }
    return events.temporal_split(unseen="keep"), lambda _: {" + attributes": attributes}


def pins() -> tuple[Split, Callable]:
    """Return PinWorld's saves, and what else was known of users and pins when a part ended."""
    world = pinworld.load("small")
    fit, val, test = world.split(("save",))
    val = val.without(fit)
    test = test.without(fit).without(val)
    ends = {
        "contains": ("board", "pin"),
        "made": ("creator", "pin"),
        "follows": ("user", "creator"),
    }
    ends |= {"long_click": ("user", "pin"), "closeup": ("user", "pin")}

    def relations(part):
        until = pinworld.TRAIN_END if len(part) == len(fit) else pinworld.VAL_END
        facts, first = world.to_triples(until, tuple(ends))
        found = {}
        for r, (name, (head, tail)) in enumerate(ends.items()):
            own = facts.rels == r
            cells = facts.heads[own] - first[head], facts.tails[own] - first[tail]
            shape = world.sizes[f"{head}s"], world.sizes[f"{tail}s"]
            found[name] = Relation(
                sp.csr_array((np.ones(own.sum()), cells), shape=shape), head, tail
            )
        return {
            " + attributes": {name: found[name] for name in ("contains", "made")},
            " + behaviors": {name: found[name] for name in ("long_click", "closeup", "made", "follows")},
        }  # fmt: skip

    return Split(fit, val, test), relations


class Relation(NamedTuple):
    """Who is joined to whom, and what they are; users and items have the names "user" and "pin"."""

    matrix: sp.csr_array
    head: str
    tail: str = "pin"


def one_graph(likes: sp.csr_array, relations: dict[str, Relation]) -> Triples:
    """Return users, items and whoever else there is as entities, in this order; relation 0 is "likes"."""
    first, total, facts = {"user": 0, "pin": likes.shape[0]}, sum(likes.shape), []
    for r, (matrix, head, tail) in enumerate([Relation(likes, "user"), *relations.values()]):
        for kind, size in ((head, matrix.shape[0]), (tail, matrix.shape[1])):
            if kind not in first:
                first[kind], total = total, total + size
        left, right = matrix.nonzero()
        facts.append(np.stack([left + first[head], np.full(len(left), r), right + first[tail]], axis=1))  # fmt: skip
    return Triples(*np.concatenate(facts).T, total, 1 + len(relations))


def translations(likes, relations) -> Callable:
    """Return a function of knobs that trains TransE on the graph; a popularity costs no second training."""
    m, n = likes.shape
    facts, last = one_graph(likes, relations), {}
    liked = np.log1p(np.asarray(likes.sum(axis=0)).ravel()).astype(np.float32)

    def translated(sharpness, lr, steps, weight, seed=0):
        key = sharpness, lr, steps, seed
        if key not in last:
            epochs = max(1, round(steps / len(facts)))
            last[key] = transe.fit(
                facts, DIM, "softmax", sharpness, num_negatives=8, lr=lr, epochs=epochs, seed=seed
            )
        tails = transe.Tails(last[key], 0, np.arange(m), np.arange(m, m + n))
        return SimpleNamespace(
            scores=lambda users: sharpness * tails.scores(users) + weight * liked
        )

    return translated


def rows_of(likes, relations: dict[str, Relation], share: float = 0.0) -> sp.csr_array:
    """Return likes and every other row that has items: see above. What joins no item has no place in it."""
    own, others = likes, []
    for matrix, head, tail in relations.values():
        if tail == "pin" and head == "user" and share:
            own = own + share * matrix
        elif tail == "pin":
            others.append(matrix)
    return sp.csr_array(sp.vstack([own, *others]))


def makers(events, relations: dict[str, dict[str, Relation]]) -> dict[str, Callable]:
    """Return model -> function of its knobs, all fitted on these events."""
    likes = sp.csr_array((events.csr() > 0).astype(np.float64))
    found = {"popularity": lambda half_life: baselines.popularity(events, half_life=half_life)}
    for suffix, more in ({"": {}} | relations).items():
        rows = partial(rows_of, likes, more)

        def walked(alpha, beta, share=0.0, rows=rows):
            return filters.rp3beta(rows(share), alpha, beta)

        def factors(alpha0, reg, dim, share=0.0, seed=0, rows=rows):
            return mf.ials(rows(share), dim, alpha0, reg, sweeps=12, seed=seed)

        found |= {"RP3β" + suffix: walked, "iALS" + suffix: factors}
        found["TransE" + suffix] = translations(likes, more)
    return found


def grid(name: str) -> dict:
    """Return the grid of a model on any graph."""
    model, _, more = name.partition(" + ")
    return GRIDS[model] | (SHARES.get(model, {}) if more == "behaviors" else {})


def asked(model, past, test, parts) -> dict:
    """Return what a model finds on test: NDCG@20 of every user, and recall of all, known and new items."""
    whole = metrics.evaluate_model(model, past, test)
    recall = {
        k: float(metrics.evaluate_model(model, past, part).recall.mean())
        for k, part in parts.items()
    }
    return {
        "users": whole.index.tolist(),
        "ndcg": whole.ndcg.tolist(),
        "recall": float(whole.recall.mean()),
    } | recall


def measure(
    split: Split, relations: Callable, budget: int = BUDGET, users: int | None = None, log=None
) -> dict:
    """Return the winners on validation and what they find on test, for known items and for new ones.

    Args:
        log: a file of trials, so that an interrupted search goes on; None: nothing is kept.
    """
    models = {
        name: (fit, grid(name)) for name, fit in makers(split.train, relations(split.train)).items()
    }
    mine = split.train.degrees()[0] > 0
    seen = Split(split.train, split.val.select(mine[split.val.users]), split.test)
    score = train.on_validation(seen, "ndcg", users=users)
    searches = {}
    for name, model in models.items():
        trials = 2 * budget if "share" in model[1] else budget
        searches[name] = train.tune(
            {name: model}, trials, score, natural=NATURAL, progress=False, log=log
        )
        print(searches[name], flush=True)
    past = split.past()
    mine, known = (degree > 0 for degree in past.degrees())
    test = split.test.select(mine[split.test.users]).without(past)
    parts = {"known": test.select(known[test.items]), "new": test.select(~known[test.items])}
    final, rows, per_user = makers(past, relations(past)), [], {}
    last = [name for name in final if name.startswith("TransE")][-1]
    final |= {name + BARE: final[name] for name in ("TransE", last)}
    for name, fit in final.items():
        tuned = name.removesuffix(BARE)
        search = searches[tuned]
        knobs, found = dict(search.best(tuned).knobs), []
        if name != tuned:
            knobs["weight"] = 0.0
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
            "model": name, "knobs": knobs, "at the edge": search.edges.get(tuned, ""), "trials": len(search.trials),
            "d": knobs.get("dim", DIM if name.startswith("TransE") else None),
            "validation": search.best(tuned).score, "ndcg": float(np.mean(means)), "ndcg of each seed": means,
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
        "models": rows, "leads": leads,
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
