"""Twelve policies, from random to the best known, in an experiment each: does their order come out?

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.policies

The site is PinWorld after day 56: 2,500 users with what they saved, all of them in the experiment, five visits
at most. The twelve were picked from fifteen after a first round with 1,000 users; left out were policies next to
another one (plain iALS and two fusions within .01 of "item2item, shrunk"), which no experiment of this size tells
apart. Every policy is measured with three seeds; the mean of all is the long run and says the true order.
Power of two neighbors in this order: how often one experiment would see the difference with
its sign, |z| > 2, from the gap of the long run and the standard error of a single experiment. Also stored: how
often three experiments did, how far replicates differ, what a real site (half of the users with each) would see.

Writes data/results/18_policies.json. About four minutes of one thread.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy import stats

from graphrec_utils import pinworld, results
from graphrec_utils.models import baselines, filters, fusion, mf
from graphrec_utils.models.ease import ease
from graphrec_utils.pinworld import Simulator, experiment, ratio, top
from solutions.experiments.kept import kept, rows
from solutions.experiments.lesson18.course_figure import pictures

COMMAND = "python -m solutions.experiments.lesson18.policies"
CLAIM = "One experiment brings twelve policies into their true order."
NAME, SEEDS, USERS = "18_policies", tuple(range(3)), 2500
SPLIT = ("item2item, shrunk", "RP3β", "three generators fused")  # also asked as a real site does


def fused(*scores: Callable, depth: int = 100) -> Callable:
    """Return a policy: reciprocal rank fusion of what several functions of histories say."""

    def recommend(histories, k):
        each = []
        for f in scores:
            S = np.asarray(f(histories), dtype=np.float32).copy()
            S[histories.saved.nonzero()] = -np.inf
            S[histories.shown.nonzero()] = -np.inf
            best = np.argpartition(-S, depth, axis=1)[:, :depth]
            order = np.argsort(-np.take_along_axis(S, best, 1), axis=1)
            each.append(np.take_along_axis(best, order, 1))
        return top(fusion.reciprocal_ranks(np.array(each), S.shape[1]), histories, k)

    return recommend


def policies(site: Simulator) -> dict[str, Callable]:
    """Return name -> policy; all learn from what was saved before the experiment."""
    R = sp.csr_matrix(site.past)
    x = pictures()
    walk, eased = filters.rp3beta(R, 0.6, 0.2), ease(R, 300.0)
    shrunk = baselines.neighborhood(R.T.tocsr(), "cosine", 10.0)
    near = baselines.neighborhood(R.T.tocsr(), "cosine", 10.0, 5)
    H = mf.ials(R, 32, alpha0=0.1, reg=0.01, sweeps=8).item_emb
    wide = mf.ials(R, 64, alpha0=0.3, reg=0.03, sweeps=8).item_emb
    whole = np.log1p(np.asarray(R.sum(axis=0)).ravel())

    def by(score):
        return lambda histories, k: top(score(histories), histories, k)

    def of_items(S):
        return lambda histories: np.asarray((histories.saved @ S).todense())

    def of_looks(histories):
        return (histories.saved @ x) @ x.T

    def of_factors(H, alpha0=0.1, reg=0.01):
        return lambda histories: mf.fold_in(sp.csr_matrix(histories.saved), H, alpha0, reg) @ H.T

    def at_random(histories):
        return np.random.default_rng(0).random(histories.saved.shape)

    def half_at_random(histories, k):
        random = np.random.default_rng(1).random(histories.saved.shape)
        lists = top(random, histories, k)
        first = site.control(histories, k // 2)
        twice = (lists[:, :, None] == first[:, None, :]).any(axis=2)
        rest = np.take_along_axis(lists, np.argsort(twice, axis=1, kind="stable"), 1)
        return np.concatenate([first, rest[:, : k - k // 2]], axis=1)

    together, factors = of_items(shrunk), of_factors(H)
    return {
        "random": by(at_random),
        "most saved": by(lambda h: np.tile(whole, (len(h), 1))),
        "RP3β, shown again": lambda h, k: top(walk.scores(h.users), h, k, again=True),
        "item2item, half at random": half_at_random,
        "pictures": by(of_looks),
        "RP3β": by(lambda h: walk.scores(h.users)),
        "EASE": by(lambda h: eased.scores(h.users)),
        "item2item": site.control,
        "iALS, d = 64": by(of_factors(wide, 0.3, 0.03)),
        "item2item, five neighbors": by(of_items(near)),
        "item2item, shrunk": by(together),
        "three generators fused": fused(together, factors, of_looks),
    }


def measure(name: str) -> dict:
    """Return what all seeds find for one policy, and its saves per user in the first experiment."""
    site, recommend = _site(), _policies()[name]
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


def as_a_site_does(name: str) -> dict:
    """Return lifts and their intervals where half of all users live with each policy."""
    site, recommend = _site(), _policies()[name]
    found = [
        experiment(recommend, site.control, s, site=site, users=USERS, seconds=1200, twins=False)
        for s in SEEDS
    ]
    return _lifts(found)


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


@functools.cache
def _site() -> Simulator:
    return Simulator.of_world(pinworld.load("small"))


@functools.cache
def _policies() -> dict[str, Callable]:
    return policies(_site())


def main() -> None:
    names = list(_policies())
    each = {name: kept(NAME, f"{name} {USERS}", lambda name=name: measure(name)) for name in names}
    order = sorted(names, key=lambda name: np.mean(each[name]["lift"]))
    for name in order:
        row = each[name]
        print(f"{name}: {np.mean(row['lift']):+.3f}, from {np.mean(row['low']):+.3f} to {np.mean(row['high']):+.3f}; "
              f"{row['expected']:.3f} expected, {row['counted']:.3f} counted, off by {row['off, in standard errors']:+.2f} "
              f"errors; gap at most {max(row['gap']):.3f}, {np.mean(row['seconds']):.1f} s", flush=True)  # fmt: skip
    pairs = neighbors(order, each)
    for pair in pairs:
        print(pair)
    split = {
        name: kept(NAME, f"split {name}", lambda name=name: as_a_site_does(name)) for name in SPLIT
    }
    print(split)
    table = {name: {k: v for k, v in each[name].items() if k != "saves"} for name in order}
    values = {
        "order": order, "policies": table, "neighbors": pairs, "users": USERS, "half of the users each": split,
        "one experiment of all, seconds": float(sum(np.mean(each[name]["seconds"]) for name in order)),
    }  # fmt: skip
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(SEEDS), command=COMMAND,
                       seconds=sum(row["seconds"] for row in rows(NAME).values())))  # fmt: skip


if __name__ == "__main__":
    main()
