"""PinSage with its ablations, its two losses and tuned rivals, on PinWorld and on real articles.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson09.pinsage_study PART

PinWorld: a pair is a pin and the pin engaged right after it in a session. Graph and pairs of days 0-41 for
choosing, of days 0-48 for the test on days 49-55. citeulike-t: libraries are boards, words are content,
and a pair is an article and one that it cites or is cited by; a tenth of the citations chooses, a fifth
tests, the libraries are all known. Every pin is a candidate but the query itself. On PinWorld a known pair stays one,
for people come back to pins; a citation is made once, so there what is known leaves every list, in choosing, too.
A vector of PinSage says the same of a pair in both directions, and a citation is known in both; RP3β, EASE and iALS
count PinWorld's pairs as they came, and once more in both directions.

PART is `rivals` (every model tuned on the first part, the winners once on test, what is trained in steps with
three seeds), `ablation` (pooling and hard negatives, three seeds, on what chooses, with the knobs that the hinge
wins with in `rivals`) or `choices` (the settings of the open task, trained as briefly as in the lesson, three seeds,
on what chooses). Each writes data/results/09_PART.json. Two hours and a half of one thread for `rivals`, whose trials
are kept in build/bench, a quarter of an hour for each of the others; `--only` measures one data set and keeps the other,
`--model` some models, `--stored` takes the knobs of some from what is stored and measures what they find.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from itertools import product

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

from graphrec_utils import datasets, losses, metrics, paths, pinworld, results, train
from graphrec_utils.data import Interactions
from graphrec_utils.models import filters, mf, pinsage, sage
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors
from solutions.experiments import devices, tuning
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson07.sage_rivals import unit, words
from solutions.experiments.tuning import BUDGET, Chosen

COMMAND = "python -m solutions.experiments.lesson09.pinsage_study"
SEEDS = (0, 1, 2)
EPOCHS, SHORT = 28, 7  # of what is stored; in the lesson and its open task
STEPS, SIZE, SHARED = 50, 256, 500


@dataclass
class Stage:
    """What is known when a model is fitted, and what it is then asked for.

    Attributes:
        R: (m, n) boards by pins.
        pairs: (P, 2) known pairs; counted in time order where there is time.
        part: queries and what is to be found.
        content: (n, f).
        repeats: whether a known pair may be sought again; else it leaves every list.
    """

    R: sp.csr_array
    pairs: np.ndarray
    part: Interactions
    content: np.ndarray
    repeats: bool = True

    @property
    def n(self) -> int:
        return self.R.shape[1]

    @cached_property
    def C(self) -> sp.csr_array:
        """(n, n) how often a pin came right after another."""
        ones = np.ones(len(self.pairs))
        return sp.coo_array((ones, tuple(self.pairs.T)), shape=(self.n,) * 2).tocsr()

    @cached_property
    def C_both(self) -> sp.csr_array:
        """(n, n) how often two pins came one after the other, in either direction."""
        return sp.csr_array(self.C + self.C.T)

    @cached_property
    def degree(self) -> np.ndarray:
        return np.asarray(self.R.sum(axis=0)).ravel()

    @cached_property
    def x(self) -> np.ndarray:
        """Content and the logarithm of the number of boards, as in the paper."""
        return np.hstack([self.content, np.log1p(self.degree)[:, None] / 3]).astype(np.float32)

    @cached_property
    def alpha(self) -> sp.csr_array:
        return pinsage.neighborhoods(self.R, 20)

    @cached_property
    def ranked(self) -> sp.csr_array:
        return pinsage.neighborhoods(self.R, 1000, num_steps=50_000)

    def pools(self, first: int, last: int) -> np.ndarray:
        return pinsage.hard_pools(self.ranked, self.pairs, first, last)

    @cached_property
    def itself(self) -> Interactions:
        """The query, which no list may hold."""
        return Interactions(np.arange(self.n), np.arange(self.n), self.n, self.n)

    @cached_property
    def left_out(self) -> Interactions:
        """What no list may hold: the query, and what can be sought no more."""
        if self.repeats:
            return self.itself
        pairs = np.concatenate([np.stack([np.arange(self.n)] * 2, axis=1), self.pairs])
        return Interactions(*np.unique(pairs, axis=0).T, self.n, self.n)

    def found(self, model, part: Interactions | None = None):
        return metrics.evaluate_model(model, self.left_out, self.part if part is None else part)

    def score(self, model) -> float:
        return float(self.found(model).ndcg.mean())


@dataclass
class Table:
    """Scores of every query, a sparse matrix or one row for all."""

    S: sp.csr_array | np.ndarray

    def scores(self, users):
        if sp.issparse(self.S):
            return self.S[users].toarray()
        return np.tile(self.S, (len(users), 1))


def interactions(pairs: np.ndarray, n: int, queries: int = 3000) -> Interactions:
    """Return each pair of some queries once, without pins that follow themselves."""
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    asked = np.random.default_rng(0).permutation(np.unique(pairs[:, 0]))[:queries]
    pairs = pairs[np.isin(pairs[:, 0], asked)]
    return Interactions(*pairs.T, n, n)


def world() -> tuple[Stage, Stage]:
    """Return what PinWorld knows on day 42 and is asked for until 48, and a week later."""
    w = pinworld.load("small")
    content = np.hstack([unit(w.images - w.images.mean(axis=0)), words(w.texts)])

    def pairs(start, end):
        rows = w.events(pinworld.POSITIVE_ACTIONS, start, end)
        return rows.loc[rows["context"] >= 0, ["context", "pin"]].to_numpy()

    def stage(today, end):
        R = sp.csr_array((w.bipartite(today)["board-pin"].matrix > 0).astype(np.float64))
        return Stage(R, pairs(0, today), interactions(pairs(today, end), w.num_pins), content)

    return stage(pinworld.TRAIN_END, pinworld.VAL_END), stage(pinworld.VAL_END, pinworld.DAYS)


def libraries() -> tuple[Stage, Stage]:
    """Return citeulike-t: seven tenths of the citations are known, then eight tenths."""
    data = datasets.load("citeulike-t")
    library, cited = data["library"], data["citation"]
    R = sp.csr_array(library.csr().astype(np.float64))
    ends = np.sort(np.stack([cited.users, cited.items], axis=1), axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    ends = ends[np.random.default_rng(0).permutation(len(ends))]
    cuts = [int(len(ends) * x) for x in (0.7, 0.8)]
    parts = [np.concatenate([x, x[:, ::-1]]) for x in np.split(ends, cuts)]
    content = words(sp.csr_array(library.item_features.matrix), 128)
    n = R.shape[1]
    return (
        Stage(R, parts[0], interactions(parts[1], n), content, repeats=False),
        Stage(R, np.concatenate(parts[:2]), interactions(parts[2], n), content, repeats=False),
    )


# ---------------------------------------------------------------- models
HARD = {
    "none": lambda epoch: 0,
    "from the start": lambda epoch: 3,
    "curriculum": pinsage.curriculum,
}


def fit(
    stage: Stage,
    loss: str = "softmax",
    scale: float = 1.0,
    lr: float = 3e-3,
    pooling: str = "importance",
    hard: str = "none",
    num_layers: int = 2,
    ranks: tuple[int, int] = (50, 300),
    hide: bool = True,
    ids: bool = False,
    epochs: int | None = None,
    seed: int = 0,
    dim: int = 64,
    alpha: sp.csr_array | None = None,
) -> pinsage.PinSage:
    """Train PinSage: `scale` is the margin of the hinge or the temperature of the softmax.

    `dim` numbers a pin, and neighbors `alpha`; None: twenty.

    With `ids` every pin has a word of its own besides, which PinSage does without.

    `epochs` is None for EPOCHS of them. "from the start" has three hard negatives in every epoch, as many as the curriculum on average.
    """
    word = sp.eye_array(stage.n, format="csr") if ids else None
    content = sage.Content(dim, 0, stage.x, word, seed=seed)
    alpha = stage.alpha if alpha is None else alpha
    model = pinsage.PinSage(alpha, content, dim, num_layers, pooling, seed)

    def lost(model, batch):
        pos, neg = model.compared(batch, hide)
        if loss == "hinge":
            return losses.hinge(pos, neg, scale)
        return losses.sampled_softmax(pos / scale, neg / scale)

    learner = train.Torch(model, lost, torch.optim.Adam(model.parameters(), lr=lr), devices.chosen)
    last = EPOCHS if epochs is None else epochs
    numbers = iter(range(1, last + 1))
    pools = None if hard == "none" else stage.pools(*ranks)

    def drawn(rng):
        # as many curricula long as it may be: at the end each query has SHORT - 1 of them
        hard_now = HARD[hard](1 + (next(numbers) - 1) * SHORT // last)
        return pinsage.batches(stage.pairs, stage.n, SIZE, SHARED, rng, pools, hard_now, STEPS)

    train.fit(learner, drawn, epochs=last, schedule=warm, seed=seed, progress=False)
    return model


def warm(progress: float) -> float:
    """Return the share of the learning rate: little in the first epoch, then less and less."""
    return 0.1 if progress == 0 else 0.8 ** (SHORT * progress - 1)


def recent(stage: Stage, last: float) -> Table:
    """Return how often each pin was engaged among the last share of the pairs."""
    tail = stage.pairs[int(len(stage.pairs) * (1 - last)) :]
    return Table(np.bincount(tail[:, 1], minlength=stage.n).astype(np.float64))


def walk(stage: Stage, restart: float, beta: float) -> Table:
    """Return Pixie from one pin: visits divided by degree^beta."""
    V = pinsage.neighborhoods(stage.R, 1000, num_steps=20_000, restart=restart)
    return Table(sp.csr_array(V @ sp.diags_array(np.maximum(stage.degree, 1) ** -beta)))


def aggregated(stage: Stage, own: float) -> Factors:
    """Return importance pooling without training: content, and the weighted mean of the neighbors'."""
    z = np.hstack([own * stage.content, unit(stage.alpha @ stage.content)])
    return Factors(z, z)


RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]
GRIDS = {
    "recent popularity": {"last": [0.03, 0.1, 0.3, 1.0]},
    "content": {},
    "importance pooling, untrained": {"own": [0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]},
    "Pixie": {"restart": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "beta": [-0.6, -0.3, 0.0, 0.3]},
    "RP3β": {"alpha": [0.0, 0.1, 0.2, 0.35, 0.6, 1.0], "beta": [0.0, 0.1, 0.2, 0.4, 0.6]},
    "EASE": {"reg": [100.0, 300.0, 1000.0, 3000.0, 10_000.0]},
}
BOTH = ", both ways"  # pairs counted in both directions
GRIDS |= {f"{name}{BOTH}": GRIDS[name] for name in ("RP3β", "EASE")}
# these climb
TRAINED = {"scale": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "lr": RATES}
LADDERS = {
    "iALS": {
        "dim": [8, 16, 32, 64, 128, 256, 512],
        "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
        "reg": [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01],
    },
    "iALS, d = 64": {},
    "content, trained": TRAINED | {"num_layers": [0]},
    "PinSage, hinge": TRAINED | {"num_layers": [1]},
    "PinSage, softmax": TRAINED | {"num_layers": [1]},
    "PinSage with ids, softmax": TRAINED | {"num_layers": [1]},
}
LADDERS["iALS, d = 64"] = LADDERS["iALS"] | {"dim": [64]}  # as large as PinSage
LADDERS |= {f"{name}{BOTH}": LADDERS[name] for name in ("iALS", "iALS, d = 64")}
START = {"scale": 0.1, "lr": 0.003, "dim": 32, "alpha0": 0.1, "reg": 0.001}
LEARNED = tuple(name for name in LADDERS if not name.startswith("iALS"))  # by chance
# On citeulike-t these keep what they won with while known citations stood in the lists: knobs and trials.
SETTLED_RAW = {
    "Pixie": ({"restart": 1.0, "beta": 0.0}, 24),
    "content, trained": ({"scale": 0.01, "lr": 0.003, "num_layers": 0}, 11),
    "PinSage, hinge": ({"scale": 0.003, "lr": 0.003, "num_layers": 1}, 14),
    "PinSage, softmax": ({"scale": 0.01, "lr": 0.003, "num_layers": 1}, 11),
    "PinSage with ids, softmax": ({"scale": 0.1, "lr": 0.01, "num_layers": 1}, 8),
}
# own = 0 hears the neighbors alone, own = 30 is content alone
NATURAL = {"last": [1.0], "restart": [1.0], "own": [0.0, 30.0], "alpha": [0.0, 1.0], "beta": [0.0]}


