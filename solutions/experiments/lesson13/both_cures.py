"""More kinds of edges, more vectors, or both, for one task: next week's saves of people whom nobody trained, in lists of 100.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson13.both_cures

Half of the users are taken out of the graph, then the other half. A model (iALS, or TwHIN) gives the pins vectors from the
edges of the others, and a newcomer asks with one vector or with five, made of the pins that she is known by:

  saves   the others' saves; her saves
  all     four relations of the others (for iALS one: a pair is there if any of them has it); her pins of all four

One: the vector that iALS solves for her, a mean of her pins, a mean that forgets. Five: centers of everybody's clusters, or
medoids of her own. Each of one and five has as many trials, of the model's knobs and the way's together; the way and its
knobs are chosen by recall@100 on days 42 to 48, with newcomers taken out there, too. Test: days 49 to 55, three seeds.
TwHIN: four settings of a training. Writes data/results/13_cures.json; parts are kept in build/bench.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.sparse as sp

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import mf, mixture, pinnersage, retrieval, twhin
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson13.twhin_study import DAY, ENGAGEMENT, lead, part_of

COMMAND = "python -m solutions.experiments.lesson13.both_cures"
CLAIM = "For newcomers five vectors of four kinds of edges find more than either cure alone."
FILE, SEEDS, PARTS, DIM, TOP, MOST = "cures", (0, 1, 2), 2, 32, 100, 5
EDGES = {"saves": ("save",), "all": ENGAGEMENT}
TRIALS = {"iALS": 60, "TwHIN": 16}  # of one vector, and of five
FIT = {
    "iALS": {
        "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
        "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
    },
    "TwHIN": {"lr": [0.1, 0.3], "reg": [0.03, 0.1]},
}
SIDE = {"cosine": [False, True]}
WAYS = {
    "one": {
        "own": {},
        "mean": SIDE,
        "mean, recent": SIDE | {"decay": [0.01, 0.03, 0.1, 0.3, 1.0]},
    },
    "five": {
        "centers": SIDE | {"num_cells": [20, 40, 80, 160, 320]},
        "medoids": SIDE
        | {"cut": [0.5, 1.0, 2.0, 4.0, 8.0], "decay": [0.003, 0.01, 0.03, 0.1, 0.3]},
    },
}


@dataclass
class Stage:
    """A world until a day, and the new saves of the week after by users of ten saves and more."""

    world: pinworld.World
    day: int
    saves: Interactions
    part: Interactions

    def pairs(self, names) -> Interactions:
        """Return each pair of a user and a pin once, at the latest time that it happened."""
        found = self.world.interactions(names, 0, self.day)
        order = np.argsort(-found.times, kind="stable")
        key = found.users[order] * found.num_items + found.items[order]
        return found.select(order[np.unique(key, return_index=True)[1]])


def stages(world: pinworld.World | None = None) -> tuple[Stage, Stage]:
    """Return the stage for choosing and the stage for the test."""
    world = pinworld.load("small") if world is None else world
    out = []
    for day, end in (
        (pinworld.TRAIN_END, pinworld.VAL_END),
        (pinworld.VAL_END, pinworld.DAYS),
    ):
        saves = world.interactions(("save",), 0, day)
        part = world.interactions(("save",), day, end).without(saves)
        enough = saves.degrees()[0] >= 10
        out.append(Stage(world, day, saves, part.select(enough[part.users])))
    return out[0], out[1]


def matrix(pairs: Interactions, keep: np.ndarray) -> sp.csr_array:
    """Return the (users, pins) pairs of some users; the other rows are empty."""
    R = sp.csr_array(pairs.select(keep[pairs.users]).csr().astype(float))
    R.data[:] = 1
    return R


def pins_of(stage: Stage, model: str, names, new: np.ndarray, seed: int, **knobs) -> np.ndarray:
    """Return the (pins, d) vectors that a model makes of the edges of those who are not new."""
    if model == "iALS":
        R = matrix(stage.pairs(names), ~new)
        return mf.ials(R, DIM, sweeps=8, seed=seed, **knobs).item_emb
    facts, first = stage.world.to_triples(stage.day, names)
    keep = ~np.append(new, np.zeros(facts.num_entities - len(new), bool))[facts.heads]
    fit = twhin.fit(part_of(facts, keep), None, DIM, uniform=100, steps=3000, seed=seed, **knobs)
    return fit.entity_emb[first["pin"] + np.arange(stage.world.num_pins)]


def centers_of(V: np.ndarray, num_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the centers of everybody's clusters, and the cluster of each pin."""
    unit = V / np.maximum(np.linalg.norm(V, axis=1, keepdims=True), 1e-9)
    _, cell = retrieval.cells(unit, num_cells, sweeps=8)
    size = np.maximum(np.bincount(cell, minlength=num_cells), 1)[:, None]
    sums = [np.bincount(cell, V[:, f], num_cells) for f in range(V.shape[1])]
    return np.stack(sums, axis=1) / size, cell


