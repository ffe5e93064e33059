"""Twelve policies in an experiment each, graph models and a ranker among them: does their order come out?

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.people

The site of lesson 18, PinWorld after day 56: 1,000 users with what they saved, all of them in the experiment, five visits
at most. Generators are those of `exercises.generators`, the library's pieces, fitted on all saves, with two changes, so that they
hear what was saved a minute ago: PinSage's weights are those of its training, and who is a neighbor of whom is walked anew at each visit, on the
saves of then; a user of LightGCN is what one propagation makes of her saves. The ranker is that of lesson 17: it learns from 8,000 lists of ten that
an old ranker showed on days before 42, a click divided by how often its place is looked at, and is calibrated on
first places of lists of its own. It orders the hundred candidates that seven generators, fused by ranks, bring.

Every policy is measured with three seeds; the mean of all is the long run and says the true order. Power of two neighbors
in this order: how often one experiment would see the difference with its sign, |z| > 2, from the gap of the long run and the
standard error of a single experiment. Beside them: item2item, iALS and pictures
fused as in 18.4, the ranker on top of these, and PinSage without the popularity that is added to its cosines. Also stored: seconds to fit, what a policy answers in a second, how far replicates
differ, and what the ranker says of its own lists beside what is liked of them.

Writes data/results/18_people.json. About five minutes of one thread that has a core for itself.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from scipy import stats

from graphrec_utils import losses, metrics, pinworld, results
from graphrec_utils.data import Interactions
from graphrec_utils.fitted import encoders, likes, plain, systems
from graphrec_utils.fitted.histories import said
from graphrec_utils.models import calibration, filters, fusion, lightgcn, pinsage, sage
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import Feed, Histories, PairFeatures, Simulator, experiment, ratio, top
from solutions.experiments.kept import kept, rows
from solutions.experiments.lesson17.ranking_bias import examination, of_candidates

COMMAND = "python -m solutions.experiments.lesson18.people"
CLAIM = "The ranker of lesson 17 on top of seven generators makes people save more than their fused list."
NAME, SEEDS, USERS = "18_people", tuple(range(3)), 1000
MORE = tuple(
    range(3, 12)
)  # further experiments, of the quick ones: is what is expected what is counted?
NAMES = (
    "RP3β", "RP3β, shown again", "item2item", "iALS", "pictures", "LightGCN", "PinSage", "Pixie", "SASRec", "seven fused",
    "seven, then the ranker", "the ranker alone",
)  # fmt: skip
BESIDE = ("three fused", "three, then the ranker", "PinSage, no popularity")
PAIRS = (
    ("seven, then the ranker", "three fused"),
    ("the ranker alone", "three fused"),
    ("three fused", "seven fused"),
    ("three, then the ranker", "seven, then the ranker"),
    ("three, then the ranker", "three fused"),
)
SEVEN = ("item2item", "iALS", "pictures", "LightGCN", "PinSage", "SASRec", "Pixie")
DEPTH, LISTS = 100, 8000
Score = Callable[[Histories], np.ndarray]


def best(scores: np.ndarray, seen: Histories, depth: int = DEPTH) -> np.ndarray:
    """Return the (B, depth) pins of the highest scores that were neither saved nor shown."""
    S = np.array(scores, dtype=np.float32)
    S[seen.saved.nonzero()] = -np.inf
    S[seen.shown.nonzero()] = -np.inf
    found = np.argpartition(-S, depth, axis=1)[:, :depth]
    order = np.argsort(-np.take_along_axis(S, found, 1), axis=1)
    return np.take_along_axis(found, order, 1)


def fused(*scores: Score) -> Score:
    """Return reciprocal rank fusion of what several functions of histories say."""

    def of(seen: Histories) -> np.ndarray:
        each = np.array([best(f(seen), seen) for f in scores])
        return fusion.reciprocal_ranks(each, seen.saved.shape[1])

    return of


def today(saves: Interactions, seen: Histories) -> sp.csr_array:
    """Return (m, n) what everybody has saved until now."""
    everybody = sp.lil_array(saves.csr())
    everybody[seen.users] = seen.saved
    return sp.csr_array(everybody)


def of_lightgcn(saves: Interactions) -> Score:
    """Return LightGCN; a user is one propagation of what she has saved until now."""
    items = likes.of_lightgcn(saves).embeddings()[1]

    def of(seen: Histories) -> np.ndarray:
        degree = np.asarray(today(saves, seen).sum(axis=0)).ravel()
        return (lightgcn.fold_in(sp.csr_array(seen.saved.T), items, degree) @ items.T).numpy()

    return of


def of_pinsage(saves: Interactions, weight: float = 0.05) -> Score:
    """Return PinSage with the weights of its training, and neighbors walked anew on the saves of each visit.

    Args:
        saves: before the experiment.
        weight: of log popularity, which is added.
    """
    n, pairs = saves.num_items, plain.followers(saves)
    content = sage.Content(encoders.DIM, 0, said(saves))
    alpha = pinsage.neighborhoods(saves.csr(), 10, 500)
    model = pinsage.PinSage(alpha, content, encoders.DIM, num_layers=1)

    def loss(rng):
        q, i, shared, _ = next(pinsage.batches(pairs, n, 256, 256, rng, count=1))
        nodes, place = torch.unique(torch.cat([q, i, shared]), return_inverse=True)
        z_q, z_i, z_s = model.vectors(nodes, (q, i))[place].split([len(q), len(i), len(shared)])
        return losses.hinge((z_q * z_i).sum(dim=1), z_q @ z_s.T, encoders.MARGIN)

    encoders.trained(model, loss, encoders.steps_of(len(pairs), 6, 256))

    def of(seen: Histories) -> np.ndarray:
        now = pinsage.neighborhoods(today(saves, seen), 10, 500)
        return encoders.from_vectors(model.embeddings(now)[0], saves, weight).of(seen)

    return of


class Second:
    """The ranker of lesson 17, trained on what an old one has shown; `said` is (m, n), calibrated.

    Args:
        world: whose users click; nothing from day 42 on is read for the training.
        seed: of the lists and of the ranker.
    """

    def __init__(self, world, seed: int = 0):
        then, now = PairFeatures(world, pinworld.TRAIN_END), PairFeatures(world, pinworld.DAYS)
        feed, rng = Feed(world), np.random.default_rng(seed)

        def shown(lists):
            asked = feed.requests(lists, rng)
            old = of_candidates(then, asked)[:, :, then.names.index("pin: shown")]
            log = feed.show(asked, old, rng, 0.5, 0.1)
            return log, then(log.user.to_numpy(), log.pin.to_numpy())

        (log, x), (later, x_later) = shown(LISTS), shown(LISTS // 4)
        y = log.clicked.to_numpy() / examination(log)[log.position.to_numpy() - 1]
        self.model = Ranker(x.shape[1], seed=seed).fit(x, y)
        first = later.position.to_numpy() == 1  # whatever stands there is looked at
        self.slope = calibration.platt(
            self.model.logits(x_later[first]), later.clicked.to_numpy()[first].astype(float)
        )
        pins = np.arange(world.num_pins)
        z = [self.model.logits(now(np.full(len(pins), u), pins)) for u in range(world.num_users)]
        a, b = self.slope
        self.said = (0.5 * (1 + np.tanh((a * np.array(z) + b) / 2))).astype(np.float32)

    def of(self, seen: Histories) -> np.ndarray:
        """Return what the ranker says of all pins, (B, n)."""
        return self.said[seen.users]

    def after(self, generators: Score) -> Score:
        """Return scores that are above 0 for the first hundred of the generators, as the ranker has them."""

        def of(seen: Histories) -> np.ndarray:
            found, row = best(generators(seen), seen), np.arange(len(seen))[:, None]
            out = np.zeros(seen.saved.shape, np.float32)
            out[row, found] = self.of(seen)[row, found]
            return out

        return of


class Cast(NamedTuple):
    """Name -> policy; what generators score; the ranker; and CPU seconds of each fit."""

    policies: dict[str, Callable]
    scores: dict[str, Score]
    second: Second
    took: dict[str, float]


def pictures(world) -> np.ndarray:
    """Return (n, 64) pictures as unit rows, without their mean."""
    looks = world.images - world.images.mean(axis=0)
    return looks / np.linalg.norm(looks, axis=1, keepdims=True)


def policies(site: Simulator, world) -> Cast:
    """Return all policies; they learn from what was saved before the experiment."""
    saves, took = world.interactions(("save",)), {}
    looks = pictures(world)

    def timed(name, fit):
        start = time.process_time()
        score = fit(saves)
        took[name] = time.process_time() - start
        return score

    each: dict[str, Score] = {
        name: timed(name, fit) for name, fit in {
            "item2item": lambda x: plain.item2item(x).of, "iALS": lambda x: plain.ials(x).of,
            "pictures": lambda x: lambda seen: (seen.saved @ looks) @ looks.T,
            "LightGCN": of_lightgcn, "PinSage": of_pinsage, "Pixie": lambda x: plain.pixie(x).of,
            "SASRec": lambda x: systems.sasrec(x).of,
        }.items()
    }  # fmt: skip
    walk = timed("RP3β", lambda x: filters.rp3beta(x.csr(), 0.6, 0.0))
    second = timed("ranker", lambda x: Second(world))
    seven, three = (fused(*(each[x] for x in names)) for names in (SEVEN, SEVEN[:3]))
    scores = {
        "RP3β": lambda h: walk.scores(h.users), **each,
        "three fused": three, "three, then the ranker": second.after(three),
        "PinSage, no popularity": of_pinsage(saves, 0.0),
        "seven fused": seven, "seven, then the ranker": second.after(seven), "the ranker alone": second.of,
    }  # fmt: skip
    found = {name: functools.partial(_shown, f) for name, f in scores.items()}
    found["item2item"] = site.control
    found["RP3β, shown again"] = lambda h, k: top(walk.scores(h.users), h, k, again=True)
    return Cast(found, each, second, took)


@torch.no_grad()
def _shown(score: Score, seen: Histories, k: int) -> np.ndarray:
    return top(score(seen), seen, k)


def measure(name: str) -> dict:
    """Return what all seeds find for one policy, and its saves per user in the first experiment."""
    site, recommend = _site(), _cast().policies[name]
    found = [
        experiment(recommend, site.control, seed, site=site, users=USERS, seconds=1200)
        for seed in SEEDS
    ]
    if broken := next((r.problem for r in found if r.problem), ""):
        raise RuntimeError(f"{name}: {broken}")
    off = np.concatenate(
        [r.counted[0] - r.saves[0] for r in found]
    )  # a user's chance is another with each seed
    return {
        **_lifts(found), "expected": float(np.mean([r.saves[0] for r in found])),
        "counted": float(np.mean([r.counted[0] for r in found])),
        "off, in standard errors": float(off.mean() / off.std(ddof=1) * np.sqrt(len(off))),
        "counted lift": [ratio(*r.counted, paired=True)[0] for r in found],
        "gap": [r.gap for r in found], "seconds": [r.seconds for r in found],
        "guards": {k: [float(np.mean([r.guards[k][a] for r in found])) for a in (0, 1)] for k in found[0].guards},
        "saves": [r.saves[0].round(4).tolist() for r in found],
    }  # fmt: skip


def _lifts(found: list) -> dict:
    return {name: [getattr(r, name) for r in found] for name in ("lift", "low", "high")}


def neighbors(order: list[str], each: dict[str, dict]) -> list[dict]:
    """Return the power of each pair of neighbors in the true order, from users' paired differences."""
    pairs = []
    for low, high in itertools.pairwise(order):
        gaps = [
            np.array(b) - np.array(a)
            for a, b in zip(each[low]["saves"], each[high]["saves"], strict=True)
        ]
        z = [g.mean() / (g.std(ddof=1) / np.sqrt(len(g))) for g in gaps]
        error = float(np.mean([g.std(ddof=1) / np.sqrt(len(g)) for g in gaps]))
        gap = float(np.mean([g.mean() for g in gaps]))
        pairs.append({
            "low": low, "high": high, "gap": gap, "error": error,
            "power": float(stats.norm.sf(2 - gap / error)), "seen": float(np.mean(np.array(z) > 2)),
        })  # fmt: skip
    return pairs