def makers(stage: Stage) -> dict[str, Callable]:
    """Return model -> function of its knobs, all fitted on what the stage knows."""
    return {
        "recent popularity": partial(recent, stage),
        "content": lambda: Factors(stage.content, stage.content),
        "importance pooling, untrained": partial(aggregated, stage),
        "Pixie": partial(walk, stage),
        "RP3β": partial(filters.rp3beta, stage.C),
        "EASE": partial(ease, stage.C.astype(np.float32)),
        "iALS": partial(mf.ials, stage.C, sweeps=8),
        "iALS, d = 64": partial(mf.ials, stage.C, sweeps=8),
        f"RP3β{BOTH}": partial(filters.rp3beta, stage.C_both),
        f"EASE{BOTH}": partial(ease, stage.C_both.astype(np.float32)),
        f"iALS{BOTH}": partial(mf.ials, stage.C_both, sweeps=8),
        f"iALS, d = 64{BOTH}": partial(mf.ials, stage.C_both, sweeps=8),
        "content, trained": partial(fit, stage, "softmax"),
        "PinSage, hinge": partial(fit, stage, "hinge"),
        "PinSage, softmax": partial(fit, stage, "softmax"),
        "PinSage with ids, softmax": partial(fit, stage, "softmax", ids=True),
    }