def heaviest(ids: np.ndarray, age: np.ndarray, labels: np.ndarray, decay: float):
    """Return the pins, ages and clusters, 0, 1, …, of the five clusters that weigh most; only these have to ask."""
    most = np.argsort(-pinnersage.importance(age, labels, decay), kind="stable")[:MOST]
    keep = np.isin(labels, most)
    return ids[keep], age[keep], np.searchsorted(np.sort(most), labels[keep])


def ask(stage: Stage, known: Interactions, who, V, way: str, top: int = TOP, *, cosine=False,
        decay=0.0, num_cells=0, cut=1.0, alpha0=0.0, reg=0.0) -> np.ndarray:  # fmt: skip
    """Return (B, top) lists for some users, from the pins they are known by; past saves leave every list."""
    if cosine:
        V = V / np.maximum(np.linalg.norm(V, axis=1, keepdims=True), 1e-9)
    if way == "own":
        own = mf.fold_in(matrix(known, np.ones(known.num_users, bool)), V, alpha0, reg)
    if way == "centers":
        centers, cell = centers_of(V, num_cells)
    order = np.argsort(known.times, kind="stable")
    order = order[np.argsort(known.users[order], kind="stable")]
    stops = np.searchsorted(known.users[order], np.arange(known.num_users + 1))
    saved = stage.saves.csr()
    out = np.full((len(who), top), -1)
    for row, u in enumerate(who):
        mine = order[stops[u] : stops[u + 1]][-100:]
        ids, age = known.items[mine], stage.day - known.times[mine] / DAY
        if way == "own":
            queries, weights = own[[u]], np.ones(1)
        elif way.startswith("mean"):
            fresh = np.exp(-decay * (age - age.min()))
            queries, weights = (fresh / fresh.sum()) @ V[ids][None], np.ones(1)
        elif way == "centers":
            some, weights = mixture.mixture(np.bincount(cell[ids], minlength=num_cells), MOST)
            queries = centers[some]
        else:
            ids, age, labels = heaviest(ids, age, pinnersage.ward(V[ids], cut), decay)
            some, weights = pinnersage.interests(V[ids], age, labels, decay, MOST)
            queries = V[ids[some]]
        seen = saved.indices[saved.indptr[u] : saved.indptr[u + 1]]
        found = mixture.retrieve(queries, weights, V, seen, top)
        out[row, : len(found)] = found
    return out