def promised(name: str) -> dict:
    """Return what the ranker says of the lists of a first visit, and how much of them is liked; the same of all pins that are not saved."""
    site, told = _site(), {}

    def recommend(seen, k):
        lists = _cast().policies[name](seen, k)
        told["said"] = float(_cast().second.said[seen.users[:, None], lists].mean())
        told["who"] = seen.users[:, None], lists
        return lists

    site.run(recommend, 0, USERS, visits=1)
    free = ~(site.past.toarray() > 0)
    of_all = {
        "said of all": float(_cast().second.said[free].mean()),
        "all liked": float(site.liking[free].mean()),
    }
    return {"said": told["said"], "liked": float(site.liking[told["who"]].mean()), **of_all}


def further(name: str) -> list[list[float]]:
    """Return counted less expected saves, of each user in each further experiment."""
    site, recommend = _site(), _cast().policies[name]
    found = (
        experiment(recommend, site.control, seed, site=site, users=USERS, seconds=1200)
        for seed in MORE
    )
    return [(r.counted[0] - r.saves[0]).round(4).tolist() for r in found]


def together(off: dict[str, np.ndarray]) -> dict:
    """Return how far off each policy is in all further experiments, in standard errors, and how much two have in common."""
    errors = {x: float(d.mean() / d.std(ddof=1) * np.sqrt(d.size)) for x, d in off.items()}
    common = np.corrcoef([d.ravel() for d in off.values()])[np.triu_indices(len(off), 1)]
    return {
        "off, in standard errors": errors,
        "correlation": {"least": float(common.min()), "mean": float(common.mean()), "most": float(common.max())},
    }  # fmt: skip