# ---------------------------------------------------------------- what is measured
def tuned(data: str, name: str, early: Stage, budget: int = BUDGET) -> Chosen:
    """Return the best of a model's trials on what chooses."""
    make, file = makers(early)[name], f"09_tune_{data}"
    if not early.repeats and name in SETTLED_RAW:
        knobs, trials = SETTLED_RAW[name]
        score = kept(file, f"{name} {knobs}", lambda: early.score(make(**knobs)))
        return Chosen(knobs, score, trials, "")
    if name in LADDERS:
        start = {k: START[k] if START.get(k) in v else v[0] for k, v in LADDERS[name].items()}
        return tuning.tuned(file, name, make, LADDERS[name], early.score, start)
    return tuning.tuned(file, name, make, GRIDS[name], early.score, None, budget, NATURAL)


def numbers(stage: Stage, name: str, knobs: dict) -> int | None:
    """Return how many numbers a model keeps for each pin; None where it has no vectors."""
    if name in LEARNED:
        return 64
    looks = stage.content.shape[1]
    made = {"content": looks, "importance pooling, untrained": 2 * looks}
    return knobs.get("dim", made.get(name))


def on_test(data: str, late: Stage, name: str, knobs: dict) -> dict:
    """Return NDCG@20 and recall@20 of each query, for each seed, and seconds of a fit and its ranking.

    Where a known pair cannot be sought again: NDCG@20 of the same models with known pairs in the lists, too.
    """

    def once(**seed) -> dict:
        start = time.process_time()
        model = makers(late)[name](**knobs, **seed)
        run = late.found(model)[["ndcg", "recall"]].round(5).to_dict()
        out = {"run": run, "seconds": time.process_time() - start}
        if not late.repeats:
            out["left in"] = float(
                metrics.evaluate_model(model, late.itself, late.part).ndcg.mean()
            )
        return out

    seeds = [{"seed": seed} for seed in SEEDS] if name in LEARNED else [{}]
    outs = [
        kept(f"09_rivals_{data}", f"{name} {knobs | seed}", partial(once, **seed)) for seed in seeds
    ]
    means = {
        k: float(np.mean([out[k] for out in outs])) for k in ("seconds", "left in") if k in outs[0]
    }
    return {"runs": [out["run"] for out in outs]} | means