def drawn(model: str, number: str) -> list[tuple[str, dict, dict]]:
    """Return way, knobs of the model and knobs of the way for each trial; ways share the trials alike."""
    ways = [k for k in WAYS[number] if k != "own" or model == "iALS"]
    out, rng = [], np.random.default_rng(0)
    for way in ways:
        fits, asks = FIT[model], WAYS[number][way]
        every = list(product(product(*fits.values()), product(*asks.values())))
        for k in rng.permutation(len(every))[: TRIALS[model] // len(ways)]:
            fit, how = every[k]
            out.append((way, dict(zip(fits, fit, strict=True)), dict(zip(asks, how, strict=True))))
    return out


class Asked:
    """Recall@100 of every user of a stage, for a model, edges, a way and their knobs."""

    def __init__(self, stage: Stage):
        self.stage, self.who, self.made = stage, np.unique(stage.part.users), {}
        self.known = {names: stage.pairs(names) for names in (("save",), ENGAGEMENT)}

    def vectors(self, model, names, turn, seed, fit):
        spot = (model, names, turn, seed, str(fit))
        if spot not in self.made:
            new = np.arange(self.stage.world.num_users) % PARTS == turn
            self.made[spot] = pins_of(self.stage, model, names, new, seed, **fit)
        return self.made[spot]

    def recall(self, model, edges, way, fit, how, seed=0) -> np.ndarray:
        names = EDGES[edges]
        out = np.zeros(len(self.who))
        for turn in range(PARTS):
            V = self.vectors(model, names, turn, seed, fit)
            mine = self.who % PARTS == turn
            given = how | (fit if way == "own" else {})
            table = ask(self.stage, self.known[names], self.who[mine], V, way, **given)
            part = self.stage.part.select(self.stage.part.users % PARTS == turn)
            out[mine] = metrics.evaluate(table, part, self.who[mine]).recall
        return out


def at_an_end(model: str, number: str, way: str, fit: dict, how: dict) -> str:
    """Return which knobs stand at an end of their values."""
    grids, given = FIT[model] | WAYS[number][way], fit | how
    ends = [k for k, v in given.items() if len(grids[k]) > 2 and v in (grids[k][0], grids[k][-1])]
    return ", ".join(f"{k} = {given[k]}" for k in ends)


def measure(model: str, choose: Asked, test: Asked) -> dict:
    """Return what each way finds with the knobs that validation chose, and the leads of the chosen ones."""
    rows, found, chosen = [], {}, {}
    for edges, number in product(EDGES, WAYS):
        best = {}
        for way, fit, how in drawn(model, number):
            score = kept(
                FILE,
                f"{model} {edges} {way} {fit} {how}",
                lambda e=edges, w=way, f=fit, h=how: float(choose.recall(model, e, w, f, h).mean()),
            )
            if score > best.get(way, (-1,))[0]:
                best[way] = (score, fit, how)
        chosen[edges, number] = max(best, key=lambda way: best[way][0])
        for way, (score, fit, how) in best.items():
            runs = [
                kept(
                    FILE,
                    f"test {model} {edges} {way} {fit} {how} {seed}",
                    lambda e=edges, w=way, f=fit, h=how, s=seed: test.recall(
                        model, e, w, f, h, s
                    ).tolist(),
                )
                for seed in SEEDS
            ]
            found[edges, way] = np.mean(runs, axis=0)
            rows.append({
                "edges": edges, "vectors": number, "way": way, "knobs": fit | how, "at the edge": at_an_end(model, number, way, fit, how),
                "validation": score, "recall@100": float(found[edges, way].mean()), "seeds": [float(np.mean(x)) for x in runs],
                "chosen": way == chosen[edges, number],
            })  # fmt: skip
            print(model, rows[-1], flush=True)
    cell = {key: found[key[0], way] for key, way in chosen.items()}
    names = {key: f"{key[0]}, {key[1]}" for key in cell}
    leads = {f"{names[a]} over {names[b]}": lead(cell[a], cell[b]) for a in cell for b in cell if a != b}  # fmt: skip
    more = {edges: cell[edges, "five"] - cell[edges, "one"] for edges in EDGES}
    leads["what five add, all over saves"] = lead(more["all"], more["saves"])
    for edges, way in found:  # each chosen cell over every single way
        if way in WAYS["one"]:
            leads |= {f"{names[key]} over {edges}, {way}": lead(x, found[edges, way]) for key, x in cell.items()}  # fmt: skip
    return {"rows": rows, "leads": leads, "trials of one, and of five": TRIALS[model]}


def main() -> None:
    choose, test = (Asked(stage) for stage in stages())
    values = {"users": len(test.who), "parts": PARTS, "d": DIM}
    for model in TRIALS:
        values[model] = measure(model, choose, test)
        choose.made.clear()
    results.save(
        "13_cures",
        claim=CLAIM,
        values=values,
        seeds=list(SEEDS),
        seconds=spent(FILE),
        command=COMMAND,
    )


if __name__ == "__main__":
    main()
