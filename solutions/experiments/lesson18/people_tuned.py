"""Pixie, PinSage and SASRec with knobs that were chosen on this site, in front of people: does a verdict turn?

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.people_tuned

In `people` these three have the knobs of their lessons. Here each gets some settings, among them how much popularity adds
(PinSage), is divided out of the walk (Pixie) or taken out of the scores (SASRec), and PinSage may read pictures. Settings are chosen
twice: by the log, NDCG@20 of days 42 to 48 after a training on days 0 to 41, and by people, what lists let expect in an
experiment of its own (seed 100). Then the three are measured as in `people`, in its experiments (seeds 0 to 2), and the seven fused
and the ranker on top in the first of these, for either choice.

Writes data/results/18_people_tuned.json; parts are kept in build/bench and go on where they stopped.
"""

from __future__ import annotations

import functools
from dataclasses import asdict

import numpy as np
import torch

from graphrec_utils import graphs, losses, metrics, pinworld, results, sampling, walks
from graphrec_utils.data import Interactions
from graphrec_utils.fitted import encoders, likes, plain
from graphrec_utils.fitted.histories import in_front, log_popularity, of_log, said
from graphrec_utils.models import pinsage, sage, sasrec
from graphrec_utils.pinworld import Histories, experiment
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson18 import people

COMMAND = "python -m solutions.experiments.lesson18.people_tuned"
CLAIM = "With knobs chosen on the site Pixie, PinSage and SASRec still lose saves beside item2item."
NAME, OWN = "18_people_tuned", 100
SETTINGS: dict[str, list[dict]] = {
    "Pixie": [
        {"steps": steps, "restart": restart, "divided": divided}
        for steps, restart in ((1000, 0.3), (1000, 0.6), (5000, 0.6)) for divided in (0.0, 0.5, 1.0)
    ],
    "PinSage": [
        {"passes": passes, "looks": looks, "added": added}
        for looks in (False, True) for passes in (6, 24) for added in (0.0, 0.05, 0.2)
    ],
    "SASRec": [
        {"epochs": epochs, "dim": dim, "taken": taken}
        for epochs, dim in ((15, 32), (40, 32), (15, 64)) for taken in (0.0, 0.5, 1.0)
    ],
}  # fmt: skip
CHOSEN_BY = ("log", "people")


@functools.cache
def parts() -> dict[str, Interactions]:
    """Return the saves of days 0 to 41, those of 42 to 48 that are new, and all."""
    world = people._world()
    fit, val, _ = world.split(("save",))
    return {"fit": fit, "val": val.without(fit), "all": world.interactions(("save",))}


@functools.cache
def pixie(of: str, steps: int, restart: float):
    """Return a function of histories: what boosted walks from the latest saves count."""
    saves = parts()[of]
    m, A = saves.num_users, graphs.adjacency(saves.csr())
    graph, there = walks.walkable(A), np.diff(A.indptr) > 0
    walk = functools.cache(lambda i: walks.visits(graph, m + i, steps, restart=restart)[m:])

    def of_(seen: Histories) -> np.ndarray:
        out = np.zeros(seen.saved.shape, np.float32)
        for row, latest in zip(out, seen.latest, strict=True):
            if starts := [i for i in latest.tolist() if i >= 0 and there[m + i]]:
                row[:] = walks.boost(np.array([walk(i) for i in starts], dtype=np.int64))
        return out

    return of_


@functools.cache
def vectors(of: str, passes: int, looks: bool):
    """Return PinSage, trained as in `people`; its pins may have pictures."""
    saves = parts()[of]
    n, pairs, x = saves.num_items, plain.followers(saves), said(saves)
    if looks:
        x = np.hstack([x, people.pictures(people._world())])
    model = pinsage.PinSage(
        pinsage.neighborhoods(saves.csr(), 10, 500), sage.Content(encoders.DIM, 0, x), encoders.DIM, num_layers=1
    )  # fmt: skip

    def loss(rng):
        q, i, shared, _ = next(pinsage.batches(pairs, n, 256, 256, rng, count=1))
        nodes, place = torch.unique(torch.cat([q, i, shared]), return_inverse=True)
        z_q, z_i, z_s = model.vectors(nodes, (q, i))[place].split([len(q), len(i), len(shared)])
        return losses.hinge((z_q * z_i).sum(dim=1), z_q @ z_s.T, encoders.MARGIN)

    return encoders.trained(model, loss, encoders.steps_of(len(pairs), passes, 256))


@functools.cache
def reader(of: str, epochs: int, dim: int) -> sasrec.SASRec:
    """Return SASRec, trained as the generator is."""
    saves = parts()[of]
    rows = sampling.latest(saves, 20)
    model = sasrec.SASRec(rows, saves.num_items, dim)
    return likes.by_softmax(
        model, lambda model, part: sasrec.loss(model, *part), (rows,), epochs=epochs, size=64
    )