def rivals(
    data: str,
    early: Stage,
    late: Stage,
    budget: int = BUDGET,
    only: Sequence[str] = (),
    settled: Mapping[str, Chosen] | None = None,
) -> dict:
    """Return the winners on validation, and what they find on test, for all queries and two groups.

    Args:
        only: models; the others are left out, and nothing is returned.
        settled: what some models have won with, which are not tuned again.
    """
    rows, ndcg = [], {}
    cold = late.degree == 0
    for name in (*GRIDS, *LADDERS):
        if (only and name not in only) or (name.startswith("EASE") and early.n > 10_000):
            continue  # EASE is a dense matrix of all pairs
        if name.endswith(BOTH) and not early.repeats:
            continue  # citations are known in both directions
        chosen = (settled or {}).get(name) or tuned(data, name, early, budget)
        out = on_test(data, late, name, chosen.knobs)
        runs = [pd.DataFrame(run).rename_axis("user") for run in out["runs"]]
        each = sum(run.ndcg for run in runs) / len(runs)
        each.index = each.index.astype(
            int
        )  # what was kept comes back from JSON with its users as text
        new = cold[each.index.to_numpy()]
        rows.append({
            "model": name, "knobs": chosen.knobs, "d": numbers(late, name, chosen.knobs), "at the edge": chosen.edge, "trials": chosen.trials,
            "validation": chosen.score, "ndcg": float(each.mean()),
            "seeds": [float(run.ndcg.mean()) for run in runs],
            "recall": float(np.mean([run.recall.mean() for run in runs])),
            "on boards": float(each[~new].mean()),
            "on no board": float(each[new].mean()) if new.any() else None,
            "CPU seconds, fit and ranking": round(out["seconds"], 1),
        } | ({"known left in": out["left in"]} if "left in" in out else {}))  # fmt: skip
        ndcg[name] = each
        print(rows[-1], flush=True)
    if not ndcg:
        return {"models": rows, "leads": {}}
    queries = next(iter(ndcg.values())).index.to_numpy()
    old = ~cold[queries]
    ones = ["RP3β", "iALS, d = 64"] if not early.repeats else []
    leads = {
        f"{one} over {other}, {group}": asdict(metrics.compare(ndcg[one][keep], ndcg[other][keep]))
        for one in [name for name in ndcg if name.startswith("PinSage") or name in ones]
        for other in ndcg
        for group, keep in (("all", old | True), ("on boards", old), ("on no board", ~old))
        if one != other and keep.sum() > 1
    }
    return {"queries": len(old), "queries on no board": int((~old).sum()),
            "models": rows, "leads": leads}  # fmt: skip


def merged(stored: dict, made: dict) -> dict:
    """Return what is stored of a data set, with the rows and leads that have been made now."""
    if not stored:
        return made
    rows = {row["model"]: row for row in (*stored["models"], *made["models"])}
    order = [name for name in (*GRIDS, *LADDERS) if name in rows]
    leads = stored["leads"] | made["leads"]
    return stored | made | {"models": [rows[name] for name in order], "leads": leads}


ARMS = {
    "max pooling": {"pooling": "max"},
    "mean pooling": {"pooling": "mean"},
    "importance pooling": {},
    "importance, hard from the start": {"hard": "from the start"},
    "importance, curriculum": {"hard": "curriculum"},
    "importance, curriculum, ranks 300 to 1000": {"hard": "curriculum", "ranks": (300, 1000)},
}