@functools.cache
def _world():
    return pinworld.make(seed=18, scale=0.4)


@functools.cache
def _site() -> Simulator:
    return Simulator.of_world(_world())


@functools.cache
def _cast() -> Cast:
    return policies(_site(), _world())


def main() -> None:
    took = kept(NAME, "fit", lambda: _cast().took)
    each = {name: kept(NAME, f"{name} {USERS}", lambda name=name: measure(name)) for name in NAMES}
    beside = {
        name: kept(NAME, f"{name} {USERS}", lambda name=name: measure(name)) for name in BESIDE
    }
    told = {
        name: kept(NAME, f"said {name}", lambda name=name: promised(name))
        for name in NAMES
        if "ranker" in name
    }
    quick = [x for x in NAMES if x != "Pixie" and "seven" not in x]
    off = {x: np.array(kept(NAME, f"further {x}", lambda x=x: further(x))) for x in quick}
    order = sorted(NAMES, key=lambda name: np.mean(each[name]["lift"]))
    for name in order:
        row = each[name]
        print(f"{name}: {np.mean(row['lift']):+.3f}, from {np.mean(row['low']):+.3f} to {np.mean(row['high']):+.3f}; "
              f"{row['expected']:.3f} expected, {row['counted']:.3f} counted, off by {row['off, in standard errors']:+.2f} "
              f"errors; gap at most {max(row['gap']):.3f}, {np.mean(row['seconds']):.1f} s", flush=True)  # fmt: skip
    pairs = neighbors(order, each)
    for pair in pairs:
        print(pair)

    def lead(*names: str) -> dict:
        """User by user, in the first experiment."""
        saves = (np.array((each | beside)[x]["saves"][0]) for x in names)
        return asdict(metrics.compare(*saves))

    table = {name: {k: v for k, v in each[name].items() if k != "saves"} for name in order}
    values = {
        "order": order, "policies": table, "neighbors": pairs, "users": USERS, "fit, seconds": took,
        "promised": told, "ranker over fused": lead("seven, then the ranker", "seven fused"),
        "leads": {f"{one} over {other}": lead(one, other) for one, other in PAIRS},
        "beside": {name: {k: v for k, v in row.items() if k != "saves"} for name, row in beside.items()},
        "further": {"seeds": list(MORE), **together(off)},
        "one experiment of all, seconds": float(sum(np.mean(each[name]["seconds"]) for name in order)),
    }  # fmt: skip
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(SEEDS), command=COMMAND,
                       seconds=sum(row["seconds"] for row in rows(NAME).values())))  # fmt: skip


if __name__ == "__main__":
    main()