def score(name: str, knobs: dict, of: str = "all") -> people.Score:
    """Return a generator with these knobs, fitted on `fit` or on `all`."""
    saves, knobs = parts()[of], dict(knobs)
    count = np.bincount(saves.items, minlength=saves.num_items)
    if name == "Pixie":
        power = np.maximum(count, 1) ** -knobs.pop("divided")
        walk = pixie(of, **knobs)
        return lambda seen: walk(seen) * power
    if name == "PinSage":
        added = knobs.pop("added")
        model = vectors(of, **knobs)

        def near(seen: Histories) -> np.ndarray:
            now = pinsage.neighborhoods(people.today(saves, seen), 10, 500)
            return encoders.from_vectors(model.embeddings(now)[0], saves, added).of(seen)

        return near
    popular, model = knobs.pop("taken") * log_popularity(saves), reader(of, **knobs)
    return lambda seen: (model.users(in_front(seen.latest)) @ model.item.weight.T).numpy() - popular


def on_log(name: str, knobs: dict) -> float:
    """Return NDCG@20 on validation."""
    fit, val = parts()["fit"], parts()["val"]
    of, seen, users = score(name, knobs, "fit"), of_log(fit), np.unique(val.users)
    with torch.no_grad():
        lists = people.best(of(seen), seen, 20)
    return float(metrics.evaluate(lists[users], val, users).ndcg.mean())


def with_people(recommend, seed: int) -> dict:
    """Return what one experiment says."""
    site = people._site()
    r = experiment(recommend, site.control, seed, site=site, users=people.USERS, seconds=1200)
    if r.problem:
        raise RuntimeError(r.problem)
    return {
        "lift": r.lift, "low": r.low, "high": r.high, "counted": float(r.counted[0].mean()),
        "expected": float(r.saves[0].mean()), "saves": r.saves[0].round(4).tolist(),
    }  # fmt: skip


def shown(of: people.Score):
    return functools.partial(people._shown, of)


def tried(name: str, log: bool) -> list[float]:
    """Return what each setting finds on the log, or how many saves it brings in the experiment that chooses."""
    return [
        kept(NAME, f"{name} {k} log", lambda k=k: on_log(name, k)) if log else
        kept(NAME, f"{name} {k} people", lambda k=k: with_people(shown(score(name, k)), OWN))["lift"]
        for k in SETTINGS[name]
    ]  # fmt: skip


def main() -> None:
    log, lives = ({name: tried(name, x) for name in SETTINGS} for x in (True, False))
    chosen = {
        by: {name: SETTINGS[name][int(np.argmax(x[name]))] for name in SETTINGS}
        for by, x in zip(CHOSEN_BY, (log, lives), strict=True)
    }
    found = {}
    for by, knobs in chosen.items():
        cast = functools.cache(people._cast)

        def policy(name, knobs=knobs, cast=cast):
            if name in knobs:
                return shown(score(name, knobs[name]))
            seven = [score(x, knobs[x]) if x in knobs else cast().scores[x] for x in people.SEVEN]
            fused = people.fused(*seven)
            return shown(cast().second.after(fused) if "ranker" in name else fused)

        found[by] = {
            name: [kept(NAME, f"{by} {name} {seed} {knobs.get(name, knobs)}", lambda name=name, seed=seed: with_people(policy(name), seed))
                   for seed in (people.SEEDS if name in SETTINGS else people.SEEDS[:1])]
            for name in (*SETTINGS, "seven fused", "seven, then the ranker")
        }  # fmt: skip
    leads = {
        f"ranker over fused, {by}": asdict(metrics.compare(*(np.array(rows[x][0]["saves"]) for x in ("seven, then the ranker", "seven fused"))))
        for by, rows in found.items()
    }  # fmt: skip
    for x, y in (
        ("three fused", "seven fused"),
        ("three, then the ranker", "seven, then the ranker"),
    ):
        three = kept(people.NAME, f"{x} {people.USERS}", lambda x=x: people.measure(x))["saves"][0]
        seven = found["people"][y][0]["saves"]
        leads[f"{x} over {y}"] = asdict(metrics.compare(np.array(three), np.array(seven)))
    policies = {
        by: {name: {k: [x[k] for x in row] for k in ("lift", "low", "high", "counted", "expected")} for name, row in rows.items()}
        for by, rows in found.items()
    }  # fmt: skip
    for by, rows in policies.items():
        for name, row in rows.items():
            print(by, name, chosen[by].get(name, ""), {k: round(float(np.mean(v)), 3) for k, v in row.items()})  # fmt: skip
    values = {
        "settings": {name: [k | {"NDCG@20": a, "lift": b} for k, a, b in zip(SETTINGS[name], log[name], lives[name], strict=True)] for name in SETTINGS},
        "chosen": chosen, "policies": policies, "leads": leads,
    }  # fmt: skip
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(people.SEEDS), command=COMMAND, seconds=spent(NAME)))  # fmt: skip


if __name__ == "__main__":
    main()