def ablation(early: Stage, knobs: dict) -> dict:
    """Return NDCG@20 of each arm and seed on what chooses, with the paper's hinge, and leads."""
    each, rows = {}, []
    for name, arm in ARMS.items():
        runs = [early.found(fit(early, **knobs, **arm, seed=seed)).ndcg for seed in SEEDS]
        each[name] = sum(runs) / len(runs)
        rows.append({"arm": name, "ndcg": float(each[name].mean()),
                     "seeds": [float(r.mean()) for r in runs]})  # fmt: skip
        print(rows[-1], flush=True)
    pairs = (("importance pooling", "mean pooling"), ("importance pooling", "max pooling"),
             ("importance, curriculum", "importance pooling"),
             ("importance, curriculum", "importance, hard from the start"),
             ("importance, curriculum, ranks 300 to 1000", "importance pooling"))  # fmt: skip
    leads = {f"{a} over {b}": asdict(metrics.compare(each[a], each[b])) for a, b in pairs}
    return {"knobs": knobs, "arms": rows, "leads": leads}


CHOICES = {
    "loss": ["hinge", "softmax"],
    "num_layers": [0, 1, 2],
    "hard": ["none", "curriculum"],
}
SETTLED = {
    "hinge": {"scale": 0.03, "lr": 0.01},
    "softmax": {"scale": 0.1, "lr": 0.003},
}  # best of twelve trials each with SHORT epochs


def choices(early: Stage) -> list[dict]:
    """Return NDCG@20 of every setting of the open task on what chooses."""
    rows = []
    for values in product(*CHOICES.values()):
        knobs = dict(zip(CHOICES, values, strict=True))
        made = partial(fit, early, **knobs, **SETTLED[knobs["loss"]], epochs=SHORT)
        seeds = [early.score(made(seed=seed)) for seed in SEEDS]
        rows.append(knobs | {"ndcg": float(np.mean(seeds)), "seeds": seeds})
        print(rows[-1], flush=True)
    return rows


CLAIMS = {
    "rivals": "PinSage finds more than comparable deep learning and graph-based alternatives.",
    "ablation": "Importance pooling and a curriculum of hard negatives each find more related pins.",
    "choices": "Settings of PinSage on PinWorld, trained three times each.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=CLAIMS)
    parser.add_argument("--only", choices=("PinWorld", "citeulike-t"), help="keep the other one")
    parser.add_argument(
        "--model", nargs="+", default=(), help="of `rivals`: these alone; kept, but not stored"
    )
    parser.add_argument("--store", action="store_true", help="… and put beside what is stored")
    parser.add_argument("--stored", nargs="+", default=(), help="of `rivals`: with stored knobs")
    given = devices.parse(parser)
    name, start = f"09_{given.part}", time.perf_counter()
    there = (given.only or given.model or given.stored) and (
        paths.data() / "results" / f"{name}.json"
    ).exists()
    values = results.load(name).values if there else {}
    if given.part == "rivals":
        for data, make in (("PinWorld", world), ("citeulike-t", libraries)):
            if given.only in (None, data):
                rows = {row["model"]: row for row in values.get(data, {}).get("models", ())}
                settled = {
                    name: Chosen(row["knobs"], row["validation"], row["trials"], row["at the edge"])
                    for name, row in rows.items()
                    if name in given.stored
                }
                made = rivals(data, *make(), only=given.model, settled=settled)
                values[data] = merged(values.get(data, {}), made) if given.model else made
        if given.model and not given.store:
            return
    elif given.part == "ablation":
        rows = results.load("09_rivals").values["PinWorld"]["models"]
        won = next(row["knobs"] for row in rows if row["model"] == "PinSage, hinge")
        values["PinWorld"] = ablation(world()[0], {"loss": "hinge"} | won)
    else:
        values["settings"] = choices(world()[0])
    seconds = time.perf_counter() - start
    if given.part == "rivals":
        measured = [given.only] if given.only else values
        files = [f"09_{what}_{data}" for what in ("tune", "rivals") for data in measured]
        seconds = sum(map(spent, files)) + (results.load(name).seconds if given.store else 0)
    print(results.save(
        name, claim=CLAIMS[given.part], values=values,
        seeds=list(SEEDS),
        seconds=seconds, command=f"{COMMAND} {given.part}",
        data="citeulike-t" if given.part == "rivals" else (),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
